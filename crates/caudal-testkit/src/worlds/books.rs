//! Both banks book the transfers: entries in the order of each account, with balances.

use super::truth::{EntryId, Side, TrueEntry, TrueTransfer};
use super::{Party, World};

/// Fills the entries of a world and names them in its transfers.
pub(super) fn book(world: &mut World) {
    let mut entries: Vec<TrueEntry> = Vec::new();
    for (at, transfer) in world.transfers.iter().enumerate() {
        entries.extend(sides(at, transfer));
    }
    entries
        .sort_by_key(|entry| (entry.account, entry.day, entry.cause, entry.side == Side::Charge));
    let mut balances: Vec<i128> = world.accounts.iter().map(|a| a.opening_minor).collect();
    for (at, entry) in entries.iter_mut().enumerate() {
        balances[entry.account] += entry.minor;
        entry.balance_after_minor = balances[entry.account];
        entry.bank_reference = format!("B{:02}{:08}", entry.account % 100, at + 1);
        let transfer = &mut world.transfers[entry.cause];
        let place = match entry.side {
            Side::Payer => &mut transfer.payer_entry,
            Side::Payee => &mut transfer.payee_entry,
            Side::Charge => &mut transfer.charge_entry,
        };
        *place = Some(EntryId(at));
    }
    world.entries = entries;
}

/// The entries of a transfer, of which charge and balances are the bank's own.
fn sides(cause: usize, transfer: &TrueTransfer) -> Vec<TrueEntry> {
    let entry = |party: Party, day, value_day, minor, side| {
        party.account().map(|account| TrueEntry {
            account,
            day,
            value_day,
            minor,
            balance_after_minor: 0,
            transfer: (side != Side::Charge).then_some(cause),
            cause,
            side,
            bank_reference: String::new(),
        })
    };
    let (payer_day, payee_day) = (transfer.payer_day, transfer.payee_day);
    let value_day = transfer.execution_day;
    let charge = -transfer.charged_minor;
    let charged = if charge == 0 {
        None
    } else {
        entry(transfer.payer, payer_day, payer_day, charge, Side::Charge)
    };
    let sides = [
        entry(transfer.payer, payer_day, value_day, -transfer.paid_minor, Side::Payer),
        charged,
        entry(transfer.payee, payee_day, payee_day, transfer.received_minor, Side::Payee),
    ];
    sides.into_iter().flatten().collect()
}
