//! The ordered, indexed ledger that every question is asked of.
//!
//! *Shape.* A [`caudal_model::TransferTable`] and opening balances go in; out comes a [`Ledger`]:
//! lines in the order in which they take effect, with bank loans and repayments written out as
//! lines of their own, so that no balance is ever below zero and no tracing rule needs a special
//! case for overdrafts. The index (two prefix sums a line, the payer's balance before it, the
//! lines of each place) is computed once; a question then costs what it touches.
//!
//! *The seam.* Tracing sees a ledger only through [`LedgerView`]. Its columns lie in memory or in a
//! mapped file, which nobody above can tell.

mod append;
mod appended;
mod build;
mod changes;
mod later;
mod ledger;
mod lifo;
mod linked;
mod links;
mod lists;
mod order;
mod placed;
mod replay;
mod reversal;
mod splice;
mod stored;
mod tied;
mod ties;
mod view;

pub use append::{AppendFault, BuildAnew};
pub use build::{BuildLedgerError, LedgerOptions, Overdraft};
pub use ledger::{Ledger, Overdrawn};
pub use lifo::{LifoIndex, Segment};
pub use links::{Link, LinkFault};
pub use order::SameDay;
pub use reversal::{Netted, UnmatchedReversal};
pub use stored::{WriteLedgerError, write_ledger};
pub use view::{
    Chunk, ChunkAmounts, LedgerView, Line, LineIdx, LineKind, LineList, NO_PLACE, Place, PlaceIdx,
    PlaceKind, Transit,
};
