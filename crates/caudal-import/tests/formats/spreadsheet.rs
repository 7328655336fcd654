//! Statements in workbooks: XLSX written by another program's library, ODS by hand.

use std::io::{Cursor, Write};
use std::path::Path;

use caudal_import::{Format, recognise};
use caudal_model::ProblemCode;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{lines, problems, read, survives_damage};

const HEADINGS: [&str; 6] =
    ["Fecha", "Concepto", "Importe", "Saldo (EUR)", "Cuenta beneficiario", "Cuenta"];

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "Nothing but a greeting").expect("written");
    let sheet = book.add_worksheet().set_name("Movimientos").expect("a name");
    let day = CellFormat::new().set_num_format("dd/mm/yyyy");
    sheet.write(0, 0, "Banco Ficticio").expect("written");
    for (column, heading) in (1..).zip(HEADINGS) {
        sheet.write(2, column, heading).expect("written");
    }
    let rows = [(3, "Tienda", -5.1, 94.9), (4, "Café", -0.2, 94.7), (5, "Nómina", 1204.5, 1299.2)];
    for (row, (date, text, amount, balance)) in (3..).zip(rows) {
        let date = ExcelDateTime::from_ymd(2025, 4, date).expect("a day");
        sheet.write_datetime_with_format(row, 1, &date, &day).expect("written");
        sheet.write(row, 2, text).expect("written");
        sheet.write(row, 3, amount).expect("written");
        sheet.write(row, 4, balance).expect("written");
        sheet.write(row, 5, "012180004643051249").expect("written");
        sheet.write(row, 6, "F-1").expect("written");
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn a_sheet_with_a_header_is_a_statement() {
    let bytes = workbook();
    assert_eq!(recognise("x.xlsx", &bytes), Some(Format::Spreadsheet));
    let read = read("statement.xlsx", &bytes);
    assert_eq!(problems(&read.problems), [""; 0]);
    let [statement] = &read.value.statements[..] else { panic!("one statement") };
    assert_eq!((statement.part, statement.row), (2, 3));
    assert_eq!(
        lines(statement),
        [
            "account F-1 EUR",
            "4 2025-04-03 -5.1 [94.9] 012180004643051249  | Tienda",
            "5 2025-04-04 -0.2 [94.7] 012180004643051249  | Café",
            // Of money that comes in, the payee is no other side.
            "6 2025-04-05 1204.5 [1299.2]   | Nómina",
        ]
    );
    assert_eq!(statement.entries[0].part, 2);
    assert_eq!(
        statement.entries[0].raw.trim(),
        "2025-04-03\tTienda\t-5.1\t94.9\t012180004643051249\tF-1"
    );
}

/// A workbook of one sheet with a header and one row, in which the cells are as `write` says.
fn one_row(write: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(2025, 1, 1).expect("a day");
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&day));
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write(0, column, heading).expect("written");
    }
    let cells = ["2025-04-03", "Tienda", "-5.00", "95.00", "", "F-1"];
    for (column, text) in (0..).zip(cells) {
        sheet.write(1, column, text).expect("written");
    }
    write(sheet);
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn an_account_that_went_through_a_number_has_lost_its_digits() {
    let bytes = one_row(|sheet| drop(sheet.write(1, 4, 12_180_004_643_051_249_f64)));
    let read = read("statement.xlsx", &bytes);
    assert_eq!(
        problems(&read.problems),
        ["1:2 Cuenta beneficiario identifier-lost-digits [12180004643051248] [-]"]
    );
    let bytes = one_row(|sheet| drop(sheet.write(1, 4, 121_800_046.0)));
    assert_eq!(problems(&super::support::read("s.xlsx", &bytes).problems), [""; 0]);
}

#[test]
fn an_amount_is_the_shortest_decimal_that_is_the_number() {
    let bytes = one_row(|sheet| drop(sheet.write(1, 2, -(0.1 + 0.2))));
    let read = read("statement.xlsx", &bytes);
    assert_eq!(
        problems(&read.problems),
        ["1:2 Importe amount-digits-beyond-currency [-0.30000000000000004] [2]"]
    );
}

