//! Answers of rules that trace forward: transfers, accounts, endings, receipts, what was reached.
//!
//! *Shape.* A [`Trace`] of positions and minor units goes in; rows with names, decimals and sources
//! come out, sorted by name where the ledger gives no order.

use std::borrow::Cow;
use std::collections::BTreeMap;

use caudal_explain::Terms;
use caudal_ledger::{Ledger, LedgerView, LineKind};
use caudal_model::{Currency, format_minor};
use caudal_trace::{
    Amounts, Cell, Ending, EndingKind, Received, Rule, Trace, TracedLine, Watch, sum,
};
use caudal_wire::{
    AccountRow, AmountRow, EndingRow, OriginTotal, ReceivedAmount, ReceivedRow, RepaymentRow,
    Result as RuleResult, Traced, TransferRow,
};

use super::Asked;
use crate::error::Error;
use crate::explain::{TracedQuestion, route_rows};
use crate::show::{origin_rows, traced};

impl Asked<'_> {
    pub(super) fn forward(&mut self, rule: Rule, watch: Watch<'_>) -> Result<RuleResult, Error> {
        let trace = self.tracer.forward(&self.question, rule, watch)?;
        let trace = trace.expect("this rule traces");
        let ledger = self.tracer.view();
        self.used.note(ledger, rule, &self.question, &trace);
        let is_exposure = rule == Rule::Poison;
        let (transfers, repayments) = self.line_rows(&trace, is_exposure);
        let mut result = RuleResult {
            exposure: is_exposure,
            origin_total: Some(self.origin_totals(&trace)),
            transfers: Some(transfers),
            repayments,
            accounts: Some(self.account_rows(&trace, is_exposure)),
            endings: Some(self.ending_rows(&trace, is_exposure)),
            received: Some(self.received_rows(rule, &trace)),
            ..RuleResult::default()
        };
        if !self.targets.is_empty() && !is_exposure {
            let reached =
                caudal_trace::reached(ledger, &self.question, rule, &trace, &self.targets);
            let row = |(origin, currency, amount): (u32, Currency, u128)| AmountRow {
                label: self.question.origins[origin as usize].label.clone(),
                currency: currency.code().to_owned(),
                amount: format_minor(amount, currency.exponent()),
            };
            result.reached = Some(reached.into_iter().map(row).collect());
            let terms = Terms::new(self.request.language);
            let told = TracedQuestion {
                shown: self.shown,
                question: &self.question,
                rule,
                trace: &trace,
                terms: &terms,
            };
            for &target in &self.targets {
                let max = self.request.routes_max;
                let routes = caudal_trace::routes(ledger, rule, &trace, target, max);
                let routes = routes.unwrap_or_default();
                result.routes.extend(route_rows(&told, target, &routes));
                result.further.extend(told.further_rows(target, &routes));
            }
        }
        Ok(result)
    }

    fn origin_totals(&self, trace: &Trace) -> Vec<OriginTotal> {
        let row = |(origin, total): (&caudal_trace::Origin, &caudal_trace::OriginTotal)| {
            let written = |minor| format_minor(minor, origin.currency.exponent());
            OriginTotal {
                label: origin.label.clone(),
                currency: origin.currency.code().to_owned(),
                amount: written(total.traced),
                overlap: (total.overlap > 0).then(|| written(total.overlap)),
            }
        };
        self.question.origins.iter().zip(&trace.origins).map(row).collect()
    }

    fn line_rows(&self, trace: &Trace, whole: bool) -> (Vec<TransferRow>, Vec<RepaymentRow>) {
        let (mut transfers, mut repayments) = (Vec::new(), Vec::new());
        // Behind a conversion money may arrive of which less than a minor unit was paid.
        let is_something = |cell: &Cell| cell.paid > 0 || cell.received > 0;
        let mut pieces = Pieces::of(self.tracer.view(), trace);
        for line in &trace.lines {
            if !trace.cells_of(line).iter().any(is_something) {
                continue;
            }
            let found = self.tracer.view().line(line.line);
            match found.kind {
                LineKind::Transfer => {
                    let cells = pieces.cells(found.source_idx, trace.cells_of(line));
                    transfers.extend(cells.map(|cells| self.transfer_row(line, &cells, whole)));
                }
                LineKind::Repayment => repayments.push(self.repayment_row(trace, line, whole)),
                LineKind::Opening | LineKind::Loan | LineKind::Birth | LineKind::Passage => {}
            }
        }
        (transfers, repayments)
    }

    fn transfer_row(&self, line: &TracedLine, cells: &[Cell], whole: bool) -> TransferRow {
        let found = self.tracer.view().line(line.line);
        let transfer = self.shown.case.table.get(found.source_idx);
        let money = self.shown.case.table.money(found.source_idx);
        let (paid, paid_total) = self.cells(cells, money.currency, whole, |cell| cell.paid);
        let received = found.is_conversion.then(|| {
            let currency = self.shown.currency(found.payee);
            let (_, total) = self.cells(cells, currency, whole, |cell| cell.received);
            AmountRow {
                label: self.shown.amount(found.payee, found.received),
                currency: currency.code().to_owned(),
                amount: total,
            }
        });
        TransferRow {
            id: transfer.id.to_owned(),
            date: transfer.moment.to_string(),
            payer: transfer.payer.to_owned(),
            payee: transfer.payee.to_owned(),
            amount: money.to_decimal(),
            currency: money.currency.code().to_owned(),
            traced: paid,
            traced_total: paid_total,
            received: received.map(|row| ReceivedAmount {
                amount: row.label,
                currency: row.currency,
                traced_total: row.amount,
            }),
            source: self.shown.row(found.source_idx),
        }
    }

    fn repayment_row(&self, trace: &Trace, line: &TracedLine, whole: bool) -> RepaymentRow {
        let found = self.tracer.view().line(line.line);
        let currency = self.shown.currency(found.payer);
        let cells = trace.cells_of(line);
        let (traced, traced_total) = self.cells(cells, currency, whole, |cell| cell.paid);
        RepaymentRow {
            account: self.shown.name(found.payer).to_owned(),
            after: self.shown.case.table.get(found.source_idx).id.to_owned(),
            amount: self.shown.amount(found.payer, found.paid),
            currency: currency.code().to_owned(),
            traced,
            traced_total,
        }
    }

    /// Amounts by label, and together. Exposure (`whole`) is the largest, not the sum.
    fn cells(
        &self,
        cells: &[Cell],
        currency: Currency,
        whole: bool,
        of: impl Fn(&Cell) -> u128,
    ) -> (Traced, String) {
        let amounts: Vec<(u32, u128)> =
            cells.iter().map(|cell| (cell.origin, of(cell))).filter(|cell| cell.1 > 0).collect();
        self.amounts(&amounts, currency, whole)
    }

    fn amounts(&self, amounts: &Amounts, currency: Currency, whole: bool) -> (Traced, String) {
        let largest = amounts.iter().map(|&(_, amount)| amount).max().unwrap_or(0);
        let total = if whole { largest } else { sum(amounts) };
        (traced(&self.question, amounts, currency, whole), format_minor(total, currency.exponent()))
    }

    fn account_rows(&self, trace: &Trace, whole: bool) -> Vec<AccountRow> {
        let ledger = self.tracer.view();
        let mut places: Vec<u32> =
            trace.lines.iter().filter_map(|line| ledger.arrives_at(line.line)).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|&place| ledger.is_account(place));
        let row = |place: u32| {
            let currency = self.shown.currency(place);
            let none = Vec::new();
            let held = trace.held(place).map_or(&none, |ending| &ending.amounts);
            let (traced, traced_total) = self.amounts(held, currency, whole);
            AccountRow {
                account: self.shown.name(place).to_owned(),
                currency: currency.code().to_owned(),
                balance: self.shown.balance(place),
                traced,
                traced_total,
            }
        };
        let mut rows: Vec<AccountRow> = places.into_iter().map(row).collect();
        rows.sort_by(|a, b| (&a.account, &a.currency).cmp(&(&b.account, &b.currency)));
        rows
    }

    fn ending_rows(&self, trace: &Trace, whole: bool) -> Vec<EndingRow> {
        let converts = self.tracer.view().has_conversions();
        let row = |ending: &Ending| {
            let currency = self.shown.currency(ending.place);
            let (traced, amount) = self.amounts(&ending.amounts, currency, whole);
            let origin =
                if converts && !whole { origin_rows(&self.question, ending) } else { Vec::new() };
            EndingRow {
                kind: ending.kind.as_str().to_owned(),
                place: self.shown.place(ending.place),
                currency: currency.code().to_owned(),
                traced,
                amount,
                outer: false,
                origin,
            }
        };
        let is_something = |ending: &&Ending| sum(&ending.amounts) + sum(&ending.origin_units) > 0;
        let mut rows: Vec<(EndingKind, EndingRow)> =
            trace.endings.iter().filter(is_something).map(|e| (e.kind, row(e))).collect();
        rows.sort_by(|(a, x), (b, y)| (a, &x.place, &x.currency).cmp(&(b, &y.place, &y.currency)));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn received_rows(&self, rule: Rule, trace: &Trace) -> Vec<ReceivedRow> {
        let ledger = self.tracer.view();
        let received = caudal_trace::received(ledger, &self.question, rule, trace);
        let row = |received: Received| ReceivedRow {
            place: self.shown.place(received.place),
            currency: self.shown.currency(received.place).code().to_owned(),
            gross: self.shown.amount(received.place, received.gross),
            distinct: received.distinct.map(|minor| self.shown.amount(received.place, minor)),
        };
        let mut rows: Vec<ReceivedRow> =
            received.into_iter().filter(|received| received.gross > 0).map(row).collect();
        rows.sort_by(|a, b| (&a.place, &a.currency).cmp(&(&b.place, &b.currency)));
        rows
    }
}

