//! LIFO as matched brackets: which part of a receipt leaves in which part of a payment.
//!
//! *Shape.* Per account a stack of what is left of its receipts; each step exhausts a receipt or
//! a payment, so an account has at most receipts + payments − 1 segments (`TRACING` 12.2). Built
//! once, O(lines); both directions are searches.
//! *Orientation.* The newest cent leaves first and arrives first, so a segment mirrors: cent
//! `receipt_lo + i` of the receipt is cent `payment_lo + len − 1 − i` of the payment.

use crate::view::{LedgerView, LineIdx, LineKind, PlaceIdx};
use caudal_model::Column;

/// Cents `[receipt_lo, receipt_lo + len)` of a receipt leave, mirrored, as cents
/// `[payment_lo, payment_lo + len)` of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The line that brought the money (counted in what it delivered).
    pub receipt: LineIdx,
    /// First cent of the receipt.
    pub receipt_lo: u128,
    /// The line that takes it (counted in what leaves).
    pub payment: LineIdx,
    /// First cent of the payment.
    pub payment_lo: u128,
    /// Number of cents; never zero.
    pub len: u128,
}

/// All segments of a ledger, found by receipt or by payment.
#[derive(Clone, Debug)]
pub struct LifoIndex {
    receipt: Vec<LineIdx>,
    receipt_lo: Column,
    payment: Vec<LineIdx>,
    payment_lo: Column,
    len: Column,
    of_payment: Vec<u32>,
    of_receipt: Vec<u32>,
    by_receipt: Vec<u32>,
    has_transits: bool,
}

impl LifoIndex {
    /// Matches every account of a ledger.
    pub fn build(view: &impl LedgerView) -> Self {
        let lines = view.line_count() as usize;
        let all = 0..view.line_count();
        let larger = |line| view.paid(line).max(view.received(line));
        let limit = all.clone().map(larger).max().unwrap_or(0);
        let has_births = all.clone().any(|line| view.line(line).kind == LineKind::Birth);
        let column = || Column::for_values_up_to(limit, lines);
        let mut index = Self {
            receipt: Vec::with_capacity(lines),
            receipt_lo: column(),
            payment: Vec::with_capacity(lines),
            payment_lo: column(),
            len: column(),
            of_payment: Vec::new(),
            of_receipt: Vec::new(),
            by_receipt: Vec::new(),
            has_transits: (0..view.place_count()).any(|place| view.transit(place).is_some()),
        };
        let mut stack = Vec::new();
        let mut first_of_payment = vec![(0u32, 0u32); lines];
        // What only passes keeps its order, and is not matched.
        let is_matched = |place| view.is_account(place) && view.transit(place).is_none();
        for place in (0..view.place_count()).filter(|&place| is_matched(place)) {
            stack.clear();
            index.match_place(view, (place, has_births), &mut stack, &mut first_of_payment);
        }
        index.group(first_of_payment);
        index
    }

    /// Whether the place only passes money on, in the order in which it came: it has no segments.
    pub fn passes_on(&self, view: &impl LedgerView, place: PlaceIdx) -> bool {
        self.has_transits && view.transit(place).is_some()
    }

    /// Number of segments.
    pub fn segment_count(&self) -> usize {
        self.receipt.len()
    }

    /// Segments of a payment, from its first cent on.
    pub fn of_payment(&self, payment: LineIdx) -> impl Iterator<Item = Segment> + '_ {
        let at = payment as usize * 2;
        (self.of_payment[at]..self.of_payment[at + 1]).map(|segment| self.segment(segment))
    }

    /// Segments of a receipt that meet its cents `[lo, hi)`, its last cents first.
    pub fn of_receipt(
        &self,
        receipt: LineIdx,
        lo: u128,
        hi: u128,
    ) -> impl Iterator<Item = Segment> + '_ {
        let all = self.by_receipt_of(receipt);
        let first = all.partition_point(|&segment| self.receipt_lo.get(segment as usize) >= hi);
        let segments = all[first..].iter().map(|&segment| self.segment(segment));
        segments.take_while(move |segment| segment.receipt_lo + segment.len > lo)
    }

    /// The first cent of a receipt that was ever spent; `None` if none was. All below it stay.
    pub fn spent_from(&self, receipt: LineIdx) -> Option<u128> {
        self.by_receipt_of(receipt).last().map(|&segment| self.receipt_lo.get(segment as usize))
    }

    fn by_receipt_of(&self, receipt: LineIdx) -> &[u32] {
        let at = receipt as usize;
        &self.by_receipt[self.of_receipt[at] as usize..self.of_receipt[at + 1] as usize]
    }

    fn segment(&self, segment: u32) -> Segment {
        let at = segment as usize;
        Segment {
            receipt: self.receipt[at],
            receipt_lo: self.receipt_lo.get(at),
            payment: self.payment[at],
            payment_lo: self.payment_lo.get(at),
            len: self.len.get(at),
        }
    }

    fn match_place(
        &mut self,
        view: &impl LedgerView,
        (place, has_births): (PlaceIdx, bool),
        stack: &mut Vec<(LineIdx, u128)>,
        first_of_payment: &mut [(u32, u32)],
    ) {
        let mut receipts = view.receipts(place).iter().copied().peekable();
        for &payment in view.payments(place) {
            while let Some(receipt) = receipts.next_if(|&receipt| receipt < payment) {
                // Money born for a payment leaves last in it, and that payment empties the pool.
                let is_born = has_births && view.line(receipt).kind == LineKind::Birth;
                let at = if is_born { 0 } else { stack.len() };
                stack.insert(at, (receipt, view.received(receipt)));
            }
            let first = self.count();
            self.pay(payment, view.paid(payment), stack);
            first_of_payment[payment as usize] = (first, self.count());
        }
    }

    fn pay(&mut self, payment: LineIdx, paid: u128, stack: &mut Vec<(LineIdx, u128)>) {
        let mut done = 0;
        while done < paid {
            let (receipt, left) = stack.last_mut().expect("a payment never exceeds the balance");
            let len = (*left).min(paid - done);
            *left -= len;
            self.receipt.push(*receipt);
            self.receipt_lo.push(*left);
            self.payment.push(payment);
            self.payment_lo.push(done);
            self.len.push(len);
            done += len;
            if *left == 0 {
                stack.pop();
            }
        }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.receipt.len()).expect("fewer than 2^32 segments")
    }

    /// Lists segments by payment (they were made in that order) and by receipt.
    fn group(&mut self, first_of_payment: Vec<(u32, u32)>) {
        let lines = first_of_payment.len();
        self.of_payment = first_of_payment.into_iter().flat_map(|(a, b)| [a, b]).collect();
        let mut start = vec![0u32; lines + 1];
        for &receipt in &self.receipt {
            start[receipt as usize + 1] += 1;
        }
        for at in 1..start.len() {
            start[at] += start[at - 1];
        }
        let mut next = start.clone();
        self.by_receipt = vec![0; self.receipt.len()];
        for (segment, &receipt) in (0u32..).zip(&self.receipt) {
            let slot = &mut next[receipt as usize];
            self.by_receipt[*slot as usize] = segment;
            *slot += 1;
        }
        self.of_receipt = start;
    }
}
