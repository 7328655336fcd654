//! Copies counted once, pages joined, each statement proved.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use caudal_model::{Balance, Decimal, Entry, Moment, ProblemCode, Statement};

use super::{EntryRef, Series};
use crate::Finding;
use crate::proof::{Proved, RowState, prove};

/// A statement with all its pages.
pub(super) struct Bundle<'s> {
    pub(super) statements: Vec<usize>,
    pub(super) merged: Cow<'s, Statement>,
    /// Where each entry of `merged` stands.
    pub(super) places: Vec<EntryRef>,
    page: Option<u64>,
    is_last_page: Option<bool>,
    stated_closing: Option<Decimal>,
    /// Where the entries of the last page begin.
    page_start: usize,
}

/// An entry that counts, or would.
pub(super) struct Item<'b> {
    pub(super) at: EntryRef,
    pub(super) entry: &'b Entry,
    pub(super) day: Option<i32>,
    /// The balance before it, where the chain tells.
    pub(super) before: Option<Decimal>,
}

/// A statement, proved, with what its neighbours need to know.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Doc<'b> {
    pub(super) bundle: &'b Bundle<'b>,
    pub(super) proof: Proved,
    pub(super) items: Vec<Item<'b>>,
    pub(super) days: Option<(i32, i32)>,
    pub(super) is_opening_stated: bool,
    pub(super) is_closing_stated: bool,
    /// Whether nothing is broken, no amount is missing, and only a missing balance at an end can keep
    /// it from being proved.
    pub(super) is_summed: bool,
}

impl<'b> Doc<'b> {
    pub(super) fn of(bundle: &'b Bundle<'b>, exponent: u8) -> Self {
        let statement = bundle.merged.as_ref();
        let proof = prove(statement, exponent);
        let (mut day, mut balance) = (None, proof.opening);
        let item = |&at: &usize| {
            let entry = &statement.entries[at];
            day = entry.booked_at.map(|moment| moment.day).or(day);
            let before = balance;
            let sum = |before: Decimal| before.checked_add(entry.amount?);
            balance = entry.balance_after.or_else(|| before.and_then(sum));
            Item { at: bundle.places[at], entry, day, before }
        };
        let items: Vec<Item<'b>> = proof.sequence.iter().map(item).collect();
        let last = items.last().and_then(|item| item.entry.balance_after);
        let is_opening_stated = statement.opening.is_some();
        let is_closing_stated = statement.closing.is_some() || last.is_some();
        let first_stated = items.iter().position(|item| item.entry.balance_after.is_some());
        let last_stated = items.iter().rposition(|item| item.entry.balance_after.is_some());
        let hangs_on_end = |place: usize| {
            let at_start = first_stated.is_none_or(|first| place <= first);
            let at_end = last_stated.is_none_or(|last| place > last);
            (!is_opening_stated && at_start) || (!is_closing_stated && at_end)
        };
        let is_sound = |(place, item): (usize, &Item<'b>)| {
            let is_proved = proof.rows[proof.sequence[place]] == RowState::Proved;
            item.entry.amount.is_some() && (is_proved || hangs_on_end(place))
        };
        let is_summed = proof.breaks.is_empty() && items.iter().enumerate().all(is_sound);
        Self {
            days: days(statement),
            is_opening_stated,
            is_closing_stated,
            is_summed,
            items,
            proof,
            bundle,
        }
    }
}

/// Statements in groups that begin on one day; those without a number the widest first: what it
/// covers falls into it. Of equally wide ones one with balances.
pub(super) fn by_first_day(docs: Vec<Doc<'_>>) -> Vec<Vec<Doc<'_>>> {
    let mut groups: Vec<Vec<Doc<'_>>> = Vec::new();
    for doc in docs {
        let first_day = |doc: &Doc<'_>| doc.days.map(|days| days.0);
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|l| first_day(l) == first_day(&doc)) => {
                group.push(doc);
            }
            _ => groups.push(vec![doc]),
        }
    }
    for group in &mut groups {
        if group.iter().all(|doc| doc.bundle.merged.sequence.is_none()) {
            group.sort_by_key(|doc| {
                let has_balances = doc.is_opening_stated && doc.is_closing_stated;
                (Reverse(doc.days.map(|days| days.1)), !has_balances, Reverse(doc.items.len()))
            });
        }
    }
    groups
}

