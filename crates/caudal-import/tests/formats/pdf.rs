//! PDF statements with a text layer, written here page by page.

use std::path::Path;

use caudal_import::{Format, recognise};
use caudal_model::ProblemCode;
use lopdf::content::{Content, Operation};
use lopdf::{
    Dictionary, Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream,
    dictionary,
};

use crate::support::{lines, problems, read, survives_damage};

/// A text at a place, in a font.
type Text<'t> = (i64, i64, &'t str, &'t str);

/// Windows-1252 bytes of a text.
fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect()
}

fn content(texts: &[Text<'_>]) -> Vec<u8> {
    let mut operations = Vec::new();
    for &(x, y, font, text) in texts {
        operations.push(Operation::new("BT", vec![]));
        operations.push(Operation::new("Tf", vec![font.into(), 10.into()]));
        operations.push(Operation::new("Td", vec![x.into(), y.into()]));
        let bytes = if font == "F3" {
            // Codes of two bytes that only the map explains.
            text.chars()
                .flat_map(|c| [0, u8::try_from(u32::from(c)).expect("ASCII") - 31])
                .collect()
        } else {
            bytes_of(text)
        };
        operations.push(Operation::new("Tj", vec![Object::string_literal(bytes)]));
        operations.push(Operation::new("ET", vec![]));
    }
    Content { operations }.encode().expect("content")
}

fn document(pages: &[Vec<Text<'_>>]) -> Document {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let courier = dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier",
        "Encoding" => "WinAnsiEncoding",
    };
    let helvetica = dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica-Bold",
        "Encoding" => "WinAnsiEncoding",
    };
    let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n\
               1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
               1 beginbfrange <0001> <005F> <0020> endbfrange\nendcmap end end\n";
    let map = document.add_object(Stream::new(Dictionary::new(), map.as_bytes().to_vec()));
    let composite = dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Fiction", "Encoding" => "Identity-H",
        "ToUnicode" => map,
        "DescendantFonts" => vec![Object::Dictionary(dictionary! {
            "Type" => "Font", "Subtype" => "CIDFontType2", "BaseFont" => "Fiction", "DW" => 600,
        })],
    };
    let fonts = [courier, helvetica, composite].map(|font| document.add_object(font));
    let resources = document.add_object(dictionary! {
        "Font" => dictionary! { "F1" => fonts[0], "F2" => fonts[1], "F3" => fonts[2] },
    });
    let mut kids: Vec<Object> = Vec::new();
    for texts in pages {
        let mut stream = Stream::new(Dictionary::new(), content(texts));
        stream.compress().expect("compressed");
        let content = document.add_object(stream);
        let page = dictionary! { "Type" => "Page", "Parent" => root, "Contents" => content };
        kids.push(document.add_object(page).into());
    }
    let count = i64::try_from(kids.len()).expect("few");
    let tree = dictionary! {
        "Type" => "Pages", "Kids" => kids, "Count" => count, "Resources" => resources,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    };
    document.objects.insert(root, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let id = Object::string_literal(b"fiction".to_vec());
    document.trailer.set("ID", vec![id.clone(), id]);
    document
}

fn bytes(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a document");
    bytes
}

/// A row with its amount and balance right-aligned, letters being six points wide.
fn row(y: i64, cells: [&str; 4]) -> Vec<Text<'_>> {
    let [date, text, amount, balance] = cells;
    let right =
        |edge: i64, text: &str| edge - 6 * i64::try_from(text.chars().count()).expect("short");
    let mut texts = vec![(40, y, "F1", date), (110, y, "F1", text)];
    texts.push((right(420, amount), y, "F1", amount));
    texts.push((right(520, balance), y, "F1", balance));
    texts.retain(|text| !text.3.is_empty());
    texts
}

fn heading<'t>(y: i64) -> Vec<Text<'t>> {
    vec![
        (40, y, "F2", "Fecha"),
        (110, y, "F2", "Concepto"),
        (380, y, "F2", "Importe"),
        (490, y, "F2", "Saldo"),
    ]
}

