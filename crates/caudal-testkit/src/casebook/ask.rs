//! The sentence that asks: `` Ask: forward from `V`, rule `libr`. ``
//!
//! *Shape.* Names stand in backticks, everything else is a fixed word or a number. What is asked
//! comes first, then clauses between commas: the rule, and options that change the ledger.

use std::collections::BTreeSet;

use super::Trouble;
use super::figure::read_whole;
use super::ledger::Names;
use crate::check::{About, Ask, Expected};
use crate::slow::{Granularity, Overdraft, SlowCase, SlowOrigin, SlowTarget};

/// The question, and the ledger as it wants it.
pub(super) struct Sentence {
    pub(super) case: SlowCase,
    pub(super) ask: Ask,
}

/// Reads a sentence about a ledger.
pub(super) fn read(ledger: &SlowCase, line: usize, text: &str) -> Result<Sentence, Trouble> {
    let words = words(text).map_err(|what| Trouble::new(line, what))?;
    let mut reader = Reader {
        words,
        at: 1,
        names: Names::of(ledger),
        case: ledger.clone(),
        rule: None,
        whole_units: None,
        granularity: None,
    };
    let read = reader.sentence();
    let (rule, about) = read.map_err(|what| Trouble::new(line, what))?;
    let ask = Ask { text: text.to_owned(), rule, about, expected: Expected::default() };
    Ok(Sentence { case: reader.case, ask })
}

/// A piece of the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Name(String),
    Plain(String),
    Comma,
    End,
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    for (at, piece) in text.split('`').enumerate() {
        if at % 2 == 1 {
            words.push(Word::Name(piece.to_owned()));
            continue;
        }
        for word in piece.split_whitespace() {
            let plain = word.trim_end_matches([',', '.']);
            if !plain.is_empty() {
                words.push(Word::Plain(plain.to_owned()));
            }
            for mark in word[plain.len()..].chars() {
                words.push(if mark == ',' { Word::Comma } else { Word::End });
            }
        }
    }
    if !text.matches('`').count().is_multiple_of(2) {
        return Err("a backtick is missing".to_owned());
    }
    Ok(words)
}

const RULES: [&str; 10] = [
    "fifo",
    "lifo",
    "pro-rata",
    "difo",
    "difo:fifo",
    "difo:lifo",
    "difo:pro-rata",
    "libr",
    "libr:fifo",
    "libr:lifo",
];

struct Reader {
    words: Vec<Word>,
    at: usize,
    names: Names,
    case: SlowCase,
    rule: Option<String>,
    whole_units: Option<u128>,
    granularity: Option<Granularity>,
}

impl Reader {
    fn sentence(&mut self) -> Result<(String, About), String> {
        let about = self.subject()?;
        while self.take(&Word::Comma) {
            self.clause()?;
        }
        if !self.take(&Word::End) || self.at < self.words.len() {
            return Err(self.unexpected("the sentence ends with a full stop"));
        }
        let rule = self.rule.clone().ok_or("the sentence names no rule: `, rule NAME.`")?;
        let about = self.about(about)?;
        must_fit(&rule, &about)?;
        Ok((rule, about))
    }

    fn subject(&mut self) -> Result<About, String> {
        if self.phrase("composition") {
            Ok(About::Forward(Vec::new()))
        } else if self.phrase("forward from") {
            Ok(About::Forward(self.list(Self::origin)?))
        } else if self.phrase("how much of") {
            let origins = self.list(Self::origin)?;
            self.must("reaches")?;
            let targets = self.list(Self::target)?;
            Ok(About::Bound(origins, targets.into_iter().collect()))
        } else if self.phrase("shares in") {
            let account = self.account()?;
            self.must("among")?;
            Ok(About::Shares { account, claimants: self.list(Self::label)? })
        } else if self.phrase("lowest balance of") {
            let account = self.account()?;
            self.must("since")?;
            let labels = self.list(Self::label)?.into_iter().collect();
            Ok(About::LowestBalance { account, labels, granularity: Granularity::Line })
        } else {
            Err(self.unexpected(
                "it asks `composition`, `forward from`, `how much of`, `shares in` or `lowest \
                 balance of`",
            ))
        }
    }

