//! Caudal's own stable JSON shapes.
//!
//! *Shape.* One document a command: [`TraceDocument`] (schema `caudal.trace/1`) and
//! [`ExplainDocument`] (`caudal.explain/1`). Every front end shows what stands here, so a number
//! printed twice is computed once. New optional keys may be added under the same version; a key
//! that changes its meaning makes a new version.
//! *Units.* Amounts are decimal strings in the currency that stands beside them, with exactly the
//! decimals of that currency. No number in these documents is a float.

mod explain;
mod holdings;
mod list;
mod ndjson;
mod next;
mod trace;
mod watch;

use std::collections::BTreeMap;

pub use explain::{ExplainDocument, FineAmount, HopRow, OriginRow, RouteRow};
pub use holdings::{
    HOLDINGS_SCHEMA, HeldOrigin, HeldPart, HeldPlace, HeldSmaller, HeldUnits, HeldWithout,
    HoldingsDocument, HoldingsResult,
};
pub use list::{
    AccountCheck, BreakRow, CHECK_SCHEMA, CheckDocument, LIST_SCHEMA, ListDocument, MonthCheck,
    OrderRow,
};
pub use ndjson::to_ndjson;
pub use next::{Candidate, DarkTransfer, NEXT_SCHEMA, NextDocument, RuleValue, Together};
pub use trace::{
    AccountRow, AmountRow, Assumption, EndingRow, HeadlineRow, LedgerFile, OriginTotal, ProblemRow,
    Question, ReceivedAmount, ReceivedRow, RepaymentRow, Result, SensitivityRow, ShareRow,
    SourceRow, TraceDocument, TransferRow, VariantRow,
};
pub use watch::{WATCH_SCHEMA, WatchDocument, WatchEnding, WatchRow, WatchTransfer};

/// The schema of a trace.
pub const TRACE_SCHEMA: &str = "caudal.trace/1";

/// The schema of an explanation.
pub const EXPLAIN_SCHEMA: &str = "caudal.explain/1";

/// Amounts by label, sorted by label.
pub type Traced = BTreeMap<String, String>;

/// Where a fact stands in the evidence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Source {
    /// Name of the evidence file.
    pub file: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Page, sheet or message in the file, from 1; absent where the file has only rows.
    #[serde(skip_serializing_if = "is_none")]
    pub part: u32,
    /// Row, the header being row 1; for Parquet the record, from 1.
    pub row: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that the serializer asks for")]
fn is_none(part: &u32) -> bool {
    *part == 0
}

/// One document as JSON text with a final line feed.
pub fn to_json(document: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("documents hold only text");
    text.push('\n');
    text
}