fn statement() -> Vec<Vec<Text<'static>>> {
    let paper = |page: &'static str| {
        vec![
            (40, 800, "F2", "Banco Ficticio, S.A."),
            (40, 30, "F1", page),
            (300, 30, "F1", "www.banco.example"),
        ]
    };
    let mut first = paper("Página 1 de 2");
    first.extend([
        (40, 780, "F1", "IBAN: ES00 0000 0001"),
        (40, 765, "F3", "Titular: Nobody Ltd"),
        (300, 780, "F1", "Moneda: EUR"),
    ]);
    first.extend([(40, 750, "F1", "Saldo inicial 1.000,00")]);
    first.extend(heading(700));
    first.extend(row(685, ["13/04/2025", "Café de Nadie", "-5,00", "995,00"]));
    first.extend(row(670, ["", "tarjeta 4000 inventada", "", ""]));
    first.extend(row(655, ["14/04/2025", "Nómina imaginaria muy larga", "1.488,69", "2.483,69"]));
    let mut second = paper("Página 2 de 2");
    second.extend([(300, 780, "F1", "Saldo anterior 2.483,69")]);
    second.extend(heading(740));
    second.extend(row(725, ["15/04/2025", "Recibo 12", "-83,69", "2.400,00"]));
    second.extend([(40, 690, "F1", "Saldo final: 2.400,00")]);
    vec![first, second]
}

#[test]
fn a_statement_of_two_pages_is_read() {
    let bytes = bytes(document(&statement()));
    assert_eq!(recognise("x.pdf", &bytes), Some(Format::Pdf));
    let read = read("statement.pdf", &bytes);
    assert_eq!(problems(&read.problems), [""; 0]);
    let [statement] = &read.value.statements[..] else { panic!("one statement") };
    assert_eq!(statement.account.holder.as_deref(), Some("Nobody Ltd"));
    assert_eq!(
        lines(statement),
        [
            "account ES00 0000 0001 EUR",
            "opening 1000.00 on -",
            "6 2025-04-13 -5.00 [995.00]   | Café de Nadie tarjeta 4000 inventada",
            "8 2025-04-14 1488.69 [2483.69]   | Nómina imaginaria muy larga",
            "4 2025-04-15 -83.69 [2400.00]   | Recibo 12",
            "closing 2400.00 on -",
        ]
    );
    assert_eq!(statement.entries.iter().map(|entry| entry.part).collect::<Vec<_>>(), [1, 1, 2]);
    assert_eq!(statement.entries[2].raw, "15/04/2025  Recibo 12  -83,69  2.400,00");
}

#[test]
fn letters_drawn_one_by_one_are_words() {
    let mut pages = statement();
    let spaced: Vec<Text<'_>> = "Kiosco"
        .char_indices()
        .map(|(idx, _)| {
            (110 + 6 * i64::try_from(idx).expect("short"), 640, "F1", &"Kiosco"[idx..=idx])
        })
        .collect();
    pages[0].extend(spaced);
    pages[0].extend(row(640, ["14/04/2025", "", "-0,01", "2.483,68"]));
    let read = read("statement.pdf", &bytes(document(&pages)));
    assert_eq!(read.value.statements[0].entries[2].description, "Kiosco");
}

#[test]
fn a_page_without_text_is_missing() {
    let mut pages = statement();
    pages.insert(1, Vec::new());
    let read = read("statement.pdf", &bytes(document(&pages)));
    assert_eq!(problems(&read.problems), ["0:- - page-missing [2] [-]"]);
    assert_eq!(read.value.statements[0].entries.len(), 3);
}

#[test]
fn a_statement_without_balances_proves_nothing() {
    let mut page = vec![(40, 780, "F1", "IBAN: ES00 0000 0001"), (300, 780, "F1", "Moneda: EUR")];
    page.extend(heading(700).into_iter().take(3));
    page.extend(row(685, ["13/04/2025", "Café", "-5,00", ""]));
    let read = read("statement.pdf", &bytes(document(&[page])));
    assert_eq!(problems(&read.problems), ["1:2 - opening-balance-missing [ES00 0000 0001] [-]"]);
    assert_eq!(read.value.statements[0].entries.len(), 1);
}

#[test]
fn an_encrypted_document_is_told() {
    let mut document = document(&statement());
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "user",
        key_length: 128,
        permissions: Permissions::all(),
    };
    let state = EncryptionState::try_from(version).expect("a state");
    document.encrypt(&state).expect("encrypted");
    let read = read("statement.pdf", &bytes(document));
    assert_eq!(problems(&read.problems), ["0:- - format-unknown [PDF (encrypted)] [-]"]);
}

