//! Opens files and folders: evidence in, a case out.
//!
//! *Shape.* A ledger is one file of transfers (CSV or Parquet), or a case folder that holds
//! `transfers.csv` or `transfers.parquet` and, if it has them, `openings.csv` and `accounts.csv`
//! (which accounts' statements are held). Rows with blocking problems stop a case from opening,
//! since every figure would be missing them; doubts and notes go with it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use caudal_columns::{ColumnFile, Numbers};
use caudal_explain::Message;
use caudal_import::{AssertedLink, Imported};
use caudal_ledger::Ledger;
use caudal_model::problem::readable;
use caudal_model::stored::{self, ColumnVisitor, StoreError, sound};
use caudal_model::{
    EvidenceFile, Money, Opening, Problem, ProblemCode, Severity, TransferTable, is_outside,
};

use crate::assemble::{Assembled, assemble_taking};
use crate::error::{Error, ErrorKind};
use crate::folder::CaseFolder;

/// Evidence that was read: what every question is asked of.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Every file that was read, in the order of reading: transfers, openings, accounts.
    pub files: Vec<EvidenceFile>,
    /// The transfers.
    pub table: TransferTable,
    /// Opening balances.
    pub openings: Vec<Opening>,
    /// Accounts whose statement is not held.
    pub without_statement: Vec<String>,
    /// Asserted links.
    pub links: Vec<AssertedLink>,
    /// Doubts and notes about the evidence.
    pub problems: Vec<Problem>,
    /// Whether `accounts.csv` states which statements are held.
    pub states_accounts: bool,
    /// How many problems that block were set aside.
    pub set_aside: usize,
    /// The ledger of the case as it stands, where it was stored.
    pub(crate) ledger: Option<Arc<Ledger>>,
    /// The file that all this is mapped from.
    pub(crate) columns: Option<ColumnFile>,
}

/// What a case is opened with.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenOptions<'p> {
    /// Opening balances, in the place of the case's own.
    pub openings: Option<&'p Path>,
    /// Asserted links.
    pub links: Option<&'p Path>,
    /// Open it although problems block: what could not be read is missing, and that is said.
    pub despite_problems: bool,
}

/// Told of the progress of reading, and asked whether to go on.
pub type Reading<'w> = &'w mut dyn FnMut(caudal_import::Progress) -> ControlFlow<()>;

impl Case {
    /// Opens a case folder or a file of transfers, with opening balances from a file if one is
    /// named (it takes the place of the folder's own).
    pub fn open(path: &Path, openings: Option<&Path>, reading: Reading<'_>) -> Result<Self, Error> {
        let options = OpenOptions { openings, ..OpenOptions::default() };
        Self::open_with(path, options, reading)
    }

    /// Opens a case folder or a file of transfers, with what is named beside it.
    pub fn open_with(
        path: &Path,
        options: OpenOptions<'_>,
        reading: Reading<'_>,
    ) -> Result<Self, Error> {
        let openings = options.openings;
        let mut case = if CaseFolder::is_one(path) {
            Self::open_records(path, reading)?
        } else if crate::stored::is_ledger_file(path) {
            crate::stored::open(path, None)
                .map_err(|error| crate::stored::unopened(path, &error))?
        } else if path.is_dir() {
            Self::open_folder(path, openings.is_none(), reading)?
        } else {
            let bytes = read(path)?;
            Self::read_transfers(&name_of(path), &bytes, reading)?
        };
        if let Some(path) = openings {
            case.read_openings(&name_of(path), &read(path)?);
        }
        if let Some(path) = options.links {
            case.read_links(&name_of(path), &read(path)?);
        }
        if options.despite_problems {
            case.set_aside_problems();
        }
        let is_folder = CaseFolder::is_one(path);
        case.checked().map_err(|error| match error.kind {
            ErrorKind::Data if is_folder => {
                Error { hints: vec![Message::new("hint-problems-block-case")], ..error }
            }
            _ => error,
        })
    }

    /// Problems that block stay listed, and no longer stop the case from opening.
    fn set_aside_problems(&mut self) {
        let blocks = |problem: &&Problem| problem.severity() == Severity::Blocks;
        self.set_aside = self.problems.iter().filter(blocks).count();
    }

