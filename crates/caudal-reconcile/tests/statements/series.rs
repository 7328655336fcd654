//! A true history cut into statements and put together again, against a plain model of days.
//!
//! *The model.* Every day of the history is held or not. A run is a stretch of held days; days that
//! are not held end it, unless balances are printed, the hole moved nothing in all, is short, and
//! leaves no number out. Every entry of
//! a held day counts once. Statements begin and end with whole days.

use std::collections::BTreeSet;

use caudal_model::{Balance, Entry, Moment, ProblemCode, Statement};
use caudal_reconcile::series::{MonthState, Series, join, months};
use caudal_testkit::random::Rng;

use crate::make::{decimal, shown};

const HISTORIES: u64 = 4_000;
const FIRST_DAY: i32 = 20_000;

/// What all statements of a history print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Balances {
    None,
    AtEnds,
    AtRows,
    Everywhere,
}

#[derive(Clone, Copy, Debug)]
struct Style {
    balances: Balances,
    has_period: bool,
    has_sequence: bool,
}

/// An account's true entries: day and amount.
struct History {
    rows: Vec<(i32, i128)>,
    /// The balance before each, and after the last.
    balances: Vec<i128>,
    days: i32,
}

fn history(rng: &mut Rng) -> History {
    let days = 20 + i32::try_from(rng.below(80)).unwrap();
    let mut balance = i128::from(rng.below(100_000));
    let (mut rows, mut balances) = (Vec::new(), vec![balance]);
    for day in FIRST_DAY..FIRST_DAY + days {
        // Few amounts: equal rows of one day, and sums of zero, are common.
        for _ in 0..[0, 0, 0, 1, 1, 2, 3][usize::try_from(rng.below(7)).unwrap()] {
            let amount = *rng.pick(&[500, 500, -500, 1_250, -1_250, -310, 99_999]);
            balance += amount;
            rows.push((day, amount));
            balances.push(balance);
        }
    }
    History { rows, balances, days }
}

impl History {
    /// Positions of the entries of some days.
    fn inside(&self, (first, last): (i32, i32)) -> std::ops::Range<usize> {
        let place = |day: i32| self.rows.partition_point(|row| row.0 < day);
        place(first)..place(last + 1)
    }

    /// The days that a statement shows: those of its entries if it states no period.
    fn shown(&self, days: (i32, i32), style: Style) -> (i32, i32) {
        let rows = &self.rows[self.inside(days)];
        let ends = rows.first().zip(rows.last()).filter(|_| !style.has_period);
        ends.map_or(days, |(first, last)| (first.0, last.0))
    }

    fn sum(&self, days: (i32, i32)) -> i128 {
        self.rows[self.inside(days)].iter().map(|row| row.1).sum()
    }

    fn statement(&self, days: (i32, i32), style: Style, sequence: u64) -> Statement {
        let rows = self.inside(days);
        let stated =
            |at: usize| Balance { amount: decimal(self.balances[at], 2), day: None, row: 0 };
        let has_ends = matches!(style.balances, Balances::AtEnds | Balances::Everywhere);
        let has_rows = matches!(style.balances, Balances::AtRows | Balances::Everywhere);
        let entry = |at: usize| Entry {
            row: u64::try_from(at).unwrap(),
            booked_at: Some(Moment { day: self.rows[at].0, nanos: None }),
            amount: Some(decimal(self.rows[at].1, 2)),
            balance_after: has_rows.then(|| decimal(self.balances[at + 1], 2)),
            description: "as always".to_owned(),
            ..Entry::default()
        };
        Statement {
            sequence: style.has_sequence.then_some(sequence),
            period: style.has_period.then_some(days),
            opening: has_ends.then(|| stated(rows.start)),
            closing: has_ends.then(|| stated(rows.end)),
            entries: rows.map(entry).collect(),
            ..Statement::default()
        }
    }
}

/// Days that a statement covers, and its number.
type Held = ((i32, i32), u64);

