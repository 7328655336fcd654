//! Statements in delimited text: what is read, what is decided, and what is said to be open.

use std::ops::ControlFlow;
use std::path::Path;

use caudal_import::{
    AmountStyle, DateOrder, DecimalMark, Evidence, Field, Format, Imported, Profile, ReadOptions,
    RowOrder, read_evidence, recognise,
};
use caudal_model::{EntryStatus, ProblemCode, ReferenceKind};

use crate::support::{difference, lines, problems, read, survives_damage};

fn read_text(text: &str) -> Imported<Evidence> {
    read("statement.csv", text.as_bytes())
}

fn read_with(text: &str, profile: Profile) -> Imported<Evidence> {
    let options = ReadOptions { profile: Some(profile), ..ReadOptions::default() };
    read_evidence("s.csv", text.as_bytes(), &options, &mut |_| ControlFlow::Continue(()))
}

/// The lines of all statements, and the problems.
fn all(read: &Imported<Evidence>) -> (Vec<String>, Vec<String>) {
    (read.value.statements.iter().flat_map(lines).collect(), problems(&read.problems))
}

const SPANISH: &str = "\
Banco Ficticio;;;;;
Titular:;Compañía Imaginaria, S.L.;;;;
Cuenta:;ES00 0000 0000 0000 0000 0001;;;;
Periodo: 01/04/2025 - 30/04/2025;;;;;
Saldo inicial;1.000,00;;;;
Fecha operación;F. Valor;Concepto;Importe (EUR);Saldo (EUR);Nº Documento
25/04/2025;25/04/2025;Cobro de Tienda Inventada;1.488,69;2.483,69;0002
03/04/2025;04/04/2025;Pago a Café de Nadie;-5,00;995,00;0001
Saldo final;;;;2.483,69;
";

#[test]
fn a_spanish_statement_newest_first_is_read() {
    let read = read_text(SPANISH);
    let expected = [
        "account ES00 0000 0000 0000 0000 0001 EUR",
        "opening 1000.00 on -",
        "8 2025-04-03 -5.00 [995.00]   | Pago a Café de Nadie",
        "7 2025-04-25 1488.69 [2483.69]   | Cobro de Tienda Inventada",
        "closing 2483.69 on -",
    ];
    assert_eq!(all(&read), (expected.map(str::to_owned).to_vec(), Vec::new()));
    let statement = &read.value.statements[0];
    assert_eq!(difference(statement), Some(caudal_model::Decimal::ZERO));
    assert_eq!(statement.account.holder.as_deref(), Some("Compañía Imaginaria, S.L."));
    assert_eq!(
        statement.entries[0].raw,
        "03/04/2025;04/04/2025;Pago a Café de Nadie;-5,00;995,00;0001"
    );
    assert_eq!(statement.entries[0].references[0].text, "0001");
    let profile = read.value.profile.expect("a profile");
    assert_eq!(profile.separator, Some(';'));
    assert_eq!(profile.date_order, Some(DateOrder::DayFirst));
    assert_eq!(profile.decimal_mark, Some(DecimalMark::Comma));
    assert_eq!(profile.amount_style, Some(AmountStyle::Signed));
    assert_eq!(profile.row_order, Some(RowOrder::NewestFirst));
    assert_eq!(profile.columns[&Field::BookedAt], ["Fecha operación"]);
}

#[test]
fn an_english_statement_with_two_columns_is_read() {
    let read = read_text(
        "Account Number,F-0001\nOpening balance,100.00\n\n\
         Date,Type,Description,Paid out,Paid in,Balance\n\
         13 Apr 2025,DD,Imaginary Power,\"1,005.00\",,-905.00\n\
         14 Apr 2025,BGC,Nobody Ltd,,905.00,0.00\n",
    );
    let (lines, _) = all(&read);
    assert_eq!(
        lines[2..],
        [
            "5 2025-04-13 -1005.00 [-905.00]   | Imaginary Power",
            "6 2025-04-14 905.00 [0.00]   | Nobody Ltd",
        ]
    );
    assert_eq!(read.value.statements[0].entries[0].kind, "DD");
}

#[test]
fn thousands_are_told_from_decimals_by_the_whole_column_and_by_the_balance() {
    let amounts = |text: &str| {
        let read = read_text(text);
        let entries = read.value.statements[0].entries.iter();
        entries.map(|e| e.amount.map_or("-".to_owned(), |a| a.to_string())).collect::<Vec<_>>()
    };
    let head = "Date;Description;Amount;Balance\n";
    assert_eq!(
        amounts(&format!("{head}2025-04-13;a;1.488,69;\n2025-04-14;b;-1.000;\n")),
        ["1488.69", "-1000"]
    );
    assert_eq!(
        amounts(&format!("{head}2025-04-13;a;-110.7;\n2025-04-14;b;-1.000;\n")),
        ["-110.7", "-1.000"]
    );
    // The balance tells that 25,000 is twenty-five thousand.
    assert_eq!(
        amounts(&format!("{head}2025-04-13;a;-5,000;100,000\n2025-04-14;b;-25,000;75,000\n")),
        ["-", "-"],
        "both are possible, whatever the balance"
    );
    assert_eq!(
        amounts(&format!("{head}2025-04-13;a;-5,000;100,000.00\n2025-04-14;b;-25,000;75,000.00\n")),
        ["-5000", "-25000"]
    );
}

