//! In which encoding an OFX file says it is, and in which it is.
//!
//! *Authority.* OFX 1: `ENCODING:` and `CHARSET:` of the header; OFX 2: the XML declaration. What
//! the bytes show wins: text that is valid UTF-8 beyond ASCII is nothing else in practice.

use std::borrow::Cow;

use caudal_model::ProblemCode;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::report::{Fault, Report};
use crate::text;

/// How far the header is looked for, in bytes.
const HEADER_BYTES: usize = 4096;

/// What a header says.
struct Declared {
    /// As written, such as `USASCII 1252`.
    name: String,
    /// The encoding of bytes beyond ASCII; `None` if it says that there are none.
    encoding: Option<&'static Encoding>,
}

/// The text of a file, or `None` with a problem if it has none.
pub(super) fn decode<'b>(bytes: &'b [u8], report: &mut Report) -> Option<Cow<'b, str>> {
    let is_marked = [&b"\xff\xfe"[..], b"\xfe\xff"].iter().any(|mark| bytes.starts_with(mark));
    let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let declared = declared(&bytes[..bytes.len().min(HEADER_BYTES)]);
    let (false, false, Some(declared)) = (is_marked, is_blank, declared) else {
        return text::decode_any(bytes, report);
    };
    if let Ok(text) = std::str::from_utf8(bytes) {
        let first = bytes.iter().position(|byte| !byte.is_ascii());
        if let Some(first) = first.filter(|_| declared.encoding != Some(UTF_8)) {
            contradicts(bytes, first, UTF_8, &declared, report);
        }
        return Some(Cow::Borrowed(text));
    }
    match declared.encoding.filter(|&encoding| encoding != UTF_8) {
        Some(encoding) if encoding != WINDOWS_1252 => {
            let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
            if had_errors {
                report.file_problem(Fault::new(ProblemCode::TextUndecodable, encoding.name()));
            }
            Some(text)
        }
        Some(_) => Some(Cow::Owned(text::decode_lines(bytes))),
        None => {
            let first =
                std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            contradicts(bytes, first, WINDOWS_1252, &declared, report);
            Some(Cow::Owned(text::decode_lines(bytes)))
        }
    }
}

fn contradicts(
    bytes: &[u8],
    first: usize,
    shown: &'static Encoding,
    declared: &Declared,
    report: &mut Report,
) {
    let row = 1 + text::count_line_ends(&bytes[..first]);
    let fault = Fault::new(ProblemCode::EncodingContradictsHeader, &declared.name);
    report.row_problem(row, fault.expected(shown.name()));
}

/// What the header says; `None` if it says nothing.
fn declared(head: &[u8]) -> Option<Declared> {
    let head = text::decode_windows_1252(head);
    let header = head.split("<OFX>").next().unwrap_or_default();
    let key = |key: &str| {
        let value = header.split_once(key)?.1;
        let end = value.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(value.len());
        // Some files have the whole header in one line without spaces.
        let value = value[..end].split("CHARSET:").next()?.split("COMPRESSION:").next()?;
        (!value.is_empty()).then_some(value)
    };
    if let Some(encoding) = key("ENCODING:") {
        let charset = key("CHARSET:").unwrap_or_default();
        let name = format!("{encoding} {charset}").trim_end().to_owned();
        return Some(Declared { name, encoding: of_header(encoding, charset) });
    }
    let declaration = header.split_once("<?xml")?.1.split("?>").next()?;
    let value = declaration.split_once("encoding=")?.1;
    let name = value.trim_start_matches(['"', '\'']).split(['"', '\'', ' ']).next()?;
    let is_ascii = ["us-ascii", "ascii"].iter().any(|ascii| name.eq_ignore_ascii_case(ascii));
    let encoding = Encoding::for_label(name.as_bytes()).filter(|_| !is_ascii);
    Some(Declared { name: name.to_owned(), encoding })
}

fn of_header(encoding: &str, charset: &str) -> Option<&'static Encoding> {
    if matches!(encoding, "UTF-8" | "UTF8" | "UNICODE") {
        return Some(UTF_8);
    }
    let label = match charset {
        "" | "NONE" => return None,
        "8859-1" => "iso-8859-1".to_owned(),
        _ if charset.bytes().all(|byte| byte.is_ascii_digit()) => format!("windows-{charset}"),
        _ => charset.to_ascii_lowercase(),
    };
    Encoding::for_label(label.as_bytes())
}
