//! The ledger: lines in columns, places with their totals, and the index over both.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use caudal_columns::{Column, Dictionary, Numbers};
use caudal_model::{Currency, TransferTable};

use crate::lifo::LifoIndex;
use crate::lists::Lists;
use crate::placed::Placed;
use crate::reversal::{Netted, UnmatchedReversal};
use crate::view::{
    Chunk, ChunkAmounts, LedgerView, Line, LineIdx, LineKind, LineList, NO_PLACE, Place, PlaceIdx,
    PlaceKind, Transit,
};

/// A payment above the balance, and by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdrawn {
    /// Position of the transfer in the table.
    pub transfer_idx: u32,
    /// Minor units that were missing.
    pub missing: u128,
    /// What the account owes its bank after the payment; without a loan, what was missing.
    pub owed: u128,
}

/// An ordered ledger with its index, in memory or mapped from a file. Immutable once built.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Kinds with what is known of each line at a glance; see [`Flags`].
    pub(crate) flags: Numbers<u8>,
    pub(crate) payer: Numbers<PlaceIdx>,
    pub(crate) payee: Numbers<PlaceIdx>,
    pub(crate) paid: Column,
    /// What arrives, where that differs: lines ascending.
    pub(crate) converts: Numbers<LineIdx>,
    pub(crate) converted: Column,
    pub(crate) source_idx: Numbers<u32>,
    pub(crate) paid_before: Column,
    pub(crate) received_before: Column,
    pub(crate) balance_before: Column,
    pub(crate) places: Places,
    pub(crate) names: Names,
    pub(crate) payments: Lists,
    pub(crate) receipts: Lists,
    pub(crate) line_of: Numbers<LineIdx>,
    /// Lines of transfers that links cut into several, with the cents before each.
    pub(crate) pieces: BTreeMap<u32, Vec<(LineIdx, u128)>>,
    pub(crate) transits: BTreeMap<PlaceIdx, Transit>,
    pub(crate) opening_lines: u32,
    pub(crate) overdrawn: OverdrawnList,
    pub(crate) netted: Vec<Netted>,
    pub(crate) unmatched: Vec<UnmatchedReversal>,
    pub(crate) tied_transfers: u64,
    pub(crate) order_cuts: u64,
    pub(crate) against_date: Option<u32>,
    /// Matched already, where the ledger comes from a file.
    pub(crate) lifo: Option<Arc<LifoIndex>>,
    /// Where rows were appended: the ledger before and what changed. Then its own columns are empty.
    pub(crate) appended: Option<Arc<Placed>>,
}

/// What is known of a line at a glance, in one byte: its kind in the low bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flags;

impl Flags {
    pub(crate) const KIND: u8 = 0b111;
    /// What arrives stands in the list of conversions.
    pub(crate) const CONVERTS: u8 = 1 << 3;
    /// The payer is an account and has nothing left afterwards.
    pub(crate) const EMPTIES: u8 = 1 << 4;
}

const KINDS: [LineKind; 6] = [
    LineKind::Transfer,
    LineKind::Opening,
    LineKind::Loan,
    LineKind::Repayment,
    LineKind::Birth,
    LineKind::Passage,
];

pub(crate) fn kind_number(kind: LineKind) -> u8 {
    let at = KINDS.iter().position(|&known| known == kind);
    at.and_then(|at| u8::try_from(at).ok()).expect("the list is complete")
}

/// The kind in the flags of a line, which a file that is ours has.
pub(crate) fn kind_of(flags: u8) -> Option<LineKind> {
    KINDS.get(usize::from(flags & Flags::KIND)).copied()
}

/// Payments above the balance, in ledger order.
#[derive(Clone, Debug, Default)]
pub(crate) struct OverdrawnList {
    pub(crate) transfer_idx: Numbers<u32>,
    pub(crate) missing: Column,
    pub(crate) owed: Column,
}

impl OverdrawnList {
    pub(crate) fn push(&mut self, one: Overdrawn) {
        self.transfer_idx.push(one.transfer_idx);
        self.missing.push(one.missing);
        self.owed.push(one.owed);
    }

    pub(crate) fn at(&self, at: usize) -> Overdrawn {
        Overdrawn {
            transfer_idx: self.transfer_idx.at(at),
            missing: self.missing.get(at),
            owed: self.owed.get(at),
        }
    }
}

/// Places in columns, with their totals at the end of the ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) kind: Numbers<u8>,
    pub(crate) name_idx: Numbers<u32>,
    /// Numbers of currencies in `known`.
    pub(crate) currency: Numbers<u8>,
    pub(crate) known: Vec<Currency>,
    pub(crate) received: Column,
    pub(crate) paid: Column,
    pub(crate) debt: Column,
    pub(crate) bank: Numbers<PlaceIdx>,
}

