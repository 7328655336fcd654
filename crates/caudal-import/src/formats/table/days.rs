//! Dates as banks print them, read under an order of day, month and year.
//!
//! *Shape.* A text is first taken apart, which needs no order; orders are then struck out over the
//! whole file. A time without a zone could be any of many instants: its day is taken, and the time
//! stays in the row's raw text.

use caudal_model::Moment;

use super::grid::{CellKind, GridCell};
use crate::dates;
use crate::fields::Cell;
use crate::profile::DateOrder;

/// The year about which two digits are read, where the file has no year of four: ±50 years.
pub(super) const YEAR_PIVOT: i32 = 2025;

/// A date taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateParts {
    /// Written so that no order is needed: year, month, day.
    Plain(i32, u32, u32),
    /// An instant with its zone.
    Instant(Moment),
    /// Three numbers in the order of the text, the year with two or four digits.
    Open([u32; 3]),
    /// Two numbers, or a day and a month, without a year.
    NoYear([u32; 2], bool),
}

/// Three letters by which months are told, English and Spanish.
const MONTHS: &[(&str, u32)] = &[
    ("jan", 1),
    ("ene", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("abr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("dic", 12),
];

/// Whether a word is the name of a month.
pub(super) fn is_month(word: &str) -> bool {
    let start = word.get(..3).unwrap_or_default();
    word.len() <= 10 && MONTHS.iter().any(|(name, _)| start.eq_ignore_ascii_case(name))
}

/// The days counted from 1970 at which the two counts of workbooks begin.
const DAY_1900: i64 = -25_569;
const DAY_1904: i64 = -24_107;

/// Takes a date apart; `None` if the cell is none.
pub(super) fn parts(cell: &GridCell<'_>, is_from_1904: bool) -> Option<DateParts> {
    if cell.kind == CellKind::Number {
        return serial(&cell.text, is_from_1904);
    }
    parts_of_text(&cell.text)
}

/// The day of a workbook's number, where its format does not say that it is one.
fn serial(text: &str, is_from_1904: bool) -> Option<DateParts> {
    let whole = text.split('.').next()?.parse::<i64>().ok()?;
    // Before March 1900 the count has a day that never was.
    let start = if is_from_1904 { DAY_1904 } else { DAY_1900 };
    let is_day = (61..2_958_466).contains(&whole);
    let day = i32::try_from(start + whole).ok()?;
    let (year, month, day) = Moment { day, nanos: None }.civil();
    is_day.then_some(DateParts::Plain(year, month, day))
}

pub(super) fn parts_of_text(text: &str) -> Option<DateParts> {
    let text = text.trim();
    // No date is longer, and a description must not be searched for one.
    if text.len() < 4 || text.len() > 40 {
        return None;
    }
    let has_zone = text.contains(['T', 't', ':']) && text.as_bytes()[0].is_ascii_digit();
    if has_zone
        && let Ok(moment) = dates::moment(&Cell::Text(text.into()))
        && moment.nanos.is_some()
    {
        return Some(DateParts::Instant(moment));
    }
    let mut tokens = Tokens::default();
    tokens.read(text)?;
    tokens.parts()
}

/// The numbers and the month's name of a date.
#[derive(Default)]
struct Tokens {
    numbers: [(u32, usize); 3],
    count: usize,
    month: Option<u32>,
    /// Whether a point or comma stood in it, as in an amount.
    has_point: bool,
}

impl Tokens {
    fn read(&mut self, text: &str) -> Option<()> {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_first_kind: fn(char) -> bool =
                if first.is_ascii_digit() { |c| c.is_ascii_digit() } else { char::is_alphabetic };
            let end = rest.find(|c| !is_first_kind(c)).unwrap_or(rest.len());
            let (token, left) = rest.split_at(end.max(first.len_utf8()));
            if first.is_ascii_digit() {
                if self.is_full() && is_time(left) {
                    return Some(());
                }
                self.number(token)?;
            } else if first.is_alphabetic() {
                // `T` between day and time; `de` between day, month and year.
                if self.is_full() {
                    return is_tail(rest).then_some(());
                }
                self.word(token)?;
            } else if !matches!(first, '/' | '-' | '.' | ' ' | ',' | '\u{a0}') {
                return None;
            }
            self.has_point |= matches!(first, '.' | ',');
            rest = left;
        }
        Some(())
    }

    fn is_full(&self) -> bool {
        self.count + usize::from(self.month.is_some()) == 3
            || (self.count == 1 && self.numbers[0].1 == 8)
    }

    fn number(&mut self, token: &str) -> Option<()> {
        if self.is_full() || token.len() > 8 {
            return None;
        }
        self.numbers[self.count] = (token.parse().ok()?, token.len());
        self.count += 1;
        Some(())
    }

    fn word(&mut self, token: &str) -> Option<()> {
        let is_link = ["de", "del", "of", "st", "nd", "rd", "th"];
        if is_link.iter().any(|link| token.eq_ignore_ascii_case(link)) {
            return Some(());
        }
        let start = token.get(..3)?;
        let &(_, month) = MONTHS.iter().find(|(name, _)| start.eq_ignore_ascii_case(name))?;
        if self.month.is_some() || token.len() > 10 {
            return None;
        }
        self.month = Some(month);
        Some(())
    }

    fn parts(&self) -> Option<DateParts> {
        let [(a, a_len), (b, b_len), (c, c_len)] = self.numbers;
        let year = |value: u32| i32::try_from(value).ok();
        match (self.count, self.month) {
            // Eight digits may be an amount, a number, anything: only a date that can be is one.
            (1, None) if a_len == 8 && is_compact_date(a) => {
                Some(DateParts::Plain(year(a / 10_000)?, a / 100 % 100, a % 100))
            }
            (2, Some(month)) if a_len == 4 && b_len <= 2 => {
                Some(DateParts::Plain(year(a)?, month, b))
            }
            (2, Some(month)) if a_len <= 2 && (b_len == 4 || b_len == 2) => {
                Some(DateParts::Plain(year(b)?, month, a))
            }
            (1, Some(month)) if a_len <= 2 => Some(DateParts::NoYear([a, month], true)),
            (3, None) if a_len == 4 && b_len <= 2 && c_len <= 2 => {
                Some(DateParts::Plain(year(a)?, b, c))
            }
            (3, None) if a_len <= 2 && b_len <= 2 && (c_len == 2 || (c_len == 4 && c > 99)) => {
                Some(DateParts::Open([a, b, c]))
            }
            (2, None) if a_len == 2 && b_len == 2 && !self.has_point => {
                Some(DateParts::NoYear([a, b], false))
            }
            _ => None,
        }
    }
}

fn is_compact_date(number: u32) -> bool {
    (1900..2100).contains(&(number / 10_000))
        && (1..=12).contains(&(number / 100 % 100))
        && (1..=31).contains(&(number % 100))
}

/// Whether a text goes on as a time does: `:15`, `:15:22`.
fn is_time(rest: &str) -> bool {
    rest.starts_with([':', '.'])
        && rest
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b' ' | b'+' | b'-'))
}