#[test]
fn an_open_amount_is_said_once_and_left_out() {
    let read = read_text(
        "Account;Date;Description;Amount;Currency\nF-1;2025-04-13;a;-25,000;KWD\nF-1;2025-04-14;b;-3,500;KWD\n",
    );
    assert_eq!(
        problems(&read.problems),
        [
            "0:2 Amount amount-ambiguous [-25,000] [-25.000 | -25000]",
            "0:1 - opening-balance-missing [F-1] [-]",
        ]
    );
    assert!(read.value.statements[0].entries.iter().all(|entry| entry.amount.is_none()));
    assert_eq!(read.value.profile.expect("a profile").decimal_mark, None);
}

#[test]
fn an_open_order_of_dates_is_said_once_and_a_profile_answers_it() {
    let text = "Account;Date;Description;Amount;Currency;Balance\n\
                F-1;03/04/2025;a;-5.00;EUR;95.00\nF-1;05/04/2025;b;-5.00;EUR;90.00\n";
    let read = read_text(text);
    assert_eq!(
        problems(&read.problems),
        ["0:2 Date date-order-ambiguous [03/04/2025] [2025-03-04 | 2025-04-03]"]
    );
    assert!(read.value.statements[0].entries.iter().all(|entry| entry.booked_at.is_none()));
    let mut profile = read.value.profile.expect("a profile");
    assert_eq!(profile.date_order, None);
    profile.date_order = Some(DateOrder::DayFirst);
    let profile = Profile::from_toml(&profile.to_toml()).expect("its own text");
    let (lines, problems) = all(&read_with(text, profile));
    assert_eq!(
        lines[1..],
        ["2 2025-04-03 -5.00 [95.00]   | a", "3 2025-04-05 -5.00 [90.00]   | b",]
    );
    assert_eq!(problems, [""; 0]);
}

#[test]
fn a_profile_is_held_to() {
    let text = "Konto|Datum|Zweck|Betrag\nF-1|04/05/2025|a|1.000\nF-1|25/04/2025|b|7,5\n";
    let profile = Profile::from_toml(
        "separator = \"|\"\ndate_order = \"month-first\"\ndecimal_mark = \"point\"\n\
         amount_style = \"signed\"\ncurrency = \"EUR\"\n[columns]\naccount = [\"Konto\"]\n\
         booked_at = [\"Datum\"]\namount = [\"Betrag\"]\nbalance_after = [\"Stand\"]\n",
    );
    let (lines, problems) = all(&read_with(text, profile.expect("a profile")));
    assert_eq!(lines[1..], ["2 2025-04-05 1.000   | ", "3 - -   | "]);
    assert_eq!(
        problems,
        [
            "0:1 Stand column-missing [Konto|Datum|Zweck|Betrag] [Stand]",
            "0:3 Datum date-unreadable [25/04/2025] [2025-04-03]",
            "0:3 Betrag amount-ambiguous [7,5] [7.5]",
            "0:1 - opening-balance-missing [F-1] [-]",
        ]
    );
}

#[test]
fn marks_tell_direction_and_c_is_read_by_its_partner() {
    let amounts = |rows: &str, heading: &str| {
        let read = read_text(&format!("Date;Description;Amount;{heading}\n{rows}"));
        let entries = read.value.statements[0].entries.iter();
        entries.map(|e| e.amount.map_or("-".to_owned(), |a| a.to_string())).collect::<Vec<_>>()
    };
    let rows = |one: &str, two: &str| format!("2025-04-13;a;1.00;{one}\n2025-04-14;b;2.00;{two}\n");
    assert_eq!(amounts(&rows("D", "C"), "DR/CR"), ["-1.00", "2.00"]);
    assert_eq!(amounts(&rows("C", "A"), "C/A"), ["-1.00", "2.00"]);
    assert_eq!(amounts(&rows("D", "H"), "D/H"), ["-1.00", "2.00"]);
    assert_eq!(amounts(&rows("-", "+"), "Signo"), ["-1.00", "2.00"]);
    assert_eq!(amounts(&rows("Cargo", "Abono"), "Tipo"), ["-1.00", "2.00"]);
    assert_eq!(amounts(&rows("C", "C"), "Sign"), ["-", "-"], "credit or cargo");
}

