//! `pro-rata` for one origin whose money comes from outside: the most common question, in the least
//! memory.
//!
//! *Authority.* As in [`crate::carried`], whose figures it gives exactly; a test compares them.
//! *Shape.* What a place holds is two numbers, the printed figure and how far it stands above the
//! carried one, so that the places of a large ledger stay in the processor's cache: a sweep is bound
//! by nothing else.

use caudal_columns::fetch_ahead;
use caudal_ledger::{Chunk, ChunkAmounts, LedgerView, LineIdx, PlaceIdx};

use crate::arith::{carry, mul_div_round, nearest_of_two};
use crate::drive::{Bits, Cancelled, Replay};
use crate::holding::steer;
use crate::question::{Progress, Question, Watch, disjoint};
use crate::record::{assert_conserved, ending_at};
use crate::result::{Cell, Ending, EndingKind, OriginTotal, Start, Trace, TracedLine};

/// Lines of a sweep that are taken together, and how far ahead the memory is asked.
const CHUNK_LINES: u32 = 1 << 12;
const LOOK_AHEAD: usize = 16;

/// What a place holds of the origin, or what a payment takes of it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    /// Minor units; never more than the origin.
    printed: u64,
    /// Printed less carried, in 2⁻⁴⁰ minor units.
    error: i64,
}

impl Held {
    fn of(printed: u128, carried: i128) -> Self {
        let error = i64::try_from(carry(printed) - carried);
        Self {
            printed: u64::try_from(printed).expect("no more than the origin, which fits"),
            error: error.expect("a printed figure stays near the carried one"),
        }
    }

    fn carried(self) -> i128 {
        carry(u128::from(self.printed)) - i128::from(self.error)
    }

    fn plus(self, other: Self) -> Self {
        Self { printed: self.printed + other.printed, error: self.error + other.error }
    }

    fn minus(self, other: Self) -> Self {
        Self { printed: self.printed - other.printed, error: self.error - other.error }
    }
}

const NOTHING: Held = Held { printed: 0, error: 0 };

pub(crate) struct Plain<'a, V> {
    view: &'a V,
    question: &'a Question,
    next_seed: usize,
    held: Vec<Held>,
    /// Places in the order in which money reached them, each once.
    met: Vec<PlaceIdx>,
    is_met: Vec<bool>,
    /// Places that are pools; made for a sweep.
    pools: Bits,
    trace: Trace,
}

impl<'a, V: LedgerView> Plain<'a, V> {
    /// Whether a question is that simple: one origin, that starts where no account pays, and neither
    /// conversions nor a threshold.
    pub(crate) fn fits(view: &V, question: &Question) -> bool {
        let total: u128 = question.seeds.iter().map(|seed| seed.hi - seed.lo).sum();
        question.origins.len() == 1
            && question.threshold_atto == 0
            && !view.has_conversions()
            && total < 1 << 62
            && question.seeds.iter().all(|seed| !view.is_account(view.payer(seed.line)))
    }

    pub(crate) fn new(view: &'a V, question: &'a Question) -> Self {
        let places = view.place_count() as usize;
        Self {
            view,
            question,
            next_seed: 0,
            held: vec![NOTHING; places],
            met: Vec::new(),
            is_met: vec![false; places],
            pools: Bits::default(),
            trace: Trace { origins: vec![OriginTotal::default()], ..Trace::default() },
        }
    }

    /// Money that starts in a line.
    fn start(&mut self, line: LineIdx) -> Option<Held> {
        let question = self.question;
        let seeds = question.seeds_of(line, &mut self.next_seed);
        if seeds.is_empty() {
            return None;
        }
        let named: u128 = seeds.iter().map(|seed| seed.hi - seed.lo).sum();
        let mut started = 0;
        for seed in disjoint(seeds) {
            let carried = carry(seed.hi - seed.lo);
            started += seed.hi - seed.lo;
            self.trace.starts.push(Start { line, origin: 0, carried });
        }
        self.trace.origins[0].traced += started;
        self.trace.origins[0].overlap += named - started;
        Some(Held::of(started, carry(started)))
    }

    /// What a payment takes of what its payer holds.
    fn piece(&self, (payer, payee): (PlaceIdx, PlaceIdx), paid: u128, balance: u128) -> Held {
        let held = self.held[payer as usize];
        let apart = i128::from(held.error) - i128::from(self.held[payee as usize].error);
        let carried = mul_div_round(held.carried().unsigned_abs(), paid, balance);
        let carried =
            i128::try_from(carried).expect("a piece is no larger than its whole and fits");
        let wanted = [steer(carried, apart), steer(carry(paid) - carried, -apart)];
        let printed = u128::from(held.printed);
        Held::of(nearest_of_two(wanted, [printed, balance - printed], paid), carried)
    }

