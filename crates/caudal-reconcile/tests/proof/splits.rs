//! One true series, cut into statements that overlap, gives back the same entries.

use caudal_model::{Balance, Decimal, Entry, Moment, Statement};
use caudal_reconcile::proof::StatementState;
use caudal_reconcile::series::{Series, join};
use caudal_testkit::random::Rng;

fn minor(value: i128) -> Decimal {
    Decimal::new(value, 2).expect("a small amount")
}

/// Rows with few different amounts, so that equal rows are common.
fn truth(rng: &mut Rng, has_running: bool) -> (Vec<Entry>, Vec<i128>) {
    let (mut balance, mut day) = (i128::from(rng.below(100_000)), 20_000);
    let (mut entries, mut balances) = (Vec::new(), vec![balance]);
    for row in 0..4 + rng.below(40) {
        day += i32::try_from(rng.below(2)).expect("small");
        // All of one sign, so that no balance comes back and every cut has one place.
        let amount = [700, 700, 1_250, 9_999][usize::try_from(rng.below(4)).expect("small")];
        balance += amount;
        balances.push(balance);
        entries.push(Entry {
            booked_at: Some(Moment { day, nanos: None }),
            amount: Some(minor(amount)),
            balance_after: has_running.then(|| minor(balance)),
            row,
            ..Entry::default()
        });
    }
    (entries, balances)
}

/// Covers all rows with pieces; each begins at or before the end of the ones before.
fn pieces(rng: &mut Rng, rows: usize) -> Vec<(usize, usize)> {
    let below = |rng: &mut Rng, end: usize| {
        usize::try_from(rng.below(u64::try_from(end).expect("few"))).expect("few")
    };
    let (mut made, mut end) = (Vec::new(), 0);
    while end < rows {
        let start = end - below(rng, end.min(6) + 1);
        let length = 1 + below(rng, 12);
        let stop = (start + length).min(rows);
        made.push((start, stop));
        end = end.max(stop);
    }
    made
}

fn cut(entries: &[Entry], balances: &[i128], (start, stop): (usize, usize)) -> Statement {
    let balance = |at: usize| Some(Balance { amount: minor(balances[at]), day: None, row: 0 });
    Statement {
        opening: balance(start),
        closing: balance(stop),
        entries: entries[start..stop].to_vec(),
        ..Statement::default()
    }
}

fn rows(series: &Series, made: &[Statement]) -> Vec<u64> {
    series.entries.iter().map(|at| made[at.statement].entries[at.entry].row).collect()
}

#[test]
fn cut_into_overlapping_statements_a_series_is_the_same() {
    for seed in 0..3_000 {
        let rng = &mut Rng::new(seed);
        let (entries, balances) = truth(rng, seed % 2 == 0);
        let pieces = pieces(rng, entries.len());
        let mut made: Vec<Statement> =
            pieces.iter().map(|&piece| cut(&entries, &balances, piece)).collect();
        let at = usize::try_from(rng.below(3)).expect("small") % made.len();
        made.rotate_left(at);
        let numbered: Vec<(usize, &Statement)> = made.iter().enumerate().collect();
        let series = join(&numbered, 2);
        let given: usize = made.iter().map(|statement| statement.entries.len()).sum();
        assert_eq!(series.entries.len() + series.duplicates.len(), given, "seed {seed}");
        let mut found = rows(&series, &made);
        // Equal rows without balances stand for each other; their number is what counts.
        let mut expected: Vec<u64> = entries.iter().map(|entry| entry.row).collect();
        if seed % 2 == 1 {
            let key = |rows: &mut Vec<u64>| {
                let of = |&row: &u64| {
                    let entry = &entries[usize::try_from(row).expect("few")];
                    u64::try_from(entry.amount.and_then(|a| a.minor(2)).expect("read")).expect("in")
                };
                *rows = rows.iter().map(of).collect();
            };
            key(&mut found);
            key(&mut expected);
        }
        assert_eq!(found, expected, "seed {seed}: {pieces:?}");
        let states: Vec<_> = series.runs.iter().map(|run| run.state).collect();
        assert_eq!(states, [StatementState::Proved], "seed {seed}: {pieces:?}");
    }
}

#[test]
fn a_series_without_one_of_its_statements_is_not_proved_as_one() {
    for seed in 0..2_000 {
        let rng = &mut Rng::new(seed);
        let (entries, balances) = truth(rng, seed % 2 == 0);
        let third = entries.len() / 3;
        let parts = [(0, third), (2 * third, entries.len())];
        let made: Vec<Statement> =
            parts.iter().map(|&part| cut(&entries, &balances, part)).collect();
        let numbered: Vec<(usize, &Statement)> = made.iter().enumerate().collect();
        let series = join(&numbered, 2);
        let is_whole = series.runs.len() == 1 && series.runs[0].state == StatementState::Proved;
        assert!(!is_whole, "seed {seed}");
        assert!(!series.findings.is_empty(), "seed {seed}");
    }
}

#[test]
fn any_heap_of_statements_is_joined_without_panic() {
    for seed in 0..3_000 {
        let rng = &mut Rng::new(seed);
        let made: Vec<Statement> = (0..=rng.below(7)).map(|_| heap(rng)).collect();
        let numbered: Vec<(usize, &Statement)> = made.iter().enumerate().collect();
        let series = join(&numbered, 2);
        let booked: usize = made.iter().map(|statement| statement.entries.len()).sum();
        assert_eq!(series.entries.len() + series.duplicates.len(), booked, "seed {seed}");
        let mut all: Vec<_> = series.entries.clone();
        all.extend(series.duplicates.iter().map(|pair| pair.0));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), booked, "seed {seed}");
        assert!(series.duplicates.iter().all(|(_, of)| series.entries.contains(of)), "seed {seed}");
        assert_eq!(series, join(&numbered, 2), "seed {seed}");
    }
}

/// A statement of small numbers, in which everything may be missing or contradict.
fn heap(rng: &mut Rng) -> Statement {
    let balance = |rng: &mut Rng| {
        let amount = minor(i128::from(rng.below(6)));
        let day = rng.chance(30).then(|| i32::try_from(rng.below(9)).expect("small"));
        rng.chance(60).then_some(Balance { amount, day, row: 0 })
    };
    let entry = |rng: &mut Rng| Entry {
        booked_at: rng
            .chance(90)
            .then(|| Moment { day: i32::try_from(rng.below(9)).expect("small"), nanos: None }),
        amount: rng.chance(90).then(|| minor(i128::from(rng.below(5)) - 2)),
        balance_after: rng.chance(40).then(|| minor(i128::from(rng.below(6)))),
        ..Entry::default()
    };
    Statement {
        opening: balance(rng),
        closing: balance(rng),
        entries: (0..rng.below(6)).map(|_| entry(rng)).collect(),
        sequence: rng.chance(30).then(|| rng.below(3)),
        page: rng.chance(30).then(|| rng.below(4)),
        is_last_page: rng.chance(30).then(|| rng.chance(50)),
        is_copy: rng.chance(10),
        ..Statement::default()
    }
}
