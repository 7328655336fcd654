//! Ledgers made out of ledgers: one account alone, chains, splits, explicit loans, reversal of time.

use std::collections::BTreeMap;

use caudal_ledger::{LedgerView, LineIdx, LineKind, NO_PLACE};
use caudal_model::is_outside;
use caudal_testkit::random::Rng;
use caudal_testkit::slow::{SlowCase, SlowTransfer};

use crate::world::World;

/// Only account `A` and the outside world: other accounts become outside parties.
pub(crate) fn alone(case: &SlowCase) -> SlowCase {
    let mut case = case.clone();
    case.openings.retain(|account, _| account == "A");
    let place = |name: &String| {
        if name == "A" || is_outside(name) { name.clone() } else { format!("@{name}") }
    };
    for transfer in &mut case.transfers {
        transfer.payer = place(&transfer.payer);
        transfer.payee = place(&transfer.payee);
    }
    case.transfers.retain(|t| t.payer == "A" || t.payee == "A");
    case
}

/// Accounts in a row: each pays only the next, the last pays the outside world, none is overdrawn.
/// Money enters everywhere; that of `V1` and `V2` at the head of the row.
pub(crate) fn chain(seed: u64) -> SlowCase {
    let mut rng = Rng::new(seed);
    let row = ["A", "B", "C", "@end"];
    let mut balances = [0u128; 3];
    let mut transfers = Vec::new();
    for at in 0..30 {
        let from = usize::try_from(rng.below(3)).expect("few");
        let id = format!("t{at}");
        let amount = u128::from(1 + rng.below(20));
        if rng.chance(45) || balances[from] == 0 {
            let label = if from == 0 { *rng.pick(&["V1", "V2", "own"]) } else { "own" };
            balances[from] += amount;
            transfers.push(SlowTransfer {
                id,
                payer: "@source".to_owned(),
                payee: row[from].to_owned(),
                amount,
                parts: vec![(label.to_owned(), amount)],
                ..SlowTransfer::default()
            });
            continue;
        }
        let amount = if rng.chance(20) { balances[from] } else { amount.min(balances[from]) };
        balances[from] -= amount;
        if let Some(next) = balances.get_mut(from + 1) {
            *next += amount;
        }
        let (payer, payee) = (row[from].to_owned(), row[from + 1].to_owned());
        transfers.push(SlowTransfer { id, payer, payee, amount, ..SlowTransfer::default() });
    }
    SlowCase { transfers, ..SlowCase::default() }
}

/// The case with a transfer in two consecutive ones, `ID` and `ID again`.
pub(crate) fn split(case: &SlowCase, at: usize, first: u128) -> SlowCase {
    let mut case = case.clone();
    let whole = case.transfers.remove(at);
    let part = |id: String, amount: u128| {
        let parts = whole.parts.iter().map(|(label, _)| (label.clone(), amount)).collect();
        SlowTransfer { id, amount, parts, ..whole.clone() }
    };
    case.transfers.insert(at, part(format!("{} again", whole.id), whole.amount - first));
    case.transfers.insert(at, part(whole.id.clone(), first));
    case
}

/// All amounts times a number.
pub(crate) fn scaled(case: &SlowCase, by: u128) -> SlowCase {
    let mut case = case.clone();
    let times = |amount: &mut u128| *amount *= by;
    case.openings.values_mut().flatten().for_each(|lot| times(&mut lot.1));
    for transfer in &mut case.transfers {
        times(&mut transfer.amount);
        transfer.parts.iter_mut().for_each(|part| times(&mut part.1));
        transfer.received.iter_mut().for_each(times);
    }
    case
}

fn name(world: &World, place: u32) -> String {
    let name = world.place(place);
    if name.starts_with("bank:") { format!("@{name}") } else { name }
}

/// The id of a line in the ledgers below: that of the transfer, or a number.
pub(crate) fn line_id(world: &World, line: LineIdx) -> String {
    match world.ledger.line(line).kind {
        LineKind::Transfer => world.id(line).to_owned(),
        _ => format!("line {line}"),
    }
}

/// The ledger with its loans and repayments as transfers of their own.
pub(crate) fn explicit(world: &World) -> SlowCase {
    let known: BTreeMap<&str, &SlowTransfer> =
        world.case.transfers.iter().map(|t| (t.id.as_str(), t)).collect();
    let view = &world.ledger;
    let lines = view.opening_lines().end..view.line_count();
    let transfer = |line_idx| {
        let line = view.line(line_idx);
        match line.kind {
            LineKind::Transfer => known[world.id(line_idx)].clone(),
            _ => SlowTransfer {
                id: line_id(world, line_idx),
                payer: name(world, line.payer),
                payee: name(world, line.payee),
                amount: line.paid,
                ..SlowTransfer::default()
            },
        }
    };
    let transfers = lines.map(transfer).collect();
    SlowCase { openings: world.case.openings.clone(), transfers, ..SlowCase::default() }
}

/// The ledger backwards: every line is paid back, the last first. Opening balances are paid out at
/// the end, closing balances in at the beginning.
pub(crate) fn backwards(world: &World) -> SlowCase {
    let view = &world.ledger;
    let mut transfers = Vec::new();
    for place in (0..view.place_count()).filter(|&place| view.closing_balance(place) > 0) {
        transfers.push(SlowTransfer {
            id: format!("closing {}", world.place(place)),
            payer: "@closing".to_owned(),
            payee: world.place(place),
            amount: view.closing_balance(place),
            ..SlowTransfer::default()
        });
    }
    for line_idx in (0..view.line_count()).rev() {
        let line = view.line(line_idx);
        let payee =
            if line.payer == NO_PLACE { "@opening".to_owned() } else { name(world, line.payer) };
        transfers.push(SlowTransfer {
            id: line_id(world, line_idx),
            payer: name(world, line.payee),
            payee,
            amount: line.paid,
            ..SlowTransfer::default()
        });
    }
    SlowCase { transfers, ..SlowCase::default() }
}
