//! What held statements show of how accounts pay: whom, how much in a day, at what exchange.
//!
//! *Shape.* One pass over the ledger. Each place of it is an end: an account on days that a statement
//! covers, an account on days that none does, or away. Payments between two accounts are seen on the
//! days on which either has a statement, others on the days on which the payer has one.

use std::collections::BTreeMap;

use caudal_ledger::{Ledger, LedgerView, Line, LineIdx, LineKind, PlaceIdx, PlaceKind};
use caudal_model::Currency;

use super::coverage::{Coverage, Stretch, length};
use super::likely::{Month, month_of};
use crate::case::Case;

/// Days of a month on average.
const MONTH_DAYS: u128 = 30;

/// Position of an account in [`Habits::accounts`].
pub(super) type AccountIdx = usize;

/// Where a line begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// An account on days with a statement.
    Held(AccountIdx),
    /// An account on days without.
    Dark(AccountIdx),
    /// An outside party, or one that is not known.
    Away,
}

impl End {
    pub(super) const fn account(self) -> Option<AccountIdx> {
        match self {
            Self::Held(at) | Self::Dark(at) => Some(at),
            Self::Away => None,
        }
    }
}

/// An account in one currency.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) key: String,
    pub(super) currency: Currency,
    /// Whether a statement of any day is held.
    pub(super) has_statements: bool,
    /// Days without a statement.
    pub(super) stretches: Vec<Unseen>,
    /// What it pays.
    pub(super) pays: Vec<Pays>,
    /// What comes in from outside on days with a statement, by month.
    comes_in: BTreeMap<Month, u128>,
}

/// Days without a statement, and what other statements show of them.
#[derive(Clone, Debug)]
pub(super) struct Unseen {
    pub(super) stretch: Stretch,
    /// What other accounts paid in.
    pub(super) paid_in: u128,
    /// What it paid to other accounts.
    pub(super) paid_out: u128,
}

impl Unseen {
    /// The balances before and after; where only one is stated, the other is taken to be the same.
    pub(super) fn balances(&self) -> (u128, u128) {
        let (before, after) = (self.stretch.before, self.stretch.after);
        (before.or(after).unwrap_or(0), after.or(before).unwrap_or(0))
    }
}

/// What an account pays to another, or away, on the days on which it would be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pays {
    /// Whom; `None` is away.
    pub(super) to: Option<AccountIdx>,
    pub(super) paid: u128,
    pub(super) received: u128,
    /// On how many days it would have been seen.
    days: u32,
}

impl Pays {
    /// What is paid in so many days on average.
    pub(super) fn in_days(&self, days: u32) -> u128 {
        self.paid * u128::from(days) / u128::from(self.days.max(1))
    }
}

/// All accounts of a ledger, and what they pay.
#[derive(Clone, Debug, Default)]
pub(super) struct Habits {
    pub(super) accounts: Vec<Account>,
    /// By place.
    ends: Vec<(End, Option<(i32, i32)>)>,
    /// Paid and received in all conversions.
    pub(super) conversions: BTreeMap<(Currency, Currency), (u128, u128)>,
}

/// A transfer between ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) day: i32,
    pub(super) paid: u128,
    pub(super) received: u128,
    /// Whether it only moves a balance into or out of days without a statement.
    pub(super) is_gap: bool,
}

impl Habits {
    pub(super) fn of(case: &Case, ledger: &Ledger, coverage: &Coverage) -> Self {
        let mut habits = Self::default();
        let mut known: BTreeMap<(String, Currency), AccountIdx> = BTreeMap::new();
        for place in 0..ledger.place_count() {
            let end = habits.end_of(case, ledger, coverage, (place, &mut known));
            habits.ends.push(end);
        }
        let mut pays: BTreeMap<(AccountIdx, Option<AccountIdx>), Pays> = BTreeMap::new();
        for line in 0..ledger.line_count() {
            let Some(found) = habits.moved(case, ledger, line) else { continue };
            habits.count(&found, &mut pays);
        }
        for ((from, to), mut found) in pays {
            found.days = habits.days_seen(from, to, coverage.days);
            found.to = to;
            habits.accounts[from].pays.push(found);
        }
        habits
    }

