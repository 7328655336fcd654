//! MT940, MT942 and MT950: statements, marks, details, envelopes, problems, and foreign samples.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use caudal_import::{Evidence, Format, Imported, ReadOptions, read_evidence, recognise};
use caudal_model::{Decimal, Entry, EntryStatus, ProblemCode, ReferenceKind, Statement};

use crate::support::{self, only, references};

/// A day's statement of a company that does not exist.
const GOOD: &str = "\
:20:FLAMINGO250303
:25:FLMGDE00XXX/0123456789
:28C:00042/00001
:60F:C250228EUR1000,00
:61:2503030303D400,50NTRFINVOICE 7//BANK0007
:86:177?00UEBERWEISUNG?100399?20EREF+FLAMINGO-0007?21SVWZ+INVOICE 7
?30FLMGDE00XXX?31DE00FLAMINGO?32PAPER MOON LTD?34000
:61:2503030303RC50,00NMSCNONREF//BANK0008
:86:/EREF/FLAMINGO-0006/CNTP/DE00PLUM/PLUMDE00XXX/PLUM ORCHARD//REMI/TAKEN BA
CK/
:61:2503030303C200,25NTRFNONREF
:86:PLUM ORCHARD PAYS
FOR THE LANTERNS
:62F:C250303EUR749,75
:64:C250303EUR749,75
:86:THE BANK WISHES WELL
-
";

fn read(text: &str) -> Imported<Evidence> {
    support::read("statement.sta", text.as_bytes())
}

fn read_forced(bytes: &[u8]) -> Imported<Evidence> {
    let options = ReadOptions { format: Some(Format::Mt940), ..ReadOptions::default() };
    read_evidence("statement.sta", bytes, &options, &mut |_| ControlFlow::Continue(()))
}

/// The good statement with a text put in place of another.
fn with(old: &str, new: &str) -> Imported<Evidence> {
    assert!(GOOD.contains(old), "{old}");
    read(&GOOD.replacen(old, new, 1))
}

fn problems_with(old: &str, new: &str) -> Vec<String> {
    support::problems(&with(old, new).problems)
}

#[test]
fn a_statement_is_read_with_its_balances_entries_and_details() {
    let read = read(GOOD);
    assert_eq!(support::problems(&read.problems), Vec::<String>::new());
    let statement = only(&read);
    assert_eq!(
        support::lines(statement),
        [
            "account 0123456789 EUR",
            "opening 1000.00 on 2025-02-28",
            "5 2025-03-03 -400.50 DE00FLAMINGO PAPER MOON LTD | INVOICE 7",
            "8 2025-03-03 -50.00 DE00PLUM PLUM ORCHARD | TAKEN BACK",
            "11 2025-03-03 200.25   | PLUM ORCHARD PAYS FOR THE LANTERNS",
            "closing 749.75 on 2025-03-03",
        ]
    );
    assert_eq!(support::difference(statement), Some(Decimal::ZERO));
    assert_eq!(statement.account.bank.as_deref(), Some("FLMGDE00XXX"));
    assert_eq!((statement.sequence, statement.page), (Some(42), Some(1)));
    assert_eq!((statement.id.as_deref(), statement.row), (Some("FLAMINGO250303"), 1));
    let [first, second, third] = &statement.entries[..] else { panic!("three entries") };
    let of_first = ["EndToEnd FLAMINGO-0007", "Bank BANK0007", "Customer INVOICE 7"];
    assert_eq!(references(first), of_first);
    assert_eq!(first.kind, "NTRF 177 UEBERWEISUNG");
    assert!(first.raw.starts_with(":61:2503030303D400,50") && first.raw.ends_with("?34000"));
    assert_eq!(first.counterparty.bank.as_deref(), Some("FLMGDE00XXX"));
    assert!(second.is_reversal && !first.is_reversal);
    assert_eq!(references(second), ["EndToEnd FLAMINGO-0006", "Bank BANK0008"]);
    assert_eq!(third.value_day, third.booked_at.map(|moment| moment.day));
    assert!(!third.raw.contains("WISHES"), "a field 86 behind the balance is the statement's");
}

#[test]
fn marks_tell_the_direction_and_reversals_turn_it() {
    for (mark, sign) in [("D", "-7.00"), ("C", "7.00"), ("RC", "-7.00"), ("RD", "7.00")] {
        for letter in ["", "R"] {
            let read = with("D400,50", &format!("{mark}{letter}7,00"));
            let amount = only(&read).entries[0].amount.map(|amount| amount.to_string());
            assert_eq!(amount.as_deref(), Some(sign), "{mark}{letter}");
            assert_eq!(only(&read).entries[0].is_reversal, mark.len() == 2);
            assert_eq!(read.problems, []);
        }
    }
}

#[test]
fn expected_entries_are_no_transfers() {
    let read = with("D400,50", "ED400,50");
    let entry = &only(&read).entries[0];
    assert_eq!(entry.status, EntryStatus::Expected);
    assert_eq!(entry.amount, Decimal::parse("-400.50"));
    assert_eq!(support::problems(&read.problems), ["0:5 :61: entry-not-booked [ED] [-]"]);
}

#[test]
fn an_entry_date_lies_in_the_year_nearest_to_the_value_date() {
    for (dates, booked) in [
        ("2412311231", "2024-12-31"),
        ("2412310102", "2025-01-02"),
        ("2501021231", "2024-12-31"),
        ("2402290229", "2024-02-29"),
        ("250115", "2025-01-15"),
        ("9912310102", "2000-01-02"),
    ] {
        let read = with("2503030303D400", &format!("{dates}D400"));
        let entry = &only(&read).entries[0];
        assert_eq!(entry.booked_at.map(|m| m.to_string()).as_deref(), Some(booked), "{dates}");
    }
}

#[test]
fn pages_of_a_statement_are_statements_with_page_numbers() {
    let text = "\
:20:PAGED\n:25:777\n:28C:9/1\n:60F:C250302EUR10,00\n:61:250303D4,00NMSCNONREF\n:62M:C250303EUR6,00\n-\n\
:20:PAGED\n:25:777\n:28C:9/2\n:60M:C250303EUR6,00\n:61:250303D1,00NMSCNONREF\n:62F:C250303EUR5,00\n-\n";
    let read = read(text);
    assert_eq!(support::problems(&read.problems), Vec::<String>::new());
    let pages: Vec<_> = read
        .value
        .statements
        .iter()
        .map(|s| (s.sequence, s.page, s.is_last_page, support::difference(s)))
        .collect();
    let zero = Some(Decimal::ZERO);
    assert_eq!(
        pages,
        [(Some(9), Some(1), Some(false), zero), (Some(9), Some(2), Some(true), zero)]
    );
}

#[test]
fn a_report_within_the_day_has_entries_and_no_balances() {
    let text = "\
:20:INTERIM\n:25:777\n:28C:3/1\n:34F:EURD50,00\n:34F:EURC0,\n:13D:2503031815+0100\n\
:61:250303D60,00NTRFNONREF\n:61:250303EC1,00NTRFNONREF\n:90D:1EUR60,00\n:90C:2EUR2,00\n-\n";
    let read = read(text);
    let lines = support::lines(only(&read));
    assert_eq!(lines[0], "account 777 EUR");
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(
        support::problems(&read.problems),
        [
            "0:4 :34F: entries-below-floor-hidden [EURD50,00] [-]",
            "0:8 :61: entry-not-booked [EC] [-]",
            "0:10 :90C: record-count-differs [2] [1]",
            "0:10 :90C: control-total-differs [2.00] [1.00]",
        ]
    );
}

