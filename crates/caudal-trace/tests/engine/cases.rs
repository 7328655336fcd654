//! Conformance cases and the casebook through the engine: the same expected figures that the slow
//! tracer meets.
//!
//! *Shape.* The engine tells origins apart and keeps other money in one bucket, so of a composition
//! the labels that are origins are compared one by one and the others together. Under rules that do
//! not look at what is traced, every label that enters is made an origin, and nothing is left over
//! but what banks lent.

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{LedgerView, SameDay};
use caudal_testkit::check::{About, Ask, Expected};
use caudal_testkit::slow::{
    self, Composition, EndingKind, Granularity, Q, SlowCase, SlowOrigin, SlowSource, SlowTarget,
    whole,
};
use caudal_testkit::{casebook, cases};

use crate::agreement::bounds;
use crate::compare::{Figure, Found, carried_bound, distance, found, has_fractions};
use crate::world::{Sequence, World, entering};

/// What was found wrong, and what the engine has no such figure for.
#[derive(Default)]
struct Report {
    wrong: Vec<String>,
    /// Figures that only the slow tracer has.
    unknown: Vec<String>,
    checked: usize,
}

impl Report {
    fn near(&mut self, what: &str, engine: &Q, expected: &Q, bound: &Q) {
        self.checked += 1;
        if distance(engine, expected) > *bound {
            self.wrong.push(format!("{what}: expected {expected}, engine {engine}"));
        }
    }

    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, engine: &T, expected: &T) {
        self.checked += 1;
        if engine != expected {
            self.wrong.push(format!("{what}: expected {expected:?}, engine {engine:?}"));
        }
    }
}

/// Whether a rule maps what comes in to what goes out without knowing what is traced.
fn is_blind(rule: &str) -> bool {
    matches!(rule, "fifo" | "lifo" | "pro-rata")
}

/// Checks one question of a case.
fn check(case: &SlowCase, ask: &Ask) -> Report {
    let mut report = Report::default();
    match &ask.about {
        About::Forward(members) => {
            forward(case, members, ask, &mut report);
            if is_blind(&ask.rule) && case.threshold == 0 {
                backward(case, members, ask, &mut report);
            }
        }
        About::Bound(members, targets) => {
            let world = World::new(case);
            let (least, most) = bounds(&world, members, targets).expect("no money counts twice");
            let engine = if ask.rule == "at-least" { least } else { most };
            report.equal("bound", &Some(whole(engine)), &ask.expected.amount);
        }
        About::Shares { account, claimants } => {
            shares(case, (account, claimants), ask, &mut report);
        }
        About::LowestBalance { account, labels, granularity } => {
            lowest(case, (account, labels, *granularity), ask, &mut report);
        }
        About::WholeUnits { .. } => {
            report.unknown.push("pro rata in whole units is a calculation of others".to_owned());
        }
    }
    report
}

/// Labels that enter, from outside or as an opening lot.
fn labels(case: &SlowCase) -> BTreeSet<String> {
    let opened = case.openings.values().flatten().map(|lot| lot.0.clone());
    let deposits = case.transfers.iter().filter(|t| !case.is_account(&t.payer));
    let entered = deposits.flat_map(|t| entering(case, t)).map(|part| part.0);
    opened.chain(entered).collect()
}

fn forward(case: &SlowCase, members: &[SlowOrigin], ask: &Ask, report: &mut Report) {
    let world = World::new(case);
    let expected = &ask.expected;
    let question = world.question(members);
    let trace = world.forward(&question, &ask.rule);
    let own = found(&world, &question, &ask.rule, &trace);
    let bound = if has_fractions(&ask.rule) { carried_bound(&world) } else { whole(0) };
    if ask.rule == "poison" {
        exposure(&own, expected, report);
        return;
    }
    let named: BTreeSet<String> = members.iter().map(|m| m.label().to_owned()).collect();
    let (all, told) = if is_blind(&ask.rule) && case.threshold == 0 && are_labels(members) {
        let others = labels(&world.case).into_iter().filter(|label| !named.contains(label));
        let others = others.map(SlowOrigin::Label);
        let members: Vec<SlowOrigin> = members.iter().cloned().chain(others).collect();
        let question = world.question(&members);
        let trace = world.forward(&question, &ask.rule);
        let told = members.iter().map(|m| m.label().to_owned()).collect();
        (found(&world, &question, &ask.rule, &trace), told)
    } else {
        (own.clone(), named)
    };
    for (id, composition) in expected.transfers.iter().flatten() {
        let paid = all.paid.get(id).cloned().unwrap_or_default();
        let whole_of = case.transfers.iter().find(|t| t.id == *id).map_or(0, |t| t.amount);
        let what = (format!("transfer {id}"), &told, whole(whole_of));
        compositions(what, &paid.into_iter().collect(), composition, &bound, report);
    }
    for (place, composition) in expected.balances.iter().flatten() {
        let held = at_place(&all, place);
        let sum = composition.values().sum();
        compositions((format!("held by {place}"), &told, sum), &held, composition, &bound, report);
        if let Some(place) = world.account(place).filter(|place| world.ledger.is_account(*place)) {
            let sum: Q = composition.values().sum();
            let balance = whole(world.ledger.closing_balance(place));
            report.near("sum of a composition", &balance, &sum, &whole(0));
        }
    }
    for (account, lots) in expected.lots.iter().flatten() {
        let mut composition = Composition::new();
        for (label, amount) in lots {
            *composition.entry(label.clone()).or_insert_with(|| whole(0)) += amount;
        }
        let what = (format!("lots of {account}"), &told, composition.values().sum());
        compositions(what, &at_place(&all, account), &composition, &bound, report);
    }
    resting(&own, expected, &bound, report);
    for (account, total) in expected.totals.iter().flatten() {
        let place = world.account(account).expect("the account is in the ledger");
        let view = &world.ledger;
        let engine = whole(view.closing_balance(place)) - whole(view.closing_debt(place));
        report.near(&format!("balance of {account}"), &engine, total, &whole(0));
    }
    received(&own, expected, &bound, report);
}

