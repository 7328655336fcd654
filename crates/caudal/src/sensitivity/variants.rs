//! What could be otherwise: orders of one day, opening balances, open matches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use caudal_explain::{Message, Terms};
use caudal_ledger::{Ledger, LedgerView, SameDay};
use caudal_model::{Currency, EvidenceFile, Money, Opening, format_minor};
use caudal_trace::{Rule, Tracer, Watch};

use crate::assemble::{Assembled, assemble};
use crate::assume::same_day_id;
use crate::case::{Case, Reading};
use crate::error::Error;
use crate::folder::{CaseFolder, DecisionRecord, ReadCase, Verdict};
use crate::select::{Request, Resolver, Selector};

/// Openings and matches of which each kind is asked about at most so many.
pub(super) const VARIANTS_MAX: usize = 20;

/// What a case folder leaves open.
#[derive(Debug, Default)]
pub struct Evidence {
    read: ReadCase,
    decisions: Vec<DecisionRecord>,
    assembled: Assembled,
}

impl Evidence {
    /// Reads the statements of a case folder, whose matches a person may still decide; `None` where
    /// the path is no such folder.
    pub fn open(path: &Path, reading: Reading<'_>) -> Result<Option<Self>, Error> {
        if !CaseFolder::is_one(path) {
            return Ok(None);
        }
        let mut folder = CaseFolder::reader(path)?;
        let decisions = folder.decisions()?;
        let read = folder.read(reading)?;
        let assembled = assemble(&read, &decisions);
        Ok(Some(Self { read, decisions, assembled }))
    }

    /// Accounts whose first statement does not state what they began with.
    fn unstated(&self) -> BTreeSet<&str> {
        let is_unstated = |account: &&crate::assemble::AssembledAccount| {
            let first = account.series.entries.first().map_or(0, |entry| entry.statement);
            let &(file, at) = account.statements.get(first)?;
            Some(self.read.files[file].evidence.statements[at].opening.is_none())
        };
        let accounts = self.assembled.accounts.iter();
        let unstated = accounts.filter(|account| is_unstated(account).unwrap_or(true));
        unstated.map(|account| account.key.as_str()).collect()
    }
}

/// What kind of thing is otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Order,
    Opening,
    Match,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Order, Self::Opening, Self::Match];

    /// The label of a figure that such a thing changes.
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Order => "order-sensitive",
            Self::Opening => "opening-sensitive",
            Self::Match => "inferred",
        }
    }
}

/// One thing that could be otherwise.
pub(super) struct Variant {
    pub(super) kind: Kind,
    /// The same in every language.
    pub(super) id: String,
    pub(super) text: String,
    pub(super) change: Change,
}

/// What to ask instead.
pub(super) enum Change {
    Order(SameDay),
    /// An account begins with this, or with what the case has; as origin money or not.
    Opening {
        opening: Option<Opening>,
        account: String,
        is_tainted: bool,
    },
    Match {
        verdict: Verdict,
        debit: String,
        credit: String,
    },
}

/// What could be otherwise in an answer, and how many such things were left out.
pub(super) fn variants(
    (case, evidence): (&Case, Option<&Evidence>),
    ledger: &Ledger,
    request: &Request,
    watch: Watch<'_>,
) -> Result<(Vec<Variant>, usize), Error> {
    let terms = Terms::new(request.language);
    let mut found = Vec::new();
    if ledger.tied_transfers() > 0 {
        let policies = [SameDay::AsListed, SameDay::CreditsFirst, SameDay::DebitsFirst];
        let others = policies.into_iter().filter(|&policy| policy != request.same_day);
        found.extend(others.map(|policy| order(policy, &terms)));
    }
    let touched = Touched::of(case, ledger, request, watch)?;
    let (openings, openings_left) = openings((case, evidence), ledger, &touched, &terms);
    found.extend(openings);
    let (matches, matches_left) =
        evidence.map_or_else(Default::default, |evidence| matches(evidence, &touched, &terms));
    found.extend(matches);
    Ok((found, openings_left + matches_left))
}

fn order(policy: SameDay, terms: &Terms) -> Variant {
    let id = same_day_id(policy);
    Variant {
        kind: Kind::Order,
        id: format!("same-day:{id}"),
        text: terms.say(&Message::new("variant-same-day").with("policy", id)),
        change: Change::Order(policy),
    }
}

