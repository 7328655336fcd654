//! `caudal explain`: the route of traced money into a transfer, hop by hop.

use caudal::{Case, Request, wire};

use crate::args::Explain;
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Explain, terminal: &Terminal) -> Result<(), Failure> {
    let request =
        Request { routes_max: args.routes, ..args.ask.request(terminal.terms().language())? };
    request.check()?;
    let openings = args.ask.openings.as_deref();
    let case = terminal.reading(|reading| Case::open(&args.ask.ledger, openings, reading))?;
    let id = &args.transfer;
    let document = terminal.tracing(|watch| caudal::explain(&case, &request, id, watch))?;
    let text = match args.format.as_str() {
        "json" => wire::to_json(&document),
        _ => render::table::explain(&document, terminal.terms()),
    };
    Ok(print(&text)?)
}
