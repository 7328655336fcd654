//! Maps from a font's codes to Unicode.
//!
//! *Shape.* Only the lists of single codes and of ranges are read, wherever they stand: programs
//! write the frame around them in many ways.
//!
//! *Authority.* ISO 32000-1 section 9.10.3.

use std::collections::BTreeMap;

/// A font has no more codes.
const CODES_MAX: usize = 1 << 16;

/// Texts by code.
pub(super) type UnicodeMap = BTreeMap<u32, String>;

enum Token<'t> {
    Hex(&'t [u8]),
    Open,
    Close,
    Word(&'t [u8]),
}

/// Reads a map.
pub(super) fn read(bytes: &[u8]) -> UnicodeMap {
    let mut map = UnicodeMap::new();
    let mut tokens = Tokens { rest: bytes };
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(b"beginbfchar") => read_chars(&mut tokens, &mut map),
            Token::Word(b"beginbfrange") => read_ranges(&mut tokens, &mut map),
            _ => {}
        }
    }
    map
}

/// `<code> <text>`, until a word ends the list.
fn read_chars(tokens: &mut Tokens<'_>, map: &mut UnicodeMap) {
    while let (Some(Token::Hex(code)), Some(Token::Hex(text))) = (tokens.next(), tokens.next()) {
        put(map, number(code), &units(text), 0);
        // The word that ends the list would be taken for a code.
        if !tokens.is_hex_next() {
            return;
        }
    }
}

/// `<first> <last> <text>` or `<first> <last> [<text> ...]`, until a word ends the list.
fn read_ranges(tokens: &mut Tokens<'_>, map: &mut UnicodeMap) {
    while let (Some(Token::Hex(first)), Some(Token::Hex(last))) = (tokens.next(), tokens.next()) {
        let (first, last) = (number(first), number(last));
        match tokens.next() {
            Some(Token::Hex(text)) => {
                let text = units(text);
                for code in first..=last.min(first.saturating_add(0xffff)) {
                    put(map, code, &text, code - first);
                }
            }
            Some(Token::Open) => {
                let mut code = first;
                while let Some(Token::Hex(text)) = tokens.next() {
                    put(map, code, &units(text), 0);
                    code = code.saturating_add(1);
                }
            }
            _ => return,
        }
        if !tokens.is_hex_next() {
            return;
        }
    }
}

/// Enters a text, of which the last unit is moved on.
fn put(map: &mut UnicodeMap, code: u32, text: &[u16], offset: u32) {
    let mut text = text.to_vec();
    if let Some(last) = text.last_mut() {
        *last = u16::try_from(u32::from(*last) + offset).unwrap_or(0xfffd);
    }
    if map.len() < CODES_MAX {
        map.insert(code, String::from_utf16_lossy(&text));
    }
}

fn digits(hex: &[u8]) -> impl Iterator<Item = u32> {
    hex.iter().filter_map(|&byte| char::from(byte).to_digit(16))
}

fn number(hex: &[u8]) -> u32 {
    digits(hex).take(8).fold(0, |number, digit| number << 4 | digit)
}

/// UTF-16 units; a byte alone is a unit.
fn units(hex: &[u8]) -> Vec<u16> {
    let digits: Vec<u32> = digits(hex).take(256).collect();
    let unit = |digits: &[u32]| {
        let unit = digits.iter().fold(0, |unit, digit| unit << 4 | digit);
        u16::try_from(unit).unwrap_or(0xfffd)
    };
    digits.chunks(4).map(unit).collect()
}

struct Tokens<'t> {
    rest: &'t [u8],
}

impl<'t> Tokens<'t> {
    fn skip_blank(&mut self) {
        let blank = self.rest.iter().take_while(|b| b.is_ascii_whitespace() || **b == 0).count();
        self.rest = &self.rest[blank..];
    }

    fn is_hex_next(&mut self) -> bool {
        self.skip_blank();
        self.rest.starts_with(b"<") && !self.rest.starts_with(b"<<")
    }

    fn next(&mut self) -> Option<Token<'t>> {
        self.skip_blank();
        let first = *self.rest.first()?;
        let (token, length) = match first {
            b'<' if !self.rest.starts_with(b"<<") => {
                let length = self.rest.iter().position(|&byte| byte == b'>')?;
                (Token::Hex(&self.rest[1..length]), length + 1)
            }
            b'[' => (Token::Open, 1),
            b']' => (Token::Close, 1),
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"<[]".contains(byte);
                let length = self.rest.iter().skip(1).position(ends);
                let length = length.map_or(self.rest.len(), |length| length + 1);
                (Token::Word(&self.rest[..length]), length)
            }
        };
        self.rest = &self.rest[length..];
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_codes_ranges_and_lists_are_read() {
        let map = read(
            b"/X << /Y 1 >> def 2 beginbfchar <01><0041>\n<02> <00660069> endbfchar\n\
              2 beginbfrange <0010> <0012> <0061> <20> <21> [<0031> <0032>] endbfrange end",
        );
        let texts: Vec<_> = map.iter().map(|(code, text)| format!("{code}{text}")).collect();
        assert_eq!(texts, ["1A", "2fi", "16a", "17b", "18c", "321", "332"]);
        assert_eq!(read(b"beginbfrange <00> <FFFFFFFF> <00").len(), 0);
        assert_eq!(read(b"beginbfrange <00> <FFFFFFFF> <00>").len(), CODES_MAX);
    }
}
