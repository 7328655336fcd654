//! Statements from a seed.

use std::fmt::Write as _;

use caudal_model::{Balance, Decimal, Entry, Moment, Statement};
use caudal_testkit::random::Rng;

/// Which entries print the balance after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Printed {
    /// None does.
    Nowhere,
    /// The last one of each day.
    AtDayEnds,
    /// All of them.
    AtEveryRow,
}

impl Printed {
    pub(crate) const ALL: [Self; 3] = [Self::Nowhere, Self::AtDayEnds, Self::AtEveryRow];
}

/// What a statement prints.
#[expect(clippy::struct_excessive_bools, reason = "each says whether one thing is printed")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) printed: Printed,
    pub(crate) has_opening: bool,
    pub(crate) has_closing: bool,
    pub(crate) is_newest_first: bool,
    /// Decimals of the currency.
    pub(crate) exponent: u8,
    /// Amounts up to this many minor units; few amounts make many equal balances.
    pub(crate) amount_max: u64,
}

impl Layout {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        Self {
            printed: *rng.pick(&Printed::ALL),
            has_opening: rng.chance(75),
            has_closing: rng.chance(75),
            is_newest_first: rng.chance(30),
            exponent: *rng.pick(&[0, 2, 2, 2, 3]),
            amount_max: *rng.pick(&[500, 20_000, 900_000, 40_000_000]),
        }
    }
}

/// What a bank booked: days and amounts in minor units, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) opening: i128,
    pub(crate) rows: Vec<(i32, i128)>,
}

/// Two to fourteen entries, several of them on most days.
pub(crate) fn books(rng: &mut Rng, amount_max: u64) -> Books {
    let mut day = 20_000;
    let count = 2 + rng.below(13);
    let rows = (0..count).map(|_| {
        day += i32::try_from(rng.below(3)).unwrap() * i32::from(rng.chance(60));
        let amount = i128::from(1 + rng.below(amount_max));
        (day, if rng.chance(40) { amount } else { -amount })
    });
    let rows = rows.collect();
    Books { opening: i128::from(rng.below(2 * amount_max)), rows }
}

pub(crate) fn decimal(minor: i128, exponent: u8) -> Decimal {
    Decimal::new(minor, exponent).unwrap()
}

/// The statement that tells of books, in the bank's own order.
pub(crate) fn statement(books: &Books, layout: &Layout) -> Statement {
    let mut balance = books.opening;
    let stated = |minor| Balance { amount: decimal(minor, layout.exponent), day: None, row: 0 };
    let mut entries = Vec::new();
    for (at, &(day, minor)) in books.rows.iter().enumerate() {
        balance += minor;
        let is_day_end = books.rows.get(at + 1).is_none_or(|next| next.0 != day);
        let is_printed = match layout.printed {
            Printed::Nowhere => false,
            Printed::AtDayEnds => is_day_end,
            Printed::AtEveryRow => true,
        };
        entries.push(Entry {
            booked_at: Some(Moment { day, nanos: None }),
            amount: Some(decimal(minor, layout.exponent)),
            balance_after: is_printed.then(|| decimal(balance, layout.exponent)),
            description: format!("row {at}"),
            ..Entry::default()
        });
    }
    if layout.is_newest_first {
        entries.reverse();
    }
    Statement {
        opening: layout.has_opening.then(|| stated(books.opening)),
        closing: layout.has_closing.then(|| stated(balance)),
        entries,
        ..Statement::default()
    }
}

/// A statement as a reader of a failed test wants it.
pub(crate) fn shown(statement: &Statement) -> String {
    let end = |balance: Option<Balance>| balance.map_or("-".into(), |b| b.amount.to_string());
    let mut text = format!("\n{} … {}\n", end(statement.opening), end(statement.closing));
    for (at, entry) in statement.entries.iter().enumerate() {
        let part = |value: Option<Decimal>| value.map_or("-".into(), |value| value.to_string());
        let day = entry.booked_at.map_or(0, |moment| moment.day);
        let (amount, after) = (part(entry.amount), part(entry.balance_after));
        let _ = writeln!(text, "  {at}: day {day} {amount} -> {after} {}", entry.description);
    }
    text
}
