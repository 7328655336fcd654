//! The formats of banks and of investigators: one module each, and which of them claims a file.
//!
//! *Shape.* Bytes in; statements, transfers and problems out. A reader never fails on content. What
//! it cannot read stays in the row's raw text, with a problem that names the place.

mod amlsim;
mod amlworld;
pub(crate) mod archive;
mod bai2;
mod camt;
mod chain;
mod ftm;
mod mt940;
mod norma43;
mod ofx;
mod pacs008;
mod pdf;
mod qif;
mod spreadsheet;
mod table;
mod xml;

use caudal_model::{Currency, EvidenceFile, Opening, ProblemCode, Statement, TransferTable};

use crate::lists::AccountRow;
use crate::profile::Profile;
use crate::report::{Fault, Report};
use crate::transfers::Intake;
use crate::{Imported, OnProgress, pace, text};

macro_rules! formats {
    ($( $(#[doc = $doc:literal])+ $name:ident = $id:literal; )+) => {
        /// A format of evidence.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Format { $( $(#[doc = $doc])+ $name, )+ }

        impl Format {
            /// Every format.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];

            /// Its id, such as `mt940`.
            pub const fn id(self) -> &'static str {
                match self { $( Self::$name => $id, )+ }
            }
        }
    };
}

formats! {
    /// Transfers in Caudal's own columns, as CSV or Parquet.
    Transfers = "transfers";
    /// Opening balances in Caudal's own columns.
    Openings = "openings";
    /// Accounts in Caudal's own columns.
    Accounts = "accounts";
    /// ISO 20022 camt.052, camt.053, camt.054.
    Camt = "camt";
    /// ISO 20022 pacs.008.
    Pacs008 = "pacs008";
    /// SWIFT MT940, MT942, MT950.
    Mt940 = "mt940";
    /// OFX 1 and 2.
    Ofx = "ofx";
    /// Quicken interchange.
    Qif = "qif";
    /// BAI2.
    Bai2 = "bai2";
    /// Norma 43.
    Norma43 = "norma43";
    /// FollowTheMoney entities.
    Ftm = "ftm";
    /// AMLworld transfers.
    Amlworld = "amlworld";
    /// AMLSim transfers.
    Amlsim = "amlsim";
    /// Transfers of a blockchain.
    Chain = "chain";
    /// Delimited text.
    Csv = "csv";
    /// A workbook: XLSX, XLS, ODS.
    Spreadsheet = "spreadsheet";
    /// PDF with a text layer.
    Pdf = "pdf";
}

/// What a file of evidence holds.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The file.
    pub file: EvidenceFile,
    /// The format in which it was read.
    pub format: Option<Format>,
    /// Statements of accounts.
    pub statements: Vec<Statement>,
    /// Transfers of formats that name both sides.
    pub transfers: TransferTable,
    /// Opening balances, of a file that lists them.
    pub openings: Vec<Opening>,
    /// Accounts, of a file that lists them.
    pub accounts: Vec<AccountRow>,
    /// How the file's first table was read, to be confirmed and saved; for tables alone.
    pub profile: Option<Profile>,
}

/// Where a reader puts what it finds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) statements: Vec<Statement>,
    pub(crate) intake: Intake,
    pub(crate) openings: Vec<Opening>,
    pub(crate) accounts: Vec<AccountRow>,
    pub(crate) profile: Option<Profile>,
}

/// What the user says about files that do not say it themselves.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Read as this format, whatever the file looks like.
    pub format: Option<Format>,
    /// Currency code of statements that name none.
    pub currency: Option<String>,
    /// Account of statements that name none.
    pub account: Option<String>,
    /// How tables are read; nothing that it answers is guessed.
    pub profile: Option<Profile>,
    /// The digest of the bytes, by a caller who has just computed it.
    pub sha256: Option<String>,
}

/// Shorter files are read before anybody could wait.
const PACED_BYTES: usize = 1 << 18;

/// Reads a file of evidence in whatever format it has.
pub fn read_evidence(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
    progress: OnProgress<'_>,
) -> Imported<Evidence> {
    let sha256 = options.sha256.clone().unwrap_or_else(|| crate::digest(bytes));
    let mut report = Report::of_file(name, sha256);
    let mut found = Found::default();
    let (recognised, rival) = claims(name, bytes);
    // A profile knows headings that the reader of tables does not.
    let by_profile = options.profile.as_ref().and(text::head(bytes)).map(|_| Format::Csv);
    let format = options.format.or(recognised).or(by_profile);
    if let (None, Some(format), Some(rival)) = (options.format, format, rival) {
        let fault = Fault::new(ProblemCode::FormatAmbiguous, format.id());
        report.file_problem(fault.expected(rival.id()));
    }
    match format {
        None => report.file_problem(Fault::new(ProblemCode::FormatUnknown, name)),
        Some(Format::Transfers) => {
            crate::read_transfers_into(bytes, (&mut found.intake, &mut report), progress);
        }
        Some(format) if bytes.len() < PACED_BYTES => {
            read_as(format, bytes, options, (&mut found, &mut report));
        }
        Some(format) => pace::read(bytes.len(), &mut report, progress, |report| {
            read_as(format, bytes, options, (&mut found, report));
        }),
    }
    fill_in(options, &mut found, &mut report);
    report.in_part(0);
    let mut transfers = found.intake.table;
    transfers.files.push(report.file().clone());
    let file = report.file().clone();
    let value = Evidence {
        file,
        format,
        statements: found.statements,
        transfers,
        openings: found.openings,
        accounts: found.accounts,
        profile: found.profile,
    };
    Imported { value, problems: report.finish() }
}

