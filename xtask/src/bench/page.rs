//! `docs/benchmarks.md`: what was run, what it took, where Caudal is slower, what was not run.

use std::fmt::Write as _;

use super::Measured;
use super::figures::{Summary, megabytes, ratio, size, summary, thousands, time};
use super::options::{Options, Peer};
use super::process::Ended;
use super::tasks::{Group, TASKS, TEXT_MAX, Task};

/// What the figures stand on.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) machine: Vec<String>,
    pub(crate) versions: Vec<String>,
    /// What could not be had.
    pub(crate) missing: Vec<String>,
    pub(crate) options: Options,
}

const ABOUT: &str = "\
Each ledger is a seeded year of a bank: one account for twenty transfers, activity by a power law, whole
cents, a tenth in from outside and a tenth out, in blocks of days that lie shuffled in the file. Every program
gets the same Parquet file. In each run every program takes its turn once, in a process of its own; told are
medians of the runs. On a shared machine times drift: the ratios of one run are what to quote.

*Whole process* is the wall time of a new process from its start to its answer, *all cores* its time on all of
them, *memory* the most it held. *Loading* and *question* are what a program says of its own steps: reading
and ordering or indexing the ledger, then the answer; beside them a process also has to start, and Python to
load its packages. Ratios of questions are to Caudal's engine once the ledger is loaded, ratios of processes to
Caudal's command started afresh on the same file. A ratio above 1 means that Caudal is faster.

What is asked:

- **Where the money is.** Of a thousand random deposits of at least 1,000.00, the one whose money went through
  the most transfers: the dearest for the index. What each account holds of it in the end must be the same,
  to the cent, for Caudal, for the plain sweep in Rust (every account a queue of lots, the whole ledger swept
  for one question) and for the pandas script (`peers/accountant.py`, with the same bank loans).
- **What can be reached.** Of the first twenty such deposits in the second half of the ledger, from that which
  reaches most: accounts that time-respecting transfers reach. Caudal's nearest question is exposure (`poison`), which also ends where an
  account is emptied, so it may count fewer. Plain reachability in Rust counts what DuckDB
  (`peers/reachability.py`, a recursive query that keeps the earliest arrival) and Raphtory
  (`peers/raphtory_reach.py`) count, and must find the same number. Raphtory also keeps every later arrival. On one file Raphtory
  0.17.0 answered differently from process to process: it missed an account or did not, although its graph
  held the transfers that reach it. Where a run found that, the table says so.
- **Import.** `caudal import` checks every cell, interns accounts, keeps the original with its digest, orders,
  indexes and stores; DuckDB (`peers/import.py`) reads with types, sorts by day and id, and stores.
";

/// What no run can measure.
const NEVER_RUN: &str = "\
- Trajectories of `follow-the-money` (Mattsson): its code is no package of the Python package index, and the run
  installs packages only, by name. Nothing of it is imitated here. The package `followthemoney` of that index
  is a data model for investigations and traces nothing.
";

/// The page.
pub(crate) fn render(head: &Head, measured: &[Measured]) -> String {
    let mut page = String::from("# Benchmarks\n\n");
    let _ = writeln!(page, "Written by `{}`; not edited by hand.\n", command(&head.options));
    for line in &head.machine {
        let _ = writeln!(page, "{line}");
    }
    let packages =
        if head.versions.is_empty() { "none".to_owned() } else { head.versions.join(", ") };
    let _ = writeln!(page, "Python packages: {packages}.");
    let limits = (head.options.runs, head.options.seconds, head.options.megabytes);
    let _ = writeln!(
        page,
        "Runs of each: {}. Limits of each: {} s, {} MB.\n",
        limits.0, limits.1, limits.2
    );
    page.push_str(ABOUT);
    for one in measured {
        write_size(&mut page, one, &head.options);
    }
    write_growth(&mut page, measured, &head.options);
    write_slower(&mut page, measured);
    write_not_run(&mut page, head, measured);
    write_rules(&mut page, measured);
    page.push_str(AGAIN);
    page
}

