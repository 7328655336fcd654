//! What a run stood on: the machine, the compiler, the commit, the packages. No name of a machine.

use std::path::Path;
use std::process::Command;

use crate::{command, files};

/// One line each, for the head of the page.
pub(crate) fn told(root: &Path) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory =
        memory().map_or_else(String::new, |gigabytes| format!(", {gigabytes} GB of memory"));
    let system = format!("{}, {}", std::env::consts::OS, std::env::consts::ARCH);
    let mut lines = vec![format!("Machine: {cores} cores{memory}; {system}.")];
    let commit = said(Command::new("git").current_dir(root).args(["rev-parse", "--short", "HEAD"]));
    let rust = said(Command::new("rustc").arg("--version"));
    lines.push(format!("Caudal at commit {commit}, built for speed by {rust}."));
    lines
}

/// How busy the machine is before anything is measured; empty where the system does not say.
pub(crate) fn busyness() -> String {
    let text = files::text_of(Path::new("/proc/loadavg")).unwrap_or_default();
    let load = text.split_whitespace().next();
    let told = |load| format!("Load average of the machine before the run, by others: {load}.");
    load.map_or_else(String::new, told)
}

/// Gigabytes of memory, where the system says so in a file.
fn memory() -> Option<u64> {
    let text = files::text_of(Path::new("/proc/meminfo")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes.div_ceil(1 << 20))
}

fn said(program: &mut Command) -> String {
    let said = command::output(program).ok();
    let text = said.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    text.unwrap_or_else(|| "unknown".to_owned())
}