/// Gives statements the account and the currency that the user names for those that name none.
fn fill_in(options: &ReadOptions, found: &mut Found, report: &mut Report) {
    // A row of a file that names both sides is not mended by one answer for the file.
    let is_statements = !found.statements.is_empty() && found.intake.table.is_empty();
    let currency = options.currency.as_deref().and_then(Currency::from_code);
    if is_statements && options.account.is_some() {
        report.retract(ProblemCode::AccountMissing);
    }
    if is_statements && currency.is_some() {
        report.retract(ProblemCode::CurrencyMissing);
    }
    // What a reader has said already is not said again.
    let has_said = |code| report.has(code);
    let said_account = has_said(ProblemCode::AccountMissing);
    let said_currency =
        has_said(ProblemCode::CurrencyMissing) || has_said(ProblemCode::CurrencyUnknown);
    for statement in &mut found.statements {
        report.in_part(statement.part);
        if statement.account.number.is_empty() {
            match &options.account {
                Some(account) => statement.account.number.clone_from(account),
                None if said_account => {}
                None => {
                    report.row_problem(statement.row, Fault::new(ProblemCode::AccountMissing, ""));
                }
            }
        }
        statement.currency = statement.currency.or(currency);
        if statement.currency.is_none() {
            match &options.currency {
                Some(code) => {
                    let fault = Fault::new(ProblemCode::CurrencyUnknown, code);
                    report.row_problem(statement.row, fault);
                }
                None if said_currency => {}
                None => {
                    let fault = Fault::new(ProblemCode::CurrencyMissing, "");
                    report.row_problem(statement.row, fault);
                }
            }
        }
    }
}

/// The format of a file by its first bytes, or `None`. Of two that claim it, the more specific.
pub fn recognise(name: &str, bytes: &[u8]) -> Option<Format> {
    claims(name, bytes).0
}

/// Whether a format claims a text by its beginning.
type Claims = fn(&str) -> bool;

/// The format of a file, and a second one that claims it as well.
fn claims(name: &str, bytes: &[u8]) -> (Option<Format>, Option<Format>) {
    if crate::parquet_file::is_parquet(bytes) {
        return (Some(Format::Transfers), None);
    }
    if pdf::is_pdf(bytes) {
        return (Some(Format::Pdf), None);
    }
    if spreadsheet::is_workbook(name, bytes) {
        return (Some(Format::Spreadsheet), None);
    }
    let Some(head) = text::head(bytes) else { return (None, None) };
    let claims: [(Format, Claims); 15] = [
        (Format::Camt, camt::is_camt),
        (Format::Pacs008, pacs008::is_pacs008),
        (Format::Ofx, ofx::is_ofx),
        (Format::Bai2, bai2::is_bai2),
        (Format::Norma43, norma43::is_norma43),
        (Format::Mt940, mt940::is_mt940),
        (Format::Qif, qif::is_qif),
        (Format::Ftm, ftm::is_ftm),
        (Format::Amlworld, amlworld::is_amlworld),
        (Format::Amlsim, amlsim::is_amlsim),
        (Format::Transfers, crate::transfers::is_transfers),
        (Format::Openings, crate::lists::is_openings),
        (Format::Accounts, crate::lists::is_accounts),
        (Format::Chain, chain::is_chain),
        (Format::Csv, table::is_table),
    ];
    let mut claiming = claims.iter().filter(|(_, claims)| claims(&head)).map(|&(format, _)| format);
    let first = claiming.next();
    // Tables with headings of their own are tables as well: that is no contradiction.
    let is_delimited = matches!(
        first,
        Some(
            Format::Ftm
                | Format::Amlworld
                | Format::Amlsim
                | Format::Transfers
                | Format::Openings
                | Format::Accounts
                | Format::Chain,
        )
    );
    (first, if is_delimited { None } else { claiming.next() })
}

fn read_as(
    format: Format,
    bytes: &[u8],
    options: &ReadOptions,
    (found, report): (&mut Found, &mut Report),
) {
    match format {
        Format::Spreadsheet => spreadsheet::read(bytes, options, found, report),
        Format::Pdf => pdf::read(bytes, options, found, report),
        Format::Camt => camt::read(bytes, found, report),
        Format::Pacs008 => pacs008::read(bytes, found, report),
        Format::Ofx => ofx::read(bytes, found, report),
        _ => {
            let Some(text) = text::decode_any(bytes, report) else { return };
            read_text(format, &text, options, (found, report));
        }
    }
}

fn read_text(
    format: Format,
    text: &str,
    options: &ReadOptions,
    (found, report): (&mut Found, &mut Report),
) {
    match format {
        Format::Openings => found.openings = crate::lists::openings(text, report),
        Format::Accounts => found.accounts = crate::lists::accounts(text, report),
        Format::Mt940 => mt940::read(text, found, report),
        Format::Bai2 => bai2::read(text, found, report),
        Format::Norma43 => norma43::read(text, found, report),
        Format::Qif => qif::read(text, found, report),
        Format::Ftm => ftm::read(text, options, found, report),
        Format::Amlworld => amlworld::read(text, found, report),
        Format::Amlsim => amlsim::read(text, options, found, report),
        Format::Chain => chain::read(text, options, found, report),
        _ => table::read(text, options, found, report),
    }
}