/// Whether what stands behind a whole date is a time with its `T`, or a zone.
fn is_tail(rest: &str) -> bool {
    rest.starts_with(['T', 't']) && rest[1..].starts_with(|c: char| c.is_ascii_digit())
}

/// Which orders a file's dates allow.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderEvidence {
    possible: [bool; 3],
    /// Whether a date in three numbers was met.
    pub(super) has_open: bool,
    /// Sum and number of years of four digits, for reading those of two.
    years: (i64, i64),
}

pub(super) const ORDERS: [DateOrder; 3] =
    [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst];

impl Default for OrderEvidence {
    fn default() -> Self {
        Self { possible: [true; 3], has_open: false, years: (0, 0) }
    }
}

impl OrderEvidence {
    pub(super) fn add(&mut self, parts: DateParts) {
        match parts {
            DateParts::Open(numbers) => {
                self.has_open = true;
                for (possible, order) in self.possible.iter_mut().zip(ORDERS) {
                    *possible &= is_plausible(numbers, order);
                }
                self.add_year(numbers[2]);
            }
            DateParts::Plain(year, ..) => self.add_year(year.unsigned_abs()),
            DateParts::NoYear([a, b], false) => {
                self.possible[0] &= (1..=31).contains(&a) && (1..=12).contains(&b);
                self.possible[1] &= (1..=12).contains(&a) && (1..=31).contains(&b);
                self.possible[2] = false;
                self.has_open = true;
            }
            DateParts::Instant(_) | DateParts::NoYear(..) => {}
        }
    }

