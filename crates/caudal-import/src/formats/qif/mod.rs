//! Quicken interchange files.
//!
//! *Shape.* Lines of one letter and a value, `^` behind each record, `!` before each section. One
//! statement for each section of a bank, cash, card, asset or liability account. The format has no
//! currency, no account number and no closing balance, so a file proves nothing by itself. Day,
//! month and decimal mark are decided over the whole file (see [`notation`]). Sections of
//! categories, securities and the like hold no money and are passed over; investments are reported
//! and left.
//!
//! *Authority.* Public descriptions of the format and public samples. A record with the payee
//! `Opening Balance` whose category is the account itself is the balance before the first entry,
//! as Quicken writes it; it also names the account where no `!Account` block does.

pub(in crate::formats) mod notation;
mod record;

use caudal_model::{Balance, ProblemCode, Statement};

use super::mt940::lines::{Line, Lines};
use crate::formats::Found;
use crate::report::{Fault, Report};
use notation::{DateOrder, Dates, Decimals};
use record::Record;

/// The longest name of an account that is kept, since every section repeats it.
const NAME_LENGTH_MAX: usize = 140;

/// Whether a text begins with a section, below comments, blank lines and empty records at most.
pub(super) fn is_qif(head: &str) -> bool {
    let is_idle = |line: &str| line.is_empty() || line.starts_with(['#', '^']);
    let first = Lines::new(head).map(|line| line.text.trim()).find(|line| !is_idle(line));
    first.is_some_and(|line| section_of(line).is_some_and(|section| section != Section::Unknown))
}

/// Reads all accounts of a text.
pub(super) fn read(text: &str, found: &mut Found, report: &mut Report) {
    let notation = Notation::of(text);
    let mut reader = Reader {
        text,
        notation,
        found,
        report,
        section: Section::Before,
        account: None,
        block: Block::default(),
        statement: None,
        record: Record::default(),
        is_reported: false,
    };
    let mut row = 1;
    for line in Lines::new(text) {
        row = line.row;
        let is_end = line.text.starts_with('^');
        if is_end && !reader.report.goes_on(line.start, text.len()) {
            return;
        }
        reader.line(line);
    }
    reader.finish(row);
}

/// What stands below a line that begins with `!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// Above the first such line.
    Before,
    /// Names of accounts.
    Accounts,
    /// Entries of an account.
    Money,
    /// Entries of an account that holds securities.
    Investments,
    /// Categories, securities and other lists.
    Idle,
    /// A switch, after which the section goes on.
    Switch,
    /// None of these.
    Unknown,
}

fn section_of(line: &str) -> Option<Section> {
    let line = line.strip_prefix('!')?.trim();
    let (word, kind) = line.split_once(':').unwrap_or((line, ""));
    let is_word = |known: &str| word.eq_ignore_ascii_case(known);
    if is_word("Account") {
        return Some(Section::Accounts);
    }
    if is_word("Option") || is_word("Clear") {
        return Some(Section::Switch);
    }
    let kinds: [(Section, &[&str]); 3] = [
        (Section::Money, &["Bank", "Cash", "CCard", "Oth A", "Oth L"]),
        (Section::Investments, &["Invst"]),
        (
            Section::Idle,
            &["Cat", "Class", "Memorized", "Security", "Prices", "Budget", "Tag", "Template"],
        ),
    ];
    let kind = kind.trim();
    let is_kind = |known: &&str| kind.eq_ignore_ascii_case(known);
    let known = kinds.iter().find(|(_, kinds)| is_word("Type") && kinds.iter().any(is_kind));
    Some(known.map_or(Section::Unknown, |&(section, _)| section))
}

/// What stands behind the colon of a line that begins a section.
fn kind_of(line: &str) -> &str {
    line.split_once(':').map_or("", |(_, kind)| kind.trim())
}

/// How the file writes its numbers and dates.
#[derive(Clone, Copy, Debug)]
struct Notation {
    decimal: Option<char>,
    order: Option<DateOrder>,
}