#[test]
fn envelopes_are_opened_and_other_messages_are_named() {
    let block =
        |kind: &str| format!("{{1:F01FLMGDE00AXXX0000000000}}{{2:I{kind}PLUMDE00XXXXN}}{{4:\n");
    let payment = format!("{}:20:X\n:25:1\n:32A:250303EUR5,\n-}}", block("103"));
    let good = GOOD.trim_end().trim_end_matches('-');
    let statement = format!("{}{good}-}}{{5:{{CHK:000000000000}}}}", block("940"));
    let acknowledged =
        format!("{{1:F21FLMGDE00AXXX0000000000}}{{4:{{177:2503031200}}{{451:0}}}}{statement}");
    for text in [
        format!("{statement}\n{payment}\n{statement}\n"),
        format!("{statement}\n$\n{payment}\n$\n{statement}\n"),
        format!("{statement}${payment}${statement}"),
        format!("\u{1}{statement}\u{3}      \u{1}{payment}\u{3}  \u{1}{statement}\u{3}"),
        format!("{acknowledged}\r\n{payment}\r\n{acknowledged}\r\n"),
    ] {
        let read = read(&text);
        assert_eq!(read.value.statements.len(), 2, "{text}");
        assert!(read.value.statements.iter().all(|s| s.entries.len() == 3), "{text}");
        let codes: Vec<_> = read.problems.iter().map(|p| (p.code, p.found.as_str())).collect();
        assert_eq!(codes, [(ProblemCode::RecordUnexpected, "MT103")], "{text}");
    }
}

#[test]
fn blocks_may_stand_on_lines_of_their_own() {
    let text = format!(
        "{{1:F01FLMGDE00AXXX0000000000}}\n{{2:I940PLUMDE00XXXXN}}\n{{4:\n{}}}\n",
        GOOD.trim_end()
    );
    let read = read(&text);
    assert_eq!(read.problems, []);
    assert_eq!(only(&read).entries.len(), 3);
}

#[test]
fn lines_of_the_bank_before_a_statement_are_reported_once() {
    for lines in ["FLMGDE00\n940\nFLMGDE00\n", "0000 01FLMGDE00XXXX00001\n940 00\n", ":940:\n"] {
        let read = read(&format!("{lines}{GOOD}"));
        assert_eq!(only(&read).entries.len(), 3);
        let first = lines.lines().next().expect("a line");
        let expected = format!("0:1 - record-unexpected [{first}] [-]");
        assert_eq!(support::problems(&read.problems), [expected]);
    }
}

#[test]
fn what_is_glued_to_the_end_is_cut_off_and_reported() {
    let end = ":64:C250303EUR749,75\n:86:THE BANK WISHES WELL\n-\n";
    for (glued, found) in [("-", "-"), ("-}", "-}"), ("-}{5:{CHK:0}}", "-}{5:{CHK:0}}")] {
        let read = with(&format!("\n{end}"), glued);
        assert_eq!(only(&read).closing.map(|b| b.amount), Decimal::parse("749.75"));
        let expected = format!("0:14 - record-unexpected [{found}] [-]");
        assert_eq!(support::problems(&read.problems), [expected]);
    }
    assert_eq!(problems_with("\n-\n", "\n-XXX\n"), ["0:17 - record-unexpected [-XXX] [-]"]);
}

#[test]
fn text_that_looks_like_an_end_or_a_tag_stays_text() {
    let read = with("FOR THE LANTERNS", "-\n:86:-LANTERNS AT 17\n:20:15 SHARP\n:26:37\n:ZZ:TOP");
    let entry = &only(&read).entries[2];
    assert_eq!(
        entry.description,
        "PLUM ORCHARD PAYS\n-\n-LANTERNS AT 17\n:20:15 SHARP\n:26:37\n:ZZ:TOP"
    );
    assert_eq!(
        support::problems(&read.problems),
        ["0:15 - record-unexpected [:20:15 SHARP] [-]", "0:16 - record-unexpected [:26:37] [-]"]
    );
}

#[test]
fn oddities_of_statement_lines_are_tolerated_and_reported() {
    for (line, amount, problem) in [
        ("250303    D400,50NTRFNONREF", "-400.50", "record-unexpected [250303    ] [250303]"),
        (
            "2503030303D 400,50NTRFNONREF",
            "-400.50",
            "record-unexpected [ 400,50NTRFNONREF] [400,50NTRFNONREF]",
        ),
        ("2503030303DR\n400,50NTRFNONREF", "-400.50", "record-unexpected [2503030303DR] [-]"),
        ("2503030303D400,50 NTRFNONREF", "-400.50", "record-unexpected [ NTRFNONREF] [NTRFNONREF]"),
        ("2503030303DD400,50NTRFNONREF", "-400.50", "record-unexpected [DD] [D]"),
        ("2503030303D400NTRFNONREF", "-400", "record-unexpected [400] [400,]"),
        ("2503030303D400,50ZTRFNONREF", "-400.50", "record-unexpected [ZTRF] [S | N | F]"),
        ("2503030303D400,50", "-400.50", "record-length-wrong [] [NTRF]"),
        (
            "2503030303D400,50NTRFLONGER THAN SIXTEEN",
            "-400.50",
            "record-length-wrong [LONGER THAN SIXTEEN] [16]",
        ),
        ("2503030303D-400,50NTRFNONREF", "400.50", "amount-sign-contradicts [-400.50] [400.50]"),
        (
            "2502300303D400,50NTRFNONREF",
            "-400.50",
            "value-date-does-not-exist [250230] [2025-02-28]",
        ),
        ("2513010303D400,50NTRFNONREF", "-400.50", "date-does-not-exist [251301] [250403]"),
        ("25030D400,50NTRFNONREF", "-400.50", "date-unreadable [25030] [250403]"),
        ("2503030230D400,50NTRFNONREF", "-400.50", "date-does-not-exist [0230] [2025-02-28]"),
        ("2503030D400,50NTRFNONREF", "-400.50", "date-unreadable [0] [0403]"),
        ("2503030303D4.400,50NTRFNONREF", "-", "amount-ambiguous [4.400,50] [4400.50]"),
        ("2503030303D400,5,0NTRFNONREF", "-", "amount-unreadable [400,5,0] [1204,50]"),
        (
            "2503030303D999999999999999999999999,NTRFNONREF",
            "-",
            "amount-overflow [999999999999999999999999,] [-]",
        ),
        (
            "2503030303X400,50NTRFNONREF",
            "-",
            "amount-unreadable [2503030303X400,50NTRFNONREF] [C | D | RC | RD]",
        ),
    ] {
        let read = with("2503030303D400,50NTRFINVOICE 7//BANK0007", line);
        let entry = &only(&read).entries[0];
        let found = entry.amount.map_or("-".to_owned(), |amount| amount.to_string());
        assert_eq!(found, amount, "{line}");
        assert_eq!(support::problems(&read.problems), [format!("0:5 :61: {problem}")], "{line}");
        assert!(entry.raw.starts_with(&format!(":61:{line}")), "{line}");
        assert_eq!(entry.counterparty.number, "DE00FLAMINGO", "{line}");
    }
}

