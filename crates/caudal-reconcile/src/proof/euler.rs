//! Paths that use every edge once: rows as edges from the balance before to the balance after.
//!
//! *Shape.* An edge is a pair of balances. Cost: `n log n`.

use std::collections::{BTreeMap, BTreeSet};

/// The balance at which a path must begin, if the edges alone tell it.
pub(crate) fn start(edges: &[(i128, i128)]) -> Option<i128> {
    let mut surplus: BTreeMap<i128, i64> = BTreeMap::new();
    for &(from, to) in edges {
        *surplus.entry(from).or_default() += 1;
        *surplus.entry(to).or_default() -= 1;
    }
    surplus.iter().find(|&(_, &more)| more > 0).map(|(&balance, _)| balance)
}

/// The first path, in the order of the edges, that begins at a balance and uses every edge once;
/// positions in `edges`. Where a choice leads to a dead end, the dead end comes last: that is the
/// only place where it can stand.
pub(crate) fn path(edges: &[(i128, i128)], start: i128) -> Option<Vec<usize>> {
    let mut ways: BTreeMap<i128, Vec<usize>> = BTreeMap::new();
    for (at, &(from, _)) in edges.iter().enumerate().rev() {
        ways.entry(from).or_default().push(at);
    }
    let mut path = Vec::with_capacity(edges.len());
    let mut stack: Vec<(i128, Option<usize>)> = vec![(start, None)];
    while let Some(&(balance, came_by)) = stack.last() {
        if let Some(at) = ways.get_mut(&balance).and_then(Vec::pop) {
            stack.push((edges[at].1, Some(at)));
        } else {
            stack.pop();
            path.extend(came_by);
        }
    }
    path.reverse();
    let follows = |pair: &[usize]| edges[pair[0]].1 == edges[pair[1]].0;
    let is_whole = path.len() == edges.len() && path.windows(2).all(follows);
    let begins = path.first().is_none_or(|&first| edges[first].0 == start);
    (is_whole && begins).then_some(path)
}

/// Whether edges in the order of a path allow no other path from the same balance.
///
/// Two paths over the same edges differ by swapped pieces with the same ends, so another exists
/// exactly if a balance is met three times, or two balances are met by turns (`x … y … x … y`).
pub(crate) fn is_only_path(edges: &[(i128, i128)]) -> bool {
    let Some(&(first, _)) = edges.first() else { return true };
    let balances = || std::iter::once(first).chain(edges.iter().map(|edge| edge.1));
    let mut meetings: BTreeMap<i128, u32> = BTreeMap::new();
    for balance in balances() {
        *meetings.entry(balance).or_default() += 1;
    }
    if meetings.values().any(|&count| count > 2) {
        return false;
    }
    // A second meeting that does not close the latest first meeting crosses it.
    let (mut open, mut seen) = (Vec::new(), BTreeSet::new());
    for balance in balances().filter(|balance| meetings[balance] == 2) {
        if seen.insert(balance) {
            open.push(balance);
        } else if open.pop() != Some(balance) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Balances as letters: `ab bc` are two rows.
    fn check(rows: &str, expected: Option<&str>, is_only: bool) {
        let letter = |at: usize, row: &str| i128::from(row.as_bytes()[at]);
        let edges: Vec<_> = rows.split(' ').map(|row| (letter(0, row), letter(1, row))).collect();
        let names: Vec<_> = rows.split(' ').collect();
        let found = path(&edges, i128::from(b'a'));
        let shown =
            found.as_ref().map(|p| p.iter().map(|&at| names[at]).collect::<Vec<_>>().join(" "));
        assert_eq!(shown.as_deref(), expected, "{rows}");
        if let Some(found) = found {
            let walked: Vec<_> = found.iter().map(|&at| edges[at]).collect();
            assert_eq!(is_only_path(&walked), is_only, "{rows}");
        }
    }

    #[test]
    fn rows_are_put_in_the_order_of_their_balances() {
        check("ab bc cd", Some("ab bc cd"), true);
        check("cd ab bc", Some("ab bc cd"), true);
        check("ab ba ac", Some("ab ba ac"), true);
        check("ac ab ba", Some("ab ba ac"), true);
        check("ab cd", None, true);
        check("bc cd", None, true);
    }

    #[test]
    fn more_than_one_order_is_seen() {
        check("ab bc cb bd", Some("ab bc cb bd"), true);
        check("ab bc cb be eb bd", Some("ab bc cb be eb bd"), false);
        check("ab ba ab", Some("ab ba ab"), false);
        check("ab ab ba", Some("ab ba ab"), false);
        check("ab ba ac ca", Some("ab ba ac ca"), false);
        check("aa ab", Some("aa ab"), true);
        check("aa aa ab", Some("aa aa ab"), false);
    }

    #[test]
    fn the_only_path_is_the_only_path() {
        // Every small walk, against all orders of its rows.
        for code in 0..3usize.pow(6) {
            let step =
                |at: u32| i128::from(u8::try_from(code / 3usize.pow(at) % 3).expect("small"));
            let edges: Vec<_> = (0..5).map(|at| (step(at), step(at + 1))).collect();
            assert_eq!(is_only_path(&edges), orders(&edges) == 1, "{edges:?}");
        }
    }

    fn orders(edges: &[(i128, i128)]) -> usize {
        fn walk(edges: &[(i128, i128)], used: &mut [bool], at: i128) -> usize {
            if used.iter().all(|&is_used| is_used) {
                return 1;
            }
            let mut count = 0;
            for edge in 0..edges.len() {
                if !used[edge] && edges[edge].0 == at {
                    used[edge] = true;
                    count += walk(edges, used, edges[edge].1);
                    used[edge] = false;
                }
            }
            count
        }
        walk(edges, &mut vec![false; edges.len()], edges[0].0)
    }
}
