//! All statements of one account: pages, sequence, overlaps, gaps, and what each month is worth.
//!
//! *Shape.* [`join`] takes the statements of one account in one currency, in any order and from any
//! formats. Pages become one statement, copies count once, statements follow one another where the
//! balance after one is the balance before the next, and entries that two statements hold are
//! counted once. [`months`] says what each month is worth. Cost: `n log n` in the number of entries;
//! comparisons between entries that look alike are capped at [`LIKE_MAX`] for an entry, and findings
//! about single entries of overlaps at [`OVERLAP_FINDINGS_MAX`].
//!
//! *Units.* Exact decimals; days since 1970-01-01.

mod months;
mod overlap;
mod pages;
mod timeline;

use std::ops::Range;

use caudal_model::{Decimal, Statement};

use crate::Finding;
use crate::proof::{Proved, StatementState};

pub use months::{MonthState, months};

/// The most entries of the same day and amount that an entry is compared with.
pub const LIKE_MAX: usize = 256;
/// The most statements beginning on one day among which the next is looked for by its balances; more
/// are taken as they come.
pub const SAME_DAY_MAX: usize = 64;
/// The most days that two statements which state their periods may leave out between them, if the
/// balance is the same after them: over a weekend and feast days many banks write none.
pub const QUIET_DAYS_MAX: i32 = 6;
/// The most findings about entries that only one of two overlapping statements holds.
pub const OVERLAP_FINDINGS_MAX: usize = 1_000;

/// An entry of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryRef {
    /// The position that came with the statement.
    pub statement: usize,
    /// Its position in the statement.
    pub entry: usize,
}

/// One statement with all its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Positions of its pages, in order; of one statement mostly.
    pub statements: Vec<usize>,
    /// First day that it covers: stated, else of its first entry or balance.
    pub first_day: Option<i32>,
    /// Last day that it covers.
    pub last_day: Option<i32>,
    /// What it is worth with what its neighbours confirm: a statement without an opening balance is
    /// proved if the statement before it ends with the balance that it must begin with.
    pub state: StatementState,
    /// What it proves alone. Entries are numbered through all pages; [`Series::findings`] has its
    /// findings with their places.
    pub proof: Proved,
}

/// A stretch of days without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its first day; `None` if no statement tells.
    pub first_day: Option<i32>,
    /// Its last day.
    pub last_day: Option<i32>,
    /// The balance before its first entry, stated or derived.
    pub opening: Option<Decimal>,
    /// The balance after its last entry, stated or derived.
    pub closing: Option<Decimal>,
    /// Positions in [`Series::entries`].
    pub entries: Range<usize>,
    /// What its chain of balances proves from end to end.
    pub state: StatementState,
}

/// Where the balances of the series are off, and by how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first day on which it can lie.
    pub first_day: i32,
    /// The last.
    pub last_day: i32,
    /// Stated minus computed.
    pub off: Decimal,
}

/// What the statements of one account say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Booked entries, each once, oldest first.
    pub entries: Vec<EntryRef>,
    /// Entries that do not count, each with the one that does.
    pub duplicates: Vec<(EntryRef, EntryRef)>,
    /// Statements in order, copies left out.
    pub documents: Vec<Document>,
    /// Stretches without a gap, in order.
    pub runs: Vec<Run>,
    /// Where balances are off, in no order.
    pub faults: Vec<Fault>,
    /// What a person should know, of the statements and of their series.
    pub findings: Vec<Finding>,
}

/// Joins the statements of one account in one currency; each comes with its position, which entries
/// and findings then name. `exponent` is the number of decimals of the currency.
///
/// Statements follow one another where the balances meet and nothing speaks for days in between that
/// are missing: numbers that follow one another, at most [`QUIET_DAYS_MAX`] days between stated
/// periods, no whole month between others. An equal balance alone proves no quiet days: an account
/// that passes everything on has it too. Without balances, statements follow where the days do. Where days are shared, entries are paired by the chain of
/// balances if it shows where the later statement begins, else by day, amount, balance and
/// references. A statement without any day joins where its balance fits, at the end.
pub fn join(statements: &[(usize, &Statement)], exponent: u8) -> Series {
    let mut series = Series::default();
    let bundles = pages::bundles(statements, &mut series);
    let mut timeline = timeline::Timeline::new(series);
    let docs = bundles.iter().map(|bundle| pages::Doc::of(bundle, exponent)).collect();
    for group in pages::by_first_day(docs) {
        timeline.add_all(group);
    }
    timeline.finish()
}
