//! Number and sum of entries, as MT942 states them (`:90D:`, `:90C:`), compared with the entries.

use caudal_model::{Decimal, Entry, ProblemCode};

use crate::report::{Fault, Report};

/// Number and sum of entries, as MT942 states them.
pub(super) struct Sum {
    pub(super) row: u64,
    pub(super) tag: &'static str,
    pub(super) is_debit: bool,
    pub(super) count: String,
    pub(super) amount: Option<Decimal>,
}

impl Sum {
    /// Number and sum have to be those of the same entries: of all, or of the booked ones.
    pub(super) fn check(&self, there: &Totals, report: &mut Report) {
        let count = self.count.parse::<usize>().ok();
        let counts = |of: &Total| count.is_some_and(|count| of.counts().contains(&count));
        let is_sum = |of: &Total| self.amount.is_none() || self.amount == of.sum;
        if [&there.all, &there.booked].iter().any(|of| counts(of) && is_sum(of)) {
            return;
        }
        if !counts(&there.all) {
            let code = ProblemCode::RecordCountDiffers;
            let fault = Fault::new(code, &self.count).expected(there.all.count.to_string());
            report.cell_problem(self.row, self.tag, fault);
        }
        if !is_sum(&there.all) {
            let text = |amount: Option<Decimal>| amount.unwrap_or_default().to_string();
            let code = ProblemCode::ControlTotalDiffers;
            let fault = Fault::new(code, &text(self.amount)).expected(text(there.all.sum));
            report.cell_problem(self.row, self.tag, fault);
        }
    }
}

/// Number and sum of entries of one side.
struct Total {
    count: usize,
    sum: Option<Decimal>,
    /// Entries of nothing, which either side may count.
    zeros: usize,
}

impl Total {
    fn counts(&self) -> std::ops::RangeInclusive<usize> {
        self.count..=self.count + self.zeros
    }

    fn add(&mut self, amount: Decimal) {
        self.count += usize::from(!amount.is_zero());
        self.zeros += usize::from(amount.is_zero());
        self.sum = self.sum.and_then(|sum| sum.checked_add(amount.abs()));
    }
}

/// The totals of one side: of all, and of the booked ones. Banks count either.
pub(super) struct Totals {
    all: Total,
    booked: Total,
}

impl Totals {
    pub(super) fn of(entries: &[Entry], is_debit: bool) -> Self {
        let none = || Total { count: 0, sum: Some(Decimal::ZERO), zeros: 0 };
        let mut totals = Self { all: none(), booked: none() };
        let is_side = |amount: &Decimal| amount.is_zero() || amount.is_negative() == is_debit;
        for entry in entries {
            let Some(amount) = entry.amount.filter(is_side) else { continue };
            totals.all.add(amount);
            if entry.is_booked() {
                totals.booked.add(amount);
            }
        }
        totals
    }
}
