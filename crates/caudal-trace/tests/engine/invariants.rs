//! The invariants of `TRACING` 14, numbered as there, on random ledgers. Numbers 2 and 15 are in
//! `printed`; 6 to 8 and the second half of 12 are in `agreement`, against the slow tracer.

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{LedgerView, SameDay};
use caudal_testkit::random::Shape;
use caudal_testkit::slow::{
    self, EndingKind, Granularity, Q, SlowCase, SlowOrigin, SlowQuestion, SlowTarget, whole,
};
use caudal_trace::{Question, Rule, Seed, Target, Trace, Widened};

use crate::agreement::{both, bounds};
use crate::compare::{
    Figures, Found, RULES, carried, carried_bound, distance, found, has_fractions,
};
use crate::printed::entering;
use crate::reshape::{alone, backwards, chain, explicit, line_id, scaled, split};
use crate::seeds::{self, each};
use crate::world::{Sequence, World};

fn ask(world: &World, members: &[SlowOrigin], rule: &str) -> Found {
    let question = world.question(members);
    found(world, &question, rule, &world.forward(&question, rule))
}

fn tracing_rules() -> impl Iterator<Item = &'static str> {
    RULES.into_iter().filter(|rule| *rule != "poison")
}

/// Printed figures, or what is carried under rules with fractions.
fn amounts(figures: Option<&Figures>) -> BTreeMap<String, Q> {
    let amount = |(label, figure): (&String, &crate::compare::Figure)| {
        let printed = whole(figure.printed);
        (label.clone(), figure.carried.clone().unwrap_or(printed))
    };
    let mut amounts: BTreeMap<String, Q> = figures.into_iter().flatten().map(amount).collect();
    amounts.retain(|_, amount| *amount > whole(0));
    amounts
}

fn near(a: &BTreeMap<String, Q>, b: &BTreeMap<String, Q>, bound: &Q) -> bool {
    let nothing = whole(0);
    let labels: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let of = |amounts: &BTreeMap<String, Q>, label| amounts.get(label).unwrap_or(&nothing).clone();
    labels.into_iter().all(|label| distance(&of(a, label), &of(b, label)) <= *bound)
}

/// Asserts that two answers agree on transfers and endings, carried figures within a bound.
fn assert_same(what: &str, bound: &Q, a: &Found, b: &Found) {
    let ids: BTreeSet<&String> = a.paid.keys().chain(b.paid.keys()).collect();
    for id in ids {
        let (a, b) = (amounts(a.paid.get(id)), amounts(b.paid.get(id)));
        assert!(near(&a, &b, bound), "{what}: {id}: {a:?}, {b:?}");
    }
    let keys: BTreeSet<_> = a.endings.keys().chain(b.endings.keys()).collect();
    for key in keys {
        let (a, b) = (amounts(a.endings.get(key)), amounts(b.endings.get(key)));
        assert!(near(&a, &b, bound), "{what}: {key:?}: {a:?}, {b:?}");
    }
}

/// How far apart answers may be that are equal in exact arithmetic.
fn bound_of(world: &World, rule: &str) -> Q {
    if has_fractions(rule) { carried_bound(world) * whole(2) } else { whole(0) }
}

/// Invariant 1.
#[test]
fn all_that_entered_rests_in_some_place() {
    for (shape, count) in [(seeds::plain(), 200), (seeds::mixed(), 200)] {
        each(&shape, 0..count, |world, random| {
            let question = world.question(&random.origins);
            for rule in tracing_rules() {
                let trace = world.forward(&question, rule);
                for (origin, total) in (0u32..).zip(&trace.origins) {
                    let units = trace.endings.iter().flat_map(|ending| &ending.origin_units);
                    let rests: u128 = units.filter(|u| u.0 == origin).map(|u| u.1).sum();
                    assert_eq!(rests, total.traced, "{rule}: origin {origin}");
                }
            }
        });
    }
}

