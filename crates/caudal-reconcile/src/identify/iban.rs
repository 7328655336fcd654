//! The countries of the IBAN: lengths, and where bank and account number stand.
//!
//! *Authority.* ISO 13616, as registered. Countries without an IBAN (Mexico, the United States,
//! Panama, Colombia) are not in the table, so their numbers are never taken for one.
//! *Units.* Positions count characters of the whole IBAN from 0; ends are exclusive.

use super::check::{ccc_digits, mod97};
use super::{Check, is_digits};

/// Country, length, and where bank and account number begin and end.
type Country = (&'static str, usize, (usize, usize), (usize, usize));

#[rustfmt::skip]
const COUNTRIES: &[Country] = &[
    ("AD", 24, (4, 8), (12, 24)), ("AE", 23, (4, 7), (7, 23)), ("AL", 28, (4, 12), (12, 28)),
    ("AT", 20, (4, 9), (9, 20)), ("AZ", 28, (4, 8), (8, 28)), ("BA", 20, (4, 7), (10, 18)),
    ("BE", 16, (4, 7), (7, 14)), ("BG", 22, (4, 8), (14, 22)), ("BH", 22, (4, 8), (8, 22)),
    ("BI", 27, (4, 9), (14, 25)), ("BR", 29, (4, 12), (17, 27)), ("BY", 28, (4, 8), (12, 28)),
    ("CH", 21, (4, 9), (9, 21)), ("CR", 22, (4, 8), (8, 22)), ("CY", 28, (4, 7), (12, 28)),
    ("CZ", 24, (4, 8), (8, 24)), ("DE", 22, (4, 12), (12, 22)), ("DJ", 27, (4, 9), (14, 25)),
    ("DK", 18, (4, 8), (8, 18)), ("DO", 28, (4, 8), (8, 28)), ("EE", 20, (4, 6), (8, 20)),
    ("EG", 29, (4, 8), (12, 29)), ("ES", 24, (4, 8), (14, 24)), ("FI", 18, (4, 10), (10, 18)),
    ("FK", 18, (4, 6), (6, 18)), ("FO", 18, (4, 8), (8, 18)), ("FR", 27, (4, 9), (14, 25)),
    ("GB", 22, (4, 8), (14, 22)), ("GE", 22, (4, 6), (6, 22)), ("GI", 23, (4, 8), (8, 23)),
    ("GL", 18, (4, 8), (8, 18)), ("GR", 27, (4, 7), (11, 27)), ("GT", 28, (4, 8), (12, 28)),
    ("HN", 28, (4, 8), (8, 28)), ("HR", 21, (4, 11), (11, 21)), ("HU", 28, (4, 7), (12, 28)),
    ("IE", 22, (4, 8), (14, 22)), ("IL", 23, (4, 7), (10, 23)), ("IQ", 23, (4, 8), (11, 23)),
    ("IS", 26, (4, 8), (10, 16)), ("IT", 27, (5, 10), (15, 27)), ("JO", 30, (4, 8), (12, 30)),
    ("KW", 30, (4, 8), (8, 30)), ("KZ", 20, (4, 7), (7, 20)), ("LB", 28, (4, 8), (8, 28)),
    ("LC", 32, (4, 8), (8, 32)), ("LI", 21, (4, 9), (9, 21)), ("LT", 20, (4, 9), (9, 20)),
    ("LU", 20, (4, 7), (7, 20)), ("LV", 21, (4, 8), (8, 21)), ("LY", 25, (4, 7), (10, 25)),
    ("MC", 27, (4, 9), (14, 25)), ("MD", 24, (4, 6), (6, 24)), ("ME", 22, (4, 7), (7, 20)),
    ("MK", 19, (4, 7), (7, 17)), ("MN", 20, (4, 8), (8, 20)), ("MR", 27, (4, 9), (14, 25)),
    ("MT", 31, (4, 8), (13, 31)), ("MU", 30, (4, 10), (12, 24)), ("NI", 28, (4, 8), (8, 28)),
    ("NL", 18, (4, 8), (8, 18)), ("NO", 15, (4, 8), (8, 15)), ("OM", 23, (4, 7), (7, 23)),
    ("PK", 24, (4, 8), (8, 24)), ("PL", 28, (4, 12), (12, 28)), ("PS", 29, (4, 8), (8, 29)),
    ("PT", 25, (4, 8), (12, 23)), ("QA", 29, (4, 8), (8, 29)), ("RO", 24, (4, 8), (8, 24)),
    ("RS", 22, (4, 7), (7, 20)), ("RU", 33, (4, 13), (18, 33)), ("SA", 24, (4, 6), (6, 24)),
    ("SC", 31, (4, 8), (12, 28)), ("SD", 18, (4, 6), (6, 18)), ("SE", 24, (4, 7), (7, 24)),
    ("SI", 19, (4, 9), (9, 17)), ("SK", 24, (4, 8), (8, 24)), ("SM", 27, (5, 10), (15, 27)),
    ("SO", 23, (4, 8), (11, 23)), ("ST", 25, (4, 8), (12, 23)), ("SV", 28, (4, 8), (8, 28)),
    ("TL", 23, (4, 7), (7, 21)), ("TN", 24, (4, 6), (9, 22)), ("TR", 26, (4, 9), (10, 26)),
    ("UA", 29, (4, 10), (10, 29)), ("VA", 22, (4, 7), (7, 22)), ("VG", 24, (4, 8), (8, 24)),
    ("XK", 20, (4, 8), (8, 18)), ("YE", 30, (4, 8), (12, 30)),
];

fn country(text: &str) -> Option<&'static Country> {
    let code = text.get(..2)?;
    COUNTRIES.iter().find(|(known, ..)| *known == code)
}

