//! `cargo xtask`: the commands of the repository. `cargo xtask ci` is what continuous integration
//! runs; it needs Rust and nothing else, and uses better tools where they are present.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks on the terminal")]

mod bench;
mod cache;
mod ci;
mod command;
mod files;
mod fuzz;
mod licences;
mod metadata;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

/// What a command ends with: nothing, or why it failed.
type Outcome = Result<(), String>;

const HELP: &str = "\
Usage: cargo xtask <command>

  ci                             everything continuous integration checks, in order
  tidy                           the rules of the repository: layers, headers, citations, codes
  licences                       licences, sources and banned crates, as deny.toml has them
  fuzz [target] [--minutes n]    fuzz one reader, or each in turn (needs nightly and cargo-fuzz)
  bench [options]                Caudal and other programs on one ledger; writes docs/benchmarks.md
  demo [arguments]               make and ask the demonstration case

`cargo xtask ci` uses cargo-nextest and cargo-deny where they are installed, and does without
where they are not.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Outcome {
    let (name, rest) = args.split_first().map_or(("--help", args), |(name, rest)| (name, rest));
    match name {
        "ci" => alone(rest).and_then(|()| ci::run(root())),
        "tidy" => alone(rest).and_then(|()| tidy::run(root())),
        "licences" => alone(rest).and_then(|()| licences::run(root())),
        "fuzz" => fuzz::run(root(), rest),
        "bench" => bench::run(root(), rest),
        "demo" => pass_on(&["--package", "caudal-cli", "--", "demo"], rest),
        "--help" | "-h" | "help" => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("no command `{name}`\n\n{HELP}")),
    }
}

/// For commands that take no arguments.
fn alone(rest: &[String]) -> Outcome {
    rest.first().map_or(Ok(()), |extra| Err(format!("unexpected argument `{extra}`")))
}

/// Runs a program of the workspace where the person stands, so that relative paths mean what
/// they say.
fn pass_on(target: &[&str], rest: &[String]) -> Outcome {
    let manifest = root().join("Cargo.toml");
    let mut cargo = command::cargo();
    cargo.args(["run", "--quiet", "--manifest-path"]).arg(manifest).args(target).args(rest);
    command::check(&mut cargo)
}

/// The folder of the repository.
fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}
