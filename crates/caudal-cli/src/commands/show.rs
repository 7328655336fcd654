//! `caudal show`: lists what a case holds.

use caudal::folder::CaseFolder;
use caudal::{assemble, list};

use crate::args::{Show, What};
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Show, terminal: &Terminal) -> Result<(), Failure> {
    let mut folder = CaseFolder::reader(&args.case)?;
    let document = match args.what {
        What::Evidence => list::evidence(&folder.evidence()?),
        What::Log => list::log(&folder.log()?),
        What::Statements | What::Accounts | What::Transfers | What::Problems => {
            let decisions = folder.decisions()?;
            let read = terminal.reading(|reading| folder.read(reading))?;
            let assembled = assemble::assemble(&read, &decisions);
            match args.what {
                What::Statements => list::statements(&read, &assembled),
                What::Accounts => list::accounts(&assembled),
                What::Problems => list::problems(&assembled, terminal.terms().language()),
                _ => list::transfers(&assembled),
            }
        }
    };
    Ok(print(&render::list::list(&document, args.format, terminal.terms())?)?)
}
