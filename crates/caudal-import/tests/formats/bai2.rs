//! BAI2: accounts, details, records that share lines, control totals, problems, foreign samples.

use std::collections::BTreeMap;

use caudal_import::{Evidence, Format, Imported, recognise};
use caudal_model::{Decimal, EntryStatus};

use crate::support::{self, only, references};

/// A day of a company that does not exist: 1,000.00 - 400.50 + 150.25 = 749.75.
const GOOD: &str = "\
01,PLUMBANK,FLAMINGO,250303,0600,77,,,2/
02,FLAMINGO,PLUMBANK,1,250228,2400,USD,2/
03,0123456789,,010,100000,,,015,74975,,/
16,495,40050,Z,BANK7,INV7,WIRE OUT, LANTERNS
88,EREF: FLAMINGO-7
88,CRNM: PAPER MOON LTD
88,CACT: 555000
16,142,15025,V,250304,,BANK8,,ACH IN/
49,230050,7/
98,230050,1,9/
99,230050,1,11/
";

fn read(text: &str) -> Imported<Evidence> {
    support::read("statement.bai", text.as_bytes())
}

fn with(old: &str, new: &str) -> Imported<Evidence> {
    assert!(GOOD.contains(old), "{old}");
    read(&GOOD.replacen(old, new, 1))
}

fn problems_with(old: &str, new: &str) -> Vec<String> {
    support::problems(&with(old, new).problems)
}

#[test]
fn an_account_is_read_with_its_balances_and_details() {
    let read = read(GOOD);
    assert_eq!(support::problems(&read.problems), Vec::<String>::new());
    let statement = only(&read);
    assert_eq!(
        support::lines(statement),
        [
            "account 0123456789 USD",
            "opening 1000.00 on 2025-02-28",
            "4 2025-02-28 -400.50 555000 PAPER MOON LTD | WIRE OUT, LANTERNS EREF: FLAMINGO-7 \
             CRNM: PAPER MOON LTD CACT: 555000",
            "8 2025-02-28 150.25   | ACH IN",
            "closing 749.75 on 2025-02-28",
        ]
    );
    assert_eq!(support::difference(statement), Some(Decimal::ZERO));
    assert_eq!(statement.account.bank.as_deref(), Some("PLUMBANK"));
    assert_eq!(statement.id.as_deref(), Some("77"));
    let [out, into] = &statement.entries[..] else { panic!("two entries") };
    assert_eq!(references(out), ["EndToEnd FLAMINGO-7", "Bank BANK7", "Customer INV7"]);
    assert_eq!(
        out.raw,
        "16,495,40050,Z,BANK7,INV7,WIRE OUT, LANTERNS\n88,EREF: FLAMINGO-7\n88,CRNM: PAPER MOON LTD\n88,CACT: 555000"
    );
    assert_eq!(into.value_day.map(support::day).as_deref(), Some("2025-03-04"));
    assert_eq!(into.kind, "142");
}

#[test]
fn kinds_of_funds_take_exactly_their_fields() {
    for funds in
        ["", "0", "1", "2", "Z", "S,1,2,3", "S,,2,3", "V,250304,1200", "V,,", "D,0", "D,2,0,5,1,10"]
    {
        let read = with("V,250304,", funds);
        assert_eq!(references(&only(&read).entries[1]), ["Bank BANK8"], "{funds}");
        assert_eq!(only(&read).entries[1].description, "ACH IN", "{funds}");
        let read = with("010,100000,,,", &format!("060,0,,{funds},010,100000,,,"));
        assert_eq!(only(&read).opening.map(|b| b.amount), Decimal::parse("1000"), "{funds}");
        assert_eq!(support::problems(&read.problems), Vec::<String>::new(), "{funds}");
    }
}

#[test]
fn summaries_go_on_in_continuations() {
    let read = with("015,74975,,/", "015/\n88,74975,,/");
    assert_eq!(only(&read).closing.map(|b| b.amount), Decimal::parse("749.75"));
    // One more record in account, group and file.
    assert_eq!(read.problems.len(), 3);
}

#[test]
fn records_may_share_a_line_and_texts_may_hold_slashes_and_commas() {
    let joined = GOOD.replace("/\n", "/   ");
    let read = read(&joined);
    assert_eq!(read.problems, []);
    assert_eq!(support::difference(only(&read)), Some(Decimal::ZERO));
    let read = with("ACH IN/", "ROPES / WOOD, 1/2 INCH / 7, AND/OR 88/    ");
    assert_eq!(only(&read).entries[1].description, "ROPES / WOOD, 1/2 INCH / 7, AND/OR 88");
    assert_eq!(read.problems, []);
}

