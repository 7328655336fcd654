//! `caudal holdings`: whose money is where.

use caudal::{HoldingsOptions, wire};

use crate::args::{HoldingsAsk, ListFormat};
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &HoldingsAsk, terminal: &Terminal) -> Result<(), Failure> {
    let request = args.ask.request(terminal.terms().language())?;
    request.check()?;
    let options = HoldingsOptions { account: args.account.clone(), min: args.min.clone() };
    let case = terminal.reading(|reading| args.ask.open(reading))?;
    let document = terminal.tracing(|watch| caudal::holdings(&case, &request, &options, watch))?;
    let text = match args.format {
        ListFormat::Json => wire::to_json(&document),
        ListFormat::Csv => render::holdings::csv(&document)?,
        ListFormat::Table => {
            render::holdings::table(&document, &args.ask.ledger, args.all, terminal.terms())
        }
    };
    Ok(print(&text)?)
}
