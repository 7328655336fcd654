//! Routes: the lists of lines that traced money took to a target, and how much took each.
//!
//! *Shape.* Under exact rules a cent of an origin has one route: the lines that carry it, in ledger
//! order. Routes are read off the fragments of the trace. Under rules with fractions money spreads,
//! and routes are found from the target backwards, the largest first (`TRACING` 13).

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{LedgerView, Line, LineIdx, PlaceIdx};
use caudal_model::Currency;

use crate::arith::{carry, mul_div};
use crate::backward::{Target, target_currency};
use crate::carried::{Side, first_passes};
use crate::fine;
use crate::fragment::{Fragment, IntervalSet};
use crate::holding::to_minor;
use crate::question::{OriginIdx, Question};
use crate::result::{Amounts, EndingKind, Trace, add_amount};
use crate::rule::{Inner, Presumption, Rule};
use crate::spread;

/// One line along a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteHop {
    /// The line.
    pub line: LineIdx,
    /// Which of its cents took this route, under exact rules: disjoint, ascending. Empty where
    /// a conversion or fractions leave no single cents to name.
    pub cents: Vec<(u128, u128)>,
}

/// A route and the money that took exactly it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Whose money.
    pub origin: OriginIdx,
    /// In minor units of the origin (exact rules) or of the target (fractions).
    pub amount: u128,
    /// Under exact rules, minor units of the target that conversions made worth less than one unit
    /// of the origin each, so that `amount` cannot count them.
    pub fine_amount: u128,
    /// From the origin's first line to the target's line.
    pub hops: Vec<RouteHop>,
}

/// Routes to a target, the largest first, and what took further ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// At most as many as asked for.
    pub routes: Vec<Route>,
    /// Money on routes beyond those, by origin, in the same units.
    pub further: Amounts,
    /// The same for [`Route::fine_amount`].
    pub further_fine: Amounts,
}

/// The routes to a target. `None` under rules that trace no amounts.
pub fn routes<V: LedgerView>(
    view: &V,
    rule: Rule,
    trace: &Trace,
    target: Target,
    routes_max: usize,
) -> Option<Routes> {
    match rule {
        Rule::Fifo | Rule::Lifo | Rule::Union(_, Inner::Fifo | Inner::Lifo) => {
            Some(exact(trace, target, routes_max))
        }
        Rule::ProRata | Rule::Union(_, Inner::ProRata) => {
            Some(spread::routes(view, trace, target, routes_max))
        }
        _ => None,
    }
}

/// Fragments at the target: in its line, or at rest in its account.
fn at_target(trace: &Trace, target: Target) -> Vec<Fragment> {
    match target {
        Target::Line(line) => {
            trace.line(line).map_or_else(Vec::new, |l| trace.fragments_of(l).to_vec())
        }
        Target::Balance(place) => trace
            .rests
            .iter()
            .filter(|rest| rest.0 == EndingKind::Held && rest.1 == place)
            .map(|rest| rest.2)
            .collect(),
    }
}

fn exact(trace: &Trace, target: Target, routes_max: usize) -> Routes {
    let wanted = at_target(trace, target);
    let last = match target {
        Target::Line(line) => line,
        Target::Balance(_) => LineIdx::MAX,
    };
    let mut sets: BTreeMap<OriginIdx, IntervalSet> = BTreeMap::new();
    for fragment in wanted.iter().filter(|fragment| fragment.origin_len() > 0) {
        let set = sets.entry(fragment.origin).or_default();
        set.insert(fragment.origin_lo, fragment.origin_hi);
    }
    let mut found = Found::new();
    for (origin, carrying) in carrying(trace, &sets, last) {
        for (lo, hi, hops) in pieces(&carrying, &sets[&origin]) {
            add_route(&mut found, Route { origin, amount: hi - lo, fine_amount: 0, hops });
        }
    }
    let fine: Vec<Fragment> = wanted.into_iter().filter(Fragment::is_fine).collect();
    for route in fine::routes(trace, &fine, target) {
        add_route(&mut found, route);
    }
    let mut routes: Vec<Route> = found.into_values().collect();
    routes.sort_by_key(|route| Reverse((route.amount, route.fine_amount)));
    let (mut further, mut further_fine) = (Amounts::new(), Amounts::new());
    for route in routes.iter().skip(routes_max) {
        add_amount(&mut further, route.origin, route.amount);
        add_amount(&mut further_fine, route.origin, route.fine_amount);
    }
    further.retain(|&(_, amount)| amount > 0);
    further_fine.retain(|&(_, amount)| amount > 0);
    routes.truncate(routes_max);
    Routes { routes, further, further_fine }
}

/// Routes by origin and lines.
type Found = BTreeMap<(OriginIdx, Vec<LineIdx>), Route>;

