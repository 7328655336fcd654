//! Caudal on data from outside: what independent programs and real wallets say.
//!
//! *Shape.* Each module converts the files of one data set in memory to Caudal's own formats and
//! asks through the façade, as a user would. The files stand outside the repository, in a folder
//! beside the workspace, and none of them is ever committed; where a data set is absent, its tests
//! print that they were skipped.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "tests fail by panicking, say what they counted, and write small files in memory"
)]

mod amlsim;
mod follow_the_money;
mod ronin;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use caudal::wire::Result as RuleResult;
use caudal::{Case, Request, wire::TraceDocument};
use caudal_testkit::cases;

/// The folder of a data set, if it is there.
fn folder(name: &str) -> Option<PathBuf> {
    let found = cases::data_folder().map(|data| data.join(name)).filter(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: the data set {name} is absent");
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "the data are files beside the workspace")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> String {
    String::from_utf8(read(path)).expect("UTF-8")
}

/// Rows of a delimited file, each cell as it is written.
fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let row = |row: Result<csv::StringRecord, csv::Error>| -> Vec<String> {
        row.expect("a row").iter().map(str::to_owned).collect()
    };
    reader.records().map(row).collect()
}

/// A decimal as a float prints it, without its exponent: `1e-05` is `0.00001`. No digit is added,
/// dropped or rounded.
fn without_exponent(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text.to_owned() };
    let shift: i32 = exponent.parse().expect("an exponent");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{fraction}");
    let mut point = i32::try_from(whole.len()).expect("a short number") + shift;
    while point < 1 {
        digits.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).expect("at least one digit");
    while digits.len() <= point {
        digits.push('0');
    }
    format!("{}.{}", &digits[..point], &digits[point..])
}

/// Decimal text in units of 10⁻¹⁸, exactly.
fn atto(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    assert!(fraction.len() <= 18, "{text} has more than 18 decimals");
    format!("{whole}{fraction:0<18}").parse().unwrap_or_else(|_| panic!("{text} is no decimal"))
}

/// Units of 10⁻¹⁸ as decimal text.
fn decimal(amount: i128) -> String {
    let unit = 10i128.pow(18);
    let text = format!("{}.{:018}", amount / unit, amount % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn ask(case: &Case, request: &Request) -> TraceDocument {
    caudal::trace(case, request, &mut caudal::unwatched).unwrap_or_else(|error| panic!("{error}"))
}

/// The request with targets added.
fn to<'s>(request: Request, selectors: impl IntoIterator<Item = &'s str>) -> Request {
    let to = selectors.into_iter().map(|text| text.parse().expect("a selector")).collect();
    Request { to, ..request }
}

/// What each origin holds, summed over all endings, in units of 10⁻¹⁸.
fn ending_sums(result: &RuleResult) -> BTreeMap<String, i128> {
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    for ending in result.endings.iter().flatten() {
        for (label, amount) in &ending.traced {
            *sums.entry(label.clone()).or_default() += atto(amount);
        }
    }
    sums
}

/// Fails unless the endings of every origin add up to the origin. Exposure is no amount, and a
/// bound is one figure per ending that need not add up.
fn assert_conserved(document: &TraceDocument, about: &str) -> usize {
    let mut checked = 0;
    for result in &document.results {
        if result.exposure || result.endings.is_none() || result.rule.starts_with("at-") {
            continue;
        }
        let sums = ending_sums(result);
        for origin in result.origin_total.iter().flatten() {
            let sum = sums.get(&origin.label).copied().unwrap_or(0);
            assert_eq!(sum, atto(&origin.amount), "{about}: {} of {}", result.rule, origin.label);
            checked += 1;
        }
    }
    checked
}

/// How often each problem code stands in a document.
fn problem_counts(document: &TraceDocument) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for problem in &document.problems {
        *counts.entry(problem.code.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn exponents_are_written_out_and_no_digit_changes() {
    for (float, plain) in [
        ("1e-05", "0.00001"),
        ("4.1435754633e-05", "0.000041435754633"),
        ("7.77e-05", "0.0000777"),
        ("1.5e3", "1500.0"),
        ("3364.5375835279715", "3364.5375835279715"),
    ] {
        assert_eq!(without_exponent(float), plain);
    }
}

#[test]
fn decimals_are_read_exactly() {
    assert_eq!(atto("0.000000000000000001"), 1);
    assert_eq!(decimal(atto("204.390244")), "204.390244");
    assert_eq!(decimal(atto("40.0")), "40");
}
