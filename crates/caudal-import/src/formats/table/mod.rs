//! Statements in tables of any bank, by their headings.
//!
//! *Shape.* A grid of cells, whatever file it comes from; one statement for each account and
//! currency in each table of it. Rows stay in the order in which they happened: a table that puts
//! the newest first is turned round, and each entry keeps its row. What neither the columns nor the
//! balances decide is a problem with the readings, and stays open in the profile.
//!
//! A time of day without a zone is left in the raw text, and the day is taken. A row without a date
//! and an amount continues the description above it; one below the last entry is a footer. No
//! other row is dropped.
//!
//! *Units.* Amounts as printed, whatever the currency; digits beyond it are reported and kept.

mod aliases;
mod amounts;
mod around;
pub(in crate::formats) mod checks;
mod days;
mod decide;
pub(in crate::formats) mod grid;
mod headings;
mod layout;
mod numbers;
mod rows;
mod status;

use caudal_model::ProblemCode;

use self::decide::Answers;
use self::grid::Grid;
use self::layout::Table;
use crate::formats::{Found, ReadOptions};
use crate::profile::{AmountStyle, DecimalMark, Field, Profile};
use crate::report::{Fault, Report};

/// Separators in the order of trial: the first of those that fit equally well.
const SEPARATORS: [char; 4] = ['\t', ';', ',', '|'];

/// How many rows are split to tell the separator.
const HEAD_ROWS: usize = 60;

/// Whether a text is a table: a separator, and a header among its first lines.
pub(super) fn is_table(head: &str) -> bool {
    SEPARATORS.iter().any(|&separator| {
        let grid = Grid::from_text(head, separator, HEAD_ROWS);
        headings::find(&grid, 0).is_some_and(|header| {
            let width = grid.cells_at(header.idx).len();
            let below = header.below..grid.rows().len();
            below.is_empty()
                || below.into_iter().any(|idx| grid.cells_at(idx).len() >= width.min(3))
        })
    })
}

pub(super) fn read(text: &str, options: &ReadOptions, found: &mut Found, report: &mut Report) {
    report_undecodable(text, report);
    let profile = options.profile.as_ref();
    let separator = profile.and_then(|profile| profile.separator);
    let separator = separator.unwrap_or_else(|| find_separator(text, profile));
    let grid = Grid::from_text(text, separator, usize::MAX);
    if !read_grid(&grid, options, found, report) {
        no_header(&grid, report);
    }
}

/// Whether a text is a date, under whatever order.
pub(super) fn is_date(text: &str) -> bool {
    days::parts_of_text(text).is_some()
}

/// Whether a text is a number, under whatever mark.
pub(super) fn is_money(text: &str) -> bool {
    [DecimalMark::Point, DecimalMark::Comma]
        .iter()
        .any(|&mark| numbers::read_text(text, mark).is_some())
}

/// Whether texts are the headings of a table, a date and an amount among them.
pub(super) fn is_header(texts: Vec<String>) -> bool {
    headings::is_header(texts)
}

/// Whether texts are the headings that a profile names, or most of them.
pub(super) fn is_table_header(texts: Vec<String>, profile: &Profile) -> bool {
    let (columns, missing) = headings::Columns::by_profile(texts, profile);
    columns.fields().count() >= 2 && columns.fields().count() > missing.len()
}

/// Says that a grid has no row of headings.
pub(super) fn no_header(grid: &Grid<'_>, report: &mut Report) {
    let first = grid.rows().first();
    let fault = Fault::new(ProblemCode::ColumnMissing, first.map_or("", |row| row.raw.as_ref()));
    report.row_problem(first.map_or(1, |row| row.row), fault.expected("date"));
}

fn find_separator(text: &str, profile: Option<&Profile>) -> char {
    let score = |separator: char| {
        let grid = Grid::from_text(text, separator, HEAD_ROWS);
        match profile {
            Some(profile) => headings::find_by_profile(&grid, 0, profile)
                .map_or(0, |(header, _)| header.columns.fields().count()),
            None => headings::score(&grid),
        }
    };
    // The first of equals is wanted, and `max_by_key` gives the last.
    SEPARATORS.into_iter().rev().max_by_key(|&separator| score(separator)).unwrap_or(',')
}

