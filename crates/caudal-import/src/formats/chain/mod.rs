//! Transfers of a blockchain, as explorers export them.
//!
//! *Shape.* A row names sender, receiver and amount; its transaction hash is its id. Where several
//! rows have one hash (inputs and outputs, tokens), each is a transfer with the id `hash:index`: the
//! index that the file states, or else the row's place among those of its hash, from 0. A row
//! without a hash gets `r` and its line. The fee of a transaction is a transfer of its own before
//! it, `hash:fee`, to the outside party `@network-fee`; it is paid by failed transactions too, whose
//! value is not.
//!
//! *Units.* Unix seconds are universal time, and so are columns that say UTC; a time that says
//! neither is a problem. Amounts are in the coin that their column or the token's symbol names, or
//! in satoshi, gwei or wei where the column says so. Hexadecimal addresses are lower case with `0x`:
//! their capitals are only a checksum.
//!
//! *Authority.* Etherscan's exports and their kin, SQL exports of chain data, EIP-55, BIP-173.

mod header;
mod values;

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use caudal_model::collections::Dictionary;
use caudal_model::{Currency, ProblemCode};

use crate::csv_file::{self, Placing, RowAt};
use crate::fields::{self, Cell};
use crate::formats::{Found, ReadOptions};
use crate::report::{Fault, Report};
use crate::transfers::{column, empty_row};
use header::{Header, position};

/// Who receives fees.
const FEES: &str = "@network-fee";

pub(super) fn is_chain(head: &str) -> bool {
    Header::read(head).is_chain()
}

pub(super) fn read(text: &str, options: &ReadOptions, found: &mut Found, report: &mut Report) {
    let header = Header::read(text);
    let Some(placing) = header.place(report) else { return };
    let hashes = Hashes::count(text, &placing);
    let tokens = (Dictionary::default(), Vec::new());
    let mut reader = Reader { text, header, options, hashes, tokens };
    csv_file::read_placed(text, &placing, report, &mut |report, at, cells| {
        reader.take(cells, at, found, report);
        ControlFlow::Continue(())
    });
}

struct Reader<'t> {
    text: &'t str,
    header: Header<'t>,
    options: &'t ReadOptions,
    hashes: Hashes,
    /// Symbols of tokens, and the contract that each came with first.
    tokens: (Dictionary, Vec<String>),
}

/// A row's cells, its id and its two sides.
struct Row<'r> {
    cells: &'r [Cell<'r>],
    at: RowAt,
    id: String,
    hash: Cow<'r, str>,
    date: Cell<'r>,
    payer: Cow<'r, str>,
    payee: Cow<'r, str>,
}

