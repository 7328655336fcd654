//! `caudal new`: makes a case folder.

use caudal::Message;
use caudal::folder::CaseFolder;

use crate::args::New;
use crate::terminal::{Failure, Terminal, now, print};

pub(crate) fn run(args: &New, terminal: &Terminal) -> Result<(), Failure> {
    CaseFolder::create(&args.case, &now())?;
    let message = Message::new("line-new").with("path", args.case.display());
    Ok(print(&format!("{}\n", terminal.terms().say(&message)))?)
}
