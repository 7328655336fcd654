//! `caudal match`: which entries are one transfer, and what a person decides about it.

use caudal::folder::{CaseFolder, DecisionRecord, Verdict};
use caudal::{Error, Message, assemble, list};

use crate::args::Match;
use crate::render;
use crate::terminal::{Failure, Terminal, now, print};

pub(crate) fn run(args: &Match, terminal: &Terminal) -> Result<(), Failure> {
    let name = args.name.clone().unwrap_or_default();
    if let Some(number) = args.undo {
        let mut folder = CaseFolder::writer(&args.case)?;
        folder.withdraw(number, &name, &now())?;
        terminal.reading(|reading| folder.refresh_ledger(reading))?;
        return done("line-withdrawn", terminal);
    }
    let verdicts = [(&args.same, Verdict::Same), (&args.different, Verdict::Different)];
    for (ids, verdict) in verdicts {
        if let [debit, credit] = ids.as_slice() {
            decide(args, (verdict, debit, credit), terminal)?;
            return done("line-decided", terminal);
        }
    }
    show(args, terminal)
}

fn done(word: &'static str, terminal: &Terminal) -> Result<(), Failure> {
    Ok(print(&format!("{}\n", terminal.terms().word(word)))?)
}

fn decide(
    args: &Match,
    (verdict, debit, credit): (Verdict, &str, &str),
    terminal: &Terminal,
) -> Result<(), Failure> {
    let mut folder = CaseFolder::writer(&args.case)?;
    let decisions = folder.decisions()?;
    let read = terminal.reading(|reading| folder.read(reading))?;
    let assembled = assemble::assemble(&read, &decisions);
    for id in [debit, credit] {
        if !assembled.entries.iter().any(|entry| entry.id == id) {
            let error = Error::request(Message::new("error-entry-unknown").with("id", id));
            return Err(error.hint(Message::new("hint-entry-unknown")).into());
        }
    }
    folder.decide(&DecisionRecord {
        id: 0,
        verdict,
        debit: debit.to_owned(),
        credit: credit.to_owned(),
        name: args.name.clone().unwrap_or_default(),
        reason: args.reason.clone().unwrap_or_default(),
        made_at: now(),
        withdrawn_by: None,
        withdrawn_at: None,
    })?;
    terminal.reading(|reading| folder.refresh_ledger(reading))?;
    Ok(())
}

fn show(args: &Match, terminal: &Terminal) -> Result<(), Failure> {
    let mut folder = CaseFolder::reader(&args.case)?;
    let (all, decisions) = (folder.all_decisions()?, folder.decisions()?);
    let read = terminal.reading(|reading| folder.read(reading))?;
    let assembled = assemble::assemble(&read, &decisions);
    let document = list::matches(&read, &assembled, args.all);
    print(&render::list::list(&document, args.format, terminal.terms())?)?;
    if !all.is_empty() && args.format == crate::args::ListFormat::Table {
        let decided = list::decisions(&all);
        print(&format!("\n{}", render::list::list(&decided, args.format, terminal.terms())?))?;
    }
    Ok(())
}
