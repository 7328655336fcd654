//! Routes under rules with fractions, where money spreads: searched from the target backwards, the
//! largest first.
//!
//! *Shape.* What a payment took of a holding came from the receipts before it, each in proportion to
//! what later payments had left of it. A partial route grows by one receipt at a time; the heap
//! holds, of each partial route, only its largest receipt not yet tried, so it stays small however
//! many receipts an account has.
//! *Units.* 2⁻⁴⁰ minor units of the target.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::arith::{carry, mul_div, nearest_whole};
use crate::backward::Target;
use crate::question::OriginIdx;
use crate::result::{Amounts, Trace, TracedLine, add_amount};
use crate::routes::{Route, RouteHop, Routes};

/// Work after which the search gives up, in receipts and payments looked at: money can spread over
/// more routes than anybody could read.
const WORK_MAX: usize = 20_000_000;

/// A step of the search costs about as much as looking at this many receipts.
const WORK_PER_STEP: usize = 40;

/// Money that rounds to nothing is no route of its own.
const LEAST: i128 = crate::arith::ONE / 2;

/// The largest routes to a target.
pub(crate) fn routes<V: LedgerView>(
    view: &V,
    trace: &Trace,
    target: Target,
    routes_max: usize,
) -> Routes {
    let mut routes = Vec::new();
    let mut further = Amounts::new();
    let mut work = 0;
    let mut drops = Drops::new();
    for &(line, place, origin) in &trace.dropped {
        drops.entry((place, origin)).or_default().push(line);
    }
    for (origin, amount, printed) in at_target(trace, target) {
        let mut search = Search::new(view, trace, (origin, target), &drops, work);
        search.run(amount, routes_max);
        // Routes and the rest are printed so that they add up to the figure of the target.
        let mut wanted: Vec<i128> = search.found.iter().map(|found| found.0).collect();
        wanted.push(amount - wanted.iter().sum::<i128>());
        let whole = nearest_whole(&wanted, &vec![printed; wanted.len()], printed);
        add_amount(&mut further, origin, whole[wanted.len() - 1]);
        for ((carried, lines), amount) in search.found.iter().zip(whole) {
            let hop = |&line: &LineIdx| RouteHop { line, cents: Vec::new() };
            if amount > 0 {
                let hops = lines.iter().map(hop).collect();
                routes.push((*carried, Route { origin, amount, fine_amount: 0, hops }));
            }
        }
        work = search.work;
    }
    routes.sort_by_key(|(carried, route)| Reverse((route.amount, *carried)));
    for (_, route) in routes.iter().skip(routes_max) {
        add_amount(&mut further, route.origin, route.amount);
    }
    routes.truncate(routes_max);
    let routes = routes.into_iter().map(|(_, route)| route).collect();
    Routes { routes, further, further_fine: Amounts::new() }
}

/// Lines behind which a holding of a place fell below the threshold.
type Drops = BTreeMap<(PlaceIdx, OriginIdx), Vec<LineIdx>>;

/// Money at the target by origin, as carried and as printed.
pub(crate) fn at_target(trace: &Trace, target: Target) -> Vec<(OriginIdx, i128, u128)> {
    match target {
        Target::Line(line) => trace.line(line).map_or_else(Vec::new, |traced| {
            let cells = trace.cells_of(traced).iter();
            cells.map(|cell| (cell.origin, cell.carried, cell.paid)).collect()
        }),
        Target::Balance(place) => trace.held(place).map_or_else(Vec::new, |held| {
            let printed = |origin: OriginIdx| {
                let found = held.amounts.iter().find(|amount| amount.0 == origin);
                found.map_or(0, |amount| amount.1)
            };
            let carried = held.carried.iter();
            carried.map(|&(origin, carried)| (origin, carried, printed(origin))).collect()
        }),
    }
}

/// What a place received and paid of one origin.
#[derive(Clone, Copy)]
enum Event {
    Received {
        line: LineIdx,
        amount: u128,
    },
    /// So much of a whole left.
    Paid {
        line: LineIdx,
        taken: u128,
        whole: u128,
    },
}

impl Event {
    fn line(self) -> LineIdx {
        match self {
            Self::Received { line, .. } | Self::Paid { line, .. } => line,
        }
    }
}

/// What changes a holding.
#[derive(Clone, Copy)]
enum Change {
    Receipt(u128),
    Payment(u128),
    /// All of it leaves.
    All,
}

/// Receipts behind a payment or a balance, the largest first, with running sums.
type Behind = Rc<Vec<(LineIdx, u128)>>;

/// A line of a partial route, and the line behind it.
struct Node {
    line: LineIdx,
    next: Option<u32>,
}

