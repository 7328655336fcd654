//! Why traced money is in a transfer: its routes, hop by hop, each with its source row.
//!
//! *Shape.* Routes come from `caudal_trace` as positions; here each hop becomes one sentence that
//! can be checked with two running sums and a pencil (`TRACING` 13). Which sentence depends on the
//! rule, since each rule has its own reason why these cents left.

use std::collections::BTreeMap;

use caudal_explain::{Message, Terms};
use caudal_ledger::{LedgerView, Line, LineIdx, LineKind, PlaceIdx};
use caudal_model::{Currency, format_minor};
use caudal_trace::{
    Inner, Presumption, Question, Route, RouteHop, Routes, Rule, Target, Trace, Tracer, Watch,
};
use caudal_wire::{AmountRow, ExplainDocument, FineAmount, HopRow, RouteRow};

use crate::answer::{Links, build, question_row};
use crate::assume::Used;
use crate::case::Case;
use crate::error::Error;
use crate::select::{Request, Resolver};
use crate::show::Shown;

/// Explains how money of the origins came into a transfer, under the one rule of the request.
pub fn explain(
    case: &Case,
    request: &Request,
    transfer_id: &str,
    watch: Watch<'_>,
) -> Result<ExplainDocument, Error> {
    request.check()?;
    let [(rule, _)] = request.rules.as_slice() else {
        return Err(
            Error::usage(Message::new("error-one-rule")).hint(Message::new("hint-one-rule"))
        );
    };
    let ledger = build(case, request, Links::Applied)?;
    let resolver = Resolver { case, ledger: &ledger };
    let mut question = resolver.question(&request.from)?;
    request.apply_to(&mut question)?;
    let lines = resolver.transfer(transfer_id)?;
    let tracer = Tracer::new(&*ledger);
    let trace = tracer.forward(&question, *rule, watch)?.ok_or_else(|| no_route(*rule))?;
    let mut traced: BTreeMap<u32, u128> = BTreeMap::new();
    let cells = lines.iter().filter_map(|&(line, _)| trace.line(line));
    for cell in cells.flat_map(|line| trace.cells_of(line)) {
        *traced.entry(cell.origin).or_default() += cell.paid;
    }
    if traced.is_empty() {
        let message = Message::new("error-not-traced").with("rule", rule).with("id", transfer_id);
        return Err(Error::request(message).hint(Message::new("hint-not-traced")));
    }
    let mut used = Used::default();
    used.note(&ledger, *rule, &question, &trace);
    let terms = Terms::new(request.language);
    let shown = Shown { case, ledger: &ledger };
    let currency = caudal_trace::source_currency(&*ledger, lines[0].0);
    let row = |(&origin, &paid): (&u32, &u128)| AmountRow {
        label: question.origins[origin as usize].label.clone(),
        currency: currency.code().to_owned(),
        amount: format_minor(paid, currency.exponent()),
    };
    let told =
        TracedQuestion { shown, question: &question, rule: *rule, trace: &trace, terms: &terms };
    let (mut routes, mut further) = (Vec::new(), Vec::new());
    for target in lines.iter().map(|&(line, _)| Target::Line(line)) {
        let found = caudal_trace::routes(&*ledger, *rule, &trace, target, request.routes_max);
        let found = found.ok_or_else(|| no_route(*rule))?;
        routes.extend(route_rows(&told, target, &found));
        further.extend(told.further_rows(target, &found));
    }
    Ok(ExplainDocument {
        schema: caudal_wire::EXPLAIN_SCHEMA,
        version: crate::VERSION,
        question: question_row(case, request),
        assumptions: used.assumptions(case, &ledger, request, &terms),
        problems: used.problems(case, &ledger, &terms),
        rule: rule.id().to_owned(),
        authority: rule.authority().to_owned(),
        aliases: rule.aliases().to_vec(),
        transfer: transfer_id.to_owned(),
        traced: traced.iter().map(row).collect(),
        routes,
        further,
    })
}

fn no_route(rule: Rule) -> Error {
    Error::request(Message::new("error-explain-poison").with("rule", rule))
        .hint(Message::new("hint-explain-poison"))
}

/// A traced question and the words to tell it with.
#[derive(Clone, Copy)]
pub(crate) struct TracedQuestion<'a> {
    pub(crate) shown: Shown<'a>,
    pub(crate) question: &'a Question,
    pub(crate) rule: Rule,
    pub(crate) trace: &'a Trace,
    pub(crate) terms: &'a Terms,
}

/// Routes as rows.
pub(crate) fn route_rows(
    told: &TracedQuestion<'_>,
    target: Target,
    routes: &Routes,
) -> Vec<RouteRow> {
    let row = |route: &Route| {
        let origin = &told.question.origins[route.origin as usize];
        let currency = told.currency_of(route.origin, target);
        RouteRow {
            label: origin.label.clone(),
            amount: format_minor(route.amount, currency.exponent()),
            currency: currency.code().to_owned(),
            fine: told.fine_row(target, route.fine_amount),
            hops: (0..route.hops.len()).filter_map(|at| told.hop_row(route, at)).collect(),
        }
    };
    routes.routes.iter().map(row).collect()
}

