//! Letters as a reader gets them: what is on the pages, and that nothing else decides it.

use std::collections::BTreeSet;

use caudal_report::{Letter, ROWS_MAX, ReportError, Table, letter_pdf, letter_text};
use lopdf::{Dictionary, Document, Object};

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(label, value)| (label.to_owned(), value.to_owned())).collect()
}

fn english() -> Letter {
    Letter {
        title: "Request for the statement of account 4711-02".to_owned(),
        date: Some("2026-11-25".to_owned()),
        to: owned(&["Invented Bank", "1 Nowhere Street", "Sometown"]),
        from: owned(&["Office for Examples", "File 12/2026"]),
        paragraphs: owned(&[
            "Please send the complete statement of the account named above for the period named \
             above, with opening and closing balances.",
            "The records that are held show transfers into this account, and none out of it.",
        ]),
        facts: pairs(&[
            ("Account", "4711-02"),
            ("Period", "2026-01-01 to 2026-03-31"),
            ("Value at stake", "12,345.67 EUR"),
        ]),
        tables: vec![transfers(3)],
        closing: owned(&["Place and date", "Signature"]),
        footer: "Made with an example; nothing is decided by it.".to_owned(),
        language: "en",
    }
}

fn spanish() -> Letter {
    Letter {
        title: "Solicitud del estado de cuenta 4711-02".to_owned(),
        date: Some("25 de noviembre de 2026".to_owned()),
        to: owned(&["Banco Inventado, S. A.", "Ciudad de los Ejemplos"]),
        from: owned(&["Fiscalía de Ejemplos"]),
        paragraphs: owned(&["Se solicita el estado de cuenta completo: año, día y número."]),
        facts: pairs(&[("Institución", "Banco Inventado, S. A.")]),
        tables: Vec::new(),
        closing: owned(&["Atentamente,", "", "¿Quién firma?"]),
        footer: "Hecho con un ejemplo.".to_owned(),
        language: "es",
    }
}

fn transfers(count: usize) -> Table {
    let row = |at: usize| {
        let (amount, traced) = (format!("{},000.00", at % 900 + 1), format!("{}.25", at % 97));
        let source = format!("statement-{:03}.csv:{at} (0a1b2c3d)", at % 12);
        vec!["2026-02-03".to_owned(), format!("Payer {at}"), amount, traced, source]
    };
    Table {
        caption: "Transfers into the account".to_owned(),
        columns: owned(&["Date", "Payer", "Amount", "Traced", "Source"]),
        numeric: vec![false, false, true, true, false],
        rows: (1..=count).map(row).collect(),
    }
}

fn opened(letter: &Letter) -> Document {
    let bytes = letter_pdf(letter).expect("a letter that can be typeset");
    Document::load_mem(&bytes).expect("a file that can be read")
}

