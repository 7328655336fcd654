//! How a file writes amounts and dates: which separator is the decimal one, day or month first.
//!
//! *Shape.* Each text is judged alone first. One that can be read in two ways is decided by the
//! others of its file, and if they do not decide it, it stays unread.

use std::cmp::Ordering;

use caudal_model::{Decimal, Moment, ProblemCode};

use super::super::mt940::lines::{day_text, digits, year_of};
use crate::report::Fault;

/// The example of an amount as it should be written.
const AMOUNT_EXAMPLE: &str = "1204.50";

/// The example of a date as it should be written.
const DAY_EXAMPLE: &str = "2025-04-03";

/// How many different days must follow each other in order before their order tells anything: four
/// days in any order run one way once in twelve, seven once in 2520.
const DAYS_IN_ORDER_MIN: u32 = 7;

/// Years of two digits stand first where the days then lie within a year or so, and where they are
/// spread over many otherwise.
const SHORT_SPAN_DAYS: i32 = 400;
const LONG_SPAN_DAYS: i32 = 1500;

/// What a text says of its decimal separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    /// There is none, or it does not matter.
    Absent,
    /// This one.
    Is(char),
    /// This one may stand before decimals or before three digits of a thousand.
    Open(char),
}

/// Which separator a file has before decimals, gathered from all its amounts.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::formats) struct Decimals {
    point: bool,
    comma: bool,
}

impl Decimals {
    /// Takes note of an amount.
    pub(in crate::formats) fn note(&mut self, text: &str) {
        match separator_of(text) {
            Separator::Is('.') => self.point = true,
            Separator::Is(_) => self.comma = true,
            Separator::Absent | Separator::Open(_) => {}
        }
    }

    /// The separator, if all amounts that show one show the same.
    pub(in crate::formats) fn separator(self) -> Option<char> {
        match (self.point, self.comma) {
            (true, false) => Some('.'),
            (false, true) => Some(','),
            _ => None,
        }
    }
}

fn separator_of(text: &str) -> Separator {
    let last = text.rfind(['.', ',']);
    let Some(at) = last else { return Separator::Absent };
    let (whole, rest) = text.split_at(at);
    let mark = if rest.starts_with('.') { '.' } else { ',' };
    let other = if mark == '.' { ',' } else { '.' };
    if whole.contains(mark) {
        // It stands twice, so it groups thousands, and decimals could only have the other one.
        return Separator::Is(other);
    }
    let whole = whole.trim_start_matches(['-', '+', '\u{2212}', ' ']);
    let has_groups = whole.contains([other, '\'', ' ', '\u{a0}', '\u{202f}']);
    let is_group = rest.len() == 4 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    if has_groups || !is_group { Separator::Is(mark) } else { Separator::Open(mark) }
}

/// Reads an amount. `decimal` decides a text that can be read in two ways.
pub(in crate::formats) fn amount(text: &str, decimal: Option<char>) -> Result<Decimal, Fault> {
    let mark = match separator_of(text) {
        Separator::Absent => '.',
        Separator::Is(mark) => mark,
        Separator::Open(mark) => match decimal {
            Some(decimal) => decimal,
            None => return Err(two_readings(text, mark)),
        },
    };
    let is_plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+');
    let plain = mark == '.' && text.bytes().all(is_plain);
    if plain && let Some(amount) = Decimal::parse(text) {
        return Ok(amount);
    }
    let unreadable = || Fault::new(ProblemCode::AmountUnreadable, text).expected(AMOUNT_EXAMPLE);
    let cleaned = without_groups(text, mark).ok_or_else(unreadable)?;
    Decimal::parse(&cleaned).ok_or_else(|| Fault::new(ProblemCode::AmountOverflow, text))
}

fn two_readings(text: &str, mark: char) -> Fault {
    let decimals = text.replace(mark, ".");
    let thousands = text.replace(mark, "");
    let fault = Fault::new(ProblemCode::AmountAmbiguous, text);
    fault.expected(format!("{thousands} | {decimals}"))
}

