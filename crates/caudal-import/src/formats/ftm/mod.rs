//! `FollowTheMoney` entities in lines of JSON: each `Payment` is a transfer.
//!
//! *Shape.* Twice over the lines, since a payment may stand before the account it names. A side is
//! the payment's account, else its party. An account is its IBAN, else its number; a party is its
//! caption, else its first name; all are their entity's id where they have nothing else, and carry
//! it behind them in brackets where two entities have one name. A payment with several accounts,
//! parties or amounts on one side is a problem and never a choice.
//!
//! *Units.* The amount with its currency; else the amount in euros or in dollars, if only one of
//! them is there. Beside an amount with its currency they are what it was worth.
//!
//! *Authority.* The followthemoney model, version 4.

mod entities;
mod line;

use std::borrow::Cow;

use caudal_model::{Decimal, ProblemCode};

use crate::fields::Cell;
use crate::formats::{Found, ReadOptions};
use crate::report::{Fault, Report};
use crate::transfers::{column, empty_row};
use entities::Entities;
use line::{Line, Values};

/// Whether a text begins with an entity. Of long lines only their beginning is there.
pub(super) fn is_ftm(head: &str) -> bool {
    let head = head.trim_start();
    let has = |name: &str| head.contains(name);
    head.starts_with('{') && has("\"schema\"") && has("\"properties\"") && has("\"id\"")
}

pub(super) fn read(text: &str, options: &ReadOptions, found: &mut Found, report: &mut Report) {
    let lines = || (1u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let mut entities = Entities::default();
    let mut faults = Vec::new();
    // Whether a line is read again: payments, and what is no entity, in the order of the file.
    let mut are_left = Vec::new();
    let position = |line: &str| line.as_ptr().addr() - text.as_ptr().addr();
    for (row, line) in lines() {
        // Lines are read twice; each time counts for half.
        if !report.goes_on(position(line), 2 * text.len()) {
            return;
        }
        let entity = Line::read(line).ok().filter(|line| !line.is_payment());
        are_left.push(entity.is_none());
        let fault = entity.and_then(|entity| entities.add(&entity));
        faults.extend(fault.map(|fault| (row, fault)));
    }
    entities.part();
    let mut faults = faults.into_iter().peekable();
    for ((row, line), is_left) in lines().zip(are_left) {
        if !report.goes_on(text.len() + position(line), 2 * text.len()) {
            return;
        }
        if let Some((row, fault)) = faults.next_if(|(of, _)| *of == row) {
            report.cell_problem(row, "iban", fault);
        }
        if is_left {
            take_line(row, line, (&entities, options), (found, report));
        }
    }
}

fn take_line(
    row: u64,
    line: &str,
    (entities, options): (&Entities, &ReadOptions),
    (found, report): (&mut Found, &mut Report),
) {
    match Line::read(line) {
        Ok(payment) => {
            take_payment(row, &payment, (entities, options), (found, report));
        }
        Err(fault) => report.row_problem(row, fault),
    }
}

fn take_payment(
    row: u64,
    payment: &Line<'_>,
    (entities, options): (&Entities, &ReadOptions),
    (found, report): (&mut Found, &mut Report),
) {
    let its = &payment.properties;
    if let Some(name) = its.odd() {
        report.cell_problem(row, name, Fault::new(ProblemCode::RecordUnexpected, name));
    }
    let payer = side([&its.payer_account, &its.payer], entities);
    let payee = side([&its.beneficiary_account, &its.beneficiary], entities);
    let [payer, payee] = [(payer, "payer"), (payee, "payee")].map(|(side, name)| {
        // A side without a name is a problem of its own, which blocks.
        side.map_err(|fault| report.cell_problem(row, name, fault)).unwrap_or_default()
    });
    let [amount, currency] = match money(payment, options) {
        Ok(money) => money,
        Err(fault) => {
            report.cell_problem(row, "amount", fault);
            found.intake.leave_out(report, row, &payment.id);
            return;
        }
    };
    let mut cells = empty_row();
    let text = |text| Cell::Text(Cow::Borrowed(text));
    let date = date(payment);
    cells[column::ID] = text(payment.id.trim());
    cells[column::DATE] = text(&date);
    cells[column::PAYER] = text(payer.trim());
    cells[column::PAYEE] = text(payee.trim());
    cells[column::AMOUNT] = text(&amount);
    cells[column::CURRENCY] = text(&currency);
    found.intake.take(report, row, &cells);
}

/// The name of a side: of its account, else of its party; empty where it has neither.
fn side<'n>(
    [account, party]: [&'n Values<'_>; 2],
    entities: &'n Entities,
) -> Result<Cow<'n, str>, Fault> {
    let ids = if account.is_empty() { party } else { account };
    if ids.are_several() {
        return Err(Fault::new(ProblemCode::AccountKeyContradicts, &ids.joined(" | ")));
    }
    Ok(ids.only().map_or(Cow::Borrowed(""), |id| entities.name(id)))
}

/// The date of a payment, or the only day of its interval. Several are no date.
fn date(payment: &Line<'_>) -> String {
    let its = &payment.properties;
    if !its.date.is_empty() {
        return its.date.joined(" | ");
    }
    let is_one_day = its.start_date.only() == its.end_date.only() || its.end_date.is_empty();
    if is_one_day { its.start_date.joined(" | ") } else { String::new() }
}

/// Amount and currency of a payment. What is not stated is empty.
fn money(payment: &Line<'_>, options: &ReadOptions) -> Result<[String; 2], Fault> {
    let its = &payment.properties;
    let worths = [(&its.amount_eur, "EUR"), (&its.amount_usd, "USD")];
    let all = [&its.amount, &its.currency, &its.amount_eur, &its.amount_usd];
    if let Some(several) = all.into_iter().find(|values| values.are_several()) {
        let fault = Fault::new(ProblemCode::AmountAmbiguous, &several.joined(", "));
        return Err(fault.expected(several.joined(" | ")));
    }
    let Some(amount) = its.amount.only() else {
        return match worths.map(|(values, code)| values.only().map(|amount| (amount, code))) {
            [Some((euros, _)), Some((dollars, _))] => {
                let fault = format!("{euros} EUR, {dollars} USD");
                let fault = Fault::new(ProblemCode::AmountAmbiguous, &fault);
                Err(fault.expected(format!("{euros} EUR | {dollars} USD")))
            }
            [Some((amount, code)), None] | [None, Some((amount, code))] => {
                Ok([amount.to_owned(), code.to_owned()])
            }
            [None, None] => Ok([String::new(), its.currency.joined("")]),
        };
    };
    let currency = its.currency.only().or(options.currency.as_deref()).unwrap_or_default();
    let same = worths.iter().find(|(_, code)| code.eq_ignore_ascii_case(currency));
    if let Some(worth) = same.and_then(|(values, _)| values.only())
        && differ(amount, worth)
    {
        let fault = Fault::new(ProblemCode::AmountAmbiguous, &format!("{amount}, {worth}"));
        return Err(fault.expected(format!("{amount} | {worth}")));
    }
    Ok([amount.to_owned(), currency.to_owned()])
}

/// Whether two amounts are different numbers, or different texts where they are none.
fn differ(left: &str, right: &str) -> bool {
    match [left, right].map(Decimal::parse) {
        [Some(left), Some(right)] => left != right,
        _ => left.trim() != right.trim(),
    }
}
