//! pacs.008: each payment is a transfer from a debtor's account to a creditor's.

use crate::support::{problems, read, survives_damage};

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
fn a_damaged_file_stays_readable() {
    survives_damage("a.xml", MESSAGE.as_bytes(), &[b"<CdtTrfTxInf>", b"</Id>", b"&", b"<"]);
}