#[test]
fn a_bank_that_fills_its_reference_up_writes_details_behind() {
    let read = with("NTRFINVOICE 7//BANK0007", "N0440007770007      PAPER MOON      ");
    let entry = &only(&read).entries[0];
    assert_eq!(entry.description, "PAPER MOON\nINVOICE 7");
    assert_eq!(references(entry), ["EndToEnd FLAMINGO-0007", "Customer 0007770007"]);
}

#[test]
fn details_below_a_line_give_account_charges_and_ordered_amount() {
    let line = "//BANK0007\n/OCMT/USD430,10//CHGS/EUR0,50/";
    let read = with("//BANK0007", line);
    let entry = &only(&read).entries[0];
    let ordered = entry.ordered.map(|(amount, currency)| format!("{amount} {currency}"));
    assert_eq!(ordered.as_deref(), Some("430.10 USD"));
    assert_eq!(entry.charges, Decimal::parse("0.50"));
    let read = with("NTRFNONREF\n:86:PLUM", "NTRFNONREF\nES0700120345030000067890\n:86:PLUM");
    assert_eq!(only(&read).entries[2].counterparty.number, "ES0700120345030000067890");
}

#[test]
fn oddities_of_balances_are_tolerated_and_reported() {
    for (old, new, problem) in [
        (
            "C250303EUR749,75\n:64",
            "C250303749,75\n:64",
            "14 :62F: balance-currency-missing [] [EUR]",
        ),
        (
            "C250303EUR749,75\n:64",
            "C250303USD749,75\n:64",
            "14 :62F: currency-contradicts [USD] [EUR]",
        ),
        (
            "C250303EUR749,75\n:64",
            "C250304EUR749,75\n:64",
            "14 :62: balance-date-unexpected [2025-03-04] [2025-03-03]",
        ),
        (
            "C250303EUR749,75\n:64",
            "C250227EUR749,75\n:64",
            "14 :62: balance-date-unexpected [2025-02-27] [2025-03-03]",
        ),
        (
            "C250303EUR749,75\n:64",
            "C250230EUR749,75\n:64",
            "14 :62F: date-does-not-exist [250230] [2025-02-28]",
        ),
        (
            "C250303EUR749,75\n:64",
            "X250303EUR749,75\n:64",
            "14 :62F: amount-unreadable [X250303EUR749,75] [C | D]",
        ),
        (
            "C250303EUR749,75\n:64",
            "C250303EUR-749,75\n:64",
            "14 :62F: amount-sign-contradicts [-749.75] [749.75]",
        ),
        ("C250228EUR", "C250228ZZZ", "4 :60F: currency-unknown [ZZZ] [EUR]"),
        (":28C:", ":60F:C250228EUR3,\n:28C:", "5 :60F: record-unexpected [C250228EUR1000,00] [-]"),
        (":64:", ":62F:C250303EUR3,\n:64:", "15 :62F: record-unexpected [C250303EUR3,] [-]"),
        ("0123456789\n", "0123456789USD\n", "4 :60F: currency-contradicts [EUR] [USD]"),
    ] {
        let expected = format!("0:{problem}");
        let found = problems_with(old, new);
        assert!(found.first() == Some(&expected), "{new}: {found:?}");
    }
}

#[test]
fn accounts_are_split_from_bank_and_currency() {
    for (text, bank, number) in [
        ("0123456789EUR", None, "0123456789"),
        ("FLMGHU00/123/EUR", Some("FLMGHU00"), "123"),
        ("12.34.567EUR", None, "12.34.567"),
        ("ES0700120345030000067890", None, "ES0700120345030000067890"),
        ("FLAMINGOEUR", None, "FLAMINGOEUR"),
    ] {
        let read = with("FLMGDE00XXX/0123456789", text);
        let account = &only(&read).account;
        assert_eq!((account.bank.as_deref(), account.number.as_str()), (bank, number), "{text}");
        assert_eq!(read.problems, []);
    }
}

#[test]
fn fields_at_the_wrong_place_are_reported_and_nothing_is_lost() {
    assert_eq!(
        problems_with(":61:2503030303D", ":86:EARLY\n:61:2503030303D"),
        ["0:5 :86: record-unexpected [:86:EARLY] [-]"]
    );
    assert_eq!(
        problems_with(":64:", ":65F:C250303EUR1,\n:64:"),
        ["0:15 - record-unexpected [:65F:C250303EUR1,] [-]"]
    );
    let read = with(":64:", ":61:250303D1,00NMSCNONREF\n:64:");
    assert_eq!(only(&read).entries.len(), 4);
    assert_eq!(
        support::problems(&read.problems),
        ["0:15 :61: record-unexpected [:61:250303D1,00NMSCNONREF] [-]"]
    );
    let read = with(":86:177", ":25:177");
    assert!(only(&read).entries[0].raw.contains("PAPER MOON"));
    assert_eq!(only(&read).account.number, "0123456789");
}

#[test]
fn a_second_pair_of_balances_begins_a_statement_of_its_own() {
    let read = with(
        "\n:64:",
        "\n:60F:C250303EUR749,75\n:61:250304D1,NMSCNONREF\n:62F:C250304EUR748,75\n:64:",
    );
    assert_eq!(read.value.statements.len(), 2);
    let second = &read.value.statements[1];
    assert_eq!(second.account.number, "0123456789");
    assert_eq!(support::difference(second), Some(Decimal::ZERO));
    assert_eq!(
        support::problems(&read.problems),
        ["0:15 - record-unexpected [:60F:C250303EUR749,75] [-]"]
    );
}

#[test]
fn entries_without_a_message_are_kept_without_an_account() {
    let read = read(&format!("{GOOD}:61:250304C9,NMSCNONREF\n"));
    assert_eq!(read.value.statements[1].entries.len(), 1);
    assert_eq!(
        support::problems(&read.problems),
        [
            "0:18 - record-unexpected [:61:250304C9,NMSCNONREF] [-]",
            "0:18 - account-missing [] [:25:]",
            "0:18 - currency-missing [] [EUR]",
        ]
    );
}

#[test]
fn a_file_that_ends_within_a_message_is_truncated() {
    let cut = GOOD.split(":62F:").next().expect("a beginning");
    let read = read(cut);
    assert_eq!(only(&read).entries.len(), 3);
    assert_eq!(support::problems(&read.problems), ["0:12 - file-truncated [] [:62F:]"]);
    let open = format!("{{1:F01FLMGDE00AXXX0000000000}}{{2:I940PLUMDE00XXXXN}}{{4:\n{GOOD}");
    let open = open.trim_end().trim_end_matches('-');
    let read = support::read("a", open.as_bytes());
    assert_eq!(support::problems(&read.problems), ["0:17 - file-truncated [] [-}]"]);
}

