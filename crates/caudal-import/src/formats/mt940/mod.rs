//! SWIFT MT940, MT942 and MT950 statements, bare or in the envelopes of FIN, RJE and DOS-PCC.
//!
//! *Shape.* One statement for each message: a chain of `:60M:` and `:62M:` over several messages
//! is several statements with page numbers. Lines are read once, in order; a field reaches from its
//! tag to the next. Messages of other types are named and passed over.
//!
//! *Authority.* The fields as public samples of banks in ten countries show them, and field 61 of
//! MT942. See the parts for what each rests on.

mod account;
mod details;
mod entry;
pub(super) mod lines;
mod message;
mod sums;

use caudal_model::ProblemCode;

use crate::formats::Found;
use crate::report::{Fault, Report};
use lines::{Line, Lines};
use message::Message;

/// How many lines, not counting empty ones, are looked at for the tags of a statement.
const LINES_LOOKED_AT: usize = 40;

/// Whether a text begins a SWIFT message, or holds `:20:` and then `:25:` in its first lines.
pub(super) fn is_mt940(head: &str) -> bool {
    let mut has_reference = false;
    let lines = Lines::new(head).map(|line| bare(line.text)).filter(|line| !line.is_empty());
    for (idx, line) in lines.take(LINES_LOOKED_AT).enumerate() {
        if idx == 0 && line.starts_with("{1:") {
            return true;
        }
        if has_reference && (line.starts_with(":25:") || line.starts_with(":25P:")) {
            return true;
        }
        has_reference |= line.starts_with(":20:");
    }
    false
}

/// Reads all messages of a text.
pub(super) fn read(text: &str, found: &mut Found, report: &mut Report) {
    let mut reader = Reader {
        text,
        found,
        report,
        message: None,
        field: None,
        envelope: Envelope::default(),
        is_stray: false,
        has_ended_one: false,
    };
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next() {
        if line.text.starts_with(":61:") && !reader.report.goes_on(line.start, text.len()) {
            return;
        }
        reader.line(line, &lines);
    }
    reader.end_of_file();
}

/// A tag that is known, by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Reference,
    Related,
    Account,
    Number,
    Floor,
    ReportDate,
    Opening,
    Line,
    Closing { is_last: bool },
    Available,
    Details,
    Sum { is_debit: bool },
    NonSwift,
    Unknown,
}

impl Tag {
    /// Whether a field says something of the account before its entries.
    const fn is_of_account(self) -> bool {
        matches!(self, Self::Number | Self::Opening | Self::Floor | Self::ReportDate)
    }
}

/// Tags and what they mean.
const TAGS: &[(&str, Tag)] = &[
    (":61:", Tag::Line),
    (":86:", Tag::Details),
    (":20:", Tag::Reference),
    (":21:", Tag::Related),
    (":25:", Tag::Account),
    (":25P:", Tag::Account),
    (":28:", Tag::Number),
    (":28C:", Tag::Number),
    (":34F:", Tag::Floor),
    (":13:", Tag::ReportDate),
    (":13D:", Tag::ReportDate),
    (":60F:", Tag::Opening),
    (":60M:", Tag::Opening),
    (":62F:", Tag::Closing { is_last: true }),
    (":62M:", Tag::Closing { is_last: false }),
    (":64:", Tag::Available),
    (":65:", Tag::Available),
    (":90D:", Tag::Sum { is_debit: true }),
    (":90C:", Tag::Sum { is_debit: false }),
    (":NS:", Tag::NonSwift),
];

/// The longest tag with its colons: three digits or two with a letter.
const TAG_LENGTH: usize = 5;

/// The tag with which a line begins, and its text; `None` for a line that has none.
fn tag_of(line: &str) -> Option<(Tag, &str)> {
    let rest = line.strip_prefix(':')?;
    let inner = rest.bytes().take(TAG_LENGTH - 1).position(|byte| byte == b':')?;
    let name = &line[..inner + 2];
    if let Some((_, tag)) = TAGS.iter().find(|(known, _)| *known == name) {
        return Some((*tag, name));
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let letters = rest.bytes().skip(digits).take_while(u8::is_ascii_uppercase).count();
    let is_tag = digits + letters == inner && digits >= 2 && letters <= 1;
    is_tag.then_some((Tag::Unknown, name))
}

/// A tag that a bank indents or writes in small letters: with it, and without what stands before.
/// As text it would take an entry or a balance away without a word.
fn odd_tag_of(line: Line<'_>) -> Option<(Tag, &str, Line<'_>)> {
    let line = line.without_first(line.text.len() - bare_start(line.text).len());
    if let Some((tag, name)) = tag_of(line.text).filter(|(tag, _)| *tag != Tag::Unknown) {
        return Some((tag, name, line));
    }
    let mut inner = line.text.strip_prefix(':')?.bytes().take(TAG_LENGTH - 1);
    let end = 1 + inner.position(|byte| byte == b':')?;
    let name = line.text.get(..=end)?;
    let (_, tag) = TAGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some((*tag, name, line))
}

/// A field: from its tag to the next one.
struct Field<'t> {
    tag: Tag,
    name: &'t str,
    row: u64,
    start: usize,
    end: usize,
}