/// Traced lines beyond which what an account held before a payment is not added up for a sentence.
const LINES_ADDED_MAX: usize = 200_000;

impl TracedQuestion<'_> {
    /// Exact routes count units of the origin, routes with fractions those of the target.
    fn currency_of(&self, origin: u32, target: Target) -> Currency {
        if !matches!(self.rule, Rule::ProRata | Rule::Union(_, Inner::ProRata)) {
            return self.question.origins[origin as usize].currency;
        }
        caudal_trace::target_currency(self.shown.ledger, target)
    }

    /// Money on routes that are not listed, by label.
    pub(crate) fn further_rows(&self, target: Target, routes: &Routes) -> Vec<AmountRow> {
        let target_currency = caudal_trace::target_currency(self.shown.ledger, target);
        let row = |&(origin, amount): &(u32, u128)| {
            let currency = self.currency_of(origin, target);
            AmountRow {
                label: self.question.origins[origin as usize].label.clone(),
                currency: currency.code().to_owned(),
                amount: format_minor(amount, currency.exponent()),
            }
        };
        let fine = |&(origin, amount): &(u32, u128)| AmountRow {
            label: self.question.origins[origin as usize].label.clone(),
            currency: target_currency.code().to_owned(),
            amount: format_minor(amount, target_currency.exponent()),
        };
        routes.further.iter().map(row).chain(routes.further_fine.iter().map(fine)).collect()
    }

    /// Money too fine for units of its origin, in the currency of the target.
    fn fine_row(&self, target: Target, amount: u128) -> Option<FineAmount> {
        let currency = caudal_trace::target_currency(self.shown.ledger, target);
        (amount > 0).then(|| FineAmount {
            amount: format_minor(amount, currency.exponent()),
            currency: currency.code().to_owned(),
        })
    }

    /// A hop; `None` for the second half of a transfer, which the first half has told.
    fn hop_row(&self, route: &Route, at: usize) -> Option<HopRow> {
        let hop = &route.hops[at];
        let line = self.shown.ledger.line(hop.line);
        let kind = match line.kind {
            LineKind::Opening => "opening",
            LineKind::Repayment => "repayment",
            LineKind::Transfer | LineKind::Loan | LineKind::Birth => "transfer",
            LineKind::Passage => return None,
        };
        let transfer = (line.kind == LineKind::Transfer)
            .then(|| self.shown.case.table.get(line.source_idx).id.to_owned());
        let written = |&(lo, hi): &(u128, u128)| (lo.to_string(), (hi - 1).to_string());
        Some(HopRow {
            transfer,
            kind,
            sentence: self.sentence(route, at, &line),
            cents: hop.cents.iter().map(written).collect(),
            source: Some(self.shown.source(hop.line)),
        })
    }

    fn sentence(&self, route: &Route, at: usize, line: &Line) -> String {
        let hop = &route.hops[at];
        let before = at.checked_sub(1).map(|at| &route.hops[at]);
        let key = match (line.kind, before) {
            (LineKind::Opening, _) => "step-opening",
            (LineKind::Repayment, _) => "step-repayment",
            (_, None) => "step-origin",
            (_, Some(_)) => "step-payment",
        };
        let currency = caudal_trace::source_currency(self.shown.ledger, hop.line);
        let money = |minor| format!("{} {currency}", format_minor(minor, currency.exponent()));
        let mut message = Message::new(key)
            .with("payee", self.shown.place(line.payee))
            .with("amount", money(self.whole(line)))
            .with("part", money(self.part(route, hop)))
            .with("label", &self.question.origins[route.origin as usize].label);
        if line.kind != LineKind::Opening {
            let transfer = self.shown.case.table.get(line.source_idx);
            message = message
                .with("payer", self.shown.place(line.payer))
                .with("transfer", transfer.id)
                .with("date", transfer.moment);
        }
        if let Some(before) = before {
            message = message.with("why", self.terms.say(&self.why(route, hop, before, line)));
        }
        let sentence = self.terms.say(&message);
        if !line.is_conversion {
            return sentence;
        }
        let arrived = self.shown.money(line.payee, line.received);
        let converted = Message::new("step-converted").with("sentence", sentence);
        self.terms.say(&converted.with("arrived", arrived))
    }

    /// What the evidence says of the line's amount: a link may have cut a transfer into lines.
    fn whole(&self, line: &Line) -> u128 {
        match line.kind {
            LineKind::Transfer => self.shown.case.table.money(line.source_idx).minor,
            _ => line.paid,
        }
    }

    /// Minor units of a hop's line that this route is about: its own cents, or else all of the
    /// origin's money in the line.
    fn part(&self, route: &Route, hop: &RouteHop) -> u128 {
        if !hop.cents.is_empty() {
            return hop.cents.iter().map(|(lo, hi)| hi - lo).sum();
        }
        self.carried_by(hop.line, Some(route.origin))
    }

    fn carried_by(&self, line: LineIdx, origin: Option<u32>) -> u128 {
        let Some(traced) = self.trace.line(line) else { return 0 };
        let cells = self.trace.cells_of(traced).iter();
        cells.filter(|cell| origin.is_none_or(|o| o == cell.origin)).map(|cell| cell.paid).sum()
    }

    /// Why this money left: the reason that the rule gives.
    fn why(&self, route: &Route, hop: &RouteHop, before: &RouteHop, line: &Line) -> Message {
        let payer = self.shown.place(line.payer);
        let has_cents = !hop.cents.is_empty();
        // Cents of a conversion are counted as they were paid, not as they arrived.
        let tells_receipt =
            !before.cents.is_empty() && !self.shown.ledger.line(before.line).is_conversion;
        if let Some(link) = self.shown.link_of(line.payer) {
            return Message::new("why-link")
                .with("name", &link.name)
                .with("receipt", &link.receipt)
                .with("reason", &link.reason);
        }
        match self.rule {
            Rule::Fifo if has_cents => {
                let paid_before = self.shown.ledger.paid_before(hop.line);
                Message::new("why-fifo")
                    .with("payer", payer)
                    .with("unit", self.unit(line))
                    .with("out", spans(&hop.cents, paid_before))
                    .with("receipt", self.receipt(before))
            }
            Rule::Lifo if has_cents && tells_receipt => Message::new("why-lifo")
                .with("payer", payer)
                .with("unit", self.unit(line))
                .with("cents", spans(&hop.cents, 0))
                .with("from", spans(&before.cents, 0))
                .with("receipt", self.receipt(before)),
            _ if self.question.threshold_atto > 0 || self.trace.lines.len() > LINES_ADDED_MAX => {
                Message::new("why-plain").with("rule", self.rule)
            }
            Rule::Union(presumption, inner) if inner != Inner::ProRata => {
                let key = match presumption {
                    Presumption::OriginFirst => "why-difo",
                    Presumption::OriginLast => "why-libr",
                };
                let taken = self.carried_by(hop.line, None);
                self.held_in(key, line, hop.line, None)
                    .with("taken", self.shown.money(line.payer, taken))
            }
            Rule::Union(..) => self.held_in("why-share", line, hop.line, Some(route.origin)),
            Rule::ProRata => self.held_in("why-pro-rata", line, hop.line, Some(route.origin)),
            _ => Message::new("why-plain").with("rule", self.rule),
        }
    }

    fn held_in(
        &self,
        key: &'static str,
        line: &Line,
        line_idx: LineIdx,
        origin: Option<u32>,
    ) -> Message {
        let held = self.held_before(line_idx, line.payer, origin);
        let balance = self.shown.ledger.balance_before(line_idx);
        Message::new(key)
            .with("payer", self.shown.place(line.payer))
            .with("held", self.shown.money(line.payer, held))
            .with("balance", self.shown.money(line.payer, balance))
            .with("rule", self.rule)
    }

    /// Traced money that a place held before a line: what came, less what left.
    fn held_before(&self, before: LineIdx, place: PlaceIdx, origin: Option<u32>) -> u128 {
        let ledger = self.shown.ledger;
        let is_asked = |cell: &&caudal_trace::Cell| origin.is_none_or(|o| o == cell.origin);
        let mut held = 0u128;
        for traced in self.trace.lines.iter().take_while(|traced| traced.line < before) {
            let line = ledger.line(traced.line);
            let cells = || self.trace.cells_of(traced).iter().filter(is_asked);
            if line.payee == place {
                held += cells().map(|cell| cell.received).sum::<u128>();
            } else if line.payer == place {
                // Money that starts in this payment left without having been held as traced.
                held = held.saturating_sub(cells().map(|cell| cell.paid).sum());
            }
        }
        held
    }

    /// What the smallest units of a payment are called.
    fn unit(&self, line: &Line) -> String {
        let has_cents = self.shown.currency(line.payer).exponent() == 2;
        self.terms.word(if has_cents { "word-cents" } else { "word-units" })
    }

    fn receipt(&self, hop: &RouteHop) -> String {
        let line = self.shown.ledger.line(hop.line);
        let message = if line.kind == LineKind::Opening {
            Message::new("receipt-opening")
        } else {
            let transfer = self.shown.case.table.get(line.source_idx);
            Message::new("receipt-transfer").with("id", transfer.id)
        };
        self.terms.say(&message)
    }
}

/// Cents, first to last, moved up by what came before them.
fn spans(cents: &[(u128, u128)], by: u128) -> String {
    let span = |&(lo, hi): &(u128, u128)| format!("{}–{}", by + lo, by + hi - 1);
    cents.iter().map(span).collect::<Vec<_>>().join(", ")
}
