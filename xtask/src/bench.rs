//! `cargo xtask bench`: Caudal and other programs in turn on one ledger, and the page that tells of it.
//!
//! *Shape.* For each size one seeded ledger is made. In each run every program takes its turn once, so that
//! a machine that slows down slows all of them. What a program takes is measured from outside; what it says
//! of its own steps stands beside that. Answers are compared; a difference stands on the page, and fails the
//! command unless it is of a program whose answers are known to vary.

mod environment;
mod figures;
mod machine;
mod options;
mod page;
mod process;
mod tasks;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, command, metadata};
use environment::Environment;
use options::Options;
use process::{Ended, Measurer, Run};
use tasks::{ENGINE, Origins, Places, TASKS, TEXT_MAX, Task};

/// The seed of every ledger.
const SEED: &str = "1";

/// Tasks whose answers were seen to vary from process to process on one file.
const VARIES: [&str; 1] = ["raphtory"];

/// Everything measured on one ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// Transfers.
    size: u64,
    /// Bytes of the Parquet file.
    bytes: u64,
    engine: Vec<Run>,
    runs: BTreeMap<&'static str, Vec<Run>>,
    /// What the engine's own benchmark printed, every rule.
    rules: String,
    /// Where another program's answer is not Caudal's.
    differences: Vec<Difference>,
}

/// An answer that is not Caudal's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The task.
    task: &'static str,
    /// What was found and what was expected, run by run.
    told: String,
}

/// What the work is done with.
struct Tools<'a> {
    options: &'a Options,
    places: Places,
    environment: Environment,
    measurer: Measurer,
}

/// Measures, prints and writes the page.
pub(crate) fn run(root: &Path, args: &[String]) -> Outcome {
    if args.iter().any(|word| word == "--help" || word == "-h") {
        println!("{}", options::HELP);
        return Ok(());
    }
    let options = options::parse(args)?;
    let target = metadata::target_folder(root)?;
    let work = options.work.clone().unwrap_or_else(|| target.clone()).join("caudal-bench");
    fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    let release = match &options.binaries {
        Some(folder) => folder.clone(),
        None => built(root, &target)?,
    };
    let done = measure_all(root, &options, (release, &work));
    if !options.keeps {
        fs::remove_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
    }
    done
}

/// Builds both programs, apart: together they are built from other features than each is alone, and so
/// everything would be built once more. The folder that they lie in.
fn built(root: &Path, target: &Path) -> Result<PathBuf, String> {
    for package in ["caudal-cli", "caudal-bench"] {
        command::check(command::cargo_in(root).args(["build", "--release", "--package", package]))?;
    }
    Ok(target.join("release"))
}

