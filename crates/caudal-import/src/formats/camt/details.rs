//! Details of an entry: the payments of a batch, or more about a single one.

use caudal_model::{
    AccountText, Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode, Reference,
    ReferenceKind,
};

use super::{EntryDraft, day};
use crate::formats::xml::Element;
use crate::report::{Fault, Report};

/// One `TxDtls`.
#[derive(Default)]
pub(super) struct Detail {
    pub(super) row: u64,
    /// Unsigned; `Amt` or, in version 2, `AmtDtls/TxAmt/Amt`.
    amount: Option<Decimal>,
    is_debit: Option<bool>,
    /// Charges that are not in the amount: what the bank took beside it.
    charges: Option<Decimal>,
    charge: Option<Decimal>,
    is_included: bool,
    ordered: Option<(Decimal, Currency)>,
    debtor: AccountText,
    creditor: AccountText,
    references: Vec<Reference>,
    texts: Vec<String>,
    executed_at: Option<Moment>,
}

impl Detail {
    /// A detail that begins in a row.
    pub(super) fn at(row: u64) -> Self {
        Self { row, ..Self::default() }
    }

    /// Takes an element by its path inside the detail.
    pub(super) fn take(&mut self, inside: &str, element: &Element<'_>) {
        let text = element.text;
        if let Some(party) = inside.strip_prefix("/RltdPties") {
            self.party(party, text);
            return;
        }
        if let Some(reference) = inside.strip_prefix("/Refs/") {
            self.reference(reference, text);
            return;
        }
        match inside {
            "/Amt" => self.amount = Decimal::parse(text),
            "/AmtDtls/TxAmt/Amt" => self.amount = self.amount.or(Decimal::parse(text)),
            "/AmtDtls/InstdAmt/Amt" => {
                self.ordered = Decimal::parse(text).zip(Currency::from_code(element.currency));
            }
            "/CdtDbtInd" => self.is_debit = Some(text == "DBIT"),
            "/Chrgs/Amt" | "/Chrgs/Rcrd/Amt" => self.charge = Decimal::parse(text),
            "/Chrgs/ChrgInclInd" | "/Chrgs/Rcrd/ChrgInclInd" => {
                self.is_included = matches!(text, "true" | "1");
            }
            "/Chrgs" | "/Chrgs/Rcrd" => self.end_charge(),
            "/RmtInf/Ustrd" | "/AddtlTxInf" | "/RmtInf/Strd/CdtrRefInf/Ref" if !text.is_empty() => {
                self.texts.push(text.to_owned());
            }
            "/RltdAgts/DbtrAgt/FinInstnId/BIC" | "/RltdAgts/DbtrAgt/FinInstnId/BICFI" => {
                self.debtor.bank = Some(text.to_owned());
            }
            "/RltdAgts/CdtrAgt/FinInstnId/BIC" | "/RltdAgts/CdtrAgt/FinInstnId/BICFI" => {
                self.creditor.bank = Some(text.to_owned());
            }
            "/RltdDts/TxDtTm" | "/RltdDts/AccptncDtTm" => {
                self.executed_at = day(text).map(|day| Moment { day, nanos: None });
            }
            _ => {}
        }
    }

    fn end_charge(&mut self) {
        let Some(charge) = self.charge.take().filter(|_| !self.is_included) else { return };
        self.charges = self.charges.unwrap_or(Decimal::ZERO).checked_add(charge);
    }

    fn party(&mut self, inside: &str, text: &str) {
        match inside {
            "/Dbtr/Nm" | "/Dbtr/Pty/Nm" => self.debtor.holder = Some(text.to_owned()),
            "/Cdtr/Nm" | "/Cdtr/Pty/Nm" => self.creditor.holder = Some(text.to_owned()),
            "/DbtrAcct/Id/IBAN" | "/DbtrAcct/Id/Othr/Id" => {
                text.clone_into(&mut self.debtor.number);
            }
            "/CdtrAcct/Id/IBAN" | "/CdtrAcct/Id/Othr/Id" => {
                text.clone_into(&mut self.creditor.number);
            }
            _ => {}
        }
    }

