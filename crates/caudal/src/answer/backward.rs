//! Answers that go backward: what a target is made of, by source.

use std::collections::BTreeMap;

use caudal_explain::Message;
use caudal_ledger::{LedgerView, LineIdx, LineKind};
use caudal_model::{Currency, format_minor};
use caudal_trace::{BackwardError, Rule};
use caudal_wire::{Result as RuleResult, SourceRow};

use super::Asked;
use crate::error::Error;

impl Asked<'_> {
    pub(super) fn backward(&mut self, rule: Rule) -> Result<RuleResult, Error> {
        let ledger = self.tracer.view();
        let mut by_line: BTreeMap<(LineIdx, Currency), u128> = BTreeMap::new();
        let mut totals: BTreeMap<Currency, u128> = BTreeMap::new();
        for &target in &self.targets {
            let currency = caudal_trace::target_currency(ledger, target);
            let composition = caudal_trace::backward(&self.tracer, target, rule);
            let composition = composition.map_err(|error| backward_error(rule, error))?;
            *totals.entry(currency).or_default() += composition.total;
            for source in composition.sources {
                *by_line.entry((self.first_line(source.line), currency)).or_default() +=
                    source.amount;
            }
        }
        let row = |((line, currency), amount)| self.source_row(line, currency, amount);
        let sources = by_line.into_iter().filter(|entry| entry.1 > 0).map(row).collect();
        let only = if totals.len() == 1 { totals.pop_first() } else { None };
        self.used.note_backward(rule, self.targets.len());
        Ok(RuleResult {
            exposure: rule == Rule::Poison,
            sources: Some(sources),
            amount: only.map(|(currency, total)| format_minor(total, currency.exponent())),
            currency: only.map(|(currency, _)| currency.code().to_owned()),
            ..RuleResult::default()
        })
    }

    /// The line that stands for all lines into which links cut a transfer.
    fn first_line(&self, line: LineIdx) -> LineIdx {
        let ledger = self.tracer.view();
        let found = ledger.line(line);
        let is_cut = ledger.has_links() && found.kind == LineKind::Transfer;
        let first = if is_cut { ledger.line_of_transfer(found.source_idx) } else { None };
        first.unwrap_or(line)
    }

    fn source_row(&self, line: LineIdx, currency: Currency, amount: u128) -> SourceRow {
        let found = self.tracer.view().line(line);
        let table = &self.shown.case.table;
        let account = || Some(self.shown.name(found.payee).to_owned());
        let mut row = SourceRow {
            label: self.shown.label(line),
            currency: currency.code().to_owned(),
            amount: format_minor(amount, currency.exponent()),
            source: Some(self.shown.source(line)),
            ..SourceRow::default()
        };
        match found.kind {
            LineKind::Opening => {
                row.opening = account();
            }
            LineKind::Loan => {
                row.loan = account();
            }
            LineKind::Birth => {
                row.birth = account();
            }
            LineKind::Transfer | LineKind::Repayment | LineKind::Passage => {
                row.transfer = Some(table.get(found.source_idx).id.to_owned());
            }
        }
        row
    }
}

fn backward_error(rule: Rule, error: BackwardError) -> Error {
    match error {
        BackwardError::TooFine => {
            Error::request(Message::new("error-too-fine")).hint(Message::new("hint-too-fine"))
        }
        _ => Error::request(Message::new("error-needs-origins").with("rule", rule))
            .hint(Message::new("hint-needs-origins")),
    }
}
