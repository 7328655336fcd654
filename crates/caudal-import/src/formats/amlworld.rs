//! Transfers of the AMLworld generator.
//!
//! *Shape.* Read by position, since two columns are named `Account`. Rows come below a header, bare,
//! or in the blocks of a file of patterns, whose `BEGIN` and `END` lines are passed over. An account
//! is `bank:account`, the bank without the zeros before it: files write one bank as `021174` and as
//! `21174`. A row without an id of its own gets `r` and its line.
//!
//! *Units.* Times have no zone. All rows of a set are told by one clock, and are read as that clock
//! shows them, as if in universal time; nothing can be compared with them but their own kind.
//!
//! *Authority.* The published HI-Small files; ISO 4217 for the names of currencies.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::ControlFlow;

use caudal_model::Moment;

use crate::csv_file::{self, Header, Layout, Placing};
use crate::fields::Cell;
use crate::formats::Found;
use crate::report::Report;
use crate::transfers::{column, empty_row};

/// The columns that are read, by their names in snake case.
const LAYOUT: Layout = Layout {
    columns: &[
        "timestamp",
        "from_bank",
        "from_account",
        "to_bank",
        "to_account",
        "amount_received",
        "receiving_currency",
        "amount_paid",
        "payment_currency",
    ],
    required_count: 9,
    needs_rows: true,
};

/// Positions in [`LAYOUT`], and in a row without a header.
mod position {
    pub(super) const TIMESTAMP: usize = 0;
    pub(super) const FROM_BANK: usize = 1;
    pub(super) const FROM_ACCOUNT: usize = 2;
    pub(super) const TO_BANK: usize = 3;
    pub(super) const TO_ACCOUNT: usize = 4;
    pub(super) const AMOUNT_RECEIVED: usize = 5;
    pub(super) const RECEIVING_CURRENCY: usize = 6;
    pub(super) const AMOUNT_PAID: usize = 7;
    pub(super) const PAYMENT_CURRENCY: usize = 8;
}

/// Cells of a row without a header: those above, payment format, is laundering.
const BARE_COUNT: usize = 11;

/// Names of currencies as the generator writes them.
const CURRENCIES: &[(&str, &str)] = &[
    ("US Dollar", "USD"),
    ("Euro", "EUR"),
    ("Saudi Riyal", "SAR"),
    ("Swiss Franc", "CHF"),
    ("Rupee", "INR"),
    ("Yuan", "CNY"),
    ("Yen", "JPY"),
    ("Canadian Dollar", "CAD"),
    ("Ruble", "RUB"),
    ("UK Pound", "GBP"),
    ("Australian Dollar", "AUD"),
    ("Mexican Peso", "MXN"),
    ("Shekel", "ILS"),
    ("Brazil Real", "BRL"),
    ("Bitcoin", "BTC"),
];

pub(super) fn is_amlworld(head: &str) -> bool {
    let names = header(head).names;
    is_bare(head) || LAYOUT.columns.iter().all(|column| names.iter().any(|name| name == column))
}

pub(super) fn read(text: &str, found: &mut Found, report: &mut Report) {
    let Some(placing) = place(text, report) else { return };
    let (mut id, mut payer, mut payee) = (String::new(), String::new(), String::new());
    csv_file::read_placed(text, &placing, report, &mut |report, at, cells| {
        id.clear();
        // Writing to a String cannot fail.
        let _ = write!(id, "r{}", at.row);
        write_account(&mut payer, [&cells[position::FROM_BANK], &cells[position::FROM_ACCOUNT]]);
        write_account(&mut payee, [&cells[position::TO_BANK], &cells[position::TO_ACCOUNT]]);
        let mut row = empty_row();
        row[column::ID] = Cell::Text(Cow::Borrowed(&id));
        row[column::DATE] = time(&cells[position::TIMESTAMP]);
        row[column::PAYER] = Cell::Text(Cow::Borrowed(&payer));
        row[column::PAYEE] = Cell::Text(Cow::Borrowed(&payee));
        row[column::AMOUNT] = cells[position::AMOUNT_PAID].clone();
        row[column::CURRENCY] = currency(&cells[position::PAYMENT_CURRENCY]);
        row[column::RECEIVED_AMOUNT] = cells[position::AMOUNT_RECEIVED].clone();
        row[column::RECEIVED_CURRENCY] = currency(&cells[position::RECEIVING_CURRENCY]);
        found.intake.take(report, at.row, &row);
        ControlFlow::Continue(())
    });
}

