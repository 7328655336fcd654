//! `difo` and `libr`, with `fifo` or `lifo` among the origins: trace the union, then divide.
//!
//! *Authority.* `law:banco-cafetero` (`difo`, and `libr` as its mirror), `law:hallett`,
//! `law:roscoe-v-winder`.
//! *Shape.* Which cents leave depends on what is traced, so touched accounts are replayed: their
//! balance is known from the index, their origin money is a queue of fragments. Under `difo` origin
//! money leaves first and stands first in the payment; under `libr` it leaves last and stands last.
//! Several origins are traced together; the inner rule only says whose cents of the union leave.

use std::collections::{BTreeMap, VecDeque};

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::drive::{Cancelled, Replay, drive};
use crate::fragment::Fragment;
use crate::question::{OriginIdx, Question, Watch};
use crate::record::{Recorder, ending_at};
use crate::result::{EndingKind, Trace};
use crate::rule::{Inner, Presumption};

/// How much origin money a payment takes, and where in the payment it stands.
///
/// `balance` and `traced` are before the payment; `born` leaves last of all.
pub(crate) fn origin_money(
    presumption: Presumption,
    paid: u128,
    balance: u128,
    traced: u128,
    born: u128,
) -> (u128, u128) {
    match presumption {
        Presumption::OriginFirst => (traced.min(paid), 0),
        Presumption::OriginLast => {
            let taken = paid.saturating_sub(balance - traced);
            (taken, paid - born - taken)
        }
    }
}

/// Places that hold traced money, numbered as they are met.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    slot_of: Vec<u32>,
    pub(crate) all: Vec<(PlaceIdx, T)>,
}

impl<T> Slots<T> {
    pub(crate) fn new(place_count: u32) -> Self {
        Self { slot_of: vec![0; place_count as usize], all: Vec::new() }
    }

    pub(crate) fn get(&self, place: PlaceIdx) -> Option<&T> {
        let slot = *self.slot_of.get(place as usize)?;
        slot.checked_sub(1).map(|at| &self.all[at as usize].1)
    }

    pub(crate) fn get_mut(&mut self, place: PlaceIdx) -> Option<&mut T> {
        let slot = *self.slot_of.get(place as usize)?;
        slot.checked_sub(1).map(|at| &mut self.all[at as usize].1)
    }

    pub(crate) fn or_insert_with(&mut self, place: PlaceIdx, make: impl FnOnce() -> T) -> &mut T {
        let slot = &mut self.slot_of[place as usize];
        if *slot == 0 {
            self.all.push((place, make()));
            *slot = u32::try_from(self.all.len()).expect("fewer than 2^32 places");
        }
        &mut self.all[*slot as usize - 1].1
    }
}

/// A fragment as it arrived, and what of it is left. Every cut is made on what arrived: behind a
/// conversion a cut of a cut would round twice, and other money would decide what is lost.
#[derive(Clone, Copy, Debug)]
struct Lot {
    arrived: Fragment,
    lo: u128,
    hi: u128,
}

impl Lot {
    fn len(&self) -> u128 {
        self.hi - self.lo
    }

    fn left(&self) -> Fragment {
        self.arrived.part(self.lo, self.hi)
    }
}

/// The origin money of one account, oldest first.
#[derive(Debug, Default)]
struct Queue {
    traced: u128,
    lots: VecDeque<Lot>,
    /// Sums by origin, kept only where there is a threshold to hold them against.
    holdings: Option<BTreeMap<OriginIdx, u128>>,
}

impl Queue {
    fn new(has_threshold: bool) -> Self {
        Self { holdings: has_threshold.then(BTreeMap::new), ..Self::default() }
    }

    fn put(&mut self, arrived: Fragment) {
        self.traced += arrived.len();
        if let Some(holdings) = &mut self.holdings {
            *holdings.entry(arrived.origin).or_default() += arrived.len();
        }
        self.lots.push_back(Lot { arrived, lo: arrived.lo, hi: arrived.hi });
    }

    /// Takes `amount` in the order of leaving; the pieces stand from `at` on in the payment.
    fn take(&mut self, inner: Inner, amount: u128, at: u128) -> Vec<Fragment> {
        let mut taken = Vec::new();
        let mut done = 0;
        self.traced -= amount;
        while done < amount {
            let next = match inner {
                Inner::Lifo => self.lots.pop_back(),
                Inner::Fifo | Inner::ProRata => self.lots.pop_front(),
            };
            let lot = next.expect("the queue holds what is traced");
            let len = lot.len().min(amount - done);
            let piece = if inner == Inner::Lifo {
                let from = lot.hi - len;
                if lot.lo < from {
                    self.lots.push_back(Lot { hi: from, ..lot });
                }
                lot.arrived.part(from, lot.hi).turned()
            } else {
                let to = lot.lo + len;
                if to < lot.hi {
                    self.lots.push_front(Lot { lo: to, ..lot });
                }
                lot.arrived.part(lot.lo, to)
            };
            if let Some(holdings) = &mut self.holdings {
                *holdings.entry(piece.origin).or_default() -= len;
            }
            taken.push(piece.moved_to(at + done));
            done += len;
        }
        taken
    }

