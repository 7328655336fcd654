//! OFX 1 in SGML: leaf tags stay open, one a line.

use super::detail::Detail;
use super::text::{Lines, cut, plain, signed_point};
use crate::worlds::World;
use crate::worlds::calendar::compact;
use crate::worlds::sheets::{Line, Sheet};

const HEADER: [&str; 10] = [
    "OFXHEADER:100",
    "DATA:OFXSGML",
    "VERSION:102",
    "SECURITY:NONE",
    "ENCODING:USASCII",
    "CHARSET:1252",
    "COMPRESSION:NONE",
    "OLDFILEUID:NONE",
    "NEWFILEUID:NONE",
    "",
];

/// Characters of a name.
const NAME_LENGTH: usize = 32;

pub(super) fn write(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let account = &world.accounts[sheet.account];
    let mut lines = Lines::new("\r\n");
    for line in HEADER {
        lines.push(line);
    }
    sign_on(&mut lines, sheet);
    lines.push(format!("<CURDEF>{}", account.currency()));
    lines.push("<BANKACCTFROM>");
    bank_account(&mut lines, account.routing.as_deref(), &account.number);
    lines.push("</BANKACCTFROM>");
    lines.push("<BANKTRANLIST>");
    lines.push(format!("<DTSTART>{}", compact(sheet.days.0)));
    lines.push(format!("<DTEND>{}", compact(sheet.days.1)));
    let rows = sheet.lines.iter().map(|line| entry(&mut lines, world, line)).collect();
    lines.push("</BANKTRANLIST>");
    lines.push("<LEDGERBAL>");
    lines.push(format!("<BALAMT>{}", signed_point(sheet.closing)));
    lines.push(format!("<DTASOF>{}", compact(sheet.days.1)));
    for end in ["</LEDGERBAL>", "</STMTRS>", "</STMTTRNRS>", "</BANKMSGSRSV1>", "</OFX>"] {
        lines.push(end);
    }
    (lines.into_utf8(), rows)
}

fn sign_on(lines: &mut Lines, sheet: &Sheet) {
    let status = ["<STATUS>", "<CODE>0", "<SEVERITY>INFO", "</STATUS>"];
    for line in ["<OFX>", "<SIGNONMSGSRSV1>", "<SONRS>"].iter().chain(&status) {
        lines.push(line);
    }
    lines.push(format!("<DTSERVER>{}060000", compact(sheet.days.1 + 1)));
    let rest = ["<LANGUAGE>ENG", "</SONRS>", "</SIGNONMSGSRSV1>", "<BANKMSGSRSV1>", "<STMTTRNRS>"];
    for line in rest.iter().chain(&["<TRNUID>0"]).chain(&status).chain(&["<STMTRS>"]) {
        lines.push(line);
    }
}

/// Bank and account. The bank of a CLABE is its first three digits, of an IBAN its next four.
fn bank_account(lines: &mut Lines, routing: Option<&str>, number: &str) {
    let is_iban = number.starts_with(|c: char| c.is_ascii_uppercase());
    let bank = routing.unwrap_or(if is_iban { &number[4..8] } else { &number[..3] });
    lines.push(format!("<BANKID>{bank}"));
    lines.push(format!("<ACCTID>{number}"));
    lines.push("<ACCTTYPE>CHECKING");
}

fn entry(lines: &mut Lines, world: &World, line: &Line) -> u64 {
    let detail = Detail::of(world, line.entry);
    let row = lines.push("<STMTTRN>");
    let kind = match (detail.is_charge, line.minor < 0) {
        (true, _) => "SRVCHG",
        (false, true) => "DEBIT",
        (false, false) => "CREDIT",
    };
    lines.push(format!("<TRNTYPE>{kind}"));
    lines.push(format!("<DTPOSTED>{}", compact(line.day)));
    lines.push(format!("<TRNAMT>{}", signed_point(line.minor)));
    lines.push(format!("<FITID>{}", detail.bank_reference));
    if let Some(reference) = &detail.end_to_end {
        lines.push(format!("<REFNUM>{reference}"));
    }
    if !detail.name.is_empty() {
        lines.push(format!("<NAME>{}", cut(&plain(&detail.name), NAME_LENGTH)));
    }
    if !detail.number.is_empty() {
        lines.push("<BANKACCTTO>");
        bank_account(lines, detail.routing.as_deref(), &detail.number);
        lines.push("</BANKACCTTO>");
    }
    lines.push(format!("<MEMO>{}", plain(&detail.description)));
    lines.push("</STMTTRN>");
    row
}
