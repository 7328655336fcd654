//! OFX: both spellings, accounts and cards, ids, currencies, encodings, problems, foreign samples.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;

use caudal_import::{Evidence, Format, Imported, ReadOptions, read_evidence, recognise};
use caudal_model::{Entry, EntryStatus};

use crate::support::{self, only, references, shape};

/// Two entries of a company that does not exist.
const GOOD: &str = "\
OFXHEADER:100
DATA:OFXSGML
VERSION:102
ENCODING:USASCII
CHARSET:1252

<OFX>
<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS></SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>
<CURDEF>USD
<BANKACCTFROM><BANKID>PLUMBANK<BRANCHID>01<ACCTID>0123456789<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20250301<DTEND>20250331235959
<STMTTRN>
<TRNTYPE>CHECK
<DTPOSTED>20250303233000.000[-5:EST]
<DTUSER>20250301
<TRNAMT>-400.50
<FITID>A1
<CHECKNUM>319
<REFNUM>R77
<NAME>Paper Moon &amp; Sons
<MEMO>Lanterns &#8211; first lot
</STMTTRN>
<STMTTRN><TRNTYPE>XFER<DTPOSTED>20250304<DTAVAIL>20250305<TRNAMT>+150,25<FITID>A2<PAYEE><NAME>Flamingo Ltd<CITY>Nowhere</PAYEE><BANKACCTTO><BANKID>FIGBANK<ACCTID>555000</BANKACCTTO><MEMO>Refund</STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>749.75<DTASOF>20250331</LEDGERBAL>
<AVAILBAL><BALAMT>999.00<DTASOF>20250331</AVAILBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1>
</OFX>
";

fn read(text: &str) -> Imported<Evidence> {
    support::read("statement.ofx", text.as_bytes())
}

fn with(old: &str, new: &str) -> Imported<Evidence> {
    assert!(GOOD.contains(old), "{old}");
    read(&GOOD.replacen(old, new, 1))
}

fn problems_with(old: &str, new: &str) -> Vec<String> {
    support::problems(&with(old, new).problems)
}

fn second(read: &Imported<Evidence>) -> &Entry {
    &only(read).entries[1]
}

/// The same file as XML: every value gets its closing tag.
fn as_xml() -> String {
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\"?>\n");
    xml.push_str(GOOD.split_once("\n\n").expect("a header").1);
    let mut closed = String::new();
    let mut rest = xml.as_str();
    while let Some(at) = rest.find('>') {
        let (tag, behind) = rest.split_at(at + 1);
        closed.push_str(tag);
        let value = behind.split('<').next().unwrap_or_default();
        if value.trim().is_empty() {
            rest = behind;
        } else {
            let name = tag.rsplit('<').next().unwrap_or_default();
            let _ = writeln!(closed, "{}</{name}", value.trim());
            rest = &behind[value.len()..];
        }
    }
    closed
}

#[test]
fn an_account_is_read_with_its_balance_and_entries() {
    let read = read(GOOD);
    assert_eq!(support::problems(&read.problems), Vec::<String>::new());
    let statement = only(&read);
    assert_eq!(
        support::lines(statement),
        [
            "account 0123456789 USD",
            "13 2025-03-03 -400.50  Paper Moon & Sons | Lanterns – first lot",
            "24 2025-03-04 150.25 555000 Flamingo Ltd | Refund",
            "closing 749.75 on 2025-03-31",
        ]
    );
    assert_eq!(statement.account.bank.as_deref(), Some("PLUMBANK/01"));
    assert_eq!(
        statement.period.map(|(from, to)| (support::day(from), support::day(to))),
        Some(("2025-03-01".to_owned(), "2025-03-31".to_owned()))
    );
    assert_eq!(statement.row, 9);
    let [cheque, transfer] = &statement.entries[..] else { panic!("two entries") };
    assert_eq!(references(cheque), ["Bank A1", "Bank R77", "Cheque 319"]);
    assert_eq!(cheque.kind, "CHECK");
    assert_eq!(cheque.executed_at.map(|moment| moment.to_string()).as_deref(), Some("2025-03-01"));
    assert!(cheque.raw.starts_with("<STMTTRN>\n<TRNTYPE>CHECK\n"));
    assert!(cheque.raw.ends_with("first lot\n</STMTTRN>"));
    assert_eq!(transfer.value_day.map(support::day).as_deref(), Some("2025-03-05"));
    assert_eq!(transfer.counterparty.bank.as_deref(), Some("FIGBANK"));
}

