//! Rule-free bounds, twice: by enumeration on tiny ledgers, by plain maximum flow on others.
//!
//! *Meaning.* Over every causal allocation that conserves money, the least and the most origin
//! money that meets a set of targets; a cent counts once, at the first target it meets. It stops at
//! a conversion and at a frontier (`TRACING` 7).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::labelling::missing;
use super::line::{Kind, Line, entering, is_pool, lines};
use super::{Q, SlowCase, SlowOrigin, SlowTarget, net_reversals, whole};

/// How much of a line an origin starts with.
enum Start {
    /// So many units enter from outside or from an opening balance.
    Enters(u128),
    /// All of a payment between places of the ledger that carries no origin yet.
    Relabels,
}

fn start(case: &SlowCase, members: &[SlowOrigin], line: &Line) -> Start {
    match line.kind {
        Kind::Opening(at) => {
            let label = &case.openings[&line.payee][at].0;
            let named = members.iter().any(|member| match member {
                SlowOrigin::Label(wanted) => wanted == label,
                SlowOrigin::Opening { account, .. } => *account == line.payee,
                _ => false,
            });
            Start::Enters(if named { line.paid } else { 0 })
        }
        Kind::Transfer(at) => start_of_transfer(case, members, at),
        Kind::Loan | Kind::Birth | Kind::Repayment => Start::Enters(0),
    }
}

fn start_of_transfer(case: &SlowCase, members: &[SlowOrigin], at: usize) -> Start {
    let transfer = &case.transfers[at];
    let mut ranges = Vec::new();
    for member in members {
        match member {
            SlowOrigin::Transfer { id, .. } if *id == transfer.id => {
                ranges.push((whole(0), whole(transfer.amount)));
            }
            SlowOrigin::Part { id, from, to, .. } if *id == transfer.id => {
                ranges.push((whole(*from), whole(*to)));
            }
            SlowOrigin::Label(label) if !case.is_account(&transfer.payer) => {
                let mut lo = 0;
                for (known, amount) in entering(case, transfer) {
                    if known == *label {
                        ranges.push((whole(lo), whole(lo + amount)));
                    }
                    lo += amount;
                }
            }
            _ => {}
        }
    }
    let all = whole(transfer.amount);
    let unnamed: Q = missing(&whole(0), &all, &ranges).into_iter().map(|(lo, hi)| hi - lo).sum();
    let named = u128::try_from((all - unnamed).to_integer()).expect("whole cents");
    if !case.is_account(&transfer.payer) {
        return Start::Enters(named);
    }
    assert!(
        named == 0 || named == transfer.amount,
        "bounds know no part of a payment between accounts"
    );
    if named == 0 { Start::Enters(0) } else { Start::Relabels }
}

fn is_target(case: &SlowCase, targets: &BTreeSet<SlowTarget>, line: &Line) -> bool {
    match line.kind {
        Kind::Transfer(at) => {
            targets.contains(&SlowTarget::Transfer(case.transfers[at].id.clone()))
        }
        _ => false,
    }
}

/// Whether money goes on behind a line: into an account, and not converted.
fn goes_on(case: &SlowCase, line: &Line) -> bool {
    let converts = match line.kind {
        Kind::Transfer(at) => case.transfers[at].received.is_some(),
        _ => false,
    };
    is_pool(case, &line.payee) && !converts
}

/// What an account holds in one allocation: origin money that met no target yet, and that did.
type Held = (u128, u128);

/// Every allocation that differs so far: holdings by account, with the least and the most origin
/// money that met a target on the way to them.
type Allocations = BTreeMap<BTreeMap<String, Held>, (u128, u128)>;

/// The bounds by trying every allocation. For tiny ledgers only.
pub fn bounds_by_enumeration(
    case: &SlowCase,
    members: &[SlowOrigin],
    targets: &BTreeSet<SlowTarget>,
) -> (u128, u128) {
    let case = net_reversals(case);
    let mut allocations = Allocations::from([(BTreeMap::new(), (0, 0))]);
    for line in lines(&case) {
        let mut next = Allocations::new();
        let start = start(&case, members, &line);
        for (held, met) in &allocations {
            for (rest, carried) in payments(&case, &line, held) {
                let (unmet, counted) = match start {
                    Start::Enters(named) => (carried.0 + named, carried.1),
                    Start::Relabels => (line.paid - carried.1, carried.1),
                };
                let now = if is_target(&case, targets, &line) { unmet } else { 0 };
                let mut held = rest;
                if goes_on(&case, &line) {
                    let payee = held.entry(line.payee.clone()).or_default();
                    *payee = (payee.0 + unmet - now, payee.1 + counted + now);
                }
                let met = (met.0 + now, met.1 + now);
                let known = next.entry(held).or_insert(met);
                *known = (known.0.min(met.0), known.1.max(met.1));
            }
        }
        allocations = next;
    }
    let close = |(held, met): (BTreeMap<String, Held>, (u128, u128))| {
        let is_asked = |a: &String| targets.contains(&SlowTarget::Balance(a.clone()));
        let resting = held.iter().filter(|(account, _)| is_asked(account));
        let here: u128 = resting.map(|(_, held)| held.0).sum();
        (met.0 + here, met.1 + here)
    };
    let all: Vec<_> = allocations.into_iter().map(close).collect();
    let least = all.iter().map(|met| met.0).min().unwrap_or(0);
    (least, all.iter().map(|met| met.1).max().unwrap_or(0))
}

