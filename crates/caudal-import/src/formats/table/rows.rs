//! From the rows of a table to the entries of its statements.

use std::borrow::Cow;

use caudal_model::{
    AccountText, Balance, Currency, Decimal, Entry, EntryStatus, Moment, ProblemCode, Severity,
    Statement,
};

use super::amounts::{self, AmountFault, Reading};
use super::around::{Labelled, Side, has_lost_digits};
use super::checks;
use super::days::{DateParts, DayRead, parts};
use super::decide::{Answers, mark_key};
use super::grid::{GridCell, RowState, cell};
use super::headings::reference_kind;
use super::layout::{EntryRows, NAMING, Table};
use super::numbers::{self, Number};
use super::status;
use crate::formats::Found;
use crate::profile::{Field, Profile, RowOrder};
use crate::report::{Fault, Report};

/// Reads all entries of a table into statements.
pub(super) fn read(
    table: &Table<'_, '_>,
    answers: &Answers,
    profile: Option<&Profile>,
    (found, report): (&mut Found, &mut Report),
) {
    let are_days_doubtful = checks::are_days_swapped(table);
    let mut rows = Rows {
        table,
        answers,
        report,
        told: Vec::new(),
        told_words: Vec::new(),
        fees: checks::fee_columns(table),
        are_days_doubtful,
        above: None,
        carried: None,
    };
    checks::headings(table, rows.report);
    let mut statements = rows.statements(profile);
    let mut last_raw: Option<(Cow<'_, str>, usize)> = None;
    for (at, &place) in table.entries.iter().enumerate() {
        if !rows.report.goes_on(at, table.entries.len()) {
            return;
        }
        let statement = &mut statements[place.group];
        let raw = rows.raw(place);
        if last_raw.as_ref().is_some_and(|(last, group)| *group == place.group && *last == raw) {
            let row = rows.row(place);
            rows.report.row_problem(row, Fault::new(ProblemCode::RowDuplicate, &raw));
        }
        let entry = rows.entry(place, statement, raw.clone().into_owned());
        statement.entries.push(entry);
        last_raw = Some((raw, place.group));
    }
    rows.tell_carried();
    rows.check_totals(&statements);
    checks::counts(table, rows.report);
    checks::seconds(table, answers, rows.report);
    for statement in &mut statements {
        if answers.row_order == Some(RowOrder::NewestFirst) {
            statement.entries.reverse();
        }
        rows.check_opening(statement);
    }
    found.statements.append(&mut statements);
}

/// An answer that the table does not give.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    DateOrder,
    DecimalMark,
    Signs,
}

/// Reads rows one after another.
struct Rows<'r, 'g, 't> {
    table: &'r Table<'g, 't>,
    answers: &'r Answers,
    report: &'r mut Report,
    /// Which answers it was said of that they are open; once is enough.
    told: Vec<Open>,
    /// Words of a status that were reported.
    told_words: Vec<String>,
    /// Columns of fees beside the amount.
    fees: Vec<usize>,
    /// Whether a spreadsheet may have swapped days and months.
    are_days_doubtful: bool,
    /// The group and the day of the entry above.
    above: Option<(usize, Moment)>,
    /// The first row that takes its day from the one above, and how many do.
    carried: Option<(EntryRows, usize)>,
}

impl<'t> Rows<'_, '_, 't> {
    fn tell(&mut self, open: Open) {
        if !self.told.contains(&open) {
            self.told.push(open);
        }
    }

    fn row(&self, place: EntryRows) -> u64 {
        self.table.grid.rows()[place.idx].row
    }

    fn heading(&self, position: usize) -> String {
        let texts = &self.table.header.columns.texts;
        texts
            .get(position)
            .filter(|text| !text.is_empty())
            .cloned()
            .unwrap_or_else(|| (position + 1).to_string())
    }

    fn cell_fault(&mut self, place: EntryRows, position: usize, fault: Fault) {
        let row = self.row(place);
        let heading = self.heading(position);
        self.report.cell_problem(row, &heading, fault);
    }

