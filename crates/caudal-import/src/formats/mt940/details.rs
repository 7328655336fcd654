//! What field 86 says of an entry: the other side, references and purpose.
//!
//! *Shape.* Three ways of writing are told apart by their first characters: sub-fields behind a
//! separator, as German, Dutch, Luxembourgish and Polish banks write (`166?00…?20…?32…`), words
//! between slashes (`/EREF/…/REMI/…`), and free text. What is not understood is description; the
//! raw text of the entry keeps everything.
//!
//! *Authority.* Public samples of these banks.

use caudal_model::{Currency, Decimal, Entry, ReferenceKind};

use super::lines::is_iban;

/// Characters that begin a sub-field, with two digits behind them.
const SEPARATORS: &[char] = &['?', '>', '<', '~', '^', '@', '|', '#', '*', '&', '%'];

/// How many characters a sub-field of the purpose holds: a full one goes on in the next.
const SUBFIELD_LENGTH: usize = 27;

/// Words within a purpose that begin a value, as SEPA payments have them.
const SEPA_WORDS: &[&str] = &[
    "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "SVWZ+", "ABWA+", "ABWE+", "COAM+", "OAMT+",
    "IBAN+", "PURP+", "RREF+", "ANAM+", "SQTP+", "ORCR+", "ORMR+", "ULTC+", "ULTB+", "BREF+",
    "RETD+", "BIC+",
];

/// Words between slashes.
const SLASH_WORDS: &[&str] = &[
    "EREF", "UETR", "PREF", "IREF", "KREF", "CREF", "MARF", "CSID", "CNTP", "REMI", "PURP", "ULTC",
    "ULTD", "NAME", "IBAN", "BIC", "TRTP", "BENM", "ORDP", "ISDT", "RTRN", "TRCD", "SVCL", "EXCH",
    "CHGS", "OCMT", "ACCW", "ADDR", "ID",
];

/// Adds a line to the description.
pub(super) fn describe(entry: &mut Entry, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        if !entry.description.is_empty() {
            entry.description.push('\n');
        }
        entry.description.push_str(text);
    }
}

/// Reads a field 86 into its entry.
pub(super) fn read(value: &str, entry: &mut Entry, currency: Option<Currency>) {
    let value = value.trim();
    if let Some((code, separator)) = structure_of(value) {
        let joined = value.replace(['\n', '\r'], "");
        add_kind(entry, code);
        read_subfields(&joined[code.len()..], separator, entry);
    } else if value.starts_with('/') && has_slash_words(value) {
        let joined = value.replace(['\n', '\r'], "");
        read_slash_words(&joined, entry, currency);
    } else {
        read_free_text(value, entry);
    }
}

/// The three digits before the first sub-field, which may be left out, and the separator.
fn structure_of(value: &str) -> Option<(&str, char)> {
    let code_length = value.bytes().take_while(u8::is_ascii_digit).count();
    let (code, rest) = value.split_at(code_length);
    let separator = rest.chars().next().filter(|first| SEPARATORS.contains(first))?;
    let mut following = rest.bytes().skip(1).filter(|byte| !byte.is_ascii_control());
    let is_numbered = [following.next(), following.next()].iter().flatten().all(u8::is_ascii_digit);
    let may_lack_code = matches!(separator, '?' | '~' | '^' | '<' | '>');
    let has_code = code.len() == 3 || (code.is_empty() && may_lack_code);
    let is_subfield = is_numbered && rest.len() > 3 && has_code;
    is_subfield.then_some((code, separator))
}

fn add_kind(entry: &mut Entry, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        if !entry.kind.is_empty() {
            entry.kind.push(' ');
        }
        entry.kind.push_str(text);
    }
}

/// Sub-fields, each of two digits and a text, in the order in which they stand.
fn subfields(text: &str, separator: char) -> impl Iterator<Item = (u8, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (number, content) = numbered(rest.strip_prefix(separator)?)?;
        let begins_next = |&(at, _): &(usize, &str)| numbered(&content[at + 1..]).is_some();
        let next = content.match_indices(separator).find(begins_next);
        let end = next.map_or(content.len(), |(at, _)| at);
        rest = &content[end..];
        Some((number, &content[..end]))
    })
}

/// Splits the two digits of a sub-field off.
fn numbered(text: &str) -> Option<(u8, &str)> {
    let (number, content) = text.split_at_checked(2)?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number.parse().ok()).flatten().map(|number| (number, content))
}

fn read_subfields(text: &str, separator: char, entry: &mut Entry) {
    let mut purpose = Purpose::default();
    let mut name = String::new();
    let mut posting = "";
    for (number, content) in subfields(text, separator) {
        match number {
            0 => posting = content,
            20..=29 | 60..=63 => purpose.add(number, content, entry),
            30 => entry.counterparty.bank = non_empty(content),
            31 => content.trim().clone_into(&mut entry.counterparty.number),
            38 if is_iban(content.trim()) => {
                content.trim().clone_into(&mut entry.counterparty.number);
            }
            32 | 33 => name.push_str(content),
            _ => {}
        }
    }
    purpose.finish(entry);
    entry.counterparty.holder = non_empty(&name).or(entry.counterparty.holder.take());
    add_kind(entry, posting);
}

