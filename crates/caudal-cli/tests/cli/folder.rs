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

/// The answer to a question of everything that came from outside.
fn answer(folder: &Path) -> String {
    let question = ["trace", "a.caudal", "--rule", "fifo,pro-rata", "--format", "json"];
    let from = ["--from", "payer:@outside", "--despite-problems"];
    let (code, text, error) = run(folder, &[&question[..], &from[..]].concat());
    assert_eq!(code, 0, "{error}");
    text
}

#[test]
fn the_stored_ledger_answers_as_the_evidence_does_and_a_damaged_one_is_made_anew() {
    let (folder, names) = desk();
    let transfers = "id,date,payer,payee,amount,currency\nx1,2025-01-02,@outside,X,90.00,USD\n\
                     x2,2025-01-03,X,Y,40.00,USD\nx3,2025-01-03,Y,@shop,50.00,USD\n";
    std::fs::write(folder.path().join("transfers.csv"), transfers).expect("a file");
    assert_eq!(run(folder.path(), &["import", "a.caudal", "files", "transfers.csv"]).0, 0);
    let path = folder.path().join("a.caudal/ledger");
    let whole = std::fs::read(&path).expect("it was written");
    let stored = answer(folder.path());
    std::fs::remove_file(&path).expect("it can be taken away");
    assert_eq!(answer(folder.path()), stored, "from the evidence");
    for at in [0, 20, 70, whole.len() / 2, whole.len() - 10] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        std::fs::write(&path, &damaged).expect("a file");
        assert_eq!(answer(folder.path()), stored, "with byte {at} damaged");
        let again = ["import", "a.caudal", &format!("files/{}", names[0])];
        assert_eq!(run(folder.path(), &again).0, 0);
        assert_eq!(
            std::fs::read(&path).expect("it is there"),
            whole,
            "byte {at}: same bytes again"
        );
    }
}

#[test]
fn a_decision_makes_the_ledger_anew() {
    let (folder, _) = desk();
    run(folder.path(), &["import", "a.caudal", "files"]);
    let path = folder.path().join("a.caudal/ledger");
    let before = std::fs::read(&path).expect("it was written");
    let (_, list, _) = run(folder.path(), &["match", "a.caudal", "--all", "--format", "csv"]);
    let pair = list.lines().nth(1).expect("a pair");
    let is_id = |cell: &&str| cell.find(':') == Some(8);
    let ids: Vec<&str> = pair.split(',').filter(is_id).collect();
    let decide =
        ["match", "a.caudal", "--different", ids[0], ids[1], "--name", "N", "--reason", "R"];
    let (code, _, error) = run(folder.path(), &decide);
    assert_eq!(code, 0, "{error} {pair}");
    assert_ne!(std::fs::read(&path).expect("it is there"), before);
    assert_eq!(run(folder.path(), &["match", "a.caudal", "--undo", "1", "--name", "N"]).0, 0);
    assert_eq!(std::fs::read(&path).expect("it is there"), before, "as it was");
}
