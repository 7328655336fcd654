//! `pro-rata` for many origins whose money comes from outside: thousands of victims in one pass.
//!
//! *Authority.* As in [`crate::carried`], whose figures it gives exactly; a test compares them.
//! *Units.* As there; a holding is the printed figure and how far it stands above the carried one.
//! *Shape.* Each place keeps its parts by origin, ascending, and their sums. After some payments an
//! account holds a little of almost every origin, and most of these parts are dust: less than is
//! printed. Dust needs no rounding to whole units, only its share of each payment, and that takes no
//! division: a payment's fraction is turned into a factor once, and the remainder is carried along.

use caudal_ledger::{LedgerView, Line, LineIdx, PlaceIdx};

use crate::arith::{CARRIED_BITS, carry, nearest_whole};
use crate::drive::Replay;
use crate::holding::steer;
use crate::question::{OriginIdx, Question, disjoint};
use crate::record::{assert_conserved, ending_at};
use crate::result::{Amounts, Cell, Ending, EndingKind, OriginTotal, Start, Trace, TracedLine};

/// Amounts and balances stay below this, so that a product with a remainder fits 128 bits.
const LIMIT: u128 = 1 << 62;

/// What a place holds of one origin, or what a payment takes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Part {
    origin: OriginIdx,
    /// Minor units.
    printed: u64,
    /// Printed less carried, in 2⁻⁴⁰ minor units.
    error: i64,
}

impl Part {
    fn of(origin: OriginIdx, printed: u128, carried: i128) -> Self {
        let error = i64::try_from(carry(printed) - carried);
        Self {
            origin,
            printed: u64::try_from(printed).expect("no more than the origins, which fit"),
            error: error.expect("a printed figure stays near the carried one"),
        }
    }

    fn carried(&self) -> i128 {
        carry(u128::from(self.printed)) - i128::from(self.error)
    }

    fn is_nothing(&self) -> bool {
        self.printed == 0 && self.error == 0
    }

    fn add(&mut self, other: &Self) {
        self.printed += other.printed;
        self.error += other.error;
    }

    fn take(&mut self, piece: &Self) {
        self.printed -= piece.printed;
        self.error -= piece.error;
    }
}

/// The parts of one place, ascending by origin, and their sums.
#[derive(Clone, Default)]
struct Parts {
    all: Vec<Part>,
    printed: u128,
    error: i128,
}

impl Parts {
    fn error_of(&self, origin: OriginIdx) -> i64 {
        let at = self.all.binary_search_by_key(&origin, |part| part.origin);
        at.map_or(0, |at| self.all[at].error)
    }

    /// Adds pieces, ascending by origin.
    fn put(&mut self, pieces: &[Part]) {
        self.printed += pieces.iter().map(|piece| u128::from(piece.printed)).sum::<u128>();
        self.error += pieces.iter().map(|piece| i128::from(piece.error)).sum::<i128>();
        let unknown = self.add_known(pieces);
        if unknown == 0 {
            return;
        }
        let old = self.all.len();
        if self.all.capacity() < old + unknown {
            // Lists of thousands of parts in each of many places: they may not double.
            self.all.reserve_exact(unknown + old / 8);
        }
        let blank = Part { origin: 0, printed: 0, error: 0 };
        self.all.resize(old + unknown, blank);
        // From the back: what is known moves up, and what is unknown goes between.
        let (mut from, mut to) = (old, old + unknown);
        for piece in pieces.iter().rev() {
            while from > 0 && self.all[from - 1].origin > piece.origin {
                to -= 1;
                from -= 1;
                self.all[to] = self.all[from];
            }
            if from == 0 || self.all[from - 1].origin < piece.origin {
                to -= 1;
                self.all[to] = *piece;
            }
            if from == to {
                break;
            }
        }
    }

    /// Adds the pieces of origins that are held already, and counts the others.
    fn add_known(&mut self, pieces: &[Part]) -> usize {
        let mut unknown = 0;
        let mut at = 0;
        // A few pieces find their places in a long list by halving it.
        let is_sparse = pieces.len() * 16 < self.all.len();
        for piece in pieces {
            at += if is_sparse {
                self.all[at..].partition_point(|part| part.origin < piece.origin)
            } else {
                self.all[at..].iter().take_while(|part| part.origin < piece.origin).count()
            };
            match self.all.get_mut(at).filter(|part| part.origin == piece.origin) {
                Some(part) => part.add(piece),
                None => unknown += 1,
            }
        }
        unknown
    }
}

