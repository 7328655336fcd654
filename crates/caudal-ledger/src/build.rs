//! From a table of transfers to an indexed ledger.
//!
//! *Shape.* One pass in ledger order over the transfers, linear in their number. Every place keeps
//! two running totals; the balance is their difference. Where a payment exceeds the balance a loan
//! line goes before it, and the next receipts are followed by repayment lines (`TRACING` 3).

use std::collections::BTreeSet;

use caudal_columns::{Column, Numbers, fetch_ahead};
use caudal_model::collections::LookupMap;
use caudal_model::{Currency, Money, Opening, TransferTable, is_outside};

use crate::ledger::{Flags, Ledger, Names, Overdrawn, PlaceState, kind_number};
use crate::links::{Link, LinkFault};
use crate::lists::Lists;
use crate::order::{self, Candidate, Order, SameDay};
use crate::reversal;
use crate::ties::Ties;
use crate::view::{LedgerView, LineIdx, LineKind, NO_PLACE, Place, PlaceIdx, PlaceKind};

/// What happens to a payment larger than the balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overdraft {
    /// A loan by the bank, repaid first out of the next receipts.
    #[default]
    Bank,
    /// Money of unknown origin is born there and never repaid: for accounts without a statement.
    Birth,
    /// The ledger is refused.
    Refuse,
}

/// How a ledger is built.
#[derive(Clone, Debug, Default)]
pub struct LedgerOptions {
    /// Order of lines of one day.
    pub same_day: SameDay,
    /// Payments above the balance.
    pub overdraft: Overdraft,
    /// Last day that counts, in days since 1970-01-01; `None` for all.
    pub until_day: Option<i32>,
    /// Keep reversals and their deposits as ordinary lines.
    pub keep_reversals: bool,
    /// Accounts whose statement is not held.
    pub without_statement: Vec<String>,
    /// Asserted links.
    pub links: Vec<Link>,
}

/// Why a ledger cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildLedgerError {
    /// A payment exceeds the balance, and overdrafts are refused.
    #[error("balance below zero on transfer {transfer_idx}, missing {missing}")]
    BelowZero {
        /// Position of the transfer in the table.
        transfer_idx: u32,
        /// Minor units that were missing.
        missing: u128,
    },
    /// Amounts too large to count exactly.
    #[error("amounts add up to more than the ledger can count")]
    TooLarge,
    /// An opening balance for an outside party.
    #[error("opening balance {opening_idx} is for an outside party")]
    OpeningOutside {
        /// Position among the openings.
        opening_idx: u32,
    },
    /// An asserted link cannot be taken in.
    #[error("link {link_idx} cannot be taken in: {fault:?}")]
    Link {
        /// Position among the links.
        link_idx: u32,
        /// Why.
        fault: LinkFault,
    },
}

/// Amounts and totals stay below this, so that a holding in units of 2⁻⁴⁰ fits 127 bits.
pub(crate) const TOTAL_LIMIT: u128 = 1 << 86;

impl Ledger {
    /// Builds the ledger of a table of transfers and opening balances.
    pub fn build(
        table: &TransferTable,
        openings: &[Opening],
        options: &LedgerOptions,
    ) -> Result<Self, BuildLedgerError> {
        let until = options.until_day.unwrap_or(i32::MAX);
        let keep = |row| table.day(row) <= until && moves_money(table, row);
        let mut order = Order::of(table, keep);
        let mut builder = Builder::new(table, openings, options)?;
        if !options.keep_reversals {
            builder.net_reversals(openings, &mut order);
        }
        builder.enter_openings(openings)?;
        builder.enter_transfers(&order, options.same_day)?;
        builder.ledger.against_date = order.against_date;
        let ledger = builder.finish();
        if options.links.is_empty() {
            return Ok(ledger);
        }
        // The order of lines is now certain, and no link changes a balance that it rests on.
        let mut linked = Builder::new(table, openings, options)?;
        linked.enter_openings(openings)?;
        linked.enter_linked(&ledger, &options.links)?;
        linked.ledger.netted.clone_from(&ledger.netted);
        linked.ledger.unmatched.clone_from(&ledger.unmatched);
        linked.ledger.tied_transfers = ledger.tied_transfers;
        linked.ledger.order_cuts = ledger.order_cuts;
        linked.ledger.against_date = ledger.against_date;
        Ok(linked.finish())
    }
}

