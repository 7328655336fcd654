//! Opens a ledger file once and asks it many questions: what a benchmark compares with other programs.
//!
//! *Shape.* One line of JSON for each step, its times in nanoseconds. The transfers that other programs
//! are asked about are named, with what the engine answers, so that their answers can be compared.
//!
//! *Meaning.* The `widest` origin is that of the random ones whose money went through the most
//! transfers under `fifo`: the dearest question for the index. The `middle` origin is, of the first large
//! transfers from outside in the second half of the ledger, that from which the most accounts can be reached.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads files and the clock")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use caudal_ledger::{Ledger, LedgerOptions, LedgerView, LineIdx, LineKind};
use caudal_model::TransferTable;
use caudal_trace::{
    EndingKind, Origin, Question, Rule, Seed, Target, Trace, Tracer, backward, source_currency,
    sum, unwatched,
};

use crate::Options;
use crate::ledger_file::Outcome;
use crate::{baseline, reach, rows, workload};

/// Transfers among which the middle origin is chosen: some accounts never pay again.
const MIDDLE_TRIED: usize = 20;

/// How often the widest origin is asked about.
const WIDEST_ASKED: usize = 21;

/// Asks everything of the file that the options name.
pub(crate) fn run(options: &Options) -> Outcome {
    let path = options.ledger.as_deref().ok_or("`questions` needs --ledger FILE")?;
    let (table, load) = timed(|| load(path));
    let table = table?;
    println!(r#"{{"step":"load","ns":{load},"rows":{}}}"#, table.len());
    let (ledger, index) =
        timed(|| Ledger::build(&table, &[], &LedgerOptions::default()).map_err(Box::new));
    let ledger = ledger?;
    let (lines, loans) = (ledger.line_count(), ledger.overdrawn().len());
    println!(r#"{{"step":"index","ns":{index},"lines":{lines},"overdrawn":{loans}}}"#);
    let asker = Asker { table: &table, tracer: Tracer::new(&ledger), sweeps: options.sweeps };
    let origins = asker.origins(options.origins.max(1), options.seed);
    let middle = asker.middle().ok_or("no large transfer comes from outside in the second half")?;
    let widest = asker.ask_fifo(&origins).ok_or("no large transfer comes from outside")?;
    // Named early: whoever compares can go on where the rest takes too much time or memory.
    asker.name("widest", widest);
    asker.name("middle", middle);
    asker.sweep(widest);
    asker.ask_about_much(middle);
    asker.ask_lifo(&origins);
    Ok(())
}

fn load(path: &Path) -> Result<TransferTable, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let go_on = &mut |_| ControlFlow::Continue(());
    let read = caudal_import::read_transfers(&name, &bytes, go_on);
    match read.problems.first() {
        Some(problem) => Err(format!("the ledger has problems: {problem:?}").into()),
        None => Ok(read.value),
    }
}

struct Asker<'a> {
    table: &'a TransferTable,
    tracer: Tracer<'a, Ledger>,
    /// How often a question that takes long is repeated.
    sweeps: usize,
}

