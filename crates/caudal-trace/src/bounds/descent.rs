//! The lines that origin money can touch, in ledger order and up to a limit.
//!
//! *Meaning.* An account is exposed from the moment a cent of an origin arrives until its balance
//! is zero, as in `poison`; here only whether, not by which origin.

use std::collections::BTreeSet;

use caudal_ledger::{LedgerView, LineIdx, PlaceIdx};

use crate::backward::Target;
use crate::drive::{Cancelled, Replay, drive};
use crate::question::{Question, Watch, disjoint, is_source};
use crate::record::ending_at;

/// Lines that origin money can touch.
#[derive(Debug)]
pub(super) struct Descent {
    /// In ledger order, as many as the question allows.
    pub(super) lines: Vec<LineIdx>,
    /// What origins name of a line, each cent once; for every line of `lines`.
    pub(super) seeded: Vec<u128>,
    /// The first line that was not looked at any more, though origin money can touch it.
    pub(super) cut: Option<LineIdx>,
    /// What origins name of lines behind the cut; whether it enters the ledger there.
    pub(super) later: Vec<(LineIdx, u128, bool)>,
    /// Whether a line converts.
    pub(super) meets_conversion: bool,
    exposed: Vec<bool>,
}

impl Descent {
    pub(super) fn of<V: LedgerView>(
        view: &V,
        question: &Question,
        watch: Watch<'_>,
    ) -> Result<Self, Cancelled> {
        let mut starts: Vec<LineIdx> = question.seeds.iter().map(|seed| seed.line).collect();
        starts.dedup();
        let mut search = Search {
            view,
            lines_max: question.bound_lines_max,
            lines: Vec::new(),
            exposed: vec![false; view.place_count() as usize],
            starts: (&starts, 0),
            cut: None,
        };
        drive(view, &starts, &mut search, watch)?;
        let Search { lines, exposed, cut, .. } = search;
        let meets_conversion = lines.iter().any(|&line| view.line(line).is_conversion);
        let mut next_seed = 0;
        let mut seeded_of = |line| -> u128 {
            let seeds = disjoint(question.seeds_of(line, &mut next_seed));
            seeds.iter().map(|seed| seed.hi - seed.lo).sum()
        };
        let seeded = lines.iter().map(|&line| seeded_of(line)).collect();
        let later = starts.into_iter().filter(|&start| cut.is_some_and(|cut| start >= cut));
        let later = later.map(|line| (line, seeded_of(line), is_source(view, line))).collect();
        Ok(Self { lines, seeded, cut, later, meets_conversion, exposed })
    }

    /// Whether origin money can rest in an account behind the last line looked at.
    pub(super) fn is_exposed(&self, place: PlaceIdx) -> bool {
        self.exposed[place as usize]
    }

    /// Whether money of a place can still move behind the cut.
    pub(super) fn pays_on(&self, view: &impl LedgerView, place: PlaceIdx) -> bool {
        let last = view.payments(place).last();
        self.cut.is_some_and(|cut| last.is_some_and(|last| last >= cut))
    }

    /// Lines, by their number among these, at which money that was counted at a target can become
    /// money of an origin once more. It would count or not, depending on what it is: two kinds of
    /// money in one network, which no flow of one kind computes.
    pub(super) fn counted_again(
        &self,
        view: &impl LedgerView,
        targets: &BTreeSet<Target>,
    ) -> BTreeSet<usize> {
        let mut again = BTreeSet::new();
        let mut counted = vec![false; view.place_count() as usize];
        for (at, (&line_idx, &seeded)) in self.lines.iter().zip(&self.seeded).enumerate() {
            let line = view.line(line_idx);
            let mut goes_on = targets.contains(&Target::Line(line_idx));
            if view.is_account(line.payer) {
                let payer = &mut counted[line.payer as usize];
                if *payer && seeded > 0 {
                    again.insert(at);
                }
                goes_on |= *payer;
                *payer &= line.paid < view.balance_before(line_idx);
            }
            counted[line.payee as usize] |= goes_on && !line.is_conversion;
        }
        again
    }

    /// Which of the lines can still bring money to a target.
    pub(super) fn useful(
        &self,
        view: &impl LedgerView,
        targets: &BTreeSet<Target>,
        is_most: bool,
    ) -> Vec<bool> {
        let mut reaches = vec![false; view.place_count() as usize];
        for target in targets {
            if let Target::Balance(place) = *target {
                reaches[place as usize] = true;
            }
        }
        if self.cut.is_some() {
            self.reach_behind_the_cut(view, is_most, &mut reaches);
        }
        let mut useful = vec![false; self.lines.len()];
        for (at, &line_idx) in self.lines.iter().enumerate().rev() {
            let line = view.line(line_idx);
            let is_target = targets.contains(&Target::Line(line_idx));
            let passes = reaches[line.payee as usize];
            useful[at] = is_target || (passes && (is_most || !line.is_conversion));
            if view.is_account(line.payer) {
                let stays = line.paid < view.balance_before(line_idx);
                let payer = &mut reaches[line.payer as usize];
                let leads_on = is_target || (passes && !line.is_conversion);
                *payer = leads_on || (*payer && stays);
            }
        }
        useful
    }

    /// Money that can still move at the cut may all reach a target, or escape.
    fn reach_behind_the_cut(&self, view: &impl LedgerView, is_most: bool, reaches: &mut [bool]) {
        for &line_idx in &self.lines {
            let payee = view.line(line_idx).payee;
            if ending_at(view, payee).is_none() && self.pays_on(view, payee) {
                reaches[payee as usize] = is_most;
            }
        }
    }
}

struct Search<'a, V> {
    view: &'a V,
    lines_max: usize,
    lines: Vec<LineIdx>,
    exposed: Vec<bool>,
    /// Lines that start an origin, and how many of them were met.
    starts: (&'a [LineIdx], usize),
    cut: Option<LineIdx>,
}

impl<V: LedgerView> Replay for Search<'_, V> {
    fn holds(&self, place: PlaceIdx) -> bool {
        self.exposed[place as usize]
    }

    fn look_at(&self, place: PlaceIdx) {
        std::hint::black_box(self.exposed.get(place as usize));
    }

    fn is_done(&self) -> bool {
        self.cut.is_some()
    }

    fn step(&mut self, line_idx: LineIdx) {
        let line = self.view.line(line_idx);
        let (starts, met) = &mut self.starts;
        let is_start = starts.get(*met) == Some(&line_idx);
        *met += usize::from(is_start);
        let is_payer_exposed = self.exposed.get(line.payer as usize) == Some(&true);
        if !is_start && !is_payer_exposed {
            return;
        }
        if self.lines.len() >= self.lines_max {
            self.cut = Some(line_idx);
            return;
        }
        self.lines.push(line_idx);
        if is_payer_exposed && line.paid == self.view.balance_before(line_idx) {
            self.exposed[line.payer as usize] = false;
        }
        if ending_at(self.view, line.payee).is_none() {
            self.exposed[line.payee as usize] = true;
        }
    }
}
