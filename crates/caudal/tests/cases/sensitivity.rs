//! How far figures depend on what could be otherwise, and what stands under every rule.

use std::ops::ControlFlow;

use caudal::sensitivity::trace_with_sensitivity;
use caudal::wire::{SensitivityRow, TraceDocument};
use caudal::{Case, ErrorKind, Language, Request, unwatched};

use crate::languages::check_sentence;

fn case(rows: &str) -> Case {
    let text = format!("id,date,payer,payee,amount,currency,label\n{rows}");
    Case::from_bytes("t.csv", text.as_bytes(), None).expect("a case")
}

fn request(from: &str, to: &[&str], rules: &str) -> Request {
    let mut request = Request::from([from]).rule(rules).expect("rules");
    request.to = to.iter().map(|text| text.parse().expect("a selector")).collect();
    request
}

fn ask(case: &Case, request: &Request) -> TraceDocument {
    trace_with_sensitivity(case, None, request, &mut unwatched).expect("an answer")
}

/// Status, low, high and their causes of a place.
fn told<'d>(document: &'d TraceDocument, place: &str) -> Vec<[&'d str; 5]> {
    let rows = document.sensitivity.iter().filter(|row| row.place == place);
    let told = |row: &'d SensitivityRow| {
        [&row.status, &row.low, &row.low_when, &row.high, &row.high_when].map(String::as_str)
    };
    rows.map(told).collect()
}

/// The published three lines: 70 of the origin are left, or 20, as the day is ordered.
const THREE_LINES: &str = "v,2025-01-01,@victim,A,100.00,USD,V\n\
    o,2025-01-02,@own,A,50.00,USD,\n\
    x,2025-01-02,A,@shop,80.00,USD,\n";

#[test]
fn a_figure_that_the_order_of_a_day_moves_names_the_orders() {
    let document = ask(&case(THREE_LINES), &request("label:V", &[], "libr"));
    let ids: Vec<&str> = document.variants.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["same-day:credits-first", "same-day:debits-first"]);
    let low = "same-day:debits-first";
    assert_eq!(told(&document, "A"), [["order-sensitive", "20.00", low, "70.00", "asked"]]);
    assert_eq!(told(&document, "@shop"), [["order-sensitive", "30.00", "asked", "80.00", low]]);
}

#[test]
fn a_trace_without_a_tie_has_only_exact_figures() {
    let rows = THREE_LINES.replace("x,2025-01-02", "x,2025-01-03");
    let document = ask(&case(&rows), &request("label:V", &[], "all"));
    assert!(document.variants.is_empty());
    assert!(!document.sensitivity.is_empty());
    assert!(document.sensitivity.iter().all(|row| row.status == "exact" && row.low == row.high));
}

#[test]
fn bounds_and_targets_are_asked_under_every_order_too() {
    let rules = "libr,at-least,at-most";
    let document = ask(&case(THREE_LINES), &request("label:V", &["account:A"], rules));
    let row = |part: &str, rule: &str| {
        let rows = document.sensitivity.iter();
        let mut found = rows.filter(|row| row.part == part && row.rule.starts_with(rule));
        let row = found.next().expect("a figure");
        (row.low.as_str(), row.high.as_str())
    };
    assert_eq!(row("reached", "libr"), ("20.00", "70.00"));
    assert_eq!(row("amount", "at-least"), ("20.00", "20.00"));
    assert_eq!(row("amount", "at-most"), ("20.00", "70.00"));
}

/// The account paid 30 before anything came in: the bank lent them, or they stood there unseen.
#[test]
fn an_opening_that_nothing_states_is_asked_about_clean_and_tainted() {
    let rows = "x,2025-01-01,A,@shop,30.00,USD,\n\
        v,2025-01-02,@victim,A,100.00,USD,V\n\
        y,2025-01-03,A,@other,40.00,USD,\n";
    let document = ask(&case(rows), &request("label:V", &[], "fifo"));
    let clean = "opening-clean:A";
    assert_eq!(told(&document, "A"), [["opening-sensitive", "30.00", "asked", "60.00", clean]]);
    let tainted = "opening-tainted:A";
    assert_eq!(
        told(&document, "@shop"),
        [["opening-sensitive", "0.00", "asked", "30.00", tainted]]
    );
    assert_eq!(told(&document, "@other"), [["exact", "40.00", "asked", "40.00", "asked"]]);
    assert_eq!(told(&document, "bank:A"), [["opening-sensitive", "0.00", clean, "30.00", "asked"]]);
}

