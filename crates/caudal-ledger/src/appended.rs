//! A ledger with later rows: the one before, as it lies, and what changed.
//!
//! *Shape.* Lines that were added stand between lines of the base, and a few of the base (loans and
//! repayments that came out differently) are gone: a [`Splice`] numbers them anew. A place that is
//! touched has its lists spliced likewise, and how much more or less it had paid and received from
//! which base line on (`TRACING` 12.1: a line dated back shifts the offsets behind it). Everything
//! else is read from the base.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use caudal_model::TransferTable;
use caudal_model::collections::LookupMap;

use crate::ledger::{Ledger, Overdrawn};
use crate::lifo::LifoIndex;
use crate::splice::{Source, Splice};
use crate::view::{
    Chunk, ChunkAmounts, LedgerView, Line, LineIdx, LineKind, LineList, NO_PLACE, Place, PlaceIdx,
    PlaceKind, Transit,
};

/// What an appended ledger has besides its base.
#[derive(Clone, Debug)]
pub(crate) struct Appended {
    pub(crate) base: Arc<Ledger>,
    /// Base lines and added lines in ledger order.
    pub(crate) lines: Arc<Splice>,
    pub(crate) added: Vec<AddedLine>,
    /// Places behind those of the base.
    pub(crate) places: Vec<Place>,
    /// Places with changes, by number: where theirs stand.
    pub(crate) touched: Touched,
    pub(crate) changes: Vec<PlaceChanges>,
    pub(crate) names: AppendedNames,
    /// Lines of the rows behind those of the base.
    pub(crate) line_of: Vec<LineIdx>,
    pub(crate) overdrawn: Splice,
    pub(crate) added_overdrawn: Vec<Overdrawn>,
    pub(crate) has_conversions: bool,
    pub(crate) lifo: Option<LifoIndex>,
    /// How much was looked at to make it.
    pub(crate) steps: u64,
}

/// A line that the base does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddedLine {
    pub(crate) line: Line,
    pub(crate) paid_before: u128,
    pub(crate) received_before: u128,
    pub(crate) balance_before: u128,
}

/// Places with changes, of which most that are asked for are none.
#[derive(Clone, Debug)]
pub(crate) struct Touched {
    /// Bits by the last digits of a place: one that is not set says that it has none.
    maybe: Vec<u64>,
    at: LookupMap<PlaceIdx, u32>,
}

/// So many bits for each place keep mistakes of the first look rare.
const BITS_FOR_EACH: usize = 16;

impl Touched {
    pub(crate) fn of(places: &[PlaceChanges]) -> Self {
        let words = (places.len() * BITS_FOR_EACH).div_ceil(64).next_power_of_two();
        let mut touched = Self { maybe: vec![0; words], at: LookupMap::default() };
        for (at, changes) in (0u32..).zip(places) {
            let (word, bit) = touched.bit(changes.place);
            touched.maybe[word] |= bit;
            touched.at.insert(changes.place, at);
        }
        touched
    }

    fn bit(&self, place: PlaceIdx) -> (usize, u64) {
        ((place as usize / 64) & (self.maybe.len() - 1), 1 << (place % 64))
    }

    /// Where the changes of a place stand.
    #[inline]
    fn get(&self, place: PlaceIdx) -> Option<u32> {
        let (word, bit) = self.bit(place);
        if self.maybe[word] & bit == 0 { None } else { self.at.get(&place).copied() }
    }
}

/// What changed at a place.
#[derive(Clone, Debug)]
pub(crate) struct PlaceChanges {
    pub(crate) place: PlaceIdx,
    /// The base line before which the first of them comes, or that is gone.
    pub(crate) first: LineIdx,
    pub(crate) received: u128,
    pub(crate) paid: u128,
    pub(crate) debt: u128,
    pub(crate) payments: ListChanges,
    pub(crate) receipts: ListChanges,
}

/// What changed in the payments or receipts of a place.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListChanges {
    /// Positions of the place's list.
    pub(crate) splice: Splice,
    /// Lines that were added, as they are numbered now.
    pub(crate) lines: Vec<LineIdx>,
    /// From which base line on the sum of the list differs, and by how much in all.
    pub(crate) sums: Vec<(LineIdx, i128)>,
}

