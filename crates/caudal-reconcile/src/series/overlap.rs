//! Entries that two statements of the same days hold.
//!
//! *Shape.* [`Counted`] holds the entries of one run. A later statement is first laid along the
//! chain of balances: where the balance before an entry of the run is the balance before the
//! statement, and all entries from there on agree in day and amount, each is the other. Only where
//! no place fits are entries paired one by one, as many as each side has.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use caudal_model::{Decimal, Entry};

use super::pages::{Doc, Item};
use super::{EntryRef, LIKE_MAX};

/// An entry that counts.
struct Known<'b> {
    at: EntryRef,
    entry: &'b Entry,
    day: Option<i32>,
    before: Option<Decimal>,
    document: usize,
    /// Its place in the run, negative for what came before the first that was added.
    position: i64,
    /// Whether a proved statement holds it too.
    is_met: bool,
}

/// The entries of a run, in the order in which they came.
#[derive(Default)]
pub(super) struct Counted<'b> {
    known: Vec<Known<'b>>,
    /// The same in the order of the run.
    chain: VecDeque<usize>,
    front_count: i64,
    /// By day and amount.
    alike: BTreeMap<(Option<i32>, Decimal), Vec<usize>>,
    by_day: BTreeMap<i32, Vec<usize>>,
    /// Whether an entry came that belongs before others.
    is_mixed: bool,
}

/// Entries of a statement, and those of a run that they repeat.
type Pairs = Vec<(usize, usize)>;

/// What a statement shares with a run.
#[derive(Default)]
pub(super) struct Shared {
    /// Entries of the statement, and those of the run that they repeat.
    pub(super) pairs: Pairs,
    /// Entries of the statement that come before the run.
    pub(super) front: Vec<usize>,
    /// Entries of the statement that are new.
    pub(super) fresh: Vec<usize>,
    /// What the new ones add; `None` if unknown.
    pub(super) fresh_sum: Option<Decimal>,
    /// New entries of days that the run covers.
    pub(super) only_here: Vec<usize>,
    /// Entries of the run of days that the statement covers, which it lacks.
    pub(super) only_there: Vec<usize>,
    /// Whether a balance told where in the run the statement begins.
    is_along: bool,
    /// Whether balances say that both together are whole.
    pub(super) is_confirmed: Option<bool>,
    /// A balance stated, and what both together lead to, where they differ.
    pub(super) contradiction: Option<(Decimal, Decimal)>,
}

impl Shared {
    fn set_fresh(&mut self, fresh: Vec<usize>, doc: &Doc<'_>, last_day: i32) {
        // On its last day the run may stop at noon.
        let is_inside = |&&at: &&usize| doc.items[at].day.is_some_and(|day| day < last_day);
        self.only_here = fresh.iter().filter(is_inside).copied().collect();
        let add = |sum: Decimal, &item: &usize| sum.checked_add(doc.items[item].entry.amount?);
        self.fresh_sum = fresh.iter().try_fold(Decimal::ZERO, add);
        self.fresh = fresh;
    }
}

impl<'b> Counted<'b> {
    pub(super) fn at(&self, known: usize) -> EntryRef {
        self.known[known].at
    }

    pub(super) fn amount(&self, known: usize) -> Option<Decimal> {
        self.known[known].entry.amount
    }

    /// The statement that brought an entry.
    pub(super) fn document(&self, known: usize) -> usize {
        self.known[known].document
    }

    /// Notes that another statement, proved or not, holds an entry.
    pub(super) fn meet(&mut self, known: usize, is_proved: bool) {
        self.known[known].is_met |= is_proved;
    }

    /// Whether every entry that a statement brought is held by a proved one too.
    pub(super) fn is_all_met(&self, document: usize) -> bool {
        let start = self.known.partition_point(|known| known.document < document);
        let own = self.known[start..].iter().take_while(|known| known.document == document);
        let mut own = own.peekable();
        own.peek().is_some() && own.all(|known| known.is_met)
    }

    pub(super) fn push(&mut self, item: &Item<'b>, document: usize) {
        let place = self.known.len();
        let back = i64::try_from(self.chain.len()).unwrap_or(i64::MAX) - self.front_count;
        self.chain.push_back(place);
        self.note(item, document, back);
    }

    fn push_front(&mut self, item: &Item<'b>, document: usize) {
        self.chain.push_front(self.known.len());
        self.front_count += 1;
        self.note(item, document, -self.front_count);
    }

    fn note(&mut self, item: &Item<'b>, document: usize, position: i64) {
        let place = self.known.len();
        let Item { at, entry, day, before } = *item;
        if let Some(amount) = entry.amount {
            self.alike.entry((day, amount)).or_default().push(place);
        }
        if let Some(day) = day {
            self.by_day.entry(day).or_default().push(place);
        }
        self.known.push(Known { at, entry, day, before, document, position, is_met: false });
    }

