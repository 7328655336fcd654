//! Identifiers of accounts and parties: many spellings, one key.
//!
//! *Authority.* ISO 13616 (IBAN), the Spanish CCC, the Mexican CLABE, ABA routing numbers, ISO 9362
//! (BIC), ISO 17442 (LEI), ISO/IEC 7812 (cards), BIP 173 and 350 (bech32).
//!
//! *Shape.* [`account_key`] and [`identifier_key`] read one text; [`KeyBook`] looks a key up among
//! those of known accounts; [`findings`] lists what is wrong with the identifiers of statements. A
//! text is never repaired: a key whose check digits fail says so, and equals only its own spelling.

mod book;
mod check;
mod findings;
mod iban;

use std::fmt;

use caudal_model::Currency;

pub use book::{Found, KeyBook, SEVERAL_MAX, same_account};
pub use findings::findings;

/// What an identifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// International account number; a Spanish CCC that checks is one too.
    Iban,
    /// Mexican account number of 18 digits.
    Clabe,
    /// Spanish account number of 20 digits whose check digits fail, so that it has no IBAN.
    Ccc,
    /// Routing number of a bank in the United States, a stroke, and the account number.
    UsAccount,
    /// Address of a crypto-asset.
    Crypto,
    /// Identifier of a bank.
    Bic,
    /// Identifier of a legal entity.
    Lei,
    /// Identifier of a payment.
    Uetr,
    /// A number that only its bank can tell from others.
    Local,
    /// A text without digits, such as the name that an export gives to an account.
    Label,
}

/// What the check digits of an identifier say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// They fit.
    Passed,
    /// They, or the length, do not fit: mistyped, or not what it looks like.
    Failed,
    /// It has none, or none that can be computed here.
    None,
}

/// An identifier in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountKey {
    /// What it is.
    pub kind: KeyKind,
    /// The spelling: capitals without spaces, dashes and dots (`ES9121000418450200051332`); crypto
    /// addresses and UETRs in lower case, base58 as written.
    pub text: String,
    /// The bank by which a local number was qualified: a BIC of eight characters, or a code.
    pub bank: Option<String>,
    /// Whether its check digits fit.
    pub check: Check,
}

impl AccountKey {
    fn new(kind: KeyKind, text: impl Into<String>, check: Check) -> Self {
        Self { kind, text: text.into(), bank: None, check }
    }

