//! What a table shows against itself: headings, counts and balances that contradict, fees that no
//! amount holds, days that a spreadsheet may have swapped, entries that stand above the headings.

use caudal_model::{Decimal, ProblemCode};

use super::amounts;
use super::around::{self, Label};
use super::days::{DateParts, parts};
use super::decide::Answers;
use super::grid::{CellKind, Grid, GridCell, cell};
use super::headings::{field_of, is_of_other_unit, normalise};
use super::layout::{EntryRows, Table};
use super::numbers;
use crate::profile::{DecimalMark, Field};
use crate::report::{Fault, Report};

/// Headings of what a bank takes beside the amount.
const FEES: &[&str] =
    &["fee", "fees", "commission", "charges", "comision", "comisiones", "gastos comision"];

/// Says that a heading counts cents or thousands.
pub(super) fn headings(table: &Table<'_, '_>, report: &mut Report) {
    let columns = &table.header.columns;
    let row = table.grid.rows()[table.header.idx].row;
    let positions = columns.amounts().chain(columns.get(Field::BalanceAfter));
    for heading in positions.filter_map(|position| columns.texts.get(position)) {
        if is_of_other_unit(heading) {
            let fault = Fault::new(ProblemCode::ColumnTypeUnfit, heading).expected("1204.50");
            report.cell_problem(row, heading, fault);
        }
    }
}

/// Compares two spellings of an account: one may be part of the other, as a number is of its IBAN,
/// or hide digits.
pub(super) fn account((one, other): (&str, &str), row: u64, report: &mut Report) {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let is_hidden = |text: &str| text.contains(['*', 'x', 'X', '\u{2022}']);
    let (own, told) = (digits(one), digits(other));
    let is_same = own.contains(&told) || told.contains(&own);
    if !is_same && !is_hidden(one) && !is_hidden(other) {
        let fault = Fault::new(ProblemCode::AccountKeyContradicts, one);
        report.row_problem(row, fault.expected(other));
    }
}

/// Compares the number of entries that the lines around the table state.
pub(super) fn counts(table: &Table<'_, '_>, report: &mut Report) {
    let count = table.entries.len();
    for stated in &table.around.counts {
        if stated.text.parse::<usize>().is_ok_and(|stated| stated != count) {
            let fault = Fault::new(ProblemCode::RecordCountDiffers, &stated.text);
            report.row_problem(stated.row, fault.expected(count.to_string()));
        }
    }
}

/// Compares balances that the lines around the table state twice.
pub(super) fn seconds(table: &Table<'_, '_>, answers: &Answers, report: &mut Report) {
    let around = &table.around;
    for (label, second) in &around.seconds {
        let first = if *label == Label::Opening { &around.opening } else { &around.closing };
        let read = |labelled: &around::Labelled| {
            amounts::number(&labelled.cell(), &answers.marks[1]).ok().map(numbers::Number::signed)
        };
        let Some(first) = first else { continue };
        // The last closing is the one that is kept.
        let first =
            if first.row == second.row { &around.first_closing } else { &Some(first.clone()) };
        if let Some(first) = first
            && read(first) != read(second)
        {
            let fault = Fault::new(ProblemCode::ControlTotalDiffers, &second.text);
            report.row_problem(second.row, fault.expected(first.text.as_str()));
        }
    }
}

/// The columns of fees of a table.
pub(super) fn fee_columns(table: &Table<'_, '_>) -> Vec<usize> {
    let plain = table.header.columns.plain.iter().enumerate();
    plain.filter(|(_, plain)| FEES.contains(&plain.as_str())).map(|(at, _)| at).collect()
}

