//! Dates: a day as `2025-04-03`, or an instant by RFC 3339 with its zone.
//!
//! *Shape.* A day stays a day. A time without a zone could be any of many instants, so it is a
//! problem, except at exactly midnight: so spreadsheets and data frames write a plain day, and as
//! a day it is read. An order of day and month is never guessed.
//!
//! *Authority.* RFC 3339, through `jiff`; a leap second is read as the second before it.

use caudal_model::{Moment, ProblemCode};
use jiff::Timestamp;

use crate::fields::Cell;
use crate::report::Fault;

/// Examples of a day and an instant as they should be written.
const DAY_EXAMPLE: &str = "2025-04-03";
const INSTANT_EXAMPLE: &str = "2025-04-03T10:15:00Z";

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// Days of 0001-01-01 and 9999-12-31, counted from 1970-01-01.
const DAY_LOWEST: i64 = -719_162;
const DAY_HIGHEST: i64 = 2_932_896;

/// Reads a date.
pub(crate) fn moment(cell: &Cell<'_>) -> Result<Moment, Fault> {
    match cell {
        Cell::Moment(moment) => Ok(*moment),
        Cell::LocalTime(moment) if moment.nanos == Some(0) => Ok(Moment { nanos: None, ..*moment }),
        Cell::LocalTime(moment) => {
            Err(Fault::new(ProblemCode::DateUnreadable, &cell.text()).expected(moment.to_string()))
        }
        Cell::DayBeyond(_) => {
            Err(Fault::new(ProblemCode::DateDoesNotExist, &cell.text()).expected(DAY_EXAMPLE))
        }
        Cell::Text(text) => parse(text),
        Cell::Number { .. } | Cell::Huge => {
            Err(Fault::new(ProblemCode::DateUnreadable, &cell.text()).expected(DAY_EXAMPLE))
        }
    }
}

/// A day from its number, where the calendar has it.
pub(crate) fn day_cell(day: i64) -> Cell<'static> {
    match i32::try_from(day) {
        Ok(in_range) if (DAY_LOWEST..=DAY_HIGHEST).contains(&day) => {
            Cell::Moment(Moment { day: in_range, nanos: None })
        }
        _ => Cell::DayBeyond(day),
    }
}

/// A count of time units since 1970, in universal time or without a zone.
pub(crate) fn time_cell(count: i64, units_per_day: i64, is_universal: bool) -> Cell<'static> {
    let nanos = count.rem_euclid(units_per_day) * (NANOS_PER_DAY / units_per_day);
    let Cell::Moment(Moment { day, .. }) = day_cell(count.div_euclid(units_per_day)) else {
        return Cell::DayBeyond(count.div_euclid(units_per_day));
    };
    let moment = Moment { day, nanos: u64::try_from(nanos).ok() };
    if is_universal { Cell::Moment(moment) } else { Cell::LocalTime(moment) }
}

fn parse(text: &str) -> Result<Moment, Fault> {
    let Some((day, time)) = iso_prefix(text) else { return Err(not_iso(text)) };
    let Some(moment) = day else { return Err(no_such_day(text)) };
    if time.is_empty() { Ok(moment) } else { parse_time(text, time, moment) }
}

/// Splits `YYYY-MM-DD` off, with the day if there is one; `None` if the text is not so written.
fn iso_prefix(text: &str) -> Option<(Option<Moment>, &str)> {
    let (date, time) = text.split_at_checked(10)?;
    let bytes = date.as_bytes();
    let number = |part: &[u8]| {
        part.iter().try_fold(0u32, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    if bytes[4] != b'-'
        || bytes[7] != b'-'
        || !(time.is_empty() || time.starts_with([' ', 'T', 't']))
    {
        return None;
    }
    let (year, month, day) = (number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..])?);
    Some((i32::try_from(year).ok().and_then(|year| Moment::from_date(year, month, day)), time))
}

fn parse_time(text: &str, time: &str, day: Moment) -> Result<Moment, Fault> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        let seconds = instant.as_second();
        let nanos =
            seconds.rem_euclid(86_400) * 1_000_000_000 + i64::from(instant.subsec_nanosecond());
        return match (day_cell(seconds.div_euclid(86_400)), u64::try_from(nanos)) {
            (Cell::Moment(moment), Ok(nanos)) => Ok(Moment { nanos: Some(nanos), ..moment }),
            _ => Err(Fault::new(ProblemCode::DateDoesNotExist, text).expected(INSTANT_EXAMPLE)),
        };
    }
    let Ok(local) = text.parse::<jiff::civil::DateTime>() else {
        return Err(Fault::new(ProblemCode::DateUnreadable, text).expected(INSTANT_EXAMPLE));
    };
    if local.time() == jiff::civil::Time::midnight() {
        return Ok(day);
    }
    let with_zone = format!("{day}T{}Z", time.trim_start_matches([' ', 'T', 't']));
    Err(Fault::new(ProblemCode::DateUnreadable, text).expected(with_zone))
}

