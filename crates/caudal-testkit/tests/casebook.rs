//! The casebook against the slow tracer and against the shared cases; what the parser refuses.
//!
//! `UPDATE_CASEBOOK=1` writes the figures that the slow tracer finds into the files; the change is
//! then reviewed like any other.

use std::path::Path;

use caudal_testkit::casebook::{self, Casebook, Question};
use caudal_testkit::cases::{self, JsonCase};
use caudal_testkit::check;
use caudal_testkit::slow::SlowCase;

#[expect(clippy::disallowed_methods, reason = "casebook and cases are files beside the tests")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a text")
}

#[expect(clippy::disallowed_methods, reason = "the one setting of these tests")]
fn is_update() -> bool {
    std::env::var("UPDATE_CASEBOOK").is_ok_and(|value| value == "1")
}

/// How a file is named in messages: as from the root of the repository.
fn shown(path: &Path) -> String {
    format!("casebook/rules/{}.md", cases::stem(path))
}

fn wrong_figures(file: &str, question: &Question) -> Vec<String> {
    let Question { line, case, ask, .. } = question;
    let answer = check::answer(case, ask);
    let differences = check::differences(&ask.expected, &answer);
    differences.iter().map(|what| format!("{file}:{line}: {} {what}", ask.text)).collect()
}