    /// Opens bytes of a file of transfers, and of opening balances.
    pub fn from_bytes(
        name: &str,
        transfers: &[u8],
        openings: Option<(&str, &[u8])>,
    ) -> Result<Self, Error> {
        let go_on = &mut |_| ControlFlow::Continue(());
        let mut case = Self::read_transfers(name, transfers, go_on)?;
        if let Some((name, bytes)) = openings {
            case.read_openings(name, bytes);
        }
        case.checked()
    }

    /// Adds the asserted links of a file (`law:durant`).
    fn read_links(&mut self, name: &str, bytes: &[u8]) {
        self.files.push(file_of(name, bytes));
        let imported = caudal_import::read_links(name, bytes);
        self.links.extend(imported.value);
        self.problems.extend(imported.problems);
    }

    /// Opens a folder of evidence and records: its statements put together, and its transfers.
    fn open_records(path: &Path, reading: Reading<'_>) -> Result<Self, Error> {
        let mut folder = CaseFolder::reader(path)?;
        if let Some(case) = folder.stored()? {
            return Ok(case);
        }
        let decisions = folder.decisions()?;
        let mut read = folder.read(reading)?;
        Ok(Self::of_assembled(assemble_taking(&mut read, &decisions)))
    }

    /// A case of statements that were put together. Problems that block are not refused here.
    pub fn of_assembled(assembled: Assembled) -> Self {
        let has_statements = !assembled.accounts.is_empty();
        Self {
            files: assembled.table.files.clone(),
            table: assembled.table,
            openings: assembled.openings,
            states_accounts: has_statements || !assembled.without_statement.is_empty(),
            without_statement: assembled.without_statement,
            problems: assembled.problems,
            ..Self::default()
        }
    }

    /// Visits everything that is stored of a case but its ledger, to write it or to fill it.
    pub(crate) fn store(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        self.table.store(visitor)?;
        self.store_files(visitor)?;
        self.store_openings(visitor)?;
        stored::texts(visitor, "case.without-statement", &mut self.without_statement)?;
        self.store_problems(visitor)?;
        let ours = [crate::stored::RECIPE.to_owned()];
        let mut recipe = if visitor.is_reading() { Vec::new() } else { ours.to_vec() };
        stored::texts(visitor, "case.recipe", &mut recipe)?;
        let mut flags = Numbers::from(vec![u8::from(self.states_accounts)]);
        visitor.bytes("case.states-accounts", &mut flags)?;
        if visitor.is_reading() {
            sound(recipe == ours, "version")?;
            self.states_accounts = flags.all() == [1];
        }
        Ok(())
    }

    fn store_files(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let mut names: Vec<String> = self.files.iter().map(|file| file.name.clone()).collect();
        let mut digests: Vec<String> = self.files.iter().map(|file| file.sha256.clone()).collect();
        stored::texts(visitor, "case.file", &mut names)?;
        stored::texts(visitor, "case.sha256", &mut digests)?;
        if visitor.is_reading() {
            sound(names.len() == digests.len(), "case.sha256")?;
            let file = |(name, sha256)| EvidenceFile { name, sha256 };
            self.files = names.into_iter().zip(digests).map(file).collect();
        }
        Ok(())
    }

    fn store_openings(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let openings = std::mem::take(&mut self.openings);
        let mut accounts: Vec<String> = openings.iter().map(|o| o.account.clone()).collect();
        let mut labels: Vec<Option<String>> = openings.iter().map(|o| o.label.clone()).collect();
        let mut money: Vec<Money> = openings.iter().map(|opening| opening.money).collect();
        let files = &self.files;
        let file = |opening: &Opening| files.iter().position(|file| *file == opening.file);
        let at = |opening: &Opening| u32::try_from(file(opening).unwrap_or(files.len()));
        let mut rows: Vec<(u32, u64)> =
            openings.iter().map(|o| (at(o).unwrap_or(u32::MAX), o.row)).collect();
        stored::texts(visitor, "opening.account", &mut accounts)?;
        stored::optional_texts(visitor, "opening.label", &mut labels)?;
        stored::rows(visitor, "opening.money", &mut money)?;
        stored::rows(visitor, "opening.row", &mut rows)?;
        if !visitor.is_reading() {
            self.openings = openings;
            return Ok(());
        }
        let count = accounts.len();
        sound([labels.len(), money.len(), rows.len()] == [count; 3], "opening.money")?;
        for (((account, label), money), (file, row)) in
            accounts.into_iter().zip(labels).zip(money).zip(rows)
        {
            let file = self.files.get(file as usize).cloned();
            let file = file.ok_or_else(|| StoreError::damaged("opening.row"))?;
            self.openings.push(Opening { account, money, label, row, file });
        }
        Ok(())
    }

