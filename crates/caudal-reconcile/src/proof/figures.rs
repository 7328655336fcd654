//! The figures of a statement, in minor units of one scale.

use caudal_model::decimal::SCALE_MAX;
use caudal_model::{Decimal, Statement};

use super::chain::Stretch;

/// A booked entry.
pub(super) struct Row {
    /// Position in the statement.
    pub(super) entry: usize,
    /// The day it was booked; of the entry before it where it states none.
    pub(super) day: Option<i32>,
    /// What it adds.
    pub(super) amount: Option<i128>,
    /// The balance after it.
    pub(super) after: Option<i128>,
}

impl Row {
    /// From which balance to which it leads.
    pub(super) fn edge(&self) -> Option<(i128, i128)> {
        let after = self.after?;
        Some((after.checked_sub(self.amount?)?, after))
    }
}

/// All booked entries and the two balances around them.
pub(super) struct Figures {
    pub(super) scale: u8,
    pub(super) rows: Vec<Row>,
    pub(super) opening: Option<i128>,
    pub(super) closing: Option<i128>,
}

impl Figures {
    pub(super) fn of(statement: &Statement, exponent: u8) -> Self {
        let stated = [&statement.opening, &statement.closing];
        let balances = stated.into_iter().flatten().map(|balance| balance.amount);
        let booked = || statement.entries.iter().enumerate().filter(|(_, e)| e.is_booked());
        let printed = booked().flat_map(|(_, entry)| [entry.amount, entry.balance_after]).flatten();
        let finest = balances.chain(printed).map(Decimal::scale).max().unwrap_or(0);
        let scale = finest.max(exponent).min(SCALE_MAX);
        // The one number without an opposite would stop a change of sign.
        let minor = |value: Decimal| value.minor(scale).filter(|&minor| minor != i128::MIN);
        let mut last_day = None;
        let rows = booked().map(|(at, entry)| {
            last_day = entry.booked_at.map(|moment| moment.day).or(last_day);
            let (amount, after) = (entry.amount, entry.balance_after);
            Row {
                entry: at,
                day: last_day,
                amount: amount.and_then(minor),
                after: after.and_then(minor),
            }
        });
        let rows = rows.collect();
        let [opening, closing] =
            stated.map(|balance| balance.as_ref().and_then(|balance| minor(balance.amount)));
        Self { scale, rows, opening, closing }
    }

    /// As a decimal; `None` beyond what decimals hold.
    pub(super) fn decimal(&self, minor: i128) -> Option<Decimal> {
        Decimal::new(minor, self.scale)
    }

    /// By how much the balance after a stretch does not follow; `None` where a figure is missing or
    /// beyond what decimals hold.
    pub(super) fn off(&self, stretch: &Stretch) -> Option<i128> {
        let is_held = |minor: i128| self.decimal(minor).is_some();
        let are_held = is_held(stretch.computed()?) && is_held(stretch.after?);
        stretch.off().filter(|&off| are_held && is_held(off))
    }
}
