//! A file of columns: one after another, a directory at the end, a checksum for each block.
//!
//! *Shape.* `docs/spec/SPEC-ledger-file.md` gives the layout. A writer streams columns as they visit
//! it; a reader maps the file, finds columns by name, and hands out each where it lies. A file that was
//! cut off or written by a version that laid it out differently is refused at once, and damage
//! when it is met.
//!
//! *Limits.* Checksums find accidents, not a person who computes them anew. What a court relies on is
//! the evidence itself, by SHA-256; this file is made of it and can be made again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use crate::map::{BLOCK_BYTES, DamagedBlock, FileMap};
use crate::numbers::{Number, Numbers};
use crate::stored::{ColumnVisitor, StoreError, sound};

/// The layout that this version writes and reads.
const VERSION: u32 = 2;

const MAGIC: &[u8; 8] = ColumnFile::MAGIC;
const END_MAGIC: &[u8; 8] = b"CAUDALLE";

/// Bytes of the header, of the trailer and of a directory record; columns begin at multiples of it.
const RECORD: usize = 64;

/// Bytes of a column's name.
const NAME_BYTES: usize = 32;

/// Bytes behind the directory: the checksums of so many blocks, filled up, and the trailer.
pub(crate) fn tail_bytes(blocks: usize) -> usize {
    (blocks * 4).next_multiple_of(RECORD) + RECORD
}

/// Where a column lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    width: u32,
    offset: u64,
    length: u64,
}

type Directory = BTreeMap<String, Place>;

/// Writes a file of columns.
#[derive(Debug)]
pub struct ColumnFileWriter<W: Write> {
    out: W,
    position: u64,
    directory: Vec<u8>,
    sums: Vec<u32>,
    /// Of the block that is not full yet.
    sum: crc32fast::Hasher,
}

impl<W: Write> ColumnFileWriter<W> {
    /// Begins a file. `key` says what it was made of.
    pub fn new(out: W, key: [u8; 32]) -> Result<Self, StoreError> {
        let mut header = [0; RECORD];
        header[..8].copy_from_slice(MAGIC);
        header[8..12].copy_from_slice(&VERSION.to_le_bytes());
        header[16..48].copy_from_slice(&key);
        seal(&mut header);
        let (directory, sums) = (Vec::new(), Vec::new());
        let sum = crc32fast::Hasher::new();
        let mut writer = Self { out, position: 0, directory, sums, sum };
        writer.put(&header)?;
        Ok(writer)
    }