/// Every way in which the payer can pay a line: what all accounts hold then, and what it carries.
fn payments(
    case: &SlowCase,
    line: &Line,
    held: &BTreeMap<String, Held>,
) -> Vec<(BTreeMap<String, Held>, Held)> {
    if !is_pool(case, &line.payer) {
        return vec![(held.clone(), (0, 0))];
    }
    let (unmet, met) = held.get(&line.payer).copied().unwrap_or_default();
    let others = line.payer_before - unmet - met;
    let mut ways = Vec::new();
    for from_unmet in 0..=unmet.min(line.paid) {
        for from_met in 0..=met.min(line.paid - from_unmet) {
            if line.paid - from_unmet - from_met <= others {
                let mut rest = held.clone();
                rest.insert(line.payer.clone(), (unmet - from_unmet, met - from_met));
                ways.push((rest, (from_unmet, from_met)));
            }
        }
    }
    ways
}

/// The bounds by maximum flow over one node for each account and line.
pub fn bounds(
    case: &SlowCase,
    members: &[SlowOrigin],
    targets: &BTreeSet<SlowTarget>,
) -> (u128, u128) {
    let case = net_reversals(case);
    let (most, _) = flow(&case, members, targets, Side::Meets);
    let (escaping, all) = flow(&case, members, targets, Side::Avoids);
    (all - escaping, most)
}

/// Which origin money the flow carries to the sink.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Money that meets a target.
    Meets,
    /// Money that meets none.
    Avoids,
}

/// The maximum flow, and all origin money.
fn flow(
    case: &SlowCase,
    members: &[SlowOrigin],
    targets: &BTreeSet<SlowTarget>,
    side: Side,
) -> (u128, u128) {
    let mut network = Network::default();
    let (source, sink) = (network.node(), network.node());
    let mut stands: BTreeMap<String, (usize, u128)> = BTreeMap::new();
    let mut all = 0;
    for line in lines(case) {
        let entry = network.node();
        if is_pool(case, &line.payer) {
            let left = line.payer_before - line.paid;
            let before = network.node_of(&stands, &line.payer);
            let after = network.node();
            network.edge(before, after, left);
            network.edge(before, entry, line.paid);
            stands.insert(line.payer.clone(), (after, left));
        }
        let (named, relabels) = match start(case, members, &line) {
            Start::Enters(named) => (named, false),
            Start::Relabels => (line.paid, true),
        };
        all += named;
        let started = if relabels {
            // What already carries an origin ends here: it is counted again as what starts here.
            network.edge(entry, sink, if side == Side::Avoids { line.paid } else { 0 });
            let started = network.node();
            network.edge(entry, started, if side == Side::Meets { line.paid } else { 0 });
            let through = network.node();
            network.edge(started, through, line.paid);
            network.edge(source, started, named);
            through
        } else {
            network.edge(source, entry, named);
            entry
        };
        let is_target = is_target(case, targets, &line);
        if is_target || !goes_on(case, &line) {
            let ends = is_target == (side == Side::Meets);
            network.edge(started, sink, if ends { line.paid } else { 0 });
        }
        if is_pool(case, &line.payee) {
            let before = network.node_of(&stands, &line.payee);
            let after = network.node();
            network.edge(before, after, line.payee_before);
            let goes_on = goes_on(case, &line) && !is_target;
            network.edge(started, after, if goes_on { line.received } else { 0 });
            stands.insert(line.payee.clone(), (after, line.payee_before + line.received));
        }
    }
    for (account, (node, balance)) in stands {
        let is_target = targets.contains(&SlowTarget::Balance(account));
        let ends = is_target == (side == Side::Meets);
        network.edge(node, sink, if ends { balance } else { 0 });
    }
    (network.maximum(source, sink), all)
}

/// Capacities between nodes; what has flowed lowers one way and raises the other.
#[derive(Default)]
struct Network {
    edges: Vec<BTreeMap<usize, u128>>,
}

impl Network {
    fn node(&mut self) -> usize {
        self.edges.push(BTreeMap::new());
        self.edges.len() - 1
    }

    fn node_of(&mut self, stands: &BTreeMap<String, (usize, u128)>, account: &str) -> usize {
        stands.get(account).map_or_else(|| self.node(), |stand| stand.0)
    }

    fn edge(&mut self, from: usize, to: usize, capacity: u128) {
        if capacity > 0 {
            *self.edges[from].entry(to).or_default() += capacity;
        }
    }

    /// Shortest paths until none is left.
    fn maximum(&mut self, source: usize, sink: usize) -> u128 {
        let mut flow = 0;
        while let Some(path) = self.path(source, sink) {
            let steps = || path.windows(2).map(|step| (step[0], step[1]));
            let amount = steps().map(|(from, to)| self.edges[from][&to]).min().unwrap_or(0);
            for (from, to) in steps() {
                *self.edges[from].entry(to).or_default() -= amount;
                *self.edges[to].entry(from).or_default() += amount;
            }
            flow += amount;
        }
        flow
    }

    fn path(&self, source: usize, sink: usize) -> Option<Vec<usize>> {
        let mut before = vec![None; self.edges.len()];
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for (&next, _) in self.edges[node].iter().filter(|&(_, &left)| left > 0) {
                if next != source && before[next].is_none() {
                    before[next] = Some(node);
                    queue.push_back(next);
                }
            }
        }
        let mut path = vec![sink];
        while let Some(node) = before[path[path.len() - 1]] {
            path.push(node);
        }
        path.reverse();
        (path[0] == source).then_some(path)
    }
}