fn are_labels(members: &[SlowOrigin]) -> bool {
    members.iter().all(|member| matches!(member, SlowOrigin::Label(_)))
}

fn exposure(found: &Found, expected: &Expected, report: &mut Report) {
    for (place, amount) in expected.traced.iter().flatten() {
        let here = found.endings.get(&(EndingKind::Exposed, place.clone()));
        let most = here.into_iter().flatten().map(|(_, figure)| figure.printed).max().unwrap_or(0);
        report.near(&format!("exposed at {place}"), &whole(most), amount, &whole(0));
    }
    let others = [expected.transfers.is_some(), expected.balances.is_some()];
    assert_eq!(others, [false, false], "a case of exposure names places only");
    if let Some(endings) = &expected.endings {
        let by_place: BTreeMap<String, Q> = found
            .endings
            .iter()
            .map(|((_, place), figures)| {
                (place.clone(), figures.values().map(|figure| whole(figure.printed)).sum())
            })
            .filter(|(_, sum)| *sum > whole(0))
            .collect();
        report.equal("exposed places", &by_place, endings);
    }
    assert!(expected.received.is_none(), "nothing is received under poison");
}

fn amount(figure: &Figure) -> Q {
    figure.carried.clone().unwrap_or_else(|| whole(figure.printed))
}

/// All that rests in a place, whatever the kind.
fn at_place(found: &Found, place: &str) -> BTreeMap<String, Figure> {
    let mut held: BTreeMap<String, Figure> = BTreeMap::new();
    for ((_, known), figures) in &found.endings {
        for (label, figure) in figures.iter().filter(|_| known == place) {
            let sum = held.entry(label.clone()).or_default();
            sum.printed += figure.printed;
            let carried = sum.carried.take().into_iter().chain(figure.carried.clone());
            sum.carried = carried.reduce(|a, b| a + b);
        }
    }
    held
}

/// Labels that are told apart one by one, the others as what is left of the whole.
fn compositions(
    (what, told, total): (String, &BTreeSet<String>, Q),
    engine: &BTreeMap<String, Figure>,
    expected: &Composition,
    bound: &Q,
    report: &mut Report,
) {
    let mut rest = total;
    let mut expected_rest = whole(0);
    for label in told {
        let found = engine.get(label).map_or_else(|| whole(0), amount);
        let wanted = expected.get(label).cloned().unwrap_or_else(|| whole(0));
        report.near(&format!("{what}: {label}"), &found, &wanted, bound);
        rest -= found;
    }
    for (label, sum) in expected {
        if !told.contains(label) {
            expected_rest += sum;
        }
    }
    let bound = bound * whole(told.len() as u128);
    report.near(&format!("{what}: other money"), &rest, &expected_rest, &bound);
}

