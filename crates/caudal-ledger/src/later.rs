//! LIFO segments of a ledger with later rows.
//!
//! *Shape.* An account that later rows touch is matched anew from the first change on: its stack there
//! is what the segments of the base leave of its receipts. All other segments are read from the base,
//! with lines as they are numbered now.

use std::sync::Arc;

use caudal_model::collections::LookupMap;

use crate::appended::Appended;
use crate::ledger::Ledger;
use crate::lifo::{LifoIndex, Segment, pay};
use crate::splice::{Source, Splice};
use crate::view::{LedgerView, LineIdx, PlaceIdx};

/// Segments found by receipt or by payment.
#[derive(Clone, Debug)]
pub(crate) struct LaterSegments {
    base: Arc<Ledger>,
    base_lifo: Arc<LifoIndex>,
    lines: Arc<Splice>,
    /// Accounts that were matched anew, and from which base line on.
    anew: LookupMap<PlaceIdx, LineIdx>,
    /// By payment, from its first cent on.
    segments: Vec<Segment>,
    /// By receipt, its last cents first.
    by_receipt: Vec<u32>,
}

/// Matches what changed; with how many lines were looked at. `None` if the base has no segments.
pub(crate) fn match_anew(appended: &Appended) -> Option<(LifoIndex, u64)> {
    let base_lifo = appended.base.lifo.as_ref()?;
    let (mut anew, mut segments, mut steps) = (LookupMap::default(), Vec::new(), 0);
    for changes in appended.changes.iter().filter(|changes| appended.is_account(changes.place)) {
        anew.insert(changes.place, changes.first);
        let stack = stack_before(appended, base_lifo, (changes.place, changes.first));
        steps += match_from(appended, (changes.place, changes.first), stack, &mut segments);
    }
    segments.sort_by_key(|segment| segment.payment);
    let mut by_receipt: Vec<u32> = (0u32..).zip(&segments).map(|(at, _)| at).collect();
    by_receipt.sort_by_key(|&at| segments[at as usize].receipt);
    let (base, lines) = (Arc::clone(&appended.base), Arc::clone(&appended.lines));
    let base_lifo = Arc::clone(base_lifo);
    let later = LaterSegments { base, base_lifo, lines, anew, segments, by_receipt };
    Some((LifoIndex::with_later(later), steps))
}

/// What is left of receipts, the newest last.
type Stack = Vec<(LineIdx, u128)>;

/// What an account holds before a base line: of its newest receipts, as many as that takes.
fn stack_before(
    appended: &Appended,
    lifo: &LifoIndex,
    (account, line): (PlaceIdx, LineIdx),
) -> Stack {
    let base = &appended.base;
    let (count, received) = base.received_until(account, line);
    let mut left = received - base.paid_until(account, line).1;
    let receipts = base.receipts_or_none(account);
    let mut stack = Stack::new();
    for receipt in receipts.iter().rev().skip(receipts.len() - count) {
        if left == 0 {
            break;
        }
        let spent_from = lifo.spent_before(receipt, line);
        let rest = spent_from.unwrap_or_else(|| base.received(receipt));
        if rest > 0 {
            let receipt = appended.lines.position(receipt);
            stack.push((receipt.expect("what changes lies behind"), rest));
            left = left.saturating_sub(rest);
        }
    }
    stack.reverse();
    stack
}

/// Matches an account from a base line on.
fn match_from(
    appended: &Appended,
    (account, line): (PlaceIdx, LineIdx),
    mut stack: Stack,
    segments: &mut Vec<Segment>,
) -> u64 {
    // Up to there the lists are those of the base.
    let first = appended.base.received_until(account, line).0;
    let mut receipts = appended.receipts(account).from(first).peekable();
    let mut steps = stack.len() as u64;
    let first = appended.base.paid_until(account, line).0;
    for payment in appended.payments(account).from(first) {
        while let Some(receipt) = receipts.next_if(|&receipt| receipt < payment) {
            stack.push((receipt, appended.received(receipt)));
            steps += 1;
        }
        pay((payment, appended.paid(payment)), &mut stack, |segment| segments.push(segment));
        steps += 1;
    }
    steps
}

impl LaterSegments {
    /// The base line of a line whose segments in an account up to `before` are those of the base.
    fn in_base(&self, line: LineIdx, account: impl Fn(LineIdx) -> PlaceIdx) -> Option<InBase> {
        let Source::Base(line) = self.lines.source(line) else { return None };
        let before = self.anew.get(&account(line)).copied().unwrap_or(LineIdx::MAX);
        (line < before).then_some(InBase { line, before })
    }

    /// A segment of the base with lines as they are numbered now.
    fn renumbered(&self, segment: Segment) -> Segment {
        let now = |line| self.lines.position(line).expect("it was not matched anew");
        let (receipt, payment) = (now(segment.receipt), now(segment.payment));
        Segment { receipt, payment, ..segment }
    }

    /// Segments of a payment, from its first cent on.
    pub(crate) fn of_payment(&self, payment: LineIdx) -> Box<dyn Iterator<Item = Segment> + '_> {
        if let Some(known) = self.in_base(payment, |line| self.base.payer(line)) {
            let segments = self.base_lifo.own_of_payment(&*self.base, known.line);
            return Box::new(segments.map(|segment| self.renumbered(segment)));
        }
        let first = self.segments.partition_point(|segment| segment.payment < payment);
        let segments = self.segments[first..].iter().copied();
        Box::new(segments.take_while(move |segment| segment.payment == payment))
    }

    /// Segments of a receipt that meet its cents `[lo, hi)`, its last cents first.
    pub(crate) fn of_receipt(
        &self,
        receipt: LineIdx,
        (lo, hi): (u128, u128),
    ) -> Box<dyn Iterator<Item = Segment> + '_> {
        let known = self.in_base(receipt, |line| self.base.payee(line));
        let before = known.map(|known| {
            let segments = self.base_lifo.own_of_receipt(&*self.base, known.line, (lo, hi));
            let is_before = move |segment: &Segment| segment.payment < known.before;
            segments.take_while(is_before).map(|segment| self.renumbered(segment))
        });
        let is_above = |segment: &Segment| {
            segment.receipt < receipt || segment.receipt == receipt && segment.receipt_lo >= hi
        };
        let first = self.by_receipt.partition_point(|&at| is_above(&self.segments[at as usize]));
        let meets = move |segment: &Segment| {
            segment.receipt == receipt && segment.receipt_lo + segment.len > lo
        };
        let anew = self.by_receipt[first..].iter().map(|&at| self.segments[at as usize]);
        Box::new(before.into_iter().flatten().chain(anew.take_while(meets)))
    }

    /// The first cent of a receipt that was ever spent.
    pub(crate) fn spent_from(&self, receipt: LineIdx) -> Option<u128> {
        let end =
            self.by_receipt.partition_point(|&at| self.segments[at as usize].receipt <= receipt);
        let last = end.checked_sub(1).map(|at| self.segments[self.by_receipt[at] as usize]);
        let anew = last.filter(|segment| segment.receipt == receipt);
        anew.map(|segment| segment.receipt_lo).or_else(|| {
            let known = self.in_base(receipt, |line| self.base.payee(line))?;
            self.base_lifo.spent_before(known.line, known.before)
        })
    }
}

/// A line of the base, and the base line from which on its account was matched anew.
#[derive(Clone, Copy)]
struct InBase {
    line: LineIdx,
    before: LineIdx,
}
