//! One minimum Rust version: stated once, in the workspace, and repeated by nobody wrongly.

use toml::{Table, Value};

use super::{Violation, line_of};
use crate::files::Tree;

const WORKSPACE: &str = "Cargo.toml";
const TOOLCHAIN: &str = "rust-toolchain.toml";
const PAGES: &[&str] = &["README.md", "CONTRIBUTING.md"];

/// Looks at manifests, at the settings of tools and at the pages people read first.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let stated =
        tree.text(WORKSPACE).parse().ok().and_then(|manifest| workspace_version(&manifest));
    let Some(stated) = stated else {
        let message = "the workspace states no `rust-version`";
        return vec![Violation::new(WORKSPACE, 1, message)];
    };
    let mut found = manifests(tree);
    if tree.text("clippy.toml").contains("msrv") {
        let line = line_of(tree.text("clippy.toml"), "msrv");
        found.push(Violation::new("clippy.toml", line, "`msrv` repeats `rust-version`"));
    }
    found.extend(toolchain(tree, &stated));
    found.extend(PAGES.iter().flat_map(|page| mentions(page, tree.text(page), &stated)));
    found
}

fn workspace_version(manifest: &Table) -> Option<String> {
    let version = manifest.get("workspace")?.get("package")?.get("rust-version")?;
    version.as_str().map(str::to_owned)
}

/// Manifests that state a version of their own, or crates of the workspace that inherit none.
fn manifests(tree: &Tree) -> Vec<Violation> {
    let manifests = tree.texts().filter(|(path, _)| path.ends_with("/Cargo.toml"));
    let wrong = manifests.filter_map(|(path, text)| {
        let manifest: Table = text.parse().ok()?;
        let version = manifest.get("package")?.get("rust-version");
        // A manifest with a `workspace` table is a workspace of its own, such as the fuzz targets.
        let is_member = !manifest.contains_key("workspace");
        let message = match version {
            Some(Value::String(_)) => "`rust-version` is stated once, in the workspace",
            None if is_member => "`rust-version.workspace = true` is missing",
            _ => return None,
        };
        Some(Violation::new(path, line_of(text, "rust-version"), message))
    });
    wrong.collect()
}

/// A pinned toolchain is `stable` or the minimum itself.
fn toolchain(tree: &Tree, stated: &str) -> Option<Violation> {
    let text = tree.text(TOOLCHAIN);
    let file: Table = text.parse().ok()?;
    let channel = file.get("toolchain")?.get("channel")?.as_str()?;
    let is_fit = channel == "stable" || is_same(channel, stated);
    let message = format!("the channel is `{channel}`, `rust-version` is {stated}");
    (!is_fit).then(|| Violation::new(TOOLCHAIN, line_of(text, "channel"), message))
}

/// Versions named shortly after the word Rust that are not the one stated.
fn mentions(path: &str, text: &str, stated: &str) -> Vec<Violation> {
    let lines = text.lines().enumerate();
    let named = lines.flat_map(|(at, line)| versions(line).map(move |version| (at + 1, version)));
    let wrong = named.filter(|(_, version)| !is_same(version, stated));
    let told = wrong.map(|(line, version)| {
        Violation::new(path, line, format!("Rust {version} is named, `rust-version` is {stated}"))
    });
    told.collect()
}

/// `1.95` in `Rust 1.95 or newer`, `rust-1.95-blue`, `rustc (at least 1.95)`.
fn versions(line: &str) -> impl Iterator<Item = &str> {
    const NEAR: usize = 20;
    line.match_indices("1.").filter_map(|(at, _)| {
        let before: Vec<char> = line[..at].chars().rev().take(NEAR).collect();
        let before: String = before.into_iter().rev().collect::<String>().to_lowercase();
        let is_start = !before.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let rest = &line[at..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let version = rest[..end].trim_end_matches('.');
        let is_version = version.len() > 2 && is_start && before.contains("rust");
        is_version.then_some(version)
    })
}

/// `1.95` and `1.95.0` are the same.
fn is_same(version: &str, stated: &str) -> bool {
    let full = |text: &str| {
        let patch = if text.matches('.').count() < 2 { ".0" } else { "" };
        format!("{text}{patch}")
    };
    full(version) == full(stated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    const STATED: &str = "[workspace.package]\nrust-version = \"1.95\"\n";
    const MEMBER: &str = "[package]\nname = \"a\"\nrust-version.workspace = true\n";

    fn check_with(files: &[(&str, &str)]) -> Vec<String> {
        told(&check(&Tree::of(&[&[(WORKSPACE, STATED)], files].concat())))
    }

    #[test]
    fn one_version_repeated_rightly_is_tidy() {
        let found = check_with(&[
            ("a/Cargo.toml", MEMBER),
            ("fuzz/Cargo.toml", "[package]\nname = \"f\"\n[workspace]\n"),
            ("README.md", "Needs Rust 1.95 or newer. [badge](rust-1.95.0-blue), Caudal 1.2.\n"),
            ("rust-toolchain.toml", "[toolchain]\nchannel = \"stable\"\n"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_second_version_is_told() {
        let found = check_with(&[
            ("a/Cargo.toml", "[package]\nname = \"a\"\nrust-version = \"1.95\"\n"),
            ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
            ("clippy.toml", "msrv = \"1.95\"\n"),
            ("CONTRIBUTING.md", "# Build\nRust 1.90 is enough.\n"),
            ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.94.1\"\n"),
        ]);
        let places: Vec<_> = found.iter().map(|line| line.split(": ").next()).collect();
        let expected =
            ["a/Cargo.toml:3", "b/Cargo.toml:1", "clippy.toml:1", "rust-toolchain.toml:2"];
        assert_eq!(places[..4], expected.map(Some));
        assert_eq!(places[4], Some("CONTRIBUTING.md:2"));
    }

    #[test]
    fn the_workspace_must_state_one() {
        assert_eq!(check(&Tree::of(&[(WORKSPACE, "[workspace]\n")])).len(), 1);
    }
}
