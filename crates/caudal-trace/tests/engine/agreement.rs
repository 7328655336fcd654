//! The engine and the slow tracer agree on random ledgers, rule by rule.

use caudal_testkit::random::Shape;

use crate::compare::{RULES, Worst, differences};
use crate::seeds::{self, each};

fn check(shape: &Shape, seeds: std::ops::Range<u64>) {
    for rule in RULES {
        let mut worst = Worst::default();
        let mut bad = 0;
        each(shape, seeds.clone(), |world, random| {
            let wrong = differences(world, &random.origins, rule, &mut worst);
            if !wrong.is_empty() {
                bad += 1;
                if bad == 1 {
                    println!("{rule} seed first: {wrong:?}");
                }
            }
        });
        println!(
            "{rule}: bad {bad} worst {:?} {:?}",
            worst.figure.to_string(),
            worst.received.to_string()
        );
    }
}

fn thresholds(shape: &Shape, seeds: std::ops::Range<u64>) {
    for rule in RULES {
        let mut worst = Worst::default();
        let mut bad = 0;
        each(shape, seeds.clone(), |world, random| {
            let threshold = 1 + u128::from(random.case.transfers.len() as u64 * 7 % 40);
            let case = caudal_testkit::slow::SlowCase { threshold, ..random.case.clone() };
            let world = crate::world::World::new(&case);
            let wrong = differences(&world, &random.origins, rule, &mut worst);
            if !wrong.is_empty() {
                bad += 1;
                if bad == 1 {
                    println!("{rule} thr {threshold} first: {wrong:?} {:?}", random.origins);
                }
            }
        });
        println!(
            "{rule}: bad {bad} worst {:?} {:?}",
            worst.figure.to_string(),
            worst.received.to_string()
        );
    }
}
#[test]
fn plain_ledgers_agree() {
    check(&seeds::plain(), 0..600);
}
#[test]
fn converting_ledgers_agree() {
    check(&seeds::converting(), 0..600);
}
#[test]
fn mixed_ledgers_agree() {
    check(&seeds::mixed(), 0..600);
}
#[test]
fn tiny_ledgers_agree() {
    check(&seeds::tiny(), 0..600);
}
#[test]
fn thresholds_agree() {
    thresholds(&seeds::plain(), 0..200);
}
#[test]
fn thresholds_tiny_agree() {
    thresholds(&Shape { lines_max: 40, amount_max: 50, ..seeds::tiny() }, 0..600);
}
#[test]
fn thresholds_mixed_agree() {
    thresholds(&seeds::mixed(), 0..200);
}
