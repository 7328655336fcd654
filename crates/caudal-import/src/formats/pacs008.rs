//! ISO 20022 pacs.008: payments between banks, each from a debtor's account to a creditor's.
//!
//! *Shape.* A transfer for each `CdtTrfTxInf`, with the interbank amount and the day of settlement;
//! amounts in other currencies are what was ordered, not what was moved. The number of payments and
//! their total are compared with what the header states.
//!
//! *Authority.* ISO 20022 message definition of pacs.008.

use std::borrow::Cow;
use std::collections::BTreeMap;

use caudal_model::{Decimal, ProblemCode};

use crate::fields::Cell;
use crate::formats::Found;
use crate::formats::xml::{self, Step, Walker, tags};
use crate::report::{Fault, Report};
use crate::transfers::{column, empty_row};

tags! {
    Cdtr = "Cdtr",
    CdtrAcct = "CdtrAcct",
    CdtTrfTxInf = "CdtTrfTxInf",
    CtrlSum = "CtrlSum",
    Dbtr = "Dbtr",
    DbtrAcct = "DbtrAcct",
    EndToEndId = "EndToEndId",
    GrpHdr = "GrpHdr",
    Iban = "IBAN",
    Id = "Id",
    InstrId = "InstrId",
    IntrBkSttlmAmt = "IntrBkSttlmAmt",
    IntrBkSttlmDt = "IntrBkSttlmDt",
    NbOfTxs = "NbOfTxs",
    Nm = "Nm",
    Othr = "Othr",
    PmtId = "PmtId",
    Pty = "Pty",
    TtlIntrBkSttlmAmt = "TtlIntrBkSttlmAmt",
    TxId = "TxId",
    Uetr = "UETR",
}

/// Whether a text is such a message.
pub(super) fn is_pacs008(head: &str) -> bool {
    head.contains("FIToFICstmrCdtTrf") && head.trim_start().starts_with('<')
}

/// Reads all payments of a file.
pub(super) fn read(bytes: &[u8], found: &mut Found, report: &mut Report) {
    let Some(text) = xml::decode(bytes, report) else { return };
    let mut reader = Reader::default();
    let mut walker = Walker::<Tag>::new(&text);
    loop {
        match walker.step(report) {
            Step::Open => {
                reader.opens(&mut walker, report);
                if !report.goes_on(walker.start(), text.len()) {
                    return;
                }
            }
            Step::Close(content) => {
                reader.closes(walker.path(), content, walker.attribute("Ccy"), (found, report));
            }
            Step::End => break,
        }
    }
    reader.end_message(report);
    if !reader.has_payments && !report.has_any() {
        let fault = Fault::new(ProblemCode::RecordUnexpected, "pacs.008").expected("CdtTrfTxInf");
        report.file_problem(fault);
    }
}

