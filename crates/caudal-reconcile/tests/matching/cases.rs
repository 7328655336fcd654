//! One situation after the other.

use caudal_model::{Currency, EntryStatus, ReferenceKind};
use caudal_reconcile::matching::{
    Decision, MatchOptions, Matching, RateBand, Reason, Side, match_sides,
};

fn eur() -> Currency {
    Currency::from_code("EUR").unwrap()
}

fn usd() -> Currency {
    Currency::from_code("USD").unwrap()
}

/// A side of an account, whose holder is one of four people.
fn side(account: u32, day: i32, minor: i128) -> Side {
    let holder = ["Ana García López", "Talleres Ruiz SL", "Luis Pérez Mora", "Ola Nordmann"];
    let own_name = holder[account as usize % 4].to_owned();
    Side { own_name, ..Side::new(account, day, minor, eur()) }
}

fn named(side: Side, name: &str) -> Side {
    Side { name: name.to_owned(), ..side }
}

fn referred(mut side: Side, text: &str) -> Side {
    side.references.push((ReferenceKind::EndToEnd, text.to_owned()));
    side
}

fn run(sides: &[Side]) -> Matching {
    match_sides(sides, &[], &MatchOptions::default())
}

fn pairs(matching: &Matching) -> Vec<(usize, usize)> {
    matching.pairs.iter().map(|pair| (pair.debit, pair.credit)).collect()
}

#[test]
fn one_reference_on_both_sides_is_near_proof() {
    let sides = [
        referred(side(0, 100, -50_000), "RF18-5390"),
        referred(side(1, 103, 50_000), "rf18 5390"),
        side(2, 100, 50_000),
    ];
    let found = run(&sides);
    assert_eq!(pairs(&found), [(0, 1)]);
    assert!(found.pairs[0].reasons.contains(Reason::SameEndToEnd));
    assert!(found.open.is_empty());
}

#[test]
fn a_named_account_rules_out_all_others() {
    let debit = Side { counterparty: Some(2), ..side(0, 100, -50_000) };
    let sides = [debit, referred(side(1, 100, 50_000), "X12345"), side(2, 102, 50_000)];
    assert_eq!(pairs(&run(&sides)), [(0, 2)]);
}

#[test]
fn money_never_goes_from_an_account_to_itself() {
    let sides = [referred(side(0, 100, -12_345), "R0001"), referred(side(0, 100, 12_345), "R0001")];
    assert_eq!(run(&sides), Matching::default());
}

#[test]
fn two_candidates_as_good_as_each_other_stay_open() {
    let sides = [side(0, 100, -12_345), side(1, 100, 12_345), side(2, 100, 12_345)];
    let found = run(&sides);
    assert!(found.pairs.is_empty());
    assert_eq!(found.open.len(), 3);
    let named: Vec<usize> = found.open[0].candidates.iter().map(|c| c.side).collect();
    assert_eq!(named, [1, 2]);
}

#[test]
fn a_name_decides_between_two_credits() {
    let debit = named(side(0, 100, -12_300), "PEREZ MORA LUIS");
    let sides = [debit, side(1, 100, 12_300), side(2, 100, 12_300)];
    assert_eq!(pairs(&run(&sides)), [(0, 2)]);
}

#[test]
fn equal_payments_of_one_day_are_paired_in_order() {
    let at = |line, side: Side| Side { line, ..side };
    let sides = [
        at(1, side(0, 100, -12_345)),
        at(5, side(1, 100, 12_345)),
        at(0, side(0, 100, -12_345)),
        at(4, side(1, 100, 12_345)),
        at(2, side(0, 100, -12_345)),
        at(6, side(1, 100, 12_345)),
    ];
    assert_eq!(pairs(&run(&sides)), [(0, 1), (2, 3), (4, 5)]);
}

#[test]
fn two_hundred_equal_payments_of_one_day_are_all_paired() {
    let mut sides = Vec::new();
    for line in 0..200 {
        let debit = named(side(0, 100, -12_345), "Talleres Ruiz");
        let credit = named(side(1, 101, 12_345), "Ana García López");
        sides.extend([Side { line, ..debit }, Side { line, ..credit }]);
    }
    let found = run(&sides);
    assert_eq!(pairs(&found), (0..200).map(|n| (2 * n, 2 * n + 1)).collect::<Vec<_>>());
}

#[test]
fn the_best_sum_wins_over_the_best_single_pair() {
    // Greedy would take 0 with 3, which leaves 1 without its only candidate.
    let sides = [
        named(side(0, 100, -50_000), "Luis"),
        named(side(1, 100, -50_000), "Luis Pérez Mora"),
        named(side(2, 102, 50_000), "Ana García"),
        named(side(2, 100, 50_000), "Talleres Ruiz"),
    ];
    assert_eq!(pairs(&run(&sides)), [(0, 2), (1, 3)]);
}

