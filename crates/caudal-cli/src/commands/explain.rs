//! `caudal explain`: the route of traced money into a transfer, hop by hop.

use caudal::{Request, wire};

use crate::args::Explain;
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Explain, terminal: &Terminal) -> Result<(), Failure> {
    let request =
        Request { routes_max: args.routes, ..args.ask.request(terminal.terms().language())? };
    request.check()?;
    let case = terminal.reading(|reading| args.ask.open(reading))?;
    let id = &args.transfer;
    let document = terminal.tracing(|watch| caudal::explain(&case, &request, id, watch))?;
    let text = match args.format.as_str() {
        "json" => wire::to_json(&document),
        _ => render::table::explain(&document, terminal.terms()),
    };
    Ok(print(&text)?)
}
