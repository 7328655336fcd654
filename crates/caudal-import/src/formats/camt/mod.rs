//! ISO 20022 camt.052, camt.053 and camt.054, every version.
//!
//! *Shape.* One pass by paths. The amount of an entry is what was booked; its details are a statement
//! of how it came about, and take its place only where they add up to it, charges reckoned in.
//! Available balances never enter the chain of booked ones.
//!
//! *Authority.* ISO 20022 message definitions of camt.052, camt.053 and camt.054. Amounts are
//! unsigned and `CdtDbtInd` is the booking; `RvslInd` does not turn it round.

mod details;

use caudal_model::{
    Balance, Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode, ReferenceKind, Statement,
};

use crate::formats::Found;
use crate::formats::xml::{self, Element, Take};
use crate::report::{Fault, Report};
use details::Detail;

/// The longest raw text of an entry that is kept, in bytes.
const RAW_BYTES_MAX: usize = 16 << 10;

/// Whether a text is one of the three messages.
pub(super) fn is_camt(head: &str) -> bool {
    let names = ["BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"];
    head.trim_start().starts_with('<') && names.iter().any(|name| head.contains(name))
}

/// Reads all statements of a file.
pub(super) fn read(bytes: &[u8], found: &mut Found, report: &mut Report) {
    let Some(text) = xml::decoded(bytes, report) else { return };
    let mut reader = Reader::new(&text, found);
    xml::walk(&text, &mut reader, report);
    reader.end_entry(text.len(), report);
    reader.end_statement();
    report.in_part(0);
    if found.statements.is_empty() {
        report.file_problem(Fault::new(ProblemCode::RecordUnexpected, "camt").expected("Stmt"));
    }
}

/// A balance as it is being read.
#[derive(Default)]
struct BalanceDraft {
    kind: String,
    amount: Option<Decimal>,
    is_debit: bool,
    day: Option<i32>,
    row: u64,
}

/// An entry as it is being read, with its details.
#[derive(Default)]
struct EntryDraft {
    entry: Entry,
    start: usize,
    /// Unsigned.
    amount: Option<Decimal>,
    currency: Option<Currency>,
    is_debit: bool,
    info: String,
    details: Vec<Detail>,
}

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    statement: Option<Statement>,
    parts: u32,
    /// Length of the path of the statement, and of the entry.
    base: usize,
    entry_base: usize,
    balance: BalanceDraft,
    entry: Option<EntryDraft>,
    detail: Option<Detail>,
    detail_base: usize,
    page: (Option<u64>, Option<bool>),
    days: (Option<i32>, Option<i32>),
    /// Whether the booked balances are those of a day that goes on (camt.052).
    is_report: bool,
}

impl Take for Reader<'_, '_> {
    fn begin(&mut self, element: &Element<'_>, report: &mut Report) {
        let name = element.path.rsplit('/').next().unwrap_or("");
        match name {
            "Stmt" | "Rpt" | "Ntfctn" if self.statement.is_none() => {
                self.begin_statement(element, name == "Rpt", report);
            }
            "Bal" if self.statement.is_some() => {
                self.balance = BalanceDraft { row: element.row, ..BalanceDraft::default() };
            }
            "Ntry" if self.statement.is_some() && self.entry.is_none() => {
                let entry = Entry { part: self.parts, row: element.row, ..Entry::default() };
                self.entry = Some(EntryDraft { entry, start: element.at, ..EntryDraft::default() });
                self.entry_base = element.path.len();
            }
            "TxDtls" if self.entry.is_some() => {
                self.detail = Some(Detail::at(element.row));
                self.detail_base = element.path.len();
            }
            _ => {}
        }
    }

    fn end(&mut self, element: &Element<'_>, report: &mut Report) {
        if self.statement.is_none() {
            self.header(element);
        } else if self.entry.is_none() {
            self.of_statement(element, report);
        } else if self.detail.is_none() {
            self.of_entry(element, report);
        } else {
            self.of_detail(element, report);
        }
    }
}

