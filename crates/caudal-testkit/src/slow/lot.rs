//! Lots, and which of them leave on a payment.
//!
//! *Shape.* A pool is a list of lots, oldest first. [`leave`] takes lots of a total out of it and
//! puts them into the order of leaving, rule by rule as `TRACING` 5.1 to 5.5 say it.

use std::collections::BTreeSet;

use super::{Q, SlowSource, whole};

/// How origin money, or all money, is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    Fifo,
    Lifo,
    ProRata,
}

/// A tracing rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Fifo,
    Lifo,
    ProRata,
    Difo(Inner),
    Libr(Inner),
}

impl Rule {
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        match id {
            "fifo" => Some(Self::Fifo),
            "lifo" => Some(Self::Lifo),
            "pro-rata" => Some(Self::ProRata),
            "difo" | "difo:fifo" => Some(Self::Difo(Inner::Fifo)),
            "difo:lifo" => Some(Self::Difo(Inner::Lifo)),
            "difo:pro-rata" => Some(Self::Difo(Inner::ProRata)),
            "libr" | "libr:fifo" => Some(Self::Libr(Inner::Fifo)),
            "libr:lifo" => Some(Self::Libr(Inner::Lifo)),
            "libr:pro-rata" => Some(Self::Libr(Inner::ProRata)),
            _ => None,
        }
    }

    /// Whether origin money is carried in fractions.
    pub(crate) fn has_fractions(self) -> bool {
        matches!(self, Self::ProRata | Self::Difo(Inner::ProRata) | Self::Libr(Inner::ProRata))
    }
}

/// Money that arrived together and is not told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lot {
    /// Where it entered the ledger.
    pub(crate) source: SlowSource,
    /// The label it entered with.
    pub(crate) label: String,
    /// Units of the place it is in.
    pub(crate) amount: Q,
    /// Which money of an origin it is.
    pub(crate) part: Option<Part>,
}

/// Which money of an origin a lot is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) origin: usize,
    pub(crate) cents: Cents,
}

/// The origin's side of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cents {
    /// Exact rules: these cents of the origin.
    Run(Run),
    /// Rules with fractions: so much of the origin, and the places that have seen it.
    Share { of_origin: Q, seen: BTreeSet<String> },
}

/// Cents of an origin, kept as they arrived at the present place, and which of them are left.
///
/// A cut is always made on what arrived, so that cutting twice is the same as cutting once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Units of the place when it arrived.
    pub(crate) arrived: Q,
    /// Cents of the origin when it arrived.
    pub(crate) lo: Q,
    pub(crate) hi: Q,
    /// Where the lot begins in what arrived.
    pub(crate) from: Q,
    /// Whether cents of the origin run against units of the place, as after a `lifo` hop.
    pub(crate) is_mirrored: bool,
}

impl Run {
    pub(crate) fn new(lo: Q, hi: Q) -> Self {
        Self { arrived: hi.clone() - &lo, lo, hi, from: whole(0), is_mirrored: false }
    }

    /// Cents `[lo, hi)` of the origin that `amount` units stand for.
    pub(crate) fn cents(&self, amount: &Q) -> (Q, Q) {
        let cut = |at: Q| {
            if self.arrived == whole(0) {
                return whole(0);
            }
            (at * (&self.hi - &self.lo) / &self.arrived).floor()
        };
        let (from, to) = (cut(self.from.clone()), cut(&self.from + amount));
        if self.arrived == whole(0) {
            return (self.lo.clone(), self.hi.clone());
        }
        if self.is_mirrored {
            (&self.hi - to, &self.hi - from)
        } else {
            (&self.lo + from, &self.lo + to)
        }
    }
}

impl Lot {
    pub(crate) fn is_origin(&self) -> bool {
        self.part.is_some()
    }

    /// Cents of the origin, in the origin's unit.
    pub(crate) fn of_origin(&self) -> Q {
        match self.part.as_ref().map(|part| &part.cents) {
            None => whole(0),
            Some(Cents::Run(run)) => {
                let (lo, hi) = run.cents(&self.amount);
                hi - lo
            }
            Some(Cents::Share { of_origin, .. }) => of_origin.clone(),
        }
    }

    /// Cuts the lot `at` units from its old end.
    pub(crate) fn cut(&self, at: &Q) -> (Self, Self) {
        let low = self.scaled(&(at / &self.amount));
        let mut high = self.scaled(&((&self.amount - at) / &self.amount));
        if let Some(Part { cents: Cents::Run(run), .. }) = &mut high.part {
            run.from += at;
        }
        (low, high)
    }

