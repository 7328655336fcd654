//! In which order lines take effect: proved order first, then date, then a same-day policy.
//!
//! *Shape.* [`Order::of`] sorts a table into groups. Lines of different groups are ordered by the
//! evidence; lines inside a group share a day (or an instant) and nothing proves their order. The
//! policy decides inside a group, and may need balances to do so ([`arrange`]).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use caudal_model::TransferTable;

use crate::view::PlaceIdx;

/// What decides between lines of one day whose order nothing proves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameDay {
    /// The order of the rows in the evidence.
    #[default]
    AsListed,
    /// A transfer waits while its payer still expects a credit that day.
    CreditsFirst,
    /// A transfer waits while its payee still has a debit to make that day.
    DebitsFirst,
}

/// Transfers in order, cut into groups of unproved order.
pub(crate) struct Order {
    /// Positions in the table.
    pub(crate) rows: Vec<u32>,
    /// Start of each group longer than one, and its end, in `rows`.
    pub(crate) ties: Vec<(usize, usize)>,
    /// The first row whose stated sequence runs against its date.
    pub(crate) against_date: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    sequence_in_file: u64,
    day: i32,
    nanos: u64,
    sequence_in_day: u64,
    row: u32,
}

impl Order {
    pub(crate) fn of(table: &TransferTable, keep: impl Fn(u32) -> bool) -> Self {
        let count = u32::try_from(table.len()).expect("fewer than 2^32 transfers");
        let rows: Vec<u32> = (0..count).filter(|&row| keep(row)).collect();
        let has_times = rows.iter().any(|&row| table.moment(row).nanos.is_some());
        if table.has_sequences() || has_times {
            Self::by_proof(table, &rows)
        } else {
            Self::by_day(table, rows)
        }
    }

    /// Days are all that is stated: rows of one day stay as listed.
    fn by_day(table: &TransferTable, mut rows: Vec<u32>) -> Self {
        let day = |row: &u32| table.moment(*row).day;
        if !rows.is_sorted_by_key(day) {
            rows.sort_by_key(day);
        }
        let mut ties = Vec::new();
        let mut start = 0;
        for group in rows.chunk_by(|a, b| day(a) == day(b)) {
            if group.len() > 1 {
                ties.push((start, start + group.len()));
            }
            start += group.len();
        }
        Self { rows, ties, against_date: None }
    }

    fn by_proof(table: &TransferTable, rows: &[u32]) -> Self {
        let proof = Proof::of(table, rows);
        let mut keyed: Vec<Key> = rows.iter().map(|&row| proof.key(table, row)).collect();
        if !keyed.is_sorted() {
            keyed.sort_unstable();
        }
        let against_date = against_date(table, &keyed, proof.by_file);
        let ties = ties(&keyed);
        Self { rows: keyed.into_iter().map(|key| key.row).collect(), ties, against_date }
    }
}

impl Order {
    /// Takes rows out.
    pub(crate) fn remove(&mut self, gone: &BTreeSet<u32>) {
        let mut ties = std::mem::take(&mut self.ties);
        let (mut at, mut kept) = (0, 0);
        let mut kept_before = |end: usize| {
            kept += self.rows[at..end].iter().filter(|row| !gone.contains(row)).count();
            at = end;
            kept
        };
        for (start, end) in &mut ties {
            (*start, *end) = (kept_before(*start), kept_before(*end));
        }
        ties.retain(|(start, end)| end - start > 1);
        self.ties = ties;
        self.rows.retain(|row| !gone.contains(row));
    }
}

/// What the evidence proves about order.
struct Proof {
    /// Every row has a sequence of its own: it alone decides.
    by_file: bool,
    /// Days on which some row has no time: there the listed order stands. `None`: no times.
    untimed_days: Option<BTreeSet<i32>>,
    /// Days on which some row has no sequence, or two rows the same. `None`: no sequences.
    unsequenced_days: Option<BTreeSet<i32>>,
}

impl Proof {
    fn of(table: &TransferTable, rows: &[u32]) -> Self {
        let moments = || rows.iter().map(|&row| table.moment(row));
        let untimed_days = moments()
            .any(|moment| moment.nanos.is_some())
            .then(|| moments().filter(|m| m.nanos.is_none()).map(|m| m.day).collect());
        if !table.has_sequences() {
            return Self { by_file: false, untimed_days, unsequenced_days: None };
        }
        let mut all: Vec<_> = rows.iter().map(|&row| table.sequence(row)).collect();
        all.sort_unstable();
        let by_file = all.first().is_some_and(Option::is_some)
            && all.windows(2).all(|pair| pair[0] != pair[1]);
        let mut by_day: Vec<_> =
            rows.iter().map(|&row| (table.moment(row).day, table.sequence(row))).collect();
        by_day.sort_unstable();
        let repeated = by_day.windows(2).filter(|pair| pair[0] == pair[1]).map(|p| p[0].0);
        let absent = by_day.iter().filter(|(_, sequence)| sequence.is_none()).map(|d| d.0);
        let unsequenced_days = Some(repeated.chain(absent).collect());
        Self { by_file, untimed_days, unsequenced_days }
    }

