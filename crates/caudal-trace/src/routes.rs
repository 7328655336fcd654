//! Routes: the lists of lines that traced money took to a target, and how much took each.
//!
//! *Shape.* Under exact rules a cent of an origin has one route: the lines that carry it, in ledger
//! order. Routes are read off the fragments of the trace. Under rules with fractions money spreads,
//! and routes are found from the target backwards, the largest first (`TRACING` 13).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use caudal_ledger::{LedgerView, Line, LineIdx, PlaceIdx};
use caudal_model::Currency;

use crate::arith::{carry, mul_div};
use crate::backward::{Target, source_currency};
use crate::carried::{Side, first_passes, to_minor};
use crate::fragment::{Fragment, IntervalSet};
use crate::question::{OriginIdx, Question};
use crate::result::{EndingKind, Start, Trace, TracedLine};
use crate::rule::{Inner, Presumption, Rule};

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
    /// From the origin's first line to the target's line.
    pub hops: Vec<RouteHop>,
}

/// Routes to a target, the largest first, and what took further ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    /// At most as many as asked for.
    pub routes: Vec<Route>,
    /// Money on routes beyond those.
    pub further: u128,
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
            Some(spread(view, trace, target, routes_max))
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
    let mut found: BTreeMap<(OriginIdx, Vec<LineIdx>), (u128, Vec<RouteHop>)> = BTreeMap::new();
    let origins: BTreeSet<OriginIdx> = wanted.iter().map(|fragment| fragment.origin).collect();
    for origin in origins {
        let mut set = IntervalSet::default();
        for fragment in wanted.iter().filter(|f| f.origin == origin && f.origin_len() > 0) {
            set.insert(fragment.origin_lo, fragment.origin_hi);
        }
        for (lo, hi, hops) in pieces(trace, origin, &set, last) {
            let key = (origin, hops.iter().map(|hop| hop.line).collect());
            let entry = found.entry(key).or_insert_with(|| (0, Vec::new()));
            entry.0 += hi - lo;
            join(&mut entry.1, hops);
        }
    }
    let mut routes: Vec<Route> = found
        .into_iter()
        .map(|((origin, _), (amount, hops))| Route { origin, amount, hops })
        .collect();
    routes.sort_by_key(|route| Reverse(route.amount));
    let further = routes.iter().skip(routes_max).map(|route| route.amount).sum();
    routes.truncate(routes_max);
    Routes { routes, further }
}

