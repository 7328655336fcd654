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

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use caudal_ledger::{Ledger, LedgerOptions};

    use super::*;

    #[test]
    fn an_emptied_account_stays_reached_and_earlier_payments_reach_nobody() {
        let text = "id,date,payer,payee,amount,currency\n\
                    early,2025-01-01,A,EARLY,1.00,USD\n\
                    origin,2025-01-02,@outside,A,5.00,USD\n\
                    all,2025-01-03,A,B,4.00,USD\n\
                    own,2025-01-04,@outside,A,7.00,USD\n\
                    late,2025-01-05,A,LATE,7.00,USD\n\
                    out,2025-01-06,B,@outside,4.00,USD\n\
                    other,2025-01-07,@outside,OTHER,1.00,USD\n";
        let go_on = &mut |_| ControlFlow::Continue(());
        let read = caudal_import::read_transfers("t.csv", text.as_bytes(), go_on);
        let ledger = Ledger::build(&read.value, &[], &LedgerOptions::default()).expect("builds");
        let origin = ledger.line_of_transfer(1).expect("it is in the ledger");
        assert_eq!(accounts(&ledger, origin), 3, "A, B and LATE");
    }
}