    /// Takes a line that a place with traced money pays.
    fn pay(&mut self, line: LineIdx, ends: (PlaceIdx, PlaceIdx), paid: u128, balance: u128) {
        let piece = self.piece(ends, paid, balance);
        let payer = &mut self.held[ends.0 as usize];
        *payer = payer.minus(piece);
        self.arrive(line, ends.1, piece, balance);
    }

    /// Takes a piece to its payee.
    fn arrive(&mut self, line: LineIdx, payee: PlaceIdx, piece: Held, whole: u128) {
        if piece == NOTHING {
            return;
        }
        self.record(line, piece, whole);
        let to = &mut self.held[payee as usize];
        *to = to.plus(piece);
        let is_met = &mut self.is_met[payee as usize];
        if !*is_met {
            *is_met = true;
            self.met.push(payee);
        }
    }

    fn step_if_held(&mut self, line: LineIdx, holds: &mut Bits) {
        let (payer, payee) = (self.view.payer(line), self.view.payee(line));
        if holds.has(payer) {
            self.step(line);
            self.note((payer, payee), holds);
        }
    }

    /// Notes what the ends of a line hold after it.
    fn note(&self, (payer, payee): (PlaceIdx, PlaceIdx), holds: &mut Bits) {
        holds.set(payer, self.held[payer as usize] != NOTHING);
        if self.held[payee as usize] != NOTHING {
            holds.set(payee, self.pools.has(payee));
        }
    }

    /// Takes the lines of a chunk, in which no origin starts.
    fn take(&mut self, first: LineIdx, chunk: &Chunk, amounts: &ChunkAmounts, holds: &mut Bits) {
        let ends = chunk.payer.iter().copied().zip(chunk.payee.iter().copied());
        let amounts = amounts.paid.iter().copied().zip(amounts.balance_before.iter().copied());
        let mut ahead = ends.clone().skip(LOOK_AHEAD);
        for (line, ((payer, payee), (paid, balance))) in (first..).zip(ends.zip(amounts)) {
            if let Some((payer, payee)) = ahead.next()
                && holds.has(payer)
            {
                // The memory fetches what later lines need while this one is counted.
                fetch_ahead(&self.held, payer as usize);
                fetch_ahead(&self.held, payee as usize);
            }
            if holds.has(payer) {
                self.pay(line, (payer, payee), u128::from(paid), u128::from(balance));
                self.note((payer, payee), holds);
            }
        }
    }

    fn record(&mut self, line: LineIdx, piece: Held, whole: u128) {
        let distance = u128::from(piece.error.unsigned_abs());
        self.trace.rounding_worst = self.trace.rounding_worst.max(distance);
        if !self.question.keep_lines {
            return;
        }
        let first = self.trace.cells.len();
        let (paid, carried) = (u128::from(piece.printed), piece.carried());
        self.trace.cells.push(Cell { origin: 0, paid, received: paid, carried });
        let cells = first..first + 1;
        self.trace.lines.push(TracedLine { line, cells, fragments: 0..0, whole });
    }

    /// Adds up the endings. Conservation is asserted, in release builds too.
    pub(crate) fn finish(mut self) -> Trace {
        let kind_at = |place| ending_at(self.view, place).unwrap_or(EndingKind::Held);
        let mut rests: Vec<(EndingKind, PlaceIdx)> =
            self.met.iter().map(|&place| (kind_at(place), place)).collect();
        rests.sort_unstable();
        for (kind, place) in rests {
            let held = self.held[place as usize];
            if held == NOTHING {
                continue;
            }
            let printed = u128::from(held.printed);
            let amounts = if printed > 0 { vec![(0, printed)] } else { Vec::new() };
            let carried = vec![(0, held.carried())];
            let origin_units = amounts.clone();
            self.trace.endings.push(Ending { kind, place, amounts, origin_units, carried });
        }
        assert_conserved(&self.trace);
        self.trace
    }
}