fn resting(found: &Found, expected: &Expected, bound: &Q, report: &mut Report) {
    let by_kind = |kind: Option<EndingKind>, place: &str| -> Q {
        let here = found
            .endings
            .iter()
            .filter(|((known, name), _)| name == place && kind.is_none_or(|kind| kind == *known));
        here.flat_map(|(_, figures)| figures.values().map(amount)).sum()
    };
    for (place, sum) in expected.traced.iter().flatten() {
        report.near(&format!("traced in {place}"), &by_kind(None, place), sum, bound);
    }
    let places: BTreeSet<&String> = found.endings.keys().map(|(_, place)| place).collect();
    if let Some(endings) = &expected.endings {
        let all: BTreeSet<&String> = places.into_iter().chain(endings.keys()).collect();
        for place in all {
            let wanted = endings.get(place).cloned().unwrap_or_else(|| whole(0));
            report.near(&format!("rests in {place}"), &by_kind(None, place), &wanted, bound);
        }
    }
    if let Some(endings) = &expected.endings_by_kind {
        let all: BTreeSet<_> = found.endings.keys().chain(endings.keys()).collect();
        for key in all {
            let nothing = (whole(0), None);
            let (here, of_origin) = endings.get(key).unwrap_or(&nothing);
            let what = format!("{} {}", key.0, key.1);
            report.near(&what, &by_kind(Some(key.0), &key.1), here, bound);
            let units = found.of_origin.get(key).into_iter().flatten();
            let units = whole(units.map(|(_, units)| units).sum());
            if let Some(of_origin) = of_origin {
                let bound = if *bound > whole(0) { whole(1) } else { whole(0) };
                report.near(&format!("{what} in units of origins"), &units, of_origin, &bound);
            }
        }
    }
}

/// Receipts are printed figures: near the exact ones where money is carried in fractions.
fn received(found: &Found, expected: &Expected, bound: &Q, report: &mut Report) {
    let Some(wanted) = &expected.received else { return };
    let bound = if *bound > whole(0) { whole(2) } else { whole(0) };
    let places: BTreeSet<&String> = found.received.keys().chain(wanted.keys()).collect();
    for place in places {
        let (gross, distinct) = found.received.get(place).copied().unwrap_or((0, Some(0)));
        let wanted = wanted.get(place).cloned().unwrap_or_default();
        report.near(&format!("{place} received, gross"), &whole(gross), &wanted.gross, &bound);
        let distinct = whole(distinct.expect("small ledgers have distinct receipts"));
        report.near(&format!("{place} received, distinct"), &distinct, &wanted.distinct, &bound);
    }
}

/// The same compositions from the other end: sources of a transfer or balance, by label.
fn backward(case: &SlowCase, members: &[SlowOrigin], ask: &Ask, report: &mut Report) {
    if !are_labels(members) {
        return;
    }
    let split = case.with_parts_split();
    let world = World::new(&split);
    let bound = if has_fractions(&ask.rule) { carried_bound(&world) } else { whole(0) };
    let transfers = ask.expected.transfers.iter().flatten();
    let transfers = transfers.filter(|(id, _)| split.transfers.iter().any(|t| t.id == **id));
    let transfers = transfers
        .filter(|(id, _)| case.transfers.iter().any(|t| t.id == **id && t.parts.len() < 2));
    let transfers = transfers.map(|(id, all)| (SlowTarget::Transfer(id.clone()), all));
    let balances = ask.expected.balances.iter().flatten();
    let balances =
        balances.filter(|(place, _)| case.is_account(place) && !place.starts_with("bank:"));
    let balances = balances.map(|(place, all)| (SlowTarget::Balance(place.clone()), all));
    for (target, expected) in transfers.chain(balances) {
        let Some(asked) = world.target(&target) else { continue };
        let rule = ask.rule.parse().expect("a rule");
        let found = caudal_trace::backward(&world.tracer(), asked, rule).expect("a composition");
        let mut engine = Composition::new();
        for source in found.sources {
            let exact = if has_fractions(&ask.rule) {
                crate::compare::carried(source.carried)
            } else {
                whole(source.amount)
            };
            let label = source_label(&world.case, world.source(source.line));
            *engine.entry(label).or_insert_with(|| whole(0)) += exact;
        }
        let labels: BTreeSet<&String> = engine.keys().chain(expected.keys()).collect();
        for label in labels {
            let of = |all: &Composition| all.get(label).cloned().unwrap_or_else(|| whole(0));
            let bound = &bound * whole(world.case.transfers.len() as u128);
            report.near(&format!("{target:?} from {label}"), &of(&engine), &of(expected), &bound);
        }
    }
}

fn source_label(case: &SlowCase, source: SlowSource) -> String {
    match source {
        SlowSource::Deposit { id, .. } => {
            let transfer = case.transfers.iter().find(|t| t.id == id).expect("its transfer");
            entering(case, transfer)[0].0.clone()
        }
        SlowSource::Opening { account, lot } => case.openings[&account][lot].0.clone(),
        SlowSource::Loan { account, .. } => format!("bank:{account}"),
        SlowSource::Birth { account, .. } => format!("birth:{account}"),
    }
}

