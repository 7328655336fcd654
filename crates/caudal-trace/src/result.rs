//! What a forward trace finds: per line, per ending, per origin.
//!
//! *Units.* Minor units of the place or line; `origin_units` in the origin's own currency. Carried
//! amounts count 2⁻⁴⁰ minor units.
//! *Shape.* Lines in ledger order; endings by kind, then place. Amounts are sparse lists by origin,
//! without zeros.

use caudal_ledger::{LineIdx, PlaceIdx};

use crate::fragment::Fragment;
use crate::question::OriginIdx;

/// Amounts by origin, ascending, none of them zero.
pub type Amounts = Vec<(OriginIdx, u128)>;

/// Adds to the amount of an origin.
pub(crate) fn add_amount(amounts: &mut Amounts, origin: OriginIdx, amount: u128) {
    if amount == 0 {
        return;
    }
    match amounts.binary_search_by_key(&origin, |&(known, _)| known) {
        Ok(at) => amounts[at].1 += amount,
        Err(at) => amounts.insert(at, (origin, amount)),
    }
}

/// The sum over origins.
pub fn sum(amounts: &Amounts) -> u128 {
    amounts.iter().map(|&(_, amount)| amount).sum()
}

/// Traced money of one origin in one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Which origin.
    pub origin: OriginIdx,
    /// What leaves the payer, in whole minor units.
    pub paid: u128,
    /// What reaches the payee; the same unless the line converts.
    pub received: u128,
    /// What leaves the payer as carried, for rules with fractions; zero for exact rules.
    pub carried: i128,
}

/// A line that carries traced money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedLine {
    /// The line.
    pub line: LineIdx,
    /// Where its amounts stand in [`Trace::cells`].
    pub cells: std::ops::Range<usize>,
    /// Where its intervals of cents stand in [`Trace::fragments`]; empty for rules with fractions.
    pub fragments: std::ops::Range<usize>,
    /// For rules with fractions: the holding that the payment took its share of (the payer's
    /// balance, or its origin money), before the line.
    pub whole: u128,
}

/// Money of an origin that starts in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The line.
    pub line: LineIdx,
    /// Which origin.
    pub origin: OriginIdx,
    /// Carried units.
    pub carried: i128,
}

/// Where a line of trace stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EndingKind {
    /// In an account at the end of the period.
    Held,
    /// At an outside party.
    Outside,
    /// At an account whose statement is not held.
    Frontier,
    /// It repaid a bank loan.
    RepaidBank,
    /// Too little to be followed further, by the user's threshold.
    BelowThreshold,
    /// Not followed further: the cap of fragments was reached.
    CutAtCap,
    /// Exposure at the end of the period (rule `poison` only): never an amount traced.
    Exposed,
}

impl EndingKind {
    /// The kind as people read it, such as `repaid-bank`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Outside => "outside",
            Self::Frontier => "frontier",
            Self::RepaidBank => "repaid-bank",
            Self::BelowThreshold => "below-threshold",
            Self::CutAtCap => "cut-at-cap",
            Self::Exposed => "exposed",
        }
    }
}

/// Traced money at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why it stops.
    pub kind: EndingKind,
    /// Where.
    pub place: PlaceIdx,
    /// In the currency of the place.
    pub amounts: Amounts,
    /// In the currency of each origin; adds up to the origin over all endings.
    pub origin_units: Amounts,
    /// Carried amounts in the currency of the place, for rules with fractions.
    pub carried: Vec<(OriginIdx, i128)>,
}

/// Traced money that arrived at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The place.
    pub place: PlaceIdx,
    /// Every arrival counted.
    pub gross: u128,
    /// Each cent counted once; `None` where it was not computed.
    pub distinct: Option<u128>,
}

/// An origin as traced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginTotal {
    /// Minor units that carry this origin's label.
    pub traced: u128,
    /// Minor units the question named that already belonged to an origin met earlier.
    pub overlap: u128,
}

/// The result of a forward trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// By origin of the question.
    pub origins: Vec<OriginTotal>,
    /// Lines that carry traced money.
    pub lines: Vec<TracedLine>,
    /// Amounts by origin, line by line.
    pub cells: Vec<Cell>,
    /// Where it all is.
    pub endings: Vec<Ending>,
    /// Intervals of cents, line by line, for exact rules.
    pub fragments: Vec<Fragment>,
    /// What rests in each place, as intervals of its origin (`lo..hi` is meaningless here).
    pub rests: Vec<(EndingKind, PlaceIdx, Fragment)>,
    /// Where origins start, for rules with fractions.
    pub starts: Vec<Start>,
    /// Which holdings left the trace below the threshold, in ledger order, for rules with fractions.
    pub(crate) dropped: Vec<(LineIdx, PlaceIdx, OriginIdx)>,
    /// Whether the cap of fragments stopped the trace.
    pub is_cut: bool,
    /// Largest distance between a printed figure and its carried value, in carried units.
    pub rounding_worst: u128,
}

impl Trace {
    /// The amounts of a traced line, by origin.
    pub fn cells_of(&self, line: &TracedLine) -> &[Cell] {
        &self.cells[line.cells.clone()]
    }

    /// The intervals of cents of a traced line.
    pub fn fragments_of(&self, line: &TracedLine) -> &[Fragment] {
        &self.fragments[line.fragments.clone()]
    }

    /// The traced money of a line, if any.
    pub fn line(&self, line: LineIdx) -> Option<&TracedLine> {
        self.lines.binary_search_by_key(&line, |traced| traced.line).ok().map(|at| &self.lines[at])
    }

    /// What an account holds of the origins at the end (exposure under `poison`).
    pub fn held(&self, place: PlaceIdx) -> Option<&Ending> {
        let here = |ending: &&Ending| {
            ending.place == place && matches!(ending.kind, EndingKind::Held | EndingKind::Exposed)
        };
        self.endings.iter().find(here)
    }
}
