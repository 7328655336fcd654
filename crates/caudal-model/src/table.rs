//! Many transfers, column by column.
//!
//! *Shape.* A column holds one fact of every row; facts that few rows state (what reaches the payee,
//! a sequence, a reversal) stand in lists of their own, and facts that hold for long runs of rows
//! (the file and the page) once for each run. A row is read back as a [`Transfer`].

use crate::collections::Dictionary;
use crate::stored::{self, ColumnVisitor, StoreError, sound};
use crate::{Column, Currency, EvidenceFile, Moment, Money, SourceRef, Thing, Transfer};

/// Transfers of money in the order of the evidence.
///
/// Ids are unique: [`TransferTable::push`] refuses a second.
#[derive(Clone, Debug, Default)]
pub struct TransferTable {
    /// The evidence files that [`SourceRef::file_idx`] counts.
    pub files: Vec<EvidenceFile>,
    ids: Dictionary,
    names: Dictionary,
    labels: Dictionary,
    currencies: Vec<Currency>,
    payer: Vec<u32>,
    payee: Vec<u32>,
    minor: Column,
    currency: Vec<u8>,
    received: Vec<(u32, Money)>,
    day: Vec<u32>,
    /// Empty while no row states a time.
    nanos: Vec<u64>,
    /// Empty while no row has a label.
    label: Vec<u32>,
    sequence: Vec<(u32, u64)>,
    reverses: Vec<(u32, Box<str>)>,
    row: Vec<u64>,
    /// Where files and parts begin: position in the table, file, part.
    runs: Vec<(u32, u32, u32)>,
}

const NO_LABEL: u32 = u32::MAX;
const NO_TIME: u64 = u64::MAX;

impl TransferTable {
    /// Number of transfers.
    pub fn len(&self) -> usize {
        self.payer.len()
    }

    /// Whether there is no transfer.
    pub fn is_empty(&self) -> bool {
        self.payer.is_empty()
    }

    /// Adds a transfer. Gives back the position of the transfer that already has the id, if any;
    /// then nothing was added.
    pub fn push(&mut self, transfer: &Transfer<'_>) -> Result<(), u32> {
        let (idx, is_new) = self.ids.intern(transfer.id);
        if !is_new {
            return Err(idx);
        }
        let at = self.len();
        let Thing::Money(money) = transfer.thing;
        self.payer.push(self.names.intern(transfer.payer).0);
        self.payee.push(self.names.intern(transfer.payee).0);
        self.minor.push(money.minor);
        let currency = self.currency_idx(money.currency);
        self.currency.push(currency);
        self.day.push(transfer.moment.day.cast_unsigned());
        push_rare(&mut self.nanos, at, transfer.moment.nanos, NO_TIME);
        let label = transfer.label.map(|label| self.labels.intern(label).0);
        push_rare(&mut self.label, at, label, NO_LABEL);
        self.push_source(idx, transfer.source);
        if let Some(received) = transfer.received {
            self.received.push((idx, received));
        }
        if let Some(sequence) = transfer.sequence {
            self.sequence.push((idx, sequence));
        }
        if let Some(reverses) = transfer.reverses {
            self.reverses.push((idx, reverses.into()));
        }
        Ok(())
    }

    /// Loads what pushing rows with such ids, payers and payees will need; see [`Dictionary::warm`].
    pub fn warm<const N: usize>(&self, rows: &[[&str; 3]; N]) {
        self.ids.warm(&rows.map(|row| row[0]));
        self.names.warm(&rows.map(|row| row[1]));
        self.names.warm(&rows.map(|row| row[2]));
    }

    /// Makes room for so many rows in all.
    pub fn reserve(&mut self, rows: usize) {
        self.ids.reserve(rows);
    }

    fn push_source(&mut self, idx: u32, source: SourceRef) {
        let SourceRef { file_idx, part, row } = source;
        if self.runs.last().is_none_or(|&(_, file, known)| (file, known) != (file_idx, part)) {
            self.runs.push((idx, file_idx, part));
        }
        self.row.push(row);
    }

    /// Says that every row stands in this file of the list.
    pub fn set_file(&mut self, file_idx: u32) {
        for run in &mut self.runs {
            run.1 = file_idx;
        }
    }

