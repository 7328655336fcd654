//! Every assumption and problem is said in both languages, with its values.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use caudal::wire::TraceDocument;
use caudal::{Case, Language, Overdraft, Request, SameDay, unwatched};

use crate::world::case_of;

const HEADER: &str = "id,date,payer,payee,amount,currency,label,received_amount,received_currency,sequence,reverses\n";

fn case(rows: &str, openings: &str, accounts: &str) -> Case {
    let transfers = format!("{HEADER}{rows}");
    let mut files = vec![("transfers.csv", transfers.as_str())];
    if !openings.is_empty() {
        files.push(("openings.csv", openings));
    }
    if !accounts.is_empty() {
        files.push(("accounts.csv", accounts));
    }
    case_of(&files)
}

/// Ties, a circle of one day, an overdraft, and rows that move nothing.
fn tied() -> Case {
    let rows = "\
v,2025-01-01,@v,A,100.00,USD,V,,,,
own,2025-01-01,@own,A,50.00,USD,own,,,,
ab,2025-01-02,A,B,120.00,USD,,,,,
ba,2025-01-02,B,A,20.00,USD,,,,,
x,2025-01-03,B,@x,130.00,USD,,,,,
zero,2025-01-03,B,@x,0.00,USD,,,,,
self,2025-01-03,B,B,1.00,USD,,,,,
";
    case(rows, "", "")
}

/// Conversions, an account without a statement, an opening balance, reversals.
fn converted() -> Case {
    let rows = "\
v,2025-01-01,@v,A,100.00,USD,V,,,1,
w,2025-01-02,A,M,60.00,USD,,1000.00,MXN,2,
g,2025-01-03,M,G,600.00,MXN,,,,3,
c,2025-01-04,@c,A,10.00,USD,,,,4,
r,2025-01-05,A,@c,10.00,USD,,,,5,c
u,2025-01-06,A,@c,5.00,USD,,,,6,nothing
e,2025-01-04,A,@x,20.00,USD,,,,7,
";
    case(rows, "account,currency,amount,label\nA,USD,30.00,own\n", "account,statement\nG,missing\n")
}

/// So many parties and overdrafts that some are not listed.
fn many() -> Case {
    let mut rows = String::from("v,2025-01-01,@v,A,210.00,USD,V,,,,\n");
    for at in 0..350 {
        writeln!(rows, "p{at},2025-02-01,A,@p{at},1.00,USD,,,,,").expect("a text");
    }
    case(&rows, "", "")
}

fn request(from: &[&str], to: &[&str], rules: &str) -> Request {
    let mut request = Request::from(from.iter().copied()).rule(rules).expect("rules");
    request.to = to.iter().map(|text| text.parse().expect("a selector")).collect();
    request
}

/// What was met, so that the test shows what it covers.
#[derive(Default)]
struct Met(BTreeSet<String>);

impl Met {
    fn ask(&mut self, case: &Case, request: &Request) {
        let [english, spanish] = [Language::English, Language::Spanish].map(|language| {
            let request = Request { language, ..request.clone() };
            let document = caudal::trace(case, &request, &mut unwatched);
            sentences(&document.unwrap_or_else(|error| panic!("{error}")))
        });
        assert_eq!(english.len(), spanish.len(), "both languages say as much");
        for ((code, english), (same, spanish)) in english.into_iter().zip(spanish) {
            assert_eq!(code, same);
            assert_ne!(english, spanish, "{code} is said in two languages");
            for text in [&english, &spanish] {
                check_sentence(&code, text);
            }
            self.0.insert(code);
        }
    }
}

pub(crate) fn check_sentence(code: &str, text: &str) {
    assert!(text.chars().filter(|c| c.is_alphabetic()).count() > 5, "{code}: `{text}`");
    let broken = ["{", "}", "$", "assumption-", "problem-", "error-", "hint-", "  "];
    let found = broken.into_iter().find(|piece| text.contains(piece));
    assert_eq!(found, None, "{code}: `{text}`");
}

