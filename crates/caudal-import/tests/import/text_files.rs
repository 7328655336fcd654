//! Delimited text: what is read, and every problem with its row, what was found and expected.

use std::ops::ControlFlow;

use caudal_import::{PROBLEMS_LISTED_MAX, Statement};
use caudal_model::{Currency, Moment, Money, ProblemCode, Thing};

use crate::{HEADER, lines, read, rows};

/// Reads rows below the usual header; the problems are as listed, and so many rows are read.
fn check(rows: &str, row_count: usize, expected: &[&str]) {
    check_bytes(format!("{HEADER}\n{rows}").as_bytes(), row_count, expected);
}

fn check_bytes(bytes: &[u8], row_count: usize, expected: &[&str]) {
    let read = read(bytes);
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
    assert_eq!(lines(&read.problems), expected, "{text}");
    assert_eq!(read.value.len(), row_count, "{text}");
}

const GOOD: &str = "t1,2025-04-03,A,B,1204.50,USD\n";

#[test]
fn a_full_row_is_read() {
    let csv = "Amount;ID ; date;payer;PAYEE;currency;label;received_amount;received_currency;\
        sequence;reverses;note\n\
        1204.5;t1;2025-04-03;@victim;\"A;\"\"1\"\"\";usd;V;20000;MXN;7;t0;\"two\nlines\"\n\
        10;t2;2025-04-03T10:15:00-06:00;A;B;JPY;;;;;;\n";
    let read = read(csv.as_bytes());
    assert_eq!(lines(&read.problems), [""; 0]);
    let [usd, mxn] = ["USD", "MXN"].map(|code| Currency::from_code(code).expect("in the table"));
    let first = read.value.get(0);
    assert_eq!((first.id, first.payer, first.payee), ("t1", "@victim", "A;\"1\""));
    assert_eq!(first.moment, Moment::from_date(2025, 4, 3).expect("a day"));
    assert_eq!(first.thing, Thing::Money(Money { minor: 120_450, currency: usd }));
    assert_eq!(first.received, Some(Money { minor: 2_000_000, currency: mxn }));
    assert_eq!((first.label, first.sequence, first.reverses), (Some("V"), Some(7), Some("t0")));
    let second = read.value.get(1);
    assert_eq!(second.source.row, 4, "a quoted cell of two lines counts as two lines");
    assert_eq!(second.moment.to_string(), "2025-04-03T16:15:00Z");
    assert_eq!((second.label, second.received, second.sequence), (None, None, None));
    assert_eq!(read.value.files[0].name, "transfers.csv");
    assert_eq!(read.value.files[0].sha256, caudal_import::digest(csv.as_bytes()));
}

#[test]
fn separators_ends_of_line_and_marks_make_no_difference() {
    let plain = format!("{HEADER}\n{GOOD}t2,2025-04-04,B,C,3,USD\n");
    let expected = rows(&read(plain.as_bytes()).value);
    assert_eq!(expected.len(), 2);
    for variant in [
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        plain.trim_end().to_owned(),
        format!("\u{feff}{plain}"),
        plain.replace(',', " , "),
        plain.lines().map(|line| format!("\"{}\"\n", line.replace(',', "\",\""))).collect(),
        format!("{plain}\n\n,,,,,\n"),
    ] {
        let read = read(variant.as_bytes());
        assert_eq!(lines(&read.problems), [""; 0], "{variant}");
        assert_eq!(rows(&read.value), expected, "{variant}");
    }
}

