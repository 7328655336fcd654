//! One rule in full: endings, transfers, accounts, receipts, or the figures that stand alone.

use std::fmt::Write as _;

use caudal::wire::{AmountRow, EndingRow, OriginTotal, Result as RuleResult, SourceRow, Traced};
use caudal::{Message, Terms};

use super::lines::{Column, Lines, heading, largest_first, line};
use super::{ending_word, further, routes, rule_line, source};

/// Labels that get a column each; more than these are shown together.
const LABELS_SHOWN: usize = 4;

pub(super) fn one_result(result: &RuleResult, terms: &Terms) -> String {
    let mut text = String::from("\n");
    text.push_str(&rule_line((&result.rule, &result.aliases), &result.authority, terms));
    if result.asked != result.rule && result.asked != caudal::select::ALL {
        line(&mut text, &terms.say(&Message::new("line-alias").with("asked", &result.asked)));
    }
    for why in result.outer.iter().chain(&result.not_computed) {
        line(&mut text, why);
    }
    forward(&mut text, result, terms);
    if let Some(sources) = &result.sources {
        let key = if result.exposure { "table-exposing-sources" } else { "table-sources" };
        heading(&mut text, &terms.word(key));
        text.push_str(&source_table(sources, result.exposure, terms));
    }
    alone(&mut text, result, terms);
    text
}

/// The parts of a forward trace.
fn forward(text: &mut String, result: &RuleResult, terms: &Terms) {
    let labels = Labels { names: labels(result), is_exposure: result.exposure };
    if let Some(endings) = &result.endings {
        let key = if result.exposure { "table-exposed" } else { "table-where" };
        heading(text, &terms.word(key));
        text.push_str(&ending_table(endings, &labels, result.origin_total.as_deref(), terms));
    }
    if result.transfers.is_some() || !result.repayments.is_empty() {
        let key = if result.exposure { "table-exposed-transfers" } else { "table-transfers" };
        heading(text, &terms.word(key));
        text.push_str(&transfer_table(result, &labels, terms));
    }
    if let Some(accounts) = result.accounts.as_ref().filter(|accounts| !accounts.is_empty()) {
        heading(text, &terms.word("table-accounts"));
        let mut columns = vec![
            Column::left(terms.word("column-place")),
            Column::left(terms.word("column-currency")),
            Column::right(terms.word("column-balance")),
        ];
        columns.extend(label_columns(&labels, terms));
        let mut lines = Lines::new(columns);
        let mut accounts: Vec<_> = accounts.iter().collect();
        largest_first(&mut accounts, |account| account.traced_total.clone());
        for a in accounts {
            let mut cells = vec![a.account.clone(), a.currency.clone(), a.balance.clone()];
            cells.extend(label_cells(&labels, &a.traced, &a.traced_total));
            lines.row(&cells);
        }
        text.push_str(&lines.finish(terms));
    }
    if let Some(received) = result.received.as_ref().filter(|received| !received.is_empty()) {
        heading(text, &terms.word("table-received"));
        let mut lines = Lines::new(vec![
            Column::left(terms.word("column-place")),
            Column::left(terms.word("column-currency")),
            Column::right(terms.word("column-gross")),
            Column::right(terms.word("column-distinct")),
        ]);
        let mut received: Vec<_> = received.iter().collect();
        largest_first(&mut received, |row| row.gross.clone());
        for r in received {
            let distinct = r.distinct.clone().unwrap_or_else(|| "?".to_owned());
            lines.row(&[r.place.clone(), r.currency.clone(), r.gross.clone(), distinct]);
        }
        text.push_str(&lines.finish(terms));
    }
    if let Some(reached) = &result.reached {
        heading(text, &terms.word("table-reached"));
        let mut lines = Lines::new(vec![
            Column::left(terms.word("column-label")),
            Column::left(terms.word("column-currency")),
            Column::right(terms.word("column-amount")),
        ]);
        for r in reached {
            lines.row(&[r.label.clone(), r.currency.clone(), r.amount.clone()]);
        }
        text.push_str(&lines.finish(terms));
        heading(text, &terms.word("table-routes"));
        text.push_str(&routes(&result.routes, terms));
        text.push_str(&further(&result.further, terms));
        if result.routes.is_empty() && result.further.is_empty() {
            line(text, &terms.word("line-nothing"));
        }
    }
}

/// Bounds, totals and shares: figures that stand alone.
fn alone(text: &mut String, result: &RuleResult, terms: &Terms) {
    let currency = result.currency.as_deref().unwrap_or("");
    if let Some(shares) = &result.shares {
        let account = result.account.as_deref().unwrap_or("");
        heading(text, &terms.say(&Message::new("table-shares").with("account", account)));
        let mut lines = Lines::new(vec![
            Column::left(terms.word("column-label")),
            Column::left(terms.word("column-currency")),
            Column::right(terms.word("column-contribution")),
            Column::right(terms.word("column-claim")),
            Column::right(terms.word("column-share")),
        ]);
        for s in shares {
            let cells = [s.label.as_str(), currency, &s.contribution, &s.claim, &s.amount];
            lines.row(&cells.map(str::to_owned));
        }
        text.push_str(&lines.finish(terms));
    }
    let figures = [(&result.surplus, "line-surplus"), (&result.amount, amount_key(result))];
    if result.exposure {
        return;
    }
    for (amount, key) in figures {
        if let Some(amount) = amount {
            let message = Message::new(key).with("amount", amount).with("currency", currency);
            line(text, &terms.say(&message));
        }
    }
}

