//! Bugs that the slow tracer or an invariant found, each as the behaviour that must hold.

use caudal_ledger::{Ledger, LedgerOptions, LedgerView, LineKind};
use caudal_model::{Currency, Moment, Money, SourceRef, Thing, Transfer, TransferTable};
use caudal_testkit::slow::{EndingKind, SlowCase, SlowOrigin, SlowTarget, SlowTransfer, whole};
use caudal_trace::{Rule, Target, Widened};

use crate::agreement::{both, bounds};
use crate::compare::{Found, Worst, differences, found};
use crate::seeds::{self, each};
use crate::world::World;

/// `ID PAYER>PAYEE AMOUNT`, then in any order `=RECEIVED`, `+LABEL` and `~REVERSED`.
fn transfer(text: &str) -> SlowTransfer {
    let mut words = text.split(' ');
    let mut next = || words.next().expect("a word");
    let id = next().to_owned();
    let (payer, payee) = next().split_once('>').expect("two ends");
    let amount = next().parse().expect("an amount");
    let mut transfer = SlowTransfer {
        id,
        payer: payer.to_owned(),
        payee: payee.to_owned(),
        amount,
        ..SlowTransfer::default()
    };
    for word in words {
        let (mark, rest) = word.split_at(1);
        match mark {
            "=" => transfer.received = Some(rest.parse().expect("an amount")),
            "+" => transfer.parts = vec![(rest.to_owned(), amount)],
            _ => transfer.reverses = Some(rest.to_owned()),
        }
    }
    transfer
}

/// Accounts that begin with `M` are in pesos.
fn case(lines: &[&str]) -> SlowCase {
    let transfers: Vec<SlowTransfer> = lines.iter().map(|line| transfer(line)).collect();
    let names = transfers.iter().flat_map(|t| [&t.payer, &t.payee]);
    let pesos = names.filter(|name| name.starts_with('M') || name.starts_with("@M"));
    let currencies = pesos.map(|name| (name.clone(), "MXN".to_owned())).collect();
    SlowCase { transfers, currencies, net_reversals: true, ..SlowCase::default() }
}

fn label(name: &str) -> SlowOrigin {
    SlowOrigin::Label(name.to_owned())
}

fn part(id: &str, from: u128, to: u128) -> SlowOrigin {
    SlowOrigin::Part { id: id.to_owned(), from, to, label: id.to_owned() }
}

fn ask(world: &World, members: &[SlowOrigin], rule: &str) -> Found {
    let question = world.question(members);
    found(world, &question, rule, &world.forward(&question, rule))
}

