//! Documents as tables for people, in their language.
//!
//! *Shape.* One rule is shown in full: endings, transfers, accounts, receipts. Several rules are
//! shown side by side, one column each, since that is how a choice between them is read. Long lists
//! are cut and say so; nothing is rounded or grouped, so that any figure can be searched for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use caudal::wire::{
    Assumption, EndingRow, ExplainDocument, ProblemRow, Question, Result as RuleResult, RouteRow,
    Source, SourceRow, TraceDocument, Traced,
};
use caudal::{Message, Terms};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// Rows of one list that a table shows.
const ROWS_SHOWN: usize = 40;

/// Labels that get a column each; more than these are shown together.
const LABELS_SHOWN: usize = 4;

/// A trace.
pub(crate) fn trace(document: &TraceDocument, terms: &Terms) -> String {
    let mut text = question(&document.question, terms);
    if document.results.len() > 1 {
        text.push('\n');
        text.push_str(&comparison(document, terms));
        for result in document.results.iter().filter(|result| stands_alone(result)) {
            text.push_str(&one_result(result, terms));
        }
    } else {
        for result in &document.results {
            text.push_str(&one_result(result, terms));
        }
    }
    text.push_str(&footer(&document.assumptions, &document.problems, terms));
    text
}

/// A route or several, hop by hop.
pub(crate) fn explain(document: &ExplainDocument, terms: &Terms) -> String {
    let mut text = question(&document.question, terms);
    text.push('\n');
    text.push_str(&rule_line(&document.rule, &document.authority, terms));
    text.push('\n');
    text.push_str(&routes(&document.routes, terms));
    let currency = document.traced.first().map_or("", |row| row.currency.as_str());
    if let Some(amount) = &document.further {
        let further = Message::new("line-further").with("amount", amount);
        line(&mut text, &terms.say(&further.with("currency", currency)));
    }
    text.push_str(&footer(&document.assumptions, &document.problems, terms));
    text
}

fn line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

fn heading(text: &mut String, content: &str) {
    text.push('\n');
    line(text, content);
}

fn question(question: &Question, terms: &Terms) -> String {
    let (from, to) = (question.from.join(" "), question.to.join(" "));
    let message = match (question.from.is_empty(), question.to.is_empty()) {
        (false, true) => Message::new("line-question").with("from", from),
        (true, _) => Message::new("line-question-backward").with("to", to),
        (false, false) => Message::new("line-question-between").with("from", from).with("to", to),
    };
    let mut text = String::new();
    line(&mut text, &terms.say(&message));
    for file in &question.ledger {
        line(&mut text, &format!("{}  sha256 {}", file.file, file.sha256));
    }
    text
}

fn rule_line(rule: &str, authority: &str, terms: &Terms) -> String {
    let family = rule.split(':').next().unwrap_or(rule);
    let message = Message::new("line-rule")
        .with("rule", rule)
        .with("name", terms.say(&Message::new(format!("rule-{family}"))))
        .with("authority", authority);
    format!("{}\n", terms.say(&message))
}

/// Whether a result has a column of its own in the comparison.
fn is_compared(result: &RuleResult) -> bool {
    result.endings.is_some() && !result.exposure && result.not_computed.is_none()
}

/// Whether a result is shown below the comparison: it has figures that no column holds.
fn stands_alone(result: &RuleResult) -> bool {
    !is_compared(result) && !(result.exposure && result.endings.is_some())
        || result.reached.is_some()
        || result.not_computed.is_some()
}

