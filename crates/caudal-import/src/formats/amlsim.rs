//! Transfers of the AMLSim generator.
//!
//! *Shape.* Four layouts, told apart by their headers: the log of the simulator, its converted
//! output, and two older ones. A row without an id of its own gets `r` and its line. The log is
//! written in the order in which the simulator moves the money, and its balances follow that order,
//! so its lines are the sequence.
//!
//! *Units.* A step is a day; step 0 is 2017-01-01, the base date that the generator is shipped with,
//! so that a log and its converted output name the same days. No file names a currency: it is asked.
//!
//! *Authority.* The published samples and the description of the generator's settings.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::ControlFlow;

use crate::csv_file::{self, Header, Layout, Placing};
use crate::dates;
use crate::fields::Cell;
use crate::formats::{Found, ReadOptions};
use crate::report::Report;
use crate::transfers::{column, empty_row};

const LAYOUT: Layout = Layout {
    columns: &["payer", "payee", "amount", "time", "id"],
    required_count: 4,
    needs_rows: true,
};

/// Positions in [`LAYOUT`].
mod position {
    pub(super) const PAYER: usize = 0;
    pub(super) const PAYEE: usize = 1;
    pub(super) const AMOUNT: usize = 2;
    pub(super) const TIME: usize = 3;
    pub(super) const ID: usize = 4;
}

/// One layout: the names of payer, payee, amount, time and id, and a column that marks it.
struct Dialect {
    names: [&'static str; 5],
    mark: &'static str,
    is_log: bool,
}

const DIALECTS: &[Dialect] = &[
    Dialect {
        names: ["nameorig", "namedest", "amount", "step", ""],
        // Another simulator writes the other columns too, with steps of an hour.
        mark: "issar",
        is_log: true,
    },
    Dialect {
        names: ["orig_acct", "bene_acct", "base_amt", "tran_timestamp", "tran_id"],
        mark: "tran_id",
        is_log: false,
    },
    Dialect {
        names: ["sender_account_id", "receiver_account_id", "tx_amount", "timestamp", "tx_id"],
        mark: "tx_id",
        is_log: false,
    },
    Dialect {
        names: ["sourcenodeid", "targetnodeid", "value", "time", ""],
        mark: "sourcenodeid",
        is_log: false,
    },
];

/// 2017-01-01, counted from 1970-01-01.
const STEP_ZERO: i64 = 17_167;

pub(super) fn is_amlsim(head: &str) -> bool {
    dialect(&Header::read(head, b',').names).is_some()
}

pub(super) fn read(text: &str, options: &ReadOptions, found: &mut Found, report: &mut Report) {
    let mut header = Header::read(text, b',');
    let dialect = dialect(&header.names);
    for name in &mut header.names {
        let known = dialect.and_then(|dialect| dialect.names.iter().position(|n| n == name));
        if let Some(position) = known {
            LAYOUT.columns[position].clone_into(name);
        }
    }
    let Some(positions) = header.place(&LAYOUT, report) else { return };
    let placing = Placing {
        separator: b',',
        positions,
        column_count: header.names.len(),
        has_header: true,
        is_aside: |_| false,
    };
    let is_log = dialect.is_some_and(|dialect| dialect.is_log);
    let mut id = String::new();
    csv_file::read_placed(text, &placing, report, &mut |report, at, cells| {
        id.clear();
        // Writing to a String cannot fail.
        let _ = write!(id, "r{}", at.row);
        let mut row = cells_of(cells, options);
        if row[column::ID].is_empty() {
            row[column::ID] = Cell::Text(Cow::Borrowed(&id));
        }
        if is_log {
            row[column::SEQUENCE] = Cell::Number { unscaled: i128::from(at.row), scale: 0 };
        }
        found.intake.take(report, at.row, &row);
        ControlFlow::Continue(())
    });
}

/// The dialect whose columns a header has.
fn dialect(names: &[String]) -> Option<&'static Dialect> {
    let has = |name: &str| name.is_empty() || names.iter().any(|known| known == name);
    DIALECTS.iter().find(|dialect| has(dialect.mark) && dialect.names.iter().all(|name| has(name)))
}

fn cells_of<'c>(
    cells: &'c [Cell<'c>],
    options: &'c ReadOptions,
) -> [Cell<'c>; crate::transfers::LAYOUT.columns.len()] {
    let mut row = empty_row();
    row[column::ID] = cells[position::ID].clone();
    row[column::DATE] = date(&cells[position::TIME]);
    row[column::PAYER] = cells[position::PAYER].clone();
    row[column::PAYEE] = cells[position::PAYEE].clone();
    row[column::AMOUNT] = cells[position::AMOUNT].clone();
    let currency = options.currency.as_deref().unwrap_or_default();
    row[column::CURRENCY] = Cell::Text(Cow::Borrowed(currency));
    row
}

/// The day of a step; a date stays as it is written.
fn date<'c>(cell: &Cell<'c>) -> Cell<'c> {
    let text = cell.text();
    let is_step = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let day = text.parse::<i64>().ok().filter(|_| is_step);
    day.map_or_else(|| cell.clone(), |step| dates::day_cell(STEP_ZERO.saturating_add(step)))
}
