//! Crates from outside: which layer may use them, and which nobody may.

use super::{Violation, line_of, manifest_line};
use crate::files::Tree;
use crate::licences::Policy;
use crate::metadata::{Dependency, Kind, Package};

/// A crate from outside that belongs to one layer.
struct Outside {
    name: &'static str,
    /// Who may be built from it.
    users: &'static [&'static str],
    /// Whether anybody's tests may use it.
    is_free_in_tests: bool,
}

/// The terminal belongs to the command line, file formats to the readers, records to the façade.
const OUTSIDE: &[Outside] = &[
    Outside { name: "clap", users: &["caudal-cli", "caudal-bench"], is_free_in_tests: false },
    Outside { name: "calamine", users: &["caudal-import"], is_free_in_tests: false },
    Outside { name: "lopdf", users: &["caudal-import"], is_free_in_tests: true },
    Outside { name: "quick-xml", users: &["caudal-import"], is_free_in_tests: false },
    Outside { name: "typst", users: &["caudal-report"], is_free_in_tests: false },
    Outside { name: "typst-pdf", users: &["caudal-report"], is_free_in_tests: false },
    Outside { name: "sqlx", users: &["caudal"], is_free_in_tests: false },
    Outside { name: "ctrlc", users: &["caudal-cli"], is_free_in_tests: false },
    Outside { name: "indicatif", users: &["caudal-cli"], is_free_in_tests: false },
    Outside {
        name: "parquet",
        users: &["caudal-bench", "caudal-import", "caudal-testkit"],
        is_free_in_tests: true,
    },
    Outside { name: "memmap2", users: &["caudal-columns"], is_free_in_tests: false },
    Outside { name: "yoke", users: &["caudal-columns"], is_free_in_tests: false },
];

/// Built from the standard library alone, and other crates of the workspace.
const STD_ONLY: &[&str] = &["caudal-model"];

/// Looks at every dependency, and at the whole lock file for what nobody may use.
pub(super) fn check(tree: &Tree, packages: &[Package]) -> Vec<Violation> {
    let edges = packages.iter().flat_map(|package| {
        package.dependencies.iter().map(move |edge| (package.name.as_str(), edge))
    });
    let forbidden = edges.filter_map(|(user, edge)| {
        let reason = reason(user, edge)?;
        let (path, line) = manifest_line(tree, user, &edge.name);
        let message = format!("`{user}` may not use `{}`: {reason}", edge.name);
        Some(Violation::new(&path, line, message))
    });
    forbidden.chain(banned(tree)).collect()
}

/// Why a dependency is not allowed, if it is not.
fn reason(user: &str, edge: &Dependency) -> Option<String> {
    let is_ours = edge.name.starts_with("caudal-");
    if STD_ONLY.contains(&user) && edge.kind == Kind::Normal && !is_ours {
        return Some("it is built from the standard library alone".to_owned());
    }
    let outside = OUTSIDE.iter().find(|outside| outside.name == edge.name)?;
    let is_for_tests = outside.is_free_in_tests && edge.kind == Kind::Dev;
    let is_allowed = is_for_tests || outside.users.contains(&user);
    (!is_allowed).then(|| format!("only {} may", outside.users.join(" and ")))
}

/// Crates that `deny.toml` bans, at any depth: an investigator's machine is never phoned from.
fn banned(tree: &Tree) -> Vec<Violation> {
    let lock = tree.text("Cargo.lock");
    let policy = match Policy::parse(tree.text("deny.toml")) {
        Ok(policy) => policy,
        Err(reason) => return vec![Violation::new("deny.toml", 1, reason)],
    };
    let names = policy.banned.iter().map(|name| (name, format!("name = \"{name}\"")));
    let found = names.filter(|(_, line)| lock.lines().any(|text| text == line));
    let told = found.map(|(name, line)| {
        let message = format!("`{name}` is banned by deny.toml: see `cargo tree --invert {name}`");
        Violation::new("Cargo.lock", line_of(lock, &line), message)
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    fn package(name: &str, dependency: &str, kind: Kind) -> Package {
        let dependencies = vec![Dependency { name: dependency.to_owned(), kind }];
        Package { name: name.to_owned(), dependencies, ..Package::default() }
    }

    fn check_edge(name: &str, dependency: &str, kind: Kind) -> Vec<String> {
        told(&check(&Tree::default(), &[package(name, dependency, kind)]))
    }

    #[test]
    fn the_terminal_belongs_to_the_command_line() {
        assert!(check_edge("caudal-cli", "clap", Kind::Normal).is_empty());
        assert!(check_edge("caudal-bench", "clap", Kind::Normal).is_empty());
        assert_eq!(check_edge("caudal", "clap", Kind::Normal).len(), 1);
        assert_eq!(check_edge("caudal", "indicatif", Kind::Dev).len(), 1);
        assert_eq!(check_edge("caudal-bench", "ctrlc", Kind::Normal).len(), 1);
    }

    #[test]
    fn parquet_belongs_to_the_readers_and_to_tests() {
        assert!(check_edge("caudal-import", "parquet", Kind::Normal).is_empty());
        assert!(check_edge("caudal-ledger", "parquet", Kind::Dev).is_empty());
        assert_eq!(check_edge("caudal-ledger", "parquet", Kind::Normal).len(), 1);
    }

    #[test]
    fn the_model_is_built_from_the_standard_library() {
        assert_eq!(check_edge("caudal-model", "serde", Kind::Normal).len(), 1);
        assert!(check_edge("caudal-model", "caudal-columns", Kind::Normal).is_empty());
        assert!(check_edge("caudal-model", "proptest", Kind::Dev).is_empty());
    }

    #[test]
    fn a_banned_crate_is_found_at_any_depth() {
        let deny = "[bans]\ndeny = [{ crate = \"tokio\", reason = \"no\" }]\n";
        let lock = "[[package]]\nname = \"tokio-like\"\n\n[[package]]\nname = \"tokio\"\n";
        let tree = Tree::of(&[("deny.toml", deny), ("Cargo.lock", lock)]);
        let found = told(&check(&tree, &[]));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("Cargo.lock:5: `tokio` is banned"), "{found:?}");
    }
}