impl Reader<'_> {
    fn take(&mut self, cells: &[Cell<'_>], at: RowAt, found: &mut Found, report: &mut Report) {
        let hash = cells[position::HASH].text();
        let id = self.id(&hash, cells, at, report);
        let [payer, payee] = sides(cells, at.row, report);
        let date = values::time(&cells[position::DATE], self.header.is_universal);
        let row = Row { cells, at, id, hash, date, payer, payee };
        self.take_fee(&row, found, report);
        if let Some(why) = failure(cells, self.header.zero_fails) {
            let fault = Fault::new(ProblemCode::EntryNotBooked, &why);
            report.row_problem(at.row, fault);
            return;
        }
        self.check_token(&row, report);
        match self.amount(cells) {
            Ok(amount) => {
                let currency = self.currency(cells);
                enter(&row, (&row.id, &row.payee), (amount, currency), (found, report));
            }
            Err(fault) => {
                report.cell_problem(at.row, "amount", fault);
                found.intake.leave_out(report, at.row, &row.id);
            }
        }
    }

    /// The id of a row.
    fn id(&mut self, hash: &str, cells: &[Cell<'_>], at: RowAt, report: &mut Report) -> String {
        if hash.is_empty() {
            return format!("r{}", at.row);
        }
        let stated = cells[position::INDEX].text();
        if !stated.is_empty() {
            return format!("{hash}:{stated}");
        }
        let Some(place) = self.hashes.next(hash, at.start..at.end) else { return hash.to_owned() };
        if let Some((row, before)) = place.before
            && self.text.get(before) == self.text.get(at.start..at.end)
        {
            let fault = Fault::new(ProblemCode::RowDuplicate, hash);
            report.row_problem(at.row, fault.expected(row.to_string()));
        }
        self.hashes.note_row(hash, at.row);
        format!("{hash}:{}", place.index)
    }

    /// Enters the fee of a transaction, where the file states one that is not nothing.
    fn take_fee(&self, row: &Row<'_>, found: &mut Found, report: &mut Report) {
        let text = row.cells[position::FEE].text();
        if text.is_empty() || values::is_zero(&text) {
            return;
        }
        let name = if row.hash.is_empty() { row.id.as_str() } else { &row.hash };
        let unit = self.header.units[position::FEE];
        let (id, fee) = (format!("{name}:fee"), values::number(text, unit));
        let currency = unit.currency.unwrap_or_default();
        // Every row of a transaction may repeat its one fee.
        let table = &found.intake.table;
        let known = table.find(&id).map(|idx| Ok(table.money(idx).minor));
        if known.is_none() || known != Some(fields::amount(&fee, Currency::from_code(currency))) {
            enter(row, (&id, FEES), (fee, currency), (found, report));
        }
    }

    /// Two contracts with one symbol are two tokens, and one of them may be a counterfeit.
    fn check_token(&mut self, row: &Row<'_>, report: &mut Report) {
        let symbol = row.cells[position::SYMBOL].text();
        let contract = values::address(&row.cells[position::CONTRACT].text()).into_owned();
        if symbol.is_empty() || contract.is_empty() {
            return;
        }
        let (symbols, contracts) = &mut self.tokens;
        let (idx, is_new) = symbols.intern(&symbol);
        if is_new {
            contracts.push(contract);
        } else if contracts[idx as usize] != contract {
            let first = format!("{symbol} {}", contracts[idx as usize]);
            let fault =
                Fault::new(ProblemCode::CurrencyContradicts, &format!("{symbol} {contract}"));
            report.cell_problem(row.at.row, "currency", fault.expected(first));
        }
    }

    /// The amount: of the column of what comes in and that of what goes out, the one that is filled.
    fn amount<'c>(&self, cells: &'c [Cell<'c>]) -> Result<Cell<'c>, Fault> {
        let plain = cells[position::VALUE].text();
        if !plain.is_empty() {
            return Ok(values::number(plain, self.header.units[position::VALUE]));
        }
        let [comes, goes] = [position::VALUE_IN, position::VALUE_OUT].map(|at| cells[at].text());
        let unit = self.header.units[position::VALUE_IN];
        let is_nothing = |text: &str| text.is_empty() || values::is_zero(text);
        match (is_nothing(&comes), is_nothing(&goes)) {
            (false, false) if comes != goes => {
                let fault = Fault::new(ProblemCode::AmountAmbiguous, &format!("{comes}, {goes}"));
                Err(fault.expected(format!("{comes} | {goes}")))
            }
            (true, false) => Ok(values::number(goes, unit)),
            _ => Ok(values::number(comes, unit)),
        }
    }

    fn currency<'c>(&'c self, cells: &'c [Cell<'c>]) -> Cow<'c, str> {
        let symbol = cells[position::SYMBOL].text();
        if !symbol.is_empty() {
            return symbol;
        }
        let of_column = self.header.currency();
        let asked = self.options.currency.as_deref();
        Cow::Borrowed(of_column.or(asked).unwrap_or_default())
    }
}

