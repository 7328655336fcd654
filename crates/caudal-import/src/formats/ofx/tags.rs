//! Tags of OFX, with and without closing tags, and the texts behind them.
//!
//! *Shape.* One pass, borrowed, no tree: a tag comes with the text up to the next tag. In SGML a
//! value ends where the next tag begins; in XML its closing tag comes next and says nothing new.
//! Angle brackets that are no tag of capitals belong to the text. Comments belong to the value in
//! which they stand and say nothing; tags within one are reported. There is no DTD to expand.

use std::borrow::Cow;

const CDATA_BEGIN: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";

/// The longest entity that is looked for, with its semicolon.
const ENTITY_LENGTH_MAX: usize = 12;

/// A tag and the text behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
    pub(super) is_closing: bool,
    /// The text up to the next tag, as it stands in the file.
    pub(super) value: &'t str,
    /// Whether comments, declarations or character data stand in the value.
    pub(super) has_markup: bool,
    /// Row in which the tag begins, from 1.
    pub(super) row: u64,
    /// Where the tag begins and ends in the text, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The tags of a text.
pub(super) struct Tags<'t> {
    text: &'t str,
    position: usize,
    /// Rows are counted up to here.
    counted: usize,
    row: u64,
}

impl<'t> Tags<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, position: 0, counted: 0, row: 1 }
    }

    /// The row of the last tag or of the text's end.
    pub(super) fn row_at(&mut self, position: usize) -> u64 {
        let between = self.text.get(self.counted..position).unwrap_or_default();
        self.row += crate::text::count_line_ends(between.as_bytes());
        self.counted = self.counted.max(position);
        self.row
    }

    fn find_from(&self, position: usize, wanted: &str) -> Option<usize> {
        self.text.get(position..)?.find(wanted).map(|at| position + at)
    }

    /// Where the next markup begins that ends a value, and behind it what it is.
    fn next_markup(&self, mut position: usize) -> Option<(usize, Markup<'t>)> {
        loop {
            let at = position + self.text.get(position..)?.bytes().position(|byte| byte == b'<')?;
            match markup(&self.text[at..]) {
                Some(found) => return Some((at, found)),
                None => position = at + 1,
            }
        }
    }
}

impl<'t> Iterator for Tags<'t> {
    type Item = Tag<'t>;

    fn next(&mut self) -> Option<Tag<'t>> {
        loop {
            let (start, found) = self.next_markup(self.position)?;
            let (name, is_closing, length) = match found {
                Markup::Tag { name, is_closing, length } => (name, is_closing, length),
                Markup::Skipped(end) => {
                    let end_of = |at: usize| at + end.len();
                    self.position = self.find_from(start, end).map_or(self.text.len(), end_of);
                    continue;
                }
            };
            let end = start + length;
            let (value_end, has_markup) = self.value_end(end);
            self.position = value_end;
            let row = self.row_at(start);
            let value = &self.text[end..value_end];
            return Some(Tag { name, is_closing, value, has_markup, row, start, end });
        }
    }
}

impl Tags<'_> {
    /// Where the value ends that begins here: at the next tag; and whether other markup stands in it.
    fn value_end(&self, begin: usize) -> (usize, bool) {
        let mut position = begin;
        let mut has_markup = false;
        loop {
            match self.next_markup(position) {
                None => return (self.text.len(), has_markup),
                Some((at, Markup::Skipped(end))) => {
                    has_markup = true;
                    let found = self.find_from(at, end);
                    position = found.map_or(self.text.len(), |found| found + end.len());
                }
                Some((at, Markup::Tag { .. })) => return (at, has_markup),
            }
        }
    }
}

enum Markup<'t> {
    Tag {
        name: &'t str,
        is_closing: bool,
        length: usize,
    },
    /// Up to this text.
    Skipped(&'static str),
}

/// What begins with the angle bracket at the start of a text; `None` if it is only a character.
fn markup(text: &str) -> Option<Markup<'_>> {
    let behind = text.as_bytes().get(1)?;
    if *behind == b'!' || *behind == b'?' {
        // `<! two for one` is a text of a shop, and must not swallow the tag behind it.
        let begins = |is: fn(&u8) -> bool| text.as_bytes().get(2).is_some_and(is);
        return match *behind {
            _ if text.starts_with(CDATA_BEGIN) => Some(Markup::Skipped(CDATA_END)),
            _ if text.starts_with("<!--") => Some(Markup::Skipped("-->")),
            b'!' if begins(u8::is_ascii_uppercase) => Some(Markup::Skipped(">")),
            b'?' if begins(u8::is_ascii_alphabetic) => Some(Markup::Skipped(">")),
            _ => None,
        };
    }
    let is_closing = *behind == b'/';
    let begin = 1 + usize::from(is_closing);
    let is_of_name = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
    };
    let rest = &text.as_bytes()[begin..];
    let length = rest.iter().position(|&byte| !is_of_name(byte))?;
    if !rest[0].is_ascii_uppercase() {
        return None;
    }
    let name = &text[begin..begin + length];
    let tail = &rest[length..];
    let tail_length = match tail[0] {
        b'>' => 1,
        b'/' | b' ' | b'\t' | b'\r' | b'\n' => {
            let end = tail.iter().position(|&byte| byte == b'>' || byte == b'<')?;
            let inner = &tail[..end];
            let is_blank = inner.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b'/');
            let is_end = tail[end] == b'>' && (is_blank || inner.contains(&b'='));
            is_end.then_some(end + 1)?
        }
        _ => return None,
    };
    Some(Markup::Tag { name, is_closing, length: begin + length + tail_length })
}