    /// The part of it that the bank itself calls the account number, without leading zeros, and the
    /// national code of the bank. `None` for identifiers that have no such part, or failed checks.
    fn account_part(&self) -> Option<(&str, &str)> {
        if self.check == Check::Failed {
            return None;
        }
        let (bank, account) = match self.kind {
            KeyKind::Iban => iban::parts(&self.text)?,
            KeyKind::Clabe => (self.text.get(..3)?, self.text.get(6..17)?),
            KeyKind::UsAccount => self.text.split_once('/')?,
            KeyKind::Local => (self.bank.as_deref().unwrap_or(""), self.text.as_str()),
            _ => return None,
        };
        Some((bank, account.trim_start_matches('0')))
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The key of an account as a document writes it, with the document's word for the bank where it has
/// one. `None` for placeholders ([`is_placeholder`]) and card numbers ([`card_last4`]).
///
/// Understood: labels before the number (`IBAN`, `CLABE`, `CCC`), a BIC or bank code and a stroke
/// before it, a currency code after it, and zeros lost at the front where check digits prove them.
pub fn account_key(text: &str, bank: Option<&str>) -> Option<AccountKey> {
    let text = without_label(text.trim());
    if is_placeholder(text) || card_last4(text).is_some() {
        return None;
    }
    if let Some(key) = us_pair(text) {
        return Some(key);
    }
    let (own_bank, number) = split_bank(text);
    let bank = own_bank.or_else(|| bank.map(compact)).filter(|bank| !bank.is_empty());
    let bank = bank.map(|bank| bic_of(&bank).unwrap_or(bank));
    let number = compact(number);
    if is_placeholder(&number) {
        return None;
    }
    let number = without_currency(&number);
    let key = iban_key(number)
        .or_else(|| crypto_key(text))
        .or_else(|| clabe_key(number))
        .or_else(|| ccc_key_of(number, bank.as_deref()))
        .or_else(|| us_key(number, bank.as_deref()));
    Some(key.unwrap_or_else(|| local_key(number, bank)))
}

/// The key of a party or a payment: LEI, BIC (in its form of eight characters where the branch is
/// `XXX` or none) or UETR. `None` for anything else.
pub fn identifier_key(text: &str) -> Option<AccountKey> {
    let trimmed = text.trim();
    if check::is_uetr(trimmed) {
        return Some(AccountKey::new(KeyKind::Uetr, trimmed.to_ascii_lowercase(), Check::None));
    }
    let compact = compact(trimmed);
    if compact.len() == 20 && check::mod97(&compact) == Some(1) && !is_digits(&compact) {
        return Some(AccountKey::new(KeyKind::Lei, compact, Check::Passed));
    }
    bic_of(&compact).map(|bic| AccountKey::new(KeyKind::Bic, bic, Check::None))
}

/// The Spanish account of a bank, a branch and an account number, whose check digits the document
/// leaves out (Norma 43). `None` unless they are 4, 4 and 10 digits.
pub fn spanish_account(bank: &str, branch: &str, account: &str) -> Option<AccountKey> {
    let text = format!("{bank}{branch}{}{account}", check::ccc_digits(bank, branch, account)?);
    ccc_key(&text)
}

/// The last four digits, if the text is a card number, whole or masked. A card number is never a key
/// and is nowhere kept: the range of its issuer, its length and its check digit give it away.
pub fn card_last4(text: &str) -> Option<String> {
    let compact = compact(text);
    let is_masked = |c: char| matches!(c, '*' | 'X' | '•');
    let last4 = compact.get(compact.len().checked_sub(4)?..)?;
    if !is_digits(last4) {
        return None;
    }
    let front = &compact[..compact.len() - 4];
    let masked = front.chars().filter(|&c| is_masked(c)).count();
    let is_card = if masked == 0 {
        check::is_card(&compact)
    } else {
        masked >= 4 && front.chars().all(|c| is_masked(c) || c.is_ascii_digit())
    };
    is_card.then(|| last4.to_owned())
}

/// Whether a text stands for "none": empty, without letters and digits, zeros, nines, or a word such
/// as `NA`, `NONREF`, `NOTPROVIDED`, or a generic Mexican tax number.
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: &str = "NA NONREF NOTPROVIDED NOREF NONE NULL NIL UNKNOWN DESCONOCIDO \
        SINDATO SINREFERENCIA NODISPONIBLE NOTAVAILABLE XAXX010101000 XEXX010101000";
    let text: String = compact(text).chars().filter(|c| c.is_alphanumeric()).collect();
    let is_all = |wanted: char| text.chars().all(|c| c == wanted);
    is_all('0') || is_all('9') || is_all('X') || WORDS.split(' ').any(|word| word == text)
}

/// Capitals, without spaces, dashes and dots.
fn compact(text: &str) -> String {
    let is_kept = |c: &char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}')
    };
    text.chars().filter(is_kept).flat_map(char::to_uppercase).collect()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn without_label(text: &str) -> &str {
    for label in ["IBAN", "CLABE", "CCC"] {
        let Some((front, rest)) = text.split_at_checked(label.len()) else { continue };
        if front.eq_ignore_ascii_case(label) {
            return rest.trim_start_matches([':', ' ', '.', '#', '\u{a0}']);
        }
    }
    text
}

/// What stands before a stroke, if it is a BIC or a bank code, and the number.
fn split_bank(text: &str) -> (Option<String>, &str) {
    let text = text.trim_matches('/');
    let Some((front, number)) = text.split_once('/') else { return (None, text) };
    let front = compact(front);
    let is_code = is_digits(&front) && (3..=9).contains(&front.len());
    if is_code || bic_of(&front).is_some() { (Some(front), number) } else { (None, text) }
}

/// A BIC in its shorter form, where the text has the shape of one.
fn bic_of(compact: &str) -> Option<String> {
    let bytes = compact.as_bytes();
    let is_bic = matches!(bytes.len(), 8 | 11)
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..6].iter().all(u8::is_ascii_uppercase);
    is_bic
        .then(|| compact.strip_suffix("XXX").filter(|_| bytes.len() == 11).unwrap_or(compact))
        .map(str::to_owned)
}

