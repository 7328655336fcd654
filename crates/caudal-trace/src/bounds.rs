//! Rule-free bounds: the least and the most that any causal, conserving allocation can bring to a
//! set of targets. Exact, by maximum flow.
//!
//! *Authority.* `law:oatway` (`at-most`: the claimant's election), `law:evans` (`at-least`: what
//! exceeds all other money must be origin money), `law:downing-v-cunningham` (order unknown).
//! *Shape.* One node per account and run of receipts followed by payments. Storage edges carry the
//! balance between runs, transfer edges their amount. A cent counts once, at the first target it
//! meets. `at-most` is the maximum flow from origin money into the targets; `at-least` is all
//! origin money less the maximum flow that avoids them (`TRACING` 7).
//! *Scope.* The network is of one currency. A frontier is an ending, not a passage. So is a
//! conversion for `at-least`, which stays valid: what leaves that way counts as escaped. For
//! `at-most` money that comes back through a conversion counts whole, as if all of it could be origin
//! money: the bound stays valid, but may be wider than need be.

use std::collections::BTreeSet;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::backward::Target;
use crate::question::{Question, disjoint, unwatched};

/// A bound, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The bound in minor units; `None` where the part of the ledger it needs is too large, or where
    /// money could count at a target, then become money of another origin on its way, and count again.
    pub amount: Option<u128>,
    /// Lines that origin money can touch.
    pub lines: usize,
    /// Whether origin money met a conversion, where the bound stops.
    pub stops_at_conversion: bool,
    /// Whether the bound is valid but perhaps not tight, since converted money can reach a target.
    pub is_outer: bool,
}

/// Lines beyond which a bound is not computed.
const LINES_MAX: usize = 2_000_000;

/// Computes `at-least` (`is_most` false) or `at-most` over a set of targets.
pub fn bound<V: LedgerView>(
    view: &V,
    question: &Question,
    targets: &[Target],
    is_most: bool,
) -> Bound {
    let touched = crate::poison::forward(view, question, &mut unwatched);
    let touched = touched.expect("nobody watches, so nobody stops it");
    let lines: Vec<LineIdx> = touched.lines.iter().map(|traced| traced.line).collect();
    let targets: BTreeSet<Target> = targets.iter().copied().collect();
    let stops_at_conversion = lines.iter().any(|&line| view.line(line).is_conversion);
    if lines.len() > LINES_MAX || counts_twice(view, &lines, question, &targets) {
        return Bound { amount: None, lines: lines.len(), stops_at_conversion, is_outer: false };
    }
    let useful = useful(view, &lines, &targets, is_most);
    let mut network = Network::new(view, &targets, is_most);
    let mut next_seed = 0;
    for (&line, useful) in lines.iter().zip(useful) {
        let seeds = disjoint(question.seeds_of(line, &mut next_seed));
        let seeded = seeds.iter().map(|seed| seed.hi - seed.lo).sum();
        network.enter(line, seeded, useful);
    }
    let is_outer = network.is_outer;
    let amount = Some(network.finish());
    Bound { amount, lines: lines.len(), stops_at_conversion, is_outer }
}

/// Whether money that was counted at a target can reach a payment between accounts that is an origin
/// itself. Money of the payment would then count or not, depending on what it is: two kinds of money
/// in one network, which no flow of one kind computes.
fn counts_twice(
    view: &impl LedgerView,
    lines: &[LineIdx],
    question: &Question,
    targets: &BTreeSet<Target>,
) -> bool {
    let mut counted = vec![false; view.place_count() as usize];
    let mut next_seed = 0;
    for &line_idx in lines {
        let line = view.line(line_idx);
        let mut goes_on = targets.contains(&Target::Line(line_idx));
        let starts = !question.seeds_of(line_idx, &mut next_seed).is_empty();
        if view.is_account(line.payer) {
            let payer = &mut counted[line.payer as usize];
            if *payer && starts {
                return true;
            }
            goes_on |= *payer;
            *payer &= line.paid < view.balance_before(line_idx);
        }
        counted[line.payee as usize] |= goes_on && !line.is_conversion;
    }
    false
}

