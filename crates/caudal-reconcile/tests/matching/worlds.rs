//! Precision and recall in made-up worlds, and what may not change a result.

use caudal_model::Currency;
use caudal_reconcile::matching::{MatchOptions, Matching, Side, match_sides};
use caudal_testkit::random::Rng;

use crate::world::{Conduct, World, measure, shuffled, world};

const SMALL: Conduct = Conduct {
    accounts: 40,
    transfers: 1_500,
    days: 365,
    has_references: true,
    has_names: true,
    amounts: 900_000,
};

#[expect(clippy::print_stdout, reason = "measurements are read with --nocapture")]
fn say(text: &str) {
    println!("{text}");
}

/// Precision and recall in parts of 10,000, over twenty seeds.
fn quality(conduct: Conduct) -> (usize, usize) {
    let (mut right, mut found, mut truth) = (0, 0, 0);
    for seed in 0..20 {
        let world = world(seed, conduct);
        let matching = match_sides(&world.sides, &[], &MatchOptions::default());
        let (r, f, t) = measure(&world, &matching);
        (right, found, truth) = (right + r, found + f, truth + t);
    }
    let (precision, recall) = (right * 10_000 / found.max(1), right * 10_000 / truth);
    say(&format!("{conduct:?}: {right} right of {found} found, {truth} true"));
    say(&format!("  precision {precision}, recall {recall} of 10,000"));
    (precision, recall)
}

#[test]
fn with_references_nearly_everything_is_found_and_right() {
    let (precision, recall) = quality(SMALL);
    assert!(precision >= 9_900 && recall >= 9_900, "{precision} {recall}");
}

#[test]
fn with_names_alone_most_is_found_and_right() {
    let (precision, recall) = quality(Conduct { has_references: false, ..SMALL });
    assert!(precision >= 9_500 && recall >= 9_500, "{precision} {recall}");
}

#[test]
fn with_references_alone_nearly_everything_is_found_and_right() {
    let (precision, recall) = quality(Conduct { has_names: false, ..SMALL });
    assert!(precision >= 9_500 && recall >= 9_000, "{precision} {recall}");
}

#[test]
fn without_references_and_names_little_is_found_but_it_is_right() {
    let (precision, recall) = quality(Conduct { has_references: false, has_names: false, ..SMALL });
    assert!(precision >= 9_500, "{precision}");
    assert!(recall >= 3_000, "{recall}");
}

#[test]
fn where_everybody_pays_the_same_amounts_more_stays_open_and_little_is_wrong() {
    let crowded = Conduct { amounts: 12, days: 120, ..SMALL };
    let (precision, recall) = quality(crowded);
    assert!(precision >= 9_900 && recall >= 9_500, "{precision} {recall}");
    let (precision, recall) = quality(Conduct { has_references: false, ..crowded });
    assert!(precision >= 9_500 && recall >= 5_000, "{precision} {recall}");
    let (precision, _) = quality(Conduct { has_references: false, has_names: false, ..crowded });
    assert!(precision >= 9_000, "{precision}");
}

/// Pairs by what their sides say, so that results of different orders can be compared.
fn told(world: &World, found: &Matching) -> (Vec<String>, Vec<String>) {
    let side = |at: usize| format!("{:?}", world.sides[at]);
    let mut pairs: Vec<String> = found
        .pairs
        .iter()
        .map(|p| format!("{} {} {} {:?}", side(p.debit), side(p.credit), p.score, p.reasons))
        .collect();
    let mut open: Vec<String> = found
        .open
        .iter()
        .map(|open| {
            let named = open.candidates.iter().map(|c| format!("{} {}", side(c.side), c.score));
            format!("{}: {:?}", side(open.side), named.collect::<Vec<_>>())
        })
        .collect();
    pairs.sort_unstable();
    open.sort_unstable();
    (pairs, open)
}

#[test]
fn the_order_of_the_input_changes_nothing() {
    for seed in 0..12 {
        let conduct = Conduct {
            transfers: 300,
            has_references: seed % 2 == 0,
            has_names: seed % 3 > 0,
            accounts: 3 + seed,
            days: 60,
            amounts: 900_000,
        };
        let options = MatchOptions {
            component_edges_max: if seed % 4 == 3 { 30 } else { 2_000 },
            ..MatchOptions::default()
        };
        let first = world(seed, conduct);
        let expected = told(&first, &match_sides(&first.sides, &[], &options));
        let mut rng = Rng::new(seed + 1_000);
        let other = shuffled(&mut rng, &first);
        let found = told(&other, &match_sides(&other.sides, &[], &options));
        assert!(found == expected, "seed {seed}");
    }
}

#[test]
fn every_side_is_in_one_pair_at_most_and_pairs_are_possible() {
    for seed in 0..20 {
        let conduct = Conduct { accounts: 4, transfers: 400, days: 40, ..SMALL };
        let world = world(seed, Conduct { has_references: seed % 2 == 0, ..conduct });
        let found = match_sides(&world.sides, &[], &MatchOptions::default());
        let mut used = vec![false; world.sides.len()];
        for pair in &found.pairs {
            let (debit, credit) = (&world.sides[pair.debit], &world.sides[pair.credit]);
            assert!(debit.minor < 0 && credit.minor > 0 && debit.account != credit.account);
            assert!((-3..=7).contains(&(credit.day - debit.day)), "seed {seed}");
            assert_eq!(pair.score, pair.reasons.score());
            for side in [pair.debit, pair.credit] {
                assert!(!std::mem::replace(&mut used[side], true), "seed {seed}");
            }
        }
        for open in &found.open {
            assert!(!used[open.side] && !open.candidates.is_empty());
            assert!(open.candidates.iter().all(|candidate| !used[candidate.side]));
        }
    }
}

#[test]
fn a_hundred_thousand_sides_are_matched() {
    let conduct = Conduct { accounts: 400, transfers: 43_000, days: 730, ..SMALL };
    for has_references in [true, false] {
        let world = world(1, Conduct { has_references, ..conduct });
        let found = match_sides(&world.sides, &[], &MatchOptions::default());
        let (right, pairs, truth) = measure(&world, &found);
        say(&format!(
            "{} sides, references {has_references}: {right} right of {pairs} found, {truth} true, \
             {} open, fall-backs {:?}",
            world.sides.len(),
            found.open.len(),
            found.fallbacks
        ));
        assert!(right * 100 >= pairs * 95);
    }
}

#[test]
fn a_crowd_of_equal_sides_takes_no_quadratic_time() {
    let eur = Currency::from_code("EUR").unwrap();
    let mut sides = Vec::new();
    for number in 0..20_000u32 {
        let sign = if number % 2 == 0 { -1 } else { 1 };
        let side = Side::new(number % 50, i32::try_from(number % 5).unwrap(), sign * 10_001, eur);
        sides.push(Side { line: number, name: "Ana García".to_owned(), ..side });
    }
    let found = match_sides(&sides, &[], &MatchOptions::default());
    say(&format!("crowd: {} pairs, {} open", found.pairs.len(), found.open.len()));
}
