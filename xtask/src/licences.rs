//! `cargo xtask licences`: what Caudal is built from may be used, comes from a known place, and is
//! not banned.
//!
//! *Shape.* `deny.toml` has the rules. Where cargo-deny is installed it applies them; elsewhere
//! the same three questions are asked here, so that every machine gives an answer.

use std::collections::BTreeSet;
use std::path::Path;

use spdx::{Expression, Licensee, ParseMode};
use toml::{Table, Value};

use crate::metadata::{self, Package};
use crate::{Outcome, command, files};

/// The part of `deny.toml` that is asked about here.
pub(crate) struct Policy {
    allowed: Vec<Licensee>,
    /// Crates that may not be used at any depth.
    pub(crate) banned: Vec<String>,
    registries: Vec<String>,
}

impl Policy {
    /// Reads the text of `deny.toml`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let file: Table = text.parse().map_err(|error| format!("deny.toml: {error}"))?;
        let list = |table: &str, key: &str| file.get(table)?.get(key)?.as_array();
        let licensee = |entry: &Value| {
            let name = entry.as_str().unwrap_or_default();
            Licensee::parse(name).map_err(|_| format!("deny.toml: no licence `{name}`"))
        };
        let licences = list("licenses", "allow").into_iter().flatten();
        let banned = list("bans", "deny").into_iter().flatten();
        let registries = list("sources", "allow-registry").into_iter().flatten();
        let owned = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Self {
            allowed: licences.map(licensee).collect::<Result<_, _>>()?,
            banned: banned.filter_map(|entry| owned(entry.get("crate")?)).collect(),
            registries: registries.filter_map(owned).collect(),
        })
    }
}

/// Applies the rules to everything the workspace is built from.
pub(crate) fn run(root: &Path) -> Outcome {
    if command::succeeds(command::cargo_in(root).args(["deny", "--version"])) {
        let mut deny = command::cargo_in(root);
        deny.args(["deny", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"]);
        return command::check(&mut deny);
    }
    println!("cargo-deny is not installed: licences, bans and sources are checked without it");
    let policy = Policy::parse(&files::text_of(&root.join("deny.toml"))?)?;
    let wrong = complaints(&policy, &metadata::everything(root)?);
    if wrong.is_empty() { Ok(()) } else { Err(format!("deny.toml forbids\n{}", wrong.join("\n"))) }
}

/// Everything that breaks a rule, in sentences.
fn complaints(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let copyleft = policy.allowed.iter().filter(|entry| is_copyleft(entry));
    let copyleft = copyleft.map(|entry| format!("allowed licence `{entry}` is not permissive"));
    let told = packages.iter().flat_map(|package| {
        let named = format!("{} {}", package.name, package.version);
        let faults = [licence_fault(policy, package), source_fault(policy, package)];
        let faults = faults.into_iter().flatten().map(move |fault| format!("{named}: {fault}"));
        let ban =
            policy.banned.contains(&package.name).then(|| format!("{}: banned", package.name));
        faults.chain(ban).collect::<Vec<_>>()
    });
    copyleft.chain(told).chain(unused(policy, packages)).collect()
}

fn licence_fault(policy: &Policy, package: &Package) -> Option<String> {
    let Some(text) = &package.licence else { return Some("states no licence".to_owned()) };
    match Expression::parse_mode(text, ParseMode::LAX) {
        Err(_) => Some(format!("licence `{text}` cannot be read")),
        Ok(expression) => {
            let allows = |asked: &spdx::LicenseReq| {
                policy.allowed.iter().any(|entry| entry.satisfies(asked))
            };
            (!expression.evaluate(allows)).then(|| format!("licence `{text}` is not allowed"))
        }
    }
}

/// A folder of this repository has no source; everything else comes from a registry we know.
fn source_fault(policy: &Policy, package: &Package) -> Option<String> {
    let source = package.source.as_deref()?;
    let known = |registry: &String| source.strip_prefix("registry+") == Some(registry);
    (!policy.registries.iter().any(known)).then(|| format!("source `{source}` is not allowed"))
}

/// Entries that no crate mentions: permission that nobody asked for.
fn unused(policy: &Policy, packages: &[Package]) -> Vec<String> {
    let texts: BTreeSet<&str> = packages.iter().filter_map(|p| p.licence.as_deref()).collect();
    let parsed = texts.iter().filter_map(|text| Expression::parse_mode(text, ParseMode::LAX).ok());
    let expressions: Vec<Expression> = parsed.collect();
    let is_used = |entry: &&Licensee| {
        let mut asked = expressions.iter().flat_map(Expression::requirements);
        asked.any(|asked| entry.satisfies(&asked.req))
    };
    let idle = policy.allowed.iter().filter(|entry| !is_used(entry));
    idle.map(|entry| format!("allowed licence `{entry}` is used by no crate")).collect()
}

fn is_copyleft(entry: &Licensee) -> bool {
    entry.clone().into_req().license.id().is_none_or(spdx::LicenseId::is_copyleft)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "https://github.com/rust-lang/crates.io-index";

    fn check(allow: &str, packages: &[(&str, Option<&str>, &str)]) -> Vec<String> {
        let text = format!(
            "[licenses]\nallow = [{allow}]\n[bans]\ndeny = [{{ crate = \"phone\" }}]\n\
             [sources]\nallow-registry = [\"{INDEX}\"]\n"
        );
        let policy = Policy::parse(&text).expect("a policy");
        let package = |&(name, licence, source): &(&str, Option<&str>, &str)| Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.map(str::to_owned),
            source: (!source.is_empty()).then(|| source.to_owned()),
            ..Package::default()
        };
        complaints(&policy, &packages.iter().map(package).collect::<Vec<_>>())
    }

    fn check_licence(allow: &str, licence: &str) -> Vec<String> {
        check(allow, &[("a", Some(licence), "")])
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        assert!(check_licence("'MIT'", "MIT OR GPL-3.0-only").is_empty());
        assert!(check_licence("'MIT'", "MIT/Apache-2.0").is_empty());
        assert!(check_licence("'MIT', 'Unicode-3.0'", "MIT AND Unicode-3.0").is_empty());
    }

    #[test]
    fn a_licence_that_is_not_allowed_is_told() {
        let found = check_licence("'MIT'", "MIT AND LGPL-3.0-only");
        assert_eq!(found, ["a 1.0.0: licence `MIT AND LGPL-3.0-only` is not allowed"]);
        let found = check("'MIT'", &[("a", Some("MIT"), ""), ("b", None, "")]);
        assert_eq!(found, ["b 1.0.0: states no licence"]);
    }

    #[test]
    fn the_list_itself_is_permissive_and_used() {
        let found = check_licence("'GPL-3.0-only', 'MIT', 'Zlib'", "MIT OR GPL-3.0-only");
        let expected = [
            "allowed licence `GPL-3.0-only` is not permissive",
            "allowed licence `Zlib` is used by no crate",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn sources_and_bans_hold_at_any_depth() {
        let registry = format!("registry+{INDEX}");
        let found = check(
            "'MIT'",
            &[
                ("a", Some("MIT"), &registry),
                ("b", Some("MIT"), "git+https://example.org/b"),
                ("phone", Some("MIT"), &registry),
            ],
        );
        let expected =
            ["b 1.0.0: source `git+https://example.org/b` is not allowed", "phone: banned"];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_licence_that_nobody_knows_is_told() {
        assert!(Policy::parse("[licenses]\nallow = [\"Mine\"]\n").is_err());
    }
}
