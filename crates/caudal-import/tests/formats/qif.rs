//! QIF: accounts, orders of dates, decimal marks, splits, problems, foreign samples.

use caudal_import::{Evidence, Format, Imported, recognise};
use caudal_model::Entry;

use crate::support::{self, only, shape};

/// Entries of a company that does not exist.
const GOOD: &str = "\
!Account
NFlamingo Account
TBank
^
!Type:Bank
D28/2'2025
T1,000.00
POpening Balance
L[Flamingo Account]
^
D3/3'2025
U-400.50
T-400.50
CX
N319
PPaper Moon Ltd
AStreet of Nowhere 7
MLanterns
LStock
SStock:Paper
EFirst lot
$-300.00
SStock:Wood
$-100.50
^
D 4/ 3'25
T150.25
NXFER
PFlamingo Savings
L[Savings]/Class
^
";

fn read(text: &str) -> Imported<Evidence> {
    support::read("statement.qif", text.as_bytes())
}

fn with(old: &str, new: &str) -> Imported<Evidence> {
    assert!(GOOD.contains(old), "{old}");
    read(&GOOD.replacen(old, new, 1))
}

/// Problems but that no currency is stated, which all files have.
fn problems(read: &Imported<Evidence>) -> Vec<String> {
    let all = support::problems(&read.problems);
    all.into_iter().filter(|problem| !problem.contains("currency-missing")).collect()
}

fn problems_with(old: &str, new: &str) -> Vec<String> {
    problems(&with(old, new))
}

fn days(read: &Imported<Evidence>) -> Vec<String> {
    let day = |entry: &Entry| entry.booked_at.map_or("-".to_owned(), |moment| moment.to_string());
    only(read).entries.iter().map(day).collect()
}

#[test]
fn an_account_is_read_with_its_opening_and_entries() {
    let read = read(GOOD);
    assert_eq!(support::problems(&read.problems), ["0:5 currency currency-missing [] [EUR]"]);
    let statement = only(&read);
    assert_eq!(
        support::lines(statement),
        [
            "account Flamingo Account -",
            "opening 1000.00 on 2025-02-28",
            "11 2025-03-03 -400.50  Paper Moon Ltd | Lanterns Stock Stock:Paper First lot -300.00 \
             Stock:Wood -100.50",
            "26 2025-03-04 150.25 Savings Flamingo Savings | ",
        ]
    );
    let [cheque, transfer] = &statement.entries[..] else { panic!("two entries") };
    assert_eq!(cheque.references.len(), 1);
    assert_eq!(transfer.kind, "XFER");
    assert_eq!(transfer.raw, "D 4/ 3'25\nT150.25\nNXFER\nPFlamingo Savings\nL[Savings]/Class");
}

#[test]
fn an_account_that_no_block_names_is_missing_unless_its_opening_names_it() {
    let without = GOOD.split_once("^\n").expect("a block").1;
    assert_eq!(only(&read(without)).account.number, "Flamingo Account");
    let unnamed = without.replace("POpening Balance", "PSomebody");
    assert_eq!(problems(&read(&unnamed)), ["0:1 !Account account-missing [] [-]"]);
    assert_eq!(only(&read(&unnamed)).entries.len(), 3);
    // A block of several accounts is a list.
    assert_eq!(
        problems(&read(&format!("!Account\nNA\n^\nNB\n^\n{unnamed}"))),
        ["0:6 !Account account-missing [] [-]"]
    );
    let long = "x".repeat(141);
    let found = problems_with("NFlamingo Account", &format!("N{long}"));
    assert!(found[0].starts_with("0:2 !Account record-length-wrong [xxx"), "{found:?}");
}

#[test]
fn an_opening_from_another_account_is_an_entry() {
    let read = with("L[Flamingo Account]", "L[Equity]");
    assert_eq!(only(&read).opening, None);
    assert_eq!(only(&read).entries[0].counterparty.number, "Equity");
}

#[test]
fn sections_follow_each_other_with_their_accounts() {
    let second = "!Account\nNCard\n^\n!Type:CCard\nD28/2/25\nT-5\n^\n!Type:Cat\nNFood\nE\n^\n";
    let read = read(&format!("{GOOD}{second}"));
    let [_, card] = &read.value.statements[..] else { panic!("two statements") };
    assert_eq!(support::lines(card), ["account Card -", "36 2025-02-28 -5   | "]);
    assert_eq!(problems(&read), Vec::<String>::new());
}