#[test]
fn sub_fields_are_read_whatever_their_separator() {
    for separator in ["?", ">", "<", "~", "^", "@", "|"] {
        let details = "166?00CREDIT?20EREF+ABCDEFGHIJ KLMNOPQRSTUV?21WXYZ\
            ?22SVWZ+LANTERN AND RO?23PES?31123456?32PAPER?33MOON"
            .replace('?', separator);
        let wrapped = format!("{}\n{}", &details[..65], &details[65..]);
        let read = with("PLUM ORCHARD PAYS\nFOR THE LANTERNS", &wrapped);
        let entry = &only(&read).entries[2];
        assert_eq!(references(entry), ["EndToEnd ABCDEFGHIJ KLMNOPQRSTUVWXYZ"], "{separator}");
        assert_eq!(entry.description, "LANTERN AND RO PES");
        assert_eq!(entry.counterparty.number, "123456");
        assert_eq!(entry.counterparty.holder.as_deref(), Some("PAPERMOON"));
        assert_eq!(entry.kind, "NTRF 166 CREDIT");
    }
}

#[test]
fn words_between_slashes_are_read() {
    let text = "/TRTP/SEPA/IBAN/DE00PLUM/BIC/PLUMDE00/NAME/PLUM ORCHARD/REMI/ROPES AND/OR WOOD/EREF/E-9\n\
/ULTD//NAME/SOMEBODY ELSE";
    let read = with("PLUM ORCHARD PAYS\nFOR THE LANTERNS", text);
    let entry = &only(&read).entries[2];
    assert_eq!(entry.counterparty.number, "DE00PLUM");
    assert_eq!(entry.counterparty.bank.as_deref(), Some("PLUMDE00"));
    assert_eq!(entry.counterparty.holder.as_deref(), Some("PLUM ORCHARD"));
    assert_eq!(entry.description, "ROPES AND/OR WOOD");
    assert_eq!(references(entry), ["EndToEnd E-9"]);
    assert_eq!(entry.kind, "NTRF SEPA");
}

#[test]
fn non_swift_lines_name_holder_and_other_side() {
    let read = with(":60F:", ":NS:22FLAMINGO PAPER LTD\n23Main\n:60F:");
    assert_eq!(only(&read).account.holder.as_deref(), Some("FLAMINGO PAPER LTD"));
    let read = with(
        ":86:PLUM ORCHARD PAYS\nFOR THE LANTERNS",
        ":NS:01ROPES\n15PLUM\n16ORCHARD\n17CREDIT\n3345\n3499",
    );
    let entry = &only(&read).entries[2];
    assert_eq!(entry.description, "ROPES");
    assert_eq!(entry.counterparty.holder.as_deref(), Some("PLUM ORCHARD"));
    assert_eq!((entry.counterparty.number.as_str(), entry.kind.as_str()), ("99", "NTRF CREDIT"));
}

#[test]
fn statements_are_recognised_and_other_texts_are_not() {
    assert_eq!(recognise("a", GOOD.as_bytes()), Some(Format::Mt940));
    assert_eq!(recognise("a", b"\x01{1:F01FLMGDE00AXXX}{2:I103X}{4:\n"), Some(Format::Mt940));
    assert_ne!(recognise("a", b":25:1\n:20:2\n"), Some(Format::Mt940));
    assert_ne!(recognise("a", b"id,date,payer\n1,:20:,:25:\n"), Some(Format::Mt940));
}

#[test]
fn damaged_files_never_stop_the_reader() {
    let pieces: [&[u8]; 12] = [
        b":61:",
        b":86:",
        b":62F:",
        b":20:",
        b"-}",
        b"{1:",
        b"{4:",
        b"\n-\n",
        b"?20",
        b"/EREF/",
        b"\r",
        b":60M:C250303EUR1,",
    ];
    let blocks = format!("{{1:F01FLMGDE00AXXX0000000000}}{{2:I940PLUMDE00XXXXN}}{{4:\n{GOOD}");
    support::survives_damage("statement.sta", blocks.as_bytes(), &pieces);
}

#[test]
fn long_and_repetitive_files_take_linear_time() {
    for piece in [
        ":20:\n",
        "-\n\n",
        ":86:?20",
        "?20EREF+",
        "/EREF/",
        ":61:250303D1,\n",
        "{1:{4:",
        "++++",
        ":26:1\n",
    ] {
        let text = format!(
            ":20:A\n:25:1\n:60F:C250303EUR1,\n:61:250303D1,NMSCA\n:86:{}",
            piece.repeat(40_000)
        );
        let read = read(&text);
        assert!(read.problems.len() <= 20_001);
    }
}

/// Codes whose smallest file is a statement of MT940 or BAI2.
const CASES: &[(ProblemCode, &str)] = &[
    (ProblemCode::RecordUnexpected, "sta"),
    (ProblemCode::RecordLengthWrong, "sta"),
    (ProblemCode::ControlTotalDiffers, "bai"),
    (ProblemCode::RecordCountDiffers, "bai"),
    (ProblemCode::BalanceDateUnexpected, "sta"),
    (ProblemCode::BalanceCurrencyMissing, "sta"),
    (ProblemCode::AmountSignContradicts, "sta"),
    (ProblemCode::ValueDateDoesNotExist, "sta"),
    (ProblemCode::EntryNotBooked, "sta"),
    (ProblemCode::EntriesBelowFloorHidden, "sta"),
];

#[test]
fn the_smallest_files_provoke_their_problems_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../casebook/problems");
    for (code, extension) in CASES {
        let name = format!("statement.{extension}");
        let read = support::read(&name, &bytes_of(&folder.join(code.as_str()).join(&name)));
        let codes: Vec<_> = read.problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [*code], "{code}");
        let difference = support::difference(only(&read));
        assert!(difference.is_none_or(Decimal::is_zero), "{code}: its money adds up");
    }
}

// Statements that once gave a wrong figure without a word.

/// A small statement whose parts the tests below put others in place of.
fn small(account: &str, lines: &str, closing: &str) -> Imported<Evidence> {
    read_forced(
        format!(
            ":20:FLAMINGO\n:25:{account}\n:28C:1/1\n:60F:C250228EUR10,00\n{lines}\n{closing}\n-\n"
        )
        .as_bytes(),
    )
}

const SMALL_LINE: &str = ":61:2503030303D4,00NTRFNONREF";
const SMALL_CLOSING: &str = ":62F:C250303EUR6,00";

/// A report within the day with one entry of 4.00 and what follows it.
fn interim(rest: &str) -> Imported<Evidence> {
    let head = ":20:INTERIM\n:25:777\n:28C:3/1\n:34F:EUR0,\n";
    read_forced(format!("{head}{SMALL_LINE}\n{rest}").as_bytes())
}

#[test]
fn a_currency_behind_the_account_is_never_its_number() {
    for (text, bank, number) in [
        ("0123456789/EUR", None, "0123456789"),
        ("FLMGDE00/123/", Some("FLMGDE00"), "123"),
        ("FLMGDE00 / 123", Some("FLMGDE00"), "123"),
        ("1234567890/0100", Some("0100"), "1234567890"),
        ("19-1234567890/0100", Some("0100"), "19-1234567890"),
        ("10020030/1234567", Some("10020030"), "1234567"),
        // Eight digits may be a bank or an account: nothing is taken from it.
        ("10020030/0100", None, "10020030/0100"),
        ("0123456789/A", None, "0123456789/A"),
        ("0123456789\nFLMGDE00XXX", Some("FLMGDE00XXX"), "0123456789"),
    ] {
        let read = small(text, SMALL_LINE, SMALL_CLOSING);
        let account = &only(&read).account;
        assert_eq!((account.bank.as_deref(), account.number.as_str()), (bank, number), "{text}");
        assert_eq!(read.problems, [], "{text}");
    }
}

