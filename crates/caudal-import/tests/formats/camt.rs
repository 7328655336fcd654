//! camt.052, camt.053, camt.054: what is read, what is reported, foreign samples and their twins.

use std::collections::BTreeSet;

use caudal_model::{Decimal, Statement};
use serde_json::Value;

use crate::support::{
    difference, files_under, foreign, lines, problems, read, shared_formats, survives_damage,
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
    assert_eq!(problems(&found.problems), ["1:15 - entry-not-booked [PDNG] [-]"]);
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
            "amount-unreadable",
            "date-unreadable",
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

/// Amounts of the twin's entries in minor units, signed, with their currency.
fn twin_entries(twin: &Value) -> Vec<(i128, String)> {
    let entries = twin["getEntries"].as_array().cloned().unwrap_or_default();
    let read = |entry: &Value| {
        let amount = entry["getAmount"]["getAmount"].as_str()?.parse().ok()?;
        Some((amount, entry["getAmount"]["getCurrency"]["getCode"].as_str()?.to_owned()))
    };
    entries.iter().filter_map(read).collect()
}

/// The same of what was read: parts of a batch together, by the text of their entry.
fn own_entries(statements: &[Statement]) -> Vec<(i128, String)> {
    let mut found: Vec<(i128, String)> = Vec::new();
    for statement in statements {
        let mut last: Option<&str> = None;
        for entry in &statement.entries {
            let currency = statement.currency.expect("samples have one");
            // What is booked in another currency than the account's is kept as what was ordered.
            let foreign = entry.ordered.filter(|_| entry.amount.is_none());
            let is_debit = entry.raw.contains("<CdtDbtInd>DBIT");
            let foreign = foreign.map(|(a, code)| (if is_debit { -a } else { a }, code));
            let Some((amount, currency)) = entry.amount.map(|a| (a, currency)).or(foreign) else {
                continue;
            };
            let Some(amount) = amount.minor(currency.exponent()) else { continue };
            let is_part =
                last == Some(entry.raw.as_str()) && entry.raw.matches("<TxDtls").count() > 1;
            match found.last_mut().filter(|_| is_part) {
                Some(whole) => whole.0 += amount,
                None => found.push((amount, currency.code().to_owned())),
            }
            last = Some(&entry.raw);
        }
    }
    found
}

/// Samples that differ from their twins, and why.
const EXPLAINED: &[(&str, &str)] =
    &[("camt053.v2.multi.statement", "the twin lists the entries of the last statement only")];

#[test]
fn every_foreign_sample_agrees_with_its_twin_or_is_explained() {
    let Some(folder) = shared_formats("iso20022/genkgo-camt/test/data") else { return };
    let (mut files, mut entries, mut agree, mut explained, mut closed, mut open) =
        (0, 0, 0, 0, 0, 0);
    for path in files_under(&folder) {
        if path.extension().is_none_or(|extension| extension != "xml") {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let found = read("sample.xml", &foreign(&path));
        let own = own_entries(&found.value.statements);
        let codes: BTreeSet<&str> = found.problems.iter().map(|p| p.code.as_str()).collect();
        assert!(!found.value.statements.is_empty() || !codes.is_empty(), "{name}");
        files += 1;
        entries += own.len();
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
        let twin: Value = serde_json::from_slice(&twin).expect("a twin is JSON");
        let theirs = twin_entries(&twin);
        if own == theirs {
            agree += own.len();
        } else if let Some((_, why)) = EXPLAINED.iter().find(|(known, _)| *known == name) {
            println!("{name}: {why}");
            explained += 1;
        } else {
            panic!("{name}: {own:?} and not {theirs:?}");
        }
        let account =
            |pointer: &str| twin.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let account = account("/getEntries/0/getRecord/getAccount/getIdentification");
        if let (Some(account), Some(statement)) = (account, found.value.statements.first()) {
            assert_eq!(statement.account.number, account, "{name}");
        }
    }
    println!(
        "{files} files, {entries} entries, {agree} agree, {explained} files explained, {closed} statements close, {open} have invented sums"
    );
    assert!(agree > 20, "{agree}");
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
