//! The smallest hypotheses that would make a broken stretch follow.
//!
//! *Shape.* Each hypothesis is one change: of an amount in the stretch, of a balance at one of its
//! ends, a row too many or too few. All are tried, in time linear in the rows of the stretch.

use std::collections::BTreeMap;
use std::ops::Range;

use caudal_model::{Entry, Statement};

use super::chain::{Stretch, stretches};
use super::figures::{Figures, Row};
use super::{BREAKS_MENDED_MAX, Break, Figure, REPAIRS_MAX, Repair};

/// The breaks of a statement with their repairs.
pub(super) fn breaks(
    statement: &Statement,
    figures: &Figures,
    sequence: &[usize],
    broken: &[Stretch],
) -> Vec<Break> {
    if broken.is_empty() {
        return Vec::new();
    }
    let copies = copies(statement, figures, sequence);
    let unchecked = stretches(figures, sequence).filter(|stretch| stretch.off().is_none());
    let unchecked = unchecked.map(|stretch| stretch.rows).collect();
    let mender = Mender { figures, sequence, broken, unchecked, copies };
    (0..broken.len()).filter_map(|at| mender.break_at(at)).collect()
}

/// What makes two rows equal: everything but their place in the file.
type Content<'s> = (Option<i32>, Option<i128>, Option<i128>, &'s str, &'s str, Vec<&'s str>);

fn content<'s>(row: &Row, entry: &'s Entry) -> Content<'s> {
    let references = entry.references.iter().map(|reference| reference.text.as_str()).collect();
    let number = entry.counterparty.number.as_str();
    (row.day, row.amount, row.after, &entry.description, number, references)
}

/// For each position in the order, the entry before it that it repeats.
fn copies(statement: &Statement, figures: &Figures, sequence: &[usize]) -> Vec<Option<usize>> {
    let mut last: BTreeMap<Content<'_>, usize> = BTreeMap::new();
    let of = |&at: &usize| {
        let row = &figures.rows[at];
        last.insert(content(row, &statement.entries[row.entry]), row.entry)
    };
    sequence.iter().map(of).collect()
}

struct Mender<'a> {
    figures: &'a Figures,
    sequence: &'a [usize],
    broken: &'a [Stretch],
    /// Rows between balances of which one is not stated, in order.
    unchecked: Vec<Range<usize>>,
    copies: Vec<Option<usize>>,
}

