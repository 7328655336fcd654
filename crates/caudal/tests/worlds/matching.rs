//! Both sides of a transfer, found in two statements of different formats.

use std::collections::BTreeSet;

use caudal_testkit::worlds::{Side, WorldOptions, generate};

use crate::desk::Desk;

/// Pairs that were found, those of them that are true, and those that could be found.
fn measure(options: &WorldOptions) -> (usize, usize, usize) {
    let world = generate(options);
    let desk = Desk::full(&world);
    let (read, assembled) = desk.assembled();
    let truth: Vec<_> =
        assembled.entries.iter().map(|entry| desk.truth(&world, &read, entry)).collect();
    let known: BTreeSet<_> = truth.iter().flatten().copied().collect();
    assert_eq!(known.len(), assembled.entries.len(), "each row is one true entry");
    let possible = world.transfers.iter().filter(|transfer| {
        let both = transfer.payer_entry.zip(transfer.payee_entry);
        both.is_some_and(|(debit, credit)| known.contains(&debit) && known.contains(&credit))
    });
    let is_true = |debit: usize, credit: usize| {
        let (Some(debit), Some(credit)) = (truth[debit], truth[credit]) else { return false };
        let (debit, credit) = (world.entry(debit), world.entry(credit));
        // Equal transfers of one day between the same accounts are the same to any ledger.
        let same = debit.cause == credit.cause || {
            let (a, b) = (&world.transfers[debit.cause], &world.transfers[credit.cause]);
            (a.payer, a.payee, a.paid_minor, a.received_minor)
                == (b.payer, b.payee, b.paid_minor, b.received_minor)
                && (a.payer_day, a.payee_day) == (b.payer_day, b.payee_day)
        };
        same && debit.side == Side::Payer && credit.side == Side::Payee
    };
    let right = assembled.matching.pairs.iter().filter(|pair| is_true(pair.debit, pair.credit));
    (assembled.matching.pairs.len(), right.count(), possible.count())
}

/// Precision and recall over twenty worlds, in ten-thousandths.
fn over_worlds(options: &WorldOptions) -> (usize, usize) {
    let (mut found, mut right, mut possible) = (0, 0, 0);
    for seed in 1..=20 {
        let here = measure(&WorldOptions { seed, ..options.clone() });
        found += here.0;
        right += here.1;
        possible += here.2;
    }
    let share = |part: usize, whole: usize| part * 10_000 / whole.max(1);
    println!(
        "{right} of {found} pairs are right, of {possible} possible: precision {}, recall {} of 10,000",
        share(right, found),
        share(right, possible)
    );
    (share(right, found), share(right, possible))
}

#[test]
fn with_references_both_sides_are_found() {
    let (precision, recall) = over_worlds(&WorldOptions::default());
    assert!(precision >= 9_900 && recall >= 9_900, "{precision}, {recall}");
}

#[test]
fn without_references_most_are_found() {
    let options = WorldOptions { with_references: false, ..WorldOptions::default() };
    let (precision, recall) = over_worlds(&options);
    assert!(precision >= 9_500 && recall >= 9_500, "{precision}, {recall}");
}