#[test]
fn a_line_without_a_code_goes_on_with_the_record_before() {
    let read = with("LANTERNS\n", "LANTERNS\nAND ROPES\n88:WOOD\n");
    assert!(only(&read).entries[0].description.contains("LANTERNS\nAND ROPES\n88:WOOD\nEREF"));
    assert_eq!(
        support::problems(&read.problems),
        ["0:5 - record-unexpected [AND ROPES] [-]", "0:6 - record-unexpected [88:WOOD] [-]"]
    );
}

#[test]
fn a_changed_digit_is_caught_once_by_the_control_total() {
    assert_eq!(
        problems_with("16,142,15025", "16,142,15026"),
        ["0:9 49 control-total-differs [230050] [230051]"]
    );
    assert_eq!(
        problems_with("98,230050", "98,230051"),
        [
            "0:10 98 control-total-differs [230051] [230050]",
            "0:11 99 control-total-differs [230050] [230051]"
        ]
    );
    assert_eq!(problems_with("98,230050", "98,"), Vec::<String>::new());
    assert_eq!(problems_with("98,230050", "98,X"), ["0:10 98 control-total-differs [X] [230050]"]);
}

#[test]
fn a_lost_record_is_caught_by_the_counts() {
    assert_eq!(
        problems_with("88,EREF: FLAMINGO-7\n", ""),
        [
            "0:8 49 record-count-differs [7] [6]",
            "0:9 98 record-count-differs [9] [8]",
            "0:10 99 record-count-differs [11] [10]"
        ]
    );
    assert_eq!(
        problems_with("98,230050,1,", "98,230050,2,"),
        ["0:10 98 record-count-differs [2] [1]"]
    );
    assert_eq!(
        problems_with("99,230050,1,", "99,230050,2,"),
        ["0:11 99 record-count-differs [2] [1]"]
    );
}

#[test]
fn deletions_and_tests_are_notes_without_balances() {
    for status in ["2", "4"] {
        let read = with("PLUMBANK,1,", &format!("PLUMBANK,{status},"));
        let statement = only(&read);
        assert!(statement.entries.iter().all(|e| e.status == EntryStatus::Information));
        assert_eq!((statement.opening, statement.closing), (None, None));
        let note = format!("0:2 02 entry-not-booked [{status}] [1]");
        let mut expected = vec![note];
        if status == "2" {
            // What is taken back was counted when it came.
            expected.insert(0, "0:2 02 record-unexpected [2] [1]".to_owned());
        }
        assert_eq!(support::problems(&read.problems), expected);
    }
}

#[test]
fn amounts_and_types_that_do_not_tell_a_movement_are_reported() {
    for (old, new, amount, problems) in [
        (
            "142,15025",
            "142,-15025",
            "-150.25",
            vec!["8 16 amount-sign-contradicts [-150.25] [150.25]"],
        ),
        ("142,15025", "142,150.25", "-", vec!["8 16 amount-ambiguous [150.25] [150.25]"]),
        ("142,15025", "142,", "-", vec!["8 16 amount-unreadable [] [120450]"]),
        ("142,15025", "142,1O", "-", vec!["8 16 amount-unreadable [1O] [120450]"]),
        (
            "142,15025",
            "142,9999999999999999999999999",
            "-",
            vec!["8 16 amount-overflow [9999999999999999999999999] [-]"],
        ),
        ("142,15025", "960,15025", "-", vec!["8 16 amount-unreadable [960] [101-399 | 401-699]"]),
        ("142,15025", "890,", "-", vec!["8 16 entry-not-booked [890] [-]"]),
    ] {
        let read = with(old, new);
        let entry = &only(&read).entries[1];
        let found = entry.amount.map_or("-".to_owned(), |amount| amount.to_string());
        assert_eq!(found, amount, "{new}");
        let mut listed = support::problems(&read.problems);
        listed.retain(|problem| !problem.contains("control-total"));
        let expected: Vec<_> = problems.iter().map(|problem| format!("0:{problem}")).collect();
        assert_eq!(listed, expected, "{new}");
    }
}

