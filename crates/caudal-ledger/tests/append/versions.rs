//! Versions of a ledger on disk: a ledger file, and tails beside it.

use std::sync::Arc;

use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap};
use caudal_ledger::Ledger;
use caudal_model::{TailFault, TransferTable};
use caudal_testkit::random::{Rng, announced, converting, plain};

use crate::parts::Parts;
use crate::same::{Seen, assert_same};

fn opened(bytes: &[u8]) -> ColumnFile {
    let map = FileMap::of_bytes(bytes).expect("memory");
    ColumnFile::new(map).expect("it is whole")
}

/// The ledger file of the base, and a tail for each part that came later.
fn files(parts: &Parts) -> Vec<Vec<u8>> {
    let writer = || ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
    let (mut table, mut ledger) = parts.base(false);
    let mut base = writer();
    table.store(&mut base).expect("memory");
    ledger.write(&mut base).expect("memory");
    let mut files = vec![base.finish().expect("memory")];
    for part in 1..parts.rows.len() {
        let before = opened(&files[files.len() - 1]).mark();
        let start = table.tail_start(before);
        parts.push(&mut table, part);
        let mut tail = writer();
        table.store_tail(start, &mut tail).expect("memory");
        files.push(tail.finish().expect("memory"));
    }
    files
}

/// The version that a ledger file and some tails are.
fn version(parts: &Parts, files: &[Vec<u8>]) -> Result<(TransferTable, Ledger), TailFault> {
    let mut base = opened(&files[0]);
    let mut table = TransferTable::default();
    table.store(&mut base)?;
    let ledger = Arc::new(Ledger::read(&mut base, &table, parts.openings.len())?);
    let mut before = base.mark();
    for file in &files[1..] {
        let mut tail = opened(file);
        table.push_tail(before, &mut tail)?;
        before = tail.mark();
    }
    let appended = ledger.append(&table, &parts.openings, &parts.options);
    Ok((table, appended.expect("it can be appended")))
}

#[test]
fn every_version_of_a_ledger_stays_readable_as_tails_are_added() {
    let mut versions = 0;
    for (shape, seeds) in [(plain(), 0..60), (converting(), 60..100)] {
        for seed in seeds {
            announced(seed, &shape, |random| {
                let parts = Parts::of(&random.case, &mut Rng::new(seed));
                let files = files(&parts);
                let mut all = TransferTable::default();
                for (part, end) in (1..=files.len()).enumerate() {
                    parts.push(&mut all, part);
                    let (table, ledger) = version(&parts, &files[..end]).expect("they follow");
                    let built = Ledger::build(&all, &parts.openings, &parts.options);
                    let built = built.expect("it can be built");
                    let seen = Seen { table: &table, ledger: &ledger };
                    assert_same(seen, Seen { table: &all, ledger: &built });
                    versions += 1;
                }
            });
        }
    }
    assert!(versions > 250, "{versions}");
}

#[test]
fn tails_in_another_order_or_with_one_missing_are_no_version() {
    let mut refused = 0;
    for seed in 0..60 {
        announced(seed, &plain(), |random| {
            let parts = Parts::of(&random.case, &mut Rng::new(seed));
            let mut files = files(&parts);
            if files.len() < 3 {
                return;
            }
            let is_refused = |files: &[Vec<u8>]| {
                matches!(version(&parts, files), Err(TailFault::ContinuesAnother(_)))
            };
            assert!(is_refused(&[files[0].clone(), files[2].clone()]), "one is absent");
            files.swap(1, 2);
            assert!(is_refused(&files), "another order");
            files.swap(1, 2);
            files.insert(2, files[1].clone());
            assert!(is_refused(&files), "one stands twice");
            refused += 1;
        });
    }
    assert!(refused > 20, "{refused}");
}
