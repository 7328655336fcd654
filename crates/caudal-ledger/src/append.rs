//! Later rows, also ones dated back, without building the ledger anew.
//!
//! *Shape.* The base stays as it lies, in memory or in a mapped file, and is shared. New rows are put
//! where they belong; each account that they touch is replayed from there on for its loans and
//! repayments ([`crate::replay`]); lists, totals and offsets of the touched places are spliced. The
//! time depends on the new rows and on what the accounts that they touch do behind them.
//!
//! *Limits.* Whatever may move lines that no new row touches is refused, and the ledger is built anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use caudal_columns::Column;
use caudal_model::{Currency, Opening, TransferTable, is_outside};

use crate::appended::{Appended, AppendedNames, Touched};
use crate::build::{BuildLedgerError, LedgerOptions, Overdraft, TOTAL_LIMIT, moves_money, total};
use crate::changes::{Changes, Moved};
use crate::later::match_anew;
use crate::ledger::{Ledger, Overdrawn};
use crate::order::SameDay;
use crate::placed::Placed;
use crate::replay::{Arrival, BankLine, Flow, Key, Part, replay};
use crate::splice::Splice;
use crate::tied::newly_tied;
use crate::view::{LedgerView, Line, LineIdx, LineKind, NO_PLACE, Place, PlaceIdx, PlaceKind};

/// Why rows cannot be appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppendFault {
    /// The ledger of all rows must be built anew.
    #[error("the ledger must be built anew: {0:?}")]
    BuildAnew(BuildAnew),
    /// No ledger can be made of all rows.
    #[error(transparent)]
    Ledger(BuildLedgerError),
}

/// What appending cannot do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildAnew {
    /// Rows state a time or a sequence, or a policy orders the rows of a day: a new row may stand
    /// between others.
    Order,
    /// Payments above the balance are not loans, or a period ends the ledger.
    Policy,
    /// Asserted links cut lines.
    Links,
    /// A reversal may now cancel another deposit, or none.
    Reversals,
    /// The table is not the one that the ledger was made of, with more rows.
    OtherTable,
    /// So much changes that building anew is quicker.
    TooMuch,
}

impl From<BuildAnew> for AppendFault {
    fn from(reason: BuildAnew) -> Self {
        Self::BuildAnew(reason)
    }
}

/// So many changes are always appended, and more if they are fewer than one for so many lines.
const ALWAYS: usize = 4_096;
const LINES_FOR_EACH: usize = 8;

impl Ledger {
    /// The ledger of this one's table after more rows were pushed to it, with the openings and the
    /// options that this one was built with. Every line and every place has the number that
    /// [`Ledger::build`] would give it.
    ///
    /// The ledger itself stays as it is. One that was appended to can be appended to again: changes
    /// never lie on changes.
    pub fn append(
        self: &Arc<Self>,
        table: &TransferTable,
        openings: &[Opening],
        options: &LedgerOptions,
    ) -> Result<Self, AppendFault> {
        let base = self.appended.as_ref().map_or(self, |appended| &appended.inner.base);
        examine(base, table, options)?;
        examine_total(base, table, openings)?;
        let mut appender = Appender::new(base, table, options);
        appender.take_rows();
        appender.replay_accounts();
        let changed = appender.lines.len() + appender.removed.len();
        if is_too_much(base, changed) {
            return Err(BuildAnew::TooMuch.into());
        }
        Ok(appender.finish())
    }

    /// How many lines were looked at to append rows; `None` for a ledger that was built.
    pub fn append_steps(&self) -> Option<u64> {
        self.appended.as_ref().map(|appended| appended.inner.steps)
    }

    /// How many rows of its table the ledger was built of: those behind them were appended.
    pub fn built_rows(&self) -> usize {
        self.appended
            .as_ref()
            .map_or(self.line_of.len(), |appended| appended.inner.base.line_of.len())
    }
}

fn is_too_much(base: &Ledger, changes: usize) -> bool {
    changes > ALWAYS.max(base.payer.len() / LINES_FOR_EACH)
}

