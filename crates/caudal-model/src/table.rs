//! Many transfers, column by column.
//!
//! *Shape.* A column holds one fact of every row; facts that few rows state (what reaches the payee,
//! a sequence, a reversal) stand in lists of their own, and where rows stand is said once for each run
//! of rows that follow each other. A row is read back as a [`Transfer`].

use caudal_columns::{Column, Dictionary, Number, Numbers};

use crate::stored::{self, ColumnVisitor, StoreError, sound};
use crate::{Currency, EvidenceFile, Moment, Money, SourceRef, Thing, Transfer};

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
    payer: Numbers<u32>,
    payee: Numbers<u32>,
    minor: Column,
    /// Empty while every row is in the first currency.
    currency: Late<u8>,
    received: Received,
    day: Numbers<u32>,
    /// Empty while no row states a time.
    nanos: Late<u64>,
    /// Empty while no row has a label.
    label: Late<u32>,
    sequence_of: Numbers<u32>,
    sequence: Numbers<u64>,
    reversal: Numbers<u32>,
    reversed: Dictionary,
    reversed_id: Numbers<u32>,
    runs: Runs,
}

/// A fact that the rows before some row do not state: they cost nothing.
#[derive(Clone, Debug, Default)]
struct Late<T: Number> {
    /// The first row with a value, if there is one.
    from: usize,
    values: Numbers<T>,
}

/// What reaches the payee, where a row states that: rows ascending.
#[derive(Clone, Debug, Default)]
struct Received {
    of: Numbers<u32>,
    minor: Column,
    /// Numbers of currencies in `known`.
    currency: Numbers<u8>,
    known: Vec<Currency>,
}

/// Rows that follow each other in one part of one file: where such a run begins in the table, and
/// in the evidence.
#[derive(Clone, Debug, Default)]
struct Runs {
    first: Numbers<u32>,
    file: Numbers<u32>,
    part: Numbers<u32>,
    row: Numbers<u64>,
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
        let currency = number_of(&mut self.currencies, money.currency);
        self.currency.push(at, Some(currency).filter(|&number| number > 0), 0);
        self.day.push(transfer.moment.day.cast_unsigned());
        self.nanos.push(at, transfer.moment.nanos, NO_TIME);
        let label = transfer.label.map(|label| self.labels.intern(label).0);
        self.label.push(at, label, NO_LABEL);
        self.runs.push(idx, transfer.source);
        if let Some(received) = transfer.received {
            self.received.push(idx, received);
        }
        if let Some(sequence) = transfer.sequence {
            self.sequence_of.push(idx);
            self.sequence.push(sequence);
        }
        if let Some(reverses) = transfer.reverses {
            self.reversal.push(idx);
            self.reversed_id.push(self.reversed.intern(reverses).0);
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

    /// Says that every row stands in this file of the list.
    pub fn set_file(&mut self, file_idx: u32) {
        self.runs.file.to_mut().fill(file_idx);
    }

    /// The transfer at a position, counted from 0 in the order of the evidence.
    pub fn get(&self, idx: u32) -> Transfer<'_> {
        let at = idx as usize;
        let label = self.label.get(at).filter(|&label| label != NO_LABEL);
        Transfer {
            id: self.ids.get(idx),
            moment: self.moment(idx),
            payer: self.names.get(self.payer.at(at)),
            payee: self.names.get(self.payee.at(at)),
            thing: Thing::Money(self.money(idx)),
            received: self.received(idx),
            label: label.map(|label| self.labels.get(label)),
            sequence: self.sequence(idx),
            reverses: position(&self.reversal, idx)
                .map(|at| self.reversed.get(self.reversed_id.at(at))),
            source: self.source(idx),
        }
    }

    /// The money that leaves the payer.
    pub fn money(&self, idx: u32) -> Money {
        let at = idx as usize;
        let currency = self.currency.get(at).unwrap_or(0);
        Money { minor: self.minor.get(at), currency: self.currencies[usize::from(currency)] }
    }

    /// What reaches the payee, if the row states a conversion.
    pub fn received(&self, idx: u32) -> Option<Money> {
        self.received.get(idx)
    }

    /// Numbers of payer and payee in [`TransferTable::names`].
    pub fn ends(&self, idx: u32) -> (u32, u32) {
        (self.payer.at(idx as usize), self.payee.at(idx as usize))
    }

