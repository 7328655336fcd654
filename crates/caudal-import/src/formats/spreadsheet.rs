//! Statements in XLSX, XLSB, XLS and ODS workbooks.
//!
//! *Shape.* Each sheet becomes a grid of cells and is read as a table; sheets without a header are
//! passed over. Hidden rows and sheets are evidence too. A value is what the workbook stores: of a
//! formula the value that was cached, of a number the shortest decimal that is the same number. The
//! first cell of a merged column stands for all of its rows.
//!
//! *Units.* Part is the sheet, from 1; row is the row of the sheet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, Sheets};
use caudal_model::ProblemCode;

use super::archive;
use super::table::grid::{CellKind, Grid, GridCell, RowState};
use crate::formats::{Found, ReadOptions, table};
use crate::guard::guarded;
use crate::report::{Fault, Report};

/// What XLS files begin with, as do encrypted XLSX files and other documents.
const COMPOUND_SIGN: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Parts by which a ZIP is told to be a workbook.
const WORKBOOK_PARTS: &[&str] = &["xl/workbook.xml", "xl/workbook.bin"];

/// The most cells of a sheet that are read, blank ones between others among them.
const CELLS_MAX: usize = 20_000_000;

/// No table of entries is wider.
const COLUMNS_MAX: usize = 256;

type Book<'b> = Sheets<Cursor<&'b [u8]>>;

/// Whether a file is a workbook, by its parts.
pub(super) fn is_workbook(name: &str, bytes: &[u8]) -> bool {
    if bytes.starts_with(COMPOUND_SIGN) {
        return true;
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return false;
    }
    let Some(archive) = archive::open(bytes) else {
        // Damaged: its name is all that is left to tell.
        let name = name.to_ascii_lowercase();
        return [".xlsx", ".xlsm", ".xlsb", ".ods"].iter().any(|end| name.ends_with(end));
    };
    WORKBOOK_PARTS.iter().any(|part| archive.index_for_name(part).is_some())
        || (archive.index_for_name("content.xml").is_some()
            && bytes.windows(11).take(200).any(|part| part == b"spreadsheet"))
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions, found: &mut Found, report: &mut Report) {
    if !archive::has_room(bytes) {
        report.file_problem(Fault::new(ProblemCode::FormatUnknown, "workbook (too large)"));
        return;
    }
    // Hostile workbooks are the library's to survive; if it does not, the file is damaged.
    let opened = guarded(|| calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).ok());
    let Some(mut book) = opened.flatten() else {
        report.file_problem(damaged(bytes));
        return;
    };
    let mut has_table = false;
    let mut first = None;
    let mut headless = Vec::new();
    for (idx, name) in book.sheet_names().into_iter().enumerate() {
        let part = u32::try_from(idx + 1).unwrap_or(u32::MAX);
        let Some(sheet) = guarded(|| read_sheet(&mut book, &name, part)).flatten() else {
            report.file_problem(crate::truncated(&name));
            continue;
        };
        let is_table = table::read_grid(&sheet, options, found, report);
        has_table |= is_table;
        if !is_table && table::checks::has_entries(&sheet) {
            headless.push(sheet);
            continue;
        }
        if first.is_none() && !sheet.rows().is_empty() {
            first = Some(sheet);
        }
    }
    // Beside tables, a sheet without headings that has entries is no cover sheet.
    for sheet in &headless {
        report.in_part(sheet.rows()[0].part);
        table::no_header(sheet, report);
    }
    match first {
        None if !headless.is_empty() => {}
        None => report.file_problem(Fault::new(ProblemCode::FileEmpty, "")),
        Some(sheet) if !has_table && headless.is_empty() => {
            report.in_part(sheet.rows()[0].part);
            table::no_header(&sheet, report);
        }
        Some(_) => {}
    }
}

fn damaged(bytes: &[u8]) -> Fault {
    let part: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let is_encrypted = bytes.starts_with(COMPOUND_SIGN)
        && bytes.windows(part.len()).any(|window| window == part.as_slice());
    if is_encrypted {
        Fault::new(ProblemCode::FormatUnknown, "XLSX (encrypted)")
    } else if bytes.starts_with(COMPOUND_SIGN) {
        Fault::new(ProblemCode::FormatUnknown, "XLS")
    } else {
        crate::truncated("workbook")
    }
}

/// Cells by row and column, counted from 0.
type Cells = BTreeMap<(u32, u32), GridCell<'static>>;

