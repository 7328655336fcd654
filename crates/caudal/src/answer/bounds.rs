//! Rule-free bounds as answers: over the targets together, or for each place in turn.

use caudal_explain::{Message, Terms};
use caudal_ledger::{LedgerView, PlaceIdx, PlaceKind};
use caudal_model::{Currency, format_minor};
use caudal_trace::{
    Bound, Cancelled, EndingKind, Progress, Question, Rule, Seed, Target, Trace, Watch,
};
use caudal_wire::{EndingRow, Result as RuleResult, Traced};

use super::Asked;
use crate::error::Error;

/// Places and lines beyond which bounds are not computed for each place in turn.
const BOUND_PLACES_MAX: usize = 200;
const BOUND_LINES_MAX: usize = 50_000;

impl Asked<'_> {
    /// With targets one bound over all of them; without, one for each place where money rests.
    pub(super) fn bound(&mut self, rule: Rule, watch: Watch<'_>) -> Result<RuleResult, Error> {
        if self.request.from.is_empty() {
            return Err(Error::request(Message::new("error-bound-needs-origins"))
                .hint(Message::new("hint-bound-needs-origins")));
        }
        let ledger = self.tracer.view();
        let is_most = rule == Rule::AtMost;
        if self.targets.is_empty() {
            return self.bound_by_place(is_most, watch);
        }
        let currency = self.target_currency()?;
        let in_currency = self.question_for(currency, is_most);
        let bound = caudal_trace::bound(ledger, &in_currency, &self.targets, is_most);
        self.used.note_bound(bound);
        Ok(RuleResult {
            amount: bound.amount.map(|minor| format_minor(minor, currency.exponent())),
            currency: Some(currency.code().to_owned()),
            not_computed: self.not_computed(bound),
            ..RuleResult::default()
        })
    }

    /// The one currency of all targets.
    fn target_currency(&self) -> Result<Currency, Error> {
        let ledger = self.tracer.view();
        let mut currencies: Vec<Currency> = self
            .targets
            .iter()
            .map(|&target| caudal_trace::target_currency(ledger, target))
            .collect();
        currencies.dedup();
        match currencies.as_slice() {
            [currency] => Ok(*currency),
            _ => Err(Error::request(Message::new("error-bound-currencies"))
                .hint(Message::new("hint-bound-currencies"))),
        }
    }

    fn not_computed(&self, bound: Bound) -> Option<String> {
        let terms = Terms::new(self.request.language);
        let message = || Message::new("bound-too-large").with("lines", bound.lines);
        bound.amount.is_none().then(|| terms.say(&message()))
    }

    /// The question for a bound in a currency. `at-least` rests on origins of that currency alone;
    /// `at-most` looks at all, since money of others may come in converted.
    fn question_for(&self, currency: Currency, is_most: bool) -> Question {
        let origins = &self.question.origins;
        let counts = |seed: &Seed| is_most || origins[seed.origin as usize].currency == currency;
        let seeds = self.question.seeds.iter().copied().filter(counts).collect();
        Question { seeds, ..self.question.clone() }
    }

    fn bound_by_place(&mut self, is_most: bool, watch: Watch<'_>) -> Result<RuleResult, Error> {
        let exposed = self.tracer.forward(&self.question, Rule::Poison, watch)?;
        let exposed = exposed.expect("poison traces");
        let lines = exposed.lines.len();
        let mut result = RuleResult { endings: Some(Vec::new()), ..RuleResult::default() };
        if exposed.endings.len() > BOUND_PLACES_MAX || lines > BOUND_LINES_MAX {
            let stops = false;
            let bound = Bound { amount: None, lines, stops_at_conversion: stops, is_outer: stops };
            self.used.note_bound(bound);
            result.not_computed = self.not_computed(bound);
            return Ok(result);
        }
        let mut rows: Vec<(EndingKind, EndingRow)> = Vec::new();
        let line_count = u32::try_from(exposed.endings.len()).unwrap_or(u32::MAX);
        for (line, ending) in (0u32..).zip(&exposed.endings) {
            if watch(Progress { line, line_count }).is_break() {
                return Err(Cancelled.into());
            }
            let bound = self.bound_at(ending.place, &exposed, is_most);
            self.used.note_bound(bound);
            match bound.amount {
                Some(0) => {}
                Some(amount) => rows.push(self.bound_row(ending.place, amount)),
                None => result.not_computed = self.not_computed(bound),
            }
        }
        rows.sort_by(|(a, x), (b, y)| (a, &x.place, &x.currency).cmp(&(b, &y.place, &y.currency)));
        result.endings = Some(rows.into_iter().map(|(_, row)| row).collect());
        Ok(result)
    }

    /// The bound over all that a place received, or over the balance of an account.
    fn bound_at(&self, place: PlaceIdx, exposed: &Trace, is_most: bool) -> Bound {
        let ledger = self.tracer.view();
        let mut converted = 0;
        let mut targets = Vec::new();
        if ledger.is_account(place) {
            targets.push(Target::Balance(place));
        } else {
            for line_idx in ledger.receipts(place).iter() {
                let line = ledger.line(line_idx);
                if !line.is_conversion {
                    targets.push(Target::Line(line_idx));
                } else if exposed.line(line_idx).is_some() {
                    converted += line.received;
                }
            }
        }
        let currency = self.shown.currency(place);
        let question = self.question_for(currency, is_most);
        let mut bound = caudal_trace::bound(ledger, &question, &targets, is_most);
        if is_most && converted > 0 {
            // What arrives converted counts whole, as money that comes back does.
            bound.amount = bound.amount.map(|amount| amount + converted);
            bound.is_outer = true;
        }
        bound
    }

    fn bound_row(&self, place: PlaceIdx, amount: u128) -> (EndingKind, EndingRow) {
        let kind = self.kind_at(place);
        let row = EndingRow {
            kind: kind.as_str().to_owned(),
            place: self.shown.place(place),
            currency: self.shown.currency(place).code().to_owned(),
            traced: Traced::new(),
            amount: self.shown.amount(place, amount),
            origin: Vec::new(),
        };
        (kind, row)
    }

    fn kind_at(&self, place: u32) -> EndingKind {
        match self.tracer.view().place(place).kind {
            PlaceKind::Account | PlaceKind::Transit => EndingKind::Held,
            PlaceKind::Outside => EndingKind::Outside,
            PlaceKind::Frontier => EndingKind::Frontier,
            PlaceKind::Bank => EndingKind::RepaidBank,
        }
    }
}
