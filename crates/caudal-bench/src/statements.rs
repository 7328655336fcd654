//! How fast statements are read, on one core: from bytes in memory to entries.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::time::Instant;

use caudal_import::{ReadOptions, read_evidence};

/// Runs of each file; the median is printed.
const RUNS: usize = 5;

const CAMT_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>
<Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-01-01</Dt></Dt></Bal>
"#;

const MT940_HEAD: &str = ":20:S\n:25:ES9121000418450200051332\n:28C:1/1\n:60F:C250101EUR0,00\n";

/// Reads a made statement of each kind and prints entries a second.
pub(crate) fn run(entries: u64) {
    for (name, text) in [("camt.053", camt(entries)), ("MT940", mt940(entries))] {
        let mut times: Vec<_> = (0..RUNS).map(|_| read(name, &text, entries)).collect();
        times.sort_unstable();
        let milliseconds = times[RUNS / 2].max(1);
        let (rate, size) = (entries * 1_000 / milliseconds, text.len() / 1_000_000);
        println!(
            "{name:8} {entries} entries, {size} MB: {milliseconds} ms, {rate} entries a second"
        );
    }
}

/// Milliseconds that a reading takes.
fn read(name: &str, text: &str, entries: u64) -> u64 {
    let start = Instant::now();
    let read = read_evidence(name, text.as_bytes(), &ReadOptions::default(), &mut |_| {
        ControlFlow::Continue(())
    });
    let taken = start.elapsed().as_millis();
    let found: usize = read.value.statements.iter().map(|found| found.entries.len()).sum();
    assert_eq!(found as u64, entries, "every entry is read");
    u64::try_from(taken).unwrap_or(u64::MAX)
}

fn camt(entries: u64) -> String {
    let mut text = CAMT_HEAD.to_owned();
    for at in 0..entries {
        let (whole, cents, day, party) = (1 + at % 997, at % 100, 1 + at % 28, at % 1_000);
        let side = if at % 2 == 0 { "DBIT" } else { "CRDT" };
        let _ = writeln!(
            text,
            "<Ntry><Amt Ccy=\"EUR\">{whole}.{cents:02}</Amt><CdtDbtInd>{side}</CdtDbtInd>\
             <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2025-01-{day:02}</Dt></BookgDt>\
             <ValDt><Dt>2025-01-{day:02}</Dt></ValDt><AcctSvcrRef>R{at}</AcctSvcrRef>\
             <NtryDtls><TxDtls><Refs><EndToEndId>E{at}</EndToEndId></Refs>\
             <RltdPties><Dbtr><Pty><Nm>Fictional Payer {party}</Nm></Pty></Dbtr>\
             <DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>\
             <RmtInf><Ustrd>Invoice {at} of fiction</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        );
    }
    text.push_str("</Stmt></BkToCstmrStmt></Document>\n");
    text
}

fn mt940(entries: u64) -> String {
    let mut text = MT940_HEAD.to_owned();
    for at in 0..entries {
        let (whole, cents, day, party) = (1 + at % 997, at % 100, 1 + at % 28, at % 1_000);
        let side = if at % 2 == 0 { "D" } else { "C" };
        let _ = write!(
            text,
            ":61:2501{day:02}01{day:02}{side}{whole},{cents:02}NTRFR{at}//B{at}\n\
             :86:Invoice {at} of fiction from Fictional Payer {party}\n"
        );
    }
    text.push_str(":62F:C250131EUR0,00\n-\n");
    text
}
