//! A ledger's columns, as they lie in a ledger file.
//!
//! *Shape.* Only a ledger without asserted links is stored: links are a question's, and the ledger
//! with them is built anew. What was read is examined before anybody sees it: a position that points
//! outside makes the file a damaged one, and tracing needs no further check.

use caudal_model::TransferTable;
use caudal_model::stored::{
    ColumnVisitor, Numbered, StoreError, amounts, dictionary, halves, rows, sound, texts, whole,
};
use caudal_model::{Column, Currency};

use crate::ledger::{Ledger, Overdrawn, PlaceState};
use crate::lists::Lists;
use crate::reversal::{Netted, UnmatchedReversal};
use crate::view::{LineKind, NO_PLACE, Place, PlaceKind};

const KINDS: [LineKind; 6] = [
    LineKind::Transfer,
    LineKind::Opening,
    LineKind::Loan,
    LineKind::Repayment,
    LineKind::Birth,
    LineKind::Passage,
];

/// Transits belong to asserted links.
const PLACES: [PlaceKind; 4] =
    [PlaceKind::Account, PlaceKind::Outside, PlaceKind::Frontier, PlaceKind::Bank];

impl Numbered<3> for Place {
    fn numbers(&self) -> [u64; 3] {
        let kind = PLACES.iter().position(|&kind| kind == self.kind).unwrap_or(PLACES.len());
        let [code] = self.currency.numbers();
        [kind as u64, u64::from(self.name_idx), code]
    }

    fn from_numbers([kind, name, code]: [u64; 3]) -> Option<Self> {
        let kind = *PLACES.get(usize::try_from(kind).ok()?)?;
        let name_idx = u32::try_from(name).ok()?;
        Some(Self { kind, name_idx, currency: Currency::from_numbers([code])? })
    }
}

impl Numbered<8> for PlaceState {
    /// Groups of unproved order are known only while a ledger is built.
    fn numbers(&self) -> [u64; 8] {
        let ([a, b], [c, d], [e, f]) =
            (halves(self.received), halves(self.paid), halves(self.debt));
        [a, b, c, d, e, f, u64::from(self.bank), u64::from(self.is_account)]
    }

    fn from_numbers([a, b, c, d, e, f, bank, is_account]: [u64; 8]) -> Option<Self> {
        let (received, paid, debt) = (whole([a, b]), whole([c, d]), whole([e, f]));
        let is_account = [false, true].get(usize::try_from(is_account).ok()?).copied()?;
        let is_sound = !is_account || paid <= received;
        let bank = u32::try_from(bank).ok()?;
        is_sound.then_some(Self { received, paid, debt, bank, tie: (0, 0), is_account })
    }
}

impl Numbered<5> for Overdrawn {
    fn numbers(&self) -> [u64; 5] {
        let ([a, b], [c, d]) = (halves(self.missing), halves(self.owed));
        [u64::from(self.transfer_idx), a, b, c, d]
    }

