//! One statement.

use caudal_model::EntryStatus;
use caudal_reconcile::proof::{
    Figure, Order, Orders, Proved, Repair, RowState, StatementState, prove,
};

use crate::script::statement;

fn shown(proved: &Proved) -> String {
    let state = match proved.state {
        StatementState::Proved => "proved".to_owned(),
        StatementState::Broken { off } => format!("off {off}"),
        StatementState::Unproved => "unproved".to_owned(),
    };
    let letter = |row: &RowState| match row {
        RowState::Proved => 'P',
        RowState::Broken => 'B',
        RowState::Unproved => 'U',
    };
    format!("{state} {}", proved.rows.iter().map(letter).collect::<String>())
}

fn check(script: &str, expected: &str) {
    assert_eq!(shown(&prove(&statement(script), 2)), expected, "{script}");
}

fn check_order(script: &str, expected: &[usize], orders: Orders) {
    let proved = prove(&statement(script), 2);
    assert_eq!((proved.sequence.as_slice(), proved.orders), (expected, orders), "{script}");
}

fn figure(figure: Figure) -> String {
    match figure {
        Figure::Opening => "opening".to_owned(),
        Figure::Closing => "closing".to_owned(),
        Figure::Amount(entry) => format!("amount {entry}"),
        Figure::BalanceAfter(entry) => format!("balance {entry}"),
    }
}

fn check_repairs(script: &str, expected: &[&str]) {
    let proved = prove(&statement(script), 2);
    let text = |repair: &Repair| match *repair {
        Repair::DuplicateRow { entry, of } => format!("{entry} copies {of}"),
        Repair::RowsReversed { first, last } => format!("reversed {first} {last}"),
        Repair::SignFlipped { figure: at } => format!("sign of {}", figure(at)),
        Repair::WrongDecimalPoint { figure: at, would_be } => {
            format!("point of {}: {would_be}", figure(at))
        }
        Repair::DigitsSwapped { figure: at, would_be } => {
            format!("swapped in {}: {would_be}", figure(at))
        }
        Repair::DigitChanged { figure: at, would_be } => {
            format!("digit of {}: {would_be}", figure(at))
        }
        Repair::RowMissing { after, amount } => format!("missing after {after:?}: {amount}"),
    };
    let found: Vec<String> =
        proved.breaks.iter().flat_map(|at| at.repairs.iter().map(text)).collect();
    assert_eq!(found, expected, "{script}");
}

fn codes(script: &str) -> Vec<String> {
    let proved = prove(&statement(script), 2);
    let place = |entry: Option<usize>| entry.map_or(String::new(), |entry| format!(" {entry}"));
    proved.findings.iter().map(|f| format!("{}{}", f.code, place(f.entry))).collect()
}

#[test]
fn entries_that_lead_from_opening_to_closing_are_proved() {
    check("open 100, d1 +20, d2 -30, close 90", "proved PP");
    check("open 100, d1 +20 =120, d2 -30 =90, close 90", "proved PP");
    check("open 100, d1 +20 =120, d2 -30 =90", "proved PP");
    check("open 100, d1 0.10, d2 0.2, close 100.30", "proved PP");
    check("open 100, close 100", "proved ");
}

#[test]
fn what_has_nothing_to_check_it_is_unproved() {
    check("open 100, d1 +20, d2 -30", "unproved UU");
    check("d1 +20, d2 -30, close 90", "unproved UU");
    check("open 100, d1 ?, d2 -30, close 90", "unproved UU");
    check("d1 +20 =120, d2 -30 =90, close 90", "unproved UP");
    check("open 100, d1 +20 =120, d2 -30", "unproved PU");
    check("open 100, d1 ? =120, d2 -30 =90", "unproved UP");
    check("open 100", "unproved ");
    check("", "unproved ");
}

#[test]
fn a_break_is_named_where_running_balances_show_it() {
    check("open 100, d1 +20 =120, d2 -30 =95, d3 +5 =100, close 100", "off 5.00 PBP");
    check("open 100, d1 +20, d2 -30 =95, d3 +5 =100, close 100", "off 5.00 BBP");
    check("open 100, d1 +20, d2 -30, close 95", "off 5.00 UU");
    check("open 100, d1 +20 =120, close 119", "off -1.00 P");
    check("open 100, close 99", "off -1.00 ");
    // Two that cancel are still two.
    check("open 0, d1 +5 =5, d2 +5 =11, d3 +5 =15, close 15", "off 0.00 PBB");
}

#[test]
fn only_booked_entries_count() {
    let mut pending = statement("open 100, d1 +20, d2 -7, close 120");
    pending.entries[1].status = EntryStatus::Expected;
    assert_eq!(shown(&prove(&pending, 2)), "proved PU");
}

#[test]
fn balances_tell_the_order_of_rows() {
    check_order("open 0, d1 1 =1, d2 2 =3", &[0, 1], Orders::One);
    check_order("open 0, d2 2 =3, d1 1 =1", &[1, 0], Orders::One);
    check_order("open 0, d1 2 =3, d1 1 =1, d2 4 =7", &[1, 0, 2], Orders::One);
    check_order("open 0, d1 4 =7, d1 1 =1, d1 2 =3, d2 -7 =0", &[1, 2, 0, 3], Orders::One);
    // Newest day first, and the rows of the older day the other way round.
    check_order("open 0, d2 4 =7, d1 1 =1, d1 2 =3", &[1, 2, 0], Orders::One);
    check_order("open 0, d2 1, d1 2, close 3", &[1, 0], Orders::One);
}

