//! Sizes: large files are refused, long modules are pointed at.

use super::Violation;
use crate::files::Tree;

/// The largest file that may be tracked.
const BYTES_MAX: usize = 1_000_000;
/// The length of a module, before its tests, from which a person should look.
const LINES_MAX: usize = 500;
/// Files that must be larger, and why.
const LARGE: &[(&str, &str)] =
    &[("casebook/problems/row-too-long/transfers.csv", "a line longer than one mebibyte")];

/// Tracked files over the limit, and exceptions that are not needed.
pub(super) fn large_files(tree: &Tree) -> Vec<Violation> {
    let is_excused = |path: &str| LARGE.iter().any(|(name, _)| *name == path);
    let large = tree.sizes().filter(|(path, size)| *size > BYTES_MAX && !is_excused(path));
    let large = large.map(|(path, size)| {
        Violation::new(path, 1, format!("{size} bytes: a tracked file has {BYTES_MAX} at most"))
    });
    let small = tree.sizes().filter(|(path, size)| *size <= BYTES_MAX && is_excused(path));
    let small = small.map(|(path, _)| Violation::new(path, 1, "no longer needs its exception"));
    large.chain(small).collect()
}

/// Long modules. They are no violations: a reason is enough.
pub(super) fn long_modules(tree: &Tree) -> Vec<Violation> {
    let modules = tree.sources().filter(|(path, _)| !path.contains("/tests/"));
    let long = modules.map(|(path, text)| (path, lines_before_tests(text)));
    let long = long.filter(|(_, lines)| *lines > LINES_MAX);
    long.map(|(path, lines)| {
        Violation::new(path, 1, format!("{lines} lines before its tests, {LINES_MAX} is long"))
    })
    .collect()
}

fn lines_before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let is_tests = |pair: &[&str]| pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ");
    lines.windows(2).position(is_tests).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    #[test]
    fn a_large_file_is_told() {
        let (large, small) = ("x".repeat(BYTES_MAX + 1), "x".repeat(BYTES_MAX));
        let tree = Tree::of(&[("a.csv", &large), ("b.csv", &small), (LARGE[0].0, &large)]);
        let expected = "a.csv:1: 1000001 bytes: a tracked file has 1000000 at most";
        assert_eq!(told(&large_files(&tree)), [expected]);
    }

    #[test]
    fn an_exception_that_is_not_needed_is_told() {
        let tree = Tree::of(&[(LARGE[0].0, "small")]);
        assert_eq!(large_files(&tree).len(), 1);
    }

    #[test]
    fn tests_do_not_make_a_module_long() {
        let code = "fn a() {}\n".repeat(LINES_MAX);
        let tests = format!("{code}#[cfg(test)]\nmod tests {{\n{code}}}\n");
        let files = [("a.rs", tests.clone()), ("b.rs", format!("{code}{tests}"))];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        let expected = "b.rs:1: 1000 lines before its tests, 500 is long";
        assert_eq!(told(&long_modules(&Tree::of(&files))), [expected]);
    }
}