#[test]
fn amounts_without_any_sign_are_not_taken_for_income() {
    let read = read_text("Account;Date;Description;Amount;Currency\nF-1;2025-04-13;a;5.00;EUR\n");
    assert_eq!(problems(&read.problems)[0], "0:2 Amount amount-ambiguous [5.00] [-5.00 | 5.00]");
    let read = read_text(
        "Account;Date;Description;Amount;Currency;Balance\nF-1;2025-04-13;a;5.00;EUR;5.00\nF-1;2025-04-14;b;6.00;EUR;11.00\n",
    );
    assert_eq!(problems(&read.problems), [""; 0]);
}

#[test]
fn signs_that_are_turned_round_are_told_by_the_balance() {
    let read = read_text(
        "Account;Date;Description;Amount;Currency;Balance\nF-1;2025-04-13;a;5.00;EUR;-5.00\nF-1;2025-04-14;b;-2.00;EUR;-3.00\n",
    );
    let (lines, _) = all(&read);
    assert_eq!(
        lines[1..],
        ["2 2025-04-13 -5.00 [-5.00]   | a", "3 2025-04-14 2.00 [-3.00]   | b",]
    );
    assert_eq!(read.value.profile.expect("a profile").debits_negative, Some(false));
}

#[test]
fn the_column_that_follows_the_balances_books() {
    let read = read_text(
        "Transaction Date,Date,Description,Amount,Balance\n2025-04-20,2025-04-21,a,-5.00,95.00\n2025-04-12,2025-04-22,b,-5.00,90.00\n",
    );
    let entry = &read.value.statements[0].entries[1];
    assert_eq!(entry.booked_at.map(|m| m.to_string()).as_deref(), Some("2025-04-22"));
    assert_eq!(entry.executed_at.map(|m| m.to_string()).as_deref(), Some("2025-04-12"));
}

#[test]
fn several_accounts_are_several_statements_in_order_of_appearance() {
    let read = read_text(
        "Account,Date,Description,Amount,Currency,Balance\nB-2,2025-04-13,a,-1.00,EUR,9.00\n\
         A-1,2025-04-13,b,-2.00,USD,8.00\nB-2,2025-04-14,c,-3.00,EUR,6.00\n",
    );
    let (lines, problems) = all(&read);
    assert_eq!(
        lines,
        [
            "account B-2 EUR",
            "2 2025-04-13 -1.00 [9.00]   | a",
            "4 2025-04-14 -3.00 [6.00]   | c",
            "account A-1 USD",
            "3 2025-04-13 -2.00 [8.00]   | b",
        ]
    );
    assert_eq!(problems, [""; 0]);
}

#[test]
fn the_other_side_is_the_payee_of_money_that_leaves_and_the_payer_of_money_that_comes() {
    let read = read_text(
        "Fecha;Ordenante;Cuenta origen;Beneficiario;Cuenta destino;Importe;Clave de rastreo;Saldo\n\
         13/04/2025;Yo;'0001;Ana Inventada;=\"0002\";-1,00;TRK1;9,00\n\
         14/04/2025;Eva Ficticia;0003;Yo;0001;2,00;TRK2;11,00\n",
    );
    let entries = &read.value.statements[0].entries;
    let side = |idx: usize| {
        let other = &entries[idx].counterparty;
        (other.number.as_str(), other.holder.as_deref())
    };
    assert_eq!(side(0), ("0002", Some("Ana Inventada")));
    assert_eq!(side(1), ("0003", Some("Eva Ficticia")));
    assert_eq!(entries[0].references[0].kind, ReferenceKind::EndToEnd);
}

#[test]
fn rows_that_do_not_parse_are_kept() {
    let read = read_text(
        "Account,Date,Description,Amount,Currency,Balance\n\
         F-1,soon,a,-1.00,EUR,9.00\nF-1,2025-04-31,b,-1.00,EUR,8.00\n\
         F-1,2025-04-13,c,lots,EUR,7.00\nF-1,2025-04-13,d,1,000.00,EUR,7.00\n\
         F-1,2025-04-13,e,-1.00,XXQ,6.00\nF-1,2025-04-13,f,-1.005,EUR,5.00\n",
    );
    let (lines, problems) = all(&read);
    assert_eq!(
        lines,
        [
            "account F-1 EUR",
            "2 - -1.00 [9.00]   | a",
            "3 - -1.00 [8.00]   | b",
            "4 2025-04-13 - [7.00]   | c",
            "5 - -   | ",
            "7 2025-04-13 -1.005 [5.00]   | f",
            "account F-1 -",
            "6 2025-04-13 -1.00 [6.00]   | e",
        ]
    );
    assert_eq!(
        problems,
        [
            "0:6 Currency currency-unknown [XXQ] [-]",
            "0:2 Date date-unreadable [soon] [2025-04-03]",
            "0:3 Date date-does-not-exist [2025-04-31] [2025-04-30]",
            "0:4 Amount amount-unreadable [lots] [1204.50]",
            "0:5 - row-truncated [7] [6]",
            "0:7 Amount amount-digits-beyond-currency [-1.005] [2]",
        ]
    );
}

