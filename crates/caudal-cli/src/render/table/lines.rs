//! Lines of text and of tables, cut at what a person reads.

use caudal::{Message, Terms};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// Rows of one list that a table shows.
pub(super) const ROWS_SHOWN: usize = 40;

/// Sorts what is too long to be shown whole by its largest amounts, so that these are seen. What is
/// short keeps its order. Amounts are plain decimals of one length of fraction.
pub(super) fn largest_first<T>(rows: &mut [T], amount: impl Fn(&T) -> String) {
    if rows.len() > ROWS_SHOWN {
        rows.sort_by_cached_key(|row| {
            let amount = amount(row);
            std::cmp::Reverse((whole_digits(&amount), amount))
        });
    }
}

/// Digits before the decimal point.
pub(super) fn whole_digits(amount: &str) -> usize {
    amount.find('.').unwrap_or(amount.len())
}

pub(in crate::render) fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

pub(in crate::render) fn heading(text: &mut String, content: &str) {
    text.push('\n');
    line(text, content);
}

pub(super) fn more(count: usize, shown: usize, terms: &Terms) -> String {
    match count.checked_sub(shown) {
        None | Some(0) => String::new(),
        Some(more) => format!("{}\n", terms.say(&Message::new("line-more").with("count", more))),
    }
}

/// A column and which way its cells stand.
pub(super) struct Column {
    name: String,
    is_right: bool,
}

impl Column {
    pub(super) fn left(name: String) -> Self {
        Self { name, is_right: false }
    }

    pub(super) fn right(name: String) -> Self {
        Self { name, is_right: true }
    }
}

/// The lines of a table, cut at what a person reads.
pub(super) struct Lines {
    table: Table,
    rights: Vec<bool>,
    count: usize,
}

impl Lines {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let rights: Vec<bool> = columns.iter().map(|column| column.is_right).collect();
        let header = columns.into_iter().map(|column| cell(&column.name, column.is_right));
        table.set_header(header);
        Self { table, rights, count: 0 }
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        self.count += 1;
        if self.count <= ROWS_SHOWN {
            let cells = cells.iter().zip(&self.rights);
            self.table.add_row(cells.map(|(text, &is_right)| cell(text, is_right)));
        }
    }

    pub(super) fn finish(&self, terms: &Terms) -> String {
        let mut text = String::new();
        if self.count == 0 {
            line(&mut text, &terms.word("line-nothing"));
            return text;
        }
        line(&mut text, &self.table.trim_fmt());
        text.push_str(&more(self.count, ROWS_SHOWN, terms));
        text
    }
}

/// Control characters of the evidence must not reach a terminal.
fn cell(text: &str, is_right: bool) -> Cell {
    let alignment = if is_right { CellAlignment::Right } else { CellAlignment::Left };
    Cell::new(caudal::printable(text)).set_alignment(alignment)
}
