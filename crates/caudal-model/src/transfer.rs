//! A transfer moves a thing from one holder to another.

use crate::{EvidenceFile, Moment, Money, SourceRef};

/// What a transfer moves.
///
/// Money is allocated by a tracing rule. An item keeps its identity and a substance its mass; they
/// join this enum when their disciplines are built, which is why it is not exhaustive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thing {
    /// Fungible: followed by a tracing rule.
    Money(Money),
}

/// One movement from one holder to another, as the evidence states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer<'a> {
    /// Unique in its ledger.
    pub id: &'a str,
    /// Booking date or instant.
    pub moment: Moment,
    /// The account or outside party that gives.
    pub payer: &'a str,
    /// The account or outside party that receives.
    pub payee: &'a str,
    /// What leaves the payer.
    pub thing: Thing,
    /// What reaches the payee, where it differs: a conversion.
    pub received: Option<Money>,
    /// The origin of money that arrives from outside.
    pub label: Option<&'a str>,
    /// The evidence's own order, if it states one.
    pub sequence: Option<u64>,
    /// Id of the deposit that this line takes back (a returned cheque, a recalled payment).
    pub reverses: Option<&'a str>,
    /// Where it stands.
    pub source: SourceRef,
}

/// Money that an account held before its first line: one lot of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The account.
    pub account: String,
    /// How much.
    pub money: Money,
    /// Its label; `None` stands for `opening:ACCOUNT`.
    pub label: Option<String>,
    /// Where it stands, in the file that [`Opening::file`] names.
    pub row: u64,
    /// The evidence file.
    pub file: EvidenceFile,
}
