//! One message: its fields in order, and the statement that they make.
//!
//! *Shape.* Fields come one by one. An entry stays open until the next statement line or the
//! closing balance, because each field 86 in between belongs to it; a field 86 behind the closing
//! balance is about the statement. Balances are taken where they stand, never by their dates.

use caudal_model::{Balance, Currency, Entry, ProblemCode, Statement};

use super::account::Parts;
use super::entry::{self, Place, Stated};
use super::lines::day_text;
use super::sums::{Sum, Totals};
use super::{Field, Tag, details};
use crate::report::{Fault, Report};

/// The longest text that is repeated for the next statement of an account.
const REPEATED_LENGTH_MAX: usize = 140;

/// How many days beside the balances an entry may be booked without a word.
const BESIDE_DAYS: u32 = 3;

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
}

struct OpenEntry<'t> {
    entry: Entry,
    raw: &'t str,
    start: usize,
    /// Whether a field 86 has told of it already.
    has_details: bool,
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

    pub(super) fn has_account(&self) -> bool {
        !self.statement.account.number.is_empty()
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
        if hides_field(value) {
            let fault = Fault::new(ProblemCode::RecordUnexpected, value);
            report.cell_problem(field.row, field.name(), fault);
        }
        match field.tag {
            Tag::Reference => {
                let id = value.trim();
                self.statement.id = (!id.is_empty()).then(|| id.to_owned());
            }
            Tag::Account => self.account(value, field, report),
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

    /// The account, and on the next line its bank (`:25P:`).
    fn account(&mut self, value: &str, field: &Field<'t>, report: &mut Report) {
        let mut lines = value.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let Parts { bank, number, currency } = Parts::of(first);
        let bank = if bank.is_empty() { lines.next().unwrap_or_default() } else { bank };
        let account = &mut self.statement.account;
        if !account.number.is_empty() && account.number != number {
            let fault = Fault::new(ProblemCode::AccountKeyContradicts, first);
            report.cell_problem(field.row, field.name(), fault.expected(account.number.as_str()));
        }
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
        self.statement.opening = self.settle(&stated, field, report);
    }

    fn closing(&mut self, value: &str, is_last: bool, field: &Field<'t>, report: &mut Report) {
        self.close_entry();
        if self.has_closing {
            let fault = Fault::new(ProblemCode::RecordUnexpected, value);
            return report.cell_problem(field.row, field.name(), fault);
        }
        self.has_closing = true;
        let stated = entry::balance(value, field.name(), &mut self.place(field.row, report));
        self.statement.closing = self.settle(&stated, field, report);
        self.statement.is_last_page = Some(is_last);
    }

    /// The balance that a field states, if it is one of the statement's currency.
    fn settle(
        &mut self,
        stated: &Stated<'_>,
        field: &Field<'t>,
        report: &mut Report,
    ) -> Option<Balance> {
        if !self.settle_currency(stated, field, report) {
            return None;
        }
        let exponent = self.statement.currency.map(Currency::exponent);
        if let (Some(amount), Some(exponent)) = (stated.amount, exponent)
            && amount.minor(exponent).is_none()
        {
            let code = ProblemCode::AmountDigitsBeyondCurrency;
            let fault = Fault::new(code, &amount.to_string()).expected(exponent.to_string());
            report.cell_problem(field.row, field.name(), fault);
        }
        stated.at(field.row)
    }

    /// An available balance never enters the chain; it may be the only one that names a currency.
    fn available(&mut self, value: &str, field: &Field<'t>, report: &mut Report) {
        self.close_entry();
        let stated = entry::balance(value, field.name(), &mut self.place(field.row, report));
        self.settle_currency(&stated, field, report);
    }

    /// The currency of the first balance is the statement's, whatever stands behind the account;
    /// the others should agree. Whether the balance can be counted in the statement's currency.
    fn settle_currency(
        &mut self,
        stated: &Stated<'_>,
        field: &Field<'t>,
        report: &mut Report,
    ) -> bool {
        let known = self.statement.currency.or(self.account_currency);
        let found = Currency::from_code(stated.currency);
        let fault = match (known, found) {
            (Some(known), None) if stated.currency.is_empty() => {
                Fault::new(ProblemCode::BalanceCurrencyMissing, "").expected(known.code())
            }
            // Without any, the end of the message says so.
            (None, None) if stated.currency.is_empty() => return true,
            (_, None) => Fault::new(ProblemCode::CurrencyUnknown, stated.currency).expected("EUR"),
            (Some(known), Some(found)) if known != found => {
                Fault::new(ProblemCode::CurrencyContradicts, found.code()).expected(known.code())
            }
            (_, Some(found)) => {
                self.statement.currency = Some(found);
                return true;
            }
        };
        let is_contradicted = self.statement.currency.is_some() && found.is_some();
        self.statement.currency = self.statement.currency.or(found).or(known);
        report.cell_problem(field.row, field.name(), fault);
        !is_contradicted
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
        self.open = Some(OpenEntry { entry, raw, start: field.start, has_details: false });
    }

    fn details(&mut self, value: &str, field: &Field<'t>, text: &'t str, report: &mut Report) {
        let currency = self.statement.currency.or(self.account_currency);
        match &mut self.open {
            Some(open) => {
                open.raw = text.get(open.start..field.end).unwrap_or(open.raw);
                if open.details(value, currency) {
                    let fault = Fault::new(ProblemCode::RecordUnexpected, field.first_line(text));
                    report.cell_problem(field.row, field.name(), fault);
                }
            }
            // Behind the closing balance or the sums it is about the statement.
            None if self.has_closing || !self.sums.is_empty() => {}
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
        self.check_currency(code, field, report);
        if self.statement.currency.is_none() {
            self.account_currency = Currency::from_code(code).or(self.account_currency);
        }
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
        self.check_currency(code, field, report);
        self.account_currency = self.account_currency.or(Currency::from_code(code));
        let mut place = self.place(field.row, report);
        let amount = entry::amount(number.trim_end(), field.name(), &mut place);
        let (row, tag) = (field.row, field.name());
        self.sums.push(Sum { row, tag, is_debit, count: count.to_owned(), amount });
    }

    /// Whether a floor limit or a sum is of the currency that is known.
    fn check_currency(&self, code: &str, field: &Field<'t>, report: &mut Report) {
        let known = self.statement.currency.or(self.account_currency);
        if let (Some(known), Some(found)) = (known, Currency::from_code(code))
            && known != found
        {
            let fault = Fault::new(ProblemCode::CurrencyContradicts, found.code());
            report.cell_problem(field.row, field.name(), fault.expected(known.code()));
        }
    }

    fn close_entry(&mut self) {
        let Some(OpenEntry { mut entry, raw, .. }) = self.open.take() else { return };
        raw.trim_end().clone_into(&mut entry.raw);
        entry.references.sort_by_key(|reference| reference.kind);
        if entry.counterparty.number == self.statement.account.number {
            // Some banks repeat the account itself.
            entry.counterparty.number.clear();
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
        self.settle_days(report);
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

    /// Entries booked beside the days of the balances: the year of an entry date may be another, and
    /// a value date alone does not say when an entry was booked.
    fn settle_days(&mut self, report: &mut Report) {
        let day_of = |balance: Option<Balance>| balance.and_then(|balance| balance.day);
        let Statement { opening, closing, .. } = &self.statement;
        match (day_of(*opening), day_of(*closing)) {
            (Some(first), Some(last)) => self.settle_days_within((first, last), report),
            (first, last) => {
                let day = first.or(last).or(self.report_day);
                self.check_days_near(day, report);
            }
        }
    }

    fn settle_days_within(&mut self, (first, last): (i32, i32), report: &mut Report) {
        for entry in &mut self.statement.entries {
            let Some(moment) = entry.booked_at else { continue };
            if first > last || (first..=last).contains(&moment.day) {
                continue;
            }
            let has_entry_date = entry::has_entry_date(&entry.raw);
            let meant = entry::other_year_within(moment, (first, last));
            let is_near = moment.day.abs_diff(moment.day.clamp(first, last)) <= BESIDE_DAYS;
            let expected = match meant.filter(|_| has_entry_date) {
                Some(meant) => meant.to_string(),
                // Banks close statements a little before or after the entries.
                None if has_entry_date && is_near => continue,
                None => format!("{}/{}", day_text(first), day_text(last)),
            };
            entry.booked_at = meant.filter(|_| has_entry_date).or(entry.booked_at);
            let fault = Fault::new(ProblemCode::DateOutsideStatement, &day_text(moment.day));
            report.cell_problem(entry.row, ":61:", fault.expected(expected));
        }
    }

    /// Where only one day is known of a message, its entries lie in the half years around.
    fn check_days_near(&self, day: Option<i32>, report: &mut Report) {
        let Some(near) = day else { return };
        for entry in &self.statement.entries {
            let booked = entry.booked_at.map(|moment| moment.day);
            if let Some(day) = booked.filter(|day| (day - near).abs() > entry::HALF_A_YEAR_DAYS) {
                let fault = Fault::new(ProblemCode::DateOutsideStatement, &day_text(day));
                report.cell_problem(entry.row, ":61:", fault.expected(day_text(near)));
            }
        }
    }

    /// First and last booking day that entries state.
    fn booked_days(&self) -> Option<(i32, i32)> {
        let days = self.statement.entries.iter().filter_map(|entry| Some(entry.booked_at?.day));
        days.fold(None, |range, day| {
            let (first, last) = range.unwrap_or((day, day));
            Some((first.min(day), last.max(day)))
        })
    }

    /// A closing balance is the open statement's, whatever its date; a date beside the statement
    /// is a note: one before the opening balance or an entry, or the day after the only day on
    /// which entries were booked.
    fn check_closing_day(&self, report: &mut Report) {
        let Some(Balance { day: Some(day), row, .. }) = self.statement.closing else { return };
        let opened = self.statement.opening.and_then(|balance| balance.day);
        let booked = self.booked_days();
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

/// Whether an entry or a balance stands within a line of text, where an end of line was lost.
fn hides_field(text: &str) -> bool {
    let mut parts = text.split(':').skip(1).peekable();
    while let Some(tag) = parts.next() {
        let is_tag = matches!(tag, "61" | "60F" | "60M" | "62F" | "62M");
        let Some(next) = parts.peek().filter(|_| is_tag) else { continue };
        let dates = next.trim_start_matches(['C', 'D']).bytes().take(6);
        if dates.filter(u8::is_ascii_digit).count() == 6 {
            return true;
        }
    }
    false
}

impl Stated<'_> {
    fn at(&self, row: u64) -> Option<Balance> {
        self.amount.map(|amount| Balance { amount, day: self.day, row })
    }
}

impl OpenEntry<'_> {
    /// Takes a field 86 in; whether it names another other side than one before it did. That of the
    /// first stays.
    fn details(&mut self, value: &str, currency: Option<Currency>) -> bool {
        let first = self.has_details.then(|| self.entry.counterparty.clone());
        self.has_details = true;
        details::read(value, &mut self.entry, currency);
        let Some(first) = first else { return false };
        let now = &self.entry.counterparty.number;
        let is_other = !first.number.is_empty() && first.number != *now;
        if is_other {
            self.entry.counterparty = first;
        }
        is_other
    }
}