#[test]
fn balances_tell_the_currency_whatever_stands_behind_the_account() {
    let read = small("0123456789USD", SMALL_LINE, SMALL_CLOSING);
    assert_eq!(only(&read).currency.map(caudal_model::Currency::code), Some("EUR"));
    assert_eq!(support::problems(&read.problems), ["0:4 :60F: currency-contradicts [EUR] [USD]"]);
}

#[test]
fn a_closing_balance_in_another_currency_is_none() {
    let read = small("1", SMALL_LINE, ":62F:C250303USD6,00");
    assert_eq!(only(&read).closing, None);
    assert_eq!(support::problems(&read.problems), ["0:6 :62F: currency-contradicts [USD] [EUR]"]);
}

#[test]
fn balances_with_more_decimals_than_their_currency_are_reported() {
    let read = small("1", SMALL_LINE, ":62F:C250303EUR6,005");
    assert_eq!(
        support::problems(&read.problems),
        ["0:6 :62F: amount-digits-beyond-currency [6.005] [2]"]
    );
}

#[test]
fn an_indented_or_small_tag_takes_nothing_away() {
    for line in [" :61:2503030303D1,00NTRFNONREF", "\t:61:2503030303D1,00NTRFNONREF"] {
        let lines = format!("{SMALL_LINE}\n:86:ROPES\n{line}");
        let read = small("1", &lines, ":62F:C250303EUR5,00");
        assert_eq!(support::difference(only(&read)), Some(Decimal::ZERO), "{line}");
        assert_eq!(only(&read).entries[0].description, "ROPES");
        assert_eq!(
            support::problems(&read.problems),
            ["0:7 - record-unexpected [:61:2503030303D1,00NTRFNONREF] [-]"]
        );
    }
    for closing in [" :62F:C250303EUR6,00", ":62f:C250303EUR6,00"] {
        let read = small("1", SMALL_LINE, closing);
        assert_eq!(support::difference(only(&read)), Some(Decimal::ZERO), "{closing}");
        assert_eq!(read.problems.len(), 1);
    }
}

#[test]
fn a_message_of_another_type_hides_no_statement_behind_it() {
    let other = "{1:F01FLMGDE00AXXX0000000000}{2:I103PLUMDE00XXXXN}{4:\n:20:X\n:32A:250303EUR5,\n";
    let read = read_forced(format!("{other}-\n{GOOD}").as_bytes());
    assert_eq!(only(&read).entries.len(), 3);
    assert_eq!(support::problems(&read.problems), ["0:1 - record-unexpected [MT103] [MT940]"]);
    let read = read_forced(other.as_bytes());
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 - record-unexpected [MT103] [MT940]", "0:- - file-truncated [] [-}]"]
    );
}

#[test]
fn the_days_of_the_balances_tell_the_year_of_an_entry_date() {
    let text = ":20:A\n:25:1\n:28C:1\n:60F:C240228EUR10,00\n:61:2409100303D4,00NTRFNONREF\n:62F:C240303EUR6,00\n-\n";
    let read = read_forced(text.as_bytes());
    let booked = only(&read).entries[0].booked_at.map(|moment| moment.to_string());
    assert_eq!(booked.as_deref(), Some("2024-03-03"));
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 :61: date-outside-statement [2025-03-03] [2024-03-03]"]
    );
}

#[test]
fn a_value_date_beside_the_statement_does_not_pass_for_a_booking_day() {
    let read = small("1", ":61:250910D4,00NTRFNONREF", SMALL_CLOSING);
    assert_eq!(
        support::problems(&read.problems)[0],
        "0:5 :61: date-outside-statement [2025-09-10] [2025-02-28/2025-03-03]"
    );
    let read = small("1", ":61:250230D4,00NTRFNONREF", SMALL_CLOSING);
    assert_eq!(only(&read).entries[0].booked_at, None);
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 :61: date-does-not-exist [250230] [2025-02-28]"]
    );
}

#[test]
fn a_message_cut_before_the_next_one_is_truncated() {
    let cut = ":20:A\n:25:1\n:28C:1\n:60F:C250228EUR10,00\n:61:2503030303D4,00NTRFNONREF\n";
    let read = read_forced(format!("{cut}{GOOD}").as_bytes());
    assert_eq!(read.value.statements.len(), 2);
    assert_eq!(support::problems(&read.problems), ["0:6 - file-truncated [] [:62F:]"]);
    let whole = ":20:INTERIM\n:25:777\n:28C:3/1\n:34F:EUR0,\n:61:2503030303D4,00NTRFNONREF\n";
    let read = read_forced(format!("{whole}-\n{whole}").as_bytes());
    assert_eq!(support::problems(&read.problems), ["0:11 - file-truncated [] [-]"]);
}

#[test]
fn a_number_without_a_comma_below_a_line_is_no_amount() {
    let read = small("1", ":61:2503030303D\n0815 INVOICE", SMALL_CLOSING);
    assert_eq!(only(&read).entries[0].amount, None);
    assert_eq!(support::problems(&read.problems)[0], "0:5 :61: amount-unreadable [] [1204,50]");
}

#[test]
fn a_minus_sign_behind_a_balance_is_not_the_end_of_its_message() {
    let read = small("1", SMALL_LINE, ":62F:C250303EUR6,00-\n:64:C250303EUR6,00");
    assert_eq!(only(&read).closing, None);
    assert_eq!(
        support::problems(&read.problems),
        ["0:6 :62F: amount-unreadable [6,00-] [1204,50]"]
    );
}

#[test]
fn charges_of_one_text_add_up_and_two_ordered_amounts_are_none() {
    for (below, ordered, charges) in [
        ("/CHGS/EUR0,50/CHGS/EUR0,25/", None, Some("0.75")),
        ("/CHGS/EUR0,50/\n:86:/CHGS/EUR0,50/REMI/X", None, Some("0.50")),
        ("/CHGS/EUR0,50/\n:86:/CHGS/EUR0,25/REMI/X", None, None),
        ("/OCMT/USD7,25//CHGS/EUR0,50/", Some("7.25"), Some("0.50")),
        ("/OCMT/USD0,50/OCMT/USD7,25/", None, None),
    ] {
        let read = small("1", &format!("{SMALL_LINE}\n{below}"), SMALL_CLOSING);
        let entry = &only(&read).entries[0];
        assert_eq!(entry.ordered.map(|o| o.0.to_string()).as_deref(), ordered, "{below}");
        assert_eq!(entry.charges.map(|c| c.to_string()).as_deref(), charges, "{below}");
    }
}

