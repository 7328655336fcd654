//! Random ledgers written as files and asked through the public API, beside the slow tracer.

use std::collections::{BTreeMap, BTreeSet};

use caudal::wire::{self, Source, TraceDocument};
use caudal_testkit::random::{RandomLedger, Rng, Shape, ledger};
use caudal_testkit::slow::{
    self, Composition, Q, SlowAmount, SlowCase, SlowOrigin, SlowQuestion, SlowTarget, SlowTrace,
    whole,
};

use crate::asking::{self, Origins, RULES, answer, has_fractions};
use crate::figures::{figure_off, receipt_off};
use crate::laws;
use crate::reading::{Amounts, Found, distance, found};
use crate::seeds::{self, each, keep_what_is_there};
use crate::world::{STATED, World};

/// One document for all rules, held to the laws and to the slow tracer.
fn check(world: &World, origins: &[SlowOrigin]) -> usize {
    if origins.is_empty() {
        return 0;
    }
    let asked = Origins::of(world, origins).expect("random origins have selectors");
    let document = answer(world, &asked.selectors, &[], &RULES.join(",")).expect("an answer");
    let mut wrong = laws::broken(world, origins, &document, "random");
    let mut compared = 0;
    for (rule, result) in RULES.iter().zip(&document.results) {
        let question = SlowQuestion { origins: origins.to_vec(), rule: (*rule).to_owned() };
        let slow = slow::trace(&world.slow, &question);
        let found = found(result, &asked.names);
        let mut beside = Beside { rule, compared: 0, wrong: Vec::new() };
        beside.compare(&found, &slow);
        compared += beside.compared;
        wrong.extend(beside.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    compared
}

/// A result beside the trace of the slow tracer.
struct Beside<'a> {
    rule: &'a str,
    compared: usize,
    wrong: Vec<String>,
}

impl Beside<'_> {
    fn figure(&mut self, what: &str, found: &Q, slow: &Q, off: &Q) {
        self.compared += 1;
        let off = if has_fractions(self.rule) { off.clone() } else { whole(0) };
        if distance(found, slow) > off {
            self.wrong.push(format!("{}: {what}: found {found}, slow {slow}", self.rule));
        }
    }

    fn amounts(&mut self, what: &str, found: &Amounts, slow: &Composition) {
        let labels: BTreeSet<&String> = found.keys().chain(slow.keys()).collect();
        let none = whole(0);
        for label in labels {
            let (found, slow) = (found.get(label), slow.get(label));
            let (found, slow) = (found.unwrap_or(&none), slow.unwrap_or(&none));
            self.figure(&format!("{what} of {label}"), found, slow, &figure_off());
        }
    }

    fn compare(&mut self, found: &Found, slow: &SlowTrace) {
        let ids: BTreeSet<&String> = found.transfers.keys().chain(slow.transfers.keys()).collect();
        for id in ids {
            let line = slow.transfers.get(id).cloned().unwrap_or_default();
            let carried = found.transfers.get(id).cloned().unwrap_or_default();
            self.amounts(id, &carried.traced, &line.traced);
            let arrived: Q = if self.rule == "poison" {
                line.traced_arrived.values().max().cloned().unwrap_or_else(|| whole(0))
            } else {
                line.traced_arrived.values().sum()
            };
            self.figure(&format!("{id} arrived"), &carried.arrived, &arrived, &receipt_off());
        }
        self.endings(found, slow);
        for (account, row) in &found.accounts {
            let none = Composition::new();
            self.amounts(account, &row.traced, slow.traced.get(account).unwrap_or(&none));
            let balance = slow.balances.get(account).cloned().unwrap_or_else(|| whole(0));
            let what = format!("balance of {account}");
            self.figure(&what, &row.balance, &balance, &whole(0));
        }
        if self.rule == "poison" {
            return;
        }
        let places: BTreeSet<&String> = found.received.keys().chain(slow.received.keys()).collect();
        for place in places {
            let row = found.received.get(place).cloned().unwrap_or_default();
            let slow = slow.received.get(place).cloned().unwrap_or_default();
            let off = receipt_off();
            self.figure(&format!("{place}, gross"), &row.gross, &slow.gross, &off);
            self.figure(&format!("{place}, distinct"), &row.distinct, &slow.distinct, &off);
        }
        for origin in &slow.origins {
            let total = found.origins.get(&origin.label).cloned().unwrap_or_default();
            let off = figure_off();
            self.figure(&origin.label, &total.0, &origin.traced, &off);
            self.figure(&format!("{}, overlap", origin.label), &total.1, &origin.overlap, &off);
        }
    }

    fn endings(&mut self, found: &Found, slow: &SlowTrace) {
        let keys: BTreeSet<_> = found.endings.keys().chain(slow.endings.keys()).collect();
        for key in keys {
            let what = format!("{} {}", key.0, key.1);
            let rest = found.endings.get(key).cloned().unwrap_or_default();
            let none = BTreeMap::new();
            let amounts = slow.endings.get(key).unwrap_or(&none);
            let of = |of: fn(&SlowAmount) -> &Q| -> Composition {
                amounts.iter().map(|(label, a)| (label.clone(), of(a).clone())).collect()
            };
            self.amounts(&what, &rest.here, &of(|a| &a.here));
            if self.rule != "poison" {
                let units = of(|a| &a.of_origin);
                self.amounts(&format!("{what} in units"), &rest.of_origin, &units);
            }
        }
    }
}

