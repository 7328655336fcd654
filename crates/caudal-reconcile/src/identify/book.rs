//! Which of the known accounts a key means.
//!
//! *Shape.* Keys go in, with their positions; a position comes out, or several. Looking up is
//! logarithmic in the keys; at most [`SEVERAL_MAX`] positions are named.

use std::collections::BTreeMap;

use super::{AccountKey, Check, KeyKind, bic_of};

/// The most positions that an answer names.
pub const SEVERAL_MAX: usize = 16;

/// A local number below this many characters is not looked for inside longer ones.
const PART_LENGTH_MIN: usize = 5;

/// What a [`KeyBook`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The account at this position among the keys given.
    One(usize),
    /// Any of these, which the key cannot tell apart.
    Several(Vec<usize>),
    /// None of them.
    None,
}

/// Keys of the known accounts. Equal keys are one account: its first position stands for it.
#[derive(Clone, Debug, Default)]
pub struct KeyBook {
    keys: Vec<AccountKey>,
    whole: BTreeMap<AccountKey, usize>,
    parts: BTreeMap<String, Vec<usize>>,
}

impl KeyBook {
    /// A book of keys; their positions are what [`KeyBook::find`] answers.
    pub fn new(keys: impl IntoIterator<Item = AccountKey>) -> Self {
        let mut book = Self { keys: keys.into_iter().collect(), ..Self::default() };
        for (at, key) in book.keys.iter().enumerate() {
            if book.whole.contains_key(key) {
                continue;
            }
            book.whole.insert(key.clone(), at);
            if let Some((_, part)) = key.account_part() {
                book.parts.entry(part.to_owned()).or_default().push(at);
            }
        }
        book
    }

    /// The account that a key means: the same key, else one that is the same account
    /// ([`same_account`]), else the only one whose account number it is and whose bank does not
    /// contradict. Of several the bank may tell nothing: all are named.
    pub fn find(&self, key: &AccountKey) -> Found {
        if let Some(&at) = self.whole.get(key) {
            return Found::One(at);
        }
        let part = key.account_part().map(|(_, part)| part);
        let Some(near) = part.and_then(|part| self.parts.get(part)) else { return Found::None };
        let with = |wanted: Kinship| {
            near.iter().copied().filter(move |&at| kinship(key, &self.keys[at]) == wanted)
        };
        let same: Vec<usize> = with(Kinship::Same).take(SEVERAL_MAX).collect();
        let found = if same.is_empty() {
            with(Kinship::Possible).take(SEVERAL_MAX).collect()
        } else {
            same
        };
        match found[..] {
            [] => Found::None,
            [at] => Found::One(at),
            _ => Found::Several(found),
        }
    }
}

/// Whether two keys are one account beyond doubt: equal keys, numbers of one bank that differ in
/// leading zeros, or a local number that is the account number in an IBAN, a CLABE or an account in
/// the United States of the same bank.
pub fn same_account(a: &AccountKey, b: &AccountKey) -> bool {
    kinship(a, b) == Kinship::Same
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kinship {
    Same,
    Possible,
    Other,
}

fn kinship(a: &AccountKey, b: &AccountKey) -> Kinship {
    if a.kind == b.kind && a.text == b.text && a.bank == b.bank {
        return Kinship::Same;
    }
    let (Some((a_bank, a_part)), Some((b_bank, b_part))) = (a.account_part(), b.account_part())
    else {
        return Kinship::Other;
    };
    let is_local = |key: &AccountKey| matches!(key.kind, KeyKind::Local | KeyKind::UsAccount);
    let is_comparable = a_part == b_part && (is_local(a) || is_local(b));
    if !is_comparable || a.check == Check::Failed || b.check == Check::Failed {
        return Kinship::Other;
    }
    let is_long = a_part.len() >= PART_LENGTH_MIN;
    match bank_fit(a, a_bank, b, b_bank) {
        Some(true) => Kinship::Same,
        None if is_long => Kinship::Possible,
        _ => Kinship::Other,
    }
}

/// Whether two keys are of one bank; `None` if what they say of it cannot be compared.
fn bank_fit(a: &AccountKey, a_bank: &str, b: &AccountKey, b_bank: &str) -> Option<bool> {
    if a_bank.is_empty() || b_bank.is_empty() {
        return None;
    }
    if a_bank == b_bank {
        return Some(true);
    }
    let countries = country(a, a_bank).zip(country(b, b_bank));
    if countries.is_some_and(|(one, other)| one != other) {
        return Some(false);
    }
    let letters = |bank: &str| {
        let is_letters = bank.len() >= 4 && bank.bytes().take(4).all(|b| b.is_ascii_uppercase());
        is_letters.then(|| bank[..4].to_owned())
    };
    if let (Some(one), Some(other)) = (letters(a_bank), letters(b_bank)) {
        return Some(one == other);
    }
    let is_code = |bank: &str| bank.bytes().all(|b| b.is_ascii_digit());
    (is_code(a_bank) && is_code(b_bank) && a_bank.len() == b_bank.len()).then_some(false)
}

/// The country that a key or its bank is in, where it says so.
fn country(key: &AccountKey, bank: &str) -> Option<String> {
    match key.kind {
        KeyKind::Iban => key.text.get(..2).map(str::to_owned),
        KeyKind::Clabe => Some("MX".to_owned()),
        KeyKind::UsAccount => Some("US".to_owned()),
        _ => bic_of(bank).and_then(|bic| bic.get(4..6).map(str::to_owned)),
    }
}