/// Invariant 3: a prefix of the ledger gives the same figures for its lines, printed ones included.
#[test]
fn later_lines_change_nothing_before_them() {
    for shape in [seeds::plain(), seeds::with_frontier(), seeds::with_births(), seeds::converting()]
    {
        each(&shape, 0..60, |world, random| {
            let len = random.case.transfers.len();
            for end in [len / 4, len / 2, len - 1] {
                let mut prefix = random.case.clone();
                prefix.transfers.truncate(end);
                let before = World::new(&prefix);
                for rule in RULES {
                    let (all, some) =
                        (ask(world, &random.origins, rule), ask(&before, &random.origins, rule));
                    for transfer in &prefix.transfers {
                        let (a, b) = (all.paid.get(&transfer.id), some.paid.get(&transfer.id));
                        assert_eq!(a, b, "{rule}: {} before {end}", transfer.id);
                    }
                }
            }
        });
    }
}

/// Invariant 4.
#[test]
fn money_moves_alike_whatever_else_is_traced() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::with_births(), 60), (seeds::tiny(), 300)]
    {
        each(&shape, 0..count, |world, _| {
            let labels = ["V1", "V2", "own"].map(|label| SlowOrigin::Label(label.to_owned()));
            for rule in ["fifo", "lifo", "pro-rata"] {
                let together = ask(world, &labels, rule);
                let bound = bound_of(world, rule);
                for label in &labels {
                    let alone = ask(world, std::slice::from_ref(label), rule);
                    for transfer in &world.case.transfers {
                        let mut all = amounts(together.paid.get(&transfer.id));
                        all.retain(|known, _| known == label.label());
                        let own = amounts(alone.paid.get(&transfer.id));
                        assert!(near(&all, &own, &bound), "{rule}: {label:?} in {}", transfer.id);
                    }
                }
            }
        });
    }
}

/// Invariant 5: two origins as one origin carry what the two carry together.
#[test]
fn disjoint_origins_add_up() {
    each(&seeds::plain(), 0..150, |world, random| {
        let openings = random.case.openings.keys();
        let account = |name: &String, label: &str| SlowOrigin::Opening {
            account: name.clone(),
            label: label.to_owned(),
        };
        let names: Vec<&String> = openings.collect();
        let apart: Vec<SlowOrigin> = names.iter().map(|name| account(name, name)).collect();
        let joined: Vec<SlowOrigin> = names.iter().map(|name| account(name, "all")).collect();
        for rule in ["fifo", "lifo", "pro-rata"] {
            let (apart, joined) = (ask(world, &apart, rule), ask(world, &joined, rule));
            for transfer in &random.case.transfers {
                let sum: Q = amounts(apart.paid.get(&transfer.id)).values().sum();
                let all: Q = amounts(joined.paid.get(&transfer.id)).values().sum();
                let bound = bound_of(world, rule) * whole(4);
                assert!(distance(&sum, &all) <= bound, "{rule}: {}: {sum}, {all}", transfer.id);
            }
        }
    });
}

/// Invariant 9: the amount from an origin to a target is the same from both ends. Under `pro-rata`
/// this is the identity of the adjoint.
#[test]
fn forward_and_backward_give_one_amount() {
    for (shape, count) in [(seeds::plain(), 200), (seeds::converting(), 200), (seeds::tiny(), 400)]
    {
        each(&shape, 0..count, |world, random| {
            for target in world.targets(&random.targets) {
                for rule in ["fifo", "lifo", "pro-rata"] {
                    check_both_ends(world, target, rule);
                }
            }
        });
    }
}

fn check_both_ends(world: &World, target: Target, rule: &str) {
    let parsed: Rule = rule.parse().expect("a rule");
    let back = caudal_trace::backward(&world.tracer(), target, parsed).expect("a composition");
    for source in &back.sources {
        let currency = caudal_trace::source_currency(&world.ledger, source.line);
        let origin = caudal_trace::Origin { label: String::new(), currency };
        let hi = world.ledger.line(source.line).paid;
        let seed = Seed { line: source.line, lo: 0, hi, origin: 0 };
        let trace = world.forward(&Question::new(vec![origin], vec![seed]), rule);
        let (printed, fraction) = match target {
            Target::Line(line) => trace.line(line).map_or((0, 0), |traced| {
                let cell = &trace.cells_of(traced)[0];
                (cell.paid, cell.carried)
            }),
            Target::Balance(place) => trace.held(place).map_or((0, 0), |held| {
                (caudal_trace::sum(&held.amounts), held.carried.first().map_or(0, |held| held.1))
            }),
        };
        if rule == "pro-rata" {
            let off = distance(&carried(fraction), &carried(source.carried));
            assert!(off <= bound_of(world, rule), "{rule}: {source:?} to {target:?}");
        } else {
            assert_eq!(printed, source.amount, "{rule}: {source:?} to {target:?}");
        }
    }
}

