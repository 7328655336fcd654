//! Norma 43 (AEB/CSB notebook 43) statements of Spanish banks.
//!
//! *Shape.* Records of 80 characters, fields by position from 1, counted in characters because a
//! letter may take two bytes. Spaces cut from the end are tolerated as long as every number is
//! there. The account number is computed: its two check digits and the IBAN are not in the file.
//! Dates are YYMMDD; where they only make sense the other way round, against the header's period
//! and the entries in it, they are read so and that is reported; where both make sense and differ,
//! that is a problem that blocks. Value dates tell as well: they lie near the booking.
//!
//! *Authority.* AEB booklet 43 of 2003, as public readers transcribe it; ISO 4217 for the numbers
//! of currencies; ISO 13616 for the IBAN.
//!
//! *Units.* Amounts have two implied decimals, whatever the currency says.

mod dates;
mod numbers;

use std::cmp::Ordering;

use caudal_model::{
    Balance, Currency, Decimal, Entry, Moment, ProblemCode, ReferenceKind, Statement,
};

use super::mt940::lines::{Line, Lines, day_text, digits, three_pairs};
use crate::formats::Found;
use crate::report::{Fault, Report};
use dates::DateOrder;
use numbers::{account_number, currency_of_number, digits_only};

/// The length of a record.
const RECORD_LENGTH: usize = 80;

/// How many lines of concept an entry may have.
const CONCEPTS_MAX: usize = 5;

/// Codes of records, and the length up to which each is made of numbers that must be there.
const RECORDS: &[(&str, usize)] =
    &[("00", 0), ("11", 50), ("22", 42), ("23", 4), ("24", 21), ("33", 76), ("88", 26)];

/// Whether a text begins with a header of an account, perhaps behind one of the file.
pub(super) fn is_norma43(head: &str) -> bool {
    let mut lines = Lines::new(head).map(|line| line.text).filter(|text| !text.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    let header = if first.starts_with("00") { lines.next().unwrap_or_default() } else { first };
    let numbers = field(header, 1, 32);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    header.starts_with("11")
        && numbers.len() == 32
        && is_number(numbers)
        && matches!(field(header, 33, 1), "1" | "2")
        && field(header, 34, 14).len() == 14
        && is_number(field(header, 34, 14))
        && header.trim_end().chars().count() <= RECORD_LENGTH + 2
}

/// Reads all accounts of a text.
pub(super) fn read(text: &str, found: &mut Found, report: &mut Report) {
    let mut reader = Reader {
        text,
        found,
        report,
        account: None,
        open: None,
        record_count: 0,
        is_closed: false,
        made_at: "",
        order_of_file: None,
    };
    let mut lines = Lines::new(text);
    let mut last_row = 1;
    while let Some(line) = lines.next() {
        if line.text.starts_with("22") && !reader.report.goes_on(line.start, text.len()) {
            return;
        }
        if !line.text.trim().is_empty() {
            last_row = line.row;
            reader.line(line, &lines);
        }
    }
    let lacks_end = reader.account.is_some();
    reader.end_account();
    if lacks_end || !reader.is_closed {
        let expected = if lacks_end { "33" } else { "88" };
        let fault = Fault::new(ProblemCode::FileTruncated, "");
        report.row_problem(last_row, fault.expected(expected));
    }
}

/// A field by position, from 1, and length, in characters; shorter where the line ends before.
fn field(line: &str, position: usize, length: usize) -> &str {
    let (start, end) = (position - 1, position - 1 + length);
    if line.is_ascii() {
        return line.get(start.min(line.len())..end.min(line.len())).unwrap_or_default();
    }
    let mut offsets = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    let Some(from) = offsets.nth(start) else { return "" };
    let to = if length == 0 { Some(from) } else { offsets.nth(length - 1) };
    line.get(from..to.unwrap_or(line.len())).unwrap_or_default()
}

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    report: &'r mut Report,
    account: Option<Account>,
    open: Option<OpenEntry>,
    /// Records up to now, without the file's own header.
    record_count: u64,
    /// Whether the file's trailer was read.
    is_closed: bool,
    /// The day on which the file was made, as it stands; empty where no header says it.
    made_at: &'t str,
    /// In which order all dates of the file fit better, the year first being the greater, once it
    /// was asked for.
    order_of_file: Option<Ordering>,
}

