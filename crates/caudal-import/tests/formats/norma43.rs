//! Norma 43: accounts with computed IBANs, movements, totals, order of dates, problems.

use caudal_import::{Evidence, Format, Imported, recognise};
use caudal_model::Decimal;

use crate::support::{self, only, references};

/// A month of a company that does not exist, of the bank 0012 that does not exist either:
/// 1,000.00 - 400.50 + 150.25 = 749.75.
const GOOD: &str = "\
110012034500000678902503012503312000000001000009783FLAMINGO DE PAPEL SL
22    0345250303250304040011000000000400500000000007FAROLES 0007
2301TRANSFERENCIA A FAVOR DE              LUNA DE PAPEL SL
2302FAROLES
22    034525031025031002001200000000015025          REF1        REF2
240184000000000016110
3300120345000006789000001000000000400500000100000000015025200000000074975978
88999999999999999999000007
";

fn read(text: &str) -> Imported<Evidence> {
    support::read("statement.n43", text.as_bytes())
}

fn with(old: &str, new: &str) -> Imported<Evidence> {
    assert!(GOOD.contains(old), "{old}");
    read(&GOOD.replacen(old, new, 1))
}

fn problems_with(old: &str, new: &str) -> Vec<String> {
    support::problems(&with(old, new).problems)
}

#[test]
fn an_account_is_read_with_its_iban_balances_and_movements() {
    let read = read(GOOD);
    assert_eq!(support::problems(&read.problems), Vec::<String>::new());
    let statement = only(&read);
    assert_eq!(
        support::lines(statement),
        [
            "account ES0700120345030000067890 EUR",
            "opening 1000.00 on 2025-03-01",
            "2 2025-03-03 -400.50   | TRANSFERENCIA A FAVOR DE LUNA DE PAPEL SL FAROLES",
            "5 2025-03-10 150.25   | ",
            "closing 749.75 on 2025-03-31",
        ]
    );
    assert_eq!(support::difference(statement), Some(Decimal::ZERO));
    assert_eq!(statement.account.holder.as_deref(), Some("FLAMINGO DE PAPEL SL"));
    assert_eq!(statement.account.bank.as_deref(), Some("0012"));
    let period = statement.period.map(|(from, to)| (support::day(from), support::day(to)));
    assert_eq!(period, Some(("2025-03-01".to_owned(), "2025-03-31".to_owned())));
    let [out, into] = &statement.entries[..] else { panic!("two entries") };
    assert_eq!(out.value_day.map(support::day).as_deref(), Some("2025-03-04"));
    assert_eq!(out.kind, "04/001");
    assert_eq!(references(out), ["Bank 0000000007", "Customer FAROLES 0007"]);
    assert_eq!(out.raw.lines().count(), 3);
    assert_eq!(references(into), ["Customer REF1", "Customer REF2"]);
    let ordered = into.ordered.map(|(amount, currency)| format!("{amount} {currency}"));
    assert_eq!(ordered.as_deref(), Some("161.10 USD"));
}

#[test]
fn letters_of_two_bytes_are_one_character() {
    let read = with("FLAMINGO DE PAPEL SL", "FLAMINGO Y ÑANDÚ DE PAPEL 000");
    assert_eq!(only(&read).account.holder.as_deref(), Some("FLAMINGO Y ÑANDÚ DE PAPEL"));
    assert_eq!(read.problems, []);
    let bytes: Vec<u8> = GOOD
        .replace("LUNA", "LUÑA")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin-1"))
        .collect();
    let read = support::read("statement.n43", &bytes);
    assert!(only(&read).entries[0].description.contains("LUÑA DE PAPEL SL"));
}

#[test]
fn a_header_of_the_file_and_several_accounts_are_read() {
    let account = &GOOD[..GOOD.find("88999").expect("a trailer")];
    let text = format!("000012250401\n{account}{account}88999999999999999999000014\n");
    let read = read(&text);
    assert_eq!(read.value.statements.len(), 2);
    assert_eq!(read.problems, []);
}

#[test]
fn amounts_have_two_decimals_whatever_the_currency() {
    let text = GOOD.replace("9783FLAMINGO", "3923FLAMINGO").replace("74975978", "74975392");
    let read = read(&text);
    assert_eq!(only(&read).opening.map(|b| b.amount), Decimal::parse("1000.00"));
    assert_eq!(only(&read).currency.map(caudal_model::Currency::code), Some("JPY"));
    // Where the currency has none, cents show that the bank counted in another way.
    assert_eq!(
        support::problems(&read.problems),
        ["0:7 33 amount-digits-beyond-currency [749.75] [0]"]
    );
}

