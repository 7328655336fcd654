//! The rows of a message that carry money: statement lines (`:61:`) and balances.
//!
//! *Shape.* What a field says is read from left to right. What is missing or odd is a problem, and
//! what follows is still read. The sign is made here, once: `D` and `RC` take money out, `C` and
//! `RD` bring it in, because an `R` says that the entry takes back one of the other direction.
//!
//! *Authority.* SWIFT MT940 and MT942, fields 60 to 65, as public samples show them; field 61 of
//! MT942 for the marks. An entry date that is left out is the value date.

use caudal_model::{Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode, ReferenceKind};

use super::details;
use super::lines::{clamped_day_of, day_of, day_text, digits, is_iban, three_pairs};
use crate::report::{Fault, Report};

/// The tag under which problems of a statement line are reported.
const TAG: &str = ":61:";

/// The longest reference of the standard, for either side.
const REFERENCE_LENGTH: usize = 16;

/// Texts in the place of the holder's reference that point to field 86.
const POINTERS: &[&str] = &["KREF+", "EREF+", "KREF", "EREF", "NONREF+"];

/// Where an entry stands, and what its message says of all of them.
pub(super) struct Place<'r> {
    pub(super) report: &'r mut Report,
    pub(super) row: u64,
    pub(super) currency: Option<Currency>,
    /// Day of the balance before it, for entries whose value date cannot be read.
    pub(super) day: Option<i32>,
}

impl Place<'_> {
    pub(super) fn raise(&mut self, column: &str, fault: Fault) {
        self.report.cell_problem(self.row, column, fault);
    }
}

/// A balance as its field states it.
pub(super) struct Stated<'t> {
    pub(super) amount: Option<Decimal>,
    pub(super) day: Option<i32>,
    /// Empty where the field has none.
    pub(super) currency: &'t str,
}

/// Reads a balance: mark, date, currency, amount.
pub(super) fn balance<'t>(value: &'t str, tag: &str, place: &mut Place<'_>) -> Stated<'t> {
    let unreadable = |expected| Fault::new(ProblemCode::AmountUnreadable, value).expected(expected);
    let Some((is_debit, rest)) = direction(value) else {
        place.raise(tag, unreadable("C | D"));
        return Stated { amount: None, day: None, currency: "" };
    };
    let (date, rest) = rest.split_at_checked(6).unwrap_or((rest, ""));
    let day = day_of(date);
    if day.is_none() {
        place.raise(tag, date_fault(date));
    }
    let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (currency, rest) = rest.split_at(letters.min(3));
    let number = rest.trim_end();
    let amount = amount(number, tag, place);
    Stated { amount: amount.map(|amount| signed(amount, is_debit, place, tag)), day, currency }
}

/// Splits off the mark `C` or `D`; true for `D`.
fn direction(text: &str) -> Option<(bool, &str)> {
    let debit = text.strip_prefix('D').map(|rest| (true, rest));
    debit.or_else(|| text.strip_prefix('C').map(|rest| (false, rest)))
}

/// The amount as the account sees it. A number that is itself negative is reckoned as it stands.
fn signed(amount: Decimal, is_debit: bool, place: &mut Place<'_>, column: &str) -> Decimal {
    if amount.is_negative() {
        let fault = Fault::new(ProblemCode::AmountSignContradicts, &amount.to_string());
        place.raise(column, fault.expected(amount.abs().to_string()));
    }
    if is_debit { -amount } else { amount }
}

