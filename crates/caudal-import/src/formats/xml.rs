//! XML as a stream of elements that open and close: what the readers of XML formats share.
//!
//! *Shape.* Names are compared without their prefix, and looked up once. Text is borrowed from the
//! file wherever it stands there in one piece. Entities are never expanded: a document type and a
//! reference to an entity of its own are reported, and the reference stays as written. An end tag
//! that is missing or too many is mended and reported, so that what follows is still read. Elements
//! deeper than [`DEPTH_MAX`] are passed over: a file of nothing but open tags costs nothing.
//!
//! *Authority.* XML 1.0 through `quick-xml`; the WHATWG Encoding Standard through `encoding_rs`.
//!
//! *Units.* Rows are lines of the file, ended by LF.

use std::borrow::Cow;

use caudal_model::ProblemCode;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::report::{Fault, Report};
use crate::text;

/// The deepest element that is read; statements of banks have some fifteen levels.
const DEPTH_MAX: usize = 64;

/// How many bytes of a file may hold its declaration.
const DECLARATION_BYTES: usize = 256;

/// The names of a format's elements, with one for all others.
pub(super) trait Tag: Copy + 'static {
    /// Every element that is read, with its name.
    const ALL: &'static [(&'static str, Self)];
    /// An element that is not read.
    const OTHER: Self;
}

/// Makes the names of a format's elements.
macro_rules! tags {
    ($($tag:ident = $name:literal,)+) => {
        /// An element by its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::formats) enum Tag {
            $( #[doc = concat!("`", $name, "`.")] $tag, )+
            /// An element that is not read.
            Other,
        }

        impl $crate::formats::xml::Tag for Tag {
            const ALL: &'static [(&'static str, Self)] = &[ $( ($name, Self::$tag), )+ ];
            const OTHER: Self = Self::Other;
        }
    };
}
pub(super) use tags;

/// What comes next in a file.
pub(super) enum Step<'a> {
    /// An element opens; it is the last of the path.
    Open,
    /// The last element of the path closes, with the text that it holds.
    Close(Cow<'a, str>),
    /// The file ends.
    End,
}

/// Elements by their names. A file has a tag for every twenty bytes, so a few bytes of a name choose
/// where it is looked for.
struct Tags<T>(Vec<Option<(&'static str, T)>>);

impl<T: Tag> Tags<T> {
    fn new() -> Self {
        // Four places for each name, so that most are found in the first.
        let mut tags = Self(vec![None; (T::ALL.len() * 4).next_power_of_two()]);
        for &(name, tag) in T::ALL {
            let mut place = tags.place(name);
            while tags.0[place].is_some() {
                place = tags.after(place);
            }
            tags.0[place] = Some((name, tag));
        }
        tags
    }

    fn find(&self, name: &str) -> T {
        let mut place = self.place(name);
        loop {
            match self.0[place] {
                Some((known, tag)) if known == name => return tag,
                Some(_) => place = self.after(place),
                None => return T::OTHER,
            }
        }
    }

    fn place(&self, name: &str) -> usize {
        let bytes = name.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().map_or(0, usize::from);
        let len = bytes.len();
        let mixed = byte(0) * 31 + byte(len / 2) * 151 + byte(len.wrapping_sub(1)) * 7 + len * 67;
        mixed & (self.0.len() - 1)
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.0.len() - 1)
    }
}

/// Walks over the elements of a file.
pub(super) struct Walker<'a, T> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    tags: Tags<T>,
    /// Elements that are open, the outermost first, and their names as written.
    path: Vec<T>,
    names: Vec<&'a str>,
    /// How many elements are open beyond the deepest that is read.
    beyond: usize,
    /// How many elements close before the next event is read.
    closing: usize,
    /// Whether the last element of the path has closed.
    is_closed: bool,
    is_done: bool,
    content: Content<'a>,
    /// Where the last tag begins and ends.
    start: usize,
    end: usize,
    attributes: &'a str,
    /// Up to where lines are counted, and the line there.
    counted: (usize, u64),
}

/// The text of an element, borrowed while it is in one piece.
#[derive(Default)]
enum Content<'a> {
    #[default]
    Empty,
    Piece(&'a str),
    Pieces(String),
}

impl<'a> Content<'a> {
    fn push(&mut self, piece: &'a str) {
        match self {
            Self::Empty => *self = Self::Piece(piece),
            Self::Piece(first) => *self = Self::Pieces([*first, piece].concat()),
            Self::Pieces(text) => text.push_str(piece),
        }
    }

    fn push_char(&mut self, c: char) {
        match self {
            Self::Empty => *self = Self::Pieces(c.into()),
            Self::Piece(first) => *self = Self::Pieces(format!("{first}{c}")),
            Self::Pieces(text) => text.push(c),
        }
    }

