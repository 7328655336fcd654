//! Profiles: how one bank lays out its tables, so that nothing need be guessed of the next file.
//!
//! *Shape.* Reading a table without a profile makes one. An answer that neither the columns nor the
//! balances could give is absent from it, for a person to fill in; an answer that stands in a
//! profile is taken as given, and what contradicts it is a problem.
//!
//! *Example.*
//! ```
//! let text = r#"
//! bank = "Banco Ficticio"
//! date_order = "day-first"
//! decimal_mark = "comma"
//!
//! [columns]
//! booked_at = ["Fecha"]
//! amount = ["Importe"]
//! "#;
//! let profile = caudal_import::Profile::from_toml(text).expect("a profile");
//! assert_eq!(profile.bank, "Banco Ficticio");
//! assert!(caudal_import::Profile::from_toml("date_order = \"guess\"").is_err());
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// How the tables of one bank are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// The bank's name, for people.
    pub bank: String,
    /// The header that it belongs to: its cells in order, in lower case without accents.
    pub headings: Vec<String>,
    /// What stands between the cells of delimited text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// The order of day, month and year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// What stands before the decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    /// How the direction of an amount is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_style: Option<AmountStyle>,
    /// Whether debits are written as negative numbers. False for a signed column means that its
    /// signs are turned round, as on statements of cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debits_negative: Option<bool>,
    /// The marks that mean a debit, where the style is [`AmountStyle::Mark`], as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub debit_marks: Vec<String>,
    /// Which end of the table is the oldest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row_order: Option<RowOrder>,
    /// The account of tables that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The currency code of tables that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The headings of the columns that hold a field, as the header writes them. Where the header
    /// has a heading more than once, `Heading #2` is the second.
    pub columns: BTreeMap<Field, Vec<String>>,
}

/// What a column of a table of entries holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// The account of the entry.
    Account,
    /// By whom the account is held.
    Holder,
    /// The day it was booked.
    BookedAt,
    /// From when it bears interest.
    ValueDate,
    /// When the payment was made.
    ExecutedAt,
    /// The amount, whatever tells its direction.
    Amount,
    /// The amount, where money leaves.
    Debit,
    /// The amount, where money comes in.
    Credit,
    /// The mark that tells the direction of the amount.
    Mark,
    /// The currency.
    Currency,
    /// The balance after the entry.
    BalanceAfter,
    /// The name of the other side.
    CounterpartyName,
    /// The account of the other side.
    CounterpartyAccount,
    /// The name of the side that pays, be it the account's holder or the other side.
    PayerName,
    /// The name of the side that is paid.
    PayeeName,
    /// The account that pays.
    PayerAccount,
    /// The account that is paid.
    PayeeAccount,
    /// References.
    Reference,
    /// What the entry was for.
    Description,
    /// The bank's word or code for the kind of entry.
    Kind,
    /// Whether the entry is booked.
    Status,
}

/// The order of day, month and year in a date of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 31/12/2025.
    DayFirst,
    /// 12/31/2025.
    MonthFirst,
    /// 2025/12/31.
    YearFirst,
}

/// What stands before the decimals of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecimalMark {
    /// 1,204.50.
    Point,
    /// 1.204,50.
    Comma,
}

/// How the direction of an amount is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmountStyle {
    /// By its sign.
    Signed,
    /// By its column: one for debits, one for credits.
    DebitCredit,
    /// By a mark in another column.
    Mark,
}

/// Which end of a table is the oldest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowOrder {
    /// The first row.
    OldestFirst,
    /// The last row.
    NewestFirst,
}

/// Why a text is no profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileError {
    /// Line of the text, from 1; `None` where the text as a whole is meant.
    pub line: Option<u64>,
    /// What is wrong there, in English, as the TOML reader says it.
    pub reason: String,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "profile, line {line}: {}", self.reason),
            None => write!(f, "profile: {}", self.reason),
        }
    }
}

impl std::error::Error for ProfileError {}

impl Profile {
    /// The profile as a file that a person can read and fill in.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a profile holds only texts, lists of them and a table, last")
    }

    /// Reads what [`Profile::to_toml`] writes.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| {
                let before = text.as_bytes().get(..span.start).unwrap_or_default();
                1 + crate::text::count_line_ends(before)
            });
            ProfileError { line, reason: error.message().to_owned() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_comes_back_as_it_was_written() {
        let profile = Profile {
            bank: "Banco Ficticio \"A\"".to_owned(),
            headings: vec!["fecha".to_owned(), "importe".to_owned()],
            separator: Some('\t'),
            date_order: Some(DateOrder::DayFirst),
            decimal_mark: Some(DecimalMark::Comma),
            amount_style: Some(AmountStyle::DebitCredit),
            debits_negative: Some(false),
            debit_marks: vec!["D".to_owned()],
            row_order: Some(RowOrder::NewestFirst),
            account: None,
            currency: Some("MXN".to_owned()),
            columns: BTreeMap::from([(Field::BookedAt, vec!["Fecha".to_owned()])]),
        };
        assert_eq!(Profile::from_toml(&profile.to_toml()), Ok(profile));
        let empty = Profile::default();
        assert_eq!(Profile::from_toml(&empty.to_toml()), Ok(empty));
    }

    #[test]
    fn an_unreadable_profile_names_its_line() {
        let error = Profile::from_toml("bank = \"A\"\ndate_order = \"guess\"\n").expect_err("bad");
        assert_eq!(error.line, Some(2), "{error}");
        let error = Profile::from_toml("[columns]\nbalanc = [\"Saldo\"]\n").expect_err("bad");
        assert!(error.to_string().starts_with("profile, line 2: "), "{error}");
    }
}