#[test]
fn totals_and_counts_of_the_trailers_are_checked() {
    for (old, new, problem) in [
        ("000007\n", "000008\n", "8 88 record-count-differs [000008] [7]"),
        (
            "00001000000000400500000100",
            "00002000000000400500000100",
            "7 33 record-count-differs [00002] [1]",
        ),
        (
            "00001000000000400500000100",
            "00001000000000400510000100",
            "7 33 control-total-differs [400.51] [400.50]",
        ),
        (
            "00000100000000015025200",
            "00000200000000015025200",
            "7 33 record-count-differs [00002] [1]",
        ),
        (
            "00000100000000015025200",
            "00000100000000015026200",
            "7 33 control-total-differs [150.26] [150.25]",
        ),
        (
            "33001203450000067890",
            "33001203450000067891",
            "7 33 record-unexpected [001203450000067891] [001203450000067890]",
        ),
        ("74975978", "74975840", "7 33 currency-contradicts [USD] [EUR]"),
        ("74975978", "74975000", "7 33 currency-unknown [000] [978]"),
    ] {
        assert_eq!(problems_with(old, new), [format!("0:{problem}")], "{new}");
    }
}

#[test]
fn records_cut_or_too_long_are_reported() {
    assert_eq!(
        problems_with("240184000000000016110", "2401840000000000161"),
        [
            "0:6 24 record-length-wrong [19] [80]",
            "0:6 24 amount-unreadable [000000000161] [00000000120450]"
        ]
    );
    let long = format!("2302FAROLES{}X", " ".repeat(70));
    assert_eq!(problems_with("2302FAROLES", &long), ["0:4 23 record-length-wrong [82] [80]"]);
}

#[test]
fn records_at_the_wrong_place_are_reported() {
    assert_eq!(
        problems_with("22    0345250303", "2301SIN MOVIMIENTO\n22    0345250303")[0],
        "0:2 - record-unexpected [2301SIN MOVIMIENTO] [-]"
    );
    assert_eq!(
        problems_with("2302FAROLES", "2302FAROLES\n99SOBRA"),
        ["0:5 - record-unexpected [99SOBRA] [-]"]
    );
    let many = "2302FAROLES\n2303A\n2304B\n2305C\n2306D";
    assert_eq!(problems_with("2302FAROLES", many)[0], "0:8 - record-unexpected [2306D] [-]");
    let start = GOOD.find("22 ").expect("a movement");
    let options =
        caudal_import::ReadOptions { format: Some(Format::Norma43), ..Default::default() };
    let read = caudal_import::read_evidence("a", &GOOD.as_bytes()[start..], &options, &mut |_| {
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!(only(&read).entries.len(), 2);
    assert_eq!(support::problem(&read.problems[1]), "0:1 22 account-missing [] [11]");
}

#[test]
fn values_that_cannot_be_read_are_reported() {
    for (old, new, problem) in [
        ("22    0345250303", "22    0345250230", "2 22 date-does-not-exist [250230] [250403]"),
        ("22    0345250303", "22    0345 50303", "2 22 date-unreadable [ 50303] [250403]"),
        ("0400110000000004", "0400130000000004", "2 22 amount-unreadable [3] [1 | 2]"),
        (
            "0400110000000004",
            "04001100O0000004",
            "2 22 amount-unreadable [00O00000040050] [00000000120450]",
        ),
    ] {
        let found = problems_with(old, new);
        assert_eq!(found.first(), Some(&format!("0:{problem}")), "{new}");
    }
}

#[test]
fn a_file_that_ends_early_is_truncated() {
    let until = |end: &str| read(&GOOD[..GOOD.find(end).expect("a record")]);
    let read = until("88999");
    assert_eq!(support::problems(&read.problems), ["0:7 - file-truncated [] [88]"]);
    let read = until("3300");
    assert_eq!(support::problems(&read.problems), ["0:6 - file-truncated [] [33]"]);
    assert_eq!(only(&read).entries.len(), 2);
    let without = GOOD.replace("000007\n", "000006\n");
    let start = without.find("3300").expect("a trailer");
    let end = without.find("88999").expect("a trailer");
    let read = self::read(&[&without[..start], &without[end..]].concat());
    assert_eq!(support::problems(&read.problems), ["0:7 88 file-truncated [] [33]"]);
}

/// The good file with its four dates in another way of writing.
fn with_dates(dates: [&str; 4]) -> Imported<Evidence> {
    let [from, to, first, second] = dates;
    let text = GOOD
        .replace("250301250331", &[from, to].concat())
        .replace("250303250304", &[first, first].concat())
        .replace("250310250310", &[second, second].concat());
    read(&text)
}

#[test]
fn dates_are_read_in_the_order_in_which_they_make_sense() {
    let read = with_dates(["010325", "310325", "030325", "100325"]);
    let booked = |read: &Imported<Evidence>| -> Vec<String> {
        only(read).entries.iter().filter_map(|e| e.booked_at).map(|m| m.to_string()).collect()
    };
    assert_eq!(booked(&read), ["2025-03-03", "2025-03-10"]);
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 record-unexpected [010325] [2025-03-01]"]
    );
    // As years 2001 to 2002 or days of 2003 the header is a period: the entries tell.
    let read = with_dates(["010203", "020203", "010304", "020101"]);
    assert_eq!(booked(&read), ["2001-03-04", "2002-01-01"]);
    assert_eq!(read.problems, []);
    let read = with_dates(["010203", "020203", "010203", "020203"]);
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 date-order-ambiguous [010203] [2001-02-03 | 2003-02-01]"]
    );
    // The same day either way is no question.
    let read = with_dates(["050305", "050305", "050305", "050305"]);
    assert_eq!(read.problems, []);
}

