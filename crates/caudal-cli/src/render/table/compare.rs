//! Several rules side by side: one row for each place, one column for each rule.

use std::collections::BTreeMap;

use caudal::wire::{Result as RuleResult, TraceDocument};
use caudal::{Message, Terms};

use super::lines::{Column, Lines, heading, largest_first, line, more, whole_digits};
use super::{ending_word, rule_line};

/// Origins that stand above the comparison.
const ORIGINS_SHOWN: usize = 10;

/// Places that a line of exposure names.
const EXPOSED_SHOWN: usize = 12;

/// Whether a result has a column of its own in the comparison.
fn is_compared(result: &RuleResult) -> bool {
    result.endings.is_some() && !result.exposure && result.not_computed.is_none()
}

/// Whether a result is shown below the comparison: it has figures that no column holds.
pub(super) fn stands_alone(result: &RuleResult) -> bool {
    let is_exposed_line = result.exposure && result.endings.is_some();
    !(is_compared(result) || is_exposed_line)
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
    for origin in origins.into_iter().flatten().take(ORIGINS_SHOWN) {
        line(&mut text, &format!("{}  {} {}", origin.label, origin.amount, origin.currency));
    }
    text.push_str(&more(origins.map_or(0, Vec::len), ORIGINS_SHOWN, terms));
    heading(&mut text, &terms.word("table-where"));
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
    let mut rows: Vec<_> = rows.into_iter().collect();
    largest_first(&mut rows, |(_, amounts)| {
        let longest = amounts.values().max_by_key(|amount| (whole_digits(amount), **amount));
        longest.map_or_else(String::new, |amount| (*amount).to_owned())
    });
    for ((kind, place, currency), amounts) in &rows {
        let mut cells =
            vec![ending_word(kinds[*kind], terms), (*place).to_owned(), (*currency).to_owned()];
        for at in 0..compared.len() {
            cells.push((*amounts.get(&at).unwrap_or(&"-")).to_owned());
        }
        lines.row(&cells);
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
    let mut shown = places.iter().take(EXPOSED_SHOWN).copied().collect::<Vec<_>>().join(", ");
    if places.len() > EXPOSED_SHOWN {
        shown = format!("{shown}, … ({})", places.len());
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