/// Several rules side by side: one row for each place, one column for each rule.
pub(crate) fn comparison(document: &TraceDocument, terms: &Terms) -> String {
    let mut text = String::new();
    let compared: Vec<&RuleResult> = document.results.iter().filter(|r| is_compared(r)).collect();
    if compared.is_empty() {
        return text;
    }
    let origins = document.results.iter().find_map(|result| result.origin_total.as_ref());
    for origin in origins.into_iter().flatten() {
        line(&mut text, &format!("{}  {} {}", origin.label, origin.amount, origin.currency));
    }
    heading(&mut text, &terms.word("table-where"));
    let origin_currencies: Vec<&str> =
        origins.into_iter().flatten().map(|origin| origin.currency.as_str()).collect();
    let mut rows: BTreeMap<(usize, &str, &str), BTreeMap<usize, &str>> = BTreeMap::new();
    let mut kinds: Vec<&str> = Vec::new();
    for (at, result) in compared.iter().enumerate() {
        for ending in result.endings.iter().flatten() {
            let kind = position(&mut kinds, &ending.kind);
            let row = rows.entry((kind, &ending.place, &ending.currency)).or_default();
            row.insert(at, &ending.amount);
        }
    }
    let mut columns = vec![
        Column::left(terms.word("column-kind")),
        Column::left(terms.word("column-place")),
        Column::left(terms.word("column-currency")),
    ];
    columns.extend(compared.iter().map(|result| Column::right(result.rule.clone())));
    let mut lines = Lines::new(columns);
    for ((kind, place, currency), amounts) in &rows {
        let mut cells =
            vec![ending_word(kinds[*kind], terms), (*place).to_owned(), (*currency).to_owned()];
        for (at, result) in compared.iter().enumerate() {
            // A bound does not pass a conversion: there a missing figure is unknown, not zero.
            let is_unknown = result.origin_total.is_none() && !origin_currencies.contains(currency);
            let missing = if is_unknown { "?" } else { "-" };
            cells.push((*amounts.get(&at).unwrap_or(&missing)).to_owned());
        }
        lines.row(cells);
    }
    text.push_str(&lines.finish(terms));
    text.push('\n');
    for result in &document.results {
        text.push_str(&rule_line(&result.rule, &result.authority, terms));
        if result.exposure {
            line(&mut text, &exposed_line(result, terms));
        }
    }
    text
}

/// Exposure beside rules that trace amounts: where, not how much.
fn exposed_line(result: &RuleResult, terms: &Terms) -> String {
    let places: Vec<&str> = result.endings.iter().flatten().map(|e| e.place.as_str()).collect();
    let mut shown = places.iter().take(ROWS_SHOWN).copied().collect::<Vec<_>>().join(", ");
    if places.len() > ROWS_SHOWN {
        shown.push_str(", …");
    }
    let message = Message::new("line-exposed")
        .with("transfers", result.transfers.iter().flatten().count())
        .with("places", shown);
    format!("  {}", terms.say(&message))
}

fn position<'k>(kinds: &mut Vec<&'k str>, kind: &'k str) -> usize {
    const ORDER: [&str; 6] =
        ["held", "outside", "frontier", "repaid-bank", "below-threshold", "cut-at-cap"];
    if kinds.is_empty() {
        kinds.extend(ORDER);
    }
    kinds.iter().position(|&known| known == kind).unwrap_or_else(|| {
        kinds.push(kind);
        kinds.len() - 1
    })
}

fn ending_word(kind: &str, terms: &Terms) -> String {
    terms.say(&Message::new(format!("ending-{kind}")))
}

fn one_result(result: &RuleResult, terms: &Terms) -> String {
    let mut text = String::from("\n");
    text.push_str(&rule_line(&result.rule, &result.authority, terms));
    if result.asked != result.rule && result.asked != caudal::select::ALL {
        line(&mut text, &terms.say(&Message::new("line-alias").with("asked", &result.asked)));
    }
    if let Some(why) = &result.not_computed {
        line(&mut text, why);
    }
    forward(&mut text, result, terms);
    if let Some(sources) = &result.sources {
        heading(&mut text, &terms.word("table-sources"));
        text.push_str(&source_table(sources, terms));
    }
    alone(&mut text, result, terms);
    text
}

