//! Measures of the engine, beside a plain full-sweep tracer on the same ledger in the same run.
//!
//! ```text
//! cargo run --release -p caudal-bench -- [--transfers N]... [--origins N] [--sweeps N] [--openings-percent N] [--seed N]
//! cargo run --release -p caudal-bench -- csv --transfers N [--seed N] > FILE
//! cargo run --release -p caudal-bench -- statements [--transfers N]
//! cargo run --release -p caudal-bench -- holdings [--transfers N] [--origins N] [--openings-percent N]
//! ```
//!
//! *Shape.* For each size a seeded ledger is made in memory, indexed, and asked. Times of one run
//! on a shared machine drift; the ratios between lines of one run are what to quote. `csv` writes the
//! same ledger as a file of transfers, in an order that is not that of its days; `peers/import.py`
//! times its import beside another program's. `statements` reads a statement of so many entries in each
//! of two formats. `holdings` asks where the money of 10, 100, 1,000 and so on origins is, up to the number
//! named: in one pass, and one by one from a sample.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod baseline;
mod holdings;
mod measure;
mod statements;
mod workload;

use std::process::ExitCode;

const USAGE: &str = "usage: caudal-bench [--transfers N]... [--origins N] [--sweeps N] \
    [--openings-percent N] [--seed N]";

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
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    let writes_csv = args.next_if_eq("csv").is_some();
    let reads_statements = args.next_if_eq("statements").is_some();
    let asks_holdings = args.next_if_eq("holdings").is_some();
    let Some(options) = parse(args) else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    if writes_csv {
        return match workload::write_csv(options.transfers[0], options.seed) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    for &transfers in &options.transfers {
        if reads_statements {
            statements::run(transfers);
            continue;
        }
        if asks_holdings {
            let counts = [10, 100, 1000, 10_000].into_iter();
            let mut counts: Vec<usize> = counts.filter(|&n| n < options.origins).collect();
            counts.push(options.origins);
            holdings::run(transfers, &counts, options.openings_percent, options.seed);
            continue;
        }
        measure::run(transfers, &options);
    }
    ExitCode::SUCCESS
}

fn parse(mut args: impl Iterator<Item = String>) -> Option<Options> {
    let mut options =
        Options { transfers: Vec::new(), origins: 1000, sweeps: 5, openings_percent: 100, seed: 1 };
    while let Some(flag) = args.next() {
        let value: u64 = args.next()?.replace('_', "").parse().ok()?;
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