fn add_route(found: &mut Found, route: Route) {
    let key = (route.origin, route.hops.iter().map(|hop| hop.line).collect());
    match found.entry(key) {
        Entry::Vacant(entry) => drop(entry.insert(route)),
        Entry::Occupied(mut entry) => {
            let known = entry.get_mut();
            let is_counted = route.amount > 0 && known.amount > 0;
            known.amount += route.amount;
            known.fine_amount += route.fine_amount;
            if is_counted {
                join(&mut known.hops, route.hops);
            } else {
                // What is counted in units of the origin is not what is too fine for them.
                known.hops.iter_mut().for_each(|hop| hop.cents.clear());
            }
        }
    }
}

/// Adds the cents of one piece to the hops of its route.
fn join(hops: &mut [RouteHop], more: Vec<RouteHop>) {
    for (hop, more) in hops.iter_mut().zip(more) {
        if hop.cents.is_empty() || more.cents.is_empty() {
            hop.cents.clear();
            continue;
        }
        hop.cents.extend(more.cents);
        hop.cents.sort_unstable();
        hop.cents.dedup_by(|next, last| {
            let joined = next.0 == last.1;
            if joined {
                last.1 = next.1;
            }
            joined
        });
    }
}

/// The fragments that carry some of the wanted cents, by origin, in ledger order.
pub(crate) fn carrying(
    trace: &Trace,
    sets: &BTreeMap<OriginIdx, IntervalSet>,
    last: LineIdx,
) -> BTreeMap<OriginIdx, Vec<(LineIdx, Fragment)>> {
    let meets = |f: &Fragment| {
        let set = sets.get(&f.origin).filter(|_| f.origin_len() > 0);
        set.is_some_and(|set| set.missing(f.origin_lo, f.origin_hi) != [(f.origin_lo, f.origin_hi)])
    };
    let mut carrying: BTreeMap<OriginIdx, Vec<(LineIdx, Fragment)>> = BTreeMap::new();
    for line in trace.lines.iter().take_while(|traced| traced.line <= last) {
        for fragment in trace.fragments_of(line).iter().filter(|f| meets(f)) {
            carrying.entry(fragment.origin).or_default().push((line.line, *fragment));
        }
    }
    carrying
}

/// Cuts a set of origin cents wherever its route changes.
pub(crate) fn pieces(
    carrying: &[(LineIdx, Fragment)],
    set: &IntervalSet,
) -> Vec<(u128, u128, Vec<RouteHop>)> {
    let mut cuts: BTreeSet<u128> = set.bounds().collect();
    cuts.extend(carrying.iter().flat_map(|(_, f)| [f.origin_lo, f.origin_hi]));
    let cuts: Vec<u128> = cuts.into_iter().collect();
    let mut hops: Vec<Vec<RouteHop>> = vec![Vec::new(); cuts.len()];
    for &(line, fragment) in carrying {
        let first = cuts.partition_point(|&cut| cut < fragment.origin_lo);
        for at in first..cuts.len() {
            if cuts[at] >= fragment.origin_hi {
                break;
            }
            hops[at].push(hop(line, &fragment, cuts[at], cuts[at + 1]));
        }
    }
    let spans = cuts.windows(2).zip(hops).map(|(span, hops)| (span[0], span[1], hops));
    spans.filter(|&(lo, hi, _)| set.missing(lo, hi).is_empty()).collect()
}

fn hop(line: LineIdx, fragment: &Fragment, lo: u128, hi: u128) -> RouteHop {
    let is_whole = lo == fragment.origin_lo && hi == fragment.origin_hi;
    let cents = if is_whole && !fragment.is_empty() {
        vec![(fragment.lo, fragment.hi)]
    } else if fragment.len() != fragment.origin_len() {
        Vec::new()
    } else if fragment.is_mirrored {
        let end = fragment.lo + (fragment.origin_hi - lo);
        vec![(end - (hi - lo), end)]
    } else {
        let start = fragment.lo + (lo - fragment.origin_lo);
        vec![(start, start + (hi - lo))]
    };
    RouteHop { line, cents }
}

/// How much of each origin reached a set of targets, each cent counted once, at the first target it
/// met. In the currency of the targets, one entry for each origin and currency.
pub fn reached<V: LedgerView>(
    view: &V,
    question: &Question,
    rule: Rule,
    trace: &Trace,
    targets: &[Target],
) -> Vec<(OriginIdx, Currency, u128)> {
    let currency = |target: &Target| target_currency(view, *target);
    let currencies: BTreeSet<Currency> = targets.iter().map(currency).collect();
    let mut reached = Vec::new();
    for wanted in currencies {
        let here: Vec<Target> = targets.iter().filter(|t| currency(t) == wanted).copied().collect();
        let amounts = match rule {
            Rule::ProRata => spread_reached(view, question, (None, trace), &here),
            Rule::Union(presumption, Inner::ProRata) => {
                spread_reached(view, question, (Some(presumption), trace), &here)
            }
            Rule::Fifo | Rule::Lifo | Rule::Union(..) => exact_reached(trace, &here),
            _ => BTreeMap::new(),
        };
        let found = amounts.into_iter().filter(|&(_, amount)| amount > 0);
        reached.extend(found.map(|(origin, amount)| (origin, wanted, amount)));
    }
    reached.sort_unstable();
    reached
}

