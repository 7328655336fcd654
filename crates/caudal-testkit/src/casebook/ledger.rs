//! The ledger of a casebook file: tables before the first question.
//!
//! *Shape.* One table of transfers, whose first column is `transfer`; at most one of opening lots
//! (`opening in`) and one of places (`place`), for currencies and statements that are not held.

use std::collections::{BTreeMap, BTreeSet};

use caudal_model::is_outside;

use super::Trouble;
use super::figure::read_whole;
use super::markdown::{Row, Table};
use crate::slow::{SlowCase, SlowTransfer};

/// The tables of a ledger, as they were met.
#[derive(Default)]
pub(super) struct LedgerTables {
    openings: Option<Table>,
    transfers: Option<Table>,
    places: Option<Table>,
}

impl LedgerTables {
    pub(super) fn read(&mut self, table: Table) -> Result<(), Trouble> {
        let (place, known): (_, &[&str]) = match table.header[0].as_str() {
            "opening in" => (&mut self.openings, &["opening in", "label", "amount", "why"]),
            "transfer" => (&mut self.transfers, &TRANSFER),
            "place" => (&mut self.places, &["place", "currency", "statement", "why"]),
            other => {
                let what = format!(
                    "a table before the first `Ask:` begins with `opening in`, `transfer` or \
                     `place`, not `{other}`"
                );
                return Err(Trouble::new(table.line, what));
            }
        };
        table.knows_only(known)?;
        if let Some(earlier) = place {
            let what = format!("such a table stands in line {} already", earlier.line);
            return Err(Trouble::new(table.line, what));
        }
        *place = Some(table);
        Ok(())
    }

    /// The ledger that the tables say. `line` is where the first question needs it.
    pub(super) fn ledger(self, line: usize) -> Result<SlowCase, Trouble> {
        let mut case = SlowCase::default();
        if let Some(table) = &self.places {
            read_places(&mut case, table)?;
        }
        if let Some(table) = &self.openings {
            read_openings(&mut case, table)?;
        }
        let transfers = self.transfers.ok_or_else(|| {
            Trouble::new(line, "a table of transfers is missing before the first `Ask:`")
        })?;
        read_transfers(&mut case, &transfers)?;
        if let Some(table) = &self.places {
            must_occur(&case, table)?;
        }
        Ok(case)
    }
}

const TRANSFER: [&str; 10] = [
    "transfer", "date", "payer", "payee", "amount", "received", "label", "parts", "reverses", "why",
];

/// A row with its table, for cells by the name of their column.
#[derive(Clone, Copy)]
struct Cells<'a> {
    table: &'a Table,
    row: &'a Row,
}

impl<'a> Cells<'a> {
    fn trouble(self, what: impl Into<String>) -> Trouble {
        Trouble::new(self.row.line, what)
    }

    /// The text of a cell; nothing if it is empty or the column is absent.
    fn maybe(self, column: &str) -> Option<&'a str> {
        let at = self.table.column(column)?;
        Some(self.row.cells[at].as_str()).filter(|text| !text.is_empty())
    }

    fn text(self, column: &str) -> Result<&'a str, Trouble> {
        self.maybe(column).ok_or_else(|| self.trouble(format!("no `{column}`")))
    }

    fn name(self, column: &str) -> Result<String, Trouble> {
        let name = self.text(column)?;
        if name.contains('`') || name == "–" {
            return Err(self.trouble(format!("`{column}` is a plain name, not {name}")));
        }
        Ok(name.to_owned())
    }

    fn amount(self, column: &str) -> Result<u128, Trouble> {
        let amount = read_whole(self.text(column)?).map_err(|what| self.trouble(what))?;
        if amount == 0 {
            return Err(self.trouble(format!("`{column}` is never zero")));
        }
        Ok(amount)
    }
}

fn rows(table: &Table) -> impl Iterator<Item = Cells<'_>> {
    table.rows.iter().map(move |row| Cells { table, row })
}

fn read_places(case: &mut SlowCase, table: &Table) -> Result<(), Trouble> {
    let mut names = BTreeSet::new();
    for cells in rows(table) {
        let name = cells.name("place")?;
        if !names.insert(name.clone()) {
            return Err(cells.trouble(format!("`{name}` stands there twice")));
        }
        if let Some(currency) = cells.maybe("currency") {
            case.currencies.insert(name.clone(), currency.to_owned());
        }
        match cells.maybe("statement") {
            None | Some("held") => {}
            Some("not held") if is_outside(&name) => {
                return Err(cells.trouble(format!("`{name}` is outside: no statement to be held")));
            }
            Some("not held") => {
                case.frontier.insert(name);
            }
            Some(other) => {
                let what = format!("a statement is `held` or `not held`, not `{other}`");
                return Err(cells.trouble(what));
            }
        }
    }
    Ok(())
}

