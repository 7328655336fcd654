//! Rows that were appended to a stored table, as columns of their own.
//!
//! *Shape.* A stored table is never altered: what comes later lies in a tail beside it, and the next in
//! a tail behind that. Each tail names the file that it continues by its mark, so that a version is a
//! table and its tails in one order only, and every older version stays readable.

use caudal_columns::{Numbers, undamaged};

use crate::TransferTable;
use crate::stored::{ColumnVisitor, StoreError, sound};

/// Where a tail begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailStart {
    /// The mark of the file that it continues: of the table itself, or of the tail before.
    pub continues: [u8; 32],
    /// How many rows come before it.
    pub rows: u32,
    /// How many evidence files come before it.
    pub files: u32,
}

/// Why a tail cannot be appended.
#[derive(Debug)]
#[non_exhaustive]
pub enum TailFault {
    /// It is the tail of something else: a tail between is absent, or the order is another.
    ContinuesAnother(TailStart),
    /// It is not what was written, or the disk fails.
    Store(StoreError),
}

impl From<StoreError> for TailFault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl TransferTable {
    /// Where a tail of this table would begin, if the table was read from the file with this mark.
    pub fn tail_start(&self, continues: [u8; 32]) -> TailStart {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        TailStart { continues, rows: count(self.len()), files: count(self.files.len()) }
    }

    /// Visits the rows and files from `start` on, to write them.
    pub fn store_tail(
        &self,
        start: TailStart,
        visitor: &mut dyn ColumnVisitor,
    ) -> Result<(), StoreError> {
        let mut tail = Self::default();
        tail.files.extend(self.files.iter().skip(start.files as usize).cloned());
        for row in start.rows..u32::try_from(self.len()).unwrap_or(u32::MAX) {
            tail.push(&self.get(row)).expect("ids are unique in the table");
        }
        visit_start(start, visitor)?;
        tail.store(visitor)
    }

    /// Appends the tail in these columns, if it continues the file with this mark. Where it does not,
    /// or is damaged, nothing was appended.
    pub fn push_tail(
        &mut self,
        continues: [u8; 32],
        visitor: &mut dyn ColumnVisitor,
    ) -> Result<(), TailFault> {
        let expected = self.tail_start(continues);
        let outcome = undamaged(|| {
            let start = visit_start(expected, visitor)?;
            if start != expected {
                return Err(TailFault::ContinuesAnother(start));
            }
            let mut tail = Self::default();
            tail.store(visitor)?;
            let files = self.files.len() + tail.files.len();
            sound(tail.is_sound_among(files), "table.payer")?;
            sound(tail.ids().iter().all(|id| self.find(id).is_none()), "table.ids.text")?;
            Ok(tail)
        });
        let mut tail = outcome.map_err(|_| StoreError::damaged("tail"))??;
        self.files.append(&mut tail.files);
        for row in tail.iter() {
            self.push(&row).expect("no id of it was known");
        }
        Ok(())
    }
}

/// Visits what a tail says of its beginning, and gives back what stands there.
fn visit_start(start: TailStart, visitor: &mut dyn ColumnVisitor) -> Result<TailStart, StoreError> {
    let damaged = || StoreError::damaged("tail.start");
    let mut key = Numbers::from(start.continues.to_vec());
    let mut counts = Numbers::from(vec![start.rows, start.files]);
    visitor.bytes("tail.continues", &mut key)?;
    visitor.numbers32("tail.start", &mut counts)?;
    let continues = key.all().try_into().map_err(|_| damaged())?;
    let [rows, files] = *counts.all() else { return Err(damaged()) };
    Ok(TailStart { continues, rows, files })
}

