//! `poison`: which transfers and accounts are exposed. Never an amount traced.
//!
//! *Meaning.* An account is exposed from the moment a cent of an origin arrives until its balance
//! is zero; every payment made meanwhile is exposed whole. It touches exactly the lines that
//! `pro-rata` touches. Use it to choose which statements to ask for.

use std::collections::BTreeMap;

use caudal_ledger::{Chunk, LedgerView, Line, LineIdx, PlaceIdx};

use crate::drive::{Bits, Cancelled, Replay, drive};
use crate::question::{OriginIdx, Progress, Question, Watch};
use crate::record::ending_at;
use crate::result::{
    Amounts, Cell, Ending, EndingKind, OriginTotal, Trace, TracedLine, add_amount,
};
use crate::union::Slots;

/// Exposure forward from the origins.
pub(crate) fn forward<V: LedgerView>(
    view: &V,
    question: &Question,
    watch: Watch<'_>,
) -> Result<Trace, Cancelled> {
    let mut starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
    starts.dedup();
    if question.origins.len() == 1 {
        let mut single = Single::new(view, question);
        drive(view, &starts, &mut single, watch)?;
        return Ok(single.finish());
    }
    let mut poison = Poison::new(view, question);
    drive(view, &starts, &mut poison, watch)?;
    Ok(poison.finish())
}

struct Poison<'a, V> {
    view: &'a V,
    question: &'a Question,
    next_seed: usize,
    /// The origins that each account is exposed to, ascending.
    exposed: Slots<Vec<OriginIdx>>,
    arrived: BTreeMap<PlaceIdx, Amounts>,
    trace: Trace,
}

impl<V: LedgerView> Replay for Poison<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        self.exposed.get(place).is_some_and(|origins| !origins.is_empty())
    }

    fn look_at(&self, place: PlaceIdx) {
        std::hint::black_box(self.exposed.get(place).map(Vec::len));
    }

    fn step(&mut self, line_idx: LineIdx) {
        let line = self.view.line(line_idx);
        let mut origins = self.exposed.get(line.payer).cloned().unwrap_or_default();
        let seeds = self.question.seeds_of(line_idx, &mut self.next_seed);
        origins.extend(seeds.iter().map(|seed| seed.origin));
        origins.sort_unstable();
        origins.dedup();
        let empties =
            self.view.is_account(line.payer) && line.paid == self.view.balance_before(line_idx);
        if let Some(exposed) = self.exposed.get_mut(line.payer).filter(|_| empties) {
            exposed.clear();
        }
        self.record(line_idx, &line, &origins);
        if ending_at(self.view, line.payee).is_none() {
            let exposed = self.exposed.or_insert_with(line.payee, Vec::new);
            exposed.extend(origins);
            exposed.sort_unstable();
            exposed.dedup();
        } else {
            let arrived = self.arrived.entry(line.payee).or_default();
            for origin in origins {
                add_amount(arrived, origin, line.received);
            }
        }
    }
}

impl<'a, V: LedgerView> Poison<'a, V> {
    fn new(view: &'a V, question: &'a Question) -> Self {
        let mut origins = vec![OriginTotal::default(); question.origins.len()];
        for seed in &question.seeds {
            origins[seed.origin as usize].traced += seed.hi - seed.lo;
        }
        Self {
            view,
            question,
            next_seed: 0,
            exposed: Slots::new(view.place_count()),
            arrived: BTreeMap::new(),
            trace: Trace { origins, ..Trace::default() },
        }
    }

    fn record(&mut self, line_idx: LineIdx, line: &Line, origins: &[OriginIdx]) {
        if !self.question.keep_lines {
            return;
        }
        let first = self.trace.cells.len();
        let (paid, received) = (line.paid, line.received);
        let cells = origins.iter().map(|&origin| Cell { origin, paid, received, carried: 0 });
        self.trace.cells.extend(cells);
        let cells = first..self.trace.cells.len();
        self.trace.lines.push(TracedLine { line: line_idx, cells, fragments: 0..0, whole: 0 });
    }

