//! Statements one after the other: which follow which, and which entries two of them hold.
//!
//! *Shape.* Statements come in the order of their days. Each either goes on with the run of the one
//! before, or begins a run of its own after a gap. Of entries that both hold, the first counts. A
//! run is finished when the next begins: only then is known what its statements confirm.

use std::collections::{BTreeSet, VecDeque};

use caudal_model::{Decimal, Moment, ProblemCode};

use super::overlap::{Counted, Shared};
use super::pages::{Doc, Item};
use super::{
    Document, EntryRef, Fault, OVERLAP_FINDINGS_MAX, QUIET_DAYS_MAX, Run, SAME_DAY_MAX, Series,
};
use crate::Finding;
use crate::proof::{Figure, StatementState, day_text};

/// How a statement goes on with the run before it.
enum Link {
    /// It does not: days or money are missing between them.
    Apart,
    /// The balance before it is the balance after the run.
    Meets,
    /// Its days follow, and no balance says more.
    Follows,
    /// Both cover some days.
    Shares(Box<Shared>),
}

/// The run that grows.
#[derive(Default)]
struct Open<'b> {
    first_day: Option<i32>,
    last_day: Option<i32>,
    /// Whether a statement states the last day as that of its period.
    is_end_stated: bool,
    opening: Option<Decimal>,
    closing: Option<Decimal>,
    counted: Counted<'b>,
    /// Number of its last statement.
    sequence: Option<u64>,
    /// The highest number of its statements.
    highest: Option<u64>,
    /// Its first statement in `series.documents`.
    documents_start: usize,
    /// Whether two statements were put together though no balance confirms it.
    has_loose_joint: bool,
    /// What joints are off by, summed; `None` where none is.
    joint_off: Option<Decimal>,
    /// The last statement, if only a balance after it is missing.
    hangs: Option<usize>,
    /// Statements that brought nothing new, each with those that brought its entries.
    answered: Vec<(usize, BTreeSet<usize>)>,
}

pub(super) struct Timeline<'b> {
    series: Series,
    open: Option<Open<'b>>,
    /// Number of the last statement, and its day.
    sequence: Option<(u64, i32)>,
    overlap_findings: usize,
    seen_faults: BTreeSet<(i32, i32, Decimal)>,
}

impl<'b> Timeline<'b> {
    pub(super) fn new(series: Series) -> Self {
        Self {
            series,
            open: None,
            sequence: None,
            overlap_findings: 0,
            seen_faults: BTreeSet::new(),
        }
    }