#[test]
fn files_that_are_no_tables_are_named() {
    check_bytes(b"", 0, &["- - file-empty [] [-]"]);
    check_bytes(b"\xef\xbb\xbf \r\n", 0, &["- - file-empty [] [-]"]);
    check_bytes(
        b"\xff\xfe\r\0\n\0",
        0,
        &["1 - encoding-not-utf8 [UTF-16LE] [UTF-8]", "- - file-empty [] [-]"],
    );
    check_bytes(format!("{HEADER}\n\n").as_bytes(), 0, &["- - file-empty [] [-]"]);
    for (bytes, kind) in [
        (&b"%PDF-1.7\n"[..], "PDF"),
        (b"PK\x03\x04\x14\0xl/workbook.xml", "XLSX"),
        (b"PK\x03\x04\x14\0transfers.csv", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", "XLS"),
        (b"{\"id\": 1}", "JSON"),
        (b"<?xml version=\"1.0\"?>", "XML"),
        (b"i\0d\0,\0d\0\n\0", "UTF-16 (no BOM)"),
        (b"abc\0\0defg", "NUL"),
    ] {
        check_bytes(bytes, 0, &[&format!("- - format-unknown [{kind}] [CSV, Parquet]")]);
    }
}

#[test]
fn columns_must_be_there_once() {
    check_bytes(
        b"id,date,payer,amount,currency\nt1,2025-04-03,A,5,USD\n",
        0,
        &["1 payee column-missing [id,date,payer,amount,currency] [payee]"],
    );
    check_bytes(
        b"id,date,payer,payee,amount,currency,ID\nt1,2025-04-03,A,B,5,USD,t1\n",
        0,
        &["1 id column-repeated [id] [id]"],
    );
}

#[test]
fn latin_1_is_read_and_named_at_its_first_row() {
    let mut bytes = format!("{HEADER}\n{GOOD}").into_bytes();
    bytes.extend(b"t2,2025-04-03,Mu\xf1oz,Pe\xf1a,3,USD\n");
    bytes.extend("t3,2025-04-03,Muñoz,Peña,3,USD\n".as_bytes());
    let read = read(&bytes);
    assert_eq!(lines(&read.problems), ["3 - encoding-not-utf8 [Windows-1252] [UTF-8]"]);
    assert_eq!((read.value.get(1).payer, read.value.get(2).payer), ("Muñoz", "Muñoz"));
}

#[test]
fn utf_16_is_read_by_its_mark() {
    let text = format!("{HEADER}\n{GOOD}t2,2025-04-03,Muñoz,B,3,USD\n");
    for (mark, name, little) in
        [(&b"\xff\xfe"[..], "UTF-16LE", true), (b"\xfe\xff", "UTF-16BE", false)]
    {
        let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        let mut bytes = mark.to_vec();
        bytes.extend(text.encode_utf16().flat_map(unit));
        let whole = read(&bytes);
        let note = format!("1 - encoding-not-utf8 [{name}] [UTF-8]");
        assert_eq!(lines(&whole.problems), [note.as_str()]);
        assert_eq!(whole.value.get(1).payer, "Muñoz");
        let cut = read(&bytes[..bytes.len() - 1]);
        let damage = "3 - file-truncated [t2,2025-04-03,Muñoz,B,3,USD] [-]";
        let cell = "3 currency currency-unknown [USD\u{fffd}] [-]";
        assert_eq!(lines(&cut.problems), [note.as_str(), damage, cell]);
    }
}

#[test]
fn amounts_are_never_guessed() {
    let amount =
        |text: &str| format!("t1,2025-04-03,A,B,\"{text}\",USD\n{}", GOOD.replace("t1", "t2"));
    for (text, problem) in [
        ("1.234,56", "amount-ambiguous [1.234,56] [1234.56]"),
        ("1,234.56", "amount-ambiguous [1,234.56] [1234.56]"),
        ("1 204.50", "amount-ambiguous [1 204.50] [1204.50]"),
        ("1.500", "amount-ambiguous [1.500] [1500 | 1.50]"),
        ("1.005", "amount-digits-beyond-currency [1.005] [2]"),
        ("-5.00", "amount-negative [-5.00] [5.00]"),
        ("(1,005.00)", "amount-negative [(1,005.00)] [1005.00]"),
        ("0.00", "amount-zero [0.00] [-]"),
        ("", "amount-unreadable [] [1204.50]"),
        ("12e3", "amount-unreadable [12e3] [1204.50]"),
        ("$5", "amount-unreadable [$5] [1204.50]"),
        (&"9".repeat(40), &format!("amount-overflow [{}] [-]", "9".repeat(40))),
    ] {
        check(&amount(text), 1, &[&format!("2 amount {problem}")]);
    }
}

#[test]
fn currencies_accounts_and_ids_must_be_known() {
    check("t1,2025-04-03,A,B,1.500,KWD\nt2,2025-04-03,A,B,0.500,USD\n", 2, &[]);
    check("t3,2025-04-03,A,B,1.5000,USD\nt4,2025-04-03,A,B,1500.000,USD\n", 2, &[]);
    check("t1,2025-04-03,A,B,5,PESOS\n", 0, &["2 currency currency-unknown [PESOS] [-]"]);
    check("t1,2025-04-03,A,B,5,\n", 0, &["2 currency currency-missing [] [-]"]);
    check("t1,2025-04-03,,B,5,USD\n", 0, &["2 payer account-missing [] [-]"]);
    check("t1,2025-04-03,A,,5,USD\n", 0, &["2 payee account-missing [] [-]"]);
    check(",2025-04-03,A,B,5,USD\n", 0, &["2 id id-missing [] [-]"]);
    check("t1,2025-04-03,A,A,5,USD\n", 0, &["2 - self-transfer [A] [-]"]);
}

#[test]
fn a_row_tells_all_that_is_wrong_with_it() {
    check(
        "t1,03/04/2025,,B,1.234,XXX\n",
        0,
        &[
            "2 date date-order-ambiguous [03/04/2025] [2025-03-04 | 2025-04-03]",
            "2 payer account-missing [] [-]",
            "2 currency currency-unknown [XXX] [-]",
        ],
    );
}

#[test]
fn dates_of_mixed_orders_are_told_one_by_one() {
    let row = |id: &str, date: &str| GOOD.replace("t1", id).replace("2025-04-03", date);
    let mixed = row("t1", "13/04/2025") + &row("t2", "04/13/2025") + &row("t3", "04/03/2025");
    check(
        &mixed,
        0,
        &[
            "2 date date-unreadable [13/04/2025] [2025-04-13]",
            "3 date date-unreadable [04/13/2025] [2025-04-13]",
            "4 date date-order-ambiguous [04/03/2025] [2025-03-04 | 2025-04-03]",
        ],
    );
    check(&row("t1", "2025-02-30"), 0, &["2 date date-does-not-exist [2025-02-30] [2025-02-28]"]);
}

#[test]
fn an_id_stands_once_even_where_its_row_was_left_out() {
    let again = GOOD.replace("A,B", "B,C");
    check(&format!("{GOOD}{again}"), 1, &["3 id id-duplicate [t1] [2]"]);
    let zero = GOOD.replace("1204.50", "0");
    check(
        &format!("{zero}{GOOD}"),
        0,
        &["2 amount amount-zero [0.00] [-]", "3 id id-duplicate [t1] [2]"],
    );
}

#[test]
fn problems_stand_in_the_order_of_the_rows_whoever_finds_them() {
    let row = |n: u32| match n % 7 {
        3 => format!("t{n},2025-04-03,A\n"),
        5 => format!("t{n},never,A,B,1,USD\n"),
        6 => format!("t{},2025-04-03,A,B,1,USD\n", n - 2),
        _ => format!("t{n},2025-04-03,A,B,1,USD\n"),
    };
    let text = format!("{HEADER}\n{}", (0..700).map(row).collect::<String>());
    let read = read(text.as_bytes());
    let found: Vec<u64> = read.problems.iter().filter_map(|problem| problem.row).collect();
    let expected: Vec<u64> =
        (0..700).filter(|n| [3, 5, 6].contains(&(n % 7))).map(|n| n + 2).collect();
    assert_eq!(found, expected);
    assert_eq!(read.value.len(), 400);
}

#[test]
fn rows_that_are_cut_are_named() {
    check(
        &format!("{GOOD}t2,2025-04-03,A\nt3,2025-04-03,A,B,3,USD\n"),
        2,
        &["3 - row-truncated [3] [6]"],
    );
    check("t1,2025-04-03,A,B,1,204.50,USD\n", 0, &["2 - row-truncated [7] [6]"]);
    check(
        &format!("{GOOD}t2,2025-04-03,\"A,B,3,USD\nt3,2025-04-03,A,B,3,USD\n"),
        1,
        &[
            "3 - file-truncated [t2,2025-04-03,\"A,B,3,USD\u{fffd}t3,2025-04-03,A,B,3,USD\u{fffd}] [\"]",
        ],
    );
    check(
        &format!("t0,2025-04-03,\"O\"Neil\",B,3,USD\n{GOOD}"),
        1,
        &["2 - file-truncated [t0,2025-04-03,\"O\"Neil\",B,3,USD] [\"]"],
    );
    check(
        &format!("{GOOD}t2,2025-04-03,A\0,B,3,USD\n"),
        1,
        &["3 - file-truncated [t2,2025-04-03,A\u{fffd},B,3,USD] [-]"],
    );
}

#[test]
fn a_line_of_ten_megabytes_is_one_problem() {
    for long in
        ["x".repeat(10 << 20), ",".repeat(10 << 20), format!("\"{}\"", "\n".repeat(2 << 20))]
    {
        let csv = format!("{HEADER}\n{long}\n{GOOD}");
        let read = read(csv.as_bytes());
        assert_eq!(read.problems.len(), 1);
        assert_eq!(read.problems[0].code, ProblemCode::RowTooLong);
        assert_eq!(read.problems[0].row, Some(2));
        assert_eq!(read.problems[0].expected.as_deref(), Some("1048576"));
        assert!(read.problems[0].found.len() < 300);
        assert_eq!(read.value.len(), 1, "reading goes on after it");
    }
    let open = format!("{HEADER}\n\"{}\n", "x".repeat(2 << 20));
    assert_eq!(read(open.as_bytes()).problems[0].code, ProblemCode::FileTruncated);
}

#[test]
fn both_sides_of_a_conversion_must_fit() {
    let check = |received: &str, row_count: usize, expected: &[&str]| {
        let csv =
            format!("{HEADER},received_amount,received_currency\nt1,2025-04-03,A,{received}\n");
        check_bytes(csv.as_bytes(), row_count, expected);
    };
    check("B,5,USD,90,MXN", 1, &[]);
    check("A,5,USD,90,MXN", 1, &[]);
    check("B,5,USD,5.00,usd", 1, &[]);
    check("A,5,USD,5.00,USD", 0, &["2 - self-transfer [A] [-]"]);
    check("B,5,USD,90,", 0, &["2 received_currency received-incomplete [90] [-]"]);
    check("B,5,USD,,MXN", 0, &["2 received_amount received-incomplete [MXN] [-]"]);
    check("B,5,USD,4,USD", 0, &["2 received_amount sides-disagree [4.00 USD] [5.00 USD]"]);
    check("B,5,USD,0,MXN", 0, &["2 received_amount sides-disagree [0.00 MXN] [5.00 USD]"]);
    check("B,0,USD,90,MXN", 0, &["2 received_amount sides-disagree [90.00 MXN] [0.00 USD]"]);
    check("B,5,USD,1.5,JPY", 0, &["2 received_amount amount-digits-beyond-currency [1.5] [0]"]);
}

#[test]
fn a_sequence_is_a_whole_number() {
    let csv =
        format!("{HEADER},sequence\nt1,2025-04-03,A,B,5,USD,1.5\nt2,2025-04-03,A,B,5,USD,+2\n");
    check_bytes(
        csv.as_bytes(),
        0,
        &["2 sequence sequence-unreadable [1.5] [7]", "3 sequence sequence-unreadable [+2] [7]"],
    );
}

#[test]
fn a_flood_of_notes_hides_no_problem_that_blocks() {
    let mut csv = format!("{HEADER}\n");
    for n in 0..PROBLEMS_LISTED_MAX + 5 {
        csv += &format!("t{n},2025-04-03,A,B,0,USD\n");
    }
    csv += "t,2025-04-03,A,B,x,USD\n";
    let problems = read(csv.as_bytes()).problems;
    assert_eq!(problems.len(), PROBLEMS_LISTED_MAX + 2);
    let last = lines(&problems[PROBLEMS_LISTED_MAX..]);
    assert_eq!(
        last,
        ["10007 amount amount-unreadable [x] [1204.50]", "- - problems-not-listed [5] [-]",]
    );
}

#[test]
fn progress_is_told_and_can_stop_the_reading() {
    let mut csv = format!("{HEADER}\n");
    for n in 0..150_000 {
        csv += &format!("t{n},2025-04-03,A,B,1,USD\n");
    }
    let mut told = Vec::new();
    let whole = caudal_import::read_transfers("a.csv", csv.as_bytes(), &mut |progress| {
        told.push(progress);
        ControlFlow::Continue(())
    });
    assert_eq!(whole.value.len(), 150_000);
    assert_eq!(told.iter().map(|progress| progress.rows).collect::<Vec<_>>(), [65_536, 131_072]);
    assert!(told[0].bytes < told[1].bytes && told[1].bytes < told[1].bytes_total);
    assert_eq!(told[1].bytes_total, csv.len() as u64);
    let stopped =
        caudal_import::read_transfers("a.csv", csv.as_bytes(), &mut |_| ControlFlow::Break(()));
    assert_eq!(stopped.value.len(), 65_536);
}

#[test]
fn openings_are_read_in_their_order() {
    let csv = "account,currency,amount,label\nA,USD,5.00,\nA,USD,7,V\nB,USD,0,\nC,USD,\"1,5\",\n,XXX,-1,\n";
    let read = caudal_import::read_openings("openings.csv", csv.as_bytes());
    let lots: Vec<_> = read
        .value
        .iter()
        .map(|lot| (lot.account.as_str(), lot.money.minor, lot.label.as_deref(), lot.row))
        .collect();
    assert_eq!(lots, [("A", 500, None, 2), ("A", 700, Some("V"), 3)]);
    assert_eq!(read.value[0].file.sha256, caudal_import::digest(csv.as_bytes()));
    assert_eq!(
        lines(&read.problems),
        [
            "4 amount amount-zero [0.00] [-]",
            "5 amount amount-ambiguous [1,5] [1.5]",
            "6 account account-missing [] [-]",
            "6 currency currency-unknown [XXX] [-]",
            "6 amount amount-negative [-1] [1]",
        ]
    );
    let none = caudal_import::read_openings("openings.csv", b"account,currency,amount\n");
    assert_eq!((none.value.len(), none.problems.len()), (0, 0), "a header alone is an empty list");
}

#[test]
fn accounts_say_whether_their_statement_is_held() {
    let csv = "account,statement,bank,country\nA,held,X,MX\nB,Missing,,\nA,missing,,\nC,maybe,,\n,held,,\n";
    let read = caudal_import::read_accounts("accounts.csv", csv.as_bytes());
    assert_eq!(read.value.len(), 2);
    assert!(read.value[0].is_held());
    assert_eq!((read.value[0].country.as_deref(), &read.value[0].institution), (Some("MX"), &None));
    assert_eq!((read.value[1].statement, read.value[1].row), (Statement::Missing, 3));
    assert_eq!(
        lines(&read.problems),
        [
            "4 account id-duplicate [A] [2]",
            "5 statement statement-unreadable [maybe] [held | missing]",
            "6 account account-missing [] [-]",
        ]
    );
}

#[test]
fn digests_are_sha_256() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(caudal_import::digest(b""), empty);
}
