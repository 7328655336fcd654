//! Expected figures of casebook and conformance cases beside those of a document.
//!
//! *Shape.* The document shows origins only: other labels are compared as the rest of an amount.
//! Whole figures must be equal; where a rule carries fractions, printed figures lie near them.

use std::collections::{BTreeMap, BTreeSet};

use caudal_testkit::check::{EndingsByKind, Expected};
use caudal_testkit::slow::{Composition, Q, SlowReceived, whole};

use crate::reading::{Amounts, Found, distance, sum};
use crate::world::World;

/// What was compared, what was wrong, and what could not be expressed, by reason.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) files: usize,
    pub(crate) asks: usize,
    pub(crate) figures: usize,
    pub(crate) unexpressed: BTreeMap<String, Vec<String>>,
    pub(crate) wrong: Vec<String>,
}

/// All that the product cannot be asked or does not show, in the casebook as in the JSON cases.
const UNEXPRESSED: [(&str, usize); 4] = [
    ("forward only, `label:V` names no money in this ledger", 2),
    ("forward only, the question names no money", 3),
    ("other money outside, or where no traced money was, is not shown", 4),
    ("pro rata in whole units is not offered", 2),
];

impl Tally {
    /// Notes what the product does not offer or does not show.
    pub(crate) fn skip(&mut self, reason: &str, what: &str) {
        self.unexpressed.entry(reason.to_owned()).or_default().push(what.to_owned());
    }

