//! The values of a camt message: amounts, days, currencies, and what is said when one is odd.
//!
//! *Authority.* The schemas of ISO 20022: amounts are unsigned decimals with a point and up to five
//! decimals, days and times are those of XML Schema.
//!
//! *Shape.* A day is taken as the bank wrote it, never moved by a zone: a midnight in Madrid is not
//! the evening before.

use std::borrow::Cow;

use caudal_model::{Currency, Decimal, Moment, ProblemCode};

use crate::dates;
use crate::fields::Cell;
use crate::report::{Fault, Report};

/// Where a value stands: the row of its entry or balance.
pub(super) struct Place<'r> {
    pub(super) report: &'r mut Report,
    pub(super) row: u64,
}

impl Place<'_> {
    pub(super) fn fault(&mut self, column: &str, code: ProblemCode, found: &str, expected: &str) {
        let fault = Fault::new(code, found);
        let fault = if expected.is_empty() { fault } else { fault.expected(expected) };
        self.report.cell_problem(self.row, column, fault);
    }
}

/// An amount with the code of its currency, which is empty where the file names none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amount<'a> {
    pub(super) number: Decimal,
    pub(super) code: &'a str,
}

/// The text of an element, and the currency that stands in its tag.
pub(super) struct Leaf<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) code: &'a str,
}

impl<'a> Leaf<'a> {
    /// Reads an amount as written.
    pub(super) fn amount(&self, column: &str, place: &mut Place<'_>) -> Option<Amount<'a>> {
        let number = number(&self.text, column, place)?;
        Some(Amount { number, code: self.code })
    }
}

/// Reads a decimal.
pub(super) fn number(text: &str, column: &str, place: &mut Place<'_>) -> Option<Decimal> {
    if let Some(number) = Decimal::parse(text) {
        if number.is_negative() {
            // Debit and credit are told beside the amount.
            let expected = number.abs().to_string();
            place.fault(column, ProblemCode::AmountSignContradicts, text, &expected);
        }
        return Some(number);
    }
    let is_number = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | ' ' | '-'));
    let has_separators = text.contains([',', '\'', ' ']) || text.matches('.').count() > 1;
    let (code, expected) = match (is_number, has_separators) {
        (true, true) => (ProblemCode::AmountAmbiguous, "1204.50"),
        (true, false) if !text.trim_start_matches('-').contains('-') => {
            (ProblemCode::AmountOverflow, "")
        }
        _ => (ProblemCode::AmountUnreadable, "1204.50"),
    };
    place.fault(column, code, text, expected);
    None
}

/// Whether money comes in (`CRDT`) or leaves (`DBIT`).
pub(super) fn is_credit(text: &str) -> Option<bool> {
    match text {
        "CRDT" => Some(true),
        "DBIT" => Some(false),
        _ => None,
    }
}

pub(super) fn is_true(text: &str) -> bool {
    matches!(text, "true" | "1")
}

/// Gives a decimal the sign of a credit or a debit.
pub(super) fn signed(number: Decimal, is_credit: bool) -> Decimal {
    if is_credit { number } else { -number }
}

/// Year, month and day with which a date or a time begins.
fn date_parts(text: &str) -> Option<(i32, u32, u32)> {
    let (date, rest) = text.split_at_checked(10)?;
    let bytes = date.as_bytes();
    let number = |part: &[u8]| {
        part.iter().try_fold(0u32, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    let is_shaped = bytes[4] == b'-'
        && bytes[7] == b'-'
        && (rest.is_empty() || rest.starts_with(['T', 'Z', '+', '-']));
    let year = i32::try_from(number(&bytes[..4])?).ok()?;
    let date = (year, number(&bytes[5..7])?, number(&bytes[8..])?);
    is_shaped.then_some(date)
}

/// The last day of the month that a date beyond the calendar means.
fn clamped(year: i32, month: u32, day: u32) -> Option<i32> {
    let last = (28..=day.min(31)).rev().find_map(|day| Moment::from_date(year, month, day))?;
    (day <= 31).then_some(last.day)
}

/// The day of a date or of a time.
pub(super) fn day(text: &str, column: &str, place: &mut Place<'_>) -> Option<i32> {
    let Some((year, month, day)) = date_parts(text) else {
        place.fault(column, ProblemCode::DateUnreadable, text, "2025-04-03");
        return None;
    };
    let moment = Moment::from_date(year, month, day);
    if moment.is_none() {
        let expected = clamped(year, month, day).map_or("2025-04-03".to_owned(), day_text);
        place.fault(column, ProblemCode::DateDoesNotExist, text, &expected);
    }
    moment.map(|moment| moment.day)
}

/// A value day: where the calendar lacks it, the last day of its month.
pub(super) fn value_day(text: &str, column: &str, place: &mut Place<'_>) -> Option<i32> {
    let (year, month, day_of_month) = date_parts(text).unwrap_or_default();
    if let Some(moment) = Moment::from_date(year, month, day_of_month) {
        return Some(moment.day);
    }
    match clamped(year, month, day_of_month) {
        Some(last) => {
            place.fault(column, ProblemCode::ValueDateDoesNotExist, text, &day_text(last));
            Some(last)
        }
        None => day(text, column, place),
    }
}

/// An instant where the zone is stated, else the day.
pub(super) fn moment(text: &str, column: &str, place: &mut Place<'_>) -> Option<Moment> {
    if let Ok(moment) = dates::moment(&Cell::Text(Cow::Borrowed(text))) {
        return Some(moment);
    }
    day(text, column, place).map(|day| Moment { day, nanos: None })
}

pub(super) fn day_text(day: i32) -> String {
    Moment { day, nanos: None }.to_string()
}

/// Currencies by their codes; the last one is remembered, because a file names few.
#[derive(Default)]
pub(super) struct Codes<'a> {
    last: Option<(&'a str, Option<Currency>)>,
}

impl<'a> Codes<'a> {
    pub(super) fn find(&mut self, code: &'a str) -> Option<Currency> {
        if let Some((last, currency)) = self.last
            && last == code
        {
            return currency;
        }
        let currency = Currency::from_code(code);
        self.last = Some((code, currency));
        currency
    }
}
