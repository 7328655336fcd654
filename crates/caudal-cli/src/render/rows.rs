//! A trace as one flat CSV table in long form, for spreadsheets and statistics.
//!
//! *Shape.* One row for each transfer, account, ending and so on, and label; a part that names no
//! label leaves the column empty. Amounts are plain decimal text, exactly as in the JSON document.

use std::io;

use caudal::wire::{Result as RuleResult, Source, TraceDocument, Traced};

const COLUMNS: [&str; 17] = [
    "rule", "part", "id", "date", "kind", "place", "payer", "payee", "currency", "amount", "label",
    "traced", "other", "file", "sha256", "row", "links",
];

/// Marks a bound that holds but may be wider than need be.
const OUTER: &str = "outer";

/// The whole document as CSV.
pub(crate) fn csv(document: &TraceDocument) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    let links = if document.without_links.is_empty() { "" } else { "applied" };
    let with = document.results.iter().map(|result| (result, links));
    let without = document.without_links.iter().map(|result| (result, "left-out"));
    for row in headline(document) {
        writer.write_record(row.cells())?;
    }
    for (result, links) in with.chain(without) {
        for row in rows(result) {
            writer.write_record(Row { links, ..row }.cells())?;
        }
    }
    for row in sensitivity(document) {
        writer.write_record(row.cells())?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// What stands under every rule: three figures for each place, of which bounds may be absent.
fn headline(document: &TraceDocument) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for h in &document.headline {
        let figures = [
            ("robust_core", h.least_rule.as_str(), Some(&h.robust_core)),
            ("most_of_rules", h.most_rule.as_str(), Some(&h.most)),
            ("any_allocation_at_least", "at-least", h.at_least.as_ref()),
            ("any_allocation_at_most", "at-most", h.at_most.as_ref()),
        ];
        for (part, rule, amount) in figures {
            let Some(amount) = amount else { continue };
            let (kind, place, currency) = (&h.kind, &h.place, &h.currency);
            rows.push(Row { rule, part, kind, place, currency, amount, ..Row::default() });
        }
    }
    rows
}

/// Two rows for each range: the figure as asked, beside its lowest and its highest value.
fn sensitivity(document: &TraceDocument) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for s in &document.sensitivity {
        let ends =
            [("sensitivity_low", &s.low, &s.low_when), ("sensitivity_high", &s.high, &s.high_when)];
        for (part, other, id) in ends {
            let place = if s.place.is_empty() { &s.label } else { &s.place };
            rows.push(Row {
                rule: &s.rule,
                part,
                id,
                kind: if s.kind.is_empty() { &s.part } else { &s.kind },
                place,
                currency: &s.currency,
                amount: &s.amount,
                label: &s.status,
                other,
                ..Row::default()
            });
        }
    }
    rows
}

/// One row of the table; what is empty stays empty.
#[derive(Clone, Default)]
struct Row<'a> {
    rule: &'a str,
    part: &'static str,
    id: &'a str,
    date: &'a str,
    kind: &'a str,
    place: &'a str,
    payer: &'a str,
    payee: &'a str,
    currency: &'a str,
    amount: &'a str,
    label: &'a str,
    traced: &'a str,
    /// A second figure of the part: distinct receipts, contributions, the end of a range; or `outer`.
    other: &'a str,
    source: Option<&'a Source>,
    /// Whether asserted links took effect; empty where there are none.
    links: &'static str,
}

impl Row<'_> {
    fn cells(&self) -> [String; COLUMNS.len()] {
        let source = |of: fn(&Source) -> String| self.source.map_or_else(String::new, of);
        [
            self.rule.to_owned(),
            self.part.to_owned(),
            self.id.to_owned(),
            self.date.to_owned(),
            self.kind.to_owned(),
            self.place.to_owned(),
            self.payer.to_owned(),
            self.payee.to_owned(),
            self.currency.to_owned(),
            self.amount.to_owned(),
            self.label.to_owned(),
            self.traced.to_owned(),
            self.other.to_owned(),
            source(|s| s.file.clone()),
            source(|s| s.sha256.clone()),
            source(|s| match s.part {
                0 => s.row.to_string(),
                part => format!("{part}:{}", s.row),
            }),
            self.links.to_owned(),
        ]
    }
}

