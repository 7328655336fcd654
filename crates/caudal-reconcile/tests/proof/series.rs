//! Several statements of one account.

use caudal_model::{Moment, Statement};
use caudal_reconcile::proof::StatementState;
use caudal_reconcile::series::{MonthState, Series, join, months};

use crate::script::{decimal, statement};

fn joined(scripts: &[&str]) -> Series {
    let made: Vec<Statement> = scripts.iter().map(|script| statement(script)).collect();
    let numbered: Vec<(usize, &Statement)> = made.iter().enumerate().collect();
    join(&numbered, 2)
}

/// Entries as `statement.entry`, a bar between runs, then the state of each run.
fn check(scripts: &[&str], expected: &str) -> Series {
    let series = joined(scripts);
    let run = |run: &caudal_reconcile::series::Run| {
        let entries = &series.entries[run.entries.clone()];
        let names = entries.iter().map(|at| format!("{}.{}", at.statement, at.entry));
        let state = match run.state {
            StatementState::Proved => "proved".to_owned(),
            StatementState::Broken { off } => format!("off {off}"),
            StatementState::Unproved => "unproved".to_owned(),
        };
        format!("{} {state}", names.collect::<Vec<_>>().join(" "))
    };
    let found: Vec<String> = series.runs.iter().map(run).collect();
    assert_eq!(found.join(" | "), expected, "{scripts:?}");
    series
}

fn check_codes(scripts: &[&str], expected: &[&str]) {
    let series = joined(scripts);
    let text = |finding: &caudal_reconcile::Finding| {
        let entry = finding.entry.map_or(String::new(), |entry| format!(".{entry}"));
        format!("{} {}{entry}", finding.code, finding.statement)
    };
    let found: Vec<String> = series.findings.iter().map(text).collect();
    assert_eq!(found, expected, "{scripts:?}");
}

#[test]
fn statements_join_where_their_balances_meet() {
    let scripts = ["open 3, d9 1, close 4", "open 0, d1 1, d2 2, close 3"];
    let series = check(&scripts, "1.0 1.1 0.0 proved");
    assert_eq!((series.runs[0].first_day, series.runs[0].last_day), (Some(1), Some(9)));
    check_codes(&scripts, &[]);
}

#[test]
fn a_jump_of_the_balance_is_a_gap() {
    let scripts = ["open 0, d1 1, d2 2, close 3", "open 4, d9 1, close 5"];
    check(&scripts, "0.0 0.1 proved | 1.0 proved");
    check_codes(&scripts, &["statement-gap 1"]);
    let gap = &joined(&scripts).findings[0];
    assert_eq!((gap.found.as_str(), gap.expected.as_deref()), ("4.00", Some("3.00")));
    // On a shared day too: nothing may hide it.
    let touching = ["open 0, d1 1, d2 2, close 3", "open 4, d2 1, close 5"];
    check(&touching, "0.0 0.1 proved | 1.0 proved");
    check_codes(&touching, &["statement-gap 1"]);
    assert_eq!(joined(&touching).faults[0].off, decimal("1"));
}

#[test]
fn an_equal_balance_alone_proves_no_quiet_days() {
    // Day 0 is 1 January 1970. No whole month is left out, then February is.
    check(&["open 0, d0 1, close 1", "open 1, d55 1, close 2"], "0.0 1.0 proved");
    let apart = ["open 0, d0 1, close 1", "open 1, d60 1, close 2"];
    check(&apart, "0.0 proved | 1.0 proved");
    check_codes(&apart, &["statement-gap 1"]);
    // Stated periods may leave out some days, not weeks.
    let days = |first| format!("days {first} 20, open 1, d20 1, close 2");
    check(&["days 0 5, open 0, d0 1, close 1", &days(12)], "0.0 1.0 proved");
    check(&["days 0 5, open 0, d0 1, close 1", &days(13)], "0.0 proved | 1.0 proved");
    // A number that is left out is a statement that is; numbers that follow leave none out.
    let numbered = |number| format!("seq {number}, open 1, d90 1, close 2");
    check(&["seq 1, open 0, d0 1, close 1", &numbered(2)], "0.0 1.0 proved");
    check(&["seq 1, open 0, d0 1, close 1", &numbered(3)], "0.0 proved | 1.0 proved");
    // Some banks count the days of the year: 1 April is the 91st.
    check(&["seq 1, open 0, d0 1, close 1", &numbered(91)], "0.0 1.0 proved");
}

