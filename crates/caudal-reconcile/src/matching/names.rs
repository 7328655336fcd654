//! Names and descriptions as sets of words, and how far two of them agree.
//!
//! *Shape.* Letters lose their accents and become capitals; legal forms, particles and single
//! letters are left out unless nothing else is there. At most [`WORDS_MAX`] words count.

use std::collections::BTreeMap;

/// Words of a text that are looked at.
pub(super) const WORDS_MAX: usize = 24;

/// Holders looked at for one word of a name, names looked at for one word, accounts kept for a name.
const HOLDERS_MAX: usize = 200;
const NAMES_MAX: usize = 16;
const ACCOUNTS_MAX: usize = 8;

/// How far a written name and a holder agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlap {
    /// One of them is empty.
    Unknown,
    /// Three quarters of the words of the shorter one, and at least two; or the only word of both.
    Full,
    /// Half of them. Two people of one family or two firms of one trade agree so far.
    Part,
    /// Less.
    Other,
}

/// What is compared of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Words {
    /// Sorted, each once.
    pub(super) words: Vec<String>,
    /// Digit runs of five and more that are no date: invoices, contracts. Sorted.
    pub(super) numbers: Vec<String>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        const SMALL: &str = "SL SLU SA SAU SAS SC SCP SRL SPA LTD LLC INC CORP CO LP LLP PLC GMBH AG \
            KG BV NV OY AB AS CV DE DEL LA LAS LOS EL DA DO DI VAN VON THE OF AND MR MRS MS SR SRA \
            DON DNA";
        let folded: String = text.chars().take(1_000).flat_map(fold).collect();
        let all = || folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let is_large =
            |word: &&str| word.chars().nth(1).is_some() && SMALL.split(' ').all(|s| s != *word);
        let mut words: Vec<String> = all().filter(is_large).map(str::to_owned).collect();
        if words.is_empty() {
            words = all().map(str::to_owned).collect();
        }
        words.truncate(WORDS_MAX);
        let is_number = |word: &&str| word.len() >= 5 && word.bytes().all(|b| b.is_ascii_digit());
        let is_date =
            |word: &str| word.len() == 8 && (word.starts_with("19") || word.starts_with("20"));
        let numbers = all().filter(is_number).filter(|word| !is_date(word));
        let mut numbers: Vec<String> = numbers.take(WORDS_MAX).map(str::to_owned).collect();
        for list in [&mut words, &mut numbers] {
            list.sort_unstable();
            list.dedup();
        }
        Self { words, numbers }
    }

    /// Whether they have a number in common.
    pub(super) fn shares_number(&self, other: &Self) -> bool {
        self.numbers.iter().any(|number| other.numbers.binary_search(number).is_ok())
    }

    /// How far a written name agrees with a holder.
    pub(super) fn overlap(&self, holder: &Self) -> Overlap {
        let (one, other) = (self.words.len(), holder.words.len());
        if one == 0 || other == 0 {
            return Overlap::Unknown;
        }
        let common = self.words.iter().filter(|word| holder.holds(word)).count();
        let short = one.min(other);
        if (common >= 2 && 4 * common >= 3 * short) || (one, other, common) == (1, 1, 1) {
            Overlap::Full
        } else if common > 0 && 2 * common >= short {
            Overlap::Part
        } else {
            Overlap::Other
        }
    }

    /// Whether a text mentions every word of a holder of at least two words.
    pub(super) fn mentions(&self, holder: &Self) -> bool {
        holder.words.len() >= 2
            && holder.words.iter().all(|word| self.words.binary_search(word).is_ok())
    }

    /// Whether a word is here, or one of four letters or more that was cut short.
    fn holds(&self, word: &str) -> bool {
        self.words.iter().any(|own| {
            let (short, long) =
                if own.len() < word.len() { (&**own, word) } else { (word, &**own) };
            short == long || (short.len() >= 4 && long.starts_with(short))
        })
    }
}

/// Finds the accounts whose holder a written name means.
pub(super) struct Holders<'r> {
    /// Distinct holders with their accounts, in order.
    holders: Vec<(&'r Words, Vec<u32>)>,
    by_word: BTreeMap<&'r str, Vec<usize>>,
}

impl<'r> Holders<'r> {
    /// `holders` in an order that does not depend on the input.
    pub(super) fn of(holders: Vec<(&'r Words, Vec<u32>)>) -> Self {
        let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, (words, _)) in holders.iter().enumerate() {
            for word in &words.words {
                by_word.entry(word).or_default().push(at);
            }
        }
        Self { holders, by_word }
    }

