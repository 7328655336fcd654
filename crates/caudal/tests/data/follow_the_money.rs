//! Every trajectory of the nine examples of an independent program against Caudal's routes.
//!
//! *Source.* "Follow the money", github.com/carolinamattsson/follow-the-money at 773c72a5, MIT.
//! *Shape.* Their `lifo` is `lifo`, their `mixed` is `pro-rata`, `--smallest` is the threshold. Each
//! of their rows is a trajectory of money from its entry to its end; each is compared with the route
//! of the same transfers, and each route of Caudal with their rows. What they have and Caudal has
//! not, or the other way round, stands in [`explained`] row by row; any other difference fails.
//! *Units.* Their amounts are floats printed with six decimals. They stand in the ledger as a
//! currency of eighteen decimals, so that Caudal's whole units are finer than their rounding.

mod explained;
mod ledger;
mod theirs;

use std::collections::{BTreeMap, BTreeSet};

use caudal::wire::{Result as RuleResult, RouteRow};
use caudal::{Case, Request};

use crate::{ask, atto, decimal, folder, to};
use explained::EXPLAINED;
use ledger::{Converted, EXISTING, Way, convert};
use theirs::{Figure, Output, Run, runs};

/// Half of their last decimal for every printed amount of a sum, and 10⁻⁹ for the error of their
/// floats, which hold these amounts (all below 10⁵) to about 10⁻¹¹. Under `lifo` nothing is divided
/// and everything must be equal.
fn tolerance(heuristic: &str, printed: i128) -> i128 {
    if heuristic == "mixed" { printed * atto("0.0000005") + atto("0.000000001") } else { 0 }
}

const RULES: [(&str, &str); 2] = [("lifo", "lifo"), ("mixed", "pro-rata")];

fn case_of(run: &Run, converted: &Converted) -> Case {
    let openings = Some(("openings.csv", converted.openings.as_bytes()));
    let openings = openings.filter(|(_, bytes)| bytes.split(|&byte| byte == b'\n').count() > 2);
    Case::from_bytes("transfers.csv", converted.transfers.as_bytes(), openings)
        .unwrap_or_else(|error| panic!("{}: {error:?}", run.name))
}

fn request(run: &Run, output: &Output, from: &[String]) -> Request {
    let rule = RULES.iter().find(|(theirs, _)| *theirs == output.heuristic).expect("a rule").1;
    let request = Request::from(from.iter().map(String::as_str)).rule(rule).expect("a rule");
    let request = request.threshold(&run.smallest).expect("a threshold");
    Request { routes_max: 100_000, ..request }
}

/// The transfers of a route, the entry first.
fn key(route: &RouteRow) -> Vec<String> {
    let mut hops: Vec<String> = route.hops.iter().filter_map(|hop| hop.transfer.clone()).collect();
    if route.hops[0].kind == "opening" {
        hops.insert(0, route.label.clone());
    } else if route.label == EXISTING {
        hops[0].clone_from(&route.label);
    }
    hops
}

/// Caudal's routes to every exit and every closing balance, and what fell below the threshold.
fn figures(
    case: &Case,
    run: &Run,
    output: &Output,
    converted: &Converted,
) -> BTreeMap<String, i128> {
    let mut figures: BTreeMap<String, i128> = BTreeMap::new();
    let mut add = |key: String, amount: &str| *figures.entry(key).or_default() += atto(amount);
    for from in origins(output, converted) {
        let mut targets: Vec<String> = converted.exits.clone();
        if output.is_pairwise {
            let between = converted.moves.iter().filter(|found| found.way == Way::Between);
            targets.extend(between.map(|found| found.id.clone()));
        }
        let targets = targets.iter().map(|id| format!("transfer:{id}")).collect();
        let accounts = converted.accounts.iter().map(|name| format!("account:{name}")).collect();
        for (targets, end) in [(targets, None), (accounts, Some("held"))] {
            let targets: Vec<String> = targets;
            let asked = to(request(run, output, &from), targets.iter().map(String::as_str));
            let result = ask(case, &asked).results.remove(0);
            for route in &result.routes {
                let mut hops = key(route);
                if output.is_pairwise && hops.len() > usize::from(end.is_none()) + 1 {
                    continue;
                }
                // A transfer is its own first route; pair by pair that is no pair.
                if output.is_pairwise && hops.len() == 1 && end.is_none() {
                    continue;
                }
                hops.extend(end.map(str::to_owned));
                add(hops.join(","), &route.amount);
            }
            if end.is_some() {
                for (key, amount) in below_threshold(&result) {
                    add(key, amount);
                }
            }
        }
    }
    figures
}

fn below_threshold(result: &RuleResult) -> Vec<(String, &str)> {
    let endings = result.endings.iter().flatten().filter(|ending| ending.kind == "below-threshold");
    let labels = endings.flat_map(|ending| {
        ending.traced.iter().map(move |(label, amount)| (label, &ending.place, amount))
    });
    labels
        .map(|(label, place, amount)| (format!("{label},below@{place}"), amount.as_str()))
        .collect()
}

/// All entries at once; pair by pair, every transfer into an account by itself.
fn origins(output: &Output, converted: &Converted) -> Vec<Vec<String>> {
    if !output.is_pairwise {
        return vec![converted.entries.clone()];
    }
    let into = converted.moves.iter().filter(|found| !found.payee.starts_with('@'));
    into.map(|found| vec![format!("transfer:{}", found.id)]).collect()
}

