//! From a question to the document that answers it.
//!
//! *Shape.* One ledger is built for a request; each rule is asked of it in turn. Without targets
//! the answer goes forward; without origins it goes backward; with both it says how much of the
//! origins reached the targets, and by which routes.

mod backward;
mod bounds;
mod forward;
mod shares;

use std::sync::Arc;

use caudal_explain::{Message, Terms};
use caudal_ledger::{BuildLedgerError, Ledger, LedgerOptions, Overdraft, SameDay};
use caudal_model::{EvidenceFile, Problem, ProblemCode};
use caudal_trace::{Question, Rule, Target, Tracer, Watch};
use caudal_wire::{LedgerFile, Result as RuleResult, TraceDocument};

use crate::assume::{Used, overdraft_id, same_day_id};
use crate::case::Case;
use crate::error::{Error, ErrorKind};
use crate::select::{Request, Resolver};
use crate::show::Shown;

/// Answers a question under each rule that it names.
pub fn trace(case: &Case, request: &Request, watch: Watch<'_>) -> Result<TraceDocument, Error> {
    request.check()?;
    let ledger = build(case, request, Links::Applied)?;
    let mut asked = Asked::new(case, &ledger, request)?;
    let mut results = asked.results(watch)?;
    let terms = Terms::new(request.language);
    let without_links = without_links(case, request, &mut results, watch)?;
    Ok(TraceDocument {
        schema: caudal_wire::TRACE_SCHEMA,
        version: crate::VERSION,
        question: question_row(case, request),
        assumptions: asked.used.assumptions(case, &ledger, request, &terms),
        problems: asked.used.problems(case, &ledger, &terms),
        headline: crate::headline::headline(&results, &terms),
        results,
        without_links,
        variants: Vec::new(),
        variants_left_out: None,
        sensitivity: Vec::new(),
    })
}

/// The results of a question alone, without the document around them.
pub(crate) fn results(
    case: &Case,
    request: &Request,
    watch: Watch<'_>,
) -> Result<Vec<RuleResult>, Error> {
    let ledger = build(case, request, Links::Applied)?;
    let mut results = Asked::new(case, &ledger, request)?.results(watch)?;
    without_links(case, request, &mut results, watch)?;
    Ok(results)
}

/// Where links are asserted, the results without them.
fn without_links(
    case: &Case,
    request: &Request,
    results: &mut [RuleResult],
    watch: Watch<'_>,
) -> Result<Vec<RuleResult>, Error> {
    if case.links.is_empty() {
        return Ok(Vec::new());
    }
    let ledger = build(case, request, Links::LeftOut)?;
    let without_links = Asked::new(case, &ledger, request)?.results(watch)?;
    // A distribution asks what was paid in and what is left; a link changes neither.
    for (result, without) in results.iter_mut().zip(&without_links) {
        if result.shares.is_some() {
            result.clone_from(without);
        }
    }
    Ok(without_links)
}

/// Whether asserted links take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    Applied,
    LeftOut,
}

/// The ledger that a request is asked of: the stored one if it is the same, or else one that is built.
pub(crate) fn build(case: &Case, request: &Request, links: Links) -> Result<Arc<Ledger>, Error> {
    let links = match links {
        Links::Applied => crate::links::resolve(case)?,
        Links::LeftOut => Vec::new(),
    };
    let is_plain = request.same_day == SameDay::default()
        && request.overdraft == Overdraft::default()
        && request.until.is_none()
        && !request.keep_reversals
        && links.is_empty();
    if let Some(ledger) = case.ledger.as_ref().filter(|_| is_plain) {
        return Ok(Arc::clone(ledger));
    }
    let options = LedgerOptions {
        same_day: request.same_day,
        overdraft: request.overdraft,
        until_day: request.until.map(|moment| moment.day),
        keep_reversals: request.keep_reversals,
        without_statement: case.without_statement.clone(),
        links,
    };
    let built = Ledger::build(&case.table, &case.openings, &options);
    built.map(Arc::new).map_err(|error| build_error(case, &error))
}

