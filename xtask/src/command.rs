//! Other programs: how they are found, asked and run.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Outcome;

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// The same, in a folder.
pub(crate) fn cargo_in(folder: &Path) -> Command {
    let mut cargo = cargo();
    cargo.current_dir(folder);
    cargo
}

/// Runs a program that speaks for itself; its failure is told by its name only.
pub(crate) fn check(command: &mut Command) -> Outcome {
    let name = shown(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed ({status})")),
        Err(error) => Err(format!("`{name}` cannot be run: {error}")),
    }
}

/// What a program printed, or why there is nothing.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let name = shown(command);
    let done = command.output().map_err(|error| format!("`{name}` cannot be run: {error}"))?;
    let said = || String::from_utf8_lossy(&done.stderr).trim().to_owned();
    if done.status.success() { Ok(done.stdout) } else { Err(format!("`{name}`: {}", said())) }
}

/// Whether a program is there and does what it is asked; nothing is printed.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The command line, without the folders in front of the program.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