/// Without a currency code at its end, where what stands before is an account number by itself.
fn without_currency(number: &str) -> &str {
    let Some(end) = number.len().checked_sub(3) else { return number };
    let Some((front, code)) = number.split_at_checked(end) else { return number };
    let is_alone = iban::is_whole(front) || (is_digits(front) && front.len() >= 4);
    if is_alone && Currency::from_code(code).is_some() && !iban::is_whole(number) {
        front
    } else {
        number
    }
}

fn iban_key(number: &str) -> Option<AccountKey> {
    iban::check(number).map(|check| AccountKey::new(KeyKind::Iban, number, check))
}

fn crypto_key(text: &str) -> Option<AccountKey> {
    let lower = text.to_ascii_lowercase();
    let is_hex = lower
        .strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hex {
        return Some(AccountKey::new(KeyKind::Crypto, lower, Check::None));
    }
    if let Some(check) = check::bech32(&lower) {
        return Some(AccountKey::new(KeyKind::Crypto, lower, check));
    }
    check::is_base58(text).then(|| AccountKey::new(KeyKind::Crypto, text, Check::None))
}

/// A CLABE; of 17 digits too, if a zero before them makes it the CLABE of a known bank.
fn clabe_key(number: &str) -> Option<AccountKey> {
    if !is_digits(number) {
        return None;
    }
    let full = if number.len() == 17 { format!("0{number}") } else { number.to_owned() };
    let is_known = full.get(..3).is_some_and(check::is_mexican_bank);
    let passes = check::clabe(&full);
    match (passes, full.len() == number.len()) {
        (true, is_whole) if is_whole || is_known => {
            Some(AccountKey::new(KeyKind::Clabe, full, Check::Passed))
        }
        (false, true) if is_known && full.len() == 18 => {
            Some(AccountKey::new(KeyKind::Clabe, full, Check::Failed))
        }
        _ => None,
    }
}

/// A CCC; with zeros lost at the front or with wrong check digits only at a Spanish bank.
fn ccc_key_of(number: &str, bank: Option<&str>) -> Option<AccountKey> {
    if !is_digits(number) || !(18..=20).contains(&number.len()) {
        return None;
    }
    let key = ccc_key(&format!("{number:0>20}"))?;
    let is_spanish = bank.is_some_and(|bank| {
        bic_of(bank).is_some_and(|bic| bic.get(4..6) == Some("ES"))
            || (bank.len() == 4 && number.starts_with(bank))
    });
    let is_sure = number.len() == 20 && key.check == Check::Passed;
    (is_sure || is_spanish).then_some(key)
}

/// The key of 20 digits read as a CCC.
fn ccc_key(ccc: &str) -> Option<AccountKey> {
    if !is_digits(ccc) || ccc.len() != 20 {
        return None;
    }
    if check::ccc_digits(&ccc[..4], &ccc[4..8], &ccc[10..])? != ccc[8..10] {
        return Some(AccountKey::new(KeyKind::Ccc, ccc, Check::Failed));
    }
    Some(AccountKey::new(KeyKind::Iban, iban::of("ES", ccc)?, Check::Passed))
}

/// A routing number and an account number with only a space between them, as formats write them whose
/// letters lack the stroke.
fn us_pair(text: &str) -> Option<AccountKey> {
    let (routing, number) = text.split_once([' ', '/'])?;
    if routing.len() == 9 { us_key(number.trim(), Some(routing)) } else { None }
}

fn us_key(number: &str, bank: Option<&str>) -> Option<AccountKey> {
    let routing = bank.filter(|bank| check::is_routing(bank))?;
    let is_account = is_digits(number) && (4..=17).contains(&number.len());
    let text = format!("{routing}/{number}");
    is_account.then(|| AccountKey::new(KeyKind::UsAccount, text, Check::Passed))
}

fn local_key(number: &str, bank: Option<String>) -> AccountKey {
    let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
    let kind = if has_digit { KeyKind::Local } else { KeyKind::Label };
    AccountKey { bank, ..AccountKey::new(kind, number, Check::None) }
}