/// Sign, digits and a point, if the text is a number whose groups have three digits each.
fn without_groups(text: &str, mark: char) -> Option<String> {
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest.trim_start()),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = unsigned.split_once(mark).unwrap_or((unsigned, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut cleaned = String::with_capacity(text.len());
    cleaned.push_str(sign);
    let marks: &[char] = &['.', ',', '\'', ' ', '\u{a0}', '\u{202f}'];
    for (idx, group) in whole.split(marks).enumerate() {
        let is_alone = idx == 0 && group.len() == whole.len();
        let has_length =
            if idx == 0 { is_alone || (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !has_length || !is_number(group) {
            return None;
        }
        cleaned.push_str(group);
    }
    let has_digits = !(whole.is_empty() && fraction.is_empty());
    cleaned.push('.');
    cleaned.push_str(fraction);
    (has_digits && is_number(fraction)).then_some(cleaned)
}

/// Which of day and month stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateOrder {
    DayFirst,
    MonthFirst,
    YearFirst,
    /// Where the year stands is open: no date of two-digit years is read.
    Unclear,
}

/// The orders that are told by numbers above twelve and by the run of days.
const ORDERS: [DateOrder; 2] = [DateOrder::DayFirst, DateOrder::MonthFirst];

/// A date as it is written, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// Year, month and day stand in this order.
    Iso(i32, u32, u32),
    /// Three numbers of two digits at most, of which the year may stand last or first.
    Pairs([u32; 3]),
    /// Day and month or month and day, then the year.
    Short(u32, u32, i32),
}

impl Written {
    fn of(text: &str) -> Option<Self> {
        let mut numbers = [0u32; 3];
        let mut lengths = [0usize; 3];
        let mut parts = text.split(['/', '-', '.', '\'']);
        for (number, length) in numbers.iter_mut().zip(&mut lengths) {
            // One digit stands behind a space (`1/ 1'00`).
            let part = parts.next()?.trim();
            *number = digits(part).filter(|_| part.len() <= 4)?;
            *length = part.len();
        }
        let [first, second, third] = numbers;
        if parts.next().is_some() {
            return None;
        }
        let year = |number: u32| i32::try_from(number).unwrap_or(0);
        match lengths {
            [4, 1 | 2, 1 | 2] => Some(Self::Iso(year(first), second, third)),
            [1 | 2, 1 | 2, 4] => Some(Self::Short(first, second, year(third))),
            // Only Quicken writes an apostrophe, and the year behind it.
            [1 | 2, 1 | 2, 2] if text.contains('\'') => {
                Some(Self::Short(first, second, year_of(third)))
            }
            [1 | 2, 1 | 2, 2] => Some(Self::Pairs(numbers)),
            _ => None,
        }
    }

    fn day(self, order: DateOrder) -> Option<i32> {
        let short = match self {
            Self::Iso(year, month, day) => {
                return Moment::from_date(year, month, day).map(|moment| moment.day);
            }
            Self::Pairs([year, month, day]) if order == DateOrder::YearFirst => {
                return Moment::from_date(year_of(year), month, day).map(|moment| moment.day);
            }
            Self::Pairs([first, second, year]) => (first, second, year_of(year)),
            Self::Short(first, second, year) => (first, second, year),
        };
        let (day, month, year) = match order {
            DateOrder::DayFirst => short,
            DateOrder::MonthFirst => (short.1, short.0, short.2),
            DateOrder::YearFirst | DateOrder::Unclear => return None,
        };
        Moment::from_date(year, month, day).map(|moment| moment.day)
    }
}

/// The first and the last day under an order; `None` once a date does not exist under it.
#[derive(Clone, Copy, Debug)]
struct Span(Option<(i32, i32)>);

impl Span {
    const EMPTY: Self = Self(Some((i32::MAX, i32::MIN)));

    fn note(&mut self, day: Option<i32>) {
        self.0 = self.0.zip(day).map(|((first, last), day)| (first.min(day), last.max(day)));
    }

    fn days(self) -> Option<i32> {
        self.0.and_then(|(first, last)| last.checked_sub(first))
    }
}

/// How the days of a file run, if they are read in one order of day and month.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    last: Option<i32>,
    /// How many days differ from the one before.
    steps: u32,
    /// Which way they go in this section.
    way: Option<Ordering>,
    /// Whether a section runs both up and down, or a date does not exist.
    is_broken: bool,
}

impl Run {
    fn note(&mut self, day: Option<i32>) {
        let Some(day) = day else {
            self.is_broken = true;
            return;
        };
        let step = self.last.map(|last| day.cmp(&last)).filter(|step| step.is_ne());
        if let Some(step) = step {
            self.steps = self.steps.saturating_add(1);
            self.is_broken |= *self.way.get_or_insert(step) != step;
        }
        self.last = Some(day);
    }

    /// Another section begins, which may run the other way.
    fn restart(&mut self) {
        *self = Self { steps: self.steps, is_broken: self.is_broken, ..Self::default() };
    }

    fn is_orderly(&self) -> bool {
        !self.is_broken && self.steps + 1 >= DAYS_IN_ORDER_MIN
    }
}

/// What all dates of a file say of the order of day and month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    /// Whether some date exists in this order alone, as in [`ORDERS`].
    alone: [bool; 2],
    runs: [Run; 2],
    /// Under the orders with the year last, and with it first.
    spans: [Span; 3],
    /// What the file says of its order.
    told: Option<DateOrder>,
}

