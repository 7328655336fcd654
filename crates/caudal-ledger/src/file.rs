//! The ledger file: columns one after another, a directory at the end, a checksum for each.
//!
//! *Shape.* `docs/spec/SPEC-ledger-file.md` gives the layout. A writer streams columns as they visit
//! it; a reader finds them by name and reads each straight into its place. A file that was cut off,
//! altered by accident, or written by a version that laid it out differently is refused.
//!
//! *Limits.* Checksums find accidents, not a person who computes them anew. What a court relies on is
//! the evidence itself, by SHA-256; this file is made of it and can be made again.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};

use bytemuck::Pod;
use caudal_model::stored::{ColumnVisitor, StoreError, sound};

/// The layout that this version writes and reads.
const VERSION: u32 = 1;

const MAGIC: &[u8; 8] = b"CAUDALLF";
const END_MAGIC: &[u8; 8] = b"CAUDALLE";

/// Bytes of the header, of the trailer and of a directory record; columns begin at multiples of it.
const BLOCK: usize = 64;

/// Bytes of a column's name.
const NAME_BYTES: usize = 32;

/// Where a column lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    width: u32,
    checksum: u32,
    offset: u64,
    length: u64,
}

/// Writes a ledger file.
#[derive(Debug)]
pub struct LedgerFileWriter<W: Write> {
    out: W,
    position: u64,
    directory: Vec<u8>,
    count: u64,
}

