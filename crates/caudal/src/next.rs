//! What to ask for next: months of accounts without a statement, by the money that goes dark there.
//!
//! *Shape.* Each rule is traced once; `habits` say how accounts pay on days that are seen, and
//! `likely` follows what goes dark on from there, through further dark months and held accounts.
//! Two things are followed: traced money that is seen to enter the dark, under each rule, and money
//! that is seen to come out of it and that nothing explains: it may come of an origin that no
//! statement shows yet. Months are ranked by the middle between the least (the least over the rules,
//! and nothing unexplained is of an origin) and the most (the most over the rules, and all of it is).
//!
//! *Look-ahead.* Statements complete each other: money that enters late in a month leaves in the
//! next, or passes through two dark accounts. What is likely to be shown in a month counts all that
//! arrives there on such ways, and each candidate names the months that go on from it. Asking for
//! the first of the ranking again and again has no guarantee; that it does well is measured, not
//! proved.
//!
//! *Cost.* A trace for each rule, and as many passes over the ledger and one more.

mod coverage;
mod habits;
mod likely;
mod rates;
mod rows;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use caudal_explain::Terms;
use caudal_ledger::{Ledger, LedgerView};
use caudal_model::Currency;
use caudal_trace::{Cancelled, EndingKind, Progress, Rule, Trace, Tracer, Watch};
use caudal_wire::{NEXT_SCHEMA, NextDocument};

use crate::answer::{Links, build, question_row};
use crate::assume::Used;
use crate::case::Case;
use crate::error::Error;
use crate::select::{Request, Resolver};

pub use coverage::Coverage;
use habits::{AccountIdx, End, Habits, Move};
use likely::{Enters, Likely, Month, Spread, month_of, share};

/// Lines between two looks at the watcher.
const WATCH_EVERY: u32 = 1 << 16;

/// A month of an account.
type Slot = (AccountIdx, Month);

/// What enters a slot, or comes out of it.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Traced money that enters, by rule.
    by_rule: BTreeMap<Rule, u128>,
    /// By transfer of the table, the most of any rule.
    enters: BTreeMap<u32, u128>,
    /// What comes out and nothing explains, by transfer of the table.
    unexplained: BTreeMap<u32, u128>,
}

/// What is known of the months without a statement.
struct Dark<'a> {
    case: &'a Case,
    ledger: &'a Ledger,
    coverage: &'a Coverage,
    habits: &'a Habits,
    rules: Vec<Rule>,
    seen: BTreeMap<Slot, Seen>,
    /// What would likely be shown of the money of each rule.
    likely: Vec<Likely>,
    /// What would likely be shown of money that nothing explains, were all of it of an origin.
    unexplained: Likely,
}

/// Ranks what is not held.
pub fn next(
    case: &Case,
    coverage: &Coverage,
    request: &Request,
    watch: Watch<'_>,
) -> Result<NextDocument, Error> {
    request.check()?;
    let ledger = build(case, request, Links::Applied)?;
    let mut question = Resolver { case, ledger: &ledger }.question(&request.from)?;
    request.apply_to(&mut question)?;
    let tracer = Tracer::new(&*ledger);
    let mut used = Used::default();
    let habits = Habits::of(case, &ledger, coverage);
    let mut dark = Dark::new(case, &ledger, coverage, &habits);
    for (rule, _) in &request.rules {
        // Exposure and bounds are no amounts that could be added up by month.
        let Some(trace) = tracer.forward(&question, *rule, watch)?.filter(|_| allocates(*rule))
        else {
            continue;
        };
        used.note(&ledger, *rule, &question, &trace);
        dark.note(*rule, &trace, watch)?;
    }
    if !dark.rules.is_empty() {
        dark.note_unexplained(watch)?;
    }
    let terms = Terms::new(request.language);
    Ok(NextDocument {
        schema: NEXT_SCHEMA,
        version: crate::VERSION,
        question: question_row(case, request),
        assumptions: used.assumptions(case, &ledger, request, &terms),
        candidates: dark.ranked(),
    })
}

