//! Faults in statements: every one that balances can show is found.

use caudal::check::check;
use caudal::{Language, Terms};
use caudal_testkit::worlds::{FaultKind, WorldOptions, generate};

use crate::desk::Desk;

#[test]
fn every_arithmetic_fault_is_found_and_no_sound_statement_is_blamed() {
    let (mut injected, mut found, mut blamed, mut sound) = (0, 0, 0, 0);
    let mut unprovable = 0;
    for seed in 1..=20 {
        let world = generate(&WorldOptions { seed, faults: 12, ..WorldOptions::default() });
        let desk = Desk::full(&world);
        let (read, assembled) = desk.assembled();
        let document = check(&read, &assembled, &Terms::new(Language::English));
        // A fault is found where a balance does not follow in that file, or its account is off in the
        // months that it covers.
        let is_off = |file: usize| {
            let found = &world.files[file];
            let by_file = document.breaks.iter().any(|row| row.source.file == found.name);
            let key = world.accounts[found.account].key();
            let by_gap = assembled.problems.iter().any(|problem| {
                let code = problem.code.as_str();
                let is_chain = ["statement-gap", "balance-does-not-follow"].contains(&code);
                is_chain && account_of(&world, &problem.file) == Some(found.account)
            });
            assert!(document.accounts.iter().any(|account| account.account == key), "{key}");
            by_file || by_gap
        };
        for fault in &world.faults {
            if !fault.kind.is_arithmetic() {
                continue;
            }
            injected += 1;
            let format = world.files[fault.file].format;
            if is_off(fault.file) {
                found += 1;
            } else {
                // One OFX statement states no opening balance: nothing checks the first of a series.
                assert_eq!(
                    format, "ofx",
                    "seed {seed}: {fault:?} in {}",
                    world.files[fault.file].name
                );
                unprovable += 1;
            }
        }
        for (file, found) in world.files.iter().enumerate() {
            let is_damaged = world
                .faults
                .iter()
                .any(|fault| fault.file == file || fault.original_file == Some(file));
            if !is_damaged {
                sound += 1;
                let has_break = document.breaks.iter().any(|row| row.source.file == found.name);
                blamed += usize::from(has_break);
            }
        }
    }
    println!(
        "{found} of {injected} arithmetic faults found, {unprovable} in the first of a series that states no opening balance; {blamed} of {sound} sound statements blamed"
    );
    assert_eq!(blamed, 0, "no sound statement is blamed");
    assert!(injected > 100, "{injected}");
    assert!(unprovable * 20 <= injected, "{unprovable}");
}

fn account_of(world: &caudal_testkit::worlds::World, file: &str) -> Option<usize> {
    world.files.iter().find(|found| found.name == file).map(|found| found.account)
}

#[test]
fn files_that_come_twice_count_once() {
    let mut seen = 0;
    for seed in 1..=20 {
        let options = WorldOptions { seed, faults: 10, ..WorldOptions::default() };
        let world = generate(&options);
        let plain = generate(&WorldOptions { faults: 0, ..options });
        let has_copies = |kind| {
            matches!(
                kind,
                FaultKind::RepeatedFile
                    | FaultKind::ReexportedFile
                    | FaultKind::OverlappingStatement
            )
        };
        let mut desk = Desk::new(&plain);
        let expected = Desk::full(&plain);
        // Only the copies of this world, beside the sound files of the plain one.
        (0..plain.files.len()).for_each(|file| desk.add(&plain, file));
        for fault in world.faults.iter().filter(|fault| has_copies(fault.kind)) {
            let copy = &world.files[fault.file];
            let is_new = plain.files.iter().all(|file| file.name != copy.name);
            if is_new && fault.kind != FaultKind::OverlappingStatement {
                desk.add(&world, fault.file);
                seen += 1;
            }
        }
        let (_, with) = desk.assembled();
        let (_, without) = expected.assembled();
        assert_eq!(with.entries.len(), without.entries.len(), "seed {seed}");
    }
    assert!(seen > 10, "{seen} copies");
}