/// Invariant 10: what a target came from is where its money goes when time runs backwards.
#[test]
fn backward_is_forward_in_the_reversed_ledger() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::tiny(), 400)] {
        each(&shape, 0..count, |world, random| {
            let reversed = World::new(&backwards(world));
            for target in &random.targets {
                let Some(found) = world.target(target) else { continue };
                let id = match target {
                    SlowTarget::Transfer(id) => id.clone(),
                    SlowTarget::Balance(account) => format!("closing {account}"),
                };
                for rule in ["fifo", "lifo"] {
                    let parsed: Rule = rule.parse().expect("a rule");
                    let back = caudal_trace::backward(&world.tracer(), found, parsed);
                    let back = back.expect("a composition");
                    let member = SlowOrigin::Transfer { id: id.clone(), label: id.clone() };
                    let forward = ask(&reversed, &[member], rule);
                    for source in &back.sources {
                        let paid = forward.paid.get(&line_id(world, source.line));
                        let paid: Q = amounts(paid).values().sum();
                        assert_eq!(paid, whole(source.amount), "{rule}: {source:?} to {id}");
                    }
                }
            }
        });
    }
}

/// Invariant 11. A payment that the bank must help with is no such case: its loan is booked before
/// the whole of it (`TRACING` 3).
#[test]
fn a_transfer_in_two_parts_moves_what_it_moved_whole() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::tiny(), 400)] {
        each(&shape, 0..count, |world, random| {
            let members = entering(world, &random.origins);
            let labels: Vec<SlowOrigin> =
                members.into_iter().filter(|m| matches!(m, SlowOrigin::Label(_))).collect();
            let len = random.case.transfers.len();
            let Some(at) = (len / 2..len).find(|&at| is_plain(world, at)) else { return };
            let transfer = &random.case.transfers[at];
            let case = split(&random.case, at, transfer.amount / 3 + 1);
            let halves = World::new(&case);
            let again = format!("{} again", transfer.id);
            for rule in tracing_rules() {
                let one = ask(world, &labels, rule);
                let mut two = ask(&halves, &labels, rule);
                let more = two.paid.remove(&again).unwrap_or_default();
                let first = two.paid.entry(transfer.id.clone()).or_default();
                for (label, figure) in more {
                    let sum = first.entry(label).or_default();
                    sum.printed += figure.printed;
                    let carried = sum.carried.take().into_iter().chain(figure.carried);
                    sum.carried = carried.reduce(|a, b| a + b);
                }
                assert_same(rule, &bound_of(&halves, rule), &one, &two);
            }
        });
    }
}

/// Whether a transfer can be split: more than one unit, no loan before it, no repayment after it.
fn is_plain(world: &World, at: usize) -> bool {
    let transfer = &world.case.transfers[at];
    let line = world.line(&transfer.id).expect("not netted");
    let caused = |near: Option<u32>| {
        near.is_some_and(|near| {
            near < world.ledger.line_count()
                && world.ledger.line(near).kind != caudal_ledger::LineKind::Opening
                && world.id(near) == transfer.id
        })
    };
    transfer.amount > 1 && !caused(line.checked_sub(1)) && !caused(line.checked_add(1))
}