/// The fraction of a payment, for many holdings in turn: each takes what it adds to the rounded share
/// of all before it (`TRACING` 11.2).
struct Fraction {
    paid: u64,
    balance: u64,
    /// ⌊2⁶⁴·paid/balance⌋; the payment is smaller than the balance.
    factor: u64,
    /// What is left of the division so far, with the half that rounds; below the balance.
    rest: u64,
}

impl Fraction {
    fn new(paid: u128, balance: u128) -> Self {
        let fits = |amount| u64::try_from(amount).expect("balances fit, or the question does not");
        let factor = fits((paid << 64) / balance);
        let (paid, balance) = (fits(paid), fits(balance));
        Self { paid, balance, factor, rest: balance / 2 }
    }

    fn piece(&mut self, carried: u128) -> i128 {
        let piece = match u64::try_from(carried) {
            Ok(dust) => u128::from(self.of_dust(dust)),
            Err(_) => self.of_much(carried),
        };
        i128::try_from(piece).expect("a piece is no larger than its holding and fits")
    }

    /// The piece of a holding of any size.
    fn of_much(&mut self, carried: u128) -> u128 {
        const LOW: u128 = (1 << CARRIED_BITS) - 1;
        let (paid, balance) = (u128::from(self.paid), u128::from(self.balance));
        let high = (carried >> CARRIED_BITS) * paid;
        let low = ((high % balance) << CARRIED_BITS) + (carried & LOW) * paid;
        let low = low + u128::from(self.rest);
        self.rest = u64::try_from(low % balance).expect("a remainder is below its divisor");
        ((high / balance) << CARRIED_BITS) + low / balance
    }

    /// The piece of dust, without a division: the factor's quotient is at most two too small.
    fn of_dust(&mut self, carried: u64) -> u64 {
        let product = u128::from(carried) * u128::from(self.factor);
        let mut piece = u64::try_from(product >> 64).expect("half of 128 bits");
        // The rest is below 3·2⁶², so its low 64 bits are all of it.
        let all = carried.wrapping_mul(self.paid).wrapping_add(self.rest);
        let mut rest = all.wrapping_sub(piece.wrapping_mul(self.balance));
        while rest >= self.balance {
            rest -= self.balance;
            piece += 1;
        }
        self.rest = rest;
        piece
    }
}

/// Lists that one payment needs, kept so that they are allocated once.
#[derive(Default)]
struct Scratch {
    /// What each part of the payer pays, carried.
    carried: Vec<i128>,
    /// Of the parts that are more than dust: what they wish to pay in whole units, and the most that
    /// they can. What other money wishes and can stands last.
    wanted: Vec<i128>,
    most: Vec<u128>,
    /// What the line moves.
    pieces: Vec<Part>,
}

impl Scratch {
    /// Fills the lists for a payment that does not empty its account.
    fn share(&mut self, (line, balance): (&Line, u128), held: &Parts, payee: &Parts) {
        self.carried.clear();
        self.wanted.clear();
        self.most.clear();
        let mut fraction = Fraction::new(line.paid, balance);
        let mut sum = 0i128;
        for part in &held.all {
            let piece = fraction.piece(part.carried().unsigned_abs());
            sum += piece;
            self.carried.push(piece);
            if part.printed > 0 {
                let apart = part.error - payee.error_of(part.origin);
                self.wanted.push(steer(piece, i128::from(apart)));
                self.most.push(u128::from(part.printed));
            }
        }
        self.wanted.push(steer(carry(line.paid) - sum, payee.error - held.error));
        self.most.push(balance - held.printed);
    }

    /// Takes the pieces out of the payer's parts.
    fn take(&mut self, held: &mut Parts, paid: u128) {
        let mut printed = nearest_whole(&self.wanted, &self.most, paid).into_iter();
        for (part, &carried) in held.all.iter_mut().zip(&self.carried) {
            let whole = if part.printed > 0 { printed.next() } else { None };
            let piece = Part::of(part.origin, whole.unwrap_or(0), carried);
            if piece.is_nothing() {
                continue;
            }
            part.take(&piece);
            held.printed -= u128::from(piece.printed);
            held.error -= i128::from(piece.error);
            self.pieces.push(piece);
        }
        held.all.retain(|part| !part.is_nothing());
    }
}

pub(crate) struct Many<'a, V> {
    view: &'a V,
    question: &'a Question,
    next_seed: usize,
    held: Vec<Parts>,
    /// Places in the order in which money reached them, each once.
    met: Vec<PlaceIdx>,
    is_met: Vec<bool>,
    scratch: Scratch,
    trace: Trace,
}

