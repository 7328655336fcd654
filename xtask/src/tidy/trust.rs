//! Where the compiler is told to trust us: in two files, each with its reason.

use super::Violation;
use crate::files::Tree;

/// What the language cannot check stands here and nowhere else.
const TRUSTED: &[&str] =
    &["crates/caudal-columns/src/ahead.rs", "crates/caudal-columns/src/map.rs"];

/// Looks into every source file.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    // In two parts, or this file would break its own rule.
    let mark = ["unsafe", "_code"].concat();
    let mut found = Vec::new();
    for (path, text) in tree.sources().filter(|(path, _)| !TRUSTED.contains(path)) {
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(&mark));
        let message = format!("only {} may lift the lint `{mark}`", TRUSTED.join(" and "));
        found.extend(lines.map(|(at, _)| Violation::new(path, at + 1, message.clone())));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    #[test]
    fn the_lint_is_lifted_where_the_file_is_mapped_and_nowhere_else() {
        let lifted = format!("#[expect({}, reason = \"quicker\")]\n", ["unsafe", "_code"].concat());
        let of = |path| told(&check(&Tree::of(&[(path, lifted.as_str())])));
        assert!(of("crates/caudal-columns/src/map.rs").is_empty());
        assert_eq!(of("crates/caudal-trace/src/plain.rs").len(), 1);
    }
}
