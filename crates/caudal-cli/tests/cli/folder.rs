//! The case folder under stress: killed programs, two programs, altered originals, pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use caudal_testkit::worlds::{WorldOptions, generate};

fn caudal(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caudal"));
    command.args(arguments).current_dir(folder);
    command
}

/// Runs a command; its exit code, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = caudal(folder, arguments).output().expect("the command starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A folder with a case and the files of a small world.
fn desk() -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let world = generate(&WorldOptions { months: 3, account_count: 6, ..WorldOptions::default() });
    std::fs::create_dir(folder.path().join("files")).expect("a folder");
    let mut names = Vec::new();
    for file in &world.files {
        std::fs::write(folder.path().join("files").join(&file.name), &file.bytes).expect("a file");
        names.push(file.name.clone());
    }
    assert_eq!(run(folder.path(), &["new", "a.caudal"]).0, 0);
    (folder, names)
}

/// Names of the files that belong to the case.
fn evidence(folder: &Path) -> Vec<String> {
    let (code, list, error) = run(folder, &["show", "a.caudal", "evidence", "--format", "csv"]);
    assert_eq!(code, 0, "{error}");
    list.lines().skip(1).map(|row| row.split(',').nth(1).unwrap_or("").to_owned()).collect()
}

#[test]
fn a_program_that_is_killed_loses_nothing_that_it_reported_and_leaves_nothing_half_done() {
    let mut killed = 0;
    for reported in 0..12 {
        let (folder, names) = desk();
        let mut child = caudal(folder.path(), &["import", "a.caudal", "files"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let told: Vec<String> = output.lines().take(reported).map_while(Result::ok).collect();
        child.kill().expect("it can be killed");
        killed += usize::from(child.wait().expect("it ends").code().is_none());
        let held = evidence(folder.path());
        for line in &told {
            assert!(held.iter().any(|name| line.contains(name.as_str())), "lost: {line}");
        }
        // Everything that belongs to the case can be read, and what was not imported can be now.
        let (code, _, error) = run(folder.path(), &["check", "a.caudal"]);
        assert_eq!(code, 0, "after {reported} lines: {error}");
        let (code, text, error) = run(folder.path(), &["import", "a.caudal", "files"]);
        assert_eq!(code, 0, "{error}");
        let known = text.lines().filter(|line| line.contains("already")).count();
        assert_eq!(known, held.len(), "what the case had is passed over");
        assert_eq!(evidence(folder.path()).len(), names.len());
        let originals =
            std::fs::read_dir(folder.path().join("a.caudal/evidence")).expect("a folder");
        assert_eq!(originals.count(), names.len(), "nothing half-written is left");
    }
    assert!(killed > 0, "at least one program was killed before it had finished");
}

#[test]
fn one_program_writes_and_the_other_is_told() {
    let (folder, _) = desk();
    let lock = std::fs::File::options().write(true).open(folder.path().join("a.caudal/lock"));
    let lock = lock.expect("a lock");
    lock.lock().expect("nobody writes");
    let (code, _, error) = run(folder.path(), &["import", "a.caudal", "files"]);
    assert_eq!(code, 1);
    assert!(error.contains("another program is writing"), "{error}");
    assert_eq!(run(folder.path(), &["check", "a.caudal"]).0, 0, "reading goes on");
    drop(lock);
    assert_eq!(run(folder.path(), &["import", "a.caudal", "files"]).0, 0);
}

#[test]
fn an_original_that_was_altered_is_never_used() {
    let (folder, _) = desk();
    run(folder.path(), &["import", "a.caudal", "files"]);
    let originals = std::fs::read_dir(folder.path().join("a.caudal/evidence")).expect("a folder");
    let original = originals.flatten().next().expect("an original").path();
    let text = std::fs::read_to_string(&original).expect("text").replace('0', "1");
    std::fs::remove_file(&original).expect("it can be taken away");
    std::fs::write(&original, text).expect("and replaced");
    for command in ["check", "show", "trace"] {
        let rest: &[&str] = match command {
            "show" => &["transfers"],
            "trace" => &["--from", "payer:@x", "--rule", "fifo"],
            _ => &[],
        };
        let (code, text, error) = run(folder.path(), &[&[command, "a.caudal"], rest].concat());
        assert_eq!(code, 1, "{command}");
        assert!(text.is_empty() && error.contains("has changed"), "{command}: {error}");
    }
}

#[test]
fn standard_input_is_a_file_too() {
    let (folder, names) = desk();
    let bytes = std::fs::read(folder.path().join("files").join(&names[0])).expect("a file");
    let mut child = caudal(folder.path(), &["import", "a.caudal", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(String::from_utf8_lossy(&output.stdout).contains("imported"));
    assert_eq!(evidence(folder.path()), ["-"]);
}
