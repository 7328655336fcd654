//! When something was booked: a day, or an instant.
//!
//! *Shape.* A day stays a day: it is never given a midnight and never moved by a zone. An instant
//! is ordered by universal time, and its day is the day in universal time.

use std::fmt;

/// A booking date with day precision, or an instant with its nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Days since 1970-01-01 (negative before).
    pub day: i32,
    /// Nanoseconds since the start of that day in universal time, if a time was stated.
    pub nanos: Option<u64>,
}

impl Moment {
    /// A moment of day precision from a proleptic Gregorian date. `None` if there is no such day.
    pub fn from_date(year: i32, month: u32, day: u32) -> Option<Self> {
        let days = days_from_civil(year, month, day);
        let back = Self { day: days, nanos: None };
        ((1..=9999).contains(&year) && back.civil() == (year, month, day)).then_some(back)
    }

    /// Year, month (1–12) and day (1–31).
    pub fn civil(self) -> (i32, u32, u32) {
        civil_from_days(self.day)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")?;
        if let Some(nanos) = self.nanos {
            let seconds = nanos / 1_000_000_000;
            write!(f, "T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
            match nanos % 1_000_000_000 {
                0 => {}
                rest => write!(f, ".{}", format!("{rest:09}").trim_end_matches('0'))?,
            }
            f.write_str("Z")?;
        }
        Ok(())
    }
}

/// Days since 1970-01-01, by counting whole 400-year eras from a year that begins in March.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let month = i32::try_from(month).unwrap_or(0);
    let day = i32::try_from(day).unwrap_or(0);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i32::from(month <= 2);
    (year, month.unsigned_abs(), day.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(Moment::from_date(1970, 1, 1).map(|m| m.day), Some(0));
        assert_eq!(
            Moment::from_date(2024, 2, 29).map(|m| m.to_string()).as_deref(),
            Some("2024-02-29")
        );
        assert_eq!(Moment::from_date(2023, 2, 29), None);
        assert_eq!(Moment::from_date(2023, 13, 1), None);
        for day in (-200_000..200_000).step_by(37) {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }

    #[test]
    fn instants_are_written_in_universal_time() {
        let moment = Moment { day: 0, nanos: Some(3_661_500_000_000) };
        assert_eq!(moment.to_string(), "1970-01-01T01:01:01.5Z");
    }
}
