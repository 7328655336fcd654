//! Their transactions as Caudal's transfers and openings.
//!
//! *Shape.* What their configuration calls a deposit comes from outside, a withdrawal goes outside,
//! and a transfer stays between accounts. Their fees are transfers of their own, immediately before
//! the payment. What they infer (a balance to begin with, a deposit that a known balance betrays)
//! is inferred here again, from the same rows, and compared with what they wrote down.

use std::collections::{BTreeMap, BTreeSet};

use super::theirs::Run;
use crate::{atto, decimal};

/// Where a transaction stands to the boundary of their system.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Between,
    Out,
    /// Neither side is followed.
    Beyond,
}

/// One transaction within the time window.
pub(super) struct Move {
    pub(super) id: String,
    time: String,
    pub(super) payer: String,
    pub(super) payee: String,
    amount: i128,
    fee: i128,
    /// The balances after it, where their file states them.
    payer_after: Option<i128>,
    payee_after: Option<i128>,
    pub(super) way: Way,
}

/// A ledger in Caudal's formats, and what had to be inferred for it.
#[derive(Default)]
pub(super) struct Converted {
    pub(super) transfers: String,
    pub(super) openings: String,
    pub(super) moves: Vec<Move>,
    /// Selectors of all money that enters.
    pub(super) entries: Vec<String>,
    /// Ids of transfers that leave, fees among them.
    pub(super) exits: Vec<String>,
    pub(super) accounts: BTreeSet<String>,
    /// `initial` or `accounting`, the account and the amount.
    pub(super) inferred: Vec<(String, String, i128)>,
    rows: usize,
}

/// The label of money that their program does not track, where it is told to infer nothing.
pub(super) const EXISTING: &str = "existing";

pub(super) fn convert(run: &Run) -> Converted {
    let mut converted = Converted {
        transfers: "id,date,payer,payee,amount,currency,label,sequence\n".to_owned(),
        openings: "account,currency,amount,label\n".to_owned(),
        moves: moves(run),
        ..Converted::default()
    };
    let moves = std::mem::take(&mut converted.moves);
    for side in moves.iter().flat_map(|found| [&found.payer, &found.payee]) {
        if !side.starts_with('@') {
            converted.accounts.insert(side.clone());
        }
    }
    let mut balances = openings(run, &moves, &mut converted);
    for found in &moves {
        add_accounting(run, found, &mut balances, &mut converted);
        add_move(found, &mut converted);
        *balances.entry(found.payer.clone()).or_default() -= found.amount + found.fee;
        *balances.entry(found.payee.clone()).or_default() += found.amount;
    }
    if run.infers_nothing && converted.rows > moves.len() || converted.openings.contains(EXISTING) {
        converted.entries.push(format!("label:{EXISTING}"));
    }
    converted.moves = moves;
    converted
}

/// The balance that each account begins with: what the first stated balance leaves, else the least
/// that stays above zero.
fn openings(run: &Run, moves: &[Move], converted: &mut Converted) -> BTreeMap<String, i128> {
    let mut opening: BTreeMap<String, i128> = BTreeMap::new();
    let mut running: BTreeMap<String, i128> = BTreeMap::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for found in moves {
        let paid = found.amount + found.fee;
        let sides = [
            (&found.payer, -paid, found.payer_after),
            (&found.payee, found.amount, found.payee_after),
        ];
        for (account, change, after) in sides {
            let balance = running.entry(account.clone()).or_default();
            *balance += change;
            let missing = after.map_or(-*balance, |after| after - *balance);
            let is_open = !known.contains(account) && !account.starts_with('@');
            if is_open && !run.ignores_balances {
                let least = opening.entry(account.clone()).or_default();
                *least = if after.is_some() { missing } else { missing.max(*least) };
            }
            if after.is_some() {
                known.insert(account.clone());
            }
        }
    }
    opening.retain(|_, amount| *amount > 0);
    for (account, &amount) in &opening {
        // Their program infers no balance for an account that it first saw outside its boundary;
        // what such an account pays is money that it calls existing.
        let is_theirs =
            run.inferred.iter().any(|(kind, name, _)| kind == "initial" && name == account);
        let label = if is_theirs { "" } else { EXISTING };
        converted.openings += &format!("{account},ETH,{},{label}\n", decimal(amount));
        if is_theirs {
            converted.inferred.push(("initial".to_owned(), account.clone(), amount));
            converted.entries.push(format!("account:{account}"));
        }
    }
    opening
}

/// A deposit that no row shows, where a stated balance is higher than the rows before it allow.
fn add_accounting(
    run: &Run,
    found: &Move,
    balances: &mut BTreeMap<String, i128>,
    converted: &mut Converted,
) {
    let sides = [
        (&found.payer, found.payer_after.map(|after| after + found.amount + found.fee)),
        (&found.payee, found.payee_after.map(|after| after - found.amount)),
    ];
    for (account, before) in sides {
        let balance = balances.entry(account.clone()).or_default();
        let missing = before.map_or(0, |before| before - *balance);
        if account.starts_with('@') || missing == 0 {
            continue;
        }
        assert!(missing > 0, "{}: a withdrawal that no row shows", run.name);
        *balance += missing;
        let id = format!("accounting@{}", found.time);
        let label = if run.infers_nothing { EXISTING } else { "" };
        converted.add([&id, &found.time], ["@inferred", account], missing, label);
        if !run.infers_nothing {
            converted.entries.push(format!("transfer:{id}"));
            converted.inferred.push(("accounting".to_owned(), account.clone(), missing));
        }
    }
}

