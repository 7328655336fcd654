//! What each row below a header is: an entry, a balance, a total, a further line of a description.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::around::{self, Around, Label, Side};
use super::days;
use super::grid::{CellKind, Grid, GridCell, RowState, cell};
use super::headings::{self, Header};
use super::numbers;
use crate::profile::{DecimalMark, Field};

/// A table in its grid.
pub(super) struct Table<'g, 't> {
    pub(super) grid: &'g Grid<'t>,
    pub(super) header: Header,
    /// Entries, as positions in the grid, each with the lines that continue it behind it.
    pub(super) entries: Vec<EntryRows>,
    /// Accounts and currencies that the rows name, in order of appearance.
    pub(super) groups: Vec<(String, String)>,
    /// Whether the columns in [`NAMING`] name something in each row, so that one that is blank is
    /// not the one above it.
    pub(super) is_named_always: [bool; 2],
    /// Entries that are named as totals, as positions in the grid.
    pub(super) named_totals: Vec<usize>,
    pub(super) around: Around,
    /// The row at which the next table of the grid begins, or its end.
    pub(super) until: usize,
}

/// An entry's place.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntryRows {
    /// Its first row.
    pub(super) idx: usize,
    /// The row behind its last.
    pub(super) end: usize,
    /// Its account, as a position in [`Table::groups`].
    pub(super) group: usize,
}

/// Columns of which rows are told apart.
pub(super) const NAMING: [Field; 2] = [Field::Account, Field::Currency];

impl<'g, 't> Table<'g, 't> {
    /// Sorts the rows below a header; the lines from `from` to it stand above it. `is_told` says
    /// that a profile names the columns.
    pub(super) fn new(grid: &'g Grid<'t>, header: Header, from: usize, is_told: bool) -> Self {
        let mut around = Around::default();
        around::read(grid, from..header.idx, &mut around);
        let until = grid.rows().len();
        let mut table = Self {
            grid,
            header,
            entries: Vec::new(),
            groups: Vec::new(),
            around,
            until,
            is_named_always: [false; 2],
            named_totals: Vec::new(),
        };
        if !is_told {
            retype(&mut table);
        }
        table.sort_rows();
        table.group_rows();
        table
    }