impl Default for Dates {
    fn default() -> Self {
        let (alone, runs) = ([false; 2], [Run::default(); 2]);
        Self { alone, runs, spans: [Span::EMPTY; 3], told: None }
    }
}

impl Dates {
    /// Takes note of a date.
    pub(super) fn note(&mut self, text: &str) {
        let Some(written @ (Written::Short(..) | Written::Pairs(_))) = Written::of(text) else {
            return;
        };
        let days = ORDERS.map(|order| written.day(order));
        let with_year_first = written.day(DateOrder::YearFirst);
        for (span, day) in self.spans.iter_mut().zip(days.into_iter().chain([with_year_first])) {
            span.note(day);
        }
        match days {
            [Some(_), None] => self.alone[0] = true,
            [None, Some(_)] => self.alone[1] = true,
            _ => {}
        }
        for (run, day) in self.runs.iter_mut().zip(days) {
            run.note(day);
        }
    }

    /// Another section begins.
    pub(super) fn restart(&mut self) {
        self.runs.iter_mut().for_each(Run::restart);
    }

    /// Takes note of a switch such as `!Option:MDY`.
    pub(super) fn tell(&mut self, switch: &str) {
        let orders = [("MDY", DateOrder::MonthFirst), ("DMY", DateOrder::DayFirst)];
        let found = orders.iter().find(|(name, _)| switch.eq_ignore_ascii_case(name));
        self.told = found.map(|&(_, order)| order).or(self.told);
    }

    /// Whether the year of two digits stands first, by the spans of days.
    fn with_year_first(&self) -> Option<DateOrder> {
        let span = self.spans[2].days()?;
        let others = [self.spans[0].days(), self.spans[1].days()];
        let shortest = others.into_iter().flatten().min().unwrap_or(i32::MAX);
        if span >= shortest / 4 {
            return None;
        }
        let is_plain = span <= SHORT_SPAN_DAYS && shortest > LONG_SPAN_DAYS;
        let is_shown = is_plain && self.steps_max() >= 2 && self.told.is_none();
        Some(if is_shown { DateOrder::YearFirst } else { DateOrder::Unclear })
    }

    fn steps_max(&self) -> u32 {
        self.runs.iter().map(|run| run.steps).max().unwrap_or(0)
    }