    /// Booking moment of a row.
    pub fn moment(&self, idx: u32) -> Moment {
        let at = idx as usize;
        let nanos = self.nanos.get(at).filter(|&nanos| nanos != NO_TIME);
        Moment { day: self.day(idx), nanos }
    }

    /// Booking day of a row.
    pub fn day(&self, idx: u32) -> i32 {
        self.day.at(idx as usize).cast_signed()
    }

    /// Whether any row states a time.
    pub fn has_times(&self) -> bool {
        !self.nanos.values.is_empty()
    }

    /// Where a row stands.
    pub fn source(&self, idx: u32) -> SourceRef {
        self.runs.get(idx)
    }

    /// The place in the order that a row states, if it states one.
    pub fn sequence(&self, idx: u32) -> Option<u64> {
        position(&self.sequence_of, idx).map(|at| self.sequence.at(at))
    }

    /// Whether any row states a sequence.
    pub fn has_sequences(&self) -> bool {
        !self.sequence.is_empty()
    }

    /// Whether any row states a conversion.
    pub fn has_received(&self) -> bool {
        !self.received.of.is_empty()
    }

    /// Rows that say they take back a deposit, with the id of the deposit.
    pub fn reversals(&self) -> impl Iterator<Item = (u32, &str)> {
        let ids = self.reversed_id.iter().map(|id| self.reversed.get(id));
        self.reversal.iter().zip(ids)
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
        visitor.bytes("table.currency", self.currency.spelled_out(0))?;
        visitor.numbers32("table.day", &mut self.day)?;
        visitor.numbers64("table.nanos", self.nanos.spelled_out(NO_TIME))?;
        visitor.numbers32("table.label", self.label.spelled_out(NO_LABEL))?;
        self.runs.store(visitor)?;
        self.received.store(visitor)?;
        visitor.numbers32("table.sequence.of", &mut self.sequence_of)?;
        visitor.numbers64("table.sequence", &mut self.sequence)?;
        visitor.numbers32("table.reversal", &mut self.reversal)?;
        visitor.numbers32("table.reversal.id", &mut self.reversed_id)?;
        stored::dictionary(visitor, "table.reversed", &mut self.reversed)?;
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

    /// Whether columns that were read are of one length.
    fn examine(&self) -> Result<(), StoreError> {
        let count = self.len();
        let is_full_or_empty = |length: usize| length == count || length == 0;
        let lengths = [self.payee.len(), self.minor.len(), self.day.len(), self.ids.len()];
        sound(lengths.iter().all(|&length| length == count), "table.payer")?;
        let (nanos, label) = (&self.nanos.values, &self.label.values);
        let lengths = [nanos.len(), label.len(), self.currency.values.len()];
        sound(lengths.into_iter().all(is_full_or_empty), "table.label")?;
        sound(count == 0 || !self.currencies.is_empty(), "table.currency")?;
        sound(self.sequence_of.len() == self.sequence.len(), "table.sequence")?;
        sound(self.reversal.len() == self.reversed_id.len(), "table.reversal")?;
        self.received.examine()?;
        self.runs.examine(count)
    }

    /// Whether every position points to something that is there: what checksums vouch for in a file
    /// of ours. All of it is read.
    pub fn is_sound(&self) -> bool {
        self.is_sound_among(self.files.len())
    }

    /// The same, where so many evidence files are known.
    pub(crate) fn is_sound_among(&self, files: usize) -> bool {
        let below = |numbers: &Numbers<u32>, end: usize| numbers.iter().all(|n| (n as usize) < end);
        let is_ascending = |rows: &Numbers<u32>| rows.iter().is_sorted_by(|a, b| a < b);
        let is_rows = |rows: &Numbers<u32>| is_ascending(rows) && below(rows, self.len());
        let mut labels = self.label.values.iter().filter(|&label| label != NO_LABEL);
        let mut currencies = self.currency.values.iter();
        [&self.ids, &self.names, &self.labels, &self.reversed].iter().all(|texts| texts.is_sound())
            && below(&self.payer, self.names.len())
            && below(&self.payee, self.names.len())
            && labels.all(|label| (label as usize) < self.labels.len())
            && currencies.all(|number| usize::from(number) < self.currencies.len())
            && [&self.received.of, &self.sequence_of, &self.reversal].into_iter().all(is_rows)
            && below(&self.reversed_id, self.reversed.len())
            && self.received.currency.iter().all(|n| usize::from(n) < self.received.known.len())
            && self.minor.is_sound()
            && self.received.minor.is_sound()
            && is_rows(&self.runs.first)
            && below(&self.runs.file, files)
    }
}

impl<T: Number> Late<T> {
    fn push(&mut self, row: usize, value: Option<T>, absent: T) {
        if value.is_some() && self.values.is_empty() {
            self.from = row;
        }
        if value.is_some() || !self.values.is_empty() {
            self.values.push(value.unwrap_or(absent));
        }
    }