/// Statements of a history with overlaps, copies and holes, and what each covers.
fn cut(rng: &mut Rng, history: &History, style: Style) -> (Vec<Held>, Vec<Statement>) {
    let (mut held, mut made) = (Vec::new(), Vec::new());
    let (mut day, end) = (FIRST_DAY, FIRST_DAY + history.days);
    let (mut number, mut begun) = (0, FIRST_DAY - 1);
    while day < end {
        let last = (day + i32::try_from(rng.below(25)).unwrap()).min(end - 1);
        let back = if rng.chance(35) { i32::try_from(rng.below(8)).unwrap() } else { 0 };
        // Numbers follow the days on which statements begin.
        let begin = if style.has_sequence { (day - back).max(begun + 1) } else { day - back };
        let days = (begin.max(FIRST_DAY), last);
        begun = days.0;
        day = last + 1;
        number += 1;
        let statement = history.statement(days, style, number);
        // What names no days and has no entries says nothing.
        if rng.chance(15) || (!style.has_period && statement.entries.is_empty()) {
            continue;
        }
        held.push((days, number));
        if rng.chance(15) {
            made.push(Statement { is_copy: rng.chance(50), ..statement.clone() });
        }
        if style.has_sequence && statement.entries.len() > 1 && rng.chance(30) {
            made.extend(pages(rng, statement));
        } else {
            made.push(statement);
        }
    }
    // Some reach back before the one before them.
    held.sort_unstable();
    (held, made)
}

/// A statement in two or more pages, the balance between them on both or on neither.
fn pages(rng: &mut Rng, whole: Statement) -> Vec<Statement> {
    let (mut rest, mut pages) = (whole, Vec::new());
    let is_carried = rng.chance(50);
    let mut number = 1;
    while rest.entries.len() > 1 && (pages.is_empty() || rng.chance(40)) {
        let at = 1 + usize::try_from(rng.below(3)).unwrap() % (rest.entries.len() - 1);
        let behind = rest.entries.split_off(at);
        let add =
            |sum: caudal_model::Decimal, entry: &Entry| sum.checked_add(entry.amount.unwrap());
        let opening = rest.opening.filter(|_| is_carried);
        let between = opening.map(|balance| {
            let amount = rest.entries.iter().try_fold(balance.amount, add).unwrap();
            Balance { amount, ..balance }
        });
        let closing = rest.closing;
        let page = (Some(number), Some(false));
        pages.push(Statement {
            page: page.0,
            is_last_page: page.1,
            closing: between,
            ..rest.clone()
        });
        rest = Statement { entries: behind, opening: between, closing, ..rest };
        number += 1;
    }
    pages.push(Statement { page: Some(number), is_last_page: Some(true), ..rest });
    pages
}

/// Stretches of held days: what is missing between two moved something, or no balance tells.
fn runs(history: &History, held: &[Held], style: Style) -> Vec<(i32, i32)> {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    let mut before = 0;
    for &(days, number) in held {
        let (first, last) = history.shown(days, style);
        let is_quiet = |run: &(i32, i32)| {
            let hole = (run.1 + 1, first - 1);
            let is_short = if style.has_period { hole.1 - hole.0 < 6 } else { !has_month(hole) };
            let is_next = !style.has_sequence || number == before + 1;
            style.balances != Balances::None && history.sum(hole) == 0 && is_short && is_next
        };
        match runs.last_mut() {
            Some(run) if first <= run.1 + 1 => run.1 = run.1.max(last),
            Some(run) if is_quiet(run) => run.1 = last,
            _ => runs.push((first, last)),
        }
        before = number.max(before);
    }
    runs
}

/// Whether some month lies in a hole as a whole.
fn has_month((first, last): (i32, i32)) -> bool {
    let day_of_month = |day| Moment { day, nanos: None }.civil().2;
    let begins = (first..=last).find(|&day| day_of_month(day) == 1);
    begins.is_some_and(|begin| (begin + 1..=last + 1).any(|day| day_of_month(day) == 1))
}

/// Whether a statement begins with the balance that the ones before it end with, although it repeats
/// their last day: then it cannot be told from one that goes on after it.
fn is_ambiguous(history: &History, held: &[Held]) -> bool {
    let mut end = i32::MIN;
    held.iter().any(|&((first, last), _)| {
        let meets = first <= end && history.sum((first, end)) == 0;
        end = end.max(last);
        meets
    })
}

fn style(rng: &mut Rng) -> Style {
    let balances = [Balances::None, Balances::AtEnds, Balances::AtRows, Balances::Everywhere];
    let balances = *rng.pick(&balances);
    let has_period = balances == Balances::None || rng.chance(60);
    Style { balances, has_period, has_sequence: rng.chance(50) }
}

