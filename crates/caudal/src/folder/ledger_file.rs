//! The ledger of a case on disk: what its evidence was put together to, with its index.
//!
//! *Shape.* `ledger` in the case folder is made of the originals, the records and this version of the
//! program, and bears a key of them. Whoever writes to the case makes it anew; whoever asks takes it
//! if its key fits, and otherwise puts the evidence together again, with the same result. So losing
//! it loses time and nothing else. Originals are compared with their digests all the same.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use super::read::{altered, go_on};
use super::{CaseFolder, ReadCase, storage};
use crate::assemble::assemble_taking;
use crate::case::{Case, Reading};
use crate::error::Error;
use crate::stored;

/// The file of the ledger, in the case folder.
const LEDGER: &str = "ledger";

/// Where a ledger is written before it has its name.
pub(super) const LEDGER_PARTIAL: &str = "ledger.partial";

/// What became of the ledger on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerState {
    /// It was made of this evidence already.
    Current,
    /// It was made anew.
    Written,
}

impl CaseFolder {
    /// Makes the ledger on disk anew, unless it is made of the present evidence.
    pub fn refresh_ledger(&mut self, reading: Reading<'_>) -> Result<LedgerState, Error> {
        // A damaged one is made anew too, so it is read and not only looked at.
        if self.stored()?.is_some_and(|case| case.is_file_sound()) {
            return Ok(LedgerState::Current);
        }
        let key = self.ledger_key()?;
        let decisions = self.decisions()?;
        let mut read = self.read_again(reading)?;
        let mut case = Case::of_assembled(assemble_taking(&mut read, &decisions));
        drop(read);
        go_on(0, reading)?;
        let (path, partial) = (self.path.join(LEDGER), self.path.join(LEDGER_PARTIAL));
        stored::write(&mut case, (&path, &partial), key, reading)?;
        Ok(LedgerState::Written)
    }

    /// The case as its ledger file has it. `None` where that file is absent, damaged at a first look,
    /// or was made of something else; then the evidence itself is put together.
    pub(crate) fn stored(&mut self) -> Result<Option<Case>, Error> {
        let key = self.ledger_key()?;
        let Ok(case) = stored::open(&self.path.join(LEDGER), Some(key)) else { return Ok(None) };
        self.compare_originals()?;
        Ok(Some(case))
    }

    /// A digest of everything that a ledger is made of.
    fn ledger_key(&mut self) -> Result<[u8; 32], Error> {
        let mut parts = vec![stored::RECIPE.to_owned()];
        for record in self.records.evidence()? {
            parts.extend([record.sha256, record.name, record.format]);
            let said = [record.account, record.currency, record.profile];
            parts.extend(said.map(|text| text.map_or("-".to_owned(), |text| format!("={text}"))));
        }
        for decision in self.decisions()? {
            let verdict = decision.verdict.as_str().to_owned();
            parts.extend(["decision".to_owned(), verdict, decision.debit, decision.credit]);
        }
        // Lengths tell parts apart, whatever stands in them.
        let parts = parts.iter().map(|part| format!("{}:{part}\n", part.len()));
        let digest = caudal_import::digest(parts.collect::<String>().as_bytes());
        let mut key = [0; 32];
        for (byte, pair) in key.iter_mut().zip(digest.as_bytes().as_chunks::<2>().0) {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(pair, 16).expect("a digest is hexadecimal");
        }
        Ok(key)
    }

    /// Fails if an original is not what it was.
    fn compare_originals(&mut self) -> Result<(), Error> {
        for record in self.records.evidence()? {
            let path: PathBuf = self.original(&record.sha256);
            let mut file = File::open(&path).map_err(|error| storage(&path, &error))?;
            let mut digest = caudal_import::Digester::default();
            let mut part = vec![0; 1 << 18];
            loop {
                let count = file.read(&mut part).map_err(|error| storage(&path, &error))?;
                if count == 0 {
                    break;
                }
                digest.update(&part[..count]);
            }
            let found = digest.finish();
            if found != record.sha256 {
                return Err(altered(&path, &found));
            }
        }
        Ok(())
    }

    /// Reads every file, but for those whose contents are at hand since they were imported.
    fn read_again(&mut self, reading: Reading<'_>) -> Result<ReadCase, Error> {
        let mut at_hand = std::mem::take(&mut self.at_hand);
        let mut files = Vec::new();
        for record in self.records.evidence()? {
            let known = at_hand.iter().position(|file| file.record.sha256 == record.sha256);
            files.push(match known {
                Some(at) => at_hand.swap_remove(at),
                None => self.read_one(record, reading)?,
            });
        }
        Ok(ReadCase { files })
    }
}
