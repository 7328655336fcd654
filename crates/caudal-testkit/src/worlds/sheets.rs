//! Which statements are written, what they hold, and the files that come of it.
//!
//! *Shape.* A [`Sheet`] is a statement before its format: the lines that the bank has (`truth`) and
//! those that stand on it (`lines`). They differ only by a fault. Balances, totals and counts are
//! taken from the truth, as a bank would print them.

use super::calendar::Month;
use super::faults::Planned;
use super::write::{FileFormat, write_sheet};
use super::{AccountMonth, EntryId, FileRow, World, WorldFile, shuffle};
use crate::random::Rng;

/// A line of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) entry: EntryId,
    pub(super) day: i32,
    pub(super) value_day: i32,
    pub(super) minor: i128,
    pub(super) balance_after: i128,
}

/// A statement before its format.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) account: usize,
    pub(super) month: Month,
    /// First and last day.
    pub(super) days: (i32, i32),
    pub(super) format: FileFormat,
    pub(super) opening: i128,
    pub(super) closing: i128,
    pub(super) truth: Vec<Line>,
    pub(super) lines: Vec<Line>,
    /// What follows the usual name of the file.
    pub(super) suffix: &'static str,
}

impl Sheet {
    /// The statement of an account from a day to the end of a month.
    pub(super) fn new(world: &World, account: usize, month: Month, first_day: i32) -> Self {
        let days = (first_day, month.last_day());
        let truth = lines(world, account, days);
        Self {
            account,
            month,
            days,
            format: world.accounts[account].format,
            opening: world.balance_minor(account, first_day - 1),
            closing: world.balance_minor(account, days.1),
            lines: truth.clone(),
            truth,
            suffix: "",
        }
    }

    fn name(&self) -> String {
        let (format, ending) = (self.format.id(), self.format.ending());
        let (account, suffix) = (self.account + 1, self.suffix);
        let Month { year, month } = self.month;
        format!("a{account:02}-{year:04}-{month:02}-{format}{suffix}.{ending}")
    }
}

/// What the bank booked in an account from the first day to the last.
fn lines(world: &World, account: usize, days: (i32, i32)) -> Vec<Line> {
    let from = world.entries.partition_point(|e| (e.account, e.day) < (account, days.0));
    let to = world.entries.partition_point(|e| (e.account, e.day) <= (account, days.1));
    let line = |at: usize| {
        let entry = &world.entries[at];
        Line {
            entry: EntryId(at),
            day: entry.day,
            value_day: entry.value_day,
            minor: entry.minor,
            balance_after: entry.balance_after_minor,
        }
    };
    (from..to).map(line).collect()
}

/// Chooses the statements that are not written: exactly the asked share, rounded down.
pub(super) fn hidden(world: &World, rng: &mut Rng) -> Vec<AccountMonth> {
    let mut all = account_months(world);
    shuffle(rng, &mut all);
    all.truncate(all.len() * usize::from(world.options.hidden_percent) / 100);
    all.sort_unstable();
    all
}

fn account_months(world: &World) -> Vec<AccountMonth> {
    let months = world.months();
    let of = |account| months.iter().map(move |&month| AccountMonth { account, month });
    (0..world.accounts.len()).flat_map(of).collect()
}

/// The statements that are written.
pub(super) fn sheets(world: &World) -> Vec<Sheet> {
    let is_held = |at: &AccountMonth| world.hidden.binary_search(at).is_err();
    let held = account_months(world).into_iter().filter(is_held);
    held.map(|at| Sheet::new(world, at.account, at.month, at.month.first_day())).collect()
}

/// Writes the files, and says of every planned fault on which row it stands.
pub(super) fn write(world: &mut World, sheets: &[Sheet], planned: &[Planned]) {
    let mut lines_by_file = Vec::new();
    for sheet in sheets {
        let (bytes, line_rows) = write_sheet(world, sheet);
        let pairs = sheet.lines.iter().zip(&line_rows);
        let mut rows: Vec<FileRow> =
            pairs.map(|(line, &row)| FileRow { row, entry: line.entry }).collect();
        rows.sort_unstable();
        world.files.push(WorldFile {
            name: sheet.name(),
            bytes,
            account: sheet.account,
            year: sheet.month.year,
            month: sheet.month.month,
            period: sheet.days,
            format: sheet.format.id(),
            opening_minor: sheet.opening,
            closing_minor: sheet.closing,
            rows,
        });
        lines_by_file.push(line_rows);
    }
    let faults = planned.iter().map(|plan| plan.placed(&lines_by_file[plan.fault.file]));
    world.faults = faults.collect();
}
