//! Reads the evidence of a case again, in the order in which it was added.
//!
//! *Shape.* Originals are the truth: their digest is checked whenever they are read, and an original
//! that has changed stops everything.

use std::path::Path;

use caudal_explain::Message;
use caudal_import::{Evidence, Format, Profile, ReadOptions};
use caudal_model::Problem;

use super::{CaseFolder, EvidenceRecord, Source, storage};
use crate::case::Reading;
use crate::error::{Error, ErrorKind};

/// A file of a case, read.
#[derive(Clone, Debug, Default)]
pub struct ReadFile {
    /// Its record.
    pub record: EvidenceRecord,
    /// What it holds.
    pub evidence: Evidence,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Every file of a case, read.
#[derive(Clone, Debug, Default)]
pub struct ReadCase {
    /// In the order in which they were added.
    pub files: Vec<ReadFile>,
}

impl ReadCase {
    /// Files that belong to no folder, read as an import would read them; equal files once.
    pub fn of_sources(sources: &[Source]) -> Self {
        let mut case = Self::default();
        for source in sources {
            let go_on = &mut |_| std::ops::ControlFlow::Continue(());
            let options = ReadOptions::default();
            let read = caudal_import::read_evidence(&source.name, &source.bytes, &options, go_on);
            let sha256 = read.value.file.sha256.clone();
            if case.files.iter().any(|known| known.record.sha256 == sha256) {
                continue;
            }
            let name = source.name.clone();
            let record = EvidenceRecord { sha256, name, ..EvidenceRecord::default() };
            case.files.push(ReadFile { record, evidence: read.value, problems: read.problems });
        }
        case
    }
}

impl CaseFolder {
    /// Reads every file of the case.
    pub fn read(&mut self, reading: Reading<'_>) -> Result<ReadCase, Error> {
        let mut files = Vec::new();
        for record in self.records.evidence()? {
            files.push(self.read_one(record, reading)?);
        }
        Ok(ReadCase { files })
    }

    pub(super) fn read_one(
        &self,
        record: EvidenceRecord,
        reading: Reading<'_>,
    ) -> Result<ReadFile, Error> {
        go_on(record.byte_count, reading)?;
        let path = self.original(&record.sha256);
        let bytes = bytes_of(&path)?;
        let profile = record.profile.as_deref().map(Profile::from_toml).transpose();
        let options = ReadOptions {
            format: Format::ALL.iter().copied().find(|format| format.id() == record.format),
            account: record.account.clone(),
            currency: record.currency.clone(),
            profile: profile.map_err(|error| altered(&path, &error))?,
            sha256: None,
        };
        let mut is_stopped = false;
        let read = caudal_import::read_evidence(&record.name, &bytes, &options, &mut |progress| {
            let step = reading(progress);
            is_stopped |= step.is_break();
            step
        });
        if is_stopped {
            return Err(caudal_trace::Cancelled.into());
        }
        if read.value.file.sha256 != record.sha256 {
            return Err(altered(&path, &read.value.file.sha256));
        }
        Ok(ReadFile { record, evidence: read.value, problems: read.problems })
    }
}

/// Tells that a file comes next; fails if that is not wanted any more.
pub(super) fn go_on(bytes_total: u64, reading: Reading<'_>) -> Result<(), Error> {
    let step = reading(caudal_import::Progress { rows: 0, bytes: 0, bytes_total });
    if step.is_break() { Err(caudal_trace::Cancelled.into()) } else { Ok(()) }
}

pub(super) fn altered(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let message = Message::new("error-evidence-altered").with("path", path.display());
    Error::new(ErrorKind::Data, message.with("why", why))
        .hint(Message::new("hint-evidence-altered"))
}

#[expect(clippy::disallowed_methods, reason = "the façade is the door to the disk")]
fn bytes_of(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| storage(path, &error))
}
