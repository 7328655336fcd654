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

mod record;

use caudal_model::{
    AccountText, Balance, Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode,
    ReferenceKind, Statement,
};

use super::mt940::lines::{Line, Lines, day_of};
use crate::formats::Found;
use crate::report::{Fault, Report};
use record::{Fields, Record, code_of, record_end};

/// The currency of groups that state none.
const DEFAULT_CURRENCY: &str = "USD";

/// Summary types of the booked balances; available balances (040, 045) never enter the chain.
const OPENING_LEDGER: &str = "010";
const CLOSING_LEDGER: &str = "015";

/// The longest name of a bank or a file that is kept.
const NAME_LENGTH_MAX: usize = 140;

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
        group: Group::default(),
        account: None,
        totals: [Total::default(); 3],
        is_closed: false,
    };
    for line in Lines::new(text) {
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
}

/// The account that is being read.
struct Account {
    statement: Statement,
    currency: Currency,
}

/// What is added up for a trailer: control total and records, and for groups and files their parts.
#[derive(Clone, Copy, Default)]
struct Total {
    sum: i128,
    records: u64,
    parts: u64,
}

/// Positions in [`Reader::totals`].
const OF_ACCOUNT: usize = 0;
const OF_GROUP: usize = 1;
const OF_FILE: usize = 2;

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    report: &'r mut Report,
    record: Option<Record<'t>>,
    file_id: Option<String>,
    group: Group,
    account: Option<Account>,
    totals: [Total; 3],
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

    fn file_header(&mut self, record: &Record<'t>) {
        self.end_account();
        self.totals = [Total { records: record.records, ..Total::default() }; 3];
        self.is_closed = false;
        let id = Fields::new(&record.pieces).nth_text(4).unwrap_or_default();
        self.file_id = self.name(record.row, "01", id);
    }

    fn group_header(&mut self, record: &Record<'t>) {
        self.end_account();
        self.totals[OF_GROUP] = Total { records: record.records, ..Total::default() };
        let mut fields = Fields::new(&record.pieces);
        fields.text();
        let bank = fields.text();
        let note = match fields.text() {
            "2" => Some("2"),
            "4" => Some("4"),
            _ => None,
        };
        let day = self.day(record.row, "02", fields.text());
        fields.text();
        let currency = self.currency(record.row, "02", fields.text());
        let bank = self.name(record.row, "02", bank);
        self.group = Group { bank, day, currency, note };
        if let Some(status) = note {
            let fault = Fault::new(ProblemCode::EntryNotBooked, status).expected("1");
            self.report.cell_problem(record.row, "02", fault);
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
        let currency = Currency::from_code(text);
        if currency.is_none() && !text.is_empty() {
            let fault = Fault::new(ProblemCode::CurrencyUnknown, text).expected(DEFAULT_CURRENCY);
            self.report.cell_problem(row, column, fault);
        }
        currency
    }

    fn account_header(&mut self, record: &Record<'t>) {
        self.end_account();
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
        self.account = Some(Account { statement, currency });
    }

    /// Balances and sums: type, amount, items, funds, over and over.
    fn summaries(&mut self, mut fields: Fields<'_, 't>, row: u64) {
        while let Some(kind) = fields.next() {
            let amount = fields.text();
            fields.text();
            fields.funds();
            if amount.is_empty() {
                continue;
            }
            let Some(amount) = self.amount(row, kind, amount) else { continue };
            let day = self.group.day;
            let is_note = self.group.note.is_some();
            let Some(Account { statement, .. }) = self.account.as_mut().filter(|_| !is_note) else {
                continue;
            };
            let balance = Some(Balance { amount, day, row });
            match kind {
                OPENING_LEDGER => statement.opening = balance,
                CLOSING_LEDGER => statement.closing = balance,
                _ => {}
            }
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
        let value_day = fields.funds().filter(|day| !day.is_empty());
        let mut entry = Entry {
            row: record.row,
            raw: self.raw(record).to_owned(),
            booked_at: self.group.day.map(|day| Moment { day, nanos: None }),
            kind: kind.to_owned(),
            ..Entry::default()
        };
        entry.value_day = value_day.and_then(|day| self.day(record.row, "16", day));
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
        let number = kind.parse::<u32>().unwrap_or(0);
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
        self.end_account();
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
        self.end_account();
        let total = self.totals[OF_FILE];
        let mut fields = Fields::new(&record.pieces);
        let stated = fields.text();
        let counts = [(fields.text(), total.parts), (fields.text(), total.records)];
        self.check((record.row, "99"), stated, total.sum, &counts);
        self.is_closed = true;
    }

    /// Compares a trailer with what was read; gives the total that it states, so that the next
    /// trailer above is compared with that.
    fn check(
        &mut self,
        (row, column): (u64, &str),
        stated: &str,
        sum: i128,
        counts: &[(&str, u64)],
    ) -> i128 {
        let mut total = sum;
        match stated.parse::<i128>() {
            Ok(stated) if stated != sum => {
                let code = ProblemCode::ControlTotalDiffers;
                let fault = Fault::new(code, &stated.to_string()).expected(sum.to_string());
                self.report.cell_problem(row, column, fault);
                total = stated;
            }
            Err(_) if !stated.is_empty() => {
                let fault = Fault::new(ProblemCode::ControlTotalDiffers, stated);
                self.report.cell_problem(row, column, fault.expected(sum.to_string()));
            }
            _ => {}
        }
        for &(stated, count) in counts {
            if !stated.is_empty() && stated.parse() != Ok(count) {
                let code = ProblemCode::RecordCountDiffers;
                let fault = Fault::new(code, stated).expected(count.to_string());
                self.report.cell_problem(row, column, fault);
            }
        }
        total
    }

    fn end_account(&mut self) {
        let account = self.account.take();
        self.found.statements.extend(account.map(|account| account.statement));
    }
}

/// The text of a detail, and the names and accounts that one bank writes behind keys in it.
fn describe(entry: &mut Entry, fields: &mut Fields<'_, '_>) {
    let is_credit = entry.amount.is_some_and(|amount| !amount.is_negative());
    let side = if is_credit { 'D' } else { 'C' };
    while let Some(line) = fields.rest_of_piece() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !entry.description.is_empty() {
            entry.description.push('\n');
        }
        entry.description.push_str(line);
        if let Some((key, value)) = line.split_once(':').filter(|(key, _)| key.len() == 4) {
            take_key(entry, side, key, value.trim());
        }
    }
}

/// Takes `DBNM: NAME` and its like: of debtor and creditor, the one who is not the account's holder.
fn take_key(entry: &mut Entry, side: char, key: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let other = &mut entry.counterparty;
    match (key, side) {
        ("EREF", _) => entry.refer(ReferenceKind::EndToEnd, value),
        ("CHKN", _) => entry.refer(ReferenceKind::Cheque, value),
        ("DBNM", 'D') | ("CRNM", 'C') => other.holder = Some(value.to_owned()),
        ("DACT", 'D') | ("CACT", 'C') => value.clone_into(&mut other.number),
        ("DBIC" | "DABA", 'D') | ("CBIC" | "CABA", 'C') => other.bank = Some(value.to_owned()),
        _ => {}
    }
}