#[test]
fn what_is_no_statement_is_told() {
    let texts = vec![(40, 700, "F1", "A letter without any table")];
    let read_of = |bytes: &[u8]| problems(&read("x.pdf", bytes).problems);
    assert_eq!(
        read_of(&bytes(document(&[texts]))),
        ["1:1 - column-missing [A letter without any table] [date]"]
    );
    assert_eq!(read_of(b"%PDF-1.7 nothing"), ["0:- - file-truncated [PDF] [-]"]);
}

#[test]
fn a_damaged_document_is_survived() {
    let pieces: [&[u8]; 6] = [b"endobj", b"stream", b"<<", b"[", b" 99999999 0 R", b"/Kids"];
    survives_damage("statement.pdf", &bytes(document(&statement())), &pieces);
}

/// `UPDATE_CASEBOOK=1` writes the files that are not text.
#[test]
fn the_casebook_has_a_document_with_an_empty_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../casebook/problems");
    let path = root.join("page-missing/statement.pdf");
    #[expect(clippy::disallowed_methods, reason = "the switch that all casebook tests share")]
    if std::env::var("UPDATE_CASEBOOK").is_ok() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable casebook");
        std::fs::write(&path, bytes(document(&[Vec::new()]))).expect("a writable casebook");
    }
    #[expect(clippy::disallowed_methods, reason = "tests read the casebook")]
    let bytes = std::fs::read(&path).expect("the file of the casebook");
    let codes: Vec<ProblemCode> =
        read("statement.pdf", &bytes).problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::PageMissing]);
}

#[test]
fn words_above_and_below_the_date_belong_to_its_row() {
    let mut page = vec![(40, 780, "F1", "IBAN: ES00 0000 0001"), (300, 780, "F1", "Moneda: EUR")];
    page.push((40, 750, "F1", "Saldo inicial 1.000,00"));
    page.extend(heading(700));
    // In the middle of its cell, a date stands beside the second of three lines, or between two.
    page.extend(row(685, ["", "primera", "", ""]));
    page.extend(row(673, ["13/04/2025", "segunda", "-5,00", "995,00"]));
    page.extend(row(661, ["", "tercera", "", ""]));
    page.extend(row(643, ["", "cuarta", "", ""]));
    page.extend(row(637, ["14/04/2025", "", "-5,00", "990,00"]));
    page.extend(row(631, ["", "quinta", "", ""]));
    // At its foot, it stands beside the last.
    page.extend(row(613, ["", "sexta", "", ""]));
    page.extend(row(601, ["", "séptima", "", ""]));
    page.extend(row(589, ["15/04/2025", "octava", "-5,00", "985,00"]));
    // At its head, beside the first; here as in most statements rows are no wider apart than lines.
    page.extend(row(571, ["16/04/2025", "novena", "-5,00", "980,00"]));
    page.extend(row(559, ["", "décima", "", ""]));
    page.extend(row(547, ["17/04/2025", "undécima", "-5,00", "975,00"]));
    let read = read("a.pdf", &bytes(document(&[page])));
    assert_eq!(problems(&read.problems), [""; 0]);
    let entries = &read.value.statements[0].entries;
    let texts: Vec<&str> = entries.iter().map(|entry| entry.description.as_str()).collect();
    let words: Vec<String> = texts.iter().map(|text| text.replace('\n', " ")).collect();
    let expected = ["primera segunda tercera", "cuarta quinta", "sexta séptima octava"];
    assert_eq!(words[..3], expected);
    assert_eq!(words[3..], ["novena décima", "undécima"]);
    assert!(entries[2].raw.starts_with("sexta\nséptima\n15/04/2025"), "{}", entries[2].raw);
}

#[test]
fn amounts_below_one_another_are_a_column_wherever_its_heading_stands() {
    let mut page = vec![(40, 780, "F1", "IBAN: ES00 0000 0001"), (300, 780, "F1", "Moneda: EUR")];
    page.push((40, 750, "F1", "Saldo inicial 1.000,00"));
    // Headings at the left of their columns; amounts, at the right, stand closer to the next one.
    for (x, text) in [(40, "Fecha"), (110, "Concepto"), (330, "Importe"), (425, "Saldo")] {
        page.push((x, 700, "F2", text));
    }
    page.extend(row(685, ["13/04/2025", "uno", "-5,00", "995,00"]));
    page.extend(row(670, ["14/04/2025", "dos", "1.488,69", "2.483,69"]));
    let read = read("a.pdf", &bytes(document(&[page])));
    assert_eq!(problems(&read.problems), [""; 0]);
    assert_eq!(
        lines(&read.value.statements[0])[2..],
        ["4 2025-04-13 -5.00 [995.00]   | uno", "5 2025-04-14 1488.69 [2483.69]   | dos",]
    );
}