/// Cells of transfers that asserted links have cut into several lines, added up by transfer.
struct Pieces(BTreeMap<u32, Vec<Cell>>);

impl Pieces {
    fn of(ledger: &Ledger, trace: &Trace) -> Self {
        let mut pieces: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
        if !ledger.has_links() {
            return Self(pieces);
        }
        for traced in &trace.lines {
            let line = ledger.line(traced.line);
            let is_piece = line.kind == LineKind::Transfer
                && ledger.lines_of_transfer(line.source_idx).len() > 1;
            if is_piece {
                let cells = pieces.entry(line.source_idx).or_default();
                trace.cells_of(traced).iter().for_each(|cell| add(cells, *cell));
            }
        }
        Self(pieces)
    }

    /// All cells of a transfer: the line's own, or those of its pieces, once.
    fn cells<'c>(&mut self, source_idx: u32, own: &'c [Cell]) -> Option<Cow<'c, [Cell]>> {
        match self.0.get_mut(&source_idx) {
            None => Some(Cow::Borrowed(own)),
            Some(cells) => {
                let cells = std::mem::take(cells);
                (!cells.is_empty()).then_some(Cow::Owned(cells))
            }
        }
    }
}

fn add(cells: &mut Vec<Cell>, cell: Cell) {
    match cells.iter_mut().find(|known| known.origin == cell.origin) {
        Some(known) => {
            known.paid += cell.paid;
            known.received += cell.received;
            known.carried += cell.carried;
        }
        None => cells.push(cell),
    }
    cells.sort_by_key(|cell| cell.origin);
}
