//! Rule-free bounds: the least and the most that any causal, conserving allocation can bring to a
//! set of targets. By maximum flow: exact, or else a valid outer bound that says why it is one.
//!
//! *Authority.* `law:oatway` (`at-most`: the claimant's election), `law:evans` (`at-least`: what
//! exceeds all other money must be origin money), `law:downing-v-cunningham` (order unknown).
//! *Shape.* [`Bounds::collect`] takes the lines that origin money can touch, in ledger order, up to
//! a limit ([`descent`]). [`Bounds::over`] and [`Bounds::by_place`] make a network of them
//! ([`network`]) and ask it for a maximum flow ([`flow`]). A cent counts once, at the first target
//! it meets. `at-most` is the maximum flow from origin money into the targets; `at-least` is all
//! origin money less the maximum flow that avoids them (`TRACING` 7).
//! *Scope.* The network is of one currency. A frontier is an ending, not a passage. So is a
//! conversion for `at-least`, which stays valid: what leaves that way counts as escaped. For
//! `at-most` money that comes back through a conversion counts whole, as if all of it could be origin
//! money. Where the lines end at the limit, money that can still move there may all reach a target
//! behind it, or escape. Such bounds are valid, but may be wider than need be.

mod descent;
mod flow;
mod meter;
mod network;

use std::collections::BTreeSet;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::backward::Target;
use crate::drive::Cancelled;
use crate::question::{Question, Watch};
use crate::record::ending_at;
use descent::Descent;
use meter::Meter;
use network::{Built, Goals, Plan};

/// Why a bound is valid but perhaps not tight; the gravest reason, if several apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Widened {
    /// Origin money touches more lines than were looked at.
    Cut,
    /// The search for a maximum flow was not finished.
    Unfinished,
    /// Money could count at a target, then become money of another origin, and count again.
    CountedAgain,
    /// Converted money can reach a target.
    Converted,
}

/// A bound, and how far it can be relied on to be tight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// The bound in minor units: it always holds.
    pub amount: u128,
    /// Lines that origin money can touch, as far as they were looked at.
    pub lines: usize,
    /// Whether origin money met a conversion, where the bound stops.
    pub stops_at_conversion: bool,
    /// Why the bound is perhaps not tight; `None` where it is exact.
    pub widened: Option<Widened>,
    /// After how many lines the search for what origin money touches was cut, if it was.
    pub cut_at: Option<usize>,
    /// Steps of the search for a maximum flow: a measure of work that no clock changes.
    pub steps: u64,
}

/// What bounds are computed from: the lines that the origins of a question can touch.
#[derive(Debug)]
pub struct Bounds<'a, V> {
    view: &'a V,
    descent: Descent,
}

/// Computes `at-least` (`is_most` false) or `at-most` over a set of targets.
pub fn bound<V: LedgerView>(
    view: &V,
    question: &Question,
    (targets, is_most): (&[Target], bool),
    watch: Watch<'_>,
) -> Result<Bound, Cancelled> {
    Bounds::collect(view, question, watch)?.over(targets, is_most, watch)
}

impl<'a, V: LedgerView> Bounds<'a, V> {
    /// Collects the lines that origin money can touch, up to [`Question::bound_lines_max`].
    pub fn collect(view: &'a V, question: &Question, watch: Watch<'_>) -> Result<Self, Cancelled> {
        Ok(Self { view, descent: Descent::of(view, question, watch)? })
    }

    /// `at-least` (`is_most` false) or `at-most` over all targets together.
    pub fn over(
        &self,
        targets: &[Target],
        is_most: bool,
        watch: Watch<'_>,
    ) -> Result<Bound, Cancelled> {
        let targets: BTreeSet<Target> = targets.iter().copied().collect();
        let counted_again = self.descent.counted_again(self.view, &targets);
        let useful = self.descent.useful(self.view, &targets, is_most);
        let goals = Goals::Targets(&targets);
        let plan = Plan { is_most, goals, useful: Some(&useful), left_out: &counted_again };
        let mut meter = Meter::new(self.view.line_count(), watch);
        let mut built = network::build(self.view, &self.descent, plan);
        let found = built
            .flow
            .maximum(if is_most { network::MET } else { network::ESCAPED }, &mut meter)?;
        // The outer side: a flow that was not finished is no more than its cut.
        let amount = if is_most { found.most } else { built.entered - found.most };
        let reasons = [
            (!found.is_exact(), Widened::Unfinished),
            (!counted_again.is_empty(), Widened::CountedAgain),
            (!built.converted.is_empty(), Widened::Converted),
        ];
        Ok(self.labelled(amount, &reasons, built.flow.steps))
    }