/// First and last day that a statement covers.
fn days(statement: &Statement) -> Option<(i32, i32)> {
    let booked = || {
        let entries = statement.entries.iter().filter(|entry| entry.is_booked());
        entries.filter_map(|entry| entry.booked_at.map(|moment| moment.day))
    };
    let day = |balance: &Option<Balance>| balance.and_then(|balance| balance.day);
    let (opening, closing) = (day(&statement.opening), day(&statement.closing));
    // An opening balance often bears the day of the closing balance before it.
    let seen = booked().min().or(closing).or(opening).map(|first| {
        let last = closing.into_iter().chain(booked().max()).max().unwrap_or(first);
        (first, last)
    });
    // A period counts without any entry too.
    let (first, last) = statement.period.or(seen)?;
    Some((first, last.max(first)))
}

/// What makes two statements the same: everything but their place in the file.
type Content<'s> = (Head<'s>, Vec<EntryContent<'s>>);
type Head<'s> = (Option<&'s str>, Option<u64>, Option<u64>, Option<(i32, i32)>, [Ends; 2]);
type Ends = Option<(Decimal, Option<i32>)>;
type EntryContent<'s> =
    (bool, Option<Moment>, Option<Decimal>, Option<Decimal>, &'s str, Vec<&'s str>);

fn content(statement: &Statement) -> Content<'_> {
    let end = |balance: &Option<Balance>| balance.map(|balance| (balance.amount, balance.day));
    let ends = [end(&statement.opening), end(&statement.closing)];
    let id = statement.id.as_deref();
    let entries = statement.entries.iter().map(entry_content).collect();
    ((id, statement.sequence, statement.page, statement.period, ends), entries)
}

fn entry_content(entry: &Entry) -> EntryContent<'_> {
    let references = entry.references.iter().map(|reference| reference.text.as_str()).collect();
    let (amount, after) = (entry.amount, entry.balance_after);
    (entry.is_booked(), entry.booked_at, amount, after, &entry.description, references)
}

/// Statements in order, copies out, pages together.
pub(super) fn bundles<'s>(
    statements: &[(usize, &'s Statement)],
    series: &mut Series,
) -> Vec<Bundle<'s>> {
    let mut left = without_copies(statements, series);
    left.sort_by_cached_key(|(position, statement)| {
        let days = days(statement);
        (days.is_none(), days, statement.sequence, statement.page, *position)
    });
    let mut shelf = Shelf::default();
    for (position, statement) in left {
        shelf.add(position, statement, series);
    }
    for bundle in &shelf.bundles {
        if let (Some(page), Some(false)) = (bundle.page, bundle.is_last_page) {
            series.findings.push(page_missing(bundle.last(), page, page.saturating_add(1)));
        }
    }
    shelf.bundles
}

fn without_copies<'s>(
    statements: &[(usize, &'s Statement)],
    series: &mut Series,
) -> Vec<(usize, &'s Statement)> {
    let mut by_worth: Vec<_> = statements.to_vec();
    by_worth.sort_by_key(|(position, statement)| (statement.is_copy, *position));
    let mut seen: BTreeMap<Content<'s>, usize> = BTreeMap::new();
    let mut left = Vec::new();
    for (position, statement) in by_worth {
        let Some(&original) = seen.get(&content(statement)) else {
            seen.insert(content(statement), position);
            left.push((position, statement));
            continue;
        };
        let booked = statement.entries.iter().enumerate().filter(|(_, entry)| entry.is_booked());
        series.duplicates.extend(booked.map(|(entry, _)| {
            let at = |statement: usize| EntryRef { statement, entry };
            (at(position), at(original))
        }));
        series.findings.push(Finding {
            code: ProblemCode::StatementOverlap,
            statement: position,
            entry: None,
            found: statement.id.clone().unwrap_or_default(),
            expected: None,
        });
    }
    left
}

fn page_missing(statement: usize, found: u64, expected: u64) -> Finding {
    Finding {
        code: ProblemCode::PageMissing,
        statement,
        entry: None,
        found: found.to_string(),
        expected: Some(expected.to_string()),
    }
}

/// Statements whose next page may still come.
#[derive(Default)]
struct Shelf<'s> {
    bundles: Vec<Bundle<'s>>,
    by_sequence: BTreeMap<u64, usize>,
    by_id: BTreeMap<&'s str, usize>,
}

