//! The columns of an explorer's file, whatever it calls them.

use caudal_model::Currency;

use crate::csv_file::{self, Layout, Placing};
use crate::report::Report;

use super::values::Unit;

const LAYOUT: Layout = Layout {
    columns: &[
        "from",
        "to",
        "date",
        "hash",
        "index",
        "contract",
        "value",
        "value_in",
        "value_out",
        "symbol",
        "status",
        "error",
        "fee",
    ],
    required_count: 3,
    needs_rows: true,
};

/// Positions in the layout of a chain's columns.
pub(super) mod position {
    pub(crate) const FROM: usize = 0;
    pub(crate) const TO: usize = 1;
    pub(crate) const DATE: usize = 2;
    pub(crate) const HASH: usize = 3;
    pub(crate) const INDEX: usize = 4;
    pub(crate) const CONTRACT: usize = 5;
    pub(crate) const VALUE: usize = 6;
    pub(crate) const VALUE_IN: usize = 7;
    pub(crate) const VALUE_OUT: usize = 8;
    pub(crate) const SYMBOL: usize = 9;
    pub(crate) const STATUS: usize = 10;
    pub(crate) const ERROR: usize = 11;
    pub(crate) const FEE: usize = 12;
}

/// Names of columns, the preferred first. Those of amounts may be followed by their coin.
const NAMES: &[(usize, &[&str])] = &[
    (position::FROM, &["from", "from address", "from_address", "input address", "input_address"]),
    (position::TO, &["to", "txto", "to address", "to_address", "output address", "output_address"]),
    (
        position::DATE,
        &[
            "unixtimestamp",
            "unix_timestamp",
            "datetime (utc)",
            "date time (utc)",
            "time (utc)",
            "date (utc)",
            "block_time",
            "block_timestamp",
            "timestamp",
            "datetime",
            "time",
            "date",
        ],
    ),
    (
        position::HASH,
        &["transaction hash", "txhash", "transaction_hash", "tx_hash", "txid", "tx_id", "hash"],
    ),
    (position::INDEX, &["log_index", "logindex", "output_index", "output index", "vout", "index"]),
    (position::CONTRACT, &["contractaddress", "contract_address", "token_address"]),
    (position::SYMBOL, &["tokensymbol", "token symbol", "token_symbol", "symbol", "currency"]),
    (position::STATUS, &["status", "txreceipt_status", "receipt_status"]),
    (position::ERROR, &["errcode", "iserror", "is_error", "failed", "is_failed"]),
];

/// Names of amounts before their coin.
const AMOUNTS: &[(usize, &[&str])] = &[
    (position::VALUE_IN, &["value_in"]),
    (position::VALUE_OUT, &["value_out"]),
    // Where a fee is that of one sender. Several inputs of one transaction pay theirs together.
    (position::FEE, &["txnfee"]),
    (position::VALUE, &["tokenvalue", "token_value", "value", "amount", "total", "quantity"]),
];

/// Units smaller than a coin: the coin, and how many decimals they are of it.
const UNITS: &[(&str, &str, u8)] = &[
    ("satoshi", "BTC", 8),
    ("satoshis", "BTC", 8),
    ("sat", "BTC", 8),
    ("sats", "BTC", 8),
    ("wei", "ETH", 18),
    ("gwei", "ETH", 9),
];

/// The header of a file, its columns under the names of the layout.
pub(super) struct Header<'t> {
    first: csv_file::Header<'t>,
    separator: u8,
    /// For each column of the layout.
    pub(super) units: [Unit; LAYOUT.columns.len()],
    /// Whether the name of the times' column says that they are universal.
    pub(super) is_universal: bool,
    /// Whether a status of 0 is a failure, and not the absence of one.
    pub(super) zero_fails: bool,
}

impl<'t> Header<'t> {
    /// Reads the first line, with the separator that parts it best.
    pub(super) fn read(text: &'t str) -> Self {
        let of = |separator: u8| (csv_file::Header::read(text, separator), separator);
        let [tab, semicolon, comma] = [b'\t', b';', b','].map(of);
        let mut best = comma;
        for other in [semicolon, tab] {
            best = if other.0.names.len() > best.0.names.len() { other } else { best };
        }
        let (first, separator) = best;
        let units = [Unit::default(); LAYOUT.columns.len()];
        // Exports of internal transactions write whether there was an error, others whether not.
        let zero_fails = !first.names.iter().any(|name| name == "parenttxfrom");
        let mut header = Self { first, separator, units, is_universal: false, zero_fails };
        header.rename();
        header
    }

    fn rename(&mut self) {
        let names = &mut self.first.names;
        for &(column, known) in NAMES {
            let preferred = known.iter().find(|known| names.iter().any(|name| name == *known));
            self.is_universal |= preferred.is_some_and(|name| name.ends_with("(utc)"));
            for name in names.iter_mut().filter(|name| Some(&name.as_str()) == preferred) {
                LAYOUT.columns[column].clone_into(name);
            }
        }
        for &(column, known) in AMOUNTS {
            // Amounts with a coin or unit come before those without; values in money never count.
            let units: Vec<Option<Unit>> = names.iter().map(|name| unit_of(name, known)).collect();
            let is_stated = |unit: &Option<Unit>| unit.is_some_and(|unit| unit.currency.is_some());
            let stated = units.iter().position(is_stated);
            let Some(at) = stated.or_else(|| units.iter().position(Option::is_some)) else {
                continue;
            };
            let has_groups = self.separator == b',';
            self.units[column] = Unit { has_groups, ..units[at].unwrap_or_default() };
            LAYOUT.columns[column].clone_into(&mut names[at]);
        }
    }

    fn has(&self, column: usize) -> bool {
        self.first.names.iter().any(|name| name == LAYOUT.columns[column])
    }

    /// Whether the columns are those of a chain and not of a bank: both sides, a time, an amount,
    /// and a transaction hash or an amount of a coin.
    pub(super) fn is_chain(&self) -> bool {
        let has_sides = [position::FROM, position::TO, position::DATE].iter().all(|&c| self.has(c));
        let has_amount = self.has(position::VALUE) || self.has(position::VALUE_IN);
        has_sides && has_amount && (self.has(position::HASH) || self.currency().is_some())
    }

    /// The coin that the name of an amount's column states.
    pub(super) fn currency(&self) -> Option<&'static str> {
        [position::VALUE, position::VALUE_IN].iter().find_map(|&column| self.units[column].currency)
    }

    pub(super) fn place(&self, report: &mut Report) -> Option<Placing> {
        Some(Placing {
            separator: self.separator,
            positions: self.first.place(&LAYOUT, report)?,
            column_count: self.first.names.len(),
            has_header: true,
            is_aside: |_| false,
        })
    }
}

/// The unit of an amount's column: `value`, `value(eth)`, `value (satoshi)`, `total_eth`. `None` for
/// other columns and for amounts of money, which are only what a coin was worth.
fn unit_of(name: &str, known: &[&str]) -> Option<Unit> {
    let rest = known.iter().find_map(|known| name.strip_prefix(known))?;
    let rest = rest.trim_start_matches([' ', '_', '(']).trim_end_matches(')');
    if rest.is_empty() {
        return Some(Unit::default());
    }
    if let Some(&(_, coin, scale)) = UNITS.iter().find(|(unit, ..)| *unit == rest) {
        return Some(Unit { currency: Some(coin), scale, has_groups: false });
    }
    // Coins have six decimals or more, money has four at most.
    let coin = Currency::from_code(rest).filter(|coin| coin.exponent() > 4)?;
    Some(Unit { currency: Some(coin.code()), ..Unit::default() })
}