/// Invariant 12, its first half: a bound holds for every rule that conserves money.
#[test]
fn every_rule_lies_between_the_bounds() {
    for (shape, count) in [(seeds::plain(), 250), (seeds::with_births(), 60), (seeds::tiny(), 1000)]
    {
        each(&shape, 0..count, |world, random| {
            let members = random.origins.clone();
            let targets: BTreeSet<SlowTarget> = random.targets.iter().cloned().collect();
            let Some((least, most)) = bounds(world, &members, &targets) else { return };
            let question = world.question(&members);
            for rule in tracing_rules() {
                let trace = world.forward(&question, rule);
                let parsed = rule.parse().expect("a rule");
                let targets = world.targets(&targets);
                let rows =
                    caudal_trace::reached(&world.ledger, &question, parsed, &trace, &targets);
                let reached: u128 = rows.iter().map(|row| row.2).sum();
                // Each origin's share of a fraction is rounded by itself.
                let slack = if has_fractions(rule) { question.origins.len() as u128 } else { 0 };
                assert!(least <= reached + slack, "{rule}: {reached} is below {least}");
                assert!(reached <= most + slack, "{rule}: {reached} is above {most}");
            }
        });
    }
}

/// Invariant 12 where money is converted: `at-most` holds for money that comes back through a
/// conversion too, and `at-least` for origins of the targets' own currency.
#[test]
fn every_rule_lies_between_the_bounds_behind_conversions() {
    let mut outer = 0;
    each(&seeds::converting(), 0..400, |world, random| {
        let question = world.question(&random.origins);
        let targets: BTreeSet<SlowTarget> = random.targets.iter().cloned().collect();
        let all = world.targets(&targets);
        let currency_of = |target: &Target| match *target {
            Target::Line(line) => caudal_trace::source_currency(&world.ledger, line),
            Target::Balance(place) => world.ledger.place(place).currency,
        };
        let Some(currency) = all.first().map(currency_of) else { return };
        let here: Vec<Target> =
            all.into_iter().filter(|target| currency_of(target) == currency).collect();
        let [_, most] = both(world, &question, &here);
        let own = |seed: &Seed| question.origins[seed.origin as usize].currency == currency;
        let seeds = question.seeds.iter().copied().filter(own).collect();
        let only_own = Question { seeds, ..question.clone() };
        let [least, _] = both(world, &only_own, &here);
        let (least, most_amount) = (least.amount, most.amount);
        outer += u32::from(most.widened == Some(Widened::Converted));
        for rule in tracing_rules() {
            let trace = world.forward(&question, rule);
            let parsed = rule.parse().expect("a rule");
            let rows = caudal_trace::reached(&world.ledger, &question, parsed, &trace, &here);
            let reached: u128 = rows.iter().map(|row| row.2).sum();
            let slack = if has_fractions(rule) { question.origins.len() as u128 } else { 0 };
            assert!(reached <= most_amount + slack, "{rule}: {reached} is above {most_amount}");
            assert!(least <= reached + slack, "{rule}: {reached} is below {least}");
        }
    });
    assert!(outer > 50, "conversions lead to targets: {outer}");
}

/// Origin money in lines that a place pays, added up line by line.
fn paid_out(world: &World, trace: &Trace, place: u32) -> Vec<Q> {
    let mut sum = whole(0);
    let mut sums = Vec::new();
    for line in world.ledger.payments(place).iter() {
        let cells = trace.line(line).map_or(&[][..], |traced| trace.cells_of(traced));
        sum += cells.iter().map(|cell| whole(cell.paid)).sum::<Q>();
        sums.push(sum.clone());
    }
    sums
}

fn check_order(world: &World, members: &[SlowOrigin], place: u32) {
    let question = world.question(members);
    let out = |rule: &str| paid_out(world, &world.forward(&question, rule), place);
    let (most, least) = (out("difo"), out("libr"));
    for rule in tracing_rules() {
        for (at, sum) in out(rule).iter().enumerate() {
            let slack = if rule == "pro-rata" { whole(3) } else { whole(0) };
            assert!(*sum <= &most[at] + &slack, "{rule} pays more than difo at payment {at}");
            assert!(*sum >= &least[at] - &slack, "{rule} pays less than libr at payment {at}");
        }
    }
}

