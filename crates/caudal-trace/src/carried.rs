//! `pro-rata`, and `difo` and `libr` divided in proportion: money carried in fractions.
//!
//! *Authority.* `law:schmidt` for the rolling charge between victims; `law:easy-loan` inside `libr`.
//! *Units.* Every holding is kept twice: carried in 2⁻⁴⁰ minor units, and printed in whole minor
//! units. The printed figures are a conserving flow of integers of their own, steered towards the
//! carried ones (`TRACING` 11.3), so every row adds across and every balance adds down.
//! *Error.* After *N* payments no carried amount is off by more than *N*·2⁻⁴⁰ minor units.

use std::collections::BTreeMap;

use caudal_ledger::{LedgerView, Line, LineIdx, PlaceIdx};
use smallvec::smallvec;

use crate::arith::{CARRIED_BITS, Few, carry, mul_div, nearest_whole, shares_of};
use crate::drive::{Cancelled, Replay, drive};
use crate::fragment::IntervalSet;
use crate::holding::{
    Block, Share, Shares, add_share, converted_blocks, converted_mixed, share_of, steer, to_minor,
};
use crate::many::{self, Many};
use crate::plain::Plain;
use crate::question::{OriginIdx, Question, Seed, Watch, disjoint};
use crate::record::{assert_conserved, ending_at};
use crate::result::{Cell, Ending, EndingKind, OriginTotal, Start, Trace, TracedLine, add_amount};
use crate::rule::Presumption;
use crate::union::{Slots, origin_money};

/// Traces forward under `pro-rata` (no presumption) or under `difo:pro-rata` and `libr:pro-rata`.
/// Carried amounts of endings may be left out where there are many.
pub(crate) fn forward<V: LedgerView>(
    view: &V,
    presumption: Option<Presumption>,
    question: &Question,
    (kept, watch): (many::Carried, Watch<'_>),
) -> Result<Trace, Cancelled> {
    let mut starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
    starts.dedup();
    if presumption.is_none() && Plain::fits(view, question) {
        let mut plain = Plain::new(view, question);
        drive(view, &starts, &mut plain, watch)?;
        return Ok(plain.finish());
    }
    if presumption.is_none() && Many::fits(view, question) {
        let mut many = Many::new(view, question);
        drive(view, &starts, &mut many, watch)?;
        return Ok(many.finish(kept));
    }
    let mut carried = Carried::new(view, presumption, question, None);
    drive(view, &starts, &mut carried, watch)?;
    Ok(carried.finish(Books::Closed))
}

pub(crate) struct Carried<'a, V> {
    view: &'a V,
    presumption: Option<Presumption>,
    question: &'a Question,
    next_seed: usize,
    converts: bool,
    /// What places hold. Outside parties keep shares too, for their errors, but never pay them out.
    holdings: Slots<Shares>,
    below: BTreeMap<PlaceIdx, Shares>,
    /// Units of origins that rest where a conversion rounded their money away.
    lost: BTreeMap<PlaceIdx, Shares>,
    mark: Option<Mark<'a>>,
    trace: Trace,
}

/// Money that has passed certain lines, told apart from money that has not: of each origin *k*,
/// share 2*k* has not passed and share 2*k* + 1 has. Marks split labels and change no result.
pub(crate) struct Mark<'a> {
    passes: &'a dyn Fn(LineIdx, &Line) -> bool,
    side: Side,
    /// Carried money at its first pass, by origin.
    first: Vec<i128>,
}

/// Which lines count, and on which side.
pub(crate) type Passes<'p> = (&'p dyn Fn(LineIdx, &Line) -> bool, Side);

/// On which side of a line money that passes it is counted; they differ in a conversion.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// As it leaves the payer.
    Paid,
    /// As it reaches the payee.
    Arrived,
}

