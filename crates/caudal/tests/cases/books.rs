//! The casebook, and the conformance cases beside the workspace, through the public API.

use std::collections::BTreeSet;

use caudal::SameDay;
use caudal::wire::{Result as RuleResult, TraceDocument};
use caudal_testkit::check::{About, Ask};
use caudal_testkit::slow::{Composition, Granularity, Q, SlowCase, SlowOrigin, SlowTarget, whole};
use caudal_testkit::{casebook, cases};

use crate::asking::{self, Origins, answer, has_fractions};
use crate::directions;
use crate::figures::{Asked, Checker, Tally, figure_off};
use crate::laws;
use crate::reading::{distance, found, minor};
use crate::world::World;

#[test]
fn every_casebook_question_holds_through_the_facade() {
    let mut tally = Tally::default();
    for path in cases::files(&casebook::folder(), "md") {
        let name = cases::stem(&path);
        let text = std::fs::read_to_string(&path).expect("a text");
        let book = casebook::parse(&name, &text).unwrap_or_else(|error| panic!("{error}"));
        tally.files += 1;
        for question in &book.questions {
            let what = format!("{name}.md:{} {}", question.line, question.ask.rule);
            run(&what, &question.case, &question.ask, &mut tally);
        }
    }
    tally.finish("casebook");
    assert!(tally.files > 0 && tally.figures > 0, "the casebook is there");
}

#[test]
fn every_conformance_case_holds_through_the_facade() {
    let Some(folder) = cases::folder() else {
        println!("skipped: the folder of conformance cases is absent");
        return;
    };
    let mut tally = Tally::default();
    for path in cases::files(&folder, "json") {
        let name = cases::stem(&path);
        let text = std::fs::read_to_string(&path).expect("a text");
        let json = cases::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        tally.files += 1;
        match json.ask() {
            Ok(ask) => run(&format!("{name} ({})", json.source), &json.ledger(), &ask, &mut tally),
            Err(reason) => tally.skip(&reason, &name),
        }
    }
    tally.finish("conformance cases");
}

/// Asks one question and compares every figure that is expected of it.
fn run(what: &str, case: &SlowCase, ask: &Ask, tally: &mut Tally) {
    let result = match &ask.about {
        About::WholeUnits { .. } => Err("pro rata in whole units is not offered".to_owned()),
        About::Forward(origins) => forward(what, case, (ask, origins), tally),
        About::Bound(origins, targets) => bound(what, case, (ask, origins, targets), tally),
        About::Shares { account, claimants } => {
            shares(what, case, (ask, account, claimants), tally)
        }
        About::LowestBalance { account, labels, granularity } => {
            let lowest = Lowest { account, labels, granularity: *granularity };
            lowest.check(what, case, ask, tally)
        }
    };
    match result {
        Ok(()) => tally.asks += 1,
        Err(reason) => tally.skip(&reason, what),
    }
}

fn only(document: &TraceDocument) -> &RuleResult {
    let [result] = document.results.as_slice() else { panic!("one rule was asked") };
    result
}

fn forward(
    what: &str,
    case: &SlowCase,
    (ask, members): (&Ask, &[SlowOrigin]),
    tally: &mut Tally,
) -> Result<(), String> {
    let world = World::new(case)?;
    let is_label = |member: &SlowOrigin| matches!(member, SlowOrigin::Label(_));
    let has_backward = ["fifo", "lifo", "pro-rata"].contains(&ask.rule.as_str());
    if members.is_empty() && !has_backward {
        return Err("a composition under a rule that looks at what is traced".to_owned());
    }
    let is_told_backward = has_backward && members.iter().all(is_label) && case.threshold == 0;
    let before = tally.figures;
    if is_told_backward {
        backward(&world, ask, &mut Checker { what, fractions: ask.rule == "pro-rata", tally })?;
    }
    let members = if members.is_empty() { asking::every_label(&world) } else { members.to_vec() };
    let origins = Origins::of(&world, &members)?;
    let document = match answer(&world, &origins.selectors, &[], &ask.rule) {
        Ok(document) => document,
        Err(reason) if tally.figures > before => {
            tally.skip(&format!("forward only, {reason}"), what);
            return Ok(());
        }
        Err(reason) => return Err(reason),
    };
    tally.wrong.extend(laws::broken(&world, &members, &document, what));
    let found = found(only(&document), &origins.names);
    let labels: BTreeSet<String> = members.iter().map(|m| m.label().to_owned()).collect();
    let fractions = has_fractions(&ask.rule);
    let asked = Asked { found: &found, labels: &labels, is_told_backward };
    Checker { what, fractions, tally }.forward(&world, &ask.expected, &asked);
    tally.figures += directions::check(&world, &members, &ask.rule, what);
    Ok(())
}