fn build_error(case: &Case, error: &BuildLedgerError) -> Error {
    let problem = match *error {
        BuildLedgerError::BelowZero { transfer_idx, missing } => {
            crate::assume::below_zero(case, transfer_idx, missing)
        }
        BuildLedgerError::OpeningOutside { opening_idx } => {
            let opening = &case.openings[opening_idx as usize];
            let message = Message::new("error-opening-outside")
                .with("account", &opening.account)
                .with("row", opening.row)
                .with("file", &opening.file.name);
            return Error::new(ErrorKind::Data, message).hint(Message::new("hint-opening-outside"));
        }
        BuildLedgerError::Link { link_idx, fault } => {
            return crate::links::refused(case, link_idx, fault);
        }
        _ => too_large(case),
    };
    let message = Message::new("error-ledger-refused");
    let error = Error { problems: vec![problem], ..Error::new(ErrorKind::Data, message) };
    match error.problems[0].code {
        ProblemCode::BalanceBelowZero => error.hint(Message::new("hint-ledger-refused")),
        _ => error,
    }
}

/// All amounts together are beyond what is counted exactly.
fn too_large(case: &Case) -> Problem {
    let file = case.table.files.first();
    Problem {
        code: ProblemCode::AmountOverflow,
        file: file.map(|file| file.name.clone()).unwrap_or_default(),
        sha256: file.map(|file| file.sha256.clone()).unwrap_or_default(),
        part: 0,
        row: None,
        column: None,
        found: String::new(),
        expected: None,
    }
}

/// The question as the document repeats it.
pub(crate) fn question_row(case: &Case, request: &Request) -> caudal_wire::Question {
    let file =
        |file: &EvidenceFile| LedgerFile { file: file.name.clone(), sha256: file.sha256.clone() };
    let ledger = case.files.iter().map(file).collect();
    let direction = match (request.from.is_empty(), request.to.is_empty()) {
        (_, true) => "forward",
        (true, false) => "backward",
        (false, false) => "between",
    };
    caudal_wire::Question {
        ledger,
        direction,
        from: request.from.iter().map(ToString::to_string).collect(),
        to: request.to.iter().map(ToString::to_string).collect(),
        rules: request.rules.iter().map(|(rule, _)| rule.id().to_owned()).collect(),
        same_day: same_day_id(request.same_day).to_owned(),
        overdraft: overdraft_id(request.overdraft).to_owned(),
        until: request.until.map(|moment| moment.to_string()),
        threshold: request.threshold.clone(),
        keep_reversals: request.keep_reversals,
        max_fragments: request.fragments_max,
        routes: request.routes_max,
        bound_lines: Some(request.bound_lines_max)
            .filter(|&lines| lines > 0 && lines != crate::select::BOUND_LINES_MAX),
    }
}

/// A request with its ledger, ready to be answered rule by rule.
struct Asked<'a> {
    shown: Shown<'a>,
    tracer: Tracer<'a, Ledger>,
    request: &'a Request,
    question: Question,
    targets: Vec<Target>,
    used: Used,
}

impl<'a> Asked<'a> {
    fn new(case: &'a Case, ledger: &'a Ledger, request: &'a Request) -> Result<Self, Error> {
        let resolver = Resolver { case, ledger };
        let mut question = resolver.question(&request.from)?;
        request.apply_to(&mut question)?;
        let targets = resolver.targets(&request.to)?;
        let shown = Shown { case, ledger };
        let used = Used::default();
        Ok(Self { shown, tracer: Tracer::new(ledger), request, question, targets, used })
    }

    fn results(&mut self, watch: Watch<'_>) -> Result<Vec<RuleResult>, Error> {
        let mut results = Vec::new();
        for (rule, name) in &self.request.answerable_rules() {
            let mut result = self.answer(*rule, watch)?;
            rule.id().clone_into(&mut result.rule);
            result.asked.clone_from(name);
            rule.authority().clone_into(&mut result.authority);
            result.aliases = rule.aliases().to_vec();
            results.push(result);
        }
        Ok(results)
    }

    fn answer(&mut self, rule: Rule, watch: Watch<'_>) -> Result<RuleResult, Error> {
        match rule {
            Rule::AtLeast | Rule::AtMost => self.bound(rule, watch),
            Rule::PariPassu | Rule::CappedProRata => self.shares(rule),
            _ if self.request.from.is_empty() => self.backward(rule),
            _ => self.forward(rule, watch),
        }
    }
}
