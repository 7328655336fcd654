//! A result read back from its decimal strings, under the names of the slow tracer.

use std::collections::BTreeMap;

use caudal::wire::{Result as RuleResult, Traced};
use caudal_testkit::slow::{EndingKind, Q, SlowReceived, whole};

/// Amounts by label.
pub(crate) type Amounts = BTreeMap<String, Q>;

/// What a transfer carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carried {
    pub(crate) amount: Q,
    pub(crate) traced: Amounts,
    pub(crate) total: Q,
    /// Traced money that arrived.
    pub(crate) arrived: Q,
}

/// What an account holds at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holding {
    pub(crate) balance: Q,
    pub(crate) traced: Amounts,
    pub(crate) total: Q,
}

/// Where money rests: in the unit of the place, and of the origin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rest {
    pub(crate) here: Amounts,
    pub(crate) total: Q,
    pub(crate) of_origin: Amounts,
}

/// A result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) transfers: BTreeMap<String, Carried>,
    pub(crate) accounts: BTreeMap<String, Holding>,
    pub(crate) endings: BTreeMap<(EndingKind, String), Rest>,
    pub(crate) received: BTreeMap<String, SlowReceived>,
    /// What carries each label, and what belonged to another origin already.
    pub(crate) origins: BTreeMap<String, (Q, Q)>,
}

/// Minor units of an amount with exactly two decimals.
pub(crate) fn minor(text: &str) -> Q {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-whole(1), digits),
        None => (whole(1), text),
    };
    let (units, cents) = digits.split_once('.').unwrap_or_else(|| panic!("`{text}` has decimals"));
    assert_eq!(cents.len(), 2, "`{text}` has two decimals");
    let is_plain = units.len() == 1 || !units.starts_with('0');
    assert!(is_plain, "`{text}` has no zeros in front");
    let minor: u128 = format!("{units}{cents}").parse().expect("digits");
    sign * whole(minor)
}

/// Sum of amounts.
pub(crate) fn sum(amounts: &Amounts) -> Q {
    amounts.values().sum()
}

/// How far two amounts are apart.
pub(crate) fn distance(a: &Q, b: &Q) -> Q {
    if a > b { a - b } else { b - a }
}

fn named(names: &BTreeMap<String, String>, label: &str) -> String {
    names.get(label).unwrap_or_else(|| panic!("label `{label}` was asked for")).clone()
}

fn amounts(names: &BTreeMap<String, String>, traced: &Traced) -> Amounts {
    let mut amounts = Amounts::new();
    for (label, amount) in traced {
        *amounts.entry(named(names, label)).or_default() += minor(amount);
    }
    amounts
}

/// Reads a result. `names` says what the question calls the labels of the document.
pub(crate) fn found(result: &RuleResult, names: &BTreeMap<String, String>) -> Found {
    let mut found = Found::default();
    for row in result.transfers.iter().flatten() {
        let total = minor(&row.traced_total);
        let arrived =
            row.received.as_ref().map_or_else(|| total.clone(), |r| minor(&r.traced_total));
        let traced = amounts(names, &row.traced);
        let line = Carried { amount: minor(&row.amount), traced, total, arrived };
        assert!(found.transfers.insert(row.id.clone(), line).is_none(), "{} stands once", row.id);
    }
    for row in result.accounts.iter().flatten() {
        let holding = Holding {
            balance: minor(&row.balance),
            traced: amounts(names, &row.traced),
            total: minor(&row.traced_total),
        };
        let is_new = found.accounts.insert(row.account.clone(), holding).is_none();
        assert!(is_new, "{} stands once", row.account);
    }
    for row in result.endings.iter().flatten() {
        let kind = EndingKind::from_name(&row.kind).expect("a kind that the slow tracer knows");
        let rest = found.endings.entry((kind, row.place.clone())).or_default();
        rest.total += minor(&row.amount);
        let here = amounts(names, &row.traced);
        for (label, amount) in &here {
            *rest.here.entry(label.clone()).or_default() += amount;
        }
        if row.origin.is_empty() {
            for (label, amount) in here {
                *rest.of_origin.entry(label).or_default() += amount;
            }
        }
        for row in &row.origin {
            *rest.of_origin.entry(named(names, &row.label)).or_default() += minor(&row.amount);
        }
    }
    read_totals(result, names, &mut found);
    found
}

fn read_totals(result: &RuleResult, names: &BTreeMap<String, String>, found: &mut Found) {
    for row in result.received.iter().flatten() {
        let received = found.received.entry(row.place.clone()).or_default();
        received.gross += minor(&row.gross);
        received.distinct += minor(row.distinct.as_ref().expect("small ledgers are computed"));
    }
    for row in result.origin_total.iter().flatten() {
        let total = found.origins.entry(named(names, &row.label)).or_default();
        total.0 += minor(&row.amount);
        total.1 += row.overlap.as_deref().map_or_else(|| whole(0), minor);
    }
}
