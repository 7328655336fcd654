//! Which money of a line an origin names, and how lots get their origin.
//!
//! *Meaning.* A cent belongs to the first origin it meets: a lot that carries an origin keeps it,
//! and a cent that two origins name on one line goes to the one mentioned first (`TRACING` 1).

use std::collections::BTreeSet;

use super::lot::{Cents, Lot, Part, Run};
use super::{Q, SlowCase, SlowOrigin, SlowOriginTotal, SlowTransfer, whole};

/// Cents `[lo, hi)` of a line that an origin names.
#[derive(PartialEq)]
struct Seed {
    origin: usize,
    lo: Q,
    hi: Q,
}

/// The part of a seed that no earlier seed of the line named, and its first cent in the origin.
struct Piece {
    origin: usize,
    lo: Q,
    hi: Q,
    at: Q,
}

/// The origins of a question while they are met.
pub(crate) struct Origins<'q> {
    members: &'q [SlowOrigin],
    pub(crate) totals: Vec<SlowOriginTotal>,
    /// Cents that each origin has named so far: the coordinate of its next cent.
    named: Vec<Q>,
    has_fractions: bool,
}

impl<'q> Origins<'q> {
    pub(crate) fn new(members: &'q [SlowOrigin], has_fractions: bool) -> Self {
        let mut totals: Vec<SlowOriginTotal> = Vec::new();
        for member in members {
            if totals.iter().all(|total| total.label != member.label()) {
                let label = member.label().to_owned();
                totals.push(SlowOriginTotal { label, traced: whole(0), overlap: whole(0) });
            }
        }
        let named = vec![whole(0); totals.len()];
        Self { members, totals, named, has_fractions }
    }

    pub(crate) fn label(&self, origin: usize) -> &str {
        &self.totals[origin].label
    }

    fn number(&self, member: &SlowOrigin) -> usize {
        let is_it = |total: &SlowOriginTotal| total.label == member.label();
        self.totals.iter().position(is_it).expect("every member has its origin")
    }

    /// Labels an opening lot.
    pub(crate) fn label_opening(&mut self, account: &str, lots: Vec<Lot>) -> Vec<Lot> {
        let amount = super::lot::total(&lots);
        let names = |member: &&SlowOrigin| match member {
            SlowOrigin::Label(label) => *label == lots[0].label,
            SlowOrigin::Opening { account: named, .. } => named == account,
            _ => false,
        };
        let found: BTreeSet<usize> =
            self.members.iter().filter(names).map(|member| self.number(member)).collect();
        let seeds =
            found.into_iter().map(|origin| Seed { origin, lo: whole(0), hi: amount.clone() });
        let pieces = self.disjoint(seeds.collect());
        self.label_by_position(lots, &pieces)
    }

    /// Labels the lots that leave with a transfer, as far as they carry no origin yet.
    ///
    /// `has_order` says whether cents have a position inside the transfer: under `pro-rata` those
    /// of a payment out of an account have none, and a part of it is the same part of every lot.
    pub(crate) fn label_transfer(
        &mut self,
        case: &SlowCase,
        transfer: &SlowTransfer,
        lots: Vec<Lot>,
        has_order: bool,
    ) -> Vec<Lot> {
        let seeds = self.seeds(case, transfer, &lots);
        let pieces = self.disjoint(seeds);
        if has_order {
            self.label_by_position(lots, &pieces)
        } else {
            self.label_by_share(lots, &pieces, &whole(transfer.amount))
        }
    }

    fn seeds(&self, case: &SlowCase, transfer: &SlowTransfer, lots: &[Lot]) -> Vec<Seed> {
        let mut seeds = Vec::new();
        for member in self.members {
            let origin = self.number(member);
            match member {
                SlowOrigin::Transfer { id, .. } if *id == transfer.id => {
                    seeds.push(Seed { origin, lo: whole(0), hi: whole(transfer.amount) });
                }
                SlowOrigin::Part { id, from, to, .. } if *id == transfer.id => {
                    seeds.push(Seed { origin, lo: whole(*from), hi: whole(*to) });
                }
                SlowOrigin::Label(label) if !case.is_account(&transfer.payer) => {
                    let mut lo = whole(0);
                    for lot in lots {
                        let hi = &lo + &lot.amount;
                        if lot.label == *label {
                            seeds.push(Seed { origin, lo, hi: hi.clone() });
                        }
                        lo = hi;
                    }
                }
                _ => {}
            }
        }
        seeds.sort_by(|a, b| (a.origin, &a.lo, &a.hi).cmp(&(b.origin, &b.lo, &b.hi)));
        // An origin is a set: naming the same money twice is naming it once.
        seeds.dedup();
        seeds
    }