#[test]
fn the_order_of_dates_is_decided_over_the_whole_file() {
    assert_eq!(days(&with("D28/2'2025", "D2/28'2025")), ["2025-03-03", "2025-04-03"]);
    let open = with("D28/2'2025", "D1/2'2025");
    assert_eq!(days(&open), ["2025-03-03", "-"]);
    assert_eq!(
        problems(&open),
        [
            "0:6 D date-order-ambiguous [1/2'2025] [2025-01-02 | 2025-02-01]",
            "0:26 D date-order-ambiguous [4/ 3'25] [2025-03-04 | 2025-04-03]"
        ]
    );
    assert_eq!(only(&open).opening.and_then(|opening| opening.day), None);
    let iso = with("D28/2'2025", "D2025-02-28");
    assert_eq!(
        only(&iso).opening.and_then(|opening| opening.day).map(support::day).as_deref(),
        Some("2025-02-28")
    );
    assert_eq!(
        problems_with("D28/2'2025", "D30/2'2025"),
        [
            "0:6 D date-does-not-exist [30/2'2025] [2025-04-03]",
            "0:26 D date-order-ambiguous [4/ 3'25] [2025-03-04 | 2025-04-03]"
        ]
    );
    assert_eq!(problems_with("D3/3'2025", "Dsoon"), ["0:11 D date-unreadable [soon] [2025-04-03]"]);
    assert_eq!(problems_with("D3/3'2025\n", ""), ["0:11 D date-unreadable [] [2025-04-03]"]);
}

#[test]
fn the_decimal_mark_is_decided_over_the_whole_file() {
    let amounts = |text: &str| -> Vec<String> {
        let read = read(text);
        let amount = |entry: &Entry| entry.amount.map_or("-".to_owned(), |a| a.to_string());
        only(&read).entries.iter().map(amount).collect()
    };
    let file = |first: &str, second: &str| {
        format!("!Type:Bank\nD1/1'25\nT{first}\n^\nD1/1'25\nT{second}\n^\n")
    };
    assert_eq!(amounts(&file("1,234", "-7.50")), ["1234", "-7.50"]);
    assert_eq!(amounts(&file("1,234", "-7,50")), ["1.234", "-7.50"]);
    assert_eq!(amounts(&file("1,234", "-7")), ["-", "-7"]);
    assert_eq!(
        problems(&read(&file("1,234", "x")))[..2],
        ["0:2 T amount-ambiguous [1,234] [1234 | 1.234]", "0:5 T amount-unreadable [x] [1204.50]"]
    );
    assert_eq!(problems_with("T150.25\n", ""), ["0:26 T amount-unreadable [] [1204.50]"]);
    assert_eq!(problems_with("T150.25", "U150.25"), Vec::<String>::new());
    assert_eq!(
        problems_with("U-400.50", "U-400.51"),
        ["0:11 T amount-ambiguous [-400.50] [-400.50 | -400.51]"]
    );
}

#[test]
fn splits_add_up_to_their_entry() {
    assert_eq!(
        problems_with("$-300.00", "$-300.01"),
        ["0:11 $ details-do-not-sum [-400.51] [-400.50]"]
    );
    assert_eq!(problems_with("$-300.00", "$x"), ["0:11 $ details-do-not-sum [x] [-400.50]"]);
    assert_eq!(
        problems_with("$-300.00\n", "%75\n"),
        ["0:11 $ details-do-not-sum [-100.50] [-400.50]"]
    );
}

#[test]
fn lines_that_the_format_does_not_have_are_reported() {
    assert_eq!(
        problems_with("MLanterns", "MLanterns\nMmore\nZ1"),
        ["0:19 - record-unexpected [Mmore] [-]", "0:20 - record-unexpected [Z1] [-]"]
    );
    assert_eq!(
        problems_with("!Account", "#note\n!Account"),
        ["0:1 - record-unexpected [#note] [-]"]
    );
    let cut = with("LStock\n", "!Type:Cash\nD28/2'25\nT1\n");
    assert_eq!(cut.value.statements.len(), 2);
    assert_eq!(problems(&cut)[0], "0:19 - record-unexpected [!Type:Cash] [^]");
    let invested = read("!Type:Invst\nD1/1'25\nNCash\n^\n!Type:What\nX\n^\n");
    assert_eq!(
        problems(&invested),
        ["0:1 - record-unexpected [!Type:Invst] [-]", "0:5 - record-unexpected [!Type:What] [-]"]
    );
}