impl ListChanges {
    /// By how much the sum of all lines before a base line differs.
    fn before(&self, base: LineIdx) -> i128 {
        let known = self.sums.partition_point(|&(from, _)| from <= base).checked_sub(1);
        known.map_or(0, |at| self.sums[at].1)
    }
}

/// Names of an appended ledger: those of the longer table, then those of the base that it lacks.
#[derive(Clone, Debug, Default)]
pub(crate) struct AppendedNames {
    pub(crate) first_extra: u32,
    /// Names that the base had besides its table and that the longer table has now.
    pub(crate) moved: BTreeMap<u32, u32>,
    /// Places behind those of the base, by name and currency.
    pub(crate) places: BTreeMap<(u32, &'static str), PlaceIdx>,
}

/// How the list of a place is read, where lines are numbered anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Renumbered<'a> {
    lines: &'a Splice,
    changes: Option<&'a ListChanges>,
}

impl Renumbered<'_> {
    /// The line at a position, where `base` reads the list of the base.
    pub(crate) fn at(self, at: usize, base: impl Fn(usize) -> LineIdx) -> LineIdx {
        let at = match self.changes {
            None => at,
            Some(changes) => match changes.splice.source(u32::try_from(at).unwrap_or(u32::MAX)) {
                Source::Base(at) => at as usize,
                Source::Added(number) => return changes.lines[number as usize],
            },
        };
        self.lines.position(base(at)).expect("lists have no line that was removed")
    }
}

/// A sum with a change that never takes it below zero.
pub(crate) fn shifted(sum: u128, by: i128) -> u128 {
    sum.checked_add_signed(by).expect("no account is below zero")
}

impl Appended {
    fn changes(&self, place: PlaceIdx) -> Option<&PlaceChanges> {
        self.touched.get(place).map(|at| &self.changes[at as usize])
    }

    /// The name of a place.
    pub(crate) fn name<'a>(&'a self, table: &'a TransferTable, place: PlaceIdx) -> &'a str {
        let idx = self.place(place).name_idx;
        match idx.checked_sub(self.names.first_extra) {
            Some(extra) => self.base.names.extra.get(extra),
            None => table.names().get(idx),
        }
    }

    /// The places with a name.
    pub(crate) fn places_named(&self, table: &TransferTable, name: &str) -> Vec<PlaceIdx> {
        let in_table = table.names().find(name);
        let of_base = in_table.filter(|&idx| idx < self.base.names.first_extra);
        let mut places = match of_base {
            Some(idx) => self.base.places_of_name(idx),
            None => self.base.places_of_extra(name),
        };
        if let Some(idx) = in_table {
            let own = self.names.places.range((idx, "")..);
            places.extend(own.take_while(|((name, _), _)| *name == idx).map(|(_, &place)| place));
        }
        places
    }

    /// The line of a transfer of the table.
    pub(crate) fn line_of_transfer(&self, transfer_idx: u32) -> Option<LineIdx> {
        let base = &self.base.line_of;
        match (transfer_idx as usize).checked_sub(base.len()) {
            Some(at) => self.line_of.get(at).copied().filter(|&line| line != LineIdx::MAX),
            None => self.lines.position(self.base.line_of_transfer(transfer_idx)?),
        }
    }

    /// How many payments exceed the balance.
    pub(crate) fn overdrawn_count(&self) -> usize {
        self.overdrawn.len() as usize
    }

    /// A payment above the balance.
    pub(crate) fn overdrawn_at(&self, at: usize) -> Overdrawn {
        match self.overdrawn.source(u32::try_from(at).unwrap_or(u32::MAX)) {
            Source::Base(at) => self.base.overdrawn.at(at as usize),
            Source::Added(at) => self.added_overdrawn[at as usize],
        }
    }

    fn of_line<T>(
        &self,
        line: LineIdx,
        base: impl FnOnce(LineIdx) -> T,
        added: impl FnOnce(&AddedLine) -> T,
    ) -> T {
        match self.lines.source(line) {
            Source::Base(line) => base(line),
            Source::Added(at) => added(&self.added[at as usize]),
        }
    }
}