const PLACES: [PlaceKind; 5] = [
    PlaceKind::Account,
    PlaceKind::Outside,
    PlaceKind::Frontier,
    PlaceKind::Bank,
    PlaceKind::Transit,
];

/// Kinds that hold a pool with a known balance, by number.
const IS_POOL: [bool; 5] = [true, false, false, false, true];

impl Places {
    pub(crate) const KINDS: usize = PLACES.len();

    pub(crate) fn len(&self) -> usize {
        self.kind.len()
    }

    pub(crate) fn push(&mut self, place: Place) {
        let kind = PLACES.iter().position(|&kind| kind == place.kind);
        let currency = self.known.iter().position(|&known| known == place.currency);
        let currency = currency.unwrap_or_else(|| {
            self.known.push(place.currency);
            self.known.len() - 1
        });
        let number = |at: Option<usize>| at.and_then(|at| u8::try_from(at).ok());
        self.kind.push(number(kind).expect("the list is complete"));
        self.name_idx.push(place.name_idx);
        self.currency.push(number(Some(currency)).expect("there are fewer than 256 currencies"));
    }

    pub(crate) fn get(&self, place: PlaceIdx) -> Place {
        let at = place as usize;
        Place {
            kind: PLACES[usize::from(self.kind.at(at))],
            name_idx: self.name_idx.at(at),
            currency: self.known[usize::from(self.currency.at(at))],
        }
    }

    pub(crate) fn is_pool(&self, place: PlaceIdx) -> bool {
        IS_POOL[usize::from(self.kind.at(place as usize))]
    }
}

/// Names of places: those of the table, then those that only an opening balance mentions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) extra: Dictionary,
    pub(crate) first_extra: u32,
    /// The first place of each name, or `NO_PLACE`.
    pub(crate) first_place: Numbers<PlaceIdx>,
    /// Places of names in further currencies, by name.
    pub(crate) other_places: Vec<(u32, PlaceIdx)>,
}

/// Totals of a place as the ledger is built. All that a line needs to know of its
/// ends stands in one line of the processor's cache, since it is met at random.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct PlaceState {
    pub(crate) received: u128,
    pub(crate) paid: u128,
    pub(crate) debt: u128,
    pub(crate) bank: PlaceIdx,
    /// The last group of unproved order that touched it, and the position of the first such line.
    pub(crate) tie: (u32, u32),
    pub(crate) is_account: bool,
}

impl Default for PlaceState {
    fn default() -> Self {
        Self { received: 0, paid: 0, debt: 0, bank: NO_PLACE, tie: (0, 0), is_account: false }
    }
}

impl PlaceState {
    pub(crate) fn balance(self) -> u128 {
        self.received - self.paid
    }
}

impl Ledger {
    /// The name of a place (for a bank: of the account it lends to).
    pub fn name<'a>(&'a self, table: &'a TransferTable, place: PlaceIdx) -> &'a str {
        if let Some(appended) = &self.appended {
            return appended.name(table, place);
        }
        let idx = self.places.name_idx.at(place as usize);
        match idx.checked_sub(self.names.first_extra) {
            Some(extra) => self.names.extra.get(extra),
            None => table.names().get(idx),
        }
    }

    /// The places with a name, one for each currency; banks are not among them.
    pub fn places_named(&self, table: &TransferTable, name: &str) -> Vec<PlaceIdx> {
        if let Some(appended) = &self.appended {
            return appended.places_named(table, name);
        }
        match table.names().find(name) {
            Some(name_idx) => self.places_of_name(name_idx),
            None => self.places_of_extra(name),
        }
    }

    /// The places with a name that the table does not know.
    pub(crate) fn places_of_extra(&self, name: &str) -> Vec<PlaceIdx> {
        let extra = self.names.extra.find(name).map(|at| self.names.first_extra + at);
        extra.map_or_else(Vec::new, |name_idx| self.places_of_name(name_idx))
    }

    /// The places with the name of a number.
    pub(crate) fn places_of_name(&self, name_idx: u32) -> Vec<PlaceIdx> {
        let first = self.names.first_place.get(name_idx as usize);
        let first = first.filter(|&place| place != NO_PLACE);
        let others = &self.names.other_places;
        let start = others.partition_point(|&(known, _)| known < name_idx);
        let others = others[start..].iter().take_while(|&&(known, _)| known == name_idx);
        first.into_iter().chain(others.map(|&(_, place)| place)).collect()
    }

