//! What the text of a detail says of an entry.
//!
//! *Authority.* Public samples: one bank writes names and accounts behind keys of four letters.

use caudal_model::{Entry, ReferenceKind};

use super::record::Fields;

/// The text of a detail, and the names and accounts that one bank writes behind keys in it.
pub(super) fn describe(entry: &mut Entry, fields: &mut Fields<'_, '_>) {
    let is_credit = entry.amount.is_some_and(|amount| !amount.is_negative());
    let side = if is_credit { 'D' } else { 'C' };
    while let Some(line) = fields.rest_of_piece() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if !entry.description.is_empty() {
            entry.description.push('\n');
        }
        entry.description.push_str(line);
        if let Some((key, value)) = line.split_once(':').filter(|(key, _)| key.len() == 4) {
            take_key(entry, side, key, value.trim());
        }
    }
}

/// Takes `DBNM: NAME` and its like: of debtor and creditor, the one who is not the account's holder.
fn take_key(entry: &mut Entry, side: char, key: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let other = &mut entry.counterparty;
    match (key, side) {
        ("EREF", _) => entry.refer(ReferenceKind::EndToEnd, value),
        ("CHKN", _) => entry.refer(ReferenceKind::Cheque, value),
        ("DBNM", 'D') | ("CRNM", 'C') => other.holder = Some(value.to_owned()),
        ("DACT", 'D') | ("CACT", 'C') => value.clone_into(&mut other.number),
        ("DBIC" | "DABA", 'D') | ("CBIC" | "CABA", 'C') => other.bank = Some(value.to_owned()),
        _ => {}
    }
}
