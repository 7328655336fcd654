//! The order in which the numbers of a date stand, told by the header's period and the entries.
//!
//! *Shape.* The format says year first; some banks write the day first. Where what is there allows
//! both and the days differ, that is a problem that blocks.

use std::cmp::Ordering;

use caudal_model::{Moment, ProblemCode};

use super::{Reader, field};
use crate::formats::mt940::lines::{Line, Lines, clamped_day_of, day_text, three_pairs, year_of};
use crate::report::Fault;

/// The longest period of a header in days, for telling the order of its dates.
const PERIOD_DAYS_MAX: i32 = 2 * 366;

/// How many entries tell the order of dates: those of a large account, and no more.
const ENTRIES_LOOKED_AT: usize = 10_000;

/// The order in which the numbers of a date stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateOrder {
    YearFirst,
    DayFirst,
}

impl DateOrder {
    pub(super) fn day(self, text: &str) -> Option<i32> {
        let [first, month, third] = three_pairs(text)?;
        let (year, day) = match self {
            Self::YearFirst => (first, third),
            Self::DayFirst => (third, first),
        };
        Moment::from_date(year_of(year), month, day).map(|moment| moment.day)
    }

    /// The last day of the month, where only the day is beyond the calendar.
    pub(super) fn clamped_day(self, text: &str) -> Option<i32> {
        let pair = |at: usize| text.get(at..at + 2).unwrap_or_default();
        match self {
            Self::YearFirst => clamped_day_of(text),
            Self::DayFirst => clamped_day_of(&[pair(4), pair(2), pair(0)].concat()),
        }
    }

    /// The period of a header, if it is one.
    fn period(self, from: &str, to: &str) -> Option<(i32, i32)> {
        self.span(from, to).filter(|(from, to)| to - from <= PERIOD_DAYS_MAX)
    }

    /// The days from one to another, however long.
    fn span(self, from: &str, to: &str) -> Option<(i32, i32)> {
        let (from, to) = (self.day(from)?, self.day(to)?);
        (from <= to).then_some((from, to))
    }

    /// Whether an entry's value date lies near its booking, and that near a period if there is one.
    /// Read in the wrong order, a day more is a year more.
    fn fits(self, (booked, value): (&str, &str), period: Option<(i32, i32)>) -> bool {
        let (Some(booked), Some(value)) = (self.day(booked), self.day(value)) else { return false };
        let beside = |(from, to): (i32, i32)| booked.abs_diff(booked.clamp(from, to));
        let is_within = period.is_none_or(|period| beside(period) <= NEAR_DAYS);
        is_within && booked.abs_diff(value) <= NEAR_DAYS
    }
}

/// How far a value date may lie from the booking, and that from the period, in days, for telling the
/// order of dates.
const NEAR_DAYS: u32 = 180;

/// Booking and value date of the first entries, as they stand.
fn dates_of<'t>(lines: impl Iterator<Item = Line<'t>>) -> impl Iterator<Item = (&'t str, &'t str)> {
    let entries = lines.filter(|line| line.text.starts_with("22")).take(ENTRIES_LOOKED_AT);
    entries.map(|line| (field(line.text, 11, 6), field(line.text, 17, 6)))
}

impl<'t> Reader<'t, '_> {
    /// The order of an account's dates: the one in which the header is a period, and in which more
    /// of its entries lie in it, with their value dates near them.
    pub(super) fn date_order(&mut self, line: Line<'t>, following: &Lines<'t>) -> DateOrder {
        let (from, to) = (field(line.text, 21, 6), field(line.text, 27, 6));
        let mut year_first = DateOrder::YearFirst.period(from, to);
        let mut day_first = DateOrder::DayFirst.period(from, to);
        if year_first.is_none() && day_first.is_none() {
            // A file of many years, in one order or the other.
            year_first = DateOrder::YearFirst.span(from, to);
            day_first = DateOrder::DayFirst.span(from, to);
        }
        let Some(day_first) = day_first else { return DateOrder::YearFirst };
        if year_first == Some(day_first) {
            return DateOrder::YearFirst;
        }
        let of_account = following.clone().take_while(|line| {
            let code = line.text.get(..2).unwrap_or_default();
            !matches!(code, "11" | "33" | "88")
        });
        let (mut of_year, mut of_day, mut count) = (0u32, 0u32, 0u32);
        for dates in dates_of(of_account) {
            let is_period = year_first.is_some();
            of_year += u32::from(is_period && DateOrder::YearFirst.fits(dates, year_first));
            of_day += u32::from(DateOrder::DayFirst.fits(dates, Some(day_first)));
            count += 1;
        }
        let told = match of_year.cmp(&of_day) {
            Ordering::Greater => Some(DateOrder::YearFirst),
            Ordering::Less => Some(DateOrder::DayFirst),
            // Without entries the period alone may tell.
            Ordering::Equal if count == 0 && year_first.is_none() => Some(DateOrder::DayFirst),
            Ordering::Equal => self.order_of_file(to),
        };
        if told != Some(DateOrder::YearFirst) {
            let readings = [year_first.map(|period| period.0), Some(day_first.0)];
            self.tell_order(line, told, readings);
        }
        told.unwrap_or(DateOrder::YearFirst)
    }

    /// Reports dates that begin with the day, or that may.
    fn tell_order(&mut self, line: Line<'t>, told: Option<DateOrder>, readings: [Option<i32>; 2]) {
        let from = field(line.text, 21, 6);
        let (code, readings) = match told {
            None => (ProblemCode::DateOrderAmbiguous, &readings[..]),
            Some(_) => (ProblemCode::RecordUnexpected, &readings[1..]),
        };
        let readings: Vec<String> = readings.iter().flatten().copied().map(day_text).collect();
        self.raise(line, Fault::new(code, from).expected(readings.join(" | ")));
    }

    /// The order in which the value dates of the whole file lie nearer to the bookings, and the day on
    /// which it was made nearer to the end of an account.
    fn order_of_file(&mut self, to: &str) -> Option<DateOrder> {
        let text = self.text;
        let of_file = || nearer(dates_of(Lines::new(text)));
        let of_file = *self.order_of_file.get_or_insert_with(of_file);
        let made = (!self.made_at.is_empty()).then_some((to, self.made_at));
        match of_file.then(nearer(made.into_iter())) {
            Ordering::Greater => Some(DateOrder::YearFirst),
            Ordering::Less => Some(DateOrder::DayFirst),
            Ordering::Equal => None,
        }
    }
}

/// Whether more pairs of dates lie near each other with the year first, or fewer.
fn nearer<'t>(dates: impl Iterator<Item = (&'t str, &'t str)>) -> Ordering {
    let (of_year, of_day) = dates.fold((0u32, 0u32), |(of_year, of_day), dates| {
        let fits = |order: DateOrder| u32::from(order.fits(dates, None));
        (of_year + fits(DateOrder::YearFirst), of_day + fits(DateOrder::DayFirst))
    });
    of_year.cmp(&of_day)
}