fn non_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The purpose, whose sub-fields may begin with words, or hold them behind a space.
#[derive(Default)]
struct Purpose {
    /// The text that is no value of another word.
    text: String,
    /// The word whose value is being read, and the value.
    value: Option<(&'static str, String)>,
    /// The sub-field that may go on with the last one, because that was full; 0 for none.
    next: u8,
}

impl Purpose {
    fn add(&mut self, number: u8, subfield: &str, entry: &mut Entry) {
        if number != self.next {
            self.end_value(entry);
            self.space();
        }
        let mut rest = subfield;
        while let Some((at, word)) = find_word(rest) {
            self.push(&rest[..at]);
            self.end_value(entry);
            self.value = (word != "SVWZ+").then(|| (word, String::new()));
            rest = &rest[at + word.len()..];
        }
        self.push(rest);
        let is_full = subfield.chars().count() >= SUBFIELD_LENGTH;
        self.next = match number {
            29 if is_full => 60,
            _ if is_full => number + 1,
            _ => 0,
        };
    }

    fn push(&mut self, text: &str) {
        match &mut self.value {
            Some((_, value)) => value.push_str(text),
            None => self.text.push_str(text),
        }
    }

    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    fn end_value(&mut self, entry: &mut Entry) {
        let Some((word, value)) = self.value.take() else { return };
        let value = value.trim();
        match word {
            "EREF+" => entry.refer(ReferenceKind::EndToEnd, value),
            "KREF+" => entry.refer(ReferenceKind::Customer, value),
            "BREF+" | "RREF+" => entry.refer(ReferenceKind::Bank, value),
            "IBAN+" if entry.counterparty.number.is_empty() => {
                value.clone_into(&mut entry.counterparty.number);
            }
            "BIC+" if entry.counterparty.bank.is_none() => {
                entry.counterparty.bank = non_empty(value);
            }
            _ => {}
        }
    }

    fn finish(mut self, entry: &mut Entry) {
        self.end_value(entry);
        describe(entry, &self.text);
    }
}

/// The first known word with its plus sign, at the beginning or behind a space.
fn find_word(text: &str) -> Option<(usize, &'static str)> {
    text.match_indices('+').find_map(|(plus, _)| {
        let before = &text[..=plus];
        let word = SEPA_WORDS.iter().find(|word| before.ends_with(**word))?;
        let at = before.len() - word.len();
        let stands_alone = at == 0 || text.as_bytes()[at - 1] == b' ';
        stands_alone.then_some((at, *word))
    })
}

fn has_slash_words(text: &str) -> bool {
    slash_words(text).next().is_some()
}

/// Words between slashes, with where they begin and where their values begin.
fn slash_words(text: &str) -> impl Iterator<Item = (usize, &'static str, usize)> {
    text.match_indices('/').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let word = SLASH_WORDS
            .iter()
            .find(|word| rest.strip_prefix(**word).is_some_and(|behind| behind.starts_with('/')))?;
        Some((at, *word, at + word.len() + 2))
    })
}

fn read_slash_words(text: &str, entry: &mut Entry, currency: Option<Currency>) {
    let own_side = own_side(text, entry);
    let mut amounts = Amounts::default();
    let mut party = "";
    let mut words = slash_words(text).peekable();
    if let Some(&(at, _, _)) = words.peek() {
        describe(entry, &text[..at]);
    }
    let mut before = "";
    while let Some((_, word, start)) = words.next() {
        let end = words.peek().map_or(text.len(), |&(at, _, _)| at);
        // Two words may share a slash: `/BENM//NAME/…`.
        let value = text.get(start..end).unwrap_or_default().trim_matches(['/', ' ']);
        let is_ultimate = matches!(before, "ULTC" | "ULTD");
        if !matches!(word, "NAME" | "IBAN" | "BIC" | "ADDR" | "ID") {
            party = word;
        }
        let is_own = own_side == Some(party);
        if matches!(word, "OCMT" | "CHGS") {
            amounts.add(word, value, currency);
        } else if !value.is_empty() && !is_ultimate && !is_own {
            take_word(word, value, entry);
        }
        before = word;
    }
    amounts.settle(entry);
}

/// Where a text names both who pays and who is paid: which of them is the account's holder.
fn own_side(text: &str, entry: &Entry) -> Option<&'static str> {
    let has = |side: &str| slash_words(text).any(|(_, word, _)| word == side);
    let is_out = entry.amount?.is_negative() != entry.is_reversal;
    (has("ORDP") && has("BENM")).then_some(if is_out { "ORDP" } else { "BENM" })
}

