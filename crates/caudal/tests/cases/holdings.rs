//! Whose money is where, against traces of the same question.

use std::fmt::Write as _;

use caudal::{Case, HoldingsOptions, Request, holdings, trace, unwatched, wire};
use caudal_testkit::random::Rng;

/// A case of a few accounts and many victims, from a seed.
fn case(seed: u64) -> Case {
    let mut rng = Rng::new(seed);
    let mut text = String::from("id,date,payer,payee,amount,currency,label\n");
    for at in 1..=80 {
        let (day, cents) = (1 + at / 4, 1 + rng.below(9000));
        let to = *rng.pick(&["A", "B", "C"]);
        let (payer, label) = if rng.chance(40) {
            ("@in".to_owned(), format!("V{}", rng.below(12)))
        } else {
            ((*rng.pick(&["D", "E", "F"])).to_owned(), String::new())
        };
        let (payer, payee) = if label.is_empty() {
            (to.to_owned(), if rng.chance(70) { payer } else { "@out".to_owned() })
        } else {
            (payer, (*rng.pick(&["A", "B", "C"])).to_owned())
        };
        let (whole, rest) = (cents / 100, cents % 100);
        writeln!(text, "t{at},2025-03-{day:02},{payer},{payee},{whole}.{rest:02},USD,{label}")
            .expect("a text takes everything");
    }
    Case::from_bytes("t.csv", text.as_bytes(), None).expect("sound rows")
}

fn ask(case: &Case, request: &Request, account: Option<&str>) -> wire::HoldingsDocument {
    let options = HoldingsOptions { account: account.map(str::to_owned), min: None };
    holdings(case, request, &options, &mut unwatched).expect("an answer")
}

#[test]
fn holdings_at_a_day_are_the_endings_of_a_trace_until_it() {
    for seed in 0..20 {
        let case = case(seed);
        for until in ["2025-03-05", "2025-03-12", "2025-03-31"] {
            let request = Request::from(["label:*"]).rule("fifo,lifo,pro-rata,difo,libr");
            let request = request.and_then(|request| request.until(until)).expect("words");
            let held = ask(&case, &request, None);
            let traced = trace(&case, &request, &mut unwatched).expect("an answer");
            for (held, traced) in held.results.iter().zip(&traced.results) {
                let endings = traced.endings.as_ref().expect("a trace has endings");
                assert_eq!(held.places.len(), endings.len(), "seed {seed}");
                for place in &held.places {
                    let here = |ending: &&wire::EndingRow| {
                        (&ending.kind, &ending.place) == (&place.kind, &place.place)
                    };
                    let ending = endings.iter().find(here).expect("the same place");
                    assert_eq!(ending.amount, place.traced, "seed {seed}");
                    let parts = place.origins.iter().map(|p| (p.label.clone(), p.amount.clone()));
                    assert_eq!(ending.traced, parts.collect(), "seed {seed}");
                }
            }
        }
    }
}

#[test]
fn every_label_is_all_labels_named() {
    for seed in 0..10 {
        let case = case(seed);
        let every = Request::from(["label:*"]).rule("libr,pro-rata").expect("rules");
        let every = ask(&case, &every, None);
        let origins = every.results[0].origins.as_ref().expect("a pass tells origins");
        let mut names: Vec<String> =
            origins.iter().map(|origin| format!("label:{}", origin.label)).collect();
        names.sort();
        assert!(names.len() > 4, "many labels: {names:?}");
        let named = Request::from(names.iter().map(String::as_str)).rule("libr,pro-rata");
        assert_eq!(ask(&case, &named.expect("rules"), None).results, every.results);
    }
}

#[test]
fn one_account_alone_is_its_row() {
    for seed in 0..10 {
        let case = case(seed);
        let request = Request::from(["label:*"]).rule("fifo").expect("a rule");
        let all = ask(&case, &request, None);
        for place in all.results[0].places.iter().filter(|place| place.kind == "held") {
            let alone = ask(&case, &request, Some(&place.place));
            assert_eq!(alone.results[0].places, std::slice::from_ref(place), "seed {seed}");
            assert_eq!(alone.results[0].origins, None, "found from its balance");
        }
    }
}