impl<'a, V: LedgerView> Many<'a, V> {
    /// Whether a question is that simple: origins that start where no account pays, and neither
    /// conversions nor a threshold, nor amounts beyond 62 bits.
    pub(crate) fn fits(view: &V, question: &Question) -> bool {
        let received = |place: PlaceIdx| {
            let last = view.receipts(place).last();
            last.map_or(0, |last| view.received_before(last) + view.received(last))
        };
        question.threshold_atto == 0
            && !view.has_conversions()
            && question.seeds.iter().map(|seed| seed.hi - seed.lo).sum::<u128>() < LIMIT
            && question.seeds.iter().all(|seed| !view.is_account(view.payer(seed.line)))
            && (0..view.place_count()).all(|place| received(place) < LIMIT)
    }

    pub(crate) fn new(view: &'a V, question: &'a Question) -> Self {
        let places = view.place_count() as usize;
        let origins = vec![OriginTotal::default(); question.origins.len()];
        Self {
            view,
            question,
            next_seed: 0,
            held: vec![Parts::default(); places],
            met: Vec::new(),
            is_met: vec![false; places],
            scratch: Scratch::default(),
            trace: Trace { origins, ..Trace::default() },
        }
    }

    /// Money that starts in a line.
    fn start(&mut self, line: LineIdx) {
        let question = self.question;
        let seeds = question.seeds_of(line, &mut self.next_seed);
        for seed in seeds {
            self.trace.origins[seed.origin as usize].overlap += seed.hi - seed.lo;
        }
        let pieces = &mut self.scratch.pieces;
        for seed in disjoint(seeds) {
            let (origin, minor) = (seed.origin, seed.hi - seed.lo);
            let total = &mut self.trace.origins[origin as usize];
            total.traced += minor;
            total.overlap -= minor;
            self.trace.starts.push(Start { line, origin, carried: carry(minor) });
            pieces.push(Part::of(origin, minor, carry(minor)));
        }
        pieces.sort_by_key(|piece| piece.origin);
        pieces.dedup_by(|next, last| {
            let is_same = next.origin == last.origin;
            if is_same {
                last.add(next);
            }
            is_same
        });
    }

    /// Takes what a payment moves out of what its payer holds.
    fn pay(&mut self, line: &Line, balance: u128) {
        let held = &mut self.held[line.payer as usize];
        if line.paid == balance {
            // A balance of zero empties the pool.
            self.scratch.pieces.append(&mut held.all);
            *held = Parts::default();
            return;
        }
        let mut held = std::mem::take(held);
        self.scratch.share((line, balance), &held, &self.held[line.payee as usize]);
        self.scratch.take(&mut held, line.paid);
        self.held[line.payer as usize] = held;
    }

    fn record(&mut self, line: LineIdx, whole: u128) {
        let pieces = &self.scratch.pieces;
        let distance = pieces.iter().map(|piece| u128::from(piece.error.unsigned_abs())).max();
        self.trace.rounding_worst = self.trace.rounding_worst.max(distance.unwrap_or(0));
        if !self.question.keep_lines {
            return;
        }
        let first = self.trace.cells.len();
        self.trace.cells.extend(pieces.iter().map(|piece| {
            let paid = u128::from(piece.printed);
            Cell { origin: piece.origin, paid, received: paid, carried: piece.carried() }
        }));
        let cells = first..self.trace.cells.len();
        self.trace.lines.push(TracedLine { line, cells, fragments: 0..0, whole });
    }

    /// Adds up the endings. Conservation is asserted, in release builds too.
    pub(crate) fn finish(mut self, carried: Carried) -> Trace {
        let kind_at = |place| ending_at(self.view, place).unwrap_or(EndingKind::Held);
        let mut rests: Vec<(EndingKind, PlaceIdx)> =
            self.met.iter().map(|&place| (kind_at(place), place)).collect();
        rests.sort_unstable();
        for (kind, place) in rests {
            let parts = std::mem::take(&mut self.held[place as usize]).all;
            if parts.is_empty() {
                continue;
            }
            let printed = parts.iter().filter(|part| part.printed > 0);
            let amounts: Amounts =
                printed.map(|part| (part.origin, u128::from(part.printed))).collect();
            let carried = match carried {
                Carried::Kept => parts.iter().map(|part| (part.origin, part.carried())).collect(),
                Carried::LeftOut => Vec::new(),
            };
            let origin_units = amounts.clone();
            self.trace.endings.push(Ending { kind, place, amounts, origin_units, carried });
        }
        assert_conserved(&self.trace);
        self.trace
    }
}

