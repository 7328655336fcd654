//! Asserted links: a person's claim that a later receipt funds an earlier payment of one account.
//!
//! *Shape.* A transfer has two legs, its debit and its credit. Each account keeps its legs in their
//! order; a credit comes after its debit; and a link wants the debit of its receipt before the
//! credit of its payment. [`plan`] finds an order of all legs that keeps all of this and moves as
//! little as it can, or the link that no order allows. What each account sees, one line after the
//! other, is what it saw before, so no balance changes.
//!
//! *Authority.* `law:durant`; `TRACING` 9.5. A link is never inferred.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use caudal_model::collections::LookupMap;

use crate::view::PlaceIdx;

/// An asserted link: up to `minor` of the receipt funds the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Position of the receipt in the table.
    pub receipt: u32,
    /// Position of the payment in the table.
    pub payment: u32,
    /// How much, in minor units of the account; its first cents where the receipt has more.
    pub minor: u128,
}

/// Why a link cannot be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkFault {
    /// The receipt or the payment is not in the ledger: after its last day, or reversed.
    LeftOut,
    /// The account that receives is not the account that pays, or has no statement.
    AccountsDiffer,
    /// The receipt is no later than the payment: then the rule says what it funds.
    NotBackward,
    /// One of them changes currency.
    Converts,
    /// A transfer is the receipt of one link and the payment of another.
    Chained,
    /// More than the receipt or the payment has left for it.
    TooMuch,
    /// The receipt itself depends on the payment.
    Circle,
    /// Payments above the balance are not bank loans.
    NotLent,
}

/// Half of a transfer, by its position among the rows of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) at: u32,
    pub(crate) is_credit: bool,
}

/// A link by positions among the rows of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkAt {
    pub(crate) receipt: u32,
    pub(crate) payment: u32,
}

const NONE: u32 = u32::MAX;

/// An order of all legs in which each link's receipt leaves its payer before its payment arrives.
/// `ends` are payer and payee of each row, `None` for what keeps no order: outside parties and
/// accounts without a statement. Otherwise, the position of a link that no order allows.
pub(crate) fn plan(
    ends: &[(Option<PlaceIdx>, Option<PlaceIdx>)],
    links: &[LinkAt],
) -> Result<Vec<Leg>, usize> {
    let graph = Graph::of(ends, links);
    let early = graph.early(links);
    let order = graph.sorted(&early);
    if order.len() == 2 * ends.len() {
        return Ok(order.into_iter().map(leg).collect());
    }
    let mut is_in = vec![false; 2 * ends.len()];
    for &node in &order {
        is_in[node as usize] = true;
    }
    let is_stuck = |link: &LinkAt| !is_in[credit(link.payment) as usize];
    Err(links.iter().position(is_stuck).expect("only links can close a circle"))
}

fn debit(at: u32) -> u32 {
    2 * at
}

fn credit(at: u32) -> u32 {
    2 * at + 1
}

fn leg(node: u32) -> Leg {
    Leg { at: node / 2, is_credit: node % 2 == 1 }
}

/// Legs and what must come before them. Node `2k` is the debit of row `k`, `2k + 1` its credit.
struct Graph {
    /// The leg before it in its account, and the leg after it.
    before: Vec<u32>,
    after: Vec<u32>,
    /// For credits of linked payments: the debits of their receipts, and the other way round.
    receipts: BTreeMap<u32, Vec<u32>>,
    payments: BTreeMap<u32, Vec<u32>>,
}

impl Graph {
    fn of(ends: &[(Option<PlaceIdx>, Option<PlaceIdx>)], links: &[LinkAt]) -> Self {
        let (mut before, mut after) = (vec![NONE; 2 * ends.len()], vec![NONE; 2 * ends.len()]);
        let mut last: LookupMap<PlaceIdx, u32> = LookupMap::default();
        for (at, &(payer, payee)) in (0u32..).zip(ends) {
            for (node, place) in [(debit(at), payer), (credit(at), payee)] {
                let Some(place) = place else { continue };
                if let Some(previous) = last.insert(place, node) {
                    before[node as usize] = previous;
                    after[previous as usize] = node;
                }
            }
        }
        let (mut receipts, mut payments) = (BTreeMap::new(), BTreeMap::new());
        for link in links {
            let (paid, received) = (credit(link.payment), debit(link.receipt));
            receipts.entry(paid).or_insert_with(Vec::new).push(received);
            payments.entry(received).or_insert_with(Vec::new).push(paid);
        }
        Self { before, after, receipts, payments }
    }

    /// Legs that must come before a leg.
    fn earlier(&self, node: u32) -> impl Iterator<Item = u32> {
        let own = (node % 2 == 1).then(|| node - 1);
        let previous = Some(self.before[node as usize]).filter(|&before| before != NONE);
        let linked = self.receipts.get(&node).into_iter().flatten().copied();
        own.into_iter().chain(previous).chain(linked)
    }

