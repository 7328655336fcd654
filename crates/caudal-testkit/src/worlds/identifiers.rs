//! Account numbers with right check digits, at banks that do not exist.
//!
//! *Authority.* ISO 13616 and ISO 7064 for IBANs, the AEB's CCC, Banxico's CLABE, the ABA's routing
//! numbers; the rules are those of the project's description of formats, section 15.
//! *Shape.* Bank codes begin with nines (with zeros for routing numbers), which nobody is given.

/// The number of an account at a Spanish bank, from bank, branch and the account's last ten digits.
pub(super) fn spanish_iban(bank: u64, branch: u64, account: u64) -> String {
    let (bank, branch, account) =
        (format!("{bank:04}"), format!("{branch:04}"), format!("{account:010}"));
    let first = ccc_digit(&format!("00{bank}{branch}"));
    let second = ccc_digit(&account);
    iban("ES", &format!("{bank}{branch}{first}{second}{account}"))
}

/// The number of an account at a German bank.
pub(super) fn german_iban(bank: u64, account: u64) -> String {
    iban("DE", &format!("{bank:08}{account:010}"))
}

/// The number of an account at a Mexican bank.
pub(super) fn clabe(bank: u64, place: u64, account: u64) -> String {
    let digits = format!("{bank:03}{place:03}{account:011}");
    let weighted = |(at, digit): (usize, u32)| digit * [3, 7, 1][at % 3] % 10;
    let sum: u32 = values(&digits).enumerate().map(weighted).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A routing number of the United States from its first eight digits.
pub(super) fn routing(stem: u64) -> String {
    let digits = format!("{stem:08}");
    let weighted = |(at, digit): (usize, u32)| digit * [3, 7, 1][at % 3];
    let sum: u32 = values(&digits).enumerate().map(weighted).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn values(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|digit| digit.to_digit(36))
}

/// One of the two check digits of a CCC, over ten digits.
fn ccc_digit(digits: &str) -> u32 {
    let weights = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let sum: u32 = values(digits).zip(weights).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        10 => 1,
        11 => 0,
        digit => digit,
    }
}

/// A national number with its country and the two digits that leave 1 modulo 97.
fn iban(country: &str, national: &str) -> String {
    let turned = format!("{national}{country}00");
    let append = |rest: u32, value: u32| {
        if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }
    };
    let rest = values(&turned).fold(0, append);
    format!("{country}{:02}{national}", 98 - rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_come_out() {
        assert_eq!(spanish_iban(2100, 418, 200_051_332), "ES9121000418450200051332");
        assert_eq!(spanish_iban(12, 345, 67_890), "ES0700120345030000067890");
        assert_eq!(german_iban(37_040_044, 532_013_000), "DE89370400440532013000");
        assert_eq!(clabe(12, 180, 464_305_124), "012180004643051249");
        assert_eq!(routing(2_100_002), "021000021");
    }
}
