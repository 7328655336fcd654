//! The case folder: originals by digest, and the records of what was done with them.
//!
//! *Shape.* `NAME.caudal/` holds `evidence/` (each original once, named by its SHA-256, never
//! altered), `case.db` (which files belong to the case, decisions, the log), `ledger` (what the
//! evidence was put together to; it can be made again) and `lock`. A file
//! belongs to the case when its record is committed, and not before: the original is on disk by
//! then, so a program that is killed leaves either the whole file or none of it.

mod import;
mod ledger_file;
mod read;
mod records;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use caudal_explain::Message;

pub use import::{Holdings, ImportOptions, ImportedFile, Outcome, Source};
pub use ledger_file::LedgerState;
pub use read::{ReadCase, ReadFile};
pub use records::{DecisionRecord, EvidenceRecord, LogRecord, Verdict};

use crate::error::{Error, ErrorKind};
use crate::watched::WatchRecord;
use records::Records;

/// The records of a case, in its folder.
pub const RECORDS: &str = "case.db";

/// The folder of originals, in the case folder.
const EVIDENCE: &str = "evidence";

/// A case folder that is open.
#[derive(Debug)]
pub struct CaseFolder {
    path: PathBuf,
    records: Records,
    /// Contents of files that were imported just now, and that a second reading would give again.
    at_hand: Vec<ReadFile>,
    /// Held while this program may write; released by the system when it ends, however it ends.
    _lock: Option<File>,
}

impl CaseFolder {
    /// Whether a path is a case folder.
    pub fn is_one(path: &Path) -> bool {
        path.join(RECORDS).is_file()
    }

    /// Makes a new case folder. `at` is the time that the log states.
    pub fn create(path: &Path, at: &str) -> Result<Self, Error> {
        if std::fs::symlink_metadata(path).is_ok() {
            let message = Message::new("error-case-exists").with("path", path.display());
            return Err(Error::request(message).hint(Message::new("hint-case-exists")));
        }
        std::fs::create_dir_all(path.join(EVIDENCE)).map_err(|error| storage(path, &error))?;
        let mut folder = Self::open(path, Access::Create)?;
        folder.records.log(at, "new", &path.display().to_string())?;
        Ok(folder)
    }

    /// Opens a case folder to read it. A writer may be at work; what it has committed is seen.
    pub fn reader(path: &Path) -> Result<Self, Error> {
        Self::open(path, Access::Read)
    }

    /// Opens a case folder to write to it. Fails at once while another program does.
    pub fn writer(path: &Path) -> Result<Self, Error> {
        let mut folder = Self::open(path, Access::Write)?;
        folder.tidy();
        Ok(folder)
    }

    fn open(path: &Path, access: Access) -> Result<Self, Error> {
        if access != Access::Create && !Self::is_one(path) {
            let message = Message::new("error-no-case").with("path", path.display());
            let hint = Message::new("hint-no-case").with("path", path.display());
            return Err(Error::request(message).hint(hint));
        }
        let lock = if access == Access::Read { None } else { Some(lock(path)?) };
        let records = Records::open(&path.join(RECORDS), access)?;
        Ok(Self { path: path.to_owned(), records, at_hand: Vec::new(), _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Files of the case, in the order in which they were added.
    pub fn evidence(&mut self) -> Result<Vec<EvidenceRecord>, Error> {
        self.records.evidence()
    }

    /// Decisions about matches that are in force.
    pub fn decisions(&mut self) -> Result<Vec<DecisionRecord>, Error> {
        let all = self.records.decisions()?;
        Ok(all.into_iter().filter(|decision| decision.withdrawn_at.is_none()).collect())
    }

    /// Every decision, also those that were withdrawn.
    pub fn all_decisions(&mut self) -> Result<Vec<DecisionRecord>, Error> {
        self.records.decisions()
    }

    /// Records a decision.
    pub fn decide(&mut self, decision: &DecisionRecord) -> Result<(), Error> {
        self.records.decide(decision)
    }

    /// Withdraws a decision; it stays in the records.
    pub fn withdraw(&mut self, id: i64, name: &str, at: &str) -> Result<(), Error> {
        self.records.withdraw(id, name, at)
    }

    /// Keeps a text under a key, for a later command.
    pub fn remember(&mut self, key: &str, value: &str) -> Result<(), Error> {
        self.records.remember(key, value)
    }

    /// The text that was kept under a key.
    pub fn remembered(&mut self, key: &str) -> Result<Option<String>, Error> {
        self.records.remembered(key)
    }

    /// Watched questions, by name.
    pub fn watches(&mut self) -> Result<Vec<WatchRecord>, Error> {
        self.records.watches()
    }

    /// Keeps a watched question, in the place of one of its name.
    pub fn keep_watch(&mut self, watch: &WatchRecord) -> Result<(), Error> {
        self.records.keep_watch(watch)
    }

    /// Forgets a watched question. Fails if there is none of the name.
    pub fn remove_watch(&mut self, name: &str) -> Result<(), Error> {
        self.records.remove_watch(name)
    }

    /// Notes something that was done with the case.
    pub fn note(&mut self, at: &str, act: &str, about: &str) -> Result<(), Error> {
        self.records.log(at, act, about)
    }

    /// What was done with the case, in order.
    pub fn log(&mut self) -> Result<Vec<LogRecord>, Error> {
        self.records.all_log()
    }

    /// The original with a digest.
    fn original(&self, sha256: &str) -> PathBuf {
        self.path.join(EVIDENCE).join(sha256)
    }

    /// Takes away what a writer that was killed left half-written.
    fn tidy(&mut self) {
        drop(std::fs::remove_file(self.path.join(ledger_file::LEDGER_PARTIAL)));
        let Ok(entries) = std::fs::read_dir(self.path.join(EVIDENCE)) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().ends_with(import::PARTIAL) {
                // What cannot be taken away now is taken away next time; nothing refers to it.
                drop(std::fs::remove_file(entry.path()));
            }
        }
    }
}

/// What a folder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Create,
    Read,
    Write,
}

fn lock(path: &Path) -> Result<File, Error> {
    let file = File::options().create(true).truncate(false).write(true).open(path.join("lock"));
    let file = file.map_err(|error| storage(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let message = Message::new("error-case-busy").with("path", path.display());
            Err(Error::new(ErrorKind::Storage, message).hint(Message::new("hint-case-busy")))
        }
        Err(TryLockError::Error(error)) => Err(storage(path, &error)),
    }
}

/// The disk, or a permission.
fn storage(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let message = Message::new("error-file-write").with("path", path.display()).with("why", why);
    Error::new(ErrorKind::Storage, message).hint(Message::new("hint-file-unwritable"))
}
