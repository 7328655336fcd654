//! The ledger file: how long it takes to be made of a Parquet file and to be opened, and how fast it is
//! asked where it lies.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock and the disk")]

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap};
use caudal_ledger::{Ledger, LedgerOptions, LedgerView, write_ledger};
use caudal_model::TransferTable;

use crate::ledger_file::Outcome;
use crate::measure::{self, seconds};
use crate::{Options, workload};

/// Builds the file of a Parquet file of transfers, in the stages in which the program does it.
pub(crate) fn build(from: &Path, to: &Path) {
    let whole = Instant::now();
    let mut last = whole;
    let mut stage = |name: &str| {
        let now = Instant::now();
        println!("{name:<44} {:>12}   {}", seconds(now - last), memory());
        last = now;
    };
    let bytes = std::fs::read(from).expect("the file is there");
    let imported = caudal_import::read_transfers("transfers.parquet", &bytes, &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(imported.problems.is_empty(), "{:?}", imported.problems.first());
    drop(bytes);
    let mut table = imported.value;
    stage("transfers read");
    let options = File::options().read(true).write(true).create(true).truncate(true).open(to);
    let mut writer =
        ColumnFileWriter::new(options.expect("it can be made"), [0; 32]).expect("the disk");
    table.store(&mut writer).expect("the disk");
    stage("table written");
    let mut mapped = TransferTable::default();
    mapped.store(&mut writer.so_far().expect("it is there")).expect("it was written now");
    drop(table);
    let mut stages =
        ["(mapped)", "order, loans, prefix sums", "ledger written", "lifo matched"].iter();
    let mut goes_on = || {
        stages.next().into_iter().for_each(|name| stage(name));
        true
    };
    let built = write_ledger((&mapped, &[]), &LedgerOptions::default(), &mut writer, &mut goes_on);
    built.expect("a bank's ledger builds");
    writer.finish().expect("the disk").sync_all().expect("the disk");
    stage("segments written, durable");
    let size = std::fs::metadata(to).map_or(0, |file| file.len());
    let transfers = mapped.len() as u64;
    println!(
        "{:<44} {:>12}   {} transfers, {size} bytes, {} each",
        "ledger file built",
        seconds(whole.elapsed()),
        transfers,
        size / transfers.max(1),
    );
}

/// Opens a ledger file and asks it.
pub(crate) fn ask(options: &Options) -> Outcome {
    let path = options.ledger.as_deref().ok_or("--ledger is missing")?;
    let start = Instant::now();
    let map = FileMap::of_file(&File::open(path).expect("it is there")).expect("it maps");
    let mut file = ColumnFile::new(map).expect("it is whole");
    let mut table = TransferTable::default();
    table.store(&mut file).expect("it was written by this version");
    let mut ledger = Ledger::read(&mut file, &table, 0).expect("it was written by this version");
    ledger.read_lifo(&mut file).expect("it was written by this version");
    println!("{:<44} {:>12}   {} lines", "opened", seconds(start.elapsed()), ledger.line_count());
    let rows = workload::origins(&table, options.origins.max(options.sweeps), options.seed);
    measure::questions(&ledger, &rows, options);
    println!("{:<44} {:>12}", "memory at the end", memory());
    Ok(())
}

/// Resident memory now, and its peak, where the system tells.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    let [anonymous, mapped, peak] = ["RssAnon:", "RssFile:", "VmHWM:"].map(field);
    let shown =
        |kilobytes: Option<u64>| kilobytes.map_or("?".to_owned(), |k| format!("{}", k / 1000));
    format!(
        "MB resident: {} own + {} mapped, peak {}",
        shown(anonymous),
        shown(mapped),
        shown(peak)
    )
}
