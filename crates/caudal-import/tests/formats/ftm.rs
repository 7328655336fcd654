//! `FollowTheMoney` entities.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use caudal_import::{Evidence, Format, Imported, ReadOptions, read_evidence};

use crate::support::{
    files_under, foreign, money_of, problems, read, shared_formats, survives_damage, transfers,
};

const ANA: &str =
    r#"{"id":"p-ana","schema":"Person","properties":{"name":["Ana Ficticia","A. F."]}}"#;
const LUZ: &str = r#"{"id":"c-luz","caption":"Luz Inventada SL","schema":"Company","properties":{"name":["Luz"]}}"#;

fn ftm(lines: &[&str]) -> Imported<Evidence> {
    let read = read("entities.ftm.json", lines.join("\n").as_bytes());
    assert_eq!(read.value.format, Some(Format::Ftm));
    read
}

/// A payment with these properties besides its date.
fn payment(id: &str, properties: &str) -> String {
    format!(
        r#"{{"id":"{id}","schema":"Payment","properties":{{"date":["2031-04-03"],{properties}}}}}"#
    )
}

#[test]
fn sides_are_accounts_by_iban_or_number_and_else_parties_by_name_or_id() {
    let read = ftm(&[
        &payment(
            "t1",
            r#""payerAccount":["a1"],"beneficiaryAccount":["a2"],"payer":["p-ana"],"amount":["120.50"],"currency":["EUR"]"#,
        ),
        &payment(
            "t2",
            r#""payer":["p-ana"],"beneficiary":["c-luz"],"amount":["7"],"currency":["MXN"]"#,
        ),
        &payment(
            "t3",
            r#""payer":["nobody-told"],"beneficiaryAccount":["a3"],"amount":["7"],"currency":["MXN"]"#,
        ),
        &payment(
            "t4",
            r#""payer":["w1"],"beneficiary":["c-luz"],"amount":["0.5"],"currency":["BTC"]"#,
        ),
        ANA,
        LUZ,
        r#"{"id":"a1","schema":"BankAccount","properties":{"iban":["ES9121000418450200051332"],"accountNumber":["0200051332"]}}"#,
        r#"{"id":"a2","schema":"BankAccount","properties":{"accountNumber":["123"],"bic":["CAIXESBB"]}}"#,
        r#"{"id":"a3","schema":"BankAccount","properties":{"bankName":["Banco Inventado"]}}"#,
        r#"{"id":"w1","schema":"CryptoWallet","properties":{"publicKey":["1FictionalWallet"]}}"#,
        "",
    ]);
    assert_eq!(
        transfers(&read.value),
        [
            "1 t1 2031-04-03 ES9121000418450200051332 -> 123 120.50 EUR",
            "2 t2 2031-04-03 Ana Ficticia -> Luz Inventada SL 7.00 MXN",
            "3 t3 2031-04-03 nobody-told -> a3 7.00 MXN",
            "4 t4 2031-04-03 1FictionalWallet -> Luz Inventada SL 0.50000000 BTC",
        ]
    );
    assert_eq!(read.problems, []);
}