/// Which lines can still bring money to a target.
fn useful(
    view: &impl LedgerView,
    lines: &[LineIdx],
    targets: &BTreeSet<Target>,
    is_most: bool,
) -> Vec<bool> {
    let mut reaches = vec![false; view.place_count() as usize];
    for target in targets {
        if let Target::Balance(place) = *target {
            reaches[place as usize] = true;
        }
    }
    let mut useful = vec![false; lines.len()];
    for (at, &line_idx) in lines.iter().enumerate().rev() {
        let line = view.line(line_idx);
        let is_target = targets.contains(&Target::Line(line_idx));
        let passes = reaches[line.payee as usize];
        useful[at] = is_target || (passes && (is_most || !line.is_conversion));
        if view.is_account(line.payer) {
            let stays = line.paid < view.balance_before(line_idx);
            let payer = &mut reaches[line.payer as usize];
            let leads_on = is_target || (passes && !line.is_conversion);
            *payer = leads_on || (*payer && stays);
        }
    }
    useful
}

const SOURCE: u32 = 0;
const SINK: u32 = 1;

/// An account as the network grows: its node, and its balance after its last payment if that came
/// after its last receipt.
#[derive(Clone, Copy)]
struct Stand {
    node: u32,
    left: Option<u128>,
}

struct Network<'a, V> {
    view: &'a V,
    targets: &'a BTreeSet<Target>,
    is_most: bool,
    stands: Vec<Option<Stand>>,
    met: Vec<PlaceIdx>,
    flow: Flow,
    entered: u128,
    is_outer: bool,
}

impl<'a, V: LedgerView> Network<'a, V> {
    fn new(view: &'a V, targets: &'a BTreeSet<Target>, is_most: bool) -> Self {
        let stands = vec![None; view.place_count() as usize];
        let flow = Flow::with_nodes(2);
        let met = Vec::new();
        Self { view, targets, is_most, stands, met, flow, entered: 0, is_outer: false }
    }

    fn enter(&mut self, line_idx: LineIdx, seeded: u128, is_useful: bool) {
        let line = self.view.line(line_idx);
        let from = self.paying_node(line_idx);
        self.entered += seeded;
        let is_target = self.targets.contains(&Target::Line(line_idx));
        // Money that already carries an origin ends in what another origin names of the line: it
        // is counted there.
        if let (Some(node), false) = (from, self.is_most) {
            self.flow.edge(node, SINK, seeded);
        }
        if line.is_conversion && !is_target && is_useful {
            let to = self.receiving_node(line.payee);
            self.flow.edge(SOURCE, to, line.received);
            self.is_outer = true;
            return;
        }
        let unseeded = line.paid - seeded;
        let to = match (is_target, is_useful) {
            (true, _) if self.is_most => Some(SINK),
            (true, _) => None,
            (false, true) => Some(self.receiving_node(line.payee)),
            (false, false) => (!self.is_most).then_some(SINK),
        };
        if let Some(to) = to {
            self.flow.edge(SOURCE, to, seeded);
            if let Some(node) = from {
                self.flow.edge(node, to, unseeded);
            }
        }
    }

    /// The node that pays a line, if origin money can stand there.
    fn paying_node(&mut self, line_idx: LineIdx) -> Option<u32> {
        let payer = self.view.payer(line_idx);
        let stand = self.stands.get(payer as usize).copied().flatten()?;
        let balance = self.view.balance_before(line_idx);
        // Other money came in since the last payment: what was left then is all that can be here.
        let node = match stand.left {
            Some(left) if left != balance => self.store(stand.node, left),
            _ => stand.node,
        };
        let left = Some(balance - self.view.paid(line_idx));
        self.stands[payer as usize] = Some(Stand { node, left });
        Some(node)
    }

    fn receiving_node(&mut self, place: PlaceIdx) -> u32 {
        let node = match self.stands[place as usize] {
            None => {
                self.met.push(place);
                self.flow.node()
            }
            Some(Stand { node, left: None }) => node,
            Some(Stand { node, left: Some(left) }) => self.store(node, left),
        };
        self.stands[place as usize] = Some(Stand { node, left: None });
        node
    }

    fn store(&mut self, node: u32, balance: u128) -> u32 {
        let next = self.flow.node();
        self.flow.edge(node, next, balance);
        next
    }

