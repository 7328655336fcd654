//! One fault in a sound statement, and what would mend it.

use caudal_model::{Decimal, Statement};
use caudal_reconcile::proof::{Figure, Repair};
use caudal_testkit::random::Rng;

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    SignFlipped,
    DigitsSwapped,
    RowMissing,
    RowDoubled,
    RowsReversed,
    DigitWrong,
    ClosingWrong,
    PointShifted,
}

impl Fault {
    pub(crate) const ALL: [Self; 8] = [
        Self::SignFlipped,
        Self::DigitsSwapped,
        Self::RowMissing,
        Self::RowDoubled,
        Self::RowsReversed,
        Self::DigitWrong,
        Self::ClosingWrong,
        Self::PointShifted,
    ];
}

/// What undoes a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The figure was this.
    Figure(Figure, Decimal),
    /// A row of this amount.
    Row(Decimal),
    /// One of these two goes.
    Copy(usize, usize),
    /// The rows in another order.
    Order,
    /// No slip of the pen: the figure at the end is simply another.
    Nothing,
}

impl Remedy {
    /// Whether a repair does what undoes the fault, by whatever name.
    pub(crate) fn is(self, repair: &Repair, damaged: &Statement) -> bool {
        match (self, *repair) {
            (Self::Figure(figure, right), Repair::SignFlipped { figure: found }) => {
                figure == found && printed(damaged, figure) == Some(-right)
            }
            (
                Self::Figure(figure, right),
                Repair::WrongDecimalPoint { figure: found, would_be }
                | Repair::DigitsSwapped { figure: found, would_be }
                | Repair::DigitChanged { figure: found, would_be },
            ) => figure == found && right == would_be,
            (Self::Row(right), Repair::RowMissing { amount, .. }) => right == amount,
            (Self::Copy(a, b), Repair::DuplicateRow { entry, of }) => {
                (entry, of) == (a, b) || (entry, of) == (b, a)
            }
            _ => false,
        }
    }
}

/// A damaged statement.
pub(crate) struct Damaged {
    pub(crate) statement: Statement,
    pub(crate) remedy: Remedy,
    /// Its entries, oldest first, as the bank booked them.
    pub(crate) sequence: Vec<usize>,
}

/// Damages a statement; `None` where it has nothing that could be damaged so.
pub(crate) fn damage(
    rng: &mut Rng,
    sound: &Statement,
    fault: Fault,
    is_newest_first: bool,
) -> Option<Damaged> {
    let mut statement = sound.clone();
    let at = index(rng, statement.entries.len());
    let mut sequence: Vec<usize> = (0..statement.entries.len()).collect();
    let remedy = match fault {
        Fault::SignFlipped => reprint(&mut statement, Figure::Amount(at), |value| Some(-value))?,
        Fault::DigitsSwapped => {
            let figure = a_figure(rng, &statement, at);
            reprint(&mut statement, figure, |value| swapped(rng, value))?
        }
        Fault::DigitWrong => {
            let figure = a_figure(rng, &statement, at);
            reprint(&mut statement, figure, |value| changed(rng, value))?
        }
        Fault::PointShifted => {
            reprint(&mut statement, Figure::Amount(at), |value| shifted(rng, value))?
        }
        Fault::ClosingWrong => close_wrongly(rng, &mut statement)?,
        Fault::RowMissing => {
            sequence.pop();
            Remedy::Row(statement.entries.remove(at).amount?)
        }
        Fault::RowDoubled => {
            sequence.push(sequence.len());
            statement.entries.insert(at, statement.entries[at].clone());
            Remedy::Copy(at, at + 1)
        }
        Fault::RowsReversed => {
            let len = 2 + index(rng, statement.entries.len() - 1);
            let from = index(rng, statement.entries.len() + 1 - len);
            statement.entries[from..from + len].reverse();
            sequence[from..from + len].reverse();
            Remedy::Order
        }
    };
    if is_newest_first {
        sequence.reverse();
    }
    Some(Damaged { statement, remedy, sequence })
}

