//! Sound statements with one seeded fault: none may be reported as proved.

use caudal_model::{Balance, Decimal, Entry, Moment, Statement};
use caudal_reconcile::proof::{
    BREAKS_MENDED_MAX, Figure, Order, Orders, Proved, Repair, RowState, StatementState, prove,
};
use caudal_testkit::random::Rng;

/// What a random statement prints.
#[derive(Clone, Copy, Debug)]
struct Layout {
    has_running: bool,
    has_closing: bool,
    rows_max: u64,
}

fn minor(value: i128) -> Decimal {
    Decimal::new(value, 2).expect("a small amount")
}

fn minor_of(value: Option<Decimal>) -> i128 {
    value.and_then(|value| value.minor(2)).expect("two decimals")
}

fn sound(rng: &mut Rng, layout: Layout) -> Statement {
    let mut balance = i128::from(rng.below(5_000_000));
    let mut day = 20_000;
    let mut made = Statement {
        opening: Some(Balance { amount: minor(balance), day: Some(day), row: 1 }),
        ..Statement::default()
    };
    for row in 0..=rng.below(layout.rows_max - 1) {
        day += i32::try_from(rng.below(3)).expect("small");
        let size = i128::from(1 + rng.below(10u64.pow(3 + u32::try_from(row % 4).expect("small"))));
        let amount = if rng.chance(60) { -size } else { size };
        balance += amount;
        made.entries.push(Entry {
            booked_at: Some(Moment { day, nanos: None }),
            amount: Some(minor(amount)),
            balance_after: layout.has_running.then(|| minor(balance)),
            description: format!("row {row}"),
            row: row + 2,
            ..Entry::default()
        });
    }
    made.closing =
        layout.has_closing.then(|| Balance { amount: minor(balance), day: Some(day), row: 99 });
    made
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Sign,
    Swap,
    Digit,
    Point,
    Missing,
    Duplicate,
    Shift,
    BalanceDigit,
}

const FAULTS: [Fault; 8] = [
    Fault::Sign,
    Fault::Swap,
    Fault::Digit,
    Fault::Point,
    Fault::Missing,
    Fault::Duplicate,
    Fault::Shift,
    Fault::BalanceDigit,
];

fn swapped(value: i128, rng: &mut Rng) -> i128 {
    let places: Vec<u32> = (0..8).filter(|&at| value.abs() / 10i128.pow(at) >= 10).collect();
    if places.is_empty() {
        return value;
    }
    let at = 10i128.pow(*rng.pick(&places));
    let (low, high) = (value / at % 10, value / at / 10 % 10);
    value + (low - high) * at * 9
}

fn with_digit(value: i128, rng: &mut Rng) -> i128 {
    let length = u32::try_from(value.abs().to_string().len()).expect("short");
    let at = 10i128.pow(u32::try_from(rng.below(u64::from(length))).expect("short"));
    let old = value / at % 10;
    let new = i128::from(rng.below(10)) * value.signum();
    value + (new - old) * at
}

/// What was done to a statement: the repair that undoes it, if a single one has a name.
struct Spoiled(Option<Repair>);

