//! Random ledgers by seed, written to files and opened.

use std::collections::BTreeSet;
use std::ops::Range;

pub(crate) use caudal_testkit::random::tiny;
use caudal_testkit::random::{self, RandomLedger, Shape, announced};
use caudal_testkit::slow::{self, SlowOrigin, SlowTarget};

use crate::world::World;

/// Calls a check with one random ledger for each seed. Origins and targets that the ledger has not,
/// because their lines were netted or never were, are left out.
pub(crate) fn each(shape: &Shape, seeds: Range<u64>, mut check: impl FnMut(&World, &RandomLedger)) {
    for seed in seeds {
        announced(seed, shape, |mut random| {
            let world = World::new(&random.case).expect("random ledgers can be written");
            keep_what_is_there(&mut random);
            check(&world, &random);
        });
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

/// A file is opened for each ledger, so they are shorter than the engine's.
fn shorter(mut shape: Shape) -> Shape {
    shape.lines_max = 40;
    shape
}

pub(crate) fn plain() -> Shape {
    shorter(random::plain())
}

pub(crate) fn converting() -> Shape {
    shorter(random::converting())
}

pub(crate) fn with_frontier() -> Shape {
    shorter(random::with_frontier())
}

pub(crate) fn with_reversals() -> Shape {
    shorter(random::with_reversals())
}

pub(crate) fn with_births() -> Shape {
    shorter(random::with_births())
}

pub(crate) fn mixed() -> Shape {
    shorter(random::mixed())
}
