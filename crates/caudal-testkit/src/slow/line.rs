//! The ledger with its openings, loans, births and repayments written out as lines.

use std::collections::BTreeMap;

use super::{Overdraft, SlowCase, SlowTransfer};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An opening lot, by position in its account.
    Opening(usize),
    Loan,
    Birth,
    /// A transfer, by position in the case.
    Transfer(usize),
    Repayment,
}

/// One line with the balances before it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    /// Empty for openings and births.
    pub(crate) payer: String,
    pub(crate) payee: String,
    pub(crate) paid: u128,
    pub(crate) received: u128,
    /// Balance of payer and payee before the line; 0 for what is no account.
    pub(crate) payer_before: u128,
    pub(crate) payee_before: u128,
}

/// All lines in ledger order.
pub(crate) fn lines(case: &SlowCase) -> Vec<Line> {
    let mut book = Book { case, balances: BTreeMap::new(), lines: Vec::new() };
    for (account, lots) in &case.openings {
        for (at, (_, amount)) in lots.iter().enumerate() {
            book.write(Kind::Opening(at), "", account, (*amount, *amount));
        }
    }
    let mut debts: BTreeMap<&str, u128> = BTreeMap::new();
    for (at, transfer) in case.transfers.iter().enumerate() {
        let (payer, payee) = (transfer.payer.as_str(), transfer.payee.as_str());
        let missing = transfer.amount.saturating_sub(book.balance(payer));
        if missing > 0 && case.is_account(payer) {
            match case.overdraft {
                Overdraft::Bank => {
                    *debts.entry(payer).or_default() += missing;
                    book.write(Kind::Loan, &format!("bank:{payer}"), payer, (missing, missing));
                }
                Overdraft::Birth => book.write(Kind::Birth, "", payer, (missing, missing)),
            }
        }
        let received = transfer.received.unwrap_or(transfer.amount);
        book.write(Kind::Transfer(at), payer, payee, (transfer.amount, received));
        let debt = debts.entry(payee).or_default();
        let repaid = received.min(*debt);
        *debt -= repaid;
        if repaid > 0 {
            book.write(Kind::Repayment, payee, &format!("bank:{payee}"), (repaid, repaid));
        }
    }
    book.lines
}

/// The lots of a deposit from outside, or from an account without a statement.
pub(crate) fn entering(case: &SlowCase, transfer: &SlowTransfer) -> Vec<(String, u128)> {
    if case.frontier.contains(&transfer.payer) {
        vec![(format!("unknown:{}", transfer.payer), transfer.amount)]
    } else if transfer.parts.is_empty() {
        vec![(transfer.payer.clone(), transfer.amount)]
    } else {
        transfer.parts.clone()
    }
}

/// Whether a place of a line has a balance.
pub(crate) fn is_pool(case: &SlowCase, place: &str) -> bool {
    !place.is_empty() && !place.starts_with("bank:") && case.is_account(place)
}

struct Book<'a> {
    case: &'a SlowCase,
    balances: BTreeMap<String, u128>,
    lines: Vec<Line>,
}

impl Book<'_> {
    fn balance(&self, place: &str) -> u128 {
        self.balances.get(place).copied().unwrap_or(0)
    }

    fn write(&mut self, kind: Kind, payer: &str, payee: &str, (paid, received): (u128, u128)) {
        let (payer_before, payee_before) = (self.balance(payer), self.balance(payee));
        if is_pool(self.case, payer) {
            self.balances.insert(payer.to_owned(), payer_before - paid);
        }
        if is_pool(self.case, payee) {
            self.balances.insert(payee.to_owned(), payee_before + received);
        }
        let (payer, payee) = (payer.to_owned(), payee.to_owned());
        self.lines.push(Line { kind, payer, payee, paid, received, payer_before, payee_before });
    }
}