#[test]
fn xml_is_read_as_sgml_is() {
    let lines = |read: &Imported<Evidence>| -> Vec<String> {
        let without_row =
            |line: String| line.split_once(' ').map_or(line.clone(), |(_, rest)| rest.to_owned());
        support::lines(only(read)).into_iter().map(without_row).collect()
    };
    let xml = read(&as_xml());
    assert_eq!(support::problems(&xml.problems), Vec::<String>::new());
    assert_eq!(lines(&xml), lines(&read(GOOD)));
}

#[test]
fn a_file_in_one_line_is_read_and_its_entries_stand_in_row_one() {
    let header_end = GOOD.find("<OFX>").expect("a root");
    let line = GOOD[header_end..].replace('\n', "");
    let read = read(&line);
    assert_eq!(support::problems(&read.problems), Vec::<String>::new());
    let rows: Vec<_> = only(&read).entries.iter().map(|entry| entry.row).collect();
    assert_eq!(rows, [1, 1]);
}

#[test]
fn cards_and_several_accounts_are_statements_of_their_own() {
    let card = "<CCSTMTRS><CURDEF>EUR<CCACCTFROM><ACCTID>4000</CCACCTFROM><LEDGERBAL><BALAMT>-5\
        </LEDGERBAL></CCSTMTRS></OFX>";
    let read = with("</OFX>", card);
    assert_eq!(read.problems, []);
    let [_, card] = &read.value.statements[..] else { panic!("two statements") };
    assert_eq!(support::lines(card), ["account 4000 EUR", "closing -5 on -"]);
}

#[test]
fn an_id_on_different_entries_is_reported_and_both_stay() {
    let found = with("<FITID>A2", "<FITID>A1");
    assert_eq!(only(&found).entries.len(), 2);
    assert_eq!(support::problems(&found.problems), ["0:24 FITID bank-id-reused [A1] [-]"]);
    let (start, end) =
        (GOOD.find("<STMTTRN><TRN").expect("it"), GOOD.find("</BANKTRANLIST>").expect("it"));
    let twice = with("</BANKTRANLIST>", &format!("{}</BANKTRANLIST>", &GOOD[start..end]));
    assert_eq!(only(&twice).entries.len(), 3);
    assert_eq!(twice.problems, []);
    // Zeros are no id, and another account has its own ids.
    assert_eq!(
        read(&GOOD.replace("<FITID>A1", "<FITID>0").replace("<FITID>A2", "<FITID>0")).problems,
        []
    );
    let other = "<STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>9</BANKACCTFROM><BANKTRANLIST><STMTTRN>\
        <DTPOSTED>20250303<TRNAMT>1<FITID>A1</STMTTRN></BANKTRANLIST></STMTRS></OFX>";
    assert_eq!(with("</OFX>", other).problems, []);
    let same = other.replace("<ACCTID>9", "<BANKID>PLUMBANK<ACCTID>0123456789");
    assert_eq!(problems_with("</OFX>", &same), ["0:29 FITID bank-id-reused [A1] [-]"]);
}

#[test]
fn accounts_and_currencies_that_lack_are_reported_once() {
    let account = "<BANKACCTFROM><BANKID>PLUMBANK<BRANCHID>01<ACCTID>0123456789<ACCTTYPE>CHECKING\
        </BANKACCTFROM>";
    let found = with(account, "");
    assert_eq!(only(&found).account.number, "");
    assert_eq!(support::problems(&found.problems), ["0:9 ACCTID account-missing [] [-]"]);
    assert_eq!(problems_with("USD", ""), ["0:9 CURDEF currency-missing [] [EUR]"]);
    assert_eq!(problems_with("USD", "XYQ"), ["0:9 CURDEF currency-unknown [XYQ] [EUR]"]);
    let bare =
        "<BANKTRANLIST><STMTTRN><DTPOSTED>20250303<TRNAMT>-1.00<FITID>1</STMTTRN></BANKTRANLIST>";
    assert_eq!(
        support::problems(&read(bare).problems),
        ["0:1 ACCTID account-missing [] [-]", "0:1 CURDEF currency-missing [] [EUR]"]
    );
    assert_eq!(only(&read(bare)).entries.len(), 1);
}