    /// Accounts whose holder agrees fully with a name, at most eight.
    pub(super) fn find(&self, name: &Words) -> Vec<u32> {
        let mut lists: Vec<&Vec<usize>> =
            name.words.iter().filter_map(|word| self.by_word.get(word.as_str())).collect();
        lists.sort_by_key(|list| list.len());
        let mut common: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, list) in lists.into_iter().enumerate() {
            if at == 0 || list.len() <= HOLDERS_MAX {
                for &holder in list.iter().take(HOLDERS_MAX) {
                    *common.entry(holder).or_default() += 1;
                }
            }
        }
        let mut found: Vec<(usize, usize)> =
            common.into_iter().map(|(h, n)| (usize::MAX - n, h)).collect();
        found.sort_unstable();
        let full = found.into_iter().take(NAMES_MAX).map(|(_, holder)| &self.holders[holder]);
        let full = full.filter(|(words, _)| name.overlap(words) == Overlap::Full);
        full.flat_map(|(_, accounts)| accounts).take(ACCOUNTS_MAX).copied().collect()
    }
}

/// A letter in capitals without its accent; marks that stand alone vanish.
fn fold(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        '\u{300}'..='\u{36f}' | '\'' | '’' | '.' => "",
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' | 'Ā' | 'Ă' | 'Ą' => "A",
        'ç' | 'Ç' | 'ć' | 'č' | 'Ć' | 'Č' => "C",
        'ð' | 'Ð' | 'ď' | 'Ď' | 'đ' | 'Đ' => "D",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' | 'Ē' | 'Ę' | 'Ě' => "E",
        'ğ' | 'Ğ' => "G",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'Ī' | 'ı' | 'İ' => "I",
        'ł' | 'Ł' => "L",
        'ñ' | 'Ñ' | 'ń' | 'ň' | 'Ń' | 'Ň' => "N",
        'ò'..='ö' | 'ø' | 'Ò'..='Ö' | 'Ø' | 'ő' | 'Ő' | 'ō' | 'Ō' => "O",
        'ř' | 'Ř' => "R",
        'ś' | 'š' | 'ş' | 'Ś' | 'Š' | 'Ş' | 'ș' | 'Ș' => "S",
        'ţ' | 'ť' | 'Ţ' | 'Ť' | 'ț' | 'Ț' => "T",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'ů' | 'ű' | 'Ū' | 'Ů' | 'Ű' => "U",
        'ý' | 'ÿ' | 'Ý' => "Y",
        'ź' | 'ż' | 'ž' | 'Ź' | 'Ż' | 'Ž' => "Z",
        'æ' | 'Æ' => "AE",
        'œ' | 'Œ' => "OE",
        'ß' => "SS",
        other => return Folded::Other(other.to_uppercase()),
    };
    Folded::Plain(plain.chars())
}

enum Folded {
    Plain(std::str::Chars<'static>),
    Other(std::char::ToUppercase),
}

impl Iterator for Folded {
    type Item = char;
    fn next(&mut self) -> Option<char> {
        match self {
            Self::Plain(chars) => chars.next(),
            Self::Other(chars) => chars.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, holder: &str, expected: Overlap) {
        let found = Words::of(written).overlap(&Words::of(holder));
        assert_eq!(found, expected, "{written} / {holder}");
    }

    #[test]
    fn names_agree_whatever_their_accents_order_and_legal_form() {
        check("GARCIA LOPEZ, ANA", "Ana García López", Overlap::Full);
        check("COMERCIAL EJEMP", "Comercial Ejemplo, S.L.", Overlap::Full);
        check("Iberdrola S.A.", "IBERDROLA", Overlap::Full);
        check("J. GARCIA", "Juan García", Overlap::Part);
        check("Ana García", "Luis Pérez", Overlap::Other);
        check("Ana García López", "Luis Pérez López", Overlap::Other);
        check("Rey Lara Comercial", "Rey Díaz Comercial", Overlap::Part);
        check("", "Luis Pérez", Overlap::Unknown);
        check("Mu\u{308}ller GmbH", "MÜLLER", Overlap::Full);
    }

    #[test]
    fn a_name_finds_the_accounts_of_its_holder() {
        let texts = ["Ana García López", "Luis García Pérez"].map(Words::of);
        let holders = Holders::of(vec![(&texts[0], vec![3, 5]), (&texts[1], vec![4])]);
        assert_eq!(holders.find(&Words::of("LOPEZ GARCIA ANA")), [3, 5]);
        assert_eq!(holders.find(&Words::of("L GARCIA PEREZ")), [4]);
        assert!(holders.find(&Words::of("GARCIA")).is_empty());
    }
}
