//! What can be typed.

use std::path::PathBuf;

use caudal::{
    Case, Error, Language, OpenOptions, Overdraft, Reading, Request, SameDay, Selector, Terms,
};
use clap::{Parser, Subcommand, ValueEnum};

/// Follow money through a ledger of transfers: exactly, under every tracing rule, with the source
/// of every figure.
///
/// Caudal computes and cites; which rule applies is a question of law. It never uses the network.
#[derive(Debug, Parser)]
#[command(name = "caudal", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Begin with `caudal demo`, then `caudal help trace`.")]
pub(crate) struct Args {
    /// Language of tables, assumptions, problems and errors
    #[arg(long, global = true, default_value = "en", value_name = "LANG", display_order = 90)]
    pub(crate) lang: Lang,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    New(New),
    Import(Import),
    Index(Index),
    Check(Check),
    Show(Show),
    Match(Match),
    Next(Next),
    Request(RequestLetter),
    Trace(Trace),
    Explain(Explain),
    Holdings(HoldingsAsk),
    Watch(WatchList),
    Demo(Demo),
}

const WATCH_EXAMPLES: &str = "\
Examples:
  caudal watch add acme.caudal ana --from label:ANA --rule fifo,libr
  caudal import acme.caudal may/
  caudal watch check acme.caudal                             what moved since the last check
  caudal watch list acme.caudal
  caudal watch remove acme.caudal ana
";

/// Keep questions in a case, and show what moved when the case has grown
#[derive(Debug, Parser)]
#[command(after_help = WATCH_EXAMPLES)]
pub(crate) struct WatchList {
    #[command(subcommand)]
    pub(crate) act: WatchAct,
}