    fn clause(&mut self) -> Result<(), String> {
        if self.phrase("rule") {
            let rule = self.name()?;
            self.once(|reader| reader.rule.replace(rule).is_none())
        } else if self.phrase("overdraft as birth") {
            let before = std::mem::replace(&mut self.case.overdraft, Overdraft::Birth);
            self.once(|_| before == Overdraft::Bank)
        } else if self.phrase("reversals netted") {
            let before = std::mem::replace(&mut self.case.net_reversals, true);
            self.once(|_| !before)
        } else if self.phrase("threshold") {
            let before = self.case.threshold;
            self.case.threshold = self.number()?;
            self.once(|_| before == 0)
        } else if self.phrase("in whole units of") {
            let unit = self.number()?;
            self.once(|reader| reader.whole_units.replace(unit).is_none())
        } else if self.phrase("line by line") {
            self.once(|reader| reader.granularity.replace(Granularity::Line).is_none())
        } else if self.phrase("day by day") {
            self.once(|reader| reader.granularity.replace(Granularity::DayClose).is_none())
        } else {
            Err(self.unexpected(
                "a clause is `rule NAME`, `overdraft as birth`, `reversals netted`, `threshold N`, \
                 `in whole units of N`, `line by line` or `day by day`",
            ))
        }
    }

    fn once(&mut self, is_first: impl FnOnce(&mut Self) -> bool) -> Result<(), String> {
        if is_first(self) { Ok(()) } else { Err("the same clause stands there twice".to_owned()) }
    }

    /// What is asked, once all clauses are known.
    fn about(&self, about: About) -> Result<About, String> {
        match (about, self.whole_units, self.granularity) {
            (About::LowestBalance { account, labels, .. }, None, Some(granularity)) => {
                Ok(About::LowestBalance { account, labels, granularity })
            }
            (About::LowestBalance { .. }, _, _) => {
                Err("a lowest balance is looked at `line by line` or `day by day`".to_owned())
            }
            (_, _, Some(_)) => Err("only a lowest balance is `line by line`".to_owned()),
            (About::Forward(origins), Some(unit), None) => {
                let label = |origin: SlowOrigin| match origin {
                    SlowOrigin::Label(label) => Ok(label),
                    _ => Err("in whole units only labels are traced".to_owned()),
                };
                let labels = origins.into_iter().map(label).collect::<Result<_, _>>()?;
                Ok(About::WholeUnits { unit, labels })
            }
            (About::Bound(origins, _), None, None)
                if origins.iter().any(|o| self.is_inner_part(o)) =>
            {
                Err("a bound knows no part of a payment between accounts".to_owned())
            }
            (_, Some(_), None) => Err("only a forward trace is `in whole units`".to_owned()),
            (about, None, None) => Ok(about),
        }
    }

    /// Whether an origin is a part of what an account pays.
    fn is_inner_part(&self, origin: &SlowOrigin) -> bool {
        let SlowOrigin::Part { id: named, .. } = origin else { return false };
        let payer = self.case.transfers.iter().find(|t| t.id == *named).map(|t| &t.payer);
        payer.is_some_and(|payer| self.case.is_account(payer))
    }

    /// Items between commas and before `and` or `or`.
    fn list<T>(&mut self, item: fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut items = vec![item(self)?];
        loop {
            let goes_on = self.phrase("and") || self.phrase("or") || self.comma_before_item();
            if !goes_on {
                return Ok(items);
            }
            items.push(item(self)?);
        }
    }

    fn comma_before_item(&mut self) -> bool {
        let begins = match self.words.get(self.at + 1) {
            Some(Word::Name(_)) => true,
            Some(Word::Plain(word)) => {
                ["transfer", "units", "opening", "balance"].contains(&word.as_str())
            }
            _ => false,
        };
        begins && self.take(&Word::Comma)
    }