impl Appended {
    /// The list of a place as lines are numbered now.
    fn list<'a>(&'a self, base: LineList<'a>, changes: Option<&'a ListChanges>) -> LineList<'a> {
        let len = changes.map_or(base.len(), |changes| changes.splice.len() as usize);
        base.renumbered(Renumbered { lines: &self.lines, changes }, len)
    }

    /// What the payer of a base line has left before it.
    fn balance_before_base(&self, line: LineIdx, payer: PlaceIdx) -> u128 {
        let balance = self.base.balance_before(line);
        match self.changes(payer) {
            Some(changes) if self.base.is_account(payer) => {
                let by = changes.receipts.before(line) - changes.payments.before(line);
                shifted(balance, by)
            }
            _ => balance,
        }
    }
}

impl LedgerView for Appended {
    fn line_count(&self) -> u32 {
        self.lines.len()
    }

    fn place_count(&self) -> u32 {
        self.base.place_count() + u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    fn line(&self, line: LineIdx) -> Line {
        self.of_line(line, |base| self.base.line(base), |added| added.line)
    }

    fn kind(&self, line: LineIdx) -> LineKind {
        self.of_line(line, |base| self.base.kind(base), |added| added.line.kind)
    }

    fn payer(&self, line: LineIdx) -> PlaceIdx {
        self.of_line(line, |base| self.base.payer(base), |added| added.line.payer)
    }

    fn payee(&self, line: LineIdx) -> PlaceIdx {
        self.of_line(line, |base| self.base.payee(base), |added| added.line.payee)
    }

    fn paid(&self, line: LineIdx) -> u128 {
        self.of_line(line, |base| self.base.paid(base), |added| added.line.paid)
    }

    fn received(&self, line: LineIdx) -> u128 {
        self.of_line(line, |base| self.base.received(base), |added| added.line.received)
    }

    fn place(&self, place: PlaceIdx) -> Place {
        if let Some(at) = place.checked_sub(self.base.place_count()) {
            return self.places[at as usize];
        }
        let place = self.base.place(place);
        let Some(extra) = place.name_idx.checked_sub(self.base.names.first_extra) else {
            return place;
        };
        let moved = self.names.moved.get(&extra).copied();
        Place { name_idx: moved.unwrap_or(self.names.first_extra + extra), ..place }
    }

    fn paid_before(&self, line: LineIdx) -> u128 {
        let base = |line| {
            let changes = self.changes(self.base.payer(line));
            let by = changes.map_or(0, |changes| changes.payments.before(line));
            shifted(self.base.paid_before(line), by)
        };
        self.of_line(line, base, |added| added.paid_before)
    }

    fn received_before(&self, line: LineIdx) -> u128 {
        let base = |line| {
            let changes = self.changes(self.base.payee(line));
            let by = changes.map_or(0, |changes| changes.receipts.before(line));
            shifted(self.base.received_before(line), by)
        };
        self.of_line(line, base, |added| added.received_before)
    }

    fn balance_before(&self, line: LineIdx) -> u128 {
        let base = |line| self.balance_before_base(line, self.base.payer(line));
        self.of_line(line, base, |added| added.balance_before)
    }

    fn closing_balance(&self, place: PlaceIdx) -> u128 {
        match self.changes(place) {
            None => self.base.closing_balance(place),
            Some(changes) if self.is_account(place) => changes.received - changes.paid,
            Some(_) => 0,
        }
    }

    fn closing_debt(&self, place: PlaceIdx) -> u128 {
        let base = || self.base.closing_debt(place);
        self.changes(place).map_or_else(base, |changes| changes.debt)
    }

    fn payments(&self, place: PlaceIdx) -> LineList<'_> {
        let changes = self.changes(place).map(|changes| &changes.payments);
        self.list(self.base.payments_or_none(place), changes)
    }