impl<'t> Field<'t> {
    /// The tag as text, for the place of a problem.
    fn name(&self) -> &'static str {
        let is_it = |(known, _): &&(&str, Tag)| known.eq_ignore_ascii_case(self.name);
        TAGS.iter().find(is_it).map_or("", |(known, _)| known)
    }

    fn whole(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    fn value(&self, text: &'t str) -> &'t str {
        self.whole(text).get(self.name.len()..).unwrap_or_default()
    }

    fn first_line(&self, text: &'t str) -> &'t str {
        self.whole(text).split(['\n', '\r']).next().unwrap_or_default()
    }

    /// Whether lines without a tag belong to it as its text.
    fn is_text(&self) -> bool {
        matches!(self.tag, Tag::Details | Tag::NonSwift | Tag::Line)
    }
}

/// The blocks of braces around a message.
#[derive(Default)]
struct Envelope {
    /// Type of the message, such as 940, where the second block states it.
    kind: Option<u32>,
    /// Whether the fourth block, which holds the fields, is open.
    is_open: bool,
    /// Whether it holds a message of another type.
    is_other: bool,
}

struct Reader<'t, 'r> {
    text: &'t str,
    found: &'r mut Found,
    report: &'r mut Report,
    message: Option<Message<'t>>,
    /// The field that the next lines may go on with.
    field: Option<Field<'t>>,
    envelope: Envelope,
    /// Whether the line before stood outside of every message: a run is reported once.
    is_stray: bool,
    /// Whether a message was closed by its hyphen: then the others should be as well.
    has_ended_one: bool,
}

/// Whether a character is a mark of transmission or space around a line.
fn is_around(c: char) -> bool {
    c.is_control() || matches!(c, ' ' | '$' | '\u{feff}')
}

/// A line without the marks of transmission around it.
fn bare(line: &str) -> &str {
    line.trim_matches(is_around)
}

fn bare_start(line: &str) -> &str {
    line.trim_start_matches(is_around)
}

impl<'t> Reader<'t, '_> {
    fn line(&mut self, line: Line<'t>, following: &Lines<'t>) {
        let content = bare(line.text);
        if content.is_empty() {
            return;
        }
        let is_envelope =
            ["{1:", "{2:", "{3:", "{4:", "{5:"].iter().any(|s| content.starts_with(s));
        if is_envelope {
            self.envelope(line, content);
        } else if self.envelope.is_other {
            // A hyphen alone ends it too: what follows would be passed over to the end of the file.
            if content.starts_with("-}") || content == "-" {
                self.end_block(line, content);
            }
        } else if self.is_terminator(content, following) {
            self.end_block(line, content);
        } else {
            self.content(line, following);
        }
    }

    /// Whether a line that begins with a hyphen ends the message.
    fn is_terminator(&self, content: &str, following: &Lines<'t>) -> bool {
        if content.starts_with("-}") {
            return true;
        }
        if !content.starts_with('-') {
            return false;
        }
        let Some(message) = &self.message else { return true };
        if message.has_closing {
            return true;
        }
        // A hyphen alone may be text, if the entries go on.
        let next = following.clone().find(|line| !bare(line.text).is_empty());
        let goes_on = next
            .and_then(|line| tag_of(line.text))
            .is_some_and(|(tag, _)| matches!(tag, Tag::Line | Tag::Details | Tag::Closing { .. }));
        content == "-" && !goes_on
    }

    fn end_block(&mut self, line: Line<'t>, content: &'t str) {
        self.has_ended_one |= self.message.is_some();
        self.end_message();
        self.envelope = Envelope::default();
        self.is_stray = false;
        let rest = content.trim_start_matches('-');
        if rest.starts_with('}') {
            // The trailer, and perhaps the next message, on the same line.
            if rest.contains("{1:") {
                self.envelope(line, rest);
            }
        } else if !rest.is_empty() {
            self.unexpected(line.row, content);
        }
    }

    fn unexpected(&mut self, row: u64, found: &str) {
        self.report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, found));
    }

    /// Reads blocks one to three, and what stands behind the brace that opens the fourth.
    fn envelope(&mut self, line: Line<'t>, content: &'t str) {
        if content.contains("{1:") {
            self.cut_short();
            self.envelope = Envelope::default();
        }
        if let Some(at) = content.rfind("{2:") {
            let kind = content.get(at + 4..at + 7).and_then(lines::digits);
            self.envelope.kind = kind.or(self.envelope.kind);
        }
        let Some(at) = content.rfind("{4:") else { return };
        let rest = &content[at + 3..];
        if rest.starts_with('{') {
            // The fourth block of an acknowledgement holds blocks, not fields.
            return;
        }
        self.envelope.is_open = true;
        self.is_stray = false;
        let other = self.envelope.kind.filter(|kind| !matches!(kind, 940 | 942 | 950));
        if let Some(kind) = other {
            self.envelope.is_other = true;
            let fault = Fault::new(ProblemCode::RecordUnexpected, &format!("MT{kind:03}"));
            self.report.row_problem(line.row, fault.expected("MT940"));
        } else if !bare(rest).is_empty() {
            let offset = line.text.rfind("{4:").map_or(line.text.len(), |at| at + 3);
            let none = Lines::new("");
            self.content(line.without_first(offset), &none);
        }
    }

    /// A message whose last brace is missing.
    fn cut_short(&mut self) {
        if self.envelope.is_open && self.message.is_some() {
            let row = self.field.as_ref().map_or(1, |field| field.row);
            let fault = Fault::new(ProblemCode::FileTruncated, "");
            self.report.row_problem(row, fault.expected("-}"));
        }
        self.end_message();
    }

    /// A line of a field.
    fn content(&mut self, line: Line<'t>, following: &Lines<'t>) {
        match tag_of(line.text) {
            Some((tag, name)) if !self.is_wrapped_text((tag, name), line, following) => {
                self.begin_field(tag, name, line, following);
            }
            Some(_) => {
                self.unexpected(line.row, line.text);
                self.go_on(line);
            }
            None => self.untagged(line, following),
        }
    }

    fn untagged(&mut self, line: Line<'t>, following: &Lines<'t>) {
        match odd_tag_of(line) {
            Some((tag, name, line)) if !self.is_wrapped_text((tag, name), line, following) => {
                self.unexpected(line.row, line.text);
                self.begin_field(tag, name, line, following);
            }
            _ => self.go_on(line),
        }
    }

    /// Whether what looks like a tag is text that a bank broke before a colon (`13:20:15`), or a
    /// field that cannot stand among entries.
    fn is_wrapped_text(
        &self,
        (tag, name): (Tag, &str),
        line: Line<'t>,
        following: &Lines<'t>,
    ) -> bool {
        let Some(field) = self.field.as_ref().filter(|field| field.is_text()) else { return false };
        let Some(message) = &self.message else { return false };
        let has_entries = field.tag == Tag::Line || message.has_entries();
        if message.has_closing || (!has_entries && tag != Tag::Unknown) {
            return false;
        }
        let after = line.text.as_bytes().get(name.len());
        match tag {
            // Two digits between colons, and digits behind them: a time of day.
            Tag::Unknown => name.len() == 4 && after.is_some_and(u8::is_ascii_digit),
            // An account and what belongs to it is the next message, whose beginning is missing.
            Tag::Account => {
                let next = following.clone().find_map(|line| tag_of(line.text));
                !next.is_some_and(|(tag, _)| tag.is_of_account())
            }
            Tag::Related | Tag::Number | Tag::Floor | Tag::ReportDate => true,
            Tag::Reference => {
                let next = following.clone().find_map(|line| tag_of(line.text));
                !matches!(
                    next,
                    None | Some((
                        Tag::Related
                            | Tag::Account
                            | Tag::Number
                            | Tag::Floor
                            | Tag::ReportDate
                            | Tag::Opening
                            | Tag::NonSwift,
                        _
                    ))
                )
            }
            _ => false,
        }
    }

    fn begin_field(&mut self, tag: Tag, name: &'t str, line: Line<'t>, following: &Lines<'t>) {
        self.end_field();
        if self.message.is_none() && tag == Tag::Unknown {
            // A bank's own line before the message, such as `:940:`.
            return self.stray(line);
        }
        self.is_stray = false;
        self.find_message(tag, line);
        let (row, start) = (line.row, line.start);
        let end = self.without_glued_terminator(tag, line, following);
        self.field = Some(Field { tag, name, row, start, end });
        if end < line.end() {
            self.has_ended_one = true;
            self.end_message();
            self.envelope = Envelope::default();
        }
    }

    /// The end of a field whose line also ends the message: `:62F:C250331EUR9,00-}`.
    fn without_glued_terminator(
        &mut self,
        tag: Tag,
        line: Line<'t>,
        following: &Lines<'t>,
    ) -> usize {
        let is_balance = matches!(tag, Tag::Closing { .. } | Tag::Available);
        // A minus sign behind the amount, if the message goes on.
        let is_sign = || {
            let next = following.clone().find(|line| !bare(line.text).is_empty());
            let next = next.and_then(|line| tag_of(line.text));
            next.is_some_and(|(tag, _)| matches!(tag, Tag::Available | Tag::Details))
        };
        let text = line.text.trim_end_matches(|c: char| c.is_control() || c == ' ');
        let at = match text.find("-}") {
            Some(at) if is_balance || self.envelope.is_open => Some(at),
            _ => text.strip_suffix('-').filter(|_| is_balance && !is_sign()).map(str::len),
        };
        let Some(at) = at else { return line.end() };
        self.unexpected(line.row, &text[at..]);
        line.start + at
    }

    /// Opens the message to which a field belongs, if that is not the one that is open.
    fn find_message(&mut self, tag: Tag, line: Line<'t>) {
        let Some(message) = &self.message else {
            if tag != Tag::Reference {
                self.unexpected(line.row, line.text);
            }
            self.message = Some(Message::begin(line.row));
            return;
        };
        if tag == Tag::Reference {
            if message.has_opening() && !message.has_closing {
                let fault = Fault::new(ProblemCode::FileTruncated, "");
                self.report.row_problem(line.row, fault.expected(":62F:"));
            }
            self.end_message();
            self.message = Some(Message::begin(line.row));
            return;
        }
        if tag == Tag::Account && message.has_entries() && !message.has_closing {
            self.unexpected(line.row, line.text);
            self.end_message();
            self.message = Some(Message::begin(line.row));
            return;
        }
        let is_header =
            matches!(tag, Tag::Account | Tag::Number | Tag::Opening | Tag::Floor | Tag::ReportDate);
        let is_after = message.has_closing || (tag == Tag::Opening && message.has_entries());
        if is_header && is_after {
            let next = message.next_page(line.row);
            self.unexpected(line.row, line.text);
            self.end_message();
            self.message = Some(next);
        }
    }

    /// A line without a tag: it goes on with the field before it.
    fn go_on(&mut self, line: Line<'t>) {
        match &mut self.field {
            Some(field) if field.is_text() || matches!(field.tag, Tag::Account | Tag::Unknown) => {
                field.end = line.end();
            }
            _ => return self.stray(line),
        }
        if let Some(at) = line.text.find("-}").filter(|_| self.envelope.is_open) {
            self.unexpected(line.row, &line.text[at..]);
            if let Some(field) = &mut self.field {
                field.end = line.start + at;
            }
            self.end_message();
            self.envelope = Envelope::default();
        }
    }

    /// A line that belongs to no field; of a run of them the first is reported.
    fn stray(&mut self, line: Line<'t>) {
        if !self.is_stray {
            self.unexpected(line.row, line.text);
        }
        self.is_stray = true;
    }

    fn end_field(&mut self) {
        if let (Some(field), Some(message)) = (self.field.take(), self.message.as_mut()) {
            message.take(&field, self.text, self.report);
        }
    }

    fn end_message(&mut self) {
        self.end_field();
        let message = self.message.take();
        let statement = message.and_then(|message| message.finish(self.report));
        self.found.statements.extend(statement);
    }

    /// A file that ends within a message: in its braces, or after an opening balance alone.
    fn end_of_file(&mut self) {
        let row = self.field.as_ref().map_or(1, |field| field.row);
        self.end_field();
        if self.envelope.is_other {
            let fault = Fault::new(ProblemCode::FileTruncated, "");
            self.report.file_problem(fault.expected("-}"));
        }
        if let Some(message) = &self.message {
            let lacks_closing = message.has_opening() && !message.has_closing;
            let lacks_end = self.has_ended_one && message.has_account() && !message.has_closing;
            let expected = match (lacks_closing, self.envelope.is_open) {
                (true, _) => ":62F:",
                (false, true) => "-}",
                (false, false) => "-",
            };
            if self.envelope.is_open || lacks_closing || lacks_end {
                let fault = Fault::new(ProblemCode::FileTruncated, "");
                self.report.row_problem(row, fault.expected(expected));
            }
        }
        self.end_message();
        if self.found.statements.is_empty() && !self.report.has_any() {
            // A header alone.
            let fault = Fault::new(ProblemCode::FileTruncated, "");
            self.report.file_problem(fault.expected(":20:"));
        }
    }
}