    /// Closes the accounts and gives the bound.
    fn finish(mut self) -> u128 {
        for place in std::mem::take(&mut self.met) {
            let Some(Stand { node, left }) = self.stands[place as usize] else { continue };
            let is_target = self.targets.contains(&Target::Balance(place));
            if is_target == self.is_most {
                let balance = left.unwrap_or(self.view.closing_balance(place));
                self.flow.edge(node, SINK, balance);
            }
        }
        let flow = self.flow.maximum();
        if self.is_most { flow } else { self.entered - flow }
    }
}

/// Dinic's maximum flow from node 0 to node 1, without recursion.
struct Flow {
    first: Vec<u32>,
    next: Vec<u32>,
    to: Vec<u32>,
    room: Vec<u128>,
}

const NONE: u32 = u32::MAX;

impl Flow {
    fn with_nodes(nodes: usize) -> Self {
        Self { first: vec![NONE; nodes], next: Vec::new(), to: Vec::new(), room: Vec::new() }
    }

    fn node(&mut self) -> u32 {
        self.first.push(NONE);
        u32::try_from(self.first.len() - 1).expect("fewer than 2^32 nodes")
    }

    fn edge(&mut self, from: u32, to: u32, room: u128) {
        if room == 0 {
            return;
        }
        for (from, to, room) in [(from, to, room), (to, from, 0)] {
            let edge = u32::try_from(self.to.len()).expect("fewer than 2^32 edges");
            self.next.push(self.first[from as usize]);
            self.first[from as usize] = edge;
            self.to.push(to);
            self.room.push(room);
        }
    }

    fn maximum(&mut self) -> u128 {
        let mut flow = 0;
        while let Some(levels) = self.levels() {
            let mut arcs = self.first.clone();
            while let Some(path) = self.path(&levels, &mut arcs) {
                let room = |&edge: &u32| self.room[edge as usize];
                let least = path.iter().map(room).min().expect("a path has edges");
                for edge in path {
                    self.room[edge as usize] -= least;
                    self.room[edge as usize ^ 1] += least;
                }
                flow += least;
            }
        }
        flow
    }

    /// Distance of each node from the source, if the sink can be reached.
    fn levels(&self) -> Option<Vec<u32>> {
        let mut levels = vec![NONE; self.first.len()];
        levels[SOURCE as usize] = 0;
        let mut queue = std::collections::VecDeque::from([SOURCE]);
        while let Some(node) = queue.pop_front() {
            let mut edge = self.first[node as usize];
            while edge != NONE {
                let to = self.to[edge as usize];
                if self.room[edge as usize] > 0 && levels[to as usize] == NONE {
                    levels[to as usize] = levels[node as usize] + 1;
                    queue.push_back(to);
                }
                edge = self.next[edge as usize];
            }
        }
        (levels[SINK as usize] != NONE).then_some(levels)
    }

    /// One path with room in every edge; `arcs` remembers where each node's search stands.
    fn path(&self, levels: &[u32], arcs: &mut [u32]) -> Option<Vec<u32>> {
        let mut path: Vec<u32> = Vec::new();
        let mut node = SOURCE;
        while node != SINK {
            let edge = arcs[node as usize];
            if edge == NONE {
                let back = path.pop()?;
                node = self.to[back as usize ^ 1];
                arcs[node as usize] = self.next[arcs[node as usize] as usize];
                continue;
            }
            let to = self.to[edge as usize];
            let descends =
                levels[to as usize] != NONE && levels[to as usize] == levels[node as usize] + 1;
            if self.room[edge as usize] > 0 && descends {
                path.push(edge);
                node = to;
            } else {
                arcs[node as usize] = self.next[edge as usize];
            }
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flow_takes_every_detour() {
        let mut flow = Flow::with_nodes(2);
        let (a, b) = (flow.node(), flow.node());
        flow.edge(SOURCE, a, 10);
        flow.edge(SOURCE, b, 5);
        flow.edge(a, b, 15);
        flow.edge(a, SINK, 4);
        flow.edge(b, SINK, 20);
        assert_eq!(flow.maximum(), 15);
    }
}
