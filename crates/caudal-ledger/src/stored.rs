//! A ledger's columns, as they lie in a ledger file.
//!
//! *Shape.* Only a ledger without asserted links is stored: links are a question's, and the ledger
//! with them is built anew. What was read is examined before anybody sees it: a position that points
//! outside makes the file a damaged one, and tracing needs no further check.

use std::fs::File;
use std::sync::Arc;

use caudal_columns::{Column, ColumnFileWriter, Numbers};
use caudal_model::stored::{
    ColumnVisitor, Numbered, StoreError, amounts, dictionary, rows, sound, texts,
};
use caudal_model::{Opening, TransferTable};

use crate::build::{BuildLedgerError, LedgerOptions};
use crate::ledger::{Flags, Ledger, OverdrawnList, Places, kind_of};
use crate::lifo::LifoIndex;
use crate::lists::Lists;
use crate::reversal::{Netted, UnmatchedReversal};
use crate::view::{LineKind, NO_PLACE};

/// Why a ledger file was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteLedgerError {
    /// The evidence makes no ledger.
    Build(BuildLedgerError),
    /// The disk.
    Store(StoreError),
    /// It was asked to stop.
    Stopped,
}

impl From<StoreError> for WriteLedgerError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Builds the ledger of a table, and writes it with its index behind the columns that a file has
/// already. In stages: what stands in the file is let go of in memory and mapped for the next stage.
/// `goes_on` is asked between them.
pub fn write_ledger(
    (table, openings): (&TransferTable, &[Opening]),
    options: &LedgerOptions,
    writer: &mut ColumnFileWriter<File>,
    goes_on: &mut dyn FnMut() -> bool,
) -> Result<(), WriteLedgerError> {
    let mut ask = || goes_on().then_some(()).ok_or(WriteLedgerError::Stopped);
    ask()?;
    let mut built = Ledger::build(table, openings, options).map_err(WriteLedgerError::Build)?;
    ask()?;
    built.write(writer)?;
    drop(built);
    ask()?;
    let ledger = Ledger::read(&mut writer.so_far()?, table, openings.len())?;
    let mut lifo = LifoIndex::build(&ledger);
    ask()?;
    lifo.store(writer)?;
    Ok(())
}

impl Numbered<2> for Netted {
    fn numbers(&self) -> [u64; 2] {
        [self.deposit, self.reversal].map(u64::from)
    }

    fn from_numbers(numbers: [u64; 2]) -> Option<Self> {
        let [deposit, reversal] = numbers.map(|number| u32::try_from(number).ok());
        Some(Self { deposit: deposit?, reversal: reversal? })
    }
}

impl Ledger {
    /// Whether it can be stored: asserted links are not, nor is what was appended, which lies in
    /// tails of the table.
    pub fn is_storable(&self) -> bool {
        !self.has_links() && self.appended.is_none()
    }

    /// Visits every column to write it. Fails on nothing but the visitor.
    pub fn write(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        debug_assert!(self.is_storable() && !visitor.is_reading());
        self.visit(visitor)
    }

    /// A ledger from its columns, over the table and the number of openings that it was built from.
    pub fn read(
        visitor: &mut dyn ColumnVisitor,
        table: &TransferTable,
        opening_count: usize,
    ) -> Result<Self, StoreError> {
        debug_assert!(visitor.is_reading());
        let mut ledger = Self::default();
        ledger.visit(visitor)?;
        ledger.examine(table, opening_count)?;
        Ok(ledger)
    }

    /// Takes the matched segments from their columns.
    pub fn read_lifo(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let mut lifo = LifoIndex::default();
        lifo.store(visitor)?;
        sound(lifo.is_of(self.payer.len()), "lifo.of-payment")?;
        self.lifo = Some(Arc::new(lifo));
        Ok(())
    }

