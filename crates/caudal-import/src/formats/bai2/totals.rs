//! What trailers and accounts state of their parts, compared with what was read.
//!
//! *Shape.* Each total is compared with the totals that the parts state, so one wrong digit is
//! reported once. The sums of all credits and all debits (types 100 and 400) are compared with the
//! entries, unless the account says that some are not told one by one.

use caudal_model::{Decimal, Entry, ProblemCode};

use super::Reader;
use crate::formats::mt940::lines::digits;
use crate::report::Fault;

/// What is added up for a trailer: control total and records, and for groups and files their parts.
#[derive(Clone, Copy, Default)]
pub(super) struct Total {
    pub(super) sum: i128,
    pub(super) records: u64,
    pub(super) parts: u64,
}

/// Positions in [`Reader::totals`].
pub(super) const OF_ACCOUNT: usize = 0;
pub(super) const OF_GROUP: usize = 1;
pub(super) const OF_FILE: usize = 2;

/// A sum that an account states, and the number of its items as it stands.
#[derive(Clone, Copy)]
pub(super) struct Stated<'t> {
    pub(super) row: u64,
    pub(super) sum: Decimal,
    pub(super) items: &'t str,
}

/// Types of the sums of all credits and all debits, and of those that are not told one by one.
pub(super) const SUMS: [&str; 2] = ["100", "400"];
pub(super) const NOT_DETAILED: [&str; 2] = ["105", "405"];

/// Sum and number of the entries of one side, by their types; `None` where there are no entries, as
/// in a file of sums alone, or where an entry has no amount.
pub(super) fn totals_of(entries: &[Entry], is_debit: bool) -> Option<(Decimal, u32)> {
    let booked = || entries.iter().filter(|entry| entry.is_booked());
    booked().next()?;
    booked().try_fold((Decimal::ZERO, 0), |(sum, count), entry| {
        let amount = entry.amount?;
        if entry.kind.starts_with(['4', '5', '6']) != is_debit {
            return Some((sum, count));
        }
        let amount = if is_debit { -amount } else { amount };
        Some((sum.checked_add(amount)?, count + 1))
    })
}

impl<'t> Reader<'t, '_> {
    /// Compares a trailer with what was read; gives the total that it states, so that the next
    /// trailer above is compared with that.
    pub(super) fn check(
        &mut self,
        (row, column): (u64, &str),
        stated: &str,
        sum: i128,
        counts: &[(&str, u64)],
    ) -> i128 {
        let mut total = sum;
        match stated.parse::<i128>() {
            Ok(stated) if stated != sum => {
                let code = ProblemCode::ControlTotalDiffers;
                let fault = Fault::new(code, &stated.to_string()).expected(sum.to_string());
                self.report.cell_problem(row, column, fault);
                total = stated;
            }
            Err(_) if !stated.is_empty() => {
                let fault = Fault::new(ProblemCode::ControlTotalDiffers, stated);
                self.report.cell_problem(row, column, fault.expected(sum.to_string()));
            }
            _ => {}
        }
        for &(stated, count) in counts {
            if !stated.is_empty() && stated.parse() != Ok(count) {
                let code = ProblemCode::RecordCountDiffers;
                let fault = Fault::new(code, stated).expected(count.to_string());
                self.report.cell_problem(row, column, fault);
            }
        }
        total
    }

    /// Compares what an account states of one side with its entries. Banks tell only some entries
    /// one by one: fewer than the sum are a doubt, others than the sum an error.
    pub(super) fn check_sum(
        &mut self,
        stated: Stated<'t>,
        (sum, count): (Decimal, u32),
        kind: &str,
    ) {
        let items = digits(stated.items);
        if stated.sum != sum {
            let (code, found, expected) = if sum < stated.sum && items != Some(count) {
                (ProblemCode::DetailsDoNotSum, sum, stated.sum)
            } else {
                (ProblemCode::ControlTotalDiffers, stated.sum, sum)
            };
            let fault = Fault::new(code, &found.to_string()).expected(expected.to_string());
            self.report.cell_problem(stated.row, kind, fault);
        }
        if items.is_some_and(|items| items != count) {
            let code = ProblemCode::RecordCountDiffers;
            let fault = Fault::new(code, stated.items).expected(count.to_string());
            self.report.cell_problem(stated.row, kind, fault);
        }
    }
}
