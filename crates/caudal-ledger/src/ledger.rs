//! The ledger in memory: lines in columns, places with their totals, and the index over both.

use std::collections::BTreeMap;

use caudal_model::TransferTable;
use caudal_model::collections::{Dictionary, LookupMap};

use crate::lists::Lists;
use crate::reversal::{Netted, UnmatchedReversal};
use crate::view::{
    LedgerView, Line, LineIdx, LineKind, NO_PLACE, Place, PlaceIdx, PlaceKind, Transit,
};
use caudal_model::Column;

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

/// An ordered ledger in memory with its index. Immutable.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(crate) kind: Vec<LineKind>,
    pub(crate) payer: Vec<PlaceIdx>,
    pub(crate) payee: Vec<PlaceIdx>,
    pub(crate) paid: Column,
    pub(crate) converted: LookupMap<LineIdx, u128>,
    pub(crate) source_idx: Vec<u32>,
    pub(crate) paid_before: Column,
    pub(crate) received_before: Column,
    pub(crate) balance_before: Column,
    pub(crate) places: Vec<Place>,
    pub(crate) state: Vec<PlaceState>,
    pub(crate) names: Names,
    pub(crate) payments: Lists,
    pub(crate) receipts: Lists,
    pub(crate) line_of: Vec<LineIdx>,
    /// Lines of transfers that links cut into several, with the cents before each.
    pub(crate) pieces: BTreeMap<u32, Vec<(LineIdx, u128)>>,
    pub(crate) transits: BTreeMap<PlaceIdx, Transit>,
    pub(crate) opening_lines: u32,
    pub(crate) overdrawn: Vec<Overdrawn>,
    pub(crate) netted: Vec<Netted>,
    pub(crate) unmatched: Vec<UnmatchedReversal>,
    pub(crate) tied_transfers: u64,
    pub(crate) order_cuts: u64,
    pub(crate) against_date: Option<u32>,
}

/// Names of places: those of the table, then those that only an opening balance mentions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) extra: Dictionary,
    pub(crate) first_extra: u32,
    /// The first place of each name, or `NO_PLACE`.
    pub(crate) first_place: Vec<PlaceIdx>,
    /// Places of names in further currencies, by name.
    pub(crate) other_places: Vec<(u32, PlaceIdx)>,
}

/// Totals of a place, as the ledger is built, and at its end. All that a line needs to know of its
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
        let idx = self.places[place as usize].name_idx;
        match idx.checked_sub(self.names.first_extra) {
            Some(extra) => self.names.extra.get(extra),
            None => table.names().get(idx),
        }
    }

    /// The places with a name, one for each currency; banks are not among them.
    pub fn places_named(&self, table: &TransferTable, name: &str) -> Vec<PlaceIdx> {
        let extra = || self.names.extra.find(name).map(|at| self.names.first_extra + at);
        let Some(name_idx) = table.names().find(name).or_else(extra) else { return Vec::new() };
        let first = self.names.first_place.get(name_idx as usize).copied();
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
        self.line_of.get(transfer_idx as usize).copied().filter(|&line| line != LineIdx::MAX)
    }

    /// Whether asserted links have cut transfers into several lines.
    pub fn has_links(&self) -> bool {
        !self.pieces.is_empty() || !self.transits.is_empty()
    }

    /// Lines of the opening balances, which stand first.
    pub fn opening_lines(&self) -> std::ops::Range<LineIdx> {
        0..self.opening_lines
    }

    /// Payments above the balance.
    pub fn overdrawn(&self) -> &[Overdrawn] {
        &self.overdrawn
    }

    /// Deposits and reversals that cancel each other and left the trace.
    pub fn netted(&self) -> &[Netted] {
        &self.netted
    }

    /// Reversals that stayed ordinary payments.
    pub fn unmatched_reversals(&self) -> &[UnmatchedReversal] {
        &self.unmatched
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
        u32::try_from(self.payer.len()).unwrap_or(u32::MAX)
    }

    fn place_count(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    fn line(&self, line: LineIdx) -> Line {
        let at = line as usize;
        let paid = self.paid.get(at);
        let converted = if self.converted.is_empty() { None } else { self.converted.get(&line) };
        Line {
            kind: self.kind[at],
            payer: self.payer[at],
            payee: self.payee[at],
            paid,
            received: converted.copied().unwrap_or(paid),
            source_idx: self.source_idx[at],
            is_conversion: converted.is_some(),
        }
    }

    fn payer(&self, line: LineIdx) -> PlaceIdx {
        self.payer[line as usize]
    }

    fn paid(&self, line: LineIdx) -> u128 {
        self.paid.get(line as usize)
    }

    fn received(&self, line: LineIdx) -> u128 {
        let converted = if self.converted.is_empty() { None } else { self.converted.get(&line) };
        converted.copied().unwrap_or_else(|| self.paid(line))
    }

    fn place(&self, place: PlaceIdx) -> Place {
        self.places[place as usize]
    }

    fn paid_before(&self, line: LineIdx) -> u128 {
        self.paid_before.get(line as usize)
    }

    fn received_before(&self, line: LineIdx) -> u128 {
        self.received_before.get(line as usize)
    }

    fn balance_before(&self, line: LineIdx) -> u128 {
        self.balance_before.get(line as usize)
    }

    fn closing_balance(&self, place: PlaceIdx) -> u128 {
        if self.is_account(place) { self.state[place as usize].balance() } else { 0 }
    }

    fn closing_debt(&self, place: PlaceIdx) -> u128 {
        self.state[place as usize].debt
    }

    fn payments(&self, place: PlaceIdx) -> &[LineIdx] {
        self.payments.of_place(place)
    }

    fn receipts(&self, place: PlaceIdx) -> &[LineIdx] {
        self.receipts.of_place(place)
    }

    fn has_conversions(&self) -> bool {
        !self.converted.is_empty()
    }

    fn transit(&self, place: PlaceIdx) -> Option<Transit> {
        let is_transit = self.places[place as usize].kind == PlaceKind::Transit;
        if is_transit { self.transits.get(&place).copied() } else { None }
    }
}