#[test]
fn the_holder_of_the_account_is_not_the_other_side() {
    let words = "/BENM//NAME/PLUM ORCHARD/ORDP//NAME/FLAMINGO LTD/REMI/X";
    for (mark, other) in [
        ("D", "PLUM ORCHARD"),
        ("C", "FLAMINGO LTD"),
        ("RC", "FLAMINGO LTD"),
        ("RD", "PLUM ORCHARD"),
    ] {
        let line = format!(":61:2503030303{mark}4,00NTRFNONREF\n:86:{words}");
        let read = small("1", &line, SMALL_CLOSING);
        assert_eq!(only(&read).entries[0].counterparty.holder.as_deref(), Some(other), "{mark}");
    }
}

#[test]
fn a_second_field_with_another_other_side_is_reported() {
    let first = format!("{SMALL_LINE}\n:86:166?00A?20X?31111?32PLUM");
    let read = small("1", &format!("{first}\n:86:166?00A?20Y?31222?32MOON"), SMALL_CLOSING);
    let entry = &only(&read).entries[0];
    assert_eq!(entry.counterparty.number, "111");
    assert_eq!(entry.counterparty.holder.as_deref(), Some("PLUM"));
    assert_eq!(
        support::problems(&read.problems),
        ["0:7 :86: record-unexpected [:86:166?00A?20Y?31222?32MOON] [-]"]
    );
    let read = small("1", &format!("{first}\n:86:166?00A?20Y?31111?32PLUM"), SMALL_CLOSING);
    assert_eq!(read.problems, []);
}

#[test]
fn sums_within_the_day_are_checked_in_count_amount_and_currency() {
    for (sums, problems) in [
        (":90D:1EUR4,00\n:90C:0EUR0,\n:86:HELLO\n-\n", vec![]),
        (":90D:1USD4,00\n-\n", vec!["0:6 :90D: currency-contradicts [USD] [EUR]"]),
        (":90D:EUR4,00\n-\n", vec!["0:6 :90D: record-count-differs [] [1]"]),
        (":61:2503030303D0,00NTRFX\n:90D:2EUR4,00\n:90C:0EUR0,\n-\n", vec![]),
        (
            ":61:2503030303ED1,00NTRFX\n:90D:2EUR4,00\n-\n",
            vec![
                "0:6 :61: entry-not-booked [ED] [-]",
                "0:7 :90D: control-total-differs [4.00] [5.00]",
            ],
        ),
        (":34F:USD0,\n-\n", vec!["0:6 - record-unexpected [:34F:USD0,] [-]"]),
    ] {
        assert_eq!(support::problems(&interim(sums).problems), problems, "{sums}");
    }
    let read = read_forced(b":20:A\n:25:7USD\n:34F:EUR0,\n:61:250303D4,00NTRFX\n-\n");
    assert_eq!(only(&read).currency.map(caudal_model::Currency::code), Some("EUR"));
    assert_eq!(support::problems(&read.problems), ["0:3 :34F: currency-contradicts [EUR] [USD]"]);
}

#[test]
fn another_account_begins_another_statement_even_without_its_reference() {
    let second = ":25:999\n:28C:2\n:34F:EUR0,\n:61:2503030303D5,00NTRFX\n-\n";
    for between in ["", ":86:ROPES\n", ":90D:1EUR4,00\n"] {
        let read = interim(&format!("{between}{second}"));
        let accounts: Vec<_> = read
            .value
            .statements
            .iter()
            .map(|s| (s.account.number.as_str(), s.entries.len()))
            .collect();
        assert_eq!(accounts, [("777", 1), ("999", 1)], "{between}");
        let found = support::problems(&read.problems);
        assert!(found.len() == 1 && found[0].ends_with("record-unexpected [:25:999] [-]"));
    }
    let read = small("1\n:25:2", SMALL_LINE, SMALL_CLOSING);
    assert_eq!(support::problems(&read.problems), ["0:3 :25: account-key-contradicts [2] [1]"]);
}

#[test]
fn a_number_that_may_go_on_is_no_amount() {
    for number in ["1'000,00", "1 000,00", "4\n,00", "4"] {
        let line = format!(":61:2503030303D{number}NTRFNONREF");
        let line = if number == "4" { line.replace("NTRFNONREF", "") } else { line };
        let read = small("1", &line, SMALL_CLOSING);
        assert_eq!(only(&read).entries[0].amount, None, "{number}");
        let found = &support::problems(&read.problems)[0];
        assert!(found.starts_with("0:5 :61: amount-unreadable ["), "{found}");
    }
}

#[test]
fn an_entry_within_a_line_of_text_is_noticed() {
    for text in [
        ":86:ROPES :61:2503030303D5,00NTRFNONREF",
        ":86:ROPES\nX:61:2503030303D5,00NTRFNONREF",
        ":86:ROPES:62F:C250303EUR6,00",
    ] {
        let read = small("1", &format!("{SMALL_LINE}\n{text}"), SMALL_CLOSING);
        let codes: Vec<_> = read.problems.iter().map(|p| (p.code, p.row)).collect();
        assert_eq!(codes, [(ProblemCode::RecordUnexpected, Some(6))], "{text}");
    }
    let text = ":20:A\n:25:1\n:28C:1/1:60F:C250228EUR10,00\n:62F:C250303EUR10,00\n-\n";
    assert_eq!(
        support::problems(&read_forced(text.as_bytes()).problems),
        ["0:3 :28C: record-unexpected [1/1:60F:C250228EUR10,00] [-]"]
    );
    let read = small("1", &format!("{SMALL_LINE}\n:86:ROPES AT 17:60 :61: 5"), SMALL_CLOSING);
    assert_eq!(read.problems, []);
}

#[test]
fn entry_dates_far_from_the_balances_are_reported() {
    let read = small("1", ":61:8003030303D4,00NTRFNONREF", SMALL_CLOSING);
    let booked = only(&read).entries[0].booked_at.map(|moment| moment.to_string());
    assert_eq!(booked.as_deref(), Some("2025-03-03"));
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 :61: date-outside-statement [1980-03-03] [2025-03-03]"]
    );
    let read = small("1", ":61:2503130313D4,00NTRFNONREF", SMALL_CLOSING);
    assert_eq!(
        support::problems(&read.problems)[0],
        "0:5 :61: date-outside-statement [2025-03-13] [2025-02-28/2025-03-03]"
    );
    let read = small("1", ":61:2411031103D4,00NTRFNONREF", SMALL_CLOSING);
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 :61: date-outside-statement [2024-11-03] [2025-02-28/2025-03-03]"]
    );
    let read = small("1", ":61:2503010229D4,00NTRFNONREF", SMALL_CLOSING);
    assert_eq!(only(&read).entries[0].booked_at, None);
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 :61: date-does-not-exist [0229] [2025-02-28]"]
    );
}

#[test]
fn the_account_itself_is_not_its_other_side() {
    let own = "ES0700120345030000067890";
    let read = small(own, &format!("{SMALL_LINE}\n:86:{own} PLUM"), SMALL_CLOSING);
    assert_eq!(only(&read).entries[0].counterparty.number, "");
    assert_eq!(only(&read).entries[0].description, format!("{own} PLUM"));
}

#[test]
fn an_entry_far_from_the_day_of_its_report_is_reported() {
    let line = ":13D:2503031815+0100\n:61:0503030303D5,00NTRFX\n-\n";
    let read = read_forced(format!(":20:A\n:25:1\n:34F:EUR0,\n{line}").as_bytes());
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 :61: date-outside-statement [2005-03-03] [2025-03-03]"]
    );
}

