//! One order of all rows that keeps the order of every account.
//!
//! *Shape.* Each account's rows are a chain; a transfer stands in two. Of the rows that wait for
//! nothing, the one with the earliest day goes next, then the first listed. Two statements may state
//! orders that contradict each other; then the earliest of the rows that wait goes next, and the cut
//! is counted. Only the order inside accounts decides a trace, so any such order gives its figures.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// The order of rows `0..days.len()`, and how often statements contradicted each other.
pub(super) fn merged(chains: &[Vec<usize>], days: &[i32]) -> (Vec<usize>, usize) {
    let mut waits = vec![0usize; days.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); days.len()];
    for chain in chains {
        for pair in chain.windows(2) {
            waits[pair[1]] += 1;
            after[pair[0]].push(pair[1]);
        }
    }
    let key = |row: usize| (days[row], row);
    let mut waiting: BTreeSet<(i32, usize)> = (0..days.len()).map(key).collect();
    let free = (0..days.len()).filter(|&row| waits[row] == 0);
    let mut ready: BinaryHeap<_> = free.map(|row| Reverse(key(row))).collect();
    let (mut order, mut cuts) = (Vec::with_capacity(days.len()), 0);
    while let Some(&first) = waiting.first() {
        let next = loop {
            match ready.pop() {
                Some(Reverse(next)) if waiting.contains(&next) => break next,
                Some(_) => {}
                None => {
                    cuts += 1;
                    break first;
                }
            }
        };
        waiting.remove(&next);
        order.push(next.1);
        for &later in &after[next.1] {
            waits[later] = waits[later].saturating_sub(1);
            if waits[later] == 0 {
                ready.push(Reverse(key(later)));
            }
        }
    }
    (order, cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_keeps_its_order() {
        // Rows 0 and 2 are one account's, listed newest first; row 1 is another's.
        assert_eq!(merged(&[vec![2, 0], vec![1]], &[5, 5, 5]), (vec![1, 2, 0], 0));
        assert_eq!(merged(&[vec![0, 1], vec![1, 2]], &[7, 3, 1]), (vec![0, 1, 2], 0));
    }

    #[test]
    fn contradicting_statements_are_cut_once() {
        assert_eq!(merged(&[vec![0, 1], vec![1, 0]], &[2, 1]), (vec![1, 0], 1));
    }
}
