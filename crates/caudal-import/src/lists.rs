//! Openings and accounts: the two short lists that a case may have beside its transfers.
//!
//! *Shape.* Delimited text only. A list with nothing below its header is an empty list.

use std::borrow::Cow;
use std::ops::ControlFlow;

use caudal_model::collections::Dictionary;
use caudal_model::{Decimal, EvidenceFile, Moment, Money, Opening, ProblemCode};

use crate::csv_file::{Layout, read_rows};
use crate::dates;
use crate::fields::{self, Cell, Currencies};
use crate::report::{Fault, Report};

const OPENINGS: Layout = Layout {
    columns: &["account", "currency", "amount", "label"],
    required_count: 3,
    needs_rows: false,
};

const ACCOUNTS: Layout = Layout {
    columns: &["account", "statement", "institution", "country"],
    required_count: 2,
    needs_rows: false,
};

const LINKS: Layout = Layout {
    columns: &["receipt", "payment", "amount", "name", "date", "reason", "evidence"],
    required_count: 6,
    needs_rows: true,
};

/// A person's claim that part of a later receipt funds an earlier payment of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertedLink {
    /// Id of the receipt.
    pub receipt: String,
    /// Id of the payment.
    pub payment: String,
    /// Up to how much, in the currency of the account.
    pub amount: Decimal,
    /// Who asserts it.
    pub name: String,
    /// When.
    pub date: Moment,
    /// Why: what shows that both are parts of one scheme.
    pub reason: String,
    /// The evidence for it.
    pub evidence: Option<String>,
    /// Row in the file, counted as in [`caudal_model::SourceRef::row`].
    pub row: u64,
}

/// Whether an account's statement is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// Its lines are in the ledger.
    Held,
    /// Nothing is known of it but what other accounts' statements say.
    Missing,
}

/// A row of the list of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// The account.
    pub account: String,
    /// Whether its statement is held.
    pub statement: Statement,
    /// Who keeps the account.
    pub institution: Option<String>,
    /// Where it is kept.
    pub country: Option<String>,
    /// Row in the file, counted as in [`caudal_model::SourceRef::row`].
    pub row: u64,
}

impl AccountRow {
    /// Whether the statement is held.
    pub fn is_held(&self) -> bool {
        self.statement == Statement::Held
    }
}

/// Whether a text begins with the header of a list of openings.
pub(crate) fn is_openings(head: &str) -> bool {
    OPENINGS.begins_alone(head)
}

/// Whether a text begins with the header of a list of accounts.
pub(crate) fn is_accounts(head: &str) -> bool {
    ACCOUNTS.begins_alone(head)
}

pub(crate) fn openings(text: &str, report: &mut Report) -> Vec<Opening> {
    let mut openings = Vec::new();
    let mut currencies = Currencies::default();
    let file = report.file().clone();
    read_rows(text, &OPENINGS, report, &mut |report, at, cells| {
        openings.extend(opening(report, &mut currencies, (&file, at.row), cells));
        ControlFlow::Continue(())
    });
    openings
}

fn opening(
    report: &mut Report,
    currencies: &mut Currencies,
    (file, row): (&EvidenceFile, u64),
    cells: &[Cell<'_>],
) -> Option<Opening> {
    let account = value(report, row, "account", cells[0].required(ProblemCode::AccountMissing));
    let known = currencies.read(&cells[1]);
    let minor = fields::amount(&cells[2], known.as_ref().ok().copied());
    let currency = value(report, row, "currency", known);
    let minor = value(report, row, "amount", minor);
    let money = Money { minor: minor?, currency: currency? };
    let account = account?.into_owned();
    if money.minor == 0 {
        let fault = Fault::new(ProblemCode::AmountZero, &money.to_decimal());
        report.cell_problem(row, "amount", fault);
        return None;
    }
    let label = cells[3].optional().map(Cow::into_owned);
    Some(Opening { account, money, label, row, file: file.clone() })
}

pub(crate) fn accounts(text: &str, report: &mut Report) -> Vec<AccountRow> {
    let mut accounts: Vec<AccountRow> = Vec::new();
    let mut names = Dictionary::default();
    read_rows(text, &ACCOUNTS, report, &mut |report, at, cells| {
        let Some(row) = account(report, at.row, cells) else { return ControlFlow::Continue(()) };
        match names.intern(&row.account) {
            (_, true) => accounts.push(row),
            (first, false) => {
                let first = accounts[first as usize].row.to_string();
                let fault = Fault::new(ProblemCode::IdDuplicate, &row.account).expected(first);
                report.cell_problem(at.row, "account", fault);
            }
        }
        ControlFlow::Continue(())
    });
    accounts
}

fn account(report: &mut Report, row: u64, cells: &[Cell<'_>]) -> Option<AccountRow> {
    let account = value(report, row, "account", cells[0].required(ProblemCode::AccountMissing));
    let statement = value(report, row, "statement", statement(&cells[1]));
    Some(AccountRow {
        account: account?.into_owned(),
        statement: statement?,
        institution: cells[2].optional().map(Cow::into_owned),
        country: cells[3].optional().map(Cow::into_owned),
        row,
    })
}

pub(crate) fn links(text: &str, report: &mut Report) -> Vec<AssertedLink> {
    let mut links = Vec::new();
    read_rows(text, &LINKS, report, &mut |report, at, cells| {
        links.extend(link(report, at.row, cells));
        ControlFlow::Continue(())
    });
    links
}

fn link(report: &mut Report, row: u64, cells: &[Cell<'_>]) -> Option<AssertedLink> {
    let required = |at: usize, missing| cells[at].required(missing).map(Cow::into_owned);
    let receipt = value(report, row, "receipt", required(0, ProblemCode::IdMissing));
    let payment = value(report, row, "payment", required(1, ProblemCode::IdMissing));
    let amount = fields::amount(&cells[2], None).and_then(|_| {
        let text = cells[2].text();
        Decimal::parse(&text).ok_or_else(|| Fault::new(ProblemCode::AmountOverflow, &text))
    });
    let amount = value(report, row, "amount", amount);
    let name = value(report, row, "name", required(3, ProblemCode::AssertionIncomplete));
    let date = value(report, row, "date", dates::moment(&cells[4]));
    let reason = value(report, row, "reason", required(5, ProblemCode::AssertionIncomplete));
    Some(AssertedLink {
        receipt: receipt?,
        payment: payment?,
        amount: amount?,
        name: name?,
        date: date?,
        reason: reason?,
        evidence: cells[6].optional().map(Cow::into_owned),
        row,
    })
}

fn statement(cell: &Cell<'_>) -> Result<Statement, Fault> {
    let text = cell.text();
    if text.eq_ignore_ascii_case("held") {
        Ok(Statement::Held)
    } else if text.eq_ignore_ascii_case("missing") {
        Ok(Statement::Missing)
    } else {
        Err(Fault::new(ProblemCode::StatementUnreadable, &text).expected("held | missing"))
    }
}

fn value<T>(report: &mut Report, row: u64, column: &str, read: Result<T, Fault>) -> Option<T> {
    read.map_err(|fault| report.cell_problem(row, column, fault)).ok()
}
