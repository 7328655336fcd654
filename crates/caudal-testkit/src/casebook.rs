//! The project's Markdown casebook: ledgers that people can read, with questions and figures.
//!
//! *Shape.* [`parse`] reads one file; `casebook/README.md` is the description of the format. Strict:
//! what is not understood is an error with its line, so that nothing is skipped silently. Only
//! sentences between the tables and `why` columns are for people alone. [`updated`] writes the
//! figures that the slow tracer finds into the same file and leaves the sentences alone.
//! *Units.* Amounts are whole in the ledger; expected figures may be fractions, written `2 1/3`.

mod ask;
mod expect;
mod figure;
mod ledger;
mod markdown;
mod update;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::check::Ask;
use crate::slow::SlowCase;

use ask::Sentence;
use expect::Figures;
use ledger::LedgerTables;
use markdown::{Block, Paragraph};

pub use figure::{figure, read_figure};
pub use update::updated;

/// A file of the casebook.
#[derive(Clone, Debug)]
pub struct Casebook {
    /// Its heading.
    pub title: String,
    /// What the file rests on.
    pub basis: Basis,
    /// Keys of `law:KEY` anywhere in the file, in order of mention, each once.
    pub laws: Vec<String>,
    /// What one unit of an amount is.
    pub unit: String,
    /// The ledger, without the options of a question.
    pub ledger: SlowCase,
    /// At least one.
    pub questions: Vec<Question>,
}

/// What the ledger and the figures of a file rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A judgment, statute or guidance, named by key.
    Authority,
    /// A published example that binds nobody.
    Source,
    /// Ours.
    Constructed,
}

/// A question of a file.
#[derive(Clone, Debug)]
pub struct Question {
    /// The line of its `Ask:`.
    pub line: usize,
    /// The ledger with the options of the question.
    pub case: SlowCase,
    /// The question with its expected figures.
    pub ask: Ask,
    /// Where the expected figures stand.
    figures: Vec<Figures>,
}

/// What is wrong in a casebook file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasebookError {
    /// The file, as it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In a sentence.
    pub what: String,
}

impl fmt::Display for CasebookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

impl std::error::Error for CasebookError {}

/// What is wrong, and in which line; the file is added last.
#[derive(Clone, Debug)]
struct Trouble {
    line: usize,
    what: String,
}

impl Trouble {
    fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// The folder of tracing rules in the casebook of this workspace.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../casebook/rules")
}

/// Reads a casebook file from its text. `file` is only used to say where something is wrong.
pub fn parse(file: &str, text: &str) -> Result<Casebook, CasebookError> {
    read(text).map_err(|Trouble { line, what }| CasebookError { file: file.to_owned(), line, what })
}

fn read(text: &str) -> Result<Casebook, Trouble> {
    let mut blocks = markdown::blocks(text)?.into_iter();
    let Some(Block::Title { text: title, .. }) = blocks.next() else {
        return Err(Trouble::new(1, "a file begins with its title: `# Title`"));
    };
    let Some(Block::Paragraph(second)) = blocks.next() else {
        return Err(Trouble::new(1, NO_BASIS));
    };
    let basis = basis(&second)?;
    let mut reader = Reader::default();
    for block in blocks {
        reader.block(block)?;
    }
    let (ledger, unit, questions) = reader.finish(text.lines().count())?;
    Ok(Casebook { title, basis, laws: laws(text), unit, ledger, questions })
}

/// An error if a keyword hides in a paragraph, where nobody would read what it says.
fn must_be_prose(paragraph: &Paragraph) -> Result<(), Trouble> {
    for keyword in ["Unit", "Ask", "Answer"] {
        let is_first = paragraph.text.split(' ').next().is_some_and(|first| first == keyword);
        if is_first || paragraph.text.contains(&format!("{keyword}:")) {
            let what = format!("`{keyword}:`, with its colon, begins a paragraph of its own");
            return Err(Trouble::new(paragraph.line, what));
        }
    }
    Ok(())
}

const NO_BASIS: &str =
    "after the title stands what the file rests on: `Authority:`, `Source:` or `Constructed.`";