pub(crate) struct Builder<'a> {
    pub(crate) table: &'a TransferTable,
    pub(crate) overdraft: Overdraft,
    without_statement: BTreeSet<&'a str>,
    other_places: LookupMap<(u32, &'static str), PlaceIdx>,
    /// Whether all amounts are in one currency, so that a name is a place.
    has_one_currency: bool,
    pub(crate) ledger: Ledger,
    /// By place, as far as the ledger has come.
    pub(crate) state: Vec<PlaceState>,
}

impl<'a> Builder<'a> {
    fn new(
        table: &'a TransferTable,
        openings: &[Opening],
        options: &'a LedgerOptions,
    ) -> Result<Self, BuildLedgerError> {
        let total = total(table, openings).ok_or(BuildLedgerError::TooLarge)?;
        // Money that a link sets aside passes its account twice.
        let set_aside = options.links.iter().fold(0u128, |sum, l| sum.saturating_add(l.minor));
        let total = total.checked_add(set_aside).filter(|&total| total < TOTAL_LIMIT);
        let total = total.ok_or(BuildLedgerError::TooLarge)?;
        let capacity = table.len() + openings.len();
        let column = || Column::for_sums_up_to(total, capacity);
        let ledger = Ledger {
            flags: Numbers::with_capacity(capacity),
            payer: Numbers::with_capacity(capacity),
            payee: Numbers::with_capacity(capacity),
            paid: Column::with_capacity(capacity),
            source_idx: Numbers::with_capacity(capacity),
            paid_before: column(),
            received_before: column(),
            balance_before: column(),
            names: Names {
                first_extra: u32::try_from(table.names().len()).unwrap_or(u32::MAX),
                first_place: vec![NO_PLACE; table.names().len()].into(),
                ..Names::default()
            },
            line_of: vec![LineIdx::MAX; table.len()].into(),
            ..Ledger::default()
        };
        Ok(Self {
            table,
            overdraft: options.overdraft,
            without_statement: options.without_statement.iter().map(String::as_str).collect(),
            other_places: LookupMap::default(),
            has_one_currency: has_one_currency(table, openings),
            ledger,
            state: Vec::new(),
        })
    }

    fn net_reversals(&mut self, openings: &[Opening], order: &mut Order) {
        let is_account = |name| self.kind_of(name) == PlaceKind::Account;
        let (netted, unmatched) = reversal::net(self.table, openings, &order.rows, is_account);
        let gone: BTreeSet<u32> =
            netted.iter().flat_map(|pair| [pair.deposit, pair.reversal]).collect();
        if !gone.is_empty() {
            order.remove(&gone);
        }
        self.ledger.netted = netted;
        self.ledger.unmatched = unmatched;
    }

    fn enter_openings(&mut self, openings: &[Opening]) -> Result<(), BuildLedgerError> {
        for (opening_idx, opening) in (0u32..).zip(openings) {
            if is_outside(&opening.account) {
                return Err(BuildLedgerError::OpeningOutside { opening_idx });
            }
            if opening.money.minor == 0 {
                continue;
            }
            let name_idx = self.name_idx(&opening.account);
            let place = self.place(name_idx, opening.money.currency);
            let line = Entry::new(LineKind::Opening, NO_PLACE, place, opening.money.minor);
            self.push(line, opening_idx);
        }
        self.ledger.opening_lines = self.ledger.line_count();
        Ok(())
    }

