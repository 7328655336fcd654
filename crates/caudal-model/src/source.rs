//! Where a fact stands in the evidence.

/// An evidence file as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvidenceFile {
    /// The name the user gave, without folders.
    pub name: String,
    /// SHA-256 of the bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// A row of an evidence file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceRef {
    /// Position of the file in the table's list of files.
    pub file_idx: u32,
    /// Page, sheet or message in the file, from 1; 0 where the file has only rows.
    pub part: u32,
    /// Row as a spreadsheet or a text editor counts it: the first line of the file is row 1, so
    /// the first transfer under a header is row 2. For Parquet: record number, from 1.
    pub row: u64,
}