    /// The transfer at a position, counted from 0 in the order of the evidence.
    pub fn get(&self, idx: u32) -> Transfer<'_> {
        let at = idx as usize;
        let label = self.label.get(at).copied().filter(|&label| label != NO_LABEL);
        Transfer {
            id: self.ids.get(idx),
            moment: self.moment(idx),
            payer: self.names.get(self.payer[at]),
            payee: self.names.get(self.payee[at]),
            thing: Thing::Money(self.money(idx)),
            received: sparse(&self.received, idx).copied(),
            label: label.map(|label| self.labels.get(label)),
            sequence: sparse(&self.sequence, idx).copied(),
            reverses: sparse(&self.reverses, idx).map(AsRef::as_ref),
            source: self.source(idx),
        }
    }

    /// The money that leaves the payer.
    pub fn money(&self, idx: u32) -> Money {
        let at = idx as usize;
        let currency = self.currencies[self.currency[at] as usize];
        Money { minor: self.minor.get(at), currency }
    }

    /// Numbers of payer and payee in [`TransferTable::names`].
    pub fn ends(&self, idx: u32) -> (u32, u32) {
        (self.payer[idx as usize], self.payee[idx as usize])
    }

    /// Booking moment of a row.
    pub fn moment(&self, idx: u32) -> Moment {
        let at = idx as usize;
        let nanos = self.nanos.get(at).copied().filter(|&nanos| nanos != NO_TIME);
        Moment { day: self.day[at].cast_signed(), nanos }
    }

    /// Where a row stands.
    pub fn source(&self, idx: u32) -> SourceRef {
        let run = self.runs.partition_point(|&(first, ..)| first <= idx).saturating_sub(1);
        let (_, file_idx, part) = self.runs.get(run).copied().unwrap_or_default();
        SourceRef { file_idx, part, row: self.row[idx as usize] }
    }

    /// The place in the order that a row states, if it states one.
    pub fn sequence(&self, idx: u32) -> Option<u64> {
        sparse(&self.sequence, idx).copied()
    }

    /// Whether any row states a sequence.
    pub fn has_sequences(&self) -> bool {
        !self.sequence.is_empty()
    }

    /// Whether any row states a conversion.
    pub fn has_received(&self) -> bool {
        !self.received.is_empty()
    }

    /// Rows that say they take back a deposit, with the id of the deposit.
    pub fn reversals(&self) -> impl Iterator<Item = (u32, &str)> {
        self.reverses.iter().map(|(row, id)| (*row, id.as_ref()))
    }

    /// The position of the transfer with an id.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.ids.find(id)
    }

    /// The currencies that leave payers, in order of arrival.
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// Account and party names.
    pub fn names(&self) -> &Dictionary {
        &self.names
    }

    /// Ids, in the order of the evidence.
    pub fn ids(&self) -> &Dictionary {
        &self.ids
    }

    /// Labels.
    pub fn labels(&self) -> &Dictionary {
        &self.labels
    }

    /// All transfers, in the order of the evidence.
    pub fn iter(&self) -> impl Iterator<Item = Transfer<'_>> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(|idx| self.get(idx))
    }

    fn currency_idx(&mut self, currency: Currency) -> u8 {
        let found = self.currencies.iter().position(|&known| known == currency);
        let idx = found.unwrap_or_else(|| {
            self.currencies.push(currency);
            self.currencies.len() - 1
        });
        u8::try_from(idx).expect("the currency table has fewer than 256 entries")
    }

    /// Visits every column, to write it or to fill it.
    pub fn store(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        self.store_files(visitor)?;
        stored::dictionary(visitor, "table.ids", &mut self.ids)?;
        stored::dictionary(visitor, "table.names", &mut self.names)?;
        stored::dictionary(visitor, "table.labels", &mut self.labels)?;
        stored::rows(visitor, "table.currencies", &mut self.currencies)?;
        visitor.numbers32("table.payer", &mut self.payer)?;
        visitor.numbers32("table.payee", &mut self.payee)?;
        stored::amounts(visitor, "table.minor", &mut self.minor)?;
        visitor.bytes("table.currency", &mut self.currency)?;
        visitor.numbers32("table.day", &mut self.day)?;
        visitor.numbers64("table.nanos", &mut self.nanos)?;
        visitor.numbers32("table.label", &mut self.label)?;
        visitor.numbers64("table.row", &mut self.row)?;
        self.store_rare(visitor)?;
        if visitor.is_reading() { self.examine() } else { Ok(()) }
    }

    fn store_files(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let (mut names, mut digests) = (Vec::new(), Vec::new());
        for file in &self.files {
            names.push(file.name.clone());
            digests.push(file.sha256.clone());
        }
        stored::texts(visitor, "table.file", &mut names)?;
        stored::texts(visitor, "table.sha256", &mut digests)?;
        if visitor.is_reading() {
            sound(names.len() == digests.len(), "table.sha256")?;
            let file = |(name, sha256)| EvidenceFile { name, sha256 };
            self.files = names.into_iter().zip(digests).map(file).collect();
        }
        Ok(())
    }

    fn store_rare(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        stored::rows(visitor, "table.received", &mut self.received)?;
        stored::rows(visitor, "table.sequence", &mut self.sequence)?;
        stored::rows(visitor, "table.runs", &mut self.runs)?;
        let mut rows: Vec<u32> = self.reverses.iter().map(|&(row, _)| row).collect();
        let mut ids = self.reverses.iter().map(|(_, id)| id.to_string()).collect();
        visitor.numbers32("table.reversal", &mut rows)?;
        stored::texts(visitor, "table.reversed", &mut ids)?;
        if visitor.is_reading() {
            sound(rows.len() == ids.len(), "table.reversed")?;
            self.reverses = rows.into_iter().zip(ids.into_iter().map(Into::into)).collect();
        }
        Ok(())
    }

    /// Whether what was read is a table: columns of one length, and nothing that points outside.
    fn examine(&self) -> Result<(), StoreError> {
        let count = self.len();
        let is_full_or = |length: usize| length == count || length == 0;
        let lengths = [self.payee.len(), self.minor.len(), self.currency.len(), self.day.len()];
        sound(lengths.iter().all(|&length| length == count), "table.payer")?;
        sound(self.row.len() == count && self.ids.len() == count, "table.ids")?;
        sound(is_full_or(self.nanos.len()) && is_full_or(self.label.len()), "table.label")?;
        let names = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        sound(self.payer.iter().chain(&self.payee).all(|&name| name < names), "table.payer")?;
        let labels = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        let is_label = |&label: &u32| label == NO_LABEL || label < labels;
        sound(self.label.iter().all(is_label), "table.label")?;
        let known = self.currencies.len();
        let is_currency = |&currency: &u8| usize::from(currency) < known;
        sound(self.currency.iter().all(is_currency), "table.currency")?;
        let rows = |rows: Vec<u32>| {
            rows.is_sorted_by(|a, b| a < b) && rows.last().is_none_or(|&row| (row as usize) < count)
        };
        let sparse = [
            self.received.iter().map(|&(row, _)| row).collect(),
            self.sequence.iter().map(|&(row, _)| row).collect(),
            self.reverses.iter().map(|&(row, _)| row).collect(),
            self.runs.iter().map(|&(row, ..)| row).collect(),
        ];
        sound(sparse.into_iter().all(rows), "table.received")?;
        let files = self.files.len();
        let is_file = |&(_, file, _): &(u32, u32, u32)| (file as usize) < files;
        sound(self.runs.iter().all(is_file), "table.runs")?;
        let covers = self.runs.first().map_or(count == 0, |&(first, ..)| first == 0);
        sound(covers, "table.runs")
    }
}

