//! Fragments: which cents of a line are which cents of an origin.
//!
//! *Shape.* Half-open intervals. A fragment has two coordinates: cents of the line that carries it
//! and cents of the origin it came from, in the origin's own currency. A cut of one cuts the other
//! in proportion, rounded down, so the parts add up to the whole in both (`TRACING` 9.1).

use std::collections::BTreeMap;

use crate::arith::mul_div;
use crate::question::OriginIdx;

/// A run of traced cents inside one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// First cent of the line (0 leaves first).
    pub lo: u128,
    /// End, exclusive. Equal to `lo` only for what a conversion rounded away.
    pub hi: u128,
    /// Which origin.
    pub origin: OriginIdx,
    /// First cent of the origin.
    pub origin_lo: u128,
    /// End, exclusive.
    pub origin_hi: u128,
    /// Whether cents of the origin run against cents of the line, as after a LIFO hop.
    pub is_mirrored: bool,
    /// Where the fragment that it is a part of stands in [`crate::Trace::fragments`], or
    /// [`NO_FRAGMENT`]: a fragment of the line before. Of fragments that were joined, the first's.
    pub parent: u32,
}

/// Stands for "none" in [`Fragment::parent`].
pub const NO_FRAGMENT: u32 = u32::MAX;

impl Fragment {
    /// Cents of the line.
    pub fn len(&self) -> u128 {
        self.hi - self.lo
    }

    /// Whether no cent of the line is left, after a conversion.
    pub fn is_empty(&self) -> bool {
        self.hi == self.lo
    }

    /// Cents of the origin, in the origin's currency.
    pub fn origin_len(&self) -> u128 {
        self.origin_hi - self.origin_lo
    }

    /// Whether each cent of the line is one unit of the origin.
    pub fn is_exact(&self) -> bool {
        self.len() == self.origin_len()
    }

    /// Whether it is money worth less than one unit of its origin, behind a conversion.
    pub fn is_fine(&self) -> bool {
        self.origin_len() == 0 && !self.is_empty()
    }

    /// The part in cents `[lo, hi)` of the line.
    #[must_use]
    pub fn part(&self, lo: u128, hi: u128) -> Self {
        let (from, to) = (self.origin_cut(lo - self.lo), self.origin_cut(hi - self.lo));
        let (origin_lo, origin_hi) = if self.is_mirrored {
            (self.origin_hi - to, self.origin_hi - from)
        } else {
            (self.origin_lo + from, self.origin_lo + to)
        };
        Self { lo, hi, origin_lo, origin_hi, ..*self }
    }

    fn origin_cut(&self, at: u128) -> u128 {
        if self.len() == self.origin_len() {
            at
        } else {
            mul_div(at, self.origin_len(), self.len())
        }
    }

    /// The same money at cents `[lo, lo + len)` of another line.
    #[must_use]
    pub fn moved_to(&self, lo: u128) -> Self {
        Self { lo, hi: lo + self.len(), ..*self }
    }

    /// The same money, seen from the other end.
    #[must_use]
    pub fn turned(&self) -> Self {
        Self { is_mirrored: !self.is_mirrored, ..*self }
    }

    /// The image behind a conversion of `paid` into `received`: boundary `b` maps to
    /// `⌊b·received/paid⌋`.
    #[must_use]
    pub fn converted(&self, paid: u128, received: u128) -> Self {
        let map = |boundary| mul_div(boundary, received, paid);
        Self { lo: map(self.lo), hi: map(self.hi), ..*self }
    }

    /// The same with its place among the fragments of the trace as the parent of what comes of it.
    #[must_use]
    pub(crate) fn born_of(self, parent: usize) -> Self {
        Self { parent: u32::try_from(parent).unwrap_or(NO_FRAGMENT), ..self }
    }

    fn continues(&self, next: &Self) -> bool {
        let joined = if self.is_mirrored {
            next.origin_hi == self.origin_lo
        } else {
            self.origin_hi == next.origin_lo
        };
        self.hi == next.lo
            && self.origin == next.origin
            && self.is_mirrored == next.is_mirrored
            && self.is_exact()
            && next.is_exact()
            && joined
    }
}

