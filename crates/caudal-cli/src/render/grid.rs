//! The statement grid: one line an account, one mark a month, in colour and in shape.

use std::collections::BTreeSet;

use caudal::wire::{AccountCheck, BreakRow, CheckDocument, MonthCheck, OrderRow, ProblemRow};
use caudal::{Message, Terms, printable};

use super::table::{line, problem_lines, source};

/// Repairs of one break that are shown.
const REPAIRS_SHOWN: usize = 3;

/// Days of several orders that are shown.
const ORDERS_SHOWN: usize = 20;

/// A check for people.
pub(crate) fn check(document: &CheckDocument, terms: &Terms, has_colour: bool) -> String {
    let mut text = grid(document, has_colour);
    text.push('\n');
    line(&mut text, &terms.word("line-check-legend"));
    let sum = |of: fn(&AccountCheck) -> usize| document.accounts.iter().map(of).sum::<usize>();
    let rows = Message::new("line-check-rows")
        .with("proved", sum(|account| account.proved))
        .with("broken", sum(|account| account.broken))
        .with("unproved", sum(|account| account.unproved));
    line(&mut text, &terms.say(&rows));
    if !document.breaks.is_empty() {
        text.push('\n');
        line(&mut text, &terms.word("line-check-breaks"));
        document.breaks.iter().for_each(|found| text.push_str(&told(found, terms)));
    }
    text.push_str(&orders(&document.orders, terms));
    text.push_str(&problems(&document.problems, terms));
    let last = match document.blocking {
        0 => Message::new("line-check-sound"),
        count => Message::new("line-check-blocking").with("count", count),
    };
    text.push('\n');
    line(&mut text, &terms.say(&last));
    text
}

fn grid(document: &CheckDocument, has_colour: bool) -> String {
    let name = |account: &AccountCheck| printable(&account.account);
    let width = document.accounts.iter().map(|a| name(a).chars().count()).max().unwrap_or(0);
    let mut text = years(&document.months, width + 5);
    for account in &document.accounts {
        let marks: Vec<String> =
            account.months.iter().map(|month| mark(month, has_colour)).collect();
        let marks = marks.join(" ");
        let offs: Vec<String> = document
            .months
            .iter()
            .zip(&account.months)
            .filter_map(|(name, month)| month.off.as_ref().map(|off| format!("{name}: {off}")))
            .collect();
        let holder = account.holder.as_deref().map_or(String::new(), printable);
        let line = format!(
            "{:width$} {:3}  {marks} {holder}  {}",
            name(account),
            account.currency,
            offs.join(", ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A line with the first letter of each month, and one with the years.
fn years(months: &[String], indent: usize) -> String {
    let last = |month: &String| month.chars().last().unwrap_or(' ').to_string();
    let numbers = months.iter().map(last).collect::<Vec<_>>().join(" ");
    let mut years = String::new();
    for month in months {
        let is_first = month.ends_with("-01") || years.is_empty();
        let year = if is_first { month.get(..4).unwrap_or("") } else { "" };
        let wanted = years.chars().count();
        if is_first {
            years.push_str(year);
        }
        while years.chars().count() < wanted + 2 {
            years.push(' ');
        }
    }
    let pad = " ".repeat(indent + 1);
    format!("{pad}{}\n{pad}{}\n", squeezed(&years, months.len()), numbers.trim_end())
}

/// Years stand over their first month; what would run over the next one is cut.
fn squeezed(years: &str, months: usize) -> String {
    years.chars().take(months.max(2) * 2).collect::<String>().trim_end().to_owned()
}

fn mark(month: &MonthCheck, has_colour: bool) -> String {
    let (shape, colour) = match month.state {
        "reconciled" => ("■", "32"),
        "off" => ("▲", "31"),
        "unproved" => ("?", "33"),
        "missing" => ("○", "35"),
        _ => ("·", "90"),
    };
    if has_colour { format!("\u{1b}[{colour}m{shape}\u{1b}[0m") } else { shape.to_owned() }
}

fn told(found: &BreakRow, terms: &Terms) -> String {
    let stated = Message::new("line-check-stated")
        .with("account", &found.account)
        .with("stated", &found.stated)
        .with("computed", &found.computed);
    let mut text = format!("  {} ({})\n", terms.say(&stated), source(&found.source));
    for repair in found.repairs.iter().take(REPAIRS_SHOWN) {
        line(&mut text, &format!("    - {repair}"));
    }
    if let Some(more) = found.repair_count.checked_sub(REPAIRS_SHOWN).filter(|&more| more > 0) {
        let message = Message::new("line-check-repairs-more").with("count", more);
        line(&mut text, &format!("    - {}", terms.say(&message)));
    }
    text
}

/// Days for which the printed balances allow several orders; of the others, only how many.
fn orders(orders: &[OrderRow], terms: &Terms) -> String {
    let mut text = String::new();
    let (several, unprinted): (Vec<_>, Vec<_>) = orders.iter().partition(|row| row.has_balances);
    if !several.is_empty() {
        text.push('\n');
        line(&mut text, &terms.word("line-check-orders"));
    }
    for row in several.iter().take(ORDERS_SHOWN) {
        let rows: Vec<String> = row.rows.iter().map(u64::to_string).collect();
        let told = Message::new("line-check-order")
            .with("account", &row.account)
            .with("day", row.day.as_deref().unwrap_or("-"))
            .with("rows", rows.join(", "));
        line(&mut text, &format!("  {} ({})", terms.say(&told), source(&row.source)));
    }
    if let Some(more) = several.len().checked_sub(ORDERS_SHOWN).filter(|&more| more > 0) {
        let message = Message::new("line-check-repairs-more").with("count", more);
        line(&mut text, &format!("  {}", terms.say(&message)));
    }
    let statements: BTreeSet<_> =
        unprinted.iter().map(|row| (&row.source.sha256, row.source.part, row.source.row)).collect();
    if !statements.is_empty() {
        let message = Message::new("line-check-orders-unprinted")
            .with("days", unprinted.len())
            .with("statements", statements.len());
        text.push('\n');
        line(&mut text, &terms.say(&message));
    }
    text
}

fn problems(problems: &[ProblemRow], terms: &Terms) -> String {
    if problems.is_empty() { String::new() } else { problem_lines(problems, terms) }
}
