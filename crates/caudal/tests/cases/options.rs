//! Under every option endings add up, rows foot, and every figure leads into the files.

use std::collections::BTreeSet;

use caudal::wire::TraceDocument;
use caudal::{Overdraft, Request, SameDay, unwatched};
use caudal_testkit::random::{RandomLedger, Rng, Shape, ledger};

use crate::asking::{self, Origins, RULES};
use crate::laws;
use crate::seeds::{self, keep_what_is_there};
use crate::world::World;

/// Some options, and how they are called when they fail.
fn with_options(request: Request, rng: &mut Rng) -> (Request, String) {
    let same_day = [SameDay::AsListed, SameDay::CreditsFirst, SameDay::DebitsFirst];
    let overdraft = [Overdraft::Bank, Overdraft::Birth];
    let mut request = Request {
        same_day: *rng.pick(&same_day),
        overdraft: *rng.pick(&overdraft),
        keep_reversals: rng.chance(50),
        ..request
    };
    if rng.chance(40) {
        let day = format!("2025-01-{:02}", 1 + rng.below(20));
        request = request.until(&day).expect("a day");
    }
    if rng.chance(40) {
        let threshold = format!("0.{:02}", rng.below(60));
        request = request.threshold(&threshold).expect("an amount");
    }
    if rng.chance(40) {
        request.fragments_max = usize::try_from(rng.below(12)).expect("few");
    }
    let says = format!(
        "{:?} {:?} keeps {} until {:?} threshold {:?} fragments {}",
        request.same_day,
        request.overdraft,
        request.keep_reversals,
        request.until.map(|day| day.to_string()),
        request.threshold,
        request.fragments_max
    );
    (request, says)
}

fn check(seed: u64, shape: &Shape) -> BTreeSet<String> {
    let mut random = ledger(seed, shape);
    keep_what_is_there(&mut random);
    let rng = &mut Rng::new(seed ^ 0x5EED);
    let has_sequence = rng.chance(50);
    let world = World::written(&random.case, has_sequence, |rows| rows);
    let world = world.expect("random ledgers can be written");
    let Some(request) = request(&world, &random) else { return BTreeSet::new() };
    let (request, says) = with_options(request, rng);
    let document = match caudal::trace(&world.case, &request, &mut unwatched) {
        Ok(document) => document,
        // Origins may lie behind the last day.
        Err(error) => return BTreeSet::from([error.message.key().to_owned()]),
    };
    let what = format!("seed {seed} of {shape:?}: {says}");
    let broken = laws::broken(&world, &random.origins, &document, &what);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    met(&document)
}

fn request(world: &World, random: &RandomLedger) -> Option<Request> {
    if random.origins.is_empty() {
        return None;
    }
    let origins = Origins::of(world, &random.origins).expect("selectors");
    Some(asking::request(world, &origins.selectors, &[], &RULES.join(",")))
}

fn met(document: &TraceDocument) -> BTreeSet<String> {
    let endings = document.results.iter().flat_map(|result| result.endings.iter().flatten());
    let kinds = endings.map(|ending| ending.kind.clone());
    kinds.chain(document.assumptions.iter().map(|a| a.code.clone())).collect()
}

#[test]
fn laws_hold_under_every_option() {
    let mut all = BTreeSet::new();
    for shape in [seeds::with_reversals(), seeds::with_frontier(), seeds::mixed()] {
        for seed in 1000..1120 {
            all.extend(check(seed, &shape));
        }
    }
    println!("met {all:?}");
    let wanted = "held outside frontier repaid-bank below-threshold cut-at-cap exposed until \
        threshold same-day-as-listed same-day-credits-first same-day-debits-first \
        reversals-kept reversals-netted overdraft-bank overdraft-birth error-transfer-left-out";
    let missing: Vec<_> = wanted.split_whitespace().filter(|code| !all.contains(*code)).collect();
    assert!(missing.is_empty(), "not met: {missing:?}");
}