/// A day that the calendar lacks: the day it may mean.
fn no_such_day(text: &str) -> Fault {
    let numbers: Vec<u32> = text[..10].split('-').filter_map(|part| part.parse().ok()).collect();
    let suggestion = match numbers[..] {
        [year, month, day] => {
            let year = i32::try_from(year).unwrap_or(0);
            let swapped = Moment::from_date(year, day, month);
            swapped.or_else(|| {
                (28..=day.min(31)).rev().find_map(|d| Moment::from_date(year, month, d))
            })
        }
        _ => None,
    };
    let suggestion = suggestion.map_or(DAY_EXAMPLE.to_owned(), |moment| moment.to_string());
    Fault::new(ProblemCode::DateDoesNotExist, text).expected(suggestion)
}

/// A text that is not written as ISO 8601: what it may mean, if it can mean a day at all.
fn not_iso(text: &str) -> Fault {
    let unreadable = Fault::new(ProblemCode::DateUnreadable, text).expected(DAY_EXAMPLE);
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let is_number = |part: &&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let [first, second, third] = parts[..] else { return unreadable };
    if !parts.iter().all(is_number) {
        return unreadable;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let day_of = |year: &str, month: &str, day: &str| {
        let year = i32::try_from(number(year)).unwrap_or(0);
        Moment::from_date(year, number(month), number(day))
    };
    if first.len() == 4 {
        return match day_of(first, second, third) {
            Some(day) => unreadable.expected(day.to_string()),
            None => Fault::new(ProblemCode::DateDoesNotExist, text).expected(DAY_EXAMPLE),
        };
    }
    let readings = [day_of(third, first, second), day_of(third, second, first)];
    match readings {
        // A year of two digits leaves even the century open.
        _ if third.len() < 4 => unreadable,
        [Some(one), Some(other)] if one != other => {
            let (one, other) = (one.min(other), one.max(other));
            Fault::new(ProblemCode::DateOrderAmbiguous, text).expected(format!("{one} | {other}"))
        }
        [Some(day), _] | [_, Some(day)] => unreadable.expected(day.to_string()),
        _ => Fault::new(ProblemCode::DateDoesNotExist, text).expected(DAY_EXAMPLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = match parse(text) {
            Ok(moment) => moment.to_string(),
            Err(fault) => format!("{} {}", fault.code, fault.expected.unwrap_or_default()),
        };
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn days_and_instants_are_read() {
        check("2025-04-03", "2025-04-03");
        check("2025-04-03T10:15:00Z", "2025-04-03T10:15:00Z");
        check("2025-04-03 10:15:00+02:00", "2025-04-03T08:15:00Z");
        check("2025-04-03T23:30:00.25-06:00", "2025-04-04T05:30:00.25Z");
        check("2025-04-03 00:00:00", "2025-04-03");
        check("2025-04-03T00:00:00Z", "2025-04-03T00:00:00Z");
    }

    #[test]
    fn nothing_is_guessed() {
        check("03/04/2025", "date-order-ambiguous 2025-03-04 | 2025-04-03");
        check("3.4.2025", "date-order-ambiguous 2025-03-04 | 2025-04-03");
        check("03/04/2025 10:15", "date-order-ambiguous 2025-03-04 | 2025-04-03");
        check("13/04/2025", "date-unreadable 2025-04-13");
        check("04/13/2025", "date-unreadable 2025-04-13");
        check("05/05/2025", "date-unreadable 2025-05-05");
        check("2025/04/03", "date-unreadable 2025-04-03");
        check("2025-4-3", "date-unreadable 2025-04-03");
        check("03/04/25", "date-unreadable 2025-04-03");
        check("2025-04-03 10:15:00", "date-unreadable 2025-04-03T10:15:00Z");
        check("2025-04-03Tnoon", "date-unreadable 2025-04-03T10:15:00Z");
        check("3 April 2025", "date-unreadable 2025-04-03");
        check("", "date-unreadable 2025-04-03");
        check("áéíóúñáéíóú", "date-unreadable 2025-04-03");
    }

    #[test]
    fn days_that_the_calendar_lacks_are_told() {
        check("2025-02-30", "date-does-not-exist 2025-02-28");
        check("2024-02-30", "date-does-not-exist 2024-02-29");
        check("2025-13-01", "date-does-not-exist 2025-01-13");
        check("2025-02-30T10:00:00Z", "date-does-not-exist 2025-02-28");
        check("30/02/2025", "date-does-not-exist 2025-04-03");
        check("0000-01-01", "date-does-not-exist 2025-04-03");
        check("0001-01-01T00:00:00+10:00", "date-does-not-exist 2025-04-03T10:15:00Z");
    }

    #[test]
    fn counted_times_have_their_day() {
        let text = |cell: &Cell<'_>| moment(cell).map(|moment| moment.to_string());
        assert_eq!(
            text(&time_cell(-1, 86_400_000, true)).as_deref(),
            Ok("1969-12-31T23:59:59.999Z")
        );
        assert_eq!(text(&time_cell(0, 86_400_000_000, false)).as_deref(), Ok("1970-01-01"));
        assert!(text(&time_cell(1, NANOS_PER_DAY, false)).is_err());
        assert!(text(&time_cell(i64::MAX, 86_400_000, true)).is_err());
        assert!(text(&time_cell(i64::MIN, 86_400_000, true)).is_err());
        assert!(text(&day_cell(i64::MAX)).is_err());
    }
}
