//! What to ask for next: months of accounts without a statement, by the traced money that goes dark.
//!
//! *Shape.* Each rule is traced once. Traced money that enters an account in a month without a
//! statement is at stake there, and stays so in the months that follow in the same stretch, since it
//! may leave in any of them; so does traced money that an account holds when its statements stop.
//! Ranked are months by what enters in them and half of what was carried into them, in the middle
//! between the rules.
//!
//! *Look-ahead.* Statements complete each other: money that enters late in a month leaves in the
//! next, and one statement alone shows half of the way. So each candidate names the months that show
//! more together with it. Asking for the first of the ranking again and again has no guarantee; that
//! it does well is measured, not proved.

use std::collections::BTreeMap;

use caudal_explain::Terms;
use caudal_ledger::{Ledger, LedgerView, LineKind, PlaceKind};
use caudal_model::{Currency, Moment, format_minor};
use caudal_trace::{EndingKind, Rule, Trace, Tracer, Watch};
use caudal_wire::{Candidate, DarkTransfer, NEXT_SCHEMA, NextDocument, RuleValue, Together};

use crate::answer::{Links, build, question_row};
use crate::assemble::{Assembled, DarkPlace};
use crate::assume::Used;
use crate::case::Case;
use crate::error::Error;
use crate::select::{Request, Resolver};
use crate::show::{Shown, row_source};

/// Transfers that a candidate lists.
const TRANSFERS_MAX: usize = 200;

/// A month of an account in one currency: the key, then year and month.
type Slot = (String, Currency, (i32, u32));

/// What enters a slot.
#[derive(Clone, Debug, Default)]
struct Entering {
    /// Minor units by rule.
    by_rule: BTreeMap<Rule, u128>,
    /// By transfer of the table, the most of any rule.
    transfers: BTreeMap<u32, u128>,
    /// The first and last day to ask for, where documents set them.
    place: DarkPlace,
}

/// Which months of accounts stay dark, for how long after money enters.
struct Dark<'a> {
    case: &'a Case,
    ledger: &'a Ledger,
    places: &'a BTreeMap<String, DarkPlace>,
    /// Last day of the statements of accounts, by key.
    covered_until: &'a BTreeMap<String, i32>,
    /// The last day that any statement covers.
    last_day: i32,
    entering: BTreeMap<Slot, Entering>,
}

/// Facts of a case that ranking needs beside its ledger.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    places: BTreeMap<String, DarkPlace>,
    covered_until: BTreeMap<String, i32>,
    last_day: i32,
}

impl Coverage {
    /// Of a case that was put together.
    pub fn of(assembled: &Assembled) -> Self {
        let mut coverage =
            Self { places: assembled.dark.clone(), last_day: i32::MIN, ..Self::default() };
        for account in &assembled.accounts {
            let Some(last) = account.series.runs.iter().filter_map(|run| run.last_day).max() else {
                continue;
            };
            coverage.covered_until.insert(account.key.clone(), last);
            coverage.last_day = coverage.last_day.max(last);
        }
        coverage
    }
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
    let mut dark = Dark {
        case,
        ledger: &ledger,
        places: &coverage.places,
        covered_until: &coverage.covered_until,
        last_day: coverage.last_day,
        entering: BTreeMap::new(),
    };
    let mut rules = Vec::new();
    for (rule, _) in &request.rules {
        // Exposure and bounds are no amounts that could be added up by month.
        let Some(trace) = tracer.forward(&question, *rule, watch)?.filter(|_| allocates(*rule))
        else {
            continue;
        };
        used.note(&ledger, *rule, &question, &trace);
        dark.note(*rule, &trace);
        rules.push(*rule);
    }
    let terms = Terms::new(request.language);
    Ok(NextDocument {
        schema: NEXT_SCHEMA,
        version: crate::VERSION,
        question: question_row(case, request),
        assumptions: used.assumptions(case, &ledger, request, &terms),
        candidates: dark.ranked(&rules),
    })
}

