//! Appending gives what building gives.

use std::sync::Arc;

use caudal_ledger::{AppendFault, BuildAnew, Ledger, LedgerView};
use caudal_testkit::random::{
    Rng, Shape, announced, converting, mixed, plain, short, with_frontier, with_reversals,
};

use crate::parts::Parts;
use crate::same::{Seen, assert_same};

/// How often rows were appended, and how often that was refused for reversals.
#[derive(Default)]
struct Counts {
    appended: u32,
    refused: u32,
    loans: u32,
}

fn check(parts: &Parts, is_mapped: bool, counts: &mut Counts) {
    let (mut table, ledger) = parts.base(is_mapped);
    let mut ledger = Arc::new(ledger);
    let first = Arc::clone(&ledger);
    let before = first.append_steps();
    for part in 1..parts.rows.len() {
        parts.push(&mut table, part);
        match ledger.append(&table, &parts.openings, &parts.options) {
            Ok(appended) => {
                assert_eq!(appended.lifo().is_some(), is_mapped, "the file has segments");
                ledger = Arc::new(appended);
            }
            Err(AppendFault::BuildAnew(BuildAnew::Reversals)) => {
                assert!(table.reversals().next().is_some());
                counts.refused += 1;
                return;
            }
            Err(fault) => panic!("{fault}"),
        }
        let built = Ledger::build(&table, &parts.openings, &parts.options);
        let built = built.expect("it can be built");
        let seen = |ledger| Seen { table: &table, ledger };
        assert_same(seen(&ledger), seen(&built));
        counts.loans += u32::from(built.overdrawn().len() != first.overdrawn().len());
        counts.appended += 1;
    }
    let (all, built) = parts.built();
    assert_same(Seen { table: &table, ledger: &ledger }, Seen { table: &all, ledger: &built });
    // The first version stays what it was.
    let (known, of_base) = parts.base(false);
    assert_eq!(first.append_steps(), before);
    assert_same(Seen { table: &known, ledger: &first }, Seen { table: &known, ledger: &of_base });
}

fn each(shape: &Shape, seeds: std::ops::Range<u64>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        announced(seed, shape, |random| {
            let parts = Parts::of(&random.case, &mut Rng::new(seed));
            check(&parts, seed.is_multiple_of(2), &mut counts);
        });
    }
    counts
}

#[test]
fn a_ledger_with_overdrafts_and_ties_is_the_same_appended_and_built() {
    let counts = each(&plain(), 0..250);
    assert!(counts.appended > 400 && counts.loans > 200, "{} {}", counts.appended, counts.loans);
    assert_eq!(counts.refused, 0);
    each(&short(), 1_000..1_400);
}

#[test]
fn a_ledger_with_conversions_is_the_same_appended_and_built() {
    assert!(each(&converting(), 0..250).appended > 400);
}

#[test]
fn a_ledger_with_frontiers_is_the_same_appended_and_built() {
    assert!(each(&with_frontier(), 0..150).appended > 200);
}

#[test]
fn a_ledger_with_reversals_is_the_same_appended_and_built_or_refused() {
    let counts = each(&with_reversals(), 0..400);
    assert!(counts.appended > 40 && counts.refused > 40, "{} {}", counts.appended, counts.refused);
    each(&mixed(), 0..150);
}
