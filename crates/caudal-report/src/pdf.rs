//! A letter as PDF, by the layout in `letter.typ`.
//!
//! *Shape.* Texts enter the layout as data, in pieces between which a line may be broken; none is
//! read as markup. The result is PDF/A-2b, tagged, with title and language.

use typst::diag::SourceDiagnostic;
use typst::foundations::{Array, Datetime, Dict, IntoValue, Smart, Str, Value};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::plain::printable;
use crate::world::{Sheet, can_draw};
use crate::{Letter, ReportError, Slot, Table};

/// How many rows a table of a PDF may have; what is longer belongs into a spreadsheet.
pub const ROWS_MAX: usize = 20_000;

const LAYOUT: &str = include_str!("letter.typ");
const LANGUAGES: [&str; 2] = ["en", "es"];
/// A word that is wider than this many narrow characters may be broken in a line of the page.
const WORD_MAX: usize = 24;
/// The narrow characters of a line of a table, for all of its columns.
const ROW: usize = 120;
/// A column no wider than this takes the room that it needs, the others share the rest.
const NARROW: usize = 16;
/// Narrow columns take the room that they need while all of them together are no wider than this.
const NARROW_ALL: usize = 72;

/// A letter as PDF. Equal letters give equal bytes.
pub fn letter_pdf(letter: &Letter) -> Result<Vec<u8>, ReportError> {
    check(letter)?;
    let first = typeset(letter, can_draw);
    // A mark may have a shape, but not upon the letter it stands on. Then only letters of Latin
    // alphabets are drawn, and the others named.
    let pdf = first.or_else(|_| typeset(letter, |c| c < '\u{250}' && can_draw(c)));
    typst::comemo::evict(0);
    pdf
}

fn check(letter: &Letter) -> Result<(), ReportError> {
    if !LANGUAGES.contains(&letter.language) {
        return Err(ReportError::UnknownLanguage(letter.language.to_owned()));
    }
    letter.tables.iter().try_for_each(check_table)
}

fn check_table(table: &Table) -> Result<(), ReportError> {
    let (rows, columns) = (table.rows.len(), table.columns.len());
    if rows > ROWS_MAX {
        return Err(ReportError::TooManyRows { rows, rows_max: ROWS_MAX });
    }
    match table.rows.iter().position(|row| row.len() != columns) {
        None => Ok(()),
        Some(at) => {
            let cells = table.rows.get(at).map_or(0, Vec::len);
            Err(ReportError::RowLength { row: at + 1, cells, columns })
        }
    }
}

fn typeset(letter: &Letter, can_draw: impl Fn(char) -> bool) -> Result<Vec<u8>, ReportError> {
    let sheet = Sheet::new(LAYOUT, Words { can_draw }.letter(letter));
    let document =
        typst::compile::<PagedDocument>(&sheet).output.map_err(|found| refused(&found))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2b])
        .map_err(|found| ReportError::Typesetting(found.message().to_string()))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some("Caudal".to_owned())),
        timestamp: Some(Timestamp::new_utc(day(letter.date.as_deref()))),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|found| refused(&found))
}

fn refused(found: &[SourceDiagnostic]) -> ReportError {
    let reasons: Vec<&str> = found.iter().map(|reason| reason.message.as_str()).collect();
    ReportError::Typesetting(reasons.join("; "))
}

/// The day that the file is dated, which its standard requires: the letter's, else the first day
/// that clocks count.
fn day(date: Option<&str>) -> Datetime {
    let midnight = |year, month, day| Datetime::from_ymd_hms(year, month, day, 0, 0, 0);
    let read = |date: &str| {
        let mut parts = date.trim().splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_exact = (year.len(), month.len(), day.len()) == (4, 2, 2);
        let are_digits = [year, month, day].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit()));
        let is_date = is_exact && are_digits;
        is_date.then_some(())?;
        midnight(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    };
    let first = || midnight(1970, 1, 1).expect("the first of January is a day");
    date.and_then(read).unwrap_or_else(first)
}

/// Texts on their way into the layout.
struct Words<F> {
    can_draw: F,
}

impl<F: Fn(char) -> bool> Words<F> {
    fn letter(&self, letter: &Letter) -> Dict {
        let facts = letter.facts.iter();
        let facts = facts.map(|(label, value)| list([self.text(label), self.text(value)]));
        let closing = letter.slots().into_iter().map(|slot| match slot {
            Slot::Rule => list([true.into_value(), self.text("")]),
            Slot::Words(words) => list([false.into_value(), self.text(words)]),
            Slot::Labelled(label) => list([true.into_value(), self.text(label)]),
        });
        dict([
            // The name of the file's title is never drawn, so it needs no font.
            ("name", printable(&letter.title, |_| true).into_value()),
            ("title", self.text(&letter.title)),
            ("date", self.text(letter.date.as_deref().unwrap_or(""))),
            ("from", self.texts(&letter.from)),
            ("to", self.texts(&letter.to)),
            ("facts", list(facts)),
            ("paragraphs", self.texts(&letter.paragraphs)),
            ("tables", list(letter.tables.iter().map(|table| self.table(table).into_value()))),
            ("closing", list(closing)),
            ("footer", self.text(&letter.footer)),
            ("language", letter.language.into_value()),
        ])
    }

