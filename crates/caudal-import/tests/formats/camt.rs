//! camt.052, camt.053, camt.054: what is read, what is reported, foreign samples and their twins.

use std::collections::BTreeSet;

use caudal_model::{AccountText, Decimal, Entry, EntryStatus, Statement};
use serde_json::Value;

use crate::support::{
    self, difference, files_under, foreign, lines, problems, read, shared_formats, survives_damage,
};

const STATEMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><MsgPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></MsgPgntn></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>
<FrToDt><FrDtTm>2025-03-01T00:00:00</FrDtTm><ToDtTm>2025-03-31T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id><Ccy>EUR</Ccy><Nm>Comercial Ficticia</Nm></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-31</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">720.44</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-03-31</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">429.56</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2025-03-03</Dt></BookgDt><ValDt><Dt>2025-03-04</Dt></ValDt><AcctSvcrRef>B-1</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">329.56</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Nm>Proveedor Uno &amp; C&#237;a (ficticio)</Nm></Cdtr><CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></RltdPties></TxDtls>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">100.00</Amt></TxAmt></AmtDtls><RltdPties><Cdtr><Nm>Proveedor Dos (ficticio)</Nm></Cdtr></RltdPties><RmtInf><Ustrd>factura 2</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">150.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts>BOOK</Sts><BookgDt><Dt>2025-03-05</Dt></BookgDt>
<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Cliente (ficticio)</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">9.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>PDNG</Sts><BookgDt><Dt>2025-03-06</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"#;

#[test]
fn a_batch_that_adds_up_is_split_and_the_chain_closes() {
    let found = read("march.xml", STATEMENT.as_bytes());
    assert_eq!(problems(&found.problems), ["1:15 Sts entry-not-booked [PDNG] [-]"]);
    let [statement] = found.value.statements.as_slice() else { panic!("one statement") };
    assert_eq!(
        lines(statement),
        [
            "account ES9121000418450200051332 EUR",
            "opening 1000.00 on 2025-03-01",
            "11 2025-03-03 -329.56 DE89370400440532013000 Proveedor Uno & Cía (ficticio) | ",
            "12 2025-03-03 -100.00  Proveedor Dos (ficticio) | factura 2",
            "13 2025-03-05 150.00  Cliente (ficticio) | ",
            "15 2025-03-06 -9.00 Expected   | ",
            "closing 720.44 on 2025-03-31",
        ]
    );
    assert_eq!(difference(statement), Some(Decimal::ZERO), "a reversal does not turn the sign");
    assert_eq!((statement.sequence, statement.page), (Some(7), Some(1)));
    let references: Vec<&str> =
        statement.entries[0].references.iter().map(|r| r.text.as_str()).collect();
    assert_eq!(references, ["E-1", "B-1"], "what both banks know stands first");
}

#[test]
fn a_batch_that_does_not_add_up_stays_one_transfer() {
    let text = STATEMENT.replace("329.56", "329.55");
    let found = read("march.xml", text.as_bytes());
    let told = problems(&found.problems);
    assert!(told[0].ends_with("details-do-not-sum [-429.55] [-429.56]"), "{told:?}");
    assert_eq!(found.value.statements[0].entries.len(), 3);
    assert_eq!(difference(&found.value.statements[0]), Some(Decimal::ZERO));
}

#[test]
fn other_versions_and_prefixes_are_read_alike() {
    let text = STATEMENT
        .replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
        .replace("<Sts>PDNG</Sts>", "<Sts><Cd>PDNG</Cd></Sts>")
        .replace(
            "<Cdtr><Nm>Proveedor Dos (ficticio)</Nm></Cdtr>",
            "<Cdtr><Pty><Nm>Proveedor Dos (ficticio)</Nm></Pty></Cdtr>",
        )
        .replace("<Stmt>", "<n:Stmt>")
        .replace("</Stmt>", "</n:Stmt>");
    let found = read("march.xml", text.as_bytes());
    let statement = &found.value.statements[0];
    assert_eq!(difference(statement), Some(Decimal::ZERO));
    assert_eq!(
        statement.entries[1].counterparty.holder.as_deref(),
        Some("Proveedor Dos (ficticio)")
    );
}

