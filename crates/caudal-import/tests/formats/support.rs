//! What the tests of all formats share: reading, statements as lines, arithmetic, random damage.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use caudal_import::{Evidence, Imported, ReadOptions, read_evidence};
use caudal_model::{Decimal, Entry, Moment, Money, Problem, Statement, Thing, Transfer};

/// Reads a file of evidence with nothing said about it.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Imported<Evidence> {
    read_evidence(name, bytes, &ReadOptions::default(), &mut |_| ControlFlow::Continue(()))
}

/// A day as people write it.
pub(crate) fn day(day: i32) -> String {
    Moment { day, nanos: None }.to_string()
}

/// A statement as lines: account, balances, then `row date amount [balance] counterparty | text`.
pub(crate) fn lines(statement: &Statement) -> Vec<String> {
    let balance = |b: &caudal_model::Balance| {
        format!("{} on {}", b.amount, b.day.map_or("-".to_owned(), day))
    };
    let currency = statement.currency.map_or("-", caudal_model::Currency::code);
    let mut lines = vec![format!("account {} {currency}", statement.account.number)];
    lines.extend(statement.opening.as_ref().map(|b| format!("opening {}", balance(b))));
    for entry in &statement.entries {
        let mut line = format!("{}", entry.row);
        let booked = entry.booked_at.map_or("-".to_owned(), |moment| moment.to_string());
        let amount = entry.amount.map_or("-".to_owned(), |amount| amount.to_string());
        let _ = write!(line, " {booked} {amount}");
        if let Some(balance) = entry.balance_after {
            let _ = write!(line, " [{balance}]");
        }
        if !entry.is_booked() {
            let _ = write!(line, " {:?}", entry.status);
        }
        let other = &entry.counterparty;
        let _ = write!(line, " {} {}", other.number, other.holder.as_deref().unwrap_or(""));
        let _ = write!(line, " | {}", entry.description.replace('\n', " "));
        lines.push(line);
    }
    lines.extend(statement.closing.as_ref().map(|b| format!("closing {}", balance(b))));
    lines
}

/// Opening and booked entries less closing: zero where the statement adds up; `None` without both
/// balances or with an entry that has no amount.
pub(crate) fn difference(statement: &Statement) -> Option<Decimal> {
    let mut sum = statement.opening?.amount;
    for entry in statement.entries.iter().filter(|entry| entry.is_booked()) {
        sum = sum.checked_add(entry.amount?)?;
    }
    sum.checked_sub(statement.closing?.amount)
}

/// A problem as one line: `part:row column code [found] [expected]`, with `-` for what it lacks.
pub(crate) fn problem(problem: &Problem) -> String {
    let row = problem.row.map_or("-".to_owned(), |row| row.to_string());
    let column = problem.column.as_deref().unwrap_or("-");
    let expected = problem.expected.as_deref().unwrap_or("-");
    let Problem { part, code, found, .. } = problem;
    format!("{part}:{row} {column} {code} [{found}] [{expected}]")
}

/// Problems as lines.
pub(crate) fn problems(of: &[Problem]) -> Vec<String> {
    of.iter().map(problem).collect()
}

/// The folder of foreign sample files, or `None`, which is said, where it is not there.
pub(crate) fn shared_formats(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/formats");
    let path = root.join(folder);
    if !path.is_dir() {
        println!("skipped: {folder} is not here");
        return None;
    }
    Some(path)
}

/// A folder of foreign data beside the sample files, or `None`, which is said.
pub(crate) fn shared_data(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let path = root.join(folder);
    if !path.is_dir() {
        println!("skipped: {folder} is not here");
        return None;
    }
    Some(path)
}

/// The bytes of a foreign file.
#[expect(clippy::disallowed_methods, reason = "tests read foreign files where they are")]
pub(crate) fn foreign(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a readable file")
}

/// The money that a transfer moves.
pub(crate) fn money_of(transfer: &Transfer<'_>) -> Money {
    let Thing::Money(money) = transfer.thing else { panic!("{} moves no money", transfer.id) };
    money
}

/// Transfers as lines: `row id date payer -> payee amount currency`, and what is received.
pub(crate) fn transfers(evidence: &Evidence) -> Vec<String> {
    let lines = evidence.transfers.iter().map(|transfer| {
        let money = money_of(&transfer);
        let Transfer { id, moment, payer, payee, .. } = transfer;
        let row = transfer.source.row;
        let currency = money.currency;
        let mut line = format!("{row} {id} {moment} {payer} -> {payee} {}", money.to_decimal());
        let _ = write!(line, " {currency}");
        if let Some(received) = transfer.received {
            let _ = write!(line, " received {} {}", received.to_decimal(), received.currency);
        }
        line
    });
    lines.collect()
}

/// All files under a folder, sorted by path.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// A small generator of its own, so that a seed says everything.
pub(crate) struct Xorshift(pub(crate) u64);

impl Xorshift {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }
}

/// Reads a good file damaged in a thousand ways by seed: no panic, and each row stands in the file.
/// `pieces` are texts of the format that are put in at random.
pub(crate) fn survives_damage(name: &str, good: &[u8], pieces: &[&[u8]]) {
    for seed in 1..=1000u64 {
        println!("seed {seed}");
        let mut random = Xorshift(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let bytes = damage(good, pieces, &mut random);
        let read = read(name, &bytes);
        let limit = bytes.len() as u64 + 1;
        for statement in &read.value.statements {
            assert!(statement.entries.iter().all(|entry| entry.row <= limit));
        }
        assert!(read.problems.iter().all(|problem| problem.row.is_none_or(|row| row <= limit)));
    }
}

fn damage(good: &[u8], pieces: &[&[u8]], random: &mut Xorshift) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len().max(1)).min(bytes.len());
        let end = (at + random.below(40)).min(bytes.len());
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] = random.next().to_le_bytes()[0],
            1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            2 if !pieces.is_empty() => {
                let piece = pieces[random.below(pieces.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => drop(bytes.drain(at..end)),
            4 => {
                let stretch = bytes[at..end].to_vec();
                bytes.splice(at..at, stretch);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// The one statement of a file.
pub(crate) fn only(read: &Imported<Evidence>) -> &Statement {
    match &read.value.statements[..] {
        [statement] => statement,
        statements => panic!("{} statements", statements.len()),
    }
}

/// References as `kind text`.
pub(crate) fn references(entry: &Entry) -> Vec<String> {
    entry.references.iter().map(|r| format!("{:?} {}", r.kind, r.text)).collect()
}

/// Problems as `column code`, with the number of those that follow each other.
pub(crate) fn shape(read: &Imported<Evidence>) -> Vec<String> {
    let mut shapes: Vec<(String, usize)> = Vec::new();
    for problem in &read.problems {
        let column = problem.column.as_deref().unwrap_or("");
        let shape = format!("{column} {}", problem.code).trim().to_owned();
        match shapes.last_mut().filter(|(last, _)| *last == shape) {
            Some((_, count)) => *count += 1,
            None => shapes.push((shape, 1)),
        }
    }
    let text = |(shape, count)| if count == 1 { shape } else { format!("{count} {shape}") };
    shapes.into_iter().map(text).collect()
}
