//! Lists of what a case holds (`caudal.list/1`), and what its statements prove (`caudal.check/1`).

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::ProblemRow;

/// A list: rows of the same columns, in an order that means something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListDocument {
    /// What is listed: `statements`, `accounts`, `transfers`, `problems`, `evidence`, `matches`, `log`.
    pub what: &'static str,
    /// Keys of the columns.
    pub columns: Vec<&'static str>,
    /// Rows, as long as `columns`; what is not known is empty.
    pub rows: Vec<Vec<String>>,
}

/// The schema of lists.
pub const LIST_SCHEMA: &str = "caudal.list/1";

impl Serialize for ListDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("schema", LIST_SCHEMA)?;
        map.serialize_entry("what", self.what)?;
        map.serialize_entry("rows", &Rows(self))?;
        map.end()
    }
}

struct Rows<'a>(&'a ListDocument);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            list.serialize_element(&Row(&self.0.columns, row))?;
        }
        list.end()
    }
}

struct Row<'a>(&'a [&'static str], &'a [String]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            map.serialize_entry(column, cell)?;
        }
        map.end()
    }
}

/// What the arithmetic of a case's statements proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckDocument {
    /// `caudal.check/1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// The months of the grid, such as `2025-03`.
    pub months: Vec<String>,
    /// One for each account and currency.
    pub accounts: Vec<AccountCheck>,
    /// Where balances do not follow, with what would mend them.
    pub breaks: Vec<BreakRow>,
    /// Days of statements on which rows can change places.
    pub orders: Vec<OrderRow>,
    /// Problems, those that block first.
    pub problems: Vec<ProblemRow>,
    /// How many of them block.
    pub blocking: usize,
}

/// The schema of checks.
pub const CHECK_SCHEMA: &str = "caudal.check/1";

/// An account in the grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountCheck {
    /// The account.
    pub account: String,
    /// Its currency.
    pub currency: String,
    /// By whom it is held, where a document says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// One for each month of the grid.
    pub months: Vec<MonthCheck>,
    /// Rows that a balance proves.
    pub proved: usize,
    /// Rows at which a balance does not follow.
    pub broken: usize,
    /// Rows that nothing checks.
    pub unproved: usize,
}

/// An account's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthCheck {
    /// `reconciled`, `off`, `unproved`, `missing` or `not-covered`.
    pub state: &'static str,
    /// By how much the balances do not follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
}

/// A balance that does not follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BreakRow {
    /// The account.
    pub account: String,
    /// Where the balance stands.
    pub source: crate::Source,
    /// What the statement states.
    pub stated: String,
    /// What its entries lead to.
    pub computed: String,
    /// Sentences: the single changes that would make it follow, the most telling first.
    pub repairs: Vec<String>,
    /// How many there are, listed or not.
    pub repair_count: usize,
}

/// Rows of a statement's day whose order is not proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderRow {
    /// The account.
    pub account: String,
    /// Where the statement begins.
    pub source: crate::Source,
    /// The day, such as `2025-03-04`; absent where no day is stated or rows left their days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// The rows in the order that was taken.
    pub rows: Vec<u64>,
    /// Whether each row prints a balance, so that several orders fit; else nothing is printed that
    /// could tell.
    pub has_balances: bool,
}