#[test]
fn bad_values_are_reported_and_no_row_is_dropped() {
    let text = STATEMENT
        .replace("<Amt Ccy=\"EUR\">150.00</Amt>", "<Amt Ccy=\"USD\">-150.00</Amt>")
        .replace(
            "<BookgDt><Dt>2025-03-05</Dt></BookgDt>",
            "<BookgDt><Dt>05.03.2025</Dt></BookgDt>",
        );
    let found = read("march.xml", text.as_bytes());
    let codes: Vec<&str> = found.problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(
        codes,
        [
            "amount-sign-contradicts",
            "date-unreadable",
            "currency-contradicts",
            "amount-unreadable",
            "entry-not-booked"
        ]
    );
    assert_eq!(found.value.statements[0].entries.len(), 4);
}

#[test]
fn entities_are_never_expanded() {
    let text = STATEMENT.replace(
        "<Document",
        "<!DOCTYPE Document [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n<Document",
    )
    .replace("factura 2", "&b; 2");
    let found = read("march.xml", text.as_bytes());
    assert!(found.problems.iter().any(|p| p.found == "DOCTYPE"));
    assert_eq!(found.value.statements[0].entries[1].description, "&b; 2");
}

#[test]
fn the_declared_encoding_is_used_and_a_wrong_one_is_reported() {
    let latin = STATEMENT.replace("UTF-8", "ISO-8859-1").replace("C&#237;a", "Cía");
    let bytes: Vec<u8> =
        latin.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let found = read("march.xml", &bytes);
    let name = found.value.statements[0].entries[0].counterparty.holder.clone();
    assert_eq!(name.as_deref(), Some("Proveedor Uno & Cía (ficticio)"));
    assert_eq!(problems(&found.problems).len(), 1, "only the entry that is not booked");
    let wrong = read("march.xml", latin.as_bytes());
    assert_eq!(wrong.problems[0].code.as_str(), "encoding-contradicts-header");
}

#[test]
fn a_file_that_breaks_off_keeps_what_was_read() {
    let cut = STATEMENT.find("<RvslInd>").expect("a reversal");
    let found = read("march.xml", &STATEMENT.as_bytes()[..cut]);
    assert!(found.problems.iter().any(|p| p.code.as_str() == "file-truncated"));
    assert!(found.value.statements[0].entries.len() >= 2);
}

#[test]
fn a_damaged_file_stays_readable() {
    let pieces: &[&[u8]] =
        &[b"<Ntry>", b"</Stmt>", b"<TxDtls>", b"&", b"<![CDATA[", b"<Amt Ccy=\"", b"\xff"];
    survives_damage("a.xml", STATEMENT.as_bytes(), pieces);
    let deep = "<Stmt>".repeat(100_000);
    read("a.xml", format!("<Document><BkToCstmrStmt>{deep}").as_bytes());
}

/// A statement of an account with balances of 100 and 90, and what stands in it.
fn statement(inside: &str) -> String {
    let balance = |code: &str, amount: &str, day: &str| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
        )
    };
    let balances =
        [balance("OPBD", "100.00", "2025-03-01"), balance("CLBD", "90.00", "2025-03-03")];
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document><BkToCstmrStmt><GrpHdr/>\
         <Stmt><Id>S</Id><Acct><Id><IBAN>ES00LANTERN</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{}{inside}\
         </Stmt></BkToCstmrStmt></Document>\n",
        balances.concat()
    )
}

/// An entry of ten euros that leave.
fn entry(inside: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>\
         <BookgDt><Dt>2025-03-03</Dt></BookgDt>{inside}</Ntry>\n"
    )
}

fn detail(amount: &str, inside: &str) -> String {
    format!("<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt>{inside}</TxDtls>")
}

fn charge(amount: &str, is_included: bool) -> String {
    format!(
        "<Chrgs><Rcrd><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>\
         <ChrgInclInd>{is_included}</ChrgInclInd></Rcrd></Chrgs>"
    )
}

/// Amounts, charges and problems of the statement that holds one entry.
fn told(inside: &str) -> (Vec<String>, Vec<String>) {
    let found = read("a.xml", statement(&entry(inside)).as_bytes());
    let [statement] = found.value.statements.as_slice() else { panic!("one statement") };
    assert_eq!(difference(statement), Some(Decimal::ZERO), "the chain closes: {inside}");
    let line = |entry: &Entry| {
        let charges = entry.charges.map(|charges| format!(" with {charges}")).unwrap_or_default();
        format!("{}{charges}", entry.amount.expect("an amount"))
    };
    (statement.entries.iter().map(line).collect(), problems(&found.problems))
}