    /// Adds the new entries of a statement that shares others. Where no chain of balances said where
    /// it begins, they find their place by day.
    pub(super) fn push_fresh(&mut self, doc: &Doc<'b>, document: usize, shared: &Shared) {
        let last = self.by_day.last_key_value().map(|(&day, _)| day);
        let is_before =
            |&item: &usize| doc.items[item].day.zip(last).is_some_and(|(day, last)| day < last);
        self.is_mixed |= !shared.is_along && shared.fresh.iter().any(is_before);
        shared.front.iter().rev().for_each(|&item| self.push_front(&doc.items[item], document));
        shared.fresh.iter().for_each(|&item| self.push(&doc.items[item], document));
    }

    /// All entries in order: as their statements prove it, or by day where statements had to be
    /// shuffled.
    pub(super) fn into_order(mut self) -> impl Iterator<Item = EntryRef> {
        let mut chain: Vec<usize> = std::mem::take(&mut self.chain).into();
        if self.is_mixed {
            chain.sort_by_key(|&known| self.known[known].day);
        }
        chain.into_iter().map(move |known| self.known[known].at)
    }

    /// Compares a statement with the run: the balances before and after it, and the last day that it
    /// covers.
    pub(super) fn shared(
        &self,
        doc: &Doc<'b>,
        (opening, closing): (Option<Decimal>, Option<Decimal>),
        last_day: i32,
    ) -> Shared {
        let along = self.along_balances(doc).map(|pairs| (0, pairs));
        if let Some((front, pairs)) = along.or_else(|| self.before_balances(doc, opening)) {
            let fresh: Vec<usize> = (front + pairs.len()..doc.items.len()).collect();
            let mut shared = Shared { pairs, front: (0..front).collect(), ..Shared::default() };
            (shared.is_along, shared.is_confirmed) = (true, Some(true));
            shared.set_fresh(fresh, doc, last_day);
            return shared;
        }
        let mut shared = self.one_by_one(doc, last_day);
        shared.only_there = self.only_there(doc, last_day, &shared);
        self.check(doc, closing, last_day, &mut shared);
        shared
    }

    /// The place in the run where the statement begins, by its balance.
    fn along_balances(&self, doc: &Doc<'b>) -> Option<Vec<(usize, usize)>> {
        let first = doc.items.first()?;
        let opening = doc.proof.opening.filter(|_| !self.is_mixed)?;
        let alike = self.alike.get(&(first.day, first.entry.amount?))?.iter().take(LIKE_MAX);
        let mut begins = alike.filter(|&&known| self.known[known].before == Some(opening));
        begins.find_map(|&known| self.side_by_side(doc, 0, self.place(known)))
    }

    /// The place in the statement where the run begins, by its balance; the end of the statement
    /// where it leads to the balance before the run.
    fn before_balances(&self, doc: &Doc<'b>, opening: Option<Decimal>) -> Option<(usize, Pairs)> {
        let opening = opening.filter(|_| !self.is_mixed)?;
        let begins = |&item: &usize| doc.items[item].before == Some(opening);
        let mut begins = (0..doc.items.len()).filter(begins).take(LIKE_MAX);
        let found = begins.find_map(|item| Some((item, self.side_by_side(doc, item, 0)?)));
        let first_day = self.by_day.first_key_value().map(|(&day, _)| day);
        let ends = doc.days.zip(first_day).is_some_and(|(days, first)| days.1 <= first);
        let leads = doc.proof.closing == Some(opening) && ends && !doc.items.is_empty();
        found.or_else(|| leads.then(|| (doc.items.len(), Vec::new())))
    }

    /// Pairs all entries of the statement and of the run from two places on, if they agree.
    fn side_by_side(&self, doc: &Doc<'b>, item: usize, place: usize) -> Option<Pairs> {
        let known = self.chain.range(place..).copied();
        let pairs: Pairs = (item..doc.items.len()).zip(known).collect();
        let do_agree =
            |&(item, known): &(usize, usize)| agree(&self.known[known], &doc.items[item]);
        (!pairs.is_empty() && pairs.iter().all(do_agree)).then_some(pairs)
    }

    /// Where in the run an entry stands.
    fn place(&self, known: usize) -> usize {
        let place = self.known[known].position + self.front_count;
        usize::try_from(place).unwrap_or(0)
    }

    /// Pairs entries of shared days, the most alike first.
    fn one_by_one(&self, doc: &Doc<'b>, last_day: i32) -> Shared {
        let mut shared = Shared::default();
        let mut taken = BTreeSet::new();
        for (at, item) in doc.items.iter().enumerate() {
            let is_shared = item.day.is_none_or(|day| day <= last_day);
            match self.most_alike(item, &taken).filter(|_| is_shared) {
                Some(known) => {
                    taken.insert(known);
                    shared.pairs.push((at, known));
                }
                None => shared.fresh.push(at),
            }
        }
        let fresh = std::mem::take(&mut shared.fresh);
        shared.set_fresh(fresh, doc, last_day);
        shared
    }

