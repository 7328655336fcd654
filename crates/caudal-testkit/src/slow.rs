//! The second tracer: literal queues of lots, exact rationals, no index.
//!
//! *Authority.* `TRACING` 1 to 11, section by section; the legal authorities stand with each rule
//! in the engine.
//! *Shape.* A [`SlowCase`] lists transfers in ledger order. [`trace`] replays them one by one and
//! keeps every pool as a list of lots, oldest first. It is slow on purpose.
//! *Units.* Amounts go in as whole minor units and come out as rationals of minor units.

mod bounds;
mod labelling;
mod line;
mod links;
mod lot;
mod order;
mod poison;
mod replay;
mod shares;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;

pub use bounds::{bounds, bounds_by_enumeration};
pub use order::{SameDay, net_reversals, same_day};
pub use shares::{Granularity, lowest_balance, shares, whole_units};

/// An exact rational amount.
pub type Q = BigRational;

/// Amounts by label, none of them zero.
pub type Composition = BTreeMap<String, Q>;

/// A whole amount as a rational.
pub fn whole(amount: u128) -> Q {
    Q::from_integer(BigInt::from(amount))
}

/// A ledger, as plain as it can be written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowCase {
    /// Lots that stand in an account before the first line, oldest first: label and amount.
    pub openings: BTreeMap<String, Vec<(String, u128)>>,
    /// Transfers in ledger order.
    pub transfers: Vec<SlowTransfer>,
    /// What happens to a payment above the balance.
    pub overdraft: Overdraft,
    /// Whether reversals and the deposits they take back leave the trace.
    pub net_reversals: bool,
    /// Holdings below this many minor units are followed no further; 0 is off.
    pub threshold: u128,
    /// Accounts whose statement is not held.
    pub frontier: BTreeSet<String>,
    /// Currency of a place, where it is not `USD`. The tracer does not look at it.
    pub currencies: BTreeMap<String, String>,
    /// Asserted links. They need [`Overdraft::Bank`], and no circle may be among them.
    pub links: Vec<SlowLink>,
}

/// A person's claim that `amount` of a later receipt funds an earlier payment of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowLink {
    /// Id of the receipt.
    pub receipt: String,
    /// Id of the payment.
    pub payment: String,
    /// Minor units.
    pub amount: u128,
}

impl SlowCase {
    /// Whether a name is an account whose statement is held.
    pub fn is_account(&self, name: &str) -> bool {
        !caudal_model::is_outside(name) && !self.frontier.contains(name)
    }

    /// Currency code of a place.
    pub fn currency(&self, place: &str) -> &str {
        self.currencies.get(place).map_or("USD", String::as_str)
    }

    /// The same ledger with every deposit of several parts written as several consecutive
    /// deposits `ID`, `ID.2`, `ID.3` and so on, as a table of transfers without parts needs it.
    #[must_use]
    pub fn with_parts_split(&self) -> Self {
        let split = |transfer: &SlowTransfer| -> Vec<SlowTransfer> {
            if transfer.parts.len() < 2 || transfer.received.is_some() {
                return vec![transfer.clone()];
            }
            let numbered = transfer.parts.iter().enumerate();
            let one = |(at, part): (usize, &(String, u128))| SlowTransfer {
                id: if at == 0 {
                    transfer.id.clone()
                } else {
                    format!("{}.{}", transfer.id, at + 1)
                },
                amount: part.1,
                parts: vec![part.clone()],
                ..transfer.clone()
            };
            numbered.map(one).collect()
        };
        Self { transfers: self.transfers.iter().flat_map(split).collect(), ..self.clone() }
    }
}

/// One transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowTransfer {
    /// Unique in its ledger.
    pub id: String,
    /// Day number.
    pub day: i32,
    /// Who gives. A name that begins with `@` or `outside:` is outside the ledger.
    pub payer: String,
    /// Who receives.
    pub payee: String,
    /// Minor units that leave the payer; never zero.
    pub amount: u128,
    /// Minor units that reach the payee, where the transfer converts.
    pub received: Option<u128>,
    /// Lots that enter, in this order, where the payer is outside: label and amount, together the
    /// amount of the transfer. Empty: one lot labelled with the payer's name.
    pub parts: Vec<(String, u128)>,
    /// The deposit that this line takes back.
    pub reverses: Option<String>,
}

/// What happens to a payment above the balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overdraft {
    /// The bank lends the missing part just before, and is repaid out of the next receipts.
    #[default]
    Bank,
    /// Money of unknown origin is born there, leaves last, and is never repaid.
    Birth,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowQuestion {
    /// Members of origins. Members with one label are one origin; origins rank by first mention.
    pub origins: Vec<SlowOrigin>,
    /// Rule id: `fifo` `lifo` `pro-rata` `poison`, `difo` or `libr` alone or with `:fifo`, `:lifo`
    /// or `:pro-rata`.
    pub rule: String,
}

/// A member of an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlowOrigin {
    /// All money that enters with this label, from outside or as an opening lot.
    Label(String),
    /// One transfer, whole.
    Transfer {
        /// Its id.
        id: String,
        /// The origin.
        label: String,
    },
    /// Cents `[from, to)` of one transfer, counted in the order in which its lots leave.
    Part {
        /// The id of the transfer.
        id: String,
        /// First cent.
        from: u128,
        /// End, exclusive.
        to: u128,
        /// The origin.
        label: String,
    },
    /// All opening lots of one account.
    Opening {
        /// The account.
        account: String,
        /// The origin.
        label: String,
    },
}