/// Refuses at once what cannot be appended.
fn examine(base: &Ledger, table: &TransferTable, options: &LedgerOptions) -> Result<(), BuildAnew> {
    let refuse = |is_refused: bool, reason| if is_refused { Err(reason) } else { Ok(()) };
    let known = base.line_of.len();
    let names = base.names.first_extra as usize;
    refuse(table.len() < known || table.names().len() < names, BuildAnew::OtherTable)?;
    let is_ordered = table.has_sequences() || table.has_times();
    refuse(is_ordered || options.same_day != SameDay::AsListed, BuildAnew::Order)?;
    let is_other = options.overdraft != Overdraft::Bank || options.until_day.is_some();
    refuse(is_other, BuildAnew::Policy)?;
    refuse(base.has_links() || !options.links.is_empty(), BuildAnew::Links)?;
    refuse(is_too_much(base, table.len() - known), BuildAnew::TooMuch)?;
    refuse(!options.keep_reversals && may_net_otherwise(table, known), BuildAnew::Reversals)
}

/// Whether new rows may change which reversals cancel their deposits: where one of them is a reversal
/// or its deposit, or comes before a reversal at its account.
fn may_net_otherwise(table: &TransferTable, known: usize) -> bool {
    let mut last_day: BTreeMap<u32, i32> = BTreeMap::new();
    for (row, deposit) in table.reversals() {
        let is_new = |row: u32| row as usize >= known;
        if is_new(row) || table.find(deposit).is_some_and(is_new) {
            return true;
        }
        let day = last_day.entry(table.ends(row).0).or_insert(i32::MIN);
        *day = (*day).max(table.day(row));
    }
    let comes_before = |row| {
        let (payer, payee) = table.ends(row);
        let mut days = [payer, payee].into_iter().filter_map(|name| last_day.get(&name));
        days.any(|&day| table.day(row) < day)
    };
    !last_day.is_empty() && new_rows(table, known).any(comes_before)
}

fn new_rows(table: &TransferTable, known: usize) -> impl Iterator<Item = u32> {
    let row = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    row(known)..row(table.len())
}

/// Refuses what adds up to more than can be counted, as building does.
fn examine_total(
    base: &Ledger,
    table: &TransferTable,
    openings: &[Opening],
) -> Result<(), AppendFault> {
    let too_large = AppendFault::Ledger(BuildLedgerError::TooLarge);
    let lines = table.len().checked_mul(3).and_then(|lines| lines.checked_add(openings.len()));
    if lines.and_then(|lines| u32::try_from(lines).ok()).is_none_or(|lines| lines == LineIdx::MAX) {
        return Err(too_large);
    }
    // Twice what the rows of the base move, if its columns are that narrow.
    let of_base = matches!(base.paid_before, Column::Narrow(_)).then_some(1u128 << 64);
    let minor = |row| {
        let received = table.received(row).map_or(0, |money| money.minor);
        table.money(row).minor.saturating_add(received)
    };
    let mut added = new_rows(table, base.line_of.len()).map(minor);
    let bound = of_base.and_then(|of_base| {
        added.try_fold(of_base, |sum, minor| sum.checked_add(minor)?.checked_add(minor))
    });
    if bound.is_some_and(|bound| bound < TOTAL_LIMIT) || total(table, openings).is_some() {
        return Ok(());
    }
    Err(too_large)
}

/// A row that was appended.
#[derive(Clone, Copy)]
pub(crate) struct NewRow {
    pub(crate) row: u32,
    pub(crate) day: i32,
    /// The base line before which it comes: the first of a later day.
    pub(crate) gap: LineIdx,
    pub(crate) payer: PlaceIdx,
    pub(crate) payee: PlaceIdx,
}

/// A line that was added, and the base line before which it comes.
pub(crate) struct NewLine {
    key: Key,
    pub(crate) gap: LineIdx,
    pub(crate) line: Line,
}