    fn origin(&mut self) -> Result<SlowOrigin, String> {
        if self.phrase("transfer") {
            let (id, _) = self.transfer()?;
            Ok(SlowOrigin::Transfer { id, label: self.new_label()? })
        } else if self.phrase("units") {
            let from = self.number()?;
            self.must("to")?;
            let to = self.number()?;
            self.must("of transfer")?;
            let (id, amount) = self.transfer()?;
            if from >= to || to > amount {
                return Err(format!(
                    "units {from} to {to} do not lie in `{id}`, which has {amount}"
                ));
            }
            Ok(SlowOrigin::Part { id, from, to, label: self.new_label()? })
        } else if self.phrase("opening of") {
            let account = self.account()?;
            if !self.case.openings.contains_key(&account) {
                return Err(format!("`{account}` has no opening lot"));
            }
            Ok(SlowOrigin::Opening { account, label: self.new_label()? })
        } else {
            Ok(SlowOrigin::Label(self.label()?))
        }
    }

    fn target(&mut self) -> Result<SlowTarget, String> {
        if self.phrase("transfer") {
            Ok(SlowTarget::Transfer(self.transfer()?.0))
        } else if self.phrase("balance") {
            Ok(SlowTarget::Balance(self.account()?))
        } else {
            Err(self.unexpected("a target is `transfer NAME` or `balance NAME`"))
        }
    }

    fn new_label(&mut self) -> Result<String, String> {
        self.must("as")?;
        self.name()
    }

    fn label(&mut self) -> Result<String, String> {
        let label = self.name()?;
        if self.names.labels.contains(&label) {
            return Ok(label);
        }
        Err(format!("no money enters with the label `{label}`"))
    }

    fn account(&mut self) -> Result<String, String> {
        let account = self.name()?;
        if self.names.accounts.contains(&account) {
            return Ok(account);
        }
        Err(format!("`{account}` is no account whose statement is held"))
    }

    fn transfer(&mut self) -> Result<(String, u128), String> {
        let id = self.name()?;
        match self.names.transfers.get(&id) {
            Some(amount) => Ok((id, *amount)),
            None => Err(format!("there is no transfer `{id}`")),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.words.get(self.at) {
            Some(Word::Name(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.unexpected("a name in backticks is missing")),
        }
    }

    fn number(&mut self) -> Result<u128, String> {
        match self.words.get(self.at) {
            Some(Word::Plain(word)) => {
                self.at += 1;
                read_whole(word)
            }
            _ => Err(self.unexpected("a number is missing")),
        }
    }

    fn take(&mut self, word: &Word) -> bool {
        let is_it = self.words.get(self.at) == Some(word);
        self.at += usize::from(is_it);
        is_it
    }

    /// Takes fixed words, all or none of them.
    fn phrase(&mut self, text: &str) -> bool {
        let wanted = text.split(' ').map(|word| Word::Plain(word.to_owned()));
        let length = wanted.clone().count();
        let is_it =
            self.words[self.at.min(self.words.len())..].iter().take(length).cloned().eq(wanted);
        self.at += if is_it { length } else { 0 };
        is_it
    }

    fn must(&mut self, text: &str) -> Result<(), String> {
        if self.phrase(text) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{text}` is missing")))
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        let found = match self.words.get(self.at) {
            Some(Word::Name(name)) => format!("`{name}`"),
            Some(Word::Plain(word)) => format!("`{word}`"),
            Some(Word::Comma) => "a comma".to_owned(),
            Some(Word::End) => "a full stop".to_owned(),
            None => "the end".to_owned(),
        };
        format!("{wanted}; found {found}")
    }
}

/// Whether a rule answers what is asked.
fn must_fit(rule: &str, about: &About) -> Result<(), String> {
    let is_tracing = RULES.contains(&rule) || rule == "libr:pro-rata" || rule == "poison";
    let fits = match about {
        About::Forward(_) => is_tracing,
        About::Bound(..) => ["at-least", "at-most"].contains(&rule),
        About::Shares { .. } => ["pari-passu", "capped-pro-rata"].contains(&rule),
        About::LowestBalance { .. } => rule == "libr",
        About::WholeUnits { .. } => rule == "pro-rata",
    };
    if fits { Ok(()) } else { Err(format!("rule `{rule}` does not answer what is asked")) }
}

/// Labels of origins that a question makes itself.
pub(super) fn origin_labels(about: &About) -> BTreeSet<String> {
    match about {
        About::Forward(origins) | About::Bound(origins, _) => {
            origins.iter().map(|origin| origin.label().to_owned()).collect()
        }
        About::Shares { .. } | About::LowestBalance { .. } | About::WholeUnits { .. } => {
            BTreeSet::new()
        }
    }
}
