//! Random ledgers by seed, written and opened, and the announcement of a seed that failed.

use std::collections::BTreeSet;
use std::ops::Range;

use caudal_testkit::random::{RandomLedger, Shape, ledger};
use caudal_testkit::slow::{self, Overdraft, SlowOrigin, SlowTarget};

use crate::world::World;

/// Calls a check with one random ledger for each seed. Origins and targets that the ledger has not,
/// because their lines were netted or never were, are left out.
pub(crate) fn each(shape: &Shape, seeds: Range<u64>, mut check: impl FnMut(&World, &RandomLedger)) {
    for seed in seeds {
        let mut random = ledger(seed, shape);
        let announce = Announce { seed, shape, random: random.clone() };
        let world = World::new(&random.case).expect("random ledgers can be written");
        keep_what_is_there(&mut random);
        check(&world, &random);
        drop(announce);
    }
}

/// Leaves out origins and targets that name nothing.
pub(crate) fn keep_what_is_there(random: &mut RandomLedger) {
    let netted = slow::net_reversals(&random.case);
    let is_line = |id: &String| netted.transfers.iter().any(|transfer| transfer.id == *id);
    let entering = netted.transfers.iter().filter(|t| !netted.is_account(&t.payer));
    let entering = entering.flat_map(|transfer| &transfer.parts);
    let opened = netted.openings.values().flatten();
    let labels: BTreeSet<&String> = entering.chain(opened).map(|part| &part.0).collect();
    let ends = random.case.transfers.iter().flat_map(|t| [&t.payer, &t.payee]);
    let places: BTreeSet<&String> = ends.chain(netted.openings.keys()).collect();
    random.origins.retain(|origin| match origin {
        SlowOrigin::Label(label) => labels.contains(label),
        SlowOrigin::Transfer { id, .. } | SlowOrigin::Part { id, .. } => is_line(id),
        SlowOrigin::Opening { account, .. } => netted.openings.contains_key(account),
    });
    random.targets.retain(|target| match target {
        SlowTarget::Transfer(id) => is_line(id),
        SlowTarget::Balance(account) => places.contains(account),
    });
}

/// Prints what repeats a failure while a panic passes by.
struct Announce<'a> {
    seed: u64,
    shape: &'a Shape,
    random: RandomLedger,
}

impl Drop for Announce<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        println!("failed at seed {} of {:?}", self.seed, self.shape);
        println!("openings {:?}", self.random.case.openings);
        for t in &self.random.case.transfers {
            let (id, day, payer, payee) = (&t.id, t.day, &t.payer, &t.payee);
            let (received, label, reverses) = (t.received, &t.parts, &t.reverses);
            println!(
                "{id} day {day}: {payer} -> {payee} {} {received:?} {label:?} {reverses:?}",
                t.amount
            );
        }
        println!("origins {:?}", self.random.origins);
        println!("targets {:?}", self.random.targets);
    }
}

/// Overdrafts, openings and ties, nothing else.
pub(crate) fn plain() -> Shape {
    Shape { lines_max: 40, ..Shape::default() }
}

/// Two currencies.
pub(crate) fn converting() -> Shape {
    Shape { has_conversions: true, lines_max: 40, ..Shape::default() }
}

/// An account without statement among the others.
pub(crate) fn with_frontier() -> Shape {
    Shape { has_frontier: true, lines_max: 40, ..Shape::default() }
}

/// Deposits that are taken back.
pub(crate) fn with_reversals() -> Shape {
    Shape { has_reversals: true, lines_max: 40, ..Shape::default() }
}

/// Shortfalls are births, not loans.
pub(crate) fn with_births() -> Shape {
    Shape { overdraft: Overdraft::Birth, lines_max: 40, ..Shape::default() }
}

/// Everything at once.
pub(crate) fn mixed() -> Shape {
    Shape {
        has_conversions: true,
        has_frontier: true,
        has_reversals: true,
        overdraft: Overdraft::Birth,
        lines_max: 40,
        ..Shape::default()
    }
}

/// Few small amounts, so that boundaries coincide and balances are often zero.
pub(crate) fn tiny() -> Shape {
    Shape::tiny()
}
