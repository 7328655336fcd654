//! Rule-free bounds as answers: over the targets together, or for each place in turn.

use caudal_explain::{Message, Terms};
use caudal_ledger::{LedgerView, PlaceKind};
use caudal_model::{Currency, format_minor};
use caudal_trace::{Bound, EndingKind, Question, Rule, Target, Watch};
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
        let in_currency = self.question_in(currency);
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
            .map(|target| match *target {
                Target::Line(line) => caudal_trace::source_currency(ledger, line),
                Target::Balance(place) => self.shown.currency(place),
            })
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

    /// The question with origins of one currency: a bound does not pass conversions.
    fn question_in(&self, currency: Currency) -> Question {
        let origins = &self.question.origins;
        let seeds = self.question.seeds.iter().copied();
        let seeds = seeds.filter(|seed| origins[seed.origin as usize].currency == currency);
        Question { seeds: seeds.collect(), ..self.question.clone() }
    }

    fn bound_by_place(&mut self, is_most: bool, watch: Watch<'_>) -> Result<RuleResult, Error> {
        let ledger = self.tracer.view();
        let exposed = self.tracer.forward(&self.question, Rule::Poison, watch)?;
        let exposed = exposed.expect("poison traces");
        let mut rows: Vec<(EndingKind, EndingRow)> = Vec::new();
        if exposed.endings.len() > BOUND_PLACES_MAX || exposed.lines.len() > BOUND_LINES_MAX {
            let bound =
                Bound { amount: None, lines: exposed.lines.len(), stops_at_conversion: false };
            self.used.note_bound(bound);
            return Ok(RuleResult {
                endings: Some(Vec::new()),
                not_computed: self.not_computed(bound),
                ..RuleResult::default()
            });
        }
        for ending in &exposed.endings {
            let place = ending.place;
            let targets = if ledger.is_account(place) {
                vec![Target::Balance(place)]
            } else {
                ledger.receipts(place).iter().map(|&line| Target::Line(line)).collect()
            };
            let question = self.question_in(self.shown.currency(place));
            let bound = caudal_trace::bound(ledger, &question, &targets, is_most);
            self.used.note_bound(bound);
            let Some(amount) = bound.amount.filter(|&amount| amount > 0) else { continue };
            let kind = self.kind_at(place);
            rows.push((
                kind,
                EndingRow {
                    kind: kind.as_str().to_owned(),
                    place: self.shown.place(place),
                    currency: self.shown.currency(place).code().to_owned(),
                    traced: Traced::new(),
                    amount: self.shown.amount(place, amount),
                    origin: Vec::new(),
                },
            ));
        }
        rows.sort_by(|(a, x), (b, y)| (a, &x.place, &x.currency).cmp(&(b, &y.place, &y.currency)));
        let endings = rows.into_iter().map(|(_, row)| row).collect();
        Ok(RuleResult { endings: Some(endings), ..RuleResult::default() })
    }

    fn kind_at(&self, place: u32) -> EndingKind {
        match self.tracer.view().place(place).kind {
            PlaceKind::Account => EndingKind::Held,
            PlaceKind::Outside => EndingKind::Outside,
            PlaceKind::Frontier => EndingKind::Frontier,
            PlaceKind::Bank => EndingKind::RepaidBank,
        }
    }
}