    fn add_year(&mut self, year: u32) {
        if year >= 1000 {
            self.years = (self.years.0 + i64::from(year), self.years.1 + 1);
        }
    }

    /// The year about which years of two digits are read.
    pub(super) fn pivot(&self) -> i32 {
        let mean = self.years.0.checked_div(self.years.1);
        mean.and_then(|year| i32::try_from(year).ok()).unwrap_or(YEAR_PIVOT)
    }

    /// The orders that every date allows; none where the file mixes them.
    pub(super) fn candidates(&self) -> Vec<DateOrder> {
        ORDERS.into_iter().zip(self.possible).filter_map(|(o, is)| is.then_some(o)).collect()
    }
}

/// Day, month and year of three numbers under an order.
fn arrange([a, b, c]: [u32; 3], order: DateOrder) -> (u32, u32, u32) {
    match order {
        DateOrder::DayFirst => (a, b, c),
        DateOrder::MonthFirst => (b, a, c),
        DateOrder::YearFirst => (c, b, a),
    }
}

/// Whether an order gives a month and a day at all, be it one that the calendar lacks.
pub(super) fn is_plausible(numbers: [u32; 3], order: DateOrder) -> bool {
    let (day, month, year) = arrange(numbers, order);
    let is_year = order != DateOrder::YearFirst || year < 100 && numbers[2] < 100;
    (1..=31).contains(&day) && (1..=12).contains(&month) && is_year
}

/// What is needed to read a date.
#[derive(Clone, Debug)]
pub(super) struct DayReader {
    /// The orders that are possible: one where the file tells, several where it does not.
    pub(super) orders: Vec<DateOrder>,
    pub(super) pivot: i32,
    /// The first and last day of the period, for dates without a year.
    pub(super) period: [Option<i32>; 2],
}

/// What a date says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayRead {
    Day(i32),
    /// A day that the calendar lacks, with the last day of its month.
    NoSuchDay(Option<i32>),
    /// Two days, by the order.
    Either(i32, i32),
    /// No day under the order that is known, or no year.
    Unreadable,
}

impl DayReader {
    pub(super) fn day(&self, parts: DateParts) -> DayRead {
        match parts {
            DateParts::Plain(year, month, day) => self.civil(year, month, day),
            DateParts::Instant(moment) => DayRead::Day(moment.day),
            DateParts::NoYear(numbers, true) => self.without_year(numbers[0], numbers[1]),
            DateParts::NoYear([a, b], false) => self.each(|order| match order {
                DateOrder::DayFirst => Some(self.without_year(a, b)),
                DateOrder::MonthFirst => Some(self.without_year(b, a)),
                DateOrder::YearFirst => None,
            }),
            DateParts::Open(numbers) => self.each(|order| {
                let (day, month, year) = arrange(numbers, order);
                let year = i32::try_from(year).unwrap_or(0);
                is_plausible(numbers, order).then(|| self.civil(year, month, day))
            }),
        }
    }

    /// The reading on which the possible orders agree.
    fn each(&self, read: impl Fn(DateOrder) -> Option<DayRead>) -> DayRead {
        let mut found: Option<DayRead> = None;
        for read in self.orders.iter().filter_map(|&order| read(order)) {
            match (found, read) {
                (Some(DayRead::Day(one)), DayRead::Day(other)) if one != other => {
                    return DayRead::Either(one.min(other), one.max(other));
                }
                (None | Some(DayRead::NoSuchDay(_) | DayRead::Unreadable), _) => found = Some(read),
                _ => {}
            }
        }
        found.unwrap_or(DayRead::Unreadable)
    }

