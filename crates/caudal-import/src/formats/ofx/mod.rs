//! OFX 1 (SGML) and 2 (XML) statements of accounts and cards.
//!
//! *Shape.* One pass over the tags; one statement for each `STMTRS` and `CCSTMTRS`. The only booked
//! balance is `LEDGERBAL`, after the last entry: the available balance never enters, and no opening
//! is computed from what it should prove. Row and raw text of an entry are those of its `STMTTRN`.
//! What may stand once and stands twice with two values has none. Statements of investments, of
//! loans and of closed periods are reported and left.
//!
//! *Authority.* OFX 1.6 and 2.2, as public samples and public readers show them.

mod encoding;
mod entry;
mod tags;

use std::fmt::Write;

use caudal_model::collections::Dictionary;
use caudal_model::{
    AccountText, Balance, Currency, Decimal, Entry, Moment, ProblemCode, Statement,
};

use crate::formats::Found;
use crate::report::{Fault, Report};
use entry::{Draft, amount_at, bank_of, day_at, is_mostly_out, optional_day};
use tags::{Tag, Tags, hides_tags, text_of};

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
        left: "",
        status: Status::default(),
        statement: None,
        entry: None,
        ids: Ids::default(),
        is_reported: false,
    };
    let mut tags = Tags::new(&text);
    for tag in tags.by_ref() {
        let is_entry = matches!(tag.name, "STMTTRN" | "STMTTRNP") && !tag.is_closing;
        if is_entry && !reader.report.goes_on(tag.start, text.len()) {
            return;
        }
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
    /// A statement of a kind of which nothing is read.
    Left,
}

/// What the server says of a request.
#[derive(Clone, Copy, Default)]
struct Status<'t> {
    row: u64,
    code: &'t str,
    severity: &'t str,
    message: &'t str,
}

/// A value that may stand once, as written.
#[derive(Clone, Copy, Default)]
struct Once<'t> {
    text: &'t str,
    /// Whether another value stood beside it: then there is none.
    is_contradicted: bool,
}

impl<'t> Once<'t> {
    /// Takes a value in; whether it contradicts an earlier one.
    fn set(&mut self, value: &'t str) -> bool {
        if self.text.is_empty() {
            self.text = value;
        }
        let contradicts = !value.is_empty() && self.text != value;
        self.is_contradicted |= contradicts;
        contradicts
    }

    fn get(&self) -> &'t str {
        if self.is_contradicted { "" } else { self.text }
    }
}

