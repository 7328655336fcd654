//! One message: its fields in order, and the statement that they make.
//!
//! *Shape.* Fields come one by one. An entry stays open until the next statement line or the
//! closing balance, because each field 86 in between belongs to it; a field 86 behind the closing
//! balance is about the statement. Balances are taken where they stand, never by their dates.

use caudal_model::{Balance, Currency, Decimal, Entry, ProblemCode, Statement};

use super::entry::{self, Place, Stated};
use super::lines::day_text;
use super::{Field, Tag, details};
use crate::report::{Fault, Report};

/// The longest text that is repeated for the next statement of an account.
const REPEATED_LENGTH_MAX: usize = 140;

/// A message that is being read.
#[derive(Default)]
pub(super) struct Message<'t> {
    statement: Statement,
    open: Option<OpenEntry<'t>>,
    /// Currency of the account's field, used where no balance names one.
    account_currency: Option<Currency>,
    sums: Vec<Sum>,
    pub(super) has_closing: bool,
    /// Day of the report (`:13D:`), the nearest day to entries without a balance before them.
    report_day: Option<i32>,
    /// Booking days that entries state, the first and the last.
    booked_days: Option<(i32, i32)>,
}

struct OpenEntry<'t> {
    entry: Entry,
    raw: &'t str,
    start: usize,
}

/// Number and sum of entries, as MT942 states them.
struct Sum {
    row: u64,
    tag: &'static str,
    is_debit: bool,
    count: Option<usize>,
    amount: Option<Decimal>,
}

impl<'t> Message<'t> {
    pub(super) fn begin(row: u64) -> Self {
        Self { statement: Statement { row, ..Statement::default() }, ..Self::default() }
    }

    /// The next message of the same account, where a bank repeats only the balances. A text longer
    /// than any name of an account is not repeated, so a file cannot grow by it.
    pub(super) fn next_page(&self, row: u64) -> Self {
        let Statement { account, id, .. } = &self.statement;
        let is_short = |text: &Option<String>| {
            text.as_ref().is_none_or(|text| text.len() <= REPEATED_LENGTH_MAX)
        };
        let mut statement = Statement { row, ..Statement::default() };
        if account.number.len() <= REPEATED_LENGTH_MAX
            && [&account.bank, &account.holder, id].into_iter().all(is_short)
        {
            statement.account = account.clone();
            statement.id.clone_from(id);
        }
        Self { statement, account_currency: self.account_currency, ..Self::default() }
    }

    pub(super) fn has_entries(&self) -> bool {
        self.open.is_some() || !self.statement.entries.is_empty()
    }

    pub(super) fn has_opening(&self) -> bool {
        self.statement.opening.is_some()
    }

