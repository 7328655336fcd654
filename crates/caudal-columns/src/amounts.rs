//! A column of amounts, in as few bytes as its values need.
//!
//! *Units.* Minor units of the currency of the place or line it belongs to. Arithmetic on values
//! is always 128 bits wide; only the storage is narrow.

use std::ops::Range;

use crate::numbers::Numbers;
use crate::stored::{ColumnVisitor, StoreError, sound};

/// Amounts in 4, 8 or 16 bytes each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// Nearly every value fits 32 bits; the others stand in a list.
    Slim(Numbers<u32>, Rare),
    /// Every value fits 64 bits.
    Narrow(Numbers<u64>),
    /// Assets with many decimals, such as wei.
    Wide(Numbers<u128>),
    /// A mapped column, and one behind it for values that do not fit the first.
    Split(Box<Column>, Box<Column>),
}

/// The values of a slim column that do not fit: their positions, ascending, and themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rare {
    at: Numbers<u32>,
    value: Numbers<u64>,
}

/// Stands in a slim column for a value of its list.
const IN_LIST: u32 = u32::MAX;

/// A slim column may list one value in so many, and a few besides.
const LISTED_IN: usize = 32;
const LISTED_FEW: usize = 64;

impl Default for Column {
    fn default() -> Self {
        Self::Slim(Numbers::default(), Rare::default())
    }
}

impl Column {
    /// An empty column for sums up to `limit`, most of which are large.
    pub fn for_sums_up_to(limit: u128, capacity: usize) -> Self {
        if u64::try_from(limit).is_ok() {
            Self::Narrow(Numbers::with_capacity(capacity))
        } else {
            Self::Wide(Numbers::with_capacity(capacity))
        }
    }