fn check_all(shape: &Shape, seeds: std::ops::Range<u64>) {
    let mut compared = 0;
    each(shape, seeds, |world, random| compared += check(world, &random.origins));
    println!("{compared} figures compared");
    assert!(compared > 0);
}

#[test]
fn documents_agree_with_the_slow_tracer_on_plain_ledgers() {
    check_all(&seeds::plain(), 0..100);
}

#[test]
fn documents_agree_with_the_slow_tracer_behind_conversions() {
    check_all(&seeds::converting(), 0..100);
}

#[test]
fn documents_agree_with_the_slow_tracer_at_a_frontier() {
    check_all(&seeds::with_frontier(), 0..60);
}

#[test]
fn documents_agree_with_the_slow_tracer_when_deposits_are_taken_back() {
    check_all(&seeds::with_reversals(), 0..80);
}

#[test]
fn documents_agree_with_the_slow_tracer_when_shortfalls_are_births() {
    check_all(&seeds::with_births(), 0..60);
}

#[test]
fn documents_agree_with_the_slow_tracer_when_everything_meets() {
    check_all(&seeds::mixed(), 0..120);
}

#[test]
fn documents_agree_with_the_slow_tracer_where_boundaries_coincide() {
    check_all(&seeds::tiny(), 0..250);
}

#[test]
fn documents_agree_with_the_slow_tracer_above_a_threshold() {
    let mut threshold = 0;
    for (shape, count) in [(seeds::plain(), 60), (seeds::mixed(), 60)] {
        each(&shape, 0..count, |_, random| {
            threshold = threshold % 60 + 1;
            let case = SlowCase { threshold, ..random.case.clone() };
            let world = World::new(&case).expect("random ledgers can be written");
            check(&world, &random.origins);
        });
    }
}

#[test]
fn documents_agree_with_the_slow_tracer_when_reversals_are_kept() {
    each(&seeds::with_reversals(), 0..60, |_, random| {
        let case = SlowCase { net_reversals: false, ..random.case.clone() };
        let world = World::new(&case).expect("random ledgers can be written");
        check(&world, &random.origins);
    });
}

/// A document answers about one currency of targets, so they are asked one currency at a time.
#[test]
fn bounds_of_documents_are_the_plain_flow() {
    let mut compared = 0;
    let shapes = [
        (seeds::plain(), 80),
        (seeds::converting(), 80),
        (seeds::with_frontier(), 40),
        (seeds::mixed(), 60),
        (seeds::tiny(), 150),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            for currency in ["USD", "MXN"] {
                compared += check_bounds(world, random, currency);
            }
        });
    }
    println!("{compared} bounds compared");
    assert!(compared > 300);
}

