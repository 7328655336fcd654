//! The complete and true ledger of a world, in the columns that Caudal reads.
//!
//! *Shape.* One row a transfer, dated as the payer's bank booked it, or the payee's where the payer
//! is outside. A fee out of the credit is a row of its own from the payer to `@bank-…`, beside the
//! rest; a charge likewise. Rows are in order of date. Ids are `t17`, `t17-kept` and `t17-charge`
//! for the transfer at position 17.

use std::fmt::Write as _;

use caudal_model::format_minor;

use super::World;
use super::calendar::iso;
use super::truth::{OutsideKind, Party, TrueTransfer};

/// A ledger as two CSV texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerTexts {
    /// Columns `id,date,payer,payee,amount,currency,label,received_amount,received_currency`.
    /// Deposits of victims have labels such as `victim-2`; others have the payer's kind.
    pub transfers: String,
    /// Columns `account,currency,amount,label`.
    pub openings: String,
}

/// The ledger that somebody would have who held every statement and matched every side rightly.
pub fn as_ledger(world: &World) -> LedgerTexts {
    let mut order: Vec<usize> = (0..world.transfers.len()).collect();
    order.sort_by_key(|&at| (world.transfers[at].payer_day, at));
    let mut transfers = String::from(
        "id,date,payer,payee,amount,currency,label,received_amount,received_currency\n",
    );
    for at in order {
        rows(world, at, &mut transfers);
    }
    let mut openings = String::from("account,currency,amount,label\n");
    for account in &world.accounts {
        let (key, currency) = (account.key(), account.currency());
        let row = format!("{key},{currency},{},own\n", written(account.opening_minor));
        openings.push_str(&row);
    }
    LedgerTexts { transfers, openings }
}

fn rows(world: &World, at: usize, out: &mut String) {
    let transfer = &world.transfers[at];
    let date = iso(transfer.payer_day);
    let (payer, payee) = (name(world, transfer.payer), name(world, transfer.payee));
    let currency = currency(world, transfer.payer);
    let received_currency = self::currency(world, transfer.payee);
    let is_converted = currency != received_currency;
    let moved = transfer.paid_minor - if is_converted { 0 } else { transfer.deducted_minor };
    let (received, received_currency) = if is_converted {
        (written(transfer.received_minor), received_currency)
    } else {
        (String::new(), "")
    };
    let label = label(world, transfer);
    let mut row = |id: &str, payee: &str, amount: i128, rest: &str| {
        writeln!(out, "{id},{date},{payer},{payee},{},{currency},{rest}", written(amount))
            .expect("a text takes everything");
    };
    row(&format!("t{at}"), &payee, moved, &format!("{label},{received},{received_currency}"));
    let bank = bank(world, transfer.payer);
    if transfer.deducted_minor > 0 {
        row(&format!("t{at}-kept"), &bank, transfer.deducted_minor, ",,");
    }
    if transfer.charged_minor > 0 {
        row(&format!("t{at}-charge"), &bank, transfer.charged_minor, ",,");
    }
}

fn written(minor: i128) -> String {
    format_minor(minor.unsigned_abs(), 2)
}

fn name(world: &World, party: Party) -> String {
    match party {
        Party::Account(at) => world.accounts[at].key(),
        Party::Outside(at) => world.outside[at].id.clone(),
    }
}

fn currency(world: &World, party: Party) -> &'static str {
    match party {
        Party::Account(at) => world.accounts[at].currency(),
        Party::Outside(at) => world.outside[at].country.currency(),
    }
}

fn label(world: &World, transfer: &TrueTransfer) -> String {
    match (&transfer.victim, transfer.payer) {
        (Some(victim), _) => victim.clone(),
        (None, Party::Outside(at)) => world.outside[at].kind.id().to_owned(),
        (None, Party::Account(_)) => String::new(),
    }
}

/// The bank in the country of a party.
fn bank(world: &World, party: Party) -> String {
    let country = match party {
        Party::Account(at) => world.accounts[at].country,
        Party::Outside(at) => world.outside[at].country,
    };
    let bank = world.outside.iter().find(|o| o.kind == OutsideKind::Bank && o.country == country);
    bank.expect("every country has a bank").id.clone()
}
