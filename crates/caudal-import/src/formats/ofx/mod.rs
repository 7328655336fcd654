//! OFX 1 (SGML) and 2 (XML) statements of accounts and cards.
//!
//! *Shape.* One pass over the tags; one statement for each `STMTRS` and `CCSTMTRS`. The only booked
//! balance is `LEDGERBAL`, after the last entry: the available balance never enters, and no opening
//! is computed from what it should prove. Row and raw text of an entry are those of its `STMTTRN`.
//! Statements of investments are reported and left.
//!
//! *Authority.* OFX 1.6 and 2.2, as public samples and public readers show them.

mod encoding;
mod entry;
mod tags;

use std::fmt::Write;

use caudal_model::collections::Dictionary;
use caudal_model::{AccountText, Balance, Currency, ProblemCode, Statement};

use crate::formats::Found;
use crate::report::{Fault, Report};
use entry::{Draft, amount_at, bank_of, day_at, optional_day};
use tags::{Tag, Tags, text_of};

/// Whether a text begins with a header or the root of OFX, or with a bare list of entries.
pub(super) fn is_ofx(head: &str) -> bool {
    let head = head.trim_start();
    let signs = ["<?OFX", "<OFX>", "<OFX ", "<BANKTRANLIST>", "<STMTTRN>"];
    head.starts_with("OFXHEADER")
        || (head.starts_with('<') && signs.iter().any(|sign| head.contains(sign)))
}

/// Reads all statements of a file.
pub(super) fn read(bytes: &[u8], found: &mut Found, report: &mut Report) {
    let Some(text) = encoding::decode(bytes, report) else { return };
    let mut reader = Reader {
        text: &text,
        found,
        report,
        at: At::Outside,
        root: None,
        status: Status::default(),
        statement: None,
        entry: None,
        ids: Ids::default(),
        is_reported: false,
    };
    let mut tags = Tags::new(&text);
    for tag in tags.by_ref() {
        reader.tag(&tag);
    }
    reader.finish(tags.row_at(text.len()));
}

/// Where in the file the reader is, if not in an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Outside,
    Status,
    Statement,
    Account,
    Ledger,
    /// A balance that is not the booked one.
    OtherBalance,
    /// A statement of investments, of which nothing is read.
    Investments,
}

/// What the server says of a request.
#[derive(Clone, Copy, Default)]
struct Status<'t> {
    row: u64,
    code: &'t str,
    severity: &'t str,
    message: &'t str,
}

/// A statement that is being read.
struct OpenStatement<'t> {
    statement: Statement,
    /// As written; what it means is known before the first entry.
    currency: &'t str,
    bank: &'t str,
    branch: &'t str,
    /// The number of bank and account in [`Ids`].
    account_idx: u32,
    period: [Option<i32>; 2],
    ledger: Option<Ledger<'t>>,
}

#[derive(Clone, Copy)]
struct Ledger<'t> {
    row: u64,
    amount: &'t str,
    day: &'t str,
}

/// The ids that the bank gave to entries, by account, with the place of the first entry of each.
#[derive(Default)]
struct Ids {
    accounts: Dictionary,
    seen: Dictionary,
    places: Vec<(usize, usize)>,
    key: String,
}

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    report: &'r mut Report,
    at: At,
    /// The first tag, and whether it was closed last.
    root: Option<(&'t str, bool)>,
    status: Status<'t>,
    statement: Option<OpenStatement<'t>>,
    entry: Option<Draft<'t>>,
    ids: Ids,
    /// Whether something was reported in place of a statement.
    is_reported: bool,
}

