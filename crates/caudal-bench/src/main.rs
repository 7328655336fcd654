//! Measures of the engine, beside a plain full-sweep tracer on the same ledger in the same run.
//!
//! ```text
//! cargo run --release -p caudal-bench -- [--transfers N]... [--origins N] [--sweeps N] [--openings-percent N] [--seed N]
//! cargo run --release -p caudal-bench -- csv --transfers N [--seed N] > FILE
//! cargo run --release -p caudal-bench -- parquet --transfers N [--seed N] --out FILE
//! cargo run --release -p caudal-bench -- build --from PARQUET --out LEDGER
//! cargo run --release -p caudal-bench -- ask --ledger LEDGER [--origins N] [--sweeps N]
//! cargo run --release -p caudal-bench -- questions --ledger FILE [--origins N] [--sweeps N] [--seed N]
//! cargo run --release -p caudal-bench -- statements [--transfers N]
//! cargo run --release -p caudal-bench -- holdings [--transfers N] [--origins N] [--openings-percent N]
//! ```
//!
//! *Shape.* For each size a seeded ledger is made in memory, indexed, and asked. Times of one run
//! on a shared machine drift; the ratios between lines of one run are what to quote. `csv` and `parquet`
//! write the same ledger as a file of transfers, in an order that is not that of its days;
//! `questions` asks that file. `cargo xtask bench` runs these beside other programs (`peers`) and writes
//! `docs/benchmarks.md`. `statements` reads a statement of so many
//! entries in each of two formats. `holdings` asks where the money of 10, 100, 1,000 and so on origins is, up
//! to the number named: in one pass, and one by one from a sample.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark speaks on the terminal"
)]

mod baseline;
mod disk;
mod holdings;
mod ledger_file;
mod measure;
mod questions;
mod reach;
mod rows;
mod statements;
mod workload;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: caudal-bench [--transfers N]... [--origins N] [--sweeps N] \
    [--openings-percent N] [--seed N]
       caudal-bench csv|parquet --transfers N [--seed N] [--out FILE]
       caudal-bench build --from PARQUET --out LEDGER
       caudal-bench ask --ledger LEDGER [--origins N] [--sweeps N]
       caudal-bench questions --ledger FILE [--origins N] [--sweeps N] [--seed N]
       caudal-bench statements [--transfers N]...
       caudal-bench holdings [--transfers N]... [--origins N] [--openings-percent N]";

/// What to measure.
struct Options {
    /// Sizes of the ledger.
    transfers: Vec<u64>,
    /// Questions to ask by index.
    origins: usize,
    /// How often each full sweep is repeated; the median is printed.
    sweeps: usize,
    /// Opening balances, in per cent of those that make overdrafts rare. Fewer make money go further
    /// under `fifo`, and more loans.
    openings_percent: u64,
    /// Repeats everything but the times.
    seed: u64,
    /// Where a file goes, if not to standard output.
    out: Option<PathBuf>,
    /// The file of transfers that a ledger file is built of.
    from: Option<PathBuf>,
    /// The file that is asked.
    ledger: Option<PathBuf>,
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    let command = args.next_if(|word| !word.starts_with('-'));
    let Some(options) = parse(args) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = match command.as_deref() {
        None => each_size(&options, |transfers| measure::run(transfers, &options)),
        Some("statements") => each_size(&options, statements::run),
        Some("holdings") => each_size(&options, |transfers| {
            let counts = [10, 100, 1000, 10_000].into_iter();
            let mut counts: Vec<usize> = counts.filter(|&n| n < options.origins).collect();
            counts.push(options.origins);
            holdings::run(transfers, &counts, options.openings_percent, options.seed);
        }),
        Some("csv") => write_file(&options, ledger_file::write_csv),
        Some("build") => with_files(&options, disk::build),
        Some("ask") => disk::ask(&options),
        Some("parquet") => write_file(&options, ledger_file::write_parquet),
        Some("questions") => questions::run(&options),
        Some(_) => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one shape with the commands that can fail")]
fn each_size(options: &Options, run: impl Fn(u64)) -> ledger_file::Outcome {
    options.transfers.iter().copied().for_each(run);
    Ok(())
}

fn with_files(options: &Options, run: impl Fn(&Path, &Path)) -> ledger_file::Outcome {
    let from = options.from.as_deref().ok_or("--from is missing")?;
    run(from, options.out.as_deref().unwrap_or(Path::new("bench.ledger")));
    Ok(())
}

/// Writes the ledger of the first size to the named file, or to standard output.
fn write_file(
    options: &Options,
    write: fn(u64, u64, Box<dyn std::io::Write + Send>) -> ledger_file::Outcome,
) -> ledger_file::Outcome {
    let out: Box<dyn std::io::Write + Send> = match &options.out {
        Some(path) => Box::new(File::create(path)?),
        None => Box::new(std::io::stdout()),
    };
    write(options.transfers[0], options.seed, out)
}

fn parse(mut args: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        transfers: Vec::new(),
        origins: 1000,
        sweeps: 5,
        openings_percent: 100,
        seed: 1,
        out: None,
        from: None,
        ledger: None,
    };
    while let Some(flag) = args.next() {
        let value = args.next()?;
        match flag.as_str() {
            "--out" => {
                options.out = Some(PathBuf::from(value));
                continue;
            }
            "--from" => {
                options.from = Some(PathBuf::from(value));
                continue;
            }
            "--ledger" => {
                options.ledger = Some(PathBuf::from(value));
                continue;
            }
            _ => {}
        }
        let value: u64 = value.replace('_', "").parse().ok()?;
        match flag.as_str() {
            "--transfers" => options.transfers.push(value),
            "--origins" => options.origins = usize::try_from(value).ok()?,
            "--sweeps" => options.sweeps = usize::try_from(value).ok()?.max(1),
            "--openings-percent" => options.openings_percent = value,
            "--seed" => options.seed = value,
            _ => return None,
        }
    }
    if options.transfers.is_empty() {
        options.transfers = vec![1_000_000, 10_000_000];
    }
    Some(options)
}