#[test]
fn what_a_bank_has_not_booked_is_a_note() {
    let read = read_text(
        "Date,Description,Amount,State,Balance\n2025-04-13,a,-1.00,COMPLETED,9.00\n2025-04-14,b,-1.00,PENDING,\n",
    );
    let entries = &read.value.statements[0].entries;
    assert_eq!(entries[0].status, EntryStatus::Booked);
    assert_eq!(entries[1].status, EntryStatus::Expected);
    assert!(
        read.problems.iter().any(|p| p.code == ProblemCode::EntryNotBooked && p.row == Some(3))
    );
}

#[test]
fn totals_below_the_table_are_compared() {
    let text = |total: &str| {
        format!(
            "Cuenta:;F-1\nFecha;Concepto;Cargo;Abono;Saldo (MXN)\n13/04/2025;a;1,00;;9,00\n14/04/2025;b;;5,00;14,00\nTotales;;{total};5,00;\n"
        )
    };
    assert_eq!(problems(&read_text(&text("1,00")).problems), [""; 0]);
    assert_eq!(
        problems(&read_text(&text("2,00")).problems),
        ["0:5 - control-total-differs [2,00] [1.00]"]
    );
}

#[test]
fn a_second_line_goes_on_the_description() {
    let read = read_text(
        "Date;Description;Amount;Balance\n2025-04-13;a;-1.00;9.00\n;more of a;;\n2025-04-14;b;-1.00;8.00\nPrinted by nobody\n",
    );
    let entries = &read.value.statements[0].entries;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].description, "a\nmore of a");
    assert_eq!(entries[0].raw, "2025-04-13;a;-1.00;9.00\n;more of a;;");
}

#[test]
fn an_unclosed_quote_swallows_one_row() {
    let read = read_text(
        "Date;Description;Amount;Balance\n2025-04-13;\"a;-1.00;9.00\n2025-04-14;b;-1.00;8.00\n2025-04-15;c;-1.00;7.00\n",
    );
    let (lines, _) = all(&read);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(read.problems.iter().any(|p| p.code == ProblemCode::FileTruncated && p.row == Some(2)));
}

#[test]
fn account_and_currency_of_the_user_fill_what_is_missing() {
    let text = "Date,Description,Amount,Balance\n2025-04-13,a,-1.00,9.00\n";
    assert_eq!(
        problems(&read_text(text).problems),
        ["0:1 - account-missing [] [-]", "0:1 - currency-missing [] [-]",]
    );
    let with = |currency: &str| {
        let options = ReadOptions {
            account: Some("F-9".to_owned()),
            currency: Some(currency.to_owned()),
            ..ReadOptions::default()
        };
        read_evidence("s.csv", text.as_bytes(), &options, &mut |_| ControlFlow::Continue(()))
    };
    assert_eq!(all(&with("MXN")).0[0], "account F-9 MXN");
    assert_eq!(problems(&with("XXQ").problems), ["0:1 - currency-unknown [XXQ] [-]"]);
}

#[test]
fn a_table_is_recognised_by_its_headings() {
    let format = |text: &str| recognise("x.csv", text.as_bytes());
    assert_eq!(format("Date,Description,Amount\n"), Some(Format::Csv));
    assert_eq!(
        format("Bank of Nowhere\n\nFecha\tConcepto\tImporte\n01/02/2025\ta\t1\n"),
        Some(Format::Csv)
    );
    assert_eq!(format("id,date,payer,payee,amount,currency\n"), Some(Format::Transfers));
    assert_eq!(format("Dear sir,\nthe date, the amount and the rest\n"), None);
    assert_eq!(format("a,b,c\n1,2,3\n"), None);
}

#[test]
fn an_entry_that_speaks_of_a_balance_is_an_entry() {
    let read = read_text(
        "Date,Description,Amount,Balance\n2025-04-13,Opening balance,,10.00\n\
         2025-04-13,Opening balance moved from Nobody Ltd,-1.00,9.00\n\
         2025-04-14,Total Imaginary Energy,-1.00,8.00\n2025-04-30,Closing balance,,8.00\n",
    );
    let (lines, _) = all(&read);
    assert_eq!(
        lines[1..],
        [
            "opening 10.00 on 2025-04-13",
            "3 2025-04-13 -1.00 [9.00]   | Opening balance moved from Nobody Ltd",
            "4 2025-04-14 -1.00 [8.00]   | Total Imaginary Energy",
            "closing 8.00 on 2025-04-30",
        ]
    );
}

