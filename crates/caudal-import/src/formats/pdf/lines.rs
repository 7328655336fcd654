//! From words to lines, and from lines to the rows of a grid, by the header above them.
//!
//! *Shape.* Words close to one another are one phrase; a phrase stands under the heading that it
//! begins with, ends with or overlaps. What stands on several pages in one place, without a date or
//! an amount, is the paper's and no row.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::words::Word;
use crate::formats::table::grid::{Grid, GridCell, RowState};
use crate::formats::table::{is_date, is_header, is_money, is_table_header};
use crate::profile::Profile;

/// Words that belong together.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    text: String,
    left: i64,
    right: i64,
    size: i64,
}

/// A line of a page.
#[derive(Clone, Debug)]
pub(super) struct Line {
    base: i64,
    phrases: Vec<Phrase>,
}

impl Line {
    /// The line as it is read.
    pub(super) fn text(&self) -> String {
        self.phrases.iter().map(|phrase| phrase.text.as_str()).collect::<Vec<_>>().join("  ")
    }
}

/// Groups the words of a page into lines, from the top.
pub(super) fn group(mut words: Vec<Word>) -> Vec<Line> {
    words.sort_by(|one, other| other.base.cmp(&one.base).then(one.left.cmp(&other.left)));
    let mut lines: Vec<Vec<Word>> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line[0].base - word.base < line[0].size.min(word.size) * 2 / 5 => {
                line.push(word);
            }
            _ => lines.push(vec![word]),
        }
    }
    lines.into_iter().map(line_of).collect()
}

fn line_of(mut words: Vec<Word>) -> Line {
    words.sort_by_key(|word| word.left);
    let base = words.first().map_or(0, |word| word.base);
    let mut phrases: Vec<Phrase> = Vec::new();
    for word in words {
        if let Some(last) = phrases.last_mut() {
            let gap = word.left - last.right;
            // Bold print is drawn twice, a hair apart.
            if last.text.ends_with(&word.text) && gap < -(word.right - word.left) / 2 {
                continue;
            }
            // A word and its neighbour are a space apart; columns are more.
            // One space belongs to a phrase, however wide; two do not.
            let size = word.size.min(last.size);
            let is_near = gap < (size * 3 / 5).max((word.space * 3 / 2).min(size));
            let joined = format!("{} {}", last.text, word.text);
            // `03 ABR 2025` is one date of three words; a date and what follows it are two cells.
            let is_telling = !is_date(&joined) && (is_date(&last.text) || is_date(&word.text));
            if is_near && !is_telling {
                if gap > 0 {
                    last.text = joined;
                } else {
                    last.text.push_str(&word.text);
                }
                last.right = last.right.max(word.right);
                continue;
            }
        }
        let Word { text, left, right, size, .. } = word;
        phrases.push(Phrase { text, left, right, size });
    }
    Line { base, phrases }
}

/// The rows of all pages: under the header in its columns, elsewhere phrase by phrase.
pub(super) fn to_grid(pages: &[Vec<Line>], profile: Option<&Profile>) -> Grid<'static> {
    let furniture = furniture(pages);
    let mut grid = Grid::default();
    let mut columns: Option<Vec<Phrase>> = None;
    for (page, lines) in pages.iter().enumerate() {
        let part = u32::try_from(page + 1).unwrap_or(u32::MAX);
        let header = lines.iter().position(|line| is_heading(line, profile));
        let is_first = columns.is_none();
        for (idx, line) in lines.iter().enumerate() {
            let is_above = header.is_some_and(|header| idx < header) && !is_first;
            let is_paper = furniture.contains_key(&key(line)) && Some(idx) != header;
            if is_heading(line, profile) {
                columns = Some(line.phrases.clone());
            } else if is_above || (is_paper && !has_values(line)) {
                continue;
            }
            let at = (part, idx as u64 + 1);
            let cells: Vec<GridCell<'static>> = match &columns {
                Some(columns) => under(columns, line),
                None => line.phrases.iter().map(|phrase| cell(phrase.text.clone())).collect(),
            };
            grid.push(at, Cow::Owned(line.text()), cells.into_iter(), RowState::Whole);
        }
    }
    grid
}

fn cell(text: String) -> GridCell<'static> {
    GridCell::text(Cow::Owned(text))
}

fn is_heading(line: &Line, profile: Option<&Profile>) -> bool {
    let texts = || line.phrases.iter().map(|phrase| phrase.text.clone()).collect();
    line.phrases.len() >= 2
        && match profile {
            Some(profile) => is_table_header(texts(), profile),
            None => is_header(texts()),
        }
}

/// Whether a line holds a date or an amount in a phrase of its own.
fn has_values(line: &Line) -> bool {
    line.phrases.iter().any(|phrase| is_date(&phrase.text))
        && line.phrases.iter().any(|phrase| is_money(&phrase.text))
}

/// A line's place, and its text without its numbers.
fn key(line: &Line) -> (i64, String) {
    let text = line.text();
    let masked = text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    (line.base / 1_000_000, masked)
}

/// Lines that stand on more than one page in the same place.
fn furniture(pages: &[Vec<Line>]) -> BTreeMap<(i64, String), usize> {
    let mut counts: BTreeMap<(i64, String), usize> = BTreeMap::new();
    for line in pages.iter().flatten() {
        *counts.entry(key(line)).or_default() += 1;
    }
    counts.retain(|_, count| *count > 1);
    counts
}

/// The phrases of a line under the headings of a header.
fn under(columns: &[Phrase], line: &Line) -> Vec<GridCell<'static>> {
    let mut texts = vec![String::new(); columns.len()];
    for phrase in &line.phrases {
        let text = &mut texts[column_of(columns, phrase)];
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&phrase.text);
    }
    texts.into_iter().map(cell).collect()
}

/// The heading that a phrase belongs to: with which it begins or, a number, ends; which it overlaps
/// most; else the one before it for words, and the nearest for numbers.
fn column_of(columns: &[Phrase], phrase: &Phrase) -> usize {
    let slack = phrase.size / 2;
    let is_number = is_money(&phrase.text);
    let at_right = |column: &Phrase| (column.right - phrase.right).abs() <= slack;
    let at_left = |column: &Phrase| (column.left - phrase.left).abs() <= slack;
    if let Some(idx) = columns.iter().position(|column| is_number && at_right(column)) {
        return idx;
    }
    if let Some(idx) = columns.iter().position(at_left) {
        return idx;
    }
    let overlap = |column: &Phrase| {
        column.right.min(phrase.right).saturating_sub(column.left.max(phrase.left))
    };
    let most = (0..columns.len()).rev().max_by_key(|&idx| overlap(&columns[idx])).unwrap_or(0);
    if overlap(&columns[most]) > 0 || is_number {
        return most;
    }
    let before = columns.iter().rposition(|column| column.left <= phrase.left);
    before.unwrap_or(most)
}
