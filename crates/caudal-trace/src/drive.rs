//! Visits, in ledger order, the lines that can move traced money: and no others, while they are few.
//!
//! *Shape.* A heap holds the next payment of each place that holds traced money. When the lines
//! visited, or those that the touched places still have before them, become many against those
//! left, one sweep over the rest is cheaper, and the driver goes over to it. Either way the same
//! lines are stepped in the same order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::question::{Progress, Watch};

/// A rule that is replayed line by line.
pub(crate) trait Replay {
    /// Takes one line: one that a touched place pays, or one that starts an origin.
    fn step(&mut self, line: LineIdx);
    /// Whether a place holds traced money.
    fn holds(&self, place: PlaceIdx) -> bool;
    /// Takes all lines from here on, where the rule has a quicker way to do that than line by line.
    fn sweep(&mut self, _from: LineIdx, _watch: Watch<'_>) -> Option<Result<(), Cancelled>> {
        None
    }
    /// How many lines of a sweep cost about as much as a step through the heap.
    fn lines_per_step(&self) -> u64 {
        6
    }
    /// Reads what is kept of a place, so that the memory fetches many places together.
    fn look_at(&self, place: PlaceIdx);
    /// Whether no further line need be stepped.
    fn is_done(&self) -> bool {
        false
    }
}

/// The trace was stopped by the watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// The payments that touched places still have are believed after this part of the lines left was
/// stepped: many an account is emptied of traced money long before its last payment.
const BELIEVED_AFTER: u64 = 256;
const WATCH_EVERY: u32 = 1 << 16;

/// Steps all lines from the first start on. `starts` are lines, ascending and distinct.
pub(crate) fn drive(
    view: &impl LedgerView,
    starts: &[LineIdx],
    replay: &mut impl Replay,
    watch: Watch<'_>,
) -> Result<(), Cancelled> {
    let mut next_payment: BinaryHeap<Reverse<(LineIdx, PlaceIdx, usize)>> = BinaryHeap::new();
    let mut tracked = vec![false; view.place_count() as usize];
    let mut starts = starts.iter().copied().peekable();
    let lines_per_step = replay.lines_per_step();
    let (mut steps, mut ahead) = (0u64, 0u64);
    loop {
        let due = next_payment.peek().map(|&Reverse((line, ..))| line);
        let start = starts.peek().copied();
        let Some(line) = due.into_iter().chain(start).min() else { return Ok(()) };
        let left = u64::from(view.line_count() - line);
        let many = |steps: u64| steps * lines_per_step > left + 256;
        if many(steps) || (many(ahead) && steps * BELIEVED_AFTER > left) {
            if let Some(swept) = replay.sweep(line, watch) {
                return swept;
            }
            let places = next_payment.iter().map(|&Reverse((_, place, _))| place);
            let touched = Bits::of(view.place_count(), places);
            return sweep(view, (line, touched), starts, replay, watch);
        }
        report(view, line, steps, watch)?;
        steps += 1;
        if start == Some(line) {
            starts.next();
        }
        let paid = (due == Some(line)).then(|| next_payment.pop()).flatten();
        replay.step(line);
        if replay.is_done() {
            return Ok(());
        }
        if let Some(Reverse((_, payer, at))) = paid {
            tracked[payer as usize] = false;
            ahead -= payments_from(view, payer, at);
            if replay.holds(payer) {
                ahead += track(view, payer, at + 1, &mut tracked, &mut next_payment);
            }
        }
        let payee = view.payee(line);
        if !tracked[payee as usize] && replay.holds(payee) && view.is_account(payee) {
            let at = view.payments(payee).partition_point(|payment| payment <= line);
            ahead += track(view, payee, at, &mut tracked, &mut next_payment);
        }
    }
}

fn payments_from(view: &impl LedgerView, place: PlaceIdx, at: usize) -> u64 {
    view.payments(place).len().saturating_sub(at) as u64
}