    fn store_problems(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        let problems = std::mem::take(&mut self.problems);
        let list = |text: fn(&Problem) -> &str| -> Vec<String> {
            problems.iter().map(|problem| text(problem).to_owned()).collect()
        };
        let mut codes = list(|problem| problem.code.as_str());
        let mut files = list(|problem| &problem.file);
        let mut digests = list(|problem| &problem.sha256);
        let mut found = list(|problem| &problem.found);
        let mut columns: Vec<_> = problems.iter().map(|problem| problem.column.clone()).collect();
        let mut expected: Vec<_> =
            problems.iter().map(|problem| problem.expected.clone()).collect();
        let row = |problem: &Problem| (problem.part, problem.row.unwrap_or(u64::MAX));
        let mut rows: Vec<(u32, u64)> = problems.iter().map(row).collect();
        stored::texts(visitor, "problem.code", &mut codes)?;
        stored::texts(visitor, "problem.file", &mut files)?;
        stored::texts(visitor, "problem.sha256", &mut digests)?;
        stored::texts(visitor, "problem.found", &mut found)?;
        stored::optional_texts(visitor, "problem.column", &mut columns)?;
        stored::optional_texts(visitor, "problem.expected", &mut expected)?;
        stored::rows(visitor, "problem.row", &mut rows)?;
        if !visitor.is_reading() {
            self.problems = problems;
            return Ok(());
        }
        let lengths = [files.len(), digests.len(), found.len(), columns.len(), expected.len()];
        sound(lengths == [codes.len(); 5] && rows.len() == codes.len(), "problem.code")?;
        for (at, code) in codes.iter().enumerate() {
            let code = ProblemCode::ALL.iter().copied().find(|known| known.as_str() == code);
            let (part, row) = rows[at];
            self.problems.push(Problem {
                code: code.ok_or_else(|| StoreError::damaged("problem.code"))?,
                file: std::mem::take(&mut files[at]),
                sha256: std::mem::take(&mut digests[at]),
                part,
                row: Some(row).filter(|&row| row != u64::MAX),
                column: columns[at].take(),
                found: std::mem::take(&mut found[at]),
                expected: expected[at].take(),
            });
        }
        Ok(())
    }

    fn open_folder(
        folder: &Path,
        with_openings: bool,
        reading: Reading<'_>,
    ) -> Result<Self, Error> {
        let files = ["transfers.csv", "transfers.parquet"];
        let found = files.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        let path = found.ok_or_else(|| {
            Error::request(Message::new("error-folder-empty").with("path", folder.display()))
                .hint(Message::new("hint-folder-empty"))
        })?;
        let mut case = Self::read_transfers(&name_of(&path), &read(&path)?, reading)?;
        let openings = folder.join("openings.csv");
        if with_openings && is_there(&openings) {
            case.read_openings("openings.csv", &read(&openings)?);
        }
        let accounts = folder.join("accounts.csv");
        if is_there(&accounts) {
            let bytes = read(&accounts)?;
            case.files.push(file_of("accounts.csv", &bytes));
            let imported = caudal_import::read_accounts("accounts.csv", &bytes);
            case.problems.extend(imported.problems);
            case.states_accounts = true;
            let missing =
                imported.value.iter().filter(|row| !row.is_held() && !is_outside(&row.account));
            case.without_statement.extend(missing.map(|row| row.account.clone()));
            case.note_unknown_accounts(&imported.value);
        }
        Ok(case)
    }