/// Whether endings tell what they carry besides what is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carried {
    Kept,
    LeftOut,
}

impl<V: LedgerView> Replay for Many<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        !self.held[place as usize].all.is_empty()
    }

    fn look_at(&self, place: PlaceIdx) {
        std::hint::black_box(self.held[place as usize].all.first().map(|part| part.origin));
    }

    fn step(&mut self, line_idx: LineIdx) {
        let line = self.view.line(line_idx);
        self.scratch.pieces.clear();
        let mut whole = 0;
        if self.view.is_account(line.payer) {
            whole = self.view.balance_before(line_idx);
            self.pay(&line, whole);
        } else {
            self.start(line_idx);
        }
        if self.scratch.pieces.is_empty() {
            return;
        }
        self.record(line_idx, whole);
        self.held[line.payee as usize].put(&self.scratch.pieces);
        let is_met = &mut self.is_met[line.payee as usize];
        if !*is_met {
            *is_met = true;
            self.met.push(line.payee);
        }
    }
}

#[cfg(test)]
mod tests {
    use caudal_ledger::{Ledger, LedgerOptions, LineKind};
    use caudal_model::{Currency, Moment, Money, SourceRef, Thing, Transfer, TransferTable};

    use super::*;
    use crate::carried;
    use crate::drive::drive;
    use crate::question::{Origin, Seed, unwatched};

    fn usd() -> Currency {
        Currency::from_code("USD").expect("in the table")
    }

    /// A ledger of a few accounts, many lines and amounts up to `most`, from a small generator.
    fn ledger(mut seed: u64, most: u64) -> Ledger {
        let mut below = |end: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 20) % end
        };
        let names = ["@in", "A", "B", "C", "D", "@out"];
        let mut table = TransferTable::default();
        for row in 1..=200 {
            let payer = names[usize::try_from(below(5)).expect("small")];
            let payee = names[usize::try_from(1 + below(5)).expect("small")];
            let transfer = Transfer {
                id: &format!("t{row}"),
                moment: Moment { day: i32::try_from(row).expect("small"), nanos: None },
                payer,
                payee,
                thing: Thing::Money(Money { minor: u128::from(1 + below(most)), currency: usd() }),
                received: None,
                label: None,
                sequence: None,
                reverses: None,
                source: SourceRef { file_idx: 0, part: 0, row },
            };
            table.push(&transfer).expect("ids are numbered");
        }
        Ledger::build(&table, &[], &LedgerOptions::default()).expect("small amounts")
    }

    /// Origins of what enters: each line is of one, some lines are of two, and one starts late.
    fn question(ledger: &Ledger, seed: u64) -> Question {
        let sources = (0..ledger.line_count()).filter(|&line| {
            !ledger.is_account(ledger.payer(line)) && ledger.line(line).kind == LineKind::Transfer
        });
        let mut seeds = Vec::new();
        for (at, line) in sources.enumerate().skip(usize::try_from(seed % 3).expect("small")) {
            let (paid, origin) = (ledger.paid(line), u32::try_from(at % 23).expect("small"));
            seeds.push(Seed { line, lo: 0, hi: paid, origin });
            if at % 5 == 0 && paid > 2 {
                seeds.push(Seed { line, lo: paid / 2, hi: paid, origin: (origin + 20) % 23 });
            }
        }
        let origin = |at| Origin { label: format!("V{at}"), currency: usd() };
        let mut question = Question::new((0..23).map(origin).collect(), seeds);
        question.keep_lines = !seed.is_multiple_of(3);
        question
    }

    #[test]
    fn many_origins_give_the_figures_of_the_general_case() {
        let mut mixed = 0;
        for seed in 0..200 {
            let most = [400, 3, 1 << 40][usize::try_from(seed % 3).expect("small")];
            let ledger = ledger(seed, most);
            let question = question(&ledger, seed);
            assert!(Many::fits(&ledger, &question));
            let mut starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
            starts.dedup();
            let mut many = Many::new(&ledger, &question);
            drive(&ledger, &starts, &mut many, &mut unwatched).expect("nobody stops it");
            let mut general = carried::Carried::new(&ledger, None, &question, None);
            drive(&ledger, &starts, &mut general, &mut unwatched).expect("nobody stops it");
            let many = many.finish(Carried::Kept);
            mixed += usize::from(many.endings.iter().any(|ending| ending.amounts.len() > 5));
            assert_eq!(many, general.finish(carried::Books::Closed), "seed {seed}");
        }
        assert!(mixed > 100, "origins mix in {mixed} of the ledgers");
    }
}
