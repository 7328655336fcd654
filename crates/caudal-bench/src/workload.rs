//! A large seeded ledger in memory, and origins to ask about.

use caudal_model::{
    Currency, EvidenceFile, Moment, Money, Opening, SourceRef, Thing, Transfer, TransferTable,
};
use caudal_testkit::random::{OUTSIDE, Rng, bank};

/// Transfers for one account, on average.
const TRANSFERS_PER_ACCOUNT: u64 = 20;

/// A transfer that may be asked about has at least so many cents.
pub(crate) const LARGE: u128 = 100_000;

/// A table and its opening balances.
pub(crate) struct Workload {
    pub(crate) table: TransferTable,
    pub(crate) openings: Vec<Opening>,
    pub(crate) accounts: u32,
}

/// How many accounts a ledger of so many transfers has.
pub(crate) fn accounts_of(transfers: u64) -> u32 {
    u32::try_from((transfers / TRANSFERS_PER_ACCOUNT).max(2)).unwrap_or(u32::MAX)
}

/// The first day of the year.
pub(crate) fn first_day() -> Moment {
    Moment::from_date(2025, 1, 1).expect("a day")
}

/// A year of a bank: power-law activity, integer cents, a tenth in from outside and a tenth out.
pub(crate) fn make(transfers: u64, openings_percent: u64, seed: u64) -> Workload {
    let accounts = accounts_of(transfers);
    let lines = bank(seed, transfers, accounts);
    let usd = Currency::from_code("USD").expect("in the table");
    let first = first_day();
    let file = EvidenceFile { name: "bank".to_owned(), sha256: String::new() };
    let openings = (0..accounts)
        .map(|account| Opening {
            account: format!("A{account}"),
            money: Money {
                minor: u128::from(lines.opening(account) * openings_percent / 100),
                currency: usd,
            },
            label: None,
            row: 0,
            file: file.clone(),
        })
        .collect();
    let mut table = TransferTable::default();
    let name = |account: u32| {
        if account == OUTSIDE { "@outside".to_owned() } else { format!("A{account}") }
    };
    for (row, (day, payer, payee, minor)) in (1u64..).zip(lines) {
        let pushed = table.push(&Transfer {
            id: &format!("t{row}"),
            moment: Moment { day: first.day + day, nanos: None },
            payer: &name(payer),
            payee: &name(payee),
            thing: Thing::Money(Money { minor: u128::from(minor), currency: usd }),
            received: None,
            label: None,
            sequence: None,
            reverses: None,
            source: SourceRef { file_idx: 0, part: 0, row },
        });
        pushed.expect("ids are numbered");
    }
    Workload { table, openings, accounts }
}

/// Positions of transfers from outside: random ones, each at least a thousand units.
pub(crate) fn origins(table: &TransferTable, count: usize, seed: u64) -> Vec<u32> {
    let mut rng = Rng::new(seed ^ 0x05ee_d0fa);
    let mut found = Vec::with_capacity(count);
    let (outside, total) = (table.names().find("@outside"), table.len() as u64);
    for _ in 0..count * 1000 {
        if found.len() == count {
            break;
        }
        let row = u32::try_from(rng.below(total)).unwrap_or(0);
        if Some(table.ends(row).0) == outside && table.money(row).minor >= LARGE {
            found.push(row);
        }
    }
    found
}
