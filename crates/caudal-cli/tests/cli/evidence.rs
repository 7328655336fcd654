//! Evidence that a Markdown session cannot hold: other encodings, long lines, closed pipes.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const HEADER: &str = "id,date,payer,payee,amount,currency\n";

fn caudal(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caudal"));
    command.args(arguments).current_dir(folder).output().expect("the command starts")
}

/// Traces `t1` by fifo in a file of these bytes: exit code, standard output, standard error.
fn trace(bytes: &[u8]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("ledger.csv"), bytes).expect("a file");
    let arguments = ["trace", "ledger.csv", "--from", "transfer:t1", "--rule", "fifo"];
    let output = caudal(folder.path(), &arguments);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code().expect("no signal"), text(&output.stdout), text(&output.stderr))
}

fn ledger(payee: &str) -> String {
    format!("{HEADER}t1,2025-03-01,@víctima,{payee},100.00,USD\n")
}

#[test]
fn a_byte_order_mark_changes_nothing() {
    let (code, out, _) = trace(format!("\u{feff}{}", ledger("Muñoz")).as_bytes());
    assert_eq!(code, 0);
    assert!(out.contains("Muñoz"), "{out}");
}

#[test]
fn windows_1252_is_read_and_said() {
    let bytes: Vec<u8> = ledger("Muñoz")
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1"))
        .collect();
    let (code, out, _) = trace(&bytes);
    assert_eq!(code, 0);
    assert!(out.contains("Muñoz") && out.contains("[encoding-not-utf8]"), "{out}");
}

#[test]
fn utf_16_is_read_and_said() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(ledger("Muñoz").encode_utf16().flat_map(u16::to_le_bytes));
    let (code, out, _) = trace(&bytes);
    assert_eq!(code, 0);
    assert!(out.contains("Muñoz") && out.contains("[encoding-not-utf8]"), "{out}");
}

#[test]
fn a_line_of_ten_megabytes_is_a_problem_of_its_row() {
    let long = "x".repeat(10 << 20);
    let (code, out, err) = trace(format!("{}t2,{long}\n", ledger("A")).as_bytes());
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("[row-too-long]") && err.contains("row 3"), "{err}");
    assert!(err.len() < 2000, "the message stays readable");
}

#[test]
fn names_with_control_characters_do_not_reach_the_terminal() {
    let (code, out, _) = trace(ledger("A\u{1b}[31mB").as_bytes());
    assert_eq!(code, 0);
    assert!(!out.contains('\u{1b}'), "{out:?}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows: Vec<String> =
        (0..20_000).map(|n| format!("t{n},2025-03-01,@v,A,1.00,USD\n")).collect();
    let rows = rows.concat();
    std::fs::write(folder.path().join("ledger.csv"), format!("{HEADER}{rows}")).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_caudal"))
        .args(["trace", "ledger.csv", "--from", "payee:A", "--rule", "fifo", "--format", "csv"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut first = [0; 16];
    let mut out = child.stdout.take().expect("piped");
    out.read_exact(&mut first).expect("some output");
    drop(out);
    let status = child.wait().expect("the command ends");
    let mut err = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut err).expect("UTF-8");
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert_eq!(caudal(folder.path(), &["demo"]).status.code(), Some(0));
    let arguments = [
        "trace",
        "demo.caudal",
        "--from",
        "label:VICTIM-ONE",
        "label:VICTIM-TWO",
        "--rule",
        "all",
        "--format",
        "json",
    ];
    let first = caudal(folder.path(), &arguments).stdout;
    assert_eq!(first, caudal(folder.path(), &arguments).stdout);
    let written = std::fs::read(folder.path().join("demo.caudal/trace.json")).expect("written");
    assert_eq!(first, written, "the demo wrote what the command prints");
}

#[test]
fn the_demo_leaves_other_folders_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other = folder.path().join("demo.caudal");
    std::fs::create_dir(&other).expect("a folder");
    std::fs::write(other.join("transfers.csv"), "somebody's evidence").expect("a file");
    let output = caudal(folder.path(), &["demo"]);
    assert_eq!(output.status.code(), Some(1));
    let kept = std::fs::read_to_string(other.join("transfers.csv")).expect("still there");
    assert_eq!(kept, "somebody's evidence");
    // A demo in a folder of its own can be written again.
    let again = ["demo", "--out", "own.caudal"];
    assert_eq!(caudal(folder.path(), &again).status.code(), Some(0));
    assert_eq!(caudal(folder.path(), &again).status.code(), Some(0));
}
