//! Every conformance case against the slow tracer, exactly.

use caudal_testkit::{cases, check};

#[test]
#[expect(clippy::disallowed_methods, reason = "the cases are files beside the workspace")]
fn every_case_holds_in_the_slow_tracer() {
    let Some(folder) = cases::folder() else {
        println!("skipped: the folder of shared cases is absent");
        return;
    };
    let files = cases::files(&folder, "json");
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for file in &files {
        let name = cases::stem(file);
        let text = std::fs::read_to_string(file).expect("a text");
        let case = cases::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        match case.ask() {
            Err(reason) => unknown.push(format!("{name}: {reason}")),
            Ok(ask) => {
                let answer = check::answer(&case.ledger(), &ask);
                for difference in check::differences(&ask.expected, &answer) {
                    wrong.push(format!("{name} ({}): {difference}", case.source));
                }
            }
        }
    }
    println!("{} cases, {} not expressible", files.len(), unknown.len());
    assert!(unknown.is_empty(), "not expressible:\n{}", unknown.join("\n"));
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
