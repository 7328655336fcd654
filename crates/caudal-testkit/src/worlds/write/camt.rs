//! camt.053.001.02, one element a line.

use super::detail::Detail;
use super::text::{Lines, point};
use crate::worlds::World;
use crate::worlds::calendar::iso;
use crate::worlds::sheets::{Line, Sheet};

pub(super) fn write(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let account = &world.accounts[sheet.account];
    let currency = account.currency();
    let mut lines = Lines::new("\n");
    head(&mut lines, world, sheet);
    lines.push("<Acct>");
    let is_iban = matches!(currency, "EUR");
    lines.push(account_id(&account.number, is_iban));
    lines.push(format!("<Ccy>{currency}</Ccy>"));
    lines.push(format!("<Ownr><Nm>{}</Nm></Ownr>", account.holder));
    lines.push(format!("<Svcr><FinInstnId><Nm>{}</Nm></FinInstnId></Svcr>", account.bank));
    lines.push("</Acct>");
    balance(&mut lines, ("OPBD", currency), sheet.opening, sheet.days.0);
    balance(&mut lines, ("CLBD", currency), sheet.closing, sheet.days.1);
    let rows = sheet.lines.iter().map(|line| entry(&mut lines, world, line, currency)).collect();
    for end in ["</Stmt>", "</BkToCstmrStmt>", "</Document>"] {
        lines.push(end);
    }
    (lines.into_utf8(), rows)
}

fn head(lines: &mut Lines, world: &World, sheet: &Sheet) {
    let (year, month) = (sheet.month.year, sheet.month.month);
    let id = format!("CF-{}-{year}-{month:02}", world.accounts[sheet.account].number);
    let created = format!("{}T06:00:00", iso(sheet.days.1 + 1));
    lines.push(r#"<?xml version="1.0" encoding="UTF-8"?>"#);
    lines.push(r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">"#);
    lines.push("<BkToCstmrStmt>");
    lines.push(format!("<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>"));
    lines.push("<Stmt>");
    lines.push(format!("<Id>{id}</Id>"));
    lines.push(format!("<ElctrncSeqNb>{month}</ElctrncSeqNb>"));
    lines.push(format!("<CreDtTm>{created}</CreDtTm>"));
    let (from, to) = (iso(sheet.days.0), iso(sheet.days.1));
    lines.push(format!(
        "<FrToDt><FrDtTm>{from}T00:00:00</FrDtTm><ToDtTm>{to}T23:59:59</ToDtTm></FrToDt>"
    ));
}

fn account_id(number: &str, is_iban: bool) -> String {
    if is_iban {
        format!("<Id><IBAN>{number}</IBAN></Id>")
    } else {
        format!("<Id><Othr><Id>{number}</Id></Othr></Id>")
    }
}

fn amount(minor: i128, currency: &str) -> String {
    format!(r#"<Amt Ccy="{currency}">{}</Amt>"#, point(minor))
}

const fn mark(minor: i128) -> &'static str {
    if minor < 0 { "<CdtDbtInd>DBIT</CdtDbtInd>" } else { "<CdtDbtInd>CRDT</CdtDbtInd>" }
}

fn balance(lines: &mut Lines, (code, currency): (&str, &str), minor: i128, day: i32) {
    lines.push("<Bal>");
    lines.push(format!("<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"));
    lines.push(amount(minor, currency));
    lines.push(mark(minor));
    lines.push(format!("<Dt><Dt>{}</Dt></Dt>", iso(day)));
    lines.push("</Bal>");
}

fn entry(lines: &mut Lines, world: &World, line: &Line, currency: &str) -> u64 {
    let detail = Detail::of(world, line.entry);
    let row = lines.push("<Ntry>");
    lines.push(amount(line.minor, currency));
    lines.push(mark(line.minor));
    lines.push("<Sts>BOOK</Sts>");
    lines.push(format!("<BookgDt><Dt>{}</Dt></BookgDt>", iso(line.day)));
    lines.push(format!("<ValDt><Dt>{}</Dt></ValDt>", iso(line.value_day)));
    lines.push(format!("<AcctSvcrRef>{}</AcctSvcrRef>", detail.bank_reference));
    let code = if detail.is_charge { "CHRG" } else { "TRF" };
    lines.push(format!("<BkTxCd><Prtry><Cd>{code}</Cd></Prtry></BkTxCd>"));
    if let Some((minor, ordered)) = detail.ordered {
        let ordered = amount(minor, ordered);
        lines.push(format!("<AmtDtls><InstdAmt>{ordered}</InstdAmt></AmtDtls>"));
    }
    if detail.kept_minor > 0 {
        lines.push(format!("<Chrgs>{}</Chrgs>", amount(detail.kept_minor, currency)));
    }
    lines.push("<NtryDtls><TxDtls>");
    let end_to_end = detail.end_to_end.as_deref().unwrap_or("NOTPROVIDED");
    lines.push(format!("<Refs><EndToEndId>{end_to_end}</EndToEndId></Refs>"));
    other_side(lines, &detail);
    lines.push(format!("<RmtInf><Ustrd>{}</Ustrd></RmtInf>", detail.description));
    lines.push("</TxDtls></NtryDtls>");
    lines.push("</Ntry>");
    row
}

/// The other side: the creditor of a debit, the debtor of a credit.
fn other_side(lines: &mut Lines, detail: &Detail) {
    if detail.name.is_empty() {
        return;
    }
    let tag = if detail.is_to_other { "Cdtr" } else { "Dbtr" };
    lines.push("<RltdPties>");
    lines.push(format!("<{tag}><Nm>{}</Nm></{tag}>", detail.name));
    if !detail.number.is_empty() {
        let id = account_id(&detail.number, detail.is_iban);
        lines.push(format!("<{tag}Acct>{id}</{tag}Acct>"));
    }
    lines.push("</RltdPties>");
    if let Some(routing) = &detail.routing {
        let member = format!("<ClrSysMmbId><MmbId>{routing}</MmbId></ClrSysMmbId>");
        lines.push(format!(
            "<RltdAgts><{tag}Agt><FinInstnId>{member}</FinInstnId></{tag}Agt></RltdAgts>"
        ));
    }
}