/// Adds the cents of one piece to the hops of its route.
fn join(hops: &mut Vec<RouteHop>, more: Vec<RouteHop>) {
    if hops.is_empty() {
        *hops = more;
        return;
    }
    for (hop, more) in hops.iter_mut().zip(more) {
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

/// Cuts a set of origin cents wherever its route changes.
fn pieces(
    trace: &Trace,
    origin: OriginIdx,
    set: &IntervalSet,
    last: LineIdx,
) -> Vec<(u128, u128, Vec<RouteHop>)> {
    let meets = |f: &Fragment| {
        f.origin == origin
            && set.missing(f.origin_lo, f.origin_hi) != [(f.origin_lo, f.origin_hi)]
            && f.origin_len() > 0
    };
    let mut carrying: Vec<(LineIdx, Fragment)> = Vec::new();
    for line in trace.lines.iter().take_while(|traced| traced.line <= last) {
        let here = trace.fragments_of(line).iter().filter(|f| meets(f));
        carrying.extend(here.map(|fragment| (line.line, *fragment)));
    }
    let mut cuts: BTreeSet<u128> = set.bounds().collect();
    cuts.extend(carrying.iter().flat_map(|(_, f)| [f.origin_lo, f.origin_hi]));
    let cuts: Vec<u128> = cuts.into_iter().collect();
    let mut hops: Vec<Vec<RouteHop>> = vec![Vec::new(); cuts.len()];
    for (line, fragment) in carrying {
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
    let cents = if fragment.len() != fragment.origin_len() {
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

/// A route that is known from some line on, with the money that took it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Partial {
    /// In 2⁻⁴⁰ minor units of the target.
    amount: i128,
    /// The lines, the earliest last; reversed order breaks ties by the earliest.
    lines: Reverse<Vec<LineIdx>>,
}

/// Steps of the backward search, a guard against ledgers that spread money over millions of routes.
const SEARCH_MAX: usize = 200_000;

fn spread<V: LedgerView>(view: &V, trace: &Trace, target: Target, routes_max: usize) -> Routes {
    let mut found = Routes::default();
    let receipts = traced_receipts(view, trace);
    let origins: BTreeSet<OriginIdx> = trace.cells.iter().map(|cell| cell.origin).collect();
    for origin in origins {
        let mut heap = BinaryHeap::new();
        let search = Search { view, trace, origin, receipts: &receipts };
        match target {
            Target::Line(line) => {
                let amount = trace.line(line).map_or(0, |traced| search.carried(traced));
                heap.push(Partial { amount, lines: Reverse(vec![line]) });
            }
            Target::Balance(place) => {
                let held = trace.held(place).map_or(&[][..], |ending| &ending.carried);
                let amount = held.iter().find(|held| held.0 == origin).map_or(0, |held| held.1);
                let parts = search.parts(place, LineIdx::MAX, amount);
                heap.extend(
                    parts
                        .into_iter()
                        .map(|(line, amount)| Partial { amount, lines: Reverse(vec![line]) }),
                );
            }
        }
        search.run(heap, routes_max, &mut found);
    }
    found.routes.sort_by_key(|route| Reverse(route.amount));
    let beyond: u128 = found.routes.iter().skip(routes_max).map(|route| route.amount).sum();
    found.further += beyond;
    found.routes.truncate(routes_max);
    found
}

/// Traced lines by payee.
fn traced_receipts(view: &impl LedgerView, trace: &Trace) -> BTreeMap<PlaceIdx, Vec<usize>> {
    let mut receipts: BTreeMap<PlaceIdx, Vec<usize>> = BTreeMap::new();
    for (at, traced) in trace.lines.iter().enumerate() {
        receipts.entry(view.line(traced.line).payee).or_default().push(at);
    }
    receipts
}

struct Search<'a, V> {
    view: &'a V,
    trace: &'a Trace,
    origin: OriginIdx,
    receipts: &'a BTreeMap<PlaceIdx, Vec<usize>>,
}

impl<V: LedgerView> Search<'_, V> {
    fn run(&self, mut heap: BinaryHeap<Partial>, routes_max: usize, found: &mut Routes) {
        let mut steps = 0;
        let mut own = 0;
        while let Some(Partial { amount, lines }) = heap.pop() {
            steps += 1;
            if amount <= 0 {
                continue;
            }
            if own >= routes_max || steps > SEARCH_MAX {
                found.further += to_minor(amount + heap.iter().map(|p| p.amount).sum::<i128>());
                return;
            }
            let line = *lines.0.last().expect("a route has lines");
            let payer = self.view.payer(line);
            let parts = self.parts(payer, line, amount);
            let brought: i128 = parts.iter().map(|part| part.1).sum();
            if brought < amount && self.started(line) == 0 {
                // Less than 2⁻⁴⁰ for each payment: what rounding left without a receipt.
                found.further += to_minor(amount - brought);
            } else if brought < amount {
                own += 1;
                let hop = |&line| RouteHop { line, cents: Vec::new() };
                let hops = lines.0.iter().rev().map(hop).collect();
                let amount = to_minor(amount - brought);
                found.routes.push(Route { origin: self.origin, amount, hops });
            }
            for (receipt, amount) in parts {
                let mut lines = lines.0.clone();
                lines.push(receipt);
                heap.push(Partial { amount, lines: Reverse(lines) });
            }
        }
    }

    fn carried(&self, traced: &TracedLine) -> i128 {
        let cells = self.trace.cells_of(traced);
        cells.iter().find(|cell| cell.origin == self.origin).map_or(0, |cell| cell.carried)
    }

    /// Divides money that a place pays in a line among the receipts that brought it. A receipt's
    /// money shrinks with every payment between; shares are taken of what then remains.
    fn parts(&self, place: PlaceIdx, before: LineIdx, amount: i128) -> Vec<(LineIdx, i128)> {
        if amount <= 0 || place == caudal_ledger::NO_PLACE || !self.view.is_account(place) {
            return Vec::new();
        }
        let receipts = self.receipts.get(&place).map_or(&[][..], Vec::as_slice);
        let mut held: Vec<(LineIdx, u128)> = Vec::new();
        let mut payments = self.view.payments(place).iter().copied().peekable();
        for &at in receipts {
            let traced = &self.trace.lines[at];
            if traced.line >= before {
                break;
            }
            while let Some(payment) = payments.next_if(|&payment| payment < traced.line) {
                self.pay(payment, &mut held);
            }
            held.push((traced.line, self.arrived(traced)));
        }
        while let Some(payment) = payments.next_if(|&payment| payment < before) {
            self.pay(payment, &mut held);
        }
        let whole: u128 = held.iter().map(|held| held.1).sum();
        // A line may also start an origin: then receipts explain only what it took from the pool.
        let pooled = self.pooled(before, amount);
        let (mut sum, mut given) = (0u128, 0u128);
        let mut parts = Vec::new();
        for (line, held) in held {
            sum += held;
            let upto = mul_div(pooled.unsigned_abs(), sum, whole.max(1));
            let part = i128::try_from(upto - given).unwrap_or(0);
            given = upto;
            if part > 0 {
                parts.push((line, part));
            }
        }
        parts
    }

    /// How much of the money in a payment came out of the pool rather than starting there.
    fn pooled(&self, payment: LineIdx, amount: i128) -> i128 {
        let started = self.started(payment);
        let whole = self.trace.line(payment).map_or(0, |traced| self.carried(traced));
        if started == 0 || whole <= 0 {
            return amount;
        }
        let pooled = (whole - started).max(0).unsigned_abs();
        i128::try_from(mul_div(amount.unsigned_abs(), pooled, whole.unsigned_abs())).unwrap_or(0)
    }

    fn started(&self, line: LineIdx) -> i128 {
        let here = |start: &&Start| start.line == line && start.origin == self.origin;
        self.trace.starts.iter().filter(here).map(|start| start.carried).sum()
    }

    fn arrived(&self, traced: &TracedLine) -> u128 {
        let line = self.view.line(traced.line);
        let carried = self.carried(traced).max(0).unsigned_abs();
        mul_div(carried, line.received, line.paid)
    }

    fn pay(&self, payment: LineIdx, held: &mut Vec<(LineIdx, u128)>) {
        let Some(traced) = self.trace.line(payment) else { return };
        let taken = self.carried(traced).max(0).unsigned_abs();
        let whole: u128 = held.iter().map(|held| held.1).sum();
        for (_, held) in held.iter_mut() {
            *held -= mul_div(*held, taken.min(whole), whole.max(1));
        }
        held.retain(|held| held.1 > 0);
    }
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
    let currency = |target: &Target| match *target {
        Target::Line(line) => source_currency(view, line),
        Target::Balance(place) => view.place(place).currency,
    };
    let currencies: BTreeSet<Currency> = targets.iter().map(currency).collect();
    let mut reached = Vec::new();
    for wanted in currencies {
        let here: Vec<Target> = targets.iter().filter(|t| currency(t) == wanted).copied().collect();
        let amounts = match rule {
            Rule::ProRata => spread_reached(view, question, None, &here),
            Rule::Union(presumption, Inner::ProRata) => {
                spread_reached(view, question, Some(presumption), &here)
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
    let mut seen: BTreeMap<OriginIdx, (IntervalSet, u128)> = BTreeMap::new();
    for fragment in targets.iter().flat_map(|&target| at_target(trace, target)) {
        let (set, sum) = seen.entry(fragment.origin).or_default();
        let missing = set.missing(fragment.origin_lo, fragment.origin_hi);
        let unseen: u128 = missing.iter().map(|(lo, hi)| hi - lo).sum();
        *sum += mul_div(fragment.len(), unseen, fragment.origin_len().max(1));
        set.insert(fragment.origin_lo, fragment.origin_hi);
    }
    seen.into_iter().map(|(origin, (_, sum))| (origin, sum)).collect()
}

fn spread_reached<V: LedgerView>(
    view: &V,
    question: &Question,
    presumption: Option<Presumption>,
    targets: &[Target],
) -> BTreeMap<OriginIdx, u128> {
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
    (0u32..).zip(first).map(|(origin, carried)| (origin, to_minor(carried))).collect()
}
