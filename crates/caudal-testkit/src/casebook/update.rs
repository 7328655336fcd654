//! Writes the figures that the slow tracer finds into a casebook file, and nothing else.
//!
//! *Shape.* Tables keep their columns, the order of their rows and what stands under `why`.
//! Complete tables gain and lose rows; labels that a table lacks become columns. A file whose
//! figures hold comes back byte for byte, if its tables of figures are padded as here.

use std::collections::BTreeSet;

use super::expect::{Column, Figures, Kind, steps};
use super::figure::figure;
use super::markdown::{Row, Table};
use super::{Casebook, Question};
use crate::check::{self, Answer};
use crate::slow::{EndingKind, Q, whole};

/// The text of a casebook file with the figures of the slow tracer.
pub fn updated(text: &str, book: &Casebook) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the end, so that lines above keep their numbers.
    for question in book.questions.iter().rev() {
        let answer = check::answer(&question.case, &question.ask);
        for figures in question.figures.iter().rev() {
            let (first, count, new) = match figures {
                Figures::Answer { line } => {
                    let amount = answer.amount.clone().unwrap_or_else(|| whole(0));
                    (*line, 1, vec![format!("Answer: {}.", figure(&amount))])
                }
                Figures::Table { kind, columns, table } => {
                    let writer = Writer { question, answer: &answer, kind: *kind, table };
                    (table.line, table.rows.len() + 2, writer.table(columns.clone()).lines())
                }
            };
            lines.splice(first - 1..first - 1 + count, new);
        }
    }
    lines.join("\n") + "\n"
}

struct Writer<'a> {
    question: &'a Question,
    answer: &'a Answer,
    kind: Kind,
    table: &'a Table,
}

