//! `caudal index`: writes the ledger of transfers to a file, or examines one.

use caudal::{Case, LedgerFile, Message};

use crate::args::Index;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Index, terminal: &Terminal) -> Result<(), Failure> {
    let (word, path, file) = match &args.out {
        None => ("line-index-sound", &args.file, LedgerFile::examine(&args.file)?),
        Some(out) => {
            let read = |reading: caudal::Reading<'_>| {
                Case::open(&args.file, args.openings.as_deref(), reading)
            };
            let case = terminal.reading(read)?;
            terminal.report(&case.problems);
            let file = terminal.reading(|reading| LedgerFile::write(case, out, reading))?;
            ("line-index", out, file)
        }
    };
    let terms = terminal.terms();
    let message = Message::new(word)
        .with("path", path.display())
        .with("transfers", file.transfers)
        .with("lines", file.lines)
        .with("places", file.places)
        .with("bytes", file.bytes);
    let evidence = file.evidence.iter().map(|evidence| {
        let name = caudal::printable(&evidence.name);
        format!("{}  {name}\n", evidence.sha256)
    });
    Ok(print(&format!("{}\n{}", terms.say(&message), evidence.collect::<String>()))?)
}
