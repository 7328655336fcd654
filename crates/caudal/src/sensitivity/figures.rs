//! The figures of a list of results, each under a key that is the same in every answer.

use std::collections::BTreeMap;

use caudal_model::{Currency, parse_minor};
use caudal_wire::Result as RuleResult;

/// Which figure of a result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The rule, as it is printed.
    pub(crate) rule: String,
    /// `endings`, `reached`, `amount`, `sources` or `shares`.
    pub(crate) part: &'static str,
    /// Kind of the ending or source; empty for others.
    pub(crate) kind: String,
    /// Where; empty for figures of no place.
    pub(crate) place: String,
    /// Whose money, where the part tells.
    pub(crate) label: String,
    /// What it is counted in.
    pub(crate) currency: String,
}

/// Every figure that says how much money is traced or bounded, in minor units. Exposure is none.
pub(crate) fn figures(results: &[RuleResult]) -> BTreeMap<Key, u128> {
    let mut found = BTreeMap::new();
    for result in results.iter().filter(|result| !result.exposure) {
        let mut list = List { rule: &result.rule, found: &mut found };
        for e in result.endings.iter().flatten() {
            list.add("endings", [&e.kind, &e.place, "", &e.currency], &e.amount);
        }
        for r in result.reached.iter().flatten() {
            list.add("reached", ["", "", &r.label, &r.currency], &r.amount);
        }
        for s in result.sources.iter().flatten() {
            let named = [
                ("transfer", &s.transfer),
                ("opening", &s.opening),
                ("loan", &s.loan),
                ("birth", &s.birth),
            ];
            let (kind, name) = named
                .into_iter()
                .find_map(|(kind, name)| Some((kind, name.as_deref()?)))
                .unwrap_or_default();
            list.add("sources", [kind, name, &s.label, &s.currency], &s.amount);
        }
        let currency = result.currency.as_deref().unwrap_or("");
        for s in result.shares.iter().flatten() {
            let place = result.account.as_deref().unwrap_or("");
            list.add("shares", ["", place, &s.label, currency], &s.amount);
        }
        if let Some(amount) = &result.amount {
            list.add("amount", ["", "", "", currency], amount);
        }
    }
    found
}

struct List<'a> {
    rule: &'a str,
    found: &'a mut BTreeMap<Key, u128>,
}

impl List<'_> {
    fn add(&mut self, part: &'static str, [kind, place, label, currency]: [&str; 4], amount: &str) {
        let Some(minor) = minor(amount, currency) else { return };
        let key = Key {
            rule: self.rule.to_owned(),
            part,
            kind: kind.to_owned(),
            place: place.to_owned(),
            label: label.to_owned(),
            currency: currency.to_owned(),
        };
        *self.found.entry(key).or_default() += minor;
    }
}

/// An amount of a document in minor units; none where it has no currency or is negative.
pub(crate) fn minor(amount: &str, currency: &str) -> Option<u128> {
    parse_minor(amount, Currency::from_code(currency)?.exponent()).ok()
}

/// Minor units as a document shows them.
pub(crate) fn written(minor: u128, currency: &str) -> String {
    let exponent = Currency::from_code(currency).map_or(0, Currency::exponent);
    caudal_model::format_minor(minor, exponent)
}
