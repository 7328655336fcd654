//! From a table of transfers to an indexed ledger.
//!
//! *Shape.* One pass in ledger order over the transfers, linear in their number. Every place keeps
//! two running totals; the balance is their difference. Where a payment exceeds the balance a loan
//! line goes before it, and the next receipts are followed by repayment lines (`TRACING` 3).

use std::collections::BTreeSet;

use caudal_model::collections::{Dictionary, LookupMap};
use caudal_model::{Currency, Money, Opening, TransferTable, is_outside};

use crate::column::Column;
use crate::order::{self, Candidate, Order, SameDay};
use crate::reversal::{self, Netted, UnmatchedReversal};
use crate::view::{LedgerView, Line, LineIdx, LineKind, NO_PLACE, Place, PlaceIdx, PlaceKind};

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
}

/// A payment above the balance, and by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdrawn {
    /// Position of the transfer in the table.
    pub transfer_idx: u32,
    /// Minor units that were missing.
    pub missing: u128,
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
}

/// Amounts and totals stay below this, so that a holding in units of 2⁻⁴⁰ fits 127 bits.
const TOTAL_LIMIT: u128 = 1 << 86;

/// An ordered ledger in memory with its index. Immutable.
#[derive(Clone, Debug)]
pub struct Ledger {
    kind: Vec<LineKind>,
    payer: Vec<PlaceIdx>,
    payee: Vec<PlaceIdx>,
    paid: Column,
    converted: LookupMap<LineIdx, u128>,
    source_idx: Vec<u32>,
    paid_before: Column,
    received_before: Column,
    balance_before: Column,
    places: Vec<Place>,
    state: Vec<PlaceState>,
    names: Names,
    payments: Lists,
    receipts: Lists,
    line_of: Vec<LineIdx>,
    opening_lines: u32,
    overdrawn: Vec<Overdrawn>,
    netted: Vec<Netted>,
    unmatched: Vec<UnmatchedReversal>,
    tied_transfers: u64,
    order_cuts: u64,
    against_date: Option<u32>,
}

/// Names of places: those of the table, then those that only an opening balance mentions.
#[derive(Clone, Debug, Default)]
struct Names {
    extra: Dictionary,
    first_extra: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct PlaceState {
    received: u128,
    paid: u128,
    debt: u128,
    bank: Option<PlaceIdx>,
}

impl PlaceState {
    fn balance(self) -> u128 {
        self.received - self.paid
    }
}

/// Lines by place: one list each, end to end.
#[derive(Clone, Debug, Default)]
struct Lists {
    start: Vec<u32>,
    lines: Vec<LineIdx>,
}

impl Lists {
    /// Counting sort: lines of one place keep their order.
    fn of(places: usize, ends: &[PlaceIdx]) -> Self {
        let mut start = vec![0u32; places + 1];
        for &place in ends.iter().filter(|&&place| place != NO_PLACE) {
            start[place as usize + 1] += 1;
        }
        for at in 1..start.len() {
            start[at] += start[at - 1];
        }
        let mut next = start.clone();
        let mut lines = vec![0; start[places] as usize];
        for (line, &place) in (0u32..).zip(ends) {
            if place != NO_PLACE {
                let slot = &mut next[place as usize];
                lines[*slot as usize] = line;
                *slot += 1;
            }
        }
        Self { start, lines }
    }

    fn of_place(&self, place: PlaceIdx) -> &[LineIdx] {
        let place = place as usize;
        &self.lines[self.start[place] as usize..self.start[place + 1] as usize]
    }
}

impl Ledger {
    /// Builds the ledger of a table of transfers and opening balances.
    pub fn build(
        table: &TransferTable,
        openings: &[Opening],
        options: &LedgerOptions,
    ) -> Result<Self, BuildLedgerError> {
        let until = options.until_day.unwrap_or(i32::MAX);
        let keep = |row| table.moment(row).day <= until && moves_money(table, row);
        let mut order = Order::of(table, keep);
        let mut builder = Builder::new(table, openings, options)?;
        if !options.keep_reversals {
            builder.net_reversals(openings, &mut order);
        }
        builder.enter_openings(openings)?;
        builder.enter_transfers(&order, options.same_day)?;
        builder.ledger.against_date = order.against_date;
        Ok(builder.finish())
    }

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
        let name_idx = table.names().find(name).or_else(extra);
        let is_it =
            |place: &Place| Some(place.name_idx) == name_idx && place.kind != PlaceKind::Bank;
        let all = (0u32..).zip(&self.places);
        all.filter(|(_, place)| is_it(place)).map(|(idx, _)| idx).collect()
    }

