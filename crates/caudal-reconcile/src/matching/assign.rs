//! Assignment of the greatest sum in a sparse graph, and what it would lose without one of its pairs.
//!
//! *Authority.* Kuhn (1955), Munkres (1957), in the form of shortest augmenting paths with prices
//! (Jonker and Volgenant 1987). Every left node may also stay alone, at the price of nothing.
//!
//! *Shape.* Nodes on both sides are numbered from 0. Each left node costs one search, at most edges
//! times the logarithm of nodes. Of assignments with one sum the order of the edges decides.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

const NONE: usize = usize::MAX;

/// Distances and right nodes, the nearest first, of equal ones the one with the lowest number.
type Heap = BinaryHeap<(Reverse<i64>, Reverse<usize>)>;

/// A graph and its best assignment.
pub(super) struct Assignment {
    /// By left node: right nodes and costs (weights, negated). The last right node of each is its own
    /// and stands for staying alone.
    arcs: Vec<Vec<(usize, i64)>>,
    /// By right node: who has it.
    left_of: Vec<usize>,
    right_of: Vec<usize>,
    left_price: Vec<i64>,
    right_price: Vec<i64>,
}

/// What a search may do: arcs that it may not take, and right nodes where it ends.
struct Rules<'a> {
    is_closed: &'a dyn Fn(usize, usize) -> bool,
    is_goal: &'a dyn Fn(usize) -> bool,
}

struct Search {
    distance: Vec<i64>,
    /// By right node: the left node that it was reached from.
    from: Vec<usize>,
    reached: Vec<usize>,
    goal: Option<(usize, i64)>,
}

impl Assignment {
    /// The best assignment; `edges` are left, right and a weight above zero.
    pub(super) fn of(left: usize, right: usize, edges: &[(usize, usize, i64)]) -> Self {
        let mut arcs = vec![Vec::new(); left];
        for &(from, to, weight) in edges {
            arcs[from].push((to, -weight));
        }
        for (from, arcs) in arcs.iter_mut().enumerate() {
            arcs.push((right + from, 0));
        }
        let least = |arcs: &Vec<(usize, i64)>| arcs.iter().map(|arc| arc.1).min().unwrap_or(0);
        let mut new = Self {
            left_price: arcs.iter().map(least).collect(),
            right_price: vec![0; right + left],
            left_of: vec![NONE; right + left],
            right_of: vec![NONE; left],
            arcs,
        };
        (0..left).for_each(|from| new.augment(from));
        new
    }

    /// The right node of a left one, unless it is alone.
    pub(super) fn right_of(&self, left: usize) -> Option<usize> {
        let alone = self.left_of.len() - self.right_of.len();
        Some(self.right_of[left]).filter(|&right| right < alone)
    }

    /// How much smaller the sum becomes if a left node may not have what it has, nor any arc for which
    /// `is_barred` holds be taken up; no more than `limit`.
    pub(super) fn loss_without(
        &self,
        left: usize,
        limit: i64,
        is_barred: impl Fn(usize, usize) -> bool,
    ) -> i64 {
        let own = self.right_of[left];
        let is_closed = |from: usize, to: usize| {
            (from == left && to == own) || (self.right_of[from] != to && is_barred(from, to))
        };
        let rules = Rules { is_closed: &is_closed, is_goal: &|to| to == own };
        self.search(left, limit, &rules).goal.map_or(limit, |goal| goal.1)
    }

    fn augment(&mut self, left: usize) {
        let is_goal = |to: usize| self.left_of[to] == NONE;
        let rules = Rules { is_closed: &|_, _| false, is_goal: &is_goal };
        let search = self.search(left, i64::MAX, &rules);
        let (goal, length) = search.goal.expect("staying alone is always free");
        self.left_price[left] += length;
        for &to in &search.reached {
            let gain = length - search.distance[to];
            if gain > 0 && to != goal && self.left_of[to] != NONE {
                self.right_price[to] -= gain;
                self.left_price[self.left_of[to]] += gain;
            }
        }
        let mut to = goal;
        while to != NONE {
            let from = search.from[to];
            self.left_of[to] = from;
            to = std::mem::replace(&mut self.right_of[from], to);
        }
    }

