//! One record of a QIF file: its lines, and the entry that they mean.

use caudal_model::{AccountText, Decimal, Entry, Moment, ProblemCode, ReferenceKind};

use super::super::mt940::lines::Line;
use super::{Notation, notation};
use crate::report::{Fault, Report};

/// The payee of the record that states the balance before the first entry.
const OPENING_PAYEE: &str = "Opening Balance";

/// What stands in the category of a record that is split.
const SPLIT_MARK: &str = "--Split--";

/// A part of an entry.
#[derive(Clone, Copy, Debug, Default)]
struct Split<'t> {
    category: &'t str,
    memo: &'t str,
    amount: &'t str,
}

/// A record that is being read.
#[derive(Debug, Default)]
pub(super) struct Record<'t> {
    /// Row of its first line; 0 while it has none.
    row: u64,
    start: usize,
    end: usize,
    date: &'t str,
    amount: &'t str,
    /// The amount again, which newer programs write with more digits than the first.
    amount_again: &'t str,
    /// An amount that contradicts the first.
    second_amount: &'t str,
    payee: &'t str,
    memo: &'t str,
    number: &'t str,
    category: &'t str,
    splits: Vec<Split<'t>>,
}

impl<'t> Record<'t> {
    pub(super) fn is_empty(&self) -> bool {
        self.row == 0
    }

    pub(super) fn row(&self) -> u64 {
        self.row
    }

    /// Whether a line is the date of another record: the mark between them is missing. Parts may
    /// have dates of their own.
    pub(super) fn is_ended_by(&self, text: &str) -> bool {
        !self.date.is_empty() && self.splits.is_empty() && text.starts_with('D') && text.len() > 1
    }

    /// Takes a line.
    pub(super) fn take(&mut self, line: Line<'t>, report: &mut Report) {
        if self.is_empty() {
            self.row = line.row;
            self.start = line.start;
        }
        self.end = line.end();
        let text = line.text.trim();
        let mut rest = text.chars();
        let letter = rest.next().unwrap_or(' ');
        let value = rest.as_str().trim();
        let split = self.splits.last_mut();
        let slot = match (letter, split) {
            ('S', _) => {
                self.splits.push(Split { category: value, ..Split::default() });
                return;
            }
            ('E', Some(split)) => &mut split.memo,
            ('$', Some(split)) => &mut split.amount,
            // Percentages of splits, the cleared mark, addresses, reimbursement, invoices.
            ('%' | 'C' | 'A' | 'F' | 'X', _) => return,
            ('D', _) => &mut self.date,
            ('T', _) => &mut self.amount,
            ('U', _) => &mut self.amount_again,
            ('P', _) => &mut self.payee,
            ('M', _) => &mut self.memo,
            ('N', _) => &mut self.number,
            ('L', _) => &mut self.category,
            _ => return unexpected(line.row, text, report),
        };
        if !slot.is_empty() {
            if matches!(letter, 'T' | 'U') && *slot != value {
                self.second_amount = value;
            }
            return unexpected(line.row, text, report);
        }
        *slot = value;
    }

    /// The account whose balance before the first entry this record states.
    pub(super) fn opening_of(&self) -> Option<&'t str> {
        let is_opening = self.payee.eq_ignore_ascii_case(OPENING_PAYEE);
        account_in(self.category).filter(|_| is_opening && self.splits.is_empty())
    }

    /// The entry, and whatever is wrong with it.
    pub(super) fn entry(&self, text: &str, notation: Notation, report: &mut Report) -> Entry {
        let row = self.row;
        let mut entry = Entry {
            row,
            raw: text.get(self.start..self.end).unwrap_or_default().to_owned(),
            amount: self.amount(notation, report),
            counterparty: AccountText {
                number: account_in(self.category).unwrap_or_default().to_owned(),
                bank: None,
                holder: (!self.payee.is_empty()).then(|| self.payee.to_owned()),
            },
            description: self.description(),
            ..Entry::default()
        };
        match notation::day(self.date, notation.order) {
            Ok(day) => entry.booked_at = Some(Moment { day, nanos: None }),
            Err(fault) => report.cell_problem(row, "D", fault),
        }
        if self.number.bytes().all(|byte| byte.is_ascii_digit()) {
            entry.refer(ReferenceKind::Cheque, self.number);
        } else {
            self.number.clone_into(&mut entry.kind);
        }
        if let Some(amount) = entry.amount {
            self.check_splits(amount, notation, report);
        }
        entry
    }

    fn amount(&self, notation: Notation, report: &mut Report) -> Option<Decimal> {
        let column = if self.amount.is_empty() { "U" } else { "T" };
        let (first, again) = (self.amount, self.amount_again);
        let text = if first.is_empty() { again } else { first };
        let read = |text| notation::amount(text, notation.decimal);
        let amount = match read(text) {
            Ok(amount) => amount,
            Err(fault) => {
                let column = if text.is_empty() { "T" } else { column };
                report.cell_problem(self.row, column, fault);
                return None;
            }
        };
        let second = self.second_amount;
        if !second.is_empty() && read(second) != Ok(amount) {
            let fault = Fault::new(ProblemCode::AmountAmbiguous, text);
            report.cell_problem(self.row, column, fault.expected(format!("{text} | {second}")));
            return None;
        }
        if !first.is_empty() && !again.is_empty() && first != again && read(again) != Ok(amount) {
            let fault = Fault::new(ProblemCode::AmountAmbiguous, first);
            let fault = fault.expected(format!("{first} | {again}"));
            report.cell_problem(self.row, "T", fault);
            return None;
        }
        Some(amount)
    }

    /// Category and memo; then each part with its amount.
    fn description(&self) -> String {
        let mut description = String::from(self.memo);
        let is_word = account_in(self.category).is_none() && self.category != SPLIT_MARK;
        let mut add = |parts: &[&str]| {
            let mut mark = "\n";
            for part in parts.iter().filter(|part| !part.is_empty()) {
                if !description.is_empty() {
                    description.push_str(mark);
                }
                description.push_str(part);
                mark = " ";
            }
        };
        add(&[if is_word { self.category } else { "" }]);
        for split in &self.splits {
            add(&[split.category, split.memo, split.amount]);
        }
        description
    }

    /// Parts that state amounts must add up to the entry.
    fn check_splits(&self, amount: Decimal, notation: Notation, report: &mut Report) {
        let stated = || self.splits.iter().map(|s| s.amount).filter(|text| !text.is_empty());
        if stated().next().is_none() {
            return;
        }
        let mut sum = Decimal::ZERO;
        let mut found = None;
        for text in stated() {
            let part = notation::amount(text, notation.decimal).ok();
            match part.and_then(|part| sum.checked_add(part)) {
                Some(with_part) => sum = with_part,
                None => found = Some(text),
            }
        }
        if found.is_some() || sum != amount {
            let found = found.map_or(sum.to_string(), str::to_owned);
            let fault = Fault::new(ProblemCode::DetailsDoNotSum, &found);
            report.cell_problem(self.row, "$", fault.expected(amount.to_string()));
        }
    }
}

fn unexpected(row: u64, found: &str, report: &mut Report) {
    report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, found));
}

/// The account in `[Account]`, with or without a class behind it (`[Account]/Class`).
fn account_in(category: &str) -> Option<&str> {
    let (name, _) = category.strip_prefix('[')?.rsplit_once(']')?;
    Some(name.trim()).filter(|name| !name.is_empty())
}
