//! The ranking as rows: order, values, reasons, and what completes what.

use std::collections::{BTreeMap, BTreeSet};

use caudal_model::{Currency, Moment, format_minor};
use caudal_wire::{Candidate, DarkTransfer, RuleValue, Together};

use super::likely::{Likely, Month, days_of, next_month};
use super::rates::Rates;
use super::{Dark, Seen, Slot};
use crate::show::row_source;

/// Transfers that a candidate lists.
const TRANSFERS_MAX: usize = 200;

/// Months of other accounts that a candidate names.
const TOGETHER_MAX: usize = 2;

/// Amounts of a slot in the currency of its account.
#[derive(Clone, Copy, Debug, Default)]
struct Values {
    /// What enters, over the rules.
    enters: (u128, u128),
    /// What entered earlier in the same stretch, most over the rules.
    carried: u128,
    /// What the statement would likely show paid on.
    likely: (u128, u128),
}

/// Names that documents give an account: bank and holder.
type Names<'n> = BTreeMap<&'n str, (Option<&'n String>, Option<&'n String>)>;

impl Dark<'_> {
    pub(super) fn ranked(&self) -> Vec<Candidate> {
        let currencies: Vec<Currency> =
            self.habits.accounts.iter().map(|account| account.currency).collect();
        let rates = Rates::new(&currencies, &self.habits.conversions);
        let carried = self.carried();
        let names = self.names();
        let mut found: Vec<((u128, u128), Candidate)> = Vec::new();
        for slot in self.slots(&carried) {
            let values = self.values(slot, &carried);
            let worth = |(least, most)| rates.worth(least + most, self.currency(slot.0));
            // What it would likely show; among equals, what enters or was carried in.
            let known = (values.enters.0, values.enters.1 + values.carried);
            let score = (worth(values.likely), worth(known));
            if score > (0, 0) {
                found.push((score, self.candidate(slot, &values, &names)));
            }
        }
        found.sort_by(|(a, x), (b, y)| {
            (b, &x.account, &x.from, &x.currency).cmp(&(a, &y.account, &y.from, &y.currency))
        });
        let numbered = (1..).zip(found);
        numbered.map(|(rank, (_, found))| Candidate { rank, ..found }).collect()
    }

    /// Every month that something enters, was carried into, or likely leaves.
    fn slots(&self, carried: &BTreeMap<Slot, u128>) -> BTreeSet<Slot> {
        let likely = self.likely.iter().chain([&self.unexplained]);
        let likely = likely.flat_map(|likely| likely.shown.keys().copied());
        let known = self.seen.keys().chain(carried.keys()).copied().chain(likely);
        known.collect()
    }

    fn values(&self, slot: Slot, carried: &BTreeMap<Slot, u128>) -> Values {
        let enters = |rule| self.seen.get(&slot).and_then(|seen| seen.by_rule.get(rule)).copied();
        let shown = |likely: &Likely| likely.shown.get(&slot).copied().unwrap_or(0);
        let enters = range(self.rules.iter().map(|rule| enters(rule).unwrap_or(0)));
        let (least, most) = range(self.likely.iter().map(shown));
        Values {
            enters,
            carried: carried.get(&slot).copied().unwrap_or(0),
            likely: (least, most + shown(&self.unexplained)),
        }
    }

    /// What entered earlier in the same stretch, most over the rules.
    fn carried(&self) -> BTreeMap<Slot, u128> {
        let mut carried: BTreeMap<Slot, u128> = BTreeMap::new();
        for (&(account, month), seen) in &self.seen {
            let most = seen.by_rule.values().max().copied().unwrap_or(0);
            let mut later = next_month(month);
            while most > 0 && self.goes_on(account, later) {
                *carried.entry((account, later)).or_default() += most;
                later = next_month(later);
            }
        }
        carried
    }

    /// Whether a month begins in a stretch that began before.
    fn goes_on(&self, account: usize, month: Month) -> bool {
        let first = days_of(month).0;
        let mut stretches = self.habits.accounts[account].stretches.iter();
        stretches.any(|u| u.stretch.contains(first) && u.stretch.contains(first - 1))
    }

    /// First and last day to ask for in a month.
    fn days(&self, (account, month): Slot) -> (i32, i32) {
        let found = &self.habits.accounts[account];
        let (first, last) = days_of(month);
        let met = || found.stretches.iter().filter(|u| u.stretch.shared((first, last)) > 0);
        let (from, to) = (met().next(), met().next_back());
        match from.zip(to).filter(|_| self.coverage.is_known(&found.key, found.currency)) {
            Some((from, to)) => (from.stretch.days.0.max(first), to.stretch.days.1.min(last)),
            None => (first, last),
        }
    }

    fn names(&self) -> Names<'_> {
        let mut names = Names::new();
        for place in self.coverage.places.values() {
            let (bank, holder) = names.entry(&place.account).or_default();
            *bank = bank.or(place.bank.as_ref());
            *holder = holder.or(place.holder.as_ref());
        }
        names
    }

    fn candidate(&self, slot: Slot, values: &Values, names: &Names<'_>) -> Candidate {
        let nothing = Seen::default();
        let seen = self.seen.get(&slot).unwrap_or(&nothing);
        let account = &self.habits.accounts[slot.0];
        let written = |minor| format_minor(minor, account.currency.exponent());
        let (from, to) = self.days(slot);
        let (bank, holder) = names.get(account.key.as_str()).copied().unwrap_or_default();
        let by_rule = self.rules.iter().map(|rule| RuleValue {
            rule: rule.id().to_owned(),
            amount: written(seen.by_rule.get(rule).copied().unwrap_or(0)),
        });
        Candidate {
            rank: 0,
            account: account.key.clone(),
            institution: bank.cloned(),
            holder: holder.cloned(),
            from: shown(from),
            to: shown(to),
            currency: account.currency.code().to_owned(),
            value_min: written(values.enters.0),
            value_max: written(values.enters.1),
            carried_max: written(values.carried),
            likely_min: written(values.likely.0),
            likely_max: written(values.likely.1),
            unexplained: written(seen.unexplained.values().sum()),
            together: self.together(slot),
            by_rule: by_rule.collect(),
            transfers: self.transfers(&seen.enters, account.currency),
            comes_out: self.transfers(&seen.unexplained, account.currency),
        }
    }

    /// The month after, if it is dark too and money is left for it, and the dark months of other
    /// accounts to which the most likely goes from here.
    fn together(&self, slot: Slot) -> Vec<Together> {
        let after = (slot.0, next_month(slot.1));
        let most = |slot| self.values(slot, &BTreeMap::new()).likely.1;
        let is_left = self.goes_on(after.0, after.1) && most(after) > 0;
        let mut to: BTreeMap<Slot, u128> = BTreeMap::new();
        for likely in self.likely.iter().chain([&self.unexplained]) {
            for (&other, &amount) in likely.passed.get(&slot).into_iter().flatten() {
                *to.entry(other).or_default() += amount;
            }
        }
        let mut to: Vec<(u128, Slot)> = to.into_iter().map(|(other, sum)| (sum, other)).collect();
        to.retain(|&(sum, other)| sum > 0 && most(other) > 0);
        to.sort_by(|a, b| (b.0, a.1).cmp(&(a.0, b.1)));
        let others = to.into_iter().map(|(_, other)| other).take(TOGETHER_MAX);
        is_left.then_some(after).into_iter().chain(others).map(|found| self.other(found)).collect()
    }

    fn other(&self, slot: Slot) -> Together {
        let account = &self.habits.accounts[slot.0];
        let (from, to) = self.days(slot);
        let likely = self.values(slot, &BTreeMap::new()).likely.1;
        Together {
            account: account.key.clone(),
            from: shown(from),
            to: shown(to),
            currency: account.currency.code().to_owned(),
            likely_max: format_minor(likely, account.currency.exponent()),
        }
    }

    fn transfers(&self, found: &BTreeMap<u32, u128>, currency: Currency) -> Vec<DarkTransfer> {
        let row = |(&transfer, &traced): (&u32, &u128)| {
            let found = self.case.table.get(transfer);
            DarkTransfer {
                id: found.id.to_owned(),
                date: found.moment.to_string(),
                payer: found.payer.to_owned(),
                payee: found.payee.to_owned(),
                amount: self.case.table.money(transfer).to_decimal(),
                traced_max: format_minor(traced, currency.exponent()),
                source: row_source(self.case, transfer),
            }
        };
        found.iter().take(TRANSFERS_MAX).map(row).collect()
    }
}

fn shown(day: i32) -> String {
    Moment { day, nanos: None }.to_string()
}

fn range(amounts: impl Iterator<Item = u128> + Clone) -> (u128, u128) {
    (amounts.clone().min().unwrap_or(0), amounts.max().unwrap_or(0))
}
