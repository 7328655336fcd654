//! LIFO as matched brackets: which part of a receipt leaves in which part of a payment.
//!
//! *Shape.* Per account a stack of what is left of its receipts; each step exhausts a receipt or
//! a payment, so an account has at most receipts + payments − 1 segments (`TRACING` 12.2). Built
//! once, O(lines); both directions are searches.
//! *Orientation.* The newest cent leaves first and arrives first, so a segment mirrors: cent
//! `receipt_lo + i` of the receipt is cent `payment_lo + len − 1 − i` of the payment.

use std::ops::Range;

use caudal_columns::{Column, Numbers, partition_point};
use caudal_model::stored::{ColumnVisitor, StoreError, amounts, sound};

use crate::later::LaterSegments;
use crate::view::{LedgerView, LineIdx, LineKind, PlaceIdx};

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
#[derive(Clone, Debug, Default)]
pub struct LifoIndex {
    segments: Segments,
    /// By line: the first segment of a payment.
    of_payment: Numbers<u32>,
    /// By line: where the segments of a receipt begin in the list that follows.
    of_receipt: Numbers<u32>,
    by_receipt: Numbers<u32>,
    has_transits: bool,
    /// Of a ledger with later rows: then its own columns are empty.
    later: Option<Box<LaterSegments>>,
}

/// Segments in columns: account after account, payments in order, each from its first cent on. So
/// the length of one is where the next begins, or where its payment ends.
#[derive(Clone, Debug, Default)]
struct Segments {
    receipt: Numbers<LineIdx>,
    receipt_lo: Column,
    payment: Numbers<LineIdx>,
    payment_lo: Column,
}

impl Segments {
    fn push(&mut self, segment: Segment) {
        self.receipt.push(segment.receipt);
        self.receipt_lo.push(segment.receipt_lo);
        self.payment.push(segment.payment);
        self.payment_lo.push(segment.payment_lo);
    }

    fn append(&mut self, other: &Self) {
        self.receipt.extend(other.receipt.iter());
        self.payment.extend(other.payment.iter());
        for at in 0..other.receipt.len() {
            self.receipt_lo.push(other.receipt_lo.get(at));
            self.payment_lo.push(other.payment_lo.get(at));
        }
    }
}

/// No payment has this as its first segment.
const NO_SEGMENT: u32 = u32::MAX;

impl LifoIndex {
    /// Matches every account of a ledger. Accounts share nothing, so each core takes a half.
    pub fn build(view: &impl LedgerView) -> Self {
        let lines = view.line_count() as usize;
        let places = view.place_count();
        let middle = half(view, places);
        let has_births = (0..view.line_count()).any(|line| view.kind(line) == LineKind::Birth);
        let halves =
            [0..middle, middle..places].map(|places| move || matched(view, places, has_births));
        let [first, second] = halves;
        let mut segments = Segments::default();
        std::thread::scope(|scope| {
            let second = scope.spawn(second);
            segments = first();
            segments.append(&second.join().expect("matching does not fail"));
        });
        let has_transits = (0..places).any(|place| view.transit(place).is_some());
        let count = segments.payment.len();
        assert!(u32::try_from(count).is_ok_and(|count| count < NO_SEGMENT), "too many segments");
        let (payment, receipt) = (segments.payment.all(), segments.receipt.all());
        let (of_payment, (of_receipt, by_receipt)) = std::thread::scope(|scope| {
            let payments = scope.spawn(|| first_by_payment(payment, lines));
            let receipts = by_receipt(receipt, lines);
            (payments.join().expect("counting does not fail"), receipts)
        });
        Self { segments, of_payment, of_receipt, by_receipt, has_transits, later: None }
    }

    /// Whether the place only passes money on, in the order in which it came: it has no segments.
    pub fn passes_on(&self, view: &impl LedgerView, place: PlaceIdx) -> bool {
        self.has_transits && view.transit(place).is_some()
    }

    /// The segments of a ledger with later rows.
    pub(crate) fn with_later(later: LaterSegments) -> Self {
        Self { later: Some(Box::new(later)), ..Self::default() }
    }