    fn end_of(
        &mut self,
        case: &Case,
        ledger: &Ledger,
        coverage: &Coverage,
        (place, known): (PlaceIdx, &mut BTreeMap<(String, Currency), AccountIdx>),
    ) -> (End, Option<(i32, i32)>) {
        let found = ledger.place(place);
        let name = ledger.name(&case.table, place);
        let dark = coverage.places.get(name);
        let key = dark.map_or(name, |dark| dark.account.as_str());
        let is_known = coverage.is_known(key, found.currency);
        let is_dark = found.kind == PlaceKind::Frontier;
        let has_days = dark.is_some_and(|d| d.first_day.is_some() || d.last_day.is_some());
        // A statement is held, but it does not show the entry: there is nothing to ask for.
        let is_lost = is_dark && is_known && !has_days;
        if is_lost || !matches!(found.kind, PlaceKind::Frontier | PlaceKind::Account) {
            return (End::Away, None);
        }
        let at = *known.entry((key.to_owned(), found.currency)).or_insert_with(|| {
            let is_all_held = !is_dark && !is_known;
            let stretches =
                if is_all_held { Vec::new() } else { coverage.stretches(key, found.currency) };
            let unseen = |stretch| Unseen { stretch, paid_in: 0, paid_out: 0 };
            self.accounts.push(Account {
                key: key.to_owned(),
                currency: found.currency,
                has_statements: is_all_held || is_known,
                stretches: stretches.into_iter().map(unseen).collect(),
                pays: Vec::new(),
                comes_in: BTreeMap::new(),
            });
            self.accounts.len() - 1
        });
        if !is_dark {
            return (End::Held(at), None);
        }
        let first = dark.and_then(|dark| dark.first_day).unwrap_or(coverage.days.0);
        let last = dark.and_then(|dark| dark.last_day).unwrap_or(coverage.days.1);
        (End::Dark(at), Some((first, last)))
    }

    /// A line as a transfer between ends; `None` if it is none.
    pub(super) fn moved(&self, case: &Case, ledger: &Ledger, at: LineIdx) -> Option<Move> {
        let line: Line = ledger.line(at);
        if line.kind != LineKind::Transfer {
            return None;
        }
        let payer = ledger.transit(line.payer).map_or(line.payer, |transit| transit.owner);
        let payee = ledger.transit(line.payee).map_or(line.payee, |transit| transit.owner);
        let (from, days_from) = self.ends[payer as usize];
        let (to, days_to) = self.ends[payee as usize];
        let day = case.table.moment(line.source_idx).day;
        let days = days_from.or(days_to);
        let day = days.map_or(day, |(first, last)| day.min(last).max(first));
        let is_gap = from.account().is_some() && from.account() == to.account();
        let (paid, received) = (line.paid, line.received);
        Some(Move { from, to, day, paid, received, is_gap })
    }

    fn count(&mut self, found: &Move, pays: &mut BTreeMap<(AccountIdx, Option<AccountIdx>), Pays>) {
        if found.is_gap {
            return;
        }
        if let End::Dark(to) = found.to
            && let Some(unseen) = self.unseen_mut(to, found.day)
        {
            unseen.paid_in += found.received;
        }
        if let End::Dark(from) = found.from
            && let Some(unseen) = self.unseen_mut(from, found.day)
        {
            unseen.paid_out += found.paid;
        }
        let Some(from) = found.from.account() else {
            if let End::Held(to) = found.to {
                let months = &mut self.accounts[to].comes_in;
                *months.entry(month_of(found.day)).or_default() += found.received;
            }
            return;
        };
        let habit = pays.entry((from, found.to.account())).or_default();
        habit.paid += found.paid;
        habit.received += found.received;
        if let Some(to) = found.to.account() {
            let currencies = (self.accounts[from].currency, self.accounts[to].currency);
            if currencies.0 != currencies.1 {
                let rate = self.conversions.entry(currencies).or_default();
                rate.0 += found.paid;
                rate.1 += found.received;
            }
        }
    }

