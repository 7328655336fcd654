//! From the tags of one entry to the entry.
//!
//! *Shape.* Each value is taken once, by the name of its tag and of what it stands in; unknown tags
//! and second values stay in the raw text and are reported.
//!
//! *Authority.* OFX 2.2, section 11.4: the sign of `TRNAMT` tells the direction; `CURRENCY` means
//! that the amount is counted in another currency than the statement, `ORIGCURRENCY` that it was
//! converted from one; `DTAVAIL` is the value date.

use std::borrow::Cow;

use caudal_model::{
    AccountText, Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode, ReferenceKind,
};

use super::super::mt940::lines::digits;
use super::super::qif::notation;
use super::tags::{Tag, text_of};
use crate::report::{Fault, Report};

/// The example of a date as it should be written.
const DAY_EXAMPLE: &str = "20250403";

/// A value of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Kind,
    Posted,
    User,
    Available,
    Amount,
    Id,
    ServerId,
    Cheque,
    Reference,
    Name,
    LongName,
    Memo,
    OtherNumber,
    OtherBank,
    OtherBranch,
    Symbol,
    Correction,
    /// Of the format, but nothing of it is kept beside the raw text.
    Ignored,
}

const FIELD_COUNT: usize = Field::Ignored as usize;

/// In which part of an entry a tag stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Entry,
    Payee,
    OtherAccount,
    /// `CURRENCY`: the currency of the amount.
    Currency,
    /// A part of which nothing is kept.
    Ignored,
}