    /// The lines of a transfer of the table, each with the cents of the transfer that come before
    /// it: one line, or several where an asserted link cuts it. Empty if it lies beyond the period
    /// or was netted.
    pub fn lines_of_transfer(&self, transfer_idx: u32) -> Vec<(LineIdx, u128)> {
        match self.pieces.get(&transfer_idx) {
            Some(pieces) => pieces.clone(),
            None => self.line_of_transfer(transfer_idx).map(|line| (line, 0)).into_iter().collect(),
        }
    }

    /// The first line of a transfer of the table; `None` if it lies beyond the period or was netted.
    pub fn line_of_transfer(&self, transfer_idx: u32) -> Option<LineIdx> {
        if let Some(appended) = &self.appended {
            return appended.inner.line_of_transfer(transfer_idx);
        }
        self.line_of.get(transfer_idx as usize).filter(|&line| line != LineIdx::MAX)
    }

    /// Whether asserted links have cut transfers into several lines.
    pub fn has_links(&self) -> bool {
        !self.pieces.is_empty() || !self.transits.is_empty()
    }

    /// Lines of the opening balances, which stand first.
    pub fn opening_lines(&self) -> Range<LineIdx> {
        0..self.opening_lines
    }

    /// Payments above the balance, in ledger order.
    pub fn overdrawn(&self) -> impl ExactSizeIterator<Item = Overdrawn> + '_ {
        let appended = self.appended.as_deref().map(|appended| &appended.inner);
        let count = match appended {
            Some(appended) => appended.overdrawn_count(),
            None => self.overdrawn.transfer_idx.len(),
        };
        (0..count).map(move |at| match appended {
            Some(appended) => appended.overdrawn_at(at),
            None => self.overdrawn.at(at),
        })
    }

    /// Deposits and reversals that cancel each other and left the trace.
    pub fn netted(&self) -> &[Netted] {
        self.appended.as_ref().map_or(&self.netted, |appended| &appended.inner.base.netted)
    }

    /// Reversals that stayed ordinary payments.
    pub fn unmatched_reversals(&self) -> &[UnmatchedReversal] {
        self.appended.as_ref().map_or(&self.unmatched, |appended| &appended.inner.base.unmatched)
    }

    /// Transfers that share a day and an account with another and whose order nothing proves.
    pub fn tied_transfers(&self) -> u64 {
        self.tied_transfers
    }

    /// How often a same-day policy had to cut a circle of waiting transfers.
    pub fn order_cuts(&self) -> u64 {
        self.order_cuts
    }

    /// The first transfer whose stated sequence runs against its date.
    pub fn sequence_against_date(&self) -> Option<u32> {
        self.against_date
    }
}

impl LedgerView for Ledger {
    fn line_count(&self) -> u32 {
        if let Some(appended) = &self.appended {
            return appended.line_count();
        }
        u32::try_from(self.payer.len()).unwrap_or(u32::MAX)
    }

    fn place_count(&self) -> u32 {
        if let Some(appended) = &self.appended {
            return appended.place_count();
        }
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    fn line(&self, line: LineIdx) -> Line {
        if let Some(appended) = &self.appended {
            return appended.line(line);
        }
        let at = line as usize;
        let (paid, flags) = (self.paid.get(at), self.flags.at(at));
        let is_conversion = flags & Flags::CONVERTS != 0;
        Line {
            kind: kind_of(flags).expect("only kinds are written"),
            payer: self.payer.at(at),
            payee: self.payee.at(at),
            paid,
            received: if is_conversion { self.converted_in(line) } else { paid },
            source_idx: self.source_idx.at(at),
            is_conversion,
        }
    }

    fn kind(&self, line: LineIdx) -> LineKind {
        if let Some(appended) = &self.appended {
            return appended.kind(line);
        }
        kind_of(self.flags.at(line as usize)).expect("only kinds are written")
    }

    fn payer(&self, line: LineIdx) -> PlaceIdx {
        if let Some(appended) = &self.appended {
            return appended.payer(line);
        }
        self.payer.at(line as usize)
    }

    fn payee(&self, line: LineIdx) -> PlaceIdx {
        if let Some(appended) = &self.appended {
            return appended.payee(line);
        }
        self.payee.at(line as usize)
    }

    fn paid(&self, line: LineIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.paid(line);
        }
        self.paid.get(line as usize)
    }