    fn place<'r>(&self, row: u64, report: &'r mut Report) -> Place<'r> {
        let currency = self.statement.currency.or(self.account_currency);
        let day = self.statement.opening.and_then(|balance| balance.day).or(self.report_day);
        Place { report, row, currency, day }
    }

    /// Takes a field in.
    pub(super) fn take(&mut self, field: &Field<'t>, text: &'t str, report: &mut Report) {
        let value = field.value(text).trim_end();
        match field.tag {
            Tag::Reference => {
                let id = value.trim();
                self.statement.id = (!id.is_empty()).then(|| id.to_owned());
            }
            Tag::Account => self.account(value),
            Tag::Number => self.number(value),
            Tag::Opening => self.opening(value, field, report),
            Tag::Line => self.line(field, text, report),
            Tag::Closing { is_last } => self.closing(value, is_last, field, report),
            Tag::Available => self.available(value, field, report),
            Tag::Details => self.details(value, field, text, report),
            Tag::NonSwift => self.non_swift(value, field, text),
            Tag::Floor => self.floor(value, field, report),
            Tag::ReportDate => self.report_day = entry::report_day(value),
            Tag::Sum { is_debit } => self.sum(value, is_debit, field, report),
            Tag::Related => {}
            Tag::Unknown => {
                let line = field.first_line(text);
                report.row_problem(field.row, Fault::new(ProblemCode::RecordUnexpected, line));
            }
        }
    }

    /// `BIC/number`, `number`, or either with the currency behind it or behind another slash.
    fn account(&mut self, value: &str) {
        let value = value.lines().next().unwrap_or_default().trim();
        let (bank, number) = value.split_once('/').unwrap_or(("", value));
        let (number, currency) = split_currency(number);
        let account = &mut self.statement.account;
        number.clone_into(&mut account.number);
        account.bank = (!bank.is_empty()).then(|| bank.to_owned());
        self.account_currency = currency;
    }

    /// Number of the statement and of its page.
    fn number(&mut self, value: &str) {
        let (number, page) = value.split_once('/').unwrap_or((value, ""));
        self.statement.sequence = number.trim().parse().ok();
        self.statement.page = page.trim().parse().ok().filter(|&page| page > 0);
    }

    fn opening(&mut self, value: &str, field: &Field<'t>, report: &mut Report) {
        if self.statement.opening.is_some() {
            let fault = Fault::new(ProblemCode::RecordUnexpected, value);
            return report.cell_problem(field.row, field.name(), fault);
        }
        let stated = entry::balance(value, field.name(), &mut self.place(field.row, report));
        self.settle_currency(&stated, field, report);
        self.statement.opening = stated.at(field.row);
    }

    fn closing(&mut self, value: &str, is_last: bool, field: &Field<'t>, report: &mut Report) {
        self.close_entry();
        if self.has_closing {
            let fault = Fault::new(ProblemCode::RecordUnexpected, value);
            return report.cell_problem(field.row, field.name(), fault);
        }
        self.has_closing = true;
        let stated = entry::balance(value, field.name(), &mut self.place(field.row, report));
        self.settle_currency(&stated, field, report);
        self.statement.closing = stated.at(field.row);
        self.statement.is_last_page = Some(is_last);
    }

    /// An available balance never enters the chain; it may be the only one that names a currency.
    fn available(&mut self, value: &str, field: &Field<'t>, report: &mut Report) {
        self.close_entry();
        let stated = entry::balance(value, field.name(), &mut self.place(field.row, report));
        self.settle_currency(&stated, field, report);
    }

    /// The currency of the first balance is the statement's; the others should agree.
    fn settle_currency(&mut self, stated: &Stated<'_>, field: &Field<'t>, report: &mut Report) {
        let known = self.statement.currency.or(self.account_currency);
        let found = Currency::from_code(stated.currency);
        let fault = match (known, found) {
            (Some(known), None) if stated.currency.is_empty() => {
                Fault::new(ProblemCode::BalanceCurrencyMissing, "").expected(known.code())
            }
            // Without any, the end of the message says so.
            (None, None) if stated.currency.is_empty() => return,
            (_, None) => Fault::new(ProblemCode::CurrencyUnknown, stated.currency).expected("EUR"),
            (Some(known), Some(found)) if known != found => {
                Fault::new(ProblemCode::CurrencyContradicts, found.code()).expected(known.code())
            }
            (_, Some(found)) => {
                self.statement.currency = Some(found);
                return;
            }
        };
        self.statement.currency = self.statement.currency.or(known).or(found);
        report.cell_problem(field.row, field.name(), fault);
    }

    fn line(&mut self, field: &Field<'t>, text: &'t str, report: &mut Report) {
        self.close_entry();
        if self.has_closing {
            let fault = Fault::new(ProblemCode::RecordUnexpected, field.first_line(text));
            report.cell_problem(field.row, field.name(), fault);
        }
        let mut place = self.place(field.row, report);
        let entry = entry::entry(field.value(text).trim_end(), &mut place);
        let raw = field.whole(text);
        self.open = Some(OpenEntry { entry, raw, start: field.start });
    }

    fn details(&mut self, value: &str, field: &Field<'t>, text: &'t str, report: &mut Report) {
        let currency = self.statement.currency.or(self.account_currency);
        match &mut self.open {
            Some(open) => {
                open.raw = text.get(open.start..field.end).unwrap_or(open.raw);
                details::read(value, &mut open.entry, currency);
            }
            // Behind the closing balance it is about the statement.
            None if self.has_closing => {}
            None => {
                let fault = Fault::new(ProblemCode::RecordUnexpected, field.first_line(text));
                report.cell_problem(field.row, field.name(), fault);
            }
        }
    }

    fn non_swift(&mut self, value: &str, field: &Field<'t>, text: &'t str) {
        if let Some(open) = &mut self.open {
            open.raw = text.get(open.start..field.end).unwrap_or(open.raw);
            return details::read_non_swift(value, &mut open.entry);
        }
        // Before the entries, line 22 names the holder.
        let holder = value.lines().find_map(|line| line.strip_prefix("22")).map(str::trim);
        if let Some(holder) = holder.filter(|holder| !holder.is_empty()) {
            self.statement.account.holder = Some(holder.to_owned());
        }
    }

    /// Below the floor limit the bank reports nothing.
    fn floor(&mut self, value: &str, field: &Field<'t>, report: &mut Report) {
        let value = value.trim();
        let (code, rest) = value.split_at_checked(3).unwrap_or((value, ""));
        self.account_currency = self.account_currency.or(Currency::from_code(code));
        let number = rest.trim_start_matches(['C', 'D', ' ']);
        let is_zero = !number.is_empty() && number.bytes().all(|b| b == b'0' || b == b',');
        if !is_zero {
            let fault = Fault::new(ProblemCode::EntriesBelowFloorHidden, value);
            report.cell_problem(field.row, field.name(), fault);
        }
    }

    fn sum(&mut self, value: &str, is_debit: bool, field: &Field<'t>, report: &mut Report) {
        self.close_entry();
        let count_end = value.bytes().take_while(u8::is_ascii_digit).count();
        let (count, rest) = value.split_at(count_end);
        let (code, number) = rest.split_at_checked(3).unwrap_or((rest, ""));
        self.account_currency = self.account_currency.or(Currency::from_code(code));
        let mut place = self.place(field.row, report);
        let amount = entry::amount(number.trim_end(), field.name(), &mut place);
        let (row, tag) = (field.row, field.name());
        self.sums.push(Sum { row, tag, is_debit, count: count.parse().ok(), amount });
    }

    fn close_entry(&mut self) {
        let Some(OpenEntry { mut entry, raw, .. }) = self.open.take() else { return };
        raw.trim_end().clone_into(&mut entry.raw);
        entry.references.sort_by_key(|reference| reference.kind);
        if let Some(moment) = entry.booked_at {
            let (first, last) = self.booked_days.unwrap_or((moment.day, moment.day));
            self.booked_days = Some((first.min(moment.day), last.max(moment.day)));
        }
        self.statement.entries.push(entry);
    }

    /// The statement, if the message holds more than its name.
    pub(super) fn finish(mut self, report: &mut Report) -> Option<Statement> {
        self.close_entry();
        self.statement.currency = self.statement.currency.or(self.account_currency);
        let row = self.statement.row;
        if self.statement.account.number.is_empty() {
            report.row_problem(row, Fault::new(ProblemCode::AccountMissing, "").expected(":25:"));
        }
        if self.statement.currency.is_none() {
            report.row_problem(row, Fault::new(ProblemCode::CurrencyMissing, "").expected("EUR"));
        }
        self.check_closing_day(report);
        if !self.sums.is_empty() {
            let totals =
                [false, true].map(|is_debit| Totals::of(&self.statement.entries, is_debit));
            for sum in &self.sums {
                sum.check(&totals[usize::from(sum.is_debit)], report);
            }
        }
        let Statement { account, opening, closing, entries, .. } = &self.statement;
        let has_content = opening.is_some() || closing.is_some() || !entries.is_empty();
        (has_content || !account.number.is_empty()).then_some(self.statement)
    }

    /// A closing balance is the open statement's, whatever its date; a date beside the statement
    /// is a note: one before the opening balance or an entry, or the day after the only day on
    /// which entries were booked.
    fn check_closing_day(&self, report: &mut Report) {
        let Some(Balance { day: Some(day), row, .. }) = self.statement.closing else { return };
        let opened = self.statement.opening.and_then(|balance| balance.day);
        let booked = self.booked_days;
        let expected = match (opened, booked) {
            (_, Some((_, last))) if day < last => last,
            (Some(opened), _) if day < opened => opened,
            (_, Some((first, last))) if first == last && day == last + 1 => last,
            _ => return,
        };
        let fault = Fault::new(ProblemCode::BalanceDateUnexpected, &day_text(day));
        report.cell_problem(row, ":62:", fault.expected(day_text(expected)));
    }
}