#[test]
fn currencies_come_from_account_group_or_default_and_rule_the_decimals() {
    let read = with("0123456789,,", "0123456789,JPY,");
    assert_eq!(only(&read).entries[1].amount, Decimal::parse("15025"));
    assert_eq!(read.problems, []);
    assert_eq!(problems_with(",USD,2/", ",,2/"), ["0:3 03 balance-currency-missing [] [USD]"]);
    assert_eq!(problems_with(",USD,2/", ",ZZZ,2/")[0], "0:2 02 currency-unknown [ZZZ] [USD]");
}

#[test]
fn what_is_missing_or_out_of_place_is_reported() {
    assert_eq!(problems_with("03,0123456789", "03,"), ["0:3 03 account-missing [] [-]"]);
    assert_eq!(problems_with("250228", "250230"), ["0:2 02 date-does-not-exist [250230] [250403]"]);
    assert_eq!(problems_with("250228", "FEB"), ["0:2 02 date-unreadable [FEB] [250403]"]);
    assert_eq!(
        problems_with("V,250304", "V,250230"),
        ["0:8 16 date-does-not-exist [250230] [250403]"]
    );
    let long = "7".repeat(141);
    let found = problems_with("0600,77,", &format!("0600,{long},"));
    assert!(found.len() == 1 && found[0].starts_with("0:1 01 record-length-wrong [777"));
    assert_eq!(problems_with("99,230050,1,11/\n", ""), ["0:10 - file-truncated [] [99]"]);
    let read = with("03,0123456789,,010,100000,,,015,74975,,/\n", "");
    assert_eq!(only(&read).entries.len(), 2);
    let found = support::problems(&read.problems);
    assert_eq!(found[1], "0:3 03 account-missing [] [-]");
    assert!(found[0].starts_with("0:3 - record-unexpected [16,495,"));
    assert_eq!(
        problems_with("49,230050,7/", "49,230050,7/\n49,0,1/")[0],
        "0:10 - record-unexpected [49,0,1/] [-]"
    );
}

#[test]
fn only_files_with_both_headers_are_recognised() {
    assert_eq!(recognise("a", GOOD.as_bytes()), Some(Format::Bai2));
    for text in ["01,a,b,c,d,e,f,g,h\n02,a,b,c,d,e,f,g,h\n", "16,1,2/", "01/02/2025,1,2\n"] {
        assert_ne!(recognise("a", text.as_bytes()), Some(Format::Bai2), "{text}");
    }
}

#[test]
fn damaged_files_never_stop_the_reader() {
    let pieces: [&[u8]; 9] =
        [b"16,", b"88,", b"/ 03,", b"49,", b"\n", b"D,999999999999,", b"/", b",", b"02,"];
    support::survives_damage("statement.bai", GOOD.as_bytes(), &pieces);
}

#[test]
fn long_and_repetitive_files_take_linear_time() {
    for piece in ["/ ", "/", ",", "16,1/", "88,/\n", "x\n", "D,9,", "/ 88"] {
        read(&format!("{}{}", &GOOD[..160], piece.repeat(100_000)));
    }
}

// Files that once gave a wrong figure without a word.

/// The good file without its continuations, with other records in place of some.
fn file(header: &str, account: &str, details: &str, trailers: &str) -> Imported<Evidence> {
    let first = "01,PLUMBANK,FLAMINGO,250303,0600,77,,,2/";
    read(&[first, header, account, details, trailers].join("\n"))
}

const HEADER: &str = "02,FLAMINGO,PLUMBANK,1,250228,2400,USD,2/";
const ACCOUNT: &str = "03,0123456789,,010,100000,,,015,74975,,/";
const DETAILS: &str = "16,495,40050,Z,BANK7,INV7,WIRE OUT/\n16,142,15025,Z,BANK8,,ACH IN/";
const TRAILERS: &str = "49,230050,4/\n98,230050,1,6/\n99,230050,1,8/";

#[test]
fn a_second_ledger_balance_takes_nothing_from_the_first() {
    let trailers = "49,320050,4/\n98,320050,1,6/\n99,320050,1,8/";
    let account = "03,0123456789,,010,100000,,,010,90000,,,015,74975,,/";
    let read = file(HEADER, account, DETAILS, trailers);
    assert_eq!(only(&read).opening.map(|b| b.amount), Decimal::parse("1000"));
    assert_eq!(support::problems(&read.problems), ["0:3 010 record-unexpected [900.00] [1000.00]"]);
    let account = account.replace("90000", "100000");
    let trailers = trailers.replace("320050", "330050");
    assert_eq!(file(HEADER, &account, DETAILS, &trailers).problems, []);
}

