//! What proof means, as plainly as it can be said: no caps, no cleverness, exponential where need be.

use caudal_model::{Decimal, Statement};
use caudal_reconcile::proof::RowState;

fn sum(a: Decimal, b: Decimal) -> Decimal {
    a.checked_add(b).unwrap()
}

/// The pieces between two balances along an order: rows, and whether they lead from the one to the
/// other (`None` where one of the two is not stated).
fn pieces(statement: &Statement, sequence: &[usize]) -> Vec<(Vec<usize>, Option<bool>)> {
    let mut before = statement.opening.map(|balance| balance.amount);
    let (mut rows, mut total, mut found) = (Vec::new(), Decimal::ZERO, Vec::new());
    for &at in sequence {
        let entry = &statement.entries[at];
        rows.push(at);
        total = sum(total, entry.amount.unwrap());
        if let Some(after) = entry.balance_after {
            let follows = before.map(|before| sum(before, total) == after);
            found.push((std::mem::take(&mut rows), follows));
            (before, total) = (Some(after), Decimal::ZERO);
        }
    }
    let closing = statement.closing.map(|balance| balance.amount);
    let follows = before.zip(closing).map(|(before, closing)| sum(before, total) == closing);
    if !rows.is_empty() || closing.is_some() {
        found.push((rows, follows));
    }
    found
}

/// How many stated balances do not follow along an order.
pub(crate) fn breaks(statement: &Statement, sequence: &[usize]) -> usize {
    pieces(statement, sequence).iter().filter(|(_, follows)| *follows == Some(false)).count()
}

/// What each row is worth along an order.
pub(crate) fn states(statement: &Statement, sequence: &[usize]) -> Vec<RowState> {
    let has_running = statement.entries.iter().any(|entry| entry.balance_after.is_some());
    let mut states = vec![RowState::Unproved; statement.entries.len()];
    for (rows, follows) in pieces(statement, sequence) {
        let state = match follows {
            Some(true) => RowState::Proved,
            Some(false) if has_running => RowState::Broken,
            _ => RowState::Unproved,
        };
        for row in rows {
            states[row] = state;
        }
    }
    states
}

/// All orders along which nothing is broken, days staying in their order. At most `enough`.
pub(crate) fn orders(statement: &Statement, enough: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let left: Vec<usize> = (0..statement.entries.len()).collect();
    extend(statement, &mut Vec::new(), &left, &mut found, enough);
    found
}

fn extend(
    statement: &Statement,
    taken: &mut Vec<usize>,
    left: &[usize],
    found: &mut Vec<Vec<usize>>,
    enough: usize,
) {
    if found.len() == enough {
        return;
    }
    if left.is_empty() {
        if breaks(statement, taken) == 0 {
            found.push(taken.clone());
        }
        return;
    }
    let day = |at: usize| statement.entries[at].booked_at;
    let first = left.iter().map(|&at| day(at)).min().unwrap();
    for &at in left.iter().filter(|&&at| day(at) == first) {
        taken.push(at);
        // What is broken already stays so; only the balance at the end is still to come.
        let open = Statement { closing: None, ..statement.clone() };
        if breaks(&open, taken) == 0 {
            let rest: Vec<usize> = left.iter().copied().filter(|&other| other != at).collect();
            extend(statement, taken, &rest, found, enough);
        }
        taken.pop();
    }
}