/// The problems of a good statement with a text put in place of another.
fn changed(old: &str, new: &str) -> (Statement, Vec<String>) {
    let good = statement(&entry("<ValDt><Dt>2025-03-04</Dt></ValDt>"));
    assert!(good.contains(old), "{old}");
    let found = read("a.xml", good.replacen(old, new, 1).as_bytes());
    let told = problems(&found.problems);
    (found.value.statements.into_iter().next().expect("a statement"), told)
}

#[test]
fn charges_are_reckoned_in_and_never_guessed() {
    let no_problem = Vec::<String>::new();
    let of = |amounts: &[&str]| amounts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let single =
        |amount: &str, charge: &str| format!("<NtryDtls>{}</NtryDtls>", detail(amount, charge));
    let pair = |inside: &str| {
        format!("<NtryDtls>{}{}</NtryDtls>", detail("4.00", inside), detail("4.00", inside))
    };
    let beside = charge("1.00", false);
    assert_eq!(told(&single("10.00", "")), (of(&["-10.00"]), no_problem.clone()));
    assert_eq!(
        told(&single("7.00", &charge("3.00", false))),
        (of(&["-10.00 with 3.00"]), no_problem.clone())
    );
    assert_eq!(
        told(&single("10.00", &charge("3.00", true))),
        (of(&["-10.00 with 3.00"]), no_problem.clone())
    );
    assert_eq!(
        told(&pair(&beside)),
        (of(&["-5.00 with 1.00", "-5.00 with 1.00"]), no_problem.clone())
    );
    assert_eq!(
        told(&format!("{}{}", charge("2.00", false), pair(""))),
        (of(&["-4.00", "-4.00", "-2.00 with 2.00"]), no_problem)
    );
    let open = "1:5 TxDtls details-do-not-sum";
    assert_eq!(
        told(&single("7.00", "")),
        (of(&["-10.00"]), vec![format!("{open} [-7.00] [-10.00]")])
    );
    assert_eq!(told(&pair("")), (of(&["-10.00"]), vec![format!("{open} [-8.00] [-10.00]")]));
}

#[test]
fn details_of_another_currency_or_without_amounts_leave_the_entry_whole() {
    let dollars = pair_of("<TxDtls><Amt Ccy=\"USD\">4.00</Amt></TxDtls>", "6.00");
    let open = vec!["1:5 TxDtls details-do-not-sum [?] [-10.00]".to_owned()];
    assert_eq!(told(&dollars), (vec!["-10.00".to_owned()], open.clone()));
    let reference = "<TxDtls><Refs><EndToEndId>E-1</EndToEndId></Refs></TxDtls>";
    let silent = format!("<NtryDtls>{reference}{reference}</NtryDtls>");
    assert_eq!(told(&silent), (vec!["-10.00".to_owned()], open));
    let ordered = "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy=\"USD\">11.00</Amt></InstdAmt>\
                   </AmtDtls></TxDtls></NtryDtls>";
    let found = read("a.xml", statement(&entry(ordered)).as_bytes());
    assert_eq!(problems(&found.problems), Vec::<String>::new());
    let (amount, currency) = found.value.statements[0].entries[0].ordered.expect("ordered");
    assert_eq!((amount.to_string(), currency.code()), ("11.00".to_owned(), "USD"));
}

fn pair_of(first: &str, other: &str) -> String {
    format!("<NtryDtls>{first}{}</NtryDtls>", first.replace("4.00", other))
}

#[test]
fn a_batch_of_many_details_repeats_no_long_text() {
    let details = detail("0.01", "").repeat(1000);
    let text = "x".repeat(100_000);
    let inside = format!("<NtryDtls>{details}</NtryDtls><AddtlNtryInf>{text}</AddtlNtryInf>");
    let found = read("a.xml", statement(&entry(&inside)).as_bytes());
    let entries = &found.value.statements[0].entries;
    assert_eq!((entries.len(), found.problems.len()), (1000, 0));
    let kept: usize = entries.iter().map(|e| e.raw.len() + e.description.len()).sum();
    assert!(kept < 100_000, "{kept}");
}

