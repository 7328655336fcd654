//! The term base: Fluent messages by key, in two languages.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use caudal_model::problem::printable;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

/// A language of the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

/// A language that the term base lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLanguage;

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `en` or `es`")
    }
}

impl std::error::Error for UnknownLanguage {}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::English),
            "es" => Ok(Self::Spanish),
            _ => Err(UnknownLanguage),
        }
    }
}

/// A key of the term base and the values its sentence needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    key: Cow<'static, str>,
    values: Vec<(&'static str, String)>,
}

impl Message {
    /// A message without values.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), values: Vec::new() }
    }

    /// The same with a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// Its key.
    pub fn key(&self) -> &str {
        &self.key
    }
}

const ENGLISH: &[&str] =
    &[include_str!("../terms/en/main.ftl"), include_str!("../terms/en/problems.ftl")];
const SPANISH: &[&str] =
    &[include_str!("../terms/es/main.ftl"), include_str!("../terms/es/problems.ftl")];

/// The term base of one language.
pub struct Terms {
    bundle: FluentBundle<FluentResource>,
    language: Language,
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Terms {
    /// Loads a language. The files are compiled in.
    pub fn new(language: Language) -> Self {
        let (id, files) = match language {
            Language::English => ("en", ENGLISH),
            Language::Spanish => ("es", SPANISH),
        };
        let id: LanguageIdentifier = id.parse().expect("a language tag of two letters");
        let mut bundle = FluentBundle::new(vec![id]);
        // Directional marks around values would be bytes that nobody typed.
        bundle.set_use_isolating(false);
        for file in files {
            let resource = match FluentResource::try_new((*file).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            // A test shows that no key stands twice and that every file parses.
            let _first_wins = bundle.add_resource(resource);
        }
        Self { bundle, language }
    }

    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A message as a sentence. A key that the base lacks is shown as it is.
    pub fn say(&self, message: &Message) -> String {
        let Some(pattern) = self.bundle.get_message(&message.key).and_then(|m| m.value()) else {
            return message.key.clone().into_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in &message.values {
            // Counts choose singular or plural; every other value is text and stays as it is.
            match value.parse::<u32>() {
                Ok(count) if *name == "count" => args.set(*name, count),
                _ => args.set(*name, printable(value)),
            }
        }
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned()
    }

    /// A message without values.
    pub fn word(&self, key: &'static str) -> String {
        self.say(&Message::new(key))
    }

    /// Whether the base has a key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(files: &[&str]) -> Vec<String> {
        let mut keys: Vec<String> = files
            .iter()
            .flat_map(|file| file.lines())
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()))
            .collect();
        keys.sort();
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys_once() {
        let (english, spanish) = (keys(ENGLISH), keys(SPANISH));
        assert_eq!(english, spanish);
        assert!(english.windows(2).all(|pair| pair[0] != pair[1]), "a key stands twice");
        assert!(english.len() > 30);
    }

    #[test]
    fn every_file_parses() {
        for file in ENGLISH.iter().chain(SPANISH) {
            let parsed = FluentResource::try_new((*file).to_owned());
            assert!(parsed.is_ok(), "{:?}", parsed.err().map(|(_, errors)| errors));
        }
    }

    #[test]
    fn every_problem_has_a_sentence_and_a_hint() {
        for language in [Language::English, Language::Spanish] {
            let terms = Terms::new(language);
            for code in caudal_model::ProblemCode::ALL {
                assert!(terms.has(&format!("problem-{code}")), "{code} in {language:?}");
                assert!(terms.has(&format!("problem-{code}-hint")), "{code} in {language:?}");
            }
        }
    }
}
