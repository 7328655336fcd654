//! From rows of cells to transfers: every check that one row, and its id, must pass.
//!
//! *Shape.* One row at a time, in the order of the evidence. A row with a blocking problem, and a
//! row that moves nothing, is reported and stays out of the table; its id still counts as used.

use std::borrow::Cow;

use caudal_model::collections::Dictionary;
use caudal_model::{Currency, Money, ProblemCode, SourceRef, Thing, Transfer, TransferTable};

use crate::csv_file::Layout;
use crate::dates;
use crate::fields::{self, Cell, Currencies};
use crate::report::{Fault, Report};

pub(crate) const LAYOUT: Layout = Layout {
    columns: &[
        "id",
        "date",
        "payer",
        "payee",
        "amount",
        "currency",
        "label",
        "received_amount",
        "received_currency",
        "sequence",
        "reverses",
    ],
    required_count: 6,
    needs_rows: true,
};

/// Whether a text begins with the header of a file of transfers.
pub(crate) fn is_transfers(head: &str) -> bool {
    LAYOUT.begins(head)
}

/// Positions in [`LAYOUT`].
pub(crate) mod column {
    pub(crate) const ID: usize = 0;
    pub(crate) const DATE: usize = 1;
    pub(crate) const PAYER: usize = 2;
    pub(crate) const PAYEE: usize = 3;
    pub(crate) const AMOUNT: usize = 4;
    pub(crate) const CURRENCY: usize = 5;
    pub(crate) const LABEL: usize = 6;
    pub(crate) const RECEIVED_AMOUNT: usize = 7;
    pub(crate) const RECEIVED_CURRENCY: usize = 8;
    pub(crate) const SEQUENCE: usize = 9;
    pub(crate) const REVERSES: usize = 10;
}

/// A row without values, to be filled in.
pub(crate) fn empty_row<'a>() -> [Cell<'a>; LAYOUT.columns.len()] {
    [Cell::EMPTY; LAYOUT.columns.len()]
}

/// Takes rows in and makes the table.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    pub(crate) table: TransferTable,
    currencies: Currencies,
    /// Ids of rows that are not in the table, and those rows.
    left_out: Dictionary,
    left_out_rows: Vec<u64>,
}

/// A problem was reported already.
struct Reported;

/// Where the problems of one row go.
struct Checks<'r> {
    report: &'r mut Report,
    row: u64,
}

impl Checks<'_> {
    fn value<T>(&mut self, column: usize, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.fail(column, fault)).ok()
    }

    fn fail(&mut self, column: usize, fault: Fault) -> Reported {
        self.report.cell_problem(self.row, LAYOUT.columns[column], fault);
        Reported
    }
}

/// The text of a cell that stands in the file as it is.
fn plain<'t>(cell: &Cell<'t>) -> &'t str {
    match cell {
        Cell::Text(Cow::Borrowed(text)) => text,
        _ => "",
    }
}

/// Rows that are looked at together before they are taken in.
pub(crate) const ROWS_AT_ONCE: usize = 64;