impl<'t, 'r> Reader<'t, 'r> {
    fn new(text: &'t str, found: &'r mut Found) -> Self {
        Self {
            text,
            found,
            statement: None,
            parts: 0,
            base: 0,
            entry_base: 0,
            balance: BalanceDraft::default(),
            entry: None,
            detail: None,
            detail_base: 0,
            page: (None, None),
            days: (None, None),
            is_report: false,
        }
    }

    fn begin_statement(&mut self, element: &Element<'_>, is_report: bool, report: &mut Report) {
        self.parts += 1;
        report.in_part(self.parts);
        self.base = element.path.len();
        self.is_report = is_report;
        self.days = (None, None);
        let (page, is_last_page) = self.page;
        let (part, row) = (self.parts, element.row);
        self.statement = Some(Statement { part, row, page, is_last_page, ..Statement::default() });
    }

    /// Pages of the message stand before its statements.
    fn header(&mut self, element: &Element<'_>) {
        if element.path.ends_with("/MsgPgntn/PgNb") {
            self.page.0 = element.text.parse().ok();
        } else if element.path.ends_with("/MsgPgntn/LastPgInd") {
            self.page.1 = flag(element.text);
        }
    }

    fn of_statement(&mut self, element: &Element<'_>, report: &mut Report) {
        let inside = element.path.get(self.base..).unwrap_or("");
        if inside.is_empty() {
            self.end_statement();
            return;
        }
        if inside.starts_with("/Bal") {
            self.of_balance(inside, element, report);
            return;
        }
        let Some(statement) = &mut self.statement else { return };
        let text = element.text;
        match inside {
            "/Id" => statement.id = some(text),
            "/ElctrncSeqNb" => statement.sequence = text.parse().ok(),
            "/LglSeqNb" => statement.sequence = statement.sequence.or(text.parse().ok()),
            "/StmtPgntn/PgNb" | "/RptPgntn/PgNb" => statement.page = text.parse().ok(),
            "/StmtPgntn/LastPgInd" | "/RptPgntn/LastPgInd" => statement.is_last_page = flag(text),
            "/CpyDplctInd" => statement.is_copy = matches!(text, "DUPL" | "CODU"),
            "/FrToDt/FrDtTm" | "/FrToDt/FrDt" => self.days.0 = day(text),
            "/FrToDt/ToDtTm" | "/FrToDt/ToDt" => self.days.1 = day(text),
            "/Acct/Id/IBAN" | "/Acct/Id/Othr/Id" | "/Acct/Id/PrtryAcct/Id" => {
                text.clone_into(&mut statement.account.number);
            }
            "/Acct/Nm" | "/Acct/Ownr/Nm" => {
                statement.account.holder = statement.account.holder.take().or(some(text));
            }
            "/Acct/Svcr/FinInstnId/BIC" | "/Acct/Svcr/FinInstnId/BICFI" => {
                statement.account.bank = some(text);
            }
            "/Acct/Svcr/FinInstnId/Nm" => {
                statement.account.bank = statement.account.bank.take().or(some(text));
            }
            "/Acct/Ccy" => statement.currency = currency(text, element.row, report),
            _ => {}
        }
    }

    fn of_balance(&mut self, inside: &str, element: &Element<'_>, report: &mut Report) {
        match inside {
            "/Bal/Tp/CdOrPrtry/Cd" | "/Bal/Tp/CdOrPrtry/Prtry" => {
                element.text.clone_into(&mut self.balance.kind);
            }
            "/Bal/Amt" => {
                self.balance.amount = amount(element.text, element.row, report);
                if let Some(statement) = self.statement.as_mut().filter(|s| s.currency.is_none()) {
                    statement.currency = currency(element.currency, element.row, report);
                }
            }
            "/Bal/CdtDbtInd" => self.balance.is_debit = element.text == "DBIT",
            "/Bal/Dt/Dt" | "/Bal/Dt/DtTm" => self.balance.day = day(element.text),
            "/Bal" => self.end_balance(),
            _ => {}
        }
    }

