//! What their program was told and what it found.
//!
//! *Shape.* A run is a report with the files that it names, and the trajectories that were written
//! beside it. A trajectory becomes a key, such as `3,4,9` for money that entered with transaction 3
//! and left through 4 and 9, and an amount.

use std::collections::BTreeMap;
use std::path::Path;

use super::ledger::{Converted, EXISTING};
use crate::{atto, csv_rows, read, read_text};

/// One run of their program.
#[expect(clippy::struct_excessive_bools, reason = "each is an option of their command line")]
pub(super) struct Run {
    /// `1_base_functionality/account`.
    pub(super) name: String,
    pub(super) config: serde_json::Value,
    /// Their transactions by column.
    pub(super) rows: Vec<BTreeMap<String, String>>,
    /// Below this they follow no further.
    pub(super) smallest: String,
    pub(super) has_cutoff: bool,
    pub(super) ignores_balances: bool,
    pub(super) infers_nothing: bool,
    /// What they inferred: kind, account, amount.
    pub(super) inferred: Vec<(String, String, i128)>,
    /// Ids of transactions beyond their boundary.
    pub(super) untracked: Vec<String>,
    pub(super) outputs: Vec<Output>,
}

/// The trajectories of one heuristic.
pub(super) struct Output {
    /// `lifo` or `mixed`.
    pub(super) heuristic: &'static str,
    /// Whether they stand pair by pair: into an account and out of it.
    pub(super) is_pairwise: bool,
    /// Rows by column.
    rows: Vec<BTreeMap<String, String>>,
}

/// An amount, and how many printed amounts it is the sum of.
pub(super) type Figure = (i128, i128);

impl Run {
    pub(super) fn is_within_window(&self, time: &str) -> bool {
        let bound = |key: &str| self.config[key].as_str().expect("a time");
        // Times are written with leading zeros, so that texts compare like times.
        bound("timewindow_beg") <= time && time < bound("timewindow_end")
    }

    /// Whether they dropped amounts that were large enough to be worth a row.
    pub(super) fn has_size_limit(&self) -> bool {
        atto(&self.smallest) > atto("0.01")
    }
}

/// All runs of an example.
pub(super) fn runs(example: &Path) -> Vec<Run> {
    let output = example.join("output");
    let mut prefixes: Vec<String> = std::fs::read_dir(&output)
        .expect("the folder can be listed")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix("report.txt").map(str::to_owned))
        .collect();
    prefixes.sort();
    prefixes.iter().map(|prefix| run(example, &output, prefix)).collect()
}

fn run(example: &Path, output: &Path, prefix: &str) -> Run {
    let report = read_text(&output.join(format!("{prefix}report.txt")));
    // A report to which a second run was appended says the same twice; the last one counts.
    let last = |start: &str| report.lines().rev().find_map(|line| line.trim().strip_prefix(start));
    let file = |start: &str| {
        let path = last(start).unwrap_or_else(|| panic!("{prefix}: no `{start}`"));
        example.join(path.rsplit('/').next().expect("a file name"))
    };
    let config = read_text(&file("Using the configuration file:"));
    let config: serde_json::Value = serde_json::from_str(&config).expect("a configuration");
    let columns = config["transaction_header"].as_array().expect("columns").iter();
    let columns: Vec<String> =
        columns.map(|name| name.as_str().expect("a name").to_owned()).collect();
    let smallest = last("Stop tracking funds below ").expect("a size limit");
    let rows = |path: &Path| by_column(&columns, csv_rows(&read(path)));
    let inferred = output.join(format!("{prefix}inferred.csv"));
    let inferred = if inferred.is_file() { rows(&inferred) } else { Vec::new() };
    let untracked = rows(&output.join(format!("{prefix}untracked.csv")));
    let example = example.file_name().expect("a name").to_string_lossy();
    Run {
        name: format!("{example}/{}", prefix.trim_end_matches('_')),
        rows: rows(&file("'Follow the money' for:")),
        config,
        smallest: smallest.split(' ').next().expect("an amount").to_owned(),
        has_cutoff: report.contains("Stop tracking funds after"),
        ignores_balances: report.contains("Avoid inferring account balances at start."),
        infers_nothing: report.contains("Avoid inferring unseen"),
        inferred: inferred.iter().map(inferred_row).collect(),
        untracked: untracked.into_iter().map(|row| row["txn_ID"].clone()).collect(),
        outputs: outputs(output, prefix),
    }
}

