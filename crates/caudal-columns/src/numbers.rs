//! A column of numbers, wherever it lies.

use std::fmt;
use std::iter::Copied;
use std::ops::Range;
use std::slice;
use std::sync::Arc;

use bytemuck::Pod;
use yoke::Yoke;

use crate::ahead::fetch_ahead;
use crate::map::FileMap;
use crate::stored::StoreError;

/// A number that can stand in a column.
pub trait Number: Pod + Ord + fmt::Debug + Send + Sync {
    /// The number with its bytes turned round where the machine's highest comes first.
    #[must_use]
    fn in_file_order(self) -> Self;
}

macro_rules! number {
    ($($number:ty),*) => { $(
        impl Number for $number {
            fn in_file_order(self) -> Self {
                self.to_le()
            }
        }
    )* };
}

number!(u8, u32, u64, u128);

/// Numbers in a row: in memory, or mapped from a file. More can be appended to both; those behind a
/// mapped part lie in memory.
#[derive(Clone)]
pub struct Numbers<T: Number>(Kept<T>);

#[derive(Clone)]
enum Kept<T: Number> {
    Owned(Vec<T>),
    Mapped(Mapped<T>),
    /// A mapped part and what was appended to it.
    Longer(Mapped<T>, Vec<T>),
}

/// A part of a mapped file.
#[derive(Clone)]
struct Mapped<T: Number> {
    values: Yoke<&'static [T], Arc<FileMap>>,
    /// Where it begins in the file, in bytes.
    start: usize,
}

impl<T: Number> Mapped<T> {
    fn len(&self) -> usize {
        self.values.get().len()
    }

    fn at(&self, at: usize) -> T {
        let value = self.values.get()[at];
        // No number lies in two blocks: columns begin at multiples of the widest.
        self.values.backing_cart().ensure(self.start + at * size_of::<T>());
        value
    }

    fn range(&self, range: Range<usize>) -> &[T] {
        let width = size_of::<T>();
        let part = &self.values.get()[range.clone()];
        let (from, to) = (self.start + range.start * width, self.start + range.end * width);
        self.values.backing_cart().ensure_range(from, to);
        part
    }
}

impl<T: Number> Default for Numbers<T> {
    fn default() -> Self {
        Self(Kept::Owned(Vec::new()))
    }
}

impl<T: Number> From<Vec<T>> for Numbers<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Kept::Owned(values))
    }
}

impl<T: Number> fmt::Debug for Numbers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Number> PartialEq for Numbers<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Number> Eq for Numbers<T> {}

impl<T: Number> Numbers<T> {
    /// An empty column with room.
    pub fn with_capacity(capacity: usize) -> Self {
        Vec::with_capacity(capacity).into()
    }

    /// The numbers that lie in these bytes of a mapped file.
    pub(crate) fn mapped(map: &Arc<FileMap>, bytes: Range<usize>) -> Result<Self, StoreError> {
        let start = bytes.start;
        let values = Yoke::try_attach_to_cart(Arc::clone(map), |map| {
            bytemuck::try_cast_slice(&map.bytes()[bytes])
                .map_err(|_| StoreError::damaged("alignment"))
        })?;
        let mapped = Self(Kept::Mapped(Mapped { values, start }));
        if cfg!(target_endian = "big") {
            return Ok(mapped.iter().map(Number::in_file_order).collect::<Vec<_>>().into());
        }
        Ok(mapped)
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Owned(values) => values.len(),
            Kept::Mapped(mapped) => mapped.len(),
            Kept::Longer(mapped, rest) => mapped.len() + rest.len(),
        }
    }

    /// Whether a part of it is mapped, which is never copied when more is appended.
    pub fn is_mapped(&self) -> bool {
        !matches!(self.0, Kept::Owned(_))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number at a position.
    #[inline]
    pub fn at(&self, at: usize) -> T {
        match &self.0 {
            Kept::Owned(values) => values[at],
            Kept::Mapped(mapped) => mapped.at(at),
            Kept::Longer(mapped, rest) => match at.checked_sub(mapped.len()) {
                Some(at) => rest[at],
                None => mapped.at(at),
            },
        }
    }

    /// Asks the memory for the number at a position; changes nothing.
    #[inline]
    pub fn fetch_ahead(&self, at: usize) {
        match &self.0 {
            Kept::Owned(values) => fetch_ahead(values, at),
            Kept::Mapped(mapped) | Kept::Longer(mapped, _) => fetch_ahead(mapped.values.get(), at),
        }
    }

    /// The number at a position, if there is one.
    pub fn get(&self, at: usize) -> Option<T> {
        (at < self.len()).then(|| self.at(at))
    }

    /// The numbers at some positions, which must not begin in a mapped part and end behind it.
    #[inline]
    pub fn range(&self, range: Range<usize>) -> &[T] {
        match &self.0 {
            Kept::Owned(values) => &values[range],
            Kept::Mapped(mapped) => mapped.range(range),
            Kept::Longer(..) => {
                let [first, rest] = self.parts(range);
                assert!(first.is_empty() || rest.is_empty(), "a range lies in one part");
                if rest.is_empty() { first } else { rest }
            }
        }
    }

    /// The numbers at some positions: those of a mapped part, and those behind it.
    pub fn parts(&self, range: Range<usize>) -> [&[T]; 2] {
        match &self.0 {
            Kept::Owned(values) => [&values[range], &[]],
            Kept::Mapped(mapped) => [mapped.range(range), &[]],
            Kept::Longer(mapped, rest) => {
                let end = mapped.len();
                let first = mapped.range(range.start.min(end)..range.end.min(end));
                let rest = &rest[range.start.saturating_sub(end)..range.end.saturating_sub(end)];
                [first, rest]
            }
        }
    }

    /// All numbers of a column that is in one part: of a mapped one, every block is looked at.
    pub fn all(&self) -> &[T] {
        self.range(0..self.len())
    }

    /// The numbers in order.
    pub fn iter(&self) -> NumberIter<'_, T> {
        let [first, rest] = self.parts(0..self.len());
        NumberIter { first: first.iter().copied(), rest: rest.iter().copied() }
    }

    /// The last number.
    pub fn last(&self) -> Option<T> {
        self.len().checked_sub(1).map(|last| self.at(last))
    }

    /// Appends a number. A mapped part stays where it is.
    #[inline]
    pub fn push(&mut self, value: T) {
        self.tail().push(value);
    }

    /// Where numbers are appended: behind a mapped part.
    #[inline]
    fn tail(&mut self) -> &mut Vec<T> {
        if let Kept::Mapped(mapped) = &self.0 {
            self.0 = Kept::Longer(mapped.clone(), Vec::new());
        }
        match &mut self.0 {
            Kept::Owned(values) => values,
            Kept::Longer(_, rest) => rest,
            Kept::Mapped(_) => unreachable!("it has a tail now"),
        }
    }

    /// The numbers, to change. A mapped part is copied into memory first.
    #[inline]
    pub fn to_mut(&mut self) -> &mut Vec<T> {
        if self.is_mapped() {
            self.0 = Kept::Owned(self.iter().collect());
        }
        match &mut self.0 {
            Kept::Owned(values) => values,
            Kept::Mapped(_) | Kept::Longer(..) => unreachable!("it was copied"),
        }
    }

    /// The first position of an ascending column from which `before` holds no longer.
    pub fn partition_point(&self, before: impl Fn(T) -> bool) -> usize {
        partition_point(0..self.len(), |at| before(self.at(at)))
    }
}

