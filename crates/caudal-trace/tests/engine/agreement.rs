//! The engine and the slow tracer agree on random ledgers, rule by rule.

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{LedgerView, LineKind, SameDay};
use caudal_testkit::random::{RandomLedger, Shape};
use caudal_testkit::slow::{
    self, Overdraft, Q, SlowCase, SlowQuestion, SlowSource, SlowTarget, SlowTransfer, whole,
};
use caudal_trace::{Bound, Question, Rule, Target, Widened, unwatched};

use crate::compare::{
    RULES, Worst, carried, carried_bound, differences, distance, has_fractions, without_parts,
};
use crate::printed::entering;
use crate::seeds::{self, each};
use crate::world::{Sequence, World};

/// Printed figures of `TRACING` 11.3 lie near the carried ones; the specification measured 2.6.
fn check_worst(worst: &Worst) {
    assert!(worst.figure <= whole(3), "a printed figure is {} off", worst.figure);
    assert!(worst.received <= whole(5), "a receipt is {} off", worst.received);
}

fn check(shape: &Shape, seeds: std::ops::Range<u64>) {
    let mut worst = Worst::default();
    each(shape, seeds, |world, random| {
        for rule in RULES {
            let wrong = differences(world, &random.origins, rule, &mut worst);
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    });
    check_worst(&worst);
}

#[test]
fn forward_traces_agree_on_plain_ledgers() {
    check(&seeds::plain(), 0..500);
}

#[test]
fn forward_traces_agree_behind_conversions() {
    check(&seeds::converting(), 0..500);
}

#[test]
fn forward_traces_agree_at_a_frontier() {
    check(&seeds::with_frontier(), 0..200);
}

#[test]
fn forward_traces_agree_when_deposits_are_taken_back() {
    check(&seeds::with_reversals(), 0..300);
}

#[test]
fn forward_traces_agree_when_shortfalls_are_births() {
    check(&seeds::with_births(), 0..200);
}

#[test]
fn forward_traces_agree_when_everything_meets() {
    check(&seeds::mixed(), 0..500);
}

#[test]
fn forward_traces_agree_where_boundaries_coincide() {
    check(&seeds::tiny(), 0..1500);
}

fn check_threshold(shape: &Shape, seeds: std::ops::Range<u64>) {
    let mut worst = Worst::default();
    let mut threshold = 0;
    each(shape, seeds, |_, random| {
        threshold = threshold % 60 + 1;
        let world = World::new(&SlowCase { threshold, ..random.case.clone() });
        for rule in RULES {
            let wrong = differences(&world, &random.origins, rule, &mut worst);
            assert!(wrong.is_empty(), "threshold {threshold}: {}", wrong.join("\n"));
        }
    });
    check_worst(&worst);
}

#[test]
fn forward_traces_agree_above_a_threshold() {
    check_threshold(&seeds::plain(), 0..200);
    check_threshold(&Shape { lines_max: 40, amount_max: 50, ..seeds::tiny() }, 0..400);
}

#[test]
fn forward_traces_agree_above_a_threshold_when_everything_meets() {
    check_threshold(&seeds::mixed(), 0..200);
}

/// Parts of a deposit together, as the engine has one line for them.
fn by_line(sources: BTreeMap<SlowSource, Q>) -> BTreeMap<SlowSource, Q> {
    let mut found = BTreeMap::new();
    for (source, amount) in sources.into_iter().filter(|(_, amount)| *amount > whole(0)) {
        let source = match source {
            SlowSource::Deposit { id, .. } => SlowSource::Deposit { id, part: 0 },
            other => other,
        };
        *found.entry(source).or_insert_with(|| whole(0)) += amount;
    }
    found
}

pub(crate) fn check_backward(world: &World, target: &SlowTarget, rule: &str) {
    let Some(asked) = world.target(target) else { return };
    let parsed: Rule = rule.parse().expect("a rule");
    let found = caudal_trace::backward(&world.tracer(), asked, parsed).expect("a composition");
    let sum: u128 = found.sources.iter().map(|source| source.amount).sum();
    assert_eq!(sum, found.total, "{rule}: sources of {target:?} add up");
    let expected = by_line(slow::backward(&world.case, target, rule));
    // Lines that a link cuts a transfer into are one source.
    let mut exact: BTreeMap<SlowSource, Q> = BTreeMap::new();
    for source in &found.sources {
        *exact.entry(world.source(source.line)).or_insert_with(|| whole(0)) += whole(source.amount);
    }
    if rule != "pro-rata" {
        assert_eq!(exact, expected, "{rule}: sources of {target:?}");
        return;
    }
    let engine: BTreeMap<SlowSource, Q> =
        found.sources.iter().map(|s| (world.source(s.line), carried(s.carried))).collect();
    let sources: BTreeSet<&SlowSource> = engine.keys().chain(expected.keys()).collect();
    let nothing = whole(0);
    for source in sources {
        let (a, b) = (engine.get(source), expected.get(source));
        let (a, b) = (a.unwrap_or(&nothing), b.unwrap_or(&nothing));
        let off = distance(a, b);
        assert!(off <= carried_bound(world), "pro-rata: {source:?} in {target:?}: {a}, {b}");
        let off = distance(exact.get(source).unwrap_or(&nothing), b);
        assert!(off < whole(2), "pro-rata: {source:?} in {target:?} is printed {off} off");
    }
}

#[test]
fn compositions_agree() {
    let shapes = [
        (seeds::plain(), 200),
        (seeds::converting(), 200),
        (seeds::mixed(), 200),
        (seeds::tiny(), 600),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            for target in &random.targets {
                for rule in ["fifo", "lifo", "pro-rata"] {
                    check_backward(world, target, rule);
                }
            }
        });
    }
}