/// What to try next, ordered by its money.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Try {
    amount: i128,
    /// Ties to what was found first.
    number: Reverse<u32>,
    step: Step,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// The money of a node, all of it still to be explained.
    Explain(u32),
    /// Money that starts at a node.
    Start(u32),
    /// The receipt at a position behind a node (or the target), of `whole` explained by receipts.
    Receipt { behind: Option<u32>, at: usize, whole: i128 },
}

struct Search<'a, V> {
    view: &'a V,
    trace: &'a Trace,
    origin: OriginIdx,
    target: Target,
    nodes: Vec<Node>,
    tries: BinaryHeap<Try>,
    tried: u32,
    drops: &'a Drops,
    events: BTreeMap<PlaceIdx, Rc<Vec<Event>>>,
    behind: BTreeMap<LineIdx, Behind>,
    found: Vec<(i128, Vec<LineIdx>)>,
    work: usize,
}

impl<'a, V: LedgerView> Search<'a, V> {
    fn new(
        view: &'a V,
        trace: &'a Trace,
        (origin, target): (OriginIdx, Target),
        drops: &'a Drops,
        work: usize,
    ) -> Self {
        Self {
            view,
            trace,
            origin,
            target,
            nodes: Vec::new(),
            tries: BinaryHeap::new(),
            tried: 0,
            drops,
            events: BTreeMap::new(),
            behind: BTreeMap::new(),
            found: Vec::new(),
            work,
        }
    }

    fn run(&mut self, amount: i128, routes_max: usize) {
        match self.target {
            Target::Line(line) => {
                let node = self.node(line, None);
                self.push(amount, Step::Explain(node));
            }
            Target::Balance(_) => self.receipt(None, 0, amount),
        }
        while let Some(Try { amount, step, .. }) = self.tries.pop() {
            self.work += WORK_PER_STEP;
            let is_done = self.found.len() >= routes_max || self.work > WORK_MAX;
            if is_done || amount < LEAST {
                return;
            }
            match step {
                Step::Explain(node) => self.explain(node, amount),
                Step::Start(node) => self.found.push((amount, self.lines(node))),
                Step::Receipt { behind, at, whole } => {
                    let receipt = self.behind(behind)[at].0;
                    let node = self.node(receipt, behind);
                    self.push(amount, Step::Explain(node));
                    self.receipt(behind, at + 1, whole);
                }
            }
        }
    }

    fn node(&mut self, line: LineIdx, next: Option<u32>) -> u32 {
        self.nodes.push(Node { line, next });
        u32::try_from(self.nodes.len() - 1).expect("the work is limited")
    }

    fn push(&mut self, amount: i128, step: Step) {
        self.tried += 1;
        if amount >= LEAST {
            self.tries.push(Try { amount, number: Reverse(self.tried), step });
        }
    }

    /// Lines from a node to the target.
    fn lines(&self, node: u32) -> Vec<LineIdx> {
        let mut lines = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at {
            let Node { line, next } = self.nodes[node as usize];
            lines.push(line);
            at = next;
        }
        lines
    }

    /// Money of a line started there, or came out of its payer's pool.
    fn explain(&mut self, node: u32, amount: i128) {
        let line = self.nodes[node as usize].line;
        let pooled = self.pooled(line, amount);
        self.push(amount - pooled, Step::Start(node));
        self.receipt(Some(node), 0, pooled);
    }

    /// Tries the receipt at a position behind a node.
    fn receipt(&mut self, behind: Option<u32>, at: usize, whole: i128) {
        if whole < LEAST {
            return;
        }
        let receipts = self.behind(behind);
        let sum = receipts.last().map_or(0, |last| last.1);
        let upto = |count: usize| {
            let held = count.checked_sub(1).map_or(0, |last| receipts[last].1);
            i128::try_from(mul_div(whole.unsigned_abs(), held, sum)).expect("a part fits")
        };
        if at < receipts.len() {
            let amount = upto(at + 1) - upto(at);
            self.push(amount, Step::Receipt { behind, at, whole });
        }
    }

    /// How much of the money in a payment came out of the pool rather than starting there.
    fn pooled(&self, payment: LineIdx, amount: i128) -> i128 {
        let started = self.started(payment);
        let whole = self.trace.line(payment).map_or(0, |traced| self.carried(traced));
        if started == 0 || whole <= 0 {
            return amount;
        }
        let pooled = (whole - started).max(0).unsigned_abs();
        let part = mul_div(amount.unsigned_abs(), pooled, whole.unsigned_abs());
        i128::try_from(part).expect("a part fits")
    }

