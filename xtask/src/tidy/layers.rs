//! Which crate of the workspace may use which: the architecture, as a table.
//!
//! The table is complete. A crate or an edge that is not here is a violation, and so is a row or
//! an edge that the manifests no longer have: what is written here is what is there.

use super::{Violation, line_of, manifest_line};
use crate::files::Tree;
use crate::metadata::{Kind, Package};

const HERE: &str = "xtask/src/tidy/layers.rs";

/// One crate, and the crates of the workspace it knows.
pub(super) struct Layer {
    name: &'static str,
    /// What it is built from: exactly these.
    uses: &'static [&'static str],
    /// What the architecture allows besides, needed or not.
    may_use: &'static [&'static str],
    /// What its tests may use besides.
    tests_may_use: &'static [&'static str],
}

/// A row in one line.
macro_rules! layer {
    ($name:literal: $uses:expr, may $may_use:expr, tests $tests:expr) => {
        Layer { name: $name, uses: &$uses, may_use: &$may_use, tests_may_use: &$tests }
    };
}

/// Everything below the façade.
const ENGINE: [&str; 9] = [
    "caudal-columns",
    "caudal-explain",
    "caudal-import",
    "caudal-ledger",
    "caudal-model",
    "caudal-reconcile",
    "caudal-report",
    "caudal-trace",
    "caudal-wire",
];

/// Benchmarks look into the engine, which no front end does.
const MEASURED: [&str; 6] = [
    "caudal-columns",
    "caudal-import",
    "caudal-ledger",
    "caudal-model",
    "caudal-testkit",
    "caudal-trace",
];

/// The rows, in pipeline order.
///
/// The testkit may never use the engine, not even in its own tests: a second opinion that shares
/// code with the first is none.
pub(super) const LAYERS: &[Layer] = &[
    layer!("caudal-columns": [], may [], tests []),
    layer!("caudal-model": ["caudal-columns"], may [], tests []),
    layer!("caudal-import": ["caudal-model"], may [], tests []),
    layer!("caudal-reconcile": ["caudal-model"], may [], tests ["caudal-testkit"]),
    layer!("caudal-report": [], may ["caudal-model"], tests []),
    layer!("caudal-ledger": ["caudal-columns", "caudal-model"], may [], tests ["caudal-testkit"]),
    layer!("caudal-trace": ["caudal-columns", "caudal-ledger", "caudal-model"], may [], tests ["caudal-testkit"]),
    layer!("caudal-explain": ["caudal-model"], may ["caudal-ledger", "caudal-trace"], tests []),
    layer!("caudal-wire": [], may ["caudal-explain", "caudal-model"], tests []),
    layer!("caudal": ENGINE, may [], tests ["caudal-testkit"]),
    layer!("caudal-cli": ["caudal"], may [], tests ["caudal-testkit"]),
    layer!("caudal-testkit": ["caudal-model"], may [], tests []),
    layer!("caudal-bench": MEASURED, may ["caudal"], tests []),
    layer!("xtask": [], may [], tests []),
];

/// Compares the manifests with the table.
pub(super) fn check(tree: &Tree, packages: &[Package], layers: &[Layer]) -> Vec<Violation> {
    let unlisted = packages.iter().filter(|package| row(layers, &package.name).is_none());
    let unlisted = unlisted.map(|package| {
        let (path, line) = manifest_line(tree, &package.name, "name");
        Violation::new(&path, line, format!("crate `{}` has no row in {HERE}", package.name))
    });
    let rows = layers.iter().flat_map(|layer| {
        let package = packages.iter().find(|package| package.name == layer.name);
        let compared = package.map(|package| compare(tree, packages, layer, package));
        compared.unwrap_or_else(|| vec![stale(tree, layer, "there is no such crate")])
    });
    unlisted.chain(rows).collect()
}

fn row<'l>(layers: &'l [Layer], name: &str) -> Option<&'l Layer> {
    layers.iter().find(|layer| layer.name == name)
}