/// An entry that is being read.
pub(super) struct Draft<'t> {
    pub(super) row: u64,
    pub(super) start: usize,
    /// Whether it stands in a list of pending entries.
    is_pending: bool,
    part: Part,
    values: [&'t str; FIELD_COUNT],
    /// An amount and a day of booking that contradict the first.
    seconds: [&'t str; 2],
}

impl<'t> Draft<'t> {
    pub(super) fn new(tag: &Tag<'t>, is_list_pending: bool) -> Self {
        let is_pending = is_list_pending || tag.name == "STMTTRNP";
        let (row, start, values) = (tag.row, tag.start, [""; FIELD_COUNT]);
        Self { row, start, is_pending, part: Part::Entry, values, seconds: [""; 2] }
    }

    /// Takes a tag that stands in the entry.
    pub(super) fn take(&mut self, tag: &Tag<'t>, report: &mut Report) {
        if tag.is_closing {
            if part_of(tag.name).is_some() {
                self.part = Part::Entry;
            }
            return;
        }
        if let Some(part) = part_of(tag.name) {
            self.part = part;
            return;
        }
        let field = field_of(self.part, tag.name).or_else(|| {
            // The part was not closed, or the tag is unknown.
            self.part = Part::Entry;
            field_of(Part::Entry, tag.name)
        });
        let value = tag.value.trim();
        let slot = field.and_then(|field| self.values.get_mut(field as usize));
        match slot {
            Some(slot) if slot.is_empty() => *slot = value,
            Some(slot) if !value.is_empty() => {
                if *slot != value {
                    self.note_second(field, value);
                }
                self.unexpected(tag, report);
            }
            None if field.is_none() => self.unexpected(tag, report),
            _ => {}
        }
    }

    /// Keeps a second value of what may not have two: neither is then the entry's.
    fn note_second(&mut self, field: Option<Field>, value: &'t str) {
        match field {
            Some(Field::Amount) => self.seconds[0] = value,
            Some(Field::Posted) => self.seconds[1] = value,
            _ => {}
        }
    }

    fn unexpected(&self, tag: &Tag<'t>, report: &mut Report) {
        let found = format!("<{}>{}", tag.name, tag.value.trim());
        report.row_problem(self.row, Fault::new(ProblemCode::RecordUnexpected, &found));
    }

    fn raw_value(&self, field: Field) -> &'t str {
        self.values[field as usize]
    }

    fn text(&self, field: Field) -> Cow<'t, str> {
        text_of(self.raw_value(field))
    }

    /// The bank's own id of the entry.
    pub(super) fn id(&self) -> Cow<'t, str> {
        self.text(Field::Id)
    }

    /// The entry, and whatever is wrong with it.
    pub(super) fn finish(
        &self,
        raw: &str,
        currency: Option<Currency>,
        report: &mut Report,
    ) -> Entry {
        let row = self.row;
        let day = |field| self.raw_value(field);
        let mut entry = Entry {
            row,
            raw: raw.to_owned(),
            executed_at: optional_day((row, "DTUSER"), day(Field::User), report).map(moment),
            value_day: self.value_day(report),
            counterparty: self.counterparty(),
            description: self.text(Field::Memo).into_owned(),
            kind: self.text(Field::Kind).into_owned(),
            ..Entry::default()
        };
        if self.is_pending || entry.kind.eq_ignore_ascii_case("HOLD") {
            entry.status = EntryStatus::Expected;
            let fault = Fault::new(ProblemCode::EntryNotBooked, raw);
            report.row_problem(row, fault);
        }
        if !self.is_pending {
            entry.booked_at = self.booked_day(report).map(moment);
        }
        entry.amount = self.amount(&mut entry, currency, report);
        entry.refer(ReferenceKind::Bank, &self.id());
        entry.refer(ReferenceKind::Bank, &self.text(Field::Reference));
        entry.refer(ReferenceKind::Bank, &self.text(Field::ServerId));
        entry.refer(ReferenceKind::Cheque, &self.text(Field::Cheque));
        let correction = self.raw_value(Field::Correction);
        if !correction.is_empty() {
            // What a bank corrects in this way is for a person to see: nothing is taken back here.
            let fault = Fault::new(ProblemCode::RecordUnexpected, correction);
            report.cell_problem(row, "CORRECTFITID", fault);
        }
        entry
    }

    fn booked_day(&self, report: &mut Report) -> Option<i32> {
        let at = (self.row, "DTPOSTED");
        let text = self.raw_value(Field::Posted);
        if self.seconds[1].is_empty() {
            return day_at(at, text, report);
        }
        let found = format!("{text} | {}", self.seconds[1]);
        let fault = Fault::new(ProblemCode::DateUnreadable, &found).expected(DAY_EXAMPLE);
        report.cell_problem(at.0, at.1, fault);
        None
    }

    /// `DTAVAIL`; the last day of its month where the calendar lacks it.
    fn value_day(&self, report: &mut Report) -> Option<i32> {
        let text = self.raw_value(Field::Available);
        let (Err(ProblemCode::DateDoesNotExist), Some((year, month, day))) =
            (day_of(text), numbers_of(text))
        else {
            return optional_day((self.row, "DTAVAIL"), text, report);
        };
        let last = (28..=day.min(31)).rev().find_map(|day| Moment::from_date(year, month, day))?;
        let fault = Fault::new(ProblemCode::ValueDateDoesNotExist, text);
        report.cell_problem(self.row, "DTAVAIL", fault.expected(last.to_string()));
        Some(last.day)
    }

    fn counterparty(&self) -> AccountText {
        let name = self.text(Field::LongName);
        let name = if name.is_empty() { self.text(Field::Name) } else { name };
        AccountText {
            number: self.text(Field::OtherNumber).into_owned(),
            bank: bank_of(&self.text(Field::OtherBank), &self.text(Field::OtherBranch)),
            holder: (!name.is_empty()).then(|| name.into_owned()),
        }
    }

    /// The signed amount. One in another currency than the statement's is no amount of the account.
    fn amount(
        &self,
        entry: &mut Entry,
        currency: Option<Currency>,
        report: &mut Report,
    ) -> Option<Decimal> {
        let text = self.text(Field::Amount);
        if !self.seconds[0].is_empty() {
            let found = format!("{text} | {}", self.seconds[0]);
            let fault = Fault::new(ProblemCode::AmountAmbiguous, &found);
            report.cell_problem(self.row, "TRNAMT", fault);
            return None;
        }
        let symbol = self.raw_value(Field::Symbol);
        let of_amount = Currency::from_code(symbol);
        let counted_in = if symbol.is_empty() { currency } else { of_amount };
        let amount = amount_at((self.row, "TRNAMT"), &text, counted_in, report)?;
        self.check_kind(amount, report);
        let expected = currency.map_or("", Currency::code);
        if !symbol.is_empty() && of_amount.is_none() {
            let fault = Fault::new(ProblemCode::CurrencyUnknown, symbol).expected(expected);
            report.cell_problem(self.row, "CURSYM", fault);
            return None;
        }
        let Some(of_amount) = of_amount.filter(|_| of_amount != currency) else {
            return Some(amount);
        };
        if currency.is_some() {
            let fault = Fault::new(ProblemCode::CurrencyContradicts, symbol).expected(expected);
            report.cell_problem(self.row, "CURSYM", fault);
        }
        let found = format!("{amount} {symbol}");
        let fault = Fault::new(ProblemCode::AmountUnreadable, &found).expected(expected);
        report.cell_problem(self.row, "TRNAMT", fault);
        entry.ordered = Some((amount.abs(), of_amount));
        None
    }

    /// Compares the sign with the kinds that have one direction only.
    fn check_kind(&self, amount: Decimal, report: &mut Report) {
        let is_against = match self.raw_value(Field::Kind) {
            "CREDIT" | "DEP" | "DIRECTDEP" => amount.is_negative(),
            "DEBIT" | "CHECK" | "FEE" | "SRVCHG" | "CASH" | "DIRECTDEBIT" => {
                !amount.is_negative() && !amount.is_zero()
            }
            _ => false,
        };
        if is_against {
            let code = ProblemCode::AmountSignContradicts;
            let fault = Fault::new(code, &amount.to_string()).expected((-amount).to_string());
            report.cell_problem(self.row, "TRNAMT", fault);
        }
    }
}

