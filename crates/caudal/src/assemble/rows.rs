//! Rows of the ledger: transfers, fees, openings, and what happens where statements stop.

use std::collections::BTreeMap;

use caudal_model::problem::readable;
use caudal_model::{Moment, Money, Opening, Problem, ProblemCode, SourceRef, Thing, Transfer};
use caudal_reconcile::identify::{Found, KeyBook};
use caudal_reconcile::matching::{Pair, Reason};
use caudal_reconcile::series::Run;

use super::accounts::other_key;
use super::{Assembled, AssembledAccount, DarkPlace, EntryAt, order};
use crate::folder::ReadCase;

/// To whom a bank's fees go.
const FEES: &str = "@fees";

/// Whom an account owed before its first statement.
const BEFORE: &str = "@brought-forward";

/// The other side of an entry that names nobody.
const UNNAMED: &str = "@unnamed";

/// What a row of the ledger is made of.
#[derive(Clone, Copy, Debug)]
enum Node {
    /// A debit, a credit, or both sides of one transfer, as positions of entries.
    Entry { debit: Option<usize>, credit: Option<usize> },
    /// The days before a run of an account, and what they did to its balance.
    Gap { account: usize, run: usize },
}

/// Writes the rows of all statements, then those of files that name both sides.
pub(super) fn write(case: &ReadCase, assembled: &mut Assembled) {
    for file in &case.files {
        assembled.table.files.push(file.evidence.file.clone());
        assembled.problems.extend(file.problems.iter().cloned());
    }
    let (nodes, chains) = nodes(assembled);
    let days: Vec<i32> = nodes.iter().map(|node| day(assembled, node)).collect();
    let (order, _) = order::merged(&chains, &days);
    let accounts = std::mem::take(&mut assembled.accounts);
    let entries = std::mem::take(&mut assembled.entries);
    let pairs = assembled.matching.pairs.iter().map(|pair| (pair.debit, pair.clone())).collect();
    let keys = KeyBook::new(accounts.iter().map(|account| account.identifier.clone()));
    let (accounts_at, entries_at) = (&accounts, &entries);
    let mut writer = Writer {
        case,
        accounts: accounts_at,
        entries: entries_at,
        pairs,
        keys,
        assembled: &mut *assembled,
        sequence: 0,
    };
    writer.openings();
    for node in order {
        writer.node(nodes[node]);
    }
    writer.transfers_of_files();
    assembled.without_statement = assembled.dark.keys().cloned().collect();
    assembled.accounts = accounts;
    assembled.entries = entries;
}

/// Every row, and for each account the positions of its rows in order.
fn nodes(assembled: &Assembled) -> (Vec<Node>, Vec<Vec<usize>>) {
    let mut other: BTreeMap<usize, usize> = BTreeMap::new();
    for pair in &assembled.matching.pairs {
        other.insert(pair.debit, pair.credit);
        other.insert(pair.credit, pair.debit);
    }
    let (mut nodes, mut chains) = (Vec::new(), Vec::new());
    let mut at_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (account, found) in assembled.accounts.iter().enumerate() {
        let mut chain = Vec::new();
        let runs = entries_of_runs(assembled, found);
        for (run, entries) in runs.into_iter().enumerate() {
            chain.push(nodes.len());
            nodes.push(Node::Gap { account, run });
            for entry in entries {
                let known = other.get(&entry).and_then(|twin| at_of.get(twin)).copied();
                let at = known.unwrap_or(nodes.len());
                if known.is_none() {
                    let twin = other.get(&entry).copied();
                    let is_debit = assembled.entries[entry].minor < 0;
                    let (debit, credit) =
                        if is_debit { (Some(entry), twin) } else { (twin, Some(entry)) };
                    nodes.push(Node::Entry { debit, credit });
                }
                at_of.insert(entry, at);
                chain.push(at);
            }
        }
        chains.push(chain);
    }
    (nodes, chains)
}

/// Positions of the entries of each run of an account.
fn entries_of_runs(assembled: &Assembled, account: &AssembledAccount) -> Vec<Vec<usize>> {
    let mut by_place: BTreeMap<(usize, usize, usize), usize> = BTreeMap::new();
    for at in account.entries.clone() {
        let entry = &assembled.entries[at];
        by_place.insert((entry.file, entry.statement, entry.entry), at);
    }
    let entries = |run: &Run| {
        let refs = account.series.entries[run.entries.clone()].iter();
        refs.filter_map(|found| {
            let (file, statement) = account.statements[found.statement];
            by_place.get(&(file, statement, found.entry)).copied()
        })
        .collect()
    };
    account.series.runs.iter().map(entries).collect()
}