    fn end_balance(&mut self) {
        let draft = std::mem::take(&mut self.balance);
        let (Some(amount), Some(statement)) = (draft.amount, &mut self.statement) else { return };
        let amount = if draft.is_debit { -amount } else { amount };
        let balance = Balance { amount, day: draft.day, row: draft.row };
        match draft.kind.as_str() {
            "OPBD" => statement.opening = Some(balance),
            "PRCD" => statement.opening = statement.opening.or(Some(balance)),
            "CLBD" => statement.closing = Some(balance),
            // An interim balance is the first of a page, or the last.
            "ITBD" if statement.opening.is_none() => statement.opening = Some(balance),
            "ITBD" => statement.closing = statement.closing.or(Some(balance)),
            // Available and expected balances never enter the chain.
            _ => {}
        }
    }

    fn of_entry(&mut self, element: &Element<'_>, report: &mut Report) {
        let inside = element.path.get(self.entry_base..).unwrap_or("");
        if inside.is_empty() {
            self.end_entry(element.at, report);
            return;
        }
        let Some(draft) = &mut self.entry else { return };
        let (text, row) = (element.text, element.row);
        match inside {
            "/Amt" => {
                draft.amount = amount(text, row, report);
                draft.currency = currency(element.currency, row, report);
            }
            "/CdtDbtInd" => draft.is_debit = text == "DBIT",
            "/RvslInd" => draft.entry.is_reversal = flag(text) == Some(true),
            "/Sts" | "/Sts/Cd" | "/Sts/Prtry" if !text.is_empty() => {
                draft.entry.status = match text {
                    "BOOK" => EntryStatus::Booked,
                    "INFO" => EntryStatus::Information,
                    _ => EntryStatus::Expected,
                };
            }
            "/BookgDt/Dt" | "/BookgDt/DtTm" => {
                draft.entry.booked_at = moment(text, row, "BookgDt", report);
            }
            "/ValDt/Dt" | "/ValDt/DtTm" => draft.entry.value_day = day(text),
            "/AcctSvcrRef" | "/NtryRef" => draft.entry.refer(ReferenceKind::Bank, text),
            "/BkTxCd/Prtry/Cd" | "/BkTxCd/Domn/Fmly/SubFmlyCd" if draft.entry.kind.is_empty() => {
                text.clone_into(&mut draft.entry.kind);
            }
            "/AmtDtls/InstdAmt/Amt" => {
                let other = Currency::from_code(element.currency);
                draft.entry.ordered =
                    Decimal::parse(text).zip(other.filter(|&other| Some(other) != draft.currency));
            }
            "/AddtlNtryInf" => text.clone_into(&mut draft.info),
            _ => {}
        }
    }

    fn of_detail(&mut self, element: &Element<'_>, _: &mut Report) {
        let inside = element.path.get(self.detail_base..).unwrap_or("");
        let Some(detail) = &mut self.detail else { return };
        if !inside.is_empty() {
            detail.take(inside, element);
            return;
        }
        if let (Some(detail), Some(draft)) = (self.detail.take(), &mut self.entry) {
            draft.details.push(detail);
        }
    }

    fn end_entry(&mut self, end: usize, report: &mut Report) {
        let Some(mut draft) = self.entry.take() else { return };
        let Some(statement) = &mut self.statement else { return };
        let mut cut = end.min(draft.start + RAW_BYTES_MAX).min(self.text.len());
        while !self.text.is_char_boundary(cut) {
            cut -= 1;
        }
        let raw = self.text.get(draft.start..cut).unwrap_or_default();
        draft.entry.raw = if cut < end { format!("{raw}…") } else { raw.to_owned() };
        draft.entry.amount = draft.amount;
        check_entry(&draft, statement.currency, report);
        without_foreign_amount(&mut draft, statement.currency);
        if statement.currency.is_none() {
            statement.currency = draft.currency;
        }
        if draft.entry.status != EntryStatus::Booked {
            let code = if draft.entry.status == EntryStatus::Information { "INFO" } else { "PDNG" };
            let fault = Fault::new(ProblemCode::EntryNotBooked, code);
            report.row_problem(draft.entry.row, fault);
        }
        statement.entries.extend(details::entries(draft, report));
    }

