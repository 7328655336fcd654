//! `caudal next`: which statement to ask for next. `caudal request`: the letter that asks for it.

use std::path::PathBuf;

use caudal::folder::CaseFolder;
use caudal::letter::{LetterOptions, letter};
use caudal::next::{Coverage, next};
use caudal::wire::NextDocument;
use caudal::{Case, Error, Message, Request, Selector, assemble, wire};

use crate::args::{Next, RequestLetter};
use crate::render;
use crate::terminal::{Failure, Terminal, now, print};

/// Under which the question of the last ranking is kept.
const LAST: &str = "last-ranking";

pub(crate) fn rank(args: &Next, terminal: &Terminal) -> Result<(), Failure> {
    let path = &args.ask.ledger;
    if !CaseFolder::is_one(path) {
        let message = Message::new("error-no-folder-case").with("path", path.display());
        return Err(Error::request(message).hint(Message::new("hint-no-folder-case")).into());
    }
    let request = args.ask.request(terminal.terms().language())?;
    let mut folder = CaseFolder::reader(path)?;
    let document = ranked(&mut folder, &request, terminal)?;
    drop(folder);
    // A case that somebody else writes to, or that cannot be written, is ranked all the same.
    if let Ok(mut folder) = CaseFolder::writer(path) {
        folder.remember(LAST, &written(&request))?;
    }
    let text = match args.format.as_str() {
        "json" => wire::to_json(&document),
        _ => render::next::next(&document, args.top, path, terminal.terms()),
    };
    Ok(print(&text)?)
}

pub(crate) fn request(args: &RequestLetter, terminal: &Terminal) -> Result<(), Failure> {
    let mut folder = CaseFolder::writer(&args.case)?;
    let request = question(args, &mut folder, terminal)?;
    let document = ranked(&mut folder, &request, terminal)?;
    let options = LetterOptions {
        authority: args.authority.clone(),
        legal_basis: args.legal_basis.clone(),
        file_reference: args.file_reference.clone(),
        date: args.dated.clone(),
    };
    let letter = letter(&document, args.rank, &options, terminal.terms())?;
    let name = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("request-{}", args.rank)));
    let (pdf, text) = (name.with_extension("pdf"), name.with_extension("txt"));
    std::fs::write(&pdf, &letter.pdf)?;
    std::fs::write(&text, &letter.text)?;
    let found = document.candidates.iter().find(|found| found.rank == args.rank);
    let about = found.map_or(String::new(), |found| {
        format!("{} {}..{} {}", found.account, found.from, found.to, pdf.display())
    });
    folder.note(&now(), "request", &about)?;
    let wrote = [pdf, text]
        .map(|path| terminal.terms().say(&Message::new("line-wrote").with("path", path.display())));
    Ok(print(&format!("{}\n", wrote.join("\n")))?)
}

fn ranked(
    folder: &mut CaseFolder,
    request: &Request,
    terminal: &Terminal,
) -> Result<NextDocument, Failure> {
    let decisions = folder.decisions()?;
    let read = terminal.reading(|reading| folder.read(reading))?;
    let assembled = assemble::assemble(&read, &decisions);
    let coverage = Coverage::of(&assembled);
    let case = Case::of_assembled(assembled);
    Ok(terminal.tracing(|watch| next(&case, &coverage, request, watch))?)
}

/// The question that was typed, or that of the last ranking.
fn question(
    args: &RequestLetter,
    folder: &mut CaseFolder,
    terminal: &Terminal,
) -> Result<Request, Failure> {
    let language = terminal.terms().language();
    let (from, rules) = if args.from.is_empty() {
        let kept = folder.remembered(LAST)?.ok_or_else(|| {
            Error::request(Message::new("error-no-question")).hint(Message::new("hint-no-question"))
        })?;
        read(&kept)
    } else {
        (args.from.clone(), args.rule.join(","))
    };
    let request = Request { from, language, ..Request::default() }.rule(&rules)?;
    Ok(Request { fragments_max: caudal::select::FRAGMENTS_MAX, ..request })
}

/// A question as lines: its rules, then its origins.
fn written(request: &Request) -> String {
    let rules: Vec<&str> = request.rules.iter().map(|(rule, _)| rule.id()).collect();
    let from = request.from.iter().map(ToString::to_string);
    std::iter::once(rules.join(",")).chain(from).collect::<Vec<_>>().join("\n")
}

fn read(kept: &str) -> (Vec<Selector>, String) {
    let mut lines = kept.lines();
    let rules = lines.next().unwrap_or_default().to_owned();
    (lines.filter_map(|line| line.parse().ok()).collect(), rules)
}
