//! A slow case put into the engine: table, openings, ledger, questions and targets.

use std::collections::{BTreeMap, BTreeSet};

use caudal_ledger::{
    BuildLedgerError, Ledger, LedgerOptions, LedgerView, LineIdx, LineKind, Link, Overdraft,
    PlaceIdx, PlaceKind, SameDay,
};
use caudal_model::{
    Currency, EvidenceFile, Moment, Money, Opening, SourceRef, Thing, Transfer, TransferTable,
    is_outside,
};
use caudal_testkit::slow::{self, SlowCase, SlowOrigin, SlowSource, SlowTarget, SlowTransfer};
use caudal_trace::{Origin, Question, Rule, Seed, Target, Trace, Tracer, unwatched};

/// How transfers are put into the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sequence {
    /// Each states its place in the order of the case.
    Stated,
    /// None does: dates and the order of the rows decide.
    Absent,
}

/// A case in the engine.
pub(crate) struct World {
    pub(crate) case: SlowCase,
    pub(crate) table: TransferTable,
    pub(crate) ledger: Ledger,
    opened: Vec<(String, usize)>,
}

const CODES: [&str; 4] = ["USD", "MXN", "EUR", "GBP"];

impl World {
    /// The case in its own order.
    pub(crate) fn new(case: &SlowCase) -> Self {
        let rows: Vec<usize> = (0..case.transfers.len()).collect();
        Self::of_rows(case, &rows, Sequence::Stated, SameDay::AsListed)
    }

    /// The case with its transfers in the given rows of the table.
    pub(crate) fn of_rows(
        case: &SlowCase,
        rows: &[usize],
        sequence: Sequence,
        same_day: SameDay,
    ) -> Self {
        Self::try_of_rows(case, rows, sequence, same_day).expect("the ledger can be built")
    }

    /// The case in its own order, or why the ledger refuses it.
    pub(crate) fn try_new(case: &SlowCase) -> Result<Self, BuildLedgerError> {
        let rows: Vec<usize> = (0..case.transfers.len()).collect();
        Self::try_of_rows(case, &rows, Sequence::Stated, SameDay::AsListed)
    }

    fn try_of_rows(
        case: &SlowCase,
        rows: &[usize],
        sequence: Sequence,
        same_day: SameDay,
    ) -> Result<Self, BuildLedgerError> {
        let mut case = case.clone();
        if case.currencies.is_empty() && case.transfers.iter().any(|t| t.received.is_some()) {
            case.currencies = currencies(&case);
        }
        let mut table = TransferTable::default();
        for &at in rows {
            let stated = (sequence == Sequence::Stated).then_some(at);
            push(&mut table, &case, &case.transfers[at], stated);
        }
        let (openings, opened) = openings(&case);
        let options = LedgerOptions { same_day, links: links(&case, &table), ..options(&case) };
        let ledger = Ledger::build(&table, &openings, &options);
        ledger.map(|ledger| Self { case, table, ledger, opened })
    }

    /// The openings and options that the ledger was built with, as rows are listed.
    pub(crate) fn built_with(&self) -> (Vec<Opening>, LedgerOptions) {
        (openings(&self.case).0, options(&self.case))
    }

