//! Statements one after the other: which follow which, and which entries two of them hold.
//!
//! *Shape.* Statements come in the order of their days. Each either goes on with the run of the one
//! before, or begins a run of its own after a gap. Of entries that both hold, the first counts.

use std::collections::BTreeMap;

use caudal_model::{Decimal, ProblemCode};

use super::pages::{Doc, Item};
use super::{Document, EntryRef, Fault, LIKE_MAX, OVERLAP_FINDINGS_MAX, Run, Series};
use crate::Finding;
use crate::proof::{Figure, StatementState};

/// An entry that counts already, as later statements are compared with it.
struct Counted {
    at: EntryRef,
    balance_after: Option<Decimal>,
    references: Vec<String>,
    description: String,
    /// The last statement that was found to hold it too.
    met_by: Option<usize>,
}

pub(super) struct Timeline {
    series: Series,
    /// Entries of the present run by day and amount.
    counted: BTreeMap<(i32, Decimal), Vec<Counted>>,
    /// Day of each entry in `series.entries`.
    days: Vec<i32>,
    sequence: Option<(u64, i32)>,
    overlap_findings: usize,
}

impl Timeline {
    pub(super) fn new(series: Series) -> Self {
        Self {
            series,
            counted: BTreeMap::new(),
            days: Vec::new(),
            sequence: None,
            overlap_findings: 0,
        }
    }

    pub(super) fn add(&mut self, doc: Doc<'_>) {
        self.check_sequence(&doc);
        let statements = doc.bundle.statements.clone();
        let first = statements.first().copied().unwrap_or(0);
        let goes_on = self.goes_on(&doc);
        if !goes_on {
            self.begin_run(&doc, first);
        }
        let overlaps_until =
            self.series.runs.last().and_then(|run| run.last_day).filter(|_| goes_on);
        let balance = self.series.runs.last().and_then(|run| run.closing).filter(|_| goes_on);
        let state = confirmed(&doc, balance);
        self.add_findings(&doc);
        self.add_faults(&doc);
        self.add_entries(&doc, overlaps_until);
        self.extend_run(&doc, state);
        self.series.documents.push(Document {
            statements,
            first_day: doc.days.map(|days| days.0),
            last_day: doc.days.map(|days| days.1),
            state,
            proof: doc.proof,
        });
    }

    pub(super) fn finish(mut self) -> Series {
        let end = self.series.entries.len();
        if let Some(run) = self.series.runs.last_mut() {
            run.entries.end = end;
        }
        self.series
    }

    /// Whether numbers follow one another; banks begin again with 1 each year.
    fn check_sequence(&mut self, doc: &Doc<'_>) {
        let Some(number) = doc.bundle.merged.sequence else { return };
        let day = doc.days.map_or(0, |days| days.0);
        if let Some((before, day_before)) = self.sequence {
            let is_new_year = number == 1 && day - day_before > 0;
            if number != before && number != before.saturating_add(1) && !is_new_year {
                self.series.findings.push(Finding {
                    code: ProblemCode::StatementOutOfSequence,
                    statement: doc.bundle.statements.first().copied().unwrap_or(0),
                    entry: None,
                    found: number.to_string(),
                    expected: Some(before.saturating_add(1).to_string()),
                });
            }
        }
        self.sequence = Some((number, day));
    }

    /// Whether a statement goes on with the present run: its days do, and its balance does not
    /// contradict; or its balance does, whatever days lie between.
    fn goes_on(&self, doc: &Doc<'_>) -> bool {
        let Some(run) = self.series.runs.last() else { return false };
        let meets = match (run.closing, doc.proof.opening) {
            (Some(before), Some(after)) => Some(before == after),
            _ => None,
        };
        let last = run.last_day.zip(doc.days.map(|days| days.0));
        let overlaps = last.is_some_and(|(last, first)| first <= last);
        let follows = last.is_some_and(|(last, first)| first <= last + 1);
        // Where days are shared, the balances meet somewhere inside.
        overlaps || meets == Some(true) || (follows && meets.is_none()) || last.is_none()
    }

    fn begin_run(&mut self, doc: &Doc<'_>, statement: usize) {
        let start = self.series.entries.len();
        if let Some(before) = self.series.runs.last_mut() {
            before.entries.end = start;
            let text = |balance: Option<Decimal>| balance.map_or(String::new(), |b| b.to_string());
            self.series.findings.push(Finding {
                code: ProblemCode::StatementGap,
                statement,
                entry: None,
                found: text(doc.proof.opening),
                expected: before.closing.map(|balance| balance.to_string()),
            });
        }
        self.counted.clear();
        self.series.runs.push(Run {
            first_day: doc.days.map(|days| days.0),
            last_day: None,
            opening: doc.proof.opening,
            closing: None,
            entries: start..start,
            state: StatementState::Proved,
        });
    }

    fn extend_run(&mut self, doc: &Doc<'_>, state: StatementState) {
        let end = self.series.entries.len();
        let Some(run) = self.series.runs.last_mut() else { return };
        run.entries.end = end;
        let last = doc.days.map(|days| days.1);
        if last >= run.last_day {
            run.last_day = last;
            run.closing = doc.proof.closing.or(run.closing);
        }
        run.state = worse(run.state, state);
    }