    fn visit(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.bytes("ledger.flags", &mut self.flags)?;
        visitor.numbers32("ledger.payer", &mut self.payer)?;
        visitor.numbers32("ledger.payee", &mut self.payee)?;
        visitor.numbers32("ledger.source", &mut self.source_idx)?;
        amounts(visitor, "ledger.paid", &mut self.paid)?;
        amounts(visitor, "ledger.paid-before", &mut self.paid_before)?;
        amounts(visitor, "ledger.received-before", &mut self.received_before)?;
        amounts(visitor, "ledger.balance-before", &mut self.balance_before)?;
        visitor.numbers32("ledger.converts", &mut self.converts)?;
        amounts(visitor, "ledger.converted", &mut self.converted)?;
        self.places.visit(visitor)?;
        dictionary(visitor, "ledger.extra", &mut self.names.extra)?;
        visitor.numbers32("ledger.first-place", &mut self.names.first_place)?;
        let others = self.names.other_places.iter().map(|&(name, place)| (name, u64::from(place)));
        let mut others: Vec<(u32, u64)> = others.collect();
        rows(visitor, "ledger.other-places", &mut others)?;
        let others = others.into_iter().map(|(name, at)| Some((name, u32::try_from(at).ok()?)));
        let others: Option<Vec<_>> = others.collect();
        self.names.other_places =
            others.ok_or_else(|| StoreError::damaged("ledger.other-places"))?;
        self.payments.visit(visitor, ["ledger.payments", "ledger.payments.lines"])?;
        self.receipts.visit(visitor, ["ledger.receipts", "ledger.receipts.lines"])?;
        visitor.numbers32("ledger.line-of", &mut self.line_of)?;
        self.overdrawn.visit(visitor)?;
        self.visit_findings(visitor)
    }

    fn visit_findings(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        rows(visitor, "ledger.netted", &mut self.netted)?;
        let mut unmatched: Numbers<u32> = self.unmatched.iter().map(|one| one.reversal).collect();
        let mut ids = self.unmatched.iter().map(|one| one.deposit_id.clone()).collect();
        visitor.numbers32("ledger.unmatched", &mut unmatched)?;
        texts(visitor, "ledger.unmatched", &mut ids)?;
        let against = self.against_date.map_or(u64::MAX, u64::from);
        let counts = [u64::from(self.opening_lines), self.tied_transfers, self.order_cuts, against];
        let mut counts = Numbers::from(counts.to_vec());
        visitor.numbers64("ledger.counts", &mut counts)?;
        if visitor.is_reading() {
            let damaged = || StoreError::damaged("ledger.counts");
            let [openings, tied, cuts, against] = *counts.all() else { return Err(damaged()) };
            self.opening_lines = u32::try_from(openings).map_err(|_| damaged())?;
            (self.tied_transfers, self.order_cuts) = (tied, cuts);
            self.against_date = u32::try_from(against).ok();
            sound(unmatched.len() == ids.len(), "ledger.unmatched")?;
            let one = |(reversal, deposit_id)| UnmatchedReversal { reversal, deposit_id };
            self.unmatched = unmatched.iter().zip(ids).map(one).collect();
        }
        Ok(())
    }

    /// Whether columns that were read are of one length, and of this table.
    fn examine(&mut self, table: &TransferTable, opening_count: usize) -> Result<(), StoreError> {
        let (lines, places) = (self.payer.len(), self.places.len());
        sound(u32::try_from(lines).is_ok(), "ledger.payer")?;
        let columns = [&self.paid, &self.paid_before, &self.received_before, &self.balance_before];
        sound(columns.iter().all(|column: &&Column| column.len() == lines), "ledger.paid")?;
        let others = [self.payee.len(), self.source_idx.len(), self.flags.len()];
        sound(others.iter().all(|&length| length == lines), "ledger.payee")?;
        sound(self.converts.len() == self.converted.len(), "ledger.converts")?;
        self.places.examine()?;
        self.names.first_extra = u32::try_from(table.names().len()).unwrap_or(u32::MAX);
        let names = table.names().len() + self.names.extra.len();
        sound(self.names.first_place.len() == names, "ledger.first-place")?;
        let others = &self.names.other_places;
        let is_other = |&(_, place): &(u32, u32)| (place as usize) < places;
        sound(others.is_sorted() && others.iter().all(is_other), "ledger.other-places")?;
        let is_list = |list: &Lists| list.is_of(places);
        sound(is_list(&self.payments) && is_list(&self.receipts), "ledger.payments")?;
        sound(self.line_of.len() == table.len(), "ledger.line-of")?;
        self.overdrawn.examine()?;
        let is_transfer = |row: u32| (row as usize) < table.len();
        let netted = self.netted.iter().flat_map(|pair| [pair.deposit, pair.reversal]);
        let unmatched = self.unmatched.iter().map(|one| one.reversal);
        let mut rows = netted.chain(unmatched).chain(self.against_date);
        sound(rows.all(is_transfer), "ledger.netted")?;
        let openings = self.opening_lines as usize;
        sound(openings <= lines && openings <= opening_count, "ledger.counts")
    }