/// Enters one transfer of a row.
fn enter(
    row: &Row<'_>,
    (id, payee): (&str, &str),
    (amount, currency): (Cell<'_>, impl Into<String>),
    (found, report): (&mut Found, &mut Report),
) {
    let mut cells = empty_row();
    let text = |text| Cell::Text(Cow::Borrowed(text));
    cells[column::ID] = text(id);
    cells[column::DATE] = row.date.clone();
    cells[column::PAYER] = text(row.payer.as_ref());
    cells[column::PAYEE] = text(payee);
    cells[column::AMOUNT] = amount;
    cells[column::CURRENCY] = Cell::Text(Cow::Owned(currency.into()));
    found.intake.take(report, row.at.row, &cells);
}

/// Who pays and who receives. A cell with several addresses names neither: which of them paid how
/// much is not said.
fn sides<'c>(cells: &'c [Cell<'c>], row: u64, report: &mut Report) -> [Cow<'c, str>; 2] {
    let mut side = |at: usize, name: &str| {
        let cell = cells[at].text();
        if values::has_several(&cell) {
            report.cell_problem(row, name, Fault::new(ProblemCode::AccountKeyContradicts, &cell));
            return Cow::Borrowed("");
        }
        values::address_in(cell)
    };
    let payer = side(position::FROM, "payer");
    let payee = side(position::TO, "payee");
    let is_creation = payee.is_empty() && cells[position::TO].is_empty();
    // Where a contract is created, nobody is named as receiver but the contract.
    let contract = is_creation.then(|| values::address_in(cells[position::CONTRACT].text()));
    [payer, contract.unwrap_or(payee)]
}

/// What says that a transaction failed and moved nothing but its fee.
fn failure(cells: &[Cell<'_>], zero_fails: bool) -> Option<String> {
    let status = cells[position::STATUS].text();
    let is_word =
        |word: &&str| status.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    let is_failed = ["error", "fail", "revert", "false", "drop"].iter().any(is_word);
    if is_failed || (zero_fails && status == "0") {
        return Some(status.into_owned());
    }
    let error = cells[position::ERROR].text();
    let is_none = ["", "0", "false", "none"].iter().any(|none| error.eq_ignore_ascii_case(none));
    (!is_none).then(|| error.into_owned())
}

/// Which hashes stand on several rows, and how many of each have been met.
#[derive(Default)]
struct Hashes {
    known: Dictionary,
    seen: Vec<Seen>,
}

#[derive(Clone, Default)]
struct Seen {
    is_repeated: bool,
    next: u32,
    row: u64,
    range: Range<usize>,
}

/// A row's place among those of its hash.
struct Place {
    index: u32,
    /// Line and bytes of the row before it.
    before: Option<(u64, Range<usize>)>,
}

impl Hashes {
    fn count(text: &str, placing: &Placing) -> Self {
        let mut hashes = Self::default();
        let is_indexed = placing.positions[position::INDEX].is_some();
        if is_indexed || placing.positions[position::HASH].is_none() {
            return hashes;
        }
        // The problems of these rows are told when they are read.
        let mut unheard = Report::new("", b"");
        csv_file::read_placed(text, placing, &mut unheard, &mut |_, _, cells| {
            let (idx, is_new) = hashes.known.intern(&cells[position::HASH].text());
            if is_new {
                hashes.seen.push(Seen::default());
            } else {
                hashes.seen[idx as usize].is_repeated = true;
            }
            ControlFlow::Continue(())
        });
        hashes
    }

    /// The place of the next row of a hash; `None` where it is the only one.
    fn next(&mut self, hash: &str, range: Range<usize>) -> Option<Place> {
        let idx = self.known.find(hash)?;
        let seen = &mut self.seen[idx as usize];
        if !seen.is_repeated {
            return None;
        }
        let index = seen.next;
        let before = std::mem::replace(&mut seen.range, range);
        seen.next += 1;
        Some(Place { index, before: (index > 0).then_some((seen.row, before)) })
    }

    fn note_row(&mut self, hash: &str, row: u64) {
        if let Some(idx) = self.known.find(hash) {
            self.seen[idx as usize].row = row;
        }
    }
}
