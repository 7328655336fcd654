//! `fifo` and `lifo` by the index: a question costs what it touches.
//!
//! *Authority.* `law:clayton` for `fifo`; `law:boughner` names `lifo` among the candidates.
//! *Shape.* Lines with traced money wait in ledger order; each hands its fragments through the
//! pipe of its payee to the payments that spend them. Neither rule looks at what is traced, so the
//! mapping from receipts to payments stands in the ledger's index (`TRACING` 12.1, 12.2).

use std::collections::BTreeMap;

use caudal_columns::partition_point;
use caudal_ledger::{LedgerView, LifoIndex, Line, LineIdx, LineList, PlaceIdx};

use crate::drive::Cancelled;
use crate::fragment::Fragment;
use crate::question::{OriginIdx, Progress, Question, Watch};
use crate::record::{Recorder, ending_at};
use crate::result::{EndingKind, Trace};

/// How an account hands receipts on to payments.
pub(crate) trait Pipe {
    /// Follows cents of a receipt: parts that a payment takes, with the payment, in cents of the
    /// payment; and parts that stay, with `None`.
    fn spend(&self, receipt: LineIdx, line: &Line, cents: Fragment, out: &mut Vec<Spent>);
}

/// A part of a receipt and the payment that takes it.
pub(crate) type Spent = (Option<LineIdx>, Fragment);

/// Cent *k* into an account is cent *k* out of it.
pub(crate) struct Fifo<'a, V>(pub(crate) &'a V);

impl<V: LedgerView> Pipe for Fifo<'_, V> {
    fn spend(&self, receipt: LineIdx, line: &Line, cents: Fragment, out: &mut Vec<Spent>) {
        let view = self.0;
        let base = view.received_before(receipt);
        let payments = view.payments(line.payee);
        let lo = base + cents.lo;
        // A cent is received before it is paid out.
        let later = payments.partition_point(|payment| payment <= receipt);
        let behind = gallop(payments, later, |payment| view.paid_before(payment) <= lo);
        let mut at = cents.lo;
        for payment in payments.from(behind.saturating_sub(1).max(later)) {
            let start = view.paid_before(payment);
            let end = start + view.paid(payment);
            if at == cents.hi || start >= base + cents.hi {
                break;
            }
            if end <= base + at {
                continue;
            }
            let to = cents.hi.min(end - base);
            out.push((Some(payment), cents.part(at, to).moved_to(base + at - start)));
            at = to;
        }
        if at < cents.hi {
            out.push((None, cents.part(at, cents.hi)));
        }
    }
}

/// The first position from `start` on from which `before` holds no longer. What is wanted mostly lies
/// near the start, and each look costs a fetch from memory.
fn gallop(lines: LineList<'_>, start: usize, before: impl Fn(LineIdx) -> bool) -> usize {
    let (mut low, mut step) = (start, 1);
    while let Some(line) = lines.get(low + step - 1) {
        if !before(line) {
            break;
        }
        low += step;
        step *= 2;
    }
    let high = (low + step - 1).min(lines.len());
    partition_point(low..high, |at| lines.get(at).is_some_and(&before))
}

/// The newest cent in is the first out.
pub(crate) struct Lifo<'a, V>(pub(crate) &'a LifoIndex, pub(crate) &'a V);

impl<V: LedgerView> Pipe for Lifo<'_, V> {
    fn spend(&self, receipt: LineIdx, line: &Line, cents: Fragment, out: &mut Vec<Spent>) {
        if self.0.passes_on(self.1, line.payee) {
            return Fifo(self.1).spend(receipt, line, cents, out);
        }
        for segment in self.0.of_receipt(self.1, receipt, (cents.lo, cents.hi)) {
            let end = segment.receipt_lo + segment.len;
            let (lo, hi) = (cents.lo.max(segment.receipt_lo), cents.hi.min(end));
            let moved = cents.part(lo, hi).turned().moved_to(segment.payment_lo + (end - hi));
            out.push((Some(segment.payment), moved));
        }
        let kept = self.0.spent_from(receipt).unwrap_or(cents.hi).min(cents.hi);
        if cents.lo < kept {
            out.push((None, cents.part(cents.lo, kept)));
        }
    }
}

/// Traces forward through a pipe.
pub(crate) fn forward<V: LedgerView>(
    view: &V,
    pipe: &impl Pipe,
    question: &Question,
    watch: Watch<'_>,
) -> Result<Trace, Cancelled> {
    let mut trace = Forward {
        view,
        pipe,
        question,
        recorder: Recorder::new(view, question),
        pending: BTreeMap::new(),
        held: Vec::new(),
        holdings: Holdings::default(),
    };
    let mut steps = 0u64;
    while let Some(line) = trace.next_line() {
        steps += 1;
        if steps.is_multiple_of(1 << 14) {
            let progress = Progress { line, line_count: view.line_count() };
            watch(progress).is_continue().then_some(()).ok_or(Cancelled)?;
        }
        if trace.recorder.is_full() {
            trace.cut();
            break;
        }
        trace.step(line);
    }
    Ok(trace.finish())
}

/// A fragment that waits for its line, and the generation of the holding it belongs to.
type Waiting = (Fragment, u32);

