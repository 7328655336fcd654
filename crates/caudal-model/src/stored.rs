//! How money lies in a file of columns; and all that stores columns, for those who store tables.

pub use caudal_columns::stored::*;

use crate::{Currency, Money};

impl Numbered<1> for Currency {
    /// The letters of its code.
    fn numbers(&self) -> [u64; 1] {
        [self.code().bytes().fold(0, |sum, letter| sum << 8 | u64::from(letter))]
    }

    fn from_numbers([number]: [u64; 1]) -> Option<Self> {
        let letters = number.to_be_bytes();
        let code = std::str::from_utf8(&letters).ok()?.trim_start_matches('\0');
        Self::from_code(code).filter(|currency| currency.numbers() == [number])
    }
}

impl Numbered<3> for Money {
    fn numbers(&self) -> [u64; 3] {
        let ([low, high], [code]) = (halves(self.minor), self.currency.numbers());
        [low, high, code]
    }

    fn from_numbers([low, high, code]: [u64; 3]) -> Option<Self> {
        Some(Self { minor: whole([low, high]), currency: Currency::from_numbers([code])? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_fits_a_number() {
        for code in Currency::all_codes() {
            let currency = Currency::from_code(code).expect("in the table");
            assert_eq!(Currency::from_numbers(currency.numbers()), Some(currency), "{code}");
        }
        assert_eq!(Currency::from_numbers([0]), None);
        assert_eq!(Currency::from_numbers([u64::MAX]), None);
    }
}
