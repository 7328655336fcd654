//! From candidates to pairs: decisions, components, assignment, margin, and what stays open.

use std::collections::{BTreeMap, BTreeSet};

use super::assign::Assignment;
use super::candidates::Edge;
use super::rows::Rows;
use super::score::{Judge, Reason, ReasonSet};
use super::{Candidate, Decision, MatchOptions, Matching, Open, Pair, Side};

/// Candidates that an open side names.
const NAMED_MAX: usize = 16;

/// The decisions that can be kept; positions of sides.
#[derive(Default)]
pub(super) struct Decided {
    same: Vec<(usize, usize)>,
    taken: BTreeSet<usize>,
    different: BTreeSet<(usize, usize)>,
    refused: Vec<Decision>,
}

impl Decided {
    pub(super) fn of(sides: &[Side], decisions: &[Decision]) -> Self {
        let mut decided = Self::default();
        for &decision in decisions {
            if !decided.take(sides, decision) {
                decided.refused.push(decision);
            }
        }
        decided
    }

    /// Whether a decision can be kept.
    fn take(&mut self, sides: &[Side], decision: Decision) -> bool {
        let (Decision::Same(debit, credit) | Decision::Different(debit, credit)) = decision;
        let (Some(paid), Some(received)) = (sides.get(debit), sides.get(credit)) else {
            return false;
        };
        let has_minimum = paid.minor == i128::MIN;
        let is_pair = paid.minor < 0 && received.minor > 0 && !has_minimum;
        if !is_pair || paid.account == received.account {
            return false;
        }
        let is_same = self.same.contains(&(debit, credit));
        if matches!(decision, Decision::Different(..)) {
            return !is_same && {
                self.different.insert((debit, credit));
                true
            };
        }
        let is_free = [debit, credit].iter().all(|side| !self.taken.contains(side));
        if !is_free || self.different.contains(&(debit, credit)) {
            return false;
        }
        self.taken.extend([debit, credit]);
        self.same.push((debit, credit));
        true
    }

    /// Whether no decision speaks about a candidate.
    pub(super) fn leaves_open(&self, rows: &Rows, edge: &Edge) -> bool {
        let (debit, credit) = (rows.get(edge.debit).side, rows.get(edge.credit).side);
        !self.taken.contains(&debit)
            && !self.taken.contains(&credit)
            && !self.different.contains(&(debit, credit))
    }
}

/// Pairs and open sides among candidates, sorted by debit and credit.
pub(super) fn solve(
    rows: &Rows,
    edges: &[Edge],
    decided: &Decided,
    options: &MatchOptions,
) -> Matching {
    let mut fallbacks = Vec::new();
    let mut accepted: Vec<Edge> = Vec::new();
    let solver = Solver { rows, options };
    for component in components(rows.all.len(), edges) {
        if component.len() <= options.component_edges_max {
            accepted.extend(solver.exact(&component));
            continue;
        }
        fallbacks.push(component.len());
        for part in components(rows.all.len(), &solver.cut(&component)) {
            accepted.extend(if part.len() <= options.component_edges_max {
                solver.exact(&part)
            } else {
                solver.mutual(&part)
            });
        }
    }
    fallbacks.sort_unstable();
    let mut pairs: Vec<Pair> = accepted.iter().map(|edge| pair(rows, edge)).collect();
    pairs.extend(decided.same.iter().map(|&same| decided_pair(&solver, same)));
    pairs.sort_by_key(|pair| (pair.debit, pair.credit));
    let open = open(rows, edges, &accepted);
    Matching { pairs, open, refused: decided.refused.clone(), fallbacks }
}

fn pair(rows: &Rows, edge: &Edge) -> Pair {
    let (debit, credit) = (rows.get(edge.debit), rows.get(edge.credit));
    let is_one_currency = debit.currency == credit.currency;
    Pair {
        debit: debit.side,
        credit: credit.side,
        score: edge.score,
        reasons: edge.reasons,
        fee_minor: if is_one_currency { debit.minor - credit.minor } else { 0 },
        rate: (!is_one_currency).then_some((debit.minor, credit.minor)),
    }
}

