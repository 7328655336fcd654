//! `cargo xtask fuzz`: the readers against bytes that nobody wrote.

use std::path::Path;
use std::process::Command;

use crate::{Outcome, command, files};

const HOW_TO: &str = "fuzzing needs a nightly toolchain and cargo-fuzz

hint: rustup toolchain install nightly && cargo install cargo-fuzz
hint: without them, the tests of the readers run the same checks on seeded damage:
      cargo test --package caudal-import";

/// What was asked.
#[derive(Debug, PartialEq, Eq)]
struct Asked<'a> {
    target: Option<&'a str>,
    minutes: u32,
}

/// Fuzzes one target, or each in turn.
pub(crate) fn run(root: &Path, args: &[String]) -> Outcome {
    let asked = parse(args)?;
    let targets = targets(&files::text_of(&root.join("fuzz/Cargo.toml"))?)?;
    let chosen = choose(&targets, asked.target)?;
    if !command::succeeds(nightly(root).args(["fuzz", "--version"])) {
        return Err(HOW_TO.to_owned());
    }
    for target in chosen {
        println!("== {target}, {} min", asked.minutes);
        let limit = format!("-max_total_time={}", u64::from(asked.minutes) * 60);
        command::check(nightly(root).args(["fuzz", "run", target, "--", &limit]))?;
    }
    Ok(())
}

/// A cargo of the nightly toolchain; the one that runs this program is another.
fn nightly(root: &Path) -> Command {
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root).args(["run", "nightly", "cargo"]);
    rustup
}

fn parse(args: &[String]) -> Result<Asked<'_>, String> {
    let mut asked = Asked { target: None, minutes: 1 };
    let mut words = args.iter();
    while let Some(word) = words.next() {
        if word == "--minutes" {
            let minutes = words.next().and_then(|text| text.parse().ok()).filter(|&n| n > 0);
            asked.minutes = minutes.ok_or("`--minutes` needs a whole number from 1")?;
        } else if word.starts_with('-') || asked.target.is_some() {
            return Err(format!("unexpected argument `{word}`"));
        } else {
            asked.target = Some(word);
        }
    }
    Ok(asked)
}

/// Names of the fuzz targets, from their manifest.
fn targets(manifest: &str) -> Result<Vec<String>, String> {
    let manifest: toml::Table = manifest.parse().map_err(|error| format!("fuzz: {error}"))?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten();
    let names = bins.filter_map(|bin| bin.get("name")?.as_str().map(str::to_owned));
    Ok(names.collect())
}

fn choose<'t>(targets: &'t [String], asked: Option<&str>) -> Result<Vec<&'t String>, String> {
    let Some(asked) = asked else { return Ok(targets.iter().collect()) };
    let found = targets.iter().find(|target| *target == asked);
    let unknown = || format!("no fuzz target `{asked}`: there are {}", targets.join(", "));
    found.map(|target| vec![target]).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<(Option<String>, u32), String> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&args).map(|asked| (asked.target.map(str::to_owned), asked.minutes))
    }

    #[test]
    fn a_target_and_minutes_are_optional() {
        assert_eq!(parsed(""), Ok((None, 1)));
        assert_eq!(parsed("openings_csv"), Ok((Some("openings_csv".to_owned()), 1)));
        assert_eq!(parsed("--minutes 5"), Ok((None, 5)));
        assert!(parsed("--minutes").is_err());
        assert!(parsed("--minutes 0").is_err());
        assert!(parsed("one two").is_err());
    }

    #[test]
    fn an_unknown_target_is_told_which_there_are() {
        let names = targets("[[bin]]\nname = \"a\"\n[[bin]]\nname = \"b\"\n").expect("TOML");
        assert_eq!(choose(&names, Some("b")), Ok(vec![&"b".to_owned()]));
        assert_eq!(choose(&names, None).map(|all| all.len()), Ok(2));
        assert!(choose(&names, Some("c")).is_err_and(|reason| reason.ends_with("a, b")));
    }
}
