//! What a statement that is not held would likely show: money paid on in its days.
//!
//! *Shape.* Money that goes dark in an account is followed on as an expectation, never as a figure of
//! a trace. Payments that other statements show take its share of the balance; what nobody shows goes
//! on as the account pays on days that are seen ([`Habits`]), and at least as much as the balances
//! before and after demand. What it brings to other accounts is followed there likewise, so a month
//! that nothing traced is seen to enter may still be worth its statement.
//!
//! *Cost.* A step for each line of the ledger, and for each quarter of a month and account that then
//! holds such money in the dark one for each party that the account pays.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;
use std::vec::IntoIter;

use caudal_model::Moment;

use super::Slot;
use super::habits::{AccountIdx, End, Habits, Move};

/// A year and a month.
pub(super) type Month = (i32, u32);

/// Days in which money that has to leave again does so.
const PASSING_DAYS: u32 = 7;

/// Money that goes dark: the day, the account, how much.
pub(super) type Enters = (i32, AccountIdx, u128);

/// What accounts likely pay on in the dark.
#[derive(Clone, Debug, Default)]
pub(super) struct Likely {
    /// By month of the payer.
    pub(super) shown: BTreeMap<Slot, u128>,
    /// Of that what goes to dark months of other accounts, in the payer's currency.
    pub(super) passed: BTreeMap<Slot, BTreeMap<Slot, u128>>,
}

/// An account, as far as money is followed through it.
#[derive(Clone, Debug, Default)]
struct Pool {
    /// Money that is followed.
    followed: u128,
    /// All money, on days without a statement.
    balance: u128,
    /// What came in and has to leave again within days.
    passing: u128,
    /// What has to leave in the stretch beyond the habits of the account.
    excess: u128,
    /// The stretch that this is of.
    stretch: Option<usize>,
}

/// Follows money through the ledger, line by line.
pub(super) struct Spread<'h> {
    habits: &'h Habits,
    pools: Vec<Pool>,
    /// Accounts that hold money that is followed.
    active: BTreeSet<AccountIdx>,
    /// The quarter of a month that lines are in.
    now: (i32, i32),
    enters: Peekable<IntoIter<Enters>>,
    likely: Likely,
}

/// A payment that nobody shows, as habit has it in a quarter of a month.
#[derive(Clone, Copy, Debug)]
struct Unshown {
    to: Option<AccountIdx>,
    paid: u128,
    /// All that was paid and received, for the rate.
    rate: (u128, u128),
}

impl<'h> Spread<'h> {
    /// `enters` ascend by day.
    pub(super) fn new(habits: &'h Habits, first_day: i32, enters: Vec<Enters>) -> Self {
        Self {
            habits,
            pools: vec![Pool::default(); habits.accounts.len()],
            active: BTreeSet::new(),
            now: quarter_of(first_day),
            enters: enters.into_iter().peekable(),
            likely: Likely::default(),
        }
    }

    /// Takes the next line of the ledger, with the payer's balance before it.
    pub(super) fn step(&mut self, found: &Move, balance: u128) {
        while found.day > self.now.1 {
            self.pass_quarter();
        }
        self.arrive(found.day);
        if found.is_gap {
            // The pool is the same on both sides.
            return;
        }
        let paid = self.pay(found, balance);
        self.receive(found, converted(paid, (found.paid, found.received)));
    }

    /// The rest of the case.
    pub(super) fn finish(mut self, last_day: i32) -> Likely {
        while self.now.0 <= last_day {
            self.pass_quarter();
        }
        self.likely
    }

    fn arrive(&mut self, until: i32) {
        while let Some((_, to, amount)) = self.enters.next_if(|&(day, ..)| day <= until) {
            self.add(to, amount);
        }
    }

    fn add(&mut self, to: AccountIdx, amount: u128) {
        if amount > 0 {
            self.pools[to].followed += amount;
            self.active.insert(to);
        }
    }

    /// What a payment takes of the money that is followed.
    fn pay(&mut self, found: &Move, balance: u128) -> u128 {
        let Some(from) = found.from.account() else { return 0 };
        let is_dark = matches!(found.from, End::Dark(_));
        if is_dark {
            self.enter_stretch(from, (found.day, found.day));
        }
        let pool = &mut self.pools[from];
        let whole = if is_dark { pool.balance.max(found.paid) } else { balance };
        if is_dark {
            pool.balance = whole - found.paid;
        }
        let taken = share(pool.followed, found.paid, whole);
        pool.followed -= taken;
        if is_dark && taken > 0 {
            *self.likely.shown.entry((from, month_of(found.day))).or_default() += taken;
        }
        taken
    }

    fn receive(&mut self, found: &Move, amount: u128) {
        let Some(to) = found.to.account() else { return };
        if let End::Dark(_) = found.to
            && let Some(stretch) = self.enter_stretch(to, (found.day, found.day))
        {
            let paid_in = self.habits.accounts[to].stretches[stretch].paid_in;
            let pool = &mut self.pools[to];
            pool.balance += found.received;
            pool.passing += share(pool.excess, found.received, paid_in);
        }
        self.add(to, amount);
    }