/// The edges of one crate, both ways.
fn compare(tree: &Tree, packages: &[Package], layer: &Layer, package: &Package) -> Vec<Violation> {
    let is_ours = |name: &str| packages.iter().any(|package| package.name == name);
    let edges = || package.dependencies.iter().filter(|edge| is_ours(&edge.name));
    let forbidden = edges().filter(|edge| !allows(layer, &edge.name, edge.kind)).map(|edge| {
        let (path, line) = manifest_line(tree, layer.name, &edge.name);
        let whose = if edge.kind == Kind::Dev { "tests of " } else { "" };
        let what = format!("{whose}`{}` may not use `{}`: see {HERE}", layer.name, edge.name);
        Violation::new(&path, line, what)
    });
    let has = |name| edges().any(|edge| edge.kind == Kind::Normal && edge.name == name);
    let gone = layer.uses.iter().filter(|name| !has(**name));
    let gone = gone.map(|name| stale(tree, layer, &format!("it no longer uses `{name}`")));
    forbidden.chain(gone).collect()
}

fn allows(layer: &Layer, name: &str, kind: Kind) -> bool {
    let is_for_tests = kind == Kind::Dev && layer.tests_may_use.contains(&name);
    layer.uses.contains(&name) || layer.may_use.contains(&name) || is_for_tests
}

/// A row that says more than the manifests do.
fn stale(tree: &Tree, layer: &Layer, why: &str) -> Violation {
    let line = line_of(tree.text(HERE), &format!("\"{}\"", layer.name));
    Violation::new(HERE, line, format!("the row of `{}` is stale: {why}", layer.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;
    use crate::tidy::told;

    const TABLE: &[Layer] = &[
        layer!("model": [], may [], tests []),
        layer!("ledger": ["model"], may [], tests ["testkit"]),
        layer!("testkit": ["model"], may [], tests []),
    ];

    /// Crates in words: `ledger: model, testkit?` where `?` marks a dev-dependency.
    fn crates(lines: &[&str]) -> Vec<Package> {
        let package = |line: &&str| {
            let (name, edges) = line.split_once(':').expect("a colon");
            let edge = |word: &str| {
                let kind = if word.ends_with('?') { Kind::Dev } else { Kind::Normal };
                Dependency { name: word.trim_end_matches('?').to_owned(), kind }
            };
            let words = edges.split([',', ' ']).filter(|word| !word.is_empty());
            let dependencies = words.map(edge).collect();
            Package { name: name.to_owned(), dependencies, ..Package::default() }
        };
        lines.iter().map(package).collect()
    }

    fn check_lines(lines: &[&str]) -> Vec<String> {
        told(&check(&Tree::default(), &crates(lines), TABLE))
    }

    #[test]
    fn what_the_table_says_is_tidy() {
        let lines = ["model:", "ledger: model, testkit?, serde", "testkit: model"];
        assert!(check_lines(&lines).is_empty());
    }

    #[test]
    fn an_edge_outside_the_table_is_told() {
        let found = check_lines(&["model: ledger", "ledger: model, testkit", "testkit: model"]);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("`model` may not use `ledger`"), "{found:?}");
        assert!(found[1].contains("`ledger` may not use `testkit`"), "{found:?}");
    }

    #[test]
    fn tests_have_their_own_exceptions() {
        let found = check_lines(&["model: ledger?", "ledger: model", "testkit: model, ledger?"]);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("tests of `model` may not use `ledger`"), "{found:?}");
    }

    #[test]
    fn a_crate_without_a_row_and_a_row_without_a_crate_are_told() {
        let found = check_lines(&["model:", "ledger: model", "extra: model"]);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("crate `extra` has no row"), "{found:?}");
        assert!(found[1].contains("`testkit` is stale: there is no such crate"), "{found:?}");
    }

    #[test]
    fn an_edge_that_is_gone_is_told() {
        let found = check_lines(&["model:", "ledger:", "testkit: model"]);
        assert!(found[0].contains("`ledger` is stale: it no longer uses `model`"), "{found:?}");
    }

    #[test]
    fn the_testkit_knows_nothing_of_the_engine() {
        let testkit = row(LAYERS, "caudal-testkit").expect("a row");
        assert_eq!(testkit.uses, ["caudal-model"]);
        assert!(testkit.may_use.is_empty() && testkit.tests_may_use.is_empty());
    }
}