/// How much money of each origin passes lines of a kind, counted once however often it passes; and
/// the trace in which odd origins are what has passed. Carried units.
pub(crate) fn first_passes<V: LedgerView>(
    view: &V,
    presumption: Option<Presumption>,
    question: &Question,
    (passes, side): Passes<'_>,
) -> (Vec<i128>, Trace) {
    let split = Question {
        origins: question.origins.iter().flat_map(|o| [o.clone(), o.clone()]).collect(),
        seeds: question.seeds.iter().map(|s| Seed { origin: s.origin * 2, ..*s }).collect(),
        keep_lines: false,
        ..question.clone()
    };
    let mut starts: Vec<LineIdx> = split.seeds.iter().map(|seed| seed.line).collect();
    starts.dedup();
    let mark = Mark { passes, side, first: vec![0; question.origins.len()] };
    let mut carried = Carried::new(view, presumption, &split, Some(mark));
    let finished = drive(view, &starts, &mut carried, &mut crate::question::unwatched);
    finished.expect("nobody watches, so nobody stops it");
    let first = carried.mark.take().map(|mark| mark.first).unwrap_or_default();
    (first, carried.finish(Books::Split))
}

/// Whether each origin's endings add up to the origin, or marks have split the labels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Books {
    Closed,
    Split,
}

/// A payment as the rule sees it: what it takes, of what, and where that stands in it.
///
/// *Units.* 2^-`bits` minor units. Whole minor units serve, unless a threshold has taken fractions
/// out of the union of origins.
struct Taking {
    /// Origin money and other money (`pro-rata`), or origin money alone.
    amount: u128,
    /// The holding it is taken from.
    whole: u128,
    /// Where origin money begins in the payment.
    at: u128,
    bits: u32,
}

impl Taking {
    /// The place of origin money in the payment, in carried units.
    fn carried_range(&self) -> (u128, u128) {
        let scale = CARRIED_BITS - self.bits;
        (self.at << scale, (self.at + self.amount) << scale)
    }
}

impl<V: LedgerView> Replay for Carried<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        !self.held(place).is_empty()
    }

    fn look_at(&self, place: PlaceIdx) {
        let first = self.held(place).first();
        std::hint::black_box(first.map(|share| share.carried));
    }

    fn step(&mut self, line_idx: LineIdx) {
        let line = self.view.line(line_idx);
        let taking = self.taking(line_idx, &line);
        let mut pieces = Shares::new();
        if self.holds(line.payer) && self.view.is_account(line.payer) {
            let wanted = self.take_carried(&line, &taking);
            let balance = self.view.balance_before(line_idx);
            pieces = self.take_printed((&line, balance), &taking, wanted);
        }
        let blocks = self.label(line_idx, &line, &taking, &mut pieces);
        let arriving = match self.presumption {
            _ if !line.is_conversion => pieces.clone(),
            None => converted_mixed(&line, &pieces),
            Some(_) => converted_blocks(&line, blocks),
        };
        self.record(line_idx, &taking, &pieces, &arriving);
        self.drop_below(line_idx, line.payer);
        let arriving = self.pass(line_idx, &line, &pieces, arriving);
        for share in arriving {
            // What a conversion rounded away has units of its origin, but nothing that could leave.
            let is_lost = share.carried == 0 && share.printed == 0;
            let shares = if is_lost && self.view.is_account(line.payee) {
                self.lost.entry(line.payee).or_default()
            } else {
                self.held_mut(line.payee)
            };
            add_share(shares, share);
        }
        self.drop_below(line_idx, line.payee);
    }
}

impl<'a, V: LedgerView> Carried<'a, V> {
    pub(crate) fn new(
        view: &'a V,
        presumption: Option<Presumption>,
        question: &'a Question,
        mark: Option<Mark<'a>>,
    ) -> Self {
        let origins = vec![OriginTotal::default(); question.origins.len()];
        Self {
            view,
            presumption,
            question,
            next_seed: 0,
            converts: view.has_conversions(),
            holdings: Slots::new(view.place_count()),
            below: BTreeMap::new(),
            lost: BTreeMap::new(),
            mark,
            trace: Trace { origins, ..Trace::default() },
        }
    }

    fn held(&self, place: PlaceIdx) -> &[Share] {
        self.holdings.get(place).map_or(&[], |shares| shares)
    }

