//! Collects what exact rules find, line by line, and closes the books.

use std::collections::BTreeMap;

use caudal_ledger::{LedgerView, Line, LineIdx, PlaceIdx, PlaceKind};

use crate::fragment::{Fragment, IntervalSet, NO_FRAGMENT, coalesce};
use crate::question::{Question, Seed, disjoint};
use crate::result::{Cell, Ending, EndingKind, OriginTotal, Trace, TracedLine, add_amount};

pub(crate) struct Recorder<'a, V> {
    view: &'a V,
    question: &'a Question,
    next_seed: usize,
    /// First cent of each seed in the coordinates of its origin.
    origin_at: Vec<u128>,
    fragment_count: usize,
    trace: Trace,
}

impl<'a, V: LedgerView> Recorder<'a, V> {
    pub(crate) fn new(view: &'a V, question: &'a Question) -> Self {
        let origins = vec![OriginTotal::default(); question.origins.len()];
        let mut named = vec![0u128; question.origins.len()];
        let origin_at = question
            .seeds
            .iter()
            .map(|seed| {
                let at = named[seed.origin as usize];
                named[seed.origin as usize] += seed.hi - seed.lo;
                at
            })
            .collect();
        let trace = Trace { origins, ..Trace::default() };
        Self { view, question, next_seed: 0, origin_at, fragment_count: 0, trace }
    }

    /// The next line that starts an origin.
    pub(crate) fn next_start(&self) -> Option<LineIdx> {
        self.question.seeds.get(self.next_seed).map(|seed| seed.line)
    }

    /// Labels what the origins name of a line, as far as it carries no origin yet; then joins
    /// neighbours.
    pub(crate) fn label(&mut self, line: LineIdx, fragments: &mut Vec<Fragment>) {
        let first = self.next_seed;
        let question = self.question;
        let seeds = question.seeds_of(line, &mut self.next_seed);
        if !seeds.is_empty() {
            let mut taken = IntervalSet::default();
            for fragment in fragments.iter().filter(|fragment| !fragment.is_empty()) {
                taken.insert(fragment.lo, fragment.hi);
            }
            for seed in seeds {
                self.trace.origins[seed.origin as usize].overlap += seed.hi - seed.lo;
            }
            for piece in disjoint(seeds) {
                let origin_lo = self.origin_of(first, seeds, &piece);
                for (lo, hi) in taken.missing(piece.lo, piece.hi) {
                    let total = &mut self.trace.origins[piece.origin as usize];
                    total.traced += hi - lo;
                    total.overlap -= hi - lo;
                    let at = origin_lo + (lo - piece.lo);
                    let origin_hi = at + (hi - lo);
                    let origin = piece.origin;
                    let is_mirrored = false;
                    fragments.push(Fragment {
                        lo,
                        hi,
                        origin,
                        origin_lo: at,
                        origin_hi,
                        is_mirrored,
                        parent: NO_FRAGMENT,
                    });
                }
            }
        }
        coalesce(fragments);
    }

    /// Where a piece of a seed begins in the coordinates of its origin.
    fn origin_of(&self, first: usize, seeds: &[Seed], piece: &Seed) -> u128 {
        let holds = |seed: &&Seed| {
            seed.origin == piece.origin && seed.lo <= piece.lo && piece.hi <= seed.hi
        };
        let at = seeds.iter().position(|seed| holds(&seed)).expect("a piece comes from a seed");
        self.origin_at[first + at] + (piece.lo - seeds[at].lo)
    }

