//! `caudal check`: what the arithmetic of the statements proves.

use caudal::folder::CaseFolder;
use caudal::{assemble, check, wire};

use crate::args::Check;
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Check, terminal: &Terminal) -> Result<(), Failure> {
    let mut folder = CaseFolder::reader(&args.case)?;
    let decisions = folder.decisions()?;
    let read = terminal.reading(|reading| folder.read(reading))?;
    let assembled = assemble::assemble(&read, &decisions);
    let document = check::check(&read, &assembled, terminal.terms());
    let text = match args.format.as_str() {
        "json" => wire::to_json(&document),
        _ => render::grid::check(&document, terminal.terms(), Terminal::has_colour()),
    };
    print(&text)?;
    if document.blocking > 0 { Err(Failure::Blocked) } else { Ok(()) }
}
