//! Bounds whose search was cut, bounds of places in turn, and the work that bounds cost.

use std::collections::BTreeSet;

use caudal_ledger::{Ledger, LedgerView, PlaceIdx, SameDay};
use caudal_testkit::random::{RandomLedger, Shape};
use caudal_testkit::slow::{self, SlowTarget};
use caudal_trace::{Bound, Bounds, Question, Target, Widened, unwatched};

use crate::agreement::both;
use crate::compare::without_parts;
use crate::large::{build, first_lines, row};
use crate::seeds::{self, each};
use crate::world::{Sequence, World};

/// A question that looks at so many lines.
fn up_to(question: &Question, lines_max: usize) -> Question {
    Question { bound_lines_max: lines_max, ..question.clone() }
}

/// Compares the bounds at every cut with the exact ones, and gives how many cuts were not tight.
fn check_cuts(world: &World, question: &Question, targets: &[Target], exact: (u128, u128)) -> u32 {
    let [least, most] = both(world, question, targets);
    let mut wider = 0;
    for lines_max in 1..=least.lines {
        let [low, high] = both(world, &up_to(question, lines_max), targets);
        let what = format!("{targets:?} cut at {lines_max} of {} lines", least.lines);
        assert!(low.amount <= exact.0, "at least {what}: {low:?}, {}", exact.0);
        assert!(high.amount >= exact.1, "at most {what}: {high:?}, {}", exact.1);
        if lines_max < least.lines {
            assert_eq!(low.cut_at, Some(lines_max), "{what}");
            assert_eq!(high.widened, Some(Widened::Cut), "{what}");
        } else {
            assert_eq!((low, high), (least, most), "{what}");
        }
        wider += u32::from((low.amount, high.amount) != exact);
    }
    wider
}

fn check_random(world: &World, random: &RandomLedger) -> u32 {
    let members = without_parts(&random.case, &random.origins);
    let targets: BTreeSet<SlowTarget> = random.targets.iter().cloned().collect();
    let exact = slow::bounds(&world.case, &members, &targets);
    check_cuts(world, &world.question(&members), &world.targets(&targets), exact)
}

#[test]
fn a_cut_bound_encloses_the_exact_one_wherever_it_is_cut() {
    let shapes = [
        (seeds::plain(), 60),
        (seeds::converting(), 60),
        (seeds::with_frontier(), 60),
        (seeds::with_births(), 60),
        (seeds::mixed(), 60),
        (Shape { lines_max: 12, amount_max: 4, ..seeds::tiny() }, 400),
    ];
    for (shape, count) in shapes {
        let mut wider = 0;
        each(&shape, 0..count, |world, random| wider += check_random(world, random));
        assert!(wider > 0, "a cut costs something");
    }
}

#[test]
fn a_cut_bound_encloses_the_exact_one_under_every_same_day_policy() {
    for policy in [SameDay::CreditsFirst, SameDay::DebitsFirst] {
        each(&seeds::short(), 0..60, |world, random| {
            let rows: Vec<usize> = (0..random.case.transfers.len()).rev().collect();
            let world = World::of_rows(&world.case, &rows, Sequence::Absent, policy);
            let question = world.question(&without_parts(&random.case, &random.origins));
            let targets = world.targets(&random.targets);
            let [least, most] = both(&world, &question, &targets);
            if least.widened.is_none() && most.widened.is_none() {
                check_cuts(&world, &question, &targets, (least.amount, most.amount));
            }
        });
    }
}

/// The targets that a place stands for.
fn targets_at(ledger: &Ledger, place: PlaceIdx) -> Vec<Target> {
    if ledger.is_account(place) {
        return vec![Target::Balance(place)];
    }
    let receipts = ledger.receipts(place).iter();
    let taken = receipts.filter(|&line| !ledger.line(line).is_conversion);
    taken.map(Target::Line).collect()
}

fn by_place(world: &World, question: &Question, is_most: bool) -> Vec<(PlaceIdx, Bound)> {
    let bounds = Bounds::collect(&world.ledger, question, &mut unwatched).expect("not stopped");
    let places: Vec<PlaceIdx> = (0..world.ledger.place_count()).collect();
    let found = bounds.by_place(&places, is_most, &mut unwatched).expect("not stopped");
    places.into_iter().zip(found).collect()
}

#[test]
fn bounds_of_places_in_turn_are_those_of_each_place_asked_alone() {
    for (shape, count) in [(seeds::plain(), 80), (seeds::tiny(), 300), (seeds::with_frontier(), 80)]
    {
        each(&shape, 0..count, |world, random| {
            let question = world.question(&random.origins);
            for (at, is_most) in [(0, false), (1, true)] {
                for (place, bound) in by_place(world, &question, is_most) {
                    let alone = both(world, &question, &targets_at(&world.ledger, place))[at];
                    let what = format!("place {place}, at most: {is_most}");
                    assert_eq!(bound.amount, alone.amount, "{what}");
                    assert_eq!(bound.widened, None, "{what}");
                }
            }
        });
    }
}

