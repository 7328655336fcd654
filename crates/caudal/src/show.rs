//! Names, amounts and sources of a ledger, as documents show them.

use std::collections::BTreeMap;

use caudal_import::AssertedLink;
use caudal_ledger::{Ledger, LedgerView, LineIdx, LineKind, NO_PLACE, PlaceIdx, PlaceKind};
use caudal_model::{Currency, EvidenceFile, SourceRef, format_minor};
use caudal_trace::{Amounts, Ending, Question};
use caudal_wire::{AmountRow, Source, Traced};

use crate::case::Case;
use crate::select::{UNKNOWN, UNLABELLED};

/// A case and its ledger, for showing.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) case: &'a Case,
    pub(crate) ledger: &'a Ledger,
}

impl<'a> Shown<'a> {
    pub(crate) fn name(&self, place: PlaceIdx) -> &'a str {
        self.ledger.name(&self.case.table, place)
    }

    /// An account, an outside party, or `bank:ACCOUNT`.
    pub(crate) fn place(&self, place: PlaceIdx) -> String {
        let name = self.name(place);
        match self.ledger.place(place).kind {
            PlaceKind::Bank => format!("bank:{name}"),
            _ => name.to_owned(),
        }
    }

    pub(crate) fn currency(&self, place: PlaceIdx) -> Currency {
        self.ledger.place(place).currency
    }

    pub(crate) fn amount(&self, place: PlaceIdx, minor: u128) -> String {
        format_minor(minor, self.currency(place).exponent())
    }

    /// An amount with its currency, for sentences.
    pub(crate) fn money(&self, place: PlaceIdx, minor: u128) -> String {
        format!("{} {}", self.amount(place, minor), self.currency(place))
    }

    /// Closing balance of an account, negative when overdrawn.
    pub(crate) fn balance(&self, place: PlaceIdx) -> String {
        match self.ledger.closing_debt(place) {
            0 => self.amount(place, self.ledger.closing_balance(place)),
            debt => format!("-{}", self.amount(place, debt)),
        }
    }

    /// The label of the money that enters the ledger in a line: that of the evidence; or, where it
    /// gives none, `unknown:ACCOUNT` for an account without a statement, that of the bank or birth
    /// which the ledger made, and else `unlabelled`.
    pub(crate) fn label(&self, line: LineIdx) -> String {
        let found = self.ledger.line(line);
        let given = match found.kind {
            LineKind::Birth => return format!("birth:{}", self.name(found.payee)),
            LineKind::Loan | LineKind::Repayment => return self.place(found.payer),
            LineKind::Opening => self.case.openings[found.source_idx as usize].label.as_deref(),
            LineKind::Transfer | LineKind::Passage => self.case.table.get(found.source_idx).label,
        };
        let is_unknown = || {
            found.kind == LineKind::Transfer
                && self.ledger.place(found.payer).kind == PlaceKind::Frontier
        };
        match given {
            Some(label) => label.to_owned(),
            None if is_unknown() => format!("{UNKNOWN}{}", self.name(found.payer)),
            None => UNLABELLED.to_owned(),
        }
    }

    /// A second label of an opening balance that the evidence gives none: `opening:ACCOUNT`.
    pub(crate) fn label_of_opening(&self, line: LineIdx) -> Option<String> {
        let found = self.ledger.line(line);
        let is_it = found.kind == LineKind::Opening && self.label(line) == UNLABELLED;
        is_it.then(|| format!("opening:{}", self.name(found.payee)))
    }

    /// The asserted link whose receipt a place carries to its payment.
    pub(crate) fn link_of(&self, place: PlaceIdx) -> Option<&'a AssertedLink> {
        if place == NO_PLACE {
            return None;
        }
        let link = self.ledger.transit(place)?.link?;
        self.case.links.get(link as usize)
    }

    /// Where the money of a line stands in the evidence. A loan, repayment or birth points to the
    /// transfer that caused it.
    pub(crate) fn source(&self, line: LineIdx) -> Source {
        let found = self.ledger.line(line);
        if found.kind == LineKind::Opening {
            let opening = &self.case.openings[found.source_idx as usize];
            return source_of(&opening.file, opening.row);
        }
        self.row(found.source_idx)
    }

    /// Where a transfer of the table stands.
    pub(crate) fn row(&self, transfer_idx: u32) -> Source {
        row_source(self.case, transfer_idx)
    }
}

/// Where a transfer of a case stands in its evidence.
pub(crate) fn row_source(case: &Case, transfer_idx: u32) -> Source {
    let SourceRef { file_idx, part, row } = case.table.get(transfer_idx).source;
    Source { part, ..source_of(&case.table.files[file_idx as usize], row) }
}

fn source_of(file: &EvidenceFile, row: u64) -> Source {
    Source { file: file.name.clone(), sha256: file.sha256.clone(), part: 0, row }
}

/// Amounts by label, in the currency of one place. Origins of one label in several currencies are
/// added; exposure to them (`whole`) is the larger, since it is the same money.
pub(crate) fn traced(
    question: &Question,
    amounts: &Amounts,
    currency: Currency,
    whole: bool,
) -> Traced {
    let mut by_label: BTreeMap<&str, u128> = BTreeMap::new();
    for &(origin, amount) in amounts {
        let sum = by_label.entry(&question.origins[origin as usize].label).or_default();
        *sum = if whole { (*sum).max(amount) } else { *sum + amount };
    }
    let written = |amount| format_minor(amount, currency.exponent());
    by_label.into_iter().map(|(label, amount)| (label.to_owned(), written(amount))).collect()
}

/// Amounts in the currency of their origins: one for each origin of an ending, zero where what
/// rests there stands for less than a minor unit of it.
pub(crate) fn origin_rows(question: &Question, ending: &Ending) -> Vec<AmountRow> {
    let none = ending.amounts.iter().map(|&(origin, _)| (origin, 0));
    let mut units: BTreeMap<u32, u128> = none.collect();
    units.extend(ending.origin_units.iter().copied());
    let row = |(origin, amount): (u32, u128)| {
        let origin = &question.origins[origin as usize];
        AmountRow {
            label: origin.label.clone(),
            currency: origin.currency.code().to_owned(),
            amount: format_minor(amount, origin.currency.exponent()),
        }
    };
    units.into_iter().map(row).collect()
}