// Files that once gave a wrong figure without a word.

/// Booking days of the only account.
fn booked(read: &Imported<Evidence>) -> Vec<String> {
    only(read).entries.iter().filter_map(|e| e.booked_at).map(|m| m.to_string()).collect()
}

#[test]
fn an_entry_beside_the_period_does_not_turn_the_dates_of_the_others() {
    let turned = "0:1 11 record-unexpected [010325] [2025-03-01]";
    let read = with_dates(["010325", "310325", "030325", "100425"]);
    assert_eq!(booked(&read), ["2025-03-03", "2025-04-10"]);
    assert_eq!(support::problems(&read.problems), [turned]);
    let read = with_dates(["010325", "310325", "030425", "100425"]);
    assert_eq!(booked(&read), ["2025-04-03", "2025-04-10"]);
    assert_eq!(support::problems(&read.problems), [turned]);
    let read = with_dates(["250301", "250303", "250228", "250302"]);
    assert_eq!(booked(&read), ["2025-02-28", "2025-03-02"]);
    assert_eq!(read.problems, []);
    // Far from the period either way.
    let read = with_dates(["010325", "310325", "030321", "100421"]);
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 date-order-ambiguous [010325] [2025-03-01]"]
    );
}

#[test]
fn dates_of_many_years_are_told_by_their_value_dates() {
    let years = |entry: &str, value: &str| {
        let text = GOOD
            .replace("250301250331", "010123310325")
            .replace("250303250304", &[entry, value].concat())
            .replace("250310250310", &[entry, entry].concat());
        read(&text)
    };
    let read = years("030325", "040325");
    assert_eq!(booked(&read), ["2025-03-03", "2025-03-03"]);
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 record-unexpected [010123] [2023-01-01]"]
    );
    let read = years("030325", "030325");
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 date-order-ambiguous [010123] [2001-01-23 | 2023-01-01]"]
    );
}

#[test]
fn value_dates_and_the_day_of_the_file_tell_the_order_of_a_single_day() {
    let day = |date: &str, value: &str, header: &str| {
        let text = GOOD
            .replace("250301250331", &date.repeat(2))
            .replace("250303250304", &[date, value].concat())
            .replace("250310250310", &date.repeat(2));
        read(&format!("{header}{text}"))
    };
    let read = day("250303", "250304", "");
    assert_eq!((booked(&read)[0].as_str(), &read.problems[..]), ("2025-03-03", &[][..]));
    let read = day("030325", "040325", "");
    assert_eq!(booked(&read)[0], "2025-03-03");
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 record-unexpected [030325] [2025-03-03]"]
    );
    let read = day("250303", "250303", "000012250304\n");
    assert_eq!((booked(&read)[0].as_str(), &read.problems[..]), ("2025-03-03", &[][..]));
    let read = day("250303", "250303", "");
    assert_eq!(
        support::problems(&read.problems),
        ["0:1 11 date-order-ambiguous [250303] [2025-03-03 | 2003-03-25]"]
    );
}

