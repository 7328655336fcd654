//! Explanations: routes add up, their hops are chains, and every hop stands in the files.

use std::collections::BTreeSet;

use caudal::wire::{ExplainDocument, HopRow, RouteRow};
use caudal::{ErrorKind, unwatched};
use caudal_testkit::slow::{Q, whole};

use crate::asking::{self, Origins, RULES, answer, has_fractions};
use crate::reading::minor;
use crate::seeds::{self, each};
use crate::world::World;

/// Transfers of each ledger that are explained.
const EXPLAINED_MAX: usize = 3;

#[test]
fn routes_add_up_to_the_traced_money_and_are_chains_in_the_files() {
    let mut explained = 0;
    let shapes = [
        (seeds::plain(), 12),
        (seeds::converting(), 15),
        (seeds::mixed(), 15),
        (seeds::with_reversals(), 8),
        (seeds::tiny(), 50),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            if random.origins.is_empty() {
                return;
            }
            let origins = Origins::of(world, &random.origins).expect("selectors");
            for rule in &RULES[..9] {
                explained += explain_some(world, &origins.selectors, rule);
            }
        });
    }
    println!("{explained} explanations");
    assert!(explained > 500);
}

fn explain_some(world: &World, from: &[String], rule: &str) -> usize {
    let document = answer(world, from, &[], rule).expect("an answer");
    let rows = document.results[0].transfers.as_ref().expect("a trace has transfers");
    let mut explained = 0;
    for row in rows.iter().rev().take(EXPLAINED_MAX) {
        for routes_max in [1, 1000] {
            let mut request = asking::request(world, from, &[], rule);
            request.routes_max = routes_max;
            let explanation = caudal::explain(&world.case, &request, &row.id, &mut unwatched);
            let explanation = explanation.unwrap_or_else(|error| panic!("{}: {error}", row.id));
            let traced: Q = explanation.traced.iter().map(|row| minor(&row.amount)).sum();
            assert_eq!(traced, minor(&row.traced_total), "{rule}: {} alike in both", row.id);
            check(world, &explanation, (rule, &row.currency));
            explained += 1;
        }
    }
    explained
}

fn check(world: &World, explanation: &ExplainDocument, (rule, currency): (&str, &str)) {
    let id = &explanation.transfer;
    let traced: Q = explanation.traced.iter().map(|row| minor(&row.amount)).sum();
    let routes: Q = explanation.routes.iter().map(|row| minor(&row.amount)).sum();
    let further: Q = explanation.further.iter().map(|row| minor(&row.amount)).sum();
    let has_route = !explanation.routes.is_empty() || !explanation.further.is_empty();
    assert!(has_route || traced == whole(0), "{rule}: traced money in {id} has a route");
    // Where money was converted on its way, exact routes count units of their origins.
    if !has_conversions(world) || has_fractions(rule) {
        assert_eq!(&routes + &further, traced, "{rule}: {id}: routes {routes}, further {further}");
        assert!(explanation.routes.iter().all(|route| route.currency == currency));
    }
    for route in &explanation.routes {
        let carries = minor(&route.amount) > whole(0) || route.fine.is_some();
        assert!(carries, "{rule}: a route of {id} carries something");
        let known = explanation.traced.iter().any(|row| row.label == route.label);
        assert!(known, "{rule}: {id} carries nothing of {}", route.label);
        check_chain(world, route, id);
    }
    let keys: BTreeSet<String> =
        explanation.routes.iter().map(|r| format!("{}{:?}", r.label, ids(r))).collect();
    assert_eq!(keys.len(), explanation.routes.len(), "{rule}: every route to {id} stands once");
}

fn ids(route: &RouteRow) -> Vec<String> {
    let name =
        |hop: &HopRow| format!("{:?} {}", hop.transfer, hop.source.as_ref().map_or(0, |s| s.row));
    route.hops.iter().map(name).collect()
}

fn has_conversions(world: &World) -> bool {
    world.slow.transfers.iter().any(|transfer| transfer.received.is_some())
}

/// Payer and payee of a hop, as its row of the evidence says.
fn ends(world: &World, hop: &HopRow) -> (String, String) {
    let source = hop.source.as_ref().expect("a hop stands in the evidence");
    let cells = world.row(&source.file, source.row).expect("a row of the evidence");
    match hop.kind {
        "opening" => {
            assert_eq!(source.file, "openings.csv");
            (String::new(), cells[0].to_owned())
        }
        "repayment" => (cells[3].to_owned(), format!("bank:{}", cells[3])),
        _ => {
            assert_eq!(Some(cells[0]), hop.transfer.as_deref(), "the row has the id");
            (cells[2].to_owned(), cells[3].to_owned())
        }
    }
}

fn check_chain(world: &World, route: &RouteRow, id: &str) {
    for pair in route.hops.windows(2) {
        let (first, next) = (ends(world, &pair[0]), ends(world, &pair[1]));
        assert_eq!(first.1, next.0, "hops of a route to {id} form a chain: {:?}", ids(route));
    }
    let last = route.hops.last().expect("a route has hops");
    assert_eq!(last.transfer.as_deref(), Some(id), "a route ends in its transfer");
    for hop in &route.hops {
        let (_, payee) = ends(world, hop);
        assert!(!hop.sentence.contains(['{', '}']), "{}", hop.sentence);
        assert!(hop.sentence.contains(&payee), "{payee} in: {}", hop.sentence);
        let cents = hop.cents.iter().map(|(lo, hi)| -> (u128, u128) {
            (lo.parse().expect("cents"), hi.parse().expect("cents"))
        });
        let cents: Vec<_> = cents.collect();
        assert!(cents.iter().all(|(lo, hi)| lo <= hi), "{cents:?}");
        let all: u128 = cents.iter().map(|(lo, hi)| hi - lo + 1).sum();
        // Behind a conversion cents are no longer units of the origin.
        let is_fine = route.fine.as_ref().is_some_and(|fine| whole(all) == minor(&fine.amount));
        let is_route = all == 0 || is_fine || whole(all) == minor(&route.amount);
        assert!(is_route || has_conversions(world), "cents of a hop are the route's");
    }
}

#[test]
fn a_transfer_that_carries_nothing_is_not_explained() {
    each(&seeds::tiny(), 0..40, |world, random| {
        if random.origins.is_empty() {
            return;
        }
        let origins = Origins::of(world, &random.origins).expect("selectors");
        let document = answer(world, &origins.selectors, &[], "libr").expect("an answer");
        let rows = document.results[0].transfers.as_ref().expect("a trace has transfers");
        let traced: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
        for transfer in world.slow.transfers.iter().filter(|t| !traced.contains(&t.id)) {
            let request = asking::request(world, &origins.selectors, &[], "libr");
            let error = caudal::explain(&world.case, &request, &transfer.id, &mut unwatched);
            let error = error.expect_err("nothing to explain");
            let found = (error.kind, error.message.key());
            assert_eq!(found, (ErrorKind::Request, "error-not-traced"), "{}", transfer.id);
        }
    });
}