    fn enter_transfers(&mut self, order: &Order, policy: SameDay) -> Result<(), BuildLedgerError> {
        let mut at = 0;
        let mut ties = Ties::default();
        for &(start, end) in &order.ties {
            for &row in &order.rows[at..start] {
                self.transfer(row)?;
            }
            self.tie(&order.rows[start..end], policy, &mut ties)?;
            at = end;
        }
        for &row in &order.rows[at..] {
            self.transfer(row)?;
        }
        self.ledger.tied_transfers = ties.count();
        Ok(())
    }

    /// Lines whose order nothing proves.
    fn tie(
        &mut self,
        rows: &[u32],
        policy: SameDay,
        ties: &mut Ties,
    ) -> Result<(), BuildLedgerError> {
        ties.begin(rows.len());
        if policy == SameDay::AsListed {
            let mut at = 0;
            let mut ahead = rows.chunks(LOOK_AHEAD).skip(1);
            for rows in rows.chunks(LOOK_AHEAD) {
                self.look_ahead(ahead.next().unwrap_or_default());
                for &row in rows {
                    let ends = self.transfer(row)?;
                    ties.meet(&mut self.state, at, ends);
                    at += 1;
                }
            }
            return Ok(());
        }
        let ends: Vec<_> = rows.iter().map(|&row| self.ends(row)).collect();
        for (at, &ends) in (0u32..).zip(&ends) {
            ties.meet(&mut self.state, at, ends);
        }
        let account = |place| Some(place).filter(|&place| self.ledger.is_account(place));
        let group: Vec<_> = ends
            .iter()
            .map(|&(payer, payee)| Candidate { payer: account(payer), payee: account(payee) })
            .collect();
        let covers = |builder: &Self, at: usize| {
            let needed = builder.table.money(rows[at]).minor;
            group[at].payer.is_none_or(|p| builder.state[p as usize].balance() >= needed)
        };
        let mut outcome = Ok(());
        let cuts = order::arrange(&group, policy, self, covers, |builder, at| {
            if outcome.is_ok() {
                outcome = builder.transfer(rows[at]).map(|_| ());
            }
        });
        self.ledger.order_cuts += cuts;
        outcome
    }

    /// Asks for the state of the places of some rows, so that the memory fetches them while the rows
    /// before are entered.
    fn look_ahead(&self, rows: &[u32]) {
        let places = &self.ledger.names.first_place;
        for &row in rows {
            let (payer, payee) = self.table.ends(row);
            for name in [payer, payee] {
                fetch_ahead(&self.state, places.at(name as usize) as usize);
            }
        }
    }

    pub(crate) fn ends(&mut self, row: u32) -> (PlaceIdx, PlaceIdx) {
        let (payer, payee) = self.table.ends(row);
        let paid = self.table.money(row).currency;
        let received = self.received(row).map_or(paid, |money| money.currency);
        (self.place(payer, paid), self.place(payee, received))
    }

    pub(crate) fn received(&self, row: u32) -> Option<Money> {
        self.table.received(row)
    }

    /// Enters a transfer with its loan and repayment, and gives back its payer and payee.
    pub(crate) fn transfer(&mut self, row: u32) -> Result<(PlaceIdx, PlaceIdx), BuildLedgerError> {
        let (payer, payee) = self.ends(row);
        let paid = self.table.money(row).minor;
        let received = self.received(row).map(|money| money.minor);
        if self.state[payer as usize].is_account {
            self.cover(payer, paid, row)?;
        }
        let line = self.ledger.line_count();
        self.ledger.line_of.to_mut()[row as usize] = line;
        let converted = received
            .filter(|_| self.ledger.place(payer).currency != self.ledger.place(payee).currency);
        self.push(Entry { kind: LineKind::Transfer, payer, payee, paid, converted }, row);
        self.repay(payee, converted.unwrap_or(paid), row);
        Ok((payer, payee))
    }