    /// An empty column for values most of which are small.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::Slim(Numbers::with_capacity(capacity), Rare::default())
    }

    /// Appends a value. One that does not fit makes the column wider.
    #[inline]
    pub fn push(&mut self, value: u128) {
        match self {
            Self::Slim(values, _) if value < u128::from(IN_LIST) => {
                values.push(u32::try_from(value).unwrap_or(IN_LIST));
            }
            Self::Narrow(values) if u64::try_from(value).is_ok() => {
                values.push(u64::try_from(value).unwrap_or(u64::MAX));
            }
            Self::Wide(values) => values.push(value),
            Self::Split(_, later) => later.push(value),
            Self::Slim(..) | Self::Narrow(_) => self.push_large(value),
        }
    }

    /// Whether a part of it is mapped, which is never copied when more is appended.
    fn is_mapped(&self) -> bool {
        match self {
            Self::Slim(values, _) => values.is_mapped(),
            Self::Narrow(values) => values.is_mapped(),
            Self::Wide(values) => values.is_mapped(),
            Self::Split(..) => true,
        }
    }

    #[cold]
    fn push_large(&mut self, value: u128) {
        if let (Self::Slim(values, rare), Ok(large)) = (&mut *self, u64::try_from(value))
            && rare.at.len() < values.len() / LISTED_IN + LISTED_FEW
        {
            rare.at.push(u32::try_from(values.len()).expect("fewer than 2^32 values"));
            rare.value.push(large);
            values.push(IN_LIST);
            return;
        }
        if self.is_mapped() {
            *self = Self::Split(Box::new(std::mem::take(self)), Box::default());
            self.push(value);
            return;
        }
        *self = if let (Self::Slim(..), Ok(_)) = (&*self, u64::try_from(value)) {
            let small = (0..self.len()).map(|at| u64::try_from(self.get(at)).unwrap_or(u64::MAX));
            Self::Narrow(small.collect())
        } else {
            Self::Wide((0..self.len()).map(|at| self.get(at)).collect())
        };
        self.push(value);
    }

    /// The value at a position.
    #[inline]
    pub fn get(&self, at: usize) -> u128 {
        match self {
            Self::Slim(values, rare) => match values.at(at) {
                IN_LIST => rare.get(at),
                value => u128::from(value),
            },
            Self::Narrow(values) => u128::from(values.at(at)),
            Self::Wide(values) => values.at(at),
            Self::Split(first, later) => match at.checked_sub(first.len()) {
                Some(at) => later.get(at),
                None => first.get(at),
            },
        }
    }

    /// Asks the memory for the value at a position; changes nothing.
    #[inline]
    pub fn fetch_ahead(&self, at: usize) {
        match self {
            Self::Slim(values, _) => values.fetch_ahead(at),
            Self::Narrow(values) => values.fetch_ahead(at),
            Self::Wide(values) => values.fetch_ahead(at),
            Self::Split(first, _) => first.fetch_ahead(at),
        }
    }

    /// Appends the values at some positions to a list; false if one of them does not fit there.
    pub fn read_into(&self, range: Range<usize>, list: &mut Vec<u64>) -> bool {
        match self {
            Self::Slim(values, rare) => {
                let start = list.len();
                for part in values.parts(range.clone()) {
                    list.extend(part.iter().map(|&value| u64::from(value)));
                }
                for (at, value) in rare.within(range.clone()) {
                    list[start + (at - range.start)] = value;
                }
                true
            }
            Self::Narrow(values) => {
                values.parts(range).into_iter().for_each(|part| list.extend_from_slice(part));
                true
            }
            Self::Wide(values) => values.parts(range).into_iter().flatten().all(|&value| {
                let value = u64::try_from(value);
                value.is_ok_and(|value| {
                    list.push(value);
                    true
                })
            }),
            Self::Split(first, later) => {
                let end = first.len();
                let rest = range.start.saturating_sub(end)..range.end.saturating_sub(end);
                first.read_into(range.start.min(end)..range.end.min(end), list)
                    && later.read_into(rest, list)
            }
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Slim(values, _) => values.len(),
            Self::Narrow(values) => values.len(),
            Self::Wide(values) => values.len(),
            Self::Split(first, later) => first.len() + later.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The largest value; zero where there is none.
    pub fn largest(&self) -> u128 {
        let small = |value: &u32| *value != IN_LIST;
        match self {
            Self::Split(first, later) => first.largest().max(later.largest()),
            Self::Slim(values, rare) => {
                let listed = rare.value.iter().max().map(u128::from);
                listed.or(values.iter().filter(small).max().map(u128::from)).unwrap_or(0)
            }
            Self::Narrow(values) => values.iter().max().map_or(0, u128::from),
            Self::Wide(values) => values.iter().max().unwrap_or(0),
        }
    }

    /// Whether every value of the list is where the column says, and no other. All of it is read.
    pub fn is_sound(&self) -> bool {
        if let Self::Split(first, later) = self {
            return first.is_sound() && later.is_sound();
        }
        let Self::Slim(values, rare) = self else { return true };
        let marked = (0u32..).zip(values.iter()).filter(|&(_, value)| value == IN_LIST);
        marked.map(|(at, _)| at).eq(rare.at.iter())
    }

    /// Visits the column to write or to fill it.
    pub(crate) fn visit(
        &mut self,
        visitor: &mut dyn ColumnVisitor,
        name: &str,
    ) -> Result<(), StoreError> {
        self.join();
        let (mut slim, mut narrow, mut wide) = Default::default();
        let mut rare = Rare::default();
        match self {
            Self::Slim(values, listed) => {
                (slim, rare) = (std::mem::take(values), std::mem::take(listed));
            }
            Self::Narrow(values) => narrow = std::mem::take(values),
            Self::Wide(values) => wide = std::mem::take(values),
            Self::Split(..) => unreachable!("it was joined"),
        }
        let mut visit = || {
            visitor.numbers32(&format!("{name}.32"), &mut slim)?;
            visitor.numbers32(&format!("{name}.32.at"), &mut rare.at)?;
            visitor.numbers64(&format!("{name}.32.of"), &mut rare.value)?;
            visitor.numbers64(&format!("{name}.64"), &mut narrow)?;
            visitor.numbers128(&format!("{name}.128"), &mut wide)
        };
        let visited = visit();
        let filled = [!slim.is_empty(), !narrow.is_empty(), !wide.is_empty()];
        let is_one = filled.into_iter().filter(|&is_filled| is_filled).count() < 2;
        let is_list = rare.at.len() == rare.value.len() && rare.at.len() <= slim.len();
        *self = match filled {
            [_, true, _] => Self::Narrow(narrow),
            [_, _, true] => Self::Wide(wide),
            _ => Self::Slim(slim, rare),
        };
        visited.and_then(|()| sound(is_one && is_list, name))
    }
}

impl Column {
    /// A column of two parts becomes one, in memory: that is how a file has it.
    fn join(&mut self) {
        if matches!(self, Self::Split(..)) {
            let mut joined = Self::with_capacity(self.len());
            (0..self.len()).for_each(|at| joined.push(self.get(at)));
            *self = joined;
        }
    }
}

impl Rare {
    /// The values listed for some positions.
    fn within(&self, range: Range<usize>) -> impl Iterator<Item = (usize, u64)> + '_ {
        let first = self.at.partition_point(|known| (known as usize) < range.start);
        let end = self.at.partition_point(|known| (known as usize) < range.end);
        (first..end).map(|listed| (self.at.at(listed) as usize, self.value.at(listed)))
    }

    fn get(&self, at: usize) -> u128 {
        let listed = self.at.partition_point(|known| (known as usize) < at);
        // A file that is not ours may not have it: then `is_sound` says so.
        self.value.get(listed).map_or(u128::from(IN_LIST), u128::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ColumnFile, ColumnFileWriter, FileMap};

    #[test]
    fn a_value_that_does_not_fit_changes_no_other() {
        let edges = [
            7,
            u128::from(u32::MAX) - 1,
            u128::from(u32::MAX),
            u128::from(u64::MAX),
            9,
            u128::from(u64::MAX) + 1,
            u128::MAX,
            0,
        ];
        let mut column = Column::default();
        for (at, &value) in edges.iter().enumerate() {
            column.push(value);
            let read: Vec<u128> = (0..=at).map(|at| column.get(at)).collect();
            assert_eq!(read, edges[..=at]);
            assert_eq!(Some(&column.largest()), edges[..=at].iter().max());
        }
        assert!(matches!(column, Column::Wide(_)));
    }

    #[test]
    fn values_that_do_not_fit_a_mapped_column_stand_behind_it() {
        let mut column = Column::default();
        (0..100u128).for_each(|at| column.push(at));
        let stored = |column: &mut Column| {
            let mut writer = ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
            column.visit(&mut writer, "amounts").expect("memory");
            FileMap::of_bytes(&writer.finish().expect("memory")).expect("memory")
        };
        let read = |map: FileMap| {
            let mut column = Column::default();
            let mut file = ColumnFile::new(map).expect("it is whole");
            column.visit(&mut file, "amounts").expect("it is whole");
            column
        };
        let mut mapped = read(stored(&mut column));
        for value in [7, 1 << 40, 1 << 70, 8, 1 << 90] {
            column.push(value);
            mapped.push(value);
            assert!(mapped.is_mapped() || cfg!(target_endian = "big"));
            assert_eq!((mapped.len(), mapped.largest()), (column.len(), column.largest()));
            assert!((0..column.len()).all(|at| mapped.get(at) == column.get(at)));
            let [mut one, mut other] = [Vec::new(), Vec::new()];
            let range = 90..column.len();
            let is_read = mapped.read_into(range.clone(), &mut one);
            assert_eq!(is_read, column.read_into(range, &mut other));
            assert!(!is_read || one == other);
        }
        assert!(mapped.is_sound());
        let again = read(stored(&mut mapped));
        assert!((0..column.len()).all(|at| again.get(at) == column.get(at)));
    }

    #[test]
    fn a_few_large_values_among_many_leave_the_column_slim() {
        let mut column = Column::default();
        let value = |at: u64| if at % 100 == 3 { at << 33 } else { at };
        for at in 0..10_000 {
            column.push(u128::from(value(at)));
        }
        assert!(matches!(column, Column::Slim(..)));
        for at in (0..10_000u64).rev() {
            let position = usize::try_from(at).expect("small");
            assert_eq!(column.get(position), u128::from(value(at)));
        }
        for _ in 0..1_000 {
            column.push(1 << 40);
        }
        assert!(matches!(column, Column::Narrow(_)));
        assert_eq!((column.get(103), column.get(10_500)), (103 << 33, 1 << 40));
    }

    #[test]
    fn a_part_of_a_column_reads_as_its_values_do() {
        for largest in [1u128 << 30, 1 << 33, 1 << 70] {
            let mut column = Column::default();
            for at in 0..200u128 {
                column.push(if at % 7 == 3 { largest + at } else { at });
            }
            for range in [0..0, 3..4, 5..180, 0..200] {
                let mut read = Vec::new();
                let all: Vec<u128> = range.clone().map(|at| column.get(at)).collect();
                let fits = all.iter().all(|&value| u64::try_from(value).is_ok());
                assert_eq!(column.read_into(range, &mut read), fits);
                if fits {
                    assert_eq!(read.into_iter().map(u128::from).collect::<Vec<_>>(), all);
                }
            }
        }
    }
}
