//! The files of the repository, with their bytes: what Git tracks or would track.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;

/// Folders that are never part of the repository, for when Git is not there to say so.
const NOT_OURS: &[&str] = &[
    ".git",
    "demo.caudal",
    "fuzz/artifacts",
    "fuzz/corpus",
    "fuzz/coverage",
    "fuzz/target",
    "target",
];

/// The files, by their path from the root, with `/` between the parts.
#[derive(Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// Reads the repository.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let paths = match tracked(root) {
            Some(paths) => paths,
            None => walked(root)?,
        };
        let mut files = BTreeMap::new();
        for path in paths {
            // A file that was deleted and not yet committed, a link to nowhere, a submodule.
            if root.join(&path).is_file() {
                let bytes = bytes_of(&root.join(&path))?;
                files.insert(path, bytes);
            }
        }
        Ok(Self { files })
    }

    /// Every path, in order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Every file with its size in bytes.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.len()))
    }

    /// Every file that is text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let text = |bytes| std::str::from_utf8(bytes).ok();
        self.files.iter().filter_map(move |(path, bytes)| Some((path.as_str(), text(bytes)?)))
    }

    /// Every file, bytes that are no text made visible: for words that may hide anywhere.
    pub(crate) fn readable(&self) -> impl Iterator<Item = (&str, String)> {
        let readable = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.files.iter().map(move |(path, bytes)| (path.as_str(), readable(bytes)))
    }

    /// Every Rust source.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_rust = |path: &str| Path::new(path).extension().is_some_and(|end| end == "rs");
        self.texts().filter(move |(path, _)| is_rust(path))
    }

    /// One file as text; empty where there is none.
    pub(crate) fn text(&self, path: &str) -> &str {
        let bytes = self.files.get(path).map(Vec::as_slice).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether a file is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Names of the Markdown pages of a folder (`docs/law/`), without their ending and without
    /// pages about the folder itself.
    pub(crate) fn pages<'t>(&'t self, folder: &str) -> Vec<&'t str> {
        let name = |path: &'t str| path.strip_prefix(folder)?.strip_suffix(".md");
        let is_page = |name: &&str| !name.contains('/') && !["README", "index"].contains(name);
        self.paths().filter_map(name).filter(is_page).collect()
    }

    /// A small repository, for tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let owned = |&(path, text): &(&str, &str)| (path.to_owned(), text.as_bytes().to_vec());
        Self { files: files.iter().map(owned).collect() }
    }
}

/// The bytes of a file, or a sentence about why there are none.
#[expect(clippy::disallowed_methods, reason = "the checker reads the repository")]
pub(crate) fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// The same as text.
pub(crate) fn text_of(path: &Path) -> Result<String, String> {
    String::from_utf8(bytes_of(path)?).map_err(|_| format!("{} is not UTF-8", path.display()))
}

/// What Git lists; nothing where Git is absent, refuses, or means another repository.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = String::from_utf8(command::output(&mut git).ok()?).ok()?;
    let paths: Vec<String> =
        listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    paths.iter().any(|path| path == "Cargo.toml").then_some(paths)
}

fn walked(root: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for (name, is_folder) in entries(&root.join(&folder))? {
            let path = folder.join(&name);
            let shown = slashed(&path);
            if !is_folder {
                found.push(shown);
            } else if !NOT_OURS.contains(&shown.as_str()) {
                folders.push(path);
            }
        }
    }
    Ok(found)
}

/// Names in a folder, and which of them are folders. Links are not followed.
fn entries(folder: &Path) -> Result<Vec<(String, bool)>, String> {
    let fail = |error| format!("{} cannot be listed: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(fail)?;
    let named = |entry: std::fs::DirEntry| {
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.is_dir()))
    };
    entries.map(|entry| entry.and_then(named)).collect::<Result<_, _>>().map_err(fail)
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_without_their_ending() {
        let tree = Tree::of(&[
            ("docs/law/README.md", ""),
            ("docs/law/oatway.md", ""),
            ("docs/law/more/evans.md", ""),
            ("docs/errors/file-empty.md", ""),
        ]);
        assert_eq!(tree.pages("docs/law/"), ["oatway"]);
    }

    #[test]
    fn without_git_the_folders_are_walked() {
        let paths = walked(crate::root()).expect("a readable repository");
        assert!(paths.iter().any(|path| path == "xtask/src/files.rs"));
        assert!(!paths.iter().any(|path| path.starts_with("target/")));
    }
}
