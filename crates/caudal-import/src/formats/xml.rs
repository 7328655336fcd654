//! A pass over XML by paths: which element, with which text, in which row.
//!
//! *Shape.* Names without their prefixes. Elements are told when they begin and when they end, with
//! the text that stood in them; nothing is kept of what is done with. Entities other than those of
//! XML itself are never expanded, and nothing outside the file is read. Depth and the length of a
//! path are limited, so hostile files cost what they measure.

use std::borrow::Cow;

use caudal_model::ProblemCode;
use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::report::{Fault, Report};
use crate::text;

/// The longest path that is followed, in bytes.
const PATH_BYTES_MAX: usize = 1024;

/// An element at its beginning or its end.
pub(super) struct Element<'a> {
    /// Names from the root, each with a slash before it.
    pub(super) path: &'a str,
    /// The text in it; empty at its beginning.
    pub(super) text: &'a str,
    /// The attribute `Ccy`, where it has one.
    pub(super) currency: &'a str,
    /// Row in which it begins, at its beginning; in which it ends, at its end.
    pub(super) row: u64,
    /// Byte in the text at which its tag begins, or behind its end tag.
    pub(super) at: usize,
}

/// Receives elements.
pub(super) trait Take {
    /// An element begins.
    fn begin(&mut self, element: &Element<'_>, report: &mut Report);
    /// An element ends.
    fn end(&mut self, element: &Element<'_>, report: &mut Report);
}

/// The text of a file in the encoding that its declaration names, or that its bytes have.
pub(super) fn decoded<'b>(bytes: &'b [u8], report: &mut Report) -> Option<Cow<'b, str>> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(256)]).into_owned();
    let named = head.split_once("encoding=").and_then(|(_, rest)| {
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    let encoding = named.and_then(|name| Encoding::for_label(name.as_bytes()));
    let is_utf_8 = std::str::from_utf8(bytes).is_ok();
    match encoding {
        Some(encoding)
            if encoding != encoding_rs::UTF_8
                && !bytes.starts_with(b"\xff\xfe")
                && !bytes.starts_with(b"\xfe\xff") =>
        {
            if is_utf_8 && !bytes.is_ascii() {
                let fault = Fault::new(ProblemCode::EncodingContradictsHeader, "UTF-8");
                report.file_problem(fault.expected(encoding.name()));
                return text::decode_any(bytes, report);
            }
            Some(encoding.decode_without_bom_handling(bytes).0)
        }
        _ => {
            if encoding.is_some()
                && !is_utf_8
                && !bytes.starts_with(b"\xff\xfe")
                && !bytes.starts_with(b"\xfe\xff")
            {
                let fault = Fault::new(ProblemCode::EncodingContradictsHeader, "Windows-1252");
                report.file_problem(fault.expected("UTF-8"));
            }
            text::decode_any(bytes, report)
        }
    }
}

/// Walks through a text. What cannot be parsed ends it, with a problem; what was told stays.
pub(super) fn walk(xml: &str, take: &mut impl Take, report: &mut Report) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut walk = Walk {
        xml,
        path: String::new(),
        text: String::new(),
        row: 1,
        counted: 0,
        currency: String::new(),
    };
    loop {
        let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let row = walk.row_at(start);
                let fault = Fault::new(ProblemCode::FileTruncated, &error.to_string());
                report.row_problem(row, fault);
                return;
            }
        };
        let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        if !walk.event(event, (start, end), take, report) {
            return;
        }
    }
}

struct Walk<'x> {
    xml: &'x str,
    path: String,
    text: String,
    currency: String,
    row: u64,
    /// Bytes whose line ends are counted in `row`.
    counted: usize,
}

impl Walk<'_> {
    /// Takes one event; whether to go on.
    fn event(
        &mut self,
        event: Event<'_>,
        (start, end): (usize, usize),
        take: &mut impl Take,
        report: &mut Report,
    ) -> bool {
        match event {
            Event::Start(tag) => return self.open(&tag, start, take, report),
            Event::Empty(tag) => {
                let goes_on = self.open(&tag, start, take, report);
                self.close(end, take, report);
                return goes_on;
            }
            Event::End(_) => self.close(end, take, report),
            Event::Text(text) => self.text.push_str(&text.xml10_content()),
            Event::CData(text) => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) => self.entity(&entity),
            Event::DocType(_) => {
                let row = self.row_at(start);
                report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, "DOCTYPE"));
            }
            Event::Eof => {
                if !self.path.is_empty() {
                    let row = self.row_at(self.xml.len());
                    report.row_problem(row, Fault::new(ProblemCode::FileTruncated, &self.path));
                }
                return false;
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        true
    }

    fn open(
        &mut self,
        tag: &BytesStart<'_>,
        start: usize,
        take: &mut impl Take,
        report: &mut Report,
    ) -> bool {
        let row = self.row_at(start);
        let name = tag.local_name();
        let name = name.as_ref();
        if self.path.len() + name.len() > PATH_BYTES_MAX {
            report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, name));
            return false;
        }
        self.path.push('/');
        self.path.push_str(name);
        self.text.clear();
        self.currency.clear();
        if let Ok(Some(currency)) = tag.try_get_attribute("Ccy") {
            self.currency.push_str(&currency.value);
        }
        let element =
            Element { path: &self.path, text: "", currency: &self.currency, row, at: start };
        take.begin(&element, report);
        true
    }

    fn close(&mut self, end: usize, take: &mut impl Take, report: &mut Report) {
        let row = self.row_at(end);
        let element = Element {
            path: &self.path,
            text: self.text.trim(),
            currency: &self.currency,
            row,
            at: end,
        };
        take.end(&element, report);
        self.text.clear();
        self.currency.clear();
        let cut = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(cut);
    }

    fn entity(&mut self, entity: &BytesRef<'_>) {
        let known = match entity.as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => entity.resolve_char_ref().ok().flatten(),
        };
        if let Some(character) = known {
            self.text.push(character);
        } else {
            self.text.push('&');
            self.text.push_str(entity.as_ref());
            self.text.push(';');
        }
    }

    /// The row of a byte of the text, which lies behind those that were asked before.
    fn row_at(&mut self, at: usize) -> u64 {
        let at = at.clamp(self.counted, self.xml.len());
        self.row += text::count_line_ends(&self.xml.as_bytes()[self.counted..at]);
        self.counted = at;
        self.row
    }
}
