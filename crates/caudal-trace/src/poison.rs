//! `poison`: which transfers and accounts are exposed. Never an amount traced.
//!
//! *Meaning.* An account is exposed from the moment a cent of an origin arrives until its balance
//! is zero; every payment made meanwhile is exposed whole. It touches exactly the lines that
//! `pro-rata` touches. Use it to choose which statements to ask for.

use std::collections::BTreeMap;

use caudal_ledger::{LedgerView, Line, LineIdx, PlaceIdx};

use crate::drive::{Cancelled, Replay, drive};
use crate::question::{OriginIdx, Question, Watch};
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
    let mut poison = Poison {
        view,
        question,
        next_seed: 0,
        exposed: Slots::new(view.place_count()),
        arrived: BTreeMap::new(),
        trace: Trace {
            origins: vec![OriginTotal::default(); question.origins.len()],
            ..Trace::default()
        },
    };
    for seed in &question.seeds {
        poison.trace.origins[seed.origin as usize].traced += seed.hi - seed.lo;
    }
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

impl<V: LedgerView> Poison<'_, V> {
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
