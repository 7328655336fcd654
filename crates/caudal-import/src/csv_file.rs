//! Delimited text: finds the separator and the columns, and gives each row's cells.
//!
//! *Shape.* Cells borrow from the text; only a quoted cell with a doubled quote is copied. Nothing
//! grows with the length of a line, so a line of ten megabytes costs what it measures and no more.
//! Records are split here rather than by the `csv` crate because a court must be told where an
//! unclosed quote began, which that crate reads over; tests compare the two on every sound file.
//!
//! *Authority.* RFC 4180, with `;` and tab as further separators and any end of line. Empty lines,
//! and rows whose every cell is empty, as spreadsheets leave below their tables, are passed over.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use caudal_model::ProblemCode;

use crate::fields::Cell;
use crate::report::{Fault, Report};
use crate::text::count_line_ends;

/// The longest row that is read: one mebibyte.
pub(crate) const ROW_BYTES_MAX: usize = 1 << 20;

/// The columns a file should have.
pub(crate) struct Layout {
    /// Names in lower case; the required ones first.
    pub(crate) columns: &'static [&'static str],
    /// How many of them are required.
    pub(crate) required_count: usize,
    /// Whether a header with nothing below it is a problem.
    pub(crate) needs_rows: bool,
}

impl Layout {
    /// Whether a text begins with a header that has every required column.
    pub(crate) fn begins(&self, head: &str) -> bool {
        let names = header_names(head);
        let (required, _) = self.columns.split_at(self.required_count);
        required.iter().all(|column| names.iter().any(|name| name == column))
    }

    /// Whether it also has no other column: names that banks' tables have too prove little.
    pub(crate) fn begins_alone(&self, head: &str) -> bool {
        let is_own = |name: &String| self.columns.contains(&name.as_str());
        self.begins(head) && header_names(head).iter().all(is_own)
    }
}

/// The names in the first line of a text.
fn header_names(head: &str) -> Vec<String> {
    let line = head.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let names = line.split([',', ';', '\t']);
    names.map(|name| name.trim().trim_matches('"').to_lowercase()).collect()
}

/// Where a row stands.
#[derive(Clone, Copy)]
pub(crate) struct RowAt {
    /// Line of the text, from 1.
    pub(crate) row: u64,
    /// Bytes of text up to its start.
    pub(crate) start: usize,
    /// Bytes of text up to the end of the row.
    pub(crate) end: usize,
}

/// Where a reader that knows its format has found the columns.
pub(crate) struct Placing {
    /// Between cells.
    pub(crate) separator: u8,
    /// For each cell to give, its position in a row.
    pub(crate) positions: Vec<Option<usize>>,
    /// How many cells a row has.
    pub(crate) column_count: usize,
    /// Whether the first record is a header; it is passed over.
    pub(crate) has_header: bool,
    /// Whether a line stands between the rows without being one; it is passed over.
    pub(crate) is_aside: fn(&str) -> bool,
}

/// Receives the cells of a row, in the order of [`Layout::columns`].
pub(crate) type TakeRow<'f, 't> =
    &'f mut dyn FnMut(&mut Report, RowAt, &[Cell<'t>]) -> ControlFlow<()>;

/// Receives the cells of several rows, one row after another. Whoever knows what comes next need not
/// wait for memory row by row.
pub(crate) type TakeRows<'f, 't> =
    &'f mut dyn FnMut(&mut Report, &[RowAt], &[Cell<'t>]) -> ControlFlow<()>;

/// Reads all rows of a text.
pub(crate) fn read_rows<'t>(
    text: &'t str,
    layout: &Layout,
    report: &mut Report,
    take: TakeRow<'_, 't>,
) {
    read_many(text, layout, (1, report), &mut |report, rows, cells| take(report, rows[0], cells));
}