    fn held_mut(&mut self, place: PlaceIdx) -> &mut Shares {
        self.holdings.or_insert_with(place, Shares::new)
    }

    /// Marks what passes, and counts it at its first pass.
    fn pass(
        &mut self,
        line_idx: LineIdx,
        line: &Line,
        pieces: &Shares,
        arriving: Shares,
    ) -> Shares {
        let Some(mark) = self.mark.as_mut().filter(|mark| (mark.passes)(line_idx, line)) else {
            return arriving;
        };
        let counted = if mark.side == Side::Paid { pieces } else { &arriving };
        for share in counted.iter().filter(|share| share.origin % 2 == 0) {
            mark.first[share.origin as usize / 2] += share.carried;
        }
        let mut passed = Shares::new();
        for share in arriving {
            add_share(&mut passed, Share { origin: share.origin | 1, ..share });
        }
        passed
    }

    fn taking(&self, line_idx: LineIdx, line: &Line) -> Taking {
        let mut bits = 0;
        if !self.view.is_account(line.payer) {
            return Taking { amount: 0, whole: 0, at: 0, bits };
        }
        let balance = self.view.balance_before(line_idx);
        let Some(presumption) = self.presumption else {
            return Taking { amount: line.paid, whole: balance, at: 0, bits };
        };
        let shares = self.held(line.payer);
        let born = self.view.born_for(line_idx);
        let whole = if self.question.threshold_atto == 0 {
            shares.iter().map(|share| share.printed).sum()
        } else {
            bits = CARRIED_BITS;
            shares.iter().map(|share| share.carried.unsigned_abs()).sum()
        };
        let (paid, balance, born) = (line.paid << bits, balance << bits, born << bits);
        let (amount, at) = origin_money(presumption, paid, balance, whole, born);
        Taking { amount, whole, at, bits }
    }

    /// What leaves as carried: prefix sums rounded, so that the pieces sum exactly.
    fn take_carried(&self, line: &Line, taking: &Taking) -> Shares {
        let held = self.held(line.payer);
        let (amount, whole) = (taking.amount, taking.whole.max(1));
        let pieces = shares_of(held.iter().map(|share| share.carried), amount, whole);
        let piece = |(share, carried): (&Share, i128)| Share {
            origin: share.origin,
            carried,
            printed: 0,
            origin_carried: self.origin_part(share, carried),
        };
        held.iter().zip(pieces).map(piece).collect()
    }

    fn origin_part(&self, share: &Share, carried: i128) -> i128 {
        if !self.converts || share.carried == 0 || carried == share.carried {
            return if carried == share.carried { share.origin_carried } else { 0 };
        }
        let part = mul_div(
            share.origin_carried.unsigned_abs(),
            carried.unsigned_abs(),
            share.carried.unsigned_abs(),
        );
        i128::try_from(part).expect("a part of a holding fits")
    }

    /// What leaves as printed: the whole vector nearest to the carried one, corrected by half of
    /// the errors of payer and payee. Takes the pieces out of the payer's holdings.
    fn take_printed(
        &mut self,
        (line, balance): (&Line, u128),
        taking: &Taking,
        mut pieces: Shares,
    ) -> Shares {
        let held = self.held(line.payer);
        let payee = self.held(line.payee);
        let error_at_payee = |origin| {
            if line.is_conversion { 0 } else { share_of(payee, origin).map_or(0, Share::error) }
        };
        let mut wanted: Few<i128> = pieces
            .iter()
            .zip(held)
            .map(|(piece, share)| {
                steer(piece.carried, share.error() - error_at_payee(share.origin))
            })
            .collect();
        let mut most: Few<u128> = held.iter().map(|share| share.printed).collect();
        let mut total = taking.amount;
        if self.is_shared_with_others(taking) {
            total = line.paid;
            let others = carry(line.paid) - pieces.iter().map(|p| p.carried).sum::<i128>();
            let error = |shares: &[Share]| -shares.iter().map(Share::error).sum::<i128>();
            let at_payee = if line.is_conversion { 0 } else { error(payee) };
            wanted.push(steer(others, error(held) - at_payee));
            most.push(balance - most.iter().sum::<u128>());
        }
        let printed = nearest_whole(&wanted, &most, total);
        for (piece, printed) in pieces.iter_mut().zip(printed) {
            piece.printed = printed;
        }
        let held = self.held_mut(line.payer);
        for (share, piece) in held.iter_mut().zip(&pieces) {
            share.carried -= piece.carried;
            share.printed -= piece.printed;
            share.origin_carried -= piece.origin_carried;
        }
        held.retain(|share| !share.is_nothing());
        pieces.retain(|piece| !piece.is_nothing());
        pieces
    }

