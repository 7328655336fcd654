//! The shapes of random ledgers that tests ask about, and the announcement of a seed that failed.
#![expect(clippy::print_stdout, reason = "a failed test says what repeats it")]

use super::{RandomLedger, Shape, ledger};
use crate::slow::Overdraft;

/// Makes a random ledger, and prints what repeats a failure if a panic passes by while it is used.
pub fn announced<T>(seed: u64, shape: &Shape, check: impl FnOnce(RandomLedger) -> T) -> T {
    let random = ledger(seed, shape);
    let announce = Announce { seed, shape, random: random.clone() };
    let result = check(random);
    drop(announce);
    result
}

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
            let (id, day, payer, payee, amount) = (&t.id, t.day, &t.payer, &t.payee, t.amount);
            let (received, parts, reverses) = (t.received, &t.parts, &t.reverses);
            println!(
                "{id} day {day}: {payer} -> {payee} {amount} {received:?} {parts:?} {reverses:?}"
            );
        }
        println!("origins {:?}", self.random.origins);
        println!("targets {:?}", self.random.targets);
    }
}

/// Plain ledgers: overdrafts, openings and ties, nothing else.
pub fn plain() -> Shape {
    Shape::default()
}

/// Short ledgers for checks that run many traces of each.
pub fn short() -> Shape {
    Shape { accounts_max: 4, lines_max: 24, amount_max: 60, ..Shape::default() }
}

/// Accounts in two currencies, and payments between them that convert.
pub fn converting() -> Shape {
    Shape { has_conversions: true, lines_max: 40, ..Shape::default() }
}

/// An account without statement among the others.
pub fn with_frontier() -> Shape {
    Shape { has_frontier: true, ..Shape::default() }
}

/// Deposits that are taken back.
pub fn with_reversals() -> Shape {
    Shape { has_reversals: true, ..Shape::default() }
}

/// Shortfalls are births, not loans.
pub fn with_births() -> Shape {
    Shape { overdraft: Overdraft::Birth, ..Shape::default() }
}

/// Everything at once.
pub fn mixed() -> Shape {
    Shape {
        has_conversions: true,
        has_frontier: true,
        has_reversals: true,
        overdraft: Overdraft::Birth,
        ..Shape::default()
    }
}

/// Few small amounts, so that boundaries coincide and balances are often zero.
pub fn tiny() -> Shape {
    Shape::tiny()
}
