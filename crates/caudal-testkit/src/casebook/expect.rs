//! Expected figures: tables and answers behind a question.
//!
//! *Shape.* The first header says what a table is about; headers in backticks are labels, other
//! headers are fixed words. An empty cell under a label is zero, under another header it is not
//! asked. `every place` and `ending` tables are complete.

use std::collections::BTreeMap;

use super::ask::origin_labels;
use super::figure::read_figure;
use super::ledger::Names;
use super::markdown::{Paragraph, Row, Table};
use super::{Question, Trouble};
use crate::check::{About, Expected};
use crate::slow::{Composition, EndingKind, Granularity, Q, SlowCase, SlowReceived, whole};

/// Where expected figures stand, for writing them anew.
#[derive(Clone, Debug)]
pub(super) enum Figures {
    Answer { line: usize },
    Table { kind: Kind, columns: Vec<Column>, table: Table },
}

/// What a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// All that some transfers carry.
    Transfers,
    /// What some places hold.
    Places,
    /// Everywhere that origin money arrived or rests.
    Everywhere,
    /// Every ending, by kind.
    Endings,
    /// The lots of some accounts, oldest first.
    Lots,
    /// The share of each claimant.
    Shares,
    /// The claim after each line or day.
    Trail,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// What the row is about.
    Key,
    /// Money of a label.
    Label(String),
    /// The closing balance.
    Balance,
    /// Money of all origins; under `poison` the exposed balance, which is no traced amount.
    Traced,
    /// Origin money that arrived, every arrival counted.
    Gross,
    /// Origin money that arrived, each cent counted once.
    Distinct,
    /// Origin money that rests there.
    Rests,
    /// The same in the unit of the origin.
    OfOrigin,
    /// The place of an ending, or the label of a lot.
    Name,
    /// The amount of a lot or share, or the claim.
    Amount,
    /// For people.
    Why,
}

impl Kind {
    fn of(table: &Table) -> Result<Self, Trouble> {
        Ok(match table.header[0].as_str() {
            "transfer" => Self::Transfers,
            "place" => Self::Places,
            "every place" => Self::Everywhere,
            "ending" => Self::Endings,
            "account" => Self::Lots,
            "claimant" => Self::Shares,
            "after" => Self::Trail,
            other => {
                let what = format!(
                    "a table of figures begins with `transfer`, `place`, `every place`, `ending`, \
                     `account`, `claimant` or `after`, not `{other}`"
                );
                return Err(Trouble::new(table.line, what));
            }
        })
    }

    /// Fixed headers, and whether labels may be headers too.
    const fn headers(self) -> (&'static [(&'static str, Column)], bool) {
        match self {
            Self::Transfers => (&[("transfer", Column::Key)], true),
            Self::Places => (
                &[
                    ("place", Column::Key),
                    ("balance", Column::Balance),
                    ("traced", Column::Traced),
                    ("exposed", Column::Traced),
                ],
                true,
            ),
            Self::Everywhere => (
                &[
                    ("every place", Column::Key),
                    ("gross", Column::Gross),
                    ("distinct", Column::Distinct),
                    ("rests", Column::Rests),
                ],
                false,
            ),
            Self::Endings => (
                &[
                    ("ending", Column::Key),
                    ("place", Column::Name),
                    ("rests", Column::Rests),
                    ("of the origin", Column::OfOrigin),
                ],
                false,
            ),
            Self::Lots => (
                &[("account", Column::Key), ("label", Column::Name), ("amount", Column::Amount)],
                false,
            ),
            Self::Shares => (&[("claimant", Column::Key), ("share", Column::Amount)], false),
            Self::Trail => (&[("after", Column::Key), ("claim", Column::Amount)], false),
        }
    }

    fn fits(self, about: &About) -> bool {
        match about {
            About::Forward(_) => !matches!(self, Self::Shares | Self::Trail),
            About::WholeUnits { .. } => {
                matches!(self, Self::Transfers | Self::Places | Self::Everywhere)
            }
            About::Shares { .. } => self == Self::Shares,
            About::LowestBalance { .. } => self == Self::Trail,
            About::Bound(..) => false,
        }
    }
}

/// Reads `Answer: 25.`
pub(super) fn read_answer(question: &mut Question, paragraph: &Paragraph) -> Result<(), Trouble> {
    let line = paragraph.line;
    if !matches!(question.ask.about, About::Bound(..) | About::LowestBalance { .. }) {
        return Err(Trouble::new(line, "only a bound and a lowest balance have an `Answer:`"));
    }
    if question.ask.expected.amount.is_some() {
        return Err(Trouble::new(line, "a question has one answer"));
    }
    let text = paragraph.text.strip_prefix("Answer: ").and_then(|text| text.strip_suffix('.'));
    let text = text.ok_or_else(|| Trouble::new(line, "an answer is written `Answer: 25.`"))?;
    let amount = read_figure(text).map_err(|what| Trouble::new(line, what))?;
    question.ask.expected.amount = Some(amount);
    question.figures.push(Figures::Answer { line });
    Ok(())
}

