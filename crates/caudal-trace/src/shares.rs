//! Distribution: what is left in one account, shared among claimants. It traces nothing.
//!
//! *Authority.* `law:barlow-clowes` (`pari-passu`), `law:law-society-v-td` (`capped-pro-rata`).
//! *Units.* Minor units of the account. Shares are exact fractions, printed by largest remainder,
//! ties to the claimant named first, so that they add up.

use caudal_ledger::{LedgerView, PlaceIdx};

use crate::arith::mul_div;
use crate::question::{OriginIdx, Question, disjoint};

/// What one claimant gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The claimant: an origin of the question.
    pub origin: OriginIdx,
    /// What he paid in.
    pub contribution: u128,
    /// What he may claim: the contribution, or that capped at the lowest balance since.
    pub claim: u128,
    /// What he gets.
    pub amount: u128,
}

/// A balance shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// By claimant, in the order of the question.
    pub shares: Vec<Share>,
    /// The balance that is shared.
    pub balance: u128,
    /// What claims do not reach.
    pub surplus: u128,
}

/// Shares the closing balance of an account by contributions (`is_capped` false: `pari-passu`) or
/// by capped claims (`capped-pro-rata`).
pub fn shares(
    view: &impl LedgerView,
    question: &Question,
    account: PlaceIdx,
    is_capped: bool,
) -> Shares {
    let balance = view.closing_balance(account);
    let mut found: Vec<Share> = (0u32..)
        .take(question.origins.len())
        .map(|origin| {
            let (contribution, lowest) = contribution(view, question, account, origin);
            let claim = if is_capped { lowest } else { contribution };
            Share { origin, contribution, claim, amount: 0 }
        })
        .collect();
    let claims: u128 = found.iter().map(|share| share.claim).sum();
    let shared = if is_capped { balance.min(claims) } else { balance };
    if claims > 0 {
        divide(&mut found, shared, claims);
    }
    let given: u128 = found.iter().map(|share| share.amount).sum();
    Shares { shares: found, balance, surplus: balance - given }
}

/// What a claimant paid into the account, and the lowest balance since: the closed form
/// `S ← min(S + new, max(balance, 0))`, each claimant alone.
fn contribution(
    view: &impl LedgerView,
    question: &Question,
    account: PlaceIdx,
    origin: OriginIdx,
) -> (u128, u128) {
    let (mut sum, mut lowest) = (0, 0u128);
    let mut receipts = view.receipts(account).iter().copied().peekable();
    let mut payments = view.payments(account).iter().copied().peekable();
    loop {
        let next = receipts.peek().into_iter().chain(payments.peek()).min().copied();
        let Some(line_idx) = next else { return (sum, lowest) };
        if payments.next_if_eq(&line_idx).is_some() {
            let left = view.balance_before(line_idx) - view.line(line_idx).paid;
            lowest = lowest.min(left);
            continue;
        }
        receipts.next();
        let seeds: Vec<_> =
            question.seeds.iter().filter(|seed| seed.line == line_idx).copied().collect();
        let mine = disjoint(&seeds).into_iter().filter(|seed| seed.origin == origin);
        let paid: u128 = mine.map(|seed| seed.hi - seed.lo).sum();
        let line = view.line(line_idx);
        let received = mul_div(paid, line.received, line.paid);
        sum += received;
        lowest += received;
    }
}

/// Largest remainder, ties to the first.
fn divide(shares: &mut [Share], balance: u128, claims: u128) {
    for share in shares.iter_mut() {
        share.amount = mul_div(balance, share.claim, claims);
    }
    let given: u128 = shares.iter().map(|share| share.amount).sum();
    let remainder = |share: &Share| {
        balance.wrapping_mul(share.claim).wrapping_sub(share.amount.wrapping_mul(claims))
    };
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(remainder(&shares[at])));
    let left = usize::try_from(balance - given).unwrap_or(usize::MAX);
    for &at in order.iter().take(left) {
        shares[at].amount += 1;
    }
}