    fn most_alike(&self, item: &Item<'b>, taken: &BTreeSet<usize>) -> Option<usize> {
        let alike = self.alike.get(&(item.day, item.entry.amount?))?;
        let alike = alike.iter().copied().take(LIKE_MAX);
        let free = alike.filter(|place| !taken.contains(place) && agree(&self.known[*place], item));
        free.max_by_key(|&place| (likeness(self.known[place].entry, item.entry), Reverse(place)))
    }

    /// Entries of the run on days strictly inside both, which the statement lacks.
    fn only_there(&self, doc: &Doc<'b>, last_day: i32, shared: &Shared) -> Vec<usize> {
        let Some((first, last)) = doc.days else { return Vec::new() };
        let (from, until) = (first.saturating_add(1), last.min(last_day));
        if from >= until {
            return Vec::new();
        }
        let met: BTreeSet<usize> = shared.pairs.iter().map(|&(_, known)| known).collect();
        let inside = self.by_day.range(from..until).flat_map(|(_, places)| places.iter().copied());
        inside.filter(|place| !met.contains(place)).take(LIKE_MAX).collect()
    }

    /// Whether the new entries lead from the balance after the run to that after the statement; or,
    /// where the run goes on longer, whether the statement fits into it.
    fn check(&self, doc: &Doc<'b>, closing: Option<Decimal>, last_day: i32, shared: &mut Shared) {
        if !doc.proof.breaks.is_empty() {
            return;
        }
        // On a shared last day without anything new the statement may stop at noon.
        let last = doc.days.map(|days| days.1);
        let extends = last > Some(last_day) || (last == Some(last_day) && !shared.fresh.is_empty());
        let sum = |change: Option<Decimal>| closing.zip(change).and_then(|(a, b)| a.checked_add(b));
        let ends = if extends {
            doc.proof.closing.zip(sum(shared.fresh_sum))
        } else {
            let inside = closing.zip(sum(self.change_inside(doc, shared)));
            inside.map(|ends| self.misfit(doc, shared).unwrap_or(ends))
        };
        shared.is_confirmed = ends.map(|(stated, computed)| stated == computed);
        shared.contradiction = ends.filter(|(stated, computed)| stated != computed);
        if !extends && self.misfit(doc, shared).is_some() {
            self.part(doc, last_day, shared);
        }
    }

    /// The balance before a statement, and the balance before the first entry that it repeats, where
    /// they differ.
    fn misfit(&self, doc: &Doc<'b>, shared: &Shared) -> Option<(Decimal, Decimal)> {
        let places = shared.pairs.iter().map(|&(_, known)| known);
        let first = places.min_by_key(|&known| self.known[known].position)?;
        let ends = doc.proof.opening.zip(self.known[first].before.filter(|_| !self.is_mixed));
        ends.filter(|(stated, computed)| stated != computed)
    }

    /// Takes pairs apart whose balances differ: rather an entry too many, and told, than one too few.
    fn part(&self, doc: &Doc<'b>, last_day: i32, shared: &mut Shared) {
        let differs = |&(item, known): &(usize, usize)| {
            let balances = doc.items[item].before.zip(self.known[known].before);
            balances.is_some_and(|(here, there)| here != there)
        };
        let (apart, pairs): (Pairs, Pairs) = shared.pairs.iter().copied().partition(differs);
        let mut fresh: Vec<usize> = apart.into_iter().map(|(item, _)| item).collect();
        fresh.append(&mut shared.fresh);
        fresh.sort_unstable();
        shared.pairs = pairs;
        shared.set_fresh(fresh, doc, last_day);
    }

    /// What the two do not agree on, of days that both cover: what is new, else what is lacking in a
    /// statement that states a balance.
    fn change_inside(&self, doc: &Doc<'b>, shared: &Shared) -> Option<Decimal> {
        let fresh = shared.fresh_sum?;
        if !fresh.is_zero() || !(doc.is_opening_stated || doc.is_closing_stated) {
            return Some(fresh);
        }
        let lacking = shared.only_there.iter().map(|&known| self.amount(known));
        { lacking }.try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount?))
    }
}

/// Whether two entries can be the same: day and amount are equal, balances do not differ.
fn agree(known: &Known<'_>, item: &Item<'_>) -> bool {
    let balances = known.entry.balance_after.zip(item.entry.balance_after);
    known.day == item.day
        && known.entry.amount == item.entry.amount
        && balances.is_none_or(|(a, b)| a == b)
}

/// How much two entries have in common beyond day and amount.
fn likeness(a: &Entry, b: &Entry) -> u8 {
    let has_balance = a.balance_after.is_some() && a.balance_after == b.balance_after;
    let mut shared = a.references.iter().take(LIKE_MAX);
    let has_reference = shared.any(|reference| {
        b.references.iter().take(LIKE_MAX).any(|other| other.text == reference.text)
    });
    let has_text = !a.description.is_empty() && a.description == b.description;
    u8::from(has_balance) * 4 + u8::from(has_reference) * 2 + u8::from(has_text)
}