/// The parts of a forward trace.
fn forward(text: &mut String, result: &RuleResult, terms: &Terms) {
    let labels = labels(result);
    if let Some(endings) = &result.endings {
        let key = if result.exposure { "table-exposed" } else { "table-where" };
        heading(text, &terms.word(key));
        text.push_str(&ending_table(endings, &labels, result.origin_total.as_deref(), terms));
    }
    if result.transfers.is_some() || !result.repayments.is_empty() {
        heading(text, &terms.word("table-transfers"));
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
        for a in accounts {
            let mut cells = vec![a.account.clone(), a.currency.clone(), a.balance.clone()];
            cells.extend(label_cells(&labels, &a.traced, &a.traced_total));
            lines.row(cells);
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
        for r in received {
            let distinct = r.distinct.clone().unwrap_or_else(|| "?".to_owned());
            lines.row(vec![r.place.clone(), r.currency.clone(), r.gross.clone(), distinct]);
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
            lines.row(vec![r.label.clone(), r.currency.clone(), r.amount.clone()]);
        }
        text.push_str(&lines.finish(terms));
        heading(text, &terms.word("table-routes"));
        text.push_str(&routes(&result.routes, terms));
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
            Column::right(terms.word("column-contribution")),
            Column::right(terms.word("column-claim")),
            Column::right(terms.word("column-share")),
        ]);
        for s in shares {
            let cells = [&s.label, &s.contribution, &s.claim, &s.amount];
            lines.row(cells.into_iter().cloned().collect());
        }
        text.push_str(&lines.finish(terms));
    }
    let figures = [(&result.surplus, "line-surplus"), (&result.amount, amount_key(result))];
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

/// Labels that get a column, in alphabetical order; empty where they are too many.
fn labels(result: &RuleResult) -> Vec<String> {
    let origins = result.origin_total.iter().flatten();
    let mut labels: Vec<String> = origins.map(|origin| origin.label.clone()).collect();
    labels.sort();
    labels.dedup();
    if labels.len() > LABELS_SHOWN || labels.len() < 2 { Vec::new() } else { labels }
}

fn label_columns(labels: &[String], terms: &Terms) -> Vec<Column> {
    let mut columns: Vec<Column> =
        labels.iter().map(|label| Column::right(label.clone())).collect();
    columns.push(Column::right(terms.word("column-traced")));
    columns
}

fn label_cells(labels: &[String], traced: &Traced, total: &str) -> Vec<String> {
    let of = |label: &String| traced.get(label).map_or("-", String::as_str).to_owned();
    labels.iter().map(of).chain([total.to_owned()]).collect()
}

fn ending_table(
    endings: &[EndingRow],
    labels: &[String],
    origins: Option<&[caudal::wire::OriginTotal]>,
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
    for ending in endings {
        let mut cells =
            vec![ending_word(&ending.kind, terms), ending.place.clone(), ending.currency.clone()];
        cells.extend(label_cells(labels, &ending.traced, &ending.amount));
        if converts {
            let of = |row: &caudal::wire::AmountRow| format!("{} {}", row.amount, row.currency);
            cells.push(ending.origin.iter().map(of).collect::<Vec<_>>().join(" + "));
        }
        lines.row(cells);
    }
    let mut text = lines.finish(terms);
    for origin in origins.into_iter().flatten() {
        let total = terms.word("column-total");
        let (label, amount, currency) = (&origin.label, &origin.amount, &origin.currency);
        writeln!(text, "{total} {label}: {amount} {currency}").expect("a text takes everything");
        if let Some(overlap) = &origin.overlap {
            let counted = terms.word("column-overlap");
            writeln!(text, "  {counted}: {overlap} {currency}").expect("a text takes everything");
        }
    }
    text
}

