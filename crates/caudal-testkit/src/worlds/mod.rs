//! Whole worlds from a seed: accounts, what truly happened, and the statements that tell of it.
//!
//! *Shape.* [`generate`] simulates payments between accounts and with the outside, books them at
//! both banks, and writes a statement file for every account and month that is not hidden, in the
//! account's format. [`World`] keeps the truth beside the files: every row of a file names the entry
//! it tells of ([`World::entry_at`]), and every injected fault is listed. So import, proof, matching
//! and the ranking of statements to request can be measured against what is known to be true.
//! Nothing here uses a reader or the engine. A seed repeats everything; there is no clock.
//!
//! *Units.* Minor units of the account's currency, signed as the account sees them. Days since
//! 1970-01-01. Rows are lines of the file, from 1.
//!
//! *Example.*
//! ```
//! use caudal_testkit::worlds::{WorldOptions, generate};
//! let world = generate(&WorldOptions { seed: 7, months: 2, ..WorldOptions::default() });
//! let file = &world.files[0];
//! let row = file.rows[0].row;
//! let entry = world.entry(world.entry_at(0, row).expect("a row with an entry"));
//! assert_eq!(entry.account, file.account);
//! ```

mod books;
mod calendar;
mod faults;
mod identifiers;
mod laundering;
mod ledger;
mod life;
mod people;
mod sheets;
mod truth;
mod write;

use std::collections::BTreeSet;

pub use calendar::Month;
pub use faults::{FaultKind, InjectedFault};
pub use ledger::{LedgerTexts, as_ledger};
pub use truth::{
    Account, Country, EntryId, Outside, OutsideKind, Party, Side, TransferKind, TrueEntry,
    TrueTransfer,
};
pub use write::FileFormat;

use crate::random::Rng;

/// What a world is like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says alone what a world may hold")]
pub struct WorldOptions {
    /// Determines everything else. 1.
    pub seed: u64,
    /// Accounts whose statements may be held, at least 2. Twelve meet every format. 12.
    pub account_count: usize,
    /// Months of statements, at least 1. 6.
    pub months: u32,
    /// The first month; years from 1980 to 2040. January 2025.
    pub first_month: Month,
    /// Random transfers in a month per account on average; the busiest accounts make most of them.
    /// Salaries, rents, standing orders and laundering come on top. 8.
    pub transfers_per_account_month: u32,
    /// Deposits of victims whose money is then passed on in layers. 3.
    pub victim_deposits: u32,
    /// Whether most transfers between accounts carry one end-to-end reference on both sides. Else
    /// every side has only the reference that its own bank gave. True.
    pub with_references: bool,
    /// Whether rows name the other side and its account. True.
    pub with_names: bool,
    /// Whether accounts of different currencies pay each other. True.
    pub has_fx: bool,
    /// Whether banks charge fees, beside the payment or out of the credit. True.
    pub has_fees: bool,
    /// Faults to inject, one a file at most; fewer are injected where files run out. 0.
    pub faults: usize,
    /// Share of (account, month) statements that are not written, in percent. 0.
    pub hidden_percent: u8,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            account_count: 12,
            months: 6,
            first_month: Month { year: 2025, month: 1 },
            transfers_per_account_month: 8,
            victim_deposits: 3,
            with_references: true,
            with_names: true,
            has_fx: true,
            has_fees: true,
            faults: 0,
            hidden_percent: 0,
        }
    }
}

impl WorldOptions {
    /// The same options with every figure inside its limits.
    fn within_limits(&self) -> Self {
        let first = self.first_month;
        Self {
            account_count: self.account_count.max(2),
            months: self.months.clamp(1, 120),
            first_month: Month {
                year: first.year.clamp(1980, 2040),
                month: first.month.clamp(1, 12),
            },
            hidden_percent: self.hidden_percent.min(100),
            ..self.clone()
        }
    }
}