    fn started(&self, line: LineIdx) -> i128 {
        let starts = &self.trace.starts;
        let first = starts.partition_point(|start| start.line < line);
        let here = starts[first..].iter().take_while(|start| start.line == line);
        here.filter(|start| start.origin == self.origin).map(|start| start.carried).sum()
    }

    fn carried(&self, traced: &TracedLine) -> i128 {
        let cells = self.trace.cells_of(traced);
        let found = cells.binary_search_by_key(&self.origin, |cell| cell.origin);
        found.map_or(0, |at| cells[at].carried)
    }

    /// The receipts behind a node, or behind the balance that is the target.
    fn behind(&mut self, node: Option<u32>) -> Behind {
        let line = node.map_or(LineIdx::MAX, |node| self.nodes[node as usize].line);
        if let Some(known) = self.behind.get(&line) {
            return Rc::clone(known);
        }
        let place = match (node, self.target) {
            (Some(_), _) => self.view.payer(line),
            (None, Target::Balance(place)) => place,
            (None, Target::Line(_)) => caudal_ledger::NO_PLACE,
        };
        let found = Rc::new(self.divide(place, line));
        self.behind.insert(line, Rc::clone(&found));
        found
    }

    /// What is left of each receipt of a place before a line: what arrived, less the share that each
    /// payment since has taken.
    fn divide(&mut self, place: PlaceIdx, before: LineIdx) -> Vec<(LineIdx, u128)> {
        const ONE: u128 = 1 << 100;
        if !self.view.is_account(place) {
            return Vec::new();
        }
        let events = self.events(place);
        let behind = events.partition_point(|event| event.line() < before);
        let mut left = ONE;
        let mut parts = Vec::new();
        for event in events[..behind].iter().rev() {
            self.work += 1;
            match *event {
                Event::Received { line, amount } => parts.push((line, mul_div(amount, left, ONE))),
                Event::Paid { taken, whole, .. } => {
                    left = mul_div(left, whole.saturating_sub(taken), whole.max(1));
                }
            }
            if left == 0 {
                break;
            }
        }
        parts.retain(|part| part.1 > 0);
        parts.sort_by_key(|&(line, amount)| (Reverse(amount), line));
        let mut sum = 0;
        for part in &mut parts {
            sum += part.1;
            part.1 = sum;
        }
        parts
    }

    fn events(&mut self, place: PlaceIdx) -> Rc<Vec<Event>> {
        if let Some(known) = self.events.get(&place) {
            return Rc::clone(known);
        }
        let found = Rc::new(self.list_events(place));
        self.work += found.len();
        self.events.insert(place, Rc::clone(&found));
        found
    }

    fn list_events(&self, place: PlaceIdx) -> Vec<Event> {
        let mut changes = Vec::new();
        for line in self.view.receipts(place).iter() {
            let Some(traced) = self.trace.line(line) else { continue };
            changes.push((line, Change::Receipt(self.arrived(traced))));
        }
        for line in self.view.payments(place).iter() {
            let Some(traced) = self.trace.line(line) else { continue };
            let taken = (self.carried(traced) - self.started(line)).max(0).unsigned_abs();
            let change = if self.empties(traced) { Change::All } else { Change::Payment(taken) };
            changes.push((line, change));
        }
        // A holding below the threshold leaves the trace behind the line that made it so small.
        let dropped = self.drops.get(&(place, self.origin)).into_iter().flatten();
        changes.extend(dropped.map(|&line| (line, Change::All)));
        changes.sort_by_key(|&(line, change)| (line, matches!(change, Change::All)));
        let mut held = 0;
        let event = |(line, change)| {
            let taken = match change {
                Change::Receipt(amount) => {
                    held += amount;
                    return Event::Received { line, amount };
                }
                Change::Payment(taken) => held.min(taken),
                Change::All => held,
            };
            let whole = held;
            held -= taken;
            Event::Paid { line, taken, whole }
        };
        changes.into_iter().map(event).collect()
    }

    /// Whether a payment leaves no origin money behind.
    fn empties(&self, traced: &TracedLine) -> bool {
        let line = self.view.line(traced.line);
        let balance = self.view.balance_before(traced.line);
        let taken: i128 = self.trace.cells_of(traced).iter().map(|cell| cell.carried).sum();
        line.paid == balance || (traced.whole < balance && taken == carry(traced.whole))
    }

    fn arrived(&self, traced: &TracedLine) -> u128 {
        let line = self.view.line(traced.line);
        let carried = self.carried(traced).max(0).unsigned_abs();
        if line.is_conversion { mul_div(carried, line.received, line.paid) } else { carried }
    }
}