fn shares(
    case: &SlowCase,
    (account, claimants): (&str, &[String]),
    ask: &Ask,
    report: &mut Report,
) {
    let world = World::new(case);
    let members: Vec<_> = claimants.iter().cloned().map(SlowOrigin::Label).collect();
    let question = world.question(&members);
    let place = world.account(account).expect("the account is in the ledger");
    let is_capped = ask.rule == "capped-pro-rata";
    let found = caudal_trace::shares(&world.ledger, &question, place, is_capped);
    let expected = ask.expected.shares.as_ref().expect("shares are expected");
    let almost = Q::new(999_999.into(), 1_000_000.into());
    for (share, label) in found.shares.iter().zip(claimants) {
        let wanted = expected.get(label).cloned().unwrap_or_else(|| whole(0));
        let bound = if wanted.is_integer() { whole(0) } else { almost.clone() };
        report.near(&format!("share of {label}"), &whole(share.amount), &wanted, &bound);
    }
    let given: u128 = found.shares.iter().map(|share| share.amount).sum();
    report.near("all shares", &whole(given), &expected.values().sum(), &whole(0));
}

/// The closed form of the lowest balance is what `libr` leaves in the account, after every line or
/// every day.
fn lowest(
    case: &SlowCase,
    (account, labels, granularity): (&str, &BTreeSet<String>, Granularity),
    ask: &Ask,
    report: &mut Report,
) {
    let members: Vec<_> = labels.iter().cloned().map(SlowOrigin::Label).collect();
    let left = |end: usize| {
        let mut prefix = case.clone();
        prefix.transfers.truncate(end);
        let rows: Vec<usize> = (0..end).collect();
        let world = match granularity {
            Granularity::Line => World::new(&prefix),
            Granularity::DayClose => {
                World::of_rows(&prefix, &rows, Sequence::Absent, SameDay::CreditsFirst)
            }
        };
        let question = world.question(&members);
        let trace = world.forward(&question, "libr");
        let held = world.account(account).and_then(|place| trace.held(place));
        whole(held.map_or(0, |held| caudal_trace::sum(&held.amounts)))
    };
    let touches = |t: &slow::SlowTransfer| t.payer == account || t.payee == account;
    if let Some(amount) = &ask.expected.amount {
        report.near("lowest balance", &left(case.transfers.len()), amount, &whole(0));
    }
    let ends = case.transfers.iter().enumerate().filter(|(_, t)| touches(t)).map(|(at, _)| at + 1);
    let ends: Vec<usize> = ends.collect();
    let is_last_of_day = |end: &&usize| {
        granularity == Granularity::Line
            || ends.iter().all(|other| {
                *other <= **end || case.transfers[other - 1].day != case.transfers[**end - 1].day
            })
    };
    if let Some(trail) = &ask.expected.trail {
        let found: Vec<Q> = ends.iter().filter(is_last_of_day).map(|&end| left(end)).collect();
        report.equal("trail", &found, trail);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the cases are files beside the workspace")]
fn every_conformance_case_holds_in_the_engine() {
    let Some(folder) = cases::folder() else {
        println!("skipped: the folder of shared cases is absent");
        return;
    };
    let files = cases::files(&folder, "json");
    let (mut wrong, mut unknown, mut checked) = (Vec::new(), Vec::new(), 0);
    for file in &files {
        let name = cases::stem(file);
        let text = std::fs::read_to_string(file).expect("a text");
        let case = cases::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ask = case.ask().unwrap_or_else(|reason| panic!("{name}: {reason}"));
        let report = check(&case.ledger(), &ask);
        println!("{name}: {} figures", report.checked);
        checked += report.checked;
        let source = &case.source;
        wrong.extend(report.wrong.into_iter().map(|wrong| format!("{name} ({source}): {wrong}")));
        unknown.extend(report.unknown.into_iter().map(|reason| format!("{name}: {reason}")));
    }
    println!("{} cases, {checked} figures, {} not the engine's", files.len(), unknown.len());
    for reason in &unknown {
        println!("not the engine's: {reason}");
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(unknown.len(), 2, "only pro rata in whole units is not the engine's");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the casebook is files of the workspace")]
fn every_casebook_question_holds_in_the_engine() {
    let files = cases::files(&casebook::folder(), "md");
    let (mut wrong, mut unknown, mut checked, mut asked) = (Vec::new(), Vec::new(), 0, 0);
    for file in &files {
        let name = cases::stem(file);
        let text = std::fs::read_to_string(file).expect("a text");
        let book = casebook::parse(&name, &text).unwrap_or_else(|error| panic!("{error}"));
        for question in &book.questions {
            asked += 1;
            let place = format!("{name}:{}: {}", question.line, question.ask.text);
            let report = check(&question.case, &question.ask);
            checked += report.checked;
            wrong.extend(report.wrong.into_iter().map(|wrong| format!("{place} {wrong}")));
            unknown.extend(report.unknown.into_iter().map(|reason| format!("{place} {reason}")));
        }
    }
    println!("{} files, {asked} questions, {checked} figures", files.len());
    for reason in &unknown {
        println!("not the engine's: {reason}");
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(unknown.len(), 2, "only pro rata in whole units is not the engine's");
}