/// Invariant 13, and 5.7: on one account `difo` and `libr` are also the rule-free bounds of every
/// prefix of its payments.
#[test]
fn on_one_account_difo_and_libr_enclose_every_rule() {
    each(&seeds::plain(), 0..200, |_, random| {
        let world = World::new(&alone(&random.case));
        let Some(place) = world.account("A") else { return };
        let members = ["V1", "V2"].map(|label| SlowOrigin::Label(label.to_owned()));
        check_order(&world, &members, place);
        let question = world.question(&members);
        let payments = world.ledger.payments(place);
        let out = |rule: &str| paid_out(&world, &world.forward(&question, rule), place);
        let (most, least) = (out("difo"), out("libr"));
        for end in (0..payments.len()).step_by(5) {
            let targets: Vec<Target> = payments.iter().take(end + 1).map(Target::Line).collect();
            let [low, high] = both(&world, &question, &targets);
            assert_eq!(whole(high.amount), most[end], "at-most of {end} payments");
            assert_eq!(whole(low.amount), least[end], "at-least of {end} payments");
        }
    });
}

/// Invariant 13, along a row of accounts.
#[test]
fn at_the_end_of_a_chain_difo_and_libr_enclose_every_rule() {
    for seed in 0..200 {
        let world = World::new(&chain(seed));
        println!("chain of seed {seed}");
        let members = ["V1", "V2"].map(|label| SlowOrigin::Label(label.to_owned()));
        for account in ["A", "B", "C"] {
            if let Some(place) = world.account(account) {
                check_order(&world, &members, place);
            }
        }
    }
}

/// Invariant 13, its counterexample: on a branching network neither rule is a bound.
#[test]
fn at_a_fork_difo_finds_nothing_where_libr_finds_everything() {
    let transfer = |id: &str, payer: &str, payee: &str, label: Option<&str>| slow::SlowTransfer {
        id: id.to_owned(),
        payer: payer.to_owned(),
        payee: payee.to_owned(),
        amount: 1,
        parts: label.into_iter().map(|label| (label.to_owned(), 1)).collect(),
        ..slow::SlowTransfer::default()
    };
    let case = SlowCase {
        transfers: vec![
            transfer("t1", "@origin", "A", Some("V1")),
            transfer("t2", "@other", "A", Some("own")),
            transfer("t3", "A", "B", None),
            transfer("t4", "A", "C", None),
        ],
        ..SlowCase::default()
    };
    let world = World::new(&case);
    for (rule, expected) in [("difo", 0), ("fifo", 0), ("libr", 1), ("lifo", 1)] {
        let held = ask(&world, &[SlowOrigin::Label("V1".to_owned())], rule).endings;
        let at_c = amounts(held.get(&(EndingKind::Held, "C".to_owned())));
        assert_eq!(at_c.values().sum::<Q>(), whole(expected), "{rule}");
    }
}

/// Invariant 14, line by line: the closed form of the lowest intermediate balance.
#[test]
fn the_lowest_balance_is_what_libr_leaves() {
    each(&seeds::plain(), 0..80, |_, random| {
        let case = alone(&random.case);
        let labels = BTreeSet::from(["V1".to_owned(), "V2".to_owned()]);
        let trail = slow::lowest_balance(&case, "A", &labels, Granularity::Line);
        let members: Vec<_> = labels.into_iter().map(SlowOrigin::Label).collect();
        for (at, expected) in trail.into_iter().enumerate() {
            let mut prefix = case.clone();
            prefix.transfers.truncate(at + 1);
            assert_eq!(
                held_in_a(&World::new(&prefix), &members, "libr"),
                whole(expected),
                "line {at}"
            );
        }
    });
}

fn held_in_a(world: &World, members: &[SlowOrigin], rule: &str) -> Q {
    let found = ask(world, members, rule);
    amounts(found.endings.get(&(EndingKind::Held, "A".to_owned()))).values().sum()
}