struct Forward<'a, V, P> {
    view: &'a V,
    pipe: &'a P,
    question: &'a Question,
    recorder: Recorder<'a, V>,
    pending: BTreeMap<LineIdx, Vec<Waiting>>,
    held: Vec<(PlaceIdx, Waiting)>,
    holdings: Holdings,
}

/// What each account holds of each origin, and how often such a holding fell below the threshold
/// and left the trace: fragments of an older generation left with it. Empty without threshold.
#[derive(Default)]
struct Holdings(BTreeMap<(PlaceIdx, OriginIdx), (u128, u32)>);

impl Holdings {
    fn generation(&self, place: PlaceIdx, origin: OriginIdx) -> u32 {
        self.0.get(&(place, origin)).map_or(0, |&(_, generation)| generation)
    }

    fn add(&mut self, place: PlaceIdx, fragment: &Fragment) {
        self.0.entry((place, fragment.origin)).or_default().0 += fragment.len();
    }

    fn take(&mut self, place: PlaceIdx, fragment: &Fragment) {
        self.0.entry((place, fragment.origin)).or_default().0 -= fragment.len();
    }

    fn drop_below(&mut self, place: PlaceIdx, threshold: u128) {
        for (_, (holding, generation)) in self.0.range_mut((place, 0)..=(place, OriginIdx::MAX)) {
            if *holding > 0 && *holding < threshold {
                *holding = 0;
                *generation += 1;
            }
        }
    }
}

impl<V: LedgerView, P: Pipe> Forward<'_, V, P> {
    fn next_line(&self) -> Option<LineIdx> {
        let waiting = self.pending.first_key_value().map(|(&line, _)| line);
        waiting.into_iter().chain(self.recorder.next_start()).min()
    }

    fn step(&mut self, line_idx: LineIdx) {
        let line = self.view.line(line_idx);
        let mut fragments = self.take_waiting(line_idx, line.payer);
        self.recorder.label(line_idx, &mut fragments);
        let arriving = self.recorder.record(line_idx, &line, &fragments);
        self.drop_below(line.payer);
        match ending_at(self.view, line.payee) {
            Some(kind) => {
                for fragment in arriving {
                    self.recorder.rest(kind, line.payee, fragment);
                }
            }
            None => self.arrive(line_idx, &line, arriving),
        }
    }

    /// The fragments that a line carries on, without those that left the trace meanwhile.
    fn take_waiting(&mut self, line: LineIdx, payer: PlaceIdx) -> Vec<Fragment> {
        let waiting = self.pending.remove(&line).unwrap_or_default();
        if self.question.threshold_atto == 0 {
            return waiting.into_iter().map(|(fragment, _)| fragment).collect();
        }
        let mut fragments = Vec::new();
        for (fragment, generation) in waiting {
            if generation == self.holdings.generation(payer, fragment.origin) {
                self.holdings.take(payer, &fragment);
                fragments.push(fragment);
            } else {
                self.recorder.rest(EndingKind::BelowThreshold, payer, fragment);
            }
        }
        fragments
    }

    fn drop_below(&mut self, place: PlaceIdx) {
        if self.question.threshold_atto > 0 && self.view.is_account(place) {
            let threshold = self.question.threshold(self.view.place(place).currency);
            self.holdings.drop_below(place, threshold);
        }
    }

    fn arrive(&mut self, line_idx: LineIdx, line: &Line, arriving: Vec<Fragment>) {
        let place = line.payee;
        let before: Vec<u32> =
            arriving.iter().map(|f| self.holdings.generation(place, f.origin)).collect();
        if self.question.threshold_atto > 0 {
            for fragment in &arriving {
                self.holdings.add(place, fragment);
            }
            self.drop_below(place);
        }
        let mut spent = Vec::new();
        for (fragment, generation) in arriving.into_iter().zip(before) {
            if fragment.is_empty() {
                self.recorder.rest(EndingKind::Held, place, fragment);
            } else if generation != self.holdings.generation(place, fragment.origin) {
                self.recorder.rest(EndingKind::BelowThreshold, place, fragment);
            } else {
                self.pipe.spend(line_idx, line, fragment, &mut spent);
                for (payment, part) in spent.drain(..) {
                    match payment {
                        Some(payment) => {
                            self.view.fetch_ahead(payment);
                            self.pending.entry(payment).or_default().push((part, generation));
                        }
                        None => self.held.push((place, (part, generation))),
                    }
                }
            }
        }
    }

    fn cut(&mut self) {
        for (line, waiting) in std::mem::take(&mut self.pending) {
            let payer = self.view.payer(line);
            for (fragment, generation) in waiting {
                let is_current = generation == self.holdings.generation(payer, fragment.origin);
                let kind =
                    if is_current { EndingKind::CutAtCap } else { EndingKind::BelowThreshold };
                self.recorder.rest(kind, payer, fragment);
            }
        }
        self.recorder.cut();
    }

    fn finish(mut self) -> Trace {
        for (place, (fragment, generation)) in std::mem::take(&mut self.held) {
            let is_current = generation == self.holdings.generation(place, fragment.origin);
            let kind = if is_current { EndingKind::Held } else { EndingKind::BelowThreshold };
            self.recorder.rest(kind, place, fragment);
        }
        self.recorder.finish()
    }
}