    fn table(&self, table: &Table) -> Dict {
        if table.columns.is_empty() {
            return Dict::new();
        }
        let numeric = (0..table.columns.len()).map(|at| table.is_numeric(at).into_value());
        let tracks = tracks(table).into_iter().map(IntoValue::into_value);
        dict([
            ("caption", self.text(&table.caption)),
            ("columns", self.cells(table, &table.columns)),
            ("numeric", list(numeric)),
            ("tracks", list(tracks)),
            ("cells", self.cells(table, table.rows.iter().flatten())),
        ])
    }

    fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t String>) -> Value {
        list(texts.into_iter().map(|text| self.text(text)))
    }

    fn cells<'t>(&self, table: &Table, cells: impl IntoIterator<Item = &'t String>) -> Value {
        let word_max = (ROW / table.columns.len().max(1)).clamp(6, WORD_MAX);
        list(cells.into_iter().map(|cell| self.cut(cell, word_max)))
    }

    fn text(&self, text: &str) -> Value {
        self.cut(text, WORD_MAX)
    }

    /// A text in its pieces; none for an empty one.
    fn cut(&self, text: &str, word_max: usize) -> Value {
        let printed = printable(text, &self.can_draw);
        list(pieces(&printed, word_max).into_iter().map(IntoValue::into_value))
    }
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(values.into_iter().collect::<Array>())
}

fn dict<const N: usize>(values: [(&str, Value); N]) -> Dict {
    values.into_iter().map(|(key, value)| (Str::from(key), value)).collect()
}

/// A text cut where a line may be broken although no space is there: inside of words that are
/// wider than `word_max`, into three pieces or more. Joined, the pieces are the text.
fn pieces(text: &str, word_max: usize) -> Vec<&str> {
    let piece = (word_max / 3).max(1);
    let mut found = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for word in text.split_inclusive(' ') {
        if width(word) > word_max {
            let cuts = word.char_indices().skip(piece).step_by(piece);
            for (cut, _) in cuts.filter(|&(_, c)| may_start(c)) {
                found.extend(text.get(start..at + cut));
                start = at + cut;
            }
        }
        at += word.len();
    }
    found.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    found
}

/// Scripts that join their letters, and marks upon a letter, are not cut.
fn may_start(c: char) -> bool {
    c.is_ascii_graphic() || matches!(c, '\u{a1}'..='\u{24f}' | '\u{370}'..='\u{482}')
}

/// How wide a text is, in narrow characters.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii_uppercase() || !c.is_ascii() { 2 } else { 1 }).sum()
}

/// For each column zero where it takes what it needs, else its share of the rest.
fn tracks(table: &Table) -> Vec<i64> {
    let widest = |at: usize| {
        let cells = table.lines().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    let narrow: usize = widths.iter().filter(|&&width| width <= NARROW).sum();
    let track = |width: usize| {
        let is_fixed = width <= NARROW && narrow <= NARROW_ALL;
        let share = i64::try_from(width.clamp(8, 48)).expect("between 8 and 48");
        if is_fixed { 0 } else { share }
    };
    let mut tracks: Vec<i64> = widths.iter().copied().map(track).collect();
    if tracks.iter().all(|&track| track == 0) {
        // A table fills the page: what is left goes to the widest.
        let widest = tracks.iter_mut().zip(&widths).max_by_key(|&(_, &width)| width);
        if let Some((track, _)) = widest {
            *track = 1;
        }
    }
    tracks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_joined_are_the_text() {
        let long = format!("{} a {}", "x".repeat(99), "ش".repeat(99));
        for text in ["", "a", "a b  c ", "EXAMPLE-REFERENCE-0000000000000001 é", &long] {
            assert_eq!(pieces(text, WORD_MAX).concat(), text);
        }
    }

    #[test]
    fn only_words_that_are_too_wide_are_cut() {
        assert_eq!(
            pieces("an ordinary sentence of words", WORD_MAX),
            ["an ordinary sentence of words"]
        );
        assert_eq!(
            pieces("a 0123456789012345678901234 b", WORD_MAX),
            ["a 01234567", "89012345", "67890123", "4 b"]
        );
    }

    #[test]
    fn a_file_is_dated_like_its_letter_where_the_date_can_be_read_in_one_way() {
        let first = day(None);
        assert_eq!(day(Some("2026-11-25")), Datetime::from_ymd_hms(2026, 11, 25, 0, 0, 0).unwrap());
        for date in ["", "25/11/2026", "2026-13-01", "2026-11-25 noon", "+026-11-25", "26-11-25"] {
            assert_eq!(day(Some(date)), first, "{date}");
        }
    }

    #[test]
    fn narrow_columns_take_what_they_need() {
        let table = Table {
            columns: vec!["Date".to_owned(), "Source".to_owned()],
            rows: vec![vec!["2026-11-25".to_owned(), "x".repeat(30)]],
            ..Table::default()
        };
        assert_eq!(tracks(&table), [0, 30]);
    }
}
