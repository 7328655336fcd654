//! What an answer rests on without a source, and the doubts about the evidence that it used.
//!
//! *Shape.* While rules are answered, [`Used`] notes what each of them needed. At the end it lists
//! every assumption once, in a fixed order, and the problems of lines that traced money touched.

use std::collections::BTreeSet;

use caudal_explain::{Message, Terms};
use caudal_ledger::{Ledger, LedgerView, Overdraft, PlaceIdx, SameDay};
use caudal_model::{Problem, ProblemCode, Severity, format_minor};
use caudal_trace::{Bound, CARRIED_BITS, Holdings, Inner, Question, Rule, Trace, Widened};
use caudal_wire::{Assumption, ProblemRow, Source};

use crate::case::Case;
use crate::select::Request;
use crate::show::row_source;

/// Problems of one kind that an answer lists; the rest is counted.
const LISTED_MAX: usize = 100;

/// Accounts that a sentence names.
const NAMED_MAX: usize = 20;

/// The id of a same-day policy.
pub(crate) fn same_day_id(policy: SameDay) -> &'static str {
    match policy {
        SameDay::AsListed => "as-listed",
        SameDay::CreditsFirst => "credits-first",
        SameDay::DebitsFirst => "debits-first",
    }
}

/// The id of an overdraft policy.
pub(crate) fn overdraft_id(policy: Overdraft) -> &'static str {
    match policy {
        Overdraft::Bank => "bank",
        Overdraft::Birth => "birth",
        Overdraft::Refuse => "refuse",
    }
}

/// What the rules of one answer used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Used {
    rules: BTreeSet<Rule>,
    /// Rules with fractions, with their largest rounding in carried units.
    carried: Vec<(Rule, u128)>,
    /// Places that a forward trace touched; `None` until one was made.
    touched: Option<BTreeSet<PlaceIdx>>,
    overlaps: BTreeSet<String>,
    /// Problems of the answer itself.
    problems: BTreeSet<ProblemCode>,
    /// The most origins and targets of a trace.
    origins_most: usize,
    targets_most: usize,
    has_bounds: bool,
    weighs_backward: bool,
}

impl Used {
    /// Notes a forward trace.
    pub(crate) fn note(&mut self, ledger: &Ledger, rule: Rule, question: &Question, trace: &Trace) {
        self.note_rule(rule);
        self.origins_most = self.origins_most.max(question.origins.len());
        if matches!(rule, Rule::ProRata | Rule::Union(_, Inner::ProRata)) {
            self.carried.push((rule, trace.rounding_worst));
        }
        let touched = self.touched.get_or_insert_default();
        for traced in &trace.lines {
            let line = ledger.line(traced.line);
            touched.extend([line.payer, line.payee]);
        }
        for (origin, total) in question.origins.iter().zip(&trace.origins) {
            if total.overlap > 0 && rule != Rule::Poison {
                self.overlaps.insert(origin.label.clone());
            }
        }
        let below = caudal_trace::EndingKind::BelowThreshold;
        let drops_below = trace.endings.iter().any(|ending| ending.kind == below);
        self.note_problem(trace.is_cut, ProblemCode::TraceCutAtCap);
        self.note_problem(drops_below, ProblemCode::FractionBelowThreshold);
        self.note_problem(!self.overlaps.is_empty(), ProblemCode::OriginOverlap);
    }

    /// Notes where the money of all origins is.
    pub(crate) fn note_holdings(&mut self, rule: Rule, question: &Question, found: &Holdings) {
        self.note_rule(rule);
        self.origins_most = self.origins_most.max(question.origins.len());
        if matches!(rule, Rule::ProRata | Rule::Union(_, Inner::ProRata)) {
            self.carried.push((rule, found.rounding_worst));
        }
        let overlapping = question.origins.iter().zip(&found.origins);
        let overlapping = overlapping.filter(|(_, total)| total.overlap > 0);
        self.overlaps.extend(overlapping.map(|(origin, _)| origin.label.clone()));
        let below = caudal_trace::EndingKind::BelowThreshold;
        let drops_below = found.places.iter().any(|holding| holding.kind == below);
        self.note_problem(found.is_cut, ProblemCode::TraceCutAtCap);
        self.note_problem(drops_below, ProblemCode::FractionBelowThreshold);
        self.note_problem(!self.overlaps.is_empty(), ProblemCode::OriginOverlap);
    }