fn decided_pair(solver: &Solver<'_>, (debit, credit): (usize, usize)) -> Pair {
    let rows = solver.rows;
    let edge = rows.of_side[debit].zip(rows.of_side[credit]).map(|(debit, credit)| {
        let judge = Judge { rows, options: solver.options };
        let found = judge.reasons(rows.get(debit), rows.get(credit));
        let mut reasons = found.unwrap_or_default();
        reasons.add(Reason::Decided);
        Edge { debit, credit, score: reasons.score(), reasons }
    });
    edge.map_or_else(
        || {
            let mut reasons = ReasonSet::default();
            reasons.add(Reason::Decided);
            Pair { debit, credit, score: 0, reasons, fee_minor: 0, rate: None }
        },
        |edge| pair(rows, &edge),
    )
}

/// Candidates without a pair on either side, by side.
fn open(rows: &Rows, edges: &[Edge], accepted: &[Edge]) -> Vec<Open> {
    let mut is_paired = vec![false; rows.all.len()];
    for edge in accepted {
        is_paired[edge.debit as usize] = true;
        is_paired[edge.credit as usize] = true;
    }
    let mut open: BTreeMap<usize, Vec<(i32, u32, Candidate)>> = BTreeMap::new();
    for edge in edges {
        if is_paired[edge.debit as usize] || is_paired[edge.credit as usize] {
            continue;
        }
        for (own, other) in [(edge.debit, edge.credit), (edge.credit, edge.debit)] {
            let side = rows.get(other).side;
            let candidate = Candidate { side, score: edge.score, reasons: edge.reasons };
            open.entry(rows.get(own).side).or_default().push((-edge.score, other, candidate));
        }
    }
    let sides = open.into_iter().map(|(side, mut candidates)| {
        candidates.sort_by_key(|(order, other, _)| (*order, *other));
        candidates.truncate(NAMED_MAX);
        Open { side, candidates: candidates.into_iter().map(|candidate| candidate.2).collect() }
    });
    sides.collect()
}

/// Candidates in connected groups, each sorted, in the order of their first.
fn components(rows: usize, edges: &[Edge]) -> Vec<Vec<Edge>> {
    let mut parent: Vec<usize> = (0..rows).collect();
    for edge in edges {
        let (one, other) =
            (root(&mut parent, edge.debit as usize), root(&mut parent, edge.credit as usize));
        parent[one.max(other)] = one.min(other);
    }
    let mut groups: BTreeMap<usize, Vec<Edge>> = BTreeMap::new();
    for edge in edges {
        groups.entry(root(&mut parent, edge.debit as usize)).or_default().push(*edge);
    }
    groups.into_values().collect()
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

struct Solver<'r> {
    rows: &'r Rows,
    options: &'r MatchOptions,
}