fn allocates(rule: Rule) -> bool {
    matches!(rule, Rule::Fifo | Rule::Lifo | Rule::ProRata | Rule::Union(..))
}

impl<'a> Dark<'a> {
    fn new(case: &'a Case, ledger: &'a Ledger, coverage: &'a Coverage, habits: &'a Habits) -> Self {
        let (rules, likely) = (Vec::new(), Vec::new());
        let (seen, unexplained) = (BTreeMap::new(), Likely::default());
        Self { case, ledger, coverage, habits, rules, seen, likely, unexplained }
    }

    /// Where a rule's traced money goes dark, and where it likely goes from there.
    fn note(&mut self, rule: Rule, trace: &Trace, watch: Watch<'_>) -> Result<(), Cancelled> {
        let mut enters = Vec::new();
        for traced in &trace.lines {
            let Some(found) = self.moved(traced.line) else { continue };
            let End::Dark(to) = found.to else { continue };
            let amount = trace.cells_of(traced).iter().map(|cell| cell.received).sum();
            let transfer = self.ledger.line(traced.line).source_idx;
            self.enter(rule, (found.day, to, amount), Some(transfer));
            enters.push((found.day, to, amount));
        }
        for ending in trace.endings.iter().filter(|ending| ending.kind == EndingKind::Held) {
            let Some((account, day)) = self.habits.stops(ending.place) else { continue };
            let held = (day, account, caudal_trace::sum(&ending.amounts));
            self.enter(rule, held, None);
            enters.push(held);
        }
        let likely = self.spread(enters, watch)?;
        self.likely.push(likely);
        self.rules.push(rule);
        Ok(())
    }

    fn enter(&mut self, rule: Rule, (day, account, amount): Enters, transfer: Option<u32>) {
        if amount == 0 {
            return;
        }
        let seen = self.seen.entry((account, month_of(day))).or_default();
        *seen.by_rule.entry(rule).or_default() += amount;
        if let Some(transfer) = transfer {
            let most = seen.enters.entry(transfer).or_default();
            *most = amount.max(*most);
        }
    }

    /// What comes out of days without a statement and nothing explains, and where it likely goes.
    fn note_unexplained(&mut self, watch: Watch<'_>) -> Result<(), Cancelled> {
        let mut enters = Vec::new();
        for line in 0..self.ledger.line_count() {
            let Some(found) = self.moved(line).filter(|found| !found.is_gap) else { continue };
            let End::Dark(from) = found.from else { continue };
            let Some((whole, paid_out)) = self.habits.unexplained(from, found.day) else {
                continue;
            };
            let amount = share(whole, found.paid, paid_out);
            if amount > 0 {
                enters.push((found.day, from, amount));
                let seen = self.seen.entry((from, month_of(found.day))).or_default();
                let transfer = self.ledger.line(line).source_idx;
                *seen.unexplained.entry(transfer).or_default() += amount;
            }
        }
        self.unexplained = self.spread(enters, watch)?;
        Ok(())
    }

    fn spread(&self, mut enters: Vec<Enters>, watch: Watch<'_>) -> Result<Likely, Cancelled> {
        enters.sort_unstable();
        let mut spread = Spread::new(self.habits, self.coverage.days.0, enters);
        let line_count = self.ledger.line_count();
        for line in 0..line_count {
            let is_due = line % WATCH_EVERY == WATCH_EVERY - 1;
            if is_due && watch(Progress { line, line_count }) == ControlFlow::Break(()) {
                return Err(Cancelled);
            }
            if let Some(found) = self.moved(line) {
                spread.step(&found, self.ledger.balance_before(line));
            }
        }
        Ok(spread.finish(self.coverage.days.1))
    }

    fn moved(&self, line: u32) -> Option<Move> {
        self.habits.moved(self.case, self.ledger, line)
    }

    fn currency(&self, account: AccountIdx) -> Currency {
        self.habits.accounts[account].currency
    }
}
