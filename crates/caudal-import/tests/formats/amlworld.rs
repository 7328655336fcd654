//! The generators AMLworld and AMLSim.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use caudal_import::{Evidence, Format, Imported, ReadOptions, read_evidence};
use caudal_model::Decimal;

use crate::support::{foreign, money_of, problems, read, shared_data, survives_damage, transfers};

const HEADER: &str = "Timestamp,From Bank,Account,To Bank,Account,Amount Received,\
                      Receiving Currency,Amount Paid,Payment Currency,Payment Format,Is Laundering";

fn world(rows: &[&str]) -> Imported<Evidence> {
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    let read = read("HI-Nowhere_Trans.csv", text.as_bytes());
    assert_eq!(read.value.format, Some(Format::Amlworld));
    read
}

fn in_dollars(name: &str, bytes: &[u8]) -> Imported<Evidence> {
    let options = ReadOptions { currency: Some("USD".to_owned()), ..ReadOptions::default() };
    read_evidence(name, bytes, &options, &mut |_| ControlFlow::Continue(()))
}

#[test]
fn rows_are_read_by_position_and_names_of_currencies_become_codes() {
    let read = world(&[
        "2031/09/01 00:20,070,A0001,020,B0002,3697.34,US Dollar,3697.34,US Dollar,ACH,0",
        "2031/09/01 23:59,7,A0001,3,C0003,52.5,Mexican Peso,2.61,Euro,Wire,1",
        "2031/09/02 00:00,0,A0,00,B0,0.125,Bitcoin,0.125,Bitcoin,Bitcoin,0",
    ]);
    assert_eq!(
        transfers(&read.value),
        [
            "2 r2 2031-09-01T00:20:00Z 70:A0001 -> 20:B0002 3697.34 USD",
            "3 r3 2031-09-01T23:59:00Z 7:A0001 -> 3:C0003 2.61 EUR received 52.50 MXN",
            "4 r4 2031-09-02T00:00:00Z 0:A0 -> 0:B0 0.12500000 BTC",
        ]
    );
    assert_eq!(read.problems, []);
}

#[test]
fn banks_with_and_without_zeros_are_one_bank() {
    let read = world(&[
        "2031/09/01 00:20,021174,A,012,B,1.00,Euro,1.00,Euro,ACH,0",
        "2031/09/01 00:21,12,B,21174,A,1.00,Euro,1.00,Euro,ACH,0",
    ]);
    assert_eq!(read.value.transfers.names().iter().collect::<Vec<_>>(), ["21174:A", "12:B"]);
}

#[test]
fn reinvestments_are_notes_and_no_transfers_unless_they_convert() {
    let read = world(&[
        "2031/09/01 00:20,10,A,10,A,5.00,US Dollar,5.00,US Dollar,Reinvestment,0",
        "2031/09/01 00:20,10,A,010,A,5.00,US Dollar,4.00,Euro,Wire,0",
    ]);
    assert_eq!(
        transfers(&read.value),
        ["3 r3 2031-09-01T00:20:00Z 10:A -> 10:A 4.00 EUR received 5.00 USD"]
    );
    assert_eq!(problems(&read.problems), ["0:2 - self-transfer [10:A] [-]"]);
}