fn check_bounds(world: &World, random: &RandomLedger, currency: &str) -> usize {
    let is_in = |target: &&SlowTarget| match target {
        SlowTarget::Balance(account) => world.slow.currency(account) == currency,
        SlowTarget::Transfer(id) => {
            let transfer = world.transfer(id);
            let enters = !world.slow.is_account(&transfer.payer) && transfer.received.is_none();
            let place = if enters { &transfer.payee } else { &transfer.payer };
            world.slow.currency(place) == currency
        }
    };
    // The plain flow knows no part of a payment between accounts.
    let is_known = |origin: &&SlowOrigin| match origin {
        SlowOrigin::Part { id, .. } => world.enters(id),
        _ => true,
    };
    let targets: BTreeSet<SlowTarget> = random.targets.iter().filter(is_in).cloned().collect();
    let members: Vec<SlowOrigin> = random.origins.iter().filter(is_known).cloned().collect();
    if targets.is_empty() || members.is_empty() {
        return 0;
    }
    let origins = Origins::of(world, &members).expect("selectors");
    let to = asking::targets(world, &targets);
    let document = answer(world, &origins.selectors, &to, "at-least,at-most").expect("bounds");
    let (least, most) = slow::bounds(&world.slow, &members, &targets);
    for (result, expected) in document.results.iter().zip([least, most]) {
        let amount = result.amount.as_deref().expect("a bound always holds");
        let found = crate::reading::minor(amount);
        let what = format!("{} {to:?}: {found}, {expected}", result.rule);
        match (&result.outer, result.rule.as_str()) {
            (None, _) => assert_eq!(found, whole(expected), "{what}"),
            (Some(_), "at-most") => assert!(found >= whole(expected), "{what}"),
            (Some(_), _) => assert!(found <= whole(expected), "{what}"),
        }
        assert_eq!(result.currency.as_deref(), Some(currency));
    }
    2
}

/// Without targets a bound is given for each place. It encloses every rule that conserves.
#[test]
fn bounds_by_place_enclose_every_rule() {
    let shapes = [(seeds::plain(), 40), (seeds::tiny(), 100), (seeds::converting(), 60)];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            if random.origins.is_empty() {
                return;
            }
            let rules = format!("at-least,at-most,{}", RULES[..9].join(","));
            let origins = Origins::of(world, &random.origins).expect("selectors");
            let document = answer(world, &origins.selectors, &[], &rules).expect("an answer");
            let [least, most, traced @ ..] = document.results.as_slice() else {
                panic!("all rules answer")
            };
            for result in traced {
                enclosed(result, (least, most));
            }
            document.headline.iter().for_each(enclosed_core);
        });
    }
}

fn enclosed(result: &wire::Result, (least, most): (&wire::Result, &wire::Result)) {
    let at = |result: &wire::Result| -> BTreeMap<String, Q> {
        let rows = result.endings.iter().flatten();
        rows.map(|row| (row.place.clone(), crate::reading::minor(&row.amount))).collect()
    };
    let (found, least, most) = (at(result), at(least), at(most));
    let none = whole(0);
    let off = if has_fractions(&result.rule) { figure_off() } else { whole(0) };
    for place in found.keys().chain(least.keys()) {
        let amount = found.get(place).unwrap_or(&none);
        let (low, high) = (least.get(place).unwrap_or(&none), most.get(place).unwrap_or(&none));
        let is_inside = amount + &off >= *low && *amount <= high + &off;
        assert!(is_inside, "{}: {place} has {amount}, bounds are {low} and {high}", result.rule);
    }
}