    /// Legs that must come after a leg.
    fn later(&self, node: u32) -> impl Iterator<Item = u32> {
        let own = node.is_multiple_of(2).then(|| node + 1);
        let next = Some(self.after[node as usize]).filter(|&after| after != NONE);
        let linked = self.payments.get(&node).into_iter().flatten().copied();
        own.into_iter().chain(next).chain(linked)
    }

    /// What the receipts of links wait for, with the payment before which it has to come.
    fn early(&self, links: &[LinkAt]) -> BTreeMap<u32, u32> {
        let mut early: BTreeMap<u32, u32> = BTreeMap::new();
        for link in links {
            let limit = debit(link.payment);
            let mut open = vec![debit(link.receipt)];
            while let Some(node) = open.pop() {
                let known = early.get(&node).copied().unwrap_or(NONE);
                if node > limit && known > limit {
                    early.insert(node, limit);
                    open.extend(self.earlier(node));
                }
            }
        }
        early
    }

    /// All legs, each as near to its own position as those that it waits for allow.
    fn sorted(&self, early: &BTreeMap<u32, u32>) -> Vec<u32> {
        let count = u32::try_from(self.before.len()).expect("fewer than 2^31 transfers");
        // What is early stands just before its payment.
        let key = |node: u32| match early.get(&node) {
            Some(&limit) => (2 * u64::from(limit), node),
            None => (2 * u64::from(node) + 1, node),
        };
        let mut missing: Vec<u32> = Vec::with_capacity(self.before.len());
        let waits = |node| u32::try_from(self.earlier(node).count()).unwrap_or(NONE);
        missing.extend((0..count).map(waits));
        let free = (0..count).filter(|&node| missing[node as usize] == 0);
        let mut ready: BinaryHeap<_> = free.map(|node| Reverse(key(node))).collect();
        let mut order = Vec::with_capacity(self.before.len());
        while let Some(Reverse((_, node))) = ready.pop() {
            order.push(node);
            for later in self.later(node) {
                missing[later as usize] -= 1;
                if missing[later as usize] == 0 {
                    ready.push(Reverse(key(later)));
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as `payer payee`, where `@` keeps no order; legs as `3d 3c`.
    fn check(rows: &str, links: &[(u32, u32)], expected: Result<&str, usize>) {
        let place =
            |name: &str| (name != "@").then(|| u32::from(name.bytes().next().expect("a name")));
        let ends: Vec<_> = rows
            .split(", ")
            .map(|row| {
                let (payer, payee) = row.split_once(' ').expect("two names");
                (place(payer), place(payee))
            })
            .collect();
        let at = |&(receipt, payment): &(u32, u32)| LinkAt { receipt, payment };
        let links: Vec<_> = links.iter().map(at).collect();
        let found = plan(&ends, &links).map(|legs| {
            let legs =
                legs.iter().map(|l| format!("{}{}", l.at, if l.is_credit { "c" } else { "d" }));
            legs.collect::<Vec<_>>().join(" ")
        });
        assert_eq!(found.as_deref().map_err(|&link| link), expected, "{rows}");
    }

    #[test]
    fn without_links_nothing_moves() {
        check("@ A, A B, B @", &[], Ok("0d 0c 1d 1c 2d 2c"));
    }

    #[test]
    fn a_receipt_from_outside_leaves_just_before_the_payment() {
        check("A C, C D, @ A", &[(2, 0)], Ok("2d 0d 0c 1d 1c 2c"));
    }

    #[test]
    fn what_the_receipt_depends_on_comes_with_it() {
        // B's money comes from E; B also pays F, which has a line of its own in between.
        check("A C, C F, E B, B F, B A", &[(4, 0)], Ok("2d 2c 3d 4d 0d 0c 1d 1c 3c 4c"));
    }

    #[test]
    fn a_receipt_that_comes_out_of_the_payment_is_a_circle() {
        check("A C, C A", &[(1, 0)], Err(0));
        check("A C, C D, D A", &[(2, 0)], Err(0));
        // The account itself may have fed the receipt with other money.
        check("A C, A B, B A", &[(2, 0)], Ok("0d 1d 1c 2d 0c 2c"));
    }

    #[test]
    fn two_links_that_wait_for_each_other_are_a_circle() {
        // A pays C out of what D pays later; D has it from B, which pays it out of what C pays.
        check("A C, B D, C B, D A", &[(3, 0)], Ok("1d 1c 3d 0d 0c 2d 2c 3c"));
        check("A C, B D, C B, D A", &[(3, 0), (2, 1)], Err(0));
    }
}
