//! Problem codes: every code has a page, and no page or example is left without its code.
//!
//! Which codes must have an example, and what it must provoke, is tested where files are read.

use super::Violation;
use crate::files::Tree;

const CODES: &str = "crates/caudal-model/src/problem.rs";
const PAGES: &str = "docs/errors/";
const EXAMPLES: &str = "casebook/problems/";

/// Compares codes, pages and examples.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let codes = codes(tree.text(CODES));
    if codes.is_empty() && tree.has(CODES) {
        return vec![Violation::new(CODES, 1, "no problem code was found")];
    }
    let pages = tree.pages(PAGES);
    let is_code = |name: &str| codes.iter().any(|(code, _)| *code == name);
    let bare = codes.iter().filter(|(code, _)| !pages.contains(code));
    let bare = bare.map(|(code, line)| {
        Violation::new(CODES, *line, format!("`{code}` has no page {PAGES}{code}.md"))
    });
    let idle = pages.iter().filter(|page| !is_code(page));
    let idle = idle.map(|page| orphan(&format!("{PAGES}{page}.md"), page));
    let unread = examples(tree).into_iter().filter(|(_, folder)| !is_code(folder));
    let unread = unread.map(|(path, folder)| orphan(path, folder));
    bare.chain(idle).chain(unread).collect()
}

fn orphan(path: &str, code: &str) -> Violation {
    Violation::new(path, 1, format!("there is no problem code `{code}`"))
}

/// The codes with their lines: `FileEmpty = "file-empty", Blocks;`.
fn codes(source: &str) -> Vec<(&str, usize)> {
    let lines = source.lines().enumerate();
    lines.filter_map(|(at, line)| Some((code(line)?, at + 1))).collect()
}

fn code(line: &str) -> Option<&str> {
    let (_, rest) = line.trim().split_once(" = \"")?;
    let (code, severity) = rest.split_once("\", ")?;
    ["Blocks;", "Doubtful;", "Note;"].contains(&severity).then_some(code)
}

/// One file of each example, with the folder's name.
fn examples(tree: &Tree) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for path in tree.paths() {
        let folder = path.strip_prefix(EXAMPLES).and_then(|rest| rest.split_once('/'));
        let Some((folder, _)) = folder else { continue };
        if found.last().is_none_or(|(_, last)| *last != folder) {
            found.push((path, folder));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    const SOURCE: &str = "//! Problems.\nproblem_codes! {\n    /// Empty.\n    FileEmpty = \
                          \"file-empty\", Blocks;\n    /// Odd.\n    Odd = \"odd\", Note;\n}\n";

    #[test]
    fn codes_pages_and_examples_agree() {
        let tree = Tree::of(&[
            (CODES, SOURCE),
            ("docs/errors/README.md", ""),
            ("docs/errors/file-empty.md", ""),
            ("docs/errors/odd.md", ""),
            ("casebook/problems/odd/transfers.csv", ""),
        ]);
        assert!(check(&tree).is_empty());
    }

    #[test]
    fn what_is_missing_and_what_is_left_over_is_told() {
        let tree = Tree::of(&[
            (CODES, SOURCE),
            ("docs/errors/odd.md", ""),
            ("docs/errors/old.md", ""),
            ("casebook/problems/older/accounts.csv", ""),
            ("casebook/problems/older/transfers.csv", ""),
        ]);
        let expected = [
            "crates/caudal-model/src/problem.rs:4: `file-empty` has no page docs/errors/file-empty.md",
            "docs/errors/old.md:1: there is no problem code `old`",
            "casebook/problems/older/accounts.csv:1: there is no problem code `older`",
        ];
        assert_eq!(told(&check(&tree)), expected);
    }

    #[test]
    fn a_list_that_moved_is_told() {
        assert_eq!(check(&Tree::of(&[(CODES, "//! Problems.\n")])).len(), 1);
    }
}
