//! ISO 20022 pacs.008: payments between banks, each from a debtor's account to a creditor's.
//!
//! *Shape.* A transfer for each `CdtTrfTxInf`, with the interbank amount and the day of settlement;
//! amounts in other currencies are what was ordered, not what was moved.
//!
//! *Authority.* ISO 20022 message definition of pacs.008.

use std::borrow::Cow;
use std::collections::BTreeMap;

use caudal_model::ProblemCode;

use crate::fields::Cell;
use crate::formats::Found;
use crate::formats::xml::{self, Element, Take};
use crate::report::{Fault, Report};
use crate::transfers::{column, empty_row};

/// Whether a text is such a message.
pub(super) fn is_pacs008(head: &str) -> bool {
    head.contains("FIToFICstmrCdtTrf") && head.trim_start().starts_with('<')
}

/// Reads all payments of a file.
pub(super) fn read(bytes: &[u8], found: &mut Found, report: &mut Report) {
    let Some(text) = xml::decoded(bytes, report) else { return };
    let mut reader =
        Reader { found, payment: None, base: 0, day: String::new(), ids: BTreeMap::new() };
    xml::walk(&text, &mut reader, report);
    if reader.ids.is_empty() && !report.has_any() {
        let fault = Fault::new(ProblemCode::RecordUnexpected, "pacs.008").expected("CdtTrfTxInf");
        report.file_problem(fault);
    }
}

/// A payment as it is being read.
#[derive(Default)]
struct Payment {
    row: u64,
    ids: [String; 3],
    amount: String,
    currency: String,
    day: String,
    debtor: [String; 2],
    creditor: [String; 2],
}

struct Reader<'r> {
    found: &'r mut Found,
    payment: Option<Payment>,
    base: usize,
    /// The day of settlement of the whole message.
    day: String,
    ids: BTreeMap<String, u32>,
}

impl Take for Reader<'_> {
    fn begin(&mut self, element: &Element<'_>, _: &mut Report) {
        if element.path.ends_with("/CdtTrfTxInf") && self.payment.is_none() {
            self.payment = Some(Payment { row: element.row, ..Payment::default() });
            self.base = element.path.len();
        }
    }

    fn end(&mut self, element: &Element<'_>, report: &mut Report) {
        let text = element.text;
        let Some(payment) = &mut self.payment else {
            if element.path.ends_with("/GrpHdr/IntrBkSttlmDt") {
                text.clone_into(&mut self.day);
            }
            return;
        };
        match element.path.get(self.base..).unwrap_or("") {
            "/PmtId/UETR" => text.clone_into(&mut payment.ids[0]),
            "/PmtId/EndToEndId" if text != "NOTPROVIDED" => text.clone_into(&mut payment.ids[1]),
            "/PmtId/TxId" => text.clone_into(&mut payment.ids[2]),
            "/IntrBkSttlmAmt" => {
                text.clone_into(&mut payment.amount);
                element.currency.clone_into(&mut payment.currency);
            }
            "/IntrBkSttlmDt" => text.clone_into(&mut payment.day),
            "/Dbtr/Nm" | "/Dbtr/Pty/Nm" => text.clone_into(&mut payment.debtor[1]),
            "/Cdtr/Nm" | "/Cdtr/Pty/Nm" => text.clone_into(&mut payment.creditor[1]),
            "/DbtrAcct/Id/IBAN" | "/DbtrAcct/Id/Othr/Id" => text.clone_into(&mut payment.debtor[0]),
            "/CdtrAcct/Id/IBAN" | "/CdtrAcct/Id/Othr/Id" => {
                text.clone_into(&mut payment.creditor[0]);
            }
            "" => self.finish(report),
            _ => {}
        }
    }
}

impl Reader<'_> {
    fn finish(&mut self, report: &mut Report) {
        let Some(payment) = self.payment.take() else { return };
        let row = payment.row;
        let first = |names: [String; 2]| {
            let [account, name] = names;
            if account.is_empty() && !name.is_empty() { format!("@{name}") } else { account }
        };
        let mut id = payment.ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default();
        if !id.is_empty() {
            let count = self.ids.entry(id.clone()).or_default();
            *count += 1;
            if *count > 1 {
                id = format!("{id}.{count}");
            }
        }
        let day = if payment.day.is_empty() { self.day.clone() } else { payment.day };
        let mut cells = empty_row();
        let values = [
            (column::ID, id),
            (column::DATE, day),
            (column::PAYER, first(payment.debtor)),
            (column::PAYEE, first(payment.creditor)),
            (column::AMOUNT, payment.amount),
            (column::CURRENCY, payment.currency),
        ];
        for (at, value) in values {
            cells[at] = Cell::Text(Cow::Owned(value));
        }
        self.found.intake.take(report, row, &cells);
    }
}
