//! Why a document cannot be typeset.

use std::error::Error;
use std::fmt;

/// Why a document cannot be typeset. No text of a letter is a reason: any text can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportError {
    /// A row of the table has more or fewer cells than there are columns.
    RowLength {
        /// Which row, counted from one.
        row: usize,
        /// Its cells.
        cells: usize,
        /// The columns of the table.
        columns: usize,
    },
    /// The table is longer than a PDF is good for.
    TooManyRows {
        /// Its rows.
        rows: usize,
        /// How many there may be.
        rows_max: usize,
    },
    /// Not a language that documents are written in.
    UnknownLanguage(String),
    /// The typesetter refused: a bug of the layout, never of the letter.
    Typesetting(String),
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RowLength { row, cells, columns } => {
                write!(f, "row {row} of the table has {cells} cells for {columns} columns")
            }
            Self::TooManyRows { rows, rows_max } => {
                write!(f, "the table has {rows} rows; a PDF takes {rows_max}")
            }
            Self::UnknownLanguage(language) => {
                write!(f, "no documents are written in the language `{language}`")
            }
            Self::Typesetting(reason) => write!(f, "the document cannot be typeset: {reason}"),
        }
    }
}

impl Error for ReportError {}