    /// The year of two digits that is nearest to the pivot.
    fn year(&self, year: i32) -> i32 {
        if !(0..100).contains(&year) {
            return year;
        }
        let year = self.pivot - self.pivot.rem_euclid(100) + year;
        match year - self.pivot {
            51.. => year - 100,
            ..-50 => year + 100,
            _ => year,
        }
    }

    fn civil(&self, year: i32, month: u32, day: u32) -> DayRead {
        let year = self.year(year);
        if let Some(moment) = Moment::from_date(year, month, day) {
            return DayRead::Day(moment.day);
        }
        let is_month_end = (29..=31).contains(&day);
        let last = (28..day.min(31)).rev().find_map(|day| Moment::from_date(year, month, day));
        DayRead::NoSuchDay(last.filter(|_| is_month_end).map(|moment| moment.day))
    }

    /// The year that lands within the period, or else within six months of its end.
    fn without_year(&self, day: u32, month: u32) -> DayRead {
        let Some(end) = self.period[1] else { return DayRead::Unreadable };
        let (year, ..) = Moment { day: end, nanos: None }.civil();
        let reads = [year - 1, year, year + 1].map(|year| self.civil(year, month, day));
        let is_inside = |read: &&DayRead| {
            let start = self.period[0].unwrap_or(end);
            matches!(**read, DayRead::Day(day) if start <= day && day <= end)
        };
        let mut inside = reads.iter().filter(is_inside);
        match (inside.next(), inside.next()) {
            (Some(&read), None) => return read,
            (Some(&DayRead::Day(one)), Some(&DayRead::Day(other))) => {
                return DayRead::Either(one, other);
            }
            _ => {}
        }
        let distance = |read: &DayRead| match *read {
            DayRead::Day(day) | DayRead::NoSuchDay(Some(day)) => (day - end).abs(),
            _ => i32::MAX,
        };
        reads.into_iter().min_by_key(distance).unwrap_or(DayRead::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<DateParts>) {
        assert_eq!(parts_of_text(text), expected, "{text}");
    }

    #[test]
    fn dates_are_taken_apart() {
        let plain = Some(DateParts::Plain(2025, 4, 3));
        for text in [
            "2025-04-03",
            "20250403",
            "2025/4/3",
            "3-abr-2025",
            "3 de abril de 2025",
            "April 3, 2025",
            "03 Apr 2025",
            "03ABR2025",
            "2025-04-03 10:15",
            "2025-04-03T10:15:22",
            "3rd April 2025",
            "2025-04-03 00:00:00",
        ] {
            check(text, plain);
        }
        check("03-abr-25", Some(DateParts::Plain(25, 4, 3)));
        check("03/04/2025", Some(DateParts::Open([3, 4, 2025])));
        check("03.04.25 10:15", Some(DateParts::Open([3, 4, 25])));
        check("03/04/2025 10:15:00 AM", Some(DateParts::Open([3, 4, 2025])));
        check("03 MAR", Some(DateParts::NoYear([3, 3], true)));
        check("03/04", Some(DateParts::NoYear([3, 4], false)));
        for text in ["", "10:15", "1,204.50", "Compra 3", "2025", "3.50", "123456", "3/4/5/6"] {
            check(text, None);
        }
        let instant = parts_of_text("2025-04-03T23:30:00-06:00");
        assert!(matches!(instant, Some(DateParts::Instant(_))));
    }

    #[test]
    fn years_of_two_digits_are_near_the_others() {
        let reader =
            DayReader { orders: vec![DateOrder::DayFirst], pivot: 1998, period: [None; 2] };
        let day = |text: &str| match reader.day(parts_of_text(text)?) {
            DayRead::Day(day) => Some(Moment { day, nanos: None }.to_string()),
            _ => None,
        };
        assert_eq!(day("03/04/97").as_deref(), Some("1997-04-03"));
        assert_eq!(day("03/04/02").as_deref(), Some("2002-04-03"));
        assert_eq!(day("30/02/98"), None);
    }
}
