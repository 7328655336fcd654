//! Several rules side by side: one row for each place, one column for each rule.

use std::collections::BTreeMap;

use caudal::wire::Result as RuleResult;
use caudal::{Message, Terms};

use super::lines::{Column, Lines, heading, largest_first, line, more, whole_digits};
use super::{ending_word, rule_line};

/// Origins that stand above the comparison.
const ORIGINS_SHOWN: usize = 10;

/// Places that a line of exposure names.
const EXPOSED_SHOWN: usize = 12;

/// Whether a result has a column of its own in the comparison.
fn is_compared(result: &RuleResult) -> bool {
    let is_whole = result.not_computed.is_none() || result.places_left_out.is_some();
    result.endings.is_some() && !result.exposure && is_whole
}

/// Whether a result is shown below the comparison: it has figures that no column holds.
pub(super) fn stands_alone(result: &RuleResult) -> bool {
    let is_exposed_line = result.exposure && result.endings.is_some();
    !(is_compared(result) || is_exposed_line) || result.reached.is_some()
}

/// Several rules side by side: one row for each place, one column for each rule.
pub(crate) fn comparison(results: &[RuleResult], terms: &Terms) -> String {
    let mut text = String::new();
    let compared: Vec<&RuleResult> = results.iter().filter(|r| is_compared(r)).collect();
    if compared.is_empty() {
        return text;
    }
    let origins = results.iter().find_map(|result| result.origin_total.as_ref());
    for origin in origins.into_iter().flatten().take(ORIGINS_SHOWN) {
        let label = caudal::printable(&origin.label);
        line(&mut text, &format!("{label}  {} {}", origin.amount, origin.currency));
    }
    text.push_str(&more(origins.map_or(0, Vec::len), ORIGINS_SHOWN, terms));
    heading(&mut text, &terms.word("table-where"));
    text.push_str(&where_table(&compared, terms));
    text.push('\n');
    for result in results {
        text.push_str(&rule_line((&result.rule, &result.aliases), &result.authority, terms));
        if result.exposure {
            line(&mut text, &exposed_line(result, terms));
        }
        if is_compared(result) {
            for why in result.outer.iter().chain(&result.not_computed) {
                line(&mut text, &format!("  {why}"));
            }
        }
    }
    text
}

/// A row of the comparison: kind, place, currency, and a label where the split is shown.
type Key<'d> = (usize, &'d str, &'d str, &'d str);

/// One row for each place; for each place and origin where rules differ only in how they divide.
fn where_table(compared: &[&RuleResult], terms: &Terms) -> String {
    let is_split = differ_inside(compared);
    let mut rows: BTreeMap<Key<'_>, BTreeMap<usize, &str>> = BTreeMap::new();
    let mut kinds: Vec<&str> = Vec::new();
    for (at, result) in compared.iter().enumerate() {
        for ending in result.endings.iter().flatten() {
            let kind = position(&mut kinds, &ending.kind);
            let mut put = |label, amount| {
                let key = (kind, ending.place.as_str(), ending.currency.as_str(), label);
                rows.entry(key).or_default().insert(at, amount);
            };
            if is_split && !ending.traced.is_empty() {
                ending.traced.iter().for_each(|(label, amount)| put(label, amount));
            } else {
                put("", ending.amount.as_str());
            }
        }
    }
    let mut columns = vec![
        Column::left(terms.word("column-kind")),
        Column::left(terms.word("column-place")),
        Column::left(terms.word("column-currency")),
    ];
    if is_split {
        columns.push(Column::left(terms.word("column-label")));
    }
    columns.extend(compared.iter().map(|result| Column::right(result.rule.clone())));
    let mut lines = Lines::new(columns);
    let mut rows: Vec<_> = rows.into_iter().collect();
    largest_first(&mut rows, |(_, amounts)| {
        let longest = amounts.values().max_by_key(|amount| (whole_digits(amount), **amount));
        longest.map_or_else(String::new, |amount| (*amount).to_owned())
    });
    for ((kind, place, currency, label), amounts) in &rows {
        let mut cells =
            vec![ending_word(kinds[*kind], terms), (*place).to_owned(), (*currency).to_owned()];
        if is_split {
            cells.push((*label).to_owned());
        }
        let of = |at: usize| (*amounts.get(&at).unwrap_or(&"-")).to_owned();
        cells.extend((0..compared.len()).map(of));
        lines.row(&cells);
    }
    lines.finish(terms)
}

/// Whether two of the rules differ in their inner rule alone: their totals are the same, and only
/// the split between the origins tells them apart.
fn differ_inside(compared: &[&RuleResult]) -> bool {
    let families = compared.iter().map(|result| result.rule.split(':').next());
    let mut families: Vec<_> = families.collect();
    let count = families.len();
    families.sort_unstable();
    families.dedup();
    families.len() < count
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