fn take_word(word: &str, value: &str, entry: &mut Entry) {
    match word {
        "EREF" | "UETR" => entry.refer(ReferenceKind::EndToEnd, value),
        "PREF" | "IREF" | "KREF" | "CREF" => entry.refer(ReferenceKind::Customer, value),
        "IBAN" => value.clone_into(&mut entry.counterparty.number),
        "BIC" => entry.counterparty.bank = non_empty(value),
        "NAME" => entry.counterparty.holder = non_empty(value),
        "TRTP" => add_kind(entry, value),
        "REMI" => {
            let free = value.strip_prefix("USTD//").unwrap_or(value);
            describe(entry, free);
        }
        "CNTP" => {
            let mut parts = value.split('/');
            parts.next().unwrap_or_default().clone_into(&mut entry.counterparty.number);
            entry.counterparty.bank = parts.next().and_then(non_empty);
            entry.counterparty.holder = parts.next().and_then(non_empty);
        }
        "ACCW" => {
            let (number, bank) = value.split_once(',').unwrap_or((value, ""));
            number.clone_into(&mut entry.counterparty.number);
            entry.counterparty.bank = non_empty(bank);
        }
        _ => {}
    }
}

/// Reads `/OCMT/USD11,85//CHGS/EUR0,50/`: what was ordered, and what the bank charged.
pub(super) fn read_amount_words(line: &str, entry: &mut Entry, currency: Option<Currency>) {
    let mut amounts = Amounts::default();
    let mut parts = line.split('/').filter(|part| !part.is_empty());
    while let Some(word) = parts.next() {
        if matches!(word, "OCMT" | "CHGS")
            && let Some(value) = parts.next()
        {
            amounts.add(word, value, currency);
        }
    }
    amounts.settle(entry);
}

/// What one text says was ordered, and the sum of what it says was charged.
#[derive(Default)]
struct Amounts {
    ordered: Option<(Decimal, Currency)>,
    charges: Option<Decimal>,
    /// Whether it names two ordered amounts, or charges beyond reckoning.
    is_unclear: bool,
}

impl Amounts {
    fn add(&mut self, word: &str, value: &str, currency: Option<Currency>) {
        let Some((code, number)) = value.split_at_checked(3) else { return };
        let amount = Decimal::parse(&number.replace(',', "."));
        let amount = amount.filter(|amount| !amount.is_negative());
        let (Some(amount), Some(of_amount)) = (amount, Currency::from_code(code)) else { return };
        let is_own = currency == Some(of_amount);
        if word == "CHGS" && is_own {
            self.charges = self.charges.unwrap_or_default().checked_add(amount);
            self.is_unclear |= self.charges.is_none();
        } else if word == "OCMT" && !is_own {
            let ordered = Some((amount, of_amount));
            self.is_unclear |= self.ordered.is_some() && self.ordered != ordered;
            self.ordered = ordered;
        }
    }

    /// A row that says two things of the same says neither.
    fn settle(self, entry: &mut Entry) {
        if self.is_unclear {
            (entry.ordered, entry.charges) = (None, None);
            return;
        }
        entry.ordered = agreed(entry.ordered, self.ordered);
        entry.charges = agreed(entry.charges, self.charges);
    }
}

/// What two places of a row say, unless they contradict each other.
fn agreed<T: PartialEq + Copy>(first: Option<T>, second: Option<T>) -> Option<T> {
    match (first, second) {
        (Some(first), Some(second)) => (first == second).then_some(first),
        (first, second) => first.or(second),
    }
}

/// Free text, line by line; an IBAN at its beginning is the other side's.
fn read_free_text(value: &str, entry: &mut Entry) {
    let first = value.split_ascii_whitespace().next().unwrap_or_default();
    if is_iban(first) && entry.counterparty.number.is_empty() {
        first.clone_into(&mut entry.counterparty.number);
    }
    for line in value.split(['\n', '\r']) {
        describe(entry, line);
    }
}

/// Reads the lines of a non-SWIFT field behind an entry, each of two digits and a text.
pub(super) fn read_non_swift(value: &str, entry: &mut Entry) {
    let mut name = String::new();
    for line in value.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        match numbered(line) {
            Some((15 | 16, content)) => {
                name.push_str(if name.is_empty() { "" } else { " " });
                name.push_str(content.trim());
            }
            Some((1..=14, content)) => describe(entry, content),
            Some((17, content)) => add_kind(entry, content),
            Some((33, content)) => entry.counterparty.bank = non_empty(content),
            Some((34, content)) => content.trim().clone_into(&mut entry.counterparty.number),
            Some(_) => {}
            None => describe(entry, line),
        }
    }
    entry.counterparty.holder = non_empty(&name).or(entry.counterparty.holder.take());
}