#[test]
fn without_balances_days_must_follow() {
    check(&["d1 1, d2 2", "d3 1"], "0.0 0.1 1.0 unproved");
    check(&["d1 1, d2 2", "d4 1"], "0.0 0.1 unproved | 1.0 unproved");
}

#[test]
fn a_neighbour_confirms_a_balance_that_is_not_stated() {
    check(&["open 0, d1 1, close 1", "d2 2, close 3"], "0.0 1.0 proved");
    check(&["open 0, d1 1", "open 1, d2 2, close 3"], "0.0 1.0 proved");
    check(&["open 0, d1 1", "d2 2, close 3"], "0.0 1.0 proved");
    check(&["open 0, d1 1, close 1", "d2 2 =3, d3 1 =4"], "0.0 1.0 1.1 proved");
    // Nothing stands before the first, nothing behind the last.
    check(&["d1 1, close 1", "open 1, d2 2, close 3"], "0.0 1.0 unproved");
    check(&["open 0, d1 1, close 1", "open 1, d2 2"], "0.0 1.0 unproved");
    check(&["open 0, d1 1, close 1", "d2 2, close 4"], "0.0 proved | 1.0 unproved");
}

#[test]
fn copies_count_once() {
    let scripts = ["copy, open 0, d1 1, close 1", "open 0, d1 1, close 1"];
    let series = check(&scripts, "1.0 proved");
    assert_eq!(series.duplicates.len(), 1);
    check_codes(&scripts, &["statement-overlap 0"]);
}

#[test]
fn entries_of_two_statements_count_once() {
    // The later statement begins in the middle of the earlier one.
    let series = check(
        &["open 0, d1 1, d2 2, d3 3, close 6", "open 1, d2 2, d3 3, d4 4, close 10"],
        "0.0 0.1 0.2 1.2 proved",
    );
    let pairs: Vec<_> = series.duplicates.iter().map(|(a, b)| (a.entry, b.entry)).collect();
    assert_eq!(pairs, [(0, 1), (1, 2)]);
    // Another format of the same days, with another order inside the day and no opening balance.
    check(&["open 0, d1 1 a, d1 2 b, close 3", "d1 2 x, d1 1 y, close 3"], "0.0 0.1 proved");
    // A list of entries without any balance changes nothing, and is answered for.
    check(&["open 0, d1 1, d2 2, d3 3, close 6", "d2 2, d3 3"], "0.0 0.1 0.2 proved");
    check(&["d1 1, d2 2", "open 0, d1 1, d2 2, d3 3, close 6"], "1.0 1.1 1.2 proved");
}

#[test]
fn statements_of_one_day_are_ordered_by_their_balances() {
    check(
        &["open 3, d1 4, close 7", "open 0, d1 1, close 1", "open 1, d1 2, close 3"],
        "1.0 2.0 0.0 proved",
    );
    // The first of the day overlaps the second, which was given first.
    check(&["open 1, d1 2, d1 3, close 6", "open 0, d1 1, d1 2, close 3"], "1.0 0.0 0.1 proved");
}

#[test]
fn two_equal_rows_of_one_statement_are_two() {
    check(
        &["open 0, d1 5, d1 5, close 10", "open 0, d1 5, d1 5, d2 1, close 11"],
        "1.0 1.1 1.2 proved",
    );
    check(&["open 0, d1 5, close 5", "open 0, d1 5, d1 5, close 10"], "1.0 1.1 proved");
    // Equal rows on the day on which one statement ends and the next begins: the balances meet.
    check(&["open 0, d1 5, close 5", "open 5, d1 5, close 10"], "0.0 1.0 proved");
}

