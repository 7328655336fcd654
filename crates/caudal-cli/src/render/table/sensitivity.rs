//! What stands under every rule, and how far figures depend on what could be otherwise.

use caudal::wire::{HeadlineRow, SensitivityRow, TraceDocument};
use caudal::{Message, Terms, printable};

use super::ending_word;
use super::lines::{Column, Lines, heading, line, more, whole_digits};

/// Sentences that stand above a trace.
const HEADLINES_SHOWN: usize = 10;

/// The sentences for what is more than nothing, the largest first.
pub(crate) fn headline(rows: &[HeadlineRow], terms: &Terms) -> String {
    let mut text = String::new();
    if rows.is_empty() {
        return text;
    }
    let is_something = |amount: &str| amount.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    let stands = |row: &&HeadlineRow| {
        is_something(&row.robust_core) || row.at_least.as_deref().is_some_and(is_something)
    };
    let mut shown: Vec<&HeadlineRow> = rows.iter().filter(stands).collect();
    shown.sort_by_key(|row| {
        std::cmp::Reverse((whole_digits(&row.robust_core), row.robust_core.as_str()))
    });
    heading(&mut text, &terms.word("table-headline"));
    for row in shown.iter().take(HEADLINES_SHOWN) {
        line(&mut text, &printable(&row.text));
    }
    if shown.is_empty() {
        line(&mut text, &terms.word("headline-nothing"));
    }
    text.push_str(&more(shown.len(), HEADLINES_SHOWN, terms));
    text
}

/// The figures that something moves, how many nothing moves, and what was changed.
pub(super) fn sensitivity(document: &TraceDocument, terms: &Terms) -> String {
    let mut text = String::new();
    let rows = &document.sensitivity;
    if rows.is_empty() && document.variants.is_empty() {
        return text;
    }
    heading(&mut text, &terms.word("table-sensitivity"));
    let moved: Vec<&SensitivityRow> = rows.iter().filter(|row| row.status != "exact").collect();
    let exact = Message::new("line-exact").with("count", rows.len() - moved.len());
    line(&mut text, &terms.say(&exact));
    if !moved.is_empty() {
        text.push_str(&moved_table(&moved, terms));
    }
    line(
        &mut text,
        &terms.say(&Message::new("line-variants").with("count", document.variants.len())),
    );
    for variant in &document.variants {
        let refused = variant.refused.iter().map(|why| format!(" ({why})"));
        let told = refused.fold(variant.text.clone(), |text, why| text + &why);
        line(&mut text, &printable(&format!("  - {told} [{}]", variant.id)));
    }
    if let Some(count) = document.variants_left_out {
        line(&mut text, &terms.say(&Message::new("line-variants-left-out").with("count", count)));
    }
    text
}

fn moved_table(rows: &[&SensitivityRow], terms: &Terms) -> String {
    let mut lines = Lines::new(vec![
        Column::left(terms.word("column-rule")),
        Column::left(terms.word("column-figure")),
        Column::left(terms.word("column-currency")),
        Column::right(terms.word("column-amount")),
        Column::left(terms.word("column-status")),
        Column::right(terms.word("column-low")),
        Column::left(terms.word("column-when")),
        Column::right(terms.word("column-high")),
        Column::left(terms.word("column-when")),
    ]);
    for row in rows {
        let status = terms.say(&Message::new(format!("status-{}", row.status)));
        lines.row(&[
            row.rule.clone(),
            figure(row, terms),
            row.currency.clone(),
            row.amount.clone(),
            status,
            row.low.clone(),
            when(&row.low_when, terms),
            row.high.clone(),
            when(&row.high_when, terms),
        ]);
    }
    lines.finish(terms)
}

/// Which figure: its ending and place, or its part and label.
fn figure(row: &SensitivityRow, terms: &Terms) -> String {
    let part = match row.part.as_str() {
        "endings" => ending_word(&row.kind, terms),
        part => terms.say(&Message::new(format!("figure-{part}"))),
    };
    let names = [row.place.as_str(), row.label.as_str()].into_iter().filter(|n| !n.is_empty());
    names.fold(part, |text, name| format!("{text} {name}"))
}

fn when(id: &str, terms: &Terms) -> String {
    if id == "asked" { terms.word("when-asked") } else { id.to_owned() }
}