    /// Whether every position points to something that is there: what checksums vouch for in a file
    /// of ours. All of it is read.
    pub fn is_sound(&self, table: &TransferTable, opening_count: usize) -> bool {
        if let Some(appended) = &self.appended {
            return appended.inner.base.is_sound(table, opening_count);
        }
        let (lines, places) = (self.payer.len(), self.places.len());
        let is_place = |place: u32| place == NO_PLACE || (place as usize) < places;
        let is_line = |line: u32| (line as usize) < lines;
        let is_source = |(flags, source): (u8, u32)| match kind_of(flags) {
            Some(LineKind::Opening) => (source as usize) < opening_count,
            Some(_) => (source as usize) < table.len(),
            None => false,
        };
        let is_transfer = |row: u32| (row as usize) < table.len();
        let converting =
            (0u32..).zip(self.flags.iter()).filter(|(_, flags)| flags & Flags::CONVERTS != 0);
        self.payer.iter().all(is_place)
            && self.payee.iter().all(|place| (place as usize) < places)
            && self.flags.iter().zip(self.source_idx.iter()).all(is_source)
            && self.amounts().into_iter().all(Column::is_sound)
            && converting.map(|(line, _)| line).eq(self.converts.iter())
            && self.names.extra.is_sound()
            && self.places.is_sound(table.names().len() + self.names.extra.len())
            && self.names.first_place.iter().all(is_place)
            && self.payments.is_sound(lines)
            && self.receipts.is_sound(lines)
            && self.line_of.iter().all(|line| line == u32::MAX || is_line(line))
            && self.overdrawn.transfer_idx.iter().all(is_transfer)
            && self.lifo.as_ref().is_none_or(|lifo| lifo.is_sound(lines))
    }
}

impl Ledger {
    fn amounts(&self) -> [&Column; 10] {
        let (places, overdrawn) = (&self.places, &self.overdrawn);
        [
            &self.paid,
            &self.paid_before,
            &self.received_before,
            &self.balance_before,
            &self.converted,
            &places.received,
            &places.paid,
            &places.debt,
            &overdrawn.missing,
            &overdrawn.owed,
        ]
    }
}

impl OverdrawnList {
    fn visit(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.numbers32("ledger.overdrawn", &mut self.transfer_idx)?;
        amounts(visitor, "ledger.overdrawn.missing", &mut self.missing)?;
        amounts(visitor, "ledger.overdrawn.owed", &mut self.owed)
    }

    fn examine(&self) -> Result<(), StoreError> {
        let lengths = [self.missing.len(), self.owed.len()];
        sound(lengths == [self.transfer_idx.len(); 2], "ledger.overdrawn")
    }
}

impl Places {
    fn visit(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.bytes("place.kind", &mut self.kind)?;
        visitor.numbers32("place.name", &mut self.name_idx)?;
        visitor.bytes("place.currency", &mut self.currency)?;
        rows(visitor, "place.currencies", &mut self.known)?;
        amounts(visitor, "place.received", &mut self.received)?;
        amounts(visitor, "place.paid", &mut self.paid)?;
        amounts(visitor, "place.debt", &mut self.debt)?;
        visitor.numbers32("place.bank", &mut self.bank)
    }

    fn examine(&self) -> Result<(), StoreError> {
        let others = [
            self.name_idx.len(),
            self.currency.len(),
            self.received.len(),
            self.paid.len(),
            self.debt.len(),
            self.bank.len(),
        ];
        sound(others == [self.len(); 6], "place.kind")
    }

    fn is_sound(&self, names: usize) -> bool {
        let count = self.len();
        let at = |at: usize| u32::try_from(at).unwrap_or(NO_PLACE);
        let known = self.known.len();
        let is_kind = |kind: u8| usize::from(kind) < Self::KINDS;
        self.kind.iter().all(is_kind)
            && self.name_idx.iter().all(|name| (name as usize) < names)
            && self.currency.iter().all(|currency| usize::from(currency) < known)
            && self.bank.iter().all(|bank| bank == NO_PLACE || (bank as usize) < count)
            && (0..count).all(|place| {
                !self.is_pool(at(place)) || self.paid.get(place) <= self.received.get(place)
            })
    }
}

