//! Arithmetic of check digits.
//!
//! *Authority.* The rules are those named in the header of [`super`]. No routine here allocates in
//! proportion to anything but its own text, and texts of the wrong length fail at once.

use super::{Check, is_digits};

/// The remainder by 97 of a text with letters as 10 to 35 (ISO 7064); `None` if it has others.
pub(super) fn mod97(text: &str) -> Option<u32> {
    text.chars().try_fold(0u32, |rest, c| {
        let value = c.to_digit(36).filter(|_| !c.is_ascii_lowercase())?;
        Some((rest * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

/// The two check digits of a Spanish account; `None` unless the parts are 4, 4 and 10 digits.
pub(super) fn ccc_digits(bank: &str, branch: &str, account: &str) -> Option<String> {
    let is_fit = [(bank, 4), (branch, 4), (account, 10)]
        .iter()
        .all(|(text, len)| is_digits(text) && text.len() == *len);
    is_fit.then(|| {
        let first = ccc_digit(&format!("00{bank}{branch}"));
        format!("{first}{}", ccc_digit(account))
    })
}

fn ccc_digit(digits: &str) -> u32 {
    let rest = 11 - weighted(digits, &[1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11;
    match rest {
        10 => 1,
        11 => 0,
        other => other,
    }
}

/// Whether a text is 18 digits of which the last checks the others.
pub(super) fn clabe(text: &str) -> bool {
    if !is_digits(text) || text.len() != 18 {
        return false;
    }
    let products = digits(text).zip([3, 7, 1].into_iter().cycle());
    let sum: u32 = products.take(17).map(|(digit, weight)| digit * weight % 10).sum();
    digits(text).last() == Some((10 - sum % 10) % 10)
}

/// Whether three digits are the code of a bank or payment institution with CLABEs of its own.
pub(super) fn is_mexican_bank(code: &str) -> bool {
    const CODES: &str = "002 006 009 012 014 019 021 030 036 042 044 058 059 060 062 072 106 108 \
        110 112 113 124 126 127 128 129 130 132 133 135 136 137 138 140 141 143 145 147 148 150 \
        151 152 154 155 156 157 158 160 166 168 600 601 602 605 608 610 616 617 618 620 623 630 \
        631 634 636 637 638 646 648 652 653 656 659 661 670 677 680 683 684 685 686 689 699 703 \
        706 710 720 722 723 725 728 729 730 732 734 738 901 902";
    CODES.split_ascii_whitespace().any(|known| known == code)
}

/// Whether a text is an ABA routing number.
pub(super) fn is_routing(text: &str) -> bool {
    let is_fit = is_digits(text) && text.len() == 9;
    let district = text.get(..2).and_then(|front| front.parse::<u8>().ok());
    let is_district = matches!(district, Some(0..=12 | 21..=32 | 61..=72 | 80));
    let weights = [3, 7, 1, 3, 7, 1, 3, 7, 1];
    is_fit
        && is_district
        && text.bytes().any(|b| b != b'0')
        && weighted(text, &weights).is_multiple_of(10)
}

/// Whether a text has the length, the issuer and the check digit of a payment card.
pub(super) fn is_card(text: &str) -> bool {
    if !is_digits(text) {
        return false;
    }
    let front: u32 = text.get(..4).and_then(|front| front.parse().ok()).unwrap_or(0);
    let is_issued = match text.len() {
        13 | 19 => front / 1000 == 4,
        14 => matches!(front, 3000..=3059 | 3600..=3699 | 3800..=3999),
        15 => matches!(front, 3400..=3499 | 3700..=3799),
        16 => {
            matches!(front, 2221..=2720 | 3528..=3589 | 4000..=4999 | 5100..=5599 | 6011 | 6440..=6599)
        }
        _ => false,
    };
    is_issued && luhn(text)
}

fn luhn(text: &str) -> bool {
    let doubled = |digit: u32| digit * 2 / 10 + digit * 2 % 10;
    let values = digits(text).rev().enumerate();
    let sum: u32 = values.map(|(at, d)| if at % 2 == 1 { doubled(d) } else { d }).sum();
    sum.is_multiple_of(10)
}

/// What the checksum of a bech32 address of Bitcoin or Litecoin says; `None` for other texts.
pub(super) fn bech32(lower: &str) -> Option<Check> {
    const CHARSET: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const TAPROOT: u32 = 0x2bc8_30a3;
    let human = ["bc", "tb", "ltc"]
        .into_iter()
        .find(|human| lower.strip_prefix(human).is_some_and(|rest| rest.starts_with('1')))?;
    let data = &lower[human.len() + 1..];
    if !(38..=87).contains(&data.len()) {
        return None;
    }
    let high = human.bytes().map(|byte| u32::from(byte >> 5));
    let low = human.bytes().map(|byte| u32::from(byte & 31));
    let mut sum = high.chain([0]).chain(low).fold(1, polymod);
    for c in data.chars() {
        sum = polymod(sum, u32::try_from(CHARSET.find(c)?).ok()?);
    }
    Some(if matches!(sum, 1 | TAPROOT) { Check::Passed } else { Check::Failed })
}

fn polymod(sum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
    GENERATOR
        .iter()
        .enumerate()
        .filter(|(bit, _)| top >> bit & 1 == 1)
        .fold(shifted, |sum, (_, part)| sum ^ part)
}

/// Whether a text looks like a base58 address: 26 to 35 of its characters, small and capital letters
/// and digits among them. Its checksum would need a digest, so it is not checked.
pub(super) fn is_base58(text: &str) -> bool {
    let is_char = |b: u8| b.is_ascii_alphanumeric() && !matches!(b, b'0' | b'O' | b'I' | b'l');
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    (26..=35).contains(&text.len())
        && text.starts_with(['1', '3', 'L', 'M', 'T', 'D', 'r', 'm', 'n', '2'])
        && text.bytes().all(is_char)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

/// Whether a text is a UETR: a UUID of version 4.
pub(super) fn is_uetr(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            14 => *byte == b'4',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
            _ => byte.is_ascii_hexdigit(),
        })
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')))
}

fn weighted(text: &str, weights: &[u32]) -> u32 {
    digits(text).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_booklets_check() {
        assert_eq!(ccc_digits("0012", "0345", "0000067890").as_deref(), Some("03"));
        assert_eq!(ccc_digits("2100", "0418", "0200051332").as_deref(), Some("45"));
        assert!(clabe("012180004643051249"));
        assert!(!clabe("012180004643051248"));
        assert!(is_routing("021000021"));
        assert!(!is_routing("021000022"));
        assert!(is_card("4111111111111111"));
        assert!(!is_card("4111111111111112"));
        assert_eq!(mod97("506700GE1G29325QX363"), Some(1));
        assert!(is_uetr("4f3c2a10-9d2e-4b7a-8c11-0a1b2c3d4e5f"));
        assert!(!is_uetr("4f3c2a10-9d2e-1b7a-8c11-0a1b2c3d4e5f"));
    }

    #[test]
    fn bech32_addresses_carry_a_checksum() {
        let address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
        assert_eq!(bech32(address), Some(Check::Passed));
        assert_eq!(bech32(&address.replace("f3t4", "f3t5")), Some(Check::Failed));
        assert_eq!(bech32("bc1"), None);
        assert_eq!(bech32("salary"), None);
    }
}