/// What money of the origins can touch; everything, where a question goes backward.
struct Touched {
    /// By account and currency, and by id of the transfer; `None` stands for all.
    accounts: Option<BTreeSet<(String, Currency)>>,
    transfers: Option<BTreeSet<String>>,
}

impl Touched {
    fn of(
        case: &Case,
        ledger: &Ledger,
        request: &Request,
        watch: Watch<'_>,
    ) -> Result<Self, Error> {
        if request.from.is_empty() {
            return Ok(Self { accounts: None, transfers: None });
        }
        let question = Resolver { case, ledger }.question(&request.from)?;
        let trace = Tracer::new(ledger).forward(&question, Rule::Poison, watch)?;
        let trace = trace.expect("poison traces");
        let (mut accounts, mut transfers) = (BTreeSet::new(), BTreeSet::new());
        for traced in &trace.lines {
            let line = ledger.line(traced.line);
            for place in [line.payer, line.payee] {
                if ledger.is_account(place) {
                    let name = ledger.name(&case.table, place).to_owned();
                    accounts.insert((name, ledger.place(place).currency));
                }
            }
            if line.kind == caudal_ledger::LineKind::Transfer {
                transfers.insert(case.table.get(line.source_idx).id.to_owned());
            }
        }
        Ok(Self { accounts: Some(accounts), transfers: Some(transfers) })
    }

    fn has_account(&self, account: &str, currency: Currency) -> bool {
        let key = (account.to_owned(), currency);
        self.accounts.as_ref().is_none_or(|accounts| accounts.contains(&key))
    }

    fn has_transfer(&self, id: &str) -> bool {
        self.transfers.as_ref().is_none_or(|transfers| transfers.contains(id))
    }
}

/// Openings that no statement states: the least that an account must have begun with, as other money
/// and as money of the origins; or that which its running balance shows, as money of the origins.
fn openings(
    (case, evidence): (&Case, Option<&Evidence>),
    ledger: &Ledger,
    touched: &Touched,
    terms: &Terms,
) -> (Vec<Variant>, usize) {
    let unstated = evidence.map(Evidence::unstated);
    let is_unstated = |account: &str| unstated.as_ref().is_none_or(|known| known.contains(account));
    let mut found: BTreeMap<(String, Currency), (u128, Option<Opening>)> = BTreeMap::new();
    for opening in &case.openings {
        let key = (opening.account.clone(), opening.money.currency);
        // A list of opening balances states them; what was worked out from balances does not.
        if evidence.is_some() && is_unstated(&opening.account) {
            found.insert(key, (opening.money.minor, None));
        }
    }
    for overdrawn in ledger.overdrawn() {
        let row = case.table.get(overdrawn.transfer_idx);
        let money = case.table.money(overdrawn.transfer_idx);
        let is_given = case
            .openings
            .iter()
            .any(|o| o.account == row.payer && o.money.currency == money.currency);
        if is_given || !is_unstated(row.payer) {
            continue;
        }
        let file = case.files.get(row.source.file_idx as usize).cloned();
        let opening = |minor| Opening {
            account: row.payer.to_owned(),
            money: Money { minor, currency: money.currency },
            label: Some(format!("unknown:opening:{}", row.payer)),
            row: row.source.row,
            file: file.clone().unwrap_or_else(no_file),
        };
        let key = (row.payer.to_owned(), money.currency);
        let entry = found.entry(key).or_insert_with(|| (0, Some(opening(0))));
        entry.0 = entry.0.max(overdrawn.owed);
        entry.1 = Some(opening(entry.0));
    }
    found.retain(|(account, currency), _| touched.has_account(account, *currency));
    let mut found: Vec<_> = found.into_iter().collect();
    let left_out = cut(&mut found, |(_, (minor, _))| *minor);
    let mut variants = Vec::new();
    for ((account, currency), (minor, opening)) in found {
        for is_tainted in [false, true] {
            let is_asked = !is_tainted && opening.is_none();
            if !is_asked {
                let amount = format!("{} {currency}", format_minor(minor, currency.exponent()));
                variants.push(opening_variant(
                    (&account, &amount),
                    opening.as_ref(),
                    is_tainted,
                    terms,
                ));
            }
        }
    }
    (variants, left_out)
}

fn no_file() -> EvidenceFile {
    EvidenceFile { name: String::new(), sha256: String::new() }
}