impl<'s> Shelf<'s> {
    fn add(&mut self, position: usize, statement: &'s Statement, series: &mut Series) {
        let by_sequence = statement.sequence.and_then(|sequence| self.by_sequence.get(&sequence));
        let by_id = statement.id.as_deref().and_then(|id| self.by_id.get(id));
        let before = [by_sequence, by_id].into_iter().flatten().copied().filter(|&at| {
            statement
                .page
                .is_some_and(|page| self.bundles[at].page.is_some_and(|before| before < page))
        });
        // Of two candidates the page before this one is right.
        let before = before.max_by_key(|&at| (self.bundles[at].page, Reverse(at)));
        let page_before = before.and_then(|at| self.bundles[at].page).unwrap_or(0);
        let at = match (before, statement.page) {
            (Some(at), Some(page)) if page == page_before.saturating_add(1) => {
                self.bundles[at].append(position, statement, series);
                at
            }
            (_, page) => {
                if let Some(page) = page.filter(|&page| page > page_before.saturating_add(1)) {
                    series.findings.push(page_missing(position, page, page_before + 1));
                    // One hole, one finding.
                    before.map(|at| self.bundles[at].is_last_page.take());
                }
                self.bundles.push(Bundle::of(position, statement));
                self.bundles.len() - 1
            }
        };
        if statement.page.is_some() {
            statement.sequence.map(|sequence| self.by_sequence.insert(sequence, at));
            statement.id.as_deref().map(|id| self.by_id.insert(id, at));
        }
    }
}

impl<'s> Bundle<'s> {
    fn of(position: usize, statement: &'s Statement) -> Self {
        let at = |entry| EntryRef { statement: position, entry };
        Self {
            statements: vec![position],
            places: (0..statement.entries.len()).map(at).collect(),
            page: statement.page,
            page_start: 0,
            is_last_page: statement.is_last_page,
            stated_closing: statement.closing.map(|balance| balance.amount),
            merged: Cow::Borrowed(statement),
        }
    }

    pub(super) fn first(&self) -> usize {
        self.statements.first().copied().unwrap_or(0)
    }

    fn last(&self) -> usize {
        self.statements.last().copied().unwrap_or(0)
    }

    /// Adds the next page. Pages list the oldest entry first, so the balance between two pages is
    /// that after the last entry of the first.
    fn append(&mut self, position: usize, page: &Statement, series: &mut Series) {
        let opening = page.opening.map(|balance| balance.amount);
        if let (Some(before), Some(after)) = (self.stated_closing, opening)
            && before != after
        {
            series.findings.push(Finding {
                code: ProblemCode::StatementGap,
                statement: position,
                entry: None,
                found: after.to_string(),
                expected: Some(before.to_string()),
            });
        }
        let between = self.stated_closing.or(opening);
        let merged = self.merged.to_mut();
        let last_page = &mut merged.entries[self.page_start..];
        let last = last_page.iter_mut().rev().find(|entry| entry.is_booked());
        match last {
            Some(last) if last.balance_after.is_none() => last.balance_after = between,
            None if self.page_start == 0 => merged.opening = merged.opening.or(page.opening),
            Some(_) | None => {}
        }
        merged.closing = page.closing;
        self.page_start = merged.entries.len();
        merged.entries.extend_from_slice(&page.entries);
        merged.period = match (merged.period, page.period) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        let at = |entry| EntryRef { statement: position, entry };
        self.places.extend((0..page.entries.len()).map(at));
        self.statements.push(position);
        self.page = page.page;
        self.is_last_page = page.is_last_page;
        self.stated_closing = page.closing.map(|balance| balance.amount);
    }
}
