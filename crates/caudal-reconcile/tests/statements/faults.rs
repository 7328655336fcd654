//! Every fault that a statement can show is found, at its place, with what would mend it.
//!
//! *The rule.* Walk the damaged statement in the order in which the bank booked it. Where no stated
//! balance contradicts that walk, the fault cannot be known: nothing is broken, and a row that carries
//! it is unproved unless two stated balances agree on it. Where one does contradict it, and no other
//! order of the rows inside their days explains everything, the fault is found. Where the statement read
//! from the other end does not contradict itself as little (two rows of one day, say), exactly the
//! balances that contradict the walk are broken, and what truly undoes the fault is among the repairs.

use std::collections::BTreeMap;

use caudal_model::{ProblemCode, Statement};
use caudal_reconcile::proof::{Figure, Proved, RowState, StatementState, prove};
use caudal_reconcile::series::join;
use caudal_testkit::random::Rng;

use crate::damage::{Damaged, Fault, Remedy, damage};
use crate::make::{Books, Layout, Printed, books, shown, statement};
use crate::plain;

const STATEMENTS: u64 = 10_000;

/// What became of the faults of a kind.
#[derive(Debug, Default)]
struct Tally {
    injected: usize,
    found: usize,
    /// Found, but the statement read from the other end is no worse.
    either_end: usize,
    unknowable: usize,
    /// Another order of the rows explains all balances.
    explained: usize,
    offered: usize,
    first: usize,
}

#[test]
fn every_fault_that_a_statement_can_show_is_found_with_its_repair() {
    let mut tallies: BTreeMap<(Fault, Printed), Tally> = BTreeMap::new();
    for seed in 1..=STATEMENTS {
        let mut rng = Rng::new(seed);
        let fault = Fault::ALL[usize::try_from(seed).unwrap() % Fault::ALL.len()];
        let (layout, damaged) = damaged(&mut rng, fault);
        let tally = tallies.entry((fault, layout.printed)).or_default();
        tally.injected += 1;
        let case = format!("seed {seed}: {fault:?} {layout:?} {:?}", damaged.remedy);
        judge(&damaged, layout, tally, &case);
    }
    let mut all = Tally::default();
    for ((fault, printed), tally) in &tallies {
        println!("{fault:?} {printed:?}: {tally:?}");
        all.injected += tally.injected;
        all.found += tally.found;
        all.either_end += tally.either_end;
        all.unknowable += tally.unknowable;
        all.explained += tally.explained;
        all.offered += tally.offered;
        all.first += tally.first;
    }
    println!("{all:?}");
    assert_eq!(all.injected, all.found + all.unknowable + all.explained);
    assert!(all.found > 5_000 && all.either_end * 200 < all.found, "{all:?}");
    assert!(all.first * 10 > all.found * 7, "{all:?}");
}

#[test]
fn the_statements_before_and_after_a_faulty_one_are_not_blamed() {
    let mut found = 0;
    for seed in 1..=2_000 {
        let mut rng = Rng::new(seed);
        let fault = Fault::ALL[usize::try_from(seed).unwrap() % Fault::ALL.len()];
        let layout = Layout { is_newest_first: false, ..Layout::random(&mut rng) };
        let all = books(&mut rng, layout.amount_max);
        let [before, sound, after] = thirds(&all).map(|books| statement(&books, &layout));
        let Some(damaged) = damage(&mut rng, &sound, fault, false) else { continue };
        let proofs = [&before, &damaged.statement, &after].map(|s| prove(s, layout.exponent));
        let given = [(7, &before), (8, &damaged.statement), (9, &after)];
        let series = join(&given, layout.exponent);
        let is_broken = |code| code == ProblemCode::BalanceDoesNotFollow;
        let blamed = series.findings.iter().filter(|finding| is_broken(finding.code));
        let blamed: Vec<usize> = blamed.map(|finding| finding.statement).collect();
        assert!(blamed.iter().all(|&statement| statement == 8), "seed {seed}: {blamed:?}");
        assert_eq!(blamed.len(), proofs[1].breaks.len(), "seed {seed}");
        let is_blamed = |row: &RowState| *row == RowState::Broken;
        for neighbour in [&proofs[0], &proofs[2]] {
            assert!(!neighbour.rows.iter().any(is_blamed), "seed {seed}");
        }
        found += usize::from(!blamed.is_empty());
    }
    assert!(found > 1_000, "{found}");
}