pub(crate) fn report(
    view: &impl LedgerView,
    line: LineIdx,
    steps: u64,
    watch: Watch<'_>,
) -> Result<(), Cancelled> {
    if steps % u64::from(WATCH_EVERY) != u64::from(WATCH_EVERY - 1) {
        return Ok(());
    }
    match watch(Progress { line, line_count: view.line_count() }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Cancelled),
    }
}

/// Waits for the payment of a place at a position, and gives back how many it has from there on.
fn track(
    view: &impl LedgerView,
    place: PlaceIdx,
    at: usize,
    tracked: &mut [bool],
    heap: &mut BinaryHeap<Reverse<(LineIdx, PlaceIdx, usize)>>,
) -> u64 {
    if let Some(payment) = view.payments(place).get(at) {
        tracked[place as usize] = true;
        heap.push(Reverse((payment, place, at)));
    }
    payments_from(view, place, at)
}

fn sweep(
    view: &impl LedgerView,
    (from, mut touched): (LineIdx, Bits),
    mut starts: std::iter::Peekable<impl Iterator<Item = LineIdx>>,
    replay: &mut impl Replay,
    watch: Watch<'_>,
) -> Result<(), Cancelled> {
    for line in from..view.line_count() {
        if line % LOOK_AHEAD == 0 || line == from {
            look_ahead(view, line, &touched, replay);
        }
        if line % WATCH_EVERY == 0 {
            report(view, line, u64::from(WATCH_EVERY - 1), watch)?;
        }
        let is_start = starts.next_if_eq(&line).is_some();
        let payer = view.payer(line);
        if !is_start && !touched.has(payer) {
            continue;
        }
        replay.step(line);
        if replay.is_done() {
            return Ok(());
        }
        if touched.has(payer) {
            touched.set(payer, replay.holds(payer));
        }
        let payee = view.payee(line);
        if !touched.has(payee) && replay.holds(payee) && view.is_account(payee) {
            touched.set(payee, true);
        }
    }
    Ok(())
}

/// Lines whose places are fetched together.
const LOOK_AHEAD: u32 = 32;

fn look_ahead(view: &impl LedgerView, from: LineIdx, touched: &Bits, replay: &impl Replay) {
    let end = (from / LOOK_AHEAD + 1) * LOOK_AHEAD;
    for line in from..end.min(view.line_count()) {
        let payer = view.payer(line);
        if touched.has(payer) {
            replay.look_at(payer);
            replay.look_at(view.payee(line));
        }
    }
}

/// A bit for each place: whether it holds traced money, mostly. Most lines of a sweep ask no more.
#[derive(Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// Of so many places, with these set.
    pub(crate) fn of(count: u32, places: impl Iterator<Item = PlaceIdx>) -> Self {
        let mut bits = Self(vec![0; (count / 64 + 1) as usize]);
        for place in places {
            bits.set(place, true);
        }
        bits
    }

    pub(crate) fn has(&self, place: PlaceIdx) -> bool {
        self.0.get(place as usize / 64).is_some_and(|bits| bits >> (place % 64) & 1 == 1)
    }

    /// The bit of a place: 1 or 0.
    pub(crate) fn bit(&self, place: PlaceIdx) -> u64 {
        self.0[place as usize / 64] >> (place % 64) & 1
    }

    /// Sets the bit of a place if `bit` is 1.
    pub(crate) fn or(&mut self, place: PlaceIdx, bit: u64) {
        self.0[place as usize / 64] |= bit << (place % 64);
    }

    /// Clears the bit of a place if `bit` is 1.
    pub(crate) fn and_not(&mut self, place: PlaceIdx, bit: u64) {
        self.0[place as usize / 64] &= !(bit << (place % 64));
    }

    pub(crate) fn set(&mut self, place: PlaceIdx, is_set: bool) {
        let bits = &mut self.0[place as usize / 64];
        *bits = *bits & !(1 << (place % 64)) | u64::from(is_set) << (place % 64);
    }
}