/// The day of a row: that of its debit, where it has one.
fn day(assembled: &Assembled, node: &Node) -> i32 {
    match *node {
        Node::Entry { debit, credit } => {
            debit.or(credit).map_or(0, |entry| assembled.entries[entry].day)
        }
        Node::Gap { account, run } => {
            let runs = &assembled.accounts[account].series.runs;
            runs[run].first_day.unwrap_or(i32::MIN / 2)
        }
    }
}

struct Writer<'a> {
    case: &'a ReadCase,
    accounts: &'a [AssembledAccount],
    entries: &'a [EntryAt],
    /// By their debits.
    pairs: BTreeMap<usize, Pair>,
    /// Accounts by their identifiers.
    keys: KeyBook,
    assembled: &'a mut Assembled,
    sequence: u64,
}

/// A row before it has its place in the order.
struct NewRow<'r> {
    id: String,
    day: i32,
    payer: &'r str,
    payee: &'r str,
    money: Money,
    received: Option<Money>,
    source: SourceRef,
}

impl Writer<'_> {
    /// Balances before the first statement of each account.
    fn openings(&mut self) {
        for account in self.accounts {
            let Some(run) = account.series.runs.first() else { continue };
            let opening = run.opening.and_then(|o| o.minor(account.currency.exponent()));
            let Some(minor) = opening.and_then(|minor| u128::try_from(minor).ok()) else {
                continue;
            };
            if minor > 0 {
                let source = self.opening_source(account, run);
                let file = self.assembled.table.files[source.file_idx as usize].clone();
                let money = Money { minor, currency: account.currency };
                let opening = Opening {
                    account: account.key.clone(),
                    money,
                    label: None,
                    row: source.row,
                    file,
                };
                self.assembled.openings.push(opening);
            }
        }
        let listed = self.case.files.iter().flat_map(|file| file.evidence.openings.iter().cloned());
        self.assembled.openings.extend(listed);
    }

    fn node(&mut self, node: Node) {
        match node {
            Node::Gap { account, run } => self.gap(account, run),
            Node::Entry { debit: Some(debit), credit: Some(credit) } => self.pair(debit, credit),
            Node::Entry { debit, credit } => {
                if let Some(entry) = debit.or(credit) {
                    self.alone(entry);
                }
            }
        }
    }

    /// Both sides of one transfer.
    fn pair(&mut self, debit: usize, credit: usize) {
        let Some(pair) = self.pairs.get(&debit) else { return };
        let (fee_minor, is_guess) = (pair.fee_minor, pair.reasons.contains(Reason::AmountLessFee));
        let paid = self.money(debit);
        let got = self.money(credit);
        let payer = self.accounts[self.entries[debit].account].key.as_str();
        let payee = self.accounts[self.entries[credit].account].key.as_str();
        let fee = fee_of(fee_minor, paid, got);
        if is_guess {
            let problem = self.problem_at(debit, ProblemCode::FeeUnstated, &got.to_decimal());
            let expected = Some(paid.to_decimal());
            self.assembled.problems.push(Problem { expected, ..problem });
        }
        if fee > 0 {
            let money = Money { minor: fee, currency: paid.currency };
            self.row(&NewRow {
                id: format!("{}:fee", self.entries[debit].id),
                day: self.entries[debit].day,
                payer,
                payee: FEES,
                money,
                received: None,
                source: self.source(debit),
            });
        }
        self.row(&NewRow {
            id: self.entries[debit].id.clone(),
            day: self.entries[debit].day,
            payer,
            payee,
            money: Money { minor: paid.minor - fee, currency: paid.currency },
            received: (got.currency != paid.currency).then_some(got),
            source: self.source(debit),
        });
    }

    /// An entry whose other side no statement of the case shows.
    fn alone(&mut self, entry: usize) {
        let own = self.accounts[self.entries[entry].account].key.as_str();
        let other = self.other_side(entry);
        let is_debit = self.entries[entry].minor < 0;
        let (payer, payee) = if is_debit { (own, other.as_str()) } else { (other.as_str(), own) };
        let money = self.money(entry);
        if money.minor == 0 {
            return;
        }
        self.row(&NewRow {
            id: self.entries[entry].id.clone(),
            day: self.entries[entry].day,
            payer,
            payee,
            money,
            received: None,
            source: self.source(entry),
        });
    }

    /// The place on the other side: an account without a statement, or an outside party.
    fn other_side(&mut self, at: usize) -> String {
        let case = self.case;
        let entry = self.entries[at].of(case);
        let day = self.entries[at].day;
        let other = &entry.counterparty;
        let Some(key) = other_key(entry) else {
            let name = other.holder.as_deref().unwrap_or("").trim();
            return if name.is_empty() { UNNAMED.to_owned() } else { format!("@{name}") };
        };
        let known = match self.keys.find(&key) {
            Found::One(at) => Some(&self.accounts[at]),
            _ => None,
        };
        let key = known.map_or_else(|| key.to_string(), |account| account.key.clone());
        let (name, place) = if let Some(account) = known {
            dark_stretch(account, day).unwrap_or_else(|| {
                let place = DarkPlace { account: key.clone(), ..DarkPlace::default() };
                (format!("{key}?"), place)
            })
        } else {
            let (bank, holder) = (other.bank.clone(), other.holder.clone());
            let place = DarkPlace { account: key.clone(), bank, holder, ..DarkPlace::default() };
            (key.clone(), place)
        };
        let is_shown = known.is_some() && place.first_day.is_none() && place.last_day.is_none();
        if is_shown && name.ends_with('?') {
            let problem = self.problem_at(at, ProblemCode::OtherSideMissing, &key);
            self.assembled.problems.push(problem);
        }
        self.darken(&name, place);
        name
    }

    fn darken(&mut self, name: &str, place: DarkPlace) {
        let known = self.assembled.dark.entry(name.to_owned()).or_insert_with(|| place.clone());
        known.holder = known.holder.take().or(place.holder);
        known.bank = known.bank.take().or(place.bank);
    }

    /// Before a run: what the account owed at the beginning; or, between two runs, its balance goes
    /// where no statement is held, and what the next statement begins with comes from there.
    fn gap(&mut self, at: usize, run: usize) {
        let accounts = self.accounts;
        let account = &accounts[at];
        let exponent = account.currency.exponent();
        let runs = &account.series.runs;
        let opening = runs[run].opening.and_then(|opening| opening.minor(exponent));
        let day = runs[run].first_day.unwrap_or(0);
        let source = self.opening_source(account, &runs[run]);
        let id = |what: &str| format!("{}:{what}:{}", &account.key, run + 1);
        let Some(before) = run.checked_sub(1).map(|before| &runs[before]) else {
            if let Some(owed) = opening.filter(|&minor| minor < 0) {
                let end = (account.key.as_str(), BEFORE);
                self.gap_row((id("opening"), day), end, (owed.unsigned_abs(), account), source);
            }
            return;
        };
        let closing = before.closing.and_then(|closing| closing.minor(exponent)).unwrap_or(0);
        let opening = opening.unwrap_or(0);
        let (name, place) = between(account, before, &runs[run]);
        self.darken(&name, place);
        let out = (account.key.as_str(), name.as_str());
        if closing > 0 {
            let amount = (closing.unsigned_abs(), account);
            self.gap_row((id("gap-out"), day), out, amount, self.closing_source(account, before));
        }
        let change = opening - closing.min(0);
        let amount = (change.unsigned_abs(), account);
        if change > 0 {
            self.gap_row((id("gap-in"), day), (out.1, out.0), amount, source);
        } else if change < 0 {
            self.gap_row((id("gap-owed"), day), out, amount, source);
        }
    }

    fn gap_row(
        &mut self,
        (id, day): (String, i32),
        (payer, payee): (&str, &str),
        (minor, account): (u128, &AssembledAccount),
        source: SourceRef,
    ) {
        let money = Money { minor, currency: account.currency };
        self.row(&NewRow { id, day, payer, payee, money, received: None, source });
    }

    /// Rows of files that name both sides, after those of statements.
    fn transfers_of_files(&mut self) {
        for (file, read) in (0u32..).zip(&self.case.files) {
            let prefix = read.record.sha256[..8].to_owned();
            for transfer in read.evidence.transfers.iter() {
                let source = SourceRef { file_idx: file, ..transfer.source };
                let row = Transfer { source, ..transfer };
                if self.assembled.table.push(&row).is_err() {
                    // Another file has the id already.
                    let id = format!("{prefix}:{}", transfer.id);
                    let pushed = self.assembled.table.push(&Transfer { id: &id, ..row });
                    debug_assert!(pushed.is_ok(), "digests tell files apart");
                }
            }
            let missing = read.evidence.accounts.iter().filter(|account| !account.is_held());
            let missing: Vec<String> = missing.map(|account| account.account.clone()).collect();
            for name in missing {
                self.darken(&name, DarkPlace { account: name.clone(), ..DarkPlace::default() });
            }
        }
    }

    fn row(&mut self, row: &NewRow<'_>) {
        self.sequence += 1;
        let transfer = Transfer {
            id: &row.id,
            moment: Moment { day: row.day, nanos: None },
            payer: row.payer,
            payee: row.payee,
            thing: Thing::Money(row.money),
            received: row.received,
            label: None,
            sequence: Some(self.sequence),
            reverses: None,
            source: row.source,
        };
        let pushed = self.assembled.table.push(&transfer);
        debug_assert_eq!(pushed, Ok(()), "ids are numbered");
    }

    fn money(&self, entry: usize) -> Money {
        let entry = &self.entries[entry];
        let currency = self.accounts[entry.account].currency;
        Money { minor: entry.minor.unsigned_abs(), currency }
    }

    fn source(&self, at: usize) -> SourceRef {
        let found = &self.entries[at];
        let entry = found.of(self.case);
        let file_idx = u32::try_from(found.file).unwrap_or(u32::MAX);
        SourceRef { file_idx, part: entry.part, row: entry.row }
    }

    /// Where the balance before a run stands, or else its first entry.
    fn opening_source(&self, account: &AssembledAccount, run: &Run) -> SourceRef {
        self.balance_source(account, run.entries.start, |statement| statement.opening.as_ref())
    }

    fn closing_source(&self, account: &AssembledAccount, run: &Run) -> SourceRef {
        let last = run.entries.end.saturating_sub(1);
        self.balance_source(account, last, |statement| statement.closing.as_ref())
    }

    fn balance_source(
        &self,
        account: &AssembledAccount,
        entry: usize,
        balance: fn(&caudal_model::Statement) -> Option<&caudal_model::Balance>,
    ) -> SourceRef {
        let at = account.series.entries.get(entry).map_or(0, |found| found.statement);
        let (file, at) = account.statements[at];
        let statement = &self.case.files[file].evidence.statements[at];
        let row = balance(statement).map_or(statement.row, |balance| balance.row);
        let file_idx = u32::try_from(file).unwrap_or(u32::MAX);
        SourceRef { file_idx, part: statement.part, row }
    }

    fn problem_at(&self, at: usize, code: ProblemCode, found: &str) -> Problem {
        let entry = &self.entries[at];
        let record = &self.case.files[entry.file].record;
        let row = entry.of(self.case);
        Problem {
            code,
            file: record.name.clone(),
            sha256: record.sha256.clone(),
            part: row.part,
            row: Some(row.row),
            column: None,
            found: readable(found),
            expected: None,
        }
    }
}

