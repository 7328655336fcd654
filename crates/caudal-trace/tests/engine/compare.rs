//! Answers of the engine beside those of the slow tracer, figure by figure.
//!
//! *Units.* Minor units as rationals. Exact rules must be equal; carried figures within the bound of
//! `TRACING` 11.2, printed figures near the carried ones.

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::LedgerView;
use caudal_testkit::slow::{
    self, Composition, EndingKind, Q, SlowCase, SlowOrigin, SlowQuestion, SlowTrace, whole,
};
use caudal_trace::{Question, Rule, Trace};

use crate::world::World;

/// Every rule that traces forward.
pub(crate) const RULES: [&str; 10] = [
    "fifo",
    "lifo",
    "pro-rata",
    "difo:fifo",
    "difo:lifo",
    "difo:pro-rata",
    "libr:fifo",
    "libr:lifo",
    "libr:pro-rata",
    "poison",
];

/// Whether a rule carries fractions.
pub(crate) fn has_fractions(rule: &str) -> bool {
    rule.ends_with("pro-rata")
}

/// A carried figure as a rational.
pub(crate) fn carried(units: i128) -> Q {
    Q::new(units.into(), caudal_trace::ONE.into())
}

pub(crate) fn distance(a: &Q, b: &Q) -> Q {
    if a > b { a - b } else { b - a }
}

/// How far a carried figure may lie from the rational one.
pub(crate) fn carried_bound(world: &World) -> Q {
    let lines = whole(u128::from(world.ledger.line_count()));
    let mut growth = whole(1);
    for transfer in &world.case.transfers {
        let ratio = whole(transfer.received.unwrap_or(transfer.amount)) / whole(transfer.amount);
        growth *= ratio.max(whole(1));
    }
    lines * growth / whole(1 << caudal_trace::CARRIED_BITS)
}

/// A printed figure and, under rules with fractions, the carried one beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figure {
    pub(crate) printed: u128,
    pub(crate) carried: Option<Q>,
}

/// Figures by label.
pub(crate) type Figures = BTreeMap<String, Figure>;

/// What the engine found, under the names of the slow tracer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// What transfers paid.
    pub(crate) paid: BTreeMap<String, Figures>,
    /// What arrived, without carried figures.
    pub(crate) arrived: BTreeMap<String, Figures>,
    /// In the unit of the place.
    pub(crate) endings: BTreeMap<(EndingKind, String), Figures>,
    /// In the unit of the origin.
    pub(crate) of_origin: BTreeMap<(EndingKind, String), BTreeMap<String, u128>>,
    /// Gross and distinct.
    pub(crate) received: BTreeMap<String, (u128, Option<u128>)>,
}

fn kind(kind: caudal_trace::EndingKind) -> EndingKind {
    EndingKind::from_name(kind.as_str()).expect("a kind that the slow tracer knows")
}

/// Reads a trace under the names of the slow tracer.
pub(crate) fn found(world: &World, question: &Question, rule: &str, trace: &Trace) -> Found {
    let view = &world.ledger;
    let label = |origin: u32| question.origins[origin as usize].label.clone();
    let fractions = has_fractions(rule);
    let mut found = Found::default();
    for traced in &trace.lines {
        if view.line(traced.line).kind != caudal_ledger::LineKind::Transfer {
            continue;
        }
        let id = world.id(traced.line).to_owned();
        for cell in trace.cells_of(traced) {
            let paid = found.paid.entry(id.clone()).or_default();
            let paid = paid.entry(label(cell.origin)).or_default();
            paid.printed += cell.paid;
            if fractions {
                let known = paid.carried.take().unwrap_or_else(|| whole(0));
                paid.carried = Some(known + carried(cell.carried));
            }
            let arrived = found.arrived.entry(id.clone()).or_default();
            arrived.entry(label(cell.origin)).or_default().printed += cell.received;
        }
    }
    for ending in &trace.endings {
        let key = (kind(ending.kind), world.place(ending.place));
        let here = found.endings.entry(key.clone()).or_default();
        for &(origin, amount) in &ending.amounts {
            here.entry(label(origin)).or_default().printed += amount;
        }
        for &(origin, amount) in &ending.carried {
            let figure = here.entry(label(origin)).or_default();
            let known = figure.carried.take().unwrap_or_else(|| whole(0));
            figure.carried = Some(known + carried(amount));
        }
        let of_origin = found.of_origin.entry(key).or_default();
        for &(origin, amount) in &ending.origin_units {
            *of_origin.entry(label(origin)).or_default() += amount;
        }
    }
    let rule: Rule = rule.parse().expect("a rule");
    for received in caudal_trace::received(view, question, rule, trace) {
        let entry = found.received.entry(world.place(received.place)).or_insert((0, Some(0)));
        entry.0 += received.gross;
        entry.1 = entry.1.zip(received.distinct).map(|(a, b)| a + b);
    }
    found
}

/// Largest distances seen between printed and exact figures, over a run of comparisons.
#[derive(Debug)]
pub(crate) struct Worst {
    /// Of one figure of one origin in a line or an ending.
    pub(crate) figure: Q,
    /// Of a gross or distinct receipt, which sums figures.
    pub(crate) received: Q,
}

impl Default for Worst {
    fn default() -> Self {
        Self { figure: whole(0), received: whole(0) }
    }
}

