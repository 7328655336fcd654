//! Transfers of blockchains.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use caudal_import::{Evidence, Format, Imported, ReadOptions, read_evidence};

use crate::support::{foreign, problems, read, shared_data, survives_damage, transfers};

const ETHER: &str = "\"Transaction Hash\",\"Blockno\",\"UnixTimestamp\",\"DateTime (UTC)\",\"From\",\
                     \"To\",\"ContractAddress\",\"Value_IN(ETH)\",\"Value_OUT(ETH)\",\"CurrentValue\",\
                     \"TxnFee(ETH)\",\"TxnFee(USD)\",\"Historical $Price/Eth\",\"Status\",\"ErrCode\"";
const ALICE: &str = "0xA11CE00000000000000000000000000000000001";
const BOB: &str = "0xb0b0000000000000000000000000000000000002";

fn chain(text: &str) -> Imported<Evidence> {
    let read = read("export.csv", text.as_bytes());
    assert_eq!(read.value.format, Some(Format::Chain));
    read
}

#[test]
fn an_explorers_export_has_transfers_and_their_fees() {
    let read = chain(&format!(
        "{ETHER}\n\
         \"0xh1\",\"9\",\"1743646500\",\"2025-04-03 02:15:00\",\"{ALICE}\",\"{BOB}\",\"\",\"0\",\
         \"1.25\",\"$0\",\"0.00042\",\"0.9\",\"\",\"\",\"\"\n\
         \"0xh2\",\"9\",\"1743646512\",\"2025-04-03 02:15:12\",\"{BOB}\",\"{ALICE}\",\"\",\"2\",\
         \"0\",\"$0\",\"0\",\"0\",\"\",\"\",\"\"\n"
    ));
    let alice = ALICE.to_lowercase();
    assert_eq!(
        transfers(&read.value),
        [
            format!(
                "2 0xh1:fee 2025-04-03T02:15:00Z {alice} -> @network-fee 0.000420000000000000 ETH"
            ),
            format!("2 0xh1 2025-04-03T02:15:00Z {alice} -> {BOB} 1.250000000000000000 ETH"),
            format!("3 0xh2 2025-04-03T02:15:12Z {BOB} -> {alice} 2.000000000000000000 ETH"),
        ]
    );
    assert_eq!(read.problems, []);
}

#[test]
fn a_failed_transaction_pays_its_fee_and_nothing_else() {
    let read = chain(
        "Txhash,UnixTimestamp,From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),TxnFee(ETH),\
         Status,ErrCode\n\
         0xh1,1743646500,0xa,0xb,,0,5,0.001,Error(0),out of gas\n\
         0xh2,1743646500,0xa,0xb,,0,5,0,,Bad jump\n\
         0xh3,1743646500,0xa,0xb,,0,5,0,Success,\n",
    );
    assert_eq!(
        transfers(&read.value),
        [
            "2 0xh1:fee 2025-04-03T02:15:00Z 0xa -> @network-fee 0.001000000000000000 ETH",
            "4 0xh3 2025-04-03T02:15:00Z 0xa -> 0xb 5.000000000000000000 ETH",
        ]
    );
    assert_eq!(
        problems(&read.problems),
        ["0:2 - entry-not-booked [Error(0)] [-]", "0:3 - entry-not-booked [Bad jump] [-]",]
    );
}

#[test]
fn a_fee_that_every_row_of_a_transaction_repeats_is_paid_once() {
    let read = chain(
        "Txhash,UnixTimestamp,From,To,Value(ETH),TxnFee(ETH)\n\
         0xh1,1743646500,0xa,0xb,1,0.001\n0xh1,1743646500,0xa,0xc,2,0.0010\n\
         0xh1,1743646500,0xa,0xd,2,0.002\n",
    );
    let ids: Vec<&str> = read.value.transfers.ids().iter().collect();
    assert_eq!(ids, ["0xh1:fee", "0xh1:0", "0xh1:1", "0xh1:2"]);
    assert_eq!(problems(&read.problems), ["0:4 id id-duplicate [0xh1:fee] [2]"]);
}

#[test]
fn a_time_that_cannot_be_read_is_shown_as_it_stands() {
    let read = chain(
        "hash,time (utc),from,to,value(eth)\n0xh1,4/13/2025 2:15:00 AM,0xa,0xb,1\n\
         0xh2,noon UTC,0xa,0xb,1\n0xh3,2025-04-03,0xa,0xb,1\n",
    );
    assert_eq!(transfers(&read.value), ["4 0xh3 2025-04-03 0xa -> 0xb 1.000000000000000000 ETH"]);
    assert_eq!(
        problems(&read.problems),
        [
            "0:2 date date-unreadable [4/13/2025 2:15:00 AM] [2025-04-13]",
            "0:3 date date-unreadable [noon UTC] [2025-04-03]",
        ]
    );
}