/// The sources from which exposure reaches a target are those whose forward exposure does.
#[test]
fn exposure_backward_agrees_with_exposure_forward() {
    let shapes = [
        (seeds::plain(), 150),
        (seeds::converting(), 100),
        (seeds::mixed(), 100),
        (seeds::tiny(), 400),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            let view = &world.ledger;
            let sources = |line: &u32| {
                !view.is_account(view.payer(*line)) && view.line(*line).kind != LineKind::Repayment
            };
            for target in world.targets(&random.targets) {
                let back = caudal_trace::backward(&world.tracer(), target, Rule::Poison);
                let back: BTreeSet<u32> =
                    back.expect("reachability").sources.iter().map(|s| s.line).collect();
                for line in (0..view.line_count()).filter(sources) {
                    let reaches = exposes(world, line, target);
                    assert_eq!(back.contains(&line), reaches, "line {line} and {target:?}");
                }
            }
        });
    }
}

fn exposes(world: &World, line: u32, target: Target) -> bool {
    let paid = world.ledger.line(line).paid;
    let currency = caudal_trace::source_currency(&world.ledger, line);
    let origin = caudal_trace::Origin { label: String::new(), currency };
    let seed = caudal_trace::Seed { line, lo: 0, hi: paid, origin: 0 };
    let question = Question::new(vec![origin], vec![seed]);
    let trace = world.forward(&question, "poison");
    match target {
        Target::Line(line) => trace.line(line).is_some(),
        Target::Balance(place) => {
            trace.held(place).is_some_and(|held| caudal_trace::sum(&held.amounts) > 0)
        }
    }
}

/// What reached targets of a rule that does not look at what is traced: the ledger is cut at each
/// target, so that what was counted there is other money behind it.
#[test]
fn money_that_reached_targets_is_counted_at_the_first() {
    for (shape, count) in [(seeds::plain(), 250), (seeds::with_births(), 100), (seeds::tiny(), 500)]
    {
        each(&shape, 0..count, |world, random| {
            for rule in ["fifo", "lifo", "pro-rata"] {
                check_reached(world, random, rule);
            }
        });
    }
}

fn check_reached(world: &World, random: &RandomLedger, rule: &str) {
    let members = entering(world, &random.origins);
    let question = world.question(&members);
    let trace = world.forward(&question, rule);
    let targets = world.targets(&random.targets);
    let parsed: Rule = rule.parse().expect("a rule");
    let found = caudal_trace::reached(&world.ledger, &question, parsed, &trace, &targets);
    let asked = SlowQuestion { origins: members, rule: rule.to_owned() };
    let cut = cut_at(&world.case, &random.targets);
    let slow = slow::trace(&cut, &asked);
    for (at, origin) in (0u32..).zip(&question.origins) {
        let mut expected = whole(0);
        for ((_, place), amounts) in &slow.endings {
            let is_held = random.targets.contains(&SlowTarget::Balance(place.clone()));
            if place == HIT || is_held {
                expected += amounts.get(&origin.label).map_or(whole(0), |a| a.here.clone());
            }
        }
        let engine = found.iter().filter(|row| row.0 == at).map(|row| row.2).sum();
        let off = distance(&whole(engine), &expected);
        // Printed figures of the targets are added up, and each stands near its carried one.
        let near = whole(2 * targets.len() as u128);
        let most = if rule == "pro-rata" { near } else { whole(0) };
        assert!(off <= most, "{rule}: {} reached {engine}, slow {expected}", origin.label);
    }
}

const HIT: &str = "@hit";

fn cut_at(case: &SlowCase, targets: &[SlowTarget]) -> SlowCase {
    let mut transfers = Vec::new();
    for transfer in &case.transfers {
        if !targets.contains(&SlowTarget::Transfer(transfer.id.clone())) {
            transfers.push(transfer.clone());
            continue;
        }
        transfers.push(SlowTransfer { payee: HIT.to_owned(), ..transfer.clone() });
        transfers.push(SlowTransfer {
            id: format!("{} again", transfer.id),
            payer: HIT.to_owned(),
            parts: Vec::new(),
            ..transfer.clone()
        });
    }
    SlowCase { transfers, ..case.clone() }
}

