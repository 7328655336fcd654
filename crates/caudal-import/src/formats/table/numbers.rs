//! Amounts as banks print them, read with a decimal point or a decimal comma.
//!
//! *Shape.* Pure functions of one cell, without allocation. A text is a number under a mark or it
//! is none: groups of thousands must be whole, so that `1.488,69` tells its mark by itself, and
//! `1.000` does not.

use caudal_model::{Currency, Decimal};

use super::grid::{CellKind, GridCell};
use crate::profile::DecimalMark;

/// The sign that a text carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// None.
    Open,
    /// `+` or `CR`.
    Plus,
    /// `-`, parentheses or `DR`.
    Minus,
}

/// A number, its sign apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) magnitude: Decimal,
    pub(super) sign: Sign,
}

impl Number {
    /// The number with its sign.
    pub(super) fn signed(self) -> Decimal {
        if self.sign == Sign::Minus { -self.magnitude } else { self.magnitude }
    }
}

/// Words and letters behind or before a number that tell its sign.
const DEBIT_WORDS: &[&str] = &["DR", "DB", "D", "OD", "DEBE", "CARGO"];
const CREDIT_WORDS: &[&str] = &["CR", "C", "HABER", "ABONO"];

/// Reads a cell under a mark.
pub(super) fn read(cell: &GridCell<'_>, mark: DecimalMark) -> Option<Number> {
    match cell.kind {
        CellKind::Text => read_text(&cell.text, mark),
        CellKind::Number => {
            let value = Decimal::parse(&cell.text)?;
            let sign = if value.is_negative() { Sign::Minus } else { Sign::Open };
            Some(Number { magnitude: value.abs(), sign })
        }
        CellKind::Day => None,
    }
}

/// Reads a text under a mark.
pub(super) fn read_text(text: &str, mark: DecimalMark) -> Option<Number> {
    let (digits, sign, _) = strip(text)?;
    Some(Number { magnitude: parse(digits, mark)?, sign })
}

/// The currency that is written beside a number.
pub(super) fn currency(text: &str) -> Option<Currency> {
    strip(text)?.2
}

/// Takes signs, symbols and words off a number.
fn strip(text: &str) -> Option<(&str, Sign, Option<Currency>)> {
    let mut rest = text.trim();
    let mut sign = Sign::Open;
    let mut currency = None;
    // A sign, a symbol and a word on either side are all that banks write; more is no number.
    for _ in 0..8 {
        let (first, last) = (rest.chars().next()?, rest.chars().next_back()?);
        let begins = first.is_ascii_digit() || matches!(first, '.' | ',');
        let ends = last.is_ascii_digit() || matches!(last, '.' | ',');
        if begins && ends {
            return Some((rest, sign, currency));
        }
        let (taken, left) = if first == '(' && last == ')' {
            ("(", rest[1..rest.len() - 1].trim())
        } else if begins {
            let start = rest.trim_end_matches(char::is_alphabetic).len();
            let start = start.min(rest.len() - last.len_utf8());
            (&rest[start..], rest[..start].trim_end())
        } else {
            let end = rest.len() - rest.trim_start_matches(char::is_alphabetic).len();
            let end = end.max(first.len_utf8());
            (&rest[..end], rest[end..].trim_start())
        };
        take_mark(taken, &mut sign, &mut currency)?;
        rest = left;
    }
    None
}

/// Takes one sign, symbol or word in; `None` if a number has no such thing, or has two signs.
fn take_mark(taken: &str, sign: &mut Sign, currency: &mut Option<Currency>) -> Option<()> {
    let is_word = |words: &[&str]| words.iter().any(|word| taken.eq_ignore_ascii_case(word));
    let told = match taken {
        "-" | "\u{2212}" | "\u{2013}" | "(" => Sign::Minus,
        "+" => Sign::Plus,
        "$" | "\u{a5}" => return Some(()),
        "US" | "us" => return remember(currency, "USD"),
        "MX" => return remember(currency, "MXN"),
        "\u{20ac}" => return remember(currency, "EUR"),
        "\u{a3}" => return remember(currency, "GBP"),
        _ if is_word(DEBIT_WORDS) => Sign::Minus,
        _ if is_word(CREDIT_WORDS) => Sign::Plus,
        _ => return remember(currency, taken),
    };
    let is_first = *sign == Sign::Open;
    *sign = told;
    is_first.then_some(())
}

fn remember(currency: &mut Option<Currency>, code: &str) -> Option<()> {
    *currency = Some(Currency::from_code(code)?);
    Some(())
}

