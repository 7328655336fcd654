//! Random ledgers by seed, built in the engine.

use caudal_testkit::random::{RandomLedger, Shape, announced};
pub(crate) use caudal_testkit::random::{
    converting, mixed, plain, short, tiny, with_births, with_frontier, with_reversals,
};

use crate::world::World;

/// Calls a check with one random ledger for each seed, built in the engine too.
pub(crate) fn each(
    shape: &Shape,
    seeds: std::ops::Range<u64>,
    mut check: impl FnMut(&World, &RandomLedger),
) {
    for seed in seeds {
        announced(seed, shape, |random| check(&World::new(&random.case), &random));
    }
}