/// Reads a table behind a question.
pub(super) fn read_table(question: &mut Question, table: Table) -> Result<(), Trouble> {
    let kind = Kind::of(&table)?;
    if !kind.fits(&question.ask.about) {
        let what = format!("a table of `{}` does not answer this `Ask:`", table.header[0]);
        return Err(Trouble::new(table.line, what));
    }
    let columns = columns(question, kind, &table)?;
    if kind == Kind::Lots {
        must_carry(question, &table)?;
    }
    let reader =
        Reader { case: &question.case, names: Names::of(&question.case), columns: &columns };
    let (about, expected) = (&question.ask.about, &mut question.ask.expected);
    match kind {
        Kind::Transfers => reader.transfers(expected, &table)?,
        Kind::Places => reader.places(expected, &table)?,
        Kind::Everywhere => reader.everywhere(expected, &table)?,
        Kind::Endings => reader.endings(expected, &table)?,
        Kind::Lots => reader.lots(expected, &table)?,
        Kind::Shares => reader.shares(expected, about, &table)?,
        Kind::Trail => reader.trail(expected, about, &table)?,
    }
    question.figures.push(Figures::Table { kind, columns, table });
    Ok(())
}

fn columns(question: &Question, kind: Kind, table: &Table) -> Result<Vec<Column>, Trouble> {
    let (fixed, has_labels) = kind.headers();
    let mut columns = Vec::new();
    for header in &table.header {
        let label = header.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
        let known = fixed.iter().find(|(name, _)| name == header).map(|(_, column)| column.clone());
        let column = match (known, label) {
            (Some(column), _) => column,
            (None, _) if header == "why" => Column::Why,
            (None, Some(label)) if has_labels && may_carry(question, label) => {
                Column::Label(label.to_owned())
            }
            (None, Some(label)) if has_labels => {
                let what = format!("no money of this ledger has the label `{label}`");
                return Err(Trouble::new(table.line, what));
            }
            (None, _) => {
                let what = format!("column `{header}` is not known; labels stand in backticks");
                return Err(Trouble::new(table.line, what));
            }
        };
        let must_be = if question.ask.rule == "poison" { "exposed" } else { "traced" };
        if column == Column::Traced && header != must_be {
            let what = format!("under `{}` the column is `{must_be}`", question.ask.rule);
            return Err(Trouble::new(table.line, what));
        }
        if columns.contains(&column) {
            return Err(Trouble::new(table.line, format!("column `{header}` stands there twice")));
        }
        columns.push(column);
    }
    must_be_whole(kind, &columns).map_err(|what| Trouble::new(table.line, what))?;
    Ok(columns)
}

/// Whether a table has all columns that it cannot do without.
fn must_be_whole(kind: Kind, columns: &[Column]) -> Result<(), String> {
    let has = |column: &Column| columns.contains(column);
    let figures = columns.iter().any(|column| !matches!(column, Column::Key | Column::Why));
    if !figures {
        return Err("the table has no column of figures".to_owned());
    }
    let needed: &[(Column, &str)] = match kind {
        Kind::Endings => &[(Column::Name, "place"), (Column::Rests, "rests")],
        Kind::Lots => &[(Column::Name, "label"), (Column::Amount, "amount")],
        Kind::Everywhere if has(&Column::Gross) || has(&Column::Distinct) => {
            &[(Column::Gross, "gross"), (Column::Distinct, "distinct")]
        }
        Kind::Transfers | Kind::Places | Kind::Everywhere | Kind::Shares | Kind::Trail => &[],
    };
    match needed.iter().find(|(column, _)| !has(column)) {
        Some((_, name)) => Err(format!("column `{name}` is missing")),
        None => Ok(()),
    }
}

fn may_carry(question: &Question, label: &str) -> bool {
    let names = Names::of(&question.case);
    let made = label.strip_prefix("bank:").or_else(|| label.strip_prefix("birth:"));
    names.labels.contains(label)
        || origin_labels(&question.ask.about).contains(label)
        || made.is_some_and(|account| names.accounts.contains(account))
        || (label == "other" && question.case.threshold > 0)
}

fn must_carry(question: &Question, table: &Table) -> Result<(), Trouble> {
    let Some(at) = table.column("label") else { return Ok(()) };
    let is_known = |row: &&Row| row.cells[at] == "–" || may_carry(question, &row.cells[at]);
    match table.rows.iter().find(|row| !is_known(row)) {
        None => Ok(()),
        Some(row) => {
            let what = format!("no money of this ledger has the label `{}`", row.cells[at]);
            Err(Trouble::new(row.line, what))
        }
    }
}