#[test]
fn a_status_of_zero_is_read_as_its_export_means_it() {
    let receipt = "hash,time (utc),from,to,value(eth),status\n\
                   0xh1,2025-04-03 02:15:00,0xa,0xb,1,0\n0xh2,2025-04-03 02:15:00,0xa,0xb,1,1\n";
    assert_eq!(problems(&chain(receipt).problems), ["0:2 - entry-not-booked [0] [-]"]);
    let internal = "Txhash,UnixTimestamp,ParentTxFrom,From,TxTo,Value_IN(ETH),Value_OUT(ETH),Status,\
                    ErrCode,Type\n0xh1,1743646500,0xc,0xa,0xb,1,0,0,,call\n";
    assert_eq!(
        transfers(&chain(internal).value),
        ["2 0xh1 2025-04-03T02:15:00Z 0xa -> 0xb 1.000000000000000000 ETH"]
    );
}

#[test]
fn a_created_contract_receives_what_nobody_else_is_named_for() {
    let read = chain(&format!(
        "Txhash,UnixTimestamp,From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH)\n\
         0xh1,1743646500,0xa,,{BOB},0,5\n0xh2,1743646500,0xa,,,0,5\n"
    ));
    assert_eq!(
        transfers(&read.value),
        [format!("2 0xh1 2025-04-03T02:15:00Z 0xa -> {BOB} 5.000000000000000000 ETH")]
    );
    assert_eq!(problems(&read.problems), ["0:3 payee account-missing [] [-]"]);
}

#[test]
fn tokens_of_one_hash_have_their_place_and_their_symbol() {
    let read = chain(
        "Txhash,UnixTimestamp,From,To,TokenValue,USDValueDayOfTx,ContractAddress,TokenName,\
         TokenSymbol\n\
         0xh1,1743646500,0xa,0xb,\"1,250,000.5\",$1,0xc1,Tether,USDT\n\
         0xh1,1743646500,0xb,0xc,7,$1,0xc1,Tether,USDT\n\
         0xh1,1743646500,0xb,0xc,7,$1,0xc1,Tether,USDT\n\
         0xh2,1743646500,0xb,0xc,7,$1,0xc2,Tethre,USDT\n\
         0xh3,1743646500,0xb,0xc,7,$1,0xc3,Joke,JOKE\n",
    );
    assert_eq!(
        transfers(&read.value),
        [
            "2 0xh1:0 2025-04-03T02:15:00Z 0xa -> 0xb 1250000.500000 USDT",
            "3 0xh1:1 2025-04-03T02:15:00Z 0xb -> 0xc 7.000000 USDT",
            "4 0xh1:2 2025-04-03T02:15:00Z 0xb -> 0xc 7.000000 USDT",
            "5 0xh2 2025-04-03T02:15:00Z 0xb -> 0xc 7.000000 USDT",
        ]
    );
    assert_eq!(
        problems(&read.problems),
        [
            "0:4 - row-duplicate [0xh1] [3]",
            "0:5 currency currency-contradicts [USDT 0xc2] [USDT 0xc1]",
            "0:6 currency currency-unknown [JOKE] [-]",
        ]
    );
}

#[test]
fn inputs_and_outputs_of_one_hash_are_transfers_of_their_own() {
    let read = chain(
        "txid;time (UTC);input address;output address;value (satoshi)\n\
         aa11;2025-04-03 02:15:00;1Alice;BC1QBOB;150000000\n\
         aa11;2025-04-03 02:15:00;1Carol;BC1QBOB;1\n\
         bb22;2025-04-03 02:15:00;1Carol;3Dave;.5\n\
         cc33;2025-04-03 02:15:00;1Carol, 1Alice;3Dave;5\n",
    );
    assert_eq!(
        transfers(&read.value),
        [
            "2 aa11:0 2025-04-03T02:15:00Z 1Alice -> bc1qbob 1.50000000 BTC",
            "3 aa11:1 2025-04-03T02:15:00Z 1Carol -> bc1qbob 0.00000001 BTC",
        ]
    );
    assert_eq!(
        problems(&read.problems),
        [
            "0:4 amount amount-digits-beyond-currency [0.000000005] [8]",
            "0:5 payer account-key-contradicts [1Carol, 1Alice] [-]",
            "0:5 payer account-missing [] [-]",
        ]
    );
}

#[test]
fn an_index_that_the_file_states_is_kept() {
    let read = chain(
        "hash,vout,timestamp,from,to,value(btc)\n\
         aa11,3,1743646500,1Alice,1Bob,0.5\naa11,4,1743646500,1Alice,1Carol,0.25\n\
         aa11,4,1743646500,1Alice,1Carol,0.25\n",
    );
    assert_eq!(
        transfers(&read.value),
        [
            "2 aa11:3 2025-04-03T02:15:00Z 1Alice -> 1Bob 0.50000000 BTC",
            "3 aa11:4 2025-04-03T02:15:00Z 1Alice -> 1Carol 0.25000000 BTC",
        ]
    );
    assert_eq!(problems(&read.problems), ["0:4 id id-duplicate [aa11:4] [3]"]);
}