#[test]
fn cut_bounds_of_places_in_turn_enclose_the_whole_ones() {
    let mut wider = 0;
    for (shape, count) in [(seeds::short(), 60), (seeds::mixed(), 20), (seeds::tiny(), 60)] {
        each(&shape, 0..count, |world, random| {
            let question = world.question(&random.origins);
            for is_most in [false, true] {
                let whole = by_place(world, &question, is_most);
                let lines = whole.first().map_or(0, |bound| bound.1.lines);
                for lines_max in 1..=lines {
                    let cut = by_place(world, &up_to(&question, lines_max), is_most);
                    for (whole, cut) in whole.iter().zip(cut) {
                        let (whole, place, cut) = (whole.1.amount, cut.0, cut.1.amount);
                        let holds = if is_most { cut >= whole } else { cut <= whole };
                        assert!(holds, "{place} at {lines_max} lines: {cut}, {whole}");
                        wider += u32::from(cut != whole);
                    }
                }
            }
        });
    }
    assert!(wider > 0, "a cut costs something");
}

/// Many runs in one account, its money let out one unit at a time: a search that walked the whole
/// account for each payment would take the square of them.
#[test]
fn a_hub_of_many_runs_costs_a_few_looks_at_each_edge() {
    let runs: u128 = 20_000;
    let history = (0..runs).flat_map(|at| {
        let other = if at % 3 == 0 { "@own" } else { "@v" };
        [row(other, "HUB", 2), row("HUB", if at % 2 == 0 { "@x" } else { "@y" }, 1)]
    });
    let ledger = build(history.chain([row("HUB", "LAST", runs)]));
    let question = first_lines(&ledger, 1);
    check_work(&ledger, &up_to(&question, usize::MAX), 12);
    let entering = (0..ledger.line_count()).filter(|&line| ledger.payer(line) == ledger.payer(0));
    let seeds = entering.map(|line| caudal_trace::Seed { line, lo: 0, hi: 2, origin: 0 });
    let question = Question::new(question.origins.clone(), seeds.collect());
    check_work(&ledger, &up_to(&question, usize::MAX), 40);
}

/// A chain of accounts, each with money of its own besides.
#[test]
fn a_long_chain_of_accounts_costs_a_few_looks_at_each_edge() {
    let length: u128 = 20_000;
    let history = (0..length).flat_map(|at| {
        let (from, to) = (format!("A{at}"), format!("A{}", at + 1));
        [row("@own", &from, 3), row(&from, &to, 100_000), row(&from, "@x", 1)]
    });
    let ledger = build([row("@v", "A0", 100_000)].into_iter().chain(history));
    check_work(&ledger, &up_to(&first_lines(&ledger, 1), usize::MAX), 12);
}

/// Asks for both bounds of the last account and of a shop, and looks at the work for each line.
fn check_work(ledger: &Ledger, question: &Question, steps_per_line: u64) {
    let last = ledger.line(ledger.line_count() - 1).payee;
    for place in [last, ledger.line(1).payee] {
        let targets = targets_at(ledger, place);
        for is_most in [false, true] {
            let found = caudal_trace::bound(ledger, question, (&targets, is_most), &mut unwatched);
            let found = found.expect("not stopped");
            assert_eq!(found.widened, None);
            let lines = u64::from(ledger.line_count());
            assert!(
                found.steps <= steps_per_line * lines,
                "{} steps for {lines} lines, at most: {is_most}",
                found.steps
            );
        }
    }
}

#[test]
fn a_bound_can_be_stopped_before_and_inside_the_flow() {
    let history = (0..60_000).flat_map(|_| [row("@v", "HUB", 2), row("HUB", "@x", 1)]);
    let ledger = build(history);
    let question = up_to(&first_lines(&ledger, 1), usize::MAX);
    let targets = targets_at(&ledger, ledger.line(1).payee);
    let mut asked = 0;
    let mut count = |_| {
        asked += 1;
        std::ops::ControlFlow::Continue(())
    };
    let whole = caudal_trace::bound(&ledger, &question, (&targets, true), &mut count);
    assert!(whole.is_ok() && asked > 2, "asked {asked} times");
    for stop in 1..=asked {
        let mut left = stop;
        let mut watch = |_| {
            left -= 1;
            if left == 0 {
                std::ops::ControlFlow::Break(())
            } else {
                std::ops::ControlFlow::Continue(())
            }
        };
        let stopped = caudal_trace::bound(&ledger, &question, (&targets, true), &mut watch);
        assert_eq!(stopped, Err(caudal_trace::Cancelled), "stopped at look {stop}");
    }
}
