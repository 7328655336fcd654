//! Lines, numbers and characters of statement files.

use caudal_model::format_minor;

/// A text of which the lines are counted.
pub(super) struct Lines {
    text: String,
    end: &'static str,
    count: u64,
}

impl Lines {
    /// An empty text whose lines end so.
    pub(super) const fn new(end: &'static str) -> Self {
        Self { text: String::new(), end, count: 0 }
    }

    /// Adds a line; its number, from 1.
    pub(super) fn push(&mut self, line: impl AsRef<str>) -> u64 {
        self.text.push_str(line.as_ref());
        self.text.push_str(self.end);
        self.count += 1;
        self.count
    }

    /// The number of the next line.
    pub(super) const fn next_row(&self) -> u64 {
        self.count + 1
    }

    pub(super) fn into_utf8(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    /// The text in Windows-1252. Worlds use only letters that it shares with Latin-1.
    pub(super) fn into_windows_1252(self) -> Vec<u8> {
        self.text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
    }
}

/// `1234.50`, without a sign.
pub(super) fn point(minor: i128) -> String {
    format_minor(minor.unsigned_abs(), 2)
}

/// `-1234.50`.
pub(super) fn signed_point(minor: i128) -> String {
    format!("{}{}", if minor < 0 { "-" } else { "" }, point(minor))
}

/// `1234,50`, without a sign.
pub(super) fn comma(minor: i128) -> String {
    point(minor).replace('.', ",")
}

/// `-1.234,50`.
pub(super) fn spanish(minor: i128) -> String {
    let text = comma(minor);
    let (whole, fraction) = text.split_once(',').expect("two decimals");
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("{}{grouped},{fraction}", if minor < 0 { "-" } else { "" })
}

/// The text without accents, in capitals: what formats of few characters can hold.
pub(super) fn plain(text: &str) -> String {
    let fold = |c: char| match c {
        'á' | 'ä' => 'A',
        'é' => 'E',
        'í' => 'I',
        'ó' | 'ö' => 'O',
        'ú' | 'ü' => 'U',
        'ñ' => 'N',
        _ => c.to_ascii_uppercase(),
    };
    text.chars().map(fold).collect()
}

/// At most so many characters from the beginning.
pub(super) fn cut(text: &str, length: usize) -> &str {
    text.char_indices().nth(length).map_or(text, |(end, _)| &text[..end]).trim_end()
}