impl Mender<'_> {
    fn row(&self, place: usize) -> &Row {
        &self.figures.rows[self.sequence[place]]
    }

    fn break_at(&self, at: usize) -> Option<Break> {
        let stretch = &self.broken[at];
        let decimal = |minor: i128| self.figures.decimal(minor);
        let off = stretch.off()?;
        let mut repairs = if at < BREAKS_MENDED_MAX { self.repairs(at) } else { Vec::new() };
        let repair_count = repairs.len();
        if repairs.len() > REPAIRS_MAX {
            let missing = repairs.last().copied();
            repairs.truncate(REPAIRS_MAX - 1);
            repairs.extend(missing);
        }
        Some(Break {
            at: self.figure_after(stretch),
            rows: stretch.rows.clone(),
            stated: decimal(stretch.after?)?,
            computed: decimal(stretch.computed()?)?,
            off: decimal(off)?,
            repairs,
            repair_count,
        })
    }

    fn figure_after(&self, stretch: &Stretch) -> Figure {
        match stretch.rows.end.checked_sub(1).filter(|_| !stretch.is_closing) {
            Some(last) => Figure::BalanceAfter(self.row(last).entry),
            None => Figure::Closing,
        }
    }

    fn figure_before(&self, stretch: &Stretch) -> Figure {
        match stretch.rows.start.checked_sub(1) {
            Some(last) => Figure::BalanceAfter(self.row(last).entry),
            None => Figure::Opening,
        }
    }

    /// All repairs of a break, ranked.
    fn repairs(&self, at: usize) -> Vec<Repair> {
        let stretch = &self.broken[at];
        let Some(off) = stretch.off() else { return Vec::new() };
        let mut ranked = self.across(at, off);
        let mut single = |repair: Repair| ranked.push((rank(&repair), repair));
        for place in stretch.rows.clone() {
            let row = self.row(place);
            let Some(amount) = row.amount else { continue };
            if let Some(of) = self.copies[place].filter(|_| Some(amount) == off.checked_neg()) {
                single(Repair::DuplicateRow { entry: row.entry, of });
            }
            let target = amount.checked_add(off);
            self.misprint(Figure::Amount(row.entry), amount, target).map(&mut single);
        }
        // A balance with nothing before it, or nothing behind it, that would check it is a candidate
        // alone; others need a second break.
        if let Some(before) = stretch.before.filter(|_| self.is_free_before(stretch)) {
            let figure = self.figure_before(stretch);
            self.misprint(figure, before, before.checked_add(off)).map(&mut single);
        }
        if let Some(after) = stretch.after.filter(|_| self.is_free_behind(stretch)) {
            let figure = self.figure_after(stretch);
            self.misprint(figure, after, after.checked_sub(off)).map(&mut single);
        }
        let before = stretch.rows.start.checked_sub(1).map(|place| self.row(place).entry);
        if let Some(amount) = self.figures.decimal(off) {
            single(Repair::RowMissing { after: before, amount });
        }
        ranked.sort_by_key(|&(rank, _)| rank);
        ranked.into_iter().map(|(_, repair)| repair).collect()
    }

    /// Whether nothing but this stretch checks the balance before it.
    fn is_free_before(&self, stretch: &Stretch) -> bool {
        let start = stretch.rows.start;
        start == 0 || self.unchecked.binary_search_by_key(&start, |rows| rows.end).is_ok()
    }

    /// Whether nothing but this stretch checks the balance after it.
    fn is_free_behind(&self, stretch: &Stretch) -> bool {
        let end = stretch.rows.end;
        let is_last =
            end == self.sequence.len() && (stretch.is_closing || self.figures.closing.is_none());
        is_last || self.unchecked.binary_search_by_key(&end, |rows| rows.start).is_ok()
    }

    /// The break next to one, if no sound balance lies between them.
    fn neighbour(&self, at: usize) -> Option<&Stretch> {
        let next = self.broken.get(at + 1)?;
        (self.broken[at].rows.end == next.rows.start).then_some(next)
    }

    /// Repairs that close this break and a neighbour at once: they come first.
    fn across(&self, at: usize, off: i128) -> Vec<(u8, Repair)> {
        let stretch = &self.broken[at];
        let mut found = Vec::new();
        let next_off = self.neighbour(at).and_then(Stretch::off);
        if next_off.is_some_and(|next| Some(next) == off.checked_neg()) {
            let target = stretch.after.and_then(|after| after.checked_sub(off));
            let figure = self.figure_after(stretch);
            found.extend(stretch.after.and_then(|after| self.misprint(figure, after, target)));
        }
        let last = at.checked_sub(1).filter(|&last| self.neighbour(last).is_some());
        let last_off = last.and_then(|last| self.broken[last].off());
        if last_off.is_some_and(|last| Some(last) == off.checked_neg()) {
            let target = stretch.before.and_then(|before| before.checked_add(off));
            let figure = self.figure_before(stretch);
            found.extend(stretch.before.and_then(|before| self.misprint(figure, before, target)));
        }
        found.extend(next_off.and_then(|next| self.copy_elsewhere(stretch, off, next)));
        if last.is_none() {
            found.extend(self.reversed(at));
        }
        found.into_iter().map(|repair| (0, repair)).collect()
    }

    /// A copy that stands away from its original brings the old balance with it.
    fn copy_elsewhere(&self, stretch: &Stretch, off: i128, next_off: i128) -> Option<Repair> {
        let place = stretch.rows.start;
        let of = self.copies.get(place).copied().flatten().filter(|_| stretch.rows.len() == 1)?;
        let row = self.row(place);
        let both = off.checked_add(next_off)?;
        (row.amount?.checked_neg()? == both)
            .then_some(Repair::DuplicateRow { entry: row.entry, of })
    }

    /// A run of breaks whose rows follow in reverse order. The row behind them breaks too, if there
    /// is one.
    fn reversed(&self, at: usize) -> Option<Repair> {
        let mut end = at;
        while self.neighbour(end).is_some() {
            end += 1;
        }
        let (start, before) = (self.broken[at].rows.start, self.broken[at].before?);
        let last_rows = &self.broken[end].rows;
        let is_reversed = |rows_end: usize| {
            let behind = rows_end..self.sequence.len().min(rows_end + 1);
            let follows =
                (start..rows_end).rev().chain(behind).try_fold(before, |balance, place| {
                    let (from, to) = self.row(place).edge()?;
                    (from == balance).then_some(to)
                });
            rows_end > start + 1 && follows.is_some()
        };
        let rows_end =
            [last_rows.start, last_rows.end].into_iter().find(|&end| is_reversed(end))?;
        let entry = |place: usize| self.row(place).entry;
        Some(Repair::RowsReversed { first: entry(start), last: entry(rows_end - 1) })
    }

    /// The mistake, if there is a common one, that makes the one number out of the other.
    fn misprint(&self, figure: Figure, printed: i128, target: Option<i128>) -> Option<Repair> {
        let target = target?;
        let would_be = self.figures.decimal(target)?;
        if printed.checked_neg() == Some(target) {
            return Some(Repair::SignFlipped { figure });
        }
        if is_shifted(printed, target) || is_shifted(target, printed) {
            return Some(Repair::WrongDecimalPoint { figure, would_be });
        }
        let is_other_sign = printed.signum() * target.signum() < 0;
        match compare(printed, target).filter(|_| !is_other_sign)? {
            Digits::Swapped => Some(Repair::DigitsSwapped { figure, would_be }),
            Digits::Changed => Some(Repair::DigitChanged { figure, would_be }),
        }
    }
}