    fn unseen_mut(&mut self, account: AccountIdx, day: i32) -> Option<&mut Unseen> {
        self.accounts[account].stretches.iter_mut().find(|unseen| unseen.stretch.contains(day))
    }

    /// The stretch without a statement that a period meets.
    pub(super) fn dark_in(&self, account: AccountIdx, days: (i32, i32)) -> Option<usize> {
        let stretches = &self.accounts[account].stretches;
        stretches.iter().position(|unseen| unseen.stretch.shared(days) > 0)
    }

    /// What usually comes in from outside in a month: the median of the months with statements.
    fn usual_income(&self, account: AccountIdx) -> u128 {
        let mut months: Vec<u128> = self.accounts[account].comes_in.values().copied().collect();
        months.sort_unstable();
        months.get(months.len() / 2).copied().unwrap_or(0)
    }

    /// For a day without a statement of an account that has others: what comes out of its stretch
    /// that nothing seen or usual explains, and all that is seen to come out.
    pub(super) fn unexplained(&self, account: AccountIdx, day: i32) -> Option<(u128, u128)> {
        let found = &self.accounts[account];
        let unseen = &found.stretches[self.dark_in(account, (day, day))?];
        if !found.has_statements {
            return None;
        }
        let (before, after) = unseen.balances();
        let usual = self.usual_income(account) * u128::from(unseen.stretch.len()) / MONTH_DAYS;
        let whole = (after + unseen.paid_out).saturating_sub(before + unseen.paid_in + usual);
        Some((whole, unseen.paid_out))
    }

    /// What has to leave in a stretch beyond the habits of the account, as its balances demand.
    pub(super) fn excess(&self, account: AccountIdx, stretch: usize) -> u128 {
        let unseen = &self.accounts[account].stretches[stretch];
        let (before, after) = unseen.balances();
        let pays = self.unseen_payees(account, unseen.stretch.days.1);
        let usual: u128 = pays.map(|pays| pays.in_days(unseen.stretch.len())).sum();
        (before + unseen.paid_in).saturating_sub(after + unseen.paid_out + usual)
    }

    /// Whom an account pays on a day without its statement so that nobody shows it.
    pub(super) fn unseen_payees(
        &self,
        account: AccountIdx,
        day: i32,
    ) -> impl Iterator<Item = &Pays> {
        let is_dark = move |to| self.dark_in(to, (day, day)).is_some();
        let pays = self.accounts[account].pays.iter().filter(|pays| pays.days > 0);
        pays.filter(move |pays| pays.to.is_none_or(is_dark))
    }

    /// The account of a place whose statements stop before the case ends, and the day after.
    pub(super) fn stops(&self, place: PlaceIdx) -> Option<(AccountIdx, i32)> {
        let (End::Held(account), _) = self.ends[place as usize] else { return None };
        let last = &self.accounts[account].stretches.last()?.stretch;
        last.after.is_none().then_some((account, last.days.0))
    }

    /// On how many days of the case a payment would be seen.
    fn days_seen(&self, from: AccountIdx, to: Option<AccountIdx>, days: (i32, i32)) -> u32 {
        let all = length(days);
        let here = &self.accounts[from].stretches;
        let hidden: u32 = match to {
            None => here.iter().map(|unseen| unseen.stretch.len()).sum(),
            Some(to) => {
                let there = || self.accounts[to].stretches.iter();
                here.iter().flat_map(|a| there().map(|b| a.stretch.shared(b.stretch.days))).sum()
            }
        };
        all.saturating_sub(hidden)
    }
}
