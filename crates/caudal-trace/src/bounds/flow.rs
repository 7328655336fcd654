//! Maximum flow in a network whose edges follow time.
//!
//! *Method.* First the flow is poured through the network in the order of time, twice over all
//! edges: forward what the nodes behind can take, back what they could not. That fills long
//! histories of one account in one go. What is left to find are detours, by Dinic's method: levels
//! from the goal backwards, then all paths that descend. A level is a number of transfers, since
//! money that stays in its account has not gone anywhere: so the phases do not grow with the
//! length of an account's history.
//! *Shape.* Edges in flat arrays, each followed by its opposite; nothing recurses. When the steps
//! pass a limit that grows with the edges, the search ends with the smallest cut that the last
//! levels show: the maximum is between flow and cut.

use std::collections::VecDeque;

use super::meter::Meter;
use super::network::SOURCE;
use crate::drive::Cancelled;

const NONE: u32 = u32::MAX;

/// Steps for each edge after which a search is not finished but cut.
const STEPS_PER_EDGE: u64 = 400;

/// Between what the maximum flow is known to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    /// What flows.
    pub(super) least: u128,
    /// What no flow can exceed.
    pub(super) most: u128,
}

impl Reached {
    pub(super) fn is_exact(self) -> bool {
        self.least == self.most
    }
}

/// A network with node 0 as its source.
pub(super) struct Flow {
    /// For each pair of edges: whether money stays in its account.
    stores: Vec<bool>,
    to: Vec<u32>,
    room: Vec<u128>,
    /// Nodes in the order of time: no edge leads back in it.
    order: Vec<u32>,
    /// Edges by the node that they leave, and where each node's begin.
    edges: Vec<u32>,
    first: Vec<u32>,
    /// The edges by which places asked in turn let their money go, and the source that can hold
    /// it, by node.
    places: Vec<(u32, u32)>,
    nodes: usize,
    /// Steps for each edge after which a search is not finished but cut.
    steps_per_edge: u64,
    /// Edges looked at since the network was built.
    pub(super) steps: u64,
}

impl Flow {
    pub(super) fn with_nodes(nodes: usize) -> Self {
        Self {
            stores: Vec::new(),
            to: Vec::new(),
            room: Vec::new(),
            order: Vec::new(),
            edges: Vec::new(),
            first: Vec::new(),
            places: vec![(NONE, NONE); nodes],
            nodes,
            steps_per_edge: STEPS_PER_EDGE,
            steps: 0,
        }
    }

    pub(super) fn node(&mut self) -> u32 {
        self.nodes += 1;
        u32::try_from(self.nodes - 1).expect("fewer than 2^32 nodes")
    }

    /// An edge by which money moves.
    pub(super) fn edge(&mut self, from: u32, to: u32, room: u128) {
        if room > 0 {
            self.pair((from, to), room, false);
        }
    }

    /// An edge by which money stays in its account.
    pub(super) fn store(&mut self, from: u32, to: u32, room: u128) {
        if room > 0 {
            self.pair((from, to), room, true);
        }
    }

    /// The edge by which a place lets its money go; it can be held back.
    pub(super) fn place(&mut self, node: u32, to: u32, room: u128) {
        let goes = self.pair((node, to), room, false);
        let held = self.pair((SOURCE, node), 0, false);
        self.places[node as usize] = (goes, held);
    }

    fn pair(&mut self, (from, to): (u32, u32), room: u128, stores: bool) -> u32 {
        let edge = u32::try_from(self.to.len()).expect("fewer than 2^32 edges");
        self.stores.push(stores);
        self.to.extend([to, from]);
        self.room.extend([room, 0]);
        edge
    }

    /// Says that no edge will lead to a node any more: its place in the order of time.
    pub(super) fn seal(&mut self, node: u32) {
        self.order.push(node);
    }