    /// Whether other money shares the rounding of printed figures: wherever what the origins pay
    /// together need not be a whole number.
    fn is_shared_with_others(&self, taking: &Taking) -> bool {
        self.presumption.is_none() || taking.bits > 0
    }

    /// Labels what the origins name of a line, as far as it carries no origin yet. Gives back how
    /// origin money stands in the line, where it has an order.
    fn label(
        &mut self,
        line_idx: LineIdx,
        line: &Line,
        taking: &Taking,
        pieces: &mut Shares,
    ) -> Vec<Block> {
        let question = self.question;
        let seeds = question.seeds_of(line_idx, &mut self.next_seed);
        let (lo, hi) = taking.carried_range();
        let mut blocks = Vec::new();
        if line.is_conversion && lo < hi {
            blocks.push(Block { lo, hi, shares: pieces.clone() });
        }
        for seed in seeds {
            self.trace.origins[seed.origin as usize].overlap += seed.hi - seed.lo;
        }
        let mut taken = IntervalSet::default();
        if lo < hi {
            taken.insert(lo, hi);
        }
        let is_mixed = self.presumption.is_none() && self.view.is_account(line.payer);
        let rest = carry(line.paid) - pieces.iter().map(|piece| piece.carried).sum::<i128>();
        let mut printed_left = line.paid - pieces.iter().map(|piece| piece.printed).sum::<u128>();
        for seed in disjoint(seeds) {
            if is_mixed {
                // Labels have no order inside such a payment: the seed takes its part of the rest.
                let part = mul_div(rest.unsigned_abs(), seed.hi - seed.lo, line.paid);
                let carried = i128::try_from(part).expect("a part fits");
                let printed = to_minor(carried).min(printed_left);
                printed_left -= printed;
                self.start(line_idx, seed.origin, (carried, printed), pieces);
                continue;
            }
            for (lo, hi) in taken.missing(seed.lo << CARRIED_BITS, seed.hi << CARRIED_BITS) {
                let carried = i128::try_from(hi - lo).expect("a part of a line fits");
                let printed = ((hi - lo) >> CARRIED_BITS).min(printed_left);
                printed_left -= printed;
                let share = self.start(line_idx, seed.origin, (carried, printed), pieces);
                blocks.push(Block { lo, hi, shares: smallvec![share] });
            }
        }
        blocks
    }

    /// Money of an origin starts in a line.
    fn start(
        &mut self,
        line: LineIdx,
        origin: OriginIdx,
        (carried, printed): (i128, u128),
        pieces: &mut Shares,
    ) -> Share {
        let total = &mut self.trace.origins[origin as usize];
        total.traced += printed;
        total.overlap -= printed;
        self.trace.starts.push(Start { line, origin, carried });
        let origin_carried = if self.converts { carry(printed) } else { 0 };
        let share = Share { origin, carried, printed, origin_carried };
        add_share(pieces, share);
        share
    }

