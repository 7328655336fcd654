//! Where money came from: the composition of a transfer or of a balance, by source.
//!
//! *Shape.* `fifo` and `lifo` invert the index cent by cent. `pro-rata` sweeps the adjoint: the
//! weight with which a cent in each account ends in the target (`TRACING` 12.4). `poison` is
//! reachability. `difo` and `libr` have no backward direction without a traced set; ask forward
//! from the origins and read what reached the target.
//! *Units.* Amounts in the target's currency; they add up to the target. Weights count 2⁻¹⁰⁰.

use std::collections::BTreeMap;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::Tracer;
use crate::arith::{CARRIED_BITS, Few, checked_mul_div, mul_div, nearest_whole};
use crate::question::{Origin, Question, Seed, unwatched};
use crate::rule::Rule;

/// What a backward trace starts from, or a forward trace is read at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// All that a line pays.
    Line(LineIdx),
    /// What an account holds after the last line.
    Balance(PlaceIdx),
}

/// What one source contributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceAmount {
    /// The line through which the money entered the ledger: a transfer from outside or from a
    /// frontier, an opening, a loan or a birth.
    pub line: LineIdx,
    /// In minor units of the target; exposure under `poison`.
    pub amount: u128,
    /// Carried, for `pro-rata`.
    pub carried: i128,
}

/// The composition of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    /// Minor units of the target.
    pub total: u128,
    /// In ledger order.
    pub sources: Vec<SourceAmount>,
}

/// Why a target has no composition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackwardError {
    /// The rule depends on what is traced: it needs origins.
    #[error("the rule has no backward direction without origins")]
    NeedsOrigins,
    /// Conversions into very fine assets exceed the exact weights.
    #[error("the conversions on the way are too fine for exact weights")]
    TooFine,
}

/// The composition of a target under a rule.
pub fn backward<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    target: Target,
    rule: Rule,
) -> Result<Composition, BackwardError> {
    let view = tracer.view();
    let total = total(view, target);
    let sources = match rule {
        Rule::Fifo | Rule::Lifo => intervals(tracer, target, rule),
        Rule::ProRata => adjoint(view, target, total)?,
        Rule::Poison => reachable(view, target),
        _ => return Err(BackwardError::NeedsOrigins),
    };
    Ok(Composition { total, sources })
}

fn total(view: &impl LedgerView, target: Target) -> u128 {
    match target {
        Target::Line(line) => view.paid(line),
        Target::Balance(place) => view.closing_balance(place),
    }
}

/// Cents of lines, still to be followed back.
type Waiting = BTreeMap<LineIdx, Vec<(u128, u128)>>;

fn intervals<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    target: Target,
    rule: Rule,
) -> Vec<SourceAmount> {
    let view = tracer.view();
    let mut waiting = Waiting::new();
    let mut has_converted = match target {
        Target::Line(line) => {
            waiting.insert(line, vec![(0, view.paid(line))]);
            false
        }
        Target::Balance(place) => enter_balance(tracer, place, rule, &mut waiting),
    };
    let mut sources = BTreeMap::new();
    while let Some((line_idx, mut cents)) = waiting.pop_last() {
        merge(&mut cents);
        let payer = view.payer(line_idx);
        for (lo, hi) in cents {
            if view.is_account(payer) {
                has_converted |=
                    enter_receipts(tracer, (line_idx, payer), (lo, hi), rule, &mut waiting);
            } else {
                *sources.entry(line_idx).or_insert(0) += hi - lo;
            }
        }
    }
    if has_converted || sources.keys().any(|&line| view.line(line).is_conversion) {
        let candidates: Vec<LineIdx> = sources.keys().copied().collect();
        return by_forward(tracer, target, rule, &candidates);
    }
    let source = |(line, amount)| SourceAmount { line, amount, carried: 0 };
    sources.into_iter().map(source).collect()
}

fn merge(cents: &mut Vec<(u128, u128)>) {
    cents.sort_unstable();
    cents.dedup_by(|next, last| {
        let joined = next.0 <= last.1;
        if joined {
            last.1 = last.1.max(next.1);
        }
        joined
    });
}

