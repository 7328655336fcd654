//! Visits, in ledger order, the lines that can move traced money: and no others, while they are few.
//!
//! *Shape.* A heap holds the next payment of each place that holds traced money. When the lines
//! visited become many against those left, one sweep over the rest is cheaper, and the driver goes
//! over to it. Either way the same lines are stepped in the same order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::question::{Progress, Watch};

/// A rule that is replayed line by line.
pub(crate) trait Replay {
    /// Takes one line: one that a touched place pays, or one that starts an origin.
    fn step(&mut self, line: LineIdx);
    /// Whether a place holds traced money that its payments could move.
    fn is_touched(&self, place: PlaceIdx) -> bool;
}

/// The trace was stopped by the watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// A step through the heap costs about as much as this many lines of a sweep.
const SWEEP_LINES_PER_STEP: u64 = 6;
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
    let mut steps = 0u64;
    loop {
        let due = next_payment.peek().map(|&Reverse((line, ..))| line);
        let start = starts.peek().copied();
        let Some(line) = due.into_iter().chain(start).min() else { return Ok(()) };
        let left = u64::from(view.line_count() - line);
        if steps * SWEEP_LINES_PER_STEP > left + 256 {
            return sweep(view, line, starts, replay, watch);
        }
        report(view, line, steps, watch)?;
        steps += 1;
        if start == Some(line) {
            starts.next();
        }
        let paid = (due == Some(line)).then(|| next_payment.pop()).flatten();
        replay.step(line);
        if let Some(Reverse((_, payer, at))) = paid {
            tracked[payer as usize] = false;
            if replay.is_touched(payer) {
                track(view, payer, at + 1, &mut tracked, &mut next_payment);
            }
        }
        let payee = view.line(line).payee;
        if !tracked[payee as usize] && view.is_account(payee) && replay.is_touched(payee) {
            let at = view.payments(payee).partition_point(|&payment| payment <= line);
            track(view, payee, at, &mut tracked, &mut next_payment);
        }
    }
}

fn report(
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

fn track(
    view: &impl LedgerView,
    place: PlaceIdx,
    at: usize,
    tracked: &mut [bool],
    heap: &mut BinaryHeap<Reverse<(LineIdx, PlaceIdx, usize)>>,
) {
    if let Some(&payment) = view.payments(place).get(at) {
        tracked[place as usize] = true;
        heap.push(Reverse((payment, place, at)));
    }
}

fn sweep(
    view: &impl LedgerView,
    from: LineIdx,
    mut starts: std::iter::Peekable<impl Iterator<Item = LineIdx>>,
    replay: &mut impl Replay,
    watch: Watch<'_>,
) -> Result<(), Cancelled> {
    for line in from..view.line_count() {
        if line % WATCH_EVERY == 0 {
            report(view, line, u64::from(WATCH_EVERY - 1), watch)?;
        }
        let is_start = starts.next_if_eq(&line).is_some();
        let payer = view.payer(line);
        if is_start || (payer != caudal_ledger::NO_PLACE && replay.is_touched(payer)) {
            replay.step(line);
        }
    }
    Ok(())
}
