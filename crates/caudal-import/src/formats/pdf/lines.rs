//! From words to lines, and from lines to the rows of a grid, by the header above them.
//!
//! *Shape.* Words close to one another are one phrase; a phrase stands under the heading that it
//! begins with, ends with or overlaps; amounts that stand below one another are one column, wherever
//! its heading stands. A line of words alone belongs to the row that it stands closer to. What stands
//! on several pages in one place, without a date or an amount, is the paper's and no row.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::words::Word;
use crate::formats::table::grid::{Grid, GridCell, RowState};
use crate::formats::table::{is_date, is_header, is_money, is_table_header};
use crate::profile::Profile;

/// The most lines of words alone that belong to a row on either side of its date.
const ROW_LINES_MAX: usize = 12;

/// Words that belong together.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    text: String,
    left: i64,
    right: i64,
    size: i64,
    /// Whether only a date parts it from the phrase before it.
    follows: bool,
}

/// A line of a page.
#[derive(Clone, Debug)]
pub(super) struct Line {
    base: i64,
    phrases: Vec<Phrase>,
}

impl Line {
    /// Its phrases as they are outside of a table, where a date parts nothing.
    fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> = Vec::new();
        for phrase in &self.phrases {
            match sentences.last_mut().filter(|_| phrase.follows) {
                Some(last) => *last = format!("{last} {}", phrase.text),
                None => sentences.push(phrase.text.clone()),
            }
        }
        sentences
    }

    fn money(&self) -> impl Iterator<Item = &Phrase> {
        self.phrases.iter().filter(|phrase| is_money(&phrase.text))
    }

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
        let mut follows = false;
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
            follows = is_near;
        }
        let Word { text, left, right, size, .. } = word;
        phrases.push(Phrase { text, left, right, size, follows });
    }
    Line { base, phrases }
}

/// The rows of all pages: under the header in its columns, elsewhere phrase by phrase.
pub(super) fn to_grid(pages: &[Vec<Line>], profile: Option<&Profile>) -> Grid<'static> {
    let furniture = furniture(pages);
    let mut grid = Grid::default();
    let mut columns: Option<Columns> = None;
    for (page, lines) in pages.iter().enumerate() {
        let part = u32::try_from(page + 1).unwrap_or(u32::MAX);
        let header = lines.iter().position(|line| is_heading(line, profile));
        let is_first = columns.is_none();
        let mut above: Vec<&Line> = Vec::new();
        for (idx, line) in lines.iter().enumerate() {
            let is_above = header.is_some_and(|header| idx < header) && !is_first;
            let is_paper = furniture.contains_key(&key(line)) && Some(idx) != header;
            if is_heading(line, profile) {
                columns = Some(Columns::under(line, &pages[page..], (idx, profile)));
            } else if is_above || (is_paper && !has_values(line)) {
                continue;
            }
            let at = (part, idx as u64 + 1);
            let Some(columns) = &columns else {
                let cells = line.sentences().into_iter().map(cell);
                grid.push(at, Cow::Owned(line.text()), cells, RowState::Whole);
                continue;
            };
            if !is_heading(line, profile) && columns.is_aside(line) {
                continue;
            }
            above.push(line);
            if leads_to_row(lines, idx, profile) {
                continue;
            }
            let text: Vec<String> = above.iter().map(|line| line.text()).collect();
            let cells = columns.cells(&std::mem::take(&mut above));
            grid.push(at, Cow::Owned(text.join("\n")), cells.into_iter(), RowState::Whole);
        }
    }
    grid
}