fn measure_all(root: &Path, options: &Options, (release, work): (PathBuf, &Path)) -> Outcome {
    let environment = Environment::make(&work.join("env"), &options.peers)?;
    let peers = root.join("crates/caudal-bench/peers");
    let python = environment.python.clone();
    let places = Places { release, peers, python, work: work.to_owned() };
    let measurer = Measurer::new(root, work, options)?;
    let tools = Tools { options, places, environment, measurer };
    let busyness = machine::busyness();
    let sizes = options.sizes.iter().map(|&size| tools.measure(size));
    let measured = sizes.collect::<Result<Vec<Measured>, String>>()?;
    let head = page::Head {
        machine: machine::told(root).into_iter().chain([busyness]).collect(),
        versions: tools.environment.versions.clone(),
        missing: tools.environment.missing.clone(),
        options: options.clone(),
    };
    let page = page::render(&head, &measured);
    println!("{page}");
    let out = options.out.clone().unwrap_or_else(|| root.join("docs/benchmarks.md"));
    fs::write(&out, page).map_err(|error| format!("{}: {error}", out.display()))?;
    let differences = measured.iter().flat_map(|one| &one.differences);
    let firm = differences.filter(|difference| !VARIES.contains(&difference.task));
    let told: Vec<&str> = firm.map(|difference| difference.told.as_str()).collect();
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

impl Tools<'_> {
    /// Everything on the ledger of one size.
    fn measure(&self, size: u64) -> Result<Measured, String> {
        let file = self.make(size, "parquet")?;
        if size <= TEXT_MAX {
            self.make(size, "csv")?;
        }
        let bytes = fs::metadata(&file).map_or(0, |file| file.len());
        let mut measured = Measured { size, bytes, ..Measured::default() };
        for turn in 1..=self.options.runs {
            self.take_turns(turn, &mut measured)?;
        }
        measured.rules = self.rules(size)?;
        measured.differences = differences(&measured);
        if !self.options.keeps {
            for ending in ["parquet", "csv"] {
                let _ = fs::remove_file(self.places.ledger(size, ending));
            }
        }
        Ok(measured)
    }

    /// Every program once.
    fn take_turns(&self, turn: u32, measured: &mut Measured) -> Outcome {
        let size = measured.size;
        let engine = self.places.command(ENGINE, size, &Origins::default());
        let run = self.measurer.run(&engine)?;
        self.tell(turn, size, ENGINE, &run);
        measured.engine.push(run);
        let Some(origins) = origins(&measured.engine) else { return Ok(()) };
        for task in TASKS {
            let before = measured.runs.entry(task.id).or_default();
            let has_failed = before.iter().any(|run| run.ended != Ended::Done);
            if self.skips(task, size) || has_failed {
                continue;
            }
            self.prepare(task)?;
            let command = self.places.command(task.id, size, &origins);
            let run = match task.peer {
                None => self.measurer.run_silent(&command)?,
                Some(_) => self.measurer.run(&command)?,
            };
            self.tell(turn, size, task.id, &run);
            before.push(run);
        }
        self.clear();
        Ok(())
    }

    fn skips(&self, task: &Task, size: u64) -> bool {
        let is_missing = task.peer.is_some_and(|peer| !self.environment.peers.contains(&peer));
        is_missing || (task.group == tasks::Group::ImportedText && size > TEXT_MAX)
    }

    /// An import needs an empty case, or no database.
    fn prepare(&self, task: &Task) -> Outcome {
        if !matches!(task.group, tasks::Group::Imported | tasks::Group::ImportedText) {
            return Ok(());
        }
        self.clear();
        if task.peer.is_none() {
            let words = self.places.caudal(&["new", &self.places.case().to_string_lossy()]);
            command::output(&mut command_of(&words))?;
        }
        Ok(())
    }

    fn clear(&self) {
        let _ = fs::remove_dir_all(self.places.case());
        let _ = fs::remove_file(self.places.database());
    }

    /// Makes a ledger file, unless an earlier run kept it.
    fn make(&self, size: u64, ending: &str) -> Result<PathBuf, String> {
        let file = self.places.ledger(size, ending);
        if file.exists() {
            return Ok(file);
        }
        println!("making {} transfers as {ending}", figures::size(size));
        let part = file.with_extension("part");
        let (transfers, out) = (size.to_string(), part.to_string_lossy());
        let words = [ending, "--transfers", &transfers, "--seed", SEED, "--out", &out];
        command::check(&mut command_of(&self.places.bench(&words)))?;
        fs::rename(&part, &file).map_err(|error| error.to_string())?;
        Ok(file)
    }

    /// What the engine's own benchmark prints: every rule, on a ledger of this size in memory.
    fn rules(&self, size: u64) -> Result<String, String> {
        let transfers = size.to_string();
        let words = self.places.bench(&["--transfers", &transfers, "--sweeps", "3"]);
        let run = self.measurer.run(&words)?;
        self.tell(1, size, "every rule", &run);
        let said = self.measurer.said()?;
        Ok(match run.ended {
            Ended::Done => said,
            other => format!("{said}({})\n", page::ending(&other, self.options)),
        })
    }

    /// Progress, one line for each run.
    fn tell(&self, turn: u32, size: u64, task: &str, run: &Run) {
        let (size, runs) = (figures::size(size), self.options.runs);
        let took = match &run.ended {
            Ended::Done => figures::time(run.wall * 1_000),
            other => page::ending(other, self.options),
        };
        println!("{size}, run {turn} of {runs}, {task}: {took}, {}", figures::megabytes(run.peak));
    }
}

fn command_of(words: &[OsString]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

/// A line that the engine printed, by what it names.
fn line<'r>(runs: &'r [Run], key: &str, name: &str) -> Option<&'r Value> {
    let is_it = |line: &&Value| line.get(key).and_then(Value::as_str) == Some(name);
    runs.first()?.said.iter().find(is_it)
}

fn origins(engine: &[Run]) -> Option<Origins> {
    let id = |name| Some(line(engine, "origin", name)?.get("id")?.as_str()?.to_owned());
    Some(Origins { widest: id("widest")?, middle: id("middle")? })
}

