//! What each month of an account is worth.
//!
//! *Shape.* Faults, holes, runs and statements are spread over the months that they touch as steps
//! up and down, so the cost is their number plus that of the months.

use caudal_model::{Decimal, Moment};

use super::Series;
use crate::proof::StatementState;

/// The days of the years 1 to 9999: no others have months.
const DAYS: (i32, i32) = (-719_162, 2_932_896);

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

/// The months of a span of days, each with what it is worth: year, month, state. Days outside the
/// years 1 to 9999 count as the nearest inside.
pub fn months(series: &Series, (first, last): (i32, i32)) -> Vec<(i32, u32, MonthState)> {
    let (first, last) = (month_of(first), month_of(last));
    let grid = Grid::of(series, first, last);
    let mut sum = Step::default();
    let steps = grid.steps.iter().zip(first..=last);
    steps
        .map(|(step, month)| {
            sum.add(step);
            let number = u32::try_from(month.rem_euclid(12)).unwrap_or(0) + 1;
            (month.div_euclid(12), number, sum.state())
        })
        .collect()
}

/// Months since the beginning of the year 0.
fn month_of(day: i32) -> i32 {
    let (year, month, _) = Moment { day: day.clamp(DAYS.0, DAYS.1), nanos: None }.civil();
    year * 12 + i32::try_from(month).unwrap_or(1) - 1
}

/// How many of each begin in a month, less those that ended with the month before.
#[derive(Clone, Copy, Default)]
struct Step {
    faults: i64,
    off: Decimal,
    holes: i64,
    runs: i64,
    unproved: i64,
}

impl Step {
    fn add(&mut self, other: &Self) {
        self.faults += other.faults;
        self.off = self.off.checked_add(other.off).unwrap_or(self.off);
        self.holes += other.holes;
        self.runs += other.runs;
        self.unproved += other.unproved;
    }

    fn back(&self) -> Self {
        Self {
            faults: -self.faults,
            off: -self.off,
            holes: -self.holes,
            runs: -self.runs,
            unproved: -self.unproved,
        }
    }

    fn state(&self) -> MonthState {
        match self {
            step if step.faults > 0 => MonthState::Off(step.off),
            step if step.holes > 0 => MonthState::Missing,
            step if step.runs == 0 => MonthState::NotCovered,
            step if step.unproved > 0 => MonthState::Unproved,
            _ => MonthState::Reconciled,
        }
    }
}

struct Grid {
    first: i32,
    steps: Vec<Step>,
}

impl Grid {
    fn of(series: &Series, first: i32, last: i32) -> Self {
        let count = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
        let mut grid = Self { first, steps: vec![Step::default(); count] };
        for fault in &series.faults {
            let step = Step { faults: 1, off: fault.off, ..Step::default() };
            grid.spread((fault.first_day, fault.last_day), step);
        }
        for pair in series.runs.windows(2) {
            let hole = pair[0].last_day.zip(pair[1].first_day);
            let hole = hole.map(|(last, next)| (last.saturating_add(1), next.saturating_sub(1)));
            if let Some(days) = hole {
                grid.spread(days, Step { holes: 1, ..Step::default() });
            }
        }
        for run in &series.runs {
            if let Some(days) = run.first_day.zip(run.last_day) {
                grid.spread(days, Step { runs: 1, ..Step::default() });
            }
        }
        let is_open = |state: StatementState| state != StatementState::Proved;
        for document in series.documents.iter().filter(|document| is_open(document.state)) {
            if let Some(days) = document.first_day.zip(document.last_day) {
                grid.spread(days, Step { unproved: 1, ..Step::default() });
            }
        }
        grid
    }

    /// Adds a step to every month that some days touch.
    fn spread(&mut self, (from, to): (i32, i32), step: Step) {
        let place = |day: i32| month_of(day).saturating_sub(self.first);
        let (start, end) = (place(from).max(0), place(to).saturating_add(1));
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { return };
        if from > to || start >= end {
            return;
        }
        if let Some(here) = self.steps.get_mut(start) {
            here.add(&step);
        }
        if let Some(behind) = self.steps.get_mut(end) {
            behind.add(&step.back());
        }
    }
}