/// The first position of a range from which `before` holds no longer; it holds for none behind.
pub fn partition_point(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl<T: Number> FromIterator<T> for Numbers<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

impl<T: Number> Extend<T> for Numbers<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.tail().extend(values);
    }
}

/// The numbers of a column in order.
#[derive(Clone, Debug)]
pub struct NumberIter<'a, T: Number> {
    first: Copied<slice::Iter<'a, T>>,
    rest: Copied<slice::Iter<'a, T>>,
}

impl<T: Number> Iterator for NumberIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.first.next().or_else(|| self.rest.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.first.len() + self.rest.len();
        (len, Some(len))
    }

    fn fold<B, F: FnMut(B, T) -> B>(self, init: B, mut each: F) -> B {
        let init = self.first.fold(init, &mut each);
        self.rest.fold(init, each)
    }
}

impl<T: Number> DoubleEndedIterator for NumberIter<'_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.rest.next_back().or_else(|| self.first.next_back())
    }
}

impl<'a, T: Number> IntoIterator for &'a Numbers<T> {
    type Item = T;
    type IntoIter = NumberIter<'a, T>;

    fn into_iter(self) -> NumberIter<'a, T> {
        self.iter()
    }
}

impl<T: Number> ExactSizeIterator for NumberIter<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A column in a mapped file.
    fn mapped(values: &[u32]) -> Numbers<u32> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let map = Arc::new(FileMap::of_bytes(&bytes).expect("memory"));
        Numbers::mapped(&map, 0..bytes.len()).expect("it begins at a page")
    }

    #[test]
    fn what_is_appended_to_a_mapped_column_follows_it_and_copies_nothing() {
        for count in [0u32, 1, 5] {
            let all: Vec<u32> = (0..count + 4).map(|at| at * 7).collect();
            let (before, after) = all.split_at(count as usize);
            let mut column = mapped(before);
            column.push(after[0]);
            column.extend(after[1..].iter().copied());
            assert!(column.is_mapped() || cfg!(target_endian = "big"));
            assert_eq!((column.len(), column.last()), (all.len(), all.last().copied()));
            assert_eq!(column.get(all.len()), None);
            for (at, &value) in all.iter().enumerate() {
                assert_eq!(column.get(at), Some(value));
                assert_eq!(column.partition_point(|known| known < value), at);
            }
            assert_eq!(column.iter().collect::<Vec<_>>(), all);
            assert_eq!(
                column.iter().rev().map(u64::from).sum::<u64>(),
                u64::from(all.iter().sum::<u32>())
            );
            assert_eq!(column.iter().len(), all.len());
            assert_eq!(column.parts(0..all.len()).concat(), all);
            assert_eq!(column.range(before.len()..all.len()), after);
            assert_eq!(column.range(0..before.len()), before);
            assert_eq!(column, Numbers::from(all.clone()));
            column.to_mut()[0] = 9;
            assert_eq!((column.at(0), column.at(2)), (9, all[2]));
        }
    }
}