#[cfg(test)]
mod tests {
    use caudal_columns::{ColumnFile, FileMap, undamaged};
    use caudal_model::{Currency, EvidenceFile, Moment, Money, SourceRef, Thing, Transfer};

    use super::*;
    use crate::view::LedgerView;

    const KEY: [u8; 32] = [7; 32];

    /// A round trip, a loan, a conversion, a frontier, a returned deposit, an amount beyond 64 bits.
    fn table() -> TransferTable {
        let money =
            |minor, code| Money { minor, currency: Currency::from_code(code).expect("known") };
        let rows = [
            ("t1", "@victim", "A", money(10_000, "USD"), None, None),
            ("t2", "A", "B", money(12_000, "USD"), None, None),
            ("t3", "B", "A", money(4_000, "USD"), None, None),
            ("t4", "A", "M", money(1_000, "USD"), Some(money(17_000, "MXN")), None),
            ("t5", "M", "F", money(5_000, "MXN"), None, None),
            ("t6", "@shop", "B", money(700, "USD"), None, None),
            ("t7", "B", "@shop", money(700, "USD"), None, Some("t6")),
            ("t8", "@mine", "W", money(1 << 70, "ETH"), None, None),
            ("t9", "B", "@shop", money(1, "USD"), None, Some("t0")),
        ];
        let mut table = TransferTable::default();
        table.files.push(EvidenceFile { name: "a.csv".to_owned(), sha256: "00".repeat(32) });
        for (row, (id, payer, payee, paid, received, reverses)) in (2..).zip(rows) {
            let pushed = table.push(&Transfer {
                id,
                moment: Moment { day: 20_000, nanos: (row == 4).then_some(5) },
                payer,
                payee,
                thing: Thing::Money(paid),
                received,
                label: (row == 2).then_some("victim"),
                sequence: Some(row),
                reverses,
                source: SourceRef { file_idx: 0, part: 0, row },
            });
            pushed.expect("ids differ");
        }
        table
    }

    fn openings() -> Vec<Opening> {
        let currency = Currency::from_code("EUR").expect("known");
        let file = EvidenceFile::default();
        let money = Money { minor: 5, currency };
        vec![Opening { account: "only-opened".to_owned(), money, label: None, row: 2, file }]
    }

    fn stored() -> Vec<u8> {
        let mut table = table();
        let without_statement = vec!["F".to_owned()];
        let options = LedgerOptions { without_statement, ..LedgerOptions::default() };
        let mut ledger = Ledger::build(&table, &openings(), &options).expect("it can be built");
        let mut lifo = LifoIndex::build(&ledger);
        let mut writer = ColumnFileWriter::new(Vec::new(), KEY).expect("memory");
        table.store(&mut writer).expect("memory");
        ledger.write(&mut writer).expect("memory");
        lifo.store(&mut writer).expect("memory");
        writer.finish().expect("memory")
    }

    fn opened(bytes: &[u8]) -> Result<(TransferTable, Ledger), StoreError> {
        let mut file = ColumnFile::new(FileMap::of_bytes(bytes)?)?;
        sound(file.key() == KEY, "key")?;
        let mut table = TransferTable::default();
        table.store(&mut file)?;
        let mut ledger = Ledger::read(&mut file, &table, 1)?;
        ledger.read_lifo(&mut file)?;
        Ok((table, ledger))
    }

    /// What a file is read as; nothing if it is refused, at once or when damage is met.
    fn read(bytes: &[u8]) -> Option<String> {
        undamaged(|| opened(bytes).ok().map(|read| seen(&read))).ok().flatten()
    }