/// Whether an account is below zero at the end of some day.
fn closes_below_zero(case: &SlowCase) -> bool {
    let opening = case.openings.get("A").into_iter().flatten();
    let mut balance: Q = opening.map(|lot| whole(lot.1)).sum();
    case.transfers.chunk_by(|a, b| a.day == b.day).any(|day| {
        for transfer in day {
            let sign = if transfer.payer == "A" { -1 } else { 1 };
            balance += whole(transfer.amount) * Q::from_integer(sign.into());
        }
        balance < whole(0)
    })
}

/// Invariant 14, by closing daily balances. Over night an overdraft makes the two differ: the formula
/// lets other credits of the next day repay it, the replay whichever credit is listed first.
#[test]
fn the_lowest_closing_balance_is_libr_with_credits_first() {
    let mut checked = 0;
    each(&seeds::plain(), 0..600, |_, random| {
        let case = alone(&random.case);
        if closes_below_zero(&case) {
            return;
        }
        checked += 1;
        let labels = BTreeSet::from(["V1".to_owned(), "V2".to_owned()]);
        let trail = slow::lowest_balance(&case, "A", &labels, Granularity::DayClose);
        let opening = case.openings.get("A").into_iter().flatten();
        let opened: u128 = opening.filter(|lot| labels.contains(&lot.0)).map(|lot| lot.1).sum();
        let members: Vec<_> = labels.iter().cloned().map(SlowOrigin::Label).collect();
        let rows: Vec<usize> = (0..case.transfers.len()).collect();
        let world = World::of_rows(&case, &rows, Sequence::Absent, SameDay::CreditsFirst);
        let expected = trail.last().copied().unwrap_or(opened);
        assert_eq!(held_in_a(&world, &members, "libr"), whole(expected));
    });
    assert!(checked > 100, "{checked} ledgers");
}

/// Invariant 16.
#[test]
fn tracing_more_never_lowers_what_a_transfer_carries() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::with_births(), 60), (seeds::tiny(), 400)]
    {
        each(&shape, 0..count, |world, random| {
            let some = &random.origins[..random.origins.len().div_ceil(2)];
            for rule in tracing_rules() {
                let (fewer, more) = (ask(world, some, rule), ask(world, &random.origins, rule));
                for transfer in &random.case.transfers {
                    let sum = |found: &Found| -> Q {
                        amounts(found.paid.get(&transfer.id)).values().sum()
                    };
                    let slack = bound_of(world, rule) * whole(4);
                    let (a, b) = (sum(&fewer), sum(&more));
                    assert!(a <= &b + slack, "{rule}: {} carries {a}, then {b}", transfer.id);
                }
            }
        });
    }
}

/// Invariant 17. Lines that share an outside party too: only their printed fractions feel the order.
#[test]
fn neighbours_that_share_no_account_may_change_places() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::converting(), 100), (seeds::tiny(), 300)]
    {
        each(&shape, 0..count, |world, random| {
            let accounts = |t: &slow::SlowTransfer| {
                let ends = [t.payer.clone(), t.payee.clone()];
                ends.into_iter()
                    .filter(|name| random.case.is_account(name))
                    .collect::<BTreeSet<_>>()
            };
            let transfers = &random.case.transfers;
            let free =
                |pair: &[slow::SlowTransfer]| accounts(&pair[0]).is_disjoint(&accounts(&pair[1]));
            let Some(at) = transfers.windows(2).rposition(free) else { return };
            let mut case = random.case.clone();
            case.transfers.swap(at, at + 1);
            let swapped = World::new(&case);
            for rule in RULES {
                let (a, b) =
                    (ask(world, &random.origins, rule), ask(&swapped, &random.origins, rule));
                assert_same(rule, &whole(0), &a, &b);
            }
        });
    }
}

/// Invariant 18: claims that are made separately count each other's money as somebody else's.
#[test]
fn separate_libr_claims_are_never_less_than_the_union() {
    let mut exceeds = 0;
    each(&seeds::plain(), 0..200, |_, random| {
        let world = World::new(&alone(&random.case));
        let labels = ["V1", "V2"].map(|label| SlowOrigin::Label(label.to_owned()));
        let together = held_in_a(&world, &labels, "libr");
        let apart: Q =
            labels.iter().map(|one| held_in_a(&world, std::slice::from_ref(one), "libr")).sum();
        assert!(together <= apart, "{together} together, {apart} apart");
        exceeds += u32::from(together < apart);
    });
    assert!(exceeds > 0, "some claims exceed what is there");
}

