//! Exact amounts: a count of minor units, read from and written as decimal text.
//!
//! *Units.* Minor units of the currency, never negative in a transfer. No floating point.

use crate::Currency;

/// An exact amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Minor units, such as cents.
    pub minor: u128,
    /// What is counted.
    pub currency: Currency,
}

impl Money {
    /// The amount as plain decimal text without the currency, such as `1204.50`.
    pub fn to_decimal(self) -> String {
        format_minor(self.minor, self.currency.exponent())
    }
}

/// Why a text is not an amount of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountError {
    /// No text.
    Empty,
    /// A minus sign, or accounting parentheses, before a number that is otherwise readable.
    Negative,
    /// Thousands separators or a decimal comma: `1.234,56`, `1,234.56`, `1 204.50`.
    Separators,
    /// More decimals than the currency has, not all of them zero.
    TooManyDecimals,
    /// More digits than 128 bits hold.
    TooLarge,
    /// Anything else.
    NotANumber,
}

/// Reads plain decimal text such as `1204.50` as minor units of a currency with `exponent`
/// decimals. Trailing zeros beyond the exponent are accepted, since they change nothing.
///
/// ```
/// use caudal_model::{parse_minor, AmountError};
/// assert_eq!(parse_minor("1204.5", 2), Ok(120_450));
/// assert_eq!(parse_minor("0.001", 2), Err(AmountError::TooManyDecimals));
/// assert_eq!(parse_minor("1,234.56", 2), Err(AmountError::Separators));
/// ```
pub fn parse_minor(text: &str, exponent: u8) -> Result<u128, AmountError> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(classify(text));
    }
    let kept = usize::from(exponent).min(fraction.len());
    let (fraction, beyond) = fraction.split_at(kept);
    if beyond.bytes().any(|b| b != b'0') {
        return Err(AmountError::TooManyDecimals);
    }
    let zeros = usize::from(exponent) - kept;
    whole
        .bytes()
        .chain(fraction.bytes())
        .chain(std::iter::repeat_n(b'0', zeros))
        .try_fold(0u128, |sum, digit| sum.checked_mul(10)?.checked_add(u128::from(digit - b'0')))
        .ok_or(AmountError::TooLarge)
}

fn classify(text: &str) -> AmountError {
    if text.is_empty() {
        return AmountError::Empty;
    }
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let unsigned = inner.or_else(|| text.strip_prefix(['-', '\u{2212}'])).unwrap_or(text);
    let is_separator = |c: char| matches!(c, '.' | ',' | '\'' | ' ' | '\u{a0}' | '\u{202f}');
    let numeric = unsigned.chars().any(|c| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || is_separator(c));
    match (numeric, unsigned.len() < text.len()) {
        (true, true) => AmountError::Negative,
        (true, false) => AmountError::Separators,
        (false, _) => AmountError::NotANumber,
    }
}

/// Writes minor units as plain decimal text with exactly `exponent` decimals.
///
/// ```
/// assert_eq!(caudal_model::format_minor(120_450, 2), "1204.50");
/// assert_eq!(caudal_model::format_minor(7, 0), "7");
/// ```
pub fn format_minor(minor: u128, exponent: u8) -> String {
    let exponent = usize::from(exponent);
    let digits = format!("{minor:0>width$}", width = exponent + 1);
    let (whole, fraction) = digits.split_at(digits.len() - exponent);
    if exponent == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, exponent: u8, expected: Result<u128, AmountError>) {
        assert_eq!(parse_minor(text, exponent), expected, "{text} with {exponent} decimals");
    }

    #[test]
    fn plain_decimals_are_read_exactly() {
        check("1204.50", 2, Ok(120_450));
        check("0.01", 2, Ok(1));
        check(".5", 2, Ok(50));
        check("5.", 2, Ok(500));
        check("173600", 18, Ok(173_600_000_000_000_000_000_000));
        check("1.500", 2, Ok(150));
    }

    #[test]
    fn what_is_not_plain_is_told_apart() {
        check("1.234,56", 2, Err(AmountError::Separators));
        check("1,234.56", 2, Err(AmountError::Separators));
        check("1.234.567", 2, Err(AmountError::Separators));
        check("-5.00", 2, Err(AmountError::Negative));
        check("(5.00)", 2, Err(AmountError::Negative));
        check("1.005", 2, Err(AmountError::TooManyDecimals));
        check("1.5", 0, Err(AmountError::TooManyDecimals));
        check("", 2, Err(AmountError::Empty));
        check("12e3", 2, Err(AmountError::NotANumber));
        check("NaN", 2, Err(AmountError::NotANumber));
        check(&"9".repeat(60), 2, Err(AmountError::TooLarge));
    }

    #[test]
    fn written_amounts_read_back() {
        for minor in [0, 1, 99, 100, 120_450, u128::from(u64::MAX)] {
            for exponent in [0, 2, 8, 18] {
                assert_eq!(parse_minor(&format_minor(minor, exponent), exponent), Ok(minor));
            }
        }
    }
}
