//! A case with its ledger in a file of its own: made once, mapped whenever it is asked.
//!
//! *Shape.* Written in stages, each of which lets go of what it put on disk: the table, then the
//! ledger over the mapped table, then the matched segments over the mapped ledger. So the whole is never
//! in memory at once. `docs/spec/SPEC-ledger-file.md` says what the file holds.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use caudal_columns::{ColumnFile, ColumnFileWriter, DamagedBlock, FileMap};
use caudal_explain::Message;
use caudal_ledger::{Ledger, LedgerOptions, LedgerView as _, WriteLedgerError, write_ledger};
use caudal_model::EvidenceFile;
use caudal_model::stored::{StoreError, sound};

use crate::answer::Links;
use crate::case::{Case, Reading};
use crate::error::{Error, ErrorKind};
use crate::select::Request;

/// Changes whenever the same evidence is put together differently.
pub(crate) const RECIPE: &str = concat!("caudal-ledger 2 ", env!("CARGO_PKG_VERSION"));

/// Whether a file begins as ledger files do.
pub(crate) fn is_ledger_file(path: &Path) -> bool {
    use std::io::Read as _;
    let mut magic = [0; 8];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && &magic == ColumnFile::MAGIC
}

/// Writes a case with its ledger under a name beside its own, and gives it its own when it is whole.
pub(crate) fn write(
    case: &mut Case,
    (path, partial): (&Path, &Path),
    key: [u8; 32],
    reading: Reading<'_>,
) -> Result<(), Error> {
    let written = write_stages(case, partial, key, reading);
    let rename = |()| Ok(std::fs::rename(partial, path).map_err(StoreError::from)?);
    written.and_then(rename).map_err(|error| {
        drop(std::fs::remove_file(partial));
        match error {
            WriteLedgerError::Store(error) => unwritten(path, &error),
            _ => caudal_trace::Cancelled.into(),
        }
    })
}

fn write_stages(
    case: &mut Case,
    partial: &Path,
    key: [u8; 32],
    reading: Reading<'_>,
) -> Result<(), WriteLedgerError> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(partial);
    let mut writer = ColumnFileWriter::new(file.map_err(StoreError::from)?, key)?;
    case.store(&mut writer)?;
    let mut mapped = Case::default();
    mapped.store(&mut writer.so_far()?)?;
    case.table = mapped.table;
    let options = LedgerOptions {
        without_statement: case.without_statement.clone(),
        ..LedgerOptions::default()
    };
    let mut goes_on =
        || reading(caudal_import::Progress { rows: 0, bytes: 0, bytes_total: 0 }).is_continue();
    let evidence = (&case.table, &case.openings[..]);
    match write_ledger(evidence, &options, &mut writer, &mut goes_on) {
        // Evidence that makes no ledger is told about when somebody asks.
        Ok(()) | Err(WriteLedgerError::Build(_)) => {}
        Err(error) => return Err(error),
    }
    writer.finish()?.sync_all().map_err(StoreError::from)?;
    Ok(())
}

/// Maps a case with its ledger. `key`: what it must have been made of, where that is known.
pub(crate) fn open(path: &Path, key: Option<[u8; 32]>) -> Result<Case, StoreError> {
    let mut columns = ColumnFile::new(FileMap::of_file(&File::open(path)?)?)?;
    sound(key.is_none_or(|key| key == columns.key()), "key")?;
    let read = caudal_columns::undamaged(|| {
        let mut case = Case::default();
        case.store(&mut columns)?;
        if columns.has("ledger.payer") {
            let mut ledger = Ledger::read(&mut columns, &case.table, case.openings.len())?;
            ledger.read_lifo(&mut columns)?;
            case.ledger = Some(Arc::new(ledger));
        }
        Ok(case)
    });
    let mut case = read.unwrap_or_else(|block| Err(StoreError::Damaged(at(block))))?;
    case.columns = Some(columns);
    Ok(case)
}