    /// The bound of each of several places by itself: all that a place received that is no account,
    /// the closing balance of an account. One network serves them all.
    pub fn by_place(
        &self,
        places: &[PlaceIdx],
        is_most: bool,
        watch: Watch<'_>,
    ) -> Result<Vec<Bound>, Cancelled> {
        let goals = Goals::Places(network::numbered(places));
        let nothing = BTreeSet::new();
        let plan = Plan { is_most, goals, useful: None, left_out: &nothing };
        let mut meter = Meter::new(self.view.line_count(), watch);
        let mut built = network::build(self.view, &self.descent, plan);
        let nodes = (0u32..).zip(places).map(|(at, _)| network::FIRST_PLACE + at);
        if is_most {
            let fed = built.flow.fed_by(&built.converted);
            let empty = built.flow.rooms();
            let mut bound = |node: u32| {
                built.flow.set_rooms(&empty);
                let found = built.flow.maximum(node, &mut meter)?;
                let reasons = [
                    (!found.is_exact(), Widened::Unfinished),
                    (fed[node as usize], Widened::Converted),
                ];
                Ok(self.labelled(found.most, &reasons, built.flow.steps))
            };
            return nodes.map(&mut bound).collect();
        }
        let mut all = built.flow.maximum(network::ESCAPED, &mut meter)?.least;
        let mut least_at = |node| self.least_at(node, (&mut built, &mut all), &mut meter);
        nodes.map(&mut least_at).collect()
    }

    /// `at-least` of a place, given a flow of `all` that takes every ending: what it holds that no
    /// other way takes away.
    fn least_at(
        &self,
        node: u32,
        (built, all): (&mut Built, &mut u128),
        meter: &mut Meter<'_>,
    ) -> Result<Bound, Cancelled> {
        let held = built.flow.hold_back(node);
        let found = built.flow.augment(network::ESCAPED, meter)?;
        let kept = built.flow.let_go(node);
        let avoiding = *all - held;
        // A flow that was not finished may have found more by now.
        *all = avoiding + found.least + kept;
        let amount = built.entered.saturating_sub(avoiding + found.most);
        let reasons = [(!found.is_exact(), Widened::Unfinished)];
        Ok(self.labelled(amount, &reasons, built.flow.steps))
    }

    fn labelled(&self, amount: u128, reasons: &[(bool, Widened)], steps: u64) -> Bound {
        let cut_at = self.descent.cut.map(|_| self.descent.lines.len());
        let applies = reasons.iter().filter(|reason| reason.0).map(|reason| reason.1);
        Bound {
            amount,
            lines: self.descent.lines.len(),
            stops_at_conversion: self.descent.meets_conversion,
            widened: cut_at.map(|_| Widened::Cut).into_iter().chain(applies).min(),
            cut_at,
            steps,
        }
    }

    /// Places where origin money can rest, as far as the lines were looked at, with the most of it
    /// that could: for an account its closing balance, for another place all exposed receipts.
    pub fn places(&self) -> Vec<(PlaceIdx, u128)> {
        let mut exposed: Vec<(PlaceIdx, u128)> = Vec::new();
        for &line_idx in &self.descent.lines {
            let line = self.view.line(line_idx);
            let is_account = ending_at(self.view, line.payee).is_none();
            exposed.push((line.payee, if is_account { 0 } else { line.received }));
        }
        exposed.sort_unstable_by_key(|&(place, _)| place);
        exposed.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1 += if is_same { next.1 } else { 0 };
            is_same
        });
        for (place, amount) in &mut exposed {
            if self.descent.is_exposed(*place) {
                *amount = self.view.closing_balance(*place);
            }
        }
        exposed.retain(|&(_, amount)| amount > 0);
        exposed
    }

    /// The line before which the search was cut, if it was.
    pub fn cut(&self) -> Option<LineIdx> {
        self.descent.cut
    }
}