/// Alone, a target is reached by what it carries of the origins, conversions before it or not.
#[test]
fn what_reached_one_target_is_what_it_carries() {
    for (shape, count) in [(seeds::converting(), 200), (seeds::mixed(), 150)] {
        each(&shape, 0..count, |world, random| {
            for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                let question = world.question(&random.origins);
                let trace = world.forward(&question, rule);
                for target in world.targets(&random.targets) {
                    let parsed = rule.parse().expect("a rule");
                    let rows =
                        caudal_trace::reached(&world.ledger, &question, parsed, &trace, &[target]);
                    let reached: u128 = rows.iter().map(|row| row.2).sum();
                    let carried: u128 = match target {
                        Target::Line(line) => trace.line(line).map_or(0, |traced| {
                            trace.cells_of(traced).iter().map(|cell| cell.paid).sum()
                        }),
                        Target::Balance(place) => {
                            trace.held(place).map_or(0, |held| caudal_trace::sum(&held.amounts))
                        }
                    };
                    let most =
                        if has_fractions(rule) { 2 + question.origins.len() as u128 } else { 0 };
                    let off = reached.abs_diff(carried);
                    assert!(off <= most, "{rule} at {target:?}: {reached} of {carried}");
                }
            }
        });
    }
}

/// With all receipts of a place as targets, what reached them is what the place received, each cent
/// once: under every rule, those that look at what is traced included.
#[test]
fn money_that_reached_all_receipts_of_a_place_is_its_distinct_receipts() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::tiny(), 300)] {
        each(&shape, 0..count, |world, random| {
            for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                let question = world.question(&random.origins);
                let trace = world.forward(&question, rule);
                let asked = SlowQuestion { origins: random.origins.clone(), rule: rule.to_owned() };
                let expected = slow::trace(&world.case, &asked).received;
                for place in 0..world.ledger.place_count() {
                    let receipts = world.ledger.receipts(place).iter();
                    let targets: Vec<Target> = receipts.map(Target::Line).collect();
                    let parsed = rule.parse().expect("a rule");
                    let found =
                        caudal_trace::reached(&world.ledger, &question, parsed, &trace, &targets);
                    let engine: u128 = found.iter().map(|row| row.2).sum();
                    let name = world.place(place);
                    let slow = expected.get(&name).map_or(whole(0), |r| r.distinct.clone());
                    let most = if has_fractions(rule) { whole(3) } else { whole(0) };
                    assert!(
                        distance(&whole(engine), &slow) <= most,
                        "{rule} at {name}: {engine}, {slow}"
                    );
                }
            }
        });
    }
}

#[test]
fn bounds_agree_with_the_plain_flow() {
    let shapes = [
        (seeds::plain(), 250),
        (seeds::converting(), 150),
        (seeds::with_frontier(), 150),
        (seeds::mixed(), 250),
        (seeds::tiny(), 500),
    ];
    let mut computed = (0, 0);
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            let members = without_parts(&random.case, &random.origins);
            let named = random.targets.iter().filter(|target| world.target(target).is_some());
            let targets: BTreeSet<SlowTarget> = named.cloned().collect();
            let expected = slow::bounds(&world.case, &members, &targets);
            let found = check_bounds(world, &members, &targets, expected);
            count_computed(&mut computed, found);
        });
    }
    assert!(computed.0 > 20 * computed.1, "few questions have no bound: {computed:?}");
}

fn count_computed(computed: &mut (u32, u32), found: Option<(u128, u128)>) {
    if found.is_some() { computed.0 += 1 } else { computed.1 += 1 }
}

#[test]
fn bounds_are_what_trying_every_allocation_finds() {
    let shapes = [
        Shape { lines_max: 7, amount_max: 4, ..seeds::tiny() },
        Shape { has_frontier: true, lines_max: 7, amount_max: 3, ..seeds::tiny() },
        Shape { has_conversions: true, lines_max: 7, amount_max: 3, ..seeds::tiny() },
        Shape { overdraft: Overdraft::Birth, lines_max: 7, amount_max: 3, ..seeds::tiny() },
    ];
    let mut computed = (0, 0);
    for shape in shapes {
        each(&shape, 0..250, |world, random| {
            let members = without_parts(&random.case, &random.origins);
            let targets: BTreeSet<SlowTarget> = random.targets.iter().cloned().collect();
            let expected = slow::bounds_by_enumeration(&world.case, &members, &targets);
            let found = check_bounds(world, &members, &targets, expected);
            count_computed(&mut computed, found);
        });
    }
    assert!(computed.0 > 20 * computed.1, "few questions have no bound: {computed:?}");
}

