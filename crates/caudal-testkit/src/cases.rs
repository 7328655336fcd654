//! Conformance cases in JSON: one ledger, one rule, one expected result in a file.
//!
//! *Shape.* Strict: an unknown field or key is an error, so that nothing is skipped silently. The
//! files stand outside the repository, in a folder beside the workspace; where it is absent,
//! [`folder`] gives nothing and the tests say so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use num_bigint::BigInt;
use serde::Deserialize;

use crate::check::{About, Ask, Expected};
use crate::slow::{
    Composition, Granularity, Overdraft, Q, SlowCase, SlowOrigin, SlowReceived, SlowTarget,
    SlowTransfer,
};

/// A case as it stands in its file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonCase {
    /// What it is.
    pub name: String,
    /// Where facts and figures come from.
    pub source: String,
    /// How the expected figures were found.
    pub expected_basis: String,
    /// Whether the ledger or its facts were not checked.
    pub from_memory: bool,
    /// Remarks.
    #[serde(default)]
    pub notes: String,
    /// What one unit of an amount is.
    pub unit: String,
    /// The rule id.
    pub rule: String,
    /// A calculation that others use, instead of a trace.
    pub variant: Option<String>,
    /// Labels of the origins.
    pub origin: Vec<String>,
    /// The account that a distribution or a variant is about.
    pub account: Option<String>,
    /// Claimants of a distribution.
    pub labels: Option<Vec<String>>,
    /// Targets of a bound: kind and name.
    pub targets: Option<Vec<(String, String)>>,
    /// `bank` or `birth`.
    pub overdraft: Option<String>,
    /// Whether reversals are netted.
    #[serde(default)]
    pub net_reversals: bool,
    /// Opening lots.
    pub opening: BTreeMap<String, Vec<JsonLot>>,
    /// Transfers in ledger order.
    pub transfers: Vec<JsonTransfer>,
    /// What must hold.
    pub expected: JsonExpected,
}

/// An opening lot.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonLot {
    /// Its label.
    pub label: String,
    /// Units.
    pub amount: u64,
}

/// A transfer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonTransfer {
    /// Its id.
    #[serde(rename = "ref")]
    pub id: String,
    /// Any text; equal texts are one day.
    pub date: String,
    /// Who gives.
    pub payer: String,
    /// Who receives.
    pub payee: String,
    /// Units that leave the payer.
    pub amount: u64,
    /// Units that reach the payee, behind a conversion.
    pub to_amount: Option<u64>,
    /// Label of the one lot that enters.
    pub label: Option<String>,
    /// Lots that enter.
    pub parts: Option<Vec<(String, u64)>>,
    /// The deposit that this line takes back.
    pub reverses: Option<String>,
    /// Remark.
    pub note: Option<String>,
}

/// A whole number, or a rational `p/q` as text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum JsonAmount {
    /// Whole units.
    Whole(i64),
    /// `p/q`.
    Ratio(String),
}

/// Amounts by label, for several names.
type Compositions = BTreeMap<String, BTreeMap<String, JsonAmount>>;

/// Expected figures as they stand in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonExpected {
    /// All that transfers carry.
    pub transfers: Option<Compositions>,
    /// All that places hold; shares of claimants for a distribution.
    pub balances: Option<Compositions>,
    /// Ordered lots.
    pub lots: Option<BTreeMap<String, Vec<(String, JsonAmount)>>>,
    /// Origin money held.
    pub traced: Option<BTreeMap<String, JsonAmount>>,
    /// Closing balances.
    pub total: Option<BTreeMap<String, JsonAmount>>,
    /// Where all origin money rests.
    pub endings: Option<BTreeMap<String, JsonAmount>>,
    /// Origin money that arrived.
    pub received: Option<BTreeMap<String, JsonReceived>>,
    /// A bound or the result of a variant.
    pub amount: Option<JsonAmount>,
    /// One value per line.
    pub trail: Option<Vec<JsonAmount>>,
}

/// Origin money that arrived at a place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonReceived {
    /// Every arrival.
    pub gross: JsonAmount,
    /// Each cent once.
    pub distinct: JsonAmount,
}

/// The folder of conformance cases beside the workspace, if it is there.
pub fn folder() -> Option<PathBuf> {
    beside_workspace("shared/cases")
}

/// The folder of data from outside beside the workspace, if it is there. None of it may be
/// committed.
pub fn data_folder() -> Option<PathBuf> {
    beside_workspace("shared/data")
}

/// The files of a folder with an extension, by name.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be listed");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

/// The name of a file without its extension.
pub fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

fn beside_workspace(path: &str) -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.parent()?;
    Some(workspace.parent()?.join(path)).filter(|folder| folder.is_dir())
}

/// Reads a case from the text of its file.
pub fn parse(text: &str) -> Result<JsonCase, serde_json::Error> {
    serde_json::from_str(text)
}