#[test]
fn what_is_wrong_with_a_row_is_told_with_its_place() {
    let read = world(&[
        "2031/09/31 00:20,1,A,2,B,1.00,Euro,1.00,Euro,ACH,0",
        "2031/09/01 24:20,1,A,2,B,1.00,Euro,1.00,Euro,ACH,0",
        "2031/09/01 00:20,1,A,2,B,10.55,Yen,10.55,Yen,ACH,0",
        "2031/09/01 00:20,1,A,2,B,1.00,Groat,1.00,Groat,ACH,0",
        "2031/09/01 00:20,1,,2,B,1.00,Euro,1.00,Euro,ACH,0",
        "2031/09/01 00:20,1,A,,B,1.00,Euro,1.00,Euro,ACH,0",
        "2031/09/01 00:20,1,A,2,B,2.00,Euro,1.00,Euro,ACH,0",
        "2031/09/01 00:20,1,A,2,B,1.00,Euro,1.00",
    ]);
    assert_eq!(transfers(&read.value), [""; 0]);
    assert_eq!(
        problems(&read.problems),
        [
            "0:2 date date-does-not-exist [2031/09/31 00:20] [2025-04-03]",
            "0:3 date date-unreadable [2031/09/01 24:20] [2031-09-01]",
            "0:4 amount amount-digits-beyond-currency [10.55] [0]",
            "0:4 received_amount amount-digits-beyond-currency [10.55] [0]",
            "0:5 currency currency-unknown [Groat] [-]",
            "0:5 received_currency currency-unknown [Groat] [-]",
            "0:6 payer account-missing [] [-]",
            "0:7 payee account-missing [] [-]",
            "0:8 received_amount sides-disagree [2.00 EUR] [1.00 EUR]",
            "0:9 - row-truncated [8] [11]",
        ]
    );
}

#[test]
fn a_file_of_patterns_has_rows_between_its_brackets() {
    let text = "BEGIN LAUNDERING ATTEMPT - FAN-OUT:  Max 2-degree Fan-Out\n\
                2031/09/01 00:06,021174,A,012,B,28.96,Euro,28.96,Euro,ACH,1\n\
                2031/09/01 04:33,021174,A,020,C,86.4,Euro,86.4,Euro,ACH,1\n\
                END LAUNDERING ATTEMPT - FAN-OUT\n\n\
                BEGIN LAUNDERING ATTEMPT - STACK\n\
                2031/09/02 04:33,020,C,3,D,86.4,Euro,86.4,Euro,ACH,1\n\
                END LAUNDERING ATTEMPT - STACK\n";
    let read = read("HI-Nowhere_Patterns.txt", text.as_bytes());
    assert_eq!(read.value.format, Some(Format::Amlworld));
    assert_eq!(
        transfers(&read.value),
        [
            "2 r2 2031-09-01T00:06:00Z 21174:A -> 12:B 28.96 EUR",
            "3 r3 2031-09-01T04:33:00Z 21174:A -> 20:C 86.40 EUR",
            "7 r7 2031-09-02T04:33:00Z 20:C -> 3:D 86.40 EUR",
        ]
    );
    assert_eq!(read.problems, []);
}

#[test]
fn a_column_that_is_missing_is_named() {
    let options = ReadOptions { format: Some(Format::Amlworld), ..ReadOptions::default() };
    let bytes = b"\nTimestamp,From Bank,Account,To Bank,Amount Paid\n1,2,3,4,5\n";
    let read = read_evidence("t.csv", bytes, &options, &mut |_| ControlFlow::Continue(()));
    assert_eq!(
        problems(&read.problems)[0],
        "0:2 to_account column-missing [Timestamp,From Bank,\
               Account,To Bank,Amount Paid] [to_account]"
    );
}

#[test]
fn a_log_of_steps_has_days_and_its_own_order() {
    let text = "step,type,amount,nameOrig,oldbalanceOrig,newbalanceOrig,nameDest,oldbalanceDest,\
                newbalanceDest,isSAR,alertID\n\
                0,TRANSFER,273.23,2704,300.00,26.77,10,0.00,273.23,0,-1\n\
                719,TRANSFER,9.5,10,273.23,263.73,2704,26.77,36.27,1,37\n";
    let read = in_dollars("tx_log.csv", text.as_bytes());
    assert_eq!(read.value.format, Some(Format::Amlsim));
    assert_eq!(
        transfers(&read.value),
        ["2 r2 2017-01-01 2704 -> 10 273.23 USD", "3 r3 2018-12-21 10 -> 2704 9.50 USD",]
    );
    assert_eq!(read.value.transfers.sequence(1), Some(3));
    assert_eq!(read.problems, []);
}

