//! A long list with few changes: which position comes from where.
//!
//! *Shape.* What is left of the base list and what was added to it alternate in runs, found by binary
//! search from both sides. Untouched positions cost nothing however many there are.

use std::ops::Range;

/// Where a position of a changed list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A position of the base list.
    Base(u32),
    /// A position among what was added.
    Added(u32),
}

/// Where the positions of a changed list come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Splice {
    /// The first position of each run, and where that comes from.
    starts: Vec<u32>,
    sources: Vec<Source>,
    /// Runs of the base list: first and end there, first here.
    kept: Vec<(u32, u32, u32)>,
    /// Positions of what was added.
    added: Vec<u32>,
    len: u32,
}

impl Splice {
    /// The list of `base_len` positions without the removed ones, and with something added before
    /// each of `gaps`. Both ascend.
    pub(crate) fn of(base_len: u32, gaps: &[u32], removed: &[u32]) -> Self {
        let mut splice = Self::default();
        let (mut from, mut gaps) = (0, gaps.iter().copied().peekable());
        for &end in removed.iter().chain([&base_len]) {
            while let Some(gap) = gaps.next_if(|&gap| gap <= end) {
                splice.keep(from, gap);
                from = from.max(gap);
                splice.add();
            }
            splice.keep(from, end);
            from = end + 1;
        }
        splice
    }

    fn keep(&mut self, from: u32, end: u32) {
        if from < end {
            self.starts.push(self.len);
            self.sources.push(Source::Base(from));
            self.kept.push((from, end, self.len));
            self.len += end - from;
        }
    }

    fn add(&mut self) {
        let number = u32::try_from(self.added.len()).unwrap_or(u32::MAX);
        if !matches!(self.sources.last(), Some(Source::Added(_))) {
            self.starts.push(self.len);
            self.sources.push(Source::Added(number));
        }
        self.added.push(self.len);
        self.len += 1;
    }

    /// How many positions there are.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }

    /// Where a position comes from.
    pub(crate) fn source(&self, at: u32) -> Source {
        let run = self.starts.partition_point(|&start| start <= at) - 1;
        let within = at - self.starts[run];
        match self.sources[run] {
            Source::Base(from) => Source::Base(from + within),
            Source::Added(from) => Source::Added(from + within),
        }
    }

    /// Where a position of the base list has come to; `None` if it was removed.
    pub(crate) fn position(&self, base: u32) -> Option<u32> {
        let run = self.kept.partition_point(|&(from, ..)| from <= base).checked_sub(1)?;
        let (from, end, at) = self.kept[run];
        (base < end).then(|| at + (base - from))
    }

    /// Where something that was added stands.
    pub(crate) fn added_at(&self, number: usize) -> u32 {
        self.added[number]
    }

    /// Runs of some positions: where each begins, and how many it has.
    pub(crate) fn runs_in(&self, range: Range<u32>) -> impl Iterator<Item = (Source, u32)> + '_ {
        let first = self.starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        let runs = (first..self.starts.len()).take_while(move |&run| self.starts[run] < range.end);
        runs.map(move |run| {
            let end = self.starts.get(run + 1).copied().unwrap_or(self.len).min(range.end);
            let start = self.starts[run].max(range.start);
            (self.source(start), end - start)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_list_is_what_inserting_and_removing_one_by_one_gives() {
        let mut state = 7u64;
        let mut below = |end: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u32::try_from(state >> 33).expect("31 bits") % end
        };
        for _ in 0..500 {
            let base_len = below(12);
            let mut gaps: Vec<u32> = (0..below(6)).map(|_| below(base_len + 1)).collect();
            gaps.sort_unstable();
            let removed: Vec<u32> = (0..base_len).filter(|_| below(4) == 0).collect();
            let mut expected = Vec::new();
            let mut added = 0;
            for base in 0..=base_len {
                for _ in gaps.iter().filter(|&&gap| gap == base) {
                    expected.push(Source::Added(added));
                    added += 1;
                }
                if base < base_len && !removed.contains(&base) {
                    expected.push(Source::Base(base));
                }
            }
            let splice = Splice::of(base_len, &gaps, &removed);
            assert_eq!(splice.len() as usize, expected.len());
            for (at, &source) in (0..).zip(&expected) {
                assert_eq!(splice.source(at), source, "{base_len} {gaps:?} {removed:?}");
                match source {
                    Source::Base(base) => assert_eq!(splice.position(base), Some(at)),
                    Source::Added(number) => assert_eq!(splice.added_at(number as usize), at),
                }
            }
            let len = splice.len();
            for range in [0..len, len / 3..len, 0..len / 2] {
                let read = splice.runs_in(range.clone()).flat_map(|(source, count)| {
                    (0..count).map(move |at| match source {
                        Source::Base(from) => Source::Base(from + at),
                        Source::Added(from) => Source::Added(from + at),
                    })
                });
                let range = range.start as usize..range.end as usize;
                assert_eq!(read.collect::<Vec<_>>(), expected[range]);
            }
            assert!(removed.iter().all(|&gone| splice.position(gone).is_none()));
        }
    }
}
