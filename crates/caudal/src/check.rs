//! What the arithmetic of a case's statements proves, account by account and month by month.
//!
//! *Shape.* The grid has a mark for each month of the case: reconciled, off by an amount, unproved,
//! missing inside the account's own span, not covered outside of it. Every break comes with the
//! single changes that would close it; they are proposals, the originals stay as they are.

use std::collections::BTreeSet;

use caudal_explain::{Message, Terms};
use caudal_model::{Moment, Severity};
use caudal_reconcile::proof::{Figure, Repair, RowState};
use caudal_reconcile::series::{MonthState, months};
use caudal_wire::{
    AccountCheck, BreakRow, CHECK_SCHEMA, CheckDocument, MonthCheck, OrderRow, Source,
};

use crate::assemble::{Assembled, AssembledAccount};
use crate::assume::problem_row;
use crate::folder::ReadCase;

/// Breaks that are listed.
const BREAKS_MAX: usize = 1_000;

/// Checks a case.
pub fn check(case: &ReadCase, assembled: &Assembled, terms: &Terms) -> CheckDocument {
    let span = span(assembled);
    let accounts: Vec<AccountCheck> =
        assembled.accounts.iter().map(|account| account_check(account, span)).collect();
    let breaks = assembled.accounts.iter().flat_map(|account| breaks(case, account, terms));
    let orders = assembled.accounts.iter().flat_map(|account| orders(case, account));
    let mut problems: Vec<_> = assembled.problems.iter().collect();
    problems.sort_by_key(|problem| problem.severity());
    let blocks = |problem: &&&caudal_model::Problem| problem.severity() == Severity::Blocks;
    CheckDocument {
        schema: CHECK_SCHEMA,
        version: crate::VERSION,
        months: span.map_or_else(Vec::new, month_names),
        accounts,
        breaks: breaks.take(BREAKS_MAX).collect(),
        orders: orders.collect(),
        blocking: problems.iter().filter(blocks).count(),
        problems: problems.into_iter().map(|problem| problem_row(problem, terms)).collect(),
    }
}

/// The first and last day that any statement covers.
fn span(assembled: &Assembled) -> Option<(i32, i32)> {
    let runs = || assembled.accounts.iter().flat_map(|account| &account.series.runs);
    let first = runs().filter_map(|run| run.first_day).min()?;
    let last = runs().filter_map(|run| run.last_day).max()?;
    Some((first, last))
}

fn month_names((first, last): (i32, i32)) -> Vec<String> {
    let month = |day| {
        let (year, month, _) = Moment { day, nanos: None }.civil();
        (year, month)
    };
    let (mut at, last) = (month(first), month(last));
    let mut names = Vec::new();
    while at <= last {
        names.push(format!("{:04}-{:02}", at.0, at.1));
        at = if at.1 == 12 { (at.0 + 1, 1) } else { (at.0, at.1 + 1) };
    }
    names
}

fn account_check(account: &AssembledAccount, span: Option<(i32, i32)>) -> AccountCheck {
    let count = |state: RowState| {
        let rows = account.proofs.iter().flat_map(|proved| &proved.rows);
        rows.filter(|&&row| row == state).count()
    };
    let month = |(_, _, state): (i32, u32, MonthState)| match state {
        MonthState::Reconciled => MonthCheck { state: "reconciled", off: None },
        MonthState::Off(off) => MonthCheck { state: "off", off: Some(off.to_string()) },
        MonthState::Unproved => MonthCheck { state: "unproved", off: None },
        MonthState::Missing => MonthCheck { state: "missing", off: None },
        MonthState::NotCovered => MonthCheck { state: "not-covered", off: None },
    };
    let marks = span.map_or_else(Vec::new, |span| months(&account.series, span));
    AccountCheck {
        account: account.key.clone(),
        currency: account.currency.code().to_owned(),
        holder: account.holder.clone(),
        months: marks.into_iter().map(month).collect(),
        proved: count(RowState::Proved),
        broken: count(RowState::Broken),
        unproved: count(RowState::Unproved),
    }
}