    /// The shortest way from a left node over priced arcs to a goal; none if it is no shorter than
    /// `limit`. Where it comes to a free node that is no goal, it goes on from any other that it frees
    /// in exchange, at that one's price: free nodes have a price of zero, others none above it.
    fn search(&self, left: usize, limit: i64, rules: &Rules<'_>) -> Search {
        let mut found = Search {
            distance: vec![i64::MAX; self.left_of.len()],
            from: vec![NONE; self.left_of.len()],
            reached: Vec::new(),
            goal: None,
        };
        let mut heap = BinaryHeap::new();
        let mut has_freed = false;
        self.relax(&mut found, &mut heap, (left, 0), rules);
        while let Some((Reverse(length), Reverse(at))) = heap.pop() {
            if length >= limit || (rules.is_goal)(at) {
                found.goal = (length < limit).then_some((at, length));
                break;
            }
            if found.distance[at] < length {
                continue;
            }
            if self.left_of[at] != NONE {
                self.relax(&mut found, &mut heap, (self.left_of[at], length), rules);
            } else if !std::mem::replace(&mut has_freed, true) {
                self.free(&mut found, &mut heap, (length, limit));
            }
        }
        found
    }

    fn free(&self, found: &mut Search, heap: &mut Heap, (length, limit): (i64, i64)) {
        for (to, price) in self.right_price.iter().enumerate() {
            let new = length - price;
            if self.left_of[to] != NONE && new < limit && new < found.distance[to] {
                found.distance[to] = new;
                heap.push((Reverse(new), Reverse(to)));
            }
        }
    }

    fn relax(
        &self,
        found: &mut Search,
        heap: &mut Heap,
        (from, length): (usize, i64),
        rules: &Rules<'_>,
    ) {
        for &(to, cost) in &self.arcs[from] {
            if (rules.is_closed)(from, to) {
                continue;
            }
            let new = length + cost - self.left_price[from] - self.right_price[to];
            if new < found.distance[to] {
                if found.distance[to] == i64::MAX {
                    found.reached.push(to);
                }
                found.distance[to] = new;
                found.from[to] = from;
                heap.push((Reverse(new), Reverse(to)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(edges: &[(usize, usize, i64)], assignment: &Assignment) -> i64 {
        let is_taken = |&&(l, r, _): &&(usize, usize, i64)| assignment.right_of(l) == Some(r);
        edges.iter().filter(is_taken).map(|edge| edge.2).sum()
    }

    /// The greatest sum by trying everything.
    fn slow(edges: &[(usize, usize, i64)], left: usize, used: u32) -> i64 {
        if left == 0 {
            return 0;
        }
        let own = edges.iter().filter(|e| e.0 == left - 1 && used >> e.1 & 1 == 0);
        let with = own.map(|e| e.2 + slow(edges, left - 1, used | 1 << e.1)).max();
        with.unwrap_or(0).max(slow(edges, left - 1, used))
    }

    fn random(state: &mut u64, below: u64) -> u64 {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) % below
    }

    #[test]
    fn the_best_sum_and_every_loss_agree_with_trying_everything() {
        let mut state = 7;
        for round in 0..3_000 {
            let (left, right) = (1 + round % 6, 1 + round / 7 % 6);
            let mut edges = Vec::new();
            for l in 0..left {
                for r in 0..right {
                    if random(&mut state, 3) > 0 {
                        edges.push((l, r, 1 + i64::try_from(random(&mut state, 9)).unwrap()));
                    }
                }
            }
            let assignment = Assignment::of(left, right, &edges);
            let best = slow(&edges, left, 0);
            assert_eq!(sum(&edges, &assignment), best, "round {round}: {edges:?}");
            for l in 0..left {
                let Some(r) = assignment.right_of(l) else { continue };
                let others: Vec<_> =
                    edges.iter().copied().filter(|e| (e.0, e.1) != (l, r)).collect();
                let loss = assignment.loss_without(l, 1_000, |_, _| false);
                assert_eq!(loss, best - slow(&others, left, 0), "round {round}: {edges:?}");
            }
        }
    }
}