    /// Before a payment above the balance: the loan or birth that makes it possible.
    pub(crate) fn cover(
        &mut self,
        payer: PlaceIdx,
        paid: u128,
        row: u32,
    ) -> Result<(), BuildLedgerError> {
        let balance = self.state[payer as usize].balance();
        let Some(missing) = paid.checked_sub(balance).filter(|&missing| missing > 0) else {
            return Ok(());
        };
        let owed = self.state[payer as usize].debt + missing;
        self.ledger.overdrawn.push(Overdrawn { transfer_idx: row, missing, owed });
        match self.overdraft {
            Overdraft::Refuse => {
                return Err(BuildLedgerError::BelowZero { transfer_idx: row, missing });
            }
            Overdraft::Birth => {
                self.push(Entry::new(LineKind::Birth, NO_PLACE, payer, missing), row);
            }
            Overdraft::Bank => {
                let bank = self.bank_of(payer);
                self.push(Entry::new(LineKind::Loan, bank, payer, missing), row);
                self.state[payer as usize].debt += missing;
            }
        }
        Ok(())
    }

    /// After a receipt: what goes straight back to the bank.
    pub(crate) fn repay(&mut self, payee: PlaceIdx, received: u128, row: u32) {
        let debt = self.state[payee as usize].debt;
        let repaid = debt.min(received);
        if repaid > 0 {
            let bank = self.bank_of(payee);
            self.push(Entry::new(LineKind::Repayment, payee, bank, repaid), row);
            self.state[payee as usize].debt -= repaid;
        }
    }

    pub(crate) fn push(&mut self, entry: Entry, source_idx: u32) {
        let ledger = &mut self.ledger;
        let line = ledger.line_count();
        let received = entry.converted.unwrap_or(entry.paid);
        let from = self.state.get(entry.payer as usize).copied().unwrap_or_default();
        let balance = if from.is_account { from.balance() } else { 0 };
        let mut flags = kind_number(entry.kind);
        if from.is_account && balance == entry.paid {
            flags |= Flags::EMPTIES;
        }
        if entry.converted.is_some() {
            flags |= Flags::CONVERTS;
            ledger.converts.push(line);
            ledger.converted.push(received);
        }
        ledger.flags.push(flags);
        ledger.payer.push(entry.payer);
        ledger.payee.push(entry.payee);
        ledger.paid.push(entry.paid);
        ledger.source_idx.push(source_idx);
        ledger.paid_before.push(from.paid);
        ledger.balance_before.push(balance);
        ledger.received_before.push(self.state[entry.payee as usize].received);
        if let Some(from) = self.state.get_mut(entry.payer as usize) {
            from.paid += entry.paid;
        }
        self.state[entry.payee as usize].received += received;
    }

    fn name_idx(&mut self, name: &str) -> u32 {
        if let Some(idx) = self.table.names().find(name) {
            return idx;
        }
        let names = &mut self.ledger.names;
        let (at, is_new) = names.extra.intern(name);
        if is_new {
            names.first_place.push(NO_PLACE);
        }
        names.first_extra + at
    }

    /// The place of a name in a currency; most names have one currency and are found by position.
    fn place(&mut self, name_idx: u32, currency: Currency) -> PlaceIdx {
        let first = self.ledger.names.first_place.at(name_idx as usize);
        if first != NO_PLACE && self.has_one_currency {
            return first;
        }
        if first == NO_PLACE {
            let place = self.add_place(self.kind_of(name_idx), name_idx, currency);
            self.ledger.names.first_place.to_mut()[name_idx as usize] = place;
            return place;
        }
        if self.ledger.place(first).currency == currency {
            return first;
        }
        if let Some(&place) = self.other_places.get(&(name_idx, currency.code())) {
            return place;
        }
        let place = self.add_place(self.kind_of(name_idx), name_idx, currency);
        self.other_places.insert((name_idx, currency.code()), place);
        self.ledger.names.other_places.push((name_idx, place));
        place
    }

