//! Distributions of a balance, and two calculations that others use and that serve as checks.

use std::collections::{BTreeMap, BTreeSet};

use super::order::signed;
use super::{Composition, Overdraft, Q, SlowCase, SlowLine, SlowTransfer, whole};

/// When the lowest balance is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    /// After every line.
    Line,
    /// At the end of every day.
    DayClose,
}

/// The claim by the closed form `S ← min(S + new, max(balance, 0))` on one account, after each
/// line or day of that account (`TRACING` 5.5). New money is what enters there under the labels.
pub fn lowest_balance(
    case: &SlowCase,
    account: &str,
    labels: &BTreeSet<String>,
    granularity: Granularity,
) -> Vec<u128> {
    let opening = case.openings.get(account).into_iter().flatten();
    let mut balance: i128 = opening.clone().map(|lot| signed(lot.1)).sum();
    let named = opening.filter(|lot| labels.contains(&lot.0));
    let mut claim: i128 = named.map(|lot| signed(lot.1)).sum();
    let touches = |t: &&SlowTransfer| t.payer == account || t.payee == account;
    let lines: Vec<&SlowTransfer> = case.transfers.iter().filter(touches).collect();
    let together = |a: &&SlowTransfer, b: &&SlowTransfer| {
        granularity == Granularity::DayClose && a.day == b.day
    };
    let mut trail = Vec::new();
    for step in lines.chunk_by(together) {
        for transfer in step {
            if transfer.payer == account {
                balance = less(case, balance, transfer.amount);
            } else {
                balance += signed(transfer.received.unwrap_or(transfer.amount));
                claim += signed(entering(case, transfer, labels));
            }
        }
        claim = claim.min(balance.max(0));
        trail.push(claim.unsigned_abs());
    }
    trail
}

/// The balance after a payment. What is born for it is owed to nobody.
fn less(case: &SlowCase, balance: i128, paid: u128) -> i128 {
    let left = balance - signed(paid);
    if case.overdraft == Overdraft::Birth { left.max(0) } else { left }
}

/// What a deposit brings under the labels, in the unit of the payee.
fn entering(case: &SlowCase, transfer: &SlowTransfer, labels: &BTreeSet<String>) -> u128 {
    if case.is_account(&transfer.payer) {
        return 0;
    }
    let named = transfer.parts.iter().filter(|part| labels.contains(&part.0));
    let paid: u128 = named.map(|part| part.1).sum();
    paid * transfer.received.unwrap_or(transfer.amount) / transfer.amount
}

/// Shares the closing balance of an account among claimants: `pari-passu`, or `capped-pro-rata`.
/// Exact, in the order of the claimants (`TRACING` 8).
pub fn shares(
    case: &SlowCase,
    account: &str,
    claimants: &[String],
    rule: &str,
) -> Vec<(String, Q)> {
    let case = super::net_reversals(case);
    let claim = |label: &String| {
        let labels = BTreeSet::from([label.clone()]);
        if rule == "capped-pro-rata" {
            let opening: u128 = opened(&case, account, &labels);
            let trail = lowest_balance(&case, account, &labels, Granularity::Line);
            trail.last().copied().unwrap_or(opening)
        } else {
            let deposits = case.transfers.iter().filter(|t| t.payee == account);
            let paid: u128 = deposits.map(|t| entering(&case, t, &labels)).sum();
            opened(&case, account, &labels) + paid
        }
    };
    let claims: Vec<u128> = claimants.iter().map(claim).collect();
    let all: u128 = claims.iter().sum();
    let balance = closing(&case, account);
    let shared = if rule == "capped-pro-rata" { balance.min(all) } else { balance };
    let share = |claim: u128| {
        if all == 0 { whole(0) } else { whole(shared) * whole(claim) / whole(all) }
    };
    claimants.iter().cloned().zip(claims.into_iter().map(share)).collect()
}

fn opened(case: &SlowCase, account: &str, labels: &BTreeSet<String>) -> u128 {
    let lots = case.openings.get(account).into_iter().flatten();
    lots.filter(|lot| labels.contains(&lot.0)).map(|lot| lot.1).sum()
}

/// The balance after the last line; 0 if overdrawn.
fn closing(case: &SlowCase, account: &str) -> u128 {
    let lots = case.openings.get(account).into_iter().flatten();
    let mut balance: i128 = lots.map(|lot| signed(lot.1)).sum();
    for transfer in &case.transfers {
        if transfer.payer == account {
            balance = less(case, balance, transfer.amount);
        }
        if transfer.payee == account {
            balance += signed(transfer.received.unwrap_or(transfer.amount));
        }
    }
    balance.max(0).unsigned_abs()
}

/// Pro rata as some calculate it by hand: whole multiples of `unit` at every payment, by largest
/// remainder, ties to the label met first. Caudal never carries money so; this only checks such a
/// calculation. Gives what each transfer carries and what each place holds, by label. Accounts
/// must be able to pay.
pub fn whole_units(
    case: &SlowCase,
    unit: u128,
) -> (BTreeMap<String, SlowLine>, BTreeMap<String, Composition>) {
    let mut pools: BTreeMap<String, Vec<(String, u128)>> = BTreeMap::new();
    for (account, lots) in &case.openings {
        put(pools.entry(account.clone()).or_default(), lots);
    }
    let mut lines = BTreeMap::new();
    for transfer in &case.transfers {
        let moved = if case.is_account(&transfer.payer) {
            let pool = pools.entry(transfer.payer.clone()).or_default();
            let moved = largest_remainder(pool, transfer.amount, unit);
            for (lot, piece) in pool.iter_mut().zip(&moved) {
                lot.1 -= piece.1;
            }
            moved
        } else {
            transfer.parts.clone()
        };
        put(pools.entry(transfer.payee.clone()).or_default(), &moved);
        let paid = composition(&moved);
        lines.insert(transfer.id.clone(), SlowLine { paid, ..SlowLine::default() });
    }
    let places = pools.iter().map(|(place, pool)| (place.clone(), composition(pool))).collect();
    (lines, places)
}

fn put(pool: &mut Vec<(String, u128)>, lots: &[(String, u128)]) {
    for (label, amount) in lots {
        match pool.iter_mut().find(|lot| lot.0 == *label) {
            Some(lot) => lot.1 += amount,
            None => pool.push((label.clone(), *amount)),
        }
    }
}

fn composition(lots: &[(String, u128)]) -> Composition {
    let some = lots.iter().filter(|lot| lot.1 > 0);
    some.map(|(label, amount)| (label.clone(), whole(*amount))).collect()
}

fn largest_remainder(pool: &[(String, u128)], amount: u128, unit: u128) -> Vec<(String, u128)> {
    let balance: u128 = pool.iter().map(|lot| lot.1).sum();
    let exact = |held: u128| amount / unit * held;
    let mut pieces: Vec<(String, u128)> =
        pool.iter().map(|(label, held)| (label.clone(), exact(*held) / balance * unit)).collect();
    let given: u128 = pieces.iter().map(|piece| piece.1).sum();
    let left = usize::try_from((amount - given) / unit).expect("fewer than there are labels");
    let mut order: Vec<usize> = (0..pool.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(exact(pool[at].1) % balance));
    for &at in order.iter().take(left) {
        pieces[at].1 += unit;
    }
    pieces
}