#[test]
fn a_header_without_a_statement_is_truncated() {
    let header = "{1:F01FLMGDE00AXXX0000000000}{2:I940PLUMDE00XXXXN}{4:\n";
    for end in [9, 30, header.len() - 1] {
        let read = read(&header[..end]);
        assert_eq!(support::problems(&read.problems), ["0:- - file-truncated [] [:20:]"]);
    }
}

// Foreign samples.

/// What a parsed twin of a sample says of one entry.
#[derive(Debug, Default)]
struct Twin {
    values: BTreeMap<String, String>,
}

/// Reads the few keys of the twins that are compared; they are written by a library, evenly.
fn twins(text: &str) -> (Twin, Vec<Twin>) {
    let (mut head, mut entries) = (Twin::default(), Vec::new());
    let mut is_entries = false;
    let mut path: Vec<String> = Vec::new();
    for line in text.lines() {
        is_entries |= line.starts_with("transactions:");
        if line.starts_with("- !!python/object:mt940.models.Transaction") {
            entries.push(Twin::default());
            path.clear();
            continue;
        }
        let depth = (line.len() - line.trim_start().len()) / 2;
        let line = line.trim();
        let target = if is_entries { entries.last_mut() } else { Some(&mut head) };
        let Some(target) = target else { continue };
        if let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with('-')) {
            path.truncate(depth);
            path.resize(depth, String::new());
            path.push(key.to_owned());
            let value = value.trim().trim_matches('\'');
            let is_plain = !value.is_empty() && !value.starts_with('!') && value != "null";
            if is_plain {
                target.values.insert(path.join("/"), value.to_owned());
            }
        } else if let Some(item) = line.strip_prefix("- ") {
            if !item.starts_with('!') {
                target.values.insert(path.join("/"), item.trim_matches('\'').to_owned());
            }
        } else if let Some(day) = date_of_base64(line) {
            target.values.insert(path.join("/"), day);
        } else if let Some(value) = target.values.get_mut(&path.join("/")) {
            value.push(' ');
            value.push_str(line);
        }
    }
    (head, entries)
}

/// Year (two bytes), month and day, as the library pickles them.
fn date_of_base64(text: &str) -> Option<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.strip_suffix("==").filter(|digits| digits.len() == 6)?;
    let mut bits = 0u64;
    for c in digits.chars() {
        bits = bits << 6 | u64::try_from(ALPHABET.find(c)?).ok()?;
    }
    let bytes = (bits >> 4).to_be_bytes();
    Some(format!(
        "{:04}-{:02}-{:02}",
        u32::from(bytes[4]) << 8 | u32::from(bytes[5]),
        bytes[6],
        bytes[7]
    ))
}

impl Twin {
    fn get(&self, key: &str) -> Option<&str> {
        let is_key = |path: &str| path.trim_start_matches('/').strip_prefix("data/") == Some(key);
        let value = self.values.iter().find(|(path, _)| is_key(path));
        value.map(|(_, value)| value.as_str())
    }
}