/// Whether tags stand in a comment or in character data of a value, where they are no tags.
pub(super) fn hides_tags(value: &str) -> bool {
    let mut brackets = value.match_indices('<');
    brackets.any(|(at, _)| matches!(markup(&value[at..]), Some(Markup::Tag { .. })))
}

/// The text that a value means: trimmed, with its entities and character data read.
pub(super) fn text_of(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    if !value.bytes().any(|byte| byte == b'&' || byte == b'<') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((at, end)) = next_skipped(rest) {
        push_decoded(&mut text, &rest[..at]);
        let (skipped, behind) = rest[at..].split_once(end).unwrap_or((&rest[at..], ""));
        text.push_str(skipped.strip_prefix(CDATA_BEGIN).unwrap_or_default());
        rest = behind;
    }
    push_decoded(&mut text, rest);
    Cow::Owned(text.trim().to_owned())
}

/// Where the next comment, declaration or character data begins, and with what it ends.
fn next_skipped(text: &str) -> Option<(usize, &'static str)> {
    text.match_indices('<').find_map(|(at, _)| match markup(&text[at..]) {
        Some(Markup::Skipped(end)) => Some((at, end)),
        _ => None,
    })
}

/// Adds a text with its entities read; those that are not known stay as they are.
fn push_decoded(text: &mut String, mut rest: &str) {
    while let Some((plain, behind)) = rest.split_once('&') {
        text.push_str(plain);
        let end = behind.bytes().take(ENTITY_LENGTH_MAX).position(|byte| byte == b';');
        let entity = end.and_then(|end| Some((entity(behind.get(..end)?)?, end)));
        let (character, length) = entity.map_or(('&', 0), |(known, end)| (known, end + 1));
        text.push(character);
        rest = &behind[length..];
    }
    text.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                    u32::from_str_radix(hex, 16).ok()?
                }
                Some(_) => return None,
                None => crate::formats::mt940::lines::digits(number)?,
            };
            char::from_u32(code).filter(|&character| character != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<String> {
        let line = |tag: Tag<'_>| {
            let slash = if tag.is_closing { "/" } else { "" };
            format!("{} {slash}{} {}", tag.row, tag.name, text_of(tag.value))
        };
        Tags::new(text).map(line).collect()
    }

    #[test]
    fn tags_are_read_with_and_without_their_closing_tags() {
        assert_eq!(
            tags("A:1\r\n<OFX>\r\n<CODE>0\r\n<X.Y>b</X.Y><E/></OFX >"),
            ["2 OFX ", "3 CODE 0", "4 X.Y b", "4 /X.Y ", "4 E ", "4 /OFX "]
        );
    }

    #[test]
    fn angle_brackets_that_are_no_tags_belong_to_the_text() {
        assert_eq!(
            tags("<A>1 < 2 <b> <C d> <> </ <D><?x ?><!-- <Z> --><!DOCTYPE q><E F=\"1\">2<"),
            ["1 A 1 < 2 <b> <C d> <> </", "1 D ", "1 E 2<"]
        );
        assert_eq!(tags("<A>x<![CDATA[<B> & ]]>y<C"), ["1 A x<B> & y<C"]);
        assert_eq!(tags("<A><![CDATA[open <B>"), ["1 A open <B>"]);
        assert_eq!(tags("<!-- open <B>"), Vec::<String>::new());
        assert_eq!(
            tags("<A>4<!-- <Z> -->00.50<B>x <! 2 <?<C>"),
            ["1 A 400.50", "1 B x <! 2 <?", "1 C "]
        );
        assert!(hides_tags("4<!-- <Z> -->") && !hides_tags("4<!-- z -->") && !hides_tags("1 < 2"));
    }

    #[test]
    fn entities_are_read_once_and_unknown_ones_stay() {
        for (text, expected) in [
            ("a &amp;amp; b", "a &amp; b"),
            ("&lt;&gt;&quot;&apos;", "<>\"'"),
            ("&#233;&#xE9;", "éé"),
            ("AT&T &bogus; &#0; &#xD800; &#x+1; & é;", "AT&T &bogus; &#0; &#xD800; &#x+1; & é;"),
        ] {
            assert_eq!(text_of(text), expected);
        }
    }
}