    fn kind_of(&self, name_idx: u32) -> PlaceKind {
        let name = match name_idx.checked_sub(self.ledger.names.first_extra) {
            Some(extra) => self.ledger.names.extra.get(extra),
            None => self.table.names().get(name_idx),
        };
        if is_outside(name) {
            PlaceKind::Outside
        } else if self.without_statement.contains(name) {
            PlaceKind::Frontier
        } else {
            PlaceKind::Account
        }
    }

    pub(crate) fn bank_of(&mut self, account: PlaceIdx) -> PlaceIdx {
        let bank = self.state[account as usize].bank;
        if bank != NO_PLACE {
            return bank;
        }
        let Place { name_idx, currency, .. } = self.ledger.place(account);
        let bank = self.add_place(PlaceKind::Bank, name_idx, currency);
        self.state[account as usize].bank = bank;
        bank
    }

    pub(crate) fn add_place(
        &mut self,
        kind: PlaceKind,
        name_idx: u32,
        currency: Currency,
    ) -> PlaceIdx {
        let place = self.ledger.place_count();
        self.ledger.places.push(Place { kind, name_idx, currency });
        let is_account = matches!(kind, PlaceKind::Account | PlaceKind::Transit);
        self.state.push(PlaceState { is_account, ..PlaceState::default() });
        place
    }

    fn finish(mut self) -> Ledger {
        let ledger = &mut self.ledger;
        ledger.names.other_places.sort_unstable();
        let places = &mut ledger.places;
        for state in std::mem::take(&mut self.state) {
            places.received.push(state.received);
            places.paid.push(state.paid);
            places.debt.push(state.debt);
            places.bank.push(state.bank);
        }
        (ledger.payments, ledger.receipts) =
            Lists::both(ledger.places.len(), ledger.payer.all(), ledger.payee.all());
        self.ledger
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) kind: LineKind,
    pub(crate) payer: PlaceIdx,
    pub(crate) payee: PlaceIdx,
    pub(crate) paid: u128,
    pub(crate) converted: Option<u128>,
}

impl Entry {
    pub(crate) fn new(kind: LineKind, payer: PlaceIdx, payee: PlaceIdx, paid: u128) -> Self {
        Self { kind, payer, payee, paid, converted: None }
    }
}

/// Rows whose places are fetched together.
const LOOK_AHEAD: usize = 32;

fn has_one_currency(table: &TransferTable, openings: &[Opening]) -> bool {
    let first = table.currencies().first();
    let is_it = |opening: &Opening| first.is_none_or(|&first| opening.money.currency == first);
    !table.has_received()
        && table.currencies().len() < 2
        && openings.iter().all(is_it)
        && (first.is_some() || openings.is_empty())
}

/// Self-transfers and zero amounts never enter a ledger; they stay in the evidence.
pub(crate) fn moves_money(table: &TransferTable, row: u32) -> bool {
    let (payer, payee) = table.ends(row);
    let money = table.money(row);
    let arrives_there = || table.received(row).map_or(money.currency, |to| to.currency);
    money.minor > 0 && (payer != payee || arrives_there() != money.currency)
}

/// All amounts together, which bounds every running total; `None` above the limit. Loans and
/// repayments at most double it.
pub(crate) fn total(table: &TransferTable, openings: &[Opening]) -> Option<u128> {
    let count = u32::try_from(table.len()).ok()?;
    // A transfer becomes at most three lines, with a loan and a repayment.
    let lines = table.len().checked_mul(3)?.checked_add(openings.len())?;
    u32::try_from(lines).ok().filter(|&lines| lines < LineIdx::MAX)?;
    let add = |sum: u128, minor: u128| sum.checked_add(minor).filter(|&sum| sum < TOTAL_LIMIT);
    let mut sum = openings.iter().try_fold(0, |sum, opening| add(sum, opening.money.minor))?;
    for row in 0..count {
        sum = add(sum, table.money(row).minor)?;
        sum = add(sum, table.received(row).map_or(0, |money| money.minor))?;
    }
    add(sum, sum)
}
