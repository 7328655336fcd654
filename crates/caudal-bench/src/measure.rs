//! Runs each measure and prints it, with ratios to the baseline.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::{Duration, Instant};

use caudal_ledger::{Ledger, LedgerOptions, LedgerView, LifoIndex, LineIdx};
use caudal_trace::{
    EndingKind, Origin, Question, Rule, Seed, Target, Trace, Tracer, backward, source_currency,
    sum, unwatched,
};

use crate::{Options, baseline, workload};

/// Origins for rules that touch much of the ledger.
const WIDE_ORIGINS: usize = 20;
/// After this no further origin is asked under such a rule.
const WIDE_PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn run(transfers: u64, options: &Options) {
    let seed = options.seed;
    let percent = options.openings_percent;
    println!("# {transfers} transfers, openings {percent} %, seed {seed}");
    let (work, made) = timed(|| workload::make(transfers, percent, seed));
    println!("{:<44} {:>12}", "ledger made in memory", seconds(made));
    let (ledger, built) = timed(|| {
        Ledger::build(&work.table, &work.openings, &LedgerOptions::default())
            .expect("a bank's ledger builds")
    });
    let lines = ledger.line_count();
    println!(
        "{:<44} {:>12}   {} accounts, {lines} lines, {} overdrawn",
        "index built (order, loans, prefix sums)",
        seconds(built),
        work.accounts,
        ledger.overdrawn().len(),
    );
    let (lifo, matched) = timed(|| LifoIndex::build(&ledger));
    println!("{:<44} {:>12}   {} segments", "lifo matched", seconds(matched), lifo.segment_count());
    drop(lifo);
    let rows = workload::origins(&work.table, options.origins.max(options.sweeps), seed);
    questions(&ledger, &rows, options);
}

/// Asks a ledger about transfers of its table.
pub(crate) fn questions(ledger: &Ledger, rows: &[u32], options: &Options) {
    let origins: Vec<LineIdx> = rows.iter().filter_map(|&r| ledger.line_of_transfer(r)).collect();
    let tracer = Tracer::new(ledger);
    if options.origins > 0 {
        ask(&tracer, &origins, options.sweeps);
    }
    sweep_pro_rata(&tracer, &origins, options.sweeps);
}

fn ask(tracer: &Tracer<'_, Ledger>, origins: &[LineIdx], sweeps: usize) {
    tracer.lifo();
    let sweep = sweep_fifo(tracer, origins, sweeps);
    for rule in [Rule::Fifo, Rule::Lifo] {
        // Of a mapped ledger, what is touched first is read from the disk and compared with its
        // checksums; asked again, it is warm.
        let cold = latencies(origins, |line| drop(forward(tracer, line, rule)));
        print_latencies(&format!("{rule} forward, first touch"), &cold, None);
        let mut touched = Vec::new();
        let forward = latencies(origins, |line| {
            let trace = forward(tracer, line, rule);
            touched.push(trace.lines.len());
        });
        print_latencies(&format!("{rule} forward"), &forward, Some(sweep));
        touched.sort_unstable();
        println!(
            "{:<44} {:>12}   {:>12} most",
            "  transfers touched, median",
            at(&touched, 50),
            at(&touched, 100)
        );
        let back = latencies(origins, |line| {
            let found = backward(tracer, Target::Line(line), rule);
            assert!(found.is_ok(), "an origin has a composition");
        });
        print_latencies(&format!("{rule} backward"), &back, Some(sweep));
    }
    let wide = &origins[..origins.len().min(WIDE_ORIGINS)];
    let rules = ["difo", "libr", "poison", "pro-rata", "libr:pro-rata"];
    for rule in rules.iter().filter_map(|id| id.parse::<Rule>().ok()) {
        let mut touched = 0;
        let began = Instant::now();
        let asked = wide.iter().copied().take_while(|_| began.elapsed() < WIDE_PATIENCE);
        let ask = |line| timed(|| touched += forward(tracer, line, rule).lines.len()).1;
        let mut times: Vec<Duration> = asked.map(ask).collect();
        times.sort_unstable();
        print_latencies(&format!("{rule} forward"), &times, None);
        let mean = touched / times.len().max(1);
        println!("{:<44} {mean:>12}   {} asked", "  transfers touched, mean", times.len());
    }
}