impl<'t> Reader<'t, '_> {
    fn tag(&mut self, tag: &Tag<'t>) {
        let (root, is_closed) = self.root.get_or_insert((tag.name, false));
        *is_closed = tag.is_closing && *root == tag.name;
        if self.at == At::Investments && !self.leaves_investments(tag) {
            return;
        }
        match (tag.name, tag.is_closing) {
            ("STMTTRN" | "STMTTRNP", false) => self.begin_entry(tag),
            ("STMTTRN" | "STMTTRNP", true) => self.end_entry(tag.end),
            ("STMTRS" | "CCSTMTRS", false) => self.begin_statement(tag),
            ("STMTRS" | "CCSTMTRS", true) => self.end_statement(tag.start),
            ("INVSTMTRS", false) => self.investments(tag),
            ("BANKTRANLIST" | "BANKTRANLISTP", false) => self.begin_list(tag),
            ("BANKTRANLIST" | "BANKTRANLISTP", true) => self.end_list(tag),
            ("LEDGERBAL", _) if self.entry.is_some() => {
                self.end_broken_entry(tag);
                self.outside_entry(tag);
            }
            _ => match &mut self.entry {
                Some(entry) => entry.take(tag, self.report),
                None => self.outside_entry(tag),
            },
        }
    }

    fn leaves_investments(&mut self, tag: &Tag<'t>) -> bool {
        let is_end = tag.name == "INVSTMTRS" && tag.is_closing;
        let is_other = matches!(tag.name, "STMTRS" | "CCSTMTRS") && !tag.is_closing;
        if is_end || is_other {
            self.at = At::Outside;
        }
        is_other
    }

    fn unexpected(&mut self, row: u64, fault: Fault) {
        self.report.row_problem(row, fault);
        self.is_reported = true;
    }

    fn investments(&mut self, tag: &Tag<'t>) {
        self.end_statement(tag.start);
        self.at = At::Investments;
        self.unexpected(tag.row, Fault::new(ProblemCode::RecordUnexpected, "<INVSTMTRS>"));
    }

    /// A tag that belongs to no entry.
    fn outside_entry(&mut self, tag: &Tag<'t>) {
        let is_of_status = matches!(tag.name, "CODE" | "SEVERITY" | "MESSAGE");
        if self.at == At::Status && !is_of_status {
            self.end_status();
        }
        let beside = if self.statement.is_some() { At::Statement } else { At::Outside };
        match (tag.name, tag.is_closing) {
            ("STATUS", false) => {
                self.at = At::Status;
                self.status = Status { row: tag.row, ..Status::default() };
            }
            ("BANKACCTFROM" | "CCACCTFROM", false) => self.at = At::Account,
            ("AVAILBAL" | "BAL", false) => self.at = At::OtherBalance,
            ("LEDGERBAL", false) => {
                self.at = At::Ledger;
                if let Some(open) = &mut self.statement {
                    open.ledger = Some(Ledger { row: tag.row, amount: "", day: "" });
                }
            }
            ("STATUS" | "BANKACCTFROM" | "CCACCTFROM" | "AVAILBAL" | "BAL" | "LEDGERBAL", true) => {
                self.at = beside;
            }
            (_, true) => {}
            (_, false) => self.value(tag),
        }
    }

    /// A value that belongs to a status, an account, a balance or the statement itself.
    fn value(&mut self, tag: &Tag<'t>) {
        let value = tag.value.trim();
        let report = &mut *self.report;
        match (self.at, tag.name, &mut self.statement) {
            (At::Status, "CODE", _) => self.status.code = value,
            (At::Status, "SEVERITY", _) => self.status.severity = value,
            (At::Status, "MESSAGE", _) => self.status.message = value,
            (At::Account, "BANKID", Some(open)) => open.bank = value,
            (At::Account, "BRANCHID", Some(open)) => open.branch = value,
            (At::Account, "ACCTID", Some(open)) => {
                open.statement.account.number = text_of(value).into_owned();
                let name = format!("{}\n{value}", open.bank);
                open.account_idx = self.ids.accounts.intern(&name).0;
            }
            (At::Ledger, "BALAMT" | "DTASOF", Some(OpenStatement { ledger: Some(ledger), .. })) => {
                let slot = if tag.name == "BALAMT" { &mut ledger.amount } else { &mut ledger.day };
                *slot = value;
            }
            (_, "CURDEF", Some(open)) => {
                open.currency = value;
                open.statement.currency = Currency::from_code(value);
            }
            (_, "DTSTART", Some(open)) => {
                open.period[0] = optional_day((tag.row, "DTSTART"), value, report);
            }
            (_, "DTEND", Some(open)) => {
                open.period[1] = optional_day((tag.row, "DTEND"), value, report);
            }
            _ => {}
        }
    }

    /// A request that failed has no statement: its answer says why.
    fn end_status(&mut self) {
        self.at = if self.statement.is_some() { At::Statement } else { At::Outside };
        let Status { row, code, severity, message } = self.status;
        if severity == "ERROR" {
            let found = format!("{code} {}", text_of(message));
            let fault = Fault::new(ProblemCode::RecordUnexpected, found.trim());
            self.report.cell_problem(row, "STATUS", fault.expected("0"));
            self.is_reported = true;
        }
    }

    fn begin_statement(&mut self, tag: &Tag<'t>) {
        self.end_statement(tag.start);
        self.begin_at(tag.row);
    }

    fn begin_at(&mut self, row: u64) {
        self.at = At::Statement;
        self.statement = Some(OpenStatement {
            statement: Statement { row, ..Statement::default() },
            currency: "",
            bank: "",
            branch: "",
            account_idx: self.ids.accounts.intern("").0,
            period: [None; 2],
            ledger: None,
        });
    }

    /// Lists of entries exist without a statement around them.
    fn begin_list(&mut self, tag: &Tag<'t>) {
        if self.entry.is_some() {
            self.end_broken_entry(tag);
        }
        if self.statement.is_none() {
            self.begin_at(tag.row);
        }
        self.at = At::Statement;
    }

    fn end_list(&mut self, tag: &Tag<'t>) {
        if self.entry.is_some() {
            self.end_broken_entry(tag);
        }
    }

    fn begin_entry(&mut self, tag: &Tag<'t>) {
        if self.entry.is_some() {
            self.end_broken_entry(tag);
        }
        if self.statement.is_none() {
            self.begin_at(tag.row);
        }
        self.entry = Some(Draft::new(tag));
    }

    /// Ends an entry that the file does not close.
    fn end_broken_entry(&mut self, tag: &Tag<'t>) {
        let slash = if tag.is_closing { "/" } else { "" };
        let found = format!("<{slash}{}>", tag.name);
        let fault = Fault::new(ProblemCode::RecordUnexpected, &found).expected("</STMTTRN>");
        self.report.row_problem(tag.row, fault);
        self.end_entry(tag.start);
    }

    fn end_entry(&mut self, end: usize) {
        let (Some(draft), Some(open)) = (self.entry.take(), &mut self.statement) else { return };
        let raw = self.text.get(draft.start..end).unwrap_or_default().trim_end();
        let entry = draft.finish(raw, open.statement.currency, self.report);
        let place = (self.found.statements.len(), open.statement.entries.len());
        open.statement.entries.push(entry);
        let id = draft.id();
        let is_id = id.bytes().any(|byte| byte != b'0');
        let account_idx = open.account_idx;
        let first = if is_id { self.ids.first(account_idx, &id, place) } else { None };
        let Some((statement_idx, entry_idx)) = first else { return };
        let earlier = self.found.statements.get(statement_idx).unwrap_or(&open.statement);
        if !is_same(&earlier.entries[entry_idx], &open.statement.entries[place.1]) {
            let fault = Fault::new(ProblemCode::BankIdReused, &id);
            self.report.cell_problem(draft.row, "FITID", fault);
        }
    }

    fn end_statement(&mut self, end: usize) {
        self.end_entry(end);
        self.at = At::Outside;
        let Some(open) = self.statement.take() else { return };
        let mut statement = open.statement;
        let row = statement.row;
        let AccountText { number, bank, .. } = &mut statement.account;
        *bank = bank_of(&text_of(open.bank), &text_of(open.branch));
        if number.is_empty() {
            let fault = Fault::new(ProblemCode::AccountMissing, "");
            self.report.cell_problem(row, "ACCTID", fault);
        }
        if statement.currency.is_none() {
            let is_missing = open.currency.is_empty();
            let code = if is_missing {
                ProblemCode::CurrencyMissing
            } else {
                ProblemCode::CurrencyUnknown
            };
            let fault = Fault::new(code, open.currency).expected("EUR");
            self.report.cell_problem(row, "CURDEF", fault);
        }
        if let [Some(first), Some(last)] = open.period {
            statement.period = (first <= last).then_some((first, last));
        }
        let ledger = open.ledger.filter(|ledger| !ledger.amount.is_empty());
        statement.closing =
            ledger.and_then(|ledger| balance(&ledger, statement.currency, self.report));
        self.found.statements.push(statement);
    }

    /// Ends the file, which may break off.
    fn finish(&mut self, row: u64) {
        if self.at == At::Status {
            self.end_status();
        }
        if let Some((root, false)) = self.root {
            let expected = format!("</{root}>");
            let line = self.text.lines().next_back().unwrap_or_default();
            let fault = Fault::new(ProblemCode::FileTruncated, line.trim());
            self.unexpected(row, fault.expected(expected));
        }
        self.end_statement(self.text.len());
        if self.found.statements.is_empty() && !self.is_reported {
            self.report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
        }
    }
}