#[test]
fn what_only_one_of_two_holds_is_kept_and_told() {
    let scripts =
        ["open 0, d1 1, d2 2, d3 3, d4 4, close 10", "days 1 4, open 0, d1 1, d3 3, d4 4, close 8"];
    check(&scripts, "0.0 0.1 0.2 0.3 off -2.00");
    check_codes(&scripts, &["statement-overlap 0.1", "balance-does-not-follow 1"]);
    let scripts = ["days 1 5, open 0, d1 1, d5 5, close 6", "d1 1, d3 3, d5 5"];
    check(&scripts, "0.0 1.1 0.1 unproved");
    check_codes(
        &scripts,
        &["opening-balance-missing 1", "closing-balance-missing 1", "statement-overlap 1.1"],
    );
}

#[test]
fn pages_are_one_statement() {
    let pages = ["seq 7, page 1, more, open 0, d1 1", "seq 7, page 2, last, d2 2, close 3"];
    let series = check(&pages, "0.0 1.0 proved");
    assert_eq!(series.documents[0].statements, [0, 1]);
    check_codes(&pages, &[]);
    check(
        &["id a, page 2, open 1, d2 2, close 3", "id a, page 1, open 0, d1 1, close 1"],
        "1.0 0.0 proved",
    );
}

#[test]
fn a_missing_page_is_told_once() {
    check_codes(
        &[
            "seq 7, page 1, more, open 0, d1 1, close 1",
            "seq 7, page 3, last, open 4, d3 1, close 5",
        ],
        &["page-missing 1", "statement-gap 1"],
    );
    check_codes(&["seq 7, page 2, last, open 0, d1 1, close 1"], &["page-missing 0"]);
    check_codes(&["seq 7, page 1, more, open 0, d1 1, close 1"], &["page-missing 0"]);
}

#[test]
fn numbers_follow_one_another_and_begin_again() {
    let in_row = |a: u64, b: u64| {
        [format!("seq {a}, open 0, d1 1, close 1"), format!("seq {b}, open 1, d30 1, close 2")]
    };
    let codes = |a: u64, b: u64| {
        let scripts = in_row(a, b);
        let series = joined(&[&scripts[0], &scripts[1]]);
        series.findings.iter().map(|f| f.code.to_string()).collect::<Vec<_>>()
    };
    assert!(codes(4, 5).is_empty());
    assert!(codes(12, 1).is_empty());
    // What is left out between them moved nothing in all, and is missing all the same.
    assert_eq!(codes(4, 6), ["statement-out-of-sequence", "statement-gap"]);
}

fn day(year: i32, month: u32, day: u32) -> i32 {
    Moment::from_date(year, month, day).expect("a day").day
}

#[test]
fn each_month_says_what_it_is_worth() {
    let (january, february, april) = (day(2025, 1, 10), day(2025, 2, 10), day(2025, 4, 10));
    let month = |from: i32, rest: &str| format!("days {} {}, {rest}", from - 9, from + 17);
    let scripts = [
        month(january, &format!("open 0, d{january} 1, close 1")),
        month(february, &format!("open 1, d{february} 1, close 3")),
        month(april, &format!("d{april} 1")),
    ];
    let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let series = joined(&scripts);
    let span = (day(2024, 12, 1), day(2025, 5, 31));
    let states: Vec<_> = months(&series, span).into_iter().map(|(_, m, s)| (m, s)).collect();
    assert_eq!(
        states,
        [
            (12, MonthState::NotCovered),
            (1, MonthState::Reconciled),
            (2, MonthState::Off(decimal("1"))),
            (3, MonthState::Missing),
            (4, MonthState::Unproved),
            (5, MonthState::NotCovered),
        ]
    );
    assert_eq!(months(&series, (i32::MIN, i32::MAX)).len(), 9_999 * 12);
    assert!(months(&series, (1, 0)).len() <= 1 && months(&series, (99, 0)).is_empty());
}