    fn take(&mut self) -> Cow<'a, str> {
        match std::mem::take(self) {
            Self::Empty => Cow::Borrowed(""),
            Self::Piece(piece) => Cow::Borrowed(piece.trim()),
            Self::Pieces(text) => Cow::Owned(text.trim().to_owned()),
        }
    }
}

impl<'a, T: Tag> Walker<'a, T> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        Self {
            text,
            reader,
            tags: Tags::new(),
            path: Vec::with_capacity(DEPTH_MAX),
            names: Vec::with_capacity(DEPTH_MAX),
            beyond: 0,
            closing: 0,
            is_closed: false,
            is_done: false,
            content: Content::Empty,
            start: 0,
            end: 0,
            attributes: "",
            counted: (0, 1),
        }
    }

    /// The elements that are open, the outermost first.
    pub(super) fn path(&self) -> &[T] {
        &self.path
    }

    /// Where the last tag begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// Where the last tag ends.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// The line on which the last tag begins.
    pub(super) fn row(&mut self) -> u64 {
        let (from, row) = self.counted;
        let between = self.text.as_bytes().get(from..self.start).unwrap_or_default();
        self.counted = (self.start.max(from), row + line_ends(between));
        self.counted.1
    }

    /// An attribute of the element that opened last, or an empty text.
    pub(super) fn attribute(&self, name: &str) -> &'a str {
        attribute(self.attributes, name).unwrap_or_default()
    }

    /// The next element that opens or closes.
    pub(super) fn step(&mut self, report: &mut Report) -> Step<'a> {
        if std::mem::take(&mut self.is_closed) {
            self.path.pop();
            self.names.pop();
        }
        loop {
            if self.closing > 0 {
                self.closing -= 1;
                self.is_closed = true;
                return Step::Close(self.content.take());
            }
            if self.is_done {
                return Step::End;
            }
            if self.event(report) {
                return Step::Open;
            }
        }
    }

    /// Reads an event; whether an element opens by it.
    fn event(&mut self, report: &mut Report) -> bool {
        let start = self.position();
        let event = self.reader.read_event();
        let end = self.position();
        let piece = self.text.get(start..end).unwrap_or_default();
        match event {
            Ok(Event::Start(tag)) => {
                let name = tag.name().as_ref().len();
                return self.open((piece, name), (start, end), report);
            }
            Ok(Event::Empty(tag)) => {
                let name = tag.name().as_ref().len();
                let is_open = self.open((piece, name), (start, end), report);
                if is_open {
                    self.closing = 1;
                } else {
                    self.beyond -= 1;
                }
                return is_open;
            }
            Ok(Event::End(_)) => {
                (self.start, self.end) = (start, end);
                self.close(piece, report);
            }
            Ok(Event::Eof) => self.finish(end, "", report),
            Err(_) => self.finish(start, self.text.get(start..).unwrap_or_default(), report),
            Ok(event) => self.other(&event, piece, start, report),
        }
        false
    }

    fn position(&self) -> usize {
        let position = usize::try_from(self.reader.buffer_position());
        position.unwrap_or(self.text.len()).min(self.text.len())
    }

    /// Text, and what is no element.
    fn other(&mut self, event: &Event<'_>, piece: &'a str, start: usize, report: &mut Report) {
        match event {
            Event::DocType(_) => self.unexpected("DOCTYPE", start, report),
            Event::Text(_) if self.path.is_empty() && !piece.trim().is_empty() => {
                self.unexpected(piece.trim(), start, report);
            }
            _ if self.path.is_empty() || self.beyond > 0 => {}
            Event::Text(_) => {
                // A reference is an event of its own: this is one that nothing ends.
                if piece.starts_with('&') {
                    self.unexpected(piece, start, report);
                }
                self.content.push(piece);
            }
            Event::CData(_) => {
                let inner = piece.get(9..piece.len().saturating_sub(3)).unwrap_or_default();
                self.content.push(inner);
            }
            Event::GeneralRef(reference) => {
                let known = match &**reference {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                if let Some(c) = known {
                    return self.content.push_char(c);
                }
                self.unexpected(piece, start, report);
                self.content.push(piece);
            }
            _ => {}
        }
    }

    fn unexpected(&mut self, found: &str, start: usize, report: &mut Report) {
        self.start = start;
        let row = self.row();
        report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, found));
    }

    /// Opens an element by its tag and the length of its name.
    fn open(
        &mut self,
        (piece, name): (&'a str, usize),
        (start, end): (usize, usize),
        report: &mut Report,
    ) -> bool {
        self.content = Content::Empty;
        if self.path.len() >= DEPTH_MAX {
            if self.beyond == 0 {
                self.unexpected(piece, start, report);
            }
            self.beyond += 1;
            return false;
        }
        (self.start, self.end) = (start, end);
        let inner = piece.get(1..piece.len() - 1).unwrap_or_default();
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let (name, attributes) = inner.split_at_checked(name).unwrap_or((inner, ""));
        self.attributes = attributes;
        self.path.push(self.tags.find(local(name)));
        self.names.push(name);
        true
    }

    /// Closes the element of that name, and those within that lack an end of their own.
    fn close(&mut self, piece: &'a str, report: &mut Report) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let name = piece.get(2..piece.len() - 1).unwrap_or_default().trim_end();
        match self.names.iter().rev().position(|open| *open == name) {
            Some(0) => self.closing = 1,
            Some(within) => {
                self.closing = within + 1;
                self.content = Content::Empty;
                self.unexpected(piece, self.start, report);
            }
            None => self.unexpected(piece, self.start, report),
        }
    }

    /// The end of the file, or of what can be read of it: all that is open closes.
    fn finish(&mut self, at: usize, found: &str, report: &mut Report) {
        (self.start, self.end) = (at, self.text.len());
        let open = self.names.last().copied();
        if open.is_some() || !found.is_empty() {
            let row = self.row();
            let mut fault = Fault::new(ProblemCode::FileTruncated, found);
            if let Some(name) = open {
                let expected = format!("</{}>", caudal_model::problem::readable(name));
                fault = fault.expected(expected);
            }
            report.row_problem(row, fault);
        }
        self.content = Content::Empty;
        self.closing = self.path.len();
        self.is_done = true;
    }
}

