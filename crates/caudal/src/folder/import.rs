//! Adds files to a case: reads them, keeps the originals, records them.
//!
//! *Shape.* While a file is read, its bytes are written beside their final name and made durable; once
//! it is read they are moved there, and then the record is committed. Nothing that was cancelled or
//! killed before that belongs to the case.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;

use caudal_import::{Evidence, Format, Profile, ReadOptions};
use caudal_model::{Problem, Severity};

use super::read::go_on;
use super::{CaseFolder, EVIDENCE, storage};
use crate::case::Reading;
use crate::error::Error;
use crate::folder::{EvidenceRecord, ReadFile};

/// Ends the name of an original that is being written.
pub(super) const PARTIAL: &str = ".partial";

/// Bytes to import, and the name they had.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The file's name without folders, or `-`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What the user says about the files.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Account of statements that name none.
    pub account: Option<String>,
    /// Currency of statements that name none.
    pub currency: Option<String>,
    /// How tables are laid out.
    pub profile: Option<Profile>,
    /// Read as this format.
    pub format: Option<Format>,
    /// Only show what would happen.
    pub dry_run: bool,
    /// The time that the records state.
    pub at: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It belongs to the case now (or would, in a dry run).
    Added,
    /// The case has it already; nothing was done.
    Known,
}

/// A file that was imported, or would be.
#[derive(Clone, Debug)]
pub struct ImportedFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The format in which it was read.
    pub format: Option<Format>,
    /// How its table is laid out.
    pub profile: Option<Profile>,
    /// What it holds; nothing where the case had it already.
    pub holds: Holdings,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl ImportedFile {
    /// Problems that block.
    pub fn blocking_count(&self) -> usize {
        self.problems.iter().filter(|problem| problem.severity() == Severity::Blocks).count()
    }
}

/// How much a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Statements of accounts.
    pub statements: usize,
    /// Their entries.
    pub entries: usize,
    /// Transfers of a file that names both sides.
    pub transfers: usize,
    /// Rows of a list of openings or accounts.
    pub listed: usize,
}

impl Holdings {
    fn of(evidence: &Evidence) -> Self {
        let entries = evidence.statements.iter().map(|statement| statement.entries.len());
        Self {
            statements: evidence.statements.len(),
            entries: entries.sum(),
            transfers: evidence.transfers.len(),
            listed: evidence.openings.len() + evidence.accounts.len(),
        }
    }
}

impl CaseFolder {
    /// Adds one file to the case. Cancelling while it is read leaves the case as it was.
    pub fn import(
        &mut self,
        source: &Source,
        options: &ImportOptions,
        reading: Reading<'_>,
    ) -> Result<ImportedFile, Error> {
        go_on(source.bytes.len() as u64, reading)?;
        let sha256 = caudal_import::digest(&source.bytes);
        let name = source.name.clone();
        let is_known = self.records.evidence()?.iter().any(|known| known.sha256 == sha256);
        if is_known {
            return Ok(ImportedFile {
                name,
                sha256,
                outcome: Outcome::Known,
                format: None,
                profile: None,
                holds: Holdings::default(),
                problems: Vec::new(),
            });
        }
        let read_options = ReadOptions {
            format: options.format,
            account: options.account.clone(),
            currency: options.currency.clone(),
            profile: options.profile.clone(),
            sha256: Some(sha256.clone()),
        };
        let mut is_stopped = false;
        let mut read = || {
            caudal_import::read_evidence(&name, &source.bytes, &read_options, &mut |p| {
                let step = reading(p);
                is_stopped |= step.is_break();
                step
            })
        };
        let original = (!options.dry_run).then(|| self.new_original(&sha256));
        let (read, written) = match &original {
            None => (read(), Ok(())),
            Some(original) => thread::scope(|scope| {
                let writing = scope.spawn(|| original.write(&source.bytes));
                let read = read();
                (read, writing.join().expect("writing a file does not panic"))
            }),
        };
        if is_stopped {
            original.iter().for_each(NewOriginal::discard);
            return Err(caudal_trace::Cancelled.into());
        }
        let evidence = read.value;
        if let Some(original) = original {
            let kept = written.and_then(|()| original.settle());
            kept.map_err(|error| storage(&original.path, &error))?;
            let record = record(source, &sha256, &evidence, options);
            self.records.add(std::slice::from_ref(&record))?;
            return Ok(self.added(record, evidence, read.problems));
        }
        Ok(imported(&name, &evidence, read.problems))
    }

    /// Reports a file that was added. Of transfers in the program's own columns the contents stay at
    /// hand: they can be many, and a second reading gives them again whatever was said about the file.
    fn added(
        &mut self,
        record: EvidenceRecord,
        evidence: Evidence,
        problems: Vec<Problem>,
    ) -> ImportedFile {
        let told = imported(&record.name, &evidence, problems.clone());
        if evidence.format == Some(Format::Transfers) {
            self.at_hand.push(ReadFile { record, evidence, problems });
        }
        told
    }

    fn new_original(&self, sha256: &str) -> NewOriginal {
        let partial = self.path.join(EVIDENCE).join(format!("{sha256}{PARTIAL}"));
        NewOriginal { path: self.original(sha256), partial }
    }
}

/// An original on its way into the case: it has its digest for a name once it is whole.
struct NewOriginal {
    path: PathBuf,
    partial: PathBuf,
}

impl NewOriginal {
    /// Writes it beside its name, durably.
    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = File::create(&self.partial)?;
        file.write_all(bytes)?;
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions)?;
        file.sync_all()
    }

    /// Gives it its name, durably.
    fn settle(&self) -> std::io::Result<()> {
        std::fs::rename(&self.partial, &self.path)?;
        let folder: PathBuf = self.path.parent().map(Path::to_owned).unwrap_or_default();
        // Some systems cannot open a folder, and need not.
        if let Ok(folder) = File::open(folder) {
            drop(folder.sync_all());
        }
        Ok(())
    }

    /// Takes away what was written. What cannot be is taken away when a writer next opens the case.
    fn discard(&self) {
        drop(std::fs::remove_file(&self.partial));
    }
}

fn imported(name: &str, evidence: &Evidence, problems: Vec<Problem>) -> ImportedFile {
    ImportedFile {
        name: name.to_owned(),
        sha256: evidence.file.sha256.clone(),
        outcome: Outcome::Added,
        format: evidence.format,
        profile: evidence.profile.clone(),
        holds: Holdings::of(evidence),
        problems,
    }
}

fn record(
    source: &Source,
    sha256: &str,
    evidence: &Evidence,
    options: &ImportOptions,
) -> EvidenceRecord {
    EvidenceRecord {
        sha256: sha256.to_owned(),
        name: source.name.clone(),
        byte_count: source.bytes.len() as u64,
        format: evidence.format.map_or(String::new(), |format| format.id().to_owned()),
        account: options.account.clone(),
        currency: options.currency.clone(),
        // A layout that was found is kept, so that a later version reads the file in the same way.
        profile: evidence.profile.as_ref().map(Profile::to_toml),
        added_at: options.at.clone(),
    }
}