/// Says that a row has a fee beside its amount, which may or may not be in it.
pub(super) fn fees(
    (table, positions): (&Table<'_, '_>, &[usize]),
    (place, cells): (EntryRows, &[GridCell<'_>]),
    report: &mut Report,
) {
    for &position in positions {
        let cell = cell(cells, position);
        if any_number(cell).is_some_and(|number| !number.magnitude.is_zero()) {
            let row = table.grid.rows()[place.idx].row;
            let fault = Fault::new(ProblemCode::RecordUnexpected, &cell.text);
            report.cell_problem(row, &table.header.columns.texts[position], fault);
        }
    }
}

/// The sums of debits, of credits, of both, and of both without their signs; `None` beyond the
/// range.
pub(super) fn sums(values: &[Decimal]) -> Option<[Decimal; 4]> {
    let mut sums = [Decimal::ZERO; 4];
    for &value in values {
        let side = usize::from(!value.is_negative());
        for (at, value) in [(side, value), (2, value), (3, value.abs())] {
            sums[at] = sums[at].checked_add(value)?;
        }
    }
    Some(sums)
}

fn any_number(cell: &GridCell<'_>) -> Option<numbers::Number> {
    let read = |mark| numbers::read(cell, mark);
    read(DecimalMark::Point).or_else(|| read(DecimalMark::Comma))
}

/// Whether a workbook made days of the dates that it could read in its own order of day and month,
/// and left the others as texts: then its days may have day and month swapped.
pub(super) fn are_days_swapped(table: &Table<'_, '_>) -> bool {
    let Some(position) = table.header.columns.get(Field::BookedAt) else { return false };
    let (mut day_count, mut text_count) = (0, 0);
    for &entry in &table.entries {
        let cell = cell(table.cells(entry), position);
        match (cell.kind, parts(cell, false)) {
            (CellKind::Day, Some(DateParts::Plain(_, _, day))) if day <= 12 => day_count += 1,
            (CellKind::Text, Some(DateParts::Open([first, second, _])))
                if first > 12 || second > 12 =>
            {
                text_count += 1;
            }
            (CellKind::Text, None) => {}
            _ => return false,
        }
    }
    day_count > 0 && text_count > 0
}

/// Whether a day would be another with day and month swapped.
pub(super) fn may_be_swapped(cell: &GridCell<'_>) -> bool {
    cell.kind == CellKind::Day
        && matches!(parts(cell, false), Some(DateParts::Plain(_, month, day)) if month != day)
}

/// Says that rows above the headings look like entries, which nothing reads.
pub(super) fn above(grid: &Grid<'_>, rows: std::ops::Range<usize>, report: &mut Report) {
    let Some(idx) = rows.into_iter().find(|&idx| is_like_entry(grid.cells_at(idx))) else { return };
    let row = &grid.rows()[idx];
    report.in_part(row.part);
    let fault = Fault::new(ProblemCode::ColumnMissing, &row.raw).expected("date");
    report.row_problem(row.row, fault);
}

/// Whether some row of a grid looks like an entry.
pub(in crate::formats) fn has_entries(grid: &Grid<'_>) -> bool {
    (0..grid.rows().len()).any(|idx| is_like_entry(grid.cells_at(idx)))
}

/// Whether cells hold a date, then an amount with decimals, and a third text, but no label.
fn is_like_entry(cells: &[GridCell<'_>]) -> bool {
    let mut filled = cells.iter().filter(|cell| !cell.is_empty());
    if filled.clone().count() < 3 {
        return false;
    }
    let is_label = |cell: &GridCell<'_>| {
        let text = cell.text.trim_end_matches(':');
        cell.text.ends_with(':')
            || around::label(text).is_some()
            || field_of(&normalise(text).0).is_some()
    };
    let is_date = |cell: &GridCell<'_>| {
        cell.kind != CellKind::Number && cell.text.len() <= 25 && parts(cell, false).is_some()
    };
    let is_money = |cell: &GridCell<'_>| {
        cell.text.contains(['.', ',']) && !is_date(cell) && any_number(cell).is_some()
    };
    !cells.iter().any(is_label) && filled.any(is_date) && filled.any(is_money)
}