/// Reads all rows of a text, and gives at most so many of them at once.
pub(crate) fn read_many<'t>(
    text: &'t str,
    layout: &Layout,
    (rows_max, report): (usize, &mut Report),
    take: TakeRows<'_, 't>,
) {
    let separator = find_separator(text, layout);
    let mut records = Records::new(text, separator);
    let has_nul = text.as_bytes().contains(&0);
    let Some(columns) = read_header(&mut records, layout, has_nul, report) else { return };
    let columns = Columns { rows_max, ..columns };
    let is_empty = give_rows(&mut records, &columns, (|_| false, has_nul), report, take);
    if is_empty && layout.needs_rows {
        report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
    }
}

/// Reads all rows of a text whose columns the caller has placed.
pub(crate) fn read_placed<'t>(
    text: &'t str,
    placing: &Placing,
    report: &mut Report,
    take: TakeRow<'_, 't>,
) {
    let mut records = Records::new(text, placing.separator);
    let has_nul = text.as_bytes().contains(&0);
    if placing.has_header {
        records.next_record();
    }
    let (positions, count) = (placing.positions.clone(), placing.column_count);
    let columns = Columns { positions, count, rows_max: 1 };
    let mut take =
        |report: &mut Report, rows: &[RowAt], cells: &[Cell<'t>]| take(report, rows[0], cells);
    if give_rows(&mut records, &columns, (placing.is_aside, has_nul), report, &mut take) {
        report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
    }
}

/// The first line that is not empty, as column names.
#[derive(Default)]
pub(crate) struct Header<'t> {
    /// In lower case.
    pub(crate) names: Vec<String>,
    row: u64,
    line: &'t str,
}

impl<'t> Header<'t> {
    pub(crate) fn read(text: &'t str, separator: u8) -> Self {
        let mut records = Records::new(text, separator);
        let Some(record) = records.next_record() else { return Self::default() };
        let names = records.names().collect();
        Self { names, row: record.row, line: records.line(&record) }
    }

    /// Where the columns of a layout stand. `None` after a problem that makes rows unreadable.
    pub(crate) fn place(&self, layout: &Layout, report: &mut Report) -> Option<Vec<Option<usize>>> {
        find_columns(&self.names, layout, &mut |column, code| {
            let found = if code == ProblemCode::ColumnRepeated { column } else { self.line };
            let fault = Fault::new(code, found).expected(column);
            report.column_problem(Some(self.row), column, fault);
        })
    }
}

/// Gives the rows that follow. Whether there was none.
fn give_rows<'t>(
    records: &mut Records<'t>,
    columns: &Columns,
    (is_aside, has_nul): (fn(&str) -> bool, bool),
    report: &mut Report,
    take: TakeRows<'_, 't>,
) -> bool {
    let mut cells = Vec::with_capacity(columns.positions.len() * columns.rows_max);
    let mut rows: Vec<RowAt> = Vec::with_capacity(columns.rows_max);
    let mut is_empty = true;
    while let Some(record) = records.next_record() {
        is_empty = false;
        if !report.goes_on(record.range.start, records.text.len()) {
            break;
        }
        match check_record(records, &record, columns.count, has_nul) {
            RecordCheck::Fault(_) if is_aside(records.line(&record)) => {}
            RecordCheck::Fault(fault) => {
                // Problems stand in the order of the rows.
                if !rows.is_empty() && take(report, &rows, &cells).is_break() {
                    return is_empty;
                }
                rows.clear();
                cells.clear();
                report.row_problem(record.row, fault);
            }
            RecordCheck::Blank => {}
            RecordCheck::Sound => {
                cells.extend(columns.positions.iter().map(|position| match position {
                    Some(position) => Cell::Text(records.field(*position)),
                    None => Cell::EMPTY,
                }));
                let Range { start, end } = record.range;
                rows.push(RowAt { row: record.row, start, end });
                if rows.len() == columns.rows_max {
                    if take(report, &rows, &cells).is_break() {
                        return is_empty;
                    }
                    rows.clear();
                    cells.clear();
                }
            }
        }
    }
    if !rows.is_empty() {
        // Nothing follows that could be left out.
        let _ = take(report, &rows, &cells);
    }
    is_empty
}