impl Intake {
    /// Says which rows come next, by their cells.
    pub(crate) fn expect(&self, cells: &[Cell<'_>]) {
        let mut rows = [["", "", ""]; ROWS_AT_ONCE];
        for (row, cells) in rows.iter_mut().zip(cells.chunks_exact(LAYOUT.columns.len())) {
            *row = [column::ID, column::PAYER, column::PAYEE].map(|column| plain(&cells[column]));
        }
        self.table.warm(&rows);
    }

    /// Takes one row in.
    pub(crate) fn take(&mut self, report: &mut Report, row: u64, cells: &[Cell<'_>]) {
        let is_in = self.try_take(report, row, cells).is_some();
        if !is_in && !cells[column::ID].is_empty() {
            self.leave_out(report, row, &cells[column::ID].text());
        }
    }

    fn try_take(&mut self, report: &mut Report, row: u64, cells: &[Cell<'_>]) -> Option<()> {
        let mut checks = Checks { report, row };
        let account = |column: usize| cells[column].required(ProblemCode::AccountMissing);
        let id = checks.value(column::ID, cells[column::ID].required(ProblemCode::IdMissing));
        let moment = checks.value(column::DATE, dates::moment(&cells[column::DATE]));
        let payer = checks.value(column::PAYER, account(column::PAYER));
        let payee = checks.value(column::PAYEE, account(column::PAYEE));
        let money = self.money(&mut checks, cells, [column::AMOUNT, column::CURRENCY]);
        let received = self.received(&mut checks, cells, money);
        let sequence = checks.value(column::SEQUENCE, fields::sequence(&cells[column::SEQUENCE]));
        let label = cells[column::LABEL].optional();
        let reverses = cells[column::REVERSES].optional();
        let transfer = Transfer {
            id: &id?,
            moment: moment?,
            payer: &payer?,
            payee: &payee?,
            thing: Thing::Money(money?),
            received: received.ok()?,
            label: label.as_deref(),
            sequence: sequence?,
            reverses: reverses.as_deref(),
            source: SourceRef { file_idx: 0, part: 0, row },
        };
        self.enter(checks.report, &transfer)
    }

    /// Enters a sound row, unless it moves nothing or its id is taken.
    fn enter(&mut self, report: &mut Report, transfer: &Transfer<'_>) -> Option<()> {
        let row = transfer.source.row;
        let Thing::Money(money) = transfer.thing else { return None };
        if transfer.payer == transfer.payee && transfer.received.is_none() {
            report.row_problem(row, Fault::new(ProblemCode::SelfTransfer, transfer.payer));
            return None;
        }
        if money.minor == 0 {
            let fault = Fault::new(ProblemCode::AmountZero, &money.to_decimal());
            report.cell_problem(row, LAYOUT.columns[column::AMOUNT], fault);
            return None;
        }
        if !self.left_out.is_empty() && self.left_out.find(transfer.id).is_some() {
            return None;
        }
        // A taken id is reported by `leave_out`.
        self.table.push(transfer).ok()
    }

    /// Notes the id of a row that is not in the table, and whether an earlier row has it.
    pub(crate) fn leave_out(&mut self, report: &mut Report, row: u64, id: &str) {
        let in_table = self.table.find(id).map(|idx| self.table.get(idx).source.row);
        let first = in_table.or_else(|| {
            let (idx, is_new) = self.left_out.intern(id);
            if is_new {
                self.left_out_rows.push(row);
            }
            (!is_new).then(|| self.left_out_rows[idx as usize])
        });
        if let Some(first) = first {
            let fault = Fault::new(ProblemCode::IdDuplicate, id).expected(first.to_string());
            report.cell_problem(row, LAYOUT.columns[column::ID], fault);
        }
    }

    fn money(
        &mut self,
        checks: &mut Checks<'_>,
        cells: &[Cell<'_>],
        [amount, currency]: [usize; 2],
    ) -> Option<Money> {
        let known = self.currencies.read(&cells[currency]);
        let minor = fields::amount(&cells[amount], known.as_ref().ok().copied());
        let minor = checks.value(amount, minor);
        let currency: Option<Currency> = checks.value(currency, known);
        Some(Money { minor: minor?, currency: currency? })
    }

    /// What reaches the payee, where it is stated and differs.
    fn received(
        &mut self,
        checks: &mut Checks<'_>,
        cells: &[Cell<'_>],
        money: Option<Money>,
    ) -> Result<Option<Money>, Reported> {
        let sides = [column::RECEIVED_AMOUNT, column::RECEIVED_CURRENCY];
        let missing = match sides.map(|column| cells[column].is_empty()) {
            [true, true] => return Ok(None),
            [false, false] => None,
            [true, false] => Some((sides[0], sides[1])),
            [false, true] => Some((sides[1], sides[0])),
        };
        if let Some((missing, stated)) = missing {
            let stated = cells[stated].text();
            return Err(checks.fail(missing, Fault::new(ProblemCode::ReceivedIncomplete, &stated)));
        }
        let received = self.money(checks, cells, sides).ok_or(Reported)?;
        let money = money.ok_or(Reported)?;
        let is_same_currency = received.currency == money.currency;
        if is_same_currency && received.minor == money.minor {
            return Ok(None);
        }
        // A side of nothing against a side of something is no exchange either.
        if is_same_currency || (received.minor == 0) != (money.minor == 0) {
            let fault = Fault::new(ProblemCode::SidesDisagree, &with_code(received));
            return Err(checks.fail(sides[0], fault.expected(with_code(money))));
        }
        Ok(Some(received))
    }
}

fn with_code(money: Money) -> String {
    format!("{} {}", money.to_decimal(), money.currency)
}