impl Solver<'_> {
    /// Twin numbers of debit and credit: pairs of one kind make the same ledger.
    fn kind(&self, edge: &Edge) -> (u32, u32) {
        (self.rows.get(edge.debit).twin, self.rows.get(edge.credit).twin)
    }

    /// What a pair moves: equal amounts between the same accounts, days apart, may be paired in
    /// several ways, but money moves from the one to the other as often in each of them. That the
    /// days are then the nearest is what the best assignment says.
    fn movement(&self, debit: u32, credit: u32) -> (u32, u32, i128, i128) {
        let (debit, credit) = (self.rows.get(debit), self.rows.get(credit));
        (debit.account, credit.account, debit.minor, credit.minor)
    }

    /// The best assignment, and of it the pairs that are good enough and clear enough.
    fn exact(&self, edges: &[Edge]) -> Vec<Edge> {
        let number = |rows: BTreeSet<u32>| -> Vec<u32> { rows.into_iter().collect() };
        let debits = number(edges.iter().map(|edge| edge.debit).collect());
        let credits = number(edges.iter().map(|edge| edge.credit).collect());
        let at =
            |list: &[u32], row: u32| list.binary_search(&row).expect("it is an end of an edge");
        let weight =
            |edge: &Edge| i64::from(edge.score) - i64::from(self.options.candidate_score_min) + 1;
        let arcs: Vec<(usize, usize, i64)> = edges
            .iter()
            .map(|edge| (at(&debits, edge.debit), at(&credits, edge.credit), weight(edge)))
            .collect();
        let best = Assignment::of(debits.len(), credits.len(), &arcs);
        let mut accepted = Vec::new();
        for (edge, &(left, right, _)) in edges.iter().zip(&arcs) {
            if best.right_of(left) != Some(right) || edge.score < self.options.pair_score_min {
                continue;
            }
            let movement = self.movement(edge.debit, edge.credit);
            let is_same_kind = |from: usize, to: usize| {
                let other = credits.get(to).map(|&credit| self.movement(debits[from], credit));
                other == Some(movement)
            };
            let margin = i64::from(self.options.margin);
            if best.loss_without(left, margin, is_same_kind) >= margin {
                accepted.push(*edge);
            }
        }
        self.in_order(edges, accepted)
    }

    /// Pairs of one kind, the first with the first, where that is as good.
    fn in_order(&self, edges: &[Edge], accepted: Vec<Edge>) -> Vec<Edge> {
        let mut kinds: BTreeMap<(u32, u32), Vec<Edge>> = BTreeMap::new();
        for edge in accepted {
            kinds.entry(self.kind(&edge)).or_default().push(edge);
        }
        let find = |debit: u32, credit: u32| {
            let at = edges.binary_search_by_key(&(debit, credit), |edge| (edge.debit, edge.credit));
            at.ok().map(|at| edges[at])
        };
        let sum = |some: &[Edge]| some.iter().map(|edge| i64::from(edge.score)).sum::<i64>();
        let ordered = |some: Vec<Edge>| {
            let mut credits: Vec<u32> = some.iter().map(|edge| edge.credit).collect();
            credits.sort_unstable();
            let pairs = some.iter().zip(credits).map(|(edge, credit)| find(edge.debit, credit));
            match pairs.collect::<Option<Vec<Edge>>>() {
                Some(pairs) if sum(&pairs) >= sum(&some) => pairs,
                _ => some,
            }
        };
        kinds.into_values().flat_map(ordered).collect()
    }

    /// Best and second-best score of each row, where candidates of the best one's kind do not count
    /// as second.
    fn two_best(&self, edges: &[Edge]) -> BTreeMap<u32, (i32, i32)> {
        let mut sorted: Vec<&Edge> = edges.iter().collect();
        sorted.sort_by_key(|edge| -edge.score);
        let mut best: BTreeMap<u32, ((u32, u32), i32, i32)> = BTreeMap::new();
        for edge in sorted {
            for row in [edge.debit, edge.credit] {
                let kind = self.kind(edge);
                let known = best.entry(row).or_insert((kind, edge.score, i32::MIN));
                if known.0 != kind {
                    known.2 = known.2.max(edge.score);
                }
            }
        }
        best.into_iter().map(|(row, (_, first, second))| (row, (first, second))).collect()
    }

    /// Without candidates for which both sides have one that is better by two margins.
    fn cut(&self, edges: &[Edge]) -> Vec<Edge> {
        let best = self.two_best(edges);
        let far = self.options.margin.saturating_mul(2);
        let is_far = |row: u32, score: i32| best[&row].0.saturating_sub(score) > far;
        let is_kept =
            |edge: &&Edge| !is_far(edge.debit, edge.score) || !is_far(edge.credit, edge.score);
        edges.iter().filter(is_kept).copied().collect()
    }

    /// Pairs that are the best of both sides by the margin; twins in order.
    fn mutual(&self, edges: &[Edge]) -> Vec<Edge> {
        let best = self.two_best(edges);
        let mut taken = BTreeSet::new();
        let is_clear = |row: u32, score: i32| {
            let (first, second) = best[&row];
            score == first && score.saturating_sub(second) >= self.options.margin
        };
        let mut accepted = Vec::new();
        for edge in edges {
            let ends = [edge.debit, edge.credit];
            let is_good = edge.score >= self.options.pair_score_min
                && ends.iter().all(|&row| is_clear(row, edge.score) && !taken.contains(&row));
            if is_good {
                taken.extend(ends);
                accepted.push(*edge);
            }
        }
        accepted
    }
}
