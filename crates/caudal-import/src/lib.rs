//! Readers of evidence: transfers, openings and accounts, with every problem named.
//!
//! *Shape.* Bytes in, values and problems out. Reading never fails on content, never touches the
//! disk, the network or the clock, and never guesses: a value that can be read in two ways is a
//! problem with its row, what was found and what would have been right. A row with a blocking
//! problem is left out and reported, so no figure rests on it.
//!
//! Transfers come as delimited text or Parquet, with the columns `id`, `date`, `payer`, `payee`,
//! `amount`, `currency` and, if they are there, `label`, `received_amount`, `received_currency`,
//! `sequence`, `reverses`, in any order; other columns are ignored.
//!
//! *Example.*
//! ```
//! use std::ops::ControlFlow;
//! let csv = b"id,date,payer,payee,amount,currency\nt1,2025-04-03,@victim,A-1,1204.50,USD\n";
//! let read = caudal_import::read_transfers("a.csv", csv, &mut |_| ControlFlow::Continue(()));
//! assert_eq!(read.value.len(), 1);
//! assert_eq!(read.problems, []);
//! ```

mod csv_file;
mod dates;
mod fields;
mod formats;
mod guard;
mod lists;
mod pace;
mod parquet_file;
mod profile;
mod report;
mod text;
mod transfers;

use std::ops::ControlFlow;

use caudal_model::{Opening, Problem, ProblemCode, TransferTable};
use sha2::{Digest, Sha256};

pub use formats::archive::{is_archive, unpack};
pub use formats::{Evidence, Format, ReadOptions, read_evidence, recognise};
pub use guard::is_guarded;
pub use lists::{AccountRow, AssertedLink, Statement};
pub use profile::{AmountStyle, DateOrder, DecimalMark, Field, Profile, ProfileError, RowOrder};
pub use report::PROBLEMS_LISTED_MAX;

use report::{Fault, Report};
use transfers::Intake;

/// What a file gave, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Imported<T> {
    /// What was read.
    pub value: T,
    /// Problems in row order: at most [`PROBLEMS_LISTED_MAX`] that block and as many others, then
    /// one with the number of those not listed.
    pub problems: Vec<Problem>,
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows read.
    pub rows: u64,
    /// Bytes of the file that they take, estimated where the file is encoded or compressed.
    pub bytes: u64,
    /// Bytes of the whole file.
    pub bytes_total: u64,
}

/// Rows between two calls of a progress function.
const ROWS_PER_PROGRESS: u64 = 1 << 16;

impl Progress {
    /// Progress when `part` of `whole` is done, in any unit.
    fn new(rows: u64, (part, whole): (u64, u64), bytes_total: u64) -> Self {
        let bytes = u128::from(bytes_total) * u128::from(part) / u128::from(whole.max(1));
        let bytes = u64::try_from(bytes).unwrap_or(bytes_total).min(bytes_total);
        Self { rows, bytes, bytes_total }
    }
}

/// Is told of progress every 65,536 rows; breaks to stop the reading, which then gives what it has.
pub type OnProgress<'f> = &'f mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Reads transfers from delimited text or Parquet. `name` is the file's name without folders.
pub fn read_transfers(
    name: &str,
    bytes: &[u8],
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Imported<TransferTable> {
    let mut report = Report::new(name, bytes);
    let mut intake = Intake::default();
    read_transfers_into(bytes, (&mut intake, &mut report), progress);
    let mut table = intake.table;
    table.files.push(report.file().clone());
    Imported { value: table, problems: report.finish() }
}

fn read_transfers_into(
    bytes: &[u8],
    (intake, report): (&mut Intake, &mut Report),
    progress: OnProgress<'_>,
) {
    if parquet_file::is_parquet(bytes) {
        parquet_file::read(bytes, intake, report, progress);
    } else if let Some(text) = text::decode(bytes, report) {
        read_text(&text, bytes.len(), (intake, report), progress);
    }
}

/// Rows after which it is estimated how many a file has.
const ROWS_OF_ESTIMATE: u64 = 1 << 13;

fn read_text(
    text: &str,
    byte_count: usize,
    (intake, report): (&mut Intake, &mut Report),
    progress: OnProgress<'_>,
) {
    let mut count = 0;
    let layout = &transfers::LAYOUT;
    let many = (transfers::ROWS_AT_ONCE, report);
    csv_file::read_many(text, layout, many, &mut |report, rows, cells| {
        intake.expect(cells);
        for (at, cells) in rows.iter().zip(cells.chunks_exact(layout.columns.len())) {
            intake.take(report, at.row, cells);
            count += 1;
            if count == ROWS_OF_ESTIMATE {
                // All rows, if the others are as long as those so far.
                let of_text = text.len() as u128 * u128::from(count) / at.end.max(1) as u128;
                intake.table.reserve(usize::try_from(of_text).unwrap_or(0));
            }
            if count % ROWS_PER_PROGRESS == 0 {
                let part = (at.end as u64, text.len() as u64);
                progress(Progress::new(count, part, byte_count as u64))?;
            }
        }
        ControlFlow::Continue(())
    });
}

/// Reads opening balances from delimited text with the columns `account`, `currency`, `amount` and,
/// if it is there, `label`: one lot a row, in the order in which they stand in the account.
pub fn read_openings(name: &str, bytes: &[u8]) -> Imported<Vec<Opening>> {
    read_list(name, bytes, lists::openings)
}

/// Reads the list of accounts from delimited text with the columns `account`, `statement` (`held`
/// or `missing`) and, if they are there, `institution` and `country`; others are ignored.
pub fn read_accounts(name: &str, bytes: &[u8]) -> Imported<Vec<AccountRow>> {
    read_list(name, bytes, lists::accounts)
}

/// Reads asserted links from delimited text with the columns `receipt`, `payment`, `amount`, `name`,
/// `date`, `reason` and, if it is there, `evidence`.
pub fn read_links(name: &str, bytes: &[u8]) -> Imported<Vec<AssertedLink>> {
    read_list(name, bytes, lists::links)
}

fn read_list<T>(
    name: &str,
    bytes: &[u8],
    read: fn(&str, &mut Report) -> Vec<T>,
) -> Imported<Vec<T>> {
    let mut report = Report::new(name, bytes);
    let text = text::decode(bytes, &mut report);
    let value = text.map(|text| read(&text, &mut report)).unwrap_or_default();
    Imported { value, problems: report.finish() }
}

/// The SHA-256 of bytes, in 64 lower-case hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let mut digester = Digester::default();
    digester.update(bytes);
    digester.finish()
}

/// The SHA-256 of bytes that come one part after another.
#[derive(Clone, Debug, Default)]
pub struct Digester {
    inner: Sha256,
}

impl Digester {
    /// Takes the next part.
    pub fn update(&mut self, part: &[u8]) {
        self.inner.update(part);
    }

    /// The digest, in 64 lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        use std::fmt::Write;
        let mut text = String::with_capacity(64);
        for byte in self.inner.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// The problem of a file whose bytes end or break in the middle.
fn truncated(found: &str) -> Fault {
    Fault::new(ProblemCode::FileTruncated, found)
}