/// The separator that makes the most of the header's known names; a comma if none does.
fn find_separator(text: &str, layout: &Layout) -> u8 {
    let known_count = |separator: u8| {
        let mut records = Records::new(text, separator);
        records.next_record();
        let is_known = |name: &String| layout.columns.contains(&name.as_str());
        records.names().filter(is_known).count()
    };
    // The first of equals is wanted, and `max_by_key` gives the last.
    [b'\t', b';', b','].into_iter().max_by_key(|&separator| known_count(separator)).unwrap_or(b',')
}

struct Columns {
    /// For each column of the layout, its position in the file.
    positions: Vec<Option<usize>>,
    /// Number of columns in the header.
    count: usize,
    /// The most rows that are given at once.
    rows_max: usize,
}

fn read_header(
    records: &mut Records<'_>,
    layout: &Layout,
    has_nul: bool,
    report: &mut Report,
) -> Option<Columns> {
    let Some(record) = records.next_record() else {
        report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
        return None;
    };
    if let RecordCheck::Fault(fault) = check_record(records, &record, records.fields.len(), has_nul)
    {
        report.row_problem(record.row, fault);
        return None;
    }
    let names: Vec<String> = records.names().collect();
    let header = records.line(&record);
    let positions = find_columns(&names, layout, &mut |column, code| {
        let found = if code == ProblemCode::ColumnRepeated { column } else { header };
        let fault = Fault::new(code, found).expected(column);
        report.column_problem(Some(record.row), column, fault);
    })?;
    Some(Columns { positions, count: names.len(), rows_max: 1 })
}

/// Finds the columns of a layout among names. `None` after a problem that makes rows unreadable.
pub(crate) fn find_columns(
    names: &[String],
    layout: &Layout,
    raise: &mut dyn FnMut(&'static str, ProblemCode),
) -> Option<Vec<Option<usize>>> {
    let mut is_fit = true;
    let mut positions = Vec::with_capacity(layout.columns.len());
    for (idx, &column) in layout.columns.iter().enumerate() {
        let mut found = (0..names.len()).filter(|&position| names[position] == column);
        let position = found.next();
        if position.is_none() && idx < layout.required_count {
            raise(column, ProblemCode::ColumnMissing);
            is_fit = false;
        }
        if found.next().is_some() {
            raise(column, ProblemCode::ColumnRepeated);
            is_fit = false;
        }
        positions.push(position);
    }
    is_fit.then_some(positions)
}

enum RecordCheck {
    Sound,
    Blank,
    Fault(Fault),
}

fn check_record(
    records: &Records<'_>,
    record: &Record,
    column_count: usize,
    has_nul: bool,
) -> RecordCheck {
    let line = records.line(record);
    let field_count = records.fields.len();
    RecordCheck::Fault(match record.state {
        State::TooLong => {
            Fault::new(ProblemCode::RowTooLong, line).expected(ROW_BYTES_MAX.to_string())
        }
        State::QuoteOpen => Fault::new(ProblemCode::FileTruncated, line).expected("\""),
        _ if has_nul && line.as_bytes().contains(&0) => {
            Fault::new(ProblemCode::FileTruncated, line)
        }
        _ if field_count != column_count => {
            if records.fields.iter().all(|field| records.is_blank(field)) {
                return RecordCheck::Blank;
            }
            Fault::new(ProblemCode::RowTruncated, &field_count.to_string())
                .expected(column_count.to_string())
        }
        // Most rows end here at their first cell, which holds something.
        State::Whole if records.fields.iter().all(|field| records.is_blank(field)) => {
            return RecordCheck::Blank;
        }
        State::Whole => return RecordCheck::Sound,
    })
}

/// Whether a record could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Whole,
    /// Longer than [`ROW_BYTES_MAX`].
    TooLong,
    /// A quote that is not closed, or is closed before its cell ends.
    QuoteOpen,
}

pub(crate) struct Record {
    pub(crate) row: u64,
    pub(crate) range: Range<usize>,
    pub(crate) state: State,
}

/// A cell in the text, without its outer quotes.
struct Field {
    range: Range<usize>,
    has_doubled_quotes: bool,
}

/// Splits a text into records.
pub(crate) struct Records<'t> {
    text: &'t str,
    separator: u8,
    ends_plain: [bool; 256],
    position: usize,
    line: u64,
    /// Cells of the record that was read last.
    fields: Vec<Field>,
}