#[test]
fn a_fee_is_told_and_has_its_limits() {
    let pay = |received| {
        run(&[
            named(side(0, 100, -100_000), "Talleres Ruiz SL"),
            named(side(1, 101, received), "Ana García López"),
        ])
    };
    assert_eq!(pay(97_500).pairs[0].fee_minor, 2_500);
    assert_eq!(pay(95_000).pairs[0].fee_minor, 5_000);
    assert_eq!(pay(94_999), Matching::default(), "more than 50.00 and more than 1 %");
    assert_eq!(pay(100_001), Matching::default(), "more than was paid");
    let stated = Side { charges: Some(6_000), ..named(side(0, 100, -100_000), "Talleres Ruiz SL") };
    let found = run(&[stated, side(1, 101, 94_000)]);
    assert!(found.pairs[0].reasons.contains(Reason::AmountLessCharges));
}

#[test]
fn two_currencies_need_a_stated_amount_a_band_or_a_name() {
    let credit = || Side { currency: usd(), ..named(side(1, 101, 108_000), "Ana García López") };
    let debit = || named(side(0, 100, -100_000), "Talleres Ruiz SL");
    assert_eq!(run(&[debit(), credit()]), Matching::default());

    let ordered = Side { ordered: Some((108_000, usd())), ..debit() };
    let found = run(&[ordered, credit()]);
    assert_eq!(found.pairs[0].rate, Some((100_000, 108_000)));
    assert!(found.pairs[0].reasons.contains(Reason::AmountAsOrdered));

    let known = Side { counterparty: Some(1), ..debit() };
    assert_eq!(pairs(&run(&[known, credit()])), [(0, 1)]);

    let band = |low, high| {
        let bands = vec![RateBand { paid: usd(), received: eur(), low, high }];
        match_sides(&[debit(), credit()], &[], &MatchOptions { bands, ..MatchOptions::default() })
    };
    assert_eq!(pairs(&band((90, 100), (95, 100))), [(0, 1)]);
    assert_eq!(band((80, 100), (85, 100)), Matching::default());
}

#[test]
fn a_weekend_is_no_delay() {
    // Day 2 was a Saturday, so 1 is a Friday and 4 a Monday.
    let found = run(&[side(0, 1, -12_345), side(1, 4, 12_345)]);
    assert!(found.pairs[0].reasons.contains(Reason::DayNext));
    assert_eq!(run(&[side(0, 1, -12_345), side(1, 9, 12_345)]), Matching::default());
}

#[test]
fn standing_orders_with_one_reference_are_paired_by_their_months() {
    let mut sides = Vec::new();
    for month in 0..12 {
        sides.push(referred(side(0, 30 * month, -80_000), "RENT"));
        sides.push(referred(side(1, 30 * month + 2, 80_000), "RENT"));
    }
    let expected: Vec<_> = (0..12).map(|month| (2 * month, 2 * month + 1)).collect();
    assert_eq!(pairs(&run(&sides)), expected);
}

#[test]
fn a_person_decides_first() {
    let sides = [side(0, 100, -12_345), side(1, 100, 12_345), side(2, 180, 10)];
    let with = |decisions: &[Decision]| match_sides(&sides, decisions, &MatchOptions::default());
    assert_eq!(pairs(&with(&[])), [(0, 1)]);
    assert_eq!(with(&[Decision::Different(0, 1)]), Matching::default());
    let same = with(&[Decision::Same(0, 2), Decision::Same(0, 1), Decision::Different(0, 2)]);
    assert_eq!(pairs(&same), [(0, 2)]);
    assert!(same.pairs[0].reasons.contains(Reason::Decided));
    assert_eq!(same.refused, [Decision::Same(0, 1), Decision::Different(0, 2)]);
    let absurd = [Decision::Same(1, 0), Decision::Same(0, 99), Decision::Same(0, 0)];
    assert_eq!(with(&absurd).refused, absurd);
}

#[test]
fn an_account_that_is_not_known_keeps_its_money() {
    let key = caudal_reconcile::identify::account_key("ES9121000418450200051332", None);
    let debit = Side { counterparty_key: key, ..side(0, 100, -12_345) };
    assert_eq!(run(&[debit.clone(), side(1, 100, 12_345)]), Matching::default());
    // One reference on both sides: the number is another name of a known account.
    let sides = [referred(debit, "E2E-77"), referred(side(1, 100, 12_345), "E2E-77")];
    assert_eq!(pairs(&run(&sides)), [(0, 1)]);
}

#[test]
fn what_is_not_booked_is_not_paired() {
    let expected = Side { status: EntryStatus::Expected, ..side(1, 100, 12_345) };
    assert_eq!(run(&[side(0, 100, -12_345), expected]), Matching::default());
}

#[test]
fn extremes_do_no_harm() {
    let mut sides = Vec::new();
    for minor in [i128::MIN, i128::MIN + 1, i128::MAX, 0, -1, 1] {
        for day in [i32::MIN, 0, i32::MAX] {
            for account in 0..2 {
                let charges = Some(i128::MAX);
                let ordered = Some((i128::MAX, usd()));
                sides.push(Side { charges, ordered, ..side(account, day, minor) });
            }
        }
    }
    let options = MatchOptions {
        days_before: u16::MAX,
        fee_ppm: u32::MAX,
        fee_units: u32::MAX,
        margin: i32::MAX,
        candidate_score_min: i32::MIN,
        component_edges_max: 0,
        ..MatchOptions::default()
    };
    let _ = match_sides(&sides, &[Decision::Same(0, 6)], &options);
    let _ = run(&sides);
}