impl Case {
    /// Whether the file that the case is mapped from is what was written: all of it is read. True
    /// of a case that was read from its evidence.
    pub fn is_file_sound(&self) -> bool {
        let Some(columns) = &self.columns else { return true };
        let openings = self.openings.len();
        columns.first_damaged().is_none()
            && self.table.is_sound()
            && self.ledger.as_ref().is_none_or(|ledger| ledger.is_sound(&self.table, openings))
    }
}

/// What a ledger file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFile {
    /// The evidence that it was made of.
    pub evidence: Vec<EvidenceFile>,
    /// Transfers of the evidence.
    pub transfers: u64,
    /// Lines of the ledger: transfers, openings, loans and repayments.
    pub lines: u64,
    /// Accounts in each of their currencies, outside parties, frontier accounts and banks.
    pub places: u64,
    /// Size of the file.
    pub bytes: u64,
}

impl LedgerFile {
    /// Makes a ledger file of evidence: what `case` was read from need not be read again.
    /// Nothing is written over.
    pub fn write(mut case: Case, path: &Path, reading: Reading<'_>) -> Result<Self, Error> {
        if path.symlink_metadata().is_ok() {
            let message = Message::new("error-exists").with("path", path.display());
            return Err(Error::request(message).hint(Message::new("hint-ledger-exists")));
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        write(&mut case, (path, Path::new(&partial)), [0; 32], reading)?;
        let made = Self::look_at(path);
        if made.as_ref().is_ok_and(|made| made.lines == 0) {
            // The evidence makes no ledger: asking for one says why.
            drop(std::fs::remove_file(path));
            crate::answer::build(&case, &Request::default(), Links::LeftOut)?;
        }
        made
    }

    /// What a ledger file holds, at a first look.
    pub fn look_at(path: &Path) -> Result<Self, Error> {
        let case = open(path, None).map_err(|error| unopened(path, &error))?;
        Ok(Self::of(&case, path))
    }

    /// What a ledger file holds; all of it is read and compared with its checksums.
    pub fn examine(path: &Path) -> Result<Self, Error> {
        let case = open(path, None).map_err(|error| unopened(path, &error))?;
        if undamaged(|| Ok::<bool, Error>(case.is_file_sound()))? {
            Ok(Self::of(&case, path))
        } else {
            Err(damaged("checksums"))
        }
    }

    fn of(case: &Case, path: &Path) -> Self {
        let count = |count: &dyn Fn(&Ledger) -> u32| {
            case.ledger.as_ref().map_or(0, |ledger| u64::from(count(ledger)))
        };
        Self {
            evidence: case.files.clone(),
            transfers: case.table.len() as u64,
            lines: count(&|ledger| ledger.line_count()),
            places: count(&|ledger| ledger.place_count()),
            bytes: path.metadata().map_or(0, |file| file.len()),
        }
    }
}

/// Does some work with a case. Where it meets damage in the file that the case is mapped from, that is
/// the error, and nothing of the work is left. Whoever asks questions of cases asks inside this.
pub fn undamaged<T, E: From<Error>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let damaged = |block: DamagedBlock| Err(damaged(&at(block)).into());
    caudal_columns::undamaged(work).unwrap_or_else(damaged)
}

fn at(block: DamagedBlock) -> String {
    format!("{} + 65536", block.offset)
}

/// A ledger file cannot be opened.
pub(crate) fn unopened(path: &Path, error: &StoreError) -> Error {
    match error {
        StoreError::Io(error) => crate::case::unreadable(path, error),
        _ => damaged(&error.to_string()),
    }
}

/// A ledger file cannot be used.
fn damaged(why: &str) -> Error {
    Error::new(ErrorKind::Data, Message::new("error-ledger-damaged").with("why", why))
        .hint(Message::new("hint-ledger-damaged"))
}

fn unwritten(path: &Path, error: &StoreError) -> Error {
    let message = Message::new("error-ledger-unwritten").with("path", path.display());
    Error::new(ErrorKind::Storage, message.with("why", error))
        .hint(Message::new("hint-ledger-unwritten"))
}
