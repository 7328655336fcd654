//! Asserted links: the engine agrees with lots that change places literally, and no balance moves.

use caudal_ledger::{BuildLedgerError, LedgerView, LinkFault};
use caudal_testkit::random::{RandomLedger, announced};
use caudal_testkit::slow::{self, SlowCase, SlowLink, SlowOrigin, SlowTarget, whole};

use crate::compare::{RULES, Worst, differences};
use crate::seeds;
use crate::world::World;

/// Up to three links between receipts and earlier payments of one account.
fn with_links(random: &RandomLedger, seed: u64) -> SlowCase {
    let mut case = random.case.clone();
    let reversed = |id: &str| case.transfers.iter().any(|t| t.reverses.as_deref() == Some(id));
    let is_fit =
        |t: &slow::SlowTransfer| t.received.is_none() && t.reverses.is_none() && !reversed(&t.id);
    let fit: Vec<_> = case.transfers.iter().filter(|t| is_fit(t)).collect();
    let mut pairs = Vec::new();
    for (at, payment) in fit.iter().enumerate().filter(|(_, t)| case.is_account(&t.payer)) {
        let later = fit[at + 1..].iter().filter(|receipt| receipt.payee == payment.payer);
        pairs.extend(later.map(|receipt| (*receipt, *payment)));
    }
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = |bound: u128| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        u128::from(state) % bound.max(1)
    };
    let mut links: Vec<SlowLink> = Vec::new();
    for _ in 0..3 {
        if pairs.is_empty() {
            break;
        }
        let at = usize::try_from(below(pairs.len() as u128)).expect("small");
        let (receipt, payment) = pairs[at];
        let taken = |id: &str| -> u128 {
            let its = links.iter().filter(|l| l.receipt == id || l.payment == id);
            its.map(|link| link.amount).sum()
        };
        let left = (receipt.amount - taken(&receipt.id)).min(payment.amount - taken(&payment.id));
        let amount = if below(3) == 0 { left } else { below(left) + 1 };
        let is_chained = links.iter().any(|l| l.receipt == payment.id || l.payment == receipt.id);
        if left > 0 && !is_chained {
            let (receipt, payment) = (receipt.id.clone(), payment.id.clone());
            links.push(SlowLink { receipt, payment, amount });
        }
    }
    case.links = links;
    case
}

#[test]
fn linked_ledgers_agree_and_no_balance_moves() {
    let shapes = [(seeds::plain(), 500), (seeds::tiny(), 800), (seeds::with_frontier(), 200)];
    let (mut linked, mut circles) = (0, 0);
    let mut worst = Worst::default();
    for (shape, count) in shapes {
        for seed in 0..count {
            announced(seed, &shape, |random| {
                let case = with_links(&random, seed);
                // Cents of a part have a place in a linked transfer, but none in a share of it.
                let is_in_part = |link: &SlowLink| {
                    random.origins.iter().any(|origin| {
                        matches!(origin, SlowOrigin::Part { id, .. }
                            if *id == link.receipt || *id == link.payment)
                    })
                };
                if case.links.is_empty() || case.links.iter().any(is_in_part) {
                    return;
                }
                let world = match World::try_new(&case) {
                    Ok(world) => world,
                    Err(BuildLedgerError::Link { fault: LinkFault::Circle, .. }) => {
                        circles += 1;
                        return;
                    }
                    Err(error) => panic!("{error}"),
                };
                linked += 1;
                // The second tracer has no links for exposure, which allocates nothing.
                for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                    let wrong = differences(&world, &random.origins, rule, &mut worst);
                    assert!(wrong.is_empty(), "{:?}: {}", case.links, wrong.join("\n"));
                }
                same_balances(&world, &random);
            });
        }
    }
    assert!(linked > 500 && circles > 20, "{linked} ledgers, {circles} circles");
    assert!(worst.figure <= whole(4), "a printed figure is {} off", worst.figure);
}

/// Closing balances and debts are those of the ledger without links.
fn same_balances(world: &World, random: &RandomLedger) {
    let plain = World::new(&random.case);
    for place in 0..plain.ledger.place_count() {
        let name = plain.place(place);
        if let Some(here) = world.account(&name).filter(|_| plain.ledger.is_account(place)) {
            let of = |world: &World, place| {
                (world.ledger.closing_balance(place), world.ledger.closing_debt(place))
            };
            assert_eq!(of(world, here), of(&plain, place), "{name}");
        }
    }
    for place in 0..world.ledger.place_count() {
        if world.ledger.transit(place).is_some() {
            assert_eq!(world.ledger.closing_balance(place), 0, "nothing stays between two lines");
        }
    }
}

#[test]
fn compositions_agree_behind_links() {
    let mut compared = 0;
    for seed in 0..300 {
        announced(seed, &seeds::plain(), |random| {
            let case = with_links(&random, seed);
            let Ok(world) = World::try_new(&case) else { return };
            if case.links.is_empty() {
                return;
            }
            for rule in ["fifo", "lifo"] {
                for target in &random.targets {
                    if matches!(target, SlowTarget::Balance(_)) {
                        crate::agreement::check_backward(&world, target, rule);
                        compared += 1;
                    }
                }
            }
        });
    }
    assert!(compared > 200, "{compared}");
}
