//! The answer to `caudal trace`: schema `caudal.trace/1`.

use serde::Serialize;

use crate::{Source, Traced};

/// One answered question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceDocument {
    /// `caudal.trace/1`.
    pub schema: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// What was asked, with defaults filled in.
    pub question: Question,
    /// What was taken as true without a source.
    pub assumptions: Vec<Assumption>,
    /// Doubts and notes about the evidence that was used.
    pub problems: Vec<ProblemRow>,
    /// Where more than one allocation rule was asked: what stands under all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headline: Vec<HeadlineRow>,
    /// One for each rule, in the order asked.
    pub results: Vec<Result>,
    /// Where links were asserted: the same results without them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_links: Vec<Result>,
    /// Where sensitivity was asked for: what could be otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<VariantRow>,
    /// How many openings and open matches were not asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variants_left_out: Option<usize>,
    /// Where sensitivity was asked for: how far each figure depends on the variants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sensitivity: Vec<SensitivityRow>,
}

/// What stands of one ending, or of the targets, under every rule asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeadlineRow {
    /// Kind of the ending; empty for what reached the targets.
    pub kind: String,
    /// Its place; empty for what reached the targets.
    pub place: String,
    /// Its currency.
    pub currency: String,
    /// The robust core: the least over the allocation rules asked.
    pub robust_core: String,
    /// The first rule that gives it.
    pub least_rule: String,
    /// The most over the allocation rules asked.
    pub most: String,
    /// The first rule that gives it.
    pub most_rule: String,
    /// The least that any allocation allows, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<String>,
    /// The most that any allocation allows, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<String>,
    /// A bound of these holds but may be wider than need be.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub outer: bool,
    /// A sentence in the reader's language.
    pub text: String,
}

/// One thing that could be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VariantRow {
    /// Stable: `same-day:POLICY`, `opening-clean:ACCOUNT`, `opening-tainted:ACCOUNT`,
    /// `match-taken:DEBIT=CREDIT`, `match-refused:DEBIT=CREDIT`.
    pub id: String,
    /// The status of figures that it moves.
    pub changes: String,
    /// A sentence in the reader's language.
    pub text: String,
    /// Why the question cannot be answered under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// How far a figure depends on one kind of thing that could be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SensitivityRow {
    /// The rule.
    pub rule: String,
    /// Where the figure stands: `endings`, `reached`, `amount`, `sources` or `shares`.
    pub part: String,
    /// Kind of the ending or source.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Its place, or the transfer of a source.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Whose money, where the part tells.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The currency.
    pub currency: String,
    /// The figure as the question was asked.
    pub amount: String,
    /// `exact`, `order-sensitive`, `opening-sensitive` or `inferred`.
    pub status: String,
    /// The lowest value over the variants of this kind.
    pub low: String,
    /// The variant that gives it; `asked` for the question itself.
    pub low_when: String,
    /// The highest value.
    pub high: String,
    /// The variant that gives it.
    pub high_when: String,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The evidence files, with their digests.
    pub ledger: Vec<LedgerFile>,
    /// `forward`, `backward` or `between`.
    pub direction: &'static str,
    /// Selectors of the origins, as typed.
    pub from: Vec<String>,
    /// Selectors of the targets, as typed.
    pub to: Vec<String>,
    /// Canonical rule ids.
    pub rules: Vec<String>,
    /// Same-day policy.
    pub same_day: String,
    /// Overdraft policy.
    pub overdraft: String,
    /// Last day that counts.
    pub until: Option<String>,
    /// Smallest holding that was followed, as typed.
    pub threshold: Option<String>,
    /// Whether lines that take back a deposit are ordinary payments.
    pub keep_reversals: bool,
    /// After so many pieces of money a trace stops, and says so.
    pub max_fragments: usize,
    /// How many routes are named at most.
    pub routes: usize,
    /// How many lines bounds look at, where another number than the usual was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_lines: Option<usize>,
}

/// An evidence file of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LedgerFile {
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

/// Something taken as true without a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// Stable code.
    pub code: String,
    /// A sentence in the reader's language.
    pub text: String,
}