impl Notation {
    fn of(text: &str) -> Self {
        let (mut decimals, mut dates) = (Decimals::default(), Dates::default());
        let (mut section, mut has_date) = (Section::Before, false);
        for line in Lines::new(text) {
            let next = section_of(line.text.trim());
            if next == Some(Section::Switch) {
                dates.tell(kind_of(line.text));
                continue;
            }
            if let Some(next) = next {
                section = next;
                has_date = false;
                dates.restart();
            }
            if section != Section::Money {
                continue;
            }
            match (line.text.bytes().next(), line.text.get(1..)) {
                (Some(b'^'), _) => has_date = false,
                (Some(b'D'), Some(date)) if !has_date => {
                    has_date = true;
                    dates.note(date.trim());
                }
                (Some(b'T' | b'U' | b'$'), Some(amount)) => decimals.note(amount.trim()),
                _ => {}
            }
        }
        Self { decimal: decimals.separator(), order: dates.order() }
    }
}

/// The account that a block names.
#[derive(Clone, Debug)]
struct Account {
    name: String,
    /// Its type as written, such as `Bank`.
    kind: String,
    /// Whether the block names others, too: it is a list, and no section's account.
    is_of_list: bool,
}

/// What was read of a block that names an account.
#[derive(Clone, Copy, Default)]
struct Block<'t> {
    /// Row of its first line; 0 while it has none.
    row: u64,
    has_name: bool,
    /// Its type; an amount, if it is an entry in the wrong place.
    kind: &'t str,
}

struct Reader<'t, 'r> {
    text: &'t str,
    notation: Notation,
    found: &'r mut Found,
    report: &'r mut Report,
    section: Section,
    account: Option<Account>,
    block: Block<'t>,
    statement: Option<Statement>,
    record: Record<'t>,
    /// Whether something was reported in place of a statement.
    is_reported: bool,
}