/// Puts one fault in; `None` if nothing changed.
fn spoil(made: &mut Statement, fault: Fault, rng: &mut Rng) -> Option<Spoiled> {
    let count = u64::try_from(made.entries.len()).expect("few");
    let at = usize::try_from(rng.below(count)).expect("few");
    let old = minor_of(made.entries[at].amount);
    let figure = Figure::Amount(at);
    let mut change = |new: i128| {
        made.entries[at].amount = Some(minor(new));
        new != old
    };
    let would_be = minor(old);
    let named = |repair: Repair| Spoiled(Some(repair));
    match fault {
        Fault::Sign => change(-old).then_some(named(Repair::SignFlipped { figure })),
        Fault::Swap => {
            change(swapped(old, rng)).then_some(named(Repair::DigitsSwapped { figure, would_be }))
        }
        Fault::Digit => {
            change(with_digit(old, rng)).then_some(named(Repair::DigitChanged { figure, would_be }))
        }
        Fault::Point => {
            change(old * 100).then_some(named(Repair::WrongDecimalPoint { figure, would_be }))
        }
        Fault::Missing => {
            made.entries.remove(at);
            Some(Spoiled(None))
        }
        Fault::Duplicate => {
            let copy = made.entries[at].clone();
            made.entries.insert(at + 1, copy);
            Some(named(Repair::DuplicateRow { entry: at + 1, of: at }))
        }
        Fault::Shift => {
            let amounts: Vec<_> = made.entries.iter().map(|entry| entry.amount).collect();
            for (entry, amount) in made.entries.iter_mut().skip(1).zip(&amounts) {
                entry.amount = *amount;
            }
            (minor_of(made.entries.last()?.amount) != minor_of(*amounts.last()?))
                .then_some(Spoiled(None))
        }
        Fault::BalanceDigit => {
            let old = minor_of(made.entries[at].balance_after.or(made.closing.map(|b| b.amount)));
            let new = with_digit(old, rng);
            if made.entries[at].balance_after.is_none() {
                made.closing.as_mut()?.amount = minor(new);
                return (new != old).then_some(Spoiled(None));
            }
            made.entries[at].balance_after = Some(minor(new));
            let figure = Figure::BalanceAfter(at);
            (new != old).then_some(named(Repair::DigitChanged { figure, would_be: minor(old) }))
        }
    }
}

fn repairs(proved: &Proved) -> impl Iterator<Item = &Repair> {
    proved.breaks.iter().flat_map(|at| &at.repairs)
}

/// Whether a repair is listed. Of several with the same effect the more telling name stands.
fn is_among(proved: &Proved, expected: &Repair) -> bool {
    let figure_of = |repair: &Repair| match *repair {
        Repair::SignFlipped { figure }
        | Repair::WrongDecimalPoint { figure, .. }
        | Repair::DigitsSwapped { figure, .. }
        | Repair::DigitChanged { figure, .. } => Some(figure),
        _ => None,
    };
    repairs(proved).any(|found| {
        let is_same_figure = figure_of(found).is_some() && figure_of(found) == figure_of(expected);
        found == expected || is_same_figure
    })
}

#[test]
fn a_sound_statement_is_proved() {
    for seed in 0..2_000 {
        let rng = &mut Rng::new(seed);
        let layout = Layout { has_running: rng.chance(50), has_closing: true, rows_max: 30 };
        let made = sound(rng, layout);
        let proved = prove(&made, 2);
        assert_eq!(proved.state, StatementState::Proved, "seed {seed}");
        assert_eq!(proved.order, Order::AsListed, "seed {seed}");
        assert!(proved.findings.is_empty() && proved.breaks.is_empty(), "seed {seed}");
        assert!(proved.rows.iter().all(|&row| row == RowState::Proved), "seed {seed}");
    }
}

#[test]
fn rows_out_of_order_are_put_back() {
    for seed in 0..2_000 {
        let rng = &mut Rng::new(seed);
        let layout = Layout { has_running: true, has_closing: rng.chance(50), rows_max: 25 };
        let made = sound(rng, layout);
        let mut mixed = made.clone();
        if rng.chance(50) {
            mixed.entries.reverse();
        } else {
            // Random inside each day.
            for at in (1..mixed.entries.len()).rev().chain(1..mixed.entries.len()) {
                let is_same = mixed.entries[at].booked_at == mixed.entries[at - 1].booked_at;
                if is_same && rng.chance(50) {
                    mixed.entries.swap(at, at - 1);
                }
            }
        }
        let proved = prove(&mixed, 2);
        assert_eq!(proved.state, StatementState::Proved, "seed {seed}");
        let back: Vec<_> = proved.sequence.iter().map(|&at| &mixed.entries[at]).collect();
        let is_back = back.iter().copied().eq(made.entries.iter());
        assert!(is_back || proved.orders == Orders::Several, "seed {seed}");
    }
}