fn transfer_table(result: &RuleResult, labels: &[String], terms: &Terms) -> String {
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
        lines.row(cells);
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

fn source(source: &Source) -> String {
    format!("{}:{}", source.file, source.row)
}

fn source_table(sources: &[SourceRow], terms: &Terms) -> String {
    let mut lines = Lines::new(vec![
        Column::left(terms.word("column-transfer")),
        Column::left(terms.word("column-label")),
        Column::right(terms.word("column-amount")),
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
        lines.row(vec![name, s.label.clone(), s.amount.clone(), s.currency.clone(), place]);
    }
    lines.finish(terms)
}

fn routes(routes: &[RouteRow], terms: &Terms) -> String {
    let mut text = String::new();
    for (at, route) in routes.iter().enumerate() {
        let message = Message::new("line-route")
            .with("amount", &route.amount)
            .with("currency", &route.currency)
            .with("label", &route.label);
        writeln!(text, "{}. {}", at + 1, terms.say(&message)).expect("a text takes everything");
        for hop in &route.hops {
            writeln!(text, "   - {}", hop.sentence).expect("a text takes everything");
            if let Some(place) = &hop.source {
                let digest = place.sha256.get(..8).unwrap_or("");
                writeln!(text, "     [{}, sha256 {digest}…]", source(place))
                    .expect("a text takes everything");
            }
        }
    }
    if routes.is_empty() {
        line(&mut text, &terms.word("line-nothing"));
    }
    text
}

fn footer(assumptions: &[Assumption], problems: &[ProblemRow], terms: &Terms) -> String {
    let mut text = String::new();
    heading(&mut text, &terms.word("table-assumptions"));
    for assumption in assumptions {
        line(&mut text, &format!("  - {} [{}]", assumption.text, assumption.code));
    }
    if !problems.is_empty() {
        heading(&mut text, &terms.word("table-problems"));
    }
    for problem in problems.iter().take(ROWS_SHOWN) {
        let severity = terms.say(&Message::new(format!("severity-{}", problem.severity)));
        let place =
            problem.source.as_ref().map_or_else(String::new, |s| format!(" ({})", source(s)));
        line(&mut text, &format!("  - {severity}: {}{place} [{}]", problem.text, problem.code));
    }
    text.push_str(&more(problems.len(), terms));
    text
}

fn more(count: usize, terms: &Terms) -> String {
    match count.checked_sub(ROWS_SHOWN) {
        None | Some(0) => String::new(),
        Some(more) => format!("{}\n", terms.say(&Message::new("line-more").with("count", more))),
    }
}

/// A column and which way its cells stand.
struct Column {
    name: String,
    is_right: bool,
}

impl Column {
    fn left(name: String) -> Self {
        Self { name, is_right: false }
    }

    fn right(name: String) -> Self {
        Self { name, is_right: true }
    }
}

/// The lines of a table, cut at what a person reads.
struct Lines {
    table: Table,
    rights: Vec<bool>,
    count: usize,
}

impl Lines {
    fn new(columns: Vec<Column>) -> Self {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let rights: Vec<bool> = columns.iter().map(|column| column.is_right).collect();
        let header = columns.into_iter().map(|column| cell(&column.name, column.is_right));
        table.set_header(header);
        Self { table, rights, count: 0 }
    }

    fn row(&mut self, cells: Vec<String>) {
        self.count += 1;
        if self.count <= ROWS_SHOWN {
            let cells = cells.iter().zip(&self.rights);
            self.table.add_row(cells.map(|(text, &is_right)| cell(text, is_right)));
        }
    }

    fn finish(&self, terms: &Terms) -> String {
        let mut text = String::new();
        if self.count == 0 {
            line(&mut text, &terms.word("line-nothing"));
            return text;
        }
        line(&mut text, &self.table.trim_fmt());
        text.push_str(&more(self.count, terms));
        text
    }
}

/// Control characters of the evidence must not reach a terminal.
fn cell(text: &str, is_right: bool) -> Cell {
    let clean: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let alignment = if is_right { CellAlignment::Right } else { CellAlignment::Left };
    Cell::new(clean).set_alignment(alignment)
}