#[test]
fn json_is_no_table() {
    let json =
        "{\"date\": \"2025-04-03\", \"amount\": \"5\", \"currency\": \"EUR\", \"name\": 1}\n";
    assert_eq!(recognise("x.json", json.repeat(3).as_bytes()), None);
}

#[test]
fn a_style_without_its_column_gives_no_amount() {
    let profile = Profile {
        amount_style: Some(AmountStyle::Mark),
        debit_marks: vec!["D".to_owned()],
        columns: [
            (Field::BookedAt, vec!["Date".to_owned()]),
            (Field::Amount, vec!["Amount".to_owned()]),
        ]
        .into(),
        ..Profile::default()
    };
    let read = read_with("Date,Description,Amount\n2025-04-13,a,1.00\n", profile);
    assert_eq!(problems(&read.problems)[0], "0:2 Amount amount-ambiguous [1.00] [-1.00 | 1.00]");
}

#[test]
fn a_damaged_statement_is_survived() {
    let pieces: [&[u8]; 10] = [
        b";",
        b"\"",
        b"\n",
        b"\r",
        b"\0",
        b"1.000",
        b"-",
        b"\nFecha;Concepto;Importe\n",
        b"\xff\xfe",
        b"Saldo final;;9",
    ];
    survives_damage("statement.csv", SPANISH.as_bytes(), &pieces);
}

/// Ten megabytes in one line, and thousands of separators, are read in linear time.
#[test]
fn monstrous_rows_are_survived() {
    let mut text = String::from("Date;Description;Amount\n2025-04-13;a;-1.00\n");
    text.push_str(&"x".repeat(3 << 20));
    text.push('\n');
    text.push_str(&";".repeat(1 << 20));
    text.push_str("\n\"");
    text.push_str(&"\"\"\n".repeat(1 << 18));
    let read = read_text(&text);
    assert!(read.problems.iter().any(|p| p.code == ProblemCode::RowTooLong));
}

#[expect(clippy::disallowed_methods, reason = "tests read the casebook")]
fn case(code: ProblemCode, name: &str) -> Imported<Evidence> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../casebook/problems");
    let path = root.join(code.as_str()).join(name);
    read(name, &std::fs::read(&path).unwrap_or_else(|_| panic!("{} is missing", path.display())))
}

#[test]
fn each_problem_of_tables_has_the_smallest_file_that_provokes_it() {
    for code in [
        ProblemCode::TextUndecodable,
        ProblemCode::DebitAndCreditBoth,
        ProblemCode::RowDuplicate,
        ProblemCode::DateOutsideStatement,
        ProblemCode::OpeningBalanceMissing,
    ] {
        let read = case(code, "statement.csv");
        // What leaves a row without an amount says that as well, for that blocks.
        let count = if code == ProblemCode::DebitAndCreditBoth { 2 } else { 1 };
        assert_eq!(read.problems.len(), count, "{code}: {:?}", problems(&read.problems));
        assert_eq!(read.problems[0].code, code);
    }
}

/// The entries of all statements as `day amount`, and the problems but that of no balance at all, no
/// account and no currency.
fn briefly(text: &str) -> (Vec<String>, Vec<String>) {
    let read = read_text(text);
    let entries = read.value.statements.iter().flat_map(|statement| &statement.entries);
    let entry = |entry: &caudal_model::Entry| {
        let day = entry.booked_at.map_or("-".to_owned(), |moment| moment.to_string());
        let amount = entry.amount.map_or("-".to_owned(), |amount| amount.to_string());
        format!("{day} {amount}")
    };
    let is_usual = |problem: &String| {
        ["opening-balance-missing", "account-missing", "currency-missing"]
            .iter()
            .any(|code| problem.contains(code))
    };
    let found = problems(&read.problems).into_iter().filter(|problem| !is_usual(problem));
    (entries.map(entry).collect(), found.collect())
}

#[test]
fn amounts_of_which_only_credits_are_marked_have_no_sign() {
    for credit in ["50.00 CR", "+50.00"] {
        let text =
            format!("Date,Description,Amount\n13/03/2025,Fig,12.00\n15/03/2025,Pay,{credit}\n");
        let (entries, found) = briefly(&text);
        assert_eq!(entries, ["2025-03-13 -", "2025-03-15 -"]);
        assert_eq!(found, ["0:2 Amount amount-ambiguous [12.00] [-12.00 | 12.00]"]);
    }
    let all = "Date,Description,Amount\n13/03/2025,Fig,12.00 DR\n15/03/2025,Pay,50.00 CR\n";
    assert_eq!(briefly(all), (vec!["2025-03-13 -12.00".into(), "2025-03-15 50.00".into()], vec![]));
}