fn rows(result: &RuleResult) -> Vec<Row<'_>> {
    let mut all = Rows { rule: &result.rule, rows: Vec::new() };
    all.forward(result);
    all.others(result);
    all.rows
}

struct Rows<'a> {
    rule: &'a str,
    rows: Vec<Row<'a>>,
}

impl<'a> Rows<'a> {
    fn add(&mut self, part: &'static str, mut row: Row<'a>) {
        row.rule = self.rule;
        row.part = part;
        self.rows.push(row);
    }

    /// One row for each label; one without a label where there is none.
    fn add_labelled(&mut self, part: &'static str, row: &Row<'a>, traced: &'a Traced) {
        if traced.is_empty() {
            self.add(part, row.clone());
        }
        for (label, amount) in traced {
            self.add(part, Row { label, traced: amount, ..row.clone() });
        }
    }

    fn forward(&mut self, result: &'a RuleResult) {
        for o in result.origin_total.iter().flatten() {
            let (label, currency, amount) = (&o.label, &o.currency, &o.amount);
            self.add("origin_total", Row { currency, amount, label, ..Row::default() });
        }
        for t in result.transfers.iter().flatten() {
            let row = Row {
                id: &t.id,
                date: &t.date,
                payer: &t.payer,
                payee: &t.payee,
                currency: &t.currency,
                amount: &t.amount,
                source: Some(&t.source),
                ..Row::default()
            };
            self.add_labelled("transfers", &row, &t.traced);
        }
        for r in &result.repayments {
            let row = Row {
                id: &r.after,
                place: &r.account,
                currency: &r.currency,
                amount: &r.amount,
                ..Row::default()
            };
            self.add_labelled("repayments", &row, &r.traced);
        }
        for a in result.accounts.iter().flatten() {
            let (place, currency, amount) = (&a.account, &a.currency, &a.balance);
            let row = Row { place, currency, amount, ..Row::default() };
            self.add_labelled("accounts", &row, &a.traced);
        }
        for e in result.endings.iter().flatten() {
            let (kind, place, currency, amount) = (&e.kind, &e.place, &e.currency, &e.amount);
            let other = if e.outer { OUTER } else { "" };
            let row = Row { kind, place, currency, amount, other, ..Row::default() };
            self.add_labelled("endings", &row, &e.traced);
            for o in &e.origin {
                let (label, currency, amount) = (&o.label, &o.currency, &o.amount);
                let row = Row { kind, place, currency, amount, label, ..Row::default() };
                self.add("endings_in_units_of_origin", row);
            }
        }
        for r in result.received.iter().flatten() {
            let (place, currency, amount) = (&r.place, &r.currency, &r.gross);
            let other = r.distinct.as_deref().unwrap_or("");
            self.add("received", Row { place, currency, amount, other, ..Row::default() });
        }
    }

    fn others(&mut self, result: &'a RuleResult) {
        for r in result.reached.iter().flatten() {
            let (label, currency, amount) = (&r.label, &r.currency, &r.amount);
            self.add("reached", Row { currency, amount, label, ..Row::default() });
        }
        for s in result.sources.iter().flatten() {
            let kinds = [
                ("transfer", &s.transfer),
                ("opening", &s.opening),
                ("loan", &s.loan),
                ("birth", &s.birth),
            ];
            let named = kinds.into_iter().find_map(|(kind, name)| Some((kind, name.as_deref()?)));
            let (kind, name) = named.unwrap_or_default();
            let (id, place) = if kind == "transfer" { (name, "") } else { ("", name) };
            let (label, currency, amount) = (&s.label, &s.currency, &s.amount);
            let source = s.source.as_ref();
            let row = Row { id, kind, place, currency, amount, label, source, ..Row::default() };
            self.add("sources", row);
        }
        let currency = result.currency.as_deref().unwrap_or("");
        for s in result.shares.iter().flatten() {
            let place = result.account.as_deref().unwrap_or("");
            let (label, amount, other) = (&s.label, &s.amount, &s.contribution);
            self.add("shares", Row { place, currency, amount, label, other, ..Row::default() });
        }
        if let Some(amount) = &result.amount {
            let other = if result.outer.is_some() { OUTER } else { "" };
            self.add("amount", Row { currency, amount, other, ..Row::default() });
        }
    }
}
