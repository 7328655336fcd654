//! Large amounts, and ledgers of a shape that would take for ever if a step were not cheap.

use caudal_ledger::{BuildLedgerError, Ledger, LedgerOptions, LedgerView};
use caudal_model::{Currency, Moment, Money, SourceRef, Thing, Transfer, TransferTable};
use caudal_testkit::random::Shape;
use caudal_testkit::slow::{Q, SlowOrigin, SlowTarget, whole};
use caudal_trace::{Origin, Question, Rule, Seed, Target, Tracer, unwatched};

use crate::agreement::bounds;
use crate::compare::{RULES, Worst, differences, distance};
use crate::printed::entering;
use crate::reshape::scaled;
use crate::seeds::{self, each};
use crate::world::World;

/// Amounts up to the limit of a ledger, of a size that no product of two of them fits 128 bits.
#[test]
fn amounts_up_to_the_limit_are_traced_exactly() {
    let factor = (1 << 70) + 12_345_678_901;
    let conversions = Shape { has_conversions: true, lines_max: 20, ..seeds::short() };
    for shape in [seeds::short(), conversions] {
        each(&shape, 0..60, |_, random| {
            let large = World::new(&scaled(&random.case, factor));
            let members = entering(&large, &random.origins);
            let members: Vec<SlowOrigin> = members
                .into_iter()
                .filter(|member| !matches!(member, SlowOrigin::Part { .. }))
                .collect();
            for rule in RULES {
                let wrong = differences(&large, &members, rule, &mut Worst::default());
                assert!(wrong.is_empty(), "{}", wrong.join("\n"));
            }
            let targets = random.targets.iter().cloned().collect();
            let small = World::new(&random.case);
            let times = |b: (u128, u128)| (b.0 * factor, b.1 * factor);
            let expected = bounds(&small, &members, &targets).map(times);
            assert_eq!(bounds(&large, &members, &targets), expected);
            for target in &random.targets {
                check_backward(&large, target);
            }
        });
    }
}

fn check_backward(world: &World, target: &SlowTarget) {
    let Some(found) = world.target(target) else { return };
    for rule in [Rule::Fifo, Rule::Lifo, Rule::ProRata, Rule::Poison] {
        // Conversions into much finer units may exceed the weights; that is an error, no panic.
        let Ok(found) = caudal_trace::backward(&world.tracer(), found, rule) else { continue };
        let sum: u128 = found.sources.iter().map(|source| source.amount).sum();
        assert!(rule == Rule::Poison || sum == found.total, "{rule}: {target:?}");
    }
}

fn table(rows: impl IntoIterator<Item = (String, String, u128)>) -> TransferTable {
    let mut table = TransferTable::default();
    let eth = Currency::from_code("ETH").expect("an asset");
    for (at, (payer, payee, minor)) in rows.into_iter().enumerate() {
        let row = Transfer {
            id: &format!("t{at}"),
            moment: Moment { day: 0, nanos: None },
            payer: &payer,
            payee: &payee,
            thing: Thing::Money(Money { minor, currency: eth }),
            received: None,
            label: None,
            sequence: Some(at as u64),
            reverses: None,
            source: SourceRef { file_idx: 0, part: 0, row: 1 },
        };
        assert_eq!(table.push(&row), Ok(()));
    }
    table
}

pub(crate) fn row(payer: &str, payee: &str, minor: u128) -> (String, String, u128) {
    (payer.to_owned(), payee.to_owned(), minor)
}

pub(crate) fn build(rows: impl IntoIterator<Item = (String, String, u128)>) -> Ledger {
    Ledger::build(&table(rows), &[], &LedgerOptions::default()).expect("a ledger")
}

#[test]
fn amounts_beyond_the_limit_are_refused() {
    for minor in [1 << 85, 1 << 100, u128::MAX] {
        let table = table([row("@v", "A", minor), row("A", "@x", 1)]);
        let refused = Ledger::build(&table, &[], &LedgerOptions::default());
        assert_eq!(refused.map(|_| ()), Err(BuildLedgerError::TooLarge), "{minor}");
    }
    let ledger = build([row("@v", "A", (1 << 84) - 1), row("A", "@x", 1 << 83)]);
    assert_eq!(ledger.line_count(), 2);
}

/// One origin for each of the first lines.
pub(crate) fn first_lines(ledger: &Ledger, count: u32) -> Question {
    let origin = |line: u32| Origin {
        label: line.to_string(),
        currency: caudal_trace::source_currency(ledger, line),
    };
    let seed = |line: u32| Seed { line, lo: 0, hi: ledger.line(line).paid, origin: line };
    Question::new((0..count).map(origin).collect(), (0..count).map(seed).collect())
}

