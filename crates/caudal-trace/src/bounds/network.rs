//! The network of a bound: one node for each account and run of receipts followed by payments.
//!
//! *Shape.* Storage edges carry the balance between runs, transfer edges their amount. Where money
//! ends, its edge leads to the target that it meets or to [`ESCAPED`]. At a cut, what can still move
//! goes to [`BEHIND`], from where it may reach every target as far as this still receives money.

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use super::descent::Descent;
use super::flow::Flow;
use crate::backward::Target;
use crate::record::ending_at;

/// Where money of the origins comes from.
pub(super) const SOURCE: u32 = 0;
/// Where money goes that meets no target.
pub(super) const ESCAPED: u32 = 1;
/// Where money goes that meets one of the targets.
pub(super) const MET: u32 = 2;
/// Money that can still move behind the cut.
const BEHIND: u32 = 3;
/// The first place that is asked by itself.
pub(super) const FIRST_PLACE: u32 = 4;

/// More than any ledger holds, and far from what 128 bits hold.
const ENDLESS: u128 = 1 << 100;

/// What the bound is over.
pub(super) enum Goals<'a> {
    /// All of these together; money that met one is seen no more.
    Targets(&'a BTreeSet<Target>),
    /// Each of these places by itself, with its node.
    Places(BTreeMap<PlaceIdx, u32>),
}

/// Places with their nodes, in the order in which they are asked.
pub(super) fn numbered(places: &[PlaceIdx]) -> BTreeMap<PlaceIdx, u32> {
    places.iter().copied().zip(FIRST_PLACE..).collect()
}

/// Which network to build.
pub(super) struct Plan<'a> {
    pub(super) is_most: bool,
    pub(super) goals: Goals<'a>,
    /// For each line whether it can bring money to a target; absent where every line may.
    pub(super) useful: Option<&'a [bool]>,
    /// Lines whose origins are left out of an `at-least`, since their money may count already.
    pub(super) left_out: &'a BTreeSet<usize>,
}

/// A network, ready to be asked.
pub(super) struct Built {
    pub(super) flow: Flow,
    /// All money of origins whose ways the network knows.
    pub(super) entered: u128,
    /// Nodes at which converted money comes in.
    pub(super) converted: Vec<u32>,
}

/// Builds the network of the lines of a descent.
pub(super) fn build<V: LedgerView>(view: &V, descent: &Descent, plan: Plan<'_>) -> Built {
    let places = match &plan.goals {
        Goals::Targets(_) => 0,
        Goals::Places(places) => places.len(),
    };
    let fixed = FIRST_PLACE as usize + places;
    let mut network = Network {
        view,
        descent,
        stands: vec![None; view.place_count() as usize],
        met: Vec::new(),
        flow: Flow::with_nodes(fixed),
        entered: 0,
        converted: Vec::new(),
        plan,
    };
    network.flow.seal(SOURCE);
    for at in 0..descent.lines.len() {
        network.enter(at);
    }
    network.close_accounts();
    network.flow.seal(BEHIND);
    network.reach_behind_the_cut();
    network.close_places();
    let Network { flow, entered, converted, .. } = network;
    Built { flow: flow.ready(), entered, converted }
}

/// An account as the network grows: its node, and its balance after its last payment if that came
/// after its last receipt.
#[derive(Clone, Copy)]
struct Stand {
    node: u32,
    left: Option<u128>,
}

struct Network<'a, V> {
    view: &'a V,
    descent: &'a Descent,
    plan: Plan<'a>,
    stands: Vec<Option<Stand>>,
    met: Vec<PlaceIdx>,
    flow: Flow,
    entered: u128,
    converted: Vec<u32>,
}