#[test]
fn fields_that_are_left_out_are_noticed() {
    let read = file(HEADER, "03,0123456789,,010,100000,015,74975/", DETAILS, TRAILERS);
    assert_eq!(support::problems(&read.problems)[0], "0:3 03 record-unexpected [74975] [-]");
    for funds in ["", "X,", "D,X,"] {
        let details = DETAILS.replacen("Z,", funds, 1);
        let read = file(HEADER, ACCOUNT, &details, TRAILERS);
        let found = support::problems(&read.problems);
        let text = if funds.is_empty() { "BANK7" } else { "X" };
        assert_eq!(found, [format!("0:4 16 record-unexpected [{text}] [Z]")], "{funds}");
    }
    for (kind, code) in [("+142", "amount-unreadable"), ("0142", "amount-unreadable")] {
        let details = DETAILS.replacen("142", kind, 1);
        let read = file(HEADER, ACCOUNT, &details, TRAILERS);
        assert_eq!(only(&read).entries[1].amount, None);
        assert!(support::problems(&read.problems)[0].contains(code), "{kind}");
    }
}

#[test]
fn a_comma_before_a_continuation_shifts_nothing() {
    let account = "03,0123456789,,010,100000,,,/\n88,015,74975,,/";
    let trailers = "49,230050,5/\n98,230050,1,7/\n99,230050,1,9/";
    let read = file(HEADER, account, DETAILS, trailers);
    assert_eq!(support::difference(only(&read)), Some(Decimal::ZERO));
    assert_eq!(read.problems, []);
}

#[test]
fn sums_of_all_credits_and_debits_are_compared_with_the_entries() {
    let account = "03,0123456789,,100,15026,1,,400,40050,2,/";
    let trailers = "49,110151,4/\n98,110151,1,6/\n99,110151,1,8/";
    let read = file(HEADER, account, DETAILS, trailers);
    assert_eq!(
        support::problems(&read.problems),
        ["0:3 100 control-total-differs [150.26] [150.25]", "0:3 400 record-count-differs [2] [1]",]
    );
    // Fewer than the sum: the bank may not have told all of them.
    let account = "03,0123456789,,100,15126,2,,400,40051,,/";
    let trailers = "49,110252,4/\n98,110252,1,6/\n99,110252,1,8/";
    assert_eq!(
        support::problems(&file(HEADER, account, DETAILS, trailers).problems),
        [
            "0:3 100 details-do-not-sum [150.25] [151.26]",
            "0:3 100 record-count-differs [2] [1]",
            "0:3 400 details-do-not-sum [400.50] [400.51]",
        ]
    );
    // Where the account says that not all are told, and where none is, there is nothing to compare.
    let account = "03,0123456789,,100,15126,,,105,101,,,400,40050,1,/";
    let trailers = "49,110352,4/\n98,110352,1,6/\n99,110352,1,8/";
    assert_eq!(file(HEADER, account, DETAILS, trailers).problems, []);
    let trailers = "49,55277,2/\n98,55277,1,4/\n99,55277,1,6/";
    assert_eq!(file(HEADER, account, "", trailers).problems, []);
}

#[test]
fn corrections_and_interim_reports_do_not_pass_for_final_ones() {
    for (header, problem) in [
        ("02,FLAMINGO,PLUMBANK,3,250228,2400,USD,2/", "[3] [1]"),
        ("02,FLAMINGO,PLUMBANK,,250228,2400,USD,2/", "[] [1]"),
        ("02,FLAMINGO,PLUMBANK,1,250228,2400,USD,3/", "[3] [2]"),
        ("02,FLAMINGO,PLUMBANK,1,250228,2400,USD,1/", "[1] [2]"),
    ] {
        let read = file(header, ACCOUNT, DETAILS, TRAILERS);
        let expected = format!("0:2 02 record-unexpected {problem}");
        assert_eq!(support::problems(&read.problems), [expected]);
    }
    let read = with("77,,,2/", "77,,,1/");
    assert_eq!(support::problems(&read.problems), ["0:1 01 record-unexpected [1] [2]"]);
}

#[test]
fn an_account_outside_of_a_group_has_no_day() {
    let text = GOOD.replace("02,FLAMINGO,PLUMBANK,1,250228,2400,USD,2/\n", "");
    // It is not that of a group before, whose trailer is there or not.
    for old in ["98,230050,1,9/\n", ""] {
        let first = GOOD.replace("98,230050,1,9/\n", old);
        let read = read(&format!("{first}{text}"));
        assert_eq!(read.value.statements[1].entries[0].booked_at, None);
        let found = support::problems(&read.problems);
        assert!(found.iter().any(|problem| problem.ends_with("date-unreadable [] [250403]")));
    }
}

