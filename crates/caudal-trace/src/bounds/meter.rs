//! Tells of progress in long work that has no line of its own, and stops it when asked.

use crate::drive::Cancelled;
use crate::question::{Progress, Watch};

/// Steps between two looks at the watcher.
const WATCH_EVERY: u64 = 1 << 16;

/// Counts steps and asks now and then whether to go on.
pub(super) struct Meter<'w> {
    watch: Watch<'w>,
    line_count: u32,
    unseen: u64,
}

impl<'w> Meter<'w> {
    pub(super) fn new(line_count: u32, watch: Watch<'w>) -> Self {
        Self { watch, line_count, unseen: 0 }
    }

    /// Takes so many steps.
    pub(super) fn tick(&mut self, steps: u64) -> Result<(), Cancelled> {
        self.unseen += steps;
        if self.unseen < WATCH_EVERY {
            return Ok(());
        }
        self.unseen = 0;
        let progress = Progress { line: self.line_count, line_count: self.line_count };
        if (self.watch)(progress).is_break() { Err(Cancelled) } else { Ok(()) }
    }
}