#[test]
fn more_than_one_order_is_said() {
    check_order("open 0, d1 1 =1, d1 -1 =0, d1 2 =2, d1 -2 =0", &[0, 1, 2, 3], Orders::Several);
    check_order("open 0, d1 1, d1 2, close 3", &[0, 1], Orders::Several);
    check_order("d1 1 =1, d1 -1 =0", &[0, 1], Orders::Several);
}

#[test]
fn rows_leave_their_day_only_if_nothing_else_fits() {
    let moved = prove(&statement("open 0, d1 2 =3, d2 1 =1, d3 4 =7, close 7"), 2);
    assert_eq!(shown(&moved), "proved PPP");
    assert_eq!(moved.order, Order::ByBalances(vec![1, 0, 2]));
    assert_eq!(codes("open 0, d1 2 =3, d2 1 =1, d3 4 =7, close 7"), ["sequence-against-date 0"]);
}

#[test]
fn the_smallest_repairs_come_first() {
    let sound = "d1 +20 =120, ";
    let of = |rest: &str| format!("open 100, {sound}{rest}");
    check_repairs(&of("d2 30 =90"), &["sign of amount 1", "missing after Some(0): -60.00"]);
    check_repairs(&of("d2 -5.40 =113.27, d3 1 =114.27"), &["missing after Some(0): -1.33"]);
    check_repairs(
        &of("d2 -45 =66, d3 1 =67"),
        &["swapped in amount 1: -54.00", "missing after Some(0): -9.00"],
    );
    check_repairs(
        &of("d2 -45 =77, d3 1 =78"),
        &["digit of amount 1: -43.00", "missing after Some(0): 2.00"],
    );
    check_repairs(
        &of("d2 -4512 =74.88, d3 1 =75.88"),
        &["point of amount 1: -45.12", "missing after Some(0): 4466.88"],
    );
    check_repairs(
        &of("d1 +20 =120, d3 1 =121"),
        &["1 copies 0", "digit of amount 1: 0.00", "missing after Some(0): -20.00"],
    );
    check_repairs(
        "open 100, d1 20, d1 20, d2 5, close 125",
        &[
            "1 copies 0",
            "digit of amount 0: 0.00",
            "digit of amount 1: 0.00",
            "digit of closing: 145.00",
            "missing after None: -20.00",
        ],
    );
}

#[test]
fn a_misprinted_balance_breaks_twice_and_is_one_repair() {
    check_repairs(
        "open 0, d1 12 =12, d2 33 =54, d3 10 =55, close 55",
        &[
            "swapped in balance 1: 45.00",
            "missing after Some(0): 9.00",
            "swapped in balance 1: 45.00",
            "point of amount 2: 1.00",
            "missing after Some(1): -9.00",
        ],
    );
}

#[test]
fn a_reversed_run_is_named_where_no_end_is_stated() {
    let made = statement("d1 5 =105, d2 1 =106, d3 4 =112, d4 2 =108, d5 8 =120");
    let proved = prove(&made, 2);
    assert_eq!(proved.breaks[0].repairs[0], Repair::RowsReversed { first: 2, last: 3 });
}

#[test]
fn findings_name_what_is_wrong() {
    assert_eq!(codes("open 1, d1 1, close 2"), Vec::<String>::new());
    assert_eq!(codes("d1 1, d2 2"), ["opening-balance-missing", "closing-balance-missing"]);
    assert_eq!(
        codes("open 0, d1 1 =2, d2 1 =4"),
        ["balance-does-not-follow 0", "balance-does-not-follow 1"]
    );
    assert_eq!(
        codes("open 0, d1 1 =1, d1 1 =1, d2 1 =2"),
        ["balance-does-not-follow 1", "row-duplicate 1"]
    );
    assert_eq!(
        codes("d1 1 #x, d1 1 #x, d1 1 #y, d2 1 #x, d2 1, d2 1, close 6"),
        ["opening-balance-missing", "row-duplicate 1"]
    );
    assert_eq!(codes("open 0, d1 1 #x, d1 1 #x, close 2"), Vec::<String>::new());
    assert_eq!(codes("days 5 9, open 0, d4 1, d9 1, close 2"), ["date-outside-statement 0"]);
    assert_eq!(codes("open 0, d1 0.005, close 0.005"), ["amount-digits-beyond-currency 0"]);
}

#[test]
fn no_figure_is_too_large() {
    let huge = "99999999999999999999";
    let fine = "0.000000000000000001";
    check(&format!("open {huge}, d1 {huge}, d2 {fine}, close {fine}"), "unproved UU");
    check(&format!("open -{huge}, d1 {huge} =0, d2 {fine} ={fine}"), "proved PP");
    check(&format!("open -{huge}, d1 -{huge} ={huge}"), "unproved U");
    let mut far = statement(&format!("days {} {}, d1 1, close 2", i32::MIN, i32::MIN + 1));
    far.entries[0].booked_at = Some(caudal_model::Moment { day: i32::MAX, nanos: None });
    assert_eq!(shown(&prove(&far, 255)), "unproved U");
}