impl SlowOrigin {
    /// The origin that the member belongs to.
    pub fn label(&self) -> &str {
        match self {
            Self::Label(label)
            | Self::Transfer { label, .. }
            | Self::Part { label, .. }
            | Self::Opening { label, .. } => label,
        }
    }
}

/// A transfer or a closing balance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlowTarget {
    /// All that a transfer pays.
    Transfer(String),
    /// What an account holds after the last line.
    Balance(String),
}

/// Where a line of trace stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndingKind {
    /// In an account after the last line.
    Held,
    /// At an outside party.
    Outside,
    /// At an account without a statement.
    Frontier,
    /// It repaid a bank loan.
    RepaidBank,
    /// Too little to be followed further.
    BelowThreshold,
    /// Exposure after the last line, under `poison` only: no amount traced.
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
            Self::Exposed => "exposed",
        }
    }

    /// The kind with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Held,
            Self::Outside,
            Self::Frontier,
            Self::RepaidBank,
            Self::BelowThreshold,
            Self::Exposed,
        ];
        all.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for EndingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Origin money at rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowAmount {
    /// In the unit of the place.
    pub here: Q,
    /// In the unit of the origin. Over all endings these add up to the origin.
    pub of_origin: Q,
}

/// What one transfer carried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowLine {
    /// All that left the payer, by label; money of an origin under the origin's label.
    pub paid: Composition,
    /// All that reached the payee, by label.
    pub arrived: Composition,
    /// Origin money that left the payer, by origin.
    pub traced: Composition,
    /// Origin money that reached the payee, by origin.
    pub traced_arrived: Composition,
}

/// Origin money that arrived at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowReceived {
    /// Every arrival counted.
    pub gross: Q,
    /// Each cent counted the first time it arrives.
    pub distinct: Q,
}

/// An origin as traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowOriginTotal {
    /// Its label.
    pub label: String,
    /// Money that carries the label, in the origin's unit.
    pub traced: Q,
    /// Money that its members name but that belonged to an origin already.
    pub overlap: Q,
}

/// The result of a forward trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowTrace {
    /// Origins, in the order of the question.
    pub origins: Vec<SlowOriginTotal>,
    /// By transfer id. Netted lines are absent.
    pub transfers: BTreeMap<String, SlowLine>,
    /// All that a place holds after the last line, by label. Banks are `bank:ACCOUNT`.
    pub places: BTreeMap<String, Composition>,
    /// Origin money that a place holds after the last line, by origin; exposure under `poison`.
    pub traced: BTreeMap<String, Composition>,
    /// The lots of each account after the last line, oldest first, neighbours not merged.
    pub lots: BTreeMap<String, Vec<(String, Q)>>,
    /// Balance of each account after the last line; below zero if overdrawn.
    pub balances: BTreeMap<String, Q>,
    /// Where the origins rest: by kind and place, then by origin. Entries without money have gone.
    pub endings: BTreeMap<(EndingKind, String), BTreeMap<String, SlowAmount>>,
    /// By place. Places that no origin money reached are absent.
    pub received: BTreeMap<String, SlowReceived>,
}

/// Through which line money entered the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlowSource {
    /// A transfer from outside, or from an account without a statement.
    Deposit {
        /// The transfer.
        id: String,
        /// Position of the part, from 0.
        part: usize,
    },
    /// An opening lot.
    Opening {
        /// The account.
        account: String,
        /// Position of the lot, from 0.
        lot: usize,
    },
    /// A loan by the bank.
    Loan {
        /// The account.
        account: String,
        /// The payment that it made possible.
        id: String,
    },
    /// Money of unknown origin.
    Birth {
        /// The account.
        account: String,
        /// The payment that it made possible.
        id: String,
    },
}

/// Traces origins forward under one rule.
///
/// ```
/// use caudal_testkit::slow::{SlowCase, SlowOrigin, SlowQuestion, SlowTransfer, trace, whole};
/// let transfer = |id: &str, payer: &str, payee: &str, amount, parts: &[(String, u128)]| SlowTransfer {
///     id: id.into(), payer: payer.into(), payee: payee.into(), amount, parts: parts.to_vec(),
///     ..SlowTransfer::default()
/// };
/// let case = SlowCase {
///     transfers: vec![
///         transfer("t1", "@own", "A", 50, &[("own".into(), 50)]),
///         transfer("t2", "@victim", "A", 100, &[("V".into(), 100)]),
///         transfer("t3", "A", "@shop", 70, &[]),
///     ],
///     ..SlowCase::default()
/// };
/// let question = SlowQuestion { origins: vec![SlowOrigin::Label("V".into())], rule: "libr".into() };
/// assert_eq!(trace(&case, &question).transfers["t3"].traced["V"], whole(20));
/// ```
pub fn trace(case: &SlowCase, question: &SlowQuestion) -> SlowTrace {
    let case = net_reversals(case);
    if question.rule == "poison" {
        return poison::trace(&case, &question.origins);
    }
    let rule = lot::Rule::from_id(&question.rule).expect("a rule that the slow tracer knows");
    replay::run(&case, rule, &question.origins)
}

/// The composition of a target by the line through which the money entered the ledger. Rules that
/// do not look at what is traced only: `fifo`, `lifo`, `pro-rata`.
pub fn backward(case: &SlowCase, target: &SlowTarget, rule: &str) -> BTreeMap<SlowSource, Q> {
    let case = net_reversals(case);
    let rule = match rule {
        "fifo" => lot::Rule::Fifo,
        "lifo" => lot::Rule::Lifo,
        _ => lot::Rule::ProRata,
    };
    replay::sources(&case, rule, target)
}