#[test]
fn amounts_are_read_by_their_sign_and_one_decimal_mark() {
    for (text, amount, problem) in [
        ("-00000000150.2500", "-150.2500", None),
        ("-1.234,56", "-1234.56", None),
        ("-1,234", "-", Some("TRNAMT amount-ambiguous [-1,234] [-1234 | -1.234]")),
        ("$120", "-", Some("TRNAMT amount-unreadable [$120] [1204.50]")),
        ("", "-", Some("TRNAMT amount-unreadable [] [1204.50]")),
        (
            "9999999999999999999999",
            "-",
            Some("TRNAMT amount-overflow [9999999999999999999999] [-]"),
        ),
    ] {
        let read = with("+150,25", text);
        let found = second(&read).amount.map_or("-".to_owned(), |amount| amount.to_string());
        assert_eq!(found, amount, "{text}");
        let expected: Vec<_> = problem.iter().map(|problem| format!("0:24 {problem}")).collect();
        assert_eq!(support::problems(&read.problems), expected, "{text}");
    }
    assert_eq!(
        problems_with("XFER", "DEBIT"),
        ["0:24 TRNAMT amount-sign-contradicts [150.25] [-150.25]"]
    );
    let dinar = read(&GOOD.replace("USD", "BHD").replace("+150,25", "1.234"));
    assert_eq!(second(&dinar).amount.map(|amount| amount.to_string()).as_deref(), Some("1.234"));
    assert_eq!(dinar.problems, []);
}

#[test]
fn a_balance_that_is_not_stated_or_not_readable_is_absent() {
    assert_eq!(only(&with("749.75", " ")).closing, None);
    assert_eq!(problems_with("749.75", " "), Vec::<String>::new());
    assert_eq!(problems_with("749.75", "x"), ["0:26 BALAMT amount-unreadable [x] [1204.50]"]);
    assert_eq!(
        problems_with("749.75<DTASOF>20250331", "749.75<DTASOF>20250231"),
        ["0:26 DTASOF date-does-not-exist [20250231] [20250403]"]
    );
}

#[test]
fn dates_stay_as_written_and_odd_ones_are_reported() {
    let read = with("<DTPOSTED>20250304", "<DTPOSTED>20250304000000[+13.5:X]");
    assert_eq!(second(&read).booked_at.map(|m| m.to_string()).as_deref(), Some("2025-03-04"));
    for (text, problem) in [
        ("", "DTPOSTED date-unreadable [] [20250403]"),
        ("2025-03-04", "DTPOSTED date-unreadable [2025-03-04] [20250403]"),
        ("20250230", "DTPOSTED date-does-not-exist [20250230] [20250403]"),
        ("201120000000", "DTPOSTED date-does-not-exist [201120000000] [20250403]"),
    ] {
        let read = with("<DTPOSTED>20250304", &format!("<DTPOSTED>{text}"));
        assert_eq!(second(&read).booked_at, None);
        assert_eq!(support::problems(&read.problems), [format!("0:24 {problem}")]);
    }
    let clamped = with("<DTAVAIL>20250305", "<DTAVAIL>20250230");
    assert_eq!(second(&clamped).value_day.map(support::day).as_deref(), Some("2025-02-28"));
    assert_eq!(
        support::problems(&clamped.problems),
        ["0:24 DTAVAIL value-date-does-not-exist [20250230] [2025-02-28]"]
    );
    let turned = with("<DTSTART>20250301", "<DTSTART>20250501");
    assert_eq!(only(&turned).period, None);
    assert_eq!(
        support::problems(&turned.problems),
        ["0:9 DTEND date-outside-statement [2025-03-31] [2025-05-01]"]
    );
}

#[test]
fn an_amount_in_another_currency_is_no_amount_of_the_account() {
    let memo = "<MEMO>Refund";
    let own = with(memo, "<CURRENCY><CURRATE>1.0<CURSYM>USD</CURRENCY><MEMO>Refund");
    assert_eq!(own.problems, []);
    let original = with(memo, "<ORIGCURRENCY><CURRATE>1.1<CURSYM>EUR</ORIGCURRENCY><MEMO>Refund");
    assert_eq!(original.problems, []);
    assert!(second(&original).amount.is_some());
    let foreign = with(memo, "<CURRENCY><CURRATE>1.1<CURSYM>EUR</CURRENCY><MEMO>Refund");
    assert_eq!(second(&foreign).amount, None);
    let ordered = second(&foreign).ordered.map(|(amount, of)| format!("{amount} {of}"));
    assert_eq!(ordered.as_deref(), Some("150.25 EUR"));
    assert_eq!(
        support::problems(&foreign.problems),
        [
            "0:24 CURSYM currency-contradicts [EUR] [USD]",
            "0:24 TRNAMT amount-unreadable [150.25 EUR] [USD]"
        ]
    );
    assert_eq!(
        problems_with(memo, "<CURRENCY><CURSYM>XYQ</CURRENCY><MEMO>Refund"),
        ["0:24 CURSYM currency-unknown [XYQ] [USD]"]
    );
}

