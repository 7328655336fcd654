//! The rows of a ledger file: the seeded ledger, in an order that is not that of its days.
//!
//! *Shape.* What each account begins with comes in on the first day; then come blocks of rows that lie
//! shuffled, as the exports of several systems would, so that a reader has to put them in order. Only
//! the generator's state at the head of each block is kept, so a hundred million rows cost no memory.

use caudal_testkit::random::{Bank, OUTSIDE, Rng, bank};

use crate::workload::accounts_of;

/// Rows of one block.
const BLOCK: u64 = 50_000;

/// One row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: RowKind,
    /// The number in its id, which is unique among rows of its kind.
    pub(crate) number: u64,
    /// Days after the first.
    pub(crate) day: i32,
    /// Account numbers, or [`OUTSIDE`].
    pub(crate) payer: u32,
    pub(crate) payee: u32,
    /// Cents.
    pub(crate) minor: u64,
}

/// What a row is; its id begins accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// What an account begins with.
    Opening,
    Transfer,
}

/// How the ids of openings begin.
const OPENING: u8 = b'f';

/// Whether an id is that of an opening.
pub(crate) fn is_opening(id: &str) -> bool {
    id.as_bytes().first() == Some(&OPENING)
}

impl Row {
    /// Appends the id.
    pub(crate) fn write_id(&self, text: &mut Vec<u8>) {
        text.push(match self.kind {
            RowKind::Opening => OPENING,
            RowKind::Transfer => b't',
        });
        write_number(self.number, text);
    }
}

/// Appends an account's name.
pub(crate) fn write_name(account: u32, text: &mut Vec<u8>) {
    if account == OUTSIDE {
        text.extend_from_slice(b"@outside");
    } else {
        text.push(b'A');
        write_number(u64::from(account), text);
    }
}

fn write_number(number: u64, text: &mut Vec<u8>) {
    use std::io::Write as _;
    write!(text, "{number}").expect("memory takes it");
}

/// The rows of a file of `transfers` rows in all.
pub(crate) fn rows(transfers: u64, seed: u64) -> impl Iterator<Item = Row> {
    let accounts = accounts_of(transfers);
    let whole = bank(seed, transfers.saturating_sub(u64::from(accounts)), accounts);
    let opened = whole.clone();
    let openings = (0..accounts).map(move |account| Row {
        kind: RowKind::Opening,
        number: u64::from(account),
        day: 0,
        payer: OUTSIDE,
        payee: account,
        minor: opened.opening(account).max(1),
    });
    let transfers = blocks(whole, seed).into_iter().flat_map(|(first, block)| {
        let count = usize::try_from(BLOCK).expect("a small number");
        (first..).zip(block.take(count)).map(|(number, (day, payer, payee, minor))| Row {
            kind: RowKind::Transfer,
            number,
            day,
            payer,
            payee,
            minor,
        })
    });
    openings.chain(transfers)
}

/// The number of the first row of each block, and the generator as it stands there; shuffled.
fn blocks(mut bank: Bank, seed: u64) -> Vec<(u64, Bank)> {
    let skipped = usize::try_from(BLOCK - 1).expect("a small number");
    let mut blocks = Vec::new();
    for first in (1u64..).step_by(skipped + 1) {
        let head = bank.clone();
        if bank.size_hint().0 == 0 {
            break;
        }
        blocks.push((first, head));
        bank.nth(skipped);
    }
    let mut rng = Rng::new(seed ^ 0x0b10_c4ed);
    for at in (1..blocks.len()).rev() {
        let other = rng.below(at as u64 + 1);
        blocks.swap(at, usize::try_from(other).unwrap_or(0));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_ledger_lies_in_the_file_once() {
        let transfers = 330_000;
        let accounts = accounts_of(transfers);
        let found: Vec<Row> = rows(transfers, 3).collect();
        assert_eq!(found.len() as u64, transfers);
        let (openings, mut moved): (Vec<Row>, Vec<Row>) =
            found.into_iter().partition(|row| row.kind == RowKind::Opening);
        assert_eq!(openings.len(), accounts as usize);
        assert!(!moved.is_sorted_by_key(|row| row.number), "blocks lie shuffled");
        moved.sort_by_key(|row| row.number);
        let lines = bank(3, transfers - u64::from(accounts), accounts);
        let numbered = (1u64..).zip(lines);
        let expected = numbered.map(|(number, (day, payer, payee, minor))| Row {
            kind: RowKind::Transfer,
            number,
            day,
            payer,
            payee,
            minor,
        });
        assert!(moved.into_iter().eq(expected));
    }
}