#[test]
fn two_records_without_a_mark_between_them_are_two_entries() {
    let read = with("$-100.50\n^\n", "$-100.50\n^\nD3/3'2025\nT-7.00\nPFig\n");
    let amounts: Vec<_> = only(&read).entries.iter().map(|entry| entry.amount).collect();
    assert_eq!((amounts.len(), amounts.contains(&None)), (3, false));
    assert_eq!(problems(&read), ["0:29 - record-unexpected [D 4/ 3'25] [^]"]);
}

#[test]
fn a_record_with_two_amounts_has_none() {
    let read = with("T150.25", "T150.25\nT-150.25");
    assert_eq!(only(&read).entries[1].amount, None);
    assert_eq!(
        problems(&read),
        [
            "0:28 - record-unexpected [T-150.25] [-]",
            "0:26 T amount-ambiguous [150.25] [150.25 | -150.25]"
        ]
    );
}

#[test]
fn a_section_does_not_inherit_the_account_of_the_one_before() {
    let read = read(&format!("{GOOD}!Type:CCard\nD5/3'25\nT-7.00\n^\n"));
    assert_eq!(read.value.statements[1].account.number, "");
    assert_eq!(problems(&read), ["0:32 !Account account-missing [] [-]"]);
    assert_eq!(
        problems_with("!Type:Bank", "!Type:CCard"),
        ["0:5 !Account account-key-contradicts [CCard] [Bank]"]
    );
}

#[test]
fn entries_below_a_block_or_a_switch_are_not_lost() {
    let without = with("!Type:Bank\n", "");
    assert!(without.value.statements.is_empty());
    assert_eq!(
        problems(&without)[..3],
        [
            "0:5 T amount-unreadable [1,000.00] [!Type:Bank]",
            "0:10 T amount-unreadable [-400.50] [!Type:Bank]",
            "0:25 T amount-unreadable [150.25] [!Type:Bank]"
        ]
    );
    let switched = with("D 4/ 3'25", "!Clear:AutoSwitch\nD 4/ 3'25");
    assert_eq!((only(&switched).entries.len(), problems(&switched).len()), (2, 0));
}

#[test]
fn a_year_of_two_digits_may_stand_first() {
    let file = |dates: [&str; 3]| {
        let record = |date: &str| format!("D{date}\nT-1.00\n^\n");
        read(&format!("!Type:Bank\n{}", dates.map(record).concat()))
    };
    let plain = file(["25/03/04", "25/03/29", "25/04/01"]);
    assert_eq!(days(&plain), ["2025-03-04", "2025-03-29", "2025-04-01"]);
    // Two days do not tell: March 2025, or the 25th in two years.
    let open = file(["25/03/04", "25/03/29", "25/03/29"]);
    assert_eq!(days(&open), ["-", "-", "-"]);
    let expected = "0:2 D date-order-ambiguous [25/03/04] [2004-03-25 | 2025-03-04]";
    assert_eq!(problems(&open)[0], expected);
}

#[test]
fn a_switch_tells_the_order_of_dates_unless_they_contradict_it() {
    let open = GOOD.replace("D28/2'2025", "D1/2'2025");
    let told =
        |switch: &str| days(&read(&open.replace("!Account", &format!("{switch}\n!Account"))));
    assert_eq!(told("!Option:MDY"), ["2025-03-03", "2025-04-03"]);
    assert_eq!(told("!Option:DMY"), ["2025-03-03", "2025-03-04"]);
    assert_eq!(days(&with("!Account", "!Option:MDY\n!Account")), ["2025-03-03", "-"]);
}

#[test]
fn a_second_opening_is_reported() {
    let read = with("PFlamingo Savings\nL[Savings]/Class", "POpening Balance\nL[Flamingo Account]");
    assert_eq!(problems(&read), ["0:26 - record-unexpected [Opening Balance] [-]"]);
}

