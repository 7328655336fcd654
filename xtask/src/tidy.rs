//! `cargo xtask tidy`: the rules of the repository that a compiler does not know.
//!
//! *Shape.* Each rule is one module and one function from the files (and what cargo says about
//! the crates) to violations. A test runs them all, so that `cargo test` fails too.

mod citations;
mod headers;
mod layers;
mod outside;
mod places;
mod problems;
mod rust_version;
mod sizes;
mod trust;

use std::fmt;
use std::path::Path;

use crate::files::Tree;
use crate::metadata::{self, Package};

/// A rule that is not kept, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    path: String,
    line: usize,
    message: String,
}

impl Violation {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// What the rules look at.
struct Repository {
    tree: Tree,
    packages: Vec<Package>,
}

impl Repository {
    fn read(root: &Path) -> Result<Self, String> {
        Ok(Self { tree: Tree::read(root)?, packages: metadata::workspace(root)? })
    }

    /// Every violation, by path and line.
    fn violations(&self) -> Vec<Violation> {
        let (tree, packages) = (&self.tree, &self.packages);
        let mut found = [
            layers::check(tree, packages, layers::LAYERS),
            outside::check(tree, packages),
            headers::check(tree),
            citations::check(tree),
            problems::check(tree),
            rust_version::check(tree),
            places::check(tree),
            trust::check(tree),
            sizes::large_files(tree),
        ]
        .concat();
        found.sort();
        found
    }
}

/// Prints notes and violations; any violation is a failure.
pub(crate) fn run(root: &Path) -> crate::Outcome {
    let repository = Repository::read(root)?;
    for note in sizes::long_modules(&repository.tree) {
        println!("note: {note}");
    }
    let violations = repository.violations();
    for violation in &violations {
        println!("{violation}");
    }
    match violations.len() {
        0 => Ok(()),
        1 => Err("the repository is not tidy: 1 violation".to_owned()),
        count => Err(format!("the repository is not tidy: {count} violations")),
    }
}

/// The first line that contains a text, counted from one; one where none does.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(1, |at| at + 1)
}

/// The line of a crate's manifest that names a dependency, and the manifest.
fn manifest_line(tree: &Tree, package: &str, dependency: &str) -> (String, usize) {
    let manifests = tree.texts().filter(|(path, _)| path.ends_with("Cargo.toml"));
    let name = format!("name = \"{package}\"");
    let mut named = manifests.filter(|(_, text)| text.lines().any(|line| line == name));
    let Some((path, text)) = named.next() else { return ("Cargo.toml".to_owned(), 1) };
    let starts = |line: &str| {
        let rest = line.trim_start_matches('"').strip_prefix(dependency);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=', '"']))
    };
    let table = format!("dependencies.{dependency}]");
    let at = text.lines().position(|line| starts(line) || line.ends_with(&table));
    (path.to_owned(), at.map_or(1, |at| at + 1))
}

/// Rules that tests share: what a small repository is told.
#[cfg(test)]
fn told(violations: &[Violation]) -> Vec<String> {
    violations.iter().map(Violation::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let repository = Repository::read(crate::root()).expect("a readable repository");
        let violations = told(&repository.violations());
        assert!(violations.is_empty(), "\n{}", violations.join("\n"));
    }

    #[test]
    fn a_dependency_is_found_in_its_manifest() {
        let text = "[package]\nname = \"a\"\n[dependencies]\nb-c.workspace = true\nb = \"1\"\n\
                    [dev-dependencies.d]\nversion = \"1\"\n";
        let tree = Tree::of(&[("crates/a/Cargo.toml", text)]);
        assert_eq!(manifest_line(&tree, "a", "b"), ("crates/a/Cargo.toml".to_owned(), 5));
        assert_eq!(manifest_line(&tree, "a", "d"), ("crates/a/Cargo.toml".to_owned(), 6));
        assert_eq!(manifest_line(&tree, "x", "b"), ("Cargo.toml".to_owned(), 1));
    }
}