impl<W: Write> LedgerFileWriter<W> {
    /// Begins a file. `key` says what it was made of.
    pub fn new(out: W, key: [u8; 32]) -> Result<Self, StoreError> {
        let mut header = [0; BLOCK];
        header[..8].copy_from_slice(MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[16..48].copy_from_slice(&key);
        seal(&mut header);
        let mut writer = Self { out, position: 0, directory: Vec::new(), count: 0 };
        writer.put(&header)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn pad(&mut self) -> Result<(), StoreError> {
        let over = usize::try_from(self.position % BLOCK as u64).unwrap_or(0);
        if over > 0 { self.put(&[0; BLOCK][over..]) } else { Ok(()) }
    }

    fn column<T: Little>(&mut self, name: &str, column: &mut [T]) -> Result<(), StoreError> {
        assert!(name.len() <= NAME_BYTES, "names of columns are short: {name}");
        self.pad()?;
        let width = u32::try_from(size_of::<T>()).unwrap_or(0);
        swap(column);
        let bytes: &[u8] = bytemuck::cast_slice(column);
        let (checksum, offset) = (crc32fast::hash(bytes), self.position);
        let (length, put) = (bytes.len() as u64, self.put(bytes));
        swap(column);
        let mut record = [0; BLOCK];
        record[..name.len()].copy_from_slice(name.as_bytes());
        record[32..36].copy_from_slice(&width.to_le_bytes());
        record[36..40].copy_from_slice(&checksum.to_le_bytes());
        record[40..48].copy_from_slice(&offset.to_le_bytes());
        record[48..56].copy_from_slice(&length.to_le_bytes());
        self.directory.extend_from_slice(&record);
        self.count += 1;
        put
    }

    /// Ends the file. Without this it is no ledger file.
    pub fn finish(mut self) -> Result<W, StoreError> {
        self.pad()?;
        let mut trailer = [0; BLOCK];
        trailer[..8].copy_from_slice(END_MAGIC);
        trailer[8..16].copy_from_slice(&self.position.to_le_bytes());
        trailer[16..24].copy_from_slice(&self.count.to_le_bytes());
        trailer[24..28].copy_from_slice(&crc32fast::hash(&self.directory).to_le_bytes());
        seal(&mut trailer);
        let directory = std::mem::take(&mut self.directory);
        self.put(&directory)?;
        self.put(&trailer)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> ColumnVisitor for LedgerFileWriter<W> {
    fn is_reading(&self) -> bool {
        false
    }

    fn bytes(&mut self, name: &str, column: &mut Vec<u8>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers32(&mut self, name: &str, column: &mut Vec<u32>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers64(&mut self, name: &str, column: &mut Vec<u64>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers128(&mut self, name: &str, column: &mut Vec<u128>) -> Result<(), StoreError> {
        self.column(name, column)
    }
}

/// Reads a ledger file.
#[derive(Debug)]
pub struct LedgerFileReader<R: Read + Seek> {
    input: R,
    key: [u8; 32],
    columns: BTreeMap<String, Place>,
}

impl<R: Read + Seek> LedgerFileReader<R> {
    /// Reads the header and the directory.
    pub fn new(mut input: R) -> Result<Self, StoreError> {
        let length = input.seek(SeekFrom::End(0))?;
        sound(length >= 2 * BLOCK as u64, "header")?;
        let mut header = [0; BLOCK];
        input.seek(SeekFrom::Start(0))?;
        input.read_exact(&mut header)?;
        sound(is_sealed(&header) && header.starts_with(MAGIC), "header")?;
        sound(number32(&header, 8) == VERSION, "version")?;
        let key = header[16..48].try_into().map_err(|_| StoreError::damaged("header"))?;
        let columns = directory(&mut input, length)?;
        Ok(Self { input, key, columns })
    }

    /// What the file was made of.
    pub fn key(&self) -> [u8; 32] {
        self.key
    }

    /// Whether a column is there.
    pub fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    fn column<T: Little>(&mut self, name: &str, column: &mut Vec<T>) -> Result<(), StoreError> {
        let damaged = || StoreError::damaged(name);
        let place = *self.columns.get(name).ok_or_else(damaged)?;
        let width = size_of::<T>() as u64;
        sound(u64::from(place.width) == width && place.length % width == 0, name)?;
        // The directory was examined: no column is longer than the file.
        let count = usize::try_from(place.length / width).map_err(|_| damaged())?;
        column.clear();
        column.resize(count, T::zeroed());
        self.input.seek(SeekFrom::Start(place.offset))?;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(column);
        self.input.read_exact(bytes)?;
        sound(crc32fast::hash(bytes) == place.checksum, name)?;
        swap(column);
        Ok(())
    }
}

impl<R: Read + Seek> ColumnVisitor for LedgerFileReader<R> {
    fn is_reading(&self) -> bool {
        true
    }

    fn bytes(&mut self, name: &str, column: &mut Vec<u8>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers32(&mut self, name: &str, column: &mut Vec<u32>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers64(&mut self, name: &str, column: &mut Vec<u64>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers128(&mut self, name: &str, column: &mut Vec<u128>) -> Result<(), StoreError> {
        self.column(name, column)
    }
}

/// Reads the directory, each record of which must lie inside the file.
fn directory(
    input: &mut (impl Read + Seek),
    length: u64,
) -> Result<BTreeMap<String, Place>, StoreError> {
    let block = BLOCK as u64;
    let mut trailer = [0; BLOCK];
    input.seek(SeekFrom::Start(length - block))?;
    input.read_exact(&mut trailer)?;
    sound(is_sealed(&trailer) && trailer.starts_with(END_MAGIC), "trailer")?;
    let (offset, count) = (number64(&trailer, 8), number64(&trailer, 16));
    let bytes = count.checked_mul(block);
    let end = bytes.and_then(|bytes| offset.checked_add(bytes));
    sound(offset >= block && end == Some(length - block), "trailer")?;
    let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
    let mut records = vec![0; bytes.ok_or_else(|| StoreError::damaged("trailer"))?];
    input.seek(SeekFrom::Start(offset))?;
    input.read_exact(&mut records)?;
    sound(crc32fast::hash(&records) == number32(&trailer, 24), "directory")?;
    let mut columns = BTreeMap::new();
    for record in records.as_chunks::<BLOCK>().0 {
        let name = std::str::from_utf8(&record[..NAME_BYTES]);
        let name = name.map_err(|_| StoreError::damaged("directory"))?.trim_end_matches('\0');
        let place = Place {
            width: number32(record, 32),
            checksum: number32(record, 36),
            offset: number64(record, 40),
            length: number64(record, 48),
        };
        let end = place.offset.checked_add(place.length);
        let is_inside = place.offset >= block && end.is_some_and(|end| end <= offset);
        let is_new = columns.insert(name.to_owned(), place).is_none();
        sound(is_inside && is_new, "directory")?;
    }
    Ok(columns)
}

/// Numbers that lie in the file with their lowest byte first.
trait Little: Pod {
    fn swapped(self) -> Self;
}

macro_rules! little {
    ($($number:ty),*) => { $(
        impl Little for $number {
            fn swapped(self) -> Self {
                self.to_le()
            }
        }
    )* };
}

little!(u8, u32, u64, u128);

/// Turns numbers into the file's order and back; does nothing where the machine's is the same.
fn swap<T: Little>(column: &mut [T]) {
    if cfg!(target_endian = "big") {
        for number in column.iter_mut() {
            *number = number.swapped();
        }
    }
}

/// Writes the checksum of a block into its last bytes.
fn seal(block: &mut [u8; BLOCK]) {
    let checksum = crc32fast::hash(&block[..BLOCK - 4]);
    block[BLOCK - 4..].copy_from_slice(&checksum.to_le_bytes());
}

fn is_sealed(block: &[u8; BLOCK]) -> bool {
    number32(block, BLOCK - 4) == crc32fast::hash(&block[..BLOCK - 4])
}

fn number32(block: &[u8; BLOCK], at: usize) -> u32 {
    block[at..at + 4].iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

fn number64(block: &[u8; BLOCK], at: usize) -> u64 {
    block[at..at + 8].iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}