/// A name without its prefix.
fn local(name: &str) -> &str {
    name.bytes().rposition(|byte| byte == b':').map_or(name, |at| &name[at + 1..])
}

/// The value of an attribute, as written.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, behind) = behind[1..].split_once(quote)?;
        if key.trim() == name {
            return Some(value.trim());
        }
        rest = behind;
    }
}

/// The text of an XML file, read by its byte order mark, else by its declaration, else as UTF-8.
/// Where the declaration and the bytes disagree, the bytes are believed.
pub(super) fn decode<'a>(bytes: &'a [u8], report: &mut Report) -> Option<Cow<'a, str>> {
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if without_mark.iter().all(u8::is_ascii_whitespace) {
        report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
        return None;
    }
    if let Some((encoding, rest)) = wide(bytes) {
        let text = decode_as(encoding, rest, report);
        let is_other = |label: &&str| !label.to_ascii_lowercase().starts_with("utf-16");
        if let Some(label) = declared(&text).filter(is_other) {
            contradict(label, encoding, report);
        }
        return Some(text);
    }
    let head = &without_mark[..without_mark.len().min(DECLARATION_BYTES)];
    let head = text::decode_windows_1252(head);
    let label = declared(&head);
    if let Ok(text) = std::str::from_utf8(without_mark) {
        check_utf_8(label, bytes, report);
        return Some(Cow::Borrowed(text));
    }
    Some(decode_declared(label, without_mark, report))
}

/// UTF-16 by its mark, or by the first character of every XML file.
fn wide(bytes: &[u8]) -> Option<(&'static Encoding, &[u8])> {
    let marks: [(&[u8], usize, &'static Encoding); 4] = [
        (b"\xff\xfe", 2, UTF_16LE),
        (b"\xfe\xff", 2, UTF_16BE),
        (b"<\0", 0, UTF_16LE),
        (b"\0<", 0, UTF_16BE),
    ];
    let (_, skipped, encoding) = marks.iter().find(|(mark, ..)| bytes.starts_with(mark))?;
    Some((encoding, &bytes[*skipped..]))
}

/// The encoding that the declaration names.
fn declared(head: &str) -> Option<&str> {
    let declaration = head.trim_start().strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    attribute(declaration, "encoding")
}

fn contradict(label: &str, encoding: &'static Encoding, report: &mut Report) {
    let name = if encoding == WINDOWS_1252 { "Windows-1252" } else { encoding.name() };
    let expected = caudal_model::problem::readable(label);
    let fault = Fault::new(ProblemCode::EncodingContradictsHeader, name).expected(expected);
    report.file_problem(fault);
}

/// Bytes that are UTF-8 should be declared so, unless they are the same in the declared encoding.
fn check_utf_8(label: Option<&str>, bytes: &[u8], report: &mut Report) {
    let Some(label) = label else { return };
    let fits = Encoding::for_label(label.as_bytes())
        .is_some_and(|e| e == UTF_8 || (e.is_ascii_compatible() && bytes.is_ascii()));
    if !fits {
        contradict(label, UTF_8, report);
    }
}

/// Bytes that are no UTF-8.
fn decode_declared<'a>(label: Option<&str>, bytes: &'a [u8], report: &mut Report) -> Cow<'a, str> {
    let encoding = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    if let Some(encoding) = encoding.filter(|e| *e != UTF_8 && e.is_ascii_compatible()) {
        return decode_as(encoding, bytes, report);
    }
    if let Some(label) = label {
        contradict(label, WINDOWS_1252, report);
    } else {
        let valid = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
        let fault = Fault::new(ProblemCode::EncodingNotUtf8, "Windows-1252");
        report.row_problem(1 + line_ends(&bytes[..valid]), fault.expected("UTF-8"));
    }
    // Line by line: some files are glued together from both kinds.
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.push_str(&text::decode_windows_1252(line)),
        }
    }
    Cow::Owned(text)
}

