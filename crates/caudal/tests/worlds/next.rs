//! What to ask for next and why, on cases small enough to be checked by hand.

use caudal::assemble::assemble;
use caudal::folder::{ReadCase, Source};
use caudal::letter::{LetterOptions, letter};
use caudal::next::{Coverage, next};
use caudal::wire::{Candidate, NextDocument};
use caudal::{Case, Language, Request, Terms, unwatched};

const A: &str = "ES9121000418450200051332";
const B: &str = "GB33BUKB20201555555555";
const C: &str = "DE89370400440532013000";

/// A statement: an account, and rows of day, amount, balance, other account and other name.
fn statement(name: &str, account: &str, rows: &str) -> Source {
    let mut text = format!("Account;{account}\nCurrency;EUR\n");
    text += "Booking date;Amount;Balance;Counterparty account;Counterparty\n";
    text += &rows.replace(", ", "\n");
    text.push('\n');
    Source { name: format!("{name}.csv"), bytes: text.into_bytes() }
}

/// The ranking of what the victim's deposits lead to.
fn ranked(sources: &[Source]) -> NextDocument {
    let assembled = assemble(&ReadCase::of_sources(sources), &[]);
    let coverage = Coverage::of(&assembled);
    let case = Case::of_assembled(assembled);
    let request = Request::from(["payer:@Victim"]).rule("fifo,pro-rata").expect("rules");
    next(&case, &coverage, &request, &mut unwatched).expect("a ranking")
}

/// Account, first day and values, by rank.
fn rows(document: &NextDocument) -> Vec<String> {
    let row = |found: &Candidate| {
        let name =
            [(A, "A"), (B, "B"), (C, "C")].into_iter().find(|(key, _)| *key == found.account);
        let name = name.map_or(found.account.as_str(), |(_, name)| name);
        let Candidate { from, value_min, value_max, carried_max, likely_min, likely_max, .. } =
            found;
        let unexplained = &found.unexplained;
        format!(
            "{name} {from}: enters {value_min}..{value_max}, carried {carried_max}, expected \
             {likely_min}..{likely_max}, unexplained {unexplained}"
        )
    };
    document.candidates.iter().map(row).collect()
}

#[test]
fn traced_money_is_at_stake_where_it_enters_and_in_the_months_after() {
    let held = statement(
        "a",
        A,
        &format!(
            "2025-01-05;1000;1000;;Victim, 2025-01-06;1000;2000;;Customer, \
             2025-01-20;-500;1500;{B};, 2025-03-31;-1;1499;;Shop"
        ),
    );
    let document = ranked(&[held]);
    let text = rows(&document);
    // FIFO takes all of it from the deposit, pro rata half.
    assert!(
        text.iter().any(|row| row.starts_with("B 2025-01-01: enters 250.00..500.00, carried 0.00"))
    );
    assert!(
        text.iter().any(|row| row.starts_with("B 2025-02-01: enters 0.00..0.00, carried 500.00"))
    );
    assert!(
        text.iter().any(|row| row.starts_with("B 2025-03-01: enters 0.00..0.00, carried 500.00"))
    );
    assert_eq!(document.candidates.len(), 3, "{text:#?}");
    let january = document.candidates.iter().find(|found| found.from == "2025-01-01");
    let january = january.expect("January is ranked");
    assert_eq!(january.transfers.len(), 1);
}

/// A pays B traced money in a month in which B is dark; on other days B pays on to C.
fn passed_on() -> [Source; 3] {
    let a = format!(
        "2025-01-02;10;10;;Customer, 2025-02-05;900;910;;Victim, 2025-02-06;-900;10;{B};, \
         2025-03-31;-1;9;;Shop"
    );
    let before = format!("2025-01-01;300;300;;Customer, 2025-01-31;-300;0;{C};");
    let after = format!("2025-03-01;300;300;;Customer, 2025-03-31;-300;0;{C};");
    [statement("a", A, &a), statement("b-01", B, &before), statement("b-03", B, &after)]
}

#[test]
fn an_account_that_nothing_is_seen_to_enter_is_asked_for_where_others_pay_it() {
    let document = ranked(&passed_on());
    let text = rows(&document);
    let first = &document.candidates[0];
    assert_eq!((first.account.as_str(), first.from.as_str()), (B, "2025-02-01"), "{text:#?}");
    assert_eq!((first.value_min.as_str(), first.value_max.as_str()), ("890.00", "890.11"));
    // FIFO takes 10 that were there before; pro rata takes a share of all.
    let likely: f64 = first.likely_max.parse().expect("an amount");
    assert!((700.0..=890.11).contains(&likely), "its balances leave little of it there: {likely}");
    assert!(first.together.iter().any(|more| more.account == C), "{:?}", first.together);
    let passed = document.candidates.iter().find(|found| found.account == C);
    let passed = passed.expect("C is ranked");
    assert_eq!((passed.value_max.as_str(), passed.carried_max.as_str()), ("0.00", "0.00"));
    assert!(passed.transfers.is_empty());
}

#[test]
fn money_that_comes_out_of_the_dark_and_that_nothing_explains_is_told_with_its_transfers() {
    let a = format!("2025-01-02;10;10;;Victim, 2025-02-15;700;710;{B};, 2025-03-31;-1;709;;Shop");
    let before = "2025-01-01;300;300;;Customer, 2025-01-31;-300;0;;Shop";
    let after = "2025-03-01;300;300;;Customer, 2025-03-31;-300;0;;Shop";
    let sources =
        [statement("a", A, &a), statement("b-01", B, before), statement("b-03", B, after)];
    let document = ranked(&sources);
    let text = rows(&document);
    let found = document.candidates.iter().find(|found| found.account == B).expect("B is ranked");
    // 700 come out. The days from 1 to 28 February, at 300 a month, explain 280 of them.
    assert_eq!(found.unexplained, "420.00", "{text:#?}");
    assert_eq!(found.value_max, "0.00");
    let [transfer] = &found.comes_out[..] else { panic!("{:?}", found.comes_out) };
    assert_eq!((transfer.payee.as_str(), transfer.amount.as_str()), (A, "700.00"));
}

#[test]
fn a_letter_gives_the_reason_that_is_known() {
    let options = LetterOptions::default();
    let said = |document: &NextDocument, account: &str, language| {
        let found = document.candidates.iter().find(|found| found.account == account);
        let rank = found.expect("it is ranked").rank;
        let written = letter(document, rank, &options, &Terms::new(language)).expect("a letter");
        written.text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let document = ranked(&passed_on());
    let enters = said(&document, B, Language::English);
    assert!(enters.contains("Money that is being traced in this matter enters that account"));
    assert!(enters.contains("890.00 to 890.11 EUR") && !enters.contains("expectation"), "{enters}");
    let likely = said(&document, C, Language::English);
    assert!(
        likely.contains("pay on to that account") && likely.contains("expectation"),
        "{likely}"
    );
    let likely = said(&document, C, Language::Spanish);
    assert!(likely.contains("pagan a esa cuenta") && likely.contains("expectativa"), "{likely}");
}