    /// Adds statements that begin on one day: each time the first that goes on with the run by its
    /// balances, else the first.
    pub(super) fn add_all(&mut self, docs: Vec<Doc<'b>>) {
        let mut docs = VecDeque::from(docs);
        while !docs.is_empty() {
            let goes_on = |doc: &Doc<'b>| match self.open.as_ref().map(|open| open.link(doc)) {
                Some(Link::Meets) => true,
                Some(Link::Shares(shared)) => shared.is_confirmed == Some(true),
                Some(Link::Follows | Link::Apart) | None => false,
            };
            let few = 2..=SAME_DAY_MAX;
            let next = few.contains(&docs.len()).then(|| docs.iter().position(goes_on)).flatten();
            if let Some(doc) = docs.remove(next.unwrap_or(0)) {
                self.add(&doc);
            }
        }
    }

    fn add(&mut self, doc: &Doc<'b>) {
        let link = self.open.as_ref().map(|open| open.link(doc));
        let is_shared = matches!(link, Some(Link::Shares(_)));
        if !is_shared {
            self.check_sequence(doc);
        }
        if !matches!(link, Some(Link::Meets | Link::Follows | Link::Shares(_))) {
            self.begin_run(doc);
        }
        self.add_findings(doc);
        self.add_faults(doc, is_shared);
        let (shared, is_met) = self.joint(link);
        let state = alone_or_met(doc, is_met);
        self.extend(doc, state, is_met, shared.as_deref());
    }

    /// What two statements share, and whether a balance confirms the joint.
    fn joint(&mut self, link: Option<Link>) -> (Option<Box<Shared>>, bool) {
        match link {
            Some(Link::Shares(shared)) => {
                let is_met = shared.is_confirmed == Some(true);
                (Some(shared), is_met)
            }
            Some(Link::Meets) => {
                self.settle_hanging();
                (None, true)
            }
            Some(Link::Follows) => {
                self.open.iter_mut().for_each(|open| open.has_loose_joint = true);
                (None, false)
            }
            Some(Link::Apart) | None => (None, false),
        }
    }

    pub(super) fn finish(mut self) -> Series {
        self.close_run();
        self.series
    }

    /// Whether numbers follow one another; banks begin again with 1 each year.
    fn check_sequence(&mut self, doc: &Doc<'_>) {
        let Some(number) = doc.bundle.merged.sequence else { return };
        let day = doc.days.map_or(0, |days| days.0);
        if let Some((before, day_before)) = self.sequence {
            let is_new_year = number <= 1 && day > day_before;
            if number != before && number != before.saturating_add(1) && !is_new_year {
                self.series.findings.push(Finding {
                    code: ProblemCode::StatementOutOfSequence,
                    statement: doc.bundle.first(),
                    entry: None,
                    found: number.to_string(),
                    expected: Some(before.saturating_add(1).to_string()),
                });
            }
        }
        self.sequence = Some((number, day));
    }

    fn begin_run(&mut self, doc: &Doc<'b>) {
        if let Some(before) = &self.open {
            let finding = gap(before, doc);
            let (jump, touches) = (before.jump(doc), before.days_until(doc));
            self.series.findings.push(finding);
            // No day is missing, so the money is: entries, or a wrong balance.
            if let (Some(off), Some((first_day, last_day))) = (jump, touches) {
                self.series.faults.push(Fault { first_day, last_day, off });
            }
        }
        self.close_run();
        self.open = Some(Open {
            first_day: doc.days.map(|days| days.0),
            opening: doc.proof.opening,
            documents_start: self.series.documents.len(),
            ..Open::default()
        });
    }

    /// A balance before this statement is the balance that the last one lacked.
    fn settle_hanging(&mut self) {
        let hangs = self.open.as_mut().and_then(|open| open.hangs.take());
        if let Some(document) = hangs.and_then(|at| self.series.documents.get_mut(at)) {
            document.state = StatementState::Proved;
        }
    }

    /// Adds a statement to the open run.
    fn extend(
        &mut self,
        doc: &Doc<'b>,
        alone: StatementState,
        is_met: bool,
        shared: Option<&Shared>,
    ) {
        let document = self.series.documents.len();
        let Some(open) = self.open.as_mut() else { return };
        let hangs =
            doc.is_summed && (doc.is_opening_stated || is_met) && alone == StatementState::Unproved;
        let extends = doc.days.map(|days| days.1) >= open.last_day;
        let mut state = alone;
        if let Some(shared) = shared {
            state = open.share(doc, alone, document, shared);
            let pair =
                |&(item, known): &(usize, usize)| (doc.items[item].at, open.counted.at(known));
            self.series.duplicates.extend(shared.pairs.iter().map(pair));
        } else {
            doc.items.iter().for_each(|item| open.counted.push(item, document));
            // A statement that states no balance carries that of the run on.
            let add = |sum: Decimal, item: &Item<'_>| sum.checked_add(item.entry.amount?);
            let carried = open.closing.and_then(|closing| doc.items.iter().try_fold(closing, add));
            open.closing = doc.proof.closing.or(carried);
        }
        open.sequence = doc.bundle.merged.sequence;
        open.highest = open.highest.max(open.sequence);
        if extends || shared.is_none() {
            open.hangs = hangs.then_some(document);
        }
        if extends {
            open.last_day = doc.days.map(|days| days.1).or(open.last_day);
            open.is_end_stated = doc.bundle.merged.period.is_some();
        }
        if let Some(shared) = shared {
            self.report(doc, shared);
        }
        self.series.documents.push(Document {
            statements: doc.bundle.statements.clone(),
            first_day: doc.days.map(|days| days.0),
            last_day: doc.days.map(|days| days.1),
            state,
            proof: doc.proof.clone(),
        });
    }

    /// What two statements of the same days do not agree on.
    fn report(&mut self, doc: &Doc<'b>, shared: &Shared) {
        let Some(open) = self.open.as_mut() else { return };
        let own = shared.only_here.iter().map(|&item| doc.items[item].at);
        let theirs = shared.only_there.iter().map(|&known| open.counted.at(known));
        let amounts = shared.only_here.iter().map(|&item| doc.items[item].entry.amount);
        let their_amounts = shared.only_there.iter().map(|&known| open.counted.amount(known));
        let only: Vec<(EntryRef, Option<Decimal>)> =
            own.chain(theirs).zip(amounts.chain(their_amounts)).collect();
        for (at, amount) in only {
            if self.overlap_findings < OVERLAP_FINDINGS_MAX {
                self.overlap_findings += 1;
                self.series.findings.push(Finding {
                    code: ProblemCode::StatementOverlap,
                    statement: at.statement,
                    entry: Some(at.entry),
                    found: amount.map_or(String::new(), |amount| amount.to_string()),
                    expected: None,
                });
            }
        }
        let Some((stated, computed)) = shared.contradiction else { return };
        self.series.findings.push(Finding {
            code: ProblemCode::BalanceDoesNotFollow,
            statement: doc.bundle.first(),
            entry: None,
            found: stated.to_string(),
            expected: Some(computed.to_string()),
        });
        let Some(off) = stated.checked_sub(computed) else { return };
        open.joint_off = open.joint_off.unwrap_or(Decimal::ZERO).checked_add(off).or(Some(off));
        if let Some((first_day, last_day)) = doc.days {
            self.series.faults.push(Fault { first_day, last_day, off });
        }
    }

    /// Moves the entries of the open run into the series and says what it is worth.
    fn close_run(&mut self) {
        let Some(open) = self.open.take() else { return };
        let documents = &mut self.series.documents[open.documents_start..];
        for (at, document) in (open.documents_start..).zip(documents.iter_mut()) {
            let is_open = document.state == StatementState::Unproved;
            if is_open && document.proof.breaks.is_empty() && open.counted.is_all_met(at) {
                document.state = StatementState::Proved;
            }
        }
        for (at, brought) in &open.answered {
            let state = |at: usize| documents[at - open.documents_start].state;
            if brought.iter().all(|&by| state(by) == StatementState::Proved) {
                documents[at - open.documents_start].state = StatementState::Proved;
            }
        }
        let state = run_state(documents, &open);
        let start = self.series.entries.len();
        self.series.entries.extend(open.counted.into_order());
        self.series.runs.push(Run {
            first_day: open.first_day,
            last_day: open.last_day,
            opening: open.opening,
            closing: open.closing,
            entries: start..self.series.entries.len(),
            state,
        });
    }

    /// Findings of a statement's own proof, at their places in its pages.
    fn add_findings(&mut self, doc: &Doc<'_>) {
        for finding in &doc.proof.findings {
            let place = finding.entry.and_then(|entry| doc.bundle.places.get(entry));
            self.series.findings.push(Finding {
                statement: place.map_or(doc.bundle.first(), |place| place.statement),
                entry: place.map(|place| place.entry),
                ..finding.clone()
            });
        }
    }

    /// Places where a statement's own balances are off; what an earlier one shows too, once.
    fn add_faults(&mut self, doc: &Doc<'_>, is_shared: bool) {
        let Some((first, last)) = doc.days else { return };
        for found in &doc.proof.breaks {
            let days = doc.items.get(found.rows.clone()).unwrap_or(&[]);
            let days = || days.iter().filter_map(|item| item.day);
            let is_of_row = matches!(found.at, Figure::BalanceAfter(_));
            let (from, to) = match (days().min(), days().max()) {
                (Some(from), Some(to)) if is_of_row => (from, to),
                _ => (first, last),
            };
            let is_new = self.seen_faults.insert((from, to, found.off));
            if is_new || !is_shared {
                self.series.faults.push(Fault { first_day: from, last_day: to, off: found.off });
            }
        }
    }
}