fn exact_reached(trace: &Trace, targets: &[Target]) -> BTreeMap<OriginIdx, u128> {
    let mut targets = targets.to_vec();
    targets.sort_unstable();
    let mut held: BTreeMap<PlaceIdx, Vec<Fragment>> = BTreeMap::new();
    for target in &targets {
        if let Target::Balance(place) = *target {
            held.insert(place, Vec::new());
        }
    }
    for (_, place, fragment) in trace.rests.iter().filter(|rest| rest.0 == EndingKind::Held) {
        if let Some(here) = held.get_mut(place) {
            here.push(*fragment);
        }
    }
    let mut seen: BTreeMap<OriginIdx, IntervalSet> = BTreeMap::new();
    let mut sums = BTreeMap::new();
    for target in targets {
        let here = match target {
            Target::Line(_) => at_target(trace, target),
            Target::Balance(place) => held.remove(&place).unwrap_or_default(),
        };
        for fragment in &here {
            let known = seen.entry(fragment.origin).or_default();
            *sums.entry(fragment.origin).or_insert(0) += unseen(fragment, known);
        }
        // A cent stands at one place at a time: only an earlier target can have counted it.
        for fragment in here {
            let (lo, hi) = coverage(&fragment);
            seen.entry(fragment.origin).or_default().insert(lo, hi);
        }
    }
    sums
}

/// Cents of the origin that a fragment is part of. Behind a conversion into a finer unit a fragment
/// can be less than one cent of its origin; it stands for that cent.
fn coverage(fragment: &Fragment) -> (u128, u128) {
    (fragment.origin_lo, fragment.origin_hi.max(fragment.origin_lo + 1))
}

/// How much of a fragment, in its own unit, no earlier target has seen.
fn unseen(fragment: &Fragment, seen: &IntervalSet) -> u128 {
    let (lo, hi) = coverage(fragment);
    let missing: u128 = seen.missing(lo, hi).iter().map(|(lo, hi)| hi - lo).sum();
    mul_div(fragment.len(), missing, hi - lo)
}

/// Where no money passes two targets, what reached them is the sum of their printed figures, as they
/// stand in every schedule; else carried money is counted at its first pass, and rounded.
fn spread_reached<V: LedgerView>(
    view: &V,
    question: &Question,
    (presumption, trace): (Option<Presumption>, &Trace),
    targets: &[Target],
) -> BTreeMap<OriginIdx, u128> {
    let (carried, printed) = at_targets(trace, targets);
    let first = first_reached(view, question, presumption, targets);
    let origins = (0u32..).zip(first);
    origins
        .map(|(origin, first)| {
            let met = carried.get(&origin).copied().unwrap_or(0);
            let printed = printed.get(&origin).copied().unwrap_or(0);
            (origin, if met == first { printed } else { to_minor(first).min(printed) })
        })
        .collect()
}

/// Carried and printed money in targets by origin, added up.
fn at_targets(
    trace: &Trace,
    targets: &[Target],
) -> (BTreeMap<OriginIdx, i128>, BTreeMap<OriginIdx, u128>) {
    let (mut carried, mut printed) = (BTreeMap::new(), BTreeMap::new());
    for &target in targets {
        for (origin, amount, figure) in spread::at_target(trace, target) {
            *carried.entry(origin).or_default() += amount;
            *printed.entry(origin).or_default() += figure;
        }
    }
    (carried, printed)
}

fn first_reached<V: LedgerView>(
    view: &V,
    question: &Question,
    presumption: Option<Presumption>,
    targets: &[Target],
) -> Vec<i128> {
    let lines: BTreeSet<LineIdx> = targets
        .iter()
        .filter_map(|target| if let Target::Line(line) = target { Some(*line) } else { None })
        .collect();
    let passes = |line_idx: LineIdx, _: &Line| lines.contains(&line_idx);
    let (mut first, trace) = first_passes(view, presumption, question, (&passes, Side::Paid));
    for target in targets {
        let Target::Balance(place) = *target else { continue };
        let held = trace.held(place).map_or(&[][..], |ending| &ending.carried);
        for &(split, carried) in held.iter().filter(|(split, _)| split % 2 == 0) {
            first[split as usize / 2] += carried;
        }
    }
    debug_assert!(first.iter().all(|&carried| carried >= 0 && carried < carry(1 << 86)));
    first
}