fn index(rng: &mut Rng, len: usize) -> usize {
    usize::try_from(rng.below(u64::try_from(len).unwrap())).unwrap()
}

/// An amount mostly, else a balance.
fn a_figure(rng: &mut Rng, statement: &Statement, at: usize) -> Figure {
    match rng.below(10) {
        0 if statement.opening.is_some() => Figure::Opening,
        1..=3 if statement.entries[at].balance_after.is_some() => Figure::BalanceAfter(at),
        _ => Figure::Amount(at),
    }
}

pub(crate) fn printed(statement: &Statement, figure: Figure) -> Option<Decimal> {
    match figure {
        Figure::Opening => statement.opening.map(|balance| balance.amount),
        Figure::Amount(at) => statement.entries[at].amount,
        Figure::BalanceAfter(at) => statement.entries[at].balance_after,
        Figure::Closing => statement.closing.map(|balance| balance.amount),
    }
}

/// Prints a figure as another; `None` where there is none, or it stays as it was.
fn reprint(
    statement: &mut Statement,
    figure: Figure,
    mistake: impl FnOnce(Decimal) -> Option<Decimal>,
) -> Option<Remedy> {
    let right = printed(statement, figure)?;
    let wrong = mistake(right).filter(|&wrong| wrong != right)?;
    match figure {
        Figure::Opening => statement.opening.as_mut()?.amount = wrong,
        Figure::Amount(at) => statement.entries[at].amount = Some(wrong),
        Figure::BalanceAfter(at) => statement.entries[at].balance_after = Some(wrong),
        Figure::Closing => statement.closing.as_mut()?.amount = wrong,
    }
    Some(Remedy::Figure(figure, right))
}

fn close_wrongly(rng: &mut Rng, statement: &mut Statement) -> Option<Remedy> {
    let way = rng.below(4);
    let by = i128::from(1 + rng.below(1_000_000));
    let found = reprint(statement, Figure::Closing, |value| match way {
        0 => swapped(rng, value),
        1 => changed(rng, value),
        2 => shifted(rng, value),
        _ => value.checked_add(Decimal::new(by, value.scale())?),
    })?;
    Some(if way == 3 { Remedy::Nothing } else { found })
}

fn digits(value: Decimal) -> Vec<u8> {
    unscaled(value).unsigned_abs().to_string().into_bytes()
}

fn unscaled(value: Decimal) -> i128 {
    value.minor(value.scale()).unwrap()
}

fn with_digits(value: Decimal, digits: Vec<u8>) -> Option<Decimal> {
    let number: i128 = String::from_utf8(digits).unwrap().parse().unwrap();
    Decimal::new(if value.is_negative() { -number } else { number }, value.scale())
}

fn swapped(rng: &mut Rng, value: Decimal) -> Option<Decimal> {
    let mut digits = digits(value);
    let pairs: Vec<usize> = (1..digits.len()).filter(|&at| digits[at - 1] != digits[at]).collect();
    let at = *pairs.get(index(rng, pairs.len().max(1)))?;
    digits.swap(at - 1, at);
    with_digits(value, digits)
}

fn changed(rng: &mut Rng, value: Decimal) -> Option<Decimal> {
    let mut digits = digits(value);
    let at = index(rng, digits.len());
    digits[at] = b'0' + (digits[at] - b'0' + 1 + u8::try_from(rng.below(9)).unwrap()) % 10;
    with_digits(value, digits)
}

/// The point one or two places to the left or to the right.
fn shifted(rng: &mut Rng, value: Decimal) -> Option<Decimal> {
    let (number, scale) = (unscaled(value), value.scale());
    match rng.below(4) {
        0 => Decimal::new(number * 10, scale),
        1 => Decimal::new(number * 100, scale),
        2 => Decimal::new(number, scale + 1),
        _ => Decimal::new(number, scale + 2),
    }
}
