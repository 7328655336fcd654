//! Archives of evidence files.

use std::io::{Cursor, Write};

use caudal_import::{is_archive, unpack};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::problems;

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(content).expect("written");
    }
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn files_come_out_in_the_order_of_their_names() {
    let inner = archive(&[("x.csv", b"x")]);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_directory("2025/", SimpleFileOptions::default()).expect("a folder");
    for (name, content) in
        [("2025/b.csv", &b"b"[..]), ("inner.zip", &inner), ("../a.csv", b"a"), ("2025/a.csv", b"")]
    {
        zip.start_file(name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(content).expect("written");
    }
    let bytes = zip.finish().expect("an archive").into_inner();
    assert!(is_archive("x.zip", &bytes));
    let read = unpack("x.zip", &bytes);
    let names: Vec<&str> = read.value.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["2025/a.csv", "2025/b.csv", "a.csv"]);
    assert_eq!(read.value[2].1, b"a");
    assert_eq!(problems(&read.problems), ["0:- - format-unknown [inner.zip] [-]"]);
}

#[test]
fn workbooks_and_text_are_no_archives() {
    assert!(!is_archive(
        "x.xlsx",
        &archive(&[("[Content_Types].xml", b""), ("xl/workbook.xml", b"")])
    ));
    assert!(!is_archive("x.ods", &archive(&[("mimetype", b"x"), ("content.xml", b"")])));
    assert!(!is_archive("x.csv", b"a,b"));
}

#[test]
fn a_small_archive_cannot_fill_the_memory() {
    let zeros = vec![0; 40 << 20];
    let bytes = archive(&[("a.csv", &zeros)]);
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let read = unpack("x.zip", &bytes);
    assert_eq!(read.value, []);
    assert_eq!(problems(&read.problems), ["0:- - format-unknown [ZIP (too large)] [4294967296]"]);
}

#[test]
fn encrypted_and_damaged_entries_are_told() {
    let mut bytes = archive(&[("a.csv", b"some text of a statement"), ("b.csv", b"b")]);
    // The flag of encryption, in the list at the end of the archive.
    let list = bytes.windows(4).position(|part| part == b"PK\x01\x02").expect("a list");
    let mut encrypted = bytes.clone();
    encrypted[list + 8] |= 1;
    let read = unpack("x.zip", &encrypted);
    assert_eq!(problems(&read.problems), ["0:- - format-unknown [a.csv (encrypted)] [-]"]);
    assert_eq!(read.value.len(), 1);
    bytes[40] ^= 0xff;
    let read = unpack("x.zip", &bytes);
    assert_eq!(problems(&read.problems), ["0:- - file-truncated [a.csv] [-]"]);
    let read = unpack("x.zip", &bytes[..30]);
    assert_eq!(problems(&read.problems), ["0:- - file-truncated [ZIP] [-]"]);
}
