//! The same question asked again under everything that could be otherwise, and how far each figure
//! moves.
//!
//! *Shape.* `variants` lists what could be otherwise: the order of lines of one day
//! where nothing proves it, opening balances that no statement states (of other money, or of the
//! origins), open matches of a case folder (taken, or refused). One thing at a time is changed and
//! the question is answered again. A figure that nothing moves is `exact`; every other is told with
//! its lowest and its highest value for each kind of thing, and what causes them.
//!
//! *Cost.* A ledger and an answer for each variant: two orders, at most 20 openings and 20 matches,
//! each in two ways.

mod figures;
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use caudal_explain::Terms;
use caudal_trace::{Progress, Watch};
use caudal_wire::{Result as RuleResult, SensitivityRow, TraceDocument, VariantRow};

use crate::answer::{Links, build, results};
use crate::case::Case;
use crate::error::{Error, ErrorKind};
use crate::select::Request;
pub(crate) use figures::{Key, figures, minor, written};
pub use variants::Evidence;
use variants::{Kind, Variant};

/// Stands for the question as it was asked.
const ASKED: &str = "asked";

/// Answers a question, and says how far each figure depends on what could be otherwise.
pub fn trace_with_sensitivity(
    case: &Case,
    evidence: Option<&Evidence>,
    request: &Request,
    watch: Watch<'_>,
) -> Result<TraceDocument, Error> {
    let mut document = crate::answer::trace(case, request, watch)?;
    let ledger = build(case, request, Links::Applied)?;
    let (variants, left_out) = variants::variants((case, evidence), &ledger, request, watch)?;
    drop(ledger);
    let mut moves = Moves::of(&document.results);
    let terms = Terms::new(request.language);
    for variant in &variants {
        if watch(Progress { line: 0, line_count: 0 }).is_break() {
            return Err(caudal_trace::Cancelled.into());
        }
        let (changed, asked) = variant.apply(case, evidence, request);
        let refused = match results(&changed, &asked, watch) {
            Ok(results) => {
                moves.note(variant, &results);
                None
            }
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            Err(error) => Some(terms.say(&error.message)),
        };
        document.variants.push(VariantRow {
            id: variant.id.clone(),
            changes: variant.kind.status().to_owned(),
            text: variant.text.clone(),
            refused,
        });
    }
    document.variants_left_out = (left_out > 0).then_some(left_out);
    document.sensitivity = moves.rows();
    Ok(document)
}

/// A figure at one end of its range, and the variant that brings it there.
type End = (u128, String);

/// A variant, and the figures under it.
type Answer = (String, BTreeMap<Key, u128>);

/// How far figures move.
struct Moves {
    asked: BTreeMap<Key, u128>,
    /// Rules in the order asked.
    rules: Vec<String>,
    /// For each kind the answers to its variants.
    answers: BTreeMap<Kind, Vec<Answer>>,
}

impl Moves {
    fn of(results: &[RuleResult]) -> Self {
        let rules = results.iter().map(|result| result.rule.clone()).collect();
        Self { asked: figures(results), rules, answers: BTreeMap::new() }
    }

    fn note(&mut self, variant: &Variant, results: &[RuleResult]) {
        let answers = self.answers.entry(variant.kind).or_default();
        answers.push((variant.id.clone(), figures(results)));
    }

    /// One row for each figure that nothing moves, and one for each kind of thing that moves one.
    fn rows(&self) -> Vec<SensitivityRow> {
        let answers = self.answers.values().flatten();
        let keys = answers.flat_map(|(_, figures)| figures.keys()).chain(self.asked.keys());
        let keys: BTreeSet<&Key> = keys.collect();
        let mut keys: Vec<&Key> = keys.into_iter().collect();
        keys.sort_by_key(|key| self.rules.iter().position(|rule| *rule == key.rule));
        keys.into_iter().flat_map(|key| self.rows_of(key)).collect()
    }

    fn rows_of(&self, key: &Key) -> Vec<SensitivityRow> {
        let amount = self.asked.get(key).copied().unwrap_or(0);
        let row = |status: &str, low: End, high: End| SensitivityRow {
            rule: key.rule.clone(),
            part: key.part.to_owned(),
            kind: key.kind.clone(),
            place: key.place.clone(),
            label: key.label.clone(),
            currency: key.currency.clone(),
            amount: written(amount, &key.currency),
            status: status.to_owned(),
            low: written(low.0, &key.currency),
            low_when: low.1,
            high: written(high.0, &key.currency),
            high_when: high.1,
        };
        let asked = || (amount, ASKED.to_owned());
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            let (mut low, mut high) = (asked(), asked());
            for (id, figures) in self.answers.get(&kind).into_iter().flatten() {
                let found = figures.get(key).copied().unwrap_or(0);
                if found < low.0 {
                    low = (found, id.clone());
                }
                if found > high.0 {
                    high = (found, id.clone());
                }
            }
            if low.0 < high.0 {
                rows.push(row(kind.status(), low, high));
            }
        }
        if rows.is_empty() && self.asked.contains_key(key) {
            rows.push(row("exact", asked(), asked()));
        }
        rows
    }
}