    fn key(&self, table: &TransferTable, row: u32) -> Key {
        let moment = table.moment(row);
        let day = moment.day;
        let sequence = table.sequence(row).unwrap_or(0);
        if self.by_file {
            return Key { sequence_in_file: sequence, day: 0, nanos: 0, sequence_in_day: 0, row };
        }
        let proves = |exceptions: &Option<BTreeSet<i32>>| {
            exceptions.as_ref().is_some_and(|days| !days.contains(&day))
        };
        let timed = proves(&self.untimed_days);
        let sequenced = proves(&self.unsequenced_days);
        Key {
            sequence_in_file: 0,
            day,
            nanos: if timed { moment.nanos.unwrap_or(0) } else { 0 },
            sequence_in_day: if sequenced { sequence } else { 0 },
            row,
        }
    }
}

fn ties(keyed: &[Key]) -> Vec<(usize, usize)> {
    let same = |a: &Key, b: &Key| Key { row: 0, ..*a } == Key { row: 0, ..*b };
    let mut ties = Vec::new();
    let mut start = 0;
    for group in keyed.chunk_by(same) {
        if group.len() > 1 {
            ties.push((start, start + group.len()));
        }
        start += group.len();
    }
    ties
}

fn against_date(table: &TransferTable, keyed: &[Key], by_file: bool) -> Option<u32> {
    let day = |key: &Key| table.moment(key.row).day;
    let pair = by_file.then(|| keyed.windows(2).find(|pair| day(&pair[0]) > day(&pair[1])));
    pair.flatten().map(|pair| pair[1].row)
}

/// One transfer of a group, as a policy sees it.
pub(crate) struct Candidate {
    /// Its payer, if that is an account.
    pub(crate) payer: Option<PlaceIdx>,
    /// Its payee, if that is an account.
    pub(crate) payee: Option<PlaceIdx>,
}

/// Calls `take` with each position of a group in the order of the policy, and counts the cuts:
/// moments when every transfer left waited for another.
///
/// `covers` says whether the payer of a position can pay it from its balance now.
pub(crate) fn arrange<L>(
    group: &[Candidate],
    policy: SameDay,
    ledger: &mut L,
    covers: impl Fn(&L, usize) -> bool,
    mut take: impl FnMut(&mut L, usize),
) -> u64 {
    let waits_for = |at: usize| match policy {
        SameDay::AsListed => None,
        SameDay::CreditsFirst => group[at].payer,
        SameDay::DebitsFirst => group[at].payee,
    };
    let releases = |at: usize| match policy {
        SameDay::AsListed => None,
        SameDay::CreditsFirst => group[at].payee,
        SameDay::DebitsFirst => group[at].payer,
    };
    let mut pending: BTreeMap<PlaceIdx, usize> = BTreeMap::new();
    for place in (0..group.len()).filter_map(releases) {
        *pending.entry(place).or_default() += 1;
    }
    let mut waiting: BTreeMap<PlaceIdx, Vec<usize>> = BTreeMap::new();
    let mut ready = BinaryHeap::new();
    for at in 0..group.len() {
        match waits_for(at).filter(|place| pending.contains_key(place)) {
            Some(place) => waiting.entry(place).or_default().push(at),
            None => ready.push(Reverse(at)),
        }
    }
    let mut left: BTreeSet<usize> = (0..group.len()).collect();
    let mut cuts = 0;
    while let Some(&first) = left.first() {
        let at = match ready.pop() {
            Some(Reverse(at)) if !left.contains(&at) => continue,
            Some(Reverse(at)) => at,
            None => {
                cuts += 1;
                left.iter().copied().find(|&at| covers(ledger, at)).unwrap_or(first)
            }
        };
        left.remove(&at);
        take(ledger, at);
        let Some(place) = releases(at) else { continue };
        let count = pending.get_mut(&place).expect("counted above");
        *count -= 1;
        if *count == 0 {
            pending.remove(&place);
            ready.extend(waiting.remove(&place).unwrap_or_default().into_iter().map(Reverse));
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accounts are small numbers, 0 is outside; balances decide who can cover.
    fn check(policy: SameDay, group: &[(u32, u32)], covered: &[usize], expected: &[usize]) {
        let place = |name: u32| (name != 0).then_some(name);
        let group: Vec<_> =
            group.iter().map(|&(a, b)| Candidate { payer: place(a), payee: place(b) }).collect();
        let mut taken = Vec::new();
        arrange(&group, policy, &mut taken, |_, at| covered.contains(&at), Vec::push);
        assert_eq!(taken, expected);
    }

    #[test]
    fn credits_first_lets_a_payer_wait_for_its_credits() {
        check(SameDay::CreditsFirst, &[(1, 0), (0, 1)], &[], &[1, 0]);
        check(SameDay::CreditsFirst, &[(2, 0), (1, 2), (0, 1)], &[], &[2, 1, 0]);
        check(SameDay::DebitsFirst, &[(0, 1), (1, 0)], &[], &[1, 0]);
        check(SameDay::AsListed, &[(1, 0), (0, 1)], &[], &[0, 1]);
    }

    #[test]
    fn a_circle_is_cut_where_the_payer_can_cover() {
        check(SameDay::CreditsFirst, &[(1, 2), (2, 1)], &[1], &[1, 0]);
        check(SameDay::CreditsFirst, &[(1, 2), (2, 1)], &[], &[0, 1]);
    }
}