/// What a reader finds on all pages, without the spaces that a layout may put anywhere.
fn found_on(document: &Document) -> String {
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    squeezed(&document.extract_text(&pages).expect("text that can be read"))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn assert_found(document: &Document, texts: &[&str]) {
    let found = found_on(document);
    for text in texts {
        assert!(found.contains(&squeezed(text)), "`{text}` is not in `{found}`");
    }
}

/// A string of a dictionary of the file.
fn string(dictionary: &Dictionary, key: &[u8]) -> String {
    let object = dictionary.get(key).expect("an entry of this name");
    lopdf::decode_text_string(object).expect("a string")
}

fn title(document: &Document) -> String {
    let info = document.trailer.get(b"Info").and_then(Object::as_reference).expect("file data");
    string(document.get_dictionary(info).expect("a dictionary"), b"Title")
}

fn xmp(document: &Document) -> String {
    let metadata = document.catalog().and_then(|catalog| catalog.get(b"Metadata"));
    let metadata = metadata.and_then(Object::as_reference).expect("metadata");
    let stream = document.get_object(metadata).and_then(Object::as_stream).expect("a stream");
    String::from_utf8(stream.get_plain_content().expect("plain bytes")).expect("plain text")
}

#[test]
fn equal_letters_give_equal_bytes() {
    assert_eq!(letter_pdf(&english()).unwrap(), letter_pdf(&english()).unwrap());
    let other = std::thread::spawn(|| letter_pdf(&spanish()).unwrap()).join().unwrap();
    assert_eq!(letter_pdf(&spanish()).unwrap(), other);
}

#[test]
fn a_letter_of_each_language_holds_its_words_language_and_title() {
    for (letter, language) in [(english(), "en"), (spanish(), "es")] {
        let document = opened(&letter);
        let catalog = document.catalog().expect("a catalog");
        assert_eq!(string(catalog, b"Lang"), language);
        assert_eq!(title(&document), letter.title);
        assert_eq!(document.get_pages().len(), 1);
        let mut texts = vec![letter.title.as_str(), letter.footer.as_str(), "1/1"];
        texts.extend(letter.date.as_deref());
        let lists = [&letter.to, &letter.from, &letter.paragraphs, &letter.closing];
        texts.extend(lists.into_iter().flatten().map(String::as_str));
        texts.extend(letter.facts.iter().flat_map(|(label, value)| [label.as_str(), value]));
        let rows = letter.tables.iter().flat_map(|table| &table.rows);
        texts.extend(rows.flatten().map(String::as_str));
        assert_found(&document, &texts);
    }
}

#[test]
fn a_letter_is_a_tagged_archival_file_with_every_font_inside() {
    let document = opened(&english());
    let catalog = document.catalog().expect("a catalog");
    let marks = catalog.get(b"MarkInfo").and_then(Object::as_dict).expect("marks");
    assert!(marks.get(b"Marked").and_then(Object::as_bool).expect("a flag"));
    assert!(catalog.has(b"StructTreeRoot"));
    let xmp = xmp(&document);
    assert!(xmp.contains("<pdfaid:part>2</pdfaid:part>"), "{xmp}");
    assert!(xmp.contains("<pdfaid:conformance>B</pdfaid:conformance>"), "{xmp}");
    let dictionaries = document.objects.values().filter_map(|object| object.as_dict().ok());
    let of_fonts = dictionaries.filter(|found| found.has_type(b"FontDescriptor"));
    let names: Vec<bool> =
        of_fonts.map(|font| font.has(b"FontFile2") || font.has(b"FontFile3")).collect();
    assert!(!names.is_empty() && names.iter().all(|is_inside| *is_inside));
}

#[test]
fn the_date_in_the_file_is_the_date_of_the_letter_never_the_clock() {
    assert!(xmp(&opened(&english())).contains(">2026-11-25T00:00"));
    // A date in words is not guessed at.
    assert!(xmp(&opened(&spanish())).contains(">1970-01-01T00:00"));
}

#[test]
fn no_text_is_read_as_markup() {
    let hostile = [
        "#set page(width: 1pt)",
        "#panic(\"no\")",
        "#image(\"/a/picture.png\")",
        "$ x^2 $ *bold* _slanted_ `raw` @label <label>",
        "\\ \\u{41} \\\" ' \" ] [ } { ) (",
        "= Heading - item + item / term: x // comment /* comment */",
        "=CMD|' /C calc'!A1",
        "~ --- ... -? https://example.org",
        "%PDF-1.7 << /Type /Catalog >> stream endstream endobj",
        "<script>alert(1)</script> &amp; ]]>",
    ];
    for text in hostile {
        let everywhere = Letter {
            title: text.to_owned(),
            date: Some(text.to_owned()),
            to: owned(&[text]),
            from: owned(&[text]),
            paragraphs: owned(&[text]),
            facts: pairs(&[(text, text)]),
            tables: vec![Table {
                caption: text.to_owned(),
                columns: owned(&[text, text]),
                numeric: vec![false, true],
                rows: vec![owned(&[text, text])],
            }],
            closing: owned(&[text, ""]),
            footer: text.to_owned(),
            language: "en",
        };
        let document = opened(&everywhere);
        let found = found_on(&document);
        let times = found.matches(&squeezed(text)).count();
        let pages = document.get_pages().len();
        assert_eq!(times, 13 + pages, "`{text}` in `{found}`");
        assert_eq!(title(&document), text);
        assert!(letter_text(&everywhere).contains(text.get(..12).unwrap()));
    }
}

#[test]
fn other_scripts_are_drawn_and_what_no_font_holds_is_named() {
    let mut letter = spanish();
    letter.title = "Cuenta de Łukasz Ñandú, Ελένη, Иван 💶".to_owned();
    letter.paragraphs = owned(&[
        "שלום",
        "شركة",
        "👩\u{200d}🚀 张三",
        "\u{202e}00.001 zero\u{200b}width nul\0 tab\tend",
        "e\u{301} q\u{307}\u{323} x\u{20dd} \u{e000} \u{fffe} \u{1d7d9}",
    ]);
    let document = opened(&letter);
    assert_eq!(title(&document), letter.title);
    let drawn = "Cuenta de Łukasz Ñandú, Ελένη, Иван [U+1F4B6]";
    assert_found(&document, &[drawn, "[U+1F469 U+200D U+1F680] [U+5F20 U+4E09]"]);
    assert_found(&document, &["[U+202E]00.001 zero[U+200B]width nul[U+0000] tab end"]);
    let letters: BTreeSet<char> = found_on(&document).chars().collect();
    for c in "שלוםشركة".chars() {
        assert!(letters.contains(&c), "{c}");
    }
}

#[test]
fn a_mark_on_a_letter_that_no_font_joins_is_still_printed() {
    let mut letter = english();
    let marks = ["\u{300}", "\u{5b0}", "\u{64b}", "\u{20e3}", "\u{fe0f}", "\u{e31}", "\u{1ab0}"];
    let bases = ["a", "ж", "ש", "ش", "1", "—", "∑", "ก", " "];
    let all = bases.iter().flat_map(|base| marks.map(|mark| format!("{base}{mark}")));
    letter.paragraphs = vec![all.collect::<Vec<_>>().join(" ")];
    letter_pdf(&letter).expect("a letter that can be typeset");
}

#[test]
fn a_long_paragraph_is_there_in_full() {
    let mut letter = english();
    let sentences: Vec<String> = (0..900).map(|at| format!("Sentence {at}.")).collect();
    let numbers: Vec<String> = (0..2_000).map(|at| format!("{at:05}")).collect();
    letter.paragraphs = vec![sentences.join(" "), numbers.concat()];
    assert!(letter.paragraphs.iter().all(|paragraph| paragraph.len() >= 10_000));
    let document = opened(&letter);
    assert!(document.get_pages().len() >= 4);
    let found = found_on(&document);
    assert!([0, 450, 899].iter().all(|at| found.contains(&format!("Sentence{at}."))));
    // A footer may stand inside of a number.
    let there = numbers.iter().filter(|number| found.contains(*number)).count();
    assert!(there >= 1_990, "{there}");
}

#[test]
fn an_empty_letter_is_an_empty_page() {
    let letter = Letter { language: "en", ..Letter::default() };
    assert_eq!(opened(&letter).get_pages().len(), 1);
    assert_eq!(letter_text(&letter), "");
}

// Typesetting takes a hundredth of a second for each row in a build that is not optimised: enough
// rows for many pages, and no more.
#[test]
fn a_table_over_pages_repeats_its_headings_and_loses_no_row() {
    let count = 400;
    let document = opened(&Letter { tables: vec![transfers(count)], ..english() });
    let pages = document.get_pages().len();
    assert!((8..=12).contains(&pages), "{pages}");
    for page in 1..=u32::try_from(pages).unwrap() {
        let text = squeezed(&document.extract_text(&[page]).unwrap());
        assert!(text.contains(&format!("{page}/{pages}")), "{text}");
        // The signature block may have the last page for itself.
        let has_rows = text.contains("statement-");
        assert_eq!(text.contains("DatePayerAmountTracedSource"), has_rows, "{text}");
    }
    let found = found_on(&document);
    let row = |at: &usize| squeezed(&transfers(count).rows[at - 1].concat());
    assert_eq!((1..=count).filter(|at| !found.contains(&row(at))).count(), 0);
}

#[test]
fn what_is_no_table_and_no_language_is_refused() {
    let mut table = transfers(3);
    table.rows[1].pop();
    let refused = letter_pdf(&Letter { tables: vec![table], ..english() });
    assert_eq!(refused, Err(ReportError::RowLength { row: 2, cells: 4, columns: 5 }));
    let table = Table { rows: vec![Vec::new(); ROWS_MAX + 1], ..Table::default() };
    let refused = letter_pdf(&Letter { tables: vec![table], ..english() });
    let expected = ReportError::TooManyRows { rows: ROWS_MAX + 1, rows_max: ROWS_MAX };
    assert_eq!(refused, Err(expected));
    let refused = letter_pdf(&Letter { language: "xx", ..english() });
    assert_eq!(refused, Err(ReportError::UnknownLanguage("xx".to_owned())));
}

#[test]
fn a_letter_as_text_has_the_same_words() {
    let expected = "\
Office for Examples
File 12/2026

Invented Bank
1 Nowhere Street
Sometown

2026-11-25

Request for the statement of account 4711-02
============================================

Account         4711-02
Period          2026-01-01 to 2026-03-31
Value at stake  12,345.67 EUR

Please send the complete statement of the account named above for the period
named above, with opening and closing balances.

The records that are held show transfers into this account, and none out of it.

Transfers into the account

Date        Payer      Amount  Traced  Source
----------  -------  --------  ------  ------------------------------
2026-02-03  Payer 1  2,000.00    1.25  statement-001.csv:1 (0a1b2c3d)
2026-02-03  Payer 2  3,000.00    2.25  statement-002.csv:2 (0a1b2c3d)
2026-02-03  Payer 3  4,000.00    3.25  statement-003.csv:3 (0a1b2c3d)

________________________________________
Place and date

________________________________________
Signature

Made with an example; nothing is decided by it.
";
    assert_eq!(letter_text(&english()), expected);
}

#[test]
fn a_signature_block_with_ruled_lines_of_its_own_keeps_them_where_they_are() {
    let expected = "\
Fiscalía de Ejemplos

Banco Inventado, S. A.
Ciudad de los Ejemplos

25 de noviembre de 2026

Solicitud del estado de cuenta 4711-02
======================================

Institución  Banco Inventado, S. A.

Se solicita el estado de cuenta completo: año, día y número.

Atentamente,

________________________________________

¿Quién firma?

Hecho con un ejemplo.
";
    assert_eq!(letter_text(&spanish()), expected);
}

#[test]
fn a_table_that_is_too_wide_is_wrapped_in_its_words_and_not_in_its_figures() {
    let payer = "Comercializadora de Ejemplos Inventados, Sociedad de Responsabilidad Limitada";
    let table = Table {
        caption: String::new(),
        columns: owned(&["Payer", "Amount", "Source"]),
        numeric: vec![false, true],
        rows: vec![owned(&[payer, "1,234,567,890.12", "a-file-with-a-name-without-any-space.csv"])],
    };
    let letter = Letter { tables: vec![table], language: "en", ..Letter::default() };
    let expected = "\
Payer                                     Amount  Source
------------------------------  ----------------  ------------------------------
Comercializadora de Ejemplos    1,234,567,890.12  a-file-with-a-name-without-any
Inventados, Sociedad de                           -space.csv
Responsabilidad Limitada
";
    assert_eq!(letter_text(&letter), expected);
}

#[test]
fn no_line_of_text_is_longer_than_eighty_characters() {
    let mut letter = english();
    let long = "0123456789".repeat(30);
    letter.paragraphs.push(long.clone());
    letter.facts.push((long.clone(), long.clone()));
    for columns in [1, 5, 12, 40] {
        let row = vec![long.clone(); columns];
        let table = Table {
            caption: long.clone(),
            columns: row.clone(),
            numeric: vec![true; columns],
            rows: vec![row],
        };
        letter.tables = vec![table];
        let text = letter_text(&letter);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.matches('9').count() >= 30 * (columns * 2 + 4));
    }
}
