//! What a statement's own arithmetic proves, row by row, and the smallest repairs of one that fails.
//!
//! *Shape.* [`prove`] walks the booked entries from one stated balance to the next. Between two
//! balances lies a stretch: it is proved when its amounts add up, broken when they do not, and
//! unproved when a figure is missing. Cost: `n log n` in the number of entries. Searches are
//! capped: [`REPAIRS_MAX`] repairs are kept for a break, the first [`BREAKS_MENDED_MAX`] breaks get
//! repairs at all.
//!
//! *Units.* Exact decimals; inside, minor units of the finest scale that the statement prints.

mod chain;
pub(crate) mod euler;
mod figures;
mod findings;
mod order;
mod repair;

use std::ops::Range;

use caudal_model::{Decimal, Statement};

use crate::Finding;
use chain::{Stretch, stretches};
use figures::Figures;

pub(crate) use findings::day_text;

/// The most repairs that are kept for one break.
pub const REPAIRS_MAX: usize = 20;
/// The most breaks for which repairs are looked for.
pub const BREAKS_MENDED_MAX: usize = 1_000;

/// What the arithmetic says of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowState {
    /// It leads from one stated balance to the next, alone or with its neighbours.
    Proved,
    /// It lies between two running balances that its stretch does not join.
    Broken,
    /// Nothing to check it against; also entries that are not booked.
    Unproved,
}

/// What the arithmetic says of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementState {
    /// Every booked entry is proved.
    Proved,
    /// Some stated balance is not what the entries lead to.
    Broken {
        /// Stated minus computed, summed over all breaks; zero where two breaks cancel.
        off: Decimal,
    },
    /// No contradiction, but something has nothing to be checked against.
    Unproved,
}

/// The order of booked entries in which the balances follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Oldest first, as listed.
    AsListed,
    /// Newest first.
    Reversed,
    /// Neither; the booked entries in the order that the balances allow, or that leaves the fewest
    /// breaks.
    ByBalances(Vec<usize>),
}

/// Whether the balances prove the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Orders {
    /// No two entries of one day can change places.
    One,
    /// Several orders inside a day fit; the first in listed order was taken.
    Several,
}

/// Entries of one day that can change places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDay {
    /// The day; `None` if no day is stated, or if the balances leave only an order across days.
    pub day: Option<i32>,
    /// Their positions in [`Proved::sequence`].
    pub rows: Range<usize>,
    /// Whether each prints a balance: then the balances allow several orders. Else they say nothing.
    pub has_balances: bool,
}

/// A figure that the statement prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// The balance before the first entry.
    Opening,
    /// The amount of an entry.
    Amount(usize),
    /// The balance after an entry.
    BalanceAfter(usize),
    /// The balance after the last entry.
    Closing,
}

/// A single change that would make the balances follow. Entries are positions in the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// The entry is a copy of another and does not count.
    DuplicateRow {
        /// The copy.
        entry: usize,
        /// What it repeats.
        of: usize,
    },
    /// A run of entries stands in reverse order.
    RowsReversed {
        /// Its first entry in the order found.
        first: usize,
        /// Its last.
        last: usize,
    },
    /// The figure has the wrong sign.
    SignFlipped {
        /// Which.
        figure: Figure,
    },
    /// The decimal point is off by one or two places.
    WrongDecimalPoint {
        /// Which figure.
        figure: Figure,
        /// What would fit.
        would_be: Decimal,
    },
    /// Two neighbouring digits are swapped.
    DigitsSwapped {
        /// Which figure.
        figure: Figure,
        /// What would fit.
        would_be: Decimal,
    },
    /// One digit is wrong, or missing in front.
    DigitChanged {
        /// Which figure.
        figure: Figure,
        /// What would fit.
        would_be: Decimal,
    },
    /// An entry is missing. This always fits, so it always stands last.
    RowMissing {
        /// The last entry before the stretch in which it is missing; `None` at the start.
        after: Option<usize>,
        /// What it would add to the balance.
        amount: Decimal,
    },
}

impl Repair {
    /// The entry that it would change, if it changes one.
    pub const fn entry(&self) -> Option<usize> {
        match *self {
            Self::DuplicateRow { entry, .. } | Self::RowsReversed { first: entry, .. } => {
                Some(entry)
            }
            Self::SignFlipped { figure }
            | Self::WrongDecimalPoint { figure, .. }
            | Self::DigitsSwapped { figure, .. }
            | Self::DigitChanged { figure, .. } => match figure {
                Figure::Amount(entry) | Figure::BalanceAfter(entry) => Some(entry),
                Figure::Opening | Figure::Closing => None,
            },
            Self::RowMissing { .. } => None,
        }
    }
}

/// A place where the balances do not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The balance that does not follow: [`Figure::BalanceAfter`] or [`Figure::Closing`].
    pub at: Figure,
    /// Positions in [`Proved::sequence`] between the last sound balance and this one.
    pub rows: Range<usize>,
    /// What the statement states.
    pub stated: Decimal,
    /// What the entries lead to.
    pub computed: Decimal,
    /// Stated minus computed.
    pub off: Decimal,
    /// Single repairs that close it, the most telling first; at most [`REPAIRS_MAX`]. First those
    /// that close a neighbouring break too, then copies, signs, decimal points, digits, and last
    /// the missing entry.
    pub repairs: Vec<Repair>,
    /// How many single repairs there are, kept or not.
    pub repair_count: usize,
}

