//! Distribution: what is left in one account, shared among claimants. It traces nothing.
//!
//! *Authority.* `law:barlow-clowes` (`pari-passu`), `law:law-society-v-td` (`capped-pro-rata`).
//! *Units.* Minor units of the account. Shares are exact fractions, printed by largest remainder,
//! ties to the claimant named first, so that they add up.

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::arith::mul_div;
use crate::question::{OriginIdx, Question, disjoint};
use crate::result::{Amounts, add_amount};

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
    let share = |(origin, paid_in): (OriginIdx, PaidIn)| {
        let claim = if is_capped { paid_in.lowest } else { paid_in.sum };
        Share { origin, contribution: paid_in.sum, claim, amount: 0 }
    };
    let paid_in = contributions(view, question, account);
    let mut found: Vec<Share> = (0u32..).zip(paid_in).map(share).collect();
    let claims: u128 = found.iter().map(|share| share.claim).sum();
    let shared = if is_capped { balance.min(claims) } else { balance };
    if claims > 0 {
        divide(&mut found, shared, claims);
    }
    let given: u128 = found.iter().map(|share| share.amount).sum();
    Shares { shares: found, balance, surplus: balance - given }
}

/// What a claimant paid in, and what of it the closed form `S ← min(S + new, max(balance, 0))` has
/// left as of a line, each claimant alone.
#[derive(Clone, Copy, Default)]
struct PaidIn {
    sum: u128,
    lowest: u128,
    as_of: LineIdx,
}

/// Balances after payments that no later payment has undercut, ascending: the lowest since any line
/// is the first entry behind it.
#[derive(Default)]
struct Lows(Vec<(LineIdx, u128)>);

impl Lows {
    fn add(&mut self, line: LineIdx, left: u128) {
        while self.0.last().is_some_and(|&(_, higher)| higher >= left) {
            self.0.pop();
        }
        self.0.push((line, left));
    }

    /// Brings a claimant up to the present.
    fn lower(&self, paid_in: &mut PaidIn) {
        let behind = self.0.partition_point(|&(line, _)| line <= paid_in.as_of);
        if let Some(&(_, left)) = self.0.get(behind) {
            paid_in.lowest = paid_in.lowest.min(left);
        }
    }
}

/// What each claimant paid into the account.
fn contributions(view: &impl LedgerView, question: &Question, account: PlaceIdx) -> Vec<PaidIn> {
    let mut claimants = vec![PaidIn::default(); question.origins.len()];
    let mut lows = Lows::default();
    let mut payments = view.payments(account).iter().peekable();
    let mut pay_before = |end: LineIdx, lows: &mut Lows| {
        while let Some(line) = payments.next_if(|&payment| payment < end) {
            lows.add(line, view.balance_before(line) - view.paid(line));
        }
    };
    for line_idx in view.receipts(account).iter() {
        let mut at = question.seeds.partition_point(|seed| seed.line < line_idx);
        let seeds = question.seeds_of(line_idx, &mut at);
        if seeds.is_empty() {
            continue;
        }
        pay_before(line_idx, &mut lows);
        let line = view.line(line_idx);
        let mut paid: Amounts = Amounts::new();
        for seed in disjoint(seeds) {
            add_amount(&mut paid, seed.origin, seed.hi - seed.lo);
        }
        for (origin, paid) in paid {
            let received = mul_div(paid, line.received, line.paid);
            let claimant = &mut claimants[origin as usize];
            lows.lower(claimant);
            claimant.sum += received;
            claimant.lowest += received;
            claimant.as_of = line_idx;
        }
    }
    pay_before(LineIdx::MAX, &mut lows);
    for claimant in &mut claimants {
        lows.lower(claimant);
    }
    claimants
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