#[test]
fn the_converted_output_and_older_layouts_are_read() {
    let rows = [
        "tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id\n\
         41,7,8,TRANSFER,150.5,2017-01-03T00:00:00Z,False,-1\n",
        "TX_ID,SENDER_ACCOUNT_ID,RECEIVER_ACCOUNT_ID,TX_TYPE,TX_AMOUNT,TIMESTAMP,IS_FRAUD,ALERT_ID\n\
         41,7,8,TRANSFER,150.5,2,False,-1\n",
        "sourceNodeId,targetNodeId,value,time\n7,8,150.5,2\n",
    ];
    let read = rows.map(|text| {
        let read = in_dollars("transactions.csv", text.as_bytes());
        assert_eq!((read.value.format, read.problems.len()), (Some(Format::Amlsim), 0));
        assert_eq!(read.value.transfers.sequence(0), None, "nothing says that lines are the order");
        transfers(&read.value).concat()
    });
    assert_eq!(
        read,
        [
            "2 41 2017-01-03T00:00:00Z 7 -> 8 150.50 USD",
            "2 41 2017-01-03 7 -> 8 150.50 USD",
            "2 r2 2017-01-03 7 -> 8 150.50 USD",
        ]
    );
}

#[test]
fn no_currency_is_assumed() {
    let read = read("t.csv", b"sourceNodeId,targetNodeId,value,time\n7,8,150.5,2\n");
    assert_eq!(problems(&read.problems), ["0:2 currency currency-missing [] [-]"]);
}

#[test]
fn another_simulator_with_the_same_columns_is_not_taken_for_this_one() {
    let text = b"step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,\
                 newbalanceDest,isFraud,isFlaggedFraud\n1,PAYMENT,9.64,C1,10,0.36,M1,0,0,0,0\n";
    assert_ne!(read("t.csv", text).value.format, Some(Format::Amlsim));
}

#[test]
fn a_damaged_file_stays_readable() {
    let rows = "2031/09/01 00:20,070,A0001,020,B0002,3697.34,US Dollar,3697.34,US Dollar,ACH,0\n";
    let good = format!("{HEADER}\n{}", rows.repeat(3));
    let pieces: [&[u8]; 5] =
        [b"\"", b"\r", b"BEGIN LAUNDERING ATTEMPT", b"9999999999999999999", "\u{fffd}ñ".as_bytes()];
    survives_damage("t.csv", good.as_bytes(), &pieces);
    let good = b"step,type,amount,nameOrig,nameDest,isSAR\n99999999999999999999,T,1,2,3,0\n";
    survives_damage("t.csv", good, &pieces);
}

/// The text of each cell of a foreign file, by another reader.
fn records(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(|record| record.expect("a record")).collect()
}

/// Reads a foreign file of AMLworld, and compares each row with another reader's.
fn agree(path: &Path, name: &str) -> (usize, BTreeMap<&'static str, usize>) {
    let bytes = foreign(path);
    let read = read(name, &bytes);
    assert_eq!(read.value.format, Some(Format::Amlworld), "{name}");
    let table = &read.value.transfers;
    let mut explained = BTreeMap::new();
    for (record, row) in records(&bytes).iter().zip(2u64..) {
        let any = |names: [&str; 2]| names.iter().find_map(|n| record.get(*n)).expect("a cell");
        let account = |side: &str| {
            let bank = any([&format!("{side}_bank"), &format!("{side}_bank_id")]);
            let account = any([&format!("{side}_account"), &format!("{side}_account_id")]);
            format!("{}:{account}", bank.trim_start_matches('0'))
        };
        let Some(idx) = table.find(&format!("r{row}")) else {
            let of_row = |problem: &&caudal_model::Problem| problem.row == Some(row);
            let why = read.problems.iter().find(of_row).expect("a reason").code;
            let is_yen = record["payment_currency"] == "Yen";
            let is_self = account("from") == account("to");
            assert!((why.as_str() == "self-transfer" && is_self) || is_yen, "{name} {row} {why}");
            *explained.entry(why.as_str()).or_default() += 1;
            continue;
        };
        let transfer = table.get(idx);
        let money = money_of(&transfer);
        assert_eq!((transfer.payer, transfer.payee), (&*account("from"), &*account("to")));
        assert_eq!(Decimal::parse(&record["amount_paid"]), Decimal::parse(&money.to_decimal()));
        let received = transfer.received.unwrap_or(money);
        let stated = Decimal::parse(&record["amount_received"]);
        assert_eq!(stated, Decimal::parse(&received.to_decimal()));
        let time = record["timestamp"].replace('/', "-").replace(' ', "T") + ":00Z";
        assert_eq!(transfer.moment.to_string(), time);
    }
    (table.len(), explained)
}