    /// Everything that can be seen of a ledger.
    fn seen((table, ledger): &(TransferTable, Ledger)) -> String {
        let lines = (0..ledger.line_count()).map(|line| {
            let before = [
                ledger.paid_before(line),
                ledger.received_before(line),
                ledger.balance_before(line),
            ];
            format!("{:?} {before:?}\n", ledger.line(line))
        });
        let places = (0..ledger.place_count()).map(|place| {
            let ends = (ledger.closing_balance(place), ledger.closing_debt(place));
            let lines: [Vec<u32>; 2] =
                [ledger.payments(place).iter().collect(), ledger.receipts(place).iter().collect()];
            let name = ledger.name(table, place);
            let found = ledger.places_named(table, name);
            format!("{name} {found:?} {:?} {ends:?} {lines:?}\n", ledger.place(place))
        });
        let rows = table.iter().map(|row| {
            let at = table.find(row.id).map(|at| ledger.lines_of_transfer(at));
            format!("{row:?} {at:?}\n")
        });
        let overdrawn: Vec<_> = ledger.overdrawn().collect();
        let findings = (overdrawn, ledger.netted(), ledger.unmatched_reversals());
        let counts = (ledger.tied_transfers(), ledger.order_cuts(), ledger.opening_lines());
        let rest = format!("{findings:?} {counts:?} {:?}", ledger.sequence_against_date());
        let built = || Arc::new(LifoIndex::build(ledger));
        let lifo = ledger.lifo.clone().unwrap_or_else(built);
        let segments = (0..ledger.line_count()).map(|line| {
            let of_payment: Vec<_> = lifo.of_payment(ledger, line).collect();
            let of_receipt: Vec<_> = lifo.of_receipt(ledger, line, (0, u128::MAX)).collect();
            format!("{of_payment:?} {of_receipt:?}\n")
        });
        lines.chain(places).chain(rows).chain([rest]).chain(segments).collect()
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let table = table();
        let without_statement = vec!["F".to_owned()];
        let options = LedgerOptions { without_statement, ..LedgerOptions::default() };
        let ledger = Ledger::build(&table, &openings(), &options).expect("it can be built");
        let written = seen(&(table, ledger));
        assert_eq!(read(&stored()).expect("it is whole"), written);
        assert!(written.contains("Loan") && written.contains("is_conversion: true"), "{written}");
        assert!(written.contains("Frontier") && written.contains("Netted"), "{written}");
    }

    #[test]
    fn a_damaged_file_is_refused_or_says_the_same() {
        let whole = stored();
        let told = read(&whole).expect("it is whole");
        let mut refused = 0;
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            match read(&damaged) {
                None => refused += 1,
                // Its bits are nobody's: between the checksums and the trailer.
                Some(read) => assert_eq!(read, told, "byte {at}"),
            }
        }
        assert!(refused * 100 > whole.len() * 99, "{refused} of {}", whole.len());
    }

    #[test]
    fn a_file_that_was_cut_off_is_refused() {
        let whole = stored();
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_none(), "{length} of {} bytes", whole.len());
        }
    }

    /// Writes checksums anew after a change: what is left are the examinations of the contents.
    fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
        let end = bytes.len() - 64;
        let number = |bytes: &[u8], at: usize| {
            let eight: [u8; 8] = bytes[at..at + 8].try_into().expect("eight bytes");
            usize::try_from(u64::from_le_bytes(eight)).expect("small")
        };
        let to = number(&bytes, end + 16);
        let sums: Vec<u8> = bytes[..to]
            .chunks(1 << 16)
            .flat_map(|part| crc32fast::hash(part).to_le_bytes())
            .collect();
        bytes[to..to + sums.len()].copy_from_slice(&sums);
        let checksum = crc32fast::hash(&bytes[to..end]);
        bytes[end + 24..end + 28].copy_from_slice(&checksum.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[end..end + 60]);
        bytes[end + 60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    #[test]
    fn contents_that_point_outside_are_told_though_their_checksums_fit() {
        let whole = stored();
        let end = whole.len() - 64;
        let directory = u64::from_le_bytes(whole[end + 8..end + 16].try_into().expect("eight"));
        let directory = usize::try_from(directory).expect("small");
        let mut refused = 0;
        for at in 64..directory {
            for value in [0, 0xff] {
                let mut altered = whole.clone();
                altered[at] = value;
                let Ok(read) = opened(&resealed(altered)) else {
                    refused += 1;
                    continue;
                };
                if read.0.is_sound() && read.1.is_sound(&read.0, 1) {
                    // Another ledger, and one that can be looked at.
                    drop(seen(&read));
                } else {
                    refused += 1;
                }
            }
        }
        assert!(refused > 500, "{refused}");
    }
}