fn amount_key(result: &RuleResult) -> &'static str {
    match result.rule.as_str() {
        "at-least" => "line-bound-least",
        "at-most" => "line-bound-most",
        _ => "line-backward-total",
    }
}

/// Labels that get a column, and whether figures are exposure.
struct Labels {
    names: Vec<String>,
    is_exposure: bool,
}

/// Labels that get a column, in alphabetical order; empty where they are too many.
fn labels(result: &RuleResult) -> Vec<String> {
    let origins = result.origin_total.iter().flatten();
    let mut labels: Vec<String> = origins.map(|origin| origin.label.clone()).collect();
    labels.sort();
    labels.dedup();
    if labels.len() > LABELS_SHOWN || labels.len() < 2 { Vec::new() } else { labels }
}

fn label_columns(labels: &Labels, terms: &Terms) -> Vec<Column> {
    let mut columns: Vec<Column> =
        labels.names.iter().map(|label| Column::right(label.clone())).collect();
    let key = if labels.is_exposure { "column-exposed" } else { "column-traced" };
    columns.push(Column::right(terms.word(key)));
    columns
}

fn label_cells(labels: &Labels, traced: &Traced, total: &str) -> Vec<String> {
    let of = |label: &String| traced.get(label).map_or("-", String::as_str).to_owned();
    labels.names.iter().map(of).chain([total.to_owned()]).collect()
}

fn ending_table(
    endings: &[EndingRow],
    labels: &Labels,
    origins: Option<&[OriginTotal]>,
    terms: &Terms,
) -> String {
    let mut columns = vec![
        Column::left(terms.word("column-kind")),
        Column::left(terms.word("column-place")),
        Column::left(terms.word("column-currency")),
    ];
    columns.extend(label_columns(labels, terms));
    let converts = endings.iter().any(|ending| !ending.origin.is_empty());
    if converts {
        columns.push(Column::right(terms.word("line-conversion")));
    }
    let mut lines = Lines::new(columns);
    let mut endings: Vec<&EndingRow> = endings.iter().collect();
    largest_first(&mut endings, |ending| ending.amount.clone());
    for ending in endings {
        let mut cells =
            vec![ending_word(&ending.kind, terms), ending.place.clone(), ending.currency.clone()];
        cells.extend(label_cells(labels, &ending.traced, &ending.amount));
        if converts {
            let of = |row: &AmountRow| format!("{} {}", row.amount, row.currency);
            cells.push(ending.origin.iter().map(of).collect::<Vec<_>>().join(" + "));
        }
        lines.row(&cells);
    }
    let mut text = lines.finish(terms);
    // Exposure does not add up to the origins.
    let origins = origins.filter(|_| !labels.is_exposure);
    for origin in origins.into_iter().flatten() {
        let total = terms.word("column-total");
        let label = caudal::printable(&origin.label);
        let (amount, currency) = (&origin.amount, &origin.currency);
        writeln!(text, "{total} {label}: {amount} {currency}").expect("a text takes everything");
        if let Some(overlap) = &origin.overlap {
            let counted = terms.word("column-overlap");
            writeln!(text, "  {counted}: {overlap} {currency}").expect("a text takes everything");
        }
    }
    text
}

fn transfer_table(result: &RuleResult, labels: &Labels, terms: &Terms) -> String {
    let mut columns = vec![
        Column::left(terms.word("column-transfer")),
        Column::left(terms.word("column-date")),
        Column::left(terms.word("column-payer")),
        Column::left(terms.word("column-payee")),
        Column::right(terms.word("column-amount")),
        Column::left(terms.word("column-currency")),
    ];
    columns.extend(label_columns(labels, terms));
    columns.push(Column::left(terms.word("column-source")));
    let mut lines = Lines::new(columns);
    for t in result.transfers.iter().flatten() {
        let cells = [&t.id, &t.date, &t.payer, &t.payee, &t.amount, &t.currency];
        let mut cells: Vec<String> = cells.into_iter().cloned().collect();
        cells.extend(label_cells(labels, &t.traced, &t.traced_total));
        cells.push(source(&t.source));
        lines.row(&cells);
    }
    let mut text = lines.finish(terms);
    for r in &result.repayments {
        let kind = terms.word("ending-repaid-bank");
        writeln!(
            text,
            "{kind}: bank:{}, {} {} ({})",
            r.account, r.traced_total, r.currency, r.after
        )
        .expect("a text takes everything");
    }
    text
}

fn source_table(sources: &[SourceRow], is_exposure: bool, terms: &Terms) -> String {
    let mut sources: Vec<&SourceRow> = sources.iter().collect();
    largest_first(&mut sources, |source| source.amount.clone());
    let mut lines = Lines::new(vec![
        Column::left(terms.word("column-transfer")),
        Column::left(terms.word("column-label")),
        Column::right(terms.word(if is_exposure { "column-exposed" } else { "column-amount" })),
        Column::left(terms.word("column-currency")),
        Column::left(terms.word("column-source")),
    ]);
    for s in sources {
        let named = |key: &'static str, account: &String| {
            terms.say(&Message::new(key).with("account", account))
        };
        let name = s
            .transfer
            .clone()
            .or_else(|| s.opening.as_ref().map(|account| named("label-opening", account)))
            .or_else(|| s.loan.as_ref().map(|account| named("label-loan", account)))
            .or_else(|| s.birth.as_ref().map(|account| named("label-birth", account)))
            .unwrap_or_default();
        let place = s.source.as_ref().map(source).unwrap_or_default();
        lines.row(&[name, s.label.clone(), s.amount.clone(), s.currency.clone(), place]);
    }
    lines.finish(terms)
}