const AGAIN: &str = "
## Again

```text
cargo xtask bench                                        all of the above
cargo xtask bench --sizes 1M --peers accountant --runs 1 a small part
cargo xtask bench --help
```
";

fn command(options: &Options) -> String {
    let sizes: Vec<String> = options.sizes.iter().map(|&one| size(one)).collect();
    let mut text = format!("cargo xtask bench --sizes {} --runs {}", sizes.join(","), options.runs);
    if options.peers != Peer::ALL {
        let ids: Vec<&str> = options.peers.iter().map(|peer| peer.id()).collect();
        let ids = if ids.is_empty() { "none".to_owned() } else { ids.join(",") };
        let _ = write!(text, " --peers {ids}");
    }
    text
}

/// How a program ended that did not end well.
pub(crate) fn ending(ended: &Ended, options: &Options) -> String {
    match ended {
        Ended::Done => "done".to_owned(),
        Ended::OverTime => format!("over {} s", options.seconds),
        Ended::OverMemory => format!("over {} MB", options.megabytes),
        Ended::Failed(why) => format!("failed: {}", why.replace('|', "/")),
    }
}

/// One line of a table of programs.
struct Row {
    name: String,
    loading: Option<u64>,
    question: Option<u64>,
    answer: String,
    process: Option<Summary>,
}

fn write_size(page: &mut String, one: &Measured, options: &Options) {
    let (transfers, megabytes) = (thousands(one.size), thousands(one.bytes.div_ceil(1_000_000)));
    let _ = writeln!(page, "\n## {transfers} transfers\n\nThe Parquet file has {megabytes} MB.");
    for difference in &one.differences {
        let _ = writeln!(page, "\n**An answer differs:** {}.", difference.told);
    }
    write_engine(page, one, options);
    for group in Group::ALL {
        let rows = rows(one, group);
        if !rows.is_empty() {
            write_group(page, group, &rows, options);
        }
    }
}

