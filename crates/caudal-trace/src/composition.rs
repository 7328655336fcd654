//! Whose money is where: every place by origin, after the last line, in one pass.
//!
//! *Shape.* A forward trace that keeps no lines ends with all that is asked for; [`holdings`] sets what
//! each place holds, or has received, beside it, so that rows add up. For one account `fifo` and
//! `lifo` need not follow every origin: [`holding_of`] inverts the account's balance through the index
//! and costs what lies behind it (`TRACING` 12.7).
//! *Units.* Minor units of the place; `origin_units` in the origin's own currency.

use caudal_ledger::{LedgerView, PlaceIdx};

use crate::backward::{Target, backward};
use crate::drive::Cancelled;
use crate::question::{Question, Seed, Watch};
use crate::result::{Amounts, EndingKind, OriginTotal, Trace, add_amount, sum};
use crate::rule::{Inner, Rule};
use crate::{Tracer, carried, many};

/// What one place holds of each origin, or what of each rests there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Why the money is there.
    pub kind: EndingKind,
    /// Where.
    pub place: PlaceIdx,
    /// What an account holds, or all that another place received. Where money is followed no further
    /// (below a threshold, or cut at a cap) only what the origins have there.
    pub total: u128,
    /// By origin.
    pub amounts: Amounts,
    /// By origin, in its own currency; over all places they add up to the origin.
    pub origin_units: Amounts,
    /// Money of no origin: `total` less all amounts.
    pub other: u128,
}

/// Every place that holds money of an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// By origin of the question.
    pub origins: Vec<OriginTotal>,
    /// By kind, then place.
    pub places: Vec<Holding>,
    /// Whether the cap of fragments stopped the trace.
    pub is_cut: bool,
    /// Largest distance between a printed figure and its carried value, in carried units.
    pub rounding_worst: u128,
}

/// Where the money of all origins is. `None` for rules that give no amounts of origins: exposure,
/// bounds and distributions.
pub fn holdings<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    question: &Question,
    rule: Rule,
    watch: Watch<'_>,
) -> Result<Option<Holdings>, Cancelled> {
    if rule == Rule::Poison {
        return Ok(None);
    }
    let question = Question { keep_lines: false, ..question.clone() };
    let view = tracer.view();
    let left_out = many::Carried::LeftOut;
    let trace = match rule {
        Rule::ProRata => Some(carried::forward(view, None, &question, (left_out, watch))?),
        Rule::Union(presumption, Inner::ProRata) => {
            Some(carried::forward(view, Some(presumption), &question, (left_out, watch))?)
        }
        _ => tracer.forward(&question, rule, watch)?,
    };
    Ok(trace.map(|trace| of_trace(view, trace)))
}

/// The holdings that a trace ends with.
fn of_trace(view: &impl LedgerView, trace: Trace) -> Holdings {
    let holding = |ending: crate::result::Ending| {
        let traced = sum(&ending.amounts);
        let total = match ending.kind {
            EndingKind::BelowThreshold | EndingKind::CutAtCap => traced,
            EndingKind::Held => view.closing_balance(ending.place),
            _ => received(view, ending.place),
        };
        let other = total.checked_sub(traced).expect("a place has all that is traced to it");
        let (amounts, origin_units) = (ending.amounts, ending.origin_units);
        Holding { kind: ending.kind, place: ending.place, total, amounts, origin_units, other }
    };
    let is_something =
        |holding: &Holding| !holding.amounts.is_empty() || !holding.origin_units.is_empty();
    Holdings {
        origins: trace.origins,
        places: trace.endings.into_iter().map(holding).filter(is_something).collect(),
        is_cut: trace.is_cut,
        rounding_worst: trace.rounding_worst,
    }
}

/// All that a place ever received.
fn received(view: &impl LedgerView, place: PlaceIdx) -> u128 {
    let last = view.receipts(place).last();
    last.map_or(0, |last| view.received_before(last) + view.received(last))
}

/// What one account holds of each origin, found from its balance backward. `None` where only a pass
/// forward can tell: rules other than `fifo` and `lifo`, conversions, a threshold, and origins that are
/// not all the money of lines through which it enters the ledger.
pub fn holding_of<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    question: &Question,
    rule: Rule,
    account: PlaceIdx,
) -> Option<Holding> {
    let view = tracer.view();
    if !is_invertible(view, question, rule) || !view.is_account(account) {
        return None;
    }
    let found = backward(tracer, Target::Balance(account), rule).ok()?;
    let mut amounts = Amounts::new();
    for source in &found.sources {
        // One seed a line, or the question were not invertible.
        let at = question.seeds.binary_search_by_key(&source.line, |seed| seed.line);
        if let Ok(at) = at {
            add_amount(&mut amounts, question.seeds[at].origin, source.amount);
        }
    }
    let other = found.total - sum(&amounts);
    let (kind, origin_units) = (EndingKind::Held, amounts.clone());
    Some(Holding { kind, place: account, total: found.total, amounts, origin_units, other })
}

fn is_invertible(view: &impl LedgerView, question: &Question, rule: Rule) -> bool {
    let is_whole_source = |seed: &Seed| {
        seed.lo == 0 && seed.hi == view.paid(seed.line) && !view.is_account(view.payer(seed.line))
    };
    matches!(rule, Rule::Fifo | Rule::Lifo)
        && question.threshold_atto == 0
        && !view.has_conversions()
        && question.seeds.iter().all(is_whole_source)
        && question.seeds.windows(2).all(|pair| pair[0].line != pair[1].line)
}