/// Compares the answer of each run with the engine's.
fn differences(measured: &Measured) -> Vec<Difference> {
    let held = line(&measured.engine, "origin", "widest").and_then(|line| line.get("held"));
    let reached = line(&measured.engine, "reached", "reach").and_then(|line| line.get("accounts"));
    let compared = [
        ("accountant", "held", held),
        ("reachability", "accounts", reached),
        ("raphtory", "accounts", reached),
    ];
    let differences = compared.iter().filter_map(|&(task, key, expected)| {
        let runs = measured.runs.get(task)?.iter().filter(|run| run.ended == Ended::Done);
        let found: Vec<_> =
            runs.map(|run| run.said.first().and_then(|said| said.get(key))).collect();
        // Nothing to compare with, if the engine was cut off.
        let expected = expected?;
        let differs = found.iter().any(|found| *found != Some(expected));
        differs.then(|| Difference { task, told: told(measured.size, task, expected, &found) })
    });
    differences.collect()
}

/// Numbers are told; lists of accounts are too long.
fn told(size: u64, task: &str, expected: &Value, found: &[Option<&Value>]) -> String {
    let size = figures::size(size);
    let told = |value: &Value| {
        value.as_u64().map_or_else(|| "another list".to_owned(), figures::thousands)
    };
    let found = found.iter().map(|found| match found {
        Some(found) if *found == expected => "the same".to_owned(),
        Some(found) => told(found),
        None => "nothing".to_owned(),
    });
    let found: Vec<String> = found.collect();
    let ours = expected
        .as_u64()
        .map_or_else(String::new, |ours| format!(" (Caudal: {})", figures::thousands(ours)));
    format!("at {size}, `{task}` answers, run by run: {}{ours}", found.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn run_of(said: Vec<Value>) -> Run {
        Run { ended: Ended::Done, wall: 2_000_000, cpu: 3_000_000, peak: 100_000, said }
    }

    pub(crate) fn measured() -> Measured {
        let engine = vec![
            json!({"step": "load", "ns": 400_000_000, "rows": 1000}),
            json!({"step": "index", "ns": 100_000_000, "lines": 1000}),
            json!({"question": "fifo", "median_ns": 2_000, "p99_ns": 30_000}),
            json!({"question": "fifo-widest", "median_ns": 40_000, "p99_ns": 50_000}),
            json!({"question": "fifo-sweep", "median_ns": 100_000_000, "p99_ns": 100_000_000}),
            json!({"question": "poison", "median_ns": 500_000_000, "p99_ns": 500_000_000}),
            json!({"question": "reach", "median_ns": 5_000_000, "p99_ns": 5_000_000}),
            json!({"reached": "reach", "accounts": 40}),
            json!({"reached": "poison", "accounts": 38}),
            json!({"origin": "widest", "id": "t7", "held": {"A1": 250}}),
            json!({"origin": "middle", "id": "t9", "held": {}}),
        ];
        let mut measured = Measured { size: 20_000, bytes: 5_000_000, ..Measured::default() };
        measured.engine = vec![run_of(engine)];
        let said = |value: Value| vec![run_of(vec![value])];
        let held =
            json!({"load_ns": 1_000_000_000, "question_ns": 4_000_000_000u64, "held": {"A1": 250}});
        let fast = json!({"load_ns": 300_000_000, "question_ns": 250_000_000, "accounts": 40});
        measured.runs.insert("trace-file", said(json!({})));
        measured.runs.insert("expose-file", said(json!({})));
        measured.runs.insert("accountant", said(held));
        measured.runs.insert("reachability", said(fast));
        measured
    }

    #[test]
    fn the_transfers_asked_about_are_those_that_the_engine_names() {
        let origins = origins(&measured().engine).expect("both are named");
        assert_eq!((origins.widest.as_str(), origins.middle.as_str()), ("t7", "t9"));
        assert!(super::origins(&[]).is_none());
    }

    #[test]
    fn another_answer_is_a_difference() {
        let mut measured = measured();
        assert_eq!(differences(&measured), []);
        measured.runs.insert("raphtory", vec![run_of(vec![json!({"accounts": 39})])]);
        measured.runs.insert("accountant", vec![run_of(vec![json!({"held": {"A1": 249}})])]);
        let told = differences(&measured).into_iter().map(|found| found.told);
        let expected = [
            "at 20k, `accountant` answers, run by run: another list",
            "at 20k, `raphtory` answers, run by run: 39 (Caudal: 40)",
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        let cut = Run { ended: Ended::OverTime, ..run_of(Vec::new()) };
        measured.runs.insert("raphtory", vec![cut.clone()]);
        measured.runs.insert("accountant", vec![cut]);
        assert_eq!(differences(&measured), [], "no answer is no difference");
    }
}