/// Reads a number with its decimal comma.
pub(super) fn amount(text: &str, column: &str, place: &mut Place<'_>) -> Option<Decimal> {
    if text.contains('.') {
        let code = ProblemCode::AmountAmbiguous;
        let reading = if text.contains(',') { text.replace('.', "") } else { text.to_owned() };
        place.raise(column, Fault::new(code, text).expected(reading.replace(',', ".")));
        return None;
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once(',').unwrap_or((unsigned, ""));
    let mut unscaled = Some(0i128);
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return unreadable(text, column, place);
        }
        let digit = i128::from(byte - b'0');
        unscaled = unscaled.and_then(|sum| sum.checked_mul(10)?.checked_add(digit));
    }
    if whole.is_empty() && fraction.is_empty() {
        return unreadable(text, column, place);
    }
    if !unsigned.contains(',') {
        let fault = Fault::new(ProblemCode::RecordUnexpected, text);
        place.raise(column, fault.expected(format!("{text},")));
    }
    let scale = u8::try_from(fraction.len()).ok();
    let read = unscaled.zip(scale).and_then(|(unscaled, scale)| Decimal::new(unscaled, scale));
    if read.is_none() {
        place.raise(column, Fault::new(ProblemCode::AmountOverflow, text));
    }
    read.map(|amount| if unsigned.len() < text.len() { -amount } else { amount })
}

fn unreadable(text: &str, column: &str, place: &mut Place<'_>) -> Option<Decimal> {
    let fault = Fault::new(ProblemCode::AmountUnreadable, text);
    place.raise(column, fault.expected("1204,50"));
    None
}

/// Why a date in six digits gives no day.
fn date_fault(date: &str) -> Fault {
    let is_written = three_pairs(date).is_some();
    let code = if is_written { ProblemCode::DateDoesNotExist } else { ProblemCode::DateUnreadable };
    let meant = clamped_day_of(date).map_or("250403".to_owned(), day_text);
    Fault::new(code, date).expected(meant)
}

/// Reads a statement line with the line of details that may stand below it.
pub(super) fn entry(value: &str, place: &mut Place<'_>) -> Entry {
    let (first, below) = value.split_once(['\n', '\r']).unwrap_or((value, ""));
    let mut entry = Entry { row: place.row, ..Entry::default() };
    let next = below.trim_start();
    let number_end = next.bytes().take_while(u8::is_ascii_digit).count();
    // A number with its comma: any other is not the amount that is missing above.
    if is_broken_off(first) && next[number_end..].starts_with(',') {
        // Some banks break the line before the amount.
        let fault = Fault::new(ProblemCode::RecordUnexpected, first);
        place.raise(TAG, fault);
        let (next, rest) = next.split_once(['\n', '\r']).unwrap_or((next, ""));
        let joined = [first.trim_end(), next].concat();
        read_line(&joined, &mut entry, place);
        read_below(rest, &mut entry, place);
    } else {
        read_line(first, &mut entry, place);
        read_below(below, &mut entry, place);
    }
    entry
}

/// Whether a statement line ends before its amount begins.
fn is_broken_off(line: &str) -> bool {
    let after_dates = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    !after_dates.is_empty() && !after_dates.bytes().any(|byte| byte.is_ascii_digit())
}

fn read_line(line: &str, entry: &mut Entry, place: &mut Place<'_>) {
    let dates_end = line.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b' ').count();
    let (dates, rest) = line.split_at(dates_end);
    read_dates(dates, entry, place);
    let Some((mark, rest)) = Mark::read(rest) else {
        let fault = Fault::new(ProblemCode::AmountUnreadable, line);
        return place.raise(TAG, fault.expected("C | D | RC | RD"));
    };
    let rest = mark.check_funds_letter(rest, place);
    let end = rest.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b',' | b'.' | b'-'));
    let (number, rest) = rest.split_at(end.count());
    // Without a comma the number may go on behind a space, an apostrophe or the end of the line.
    let is_cut =
        !number.contains([',', '.']) && !rest.trim_start().starts_with(char::is_alphabetic);
    let read = if is_cut { unreadable(number, TAG, place) } else { amount(number, TAG, place) };
    entry.amount = read.map(|amount| signed(amount, mark.is_debit, place, TAG));
    entry.is_reversal = mark.is_reversal;
    if mark.text.starts_with('E') {
        entry.status = EntryStatus::Expected;
        place.raise(TAG, Fault::new(ProblemCode::EntryNotBooked, mark.text));
    }
    read_kind(rest, entry, place);
}

/// The mark of a statement line with its funds letter.
struct Mark<'t> {
    text: &'t str,
    is_debit: bool,
    is_reversal: bool,
}

