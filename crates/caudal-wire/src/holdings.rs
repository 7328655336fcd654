//! Whose money is where: schema `caudal.holdings/1`.

use serde::Serialize;

use crate::{Assumption, ProblemRow, Question};

/// The schema of holdings.
pub const HOLDINGS_SCHEMA: &str = "caudal.holdings/1";

/// Every place that holds money of the origins, rule by rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldingsDocument {
    /// `caudal.holdings/1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// What was asked, with defaults filled in; `until` is the date of the holdings.
    pub question: Question,
    /// The one account that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Amounts below this are added up in `smaller`, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// What was taken as true without a source.
    pub assumptions: Vec<Assumption>,
    /// Doubts and notes about the evidence that was used.
    pub problems: Vec<ProblemRow>,
    /// One for each rule, in the order asked.
    pub results: Vec<HoldingsResult>,
    /// Where links were asserted: the same results without them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_links: Vec<HoldingsResult>,
}

/// The holdings under one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HoldingsResult {
    /// Canonical rule id, with the inner rule spelled out.
    pub rule: String,
    /// What the user typed.
    pub asked: String,
    /// Authority of the rule.
    pub authority: String,
    /// Other names of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<&'static str>,
    /// What each origin put in, the largest first. Over all places of a question without `account`
    /// the origin's amounts add up to it. Absent where one account was found by its balance alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<HeldOrigin>>,
    /// Places with money of the origins: by ending, the largest first.
    pub places: Vec<HeldPlace>,
    /// Accounts that hold none of it, by currency.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<HeldWithout>,
}

/// An origin, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldOrigin {
    /// Its label.
    pub label: String,
    /// Currency of the origin.
    pub currency: String,
    /// What carries its label.
    pub amount: String,
    /// What it names in vain, since an origin met earlier has it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<String>,
    /// In how many places it is.
    pub places: usize,
}

/// What one place holds of each origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldPlace {
    /// Why the money is there, as in the endings of a trace.
    pub kind: String,
    /// Where.
    pub place: String,
    /// Currency of the place.
    pub currency: String,
    /// The balance of an account, or all that another place received.
    pub total: String,
    /// Of the origins.
    pub traced: String,
    /// Of no origin: `total` less `traced`.
    pub other: String,
    /// By origin, the largest first; with `smaller` they add up to `traced`.
    pub origins: Vec<HeldPart>,
    /// What is below the least amount asked for, together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smaller: Option<HeldSmaller>,
    /// The selector with which `caudal trace --to` shows the routes to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Money of one origin in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldPart {
    /// The origin's label.
    pub label: String,
    /// In the currency of the place.
    pub amount: String,
    /// Where the ledger converts: what it stands for in the origin's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_origin: Option<HeldUnits>,
}

/// An amount in the currency of an origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldUnits {
    /// The origin's currency.
    pub currency: String,
    /// The amount.
    pub amount: String,
}

/// Amounts that are not listed one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldSmaller {
    /// How many origins.
    pub origins: usize,
    /// Together.
    pub amount: String,
}

/// Accounts without money of any origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldWithout {
    /// Their currency.
    pub currency: String,
    /// How many.
    pub accounts: usize,
    /// Their balances together.
    pub balance: String,
}