#[test]
fn a_long_entry_is_cut_at_a_character() {
    let text = "ñ".repeat(10_000);
    let inside = format!("<AddtlNtryInf>{text}</AddtlNtryInf>");
    let found = read("a.xml", statement(&entry(&inside)).as_bytes());
    let raw = &found.value.statements[0].entries[0].raw;
    assert!(raw.starts_with("<Ntry>") && raw.ends_with("ñ…") && raw.len() <= (1 << 14) + 3);
    let (statement, _) = changed("90.00", "90.00");
    let raw = &statement.entries[0].raw;
    assert!(raw.starts_with("<Ntry>") && raw.ends_with("</Ntry>"), "{raw}");
}

#[test]
fn the_other_side_is_the_one_who_is_not_the_holder() {
    let parties = "<RltdPties><Dbtr><Nm>LANTERN LTD</Nm></Dbtr>\
        <DbtrAcct><Id><IBAN>ES00LANTERN</IBAN></Id></DbtrAcct>\
        <Cdtr><Pty><Nm>PLUM ORCHARD</Nm></Pty></Cdtr>\
        <CdtrAcct><Id><Othr><Id>777</Id></Othr></Id></CdtrAcct></RltdPties>\
        <RltdAgts><CdtrAgt><FinInstnId><BICFI>PLUMDE00XXX</BICFI></FinInstnId></CdtrAgt></RltdAgts>";
    let details = format!("<NtryDtls>{}</NtryDtls>", detail("10.00", parties));
    // A payment, one that is taken back, and one that comes back: all keep the payment's sides.
    for (mark, reversal) in [("DBIT", false), ("CRDT", true), ("CRDT", false)] {
        let text = statement(&entry(&format!("<RvslInd>{reversal}</RvslInd>{details}")));
        let found = read("a.xml", text.replace("DBIT", mark).as_bytes());
        let entry = &found.value.statements[0].entries[0];
        let AccountText { number, bank, holder } = &entry.counterparty;
        assert_eq!((number.as_str(), holder.as_deref()), ("777", Some("PLUM ORCHARD")), "{mark}");
        assert_eq!((bank.as_deref(), entry.is_reversal), (Some("PLUMDE00XXX"), reversal));
    }
}

#[test]
fn only_booked_entries_are_booked() {
    for (status, read, problem) in [
        ("<Sts>BOOK</Sts>", EntryStatus::Booked, None),
        ("<Sts><Cd>BOOK</Cd></Sts>", EntryStatus::Booked, None),
        ("<Sts>PDNG</Sts>", EntryStatus::Expected, Some("[PDNG] [-]")),
        ("<Sts><Cd>FUTR</Cd></Sts>", EntryStatus::Expected, Some("[FUTR] [-]")),
        ("<Sts>INFO</Sts>", EntryStatus::Information, Some("[INFO] [-]")),
        ("<Sts><Prtry>X</Prtry></Sts>", EntryStatus::Information, Some("[X] [-]")),
        ("", EntryStatus::Information, Some("[] [BOOK]")),
    ] {
        let (statement, told) = changed("<Sts>BOOK</Sts>", status);
        let problem = problem.map(|problem| format!("1:5 Sts entry-not-booked {problem}"));
        assert_eq!(statement.entries[0].status, read, "{status}");
        assert_eq!(told, problem.into_iter().collect::<Vec<_>>(), "{status}");
    }
}