struct Appender<'a> {
    base: &'a Arc<Ledger>,
    table: &'a TransferTable,
    without_statement: BTreeSet<&'a str>,
    names: AppendedNames,
    places: Vec<Place>,
    banks: BTreeMap<PlaceIdx, PlaceIdx>,
    /// In ledger order.
    rows: Vec<NewRow>,
    lines: Vec<NewLine>,
    /// Base lines that are gone.
    removed: Vec<LineIdx>,
    debts: BTreeMap<PlaceIdx, u128>,
    overdrawn: Vec<Overdrawn>,
    overdrawn_before: Vec<u32>,
    steps: u64,
}

impl<'a> Appender<'a> {
    fn new(base: &'a Arc<Ledger>, table: &'a TransferTable, options: &'a LedgerOptions) -> Self {
        let first_extra = u32::try_from(table.names().len()).unwrap_or(u32::MAX);
        let mut names = AppendedNames { first_extra, ..AppendedNames::default() };
        for name in base.names.first_extra..first_extra {
            if let Some(extra) = base.names.extra.find(table.names().get(name)) {
                names.moved.insert(extra, name);
            }
        }
        Self {
            base,
            table,
            without_statement: options.without_statement.iter().map(String::as_str).collect(),
            names,
            places: Vec::new(),
            banks: BTreeMap::new(),
            rows: Vec::new(),
            lines: Vec::new(),
            removed: Vec::new(),
            debts: BTreeMap::new(),
            overdrawn: Vec::new(),
            overdrawn_before: Vec::new(),
            steps: 0,
        }
    }

    /// Puts every new row where it belongs.
    fn take_rows(&mut self) {
        let table = self.table;
        let known = self.base.line_of.len();
        let mut rows: Vec<u32> =
            new_rows(table, known).filter(|&row| moves_money(table, row)).collect();
        rows.sort_by_key(|&row| table.day(row));
        let mut gap = (i32::MIN, self.base.opening_lines);
        for row in rows {
            let day = table.day(row);
            if day != gap.0 {
                gap = (day, self.base.first_line_after(table, day));
            }
            self.take_row(row, gap.1);
        }
    }

    fn take_row(&mut self, row: u32, gap: LineIdx) {
        let table = self.table;
        let (payer, payee) = table.ends(row);
        let (paid, received) = (table.money(row), table.received(row));
        let arrives = received.unwrap_or(paid);
        let (payer, payee) =
            (self.place(payer, paid.currency), self.place(payee, arrives.currency));
        let is_conversion = received.is_some() && paid.currency != arrives.currency;
        let line = Line {
            kind: LineKind::Transfer,
            payer,
            payee,
            paid: paid.minor,
            received: if is_conversion { arrives.minor } else { paid.minor },
            source_idx: row,
            is_conversion,
        };
        self.lines.push(NewLine { key: Key::of(table, row, Part::Transfer), gap, line });
        self.rows.push(NewRow { row, day: table.day(row), gap, payer, payee });
    }

    /// Finds the loans and repayments that come out differently.
    fn replay_accounts(&mut self) {
        let mut arrivals: BTreeMap<PlaceIdx, Vec<Arrival>> = BTreeMap::new();
        for NewLine { gap, line, .. } in &self.lines {
            let ends =
                [(line.payer, Flow::Paid(line.paid)), (line.payee, Flow::Received(line.received))];
            for (place, flow) in ends.into_iter().filter(|&(place, _)| self.is_account(place)) {
                let arrival = Arrival { row: line.source_idx, gap: *gap, flow };
                arrivals.entry(place).or_default().push(arrival);
            }
        }
        for (account, arrivals) in arrivals {
            let mut replayed = replay(self.base, self.table, account, &arrivals);
            self.steps += replayed.steps + arrivals.len() as u64;
            for line in &replayed.added {
                self.add_bank_line(account, *line);
            }
            self.removed.append(&mut replayed.removed);
            self.overdrawn.append(&mut replayed.overdrawn);
            self.overdrawn_before.append(&mut replayed.overdrawn_before);
            self.debts.insert(account, replayed.debt);
        }
        self.lines.sort_by_key(|line| line.key);
        self.removed.sort_unstable();
    }