/// A statement that an account has for a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountMonth {
    /// Position of the account in [`World::accounts`].
    pub account: usize,
    /// The month.
    pub month: Month,
}

/// A statement file as a bank would deliver it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldFile {
    /// Its name, which no other file of the world has.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Position of its account in [`World::accounts`].
    pub account: usize,
    /// The year it is of.
    pub year: i32,
    /// The month it is of, 1 to 12.
    pub month: u32,
    /// First and last day that it covers.
    pub period: (i32, i32),
    /// `mt940`, `camt`, `csv-en`, `csv-es`, `ofx`, `bai2` or `norma43`: see [`FileFormat::id`].
    pub format: &'static str,
    /// What it says the balance was before its first entry; OFX does not say it.
    pub opening_minor: i128,
    /// What it says the balance was after its last entry.
    pub closing_minor: i128,
    /// Its rows, ascending. Two rows of one entry occur where a fault repeats a row.
    pub rows: Vec<FileRow>,
}

/// A row of a file and the entry that it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRow {
    /// Line in the file, from 1: the first line of the entry; of `<Ntry>` or `<STMTTRN>` in camt and
    /// OFX.
    pub row: u64,
    /// The entry.
    pub entry: EntryId,
}

/// The truth, and the files that tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The options, inside their limits.
    pub options: WorldOptions,
    /// The accounts.
    pub accounts: Vec<Account>,
    /// Everybody else.
    pub outside: Vec<Outside>,
    /// What truly happened, in the order in which it was ordered.
    pub transfers: Vec<TrueTransfer>,
    /// What the banks truly booked: by account, then day, then order in the day.
    pub entries: Vec<TrueEntry>,
    /// The files: by account and month; those that only a fault delivers come last.
    pub files: Vec<WorldFile>,
    /// Statements that are not written, ascending.
    pub hidden: Vec<AccountMonth>,
    /// The faults, in the order of their injection.
    pub faults: Vec<InjectedFault>,
}

/// A world. The same options give the same world, byte by byte.
pub fn generate(options: &WorldOptions) -> World {
    let options = options.within_limits();
    let mut rng = Rng::new(options.seed);
    let accounts = people::accounts(&mut rng, options.account_count);
    let outside = people::outside(&mut rng);
    let transfers = life::live(&options, &accounts, &outside, &mut rng);
    let mut world = World {
        options,
        accounts,
        outside,
        transfers,
        entries: Vec::new(),
        files: Vec::new(),
        hidden: Vec::new(),
        faults: Vec::new(),
    };
    books::book(&mut world);
    world.hidden = sheets::hidden(&world, &mut rng);
    let mut sheets = sheets::sheets(&world);
    let planned = faults::inject(&world, &mut sheets, &mut rng);
    sheets::write(&mut world, &sheets, &planned);
    world
}

impl World {
    /// An entry.
    pub fn entry(&self, id: EntryId) -> &TrueEntry {
        &self.entries[id.0]
    }

    /// The months of the world.
    pub fn months(&self) -> Vec<Month> {
        self.options.first_month.run(self.options.months)
    }

    /// What a row of a file tells of; `None` where no entry begins on that line.
    pub fn entry_at(&self, file: usize, row: u64) -> Option<EntryId> {
        let rows = &self.files.get(file)?.rows;
        let at = rows.binary_search_by_key(&row, |file_row| file_row.row).ok()?;
        Some(rows[at].entry)
    }

    /// The balance of an account after all entries of a day.
    pub fn balance_minor(&self, account: usize, day: i32) -> i128 {
        let from = self.entries.partition_point(|entry| entry.account < account);
        let to = self.entries.partition_point(|e| (e.account, e.day) <= (account, day));
        let last = (from < to).then(|| self.entries[to - 1].balance_after_minor);
        last.unwrap_or(self.accounts[account].opening_minor)
    }