/// Sorts fragments of one line and joins those that continue each other in both coordinates.
/// Without it, one payment split a thousand ways and collected again would stay split for ever.
pub(crate) fn coalesce(fragments: &mut Vec<Fragment>) {
    fragments.sort_unstable_by_key(|f| (f.lo, f.hi));
    fragments.dedup_by(|next, last| {
        let joined = last.continues(next);
        if joined {
            last.hi = next.hi;
            last.origin_lo = last.origin_lo.min(next.origin_lo);
            last.origin_hi = last.origin_hi.max(next.origin_hi);
        }
        joined
    });
}

/// A set of cents of one origin, as disjoint intervals.
#[derive(Clone, Debug, Default)]
pub struct IntervalSet {
    ends: BTreeMap<u128, u128>,
}

impl IntervalSet {
    /// The parts of `[lo, hi)` that are not in the set, in ascending order.
    pub fn missing(&self, lo: u128, hi: u128) -> Vec<(u128, u128)> {
        let mut at = lo;
        let mut missing = Vec::new();
        let before = self.ends.range(..=lo).next_back();
        for (&start, &end) in before.into_iter().chain(self.ends.range(lo..hi)) {
            if start > at {
                missing.push((at, start));
            }
            at = at.max(end);
        }
        if at < hi {
            missing.push((at, hi));
        }
        missing
    }

    /// Adds `[lo, hi)`.
    pub fn insert(&mut self, lo: u128, hi: u128) {
        let (mut lo, mut hi) = (lo, hi);
        while let Some((&start, &end)) = self.ends.range(..=hi).next_back() {
            if end < lo {
                break;
            }
            self.ends.remove(&start);
            lo = lo.min(start);
            hi = hi.max(end);
        }
        self.ends.insert(lo, hi);
    }

    /// First cents and ends of the intervals.
    pub fn bounds(&self) -> impl Iterator<Item = u128> + '_ {
        self.ends.iter().flat_map(|(&lo, &hi)| [lo, hi])
    }

    /// Number of cents.
    pub fn measure(&self) -> u128 {
        self.ends.iter().map(|(lo, hi)| hi - lo).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(
        lo: u128,
        hi: u128,
        origin_lo: u128,
        origin_hi: u128,
        is_mirrored: bool,
    ) -> Fragment {
        Fragment { lo, hi, origin: 0, origin_lo, origin_hi, is_mirrored, parent: NO_FRAGMENT }
    }

    #[test]
    fn a_cut_cuts_both_coordinates() {
        let whole = fragment(0, 10, 100, 130, false);
        assert_eq!(whole.part(0, 4), fragment(0, 4, 100, 112, false));
        assert_eq!(whole.part(4, 10), fragment(4, 10, 112, 130, false));
        let mirrored = fragment(0, 10, 100, 110, true);
        assert_eq!(mirrored.part(0, 3), fragment(0, 3, 107, 110, true));
    }

    #[test]
    fn neighbours_join() {
        let mut parts = vec![fragment(5, 9, 5, 9, false), fragment(0, 5, 0, 5, false)];
        coalesce(&mut parts);
        assert_eq!(parts, [fragment(0, 9, 0, 9, false)]);
        let mut mirrored = vec![fragment(0, 2, 8, 10, true), fragment(2, 5, 5, 8, true)];
        coalesce(&mut mirrored);
        assert_eq!(mirrored, [fragment(0, 5, 5, 10, true)]);
    }

    #[test]
    fn a_set_of_cents_counts_each_once() {
        let mut set = IntervalSet::default();
        set.insert(10, 20);
        set.insert(30, 40);
        assert_eq!(set.missing(0, 50), [(0, 10), (20, 30), (40, 50)]);
        assert_eq!(set.missing(12, 15), []);
        set.insert(15, 30);
        assert_eq!(set.measure(), 30);
        assert_eq!(set.missing(5, 35), [(5, 10)]);
    }
}
