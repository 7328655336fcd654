//! What added and removed lines change at the places they touch.
//!
//! *Shape.* The lines that touch a place are walked in ledger order with two running differences. They
//! give what was paid and received before each added line, and from which base line on the sums differ.

use std::collections::BTreeMap;

use crate::append::NewLine;
use crate::appended::{AddedLine, ListChanges, PlaceChanges, shifted};
use crate::ledger::Ledger;
use crate::replay::signed;
use crate::splice::Splice;
use crate::view::{LedgerView, Line, LineIdx, LineList, NO_PLACE, PlaceIdx};

/// Lines that were added, in ledger order, and base lines that are gone, ascending.
#[derive(Clone, Copy)]
pub(crate) struct Moved<'a> {
    pub(crate) base: &'a Ledger,
    pub(crate) lines: &'a [NewLine],
    pub(crate) removed: &'a [LineIdx],
}

/// Which list of a place a line is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Pays,
    Receives,
}

/// One change of a list.
#[derive(Clone, Copy)]
struct Edit {
    side: Side,
    /// An added line by its number, or a base line that is gone.
    added: Option<u32>,
    /// The base line before which it comes, or that it was.
    base: LineIdx,
    minor: u128,
}

/// The changes of each place, and the added lines with what comes before them.
pub(crate) struct Changes {
    pub(crate) places: Vec<PlaceChanges>,
    pub(crate) added: Vec<AddedLine>,
}

impl Changes {
    pub(crate) fn of(
        moved: Moved<'_>,
        splice: &Splice,
        debts: &BTreeMap<PlaceIdx, u128>,
        is_account: impl Fn(PlaceIdx) -> bool,
    ) -> Self {
        let added = moved.lines.iter().map(|new| AddedLine {
            line: new.line,
            paid_before: 0,
            received_before: 0,
            balance_before: 0,
        });
        let mut changes = Self { places: Vec::new(), added: added.collect() };
        for (place, edits) in moved.by_place() {
            let mut walk = Walk::new(moved.base, place, is_account(place));
            for edit in &edits {
                walk.take(edit, &mut changes.added);
            }
            let debt = debts.get(&place).copied();
            changes.places.push(walk.finish(&edits, splice, debt));
        }
        changes
    }
}

impl Moved<'_> {
    /// Edits by place, each in ledger order.
    fn by_place(self) -> BTreeMap<PlaceIdx, Vec<Edit>> {
        let mut edits: BTreeMap<PlaceIdx, Vec<Edit>> = BTreeMap::new();
        let mut push = |line: &Line, added, base| {
            let sides =
                [(line.payer, Side::Pays, line.paid), (line.payee, Side::Receives, line.received)];
            for (place, side, minor) in sides.into_iter().filter(|&(place, ..)| place != NO_PLACE) {
                edits.entry(place).or_default().push(Edit { side, added, base, minor });
            }
        };
        let mut removed = self.removed.iter().copied().peekable();
        for (number, new) in (0u32..).zip(self.lines) {
            while let Some(gone) = removed.next_if(|&gone| gone < new.gap) {
                push(&self.base.line(gone), None, gone);
            }
            push(&new.line, Some(number), new.gap);
        }
        for gone in removed {
            push(&self.base.line(gone), None, gone);
        }
        edits
    }
}

/// A walk over the edits of a place.
struct Walk<'a> {
    base: &'a Ledger,
    place: PlaceIdx,
    is_account: bool,
    payments: Sum,
    receipts: Sum,
}

/// How the sum of a list differs, as far as the walk has come.
#[derive(Default)]
struct Sum {
    by: i128,
    sums: Vec<(LineIdx, i128)>,
}

impl Sum {
    fn add(&mut self, edit: &Edit) {
        // Of a base line that is gone nobody asks.
        let from = edit.base;
        let minor = signed(edit.minor);
        self.by += if edit.added.is_some() { minor } else { -minor };
        match self.sums.last_mut() {
            Some(last) if last.0 == from => last.1 = self.by,
            _ => self.sums.push((from, self.by)),
        }
    }
}

impl<'a> Walk<'a> {
    fn new(base: &'a Ledger, place: PlaceIdx, is_account: bool) -> Self {
        let (payments, receipts) = Default::default();
        Self { base, place, is_account, payments, receipts }
    }

    /// Notes an edit, and what comes before it if it is a line.
    fn take(&mut self, edit: &Edit, added: &mut [AddedLine]) {
        let line = edit.added.map(|number| &mut added[number as usize]);
        let paid = || shifted(self.base.paid_until(self.place, edit.base).1, self.payments.by);
        let received =
            || shifted(self.base.received_until(self.place, edit.base).1, self.receipts.by);
        match (edit.side, line) {
            (Side::Pays, Some(line)) => {
                line.paid_before = paid();
                line.balance_before = if self.is_account { received() - paid() } else { 0 };
            }
            (Side::Receives, Some(line)) => line.received_before = received(),
            (_, None) => {}
        }
        match edit.side {
            Side::Pays => self.payments.add(edit),
            Side::Receives => self.receipts.add(edit),
        }
    }

    fn finish(self, edits: &[Edit], splice: &Splice, debt: Option<u128>) -> PlaceChanges {
        let (base, place) = (self.base, self.place);
        let total = |column: &caudal_columns::Column| {
            if place < base.place_count() { column.get(place as usize) } else { 0 }
        };
        let known_debt = total(&base.places.debt);
        PlaceChanges {
            place,
            first: edits.first().map_or(LineIdx::MAX, |edit| edit.base),
            paid: shifted(total(&base.places.paid), self.payments.by),
            received: shifted(total(&base.places.received), self.receipts.by),
            debt: debt.unwrap_or(known_debt),
            payments: list(
                base.payments_or_none(place),
                (edits, Side::Pays),
                self.payments,
                splice,
            ),
            receipts: list(
                base.receipts_or_none(place),
                (edits, Side::Receives),
                self.receipts,
                splice,
            ),
        }
    }
}

/// A list of a place, spliced.
fn list(
    base: LineList<'_>,
    (edits, side): (&[Edit], Side),
    sum: Sum,
    splice: &Splice,
) -> ListChanges {
    let position = |edit: &Edit| {
        let at = base.partition_point(|line| line < edit.base);
        u32::try_from(at).unwrap_or(u32::MAX)
    };
    let own = || edits.iter().filter(|edit| edit.side == side);
    let gaps: Vec<u32> = own().filter(|edit| edit.added.is_some()).map(position).collect();
    let removed: Vec<u32> = own().filter(|edit| edit.added.is_none()).map(position).collect();
    let lines = own().filter_map(|edit| edit.added).map(|at| splice.added_at(at as usize));
    let len = u32::try_from(base.len()).unwrap_or(u32::MAX);
    ListChanges { splice: Splice::of(len, &gaps, &removed), lines: lines.collect(), sums: sum.sums }
}
