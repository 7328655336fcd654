//! What is wrong with the identifiers of statements.

use caudal_model::problem::readable;
use caudal_model::{AccountText, ProblemCode, Statement};

use super::{
    AccountKey, Check, KeyKind, account_key, bic_of, card_last4, compact, iban, is_digits,
};
use super::{ccc_key, is_placeholder};
use crate::Finding;

/// Failed check digits, placeholders, and names of one account that contradict each other: an IBAN
/// and a CCC written side by side, or a code of the bank that is not the one in the number. In the
/// order of the statements, the account before its entries' counterparties. Card numbers are masked.
pub fn findings(statements: &[Statement]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (statement, content) in statements.iter().enumerate() {
        let entries = content.entries.iter().enumerate();
        let others = entries.map(|(at, entry)| (Some(at), &entry.counterparty));
        for (entry, account) in [(None, &content.account)].into_iter().chain(others) {
            let place =
                |(code, found, expected)| Finding { code, statement, entry, found, expected };
            found.extend(of_account(account).map(place));
        }
    }
    found
}

type Fact = (ProblemCode, String, Option<String>);

fn of_account(account: &AccountText) -> Option<Fact> {
    let text = account.number.trim();
    if text.is_empty() {
        return None;
    }
    if is_placeholder(text) {
        return Some((ProblemCode::IdentifierPlaceholder, shown(text), None));
    }
    let bank = account.bank.as_deref();
    let names = names_of(text, bank);
    let contradicting = contradiction(&names, bank);
    contradicting.or_else(|| {
        let failed = names.iter().find(|key| key.check == Check::Failed)?;
        Some((ProblemCode::IdentifierCheckFailed, shown(text), expected(failed)))
    })
}

/// The keys in a text: most have one, some write the national and the international number.
fn names_of(text: &str, bank: Option<&str>) -> Vec<AccountKey> {
    let parts: Vec<&str> = text.split(['/', ';', ',', '|', '(', ')']).collect();
    let is_full =
        |key: &AccountKey| matches!(key.kind, KeyKind::Iban | KeyKind::Clabe | KeyKind::Ccc);
    let read = |part: &&str| {
        let failed_ccc = || ccc_key(&compact(part)).filter(|key| key.check == Check::Failed);
        account_key(part, bank).filter(is_full).or_else(failed_ccc)
    };
    let full: Vec<AccountKey> = parts.iter().filter_map(read).take(4).collect();
    if full.len() > 1 { full } else { account_key(text, bank).into_iter().collect() }
}

fn contradiction(names: &[AccountKey], bank: Option<&str>) -> Option<Fact> {
    let first = names.first()?;
    let code = ProblemCode::AccountKeyContradicts;
    if let Some(other) = names.iter().find(|name| name.text != first.text) {
        return Some((code, shown(&other.text), Some(first.text.clone())));
    }
    let bank = compact(bank?);
    let (own, _) = first.account_part().filter(|_| first.kind != KeyKind::Local)?;
    let is_bic_elsewhere = first.kind == KeyKind::Iban
        && bic_of(&bank).is_some_and(|bic| bic.get(4..6) != first.text.get(..2))
        // Dependent territories have BICs of their own and the IBANs of their motherland.
        && !["GB", "FR"].iter().any(|country| first.text.starts_with(country));
    let is_code_other = is_digits(&bank) && bank.len() == own.len() && bank != own;
    (is_bic_elsewhere || is_code_other).then(|| (code, shown(&bank), Some(own.to_owned())))
}

/// The number with the check digits that would fit.
fn expected(key: &AccountKey) -> Option<String> {
    match key.kind {
        KeyKind::Ccc => {
            let text = &key.text;
            super::spanish_account(text.get(..4)?, text.get(4..8)?, text.get(10..)?)
                .map(|account| account.text)
        }
        KeyKind::Iban => {
            let fit = iban::of(key.text.get(..2)?, key.text.get(4..)?)?;
            (iban::check(&fit) == Some(Check::Passed)).then_some(fit)
        }
        _ => None,
    }
}

fn shown(text: &str) -> String {
    card_last4(text).map_or_else(|| readable(text), |last4| format!("****{last4}"))
}
