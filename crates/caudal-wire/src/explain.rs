//! The answer to `caudal explain`: schema `caudal.explain/1`.

use serde::Serialize;

use crate::{AmountRow, Assumption, ProblemRow, Source, trace::Question};

/// The routes that traced money took to a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainDocument {
    /// `caudal.explain/1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// What was asked.
    pub question: Question,
    /// What was taken as true without a source.
    pub assumptions: Vec<Assumption>,
    /// Doubts and notes about the evidence that was used.
    pub problems: Vec<ProblemRow>,
    /// Canonical rule id.
    pub rule: String,
    /// Authority of the rule.
    pub authority: String,
    /// Other names of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<&'static str>,
    /// The transfer that is explained.
    pub transfer: String,
    /// Traced money in it.
    pub traced: Vec<OriginRow>,
    /// Routes, the largest first; with `further` they add up to the traced money.
    pub routes: Vec<RouteRow>,
    /// Money on further routes, by label, in the units of the routes; then what is too fine for them,
    /// in the currency of the target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<AmountRow>,
}

/// Traced money by origin.
pub type OriginRow = AmountRow;

/// One route and the money that took exactly it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteRow {
    /// Whose money.
    pub label: String,
    /// How much took this route.
    pub amount: String,
    /// The currency of `amount`.
    pub currency: String,
    /// Money on this route that conversions made worth less than one unit of the origin, so that
    /// `amount` cannot count it: in the currency of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fine: Option<FineAmount>,
    /// From the first line of the origin to the target.
    pub hops: Vec<HopRow>,
}

/// Money worth less than one unit of its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FineAmount {
    /// How much, in the currency beside it.
    pub amount: String,
    /// The currency of the target.
    pub currency: String,
}

/// One line of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HopRow {
    /// The transfer; empty for openings and repayments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    /// `transfer`, `opening` or `repayment`.
    pub kind: &'static str,
    /// The sentence that anybody can check with two running sums and a pencil.
    pub sentence: String,
    /// Which cents of the line, first and last, counted from 0, in minor units; under exact rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cents: Vec<(String, String)>,
    /// Where it stands in the evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}