/// Bytes that are characters of no encoding, and those that an earlier program gave up on.
fn report_undecodable(text: &str, report: &mut Report) {
    let is_lost =
        |c: char| matches!(c, '\u{fffd}' | '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}');
    if !text.contains(is_lost) {
        return;
    }
    for (idx, line) in text.lines().enumerate() {
        if line.contains(is_lost) {
            report.row_problem(idx as u64 + 1, Fault::new(ProblemCode::TextUndecodable, line));
        }
    }
}

/// Reads every table of a grid; whether there was one.
pub(super) fn read_grid(
    grid: &Grid<'_>,
    options: &ReadOptions,
    found: &mut Found,
    report: &mut Report,
) -> bool {
    let profile = options.profile.as_ref();
    let mut from = 0;
    let mut has_table = false;
    loop {
        let header = match profile {
            None => headings::find(grid, from).map(|header| (header, Vec::new())),
            Some(profile) => headings::find_by_profile(grid, from, profile),
        };
        let Some((header, missing)) = header else { return has_table };
        has_table = true;
        let row = &grid.rows()[header.idx];
        report.in_part(row.part);
        for (_, heading) in missing {
            let fault = Fault::new(ProblemCode::ColumnMissing, &row.raw).expected(heading.as_str());
            report.cell_problem(row.row, &heading, fault);
        }
        checks::above(grid, from..header.idx, report);
        let mut table = Table::new(grid, header, from, profile.is_some());
        report_missing(&table, report);
        let answers = decide::decide(&mut table, profile);
        rows::read(&table, &answers, profile, (found, report));
        if found.profile.is_none() {
            found.profile = Some(made_profile(&table, &answers, profile));
        }
        if table.until >= grid.rows().len() {
            return true;
        }
        from = table.entries.last().map_or(table.header.below, |entry| entry.end);
    }
}

/// Says which of a date and an amount no column holds.
fn report_missing(table: &Table<'_, '_>, report: &mut Report) {
    let columns = &table.header.columns;
    let row = &table.grid.rows()[table.header.idx];
    let lacks =
        [(columns.any_date().is_none(), "date"), (columns.amounts().next().is_none(), "amount")];
    for (_, name) in lacks.into_iter().filter(|(is_missing, _)| *is_missing) {
        let fault = Fault::new(ProblemCode::ColumnMissing, &row.raw).expected(name);
        report.cell_problem(row.row, name, fault);
    }
}

/// What was decided, as a profile for the next file.
fn made_profile(table: &Table<'_, '_>, answers: &Answers, given: Option<&Profile>) -> Profile {
    let columns = &table.header.columns;
    let [amounts, balances] = &answers.marks;
    // A column that uses no mark says nothing of the next file.
    let marks = [amounts, balances].map(|marks| (marks.len() == 1).then(|| marks[0]));
    let orders = &answers.days.orders;
    let (amount_style, debits_negative, debit_marks) = match &answers.signs {
        None => (None, None, Vec::new()),
        Some(amounts::Signs::Signed { is_turned }) => {
            (Some(AmountStyle::Signed), Some(!is_turned), Vec::new())
        }
        Some(amounts::Signs::Columns { are_debits_negative }) => {
            (Some(AmountStyle::DebitCredit), Some(*are_debits_negative), Vec::new())
        }
        Some(amounts::Signs::Marks { debits }) => {
            (Some(AmountStyle::Mark), Some(false), debits.iter().cloned().collect())
        }
    };
    let fields = columns.fields().map(|(field, positions)| {
        let headings = positions.iter().map(|&position| columns.heading(position)).collect();
        (field, headings)
    });
    Profile {
        bank: given.map_or_else(
            || table.around.bank.clone().unwrap_or_default(),
            |given| given.bank.clone(),
        ),
        headings: columns.plain.iter().filter(|plain| !plain.is_empty()).cloned().collect(),
        separator: table.grid.separator,
        date_order: (orders.len() == 1).then(|| orders[0]),
        decimal_mark: marks[0].or(marks[1]).filter(|_| !answers.is_mixed),
        amount_style,
        debits_negative,
        debit_marks,
        row_order: answers.row_order,
        account: given.and_then(|given| given.account.clone()),
        currency: given.and_then(|given| given.currency.clone()),
        columns: fields.collect::<std::collections::BTreeMap<Field, Vec<String>>>(),
    }
}