    /// Sorts the edges by the node that they leave.
    pub(super) fn ready(mut self) -> Self {
        let mut first = vec![0u32; self.nodes + 2];
        for edge in 0..self.to.len() {
            first[self.to[edge ^ 1] as usize + 2] += 1;
        }
        for node in 2..first.len() {
            first[node] += first[node - 1];
        }
        let mut edges = vec![0u32; self.to.len()];
        for (number, edge) in (0u32..).zip(0..self.to.len()) {
            let slot = &mut first[self.to[edge ^ 1] as usize + 1];
            edges[*slot as usize] = number;
            *slot += 1;
        }
        first.pop();
        (self.first, self.edges) = (first, edges);
        self
    }

    /// How much more each edge can take.
    pub(super) fn rooms(&self) -> Vec<u128> {
        self.room.clone()
    }

    /// Puts back what [`Self::rooms`] gave.
    pub(super) fn set_rooms(&mut self, rooms: &[u128]) {
        self.room.copy_from_slice(rooms);
        self.steps = 0;
    }

    /// Nodes to which money can come from some nodes, in an empty network.
    pub(super) fn fed_by(&self, nodes: &[u32]) -> Vec<bool> {
        let mut fed = vec![false; self.nodes];
        for &node in nodes {
            fed[node as usize] = true;
        }
        for &node in self.order.iter().filter(|&&node| node != SOURCE) {
            if fed[node as usize] {
                for at in self.first[node as usize]..self.first[node as usize + 1] {
                    let edge = self.edges[at as usize];
                    if edge.is_multiple_of(2) {
                        fed[self.to[edge as usize] as usize] = true;
                    }
                }
            }
        }
        fed
    }

    /// Takes back what a place let go, and lets it look for another way. Gives how much it is.
    pub(super) fn hold_back(&mut self, node: u32) -> u128 {
        let (goes, held) = self.places[node as usize];
        let amount = std::mem::take(&mut self.room[goes as usize ^ 1]);
        self.room[goes as usize] = 0;
        self.room[held as usize] = amount;
        self.steps = 0;
        amount
    }

    /// Lets go again what found no other way. Gives how much it is.
    pub(super) fn let_go(&mut self, node: u32) -> u128 {
        let (goes, held) = self.places[node as usize];
        let left = std::mem::take(&mut self.room[held as usize]);
        self.room[held as usize ^ 1] = 0;
        self.room[goes as usize] = (1 << 100) - left;
        self.room[goes as usize ^ 1] = left;
        left
    }

    /// The maximum flow from the source to a node, in an empty network.
    pub(super) fn maximum(
        &mut self,
        goal: u32,
        meter: &mut Meter<'_>,
    ) -> Result<Reached, Cancelled> {
        let poured = self.pour(goal, meter)?;
        let more = self.augment(goal, meter)?;
        Ok(Reached { least: poured + more.least, most: poured + more.most })
    }

    fn count(&mut self, steps: usize, meter: &mut Meter<'_>) -> Result<(), Cancelled> {
        self.steps += steps as u64;
        meter.tick(steps as u64)
    }

    /// Fills the network in the order of time.
    fn pour(&mut self, goal: u32, meter: &mut Meter<'_>) -> Result<u128, Cancelled> {
        let mut takes = self.takes(goal);
        self.count(self.edges.len(), meter)?;
        let mut stands = vec![0u128; self.nodes];
        stands[SOURCE as usize] = takes[SOURCE as usize];
        for at in 0..self.order.len() {
            let node = self.order[at];
            if node != goal && stands[node as usize] > 0 {
                self.pour_from(node, &mut stands, &mut takes);
            }
        }
        self.count(self.edges.len(), meter)?;
        for at in (0..self.order.len()).rev() {
            let node = self.order[at];
            if node != goal && node != SOURCE && stands[node as usize] > 0 {
                self.pour_back(node, &mut stands);
            }
        }
        self.count(self.edges.len(), meter)?;
        Ok(stands[goal as usize])
    }

    /// How much each node could pass on towards the goal, if nothing else used the same way.
    fn takes(&self, goal: u32) -> Vec<u128> {
        let mut takes = vec![0u128; self.nodes];
        takes[goal as usize] = u128::MAX;
        for &node in self.order.iter().rev().filter(|&&node| node != goal) {
            let mut all = 0u128;
            for at in self.first[node as usize]..self.first[node as usize + 1] {
                let edge = self.edges[at as usize] as usize;
                if edge.is_multiple_of(2) {
                    all = all.saturating_add(self.room[edge].min(takes[self.to[edge] as usize]));
                }
            }
            takes[node as usize] = all;
        }
        takes
    }