/// The account that is being read.
struct Account {
    statement: Statement,
    /// Bank, branch and number, which the trailer repeats.
    key: String,
    order: DateOrder,
    debits: Side,
    credits: Side,
}

#[derive(Clone, Copy, Default)]
struct Side {
    count: u64,
    sum: Decimal,
}

/// The entry to which concepts and equivalences belong.
struct OpenEntry {
    entry: Entry,
    start: usize,
    end: usize,
    concept_count: usize,
    has_equivalence: bool,
}

impl<'t> Reader<'t, '_> {
    /// Reads the records of a line: one, unless the ends of lines were lost.
    fn line(&mut self, line: Line<'t>, following: &Lines<'t>) {
        let mut rest = Line { text: line.text.trim_end(), ..line };
        if joined_at(rest.text).is_some() {
            let length = rest.text.chars().count().to_string();
            let fault = Fault::new(ProblemCode::RecordLengthWrong, &length);
            self.report.row_problem(rest.row, fault.expected(RECORD_LENGTH.to_string()));
        }
        while let Some(end) = joined_at(rest.text) {
            self.record(Line { text: rest.text[..end].trim_end(), ..rest }, following);
            rest = rest.without_first(end);
        }
        self.record(rest, following);
    }

    fn record(&mut self, line: Line<'t>, following: &Lines<'t>) {
        let code = field(line.text, 1, 2);
        let Some(&(code, needed)) = RECORDS.iter().find(|(known, _)| *known == code) else {
            return self.unexpected(line);
        };
        self.check_length(line, needed);
        self.record_count += u64::from(!matches!(code, "00" | "88"));
        match code {
            "00" => self.made_at = field(line.text, 7, 6),
            "11" => self.header(line, following),
            "22" => self.movement(line),
            "23" => self.concept(line),
            "24" => self.equivalence(line),
            "33" => self.trailer(line),
            _ => self.end_of_file(line),
        }
    }

    fn unexpected(&mut self, line: Line<'t>) {
        let fault = Fault::new(ProblemCode::RecordUnexpected, line.text);
        self.report.row_problem(line.row, fault);
    }

    fn raise(&mut self, line: Line<'t>, fault: Fault) {
        self.report.cell_problem(line.row, field(line.text, 1, 2), fault);
    }

    /// Spaces may be cut from the end, numbers may not.
    fn check_length(&mut self, line: Line<'t>, needed: usize) {
        let length = if line.text.is_ascii() { line.text.len() } else { line.text.chars().count() };
        if length < needed || length > RECORD_LENGTH {
            let code = ProblemCode::RecordLengthWrong;
            let expected = RECORD_LENGTH.to_string();
            self.raise(line, Fault::new(code, &length.to_string()).expected(expected));
        }
    }

    fn header(&mut self, line: Line<'t>, following: &Lines<'t>) {
        if self.account.is_some() {
            let fault = Fault::new(ProblemCode::FileTruncated, "").expected("33");
            self.raise(line, fault);
        }
        self.end_account();
        self.is_closed = false;
        let text = line.text;
        let key = field(text, 3, 18);
        if key.len() != 18 || digits_only(key).is_none() {
            // The number is taken as it stands, without check digits and IBAN.
            let fault = Fault::new(ProblemCode::RecordUnexpected, key);
            self.raise(line, fault.expected("001203450000067890"));
        }
        let order = self.date_order(line, following);
        let mut statement = Statement { row: line.row, ..Statement::default() };
        statement.account.number = account_number(key);
        statement.account.bank = Some(field(text, 3, 4).to_owned());
        let holder = field(text, 52, 26).trim();
        statement.account.holder = (!holder.is_empty()).then(|| holder.to_owned());
        statement.currency = self.currency(line, field(text, 48, 3));
        let from = self.day(line, order, field(text, 21, 6));
        let to = self.day(line, order, field(text, 27, 6));
        statement.period = from.zip(to).filter(|(from, to)| from <= to);
        if from.is_some() && to.is_some() && statement.period.is_none() {
            let fault = Fault::new(ProblemCode::RecordUnexpected, field(text, 21, 12));
            self.raise(line, fault);
        }
        let day = from.filter(|_| statement.period.is_some());
        let amount = self.signed(line, 33, 34);
        statement.opening = amount.map(|amount| Balance { amount, day, row: line.row });
        self.check_decimals(line, amount, statement.currency);
        let (debits, credits) = (Side::default(), Side::default());
        self.account = Some(Account { statement, key: key.to_owned(), order, debits, credits });
    }

    fn day(&mut self, line: Line<'t>, order: DateOrder, text: &str) -> Option<i32> {
        let day = order.day(text);
        if day.is_none() {
            let is_written = three_pairs(text).is_some();
            let code = if is_written {
                ProblemCode::DateDoesNotExist
            } else {
                ProblemCode::DateUnreadable
            };
            self.raise(line, Fault::new(code, text).expected("250403"));
        }
        day
    }

    /// A value date, of which the calendar may lack the day: the last of the month counts.
    fn value_day(&mut self, line: Line<'t>, order: DateOrder, text: &str) -> Option<i32> {
        if let Some(day) = order.day(text) {
            return Some(day);
        }
        let Some(meant) = order.clamped_day(text) else { return self.day(line, order, text) };
        let fault = Fault::new(ProblemCode::ValueDateDoesNotExist, text);
        self.raise(line, fault.expected(day_text(meant)));
        Some(meant)
    }

    fn currency(&mut self, line: Line<'t>, number: &str) -> Option<Currency> {
        let currency = currency_of_number(number);
        if currency.is_none() {
            let code = if number.trim().is_empty() {
                ProblemCode::CurrencyMissing
            } else {
                ProblemCode::CurrencyUnknown
            };
            self.raise(line, Fault::new(code, number).expected("978"));
        }
        currency
    }

    /// An amount of fourteen digits at a position.
    fn amount(&mut self, line: Line<'t>, position: usize) -> Option<Decimal> {
        let text = field(line.text, position, 14);
        let is_number = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
        let minor = is_number.then(|| text.parse::<i128>().ok()).flatten();
        let amount = minor.and_then(|minor| Decimal::new(minor, 2));
        if amount.is_none() {
            let fault = Fault::new(ProblemCode::AmountUnreadable, text);
            self.raise(line, fault.expected("00000000120450"));
        }
        amount
    }

    /// An amount with its mark: 1 takes money out, 2 brings it in.
    fn signed(&mut self, line: Line<'t>, mark: usize, position: usize) -> Option<Decimal> {
        let amount = self.amount(line, position)?;
        match field(line.text, mark, 1) {
            "1" => Some(-amount),
            "2" => Some(amount),
            mark => {
                let fault = Fault::new(ProblemCode::AmountUnreadable, mark);
                self.raise(line, fault.expected("1 | 2"));
                None
            }
        }
    }

    fn movement(&mut self, line: Line<'t>) {
        self.close_entry();
        let text = line.text;
        if self.account.is_none() {
            // Kept, without an account, rather than dropped.
            self.unexpected(line);
            let fault = Fault::new(ProblemCode::AccountMissing, "").expected("11");
            self.raise(line, fault);
            self.account = Some(Account::unnamed(line.row));
        }
        let order = self.account.as_ref().map_or(DateOrder::YearFirst, |account| account.order);
        let mut entry = Entry { row: line.row, ..Entry::default() };
        let booked = self.day(line, order, field(text, 11, 6));
        entry.booked_at = booked.map(|day| Moment { day, nanos: None });
        entry.value_day = self.value_day(line, order, field(text, 17, 6));
        entry.amount = self.signed(line, 28, 29);
        entry.kind = [field(text, 23, 2), field(text, 25, 3)].join("/");
        let is_cheque = field(text, 23, 2) == "01";
        let kind = if is_cheque { ReferenceKind::Cheque } else { ReferenceKind::Bank };
        entry.refer(kind, field(text, 43, 10));
        entry.refer(ReferenceKind::Customer, field(text, 53, 12));
        entry.refer(ReferenceKind::Customer, field(text, 65, 16));
        entry.references.sort_by_key(|reference| reference.kind);
        let (start, end) = (line.start, line.end());
        self.open = Some(OpenEntry { entry, start, end, concept_count: 0, has_equivalence: false });
    }

    fn concept(&mut self, line: Line<'t>) {
        let Some(open) = &mut self.open else { return self.unexpected(line) };
        open.concept_count += 1;
        open.end = line.end();
        for position in [5, 43] {
            let text = field(line.text, position, 38).trim();
            let description = &mut open.entry.description;
            if !text.is_empty() {
                description.push_str(if description.is_empty() { "" } else { "\n" });
                description.push_str(text);
            }
        }
        if open.concept_count > CONCEPTS_MAX {
            self.unexpected(line);
        }
    }

    /// What the amount was in the currency in which it was ordered.
    fn equivalence(&mut self, line: Line<'t>) {
        let Some(open) = &mut self.open else { return self.unexpected(line) };
        open.end = line.end();
        let is_second = std::mem::replace(&mut open.has_equivalence, true);
        let currency = self.currency(line, field(line.text, 5, 3));
        let ordered = self.amount(line, 8).zip(currency);
        let own = self.account.as_ref().and_then(|account| account.statement.currency);
        let Some(entry) = self.open.as_mut().map(|open| &mut open.entry) else { return };
        if is_second {
            if entry.ordered != ordered {
                entry.ordered = None;
                self.unexpected(line);
            }
        } else if let Some((amount, _)) = ordered.filter(|ordered| Some(ordered.1) == own) {
            let moved = entry.amount.map(Decimal::abs);
            if let Some(moved) = moved.filter(|moved| *moved != amount) {
                let code = ProblemCode::DetailsDoNotSum;
                let fault = Fault::new(code, &amount.to_string()).expected(moved.to_string());
                self.raise(line, fault);
            }
        } else {
            entry.ordered = ordered;
        }
    }

    /// A balance that the currency cannot have.
    fn check_decimals(
        &mut self,
        line: Line<'t>,
        amount: Option<Decimal>,
        currency: Option<Currency>,
    ) {
        let exponent = currency.map(Currency::exponent);
        if let (Some(amount), Some(exponent)) = (amount, exponent)
            && amount.minor(exponent).is_none()
        {
            let code = ProblemCode::AmountDigitsBeyondCurrency;
            let fault = Fault::new(code, &amount.to_string()).expected(exponent.to_string());
            self.raise(line, fault);
        }
    }

    fn close_entry(&mut self) {
        let Some(OpenEntry { mut entry, start, end, .. }) = self.open.take() else { return };
        self.text.get(start..end).unwrap_or_default().clone_into(&mut entry.raw);
        let Some(account) = &mut self.account else { return };
        if let Some(amount) = entry.amount {
            let side = if amount.is_negative() || is_debit(&entry.raw) {
                &mut account.debits
            } else {
                &mut account.credits
            };
            side.count += 1;
            side.sum = side.sum.checked_add(amount.abs()).unwrap_or(side.sum);
        }
        account.statement.entries.push(entry);
    }

    fn trailer(&mut self, line: Line<'t>) {
        self.close_entry();
        let closing = self.signed(line, 59, 60);
        let debit_sum = self.amount(line, 26);
        let credit_sum = self.amount(line, 45);
        let currency = self.currency(line, field(line.text, 74, 3));
        let Some(mut account) = self.account.take() else { return self.unexpected(line) };
        let key = field(line.text, 3, 18);
        let is_of_account = key == account.key;
        if !is_of_account {
            let fault = Fault::new(ProblemCode::RecordUnexpected, key);
            self.raise(line, fault.expected(account.key.as_str()));
        }
        self.check_side(line, field(line.text, 21, 5), debit_sum, account.debits);
        self.check_side(line, field(line.text, 40, 5), credit_sum, account.credits);
        let statement = &mut account.statement;
        let known = statement.currency.zip(currency);
        let contradicts = known.filter(|(known, found)| known != found);
        if let Some((known, found)) = contradicts {
            let fault = Fault::new(ProblemCode::CurrencyContradicts, found.code());
            self.raise(line, fault.expected(known.code()));
        }
        statement.currency = statement.currency.or(currency);
        let day = statement.period.map(|(_, to)| to);
        // The balance of another account, or in another currency, is none of this one.
        let closing = closing.filter(|_| is_of_account && contradicts.is_none());
        statement.closing = closing.map(|amount| Balance { amount, day, row: line.row });
        self.check_decimals(line, closing, statement.currency);
        self.found.statements.push(account.statement);
    }

    fn check_side(&mut self, line: Line<'t>, count: &str, sum: Option<Decimal>, side: Side) {
        if digits(count).map(u64::from) != Some(side.count) {
            let fault = Fault::new(ProblemCode::RecordCountDiffers, count);
            self.raise(line, fault.expected(side.count.to_string()));
        }
        if let Some(sum) = sum.filter(|&sum| sum != side.sum) {
            let fault = Fault::new(ProblemCode::ControlTotalDiffers, &sum.to_string());
            self.raise(line, fault.expected(side.sum.to_string()));
        }
    }

    fn end_of_file(&mut self, line: Line<'t>) {
        if self.account.is_some() {
            let fault = Fault::new(ProblemCode::FileTruncated, "").expected("33");
            self.raise(line, fault);
        }
        self.end_account();
        let nines = field(line.text, 3, 18);
        if nines.len() != 18 || nines.bytes().any(|byte| byte != b'9') {
            self.raise(
                line,
                Fault::new(ProblemCode::RecordUnexpected, nines).expected("9".repeat(18)),
            );
        }
        let count = field(line.text, 21, 6);
        if digits(count).map(u64::from) != Some(self.record_count) {
            let fault = Fault::new(ProblemCode::RecordCountDiffers, count);
            self.raise(line, fault.expected(self.record_count.to_string()));
        }
        self.record_count = 0;
        self.is_closed = true;
    }

    fn end_account(&mut self) {
        self.close_entry();
        let account = self.account.take();
        self.found.statements.extend(account.map(|account| account.statement));
    }
}