/// The receipts behind cents `[lo, hi)` of a payment. Gives back whether a conversion was crossed.
fn enter_receipts<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    (payment, payer): (LineIdx, PlaceIdx),
    (lo, hi): (u128, u128),
    rule: Rule,
    waiting: &mut Waiting,
) -> bool {
    let view = tracer.view();
    if rule == Rule::Fifo || tracer.lifo().passes_on(view, payer) {
        let base = view.paid_before(payment);
        return enter_pipe(view, payer, (base + lo, base + hi), waiting);
    }
    let mut converted = false;
    for segment in tracer.lifo().of_payment(view, payment) {
        let end = segment.payment_lo + segment.len;
        let (from, to) = (lo.max(segment.payment_lo), hi.min(end));
        if from < to {
            let start = segment.receipt_lo + (end - to);
            converted |= enter(view, segment.receipt, (start, start + (to - from)), waiting);
        }
    }
    converted
}

/// The receipts behind cents `[lo, hi)` of all that an account ever paid, under `fifo`.
fn enter_pipe(
    view: &impl LedgerView,
    place: PlaceIdx,
    (lo, hi): (u128, u128),
    waiting: &mut Waiting,
) -> bool {
    let receipts = view.receipts(place);
    let behind = receipts.partition_point(|receipt| view.received_before(receipt) <= lo);
    let mut converted = false;
    for receipt in receipts.from(behind.saturating_sub(1)) {
        let start = view.received_before(receipt);
        let end = start + view.received(receipt);
        if start >= hi {
            break;
        }
        let (from, to) = (lo.max(start), hi.min(end));
        if from < to {
            converted |= enter(view, receipt, (from - start, to - start), waiting);
        }
    }
    converted
}

/// Notes cents `[lo, hi)` of what a line delivered. Behind a conversion, the cents that could have
/// become them.
fn enter(
    view: &impl LedgerView,
    line_idx: LineIdx,
    (lo, hi): (u128, u128),
    waiting: &mut Waiting,
) -> bool {
    let line = view.line(line_idx);
    let cents = if line.is_conversion {
        let up = |cent: u128| mul_div(cent, line.paid, line.received);
        (up(lo), (up(hi) + 1).min(line.paid))
    } else {
        (lo, hi)
    };
    waiting.entry(line_idx).or_default().push(cents);
    line.is_conversion
}

/// The receipts behind what an account holds. Gives back whether a conversion was crossed.
fn enter_balance<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    place: PlaceIdx,
    rule: Rule,
    waiting: &mut Waiting,
) -> bool {
    let view = tracer.view();
    if rule == Rule::Fifo {
        let paid = view.payments(place).last();
        let paid = paid.map_or(0, |last| view.paid_before(last) + view.paid(last));
        return enter_pipe(view, place, (paid, paid + view.closing_balance(place)), waiting);
    }
    let mut converted = false;
    for receipt in view.receipts(place).iter() {
        let kept = tracer.lifo().spent_from(receipt).unwrap_or(view.received(receipt));
        if kept > 0 {
            converted |= enter(view, receipt, (0, kept), waiting);
        }
    }
    converted
}

/// Across conversions the inverse of a boundary is not one cent, so candidates are traced forward
/// and read at the target: equal from both ends by construction.
fn by_forward<V: LedgerView>(
    tracer: &Tracer<'_, V>,
    target: Target,
    rule: Rule,
    candidates: &[LineIdx],
) -> Vec<SourceAmount> {
    let view = tracer.view();
    let (mut origins, mut seeds) = (Vec::new(), Vec::new());
    for (origin, &line) in (0u32..).zip(candidates) {
        origins.push(Origin { label: String::new(), currency: source_currency(view, line) });
        seeds.push(Seed { line, lo: 0, hi: view.paid(line), origin });
    }
    let mut question = Question::new(origins, seeds);
    // A composition that stopped half-way would no longer add up.
    question.fragments_max = usize::MAX;
    let trace = tracer.forward(&question, rule, &mut unwatched).ok().flatten();
    let trace = trace.expect("fifo and lifo trace, and nobody stops it");
    let amounts: BTreeMap<u32, u128> = match target {
        Target::Line(line) => trace.line(line).map_or_else(BTreeMap::new, |traced| {
            trace.cells_of(traced).iter().map(|cell| (cell.origin, cell.paid)).collect()
        }),
        Target::Balance(place) => trace
            .held(place)
            .map_or_else(BTreeMap::new, |ending| ending.amounts.iter().copied().collect()),
    };
    let found = amounts.into_iter().filter(|&(_, amount)| amount > 0);
    found
        .map(|(origin, amount)| SourceAmount {
            line: candidates[origin as usize],
            amount,
            carried: 0,
        })
        .collect()
}

/// The currency that the amounts of a target count: what its line pays, or its account holds.
pub fn target_currency(view: &impl LedgerView, target: Target) -> caudal_model::Currency {
    match target {
        Target::Line(line) => source_currency(view, line),
        Target::Balance(place) => view.place(place).currency,
    }
}