#[cfg(test)]
mod tests {
    use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap};

    use super::*;
    use crate::{Currency, EvidenceFile, Moment, Money, SourceRef, Thing, Transfer};

    /// Rows from some number on; every third has a label, the later ones another currency.
    fn push(table: &mut TransferTable, rows: std::ops::Range<u32>) {
        let file = EvidenceFile { name: format!("from-{}.csv", rows.start), ..Default::default() };
        table.files.push(file);
        let file_idx = u32::try_from(table.files.len() - 1).expect("few");
        for n in rows {
            let code = if n > 7 { "MXN" } else { "USD" };
            let currency = Currency::from_code(code).expect("known");
            let pushed = table.push(&Transfer {
                id: &format!("t{n}"),
                moment: Moment { day: 20_000 + n.cast_signed() % 5, nanos: None },
                payer: &format!("A{}", n % 3),
                payee: &format!("B{}", n % 4 + n / 5),
                thing: Thing::Money(Money { minor: 1 << (n * 7), currency }),
                received: (n == 9).then_some(Money { minor: 5, currency }),
                label: (n % 3 == 2 && n > 4).then_some("victim"),
                sequence: None,
                reverses: (n == 8).then_some("t2"),
                source: SourceRef { file_idx, part: 0, row: u64::from(n) + 2 },
            });
            pushed.expect("ids differ");
        }
    }

    fn mark(bytes: &[u8]) -> [u8; 32] {
        opened(bytes).expect("it is whole").mark()
    }

    /// The file of a table and those of its two tails; and the tables.
    fn stored() -> ([Vec<u8>; 3], [TransferTable; 3]) {
        let mut first = TransferTable::default();
        push(&mut first, 0..5);
        let mut writer = ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
        first.store(&mut writer).expect("memory");
        let base = writer.finish().expect("memory");
        let tail = |table: &TransferTable, start| {
            let mut writer = ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
            table.store_tail(start, &mut writer).expect("memory");
            writer.finish().expect("memory")
        };
        let mut second = first.clone();
        push(&mut second, 5..8);
        let one = tail(&second, first.tail_start(mark(&base)));
        let mut third = second.clone();
        push(&mut third, 8..11);
        let two = tail(&third, second.tail_start(mark(&one)));
        ([base, one, two], [first, second, third])
    }

    fn opened(bytes: &[u8]) -> Result<ColumnFile, StoreError> {
        ColumnFile::new(FileMap::of_bytes(bytes)?)
    }

    fn base(bytes: &[u8]) -> TransferTable {
        let mut table = TransferTable::default();
        table.store(&mut opened(bytes).expect("it is whole")).expect("it is whole");
        table
    }

    fn assert_same(one: &TransferTable, other: &TransferTable) {
        assert_eq!(one.files, other.files);
        assert!(one.iter().eq(other.iter()));
        assert!(
            one.iter()
                .enumerate()
                .all(|(at, row)| { one.find(row.id).is_some_and(|found| found as usize == at) })
        );
        assert!(one.names().iter().eq(other.names().iter()));
        assert_eq!(one.currencies(), other.currencies());
        assert!(one.reversals().eq(other.reversals()));
        assert!(one.is_sound());
    }

    #[test]
    fn a_table_and_its_tails_are_the_table_that_was_written_and_so_is_every_older_version() {
        let ([file, one, two], [first, second, third]) = stored();
        let mut table = base(&file);
        assert_same(&table, &first);
        table.push_tail(mark(&file), &mut opened(&one).expect("whole")).expect("it continues it");
        assert_same(&table, &second);
        table.push_tail(mark(&one), &mut opened(&two).expect("whole")).expect("it continues it");
        assert_same(&table, &third);
        // The same table written in one piece again.
        let mut writer = ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
        table.store(&mut writer).expect("memory");
        assert_same(&base(&writer.finish().expect("memory")), &third);
        assert_same(&base(&file), &first);
    }

    #[test]
    fn a_tail_of_something_else_is_refused_and_nothing_is_appended() {
        let ([file, one, two], [first, ..]) = stored();
        let mut table = base(&file);
        let mut refuse = |key, bytes: &[u8]| {
            let pushed = table.push_tail(key, &mut opened(bytes).expect("whole"));
            assert!(matches!(pushed, Err(TailFault::ContinuesAnother(_))), "{pushed:?}");
            assert_same(&table, &first);
        };
        refuse(mark(&file), &two);
        refuse(mark(&one), &two);
        refuse(mark(&two), &one);
        // A file of columns that is no tail.
        let pushed = table.push_tail(mark(&file), &mut opened(&file).expect("whole"));
        assert!(matches!(pushed, Err(TailFault::Store(_))), "{pushed:?}");
    }

    #[test]
    fn a_damaged_tail_is_refused_or_says_the_same_and_nothing_half() {
        let ([file, one, _], [first, second, _]) = stored();
        let mut refused = 0;
        for at in 0..one.len() {
            let mut damaged = one.clone();
            damaged[at] ^= 1 << (at % 8);
            let mut table = base(&file);
            let pushed = opened(&damaged).map(|mut tail| table.push_tail(mark(&file), &mut tail));
            if matches!(pushed, Ok(Ok(()))) {
                // Bits that are nobody's.
                assert_same(&table, &second);
            } else {
                assert_same(&table, &first);
                refused += 1;
            }
        }
        assert!(refused * 100 > one.len() * 97, "{refused} of {}", one.len());
        assert!((0..one.len()).all(|length| opened(&one[..length]).is_err()));
    }
}
