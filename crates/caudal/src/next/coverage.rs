//! Which days of which accounts statements cover, and what they say about the days between.

use std::collections::BTreeMap;

use caudal_model::{Currency, TransferTable};
use caudal_reconcile::series::Run;

use crate::assemble::{Assembled, AssembledAccount, DarkPlace};

/// Facts of a case that ranking needs beside its ledger.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    pub(super) places: BTreeMap<String, DarkPlace>,
    /// Days without a statement of the accounts that have some, ascending.
    accounts: BTreeMap<(String, Currency), Vec<Stretch>>,
    /// The first and the last day of the case.
    pub(super) days: (i32, i32),
}

/// Days on end without a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The first and the last of them.
    pub(super) days: (i32, i32),
    /// The balance just before, where a statement ends there; what is owed counts as nothing.
    pub(super) before: Option<u128>,
    /// The balance just after, where a statement begins there.
    pub(super) after: Option<u128>,
}

impl Stretch {
    pub(super) fn contains(&self, day: i32) -> bool {
        (self.days.0..=self.days.1).contains(&day)
    }

    pub(super) fn len(&self) -> u32 {
        length(self.days)
    }

    /// How many days of a period lie in it.
    pub(super) fn shared(&self, days: (i32, i32)) -> u32 {
        length((self.days.0.max(days.0), self.days.1.min(days.1)))
    }
}

/// Days from the first to the last.
pub(super) fn length((first, last): (i32, i32)) -> u32 {
    u32::try_from(last - first + 1).unwrap_or(0)
}

impl Coverage {
    /// Of a case that was put together.
    pub fn of(assembled: &Assembled) -> Self {
        let days = days_of(assembled);
        let key = |account: &AssembledAccount| (account.key.clone(), account.currency);
        let accounts = assembled.accounts.iter();
        Self {
            places: assembled.dark.clone(),
            accounts: accounts.map(|found| (key(found), stretches(found, days))).collect(),
            days,
        }
    }

    /// The days without a statement of an account: all, if it has none.
    pub(super) fn stretches(&self, account: &str, currency: Currency) -> Vec<Stretch> {
        let known = self.accounts.get(&(account.to_owned(), currency)).cloned();
        known.unwrap_or_else(|| vec![Stretch { days: self.days, before: None, after: None }])
    }

    /// Whether some statement of the account is held.
    pub(super) fn is_known(&self, account: &str, currency: Currency) -> bool {
        self.accounts.contains_key(&(account.to_owned(), currency))
    }
}

/// The first and the last day that a statement covers or a transfer has.
fn days_of(assembled: &Assembled) -> (i32, i32) {
    let runs = || assembled.accounts.iter().flat_map(|account| &account.series.runs);
    let transfers = || transfer_days(&assembled.table);
    let first = runs().filter_map(|run| run.first_day).chain(transfers()).min();
    let last = runs().filter_map(|run| run.last_day).chain(transfers()).max();
    (first.unwrap_or(0), last.unwrap_or(-1))
}

fn transfer_days(table: &TransferTable) -> impl Iterator<Item = i32> {
    (0u32..).take(table.len()).map(|transfer| table.moment(transfer).day)
}

fn stretches(account: &AssembledAccount, (first, last): (i32, i32)) -> Vec<Stretch> {
    let exponent = account.currency.exponent();
    let minor = |run: &Run, end: fn(&Run) -> Option<caudal_model::Decimal>| {
        let minor = end(run).and_then(|balance| balance.minor(exponent));
        minor.map(|minor| u128::try_from(minor).unwrap_or(0))
    };
    let mut found = Vec::new();
    let mut from = Some((first, None));
    for run in &account.series.runs {
        if let Some((from, before)) = from {
            let days = (from, run.first_day.map_or(from - 1, |day| day - 1));
            found.push(Stretch { days, before, after: minor(run, |run| run.opening) });
        }
        // What no statement ends is taken to be covered to the end.
        from = run.last_day.map(|day| (day + 1, minor(run, |run| run.closing)));
    }
    if let Some((from, before)) = from {
        found.push(Stretch { days: (from, last), before, after: None });
    }
    found.retain(|stretch| stretch.days.0 <= stretch.days.1);
    found
}