fn parse(digits: &str, mark: DecimalMark) -> Option<Decimal> {
    let mark = if mark == DecimalMark::Point { '.' } else { ',' };
    let (whole, fraction) = digits.split_once(mark).unwrap_or((digits, ""));
    let mut total = Total::default();
    if fraction.is_empty() && whole.is_empty() {
        return None;
    }
    total.whole(whole, mark)?;
    for byte in fraction.bytes() {
        total.digit(char::from(byte))?;
    }
    Decimal::new(total.unscaled, u8::try_from(fraction.len()).ok()?)
}

#[derive(Default)]
struct Total {
    unscaled: i128,
}

impl Total {
    fn digit(&mut self, c: char) -> Option<()> {
        let digit = i128::from(c.to_digit(10)?);
        self.unscaled = self.unscaled.checked_mul(10)?.checked_add(digit)?;
        Some(())
    }

    /// The digits before the decimals: alone, or in groups of three (of two, as in India, before
    /// the last) that one separator keeps apart.
    fn whole(&mut self, whole: &str, mark: char) -> Option<()> {
        let mut separator = None;
        let mut length = 0;
        for c in whole.chars() {
            if c.is_ascii_digit() {
                self.digit(c)?;
                length += 1;
                continue;
            }
            let is_separator = c != mark
                && matches!(c, '.' | ',' | '\'' | '\u{2019}' | ' ' | '\u{a0}' | '\u{202f}');
            let is_fit = match separator {
                None => (1..=3).contains(&length) && self.unscaled > 0,
                Some(known) => known == c && (2..=3).contains(&length),
            };
            if !is_separator || !is_fit {
                return None;
            }
            separator = Some(c);
            length = 0;
        }
        (separator.is_none() || length == 3).then_some(())
    }
}

/// What a column says of its mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct MarkEvidence {
    pub(super) is_point_possible: bool,
    pub(super) is_comma_possible: bool,
}

impl Default for MarkEvidence {
    fn default() -> Self {
        Self { is_point_possible: true, is_comma_possible: true }
    }
}

impl MarkEvidence {
    /// Adds what one cell says; what is a number under neither mark says nothing.
    pub(super) fn add(&mut self, cell: &GridCell<'_>) {
        let is_plain = cell.kind != CellKind::Text || cell.text.bytes().all(|b| b.is_ascii_digit());
        if is_plain {
            return;
        }
        let point = read(cell, DecimalMark::Point);
        let comma = read(cell, DecimalMark::Comma);
        match (point, comma) {
            (Some(_), None) => self.is_comma_possible = false,
            (None, Some(_)) => self.is_point_possible = false,
            _ => {}
        }
    }

    /// The marks that are left: both where nothing decides, none where the column uses both.
    pub(super) fn candidates(self) -> Vec<DecimalMark> {
        let mut marks = Vec::new();
        if self.is_point_possible {
            marks.push(DecimalMark::Point);
        }
        if self.is_comma_possible {
            marks.push(DecimalMark::Comma);
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(text: &str) -> [Option<String>; 2] {
        [DecimalMark::Point, DecimalMark::Comma]
            .map(|mark| read_text(text, mark).map(|number| number.signed().to_string()))
    }

    fn check(text: &str, point: &str, comma: &str) {
        let expected = [point, comma].map(|text| (text != "-").then(|| text.to_owned()));
        assert_eq!(readings(text), expected, "{text}");
    }

    #[test]
    fn a_number_tells_its_mark_or_does_not() {
        check("1.488,69", "-", "1488.69");
        check("1,488.69", "1488.69", "-");
        check("-110.7", "-110.7", "-");
        check("-1.000", "-1.000", "-1000");
        check("25,000", "25000", "25.000");
        check("0.500", "0.500", "-");
        check("1234.567", "1234.567", "-");
        check("1.234.567", "-", "1234567");
        check("12,34,567.00", "1234567.00", "-");
        check("1000", "1000", "1000");
        check(".5", "0.5", "-");
        check("1,23,4", "-", "-");
    }

    #[test]
    fn signs_symbols_and_spaces_are_understood() {
        for text in
            ["(1 204,50)", "1\u{a0}204,50-", "\u{2212}1\u{202f}204,50 \u{20ac}", "-EUR 1'204,50"]
        {
            check(text, "-", "-1204.50");
        }
        check("1,204.50 DR", "-1204.50", "-");
        check("US$ 1,204.50 CR", "1204.50", "-");
        check("$-5.00", "-5.00", "-");
        check("--5.00", "-", "-");
        check("5.00 apples", "-", "-");
        check("", "-", "-");
        check("-", "-", "-");
        assert_eq!(currency("12,00 \u{20ac}").map(Currency::code), Some("EUR"));
        assert_eq!(currency("MXN 12.00").map(Currency::code), Some("MXN"));
        assert_eq!(currency("$12.00"), None);
        assert_eq!(currency("US$ 12.00").map(Currency::code), Some("USD"));
    }
}
