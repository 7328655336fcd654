//! One program, run and measured by `peers/measure.py`.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::options::Options;
use crate::{command, files};

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    /// It took more time than it may.
    OverTime,
    /// It held more memory than it may.
    OverMemory,
    /// It failed; the last line of what it said.
    Failed(String),
}

/// What one run of a program took and said.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) ended: Ended,
    /// Microseconds.
    pub(crate) wall: u64,
    /// Microseconds of all cores.
    pub(crate) cpu: u64,
    /// Kilobytes at most.
    pub(crate) peak: u64,
    /// The lines of JSON that it printed.
    pub(crate) said: Vec<Value>,
}

/// Measures programs, one at a time.
pub(crate) struct Measurer {
    python: OsString,
    script: PathBuf,
    work: PathBuf,
    seconds: u32,
    megabytes: u32,
}

impl Measurer {
    pub(crate) fn new(root: &Path, work: &Path, options: &Options) -> Result<Self, String> {
        let python = OsString::from("python3");
        if !command::succeeds(Command::new(&python).arg("--version")) {
            return Err("python3 is needed: it measures, and other programs run in it".to_owned());
        }
        let script = root.join("crates/caudal-bench/peers/measure.py");
        let (seconds, megabytes) = (options.seconds, options.megabytes);
        Ok(Self { python, script, work: work.to_owned(), seconds, megabytes })
    }

    /// Runs a program within its limits. An error is one of measuring, not of the program.
    pub(crate) fn run(&self, words: &[OsString]) -> Result<Run, String> {
        let [report, said, told] =
            ["report.json", "said.txt", "told.txt"].map(|f| self.work.join(f));
        let create = |path: &Path| File::create(path).map_err(|error| error.to_string());
        let mut measure = Command::new(&self.python);
        measure.arg(&self.script).arg(&report);
        measure.args([self.seconds.to_string(), self.megabytes.to_string()]).args(words);
        measure.stdout(create(&said)?).stderr(create(&told)?);
        let is_measured = measure.status().is_ok_and(|status| status.success());
        let told = lossy(&told)?;
        if !is_measured {
            return Err(format!("nothing was measured: {}", last_line(&told)));
        }
        let report: Value =
            serde_json::from_str(&files::text_of(&report)?).map_err(|error| error.to_string())?;
        parsed(&report, &lossy(&said)?, &told)
    }

    /// The same, of a program whose output is long and not looked at.
    pub(crate) fn run_silent(&self, words: &[OsString]) -> Result<Run, String> {
        let run = self.run(words);
        // Tables of a hundred million transfers are no small files.
        let _ = File::create(self.work.join("said.txt"));
        run
    }

    /// All that the last program printed.
    pub(crate) fn said(&self) -> Result<String, String> {
        lossy(&self.work.join("said.txt"))
    }
}

fn lossy(path: &Path) -> Result<String, String> {
    Ok(String::from_utf8_lossy(&files::bytes_of(path)?).into_owned())
}

fn last_line(text: &str) -> &str {
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing")
}

fn parsed(report: &Value, said: &str, told: &str) -> Result<Run, String> {
    let number = |key: &str| {
        let number = report.get(key).and_then(Value::as_u64);
        number.ok_or_else(|| format!("the measure has no `{key}`"))
    };
    let ended = match report.get("ended").and_then(Value::as_str) {
        Some("done") => Ended::Done,
        Some("time") => Ended::OverTime,
        Some("memory") => Ended::OverMemory,
        _ => Ended::Failed(last_line(told).to_owned()),
    };
    let json = said.lines().filter(|line| line.starts_with('{'));
    let said = json.filter_map(|line| serde_json::from_str(line).ok()).collect();
    Ok(Run {
        ended,
        wall: number("wall_us")?,
        cpu: number("cpu_us")?,
        peak: number("peak_kb")?,
        said,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_read_with_what_was_said() {
        let report = serde_json::json!({"ended": "done", "wall_us": 5, "cpu_us": 4, "peak_kb": 3});
        let run = parsed(&report, "noise\n{\"a\":1}\n{broken\n", "").expect("a measure");
        assert_eq!((run.wall, run.cpu, run.peak), (5, 4, 3));
        assert_eq!(run.said, [serde_json::json!({"a": 1})]);
        assert_eq!(run.ended, Ended::Done);
    }

    #[test]
    fn a_failure_is_told_by_the_last_line() {
        let report =
            serde_json::json!({"ended": "failed", "wall_us": 5, "cpu_us": 4, "peak_kb": 3});
        let run = parsed(&report, "", "Traceback\nMemoryError\n\n").expect("a measure");
        assert_eq!(run.ended, Ended::Failed("MemoryError".to_owned()));
        assert!(parsed(&serde_json::json!({"ended": "done"}), "", "").is_err());
    }
}