/// What to do with watched questions.
#[derive(Debug, Subcommand)]
pub(crate) enum WatchAct {
    /// Ask a question now, and again at every check
    Add {
        /// The case folder
        #[arg(value_name = "CASE")]
        case: PathBuf,
        /// What to call it
        #[arg(value_name = "NAME")]
        name: String,
        /// The money to follow
        #[arg(long, value_name = "SEL", num_args = 1.., required = true, value_parser = selector)]
        from: Vec<Selector>,
        /// Tracing rules, separated by commas: fifo, lifo, pro-rata, difo, libr
        #[arg(long, value_name = "RULE", required = true)]
        rule: Vec<String>,
    },
    /// List watched questions
    List {
        /// The case folder
        #[arg(value_name = "CASE")]
        case: PathBuf,
    },
    /// Forget a watched question
    Remove {
        /// The case folder
        #[arg(value_name = "CASE")]
        case: PathBuf,
        /// What it is called
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Ask again what can have changed: where the money is, and what moved since the last check
    Check {
        /// The case folder
        #[arg(value_name = "CASE")]
        case: PathBuf,
        /// How to print it
        #[arg(long, default_value = "table", value_parser = ["table", "json"])]
        format: String,
    },
}

const HOLDINGS_EXAMPLES: &str = "\
Examples:
  caudal holdings acme.caudal --from 'label:*' --rule fifo --until 2025-06-30
  caudal holdings acme.caudal --from label:V1 label:V2 --rule fifo,pro-rata --account B-22
  caudal holdings acme.caudal --from 'label:*' --rule libr --min 100.00 --format csv > held.csv

Each figure leads to evidence: `caudal trace --from … --to …`, as printed below the table.
";

/// Show whose money is where: every place by origin, for thousands of origins at once
#[derive(Debug, Parser)]
#[command(before_long_help = LEDGER_HELP, after_help = HOLDINGS_EXAMPLES)]
pub(crate) struct HoldingsAsk {
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// One account alone
    #[arg(long, value_name = "ACCOUNT", display_order = 4)]
    pub(crate) account: Option<String>,
    /// Amounts below this are added up instead of listed, such as 100.00
    #[arg(long, value_name = "AMOUNT", display_order = 5)]
    pub(crate) min: Option<String>,
    /// List every place and origin in the table
    #[arg(long, display_order = 6)]
    pub(crate) all: bool,
    /// How to print it
    #[arg(long, default_value = "table", display_order = 20)]
    pub(crate) format: ListFormat,
}

const NEXT_EXAMPLES: &str = "\
Examples:
  caudal next acme.caudal --from transfer:9f3c2a1b:118 --rule fifo,pro-rata,libr
  caudal next acme.caudal --from payer:@victim --rule all --format json
";

/// Rank the statements to ask for by the traced money that they would likely show
#[derive(Debug, Parser)]
#[command(after_help = NEXT_EXAMPLES)]
pub(crate) struct Next {
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// How many places of the ranking to print
    #[arg(long, value_name = "N", default_value_t = 20, display_order = 21)]
    pub(crate) top: usize,
    /// How to print it
    #[arg(long, default_value = "table", value_parser = ["table", "json"], display_order = 20)]
    pub(crate) format: String,
}

const REQUEST_EXAMPLES: &str = "\
Examples:
  caudal request acme.caudal --rank 1
  caudal --lang es request acme.caudal --rank 2 --out solicitud --legal-basis 'art. 142 …'
";

/// Write the request for a statement, as PDF and text, ready to be completed and signed
#[derive(Debug, Parser)]
#[command(after_help = REQUEST_EXAMPLES)]
pub(crate) struct RequestLetter {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub(crate) case: PathBuf,
    /// The place in the ranking that `caudal next` printed last
    #[arg(long, value_name = "N")]
    pub(crate) rank: usize,
    /// Name of the files to write, without their ending
    #[arg(long, value_name = "NAME")]
    pub(crate) out: Option<PathBuf>,
    /// The authority that asks; a slot is left where it is not named
    #[arg(long, value_name = "TEXT")]
    pub(crate) authority: Option<String>,
    /// The legal basis; a slot is left where it is not named
    #[arg(long, value_name = "TEXT")]
    pub(crate) legal_basis: Option<String>,
    /// The reference of the file
    #[arg(long, value_name = "TEXT")]
    pub(crate) file_reference: Option<String>,
    /// The date of the letter
    #[arg(long, value_name = "DATE")]
    pub(crate) dated: Option<String>,
    /// The money to follow, instead of that of the last ranking
    #[arg(long, value_name = "SEL", num_args = 1.., value_parser = selector, requires = "rule")]
    pub(crate) from: Vec<Selector>,
    /// Tracing rules, instead of those of the last ranking
    #[arg(long, value_name = "RULE", requires = "from")]
    pub(crate) rule: Vec<String>,
}

const INDEX_HELP: &str = "\
Reads transfers once, puts them in order, and writes the ledger with its index to one file. Asking
that file takes milliseconds whatever its size: `trace` and `explain` take it in the place of the
evidence. It names the evidence by SHA-256 and holds no more than the evidence says; it can be
made again at any time. A case folder keeps such a file by itself.
";

const INDEX_EXAMPLES: &str = "\
Examples:
  caudal index bank.parquet --out bank.ledger
  caudal trace bank.ledger --from transfer:t118 --rule all
  caudal index --check bank.ledger
";

/// Write the ledger of a file of transfers to a file that is asked in milliseconds
#[derive(Debug, Parser)]
#[command(before_long_help = INDEX_HELP, after_help = INDEX_EXAMPLES)]
pub(crate) struct Index {
    /// A CSV or Parquet file of transfers, or a folder of them; with `--check`, a ledger file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The file to write; nothing is written over
    #[arg(long, value_name = "LEDGER", required_unless_present = "check")]
    pub(crate) out: Option<PathBuf>,
    /// Opening balances: a CSV file with account, currency, amount, label
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub(crate) openings: Option<PathBuf>,
    /// Read a ledger file as a whole and compare it with its checksums
    #[arg(long, conflicts_with = "out")]
    pub(crate) check: bool,
}

const NEW_EXAMPLES: &str = "\
Examples:
  caudal new acme.caudal
";

/// Make a case folder
#[derive(Debug, Parser)]
#[command(after_help = NEW_EXAMPLES)]
pub(crate) struct New {
    /// The folder to make; its name usually ends in `.caudal`
    #[arg(value_name = "CASE")]
    pub(crate) case: PathBuf,
}

const IMPORT_HELP: &str = "\
Reads statements and transfers in the formats that banks and tools write: CSV, XLSX, XLS and ODS
tables with English or Spanish headings, camt.052/053/054, pacs.008, MT940/942, OFX, QIF, BAI2,
Norma 43, PDF with a text layer, FollowTheMoney, AMLworld, AMLSim, transfers of a blockchain, and
Caudal's own files of transfers, openings and accounts. Folders and ZIP archives are opened.

Originals are kept in the case by their SHA-256 and never altered. A file that the case has already
is passed over. What cannot be read is kept too, with a problem that says where and why.
";

const IMPORT_EXAMPLES: &str = "\
Examples:
  caudal import acme.caudal statements/ march.zip
  caudal import acme.caudal march.csv --currency EUR --account ES9121000418450200051332
  caudal import acme.caudal march.csv --save-profile banco.toml
  caudal import acme.caudal april.csv --profile banco.toml
  caudal import acme.caudal --dry-run statements/
";

/// Add files of evidence to a case
#[derive(Debug, Parser)]
#[command(before_long_help = IMPORT_HELP, after_help = IMPORT_EXAMPLES)]
pub(crate) struct Import {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub(crate) case: PathBuf,
    /// Files, folders and ZIP archives; `-` reads standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Account of statements that name none
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<String>,
    /// Currency of statements that name none, such as MXN
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// Read tables as this profile says
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// Write the layout that was found in a table to this file, for the next one
    #[arg(long, value_name = "FILE")]
    pub(crate) save_profile: Option<PathBuf>,
    /// Read the files as this format, such as mt940, whatever they look like
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<String>,
    /// Show what would happen, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask whether the layout found in a table is right
    #[arg(long)]
    pub(crate) yes: bool,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  caudal check acme.caudal
  caudal check acme.caudal --format json

Exit code 3: something blocks.
";

/// Show what the arithmetic of the statements proves, account by account and month by month
#[derive(Debug, Parser)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Check {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub(crate) case: PathBuf,
    /// How to print it
    #[arg(long, default_value = "table", value_parser = ["table", "json"])]
    pub(crate) format: String,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  caudal show acme.caudal statements
  caudal show acme.caudal transfers --format csv > transfers.csv
";

/// List what a case holds
#[derive(Debug, Parser)]
#[command(after_help = SHOW_EXAMPLES)]
pub(crate) struct Show {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub(crate) case: PathBuf,
    /// What to list
    #[arg(value_name = "WHAT")]
    pub(crate) what: What,
    /// How to print it
    #[arg(long, default_value = "table")]
    pub(crate) format: ListFormat,
}

/// What a case holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Statements, with what their arithmetic proves.
    Statements,
    /// Accounts.
    Accounts,
    /// Transfers, with the rows behind them.
    Transfers,
    /// Problems.
    Problems,
    /// Files.
    Evidence,
    /// What was done with the case.
    Log,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Table,
    /// One document, of a schema that it names.
    Json,
    /// For spreadsheets.
    Csv,
}

const MATCH_EXAMPLES: &str = "\
Examples:
  caudal match acme.caudal                                   what is open, with candidates
  caudal match acme.caudal --all                             every match, with its reasons
  caudal match acme.caudal --same 9f3c2a1b:118 77aa01c2:12 --name 'Analyst 4' --reason 'cheque 17'
  caudal match acme.caudal --different 9f3c2a1b:118 77aa01c2:12 --name 'Analyst 4' --reason '…'
  caudal match acme.caudal --undo 3 --name 'Analyst 4'
";

/// Show which entries of two accounts are one transfer, and decide what is open
#[derive(Debug, Parser)]
#[command(after_help = MATCH_EXAMPLES)]
pub(crate) struct Match {
    /// The case folder
    #[arg(value_name = "CASE")]
    pub(crate) case: PathBuf,
    /// List every match, not only what is open
    #[arg(long)]
    pub(crate) all: bool,
    /// These two entries are one transfer: the debit, then the credit
    #[arg(long, num_args = 2, value_names = ["DEBIT", "CREDIT"], conflicts_with_all = ["different", "undo"], requires_all = ["name", "reason"])]
    pub(crate) same: Vec<String>,
    /// These two entries are not one transfer
    #[arg(long, num_args = 2, value_names = ["DEBIT", "CREDIT"], conflicts_with = "undo", requires_all = ["name", "reason"])]
    pub(crate) different: Vec<String>,
    /// Withdraw a decision, by its number; it stays in the records
    #[arg(long, value_name = "NUMBER", requires = "name")]
    pub(crate) undo: Option<i64>,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// How to print a list
    #[arg(long, default_value = "table")]
    pub(crate) format: ListFormat,
}

const LEDGER_HELP: &str = "\
A ledger is a CSV or Parquet file of transfers with the columns id, date, payer, payee, amount and
currency, and optionally label, received_amount, received_currency, sequence and reverses; or a
case folder that holds transfers.csv or transfers.parquet, and may hold openings.csv and
accounts.csv. Names that begin with `@` or `outside:` are outside parties, where a trace ends.

A selector SEL names money:
  transfer:ID              one transfer; transfer:ID[0.00..30.00] its first 30.00
  label:NAME               money that enters the ledger under a label
  label:*                  the same under every label, each an origin of its own
  payer:ACCOUNT            every transfer that an account or party pays
  payee:ACCOUNT            every transfer that it receives
  account:ACCOUNT          its balance: the opening one as an origin, the closing one as a target

Rules: fifo, lifo, pro-rata, difo, libr (with :fifo, :lifo or :pro-rata inside), poison (exposure
only), the bounds at-least and at-most, the distributions pari-passu and capped-pro-rata; `all`
stands for those that trace, the bounds and poison. Usual other names are accepted.
";

const TRACE_EXAMPLES: &str = "\
Examples:
  caudal trace case.csv --from label:VICTIM-ONE --rule all
  caudal trace case.csv --from transfer:t17 --rule libr,difo --openings openings.csv
  caudal trace case.csv --to account:B-22 --rule fifo                  where did it come from
  caudal trace case.csv --from label:V --to payee:@casino --rule fifo  how much reached it, how
  caudal trace case.csv --from label:V --rule pro-rata --format json > trace.json
  caudal trace case.csv --from label:V --rule all --sensitivity        what each figure depends on
";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  caudal explain case.csv --from label:VICTIM-ONE --rule fifo --transfer t9
  caudal explain case.csv --from label:VICTIM-ONE --rule libr --transfer t9 --format json
";

const DEMO_EXAMPLES: &str = "\
Examples:
  caudal demo
  caudal --lang es demo --out caso-demo.caudal
";

/// Follow money forward (--from), backward (--to), or from one to the other (both)
#[derive(Debug, Parser)]
#[command(before_long_help = LEDGER_HELP, after_help = TRACE_EXAMPLES)]
pub(crate) struct Trace {
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// Money to ask about: what it is made of, or how much of the origins reached it
    #[arg(long, value_name = "SEL", num_args = 1.., value_parser = selector, display_order = 2)]
    pub(crate) to: Vec<Selector>,
    /// How many routes to name for each target
    #[arg(long, value_name = "K", default_value_t = caudal::select::ROUTES_MAX, display_order = 21)]
    pub(crate) routes: usize,
    /// Ask again under every same-day order, unknown openings clean and tainted, open matches either
    /// way; say how far each figure moves
    #[arg(long, display_order = 19)]
    pub(crate) sensitivity: bool,
    /// How to print the answer
    #[arg(long, default_value = "table", display_order = 20)]
    pub(crate) format: Format,
}

/// Show how money of the origins came into a transfer, hop by hop, with source rows
#[derive(Debug, Parser)]
#[command(before_long_help = LEDGER_HELP, after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) ask: Ask,
    /// The transfer to explain
    #[arg(long, value_name = "ID", display_order = 2)]
    pub(crate) transfer: String,
    /// How many routes to name
    #[arg(long, value_name = "K", default_value_t = caudal::select::ROUTES_MAX, display_order = 21)]
    pub(crate) routes: usize,
    /// How to print the answer
    #[arg(long, default_value = "table", value_parser = ["table", "json"], display_order = 20)]
    pub(crate) format: String,
}

