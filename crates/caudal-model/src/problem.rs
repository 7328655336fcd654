//! Problems: what is wrong, doubtful or worth a note in the evidence. They are data, not failures.
//!
//! *Shape.* A problem has a stable code, a place, what was found and, where that helps, what was
//! expected. The sentences, in English and Spanish, are made by the term base from the code.

use std::fmt;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// No figure may rest on this row or file until it is mended.
    Blocks,
    /// The program goes on; a person should look.
    Doubtful,
    /// Worth knowing.
    Note,
}

/// A fact about the evidence that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub code: ProblemCode,
    /// Name of the evidence file.
    pub file: String,
    /// SHA-256 of the evidence file, hexadecimal.
    pub sha256: String,
    /// Page, sheet or message in the file, from 1; 0 where the file has only rows.
    pub part: u32,
    /// Row in the file, counted as in [`crate::SourceRef::row`]; `None` if it is about the file.
    pub row: Option<u64>,
    /// Column name, where one cell is meant.
    pub column: Option<String>,
    /// The text or value found, cut to a readable length.
    pub found: String,
    /// A value that would have been right, free of language (`1234.56`, `2`, `2025-04-03`).
    pub expected: Option<String>,
}

impl Problem {
    /// The severity of its code.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

macro_rules! problem_codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal, $severity:ident; )+) => {
        /// Stable codes, in order of precedence: of several that apply to a value, the first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ProblemCode { $( $(#[doc = $doc])+ $name, )+ }

        impl ProblemCode {
            /// Every code, in order of precedence.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];

            /// The code as people read it, such as `amount-ambiguous`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self { $( Self::$name => Severity::$severity, )+ }
            }
        }
    };
}

