//! What is asked of a ledger: origins, their members, and the options of a trace.

use std::ops::ControlFlow;

use caudal_ledger::{LedgerView, LineIdx, LineKind};
use caudal_model::Currency;

/// Number of an origin of the question.
pub type OriginIdx = u32;

/// A named set of money to be traced, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The label under which results show it.
    pub label: String,
    /// The currency its cents are counted in.
    pub currency: Currency,
}

/// Cents `[lo, hi)` of what a line pays, named as part of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seed {
    /// The line: a transfer, or an opening balance.
    pub line: LineIdx,
    /// First cent.
    pub lo: u128,
    /// End, exclusive.
    pub hi: u128,
    /// Position in [`Question::origins`].
    pub origin: OriginIdx,
}

/// A question: which money, and how far to go.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The origins, in the order in which the user named them.
    pub origins: Vec<Origin>,
    /// Their members. [`Question::new`] sorts them by line.
    pub seeds: Vec<Seed>,
    /// Smallest holding worth following, in whole units of any currency times 10¹⁸; zero is off.
    pub threshold_atto: u128,
    /// After so many fragments the trace stops honestly.
    pub fragments_max: usize,
    /// Bounds look at so many lines that origin money can touch, and say so if there are more.
    pub bound_lines_max: usize,
    /// Keep what each line carries; without it a trace gives endings only.
    pub keep_lines: bool,
}

/// Ten million fragments.
pub const FRAGMENTS_MAX: usize = 10_000_000;

/// Two hundred thousand lines: a bound over so many takes well under a second.
pub const BOUND_LINES_MAX: usize = 200_000;

impl Question {
    /// A question without threshold and with the usual cap.
    pub fn new(origins: Vec<Origin>, mut seeds: Vec<Seed>) -> Self {
        seeds.sort();
        seeds.dedup();
        Self {
            origins,
            seeds,
            threshold_atto: 0,
            fragments_max: FRAGMENTS_MAX,
            bound_lines_max: BOUND_LINES_MAX,
            keep_lines: true,
        }
    }

    /// The threshold in minor units of a currency, rounded up; zero is off.
    pub(crate) fn threshold(&self, currency: Currency) -> u128 {
        let shift = 18u32.saturating_sub(u32::from(currency.exponent()));
        self.threshold_atto.div_ceil(10u128.pow(shift))
    }

    /// The seeds of one line, given all seeds from `at` on; moves `at` behind them.
    pub(crate) fn seeds_of<'s>(&'s self, line: LineIdx, at: &mut usize) -> &'s [Seed] {
        let start = *at;
        while self.seeds.get(*at).is_some_and(|seed| seed.line == line) {
            *at += 1;
        }
        &self.seeds[start..*at]
    }
}

/// Cuts the seeds of a line into disjoint pieces: a cent that two origins name goes to the first.
pub(crate) fn disjoint(seeds: &[Seed]) -> Vec<Seed> {
    let mut taken = crate::fragment::IntervalSet::default();
    let mut pieces = Vec::new();
    let mut by_origin: Vec<_> = seeds.to_vec();
    by_origin.sort_by_key(|seed| seed.origin);
    for seed in by_origin {
        for (lo, hi) in taken.missing(seed.lo, seed.hi) {
            pieces.push(Seed { lo, hi, ..seed });
        }
        taken.insert(seed.lo, seed.hi);
    }
    pieces.sort_by_key(|seed| seed.lo);
    pieces
}

/// Whether the money of a line enters the ledger there: an opening, a birth, or a transfer from a
/// place that is no account.
pub fn is_source(view: &impl LedgerView, line: LineIdx) -> bool {
    !view.is_account(view.payer(line)) && view.line(line).kind != LineKind::Loan
}

/// Told of progress on long work, and asked whether to go on.
pub type Watch<'w> = &'w mut dyn FnMut(Progress) -> ControlFlow<()>;

/// How far a trace is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Lines of the ledger passed.
    pub line: u32,
    /// Lines of the ledger.
    pub line_count: u32,
}

/// A trace that never reports and never stops.
pub fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