#[test]
fn a_history_cut_into_statements_comes_back_with_each_entry_once_and_each_gap_told() {
    let (mut gaps, mut duplicates, mut ambiguous) = (0, 0, 0);
    for seed in 1..=HISTORIES {
        let rng = &mut Rng::new(seed);
        let style = style(rng);
        let history = history(rng);
        let (held, mut made) = cut(rng, &history, style);
        for at in (1..made.len()).rev() {
            made.swap(at, usize::try_from(rng.below(u64::try_from(at + 1).unwrap())).unwrap());
        }
        let given: Vec<(usize, &Statement)> = made.iter().enumerate().collect();
        let series = join(&given, 2);
        let case = format!("seed {seed}: {style:?} {held:?}");
        if is_ambiguous(&history, &held) {
            ambiguous += 1;
            continue;
        }
        let text = || made.iter().map(shown).collect::<String>();
        let found = counted(&series, &made);
        assert_eq!(found, expected(&history, &held), "{case}{}", text());
        let runs = runs(&history, &held, style);
        let is_gap = |code| code == ProblemCode::StatementGap;
        let told = series.findings.iter().filter(|finding| is_gap(finding.code)).count();
        assert_eq!(series.runs.len(), runs.len(), "{case}{}", text());
        assert_eq!(told, runs.len().saturating_sub(1), "{case}");
        if style.has_period {
            let days =
                series.runs.iter().map(|run| (run.first_day.unwrap(), run.last_day.unwrap()));
            assert_eq!(days.collect::<Vec<_>>(), runs, "{case}");
            check_months(&series, &runs, style, &case);
        }
        gaps += told;
        duplicates += series.duplicates.len();
    }
    println!(
        "{gaps} gaps, {duplicates} entries met again, {ambiguous} histories left out as ambiguous"
    );
    assert!(gaps > 1_000 && duplicates > 10_000 && ambiguous * 8 < HISTORIES, "{ambiguous}");
}

/// Days and amounts of what counts.
fn counted(series: &Series, made: &[Statement]) -> Vec<(i32, i128)> {
    let entry = |at: &caudal_reconcile::series::EntryRef| &made[at.statement].entries[at.entry];
    let of =
        |entry: &Entry| (entry.booked_at.unwrap().day, entry.amount.unwrap().minor(2).unwrap());
    let mut found: Vec<_> = series.entries.iter().map(|at| of(entry(at))).collect();
    assert!(found.is_sorted_by_key(|row| row.0), "days are in order");
    found.sort_unstable();
    found
}

fn expected(history: &History, held: &[Held]) -> Vec<(i32, i128)> {
    let days: BTreeSet<i32> = held.iter().flat_map(|&((first, last), _)| first..=last).collect();
    let mut rows: Vec<_> =
        history.rows.iter().filter(|row| days.contains(&row.0)).copied().collect();
    rows.sort_unstable();
    rows
}

/// Day by day: a month with a hole inside the account's span is missing, one without any held day is
/// not covered, others are worth what their statements print.
fn check_months(series: &Series, runs: &[(i32, i32)], style: Style, case: &str) {
    if style.balances == Balances::AtRows || runs.is_empty() {
        return;
    }
    let span = (FIRST_DAY - 40, FIRST_DAY + 140);
    let own = (runs[0].0, runs[runs.len() - 1].1);
    let is_held = |day: i32| runs.iter().any(|run| run.0 <= day && day <= run.1);
    for (year, month, state) in months(series, span) {
        let days: Vec<i32> = (span.0 - 31..span.1 + 31)
            .filter(|&day| {
                let civil = Moment { day, nanos: None }.civil();
                (civil.0, civil.1) == (year, month)
            })
            .collect();
        let has_hole = days.iter().any(|&day| own.0 <= day && day <= own.1 && !is_held(day));
        let is_covered = days.iter().any(|&day| is_held(day));
        let expected = match (has_hole, is_covered, style.balances) {
            (true, _, _) => MonthState::Missing,
            (_, false, _) => MonthState::NotCovered,
            (_, _, Balances::None) => MonthState::Unproved,
            _ => MonthState::Reconciled,
        };
        assert_eq!(state, expected, "{case}: {year}-{month}");
    }
}
