//! Which entries of two accounts are the two sides of one transfer.
//!
//! *Shape.* Entries of all accounts go in as [`Side`]s, pairs come out, and with them the sides that
//! stay open because nothing sets one candidate clearly above the others. Candidates are found in
//! sorted indexes by account, holder, reference and amount; each is scored with the points of
//! [`Reason`]; each connected component is solved as an assignment of the greatest sum, not
//! greedily. The order of the input changes nothing, except between sides equal in every field.
//!
//! *Caps.* A side looks at the nearest [`EXACT_MAX`] candidates of its amount and the nearest
//! [`SCAN_MAX`] of other amounts in each index, keeps the best [`KEPT_MAX`], and a component above
//! [`MatchOptions::component_edges_max`] candidates is first cut where both sides of a candidate
//! have a far better one; if it is still too large, only pairs that are best for both sides by the
//! margin are accepted. Whoever falls outside a cap stays open: it is never paired wrongly for it.
//!
//! *Units.* Minor units; days since 1970-01-01; points of which ten are about a factor of ten.

mod assign;
mod candidates;
mod names;
mod rows;
mod score;
mod solve;

use caudal_model::{Currency, EntryStatus, ReferenceKind};

use crate::identify::AccountKey;
pub use candidates::{EXACT_MAX, KEPT_MAX, SCAN_MAX};
pub use score::{Reason, ReasonSet};

/// One entry of one account, as far as matching looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The account, by its position among the known ones.
    pub account: u32,
    /// Position in the account's statements: of equal entries the earlier is paired with the earlier.
    pub line: u32,
    /// Whether it moved money; only booked sides are matched.
    pub status: EntryStatus,
    /// The booking day, in days since 1970-01-01.
    pub day: i32,
    /// The value day, where one is stated.
    pub value_day: Option<i32>,
    /// Minor units of `currency`; negative where money leaves.
    pub minor: i128,
    /// What it is counted in.
    pub currency: Currency,
    /// References as written.
    pub references: Vec<(ReferenceKind, String)>,
    /// The other account, where the entry names one that is known.
    pub counterparty: Option<u32>,
    /// The other account, where the entry names one that is not known.
    pub counterparty_key: Option<AccountKey>,
    /// The other party as written; empty where the entry names none.
    pub name: String,
    /// Who holds this account.
    pub own_name: String,
    /// What it was for, as written.
    pub description: String,
    /// Minor units and currency in which it was ordered, never negative.
    pub ordered: Option<(i128, Currency)>,
    /// Charges in the amount, minor units of `currency`, never negative.
    pub charges: Option<i128>,
}

impl Side {
    /// A booked side of which nothing but account, day and amount is known.
    pub fn new(account: u32, day: i32, minor: i128, currency: Currency) -> Self {
        Self {
            account,
            line: 0,
            status: EntryStatus::Booked,
            day,
            value_day: None,
            minor,
            currency,
            references: Vec::new(),
            counterparty: None,
            counterparty_key: None,
            name: String::new(),
            own_name: String::new(),
            description: String::new(),
            ordered: None,
            charges: None,
        }
    }
}

/// What a person has decided; positions among the sides given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This debit and this credit are one transfer.
    Same(usize, usize),
    /// They are not.
    Different(usize, usize),
}

/// The rates between two currencies that are plausible, in whole units received for one paid, as
/// numerator and denominator. It holds for the opposite direction too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateBand {
    /// The currency that is paid.
    pub paid: Currency,
    /// The currency that is received.
    pub received: Currency,
    /// The lowest rate, fees included.
    pub low: (u64, u64),
    /// The highest rate.
    pub high: (u64, u64),
}

/// How matching weighs and where it stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchOptions {
    /// Days by which a credit may be booked before its debit (clocks, zones). Default 3.
    pub days_before: u16,
    /// Days by which a credit may be booked after its debit. Default 7.
    pub days_after: u16,
    /// A fee that no row states may be this many parts per million of the debit. Default 10,000.
    pub fee_ppm: u32,
    /// Or this many whole units of the currency. Default 50.
    pub fee_units: u32,
    /// But in any case at most this many parts per million of the debit. Default 200,000.
    pub fee_ppm_max: u32,
    /// Plausible rates. Without one, sides in two currencies are compared only where a row states the
    /// ordered amount, or where a reference or an account is named. Default none.
    pub bands: Vec<RateBand>,
    /// The least score of a candidate. Default 12.
    pub candidate_score_min: i32,
    /// The least score of a pair. Default 28.
    pub pair_score_min: i32,
    /// By how many points the best assignment without a pair must be worse. Default 10.
    pub margin: i32,
    /// Above this many candidates a component is solved by the fall-back. Default 2,000.
    pub component_edges_max: usize,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self {
            days_before: 3,
            days_after: 7,
            fee_ppm: 10_000,
            fee_units: 50,
            fee_ppm_max: 200_000,
            bands: Vec::new(),
            candidate_score_min: 12,
            pair_score_min: 28,
            margin: 10,
            component_edges_max: 2_000,
        }
    }
}

/// Two sides of one transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Position of the side where money leaves.
    pub debit: usize,
    /// Position of the side where it arrives.
    pub credit: usize,
    /// Sum of the points of its reasons.
    pub score: i32,
    /// Why they belong together, and what speaks against it.
    pub reasons: ReasonSet,
    /// What is lost between the sides, in minor units; 0 where they are in two currencies.
    pub fee_minor: i128,
    /// Minor units paid and received, where the sides are in two currencies.
    pub rate: Option<(i128, i128)>,
}

/// A possible other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its position.
    pub side: usize,
    /// Sum of the points of the reasons.
    pub score: i32,
    /// What speaks for it, and against.
    pub reasons: ReasonSet,
}

/// A side without a pair that has candidates without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its position.
    pub side: usize,
    /// At most 16, the best first.
    pub candidates: Vec<Candidate>,
}

/// What was found. Sides that are in neither list have no candidate among the known accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Pairs by the position of their debit.
    pub pairs: Vec<Pair>,
    /// Sides that a person may pair, by their position.
    pub open: Vec<Open>,
    /// Decisions that could not be kept: a position that is not there, a side decided twice, no debit
    /// and credit of two accounts.
    pub refused: Vec<Decision>,
    /// Components that the fall-back solved, each with the number of its candidates.
    pub fallbacks: Vec<usize>,
}

/// Finds the pairs among sides. Decisions come first, in their order; of two that contradict each
/// other the first holds.
pub fn match_sides(sides: &[Side], decisions: &[Decision], options: &MatchOptions) -> Matching {
    let rows = rows::Rows::of(sides);
    let decided = solve::Decided::of(sides, decisions);
    let mut edges = candidates::edges(&rows, options);
    edges.retain(|edge| decided.leaves_open(&rows, edge));
    solve::solve(&rows, &edges, &decided, options)
}
