//! What `cargo metadata` says about packages, cut down to what the checks ask.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command;

/// One package: of the workspace, or one it is built from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// SPDX expression.
    pub(crate) licence: Option<String>,
    /// Registry or repository; `None` for a folder.
    pub(crate) source: Option<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependency tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The crate itself, or its build script.
    Normal,
    /// Tests, examples, benchmarks.
    Dev,
}

/// The crates of the workspace. Nothing is resolved or fetched.
pub(crate) fn workspace(root: &Path) -> Result<Vec<Package>, String> {
    read(root, &["--no-deps"])
}

/// Every crate that any target or feature of the workspace is built from.
///
/// Where the crates of other systems are not on the disk and the network is away, the crates of
/// this system are all that can be looked at.
pub(crate) fn everything(root: &Path) -> Result<Vec<Package>, String> {
    read(root, &["--all-features"])
        .or_else(|_| read(root, &["--all-features", "--offline", "--filter-platform", &host()?]))
}

/// The folder that everything is built in.
pub(crate) fn target_folder(root: &Path) -> Result<PathBuf, String> {
    let value = asked(root, &["--no-deps"])?;
    let folder = text(&value, "target_directory").map(PathBuf::from);
    folder.ok_or_else(|| "cargo does not say where it builds".to_owned())
}

/// The system this program runs on, as cargo names it.
fn host() -> Result<String, String> {
    let said = command::output(command::cargo().args(["--version", "--verbose"]))?;
    let said = String::from_utf8_lossy(&said);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "cargo does not say what it runs on".to_owned())
}

fn read(root: &Path, options: &[&str]) -> Result<Vec<Package>, String> {
    Ok(list(&asked(root, options)?, "packages").map(package).collect())
}

fn asked(root: &Path, options: &[&str]) -> Result<Value, String> {
    let mut cargo = command::cargo_in(root);
    let printed = command::output(cargo.args(["metadata", "--format-version=1"]).args(options))?;
    serde_json::from_slice(&printed).map_err(|error| error.to_string())
}

fn package(value: &Value) -> Package {
    Package {
        name: text(value, "name").unwrap_or_default(),
        version: text(value, "version").unwrap_or_default(),
        licence: text(value, "license"),
        source: text(value, "source"),
        dependencies: list(value, "dependencies").map(dependency).collect(),
    }
}

fn dependency(value: &Value) -> Dependency {
    let is_dev = value.get("kind").and_then(Value::as_str) == Some("dev");
    let kind = if is_dev { Kind::Dev } else { Kind::Normal };
    Dependency { name: text(value, "name").unwrap_or_default(), kind }
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}