fn assert_agrees(world: &World, members: &[SlowOrigin], rules: &[&str]) {
    for rule in rules {
        let wrong = differences(world, members, rule, &mut Worst::default());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// A line that named a deposit but paid somebody else was netted with it: the payment of one account
/// and the receipt of another left the ledger, and neither balance was that of its statement.
#[test]
fn a_reversal_that_pays_somebody_else_cancels_nothing() {
    let world = World::new(&case(&["t1 @v>A 100 +V", "t2 A>B 100", "t3 B>C 100 ~t2"]));
    assert!(world.ledger.netted().is_empty());
    assert_eq!(world.ledger.unmatched_reversals().len(), 1);
    let c = world.account("C").expect("it receives");
    assert_eq!(world.ledger.closing_balance(c), 100);
    let back = World::new(&case(&["t1 @v>A 100 +V", "t2 A>B 100", "t3 B>A 100 ~t2"]));
    assert_eq!(back.ledger.netted().len(), 1, "what goes back cancels");
    let outside = World::new(&case(&["t1 @v>A 100 +V", "t2 A>@bank 100 ~t1"]));
    assert_eq!(outside.ledger.netted().len(), 1, "outside parties are not told apart");
}

/// A reversal that had left the ledger with its deposit could be taken back once more, and would have
/// left it twice.
#[test]
fn a_cancelled_reversal_is_no_deposit_of_another() {
    let lines = ["t1 @v>A 50 +V", "t2 @v>B 50 +V", "t3 A>B 50", "t4 B>A 50 ~t3", "t5 A>B 50 ~t4"];
    let world = World::new(&case(&lines));
    assert_eq!(world.ledger.netted().len(), 1);
    assert!(world.line("t5").is_some(), "it stays an ordinary payment");
}

/// Under `difo` and `libr` what was left of a lot was cut again; behind a conversion a cut of a cut
/// rounds twice, and the origin's cents went elsewhere than those of the whole lot.
#[test]
fn behind_a_conversion_cents_do_not_depend_on_how_often_a_lot_was_cut() {
    let lines = ["t1 @v>A 7 +V", "t2 A>M 7 =10", "t3 M>@Mx 3", "t4 M>@My 3", "t5 M>@Mz 2"];
    let world = World::new(&case(&lines));
    for rule in ["difo:fifo", "difo:lifo", "libr:fifo", "libr:lifo"] {
        assert_agrees(&world, &[label("V")], &[rule]);
        let units = ask(&world, &[label("V")], rule).of_origin;
        let at = |place: &str| {
            units
                .iter()
                .filter(|(key, _)| key.1 == place)
                .flat_map(|(_, units)| units.values())
                .sum::<u128>()
        };
        // Cuts at 3, 6 and 8 of 10 are cuts at 2, 4 and 5 of 7; from the other end at 4, 2 and 1.
        let expected = if rule.ends_with("lifo") { (3, 2, 1) } else { (2, 2, 1) };
        assert_eq!((at("@Mx"), at("@My"), at("@Mz")), expected, "{rule}");
    }
}

/// A part of a converting deposit was converted as if it stood at the deposit's beginning.
#[test]
fn a_part_of_a_converting_deposit_arrives_as_the_part_it_is() {
    let world = World::new(&case(&["t1 @v>M 200 =120", "t2 M>@Mx 100"]));
    let members = [part("t1", 13, 131)];
    assert_agrees(&world, &members, &["difo:pro-rata", "libr:pro-rata", "libr:fifo"]);
    let arrived = ask(&world, &members, "libr:pro-rata").arrived;
    // Boundaries 13 and 131 of 200 are 7 and 78 of 120.
    assert_eq!(arrived["t1"]["t1"].printed, 78 - 7);
}

/// Money that a conversion rounds away carried units of its origin on to nowhere, and the trace
/// stopped because they were missing.
#[test]
fn what_a_conversion_rounds_away_rests_where_it_arrived() {
    let lines = ["t1 @v>A 10", "t2 A>M 10 =4", "t3 @Mo>M 5", "t4 M>B 9 =3", "t5 B>@x 2"];
    let world = World::new(&case(&lines));
    let members = [part("t2", 0, 1)];
    assert_agrees(&world, &members, &["difo:pro-rata", "libr:pro-rata", "difo:fifo", "pro-rata"]);
    for rule in ["difo:pro-rata", "libr:fifo"] {
        let units = ask(&world, &members, rule).of_origin;
        assert_eq!(units[&(EndingKind::Held, "M".to_owned())]["t2"], 1, "{rule}");
    }
}

/// Under rules with fractions, what reached a converting target was counted in the payee's currency.
#[test]
fn a_converting_target_is_counted_in_what_it_pays() {
    let world = World::new(&case(&["t1 @v>A 100 +V", "t2 @o>A 100 +own", "t3 A>M 100 =1700"]));
    let target = Target::Line(world.line("t3").expect("a line"));
    for (rule, amount) in
        [("fifo", 100), ("pro-rata", 50), ("libr:pro-rata", 0), ("difo:pro-rata", 100)]
    {
        let question = world.question(&[label("V")]);
        let trace = world.forward(&question, rule);
        let parsed: Rule = rule.parse().expect("a rule");
        let rows = caudal_trace::reached(&world.ledger, &question, parsed, &trace, &[target]);
        assert_eq!(rows.iter().map(|row| row.2).sum::<u128>(), amount, "{rule}");
        assert!(rows.iter().all(|row| row.1.code() == "USD"), "{rule}");
    }
}

/// Distinct receipts are found by marking money that has passed. Marked and unmarked money of one
/// origin were held against the threshold separately, so marking changed the trace.
#[test]
fn marking_money_does_not_change_what_falls_below_the_threshold() {
    let world = World::new(&SlowCase {
        threshold: 20,
        ..case(&["t1 @v>A 60 +V", "t2 A>B 60", "t3 B>A 60", "t4 @v>A 15 +V", "t5 A>B 75"])
    });
    let members = [label("V")];
    for rule in ["fifo", "pro-rata", "libr:pro-rata"] {
        assert_agrees(&world, &members, &[rule]);
        let received = ask(&world, &members, rule).received;
        assert_eq!(received["B"], (135, Some(75)), "{rule}");
    }
}

/// A threshold takes fractions out of the union of origins. The union was kept in whole units, and
/// what a payment then took was off by up to one.
#[test]
fn a_threshold_leaves_the_union_its_fractions() {
    let lines = ["t1 @v>A 100 +V", "t2 @w>A 1 +W", "t3 @o>A 50 +own", "t4 A>@x 120", "t5 A>@y 20"];
    let world = World::new(&SlowCase { threshold: 2, ..case(&lines) });
    assert_agrees(&world, &[label("V"), label("W")], &["libr:pro-rata", "difo:pro-rata"]);
}

/// The composition of a balance whose receipts convert was given in the payers' units.
#[test]
fn a_balance_behind_a_conversion_is_composed_in_its_own_units() {
    let world = World::new(&case(&["t1 @v>A 100 +V", "t2 A>M 100 =1700", "t3 M>@Mx 700"]));
    let target = world.target(&SlowTarget::Balance("M".to_owned())).expect("an account");
    for rule in [Rule::Fifo, Rule::Lifo, Rule::ProRata] {
        let found = caudal_trace::backward(&world.tracer(), target, rule).expect("a composition");
        assert_eq!(found.total, 1000);
        assert_eq!(found.sources.iter().map(|s| s.amount).collect::<Vec<_>>(), [1000], "{rule}");
    }
}

/// Rounding left a few 2⁻⁴⁰ of old receipts in an account that had been emptied, and routes of no
/// amount were named for them.
#[test]
fn no_route_leads_through_money_that_had_left() {
    let lines = ["t1 @v>A 7 +V", "t2 @o>A 3", "t3 A>@x 4", "t4 A>@x 6", "t5 @v>A 5 +V", "t6 A>B 5"];
    let world = World::new(&case(&lines));
    let question = world.question(&[label("V")]);
    for rule in ["pro-rata", "libr:pro-rata", "difo:pro-rata"] {
        let trace = world.forward(&question, rule);
        let target = Target::Line(world.line("t6").expect("a line"));
        let parsed = rule.parse().expect("a rule");
        let found =
            caudal_trace::routes(&world.ledger, parsed, &trace, target, 10).expect("routes");
        let ids: Vec<Vec<&str>> = found
            .routes
            .iter()
            .map(|route| route.hops.iter().map(|hop| world.id(hop.line)).collect())
            .collect();
        assert_eq!(ids, [["t5", "t6"]], "{rule}");
        assert_eq!(found.further, [], "{rule}");
    }
}

/// Money counted at a target became money of another origin on its way and was counted again: the
/// least was above what some rules found. One flow cannot tell, so there is an outer bound then.
#[test]
fn money_that_could_count_twice_has_an_outer_bound() {
    let world = World::new(&case(&["t1 @v>A 5 +V", "t2 A>B 5", "t3 @o>B 5", "t4 B>C 5"]));
    let origin = |id: &str| SlowOrigin::Transfer { id: id.to_owned(), label: id.to_owned() };
    let targets =
        |ids: &[&str]| ids.iter().map(|id| SlowTarget::Transfer((*id).to_owned())).collect();
    let members = [label("V"), origin("t4")];
    let two = world.targets(&targets(&["t2", "t4"]));
    let [least, most] = both(&world, &world.question(&members), &two);
    assert_eq!(least.widened, Some(Widened::CountedAgain));
    assert_eq!((least.amount, most.amount), (5, 10), "5 are of V in t2, and 5 to 10 are counted");
    assert_eq!(bounds(&world, &members, &targets(&["t4"])), Some((5, 5)));
    assert_eq!(bounds(&world, &[label("V")], &targets(&["t2", "t4"])), Some((5, 5)));
}

/// Zero amounts and self-transfers in a table were lines of the ledger; a composition behind a
/// payment of nothing from nothing divided by zero.
#[test]
fn zero_amounts_and_self_transfers_never_enter_a_ledger() {
    let mut table = TransferTable::default();
    let usd = Currency::from_code("USD").expect("a currency");
    let mxn = Currency::from_code("MXN").expect("a currency");
    let received = Some(Money { minor: 9, currency: mxn });
    let rows = [
        ("t1", "@v", "A", 10, None),
        ("t2", "B", "A", 0, None),
        ("t3", "A", "A", 5, None),
        ("t4", "A", "A", 5, received),
        ("t5", "A", "@x", 5, None),
    ];
    for (id, payer, payee, minor, received) in rows {
        let moment = Moment { day: 0, nanos: None };
        let thing = Thing::Money(Money { minor, currency: usd });
        let source = SourceRef { file_idx: 0, part: 0, row: 1 };
        let (label, sequence, reverses) = (None, None, None);
        let row = Transfer {
            id,
            moment,
            payer,
            payee,
            thing,
            received,
            label,
            sequence,
            reverses,
            source,
        };
        assert_eq!(table.push(&row), Ok(()));
    }
    let ledger = Ledger::build(&table, &[], &LedgerOptions::default()).expect("a ledger");
    let transfers = 0..ledger.line_count();
    let ids: Vec<u32> = transfers
        .filter(|&line| ledger.line(line).kind == LineKind::Transfer)
        .map(|line| ledger.line(line).source_idx)
        .collect();
    assert_eq!(ids, [0, 3, 4], "a payment between two currencies of one account is a conversion");
    assert_eq!(ledger.line_of_transfer(1), None);
    let tracer = caudal_trace::Tracer::new(&ledger);
    let target = Target::Line(ledger.line_of_transfer(4).expect("a line"));
    let found = caudal_trace::backward(&tracer, target, Rule::ProRata).expect("a composition");
    assert_eq!(found.sources.len(), 1);
}

/// An origin named twice over, by its label and by its deposit, is one origin without overlap.
#[test]
fn naming_money_twice_for_one_origin_is_no_overlap() {
    let world = World::new(&case(&["t1 @v>A 10 +V", "t2 A>@x 4"]));
    let again = SlowOrigin::Transfer { id: "t1".to_owned(), label: "V".to_owned() };
    let other = SlowOrigin::Transfer { id: "t1".to_owned(), label: "W".to_owned() };
    for rule in ["fifo", "libr:fifo", "libr:pro-rata"] {
        let question = world.question(&[label("V"), again.clone(), other.clone()]);
        let totals = world.forward(&question, rule).origins;
        assert_eq!((totals[0].traced, totals[0].overlap), (10, 0), "{rule}");
        assert_eq!((totals[1].traced, totals[1].overlap), (0, 10), "{rule}");
    }
}

/// Whatever the cap of fragments cuts off is an ending of its own, and totals still add up.
#[test]
fn a_trace_that_stops_at_its_cap_still_adds_up() {
    let mut cuts = 0;
    each(&seeds::mixed(), 0..60, |world, random| {
        for most in [1, 2, 5, 13] {
            let mut question = world.question(&random.origins);
            question.fragments_max = most;
            for rule in ["fifo", "lifo", "difo:fifo", "libr:lifo"] {
                let trace = world.forward(&question, rule);
                cuts += u32::from(trace.is_cut);
                for (origin, total) in (0u32..).zip(&trace.origins) {
                    let units = trace.endings.iter().flat_map(|ending| &ending.origin_units);
                    let rests: u128 = units.filter(|u| u.0 == origin).map(|u| u.1).sum();
                    assert_eq!(whole(rests), whole(total.traced), "{rule} at {most}");
                }
            }
        }
    });
    assert!(cuts > 100, "{cuts} traces were cut");
}
