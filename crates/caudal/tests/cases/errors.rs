//! What cannot be asked: its kind, and its words in both languages.
//!
//! *Shape.* Words that cannot be read are of kind `Usage`; words that name what is not there, or
//! what a rule cannot answer, are of kind `Request`.

use caudal::{Case, Error, ErrorKind, Language, Overdraft, Request, Selector, Terms, unwatched};

use crate::languages::check_sentence;
use crate::world::case_of;

const TRANSFERS: &str = "\
id,date,payer,payee,amount,currency,label,received_amount,received_currency,sequence,reverses
v17,2025-01-01,@victim,A,100.00,USD,VICTIM,,,,
w1,2025-01-02,@other,B,50.00,USD,OTHER,,,,
p1,2025-01-03,A,@shop,130.00,USD,,,,,
c1,2025-01-04,@c,B,10.00,USD,C,,,,
r1,2025-01-05,B,@c,10.00,USD,,,,,c1
i1,2025-01-06,B,A,1.00,USD,INSIDE,,,,
";

fn case() -> Case {
    case_of(&[("transfers.csv", TRANSFERS)])
}

fn refused(from: &[&str], to: &[&str], rule: &str) -> Error {
    let request = Request::from(from.iter().copied()).rule(rule).expect("a rule");
    let to = to.iter().map(|text| text.parse().expect("a selector")).collect();
    let request = Request { to, ..request };
    caudal::trace(&case(), &request, &mut unwatched).expect_err("refused")
}

#[track_caller]
fn check(error: &Error, kind: ErrorKind, key: &str) {
    assert_eq!((error.kind, error.message.key()), (kind, key));
    let texts = [Language::English, Language::Spanish].map(|language| {
        let terms = Terms::new(language);
        let messages = [&error.message].into_iter().chain(&error.hints);
        messages.map(|message| terms.say(message)).collect::<Vec<_>>()
    });
    for (english, spanish) in texts[0].iter().zip(&texts[1]) {
        assert_ne!(english, spanish, "{key} is said in two languages");
        check_sentence(key, english);
        check_sentence(key, spanish);
    }
    assert_eq!(error.to_string(), texts[0][0]);
}

#[test]
fn words_that_cannot_be_read_are_usage() {
    let usage = |error: Error, key| check(&error, ErrorKind::Usage, key);
    for text in ["v17", "transfer:", "colour:red", ""] {
        usage(text.parse::<Selector>().expect_err("no selector"), "error-selector");
    }
    let request = || Request::from(["label:VICTIM"]);
    usage(request().rule("first-in").expect_err("no rule"), "error-rule");
    for day in ["2025-02-30", "2025-13-01", "yesterday", "2025-01", ""] {
        usage(request().until(day).expect_err("no day"), "error-until");
    }
    for amount in ["1,5", "-1", "ten", "", "0.0000000000000000001"] {
        usage(request().threshold(amount).expect_err("no amount"), "error-threshold");
    }
    usage(request().check().expect_err("no rule"), "error-no-rule");
    let empty: [&str; 0] = [];
    let nothing = Request::from(empty).rule("fifo").expect("a rule");
    usage(nothing.check().expect_err("no money"), "error-no-selector");
    usage(refused(&[], &[], "fifo"), "error-no-selector");
    let two = request().rule("fifo,lifo").expect("rules");
    let error = caudal::explain(&case(), &two, "p1", &mut unwatched).expect_err("two rules");
    usage(error, "error-one-rule");
}

#[test]
fn a_threshold_that_was_set_by_hand_is_read_when_it_is_asked() {
    let request = Request::from(["label:VICTIM"]).rule("fifo").expect("a rule");
    let request = Request { threshold: Some("some".to_owned()), ..request };
    let error = caudal::trace(&case(), &request, &mut unwatched).expect_err("no amount");
    check(&error, ErrorKind::Usage, "error-threshold");
}

#[test]
fn words_that_name_what_is_not_there_are_requests() {
    let request = |error: Error, key| check(&error, ErrorKind::Request, key);
    request(refused(&["transfer:v71"], &[], "fifo"), "error-transfer-unknown");
    request(refused(&["transfer:v71[0.00..1.00]"], &[], "fifo"), "error-transfer-unknown");
    request(refused(&["label:VICTIN"], &[], "fifo"), "error-origin-empty");
    request(refused(&["account:A"], &[], "fifo"), "error-origin-empty");
    request(refused(&["payer:@shop"], &[], "fifo"), "error-origin-empty");
    request(refused(&["payee:Z"], &[], "fifo"), "error-account-unknown");
    request(refused(&["payer:Z"], &[], "fifo"), "error-account-unknown");
    request(refused(&["account:Z"], &[], "fifo"), "error-account-unknown");
    request(refused(&["label:VICTIM"], &["account:Z"], "fifo"), "error-account-unknown");
    request(refused(&["label:VICTIM"], &["label:none"], "fifo"), "error-origin-empty");
    request(refused(&["label:VICTIM"], &["payee:@victim"], "fifo"), "error-origin-empty");
    request(refused(&["transfer:r1"], &[], "fifo"), "error-transfer-left-out");
    for part in ["[0.00..0.00]", "[5.00..1.00]", "[0.00..100.01]", "[a..b]", "[1.00]", "[0.001..1]"]
    {
        let text = format!("transfer:v17{part}");
        request(refused(&[&text], &[], "fifo"), "error-part");
    }
    let until = Request::from(["transfer:p1"]).rule("fifo").expect("a rule");
    let until = until.until("2025-01-02").expect("a day");
    let error = caudal::trace(&case(), &until, &mut unwatched).expect_err("later");
    request(error, "error-transfer-left-out");
}