/// Under rules that do not look at what is traced a composition is what a backward answer says of
/// its target, loans and money of unknown origin included.
fn backward(world: &World, ask: &Ask, checker: &mut Checker<'_>) -> Result<(), String> {
    let mut asked: Vec<(String, Vec<String>, Composition)> = Vec::new();
    for (id, carried) in ask.expected.transfers.iter().flatten() {
        let to = asking::targets(world, [&SlowTarget::Transfer(id.clone())]);
        asked.push((format!("transfer {id}"), to, carried.clone()));
    }
    let held = ask.expected.balances.iter().flatten();
    let held = held.map(|(place, composition)| (place, composition.clone()));
    let lots = ask.expected.lots.iter().flatten().map(|(account, lots)| {
        let mut composition = Composition::new();
        for (label, amount) in lots {
            *composition.entry(label.clone()).or_default() += amount;
        }
        (account, composition)
    });
    for (place, composition) in held.chain(lots).filter(|(place, _)| !place.starts_with("bank:")) {
        // What is outside the accounts holds all that it received.
        let is_account = world.slow.is_account(place);
        let selector = if is_account { "account" } else { "payee" };
        asked.push((format!("held by {place}"), vec![format!("{selector}:{place}")], composition));
    }
    for (what, to, expected) in asked {
        let document = answer(world, &[], &to, &ask.rule)?;
        let mut found = Composition::new();
        for row in only(&document).sources.iter().flatten() {
            *found.entry(row.label.clone()).or_default() += minor(&row.amount);
        }
        let labels: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
        let none = whole(0);
        for label in labels {
            let (expected, found) = (expected.get(label), found.get(label));
            let (expected, found) = (expected.unwrap_or(&none), found.unwrap_or(&none));
            checker.figure(&format!("{what}, {label}, backward"), expected, found);
        }
    }
    Ok(())
}

fn bound(
    what: &str,
    case: &SlowCase,
    (ask, members, targets): (&Ask, &[SlowOrigin], &BTreeSet<SlowTarget>),
    tally: &mut Tally,
) -> Result<(), String> {
    let world = World::new(case)?;
    let origins = Origins::of(&world, members)?;
    let targets = asking::targets(&world, targets);
    let document = answer(&world, &origins.selectors, &targets, &ask.rule)?;
    let amount = only(&document).amount.as_deref().ok_or("no bound was computed")?;
    let expected = ask.expected.amount.as_ref().ok_or("no bound is expected")?;
    Checker { what, fractions: false, tally }.figure("bound", expected, &minor(amount));
    Ok(())
}

fn shares(
    what: &str,
    case: &SlowCase,
    (ask, account, claimants): (&Ask, &str, &[String]),
    tally: &mut Tally,
) -> Result<(), String> {
    let world = World::new(case)?;
    let members: Vec<SlowOrigin> = claimants.iter().cloned().map(SlowOrigin::Label).collect();
    let origins = Origins::of(&world, &members)?;
    let to = [format!("account:{account}")];
    let document = answer(&world, &origins.selectors, &to, &ask.rule)?;
    let result = only(&document);
    let rows = result.shares.as_ref().ok_or("no shares")?;
    let mut checker = Checker { what, fractions: true, tally };
    for (claimant, share) in ask.expected.shares.iter().flatten() {
        let row = rows.iter().find(|row| row.label == *claimant).ok_or("a share is missing")?;
        checker.figure(&format!("share of {claimant}"), share, &minor(&row.amount));
        let off = distance(share, &minor(&row.amount));
        assert!(off < whole(1), "{what}: the share of {claimant} is {off} off");
    }
    let given: Q = rows.iter().map(|row| minor(&row.amount)).sum();
    let surplus = minor(result.surplus.as_deref().ok_or("no surplus")?);
    let balance = minor(result.amount.as_deref().ok_or("no balance")?);
    assert_eq!(given + surplus, balance, "{what}: shares and surplus are the balance");
    Ok(())
}