    /// The lines of an entry as they stand in the file.
    fn raw(&self, place: EntryRows) -> Cow<'t, str> {
        let rows = &self.table.grid.rows()[place.idx..place.end];
        match rows {
            [row] => row.raw.clone(),
            rows => {
                let lines: Vec<&str> = rows.iter().map(|row| row.raw.as_ref()).collect();
                Cow::Owned(lines.join("\n"))
            }
        }
    }

    /// The statements, still without entries: one for each account and currency.
    fn statements(&mut self, profile: Option<&Profile>) -> Vec<Statement> {
        let header = &self.table.grid.rows()[self.table.header.idx];
        let is_alone = self.table.groups.len() == 1;
        let around = &self.table.around;
        if let Some((row, second)) = &around.second_account {
            let first = around.account.as_deref().unwrap_or_default();
            checks::account((second, first), *row, self.report);
        }
        if let Some(row) = around.lost_digits {
            let text = around.account.as_deref().unwrap_or_default();
            self.report.row_problem(row, Fault::new(ProblemCode::IdentifierLostDigits, text));
        }
        let mut statements = Vec::with_capacity(self.table.groups.len());
        for group in 0..self.table.groups.len() {
            let (account, currency) = &self.table.groups[group];
            let told = profile.and_then(|profile| profile.account.clone());
            let named = (!account.is_empty()).then(|| account.clone());
            if is_alone && let Some(labelled) = &around.account {
                let row = self.row_of_header();
                checks::account((account, labelled), row, self.report);
            }
            let number = named.or_else(|| around.account.clone()).or(told).unwrap_or_default();
            let mut statement = Statement {
                account: AccountText {
                    number,
                    bank: around.bank.clone(),
                    holder: around.holder.clone(),
                },
                currency: self.currency(group, currency, profile),
                part: header.part,
                row: header.row,
                ..Statement::default()
            };
            if is_alone {
                statement.period = self.period();
                statement.opening = self.balance(around.opening.as_ref());
                statement.closing = self.balance(around.closing.as_ref());
            }
            statements.push(statement);
        }
        statements
    }

    fn currency(
        &mut self,
        group: usize,
        code: &str,
        profile: Option<&Profile>,
    ) -> Option<Currency> {
        if !code.is_empty() {
            let known = Currency::from_code(code);
            let place = self.table.entries.iter().find(|place| place.group == group).copied();
            if known.is_none()
                && let (Some(place), Some(position)) =
                    (place, self.table.header.columns.get(Field::Currency))
            {
                self.cell_fault(place, position, Fault::new(ProblemCode::CurrencyUnknown, code));
            }
            return known;
        }
        let around = &self.table.around;
        if let Some(named) = &around.currency
            && around.currency_code().is_none()
        {
            let fault = Fault::new(ProblemCode::CurrencyUnknown, &named.text);
            self.report.row_problem(named.row, fault);
        }
        let of_heading = self.table.header.columns.currency;
        let other = self.table.header.columns.other_currency;
        let named = around.currency_code();
        let contradiction = named.or(other).filter(|&c| of_heading.is_some_and(|of| of != c));
        if let (Some(contradiction), Some(of_heading)) = (contradiction, of_heading) {
            let row = self.row_of_header();
            let fault = Fault::new(ProblemCode::CurrencyContradicts, contradiction.code());
            self.report.row_problem(row, fault.expected(of_heading.code()));
            return None;
        }
        let told = profile.and_then(|profile| profile.currency.as_deref());
        around
            .currency_code()
            .or(self.table.header.columns.currency)
            .or_else(|| self.currency_in_cells())
            .or_else(|| Currency::from_code(told?))
    }

    fn row_of_header(&self) -> u64 {
        self.table.grid.rows()[self.table.header.idx].row
    }

    /// The currency that stands beside an amount, such as `12,00 €`: the first of them.
    fn currency_in_cells(&self) -> Option<Currency> {
        self.table.entries.iter().find_map(|&place| {
            let cells = self.table.cells(place);
            let mut positions = self.money_positions();
            positions.find_map(|position| numbers::currency(&cell(cells, position).text))
        })
    }

    /// Columns of amounts and balances.
    fn money_positions(&self) -> impl Iterator<Item = usize> {
        let columns = &self.table.header.columns;
        columns.amounts().chain(columns.get(Field::BalanceAfter))
    }

    fn period(&self) -> Option<(i32, i32)> {
        let day = |parts: Option<DateParts>| match self.answers.days.day(parts?) {
            DayRead::Day(day) => Some(day),
            _ => None,
        };
        let [first, last] = self.table.around.period;
        Some((day(first)?, day(last)?)).filter(|(first, last)| first <= last)
    }

    /// A balance from the lines around the table.
    fn balance(&mut self, labelled: Option<&Labelled>) -> Option<Balance> {
        let labelled = labelled?;
        let day = labelled.day.and_then(|parts| match self.answers.days.day(parts) {
            DayRead::Day(day) => Some(day),
            _ => None,
        });
        let cell = labelled.cell();
        match amounts::number(&cell, &self.answers.marks[1]) {
            Ok(number) => Some(Balance { amount: number.signed(), day, row: labelled.row }),
            Err(fault) => {
                self.report.row_problem(labelled.row, fault);
                None
            }
        }
    }

    fn entry(&mut self, place: EntryRows, statement: &Statement, raw: String) -> Entry {
        let row = &self.table.grid.rows()[place.idx];
        let mut entry = Entry { part: row.part, row: row.row, raw, ..Entry::default() };
        self.report.in_part(row.part);
        if !self.is_whole(place) {
            return entry;
        }
        let cells = self.table.cells(place);
        self.dates(place, cells, &mut entry);
        self.check_period(place, statement, &entry);
        entry.amount = self.amount(place, cells);
        entry.balance_after = self.balance_after(place, cells);
        self.check_currency((place, cells), statement.currency, &mut entry);
        self.check_names(place, cells);
        if self.table.named_totals.binary_search(&place.idx).is_ok() {
            let row = &self.table.grid.rows()[place.idx];
            let fault = Fault::new(ProblemCode::RecordUnexpected, &row.raw);
            self.report.row_problem(row.row, fault);
        }
        if !self.answers.is_proved && !self.fees.is_empty() {
            checks::fees((self.table, &self.fees), (place, cells), self.report);
        }
        if let Some(currency) = statement.currency {
            self.check_digits(place, &entry, currency);
        }
        self.texts(place, cells, &mut entry);
        self.status(place, cells, &mut entry);
        entry
    }

    /// An amount or balance beside which another currency stands is none of the statement.
    fn check_currency(
        &mut self,
        (place, cells): (EntryRows, &[GridCell<'_>]),
        currency: Option<Currency>,
        entry: &mut Entry,
    ) {
        let columns = &self.table.header.columns;
        let balance = columns.get(Field::BalanceAfter);
        for position in columns.amounts().chain(balance) {
            // Most cells are digits and marks, beside which nothing stands.
            if cell(cells, position).text.bytes().all(|byte| byte < b'A') {
                continue;
            }
            let text = cell(cells, position).text.as_ref();
            let Some(other) = numbers::currency(text).filter(|&other| currency != Some(other))
            else {
                continue;
            };
            let expected = currency.map_or("", Currency::code);
            let fault = Fault::new(ProblemCode::CurrencyContradicts, other.code());
            self.cell_fault(place, position, fault.expected(expected));
            if Some(position) == balance {
                entry.balance_after = None;
            } else if entry.amount.take().is_some() {
                let fault = Fault::new(ProblemCode::AmountUnreadable, text);
                self.cell_fault(place, position, fault.expected(expected));
            }
        }
    }

    /// A row without the account or the currency that every other row names may be of any of them.
    fn check_names(&mut self, place: EntryRows, cells: &[GridCell<'_>]) {
        let table = self.table;
        if let [first, .., last] = table.header.columns.all(Field::Currency) {
            let texts = [first, last].map(|&at| cell(cells, at).text.as_ref());
            if texts[0] != texts[1] && texts.iter().all(|text| !text.is_empty()) {
                let fault = Fault::new(ProblemCode::CurrencyContradicts, texts[1]);
                self.cell_fault(place, *last, fault.expected(texts[0]));
            }
        }
        if table.groups.len() < 2 {
            return;
        }
        let codes = [ProblemCode::AccountMissing, ProblemCode::CurrencyMissing];
        for ((field, is_always), code) in NAMING.into_iter().zip(table.is_named_always).zip(codes) {
            let position = table.header.columns.get(field).filter(|_| is_always);
            if let Some(position) = position.filter(|&at| cell(cells, at).is_empty()) {
                self.cell_fault(place, position, Fault::new(code, ""));
            }
        }
    }

    /// Whether the cells of a row stand under their headings; if not, that is said.
    fn is_whole(&mut self, place: EntryRows) -> bool {
        let row = &self.table.grid.rows()[place.idx];
        let fault = match row.state {
            RowState::TooLong => Fault::new(ProblemCode::RowTooLong, &row.raw)
                .expected(crate::csv_file::ROW_BYTES_MAX.to_string()),
            RowState::QuoteOpen => Fault::new(ProblemCode::FileTruncated, &row.raw).expected("\""),
            RowState::Whole => return self.has_all_cells(place),
        };
        let row = row.row;
        self.report.row_problem(row, fault);
        false
    }

    fn has_all_cells(&mut self, place: EntryRows) -> bool {
        if self.table.grid.separator.is_none() {
            return true;
        }
        let cells = self.table.cells(place);
        let texts = &self.table.header.columns.texts;
        let last = |is_empty: &mut dyn Iterator<Item = bool>| {
            is_empty
                .enumerate()
                .filter(|(_, is_empty)| !is_empty)
                .last()
                .map_or(0, |(at, _)| at + 1)
        };
        let headed = last(&mut texts.iter().map(String::is_empty));
        let filled = last(&mut cells.iter().map(GridCell::is_empty));
        if filled <= texts.len() && cells.len() >= headed {
            return true;
        }
        let fault = Fault::new(ProblemCode::RowTruncated, &cells.len().to_string())
            .expected(texts.len().to_string());
        let row = self.row(place);
        self.report.row_problem(row, fault);
        // Cells that are missing leave the others where they are; one too many moves them.
        filled <= texts.len()
    }

    fn dates(&mut self, place: EntryRows, cells: &[GridCell<'_>], entry: &mut Entry) {
        let columns = &self.table.header.columns;
        if let Some(position) = columns.get(Field::BookedAt) {
            let day = if let Some(day) = self.day_above(place, cell(cells, position)) {
                Some(day)
            } else if self.are_days_doubtful && checks::may_be_swapped(cell(cells, position)) {
                let text = cell(cells, position).text.as_ref();
                let fault = Fault::new(ProblemCode::DateOrderAmbiguous, text);
                self.cell_fault(place, position, fault);
                return;
            } else {
                self.day(place, (cells, position), ProblemCode::DateDoesNotExist)
            };
            entry.booked_at = day.or_else(|| self.unreadable_date(place, cells, position));
            self.above = entry.booked_at.map(|day| (place.group, day));
        }
        if let Some(position) = columns.get(Field::ValueDate) {
            let day = self.day(place, (cells, position), ProblemCode::ValueDateDoesNotExist);
            entry.value_day = day.map(|moment| moment.day);
        }
        if let Some(position) = columns.get(Field::ExecutedAt) {
            // A column of times alone says nothing without a zone.
            entry.executed_at =
                self.day(place, (cells, position), ProblemCode::ValueDateDoesNotExist);
        }
    }

    /// The day of the entry above for one that states none: many banks print a day once. Only where
    /// the balances prove the rows, since a row without a day may also be none.
    fn day_above(&mut self, place: EntryRows, day: &GridCell<'_>) -> Option<Moment> {
        let (group, above) = self.above.filter(|_| day.is_empty() && self.answers.is_proved)?;
        if group != place.group {
            return None;
        }
        let carried = self.carried.get_or_insert((place, 0));
        carried.1 += 1;
        Some(above)
    }

    fn tell_carried(&mut self) {
        let position = self.table.header.columns.get(Field::BookedAt);
        if let (Some((place, count)), Some(position)) = (self.carried, position) {
            self.report.in_part(self.table.grid.rows()[place.idx].part);
            let fault = Fault::new(ProblemCode::DateCarriedDown, &count.to_string());
            self.cell_fault(place, position, fault);
        }
    }

    /// Reports a cell that holds no date, if it was not reported for its order or day.
    fn unreadable_date(
        &mut self,
        place: EntryRows,
        cells: &[GridCell<'_>],
        position: usize,
    ) -> Option<Moment> {
        let cell = cell(cells, position);
        let parts = parts(cell, self.table.grid.is_from_1904);
        let is_unread =
            parts.is_none_or(|parts| self.answers.days.day(parts) == DayRead::Unreadable);
        if is_unread {
            let fault = Fault::new(ProblemCode::DateUnreadable, &cell.text).expected("2025-04-03");
            self.cell_fault(place, position, fault);
        }
        None
    }

    fn day(
        &mut self,
        place: EntryRows,
        (cells, position): (&[GridCell<'_>], usize),
        missing: ProblemCode,
    ) -> Option<Moment> {
        let cell = cell(cells, position);
        let parts = parts(cell, self.table.grid.is_from_1904)?;
        let moment = |day| Moment { day, nanos: None };
        match self.answers.days.day(parts) {
            _ if matches!(parts, DateParts::Instant(_)) => match parts {
                DateParts::Instant(instant) => Some(instant),
                _ => None,
            },
            DayRead::Day(day) => Some(moment(day)),
            DayRead::NoSuchDay(last) => {
                let expected = last.map_or("2025-04-03".to_owned(), |day| moment(day).to_string());
                let fault = Fault::new(missing, &cell.text).expected(expected);
                self.cell_fault(place, position, fault);
                let is_value = missing == ProblemCode::ValueDateDoesNotExist;
                last.filter(|_| is_value).map(moment)
            }
            DayRead::Either(one, other) => {
                if !self.told.contains(&Open::DateOrder) {
                    let readings = format!("{} | {}", moment(one), moment(other));
                    let fault = Fault::new(ProblemCode::DateOrderAmbiguous, &cell.text);
                    self.cell_fault(place, position, fault.expected(readings));
                }
                if !self.answers.has_mixed_dates {
                    self.tell(Open::DateOrder);
                }
                None
            }
            DayRead::Unreadable => None,
        }
    }

    fn check_period(&mut self, place: EntryRows, statement: &Statement, entry: &Entry) {
        let Some((first, last)) = statement.period else { return };
        let Some(booked) = entry.booked_at.filter(|m| m.day < first || m.day > last) else {
            return;
        };
        let position = self.table.header.columns.get(Field::BookedAt).unwrap_or(0);
        let day = |day| Moment { day, nanos: None };
        let fault = Fault::new(ProblemCode::DateOutsideStatement, &day(booked.day).to_string())
            .expected(format!("{} | {}", day(first), day(last)));
        self.cell_fault(place, position, fault);
    }

    fn amount(&mut self, place: EntryRows, cells: &[GridCell<'_>]) -> Option<Decimal> {
        let columns = &self.table.header.columns;
        let first = columns.amounts().next()?;
        let Some(signs) = &self.answers.signs else {
            let text = cell(cells, first).text.as_ref();
            if !self.told.contains(&Open::Signs) {
                let fault = Fault::new(ProblemCode::AmountAmbiguous, text);
                let bare = text.trim_start_matches(['-', '+']);
                self.cell_fault(place, first, fault.expected(format!("-{bare} | {bare}")));
                self.tell(Open::Signs);
            }
            return None;
        };
        let is_first_enough = self.answers.is_proved;
        let reading = Reading { columns, marks: &self.answers.marks[0], is_first_enough };
        match amounts::amount(&reading, cells, signs) {
            Ok(Some(amount)) => self.as_marked(place, cells, amount),
            Ok(None) => {
                let fault = Fault::new(ProblemCode::AmountUnreadable, "").expected("1204.50");
                self.cell_fault(place, first, fault);
                None
            }
            Err(AmountFault { position, fault }) => {
                self.no_amount(place, (cells, position), fault);
                None
            }
        }
    }

    /// Says why a row has no amount, and that it has none where the reason does not block by itself.
    fn no_amount(
        &mut self,
        place: EntryRows,
        (cells, position): (&[GridCell<'_>], usize),
        fault: Fault,
    ) {
        let blocks = fault.code.severity() == Severity::Blocks;
        self.mark_fault(place, position, fault);
        if !blocks {
            let text = cell(cells, position).text.as_ref();
            let fault = Fault::new(ProblemCode::AmountUnreadable, text).expected("1204.50");
            self.cell_fault(place, position, fault);
        }
    }

    /// The amount, unless the row's mark says that it goes the other way.
    fn as_marked(
        &mut self,
        place: EntryRows,
        cells: &[GridCell<'_>],
        amount: Decimal,
    ) -> Option<Decimal> {
        let unknown = &self.answers.unknown_marks;
        if !unknown.is_empty()
            && let Some(position) = self.table.header.columns.get(Field::Mark)
            && unknown.contains(&mark_key(&cell(cells, position).text))
        {
            let fault = Fault::new(ProblemCode::AmountSignContradicts, &cell(cells, position).text);
            self.no_amount(place, (cells, position), fault);
            return None;
        }
        let debits = self.answers.checked_marks.as_ref();
        let (Some(debits), Some(position)) = (debits, self.table.header.columns.get(Field::Mark))
        else {
            return Some(amount);
        };
        let mark = cell(cells, position);
        let is_debit = debits.contains(&mark_key(&mark.text));
        if mark.is_empty() || amount.is_zero() || is_debit == amount.is_negative() {
            return Some(amount);
        }
        let found = format!("{amount} {}", mark.text);
        let fault = Fault::new(ProblemCode::AmountSignContradicts, &found);
        self.no_amount(place, (cells, position), fault);
        None
    }

    /// Reports a number that is none, or two; where the whole column is open, once.
    fn mark_fault(&mut self, place: EntryRows, position: usize, fault: Fault) {
        let is_open = fault.code == ProblemCode::AmountAmbiguous
            && self.answers.marks.iter().any(|marks| marks.len() > 1);
        if !(is_open && self.told.contains(&Open::DecimalMark)) {
            self.cell_fault(place, position, fault);
        }
        if is_open && !self.answers.is_mixed {
            self.tell(Open::DecimalMark);
        }
    }

    fn balance_after(&mut self, place: EntryRows, cells: &[GridCell<'_>]) -> Option<Decimal> {
        let position = self.table.header.columns.get(Field::BalanceAfter)?;
        let cell = cell(cells, position);
        if cell.is_empty() {
            return None;
        }
        match amounts::number(cell, &self.answers.marks[1]).map(Number::signed) {
            Ok(balance) => Some(balance),
            Err(fault) => {
                self.mark_fault(place, position, fault);
                None
            }
        }
    }

    fn check_digits(&mut self, place: EntryRows, entry: &Entry, currency: Currency) {
        let exponent = currency.exponent();
        let columns = &self.table.header.columns;
        let values = [
            (entry.amount, columns.amounts().next()),
            (entry.balance_after, columns.get(Field::BalanceAfter)),
        ];
        for (value, position) in values {
            let Some((value, position)) = value.zip(position) else { continue };
            if value.scale() > exponent && value.minor(exponent).is_none() {
                let fault = Fault::new(ProblemCode::AmountDigitsBeyondCurrency, &value.to_string());
                self.cell_fault(place, position, fault.expected(exponent.to_string()));
            }
        }
    }

    fn texts(&mut self, place: EntryRows, cells: &[GridCell<'_>], entry: &mut Entry) {
        let columns = &self.table.header.columns;
        let first =
            |field: Field| columns.get(field).map_or("", |at| cell(cells, at).text.as_ref());
        let is_out = entry.amount.is_some_and(Decimal::is_negative);
        let name = match first(Field::CounterpartyName) {
            "" if is_out => first(Field::PayeeName),
            // A payee without a payer is the other side, whatever the direction.
            "" if !columns.has(Field::PayerName) => first(Field::PayeeName),
            "" if entry.amount.is_some() => first(Field::PayerName),
            name => name,
        };
        let account = match first(Field::CounterpartyAccount) {
            "" if is_out => first(Field::PayeeAccount),
            "" if entry.amount.is_some() => first(Field::PayerAccount),
            account => account,
        };
        account.clone_into(&mut entry.counterparty.number);
        entry.counterparty.holder = (!name.is_empty()).then(|| name.to_owned());
        for &position in columns.all(Field::Reference) {
            let plain = columns.plain.get(position).map_or("", String::as_str);
            entry.refer(reference_kind(plain), &cell(cells, position).text);
        }
        first(Field::Kind).clone_into(&mut entry.kind);
        entry.description = self.description(place);
        self.check_identifiers(place, cells);
    }

    /// The cells of the description, of all lines of an entry.
    fn description(&self, place: EntryRows) -> String {
        let columns = &self.table.header.columns;
        let mut description = String::new();
        let mut add = |text: &str, between: char| {
            if !text.is_empty() {
                if !description.is_empty() {
                    description.push(between);
                }
                description.push_str(text);
            }
        };
        let cells = self.table.cells(place);
        for &position in columns.all(Field::Description) {
            add(&cell(cells, position).text, ' ');
        }
        for idx in place.idx + 1..place.end {
            let texts = self.table.grid.cells_at(idx).iter().filter(|cell| !cell.is_empty());
            let line: Vec<&str> = texts.map(|cell| cell.text.as_ref()).collect();
            add(&line.join(" "), '\n');
        }
        description
    }

    fn check_identifiers(&mut self, place: EntryRows, cells: &[GridCell<'_>]) {
        let fields = [
            Field::Account,
            Field::CounterpartyAccount,
            Field::PayerAccount,
            Field::PayeeAccount,
            Field::Reference,
        ];
        let table = self.table;
        for field in fields {
            for &position in table.header.columns.all(field) {
                let cell = cell(cells, position);
                if has_lost_digits(cell) {
                    let fault = Fault::new(ProblemCode::IdentifierLostDigits, &cell.text);
                    self.cell_fault(place, position, fault);
                }
            }
        }
    }

    fn status(&mut self, place: EntryRows, cells: &[GridCell<'_>], entry: &mut Entry) {
        let columns = &self.table.header.columns;
        // Some banks say in the column of kinds what is pending.
        let is_status = columns.has(Field::Status);
        let position = columns.get(Field::Status).or_else(|| columns.get(Field::Kind));
        let Some(position) = position else { return };
        let text = cell(cells, position).text.as_ref();
        match status::of(text) {
            Some(EntryStatus::Booked) => return,
            Some(EntryStatus::Expected) => entry.status = EntryStatus::Expected,
            _ if !is_status => return,
            Some(said) => entry.status = said,
            None => {
                if !self.told_words.iter().any(|told| told == text) {
                    self.told_words.push(text.to_owned());
                    let fault = Fault::new(ProblemCode::RecordUnexpected, text);
                    self.cell_fault(place, position, fault);
                }
                return;
            }
        }
        self.cell_fault(place, position, Fault::new(ProblemCode::EntryNotBooked, text));
    }

    /// Compares the totals that the lines around the table state with the entries.
    fn check_totals(&mut self, statements: &[Statement]) {
        let [statement] = statements else { return };
        let amounts = || statement.entries.iter().filter(|entry| entry.is_booked());
        if amounts().any(|entry| entry.amount.is_none()) {
            return;
        }
        let values: Vec<Decimal> = amounts().filter_map(|entry| entry.amount).collect();
        for (side, stated) in &self.table.around.totals {
            let read = match amounts::number(&stated.cell(), &self.answers.marks[0]) {
                Ok(read) => read,
                Err(fault) => {
                    self.report.row_problem(stated.row, fault);
                    continue;
                }
            };
            let Some(sums) = checks::sums(&values) else { continue };
            let (is_right, sum) = match side {
                Side::Debits => (read.magnitude == sums[0].abs(), sums[0].abs()),
                Side::Credits => (read.magnitude == sums[1], sums[1]),
                // What it sums is not said.
                Side::Net => {
                    let known = [sums[0].abs(), sums[1], sums[2].abs(), sums[3]];
                    (known.contains(&read.magnitude), sums[2])
                }
            };
            if !is_right {
                let fault = Fault::new(ProblemCode::ControlTotalDiffers, &stated.text);
                self.report.row_problem(stated.row, fault.expected(sum.to_string()));
            }
        }
    }

    /// A statement that states no balance at all proves nothing.
    fn check_opening(&mut self, statement: &Statement) {
        let has_balance = statement.opening.is_some()
            || statement.entries.iter().any(|entry| entry.balance_after.is_some());
        if !has_balance && !statement.entries.is_empty() {
            self.report.in_part(statement.part);
            let fault = Fault::new(ProblemCode::OpeningBalanceMissing, &statement.account.number);
            self.report.row_problem(statement.row, fault);
        }
    }
}