fn breaks(case: &ReadCase, account: &AssembledAccount, terms: &Terms) -> Vec<BreakRow> {
    let mut rows = Vec::new();
    for (&at, proved) in account.statements.iter().zip(&account.proofs) {
        for found in &proved.breaks {
            let source = |entry: Option<usize>| source(case, at, entry);
            let at_row =
                found.rows.clone().last().and_then(|row| proved.sequence.get(row)).copied();
            let repairs = found.repairs.iter().map(|repair| told(repair, &source, terms));
            rows.push(BreakRow {
                account: account.key.clone(),
                source: source(at_row),
                stated: found.stated.to_string(),
                computed: found.computed.to_string(),
                repairs: repairs.collect(),
                repair_count: found.repair_count,
            });
        }
    }
    rows
}

/// Days on which rows can change places; statements that only repeat others are left out.
fn orders(case: &ReadCase, account: &AssembledAccount) -> Vec<OrderRow> {
    let counts: BTreeSet<usize> = account.series.entries.iter().map(|at| at.statement).collect();
    let mut rows = Vec::new();
    for (number, (&at, proved)) in account.statements.iter().zip(&account.proofs).enumerate() {
        if !counts.contains(&number) {
            continue;
        }
        for open in &proved.open_days {
            let entries = &proved.sequence[open.rows.clone()];
            rows.push(OrderRow {
                account: account.key.clone(),
                source: source(case, at, None),
                day: open.day.map(|day| Moment { day, nanos: None }.to_string()),
                rows: entries.iter().map(|&entry| source(case, at, Some(entry)).row).collect(),
                has_balances: open.has_balances,
            });
        }
    }
    rows
}

fn source(case: &ReadCase, (file, at): (usize, usize), entry: Option<usize>) -> Source {
    let read = &case.files[file];
    let statement = &read.evidence.statements[at];
    let entry = entry.and_then(|entry| statement.entries.get(entry));
    Source {
        file: read.record.name.clone(),
        sha256: read.record.sha256.clone(),
        part: entry.map_or(statement.part, |entry| entry.part),
        row: entry.map_or(statement.row, |entry| entry.row),
    }
}

/// A repair as a sentence.
fn told(repair: &Repair, source: &dyn Fn(Option<usize>) -> Source, terms: &Terms) -> String {
    let row = |entry: usize| source(Some(entry)).row;
    let figure = |message: Message, figure: Figure| match figure {
        Figure::Opening => message.with("what", terms.word("word-opening")),
        Figure::Closing => message.with("what", terms.word("word-closing")),
        Figure::Amount(entry) => {
            let what = Message::new("word-amount-of-row").with("row", row(entry));
            message.with("what", terms.say(&what))
        }
        Figure::BalanceAfter(entry) => {
            let what = Message::new("word-balance-of-row").with("row", row(entry));
            message.with("what", terms.say(&what))
        }
    };
    let message = match *repair {
        Repair::DuplicateRow { entry, of } => {
            Message::new("repair-duplicate").with("row", row(entry)).with("of", row(of))
        }
        Repair::RowsReversed { first, last } => {
            Message::new("repair-reversed").with("row", row(first)).with("last", row(last))
        }
        Repair::SignFlipped { figure: at } => figure(Message::new("repair-sign"), at),
        Repair::WrongDecimalPoint { figure: at, would_be } => {
            figure(Message::new("repair-point"), at).with("right", would_be)
        }
        Repair::DigitsSwapped { figure: at, would_be } => {
            figure(Message::new("repair-swapped"), at).with("right", would_be)
        }
        Repair::DigitChanged { figure: at, would_be } => {
            figure(Message::new("repair-digit"), at).with("right", would_be)
        }
        Repair::RowMissing { after: Some(entry), amount } => {
            Message::new("repair-missing-after").with("row", row(entry)).with("amount", amount)
        }
        Repair::RowMissing { after: None, amount } => {
            Message::new("repair-missing").with("amount", amount)
        }
    };
    terms.say(&message)
}