/// Invariant 19. Fractions below the carried unit are the one way to be exposed and carry nothing.
#[test]
fn exposure_touches_what_pro_rata_touches() {
    let shapes = [(seeds::plain(), 200), (seeds::with_births(), 100), (seeds::tiny(), 500)];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            let members = entering(world, &random.origins);
            let asked = SlowQuestion { origins: members.clone(), rule: "pro-rata".to_owned() };
            let slow = slow::trace(&world.case, &asked);
            let slow: BTreeSet<&String> = slow
                .transfers
                .iter()
                .filter(|line| !line.1.traced.is_empty())
                .map(|l| l.0)
                .collect();
            let exposed = ask(world, &members, "poison").paid;
            assert_eq!(exposed.keys().collect::<BTreeSet<_>>(), slow);
            let traced = ask(world, &members, "pro-rata").paid;
            assert!(traced.keys().all(|id| exposed.contains_key(id)));
        });
    }
}

/// Invariant 20.
#[test]
fn segments_are_fewer_than_receipts_and_payments() {
    let shapes = [(seeds::plain(), 300), (seeds::with_births(), 200), (seeds::tiny(), 500)];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, _| {
            let view = &world.ledger;
            let tracer = world.tracer();
            for place in (0..view.place_count()).filter(|&place| view.is_account(place)) {
                let (receipts, payments) = (view.receipts(place), view.payments(place));
                let mut segments = 0;
                for payment in payments.iter() {
                    let of_payment: Vec<_> = tracer.lifo().of_payment(view, payment).collect();
                    let len: u128 = of_payment.iter().map(|segment| segment.len).sum();
                    assert_eq!(len, view.line(payment).paid, "segments fill the payment");
                    segments += of_payment.len();
                }
                let most = (receipts.len() + payments.len()).saturating_sub(1);
                assert!(segments <= most, "{segments} segments of {most}");
            }
        });
    }
}

/// Invariant 20, lots: with every source an origin of its own, what rests under `fifo` and `lifo` is
/// no more lots than there are openings, transfers and loans.
#[test]
fn lots_alive_are_never_more_than_lines() {
    each(&seeds::plain(), 0..150, |world, _| {
        let view = &world.ledger;
        let (mut origins, mut members) = (Vec::new(), Vec::new());
        for line in (0..view.line_count()).filter(|&line| !view.is_account(view.payer(line))) {
            let currency = caudal_trace::source_currency(view, line);
            let origin = u32::try_from(origins.len()).expect("few");
            origins.push(caudal_trace::Origin { label: line.to_string(), currency });
            members.push(Seed { line, lo: 0, hi: view.line(line).paid, origin });
        }
        let question = Question::new(origins, members);
        for rule in ["fifo", "lifo"] {
            let trace = world.forward(&question, rule);
            let held = trace.rests.iter().filter(|rest| rest.0 == caudal_trace::EndingKind::Held);
            assert!(held.count() <= view.line_count() as usize, "{rule}");
        }
    });
}

/// Invariant 21.
#[test]
fn amounts_times_seven_give_figures_times_seven() {
    for (shape, count) in [(seeds::plain(), 150), (seeds::tiny(), 300)] {
        each(&shape, 0..count, |world, random| {
            let members = entering(world, &random.origins);
            let members: Vec<SlowOrigin> = members
                .into_iter()
                .filter(|member| !matches!(member, SlowOrigin::Part { .. }))
                .collect();
            let large = World::new(&scaled(&random.case, 7));
            for rule in RULES {
                let (mut small, large_found) =
                    (ask(world, &members, rule), ask(&large, &members, rule));
                let figures = small.paid.values_mut().chain(small.endings.values_mut());
                for figure in figures.flat_map(BTreeMap::values_mut) {
                    figure.printed *= 7;
                    figure.carried = figure.carried.take().map(|carried| carried * whole(7));
                }
                assert_same(rule, &(bound_of(world, rule) * whole(8)), &small, &large_found);
            }
            let targets: BTreeSet<SlowTarget> = random.targets.iter().cloned().collect();
            let times = |bounds: (u128, u128)| (bounds.0 * 7, bounds.1 * 7);
            let expected = bounds(world, &members, &targets).map(times);
            assert_eq!(bounds(&large, &members, &targets), expected);
        });
    }
}