/// Write a fictional case, trace it under all rules and show what to try next
#[derive(Debug, Parser)]
#[command(after_help = DEMO_EXAMPLES)]
pub(crate) struct Demo {
    /// Folder to write the case into
    #[arg(long, value_name = "FOLDER", default_value = "demo.caudal")]
    pub(crate) out: PathBuf,
}

/// What `trace` and `explain` have in common.
#[derive(Debug, clap::Args)]
pub(crate) struct Ask {
    /// A CSV or Parquet file of transfers, a ledger file, or a case folder
    #[arg(value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// The money to follow
    #[arg(long, value_name = "SEL", num_args = 1.., value_parser = selector, display_order = 1)]
    pub(crate) from: Vec<Selector>,
    /// Tracing rules, separated by commas, or `all`; `explain` takes one rule
    #[arg(long, value_name = "RULE", required = true, display_order = 3)]
    pub(crate) rule: Vec<String>,
    /// Order of lines of one day where nothing proves it
    #[arg(long, value_name = "POLICY", default_value = "as-listed", display_order = 10)]
    pub(crate) same_day: SameDayArg,
    /// What happens to a payment above the balance
    #[arg(long, value_name = "POLICY", default_value = "bank", display_order = 11)]
    pub(crate) overdraft: OverdraftArg,
    /// Opening balances: a CSV file with account, currency, amount, label
    #[arg(long, value_name = "FILE", display_order = 12)]
    pub(crate) openings: Option<PathBuf>,
    /// Trace although problems block, with what could be read, and say so
    #[arg(long, display_order = 18)]
    pub(crate) despite_problems: bool,
    /// Asserted links (law:durant): a CSV file with receipt, payment, amount, name, date, reason, evidence
    #[arg(long, value_name = "FILE", display_order = 17)]
    pub(crate) links: Option<PathBuf>,
    /// Last day that counts, such as 2025-04-03
    #[arg(long, value_name = "DATE", display_order = 13)]
    pub(crate) until: Option<String>,
    /// Traced money below this in an account is not followed further, such as 10.00
    #[arg(long, value_name = "AMOUNT", display_order = 14)]
    pub(crate) threshold: Option<String>,
    /// Keep lines that take back a deposit as ordinary payments
    #[arg(long, display_order = 15)]
    pub(crate) keep_reversals: bool,
    /// Stop honestly after so many pieces of money; what is left is an ending `cut-at-cap`
    #[arg(long, value_name = "N", default_value_t = caudal::select::FRAGMENTS_MAX, display_order = 16)]
    pub(crate) max_fragments: usize,
    /// Bounds look at so many lines that the money can touch; beyond, they hold but may be wider
    #[arg(long, value_name = "N", default_value_t = caudal::select::BOUND_LINES_MAX, value_parser = bound_lines, display_order = 16)]
    pub(crate) bound_lines: usize,
}