impl Stated<'_> {
    fn at(&self, row: u64) -> Option<Balance> {
        self.amount.map(|amount| Balance { amount, day: self.day, row })
    }
}

impl Sum {
    fn check(&self, there: &Totals, report: &mut Report) {
        let (count, amount) = (self.count.unwrap_or(there.all.0), self.amount);
        if count != there.all.0 && count != there.booked.0 {
            let code = ProblemCode::RecordCountDiffers;
            let fault = Fault::new(code, &count.to_string()).expected(there.all.0.to_string());
            report.cell_problem(self.row, self.tag, fault);
        }
        if amount.is_some() && amount != there.all.1 && amount != there.booked.1 {
            let text = |amount: Option<Decimal>| amount.unwrap_or_default().to_string();
            let code = ProblemCode::ControlTotalDiffers;
            let fault = Fault::new(code, &text(amount)).expected(text(there.all.1));
            report.cell_problem(self.row, self.tag, fault);
        }
    }
}

/// Number and sum of the entries of one side: of all, and of the booked ones. Banks count either.
struct Totals {
    all: (usize, Option<Decimal>),
    booked: (usize, Option<Decimal>),
}

impl Totals {
    fn of(entries: &[Entry], is_debit: bool) -> Self {
        let mut totals = Self { all: (0, Some(Decimal::ZERO)), booked: (0, Some(Decimal::ZERO)) };
        for entry in entries {
            let Some(amount) = entry.amount.filter(|a| a.is_negative() == is_debit) else {
                continue;
            };
            let add = |total: &mut (usize, Option<Decimal>)| {
                total.0 += 1;
                total.1 = total.1.and_then(|sum| sum.checked_add(amount.abs()));
            };
            add(&mut totals.all);
            if entry.is_booked() {
                add(&mut totals.booked);
            }
        }
        totals
    }
}

/// Splits a currency code off the end of an account number.
fn split_currency(number: &str) -> (&str, Option<Currency>) {
    let none = (number, None);
    // The last letters of a valid IBAN, even of one that ends in a currency, belong to it.
    if super::lines::is_iban(number) || number.len() <= 3 {
        return none;
    }
    let Some((before, code)) = number.split_at_checked(number.len() - 3) else { return none };
    let is_behind = before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '/'));
    let is_code = code.bytes().all(|byte| byte.is_ascii_uppercase());
    match Currency::from_code(code).filter(|_| is_behind && is_code) {
        Some(currency) => (before.trim_end_matches([' ', '/']), Some(currency)),
        None => none,
    }
}
