//! An appended ledger with its places in the order of a ledger that is built.
//!
//! *Shape.* Places are numbered as lines mention them, and where remainders of a rounding tie the lower
//! number decides. So a line dated back that mentions a place first moves its number too: a [`Splice`]
//! of the base's places. Where nothing moved it is not there, and costs nothing.

use std::ops::Range;

use caudal_model::TransferTable;
use caudal_model::collections::LookupMap;

use crate::appended::Appended;
use crate::lifo::LifoIndex;
use crate::splice::{Source, Splice};
use crate::view::{
    Chunk, ChunkAmounts, LedgerView, Line, LineIdx, LineKind, LineList, NO_PLACE, Place, PlaceIdx,
    PlaceKind, Transit,
};

/// An appended ledger as it is seen.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Numbers places as the base does, and new ones behind them.
    pub(crate) inner: Appended,
    order: Option<PlaceOrder>,
}

/// Which places stand elsewhere than in the base.
#[derive(Clone, Debug)]
struct PlaceOrder {
    splice: Splice,
    /// The inner numbers of places that were moved or are new, in order.
    added: Vec<PlaceIdx>,
    /// The numbers of those places.
    now: LookupMap<PlaceIdx, PlaceIdx>,
}

/// Where lines mention a place first: the line of the transfer or opening, then payer, payee, and the
/// bank that lends for it.
type Mention = (LineIdx, u8);

fn mention(view: &impl LedgerView, place: PlaceIdx) -> Option<Mention> {
    let payment = view.payments(place).get(0);
    if view.place(place).kind == PlaceKind::Bank {
        return payment.map(|loan| (loan + 1, 2));
    }
    let receipt = view.receipts(place).get(0).map(|receipt| {
        let is_loan = view.kind(receipt) == LineKind::Loan;
        if is_loan { (receipt + 1, 0) } else { (receipt, 1) }
    });
    payment.map(|payment| (payment, 0)).into_iter().chain(receipt).min()
}

impl PlaceOrder {
    fn of(inner: &Appended) -> Option<Self> {
        let count = inner.base.place_count();
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for place in inner.changes.iter().map(|changes| changes.place) {
            let now = mention(inner, place);
            if place < count {
                if now == mention_in_base(inner, place) {
                    continue;
                }
                removed.push(place);
            }
            added.extend(now.map(|now| (now, place)));
        }
        added.sort_unstable();
        let gaps: Vec<u32> = added.iter().map(|&(now, _)| gap(inner, now)).collect();
        let added: Vec<PlaceIdx> = added.into_iter().map(|(_, place)| place).collect();
        if removed.is_empty() && gaps.first().is_none_or(|&gap| gap == count) && added.is_sorted() {
            return None;
        }
        let splice = Splice::of(count, &gaps, &removed);
        let mut now = LookupMap::default();
        for (at, &place) in added.iter().enumerate() {
            now.insert(place, splice.added_at(at));
        }
        Some(Self { splice, added, now })
    }

    fn inner(&self, place: PlaceIdx) -> PlaceIdx {
        match self.splice.source(place) {
            Source::Base(place) => place,
            Source::Added(at) => self.added[at as usize],
        }
    }

    fn outer(&self, inner: PlaceIdx) -> PlaceIdx {
        let moved = || self.now.get(&inner).copied();
        self.splice.position(inner).or_else(moved).unwrap_or(NO_PLACE)
    }
}

/// Where the base mentions a place first, as lines are numbered now.
fn mention_in_base(inner: &Appended, place: PlaceIdx) -> Option<Mention> {
    let (line, part) = mention(&*inner.base, place)?;
    Some((inner.lines.position(line).expect("only loans and repayments are gone"), part))
}

