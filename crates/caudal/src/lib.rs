//! The façade of Caudal: open a case, ask it a question, get a document.
//!
//! ```text
//! files -> folder -> assemble -> case -> select -> answer | explain -> wire
//!                       check, list
//! ```
//!
//! The modules below stand in the order in which data passes them. This is the only library most
//! people see; terminals, servers and other languages are front ends of it.
//!
//! ```
//! let transfers = "id,date,payer,payee,amount,currency\n\
//!                  v,2025-03-01,@victim,A,100.00,USD\n\
//!                  x,2025-03-02,A,@shop,40.00,USD\n";
//! let case = caudal::Case::from_bytes("t.csv", transfers.as_bytes(), None)?;
//! let request = caudal::Request::from(["transfer:v"]).rule("fifo")?;
//! let document = caudal::trace(&case, &request, &mut caudal::unwatched)?;
//! let endings = document.results[0].endings.as_ref().expect("a trace has endings");
//! assert_eq!((endings[0].place.as_str(), endings[0].amount.as_str()), ("A", "60.00"));
//! # Ok::<(), caudal::Error>(())
//! ```

/// From a question to the document that answers it.
pub mod answer;
/// From statements to one ledger.
pub mod assemble;
/// What an answer rests on without a source.
mod assume;
/// Opens files and folders: evidence in, a case out.
pub mod case;
/// What the arithmetic of statements proves.
pub mod check;
/// A fictional case to try everything on.
pub mod demo;
/// The one error type.
mod error;
/// Why traced money is in a transfer, hop by hop.
pub mod explain;
/// The case folder: originals by digest, and the records of what was done with them.
pub mod folder;
/// What stands under every rule asked.
mod headline;
/// Whose money is where, for all origins at once.
pub mod holdings;
/// The request for a statement that is not held.
pub mod letter;
/// What a person asserts that no rule says.
mod links;
/// What a case holds, as lists.
pub mod list;
/// What to ask for next.
pub mod next;
/// What a question names: selectors and options.
pub mod select;
/// How far figures depend on what could be otherwise.
pub mod sensitivity;
/// Names, amounts and sources of a ledger, as documents show them.
mod show;
/// A case with its ledger in a file.
mod stored;
/// Questions that are asked again when the case has grown.
pub mod watched;

pub use answer::trace;
pub use case::{Case, OpenOptions, Reading};
pub use caudal_explain::{Language, Message, Terms};
pub use caudal_import::{Format, Profile, ProfileError, is_archive, is_guarded, unpack};
pub use caudal_ledger::{Overdraft, SameDay};
pub use caudal_model::problem::printable;
pub use caudal_model::{Moment, Problem, Severity};
pub use caudal_trace::{Progress, Rule, Watch, unwatched};
pub use caudal_wire as wire;
pub use error::{Error, ErrorKind};
pub use explain::explain;
pub use holdings::{HoldingsOptions, holdings};
pub use select::{Request, Selector};
pub use stored::{LedgerFile, undamaged};

/// The version of the program, as every document states it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