/// Whether a movement is marked as one that takes money out, for entries of nothing.
fn is_debit(raw: &str) -> bool {
    field(raw.split(['\r', '\n']).next().unwrap_or_default(), 28, 1) == "1"
}

impl Account {
    fn unnamed(row: u64) -> Self {
        let (debits, credits) = (Side::default(), Side::default());
        let statement = Statement { row, ..Statement::default() };
        Self { statement, key: String::new(), order: DateOrder::YearFirst, debits, credits }
    }
}

/// Where the second record of a line begins, if there is one: behind the length of the first.
fn joined_at(text: &str) -> Option<usize> {
    if text.len() <= RECORD_LENGTH {
        return None;
    }
    let (at, _) = text.char_indices().nth(RECORD_LENGTH)?;
    let second = &text[at..];
    let (_, needed) = RECORDS.iter().find(|(code, _)| second.starts_with(code))?;
    let is_whole = second.chars().nth(needed.saturating_sub(1)).is_some();
    is_whole.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_in_characters() {
        assert_eq!(field("23ñabc", 3, 2), "ña");
        assert_eq!(field("23ñabc", 3, 9), "ñabc");
        assert_eq!(field("23abc", 3, 2), "ab");
        assert_eq!(field("23abc", 6, 2), "");
        assert_eq!(field("ñ", 4, 2), "");
    }
}
