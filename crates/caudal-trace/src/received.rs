//! What each place received of the origins: every arrival, and every cent once.
//!
//! *Meaning.* A cent that comes back arrives twice. *Gross* sums arrivals; *distinct* counts a cent
//! the first time it reaches the place. Distinct figures of different places never add up to
//! anything; endings do (`TRACING` 13).

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{LedgerView, Line, PlaceIdx};

use crate::carried::{Side, first_passes};
use crate::fragment::IntervalSet;
use crate::holding::to_minor;
use crate::question::{OriginIdx, Question};
use crate::result::{Received, Trace};
use crate::rule::{Inner, Presumption, Rule};

/// Distinct receipts of a place under a rule with fractions cost a trace of their own; beyond this
/// many steps together they are left out rather than waited for.
const STEPS_MAX: usize = 20_000_000;

/// Gross and distinct receipts, by place. Empty for `poison`, which traces no amount.
pub fn received(
    view: &impl LedgerView,
    question: &Question,
    rule: Rule,
    trace: &Trace,
) -> Vec<Received> {
    match rule {
        Rule::Fifo | Rule::Lifo | Rule::Union(_, Inner::Fifo | Inner::Lifo) => exact(view, trace),
        Rule::ProRata => carried(view, question, None, trace),
        Rule::Union(presumption, Inner::ProRata) => {
            carried(view, question, Some(presumption), trace)
        }
        Rule::Poison | Rule::AtLeast | Rule::AtMost | Rule::PariPassu | Rule::CappedProRata => {
            Vec::new()
        }
    }
}

fn exact(view: &impl LedgerView, trace: &Trace) -> Vec<Received> {
    let mut seen: BTreeMap<(PlaceIdx, OriginIdx), IntervalSet> = BTreeMap::new();
    let mut sums: BTreeMap<PlaceIdx, (u128, u128)> = BTreeMap::new();
    for traced in &trace.lines {
        let Some(place) = view.arrives_at(traced.line) else { continue };
        let line = view.line(traced.line);
        for fragment in trace.fragments_of(traced) {
            let arriving = fragment.converted(line.paid, line.received);
            let seen = seen.entry((place, fragment.origin)).or_default();
            let (lo, hi) = (fragment.origin_lo, fragment.origin_hi);
            let unseen: u128 = seen.missing(lo, hi).iter().map(|(lo, hi)| hi - lo).sum();
            let of_all = arriving.origin_len().max(1);
            let distinct = crate::arith::mul_div(arriving.len(), unseen, of_all);
            seen.insert(lo, hi);
            let sum = sums.entry(place).or_default();
            sum.0 += arriving.len();
            sum.1 += distinct;
        }
    }
    let received = |(place, (gross, distinct))| Received { place, gross, distinct: Some(distinct) };
    sums.into_iter().map(received).collect()
}

fn carried(
    view: &impl LedgerView,
    question: &Question,
    presumption: Option<Presumption>,
    trace: &Trace,
) -> Vec<Received> {
    let mut gross: BTreeMap<PlaceIdx, u128> = BTreeMap::new();
    let mut paid: BTreeSet<PlaceIdx> = BTreeSet::new();
    let mut returned: BTreeSet<PlaceIdx> = BTreeSet::new();
    for traced in &trace.lines {
        paid.insert(view.payer(traced.line));
        let Some(place) = view.arrives_at(traced.line) else { continue };
        if paid.contains(&place) {
            returned.insert(place);
        }
        let arrived: u128 = trace.cells_of(traced).iter().map(|cell| cell.received).sum();
        *gross.entry(place).or_default() += arrived;
    }
    let affordable = returned.len().saturating_mul(trace.lines.len()) <= STEPS_MAX;
    let received = |(place, gross)| {
        let distinct = if !returned.contains(&place) {
            Some(gross)
        } else if affordable {
            let passes = |line, _: &Line| view.arrives_at(line) == Some(place);
            let passes = (&passes as _, Side::Arrived);
            let (first, _) = first_passes(view, presumption, question, passes);
            Some(to_minor(first.iter().sum()).min(gross))
        } else {
            None
        };
        Received { place, gross, distinct }
    };
    gross.into_iter().map(received).collect()
}