    /// This share of the lot, without saying which end.
    pub(crate) fn scaled(&self, share: &Q) -> Self {
        let mut scaled = self.clone();
        scaled.amount *= share;
        if let Some(Part { cents: Cents::Share { of_origin, .. }, .. }) = &mut scaled.part {
            *of_origin *= share;
        }
        scaled
    }

    /// The lot as it arrives somewhere with another amount.
    pub(crate) fn arriving(mut self, amount: Q) -> Self {
        if let Some(Part { cents: Cents::Run(run), .. }) = &mut self.part {
            let (lo, hi) = run.cents(&self.amount);
            *run = Run {
                arrived: amount.clone(),
                lo,
                hi,
                from: whole(0),
                is_mirrored: run.is_mirrored,
            };
        }
        self.amount = amount;
        self
    }

    /// The lot seen from its other end.
    fn turned(self) -> Self {
        let amount = self.amount.clone();
        let mut turned = self.arriving(amount);
        if let Some(Part { cents: Cents::Run(run), .. }) = &mut turned.part {
            run.is_mirrored = !run.is_mirrored;
        }
        turned
    }
}

/// Sum of lots.
pub(crate) fn total(lots: &[Lot]) -> Q {
    lots.iter().map(|lot| &lot.amount).sum()
}

/// Takes `amount` out of a pool by a rule; lots in the order of leaving.
pub(crate) fn leave(pool: &mut Vec<Lot>, amount: &Q, rule: Rule) -> Vec<Lot> {
    let any = |_: &Lot| true;
    let is_other = |lot: &Lot| !lot.is_origin();
    let traced: Q = pool.iter().filter(|lot| lot.is_origin()).map(|lot| &lot.amount).sum();
    match rule {
        Rule::Fifo => take_oldest(pool, amount, any),
        Rule::Lifo => take_newest(pool, amount, any),
        Rule::ProRata => take_share(pool, amount, any),
        Rule::Difo(inner) => {
            let first = traced.min(amount.clone());
            let mut leaving = take_origin(pool, &first, inner);
            leaving.extend(take_oldest(pool, &(amount - first), is_other));
            leaving
        }
        Rule::Libr(inner) => {
            let others = total(pool) - traced;
            let first = others.min(amount.clone());
            let mut leaving = take_oldest(pool, &first, is_other);
            leaving.extend(take_origin(pool, &(amount - first), inner));
            leaving
        }
    }
}

fn take_origin(pool: &mut Vec<Lot>, amount: &Q, inner: Inner) -> Vec<Lot> {
    match inner {
        Inner::Fifo => take_oldest(pool, amount, Lot::is_origin),
        Inner::Lifo => take_newest(pool, amount, Lot::is_origin),
        Inner::ProRata => take_share(pool, amount, Lot::is_origin),
    }
}

/// Oldest cent first.
fn take_oldest(pool: &mut Vec<Lot>, amount: &Q, which: impl Fn(&Lot) -> bool) -> Vec<Lot> {
    let mut taken = Vec::new();
    let mut left = amount.clone();
    while left > whole(0) {
        let at = pool.iter().position(&which).expect("the pool holds what is taken");
        let lot = pool.remove(at);
        if lot.amount <= left {
            left -= &lot.amount;
            taken.push(lot);
        } else {
            let (low, high) = lot.cut(&left);
            pool.insert(at, high);
            taken.push(low);
            left = whole(0);
        }
    }
    taken
}

/// Newest cent first; the lots turn round.
fn take_newest(pool: &mut Vec<Lot>, amount: &Q, which: impl Fn(&Lot) -> bool) -> Vec<Lot> {
    let mut taken = Vec::new();
    let mut left = amount.clone();
    while left > whole(0) {
        let at = pool.iter().rposition(&which).expect("the pool holds what is taken");
        let lot = pool.remove(at);
        if lot.amount <= left {
            left -= &lot.amount;
            taken.push(lot.turned());
        } else {
            let kept = &lot.amount - &left;
            let (low, high) = lot.cut(&kept);
            pool.insert(at, low);
            taken.push(high.turned());
            left = whole(0);
        }
    }
    taken
}

/// The same share of every lot.
fn take_share(pool: &mut Vec<Lot>, amount: &Q, which: impl Fn(&Lot) -> bool) -> Vec<Lot> {
    let held: Q = pool.iter().filter(|lot| which(lot)).map(|lot| &lot.amount).sum();
    if *amount == whole(0) {
        return Vec::new();
    }
    let share = amount / held;
    let kept = whole(1) - &share;
    let taken = pool.iter().filter(|lot| which(lot)).map(|lot| lot.scaled(&share)).collect();
    for lot in pool.iter_mut().filter(|lot| which(lot)) {
        *lot = lot.scaled(&kept);
    }
    pool.retain(|lot| lot.amount > whole(0));
    taken
}
