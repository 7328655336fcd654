//! Lines by place: payments and receipts, found without a search.
//!
//! *Shape.* All lists stand end to end in one column; counting sort keeps ledger order inside each.

use caudal_columns::Numbers;
use caudal_model::stored::{ColumnVisitor, StoreError};

use crate::view::{LineIdx, LineList, NO_PLACE, PlaceIdx};

/// Lines by place: one list each, end to end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    start: Numbers<u32>,
    lines: Numbers<LineIdx>,
}

impl Lists {
    /// The lists of payments and of receipts. They share nothing, so each has a core.
    pub(crate) fn both(places: usize, payers: &[PlaceIdx], payees: &[PlaceIdx]) -> (Self, Self) {
        std::thread::scope(|scope| {
            let payments = scope.spawn(|| Self::of(places, payers));
            let receipts = Self::of(places, payees);
            (payments.join().expect("counting lines does not fail"), receipts)
        })
    }

    /// Counting sort: lines of one place keep their order.
    fn of(places: usize, ends: &[PlaceIdx]) -> Self {
        let mut start = vec![0u32; places + 1];
        for &place in ends.iter().filter(|&&place| place != NO_PLACE) {
            start[place as usize + 1] += 1;
        }
        for at in 1..start.len() {
            start[at] += start[at - 1];
        }
        let mut next = start.clone();
        let mut lines = vec![0; start[places] as usize];
        for (line, &place) in (0u32..).zip(ends) {
            if place != NO_PLACE {
                let slot = &mut next[place as usize];
                lines[*slot as usize] = line;
                *slot += 1;
            }
        }
        Self { start: start.into(), lines: lines.into() }
    }

    /// Visits both columns, to write them or to fill them.
    pub(crate) fn visit(
        &mut self,
        visitor: &mut dyn ColumnVisitor,
        [start, lines]: [&str; 2],
    ) -> Result<(), StoreError> {
        visitor.numbers32(start, &mut self.start)?;
        visitor.numbers32(lines, &mut self.lines)
    }

    /// Whether there is a list for each place.
    pub(crate) fn is_of(&self, places: usize) -> bool {
        self.start.len() == places + 1
            && self.start.last().is_some_and(|last| last as usize == self.lines.len())
    }

    /// Whether the lists are of lines that are there: all of it is read.
    pub(crate) fn is_sound(&self, lines: usize) -> bool {
        self.start.iter().is_sorted() && self.lines.iter().all(|line| (line as usize) < lines)
    }

    /// An empty list.
    pub(crate) fn none(&self) -> LineList<'_> {
        LineList::new(&self.lines, 0, 0)
    }

    pub(crate) fn of_place(&self, place: PlaceIdx) -> LineList<'_> {
        let place = place as usize;
        LineList::new(&self.lines, self.start.at(place), self.start.at(place + 1))
    }
}
