//! From bytes to text: recognises what is no text, and decodes what is not UTF-8.
//!
//! *Shape.* UTF-8 is borrowed, never copied. UTF-16 is read by its byte order mark. In other files
//! each line that is not UTF-8 is read as Windows-1252, of which Latin-1 is a part: such files are
//! normal in Spanish and Latin American exports, and some are glued together from both kinds.
//!
//! *Authority.* WHATWG Encoding Standard, through `encoding_rs`.

use std::borrow::Cow;

use caudal_model::ProblemCode;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::report::{Fault, Report};

/// First bytes of files that people take for delimited text.
const SIGNS: &[(&[u8], &str)] = &[
    (b"PAR1", "Parquet"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x28\xb5\x2f\xfd", "ZSTD"),
    (b"SQLite format 3\0", "SQLite"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{", "JSON"),
    (b"[", "JSON"),
    (b"<", "XML"),
];

/// How far the name of a spreadsheet's inner folder is searched, and the first line for NUL bytes.
const LOOK_BYTES: usize = 4096;

/// How much of a file is looked at to tell its format: 64 KiB.
const HEAD_BYTES: usize = 1 << 16;

/// The beginning of a file as text, whatever its encoding; `None` if it is no text.
pub(crate) fn head(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let utf_16 = [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];
    if let Some(&(mark, encoding)) = utf_16.iter().find(|(mark, _)| head.starts_with(*mark)) {
        return Some(encoding.decode_without_bom_handling(&head[mark.len()..]).0.into_owned());
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let is_text = !head.contains(&0);
    is_text.then(|| match std::str::from_utf8(head) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(head).0.into_owned(),
    })
}

/// The text of delimited text, or `None` with a problem that says why there is none.
pub(crate) fn decode<'a>(bytes: &'a [u8], report: &mut Report) -> Option<Cow<'a, str>> {
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    match recognise(without_mark) {
        Some(kind) if !is_wide => {
            let fault = Fault::new(ProblemCode::FormatUnknown, kind);
            report.file_problem(fault.expected("CSV, Parquet"));
            None
        }
        _ => decode_any(bytes, report),
    }
}

/// The text of a file, whatever it may be.
pub(crate) fn decode_any<'a>(bytes: &'a [u8], report: &mut Report) -> Option<Cow<'a, str>> {
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if without_mark.iter().all(u8::is_ascii_whitespace) {
        report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
        return None;
    }
    let utf_16 = [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)];
    if let Some(&(mark, encoding)) = utf_16.iter().find(|(mark, _)| bytes.starts_with(*mark)) {
        return Some(Cow::Owned(decode_utf_16(&bytes[mark.len()..], encoding, report)));
    }
    match std::str::from_utf8(without_mark) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(error) => {
            let row = 1 + count_line_ends(&without_mark[..error.valid_up_to()]);
            report.row_problem(row, not_utf_8(WINDOWS_1252));
            Some(Cow::Owned(decode_lines(without_mark)))
        }
    }
}

/// What a file that is no delimited text seems to be.
fn recognise(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(LOOK_BYTES)];
    if head.starts_with(b"PK\x03\x04") {
        let is_workbook = head.windows(3).any(|part| part == b"xl/");
        return Some(if is_workbook { "XLSX" } else { "ZIP" });
    }
    if let Some((_, kind)) = SIGNS.iter().find(|(sign, _)| head.starts_with(sign)) {
        return Some(kind);
    }
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or(head);
    if !line.contains(&0) {
        return None;
    }
    let is_wide = line.chunks_exact(2).all(|pair| pair.contains(&0));
    Some(if is_wide { "UTF-16 (no BOM)" } else { "NUL" })
}

fn not_utf_8(encoding: &'static Encoding) -> Fault {
    let name = if encoding == WINDOWS_1252 { "Windows-1252" } else { encoding.name() };
    Fault::new(ProblemCode::EncodingNotUtf8, name).expected("UTF-8")
}

fn decode_utf_16(bytes: &[u8], encoding: &'static Encoding, report: &mut Report) -> String {
    report.row_problem(1, not_utf_8(encoding));
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        // Half a character: the file was cut, or bytes were lost on the way.
        let until = text.find('\u{fffd}').unwrap_or(text.len());
        let row = 1 + count_line_ends(&text.as_bytes()[..until]);
        let line = text[..until].rsplit('\n').next().unwrap_or_default();
        report.row_problem(row, Fault::new(ProblemCode::FileTruncated, line));
    }
    text.into_owned()
}

pub(crate) fn decode_lines(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.push_str(&decode_windows_1252(line)),
        }
    }
    text
}

pub(crate) fn decode_windows_1252(bytes: &[u8]) -> Cow<'_, str> {
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// Ends of lines: LF, CR LF, or CR alone, as old spreadsheets write.
pub(crate) fn count_line_ends(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut previous = 0;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || (byte == b'\n' && previous != b'\r'));
        previous = byte;
    }
    count
}