fn decode_as<'a>(
    encoding: &'static Encoding,
    bytes: &'a [u8],
    report: &mut Report,
) -> Cow<'a, str> {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    if had_errors {
        let until = text.find('\u{fffd}').unwrap_or(text.len());
        let row = 1 + line_ends(&text.as_bytes()[..until]);
        report.row_problem(row, Fault::new(ProblemCode::TextUndecodable, encoding.name()));
    }
    text
}

fn line_ends(bytes: &[u8]) -> u64 {
    // In runs that a byte can count, which a compiler counts many at a time.
    let count = |run: &[u8]| run.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>();
    bytes.chunks(usize::from(u8::MAX)).map(|run| u64::from(count(run))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    tags! { A = "a", B = "b", }

    #[test]
    fn each_element_is_found_by_its_name_and_no_other() {
        use crate::formats::camt::tag::Tag as Camt;
        let tags = Tags::<Camt>::new();
        for &(name, tag) in <Camt as super::Tag>::ALL {
            assert_eq!(tags.find(name), tag);
            assert_eq!(tags.find(&format!("{name}_")), Camt::Other);
        }
        assert_eq!(tags.find(""), Camt::Other);
    }

    fn walk(text: &str) -> (Vec<String>, Vec<String>) {
        let mut report = Report::new("a.xml", text.as_bytes());
        let mut walker = Walker::<Tag>::new(text);
        let mut steps = Vec::new();
        loop {
            match walker.step(&mut report) {
                Step::Open => {
                    let row = walker.row();
                    steps.push(format!("+{:?} {row}", walker.path()));
                }
                Step::Close(text) => steps.push(format!("-{:?} {text}", walker.path())),
                Step::End => break,
            }
        }
        let problems = report.finish();
        let line =
            |p: &caudal_model::Problem| format!("{} {} [{}]", p.row.unwrap_or(0), p.code, p.found);
        (steps, problems.iter().map(line).collect())
    }

    #[test]
    fn elements_open_and_close_with_their_text() {
        let text =
            "<?xml version='1.0'?>\n<x:a>\n<b k='1'>one &amp; <![CDATA[<two>]]></b><b/></x:a>\n";
        let (steps, problems) = walk(text);
        assert_eq!(
            steps,
            ["+[A] 2", "+[A, B] 3", "-[A, B] one & <two>", "+[A, B] 3", "-[A, B] ", "-[A] "]
        );
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn broken_nesting_is_mended_and_reported() {
        let (steps, problems) = walk("<a><b>1</a>\n<a>2</b></a>");
        assert_eq!(steps, ["+[A] 1", "+[A, B] 1", "-[A, B] ", "-[A] ", "+[A] 2", "-[A] 2"]);
        assert_eq!(problems, ["1 record-unexpected [</a>]", "2 record-unexpected [</b>]"]);
        let (steps, problems) = walk("<a>\n<b>1");
        assert_eq!(steps.len(), 4);
        assert_eq!(problems, ["2 file-truncated []"]);
        assert_eq!(walk("<a>\n<b ").1, ["2 file-truncated [<b ]"]);
    }

    #[test]
    fn entities_are_never_expanded() {
        let (steps, problems) = walk("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x; &#65; & B</a>");
        assert_eq!(steps[1], "-[A] &x; A & B");
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn deep_files_are_cut_at_a_depth() {
        let text = ["<a>".repeat(1000), "</a>".repeat(1000)].concat();
        let (steps, problems) = walk(&text);
        assert_eq!((steps.len(), problems.len()), (2 * DEPTH_MAX, 1));
    }

    #[test]
    fn attributes_are_found_whatever_their_quotes() {
        assert_eq!(attribute(" x = '1' Ccy=\"EUR\"", "Ccy"), Some("EUR"));
        assert_eq!(attribute(" x='Ccy=' y=2", "Ccy"), None);
    }
}