    /// The stretch that a period meets, with its pool made ready.
    fn enter_stretch(&mut self, at: AccountIdx, days: (i32, i32)) -> Option<usize> {
        let stretch = self.habits.dark_in(at, days)?;
        if self.pools[at].stretch != Some(stretch) {
            let (before, _) = self.habits.accounts[at].stretches[stretch].balances();
            let excess = self.habits.excess(at, stretch);
            let pool = &mut self.pools[at];
            pool.stretch = Some(stretch);
            (pool.balance, pool.passing, pool.excess) = (before, 0, excess);
        }
        Some(stretch)
    }

    /// All that nobody shows of a quarter of a month.
    fn pass_quarter(&mut self) {
        let days = self.now;
        self.arrive(days.1);
        let active: Vec<AccountIdx> = self.active.iter().copied().collect();
        let mut arrives = Vec::new();
        for at in active {
            if let Some(stretch) = self.enter_stretch(at, days) {
                self.pay_unshown((at, stretch), days, &mut arrives);
            }
        }
        for (to, amount) in arrives {
            self.add(to, amount);
        }
        let pools = &self.pools;
        self.active.retain(|&at| pools[at].followed > 0);
        self.now = quarter_of(days.1 + 1);
    }

    fn pay_unshown(
        &mut self,
        (at, stretch): (AccountIdx, usize),
        days: (i32, i32),
        arrives: &mut Vec<(AccountIdx, u128)>,
    ) {
        let account = &self.habits.accounts[at];
        let unseen = &account.stretches[stretch];
        let passed = unseen.stretch.shared(days);
        let pays = self.unshown(at, passed, days);
        let usual: u128 = pays.iter().map(|pays| pays.paid).sum();
        let pool = &mut self.pools[at];
        let mut leaves = share(pool.passing, u128::from(passed), u128::from(PASSING_DAYS));
        pool.passing -= leaves;
        if unseen.paid_in == 0 {
            leaves += share(pool.excess, u128::from(passed), u128::from(unseen.stretch.len()));
        }
        // What comes in unseen makes up for what usually leaves, so that it changes no balance.
        let whole = pool.balance.max(pool.followed);
        let taken = share(pool.followed, usual + leaves, whole);
        pool.followed -= taken;
        pool.balance = pool.balance.saturating_sub(leaves);
        if taken == 0 {
            return;
        }
        let slot = (at, month_of(days.1));
        *self.likely.shown.entry(slot).or_default() += taken;
        // An account without any statement may pay others than those that are seen.
        let all = if account.has_statements { usual } else { usual + leaves };
        for pays in pays {
            let Some(to) = pays.to else { continue };
            let amount = share(taken, pays.paid, all);
            arrives.push((to, converted(amount, pays.rate)));
            let passed = self.likely.passed.entry(slot).or_default();
            *passed.entry((to, slot.1)).or_default() += amount;
        }
    }

    /// What an account usually pays in so many days to those that do not show it either.
    fn unshown(&self, at: AccountIdx, passed: u32, days: (i32, i32)) -> Vec<Unshown> {
        let pays = self.habits.unseen_payees(at, days.1).map(|pays| Unshown {
            to: pays.to,
            paid: pays.in_days(passed),
            rate: (pays.paid, pays.received),
        });
        pays.filter(|pays| pays.paid > 0).collect()
    }
}

pub(super) fn month_of(day: i32) -> Month {
    let (year, month, _) = Moment { day, nanos: None }.civil();
    (year, month)
}

pub(super) const fn next_month((year, month): Month) -> Month {
    if month == 12 { (year + 1, 1) } else { (year, month + 1) }
}

/// First and last day of a month.
pub(super) fn days_of((year, month): Month) -> (i32, i32) {
    let first = |(year, month)| Moment::from_date(year, month, 1).map_or(0, |moment| moment.day);
    (first((year, month)), first(next_month((year, month))) - 1)
}

/// The quarter of a month in which a day lies.
fn quarter_of(day: i32) -> (i32, i32) {
    let (first, last) = days_of(month_of(day));
    match day - first {
        0..8 => (first, first + 7),
        8..15 => (first + 8, first + 14),
        15..23 => (first + 15, first + 22),
        _ => (first + 23, last),
    }
}

/// `amount · part / whole`; all of it where the part is the whole or more.
pub(super) fn share(amount: u128, part: u128, whole: u128) -> u128 {
    if part >= whole { amount } else { scaled(amount, part, whole) }
}

/// What an amount is at the payee, as `(paid, received)` were exchanged.
fn converted(amount: u128, (paid, received): (u128, u128)) -> u128 {
    if paid == received { amount } else { scaled(amount, received, paid) }
}

/// `amount · part / whole`. Expectations need no last bit: both are halved until the product fits.
fn scaled(amount: u128, mut part: u128, mut whole: u128) -> u128 {
    loop {
        if let Some(product) = amount.checked_mul(part) {
            return product / whole.max(1);
        }
        part /= 2;
        whole /= 2;
    }
}