/// Books in three parts, each with the balance that the one before leaves.
fn thirds(all: &Books) -> [Books; 3] {
    let len = all.rows.len();
    let mut opening = all.opening;
    [0..len / 3, len / 3..2 * len / 3 + 1, 2 * len / 3 + 1..len].map(|part| {
        // Every part has days of its own.
        let shift = 100 * i32::try_from(part.start).unwrap();
        let rows: Vec<(i32, i128)> =
            all.rows[part].iter().map(|&(day, minor)| (day + shift, minor)).collect();
        let books = Books { opening, rows };
        opening += books.rows.iter().map(|row| row.1).sum::<i128>();
        books
    })
}

fn damaged(rng: &mut Rng, fault: Fault) -> (Layout, Damaged) {
    loop {
        let layout = Layout::random(rng);
        let sound = statement(&books(rng, layout.amount_max), &layout);
        if let Some(damaged) = damage(rng, &sound, fault, layout.is_newest_first) {
            return (layout, damaged);
        }
    }
}

fn judge(damaged: &Damaged, layout: Layout, tally: &mut Tally, case: &str) {
    let Damaged { statement, remedy, sequence } = damaged;
    let proved = prove(statement, layout.exponent);
    assert_eq!(proved.rows, plain::states(statement, &proved.sequence), "{case}");
    if *remedy == Remedy::Order {
        return judge_order(damaged, &proved, tally, case);
    }
    let contradicted = contradicted(statement, sequence);
    if contradicted.is_empty() {
        tally.unknowable += 1;
        assert_eq!(proved.breaks, [], "{case}");
        if layout.printed == Printed::Nowhere {
            assert!(proved.rows.iter().all(|row| *row == RowState::Unproved), "{case}");
        }
        if let Remedy::Figure(Figure::Amount(at), _) = remedy {
            assert_eq!(proved.rows[*at], RowState::Unproved, "{case}");
        }
        return;
    }
    if layout.printed == Printed::AtEveryRow && !plain::orders(statement, 1).is_empty() {
        tally.explained += 1;
        assert_eq!(proved.breaks, [], "{case}");
        return;
    }
    tally.found += 1;
    assert!(matches!(proved.state, StatementState::Broken { .. }), "{case}");
    let reversed: Vec<usize> = sequence.iter().rev().copied().collect();
    if layout.printed != Printed::Nowhere
        && proved.sequence != *sequence
        && plain::breaks(statement, &reversed) <= plain::breaks(statement, sequence)
    {
        tally.either_end += 1;
        return;
    }
    let places: Vec<Figure> = proved.breaks.iter().map(|found| found.at).collect();
    assert_eq!(places, contradicted, "{case}{}", shown(statement));
    let mends = |repair: &_| remedy.is(repair, statement);
    let is_offered = proved.breaks.iter().any(|found| found.repairs.iter().any(mends));
    assert!(
        is_offered || *remedy == Remedy::Nothing,
        "{case}\n{:?}{}",
        proved.breaks,
        shown(statement)
    );
    tally.offered += usize::from(is_offered);
    tally.first += usize::from(proved.breaks[0].repairs.first().is_some_and(mends));
}

/// Rows in reverse order break nothing where days and balances tell how they stood.
fn judge_order(damaged: &Damaged, proved: &Proved, tally: &mut Tally, case: &str) {
    let Damaged { statement, sequence, .. } = damaged;
    assert_eq!(proved.breaks, [], "{case}");
    let has_balances = statement.entries.iter().all(|entry| entry.balance_after.is_some());
    if proved.sequence == *sequence {
        tally.found += 1;
        tally.offered += 1;
        tally.first += 1;
    } else if has_balances && plain::orders(statement, 2).len() > 1 {
        tally.explained += 1;
    } else {
        tally.unknowable += 1;
        assert!(!has_balances, "{case}");
    }
}

/// Balances that the rows contradict, walked in the order in which they were booked.
fn contradicted(statement: &Statement, sequence: &[usize]) -> Vec<Figure> {
    let mut found = Vec::new();
    let mut before = 0;
    for end in 1..=sequence.len() {
        let entry = sequence[end - 1];
        if statement.entries[entry].balance_after.is_some() {
            let open = Statement { closing: None, ..statement.clone() };
            let now = plain::breaks(&open, &sequence[..end]);
            if now > before {
                found.push(Figure::BalanceAfter(entry));
            }
            before = now;
        }
    }
    if plain::breaks(statement, sequence) > before {
        found.push(Figure::Closing);
    }
    found
}