#[test]
fn numbers_and_times_are_read_exactly_or_not_at_all() {
    let read = chain(
        "block_time,from,to,total_eth\n\
         2022-09-27T15:38:59+00:00,\\xB0B0000000000000000000000000000000000002,0xb,7.77e-05\n\
         2022-09-27 15:38:59.000 UTC,0xa,0xb,2E3\n\
         2022-09-27 15:38:59,0xa,0xb,1\n\
         2022-09-27 15:38:59Z,0xa,0xb,\"1,500\"\n\
         2022-09-27 15:38:59Z,0xa,0xb,\"0,500\"\n\
         2022-09-27 15:38:59Z,0xa,0xb,1e-19\n\
         2022-09-27 15:38:59Z,0xa,0xb,1e99\n\
         2022-09-27 15:38:59Z,0xa,0xb,-1\n\
         2022-09-27 15:38:59Z,0xa,0xb,0.0\n",
    );
    assert_eq!(
        transfers(&read.value),
        [
            format!("2 r2 2022-09-27T15:38:59Z {BOB} -> 0xb 0.000077700000000000 ETH"),
            "3 r3 2022-09-27T15:38:59Z 0xa -> 0xb 2000.000000000000000000 ETH".to_owned(),
            "5 r5 2022-09-27T15:38:59Z 0xa -> 0xb 1500.000000000000000000 ETH".to_owned(),
        ]
    );
    assert_eq!(
        problems(&read.problems),
        [
            "0:4 date date-unreadable [2022-09-27 15:38:59] [2022-09-27T15:38:59Z]",
            "0:6 amount amount-ambiguous [0,500] [0500]",
            "0:7 amount amount-digits-beyond-currency [0.0000000000000000001] [18]",
            "0:8 amount amount-unreadable [1e99] [1204.50]",
            "0:9 amount amount-negative [-1] [1]",
            "0:10 amount amount-zero [0.000000000000000000] [-]",
        ]
    );
}

#[test]
fn two_amounts_of_one_row_are_no_amount() {
    let read = chain(
        "Txhash,UnixTimestamp,From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH)\n\
         0xh1,1743646500,0xa,0xb,,4,5\n0xh2,1743646500,0xa,0xa,,5,5\n",
    );
    assert_eq!(
        problems(&read.problems),
        ["0:2 amount amount-ambiguous [4, 5] [4 | 5]", "0:3 - self-transfer [0xa] [-]",]
    );
}

#[test]
fn a_coin_that_nothing_names_is_asked() {
    let text = b"hash,timestamp,from,to,value\nh1,1743646500,a,b,5\n";
    assert_eq!(problems(&read("t.csv", text).problems), ["0:2 currency currency-missing [] [-]"]);
    let options = ReadOptions { currency: Some("LTC".to_owned()), ..ReadOptions::default() };
    let read = read_evidence("t.csv", text, &options, &mut |_| ControlFlow::Continue(()));
    assert_eq!(transfers(&read.value), ["2 h1 2025-04-03T02:15:00Z a -> b 5.00000000 LTC"]);
}

#[test]
fn statements_of_banks_are_not_taken_for_a_chain() {
    for text in [
        "date,from,to,value,currency\n2025-04-03,A,B,5,EUR\n",
        "date,from,to,value (usd)\n2025-04-03,A,B,5\n",
        "flagged_address,total_eth\n0xa,5\n",
    ] {
        assert_ne!(read("t.csv", text.as_bytes()).value.format, Some(Format::Chain), "{text}");
    }
}

#[test]
fn a_damaged_file_stays_readable() {
    let rows = format!(
        "\"0xh1\",\"9\",\"1743646500\",\"2025-04-03 02:15:00\",\"{ALICE}\",\"{BOB}\",\"\",\"0\",\
         \"1.25\",\"$0\",\"0.00042\",\"0.9\",\"\",\"\",\"\"\n"
    );
    let good = format!("{ETHER}\n{}", rows.repeat(3));
    let pieces: [&[u8]; 6] = [b"\"", b",", b"\r", b"1e36", b"-99999999999999999999", b"\\x"];
    survives_damage("t.csv", good.as_bytes(), &pieces);
    let good =
        "txid,time,from,to,value (satoshi),txnfee (wei)\naa,1743646500,a,b,5e3,1e-30\n".repeat(2);
    survives_damage("t.csv", good.as_bytes(), &pieces);
}

#[test]
fn a_real_export_of_a_sanctioned_address_is_read_to_the_last_digit() {
    let Some(folder) = shared_data("lazarus-ronin") else { return };
    let bytes = foreign(&folder.join("LazarusTabularTxs1322519.csv"));
    let read = read("lazarus.csv", &bytes);
    assert_eq!(read.value.format, Some(Format::Chain));
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in &read.problems {
        *explained.entry(problem.code.as_str()).or_default() += 1;
    }
    println!("lazarus: {} transfers, explained {explained:?}", read.value.transfers.len());
    // Calls of contracts that move no ether.
    assert_eq!(explained, BTreeMap::from([("amount-zero", 125)]));
    assert_eq!(read.value.transfers.len(), 436 - 125);
}
