//! Nothing in the repository knows the machine it was written on.

use super::Violation;
use crate::files::Tree;

/// Folders at the root of one machine. They stand here without their slashes, or this file would
/// break its own rule.
const ROOTS: &[&str] = &["home", "root", "work"];
/// Endings of names that only one network knows.
const INSIDE: &[&str] = &[".corp", ".internal", ".intranet", ".lan", ".local"];

/// Looks into every file, whatever it is.
pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.readable() {
        for (at, line) in text.lines().enumerate() {
            let folder = ROOTS.iter().find(|root| names_folder(line, root));
            let folder = folder.map(|root| format!("a folder of one machine: `/{root}/`"));
            let host = hosts(line).find(|host| is_inside(host));
            let host = host.map(|host| format!("a host of one network: `{host}`"));
            found.extend(folder.or(host).map(|message| Violation::new(path, at + 1, message)));
        }
    }
    found
}

/// Whether a path starts at that folder; the middle of a longer path or address is something else.
fn names_folder(line: &str, root: &str) -> bool {
    let is_middle = |c: char| c.is_alphanumeric() || "._-~*}>)]".contains(c);
    let folder = format!("/{root}/");
    let mut before = line.match_indices(&folder).map(|(at, _)| &line[..at]);
    before.any(|before| !before.ends_with(is_middle))
}

/// The hosts of the addresses in a line.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("://").map(|(at, mark)| {
        let rest = &line[at + mark.len()..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]
    })
}

/// A name without a dot, an ending of private networks, or a private address. The machine itself
/// (`localhost`, `127.0.0.1`) is every machine.
fn is_inside(host: &str) -> bool {
    let is_private = host.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_private());
    let is_bare = !host.is_empty() && !host.contains('.') && host != "localhost";
    is_bare || is_private || INSIDE.iter().any(|ending| host.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::told;

    fn check_line(line: &str) -> Vec<String> {
        told(&check(&Tree::of(&[("a.md", &format!("first\n{line}\n"))])))
    }

    #[test]
    fn a_folder_of_one_machine_is_told() {
        for root in ROOTS {
            let expected = format!("a.md:2: a folder of one machine: `/{root}/`");
            assert_eq!(check_line(&format!("see `/{root}/main`")), [expected.as_str()]);
            assert_eq!(check_line(&format!("file:///{root}/main")), [expected.as_str()]);
            assert!(check_line(&format!("https://example.org/{root}/page")).is_empty());
            assert!(check_line(&format!("net{root}/{root}s/x")).is_empty());
        }
    }

    #[test]
    fn a_host_of_one_network_is_told() {
        for host in ["registry", "git.corp", "10.1.2.3", "192.168.0.9"] {
            let expected = format!("a.md:2: a host of one network: `{host}`");
            assert_eq!(check_line(&format!("from http{}{host}:80/x", "://")), [expected]);
        }
        for host in ["example.org", "localhost", "127.0.0.1", "{host}"] {
            assert!(check_line(&format!("from http{}{host}:80/x", "://")).is_empty(), "{host}");
        }
    }

    #[test]
    fn files_that_are_no_text_are_read_too() {
        let tree = Tree::of(&[("a.bin", &format!("\0\0/{}/x", ROOTS[0]))]);
        assert_eq!(check(&tree).len(), 1);
    }
}
