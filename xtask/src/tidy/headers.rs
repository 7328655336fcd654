//! Every Rust source says first what it is for.

use super::Violation;
use crate::files::Tree;

/// A file starts with `//!` and words, tests, examples, build scripts and fuzz targets included.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let says = |text: &str| {
        let purpose = text.lines().next().and_then(|line| line.strip_prefix("//!"));
        purpose.is_some_and(|words| !words.trim().is_empty())
    };
    let silent = tree.sources().filter(|(_, text)| !says(text));
    silent.map(|(path, _)| Violation::new(path, 1, "the file has no `//!` header")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    #[test]
    fn a_source_without_purpose_is_told() {
        let tree = Tree::of(&[
            ("a.rs", "//! Adds.\nfn a() {}\n"),
            ("b.rs", "// Adds.\n"),
            ("c.rs", "//!\n"),
            ("d.rs", ""),
            ("e.md", "text\n"),
        ]);
        let expected = ["b.rs", "c.rs", "d.rs"];
        assert_eq!(
            told(&check(&tree)),
            expected.map(|p| format!("{p}:1: the file has no `//!` header"))
        );
    }
}
