//! Tracing rules: their ids, aliases, and the authorities that name them.
//!
//! The rule is the user's choice, never ours. Caudal computes every rule it is asked for and prints
//! the canonical id beside whatever alias was typed, since courts have used one word for several.

use std::fmt;
use std::str::FromStr;

/// Who leaves first when origin money and other money share an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presumption {
    /// Origin money first (`difo`).
    OriginFirst,
    /// Origin money last (`libr`).
    OriginLast,
}

/// Whose money leaves first among several origins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inner {
    /// The oldest.
    Fifo,
    /// The newest.
    Lifo,
    /// In proportion to the holdings.
    ProRata,
}

/// A tracing rule, a bound or a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// Oldest lots leave first.
    Fifo,
    /// Newest lots leave first.
    Lifo,
    /// Every label in proportion.
    ProRata,
    /// Origin money first or last, divided among origins by the inner rule.
    Union(Presumption, Inner),
    /// Exposure only.
    Poison,
    /// The least that any causal, conserving allocation allows.
    AtLeast,
    /// The most that any causal, conserving allocation allows.
    AtMost,
    /// What is left, shared by contributions.
    PariPassu,
    /// What is left, shared by claims capped at the lowest balance since each arrived.
    CappedProRata,
}

use Inner as I;
use Presumption::{OriginFirst, OriginLast};

/// Canonical id, rule, aliases, authority (`law:` key and how it is cited).
type Entry = (&'static str, Rule, &'static [&'static str], &'static str, &'static str);

const RULES: &[Entry] = &[
    ("fifo", Rule::Fifo, &["clayton"], "clayton", "Clayton's Case (1816) 1 Mer 572"),
    ("lifo", Rule::Lifo, &[], "boughner", "cf. Boughner (Ont. 2012)"),
    (
        "pro-rata",
        Rule::ProRata,
        &["haircut", "averaging", "rolling-charge", "proportional"],
        "schmidt",
        "In re Walter J. Schmidt & Co., 298 F. 314 (S.D.N.Y. 1923)",
    ),
    (
        "difo:fifo",
        Rule::Union(OriginFirst, I::Fifo),
        &["difo", "proceeds-first", "pifo", "debt-first", "principal-first"],
        "banco-cafetero",
        "US v. Banco Cafetero Panama, 797 F.2d 1154 (2d Cir. 1986)",
    ),
    (
        "difo:lifo",
        Rule::Union(OriginFirst, I::Lifo),
        &[],
        "banco-cafetero",
        "US v. Banco Cafetero Panama, 797 F.2d 1154 (2d Cir. 1986)",
    ),
    (
        "difo:pro-rata",
        Rule::Union(OriginFirst, I::ProRata),
        &[],
        "banco-cafetero",
        "US v. Banco Cafetero Panama, 797 F.2d 1154 (2d Cir. 1986)",
    ),
    (
        "libr:fifo",
        Rule::Union(OriginLast, I::Fifo),
        &[
            "libr",
            "dilo",
            "hallett",
            "clean-first",
            "lowest-intermediate-balance",
            "community-out-first",
        ],
        "hallett",
        "Re Hallett's Estate (1880) 13 Ch D 696; James Roscoe (Bolton) Ltd v Winder [1915] 1 Ch 62",
    ),
    (
        "libr:lifo",
        Rule::Union(OriginLast, I::Lifo),
        &[],
        "hallett",
        "Re Hallett's Estate (1880) 13 Ch D 696; James Roscoe (Bolton) Ltd v Winder [1915] 1 Ch 62",
    ),
    (
        "libr:pro-rata",
        Rule::Union(OriginLast, I::ProRata),
        &[],
        "easy-loan",
        "Easy Loan, 2017 ABCA 58; Re Hallett's Estate (1880) 13 Ch D 696",
    ),
    (
        "poison",
        Rule::Poison,
        &["taint"],
        "anderson-shumailov-ahmed",
        "Anderson, Shumailov and Ahmed, Making Bitcoin Legal (2018)",
    ),
    ("at-least", Rule::AtLeast, &[], "evans", "US v. Evans (5th Cir. 2018)"),
    ("at-most", Rule::AtMost, &[], "oatway", "Re Oatway [1903] 2 Ch 356"),
    (
        "pari-passu",
        Rule::PariPassu,
        &[],
        "barlow-clowes",
        "Barlow Clowes v Vaughan [1992] 4 All ER 22",
    ),
    (
        "capped-pro-rata",
        Rule::CappedProRata,
        &[],
        "law-society-v-td",
        "cf. Law Society of Upper Canada v TD Bank (Ont. 1998)",
    ),
];

impl Rule {
    /// What `all` stands for: every rule that traces, both bounds and exposure.
    pub fn all() -> Vec<Self> {
        let ids = ["fifo", "lifo", "pro-rata", "difo", "libr", "poison", "at-least", "at-most"];
        ids.iter().filter_map(|id| id.parse().ok()).collect()
    }

    /// The canonical id, with the inner rule spelled out.
    pub fn id(self) -> &'static str {
        self.entry().0
    }

    /// Other names that are accepted.
    pub fn aliases(self) -> &'static [&'static str] {
        self.entry().2
    }

    /// Key of the page under `docs/law` that says what the authority holds.
    pub fn authority_key(self) -> &'static str {
        self.entry().3
    }

    /// How the authority is cited.
    pub fn authority(self) -> &'static str {
        self.entry().4
    }

    /// Every rule with a page, in the order of the documentation.
    pub fn every() -> impl Iterator<Item = Self> {
        RULES.iter().map(|entry| entry.1)
    }

    fn entry(self) -> &'static Entry {
        RULES.iter().find(|entry| entry.1 == self).expect("every rule stands in the table")
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A name that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{name}`")]
pub struct UnknownRule {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Rule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let lower = name.trim().to_lowercase();
        let is_it = |entry: &&Entry| entry.0 == lower || entry.2.contains(&lower.as_str());
        let found = RULES.iter().find(is_it).map(|entry| entry.1);
        found.ok_or_else(|| UnknownRule { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_rules() {
        let mut names: Vec<_> = RULES.iter().flat_map(|e| e.2.iter().chain([&e.0])).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn aliases_lead_to_the_canonical_id() {
        for (alias, id) in
            [("haircut", "pro-rata"), ("Hallett", "libr:fifo"), ("difo", "difo:fifo")]
        {
            assert_eq!(alias.parse::<Rule>().map(Rule::id), Ok(id));
        }
        assert!("first-in".parse::<Rule>().is_err());
    }
}