    fn add_bank_line(&mut self, account: PlaceIdx, BankLine { key, gap, minor }: BankLine) {
        let bank = self.bank_of(account);
        let (kind, payer, payee) = match key.part {
            Part::Loan => (LineKind::Loan, bank, account),
            Part::Transfer | Part::Repayment => (LineKind::Repayment, account, bank),
        };
        let source_idx = key.row;
        let (paid, received, is_conversion) = (minor, minor, false);
        let line = Line { kind, payer, payee, paid, received, source_idx, is_conversion };
        self.lines.push(NewLine { key, gap, line });
    }

    fn finish(mut self) -> Ledger {
        let gaps: Vec<LineIdx> = self.lines.iter().map(|line| line.gap).collect();
        let splice = Splice::of(self.base.line_count(), &gaps, &self.removed);
        let converts = |line: &NewLine| line.line.is_conversion;
        let has_conversions = self.base.has_conversions() || self.lines.iter().any(converts);
        let mut line_of = vec![LineIdx::MAX; self.table.len() - self.base.line_of.len()];
        for (at, NewLine { key, .. }) in self.lines.iter().enumerate() {
            let row = (key.row as usize).checked_sub(self.base.line_of.len());
            if let (Part::Transfer, Some(row)) = (key.part, row) {
                line_of[row] = splice.added_at(at);
            }
        }
        let tied = newly_tied(self.base, self.table, &self.rows, |place| self.is_account(place));
        let (overdrawn, added_overdrawn) = self.splice_overdrawn();
        let moved = Moved { base: self.base, lines: &self.lines, removed: &self.removed };
        let changes = Changes::of(moved, &splice, &self.debts, |place| self.is_account(place));
        let steps = self.steps + (self.lines.len() + self.removed.len()) as u64;
        let mut appended = Appended {
            base: Arc::clone(self.base),
            lines: Arc::new(splice),
            added: changes.added,
            places: self.places,
            touched: Touched::of(&changes.places),
            changes: changes.places,
            names: self.names,
            line_of,
            overdrawn,
            added_overdrawn,
            has_conversions,
            lifo: None,
            steps,
        };
        if let Some((lifo, steps)) = match_anew(&appended) {
            appended.lifo = Some(lifo);
            appended.steps += steps;
        }
        Ledger {
            opening_lines: appended.base.opening_lines,
            tied_transfers: appended.base.tied_transfers + tied,
            appended: Some(Arc::new(Placed::new(appended))),
            ..Ledger::default()
        }
    }

    /// Payments above the balance, with those that came out differently.
    fn splice_overdrawn(&mut self) -> (Splice, Vec<Overdrawn>) {
        let table = self.table;
        let key = |row: u32| (table.day(row), row);
        let mut added = std::mem::take(&mut self.overdrawn);
        added.sort_unstable_by_key(|one| key(one.transfer_idx));
        let position = |row: u32| self.base.overdrawn_position(table, row);
        let gaps: Vec<u32> = added.iter().map(|one| position(one.transfer_idx)).collect();
        let mut removed: Vec<u32> =
            self.overdrawn_before.iter().map(|&row| position(row)).collect();
        removed.sort_unstable();
        let count = u32::try_from(self.base.overdrawn.transfer_idx.len()).unwrap_or(u32::MAX);
        (Splice::of(count, &gaps, &removed), added)
    }
}

