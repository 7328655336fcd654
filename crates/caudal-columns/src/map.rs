//! A file as memory.
//!
//! *Shape.* The file is cut into blocks, each with a checksum. A block is compared with its checksum
//! when it is touched first, so opening costs nothing that grows with the file, and what was damaged is
//! never used: touching it unwinds with a [`DamagedBlock`], which the façade turns into an error.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};

use memmap2::{Mmap, MmapMut};

use crate::stored::StoreError;

/// Bytes of a block that has a checksum of its own.
pub(crate) const BLOCK_BYTES: usize = 1 << BLOCK_BITS;
const BLOCK_BITS: u32 = 16;

/// What touching a damaged block unwinds with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedBlock {
    /// Where the block begins in its file, in bytes.
    pub offset: u64,
}

/// A mapped file, and which of its blocks were found sound.
#[derive(Debug)]
pub struct FileMap {
    bytes: Mmap,
    sums: Vec<u32>,
    /// One bit for each block.
    seen: Vec<AtomicU64>,
}

impl FileMap {
    /// Maps a file. It must not be changed or made shorter while it is mapped: writers of ledger files
    /// write beside and rename.
    pub fn of_file(file: &File) -> Result<Self, StoreError> {
        // SAFETY: the bytes are only read. A file that is altered in place all the same shows other
        // bytes, which their checksums tell; one that is made shorter ends the program, as a disk that
        // fails does. Caudal itself never does either to a file that has its name.
        #[expect(unsafe_code, reason = "mapping a file is what cannot be checked")]
        let bytes = unsafe { Mmap::map(file)? };
        Ok(Self::unsealed(bytes))
    }

    /// Bytes in memory in the place of a file.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut map = MmapMut::map_anon(bytes.len().max(1))?;
        map[..bytes.len()].copy_from_slice(bytes);
        Ok(Self::unsealed(map.make_read_only()?))
    }

    fn unsealed(bytes: Mmap) -> Self {
        Self { bytes, sums: Vec::new(), seen: Vec::new() }
    }

    /// From now on blocks are compared with these checksums when they are touched first.
    pub(crate) fn seal(&mut self, sums: Vec<u32>) {
        self.seen = (0..sums.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        self.sums = sums;
    }

    /// All bytes, unchecked.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes sure that the block with this byte is sound.
    #[inline]
    pub(crate) fn ensure(&self, at: usize) {
        let block = at >> BLOCK_BITS;
        let is_seen = |word: &AtomicU64| word.load(Ordering::Relaxed) >> (block % 64) & 1 == 1;
        if !self.seen.get(block / 64).is_none_or(is_seen) {
            self.examine(block);
        }
    }

    /// Makes sure that all blocks with bytes from `from` up to `to` are sound.
    #[inline]
    pub(crate) fn ensure_range(&self, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            self.ensure(at);
            at = (at | (BLOCK_BYTES - 1)) + 1;
        }
    }

    /// The first damaged block, if there is one: the whole file is read.
    pub fn first_damaged(&self) -> Option<DamagedBlock> {
        (0..self.sums.len()).find(|&block| !self.is_sound(block)).map(damaged)
    }

    #[cold]
    #[inline(never)]
    fn examine(&self, block: usize) {
        if !self.is_sound(block) {
            std::panic::resume_unwind(Box::new(damaged(block)));
        }
        self.seen[block / 64].fetch_or(1 << (block % 64), Ordering::Relaxed);
    }

    fn is_sound(&self, block: usize) -> bool {
        let start = block * BLOCK_BYTES;
        let end = (start + BLOCK_BYTES).min(self.bytes.len());
        // The last block ends with the directory, where the checksums themselves begin.
        let end = if block + 1 == self.sums.len() { end.min(self.sums_start()) } else { end };
        self.bytes.get(start..end).is_some_and(|part| crc32fast::hash(part) == self.sums[block])
    }

    /// Checksums and the trailer stand behind everything that they are of.
    fn sums_start(&self) -> usize {
        self.bytes.len() - crate::file::tail_bytes(self.sums.len())
    }
}

fn damaged(block: usize) -> DamagedBlock {
    DamagedBlock { offset: (block * BLOCK_BYTES) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_without_checksums_are_taken_as_they_are() {
        let map = FileMap::of_bytes(&[1, 2, 3]).expect("memory");
        map.ensure(2);
        map.ensure_range(0, 3);
        assert_eq!(map.bytes(), [1, 2, 3]);
        assert_eq!(map.first_damaged(), None);
    }
}
