//! `caudal import`: adds files of evidence to a case.
//!
//! *Shape.* Files are added one by one: what is printed as imported belongs to the case, whatever
//! happens afterwards. A table's layout that was found, not stated, is shown first and, on a
//! terminal, asked about.

use std::fs::File;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use caudal::folder::{CaseFolder, Holdings, ImportOptions, ImportedFile, Outcome, Source};
use caudal::{Error, Format, Message, Profile, Terms};

use crate::args::Import;
use crate::terminal::{Failure, Terminal, now, print};

pub(crate) fn run(args: &Import, terminal: &Terminal) -> Result<(), Failure> {
    let options = options(args)?;
    let mut folder = if args.dry_run {
        CaseFolder::reader(&args.case)?
    } else {
        CaseFolder::writer(&args.case)?
    };
    for path in files(&args.files)? {
        let source = source(&path)?;
        let sources = if caudal::is_archive(&source.name, &source.bytes) {
            let unpacked = caudal::unpack(&source.name, &source.bytes);
            terminal.report(&unpacked.problems);
            let inside = |(name, bytes)| Source { name, bytes };
            unpacked.value.into_iter().map(inside).collect()
        } else {
            vec![source]
        };
        for source in sources {
            one(&mut folder, &source, (args, &options), terminal)?;
        }
    }
    if !args.dry_run {
        terminal.reading(|reading| folder.refresh_ledger(reading))?;
    }
    Ok(())
}

fn one(
    folder: &mut CaseFolder,
    source: &Source,
    (args, options): (&Import, &ImportOptions),
    terminal: &Terminal,
) -> Result<(), Failure> {
    let must_ask = !args.yes && !args.dry_run && options.profile.is_none() && asks();
    if must_ask || args.save_profile.is_some() {
        let look = ImportOptions { dry_run: true, ..options.clone() };
        let seen = terminal.reading(|reading| folder.import(source, &look, reading))?;
        if let Some(profile) = &seen.profile {
            if let Some(path) = &args.save_profile {
                save(path, profile, terminal)?;
            }
            if must_ask && !confirmed(&source.name, profile, terminal.terms())? {
                return Ok(());
            }
        }
    }
    let imported = terminal.reading(|reading| folder.import(source, options, reading))?;
    Ok(print(&told(&imported, args.dry_run, terminal.terms()))?)
}

/// One file, as it is reported: what became of it, what it holds, what blocks.
fn told(file: &ImportedFile, is_dry: bool, terms: &Terms) -> String {
    let word = match (file.outcome, is_dry) {
        (Outcome::Known, _) => "line-known",
        (Outcome::Added, true) => "line-would-import",
        (Outcome::Added, false) => "line-imported",
    };
    let mut parts = Vec::new();
    let Holdings { statements, entries, transfers, listed } = file.holds;
    if statements > 0 {
        let message = Message::new("line-import-entries");
        parts.push(message.with("statements", statements).with("entries", entries));
    }
    if transfers > 0 {
        parts.push(Message::new("line-import-transfers").with("transfers", transfers));
    }
    if file.outcome == Outcome::Added && statements + transfers + listed == 0 {
        parts.push(Message::new("line-import-nothing"));
    }
    if file.blocking_count() > 0 {
        parts.push(Message::new("line-import-blocking").with("count", file.blocking_count()));
    }
    let parts: Vec<String> = parts.iter().map(|part| terms.say(part)).collect();
    let format = file.format.map_or("", Format::id);
    let digest = &file.sha256[..8];
    let rest = [format.to_owned(), parts.join("; ")].join("  ");
    format!("{} {digest}…  {}  {}\n", terms.word(word), caudal::printable(&file.name), rest.trim())
}

fn options(args: &Import) -> Result<ImportOptions, Failure> {
    let profile = args.profile.as_deref().map(profile).transpose()?;
    let format = args.format.as_deref().map(format).transpose()?;
    Ok(ImportOptions {
        account: args.account.clone(),
        currency: args.currency.clone(),
        profile,
        format,
        dry_run: args.dry_run,
        at: now(),
    })
}

fn format(id: &str) -> Result<Format, Failure> {
    let found = Format::ALL.iter().copied().find(|format| format.id() == id);
    found.ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.id()).collect();
        Error::usage(Message::new("error-format").with("found", id))
            .hint(Message::new("hint-format").with("known", known.join(", ")))
            .into()
    })
}

fn profile(path: &Path) -> Result<Profile, Failure> {
    let fail = |why: &dyn std::fmt::Display| {
        let message = Message::new("error-profile").with("path", path.display()).with("why", why);
        Failure::from(Error::request(message).hint(Message::new("hint-profile")))
    };
    let bytes = bytes_of(path).map_err(|error| fail(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| fail(&error))?;
    Profile::from_toml(&text).map_err(|error| fail(&error))
}

fn save(path: &Path, profile: &Profile, terminal: &Terminal) -> Result<(), Failure> {
    std::fs::write(path, profile.to_toml())?;
    let message = Message::new("line-profile-saved").with("path", path.display());
    Terminal::note(&terminal.terms().say(&message));
    Ok(())
}

/// Whether somebody is there to be asked.
fn asks() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

fn confirmed(name: &str, profile: &Profile, terms: &Terms) -> io::Result<bool> {
    let mut err = io::stderr().lock();
    let heading = terms.say(&Message::new("line-layout").with("name", name));
    write!(err, "{heading}\n\n{}\n{}", profile.to_toml(), terms.word("line-layout-ask"))?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let is_yes = ["y", "yes", "s", "si", "sí"].contains(&answer.trim().to_lowercase().as_str());
    if !is_yes {
        writeln!(err, "{}", terms.word("line-layout-refused"))?;
    }
    Ok(is_yes)
}

/// Files that were named, and those in folders that were named, by name.
fn files(named: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in named {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<io::Result<_>>()?;
            let is_hidden = |path: &PathBuf| {
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
            };
            inside.retain(|path| !is_hidden(path));
            inside.sort();
            found.extend(files(&inside)?);
        } else {
            found.push(path.clone());
        }
    }
    Ok(found)
}

fn source(path: &Path) -> Result<Source, Failure> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(Source { name: "-".to_owned(), bytes });
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let bytes = bytes_of(path).map_err(|error| {
        let message = Message::new("error-file").with("path", path.display()).with("why", &error);
        let hint = if error.kind() == io::ErrorKind::NotFound {
            "hint-file-missing"
        } else {
            "hint-file-unreadable"
        };
        Error::request(message).hint(Message::new(hint))
    })?;
    Ok(Source { name, bytes })
}

fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}