fn sentences(document: &TraceDocument) -> Vec<(String, String)> {
    let assumptions = document.assumptions.iter().map(|a| (a.code.clone(), a.text.clone()));
    let problems = document.problems.iter().map(|p| (p.code.clone(), p.text.clone()));
    let not_computed = document.results.iter().filter_map(|result| result.not_computed.clone());
    let not_computed = not_computed.map(|text| ("not computed".to_owned(), text));
    let outer = document.results.iter().filter_map(|result| result.outer.clone());
    let outer = outer.map(|text| ("outer".to_owned(), text));
    assumptions.chain(problems).chain(not_computed).chain(outer).collect()
}

fn ask_of_ties(met: &mut Met) {
    let case = tied();
    let every = "fifo,lifo,pro-rata,difo,libr:pro-rata,poison,at-least,at-most";
    for same_day in [SameDay::AsListed, SameDay::CreditsFirst, SameDay::DebitsFirst] {
        for overdraft in [Overdraft::Bank, Overdraft::Birth] {
            let asked = Request { same_day, overdraft, ..request(&["label:V"], &[], every) };
            met.ask(&case, &asked);
        }
    }
    met.ask(&case, &request(&["label:V", "transfer:v[0.00..30.00]"], &[], "fifo"));
    met.ask(&case, &request(&["label:V", "label:own"], &["account:A", "payee:@x"], every));
    met.ask(&case, &request(&[], &["payee:@x"], "all"));
    let cut = Request { fragments_max: 1, ..request(&["label:V", "label:own"], &[], "fifo") };
    met.ask(&case, &cut);
    let threshold = request(&["label:V"], &[], "pro-rata").threshold("30").expect("an amount");
    met.ask(&case, &threshold);
    let until = request(&["label:V"], &[], "fifo").until("2025-01-02").expect("a day");
    met.ask(&case, &until);
    met.ask(&case, &request(&["label:V", "label:own"], &["account:A"], "pari-passu"));
    for to in [&[][..], &["payee:@x"]] {
        let bounds = request(&["label:V"], to, "at-least,at-most");
        met.ask(&case, &Request { bound_lines_max: 1, ..bounds });
    }
}

fn ask_of_conversions(met: &mut Met) {
    let case = converted();
    let asked = request(&["label:V"], &[], "all");
    met.ask(&case, &asked);
    met.ask(&case, &Request { keep_reversals: true, ..asked });
    met.ask(&case, &request(&["label:V"], &["account:A"], "capped-pro-rata,at-least,at-most"));
}

#[test]
fn assumptions_and_problems_are_said_in_both_languages() {
    let mut met = Met::default();
    ask_of_ties(&mut met);
    ask_of_conversions(&mut met);
    met.ask(&many(), &request(&["label:V"], &[], "fifo,at-most"));
    let wanted = "amount-zero balance-below-zero bounds-not-computed bounds-not-tight \
        bounds-one-currency outer \
        bounds-stop-at-conversion carried-fractions conversion-own-rate exposure \
        fraction-below-threshold inner-fifo openings-absent openings-zero order-tie-unproved \
        origin-overlap overdraft-bank overdraft-birth problems-not-listed reversal-unmatched \
        reversals-kept reversals-netted same-day-as-listed same-day-credits-first same-day-cuts \
        same-day-debits-first self-transfer sequence-against-date statements-complete \
        statements-listed threshold trace-cut-at-cap union until";
    let wanted = wanted.split_whitespace();
    let missing: Vec<&str> = wanted.filter(|code| !met.0.contains(*code)).collect();
    println!("said in both languages: {:?}", met.0);
    assert!(missing.is_empty(), "not met: {missing:?}");
}

#[test]
fn sentences_of_a_route_are_said_in_both_languages() {
    for (case, target) in [(tied(), "x"), (converted(), "g")] {
        for rule in "fifo lifo pro-rata difo:lifo libr libr:pro-rata".split(' ') {
            let [english, spanish] = [Language::English, Language::Spanish].map(|language| {
                let request = Request { language, ..request(&["label:V"], &[], rule) };
                let document = caudal::explain(&case, &request, target, &mut unwatched);
                let document = document.unwrap_or_else(|error| panic!("{rule}: {error}"));
                let hops = document.routes.into_iter().flat_map(|route| route.hops);
                hops.map(|hop| hop.sentence).collect::<Vec<_>>()
            });
            assert_eq!(english.len(), spanish.len());
            for (english, spanish) in english.iter().zip(&spanish) {
                assert_ne!(english, spanish);
                check_sentence(rule, english);
                check_sentence(rule, spanish);
            }
        }
    }
}