#[test]
fn a_label_that_names_nothing_is_told_why() {
    let hint = |label: &str| {
        let error = refused(&[label], &[], "fifo");
        check(&error, ErrorKind::Request, "error-origin-empty");
        error.hints.first().map(|hint| hint.key().to_owned())
    };
    assert_eq!(hint("label:C").as_deref(), Some("hint-transfer-left-out"));
    assert_eq!(hint("label:INSIDE").as_deref(), Some("hint-label-inside"));
    assert_eq!(hint("label:VICTIN").as_deref(), Some("hint-near"));
    assert_eq!(hint("label:nothing like it"), None);
    assert_eq!(hint("account:A").as_deref(), Some("hint-opening-missing"));
}

#[test]
fn what_a_rule_cannot_answer_is_a_request() {
    let request = |error: Error, key| check(&error, ErrorKind::Request, key);
    request(refused(&["label:VICTIM"], &["account:@shop"], "fifo"), "error-no-balance");
    request(refused(&[], &["account:A"], "libr"), "error-needs-origins");
    request(refused(&[], &["account:A"], "at-most"), "error-bound-needs-origins");
    request(refused(&[], &["account:A"], "pari-passu"), "error-shares-need-account");
    let both = ["label:VICTIM", "label:OTHER"];
    request(refused(&both, &[], "pari-passu"), "error-shares-need-account");
    request(refused(&both, &["payee:@shop"], "pari-passu"), "error-shares-need-account");
    request(refused(&both, &["account:A", "account:B"], "pari-passu"), "error-shares-need-account");
    let explain = |rule: &str, id: &str| {
        let request = Request::from(["label:VICTIM"]).rule(rule).expect("a rule");
        caudal::explain(&case(), &request, id, &mut unwatched).expect_err("refused")
    };
    request(explain("poison", "p1"), "error-explain-poison");
    request(explain("at-most", "p1"), "error-explain-poison");
    request(explain("fifo", "w1"), "error-not-traced");
    request(explain("fifo", "p9"), "error-transfer-unknown");
    request(explain("fifo", "r1"), "error-transfer-left-out");
}

/// One centavo becomes more dollars than a backward weight can be finer than one.
#[test]
fn conversions_that_are_too_fine_for_backward_weights_are_refused() {
    let transfers = "\
id,date,payer,payee,amount,currency,label,received_amount,received_currency
t1,2025-01-01,@v,B,0.03,MXN,V,,
t2,2025-01-02,B,A,0.01,MXN,,20000000000000000.00,USD
";
    let case = case_of(&[("transfers.csv", transfers)]);
    let nothing: [&str; 0] = [];
    let request = Request::from(nothing).rule("pro-rata").expect("a rule");
    let to = vec![Selector::Account("A".to_owned())];
    let request = Request { to, ..request };
    let error = caudal::trace(&case, &request, &mut unwatched).expect_err("too fine");
    check(&error, ErrorKind::Request, "error-too-fine");
}

#[test]
fn a_refused_ledger_is_about_the_data() {
    let request = Request::from(["label:VICTIM"]).rule("fifo").expect("a rule");
    let request = Request { overdraft: Overdraft::Refuse, ..request };
    let error = caudal::trace(&case(), &request, &mut unwatched).expect_err("refused");
    check(&error, ErrorKind::Data, "error-ledger-refused");
    let opening = Some(("openings.csv", "account,currency,amount\n@shop,USD,1.00\n".as_bytes()));
    let case = Case::from_bytes("t.csv", TRANSFERS.as_bytes(), opening).expect("a case");
    let request = Request { overdraft: Overdraft::Bank, ..request };
    let error = caudal::trace(&case, &request, &mut unwatched).expect_err("refused");
    check(&error, ErrorKind::Data, "error-opening-outside");
    let cut = Case::from_bytes("t.csv", b"id,date\n1,2", None).expect_err("columns are missing");
    check(&cut, ErrorKind::Data, "error-problems-block");
}

#[test]
fn a_trace_that_is_stopped_says_so() {
    let request = Request::from(["label:VICTIM"]).rule("fifo").expect("a rule");
    let folder = tempfile::tempdir().expect("a folder");
    let stop = &mut |_| std::ops::ControlFlow::Break(());
    let missing = Case::open(&folder.path().join("none.csv"), None, stop).expect_err("no file");
    check(&missing, ErrorKind::Request, "error-file");
    let empty = Case::open(folder.path(), None, stop).expect_err("an empty folder");
    check(&empty, ErrorKind::Request, "error-folder-empty");
    // A ledger this short may end before anybody is asked.
    let stopped = caudal::trace(&case(), &request, &mut |_| std::ops::ControlFlow::Break(()));
    if let Err(error) = stopped {
        check(&error, ErrorKind::Cancelled, "error-cancelled");
    }
}
