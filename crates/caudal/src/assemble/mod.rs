//! From statements to one ledger: accounts under one name each, both sides of a transfer as one
//! row, stretches without a statement as places where a trace ends.
//!
//! *Shape.* `accounts` names them and lines their statements up; `sides` finds which entries of two
//! accounts are one transfer; `rows` writes the rows in an order that every account's own order
//! allows. What is inferred here is either a row that says so in its id or an assumption that is
//! printed; the originals stay what they are.
//!
//! *Inferred rows.* `ID:fee` is what a bank kept of a transfer. `gap` rows move a balance out of an
//! account where its statements stop and in again where they resume: nothing is traced through the
//! days between. `opening` rows owe what an account owed before its first statement.

mod accounts;
mod order;
mod rows;
mod sides;

use std::collections::BTreeMap;

use caudal_model::{Opening, Problem, TransferTable};
use caudal_reconcile::matching::Matching;

pub use accounts::{AssembledAccount, EntryAt};

use crate::folder::{DecisionRecord, ReadCase};

/// A case as one ledger, with what it was made of.
#[derive(Debug, Default)]
pub struct Assembled {
    /// Every transfer.
    pub table: TransferTable,
    /// Opening balances.
    pub openings: Vec<Opening>,
    /// Places whose statement is not held: accounts, and stretches of accounts.
    pub without_statement: Vec<String>,
    /// Accounts with statements.
    pub accounts: Vec<AssembledAccount>,
    /// Booked entries of all accounts that count, in the order of the accounts.
    pub entries: Vec<EntryAt>,
    /// Which of them are two sides of one transfer; positions count `entries`.
    pub matching: Matching,
    /// Stretches without a statement, by the name of their place.
    pub dark: BTreeMap<String, DarkPlace>,
    /// What is wrong, doubtful or worth a note.
    pub problems: Vec<Problem>,
}

/// A place at which a trace ends for want of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DarkPlace {
    /// The account, by its key.
    pub account: String,
    /// The bank, as documents name it.
    pub bank: Option<String>,
    /// By whom the account is held, as documents name it.
    pub holder: Option<String>,
    /// First and last day without a statement, where statements before and after set them.
    pub first_day: Option<i32>,
    /// Last day.
    pub last_day: Option<i32>,
}

/// Puts the evidence of a case together.
pub fn assemble(case: &ReadCase, decisions: &[DecisionRecord]) -> Assembled {
    put_together(case, decisions, None)
}

/// Puts the evidence of a case together, and takes its transfers rather than copying them where no
/// row of a statement comes before them.
pub fn assemble_taking(case: &mut ReadCase, decisions: &[DecisionRecord]) -> Assembled {
    let has_statements = case.files.iter().any(|file| !file.evidence.statements.is_empty());
    let first = case.files.iter().position(|file| !file.evidence.transfers.is_empty());
    let taken = first.filter(|_| !has_statements).map(|at| {
        let mut table = std::mem::take(&mut case.files[at].evidence.transfers);
        table.set_file(u32::try_from(at).unwrap_or(u32::MAX));
        table.files.clear();
        table
    });
    put_together(case, decisions, taken)
}

fn put_together(
    case: &ReadCase,
    decisions: &[DecisionRecord],
    taken: Option<TransferTable>,
) -> Assembled {
    let mut assembled = Assembled { table: taken.unwrap_or_default(), ..Assembled::default() };
    accounts::line_up(case, &mut assembled);
    sides::find(case, decisions, &mut assembled);
    rows::write(case, &mut assembled);
    assembled
}