#[test]
fn a_day_without_its_format_is_counted_from_1900() {
    let bytes = one_row(|sheet| drop(sheet.write(1, 0, 45_750)));
    let read = read("statement.xlsx", &bytes);
    assert_eq!(lines(&read.value.statements[0])[1], "2 2025-04-03 -5.00 [95.00]   | Tienda");
}

#[test]
fn a_merged_day_stands_for_all_its_rows() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(["Date", "Description", "Amount", "Balance"]) {
        sheet.write(0, column, heading).expect("written");
    }
    let plain = CellFormat::new();
    sheet.merge_range(1, 0, 2, 0, "2025-04-03", &plain).expect("merged");
    for (row, (text, amount, balance)) in (1..).zip([("a", -1, 9), ("b", -2, 7)]) {
        sheet.write(row, 1, text).expect("written");
        sheet.write(row, 2, amount).expect("written");
        sheet.write(row, 3, balance).expect("written");
    }
    let read = read("s.xlsx", &book.save_to_buffer().expect("a workbook"));
    assert_eq!(
        lines(&read.value.statements[0])[1..],
        ["2 2025-04-03 -1 [9]   | a", "3 2025-04-03 -2 [7]   | b",]
    );
}

#[test]
fn two_tables_of_a_sheet_are_two_statements() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["Account:", "F-1", "", ""],
        ["Date", "Description", "Amount", "Balance"],
        ["2025-04-03", "a", "-1.00", "9.00"],
        ["", "", "", ""],
        ["Account:", "F-2", "", ""],
        ["Date", "Description", "Paid in", "Balance"],
        ["2025-04-04", "b", "2.00", "8.00"],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, text) in (0..).zip(cells) {
            sheet.write(row, column, text).expect("written");
        }
    }
    let read = read("s.xlsx", &book.save_to_buffer().expect("a workbook"));
    let lines: Vec<String> = read.value.statements.iter().flat_map(lines).collect();
    assert_eq!(
        lines,
        [
            "account F-1 -",
            "3 2025-04-03 -1.00 [9.00]   | a",
            "account F-2 -",
            "7 2025-04-04 2.00 [8.00]   | b",
        ]
    );
}

fn ods(rows: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let parts = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
        (
            "META-INF/manifest.xml",
            "<?xml version=\"1.0\"?><manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>".to_owned(),
        ),
        (
            "content.xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content \
                 xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
                 xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
                 xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body>\
                 <office:spreadsheet><table:table table:name=\"S\">{rows}</table:table>\
                 </office:spreadsheet></office:body></office:document-content>"
            ),
        ),
    ];
    for (name, content) in parts {
        zip.start_file(name, stored).expect("a part");
        zip.write_all(content.as_bytes()).expect("written");
    }
    zip.finish().expect("a document").into_inner()
}

#[test]
fn an_ods_sheet_is_read() {
    let text = |text: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let number = |value: &str| {
        format!(
            "<table:table-cell office:value-type=\"float\" office:value=\"{value}\"><text:p>x</text:p></table:table-cell>"
        )
    };
    let head: String = ["Date", "Description", "Amount", "Balance"].map(text).concat();
    let day = "<table:table-cell office:value-type=\"date\" office:date-value=\"2025-04-03\"><text:p>03/04/25</text:p></table:table-cell>";
    let row = format!("{day}{}{}{}", text("Tienda"), number("-5.1"), number("94.9"));
    let bytes = ods(&format!(
        "<table:table-row>{head}</table:table-row><table:table-row>{row}</table:table-row>"
    ));
    assert_eq!(recognise("x.ods", &bytes), Some(Format::Spreadsheet));
    let read = read("statement.ods", &bytes);
    assert_eq!(lines(&read.value.statements[0])[1], "2 2025-04-03 -5.1 [94.9]   | Tienda");
}