#[test]
fn a_row_without_an_amount_has_a_problem_that_blocks() {
    for row in ["14/03/2025,Fig,5.00,7.00", "14/03/2025,Fig,5.00 CR,", "14/03/2025,Fig,,"] {
        let read = read_text(&format!("Date,Text,Debit,Credit\n13/03/2025,Plum,5.00,\n{row}\n"));
        assert_eq!(read.value.statements[0].entries[1].amount, None, "{row}");
        let blocks = |p: &&caudal_model::Problem| p.severity() == caudal_model::Severity::Blocks;
        let rows: Vec<_> = read.problems.iter().filter(blocks).map(|p| p.row).collect();
        assert!(rows.contains(&Some(3)), "{row}");
    }
    let (_, found) = briefly(
        "Date,Text,Amount,D/C\n13/03/2025,a,5.00,D\n14/03/2025,b,5.00,\n15/03/2025,c,1.00,C\n",
    );
    assert_eq!(found[1], "0:3 D/C amount-unreadable [] [1204.50]");
}

#[test]
fn credits_that_all_have_a_minus_are_open() {
    let (entries, _) =
        briefly("Date,Text,Debit,Credit\n13/03/2025,a,12.00,\n14/03/2025,b,,-5.00\n");
    assert_eq!(entries, ["2025-03-13 -", "2025-03-14 -"]);
}

#[test]
fn a_sign_and_a_mark_that_disagree_leave_no_amount() {
    let rows = "13/03/2025,a,-12.00,D\n14/03/2025,b,5.00,D\n15/03/2025,c,5.00,C\n";
    let (entries, found) = briefly(&format!("Date,Text,Amount,D/C\n{rows}"));
    assert_eq!(entries, ["2025-03-13 -12.00", "2025-03-14 -", "2025-03-15 5.00"]);
    assert_eq!(found[0], "0:3 D/C amount-sign-contradicts [5.00 D] [-]");
}

#[test]
fn a_withdrawal_of_the_closing_balance_is_an_entry() {
    let head = "Date,Description,Amount,Balance\n13/03/2025,Fig,-12.00,749.75\n";
    let (entries, found) = briefly(&format!("{head}31/03/2025,Closing balance,-749.75,0.00\n"));
    assert_eq!(entries, ["2025-03-13 -12.00", "2025-03-31 -749.75"]);
    assert_eq!(found, Vec::<String>::new());
    let read = read_text(&format!("{head}31/03/2025,Closing balance,749.75,749.75\n"));
    assert_eq!(read.value.statements[0].entries.len(), 1);
    assert!(read.value.statements[0].closing.is_some());
}

#[test]
fn an_amount_in_another_currency_than_the_statement_is_none_of_it() {
    for cell in ["-5,00 USD", "US$ -5,00"] {
        let (entries, found) = briefly(&format!(
            "Fecha;Concepto;Importe;Saldo\n13/03/2025;a;-12,00 €;88,00 €\n14/03/2025;b;{cell};83,00 €\n"
        ));
        assert_eq!(entries, ["2025-03-13 -12.00", "2025-03-14 -"]);
        let expected = format!("0:3 Importe amount-unreadable [{cell}] [EUR]");
        assert_eq!(found, ["0:3 Importe currency-contradicts [USD] [EUR]".to_owned(), expected]);
    }
    let read = read_text("Moneda: MXN\nFecha;Concepto;Importe (USD)\n13/03/2025;a;-12,00\n");
    assert_eq!(read.value.statements[0].currency, None);
    let found = problems(&read.problems);
    assert!(found.contains(&"0:2 - currency-contradicts [MXN] [USD]".to_owned()), "{found:?}");
    let columns = "Date,Text,Amount,Currency,Account currency\n13/03/2025,a,-12.00,USD,EUR\n";
    assert_eq!(briefly(columns).1, ["0:2 Account currency currency-contradicts [EUR] [USD]"]);
}

#[test]
fn columns_of_one_field_that_differ_leave_no_amount_unless_the_balances_prove_the_first() {
    let two =
        "Date,Text,Amount,Transaction amount\n13/03/2025,a,-12.00,-13.10\n14/03/2025,b,5.00,5.00\n";
    let (entries, found) = briefly(two);
    assert_eq!(entries, ["2025-03-13 -", "2025-03-14 5.00"]);
    assert_eq!(found, ["0:2 Transaction amount amount-ambiguous [-13.10] [-12.00 | -13.10]"]);
    let proved = "Date,Text,Amount,Transaction amount,Balance\n13/03/2025,a,-12.00,-13.10,88.00\n\
        14/03/2025,b,5.00,6.00,93.00\n15/03/2025,c,-3.00,-4.00,90.00\n";
    assert_eq!(briefly(proved).0[1..], ["2025-03-14 5.00", "2025-03-15 -3.00"]);
    let debits = "Date,Text,Withdrawal,Debit,Credit\n13/03/2025,a,12.00,,\n14/03/2025,b,,5.00,\n";
    assert_eq!(briefly(debits).0, ["2025-03-13 -12.00", "2025-03-14 -5.00"]);
}