    /// Cuts seeds, which stand in the order of their origins, into pieces that do not overlap.
    fn disjoint(&mut self, seeds: Vec<Seed>) -> Vec<Piece> {
        let mut taken: Vec<(Q, Q)> = Vec::new();
        let mut pieces = Vec::new();
        for seed in seeds {
            let length = &seed.hi - &seed.lo;
            self.totals[seed.origin].overlap += &length;
            for (lo, hi) in missing(&seed.lo, &seed.hi, &taken) {
                let at = &self.named[seed.origin] + (&lo - &seed.lo);
                pieces.push(Piece { origin: seed.origin, lo, hi, at });
            }
            taken.push((seed.lo, seed.hi));
            self.named[seed.origin] += length;
        }
        pieces.sort_by(|a, b| a.lo.cmp(&b.lo));
        pieces
    }

    fn label_by_position(&mut self, lots: Vec<Lot>, pieces: &[Piece]) -> Vec<Lot> {
        let mut labelled = Vec::new();
        let mut at = whole(0);
        for lot in lots {
            let end = &at + &lot.amount;
            if lot.is_origin() {
                labelled.push(lot);
                at = end;
                continue;
            }
            let mut rest = lot;
            for piece in pieces {
                let lo = piece.lo.clone().max(at.clone());
                let hi = piece.hi.clone().min(end.clone());
                if lo >= hi {
                    continue;
                }
                if lo > at {
                    let (before, behind) = rest.cut(&(&lo - &at));
                    labelled.push(before);
                    rest = behind;
                }
                let length = &hi - &lo;
                let (named, behind) = rest.cut(&length);
                labelled.push(self.labelled(named, piece, &lo));
                rest = behind;
                at = hi;
            }
            if rest.amount > whole(0) {
                labelled.push(rest);
            }
            at = end;
        }
        labelled
    }

    fn label_by_share(&mut self, lots: Vec<Lot>, pieces: &[Piece], amount: &Q) -> Vec<Lot> {
        let mut labelled = Vec::new();
        for lot in lots {
            if lot.is_origin() {
                labelled.push(lot);
                continue;
            }
            let mut kept = whole(1);
            for piece in pieces {
                let share = (&piece.hi - &piece.lo) / amount;
                kept -= &share;
                labelled.push(self.labelled(lot.scaled(&share), piece, &piece.lo));
            }
            if kept > whole(0) {
                labelled.push(lot.scaled(&kept));
            }
        }
        labelled
    }

    /// The lot as money of a piece's origin, from the cent `lo` of the line on.
    fn labelled(&mut self, mut lot: Lot, piece: &Piece, lo: &Q) -> Lot {
        let total = &mut self.totals[piece.origin];
        total.traced += &lot.amount;
        total.overlap -= &lot.amount;
        let cents = if self.has_fractions {
            Cents::Share { of_origin: lot.amount.clone(), seen: BTreeSet::new() }
        } else {
            let first = &piece.at + (lo - &piece.lo);
            Cents::Run(Run::new(first.clone(), first + &lot.amount))
        };
        lot.part = Some(Part { origin: piece.origin, cents });
        lot
    }
}

/// What of `[lo, hi)` lies in none of the ranges.
pub(crate) fn missing(lo: &Q, hi: &Q, ranges: &[(Q, Q)]) -> Vec<(Q, Q)> {
    let mut missing = vec![(lo.clone(), hi.clone())];
    for (start, end) in ranges {
        let mut left = Vec::new();
        for (lo, hi) in missing {
            let before = (lo.clone(), hi.clone().min(start.clone()));
            let behind = (lo.max(end.clone()), hi);
            left.extend([before, behind].into_iter().filter(|(lo, hi)| lo < hi));
        }
        missing = left;
    }
    missing
}