problem_codes! {
    /// The file has no bytes, or nothing below its header.
    FileEmpty = "file-empty", Blocks;
    /// The bytes are neither delimited text nor Parquet.
    FormatUnknown = "format-unknown", Blocks;
    /// Two readers claim the file; the more specific was used.
    FormatAmbiguous = "format-ambiguous", Doubtful;
    /// The file ends or breaks in the middle (a damaged Parquet file, an unclosed quote).
    FileTruncated = "file-truncated", Blocks;
    /// The text is not UTF-8; it was read as UTF-16 or Windows-1252.
    EncodingNotUtf8 = "encoding-not-utf8", Doubtful;
    /// The file's header names another encoding than its bytes have.
    EncodingContradictsHeader = "encoding-contradicts-header", Doubtful;
    /// Bytes that no encoding explains; they are shown as replacement characters.
    TextUndecodable = "text-undecodable", Doubtful;
    /// A record, tag or element that the format does not have at this place.
    RecordUnexpected = "record-unexpected", Doubtful;
    /// A record that is longer or shorter than its format says.
    RecordLengthWrong = "record-length-wrong", Doubtful;
    /// A total that the file states differs from the sum of its records.
    ControlTotalDiffers = "control-total-differs", Blocks;
    /// A number of records that the file states differs from what is there.
    RecordCountDiffers = "record-count-differs", Doubtful;
    /// A required column is not in the header.
    ColumnMissing = "column-missing", Blocks;
    /// Two columns have the same name.
    ColumnRepeated = "column-repeated", Blocks;
    /// A column of a Parquet file has a type that cannot be read exactly, such as a float amount.
    ColumnTypeUnfit = "column-type-unfit", Blocks;
    /// A line longer than one mebibyte.
    RowTooLong = "row-too-long", Blocks;
    /// A row with fewer or more fields than the header.
    RowTruncated = "row-truncated", Blocks;
    /// No id.
    IdMissing = "id-missing", Blocks;
    /// An id that an earlier row already has.
    IdDuplicate = "id-duplicate", Blocks;
    /// No payer, payee or account.
    AccountMissing = "account-missing", Blocks;
    /// Two names of one account in a file name different accounts.
    AccountKeyContradicts = "account-key-contradicts", Doubtful;
    /// An identifier from a spreadsheet number, which keeps fifteen digits.
    IdentifierLostDigits = "identifier-lost-digits", Blocks;
    /// An identifier whose check digits do not fit.
    IdentifierCheckFailed = "identifier-check-failed", Doubtful;
    /// A text that stands for "none" where an identifier belongs.
    IdentifierPlaceholder = "identifier-placeholder", Note;
    /// A page of a statement is not there.
    PageMissing = "page-missing", Blocks;
    /// A statement's number does not follow the one before.
    StatementOutOfSequence = "statement-out-of-sequence", Doubtful;
    /// Days between two statements of an account that neither covers, or a jump of the balance.
    StatementGap = "statement-gap", Doubtful;
    /// Two statements of an account cover the same days; entries that both hold are counted once.
    StatementOverlap = "statement-overlap", Note;
    /// The statement states no balance before its first entry.
    OpeningBalanceMissing = "opening-balance-missing", Doubtful;
    /// The statement states no balance after its last entry.
    ClosingBalanceMissing = "closing-balance-missing", Doubtful;
    /// The entries do not lead from one stated balance to the next.
    BalanceDoesNotFollow = "balance-does-not-follow", Blocks;
    /// A balance stated for a day beside the statement; it was kept with the statement.
    BalanceDateUnexpected = "balance-date-unexpected", Note;
    /// A balance without a currency; that of the statement was taken.
    BalanceCurrencyMissing = "balance-currency-missing", Note;
    /// No currency.
    CurrencyMissing = "currency-missing", Blocks;
    /// A currency code that the table lacks.
    CurrencyUnknown = "currency-unknown", Blocks;
    /// A currency that differs from that of the statement.
    CurrencyContradicts = "currency-contradicts", Doubtful;
    /// No amount, or a text that is no number.
    AmountUnreadable = "amount-unreadable", Blocks;
    /// Thousands separators or a decimal comma, which can be read in two ways.
    AmountAmbiguous = "amount-ambiguous", Blocks;
    /// More decimals than the currency has.
    AmountDigitsBeyondCurrency = "amount-digits-beyond-currency", Blocks;
    /// A negative amount: the direction of a transfer is told by payer and payee.
    AmountNegative = "amount-negative", Blocks;
    /// Sign, mark and kind of an entry do not agree on its direction.
    AmountSignContradicts = "amount-sign-contradicts", Doubtful;
    /// Debit and credit column are both filled.
    DebitAndCreditBoth = "debit-and-credit-both", Doubtful;
    /// The details of an entry do not add up to it; it stays one transfer.
    DetailsDoNotSum = "details-do-not-sum", Doubtful;
    /// An amount, or a sum of them, beyond what the program counts exactly.
    AmountOverflow = "amount-overflow", Blocks;
    /// Only one of received amount and received currency.
    ReceivedIncomplete = "received-incomplete", Blocks;
    /// A received amount that differs from the amount in the same currency.
    SidesDisagree = "sides-disagree", Blocks;
    /// A text that is no date.
    DateUnreadable = "date-unreadable", Blocks;
    /// A date such as `03/04/2025`, whose order of day and month is not stated.
    DateOrderAmbiguous = "date-order-ambiguous", Blocks;
    /// A day that the calendar lacks, such as 30 February.
    DateDoesNotExist = "date-does-not-exist", Blocks;
    /// A value date that the calendar lacks, such as 30 February: the last day of the month counts.
    ValueDateDoesNotExist = "value-date-does-not-exist", Doubtful;
    /// Entries without a day of their own: that of the entry above was taken.
    DateCarriedDown = "date-carried-down", Note;
    /// An entry booked outside the days that its statement covers.
    DateOutsideStatement = "date-outside-statement", Doubtful;
    /// An entry that is expected or for information: a note, no transfer.
    EntryNotBooked = "entry-not-booked", Note;
    /// The bank left out entries below an amount.
    EntriesBelowFloorHidden = "entries-below-floor-hidden", Doubtful;
    /// Two equal rows of one account; both are kept unless the balances show one to be a copy.
    RowDuplicate = "row-duplicate", Doubtful;
    /// A bank's id that stands on entries with different content.
    BankIdReused = "bank-id-reused", Doubtful;
    /// An asserted link without the name of who asserts it, or without a reason.
    AssertionIncomplete = "assertion-incomplete", Blocks;
    /// A sequence that is not a whole number.
    SequenceUnreadable = "sequence-unreadable", Blocks;
    /// An account whose statement is neither `held` nor `missing`.
    StatementUnreadable = "statement-unreadable", Blocks;
    /// An account of the list of accounts, or of an opening balance, that no transfer names, and that
    /// may be misspelled.
    AccountUnknown = "account-unknown", Doubtful;
    /// A reversal whose deposit is not in the ledger, or does not fit: an ordinary payment.
    ReversalUnmatched = "reversal-unmatched", Doubtful;
    /// The other account's statement is held for that day, but shows no such entry.
    OtherSideMissing = "other-side-missing", Doubtful;
    /// The two sides of a transfer differ by what may be a fee, and no row states one.
    FeeUnstated = "fee-unstated", Doubtful;
    /// Payer and payee are the same account: the row moves nothing and stays out of the ledger.
    SelfTransfer = "self-transfer", Doubtful;
    /// The amount is zero: the row moves nothing and stays out of the ledger.
    AmountZero = "amount-zero", Note;
    /// The stated sequence runs against the dates.
    SequenceAgainstDate = "sequence-against-date", Doubtful;
    /// A payment larger than the balance: a loan by the bank, or a missing credit.
    BalanceBelowZero = "balance-below-zero", Doubtful;
    /// Lines of one account on one day whose order nothing proves.
    OrderTieUnproved = "order-tie-unproved", Note;
    /// Two origins of the question name the same cents; they belong to the first they meet.
    OriginOverlap = "origin-overlap", Doubtful;
    /// The bound stops where money is converted.
    BoundsStopAtConversion = "bounds-stop-at-conversion", Note;
    /// The bound was not computed, because the part of the ledger it needs is too large.
    BoundsNotComputed = "bounds-not-computed", Note;
    /// A bound holds but may be wider than need be, since its search was cut or money could count
    /// twice on its way.
    BoundsNotTight = "bounds-not-tight", Note;
    /// Traced money below the threshold was not followed further.
    FractionBelowThreshold = "fraction-below-threshold", Note;
    /// The trace stopped at its cap of fragments.
    TraceCutAtCap = "trace-cut-at-cap", Doubtful;
    /// More problems than are listed.
    ProblemsNotListed = "problems-not-listed", Note;
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text of the evidence as it may stand in a sentence or on a terminal: control characters, line
/// ends and marks that turn the direction of writing could make a name look like a figure.
pub fn printable(text: &str) -> String {
    let is_mark = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || is_mark(c) { '\u{fffd}' } else { c }).collect()
}

/// Cuts a text to a length that fits an error message, at a character boundary.
pub fn readable(text: &str) -> String {
    const LENGTH: usize = 60;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => printable(&text[..end]) + "…",
        None => printable(text),
    }
}