    /// Prints the counts; fails if a figure was wrong, or more was left out than is known.
    pub(crate) fn finish(&self, name: &str) {
        println!(
            "{name}: {} files, {} asks run, {} figures compared",
            self.files, self.asks, self.figures
        );
        for (reason, what) in &self.unexpressed {
            println!("not expressible, {reason}: {}", what.len());
            for what in what {
                println!("  {what}");
            }
        }
        let reasons = self.unexpressed.iter().map(|(reason, what)| (reason.as_str(), what.len()));
        assert_eq!(reasons.collect::<Vec<_>>(), UNEXPRESSED, "nothing else is left out");
        let wrong = &self.wrong;
        assert!(wrong.is_empty(), "{} figures are wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// How far a printed figure may lie from the exact one (`TRACING` 11.3), and a sum of them.
pub(crate) fn figure_off() -> Q {
    whole(3)
}

pub(crate) fn receipt_off() -> Q {
    whole(5)
}

/// Compares figures of one question.
pub(crate) struct Checker<'a> {
    pub(crate) what: &'a str,
    pub(crate) fractions: bool,
    pub(crate) tally: &'a mut Tally,
}

impl Checker<'_> {
    /// Equal, or near where the exact figure is a fraction.
    pub(crate) fn figure(&mut self, what: &str, expected: &Q, found: &Q) {
        self.within(what, expected, found, &figure_off());
    }

    fn within(&mut self, what: &str, expected: &Q, found: &Q, off: &Q) {
        self.tally.figures += 1;
        let may_differ = self.fractions && !expected.is_integer();
        let is_right = expected == found || (may_differ && distance(expected, found) <= *off);
        if !is_right {
            let line = format!("{}: {what}: expected {expected}, found {found}", self.what);
            self.tally.wrong.push(line);
        }
    }

    fn skip(&mut self, reason: &str, what: &str) {
        self.tally.skip(reason, &format!("{}: {what}", self.what));
    }

    /// Every expected figure of a forward question.
    pub(crate) fn forward(&mut self, world: &World, expected: &Expected, asked: &Asked<'_>) {
        for (id, carried) in expected.transfers.iter().flatten() {
            self.transfer(world, id, carried, asked);
        }
        for (place, held) in expected.balances.iter().flatten() {
            self.place(place, held, asked);
        }
        for (account, lots) in expected.lots.iter().flatten() {
            let mut held = Composition::new();
            for (label, amount) in lots {
                *held.entry(label.clone()).or_default() += amount;
            }
            self.place(account, &held, asked);
            if lots.len() > 1 {
                self.skip("the order of lots in an account is not shown", account);
            }
        }
        for (place, amount) in expected.traced.iter().flatten() {
            self.figure(&format!("traced in {place}"), amount, &resting(asked.found, place).1);
        }
        for (account, balance) in expected.totals.iter().flatten() {
            match asked.found.accounts.get(account) {
                Some(row) => self.figure(&format!("balance of {account}"), balance, &row.balance),
                None => self.skip("a balance that no traced money touched is not shown", account),
            }
        }
        if let Some(endings) = &expected.endings {
            self.endings(endings, asked.found);
        }
        if let Some(endings) = &expected.endings_by_kind {
            self.endings_by_kind(endings, asked.found);
        }
        if let Some(received) = &expected.received {
            self.received(received, asked.found);
        }
    }

    fn transfer(&mut self, world: &World, id: &str, expected: &Composition, asked: &Asked<'_>) {
        let (mut amount, mut traced, mut total) = (whole(0), Amounts::new(), whole(0));
        for id in world.ids(id) {
            let Some(line) = asked.found.transfers.get(&id) else {
                amount += whole(world.transfer(&id).amount);
                continue;
            };
            amount += &line.amount;
            total += &line.total;
            for (label, part) in &line.traced {
                *traced.entry(label.clone()).or_default() += part;
            }
        }
        self.composition(&format!("transfer {id}"), expected, &traced, asked);
        let rest = asked.rest(expected);
        self.figure(&format!("transfer {id}, other money"), &rest, &(amount - total));
    }

    fn place(&mut self, place: &str, expected: &Composition, asked: &Asked<'_>) {
        let what = format!("held by {place}");
        self.composition(&what, expected, &resting(asked.found, place).0, asked);
        match asked.found.accounts.get(place) {
            Some(row) => {
                let balance = row.balance.clone().max(whole(0));
                self.figure(
                    &format!("{what}, other money"),
                    &asked.rest(expected),
                    &(balance - &row.total),
                );
            }
            None if asked.is_told_backward => {}
            None => {
                self.skip("other money outside, or where no traced money was, is not shown", place);
            }
        }
    }

    fn composition(
        &mut self,
        what: &str,
        expected: &Composition,
        found: &Amounts,
        asked: &Asked<'_>,
    ) {
        for label in asked.labels {
            let none = whole(0);
            let expected = expected.get(label).unwrap_or(&none);
            self.figure(&format!("{what}, {label}"), expected, found.get(label).unwrap_or(&none));
        }
    }

    fn endings(&mut self, expected: &BTreeMap<String, Q>, found: &Found) {
        let places: BTreeSet<&String> =
            expected.keys().chain(found.endings.keys().map(|(_, place)| place)).collect();
        for place in places {
            let none = whole(0);
            let amount = expected.get(place).unwrap_or(&none);
            let rests = found.endings.iter().filter(|((_, at), _)| at == place);
            let rests: Q = rests.map(|(_, rest)| &rest.total).sum();
            self.figure(&format!("rests in {place}"), amount, &rests);
        }
    }

    fn endings_by_kind(&mut self, expected: &EndingsByKind, found: &Found) {
        let keys: BTreeSet<_> = expected.keys().chain(found.endings.keys()).collect();
        let asks_origin = expected.values().any(|amounts| amounts.1.is_some());
        for key in keys {
            let what = format!("{} {}", key.0, key.1);
            let (here, of_origin) = expected.get(key).cloned().unwrap_or((whole(0), None));
            let rest = found.endings.get(key).cloned().unwrap_or_default();
            self.figure(&what, &here, &rest.total);
            if asks_origin {
                let of_origin = of_origin.unwrap_or_else(|| whole(0));
                self.figure(&format!("{what}, of the origin"), &of_origin, &sum(&rest.of_origin));
            }
        }
    }

    fn received(&mut self, expected: &BTreeMap<String, SlowReceived>, found: &Found) {
        let places: BTreeSet<&String> = expected.keys().chain(found.received.keys()).collect();
        for place in places {
            let expected = expected.get(place).cloned().unwrap_or_default();
            let found = found.received.get(place).cloned().unwrap_or_default();
            let off = receipt_off();
            self.within(&format!("{place}, gross"), &expected.gross, &found.gross, &off);
            self.within(&format!("{place}, distinct"), &expected.distinct, &found.distinct, &off);
        }
    }
}

/// A result with the labels that were asked for.
pub(crate) struct Asked<'a> {
    pub(crate) found: &'a Found,
    pub(crate) labels: &'a BTreeSet<String>,
    /// Whether compositions were compared with backward answers too.
    pub(crate) is_told_backward: bool,
}

impl Asked<'_> {
    /// What an expected composition holds beside the labels asked for.
    fn rest(&self, expected: &Composition) -> Q {
        let others = expected.iter().filter(|(label, _)| !self.labels.contains(*label));
        others.map(|(_, amount)| amount).sum()
    }
}

/// Traced money in a place at the end: by label, and together. What lies below the threshold in
/// an account is other money there.
fn resting(found: &Found, place: &str) -> (Amounts, Q) {
    if let Some(row) = found.accounts.get(place) {
        return (row.traced.clone(), row.total.clone());
    }
    let (mut here, mut total) = (Amounts::new(), whole(0));
    for (_, rest) in found.endings.iter().filter(|((_, at), _)| at == place) {
        total += &rest.total;
        for (label, amount) in &rest.here {
            *here.entry(label.clone()).or_default() += amount;
        }
    }
    (here, total)
}