impl Asker<'_> {
    /// Large transfers from outside, at random; what accounts begin with is none.
    fn origins(&self, count: usize, seed: u64) -> Vec<LineIdx> {
        // About half of all large amounts from outside are openings.
        let rows = workload::origins(self.table, count * 4, seed);
        let deposits = rows.into_iter().filter(|&row| !rows::is_opening(self.table.get(row).id));
        let lines = deposits.filter_map(|row| self.tracer.view().line_of_transfer(row));
        lines.take(count).collect()
    }

    /// Questions of the index, one after another; the origin that touches most.
    fn ask_fifo(&self, origins: &[LineIdx]) -> Option<LineIdx> {
        let mut touched = Vec::with_capacity(origins.len());
        let fifo = times(origins, |line| touched.push(self.forward(line, Rule::Fifo).lines.len()));
        print_times("fifo", &fifo);
        let back = times(origins, |line| self.backward(line, Rule::Fifo));
        print_times("fifo-backward", &back);
        let widest = origins.iter().zip(&touched).max_by_key(|(_, touched)| **touched);
        widest.map(|(&line, _)| line)
    }

    /// The same under `lifo`, after its segments are matched.
    fn ask_lifo(&self, origins: &[LineIdx]) {
        let ((), matched) = timed(|| {
            self.tracer.lifo();
        });
        println!(r#"{{"step":"lifo-index","ns":{matched}}}"#);
        let lifo = times(origins, |line| {
            std::hint::black_box(self.forward(line, Rule::Lifo));
        });
        print_times("lifo", &lifo);
    }

    /// Questions whose answer is much of the ledger, and plain reachability beside them.
    fn ask_about_much(&self, origin: LineIdx) {
        let repeated = vec![origin; self.sweeps];
        for (name, rule) in [("poison", Rule::Poison), ("pro-rata", Rule::ProRata)] {
            let mut accounts = 0;
            let taken = times(&repeated, |line| accounts = self.paid(&self.forward(line, rule)));
            print_times(name, &taken);
            println!(r#"{{"reached":"{name}","accounts":{accounts}}}"#);
        }
        let mut accounts = 0;
        let taken = times(&repeated, |line| accounts = reach::accounts(self.tracer.view(), line));
        print_times("reach", &taken);
        println!(r#"{{"reached":"reach","accounts":{accounts}}}"#);
    }

    /// The index, and the full sweep of lot queues, which must find what the index finds.
    fn sweep(&self, origin: LineIdx) {
        let held: u128 = self.held(origin).values().sum();
        let repeated = vec![origin; WIDEST_ASKED];
        let asked = times(&repeated, |line| {
            std::hint::black_box(self.forward(line, Rule::Fifo));
        });
        print_times("fifo-widest", &asked);
        let swept = times(&vec![origin; self.sweeps], |line| {
            let found = baseline::fifo(self.tracer.view(), line);
            assert_eq!(found, held, "engine and sweep agree");
        });
        print_times("fifo-sweep", &swept);
    }

    /// Names an origin, and says what accounts hold of it under `fifo`.
    fn name(&self, name: &str, origin: LineIdx) {
        let row = self.tracer.view().line(origin).source_idx;
        let transfer = self.table.get(row);
        let touched = self.forward(origin, Rule::Fifo).lines.len();
        let held = self.held(origin);
        let held: Vec<String> =
            held.iter().map(|(account, minor)| format!(r#""{account}":{minor}"#)).collect();
        let (id, payee, held) = (transfer.id, transfer.payee, held.join(","));
        println!(
            r#"{{"origin":"{name}","id":"{id}","payee":"{payee}","touched":{touched},"held":{{{held}}}}}"#
        );
    }

    /// Of some large transfers from outside in the second half, that from which most can be reached.
    fn middle(&self) -> Option<LineIdx> {
        let ledger = self.tracer.view();
        let second_half = ledger.line_count() / 2..ledger.line_count();
        let deposits = second_half.filter(|&line_idx| {
            let line = ledger.line(line_idx);
            let is_deposit = line.kind == LineKind::Transfer && !ledger.is_account(line.payer);
            is_deposit && line.paid >= workload::LARGE && ledger.is_account(line.payee)
        });
        deposits.take(MIDDLE_TRIED).max_by_key(|&line_idx| reach::accounts(ledger, line_idx))
    }

    fn forward(&self, line: LineIdx, rule: Rule) -> Trace {
        let ledger = self.tracer.view();
        let origin = Origin { label: "origin".to_owned(), currency: source_currency(ledger, line) };
        let seed = Seed { line, lo: 0, hi: ledger.line(line).paid, origin: 0 };
        let question = Question::new(vec![origin], vec![seed]);
        let trace = self.tracer.forward(&question, rule, &mut unwatched);
        trace.ok().flatten().expect("this rule traces, and nobody stops it")
    }

    fn backward(&self, line: LineIdx, rule: Rule) {
        let found = backward(&self.tracer, Target::Line(line), rule);
        assert!(found.is_ok(), "an origin has a composition");
    }

    /// Accounts that traced lines pay.
    fn paid(&self, trace: &Trace) -> usize {
        let ledger = self.tracer.view();
        let mut payees: Vec<u32> = trace.lines.iter().map(|l| ledger.line(l.line).payee).collect();
        payees.sort_unstable();
        payees.dedup();
        payees.retain(|&payee| ledger.is_account(payee));
        payees.len()
    }

    fn held(&self, origin: LineIdx) -> BTreeMap<&str, u128> {
        let trace = self.forward(origin, Rule::Fifo);
        let held = trace.endings.iter().filter(|ending| ending.kind == EndingKind::Held);
        held.map(|e| (self.tracer.view().name(self.table, e.place), sum(&e.amounts))).collect()
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, u128) {
    let start = Instant::now();
    let value = work();
    (value, start.elapsed().as_nanos())
}

/// The time of each question, in the order in which they were asked.
fn times(origins: &[LineIdx], mut ask: impl FnMut(LineIdx)) -> Vec<u128> {
    origins.iter().map(|&line| timed(|| ask(line)).1).collect()
}

fn print_times(name: &str, times: &[u128]) {
    let Some(&first) = times.first() else { return };
    let mut ascending = times.to_vec();
    ascending.sort_unstable();
    let last = ascending.len() - 1;
    let at = |percent: usize| ascending[(last * percent).div_ceil(100)];
    let (asked, median, high) = (times.len(), at(50), at(99));
    println!(
        r#"{{"question":"{name}","asked":{asked},"first_ns":{first},"median_ns":{median},"p99_ns":{high}}}"#
    );
}
