//! Collects the problems of one file, and stays small however bad the file is.
//!
//! *Shape.* In row order. Blocking problems and the others are kept apart in number, so a flood of
//! notes cannot hide a problem that blocks; what goes beyond is counted in a last problem.

use caudal_model::problem::readable;
use caudal_model::{EvidenceFile, Problem, ProblemCode, Severity};

use crate::pace::Pace;

/// How many blocking problems are listed for a file, and how many others.
pub const PROBLEMS_LISTED_MAX: usize = 10_000;

/// What is wrong with one value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: ProblemCode,
    pub(crate) found: String,
    pub(crate) expected: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: ProblemCode, found: &str) -> Self {
        Self { code, found: readable(found), expected: None }
    }

    pub(crate) fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }
}

#[derive(Debug)]
pub(crate) struct Report {
    file: EvidenceFile,
    problems: Vec<Problem>,
    blocking_count: usize,
    unlisted_count: u64,
    /// Page, sheet or message that is being read.
    part: u32,
    pace: Option<Pace>,
}

impl Report {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Self {
        Self::of_file(name, crate::digest(bytes))
    }

    /// A report of a file whose digest is known.
    pub(crate) fn of_file(name: &str, sha256: String) -> Self {
        let file = EvidenceFile { name: name.to_owned(), sha256 };
        Self {
            file,
            problems: Vec::new(),
            blocking_count: 0,
            unlisted_count: 0,
            part: 0,
            pace: None,
        }
    }

    pub(crate) fn file(&self) -> &EvidenceFile {
        &self.file
    }

    pub(crate) fn set_pace(&mut self, pace: Option<Pace>) {
        self.pace = pace;
    }

    /// Tells that a row was read, with how much of the file lies before it in any unit; and whether
    /// to go on.
    pub(crate) fn goes_on(&mut self, done: usize, whole: usize) -> bool {
        self.pace.as_mut().is_none_or(|pace| pace.goes_on(done, whole))
    }

    /// What follows is about a page, sheet or message, counted from 1; 0 for the file's rows alone.
    pub(crate) fn in_part(&mut self, part: u32) {
        self.part = part;
    }

    /// Whether any problem has been reported.
    pub(crate) fn has_any(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Whether a problem of a code has been reported.
    pub(crate) fn has(&self, code: ProblemCode) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }

    /// Takes back the problems of a code: the user has answered them.
    pub(crate) fn retract(&mut self, code: ProblemCode) {
        self.problems.retain(|problem| problem.code != code);
        let blocks = |problem: &&Problem| problem.severity() == Severity::Blocks;
        self.blocking_count = self.problems.iter().filter(blocks).count();
    }

    /// About the file as a whole.
    pub(crate) fn file_problem(&mut self, fault: Fault) {
        self.add(None, None, fault);
    }

    /// About a row.
    pub(crate) fn row_problem(&mut self, row: u64, fault: Fault) {
        self.add(Some(row), None, fault);
    }

    /// About one cell.
    pub(crate) fn cell_problem(&mut self, row: u64, column: &str, fault: Fault) {
        self.add(Some(row), Some(column), fault);
    }

    /// About a column, where the file has no row that says so (Parquet).
    pub(crate) fn column_problem(&mut self, row: Option<u64>, column: &str, fault: Fault) {
        self.add(row, Some(column), fault);
    }

    fn add(&mut self, row: Option<u64>, column: Option<&str>, fault: Fault) {
        let blocks = fault.code.severity() == Severity::Blocks;
        let others = self.problems.len() - self.blocking_count;
        let listed = if blocks { self.blocking_count } else { others };
        if listed >= PROBLEMS_LISTED_MAX {
            self.unlisted_count += 1;
            return;
        }
        self.blocking_count += usize::from(blocks);
        let problem = self.problem(row, column, fault);
        self.problems.push(problem);
    }

    fn problem(&self, row: Option<u64>, column: Option<&str>, fault: Fault) -> Problem {
        Problem {
            code: fault.code,
            file: self.file.name.clone(),
            sha256: self.file.sha256.clone(),
            part: if row.is_some() { self.part } else { 0 },
            row,
            column: column.map(str::to_owned),
            found: fault.found,
            expected: fault.expected,
        }
    }

    /// The problems in row order, with the number of those that are not listed.
    pub(crate) fn finish(mut self) -> Vec<Problem> {
        if self.unlisted_count > 0 {
            let count = self.unlisted_count.to_string();
            let fault = Fault::new(ProblemCode::ProblemsNotListed, &count);
            let last = self.problem(None, None, fault);
            self.problems.push(last);
        }
        self.problems
    }
}