fn basis(paragraph: &Paragraph) -> Result<Basis, Trouble> {
    must_be_prose(paragraph)?;
    let text = &paragraph.text;
    if text.starts_with("Authority: ") {
        if laws(text).is_empty() {
            return Err(Trouble::new(paragraph.line, "an authority is named by key: `law:KEY`"));
        }
        Ok(Basis::Authority)
    } else if text.starts_with("Source: ") {
        Ok(Basis::Source)
    } else if text.starts_with("Constructed.") {
        Ok(Basis::Constructed)
    } else {
        Err(Trouble::new(paragraph.line, NO_BASIS))
    }
}

/// Keys in backticks that begin with `law:`.
fn laws(text: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for key in text.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix("law:")) {
        if keys.iter().all(|known| known != key) {
            keys.push(key.to_owned());
        }
    }
    keys
}

/// What has been read of a file behind its first two blocks.
#[derive(Default)]
struct Reader {
    has_prose: bool,
    unit: Option<String>,
    tables: LedgerTables,
    ledger: Option<SlowCase>,
    questions: Vec<Question>,
}

impl Reader {
    fn block(&mut self, block: Block) -> Result<(), Trouble> {
        match block {
            Block::Title { line, .. } => Err(Trouble::new(line, "a file has one title")),
            Block::Paragraph(paragraph) => self.paragraph(&paragraph),
            Block::Table(table) => match self.questions.last_mut() {
                Some(question) => expect::read_table(question, table),
                None => self.tables.read(table),
            },
        }
    }

    fn paragraph(&mut self, paragraph: &Paragraph) -> Result<(), Trouble> {
        let Paragraph { line, text } = paragraph;
        let first = text.split(' ').next().unwrap_or_default();
        match first {
            "Unit:" => self.unit(*line, text),
            "Ask:" => self.ask(*line, text),
            "Answer:" => match self.questions.last_mut() {
                Some(question) => expect::read_answer(question, paragraph),
                None => Err(Trouble::new(*line, "an answer stands behind its `Ask:`")),
            },
            _ if first.contains(':') => Err(Trouble::new(
                *line,
                format!("`{first}` is no keyword here; `Unit:`, `Ask:` and `Answer:` are"),
            )),
            _ => {
                must_be_prose(paragraph)?;
                self.has_prose = true;
                Ok(())
            }
        }
    }

    fn unit(&mut self, line: usize, text: &str) -> Result<(), Trouble> {
        if self.unit.is_some() || !self.questions.is_empty() {
            return Err(Trouble::new(line, "the unit is said once, before the first `Ask:`"));
        }
        let unit = text.strip_prefix("Unit: ").and_then(|unit| unit.strip_suffix('.'));
        let unit = unit.ok_or_else(|| Trouble::new(line, "the unit is written `Unit: cent.`"))?;
        self.unit = Some(unit.to_owned());
        Ok(())
    }

    fn ask(&mut self, line: usize, text: &str) -> Result<(), Trouble> {
        if let Some(question) = self.questions.last() {
            question.must_expect()?;
        }
        if self.unit.is_none() {
            return Err(Trouble::new(line, "`Unit:` is missing before the first `Ask:`"));
        }
        if !self.has_prose {
            return Err(Trouble::new(
                line,
                "what happened is told in prose before the first `Ask:`",
            ));
        }
        let ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => std::mem::take(&mut self.tables).ledger(line)?,
        };
        let Sentence { case, ask } = ask::read(&ledger, line, text)?;
        self.ledger = Some(ledger);
        let same = |known: &&Question| {
            (&known.case, &known.ask.rule, &known.ask.about) == (&case, &ask.rule, &ask.about)
        };
        if let Some(known) = self.questions.iter().find(same) {
            return Err(Trouble::new(line, format!("the same is asked in line {}", known.line)));
        }
        self.questions.push(Question { line, case, ask, figures: Vec::new() });
        Ok(())
    }

    fn finish(self, lines: usize) -> Result<(SlowCase, String, Vec<Question>), Trouble> {
        match (self.ledger, self.unit, self.questions.last()) {
            (Some(ledger), Some(unit), Some(question)) => {
                question.must_expect()?;
                Ok((ledger, unit, self.questions))
            }
            _ => Err(Trouble::new(lines, "the file asks nothing: `Ask:` is missing")),
        }
    }
}

impl Question {
    fn must_expect(&self) -> Result<(), Trouble> {
        if self.figures.is_empty() {
            return Err(Trouble::new(self.line, "no figure is expected of this `Ask:`"));
        }
        Ok(())
    }
}