    /// Notes what one account holds, found from its balance.
    pub(crate) fn note_holding(&mut self, rule: Rule, question: &Question) {
        self.note_rule(rule);
        self.origins_most = self.origins_most.max(question.origins.len());
    }

    /// Notes that a rule was asked.
    fn note_rule(&mut self, rule: Rule) {
        self.rules.insert(rule);
    }

    /// Notes a backward answer over so many targets.
    pub(crate) fn note_backward(&mut self, rule: Rule, targets: usize) {
        self.note_rule(rule);
        self.targets_most = self.targets_most.max(targets);
        self.weighs_backward |= rule == Rule::ProRata;
    }

    /// Notes a bound.
    pub(crate) fn note_bound(&mut self, bound: Bound) {
        self.has_bounds = true;
        self.note_problem(bound.stops_at_conversion, ProblemCode::BoundsStopAtConversion);
        let is_converted = bound.widened == Some(Widened::Converted);
        let is_wide = bound.widened.is_some() && !is_converted;
        self.note_problem(is_wide, ProblemCode::BoundsNotTight);
    }

    /// Notes that so many places had no bound of their own computed.
    pub(crate) fn note_places_left_out(&mut self, count: usize) {
        self.has_bounds = true;
        self.note_problem(count > 0, ProblemCode::BoundsNotComputed);
    }

    fn note_problem(&mut self, is_so: bool, code: ProblemCode) {
        if is_so {
            self.problems.insert(code);
        }
    }

    /// Every assumption, once.
    pub(crate) fn assumptions(
        &self,
        case: &Case,
        ledger: &Ledger,
        request: &Request,
        terms: &Terms,
    ) -> Vec<Assumption> {
        let mut list = List { terms, rows: Vec::new() };
        about_links(&mut list, case);
        about_evidence(&mut list, case);
        about_ledger(&mut list, (case, ledger), request);
        self.about_rules(&mut list, ledger, request);
        list.rows
    }

    fn about_rules(&self, list: &mut List<'_>, ledger: &Ledger, request: &Request) {
        if ledger.has_conversions() {
            list.add("conversion-own-rate", |m| m);
        }
        if self.origins_most > 1 {
            self.about_several_origins(list, request);
        }
        if self.weighs_backward {
            list.add("backward-weights", |m| m);
        }
        if self.targets_most > 1 {
            list.add("targets-apart", |m| m);
        }
        let payments = payment_count(ledger);
        for &(rule, worst) in &self.carried {
            let worst = hundredths_up(worst);
            list.add("carried-fractions", |m| {
                m.with("rule", rule).with("payments", payments).with("worst", &worst)
            });
        }
        if self.rules.contains(&Rule::Poison) {
            list.add("exposure", |m| m);
        }
        if self.has_bounds && ledger.has_conversions() {
            list.add("bounds-one-currency", |m| m);
        }
    }

    fn about_several_origins(&self, list: &mut List<'_>, request: &Request) {
        let unions = |rule: &&Rule| matches!(rule, Rule::Union(..));
        for (rule, asked) in &request.rules {
            if matches!(rule, Rule::Union(_, Inner::Fifo)) && !asked.contains(':') {
                list.add("inner-fifo", |m| m.with("rule", rule));
            }
        }
        for rule in self.rules.iter().filter(unions) {
            list.add("union", |m| m.with("rule", rule));
        }
    }