#[test]
fn words_of_a_status_that_are_not_known_are_reported_once() {
    let read = read_text(
        "Date,Text,Amount,Status\n13/03/2025,a,-12.00,Completed\n14/03/2025,b,-5.00,In progress\n\
        15/03/2025,c,5.00,Voided\n16/03/2025,d,5.00,Odd\n17/03/2025,e,5.00,Odd\n",
    );
    let statuses: Vec<_> =
        read.value.statements[0].entries.iter().map(|entry| entry.status).collect();
    let named = statuses.iter().map(|status| format!("{status:?}")).collect::<Vec<_>>();
    assert_eq!(named, ["Booked", "Expected", "Information", "Booked", "Booked"]);
    let found = problems(&read.problems);
    assert_eq!(found.iter().filter(|p| p.contains("record-unexpected [Odd]")).count(), 1);
    let kind =
        read_text("Date,Type,Text,Amount\n13/03/2025,Pending,a,-12.00\n14/03/2025,Card,b,5.00\n");
    assert_eq!(kind.value.statements[0].entries[0].status, EntryStatus::Expected);
}

#[test]
fn a_damaged_last_row_is_no_footer() {
    let head = "Fecha;Concepto;Importe\n13/03/2025;a;-12,00\n14/03/2025;b;5,00\n";
    for row in ["3x/03/2025;c;-77,x0", "15/0"] {
        let (entries, found) = briefly(&format!("{head}{row}"));
        assert_eq!(entries[2..], ["- -"], "{row}");
        assert!(found.iter().any(|p| p.starts_with("0:4 Fecha date-unreadable")), "{found:?}");
    }
    assert_eq!(briefly(&format!("{head}Página 1 de 1;;")).0.len(), 2);
}

#[test]
fn entries_above_the_headings_are_not_passed_over_in_silence() {
    let rows = "13/03/2025,Fig,-12.00,88.00\n14/03/2025,Plum,-5.00,83.00\n";
    let table =
        "Date,Description,Amount,Balance\n15/03/2025,Plum,5.00,88.00\n16/03/2025,Fig,-1.00,87.00\n";
    let (_, found) = briefly(&format!("{rows}{table}"));
    assert_eq!(found, ["0:1 - column-missing [13/03/2025,Fig,-12.00,88.00] [date]"]);
    assert_eq!(briefly(&format!("Fecha,13/03/2025,Saldo,88.00\n{table}")).1, Vec::<String>::new());
}

#[test]
fn a_day_without_a_year_lies_in_the_period() {
    let year = "Periodo: 01/01/2024 - 31/12/2024\nFecha;Concepto;Importe\n03 ENE;a;-12,00\n30 DIC;b;5,00\n";
    assert_eq!(briefly(year), (vec!["2024-01-03 -12.00".into(), "2024-12-30 5.00".into()], vec![]));
    let turn = "Periodo: 15/12/2024 - 14/01/2025\nFecha;Concepto;Importe\n30 DIC;b;5,00\n03 ENE;a;-12,00\n";
    assert_eq!(briefly(turn).0, ["2024-12-30 5.00", "2025-01-03 -12.00"]);
    let long = "Periodo: 01/01/2023 - 31/12/2024\nFecha;Concepto;Importe\n03 ENE;a;-12,00\n";
    let (entries, found) = briefly(long);
    assert_eq!(entries, ["- -12.00"]);
    assert_eq!(found, ["0:3 Fecha date-order-ambiguous [03 ENE] [2023-01-03 | 2024-01-03]"]);
}

#[test]
fn counts_totals_and_balances_around_a_table_are_compared() {
    let table = "Fecha;Concepto;Importe\n13/03/2025;a;-12,00\n14/03/2025;b;5,00\n";
    let found = |above: &str, below: &str| briefly(&format!("{above}{table}{below}")).1;
    assert_eq!(found("", "Número de movimientos: 3\n"), ["0:4 - record-count-differs [3] [2]"]);
    assert_eq!(found("Número de movimientos: 2\n", ""), Vec::<String>::new());
    assert_eq!(found("", "Total abonos: 9.00\n"), ["0:4 - amount-ambiguous [9.00] [9.00]"]);
    assert_eq!(
        found("Saldo inicial: 100,00\nSaldo anterior: 90,00\n", ""),
        ["0:2 - control-total-differs [90,00] [100,00]"]
    );
    assert_eq!(found("Saldo inicial: 100,00\n", "Saldo inicial: 100,00 €\n"), Vec::<String>::new());
    assert_eq!(
        found("Saldo final: 93,00\n", "Saldo final: 95,00\n"),
        ["0:5 - control-total-differs [95,00] [93,00]"]
    );
}

