//! From one stated balance to the next.

use std::ops::Range;

use super::figures::Figures;

/// The rows between two neighbouring balances.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// Positions in the order walked.
    pub(super) rows: Range<usize>,
    /// The balance before them.
    pub(super) before: Option<i128>,
    /// The balance after them.
    pub(super) after: Option<i128>,
    /// Their sum; `None` where an amount is missing.
    pub(super) sum: Option<i128>,
    /// Whether the balance after them is the closing balance of the statement.
    pub(super) is_closing: bool,
}

impl Stretch {
    /// Stated minus computed; `None` where a figure is missing.
    pub(super) fn off(&self) -> Option<i128> {
        self.after?.checked_sub(self.computed()?)
    }

    /// The balance that the rows lead to.
    pub(super) fn computed(&self) -> Option<i128> {
        self.before?.checked_add(self.sum?)
    }
}

/// All stretches along an order of rows. The last one ends at the closing balance, or nowhere.
pub(super) fn stretches<'a>(figures: &'a Figures, sequence: &'a [usize]) -> Stretches<'a> {
    Stretches { figures, sequence, at: 0, before: figures.opening, is_done: false }
}

pub(super) struct Stretches<'a> {
    figures: &'a Figures,
    sequence: &'a [usize],
    at: usize,
    before: Option<i128>,
    is_done: bool,
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        if self.is_done {
            return None;
        }
        let (start, before) = (self.at, self.before);
        let mut sum = Some(0i128);
        for &row in &self.sequence[start..] {
            let row = &self.figures.rows[row];
            self.at += 1;
            sum = sum.zip(row.amount).and_then(|(sum, amount)| sum.checked_add(amount));
            if row.after.is_some() {
                self.before = row.after;
                let rows = start..self.at;
                return Some(Stretch { rows, before, after: row.after, sum, is_closing: false });
            }
        }
        self.is_done = true;
        let (rows, after) = (start..self.at, self.figures.closing);
        let is_something = !rows.is_empty() || after.is_some();
        is_something.then_some(Stretch { rows, before, after, sum, is_closing: true })
    }
}

/// How many balances do not follow along an order.
pub(super) fn break_count(figures: &Figures, sequence: &[usize]) -> usize {
    stretches(figures, sequence).filter(|s| s.off().is_some_and(|off| off != 0)).count()
}
