//! Exact signed decimals: what a statement prints before its currency is certain.
//!
//! *Units.* `unscaled` divided by ten to the power of `scale`. No floating point.

use std::cmp::Ordering;
use std::fmt;

/// The most decimals that are kept.
pub const SCALE_MAX: u8 = 18;

/// An exact decimal number. Two are equal when they are the same number, whatever their zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decimal {
    unscaled: i128,
    scale: u8,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { unscaled: 0, scale: 0 };

    /// `unscaled` divided by ten to the power of `scale`; `None` beyond [`SCALE_MAX`] decimals or
    /// 10²⁰ units, so that sums of decimals at any scale are exact.
    pub fn new(unscaled: i128, scale: u8) -> Option<Self> {
        if scale > SCALE_MAX {
            return None;
        }
        let limit = 10u128.pow(20) * 10u128.pow(u32::from(scale)).min(10u128.pow(17));
        (unscaled.unsigned_abs() < limit).then_some(Self { unscaled, scale })
    }

    /// Minor units of a currency with `exponent` decimals.
    pub fn from_minor(minor: i128, exponent: u8) -> Option<Self> {
        Self::new(minor, exponent)
    }

    /// Reads plain decimal text with a point and at most a leading sign: `-1204.50`, `+7`, `.5`,
    /// `12.`. Separators of thousands and decimal commas are the reader's business.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = if fraction.len() > usize::from(SCALE_MAX) {
            fraction.trim_end_matches('0')
        } else {
            fraction
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let scale = u8::try_from(fraction.len()).ok()?;
        let mut unscaled = 0i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
            unscaled = unscaled.checked_mul(10)?.checked_add(digit)?;
        }
        Self::new(sign * unscaled, scale)
    }

    /// Number of decimals as written.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// The number in units of ten to the power of minus `exponent`; `None` if digits would be lost.
    pub fn minor(self, exponent: u8) -> Option<i128> {
        if let Some(zeros) = exponent.checked_sub(self.scale) {
            return self.unscaled.checked_mul(10i128.checked_pow(u32::from(zeros))?);
        }
        let divisor = 10i128.pow(u32::from(self.scale - exponent));
        (self.unscaled % divisor == 0).then(|| self.unscaled / divisor)
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.unscaled < 0
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.unscaled == 0
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { unscaled: self.unscaled.abs(), ..self }
    }

    /// The sum; `None` beyond the range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let sum = self.minor(scale)?.checked_add(other.minor(scale)?)?;
        Some(Self { unscaled: sum, scale })
    }

    /// The difference; `None` beyond the range.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(-other)
    }
}

impl std::ops::Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        Self { unscaled: -self.unscaled, ..self }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        match (self.minor(scale), other.minor(scale)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Only one of them can be too large for the common scale: the sign tells.
            (None, _) => self.unscaled.cmp(&0),
            (_, None) => 0.cmp(&other.unscaled),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let text = crate::format_minor(self.unscaled.unsigned_abs(), self.scale);
        write!(f, "{sign}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a decimal")
    }

    #[test]
    fn decimals_are_read_and_written() {
        for text in ["0", "-1204.50", "7", "0.000000000000000001", "99999999999999999999"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(decimal(".5").to_string(), "0.5");
        assert_eq!(decimal("12.").to_string(), "12");
        assert_eq!(decimal("+3.0000000000000000000000"), decimal("3"));
        for text in ["", ".", "-", "1,5", "1e3", "0.0000000000000000001", "100000000000000000000"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn equal_numbers_are_equal_whatever_their_zeros() {
        assert_eq!(decimal("1.50"), decimal("1.5"));
        assert!(decimal("-2") < decimal("0.01"));
        assert_eq!(decimal("1.50").minor(2), Some(150));
        assert_eq!(decimal("1.505").minor(2), None);
        assert_eq!(decimal("1.500").minor(1), Some(15));
    }

    #[test]
    fn sums_are_exact() {
        let sum = decimal("0.1").checked_add(decimal("0.25"));
        assert_eq!(sum, Some(decimal("0.35")));
        assert_eq!(decimal("1").checked_sub(decimal("1.01")), Some(decimal("-0.01")));
    }
}