    /// The line of a transfer of the table; `None` if it lies beyond the period or was netted.
    pub fn line_of_transfer(&self, transfer_idx: u32) -> Option<LineIdx> {
        self.line_of.get(transfer_idx as usize).copied().filter(|&line| line != LineIdx::MAX)
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
}

struct Builder<'a> {
    table: &'a TransferTable,
    overdraft: Overdraft,
    without_statement: BTreeSet<&'a str>,
    first_place: Vec<PlaceIdx>,
    other_places: LookupMap<(u32, &'static str), PlaceIdx>,
    ledger: Ledger,
}

impl<'a> Builder<'a> {
    fn new(
        table: &'a TransferTable,
        openings: &[Opening],
        options: &'a LedgerOptions,
    ) -> Result<Self, BuildLedgerError> {
        let total = total(table, openings).ok_or(BuildLedgerError::TooLarge)?;
        let capacity = table.len() + openings.len();
        let column = || Column::for_values_up_to(total, capacity);
        let ledger = Ledger {
            kind: Vec::with_capacity(capacity),
            payer: Vec::with_capacity(capacity),
            payee: Vec::with_capacity(capacity),
            paid: column(),
            converted: LookupMap::default(),
            source_idx: Vec::with_capacity(capacity),
            paid_before: column(),
            received_before: column(),
            balance_before: column(),
            places: Vec::new(),
            state: Vec::new(),
            names: Names {
                extra: Dictionary::default(),
                first_extra: u32::try_from(table.names().len()).unwrap_or(u32::MAX),
            },
            payments: Lists::default(),
            receipts: Lists::default(),
            line_of: vec![LineIdx::MAX; table.len()],
            opening_lines: 0,
            overdrawn: Vec::new(),
            netted: Vec::new(),
            unmatched: Vec::new(),
            tied_transfers: 0,
            order_cuts: 0,
            against_date: None,
        };
        Ok(Self {
            table,
            overdraft: options.overdraft,
            without_statement: options.without_statement.iter().map(String::as_str).collect(),
            first_place: vec![NO_PLACE; table.names().len()],
            other_places: LookupMap::default(),
            ledger,
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
        self.ledger.tied_transfers = ties.tied_transfers;
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
            for (at, &row) in (0u32..).zip(rows) {
                let ends = self.transfer(row)?;
                ties.meet(&self.ledger, at, ends);
            }
            return Ok(());
        }
        let ends: Vec<_> = rows.iter().map(|&row| self.ends(row)).collect();
        for (at, &ends) in (0u32..).zip(&ends) {
            ties.meet(&self.ledger, at, ends);
        }
        let account = |place| Some(place).filter(|&place| self.ledger.is_account(place));
        let group: Vec<_> = ends
            .iter()
            .map(|&(payer, payee)| Candidate { payer: account(payer), payee: account(payee) })
            .collect();
        let covers = |builder: &Self, at: usize| {
            let needed = builder.table.money(rows[at]).minor;
            group[at].payer.is_none_or(|p| builder.ledger.state[p as usize].balance() >= needed)
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

    fn ends(&mut self, row: u32) -> (PlaceIdx, PlaceIdx) {
        let (payer, payee) = self.table.ends(row);
        let paid = self.table.money(row).currency;
        let received = self.received(row).map_or(paid, |money| money.currency);
        (self.place(payer, paid), self.place(payee, received))
    }

    fn received(&self, row: u32) -> Option<Money> {
        if self.table.has_received() { self.table.get(row).received } else { None }
    }

    /// Enters a transfer with its loan and repayment, and gives back its payer and payee.
    fn transfer(&mut self, row: u32) -> Result<(PlaceIdx, PlaceIdx), BuildLedgerError> {
        let (payer, payee) = self.ends(row);
        let paid = self.table.money(row).minor;
        let received = self.received(row).map(|money| money.minor);
        if self.ledger.is_account(payer) {
            self.cover(payer, paid, row)?;
        }
        self.ledger.line_of[row as usize] = self.ledger.line_count();
        let converted = received.filter(|_| {
            self.ledger.places[payer as usize].currency
                != self.ledger.places[payee as usize].currency
        });
        self.push(Entry { kind: LineKind::Transfer, payer, payee, paid, converted }, row);
        self.repay(payee, converted.unwrap_or(paid), row);
        Ok((payer, payee))
    }

    /// Before a payment above the balance: the loan or birth that makes it possible.
    fn cover(&mut self, payer: PlaceIdx, paid: u128, row: u32) -> Result<(), BuildLedgerError> {
        let balance = self.ledger.state[payer as usize].balance();
        let Some(missing) = paid.checked_sub(balance).filter(|&missing| missing > 0) else {
            return Ok(());
        };
        self.ledger.overdrawn.push(Overdrawn { transfer_idx: row, missing });
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
                self.ledger.state[payer as usize].debt += missing;
            }
        }
        Ok(())
    }

    /// After a receipt: what goes straight back to the bank.
    fn repay(&mut self, payee: PlaceIdx, received: u128, row: u32) {
        let debt = self.ledger.state[payee as usize].debt;
        let repaid = debt.min(received);
        if repaid > 0 {
            let bank = self.bank_of(payee);
            self.push(Entry::new(LineKind::Repayment, payee, bank, repaid), row);
            self.ledger.state[payee as usize].debt -= repaid;
        }
    }

    fn push(&mut self, entry: Entry, source_idx: u32) {
        let ledger = &mut self.ledger;
        let line = ledger.line_count();
        let received = entry.converted.unwrap_or(entry.paid);
        let from = ledger.state.get(entry.payer as usize).copied().unwrap_or_default();
        let is_account = ledger.is_account(entry.payer);
        ledger.kind.push(entry.kind);
        ledger.payer.push(entry.payer);
        ledger.payee.push(entry.payee);
        ledger.paid.push(entry.paid);
        ledger.source_idx.push(source_idx);
        ledger.paid_before.push(from.paid);
        ledger.balance_before.push(if is_account { from.balance() } else { 0 });
        ledger.received_before.push(ledger.state[entry.payee as usize].received);
        if let Some(received) = entry.converted {
            ledger.converted.insert(line, received);
        }
        if let Some(from) = ledger.state.get_mut(entry.payer as usize) {
            from.paid += entry.paid;
        }
        ledger.state[entry.payee as usize].received += received;
    }

    fn name_idx(&mut self, name: &str) -> u32 {
        if let Some(idx) = self.table.names().find(name) {
            return idx;
        }
        let names = &mut self.ledger.names;
        let (at, is_new) = names.extra.intern(name);
        if is_new {
            self.first_place.push(NO_PLACE);
        }
        names.first_extra + at
    }

    /// The place of a name in a currency; most names have one currency and are found by position.
    fn place(&mut self, name_idx: u32, currency: Currency) -> PlaceIdx {
        let first = self.first_place[name_idx as usize];
        if first == NO_PLACE {
            let place = self.add_place(self.kind_of(name_idx), name_idx, currency);
            self.first_place[name_idx as usize] = place;
            return place;
        }
        if self.ledger.places[first as usize].currency == currency {
            return first;
        }
        if let Some(&place) = self.other_places.get(&(name_idx, currency.code())) {
            return place;
        }
        let place = self.add_place(self.kind_of(name_idx), name_idx, currency);
        self.other_places.insert((name_idx, currency.code()), place);
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

    fn bank_of(&mut self, account: PlaceIdx) -> PlaceIdx {
        if let Some(bank) = self.ledger.state[account as usize].bank {
            return bank;
        }
        let Place { name_idx, currency, .. } = self.ledger.places[account as usize];
        let bank = self.add_place(PlaceKind::Bank, name_idx, currency);
        self.ledger.state[account as usize].bank = Some(bank);
        bank
    }

    fn add_place(&mut self, kind: PlaceKind, name_idx: u32, currency: Currency) -> PlaceIdx {
        let place = self.ledger.place_count();
        self.ledger.places.push(Place { kind, name_idx, currency });
        self.ledger.state.push(PlaceState::default());
        place
    }

    fn finish(mut self) -> Ledger {
        let ledger = &mut self.ledger;
        let places = ledger.places.len();
        // Two lists that share nothing: one for each core.
        let (payer, payee) = (&ledger.payer, &ledger.payee);
        let (payments, receipts) = std::thread::scope(|scope| {
            let payments = scope.spawn(|| Lists::of(places, payer));
            let receipts = Lists::of(places, payee);
            (payments.join().expect("counting lines does not fail"), receipts)
        });
        ledger.payments = payments;
        ledger.receipts = receipts;
        self.ledger
    }
}

/// Counts transfers that share a group of unproved order and an account with another.
#[derive(Default)]
struct Ties {
    group: u32,
    /// By place: the last group that touched it, and the position of its first transfer there.
    last: Vec<(u32, u32)>,
    /// By position in the group: whether it was counted.
    is_counted: Vec<bool>,
    tied_transfers: u64,
}

impl Ties {
    fn begin(&mut self, len: usize) {
        self.group += 1;
        self.is_counted.clear();
        self.is_counted.resize(len, false);
    }

    fn meet(&mut self, ledger: &Ledger, at: u32, (payer, payee): (PlaceIdx, PlaceIdx)) {
        for place in [payer, payee].into_iter().filter(|&place| ledger.is_account(place)) {
            if self.last.len() <= place as usize {
                self.last.resize(ledger.places.len(), (0, 0));
            }
            let (group, first) = self.last[place as usize];
            if group == self.group {
                self.count(first);
                self.count(at);
            } else {
                self.last[place as usize] = (self.group, at);
            }
        }
    }

    fn count(&mut self, at: u32) {
        let is_counted = &mut self.is_counted[at as usize];
        self.tied_transfers += u64::from(!*is_counted);
        *is_counted = true;
    }
}

#[derive(Clone, Copy)]
struct Entry {
    kind: LineKind,
    payer: PlaceIdx,
    payee: PlaceIdx,
    paid: u128,
    converted: Option<u128>,
}

impl Entry {
    fn new(kind: LineKind, payer: PlaceIdx, payee: PlaceIdx, paid: u128) -> Self {
        Self { kind, payer, payee, paid, converted: None }
    }
}

/// Self-transfers and zero amounts never enter a ledger; they stay in the evidence.
fn moves_money(table: &TransferTable, row: u32) -> bool {
    let (payer, payee) = table.ends(row);
    let money = table.money(row);
    let arrives_there = || table.get(row).received.map_or(money.currency, |to| to.currency);
    money.minor > 0 && (payer != payee || arrives_there() != money.currency)
}

/// All amounts together, which bounds every running total; `None` above the limit. Loans and
/// repayments at most double it.
fn total(table: &TransferTable, openings: &[Opening]) -> Option<u128> {
    let count = u32::try_from(table.len()).ok()?;
    // A transfer becomes at most three lines, with a loan and a repayment.
    let lines = table.len().checked_mul(3)?.checked_add(openings.len())?;
    u32::try_from(lines).ok().filter(|&lines| lines < LineIdx::MAX)?;
    let add = |sum: u128, minor: u128| sum.checked_add(minor).filter(|&sum| sum < TOTAL_LIMIT);
    let mut sum = openings.iter().try_fold(0, |sum, opening| add(sum, opening.money.minor))?;
    for row in 0..count {
        sum = add(sum, table.money(row).minor)?;
        if table.has_received() {
            sum = add(sum, table.get(row).received.map_or(0, |money| money.minor))?;
        }
    }
    add(sum, sum)
}
