//! All origins in one pass, beside one question for each.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use caudal_ledger::{Ledger, LedgerOptions, LedgerView, LineIdx};
use caudal_trace::{
    Holdings, Origin, Question, Rule, Seed, Tracer, holding_of, holdings, source_currency,
    unwatched,
};

use crate::workload;

/// Origins of the sample that is asked one by one.
const SAMPLE: usize = 100;

/// Measures one ledger with each number of origins.
pub(crate) fn run(transfers: u64, origins: &[usize], openings_percent: u64, seed: u64) {
    println!("# {transfers} transfers, openings {openings_percent} %, seed {seed}");
    let work = workload::make(transfers, openings_percent, seed);
    let ledger = Ledger::build(&work.table, &work.openings, &LedgerOptions::default());
    let ledger = ledger.expect("a bank's ledger builds");
    let tracer = Tracer::new(&ledger);
    let (_, matched) = timed(|| tracer.lifo().segment_count());
    println!("{} lines; lifo matched in {}", ledger.line_count(), seconds(matched));
    for &count in origins {
        // A transfer may be drawn twice; an origin is one transfer.
        let rows = workload::origins(&work.table, count * 2, seed);
        let lines: BTreeSet<LineIdx> =
            rows.iter().filter_map(|&row| ledger.line_of_transfer(row)).collect();
        let lines: Vec<LineIdx> = lines.into_iter().collect();
        let step = (lines.len() / count.max(1)).max(1);
        let lines: Vec<LineIdx> = lines.into_iter().step_by(step).take(count).collect();
        for rule in ["fifo", "lifo", "difo", "libr", "libr:pro-rata", "pro-rata"] {
            measure(&tracer, &lines, rule.parse().expect("a rule"));
        }
    }
}

fn measure(tracer: &Tracer<'_, Ledger>, lines: &[LineIdx], rule: Rule) {
    let (found, together) = timed(|| ask(tracer, lines, rule));
    let cells: usize = found.places.iter().map(|holding| holding.amounts.len()).sum();
    let step = (lines.len() / SAMPLE).max(1);
    let sample: Vec<LineIdx> = lines.iter().copied().step_by(step).take(SAMPLE).collect();
    let ((), alone) = timed(|| {
        for &line in &sample {
            assert!(!ask(tracer, &[line], rule).places.is_empty(), "the money is somewhere");
        }
    });
    let times = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    let sampled = u32::try_from(sample.len().max(1)).unwrap_or(u32::MAX);
    println!(
        "{:<14} {:>5} origins: {:>10} in one pass, {cells} cells; {:>10} one by one, from {sampled}",
        rule.id(),
        lines.len(),
        seconds(together),
        seconds(alone * times / sampled),
    );
    if rule == Rule::Fifo {
        backward(tracer, lines, &found);
    }
}

/// The accounts that hold most, each by inverting its balance.
fn backward(tracer: &Tracer<'_, Ledger>, lines: &[LineIdx], found: &Holdings) {
    let question = question(tracer.view(), lines);
    let accounts: Vec<_> =
        found.places.iter().filter(|h| tracer.view().is_account(h.place)).collect();
    let sample = accounts.len().clamp(1, SAMPLE);
    let ((), time) = timed(|| {
        for holding in accounts.iter().take(sample) {
            let alone = holding_of(tracer, &question, Rule::Fifo, holding.place);
            assert_eq!(alone.as_ref(), Some(*holding), "both ways are equal");
        }
    });
    let sampled = u32::try_from(sample).unwrap_or(u32::MAX);
    println!("  one account by its interval: {} (mean of {sample})", seconds(time / sampled));
}

fn ask(tracer: &Tracer<'_, Ledger>, lines: &[LineIdx], rule: Rule) -> Holdings {
    let found = holdings(tracer, &question(tracer.view(), lines), rule, &mut unwatched);
    found.ok().flatten().expect("the rule has amounts, and nobody stops it")
}

fn question(ledger: &Ledger, lines: &[LineIdx]) -> Question {
    let (mut origins, mut seeds) = (Vec::new(), Vec::new());
    for (origin, &line) in (0u32..).zip(lines) {
        let currency = source_currency(ledger, line);
        origins.push(Origin { label: format!("origin {origin}"), currency });
        seeds.push(Seed { line, lo: 0, hi: ledger.paid(line), origin });
    }
    Question { fragments_max: usize::MAX, ..Question::new(origins, seeds) }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

fn seconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{:06} s", micros / 1_000_000, micros % 1_000_000)
}