    fn record(&mut self, line: LineIdx, taking: &Taking, pieces: &Shares, arriving: &Shares) {
        for piece in pieces {
            let distance = piece.error().unsigned_abs();
            self.trace.rounding_worst = self.trace.rounding_worst.max(distance);
        }
        if pieces.is_empty() || !self.question.keep_lines {
            return;
        }
        let first = self.trace.cells.len();
        let cells = pieces.iter().zip(arriving).map(|(paid, received)| Cell {
            origin: paid.origin,
            paid: paid.printed,
            received: received.printed,
            carried: paid.carried,
        });
        self.trace.cells.extend(cells);
        let cells = first..self.trace.cells.len();
        let whole = taking.whole >> taking.bits;
        self.trace.lines.push(TracedLine { line, cells, fragments: 0..0, whole });
    }

    fn drop_below(&mut self, line: LineIdx, place: PlaceIdx) {
        if self.question.threshold_atto == 0 || !self.view.is_account(place) {
            return;
        }
        let Some(shares) = self.holdings.get_mut(place) else { return };
        let threshold = carry(self.question.threshold(self.view.place(place).currency));
        // Marked and unmarked money of one origin is one holding: marks change no result.
        let halves = u32::from(self.mark.is_some());
        let holdings = shares.chunk_by(|a, b| a.origin >> halves == b.origin >> halves);
        let mut small = Shares::new();
        for shares in holdings {
            let holding: i128 = shares.iter().map(|share| share.carried).sum();
            if holding > 0 && holding < threshold {
                small.extend_from_slice(shares);
            }
        }
        if small.is_empty() {
            return;
        }
        shares.retain(|share| share_of(&small, share.origin).is_none());
        let below = self.below.entry(place).or_default();
        for share in small {
            self.trace.dropped.push((line, place, share.origin));
            add_share(below, share);
        }
    }

    pub(crate) fn finish(mut self, books: Books) -> Trace {
        for (place, lost) in std::mem::take(&mut self.lost) {
            let shares = self.held_mut(place);
            lost.into_iter().for_each(|share| add_share(shares, share));
        }
        let all = std::mem::take(&mut self.holdings.all);
        let rests = all.into_iter().map(|(place, shares)| {
            (ending_at(self.view, place).unwrap_or(EndingKind::Held), place, shares)
        });
        let below = std::mem::take(&mut self.below).into_iter();
        let below = below.map(|(place, shares)| (EndingKind::BelowThreshold, place, shares));
        let mut rests: Vec<_> = rests.chain(below).filter(|rest| !rest.2.is_empty()).collect();
        rests.sort_by_key(|&(kind, place, _)| (kind, place));
        let mut origin_units = self.origin_units(&rests, books);
        for (kind, place, shares) in rests {
            let mut ending = Ending {
                kind,
                place,
                amounts: Vec::new(),
                origin_units: Vec::new(),
                carried: Vec::new(),
            };
            for share in shares {
                add_amount(&mut ending.amounts, share.origin, share.printed);
                ending.carried.push((share.origin, share.carried));
                let units = origin_units[share.origin as usize].next().expect("one each");
                add_amount(&mut ending.origin_units, share.origin, units);
            }
            self.trace.endings.push(ending);
        }
        if books == Books::Closed {
            assert_conserved(&self.trace);
        }
        self.trace
    }

    /// For each origin the whole units that rest in each of its endings, in its own currency.
    fn origin_units(
        &self,
        rests: &[(EndingKind, PlaceIdx, Shares)],
        books: Books,
    ) -> Vec<std::vec::IntoIter<u128>> {
        let mut wanted: Vec<Vec<i128>> = vec![Vec::new(); self.question.origins.len()];
        let mut printed: Vec<Vec<u128>> = vec![Vec::new(); self.question.origins.len()];
        for share in rests.iter().flat_map(|rest| &rest.2) {
            wanted[share.origin as usize].push(share.origin_carried);
            printed[share.origin as usize].push(share.printed);
        }
        let totals = self.trace.origins.iter().map(|origin| origin.traced);
        let whole = wanted.iter().zip(printed).zip(totals).map(|((wanted, printed), total)| {
            if !self.converts || wanted.is_empty() || books == Books::Split {
                return printed.into_iter();
            }
            nearest_whole(wanted, &vec![total; wanted.len()], total).into_vec().into_iter()
        });
        whole.collect()
    }
}