    /// Takes out the origins whose holding is above zero and below the threshold.
    fn drop_below(&mut self, threshold: u128) -> Vec<Fragment> {
        let holdings = self.holdings.iter_mut().flatten();
        let small = holdings.filter(|(_, holding)| **holding > 0 && **holding < threshold);
        let mut origins = Vec::new();
        for (&origin, holding) in small {
            *holding = 0;
            origins.push(origin);
        }
        if origins.is_empty() {
            return Vec::new();
        }
        let is_small = |lot: &Lot| origins.binary_search(&lot.arrived.origin).is_ok();
        let dropped = self.lots.iter().filter(|lot| is_small(lot)).map(Lot::left).collect();
        self.lots.retain(|lot| !is_small(lot));
        self.traced = self.lots.iter().map(Lot::len).sum();
        dropped
    }
}

/// Traces forward under `difo` or `libr`.
pub(crate) fn forward<V: LedgerView>(
    view: &V,
    (presumption, inner): (Presumption, Inner),
    question: &Question,
    watch: Watch<'_>,
) -> Result<Trace, Cancelled> {
    let mut starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
    starts.dedup();
    let mut union = Union {
        view,
        presumption,
        inner,
        question,
        recorder: Recorder::new(view, question),
        queues: Slots::new(view.place_count()),
        is_cut: false,
    };
    drive(view, &starts, &mut union, watch)?;
    Ok(union.finish())
}

struct Union<'a, V> {
    view: &'a V,
    presumption: Presumption,
    inner: Inner,
    question: &'a Question,
    recorder: Recorder<'a, V>,
    queues: Slots<Queue>,
    is_cut: bool,
}

impl<V: LedgerView> Replay for Union<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        self.queues.get(place).is_some_and(|queue| queue.traced > 0)
    }

    fn look_at(&self, place: PlaceIdx) {
        std::hint::black_box(self.queues.get(place).map(|queue| queue.traced));
    }

    fn step(&mut self, line_idx: LineIdx) {
        if self.is_cut || self.recorder.is_full() {
            self.cut();
            return;
        }
        let line = self.view.line(line_idx);
        let mut fragments = Vec::new();
        if let Some(queue) = self.queues.get_mut(line.payer) {
            let balance = self.view.balance_before(line_idx);
            let born = self.view.born_for(line_idx);
            let (taken, at) =
                origin_money(self.presumption, line.paid, balance, queue.traced, born);
            // What only passes keeps its order.
            let passes_on = self.inner == Inner::Lifo && self.view.transit(line.payer).is_some();
            let inner = if passes_on { Inner::Fifo } else { self.inner };
            fragments = queue.take(inner, taken, at);
        }
        self.recorder.label(line_idx, &mut fragments);
        let arriving = self.recorder.record(line_idx, &line, &fragments);
        self.drop_below(line.payer);
        for fragment in arriving {
            match ending_at(self.view, line.payee) {
                Some(kind) => self.recorder.rest(kind, line.payee, fragment),
                None if fragment.is_empty() => {
                    self.recorder.rest(EndingKind::Held, line.payee, fragment);
                }
                None => {
                    let has_threshold = self.question.threshold_atto > 0;
                    let queue = || Queue::new(has_threshold);
                    self.queues.or_insert_with(line.payee, queue).put(fragment);
                }
            }
        }
        self.drop_below(line.payee);
    }
}

impl<V: LedgerView> Union<'_, V> {
    fn drop_below(&mut self, place: PlaceIdx) {
        if self.question.threshold_atto == 0 {
            return;
        }
        if let Some(queue) = self.queues.get_mut(place) {
            let threshold = self.question.threshold(self.view.place(place).currency);
            for fragment in queue.drop_below(threshold) {
                self.recorder.rest(EndingKind::BelowThreshold, place, fragment);
            }
        }
    }

    fn cut(&mut self) {
        if !self.is_cut {
            self.is_cut = true;
            self.rest_queues(EndingKind::CutAtCap);
            self.recorder.cut();
        }
    }

    fn rest_queues(&mut self, kind: EndingKind) {
        for (place, queue) in &mut self.queues.all {
            queue.traced = 0;
            for lot in queue.lots.drain(..) {
                self.recorder.rest(kind, *place, lot.left());
            }
        }
    }

    fn finish(mut self) -> Trace {
        self.rest_queues(EndingKind::Held);
        self.recorder.finish()
    }
}
