//! What to ask for next: schema `caudal.next/1`.

use serde::Serialize;

use crate::{Assumption, Question, Source};

/// The schema of rankings.
pub const NEXT_SCHEMA: &str = "caudal.next/1";

/// Statements that are not held, ranked by the traced money that goes dark for want of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextDocument {
    /// `caudal.next/1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// What was asked.
    pub question: Question,
    /// What was taken as true without a source.
    pub assumptions: Vec<Assumption>,
    /// The ranking, the most valuable first.
    pub candidates: Vec<Candidate>,
}

/// An account's month without a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// From 1.
    pub rank: usize,
    /// The account.
    pub account: String,
    /// The bank, where a document names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
    /// By whom the account is held, where a document says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// First day to ask for.
    pub from: String,
    /// Last day to ask for.
    pub to: String,
    /// What the money is counted in.
    pub currency: String,
    /// Traced money that enters the account in these days and is not seen again: least over the
    /// rules that were asked.
    pub value_min: String,
    /// Most over the rules.
    pub value_max: String,
    /// Traced money that entered the account earlier in the same stretch without a statement: it may
    /// leave in these days.
    pub carried_max: String,
    /// Money that the statement would likely show paid on in these days: an expectation from how the
    /// accounts pay on days that are seen. The least of the rules that were asked.
    pub likely_min: String,
    /// The most of the rules, and with it all that comes out of dark days unexplained.
    pub likely_max: String,
    /// Money that other statements show to come out of the account in these days, beyond what its
    /// balances, what is seen to enter, and its usual income explain.
    pub unexplained: String,
    /// What would show the more together with this statement.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<Together>,
    /// By rule: the traced money.
    pub by_rule: Vec<RuleValue>,
    /// The transfers with which traced money enters.
    pub transfers: Vec<DarkTransfer>,
    /// The transfers with which unexplained money comes out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comes_out: Vec<DarkTransfer>,
}

/// Another month that completes a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Together {
    /// The account.
    pub account: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// What that statement counts in.
    pub currency: String,
    /// What that statement would likely show, at most.
    pub likely_max: String,
}

/// What one rule says is at stake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleValue {
    /// The rule.
    pub rule: String,
    /// Traced money.
    pub amount: String,
}

/// A transfer with which money goes dark, or comes out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DarkTransfer {
    /// Its id.
    pub id: String,
    /// Its date.
    pub date: String,
    /// Who pays.
    pub payer: String,
    /// Who is paid.
    pub payee: String,
    /// Its amount.
    pub amount: String,
    /// Traced money in it, most over the rules; or what of it nothing explains.
    pub traced_max: String,
    /// Where it stands.
    pub source: Source,
}
