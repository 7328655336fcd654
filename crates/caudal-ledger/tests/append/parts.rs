//! A random ledger in parts: what a base was built of, and what came later.

use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap};
use caudal_ledger::{Ledger, LedgerOptions, write_ledger};
use caudal_model::{
    Currency, EvidenceFile, Moment, Money, Opening, SourceRef, Thing, Transfer, TransferTable,
    is_outside,
};
use caudal_testkit::random::Rng;
use caudal_testkit::slow::{SlowCase, SlowTransfer};

/// Rows in the order in which they come to the table, in parts of which the first is the base.
pub(crate) struct Parts {
    pub(crate) rows: Vec<Vec<SlowTransfer>>,
    pub(crate) openings: Vec<Opening>,
    pub(crate) options: LedgerOptions,
    case: SlowCase,
}

impl Parts {
    /// Cuts a ledger at random: later parts have rows of the last days, and rows dated back.
    pub(crate) fn of(case: &SlowCase, rng: &mut Rng) -> Self {
        let count = 2 + usize::try_from(rng.below(3)).expect("few");
        let mut rows = vec![Vec::new(); count];
        let kept = [0, 30, 60, 95][usize::try_from(rng.below(4)).expect("few")];
        for (at, transfer) in case.transfers.iter().enumerate() {
            let is_late = at * 5 > case.transfers.len() * 4;
            let is_base = !is_late && rng.chance(kept);
            let later = 1 + usize::try_from(rng.below(count as u64 - 1)).expect("few");
            rows[if is_base { 0 } else { later }].push(odd(transfer, rng));
        }
        let options = LedgerOptions {
            keep_reversals: !case.net_reversals,
            without_statement: case.frontier.iter().cloned().collect(),
            ..LedgerOptions::default()
        };
        Self { rows, openings: openings(case), options, case: case.clone() }
    }

    /// Pushes the rows of a part.
    pub(crate) fn push(&self, table: &mut TransferTable, part: usize) {
        table.files.push(EvidenceFile { name: format!("{part}.csv"), sha256: String::new() });
        for transfer in &self.rows[part] {
            push(table, &self.case, transfer);
        }
    }

    /// The table of all rows, and its ledger.
    pub(crate) fn built(&self) -> (TransferTable, Ledger) {
        let mut table = TransferTable::default();
        (0..self.rows.len()).for_each(|part| self.push(&mut table, part));
        let ledger = Ledger::build(&table, &self.openings, &self.options);
        (table, ledger.expect("it can be built"))
    }

    /// The table of the base, and its ledger: mapped from a file, if wanted.
    pub(crate) fn base(&self, is_mapped: bool) -> (TransferTable, Ledger) {
        let mut table = TransferTable::default();
        self.push(&mut table, 0);
        if is_mapped {
            return mapped(table, &self.openings, &self.options);
        }
        let ledger = Ledger::build(&table, &self.openings, &self.options);
        (table, ledger.expect("it can be built"))
    }
}

/// A table and its ledger with its segments through a file.
pub(crate) fn mapped(
    mut table: TransferTable,
    openings: &[Opening],
    options: &LedgerOptions,
) -> (TransferTable, Ledger) {
    let file = tempfile::tempfile().expect("a disk");
    let mut writer = ColumnFileWriter::new(file, [0; 32]).expect("a disk");
    table.store(&mut writer).expect("a disk");
    write_ledger((&table, openings), options, &mut writer, &mut || true).expect("a disk");
    let map = FileMap::of_file(&writer.finish().expect("a disk")).expect("a file");
    let mut file = ColumnFile::new(map).expect("it is whole");
    let mut table = TransferTable::default();
    table.store(&mut file).expect("it is whole");
    let mut ledger = Ledger::read(&mut file, &table, openings.len()).expect("it is whole");
    ledger.read_lifo(&mut file).expect("it is whole");
    (table, ledger)
}

/// A few rows move no money: those of nothing, and from an account to itself.
fn odd(transfer: &SlowTransfer, rng: &mut Rng) -> SlowTransfer {
    let mut odd = transfer.clone();
    match rng.below(40) {
        0 => odd.amount = 0,
        1 if odd.received.is_none() => odd.payee.clone_from(&odd.payer),
        _ => {}
    }
    odd
}

pub(crate) fn money(minor: u128, code: &str) -> Money {
    Money { minor, currency: Currency::from_code(code).expect("a currency") }
}

fn push(table: &mut TransferTable, case: &SlowCase, t: &SlowTransfer) {
    let from_outside = is_outside(&t.payer) && t.received.is_none();
    let file_idx = u32::try_from(table.files.len() - 1).expect("few");
    let code = case.currency(if from_outside { &t.payee } else { &t.payer });
    let pushed = table.push(&Transfer {
        id: &t.id,
        moment: Moment { day: 20_000 + t.day, nanos: None },
        payer: &t.payer,
        payee: &t.payee,
        thing: Thing::Money(money(t.amount, code)),
        received: t.received.map(|minor| money(minor, case.currency(&t.payee))),
        label: t.parts.first().map(|part| part.0.as_str()),
        sequence: None,
        reverses: t.reverses.as_deref(),
        source: SourceRef { file_idx, part: 0, row: 1 },
    });
    assert_eq!(pushed, Ok(()), "an id stands once");
}

/// Those of the case, and one of an account that nothing else mentions.
fn openings(case: &SlowCase) -> Vec<Opening> {
    let opening = |account: &str, minor: u128, code: &str| Opening {
        account: account.to_owned(),
        money: money(minor, code),
        label: None,
        row: 1,
        file: EvidenceFile::default(),
    };
    let lots = case.openings.iter().flat_map(|(account, lots)| {
        lots.iter().map(move |(_, minor)| opening(account, *minor, case.currency(account)))
    });
    lots.chain([opening("asleep", 70, "USD"), opening("A", 90, "EUR")]).collect()
}
