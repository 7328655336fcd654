//! What can be typed.

use std::path::PathBuf;

use caudal::{Error, Language, Overdraft, Request, SameDay, Selector, Terms};
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
    Trace(Trace),
    Explain(Explain),
    Demo(Demo),
}

const LEDGER_HELP: &str = "\
A ledger is a CSV or Parquet file of transfers with the columns id, date, payer, payee, amount and
currency, and optionally label, received_amount, received_currency, sequence and reverses; or a
case folder that holds transfers.csv or transfers.parquet, and may hold openings.csv and
accounts.csv. Names that begin with `@` or `outside:` are outside parties, where a trace ends.

A selector SEL names money:
  transfer:ID              one transfer; transfer:ID[0.00..30.00] its first 30.00
  label:NAME               money that enters the ledger under a label
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
    /// A CSV or Parquet file of transfers, or a case folder
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
    /// The request that was typed, without targets.
    pub(crate) fn request(&self, language: Language) -> Result<Request, Error> {
        let mut request = Request {
            from: self.from.clone(),
            same_day: self.same_day.into(),
            overdraft: self.overdraft.into(),
            keep_reversals: self.keep_reversals,
            fragments_max: self.max_fragments,
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