    fn from_numbers([transfer, a, b, c, d]: [u64; 5]) -> Option<Self> {
        let transfer_idx = u32::try_from(transfer).ok()?;
        Some(Self { transfer_idx, missing: whole([a, b]), owed: whole([c, d]) })
    }
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
    /// Whether it can be stored: asserted links are not.
    pub fn is_storable(&self) -> bool {
        !self.has_links()
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

    fn visit(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.numbers32("ledger.payer", &mut self.payer)?;
        visitor.numbers32("ledger.payee", &mut self.payee)?;
        visitor.numbers32("ledger.source", &mut self.source_idx)?;
        amounts(visitor, "ledger.paid", &mut self.paid)?;
        amounts(visitor, "ledger.paid-before", &mut self.paid_before)?;
        amounts(visitor, "ledger.received-before", &mut self.received_before)?;
        amounts(visitor, "ledger.balance-before", &mut self.balance_before)?;
        self.visit_kinds(visitor)?;
        self.visit_converted(visitor)?;
        rows(visitor, "ledger.places", &mut self.places)?;
        rows(visitor, "ledger.state", &mut self.state)?;
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
        self.visit_findings(visitor)
    }

    fn visit_kinds(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let number = |kind: &LineKind| KINDS.iter().position(|known| known == kind).unwrap_or(255);
        let numbers = self.kind.iter().map(|kind| u8::try_from(number(kind)).unwrap_or(u8::MAX));
        let mut kinds: Vec<u8> = numbers.collect();
        visitor.bytes("ledger.kind", &mut kinds)?;
        if visitor.is_reading() {
            let read: Option<Vec<LineKind>> =
                kinds.iter().map(|&kind| KINDS.get(usize::from(kind)).copied()).collect();
            self.kind = read.ok_or_else(|| StoreError::damaged("ledger.kind"))?;
        }
        Ok(())
    }

    fn visit_converted(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let lines = 0..u32::try_from(self.payer.len()).unwrap_or(u32::MAX);
        let mut converted: Vec<(u32, u128)> = if self.converted.is_empty() {
            Vec::new()
        } else {
            lines.filter_map(|line| Some((line, *self.converted.get(&line)?))).collect()
        };
        rows(visitor, "ledger.converted", &mut converted)?;
        if visitor.is_reading() {
            for (line, received) in converted {
                self.converted.insert(line, received);
            }
        }
        Ok(())
    }

    fn visit_findings(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        rows(visitor, "ledger.overdrawn", &mut self.overdrawn)?;
        rows(visitor, "ledger.netted", &mut self.netted)?;
        let mut unmatched: Vec<u32> = self.unmatched.iter().map(|one| one.reversal).collect();
        let mut ids = self.unmatched.iter().map(|one| one.deposit_id.clone()).collect();
        visitor.numbers32("ledger.unmatched", &mut unmatched)?;
        texts(visitor, "ledger.unmatched", &mut ids)?;
        let against = self.against_date.map_or(u64::MAX, u64::from);
        let counts = [u64::from(self.opening_lines), self.tied_transfers, self.order_cuts, against];
        let mut counts = counts.to_vec();
        visitor.numbers64("ledger.counts", &mut counts)?;
        if visitor.is_reading() {
            let damaged = || StoreError::damaged("ledger.counts");
            let [openings, tied, cuts, against] = counts[..] else { return Err(damaged()) };
            self.opening_lines = u32::try_from(openings).map_err(|_| damaged())?;
            (self.tied_transfers, self.order_cuts) = (tied, cuts);
            self.against_date = u32::try_from(against).ok();
            sound(unmatched.len() == ids.len(), "ledger.unmatched")?;
            let one = |(reversal, deposit_id)| UnmatchedReversal { reversal, deposit_id };
            self.unmatched = unmatched.into_iter().zip(ids).map(one).collect();
        }
        Ok(())
    }

    /// Whether what was read is a ledger over this table.
    fn examine(&mut self, table: &TransferTable, opening_count: usize) -> Result<(), StoreError> {
        let (lines, places) = (self.payer.len(), self.places.len());
        let columns = [&self.paid, &self.paid_before, &self.received_before, &self.balance_before];
        sound(columns.iter().all(|column: &&Column| column.len() == lines), "ledger.paid")?;
        let others = [self.payee.len(), self.source_idx.len(), self.kind.len()];
        sound(others.iter().all(|&length| length == lines), "ledger.payee")?;
        sound(u32::try_from(lines).is_ok(), "ledger.payer")?;
        let is_place = |&place: &u32| place == NO_PLACE || (place as usize) < places;
        sound(self.payer.iter().all(is_place), "ledger.payer")?;
        let reaches = |&place: &u32| (place as usize) < places;
        sound(self.payee.iter().all(reaches), "ledger.payee")?;
        sound(self.sources_are_there(table.len(), opening_count), "ledger.source")?;
        self.names.first_extra = u32::try_from(table.names().len()).unwrap_or(u32::MAX);
        let names = table.names().len() + self.names.extra.len();
        let is_named = |place: &Place| (place.name_idx as usize) < names;
        sound(self.places.iter().all(is_named), "ledger.places")?;
        let agrees = |(state, place): (&PlaceState, &Place)| {
            is_place(&state.bank) && state.is_account == (place.kind == PlaceKind::Account)
        };
        let is_one = self.state.len() == places;
        sound(is_one && self.state.iter().zip(&self.places).all(agrees), "ledger.state")?;
        let first = &self.names.first_place;
        sound(first.len() == names && first.iter().all(is_place), "ledger.first-place")?;
        let others = &self.names.other_places;
        let is_other = |&(_, place): &(u32, u32)| (place as usize) < places;
        sound(others.is_sorted() && others.iter().all(is_other), "ledger.other-places")?;
        let is_list = |list: &Lists| list.is_sound(places, lines);
        sound(is_list(&self.payments) && is_list(&self.receipts), "ledger.payments")?;
        let is_line = |&line: &u32| line == u32::MAX || (line as usize) < lines;
        sound(
            self.line_of.len() == table.len() && self.line_of.iter().all(is_line),
            "ledger.line-of",
        )?;
        sound((self.opening_lines as usize) <= lines, "ledger.counts")
    }

    fn sources_are_there(&self, transfers: usize, openings: usize) -> bool {
        let is_transfer = |&row: &u32| (row as usize) < transfers;
        let is_there = |(&source, kind): (&u32, &LineKind)| match kind {
            LineKind::Opening => (source as usize) < openings,
            _ => is_transfer(&source),
        };
        let overdrawn = self.overdrawn.iter().map(|one| one.transfer_idx);
        let netted = self.netted.iter().flat_map(|pair| [pair.deposit, pair.reversal]);
        let unmatched = self.unmatched.iter().map(|one| one.reversal);
        let against = self.against_date.into_iter();
        let mut found = overdrawn.chain(netted).chain(unmatched).chain(against);
        self.source_idx.iter().zip(&self.kind).all(is_there) && found.all(|row| is_transfer(&row))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use caudal_model::{EvidenceFile, Moment, Money, Opening, SourceRef, Thing, Transfer};

    use super::*;
    use crate::view::LedgerView;
    use crate::{LedgerFileReader, LedgerFileWriter, LedgerOptions};

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
        let mut writer = LedgerFileWriter::new(Vec::new(), KEY).expect("memory");
        table.store(&mut writer).expect("memory");
        ledger.write(&mut writer).expect("memory");
        writer.finish().expect("memory")
    }

    fn read(bytes: &[u8]) -> Result<(TransferTable, Ledger), StoreError> {
        let mut reader = LedgerFileReader::new(Cursor::new(bytes))?;
        sound(reader.key() == KEY, "key")?;
        let mut table = TransferTable::default();
        table.store(&mut reader)?;
        let ledger = Ledger::read(&mut reader, &table, 1)?;
        Ok((table, ledger))
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
            let lines = (ledger.payments(place), ledger.receipts(place));
            let name = ledger.name(table, place);
            let found = ledger.places_named(table, name);
            format!("{name} {found:?} {:?} {ends:?} {lines:?}\n", ledger.place(place))
        });
        let rows = table.iter().map(|row| {
            let at = table.find(row.id).map(|at| ledger.lines_of_transfer(at));
            format!("{row:?} {at:?}\n")
        });
        let findings = (ledger.overdrawn(), ledger.netted(), ledger.unmatched_reversals());
        let counts = (ledger.tied_transfers(), ledger.order_cuts(), ledger.opening_lines());
        let rest = format!("{findings:?} {counts:?} {:?}", ledger.sequence_against_date());
        lines.chain(places).chain(rows).chain([rest]).collect()
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let table = table();
        let without_statement = vec!["F".to_owned()];
        let options = LedgerOptions { without_statement, ..LedgerOptions::default() };
        let ledger = Ledger::build(&table, &openings(), &options).expect("it can be built");
        let written = seen(&(table, ledger));
        assert_eq!(seen(&read(&stored()).expect("it is whole")), written);
        assert!(written.contains("Loan") && written.contains("is_conversion: true"), "{written}");
        assert!(written.contains("Frontier") && written.contains("Netted"), "{written}");
    }

    #[test]
    fn a_damaged_file_is_refused_or_says_the_same() {
        let whole = stored();
        let told = seen(&read(&whole).expect("it is whole"));
        let mut refused = 0;
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            match read(&damaged) {
                Err(_) => refused += 1,
                // Bytes between columns belong to nothing.
                Ok(read) => assert_eq!(seen(&read), told, "byte {at}"),
            }
        }
        assert!(refused * 10 > whole.len() * 6, "{refused} of {}", whole.len());
    }

    #[test]
    fn a_file_that_was_cut_off_is_refused() {
        let whole = stored();
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length} of {} bytes", whole.len());
        }
    }

    /// Writes checksums anew after a change: what is left are the examinations of the contents.
    fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
        let end = bytes.len() - 64;
        let number = |bytes: &[u8], at: usize| {
            let eight: [u8; 8] = bytes[at..at + 8].try_into().expect("eight bytes");
            usize::try_from(u64::from_le_bytes(eight)).expect("small")
        };
        let directory = number(&bytes, end + 8);
        for record in (directory..end).step_by(64) {
            let (offset, length) = (number(&bytes, record + 40), number(&bytes, record + 48));
            let checksum = crc32fast::hash(&bytes[offset..offset + length]);
            bytes[record + 36..record + 40].copy_from_slice(&checksum.to_le_bytes());
        }
        let checksum = crc32fast::hash(&bytes[directory..end]);
        bytes[end + 24..end + 28].copy_from_slice(&checksum.to_le_bytes());
        let checksum = crc32fast::hash(&bytes[end..end + 60]);
        bytes[end + 60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    #[test]
    fn contents_that_point_outside_are_refused_though_their_checksums_fit() {
        let whole = stored();
        let directory = whole.len() - 64 - 64 * 60;
        let mut refused = 0;
        for at in 64..directory {
            for value in [0, 0xff] {
                let mut altered = whole.clone();
                altered[at] = value;
                match read(&resealed(altered)) {
                    Err(_) => refused += 1,
                    // Another ledger, and one that can be looked at.
                    Ok(read) => drop(seen(&read)),
                }
            }
        }
        assert!(refused > 500, "{refused}");
    }
}
