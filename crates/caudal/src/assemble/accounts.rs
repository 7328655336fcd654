//! Accounts of the statements, each under one name, with their entries in proved order.

use std::collections::{BTreeMap, BTreeSet};

use caudal_model::problem::readable;
use caudal_model::{Currency, Entry, Problem, ProblemCode, Statement};
use caudal_reconcile::Finding;
use caudal_reconcile::identify::{self, AccountKey, Check, KeyKind, account_key};
use caudal_reconcile::proof::{Proved, prove};
use caudal_reconcile::series::{Series, join};

use super::Assembled;
use crate::folder::ReadCase;

/// An account with statements.
#[derive(Clone, Debug)]
pub struct AssembledAccount {
    /// The name under which the ledger has it.
    pub key: String,
    /// Its identifier.
    pub identifier: AccountKey,
    /// What it is counted in.
    pub currency: Currency,
    /// By whom it is held, as documents name it.
    pub holder: Option<String>,
    /// The bank, as documents name it.
    pub bank: Option<String>,
    /// Its statements: file and position in the file.
    pub statements: Vec<(usize, usize)>,
    /// What the arithmetic of each statement proves.
    pub proofs: Vec<Proved>,
    /// All of them together.
    pub series: Series,
    /// Positions of its entries among those of the case.
    pub entries: std::ops::Range<usize>,
}

/// A booked entry that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryAt {
    /// Position of its account.
    pub account: usize,
    /// Position of its file.
    pub file: usize,
    /// Position of its statement in the file.
    pub statement: usize,
    /// Position in the statement.
    pub entry: usize,
    /// What it adds to the balance, in minor units.
    pub minor: i128,
    /// The day on which it was booked.
    pub day: i32,
    /// Its id: digest of the file, part if there is one, row.
    pub id: String,
}

impl EntryAt {
    /// The entry itself.
    pub fn of<'c>(&self, case: &'c ReadCase) -> &'c Entry {
        &case.files[self.file].evidence.statements[self.statement].entries[self.entry]
    }
}

/// The key of the account of a statement, if it names one.
pub(super) fn key_of(statement: &Statement) -> Option<AccountKey> {
    let account = &statement.account;
    account_key(&account.number, account.bank.as_deref())
}

/// The key of the other side of an entry: that of its own field or, where it has none, that of the one
/// number in its text whose check digits prove it an account.
pub(super) fn other_key(entry: &Entry) -> Option<AccountKey> {
    let other = &entry.counterparty;
    let own = account_key(&other.number, other.bank.as_deref());
    if own.is_some() || !other.number.trim().is_empty() {
        return own;
    }
    let is_proved = |key: &AccountKey| {
        let is_kind = matches!(key.kind, KeyKind::Iban | KeyKind::Clabe | KeyKind::UsAccount);
        is_kind && key.check == Check::Passed
    };
    let has_length = |word: &&str| (14..=40).contains(&word.len());
    let words = entry.description.split_whitespace().filter(has_length);
    let mut found = words.filter_map(|word| account_key(word, None)).filter(is_proved);
    let first = found.next()?;
    // Two numbers are two readings.
    found.all(|other| other == first).then_some(first)
}