/// Invariant 22.
#[test]
fn written_loans_and_repayments_are_the_overdraft_replay() {
    for (shape, count) in [(seeds::plain(), 200), (seeds::tiny(), 500)] {
        each(&shape, 0..count, |world, random| {
            let written = World::new(&explicit(world));
            for rule in RULES {
                let mut replayed = ask(world, &random.origins, rule);
                let mut written = ask(&written, &random.origins, rule);
                written.paid.retain(|id, _| !id.starts_with("line "));
                let banks = |(kind, place): (EndingKind, String)| {
                    let place =
                        place.strip_prefix("@bank:").map(|a| format!("bank:{a}")).unwrap_or(place);
                    let kind =
                        if place.starts_with("bank:") { EndingKind::RepaidBank } else { kind };
                    (kind, place)
                };
                for found in [&mut replayed, &mut written] {
                    let endings = std::mem::take(&mut found.endings);
                    found.endings =
                        endings.into_iter().map(|(key, sum)| (banks(key), sum)).collect();
                }
                assert_eq!(replayed.paid, written.paid, "{rule}");
                assert_eq!(replayed.endings, written.endings, "{rule}");
            }
        });
    }
}

/// The order of the rows in the file decides nothing where the evidence proves another.
#[test]
fn the_order_of_rows_in_the_file_decides_nothing() {
    each(&seeds::mixed(), 0..150, |world, random| {
        let mut rows: Vec<usize> = (0..random.case.transfers.len()).collect();
        rows.reverse();
        let middle = rows.len() / 3;
        rows.rotate_left(middle);
        let other = World::of_rows(&random.case, &rows, Sequence::Stated, SameDay::AsListed);
        for rule in RULES {
            let (a, b) = (ask(world, &random.origins, rule), ask(&other, &random.origins, rule));
            assert_eq!(a, b, "{rule}");
        }
    });
}

/// One tracer asked from many threads gives every one of them the same answer.
#[test]
fn threads_change_nothing() {
    each(&seeds::plain(), 0..20, |world, random| {
        let tracer = world.tracer();
        let question = world.question(&random.origins);
        let answer = || -> Vec<Trace> {
            let rules = RULES.into_iter().map(|rule| rule.parse().expect("a rule"));
            let trace = |rule| tracer.forward(&question, rule, &mut caudal_trace::unwatched);
            rules.map(|rule| trace(rule).expect("not stopped").expect("a trace")).collect()
        };
        let expected = answer();
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..4).map(|_| scope.spawn(answer)).collect();
            for answer in asked {
                assert_eq!(answer.join().expect("no panic"), expected);
            }
        });
    });
}

/// Money under exact rules in its union does not depend on the inner rule; only its division does.
#[test]
fn the_union_does_not_depend_on_the_inner_rule() {
    each(&Shape { lines_max: 40, ..seeds::plain() }, 0..150, |world, random| {
        let members = entering(world, &random.origins);
        for presumption in ["difo", "libr"] {
            let by = |inner: &str| ask(world, &members, &format!("{presumption}:{inner}")).paid;
            let (fifo, lifo, pro_rata) = (by("fifo"), by("lifo"), by("pro-rata"));
            for transfer in &random.case.transfers {
                let sum = |paid: &BTreeMap<String, Figures>| -> u128 {
                    paid.get(&transfer.id).into_iter().flatten().map(|f| f.1.printed).sum()
                };
                assert_eq!(sum(&fifo), sum(&lifo), "{presumption}: {}", transfer.id);
                assert_eq!(sum(&fifo), sum(&pro_rata), "{presumption}: {}", transfer.id);
            }
        }
    });
}