/// Whether a kind takes money from an account in nearly every entry.
pub(super) fn is_mostly_out(kind: &str) -> bool {
    matches!(kind, "POS" | "ATM" | "PAYMENT" | "REPEATPMT")
}

/// The bank of an account, with its branch.
pub(super) fn bank_of(bank: &str, branch: &str) -> Option<String> {
    match (bank.is_empty(), branch.is_empty()) {
        (true, true) => None,
        (false, true) => Some(bank.to_owned()),
        (true, false) => Some(branch.to_owned()),
        (false, false) => Some(format!("{bank}/{branch}")),
    }
}

fn moment(day: i32) -> Moment {
    Moment { day, nanos: None }
}

/// A part of an entry that has tags of its own.
fn part_of(name: &str) -> Option<Part> {
    match name {
        "PAYEE" => Some(Part::Payee),
        "BANKACCTTO" | "CCACCTTO" => Some(Part::OtherAccount),
        "CURRENCY" => Some(Part::Currency),
        "ORIGCURRENCY" | "IMAGEDATA" => Some(Part::Ignored),
        _ => None,
    }
}

fn field_of(part: Part, name: &str) -> Option<Field> {
    Some(match (part, name) {
        (Part::Entry, "TRNTYPE") => Field::Kind,
        (Part::Entry, "DTPOSTED") => Field::Posted,
        // Pending entries have a day of the payment, and none of booking.
        (Part::Entry, "DTUSER" | "DTTRAN") => Field::User,
        (Part::Entry, "DTAVAIL") => Field::Available,
        (Part::Entry, "TRNAMT") => Field::Amount,
        (Part::Entry, "FITID") => Field::Id,
        (Part::Entry, "SRVRTID") => Field::ServerId,
        (Part::Entry, "CHECKNUM") => Field::Cheque,
        (Part::Entry, "REFNUM") => Field::Reference,
        (Part::Entry | Part::Payee, "NAME") => Field::Name,
        (Part::Entry, "EXTDNAME") => Field::LongName,
        (Part::Entry, "MEMO") => Field::Memo,
        (Part::Entry, "CORRECTFITID") => Field::Correction,
        (Part::OtherAccount, "ACCTID") => Field::OtherNumber,
        (Part::OtherAccount, "BANKID") => Field::OtherBank,
        (Part::OtherAccount, "BRANCHID") => Field::OtherBranch,
        (Part::Entry, "CORRECTACTION" | "SIC" | "PAYEEID" | "INV401KSOURCE" | "DTEXPIRE")
        | (Part::OtherAccount, "ACCTTYPE" | "ACCTKEY")
        | (Part::Currency, "CURRATE")
        | (
            Part::Payee,
            "ADDR1" | "ADDR2" | "ADDR3" | "CITY" | "STATE" | "POSTALCODE" | "COUNTRY" | "PHONE",
        )
        | (
            Part::Ignored,
            "CURRATE" | "CURSYM" | "IMAGETYPE" | "IMAGEREF" | "IMAGEREFTYPE" | "IMAGEDELAY"
            | "DTIMAGEAVAIL" | "IMAGETTL" | "CHECKSUP",
        ) => Field::Ignored,
        (Part::Currency, "CURSYM") => Field::Symbol,
        // Tags of a bank's or a program's own carry its name before a point.
        (_, name) if name.contains('.') => Field::Ignored,
        _ => return None,
    })
}