impl<'t> Records<'t> {
    pub(crate) fn new(text: &'t str, separator: u8) -> Self {
        let mut ends_plain = [false; 256];
        for byte in [separator, b'\r', b'\n'] {
            ends_plain[usize::from(byte)] = true;
        }
        Self { text, separator, ends_plain, position: 0, line: 1, fields: Vec::new() }
    }

    /// Number of cells of the record that was read last.
    pub(crate) fn field_count(&self) -> usize {
        self.fields.len()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    /// Reads the next line that is not empty; its cells are in `fields`.
    pub(crate) fn next_record(&mut self) -> Option<Record> {
        self.fields.clear();
        while self.end_line() {}
        self.byte()?;
        let (row, start) = (self.line, self.position);
        let mut state = State::Whole;
        loop {
            let field = match self.byte() {
                Some(b'"') => self.quoted(&mut state),
                _ => self.plain(),
            };
            self.fields.push(field);
            if self.position - start > ROW_BYTES_MAX {
                // An open quote is the better explanation of a long record.
                state = if state == State::QuoteOpen { state } else { State::TooLong };
                self.fields.clear();
            }
            if self.byte() != Some(self.separator) {
                break;
            }
            self.position += 1;
        }
        let range = start..self.position;
        self.end_line();
        Some(Record { row, range, state })
    }

    /// Passes over one end of line, if one stands here.
    fn end_line(&mut self) -> bool {
        let length = match self.byte() {
            Some(b'\n') => 1,
            Some(b'\r') => {
                1 + usize::from(self.text.as_bytes().get(self.position + 1) == Some(&b'\n'))
            }
            _ => return false,
        };
        self.position += length;
        self.line += 1;
        true
    }

    fn plain(&mut self) -> Field {
        let start = self.position;
        self.skip_plain();
        Field { range: start..self.position, has_doubled_quotes: false }
    }

    fn skip_plain(&mut self) {
        let rest = &self.text.as_bytes()[self.position..];
        let ends = |&byte: &u8| self.ends_plain[usize::from(byte)];
        self.position += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn quoted(&mut self, state: &mut State) -> Field {
        let bytes = self.text.as_bytes();
        self.position += 1;
        let start = self.position;
        let mut has_doubled_quotes = false;
        loop {
            let rest = &bytes[self.position..];
            let Some(length) = rest.iter().position(|&byte| byte == b'"') else {
                // Never closed: the rest of the file hangs on this record.
                self.position = bytes.len();
                *state = State::QuoteOpen;
                return Field { range: start..self.position, has_doubled_quotes };
            };
            self.position += length + 1;
            if self.byte() != Some(b'"') {
                break;
            }
            has_doubled_quotes = true;
            self.position += 1;
        }
        let range = start..self.position - 1;
        self.line += count_line_ends(&bytes[range.clone()]);
        let closed_at = self.position;
        self.skip_plain();
        if !bytes[closed_at..self.position].iter().all(u8::is_ascii_whitespace) {
            *state = State::QuoteOpen;
        }
        Field { range, has_doubled_quotes }
    }

    pub(crate) fn line(&self, record: &Record) -> &'t str {
        self.text.get(record.range.clone()).unwrap_or_default()
    }

    fn is_blank(&self, field: &Field) -> bool {
        self.text.as_bytes()[field.range.clone()].iter().all(u8::is_ascii_whitespace)
    }

    /// A cell of the last record, without the spaces around it.
    pub(crate) fn field(&self, position: usize) -> Cow<'t, str> {
        let Some(field) = self.fields.get(position) else { return Cow::Borrowed("") };
        let text = self.text.get(field.range.clone()).unwrap_or_default();
        if field.has_doubled_quotes {
            Cow::Owned(text.replace("\"\"", "\"").trim().to_owned())
        } else {
            Cow::Borrowed(text.trim())
        }
    }

    /// The cells of the last record as column names.
    fn names(&self) -> impl Iterator<Item = String> {
        (0..self.fields.len()).map(|position| self.field(position).to_lowercase())
    }
}
