//! BAI2 cash management files.
//!
//! *Shape.* A record is a code of two digits, fields between commas and a slash; `88` goes on with
//! the record before it. Banks put two records in one line, leave the slash out behind a text, and
//! let texts hold commas and slashes, so a line is cut only where a slash is followed by a code and
//! a comma, and fields are read from left to right without making a list of them. One statement for
//! each record `03`, for the day of its group.
//!
//! The control total catches a changed digit, not a wrong direction: it adds amounts as they are
//! written, balances and summaries included. Each total is compared with the totals that the parts
//! state, so one wrong digit is reported once.
//!
//! *Authority.* BAI Cash Management Balance Reporting Specifications, version 2, as public samples
//! and public readers show it. Type codes 101 to 399 bring money in, 401 to 699 take it out.
//! Without a currency in account or group the specification means US dollars; that is noted.
//!
//! *Units.* Amounts are counts of the minor unit of the currency.

mod details;
mod record;
mod totals;

use caudal_model::{
    AccountText, Balance, Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode,
    ReferenceKind, Statement,
};

use super::mt940::lines::{Line, Lines, day_of, day_text, digits};
use crate::formats::Found;
use crate::report::{Fault, Report};
use details::describe;
use record::{Fields, Funds, Record, code_of, record_end};
use totals::{NOT_DETAILED, OF_ACCOUNT, OF_FILE, OF_GROUP, SUMS, Stated, Total, totals_of};

/// The currency of groups that state none.
const DEFAULT_CURRENCY: &str = "USD";

/// Summary types of the booked balances; available balances (040, 045) never enter the chain.
const OPENING_LEDGER: &str = "010";
const CLOSING_LEDGER: &str = "015";

/// The longest name of a bank or a file that is kept.
const NAME_LENGTH_MAX: usize = 140;

/// How old in days what a file tells may be without a word.
const AGE_DAYS_MAX: i32 = 366;

/// The type of a detail that carries a message and no money.
const MESSAGE_TYPE: u32 = 890;

/// Whether a text begins with a file header and a group header.
pub(super) fn is_bai2(head: &str) -> bool {
    let Some(first) = Lines::new(head).find(|line| !line.text.trim().is_empty()) else {
        return false;
    };
    let Some((header, behind)) = head[first.start..].trim_start().split_once('/') else {
        return false;
    };
    let is_header =
        header.starts_with("01,") && !header.contains('\n') && header.split(',').count() >= 8;
    let behind = behind.trim_start();
    is_header && (behind.is_empty() || behind.starts_with("02,") || behind.starts_with("88,"))
}

/// Reads all accounts of a text.
pub(super) fn read(text: &str, found: &mut Found, report: &mut Report) {
    let mut reader = Reader {
        text,
        found,
        report,
        record: None,
        file_id: None,
        made_on: None,
        group: Group::default(),
        account: None,
        totals: [Total::default(); 3],
        is_open: false,
        is_closed: false,
    };
    for line in Lines::new(text) {
        if !reader.report.goes_on(line.start, text.len()) {
            return;
        }
        reader.line(line);
    }
    reader.end_record();
    reader.end_account();
    if !reader.is_closed {
        let row = Lines::new(text).last().map_or(1, |line| line.row);
        report.row_problem(row, Fault::new(ProblemCode::FileTruncated, "").expected("99"));
    }
}

/// The group of accounts that is being read.
#[derive(Clone, Default)]
struct Group {
    bank: Option<String>,
    day: Option<i32>,
    currency: Option<Currency>,
    /// Its status, if its accounts are notes: a deletion or a test.
    note: Option<&'static str>,
    /// Whether its header was read, and no trailer since.
    is_open: bool,
}

/// The account that is being read.
struct Account<'t> {
    statement: Statement,
    currency: Currency,
    /// What it states of all its credits and of all its debits.
    stated: [Option<Stated<'t>>; 2],
    /// Whether it says that not all credits, or debits, are told one by one.
    is_partial: [bool; 2],
}

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    report: &'r mut Report,
    record: Option<Record<'t>>,
    file_id: Option<String>,
    /// The day on which the file was made, if it says so.
    made_on: Option<i32>,
    group: Group,
    account: Option<Account<'t>>,
    totals: [Total; 3],
    /// Whether a header of a file was read, and no trailer since.
    is_open: bool,
    /// Whether the file's trailer was read.
    is_closed: bool,
}

