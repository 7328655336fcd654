//! Whether two ledgers are one to everybody who looks.

use std::collections::BTreeMap;
use std::ops::Range;

use caudal_ledger::{
    Chunk, ChunkAmounts, Ledger, LedgerView, LifoIndex, Line, LineIdx, LineList, NO_PLACE,
    PlaceIdx, PlaceKind,
};
use caudal_model::TransferTable;

/// A ledger with its table.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) table: &'a TransferTable,
    pub(crate) ledger: &'a Ledger,
}

/// A place without its number.
type Name = (String, PlaceKind, &'static str);

impl Seen<'_> {
    fn place(self, place: PlaceIdx) -> Option<Name> {
        (place != NO_PLACE).then(|| {
            let found = self.ledger.place(place);
            let name = self.ledger.name(self.table, place).to_owned();
            (name, found.kind, found.currency.code())
        })
    }

    fn line(self, line: LineIdx) -> String {
        let view = self.ledger;
        let Line { kind, payer, payee, paid, received, source_idx, is_conversion } =
            view.line(line);
        let parts = (
            view.kind(line),
            view.payer(line),
            view.payee(line),
            view.paid(line),
            view.received(line),
        );
        assert_eq!(parts, (kind, payer, payee, paid, received));
        let ends = [payer, payee].map(|place| (place, self.place(place), view.is_account(place)));
        let arrives = view.arrives_at(line).map(|place| self.place(place));
        let before =
            (view.paid_before(line), view.received_before(line), view.balance_before(line));
        let facts = (kind, paid, received, source_idx, is_conversion);
        format!("{facts:?} {ends:?} {arrives:?} before {before:?} born {}", view.born_for(line))
    }

    fn chunks(self, lines: Range<LineIdx>) -> String {
        let (mut chunk, mut amounts) = (Chunk::default(), ChunkAmounts::default());
        self.ledger.chunk(lines.clone(), &mut chunk);
        let names = |places: &[PlaceIdx]| -> Vec<_> {
            places.iter().map(|&place| self.place(place)).collect()
        };
        let ends = (names(&chunk.payer), names(&chunk.payee), chunk.payer, chunk.empties);
        let amounts = self.ledger.chunk_amounts(lines, &mut amounts).then_some(amounts);
        format!("{ends:?} {amounts:?}")
    }

    fn of_place(self, place: PlaceIdx) -> String {
        let view = self.ledger;
        let closing = (view.closing_balance(place), view.closing_debt(place));
        let lists = [view.payments(place), view.receipts(place)].map(Self::list);
        format!(
            "{place} {closing:?} {lists:?} {} {:?}",
            view.is_account(place),
            view.transit(place)
        )
    }

    /// The lines of a list, read in each way.
    fn list(list: LineList<'_>) -> Vec<LineIdx> {
        let lines: Vec<LineIdx> = list.iter().collect();
        assert_eq!((lines.len(), lines.is_empty()), (list.len(), list.is_empty()));
        assert_eq!((list.last(), list.get(lines.len())), (lines.last().copied(), None));
        assert!(lines.is_sorted_by(|a, b| a < b));
        for (at, &line) in lines.iter().enumerate() {
            assert_eq!(list.get(at), Some(line));
            assert_eq!(list.partition_point(|known| known < line), at);
        }
        let half = lines.len() / 2;
        assert!(list.from(half).rev().eq(lines[half..].iter().rev().copied()));
        lines
    }

    fn findings(self) -> String {
        let ledger = self.ledger;
        let overdrawn: Vec<_> = ledger.overdrawn().collect();
        let found = (overdrawn, ledger.netted(), ledger.unmatched_reversals());
        let counts = (ledger.tied_transfers(), ledger.order_cuts(), ledger.opening_lines());
        let rows = (0..=u32::try_from(self.table.len()).expect("few"))
            .map(|row| (ledger.line_of_transfer(row), ledger.lines_of_transfer(row)));
        let flags = (ledger.has_conversions(), ledger.has_links(), ledger.sequence_against_date());
        format!("{found:?} {counts:?} {flags:?} {:?}", rows.collect::<Vec<_>>())
    }

    fn named(self, name: &str) -> Vec<Option<Name>> {
        let places = self.ledger.places_named(self.table, name);
        let idx = self.table.names().find(name);
        let has_idx = |&place: &PlaceIdx| self.ledger.place(place).name_idx == idx.unwrap_or(0);
        assert!(idx.is_none() || places.iter().all(has_idx), "{name} has one number");
        places.into_iter().map(|place| self.place(place)).collect()
    }

    fn segments(self) -> String {
        let view = self.ledger;
        let built;
        let lifo = if let Some(lifo) = view.lifo() {
            lifo
        } else {
            built = LifoIndex::build(view);
            &built
        };
        let segments = (0..view.line_count()).map(|line| {
            let of_payment: Vec<_> = lifo.of_payment(view, line).collect();
            let of_receipt: Vec<_> = lifo.of_receipt(view, line, (0, u128::MAX)).collect();
            let part: Vec<_> = lifo.of_receipt(view, line, (7, 30)).collect();
            format!("{of_payment:?} {of_receipt:?} {part:?} {:?}\n", lifo.spent_from(line))
        });
        segments.collect()
    }

    fn places(self) -> BTreeMap<Name, String> {
        let places = (0..self.ledger.place_count())
            .filter_map(|place| Some((self.place(place)?, self.of_place(place))));
        let by_name: BTreeMap<_, _> = places.collect();
        assert_eq!(by_name.len(), self.ledger.place_count() as usize, "no place stands twice");
        by_name
    }
}

/// Compares all that can be seen.
pub(crate) fn assert_same(one: Seen<'_>, other: Seen<'_>) {
    let count = other.ledger.line_count();
    for line in 0..count.min(one.ledger.line_count()) {
        assert_eq!(one.line(line), other.line(line), "line {line}");
    }
    assert_eq!(one.ledger.line_count(), count);
    for range in [0..count, count / 3..count, count / 2..count / 2, 1.min(count)..count / 2] {
        if range.start <= range.end {
            assert_eq!(one.chunks(range.clone()), other.chunks(range));
        }
    }
    assert_eq!(one.places(), other.places());
    assert_eq!(one.findings(), other.findings());
    for name in other.table.names().iter().chain(["asleep", "nobody", "A"]) {
        assert_eq!(one.named(name), other.named(name), "{name}");
    }
    assert_eq!(one.segments(), other.segments());
}
