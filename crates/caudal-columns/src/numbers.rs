//! A column of numbers, wherever it lies.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use yoke::Yoke;

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

/// Numbers in a row: in memory, where more can be appended, or mapped from a file.
#[derive(Clone)]
pub struct Numbers<T: Number>(Kept<T>);

#[derive(Clone)]
enum Kept<T: Number> {
    Owned(Vec<T>),
    Mapped(Mapped<T>),
}

/// A part of a mapped file.
#[derive(Clone)]
struct Mapped<T: Number> {
    values: Yoke<&'static [T], Arc<FileMap>>,
    /// Where it begins in the file, in bytes.
    start: usize,
}

impl<T: Number> Mapped<T> {
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
        f.debug_list().entries(self.all()).finish()
    }
}

impl<T: Number> PartialEq for Numbers<T> {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
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
            Kept::Mapped(mapped) => mapped.values.get().len(),
        }
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
        }
    }

    /// The number at a position, if there is one.
    pub fn get(&self, at: usize) -> Option<T> {
        (at < self.len()).then(|| self.at(at))
    }

    /// The numbers at some positions.
    #[inline]
    pub fn range(&self, range: Range<usize>) -> &[T] {
        match &self.0 {
            Kept::Owned(values) => &values[range],
            Kept::Mapped(mapped) => mapped.range(range),
        }
    }

    /// All numbers: of a mapped column, every block is looked at.
    pub fn all(&self) -> &[T] {
        self.range(0..self.len())
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + DoubleEndedIterator + Clone + '_ {
        self.all().iter().copied()
    }

    /// The last number.
    pub fn last(&self) -> Option<T> {
        self.len().checked_sub(1).map(|last| self.at(last))
    }

    /// Appends a number. A mapped column is copied into memory first.
    #[inline]
    pub fn push(&mut self, value: T) {
        self.to_mut().push(value);
    }

    /// The numbers, to change. A mapped column is copied into memory first.
    #[inline]
    pub fn to_mut(&mut self) -> &mut Vec<T> {
        if let Kept::Mapped(mapped) = &self.0 {
            self.0 = Kept::Owned(mapped.range(0..mapped.values.get().len()).to_vec());
        }
        match &mut self.0 {
            Kept::Owned(values) => values,
            Kept::Mapped(_) => unreachable!("it was copied"),
        }
    }

    /// The first position of an ascending column from which `before` holds no longer.
    pub fn partition_point(&self, before: impl Fn(T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if before(self.at(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl<T: Number> FromIterator<T> for Numbers<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        values.into_iter().collect::<Vec<_>>().into()
    }
}

impl<T: Number> Extend<T> for Numbers<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.to_mut().extend(values);
    }
}