#[test]
fn oddities_of_entries_are_reported() {
    let amount = "<Ntry><Amt Ccy=\"EUR\">10.00</Amt>";
    for (old, new, read, problem) in [
        (amount, "<Ntry>", "-", "Amt amount-unreadable [] [1204.50]"),
        (amount, "<Ntry><Amt>10.00</Amt>", "-10.00", "Ccy currency-missing [] [EUR]"),
        (amount, "<Ntry><Amt Ccy=\"ZZZ\">10</Amt>", "-10", "Ccy currency-unknown [ZZZ] [EUR]"),
        ("10.00", "10,00", "-", "Amt amount-ambiguous [10,00] [1204.50]"),
        ("10.00", "ten", "-", "Amt amount-unreadable [ten] [1204.50]"),
        ("10.00", "-10.00", "10.00", "Amt amount-sign-contradicts [-10.00] [10.00]"),
        ("10.00", "10.001", "-10.001", "Amt amount-digits-beyond-currency [10.001] [2]"),
        (
            "10.00",
            "999999999999999999999999",
            "-",
            "Amt amount-overflow [999999999999999999999999] [-]",
        ),
        (
            "<CdtDbtInd>DBIT</CdtDbtInd>",
            "",
            "-",
            "CdtDbtInd amount-unreadable [10.00] [CRDT | DBIT]",
        ),
        (
            "2025-03-04",
            "2025-02-30",
            "-10.00",
            "ValDt value-date-does-not-exist [2025-02-30] [2025-02-28]",
        ),
        ("2025-03-04", "4.3.2025", "-10.00", "ValDt date-unreadable [4.3.2025] [2025-04-03]"),
        (
            "2025-03-03</Dt></BookgDt>",
            "2025-02-29</Dt></BookgDt>",
            "-10.00",
            "BookgDt date-does-not-exist [2025-02-29] [2025-02-28]",
        ),
    ] {
        let (statement, told) = changed(old, new);
        let amount = statement.entries[0].amount;
        assert_eq!(amount.map_or("-".to_owned(), |amount| amount.to_string()), read, "{new}");
        assert_eq!(told, [format!("1:5 {problem}")], "{new}");
    }
}

#[test]
fn a_time_with_a_zone_keeps_the_day_that_is_written() {
    let time = "<DtTm>2025-03-03T00:00:00+01:00</DtTm></BookgDt>";
    let (statement, told) = changed("<Dt>2025-03-03</Dt></BookgDt>", time);
    let booked = statement.entries[0].booked_at.map(|moment| moment.to_string());
    assert_eq!((booked.as_deref(), told.len()), (Some("2025-03-03"), 0));
}

/// Balances of a statement with some more of them before its own.
fn balances_with(more: &[(&str, &str, &str)], own: &str) -> [Option<String>; 2] {
    let good = statement(&entry(""));
    let balance = |&(code, amount, day): &(&str, &str, &str)| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )
    };
    let more: String = more.iter().map(balance).collect();
    let mut text = good.replacen("<Bal>", &format!("{more}<Bal>"), 1);
    for code in ["OPBD", "CLBD"].iter().filter(|code| !own.contains(**code)) {
        // A balance of available money, which never enters the chain.
        let at = text.rfind(code).expect("its own balance");
        text.replace_range(at..at + 4, "XPCD");
    }
    let found = read("a.xml", text.as_bytes());
    let statement = &found.value.statements[0];
    [statement.opening, statement.closing].map(|b| b.map(|b| b.amount.to_string()))
}

#[test]
fn the_books_open_and_close_with_the_right_balances() {
    let day = "2025-03-02";
    for (more, own, opening, closing) in [
        (vec![("PRCD", "7.00", day)], "OPBD CLBD", "100.00", "90.00"),
        (vec![("PRCD", "7.00", day)], "CLBD", "7.00", "90.00"),
        (vec![("OPAV", "7.00", day), ("CLAV", "8.00", day)], "OPBD CLBD", "100.00", "90.00"),
        (vec![("ITBD", "7.00", day)], "OPBD", "100.00", "7.00"),
        (vec![("ITBD", "7.00", day)], "CLBD", "7.00", "90.00"),
        (vec![("ITBD", "7.00", day)], "", "-", "7.00"),
        (vec![("ITBD", "7.00", day), ("ITBD", "8.00", day)], "", "7.00", "8.00"),
        // Two days in one statement: the first opens, the last closes.
        (vec![("CLBD", "95.00", day), ("OPBD", "95.00", day)], "OPBD CLBD", "100.00", "90.00"),
    ] {
        let found = balances_with(&more, own);
        let found = found.map(|balance| balance.unwrap_or("-".to_owned()));
        assert_eq!(found, [opening.to_owned(), closing.to_owned()], "{more:?} {own}");
    }
}