/// What they inferred. Rows of balances carry no type; the sides tell.
fn inferred_row(row: &BTreeMap<String, String>) -> (String, String, i128) {
    let account = if row["src_ID"] == "inferred" { &row["tgt_ID"] } else { &row["src_ID"] };
    (row["type"].clone(), account.clone(), atto(&row["amt"]))
}

fn outputs(folder: &Path, prefix: &str) -> Vec<Output> {
    let mut found = Vec::new();
    for (kind, is_pairwise) in [("flows", false), ("pairs", true)] {
        for heuristic in ["lifo", "mixed"] {
            let path = folder.join(format!("{prefix}{kind}_{heuristic}.csv"));
            if path.is_file() {
                let mut rows = csv_rows(&read(&path));
                let columns = rows.remove(0);
                found.push(Output { heuristic, is_pairwise, rows: by_column(&columns, rows) });
            }
        }
    }
    found
}

fn by_column(columns: &[String], rows: Vec<Vec<String>>) -> Vec<BTreeMap<String, String>> {
    rows.into_iter().map(|row| columns.iter().cloned().zip(row).collect()).collect()
}

/// The parts of a bracketed list.
fn list(text: &str) -> Vec<String> {
    let inside = text.trim_matches(['[', ']']);
    inside.split(',').map(str::to_owned).collect()
}

impl Output {
    /// How many trajectories there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The amount of every route, with its end.
    pub(super) fn figures(&self, run: &Run, converted: &Converted) -> BTreeMap<String, Figure> {
        let mut figures = BTreeMap::new();
        for row in &self.rows {
            let path = path(row, converted);
            let (amounts, fees) = (list(&row["txn_amts"]), list(&row["txn_fees"]));
            for (at, fee) in fees.iter().enumerate().filter(|(_, fee)| atto(fee) > 0) {
                let key = format!("{}:fee", path[path.len() - fees.len()..][at]);
                let before = &path[..path.len() - fees.len() + at];
                add(&mut figures, format!("{},{key}", before.join(",")), fee);
            }
            let last = amounts.last().expect("an amount");
            add(&mut figures, end(row, &path, run), last);
        }
        figures
    }

    /// What each transaction carried of each entry, `ENTRY@TRANSACTION`.
    pub(super) fn carried(&self, converted: &Converted) -> BTreeMap<String, Figure> {
        let mut figures = BTreeMap::new();
        for row in &self.rows {
            let path = path(row, converted);
            for (id, amount) in list(&row["txn_IDs"]).iter().zip(list(&row["txn_amts"])) {
                if !id.starts_with("i_") {
                    add(&mut figures, format!("{}@{id}", path[0]), &amount);
                }
            }
        }
        figures
    }
}

fn add(figures: &mut BTreeMap<String, Figure>, key: String, amount: &str) {
    let figure = figures.entry(key).or_insert((0, 0));
    figure.0 += atto(amount);
    figure.1 += 1;
}

/// The transactions of a trajectory by names that do not change from run to run, with a word for
/// money that they did not follow from its entry.
fn path(row: &BTreeMap<String, String>, converted: &Converted) -> Vec<String> {
    let (ids, kinds, accounts) =
        (list(&row["txn_IDs"]), list(&row["txn_types"]), list(&row["acct_IDs"]));
    let mut path = Vec::new();
    let is_existing = row["trj_categ"].starts_with("(existing,");
    let enters =
        converted.moves.iter().any(|found| found.id == ids[0] && found.payer.starts_with('@'));
    if is_existing && !enters {
        path.push(EXISTING.to_owned());
    }
    for (id, kind) in ids.iter().zip(&kinds) {
        path.push(match kind.as_str() {
            _ if !id.starts_with("i_") => id.clone(),
            "initial" => format!("opening:{}", accounts[1]),
            "accounting" => format!("accounting@{}", row["trj_timestamp"]),
            "final" => "held".to_owned(),
            other => panic!("an inferred transaction of kind {other}"),
        });
    }
    path
}

/// The key of a trajectory: how it ended stands last, unless it left.
fn end(row: &BTreeMap<String, String>, path: &[String], run: &Run) -> String {
    let category = row["trj_categ"].trim_matches(['(', ')']);
    let joined = path.join(",");
    match category.split_once(',').expect("two words").1 {
        "withdraw" | "transfer" | "system" => joined,
        "cut" => format!("{joined},cut"),
        "untracked" if run.has_cutoff => format!("{joined},cut-off"),
        "untracked" if run.has_size_limit() => {
            let accounts = list(&row["acct_IDs"]);
            format!("{},below@{}", path[0], accounts.last().expect("an account"))
        }
        "untracked" => format!("{joined},held"),
        other => panic!("a trajectory that ends {other}"),
    }
}