#[test]
fn what_is_no_workbook_is_told() {
    let empty = Workbook::new().add_worksheet().write(0, 0, "hello").map(|_| ()).is_ok();
    assert!(empty);
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "hello").expect("written");
    let read_of = |bytes: &[u8]| problems(&read("s.xlsx", bytes).problems);
    assert_eq!(
        read_of(&book.save_to_buffer().expect("a workbook")),
        ["1:1 - column-missing [hello] [date]"]
    );
    assert_eq!(
        read_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing"),
        ["0:- - format-unknown [XLS] [-]"]
    );
    let bytes = workbook();
    assert_eq!(read_of(&bytes[..bytes.len() / 2]), ["0:- - file-truncated [workbook] [-]"]);
}

#[test]
fn a_damaged_workbook_is_survived() {
    survives_damage("statement.xlsx", &workbook(), &[b"PK\x03\x04", b"\0", b"xl/workbook.xml"]);
}

/// `UPDATE_CASEBOOK=1` writes the files that are not text.
#[test]
fn the_casebook_has_a_workbook_with_lost_digits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../casebook/problems");
    let path = root.join("identifier-lost-digits/statement.xlsx");
    #[expect(clippy::disallowed_methods, reason = "the switch that all casebook tests share")]
    if std::env::var("UPDATE_CASEBOOK").is_ok() {
        let bytes = one_row(|sheet| drop(sheet.write(1, 4, 12_180_004_643_051_249_f64)));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable casebook");
        std::fs::write(&path, bytes).expect("a writable casebook");
    }
    #[expect(clippy::disallowed_methods, reason = "tests read the casebook")]
    let bytes = std::fs::read(&path).expect("the file of the casebook");
    let codes: Vec<ProblemCode> =
        read("statement.xlsx", &bytes).problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::IdentifierLostDigits]);
}

#[test]
fn days_that_a_spreadsheet_may_have_swapped_are_not_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let format = CellFormat::new().set_num_format("mm/dd/yyyy");
    for (column, heading) in (0..).zip(["Fecha", "Concepto", "Importe (EUR)"]) {
        sheet.write(0, column, heading).expect("written");
    }
    // 03/04/2025 of a Spanish bank, opened where the month stands first.
    let day = ExcelDateTime::from_ymd(2025, 3, 4).expect("a day");
    sheet.write_datetime_with_format(1, 0, &day, &format).expect("written");
    sheet.write(2, 0, "13/04/2025").expect("written");
    let day = ExcelDateTime::from_ymd(2025, 5, 5).expect("a day");
    sheet.write_datetime_with_format(3, 0, &day, &format).expect("written");
    for (row, amount) in (1..).zip([-5.5, 7.25, 1.5]) {
        sheet.write(row, 1, "Tienda").expect("written");
        sheet.write(row, 2, amount).expect("written");
    }
    let read = read("swapped.xlsx", &book.save_to_buffer().expect("a workbook"));
    let entries = &read.value.statements[0].entries;
    let days: Vec<_> = entries.iter().map(|e| e.booked_at.map(|m| m.to_string())).collect();
    assert_eq!(days, [None, Some("2025-04-13".to_owned()), Some("2025-05-05".to_owned())]);
    let found = problems(&read.problems);
    let expected = "1:2 Fecha date-order-ambiguous [2025-03-04] [-]".to_owned();
    assert!(found.contains(&expected), "{found:?}");
}

#[test]
fn a_sheet_of_entries_without_headings_is_not_passed_over_in_silence() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(["13/04/2025", "Tienda", "-5,50"]) {
        sheet.write(0, column, text).expect("written");
    }
    let sheet = book.add_worksheet();
    for (column, text) in (0..).zip(["Fecha", "Concepto", "Importe (EUR)"]) {
        sheet.write(0, column, text).expect("written");
    }
    for (column, text) in (0..).zip(["13/04/2025", "Tienda", "-5,50"]) {
        sheet.write(1, column, text).expect("written");
    }
    let read = read("two.xlsx", &book.save_to_buffer().expect("a workbook"));
    let found = problems(&read.problems);
    assert!(found.iter().any(|p| p.starts_with("1:1 - column-missing [13/04/2025")), "{found:?}");
}
