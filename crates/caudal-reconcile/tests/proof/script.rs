//! Statements as a line of text: `open 100, d1 +20 =120, d2 -30 =90, close 90`.
//!
//! An entry is its day, its amount (`?` if unread) and, after `=`, the balance after it; a word
//! behind is its description, and one after `#` the bank's reference. `seq 3`, `page 2`, `last`, `more`, `copy`, `id x` and `days 1 31`
//! describe the statement; `open 100@4` is stated for a day.

use caudal_model::{Balance, Decimal, Entry, Moment, ReferenceKind, Statement};

pub(crate) fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).expect("a decimal")
}

pub(crate) fn statement(script: &str) -> Statement {
    let mut made = Statement::default();
    for part in script.split(", ").filter(|part| !part.is_empty()) {
        let words: Vec<&str> = part.split(' ').collect();
        let number = |at: usize| words[at].parse().expect("a number");
        match words[0] {
            "open" => made.opening = Some(balance(words[1])),
            "close" => made.closing = Some(balance(words[1])),
            "seq" => made.sequence = Some(number(1)),
            "page" => made.page = Some(number(1)),
            "last" => made.is_last_page = Some(true),
            "more" => made.is_last_page = Some(false),
            "copy" => made.is_copy = true,
            "id" => made.id = Some(words[1].to_owned()),
            "days" => {
                let day = |at: usize| words[at].parse().expect("a day");
                made.period = Some((day(1), day(2)));
            }
            _ => made.entries.push(entry(&words)),
        }
    }
    made
}

fn balance(text: &str) -> Balance {
    let (amount, day) = text.split_once('@').map_or((text, None), |(a, d)| (a, Some(d)));
    let day = day.map(|day| day.parse().expect("a day"));
    Balance { amount: decimal(amount), day, row: 0 }
}

fn entry(words: &[&str]) -> Entry {
    let day = words[0].strip_prefix('d').expect("a day").parse().expect("a day");
    let mut made = Entry {
        booked_at: Some(Moment { day, nanos: None }),
        amount: Decimal::parse(words[1]),
        ..Entry::default()
    };
    for word in &words[2..] {
        match (word.strip_prefix('='), word.strip_prefix('#')) {
            (Some(after), _) => made.balance_after = Some(decimal(after)),
            (_, Some(reference)) => made.refer(ReferenceKind::Bank, reference),
            _ => (*word).clone_into(&mut made.description),
        }
    }
    made.raw = words.join(" ");
    made
}
