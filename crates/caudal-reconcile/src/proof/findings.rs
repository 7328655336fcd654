//! What a person should know about a statement's arithmetic.

use std::collections::BTreeSet;

use caudal_model::{Moment, ProblemCode, Reference, ReferenceKind, Statement};

use super::{Figure, Order, Proved, Repair, RowState};
use crate::Finding;

/// All findings, by code in order of precedence, then in the order of the entries.
pub(super) fn findings(
    statement: &Statement,
    exponent: u8,
    proved: &Proved,
    is_against_days: bool,
) -> Vec<Finding> {
    let mut findings = missing_balances(statement, proved);
    findings.extend(breaks(proved));
    findings.extend(digits(statement, exponent));
    findings.extend(outside(statement));
    findings.extend(copies(statement, proved));
    if is_against_days && let Order::ByBalances(sequence) = &proved.order {
        findings.extend(against_days(statement, sequence));
    }
    findings
}

fn finding(code: ProblemCode, entry: Option<usize>, found: String) -> Finding {
    Finding { code, statement: 0, entry, found, expected: None }
}

fn missing_balances(statement: &Statement, proved: &Proved) -> Vec<Finding> {
    let last = proved.sequence.last().map(|&entry| &statement.entries[entry]);
    let has_last = last.is_some_and(|entry| entry.balance_after.is_some());
    let missing = |code| finding(code, None, String::new());
    let opening = statement.opening.is_none().then(|| Finding {
        expected: proved.opening.map(|balance| balance.to_string()),
        ..missing(ProblemCode::OpeningBalanceMissing)
    });
    let closing = (statement.closing.is_none() && !has_last).then(|| Finding {
        expected: proved.closing.map(|balance| balance.to_string()),
        ..missing(ProblemCode::ClosingBalanceMissing)
    });
    opening.into_iter().chain(closing).collect()
}

fn breaks(proved: &Proved) -> impl Iterator<Item = Finding> {
    proved.breaks.iter().map(|at| Finding {
        code: ProblemCode::BalanceDoesNotFollow,
        statement: 0,
        entry: match at.at {
            Figure::BalanceAfter(entry) | Figure::Amount(entry) => Some(entry),
            Figure::Opening | Figure::Closing => None,
        },
        found: at.stated.to_string(),
        expected: Some(at.computed.to_string()),
    })
}

fn digits(statement: &Statement, exponent: u8) -> impl Iterator<Item = Finding> {
    let booked = statement.entries.iter().enumerate().filter(|(_, entry)| entry.is_booked());
    booked.filter_map(move |(at, entry)| {
        let amount = entry.amount.filter(|amount| amount.minor(exponent).is_none())?;
        Some(finding(ProblemCode::AmountDigitsBeyondCurrency, Some(at), amount.to_string()))
    })
}

fn outside(statement: &Statement) -> impl Iterator<Item = Finding> {
    let period = statement.period;
    let booked = statement.entries.iter().enumerate().filter(|(_, entry)| entry.is_booked());
    booked.filter_map(move |(at, entry)| {
        let (first, last) = period?;
        let day = entry.booked_at?.day;
        let is_outside = day < first || day > last;
        is_outside.then(|| Finding {
            expected: Some(format!("{}/{}", day_text(first), day_text(last))),
            ..finding(ProblemCode::DateOutsideStatement, Some(at), day_text(day))
        })
    })
}

/// Equal neighbours of which the balances prove only one.
fn copies(statement: &Statement, proved: &Proved) -> Vec<Finding> {
    let mut places = vec![usize::MAX; statement.entries.len()];
    for (place, &entry) in proved.sequence.iter().enumerate() {
        places[entry] = place;
    }
    let repairs = proved.breaks.iter().flat_map(|at| &at.repairs);
    let mut findings: Vec<Finding> = Vec::new();
    for repair in repairs {
        let Repair::DuplicateRow { entry, of } = *repair else { continue };
        if places[entry].abs_diff(places[of]) == 1 {
            let amount = statement.entries[entry].amount.unwrap_or_default();
            findings.push(finding(ProblemCode::RowDuplicate, Some(entry), amount.to_string()));
        }
    }
    findings.extend(repeated(statement, proved));
    findings.sort_by_key(|finding| finding.entry);
    findings.dedup_by_key(|finding| finding.entry);
    findings
}

/// Unproved entries that say again all that an earlier one says, the bank's own reference included.
/// Without a reference of the bank, equal payments on one day are too common to be told of.
fn repeated(statement: &Statement, proved: &Proved) -> impl Iterator<Item = Finding> {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let entries = statement.entries.iter().zip(&proved.rows).enumerate();
    entries.filter_map(move |(at, (entry, &state))| {
        let is_bank = |reference: &&Reference| reference.kind == ReferenceKind::Bank;
        let reference = entry.references.iter().find(is_bank).filter(|_| entry.is_booked())?;
        let is_new = known.insert((&reference.text, &entry.raw));
        (!is_new && state == RowState::Unproved).then(|| {
            let amount = entry.amount.unwrap_or_default();
            finding(ProblemCode::RowDuplicate, Some(at), amount.to_string())
        })
    })
}

/// The first entry that is booked before the one that it follows.
fn against_days(statement: &Statement, sequence: &[usize]) -> Option<Finding> {
    let day = |entry: usize| statement.entries[entry].booked_at.map(|moment| moment.day);
    let pair = sequence.windows(2).find(|pair| {
        day(pair[0]).zip(day(pair[1])).is_some_and(|(before, after)| after < before)
    })?;
    let found = day_text(day(pair[1])?);
    Some(finding(ProblemCode::SequenceAgainstDate, Some(pair[1]), found))
}

/// A day as text. Days beyond the years 1 to 9999, which no calendar of a bank has, are shown as
/// the nearest that can be written.
pub(crate) fn day_text(day: i32) -> String {
    let (first, last) = (-719_162, 2_932_896);
    Moment { day: day.clamp(first, last), nanos: None }.to_string()
}