/// A payment as it is being read.
#[derive(Default)]
struct Payment<'a> {
    row: u64,
    /// UETR, end-to-end id, id of the transaction, id of the instruction.
    ids: [Cow<'a, str>; 4],
    amount: Cow<'a, str>,
    currency: &'a str,
    day: Cow<'a, str>,
    /// Account and name.
    debtor: [Cow<'a, str>; 2],
    creditor: [Cow<'a, str>; 2],
}

/// What the header of a message says of it, and what is there.
#[derive(Default)]
struct Message<'a> {
    row: u64,
    /// The day of settlement of all payments that state none.
    day: Cow<'a, str>,
    count_stated: Option<u64>,
    /// The sum without regard to currencies, and the total in one.
    sums_stated: Vec<(&'static str, Decimal)>,
    count: u64,
    /// Absent once an amount could not be read.
    sum: Option<Decimal>,
}

#[derive(Default)]
struct Reader<'a> {
    message: Message<'a>,
    payment: Option<(Payment<'a>, usize)>,
    ids: BTreeMap<String, u64>,
    has_payments: bool,
}

impl<'a> Reader<'a> {
    fn opens(&mut self, walker: &mut Walker<'a, Tag>, report: &mut Report) {
        let depth = walker.path().len();
        match walker.path().last() {
            Some(Tag::CdtTrfTxInf) if self.payment.is_none() => {
                let row = walker.row();
                self.payment = Some((Payment { row, ..Payment::default() }, depth));
                self.has_payments = true;
            }
            Some(Tag::GrpHdr) if self.payment.is_none() => {
                self.end_message(report);
                let (row, sum) = (walker.row(), Some(Decimal::ZERO));
                self.message = Message { row, sum, ..Message::default() };
            }
            _ => {}
        }
    }

    fn closes(
        &mut self,
        path: &[Tag],
        text: Cow<'a, str>,
        currency: &'a str,
        (found, report): (&mut Found, &mut Report),
    ) {
        match &mut self.payment {
            Some((payment, depth)) if path.len() > *depth => {
                payment.leaf(&path[*depth..], text, currency);
            }
            Some(_) => self.end_payment(found, report),
            None => {
                if let [.., Tag::GrpHdr, tag] = path {
                    self.message.leaf(*tag, text);
                }
            }
        }
    }

    fn end_payment(&mut self, found: &mut Found, report: &mut Report) {
        let Some((payment, _)) = self.payment.take() else { return };
        let amount = Decimal::parse(&payment.amount);
        let message = &mut self.message;
        message.count += 1;
        message.sum = message.sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount));
        let day = if payment.day.is_empty() { message.day.clone() } else { payment.day };
        let id = self.own_id(payment.ids);
        let mut cells = empty_row();
        let values = [
            (column::ID, id),
            (column::DATE, day),
            (column::PAYER, account(payment.debtor)),
            (column::PAYEE, account(payment.creditor)),
            (column::AMOUNT, payment.amount),
            (column::CURRENCY, Cow::Borrowed(payment.currency)),
        ];
        for (at, value) in values {
            cells[at] = Cell::Text(value);
        }
        // In XML a point is a point: 1.500 is one and a half.
        let exact = amount.and_then(|amount| Some((amount.minor(amount.scale())?, amount.scale())));
        if let Some((unscaled, scale)) = exact {
            cells[column::AMOUNT] = Cell::Number { unscaled, scale };
        }
        found.intake.take(report, payment.row, &cells);
    }

    /// The first id that the payment has, made unique in the file.
    fn own_id(&mut self, ids: [Cow<'a, str>; 4]) -> Cow<'a, str> {
        let is_id = |id: &Cow<'_, str>| !id.is_empty() && !id.eq_ignore_ascii_case("NOTPROVIDED");
        let Some(id) = ids.into_iter().find(is_id) else { return Cow::Borrowed("") };
        let mut count = *self.ids.get(&*id).unwrap_or(&0);
        let mut own = id.to_string();
        while count > 0 && (own == *id || self.ids.contains_key(&own)) {
            count += 1;
            own = format!("{id}.{count}");
        }
        self.ids.insert(id.into_owned(), count.max(1));
        self.ids.entry(own.clone()).or_insert(1);
        Cow::Owned(own)
    }

    fn end_message(&mut self, report: &mut Report) {
        let Message { row, count_stated, sums_stated, count, sum, .. } =
            std::mem::take(&mut self.message);
        if let Some(stated) = count_stated.filter(|&stated| stated != count) {
            let fault = Fault::new(ProblemCode::RecordCountDiffers, &stated.to_string());
            report.cell_problem(row, "NbOfTxs", fault.expected(count.to_string()));
        }
        let Some(sum) = sum else { return };
        for (column, stated) in sums_stated.into_iter().filter(|(_, stated)| *stated != sum) {
            let fault = Fault::new(ProblemCode::ControlTotalDiffers, &stated.to_string());
            report.cell_problem(row, column, fault.expected(sum.to_string()));
        }
    }
}

impl<'a> Message<'a> {
    fn leaf(&mut self, tag: Tag, text: Cow<'a, str>) {
        let column = match tag {
            Tag::IntrBkSttlmDt => return self.day = text,
            Tag::NbOfTxs => return self.count_stated = text.parse().ok(),
            Tag::CtrlSum => "CtrlSum",
            Tag::TtlIntrBkSttlmAmt => "TtlIntrBkSttlmAmt",
            _ => return,
        };
        self.sums_stated.extend(Decimal::parse(&text).map(|sum| (column, sum)));
    }
}

impl<'a> Payment<'a> {
    fn leaf(&mut self, path: &[Tag], text: Cow<'a, str>, currency: &'a str) {
        let slot =
            match path {
                [Tag::PmtId, Tag::Uetr] => &mut self.ids[0],
                [Tag::PmtId, Tag::EndToEndId] => &mut self.ids[1],
                [Tag::PmtId, Tag::TxId] => &mut self.ids[2],
                [Tag::PmtId, Tag::InstrId] => &mut self.ids[3],
                [Tag::IntrBkSttlmAmt] => {
                    self.currency = currency;
                    &mut self.amount
                }
                [Tag::IntrBkSttlmDt] => &mut self.day,
                [Tag::DbtrAcct, Tag::Id, Tag::Iban]
                | [Tag::DbtrAcct, Tag::Id, Tag::Othr, Tag::Id] => &mut self.debtor[0],
                [Tag::CdtrAcct, Tag::Id, Tag::Iban]
                | [Tag::CdtrAcct, Tag::Id, Tag::Othr, Tag::Id] => &mut self.creditor[0],
                [Tag::Dbtr, Tag::Nm] | [Tag::Dbtr, Tag::Pty, Tag::Nm] => &mut self.debtor[1],
                [Tag::Cdtr, Tag::Nm] | [Tag::Cdtr, Tag::Pty, Tag::Nm] => &mut self.creditor[1],
                _ => return,
            };
        *slot = text;
    }
}

/// A side by its account, else by its name.
fn account([account, name]: [Cow<'_, str>; 2]) -> Cow<'_, str> {
    if account.is_empty() && !name.is_empty() {
        return Cow::Owned(format!("@{name}"));
    }
    account
}
