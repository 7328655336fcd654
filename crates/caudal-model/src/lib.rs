//! The nouns of Caudal: amounts, currencies, moments, transfers, sources and problems.
//!
//! *Shape.* Plain data, no input or output, nothing but the standard library and columns to lie in.
//! Every other crate may use this one; it knows none of them but that of the columns.
//!
//! *Units.* Money is a count of minor units ([`amount::Money`]); a transfer moves a
//! [`transfer::Thing`], which is money now, and has room for items and substances.

pub mod amount;
pub mod currency;
pub mod decimal;
pub mod moment;
pub mod place;
pub mod problem;
pub mod source;
pub mod statement;
pub mod stored;
pub mod table;
pub mod tail;
pub mod transfer;

pub use amount::{AmountError, Money, format_minor, parse_minor};
pub use caudal_columns::{Column, Numbers, collections};
pub use currency::Currency;
pub use decimal::Decimal;
pub use moment::Moment;
pub use place::is_outside;
pub use problem::{Problem, ProblemCode, Severity};
pub use source::{EvidenceFile, SourceRef};
pub use statement::{
    AccountText, Balance, Entry, EntryStatus, Reference, ReferenceKind, Statement,
};
pub use table::TransferTable;
pub use tail::{TailFault, TailStart};
pub use transfer::{Opening, Thing, Transfer};
