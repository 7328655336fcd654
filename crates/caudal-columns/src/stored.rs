//! What lies in a file of columns: one description, by which it is written and read.
//!
//! *Shape.* A value visits its columns in order. A visitor that writes takes each column as it is; a
//! visitor that reads fills it. So the two cannot differ. What was read is then examined by its
//! owner: whatever a damaged file holds, it gives an error and never a table that contradicts itself.

use crate::Column;
use crate::collections::Dictionary;
use crate::numbers::Numbers;

/// Why columns cannot be written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk, or a permission.
    Io(std::io::Error),
    /// The file is not what was written; with the column in which that shows.
    Damaged(String),
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Damaged(column) => write!(f, "damaged: {column}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl StoreError {
    /// The file is not what was written.
    pub fn damaged(column: &str) -> Self {
        Self::Damaged(column.to_owned())
    }
}

/// Writes columns, or fills them.
pub trait ColumnVisitor {
    /// Whether columns are filled; otherwise they are taken as they are.
    fn is_reading(&self) -> bool;
    /// A column of bytes.
    fn bytes(&mut self, name: &str, column: &mut Numbers<u8>) -> Result<(), StoreError>;
    /// A column of 32-bit numbers.
    fn numbers32(&mut self, name: &str, column: &mut Numbers<u32>) -> Result<(), StoreError>;
    /// A column of 64-bit numbers.
    fn numbers64(&mut self, name: &str, column: &mut Numbers<u64>) -> Result<(), StoreError>;
    /// A column of 128-bit numbers.
    fn numbers128(&mut self, name: &str, column: &mut Numbers<u128>) -> Result<(), StoreError>;
}

/// Fails unless what was read is sound.
pub fn sound(is_sound: bool, column: &str) -> Result<(), StoreError> {
    if is_sound { Ok(()) } else { Err(StoreError::damaged(column)) }
}

/// A column of amounts, narrow or wide.
pub fn amounts(
    visitor: &mut dyn ColumnVisitor,
    name: &str,
    column: &mut Column,
) -> Result<(), StoreError> {
    column.visit(visitor, name)
}

/// A text.
pub fn text(
    visitor: &mut dyn ColumnVisitor,
    name: &str,
    text: &mut String,
) -> Result<(), StoreError> {
    let mut bytes = Numbers::from(std::mem::take(text).into_bytes());
    let visited = visitor.bytes(name, &mut bytes);
    let read = String::from_utf8(bytes.iter().collect());
    *text = read.map_err(|_| StoreError::damaged(name))?;
    visited
}

/// Texts, end to end.
pub fn texts(
    visitor: &mut dyn ColumnVisitor,
    name: &str,
    list: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut all = list.concat();
    let mut ends: Numbers<u64> = Numbers::with_capacity(list.len());
    for text in list.iter() {
        ends.push(ends.last().unwrap_or(0) + text.len() as u64);
    }
    text(visitor, &format!("{name}.text"), &mut all)?;
    visitor.numbers64(&format!("{name}.ends"), &mut ends)?;
    if visitor.is_reading() {
        let mut start = 0;
        for end in &ends {
            let end = usize::try_from(end).unwrap_or(usize::MAX);
            let part = all.get(start..end).ok_or_else(|| StoreError::damaged(name))?;
            list.push(part.to_owned());
            start = end;
        }
        sound(start == all.len(), name)?;
    }
    Ok(())
}

/// Texts that may be absent.
pub fn optional_texts(
    visitor: &mut dyn ColumnVisitor,
    name: &str,
    list: &mut Vec<Option<String>>,
) -> Result<(), StoreError> {
    // A letter before each tells "absent" from "empty".
    let mark = |text: &Option<String>| text.as_ref().map_or(String::new(), |t| format!("={t}"));
    let mut marked: Vec<String> = list.iter().map(mark).collect();
    texts(visitor, name, &mut marked)?;
    if visitor.is_reading() {
        list.extend(marked.iter().map(|text| text.strip_prefix('=').map(str::to_owned)));
    }
    Ok(())
}

/// A row that is a few 64-bit numbers.
pub trait Numbered<const N: usize>: Sized {
    /// Its numbers.
    fn numbers(&self) -> [u64; N];
    /// The row with these numbers, if there is one.
    fn from_numbers(numbers: [u64; N]) -> Option<Self>;
}

/// Rows of a few numbers each.
pub fn rows<T: Numbered<N>, const N: usize>(
    visitor: &mut dyn ColumnVisitor,
    name: &str,
    list: &mut Vec<T>,
) -> Result<(), StoreError> {
    let mut numbers: Numbers<u64> = list.iter().flat_map(Numbered::numbers).collect();
    visitor.numbers64(name, &mut numbers)?;
    if visitor.is_reading() {
        let (whole, rest) = numbers.all().as_chunks::<N>();
        sound(rest.is_empty(), name)?;
        let read: Option<Vec<T>> = whole.iter().map(|&row| T::from_numbers(row)).collect();
        *list = read.ok_or_else(|| StoreError::damaged(name))?;
    }
    Ok(())
}

/// The distinct texts of a dictionary, with the index by which they are found.
pub fn dictionary(
    visitor: &mut dyn ColumnVisitor,
    name: &str,
    dictionary: &mut Dictionary,
) -> Result<(), StoreError> {
    dictionary.visit(visitor, name)
}

/// Two halves of a wide number: low, high.
pub fn halves(value: u128) -> [u64; 2] {
    let low = u64::try_from(value & u128::from(u64::MAX)).unwrap_or(0);
    let high = u64::try_from(value >> 64).unwrap_or(0);
    [low, high]
}

/// A wide number from its halves.
pub fn whole([low, high]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// A number of a row.
impl Numbered<2> for (u32, u64) {
    fn numbers(&self) -> [u64; 2] {
        [u64::from(self.0), self.1]
    }

    fn from_numbers([row, number]: [u64; 2]) -> Option<Self> {
        Some((u32::try_from(row).ok()?, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_number_is_its_halves() {
        for value in [0, 1, u128::from(u64::MAX), u128::MAX, 1 << 64] {
            assert_eq!(whole(halves(value)), value);
        }
    }
}