    fn receipts(&self, place: PlaceIdx) -> LineList<'_> {
        let changes = self.changes(place).map(|changes| &changes.receipts);
        self.list(self.base.receipts_or_none(place), changes)
    }

    fn has_conversions(&self) -> bool {
        self.has_conversions
    }

    fn transit(&self, _: PlaceIdx) -> Option<Transit> {
        None
    }

    fn lifo(&self) -> Option<&LifoIndex> {
        self.lifo.as_ref()
    }

    fn is_account(&self, place: PlaceIdx) -> bool {
        if place == NO_PLACE {
            return false;
        }
        match place.checked_sub(self.base.place_count()) {
            None => self.base.is_account(place),
            Some(at) => self.places[at as usize].kind == PlaceKind::Account,
        }
    }

    fn chunk(&self, lines: Range<LineIdx>, chunk: &mut Chunk) {
        *chunk = Chunk::default();
        let mut part = Chunk::default();
        for (source, count) in self.lines.runs_in(lines) {
            match source {
                Source::Base(from) => {
                    self.base.chunk(from..from + count, &mut part);
                    self.each_touched(from, &part.payer, |at, line, payer| {
                        let is_all = self.base.paid(line) == self.balance_before_base(line, payer);
                        part.empties[at] = u8::from(is_all && self.base.is_account(payer));
                    });
                }
                Source::Added(from) => self.added_chunk(from..from + count, &mut part),
            }
            chunk.payer.extend_from_slice(&part.payer);
            chunk.payee.extend_from_slice(&part.payee);
            chunk.empties.extend_from_slice(&part.empties);
        }
    }

    fn chunk_amounts(&self, lines: Range<LineIdx>, amounts: &mut ChunkAmounts) -> bool {
        *amounts = ChunkAmounts::default();
        let (mut part, mut ends) = (ChunkAmounts::default(), Chunk::default());
        let mut fits = true;
        for (source, count) in self.lines.runs_in(lines) {
            match source {
                Source::Base(from) => {
                    fits &= self.base.chunk_amounts(from..from + count, &mut part);
                    self.base.chunk(from..from + count, &mut ends);
                    self.each_touched(from, &ends.payer, |at, line, payer| {
                        let balance = u64::try_from(self.balance_before_base(line, payer));
                        fits &= balance.is_ok();
                        if let (Some(before), Ok(balance)) =
                            (part.balance_before.get_mut(at), balance)
                        {
                            *before = balance;
                        }
                    });
                }
                Source::Added(from) => fits &= self.added_amounts(from..from + count, &mut part),
            }
            if !fits {
                return false;
            }
            amounts.paid.extend_from_slice(&part.paid);
            amounts.balance_before.extend_from_slice(&part.balance_before);
        }
        true
    }
}

impl Appended {
    /// Calls `each` with those of some base lines, from `from` on, whose payer is touched: with the
    /// position among them, the line and the payer.
    fn each_touched(
        &self,
        from: LineIdx,
        payers: &[PlaceIdx],
        mut each: impl FnMut(usize, LineIdx, PlaceIdx),
    ) {
        for ((at, &payer), line) in payers.iter().enumerate().zip(from..) {
            if self.touched.get(payer).is_some() {
                each(at, line, payer);
            }
        }
    }

    fn added_lines(&self, added: Range<u32>) -> &[AddedLine] {
        &self.added[added.start as usize..added.end as usize]
    }

    fn added_chunk(&self, added: Range<u32>, part: &mut Chunk) {
        *part = Chunk::default();
        for added in self.added_lines(added) {
            let Line { payer, payee, paid, .. } = added.line;
            part.payer.push(payer);
            part.payee.push(payee);
            let is_all = self.is_account(payer) && paid == added.balance_before;
            part.empties.push(u8::from(is_all));
        }
    }

    /// False if one does not fit.
    fn added_amounts(&self, added: Range<u32>, part: &mut ChunkAmounts) -> bool {
        *part = ChunkAmounts::default();
        self.added_lines(added).iter().all(|added| {
            let [paid, balance] = [added.line.paid, added.balance_before].map(u64::try_from);
            let (Ok(paid), Ok(balance)) = (paid, balance) else { return false };
            part.paid.push(paid);
            part.balance_before.push(balance);
            true
        })
    }
}