/// Where the columns stand: by the header, or in the generator's order where there is none.
fn place(text: &str, report: &mut Report) -> Option<Placing> {
    if is_bare(text) {
        return Some(Placing {
            separator: b',',
            positions: (0..LAYOUT.columns.len()).map(Some).collect(),
            column_count: BARE_COUNT,
            has_header: false,
            is_aside: is_bracket,
        });
    }
    let header = header(text);
    Some(Placing {
        separator: b',',
        positions: header.place(&LAYOUT, report)?,
        column_count: header.names.len(),
        has_header: true,
        is_aside: is_bracket,
    })
}

/// Whether the first line that is no bracket of a pattern is a row already.
fn is_bare(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !is_bracket(line)).unwrap_or_default();
    let cells: Vec<&str> = line.split(',').take(BARE_COUNT + 1).map(str::trim).collect();
    let is_time = cells.first().is_some_and(|cell| parse_time(cell).is_some());
    cells.len() == BARE_COUNT && is_time
}

/// Whether a line opens or closes a block of a file of patterns.
fn is_bracket(line: &str) -> bool {
    line.starts_with("BEGIN LAUNDERING ATTEMPT") || line.starts_with("END LAUNDERING ATTEMPT")
}

/// The header with names in snake case, the first `account` being the payer's.
fn header(text: &str) -> Header<'_> {
    let mut header = Header::read(text, b',');
    let mut is_payee = false;
    for name in &mut header.names {
        *name = name.replace(' ', "_");
        let known = match name.as_str() {
            "account" | "account.1" if is_payee => "to_account",
            "account" => {
                is_payee = true;
                "from_account"
            }
            "from_bank_id" => "from_bank",
            "from_account_id" => "from_account",
            "to_bank_id" => "to_bank",
            "to_account_id" => "to_account",
            _ => continue,
        };
        known.clone_into(name);
    }
    header
}

/// Writes `bank:account`, or nothing where one of them is missing, since neither names an account
/// alone.
fn write_account(key: &mut String, [bank, account]: [&Cell<'_>; 2]) {
    key.clear();
    if bank.is_empty() || account.is_empty() {
        return;
    }
    let bank = bank.text();
    let significant = bank.trim_start_matches('0');
    key.push_str(if significant.is_empty() { "0" } else { significant });
    key.push(':');
    key.push_str(&account.text());
}

fn currency<'c>(cell: &Cell<'c>) -> Cell<'c> {
    let text = cell.text();
    let known = CURRENCIES.iter().find(|(name, _)| *name == text);
    known.map_or_else(|| cell.clone(), |&(_, code)| Cell::Text(Cow::Borrowed(code)))
}

/// A time as the set's clock shows it; what is none stays text, for the row's checks to judge.
fn time<'c>(cell: &Cell<'c>) -> Cell<'c> {
    parse_time(&cell.text()).map_or_else(|| cell.clone(), Cell::Moment)
}

/// Reads `2022/09/01 00:20`.
fn parse_time(text: &str) -> Option<Moment> {
    let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
    if [bytes[4], bytes[7], bytes[10], bytes[13]] != *b"// :" {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0u32, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute) = (number(11..13)?, number(14..16)?);
    let day = Moment::from_date(i32::try_from(year).ok()?, month, day)?;
    let nanos = u64::from(hour * 60 + minute) * 60 * 1_000_000_000;
    (hour < 24 && minute < 60).then_some(Moment { nanos: Some(nanos), ..day })
}