#[test]
fn fees_beside_amounts_and_headings_in_cents_are_reported() {
    let (_, found) =
        briefly("Date,Text,Amount,Fee\n13/03/2025,a,-12.00,1.00\n14/03/2025,b,5.00,0.00\n");
    assert_eq!(found, ["0:2 Fee record-unexpected [1.00] [-]"]);
    let (_, found) = briefly("Date,Text,Amount (cents)\n13/03/2025,a,-1200\n14/03/2025,b,500\n");
    assert_eq!(found, ["0:1 Amount (cents) column-type-unfit [Amount (cents)] [1204.50]"]);
}

#[test]
fn a_row_without_a_currency_among_rows_that_name_theirs_is_of_none() {
    let read = read_text(
        "Date,Text,Amount,Currency\n13/03/2025,a,-12.00,USD\n14/03/2025,b,5.00,EUR\n\
        15/03/2025,c,5.00,\n16/03/2025,d,5.00,USD\n",
    );
    let found = problems(&read.problems);
    assert!(found.contains(&"0:4 Currency currency-missing [] [-]".to_owned()), "{found:?}");
    // A table that names it once for a block is read by blocks.
    let blocks = "Account,Date,Text,Amount\nA1,13/03/2025,a,-12.00\n,14/03/2025,b,5.00\n\
        B2,15/03/2025,c,5.00\n,16/03/2025,d,-5.00\n";
    let found = problems(&read_text(blocks).problems);
    assert!(!found.iter().any(|problem| problem.contains("account-missing")), "{found:?}");
}

#[test]
fn three_days_in_order_by_chance_do_not_tell_the_order_of_dates() {
    let text = "Date,Text,Amount\n03/05/2025,a,-1.00\n04/02/2025,b,2.00\n05/06/2025,c,3.00\n";
    let (entries, found) = briefly(text);
    assert_eq!(entries, ["- -1.00", "- 2.00", "- 3.00"]);
    assert_eq!(found, ["0:2 Date date-order-ambiguous [03/05/2025] [2025-03-05 | 2025-05-03]"]);
}

#[test]
fn a_mark_that_a_profile_does_not_know_leaves_no_amount() {
    let head = "Date,Text,Amount,D/C\n13/03/2025,a,12.00,D\n14/03/2025,b,5.00,C\n";
    let profile = read_text(head).value.profile.expect("a profile");
    let read = read_with(&format!("{head}15/03/2025,c,5.00,RD\n"), profile);
    assert_eq!(read.value.statements[0].entries[2].amount, None);
    let found = problems(&read.problems);
    assert!(found.contains(&"0:4 D/C amount-sign-contradicts [RD] [-]".to_owned()), "{found:?}");
}

#[test]
fn two_accounts_for_one_table_are_reported_unless_one_is_part_of_the_other() {
    let table = "Fecha;Concepto;Importe\n13/03/2025;a;-12,00\n";
    let found = |above: &str| briefly(&format!("{above}{table}")).1;
    assert_eq!(
        found("Cuenta: 111222\nCuenta: 333444\n"),
        ["0:2 - account-key-contradicts [333444] [111222]"]
    );
    assert_eq!(found("Cuenta: 0001\nIBAN: ES00 0000 0001\n"), Vec::<String>::new());
    let column = "Cuenta: 111222\nFecha;Concepto;Importe;Cuenta\n13/03/2025;a;-12,00;333444\n";
    assert_eq!(briefly(column).1, ["0:2 - account-key-contradicts [333444] [111222]"]);
}

#[test]
fn in_marks_a_credit_though_headings_leave_the_word_out() {
    let (entries, found) =
        briefly("Date,Text,Direction,Amount\n13/03/2025,a,OUT,12.00\n14/03/2025,b,IN,5.00\n");
    assert_eq!(entries, ["2025-03-13 -12.00", "2025-03-14 5.00"]);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn totals_of_a_column_with_signs_are_compared_and_none_with_a_date_is_an_entry_in_silence() {
    let head = "Date,Text,Amount\n13/03/2025,a,-12.00\n14/03/2025,b,5.00\n";
    let found = |row: &str| briefly(&format!("{head}{row}\n")).1;
    assert_eq!(found(",Total,-9.00"), ["0:4 - control-total-differs [-9.00] [-7.00]"]);
    for right in ["-7.00", "17.00", "12.00", "5.00"] {
        assert_eq!(found(&format!(",Total,{right}")), Vec::<String>::new(), "{right}");
    }
    assert_eq!(found(",Subtotal,-9.00"), Vec::<String>::new());
    let dated = found("14/03/2025,Total,-7.00");
    assert_eq!(dated, ["0:4 - record-unexpected [14/03/2025,Total,-7.00] [-]"]);
}
