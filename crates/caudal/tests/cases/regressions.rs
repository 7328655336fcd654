//! Small ledgers on which a document once was wrong.

use caudal::wire::TraceDocument;
use caudal::{Case, Request, unwatched};

use crate::world::case_of;

const HEADER: &str =
    "id,date,payer,payee,amount,currency,label,received_amount,received_currency\n";

fn trace(case: &Case, from: &[&str], to: &[&str], rule: &str) -> TraceDocument {
    let mut request = Request::from(from.iter().copied()).rule(rule).expect("a rule");
    request.to = to.iter().map(|text| text.parse().expect("a selector")).collect();
    let document = caudal::trace(case, &request, &mut unwatched);
    document.unwrap_or_else(|error| panic!("{error}"))
}

/// A hundredth of ten centavos is less than a centavo, but arrives as a whole dollar.
#[test]
fn a_transfer_that_brings_money_is_told_even_if_less_than_a_unit_was_paid() {
    let rows = "\
t1,2025-01-01,@v,B,0.01,MXN,V,,
t2,2025-01-02,@own,B,0.99,MXN,own,,
t3,2025-01-03,B,A,0.10,MXN,,100.00,USD
";
    let case = case_of(&[("transfers.csv", &format!("{HEADER}{rows}"))]);
    let document = trace(&case, &["label:V"], &[], "pro-rata");
    let rows = document.results[0].transfers.as_ref().expect("a trace has transfers");
    let row = rows.iter().find(|row| row.id == "t3").expect("the transfer brings money");
    let received = row.received.as_ref().expect("it converts");
    let found = (row.traced.len(), row.traced_total.as_str(), received.traced_total.as_str());
    assert_eq!(found, (0, "0.00", "1.00"));
}

/// One centavo arrives as 100 cents; the first 50 of them stand for none of it.
#[test]
fn an_ending_that_stands_for_less_than_a_unit_of_its_origin_says_zero() {
    let rows = "\
t1,2025-01-01,@v,B,0.01,MXN,V,,
t2,2025-01-02,B,A,0.01,MXN,,1.00,USD
t3,2025-01-03,A,@x,0.50,USD,,,
";
    let case = case_of(&[("transfers.csv", &format!("{HEADER}{rows}"))]);
    let document = trace(&case, &["label:V"], &[], "fifo");
    let endings = document.results[0].endings.as_ref().expect("a trace has endings");
    let outside = endings.iter().find(|ending| ending.place == "@x").expect("money went there");
    let [origin] = outside.origin.as_slice() else { panic!("the ledger converts") };
    let found = (outside.amount.as_str(), origin.amount.as_str(), origin.currency.as_str());
    assert_eq!(found, ("0.50", "0.00", "MXN"));
}

/// `TRACING` 1 names labels that say where money without one came from; a selector may use them.
#[test]
fn money_without_a_label_can_be_named_by_where_it_came_from() {
    let rows = "\
t1,2025-01-01,ghost,A,10.00,USD,,,
t2,2025-01-02,@stranger,A,20.00,USD,,,
";
    let transfers = format!("{HEADER}{rows}");
    let case = case_of(&[
        ("transfers.csv", &transfers),
        ("openings.csv", "account,currency,amount\nA,USD,5.00\n"),
        ("accounts.csv", "account,statement\nghost,missing\n"),
    ]);
    let back = trace(&case, &[], &["account:A"], "fifo");
    let sources = back.results[0].sources.iter().flatten();
    let found: Vec<(&str, &str)> =
        sources.map(|row| (row.label.as_str(), row.amount.as_str())).collect();
    let expected = [("unlabelled", "5.00"), ("unknown:ghost", "10.00"), ("unlabelled", "20.00")];
    assert_eq!(found, expected);
    let named: [(&str, &[&str]); 3] = [
        ("opening:A", &["5.00"]),
        ("unknown:ghost", &["10.00"]),
        ("unlabelled", &["5.00", "20.00"]),
    ];
    for (label, amounts) in named {
        let selector = format!("label:{label}");
        let document = trace(&case, &[&selector], &["account:A"], "fifo");
        let reached = document.results[0].reached.as_ref().expect("there is a target");
        let found: Vec<&str> = reached.iter().map(|row| row.amount.as_str()).collect();
        assert_eq!(found, amounts, "{label}");
    }
}