/// A problem of the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemRow {
    /// Stable code.
    pub code: String,
    /// `blocks`, `doubtful` or `note`.
    pub severity: &'static str,
    /// A sentence in the reader's language.
    pub text: String,
    /// Where it stands, if it is about a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// The result of one rule. Which lists are present depends on the kind of rule and question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Result {
    /// Canonical rule id, with the inner rule spelled out.
    pub rule: String,
    /// What the user typed.
    pub asked: String,
    /// Authority of the rule.
    pub authority: String,
    /// Other names of the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<&'static str>,
    /// True for `poison`: amounts show exposure, not money traced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exposure: bool,
    /// What each origin put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_total: Option<Vec<OriginTotal>>,
    /// Transfers that carry traced money, in ledger order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Vec<TransferRow>>,
    /// Repayments of bank loans out of traced money, in ledger order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repayments: Vec<RepaymentRow>,
    /// Accounts that traced money touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountRow>>,
    /// Where all the money is: adds up to the origins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endings: Option<Vec<EndingRow>>,
    /// What each place received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Vec<ReceivedRow>>,
    /// What reached the targets, each cent once, by origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<Vec<AmountRow>>,
    /// The largest routes to the targets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<crate::RouteRow>,
    /// Money on routes beyond those, by label, in the units of the routes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<AmountRow>,
    /// Backward: where the target's money came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<SourceRow>>,
    /// A bound over the targets, or the total of a backward trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Currency of `amount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Distribution: the account that is shared out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Distribution: the shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<Vec<ShareRow>>,
    /// Distribution: what the claims do not reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surplus: Option<String>,
    /// A bound that holds but may be wider than need be: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outer: Option<String>,
    /// A bound: after how many lines the search for what origin money touches was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<usize>,
    /// Bounds of each place in turn: how many places were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places_left_out: Option<usize>,
    /// Why part of the answer is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_computed: Option<String>,
}

/// Money of one label and currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AmountRow {
    /// The label.
    pub label: String,
    /// The currency.
    pub currency: String,
    /// The amount.
    pub amount: String,
}

/// What an origin put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OriginTotal {
    /// The label.
    pub label: String,
    /// The currency.
    pub currency: String,
    /// Money that carries the label.
    pub amount: String,
    /// Money the question named that already belonged to an origin met earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap: Option<String>,
}

/// A transfer that carries traced money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransferRow {
    /// The transfer.
    pub id: String,
    /// Booking date or instant.
    pub date: String,
    /// Who paid.
    pub payer: String,
    /// Who received.
    pub payee: String,
    /// The whole transfer.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// Traced money in it, by label.
    pub traced: Traced,
    /// Traced money of all labels together (the whole transfer under `poison`).
    pub traced_total: String,
    /// What arrived, where it was converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<ReceivedAmount>,
    /// Where it stands in the evidence.
    pub source: Source,
}

/// What arrived behind a conversion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceivedAmount {
    /// The whole.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// Traced money in it.
    pub traced_total: String,
}

/// Traced money that repaid a bank loan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepaymentRow {
    /// The account whose overdraft it repaid.
    pub account: String,
    /// The transfer that brought the money.
    pub after: String,
    /// The whole repayment.
    pub amount: String,
    /// Its currency.
    pub currency: String,
    /// Traced money in it, by label.
    pub traced: Traced,
    /// Traced money of all labels together.
    pub traced_total: String,
}

/// An account that traced money touched, at the end of the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountRow {
    /// The account.
    pub account: String,
    /// The currency of this balance.
    pub currency: String,
    /// Closing balance; negative when overdrawn.
    pub balance: String,
    /// Traced money in it, by label.
    pub traced: Traced,
    /// Traced money of all labels together (the whole balance under `poison`, if exposed).
    pub traced_total: String,
}

/// Where traced money rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndingRow {
    /// `held`, `outside`, `frontier`, `repaid-bank`, `below-threshold`, `cut-at-cap`, `exposed`.
    pub kind: String,
    /// An account, an outside party, or `bank:ACCOUNT`.
    pub place: String,
    /// Its currency.
    pub currency: String,
    /// By label, in the currency of the place.
    pub traced: Traced,
    /// All labels together.
    pub amount: String,
    /// A bound of this place that holds but may be wider than need be.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub outer: bool,
    /// In the currency of the origins; adds up to `origin_total`. Present where money is converted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<AmountRow>,
}

/// Traced money that arrived at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReceivedRow {
    /// An account, an outside party, or `bank:ACCOUNT`.
    pub place: String,
    /// Its currency.
    pub currency: String,
    /// Every arrival.
    pub gross: String,
    /// Each cent once; null where it was not computed.
    pub distinct: Option<String>,
}

/// Where money of a target entered the ledger. Exactly one of the first four is present.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceRow {
    /// A transfer from outside or from an account without a statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    /// An opening balance of this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<String>,
    /// A bank loan to this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loan: Option<String>,
    /// Money of unknown origin in this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth: Option<String>,
    /// Its label.
    pub label: String,
    /// Currency of the target.
    pub currency: String,
    /// In the currency of the target.
    pub amount: String,
    /// Where it stands in the evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// One claimant's share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShareRow {
    /// The claimant.
    pub label: String,
    /// What he gets.
    pub amount: String,
    /// What he paid in.
    pub contribution: String,
    /// What he may claim.
    pub claim: String,
}
