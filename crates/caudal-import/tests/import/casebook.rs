//! The casebook of problems: the smallest file that provokes each, its page, and its sentences.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use caudal_import::ReadOptions;
use caudal_model::{Problem, ProblemCode};
use parquet::file::properties::WriterProperties;

use crate::parquet_files::{self, Values};
use crate::read;

/// Codes that proof, matching or tracing raises, not reading: they have pages and sentences, but no
/// file here.
const RAISED_LATER: &[ProblemCode] = &[
    ProblemCode::IdentifierCheckFailed,
    ProblemCode::IdentifierPlaceholder,
    ProblemCode::StatementOutOfSequence,
    ProblemCode::StatementGap,
    ProblemCode::StatementOverlap,
    ProblemCode::ClosingBalanceMissing,
    ProblemCode::BalanceDoesNotFollow,
    ProblemCode::OtherSideMissing,
    ProblemCode::FeeUnstated,
    ProblemCode::AccountUnknown,
    ProblemCode::ReversalUnmatched,
    ProblemCode::SequenceAgainstDate,
    ProblemCode::BalanceBelowZero,
    ProblemCode::OrderTieUnproved,
    ProblemCode::OriginOverlap,
    ProblemCode::BoundsStopAtConversion,
    ProblemCode::BoundsNotComputed,
    ProblemCode::BoundsNotTight,
    ProblemCode::FractionBelowThreshold,
    ProblemCode::TraceCutAtCap,
];

/// Codes that come with another problem of the same value: one that says what is lost by it.
const NOT_ALONE: &[ProblemCode] = &[
    ProblemCode::AccountKeyContradicts,
    ProblemCode::CurrencyContradicts,
    ProblemCode::DebitAndCreditBoth,
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[expect(clippy::disallowed_methods, reason = "tests read the casebook")]
fn bytes_of(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

fn text_of(path: &str) -> String {
    let bytes = bytes_of(&root().join(path)).unwrap_or_else(|| panic!("{path} is missing"));
    String::from_utf8(bytes).unwrap_or_else(|_| panic!("{path} is not UTF-8"))
}

/// The file of a bank's format in a folder.
fn statement_in(folder: &Path) -> Option<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).ok()?;
    let mut names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    let name = names.find(|name| name.starts_with("statement."))?;
    let bytes = bytes_of(&folder.join(&name))?;
    Some((name, bytes))
}

/// The problems of the one file in the folder of a code.
fn provoked(code: ProblemCode) -> Vec<Problem> {
    let folder = root().join("casebook/problems").join(code.as_str());
    if let Some(bytes) = bytes_of(&folder.join("accounts.csv")) {
        return caudal_import::read_accounts("accounts.csv", &bytes).problems;
    }
    if let Some(bytes) = bytes_of(&folder.join("links.csv")) {
        return caudal_import::read_links("links.csv", &bytes).problems;
    }
    if let Some((name, bytes)) = statement_in(&folder) {
        let options = ReadOptions::default();
        let go_on = &mut |_| ControlFlow::Continue(());
        return caudal_import::read_evidence(&name, &bytes, &options, go_on).problems;
    }
    let files = ["transfers.csv", "transfers.parquet"];
    let bytes = files.iter().find_map(|name| bytes_of(&folder.join(name)));
    read(&bytes.unwrap_or_else(|| panic!("no file provokes {code}"))).problems
}

#[test]
fn each_problem_has_the_smallest_file_that_provokes_it() {
    write_parquet_case();
    for &code in ProblemCode::ALL.iter().filter(|code| !RAISED_LATER.contains(code)) {
        let problems = provoked(code);
        assert!(problems.iter().any(|problem| problem.code == code), "{code}: {problems:?}");
        let is_flood = code == ProblemCode::ProblemsNotListed || NOT_ALONE.contains(&code);
        assert!(is_flood || problems.len() == 1, "{code} alone: {problems:?}");
    }
}

/// `UPDATE_CASEBOOK=1` writes the one file that is not text.
fn write_parquet_case() {
    #[expect(clippy::disallowed_methods, reason = "the switch that all casebook tests share")]
    let is_asked = std::env::var("UPDATE_CASEBOOK").is_ok();
    if is_asked {
        let mut columns = parquet_files::plain_columns();
        columns[4] = ("required double amount", Values::Double(vec![Some(0.1), Some(0.2)]));
        let properties = WriterProperties::builder().set_created_by("caudal".to_owned()).build();
        let folder = root().join("casebook/problems/column-type-unfit");
        std::fs::create_dir_all(&folder).expect("a writable casebook");
        let bytes = parquet_files::write(vec![columns], properties);
        std::fs::write(folder.join("transfers.parquet"), bytes).expect("a writable casebook");
    }
}

#[test]
fn each_problem_has_a_page_in_two_languages() {
    for code in ProblemCode::ALL {
        let page = text_of(&format!("docs/errors/{code}.md"));
        assert!(page.starts_with(&format!("# `{code}`\n")), "{code}");
        assert!(page.contains("\n## Español\n"), "{code}");
    }
}

/// The message of a key in a file of terms: one line each.
fn term<'t>(terms: &'t str, key: &str) -> &'t str {
    let start = format!("{key} = ");
    terms
        .lines()
        .find_map(|line| line.strip_prefix(start.as_str()))
        .unwrap_or_else(|| panic!("no term {key}"))
}

#[test]
fn sentences_use_only_values_that_their_problems_have() {
    for language in ["en", "es"] {
        let terms = text_of(&format!("crates/caudal-explain/terms/{language}/problems.ftl"));
        for &code in ProblemCode::ALL {
            let sentence = term(&terms, &format!("problem-{code}"));
            let hint = term(&terms, &format!("problem-{code}-hint"));
            assert!(!hint.contains("{ $"), "{language} {code}: a hint is said without values");
            for text in [sentence, hint] {
                let first = text.chars().next().unwrap_or('.');
                assert!(!first.is_uppercase() && !text.ends_with('.'), "{language} {code}: {text}");
            }
            if RAISED_LATER.contains(&code) {
                continue;
            }
            for problem in provoked(code).iter().filter(|problem| problem.code == code) {
                let has = |name: &str, has: bool| has || !sentence.contains(name);
                assert!(has("$expected", problem.expected.is_some()), "{language} {code}");
                assert!(has("$column", problem.column.is_some()), "{language} {code}");
                let says_found = !problem.found.is_empty() || code == ProblemCode::AmountUnreadable;
                assert!(has("$found", says_found), "{language} {code}");
            }
        }
    }
}

#[test]
fn both_languages_have_the_same_terms_with_the_same_values() {
    let [english, spanish] = ["en", "es"].map(|language| {
        let terms = text_of(&format!("crates/caudal-explain/terms/{language}/problems.ftl"));
        let values = |line: &str| {
            let (key, text) = line.split_once(" = ")?;
            let mut values: Vec<_> = ["$found", "$expected", "$column"]
                .into_iter()
                .filter(|value| text.contains(&format!("`{{ {value} }}`")))
                .collect();
            values.sort_unstable();
            (!key.starts_with('#')).then(|| format!("{key} {values:?}"))
        };
        terms.lines().filter_map(values).collect::<Vec<_>>()
    });
    assert_eq!(english, spanish);
    assert_eq!(english.len(), ProblemCode::ALL.len() * 2);
}