#[test]
fn a_period_that_ends_before_it_begins_is_none() {
    let read = with("250301250331", "250331250301");
    assert_eq!((only(&read).period, only(&read).opening.and_then(|b| b.day)), (None, None));
    assert_eq!(support::problems(&read.problems), ["0:1 11 record-unexpected [250331250301] [-]"]);
}

#[test]
fn a_value_date_that_the_calendar_lacks_is_the_last_of_its_month() {
    let read = with("250303250304", "250303250230");
    assert_eq!(only(&read).entries[0].value_day.map(support::day).as_deref(), Some("2025-02-28"));
    assert_eq!(
        support::problems(&read.problems),
        ["0:2 22 value-date-does-not-exist [250230] [2025-02-28]"]
    );
}

#[test]
fn what_was_ordered_is_said_once_and_in_another_currency() {
    let first = "240184000000000016110";
    let read = with(first, &format!("{first}\n240182600000000012110"));
    assert_eq!(only(&read).entries[1].ordered, None);
    assert_eq!(
        support::problems(&read.problems)[0],
        "0:7 - record-unexpected [240182600000000012110] [-]"
    );
    let read = with(first, "240197800000000016110");
    assert_eq!(only(&read).entries[1].ordered, None);
    assert_eq!(support::problems(&read.problems), ["0:6 24 details-do-not-sum [161.10] [150.25]"]);
    assert_eq!(with(first, "240197800000000015025").problems, []);
}

#[test]
fn the_balance_of_another_account_or_currency_is_none_of_this_one() {
    for (old, new) in [("33001203450000067890", "33001203450000067891"), ("75978", "75840")] {
        let read = with(old, new);
        assert_eq!(only(&read).closing, None, "{new}");
        assert_eq!(read.problems.len(), 1, "{new}");
    }
}

#[test]
fn records_in_one_line_are_read_one_by_one() {
    let lines: Vec<String> = GOOD.lines().map(|line| format!("{line:<80}")).collect();
    let joined = format!("{}\n{}", lines[0], lines[1..].concat());
    let read = read(&joined);
    assert_eq!(support::difference(only(&read)), Some(Decimal::ZERO));
    assert_eq!(only(&read).entries.len(), 2);
    assert_eq!(only(&read).entries[1].raw.lines().count(), 1);
    let found = support::problems(&read.problems);
    assert_eq!(found, ["0:2 - record-length-wrong [506] [80]"]);
}

#[test]
fn accounts_and_trailers_that_are_no_numbers_are_reported() {
    let text = GOOD.replace("001203450000067890", "00120345000006789X");
    let read = read(&format!("{GOOD}{text}"));
    assert_eq!(
        support::problems(&read.problems),
        ["0:9 11 record-unexpected [00120345000006789X] [001203450000067890]"]
    );
    assert_eq!(
        problems_with("88999999999999999999", "88999999999999999998"),
        ["0:8 88 record-unexpected [999999999999999998] [999999999999999999]"]
    );
    assert_eq!(
        problems_with("6789000001000000000400", "67890+0001000000000400")[0],
        "0:7 33 record-count-differs [+0001] [1]"
    );
}

#[test]
fn only_headers_of_accounts_are_recognised() {
    assert_eq!(recognise("a", GOOD.as_bytes()), Some(Format::Norma43));
    assert_eq!(recognise("a", format!("000012250401\n{GOOD}").as_bytes()), Some(Format::Norma43));
    assert_ne!(recognise("a", b"11,22,33\n"), Some(Format::Norma43));
    assert_ne!(recognise("a", &[b'1'; 200]), Some(Format::Norma43));
}

#[test]
fn damaged_files_never_stop_the_reader() {
    let pieces: [&[u8]; 8] =
        [b"\n11", b"\n22", b"\n23", b"\n24", b"\n33", b"\n88", b"\xc3\xb1", b"0101"];
    support::survives_damage("statement.n43", GOOD.as_bytes(), &pieces);
}

#[test]
fn long_and_repetitive_files_take_linear_time() {
    let header = GOOD.lines().next().expect("a header");
    for piece in ["11\n", "22\n", "ñ", "23\n", "\n", header] {
        read(&format!("{header}\n{}", piece.repeat(60_000)));
    }
    // All records in one line.
    let movement = format!("{:<80}", GOOD.lines().nth(1).expect("a movement"));
    let read = read(&format!("{header}\n{}", movement.repeat(60_000)));
    assert_eq!(only(&read).entries.len(), 60_000);
}