/// Groups statements by account and currency, and lines each account's up.
pub(super) fn line_up(case: &ReadCase, assembled: &mut Assembled) {
    let mut groups: BTreeMap<(AccountKey, &'static str), Vec<(usize, usize)>> = BTreeMap::new();
    for (file, read) in case.files.iter().enumerate() {
        add_identifiers(case, file, &mut assembled.problems);
        for (at, statement) in read.evidence.statements.iter().enumerate() {
            let key = key_of(statement);
            if key.is_none() && !statement.account.number.trim().is_empty() {
                assembled.problems.push(no_account(case, (file, at)));
            }
            // What names no account or no currency has a problem that says so.
            let (Some(key), Some(currency)) = (key, statement.currency) else {
                continue;
            };
            groups.entry((key, currency.code())).or_default().push((file, at));
        }
    }
    let mut ids: BTreeMap<String, u32> = BTreeMap::new();
    for ((key, code), statements) in groups {
        let Some(currency) = Currency::from_code(code) else { continue };
        let account = account(case, (key, currency), statements);
        add_findings(case, &account, &mut assembled.problems);
        add_entries(case, account, &mut ids, assembled);
    }
}

fn account(
    case: &ReadCase,
    (identifier, currency): (AccountKey, Currency),
    statements: Vec<(usize, usize)>,
) -> AssembledAccount {
    let found: Vec<&Statement> =
        statements.iter().map(|&(file, at)| &case.files[file].evidence.statements[at]).collect();
    let exponent = currency.exponent();
    let first = |text: fn(&Statement) -> Option<&String>| {
        found.iter().find_map(|statement| text(statement)).cloned()
    };
    let numbered: Vec<(usize, &Statement)> = found.iter().copied().enumerate().collect();
    AssembledAccount {
        key: identifier.to_string(),
        identifier,
        currency,
        holder: first(|statement| statement.account.holder.as_ref()),
        bank: first(|statement| statement.account.bank.as_ref()),
        proofs: found.iter().map(|statement| prove(statement, exponent)).collect(),
        series: join(&numbered, exponent),
        statements,
        entries: 0..0,
    }
}

fn add_entries(
    case: &ReadCase,
    mut account: AssembledAccount,
    ids: &mut BTreeMap<String, u32>,
    assembled: &mut Assembled,
) {
    let start = assembled.entries.len();
    for entry_ref in &account.series.entries {
        let (file, statement) = account.statements[entry_ref.statement];
        let read = &case.files[file];
        let entry = &read.evidence.statements[statement].entries[entry_ref.entry];
        let minor = entry.amount.and_then(|amount| amount.minor(account.currency.exponent()));
        let day = entry.booked_at.map(|moment| moment.day).or(entry.value_day);
        // What lacks one of them has a problem that blocks and says so.
        let (Some(minor), Some(day)) = (minor, day) else { continue };
        let mut id = format!("{}:{}", &read.record.sha256[..8], entry.row);
        if entry.part > 0 {
            id = format!("{}:{}:{}", &read.record.sha256[..8], entry.part, entry.row);
        }
        let count = ids.entry(id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            id = format!("{id}.{count}");
        }
        let account = assembled.accounts.len();
        let entry = entry_ref.entry;
        assembled.entries.push(EntryAt { account, file, statement, entry, minor, day, id });
    }
    account.entries = start..assembled.entries.len();
    assembled.accounts.push(account);
}

/// Findings of proof and of series as problems of their rows.
fn add_findings(case: &ReadCase, account: &AssembledAccount, problems: &mut Vec<Problem>) {
    for finding in &account.series.findings {
        let at = finding.statement;
        let problem = problem_of(case, account.statements[at], finding);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// A statement whose account is only a placeholder or a card number, which is no key: without this
/// its rows would be left out in silence.
fn no_account(case: &ReadCase, at: (usize, usize)) -> Problem {
    let number = &case.files[at.0].evidence.statements[at.1].account.number;
    let found = identify::card_last4(number)
        .map_or_else(|| readable(number), |last4| format!("****{last4}"));
    let code = ProblemCode::AccountMissing;
    problem_of(case, at, &Finding { code, statement: at.1, entry: None, found, expected: None })
}

/// What is wrong with identifiers of accounts in a file: each text once, where it first stands. That
/// the names of one account contradict each other is found by reading.
fn add_identifiers(case: &ReadCase, file: usize, problems: &mut Vec<Problem>) {
    let mut seen: BTreeSet<(ProblemCode, String)> = BTreeSet::new();
    for finding in identify::findings(&case.files[file].evidence.statements) {
        let is_read = finding.code == ProblemCode::AccountKeyContradicts;
        if !is_read && seen.insert((finding.code, finding.found.clone())) {
            problems.push(problem_of(case, (file, finding.statement), &finding));
        }
    }
}

fn problem_of(case: &ReadCase, (file, at): (usize, usize), finding: &Finding) -> Problem {
    let read = &case.files[file];
    let statement = &read.evidence.statements[at];
    let entry = finding.entry.and_then(|entry| statement.entries.get(entry));
    Problem {
        code: finding.code,
        file: read.record.name.clone(),
        sha256: read.record.sha256.clone(),
        part: entry.map_or(statement.part, |entry| entry.part),
        row: Some(entry.map_or(statement.row, |entry| entry.row)),
        column: None,
        found: finding.found.clone(),
        expected: finding.expected.clone(),
    }
}