/// `at-least` and `at-most`, with what widens them.
pub(crate) fn both(world: &World, question: &Question, targets: &[Target]) -> [Bound; 2] {
    let bound = |is_most| {
        let found =
            caudal_trace::bound(&world.ledger, question, (targets, is_most), &mut unwatched);
        found.expect("not stopped")
    };
    [bound(false), bound(true)]
}

/// `at-least` and `at-most`; `None` where money could count twice, so that they need not be tight.
pub(crate) fn bounds(
    world: &World,
    members: &[slow::SlowOrigin],
    targets: &BTreeSet<SlowTarget>,
) -> Option<(u128, u128)> {
    let [least, most] = both(world, &world.question(members), &world.targets(targets));
    let is_tight = least.widened != Some(Widened::CountedAgain);
    is_tight.then_some((least.amount, most.amount))
}

/// A bound is the one that is expected, or says that it is wider.
fn check_bounds(
    world: &World,
    members: &[slow::SlowOrigin],
    targets: &BTreeSet<SlowTarget>,
    expected: (u128, u128),
) -> Option<(u128, u128)> {
    let [least, most] = both(world, &world.question(members), &world.targets(targets));
    if least.widened.is_some() {
        assert!(least.amount <= expected.0, "at least {targets:?}: {least:?}, {}", expected.0);
    } else {
        assert_eq!(least.amount, expected.0, "at least {targets:?}");
    }
    if most.widened.is_some() {
        assert!(most.amount >= expected.1, "at most {targets:?}: {most:?}, {}", expected.1);
    } else {
        assert_eq!(most.amount, expected.1, "at most {targets:?}");
    }
    bounds(world, members, targets)
}

#[test]
fn shares_agree() {
    let shapes =
        [(seeds::plain(), 300), (seeds::with_reversals(), 200), (seeds::with_births(), 150)];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            for account in ["A", "B"] {
                for rule in ["pari-passu", "capped-pro-rata"] {
                    check_shares(world, &random.case, account, rule);
                }
            }
        });
    }
}

fn check_shares(world: &World, case: &SlowCase, account: &str, rule: &str) {
    let claimants = ["V2", "wages", "V1"].map(str::to_owned);
    let Some(place) = world.account(account) else { return };
    let members: Vec<_> = claimants.iter().cloned().map(slow::SlowOrigin::Label).collect();
    let question = world.question(&members);
    let found = caudal_trace::shares(&world.ledger, &question, place, rule == "capped-pro-rata");
    let expected = slow::shares(case, account, &claimants, rule);
    let mut given = 0;
    for (share, (label, exact)) in found.shares.iter().zip(&expected) {
        let off = distance(&whole(share.amount), exact);
        assert!(off < whole(1), "{rule} of {account}: {label} gets {}, {exact}", share.amount);
        given += share.amount;
    }
    assert_eq!(given + found.surplus, found.balance, "{rule} of {account} adds up");
    let exact: Q = expected.iter().map(|share| &share.1).sum();
    assert_eq!(whole(given), exact, "{rule} of {account}: all that is shared is given");
}

#[test]
fn same_day_policies_agree() {
    let policies = [
        (SameDay::AsListed, slow::SameDay::AsListed),
        (SameDay::CreditsFirst, slow::SameDay::CreditsFirst),
        (SameDay::DebitsFirst, slow::SameDay::DebitsFirst),
    ];
    let shapes =
        [seeds::plain(), seeds::with_frontier(), seeds::with_births(), seeds::with_reversals()];
    for shape in shapes {
        let mut shift = 0;
        each(&shape, 0..150, |_, random| {
            shift += 1;
            let case = shuffled_days(&random.case, shift);
            let rows: Vec<usize> = (0..case.transfers.len()).collect();
            for (policy, slow_policy) in policies {
                let world = World::of_rows(&case, &rows, Sequence::Absent, policy);
                let (expected, cuts) = slow::same_day(&case, slow_policy);
                let lines = 0..world.ledger.line_count();
                let engine: Vec<&str> = lines
                    .filter(|&line| world.ledger.line(line).kind == LineKind::Transfer)
                    .map(|line| world.id(line))
                    .collect();
                let slow: Vec<&str> = expected.transfers.iter().map(|t| t.id.as_str()).collect();
                assert_eq!(engine, slow, "{policy:?}");
                assert_eq!(world.ledger.order_cuts(), cuts, "{policy:?}");
            }
        });
    }
}

/// Days in another order than the rows, with more ties.
fn shuffled_days(case: &SlowCase, shift: i32) -> SlowCase {
    let mut case = case.clone();
    for transfer in &mut case.transfers {
        transfer.day = (transfer.day / 3 + shift) % 7;
    }
    case
}