/// Places.
impl Appender<'_> {
    fn is_account(&self, place: PlaceIdx) -> bool {
        place != NO_PLACE && self.get(place).kind == PlaceKind::Account
    }

    fn get(&self, place: PlaceIdx) -> Place {
        match place.checked_sub(self.base.place_count()) {
            Some(at) => self.places[at as usize],
            None => self.base.place(place),
        }
    }

    /// The place of a name in a currency: one of the base, or a new one.
    fn place(&mut self, name_idx: u32, currency: Currency) -> PlaceIdx {
        let name = self.table.names().get(name_idx);
        let known = if name_idx < self.base.names.first_extra {
            self.base.places_of_name(name_idx)
        } else {
            self.base.places_of_extra(name)
        };
        let is_it = |&place: &PlaceIdx| self.base.place(place).currency == currency;
        if let Some(place) = known.into_iter().find(is_it) {
            return place;
        }
        if let Some(&place) = self.names.places.get(&(name_idx, currency.code())) {
            return place;
        }
        let kind = if is_outside(name) {
            PlaceKind::Outside
        } else if self.without_statement.contains(name) {
            PlaceKind::Frontier
        } else {
            PlaceKind::Account
        };
        let place = self.add_place(Place { kind, name_idx, currency });
        self.names.places.insert((name_idx, currency.code()), place);
        place
    }

    fn bank_of(&mut self, account: PlaceIdx) -> PlaceIdx {
        let known = self.base.bank_of(account).or_else(|| self.banks.get(&account).copied());
        known.unwrap_or_else(|| {
            let Place { mut name_idx, currency, .. } = self.get(account);
            if account < self.base.place_count()
                && let Some(extra) = name_idx.checked_sub(self.base.names.first_extra)
            {
                let moved = self.names.moved.get(&extra).copied();
                name_idx = moved.unwrap_or(self.names.first_extra + extra);
            }
            let bank = self.add_place(Place { kind: PlaceKind::Bank, name_idx, currency });
            self.banks.insert(account, bank);
            bank
        })
    }

    fn add_place(&mut self, place: Place) -> PlaceIdx {
        let at = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(place);
        self.base.place_count() + at
    }
}

/// What appending asks of the base.
impl Ledger {
    /// The first line of a row of a later day, where days and rows decide.
    pub(crate) fn first_line_after(&self, table: &TransferTable, day: i32) -> LineIdx {
        let (mut low, mut high) = (self.opening_lines, self.line_count());
        while low < high {
            let middle = low.midpoint(high);
            if table.day(self.source_idx.at(middle as usize)) <= day {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The bank of an account, if it ever lent to it.
    pub(crate) fn bank_of(&self, account: PlaceIdx) -> Option<PlaceIdx> {
        self.places.bank.get(account as usize).filter(|&bank| bank != NO_PLACE)
    }

    /// How many payments of a place come before a line, and what they add up to.
    pub(crate) fn paid_until(&self, place: PlaceIdx, line: LineIdx) -> (usize, u128) {
        let list = self.payments_or_none(place);
        let count = list.partition_point(|known| known < line);
        let last = count.checked_sub(1).and_then(|last| list.get(last));
        (count, last.map_or(0, |last| self.paid_before(last) + self.paid(last)))
    }

    /// How many receipts of a place come before a line, and what they add up to.
    pub(crate) fn received_until(&self, place: PlaceIdx, line: LineIdx) -> (usize, u128) {
        let list = self.receipts_or_none(place);
        let count = list.partition_point(|known| known < line);
        let last = count.checked_sub(1).and_then(|last| list.get(last));
        (count, last.map_or(0, |last| self.received_before(last) + self.received(last)))
    }

    /// Where a row stands among the payments above the balance, or would stand.
    fn overdrawn_position(&self, table: &TransferTable, row: u32) -> u32 {
        let rows = &self.overdrawn.transfer_idx;
        let is_before = |known: u32| (table.day(known), known) < (table.day(row), row);
        u32::try_from(rows.partition_point(is_before)).unwrap_or(u32::MAX)
    }

    /// What the ledger says of a row that pays more than there is.
    pub(crate) fn overdrawn_of(&self, table: &TransferTable, row: u32) -> Option<Overdrawn> {
        let at = self.overdrawn_position(table, row) as usize;
        let is_here = self.overdrawn.transfer_idx.get(at) == Some(row);
        is_here.then(|| self.overdrawn.at(at))
    }
}
