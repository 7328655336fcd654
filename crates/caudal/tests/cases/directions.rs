//! What an origin sends to a target is what the target has of the origin (`TRACING` 14, 9).

use std::collections::{BTreeMap, BTreeSet};

use caudal::wire::{Result as RuleResult, SourceRow};
use caudal_testkit::slow::{Q, SlowOrigin, SlowTarget, whole};

use crate::asking::{self, Origins, answer};
use crate::reading::{distance, minor};
use crate::seeds::{self, each};
use crate::world::World;

/// Rules whose backward direction needs no origins and traces amounts.
const BACKWARD: [&str; 3] = ["fifo", "lifo", "pro-rata"];

/// Compares both directions for every account that ends with traced money; gives the number of
/// figures compared. Origins that are named on their way are other money seen from behind.
pub(crate) fn check(world: &World, members: &[SlowOrigin], rule: &str, what: &str) -> usize {
    if !BACKWARD.contains(&rule) || world.slow.threshold > 0 {
        return 0;
    }
    let origins = Origins::of(world, members).expect("asked before");
    let document = answer(world, &origins.selectors, &[], rule).expect("asked before");
    let accounts = document.results[0].accounts.iter().flatten();
    let ends = accounts.filter(|row| minor(&row.traced_total) > whole(0));
    let targets: Vec<SlowTarget> =
        ends.map(|row| SlowTarget::Balance(row.account.clone())).collect();
    let compared = targets.iter().map(|target| compare(world, members, target, (&[rule], what)));
    compared.sum()
}

fn compare(
    world: &World,
    members: &[SlowOrigin],
    target: &SlowTarget,
    (rules, what): (&[&str], &str),
) -> usize {
    let enters = |member: &&SlowOrigin| match member {
        SlowOrigin::Transfer { id, .. } => world.enters(id),
        SlowOrigin::Part { .. } => false,
        SlowOrigin::Label(_) | SlowOrigin::Opening { .. } => true,
    };
    let to = asking::targets(world, [target]);
    let rules = rules.join(",");
    let back = answer(world, &[], &to, &rules).expect("a backward trace");
    let mut compared = 0;
    // One origin at a time: a cent that two name would be the first's alone.
    for member in members.iter().filter(enters) {
        let origins = Origins::of(world, std::slice::from_ref(member)).expect("a selector");
        let there = answer(world, &origins.selectors, &to, &rules).expect("a forward trace");
        for (there, back) in there.results.iter().zip(&back.results) {
            let what = format!("{what}: {}: {member:?} and {target:?}", there.rule);
            let sent = carried(world, there, target);
            let (reached, found) = (reached(there), attributed(world, back, member));
            let off = if there.rule == "pro-rata" { whole(2) } else { whole(0) };
            let apart = distance(&sent, &found);
            assert!(apart <= off, "{what}: forward {sent}, backward {found}");
            compared += 1;
            let apart = distance(&reached, &found);
            assert!(apart <= off, "{what}: reached {reached}, backward {found}");
        }
    }
    compared
}

/// Traced money in the target, as its rows say.
fn carried(world: &World, result: &RuleResult, target: &SlowTarget) -> Q {
    match target {
        SlowTarget::Transfer(id) => {
            let ids = world.ids(id);
            let rows = result.transfers.iter().flatten().filter(|row| ids.contains(&row.id));
            rows.map(|row| minor(&row.traced_total)).sum()
        }
        SlowTarget::Balance(account) => {
            let rows = result.accounts.iter().flatten().filter(|row| row.account == *account);
            rows.map(|row| minor(&row.traced_total)).sum()
        }
    }
}

/// All that reached the target.
fn reached(result: &RuleResult) -> Q {
    result.reached.iter().flatten().map(|row| minor(&row.amount)).sum()
}

/// What a backward trace attributes to an origin.
fn attributed(world: &World, result: &RuleResult, member: &SlowOrigin) -> Q {
    let is_its = |row: &&SourceRow| match member {
        SlowOrigin::Label(label) => row.label == *label,
        SlowOrigin::Transfer { id, .. } => {
            row.transfer.as_ref().is_some_and(|found| world.ids(id).contains(found))
        }
        SlowOrigin::Opening { account, .. } => row.opening.as_ref() == Some(account),
        SlowOrigin::Part { .. } => false,
    };
    result.sources.iter().flatten().filter(is_its).map(|row| minor(&row.amount)).sum()
}

#[test]
fn both_directions_give_the_same_amounts() {
    let mut compared = 0;
    let shapes = [
        (seeds::plain(), 25),
        (seeds::converting(), 25),
        (seeds::with_frontier(), 20),
        (seeds::mixed(), 30),
        (seeds::tiny(), 80),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            let mut members = asking::every_label(world);
            let others = random.origins.iter().filter(|o| !matches!(o, SlowOrigin::Label(_)));
            members.extend(others.cloned());
            for target in &random.targets {
                compared += compare(world, &members, target, (&BACKWARD, "random"));
            }
        });
    }
    println!("{compared} figures compared from both ends");
    assert!(compared > 500);
}

/// All money of a target has a source, and the sources lead into the files.
#[test]
fn sources_of_a_target_are_all_of_it_and_stand_in_the_files() {
    for (shape, count) in [(seeds::plain(), 40), (seeds::mixed(), 40), (seeds::tiny(), 80)] {
        each(&shape, 0..count, |world, random| {
            for target in &random.targets {
                let to = asking::targets(world, [target]);
                let document = answer(world, &[], &to, "fifo,lifo,pro-rata,poison");
                let document = document.expect("a backward trace");
                for result in &document.results {
                    check_sources(world, result);
                }
            }
        });
    }
}

fn check_sources(world: &World, result: &RuleResult) {
    let rows = result.sources.as_ref().expect("a backward trace has sources");
    let amounts = rows.iter().map(|row| minor(&row.amount));
    if !result.exposure {
        let total = result.amount.as_deref().map_or_else(|| whole(0), minor);
        assert_eq!(amounts.sum::<Q>(), total, "{}: sources add up", result.rule);
    }
    for row in rows {
        let source = row.source.as_ref().expect("a source stands in the evidence");
        let cells = world.row(&source.file, source.row);
        let cells = cells.unwrap_or_else(|| panic!("{source:?} is a row"));
        let first = cells[0];
        let named: BTreeMap<&str, &Option<String>> = BTreeMap::from([
            ("transfer", &row.transfer),
            ("opening", &row.opening),
            ("loan", &row.loan),
            ("birth", &row.birth),
        ]);
        let named: BTreeSet<(&str, &str)> = named
            .into_iter()
            .filter_map(|(kind, name)| name.as_deref().map(|name| (kind, name)))
            .collect();
        let Some((kind, name)) = named.first().filter(|_| named.len() == 1) else {
            panic!("a source is of one kind: {row:?}")
        };
        let (file, is_right) = match *kind {
            "opening" => ("openings.csv", first == *name && cells[3] == row.label),
            "transfer" => ("transfers.csv", first == *name && entered(world, &cells) == row.label),
            _ => ("transfers.csv", cells[2] == *name),
        };
        assert!(is_right && source.file == file, "{row:?} stands as {cells:?}");
    }
}

/// The label of a transfer that stands in a row.
fn entered(world: &World, cells: &[&str]) -> String {
    if !cells[6].is_empty() {
        cells[6].to_owned()
    } else if world.slow.frontier.contains(cells[2]) {
        format!("unknown:{}", cells[2])
    } else {
        "unlabelled".to_owned()
    }
}
