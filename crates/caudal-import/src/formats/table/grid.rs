//! The grid of cells to which text, workbooks and pages are reduced before a table is read in it.
//!
//! *Shape.* Cells borrow from the text where they can, and lie in one list. A cell knows whether it
//! was text or a workbook's number or day, for those are plain and need no deciding.

use std::borrow::Cow;
use std::ops::Range;

use crate::csv_file::{Records, State};

/// What a cell was in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum CellKind {
    /// Text as people write it.
    Text,
    /// A number of a workbook, in plain decimals with a point.
    Number,
    /// A day of a workbook, as `2025-04-03` with or without a time.
    Day,
}

/// A cell, without the spaces around it.
#[derive(Clone, Debug)]
pub(in crate::formats) struct GridCell<'t> {
    pub(in crate::formats) text: Cow<'t, str>,
    pub(in crate::formats) kind: CellKind,
}

impl<'t> GridCell<'t> {
    pub(in crate::formats) const EMPTY: GridCell<'static> =
        GridCell { text: Cow::Borrowed(""), kind: CellKind::Text };

    pub(in crate::formats) fn text(text: Cow<'t, str>) -> Self {
        Self { text: clean(text), kind: CellKind::Text }
    }

    pub(in crate::formats) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Takes off what spreadsheets write around a text of digits so that it stays a text: a leading
/// apostrophe, or `="..."`.
fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let range = match bytes {
        [b'\'', next, ..] if next.is_ascii_digit() && !text.ends_with('\'') => 1..text.len(),
        [b'=', b'"', .., b'"'] if text.len() > 3 => 2..text.len() - 1,
        _ => return text,
    };
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text[range].trim()),
        Cow::Owned(text) => Cow::Owned(text[range].trim().to_owned()),
    }
}

/// Whether a row of text is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::formats) enum RowState {
    Whole,
    TooLong,
    QuoteOpen,
}

/// A row of cells.
#[derive(Clone, Debug)]
pub(in crate::formats) struct GridRow<'t> {
    pub(in crate::formats) part: u32,
    pub(in crate::formats) row: u64,
    /// The row as it stands in the file; cells with tabs between them where that is no text.
    pub(in crate::formats) raw: Cow<'t, str>,
    pub(in crate::formats) state: RowState,
    cells: Range<usize>,
}

/// Rows of cells that are not blank.
#[derive(Clone, Debug, Default)]
pub(in crate::formats) struct Grid<'t> {
    /// What stands between cells, where the file is delimited text.
    pub(in crate::formats) separator: Option<char>,
    /// Whether the workbook counts its days from 1904.
    pub(in crate::formats) is_from_1904: bool,
    rows: Vec<GridRow<'t>>,
    cells: Vec<GridCell<'t>>,
}

impl<'t> Grid<'t> {
    /// Splits a text; no more than `rows_max` rows.
    pub(super) fn from_text(text: &'t str, separator: char, rows_max: usize) -> Self {
        let mut grid = Self { separator: Some(separator), ..Self::default() };
        let byte = u8::try_from(separator).unwrap_or(b',');
        let mut records = Records::new(text, byte);
        while let Some(record) = records.next_record() {
            if grid.rows.len() >= rows_max {
                break;
            }
            let raw = records.line(&record);
            let is_unclosed = record.state == State::QuoteOpen && record.range.end == text.len();
            if is_unclosed && raw.contains(['\n', '\r']) {
                grid.push_unclosed(raw, record.row, (separator, rows_max));
                break;
            }
            let cells = (0..records.field_count()).map(|idx| GridCell::text(records.field(idx)));
            let state = match record.state {
                State::Whole => RowState::Whole,
                State::TooLong => RowState::TooLong,
                State::QuoteOpen => RowState::QuoteOpen,
            };
            grid.push((0, record.row), Cow::Borrowed(raw), cells, state);
        }
        grid
    }

    /// A quote that is never closed: the lines that it swallowed are split as if it meant nothing.
    fn push_unclosed(&mut self, text: &'t str, row: u64, (separator, rows_max): (char, usize)) {
        let lines = text.split('\n').flat_map(|line| {
            // Old spreadsheets end lines with CR alone.
            line.strip_suffix('\r').unwrap_or(line).split('\r')
        });
        for (idx, line) in lines.enumerate() {
            if self.rows.len() >= rows_max {
                return;
            }
            let cells = line
                .split(separator)
                .map(|cell| GridCell::text(Cow::Borrowed(cell.trim().trim_matches('"'))));
            let state = if idx == 0 { RowState::QuoteOpen } else { RowState::Whole };
            self.push((0, row + idx as u64), Cow::Borrowed(line), cells, state);
        }
    }

    /// Adds a row, unless all its cells are empty.
    pub(in crate::formats) fn push(
        &mut self,
        (part, row): (u32, u64),
        raw: Cow<'t, str>,
        cells: impl Iterator<Item = GridCell<'t>>,
        state: RowState,
    ) {
        let start = self.cells.len();
        self.cells.extend(cells);
        if state == RowState::Whole && self.cells[start..].iter().all(GridCell::is_empty) {
            self.cells.truncate(start);
            return;
        }
        self.rows.push(GridRow { part, row, raw, state, cells: start..self.cells.len() });
    }

    pub(in crate::formats) fn rows(&self) -> &[GridRow<'t>] {
        &self.rows
    }

    /// The cells of the row at a position in [`Self::rows`].
    pub(super) fn cells_at(&self, idx: usize) -> &[GridCell<'t>] {
        &self.cells[self.rows[idx].cells.clone()]
    }
}

/// A cell of a row, empty beyond its end.
pub(super) fn cell<'g, 't>(cells: &'g [GridCell<'t>], position: usize) -> &'g GridCell<'t> {
    static EMPTY: GridCell<'static> = GridCell::EMPTY;
    cells.get(position).unwrap_or(&EMPTY)
}