/// The currency a line is counted in on its payer's side.
pub fn source_currency(view: &impl LedgerView, line_idx: LineIdx) -> caudal_model::Currency {
    let line = view.line(line_idx);
    let place = if line.payer == caudal_ledger::NO_PLACE { line.payee } else { line.payer };
    view.place(place).currency
}

const WEIGHT_BITS: u32 = 100;

fn adjoint(
    view: &impl LedgerView,
    target: Target,
    total: u128,
) -> Result<Vec<SourceAmount>, BackwardError> {
    let bits = weight_bits(view)?;
    let one = 1u128 << bits;
    let mut weight = vec![0u128; view.place_count() as usize];
    let end = match target {
        Target::Balance(place) => {
            weight[place as usize] = one;
            view.line_count()
        }
        Target::Line(line) if !view.is_account(view.payer(line)) => {
            // Money that enters there is its own source.
            let whole = SourceAmount { line, amount: total, carried: crate::arith::carry(total) };
            return Ok(vec![whole]);
        }
        Target::Line(line) => {
            let (paid, balance) = (view.paid(line), view.balance_before(line));
            weight[view.payer(line) as usize] = mul_div(one, paid, balance);
            line
        }
    };
    let (mut lines, mut carried) = (Vec::new(), Vec::new());
    for line_idx in (0..end).rev() {
        let line = view.line(line_idx);
        let arriving = weight[line.payee as usize];
        if view.is_account(line.payer) {
            let payer = &mut weight[line.payer as usize];
            if *payer == 0 && arriving == 0 {
                continue;
            }
            let balance = view.balance_before(line_idx);
            let leaving = mul_div(*payer, line.paid, balance);
            // f·q/p of the payee's weight, with f = paid/balance: received/balance at once.
            let added = checked_mul_div(arriving, line.received, balance);
            let changed = added.and_then(|added| (*payer - leaving).checked_add(added));
            *payer = changed.ok_or(BackwardError::TooFine)?;
        } else if arriving > 0 {
            let part = checked_mul_div(line.received, arriving, 1 << (bits - CARRIED_BITS));
            let part = part.and_then(|part| i128::try_from(part).ok());
            lines.push(line_idx);
            carried.push(part.ok_or(BackwardError::TooFine)?);
        }
    }
    lines.reverse();
    carried.reverse();
    let whole = if lines.is_empty() {
        Few::new()
    } else {
        nearest_whole(&carried, &vec![total; lines.len()], total)
    };
    let sources = lines.into_iter().zip(whole).zip(carried);
    let sources = sources.map(|((line, amount), carried)| SourceAmount { line, amount, carried });
    Ok(sources.filter(|source| source.amount > 0 || source.carried > 0).collect())
}

/// Weights grow where money is converted into a finer unit; room is left for the finest.
fn weight_bits(view: &impl LedgerView) -> Result<u32, BackwardError> {
    let mut growth = 0;
    if view.has_conversions() {
        for line in (0..view.line_count()).map(|line| view.line(line)) {
            let ratio = line.received / line.paid;
            growth = growth.max(u128::BITS - ratio.leading_zeros());
        }
    }
    let bits = WEIGHT_BITS.saturating_sub(growth);
    if bits > CARRIED_BITS { Ok(bits) } else { Err(BackwardError::TooFine) }
}

fn reachable(view: &impl LedgerView, target: Target) -> Vec<SourceAmount> {
    let mut reaches = vec![false; view.place_count() as usize];
    let end = match target {
        Target::Balance(place) => {
            reaches[place as usize] = view.closing_balance(place) > 0;
            view.line_count()
        }
        Target::Line(line) => {
            let payer = view.payer(line);
            if !view.is_account(payer) {
                let amount = view.paid(line);
                return vec![SourceAmount { line, amount, carried: 0 }];
            }
            reaches[payer as usize] = true;
            line
        }
    };
    let mut sources = Vec::new();
    for line_idx in (0..end).rev() {
        let line = view.line(line_idx);
        let arriving = reaches[line.payee as usize];
        if view.is_account(line.payer) {
            let stays = line.paid < view.balance_before(line_idx);
            let payer = &mut reaches[line.payer as usize];
            *payer = arriving || (*payer && stays);
        } else if arriving {
            sources.push(SourceAmount { line: line_idx, amount: line.received, carried: 0 });
        }
    }
    sources.reverse();
    sources
}
