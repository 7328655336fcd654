//! Which transfers take effect, and in which order: reversals netted, same-day policies.

use std::collections::{BTreeMap, BTreeSet};

use super::{Overdraft, SlowCase, SlowTransfer};

/// What decides between transfers of one day whose order nothing proves (`TRACING` 2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameDay {
    /// The order in which they are listed.
    AsListed,
    /// A transfer waits while its payer still expects a credit that day.
    CreditsFirst,
    /// A transfer waits while its payee still has a debit to make that day.
    DebitsFirst,
}

/// The case with its transfers in the order of the policy, and how often all that was left of a
/// day waited, so that a circle was cut. Days come in ascending order; inside a day transfers are
/// listed as they stand in the case. Reversals are netted first, if the case says so.
pub fn same_day(case: &SlowCase, policy: SameDay) -> (SlowCase, u64) {
    let mut listed = case.transfers.clone();
    listed.sort_by_key(|transfer| transfer.day);
    let by_day = net_reversals(&SlowCase { transfers: listed, ..case.clone() });
    if policy == SameDay::AsListed {
        return (by_day, 0);
    }
    let mut books = Books::open(&by_day);
    let mut ordered: Vec<SlowTransfer> = Vec::new();
    let mut cuts = 0;
    for day in by_day.transfers.chunk_by(|a, b| a.day == b.day) {
        let mut left: Vec<SlowTransfer> = day.to_vec();
        while !left.is_empty() {
            let free = (0..left.len()).find(|&at| !waits(case, &left, at, policy));
            let at = free.unwrap_or_else(|| {
                cuts += 1;
                (0..left.len()).find(|&at| books.cover(&left[at])).unwrap_or(0)
            });
            let next = left.remove(at);
            books.enter(&next);
            ordered.push(next);
        }
    }
    (SlowCase { transfers: ordered, ..by_day.clone() }, cuts)
}

fn waits(case: &SlowCase, left: &[SlowTransfer], at: usize, policy: SameDay) -> bool {
    let mut others = left.iter().enumerate().filter(|&(other, _)| other != at);
    let (payer, payee) = (&left[at].payer, &left[at].payee);
    match policy {
        SameDay::AsListed => false,
        SameDay::CreditsFirst => {
            case.is_account(payer) && others.any(|(_, other)| other.payee == *payer)
        }
        SameDay::DebitsFirst => {
            case.is_account(payee) && others.any(|(_, other)| other.payer == *payee)
        }
    }
}

/// Balances of accounts, below zero if overdrawn.
struct Books<'a> {
    case: &'a SlowCase,
    balances: BTreeMap<String, i128>,
}

impl<'a> Books<'a> {
    fn open(case: &'a SlowCase) -> Self {
        let sum = |lots: &Vec<(String, u128)>| lots.iter().map(|lot| signed(lot.1)).sum();
        let balances = case.openings.iter().map(|(account, lots)| (account.clone(), sum(lots)));
        Self { case, balances: balances.collect() }
    }

    fn cover(&self, transfer: &SlowTransfer) -> bool {
        let balance = self.balances.get(&transfer.payer).copied().unwrap_or(0);
        !self.case.is_account(&transfer.payer) || balance >= signed(transfer.amount)
    }

    fn enter(&mut self, transfer: &SlowTransfer) {
        let payer = self.balances.entry(transfer.payer.clone()).or_default();
        *payer -= signed(transfer.amount);
        if self.case.overdraft == Overdraft::Birth {
            *payer = (*payer).max(0);
        }
        let received = transfer.received.unwrap_or(transfer.amount);
        *self.balances.entry(transfer.payee.clone()).or_default() += signed(received);
    }
}

pub(crate) fn signed(amount: u128) -> i128 {
    i128::try_from(amount).expect("an amount of a test case")
}

/// The case without the reversals that cancel a deposit, and without those deposits, if the case
/// asks for it (`TRACING` 9.4); otherwise the case as it is.
///
/// A reversal cancels its deposit if it takes the same amount back out of the same account, to
/// where it came from, and the account could have carried that all along: from after the deposit
/// until before the reversal its balance is never below the amount.
pub fn net_reversals(case: &SlowCase) -> SlowCase {
    if !case.net_reversals {
        return case.clone();
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for end in 0..case.transfers.len() {
        let Some(deposit_id) = &case.transfers[end].reverses else { continue };
        let start = case.transfers[..end].iter().position(|t| t.id == *deposit_id);
        let Some(start) = start.filter(|start| !gone.contains(start)) else { continue };
        if is_mirror(case, start, end) && could_carry(case, start, end) {
            gone.extend([start, end]);
        }
    }
    let kept = case.transfers.iter().enumerate().filter(|(at, _)| !gone.contains(at));
    let transfers = kept.map(|(_, transfer)| transfer.clone()).collect();
    SlowCase { transfers, net_reversals: false, ..case.clone() }
}

fn is_mirror(case: &SlowCase, start: usize, end: usize) -> bool {
    let (deposit, reversal) = (&case.transfers[start], &case.transfers[end]);
    let converts = deposit.received.is_some() || reversal.received.is_some();
    let goes_back = deposit.payer == reversal.payee
        || (!case.is_account(&deposit.payer) && !case.is_account(&reversal.payee));
    deposit.payee == reversal.payer && deposit.amount == reversal.amount && goes_back && !converts
}

fn could_carry(case: &SlowCase, start: usize, end: usize) -> bool {
    let (account, amount) = (&case.transfers[start].payee, signed(case.transfers[start].amount));
    let opening = case.openings.get(account).into_iter().flatten();
    let mut balance: i128 = opening.map(|lot| signed(lot.1)).sum();
    for (at, transfer) in case.transfers[..end].iter().enumerate() {
        if transfer.payer == *account {
            balance -= signed(transfer.amount);
        }
        if transfer.payee == *account {
            balance += signed(transfer.received.unwrap_or(transfer.amount));
        }
        if at >= start && balance < amount {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, policy: SameDay, expected: &str, cuts: u64) {
        let transfer = |(at, ends): (usize, &str)| {
            let (payer, payee) = ends.split_once('>').expect("PAYER>PAYEE");
            SlowTransfer {
                id: at.to_string(),
                payer: payer.to_owned(),
                payee: payee.to_owned(),
                amount: 1,
                ..SlowTransfer::default()
            }
        };
        let transfers = script.split(' ').enumerate().map(transfer).collect();
        let (ordered, found) = same_day(&SlowCase { transfers, ..SlowCase::default() }, policy);
        let ids: Vec<_> = ordered.transfers.iter().map(|t| t.id.as_str()).collect();
        assert_eq!((ids.join(" ").as_str(), found), (expected, cuts), "{script} by {policy:?}");
    }

    #[test]
    fn a_transfer_waits_as_its_policy_says() {
        check("A>@x @v>A", SameDay::AsListed, "0 1", 0);
        check("A>@x @v>A", SameDay::CreditsFirst, "1 0", 0);
        check("@v>A A>@x", SameDay::DebitsFirst, "1 0", 0);
        check("B>@x A>B @v>A", SameDay::CreditsFirst, "2 1 0", 0);
        check("A>B B>A", SameDay::CreditsFirst, "0 1", 1);
    }
}