/// The first place of the base that is mentioned later.
fn gap(inner: &Appended, now: Mention) -> PlaceIdx {
    let (mut low, mut high) = (0, inner.base.place_count());
    while low < high {
        let middle = low.midpoint(high);
        if mention_in_base(inner, middle).is_some_and(|before| before < now) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

impl Placed {
    pub(crate) fn new(inner: Appended) -> Self {
        let order = PlaceOrder::of(&inner);
        Self { inner, order }
    }

    fn inner(&self, place: PlaceIdx) -> PlaceIdx {
        match &self.order {
            Some(order) if place != NO_PLACE => order.inner(place),
            _ => place,
        }
    }

    fn outer(&self, inner: PlaceIdx) -> PlaceIdx {
        match &self.order {
            Some(order) if inner != NO_PLACE => order.outer(inner),
            _ => inner,
        }
    }

    pub(crate) fn name<'a>(&'a self, table: &'a TransferTable, place: PlaceIdx) -> &'a str {
        self.inner.name(table, self.inner(place))
    }

    pub(crate) fn places_named(&self, table: &TransferTable, name: &str) -> Vec<PlaceIdx> {
        let places = self.inner.places_named(table, name).into_iter();
        let mut places: Vec<PlaceIdx> = places.map(|place| self.outer(place)).collect();
        places.sort_unstable();
        places
    }
}

impl LedgerView for Placed {
    fn line_count(&self) -> u32 {
        self.inner.line_count()
    }

    fn place_count(&self) -> u32 {
        let inner = || self.inner.place_count();
        self.order.as_ref().map_or_else(inner, |order| order.splice.len())
    }

    fn line(&self, line: LineIdx) -> Line {
        let line = self.inner.line(line);
        Line { payer: self.outer(line.payer), payee: self.outer(line.payee), ..line }
    }

    fn kind(&self, line: LineIdx) -> LineKind {
        self.inner.kind(line)
    }

    fn payer(&self, line: LineIdx) -> PlaceIdx {
        self.outer(self.inner.payer(line))
    }

    fn payee(&self, line: LineIdx) -> PlaceIdx {
        self.outer(self.inner.payee(line))
    }

    fn paid(&self, line: LineIdx) -> u128 {
        self.inner.paid(line)
    }

    fn received(&self, line: LineIdx) -> u128 {
        self.inner.received(line)
    }

    fn place(&self, place: PlaceIdx) -> Place {
        self.inner.place(self.inner(place))
    }

    fn paid_before(&self, line: LineIdx) -> u128 {
        self.inner.paid_before(line)
    }

    fn received_before(&self, line: LineIdx) -> u128 {
        self.inner.received_before(line)
    }

    fn balance_before(&self, line: LineIdx) -> u128 {
        self.inner.balance_before(line)
    }

    fn closing_balance(&self, place: PlaceIdx) -> u128 {
        self.inner.closing_balance(self.inner(place))
    }

    fn closing_debt(&self, place: PlaceIdx) -> u128 {
        self.inner.closing_debt(self.inner(place))
    }

    fn payments(&self, place: PlaceIdx) -> LineList<'_> {
        self.inner.payments(self.inner(place))
    }

    fn receipts(&self, place: PlaceIdx) -> LineList<'_> {
        self.inner.receipts(self.inner(place))
    }

    fn has_conversions(&self) -> bool {
        self.inner.has_conversions()
    }

    fn transit(&self, _: PlaceIdx) -> Option<Transit> {
        None
    }

    fn lifo(&self) -> Option<&LifoIndex> {
        self.inner.lifo()
    }

    fn is_account(&self, place: PlaceIdx) -> bool {
        self.inner.is_account(self.inner(place))
    }

    fn chunk(&self, lines: Range<LineIdx>, chunk: &mut Chunk) {
        self.inner.chunk(lines, chunk);
        if self.order.is_some() {
            for place in chunk.payer.iter_mut().chain(&mut chunk.payee) {
                *place = self.outer(*place);
            }
        }
    }

    fn chunk_amounts(&self, lines: Range<LineIdx>, amounts: &mut ChunkAmounts) -> bool {
        self.inner.chunk_amounts(lines, amounts)
    }
}
