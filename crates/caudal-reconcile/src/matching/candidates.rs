//! Candidates: pairs of a debit and a credit that share an account, a holder, a reference or an
//! amount, found in sorted indexes and scored.
//!
//! *Shape.* Every row looks for its other side, debits and credits alike, so that what only one of
//! them says is enough. No two rows are compared that no index brings together.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use caudal_model::Currency;

use super::MatchOptions;
use super::rows::{Row, Rows};
use super::score::{Judge, REFERENCE_USES_MAX, ReasonSet};

/// Candidates of one amount that a row looks at in each index, the nearest in days first.
pub const EXACT_MAX: usize = 32;
/// Candidates of any amount that a row looks at for each account or reference.
pub const SCAN_MAX: usize = 256;
/// Candidates that a row keeps.
pub const KEPT_MAX: usize = 48;

/// A candidate; debit and credit are rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) debit: u32,
    pub(super) credit: u32,
    pub(super) score: i32,
    pub(super) reasons: ReasonSet,
}

/// All candidates, by debit and credit.
pub(super) fn edges(rows: &Rows, options: &MatchOptions) -> Vec<Edge> {
    let judge = Judge { rows, options };
    let sides = [true, false].map(|is_debit| Index::of(rows, is_debit));
    let mut edges = Vec::new();
    for (at, row) in (0u32..).zip(&rows.all) {
        let others = &sides[usize::from(row.is_debit)];
        let mut near = BTreeSet::new();
        let mut found: Vec<Edge> = Vec::new();
        others.near(row, rows, days(row, options), |other| {
            if near.insert(other) {
                let (debit, credit) = if row.is_debit { (at, other) } else { (other, at) };
                found.extend(edge(&judge, debit, credit));
            }
        });
        // Sorting is stable: of equal ones the nearest stay.
        found.sort_by_key(|edge| -edge.score);
        found.truncate(KEPT_MAX);
        edges.append(&mut found);
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// A candidate, if the pair is possible and its score is high enough.
pub(super) fn edge(judge: &Judge<'_>, debit: u32, credit: u32) -> Option<Edge> {
    let reasons = judge.reasons(judge.rows.get(debit), judge.rows.get(credit))?;
    let score = reasons.score();
    (score >= judge.options.candidate_score_min).then_some(Edge { debit, credit, score, reasons })
}

/// The days on which the other side of a row may be booked.
fn days(row: &Row, options: &MatchOptions) -> RangeInclusive<i32> {
    let (before, after) = (i32::from(options.days_before), i32::from(options.days_after));
    let (before, after) = if row.is_debit { (before, after) } else { (after, before) };
    row.day.saturating_sub(before)..=row.day.saturating_add(after)
}

/// Debits, or credits.
struct Index {
    by_account: Sorted,
    by_reference: Sorted,
    /// Those that name no account; others are found by it, from either side.
    unnamed: Sorted,
}

impl Index {
    fn of(rows: &Rows, is_debit: bool) -> Self {
        let all = || (0u32..).zip(&rows.all).filter(|(_, row)| row.is_debit == is_debit);
        let by_account = all().map(|(at, row)| (row.account, row, at));
        let by_reference = all().flat_map(|(at, row)| {
            let shared = row.references.iter().map(|&(_, text)| text);
            shared
                .filter(|&text| {
                    (2..=REFERENCE_USES_MAX).contains(&rows.reference_uses[text as usize])
                })
                .map(move |text| (text, row, at))
        });
        let unnamed = all().filter(|(_, row)| row.counterparty.is_none());
        Self {
            by_account: Sorted::of(by_account),
            by_reference: Sorted::of(by_reference),
            unnamed: Sorted::of(unnamed.map(|(at, row)| (0, row, at))),
        }
    }

    /// Tells of every row that may be the other side of `row`; of some more than once.
    fn near(&self, row: &Row, rows: &Rows, days: RangeInclusive<i32>, mut tell: impl FnMut(u32)) {
        let accounts = match &row.counterparty {
            Some(account) => std::slice::from_ref(account),
            None => rows.accounts[row.name as usize].as_slice(),
        };
        let by_account = accounts.iter().map(|&account| (&self.by_account, account));
        let references = row.references.iter().map(|&(_, text)| (&self.by_reference, text));
        for (index, block) in by_account.chain(references) {
            index.exact(block, row, &days, &mut tell);
            index.scan(block, row, &days, &mut tell);
        }
        if row.counterparty.is_none() {
            self.unnamed.exact(0, row, &days, &mut tell);
        }
    }
}

/// Rows of blocks, by amount and by day.
struct Sorted {
    exact: Vec<((u32, Currency, i128), i32, u32)>,
    days: Vec<(u32, i32, u32)>,
}

impl Sorted {
    fn of<'r>(entries: impl Iterator<Item = (u32, &'r Row, u32)>) -> Self {
        let (mut exact, mut days) = (Vec::new(), Vec::new());
        for (block, row, at) in entries {
            exact.push(((block, row.currency, row.minor), row.day, at));
            days.push((block, row.day, at));
            // What arrives without its charges, or left with them, is looked for under both amounts.
            if let Some(minor) = with_charges(row).filter(|_| row.charges > 0) {
                exact.push(((block, row.currency, minor), row.day, at));
            }
            if let Some((minor, currency)) = row.ordered {
                exact.push(((block, currency, minor), row.day, at));
            }
        }
        exact.sort_unstable();
        exact.dedup();
        days.sort_unstable();
        days.dedup();
        Self { exact, days }
    }

    /// The nearest rows whose amount is that of `row`, its amount before charges, or as ordered.
    fn exact(&self, block: u32, row: &Row, days: &RangeInclusive<i32>, tell: &mut impl FnMut(u32)) {
        let amounts = [
            Some((row.minor, row.currency)),
            with_charges(row).filter(|_| row.charges > 0).map(|minor| (minor, row.currency)),
            row.ordered,
        ];
        for (minor, currency) in amounts.into_iter().flatten() {
            let key = (block, currency, minor);
            let from = self.exact.partition_point(|(k, day, _)| (*k, *day) < (key, *days.start()));
            let some = &self.exact[from..];
            let to = some.partition_point(|(k, day, _)| (*k, *day) <= (key, *days.end()));
            let some = &some[..to];
            nearest(some.len(), |at| some[at].1, row, EXACT_MAX).for_each(|at| tell(some[at].2));
        }
    }

    /// The nearest rows of any amount.
    fn scan(&self, block: u32, row: &Row, days: &RangeInclusive<i32>, tell: &mut impl FnMut(u32)) {
        let from = self.days.partition_point(|(b, day, _)| (*b, *day) < (block, *days.start()));
        let some = &self.days[from..];
        let to = some.partition_point(|(b, day, _)| (*b, *day) <= (block, *days.end()));
        let some = &some[..to];
        nearest(some.len(), |at| some[at].1, row, SCAN_MAX).for_each(|at| tell(some[at].2));
    }
}