    /// The order that a number above twelve shows, or the file, or else in which alone the days of
    /// every section run one way.
    pub(super) fn order(&self) -> Option<DateOrder> {
        if let Some(order) = self.with_year_first() {
            return Some(order);
        }
        if let Some(told) = self.told {
            // What the dates show otherwise leaves it open.
            let idx = usize::from(told == DateOrder::MonthFirst);
            return Some(told).filter(|_| !self.alone[1 - idx]);
        }
        match (self.alone, self.runs.map(|run| run.is_orderly())) {
            ([true, false], _) | ([false, false], [true, false]) => Some(DateOrder::DayFirst),
            ([false, true], _) | ([false, false], [false, true]) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

/// Reads a date.
pub(super) fn day(text: &str, order: Option<DateOrder>) -> Result<i32, Fault> {
    let unreadable = || Fault::new(ProblemCode::DateUnreadable, text).expected(DAY_EXAMPLE);
    let written = Written::of(text).ok_or_else(unreadable)?;
    if let Some(order) = order
        && let Some(day) = written.day(order)
    {
        return Ok(day);
    }
    let is_unclear = matches!(order, Some(DateOrder::Unclear | DateOrder::YearFirst));
    if is_unclear && matches!(written, Written::Pairs(_)) {
        let orders = [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];
        let days = orders.into_iter().filter_map(|order| written.day(order));
        let readings: Vec<String> = days.map(day_text).collect();
        let fault = Fault::new(ProblemCode::DateOrderAmbiguous, text);
        return Err(fault.expected(readings.join(" | ")));
    }
    match ORDERS.map(|order| written.day(order)) {
        [Some(one), Some(other)] if one == other => Ok(one),
        [Some(one), Some(other)] => {
            let readings = [one.min(other), one.max(other)].map(day_text).join(" | ");
            Err(Fault::new(ProblemCode::DateOrderAmbiguous, text).expected(readings))
        }
        // The order of the file lacks this day: a file glued from two, which this date shows.
        [Some(day), None] | [None, Some(day)] => Ok(day),
        [None, None] => Err(Fault::new(ProblemCode::DateDoesNotExist, text).expected(DAY_EXAMPLE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, decimal: Option<char>) -> String {
        match amount(text, decimal) {
            Ok(amount) => amount.to_string(),
            Err(fault) => format!("{} {}", fault.code, fault.expected.unwrap_or_default()),
        }
    }

    #[test]
    fn amounts_are_read_in_every_notation_that_has_one_reading() {
        for (text, expected) in [
            ("-1500", "-1500"),
            ("-1,234.56", "-1234.56"),
            ("1.234,56", "1234.56"),
            ("-200,00", "-200.00"),
            ("1,234,567", "1234567"),
            ("1 234,5", "1234.5"),
            ("1'234.50", "1234.50"),
            ("0,123", "0.123"),
            ("1234,567", "1234.567"),
            ("-00000000001500.0000", "-1500.0000"),
            (".5", "0.5"),
            ("+7.", "7"),
            ("- 7.10", "-7.10"),
        ] {
            assert_eq!(read(text, None), expected, "{text}");
        }
    }

    #[test]
    fn amounts_with_two_readings_are_decided_by_their_file_or_not_at_all() {
        assert_eq!(read("1,234", None), "amount-ambiguous 1234 | 1.234");
        assert_eq!(read("-1.500", None), "amount-ambiguous -1500 | -1.500");
        assert_eq!(read("1,234", Some('.')), "1234");
        assert_eq!(read("1,234", Some(',')), "1.234");
        let mut decimals = Decimals::default();
        decimals.note("1,234");
        assert_eq!(decimals.separator(), None);
        decimals.note("7,50");
        assert_eq!(decimals.separator(), Some(','));
        decimals.note("7.50");
        assert_eq!(decimals.separator(), None);
    }

    #[test]
    fn texts_that_are_no_amounts_stay_unread() {
        for text in ["", "-", "$120", "12,34.56", "1,23,456", "1e3", "1.2.3", "12-", "."] {
            assert_eq!(read(text, None), "amount-unreadable 1204.50", "{text}");
        }
        assert_eq!(read("99999999999999999999999", None), "amount-overflow ");
    }

    fn order_of(dates: &[&str]) -> Option<DateOrder> {
        let mut seen = Dates::default();
        for date in dates {
            seen.note(date);
        }
        seen.order()
    }

    #[test]
    fn the_order_of_dates_is_shown_by_a_number_or_by_their_run() {
        assert_eq!(order_of(&["01/02/2018", "22/12/2017"]), Some(DateOrder::DayFirst));
        assert_eq!(order_of(&["1/ 2'00", "2/14'2020"]), Some(DateOrder::MonthFirst));
        assert_eq!(order_of(&["22/12/2017", "12/22/2017"]), None);
        let days = ["05/03/25", "07/03/25", "09/03/25", "02/04/25", "04/04/25", "05/05/25"];
        assert_eq!(order_of(&days), None);
        let days = [&days[..], &["06/05/25"]].concat();
        assert_eq!(order_of(&days), ORDERS.first().copied());
        assert_eq!(order_of(&["03/04/25", "04/04/25", "05/04/25", "06/04/25"]), None);
        assert_eq!(order_of(&["05/03/25", "02/04/25"]), None);
        assert_eq!(order_of(&["2022-09-23"]), None);
    }

    #[test]
    fn a_year_of_two_digits_that_stands_first_is_seen_by_the_span_of_days() {
        let days = ["24/12/30", "25/01/02", "25/03/31"];
        assert_eq!(order_of(&days), Some(DateOrder::YearFirst));
        assert_eq!(order_of(&["25-03-04", "25-03-29"]), Some(DateOrder::Unclear));
        assert_eq!(order_of(&["28/02/25", "03/03/25"]), Some(DateOrder::DayFirst));
        assert_eq!(
            day("25/01/02", Some(DateOrder::YearFirst)).map(day_text),
            Ok("2025-01-02".into())
        );
        let unclear = day("25-03-04", Some(DateOrder::Unclear)).expect_err("no order");
        assert_eq!(unclear.expected.as_deref(), Some("2004-03-25 | 2025-03-04"));
    }

    #[test]
    fn dates_are_read_only_where_their_order_is_known() {
        let read = |text, order| match day(text, order) {
            Ok(day) => day_text(day),
            Err(fault) => format!("{} {}", fault.code, fault.expected.unwrap_or_default()),
        };
        assert_eq!(read("03/04/2025", None), "date-order-ambiguous 2025-03-04 | 2025-04-03");
        assert_eq!(read("03/04/2025", Some(DateOrder::DayFirst)), "2025-04-03");
        assert_eq!(read("3.4'25", Some(DateOrder::MonthFirst)), "2025-03-04");
        assert_eq!(read("1/ 1'00", None), "2000-01-01");
        assert_eq!(read("2025-04-03", None), "2025-04-03");
        assert_eq!(read("31/12/99", Some(DateOrder::MonthFirst)), "1999-12-31");
        assert_eq!(read("30/02/2025", None), "date-does-not-exist 2025-04-03");
        for text in ["", "tomorrow", "1/2", "1/2/3/4", "1/2/345", "99999999999/1/1"] {
            assert_eq!(read(text, None), "date-unreadable 2025-04-03", "{text}");
        }
    }
}
