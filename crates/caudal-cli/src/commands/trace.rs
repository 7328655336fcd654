//! `caudal trace`: where money went, where it came from, or how much of it reached a target.

use caudal::sensitivity::{Evidence, trace_with_sensitivity};
use caudal::{Request, wire};

use crate::args::{Format, Trace};
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Trace, terminal: &Terminal) -> Result<(), Failure> {
    let request = Request {
        to: args.to.clone(),
        routes_max: args.routes,
        ..args.ask.request(terminal.terms().language())?
    };
    request.check()?;
    let case = terminal.reading(|reading| args.ask.open(reading))?;
    let document = if args.sensitivity {
        let evidence = terminal.reading(|reading| Evidence::open(&args.ask.ledger, reading))?;
        terminal
            .tracing(|watch| trace_with_sensitivity(&case, evidence.as_ref(), &request, watch))?
    } else {
        terminal.tracing(|watch| caudal::trace(&case, &request, watch))?
    };
    let text = match args.format {
        Format::Table => render::table::trace(&document, terminal.terms()),
        Format::Json => wire::to_json(&document),
        Format::Ndjson => wire::to_ndjson(&document),
        Format::Csv => render::rows::csv(&document)?,
    };
    Ok(print(&text)?)
}