    pub(super) fn cells(&self, entry: EntryRows) -> &'g [GridCell<'t>] {
        self.grid.cells_at(entry.idx)
    }

    fn sort_rows(&mut self) {
        let mut kinds = Vec::new();
        let first = self.header.below;
        for idx in first..self.grid.rows().len() {
            let kind = self.kind_of(idx);
            if kind == RowKind::NextHeader {
                self.until = idx;
                break;
            }
            kinds.push(kind);
        }
        let is_entry = |kind: &RowKind| matches!(kind, RowKind::Entry | RowKind::NamedTotal);
        let last = kinds.iter().rposition(is_entry).map_or(0, |last| last + 1);
        for (offset, kind) in kinds.into_iter().enumerate() {
            let idx = first + offset;
            match kind {
                RowKind::Entry => self.push_entry(idx),
                RowKind::NamedTotal => {
                    self.push_entry(idx);
                    self.named_totals.push(idx);
                }
                RowKind::Aside | RowKind::Words { .. } if self.is_next_ones(offset, last) => {}
                RowKind::Aside => around::read(self.grid, idx..idx + 1, &mut self.around),
                RowKind::Balance(label) => self.take_balance(label, idx),
                RowKind::Total => self.take_totals(idx),
                RowKind::Words { continues } if offset < last => {
                    let entry = self.entries.last_mut().filter(|entry| entry.end == idx);
                    match entry {
                        Some(entry) if continues => entry.end = idx + 1,
                        // A line without date and amount in the middle is nobody's to drop.
                        _ => self.push_entry(idx),
                    }
                }
                // A damaged entry is no footer.
                RowKind::Words { .. } if self.is_broken_entry(idx) => self.push_entry(idx),
                RowKind::Words { .. } => {
                    around::read(self.grid, idx..idx + 1, &mut self.around);
                }
                RowKind::SameHeader | RowKind::NextHeader => {}
            }
        }
    }

    /// Whether a row below the last entry has what is nearly a date, and nearly an amount; or is cut
    /// off in its date, with which the file ends.
    fn is_broken_entry(&self, idx: usize) -> bool {
        let cells = self.grid.cells_at(idx);
        let columns = &self.header.columns;
        let text = |position: Option<usize>| {
            position.map_or("", |position| cell(cells, position).text.as_ref())
        };
        let date = text(columns.any_date());
        if !date.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let has_digit = |position| text(Some(position)).bytes().any(|byte| byte.is_ascii_digit());
        let is_of_date = |byte: u8| byte.is_ascii_digit() || b"/-.".contains(&byte);
        let is_cut = idx + 1 == self.grid.rows().len()
            && cells.iter().filter(|cell| !cell.is_empty()).count() == 1
            && date.bytes().all(is_of_date)
            && date.contains(['/', '-']);
        columns.amounts().any(has_digit) || (is_cut && self.grid.separator.is_some())
    }

    /// Whether an amount beside a balance is another number than it: then a row that is named as a
    /// balance moves money.
    fn moves_money(&self, idx: usize) -> bool {
        let cells = self.grid.cells_at(idx);
        let magnitude = |position: usize| {
            let cell = cell(cells, position);
            let read = numbers::read(cell, DecimalMark::Point);
            read.or_else(|| numbers::read(cell, DecimalMark::Comma)).map(|read| read.magnitude)
        };
        let balance = self.header.columns.get(Field::BalanceAfter).and_then(magnitude);
        let amount = self.header.columns.amounts().find_map(magnitude);
        balance.zip(amount).is_some_and(|(balance, amount)| !amount.is_zero() && amount != balance)
    }

    /// Whether a line stands between the last entry and the next table, to which it belongs.
    fn is_next_ones(&self, offset: usize, last: usize) -> bool {
        offset >= last && self.until < self.grid.rows().len()
    }

    fn push_entry(&mut self, idx: usize) {
        self.entries.push(EntryRows { idx, end: idx + 1, group: 0 });
    }

    fn is_date(&self, idx: usize) -> bool {
        let cells = self.grid.cells_at(idx);
        let fields = [Field::BookedAt, Field::ValueDate, Field::ExecutedAt];
        fields
            .iter()
            .flat_map(|&field| self.header.columns.all(field))
            .any(|&position| days::parts(cell(cells, position), self.grid.is_from_1904).is_some())
    }

    /// The number of amounts in a row, and whether its balance is one.
    fn money_in(&self, idx: usize) -> (usize, bool) {
        let cells = self.grid.cells_at(idx);
        let is_number = |position: usize| {
            let cell = cell(cells, position);
            !cell.is_empty()
                && (numbers::read(cell, DecimalMark::Point).is_some()
                    || numbers::read(cell, DecimalMark::Comma).is_some())
        };
        let balance = self.header.columns.get(Field::BalanceAfter).is_some_and(is_number);
        (self.header.columns.amounts().filter(|&position| is_number(position)).count(), balance)
    }

    fn kind_of(&self, idx: usize) -> RowKind {
        // A row whose cells are not known is no footer for certain.
        if self.grid.rows()[idx].state != RowState::Whole {
            return RowKind::Entry;
        }
        let is_date = self.is_date(idx);
        let (amount_count, has_balance) = self.money_in(idx);
        if is_date && amount_count > 0 {
            let label = if amount_count == 1 { self.money_label(idx) } else { None };
            return match label {
                Some(label) if is_balance(label) && !self.moves_money(idx) => {
                    RowKind::Balance(label)
                }
                Some(Label::Totals | Label::Total(_)) => RowKind::NamedTotal,
                _ => RowKind::Entry,
            };
        }
        if let Some(label) = self.money_label(idx) {
            return match label {
                Label::Opening | Label::Closing => self.balance_kind(idx),
                Label::Totals => RowKind::Total,
                _ => RowKind::Aside,
            };
        }
        if is_date || amount_count > 0 || has_balance {
            return RowKind::Entry;
        }
        self.kind_of_words(idx)
    }

    /// The label of a balance or total, if the row has one.
    fn money_label(&self, idx: usize) -> Option<Label> {
        let cells = self.grid.cells_at(idx);
        let texts = cells.iter().filter(|cell| cell.kind == CellKind::Text && !cell.is_empty());
        texts.take(4).find_map(|cell| {
            let name = cell.text.split(':').next().unwrap_or_default();
            if !around::may_be_money_label(name) {
                return None;
            }
            let label = around::label(name)?;
            matches!(label, Label::Opening | Label::Closing | Label::Totals | Label::Total(_))
                .then_some(label)
        })
    }

    fn balance_kind(&self, idx: usize) -> RowKind {
        self.money_label(idx).map_or(RowKind::Entry, RowKind::Balance)
    }

    fn kind_of_words(&self, idx: usize) -> RowKind {
        let cells = self.grid.cells_at(idx);
        let columns = &self.header.columns;
        let texts: Vec<String> = cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
        let plain = texts.iter().map(|text| headings::normalise(text).0);
        if plain.eq(columns.plain.iter().map(String::as_str)) || self.repeats_first_line(cells) {
            return RowKind::SameHeader;
        }
        if headings::is_header(texts) {
            return RowKind::NextHeader;
        }
        let fields =
            [Field::BookedAt, Field::Amount, Field::Debit, Field::Credit, Field::BalanceAfter];
        let is_telling = fields
            .iter()
            .flat_map(|&field| columns.all(field))
            .any(|&position| !cell(cells, position).is_empty());
        RowKind::Words { continues: !is_telling }
    }

    /// Whether a row is the first of a header's two lines, or the second.
    fn repeats_first_line(&self, cells: &[GridCell<'_>]) -> bool {
        (self.header.idx..self.header.below).any(|idx| {
            let own = self.grid.cells_at(idx);
            own.len() == cells.len() && own.iter().zip(cells).all(|(a, b)| a.text == b.text)
        })
    }

    fn take_balance(&mut self, label: Label, idx: usize) {
        let cells = self.grid.cells_at(idx);
        let columns = &self.header.columns;
        let balance = columns.get(Field::BalanceAfter).into_iter();
        let value = balance
            .chain(columns.amounts())
            .map(|at| cell(cells, at))
            .find(|cell| !cell.is_empty());
        let Some(value) = value else {
            return around::read(self.grid, idx..idx + 1, &mut self.around);
        };
        let name = columns.any_date().map_or("", |at| cell(cells, at).text.as_ref());
        self.around.take(label, (name, &value.text), self.grid.rows()[idx].row);
    }

    fn take_totals(&mut self, idx: usize) {
        let cells = self.grid.cells_at(idx);
        let row = self.grid.rows()[idx].row;
        let is_sub = cells.iter().any(|cell| cell.text.to_lowercase().starts_with("sub"));
        let fields = [
            (Field::Debit, Side::Debits),
            (Field::Credit, Side::Credits),
            (Field::Amount, Side::Net),
        ];
        // A sum of a part is compared with nothing.
        for (field, side) in fields.into_iter().filter(|_| !is_sub) {
            if let Some(position) = self.header.columns.get(field)
                && !cell(cells, position).is_empty()
            {
                let value = cell(cells, position).text.as_ref();
                self.around.take(Label::Total(side), ("", value), row);
            }
        }
    }

    /// Tells the accounts and currencies apart that the rows name.
    fn group_rows(&mut self) {
        self.is_named_always = NAMING.map(|field| self.is_named_always(field));
        let columns = &self.header.columns;
        let (account, currency) = (columns.get(Field::Account), columns.get(Field::Currency));
        let mut known: BTreeMap<(Cow<'_, str>, Cow<'_, str>), usize> = BTreeMap::new();
        let mut last: Option<(&str, &str, usize)> = None;
        let mut groups = Vec::new();
        for entry in &mut self.entries {
            let cells = self.grid.cells_at(entry.idx);
            let text = |position: Option<usize>| {
                position.map_or("", |position| cell(cells, position).text.as_ref())
            };
            let (own_account, own_currency) = (text(account), text(currency));
            let is_moved = cells.len() > columns.texts.len()
                && cells[columns.texts.len()..].iter().any(|cell| !cell.is_empty());
            entry.group = match last {
                // The cells of a row with too many stand under other headings than their own.
                Some((.., group)) if is_moved => group,
                // A row that leaves them out belongs with the row before.
                Some((a, c, group))
                    if (own_account.is_empty() || own_account == a)
                        && (own_currency.is_empty() || own_currency == c) =>
                {
                    group
                }
                _ => {
                    let key = (Cow::Borrowed(own_account), Cow::Borrowed(own_currency));
                    let count = groups.len();
                    let group = *known.entry(key).or_insert(count);
                    if group == count {
                        groups.push((own_account.to_owned(), own_currency.to_owned()));
                    }
                    last = Some((own_account, own_currency, group));
                    group
                }
            };
        }
        if groups.is_empty() {
            groups.push((String::new(), String::new()));
        }
        self.groups = groups;
    }
}

