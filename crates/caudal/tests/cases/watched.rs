//! Watched questions: what is said to stand is what asking again would give.

use caudal::watched::{self, WatchRecord};
use caudal::{Case, Request, unwatched, wire};
use caudal_testkit::random::Rng;

/// Accounts in groups that seldom pay each other, so that much of a case is untouched by a question.
const GROUPS: [[&str; 4]; 4] =
    [["A", "B", "C", "D"], ["E", "F", "G", "H"], ["I", "J", "K", "L"], ["M", "N", "O", "P"]];

/// A row between two accounts, from outside or to outside, on a day of March.
fn row(rng: &mut Rng, id: &str) -> String {
    let group = *rng.pick(&GROUPS);
    let other = if rng.chance(3) { *rng.pick(&GROUPS) } else { group };
    let (day, cents) = (1 + rng.below(28), 100 + rng.below(9000));
    let (whole, rest) = (cents / 100, cents % 100);
    let (mut payer, mut payee, mut label) = (*rng.pick(&group), *rng.pick(&other), String::new());
    match rng.below(10) {
        0..=3 => (payer, label) = ("@in", format!("V{}", rng.below(6))),
        4 | 5 => payee = "@out",
        _ if payer == payee => payee = "@cash",
        _ => {}
    }
    format!("{id},2025-03-{day:02},{payer},{payee},{whole}.{rest:02},USD,{label}\n")
}

fn case(rows: &[String]) -> Case {
    let text = format!("id,date,payer,payee,amount,currency,label\n{}", rows.concat());
    Case::from_bytes("t.csv", text.as_bytes(), None).expect("sound rows")
}

/// Questions about single deposits and a payment between accounts, under several rules.
fn watches(rows: &[String]) -> Vec<WatchRecord> {
    let mut records = Vec::new();
    for (at, row) in rows.iter().enumerate().step_by(3) {
        let rules = ["fifo", "lifo", "pro-rata", "libr", "difo:pro-rata", "fifo,difo"];
        let id = row.split(',').next().expect("an id");
        let request = Request::from([format!("transfer:{id}").as_str()]);
        let request = request.rule(rules[at % rules.len()]).expect("a rule");
        records.push(WatchRecord::new(id, &request, "then"));
    }
    records
}

fn check(case: &Case, records: &mut [WatchRecord]) -> wire::WatchDocument {
    watched::check(case, records, "now", &mut unwatched).expect("an answer")
}

#[test]
fn what_stands_is_what_asking_again_gives() {
    let (mut standing, mut same, mut moved) = (0, 0, 0);
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let mut rows: Vec<String> = (0..60).map(|at| row(&mut rng, &format!("t{at}"))).collect();
        let mut records = watches(&rows);
        check(&case(&rows), &mut records);
        // Some more rows, of later and of earlier days, anywhere in the file.
        for at in 0..=rng.below(4) {
            let place = usize::try_from(rng.below(rows.len() as u64 + 1)).expect("small");
            rows.insert(place, row(&mut rng, &format!("more{at}")));
        }
        let grown = case(&rows);
        let mut fresh: Vec<WatchRecord> = records.clone();
        for record in &mut fresh {
            record.version.clear();
        }
        let found = check(&grown, &mut records);
        let again = check(&grown, &mut fresh);
        for (at, row) in found.watches.iter().enumerate() {
            assert_eq!(again.watches[at].state, "recomputed", "another version asks all");
            assert_eq!(records[at].result, fresh[at].result, "seed {seed}, watch {}", row.name);
            match (row.state, row.changed) {
                ("stands", false) => standing += 1,
                ("recomputed", false) => same += 1,
                ("recomputed", true) => moved += 1,
                other => panic!("seed {seed}: {other:?}"),
            }
        }
        assert!(check(&grown, &mut records).watches.iter().all(|row| row.state == "stands"));
    }
    assert!(standing > 200 && moved > 50, "{standing} stand, {same} same, {moved} moved");
}

#[test]
fn a_check_tells_what_moved() {
    let mut rows = vec![
        "v,2025-03-01,@in,A,100.00,USD,V\n".to_owned(),
        "w,2025-03-01,@in,Z,70.00,USD,W\n".to_owned(),
    ];
    let watch = |label: &str| {
        let request = Request::from([format!("label:{label}").as_str()]).rule("fifo");
        WatchRecord::new(label, &request.expect("a rule"), "then")
    };
    let mut records = [watch("V"), watch("W")];
    check(&case(&rows), &mut records);
    rows.push("x,2025-03-02,A,@shop,30.00,USD,\n".to_owned());
    let found = check(&case(&rows), &mut records);
    let [v, w] = found.watches.as_slice() else { panic!("two watches") };
    assert_eq!((v.state, w.state, v.changed, w.changed), ("recomputed", "stands", true, false));
    let held = &v.endings[0];
    assert_eq!((held.before.as_deref(), held.after.as_deref()), (Some("100.00"), Some("70.00")));
    assert_eq!((v.transfers[0].id.as_str(), v.transfers[0].before.as_deref()), ("x", None));
}