#[test]
fn a_balance_in_another_currency_closes_nothing() {
    let (statement, told) = changed("Ccy=\"EUR\">90.00", "Ccy=\"USD\">90.00");
    assert_eq!((statement.closing, difference(&statement)), (None, None));
    assert_eq!(told, ["1:4 Bal currency-contradicts [USD] [EUR]"]);
    let (statement, told) = changed(" Ccy=\"EUR\">90.00", ">90.00");
    assert_eq!(difference(&statement), Some(Decimal::ZERO));
    assert_eq!(told, ["1:4 Bal balance-currency-missing [] [EUR]"]);
}

#[test]
fn stated_totals_are_compared_with_what_is_there() {
    let totals =
        |inside: &str| changed("<Ntry>", &format!("<TxsSummry>{inside}</TxsSummry><Ntry>")).1;
    let right = "<TtlNtries><NbOfNtries>1</NbOfNtries><Sum>10.00</Sum><TtlNetNtry><Amt>10.00</Amt>\
                 <CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry></TtlNtries>";
    assert_eq!(totals(right), Vec::<String>::new());
    let wrong = "<TtlDbtNtries><NbOfNtries>2</NbOfNtries><Sum>11.00</Sum></TtlDbtNtries>";
    assert_eq!(
        totals(wrong),
        [
            "1:5 NbOfNtries record-count-differs [2] [1]",
            "1:5 Sum control-total-differs [11.00] [10.00]",
        ]
    );
    let batch = pair_of(&detail("4.00", ""), "6.00");
    let batch = batch.replacen("<NtryDtls>", "<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch>", 1);
    assert_eq!(told(&batch).1, ["1:5 NbOfTxs record-count-differs [3] [2]"]);
}

#[test]
fn broken_markup_costs_no_entry() {
    for (old, new, problem) in [
        ("</ValDt></Ntry>", "</Ntry>", "1:5 - record-unexpected [</Ntry>] [-]"),
        ("</Stmt>", "</x></Stmt>", "1:7 - record-unexpected [</x>] [-]"),
        (
            "<ValDt>",
            "<AddtlNtryInf>A & B</AddtlNtryInf><ValDt>",
            "1:5 - record-unexpected [& B] [-]",
        ),
        ("<ValDt>", "<AddtlNtryInf>&x;</AddtlNtryInf><ValDt>", "1:5 - record-unexpected [&x;] [-]"),
    ] {
        let entry = entry("<ValDt><Dt>2025-03-04</Dt></ValDt>");
        let good = statement(&entry.repeat(2));
        assert!(good.contains(old), "{old}");
        let found = read("a.xml", good.replacen(old, new, 1).as_bytes());
        assert_eq!(found.value.statements[0].entries.len(), 2, "{new}");
        assert_eq!(problems(&found.problems), [problem], "{new}");
    }
}

#[test]
fn every_encoding_is_read_and_contradictions_are_told() {
    let good = statement(&entry("<AddtlNtryInf>FAROLA ÑANDÚ</AddtlNtryInf>"));
    let named = |name: &str| good.replace("UTF-8", name);
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let narrow = |text: &str| -> Vec<u8> {
        text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect()
    };
    let mark = |bytes: Vec<u8>| [b"\xff\xfe".to_vec(), bytes].concat();
    for (bytes, problem) in [
        (narrow(&named("ISO-8859-1")), None),
        (narrow(&named("windows-1252")), None),
        (mark(wide(&named("UTF-16"))), None),
        (good.clone().into_bytes(), None),
        (narrow(&good), Some("[Windows-1252] [UTF-8]")),
        (named("utf-16").into_bytes(), Some("[UTF-8] [utf-16]")),
        (named("ISO-8859-1").into_bytes(), Some("[UTF-8] [ISO-8859-1]")),
        (mark(wide(&good)), Some("[UTF-16LE] [UTF-8]")),
    ] {
        let found = read("a.xml", &bytes);
        let problem = problem.map(|problem| format!("0:- - encoding-contradicts-header {problem}"));
        assert_eq!(problems(&found.problems), problem.into_iter().collect::<Vec<_>>());
        assert_eq!(found.value.statements[0].entries[0].description, "FAROLA ÑANDÚ");
    }
    let undeclared = narrow(&good.replace(" encoding=\"UTF-8\"", ""));
    let told = problems(&read("a.xml", &undeclared).problems);
    assert_eq!(told, ["0:5 - encoding-not-utf8 [Windows-1252] [UTF-8]"]);
}

