//! Whose money is where: all origins at once against each alone, and against the slow tracer.

use std::collections::BTreeMap;

use caudal_ledger::LedgerView;
use caudal_testkit::random::{RandomLedger, Shape};
use caudal_testkit::slow::{self, SlowCase, SlowOrigin, SlowQuestion, whole};
use caudal_trace::{
    EndingKind, Holding, Holdings, Question, Rule, Seed, holding_of, holdings, sum, unwatched,
};

use crate::compare::{RULES, distance, has_fractions};
use crate::seeds::{self, each};
use crate::world::World;

/// The ledger with a label for every deposit and opening of its own, but for every seventh.
fn with_many_labels(case: &SlowCase) -> (SlowCase, Vec<SlowOrigin>) {
    let mut case = case.clone();
    let mut count = 0;
    let mut members = Vec::new();
    let openings = case.openings.values_mut().flatten();
    let entering = case.transfers.iter_mut().flat_map(|transfer| &mut transfer.parts);
    for (label, _) in openings.chain(entering) {
        count += 1;
        if count % 7 > 0 {
            // An opening and a deposit may be of one person.
            *label = format!("P{}", count % 29);
            members.push(SlowOrigin::Label(label.clone()));
        }
    }
    members.sort_by_key(|member| member.label().to_owned());
    members.dedup();
    (case, members)
}

fn each_with_many_labels(
    shape: &Shape,
    seeds: std::ops::Range<u64>,
    mut check: impl FnMut(&World, &[SlowOrigin]),
) {
    each(shape, seeds, |_, random: &RandomLedger| {
        let (case, members) = with_many_labels(&random.case);
        check(&World::new(&case), &members);
    });
}

fn ask(world: &World, question: &Question, rule: &str) -> Holdings {
    let rule: Rule = rule.parse().expect("a rule");
    let found = holdings(&world.tracer(), question, rule, &mut unwatched);
    found.expect("nobody stops it").expect("a rule with amounts")
}

/// Amounts by kind, place and label.
type Cells = BTreeMap<(EndingKind, String, String), u128>;

fn cells(world: &World, question: &Question, found: &Holdings) -> Cells {
    let mut cells = Cells::new();
    for holding in &found.places {
        for &(origin, amount) in &holding.amounts {
            let label = question.origins[origin as usize].label.clone();
            *cells.entry((holding.kind, world.place(holding.place), label)).or_default() += amount;
        }
    }
    cells
}

#[test]
fn all_origins_at_once_are_each_alone_together() {
    let mut many = 0;
    for (shape, count) in [(seeds::plain(), 60), (seeds::with_births(), 40), (seeds::tiny(), 150)] {
        each_with_many_labels(&shape, 0..count, |world, members| {
            for rule in ["fifo", "lifo", "pro-rata"] {
                let question = world.question(members);
                let together = cells(world, &question, &ask(world, &question, rule));
                let mut alone = Cells::new();
                for member in members {
                    let question = world.question(std::slice::from_ref(member));
                    let found = ask(world, &question, rule);
                    alone.extend(cells(world, &question, &found));
                }
                many = many.max(members.len());
                if rule == "pro-rata" {
                    // Each is rounded to whole units with its neighbours, so two may differ by little.
                    let keys = together.keys().chain(alone.keys());
                    let at = |cells: &Cells, key| cells.get(key).copied().unwrap_or(0);
                    let most = keys.map(|key| at(&together, key).abs_diff(at(&alone, key))).max();
                    assert!(most.unwrap_or(0) <= 4, "pro-rata: {most:?} apart");
                } else {
                    assert_eq!(together, alone, "{rule}");
                }
            }
        });
    }
    assert!(many > 15, "at most {many} labels");
}

#[test]
fn holdings_agree_with_the_slow_tracer_and_rows_add_up() {
    let shapes = [
        (seeds::plain(), 40),
        (seeds::converting(), 40),
        (seeds::with_frontier(), 30),
        (seeds::mixed(), 60),
        (seeds::tiny(), 100),
    ];
    for (shape, count) in shapes {
        each_with_many_labels(&shape, 0..count, |world, members| {
            for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                check(world, members, rule);
            }
        });
    }
}