/// Year, month and day of a date as written: its first eight digits.
fn numbers_of(text: &str) -> Option<(i32, u32, u32)> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(digits);
    let year = i32::try_from(part(0, 4)?).ok()?;
    Some((year, part(4, 6)?, part(6, 8)?))
}

/// Whether what stands behind the day is a time and a zone at most: no second date, no words.
fn is_tail(tail: &str) -> bool {
    let digit_count = tail.bytes().take_while(u8::is_ascii_digit).count();
    match tail.as_bytes().get(digit_count) {
        None | Some(b'.' | b'[' | b'T' | b':' | b'Z') => digit_count <= 6,
        Some(b' ') => digit_count <= 6 && is_tail(tail[digit_count..].trim_start()),
        Some(b'+' | b'-') => digit_count <= 6 && tail.len() <= digit_count + 6,
        Some(_) => false,
    }
}

fn day_of(text: &str) -> Result<i32, ProblemCode> {
    let (year, month, day) = numbers_of(text)
        .filter(|_| text.get(8..).is_some_and(is_tail))
        .ok_or(ProblemCode::DateUnreadable)?;
    let moment = Moment::from_date(year, month, day).ok_or(ProblemCode::DateDoesNotExist)?;
    Ok(moment.day)
}

/// Reads a date that must be there. Its time and the offset of its zone stay in the raw text, so
/// that no zone moves the day.
pub(super) fn day_at((row, column): (u64, &str), text: &str, report: &mut Report) -> Option<i32> {
    match day_of(text.trim()) {
        Ok(day) => Some(day),
        Err(code) => {
            report.cell_problem(row, column, Fault::new(code, text).expected(DAY_EXAMPLE));
            None
        }
    }
}

/// Reads a date that may be absent.
pub(super) fn optional_day(at: (u64, &str), text: &str, report: &mut Report) -> Option<i32> {
    if text.trim().is_empty() { None } else { day_at(at, text, report) }
}

/// Reads an amount, with a point or a comma before its decimals.
pub(super) fn amount_at(
    (row, column): (u64, &str),
    text: &str,
    currency: Option<Currency>,
    report: &mut Report,
) -> Option<Decimal> {
    // A currency of three decimals and more leaves no doubt about three digits behind a mark.
    let has_many = currency.is_some_and(|currency| currency.exponent() >= 3);
    let decimal = text.chars().find(|c| matches!(c, '.' | ',')).filter(|_| has_many);
    let amount = match notation::amount(text, decimal) {
        Ok(amount) => amount,
        Err(fault) => {
            report.cell_problem(row, column, fault);
            return None;
        }
    };
    if let Some(exponent) = currency.map(Currency::exponent)
        && amount.scale() > exponent
        && amount.minor(exponent).is_none()
    {
        let fault = Fault::new(ProblemCode::AmountDigitsBeyondCurrency, text);
        report.cell_problem(row, column, fault.expected(exponent.to_string()));
    }
    Some(amount)
}