impl<V: LedgerView> Replay for Plain<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        self.held[place as usize] != NOTHING
    }

    fn look_at(&self, place: PlaceIdx) {
        std::hint::black_box(self.held[place as usize].printed);
    }

    fn step(&mut self, line: LineIdx) {
        let ends = (self.view.payer(line), self.view.payee(line));
        match self.start(line) {
            Some(started) => self.arrive(line, ends.1, started, 0),
            None => self.pay(line, ends, self.view.paid(line), self.view.balance_before(line)),
        }
    }

    fn lines_per_step(&self) -> u64 {
        12
    }

    fn sweep(&mut self, from: LineIdx, watch: Watch<'_>) -> Option<Result<(), Cancelled>> {
        let line_count = self.view.line_count();
        let (mut chunk, mut amounts) = (Chunk::default(), ChunkAmounts::default());
        if !self.view.chunk_amounts(from..line_count.min(from + 1), &mut amounts) {
            return None;
        }
        let places = self.view.place_count();
        self.pools = Bits::of(places, (0..places).filter(|&place| self.view.is_account(place)));
        let holds = |&place: &PlaceIdx| self.held[place as usize] != NOTHING;
        let met = self.met.iter().copied().filter(|&place| self.pools.has(place));
        let mut holds = Bits::of(places, met.filter(holds));
        let mut at = from;
        while at < line_count {
            let start = self.question.seeds.get(self.next_seed).map(|seed| seed.line);
            if start == Some(at) {
                self.step(at);
                let payee = self.view.payee(at);
                holds.set(payee, self.pools.has(payee) && self.held[payee as usize] != NOTHING);
                at += 1;
                continue;
            }
            let end = at.saturating_add(CHUNK_LINES).min(line_count);
            let end = start.map_or(end, |start| end.min(start));
            self.view.chunk(at..end, &mut chunk);
            if self.view.chunk_amounts(at..end, &mut amounts) {
                self.take(at, &chunk, &amounts, &mut holds);
            } else {
                (at..end).for_each(|line| self.step_if_held(line, &mut holds));
            }
            at = end;
            if watch(Progress { line: at, line_count }).is_break() {
                return Some(Err(Cancelled));
            }
        }
        Some(Ok(()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use caudal_ledger::{Ledger, LedgerOptions, LineKind};
    use caudal_model::{Currency, Moment, Money, SourceRef, Thing, Transfer, TransferTable};

    use super::*;
    use crate::carried::{Books, Carried};
    use crate::drive::drive;
    use crate::question::{Origin, Seed, unwatched};

    /// A ledger of a few accounts and many lines, from a small generator.
    pub(crate) fn ledger(mut seed: u64) -> Ledger {
        let currency = Currency::from_code("USD").expect("in the table");
        let mut below = |end: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % end
        };
        let names = ["@in", "A", "B", "C", "D", "@out"];
        let mut table = TransferTable::default();
        for row in 1..=200 {
            let payer = names[usize::try_from(below(5)).expect("small")];
            let payee = names[usize::try_from(1 + below(5)).expect("small")];
            let minor = u128::from(1 + below(400));
            let transfer = Transfer {
                id: &format!("t{row}"),
                moment: Moment { day: i32::try_from(row).expect("small"), nanos: None },
                payer,
                payee,
                thing: Thing::Money(Money { minor, currency }),
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

    #[test]
    fn one_origin_gives_the_figures_of_the_general_case() {
        let mut moving = 0;
        for seed in 0..200 {
            let ledger = ledger(seed);
            let currency = Currency::from_code("USD").expect("in the table");
            let sources = (0..ledger.line_count()).filter(|&l| {
                !ledger.is_account(ledger.payer(l)) && ledger.line(l).kind == LineKind::Transfer
            });
            let part = |line: LineIdx| (u128::from(line % 2), ledger.paid(line));
            let seeds: Vec<Seed> = sources
                .step_by(2)
                .take(4)
                .map(|line| (line, part(line)))
                .filter(|&(_, (lo, hi))| lo < hi)
                .map(|(line, (lo, hi))| Seed { line, lo, hi, origin: 0 })
                .collect();
            let origin = Origin { label: "V".to_owned(), currency };
            let mut question = Question::new(vec![origin], seeds);
            question.keep_lines = seed % 3 > 0;
            assert!(Plain::fits(&ledger, &question));
            let starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
            let mut plain = Plain::new(&ledger, &question);
            drive(&ledger, &starts, &mut plain, &mut unwatched).expect("nobody stops it");
            let mut general = Carried::new(&ledger, None, &question, None);
            drive(&ledger, &starts, &mut general, &mut unwatched).expect("nobody stops it");
            let mut swept = Plain::new(&ledger, &question);
            swept.sweep(0, &mut unwatched).expect("amounts fit").expect("nobody stops it");
            let (plain, general) = (plain.finish(), general.finish(Books::Closed));
            moving += usize::from(plain.endings.len() > 1);
            assert_eq!(plain, general, "seed {seed}");
            assert_eq!(swept.finish(), plain, "seed {seed}");
        }
        assert!(moving > 150, "money moves in {moving} of the ledgers");
    }
}