/// A figure that is not the same on both sides.
struct Difference {
    place: String,
    theirs: i128,
    ours: i128,
}

fn compare(
    output: &Output,
    theirs: &BTreeMap<String, Figure>,
    ours: &BTreeMap<String, i128>,
    place: &str,
) -> (usize, Vec<Difference>) {
    let keys: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
    let (mut equal, mut different) = (0, Vec::new());
    for key in keys {
        let (amount, printed) = theirs.get(key).copied().unwrap_or((0, 0));
        let found = ours.get(key).copied().unwrap_or(0);
        if (amount - found).abs() <= tolerance(output.heuristic, printed) && printed > 0 {
            equal += 1;
        } else {
            let place = format!("{place} {key}");
            different.push(Difference { place, theirs: amount, ours: found });
        }
    }
    (equal, different)
}

/// What every transfer carries of every entry must be the sum of the trajectories through it.
fn compare_carried(case: &Case, run: &Run, output: &Output, converted: &Converted) -> usize {
    let result = ask(case, &request(run, output, &converted.entries)).results.remove(0);
    let mut ours = BTreeMap::new();
    for row in result.transfers.iter().flatten().filter(|row| !row.id.ends_with(":fee")) {
        for (label, amount) in row.traced.iter().filter(|_| !row.id.starts_with("accounting@")) {
            ours.insert(format!("{label}@{}", row.id), atto(amount));
        }
    }
    let theirs = output.carried(converted);
    let (equal, different) = compare(output, &theirs, &ours, &run.name);
    let told: Vec<String> = different.iter().map(told).collect();
    assert!(told.is_empty(), "carried, {}:\n{}", output.heuristic, told.join("\n"));
    equal
}

fn told(difference: &Difference) -> String {
    let Difference { place, theirs, ours } = difference;
    format!("(\"{place}\", \"{}\", \"{}\")", decimal(*theirs), decimal(*ours))
}

/// What they inferred must be what the same rows and balances leave no other way to explain.
fn check_inferred(run: &Run, converted: &Converted) {
    let theirs = run.inferred.iter().filter(|(kind, _, _)| kind != "final").cloned();
    let theirs: BTreeSet<_> = theirs.collect();
    let ours: BTreeSet<_> = converted.inferred.iter().cloned().collect();
    assert_eq!(theirs, ours, "{}: inferred", run.name);
    let beyond = converted.moves.iter().filter(|found| found.way == Way::Beyond);
    let beyond: Vec<&String> = beyond.map(|found| &found.id).collect();
    // With `+otc` such a transaction is followed through all the same, and not listed.
    if !run.config["boundary_type"].as_str().expect("a kind").ends_with("+otc") {
        assert_eq!(beyond, run.untracked.iter().collect::<Vec<_>>(), "{}: beyond", run.name);
    }
}

#[derive(Default)]
struct Counts {
    runs: usize,
    outputs: usize,
    rows: usize,
    equal: usize,
    carried: usize,
}

#[test]
fn every_trajectory_of_the_nine_examples_is_found_or_explained() {
    let Some(folder) = folder("follow-the-money") else { return };
    let mut examples: Vec<_> = std::fs::read_dir(folder.join("examples"))
        .expect("the folder can be listed")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    examples.sort();
    let mut counts = Counts::default();
    let mut different: Vec<Difference> = Vec::new();
    for run in examples.iter().flat_map(|example| runs(example)) {
        let converted = convert(&run);
        check_inferred(&run, &converted);
        let case = case_of(&run, &converted);
        counts.runs += 1;
        for output in &run.outputs {
            let theirs = output.figures(&run, &converted);
            let ours = figures(&case, &run, output, &converted);
            let place = format!("{} {}", run.name, output.heuristic);
            let (equal, found) = compare(output, &theirs, &ours, &place);
            if found.is_empty() && !output.is_pairwise && !run.infers_nothing {
                counts.carried += compare_carried(&case, &run, output, &converted);
            }
            counts.outputs += 1;
            counts.rows += output.len();
            counts.equal += equal;
            different.extend(found);
        }
    }
    let explained = check_explained(&different);
    println!(
        "{} examples, {} runs, {} outputs, {} trajectories: {} figures equal, {explained} \
         explained; {} amounts carried equal",
        examples.len(),
        counts.runs,
        counts.outputs,
        counts.rows,
        counts.equal,
        counts.carried
    );
}

/// Fails on a difference that nobody explained, and on an explanation of nothing.
fn check_explained(different: &[Difference]) -> usize {
    let mut unused: BTreeSet<&str> =
        EXPLAINED.iter().flat_map(|(_, rows)| *rows).map(|r| r.0).collect();
    let mut unexplained = Vec::new();
    let micro = atto("0.000001");
    for difference in different {
        let is_it = |row: &&(&str, &str, &str)| {
            row.0 == difference.place
                && (atto(row.1) - difference.theirs).abs() < micro
                && (atto(row.2) - difference.ours).abs() < micro
        };
        match EXPLAINED.iter().flat_map(|(_, rows)| *rows).find(is_it) {
            Some(row) => drop(unused.remove(row.0)),
            None => unexplained.push(told(difference)),
        }
    }
    assert!(
        unexplained.is_empty(),
        "{} not explained:\n{}",
        unexplained.len(),
        unexplained.join("\n")
    );
    assert!(unused.is_empty(), "explained, but equal: {unused:?}");
    different.len()
}