#[test]
fn of_ten_thousand_faults_none_is_proved() {
    let (mut spoiled, mut named, mut nameable) = (0, 0, 0);
    let mut seed = 0;
    while spoiled < 10_000 {
        seed += 1;
        let rng = &mut Rng::new(seed);
        let has_running = rng.chance(50);
        let layout =
            Layout { has_running, has_closing: !has_running || rng.chance(70), rows_max: 16 };
        let mut made = sound(rng, layout);
        let rows = made.entries.len();
        let fault = *rng.pick(&FAULTS);
        let Some(Spoiled(repair)) = spoil(&mut made, fault, rng) else { continue };
        // A last row that is gone leaves a sound statement if nothing says where it ended.
        if fault == Fault::Missing && !layout.has_closing {
            continue;
        }
        spoiled += 1;
        let proved = prove(&made, 2);
        let told = format!("seed {seed}, {fault:?}, {layout:?}, {rows} rows");
        assert!(!matches!(proved.state, StatementState::Proved), "{told}");
        assert!(proved.breaks.len() <= BREAKS_MENDED_MAX);
        if let Some(repair) = repair {
            nameable += 1;
            named += u32::from(is_among(&proved, &repair));
            assert!(is_among(&proved, &repair), "{told}: {repair:?} not in {:?}", proved.breaks);
        }
        if fault == Fault::Missing {
            assert!(repairs(&proved).any(|r| matches!(r, Repair::RowMissing { .. })), "{told}");
        }
    }
    println!("{spoiled} faults, {named} of {nameable} repairs named, {seed} seeds");
}

#[test]
fn a_reversed_run_of_rows_is_put_back_or_named() {
    let (mut put_back, mut named, mut neither) = (0, 0, 0);
    for seed in 0..2_000 {
        let rng = &mut Rng::new(seed);
        let layout = Layout { has_running: true, has_closing: rng.chance(50), rows_max: 20 };
        let mut made = sound(rng, layout);
        let true_sequence = made.clone();
        if made.entries.len() < 10 {
            continue;
        }
        // A short run: of a long one the rest would be said to be reversed.
        let first = usize::try_from(rng.below(4)).expect("small") + 1;
        let last = first + 1 + usize::try_from(rng.below(3)).expect("small");
        // Days stay where they are, as if a page had been typed from the bottom.
        let days: Vec<_> = made.entries.iter().map(|entry| entry.booked_at).collect();
        made.entries[first..=last].reverse();
        for (entry, day) in made.entries.iter_mut().zip(days) {
            entry.booked_at = day;
        }
        let proved = prove(&made, 2);
        if proved.state == StatementState::Proved {
            let texts = proved.sequence.iter().map(|&at| &made.entries[at].description);
            let is_back = texts.eq(true_sequence.entries.iter().map(|entry| &entry.description));
            assert!(is_back || proved.orders == Orders::Several, "seed {seed}");
            put_back += 1;
        } else if repairs(&proved).any(|r| matches!(r, Repair::RowsReversed { .. })) {
            named += 1;
        } else {
            neither += 1;
        }
    }
    println!("reversed: {put_back} put back, {named} named, {neither} only broken");
    assert!(neither * 20 < put_back + named);
}

#[test]
fn two_faults_are_mended_each_at_its_place() {
    for seed in 0..500 {
        let rng = &mut Rng::new(seed);
        let layout = Layout { has_running: true, has_closing: true, rows_max: 30 };
        let mut made = sound(rng, layout);
        let count = made.entries.len();
        if count < 6 {
            continue;
        }
        let places = [1, count - 2];
        for at in places {
            let old = minor_of(made.entries[at].amount);
            made.entries[at].amount = Some(minor(-old));
        }
        let proved = prove(&made, 2);
        for at in places {
            let figure = Figure::Amount(at);
            assert!(is_among(&proved, &Repair::SignFlipped { figure }), "seed {seed}, row {at}");
        }
    }
}