    fn pour_from(&mut self, node: u32, stands: &mut [u128], takes: &mut [u128]) {
        for at in self.first[node as usize]..self.first[node as usize + 1] {
            let edge = self.edges[at as usize] as usize;
            let to = self.to[edge] as usize;
            let amount = stands[node as usize].min(self.room[edge]).min(takes[to]);
            if edge.is_multiple_of(2) && amount > 0 {
                takes[to] -= amount;
                self.push(edge, amount);
                stands[node as usize] -= amount;
                stands[to] += amount;
            }
        }
    }

    fn pour_back(&mut self, node: u32, stands: &mut [u128]) {
        for at in self.first[node as usize]..self.first[node as usize + 1] {
            let edge = self.edges[at as usize] as usize;
            let amount = stands[node as usize].min(self.room[edge]);
            if edge % 2 == 1 && amount > 0 {
                self.push(edge, amount);
                stands[node as usize] -= amount;
                stands[self.to[edge] as usize] += amount;
            }
        }
    }

    fn push(&mut self, edge: usize, amount: u128) {
        self.room[edge] -= amount;
        self.room[edge ^ 1] += amount;
    }

    /// Adds to the flow from the source to a node until no path is left.
    pub(super) fn augment(
        &mut self,
        goal: u32,
        meter: &mut Meter<'_>,
    ) -> Result<Reached, Cancelled> {
        let limit = self.steps + self.steps_per_edge * (self.edges.len() as u64 + 1000);
        let mut flow = 0;
        while let Some(levels) = self.levels(goal, meter)? {
            if self.steps > limit {
                return Ok(Reached { least: flow, most: flow + self.least_cut(&levels) });
            }
            flow += self.descend(goal, &levels, meter)?;
        }
        Ok(Reached { least: flow, most: flow })
    }

    /// Transfers from each node to the goal, as far as from the source; `None` if no way leads
    /// from there.
    fn levels(&mut self, goal: u32, meter: &mut Meter<'_>) -> Result<Option<Vec<u32>>, Cancelled> {
        let mut levels = vec![NONE; self.nodes];
        levels[goal as usize] = 0;
        let mut queue = VecDeque::from([(goal, 0)]);
        let mut seen = 0;
        while let Some((node, level)) = queue.pop_front() {
            if levels[node as usize] < level {
                continue;
            }
            if node == SOURCE {
                self.count(seen, meter)?;
                return Ok(Some(levels));
            }
            let (start, end) = (self.first[node as usize], self.first[node as usize + 1]);
            seen += (end - start) as usize;
            for at in start..end {
                let edge = self.edges[at as usize] as usize;
                let from = self.to[edge] as usize;
                let stores = self.stores[edge / 2];
                let next = level + u32::from(!stores);
                if self.room[edge ^ 1] > 0 && next < levels[from] {
                    levels[from] = next;
                    let entry = (self.to[edge], next);
                    if stores { queue.push_front(entry) } else { queue.push_back(entry) }
                }
            }
        }
        self.count(seen, meter)?;
        Ok(None)
    }

    /// The least that the edges from one level down to the next can still take.
    fn least_cut(&self, levels: &[u32]) -> u128 {
        let top = levels[SOURCE as usize];
        let mut cuts = vec![0u128; top as usize];
        for (edge, &to) in self.to.iter().enumerate() {
            let (from, to) = (levels[self.to[edge ^ 1] as usize], levels[to as usize]);
            if to < top && from > to {
                // No edge with room skips a level.
                cuts[to as usize] = cuts[to as usize].saturating_add(self.room[edge]);
            }
        }
        cuts.into_iter().min().unwrap_or(0)
    }