    /// A tracer over the ledger.
    pub(crate) fn tracer(&self) -> Tracer<'_, Ledger> {
        Tracer::new(&self.ledger)
    }

    /// The line of a transfer; `None` if it was netted.
    pub(crate) fn line(&self, id: &str) -> Option<LineIdx> {
        self.ledger.line_of_transfer(self.table.find(id)?)
    }

    /// The id of the transfer that a line is, or that caused it.
    pub(crate) fn id(&self, line: LineIdx) -> &str {
        self.table.ids().get(self.ledger.line(line).source_idx)
    }

    /// The name of a place as the slow tracer has it.
    pub(crate) fn place(&self, place: PlaceIdx) -> String {
        let name = self.ledger.name(&self.table, place);
        let is_bank = self.ledger.place(place).kind == PlaceKind::Bank;
        if is_bank { format!("bank:{name}") } else { name.to_owned() }
    }

    /// The place of an account; `None` if no line mentions it.
    pub(crate) fn account(&self, name: &str) -> Option<PlaceIdx> {
        self.ledger.places_named(&self.table, name).first().copied()
    }

    /// Members of origins as a question.
    pub(crate) fn question(&self, members: &[SlowOrigin]) -> Question {
        let mut labels: Vec<&str> = Vec::new();
        for member in members {
            if !labels.contains(&member.label()) {
                labels.push(member.label());
            }
        }
        let usd = Currency::from_code("USD").expect("a currency");
        let origin = |label: &&str| Origin { label: (*label).to_owned(), currency: usd };
        let mut origins: Vec<Origin> = labels.iter().map(origin).collect();
        let mut seeds = Vec::new();
        for member in members {
            let at = labels.iter().position(|label| *label == member.label()).expect("listed");
            for (line, lo, hi) in self.seeds(member).into_iter().flat_map(|seed| self.cut(seed)) {
                origins[at].currency = caudal_trace::source_currency(&self.ledger, line);
                seeds.push(Seed { line, lo, hi, origin: u32::try_from(at).expect("few") });
            }
        }
        let mut question = Question::new(origins, seeds);
        question.threshold_atto = self.case.threshold * 10u128.pow(16);
        question
    }

    /// A range of a transfer's cents as ranges of the lines that links cut it into.
    fn cut(&self, (line, lo, hi): (LineIdx, u128, u128)) -> Vec<(LineIdx, u128, u128)> {
        let found = self.ledger.line(line);
        if found.kind != LineKind::Transfer {
            return vec![(line, lo, hi)];
        }
        let pieces = self.ledger.lines_of_transfer(found.source_idx).into_iter();
        pieces
            .filter_map(|(line, before)| {
                let end = before + self.ledger.line(line).paid;
                let (lo, hi) = (lo.max(before), hi.min(end));
                (lo < hi).then(|| (line, lo - before, hi - before))
            })
            .collect()
    }

    fn seeds(&self, member: &SlowOrigin) -> Vec<(LineIdx, u128, u128)> {
        let case = &self.case;
        let mut seeds = Vec::new();
        for (line, (account, at)) in self.ledger.opening_lines().zip(&self.opened) {
            let (label, amount) = &case.openings[account][*at];
            let named = match member {
                SlowOrigin::Label(wanted) => wanted == label,
                SlowOrigin::Opening { account: wanted, .. } => wanted == account,
                _ => false,
            };
            if named {
                seeds.push((line, 0, *amount));
            }
        }
        for transfer in &case.transfers {
            let Some(line) = self.line(&transfer.id) else { continue };
            match member {
                SlowOrigin::Transfer { id, .. } if *id == transfer.id => {
                    seeds.push((line, 0, transfer.amount));
                }
                SlowOrigin::Part { id, from, to, .. } if *id == transfer.id => {
                    seeds.push((line, *from, *to));
                }
                SlowOrigin::Label(label) if !case.is_account(&transfer.payer) => {
                    let mut lo = 0;
                    for (known, amount) in entering(case, transfer) {
                        if known == *label {
                            seeds.push((line, lo, lo + amount));
                        }
                        lo += amount;
                    }
                }
                _ => {}
            }
        }
        seeds
    }

    /// A target; `None` if it was netted or no line mentions it.
    pub(crate) fn target(&self, target: &SlowTarget) -> Option<Target> {
        match target {
            SlowTarget::Transfer(id) => self.line(id).map(Target::Line),
            SlowTarget::Balance(account) => self.account(account).map(Target::Balance),
        }
    }

    /// Targets of the engine.
    pub(crate) fn targets<'t>(
        &self,
        targets: impl IntoIterator<Item = &'t SlowTarget>,
    ) -> Vec<Target> {
        targets.into_iter().filter_map(|target| self.target(target)).collect()
    }

    /// A forward trace.
    pub(crate) fn forward(&self, question: &Question, rule: &str) -> Trace {
        let rule: Rule = rule.parse().expect("a rule");
        let trace = self.tracer().forward(question, rule, &mut unwatched);
        trace.expect("nobody stops it").expect("the rule traces")
    }

    /// The source that a line is, as the slow tracer has it, with parts of a deposit together.
    pub(crate) fn source(&self, line: LineIdx) -> SlowSource {
        let found = self.ledger.line(line);
        let id = || self.id(line).to_owned();
        match found.kind {
            LineKind::Opening => {
                let (account, lot) = self.opened[found.source_idx as usize].clone();
                SlowSource::Opening { account, lot }
            }
            LineKind::Loan => SlowSource::Loan { account: self.place(found.payee), id: id() },
            LineKind::Birth => SlowSource::Birth { account: self.place(found.payee), id: id() },
            LineKind::Transfer | LineKind::Repayment | LineKind::Passage => {
                SlowSource::Deposit { id: id(), part: 0 }
            }
        }
    }
}