impl<'b> Open<'b> {
    /// Adds what the run does not hold yet, and says what the statement is worth: if all its entries
    /// are held already, those who brought them answer for them.
    fn share(
        &mut self,
        doc: &Doc<'b>,
        alone: StatementState,
        document: usize,
        shared: &Shared,
    ) -> StatementState {
        // Days that it alone covers, though it shows nothing there, are its own.
        let is_inside = doc.days.zip(self.first_day.zip(self.last_day)).is_some_and(
            |((first, last), (run_first, run_last))| run_first <= first && last <= run_last,
        );
        let is_subsumed = is_inside
            && shared.fresh.is_empty()
            && shared.front.is_empty()
            && doc.proof.breaks.is_empty();
        let is_proved = alone == StatementState::Proved;
        shared.pairs.iter().for_each(|&(_, known)| self.counted.meet(known, is_proved));
        self.counted.push_fresh(doc, document, shared);
        self.has_loose_joint |= shared.is_confirmed.is_none() && !is_subsumed;
        if !shared.front.is_empty() {
            self.opening = doc.proof.opening;
        }
        let sum = self.closing.zip(shared.fresh_sum).and_then(|(a, b)| a.checked_add(b));
        if doc.days.map(|days| days.1) >= self.last_day && !shared.fresh.is_empty() {
            self.closing = doc.proof.closing.or(sum);
        }
        if is_subsumed && !doc.items.is_empty() && !is_proved {
            let brought = shared.pairs.iter().map(|&(_, known)| self.counted.document(known));
            self.answered.push((document, brought.collect()));
        }
        alone
    }