#[test]
fn pages_of_a_message_are_those_of_its_only_statement() {
    let pages = "<GrpHdr><MsgPgntn><PgNb>2</PgNb><LastPgInd>false</LastPgInd></MsgPgntn></GrpHdr>";
    let (statement, _) = changed("<GrpHdr/>", pages);
    assert_eq!((statement.page, statement.is_last_page), (Some(2), Some(false)));
    let own = "<Id>S</Id><StmtPgntn><PgNb>7</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>";
    let (statement, _) = changed("<Id>S</Id>", own);
    assert_eq!((statement.page, statement.is_last_page), (Some(7), Some(true)));
}

/// Amount in minor units with currency, days of booking and of value, and the bank's reference.
type Line = (i128, String, Option<String>, Option<String>, Vec<String>);

/// What the twin says of its entries.
fn twin_entries(twin: &Value) -> Vec<Line> {
    let entries = twin["getEntries"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let day = |date: &Value| text(&date["0"]).map(|date| date[..10].to_owned());
    let read = |entry: &Value| {
        let amount = text(&entry["getAmount"]["getAmount"])?.parse().ok()?;
        let currency = text(&entry["getAmount"]["getCurrency"]["getCode"])?;
        let details = entry["getTransactionDetails"].as_array().cloned().unwrap_or_default();
        let mut references = vec![text(&entry["getAccountServicerReference"])];
        // The only detail is that of the entry, and stands there in the twin.
        if let [_] = details[..] {
            let reference = &entry["getTransactionDetail"]["getReference"];
            references.push(text(&reference["getEndToEndId"]));
            references.push(text(&reference["getUuidEndToEndReference"]));
        }
        let is_one = |text: &String| !text.is_empty() && text != "NOTPROVIDED";
        let references = references.into_iter().flatten().filter(is_one).collect();
        Some((
            amount,
            currency,
            day(&entry["getBookingDate"]),
            day(&entry["getValueDate"]),
            references,
        ))
    };
    entries.iter().filter_map(read).collect()
}

/// The same of what was read.
fn own_entries(statements: &[Statement]) -> Vec<Line> {
    let mut found = Vec::new();
    for statement in statements {
        for entry in &statement.entries {
            // What is booked in another currency than the account's is kept as what was ordered.
            let is_debit = entry.raw.contains("<CdtDbtInd>DBIT");
            let own = entry.amount.zip(statement.currency);
            let signed =
                |(amount, code): (Decimal, _)| (if is_debit { -amount } else { amount }, code);
            let (amount, currency) = own.or(entry.ordered.map(signed)).expect("an amount");
            let amount = amount.minor(currency.exponent()).expect("digits of the currency");
            let references = entry.references.iter().map(|r| r.text.clone()).collect();
            let booked = entry.booked_at.map(|moment| moment.to_string());
            let value = entry.value_day.map(support::day);
            found.push((amount, currency.code().to_owned(), booked, value, references));
        }
    }
    found
}

/// Whether what was read agrees with the twin: it may know more references.
fn agrees(own: &Line, theirs: &Line) -> bool {
    let has_all = theirs.4.iter().all(|text| own.4.contains(text));
    (own.0, &own.1, &own.2, &own.3) == (theirs.0, &theirs.1, &theirs.2, &theirs.3) && has_all
}

/// Account and balances of the statement agree with those of the twin; gives how many balances do.
fn check_record(name: &str, record: &Value, statement: &Statement) -> usize {
    let account = record["getAccount"]["getIdentification"].as_str();
    assert_eq!(Some(statement.account.number.as_str()), account, "{name}");
    let balances = record["getBalances"].as_array().cloned().unwrap_or_default();
    let mut agree = 0;
    for (kind, own) in [("opening", statement.opening), ("closing", statement.closing)] {
        let Some(own) = own else { continue };
        let currency = statement.currency.expect("a currency");
        let is_same = |balance: &&Value| {
            let amount = &balance["getAmount"];
            // An interim balance opens or closes, by where it stands.
            let told = balance["getType"].as_str();
            let is_kind = told == Some(kind) || told == Some("interim");
            let minor = own.amount.minor(currency.exponent()).map(|minor| minor.to_string());
            let day = own.day.map(support::day);
            is_kind
                && amount["getAmount"].as_str() == minor.as_deref()
                && amount["getCurrency"]["getCode"].as_str() == Some(currency.code())
                && balance["getDate"]["0"].as_str().map(|day| &day[..10]) == day.as_deref()
        };
        assert!(balances.iter().any(|b| is_same(&b)), "{name}: {kind} {own:?} {balances:#?}");
        agree += 1;
    }
    agree
}

/// Samples that differ from their twins, and why.
const EXPLAINED: &[(&str, &str)] =
    &[("camt053.v2.multi.statement", "the twin lists the entries of the last statement only")];

#[test]
fn every_foreign_sample_agrees_with_its_twin_or_is_explained() {
    let Some(folder) = shared_formats("iso20022/genkgo-camt/test/data") else { return };
    let [mut files, mut statements, mut agree, mut explained, mut balances, mut closed, mut open] =
        [0; 7];
    let is_xml = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "xml");
    for path in files_under(&folder).into_iter().filter(is_xml) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let found = read("sample.xml", &foreign(&path));
        let codes: BTreeSet<&str> = found.problems.iter().map(|p| p.code.as_str()).collect();
        let own = own_entries(&found.value.statements);
        let has_balances = found.value.statements.iter().any(|s| s.opening.is_some());
        assert!(!own.is_empty() || has_balances || !codes.is_empty(), "{name}");
        files += 1;
        statements += found.value.statements.len();
        for statement in &found.value.statements {
            match difference(statement) {
                Some(zero) if zero.is_zero() => closed += 1,
                Some(off) => {
                    open += 1;
                    println!("{name}: invented sums, off by {off}");
                }
                None => {}
            }
        }
        let twin = path.with_extension("json");
        let Some(twin) = twin.is_file().then(|| foreign(&twin)) else {
            println!("{name}: no twin, {codes:?}");
            continue;
        };
        println!("{name}: {} entries, {codes:?}", own.len());
        let twin: Value = serde_json::from_slice(&twin).expect("a twin is JSON");
        let theirs = twin_entries(&twin);
        let is_same =
            own.len() == theirs.len() && own.iter().zip(&theirs).all(|(a, b)| agrees(a, b));
        let reason = EXPLAINED.iter().find(|(known, _)| *known == name);
        match reason {
            Some((_, why)) => {
                println!("{name}: {why}");
                explained += 1;
            }
            None => assert!(is_same, "{name}: {own:#?} and not {theirs:#?}"),
        }
        let record = &twin["getEntries"][0]["getRecord"];
        let record = if record.is_object() { record } else { &twin["getRecords"][0] };
        if record.is_object() && reason.is_none() {
            balances += check_record(&name, record, &found.value.statements[0]);
        }
        agree += if is_same { own.len() } else { 0 };
    }
    println!(
        "{files} files, {statements} statements, {agree} entries and {balances} balances agree, \
         {explained} files explained, {closed} statements close, {open} have invented sums"
    );
    assert!(files >= 26 && agree > 20 && balances > 10, "{files} {agree} {balances}");
}

#[test]
fn other_foreign_samples_are_read_or_reported() {
    for folder in ["iso20022/prowide-iso20022", "iso20022/pain001"] {
        let Some(folder) = shared_formats(folder) else { return };
        let (mut files, mut entries, mut transfers) = (0, 0, 0);
        for path in files_under(&folder) {
            let bytes = foreign(&path);
            let text = String::from_utf8_lossy(&bytes);
            let is_ours = text.contains("BkToCstmr") || text.contains("FIToFICstmrCdtTrf");
            if !is_ours || path.extension().is_none_or(|extension| extension != "xml") {
                continue;
            }
            let found = read("sample.xml", &bytes);
            let here: usize = found.value.statements.iter().map(|s| s.entries.len()).sum();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let codes: BTreeSet<&str> = found.problems.iter().map(|p| p.code.as_str()).collect();
            println!(
                "{name}: {here} entries, {} transfers, {codes:?}",
                found.value.transfers.len()
            );
            assert!(
                here + found.value.transfers.len() + found.value.statements.len() > 0
                    || !codes.is_empty(),
                "{name}"
            );
            files += 1;
            entries += here;
            transfers += found.value.transfers.len();
        }
        println!("{files} files, {entries} entries, {transfers} transfers");
    }
}
