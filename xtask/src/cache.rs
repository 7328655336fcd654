//! Built crates that outlive one clone: a target folder under the user's cache folder, used in
//! continuous integration only, and never needed.
//!
//! *Shape.* Whoever holds the lock uses the folder; everybody else builds in the clone, since two
//! clones would overwrite each other's programs while their tests run. The crates of the workspace
//! are removed first: cargo tells fresh from stale by the times of files, which another clone does
//! not keep. Only what comes from the registry is reused.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::command;

/// The folder, for as long as this value lives.
pub(crate) struct SharedTarget {
    pub(crate) folder: PathBuf,
    _lock: File,
}

impl SharedTarget {
    /// Takes the folder where this is continuous integration, nobody chose another, and it can be
    /// had at once.
    pub(crate) fn take(root: &Path) -> Option<Self> {
        let folder = place(|name| std::env::var_os(name))?;
        std::fs::create_dir_all(&folder).ok()?;
        let lock = File::create(folder.join("in-use.lock")).ok()?;
        lock.try_lock().ok()?;
        let mut clean = command::cargo_in(root);
        clean.args(["clean", "--workspace", "--quiet"]).env("CARGO_TARGET_DIR", &folder);
        command::succeeds(&mut clean).then_some(Self { folder, _lock: lock })
    }
}

/// Where the folder would be.
fn place(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let is_ci = variable("CI").is_some_and(|value| value == "true");
    if !is_ci || variable("CARGO_TARGET_DIR").is_some() {
        return None;
    }
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let cache = variable("XDG_CACHE_HOME").map(PathBuf::from).and_then(absolute);
    let home = || variable("HOME").map(PathBuf::from).and_then(absolute);
    let cache = cache.or_else(|| Some(home()?.join(".cache")))?;
    Some(cache.join("caudal-target"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn place_with(variables: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        place(variable).map(|path| path.to_string_lossy().into_owned())
    }

    #[test]
    fn only_continuous_integration_builds_outside_the_clone() {
        let home = ("HOME", "/u");
        assert_eq!(place_with(&[home]), None);
        assert_eq!(place_with(&[home, ("CI", "false")]), None);
        assert_eq!(place_with(&[home, ("CI", "true")]).as_deref(), Some("/u/.cache/caudal-target"));
        let cache = ("XDG_CACHE_HOME", "/c");
        assert_eq!(place_with(&[home, cache, ("CI", "true")]).as_deref(), Some("/c/caudal-target"));
    }

    #[test]
    fn a_chosen_target_folder_is_kept() {
        let chosen = ("CARGO_TARGET_DIR", "elsewhere");
        assert_eq!(place_with(&[("HOME", "/u"), ("CI", "true"), chosen]), None);
        assert_eq!(place_with(&[("CI", "true")]), None);
        assert_eq!(place_with(&[("HOME", "relative"), ("CI", "true")]), None);
    }
}