/// The least over the rules asked stands between the bounds; it is a printed figure.
fn enclosed_core(row: &wire::HeadlineRow) {
    let minor = |amount: &Option<String>| amount.as_deref().map(crate::reading::minor);
    let (core, off) = (crate::reading::minor(&row.robust_core), figure_off());
    let low = minor(&row.at_least).unwrap_or_else(|| whole(0));
    assert!(low <= &core + &off, "{row:?}");
    assert!(minor(&row.at_most).is_none_or(|high| core <= high + &off), "{row:?}");
}

/// Origins whose every line was netted are refused as naming nothing, not answered with zero.
#[test]
fn origins_that_were_netted_away_are_refused() {
    let mut refused = 0;
    for seed in 0..200 {
        let all = ledger(seed, &seeds::with_reversals());
        let mut kept = all.clone();
        keep_what_is_there(&mut kept);
        let gone: Vec<SlowOrigin> =
            all.origins.iter().filter(|origin| !kept.origins.contains(origin)).cloned().collect();
        if gone.is_empty() {
            continue;
        }
        let world = World::new(&all.case).expect("random ledgers can be written");
        for origin in gone {
            let asked = Origins::of(&world, std::slice::from_ref(&origin)).expect("a selector");
            let request = asking::request(&world, &asked.selectors, &[], "fifo");
            let error = caudal::trace(&world.case, &request, &mut caudal::unwatched);
            let error = error.expect_err("nothing is named");
            assert_eq!(error.kind, caudal::ErrorKind::Request, "seed {seed}: {origin:?}");
            refused += 1;
        }
    }
    assert!(refused > 0, "some origin was netted away");
}

/// With sequences stated the order of rows decides nothing: only sources differ.
#[test]
fn the_order_of_rows_changes_nothing_but_where_they_stand() {
    let shapes = [
        (seeds::plain(), 30),
        (seeds::converting(), 40),
        (seeds::mixed(), 40),
        (seeds::tiny(), 60),
    ];
    for (shape, count) in shapes {
        let mut at = 0;
        each(&shape, 0..count, |world, random| {
            at += 1;
            if random.origins.is_empty() {
                return;
            }
            let shuffle = |rows| shuffled(rows, &mut Rng::new(at));
            let other = World::written(&random.case, STATED, shuffle).expect("can be written");
            // A bound is in one currency.
            let bounds = if shape.has_conversions { "" } else { ",at-least,at-most" };
            let rules = format!("{}{bounds}", RULES.join(","));
            let origins = Origins::of(world, &random.origins).expect("selectors");
            let to = asking::targets(world, &random.targets);
            let documents = [world, &other].map(|world| {
                let document = answer(world, &origins.selectors, &to, &rules).expect("an answer");
                without_rows(world, document)
            });
            assert_eq!(documents[0], documents[1]);
        });
    }
}

fn shuffled(mut rows: Vec<String>, rng: &mut Rng) -> Vec<String> {
    let mut shuffled = Vec::new();
    while !rows.is_empty() {
        let len = u64::try_from(rows.len()).expect("few");
        let at = usize::try_from(rng.below(len)).expect("below a length");
        shuffled.push(rows.swap_remove(at));
    }
    shuffled
}

/// The document as JSON, every source with the content of its row in place of its number.
fn without_rows(world: &World, mut document: TraceDocument) -> String {
    let blank = |source: &mut Source| {
        let cells = world.row(&source.file, source.row).expect("a source stands in the files");
        source.file = cells.join(",");
        source.sha256 = String::new();
        source.row = 0;
    };
    for file in &mut document.question.ledger {
        file.sha256 = String::new();
    }
    for problem in &mut document.problems {
        problem.source.as_mut().map(blank);
    }
    for result in &mut document.results {
        for row in result.transfers.iter_mut().flatten() {
            blank(&mut row.source);
        }
        for hop in result.routes.iter_mut().flat_map(|route| &mut route.hops) {
            hop.source.as_mut().map(blank);
        }
    }
    wire::to_json(&document)
}