    fn finish(mut self) -> Trace {
        for (place, origins) in &self.exposed.all {
            let balance = self.view.closing_balance(*place);
            let amounts: Amounts = origins.iter().map(|&origin| (origin, balance)).collect();
            if !amounts.is_empty() {
                self.arrived.insert(*place, amounts);
            }
        }
        let ending = |(place, amounts)| Ending {
            kind: EndingKind::Exposed,
            place,
            amounts,
            origin_units: Vec::new(),
            carried: Vec::new(),
        };
        self.trace.endings = self.arrived.into_iter().map(ending).collect();
        self.trace
    }
}

/// Lines of a sweep that are taken together.
const CHUNK_LINES: u32 = 1 << 12;

/// Exposure to one origin, in two bits for each place, which the processor's caches hold: a sweep is
/// bound by little but reading.
struct Single<'a, V> {
    view: &'a V,
    question: &'a Question,
    next_seed: usize,
    /// By place, and one more for nobody: which are pools, and which of these are exposed.
    pools: Bits,
    exposed: Bits,
    /// What was exposed when it arrived where a trace ends.
    arrived: Arrived,
    trace: Trace,
}

/// Sums by place. Mostly many in a row are of one place.
#[derive(Default)]
struct Arrived {
    place: PlaceIdx,
    sum: u128,
    others: BTreeMap<PlaceIdx, u128>,
}

impl Arrived {
    fn add(&mut self, place: PlaceIdx, amount: u128) {
        if place != self.place {
            self.put_down();
            self.place = place;
        }
        self.sum += amount;
    }

    fn put_down(&mut self) {
        let sum = std::mem::take(&mut self.sum);
        if sum > 0 {
            *self.others.entry(self.place).or_default() += sum;
        }
    }
}

impl<'a, V: LedgerView> Single<'a, V> {
    fn new(view: &'a V, question: &'a Question) -> Self {
        let places = view.place_count();
        let pools = (0..places).filter(|&place| view.is_account(place));
        let (pools, exposed) = (Bits::of(places + 1, pools), Bits::of(places + 1, [].into_iter()));
        let mut trace = Trace { origins: vec![OriginTotal::default()], ..Trace::default() };
        trace.origins[0].traced = question.seeds.iter().map(|seed| seed.hi - seed.lo).sum();
        let arrived = Arrived::default();
        Self { view, question, next_seed: 0, pools, exposed, arrived, trace }
    }

    /// Takes an exposed line to its payee.
    fn expose(&mut self, line: LineIdx, payee: PlaceIdx) {
        if !self.pools.has(payee) {
            self.arrived.add(payee, self.view.received(line));
        }
        if self.question.keep_lines {
            let (paid, received) = (self.view.paid(line), self.view.received(line));
            let first = self.trace.cells.len();
            self.trace.cells.push(Cell { origin: 0, paid, received, carried: 0 });
            let cells = first..first + 1;
            self.trace.lines.push(TracedLine { line, cells, fragments: 0..0, whole: 0 });
        }
    }

    /// Takes the lines of a chunk, in which no origin starts.
    fn take(&mut self, first: LineIdx, chunk: &Chunk) {
        let nobody = self.view.place_count();
        let keep_lines = u64::from(self.question.keep_lines);
        let ends = chunk.payer.iter().zip(&chunk.payee).zip(&chunk.empties);
        for (line, ((&payer, &payee), &empties)) in (first..).zip(ends) {
            // Most lines change nothing: an exposed account pays another, and has something left.
            // So nothing is written for them, and the processor looks at many at once.
            let payer = payer.min(nobody);
            let changes = u64::from(empties) | keep_lines | (self.exposed.bit(payee) ^ 1);
            if self.exposed.bit(payer) & changes != 0 {
                self.pay(line, (payer, payee), empties == 1);
            }
        }
    }