/// The lots of a deposit from outside, or from an account without a statement.
pub(crate) fn entering(case: &SlowCase, transfer: &SlowTransfer) -> Vec<(String, u128)> {
    if case.frontier.contains(&transfer.payer) {
        vec![(format!("unknown:{}", transfer.payer), transfer.amount)]
    } else if transfer.parts.is_empty() {
        vec![(transfer.payer.clone(), transfer.amount)]
    } else {
        transfer.parts.clone()
    }
}

fn money(minor: u128, code: &str) -> Money {
    Money { minor, currency: Currency::from_code(code).expect("a currency") }
}

fn push(table: &mut TransferTable, case: &SlowCase, t: &SlowTransfer, sequence: Option<usize>) {
    let from_outside = is_outside(&t.payer) && t.received.is_none();
    let code = case.currency(if from_outside { &t.payee } else { &t.payer });
    let received = t.received.map(|minor| {
        let own = case.currency(&t.payee);
        let other = CODES.into_iter().find(|other| *other != code).expect("several");
        assert!(own != code || is_outside(&t.payee), "{} cannot be expressed", t.id);
        money(minor, if own == code { other } else { own })
    });
    let moment = Moment { day: 20_000 + t.day, nanos: None };
    let pushed = table.push(&Transfer {
        id: &t.id,
        moment,
        payer: &t.payer,
        payee: &t.payee,
        thing: Thing::Money(money(t.amount, code)),
        received,
        label: t.parts.first().map(|part| part.0.as_str()),
        sequence: sequence.map(|at| at as u64),
        reverses: t.reverses.as_deref(),
        source: SourceRef { file_idx: 0, part: 0, row: 1 },
    });
    assert_eq!(pushed, Ok(()), "an id stands once");
}

fn options(case: &SlowCase) -> LedgerOptions {
    LedgerOptions {
        overdraft: match case.overdraft {
            slow::Overdraft::Bank => Overdraft::Bank,
            slow::Overdraft::Birth => Overdraft::Birth,
        },
        keep_reversals: !case.net_reversals,
        without_statement: case.frontier.iter().cloned().collect(),
        ..LedgerOptions::default()
    }
}

fn openings(case: &SlowCase) -> (Vec<Opening>, Vec<(String, usize)>) {
    let mut openings = Vec::new();
    let mut opened = Vec::new();
    for (account, lots) in &case.openings {
        for (at, (label, amount)) in lots.iter().enumerate() {
            openings.push(Opening {
                account: account.clone(),
                money: money(*amount, case.currency(account)),
                label: Some(label.clone()),
                row: 1,
                file: EvidenceFile { name: String::new(), sha256: String::new() },
            });
            opened.push((account.clone(), at));
        }
    }
    (openings, opened)
}

/// A currency for each account: accounts between which money passes unconverted share one.
fn currencies(case: &SlowCase) -> BTreeMap<String, String> {
    let mut groups: Vec<BTreeSet<String>> = Vec::new();
    let ends = |t: &SlowTransfer| [t.payer.clone(), t.payee.clone()];
    for transfer in &case.transfers {
        let places: Vec<String> = ends(transfer).into_iter().filter(|p| !is_outside(p)).collect();
        let together = if transfer.received.is_none() { places.len().max(1) } else { 1 };
        for some in places.chunks(together) {
            let mut group: BTreeSet<String> = some.iter().cloned().collect();
            groups.retain(|known| {
                let joins = !known.is_disjoint(&group);
                if joins {
                    group.extend(known.iter().cloned());
                }
                !joins
            });
            groups.push(group);
        }
    }
    let coded = groups.into_iter().zip(CODES);
    coded.flat_map(|(group, code)| group.into_iter().map(move |p| (p, code.to_owned()))).collect()
}

fn links(case: &SlowCase, table: &TransferTable) -> Vec<Link> {
    let row = |id: &str| table.find(id).expect("a link names transfers");
    let link = |link: &slow::SlowLink| Link {
        receipt: row(&link.receipt),
        payment: row(&link.payment),
        minor: link.amount,
    };
    case.links.iter().map(link).collect()
}
