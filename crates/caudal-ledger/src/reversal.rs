//! Reversals: returned cheques and recalled payments that name the deposit they take back.
//!
//! *Authority.* `TRACING` 9.4. If the amounts are equal and the account could have carried the
//! cancellation all along (its balance from the deposit up to the reversal never below the
//! amount), both lines leave the trace; otherwise the reversal is an ordinary payment. Without
//! netting, `lifo` would credit the refund to other people's money.

use std::collections::{BTreeMap, BTreeSet};

use caudal_model::{Currency, Opening, TransferTable};

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

/// Finds the pairs that cancel, with lines in the given order. `is_account` tells names of accounts
/// with a statement from others.
pub(crate) fn net(
    table: &TransferTable,
    openings: &[Opening],
    rows: &[u32],
    is_account: impl Fn(u32) -> bool,
) -> (Vec<Netted>, Vec<UnmatchedReversal>) {
    let named = named(table, rows);
    if named.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let balances = Balances::of(table, openings, rows, &named);
    let (mut netted, mut unmatched) = (Vec::new(), Vec::new());
    let mut gone = BTreeSet::new();
    for Named { end, reversal, deposit_id, deposit } in named {
        let found = deposit.filter(|&(start, deposit)| {
            start < end
                && !gone.contains(&deposit)
                && is_mirror(table, deposit, reversal, &is_account)
                && balances.could_carry(table, deposit, (start, end))
        });
        if let Some((_, deposit)) = found {
            gone.extend([deposit, reversal]);
            netted.push(Netted { deposit, reversal });
        } else {
            let deposit_id = deposit_id.to_owned();
            unmatched.push(UnmatchedReversal { reversal, deposit_id });
        }
    }
    (netted, unmatched)
}

/// A reversal of the period, and the deposit it names if that lies in the period too; each with its
/// position in ledger order.
struct Named<'t> {
    end: usize,
    reversal: u32,
    deposit_id: &'t str,
    deposit: Option<(usize, u32)>,
}

/// All reversals, in ledger order: of two that name one deposit the first cancels it.
fn named<'t>(table: &'t TransferTable, rows: &[u32]) -> Vec<Named<'t>> {
    let named: Vec<(u32, &str, Option<u32>)> =
        table.reversals().map(|(row, id)| (row, id, table.find(id))).collect();
    let wanted: BTreeSet<u32> =
        named.iter().flat_map(|&(row, _, deposit)| [Some(row), deposit]).flatten().collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let all = rows.iter().enumerate().filter(|(_, row)| wanted.contains(row));
    let position: BTreeMap<u32, usize> = all.map(|(at, &row)| (row, at)).collect();
    let mut found: Vec<Named<'t>> = named
        .into_iter()
        .filter_map(|(reversal, deposit_id, deposit)| {
            let end = *position.get(&reversal)?;
            let deposit = deposit.and_then(|row| Some((*position.get(&row)?, row)));
            Some(Named { end, reversal, deposit_id, deposit })
        })
        .collect();
    found.sort_by_key(|named| named.end);
    found
}

/// The same amount the other way, to where it came from. Outside parties are told apart by the
/// words of a statement only, so any of them may be the one the deposit came from.
fn is_mirror(
    table: &TransferTable,
    deposit: u32,
    reversal: u32,
    is_account: impl Fn(u32) -> bool,
) -> bool {
    let (d, r) = (table.get(deposit), table.get(reversal));
    let (from, to) = (table.ends(deposit).0, table.ends(reversal).1);
    let goes_back = from == to || (!is_account(from) && !is_account(to));
    let converts = d.received.is_some() || r.received.is_some();
    d.payee == r.payer && d.thing == r.thing && goes_back && !converts
}

/// A position in the order and the balance from there on; `None` below zero.
type BalanceAt = (usize, Option<u128>);

/// Balances of the accounts with a deposit that is taken back: after each of their lines, with its
/// position. `None` below zero.
struct Balances(BTreeMap<(u32, Currency), Vec<BalanceAt>>);

impl Balances {
    fn of(table: &TransferTable, openings: &[Opening], rows: &[u32], named: &[Named<'_>]) -> Self {
        let mut sums = BTreeMap::new();
        let mut is_wanted = vec![false; table.names().len()];
        for (_, deposit) in named.iter().filter_map(|named| named.deposit) {
            let name = table.ends(deposit).1;
            is_wanted[name as usize] = true;
            sums.insert((name, table.money(deposit).currency), (0u128, 0u128));
        }
        for opening in openings {
            let key =
                table.names().find(&opening.account).map(|name| (name, opening.money.currency));
            if let Some(sum) = key.and_then(|key| sums.get_mut(&key)) {
                sum.0 = sum.0.saturating_add(opening.money.minor);
            }
        }
        let mut balances: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (at, &row) in rows.iter().enumerate() {
            let (payer, payee) = table.ends(row);
            if !is_wanted[payer as usize] && !is_wanted[payee as usize] {
                continue;
            }
            let paid = table.money(row);
            let received = table.get(row).received.unwrap_or(paid);
            let changes = [
                ((payer, paid.currency), 0, paid.minor),
                ((payee, received.currency), received.minor, 0),
            ];
            for (key, credit, debit) in changes {
                let Some(sum) = sums.get_mut(&key) else { continue };
                *sum = (sum.0.saturating_add(credit), sum.1.saturating_add(debit));
                balances.entry(key).or_default().push((at, sum.0.checked_sub(sum.1)));
            }
        }
        Self(balances)
    }

    /// Whether the balance never falls below the amount from the deposit (after it) up to the
    /// reversal (before it).
    fn could_carry(
        &self,
        table: &TransferTable,
        deposit: u32,
        (start, end): (usize, usize),
    ) -> bool {
        let money = table.money(deposit);
        let Some(lines) = self.0.get(&(table.ends(deposit).1, money.currency)) else {
            return false;
        };
        let first = lines.partition_point(|&(at, _)| at < start);
        let behind = lines.partition_point(|&(at, _)| at < end);
        lines[first..behind].iter().all(|(_, left)| left.is_some_and(|left| left >= money.minor))
    }
}