    /// Segments of a payment, from its first cent on.
    pub fn of_payment<'a>(
        &'a self,
        view: &'a impl LedgerView,
        payment: LineIdx,
    ) -> impl Iterator<Item = Segment> + 'a {
        match &self.later {
            None => Found::Own(self.own_of_payment(view, payment)),
            Some(later) => Found::Later(later.of_payment(payment)),
        }
    }

    pub(crate) fn own_of_payment<'a>(
        &'a self,
        view: &'a impl LedgerView,
        payment: LineIdx,
    ) -> impl Iterator<Item = Segment> + 'a {
        let first = self.of_payment.at(payment as usize) as usize;
        let is_its = move |&at: &usize| self.segments.payment.at(at) == payment;
        let all = first..self.segment_count();
        all.take_while(is_its).map(|at| self.segment(view, at))
    }

    /// Segments of a receipt that meet its cents `[lo, hi)`, its last cents first.
    pub fn of_receipt<'a>(
        &'a self,
        view: &'a impl LedgerView,
        receipt: LineIdx,
        (lo, hi): (u128, u128),
    ) -> impl Iterator<Item = Segment> + 'a {
        match &self.later {
            None => Found::Own(self.own_of_receipt(view, receipt, (lo, hi))),
            Some(later) => Found::Later(later.of_receipt(receipt, (lo, hi))),
        }
    }

    pub(crate) fn own_of_receipt<'a>(
        &'a self,
        view: &'a impl LedgerView,
        receipt: LineIdx,
        (lo, hi): (u128, u128),
    ) -> impl Iterator<Item = Segment> + 'a {
        let all = self.range_of(receipt);
        let is_above = |at| self.segments.receipt_lo.get(self.by_receipt.at(at) as usize) >= hi;
        let from = partition_point(all.clone(), is_above);
        let segments =
            (from..all.end).map(|at| self.segment(view, self.by_receipt.at(at) as usize));
        segments.take_while(move |segment| segment.receipt_lo + segment.len > lo)
    }

    /// The first cent of a receipt that was ever spent; `None` if none was. All below it stay.
    pub fn spent_from(&self, receipt: LineIdx) -> Option<u128> {
        if let Some(later) = &self.later {
            return later.spent_from(receipt);
        }
        let range = self.range_of(receipt);
        let last = range.end.checked_sub(1).filter(|last| range.contains(last))?;
        Some(self.segments.receipt_lo.get(self.by_receipt.at(last) as usize))
    }

    /// The first cent of a receipt that payments before some line spent.
    pub(crate) fn spent_before(&self, receipt: LineIdx, line: LineIdx) -> Option<u128> {
        let all = self.range_of(receipt);
        let is_before = |at| self.segments.payment.at(self.by_receipt.at(at) as usize) < line;
        let from = partition_point(all.clone(), is_before);
        let last = from.checked_sub(1).filter(|last| all.contains(last))?;
        Some(self.segments.receipt_lo.get(self.by_receipt.at(last) as usize))
    }

    /// Number of segments in its columns.
    pub fn segment_count(&self) -> usize {
        self.segments.receipt.len()
    }

    fn range_of(&self, receipt: LineIdx) -> Range<usize> {
        let at = receipt as usize;
        self.of_receipt.at(at) as usize..self.of_receipt.at(at + 1) as usize
    }

    fn segment(&self, view: &impl LedgerView, at: usize) -> Segment {
        let payment = self.segments.payment.at(at);
        let payment_lo = self.segments.payment_lo.get(at);
        let goes_on = self.segments.payment.get(at + 1) == Some(payment);
        let end = if goes_on { self.segments.payment_lo.get(at + 1) } else { view.paid(payment) };
        Segment {
            receipt: self.segments.receipt.at(at),
            receipt_lo: self.segments.receipt_lo.get(at),
            payment,
            payment_lo,
            // A file that is not ours may say anything.
            len: end.saturating_sub(payment_lo),
        }
    }

    /// Visits its columns, to write or to fill them. Transits are not stored.
    pub fn store(&mut self, visitor: &mut dyn ColumnVisitor) -> Result<(), StoreError> {
        visitor.numbers32("lifo.receipt", &mut self.segments.receipt)?;
        amounts(visitor, "lifo.receipt.from", &mut self.segments.receipt_lo)?;
        visitor.numbers32("lifo.payment", &mut self.segments.payment)?;
        amounts(visitor, "lifo.payment.from", &mut self.segments.payment_lo)?;
        visitor.numbers32("lifo.of-payment", &mut self.of_payment)?;
        visitor.numbers32("lifo.of-receipt", &mut self.of_receipt)?;
        visitor.numbers32("lifo.by-receipt", &mut self.by_receipt)?;
        let Segments { receipt, receipt_lo, payment, payment_lo } = &self.segments;
        let lengths = [receipt_lo.len(), payment.len(), payment_lo.len(), self.by_receipt.len()];
        sound(lengths == [receipt.len(); 4], "lifo.receipt")
    }

    /// Whether it is of so many lines.
    pub(crate) fn is_of(&self, lines: usize) -> bool {
        self.of_payment.len() == lines && self.of_receipt.len() == lines + 1
    }

    /// Whether every position points to something that is there: all of it is read.
    pub(crate) fn is_sound(&self, lines: usize) -> bool {
        let count = self.segment_count();
        let is_segment = |segment: u32| (segment as usize) < count;
        let is_line = |line: u32| (line as usize) < lines;
        self.segments.receipt.iter().chain(self.segments.payment.iter()).all(is_line)
            && self.of_payment.iter().all(|first| first == NO_SEGMENT || is_segment(first))
            && self.of_receipt.iter().is_sorted()
            && self.of_receipt.last().is_some_and(|last| last as usize == count)
            && self.by_receipt.iter().all(is_segment)
            && self.segments.receipt_lo.is_sound()
            && self.segments.payment_lo.is_sound()
    }
}

