//! Questions that are watched: schema `caudal.watch/1`.

use serde::Serialize;

/// The schema of a watch list.
pub const WATCH_SCHEMA: &str = "caudal.watch/1";

/// What became of the watched questions since they were asked last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WatchDocument {
    /// `caudal.watch/1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// By name.
    pub watches: Vec<WatchRow>,
}

/// One watched question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WatchRow {
    /// Its name.
    pub name: String,
    /// Selectors of the origins.
    pub from: Vec<String>,
    /// Canonical rule ids.
    pub rules: Vec<String>,
    /// `stands`: nothing that it rests on has changed, so it was not computed. `recomputed`: something
    /// has. `failed`: it cannot be asked any more.
    pub state: &'static str,
    /// Whether its answer is another than the last one.
    pub changed: bool,
    /// Why it cannot be asked any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Where the money was, and is.
    pub endings: Vec<WatchEnding>,
    /// Transfers that carry it now and did not, or carried another amount of it.
    pub transfers: Vec<WatchTransfer>,
}

/// Where some of the money was, and is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WatchEnding {
    /// Under which rule.
    pub rule: String,
    /// As the endings of a trace.
    pub kind: String,
    /// Where.
    pub place: String,
    /// Currency of the place.
    pub currency: String,
    /// At the last check; absent where none was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Now; absent where none is there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A transfer that moved some of the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WatchTransfer {
    /// Under which rule.
    pub rule: String,
    /// Its id.
    pub id: String,
    /// Traced money in it at the last check; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Traced money in it now; absent where none is any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
