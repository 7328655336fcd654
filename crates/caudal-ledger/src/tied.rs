//! How many transfers more stand in an order that nothing proves, with rows appended.
//!
//! *Shape.* A transfer is tied where another of its day meets one of its accounts. A new row is tied
//! to all of its day at its accounts; of a base transfer that changes something only where it was
//! alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use caudal_model::TransferTable;

use crate::append::NewRow;
use crate::ledger::Ledger;
use crate::view::{LedgerView, LineIdx, LineKind, LineList, PlaceIdx};

/// Counts the transfers that were not tied and are now. `rows` are in ledger order.
pub(crate) fn newly_tied(
    base: &Ledger,
    table: &TransferTable,
    rows: &[NewRow],
    is_account: impl Fn(PlaceIdx) -> bool,
) -> u64 {
    let mut tied = 0;
    for rows in rows.chunk_by(|a, b| a.day == b.day) {
        let before = rows[0].day.checked_sub(1);
        let first = before.map(|day| base.first_line_after(table, day));
        let day = Day { base, lines: first.unwrap_or(base.opening_lines)..rows[0].gap };
        let mut accounts: BTreeMap<PlaceIdx, Vec<u32>> = BTreeMap::new();
        for new in rows {
            for place in [new.payer, new.payee].into_iter().filter(|&place| is_account(place)) {
                accounts.entry(place).or_default().push(new.row);
            }
        }
        let mut now = BTreeSet::new();
        for (account, new) in accounts {
            let known = day.transfers(account);
            if known.len() + new.len() > 1 {
                now.extend(new);
                now.extend(known.first().filter(|_| known.len() == 1).and_then(|&line| {
                    let was_tied = day.is_tied(line, account);
                    (!was_tied).then(|| base.source_idx.at(line as usize))
                }));
            }
        }
        tied += now.len() as u64;
    }
    tied
}

/// A day of the base.
struct Day<'a> {
    base: &'a Ledger,
    lines: Range<LineIdx>,
}

impl Day<'_> {
    /// The first transfers of an account on the day, as many as tell whether there is one or more.
    fn transfers(&self, account: PlaceIdx) -> Vec<LineIdx> {
        let in_list = |list: LineList<'_>| {
            let from = list.partition_point(|line| line < self.lines.start);
            let of_day = list.from(from).take_while(|&line| line < self.lines.end);
            let transfers = of_day.filter(|&line| self.base.kind(line) == LineKind::Transfer);
            transfers.take(2).collect::<Vec<_>>()
        };
        let mut found = in_list(self.base.payments_or_none(account));
        found.append(&mut in_list(self.base.receipts_or_none(account)));
        found
    }

    /// Whether a transfer that is alone at an account of the day is tied at its other end.
    fn is_tied(&self, line: LineIdx, account: PlaceIdx) -> bool {
        let (payer, payee) = (self.base.payer(line), self.base.payee(line));
        let other = if payer == account { payee } else { payer };
        self.base.is_account(other) && self.transfers(other).len() > 1
    }
}