    /// Entries that stand in at least one file.
    pub fn seen_entries(&self) -> BTreeSet<EntryId> {
        self.files.iter().flat_map(|file| &file.rows).map(|row| row.entry).collect()
    }

    /// The two sides of each transfer between accounts, payer first, where files show both.
    pub fn pairs(&self) -> Vec<(EntryId, EntryId)> {
        let seen = self.seen_entries();
        let sides = self
            .transfers
            .iter()
            .filter_map(|transfer| transfer.payer_entry.zip(transfer.payee_entry));
        sides.filter(|(payer, payee)| seen.contains(payer) && seen.contains(payee)).collect()
    }

    /// Entries that no file shows, because their statement is hidden or a fault took their row.
    pub fn hidden_entries(&self) -> Vec<EntryId> {
        let seen = self.seen_entries();
        (0..self.entries.len()).map(EntryId).filter(|id| !seen.contains(id)).collect()
    }

    /// Whether a fault breaks the balances that its own file states. OFX states no opening balance:
    /// there only the closing balance of the month before shows it.
    pub fn shows_in_own_file(&self, fault: &InjectedFault) -> bool {
        fault.kind.is_arithmetic() && self.files[fault.file].format != FileFormat::Ofx.id()
    }

    /// What shows a fault; `None` for one that no balance and no amount can show.
    pub fn shown_by(&self, fault: &InjectedFault) -> Option<ShownBy> {
        if !fault.kind.is_arithmetic() {
            return None;
        }
        if self.shows_in_own_file(fault) {
            return Some(ShownBy::OwnFile);
        }
        let damaged = &self.files[fault.file];
        let month = Month { year: damaged.year, month: damaged.month };
        let before = month.before();
        let is_before = |file: &WorldFile| {
            file.account == damaged.account
                && (file.year, file.month) == (before.year, before.month)
        };
        if self.files.iter().any(is_before) {
            return Some(ShownBy::FileBefore);
        }
        let seen = self.seen_entries();
        let sides = self.pairs_of(fault);
        sides.iter().any(|side| seen.contains(side)).then_some(ShownBy::OtherSide)
    }

    /// The other sides of what a fault damaged: of its row, and of all rows that are gone.
    pub fn pairs_of(&self, fault: &InjectedFault) -> Vec<EntryId> {
        let damaged = &self.files[fault.file];
        let held: BTreeSet<EntryId> = damaged.rows.iter().map(|row| row.entry).collect();
        let is_gone = |at: &usize| {
            let entry = &self.entries[*at];
            let is_inside = damaged.period.0 <= entry.day && entry.day <= damaged.period.1;
            entry.account == damaged.account && is_inside && !held.contains(&EntryId(*at))
        };
        let gone = (0..self.entries.len()).filter(is_gone).map(EntryId);
        let other = |id: EntryId| {
            let transfer = &self.transfers[self.entry(id).transfer?];
            let sides = [transfer.payer_entry, transfer.payee_entry];
            sides.into_iter().flatten().find(|&side| side != id)
        };
        fault.entry.into_iter().chain(gone).filter_map(other).collect()
    }
}

/// Evidence that contradicts a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShownBy {
    /// The balances that its own file states.
    OwnFile,
    /// The closing balance of the month before.
    FileBefore,
    /// The other account's statement, which has another amount or an entry more or less.
    OtherSide,
}

/// A number below `end`, which is above zero, to reckon with.
fn below(rng: &mut Rng, end: u64) -> i128 {
    i128::from(rng.below(end))
}

/// A position in something of that length.
fn index(rng: &mut Rng, len: usize) -> usize {
    let len = u64::try_from(len).expect("a length fits");
    usize::try_from(rng.below(len)).expect("below a length")
}

/// Puts a list in random order.
fn shuffle<T>(rng: &mut Rng, list: &mut [T]) {
    for at in (1..list.len()).rev() {
        list.swap(at, index(rng, at + 1));
    }
}
