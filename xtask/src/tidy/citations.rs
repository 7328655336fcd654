//! Authorities: every key that is cited has a page, and every page is cited.
//!
//! *Shape.* A citation is the mark followed by a key, anywhere in a text file, or a key in the
//! table of tracing rules. The page of a key is `docs/law/<key>.md`.

use std::collections::BTreeMap;

use super::Violation;
use crate::files::Tree;

const MARK: &str = "law:";
const PAGES: &str = "docs/law/";
const RULES: &str = "crates/caudal-trace/src/rule.rs";

/// Where a key is cited first.
type Cited<'t> = BTreeMap<&'t str, (&'t str, usize)>;

/// Compares keys with pages.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let pages = tree.pages(PAGES);
    let cited = citations(tree);
    let missing = cited.iter().filter(|(key, _)| !pages.contains(key));
    let missing = missing.map(|(key, (path, line))| {
        Violation::new(path, *line, format!("`{key}` is cited and has no page {PAGES}{key}.md"))
    });
    let idle = pages.iter().filter(|page| !cited.contains_key(*page));
    let idle = idle.map(|key| {
        Violation::new(&format!("{PAGES}{key}.md"), 1, format!("nothing cites `{key}`"))
    });
    missing.chain(idle).chain(unread_table(tree)).collect()
}

/// Every citation but those of a page by itself.
fn citations(tree: &Tree) -> Cited<'_> {
    let mut cited = Cited::new();
    for (key, line) in rule_keys(tree.text(RULES)) {
        cited.entry(key).or_insert((RULES, line));
    }
    for (path, text) in tree.texts() {
        let own = path.strip_prefix(PAGES).and_then(|name| name.strip_suffix(".md"));
        for (at, line) in text.lines().enumerate() {
            for key in keys(line).filter(|key| Some(*key) != own) {
                cited.entry(key).or_insert((path, at + 1));
            }
        }
    }
    cited
}

/// The keys behind the marks of a line; a mark inside a word, or without a key, is none.
fn keys(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices(MARK).filter_map(|(at, mark)| {
        let is_word = line[..at].ends_with(|c: char| c.is_alphanumeric());
        let rest = &line[at + mark.len()..];
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let end = rest.find(|c| !is_key(c)).unwrap_or(rest.len());
        let key = rest[..end].trim_end_matches('-');
        (!is_word && !key.is_empty()).then_some(key)
    })
}

/// The keys of the table of rules, which has them without the mark: the second text of an entry
/// that stands in no inner bracket, after the id of the rule.
fn rule_keys(source: &str) -> Vec<(&str, usize)> {
    let mut keys = Vec::new();
    let (mut depth, mut texts) = (0usize, 0);
    let start = source.find("const RULES").and_then(|at| Some(at + source[at..].find("= &[")? + 4));
    let Some(start) = start else { return keys };
    let mut chars = source.char_indices().skip_while(|(at, _)| *at < start);
    while let Some((at, c)) = chars.next() {
        match c {
            ']' if depth == 0 => break,
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '"' => {
                let end = chars.find(|(_, c)| *c == '"').map_or(source.len(), |(end, _)| end);
                texts += usize::from(depth == 1);
                if depth == 1 && texts == 2 {
                    keys.push((&source[at + 1..end], source[..at].lines().count()));
                }
            }
            _ => {}
        }
        texts = if depth == 0 { 0 } else { texts };
    }
    keys
}

/// A table that moved would silently check nothing.
fn unread_table(tree: &Tree) -> Option<Violation> {
    let is_unread = tree.has(RULES) && rule_keys(tree.text(RULES)).is_empty();
    is_unread.then(|| Violation::new(RULES, 1, "no authority was found in `const RULES`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    fn cite(key: &str) -> String {
        format!("{MARK}{key}")
    }

    #[test]
    fn a_citation_without_page_and_a_page_without_citation_are_told() {
        let source = format!("//! One.\n//! `{}`, `{}`.\n", cite("oatway"), cite("evans"));
        let own = format!("# Hallett, `{}`\n", cite("hallett"));
        let tree = Tree::of(&[
            ("a.rs", &source),
            ("docs/law/README.md", ""),
            ("docs/law/evans.md", ""),
            ("docs/law/hallett.md", &own),
        ]);
        let found = told(&check(&tree));
        let page = "a.rs:2: `oatway` is cited and has no page docs/law/oatway.md";
        assert_eq!(found, [page, "docs/law/hallett.md:1: nothing cites `hallett`"]);
    }

    #[test]
    fn a_key_ends_where_its_letters_end() {
        let line = format!("({}; out{} {} {MARK}<key>", cite("td-bank-"), cite("x"), cite("a1."));
        assert_eq!(keys(&line).collect::<Vec<_>>(), ["td-bank", "a1"]);
    }

    #[test]
    fn the_table_of_rules_cites_without_the_mark() {
        let source = "const RULES: &[Entry] = &[\n    (\"fifo\", Rule::Fifo, &[\"old\"], \"clayton\", \
                      \"(1816)\"),\n    (\n        \"x:y\",\n        Rule::Union(A, I::B),\n        \
                      &[],\n        \"hallett\",\n        \"Re\",\n    ),\n];\nconst OTHER: &[T] = \
                      &[(\"a\", \"b\")];\n";
        assert_eq!(rule_keys(source), [("clayton", 2), ("hallett", 7)]);
    }

    #[test]
    fn a_table_that_moved_is_told() {
        let tree = Tree::of(&[(RULES, "//! Rules.\n")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
