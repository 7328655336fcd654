//! Routes add up to the traced money of their target, and their hops form a chain.

use std::collections::BTreeSet;

use caudal_ledger::{LedgerView, LineIdx};
use caudal_trace::{Question, Route, Rule, Target, Trace};

use crate::compare::{RULES, has_fractions};
use crate::seeds::{self, each};
use crate::world::World;

/// Traced money at a target: in its own unit, and in units of origins.
fn at_target(trace: &Trace, target: Target) -> (u128, u128) {
    match target {
        Target::Line(line) => trace.line(line).map_or((0, 0), |traced| {
            let paid = trace.cells_of(traced).iter().map(|cell| cell.paid).sum();
            (paid, trace.fragments_of(traced).iter().map(caudal_trace::Fragment::origin_len).sum())
        }),
        Target::Balance(place) => trace.held(place).map_or((0, 0), |held| {
            (caudal_trace::sum(&held.amounts), caudal_trace::sum(&held.origin_units))
        }),
    }
}

/// Money at a target that is worth less than one unit of its origin, in its own unit.
fn fine_at(trace: &Trace, target: Target) -> u128 {
    let here: Vec<caudal_trace::Fragment> = match target {
        Target::Line(line) => {
            trace.line(line).map_or_else(Vec::new, |l| trace.fragments_of(l).to_vec())
        }
        Target::Balance(place) => {
            let held = caudal_trace::EndingKind::Held;
            let rests = trace.rests.iter().filter(|rest| rest.0 == held && rest.1 == place);
            rests.map(|rest| rest.2).collect()
        }
    };
    here.iter().filter(|f| f.is_fine()).map(caudal_trace::Fragment::len).sum()
}

fn check_chain(world: &World, question: &Question, target: Target, route: &Route) {
    let view = &world.ledger;
    let lines: Vec<LineIdx> = route.hops.iter().map(|hop| hop.line).collect();
    assert!(lines.is_sorted(), "hops stand in ledger order: {lines:?}");
    for pair in lines.windows(2) {
        assert_eq!(view.line(pair[0]).payee, view.payer(pair[1]), "hops form a chain: {lines:?}");
    }
    let first = *lines.first().expect("a route has hops");
    let starts = question.seeds.iter().any(|s| s.line == first && s.origin == route.origin);
    assert!(starts, "a route begins with its origin: {lines:?}");
    let last = *lines.last().expect("a route has hops");
    match target {
        Target::Line(line) => assert_eq!(last, line, "a route ends with its target"),
        Target::Balance(place) => assert_eq!(view.line(last).payee, place, "a route ends there"),
    }
    let mut is_in_units_of_origin = true;
    for hop in &route.hops {
        let cents: u128 = hop.cents.iter().map(|(lo, hi)| hi - lo).sum();
        let is_route = [0, route.amount, route.fine_amount].contains(&cents);
        assert!(is_route || !is_in_units_of_origin, "cents of a hop are the route's");
        is_in_units_of_origin &= !view.line(hop.line).is_conversion;
        assert!(hop.cents.iter().all(|&(lo, hi)| lo < hi && hi <= view.line(hop.line).paid));
        assert!(hop.cents.windows(2).all(|pair| pair[0].1 < pair[1].0), "disjoint and joined");
    }
}

fn check(world: &World, question: &Question, targets: &[Target], rule: &str) {
    let trace = world.forward(question, rule);
    let parsed: Rule = rule.parse().expect("a rule");
    for &target in targets {
        for most in [1, 3, 10_000] {
            let found = caudal_trace::routes(&world.ledger, parsed, &trace, target, most);
            let found = found.expect("the rule traces amounts");
            assert!(found.routes.len() <= most);
            let sum: u128 = found.routes.iter().map(|route| route.amount).sum();
            let (here, of_origin) = at_target(&trace, target);
            let further = caudal_trace::sum(&found.further);
            if has_fractions(rule) {
                assert_eq!(sum + further, here, "{rule} at {target:?}");
            } else {
                assert_eq!(sum + further, of_origin, "{rule} at {target:?}");
            }
            let keys: BTreeSet<_> = found
                .routes
                .iter()
                .map(|r| (r.origin, r.hops.iter().map(|hop| hop.line).collect::<Vec<_>>()))
                .collect();
            assert_eq!(keys.len(), found.routes.len(), "{rule}: every route is named once");
            let amounts: Vec<_> = found.routes.iter().map(|r| (r.amount, r.fine_amount)).collect();
            assert!(amounts.is_sorted_by(|a, b| a >= b), "{rule}: the largest first");
            let is_something = |&(amount, fine): &(u128, u128)| amount + fine > 0;
            assert!(amounts.iter().all(is_something), "{rule}: a route carries something");
            let fine: u128 = amounts.iter().map(|&(_, fine)| fine).sum();
            let fine = fine + caudal_trace::sum(&found.further_fine);
            assert_eq!(fine, fine_at(&trace, target), "{rule}: every traced cent has a route");
            for route in &found.routes {
                check_chain(world, question, target, route);
            }
        }
    }
}

#[test]
fn routes_add_up_to_their_target_and_are_chains() {
    let shapes = [
        (seeds::short(), 200),
        (seeds::tiny(), 400),
        (seeds::converting(), 60),
        (seeds::mixed(), 60),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            let question = world.question(&random.origins);
            let targets = world.targets(&random.targets);
            for rule in RULES.into_iter().filter(|rule| *rule != "poison") {
                check(world, &question, &targets, rule);
            }
        });
    }
}