fn write_group(page: &mut String, group: Group, rows: &[Row], options: &Options) {
    let _ = writeln!(page, "\n### {}\n", group.title());
    page.push_str(
        "| program | loading | question | ratio | whole process | ratio | all cores | memory | answer |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    let ours = Ours::of(rows);
    for row in rows {
        let cell = |value: Option<u64>| value.map_or_else(dash, time);
        let compared = |value: Option<u64>, ours: Option<u64>| {
            value.zip(ours).map_or_else(dash, |(value, ours)| ratio(value, ours))
        };
        let done = row.process.as_ref().filter(|process| process.ended == Ended::Done);
        let cut = row.process.as_ref().filter(|process| process.ended != Ended::Done);
        let wall = done.map(|process| process.wall);
        let whole = cut.map_or_else(
            || cell(wall.map(|wall| wall * 1_000)),
            |process| ending(&process.ended, options),
        );
        let cores = cell(done.map(|process| process.cpu * 1_000));
        let memory = row.process.as_ref().map_or_else(dash, |process| megabytes(process.peak));
        let (loading, question) = (cell(row.loading), cell(row.question));
        let questions = compared(row.question, ours.question);
        let walls = compared(wall, ours.wall);
        let (name, answer) = (&row.name, &row.answer);
        let _ = writeln!(
            page,
            "| {name} | {loading} | {question} | {questions} | {whole} | {walls} | {cores} | {memory} | {answer} |"
        );
    }
}

fn dash() -> String {
    "–".to_owned()
}

/// What others are measured by: Caudal's first line with such a figure.
struct Ours {
    question: Option<u64>,
    wall: Option<u64>,
    peak: Option<u64>,
}

impl Ours {
    fn of(rows: &[Row]) -> Self {
        let process = || {
            let first = rows.iter().find_map(|row| row.process.as_ref());
            first.filter(|process| process.ended == Ended::Done)
        };
        Self {
            question: rows.iter().find_map(|row| row.question),
            wall: process().map(|process| process.wall),
            peak: process().map(|process| process.peak),
        }
    }
}

/// The lines of a group: Caudal's processes, its engine, the others.
fn rows(one: &Measured, group: Group) -> Vec<Row> {
    let tasks = TASKS.iter().filter(|task| task.group == group);
    let (theirs, ours): (Vec<&Task>, Vec<&Task>) = tasks.partition(|task| task.peer.is_some());
    let mut rows: Vec<Row> = ours.iter().filter_map(|task| task_row(one, task)).collect();
    rows.extend(engine_rows(one, group));
    rows.extend(theirs.iter().filter_map(|task| task_row(one, task)));
    rows
}

fn task_row(one: &Measured, task: &Task) -> Option<Row> {
    let process = summary(one.runs.get(task.id)?)?;
    let figure = |key: &str| process.said.get(key).copied();
    let differs = one.differences.iter().any(|difference| difference.task == task.id);
    let answer = match figure("accounts") {
        _ if differs => "differs, see above".to_owned(),
        Some(accounts) => format!("{} accounts", thousands(accounts)),
        None if task.id == "accountant" && process.ended == Ended::Done => {
            "the same cents".to_owned()
        }
        None => String::new(),
    };
    let (loading, question) = (figure("load_ns"), figure("question_ns"));
    Some(Row { name: task.shown.to_owned(), loading, question, answer, process: Some(process) })
}

/// The questions of the engine that stand beside those of others.
fn engine_rows(one: &Measured, group: Group) -> Vec<Row> {
    let questions: &[(&str, &str)] = match group {
        Group::Held => &[
            ("Caudal's engine, asked again", "fifo-widest"),
            ("plain sweep of lot queues in Rust, on the same lines", "fifo-sweep"),
        ],
        Group::Reached => &[
            ("Caudal's engine, `poison`, asked again", "poison"),
            ("plain reachability in Rust, on the same lines", "reach"),
        ],
        Group::Imported | Group::ImportedText => &[],
    };
    let Some(engine) = summary(&one.engine) else { return Vec::new() };
    let figure = |name: &str, key: &str| engine.said.get(&format!("{name}.{key}")).copied();
    let loading = figure("load", "ns").zip(figure("index", "ns")).map(|(load, index)| load + index);
    let row = |(shown, id): &(&str, &str)| Row {
        name: (*shown).to_owned(),
        loading,
        question: figure(id, "median_ns"),
        answer: figure(id, "accounts")
            .map_or_else(String::new, |accounts| format!("{} accounts", thousands(accounts))),
        process: None,
    };
    questions.iter().map(row).filter(|row| row.question.is_some()).collect()
}

/// Questions of the engine, as its lines are named and as tables name them.
const QUESTIONS: [(&str, &str); 8] = [
    ("fifo", "`fifo` forward, a thousand deposits"),
    ("fifo-widest", "`fifo` forward, the widest of them"),
    ("fifo-backward", "`fifo` backward"),
    ("lifo", "`lifo` forward"),
    ("poison", "`poison` from the middle"),
    ("pro-rata", "`pro-rata` from the middle"),
    ("reach", "plain reachability from the middle"),
    ("fifo-sweep", "plain sweep of lot queues, one deposit"),
];

const STEPS: [(&str, &str); 3] = [
    ("load", "read and check the file"),
    ("index", "order, loans, running sums"),
    ("lifo-index", "match segments for `lifo`, when first asked"),
];

fn write_engine(page: &mut String, one: &Measured, options: &Options) {
    let Some(engine) = summary(&one.engine) else { return };
    let _ = writeln!(page, "\n### The engine, one process, one core\n");
    if engine.ended != Ended::Done {
        let _ = writeln!(page, "It did not come to its end: {}.\n", ending(&engine.ended, options));
    }
    let figure = |name: &str, key: &str| engine.said.get(&format!("{name}.{key}")).copied();
    let cell = |value: Option<u64>| value.map_or_else(dash, time);
    page.push_str("| step | median | 99 % | sweep ÷ median |\n|---|---:|---:|---:|\n");
    for (id, shown) in STEPS {
        let _ = writeln!(page, "| {shown} | {} | – | – |", cell(figure(id, "ns")));
    }
    let sweep = figure("fifo-sweep", "median_ns");
    for (id, shown) in QUESTIONS {
        let (median, high) = (figure(id, "median_ns"), figure(id, "p99_ns"));
        let is_indexed = id.starts_with("fifo") && id != "fifo-sweep";
        let faster = median.zip(sweep).filter(|_| is_indexed);
        let faster = faster.map_or_else(dash, |(median, sweep)| ratio(sweep, median));
        let _ = writeln!(page, "| {shown} | {} | {} | {faster} |", cell(median), cell(high));
    }
    let memory = megabytes(engine.peak);
    let _ = writeln!(page, "\nThe most memory, all of these questions included: {memory}.");
}

fn write_growth(page: &mut String, measured: &[Measured], options: &Options) {
    page.push_str("\n## Growth\n\nMedians; of processes the wall time.\n\n| |");
    for one in measured {
        let _ = write!(page, " {} |", size(one.size));
    }
    let _ = writeln!(page, "\n|---|{}", "---:|".repeat(measured.len()));
    let mut write_row = |shown: &str, cells: Vec<String>| {
        if cells.iter().any(|cell| *cell != "–") {
            let _ = writeln!(page, "| {shown} | {} |", cells.join(" | "));
        }
    };
    let engines: Vec<Option<Summary>> = measured.iter().map(|one| summary(&one.engine)).collect();
    let said = |key: String| -> Vec<String> {
        let figure = |engine: &Option<Summary>| engine.as_ref()?.said.get(&key).copied();
        engines.iter().map(|engine| figure(engine).map_or_else(dash, time)).collect()
    };
    for (id, shown) in STEPS {
        write_row(&format!("engine: {shown}"), said(format!("{id}.ns")));
    }
    for (id, shown) in QUESTIONS {
        write_row(&format!("engine: {shown}"), said(format!("{id}.median_ns")));
    }
    let memory =
        engines.iter().map(|engine| engine.as_ref().map_or_else(dash, |e| megabytes(e.peak)));
    write_row("engine: memory", memory.collect());
    for task in TASKS {
        let cell = |one: &Measured| match one.runs.get(task.id).and_then(|runs| summary(runs)) {
            Some(found) if found.ended == Ended::Done => time(found.wall * 1_000),
            Some(found) => ending(&found.ended, options),
            None => dash(),
        };
        let of = match task.group {
            Group::ImportedText => " of CSV",
            _ => "",
        };
        write_row(&format!("{}{of}", task.shown), measured.iter().map(cell).collect());
    }
}

fn write_slower(page: &mut String, measured: &[Measured]) {
    page.push_str("\n## Where Caudal is slower, or takes more memory\n\n");
    let before = page.len();
    for one in measured {
        for group in Group::ALL {
            write_slower_than(page, one, group);
        }
    }
    if page.len() == before {
        page.push_str("Nowhere among what was run.\n");
    }
    page.push_str(
        "\nRules that spread money (`pro-rata`, `poison`, `difo`, `libr`) touch much of the ledger and cost up to a\n\
         sweep of it; only `fifo` and `lifo` answer from the index.\n",
    );
}

fn write_slower_than(page: &mut String, one: &Measured, group: Group) {
    let rows = rows(one, group);
    let ours = Ours::of(&rows);
    for row in &rows {
        if row.name.contains("audal") {
            continue;
        }
        let done = row.process.as_ref().filter(|process| process.ended == Ended::Done);
        let compared = [
            ("the time of a question", row.question, ours.question),
            ("the time of a process", done.map(|process| process.wall), ours.wall),
            ("the memory", done.map(|process| process.peak), ours.peak),
        ];
        let less = compared.iter().filter_map(|(what, theirs, ours)| {
            let (theirs, ours) = (*theirs).zip(*ours)?;
            (theirs < ours).then(|| format!("{} {what}", ratio(theirs, ours)))
        });
        let less: Vec<String> = less.collect();
        if !less.is_empty() {
            let (size, title, name) = (size(one.size), group.title(), &row.name);
            let _ = writeln!(page, "- {size}, {title}: {name} takes {}.", less.join(", "));
        }
    }
}

fn write_not_run(page: &mut String, head: &Head, measured: &[Measured]) {
    page.push_str("\n## What was not run, or not to its end\n\n");
    page.push_str(NEVER_RUN);
    for missing in &head.missing {
        let _ = writeln!(page, "- {missing}.");
    }
    let left_out: Vec<&str> = Peer::ALL
        .iter()
        .filter(|peer| !head.options.peers.contains(peer))
        .map(|peer| peer.id())
        .collect();
    if !left_out.is_empty() {
        let _ = writeln!(page, "- Not asked for: {}.", left_out.join(", "));
    }
    if head.options.sizes.iter().any(|&one| one > TEXT_MAX) {
        let most = size(TEXT_MAX);
        let _ = writeln!(page, "- CSV above {most}: it would only repeat what smaller files show.");
    }
    for one in measured {
        for task in TASKS {
            let found = one.runs.get(task.id).and_then(|runs| summary(runs));
            let cut = found.filter(|found| found.ended != Ended::Done);
            if let Some(cut) = cut {
                let (size, how) = (size(one.size), ending(&cut.ended, &head.options));
                let _ = writeln!(page, "- {size}: {} ended: {how}.", task.shown);
            }
        }
    }
}

fn write_rules(page: &mut String, measured: &[Measured]) {
    page.push_str("\n## Every rule, engine only\n\nLedgers made in memory, `caudal-bench --transfers N`, one run.\n");
    for one in measured {
        let _ = write!(page, "\n```text\n{}```\n", one.rules);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::tests::measured;

    fn head() -> Head {
        Head {
            machine: vec!["Machine: 2 cores.".to_owned()],
            versions: vec!["duckdb 9.9".to_owned()],
            missing: vec!["`raphtory` could not be installed: no wheel".to_owned()],
            options: Options { sizes: vec![20_000], ..Options::default() },
        }
    }

    fn check(page: &str, line: &str) {
        assert!(page.lines().any(|found| found == line), "no line\n{line}\nin\n{page}");
    }

    #[test]
    fn tables_hold_times_and_ratios_to_caudal() {
        let page = render(&head(), &[measured()]);
        check(&page, "Written by `cargo xtask bench --sizes 20k --runs 3`; not edited by hand.");
        check(
            &page,
            "| pandas, lots by account | 1.00 s | 4.00 s | 100,000 × | 2.00 s | 1.00 × | 3.00 s | 103 MB | the same cents |",
        );
        check(
            &page,
            "| plain sweep of lot queues in Rust, on the same lines | 500.0 ms | 100.0 ms | 2,500 × | – | – | – | – |  |",
        );
        check(&page, "| `fifo` forward, a thousand deposits | 2.0 µs | 30.0 µs | 50,000 × |");
        check(&page, "| engine: read and check the file | 400.0 ms |");
    }

    #[test]
    fn it_says_where_caudal_is_slower_and_what_was_not_run() {
        let page = render(&head(), &[measured()]);
        check(
            &page,
            "- 20k, What can be reached from one transfer: plain reachability in Rust, on the same lines takes \
             0.01 × the time of a question.",
        );
        check(
            &page,
            "- 20k, What can be reached from one transfer: DuckDB, recursive query takes 0.50 × the time of a \
             question.",
        );
        check(&page, "- `raphtory` could not be installed: no wheel.");
        assert!(page.contains("`follow-the-money`"));
    }

    #[test]
    fn a_program_over_its_limit_is_a_result() {
        let mut measured = measured();
        for run in measured.runs.get_mut("accountant").expect("it ran") {
            run.ended = Ended::OverTime;
            run.said.clear();
        }
        let page = render(&head(), &[measured]);
        check(&page, "| pandas, lots by account | – | – | – | over 600 s | – | – | 103 MB |  |");
        check(&page, "- 20k: pandas, lots by account ended: over 600 s.");
        check(&page, "| pandas, lots by account | over 600 s |");
    }
}