fn check(world: &World, members: &[SlowOrigin], rule: &str) {
    let question = world.question(members);
    let found = ask(world, &question, rule);
    let asked = SlowQuestion { origins: members.to_vec(), rule: rule.to_owned() };
    let slow = slow::trace(&world.case, &asked);
    let engine = cells(world, &question, &found);
    let most = if has_fractions(rule) { whole(3) } else { whole(0) };
    let mut count = 0;
    for ((kind, place), amounts) in &slow.endings {
        for (label, amount) in amounts {
            let ended = |(own, ..): &&(EndingKind, String, String)| own.as_str() == kind.as_str();
            let key = engine.keys().filter(ended).find(|key| key.1 == *place && key.2 == *label);
            let here = key.map_or(0, |key| engine[key]);
            count += usize::from(key.is_some());
            let off = distance(&whole(here), &amount.here);
            assert!(off <= most, "{rule}: {label} at {place}: {here}, slow {}", amount.here);
        }
    }
    assert_eq!(count, engine.len(), "{rule}: nothing else is anywhere");
    for holding in &found.places {
        assert_eq!(sum(&holding.amounts) + holding.other, holding.total, "{rule}: rows add up");
        if holding.kind == EndingKind::Held {
            assert_eq!(holding.total, world.ledger.closing_balance(holding.place));
        }
    }
    for (origin, total) in (0u32..).zip(&found.origins) {
        let of = |holding: &Holding| {
            let mut units = holding.origin_units.iter().filter(|&&(own, _)| own == origin);
            units.next().map_or(0, |&(_, units)| units)
        };
        assert_eq!(found.places.iter().map(of).sum::<u128>(), total.traced, "columns add up");
    }
}

#[test]
fn one_account_backward_is_its_row_of_all() {
    let mut compared = 0;
    let shapes = [(seeds::plain(), 80), (seeds::with_frontier(), 40), (seeds::tiny(), 150)];
    for (shape, count) in shapes {
        each_with_many_labels(&shape, 0..count, |world, members| {
            let question = world.question(members);
            for rule in [Rule::Fifo, Rule::Lifo] {
                let all = ask(world, &question, rule.id());
                for place in (0..world.ledger.place_count()).filter(|&p| world.ledger.is_account(p))
                {
                    let found = holding_of(&world.tracer(), &question, rule, place);
                    let found = found.expect("whole deposits, no conversion");
                    let is_it = |row: &&Holding| row.place == place && row.kind == EndingKind::Held;
                    match all.places.iter().find(is_it) {
                        Some(row) => assert_eq!(&found, row, "{rule}"),
                        None => assert_eq!(found.other, found.total, "{rule}: nothing of them"),
                    }
                    compared += usize::from(!found.amounts.is_empty());
                }
            }
        });
    }
    assert!(compared > 200, "{compared} accounts hold something");
}

#[test]
fn what_only_a_pass_can_tell_is_not_inverted() {
    each_with_many_labels(&seeds::plain(), 0..10, |world, members| {
        let tracer = world.tracer();
        let question = world.question(members);
        let Some(account) = (0..world.ledger.place_count()).find(|&p| world.ledger.is_account(p))
        else {
            return;
        };
        assert_eq!(holding_of(&tracer, &question, Rule::ProRata, account), None);
        let threshold = Question { threshold_atto: 1, ..question.clone() };
        assert_eq!(holding_of(&tracer, &threshold, Rule::Fifo, account), None);
        let part = |seed: &Seed| Seed { hi: seed.hi - 1, ..*seed };
        let seeds: Vec<Seed> = question.seeds.iter().map(part).collect();
        if !seeds.is_empty() {
            let parts = Question { seeds, ..question };
            assert_eq!(holding_of(&tracer, &parts, Rule::Fifo, account), None);
        }
    });
}