    fn link(&self, doc: &Doc<'b>) -> Link {
        let meets = match (self.closing, doc.proof.opening) {
            (Some(before), Some(after)) => Some(before == after),
            _ => None,
        };
        let Some((last, (first, doc_last))) = self.last_day.zip(doc.days) else {
            // Without days only a balance can contradict.
            return match meets {
                Some(true) => Link::Meets,
                Some(false) => Link::Apart,
                None => Link::Follows,
            };
        };
        // A statement does not go on after itself, though it may end where it began.
        let is_again = self.sequence.is_some() && self.sequence == doc.bundle.merged.sequence;
        let is_quiet = || self.is_quiet_until(doc, (last, first));
        if meets == Some(true) && ((first > last && is_quiet()) || (first == last && !is_again)) {
            return Link::Meets;
        }
        if first > last {
            let is_next = first == last.saturating_add(1) && meets.is_none();
            return if is_next { Link::Follows } else { Link::Apart };
        }
        let extends = doc_last >= last;
        let shared = self.counted.shared(doc, (self.opening, self.closing), last);
        let is_strange =
            shared.pairs.is_empty() && shared.front.is_empty() && !doc.items.is_empty();
        let is_doubtful = is_strange || shared.is_confirmed != Some(true);
        match meets {
            // Dates may run ahead of the books: the balances decide.
            Some(true) if is_doubtful && extends && !is_again => Link::Meets,
            // One day is shared, and no entry: they only touch, and the balance jumps.
            Some(false) if is_strange && first == last => Link::Apart,
            _ => Link::Shares(Box::new(shared)),
        }
    }

    /// Whether the days between the run and a statement that begins with its balance can have had no
    /// entries: the numbers follow one another, or few days are missing. Else the balance may be the
    /// same by chance, or because all that came went on.
    fn is_quiet_until(&self, doc: &Doc<'_>, (last, first): (i32, i32)) -> bool {
        let steps = match self.highest.zip(doc.bundle.merged.sequence) {
            Some((before, number)) if number > before => Some(number - before),
            _ => None,
        };
        let days = first.saturating_sub(last);
        // Some banks count the days of the year.
        let is_day_of_year = doc.bundle.merged.sequence == Some(day_of_year(first));
        if days <= 1 || steps == Some(1) || is_day_of_year {
            return true;
        }
        let are_days_stated = self.is_end_stated && doc.bundle.merged.period.is_some();
        let are_few =
            if are_days_stated { days <= QUIET_DAYS_MAX + 1 } else { !has_month(last, first) };
        steps.is_none() && are_few
    }

    /// By how much the balance before a statement differs from the balance after the run.
    fn jump(&self, doc: &Doc<'_>) -> Option<Decimal> {
        doc.proof.opening?.checked_sub(self.closing?)
    }

    /// The days at a joint between which no day is missing.
    fn days_until(&self, doc: &Doc<'_>) -> Option<(i32, i32)> {
        let (last, (first, _)) = self.last_day.zip(doc.days)?;
        (first <= last.saturating_add(1)).then_some((last.min(first), first))
    }
}

fn day_of_year(day: i32) -> u64 {
    let (year, ..) = Moment { day, nanos: None }.civil();
    let first = Moment::from_date(year, 1, 1).map_or(day, |first| first.day);
    u64::try_from(i64::from(day) - i64::from(first) + 1).unwrap_or(0)
}

/// Whether a month lies between two days, in no part of which they are.
fn has_month(last: i32, first: i32) -> bool {
    let month = |day| {
        let (year, month, _) = Moment { day, nanos: None }.civil();
        i64::from(year) * 12 + i64::from(month)
    };
    month(first) - month(last) > 1
}

fn gap(before: &Open<'_>, doc: &Doc<'_>) -> Finding {
    let balances = doc.proof.opening.zip(before.closing);
    let first = doc.days.map_or(String::new(), |days| day_text(days.0));
    let next = before.last_day.map(|last| day_text(last.saturating_add(1)));
    let (found, expected) = match balances.filter(|(after, before)| after != before) {
        Some((after, before)) => (after.to_string(), Some(before.to_string())),
        None => (first, next),
    };
    let statement = doc.bundle.first();
    Finding { code: ProblemCode::StatementGap, statement, entry: None, found, expected }
}

/// What a statement is worth with the balance before it: one that states no opening balance is
/// proved if it begins with the balance that the statement before it ends with.
fn alone_or_met(doc: &Doc<'_>, is_met: bool) -> StatementState {
    let state = doc.proof.state;
    let lacks_only_opening = doc.is_summed && !doc.is_opening_stated && doc.is_closing_stated;
    let is_proved = state == StatementState::Unproved && lacks_only_opening && is_met;
    if is_proved { StatementState::Proved } else { state }
}

fn run_state(documents: &[Document], open: &Open<'_>) -> StatementState {
    let offs = documents.iter().filter_map(|document| match document.state {
        StatementState::Broken { off } => Some(off),
        _ => None,
    });
    let broken = offs.chain(open.joint_off);
    let sum = broken.reduce(|sum, off| sum.checked_add(off).unwrap_or(sum));
    let is_proved = |document: &Document| document.state == StatementState::Proved;
    match sum {
        Some(off) => StatementState::Broken { off },
        None if documents.iter().all(is_proved) && !open.has_loose_joint => StatementState::Proved,
        None => StatementState::Unproved,
    }
}
