//! In which order the booked rows lead from balance to balance.

use std::collections::BTreeSet;

use super::chain::break_count;
use super::figures::Figures;
use super::{OpenDay, Order, euler};

/// The order taken.
pub(super) struct Chosen {
    /// Positions in [`Figures::rows`], oldest first.
    pub(super) sequence: Vec<usize>,
    pub(super) order: Order,
    /// Days for which another order would do.
    pub(super) open_days: Vec<OpenDay>,
    /// Whether the balances follow only if rows move to other days.
    pub(super) is_against_days: bool,
}

/// As listed, else reversed, else by the balances inside each day, else by the balances alone; if
/// none follows, the one with the fewest breaks. Where days descend, reversed comes first.
pub(super) fn choose(figures: &Figures) -> Chosen {
    let listed: Vec<usize> = (0..figures.rows.len()).collect();
    let reversed: Vec<usize> = listed.iter().rev().copied().collect();
    let descends = descends(figures);
    let mut tries = vec![(Order::AsListed, listed), (Order::Reversed, reversed)];
    if descends {
        tries.reverse();
    }
    let has_running = figures.rows.iter().any(|row| row.after.is_some());
    if !has_running {
        let (order, mut sequence) = tries.swap_remove(0);
        let day = |row: &usize| figures.rows[*row].day;
        // A statement that lists credits before debits has its days mixed.
        let is_mixed = !sequence.is_sorted_by_key(day);
        sequence.sort_by_key(day);
        let order = if is_mixed { Order::ByBalances(Vec::new()) } else { order };
        return chosen(figures, order, sequence, false);
    }
    if let Some(at) = tries.iter().position(|(_, rows)| break_count(figures, rows) == 0) {
        let (order, sequence) = tries.swap_remove(at);
        return chosen(figures, order, sequence, false);
    }
    let sequence = by_day(figures, &tries[0].1);
    let by_day_count = break_count(figures, &sequence);
    tries.push((Order::ByBalances(Vec::new()), sequence));
    if by_day_count > 0
        && let Some(sequence) = by_balances_alone(figures, &tries[0].1)
    {
        return chosen(figures, Order::ByBalances(Vec::new()), sequence, true);
    }
    // A balance that only some rows print is one after them: that decides between equal breaks.
    let worth = |rows: &[usize]| (break_count(figures, rows), astray_count(figures, rows));
    let fewest = tries.into_iter().min_by_key(|(_, rows)| worth(rows));
    let (order, sequence) = fewest.expect("three orders were tried");
    chosen(figures, order, sequence, false)
}

fn chosen(figures: &Figures, order: Order, sequence: Vec<usize>, is_against_days: bool) -> Chosen {
    let open_days = open_days(figures, &sequence, is_against_days);
    Chosen { sequence, order, open_days, is_against_days }
}

/// Whether days never rise and somewhere fall.
fn descends(figures: &Figures) -> bool {
    let days = || figures.rows.iter().filter_map(|row| row.day);
    let pairs = || days().zip(days().skip(1));
    pairs().all(|(a, b)| a >= b) && pairs().any(|(a, b)| a > b)
}

fn edges(figures: &Figures, rows: &[usize]) -> Option<Vec<(i128, i128)>> {
    rows.iter().map(|&row| figures.rows[row].edge()).collect()
}

/// Days in their order; inside each, rows as their balances allow, or else as they stood.
fn by_day(figures: &Figures, base: &[usize]) -> Vec<usize> {
    let mut base = base.to_vec();
    let day = |row: &usize| figures.rows[*row].day;
    base.sort_by_key(day);
    let groups = || base.chunk_by(|a, b| day(a) == day(b));
    let mut balance = figures
        .opening
        .or_else(|| derived_opening(figures))
        .or_else(|| groups().find_map(|group| euler::start(&edges(figures, group)?)))
        .or_else(|| circle_starts(figures, groups()).first().copied());
    let mut sequence = Vec::with_capacity(base.len());
    for group in groups() {
        let edges = edges(figures, group);
        let path = edges.as_ref().filter(|_| group.len() > 1).and_then(|edges| {
            let from = |start: i128| euler::path(edges, start);
            // A break before this day must not hide its order.
            balance.and_then(from).or_else(|| euler::start(edges).and_then(from))
        });
        match path {
            Some(path) => sequence.extend(path.into_iter().map(|at| group[at])),
            None => sequence.extend(day_end_last(figures, group)),
        }
        let last = sequence.last().map(|&row| &figures.rows[row]);
        balance = last.and_then(|row| row.after);
    }
    sequence
}

