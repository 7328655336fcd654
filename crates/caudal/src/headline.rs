//! The figure of a trace that stands when every rule is put beside every other: the least over the
//! rules asked (the robust core), and what no allocation at all can pass.
//!
//! *Meaning.* The robust core of an ending is the least that any of the allocation rules asked brings
//! there; another rule may bring less. The bounds hold for every allocation that conserves money, and
//! enclose it (`TRACING` 7). The two are told apart.

use std::collections::{BTreeMap, BTreeSet};

use caudal_explain::{Message, Terms};
use caudal_trace::Rule;
use caudal_wire::{HeadlineRow, Result as RuleResult};

use crate::sensitivity::{figures, minor, written};

/// A figure that several rules give: part, kind, place, currency.
type Place = (&'static str, String, String, String);

/// One row for each ending, or for the targets, where more than one allocation rule was asked.
pub(crate) fn headline(results: &[RuleResult], terms: &Terms) -> Vec<HeadlineRow> {
    let allocations: Vec<&str> =
        results.iter().map(|result| result.rule.as_str()).filter(|rule| allocates(rule)).collect();
    if allocations.len() < 2 {
        return Vec::new();
    }
    let has_reached = results.iter().any(|result| result.reached.is_some());
    let wanted = if has_reached { "reached" } else { "endings" };
    let mut by_place: BTreeMap<Place, BTreeMap<String, u128>> = BTreeMap::new();
    for (key, amount) in figures(results) {
        if key.part == wanted && allocates(&key.rule) {
            let place = (key.part, key.kind, key.place, key.currency);
            *by_place.entry(place).or_default().entry(key.rule).or_default() += amount;
        }
    }
    if has_reached {
        // What no rule brings to the targets is a figure too.
        let currencies: BTreeSet<&str> = by_place.keys().map(|place| place.3.as_str()).collect();
        let asked = results.iter().filter(|result| bound(&result.rule).is_some());
        let missing = asked.filter_map(|result| result.currency.clone());
        let missing: Vec<String> =
            missing.filter(|currency| !currencies.contains(currency.as_str())).collect();
        for currency in missing {
            by_place.entry(("reached", String::new(), String::new(), currency)).or_default();
        }
    }
    let row = |(place, amounts)| row(&place, &amounts, (results, &allocations), terms);
    by_place.into_iter().map(row).collect()
}

/// Whether a rule allocates money, so that its figures are amounts traced.
fn allocates(rule: &str) -> bool {
    let rule = rule.parse::<Rule>();
    matches!(rule, Ok(Rule::Fifo | Rule::Lifo | Rule::ProRata | Rule::Union(..)))
}

fn bound(rule: &str) -> Option<Rule> {
    rule.parse().ok().filter(|rule| matches!(rule, Rule::AtLeast | Rule::AtMost))
}

fn row(
    place: &Place,
    amounts: &BTreeMap<String, u128>,
    (results, allocations): (&[RuleResult], &[&str]),
    terms: &Terms,
) -> HeadlineRow {
    let (_, kind, name, currency) = place;
    let of = |rule: &&str| amounts.get(*rule).copied().unwrap_or(0);
    let least = allocations.iter().copied().min_by_key(of).unwrap_or_default();
    let most = allocations.iter().copied().rev().max_by_key(of).unwrap_or_default();
    // Bounds know neither threshold nor cap: what these hold back would stand beside another money.
    let holds_back = |kind: &str| matches!(kind, "below-threshold" | "cut-at-cap");
    let endings = || results.iter().flat_map(|result| result.endings.iter().flatten());
    let is_whole = !endings().any(|row| holds_back(&row.kind));
    let bound = |rule| if is_whole { bound_at(results, rule, place) } else { None };
    let (low, high) = (bound(Rule::AtLeast), bound(Rule::AtMost));
    let mut row = HeadlineRow {
        kind: kind.clone(),
        place: name.clone(),
        currency: currency.clone(),
        robust_core: written(of(&least), currency),
        least_rule: least.to_owned(),
        most: written(of(&most), currency),
        most_rule: most.to_owned(),
        at_least: low.map(|(amount, _)| written(amount, currency)),
        at_most: high.map(|(amount, _)| written(amount, currency)),
        outer: low.is_some_and(|low| low.1) || high.is_some_and(|high| high.1),
        text: String::new(),
    };
    row.text = sentence(&row, allocations.len(), terms);
    row
}

/// The bound of a place, or of the targets, and whether it may be wider than need be. None where it
/// was not asked for, or was left out.
fn bound_at(results: &[RuleResult], rule: Rule, place: &Place) -> Option<(u128, bool)> {
    let (part, kind, name, currency) = place;
    let result = results.iter().find(|result| bound(&result.rule) == Some(rule))?;
    if *part == "reached" {
        let is_it = result.currency.as_ref() == Some(currency);
        let amount = result.amount.as_deref().filter(|_| is_it)?;
        return Some((minor(amount, currency)?, result.outer.is_some()));
    }
    let rows = result.endings.as_ref()?.iter();
    let is_it = |row: &&caudal_wire::EndingRow| {
        row.kind == *kind && row.place == *name && row.currency == *currency
    };
    match rows.into_iter().find(is_it) {
        Some(row) => Some((minor(&row.amount, currency)?, row.outer)),
        // A place without a row has nothing for sure; that it can have nothing is known only where
        // every place was looked at.
        None if rule == Rule::AtLeast => Some((0, result.outer.is_some())),
        None => None,
    }
}

fn sentence(row: &HeadlineRow, rules: usize, terms: &Terms) -> String {
    let amount = |amount: &str| format!("{amount} {}", row.currency);
    let place = if row.kind.is_empty() {
        terms.word("headline-targets")
    } else {
        let kind = terms.say(&Message::new(format!("ending-{}", row.kind)));
        format!("{} ({kind})", row.place)
    };
    let core = Message::new("headline-core")
        .with("place", place)
        .with("core", amount(&row.robust_core))
        .with("most", amount(&row.most))
        .with("rules", rules);
    let core = terms.say(&core);
    let key = match (&row.at_least, &row.at_most) {
        (Some(_), Some(_)) => "headline-between",
        (Some(_), None) => "headline-at-least",
        (None, Some(_)) => "headline-at-most",
        (None, None) => return format!("{core}."),
    };
    let bounds = Message::new(key)
        .with("least", amount(row.at_least.as_deref().unwrap_or_default()))
        .with("most", amount(row.at_most.as_deref().unwrap_or_default()));
    let outer = if row.outer { terms.word("headline-outer") } else { String::new() };
    format!("{core}; {}{outer}.", terms.say(&bounds))
}
