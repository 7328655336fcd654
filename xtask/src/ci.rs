//! `cargo xtask ci`: the steps, in the order in which they tell most for least.

use std::path::Path;
use std::process::Command;

use crate::cache::SharedTarget;
use crate::{Outcome, command, licences, tidy};

/// Where the steps run.
struct Place<'r> {
    root: &'r Path,
    target: Option<SharedTarget>,
}

impl Place<'_> {
    /// A cargo command, in words.
    fn cargo(&self, line: &str) -> Command {
        let mut cargo = command::cargo_in(self.root);
        cargo.args(line.split_whitespace());
        if let Some(target) = &self.target {
            cargo.env("CARGO_TARGET_DIR", &target.folder);
        }
        cargo
    }

    fn check(&self, line: &str) -> Outcome {
        command::check(&mut self.cargo(line))
    }

    fn has(&self, line: &str) -> bool {
        command::succeeds(&mut self.cargo(line))
    }
}

type Step = (&'static str, fn(&Place<'_>) -> Outcome);

const STEPS: &[Step] = &[
    ("tidy", |place| tidy::run(place.root)),
    ("format", format),
    ("clippy", clippy),
    ("tests", tests),
    ("doctests", |place| place.check("test --workspace --doc")),
    ("documentation", documentation),
    ("licences", |place| licences::run(place.root)),
];

/// Runs the steps up to the first that fails.
pub(crate) fn run(root: &Path) -> Outcome {
    let place = Place { root, target: SharedTarget::take(root) };
    for (name, step) in STEPS {
        println!("== {name}");
        step(&place).map_err(|reason| format!("step `{name}`: {reason}"))?;
        println!("== {name}: ok");
    }
    Ok(())
}

fn format(place: &Place<'_>) -> Outcome {
    need(place, "fmt", "rustfmt")?;
    place.check("fmt --all -- --check")?;
    place.check("fmt --manifest-path fuzz/Cargo.toml -- --check")
}

fn clippy(place: &Place<'_>) -> Outcome {
    need(place, "clippy", "clippy")?;
    place.check("clippy --workspace --all-targets -- -D warnings")
}

/// A component of the toolchain that a fresh machine may lack.
fn need(place: &Place<'_>, subcommand: &str, component: &str) -> Outcome {
    let is_there = place.has(&format!("{subcommand} --version"));
    let hint = format!("{component} is missing\n\nhint: rustup component add {component}");
    if is_there { Ok(()) } else { Err(hint) }
}

/// Doctests are a step of their own, since nextest does not run them.
fn tests(place: &Place<'_>) -> Outcome {
    if !place.has("nextest --version") {
        println!("cargo-nextest is not installed: `cargo test` does the same, more slowly");
        return place.check("test --workspace --lib --bins --tests");
    }
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    let profile = if is_ci { "ci" } else { "default" };
    place.check(&format!("nextest run --workspace --profile {profile}"))
}

fn documentation(place: &Place<'_>) -> Outcome {
    let mut cargo = place.cargo("doc --workspace --no-deps");
    command::check(cargo.env("RUSTDOCFLAGS", "-D warnings"))
}