    /// Writes down what a line carries and gives back what arrives at the payee, in its currency.
    pub(crate) fn record(
        &mut self,
        line_idx: LineIdx,
        line: &Line,
        carried: &[Fragment],
    ) -> Vec<Fragment> {
        let mut arriving: Vec<Fragment> = if line.is_conversion {
            carried.iter().map(|fragment| fragment.converted(line.paid, line.received)).collect()
        } else {
            carried.to_vec()
        };
        self.fragment_count += carried.len();
        if !carried.is_empty() && self.question.keep_lines {
            let trace = &mut self.trace;
            let (first_cell, first_fragment) = (trace.cells.len(), trace.fragments.len());
            for (paid, received) in carried.iter().zip(&arriving) {
                add_cell(&mut trace.cells, first_cell, paid, received);
            }
            trace.fragments.extend_from_slice(carried);
            for (at, fragment) in arriving.iter_mut().enumerate() {
                *fragment = fragment.born_of(first_fragment + at);
            }
            trace.lines.push(TracedLine {
                line: line_idx,
                cells: first_cell..trace.cells.len(),
                fragments: first_fragment..trace.fragments.len(),
                whole: 0,
            });
        }
        arriving
    }

    /// Puts money to rest.
    pub(crate) fn rest(&mut self, kind: EndingKind, place: PlaceIdx, fragment: Fragment) {
        self.trace.rests.push((kind, place, fragment));
    }

    /// Whether the cap of fragments is reached.
    pub(crate) fn is_full(&self) -> bool {
        self.fragment_count >= self.question.fragments_max
    }

    /// Gives up the seeds not reached yet: they rest, cut, where they would have arrived.
    pub(crate) fn cut(&mut self) {
        self.trace.is_cut = true;
        while let Some(line_idx) = self.next_start() {
            let mut fragments = Vec::new();
            self.label(line_idx, &mut fragments);
            let line = self.view.line(line_idx);
            for fragment in self.record(line_idx, &line, &fragments) {
                self.rest(EndingKind::CutAtCap, line.payee, fragment);
            }
        }
    }

    /// Adds up the endings. Conservation is asserted, in release builds too.
    pub(crate) fn finish(mut self) -> Trace {
        let mut endings: BTreeMap<(EndingKind, PlaceIdx), Ending> = BTreeMap::new();
        for &(kind, place, fragment) in &self.trace.rests {
            let empty = || Ending {
                kind,
                place,
                amounts: Vec::new(),
                origin_units: Vec::new(),
                carried: Vec::new(),
            };
            let ending = endings.entry((kind, place)).or_insert_with(empty);
            add_amount(&mut ending.amounts, fragment.origin, fragment.len());
            add_amount(&mut ending.origin_units, fragment.origin, fragment.origin_len());
        }
        self.trace.endings = endings.into_values().collect();
        assert_conserved(&self.trace);
        self.trace
    }
}

/// Adds a fragment to the amounts of its origin among the cells of one line.
fn add_cell(cells: &mut Vec<Cell>, first: usize, paid: &Fragment, received: &Fragment) {
    let origin = paid.origin;
    let at = match cells[first..].binary_search_by_key(&origin, |cell| cell.origin) {
        Ok(at) => first + at,
        Err(at) => {
            cells.insert(first + at, Cell { origin, paid: 0, received: 0, carried: 0 });
            first + at
        }
    };
    cells[at].paid += paid.len();
    cells[at].received += received.len();
}

/// What rests is what started, origin by origin.
pub(crate) fn assert_conserved(trace: &Trace) {
    let mut left: Vec<u128> = trace.origins.iter().map(|total| total.traced).collect();
    for ending in &trace.endings {
        for &(origin, amount) in &ending.origin_units {
            let left = &mut left[origin as usize];
            assert!(*left >= amount, "more of origin {origin} rests than started");
            *left -= amount;
        }
    }
    assert!(left.iter().all(|&left| left == 0), "traced money is missing: {left:?}");
}

/// How a trace ends at a place that is no account; `None` for an account, where it goes on.
pub(crate) fn ending_at(view: &impl LedgerView, place: PlaceIdx) -> Option<EndingKind> {
    match view.place(place).kind {
        PlaceKind::Account | PlaceKind::Transit => None,
        PlaceKind::Outside => Some(EndingKind::Outside),
        PlaceKind::Frontier => Some(EndingKind::Frontier),
        PlaceKind::Bank => Some(EndingKind::RepaidBank),
    }
}