fn balance(
    ledger: &Ledger<'_>,
    currency: Option<Currency>,
    report: &mut Report,
) -> Option<Balance> {
    let row = ledger.row;
    let amount = amount_at((row, "BALAMT"), &text_of(ledger.amount), currency, report)?;
    let has_day = !ledger.day.is_empty();
    let day = if has_day { day_at((row, "DTASOF"), ledger.day, report) } else { None };
    Some(Balance { amount, day, row })
}

/// Whether two entries with one id say the same.
fn is_same(one: &caudal_model::Entry, other: &caudal_model::Entry) -> bool {
    let content = |entry: &caudal_model::Entry| (entry.booked_at, entry.amount);
    content(one) == content(other)
        && one.kind == other.kind
        && one.description == other.description
        && one.counterparty == other.counterparty
        && one.references == other.references
}

impl Ids {
    /// The place of the first entry of an account with an id; `None` if this is the first.
    fn first(
        &mut self,
        account_idx: u32,
        id: &str,
        place: (usize, usize),
    ) -> Option<(usize, usize)> {
        self.key.clear();
        let _ = write!(self.key, "{account_idx} {id}");
        let (number, is_new) = self.seen.intern(&self.key);
        if is_new {
            self.places.push(place);
            return None;
        }
        self.places.get(usize::try_from(number).ok()?).copied()
    }
}