    fn get(&self, row: usize) -> Option<T> {
        self.values.get(row.checked_sub(self.from)?)
    }

    /// A value for each row from the first row on, or none at all: that is how a file has it.
    fn spelled_out(&mut self, absent: T) -> &mut Numbers<T> {
        if self.from > 0 {
            let before = std::iter::repeat_n(absent, std::mem::take(&mut self.from));
            self.values = before.chain(self.values.iter()).collect();
        }
        &mut self.values
    }
}

impl Received {
    fn push(&mut self, idx: u32, money: Money) {
        self.of.push(idx);
        self.minor.push(money.minor);
        let currency = number_of(&mut self.known, money.currency);
        self.currency.push(currency);
    }

    fn get(&self, idx: u32) -> Option<Money> {
        let at = position(&self.of, idx)?;
        let currency = self.known[usize::from(self.currency.at(at))];
        Some(Money { minor: self.minor.get(at), currency })
    }

    fn store(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.numbers32("table.received.of", &mut self.of)?;
        stored::amounts(visitor, "table.received", &mut self.minor)?;
        visitor.bytes("table.received.currency", &mut self.currency)?;
        stored::rows(visitor, "table.received.currencies", &mut self.known)
    }

    fn examine(&self) -> Result<(), StoreError> {
        let lengths = [self.minor.len(), self.currency.len()];
        sound(lengths == [self.of.len(); 2], "table.received")
    }
}

impl Runs {
    fn push(&mut self, idx: u32, source: SourceRef) {
        let SourceRef { file_idx, part, row } = source;
        let known = self.first.last().map(|first| {
            let last = self.first.len() - 1;
            let next = self.row.at(last).wrapping_add(u64::from(idx - first));
            (self.file.at(last), self.part.at(last), next)
        });
        if known != Some((file_idx, part, row)) {
            self.first.push(idx);
            self.file.push(file_idx);
            self.part.push(part);
            self.row.push(row);
        }
    }

    fn get(&self, idx: u32) -> SourceRef {
        let run = self.first.partition_point(|first| first <= idx).saturating_sub(1);
        let row = self.row.at(run) + u64::from(idx - self.first.at(run));
        SourceRef { file_idx: self.file.at(run), part: self.part.at(run), row }
    }

    fn store(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.numbers32("table.run", &mut self.first)?;
        visitor.numbers32("table.run.file", &mut self.file)?;
        visitor.numbers32("table.run.part", &mut self.part)?;
        visitor.numbers64("table.run.row", &mut self.row)
    }

    fn examine(&self, rows: usize) -> Result<(), StoreError> {
        let count = self.first.len();
        sound([self.file.len(), self.part.len(), self.row.len()] == [count; 3], "table.run")?;
        sound(self.first.get(0).map_or(rows == 0, |first| first == 0), "table.run")
    }
}

/// The number of a currency in a list, added if new.
fn number_of(known: &mut Vec<Currency>, currency: Currency) -> u8 {
    let found = known.iter().position(|&one| one == currency);
    let idx = found.unwrap_or_else(|| {
        known.push(currency);
        known.len() - 1
    });
    u8::try_from(idx).expect("the currency table has fewer than 256 entries")
}

/// Where a row stands in a list of ascending rows.
fn position(rows: &Numbers<u32>, idx: u32) -> Option<usize> {
    if rows.is_empty() {
        return None;
    }
    let at = rows.partition_point(|row| row < idx);
    (rows.get(at) == Some(idx)).then_some(at)
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