    /// Takes a line that an exposed account pays.
    fn pay(&mut self, line: LineIdx, (payer, payee): (PlaceIdx, PlaceIdx), empties: bool) {
        self.exposed.and_not(payer, u64::from(empties));
        self.exposed.or(payee, self.pools.bit(payee));
        if self.question.keep_lines || !self.pools.has(payee) {
            self.expose(line, payee);
        }
    }

    fn finish(mut self) -> Trace {
        self.arrived.put_down();
        let exposed = (0..self.view.place_count()).filter(|&place| self.exposed.has(place));
        let mut rests: Vec<(PlaceIdx, u128)> =
            exposed.map(|place| (place, self.view.closing_balance(place))).collect();
        rests.extend(self.arrived.others);
        rests.sort_unstable();
        let ending = |(place, amount)| Ending {
            kind: EndingKind::Exposed,
            place,
            amounts: vec![(0, amount)],
            origin_units: Vec::new(),
            carried: Vec::new(),
        };
        self.trace.endings = rests.into_iter().map(ending).collect();
        self.trace
    }
}

impl<V: LedgerView> Replay for Single<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        self.exposed.has(place)
    }

    fn look_at(&self, place: PlaceIdx) {
        std::hint::black_box(self.exposed.has(place));
    }

    fn step(&mut self, line: LineIdx) {
        let (payer, payee) = (self.view.payer(line), self.view.payee(line));
        let is_start = !self.question.seeds_of(line, &mut self.next_seed).is_empty();
        let is_account = self.view.is_account(payer);
        if !(is_start || is_account && self.holds(payer)) {
            return;
        }
        if is_account && self.view.paid(line) == self.view.balance_before(line) {
            self.exposed.and_not(payer, 1);
        }
        self.exposed.or(payee, self.pools.bit(payee));
        self.expose(line, payee);
    }

    fn lines_per_step(&self) -> u64 {
        60
    }

    fn sweep(&mut self, from: LineIdx, watch: Watch<'_>) -> Option<Result<(), Cancelled>> {
        let mut chunk = Chunk::default();
        let mut at = from;
        while at < self.view.line_count() {
            let start = self.question.seeds.get(self.next_seed).map(|seed| seed.line);
            if start == Some(at) {
                self.step(at);
                at += 1;
                continue;
            }
            let end = at.saturating_add(CHUNK_LINES).min(self.view.line_count());
            let end = start.map_or(end, |start| end.min(start));
            self.view.chunk(at..end, &mut chunk);
            self.take(at, &chunk);
            at = end;
            let progress = Progress { line: at, line_count: self.view.line_count() };
            if watch(progress).is_break() {
                return Some(Err(Cancelled));
            }
        }
        Some(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::tests::ledger;
    use crate::question::{Origin, Seed, unwatched};

    #[test]
    fn one_origin_gives_the_exposure_of_the_general_case() {
        let mut exposed = 0;
        for seed in 0..200 {
            let ledger = ledger(seed);
            let currency = ledger.place(0).currency;
            let lines = (0..ledger.line_count())
                .filter(|&line| line % 37 == u32::try_from(seed % 37).unwrap_or(0));
            let seeds = lines.map(|line| Seed { line, lo: 0, hi: ledger.paid(line), origin: 0 });
            let origin = Origin { label: "V".to_owned(), currency };
            let mut question = Question::new(vec![origin], seeds.collect());
            question.keep_lines = seed % 2 == 0;
            let starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
            let mut general = Poison::new(&ledger, &question);
            drive(&ledger, &starts, &mut general, &mut unwatched).expect("nobody stops it");
            let general = general.finish();
            exposed += general.endings.len();
            let single = forward(&ledger, &question, &mut unwatched).expect("nobody stops it");
            assert_eq!(single, general, "seed {seed}");
            let mut swept = Single::new(&ledger, &question);
            swept.sweep(0, &mut unwatched).expect("it can").expect("nobody stops it");
            assert_eq!(swept.finish(), general, "seed {seed}");
        }
        assert!(exposed > 400, "{exposed}");
    }
}