fn add_move(found: &Move, converted: &mut Converted) {
    if found.fee > 0 {
        let id = format!("{}:fee", found.id);
        converted.add([&id, &found.time], [&found.payer, "@fees"], found.fee, "");
        converted.exits.push(id);
    }
    converted.add([&found.id, &found.time], [&found.payer, &found.payee], found.amount, "");
    if matches!(found.way, Way::In | Way::Beyond) {
        converted.entries.push(format!("transfer:{}", found.id));
    }
    if matches!(found.way, Way::Out | Way::Beyond) {
        converted.exits.push(found.id.clone());
    }
}

impl Converted {
    fn add(&mut self, [id, time]: [&str; 2], sides: [&str; 2], amount: i128, label: &str) {
        self.rows += 1;
        let date = time.replacen(' ', "T", 1);
        let [payer, payee] = sides;
        let (amount, sequence) = (decimal(amount), self.rows);
        self.transfers +=
            &format!("{id},{date}Z,{payer},{payee},{amount},ETH,{label},{sequence}\n");
    }
}

/// Their rows within the time window, each with its way across the boundary.
fn moves(run: &Run) -> Vec<Move> {
    let ways = Ways::of(run);
    let mut moves = Vec::new();
    for row in run.rows.iter().filter(|row| run.is_within_window(&row["timestamp"])) {
        let way = ways.way(row);
        let amount =
            |column: &str| row.get(column).filter(|text| !text.is_empty()).map(|t| atto(t));
        let outside =
            |name: &str, is_outside| if is_outside { format!("@{name}") } else { name.to_owned() };
        moves.push(Move {
            id: row["txn_ID"].clone(),
            time: row["timestamp"].clone(),
            payer: outside(&row["src_ID"], matches!(way, Way::In | Way::Beyond)),
            payee: outside(&row["tgt_ID"], matches!(way, Way::Out | Way::Beyond)),
            amount: amount("amt").expect("an amount"),
            fee: amount("fee").unwrap_or(0),
            payer_after: amount("src_balance"),
            payee_after: amount("tgt_balance"),
            way,
        });
    }
    moves
}

/// How a configuration tells which side of the boundary a transaction stands on.
enum Ways {
    Types(BTreeMap<String, String>),
    Sides(BTreeSet<String>),
    /// Accounts that are followed, as their transactions show them.
    Accounts(BTreeSet<String>),
}

impl Ways {
    fn of(run: &Run) -> Self {
        let config = &run.config;
        let names = |value: &serde_json::Value| -> Vec<String> {
            let names = value.as_array().expect("a list").iter();
            names.map(|name| name.as_str().expect("a name").to_owned()).collect()
        };
        match config["boundary_type"].as_str().expect("a kind of boundary") {
            // `+otc` should ask the type only where the accounts leave a transaction beyond the
            // boundary. With inferred accounts it asks the type always: their own list of known
            // faults says so, and every type in their output is marked OTC.
            "transactions" | "inferred_accounts+otc" => {
                let types = config["transaction_categories"].as_object().expect("categories");
                let one = |(kind, way): (&String, &serde_json::Value)| {
                    (kind.clone(), way.as_str().expect("a category").to_owned())
                };
                Self::Types(types.iter().map(one).collect())
            }
            "accounts" | "accounts+otc" => {
                Self::Sides(names(&config["category_follow"]).into_iter().collect())
            }
            "inferred_accounts" => {
                let follow = names(&config["category_follow"]);
                let order = names(&config["category_order"]);
                let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
                for row in &run.rows {
                    let kinds = &config["account_categories"][row["type"].as_str()];
                    for (side, name) in [("src", "src_ID"), ("tgt", "tgt_ID")] {
                        let kind = kinds[side].as_str().expect("a category");
                        seen.entry(&row[name]).or_default().insert(kind);
                    }
                }
                let is_followed = |kinds: &BTreeSet<&str>| {
                    let first = order.iter().find(|kind| kinds.contains(kind.as_str()));
                    first.is_some_and(|kind| follow.contains(kind))
                };
                let followed = seen.iter().filter(|(_, kinds)| is_followed(kinds));
                Self::Accounts(followed.map(|(name, _)| (*name).to_owned()).collect())
            }
            other => panic!("a boundary of kind {other}"),
        }
    }

    fn way(&self, row: &BTreeMap<String, String>) -> Way {
        let sides = match self {
            Self::Types(types) => match types[&row["type"]].as_str() {
                "deposit" => (false, true),
                "transfer" => (true, true),
                "withdraw" => (true, false),
                other => panic!("a transaction of kind {other}"),
            },
            Self::Sides(follow) => {
                (follow.contains(&row["src_categ"]), follow.contains(&row["tgt_categ"]))
            }
            Self::Accounts(followed) => {
                (followed.contains(&row["src_ID"]), followed.contains(&row["tgt_ID"]))
            }
        };
        match sides {
            (false, true) => Way::In,
            (true, true) => Way::Between,
            (true, false) => Way::Out,
            (false, false) => Way::Beyond,
        }
    }
}
