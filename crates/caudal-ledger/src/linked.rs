//! Writes a ledger with asserted links: the lots of a later receipt and of an earlier payment change
//! places, and no balance moves (`TRACING` 9.5).
//!
//! *Shape.* The receipt's linked cents go into a transit, out of which the payment's last cents are
//! paid. What the payment would have put there instead is set aside in a transit of its own, and
//! enters when the receipt arrives; of a bank loan, nothing is lent, and what is still owed then is
//! settled. Every rule reads these lines as it reads any other, so none needs a special case.

use std::collections::BTreeMap;

use crate::build::{BuildLedgerError, Builder, Entry, Overdraft};
use crate::ledger::{Ledger, Overdrawn};
use crate::links::{self, Leg, Link, LinkAt, LinkFault};
use crate::view::{LedgerView, LineKind, NO_PLACE, PlaceIdx, PlaceKind, Transit};

/// Links by what they concern, and where their money is while the ledger is written.
struct Linked<'l> {
    links: &'l [Link],
    of_receipt: BTreeMap<u32, Vec<usize>>,
    of_payment: BTreeMap<u32, Vec<usize>>,
    state: Vec<LinkState>,
    /// Transits of transfers whose credit comes later.
    waiting: BTreeMap<u32, PlaceIdx>,
}

#[derive(Clone, Copy)]
struct LinkState {
    /// Holds the receipt's money for the payment.
    carrier: PlaceIdx,
    /// Holds what the payment would have taken instead, and how much of it was no loan.
    aside: PlaceIdx,
    aside_minor: u128,
    /// How much of it would have been a bank loan.
    lent: u128,
}