/// The disagreements of the engine and the slow tracer about a forward question.
pub(crate) fn differences(
    world: &World,
    members: &[SlowOrigin],
    rule: &str,
    worst: &mut Worst,
) -> Vec<String> {
    let question = world.question(members);
    let trace = world.forward(&question, rule);
    let found = found(world, &question, rule, &trace);
    let asked = SlowQuestion { origins: members.to_vec(), rule: rule.to_owned() };
    let expected = slow::trace(&world.case, &asked);
    let mut compare = Compare { rule, bound: carried_bound(world), worst, wrong: Vec::new() };
    if rule != "poison" {
        compare.origins(&trace, &expected);
        compare.received(&found, &expected);
    }
    let empty = (Figures::new(), Composition::new());
    let slow_ids = expected.transfers.keys();
    let ids: BTreeSet<&String> = slow_ids.chain(found.paid.keys()).collect();
    for id in ids {
        let line = expected.transfers.get(id);
        let paid = line.map_or(&empty.1, |line| &line.traced);
        compare.figures(&format!("{id} paid"), found.paid.get(id).unwrap_or(&empty.0), paid);
        let arrived = line.map_or(&empty.1, |line| &line.traced_arrived);
        compare.figures(
            &format!("{id} arrived"),
            found.arrived.get(id).unwrap_or(&empty.0),
            arrived,
        );
    }
    compare.endings(&found, &expected);
    compare.balances(world, &expected);
    compare.wrong
}

struct Compare<'a> {
    rule: &'a str,
    bound: Q,
    worst: &'a mut Worst,
    wrong: Vec<String>,
}

impl Compare<'_> {
    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, engine: &T, slow: &T) {
        if engine != slow {
            self.wrong.push(format!("{}: {what}: engine {engine:?}, slow {slow:?}", self.rule));
        }
    }

    fn figures(&mut self, what: &str, engine: &Figures, slow: &Composition) {
        let labels: BTreeSet<&String> = engine.keys().chain(slow.keys()).collect();
        for label in labels {
            let figure = engine.get(label).cloned().unwrap_or_default();
            let exact = slow.get(label).cloned().unwrap_or_else(|| whole(0));
            self.figure(&format!("{what} of {label}"), &figure, &exact);
        }
    }

    fn figure(&mut self, what: &str, figure: &Figure, exact: &Q) {
        if !has_fractions(self.rule) {
            self.equal(what, &whole(figure.printed), exact);
            return;
        }
        if let Some(carried) = &figure.carried
            && distance(carried, exact) > self.bound
        {
            self.wrong.push(format!("{}: {what}: carried {carried}, slow {exact}", self.rule));
        }
        let off = distance(&whole(figure.printed), exact);
        self.worst.figure = self.worst.figure.clone().max(off);
    }

    fn origins(&mut self, trace: &Trace, slow: &SlowTrace) {
        for (engine, slow) in trace.origins.iter().zip(&slow.origins) {
            let what = format!("origin {}", slow.label);
            let figures = [(engine.traced, &slow.traced), (engine.overlap, &slow.overlap)];
            for (engine, slow) in figures {
                if has_fractions(self.rule) {
                    let off = distance(&whole(engine), slow);
                    self.worst.figure = self.worst.figure.clone().max(off);
                } else {
                    self.equal(&what, &whole(engine), slow);
                }
            }
        }
        self.equal("number of origins", &trace.origins.len(), &slow.origins.len());
    }

    fn endings(&mut self, engine: &Found, slow: &SlowTrace) {
        let keys: BTreeSet<_> = engine.endings.keys().chain(slow.endings.keys()).collect();
        for key in keys {
            let what = format!("{} {}", key.0, key.1);
            let nothing = BTreeMap::new();
            let amounts = slow.endings.get(key).unwrap_or(&nothing);
            let of = |of: fn(&slow::SlowAmount) -> &Q| -> Composition {
                amounts.iter().map(|(label, a)| (label.clone(), of(a).clone())).collect()
            };
            let here = engine.endings.get(key).cloned().unwrap_or_default();
            self.figures(&what, &here, &of(|a| &a.here));
            let units = engine.of_origin.get(key).cloned().unwrap_or_default();
            let units = units
                .into_iter()
                .map(|(label, printed)| (label, Figure { printed, carried: None }));
            self.figures(&format!("{what} in units"), &units.collect(), &of(|a| &a.of_origin));
        }
    }

    fn received(&mut self, engine: &Found, slow: &SlowTrace) {
        let places: BTreeSet<_> = engine.received.keys().chain(slow.received.keys()).collect();
        for place in places {
            let (gross, distinct) = engine.received.get(place).copied().unwrap_or((0, Some(0)));
            let distinct = distinct.expect("small ledgers have distinct receipts");
            let slow = slow.received.get(place).cloned().unwrap_or_default();
            if has_fractions(self.rule) {
                for (engine, slow) in [(gross, &slow.gross), (distinct, &slow.distinct)] {
                    let off = distance(&whole(engine), slow);
                    self.worst.received = self.worst.received.clone().max(off);
                }
            } else {
                let (gross, distinct) = (whole(gross), whole(distinct));
                self.equal(
                    &format!("received by {place}"),
                    &(gross, distinct),
                    &(slow.gross, slow.distinct),
                );
            }
        }
    }

    fn balances(&mut self, world: &World, slow: &SlowTrace) {
        let view = &world.ledger;
        for (account, balance) in &slow.balances {
            let Some(place) = world.account(account) else { continue };
            let engine = whole(view.closing_balance(place)) - whole(view.closing_debt(place));
            self.equal(&format!("balance of {account}"), &engine, balance);
        }
    }
}

/// The same case without what the bounds of the slow tracer do not know.
pub(crate) fn without_parts(case: &SlowCase, members: &[SlowOrigin]) -> Vec<SlowOrigin> {
    let is_between =
        |id: &str| case.transfers.iter().any(|t| t.id == id && case.is_account(&t.payer));
    let keeps =
        |member: &&SlowOrigin| !matches!(member, SlowOrigin::Part { id, .. } if is_between(id));
    members.iter().filter(keeps).cloned().collect()
}