impl<V: LedgerView> Network<'_, V> {
    fn enter(&mut self, at: usize) {
        let line_idx = self.descent.lines[at];
        let line = self.view.line(line_idx);
        let from = self.paying_node(line_idx);
        let named = self.descent.seeded[at];
        let is_most = self.plan.is_most;
        let seeded = if !is_most && self.plan.left_out.contains(&at) { 0 } else { named };
        self.entered += seeded;
        // Money that already carries an origin ends in what another origin names of the line: it
        // is counted there.
        if let (Some(node), false) = (from, is_most) {
            self.flow.edge(node, ESCAPED, named);
        }
        let goal = self.goal_of(line_idx, line.payee);
        let goes_on = self.goes_on(at, line.payee, line.is_conversion);
        if line.is_conversion && is_most && (self.is_place(goal) || (goal.is_none() && goes_on)) {
            let to = goal.unwrap_or_else(|| self.receiving_node(line.payee));
            self.flow.edge(SOURCE, to, line.received);
            self.converted.push(to);
            return;
        }
        let to = match goal {
            None if goes_on => Some(self.receiving_node(line.payee)),
            goal => self.end_at(goal),
        };
        if let Some(to) = to {
            self.flow.edge(SOURCE, to, seeded);
            if let Some(node) = from {
                self.flow.edge(node, to, line.paid - named);
            }
        }
    }

    /// The target at which money of a line is counted.
    fn goal_of(&self, line_idx: LineIdx, payee: PlaceIdx) -> Option<u32> {
        match &self.plan.goals {
            Goals::Targets(targets) => targets.contains(&Target::Line(line_idx)).then_some(MET),
            Goals::Places(places) if ending_at(self.view, payee).is_some() => {
                // Other currency that arrives is no origin money that must be there.
                let counts = self.plan.is_most || !self.view.line(line_idx).is_conversion;
                places.get(&payee).copied().filter(|_| counts)
            }
            Goals::Places(_) => None,
        }
    }

    fn is_place(&self, goal: Option<u32>) -> bool {
        goal.is_some() && matches!(self.plan.goals, Goals::Places(_))
    }

    /// Whether the money of a line goes on to where it can matter.
    fn goes_on(&self, at: usize, payee: PlaceIdx, is_conversion: bool) -> bool {
        let is_useful = self.plan.useful.is_none_or(|useful| useful[at]);
        let passes = self.plan.is_most || !is_conversion;
        is_useful && passes && ending_at(self.view, payee).is_none()
    }

    /// The node to which money goes that ends at a target, or at none; absent where it does not
    /// matter any more.
    fn end_at(&self, goal: Option<u32>) -> Option<u32> {
        match (&self.plan.goals, self.plan.is_most) {
            (_, true) => goal,
            (Goals::Targets(_), false) => goal.is_none().then_some(ESCAPED),
            (Goals::Places(_), false) => Some(goal.unwrap_or(ESCAPED)),
        }
    }

    /// The node that pays a line, if origin money can stand there.
    fn paying_node(&mut self, line_idx: LineIdx) -> Option<u32> {
        let payer = self.view.payer(line_idx);
        let stand = self.stands.get(payer as usize).copied().flatten()?;
        let balance = self.view.balance_before(line_idx);
        let node = match stand.left {
            // Other money came in since the last payment: what was left then is all that can be here.
            Some(left) if left != balance => {
                let node = self.store(stand.node, left);
                self.flow.seal(node);
                node
            }
            Some(_) => stand.node,
            None => {
                self.flow.seal(stand.node);
                stand.node
            }
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
        self.flow.store(node, next, balance);
        next
    }

    /// What stands in accounts at the end rests there, or can still move behind the cut.
    fn close_accounts(&mut self) {
        for place in std::mem::take(&mut self.met) {
            let Some(Stand { node, left }) = self.stands[place as usize] else { continue };
            if left.is_none() {
                self.flow.seal(node);
            }
            if self.descent.pays_on(self.view, place) {
                let to = if self.plan.is_most { BEHIND } else { ESCAPED };
                self.flow.edge(node, to, left.unwrap_or(ENDLESS));
                continue;
            }
            let goal = match &self.plan.goals {
                Goals::Targets(targets) => targets.contains(&Target::Balance(place)).then_some(MET),
                Goals::Places(places) => places.get(&place).copied(),
            };
            if let Some(to) = self.end_at(goal) {
                self.flow.edge(node, to, left.unwrap_or(self.view.closing_balance(place)));
            }
        }
    }

    /// What may come, or must come, to the targets behind the cut.
    fn reach_behind_the_cut(&mut self) {
        let Some(cut) = self.descent.cut else { return };
        if self.plan.is_most {
            let later: u128 = self.descent.later.iter().map(|later| later.1).sum();
            // Converted money could come in from anywhere.
            let later = if self.view.has_conversions() { ENDLESS } else { later };
            self.flow.edge(SOURCE, BEHIND, later);
            for (goal, room) in self.receipts_behind(cut) {
                self.flow.edge(BEHIND, goal, room);
            }
            return;
        }
        for &(line, amount, is_entering) in &self.descent.later {
            let payee = self.view.line(line).payee;
            let goal = self.goal_of(line, payee).filter(|_| is_entering);
            if let Some(goal) = goal {
                // It enters at its target: nothing can keep it from there.
                self.entered += amount;
                if self.is_place(Some(goal)) {
                    self.flow.edge(SOURCE, goal, amount);
                }
            }
        }
    }

    /// The most that each target can still receive behind the cut.
    fn receipts_behind(&self, cut: LineIdx) -> Vec<(u32, u128)> {
        let of_target = |target: &Target| match *target {
            Target::Line(line) if line >= cut => self.view.paid(line),
            Target::Line(_) => 0,
            Target::Balance(place) => self.view.closing_balance(place),
        };
        let of_place = |place: PlaceIdx| -> u128 {
            if self.view.is_account(place) {
                return self.view.closing_balance(place);
            }
            let receipts = self.view.receipts(place);
            let from = receipts.partition_point(|line| line < cut);
            receipts.from(from).map(|line| self.view.received(line)).sum()
        };
        match &self.plan.goals {
            Goals::Targets(targets) => vec![(MET, targets.iter().map(of_target).sum())],
            Goals::Places(places) => {
                places.iter().map(|(&place, &node)| (node, of_place(place))).collect()
            }
        }
    }

    /// For `at-least` of places in turn: what ends at a place counts as escaped for all others.
    fn close_places(&mut self) {
        if let Goals::Places(places) = &self.plan.goals {
            for &node in places.values() {
                self.flow.seal(node);
                if !self.plan.is_most {
                    self.flow.place(node, ESCAPED, ENDLESS);
                }
            }
        }
        self.flow.seal(MET);
        self.flow.seal(ESCAPED);
    }
}
