//! The amount of a row, signed as the account sees it.

use std::collections::BTreeSet;

use caudal_model::{Decimal, ProblemCode};

use super::decide::mark_key;
use super::grid::{GridCell, cell};
use super::headings::Columns;
use super::numbers::{self, Number, Sign};
use crate::profile::{DecimalMark, Field};
use crate::report::Fault;

/// How the direction of amounts is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signs {
    /// By their sign, or by its opposite.
    Signed { is_turned: bool },
    /// By their column.
    Columns { are_debits_negative: bool },
    /// By a mark.
    Marks { debits: BTreeSet<String> },
}

/// What a row's amounts are read with.
pub(super) struct Reading<'r> {
    pub(super) columns: &'r Columns,
    /// Marks that are possible.
    pub(super) marks: &'r [DecimalMark],
    /// Whether the first column of a field holds its amounts, as the balances show; if not, columns
    /// of one field that say different things leave the amount open.
    pub(super) is_first_enough: bool,
}

/// What is wrong with an amount, and in which column.
pub(super) struct AmountFault {
    pub(super) position: usize,
    pub(super) fault: Fault,
}

/// Reads a number under each of the marks that are possible; they must agree.
pub(super) fn number(cell: &GridCell<'_>, marks: &[DecimalMark]) -> Result<Number, Fault> {
    let mut readings = marks.iter().filter_map(|&mark| numbers::read(cell, mark));
    let text = cell.text.as_ref();
    let Some(first) = readings.next() else { return Err(unreadable(cell)) };
    match readings.find(|reading| *reading != first) {
        None => Ok(first),
        Some(other) => {
            let (one, other) = (first.signed(), other.signed());
            let fault = Fault::new(ProblemCode::AmountAmbiguous, text);
            Err(fault.expected(format!("{} | {}", one.max(other), one.min(other))))
        }
    }
}

/// A text that is no number under the marks that are possible.
fn unreadable(cell: &GridCell<'_>) -> Fault {
    let text = cell.text.as_ref();
    let digit_count = text.bytes().filter(u8::is_ascii_digit).count();
    let is_figure = text.bytes().all(|b| b.is_ascii_digit() || b",.-+ ".contains(&b));
    if is_figure && digit_count > 20 {
        return Fault::new(ProblemCode::AmountOverflow, text);
    }
    let other = [DecimalMark::Point, DecimalMark::Comma]
        .into_iter()
        .find_map(|mark| numbers::read(cell, mark));
    match other {
        // A number by the mark that the rest of the file does not use.
        Some(number) => {
            Fault::new(ProblemCode::AmountAmbiguous, text).expected(number.signed().to_string())
        }
        None => Fault::new(ProblemCode::AmountUnreadable, text).expected("1204.50"),
    }
}