#[test]
fn an_account_that_no_origin_touches_is_not_asked_about() {
    let rows = format!("{THREE_LINES}b,2025-01-01,B,@shop,7.00,USD,\n");
    let document = ask(&case(&rows), &request("label:V", &[], "fifo"));
    assert!(document.variants.iter().all(|row| !row.id.ends_with(":B")));
}

#[test]
fn a_backward_question_is_asked_again_too() {
    let request = Request { from: Vec::new(), ..request("label:V", &["payee:@shop"], "fifo,lifo") };
    let document = ask(&case(THREE_LINES), &request);
    let moved = document.sensitivity.iter().filter(|row| row.status == "order-sensitive");
    let told: Vec<_> = moved.map(|row| (row.rule.as_str(), row.place.as_str())).collect();
    assert_eq!(told, [("lifo", "o"), ("lifo", "v")], "the last in is o, or there is only v");
}

#[test]
fn asking_again_can_be_stopped_at_every_variant() {
    let (case, request) = (case(THREE_LINES), request("label:V", &[], "libr"));
    let mut looks = 0;
    let mut count = |_| {
        looks += 1;
        ControlFlow::Continue(())
    };
    assert!(trace_with_sensitivity(&case, None, &request, &mut count).is_ok());
    assert!(looks >= 2, "once for each variant");
    for stop in 1..=looks {
        let mut left = stop;
        let mut watch = |_| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let error = trace_with_sensitivity(&case, None, &request, &mut watch);
        assert_eq!(error.expect_err("stopped").kind, ErrorKind::Cancelled);
    }
}

#[test]
fn what_stands_under_every_rule_is_told_apart_from_the_bounds() {
    let document = ask(&case(THREE_LINES), &request("label:V", &[], "fifo,lifo,at-least,at-most"));
    let told: Vec<_> = document.headline.iter().map(|row| row.text.as_str()).collect();
    let expected = [
        "A (held): under every rule asked (2) at least 20.00 USD, at most 70.00 USD; under any \
         allocation at least 20.00 USD and at most 70.00 USD.",
        "@shop (outside): under every rule asked (2) at least 30.00 USD, at most 80.00 USD; under \
         any allocation at least 30.00 USD and at most 80.00 USD.",
    ];
    assert_eq!(told, expected);
    let one = ask(&case(THREE_LINES), &request("label:V", &[], "fifo,at-least"));
    assert!(one.headline.is_empty(), "one rule has nothing to be compared with");
    let targets = ask(&case(THREE_LINES), &request("label:V", &["payee:@shop"], "fifo,lifo"));
    assert_eq!(targets.headline[0].robust_core, "30.00");
    assert_eq!(targets.headline[0].at_least, None);
}

#[test]
fn variants_and_headlines_are_said_in_both_languages() {
    let rows = format!("z,2024-12-31,A,@shop,5.00,USD,\n{THREE_LINES}");
    let case = case(&rows);
    for (to, rules) in [
        (&[][..], "fifo,lifo,at-least,at-most"),
        (&["payee:@shop"], "fifo,lifo"),
        (&["payee:@shop"], "fifo,lifo,at-most"),
        (&["payee:@shop"], "fifo,lifo,at-least"),
    ] {
        let [english, spanish] = [Language::English, Language::Spanish].map(|language| {
            let request = Request { language, ..request("label:V", to, rules) };
            let document = ask(&case, &request);
            let headlines = document.headline.into_iter().map(|row| row.text);
            headlines.chain(document.variants.into_iter().map(|row| row.text)).collect::<Vec<_>>()
        });
        assert_eq!(english.len(), spanish.len());
        assert!(english.len() >= 5, "{english:?}");
        for (english, spanish) in english.iter().zip(&spanish) {
            assert_ne!(english, spanish);
            check_sentence("sensitivity", english);
            check_sentence("sensitivity", spanish);
        }
    }
}
