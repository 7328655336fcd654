//! What each month of an account is worth.

use caudal_model::{Decimal, Moment};

use super::Series;
use crate::proof::StatementState;

/// What the statements of an account are worth in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthState {
    /// Covered, and its balances follow.
    Reconciled,
    /// Its balances are off by this.
    Off(Decimal),
    /// Covered, and nothing checks it.
    Unproved,
    /// Inside the account's own span, at least one day that no statement covers.
    Missing,
    /// Outside the account's own span.
    NotCovered,
}

/// The months of a span of days, each with what it is worth: year, month, state.
pub fn months(series: &Series, (first, last): (i32, i32)) -> Vec<(i32, u32, MonthState)> {
    let month_of = |day| {
        let (year, month, _) = Moment { day, nanos: None }.civil();
        (year, month)
    };
    let (mut at, end) = (month_of(first), month_of(last));
    let mut found = Vec::new();
    while at <= end {
        let after = if at.1 == 12 { (at.0 + 1, 1) } else { (at.0, at.1 + 1) };
        let begin =
            |(year, month)| Moment::from_date(year, month, 1).map_or(0, |moment| moment.day);
        found.push((at.0, at.1, state(series, (begin(at), begin(after) - 1))));
        at = after;
    }
    found
}

fn state(series: &Series, (first, last): (i32, i32)) -> MonthState {
    let meets = |from: Option<i32>, to: Option<i32>| {
        from.is_some_and(|from| from <= last) && to.is_some_and(|to| to >= first)
    };
    let mut off: Option<Decimal> = None;
    for fault in &series.faults {
        if meets(Some(fault.first_day), Some(fault.last_day)) {
            let sum = off.unwrap_or(Decimal::ZERO);
            off = sum.checked_add(fault.off).or(off);
        }
    }
    if let Some(off) = off {
        return MonthState::Off(off);
    }
    let has_hole = series.runs.windows(2).any(|pair| {
        let hole = pair[0].last_day.map(|day| day + 1).zip(pair[1].first_day.map(|day| day - 1));
        hole.is_some_and(|(from, to)| from <= to && meets(Some(from), Some(to)))
    });
    if has_hole {
        return MonthState::Missing;
    }
    if !series.runs.iter().any(|run| meets(run.first_day, run.last_day)) {
        return MonthState::NotCovered;
    }
    let documents = series.documents.iter();
    let mut here = documents.filter(|document| meets(document.first_day, document.last_day));
    if here.all(|document| document.state == StatementState::Proved) {
        MonthState::Reconciled
    } else {
        MonthState::Unproved
    }
}