/// With a thousand origins in one account, a payment must not cost the square of them.
#[test]
fn a_thousand_origins_in_one_account_are_divided_quickly() {
    let deposits = (0..1000).map(|at| row("@v", "A", 1000 + at));
    let payments = (0..1000).map(|at| row("A", "@x", 1 + at));
    let ledger = build(deposits.chain(payments));
    let question = first_lines(&ledger, 1000);
    let tracer = Tracer::new(&ledger);
    for rule in ["pro-rata", "libr:pro-rata"] {
        let rule: Rule = rule.parse().expect("a rule");
        let trace = tracer.forward(&question, rule, &mut unwatched);
        let trace = trace.expect("not stopped").expect("a trace");
        for line in &trace.lines[1000..] {
            let printed: u128 = trace.cells_of(line).iter().map(|cell| cell.paid).sum();
            assert_eq!(printed, ledger.line(line.line).paid, "all money is of the origins");
        }
    }
    for is_capped in [false, true] {
        let place = ledger.line(0).payee;
        let found = caudal_trace::shares(&ledger, &question, place, is_capped);
        let given: u128 = found.shares.iter().map(|share| share.amount).sum();
        assert_eq!(given, ledger.closing_balance(place));
    }
}

/// Money that went to and fro between two accounts took as many routes as there are subsets of the
/// payments. The largest are found, and the rest is one figure.
#[test]
fn the_largest_of_countless_routes_are_found_quickly() {
    let start = [row("@v", "A", 1 << 60), row("@o", "B", 1 << 60)];
    let turns = (0..4000)
        .map(|at| if at % 2 == 0 { row("A", "B", 1 << 58) } else { row("B", "A", 1 << 58) });
    let ledger = build(start.into_iter().chain(turns));
    let question = first_lines(&ledger, 1);
    let trace = Tracer::new(&ledger).forward(&question, Rule::ProRata, &mut unwatched);
    let trace = trace.expect("not stopped").expect("a trace");
    let target = Target::Balance(ledger.line(0).payee);
    let found = caudal_trace::routes(&ledger, Rule::ProRata, &trace, target, 10).expect("routes");
    let sum: u128 = found.routes.iter().map(|route| route.amount).sum::<u128>()
        + caudal_trace::sum(&found.further);
    let held = trace.held(ledger.line(0).payee).expect("money is there");
    let off: Q = distance(&whole(sum), &whole(caudal_trace::sum(&held.amounts)));
    assert!(off <= whole(12), "routes add up, {off} off");
}

/// Thousands of reversals in one account, each looked up in its own stretch of the statement.
#[test]
fn thousands_of_reversals_are_netted_quickly() {
    let mut table = TransferTable::default();
    let usd = Currency::from_code("USD").expect("a currency");
    for at in 0..20_000u64 {
        let is_reversal = at % 2 == 1;
        let (payer, payee) = if is_reversal { ("A", "@v") } else { ("@v", "A") };
        let deposit = format!("t{}", at.saturating_sub(1));
        let row = Transfer {
            id: &format!("t{at}"),
            moment: Moment { day: i32::try_from(at / 4).expect("small"), nanos: None },
            payer,
            payee,
            thing: Thing::Money(Money { minor: 5, currency: usd }),
            received: None,
            label: None,
            sequence: None,
            reverses: is_reversal.then_some(deposit.as_str()),
            source: SourceRef { file_idx: 0, part: 0, row: 1 },
        };
        assert_eq!(table.push(&row), Ok(()));
    }
    let ledger = Ledger::build(&table, &[], &LedgerOptions::default()).expect("a ledger");
    assert_eq!(ledger.netted().len(), 10_000);
    assert_eq!(ledger.line_count(), 0);
}

/// One large payment into a thousand accounts, collected again and sent on: fragments join, so that
/// what follows does not stay split (`TRACING` 12.3).
#[test]
fn what_was_split_and_collected_again_is_one_fragment() {
    let start = || std::iter::once(row("@v", "A", 10_000));
    let out = || (0..1000).map(|at| row("A", &format!("B{at}"), 10));
    let back = |at: u32| row(&format!("B{at}"), "C0", 10);
    let on = || (0..10).map(|at| row(&format!("C{at}"), &format!("C{}", at + 1), 10_000));
    // What left last must come back first for `lifo`, which turns it round at every hop.
    let by_fifo = build(start().chain(out()).chain((0..1000).map(back)).chain(on()));
    let by_lifo = build(start().chain(out()).chain((0..1000).rev().map(back)).chain(on()));
    for (rule, ledger) in [(Rule::Fifo, by_fifo), (Rule::Lifo, by_lifo)] {
        let question = first_lines(&ledger, 1);
        let trace = Tracer::new(&ledger).forward(&question, rule, &mut unwatched);
        let trace = trace.expect("not stopped").expect("a trace");
        assert_eq!(trace.fragments.len(), 2011, "{rule}");
    }
}