#[test]
fn every_casebook_file_holds_in_the_slow_tracer() {
    let mut wrong = Vec::new();
    let (mut file_count, mut question_count) = (0, 0);
    for path in cases::files(&casebook::folder(), "md") {
        let (file, text) = (shown(&path), read(&path));
        let book = match casebook::parse(&file, &text) {
            Ok(book) => book,
            Err(error) => {
                println!("{file}: not understood");
                wrong.push(error.to_string());
                continue;
            }
        };
        if is_update() {
            std::fs::write(&path, casebook::updated(&text, &book)).expect("the file is writable");
            continue;
        }
        let found: Vec<_> =
            book.questions.iter().flat_map(|question| wrong_figures(&file, question)).collect();
        let verdict = if found.is_empty() { "holds" } else { "FAILS" };
        println!("{file}: {verdict}, {} questions, {}", book.questions.len(), book.title);
        wrong.extend(found);
        file_count += 1;
        question_count += book.questions.len();
    }
    println!("{file_count} files, {question_count} questions");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_file_whose_figures_hold_is_updated_to_itself() {
    if is_update() {
        println!("skipped: figures are being written");
        return;
    }
    let mut changed = Vec::new();
    for path in cases::files(&casebook::folder(), "md") {
        let (file, text) = (shown(&path), read(&path));
        let book = casebook::parse(&file, &text).unwrap_or_else(|error| panic!("{error}"));
        let new = casebook::updated(&text, &book);
        let lines = text.lines().zip(new.lines()).zip(1..);
        changed.extend(
            lines.filter(|((old, new), _)| old != new).take(1).map(|((old, new), line)| {
                format!("{file}:{line}: stands `{old}`, would be `{new}`")
            }),
        );
        if text.lines().count() != new.lines().count() {
            changed.push(format!("{file}: would have another number of lines"));
        }
    }
    assert!(changed.is_empty(), "{} changed:\n{}", changed.len(), changed.join("\n"));
}

#[test]
fn the_file_in_the_description_of_the_format_holds() {
    let readme = read(&casebook::folder().join("../README.md"));
    let example = readme.split("````markdown\n").nth(1).expect("an example");
    let example = example.split("````").next().expect("the end of the example");
    let book = casebook::parse("README.md", example).unwrap_or_else(|error| panic!("{error}"));
    let wrong: Vec<_> =
        book.questions.iter().flat_map(|question| wrong_figures("README.md", question)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_shared_case_stands_in_the_casebook() {
    let Some(folder) = cases::folder() else {
        println!("skipped: the folder of shared cases is absent");
        return;
    };
    if is_update() {
        println!("skipped: figures are being written");
        return;
    }
    let mut missing = Vec::new();
    let paths = cases::files(&folder, "json");
    for path in &paths {
        let name = cases::stem(path);
        let json = cases::parse(&read(path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let slug = name.split("__").next().expect("a slug");
        let file = casebook::folder().join(format!("{slug}.md"));
        if !file.is_file() {
            missing.push(format!("{name}: there is no {}", shown(&file)));
            continue;
        }
        let book = casebook::parse(&shown(&file), &read(&file));
        let book = book.unwrap_or_else(|error| panic!("{error}"));
        if let Err(what) = restates(&book, &json) {
            missing.push(format!("{name}: {}: {what}", shown(&file)));
        }
    }
    println!("{} shared cases", paths.len());
    assert!(missing.is_empty(), "{} not restated:\n{}", missing.len(), missing.join("\n"));
}

/// Whether a file asks what a JSON case asks, of the same ledger, and expects the same.
fn restates(book: &Casebook, json: &JsonCase) -> Result<(), String> {
    let (ledger, ask) = (json.ledger(), json.ask()?);
    if book.unit != json.unit {
        return Err(format!("the unit is `{}`", book.unit));
    }
    let same_question = |question: &&Question| {
        without_currencies(&question.case) == ledger
            && (&question.ask.rule, &question.ask.about) == (&ask.rule, &ask.about)
    };
    let Some(question) = book.questions.iter().find(same_question) else {
        return Err("no such ledger and question".to_owned());
    };
    if question.ask.expected != ask.expected {
        return Err(format!("line {}: other figures are expected", question.line));
    }
    let is_ours = book.basis == casebook::Basis::Constructed;
    if json.from_memory && !is_ours {
        return Err("a constructed ledger must say so".to_owned());
    }
    Ok(())
}

/// The JSON cases name no currencies.
fn without_currencies(case: &SlowCase) -> SlowCase {
    SlowCase { currencies: std::collections::BTreeMap::new(), ..case.clone() }
}

const GOOD: &str = "\
# Own money is spent first

Constructed.

Own 50 and 100 of a victim's are in one account, which pays 70.

Unit: cent.

| opening in | label | amount |
|------------|-------|-------:|
| a          | own   |     50 |

| transfer | date | payer | payee | amount | label |
|----------|------|-------|-------|-------:|-------|
| t1       | d1   | @v    | a     |    100 | V     |
| t2       | d2   | a     | @shop |     70 |       |

Ask: forward from `V`, rule `libr`.

| place | `V` | why            |
|-------|----:|----------------|
| a     |  80 | own 50 left it |

Ask: how much of `V` reaches transfer `t2`, rule `at-most`.

Answer: 70.
";

#[track_caller]
fn refused(old: &str, new: &str, expected: &str) {
    assert!(GOOD.contains(old), "the good file has `{old}`");
    let error = casebook::parse("x.md", &GOOD.replacen(old, new, 1)).expect_err("refused");
    assert_eq!(error.to_string(), format!("x.md:{expected}"));
}

#[test]
fn a_small_file_is_understood() {
    let book = casebook::parse("x.md", GOOD).unwrap_or_else(|error| panic!("{error}"));
    let lines: Vec<_> = book.questions.iter().map(|question| question.line).collect();
    assert_eq!((book.title.as_str(), lines), ("Own money is spent first", vec![18, 24]));
    let wrong = book.questions.iter().flat_map(|question| wrong_figures("x.md", question));
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn an_update_changes_figures_and_keeps_sentences() {
    let text = GOOD.replace("|  80 | own", "|   1 | own").replace("Answer: 70.", "Answer: 1.");
    let book = casebook::parse("x.md", &text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(casebook::updated(&text, &book), GOOD);
}

#[test]
fn files_that_are_not_understood_say_where_and_why() {
    let no_basis = "3: after the title stands what the file rests on: `Authority:`, `Source:` or `Constructed.`";
    refused("# Own", "Own", "1: a file begins with its title: `# Title`");
    refused("Constructed.", "Surely right.", no_basis);
    refused(
        "Constructed.",
        "Authority: *Roe v Doe*.",
        "3: an authority is named by key: `law:KEY`",
    );
    refused(
        "Unit: cent.",
        "Units: cent.",
        "7: `Units:` is no keyword here; `Unit:`, `Ask:` and `Answer:` are",
    );
    refused(
        "Own 50 and",
        "- Own 50 and",
        "5: a line that begins with `- ` is no paragraph and no table",
    );
    refused("pays 70.\n", "pays 70.\n| a |\n", "6: a blank line stands between text and a table");
    refused(
        "pays 70.\n",
        "pays 70.\nAsk: composition, rule `fifo`.\n",
        "5: `Ask:`, with its colon, begins a paragraph of its own",
    );
    refused(
        "Answer: 70.",
        "Answer 70.",
        "26: `Answer:`, with its colon, begins a paragraph of its own",
    );
    refused("Answer: 70.\n", "", "24: no figure is expected of this `Ask:`");
}

#[test]
fn ledgers_that_are_not_understood_say_where_and_why() {
    refused(
        "| label |\n|----------|------|",
        "| lable |\n|----------|------|",
        "13: column `lable` is not known; `transfer`, `date`, `payer`, `payee`, `amount`, `received`, `label`, `parts`, `reverses`, `why` are",
    );
    refused("|    100 | V     |", "|   1000 | V     |", "15: `1000` is written `1,000`");
    refused("|    100 | V     |", "|    100 |", "15: 5 cells under a header of 6");
    refused("| t2       |", "| t1       |", "16: `t1` stands there twice");
    refused("| a     | @shop |", "| a     | a     |", "16: `a` pays itself");
    refused(
        "|     70 |       |",
        "|     70 | V     |",
        "16: `a` is not outside (`@`): its money has its labels already",
    );
    refused("|     50 |", "|      0 |", "11: `amount` is never zero");
}

#[test]
fn questions_that_are_not_understood_say_where_and_why() {
    refused("from `V`", "from `W`", "18: no money enters with the label `W`");
    refused("rule `libr`", "rule `liber`", "18: rule `liber` does not answer what is asked");
    refused(", rule `libr`", "", "18: the sentence names no rule: `, rule NAME.`");
    refused("transfer `t2`,", "transfer `t9`,", "24: there is no transfer `t9`");
    refused(
        "rule `libr`.",
        "rule `libr`, all of it.",
        "18: a clause is `rule NAME`, `overdraft as birth`, `reversals netted`, `threshold N`, `in whole units of N`, `line by line` or `day by day`; found `all`",
    );
    refused(
        "how much of `V` reaches transfer `t2`, rule `at-most`",
        "forward from `V`, rule `libr`",
        "24: the same is asked in line 18",
    );
}

#[test]
fn figures_that_are_not_understood_say_where_and_why() {
    refused("|  80 |", "| 240/3 |", "22: `240/3` is written `80`");
    refused(
        "|  80 |",
        "| 80.00 |",
        "22: `80.00` is no amount, such as `1,234`, `2/3` or `1,234 2/3`",
    );
    refused("|  80 |", "| 0 |", "22: zero under a label is an empty cell");
    refused("| a     |  80", "| b     |  80", "22: there is no place `b` in the ledger");
    refused("| `V` |", "| V |", "20: column `V` is not known; labels stand in backticks");
    refused("| `V` |", "| `W` |", "20: no money of this ledger has the label `W`");
    refused(
        "| place | `V` |",
        "| claimant | share |",
        "20: a table of `claimant` does not answer this `Ask:`",
    );
    refused("| place | `V` |", "| place | exposed |", "20: under `libr` the column is `traced`");
    refused(
        "Answer: 70.",
        "Answer: about 70.",
        "26: `about 70` is no amount, such as `1,234`, `2/3` or `1,234 2/3`",
    );
}