impl<'t> Reader<'t, '_> {
    fn line(&mut self, line: Line<'t>) {
        let text = line.text.trim();
        if text.is_empty() {
            return;
        }
        if let Some(section) = section_of(text) {
            return self.begin_section(section, line);
        }
        match self.section {
            Section::Before if text == "^" => {}
            Section::Before => self.unexpected(line.row, text),
            Section::Accounts => self.account_line(line),
            Section::Money if text.starts_with('^') => self.end_record(),
            Section::Money => {
                if self.record.is_ended_by(text) {
                    let fault = Fault::new(ProblemCode::RecordUnexpected, text).expected("^");
                    self.report.row_problem(line.row, fault);
                    self.end_record();
                }
                self.record.take(line, self.report);
            }
            Section::Investments | Section::Idle | Section::Switch | Section::Unknown => {}
        }
    }

    fn unexpected(&mut self, row: u64, found: &str) {
        self.report.row_problem(row, Fault::new(ProblemCode::RecordUnexpected, found));
    }

    fn begin_section(&mut self, section: Section, line: Line<'t>) {
        if section == Section::Switch {
            return;
        }
        self.end_block();
        if !self.record.is_empty() {
            let fault = Fault::new(ProblemCode::RecordUnexpected, line.text).expected("^");
            self.report.row_problem(line.row, fault);
            self.end_record();
        }
        self.end_statement();
        self.section = section;
        match section {
            Section::Money => {
                self.check_kind(line);
                self.statement = Some(Statement { row: line.row, ..Statement::default() });
            }
            Section::Accounts => self.account = None,
            Section::Investments | Section::Unknown => {
                self.unexpected(line.row, line.text);
                self.is_reported = true;
            }
            Section::Before | Section::Idle | Section::Switch => {}
        }
    }

    /// Whether a block says that its account is of another type than the section.
    fn check_kind(&mut self, line: Line<'t>) {
        let Some(account) = self.account.as_ref().filter(|account| !account.is_of_list) else {
            return;
        };
        let section = section_of(&format!("!Type:{}", account.kind));
        let (kind, is_known) = (kind_of(line.text), section == Some(Section::Money));
        if is_known && !account.kind.eq_ignore_ascii_case(kind) {
            let fault = Fault::new(ProblemCode::AccountKeyContradicts, kind);
            let fault = fault.expected(account.kind.as_str());
            self.report.cell_problem(line.row, "!Account", fault);
        }
    }

    fn account_line(&mut self, line: Line<'t>) {
        let text = line.text.trim();
        if text.starts_with('^') {
            return self.end_block();
        }
        if self.block.row == 0 {
            self.block.row = line.row;
        }
        if let Some(kind) = text.strip_prefix('T') {
            self.block.kind = kind.trim();
        }
        let Some(name) = text.strip_prefix('N').map(str::trim) else { return };
        self.block.has_name = true;
        if name.len() > NAME_LENGTH_MAX {
            let fault = Fault::new(ProblemCode::RecordLengthWrong, name);
            let fault = fault.expected(NAME_LENGTH_MAX.to_string());
            self.report.cell_problem(line.row, "!Account", fault);
            return;
        }
        let is_of_list = self.account.is_some();
        self.account = Some(Account { name: name.to_owned(), kind: String::new(), is_of_list });
    }

    /// Ends a block of an account. One that has an amount for its type is an entry whose section does
    /// not begin.
    fn end_block(&mut self) {
        let Block { row, has_name, kind } = std::mem::take(&mut self.block);
        let is_of_amount = |byte: u8| byte.is_ascii_digit() || b".,-+ ".contains(&byte);
        if !kind.is_empty() && kind.bytes().all(is_of_amount) {
            let fault = Fault::new(ProblemCode::AmountUnreadable, kind).expected("!Type:Bank");
            self.report.cell_problem(row, "T", fault);
        } else if let Some(account) = self.account.as_mut().filter(|_| has_name) {
            kind.clone_into(&mut account.kind);
        } else if row > 0 && !has_name {
            self.unexpected(row, "!Account");
        }
    }

    /// The name of the account whose section this is, where a block gives it.
    fn account_name(&self) -> Option<&str> {
        let account = self.account.as_ref().filter(|account| !account.is_of_list)?;
        Some(account.name.as_str()).filter(|name| !name.is_empty())
    }

    fn end_record(&mut self) {
        if self.record.is_empty() {
            return;
        }
        let record = std::mem::take(&mut self.record);
        let own = record.opening_of();
        let named = self.account_name().map(str::to_owned);
        let named = named.as_deref();
        let is_first = self.statement.as_ref().is_some_and(|statement| statement.opening.is_none());
        let is_opening = own.is_some_and(|own| is_first && named.is_none_or(|name| name == own));
        if own.is_some() && !is_first && own == named {
            self.unexpected(record.row(), "Opening Balance");
        }
        let entry = record.entry(self.text, self.notation, self.report);
        let Some(statement) = &mut self.statement else { return };
        match (own.filter(|_| is_opening), entry.amount) {
            (Some(name), Some(amount)) => {
                let day = entry.booked_at.map(|moment| moment.day);
                statement.opening = Some(Balance { amount, day, row: entry.row });
                name.clone_into(&mut statement.account.number);
            }
            _ => statement.entries.push(entry),
        }
    }

    fn end_statement(&mut self) {
        let Some(mut statement) = self.statement.take() else { return };
        if statement.entries.is_empty() && statement.opening.is_none() {
            return;
        }
        if let Some(name) = self.account_name() {
            name.clone_into(&mut statement.account.number);
        }
        // The next section is of another account, whose name it may lack.
        self.account = None;
        if statement.account.number.is_empty() {
            let fault = Fault::new(ProblemCode::AccountMissing, "");
            self.report.cell_problem(statement.row, "!Account", fault);
        }
        let fault = Fault::new(ProblemCode::CurrencyMissing, "").expected("EUR");
        self.report.cell_problem(statement.row, "currency", fault);
        self.found.statements.push(statement);
    }

    /// Ends the file, which may break off in a record.
    fn finish(&mut self, row: u64) {
        if !self.record.is_empty() {
            let line = self.text.lines().next_back().unwrap_or_default();
            let fault = Fault::new(ProblemCode::FileTruncated, line).expected("^");
            self.report.row_problem(row, fault);
            self.end_record();
        }
        self.end_block();
        self.end_statement();
        if self.found.statements.is_empty() && !self.is_reported {
            self.report.file_problem(Fault::new(ProblemCode::FileEmpty, ""));
        }
    }
}
