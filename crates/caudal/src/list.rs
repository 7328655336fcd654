//! What a case holds, as lists: files, statements, accounts, transfers, matches, problems, the log.

use caudal_explain::{Language, Terms};
use caudal_model::{Moment, Thing, format_minor};
use caudal_reconcile::proof::StatementState;
use caudal_wire::ListDocument;

use crate::assemble::{Assembled, AssembledAccount, EntryAt};
use crate::folder::{DecisionRecord, EvidenceRecord, LogRecord, ReadCase, Verdict};

/// Files of a case.
pub fn evidence(records: &[EvidenceRecord]) -> ListDocument {
    let columns = vec!["sha256", "name", "bytes", "format", "account", "currency", "added_at"];
    let row = |record: &EvidenceRecord| {
        vec![
            record.sha256.clone(),
            record.name.clone(),
            record.byte_count.to_string(),
            record.format.clone(),
            record.account.clone().unwrap_or_default(),
            record.currency.clone().unwrap_or_default(),
            record.added_at.clone(),
        ]
    };
    ListDocument { what: "evidence", columns, rows: records.iter().map(row).collect() }
}

/// What was done with a case.
pub fn log(records: &[LogRecord]) -> ListDocument {
    let row =
        |record: &LogRecord| vec![record.at.clone(), record.act.clone(), record.about.clone()];
    ListDocument {
        what: "log",
        columns: vec!["at", "act", "about"],
        rows: records.iter().map(row).collect(),
    }
}

/// Statements, with what their arithmetic proves.
pub fn statements(case: &ReadCase, assembled: &Assembled) -> ListDocument {
    let columns = vec![
        "account", "currency", "from", "to", "opening", "closing", "entries", "state", "file",
        "part", "row",
    ];
    let rows = assembled.accounts.iter().flat_map(|account| {
        let numbered = account.statements.iter().zip(&account.proofs);
        numbered.map(|(&at, proved)| statement_row(case, account, at, proved))
    });
    ListDocument { what: "statements", columns, rows: rows.collect() }
}

fn statement_row(
    case: &ReadCase,
    account: &AssembledAccount,
    (file, at): (usize, usize),
    proved: &caudal_reconcile::proof::Proved,
) -> Vec<String> {
    let read = &case.files[file];
    let statement = &read.evidence.statements[at];
    let days = statement.entries.iter().filter_map(|entry| entry.booked_at);
    let (first, last) = (days.clone().min().map(|m| m.day), days.max().map(|m| m.day));
    let (from, to) = match statement.period {
        Some((from, to)) => (Some(from), Some(to)),
        None => (first, last),
    };
    let balance = |balance: Option<caudal_model::Decimal>| {
        balance.map_or(String::new(), |balance| balance.to_string())
    };
    vec![
        account.key.clone(),
        account.currency.code().to_owned(),
        day(from),
        day(to),
        balance(proved.opening),
        balance(proved.closing),
        statement.entries.len().to_string(),
        state_id(proved.state).to_owned(),
        read.record.name.clone(),
        if statement.part > 0 { statement.part.to_string() } else { String::new() },
        statement.row.to_string(),
    ]
}

/// The id of what a statement's arithmetic proves.
pub(crate) fn state_id(state: StatementState) -> &'static str {
    match state {
        StatementState::Proved => "proved",
        StatementState::Broken { .. } => "broken",
        StatementState::Unproved => "unproved",
    }
}

fn day(day: Option<i32>) -> String {
    day.map_or(String::new(), |day| Moment { day, nanos: None }.to_string())
}

/// Accounts with statements, then places where a trace ends for want of one.
pub fn accounts(assembled: &Assembled) -> ListDocument {
    let columns = vec![
        "account",
        "currency",
        "holder",
        "bank",
        "statements",
        "entries",
        "from",
        "to",
        "held",
    ];
    let mut rows: Vec<Vec<String>> = Vec::new();
    for account in &assembled.accounts {
        let runs = &account.series.runs;
        rows.push(vec![
            account.key.clone(),
            account.currency.code().to_owned(),
            account.holder.clone().unwrap_or_default(),
            account.bank.clone().unwrap_or_default(),
            account.statements.len().to_string(),
            account.entries.len().to_string(),
            day(runs.first().and_then(|run| run.first_day)),
            day(runs.last().and_then(|run| run.last_day)),
            "held".to_owned(),
        ]);
    }
    for place in assembled.dark.values() {
        rows.push(vec![
            place.account.clone(),
            String::new(),
            place.holder.clone().unwrap_or_default(),
            place.bank.clone().unwrap_or_default(),
            String::new(),
            String::new(),
            day(place.first_day),
            day(place.last_day),
            "missing".to_owned(),
        ]);
    }
    ListDocument { what: "accounts", columns, rows }
}