/// At least one line.
fn bound_lines(text: &str) -> Result<usize, String> {
    text.parse::<std::num::NonZeroUsize>().map(usize::from).map_err(|error| error.to_string())
}

/// Reads a selector, with the hint in the message, since that is all an argument's error shows.
fn selector(text: &str) -> Result<Selector, String> {
    text.parse().map_err(|error: Error| {
        let terms = Terms::new(Language::English);
        let hints = error.hints.iter().map(|hint| format!("\n\nhint: {}", terms.say(hint)));
        hints.fold(error.to_string(), |text, hint| text + &hint)
    })
}

impl Ask {
    /// Opens the ledger with the files that were named beside it.
    pub(crate) fn open(&self, reading: Reading<'_>) -> Result<Case, Error> {
        let options = OpenOptions {
            openings: self.openings.as_deref(),
            links: self.links.as_deref(),
            despite_problems: self.despite_problems,
        };
        Case::open_with(&self.ledger, options, reading)
    }

    /// The request that was typed, without targets.
    pub(crate) fn request(&self, language: Language) -> Result<Request, Error> {
        let mut request = Request {
            from: self.from.clone(),
            same_day: self.same_day.into(),
            overdraft: self.overdraft.into(),
            keep_reversals: self.keep_reversals,
            fragments_max: self.max_fragments,
            bound_lines_max: self.bound_lines,
            language,
            ..Request::default()
        };
        for names in &self.rule {
            request = request.rule(names)?;
        }
        if let Some(until) = &self.until {
            request = request.until(until)?;
        }
        if let Some(threshold) = &self.threshold {
            request = request.threshold(threshold)?;
        }
        Ok(request)
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// One document, schema caudal.trace/1.
    Json,
    /// One row a line.
    Ndjson,
    /// One row for each transfer, ending and so on, and label.
    Csv,
}

/// A language, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Spanish.
    Es,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::English,
            Lang::Es => Self::Spanish,
        }
    }
}

/// A same-day policy, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SameDayArg {
    /// The order of the rows.
    AsListed,
    /// A transfer waits while its payer still expects a credit that day.
    CreditsFirst,
    /// A transfer waits while its payee still has a debit to make that day.
    DebitsFirst,
}

impl From<SameDayArg> for SameDay {
    fn from(policy: SameDayArg) -> Self {
        match policy {
            SameDayArg::AsListed => Self::AsListed,
            SameDayArg::CreditsFirst => Self::CreditsFirst,
            SameDayArg::DebitsFirst => Self::DebitsFirst,
        }
    }
}

/// An overdraft policy, as typed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum OverdraftArg {
    /// A loan by the bank, repaid out of the next receipts.
    Bank,
    /// Money of unknown origin, never repaid.
    Birth,
    /// The ledger is refused.
    Refuse,
}

impl From<OverdraftArg> for Overdraft {
    fn from(policy: OverdraftArg) -> Self {
        match policy {
            OverdraftArg::Bank => Self::Bank,
            OverdraftArg::Birth => Self::Birth,
            OverdraftArg::Refuse => Self::Refuse,
        }
    }
}
