//! Plain reachability that respects time: what general tools for graphs compute.
//!
//! *Meaning.* An account is reached once a transfer pays it after its payer was reached. Balances do not
//! matter: unlike `poison`, an account that was emptied stays reached.

use caudal_ledger::{LedgerView, LineIdx};

/// How many accounts can be reached from the payee of a line, itself included: one sweep.
pub(crate) fn accounts(view: &impl LedgerView, origin: LineIdx) -> usize {
    let is_account: Vec<bool> =
        (0..view.place_count()).map(|place| view.is_account(place)).collect();
    let mut is_reached = vec![false; is_account.len()];
    let mut count = 0;
    for line_idx in origin..view.line_count() {
        let line = view.line(line_idx);
        let comes = line_idx == origin || is_reached.get(line.payer as usize) == Some(&true);
        let payee = line.payee as usize;
        if comes && is_account[payee] && !is_reached[payee] {
            is_reached[payee] = true;
            count += 1;
        }
    }
    count
}