/// Copies and signs before digits, digits before the missing row, which always fits.
const fn rank(repair: &Repair) -> u8 {
    match repair {
        Repair::DuplicateRow { .. } => 1,
        Repair::SignFlipped { .. } => 2,
        Repair::RowsReversed { .. } => 3,
        Repair::WrongDecimalPoint { .. } => 4,
        Repair::DigitsSwapped { .. } => 5,
        Repair::DigitChanged { .. } => 6,
        Repair::RowMissing { .. } => 7,
    }
}

/// Whether one number is the other with the decimal point one or two places on.
fn is_shifted(small: i128, large: i128) -> bool {
    small != 0 && [10, 100].iter().any(|&factor| small.checked_mul(factor) == Some(large))
}

enum Digits {
    Swapped,
    Changed,
}

/// How the digits of two numbers differ, the shorter one filled with zeros in front.
fn compare(left: i128, right: i128) -> Option<Digits> {
    let (mut left, mut right) = (left.unsigned_abs(), right.unsigned_abs());
    let mut different: [Option<(usize, u128, u128)>; 2] = [None; 2];
    let mut place = 0;
    while left > 0 || right > 0 {
        let (l, r) = (left % 10, right % 10);
        if l != r {
            let free = different.iter_mut().find(|slot| slot.is_none())?;
            *free = Some((place, l, r));
        }
        (left, right, place) = (left / 10, right / 10, place + 1);
    }
    match different {
        [Some(_), None] => Some(Digits::Changed),
        [Some((a, l, r)), Some((b, other_l, other_r))] => {
            (b == a + 1 && l == other_r && r == other_l).then_some(Digits::Swapped)
        }
        _ => None,
    }
}