impl JsonCase {
    /// The ledger.
    pub fn ledger(&self) -> SlowCase {
        let lots = |lots: &Vec<JsonLot>| {
            lots.iter().map(|lot| (lot.label.clone(), u128::from(lot.amount))).collect()
        };
        let overdraft = match self.overdraft.as_deref() {
            Some("birth") => Overdraft::Birth,
            _ => Overdraft::Bank,
        };
        let mut day = 0;
        let mut last: Option<&str> = None;
        let mut transfers = Vec::new();
        for transfer in &self.transfers {
            day += i32::from(last.is_some_and(|last| last != transfer.date));
            last = Some(&transfer.date);
            transfers.push(transfer.plain(day));
        }
        SlowCase {
            openings: self
                .opening
                .iter()
                .map(|(account, all)| (account.clone(), lots(all)))
                .collect(),
            transfers,
            overdraft,
            net_reversals: self.net_reversals,
            ..SlowCase::default()
        }
    }

    /// The question with its expected figures. `Err` names what the test kit does not know.
    pub fn ask(&self) -> Result<Ask, String> {
        let origins = || self.origin.iter().cloned().map(SlowOrigin::Label).collect();
        let labels = || self.origin.iter().cloned().collect();
        let account = || self.account.clone().ok_or("no account");
        let about = match (self.rule.as_str(), self.variant.as_deref()) {
            ("libr", Some("lowest-balance")) => About::LowestBalance {
                account: account()?,
                labels: labels(),
                granularity: Granularity::Line,
            },
            ("libr", Some("day-close")) => About::LowestBalance {
                account: account()?,
                labels: labels(),
                granularity: Granularity::DayClose,
            },
            ("pro-rata", Some("whole-units")) => About::WholeUnits { unit: 1, labels: labels() },
            (_, Some(variant)) => return Err(format!("variant {variant}")),
            ("at-least" | "at-most", None) => About::Bound(origins(), self.targets()?),
            ("pari-passu" | "capped-pro-rata", None) => About::Shares {
                account: account()?,
                claimants: self.labels.clone().ok_or("no claimants")?,
            },
            (_, None) => About::Forward(origins()),
        };
        let expected = self.expected(matches!(about, About::Shares { .. }));
        Ok(Ask { text: self.name.clone(), rule: self.rule.clone(), about, expected })
    }

    fn targets(&self) -> Result<BTreeSet<SlowTarget>, String> {
        let target = |(kind, name): &(String, String)| match kind.as_str() {
            "transfer" => Ok(SlowTarget::Transfer(name.clone())),
            "balance" => Ok(SlowTarget::Balance(name.clone())),
            _ => Err(format!("target {kind}")),
        };
        self.targets.iter().flatten().map(target).collect()
    }

    fn expected(&self, are_shares: bool) -> Expected {
        let json = &self.expected;
        let amounts = |amounts: &BTreeMap<String, JsonAmount>| -> BTreeMap<String, Q> {
            amounts.iter().map(|(place, amount)| (bank(place), amount.exact())).collect()
        };
        let lots = |lots: &Vec<(String, JsonAmount)>| {
            lots.iter().map(|(label, amount)| (label.clone(), amount.exact())).collect()
        };
        let received = |received: &JsonReceived| SlowReceived {
            gross: received.gross.exact(),
            distinct: received.distinct.exact(),
        };
        let balances = json.balances.as_ref().map(compositions);
        let (balances, shares) = if are_shares {
            (None, balances.and_then(|all| all.into_values().next()))
        } else {
            (balances, None)
        };
        Expected {
            transfers: json.transfers.as_ref().map(compositions),
            balances,
            lots: json.lots.as_ref().map(|all| {
                all.iter().map(|(account, some)| (account.clone(), lots(some))).collect()
            }),
            traced: json.traced.as_ref().map(amounts),
            totals: json.total.as_ref().map(amounts),
            endings: json.endings.as_ref().map(amounts),
            endings_by_kind: None,
            received: json
                .received
                .as_ref()
                .map(|all| all.iter().map(|(place, some)| (bank(place), received(some))).collect()),
            amount: json.amount.as_ref().map(JsonAmount::exact),
            trail: json.trail.as_ref().map(|all| all.iter().map(JsonAmount::exact).collect()),
            shares,
        }
    }
}

impl JsonTransfer {
    fn plain(&self, day: i32) -> SlowTransfer {
        let amount = u128::from(self.amount);
        let parts = match (&self.parts, &self.label) {
            (Some(parts), _) => {
                parts.iter().map(|(label, sum)| (label.clone(), u128::from(*sum))).collect()
            }
            (None, Some(label)) => vec![(label.clone(), amount)],
            (None, None) => Vec::new(),
        };
        SlowTransfer {
            id: self.id.clone(),
            day,
            payer: self.payer.clone(),
            payee: self.payee.clone(),
            amount,
            received: self.to_amount.map(u128::from),
            parts,
            reverses: self.reverses.clone(),
        }
    }
}

impl JsonAmount {
    /// The amount as a rational.
    pub fn exact(&self) -> Q {
        match self {
            Self::Whole(amount) => Q::from_integer(BigInt::from(*amount)),
            Self::Ratio(text) => text.parse().expect("a rational `p/q`"),
        }
    }
}

/// A bank is written with an `@` in the files.
fn bank(place: &str) -> String {
    place.strip_prefix('@').filter(|name| name.starts_with("bank:")).unwrap_or(place).to_owned()
}

fn compositions(all: &Compositions) -> BTreeMap<String, Composition> {
    let composition = |amounts: &BTreeMap<String, JsonAmount>| {
        amounts.iter().map(|(label, amount)| (label.clone(), amount.exact())).collect()
    };
    all.iter().map(|(name, amounts)| (bank(name), composition(amounts))).collect()
}