    /// Doubts and notes about what the answer used, blocking ones first.
    pub(crate) fn problems(&self, case: &Case, ledger: &Ledger, terms: &Terms) -> Vec<ProblemRow> {
        let mut found: Vec<Problem> = case.problems.clone();
        found.extend(self.ledger_problems(case, ledger));
        let file = case.table.files.first();
        let about_answer = |code| Problem {
            code,
            file: file.map(|f| f.name.clone()).unwrap_or_default(),
            sha256: String::new(),
            part: 0,
            row: None,
            column: None,
            found: String::new(),
            expected: None,
        };
        if ledger.tied_transfers() > 0 {
            found.push(about_answer(ProblemCode::OrderTieUnproved));
        }
        found.extend(self.problems.iter().map(|&code| about_answer(code)));
        found.sort_by_key(|problem| problem.severity() != Severity::Doubtful);
        found.iter().map(|problem| problem_row(problem, terms)).collect()
    }

    fn ledger_problems(&self, case: &Case, ledger: &Ledger) -> Vec<Problem> {
        let mut found = Vec::new();
        for reversal in ledger.unmatched_reversals() {
            let code = ProblemCode::ReversalUnmatched;
            found.push(at_row(case, code, reversal.reversal, &reversal.deposit_id));
        }
        if let Some(row) = ledger.sequence_against_date() {
            found.push(at_row(case, ProblemCode::SequenceAgainstDate, row, ""));
        }
        let overdrawn: Vec<_> =
            ledger.overdrawn().filter(|o| self.touches(ledger, o.transfer_idx)).collect();
        for overdrawn in overdrawn.iter().take(LISTED_MAX) {
            found.push(below_zero(case, overdrawn.transfer_idx, overdrawn.owed));
        }
        if let Some(unlisted) = overdrawn.len().checked_sub(LISTED_MAX).filter(|&count| count > 0) {
            let first = overdrawn[LISTED_MAX].transfer_idx;
            let mut rest = at_row(case, ProblemCode::ProblemsNotListed, first, "");
            rest.found = unlisted.to_string();
            rest.row = None;
            found.push(rest);
        }
        found
    }

    /// Whether traced money touched the payer of a transfer; true where nothing was traced forward.
    fn touches(&self, ledger: &Ledger, transfer_idx: u32) -> bool {
        let payer = ledger.line_of_transfer(transfer_idx).map(|line| ledger.payer(line));
        match (&self.touched, payer) {
            (Some(touched), Some(payer)) => touched.contains(&payer),
            _ => true,
        }
    }
}

/// Assumptions as they are found.
struct List<'t> {
    terms: &'t Terms,
    rows: Vec<Assumption>,
}

impl List<'_> {
    fn add(&mut self, code: &str, values: impl FnOnce(Message) -> Message) {
        let message = values(Message::new(format!("assumption-{code}")));
        let row = Assumption { code: code.to_owned(), text: self.terms.say(&message) };
        if !self.rows.contains(&row) {
            self.rows.push(row);
        }
    }
}

/// What a person asserts comes before everything that the program assumes.
fn about_links(list: &mut List<'_>, case: &Case) {
    for link in &case.links {
        list.add("asserted-link", |m| {
            m.with("name", &link.name)
                .with("date", link.date)
                .with("amount", link.amount)
                .with("receipt", &link.receipt)
                .with("payment", &link.payment)
                .with("reason", &link.reason)
                .with("evidence", link.evidence.as_deref().unwrap_or("–"))
        });
    }
}

fn about_evidence(list: &mut List<'_>, case: &Case) {
    if case.set_aside > 0 {
        list.add("despite-problems", |m| m.with("count", case.set_aside));
    }
    if case.without_statement.is_empty() {
        list.add("statements-complete", |m| m);
    } else {
        let count = case.without_statement.len();
        let named = case.without_statement.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>();
        let mut accounts = named.join(", ");
        if count > NAMED_MAX {
            accounts.push_str(", …");
        }
        list.add("statements-listed", |m| m.with("accounts", accounts).with("count", count));
    }
    let code = if case.openings.is_empty() { "openings-absent" } else { "openings-zero" };
    list.add(code, |m| m);
}