/// Keeps the largest, and says how many are not kept.
fn cut<T>(found: &mut Vec<T>, size: impl Fn(&T) -> u128) -> usize {
    found.sort_by_key(|one| std::cmp::Reverse(size(one)));
    let left_out = found.len().saturating_sub(VARIANTS_MAX);
    found.truncate(VARIANTS_MAX);
    left_out
}

fn opening_variant(
    (account, amount): (&str, &str),
    opening: Option<&Opening>,
    is_tainted: bool,
    terms: &Terms,
) -> Variant {
    let how = if is_tainted { "tainted" } else { "clean" };
    let message = Message::new(format!("variant-opening-{how}"));
    Variant {
        kind: Kind::Opening,
        id: format!("opening-{how}:{account}"),
        text: terms.say(&message.with("account", account).with("amount", amount)),
        change: Change::Opening {
            opening: opening.cloned(),
            account: account.to_owned(),
            is_tainted,
        },
    }
}

/// Open matches whose rows the origins can touch, each of its best candidate: taken and refused.
fn matches(evidence: &Evidence, touched: &Touched, terms: &Terms) -> (Vec<Variant>, usize) {
    let entries = &evidence.assembled.entries;
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for open in &evidence.assembled.matching.open {
        for candidate in &open.candidates {
            let is_debit = entries[open.side].minor < 0;
            let (debit, credit) =
                if is_debit { (open.side, candidate.side) } else { (candidate.side, open.side) };
            let is_touched =
                [debit, credit].iter().any(|&at| touched.has_transfer(&entries[at].id));
            if is_touched {
                pairs.insert((debit, credit));
            }
        }
    }
    let mut pairs: Vec<(usize, usize)> = pairs.into_iter().collect();
    let left_out = cut(&mut pairs, |&(debit, _)| entries[debit].minor.unsigned_abs());
    let mut variants = Vec::new();
    for (debit, credit) in pairs {
        let (debit, credit) = (&entries[debit].id, &entries[credit].id);
        for (verdict, how) in [(Verdict::Same, "taken"), (Verdict::Different, "refused")] {
            let message = Message::new(format!("variant-match-{how}"));
            variants.push(Variant {
                kind: Kind::Match,
                id: format!("match-{how}:{debit}={credit}"),
                text: terms.say(&message.with("debit", debit).with("credit", credit)),
                change: Change::Match { verdict, debit: debit.clone(), credit: credit.clone() },
            });
        }
    }
    (variants, left_out)
}

impl Variant {
    /// The case and the question as they would be.
    pub(super) fn apply(
        &self,
        case: &Case,
        evidence: Option<&Evidence>,
        request: &Request,
    ) -> (Case, Request) {
        let mut request = request.clone();
        let changed = match &self.change {
            Change::Order(policy) => {
                request.same_day = *policy;
                case.clone()
            }
            Change::Opening { opening, account, is_tainted } => {
                if *is_tainted && !request.from.is_empty() {
                    // An account may have balances in several currencies; a label is of this one.
                    let label = opening.as_ref().and_then(|opening| opening.label.clone());
                    let all = Selector::Account(account.clone());
                    request.from.push(label.map_or(all, Selector::Label));
                }
                let mut changed = case.clone();
                if let Some(opening) = opening {
                    changed.openings.push(opening.clone());
                    changed.ledger = None;
                }
                changed
            }
            Change::Match { verdict, debit, credit } => evidence.map_or_else(
                || case.clone(),
                |evidence| decided(case, evidence, (*verdict, debit, credit)),
            ),
        };
        (changed, request)
    }
}

/// The case with one more decision; what was named beside it stays.
fn decided(
    case: &Case,
    evidence: &Evidence,
    (verdict, debit, credit): (Verdict, &str, &str),
) -> Case {
    let decision = DecisionRecord {
        id: 0,
        verdict,
        debit: debit.to_owned(),
        credit: credit.to_owned(),
        name: String::new(),
        reason: String::new(),
        made_at: String::new(),
        withdrawn_by: None,
        withdrawn_at: None,
    };
    let decisions: Vec<DecisionRecord> =
        evidence.decisions.iter().cloned().chain([decision]).collect();
    let changed = Case::of_assembled(assemble(&evidence.read, &decisions));
    // Opening balances of a file that was named stand in the place of the case's own.
    let keeps_openings = case.openings != evidence.assembled.openings;
    Case {
        openings: if keeps_openings { case.openings.clone() } else { changed.openings },
        links: case.links.clone(),
        files: case.files.clone(),
        set_aside: case.set_aside,
        ..changed
    }
}