#[test]
fn published_amlworld_files_agree_with_another_reader() {
    let Some(folder) = shared_data("amlworld-hi-small-patterns") else { return };
    let (count, explained) = agree(&folder.join("hi_small_laundering_patterns.csv"), "patterns");
    println!("patterns: {count} transfers, explained {explained:?}");
    // The generator writes hundredths of yen, which the currency does not have.
    let expected = [("amount-digits-beyond-currency", 88), ("self-transfer", 11)];
    assert_eq!((count, explained), (3209 - 88 - 11, BTreeMap::from(expected)));
    let (count, explained) = agree(&folder.join("transactions_sample.csv"), "sample");
    println!("sample: {count} transfers, explained {explained:?}");
    assert_eq!((count, explained), (1000 - 732, BTreeMap::from([("self-transfer", 732)])));
}

/// What a tool of the system unpacks, where it is there.
fn unpacked(tool: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(tool).args(arguments).output().ok();
    let output = output.filter(|output| output.status.success());
    if output.is_none() {
        println!("skipped: no {tool} here");
    }
    output.map(|output| output.stdout)
}

#[test]
fn published_amlsim_files_are_read_to_the_cent() {
    if let Some(folder) = shared_data("amlsim-10k") {
        let path = folder.join("tx_log.csv.gz");
        if let Some(bytes) = unpacked("gzip", &["-dc", path.to_str().expect("a path")]) {
            check_amlsim(&bytes, 201_218, &[("amount-zero", 25)]);
        }
    }
    if let Some(folder) = shared_data("amlsim-ibm") {
        let path = folder.join("20K_cycle200.tgz");
        let path = path.to_str().expect("a path");
        let inside = "20K_cycle200/transactions.csv";
        if let Some(bytes) = unpacked("tar", &["xzOf", path, inside]) {
            check_amlsim(&bytes, 117_805, &[("self-transfer", 14)]);
        }
    }
}

/// Reads a foreign file whose third column is the amount: all rows but those that move nothing, and
/// the sum of what the others move.
fn check_amlsim(bytes: &[u8], row_count: usize, explained: &[(&str, usize)]) {
    let read = in_dollars("amlsim", bytes);
    assert_eq!(read.value.format, Some(Format::Amlsim));
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in &read.problems {
        *codes.entry(problem.code.as_str()).or_default() += 1;
    }
    assert_eq!(codes, explained.iter().copied().collect());
    let table = &read.value.transfers;
    assert_eq!(table.len() + read.problems.len(), row_count);
    let sum: u128 = table.iter().map(|transfer| money_of(&transfer).minor).sum();
    println!("amlsim: {} transfers of {sum} cents, explained {codes:?}", table.len());
    let text = std::str::from_utf8(bytes).expect("plain text");
    let moves = |(row, line): (u64, &str)| {
        let is_left_out = read.problems.iter().any(|problem| problem.row == Some(row));
        (!is_left_out).then(|| line.split(',').nth(2).and_then(Decimal::parse)).flatten()
    };
    let mut amounts = (2..).zip(text.lines().skip(1)).filter_map(moves);
    let other = amounts.try_fold(Decimal::ZERO, Decimal::checked_add);
    assert_eq!(other.and_then(|sum| sum.minor(2)), i128::try_from(sum).ok());
}
