//! Statements: what a bank says of one account, entry by entry, with the balances it states.
//!
//! *Shape.* Debit and credit are gone: an entry's amount is signed as the account sees it, so the
//! opening balance and all booked entries add up to the closing balance. Every value keeps the text
//! it was read from; a value that could not be read is absent, and its row stays.
//!
//! *Units.* Amounts are exact decimals ([`Decimal`]) until the currency, and with it the minor unit,
//! is certain: some formats name none.

use crate::{Currency, Decimal, Moment};

/// One account's document, or one message of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The account as the statement names it.
    pub account: AccountText,
    /// What the statement is counted in, where it says so.
    pub currency: Option<Currency>,
    /// The statement's own reference.
    pub id: Option<String>,
    /// Its number in the bank's sequence.
    pub sequence: Option<u64>,
    /// Its page, where one statement comes in several messages; from 1.
    pub page: Option<u64>,
    /// Whether the bank says that this page is the last.
    pub is_last_page: Option<bool>,
    /// Whether the bank marks it as a copy of one it sent before.
    pub is_copy: bool,
    /// First and last day that it covers, in days since 1970-01-01, where the statement says so.
    pub period: Option<(i32, i32)>,
    /// The balance before the first entry.
    pub opening: Option<Balance>,
    /// The balance after the last entry.
    pub closing: Option<Balance>,
    /// Entries in the order of the statement.
    pub entries: Vec<Entry>,
    /// Page, sheet or message in the file, from 1; 0 where the file has only rows.
    pub part: u32,
    /// Row in the file where it begins, counted as in [`crate::SourceRef::row`].
    pub row: u64,
}

/// An account as a document names it. Nothing is normalised here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountText {
    /// Number, IBAN, CLABE or name, as written; empty where the document has none.
    pub number: String,
    /// The bank: BIC, routing number or name, as written.
    pub bank: Option<String>,
    /// By whom the account is held, as written.
    pub holder: Option<String>,
}

/// A balance that a document states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Negative where the account is overdrawn.
    pub amount: Decimal,
    /// The day it is stated for, in days since 1970-01-01.
    pub day: Option<i32>,
    /// Row in the file.
    pub row: u64,
}

/// Whether an entry has moved money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryStatus {
    /// In the account's books.
    #[default]
    Booked,
    /// Expected or pending: a note on the account, never a transfer.
    Expected,
    /// For information: never a transfer.
    Information,
}

/// One row of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Page, sheet or message in the file, from 1; 0 where the file has only rows.
    pub part: u32,
    /// Row in the file, counted as in [`crate::SourceRef::row`].
    pub row: u64,
    /// The row as it stands in the file, shortened only in its line ends.
    pub raw: String,
    /// Whether it moved money.
    pub status: EntryStatus,
    /// When it was booked.
    pub booked_at: Option<Moment>,
    /// From when it bears interest.
    pub value_day: Option<i32>,
    /// When the payment itself was made.
    pub executed_at: Option<Moment>,
    /// What it adds to the balance: negative where money leaves. Absent if it could not be read.
    pub amount: Option<Decimal>,
    /// The amount in the currency in which it was ordered, where that differs; never negative.
    pub ordered: Option<(Decimal, Currency)>,
    /// Charges that the amount includes, never negative, where the row says so.
    pub charges: Option<Decimal>,
    /// The balance after it, where the row states one.
    pub balance_after: Option<Decimal>,
    /// The other side, as the row names it.
    pub counterparty: AccountText,
    /// References in the order of their use for finding the other side.
    pub references: Vec<Reference>,
    /// What it was for, as written.
    pub description: String,
    /// The bank's code or word for the kind of entry.
    pub kind: String,
    /// Whether the row says that it takes back an earlier entry.
    pub is_reversal: bool,
}

/// What a reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReferenceKind {
    /// The same on both sides of a transfer (UETR, end-to-end id, tracking key, transaction hash).
    EndToEnd,
    /// Given by a bank.
    Bank,
    /// Given by the account's holder.
    Customer,
    /// A cheque number.
    Cheque,
}

/// A reference of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// As written.
    pub text: String,
}

impl Entry {
    /// Whether it is in the books.
    pub fn is_booked(&self) -> bool {
        self.status == EntryStatus::Booked
    }

    /// Adds a reference, unless it is empty or a placeholder that banks write for "none".
    pub fn refer(&mut self, kind: ReferenceKind, text: &str) {
        let text = text.trim();
        let is_placeholder = ["NONREF", "NOTPROVIDED", "NOREF", "NONE", "NA", "N/A"]
            .iter()
            .any(|none| text.eq_ignore_ascii_case(none));
        let is_zeros = text.bytes().all(|byte| byte == b'0');
        if !is_placeholder && !is_zeros {
            self.references.push(Reference { kind, text: text.to_owned() });
        }
    }
}