    fn reference(&mut self, name: &str, text: &str) {
        let kind = match name {
            "UETR" | "EndToEndId" => ReferenceKind::EndToEnd,
            "ChqNb" => ReferenceKind::Cheque,
            "AcctSvcrRef" | "TxId" | "ClrSysRef" | "Prtry/Ref" => ReferenceKind::Bank,
            "InstrId" | "MsgId" | "PmtInfId" | "MndtId" => ReferenceKind::Customer,
            _ => return,
        };
        let mut entry = Entry::default();
        entry.refer(kind, text);
        self.references.append(&mut entry.references);
    }

    /// What the detail adds to the account, with the direction of the entry where it states none.
    fn signed(&self, is_debit: bool) -> Option<Decimal> {
        let amount = self.amount?;
        Some(if self.is_debit.unwrap_or(is_debit) { -amount } else { amount })
    }
}

/// The entries that a draft becomes: one for each detail where they add up, else one for all.
pub(super) fn entries(draft: EntryDraft, report: &mut Report) -> Vec<Entry> {
    let EntryDraft { mut entry, amount, is_debit, info, mut details, .. } = draft;
    let signed = amount.map(|amount| if is_debit { -amount } else { amount });
    entry.amount = signed;
    info.clone_into(&mut entry.description);
    if details.len() == 1 {
        let detail = details.remove(0);
        let differs = detail.amount.is_some_and(|own| Some(own) != amount);
        entry.charges = detail.charges.filter(|_| differs);
        return vec![with_detail(entry, detail, is_debit)];
    }
    if details.len() < 2 {
        return vec![entry];
    }
    if adds_up(&details, signed, is_debit) {
        return split(&entry, details, is_debit);
    }
    let parts: Option<Vec<Decimal>> = details.iter().map(|d| d.signed(is_debit)).collect();
    let sum =
        parts.and_then(|parts| parts.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add));
    if let (Some(sum), Some(signed), EntryStatus::Booked) = (sum, signed, entry.status) {
        let fault = Fault::new(ProblemCode::DetailsDoNotSum, &sum.to_string());
        report.row_problem(entry.row, fault.expected(signed.to_string()));
    }
    for detail in details {
        entry.references.extend(detail.references);
        let texts = detail.texts.join(" ");
        if !texts.is_empty() {
            let whole = format!("{} {texts}", entry.description);
            whole.trim().clone_into(&mut entry.description);
        }
    }
    vec![entry]
}

fn adds_up(details: &[Detail], signed: Option<Decimal>, is_debit: bool) -> bool {
    let sum = details
        .iter()
        .try_fold(Decimal::ZERO, |sum, detail| sum.checked_add(detail.signed(is_debit)?));
    sum.is_some() && sum == signed
}

fn split(entry: &Entry, details: Vec<Detail>, is_debit: bool) -> Vec<Entry> {
    let part = |detail: Detail| {
        let amount = detail.signed(is_debit);
        let row = detail.row;
        let direction = detail.is_debit.unwrap_or(is_debit);
        let part = Entry { amount, row, ..entry.clone() };
        with_detail(part, detail, direction)
    };
    details.into_iter().map(part).collect()
}

/// The same with what a detail says of it.
fn with_detail(mut entry: Entry, detail: Detail, is_debit: bool) -> Entry {
    entry.counterparty = if is_debit { detail.creditor } else { detail.debtor };
    // What both banks know stands first.
    let mut references = detail.references;
    references.append(&mut entry.references);
    references.sort_by_key(|reference| reference.kind);
    entry.references = references;
    entry.ordered = entry.ordered.or(detail.ordered);
    entry.executed_at = detail.executed_at;
    if !detail.texts.is_empty() {
        entry.description = detail.texts.join(" ");
    }
    entry
}
