//! `caudal watch`: questions that are kept, and what moved since they were asked last.

use std::fmt::Write as _;
use std::path::Path;

use caudal::folder::CaseFolder;
use caudal::watched::{self, WatchRecord};
use caudal::wire::{self, WatchDocument, WatchRow};
use caudal::{Case, Error, Message, Request, Selector, Terms, printable};

use crate::args::{WatchAct, WatchList};
use crate::terminal::{Failure, Terminal, now, print};

pub(crate) fn run(args: &WatchList, terminal: &Terminal) -> Result<(), Failure> {
    let terms = terminal.terms();
    match &args.act {
        WatchAct::Add { case, name, from, rule } => add((case, name), (from, rule), terminal),
        WatchAct::List { case } => {
            let watches = CaseFolder::writer(case)?.watches()?;
            let line = |watch: &WatchRecord| {
                let from = watch.selectors.replace('\n', " ");
                format!(
                    "{}  --from {}  --rule {}\n",
                    printable(&watch.name),
                    printable(&from),
                    watch.rules
                )
            };
            let text: String = watches.iter().map(line).collect();
            let nothing = || format!("{}\n", terms.word("line-list-empty"));
            Ok(print(&if text.is_empty() { nothing() } else { text })?)
        }
        WatchAct::Remove { case, name } => {
            let mut folder = CaseFolder::writer(case)?;
            folder.remove_watch(name)?;
            folder.note(&now(), "watch remove", name)?;
            say("line-watch-removed", name, terms)
        }
        WatchAct::Check { case, format } => {
            let mut folder = CaseFolder::writer(case)?;
            let mut records = folder.watches()?;
            let document = check(case, &mut records, terminal)?;
            for record in &records {
                folder.keep_watch(record)?;
            }
            let text = match format.as_str() {
                "json" => wire::to_json(&document),
                _ => table(&document, terms),
            };
            Ok(print(&text)?)
        }
    }
}

fn add(
    (case, name): (&Path, &str),
    (from, rules): (&[Selector], &[String]),
    terminal: &Terminal,
) -> Result<(), Failure> {
    let request = Request { from: from.to_vec(), ..Request::default() }.rule(&rules.join(","))?;
    let mut folder = CaseFolder::writer(case)?;
    if folder.watches()?.iter().any(|known| known.name == name) {
        let message = Message::new("error-watch-exists").with("name", name);
        return Err(Error::request(message).hint(Message::new("hint-watch-exists")).into());
    }
    let mut records = [WatchRecord::new(name, &watched::amounts_only(request)?, &now())];
    let document = check(case, &mut records, terminal)?;
    if let Some(problem) = document.watches.iter().find_map(|row| row.problem.clone()) {
        let message = Message::new("error-watch-failed").with("name", name).with("why", problem);
        return Err(Error::request(message).into());
    }
    folder.keep_watch(&records[0])?;
    folder.note(&now(), "watch add", name)?;
    say("line-watch-added", name, terminal.terms())
}

fn check(
    path: &Path,
    records: &mut [WatchRecord],
    terminal: &Terminal,
) -> Result<WatchDocument, Failure> {
    let case = terminal.reading(|reading| Case::open(path, None, reading))?;
    Ok(terminal.tracing(|watch| watched::check(&case, records, &now(), watch))?)
}

fn say(key: &'static str, name: &str, terms: &Terms) -> Result<(), Failure> {
    Ok(print(&format!("{}\n", terms.say(&Message::new(key).with("name", name))))?)
}

fn table(document: &WatchDocument, terms: &Terms) -> String {
    if document.watches.is_empty() {
        return format!("{}\n", terms.word("line-list-empty"));
    }
    document.watches.iter().map(|row| one(row, terms)).collect::<Vec<_>>().join("\n")
}

fn one(row: &WatchRow, terms: &Terms) -> String {
    let key = match (row.state, row.changed) {
        ("failed", _) => "line-watch-failed",
        ("stands", _) => "line-watch-stands",
        (_, true) => "line-watch-moved",
        (_, false) => "line-watch-same",
    };
    let mut text = format!("{}\n", terms.say(&Message::new(key).with("name", &row.name)));
    if let Some(problem) = &row.problem {
        writeln!(text, "  {problem}").expect("a text takes everything");
    }
    let figure = |amount: &Option<String>| amount.clone().unwrap_or_else(|| "-".to_owned());
    for ending in &row.endings {
        let kind = terms.say(&Message::new(format!("ending-{}", ending.kind)));
        let place = format!("{kind} {} {}", printable(&ending.place), ending.currency);
        let amounts = if ending.before == ending.after {
            figure(&ending.after)
        } else {
            format!("{} → {}", figure(&ending.before), figure(&ending.after))
        };
        writeln!(text, "  {}  {place}  {amounts}", ending.rule).expect("a text takes everything");
    }
    for moved in &row.transfers {
        let message = Message::new("line-watch-transfer")
            .with("id", &moved.id)
            .with("before", figure(&moved.before))
            .with("after", figure(&moved.after));
        let told = terms.say(&message);
        writeln!(text, "  {}  {told}", moved.rule).expect("a text takes everything");
    }
    text
}