/// How many balances stand before a row of their day that prints none.
fn astray_count(figures: &Figures, sequence: &[usize]) -> usize {
    let row = |at: usize| &figures.rows[at];
    let is_astray = |pair: &&[usize]| {
        let (before, after) = (row(pair[0]), row(pair[1]));
        before.day == after.day && before.after.is_some() && after.after.is_none()
    };
    sequence.windows(2).filter(is_astray).count()
}

/// Rows as they stood, but the only balance that a day prints is the one at its end.
fn day_end_last(figures: &Figures, group: &[usize]) -> Vec<usize> {
    let has_balance = |row: &&usize| figures.rows[**row].after.is_some();
    let mut rows = group.to_vec();
    if group.iter().filter(has_balance).count() == 1 {
        rows.sort_by_key(|row| has_balance(&row));
    }
    rows
}

/// Where every day ends with the balance that it began with, the balances at which all of them can
/// begin, in listed order.
fn circle_starts<'r>(figures: &Figures, groups: impl Iterator<Item = &'r [usize]>) -> Vec<i128> {
    let mut starts: Option<Vec<i128>> = None;
    for group in groups {
        let Some(edges) = edges(figures, group) else { return Vec::new() };
        let from: BTreeSet<i128> = edges.iter().map(|edge| edge.0).collect();
        if let Some(starts) = &mut starts {
            starts.retain(|balance| from.contains(balance));
        } else {
            let mut left = from;
            let listed = edges.iter().map(|edge| edge.0);
            starts = Some(listed.filter(|balance| left.remove(balance)).collect());
        }
    }
    starts.unwrap_or_default()
}

/// The closing balance less all amounts.
fn derived_opening(figures: &Figures) -> Option<i128> {
    let amounts = figures.rows.iter().map(|row| row.amount);
    let add = |sum: i128, amount: Option<i128>| sum.checked_add(amount?);
    figures.closing?.checked_sub({ amounts }.try_fold(0, add)?)
}

/// Across days, from the opening balance to the closing one; where that is not stated, to the balance
/// of the row that stands last. With both ends fixed a wrong amount cannot find another way: the sum
/// of all amounts would differ.
fn by_balances_alone(figures: &Figures, base: &[usize]) -> Option<Vec<usize>> {
    let start = figures.opening?;
    let end = figures.closing.or_else(|| figures.rows[*base.last()?].after)?;
    let rows: Vec<usize> = (0..figures.rows.len()).collect();
    let path = euler::path(&edges(figures, &rows)?, start)?;
    let last = path.last().and_then(|&row| figures.rows[row].after);
    (last == Some(end)).then_some(path)
}

/// The days for which the balances leave more than this order, days staying where they are.
fn open_days(figures: &Figures, sequence: &[usize], is_against_days: bool) -> Vec<OpenDay> {
    let day = |row: &usize| figures.rows[*row].day;
    let is_group = |a: &usize, b: &usize| is_against_days || day(a) == day(b);
    let mut start = 0;
    let mut found = Vec::new();
    for group in sequence.chunk_by(is_group) {
        let rows = start..start + group.len();
        start = rows.end;
        if !is_only_order(figures, group, rows.len() == sequence.len()) {
            let has_balances = group.iter().all(|&row| figures.rows[row].after.is_some());
            let day = day(&group[0]).filter(|_| !is_against_days);
            found.push(OpenDay { day, rows, has_balances });
        }
    }
    found
}

/// Whether the balances of some rows leave only this order of them.
fn is_only_order(figures: &Figures, rows: &[usize], is_whole: bool) -> bool {
    let Some(edges) = edges(figures, rows) else { return rows.len() == 1 };
    let is_circle = edges.first().map(|edge| edge.0) == edges.last().map(|edge| edge.1);
    // A circle can be entered anywhere if nothing says where it begins.
    let is_open = figures.opening.is_none() && figures.closing.is_none() && is_whole;
    rows.len() == 1 || (euler::is_only_path(&edges) && !(is_circle && is_open))
}