fn read_sheet(book: &mut Book<'_>, name: &str, part: u32) -> Option<Grid<'static>> {
    let mut cells = Cells::new();
    let is_from_1904 = match book {
        Sheets::Xlsx(book) => {
            let is_from_1904 = book.has_1904_epoch();
            // Cells are taken one by one: a sheet with two cells far apart is small.
            let mut reader = book.worksheet_cells_reader(name).ok()?;
            while let Some(cell) = reader.next_cell().ok()? {
                add(&mut cells, cell.get_position(), cell_of_ref(cell.get_value()));
            }
            drop(reader);
            let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
            fill_merged(&mut cells, &merged);
            is_from_1904
        }
        Sheets::Xls(book) => {
            add_range(&mut cells, &book.worksheet_range(name).ok()?);
            let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
            fill_merged(&mut cells, &merged);
            book.has_1904_epoch()
        }
        book => {
            add_range(&mut cells, &book.worksheet_range(name).ok()?);
            false
        }
    };
    let mut grid = to_grid(cells, part);
    grid.is_from_1904 = is_from_1904;
    Some(grid)
}

fn add(cells: &mut Cells, position: (u32, u32), cell: Option<GridCell<'static>>) {
    let is_fit = (position.1 as usize) < COLUMNS_MAX && cells.len() < CELLS_MAX;
    if let Some(cell) = cell.filter(|cell| is_fit && !cell.is_empty()) {
        cells.insert(position, cell);
    }
}

fn add_range(cells: &mut Cells, range: &calamine::Range<Data>) {
    let (row, column) = range.start().unwrap_or_default();
    for (at_row, at_column, value) in range.used_cells() {
        let offset =
            |start: u32, at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        let position = (offset(row, at_row), offset(column, at_column));
        add(cells, position, cell_of(value));
    }
}

/// Gives the rows that a cell is merged over its value, where they hold others.
fn fill_merged(cells: &mut Cells, merged: &[Dimensions]) {
    let rows: std::collections::BTreeSet<u32> = cells.keys().map(|&(row, _)| row).collect();
    let mut room = cells.len();
    for region in merged {
        let ((row, column), (last, _)) = (region.start, region.end);
        let Some(cell) = cells.get(&(row, column)).cloned().filter(|_| row < last) else {
            continue;
        };
        for &below in rows.range(row + 1..=last) {
            if room == 0 {
                return;
            }
            room -= 1;
            cells.entry((below, column)).or_insert_with(|| cell.clone());
        }
    }
}

fn to_grid(cells: Cells, part: u32) -> Grid<'static> {
    let mut grid = Grid::default();
    let mut row_cells: Vec<GridCell<'static>> = Vec::new();
    let mut count = 0;
    let mut cells = cells.into_iter().peekable();
    while let Some(((row, column), cell)) = cells.next() {
        row_cells.resize(column as usize, GridCell::EMPTY);
        row_cells.push(cell);
        if cells.peek().is_some_and(|&((next, _), _)| next == row) {
            continue;
        }
        count += row_cells.len();
        if count > CELLS_MAX {
            break;
        }
        let texts: Vec<&str> = row_cells.iter().map(|cell| cell.text.as_ref()).collect();
        let raw = Cow::Owned(texts.join("\t"));
        let at = (part, u64::from(row) + 1);
        grid.push(at, raw, row_cells.drain(..), RowState::Whole);
    }
    grid
}

fn text(text: &str) -> GridCell<'static> {
    GridCell::text(Cow::Owned(text.trim().to_owned()))
}

fn cell_of(value: &Data) -> Option<GridCell<'static>> {
    Some(match value {
        Data::Int(number) => number_cell(number.to_string()),
        Data::Float(number) => float(*number),
        Data::String(value) | Data::DurationIso(value) => text(value),
        Data::Bool(value) => text(&value.to_string().to_uppercase()),
        Data::DateTime(moment) => day(moment),
        Data::DateTimeIso(value) => day_cell(value.clone()),
        Data::Error(error) => text(&error.to_string()),
        Data::Empty => return None,
    })
}

fn cell_of_ref(value: &DataRef<'_>) -> Option<GridCell<'static>> {
    Some(match value {
        DataRef::SharedString(value) => text(value),
        DataRef::Int(number) => number_cell(number.to_string()),
        DataRef::Float(number) => float(*number),
        DataRef::String(value) | DataRef::DurationIso(value) => text(value),
        DataRef::Bool(value) => text(&value.to_string().to_uppercase()),
        DataRef::DateTime(moment) => day(moment),
        DataRef::DateTimeIso(value) => day_cell(value.clone()),
        DataRef::Error(error) => text(&error.to_string()),
        DataRef::Empty => return None,
    })
}

fn number_cell(text: String) -> GridCell<'static> {
    GridCell { text: Cow::Owned(text), kind: CellKind::Number }
}

fn day_cell(text: String) -> GridCell<'static> {
    GridCell { text: Cow::Owned(text), kind: CellKind::Day }
}

/// A number as the shortest decimal that is read back as the same number.
fn float(number: f64) -> GridCell<'static> {
    if number.is_finite() { number_cell(number.to_string()) } else { text(&number.to_string()) }
}

/// A day, with its time if it has one; a time alone stays a text.
fn day(moment: &ExcelDateTime) -> GridCell<'static> {
    if moment.is_duration() {
        return text(&moment.as_f64().to_string());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let has_time = (hour, minute, second) != (0, 0, 0);
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    // Day 0 of the count is 1899-12-31 or 1904-01-01: a time of no day.
    if moment.as_f64() < 1.0 {
        return text(&time);
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    day_cell(if has_time { format!("{date} {time}") } else { date })
}