    fn put(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            let filled = usize::try_from(self.position % BLOCK_BYTES as u64).unwrap_or(0);
            let (now, rest) = bytes.split_at(bytes.len().min(BLOCK_BYTES - filled));
            self.out.write_all(now)?;
            self.sum.update(now);
            self.position += now.len() as u64;
            if filled + now.len() == BLOCK_BYTES {
                self.end_block();
            }
            bytes = rest;
        }
        Ok(())
    }

    fn end_block(&mut self) {
        let sum = std::mem::replace(&mut self.sum, crc32fast::Hasher::new());
        self.sums.push(sum.finalize());
    }

    fn pad(&mut self) -> Result<(), StoreError> {
        let over = usize::try_from(self.position % RECORD as u64).unwrap_or(0);
        if over > 0 { self.put(&[0; RECORD][over..]) } else { Ok(()) }
    }

    fn column<T: Number>(&mut self, name: &str, column: &Numbers<T>) -> Result<(), StoreError> {
        assert!(name.len() <= NAME_BYTES, "names of columns are short: {name}");
        self.pad()?;
        let width = u32::try_from(size_of::<T>()).unwrap_or(0);
        let offset = self.position;
        if cfg!(target_endian = "big") {
            let turned: Vec<T> = column.iter().map(Number::in_file_order).collect();
            self.put(bytemuck::cast_slice(&turned))?;
        } else {
            for part in column.parts(0..column.len()) {
                self.put(bytemuck::cast_slice(part))?;
            }
        }
        let mut record = [0; RECORD];
        record[..name.len()].copy_from_slice(name.as_bytes());
        record[32..36].copy_from_slice(&width.to_le_bytes());
        record[40..48].copy_from_slice(&offset.to_le_bytes());
        record[48..56].copy_from_slice(&(self.position - offset).to_le_bytes());
        self.directory.extend_from_slice(&record);
        Ok(())
    }

    /// Ends the file. Without this it is no file of columns.
    pub fn finish(mut self) -> Result<W, StoreError> {
        self.pad()?;
        let mut trailer = [0; RECORD];
        trailer[..8].copy_from_slice(END_MAGIC);
        trailer[8..16].copy_from_slice(&self.position.to_le_bytes());
        let directory = std::mem::take(&mut self.directory);
        self.put(&directory)?;
        if !self.position.is_multiple_of(BLOCK_BYTES as u64) {
            self.end_block();
        }
        let mut sums: Vec<u8> = self.sums.iter().flat_map(|sum| sum.to_le_bytes()).collect();
        sums.resize(sums.len().next_multiple_of(RECORD), 0);
        trailer[16..24].copy_from_slice(&self.position.to_le_bytes());
        trailer[24..28].copy_from_slice(&crc32fast::hash(&sums).to_le_bytes());
        seal(&mut trailer);
        self.out.write_all(&sums)?;
        self.out.write_all(&trailer)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl ColumnFileWriter<File> {
    /// The columns that were written so far, mapped: what was in memory can then be let go.
    pub fn so_far(&self) -> Result<ColumnFile, StoreError> {
        let map = FileMap::of_file(&self.out)?;
        let columns = records(&self.directory, self.position)?;
        Ok(ColumnFile { map: Arc::new(map), key: [0; 32], mark: [0; 32], columns })
    }
}

impl<W: Write> ColumnVisitor for ColumnFileWriter<W> {
    fn is_reading(&self) -> bool {
        false
    }

    fn bytes(&mut self, name: &str, column: &mut Numbers<u8>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers32(&mut self, name: &str, column: &mut Numbers<u32>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers64(&mut self, name: &str, column: &mut Numbers<u64>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers128(&mut self, name: &str, column: &mut Numbers<u128>) -> Result<(), StoreError> {
        self.column(name, column)
    }
}

/// A mapped file of columns.
#[derive(Clone, Debug)]
pub struct ColumnFile {
    map: Arc<FileMap>,
    key: [u8; 32],
    mark: [u8; 32],
    columns: Directory,
}

impl ColumnFile {
    /// How such a file begins.
    pub const MAGIC: &[u8; 8] = b"CAUDALLF";

    /// Looks at the header, the directory and the checksums of blocks; nothing else is read.
    pub fn new(mut map: FileMap) -> Result<Self, StoreError> {
        let bytes = map.bytes();
        let (header, trailer) = (record_at(bytes, 0), bytes.len().checked_sub(RECORD));
        let header = header.filter(|header| is_sealed(header) && header.starts_with(MAGIC));
        let header = header.ok_or_else(|| StoreError::damaged("header"))?;
        sound(number32(header, 8) == VERSION, "version")?;
        let key = header[16..48].try_into().map_err(|_| StoreError::damaged("header"))?;
        let mut mark = [0; 32];
        mark[..4].copy_from_slice(&header[RECORD - 4..]);
        let trailer = trailer.and_then(|at| record_at(bytes, at));
        let trailer = trailer.filter(|trailer| is_sealed(trailer));
        let trailer = trailer.filter(|trailer| trailer.starts_with(END_MAGIC));
        let trailer = trailer.ok_or_else(|| StoreError::damaged("trailer"))?;
        let [from, to] = [8, 16].map(|at| usize::try_from(number64(trailer, at)).ok());
        let (Some(from), Some(to)) = (from, to) else { return Err(StoreError::damaged("trailer")) };
        let blocks = to.div_ceil(BLOCK_BYTES);
        let is_whole = RECORD <= from && from <= to && to.is_multiple_of(RECORD);
        let end = blocks.checked_mul(4).and_then(|_| to.checked_add(tail_bytes(blocks)));
        sound(is_whole && end == Some(bytes.len()), "trailer")?;
        let sums = &bytes[to..bytes.len() - RECORD];
        sound(crc32fast::hash(sums) == number32(trailer, 24), "checksums")?;
        let sums = sums.as_chunks().0.iter().map(|&sum| u32::from_le_bytes(sum)).take(blocks);
        let (sums, directory) = (sums.collect(), bytes[from..to].to_vec());
        mark[8..28].copy_from_slice(&trailer[8..28]);
        map.seal(sums);
        undamaged(|| map.ensure_range(from, to)).map_err(|_| StoreError::damaged("directory"))?;
        Ok(Self { map: Arc::new(map), key, mark, columns: records(&directory, from as u64)? })
    }

    /// What the file was made of.
    pub fn key(&self) -> [u8; 32] {
        self.key
    }

    /// What tells this file from others: its lengths and checksums. One that continues it names it.
    /// It finds accidents, as checksums do.
    pub fn mark(&self) -> [u8; 32] {
        self.mark
    }

    /// Whether a column is there.
    pub fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// Bytes of each column, by name.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, u64)> {
        self.columns.iter().map(|(name, place)| (name.as_str(), place.length))
    }

    /// The first damaged block, if there is one: the whole file is read.
    pub fn first_damaged(&self) -> Option<DamagedBlock> {
        self.map.first_damaged()
    }

    fn column<T: Number>(&mut self, name: &str, column: &mut Numbers<T>) -> Result<(), StoreError> {
        let damaged = || StoreError::damaged(name);
        let place = *self.columns.get(name).ok_or_else(damaged)?;
        sound(place.width as usize == size_of::<T>(), name)?;
        // The directory was examined: no column is longer than the file.
        let [start, length] = [place.offset, place.length].map(usize::try_from);
        let (start, length) = (start.map_err(|_| damaged())?, length.map_err(|_| damaged())?);
        *column = Numbers::mapped(&self.map, start..start + length).map_err(|_| damaged())?;
        Ok(())
    }
}

impl ColumnVisitor for ColumnFile {
    fn is_reading(&self) -> bool {
        true
    }

    fn bytes(&mut self, name: &str, column: &mut Numbers<u8>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers32(&mut self, name: &str, column: &mut Numbers<u32>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers64(&mut self, name: &str, column: &mut Numbers<u64>) -> Result<(), StoreError> {
        self.column(name, column)
    }

    fn numbers128(&mut self, name: &str, column: &mut Numbers<u128>) -> Result<(), StoreError> {
        self.column(name, column)
    }
}

/// The columns of a directory, each of which must lie before it.
fn records(directory: &[u8], end: u64) -> Result<Directory, StoreError> {
    let mut columns = Directory::new();
    let (records, rest) = directory.as_chunks::<RECORD>();
    sound(rest.is_empty(), "directory")?;
    for record in records {
        let name = std::str::from_utf8(&record[..NAME_BYTES]);
        let name = name.map_err(|_| StoreError::damaged("directory"))?.trim_end_matches('\0');
        let [offset, length] = [40, 48].map(|at| number64(record, at));
        let place = Place { width: number32(record, 32), offset, length };
        let reach = offset.checked_add(length);
        let is_inside = offset >= RECORD as u64 && reach.is_some_and(|reach| reach <= end);
        let is_aligned = offset.is_multiple_of(RECORD as u64);
        let is_new = columns.insert(name.to_owned(), place).is_none();
        sound(is_inside && is_aligned && is_new, "directory")?;
    }
    Ok(columns)
}

/// Does some work with mapped columns; damage that it meets becomes an error.
pub fn undamaged<T>(work: impl FnOnce() -> T) -> Result<T, DamagedBlock> {
    let work = std::panic::AssertUnwindSafe(work);
    std::panic::catch_unwind(work).map_err(|payload| match payload.downcast::<DamagedBlock>() {
        Ok(damaged) => *damaged,
        Err(payload) => std::panic::resume_unwind(payload),
    })
}

fn record_at(bytes: &[u8], at: usize) -> Option<&[u8; RECORD]> {
    bytes.get(at..).and_then(|rest| rest.first_chunk())
}

/// Writes the checksum of a block into its last bytes.
fn seal(block: &mut [u8; RECORD]) {
    let checksum = crc32fast::hash(&block[..RECORD - 4]);
    block[RECORD - 4..].copy_from_slice(&checksum.to_le_bytes());
}

fn is_sealed(block: &[u8; RECORD]) -> bool {
    number32(block, RECORD - 4) == crc32fast::hash(&block[..RECORD - 4])
}

fn number32(block: &[u8; RECORD], at: usize) -> u32 {
    block[at..at + 4].iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte))
}

fn number64(block: &[u8; RECORD], at: usize) -> u64 {
    block[at..at + 8].iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}