/// What the bank kept of a transfer in one currency.
fn fee_of(fee_minor: i128, paid: Money, got: Money) -> u128 {
    let is_one_currency = paid.currency == got.currency;
    let fee = u128::try_from(fee_minor).unwrap_or(0);
    if is_one_currency { paid.minor.saturating_sub(got.minor).max(fee.min(paid.minor)) } else { 0 }
}

/// The stretch without a statement of an account in which a day lies; `None` where one covers it.
fn dark_stretch(account: &AssembledAccount, day: i32) -> Option<(String, DarkPlace)> {
    let runs = &account.series.runs;
    let next = runs.iter().position(|run| run.last_day.is_none_or(|last| day <= last));
    match next {
        Some(0) => {
            let first = runs[0].first_day?;
            (day < first).then(|| stretch(account, None, Some(first - 1)))
        }
        Some(next) => {
            let is_before = runs[next].first_day.is_some_and(|first| day < first);
            is_before.then(|| between(account, &runs[next - 1], &runs[next]))
        }
        None => {
            let last = runs.last()?.last_day?;
            Some(stretch(account, Some(last + 1), None))
        }
    }
}

fn between(account: &AssembledAccount, before: &Run, after: &Run) -> (String, DarkPlace) {
    stretch(account, before.last_day.map(|day| day + 1), after.first_day.map(|day| day - 1))
}

fn stretch(
    account: &AssembledAccount,
    first_day: Option<i32>,
    last_day: Option<i32>,
) -> (String, DarkPlace) {
    let day =
        |day: Option<i32>| day.map_or(String::new(), |day| Moment { day, nanos: None }.to_string());
    let name = format!("{} [{}..{}]", account.key, day(first_day), day(last_day));
    let (bank, holder) = (account.bank.clone(), account.holder.clone());
    (name, DarkPlace { account: account.key.clone(), bank, holder, first_day, last_day })
}
