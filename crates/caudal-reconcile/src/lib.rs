//! Statements that prove themselves, and two statements that show one transfer.
//!
//! *Shape.* Plain statements go in; what their arithmetic proves, what would mend them, what they
//! cover, which of their entries are two sides of one transfer comes out, as data. No file, no
//! sentence, no ledger.

use caudal_model::ProblemCode;

pub mod identify;
pub mod matching;
pub mod proof;
pub mod series;

/// A fact about a statement or one of its entries that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of problem.
    pub code: ProblemCode,
    /// Position of the statement among those that were given; 0 where only one was.
    pub statement: usize,
    /// Position among the entries of the statement; `None` if it is about the statement.
    pub entry: Option<usize>,
    /// The value found.
    pub found: String,
    /// A value that would have been right, free of language.
    pub expected: Option<String>,
}