impl<'t> Reader<'t, '_> {
    /// Cuts a line into its records.
    fn line(&mut self, line: Line<'t>) {
        let mut rest = line.without_first(line.text.len() - line.text.trim_start().len());
        loop {
            let end = record_end(rest.text);
            let piece = Line { text: rest.text[..end].trim_end(), ..rest };
            self.piece(piece);
            rest = rest.without_first(end);
            rest = rest.without_first(rest.text.len() - rest.text.trim_start().len());
            if rest.text.is_empty() {
                return;
            }
        }
    }

    /// Takes one record, one continuation, or a line that lacks a code.
    fn piece(&mut self, piece: Line<'t>) {
        if piece.text.is_empty() {
            return;
        }
        let code = code_of(piece.text);
        let is_header = code.is_some_and(|(code, _)| code != "88");
        if is_header {
            self.end_record();
        }
        let content = code.map_or(piece.text, |(_, content)| content);
        let content = content.strip_suffix('/').unwrap_or(content);
        if code.is_some() {
            self.count_record();
        }
        match (&mut self.record, code) {
            (Some(record), _) if !is_header => {
                record.pieces.push(content);
                record.end = piece.end();
                record.records += u64::from(code.is_some());
                if code.is_none() {
                    self.unexpected(piece.row, piece.text);
                }
            }
            (_, Some((code, _))) if is_header => {
                let (row, start, end) = (piece.row, piece.start, piece.end());
                self.record =
                    Some(Record { code, row, start, end, records: 1, pieces: vec![content] });
            }
            _ => self.unexpected(piece.row, piece.text),
        }
    }

    fn count_record(&mut self) {
        for total in &mut self.totals {
            total.records += 1;
        }
    }

    fn unexpected(&mut self, row: u64, found: &str) {
        self.report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, found));
    }

    fn end_record(&mut self) {
        let Some(record) = self.record.take() else { return };
        match record.code {
            "01" => self.file_header(&record),
            "02" => self.group_header(&record),
            "03" => self.account_header(&record),
            "16" => self.detail(&record),
            "49" => self.account_trailer(&record),
            "98" => self.group_trailer(&record),
            _ => self.file_trailer(&record),
        }
    }

    fn truncated(&mut self, row: u64, expected: &str) {
        let fault = Fault::new(ProblemCode::FileTruncated, "").expected(expected);
        self.report.row_problem(row, fault);
    }

    /// Ends an account whose trailer is not there.
    fn close_account(&mut self, row: u64) {
        if self.account.is_some() {
            self.truncated(row, "49");
        }
        self.end_account();
    }

    /// Ends a group whose trailer is not there, and so its last account.
    fn close_group(&mut self, row: u64) {
        self.close_account(row);
        if std::mem::take(&mut self.group).is_open {
            self.truncated(row, "98");
        }
    }

    fn file_header(&mut self, record: &Record<'t>) {
        self.close_group(record.row);
        if self.is_open {
            self.truncated(record.row, "99");
        }
        self.is_open = true;
        self.totals = [Total { records: record.records, ..Total::default() }; 3];
        self.is_closed = false;
        self.made_on = Fields::new(&record.pieces).nth_text(2).and_then(day_of);
        let id = Fields::new(&record.pieces).nth_text(4).unwrap_or_default();
        self.file_id = self.name(record.row, "01", id);
        let version = Fields::new(&record.pieces).nth_text(7).unwrap_or_default();
        self.expect_one_of(record.row, "01", version, &["", "2"]);
    }

    /// Reports a value that changes what the record means.
    fn expect_one_of(&mut self, row: u64, column: &str, found: &str, known: &[&str]) {
        if !known.contains(&found) {
            let expected = known.last().copied().unwrap_or_default();
            let fault = Fault::new(ProblemCode::RecordUnexpected, found).expected(expected);
            self.report.cell_problem(row, column, fault);
        }
    }

    fn group_header(&mut self, record: &Record<'t>) {
        self.close_group(record.row);
        self.totals[OF_GROUP] = Total { records: record.records, ..Total::default() };
        let mut fields = Fields::new(&record.pieces);
        fields.text();
        let bank = fields.text();
        let status = fields.text();
        let note = match status {
            "2" => Some("2"),
            "4" => Some("4"),
            _ => None,
        };
        // A deletion or a correction says that an earlier group, which is counted, is wrong.
        self.expect_one_of(record.row, "02", status, &["4", "1"]);
        let day = self.day(record.row, "02", fields.text());
        self.check_day(record.row, day);
        fields.text();
        let currency = self.currency(record.row, "02", fields.text());
        // What is interim is not what the bank's books say at the end.
        self.expect_one_of(record.row, "02", fields.text(), &["", "4", "2"]);
        let bank = self.name(record.row, "02", bank);
        self.group = Group { bank, day, currency, note, is_open: true };
        if let Some(status) = note {
            let fault = Fault::new(ProblemCode::EntryNotBooked, status).expected("1");
            self.report.cell_problem(record.row, "02", fault);
        }
    }

    /// A day beside the one on which the file was made: a digit of it may be wrong.
    fn check_day(&mut self, row: u64, day: Option<i32>) {
        let (Some(day), Some(made)) = (day, self.made_on) else { return };
        // Clocks of two places may differ by a day.
        if day > made + 1 || made - day > AGE_DAYS_MAX {
            let fault = Fault::new(ProblemCode::DateOutsideStatement, &day_text(day));
            self.report.cell_problem(row, "02", fault.expected(day_text(made)));
        }
    }

    /// A name that every account below repeats: one that is too long would let the file grow.
    fn name(&mut self, row: u64, column: &str, text: &str) -> Option<String> {
        if text.len() > NAME_LENGTH_MAX {
            let code = ProblemCode::RecordLengthWrong;
            let fault = Fault::new(code, text).expected(NAME_LENGTH_MAX.to_string());
            self.report.cell_problem(row, column, fault);
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn day(&mut self, row: u64, column: &str, text: &str) -> Option<i32> {
        let day = day_of(text);
        if day.is_none() {
            let is_date = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
            let code =
                if is_date { ProblemCode::DateDoesNotExist } else { ProblemCode::DateUnreadable };
            self.report.cell_problem(row, column, Fault::new(code, text).expected("250403"));
        }
        day
    }

    fn currency(&mut self, row: u64, column: &str, text: &str) -> Option<Currency> {
        // Banks write three letters; longer codes are of assets, which have other decimals.
        let currency = Currency::from_code(text).filter(|_| text.len() == 3);
        if currency.is_none() && !text.is_empty() {
            let fault = Fault::new(ProblemCode::CurrencyUnknown, text).expected(DEFAULT_CURRENCY);
            self.report.cell_problem(row, column, fault);
        }
        currency
    }

    fn account_header(&mut self, record: &Record<'t>) {
        self.close_account(record.row);
        if !self.group.is_open {
            // The day stands on the group.
            self.unexpected(record.row, self.raw(record));
            let fault = Fault::new(ProblemCode::DateUnreadable, "").expected("250403");
            self.report.cell_problem(record.row, "02", fault);
        }
        self.totals[OF_ACCOUNT] = Total { records: record.records, ..Total::default() };
        let mut fields = Fields::new(&record.pieces);
        let number = fields.text();
        if number.is_empty() {
            let fault = Fault::new(ProblemCode::AccountMissing, "");
            self.report.cell_problem(record.row, "03", fault);
        }
        let code = fields.text();
        let stated = self.currency(record.row, "03", code).or(self.group.currency);
        if stated.is_none() && code.is_empty() {
            let code = ProblemCode::BalanceCurrencyMissing;
            let fault = Fault::new(code, "").expected(DEFAULT_CURRENCY);
            self.report.cell_problem(record.row, "03", fault);
        }
        self.begin_account(number, stated, record.row);
        self.summaries(fields, record.row);
    }

    fn begin_account(&mut self, number: &str, stated: Option<Currency>, row: u64) {
        let default = Currency::from_code(DEFAULT_CURRENCY);
        let currency = stated.or(default).expect("the table has US dollars");
        let day = self.group.day;
        let bank = self.group.bank.clone();
        let statement = Statement {
            account: AccountText { number: number.to_owned(), bank, holder: None },
            currency: Some(currency),
            id: self.file_id.clone(),
            period: day.map(|day| (day, day)),
            row,
            ..Statement::default()
        };
        let (stated, is_partial) = ([None; 2], [false; 2]);
        self.account = Some(Account { statement, currency, stated, is_partial });
    }

    /// Balances and sums: type, amount, items, funds, over and over.
    fn summaries(&mut self, mut fields: Fields<'_, 't>, row: u64) {
        while let Some(kind) = fields.next() {
            if kind.is_empty() {
                // A comma before a continuation.
                continue;
            }
            let is_type = kind.len() == 3 && digits(kind).is_some();
            self.check_shape(row, kind, is_type);
            let (amount, items) = (fields.text(), fields.text());
            self.check_shape(row, items, items.is_empty() || digits(items).is_some());
            if let Funds::Unknown(text) = fields.funds() {
                self.check_shape(row, text, false);
            }
            if amount.is_empty() {
                continue;
            }
            let Some(amount) = self.amount(row, kind, amount) else { continue };
            if self.group.note.is_none() {
                self.summary(kind, items, Balance { amount, day: self.group.day, row });
            }
        }
    }

    /// Reports a field that is not what stands at its place: one before it may be missing.
    fn check_shape(&mut self, row: u64, found: &str, is_right: bool) {
        if !is_right {
            let fault = Fault::new(ProblemCode::RecordUnexpected, found);
            self.report.cell_problem(row, "03", fault);
        }
    }

    fn summary(&mut self, kind: &str, items: &'t str, balance: Balance) {
        let Some(account) = &mut self.account else { return };
        for side in [0, 1] {
            account.is_partial[side] |= kind == NOT_DETAILED[side];
            if kind == SUMS[side] {
                account.stated[side] =
                    Some(Stated { row: balance.row, sum: balance.amount, items });
            }
        }
        let place = match kind {
            OPENING_LEDGER => &mut account.statement.opening,
            CLOSING_LEDGER => &mut account.statement.closing,
            _ => return,
        };
        let first = *place.get_or_insert(balance);
        if first.amount != balance.amount {
            let code = ProblemCode::RecordUnexpected;
            let fault = Fault::new(code, &balance.amount.to_string());
            self.report.cell_problem(balance.row, kind, fault.expected(first.amount.to_string()));
        }
    }

    /// Reads an amount, which counts for the control total whatever it is.
    fn amount(&mut self, row: u64, column: &str, text: &str) -> Option<Decimal> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_number = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
        let mut fault = Fault::new(ProblemCode::AmountUnreadable, text).expected("120450");
        if is_number {
            let exponent = self.account.as_ref().map_or(2, |account| account.currency.exponent());
            let minor = text.parse::<i128>().ok();
            let amount = minor.and_then(|minor| Decimal::from_minor(minor, exponent));
            if let (Some(minor), Some(_)) = (minor, amount) {
                let sum = &mut self.totals[OF_ACCOUNT].sum;
                *sum = sum.saturating_add(minor);
                return amount;
            }
            fault = Fault::new(ProblemCode::AmountOverflow, text);
        } else if let Some(decimal) = Decimal::parse(text) {
            // A point where the format has none: cents, or cents of cents.
            let code = ProblemCode::AmountAmbiguous;
            fault = Fault::new(code, text).expected(decimal.to_string());
        }
        self.report.cell_problem(row, column, fault);
        None
    }

    fn detail(&mut self, record: &Record<'t>) {
        if self.account.is_none() {
            self.unexpected(record.row, self.raw(record));
            let fault = Fault::new(ProblemCode::AccountMissing, "");
            self.report.cell_problem(record.row, "03", fault);
            self.begin_account("", self.group.currency, record.row);
        }
        let mut fields = Fields::new(&record.pieces);
        let kind = fields.text();
        let amount = fields.text();
        let funds = fields.funds();
        let mut entry = Entry {
            row: record.row,
            raw: self.raw(record).to_owned(),
            booked_at: self.group.day.map(|day| Moment { day, nanos: None }),
            kind: kind.to_owned(),
            ..Entry::default()
        };
        match funds {
            Funds::Plain => {}
            Funds::ValueDay(day) => entry.value_day = self.day(record.row, "16", day),
            Funds::Unknown(text) => {
                let fault = Fault::new(ProblemCode::RecordUnexpected, text).expected("Z");
                self.report.cell_problem(record.row, "16", fault);
            }
        }
        self.direct(&mut entry, kind, amount);
        entry.refer(ReferenceKind::Bank, fields.text());
        let own = fields.text();
        let is_cheque = kind == "475";
        entry.refer(if is_cheque { ReferenceKind::Cheque } else { ReferenceKind::Customer }, own);
        describe(&mut entry, &mut fields);
        entry.references.sort_by_key(|reference| reference.kind);
        if self.group.note.is_some() {
            entry.status = EntryStatus::Information;
        }
        if let Some(account) = &mut self.account {
            account.statement.entries.push(entry);
        }
    }

    fn raw(&self, record: &Record<'t>) -> &'t str {
        self.text.get(record.start..record.end).unwrap_or_default()
    }

    /// Signs the amount by the type of the entry.
    fn direct(&mut self, entry: &mut Entry, kind: &str, amount: &str) {
        let row = entry.row;
        let number = digits(kind).filter(|_| kind.len() == 3).unwrap_or(0);
        if number == MESSAGE_TYPE {
            entry.status = EntryStatus::Information;
            let fault = Fault::new(ProblemCode::EntryNotBooked, kind);
            self.report.cell_problem(row, "16", fault);
            if amount.is_empty() {
                return;
            }
        }
        let Some(amount) = self.amount(row, "16", amount) else { return };
        if amount.is_negative() {
            let code = ProblemCode::AmountSignContradicts;
            let fault = Fault::new(code, &amount.to_string()).expected(amount.abs().to_string());
            self.report.cell_problem(row, "16", fault);
        }
        entry.amount = match number {
            101..=399 => Some(amount),
            401..=699 => Some(-amount),
            MESSAGE_TYPE => None,
            _ => {
                // Types of a bank's own, and of loans: nothing says which way the money goes.
                let fault = Fault::new(ProblemCode::AmountUnreadable, kind);
                self.report.cell_problem(row, "16", fault.expected("101-399 | 401-699"));
                None
            }
        };
    }

    fn account_trailer(&mut self, record: &Record<'t>) {
        if self.account.is_none() {
            return self.unexpected(record.row, self.raw(record));
        }
        let mut fields = Fields::new(&record.pieces);
        let stated = fields.text();
        let counts = [(fields.text(), self.totals[OF_ACCOUNT].records)];
        let sum = self.check((record.row, "49"), stated, self.totals[OF_ACCOUNT].sum, &counts);
        let group = &mut self.totals[OF_GROUP];
        group.sum = group.sum.saturating_add(sum);
        group.parts += 1;
        self.end_account();
    }

    fn group_trailer(&mut self, record: &Record<'t>) {
        self.close_account(record.row);
        if !self.group.is_open {
            self.unexpected(record.row, self.raw(record));
        }
        let total = self.totals[OF_GROUP];
        let mut fields = Fields::new(&record.pieces);
        let stated = fields.text();
        let counts = [(fields.text(), total.parts), (fields.text(), total.records)];
        let sum = self.check((record.row, "98"), stated, total.sum, &counts);
        let file = &mut self.totals[OF_FILE];
        file.sum = file.sum.saturating_add(sum);
        file.parts += 1;
        self.group = Group::default();
        self.totals[OF_GROUP] = Total::default();
    }

    fn file_trailer(&mut self, record: &Record<'t>) {
        self.close_group(record.row);
        let total = self.totals[OF_FILE];
        let mut fields = Fields::new(&record.pieces);
        let stated = fields.text();
        let counts = [(fields.text(), total.parts), (fields.text(), total.records)];
        self.check((record.row, "99"), stated, total.sum, &counts);
        (self.is_open, self.is_closed) = (false, true);
    }

    fn end_account(&mut self) {
        let Some(account) = self.account.take() else { return };
        for side in [0, 1] {
            let stated = account.stated[side].filter(|_| !account.is_partial[side]);
            let totals = totals_of(&account.statement.entries, side == 1);
            if let (Some(stated), Some(totals)) = (stated, totals) {
                self.check_sum(stated, totals, SUMS[side]);
            }
        }
        self.found.statements.push(account.statement);
    }
}
