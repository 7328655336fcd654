//! A large seeded ledger in memory, and origins to ask about.

use std::io::Write as _;

use caudal_model::{
    Currency, EvidenceFile, Moment, Money, Opening, SourceRef, Thing, Transfer, TransferTable,
};
use caudal_testkit::random::{OUTSIDE, Rng, bank};

/// Transfers for one account, on average.
const TRANSFERS_PER_ACCOUNT: u64 = 20;

/// A table and its opening balances.
pub(crate) struct Workload {
    pub(crate) table: TransferTable,
    pub(crate) openings: Vec<Opening>,
    pub(crate) accounts: u32,
}

/// A year of a bank: power-law activity, integer cents, a tenth in from outside and a tenth out.
pub(crate) fn make(transfers: u64, openings_percent: u64, seed: u64) -> Workload {
    let accounts = u32::try_from((transfers / TRANSFERS_PER_ACCOUNT).max(2)).unwrap_or(u32::MAX);
    let lines = bank(seed, transfers, accounts);
    let usd = Currency::from_code("USD").expect("in the table");
    let first = Moment::from_date(2025, 1, 1).expect("a day");
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

/// Writes the ledger as a file of transfers to standard output: by blocks of days that lie shuffled, as
/// the exports of several systems would, so that a reader has to put it in order.
pub(crate) fn write_csv(transfers: u64, seed: u64) -> std::io::Result<()> {
    const BLOCK: usize = 50_000;
    let accounts = u32::try_from((transfers / TRANSFERS_PER_ACCOUNT).max(2)).unwrap_or(u32::MAX);
    let mut bank = bank(seed, transfers.saturating_sub(u64::from(accounts)), accounts);
    let lines: Vec<_> = (1u64..).zip(&mut bank).collect();
    let mut blocks: Vec<_> = lines.chunks(BLOCK).collect();
    let mut rng = Rng::new(seed ^ 0x0b10_c4ed);
    for at in (1..blocks.len()).rev() {
        let other = rng.below(at as u64 + 1);
        blocks.swap(at, usize::try_from(other).unwrap_or(0));
    }
    let first = Moment::from_date(2025, 1, 1).expect("a day");
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    out.write_all(b"id,date,payer,payee,amount,currency\n")?;
    let name = |account: u32| {
        if account == OUTSIDE { "@outside".to_owned() } else { format!("A{account}") }
    };
    // What each account begins with comes in on the first day.
    for account in 0..accounts {
        let (minor, name) = (bank.opening(account).max(1), name(account));
        let (whole, rest) = (minor / 100, minor % 100);
        writeln!(out, "f{account},{first},@outside,{name},{whole}.{rest:02},USD")?;
    }
    for &(row, (day, payer, payee, minor)) in blocks.into_iter().flatten() {
        let day = Moment { day: first.day + day, nanos: None };
        let (payer, payee, whole, rest) = (name(payer), name(payee), minor / 100, minor % 100);
        writeln!(out, "t{row},{day},{payer},{payee},{whole}.{rest:02},USD")?;
    }
    out.flush()
}

/// Positions of transfers from outside: random ones, each at least a thousand units.
pub(crate) fn origins(table: &TransferTable, count: usize, seed: u64) -> Vec<u32> {
    const LARGE: u128 = 100_000;
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