fn about_ledger(list: &mut List<'_>, (case, ledger): (&Case, &Ledger), request: &Request) {
    let tied = ledger.tied_transfers();
    if tied > 0 {
        let code = format!("same-day-{}", same_day_id(request.same_day));
        list.add(&code, |m| m.with("count", tied));
    }
    if ledger.order_cuts() > 0 {
        list.add("same-day-cuts", |m| m.with("count", ledger.order_cuts()));
    }
    let overdrawn = ledger.overdrawn().len();
    if overdrawn > 0 {
        let code = format!("overdraft-{}", overdraft_id(request.overdraft));
        list.add(&code, |m| m.with("count", overdrawn));
    }
    if !ledger.netted().is_empty() {
        let pairs = netted_pairs(case, ledger);
        let count = ledger.netted().len();
        list.add("reversals-netted", |m| m.with("count", count).with("pairs", pairs));
    }
    if request.keep_reversals {
        list.add("reversals-kept", |m| m);
    }
    if let Some(until) = request.until {
        list.add("until", |m| m.with("until", until));
    }
    if let Some(threshold) = &request.threshold {
        list.add("threshold", |m| m.with("threshold", threshold));
    }
}

/// Deposits and the lines that take them back, by their ids.
fn netted_pairs(case: &Case, ledger: &Ledger) -> String {
    let id = |row| case.table.get(row).id;
    let all = ledger.netted().iter();
    let mut pairs: Vec<String> = all
        .take(NAMED_MAX)
        .map(|pair| format!("`{}` (`{}`)", id(pair.deposit), id(pair.reversal)))
        .collect();
    if ledger.netted().len() > NAMED_MAX {
        pairs.push("…".to_owned());
    }
    pairs.join(", ")
}

fn payment_count(ledger: &Ledger) -> usize {
    let accounts = (0..ledger.place_count()).filter(|&place| ledger.is_account(place));
    accounts.map(|place| ledger.payments(place).len()).sum()
}

/// Carried units as minor units with two decimals, rounded up: a bound may not be understated.
fn hundredths_up(carried: u128) -> String {
    format_minor((carried * 100).div_ceil(1 << CARRIED_BITS), 2)
}

fn at_row(case: &Case, code: ProblemCode, transfer_idx: u32, found: &str) -> Problem {
    let Source { file, sha256, part, row } = row_source(case, transfer_idx);
    let (column, expected) = (None, None);
    Problem { code, file, sha256, part, row: Some(row), column, found: found.to_owned(), expected }
}

/// A payment above the balance of its account, as a problem of its row.
pub(crate) fn below_zero(case: &Case, transfer_idx: u32, owed: u128) -> Problem {
    let transfer = case.table.get(transfer_idx);
    let money = case.table.money(transfer_idx);
    let found = format!("-{} {}", format_minor(owed, money.currency.exponent()), money.currency);
    let mut problem = at_row(case, ProblemCode::BalanceBelowZero, transfer_idx, &found);
    problem.column = Some(transfer.payer.to_owned());
    problem
}

pub(crate) fn problem_row(problem: &Problem, terms: &Terms) -> ProblemRow {
    let severity = match problem.severity() {
        Severity::Blocks => "blocks",
        Severity::Doubtful => "doubtful",
        Severity::Note => "note",
    };
    let source = problem.row.map(|row| Source {
        file: problem.file.clone(),
        sha256: problem.sha256.clone(),
        part: problem.part,
        row,
    });
    ProblemRow {
        code: problem.code.as_str().to_owned(),
        severity,
        text: terms.problem(problem),
        source,
    }
}