fn allocates(rule: Rule) -> bool {
    matches!(rule, Rule::Fifo | Rule::Lifo | Rule::ProRata | Rule::Union(..))
}

fn month_of(day: i32) -> (i32, u32) {
    let (year, month, _) = Moment { day, nanos: None }.civil();
    (year, month)
}

fn next_month((year, month): (i32, u32)) -> (i32, u32) {
    if month == 12 { (year + 1, 1) } else { (year, month + 1) }
}

/// First and last day of a month.
fn days_of((year, month): (i32, u32)) -> (i32, i32) {
    let first = |(year, month)| Moment::from_date(year, month, 1).map_or(0, |moment| moment.day);
    (first((year, month)), first(next_month((year, month))) - 1)
}

impl Dark<'_> {
    fn note(&mut self, rule: Rule, trace: &Trace) {
        for traced in &trace.lines {
            let line = self.ledger.line(traced.line);
            let is_dark = self.ledger.place(line.payee).kind == PlaceKind::Frontier;
            if !is_dark || line.kind != LineKind::Transfer {
                continue;
            }
            let name = self.ledger.name(&self.case.table, line.payee);
            let place = self
                .places
                .get(name)
                .cloned()
                .unwrap_or_else(|| DarkPlace { account: name.to_owned(), ..DarkPlace::default() });
            let day = self.case.table.moment(line.source_idx).day;
            // What a gap takes out of an account enters it on the first day that is not covered.
            let day = place.first_day.map_or(day, |first| if day > first { day } else { first });
            let day = place.last_day.map_or(day, |last| day.min(last));
            let amount = trace.cells_of(traced).iter().map(|cell| cell.received).sum();
            let currency = self.ledger.place(line.payee).currency;
            self.enter(rule, (place, currency, day), amount, Some(line.source_idx));
        }
        for ending in trace.endings.iter().filter(|ending| ending.kind == EndingKind::Held) {
            let name = self.ledger.name(&self.case.table, ending.place);
            let Some(&until) = self.covered_until.get(name).filter(|&&day| day < self.last_day)
            else {
                continue;
            };
            let account = name.to_owned();
            let place = DarkPlace { account, first_day: Some(until + 1), ..DarkPlace::default() };
            let currency = self.ledger.place(ending.place).currency;
            let amount = caudal_trace::sum(&ending.amounts);
            self.enter(rule, (place, currency, until + 1), amount, None);
        }
    }

    fn enter(
        &mut self,
        rule: Rule,
        (place, currency, day): (DarkPlace, Currency, i32),
        amount: u128,
        transfer: Option<u32>,
    ) {
        if amount == 0 {
            return;
        }
        let slot = (place.account.clone(), currency, month_of(day));
        let entering = self.entering.entry(slot).or_default();
        entering.place = place;
        *entering.by_rule.entry(rule).or_default() += amount;
        if let Some(transfer) = transfer {
            let most = entering.transfers.entry(transfer).or_default();
            *most = amount.max(*most);
        }
    }

    fn ranked(&self, rules: &[Rule]) -> Vec<Candidate> {
        let mut found: Vec<(u128, Candidate)> = Vec::new();
        let slots: BTreeMap<Slot, u128> = self.carried(rules);
        for (slot, carried) in &slots {
            let nothing = Entering::default();
            let entering = self.entering.get(slot).unwrap_or(&nothing);
            let values = rules.iter().map(|rule| entering.by_rule.get(rule).copied().unwrap_or(0));
            let (least, most) = (values.clone().min().unwrap_or(0), values.max().unwrap_or(0));
            let score = least + most + carried;
            if score > 0 {
                found.push((score, self.candidate(slot, entering, (least, most, *carried), rules)));
            }
        }
        found.sort_by(|(a, x), (b, y)| {
            (b, &x.account, &x.from, &x.currency).cmp(&(a, &y.account, &y.from, &y.currency))
        });
        let mut candidates: Vec<Candidate> = found.into_iter().map(|(_, found)| found).collect();
        for (at, candidate) in candidates.iter_mut().enumerate() {
            candidate.rank = at + 1;
        }
        candidates
    }

    /// Every slot with what entered earlier in the same stretch, most over the rules.
    fn carried(&self, rules: &[Rule]) -> BTreeMap<Slot, u128> {
        let mut slots: BTreeMap<Slot, u128> = BTreeMap::new();
        for ((account, currency, month), entering) in &self.entering {
            let most = rules.iter().filter_map(|rule| entering.by_rule.get(rule)).max();
            let most = most.copied().unwrap_or(0);
            slots.entry((account.clone(), *currency, *month)).or_default();
            let last = entering.place.last_day.unwrap_or(self.last_day);
            let mut later = next_month(*month);
            while days_of(later).0 <= last {
                *slots.entry((account.clone(), *currency, later)).or_default() += most;
                later = next_month(later);
            }
        }
        slots
    }

    fn candidate(
        &self,
        (account, currency, month): &Slot,
        entering: &Entering,
        (least, most, carried): (u128, u128, u128),
        rules: &[Rule],
    ) -> Candidate {
        let written = |minor| format_minor(minor, currency.exponent());
        let shown = |day| Moment { day, nanos: None }.to_string();
        let (first, last) = days_of(*month);
        let from = entering.place.first_day.map_or(first, |day| day.max(first));
        let to = entering.place.last_day.map_or(last, |day| day.min(last)).max(from);
        let known = self.places.values().filter(|place| place.account == *account);
        let bank = known.clone().find_map(|place| place.bank.clone());
        let holder = known.clone().find_map(|place| place.holder.clone());
        let by_rule = rules.iter().map(|rule| RuleValue {
            rule: rule.id().to_owned(),
            amount: written(entering.by_rule.get(rule).copied().unwrap_or(0)),
        });
        Candidate {
            rank: 0,
            account: account.clone(),
            institution: bank,
            holder,
            from: shown(from),
            to: shown(to),
            currency: currency.code().to_owned(),
            value_min: written(least),
            value_max: written(most),
            carried_max: written(carried),
            together: self.together((account, *currency, *month), entering, most + carried),
            by_rule: by_rule.collect(),
            transfers: self.transfers(entering, *currency),
        }
    }

    /// The month before, if money was carried in from it, and the month after, if it is dark too.
    fn together(
        &self,
        (account, currency, month): (&String, Currency, (i32, u32)),
        entering: &Entering,
        value: u128,
    ) -> Vec<Together> {
        let last = entering.place.last_day.unwrap_or(self.last_day);
        let after = next_month(month);
        let (first_after, last_after) = days_of(after);
        if first_after > last || value == 0 {
            return Vec::new();
        }
        let there = self.entering.get(&(account.clone(), currency, after));
        let more = there.and_then(|found| found.by_rule.values().max().copied()).unwrap_or(0);
        let shown = |day| Moment { day, nanos: None }.to_string();
        vec![Together {
            account: account.clone(),
            from: shown(first_after),
            to: shown(last_after.min(last)),
            value_max: format_minor(value + more, currency.exponent()),
        }]
    }

    fn transfers(&self, entering: &Entering, currency: Currency) -> Vec<DarkTransfer> {
        let shown = Shown { case: self.case, ledger: self.ledger };
        let row = |(&transfer, &traced): (&u32, &u128)| {
            let found = self.case.table.get(transfer);
            DarkTransfer {
                id: found.id.to_owned(),
                date: found.moment.to_string(),
                payer: found.payer.to_owned(),
                amount: shown.case.table.money(transfer).to_decimal(),
                traced_max: format_minor(traced, currency.exponent()),
                source: row_source(self.case, transfer),
            }
        };
        entering.transfers.iter().take(TRANSFERS_MAX).map(row).collect()
    }
}