/// Reads a cell that may be empty.
fn optional(
    reading: &Reading<'_>,
    cells: &[GridCell<'_>],
    position: Option<usize>,
) -> Result<Option<Number>, AmountFault> {
    let Some(position) = position else { return Ok(None) };
    let cell = cell(cells, position);
    if cell.is_empty() || cell.text == "-" {
        return Ok(None);
    }
    let read = number(cell, reading.marks);
    read.map(Some).map_err(|fault| AmountFault { position, fault })
}

/// The number of a field, which may have several columns.
fn of_field(
    reading: &Reading<'_>,
    cells: &[GridCell<'_>],
    field: Field,
) -> Result<Option<Number>, AmountFault> {
    let mut found: Option<Number> = None;
    for &position in reading.columns.all(field) {
        let Some(number) = optional(reading, cells, Some(position))? else { continue };
        match found {
            Some(first) if reading.is_first_enough && !first.magnitude.is_zero() => break,
            Some(first) if !first.magnitude.is_zero() && !number.magnitude.is_zero() => {
                if first != number {
                    let text = cell(cells, position).text.as_ref();
                    let fault = Fault::new(ProblemCode::AmountAmbiguous, text);
                    let readings = format!("{} | {}", first.signed(), number.signed());
                    return Err(AmountFault { position, fault: fault.expected(readings) });
                }
            }
            Some(first) if number.magnitude.is_zero() => found = Some(first),
            _ => found = Some(number),
        }
    }
    Ok(found)
}

/// The amount of a row; `None` where the row has none.
pub(super) fn amount(
    reading: &Reading<'_>,
    cells: &[GridCell<'_>],
    signs: &Signs,
) -> Result<Option<Decimal>, AmountFault> {
    match signs {
        Signs::Signed { is_turned } => {
            let amount = of_field(reading, cells, Field::Amount)?.map(Number::signed);
            Ok(amount.map(|amount| if *is_turned { -amount } else { amount }))
        }
        Signs::Columns { are_debits_negative } => by_column(reading, cells, *are_debits_negative),
        Signs::Marks { debits } => {
            let Some(amount) = of_field(reading, cells, Field::Amount)? else { return Ok(None) };
            by_mark(reading, cells, amount, debits).map(Some)
        }
    }
}

fn by_column(
    reading: &Reading<'_>,
    cells: &[GridCell<'_>],
    are_debits_negative: bool,
) -> Result<Option<Decimal>, AmountFault> {
    let position = reading.columns.get(Field::Debit);
    let debit = of_field(reading, cells, Field::Debit)?;
    let credit = of_field(reading, cells, Field::Credit)?;
    let is_filled = |number: &Option<Number>| number.is_some_and(|n| !n.magnitude.is_zero());
    if is_filled(&debit) && is_filled(&credit) {
        let position = position.unwrap_or(0);
        let other = reading.columns.get(Field::Credit).unwrap_or(0);
        let found = format!("{} | {}", cell(cells, position).text, cell(cells, other).text);
        let fault = Fault::new(ProblemCode::DebitAndCreditBoth, &found);
        return Err(AmountFault { position, fault });
    }
    // `5.00 CR` among debits.
    if let Some(credited) = debit.filter(|debit| debit.sign == Sign::Plus) {
        let position = position.unwrap_or(0);
        let (amount, found) = (credited.magnitude, &cell(cells, position).text);
        let fault = Fault::new(ProblemCode::AmountAmbiguous, found);
        let fault = fault.expected(format!("{} | {amount}", -amount));
        return Err(AmountFault { position, fault });
    }
    let debit =
        debit.map(|debit| if are_debits_negative { debit.signed() } else { -debit.signed() });
    let credit = credit.map(Number::signed);
    Ok(match (debit, credit) {
        (Some(debit), Some(credit)) => Some(if debit.is_zero() { credit } else { debit }),
        (debit, credit) => debit.or(credit),
    })
}

fn by_mark(
    reading: &Reading<'_>,
    cells: &[GridCell<'_>],
    amount: Number,
    debits: &BTreeSet<String>,
) -> Result<Decimal, AmountFault> {
    let Some(position) = reading.columns.get(Field::Mark) else {
        let position = reading.columns.get(Field::Amount).unwrap_or(0);
        let fault = Fault::new(ProblemCode::AmountAmbiguous, &cell(cells, position).text);
        let (credit, debit) = (amount.magnitude, -amount.magnitude);
        return Err(AmountFault { position, fault: fault.expected(format!("{debit} | {credit}")) });
    };
    let mark = cell(cells, position);
    if mark.is_empty() {
        let fault = Fault::new(ProblemCode::AmountSignContradicts, "");
        return Err(AmountFault { position, fault });
    }
    let is_debit = debits.contains(&mark_key(&mark.text));
    let contradicts = match amount.sign {
        Sign::Open => false,
        Sign::Minus => !is_debit,
        Sign::Plus => is_debit,
    };
    if contradicts && !amount.magnitude.is_zero() {
        let found = format!("{} {}", amount.signed(), mark.text);
        let fault = Fault::new(ProblemCode::AmountSignContradicts, &found);
        return Err(AmountFault { position, fault });
    }
    Ok(if is_debit { -amount.magnitude } else { amount.magnitude })
}