/// The closed form of the lowest balance is no rule: it must be what `libr` leaves in the account.
struct Lowest<'a> {
    account: &'a str,
    labels: &'a BTreeSet<String>,
    granularity: Granularity,
}

impl Lowest<'_> {
    fn check(
        &self,
        what: &str,
        case: &SlowCase,
        ask: &Ask,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let steps = self.prefixes(case);
        let last = steps.last().ok_or("no line of the account")?;
        let mut checker = Checker { what, fractions: false, tally };
        if let Some(expected) = &ask.expected.amount {
            checker.figure("left by libr", expected, &self.left(last)?);
        }
        for (at, expected) in ask.expected.trail.iter().flatten().enumerate() {
            let step = steps.get(at).ok_or("a trail longer than the account")?;
            let found = self.left(step)?;
            checker.figure(&format!("left by libr at step {}", at + 1), expected, &found);
        }
        Ok(())
    }

    /// The ledger up to each line, or each day, of the account.
    fn prefixes(&self, case: &SlowCase) -> Vec<SlowCase> {
        let touches = |at: usize| {
            let transfer = &case.transfers[at];
            transfer.payer == self.account || transfer.payee == self.account
        };
        let mut ends: Vec<usize> = (0..case.transfers.len()).filter(|&at| touches(at)).collect();
        if self.granularity == Granularity::DayClose {
            let days: Vec<i32> = ends.iter().map(|&at| case.transfers[at].day).collect();
            let is_last = |at: usize| days.get(at + 1) != Some(&days[at]);
            ends = (0..ends.len()).filter(|&at| is_last(at)).map(|at| ends[at]).collect();
        }
        let prefix =
            |end: usize| SlowCase { transfers: case.transfers[..=end].to_vec(), ..case.clone() };
        ends.into_iter().map(prefix).collect()
    }

    fn left(&self, case: &SlowCase) -> Result<Q, String> {
        let by_day = self.granularity == Granularity::DayClose;
        let mut world = World::written(case, !by_day, |rows| rows)?;
        if by_day {
            world.same_day = SameDay::CreditsFirst;
        }
        let entering = world.slow.transfers.iter().flat_map(|transfer| &transfer.parts);
        let opened = world.slow.openings.values().flatten();
        let here: BTreeSet<&String> = opened.chain(entering).map(|part| &part.0).collect();
        let named = self.labels.iter().filter(|label| here.contains(label)).cloned();
        let members: Vec<SlowOrigin> = named.map(SlowOrigin::Label).collect();
        if members.is_empty() {
            return Ok(whole(0));
        }
        let origins = Origins::of(&world, &members)?;
        let document = answer(&world, &origins.selectors, &[], "libr")?;
        let found = found(only(&document), &origins.names);
        Ok(found.accounts.get(self.account).map_or_else(|| whole(0), |row| row.total.clone()))
    }
}

#[test]
fn figures_of_rules_with_fractions_may_not_stray() {
    let mut tally = Tally::default();
    let mut checker = Checker { what: "a figure", fractions: true, tally: &mut tally };
    let third = whole(10) / whole(3);
    checker.figure("near", &third, &whole(3));
    checker.figure("far", &third, &(whole(4) + figure_off()));
    checker.figure("whole", &whole(3), &whole(4));
    assert_eq!((tally.figures, tally.wrong.len()), (3, 2));
}