/// A debit without the charges in it, a credit with them: what the other side shows.
fn with_charges(row: &Row) -> Option<i128> {
    let minor = if row.is_debit {
        row.minor.checked_sub(row.charges)
    } else {
        row.minor.checked_add(row.charges)
    };
    minor.filter(|minor| *minor > 0)
}

/// Positions in a list sorted by day, from the day next to that of a row outwards. Twins begin one after the other,
/// so that each of many sees its own neighbours.
fn nearest(
    len: usize,
    day: impl Fn(usize) -> i32,
    row: &Row,
    max: usize,
) -> impl Iterator<Item = usize> {
    let positions = 0..len;
    let after = partition(&positions, |at| day(at) < row.day);
    let ends = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|&at| at < len);
    let nearest = ends.map(&day).min_by_key(|near| near.abs_diff(row.day)).unwrap_or(row.day);
    let first = partition(&positions, |at| day(at) < nearest);
    let next = partition(&positions, |at| day(at) <= nearest);
    let start = first + row.twin_rank.min(next - first);
    let (mut left, mut right) = (start, start);
    let distance = move |at: usize| day(at).abs_diff(row.day);
    std::iter::from_fn(move || {
        let is_left = left > 0
            && (right == len
                || (distance(left - 1), start - left) < (distance(right), right - start));
        if is_left {
            left -= 1;
            return Some(left);
        }
        (right < len).then(|| {
            right += 1;
            right - 1
        })
    })
    .take(max)
}

/// The first position that is not `below`, all that are coming first.
fn partition(positions: &std::ops::Range<usize>, below: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (positions.start, positions.end);
    while low < high {
        let middle = low.midpoint(high);
        if below(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