impl Writer<'_> {
    fn table(&self, mut columns: Vec<Column>) -> Table {
        let mut table = Table { rows: Vec::new(), ..self.table.clone() };
        for label in self.missing_labels(&columns) {
            let at = columns.iter().position(|column| *column == Column::Why);
            let at = at.unwrap_or(columns.len());
            table.header.insert(at, format!("`{label}`"));
            table.is_right.insert(at, true);
            columns.insert(at, Column::Label(label));
        }
        let why = self.table.column("why");
        for (at, keys) in self.keys().into_iter().enumerate() {
            let known = self.known(at, &keys);
            let cell = |column: &Column| match column {
                Column::Key => keys[0].clone(),
                Column::Name => keys[1].clone(),
                Column::Why => {
                    known.zip(why).map(|(row, at)| row.cells[at].clone()).unwrap_or_default()
                }
                _ => self.figure(at, &keys, known, column),
            };
            let cells = columns.iter().map(cell).collect();
            table.rows.push(Row { line: 0, cells });
        }
        if table.rows.is_empty() {
            table.rows.push(Row { line: 0, cells: vec!["–".to_owned(); columns.len()] });
        }
        table
    }

    /// Labels of the rows that have no column.
    fn missing_labels(&self, columns: &[Column]) -> BTreeSet<String> {
        let all = match self.kind {
            Kind::Transfers => &self.answer.transfers,
            Kind::Places if columns.iter().any(|c| matches!(c, Column::Label(_))) => {
                &self.answer.balances
            }
            _ => return BTreeSet::new(),
        };
        let rows = self.table.rows.iter().filter_map(|row| all.get(&row.cells[0]));
        let labels = rows.flat_map(|composition| composition.keys().cloned());
        labels.filter(|label| !columns.contains(&Column::Label(label.clone()))).collect()
    }

    /// What names the rows: one name, or two for endings and lots.
    fn keys(&self) -> Vec<Vec<String>> {
        let present: Vec<Vec<String>> =
            self.table.rows.iter().map(|row| self.row_keys(row)).collect();
        match self.kind {
            Kind::Transfers | Kind::Places | Kind::Shares => present,
            Kind::Everywhere => kept_then_new(present, self.everywhere()),
            Kind::Endings => kept_then_new(present, self.endings()),
            Kind::Lots => self.lots(&present),
            Kind::Trail => {
                let about = &self.question.ask.about;
                let steps = steps(&self.question.case, about, self.table).unwrap_or_default();
                steps.into_iter().map(|step| vec![step]).collect()
            }
        }
    }

    fn row_keys(&self, row: &Row) -> Vec<String> {
        let second = match self.kind {
            Kind::Endings => self.table.column("place"),
            Kind::Lots => self.table.column("label"),
            _ => None,
        };
        [Some(0), second].into_iter().flatten().map(|at| row.cells[at].clone()).collect()
    }

    /// The row that stood there under these keys.
    fn known(&self, at: usize, keys: &[String]) -> Option<&Row> {
        let same = |row: &&Row| self.row_keys(row) == keys;
        match self.kind {
            Kind::Lots => self.table.rows.get(at).filter(same),
            _ => self.table.rows.iter().find(same),
        }
    }

    fn everywhere(&self) -> BTreeSet<Vec<String>> {
        let has = |name| self.table.column(name).is_some();
        let received = self.answer.received.keys().filter(|_| has("gross")).cloned();
        let rests = check::endings_by_place(self.answer).into_keys().filter(|_| has("rests"));
        received.chain(rests).map(|place| vec![place]).collect()
    }

    fn endings(&self) -> BTreeSet<Vec<String>> {
        let zero = whole(0);
        let shown = self.answer.endings.iter().filter(|(_, (a, b))| *a > zero || *b > zero);
        shown.map(|((kind, place), _)| vec![kind.to_string(), place.clone()]).collect()
    }

    fn lots(&self, present: &[Vec<String>]) -> Vec<Vec<String>> {
        let mut accounts: Vec<&String> = present.iter().map(|keys| &keys[0]).collect();
        accounts.dedup();
        let of = |account: &String| {
            let lots = self.answer.lots.get(account).filter(|lots| !lots.is_empty());
            let labels: Vec<String> = match lots {
                Some(lots) => lots.iter().map(|lot| lot.0.clone()).collect(),
                None => vec!["–".to_owned()],
            };
            labels.into_iter().map(|label| vec![account.clone(), label]).collect::<Vec<_>>()
        };
        accounts.into_iter().flat_map(of).collect()
    }

    fn figure(&self, at: usize, keys: &[String], known: Option<&Row>, column: &Column) -> String {
        let amount = match self.kind {
            Kind::Lots => self.lot(at, keys),
            Kind::Trail => self.answer.trail.get(at).cloned(),
            _ => self.amount(keys, column),
        };
        let was_asked = |names: [&str; 2]| {
            let at = names.into_iter().find_map(|name| self.table.column(name));
            known.zip(at).is_some_and(|(row, at)| !row.cells[at].is_empty())
        };
        match (column, amount) {
            (Column::Balance, _) if !was_asked(["balance", "balance"]) => String::new(),
            (Column::Traced, _) if !was_asked(["traced", "exposed"]) => String::new(),
            (Column::Balance | Column::Traced, None) => figure(&whole(0)),
            (_, None) if self.kind == Kind::Lots => "–".to_owned(),
            (_, amount) => amount.as_ref().map(figure).unwrap_or_default(),
        }
    }

    fn lot(&self, at: usize, keys: &[String]) -> Option<Q> {
        let all = self.keys();
        let first = all.iter().position(|known| known[0] == keys[0])?;
        self.answer.lots.get(&keys[0])?.get(at - first).map(|lot| lot.1.clone())
    }

    fn amount(&self, keys: &[String], column: &Column) -> Option<Q> {
        let (answer, key) = (self.answer, &keys[0]);
        let ending = || {
            let place = (EndingKind::from_name(key)?, keys.get(1)?.clone());
            answer.endings.get(&place)
        };
        match column {
            Column::Label(label) if self.kind == Kind::Transfers => {
                answer.transfers.get(key)?.get(label).cloned()
            }
            Column::Label(label) => answer.balances.get(key)?.get(label).cloned(),
            Column::Balance => answer.totals.get(key).cloned(),
            Column::Traced => answer.traced.get(key).cloned(),
            Column::Gross => answer.received.get(key).map(|received| received.gross.clone()),
            Column::Distinct => answer.received.get(key).map(|received| received.distinct.clone()),
            Column::Rests if self.kind == Kind::Everywhere => {
                check::endings_by_place(answer).remove(key)
            }
            Column::Rests => ending().map(|amounts| amounts.0.clone()),
            Column::OfOrigin => ending().map(|amounts| amounts.1.clone()),
            Column::Amount => {
                answer.shares.iter().find(|share| share.0 == *key).map(|share| share.1.clone())
            }
            Column::Key | Column::Name | Column::Why => None,
        }
    }
}

/// Keys that stay in their order, then those that are new.
fn kept_then_new(present: Vec<Vec<String>>, found: BTreeSet<Vec<String>>) -> Vec<Vec<String>> {
    let kept: Vec<Vec<String>> = present.into_iter().filter(|keys| found.contains(keys)).collect();
    let new = found.into_iter().filter(|keys| !kept.contains(keys)).collect::<Vec<_>>();
    kept.into_iter().chain(new).collect()
}