/// A comparison's tally; differences that are explained are counted by their reasons.
#[derive(Default)]
struct Tally {
    agreements: usize,
    explained: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Tally {
    fn compare(
        &mut self,
        place: &str,
        ours: Option<&str>,
        theirs: Option<&str>,
        reason: Option<&'static str>,
    ) {
        let Some(theirs) = theirs else { return };
        if ours == Some(theirs) {
            self.agreements += 1;
        } else if let Some(reason) = reason {
            *self.explained.entry(reason).or_default() += 1;
        } else {
            self.unexplained.push(format!("{place}: ours {ours:?}, theirs {theirs}"));
        }
    }
}

fn bytes_of(path: &Path) -> Vec<u8> {
    #[expect(clippy::disallowed_methods, reason = "tests read samples")]
    std::fs::read(path).expect("a readable sample")
}

#[test]
fn foreign_samples_agree_with_their_parsed_twins() {
    let Some(folder) = support::shared_formats("mt940/wolph") else { return };
    let mut tally = Tally::default();
    let mut file_count = 0;
    for path in support::files_under(&folder) {
        let twin = path.with_extension("yml");
        if path.extension().is_none_or(|ext| ext != "sta") || !twin.is_file() {
            continue;
        }
        file_count += 1;
        let read = read_forced(&bytes_of(&path));
        let text = String::from_utf8(bytes_of(&twin)).expect("UTF-8");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        compare(&name, &read.value.statements, &twins(&text), &mut tally);
    }
    println!("{file_count} files with twins, {} values agree", tally.agreements);
    println!("explained differences: {:#?}", tally.explained);
    assert!(tally.unexplained.is_empty(), "{:#?}", tally.unexplained);
}

fn compare(name: &str, statements: &[Statement], twins: &(Twin, Vec<Twin>), tally: &mut Tally) {
    let (head, twins) = twins;
    let entries: Vec<_> = statements.iter().flat_map(|s| &s.entries).collect();
    let count = Some(entries.len().to_string());
    tally.compare(&format!("{name} count"), count.as_deref(), Some(&twins.len().to_string()), None);
    for (entry, twin) in entries.iter().zip(twins) {
        compare_entry(name, entry, twin, tally);
    }
    for (key, balance) in [
        ("final_opening_balance/amount/amount", Statement::opening as fn(&_) -> _),
        ("final_closing_balance/amount/amount", Statement::closing),
    ] {
        // The twin keeps the last of its kind in the file.
        let theirs = head.get(key).and_then(Decimal::parse);
        let ours = statements.iter().rev().filter_map(balance).find(|&b| Some(b) == theirs);
        let reason = match name {
            "amount_formats.sta" => Some("of six balances in one place, the first is kept"),
            "raphaelm.sta" => Some("the twin takes digits of a balance for its currency"),
            _ => None,
        };
        let theirs = theirs.map(|amount| amount.to_string());
        let ours = ours.and(theirs.clone());
        tally.compare(&format!("{name} {key}"), ours.as_deref(), theirs.as_deref(), reason);
    }
}

/// The amounts of a statement's balances, as functions.
trait Balances {
    fn opening(&self) -> Option<Decimal>;
    fn closing(&self) -> Option<Decimal>;
}

impl Balances for Statement {
    fn opening(&self) -> Option<Decimal> {
        self.opening.map(|balance| balance.amount)
    }
    fn closing(&self) -> Option<Decimal> {
        self.closing.map(|balance| balance.amount)
    }
}

fn compare_entry(name: &str, entry: &Entry, twin: &Twin, tally: &mut Tally) {
    let place = format!("{name} row {}", entry.row);
    let theirs = twin.get("amount/amount").and_then(Decimal::parse);
    let is_turned = entry.is_reversal && entry.amount == theirs.map(|amount| -amount);
    let reason = is_turned.then_some("the twin does not turn the reversal of a credit");
    let ours = entry.amount.filter(|&amount| Some(amount) == theirs).and(theirs);
    let text = |amount: Option<Decimal>| amount.map(|amount| amount.to_string());
    tally.compare(&place, text(ours).as_deref(), text(theirs).as_deref(), reason);
    let day = |day: Option<i32>| day.map(support::day);
    tally.compare(&place, day(entry.value_day).as_deref(), twin.get("date"), None);
    let booked = day(entry.booked_at.map(|moment| moment.day));
    tally.compare(&place, booked.as_deref(), twin.get("entry_date"), None);
    let number = Some(entry.counterparty.number.as_str());
    let is_iban = entry.counterparty.number.starts_with("PL08");
    let reason = is_iban.then_some("the account is in sub-field 31, its IBAN in 38");
    tally.compare(&place, number, twin.get("applicant_iban"), reason);
    tally.compare(&place, entry.counterparty.holder.as_deref(), twin.get("applicant_name"), None);
    tally.compare(&place, entry.counterparty.bank.as_deref(), twin.get("applicant_bin"), None);
    let references = [
        ("bank_reference", &[ReferenceKind::Bank][..]),
        ("customer_reference", &[ReferenceKind::Customer, ReferenceKind::Cheque]),
        ("end_to_end_reference", &[ReferenceKind::EndToEnd]),
    ];
    for (key, kinds) in references {
        let ours = entry.references.iter().find(|reference| kinds.contains(&reference.kind));
        compare_reference(&place, ours.map(|r| r.text.as_str()), twin.get(key), tally);
    }
}

fn compare_reference(place: &str, ours: Option<&str>, theirs: Option<&str>, tally: &mut Tally) {
    let Some(theirs) = theirs.map(|theirs| theirs.trim_matches([' ', '\''])) else { return };
    let reason = match ours {
        None if ["NONREF", "NOTPROVIDED"].contains(&theirs) => {
            Some("a placeholder is no reference")
        }
        _ if theirs.starts_with("KREF+") || theirs == "EREF" => {
            Some("a pointer to field 86 is no reference")
        }
        Some(ours) if theirs.starts_with(ours) => {
            Some("the twin joins the next sub-field to a reference that has ended")
        }
        _ => None,
    };
    tally.compare(place, ours, Some(theirs), reason);
}

/// Samples whose entries do not lead from opening to closing, and why: `file`, row, difference.
/// A file stands in several collections; each is listed by its name without the extension.
const NOT_CLOSING: &[(&str, u64, &str, &str)] = &[
    ("sepa_snippet", 25, "-300.08", "a credit of 300 was replaced by a debit of 0.08"),
    ("sepa_snippet_broken", 1, "-307603.86", "three entries of sepa_snippet were cut out"),
    ("abnamro", 4, "2038.00", "shortened by hand: its entries do not fill its balances"),
    ("abnamro", 32, "1002.60", "shortened by hand: its entries do not fill its balances"),
    ("bug-core-5401", 1, "50.00", "both balances are blanked to zero"),
    ("commerzbank", 1, "-12.35", "both balances are blanked to zero"),
    ("deutschebank", 1, "-12.35", "both balances are blanked to zero"),
    ("oldenburgischelandesbank", 1, "104.50", "both balances are blanked to zero"),
    ("oldenburgischelandesbankmitbindestrich", 1, "281725.57", "the closing is blanked to zero"),
    ("ing-dos", 4, "-49.06", "its own totals (25.24 out, 28.71 in) differ from its entries"),
    ("ing-unix", 4, "-49.06", "its own totals (25.24 out, 28.71 in) differ from its entries"),
    ("ing", 4, "-49.06", "its own totals (25.24 out, 28.71 in) differ from its entries"),
    ("knab", 12, "-4500", "`C500` without comma stands where 5000 closes; it is reported"),
    ("knab", 10, "-4500", "`C500` without comma stands where 5000 closes; it is reported"),
    ("postfinance", 16, "-0.2", "an amount was changed by 0.2"),
    ("postfinance", 15, "-0.2", "an amount was changed by 0.2"),
    ("rabobank", 2, "-1135.93", "shortened by hand: its entries do not fill its balances"),
    ("rabobank", 19, "-236.56", "an entry of 236.56, dated a month later, was put in"),
    ("sparkasse2", 1, "775.04", "amounts were changed: neither direction of 1027.25 closes"),
    ("sparkasse3", 1, "-1279.46", "amounts were changed: neither direction of 1027.25 closes"),
    ("triodos", 1, "-111.40", "shortened by hand: its entries do not fill its balances"),
    (
        "with_newline_in_tnr",
        2,
        "-770.71",
        "shortened by hand: its entries do not fill its balances",
    ),
    ("details_60-63", 1, "-234.01", "one invented statement under four names"),
    ("malformed_details", 1, "-234.01", "one invented statement under four names"),
    ("overly_long_details", 1, "-234.01", "one invented statement under four names"),
    ("whitespace", 1, "-234.01", "one invented statement under four names"),
    ("raiffeisen-cmi", 1, "-1123264.00", "shortened by hand: its entries do not fill its balances"),
    ("sample_JPchar", 2, "-1601673", "nonsense digits for a test of characters"),
];

/// Extensions of samples; the folders also hold licences and parsed twins.
const EXTENSIONS: &[&str] = &["sta", "txt", "fin", "rje", "dos"];

#[test]
fn every_foreign_sample_gives_statements_or_a_problem_and_closes_or_is_explained() {
    let mut counts = Counts::default();
    for folder in ["mt940", "swift-mt"] {
        let Some(folder) = support::shared_formats(folder) else { return };
        for path in support::files_under(&folder) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            let is_sample = EXTENSIONS.contains(&extension.as_ref());
            if is_sample && !name.starts_with("LICEN") && !name.starts_with("requirements") {
                counts.file(&name, &bytes_of(&path));
            }
        }
    }
    println!("{counts:#?}");
    assert!(counts.unexplained.is_empty(), "{:#?}", counts.unexplained);
}

#[derive(Debug, Default)]
struct Counts {
    files: usize,
    fragments: usize,
    statements: usize,
    entries: usize,
    closing: usize,
    without_both_balances: usize,
    explained: BTreeMap<&'static str, usize>,
    problems: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Counts {
    fn file(&mut self, name: &str, bytes: &[u8]) {
        self.files += 1;
        let mut read = support::read(name, bytes);
        if read.problems.iter().any(|problem| problem.code == ProblemCode::FormatUnknown) {
            // A single field, as unit tests use them: read it as what it is.
            self.fragments += 1;
            read = read_forced(bytes);
        }
        for problem in &read.problems {
            *self.problems.entry(problem.code.as_str()).or_default() += 1;
        }
        if read.value.statements.is_empty() && read.problems.is_empty() {
            self.unexplained.push(format!("{name}: neither statement nor problem"));
        }
        for statement in &read.value.statements {
            self.statement(name, statement);
        }
    }

    fn statement(&mut self, name: &str, statement: &Statement) {
        self.statements += 1;
        self.entries += statement.entries.len();
        let row = statement.row;
        match support::difference(statement) {
            Some(difference) if difference.is_zero() => self.closing += 1,
            None => self.without_both_balances += 1,
            Some(difference) => {
                let of = |known: &&(&str, u64, &str, &str)| {
                    (known.0, known.1) == (name, row) && Decimal::parse(known.2) == Some(difference)
                };
                match NOT_CLOSING.iter().find(of) {
                    Some((_, _, _, reason)) => *self.explained.entry(reason).or_default() += 1,
                    None => self.unexplained.push(format!("{name} row {row}: off by {difference}")),
                }
            }
        }
    }
}