/// The rows of the ledger.
pub fn transfers(assembled: &Assembled) -> ListDocument {
    let columns = vec![
        "id",
        "date",
        "payer",
        "payee",
        "amount",
        "currency",
        "received_amount",
        "received_currency",
        "label",
        "file",
        "sha256",
        "part",
        "row",
    ];
    let row = |transfer: caudal_model::Transfer<'_>| {
        let (amount, currency) = match transfer.thing {
            Thing::Money(money) => (money.to_decimal(), money.currency.code().to_owned()),
            _ => (String::new(), String::new()),
        };
        let received = transfer.received;
        let file = &assembled.table.files[transfer.source.file_idx as usize];
        let part = transfer.source.part;
        vec![
            transfer.id.to_owned(),
            transfer.moment.to_string(),
            transfer.payer.to_owned(),
            transfer.payee.to_owned(),
            amount,
            currency,
            received.map_or(String::new(), caudal_model::Money::to_decimal),
            received.map_or(String::new(), |money| money.currency.code().to_owned()),
            transfer.label.unwrap_or("").to_owned(),
            file.name.clone(),
            file.sha256.clone(),
            if part > 0 { part.to_string() } else { String::new() },
            transfer.source.row.to_string(),
        ]
    };
    ListDocument { what: "transfers", columns, rows: assembled.table.iter().map(row).collect() }
}

/// Problems of the evidence, those that block first.
pub fn problems(assembled: &Assembled, language: Language) -> ListDocument {
    let terms = Terms::new(language);
    let columns = vec!["severity", "code", "file", "part", "row", "text", "hint", "sha256"];
    let mut problems: Vec<_> = assembled.problems.iter().collect();
    problems.sort_by_key(|problem| problem.severity());
    let row = |problem: &&caudal_model::Problem| {
        vec![
            terms.severity(problem.severity()),
            problem.code.as_str().to_owned(),
            problem.file.clone(),
            if problem.part > 0 { problem.part.to_string() } else { String::new() },
            problem.row.map_or(String::new(), |row| row.to_string()),
            terms.problem(problem),
            terms.problem_hint(problem),
            problem.sha256.clone(),
        ]
    };
    ListDocument { what: "problems", columns, rows: problems.iter().map(row).collect() }
}

/// Matches: what is open with its candidates and, if `all`, every match with its reasons.
pub fn matches(case: &ReadCase, assembled: &Assembled, all: bool) -> ListDocument {
    let columns = vec![
        "state",
        "debit",
        "debit_account",
        "debit_date",
        "paid",
        "credit",
        "credit_account",
        "credit_date",
        "received",
        "score",
        "reasons",
    ];
    let pair = |state: &str, debit: usize, credit: usize, (score, reasons): (i64, String)| {
        let [from, to] = [debit, credit].map(|at| side(case, assembled, &assembled.entries[at]));
        let mut row = vec![state.to_owned()];
        row.extend(from);
        row.extend(to);
        row.extend([score.to_string(), reasons]);
        row
    };
    let mut rows = Vec::new();
    for open in &assembled.matching.open {
        for found in &open.candidates {
            let is_debit = assembled.entries[open.side].minor < 0;
            let (debit, credit) =
                if is_debit { (open.side, found.side) } else { (found.side, open.side) };
            let worth = (i64::from(found.score), reasons_of(found.reasons));
            rows.push(pair("open", debit, credit, worth));
        }
    }
    if all {
        for found in &assembled.matching.pairs {
            let mut reasons = reasons_of(found.reasons);
            if found.fee_minor > 0 {
                let currency = assembled.accounts[assembled.entries[found.debit].account].currency;
                let fee = found.fee_minor.unsigned_abs();
                reasons = format!("{reasons}, fee {}", format_minor(fee, currency.exponent()));
            }
            let score = (i64::from(found.score), reasons);
            rows.push(pair("matched", found.debit, found.credit, score));
        }
    }
    ListDocument { what: "matches", columns, rows }
}

fn reasons_of(reasons: caudal_reconcile::matching::ReasonSet) -> String {
    reasons.iter().map(|reason| kebab(&format!("{reason:?}"))).collect::<Vec<_>>().join(", ")
}

/// A name of the code as an id: `SameEndToEnd` as `same-end-to-end`.
fn kebab(name: &str) -> String {
    let mut id = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !id.is_empty() {
            id.push('-');
        }
        id.extend(character.to_lowercase());
    }
    id
}

/// Id, account, day and amount of an entry.
fn side(_: &ReadCase, assembled: &Assembled, entry: &EntryAt) -> [String; 4] {
    let account = &assembled.accounts[entry.account];
    let amount = format_minor(entry.minor.unsigned_abs(), account.currency.exponent());
    [
        entry.id.clone(),
        account.key.clone(),
        day(Some(entry.day)),
        format!("{amount} {}", account.currency),
    ]
}

/// Decisions about matches, also those that were withdrawn.
pub fn decisions(records: &[DecisionRecord]) -> ListDocument {
    let columns =
        vec!["number", "verdict", "debit", "credit", "name", "reason", "made_at", "withdrawn"];
    let row = |record: &DecisionRecord| {
        let withdrawn = record.withdrawn_by.as_ref().zip(record.withdrawn_at.as_ref());
        vec![
            record.id.to_string(),
            Verdict::as_str(record.verdict).to_owned(),
            record.debit.clone(),
            record.credit.clone(),
            record.name.clone(),
            record.reason.clone(),
            record.made_at.clone(),
            withdrawn.map_or(String::new(), |(by, at)| format!("{by}, {at}")),
        ]
    };
    ListDocument { what: "decisions", columns, rows: records.iter().map(row).collect() }
}
