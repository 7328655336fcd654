//! Documents for others: letters, and later exhibits, as PDF and as plain text.
//!
//! *Shape.* Words and figures come in as they are to be printed; here they get a layout, and nothing
//! is computed. Equal documents give equal bytes: no clock, no environment, no disk, no network, and
//! only the fonts that are built in.
//!
//! *Example.*
//!
//! ```
//! use caudal_report::{Letter, letter_text};
//!
//! let letter = Letter {
//!     title: "Request for a statement".to_owned(),
//!     paragraphs: vec!["Please send it.".to_owned()],
//!     language: "en",
//!     ..Letter::default()
//! };
//! assert!(letter_text(&letter).starts_with("Request for a statement\n"));
//! ```

mod error;
mod pdf;
mod plain;
mod text;
mod world;

pub use error::ReportError;
pub use pdf::{ROWS_MAX, letter_pdf};
pub use text::letter_text;

/// A letter. Every text is printed as it is; none of them is markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Its subject, and the title of the document.
    pub title: String,
    /// Its date, as it is to be printed. Written as `2026-11-25` it also dates the PDF.
    pub date: Option<String>,
    /// To whom, line by line.
    pub to: Vec<String>,
    /// From whom, line by line.
    pub from: Vec<String>,
    /// What it says.
    pub paragraphs: Vec<String>,
    /// Facts above the text, each a label and a value.
    pub facts: Vec<(String, String)>,
    /// Tables below the text.
    pub tables: Vec<Table>,
    /// Lines of the signature block. An empty one is a ruled line to be written on. If none is
    /// empty, each is the label of a ruled line of its own.
    pub closing: Vec<String>,
    /// What stands at the foot of each page, beside its number.
    pub footer: String,
    /// `en` or `es`.
    pub language: &'static str,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What it lists.
    pub caption: String,
    /// Headings.
    pub columns: Vec<String>,
    /// Which columns hold figures, and are aligned right.
    pub numeric: Vec<bool>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

impl Letter {
    /// The signature block with its ruled lines told apart.
    fn slots(&self) -> Vec<Slot<'_>> {
        let has_rules = self.closing.iter().any(String::is_empty);
        let slots = self.closing.iter().map(|line| match (has_rules, line.as_str()) {
            (true, "") => Slot::Rule,
            (true, words) => Slot::Words(words),
            (false, label) => Slot::Labelled(label),
        });
        slots.collect()
    }
}

impl Table {
    fn is_numeric(&self, column: usize) -> bool {
        self.numeric.get(column).copied().unwrap_or(false)
    }

    /// The headings, then the rows.
    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.columns).chain(&self.rows)
    }
}

/// One line of a signature block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot<'l> {
    /// A ruled line.
    Rule,
    /// Words without a ruled line.
    Words(&'l str),
    /// A ruled line with words below it.
    Labelled(&'l str),
}