fn read_openings(case: &mut SlowCase, table: &Table) -> Result<(), Trouble> {
    for cells in rows(table) {
        let account = cells.name("opening in")?;
        if !case.is_account(&account) {
            return Err(cells.trouble(format!("`{account}` has no statement, so no opening lot")));
        }
        let lot = (cells.name("label")?, cells.amount("amount")?);
        case.openings.entry(account).or_default().push(lot);
    }
    Ok(())
}

fn read_transfers(case: &mut SlowCase, table: &Table) -> Result<(), Trouble> {
    let mut day = 0;
    let mut last: Option<&str> = None;
    for cells in rows(table) {
        let date = cells.text("date")?;
        day += i32::from(last.is_some_and(|last| last != date));
        last = Some(date);
        let transfer = read_transfer(case, cells, day)?;
        case.transfers.push(transfer);
    }
    Ok(())
}

fn read_transfer(case: &SlowCase, cells: Cells<'_>, day: i32) -> Result<SlowTransfer, Trouble> {
    let id = cells.name("transfer")?;
    if case.transfers.iter().any(|known| known.id == id) {
        return Err(cells.trouble(format!("`{id}` stands there twice")));
    }
    let (payer, payee) = (cells.name("payer")?, cells.name("payee")?);
    if payer == payee {
        return Err(cells.trouble(format!("`{payer}` pays itself")));
    }
    let amount = cells.amount("amount")?;
    let parts = read_parts(cells, amount)?;
    if !parts.is_empty() && !is_outside(&payer) {
        let what = format!("`{payer}` is not outside (`@`): its money has its labels already");
        return Err(cells.trouble(what));
    }
    let reverses = cells.maybe("reverses").map(str::to_owned);
    if let Some(earlier) = &reverses
        && case.transfers.iter().all(|known| known.id != *earlier)
    {
        return Err(cells.trouble(format!("`{earlier}` does not stand above what reverses it")));
    }
    let received = cells.maybe("received").map(|_| cells.amount("received")).transpose()?;
    Ok(SlowTransfer { id, day, payer, payee, amount, received, parts, reverses })
}

/// `label`, or `parts` written `V1 30 + V2 20`.
fn read_parts(cells: Cells<'_>, amount: u128) -> Result<Vec<(String, u128)>, Trouble> {
    let Some(text) = cells.maybe("parts") else {
        let label = cells.maybe("label").map(|_| cells.name("label")).transpose()?;
        return Ok(label.map(|label| (label, amount)).into_iter().collect());
    };
    if cells.maybe("label").is_some() {
        return Err(cells.trouble("a deposit has a `label` or `parts`, not both"));
    }
    let mut parts = Vec::new();
    for part in text.split(" + ") {
        let part = part.trim().rsplit_once(' ');
        let (label, sum) =
            part.ok_or_else(|| cells.trouble("parts are written `V1 30 + V2 20`"))?;
        parts.push((label.to_owned(), read_whole(sum).map_err(|what| cells.trouble(what))?));
    }
    let sum: u128 = parts.iter().map(|part| part.1).sum();
    if sum != amount {
        return Err(cells.trouble(format!("the parts are {sum} together, the amount is {amount}")));
    }
    Ok(parts)
}

fn must_occur(case: &SlowCase, table: &Table) -> Result<(), Trouble> {
    let known = Names::of(case).places;
    for cells in rows(table) {
        let name = cells.name("place")?;
        if !known.contains(&name) {
            return Err(cells.trouble(format!("`{name}` occurs in no transfer and no opening")));
        }
    }
    Ok(())
}

/// Names that a question may use.
pub(super) struct Names {
    /// Accounts whose statement is held.
    pub(super) accounts: BTreeSet<String>,
    /// Accounts, outside places, frontiers and banks.
    pub(super) places: BTreeSet<String>,
    pub(super) transfers: BTreeMap<String, u128>,
    /// Labels with which money enters from outside or as an opening lot.
    pub(super) labels: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(case: &SlowCase) -> Self {
        let ends = case.transfers.iter().flat_map(|t| [&t.payer, &t.payee]);
        let mut places: BTreeSet<String> = ends.chain(case.openings.keys()).cloned().collect();
        let accounts: BTreeSet<String> =
            places.iter().filter(|place| case.is_account(place)).cloned().collect();
        places.extend(accounts.iter().map(|account| format!("bank:{account}")));
        let openings = case.openings.values().flatten().map(|lot| lot.0.clone());
        let entering = case.transfers.iter().filter(|t| !case.is_account(&t.payer));
        let entering = entering.flat_map(|transfer| {
            let parts = transfer.parts.iter().map(|part| part.0.clone());
            let bare = transfer.parts.is_empty().then(|| {
                let is_frontier = case.frontier.contains(&transfer.payer);
                if is_frontier {
                    format!("unknown:{}", transfer.payer)
                } else {
                    transfer.payer.clone()
                }
            });
            parts.chain(bare)
        });
        let labels = openings.chain(entering).collect();
        let transfers = case.transfers.iter().map(|t| (t.id.clone(), t.amount)).collect();
        Self { accounts, places, transfers, labels }
    }
}
