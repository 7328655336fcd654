//! Rule-free bounds as answers: over the targets together, or for each place in turn.

use caudal_explain::{Message, Terms};
use caudal_ledger::{LedgerView, PlaceIdx, PlaceKind};
use caudal_model::{Currency, format_minor};
use caudal_trace::{Bound, Bounds, EndingKind, Question, Rule, Seed, Watch, Widened};
use caudal_wire::{EndingRow, Result as RuleResult, Traced};

use super::Asked;
use crate::error::Error;

/// Places beyond which bounds are not computed for each place in turn.
const BOUND_PLACES_MAX: usize = 200;

/// With more places than this, bounds of each in turn look at fewer lines, so that all of them
/// together take no longer.
const BOUND_PLACES_WHOLE: usize = 50;

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
        let bounds = Bounds::collect(ledger, &in_currency, watch)?;
        let bound = bounds.over(&self.targets, is_most, watch)?;
        self.used.note_bound(bound);
        Ok(RuleResult {
            amount: Some(format_minor(bound.amount, currency.exponent())),
            currency: Some(currency.code().to_owned()),
            outer: self.outer(bound, is_most),
            cut_at: bound.cut_at,
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

    /// The question for a bound in a currency. `at-least` rests on origins of that currency alone;
    /// `at-most` looks at all, since money of others may come in converted.
    fn question_for(&self, currency: Currency, is_most: bool) -> Question {
        let origins = &self.question.origins;
        let counts = |seed: &Seed| is_most || origins[seed.origin as usize].currency == currency;
        let seeds = self.question.seeds.iter().copied().filter(counts).collect();
        Question { seeds, ..self.question.clone() }
    }

    /// The sentence that says why a bound may be wider than need be.
    fn outer(&self, bound: Bound, is_most: bool) -> Option<String> {
        let key = match (bound.widened?, is_most) {
            (Widened::Cut, true) => "bound-outer-cut-most",
            (Widened::Cut, false) => "bound-outer-cut-least",
            (Widened::Unfinished, _) => "bound-outer-unfinished",
            (Widened::CountedAgain, _) => "bound-outer-counted-again",
            (Widened::Converted, _) => "bound-outer-converted",
        };
        let terms = Terms::new(self.request.language);
        Some(terms.say(&Message::new(key).with("count", bound.lines)))
    }

    /// How many lines bounds of so many places look at.
    fn lines_for(&self, places: usize) -> usize {
        let lines_max = self.question.bound_lines_max;
        let places = places.clamp(BOUND_PLACES_WHOLE, BOUND_PLACES_MAX);
        let share = lines_max.saturating_mul(BOUND_PLACES_WHOLE) / places;
        share.max(lines_max.min(BOUND_PLACES_MAX))
    }

    /// One bound for each place that origin money can reach; where these are too many, for those
    /// that the largest exposed amounts can reach.
    fn bound_by_place(&mut self, is_most: bool, watch: Watch<'_>) -> Result<RuleResult, Error> {
        let ledger = self.tracer.view();
        let mut bounds = Bounds::collect(ledger, &self.question, watch)?;
        let mut places = bounds.places();
        let lines_max = self.lines_for(places.len());
        if lines_max < self.question.bound_lines_max {
            let question = Question { bound_lines_max: lines_max, ..self.question.clone() };
            bounds = Bounds::collect(ledger, &question, watch)?;
            places = bounds.places();
        }
        let whole_units = |place: PlaceIdx, amount: u128| {
            let exponent = u32::from(self.shown.currency(place).exponent());
            amount / 10u128.pow(exponent)
        };
        places
            .sort_by_key(|&(place, amount)| (std::cmp::Reverse(whole_units(place, amount)), place));
        let left_out = places.len().saturating_sub(BOUND_PLACES_MAX);
        places.truncate(BOUND_PLACES_MAX);
        let places: Vec<PlaceIdx> = places.into_iter().map(|(place, _)| place).collect();
        let found = bounds.by_place(&places, is_most, watch)?;
        let mut rows: Vec<(EndingKind, EndingRow)> = Vec::new();
        for (&place, &bound) in places.iter().zip(&found) {
            self.used.note_bound(bound);
            if bound.amount > 0 {
                rows.push(self.bound_row(place, bound));
            }
        }
        self.used.note_places_left_out(left_out);
        rows.sort_by(|(a, x), (b, y)| (a, &x.place, &x.currency).cmp(&(b, &y.place, &y.currency)));
        let terms = Terms::new(self.request.language);
        let left = || Message::new("bound-places-left-out").with("count", left_out);
        let gravest = found.iter().filter(|bound| bound.widened.is_some());
        let gravest = gravest.min_by_key(|bound| bound.widened);
        Ok(RuleResult {
            endings: Some(rows.into_iter().map(|(_, row)| row).collect()),
            outer: gravest.and_then(|&bound| self.outer(bound, is_most)),
            cut_at: gravest.and_then(|bound| bound.cut_at),
            places_left_out: (left_out > 0).then_some(left_out),
            not_computed: (left_out > 0).then(|| terms.say(&left())),
            ..RuleResult::default()
        })
    }

    fn bound_row(&self, place: PlaceIdx, bound: Bound) -> (EndingKind, EndingRow) {
        let kind = self.kind_at(place);
        let row = EndingRow {
            kind: kind.as_str().to_owned(),
            place: self.shown.place(place),
            currency: self.shown.currency(place).code().to_owned(),
            traced: Traced::new(),
            amount: self.shown.amount(place, bound.amount),
            outer: bound.widened.is_some(),
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