/// Lines of a closed form: what a row of its trail is called.
pub(super) fn steps(case: &SlowCase, about: &About, table: &Table) -> Result<Vec<String>, Trouble> {
    let About::LowestBalance { account, granularity, .. } = about else { return Ok(Vec::new()) };
    if *granularity == Granularity::DayClose {
        return Err(Trouble::new(table.line, "a trail is written line by line only"));
    }
    let touches = case.transfers.iter().filter(|t| t.payer == *account || t.payee == *account);
    Ok(touches.map(|transfer| transfer.id.clone()).collect())
}

struct Reader<'a> {
    case: &'a SlowCase,
    names: Names,
    columns: &'a [Column],
}

impl Reader<'_> {
    fn cell<'r>(&self, row: &'r Row, column: &Column) -> Option<&'r str> {
        let at = self.columns.iter().position(|known| known == column)?;
        Some(row.cells[at].as_str()).filter(|text| !text.is_empty())
    }

    fn amount(&self, row: &Row, column: &Column) -> Result<Option<Q>, Trouble> {
        let read = |text| read_figure(text).map_err(|what| Trouble::new(row.line, what));
        self.cell(row, column).map(read).transpose()
    }

    fn must_amount(&self, row: &Row, column: &Column) -> Result<Q, Trouble> {
        let amount = self.amount(row, column)?;
        amount.ok_or_else(|| Trouble::new(row.line, "an amount is missing"))
    }

    fn composition(&self, row: &Row) -> Result<Composition, Trouble> {
        let mut composition = Composition::new();
        for column in self.columns {
            if let (Column::Label(label), Some(amount)) =
                (column, self.amount_of_label(row, column)?)
            {
                composition.insert(label.clone(), amount);
            }
        }
        Ok(composition)
    }

    fn amount_of_label(&self, row: &Row, column: &Column) -> Result<Option<Q>, Trouble> {
        if !matches!(column, Column::Label(_)) {
            return Ok(None);
        }
        let amount = self.amount(row, column)?;
        if amount.as_ref().is_some_and(|amount| *amount == whole(0)) {
            return Err(Trouble::new(row.line, "zero under a label is an empty cell"));
        }
        Ok(amount)
    }

    fn has_labels(&self) -> bool {
        self.columns.iter().any(|column| matches!(column, Column::Label(_)))
    }

    fn place(&self, row: &Row, column: &Column) -> Result<String, Trouble> {
        let place = self.cell(row, column).unwrap_or_default();
        if self.names.places.contains(place) {
            return Ok(place.to_owned());
        }
        Err(Trouble::new(row.line, format!("there is no place `{place}` in the ledger")))
    }

    fn account(&self, row: &Row) -> Result<String, Trouble> {
        let place = self.place(row, &Column::Key)?;
        if self.case.is_account(&place) && !place.starts_with("bank:") {
            return Ok(place);
        }
        Err(Trouble::new(row.line, format!("`{place}` is no account whose statement is held")))
    }

    fn transfers(&self, expected: &mut Expected, table: &Table) -> Result<(), Trouble> {
        let all = expected.transfers.get_or_insert_default();
        for row in &table.rows {
            let id = self.cell(row, &Column::Key).unwrap_or_default();
            if !self.names.transfers.contains_key(id) {
                return Err(Trouble::new(row.line, format!("there is no transfer `{id}`")));
            }
            put(all, id.to_owned(), self.composition(row)?, row)?;
        }
        Ok(())
    }

    fn places(&self, expected: &mut Expected, table: &Table) -> Result<(), Trouble> {
        for row in &table.rows {
            let place = self.place(row, &Column::Key)?;
            if self.has_labels() {
                let all = expected.balances.get_or_insert_default();
                put(all, place.clone(), self.composition(row)?, row)?;
            }
            if let Some(balance) = self.amount(row, &Column::Balance)? {
                let account = self.account(row)?;
                put(expected.totals.get_or_insert_default(), account, balance, row)?;
            }
            if let Some(traced) = self.amount(row, &Column::Traced)? {
                put(expected.traced.get_or_insert_default(), place, traced, row)?;
            }
        }
        Ok(())
    }

    fn everywhere(&self, expected: &mut Expected, table: &Table) -> Result<(), Trouble> {
        let mut received = BTreeMap::new();
        let mut endings = BTreeMap::new();
        for row in complete(table)? {
            let place = self.place(row, &Column::Key)?;
            let both = (self.amount(row, &Column::Gross)?, self.amount(row, &Column::Distinct)?);
            match both {
                (Some(gross), Some(distinct)) => {
                    put(&mut received, place.clone(), SlowReceived { gross, distinct }, row)?;
                }
                (None, None) => {}
                _ => return Err(Trouble::new(row.line, "`gross` and `distinct` go together")),
            }
            if let Some(rests) = self.amount(row, &Column::Rests)? {
                put(&mut endings, place, rests, row)?;
            }
        }
        let new_received = self.columns.contains(&Column::Gross).then_some(received);
        let new_endings = self.columns.contains(&Column::Rests).then_some(endings);
        set(&mut expected.received, new_received, table)?;
        set(&mut expected.endings, new_endings, table)
    }

    fn endings(&self, expected: &mut Expected, table: &Table) -> Result<(), Trouble> {
        let mut endings = BTreeMap::new();
        let asks_origin = self.columns.contains(&Column::OfOrigin);
        for row in complete(table)? {
            let name = self.cell(row, &Column::Key).unwrap_or_default();
            let kind = EndingKind::from_name(name)
                .ok_or_else(|| Trouble::new(row.line, format!("there is no ending `{name}`")))?;
            let place = self.place(row, &Column::Name)?;
            let of_origin =
                asks_origin.then(|| self.must_amount(row, &Column::OfOrigin)).transpose()?;
            let amounts = (self.must_amount(row, &Column::Rests)?, of_origin);
            put(&mut endings, (kind, place), amounts, row)?;
        }
        set(&mut expected.endings_by_kind, Some(endings), table)
    }

    fn lots(&self, expected: &mut Expected, table: &Table) -> Result<(), Trouble> {
        let mut all: BTreeMap<String, Vec<(String, Q)>> = BTreeMap::new();
        for row in &table.rows {
            let account = self.account(row)?;
            let label = self.cell(row, &Column::Name).unwrap_or_default();
            let is_empty = label == "–" && self.cell(row, &Column::Amount) == Some("–");
            if is_empty {
                put(&mut all, account, Vec::new(), row)?;
            } else if label.is_empty() {
                return Err(Trouble::new(row.line, "a lot has a label"));
            } else {
                let lot = (label.to_owned(), self.must_amount(row, &Column::Amount)?);
                all.entry(account).or_default().push(lot);
            }
        }
        set(&mut expected.lots, Some(all), table)
    }

    fn shares(&self, expected: &mut Expected, about: &About, table: &Table) -> Result<(), Trouble> {
        let mut all = BTreeMap::new();
        for row in &table.rows {
            let claimant = self.cell(row, &Column::Key).unwrap_or_default().to_owned();
            let is_asked =
                matches!(about, About::Shares { claimants, .. } if claimants.contains(&claimant));
            if !is_asked {
                return Err(Trouble::new(row.line, format!("`{claimant}` is no claimant")));
            }
            put(&mut all, claimant, self.must_amount(row, &Column::Amount)?, row)?;
        }
        set(&mut expected.shares, Some(all), table)
    }

    fn trail(&self, expected: &mut Expected, about: &About, table: &Table) -> Result<(), Trouble> {
        let steps = steps(self.case, about, table)?;
        let mut trail = Vec::new();
        for (at, row) in table.rows.iter().enumerate() {
            let key = self.cell(row, &Column::Key).unwrap_or_default();
            let step = steps.get(at).map_or("the end", String::as_str);
            if key != step {
                let what = format!("the trail goes on with `{step}`, not `{key}`");
                return Err(Trouble::new(row.line, what));
            }
            trail.push(self.must_amount(row, &Column::Amount)?);
        }
        if trail.len() < steps.len() {
            let what = format!("the trail has {} of {} lines", trail.len(), steps.len());
            return Err(Trouble::new(table.line, what));
        }
        set(&mut expected.trail, Some(trail), table)
    }
}

/// The rows of a complete table; none if its one row says that there is nothing.
fn complete(table: &Table) -> Result<&[Row], Trouble> {
    match table.rows.iter().find(|row| row.is_nothing()) {
        None => Ok(&table.rows),
        Some(_) if table.rows.len() == 1 => Ok(&[]),
        Some(row) => Err(Trouble::new(row.line, "a row of `–` stands alone")),
    }
}

fn put<K: Ord, V>(all: &mut BTreeMap<K, V>, key: K, value: V, row: &Row) -> Result<(), Trouble> {
    match all.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(Trouble::new(row.line, "this is expected already in a row above")),
    }
}

fn set<T>(known: &mut Option<T>, new: Option<T>, table: &Table) -> Result<(), Trouble> {
    if known.is_some() && new.is_some() {
        return Err(Trouble::new(table.line, "such a table stands above already"));
    }
    if new.is_some() {
        *known = new;
    }
    Ok(())
}
