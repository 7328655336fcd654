//! Figures as people read them: `1,234`, `-270`, `2/3`, `119,666 2/3`.
//!
//! *Shape.* Every amount has one spelling: commas from 1,000 on, a proper fraction in lowest terms
//! behind a blank, a minus sign for a balance below zero.

use num_bigint::BigInt;

use crate::slow::{Q, whole};

/// Writes an amount.
pub fn figure(amount: &Q) -> String {
    let sign = if *amount < whole(0) { "-" } else { "" };
    let size = if *amount < whole(0) { -amount.clone() } else { amount.clone() };
    let units = size.trunc();
    let rest = &size - &units;
    let units_text = with_commas(&units.to_integer().to_string());
    if rest == whole(0) {
        format!("{sign}{units_text}")
    } else if units == whole(0) {
        format!("{sign}{rest}")
    } else {
        format!("{sign}{units_text} {rest}")
    }
}

fn with_commas(digits: &str) -> String {
    let grouped = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<String> = grouped.map(|group| String::from_utf8_lossy(group).into()).collect();
    groups.join(",")
}

/// Reads an amount. `Err` says how it is written, or that it is none.
pub fn read_figure(text: &str) -> Result<Q, String> {
    let none = || format!("`{text}` is no amount, such as `1,234`, `2/3` or `1,234 2/3`");
    let (is_negative, size) = match text.strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text),
    };
    let amount = match (size.split_once(' '), size.contains('/')) {
        (Some((units, rest)), _) => integer(units).zip(fraction(rest)).map(|(a, b)| a + b),
        (None, true) => fraction(size),
        (None, false) => integer(size),
    };
    let amount = amount.ok_or_else(none)?;
    let amount = if is_negative { -amount } else { amount };
    let written = figure(&amount);
    if written == text { Ok(amount) } else { Err(format!("`{text}` is written `{written}`")) }
}

/// Reads a whole amount that is not below zero.
pub(super) fn read_whole(text: &str) -> Result<u128, String> {
    let amount = read_figure(text)?;
    let units = amount.is_integer().then(|| u128::try_from(amount.to_integer()).ok()).flatten();
    units.ok_or_else(|| format!("`{text}` is no whole amount"))
}

fn integer(text: &str) -> Option<Q> {
    let digits = text.replace(',', "");
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse::<BigInt>().ok()).flatten().map(Q::from_integer)
}

fn fraction(text: &str) -> Option<Q> {
    let (above, below) = text.split_once('/')?;
    let (above, below) = (integer(above)?, integer(below)?);
    (below > whole(0)).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_has_one_spelling() {
        for text in ["0", "999", "1,000", "12,345,678", "-270", "2/3", "119,666 2/3", "-1 1/2"] {
            assert_eq!(figure(&read_figure(text).unwrap()), text);
        }
        for (text, written) in [
            ("1000", "1,000"),
            ("1,00", "100"),
            ("4/6", "2/3"),
            ("5/3", "1 2/3"),
            ("007", "7"),
            ("0 1/2", "1/2"),
            ("-0", "0"),
        ] {
            let expected = format!("`{text}` is written `{written}`");
            assert_eq!(read_figure(text).unwrap_err(), expected);
        }
        for text in ["", "x", "1/0", "1.50", "1 2", "--1", "1  1/2", "½"] {
            assert!(read_figure(text).unwrap_err().contains("is no amount"), "{text}");
        }
    }
}