#[test]
fn trailers_that_are_missing_are_reported_wherever_they_are() {
    for (count, missing) in [(1, vec!["99"]), (2, vec!["98", "99"]), (4, vec!["49", "98", "99"])] {
        let lines: Vec<&str> = GOOD.lines().collect();
        let cut = lines[..lines.len() - count].join("\n");
        let read = read(&format!("{cut}\n{GOOD}"));
        let found = support::problems(&read.problems);
        let row = lines.len() - count + 1;
        let expected: Vec<_> =
            missing.iter().map(|m| format!("0:{row} - file-truncated [] [{m}]")).collect();
        assert_eq!(found, expected, "{count}");
    }
    let found = problems_with("49,230050,7/\n98,230050,1,9/", "98,,,/");
    assert_eq!(found[0], "0:9 - file-truncated [] [49]");
    let second = "02,FLAMINGO,PLUMBANK,1,250301,2400,USD,2/\n03,2,,010,5,,,015,5,,/\n49,10,2/";
    let found = problems_with("98,230050,1,9/", &format!("{second}\n98,10,1,4/"));
    assert_eq!(found[0], "0:10 - file-truncated [] [98]");
}

#[test]
fn a_date_or_a_fraction_in_a_text_is_no_record() {
    for text in ["RENT 3/16,100 OFF", "DUE 01/02, THANKS", "05/03,MARCH,RENT", "1/49,A", "7/01,X,Y"]
    {
        let details = DETAILS.replace("WIRE OUT", text);
        let read = file(HEADER, ACCOUNT, &details, TRAILERS);
        assert_eq!(read.problems, [], "{text}");
        assert_eq!(only(&read).entries[0].description, text);
        assert_eq!(only(&read).entries.len(), 2);
    }
}

#[test]
fn a_day_long_before_or_after_the_file_was_made_is_reported() {
    for (day, found) in
        [("050228", "2005-02-28"), ("250305", "2025-03-05"), ("260228", "2026-02-28")]
    {
        let problem = format!("0:2 02 date-outside-statement [{found}] [2025-03-03]");
        assert_eq!(problems_with("250228", day), [problem]);
    }
    assert_eq!(problems_with("250228", "250304"), Vec::<String>::new());
}

#[test]
fn a_code_of_an_asset_is_no_currency_of_a_bank() {
    let found = problems_with(",USD,2/", ",USDC,2/");
    assert_eq!(found[0], "0:2 02 currency-unknown [USDC] [USD]");
    assert_eq!(problems_with("0123456789,,", "0123456789,USDC,").len(), 1);
}

/// Accounts of samples that do not close or whose totals differ, and why.
const EXPLAINED: &[(&str, &str)] = &[
    ("sample1", "both accounts state only available balances"),
    ("sample2", "an example of the specification: no closing ledger balance, few details"),
    (
        "sample4-continuations-newline-delimited",
        "account numbers, amounts and details were invented",
    ),
    ("sample5-issue113", "account numbers, amounts and details were invented"),
];

#[test]
fn foreign_samples_close_or_are_explained() {
    let Some(folder) = support::shared_formats("bai2/moov/test") else { return };
    let (mut closing, mut counts) = (0, [0usize; 3]);
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    for path in support::files_under(&folder) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        #[expect(clippy::disallowed_methods, reason = "tests read samples")]
        let read = support::read(&name, &std::fs::read(&path).expect("a readable sample"));
        let statements = &read.value.statements;
        println!("{name}: {} accounts", statements.len());
        for problem in support::problems(&read.problems) {
            println!("    {problem}");
        }
        assert!(!statements.is_empty() || !read.problems.is_empty(), "{name}");
        let reason = EXPLAINED.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason);
        for statement in statements {
            counts[1] += 1;
            counts[2] += statement.entries.len();
            if support::difference(statement) == Some(Decimal::ZERO) {
                closing += 1;
            } else {
                let reason = reason.unwrap_or_else(|| panic!("{name} row {}", statement.row));
                *explained.entry(reason).or_default() += 1;
            }
        }
        counts[0] += 1;
    }
    println!("{counts:?} files, accounts, entries; {closing} close; explained {explained:#?}");
}
