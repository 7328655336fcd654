//! Reversals: returned cheques and recalled payments that name the deposit they take back.
//!
//! *Authority.* `TRACING` 9.4. If the amounts are equal and the account could have carried the
//! cancellation all along (its balance from the deposit up to the reversal never below the
//! amount), both lines leave the trace; otherwise the reversal is an ordinary payment. Without
//! netting, `lifo` would credit the refund to other people's money.

use std::collections::{BTreeMap, BTreeSet};

use caudal_model::{Opening, TransferTable};

/// A deposit and the reversal that cancels it; positions in the table of transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Netted {
    /// The deposit.
    pub deposit: u32,
    /// The line that takes it back.
    pub reversal: u32,
}

/// A reversal that stays an ordinary payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedReversal {
    /// Position of the reversal.
    pub reversal: u32,
    /// The id of the deposit that it names.
    pub deposit_id: String,
}

/// Finds the pairs that cancel, with lines in the given order.
pub(crate) fn net(
    table: &TransferTable,
    openings: &[Opening],
    rows: &[u32],
) -> (Vec<Netted>, Vec<UnmatchedReversal>) {
    let named: Vec<(u32, &str)> = table.reversals().collect();
    if named.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let position: BTreeMap<u32, usize> =
        rows.iter().enumerate().map(|(at, &row)| (row, at)).collect();
    let (mut netted, mut unmatched) = (Vec::new(), Vec::new());
    let mut used = BTreeSet::new();
    for (reversal, deposit_id) in named {
        let Some(&end) = position.get(&reversal) else { continue };
        let found = table.find(deposit_id).filter(|deposit| {
            let start = position.get(deposit).copied();
            start.is_some_and(|start| {
                start < end
                    && !used.contains(deposit)
                    && is_mirror(table, *deposit, reversal)
                    && could_carry(table, openings, rows, (start, end))
            })
        });
        match found {
            Some(deposit) => {
                used.insert(deposit);
                netted.push(Netted { deposit, reversal });
            }
            None => {
                unmatched.push(UnmatchedReversal { reversal, deposit_id: deposit_id.to_owned() });
            }
        }
    }
    (netted, unmatched)
}

/// The same amount the other way.
fn is_mirror(table: &TransferTable, deposit: u32, reversal: u32) -> bool {
    let (d, r) = (table.get(deposit), table.get(reversal));
    d.payee == r.payer && d.thing == r.thing && d.received.is_none() && r.received.is_none()
}

/// Whether the account's balance never falls below the amount from the deposit (after it) up to
/// the reversal (before it).
fn could_carry(
    table: &TransferTable,
    openings: &[Opening],
    rows: &[u32],
    (start, end): (usize, usize),
) -> bool {
    let money = table.money(rows[start]);
    let account = table.ends(rows[start]).1;
    let name = table.names().get(account);
    let opened = openings
        .iter()
        .filter(|o| o.account == name && o.money.currency == money.currency)
        .map(|o| o.money.minor);
    let (mut credit, mut debit) = (opened.fold(0u128, u128::saturating_add), 0u128);
    for (at, &row) in rows.iter().enumerate().take(end) {
        let (payer, payee) = table.ends(row);
        let paid = table.money(row);
        if payer == account && paid.currency == money.currency {
            debit = debit.saturating_add(paid.minor);
        }
        let received = table.get(row).received.unwrap_or(paid);
        if payee == account && received.currency == money.currency {
            credit = credit.saturating_add(received.minor);
        }
        if at >= start && credit.checked_sub(debit).is_none_or(|balance| balance < money.minor) {
            return false;
        }
    }
    true
}