/// A statement that is being read.
struct OpenStatement<'t> {
    statement: Statement,
    is_card: bool,
    /// Whether the list that is read is one of pending entries.
    is_list_pending: bool,
    /// How many lists of booked entries began.
    list_count: u32,
    /// What it means is known before the first entry.
    currency: Once<'t>,
    bank: Once<'t>,
    branch: Once<'t>,
    account: Once<'t>,
    /// The number of bank and account in [`Ids`].
    account_idx: u32,
    period: [Option<i32>; 2],
    /// Row, amount and day of the booked balance.
    ledger: (u64, Once<'t>, Once<'t>),
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
    /// The name of the statement of which nothing is read.
    left: &'t str,
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
        if self.at == At::Left && !self.leaves(tag) {
            return;
        }
        self.check_text(tag);
        match (tag.name, tag.is_closing) {
            ("STMTTRN" | "STMTTRNP", false) => self.begin_entry(tag),
            ("STMTTRN" | "STMTTRNP", true) => self.end_entry(tag.end),
            ("STMTRS" | "CCSTMTRS", false) => self.begin_statement(tag),
            ("STMTRS" | "CCSTMTRS", true) => self.end_statement(tag.start),
            ("INVSTMTRS" | "LOANSTMTRS" | "STMTENDRS" | "CCSTMTENDRS", false) => self.leave(tag),
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

    /// Text behind a closing tag, and tags in a comment, belong to nothing that is read. An entry in
    /// a comment may be one that a memo with `<!--` swallowed.
    fn check_text(&mut self, tag: &Tag<'t>) {
        if !tag.has_markup && !tag.is_closing {
            return;
        }
        let is_hidden = tag.has_markup && hides_tags(tag.value);
        let is_loose = tag.is_closing && !text_of(tag.value).is_empty();
        let code = if is_hidden && tag.value.contains("<STMTTRN") {
            ProblemCode::AmountUnreadable
        } else {
            ProblemCode::RecordUnexpected
        };
        if is_hidden || is_loose {
            self.report.row_problem(tag.row, Fault::new(code, tag.value.trim()));
        }
    }

    fn leaves(&mut self, tag: &Tag<'t>) -> bool {
        let is_end = tag.name == self.left && tag.is_closing;
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

    fn leave(&mut self, tag: &Tag<'t>) {
        self.end_statement(tag.start);
        (self.at, self.left) = (At::Left, tag.name);
        let found = format!("<{}>", tag.name);
        self.unexpected(tag.row, Fault::new(ProblemCode::RecordUnexpected, &found));
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
                if let Some(open) = self.statement.as_mut().filter(|open| open.ledger.0 == 0) {
                    open.ledger.0 = tag.row;
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
            (_, _, Some(open)) => open.value((self.at, tag.row), (tag.name, value), report),
            _ => {}
        }
        if let (At::Account, "ACCTID", Some(open)) = (self.at, tag.name, &mut self.statement) {
            let name = format!("{}\n{value}", open.bank.get());
            open.account_idx = self.ids.accounts.intern(&name).0;
        }
    }

    /// A request that failed has no statement: its answer says why.
    fn end_status(&mut self) {
        self.at = if self.statement.is_some() { At::Statement } else { At::Outside };
        let Status { row, code, severity, message } = self.status;
        let is_unsaid = severity.is_empty() && code.bytes().any(|byte| byte != b'0');
        if is_unsaid || matches!(severity, "ERROR" | "WARN") {
            let found = format!("{code} {}", text_of(message));
            let fault = Fault::new(ProblemCode::RecordUnexpected, found.trim());
            self.report.cell_problem(row, "STATUS", fault.expected("0"));
            self.is_reported = true;
        }
    }

    fn begin_statement(&mut self, tag: &Tag<'t>) {
        self.end_statement(tag.start);
        self.begin_at(tag);
    }

    fn begin_at(&mut self, tag: &Tag<'t>) {
        self.at = At::Statement;
        self.statement = Some(OpenStatement {
            statement: Statement { row: tag.row, ..Statement::default() },
            is_card: tag.name == "CCSTMTRS",
            is_list_pending: false,
            list_count: 0,
            currency: Once::default(),
            bank: Once::default(),
            branch: Once::default(),
            account: Once::default(),
            account_idx: self.ids.accounts.intern("").0,
            period: [None; 2],
            ledger: (0, Once::default(), Once::default()),
        });
    }

    /// Lists of entries exist without a statement around them.
    fn begin_list(&mut self, tag: &Tag<'t>) {
        if self.entry.is_some() {
            self.end_broken_entry(tag);
        }
        if self.statement.is_none() {
            self.begin_at(tag);
        }
        self.at = At::Statement;
        let Some(open) = &mut self.statement else { return };
        open.is_list_pending = tag.name == "BANKTRANLISTP";
        open.list_count += u32::from(!open.is_list_pending);
        if !open.is_list_pending && open.list_count > 1 {
            let fault = Fault::new(ProblemCode::RecordUnexpected, "<BANKTRANLIST>");
            self.report.row_problem(tag.row, fault);
        }
    }

    fn end_list(&mut self, tag: &Tag<'t>) {
        if self.entry.is_some() {
            self.end_broken_entry(tag);
        }
        if let Some(open) = &mut self.statement {
            open.is_list_pending = false;
        }
    }

    fn begin_entry(&mut self, tag: &Tag<'t>) {
        if self.entry.is_some() {
            self.end_broken_entry(tag);
        }
        if self.statement.is_none() {
            self.begin_at(tag);
        }
        let is_pending = self.statement.as_ref().is_some_and(|open| open.is_list_pending);
        self.entry = Some(Draft::new(tag, is_pending));
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
        self.found.statements.push(open.finish(self.report));
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

impl<'t> OpenStatement<'t> {
    /// Takes a value that is the statement's, its account's or its balance's.
    fn value(&mut self, (at, row): (At, u64), (name, value): (&str, &'t str), report: &mut Report) {
        let once = match (at, name) {
            (At::Account, "BANKID") => &mut self.bank,
            (At::Account, "BRANCHID") => &mut self.branch,
            (At::Account, "ACCTID") => &mut self.account,
            (At::Ledger, "BALAMT") => &mut self.ledger.1,
            (At::Ledger, "DTASOF") => &mut self.ledger.2,
            (_, "CURDEF") => &mut self.currency,
            _ => return self.other_value((at, row), (name, value), report),
        };
        let first = once.text;
        if once.set(value) {
            let code = match name {
                "CURDEF" => ProblemCode::CurrencyContradicts,
                "BALAMT" => ProblemCode::ControlTotalDiffers,
                "DTASOF" => ProblemCode::BalanceDateUnexpected,
                _ => ProblemCode::AccountKeyContradicts,
            };
            report.cell_problem(row, name, Fault::new(code, value).expected(first));
        }
        if name == "CURDEF" {
            self.statement.currency = Currency::from_code(self.currency.get());
        }
    }

    fn other_value(
        &mut self,
        (at, row): (At, u64),
        (name, value): (&str, &'t str),
        report: &mut Report,
    ) {
        let [first, last] = &mut self.period;
        match (at, name) {
            (_, "DTSTART") => {
                let day = optional_day((row, "DTSTART"), value, report);
                *first = (*first).into_iter().chain(day).min();
            }
            (_, "DTEND") => *last = (*last).max(optional_day((row, "DTEND"), value, report)),
            // The booked balance in another currency is none of the account.
            (At::Ledger, "CURSYM") if Currency::from_code(value) != self.statement.currency => {
                let expected = self.currency.get();
                let fault = Fault::new(ProblemCode::CurrencyContradicts, value);
                report.cell_problem(row, "CURSYM", fault.expected(expected));
                self.ledger.1.is_contradicted = true;
            }
            // The tag that begins its entry is damaged.
            (At::Statement, "TRNAMT") => {
                let fault = Fault::new(ProblemCode::AmountUnreadable, value).expected("<STMTTRN>");
                report.cell_problem(row, "TRNAMT", fault);
            }
            _ => {}
        }
    }

    /// The statement, and whatever is wrong with it as a whole.
    fn finish(mut self, report: &mut Report) -> Statement {
        let row = self.statement.row;
        let bank = bank_of(&text_of(self.bank.get()), &text_of(self.branch.get()));
        let number = text_of(self.account.get()).into_owned();
        if number.is_empty() {
            report.cell_problem(row, "ACCTID", Fault::new(ProblemCode::AccountMissing, ""));
        }
        self.statement.account = AccountText { number, bank, ..AccountText::default() };
        if self.statement.currency.is_none() {
            let is_missing = self.currency.get().is_empty();
            let code = if is_missing {
                ProblemCode::CurrencyMissing
            } else {
                ProblemCode::CurrencyUnknown
            };
            let fault = Fault::new(code, self.currency.get()).expected("EUR");
            report.cell_problem(row, "CURDEF", fault);
        }
        self.check_signs(report);
        self.statement.closing = self.balance(report);
        if let [Some(first), Some(last)] = self.period {
            self.statement.period = (first <= last).then_some((first, last));
            if first > last {
                let day = |day| Moment { day, nanos: None }.to_string();
                let fault = Fault::new(ProblemCode::DateOutsideStatement, &day(last));
                report.cell_problem(row, "DTEND", fault.expected(day(first)));
            }
        }
        self.statement
    }

    /// Purchases and withdrawals from a bank's account with no minus anywhere: the file may leave
    /// all signs to the kinds.
    fn check_signs(&self, report: &mut Report) {
        let entries = &self.statement.entries;
        let is_negative = |entry: &Entry| entry.amount.is_some_and(Decimal::is_negative);
        if self.is_card || entries.iter().any(is_negative) {
            return;
        }
        let is_out = |entry: &&Entry| {
            is_mostly_out(&entry.kind) && entry.amount.is_some_and(|amount| !amount.is_zero())
        };
        for entry in entries.iter().filter(is_out) {
            let Some(amount) = entry.amount else { continue };
            let code = ProblemCode::AmountSignContradicts;
            let fault = Fault::new(code, &amount.to_string()).expected((-amount).to_string());
            report.cell_problem(entry.row, "TRNAMT", fault);
        }
    }

    /// The booked balance; none if entries are booked after its day, which it leaves out.
    fn balance(&self, report: &mut Report) -> Option<Balance> {
        let (row, amount, day) = self.ledger;
        if amount.get().is_empty() {
            return None;
        }
        let currency = self.statement.currency;
        let amount = amount_at((row, "BALAMT"), &text_of(amount.get()), currency, report)?;
        let has_day = !day.get().is_empty();
        let day = if has_day { day_at((row, "DTASOF"), day.get(), report) } else { None };
        let entries = self.statement.entries.iter().filter(|entry| entry.is_booked());
        let last = entries.filter_map(|entry| entry.booked_at).map(|moment| moment.day).max();
        let is_before = day.zip(last).is_some_and(|(day, last)| day < last);
        let is_behind = day.zip(self.period[1]).is_some_and(|(day, end)| day > end);
        if let Some(day) = day.filter(|_| is_before || is_behind) {
            let text = |day| Moment { day, nanos: None }.to_string();
            let fault = Fault::new(ProblemCode::BalanceDateUnexpected, &text(day));
            let expected = if is_before { last } else { self.period[1] };
            report.cell_problem(
                row,
                "DTASOF",
                fault.expected(expected.map_or_else(String::new, text)),
            );
        }
        (!is_before).then_some(Balance { amount, day, row })
    }
}

/// Whether two entries with one id say the same.
fn is_same(one: &Entry, other: &Entry) -> bool {
    let content = |entry: &Entry| (entry.booked_at, entry.amount);
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