/// What a statement's arithmetic proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The statement as a whole.
    pub state: StatementState,
    /// Each entry, in the order of the statement.
    pub rows: Vec<RowState>,
    /// Booked entries, oldest first.
    pub sequence: Vec<usize>,
    /// How that order was found.
    pub order: Order,
    /// Whether another order would do.
    pub orders: Orders,
    /// Days that another order would do for, in order; empty where there is only one order.
    pub open_days: Vec<OpenDay>,
    /// The balance before the first entry: stated, else derived.
    pub opening: Option<Decimal>,
    /// The balance after the last entry: stated, else the last running balance, else derived.
    pub closing: Option<Decimal>,
    /// Where the balances do not follow.
    pub breaks: Vec<Break>,
    /// What a person should know; the statement's number is 0.
    pub findings: Vec<Finding>,
}

/// Proves a statement from itself. `exponent` is the number of decimals of its currency.
///
/// Without a stated opening balance the first stretch has nothing to be checked against: its rows
/// are unproved, and so is the statement, even where running balances prove all others.
/// Entries of a day whose order also had to be found, and of which one is faulty, stay as listed:
/// that day may show more breaks than faults.
pub fn prove(statement: &Statement, exponent: u8) -> Proved {
    let figures = Figures::of(statement, exponent);
    let chosen = order::choose(&figures);
    let walked = Walked::of(&figures, &chosen.sequence, statement.entries.len());
    let breaks = repair::breaks(statement, &figures, &chosen.sequence, &walked.broken);
    let state = walked.state(&figures);
    let (opening, closing) = ends(&figures, &chosen.sequence);
    let entry = |&row: &usize| figures.rows[row].entry;
    let sequence: Vec<usize> = chosen.sequence.iter().map(entry).collect();
    let order = match chosen.order {
        Order::ByBalances(_) => Order::ByBalances(sequence.clone()),
        other => other,
    };
    let mut proved = Proved {
        state,
        rows: walked.rows,
        sequence,
        order,
        orders: if chosen.open_days.is_empty() { Orders::One } else { Orders::Several },
        open_days: chosen.open_days,
        opening: opening.and_then(|minor| figures.decimal(minor)),
        closing: closing.and_then(|minor| figures.decimal(minor)),
        breaks,
        findings: Vec::new(),
    };
    proved.findings = findings::findings(statement, exponent, &proved, chosen.is_against_days);
    proved
}

/// What a walk along the chosen order showed.
struct Walked {
    rows: Vec<RowState>,
    broken: Vec<Stretch>,
    is_all_proved: bool,
}

impl Walked {
    fn of(figures: &Figures, sequence: &[usize], entry_count: usize) -> Self {
        let mut walked = Self {
            rows: vec![RowState::Unproved; entry_count],
            broken: Vec::new(),
            is_all_proved: true,
        };
        let has_running = figures.rows.iter().any(|row| row.after.is_some());
        for stretch in stretches(figures, sequence) {
            let off = figures.off(&stretch);
            let state = match off {
                Some(0) => RowState::Proved,
                Some(_) if has_running => RowState::Broken,
                _ => RowState::Unproved,
            };
            walked.is_all_proved &= state == RowState::Proved;
            for &row in &sequence[stretch.rows.clone()] {
                walked.rows[figures.rows[row].entry] = state;
            }
            if off.is_some_and(|off| off != 0) {
                walked.broken.push(stretch);
            }
        }
        // Nothing booked and only one balance, or none: there was nothing to compare.
        let is_empty =
            sequence.is_empty() && (figures.opening.is_none() || figures.closing.is_none());
        walked.is_all_proved &= !is_empty;
        walked
    }

    fn state(&self, figures: &Figures) -> StatementState {
        if self.broken.is_empty() {
            return if self.is_all_proved {
                StatementState::Proved
            } else {
                StatementState::Unproved
            };
        }
        let add = |sum: i128, stretch: &Stretch| sum.saturating_add(stretch.off().unwrap_or(0));
        let off = figures.decimal(self.broken.iter().fold(0, add));
        // A sum of breaks beyond all decimals is still a break: the first speaks for it.
        let first = || self.broken[0].off().and_then(|off| figures.decimal(off));
        StatementState::Broken { off: off.or_else(first).unwrap_or(Decimal::ZERO) }
    }
}

/// Balances before the first and after the last entry, stated or derived.
fn ends(figures: &Figures, sequence: &[usize]) -> (Option<i128>, Option<i128>) {
    let walk = || stretches(figures, sequence);
    let opening = figures.opening.or_else(|| {
        let first = walk().next()?;
        first.after?.checked_sub(first.sum?)
    });
    let closing = figures.closing.or_else(|| {
        let last = walk().last();
        match last {
            Some(Stretch { after: Some(after), .. }) => Some(after),
            Some(last) => last.before?.checked_add(last.sum?),
            None => figures.opening,
        }
    });
    (opening, closing)
}
