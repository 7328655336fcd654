//! A letter as plain text, in lines of eighty characters.

use std::iter::zip;

use crate::plain::printable;
use crate::{Letter, Slot, Table};

/// Characters of a line.
const WIDTH: usize = 80;
/// Characters of a ruled line.
const RULE: usize = 40;
/// Characters of a label, after which its value begins.
const LABEL_MAX: usize = 30;
/// Spaces between columns.
const GAP: usize = 2;
/// A column that has to give way keeps this much.
const COLUMN_MIN: usize = 6;

/// A letter as plain text: the same words as in the PDF, in lines of eighty characters.
pub fn letter_text(letter: &Letter) -> String {
    let title = wrapped(&letter.title, WIDTH);
    let under = title.iter().map(|line| length(line)).max().unwrap_or(0);
    let mut blocks = vec![
        flow(&letter.from),
        flow(&letter.to),
        flow(&letter.date),
        [title, vec!["=".repeat(under)]].concat(),
        facts(&letter.facts),
    ];
    blocks.extend(letter.paragraphs.iter().map(|paragraph| wrapped(paragraph, WIDTH)));
    for table in &letter.tables {
        blocks.push(wrapped(&table.caption, WIDTH));
        blocks.push(rows(table));
    }
    blocks.extend(letter.slots().into_iter().map(closing));
    blocks.push(wrapped(&letter.footer, WIDTH));
    let blocks = blocks.into_iter().map(|lines| lines.join("\n"));
    let blocks: Vec<String> = blocks.filter(|block| !block.is_empty()).collect();
    if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" }
}

fn flow<'t>(texts: impl IntoIterator<Item = &'t String>) -> Vec<String> {
    texts.into_iter().flat_map(|text| wrapped(text, WIDTH)).collect()
}

fn closing(slot: Slot<'_>) -> Vec<String> {
    let rule = "_".repeat(RULE);
    match slot {
        Slot::Rule => vec![rule],
        Slot::Words(words) => wrapped(words, WIDTH),
        Slot::Labelled(label) => [vec![rule], wrapped(label, WIDTH)].concat(),
    }
}

/// Labels on the left, values in line on the right.
fn facts(facts: &[(String, String)]) -> Vec<String> {
    let labels = facts.iter().map(|(label, _)| length(&printable(label, |_| true)));
    let left = labels.max().unwrap_or(0).min(LABEL_MAX);
    let widths = [left, WIDTH - left - GAP];
    let lines = facts
        .iter()
        .flat_map(|(label, value)| side_by_side(&[(label, false), (value, false)], &widths));
    lines.collect()
}

fn rows(table: &Table) -> Vec<String> {
    let Some(widths) = widths(table) else { return records(table) };
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate().map(|(at, cell)| (cell, table.is_numeric(at)));
        side_by_side(&cells.collect::<Vec<_>>(), &widths)
    };
    let under: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let heading = [line(&table.columns), vec![under.join(&" ".repeat(GAP))]].concat();
    heading.into_iter().chain(table.rows.iter().flat_map(line)).collect()
}

/// How wide each column is, so that a row fits into a line; none where there are too many.
fn widths(table: &Table) -> Option<Vec<usize>> {
    let columns = table.lines().map(Vec::len).max().unwrap_or(0);
    let room = WIDTH.checked_sub(columns.saturating_sub(1) * GAP)?;
    let widest = |at: usize| {
        let cells = table.lines().filter_map(|row| row.get(at));
        cells.map(|cell| length(&printable(cell, |_| true))).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    while widths.iter().sum::<usize>() > room {
        // The widest gives way first, and a column of figures only after those of words.
        let wide = widths.iter_mut().enumerate().filter(|(_, width)| **width > COLUMN_MIN);
        let (_, width) = wide.max_by_key(|(at, width)| (!table.is_numeric(*at), **width))?;
        *width = (*width - 1).min(WIDTH);
    }
    Some(widths)
}

/// Rows below one another, each as labels and values.
fn records(table: &Table) -> Vec<String> {
    let record = |row: &Vec<String>| {
        let pairs: Vec<_> = zip(table.columns.iter().cloned(), row.iter().cloned()).collect();
        [facts(&pairs), vec!["-".repeat(RULE)]].concat()
    };
    table.rows.iter().flat_map(record).collect()
}

/// Cells in lines of their width, beside each other; which are aligned right is told with them.
fn side_by_side(cells: &[(&String, bool)], widths: &[usize]) -> Vec<String> {
    let columns: Vec<Vec<String>> =
        zip(cells, widths).map(|((cell, _), &width)| wrapped(cell, width)).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    let line = |row: usize| {
        let parts = zip(&columns, zip(cells, widths)).map(|(lines, ((_, is_right), &width))| {
            let part = lines.get(row).map_or("", String::as_str);
            if *is_right { format!("{part:>width$}") } else { format!("{part:<width$}") }
        });
        parts.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// A text in lines of a width; words that are longer are cut.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let printed = printable(text, |_| true);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for part in printed.split(' ').filter(|word| !word.is_empty()).flat_map(|w| cut(w, width)) {
        let wanted = length(part);
        if !line.is_empty() && used + 1 + wanted > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if !line.is_empty() {
            line.push(' ');
            used += 1;
        }
        line.push_str(part);
        used += wanted;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A word in parts that fit into a width.
fn cut(word: &str, width: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while let Some((at, _)) = rest.char_indices().nth(width.max(1)) {
        let (part, after) = rest.split_at(at);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn length(text: &str) -> usize {
    text.chars().count()
}
