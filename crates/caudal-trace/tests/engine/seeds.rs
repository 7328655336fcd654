//! Random ledgers by seed, and the announcement of the seed at which a test failed.

use caudal_testkit::random::{RandomLedger, Shape, ledger};
use caudal_testkit::slow::Overdraft;

use crate::world::World;

/// Calls a check with one random ledger for each seed, built in the engine too.
pub(crate) fn each(
    shape: &Shape,
    seeds: std::ops::Range<u64>,
    mut check: impl FnMut(&World, &RandomLedger),
) {
    for seed in seeds {
        let random = ledger(seed, shape);
        let announce = Announce { seed, shape, random: &random };
        let world = World::new(&random.case);
        check(&world, &random);
        drop(announce);
    }
}

/// Prints what repeats a failure while a panic passes by.
struct Announce<'a> {
    seed: u64,
    shape: &'a Shape,
    random: &'a RandomLedger,
}

impl Drop for Announce<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("failed at seed {} of {:?}", self.seed, self.shape);
            println!("openings {:?}", self.random.case.openings);
            for t in &self.random.case.transfers {
                let (id, day, payer, payee) = (&t.id, t.day, &t.payer, &t.payee);
                let (received, reverses) = (t.received, &t.reverses);
                println!(
                    "{id} day {day}: {payer} -> {payee} {} {received:?} {reverses:?}",
                    t.amount
                );
            }
            println!("origins {:?}", self.random.origins);
            println!("targets {:?}", self.random.targets);
        }
    }
}

/// Plain ledgers: overdrafts, openings and ties, nothing else.
pub(crate) fn plain() -> Shape {
    Shape::default()
}

/// Short ledgers for checks that run many traces of each.
pub(crate) fn short() -> Shape {
    Shape { accounts_max: 4, lines_max: 24, amount_max: 60, ..Shape::default() }
}

/// Accounts in two currencies, and payments between them that convert.
pub(crate) fn converting() -> Shape {
    Shape { has_conversions: true, lines_max: 40, ..Shape::default() }
}

/// An account without statement among the others.
pub(crate) fn with_frontier() -> Shape {
    Shape { has_frontier: true, ..Shape::default() }
}

/// Deposits that are taken back.
pub(crate) fn with_reversals() -> Shape {
    Shape { has_reversals: true, ..Shape::default() }
}

/// Shortfalls are births, not loans.
pub(crate) fn with_births() -> Shape {
    Shape { overdraft: Overdraft::Birth, ..Shape::default() }
}

/// Everything at once.
pub(crate) fn mixed() -> Shape {
    Shape {
        has_conversions: true,
        has_frontier: true,
        has_reversals: true,
        overdraft: Overdraft::Birth,
        ..Shape::default()
    }
}

/// Few small amounts, so that boundaries coincide and balances are often zero.
pub(crate) fn tiny() -> Shape {
    Shape::tiny()
}