#[test]
fn unknown_and_repeated_tags_are_reported_and_those_of_a_program_are_not() {
    assert_eq!(
        problems_with("<MEMO>Refund", "<ACCTBAL>7<INTU.X>8<MEMO>Refund<MEMO>more"),
        ["0:24 - record-unexpected [<ACCTBAL>7] [-]", "0:24 - record-unexpected [<MEMO>more] [-]"]
    );
    assert_eq!(
        problems_with("<MEMO>Refund", "<CORRECTFITID>A1<CORRECTACTION>DELETE<MEMO>Refund"),
        ["0:24 CORRECTFITID record-unexpected [A1] [-]"]
    );
    let unclosed = with("</PAYEE><BANKACCTTO><BANKID>FIGBANK<ACCTID>555000</BANKACCTTO>", "");
    assert_eq!(second(&unclosed).description, "Refund");
    assert_eq!(unclosed.problems, []);
}

#[test]
fn entries_that_are_not_closed_are_kept() {
    let read = with("</STMTTRN>\n<STMTTRN>", "\n<STMTTRN>");
    assert_eq!(only(&read).entries.len(), 2);
    assert_eq!(
        support::problems(&read.problems),
        ["0:24 - record-unexpected [<STMTTRN>] [</STMTTRN>]"]
    );
    let read = with("</STMTTRN>\n</BANKTRANLIST>", "");
    assert_eq!(only(&read).entries.len(), 2);
    assert!(only(&read).closing.is_some());
    assert_eq!(
        support::problems(&read.problems),
        ["0:25 - record-unexpected [<LEDGERBAL>] [</STMTTRN>]"]
    );
}

#[test]
fn pending_entries_are_notes() {
    let pending = "</BANKTRANLIST><BANKTRANLISTP><STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20250401\
        <TRNAMT>-9<NAME>Fig</STMTTRNP></BANKTRANLISTP>";
    let read = with("</BANKTRANLIST>", pending);
    let entry = &only(&read).entries[2];
    assert_eq!((entry.status, entry.booked_at), (EntryStatus::Expected, None));
    assert!(entry.executed_at.is_some());
    assert_eq!(
        support::problems(&read.problems),
        [
            "0:25 - entry-not-booked [<STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20250401<TRNAMT>-9<NAME>Fig<…] [-]"
        ]
    );
}

#[test]
fn an_entry_in_a_list_of_pending_entries_is_not_booked_whatever_its_tag() {
    let list = "</BANKTRANLIST><BANKTRANLISTP><STMTTRN><TRNTYPE>POS<DTPOSTED>20250330<TRNAMT>-9\
        </STMTTRN></BANKTRANLISTP>";
    let read = with("</BANKTRANLIST>", list);
    assert_eq!(only(&read).entries[2].status, EntryStatus::Expected);
    assert_eq!(read.problems.len(), 1);
    assert_eq!(second(&with("XFER", "hold")).status, EntryStatus::Expected);
}

#[test]
fn what_may_stand_once_and_stands_twice_has_no_value() {
    let amounts = with("<FITID>A2", "<TRNAMT>-150.25<FITID>A2");
    assert_eq!(second(&amounts).amount, None);
    assert_eq!(
        support::problems(&amounts.problems),
        [
            "0:24 - record-unexpected [<TRNAMT>-150.25] [-]",
            "0:24 TRNAMT amount-ambiguous [+150,25 | -150.25] [-]"
        ]
    );
    let days = with("<FITID>A2", "<DTPOSTED>20250314<FITID>A2");
    assert_eq!(second(&days).booked_at, None);
    assert_eq!(
        support::problems(&days.problems)[1..],
        ["0:24 DTPOSTED date-unreadable [20250304 | 20250314] [20250403]"]
    );
    let ledgers =
        with("<AVAILBAL>", "<LEDGERBAL><BALAMT>7<DTASOF>20250331</LEDGERBAL>\n<AVAILBAL>");
    assert_eq!(only(&ledgers).closing, None);
    assert_eq!(
        support::problems(&ledgers.problems),
        ["0:27 BALAMT control-total-differs [7] [749.75]"]
    );
    assert_eq!(
        problems_with("<BANKTRANLIST>", "<CURDEF>EUR<BANKTRANLIST>"),
        ["0:12 CURDEF currency-contradicts [EUR] [USD]", "0:9 CURDEF currency-missing [] [EUR]"]
    );
    assert_eq!(
        problems_with("<BANKTRANLIST>", "<BANKACCTFROM><ACCTID>9</BANKACCTFROM><BANKTRANLIST>"),
        [
            "0:12 ACCTID account-key-contradicts [9] [0123456789]",
            "0:9 ACCTID account-missing [] [-]"
        ]
    );
    // The same value again says nothing new.
    let again = "<LEDGERBAL><BALAMT>749.75<DTASOF>20250331</LEDGERBAL><AVAILBAL>";
    assert_eq!(problems_with("<AVAILBAL>", again), Vec::<String>::new());
}