impl<'t> Mark<'t> {
    fn read(text: &'t str) -> Option<(Self, &'t str)> {
        let is_reversal = text.starts_with('R');
        let rest = text.strip_prefix(['R', 'E']).unwrap_or(text);
        let (marked_debit, rest) = direction(rest)?;
        // A reversal goes the other way than the entry it takes back.
        let is_debit = marked_debit != is_reversal;
        let text = &text[..text.len() - rest.len()];
        Some((Self { text, is_debit, is_reversal }, rest))
    }

    /// Passes over the third letter of the currency, and over spaces that do not belong here.
    fn check_funds_letter(&self, rest: &'t str, place: &mut Place<'_>) -> &'t str {
        let letter = rest.chars().next().filter(char::is_ascii_uppercase);
        let expected = place.currency.and_then(|currency| currency.code().chars().nth(2));
        if let (Some(letter), Some(expected)) = (letter, expected)
            && letter != expected
        {
            // `CR` and `DR` of banks that write the words, in a currency that has no R there.
            let fault =
                Fault::new(ProblemCode::RecordUnexpected, &format!("{}{letter}", self.text));
            place.raise(TAG, fault.expected(self.text));
        }
        let rest = rest.get(letter.map_or(0, char::len_utf8)..).unwrap_or_default();
        let trimmed = rest.trim_start();
        if trimmed.len() < rest.len() {
            place.raise(TAG, Fault::new(ProblemCode::RecordUnexpected, rest).expected(trimmed));
        }
        trimmed
    }
}

/// Value date, and entry date if it is there.
fn read_dates(dates: &str, entry: &mut Entry, place: &mut Place<'_>) {
    let spaceless: String;
    let mut compact = dates;
    if dates.contains(' ') {
        spaceless = dates.split(' ').collect();
        compact = &spaceless;
        place.raise(TAG, Fault::new(ProblemCode::RecordUnexpected, dates).expected(compact));
    }
    let (value_date, entry_date) = compact.split_at_checked(6).unwrap_or((compact, ""));
    if entry_date.is_empty() && day_of(value_date).is_none() {
        // It is the day of booking as well, and that is never set to another.
        return place.raise(TAG, date_fault(value_date));
    }
    entry.value_day = value_day(value_date, place);
    let near = entry.value_day.or(place.day);
    let booked = match entry_date {
        "" => entry.value_day,
        date => booked_day(date, near, place),
    };
    entry.booked_at = booked.map(|day| Moment { day, nanos: None });
}

fn value_day(date: &str, place: &mut Place<'_>) -> Option<i32> {
    if let Some(day) = day_of(date) {
        return Some(day);
    }
    let clamped = clamped_day_of(date);
    let fault = match clamped {
        Some(day) => Fault::new(ProblemCode::ValueDateDoesNotExist, date).expected(day_text(day)),
        None => date_fault(date),
    };
    place.raise(TAG, fault);
    clamped
}

/// The day of an entry date, which has no year: of the years around, the one that brings it
/// nearest to the value date.
fn booked_day(date: &str, near: Option<i32>, place: &mut Place<'_>) -> Option<i32> {
    let number = |at: usize| date.get(at..at + 2).and_then(digits);
    let (Some(month), Some(day), 4) = (number(0), number(2), date.len()) else {
        place.raise(TAG, Fault::new(ProblemCode::DateUnreadable, date).expected("0403"));
        return None;
    };
    let near = near?;
    let (year, _, _) = Moment { day: near, nanos: None }.civil();
    let candidates = (year - 1..=year + 1).filter_map(|year| Moment::from_date(year, month, day));
    let days = candidates.map(|moment| moment.day);
    // Farther is 29 February, in a year that has none.
    let nearest = days.filter(|day| (day - near).abs() <= HALF_A_YEAR_DAYS);
    let nearest = nearest.min_by_key(|day| day.abs_diff(near));
    if nearest.is_none() {
        let meant = clamped_day_of(&format!("{:02}{date}", year.rem_euclid(100)));
        let meant = meant.map_or("0403".to_owned(), day_text);
        place.raise(TAG, Fault::new(ProblemCode::DateDoesNotExist, date).expected(meant));
    }
    nearest
}