    fn read_transfers(name: &str, bytes: &[u8], reading: Reading<'_>) -> Result<Self, Error> {
        let mut stopped = false;
        let Imported { value: table, problems } =
            caudal_import::read_transfers(name, bytes, &mut |progress| {
                let step = reading(progress);
                stopped |= step.is_break();
                step
            });
        if stopped {
            return Err(caudal_trace::Cancelled.into());
        }
        Ok(Self { files: table.files.clone(), table, problems, ..Self::default() })
    }

    fn read_openings(&mut self, name: &str, bytes: &[u8]) {
        self.files.push(file_of(name, bytes));
        let imported = caudal_import::read_openings(name, bytes);
        self.openings = imported.value;
        // The stored ledger has other openings.
        self.ledger = None;
        self.problems.extend(imported.problems);
        self.note_unknown_openings();
    }

    /// Names in the list of accounts that nothing else names.
    fn note_unknown_accounts(&mut self, accounts: &[caudal_import::AccountRow]) {
        let opened: BTreeSet<&str> =
            self.openings.iter().map(|opening| opening.account.as_str()).collect();
        let is_known = |name: &str| {
            self.table.names().find(name).is_some() || opened.contains(name) || is_outside(name)
        };
        let unknown = accounts.iter().filter(|row| !is_known(&row.account));
        let unknown: Vec<_> = unknown.map(|row| (row.account.clone(), row.row)).collect();
        self.note_unknown(unknown);
    }

    /// Openings of accounts without a line. Many an account has none; one whose name differs from
    /// another's only in the case of its letters is a slip.
    fn note_unknown_openings(&mut self) {
        let names = self.table.names();
        let has_no_line = |opening: &&Opening| names.find(&opening.account).is_none();
        let mut unknown: Vec<_> =
            self.openings.iter().filter(has_no_line).map(|o| (o.account.clone(), o.row)).collect();
        if !unknown.is_empty() {
            let lower: BTreeSet<String> = names.iter().map(str::to_lowercase).collect();
            unknown.retain(|(name, _)| lower.contains(&name.to_lowercase()));
        }
        self.note_unknown(unknown);
    }

    /// Notes names in the file that was read last, each once.
    fn note_unknown(&mut self, unknown: Vec<(String, u64)>) {
        let file = self.files.last().cloned();
        let mut seen = BTreeSet::new();
        let problem = |(name, row): (String, u64)| Problem {
            code: ProblemCode::AccountUnknown,
            file: file.as_ref().map(|file| file.name.clone()).unwrap_or_default(),
            sha256: file.as_ref().map(|file| file.sha256.clone()).unwrap_or_default(),
            part: 0,
            row: Some(row),
            column: None,
            found: readable(&name),
            expected: None,
        };
        let unknown = unknown.into_iter().filter(|(name, _)| seen.insert(name.clone()));
        self.problems.extend(unknown.map(problem));
    }

    /// Fails if any problem blocks.
    fn checked(mut self) -> Result<Self, Error> {
        let blocks = |problem: &Problem| problem.severity() == Severity::Blocks;
        let count = self.problems.iter().filter(|problem| blocks(problem)).count();
        if count <= self.set_aside {
            return Ok(self);
        }
        self.problems.sort_by_key(|problem| !blocks(problem));
        let message = Message::new("error-problems-block").with("count", count);
        Err(Error { problems: self.problems, ..Error::new(ErrorKind::Data, message) }
            .hint(Message::new("hint-problems-block")))
    }
}

/// Whether a name stands in the folder, even if nothing can be read there: then that is said.
fn is_there(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn file_of(name: &str, bytes: &[u8]) -> EvidenceFile {
    EvidenceFile { name: name.to_owned(), sha256: caudal_import::digest(bytes) }
}

#[expect(clippy::disallowed_methods, reason = "the façade is the door to the disk")]
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// A file cannot be read.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let (kind, hint) = if error.kind() == std::io::ErrorKind::NotFound {
        (ErrorKind::Request, "hint-file-missing")
    } else {
        (ErrorKind::Storage, "hint-file-unreadable")
    };
    let message = Message::new("error-file").with("path", path.display()).with("why", error);
    Error::new(kind, message).hint(Message::new(hint))
}