#[test]
fn comments_neither_cut_amounts_nor_swallow_entries_in_silence() {
    let cut = with("-400.50", "-4<!-- thousands -->00.50");
    assert_eq!(only(&cut).entries[0].amount.map(|a| a.to_string()).as_deref(), Some("-400.50"));
    assert_eq!(cut.problems, []);
    let shop = with("Refund", "Refund <! two for one");
    assert_eq!(second(&shop).description, "Refund <! two for one");
    assert_eq!((only(&shop).entries.len(), shop.problems.len()), (2, 0));
    let swallowed = with("first lot", "<!-- ").problems;
    assert!(support::problems(&swallowed)[0].starts_with("0:22 - amount-unreadable [Lanterns"));
    let memo = GOOD.replacen("first lot", "<!-- ", 1).replacen("Refund", "-->", 1);
    let found = support::problems(&read(&memo).problems);
    assert!(found[0].starts_with("0:22 - amount-unreadable [Lanterns"), "{found:?}");
    assert_eq!(
        problems_with("</PAYEE>", "</PAYEE>-7.00"),
        ["0:24 - record-unexpected [-7.00] [-]"]
    );
}

#[test]
fn an_entry_whose_first_tag_is_damaged_is_not_lost_in_silence() {
    let read = with("</STMTTRN>\n<STMTTRN>", "</STMTTRN>\n<STMTTRM>");
    assert_eq!(only(&read).entries.len(), 1);
    assert_eq!(
        support::problems(&read.problems)[..1],
        ["0:24 TRNAMT amount-unreadable [+150,25] [<STMTTRN>]"]
    );
}

#[test]
fn amounts_with_more_decimals_than_the_currency_are_reported() {
    let yen = read(&GOOD.replace("USD", "JPY").replace("+150,25", "150"));
    assert_eq!(
        support::problems(&yen.problems),
        [
            "0:13 TRNAMT amount-digits-beyond-currency [-400.50] [0]",
            "0:26 BALAMT amount-digits-beyond-currency [749.75] [0]"
        ]
    );
    assert_eq!(
        problems_with("+150,25", "0.125"),
        ["0:24 TRNAMT amount-digits-beyond-currency [0.125] [2]"]
    );
}

#[test]
fn an_amount_in_a_currency_is_no_amount_of_an_account_without_one() {
    let memo = "<CURRENCY><CURSYM>GBP</CURRENCY><MEMO>Refund";
    let text = GOOD.replacen("<CURDEF>USD", "", 1).replacen("<MEMO>Refund", memo, 1);
    let options = ReadOptions { currency: Some("EUR".to_owned()), ..ReadOptions::default() };
    let read =
        read_evidence("a.ofx", text.as_bytes(), &options, &mut |_| ControlFlow::Continue(()));
    assert_eq!(second(&read).amount, None);
    assert_eq!(
        support::problems(&read.problems),
        ["0:24 TRNAMT amount-unreadable [150.25 GBP] []"]
    );
}

#[test]
fn signs_against_kinds_of_one_direction_are_doubtful() {
    for kind in ["CHECK", "FEE", "SRVCHG", "CASH", "DIRECTDEBIT"] {
        let expected = ["0:24 TRNAMT amount-sign-contradicts [150.25] [-150.25]"];
        assert_eq!(problems_with("XFER", kind), expected, "{kind}");
    }
    assert_eq!(problems_with("XFER", "DEP"), Vec::<String>::new());
    // One purchase that comes back is common; purchases alone without any minus are not.
    assert_eq!(problems_with("XFER", "POS"), Vec::<String>::new());
    let unsigned = GOOD.replace("-400.50", "400.50").replace("CHECK\n", "POS\n");
    assert_eq!(
        support::problems(&read(&unsigned).problems),
        ["0:13 TRNAMT amount-sign-contradicts [400.50] [-400.50]"]
    );
}

