//! Columns of numbers and texts, in memory or mapped from a file that checks itself.
//!
//! *Shape.* A column is read by position and filled by appending, wherever it lies: [`Numbers`] in
//! memory, or in a file that is mapped and whose blocks are compared with their checksums when they are
//! touched first. Tables and ledgers are made of such columns, so that one of a hundred million rows
//! is opened in the time that its directory takes. The layout of a file is
//! `docs/spec/SPEC-ledger-file.md`.

mod ahead;
mod amounts;
pub mod collections;
mod file;
mod map;
mod numbers;
pub mod stored;

pub use ahead::fetch_ahead;
pub use amounts::Column;
pub use collections::{Dictionary, LookupMap};
pub use file::{ColumnFile, ColumnFileWriter, undamaged};
pub use map::{DamagedBlock, FileMap};
pub use numbers::{Number, NumberIter, Numbers, partition_point};
