//! The field of an account (`:25:`): bank, number, currency, in whatever order a bank writes them.
//!
//! *Authority.* Public samples.

use caudal_model::Currency;

/// What the field of an account holds.
pub(super) struct Parts<'t> {
    pub(super) bank: &'t str,
    pub(super) number: &'t str,
    pub(super) currency: Option<Currency>,
}

impl<'t> Parts<'t> {
    /// Splits `BIC/number`, `number`, `number/bank`, each with or without a currency behind it or
    /// behind another slash. What may be split in two ways stays whole: two accounts never get one
    /// name.
    pub(super) fn of(value: &'t str) -> Self {
        let is_around = [' ', '/'];
        let (before, behind) = value.split_once('/').unwrap_or(("", value));
        if Currency::from_code(behind).is_some_and(|currency| currency.code() == behind) {
            let currency = Currency::from_code(behind);
            return Self { bank: "", number: before.trim_matches(is_around), currency };
        }
        let (number, currency) = split_currency(behind.trim_matches(is_around));
        let bank = before.trim();
        let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        // Czech and Slovak banks write their code of four digits behind the number.
        let is_code_behind = !bank.is_empty() && is_digits(bank) && number.len() <= 4;
        let is_number_before = is_digits(number) && bank.len() > 4 && bank.len() != 8;
        if !is_code_behind {
            Self { bank, number, currency }
        } else if is_number_before && number.len() == 4 {
            Self { bank: number, number: bank, currency }
        } else {
            Self { bank: "", number: value.trim_matches(is_around), currency }
        }
    }
}

/// Splits a currency code off the end of an account number.
fn split_currency(number: &str) -> (&str, Option<Currency>) {
    let none = (number, None);
    // The last letters of a valid IBAN, even of one that ends in a currency, belong to it.
    if super::lines::is_iban(number) || number.len() <= 3 {
        return none;
    }
    let Some((before, code)) = number.split_at_checked(number.len() - 3) else { return none };
    let is_behind = before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '/'));
    let is_code = code.bytes().all(|byte| byte.is_ascii_uppercase());
    match Currency::from_code(code).filter(|_| is_behind && is_code) {
        Some(currency) => (before.trim_end_matches([' ', '/']), Some(currency)),
        None => none,
    }
}