    /// Adds what the run does not hold yet.
    fn add_entries(&mut self, doc: &Doc<'_>, overlaps_until: Option<i32>) {
        let document = self.series.documents.len();
        let mut fresh = Vec::new();
        for item in &doc.items {
            let is_shared = overlaps_until.zip(item.day).is_some_and(|(last, day)| day <= last);
            match self.known(item, document).filter(|_| is_shared) {
                Some(known) => self.series.duplicates.push((item.at, known)),
                None => fresh.push((item, is_shared)),
            }
        }
        // A statement that shares no entry with the run shares days by chance: its first days.
        let shares = fresh.len() < doc.items.len();
        for (item, is_shared) in fresh {
            if is_shared && shares && self.overlap_findings < OVERLAP_FINDINGS_MAX {
                self.overlap_findings += 1;
                self.series.findings.push(Finding {
                    code: ProblemCode::StatementOverlap,
                    statement: item.at.statement,
                    entry: Some(item.at.entry),
                    found: item.entry.amount.map_or(String::new(), |amount| amount.to_string()),
                    expected: None,
                });
            }
            self.count(item, document);
        }
    }

    /// The entry of an earlier statement that an item repeats.
    fn known(&mut self, item: &Item<'_>, document: usize) -> Option<EntryRef> {
        let key = (item.day?, item.entry.amount?);
        let alike = self.counted.get_mut(&key)?;
        let entry = item.entry;
        let refs: Vec<&str> = entry.references.iter().map(|r| r.text.as_str()).collect();
        let is_free = |found: &Counted| {
            let both = found.balance_after.zip(entry.balance_after);
            found.met_by != Some(document) && both.is_none_or(|(a, b)| a == b)
        };
        let worth = |found: &Counted| {
            let balance =
                found.balance_after.is_some() && found.balance_after == entry.balance_after;
            let shared = found.references.iter().any(|text| refs.contains(&text.as_str()));
            let text = !entry.description.is_empty() && found.description == entry.description;
            u8::from(balance) * 4 + u8::from(shared) * 2 + u8::from(text)
        };
        let best = (0..alike.len().min(LIKE_MAX))
            .filter(|&at| is_free(&alike[at]))
            .max_by_key(|&at| (worth(&alike[at]), std::cmp::Reverse(at)))?;
        alike[best].met_by = Some(document);
        Some(alike[best].at)
    }

    /// Counts an entry, in its place by day.
    fn count(&mut self, item: &Item<'_>, document: usize) {
        let start = self.series.runs.last().map_or(0, |run| run.entries.start);
        let day = item.day.unwrap_or_else(|| self.days.last().copied().unwrap_or(0));
        let at = start + self.days[start..].partition_point(|&known| known <= day);
        self.series.entries.insert(at, item.at);
        self.days.insert(at, day);
        if let Some(amount) = item.entry.amount {
            let alike = self.counted.entry((day, amount)).or_default();
            alike.push(Counted {
                at: item.at,
                balance_after: item.entry.balance_after,
                references: item.entry.references.iter().map(|r| r.text.clone()).collect(),
                description: item.entry.description.clone(),
                met_by: Some(document),
            });
        }
    }

    /// Findings of a statement's own proof, at their places in its pages.
    fn add_findings(&mut self, doc: &Doc<'_>) {
        for finding in &doc.proof.findings {
            let place = finding.entry.and_then(|entry| doc.bundle.places.get(entry));
            let first = doc.bundle.statements.first().copied().unwrap_or(0);
            self.series.findings.push(Finding {
                statement: place.map_or(first, |place| place.statement),
                entry: place.map(|place| place.entry),
                ..finding.clone()
            });
        }
    }

    fn add_faults(&mut self, doc: &Doc<'_>) {
        let Some((first, last)) = doc.days else { return };
        for found in &doc.proof.breaks {
            let days = doc.items.get(found.rows.clone()).unwrap_or(&[]);
            let days = || days.iter().filter_map(|item| item.day);
            let is_of_row = matches!(found.at, Figure::BalanceAfter(_));
            let (from, to) = match (days().min(), days().max()) {
                (Some(from), Some(to)) if is_of_row => (from, to),
                _ => (first, last),
            };
            self.series.faults.push(Fault { first_day: from, last_day: to, off: found.off });
        }
    }
}

/// What a statement is worth with the balance before it: one that states no opening balance is
/// proved if it begins with the balance that the statement before it ends with.
fn confirmed(doc: &Doc<'_>, before: Option<Decimal>) -> StatementState {
    let state = doc.proof.state;
    let is_met = before.is_some() && before == doc.proof.opening;
    let lacks_only_opening = doc.is_summed && !doc.is_opening_stated && doc.is_closing_stated;
    if state == StatementState::Unproved && lacks_only_opening && is_met {
        StatementState::Proved
    } else {
        state
    }
}

fn worse(a: StatementState, b: StatementState) -> StatementState {
    let rank = |state: StatementState| match state {
        StatementState::Proved => 0,
        StatementState::Unproved => 1,
        StatementState::Broken { .. } => 2,
    };
    if rank(b) > rank(a) { b } else { a }
}