impl Table<'_, '_> {
    /// Whether a column names again what it named before: one that names it at the head of a block
    /// alone does not.
    fn is_named_always(&self, field: Field) -> bool {
        let Some(position) = self.header.columns.get(field) else { return false };
        let mut seen = BTreeSet::new();
        self.entries.iter().any(|entry| {
            let text = cell(self.grid.cells_at(entry.idx), position).text.as_ref();
            !text.is_empty() && !seen.insert(text)
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RowKind {
    Entry,
    /// An entry by its date and amount, and a total by its name.
    NamedTotal,
    /// A label with its value.
    Aside,
    Balance(Label),
    Total,
    /// Neither date nor amount; whether it can go on the row before.
    Words {
        continues: bool,
    },
    SameHeader,
    NextHeader,
}

fn is_balance(label: Label) -> bool {
    matches!(label, Label::Opening | Label::Closing)
}

/// How many rows are looked at to see what a column holds.
const SAMPLE_ROWS: usize = 60;

/// Puts columns right whose headings have two meanings: `Valor` over days is no amount, and `Tipo`
/// over two marks is no kind.
fn retype(table: &mut Table<'_, '_>) {
    let rows = table.header.below..table.grid.rows().len().min(table.header.below + SAMPLE_ROWS);
    let grid = table.grid;
    let sample = |position: usize| {
        let cells = rows.clone().map(move |idx| cell(grid.cells_at(idx), position));
        cells.filter(|cell| !cell.is_empty())
    };
    let columns = &mut table.header.columns;
    let has_two_meanings = |&position: &usize| {
        columns.plain.get(position).is_some_and(|plain| plain == "valor" || plain == "value")
    };
    if let Some(position) = columns.get(Field::Amount).filter(has_two_meanings) {
        let day_count = sample(position)
            .filter(|cell| cell.kind != CellKind::Number && days::parts(cell, false).is_some());
        if day_count.count() * 2 > sample(position).count() {
            let next = columns.all(Field::Amount).get(1).copied();
            columns.set(Field::Amount, next);
            columns.set(Field::ValueDate, Some(position));
        }
    }
    if !columns.has(Field::Mark) && columns.has(Field::Amount) {
        let is_mark = |&&position: &&usize| {
            let count = sample(position).count();
            let known = sample(position).filter(|cell| super::decide::is_known_mark(&cell.text));
            count > 0 && known.count() * 5 >= count * 4
        };
        if let Some(&position) = columns.all(Field::Kind).iter().find(is_mark) {
            columns.set(Field::Mark, Some(position));
        }
    }
    if !columns.has(Field::BookedAt) {
        let other = [Field::ExecutedAt, Field::ValueDate].into_iter().find(|&f| columns.has(f));
        if let Some(other) = other {
            let position = columns.get(other);
            columns.set(other, None);
            columns.set(Field::BookedAt, position);
        }
    }
}