/// The place before which half of all payments lie.
fn half(view: &impl LedgerView, places: u32) -> PlaceIdx {
    let lines = u64::from(view.line_count());
    let mut before = 0;
    let is_first = |&place: &PlaceIdx| {
        before += view.payments(place).len() as u64;
        before * 2 < lines
    };
    (0..places).take_while(is_first).last().map_or(0, |last| last + 1)
}

/// The segments of some places, in order.
fn matched(view: &impl LedgerView, places: Range<PlaceIdx>, has_births: bool) -> Segments {
    let mut segments = Segments::default();
    let mut stack = Vec::new();
    // What only passes keeps its order, and is not matched.
    let is_matched = |place| view.is_account(place) && view.transit(place).is_none();
    for place in places.filter(|&place| is_matched(place)) {
        stack.clear();
        let mut receipts = view.receipts(place).iter().peekable();
        for payment in view.payments(place).iter() {
            while let Some(receipt) = receipts.next_if(|&receipt| receipt < payment) {
                // Money born for a payment leaves last in it, and that payment empties the pool.
                let is_born = has_births && view.kind(receipt) == LineKind::Birth;
                let at = if is_born { 0 } else { stack.len() };
                stack.insert(at, (receipt, view.received(receipt)));
            }
            pay((payment, view.paid(payment)), &mut stack, |segment| segments.push(segment));
        }
    }
    segments
}

/// Segments that were found, of a ledger that was built or of one with later rows.
enum Found<A, B> {
    Own(A),
    Later(B),
}

impl<T, A: Iterator<Item = T>, B: Iterator<Item = T>> Iterator for Found<A, B> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        match self {
            Self::Own(found) => found.next(),
            Self::Later(found) => found.next(),
        }
    }
}

/// Takes a payment off a stack of what is left of receipts.
pub(crate) fn pay(
    (payment, paid): (LineIdx, u128),
    stack: &mut Vec<(LineIdx, u128)>,
    mut each: impl FnMut(Segment),
) {
    let mut payment_lo = 0;
    while payment_lo < paid {
        let (receipt, left) = stack.last_mut().expect("a payment never exceeds the balance");
        let len = (*left).min(paid - payment_lo);
        *left -= len;
        each(Segment { receipt: *receipt, receipt_lo: *left, payment, payment_lo, len });
        payment_lo += len;
        if *left == 0 {
            stack.pop();
        }
    }
}

/// By line the first of its segments, which stand together.
fn first_by_payment(payments: &[LineIdx], lines: usize) -> Numbers<u32> {
    let mut first = vec![NO_SEGMENT; lines];
    let mut before = LineIdx::MAX;
    for (at, &payment) in (0u32..).zip(payments) {
        if payment != before {
            first[payment as usize] = at;
            before = payment;
        }
    }
    first.into()
}

/// Segments by receipt, in order: where those of a line begin, and their list.
fn by_receipt(receipts: &[LineIdx], lines: usize) -> (Numbers<u32>, Numbers<u32>) {
    let mut start = vec![0u32; lines + 2];
    for &receipt in receipts {
        start[receipt as usize + 2] += 1;
    }
    for at in 1..start.len() {
        start[at] += start[at - 1];
    }
    // One place on, each start moves to its end while the list fills: then it is the next start.
    let mut list = vec![0; receipts.len()];
    for (segment, &receipt) in (0u32..).zip(receipts) {
        let slot = &mut start[receipt as usize + 1];
        list[*slot as usize] = segment;
        *slot += 1;
    }
    start.pop();
    (start.into(), list.into())
}
