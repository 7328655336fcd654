//! pacs.008: each payment is a transfer from a debtor's account to a creditor's.

use crate::support::{problems, read, survives_damage, transfers};

const MESSAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf>
<GrpHdr><MsgId>M1</MsgId><IntrBkSttlmDt>2025-03-04</IntrBkSttlmDt></GrpHdr>
<CdtTrfTxInf><PmtId><EndToEndId>E-1</EndToEndId><TxId>T-1</TxId></PmtId>
<IntrBkSttlmAmt Ccy="EUR">100.50</IntrBkSttlmAmt><InstdAmt Ccy="USD">110.00</InstdAmt>
<Dbtr><Nm>Ficticia A</Nm></Dbtr><DbtrAcct><Id><IBAN>ES9121000418450200051332</IBAN></Id></DbtrAcct>
<Cdtr><Nm>Ficticio B</Nm></Cdtr></CdtTrfTxInf>
<CdtTrfTxInf><PmtId><EndToEndId>E-1</EndToEndId></PmtId>
<IntrBkSttlmAmt Ccy="EUR">7</IntrBkSttlmAmt><IntrBkSttlmDt>2025-03-05</IntrBkSttlmDt>
<DbtrAcct><Id><Othr><Id>A-9</Id></Othr></Id></DbtrAcct><CdtrAcct><Id><Othr><Id>B-9</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
</FIToFICstmrCdtTrf></Document>
"#;

#[test]
fn each_payment_is_a_transfer_with_an_id_of_its_own() {
    let found = read("payments.xml", MESSAGE.as_bytes());
    assert_eq!(problems(&found.problems), Vec::<String>::new());
    let told: Vec<String> = found
        .value
        .transfers
        .iter()
        .map(|t| {
            format!("{} {} {} {} {} {:?}", t.source.row, t.id, t.moment, t.payer, t.payee, t.thing)
        })
        .collect();
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with("4 E-1 2025-03-04 ES9121000418450200051332 @Ficticio B "),
        "{told:?}"
    );
    assert!(told[0].contains("10050"), "{told:?}");
    assert!(told[1].starts_with("8 E-1.2 2025-03-05 A-9 B-9 "), "{told:?}");
}

#[test]
fn ids_are_unique_whatever_the_file_holds() {
    let payment = |id: &str, more: &str| {
        format!(
            "<CdtTrfTxInf><PmtId><EndToEndId>{id}</EndToEndId>{more}</PmtId><IntrBkSttlmAmt Ccy=\"EUR\">1.500\
             </IntrBkSttlmAmt><IntrBkSttlmDt>2025-03-05</IntrBkSttlmDt><Dbtr><Nm>A</Nm></Dbtr>\
             <Cdtr><Nm>B</Nm></Cdtr></CdtTrfTxInf>"
        )
    };
    let payments = [
        payment("E", ""),
        payment("E.2", ""),
        payment("E", ""),
        payment("E", ""),
        payment("NOTPROVIDED", "<TxId>T</TxId>"),
        payment("E", "<UETR>U</UETR>"),
    ];
    let text = format!(
        "<Document><FIToFICstmrCdtTrf>{}</FIToFICstmrCdtTrf></Document>",
        payments.concat()
    );
    let found = read("payments.xml", text.as_bytes());
    assert_eq!(problems(&found.problems), Vec::<String>::new());
    let ids: Vec<&str> = found.value.transfers.iter().map(|transfer| transfer.id).collect();
    assert_eq!(ids, ["E", "E.2", "E.3", "E.4", "T", "U"]);
    let moved = transfers(&found.value);
    assert!(moved[0].contains("@A -> @B 1.50 EUR"), "a point is a point: {moved:?}");
}

#[test]
fn totals_of_the_header_are_compared_with_what_is_there() {
    let header = "<MsgId>M1</MsgId><NbOfTxs>3</NbOfTxs><CtrlSum>107.50</CtrlSum>\
        <TtlIntrBkSttlmAmt Ccy=\"EUR\">100.00</TtlIntrBkSttlmAmt>";
    let text = MESSAGE.replace("<MsgId>M1</MsgId>", header);
    let found = read("payments.xml", text.as_bytes());
    assert_eq!(
        problems(&found.problems),
        [
            "0:3 NbOfTxs record-count-differs [3] [2]",
            "0:3 TtlIntrBkSttlmAmt control-total-differs [100.00] [107.50]",
        ]
    );
}

#[test]
fn what_is_missing_blocks_the_payment() {
    let text = MESSAGE
        .replace("<DbtrAcct><Id><Othr><Id>A-9</Id></Othr></Id></DbtrAcct>", "")
        .replace("<IntrBkSttlmAmt Ccy=\"EUR\">7</IntrBkSttlmAmt>", "");
    let found = read("payments.xml", text.as_bytes());
    assert_eq!(found.value.transfers.len(), 1);
    assert_eq!(
        problems(&found.problems),
        [
            "0:8 payer account-missing [] [-]",
            "0:8 amount amount-unreadable [] [1204.50]",
            "0:8 currency currency-missing [] [-]",
        ]
    );
}

#[test]
fn a_damaged_file_stays_readable() {
    survives_damage("a.xml", MESSAGE.as_bytes(), &[b"<CdtTrfTxInf>", b"</Id>", b"&", b"<"]);
}
