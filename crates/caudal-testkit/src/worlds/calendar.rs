//! Days, months and weekends of a world.
//!
//! *Units.* Days since 1970-01-01, as in [`Moment`].

use caudal_model::Moment;

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// Year, such as 2025.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
}

impl Month {
    /// Its first day.
    pub fn first_day(self) -> i32 {
        day_of(self.year, self.month, 1)
    }

    /// Its last day.
    pub fn last_day(self) -> i32 {
        self.next().first_day() - 1
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Self {
        if self.month == 12 {
            Self { year: self.year + 1, month: 1 }
        } else {
            Self { year: self.year, month: self.month + 1 }
        }
    }

    /// The month before it.
    #[must_use]
    pub const fn before(self) -> Self {
        if self.month == 1 {
            Self { year: self.year - 1, month: 12 }
        } else {
            Self { year: self.year, month: self.month - 1 }
        }
    }

    /// So many months, from this one.
    pub fn run(self, count: u32) -> Vec<Self> {
        std::iter::successors(Some(self), |month| Some(month.next()))
            .take(usize::try_from(count).expect("months fit"))
            .collect()
    }
}

/// A day that the calendar has.
fn day_of(year: i32, month: u32, day: u32) -> i32 {
    Moment::from_date(year, month, day).expect("a day of a year that options allow").day
}

/// Year, month and day of a day.
pub(super) fn civil(day: i32) -> (i32, u32, u32) {
    Moment { day, nanos: None }.civil()
}

/// Whether banks are closed: 1970-01-01 was a Thursday.
pub(super) fn is_weekend(day: i32) -> bool {
    (day + 3).rem_euclid(7) >= 5
}

/// The day itself, or the Monday after a weekend.
pub(super) fn open_day(day: i32) -> i32 {
    if is_weekend(day) { open_day(day + 1) } else { day }
}

/// So many open days later; the day itself is open.
pub(super) fn open_days_after(day: i32, count: u64) -> i32 {
    (0..count).fold(day, |day, _| open_day(day + 1))
}

/// `250131`.
pub(super) fn short(day: i32) -> String {
    let (year, month, day) = civil(day);
    format!("{:02}{month:02}{day:02}", year % 100)
}

/// `20250131`.
pub(super) fn compact(day: i32) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}{month:02}{day:02}")
}

/// `2025-01-31`.
pub(super) fn iso(day: i32) -> String {
    Moment { day, nanos: None }.to_string()
}

/// `31/01/2025`.
pub(super) fn spanish(day: i32) -> String {
    let (year, month, day) = civil(day);
    format!("{day:02}/{month:02}/{year:04}")
}