#[test]
fn days_without_a_year_are_of_the_period_that_a_line_of_words_states() {
    let mut page = vec![
        (40, 790, "F1", "CLABE: 002010077777777771"),
        (300, 790, "F1", "Moneda: MXN"),
        (40, 770, "F1", "Periodo del 01/12/2024 al 31/01/2025"),
        (40, 750, "F1", "Saldo anterior 1.000,00"),
    ];
    page.extend(heading(700));
    page.extend(row(685, ["31/DIC", "uno", "-5,00", "995,00"]));
    page.extend(row(670, ["02/ENE", "dos", "5,00", "1.000,00"]));
    page.push((40, 640, "F1", "Página 1 continúa"));
    let read = read("a.pdf", &bytes(document(&[page])));
    assert_eq!(problems(&read.problems), [""; 0]);
    assert_eq!(
        lines(&read.value.statements[0])[2..],
        ["5 2024-12-31 -5.00 [995.00]   | uno", "6 2025-01-02 5.00 [1000.00]   | dos"]
    );
}

#[test]
fn sections_with_totals_named_by_many_words_are_one_table() {
    let mut page = vec![
        (40, 800, "F1", "Account number: 000123456789"),
        (300, 800, "F1", "Currency: USD"),
        (40, 785, "F1", "Statement period 03/01/2025 - 03/31/2025"),
        (40, 770, "F1", "Beginning balance on March 1, 2025 $100.00"),
        (40, 755, "F1", "Ending balance on March 31, 2025 $115.50"),
    ];
    let section = |y: i64, name, rows: [[&'static str; 2]; 2], total| {
        let mut texts = vec![(40, y, "F2", name)];
        for (x, text) in [(40, "Date"), (110, "Description"), (380, "Amount")] {
            texts.push((x, y - 15, "F2", text));
        }
        for (at, [day, amount]) in (2i64..).zip(rows) {
            texts.extend(row(y - 15 * at, [day, "invented", amount, ""]));
        }
        texts.push((40, y - 60, "F1", total));
        texts
    };
    let added = [["03/04", "20.00"], ["03/05", "5.50"]];
    page.extend(section(700, "Deposits", added, "Total deposits and other additions 25.50"));
    let taken = [["03/04", "-4.00"], ["03/06", "-6.00"]];
    page.extend(section(600, "Withdrawals", taken, "Total withdrawals and other things -10.01"));
    let read = read("a.pdf", &bytes(document(&[page])));
    assert_eq!(
        problems(&read.problems),
        ["1:14 - control-total-differs [-10.01] [10.00]"],
        "the first total agrees, the second does not"
    );
    let statement = &read.value.statements[0];
    let days: Vec<_> =
        statement.entries.iter().map(|e| e.booked_at.map(|m| m.to_string())).collect();
    let expected = ["2025-03-04", "2025-03-05", "2025-03-04", "2025-03-06"];
    assert_eq!(days, expected.map(|day| Some(day.to_owned())));
    assert_eq!(
        statement.closing.map(|balance| balance.amount.to_string()).as_deref(),
        Some("115.50")
    );
}

#[test]
fn a_day_that_is_printed_once_is_that_of_the_rows_below() {
    let mut page = vec![(40, 780, "F1", "IBAN: ES00 0000 0001"), (300, 780, "F1", "Moneda: EUR")];
    page.push((40, 750, "F1", "Saldo inicial 1.000,00"));
    page.extend(heading(700));
    page.extend(row(685, ["13/04/2025", "uno", "-5,00", "995,00"]));
    page.extend(row(670, ["", "dos", "-5,00", "990,00"]));
    page.extend(row(655, ["14/04/2025", "tres", "-5,00", "985,00"]));
    page.extend(row(640, ["", "cuatro", "-5,00", "980,00"]));
    let read = read("a.pdf", &bytes(document(&[page])));
    assert_eq!(problems(&read.problems), ["1:5 Fecha date-carried-down [2] [-]"]);
    let days: Vec<_> =
        read.value.statements[0].entries.iter().map(|entry| entry.booked_at.unwrap().day).collect();
    assert_eq!([days[0], days[2]], [days[1], days[3]]);
}
