//! Printed figures are a flow of whole units of their own: they foot (`TRACING` 11.3).

use std::collections::BTreeMap;

use caudal_ledger::{LedgerView, NO_PLACE};
use caudal_testkit::slow::{SlowOrigin, whole};
use caudal_trace::{EndingKind, Question, Trace, sum};

use crate::compare::{RULES, carried, distance};
use crate::seeds::{self, each};
use crate::world::World;

/// Members that name money as it enters, so that nothing is relabelled on the way.
pub(crate) fn entering(world: &World, members: &[SlowOrigin]) -> Vec<SlowOrigin> {
    let is_between = |id: &str| {
        world.case.transfers.iter().any(|t| t.id == id && world.case.is_account(&t.payer))
    };
    let keeps = |member: &&SlowOrigin| match member {
        SlowOrigin::Transfer { id, .. } | SlowOrigin::Part { id, .. } => !is_between(id),
        SlowOrigin::Label(_) | SlowOrigin::Opening { .. } => true,
    };
    members.iter().filter(keeps).cloned().collect()
}

/// Origin money in each place, by origin.
type Holdings = BTreeMap<(u32, u32), u128>;

/// Adds every line up, and calls `look` after each with what is held then.
fn replay(world: &World, trace: &Trace, mut look: impl FnMut(u32, &Holdings)) -> Holdings {
    let view = &world.ledger;
    let mut held = Holdings::new();
    for line_idx in 0..view.line_count() {
        let line = view.line(line_idx);
        let cells = trace.line(line_idx).map_or(&[][..], |traced| trace.cells_of(traced));
        let paid: u128 = cells.iter().map(|cell| cell.paid).sum();
        let received: u128 = cells.iter().map(|cell| cell.received).sum();
        assert!(paid <= line.paid && received <= line.received, "line {line_idx} adds across");
        for cell in cells {
            if view.is_account(line.payer) {
                let holding = held.entry((line.payer, cell.origin)).or_default();
                let left = holding.checked_sub(cell.paid);
                *holding = left.unwrap_or_else(|| panic!("line {line_idx} pays what is not there"));
            }
            *held.entry((line.payee, cell.origin)).or_default() += cell.received;
        }
        look(line_idx, &held);
    }
    held
}

fn check_feet(world: &World, question: &Question, trace: &Trace) {
    let view = &world.ledger;
    let mut held = replay(world, trace, |line_idx, held| {
        let line = view.line(line_idx);
        let balances = [(line.payer, line.paid, view.balance_before(line_idx))];
        for (place, paid, before) in balances {
            if place != NO_PLACE && view.is_account(place) {
                let traced: u128 =
                    held.range((place, 0)..=(place, u32::MAX)).map(|(_, amount)| amount).sum();
                assert!(traced <= before - paid, "more traced than there is at line {line_idx}");
            }
        }
    });
    for ending in &trace.endings {
        for &(origin, amount) in &ending.amounts {
            let holding = held.get_mut(&(ending.place, origin)).expect("it arrived");
            *holding -= amount;
        }
    }
    assert!(held.values().all(|&left| left == 0), "what is held at the end is an ending: {held:?}");
    for (at, total) in (0u32..).zip(&trace.origins) {
        let units = trace.endings.iter().flat_map(|ending| &ending.origin_units);
        let rests: u128 = units.filter(|units| units.0 == at).map(|units| units.1).sum();
        assert_eq!(
            rests, total.traced,
            "endings add up to origin {}",
            question.origins[at as usize].label
        );
    }
}

#[test]
fn printed_figures_foot_in_every_row_and_balance() {
    let shapes = [
        (seeds::plain(), 250),
        (seeds::converting(), 250),
        (seeds::mixed(), 250),
        (seeds::tiny(), 500),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            let question = world.question(&entering(world, &random.origins));
            for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                check_feet(world, &question, &world.forward(&question, rule));
            }
        });
    }
}

#[test]
fn the_worst_rounding_is_told() {
    each(&seeds::plain(), 0..150, |world, random| {
        let question = world.question(&random.origins);
        for rule in ["pro-rata", "difo:pro-rata", "libr:pro-rata"] {
            let trace = world.forward(&question, rule);
            let off =
                |cell: &caudal_trace::Cell| distance(&whole(cell.paid), &carried(cell.carried));
            let worst = trace.cells.iter().map(off).max().unwrap_or_else(|| whole(0));
            let told = carried(i128::try_from(trace.rounding_worst).expect("small"));
            assert_eq!(worst, told, "{rule}");
            assert!(worst <= whole(3), "{rule}: a figure is {worst} off");
        }
    });
}

/// Invariant 15.
#[test]
fn a_balance_of_zero_empties_the_pool() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::converting(), 150), (seeds::tiny(), 500)]
    {
        each(&shape, 0..count, |world, random| {
            let view = &world.ledger;
            let question = world.question(&entering(world, &random.origins));
            for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                let trace = world.forward(&question, rule);
                replay(world, &trace, |line_idx, held| {
                    let line = view.line(line_idx);
                    let is_empty =
                        view.is_account(line.payer) && view.balance_before(line_idx) == line.paid;
                    let here = held.range((line.payer, 0)..=(line.payer, u32::MAX));
                    let traced: u128 = here.map(|(_, amount)| amount).sum();
                    assert!(!is_empty || traced == 0, "{rule}: line {line_idx} leaves {traced}");
                });
            }
        });
    }
}

/// Invariant 2.
#[test]
fn no_account_holds_more_origin_money_than_its_balance() {
    each(&seeds::converting(), 0..300, |world, random| {
        let question = world.question(&random.origins);
        for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
            let trace = world.forward(&question, rule);
            let held = trace.endings.iter().filter(|ending| ending.kind == EndingKind::Held);
            for ending in held {
                let balance = world.ledger.closing_balance(ending.place);
                assert!(sum(&ending.amounts) <= balance, "{rule}: {ending:?}");
                assert!(
                    ending.carried.iter().all(|&(_, carried)| carried >= 0),
                    "{rule}: {ending:?}"
                );
            }
        }
    });
}