/// The longest way in days from a day to the nearest one of the same date in any year.
pub(super) const HALF_A_YEAR_DAYS: i32 = 183;

/// Type of the entry, reference of the holder, reference of the bank.
fn read_kind(rest: &str, entry: &mut Entry, place: &mut Place<'_>) {
    let spaced = rest;
    let rest = rest.trim_start();
    if rest.len() < spaced.len() && !rest.is_empty() {
        place.raise(TAG, Fault::new(ProblemCode::RecordUnexpected, spaced).expected(rest));
    }
    let (kind, rest) = rest.split_at_checked(4).unwrap_or((rest, ""));
    if kind.len() < 4 {
        place.raise(TAG, Fault::new(ProblemCode::RecordLengthWrong, kind).expected("NTRF"));
    } else if !kind.starts_with(['S', 'N', 'F']) {
        let expected = "S | N | F";
        place.raise(TAG, Fault::new(ProblemCode::RecordUnexpected, kind).expected(expected));
    }
    kind.trim_end().clone_into(&mut entry.kind);
    let (own, of_bank) = rest.split_once("//").unwrap_or((rest, ""));
    let (own, beyond) = fit_reference(own, place);
    if is_iban(own) {
        own.clone_into(&mut entry.counterparty.number);
    } else if !POINTERS.contains(&own) {
        let is_cheque = kind == "NCHK";
        let kind = if is_cheque { ReferenceKind::Cheque } else { ReferenceKind::Customer };
        entry.refer(kind, own);
    }
    let (of_bank, beyond_bank) = fit_reference(of_bank, place);
    entry.refer(ReferenceKind::Bank, of_bank);
    for text in [beyond, beyond_bank] {
        details::describe(entry, text);
    }
}

/// A reference, and what stands behind it where a bank fills it up with spaces and writes on.
fn fit_reference<'t>(text: &'t str, place: &mut Place<'_>) -> (&'t str, &'t str) {
    let text = text.trim_end();
    if text.chars().nth(REFERENCE_LENGTH).is_none() {
        return (text.trim_start(), "");
    }
    let expected = REFERENCE_LENGTH.to_string();
    place.raise(TAG, Fault::new(ProblemCode::RecordLengthWrong, text).expected(expected));
    match text.split_at_checked(REFERENCE_LENGTH) {
        Some((first, rest)) if first.ends_with(' ') || rest.starts_with(' ') => {
            (first.trim(), rest.trim())
        }
        _ => (text.trim_start(), ""),
    }
}

/// The lines below a statement line: details, an account, amounts in words.
fn read_below(below: &str, entry: &mut Entry, place: &mut Place<'_>) {
    for line in below.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with("/OCMT/") || line.starts_with("/CHGS/") {
            details::read_amount_words(line, entry, place.currency);
        } else if is_iban(line) {
            line.clone_into(&mut entry.counterparty.number);
        } else {
            details::describe(entry, line);
        }
    }
}

/// The day of `:13D:` and `:13:`, which state when a report was made.
pub(super) fn report_day(value: &str) -> Option<i32> {
    value.get(..6).and_then(day_of)
}

/// Whether a statement line states when it was booked, beside its value date.
pub(super) fn has_entry_date(raw: &str) -> bool {
    let digits = raw.bytes().skip(TAG.len()).filter(|byte| *byte != b' ');
    digits.take_while(u8::is_ascii_digit).count() >= DATES_LENGTH
}

/// How many digits value date and entry date have.
const DATES_LENGTH: usize = 10;

/// The same date in another year, if it lies within two days.
pub(super) fn other_year_within(moment: Moment, (first, last): (i32, i32)) -> Option<Moment> {
    let (_, month, day) = moment.civil();
    let year_of = |day| Moment { day, nanos: None }.civil().0;
    let years = year_of(first)..=year_of(last);
    let mut meant = years.filter_map(|year| Moment::from_date(year, month, day));
    meant.find(|meant| (first..=last).contains(&meant.day))
}