/// Whether a line is of words alone that belong to the row below. Of the lines between two rows those
/// above the widest gap belong to the row above, the others to the row below; if no gap is wider than
/// the others, all belong to the row above, unless that is a heading.
fn leads_to_row(lines: &[Line], idx: usize, profile: Option<&Profile>) -> bool {
    let is_words = |line: &Line| {
        let is_value = |phrase: &Phrase| is_date(&phrase.text) || is_money(&phrase.text);
        !line.phrases.iter().any(is_value) && !is_heading(line, profile)
    };
    let until = lines.len().min(idx + ROW_LINES_MAX);
    let below = (idx..until).find(|&at| !is_words(&lines[at]));
    let above = (idx.saturating_sub(ROW_LINES_MAX)..idx).rev().find(|&at| !is_words(&lines[at]));
    let (Some(below), Some(above)) = (below.filter(|&below| below > idx), above) else {
        return false;
    };
    if !has_values(&lines[below]) {
        return false;
    }
    let gap = |at: usize| lines[at].base - lines[at + 1].base;
    let slack = lines[below].phrases.first().map_or(0, |phrase| phrase.size / 20);
    let widest = (above..below).max_by_key(|&at| gap(at)).unwrap_or(above);
    let is_widest = (above..below).all(|at| at == widest || gap(at) + slack < gap(widest));
    if is_widest { widest < idx } else { is_heading(&lines[above], profile) }
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

/// The columns of a table.
struct Columns {
    headings: Vec<Phrase>,
    /// Amounts that stand below one another, from the left: from where to where, and their heading.
    amounts: Vec<(i64, i64, usize)>,
    /// Headings of days.
    days: BTreeSet<usize>,
}

impl Columns {
    /// The columns below a heading, down to the next one that is not the same.
    fn under(
        heading: &Line,
        pages: &[Vec<Line>],
        (at, profile): (usize, Option<&Profile>),
    ) -> Self {
        let is_other = |line: &&Line| is_heading(line, profile) && line.text() != heading.text();
        let lines = pages.iter().flatten().skip(at + 1);
        let rows: Vec<&Line> =
            lines.take_while(|line| !is_other(line)).filter(|line| has_values(line)).collect();
        let headings = heading.phrases.clone();
        let phrases = rows.iter().flat_map(|line| &line.phrases);
        let days = phrases.filter(|phrase| is_date(&phrase.text));
        let days = days.map(|day| column_of(&headings, day)).collect();
        let rows: Vec<Vec<&Phrase>> = rows.iter().map(|line| line.money().collect()).collect();
        let amounts = stacks(&rows);
        let found = headings_of(&headings, &amounts).unwrap_or_default();
        let amounts = amounts.into_iter().zip(found).map(|((l, r), found)| (l, r, found)).collect();
        Self { headings, amounts, days }
    }

    /// Whether a line is of words alone, some of them where days stand: no row and no part of one, as
    /// what is printed at the foot of a page.
    fn is_aside(&self, line: &Line) -> bool {
        // `Page 2` holds no amount, `Saldo final: 2.400,00` does.
        let is_amount = |word: &str| word.contains(['.', ',']) && is_money(word);
        let has_money = |text: &str| is_money(text) || text.split(' ').any(is_amount);
        let is_word = |phrase: &Phrase| !is_date(&phrase.text) && !has_money(&phrase.text);
        let is_at_day = |phrase: &Phrase| self.days.contains(&column_of(&self.headings, phrase));
        line.phrases.iter().all(is_word) && line.phrases.iter().any(is_at_day)
    }

    /// The phrases of the lines of a row, each under its heading.
    fn cells(&self, lines: &[&Line]) -> Vec<GridCell<'static>> {
        let mut texts = vec![String::new(); self.headings.len()];
        for phrase in lines.iter().flat_map(|line| &line.phrases) {
            let text = &mut texts[self.column_of(phrase)];
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&phrase.text);
        }
        texts.into_iter().map(cell).collect()
    }

    fn column_of(&self, phrase: &Phrase) -> usize {
        let is_in = |&&(left, right, _): &&(i64, i64, usize)| {
            left <= phrase.left && phrase.right <= right && is_money(&phrase.text)
        };
        let stack = self.amounts.iter().find(is_in);
        stack.map_or_else(|| column_of(&self.headings, phrase), |&(.., heading)| heading)
    }
}

/// Where amounts stand below one another, from the left; empty if two of one row would be one column.
fn stacks(rows: &[Vec<&Phrase>]) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> =
        rows.iter().flatten().map(|phrase| (phrase.left, phrase.right)).collect();
    spans.sort_unstable();
    let mut stacks: Vec<(i64, i64)> = Vec::new();
    for (left, right) in spans {
        match stacks.last_mut() {
            Some(last) if left < last.1 => last.1 = last.1.max(right),
            _ => stacks.push((left, right)),
        }
    }
    let is_of =
        |phrase: &Phrase, stack: &(i64, i64)| stack.0 <= phrase.left && phrase.left < stack.1;
    let are_one = |row: &Vec<&Phrase>, stack: &(i64, i64)| {
        row.iter().filter(|phrase| is_of(phrase, stack)).count() > 1
    };
    let is_mixed = rows.iter().any(|row| stacks.iter().any(|stack| are_one(row, stack)));
    if is_mixed { Vec::new() } else { stacks }
}

/// The heading of each stack of amounts, in the order of both, with the least distance in all; `None`
/// if there are more stacks than headings.
fn headings_of(headings: &[Phrase], stacks: &[(i64, i64)]) -> Option<Vec<usize>> {
    const FAR: i64 = i64::MAX / 4;
    // The least cost of the stacks so far with the headings so far, and the heading of the last stack.
    let mut costs = vec![0_i64; headings.len() + 1];
    let mut choices: Vec<Vec<usize>> = Vec::new();
    for &stack in stacks {
        let mut next = vec![FAR; headings.len() + 1];
        let mut chosen = vec![0; headings.len() + 1];
        for (at, heading) in headings.iter().enumerate() {
            let cost = costs[at].saturating_add(distance(heading, stack));
            let is_better = costs[at] < FAR && cost < next[at];
            (next[at + 1], chosen[at + 1]) =
                if is_better { (cost, at) } else { (next[at], chosen[at]) };
        }
        costs = next;
        choices.push(chosen);
    }
    let mut end = headings.len();
    if costs[end] >= FAR {
        return None;
    }
    let mut found = Vec::new();
    for chosen in choices.iter().rev() {
        end = chosen[end];
        found.push(end);
    }
    found.reverse();
    Some(found)
}

/// How far a heading is from a stack: the room between them, and else how badly they are aligned.
fn distance(heading: &Phrase, (left, right): (i64, i64)) -> i64 {
    let room = (heading.left.max(left) - heading.right.min(right)).max(0);
    let edges = (heading.left - left).abs().min((heading.right - right).abs());
    let middle = (heading.left + heading.right - left - right).abs() / 2;
    room.saturating_mul(8).saturating_add(edges.min(middle))
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
