//! Asserted links, literally: lots of the receipt and of the payment change places.
//!
//! *Authority.* `law:durant`, `TRACING` 9.5.
//! *Shape.* A payment needs the lots of a receipt that comes later. So the whole ledger is replayed
//! until the lots that receipts turn out to have are those that the payments were given: the first
//! time they are unknown, and each replay makes more of them right, since no link is a circle.

use std::collections::BTreeMap;

use super::lot::{Lot, leave, total};
use super::replay::Replay;
use super::{Q, SlowLink, SlowSource, SlowTransfer, whole};

/// Lots that each link moves, by its position.
pub(super) type Moved = BTreeMap<usize, Vec<Lot>>;

/// What is known of links in one replay.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    /// The receipts' lots, as the last replay found them.
    pub(super) known: Moved,
    /// The receipts' lots, as this replay finds them.
    pub(super) found: Moved,
    /// What waits for the receipt: other lots, and how much was not lent.
    aside: BTreeMap<usize, (Vec<Lot>, Q)>,
}

/// Replays until nothing changes.
pub(super) fn settled<T>(mut replay: impl FnMut(Moved) -> (Moved, T)) -> T {
    let mut known = Moved::new();
    for replays in 0.. {
        let (found, result) = replay(known.clone());
        if found == known {
            return result;
        }
        assert!(replays < 100, "a circle among the links");
        known = found;
    }
    unreachable!("replays settle or fail")
}

impl Replay<'_> {
    pub(super) fn is_linked(&self, transfer: &SlowTransfer) -> bool {
        self.case.links.iter().any(|link| [&link.receipt, &link.payment].contains(&&transfer.id))
    }

    /// Links of a transfer, by the order of their receipts.
    fn links_of(&self, id: &str, of: fn(&SlowLink) -> &str) -> Vec<(usize, Q)> {
        let position = |receipt: &str| self.case.transfers.iter().position(|t| t.id == receipt);
        let links = self.case.links.iter().enumerate().filter(|(_, link)| of(link) == id);
        let mut links: Vec<_> = links.collect();
        links.sort_by_key(|(_, link)| position(&link.receipt));
        links.into_iter().map(|(at, link)| (at, whole(link.amount))).collect()
    }

    /// The lots that leave the payer of a receipt or a payment of a link.
    pub(super) fn pay_linked(&mut self, transfer: &SlowTransfer) -> Vec<Lot> {
        let links = self.links_of(&transfer.id, |link| &link.payment);
        if links.is_empty() {
            return self.pay_receipt(transfer);
        }
        let amount = whole(transfer.amount);
        let account = &transfer.payer;
        let linked: Q = links.iter().map(|(_, amount)| amount).sum();
        let missing = (&amount - total(self.pool(account))).max(whole(0));
        *self.debts.entry(account.clone()).or_insert_with(|| whole(0)) += &missing;
        let mut not_lent = missing.clone().min(linked.clone());
        self.lend(account, &missing - &not_lent, &transfer.id);
        let rule = self.rule;
        let mut lots = leave(self.pool(account), &(&amount - &linked), rule);
        for (link, amount) in &links {
            let lent = not_lent.clone().min(amount.clone());
            not_lent -= &lent;
            let aside = leave(self.pool(account), &(amount - &lent), rule);
            self.links.aside.insert(*link, (aside, lent));
        }
        for (link, amount) in links {
            let unknown = || vec![unknown(&transfer.id, &amount)];
            let mut given = self.links.known.get(&link).cloned().unwrap_or_else(unknown);
            for lot in &mut given {
                self.count_arrival(account, lot);
            }
            lots.extend(given.into_iter().map(|lot| {
                let amount = lot.amount.clone();
                lot.arriving(amount)
            }));
        }
        lots
    }

    /// What a receipt's payer gives: each link's part, then the rest.
    fn pay_receipt(&mut self, transfer: &SlowTransfer) -> Vec<Lot> {
        if !self.case.is_account(&transfer.payer) {
            return self.deposit(transfer);
        }
        let account = &transfer.payer;
        let mut left = whole(transfer.amount);
        let missing = (&left - total(self.pool(account))).max(whole(0));
        *self.debts.entry(account.clone()).or_insert_with(|| whole(0)) += &missing;
        self.lend(account, missing, &transfer.id);
        let mut lots = Vec::new();
        let rule = self.rule;
        for (_, amount) in self.links_of(&transfer.id, |link| &link.receipt) {
            lots.extend(leave(self.pool(account), &amount, rule));
            left -= amount;
        }
        lots.extend(leave(self.pool(account), &left, rule));
        lots
    }

    fn lend(&mut self, account: &str, amount: Q, id: &str) {
        if amount > whole(0) {
            let loan = loan(account, amount, id);
            self.arrive(account, vec![loan]);
        }
    }

    /// Of what arrives with a receipt, the links' lots are gone already: they went with the payments.
    pub(super) fn hand_over(&mut self, transfer: &SlowTransfer, lots: Vec<Lot>) -> Vec<Lot> {
        let mut rest = lots;
        for (link, amount) in self.links_of(&transfer.id, |link| &link.receipt) {
            let mut left = amount;
            let mut given = Vec::new();
            let mut kept = Vec::new();
            for lot in rest {
                if left == whole(0) {
                    kept.push(lot);
                } else if lot.amount <= left {
                    left -= &lot.amount;
                    given.push(lot);
                } else {
                    let (first, second) = lot.cut(&left);
                    left = whole(0);
                    given.push(first);
                    kept.push(second);
                }
            }
            self.links.found.insert(link, given);
            rest = kept;
        }
        rest
    }

    /// What waited for a receipt enters in its stead; gives back how much of it settles the debt.
    pub(super) fn give_back(&mut self, transfer: &SlowTransfer) -> Q {
        let mut settled = whole(0);
        for (link, _) in self.links_of(&transfer.id, |link| &link.receipt) {
            let (aside, lent) = self.links.aside.remove(&link).expect("its payment came before");
            for lot in aside {
                let amount = lot.amount.clone();
                self.add(&transfer.payee, lot.arriving(amount));
            }
            let debt = self.debts.get_mut(&transfer.payee).expect("its payment came before");
            let at_once = lent.clone().min(debt.clone());
            *debt -= &at_once;
            self.lend(&transfer.payee, lent - &at_once, &transfer.id);
            settled += at_once;
        }
        settled
    }
}

fn loan(account: &str, amount: Q, id: &str) -> Lot {
    let source = SlowSource::Loan { account: account.to_owned(), id: id.to_owned() };
    Lot { source, label: format!("bank:{account}"), amount, part: None }
}

/// Stands for a receipt's lots before the first replay has found them.
fn unknown(id: &str, amount: &Q) -> Lot {
    let source = SlowSource::Deposit { id: id.to_owned(), part: 0 };
    Lot { source, label: "unknown".to_owned(), amount: amount.clone(), part: None }
}