/// Appends to a column that stays empty until the first row has a value.
fn push_rare<T: Copy>(column: &mut Vec<T>, at: usize, value: Option<T>, absent: T) {
    if value.is_some() && column.is_empty() {
        column.resize(at, absent);
    }
    if value.is_some() || !column.is_empty() {
        column.push(value.unwrap_or(absent));
    }
}

/// The value of a row in a column that few rows fill. Rows stand in ascending order.
fn sparse<T>(column: &[(u32, T)], idx: u32) -> Option<&T> {
    column.binary_search_by_key(&idx, |&(row, _)| row).ok().map(|at| &column[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        let usd = Currency::from_code("USD").expect("in the table");
        let mxn = Currency::from_code("MXN").expect("in the table");
        let transfer = Transfer {
            id: "t1",
            moment: Moment::from_date(2025, 3, 1).expect("a day"),
            payer: "@victim",
            payee: "US-1",
            thing: Thing::Money(Money { minor: 100, currency: usd }),
            received: Some(Money { minor: 1700, currency: mxn }),
            label: Some("V"),
            sequence: Some(7),
            reverses: None,
            source: SourceRef { file_idx: 0, part: 0, row: 2 },
        };
        let mut table = TransferTable::default();
        assert_eq!(table.push(&transfer), Ok(()));
        assert_eq!(table.push(&transfer), Err(0), "an id stands once");
        assert_eq!(table.get(0), transfer);
        assert_eq!(table.find("t1"), Some(0));
    }

    #[test]
    fn rare_facts_of_late_rows_do_not_reach_the_rows_before() {
        let usd = Currency::from_code("USD").expect("in the table");
        let plain = Transfer {
            id: "t1",
            moment: Moment { day: -3, nanos: None },
            payer: "A",
            payee: "B",
            thing: Thing::Money(Money { minor: 1, currency: usd }),
            received: None,
            label: None,
            sequence: None,
            reverses: None,
            source: SourceRef { file_idx: 1, part: 0, row: 2 },
        };
        let timed = Transfer {
            id: "t2",
            moment: Moment { day: 4, nanos: Some(0) },
            label: Some("L"),
            thing: Thing::Money(Money { minor: u128::MAX, currency: usd }),
            source: SourceRef { file_idx: 1, part: 3, row: 1 },
            ..plain
        };
        let last = Transfer { id: "t3", ..plain };
        let mut table = TransferTable::default();
        for transfer in [&plain, &timed, &last] {
            assert_eq!(table.push(transfer), Ok(()));
        }
        assert_eq!(table.iter().collect::<Vec<_>>(), [plain, timed, last]);
        table.set_file(7);
        assert_eq!(table.source(2), SourceRef { file_idx: 7, part: 0, row: 2 });
    }
}
