//! Sessions: Markdown that shows commands and what they print, run as a user would.
//!
//! *Shape.* A session is a Markdown file. A block that opens with `csv NAME` or `file NAME` is written
//! to that file, and `cat NAME` shows one that a command wrote; a block of kind `console` holds commands after `$ ` and, below each, what it prints:
//! standard output, then standard error, then `[exit N]` where N is not zero. All blocks of a
//! session run in one empty folder, in order. The README is a session too.
//!
//! `UPDATE_SESSIONS=1` rewrites what the commands print.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The Markdown files that are sessions.
fn sessions() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/sessions");
    let entries = std::fs::read_dir(folder).expect("the sessions can be listed");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.push(root().join("README.md"));
    files.sort();
    files
}

#[test]
fn every_session_prints_what_it_shows() {
    let update = std::env::var("UPDATE_SESSIONS").is_ok();
    let mut wrong = Vec::new();
    for file in sessions() {
        let text = std::fs::read_to_string(&file).expect("a session is text");
        let run = replay(&text);
        if run == text {
            continue;
        }
        if update {
            std::fs::write(&file, &run).expect("the sessions can be written");
        } else {
            wrong.push(format!("{}:\n{}", file.display(), difference(&text, &run)));
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE_SESSIONS=1 rewrites them", wrong.join("\n"));
}

#[test]
fn sessions_hold_commands() {
    for file in sessions() {
        let text = std::fs::read_to_string(&file).expect("a session is text");
        assert!(text.contains("\n$ c"), "{} shows no command", file.display());
    }
}

/// The first line that differs, with its neighbours.
fn difference(shown: &str, printed: &str) -> String {
    let at = shown.lines().zip(printed.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str, mark: &str| {
        let lines = text.lines().skip(at).take(6);
        lines.map(|line| format!("{mark} {line}\n")).collect::<Vec<_>>().concat()
    };
    format!("line {}\n{}{}", at + 1, around(shown, "-"), around(printed, "+"))
}

/// The session with what its commands really print.
fn replay(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(kind) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if kind == "console" {
            for command in block.iter().filter(|line| line.starts_with("$ ")) {
                out.push_str(command);
                out.push('\n');
                out.push_str(&run(&command[2..], folder.path()));
            }
        } else {
            let content = block.iter().map(|line| format!("{line}\n")).collect::<Vec<_>>().concat();
            let name = kind.strip_prefix("csv ").or_else(|| kind.strip_prefix("file "));
            if let Some(name) = name {
                std::fs::write(folder.path().join(name), &content).expect("a file of the session");
            }
            out.push_str(&content);
        }
        out.push_str("```\n");
    }
    out
}

fn run(command: &str, folder: &Path) -> String {
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["cat", name] = words.as_slice() {
        return std::fs::read_to_string(folder.join(name)).expect("a file that a command wrote");
    }
    let prefixes: [&[&str]; 2] = [&["caudal"], &["cargo", "run", "--release", "--"]];
    let arguments = prefixes.iter().find_map(|prefix| words.strip_prefix(*prefix));
    let arguments = arguments.expect("a session runs `caudal`");
    let caudal = env!("CARGO_BIN_EXE_caudal");
    let output = Command::new(caudal).args(arguments).current_dir(folder).output();
    let output = output.expect("the command starts");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the command prints UTF-8");
    let mut shown = text(&output.stdout) + &text(&output.stderr);
    let code = output.status.code().expect("the command ends by itself");
    if code != 0 {
        shown = format!("{shown}[exit {code}]\n");
    }
    // A fence that the output itself would close cannot be shown.
    assert!(!shown.contains("```"), "output of `{command}` holds a fence");
    shown
}

/// Words as a shell splits them, with single and double quotes and nothing else.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}
