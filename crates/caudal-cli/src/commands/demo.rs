//! `caudal demo`: a fictional case, traced under all rules, and what to try next.

use std::fmt::Write as _;

use caudal::{Case, Request, demo, wire};

use crate::args::Demo;
use crate::render;
use crate::terminal::{Failure, Terminal, print};

pub(crate) fn run(args: &Demo, terminal: &Terminal) -> Result<(), Failure> {
    let mut written = demo::write(&args.out)?;
    let case = terminal.reading(|reading| Case::open(&args.out, None, reading))?;
    let language = terminal.terms().language();
    let request = Request { language, ..Request::from(demo::FROM).rule("all")? };
    let document = terminal.tracing(|watch| caudal::trace(&case, &request, watch))?;
    written.add("trace.json", &wire::to_json(&document))?;
    written.add("trace.csv", &render::rows::csv(&document)?)?;

    let terms = terminal.terms();
    let mut text = format!("{}\n{}\n", terms.word("demo-intro"), terms.word("demo-question"));
    text.push_str(&render::table::headline(&document.headline, terms));
    text.push('\n');
    text.push_str(&render::table::comparison(&document.results, terms));
    let names: Vec<String> = written.files.iter().map(|file| file.display().to_string()).collect();
    let folder = written.folder.display();
    let next = [
        format!("caudal trace {folder} --from label:VICTIM-ONE --rule fifo"),
        format!("caudal explain {folder} --from label:VICTIM-ONE --rule fifo --transfer n2"),
        format!("caudal trace {folder} --to account:NOWHERE-01 --rule lifo,pro-rata"),
    ];
    let wrote = terms.word("demo-wrote");
    writeln!(text, "\n{wrote}:\n  {}", names.join("\n  ")).expect("a text takes everything");
    writeln!(text, "{}:\n  {}", terms.word("demo-next"), next.join("\n  "))
        .expect("a text takes everything");
    writeln!(text, "\n{}", terms.word("line-not-legal-advice")).expect("a text takes everything");
    Ok(print(&text)?)
}
