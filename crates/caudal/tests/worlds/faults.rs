//! Faults in statements: every one that balances can show is found.

use std::collections::BTreeMap;

use caudal::assemble::Assembled;
use caudal::check::check;
use caudal::{Language, Terms};
use caudal_testkit::worlds::{FaultKind, InjectedFault, ShownBy, World, WorldOptions, generate};

use crate::desk::Desk;

/// What became of the faults of twenty worlds.
#[derive(Debug, Default)]
struct Tally {
    injected: usize,
    /// By what should show them.
    found: BTreeMap<ShownBy, usize>,
    /// No balance and no other side can show them: the first statement of a series that states no
    /// opening balance, and a payment to or from outside.
    unknowable: usize,
    sound: usize,
}

#[test]
fn every_arithmetic_fault_that_evidence_shows_is_found_and_no_sound_statement_is_blamed() {
    let mut tally = Tally::default();
    for seed in 1..=20 {
        let world = generate(&WorldOptions { seed, faults: 12, ..WorldOptions::default() });
        let (read, assembled) = Desk::full(&world).assembled();
        let document = check(&read, &assembled, &Terms::new(Language::English));
        let has_break = |name: &str| document.breaks.iter().any(|row| row.source.file == name);
        for fault in world.faults.iter().filter(|fault| fault.kind.is_arithmetic()) {
            tally.injected += 1;
            let name = &world.files[fault.file].name;
            let case = format!("seed {seed}: {fault:?} in {name}");
            let Some(shown_by) = world.shown_by(fault) else {
                tally.unknowable += 1;
                assert!(!has_break(name), "{case}");
                continue;
            };
            let is_found = match shown_by {
                ShownBy::OwnFile => has_break(name),
                ShownBy::FileBefore => has_chain_problem(&assembled, name),
                ShownBy::OtherSide => is_told_by_other_side(&world, fault, &assembled),
            };
            let here = |problem: &&caudal::Problem| problem.file == *name;
            let here: Vec<_> = assembled.problems.iter().filter(here).collect();
            assert!(is_found, "{case}, {shown_by:?}, {here:?}");
            *tally.found.entry(shown_by).or_default() += 1;
        }
        for (at, file) in world.files.iter().enumerate() {
            let is_of = |fault: &InjectedFault| fault.file == at || fault.original_file == Some(at);
            if !world.faults.iter().any(is_of) {
                tally.sound += 1;
                assert!(!has_break(&file.name), "seed {seed}: {} is sound", file.name);
            }
        }
    }
    println!("{tally:?}");
    assert!(tally.injected > 100 && tally.sound > 1_000, "{tally:?}");
    assert!(tally.unknowable * 20 <= tally.injected, "{tally:?}");
}

/// A statement that does not begin where the one before it ended.
fn has_chain_problem(assembled: &Assembled, name: &str) -> bool {
    assembled.problems.iter().any(|problem| {
        let code = problem.code.as_str();
        problem.file == name && ["statement-gap", "balance-does-not-follow"].contains(&code)
    })
}

/// A problem at the damaged row, or at a row of the other account that tells of the same transfer.
fn is_told_by_other_side(world: &World, fault: &InjectedFault, assembled: &Assembled) -> bool {
    let others = world.pairs_of(fault);
    assembled.problems.iter().any(|problem| {
        let code = problem.code.as_str();
        let file = world.files.iter().position(|file| file.name == problem.file);
        let (Some(file), Some(row)) = (file, problem.row) else { return false };
        let is_here = file == fault.file && row == fault.row;
        let is_there = world.entry_at(file, row).is_some_and(|entry| others.contains(&entry));
        ["other-side-missing", "fee-unstated", "row-duplicate"].contains(&code)
            && (is_here || is_there)
    })
}

#[test]
fn in_sound_worlds_no_other_side_is_missing() {
    let (mut missing, mut fees, mut entries) = (0, 0, 0);
    for seed in 1..=5 {
        let world = generate(&WorldOptions { seed, ..WorldOptions::default() });
        let (_, assembled) = Desk::full(&world).assembled();
        let count = |code: &str| {
            assembled.problems.iter().filter(|problem| problem.code.as_str() == code).count()
        };
        missing += count("other-side-missing");
        fees += count("fee-unstated");
        entries += assembled.entries.len();
    }
    println!("of {entries} sound entries {missing} miss their other side, {fees} a fee");
    assert!(missing * 500 <= entries && fees * 50 <= entries, "{missing}, {fees} of {entries}");
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