#[test]
fn a_balance_of_another_day_or_currency_closes_nothing() {
    let early = with("749.75<DTASOF>20250331", "749.75<DTASOF>20250303");
    assert_eq!(only(&early).closing, None);
    assert_eq!(
        support::problems(&early.problems),
        ["0:26 DTASOF balance-date-unexpected [2025-03-03] [2025-03-04]"]
    );
    let late = with("749.75<DTASOF>20250331", "749.75<DTASOF>20250402");
    assert!(only(&late).closing.is_some());
    assert_eq!(
        support::problems(&late.problems),
        ["0:26 DTASOF balance-date-unexpected [2025-04-02] [2025-03-31]"]
    );
    let of_other = "749.75<DTASOF>20250331<CURRENCY><CURSYM>EUR</CURRENCY>";
    let of_other = with("749.75<DTASOF>20250331", of_other);
    assert_eq!(only(&of_other).closing, None);
    assert_eq!(
        support::problems(&of_other.problems),
        ["0:26 CURSYM currency-contradicts [EUR] [USD]"]
    );
}

#[test]
fn a_second_date_behind_a_date_is_no_time() {
    for text in ["20250304-20250309", "20250304 to", "2025030420250309", "20250304x"] {
        let found = problems_with("<DTPOSTED>20250304", &format!("<DTPOSTED>{text}"));
        assert_eq!(found, [format!("0:24 DTPOSTED date-unreadable [{text}] [20250403]")]);
    }
    for text in [
        "20250304-0500",
        "202503041015",
        "20250304 1015",
        "20250304101522.123[-5:EST]",
        "20250304T101522Z",
    ] {
        let found = problems_with("<DTPOSTED>20250304", &format!("<DTPOSTED>{text}"));
        assert_eq!(found, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn lists_and_statements_that_are_not_expected_are_reported() {
    let list = "</BANKTRANLIST>\n<BANKTRANLIST><DTSTART>20250201<DTEND>20250228</BANKTRANLIST>";
    let read = with("</BANKTRANLIST>", list);
    assert_eq!(
        only(&read).period.map(|(from, _)| support::day(from)).as_deref(),
        Some("2025-02-01")
    );
    assert_eq!(
        support::problems(&read.problems),
        ["0:26 - record-unexpected [<BANKTRANLIST>] [-]"]
    );
    for name in ["LOANSTMTRS", "STMTENDRS", "CCSTMTENDRS"] {
        let other = format!("</STMTRS><{name}><TRNAMT>5<BALCLOSE>1</{name}>");
        let expected = [format!("0:28 - record-unexpected [<{name}>] [-]")];
        assert_eq!(problems_with("</STMTRS>", &other), expected);
    }
    assert_eq!(
        problems_with(
            "<CODE>0<SEVERITY>INFO</STATUS><STMTRS>",
            "<CODE>2000<SEVERITY>WARN\
            <MESSAGE>In part</STATUS><STMTRS>"
        ),
        ["0:9 STATUS record-unexpected [2000 In part] [0]"]
    );
}

#[test]
fn files_without_a_statement_say_why() {
    let file = |body: &str| support::problems(&read(&format!("<OFX>{body}</OFX>")).problems);
    assert_eq!(file(""), ["0:- - file-empty [] [-]"]);
    assert_eq!(
        file("<STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>No &amp; no</STATUS>"),
        ["0:1 STATUS record-unexpected [2000 No & no] [0]"]
    );
    assert_eq!(
        file("<INVSTMTRS><STMTTRN><TRNAMT>1</STMTTRN></INVSTMTRS>"),
        ["0:1 - record-unexpected [<INVSTMTRS>] [-]"]
    );
    let read = with("<STMTRS>", "<INVSTMTRS><CURDEF>EUR<STMTRS>");
    assert_eq!(only(&read).entries.len(), 2);
}

#[test]
fn a_file_that_breaks_off_keeps_what_is_there() {
    let read = read(GOOD.split("<MEMO>Refund").next().unwrap_or_default());
    assert_eq!(only(&read).entries.len(), 2);
    let [problem] = &read.problems[..] else { panic!("{:?}", read.problems) };
    assert!(support::problem(problem).starts_with("0:24 - file-truncated [<STMTTRN><TRN"));
    assert_eq!(problem.expected.as_deref(), Some("</OFX>"));
}

#[test]
fn encodings_are_told_by_the_bytes_and_compared_with_the_header() {
    let name = "Flamingo Ltd";
    let text = |header: &str, bytes: &[u8]| {
        let whole = GOOD.replacen("ENCODING:USASCII\nCHARSET:1252", header, 1);
        let at = whole.find(name).expect("it");
        let parts = [&whole.as_bytes()[..at], bytes, &whole.as_bytes()[at + name.len()..]];
        let read = support::read("statement.ofx", &parts.concat());
        let holder = second(&read).counterparty.holder.clone().unwrap_or_default();
        assert_eq!(holder, "Peñón", "{header}");
        support::problems(&read.problems)
    };
    let (utf_8, latin) = ("Peñón".as_bytes(), &b"Pe\xf1\xf3n"[..]);
    let none = Vec::<String>::new();
    assert_eq!(text("ENCODING:USASCII\nCHARSET:1252", latin), none);
    assert_eq!(text("ENCODING:USASCII\nCHARSET:ISO-8859-1", latin), none);
    assert_eq!(text("ENCODING:USASCII\nCHARSET:8859-1", latin), none);
    assert_eq!(text("ENCODING:UTF-8\nCHARSET:NONE", utf_8), none);
    assert_eq!(
        text("ENCODING:USASCII\nCHARSET:1252", utf_8),
        ["0:24 - encoding-contradicts-header [USASCII 1252] [UTF-8]"]
    );
    assert_eq!(
        text("ENCODING:USASCII\nCHARSET:NONE", latin),
        ["0:24 - encoding-contradicts-header [USASCII NONE] [windows-1252]"]
    );
    assert_eq!(
        text("ENCODING:UTF-8CHARSET:NONECOMPRESSION:NONE\n", latin),
        ["0:24 - encoding-contradicts-header [UTF-8 NONE] [windows-1252]"]
    );
    // Without a word about it: as in every text.
    assert_eq!(text("X:1\nY:2", utf_8), none);
    assert_eq!(text("X:1\nY:2", latin), ["0:24 - encoding-not-utf8 [Windows-1252] [UTF-8]"]);
    // A declared encoding that is neither is believed.
    assert_eq!(text("ENCODING:USASCII\nCHARSET:850", b"Pe\xf1\xf3n").len(), 1);
    assert_eq!(text("ENCODING:USASCII\nCHARSET:macintosh", b"Pe\x96\x97n"), none);
}

#[test]
fn xml_declarations_are_compared_with_the_bytes() {
    let xml = |encoding: &str, name: &[u8]| {
        let head = format!(
            "<?xml version=\"1.0\" encoding='{encoding}'?><?OFX?><OFX><STATUS><SEVERITY>ERROR<MESSAGE>"
        );
        let read = support::read("a.ofx", &[head.as_bytes(), name, b"</STATUS></OFX>"].concat());
        support::problems(&read.problems)
    };
    let shown = "0:1 STATUS record-unexpected [ñ] [0]".to_owned();
    assert_eq!(xml("UTF-8", "ñ".as_bytes()), std::slice::from_ref(&shown));
    assert_eq!(xml("ISO-8859-1", b"\xf1"), std::slice::from_ref(&shown));
    assert_eq!(
        xml("us-ascii", b"\xf1"),
        ["0:1 - encoding-contradicts-header [us-ascii] [windows-1252]".to_owned(), shown]
    );
}

#[test]
fn only_files_of_the_format_are_recognised() {
    for text in [GOOD, "  <OFX>", "<?xml version=\"1.0\"?><?OFX X?>", "<BANKTRANLIST>"] {
        assert_eq!(recognise("a", text.as_bytes()), Some(Format::Ofx), "{text}");
    }
    for text in ["a,b\n<OFX>,1\n", "<html></html>", ""] {
        assert_ne!(recognise("a", text.as_bytes()), Some(Format::Ofx), "{text}");
    }
}

#[test]
fn the_case_of_a_reused_id_has_no_other_problem() {
    let case = include_str!("../../../../casebook/problems/bank-id-reused/statement.ofx");
    let found = support::problems(&read(case).problems);
    assert_eq!(found, ["0:8 FITID bank-id-reused [7] [-]"]);
}

#[test]
fn damaged_files_never_stop_the_reader() {
    let pieces: [&[u8]; 12] = [
        b"<STMTTRN>",
        b"</STMTTRN>",
        b"<",
        b">",
        b"<![CDATA[",
        b"<!--",
        b"</STMTRS>",
        b"<INVSTMTRS>",
        b"&#",
        b"\xf1",
        b"<CURRENCY>",
        b"<TRNAMT>1,234",
    ];
    support::survives_damage("statement.ofx", GOOD.as_bytes(), &pieces);
    support::survives_damage("statement.ofx", as_xml().as_bytes(), &pieces);
}

#[test]
fn long_and_repetitive_files_take_linear_time() {
    let pieces = [
        "<",
        "<A ",
        "<A",
        "<!--",
        "<![CDATA[",
        "&",
        "&#",
        "<A>",
        "</",
        "<STMTTRN>",
        "<STMTRS>",
        "<ACCTID>7",
        "<MEMO>x",
    ];
    let half = &GOOD[..GOOD.find("<MEMO>Refund").expect("it")];
    for piece in pieces {
        read(&format!("{half}{}", piece.repeat(30_000)));
    }
}

/// What each foreign sample holds: name, statements, entries, problems.
#[rustfmt::skip]
const SAMPLES: &[(&str, usize, usize, &[&str])] = &[
    ("account_listing_aggregation", 0, 0, &["file-empty"]),
    ("anzcc", 1, 1, &["DTASOF balance-date-unexpected"]),
    ("bank_medium", 1, 3, &[]),
    ("bank_small", 0, 0, &["file-empty"]),
    ("checking", 1, 3, &[]),
    ("error_message", 0, 0, &["STATUS record-unexpected"]),
    ("date_missing", 1, 3, &["2 DTPOSTED date-unreadable", "DTPOSTED date-does-not-exist"]),
    ("decimal_error", 1, 1, &["DTPOSTED date-does-not-exist", "TRNAMT amount-unreadable"]),
    ("empty_balance", 1, 1, &[]),
    ("fidelity-savings", 0, 0, &["record-unexpected"]),
    ("fidelity", 0, 0, &["record-unexpected"]),
    ("investment_401k", 0, 0, &["record-unexpected"]),
    ("investment_medium", 0, 0, &["record-unexpected"]),
    ("multiple_accounts", 2, 0, &[]),
    ("multiple_accounts2", 2, 0, &[]),
    ("ofx-v102-empty-tags", 1, 1, &["4 record-unexpected", "TRNAMT amount-unreadable", "CURDEF currency-missing"]),
    ("signon_fail", 0, 0, &["STATUS record-unexpected"]),
    ("signon_success", 0, 0, &["file-empty"]),
    ("signon_success_no_message", 0, 0, &["file-empty"]),
    ("suncorp", 1, 1, &[]),
    ("td_ameritrade", 0, 0, &["record-unexpected"]),
    ("tiaacref", 0, 0, &["record-unexpected"]),
    ("vanguard", 0, 0, &["record-unexpected"]),
    ("vanguard401k", 0, 0, &["record-unexpected"]),
];

/// Why entries that stand in a sample are not read.
fn explained(text: &str) -> Option<&'static str> {
    text.contains("<INVSTMTRS>").then_some("cash movements in a statement of investments")
}

#[test]
fn foreign_samples_are_read_or_say_why_not() {
    let Some(folder) = support::shared_formats("ofx/ofxparse/tests/fixtures") else { return };
    let (mut counts, mut explanations) = ([0usize; 4], BTreeMap::<&str, usize>::new());
    for path in support::files_under(&folder) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let bytes = support::foreign(&path);
        assert_eq!(recognise("a", &bytes), Some(Format::Ofx), "{name}");
        let read = support::read("a.ofx", &bytes);
        let statements = &read.value.statements;
        let entries = statements.iter().map(|statement| statement.entries.len()).sum::<usize>();
        assert!(!statements.is_empty() || !read.problems.is_empty(), "{name}");
        let known = SAMPLES.iter().find(|(known, ..)| *known == name);
        let (_, statement_count, entry_count, problems) = known.expect("a known sample");
        assert_eq!((statements.len(), entries), (*statement_count, *entry_count), "{name}");
        assert_eq!(shape(&read), *problems, "{name}");
        let text = String::from_utf8_lossy(&bytes);
        let written = text.matches("<STMTTRN>").count();
        if written != entries {
            let reason = explained(&text).unwrap_or_else(|| panic!("{name}: {written} entries"));
            *explanations.entry(reason).or_default() += written - entries;
        }
        let closings = statements.iter().filter(|statement| statement.closing.is_some()).count();
        let found = [1, statements.len(), entries, closings];
        counts.iter_mut().zip(found).for_each(|(count, found)| *count += found);
    }
    println!("{counts:?} files, statements, entries, closings; not read {explanations:?}");
}