    fn end_statement(&mut self) {
        let Some(mut statement) = self.statement.take() else { return };
        if let (Some(from), Some(to)) = self.days {
            statement.period = Some((from, to));
        }
        // A report of a day that goes on may state one interim balance: that before its entries.
        if self.is_report && statement.closing.is_none() && statement.entries.is_empty() {
            statement.closing = statement.opening;
        }
        self.found.statements.push(statement);
    }
}

/// What an entry lacks or contradicts.
fn check_entry(draft: &EntryDraft, statement: Option<Currency>, report: &mut Report) {
    let row = draft.entry.row;
    if draft.amount.is_none() && !draft.entry.raw.contains("Amt") {
        let fault = Fault::new(ProblemCode::AmountUnreadable, "").expected("1204.50");
        report.cell_problem(row, "Amt", fault);
    }
    if draft.entry.booked_at.is_none() && draft.entry.value_day.is_none() {
        let fault = Fault::new(ProblemCode::DateUnreadable, "").expected("2025-04-03");
        report.cell_problem(row, "BookgDt", fault);
    }
    if let (Some(own), Some(account)) = (draft.currency, statement)
        && own != account
    {
        let fault = Fault::new(ProblemCode::CurrencyContradicts, own.code());
        report.cell_problem(row, "Amt", fault.expected(account.code()));
        // What it adds to a balance in the account's currency is not said.
        let stated = format!("{} {own}", draft.entry.amount.unwrap_or_default());
        let fault = Fault::new(ProblemCode::AmountUnreadable, &stated).expected(account.code());
        report.cell_problem(row, "Amt", fault);
    }
}

/// An amount in another currency than the account's is what was ordered, not what was booked.
fn without_foreign_amount(draft: &mut EntryDraft, statement: Option<Currency>) {
    let Some(own) = draft.currency.filter(|&own| statement.is_some_and(|account| account != own))
    else {
        return;
    };
    draft.entry.ordered = draft.amount.take().map(|amount| (amount, own));
    draft.details.clear();
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The day of a date or of a time as it is written; the zone does not move it.
pub(super) fn day(text: &str) -> Option<i32> {
    let number = |at: std::ops::Range<usize>| -> Option<u32> {
        let digits = text.get(at)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is_shaped = text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let year = i32::try_from(number(0..4)?).ok()?;
    let moment = Moment::from_date(year, number(5..7)?, number(8..10)?);
    moment.filter(|_| is_shaped).map(|moment| moment.day)
}

fn moment(text: &str, row: u64, column: &str, report: &mut Report) -> Option<Moment> {
    let found = day(text).map(|day| Moment { day, nanos: None });
    if found.is_none() {
        let fault = Fault::new(ProblemCode::DateUnreadable, text).expected("2025-04-03");
        report.cell_problem(row, column, fault);
    }
    found
}

/// An unsigned amount.
fn amount(text: &str, row: u64, report: &mut Report) -> Option<Decimal> {
    let found = Decimal::parse(text).filter(|amount| !amount.is_negative());
    if found.is_none() {
        let fault = Fault::new(ProblemCode::AmountUnreadable, text).expected("1204.50");
        report.cell_problem(row, "Amt", fault);
    }
    found
}

fn currency(code: &str, row: u64, report: &mut Report) -> Option<Currency> {
    let found = Currency::from_code(code);
    if found.is_none() && !code.is_empty() {
        report.cell_problem(row, "Ccy", Fault::new(ProblemCode::CurrencyUnknown, code));
    }
    found
}