/// What the check digits say of a text in capitals without spaces; `None` if it is no IBAN. Texts up
/// to two characters too long or too short are IBANs that fail.
pub(super) fn check(text: &str) -> Option<Check> {
    let (_, length, ..) = country(text)?;
    let is_shaped = text.len().abs_diff(*length) <= 2
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && is_digits(text.get(2..4)?)
        && text.bytes().filter(u8::is_ascii_digit).count() >= 8;
    if !is_shaped {
        return None;
    }
    let turned = format!("{}{}", &text[4..], &text[..4]);
    let passes = text.len() == *length && mod97(&turned) == Some(1) && is_spanish_fit(text);
    Some(if passes { Check::Passed } else { Check::Failed })
}

/// Whether a text is an IBAN of the right length, whatever its check digits say.
pub(super) fn is_whole(text: &str) -> bool {
    check(text).is_some() && country(text).is_some_and(|country| country.1 == text.len())
}

/// A Spanish IBAN holds a CCC, with check digits of its own.
fn is_spanish_fit(iban: &str) -> bool {
    let Some(ccc) = iban.strip_prefix("ES").and_then(|rest| rest.get(2..)) else { return true };
    let part = |from, to| ccc.get(from..to).unwrap_or("");
    ccc_digits(part(0, 4), part(4, 8), part(10, 20)).is_some_and(|fit| fit == part(8, 10))
}

/// The IBAN of a country's own account number, with its check digits.
pub(super) fn of(country: &str, number: &str) -> Option<String> {
    let digits = 98 - mod97(&format!("{number}{country}00"))?;
    Some(format!("{country}{digits:02}{number}"))
}

/// Code of the bank and account number of an IBAN.
pub(super) fn parts(iban: &str) -> Option<(&str, &str)> {
    let &(_, _, bank, account) = country(iban)?;
    Some((iban.get(bank.0..bank.1)?, iban.get(account.0..account.1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_parts_stand_in_the_table_once() {
        for pair in COUNTRIES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
        for (country, length, bank, account) in COUNTRIES {
            assert!(bank.0 < bank.1 && bank.1 <= account.0, "{country}");
            assert!(account.0 < account.1 && account.1 <= *length, "{country}");
        }
    }
}