impl Builder<'_> {
    /// Enters the transfers of a ledger in its order, as far as links let them keep it.
    pub(crate) fn enter_linked(
        &mut self,
        plain: &Ledger,
        links: &[Link],
    ) -> Result<(), BuildLedgerError> {
        let lines = 0..plain.line_count();
        let transfers = lines.map(|line| plain.line(line)).filter(|l| l.kind == LineKind::Transfer);
        let rows: Vec<u32> = transfers.map(|line| line.source_idx).collect();
        let places: Vec<_> = rows.iter().map(|&row| self.ends(row)).collect();
        let keeps_order = |place| Some(place).filter(|&place| self.ledger.is_account(place));
        let ends: Vec<_> = places.iter().map(|&(a, b)| (keeps_order(a), keeps_order(b))).collect();
        let at = self.checked(&rows, &places, links)?;
        let circle = |link| fault(link, LinkFault::Circle);
        let legs = links::plan(&ends, &at).map_err(circle)?;
        let mut linked = Linked::of(links, &at);
        let mut legs = legs.into_iter().peekable();
        while let Some(Leg { at, is_credit }) = legs.next() {
            let row = rows[at as usize];
            if is_credit {
                self.credit(row, &mut linked);
                continue;
            }
            let ends_here = legs.peek() == Some(&Leg { at, is_credit: true });
            if ends_here && !linked.concerns(row) {
                legs.next();
                self.transfer(row)?;
            } else {
                self.debit(row, ends_here, &mut linked)?;
            }
        }
        Ok(())
    }

    /// The links by positions among the rows, or the first that cannot be.
    fn checked(
        &self,
        rows: &[u32],
        places: &[(PlaceIdx, PlaceIdx)],
        links: &[Link],
    ) -> Result<Vec<LinkAt>, BuildLedgerError> {
        let concerned = |row: &u32| links.iter().any(|l| [l.receipt, l.payment].contains(row));
        let found = (0u32..).zip(rows).filter(|(_, row)| concerned(row));
        let position: BTreeMap<u32, u32> = found.map(|(at, &row)| (row, at)).collect();
        let mut taken: BTreeMap<u32, u128> = BTreeMap::new();
        let mut checked = Vec::with_capacity(links.len());
        for (idx, link) in links.iter().enumerate() {
            let fail = |why| Err(fault(idx, why));
            let at = (position.get(&link.receipt), position.get(&link.payment));
            let (Some(&receipt), Some(&payment)) = at else { return fail(LinkFault::LeftOut) };
            if self.overdraft != Overdraft::Bank {
                return fail(LinkFault::NotLent);
            }
            let (received, paid) = (places[receipt as usize], places[payment as usize]);
            if received.1 != paid.0 || !self.ledger.is_account(paid.0) {
                return fail(LinkFault::AccountsDiffer);
            }
            if receipt <= payment {
                return fail(LinkFault::NotBackward);
            }
            if [link.receipt, link.payment].iter().any(|&row| self.received(row).is_some()) {
                return fail(LinkFault::Converts);
            }
            for row in [link.receipt, link.payment] {
                let sum = taken.entry(row).or_default();
                *sum = sum.saturating_add(link.minor);
                if *sum > self.table.money(row).minor {
                    return fail(LinkFault::TooMuch);
                }
            }
            let is_chained =
                |other: &Link| other.receipt == link.payment || other.payment == link.receipt;
            if links.iter().any(is_chained) {
                return fail(LinkFault::Chained);
            }
            checked.push(LinkAt { receipt, payment });
        }
        Ok(checked)
    }

    /// The first half of a transfer.
    fn debit(
        &mut self,
        row: u32,
        ends_here: bool,
        linked: &mut Linked<'_>,
    ) -> Result<(), BuildLedgerError> {
        let (payer, payee) = self.ends(row);
        if let Some(links) = linked.of_payment.get(&row) {
            let links = links.clone();
            self.pay_linked(row, ends_here, &links, linked);
            return Ok(());
        }
        let paid = self.table.money(row).minor;
        if self.ledger.is_account(payer) {
            self.cover(payer, paid, row)?;
        }
        let mut before = 0;
        for link in linked.of_receipt.get(&row).cloned().unwrap_or_default() {
            let carrier = self.add_transit(payee, Some(link));
            linked.state[link].carrier = carrier;
            let minor = linked.links[link].minor;
            self.piece(row, (payer, carrier, minor), before);
            before += minor;
        }
        if paid > before {
            let transit = self.add_transit(payee, None);
            let converted = self.received(row).map(|money| money.minor);
            let entry = Entry::new(LineKind::Transfer, payer, transit, paid - before);
            self.note_piece(row, before);
            self.push(Entry { converted, ..entry }, row);
            linked.waiting.insert(row, transit);
        }
        Ok(())
    }

    /// The first half of a payment with links: what it takes from its own pool, and what that pool
    /// sets aside in exchange for the receipts' money.
    fn pay_linked(&mut self, row: u32, ends_here: bool, links: &[usize], linked: &mut Linked<'_>) {
        let (payer, payee) = self.ends(row);
        let paid = self.table.money(row).minor;
        let missing = paid.saturating_sub(self.state[payer as usize].balance());
        let linked_minor: u128 = links.iter().map(|&link| linked.links[link].minor).sum();
        let not_lent = self.lend(payer, missing, linked_minor, row);
        let mut left = not_lent;
        for &link in links {
            let minor = linked.links[link].minor;
            linked.state[link].lent = minor.min(left);
            left -= minor.min(left);
        }
        if paid > linked_minor {
            let to = if ends_here { payee } else { self.add_transit(payee, None) };
            self.piece(row, (payer, to, paid - linked_minor), 0);
            if !ends_here {
                linked.waiting.insert(row, to);
            }
        }
        for &link in links {
            let aside = linked.links[link].minor - linked.state[link].lent;
            if aside > 0 {
                let place = self.add_transit(payer, None);
                self.push(Entry::new(LineKind::Passage, payer, place, aside), row);
                linked.state[link] =
                    LinkState { aside: place, aside_minor: aside, ..linked.state[link] };
            }
        }
    }

    /// The loan for a payment, less what links put in its place; gives back how much that is.
    fn lend(&mut self, payer: PlaceIdx, missing: u128, linked_minor: u128, row: u32) -> u128 {
        if missing == 0 {
            return 0;
        }
        let owed = self.state[payer as usize].debt + missing;
        self.ledger.overdrawn.push(Overdrawn { transfer_idx: row, missing, owed });
        self.state[payer as usize].debt = owed;
        let not_lent = missing.min(linked_minor);
        if missing > not_lent {
            let bank = self.bank_of(payer);
            self.push(Entry::new(LineKind::Loan, bank, payer, missing - not_lent), row);
        }
        not_lent
    }

    /// The second half of a transfer.
    fn credit(&mut self, row: u32, linked: &mut Linked<'_>) {
        let (_, payee) = self.ends(row);
        let paid = self.table.money(row).minor;
        let received = self.received(row).map_or(paid, |money| money.minor);
        if let Some(transit) = linked.waiting.remove(&row) {
            let rest = self.state[transit as usize].balance();
            self.push(Entry::new(LineKind::Passage, transit, payee, rest), row);
        }
        let mut settled = 0;
        for link in linked.of_receipt.get(&row).into_iter().flatten() {
            settled += self.give_back(payee, linked.state[*link], row);
        }
        let links = linked.of_payment.get(&row).cloned().unwrap_or_default();
        let linked_minor: u128 = links.iter().map(|&link| linked.links[link].minor).sum();
        let mut before = paid - linked_minor;
        for link in links {
            let minor = linked.links[link].minor;
            self.piece(row, (linked.state[link].carrier, payee, minor), before);
            before += minor;
        }
        self.repay(payee, received - settled, row);
    }

    /// When the receipt of a link arrives: what its payment did not take enters in its stead. Gives
    /// back how much of it settles what the bank is still owed.
    fn give_back(&mut self, account: PlaceIdx, state: LinkState, row: u32) -> u128 {
        if state.aside_minor > 0 {
            let entry = Entry::new(LineKind::Passage, state.aside, account, state.aside_minor);
            self.push(entry, row);
        }
        let debt = &mut self.state[account as usize].debt;
        let settled = state.lent.min(*debt);
        *debt -= settled;
        if state.lent > settled {
            let bank = self.bank_of(account);
            self.push(Entry::new(LineKind::Loan, bank, account, state.lent - settled), row);
        }
        settled
    }

    /// A part of a transfer, behind `before` of its cents.
    fn piece(&mut self, row: u32, (payer, payee, minor): (PlaceIdx, PlaceIdx, u128), before: u128) {
        self.note_piece(row, before);
        self.push(Entry::new(LineKind::Transfer, payer, payee, minor), row);
    }

    fn note_piece(&mut self, row: u32, before: u128) {
        let line = self.ledger.line_count();
        self.ledger.pieces.entry(row).or_default().push((line, before));
        let first = &mut self.ledger.line_of.to_mut()[row as usize];
        *first = line.min(*first);
    }

    fn add_transit(&mut self, owner: PlaceIdx, link: Option<usize>) -> PlaceIdx {
        let link = link.and_then(|link| u32::try_from(link).ok());
        let of = self.ledger.place(owner);
        let place = self.add_place(PlaceKind::Transit, of.name_idx, of.currency);
        self.ledger.transits.insert(place, Transit { owner, link });
        place
    }
}

impl<'l> Linked<'l> {
    fn of(links: &'l [Link], at: &[LinkAt]) -> Self {
        let empty = LinkState { carrier: NO_PLACE, aside: NO_PLACE, aside_minor: 0, lent: 0 };
        let (mut of_receipt, mut of_payment) = (BTreeMap::new(), BTreeMap::new());
        // What was lent is settled by the earliest receipts.
        let mut order: Vec<usize> = (0..links.len()).collect();
        order.sort_by_key(|&link| at[link].receipt);
        for link in order {
            of_receipt.entry(links[link].receipt).or_insert_with(Vec::new).push(link);
            of_payment.entry(links[link].payment).or_insert_with(Vec::new).push(link);
        }
        let state = vec![empty; links.len()];
        Self { links, of_receipt, of_payment, state, waiting: BTreeMap::new() }
    }

    fn concerns(&self, row: u32) -> bool {
        self.of_receipt.contains_key(&row) || self.of_payment.contains_key(&row)
    }
}

fn fault(link: usize, fault: LinkFault) -> BuildLedgerError {
    BuildLedgerError::Link { link_idx: u32::try_from(link).unwrap_or(u32::MAX), fault }
}