#[test]
fn two_entities_with_one_name_stay_two_and_two_with_one_iban_are_one() {
    let read = ftm(&[
        r#"{"id":"p1","schema":"Person","properties":{"name":["Ana Ficticia"]}}"#,
        r#"{"id":"p2","schema":"Person","properties":{"name":["Ana Ficticia"]}}"#,
        r#"{"id":"a1","schema":"BankAccount","properties":{"iban":["ES9121000418450200051332"]}}"#,
        r#"{"id":"a2","schema":"BankAccount","properties":{"iban":["ES9121000418450200051332"]}}"#,
        &payment("t1", r#""payer":["p1"],"beneficiary":["p2"],"amount":["7"],"currency":["EUR"]"#),
        &payment(
            "t2",
            r#""payerAccount":["a1"],"beneficiaryAccount":["a2"],"amount":["7"],"currency":["EUR"]"#,
        ),
    ]);
    assert_eq!(
        transfers(&read.value),
        ["5 t1 2031-04-03 Ana Ficticia [p1] -> Ana Ficticia [p2] 7.00 EUR"]
    );
    assert_eq!(problems(&read.problems), ["0:6 - self-transfer [ES9121000418450200051332] [-]"]);
}

#[test]
fn several_amounts_or_parties_are_never_chosen_from() {
    let sides = r#""payer":["p-ana"],"beneficiary":["c-luz"]"#;
    let read = ftm(&[
        ANA,
        LUZ,
        &payment("t1", &format!(r#"{sides},"amount":["1","2"],"currency":["EUR"]"#)),
        &payment("t2", &format!(r#"{sides},"amountEur":["1"],"amountUsd":["2"]"#)),
        &payment("t3", &format!(r#"{sides},"amount":["1"],"currency":["EUR"],"amountEur":["2"]"#)),
        &payment(
            "t4",
            r#""payer":["p-ana","c-luz"],"beneficiary":["c-luz"],"amount":["1"],"currency":["EUR"]"#,
        ),
        &payment("t5", r#""payer":["p-ana"],"amount":["1"],"currency":["EUR"]"#),
        &payment("t6", &format!(r#"{sides},"amount":["1"],"currency":["EUR","USD"]"#)),
    ]);
    assert_eq!(transfers(&read.value), [""; 0]);
    assert_eq!(
        problems(&read.problems),
        [
            "0:3 amount amount-ambiguous [1, 2] [1 | 2]",
            "0:4 amount amount-ambiguous [1 EUR, 2 USD] [1 EUR | 2 USD]",
            "0:5 amount amount-ambiguous [1, 2] [1 | 2]",
            "0:6 payer account-key-contradicts [p-ana | c-luz] [-]",
            "0:6 payer account-missing [] [-]",
            "0:7 payee account-missing [] [-]",
            "0:8 amount amount-ambiguous [EUR, USD] [EUR | USD]",
        ]
    );
}

#[test]
fn an_amount_in_euros_or_dollars_alone_is_the_amount_and_beside_another_its_worth() {
    let sides = r#""payer":["p-ana"],"beneficiary":["c-luz"]"#;
    let read = ftm(&[
        &payment("t1", &format!(r#"{sides},"amountEur":["1.5"]"#)),
        &payment("t2", &format!(r#"{sides},"amountUsd":["1.5"]"#)),
        &payment("t3", &format!(r#"{sides},"amount":["20"],"currency":["MXN"],"amountUsd":["1"]"#)),
        &payment(
            "t4",
            &format!(r#"{sides},"amount":["20"],"currency":["USD"],"amountUsd":["20.0"]"#),
        ),
    ]);
    assert_eq!(
        transfers(&read.value),
        [
            "1 t1 2031-04-03 p-ana -> c-luz 1.50 EUR",
            "2 t2 2031-04-03 p-ana -> c-luz 1.50 USD",
            "3 t3 2031-04-03 p-ana -> c-luz 20.00 MXN",
            "4 t4 2031-04-03 p-ana -> c-luz 20.00 USD",
        ]
    );
}

#[test]
fn what_the_model_keeps_silently_is_told() {
    let sides = r#""payer":["p-ana"],"beneficiary":["c-luz"]"#;
    let read = ftm(&[
        &payment("t1", &format!(r#"{sides},"amount":["1.234,56"],"currency":["EUR"]"#)),
        &payment("t2", &format!(r#"{sides},"amount":["abc"],"currency":["usd"]"#)),
        &payment("t3", &format!(r#"{sides},"amount":["5"]"#)),
        &payment("", &format!(r#"{sides},"amount":["5"],"currency":["EUR"]"#)),
        &payment("t5", &format!(r#"{sides},"amount":[5.1],"currency":["EUR"]"#)),
        &payment("t6", &format!(r#"{sides},"amount":["5"],"currency":"EUR""#)),
        &payment("t6", &format!(r#"{sides},"amount":["5"],"currency":["EUR"]"#)),
    ]);
    assert_eq!(transfers(&read.value), ["6 t6 2031-04-03 p-ana -> c-luz 5.00 EUR"]);
    assert_eq!(
        problems(&read.problems),
        [
            "0:1 amount amount-ambiguous [1.234,56] [1234.56]",
            "0:2 amount amount-unreadable [abc] [1204.50]",
            "0:3 currency currency-missing [] [-]",
            "0:4 id id-missing [] [-]",
            "0:5 amount record-unexpected [amount] [-]",
            "0:5 amount amount-unreadable [] [1204.50]",
            "0:6 currency record-unexpected [currency] [-]",
            "0:7 id id-duplicate [t6] [6]",
        ]
    );
}

#[test]
fn dates_are_days_or_problems() {
    let rest = r#""payer":["p-ana"],"beneficiary":["c-luz"],"amount":["5"],"currency":["EUR"]"#;
    let with = |id: &str, dates: &str| {
        format!(r#"{{"id":"{id}","schema":"Payment","properties":{{{dates},{rest}}}}}"#)
    };
    let read = ftm(&[
        &with("t1", r#""date":["2031-04"]"#),
        &with("t2", r#""date":["2031-04-03","2031-04-04"]"#),
        &with("t3", r#""startDate":["2031-04-03"],"endDate":["2031-04-03"]"#),
        &with("t4", r#""startDate":["2031-04-03"],"endDate":["2031-04-30"]"#),
        &with("t5", r#""date":["2031-04-03","2031-04-03"]"#),
    ]);
    assert_eq!(
        transfers(&read.value),
        ["3 t3 2031-04-03 p-ana -> c-luz 5.00 EUR", "5 t5 2031-04-03 p-ana -> c-luz 5.00 EUR",]
    );
    assert_eq!(
        problems(&read.problems),
        [
            "0:1 date date-unreadable [2031-04] [2025-04-03]",
            "0:2 date date-unreadable [2031-04-03 | 2031-04-04] [2025-04-03T10:15:00Z]",
            "0:4 date date-unreadable [] [2025-04-03]",
        ]
    );
}

#[test]
fn an_account_of_two_numbers_stands_by_its_id() {
    let read = ftm(&[
        r#"{"id":"a1","schema":"BankAccount","properties":{"iban":["ES11","ES22"]}}"#,
        r#"{"id":"a2","schema":"BankAccount","properties":{"accountNumber":["1"]}}"#,
        r#"{"id":"a2","schema":"BankAccount","properties":{"accountNumber":["2"]}}"#,
        &payment(
            "t1",
            r#""payerAccount":["a1"],"beneficiaryAccount":["a2"],"amount":["7"],"currency":["EUR"]"#,
        ),
    ]);
    assert_eq!(transfers(&read.value), ["4 t1 2031-04-03 a1 -> a2 7.00 EUR"]);
    assert_eq!(
        problems(&read.problems),
        [
            "0:1 iban account-key-contradicts [ES11 | ES22] [-]",
            "0:3 iban account-key-contradicts [1 | 2] [-]",
        ]
    );
}

#[test]
fn lines_that_break_off_block_and_other_lines_are_told() {
    let read = ftm(&[
        ANA,
        r#"{"op":"DEL","entity":{"id":"p9"}}"#,
        r#"{"id":"t1","schema":"Payment","properties":{"amount":["1"#,
        r#"{"id":7,"schema":"Payment","properties":{}}"#,
        r#"["t1","Payment",null,{}]"#,
        &payment("t2", &format!("\"amount\":{}", "[".repeat(100_000))),
    ]);
    let codes: Vec<String> =
        read.problems.iter().map(|p| format!("{} {}", p.row.unwrap_or(0), p.code)).collect();
    let expected = [
        "2 record-unexpected",
        "3 file-truncated",
        "4 file-truncated",
        "5 file-truncated",
        "6 file-truncated",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_damaged_file_stays_readable() {
    let good = [
        ANA,
        LUZ,
        &payment(
            "t1",
            r#""payer":["p-ana"],"beneficiary":["c-luz"],"amount":["7"],"currency":["MXN"]"#,
        ),
    ]
    .join("\n");
    let pieces: [&[u8]; 6] = [b"{", b"[[", b"\"", b"\\u0000", b"null", b"1e999"];
    survives_damage("entities.ftm.json", good.as_bytes(), &pieces);
}

#[test]
fn the_currency_that_no_payment_names_is_the_one_that_is_said() {
    let line = payment("t1", r#""payer":["a"],"beneficiary":["b"],"amount":["5"]"#);
    let options = ReadOptions { currency: Some("CLP".to_owned()), ..ReadOptions::default() };
    let read =
        read_evidence("e.json", line.as_bytes(), &options, &mut |_| ControlFlow::Continue(()));
    assert_eq!(transfers(&read.value), ["1 t1 2031-04-03 a -> b 5 CLP"]);
}

#[test]
fn foreign_entities_are_read_and_every_payment_is_a_transfer_or_a_problem() {
    let Some(folder) = shared_formats("followthemoney") else { return };
    let is_entities = |name: &str| name.ends_with("entities.ftm.json");
    let files: Vec<_> = files_under(&folder)
        .into_iter()
        .filter(|path| path.to_str().is_some_and(is_entities))
        .collect();
    let mut total = 0;
    for path in &files {
        let bytes = foreign(path);
        let read = read("entities.ftm.json", &bytes);
        assert_eq!(read.value.format, Some(Format::Ftm), "{}", path.display());
        let text = String::from_utf8(bytes).expect("UTF-8");
        let payments = text.lines().filter(|line| line.contains("\"schema\": \"Payment\""));
        let count = payments.clone().count();
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in &read.problems {
            *codes.entry(problem.code.as_str()).or_default() += 1;
        }
        let read_count = read.value.transfers.len();
        println!("{}: {count} payments, {read_count} transfers, {codes:?}", path.display());
        // One payment names two parties that receive it.
        let blocked = codes.get("account-missing").copied().unwrap_or(0);
        assert_eq!(read_count + blocked, count);
        assert!(codes.keys().all(|code| code.starts_with("account-")), "{codes:?}");
        agree_with_json(&text, &read.value);
        total += read_count;
    }
    println!("{} files, {total} transfers", files.len());
}

#[test]
fn foreign_lists_of_changes_are_no_entities_and_say_so() {
    let Some(folder) = shared_formats("followthemoney") else { return };
    let mut count = 0;
    for path in files_under(&folder).iter().filter(|path| path.ends_with("entities.delta.json")) {
        let bytes = foreign(path);
        let read = read("entities.delta.json", &bytes);
        let is_ftm = read.value.format == Some(Format::Ftm);
        let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
        let of_lines = read.problems.iter().filter(|p| p.code.as_str() == "record-unexpected");
        assert!(!is_ftm || of_lines.count() == lines, "{}", path.display());
        assert!(read.value.transfers.is_empty());
        count += usize::from(is_ftm);
    }
    println!("{count} lists of changes");
}

/// Each transfer has the amount, date and names that another reader of JSON finds.
fn agree_with_json(text: &str, evidence: &Evidence) {
    let value = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    let lines: Vec<serde_json::Value> = text.lines().map(value).collect();
    let id_of = |entity: &serde_json::Value| entity["id"].as_str().unwrap_or("").to_owned();
    let by_id: BTreeMap<String, &serde_json::Value> =
        lines.iter().map(|entity| (id_of(entity), entity)).collect();
    for transfer in evidence.transfers.iter() {
        let properties = &by_id[transfer.id]["properties"];
        let first = |name: &str| properties[name][0].as_str().unwrap_or("");
        let name = |side: &str| by_id[first(side)]["properties"]["name"][0].as_str().unwrap_or("");
        let money = money_of(&transfer);
        assert_eq!(caudal_model::parse_minor(first("amountEur"), 2), Ok(money.minor));
        assert_eq!(transfer.moment.to_string(), first("date"));
        assert!(transfer.payer.starts_with(name("payer")), "{} {}", transfer.payer, name("payer"));
        assert!(transfer.payee.starts_with(name("beneficiary")));
    }
}