    /// Fills the paths that descend from the source to the goal.
    fn descend(
        &mut self,
        goal: u32,
        levels: &[u32],
        meter: &mut Meter<'_>,
    ) -> Result<u128, Cancelled> {
        let mut next: Vec<u32> = self.first.clone();
        let mut is_open = vec![false; self.nodes];
        let mut path = vec![Visit { node: SOURCE, wanted: u128::MAX, sent: 0 }];
        is_open[SOURCE as usize] = true;
        loop {
            self.count(1, meter)?;
            let visit = path.last_mut().expect("the source is left last");
            let node = visit.node as usize;
            if visit.node == goal {
                visit.sent = visit.wanted;
            }
            let is_done = visit.sent == visit.wanted || next[node] == self.first[node + 1];
            if !is_done {
                let edge = self.edges[next[node] as usize] as usize;
                let to = self.to[edge];
                let length = u32::from(!self.stores[edge / 2]);
                let descends =
                    levels[to as usize] != NONE && levels[to as usize] + length == levels[node];
                if descends && self.room[edge] > 0 && !is_open[to as usize] {
                    let wanted = (visit.wanted - visit.sent).min(self.room[edge]);
                    is_open[to as usize] = true;
                    path.push(Visit { node: to, wanted, sent: 0 });
                } else {
                    next[node] += 1;
                }
                continue;
            }
            let Visit { node, wanted, sent } = path.pop().expect("the visit that is done");
            is_open[node as usize] = false;
            let Some(before) = path.last_mut() else { return Ok(sent) };
            before.sent += sent;
            let at = &mut next[before.node as usize];
            let edge = self.edges[*at as usize] as usize;
            *at += u32::from(sent < wanted || self.room[edge] == sent);
            self.push(edge, sent);
        }
    }
}

/// A node on the path that is searched.
struct Visit {
    node: u32,
    /// What the path up to here can bring.
    wanted: u128,
    /// What found its way from here.
    sent: u128,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::unwatched;

    const GOAL: u32 = 1;

    fn found(flow: &mut Flow) -> Reached {
        let mut watch = unwatched;
        flow.maximum(GOAL, &mut Meter::new(0, &mut watch)).expect("not stopped")
    }

    #[test]
    fn flow_takes_every_detour() {
        let mut flow = Flow::with_nodes(2);
        let (a, b) = (flow.node(), flow.node());
        flow.edge(SOURCE, a, 10);
        flow.edge(SOURCE, b, 5);
        flow.edge(a, b, 15);
        flow.edge(a, GOAL, 4);
        flow.edge(b, GOAL, 20);
        for node in [SOURCE, a, b, GOAL] {
            flow.seal(node);
        }
        assert_eq!(found(&mut flow.ready()), Reached { least: 15, most: 15 });
    }

    /// A network of a few layers by a seed, with edges of both lengths.
    fn random(seed: u64) -> Flow {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut flow = Flow::with_nodes(2);
        let inner: Vec<u32> = (0..12).map(|_| flow.node()).collect();
        let order: Vec<u32> = [SOURCE].into_iter().chain(inner).chain([GOAL]).collect();
        for (at, &from) in order.iter().enumerate() {
            flow.seal(from);
            for &to in &order[at + 1..] {
                let room = u128::from(next(9));
                match next(4) {
                    0 => flow.edge(from, to, room),
                    1 if from != SOURCE && to != GOAL => flow.store(from, to, room),
                    _ => {}
                }
            }
        }
        flow.ready()
    }

    #[test]
    fn a_flow_that_was_not_finished_lies_with_its_cut_around_the_maximum() {
        let mut unfinished = 0;
        for seed in 0..3000 {
            let exact = found(&mut random(seed));
            assert!(exact.is_exact());
            let mut stopped = random(seed);
            stopped.steps_per_edge = 0;
            let stopped = found(&mut stopped);
            let holds = stopped.least <= exact.least && exact.least <= stopped.most;
            assert!(holds, "seed {seed}: {stopped:?}, {exact:?}");
            unfinished += u32::from(!stopped.is_exact());
        }
        assert!(unfinished > 20, "few networks need detours: {unfinished}");
    }
}