/// The baseline for `fifo`, which must find what the engine finds; the median time of a sweep.
fn sweep_fifo(tracer: &Tracer<'_, Ledger>, origins: &[LineIdx], sweeps: usize) -> Duration {
    let mut times = Vec::new();
    for &line in origins.iter().take(sweeps) {
        let (held, time) = timed(|| baseline::fifo(tracer.view(), line));
        times.push(time);
        assert_eq!(held, held_by(&forward(tracer, line, Rule::Fifo)), "engine and sweep agree");
    }
    times.sort_unstable();
    let median = at(&times, 50);
    println!("{:<44} {:>12}", "plain lot-queue sweep, fifo, one origin", seconds(median));
    median
}

/// One origin near the start, so that the engine's pro rata goes over to its full sweep.
fn sweep_pro_rata(tracer: &Tracer<'_, Ledger>, origins: &[LineIdx], sweeps: usize) {
    let Some(&first) = origins.iter().min() else { return };
    let ledger = tracer.view();
    let mut question = question(ledger, first);
    let swept = ledger.line_count() - first;
    let sweeps_of = [
        (Rule::Poison, "with every line kept", true),
        (Rule::Poison, "endings only", false),
        (Rule::ProRata, "with every line kept", true),
        (Rule::ProRata, "endings only", false),
    ];
    for (rule, name, keep_lines) in sweeps_of {
        question.keep_lines = keep_lines;
        let mut touched = 0;
        let time = median_of(sweeps, || {
            let found = tracer.forward(&question, rule, &mut unwatched);
            let trace = found.ok().flatten().expect("this rule traces, and nobody stops it");
            assert!(held_by(&trace) > 0 || trace.endings.len() > 1, "the money is somewhere");
            touched = trace.lines.len().max(touched);
        });
        let label = format!("{rule} sweep, {name}");
        let touched =
            if keep_lines { format!(", {touched} of {swept} carry") } else { String::new() };
        println!("{label:<44} {:>12}   {} lines/s{touched}", seconds(time), rate(swept, time));
    }
    let time = median_of(sweeps, || {
        assert!(baseline::pro_rata(ledger, first) > 0, "some of it stays");
    });
    let name = "plain pro-rata sweep, truncating, unprinted";
    println!("{name:<44} {:>12}   {} lines/s", seconds(time), rate(ledger.line_count(), time));
}

fn median_of(times: usize, mut work: impl FnMut()) -> Duration {
    let mut found: Vec<Duration> = (0..times).map(|_| timed(&mut work).1).collect();
    found.sort_unstable();
    at(&found, 50)
}

fn question(ledger: &Ledger, line: LineIdx) -> Question {
    let currency = source_currency(ledger, line);
    let origin = Origin { label: "origin".to_owned(), currency };
    let seed = Seed { line, lo: 0, hi: ledger.line(line).paid, origin: 0 };
    Question::new(vec![origin], vec![seed])
}

fn forward(tracer: &Tracer<'_, Ledger>, line: LineIdx, rule: Rule) -> Trace {
    let question = question(tracer.view(), line);
    let trace = tracer.forward(&question, rule, &mut unwatched);
    trace.ok().flatten().expect("this rule traces, and nobody stops it")
}

fn held_by(trace: &Trace) -> u128 {
    let held = trace.endings.iter().filter(|ending| ending.kind == EndingKind::Held);
    held.map(|ending| sum(&ending.amounts)).sum()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed())
}

/// One question after another; the times, ascending.
fn latencies(origins: &[LineIdx], mut ask: impl FnMut(LineIdx)) -> Vec<Duration> {
    let mut times: Vec<Duration> = origins.iter().map(|&line| timed(|| ask(line)).1).collect();
    times.sort_unstable();
    times
}

fn print_latencies(name: &str, times: &[Duration], sweep: Option<Duration>) {
    if times.is_empty() {
        return;
    }
    let (median, high) = (at(times, 50), at(times, 99));
    let ratio = sweep.map_or_else(String::new, |sweep| {
        format!("   sweep / median = {}", sweep.as_nanos() / median.as_nanos().max(1))
    });
    println!("{name:<44} {:>12} {:>12} p99{ratio}", micros(median), micros(high));
}

/// The value at a percentile of an ascending list.
fn at<T: Copy>(ascending: &[T], percent: usize) -> T {
    let last = ascending.len() - 1;
    ascending[(last * percent).div_ceil(100).min(last)]
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{}.{:03} s", time.as_secs(), time.subsec_millis())
}

fn micros(time: Duration) -> String {
    format!("{}.{} µs", time.as_micros(), time.as_nanos() / 100 % 10)
}

fn rate(lines: u32, time: Duration) -> u128 {
    u128::from(lines) * 1_000_000_000 / time.as_nanos().max(1)
}