    fn received(&self, line: LineIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.received(line);
        }
        let is_conversion = self.flags.at(line as usize) & Flags::CONVERTS != 0;
        if is_conversion { self.converted_in(line) } else { self.paid(line) }
    }

    fn place(&self, place: PlaceIdx) -> Place {
        if let Some(appended) = &self.appended {
            return appended.place(place);
        }
        self.places.get(place)
    }

    fn paid_before(&self, line: LineIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.paid_before(line);
        }
        self.paid_before.get(line as usize)
    }

    fn received_before(&self, line: LineIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.received_before(line);
        }
        self.received_before.get(line as usize)
    }

    fn balance_before(&self, line: LineIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.balance_before(line);
        }
        self.balance_before.get(line as usize)
    }

    fn closing_balance(&self, place: PlaceIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.closing_balance(place);
        }
        let at = place as usize;
        let balance = || self.places.received.get(at) - self.places.paid.get(at);
        if self.is_account(place) { balance() } else { 0 }
    }

    fn closing_debt(&self, place: PlaceIdx) -> u128 {
        if let Some(appended) = &self.appended {
            return appended.closing_debt(place);
        }
        self.places.debt.get(place as usize)
    }

    fn payments(&self, place: PlaceIdx) -> LineList<'_> {
        if let Some(appended) = &self.appended {
            return appended.payments(place);
        }
        self.payments.of_place(place)
    }

    fn receipts(&self, place: PlaceIdx) -> LineList<'_> {
        if let Some(appended) = &self.appended {
            return appended.receipts(place);
        }
        self.receipts.of_place(place)
    }

    fn fetch_ahead(&self, line: LineIdx) {
        if self.appended.is_some() {
            return;
        }
        let at = line as usize;
        self.flags.fetch_ahead(at);
        self.payer.fetch_ahead(at);
        self.payee.fetch_ahead(at);
        self.paid.fetch_ahead(at);
        self.source_idx.fetch_ahead(at);
        self.paid_before.fetch_ahead(at);
        self.received_before.fetch_ahead(at);
    }

    fn chunk(&self, lines: Range<LineIdx>, chunk: &mut Chunk) {
        if let Some(appended) = &self.appended {
            return appended.chunk(lines, chunk);
        }
        let lines = lines.start as usize..lines.end as usize;
        chunk.payer.clear();
        chunk.payer.extend_from_slice(self.payer.range(lines.clone()));
        chunk.payee.clear();
        chunk.payee.extend_from_slice(self.payee.range(lines.clone()));
        chunk.empties.clear();
        let bits = self.flags.range(lines).iter();
        chunk.empties.extend(bits.map(|flags| flags / Flags::EMPTIES % 2));
    }

    fn chunk_amounts(&self, lines: Range<LineIdx>, amounts: &mut ChunkAmounts) -> bool {
        if let Some(appended) = &self.appended {
            return appended.chunk_amounts(lines, amounts);
        }
        let lines = lines.start as usize..lines.end as usize;
        amounts.paid.clear();
        amounts.balance_before.clear();
        self.paid.read_into(lines.clone(), &mut amounts.paid)
            && self.balance_before.read_into(lines, &mut amounts.balance_before)
    }

    fn has_conversions(&self) -> bool {
        if let Some(appended) = &self.appended {
            return appended.has_conversions();
        }
        !self.converts.is_empty()
    }

    fn is_account(&self, place: PlaceIdx) -> bool {
        if let Some(appended) = &self.appended {
            return appended.is_account(place);
        }
        place != NO_PLACE && self.places.is_pool(place)
    }

    fn transit(&self, place: PlaceIdx) -> Option<Transit> {
        if let Some(appended) = &self.appended {
            return appended.transit(place);
        }
        if self.transits.is_empty() { None } else { self.transits.get(&place).copied() }
    }

    fn lifo(&self) -> Option<&LifoIndex> {
        if let Some(appended) = &self.appended {
            return appended.lifo();
        }
        self.lifo.as_deref()
    }
}

impl Ledger {
    /// The payments of a place, none if there is no such place: of a ledger that is no appended one.
    pub(crate) fn payments_or_none(&self, place: PlaceIdx) -> LineList<'_> {
        let is_here = (place as usize) < self.places.len();
        if is_here { self.payments.of_place(place) } else { self.payments.none() }
    }

    /// The receipts of a place, likewise.
    pub(crate) fn receipts_or_none(&self, place: PlaceIdx) -> LineList<'_> {
        let is_here = (place as usize) < self.places.len();
        if is_here { self.receipts.of_place(place) } else { self.receipts.none() }
    }

    /// What arrives in a line that converts.
    fn converted_in(&self, line: LineIdx) -> u128 {
        self.converted.get(self.converts.partition_point(|known| known < line))
    }
}