#[test]
fn a_file_that_breaks_off_keeps_what_is_there() {
    let read = read(GOOD.strip_suffix("L[Savings]/Class\n^\n").expect("an end"));
    assert_eq!(only(&read).entries.len(), 2);
    assert_eq!(problems(&read), ["0:29 - file-truncated [PFlamingo Savings] [^]"]);
    assert_eq!(problems(&self::read("!Type:Cat\nNFood\n^\n")), ["0:- - file-empty [] [-]"]);
}

#[test]
fn only_files_of_the_format_are_recognised() {
    for text in [GOOD, "# note\n\n^\n!type:bank\n", "!Option:AutoSwitch\n", "!Type: Oth A\r\n"] {
        assert_eq!(recognise("a", text.as_bytes()), Some(Format::Qif), "{text}");
    }
    for text in ["!Other\n", "a,b\n!Type:Bank,1\n", "D1/1/25\nT1\n^\n"] {
        assert_ne!(recognise("a", text.as_bytes()), Some(Format::Qif), "{text}");
    }
}

#[test]
fn damaged_files_never_stop_the_reader() {
    let pieces: [&[u8]; 9] = [
        b"^\n",
        b"!Type:Cash\n",
        b"!Account\n",
        b"D31/31/25\n",
        b"T1,234\n",
        b"S\n",
        b"$",
        b"\xf1",
        b"L[\n",
    ];
    support::survives_damage("statement.qif", GOOD.as_bytes(), &pieces);
}

#[test]
fn long_and_repetitive_files_take_linear_time() {
    for piece in ["^\n", "S\n", "D1\n", "!Type:Bank\n", "!Account\nNA\n", "D1/2/3\n^\n", "$1,", "x"]
    {
        read(&format!("{GOOD}{}", piece.repeat(30_000)));
    }
}

/// What each foreign sample holds: name, statements, entries, problems.
#[rustfmt::skip]
const SAMPLES: &[(&str, usize, usize, &[&str])] = &[
    ("empty", 0, 0, &["format-unknown"]),
    ("invalid", 0, 0, &["format-unknown"]),
    ("test", 1, 5, &["3 record-unexpected", "currency currency-missing", "record-unexpected"]),
    ("test_category_inherit", 0, 0, &["file-empty"]),
    ("test_category_override", 1, 4, &["!Account account-missing", "currency currency-missing"]),
    ("test_circular_reference", 1, 2, &["!Account account-missing", "currency currency-missing"]),
    ("test_clear_autoswitch", 0, 0, &["file-empty"]),
    ("test_nosymbol", 0, 0, &["file-empty"]),
    ("test_option_autoswitch", 0, 0, &["file-empty"]),
    ("test_oth_a", 1, 5, &["3 record-unexpected", "currency currency-missing", "record-unexpected"]),
    ("test_split", 1, 1, &["!Account account-missing", "currency currency-missing"]),
    ("test_transaction_before_account_definition_1", 1, 2, &["!Account account-missing", "currency currency-missing"]),
    ("test_transaction_before_account_definition_2", 1, 2, &["!Account account-missing", "currency currency-missing"]),
    ("test_unknown_account_type", 0, 0, &["11 record-unexpected"]),
];

#[test]
fn foreign_samples_are_read_or_say_why_not() {
    let Some(folder) = support::shared_formats("qif/quiffen/tests/test_files") else { return };
    let mut counts = [0usize; 4];
    for path in support::files_under(&folder) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let read = support::read("a.qif", &support::foreign(&path));
        let statements = &read.value.statements;
        let entries = statements.iter().map(|statement| statement.entries.len()).sum::<usize>();
        assert!(!statements.is_empty() || !read.problems.is_empty(), "{name}");
        let known = SAMPLES.iter().find(|(known, ..)| *known == name);
        let (_, statement_count, entry_count, problems) = known.expect("a known sample");
        assert_eq!((statements.len(), entries), (*statement_count, *entry_count), "{name}");
        assert_eq!(shape(&read), *problems, "{name}");
        for entry in statements.iter().flat_map(|statement| &statement.entries) {
            assert!(entry.amount.is_some() && entry.booked_at.is_some(), "{name} {}", entry.row);
        }
        let openings = statements.iter().filter(|statement| statement.opening.is_some()).count();
        let found = [1, statements.len(), entries, openings];
        counts.iter_mut().zip(found).for_each(|(count, found)| *count += found);
    }
    println!("{counts:?} files, statements, entries, openings");
}
