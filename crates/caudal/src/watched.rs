//! Watched questions: asked again only where what they rest on has changed.
//!
//! *Criterion.* With an answer two things are kept: the accounts that held its money at any time, and
//! a digest of its seeds and of all lines, in ledger order, that one of these accounts pays or receives
//! (`Footprint`). If the same digest comes out of a later ledger, the answer is the same.
//!
//! *Why.* Call these accounts touched. A rule decides a payment by what its account holds: by the lines
//! of that account before it and what its receipts carried. The seeds are the same, and the lines of
//! touched accounts are the same and in the same order. Suppose the first traced money that moves
//! differently does so in some line. Its payer either is touched, and then it has had the same lines,
//! with the same traced money in them, so it holds and pays the same. Or it is not touched; then it
//! never held traced money before, and to hold some now it would have had to receive it in an earlier
//! line: from a touched account, but that line would be among the same lines, and in the old ledger it
//! made its payee touched; or by a seed, but seeds touch their payees. So there is no such line.
//! Printed figures of `pro-rata` also depend on what an outside party received of the traced money
//! before, and in which order: only touched accounts and seeds bring it some, and their order among
//! each other is part of the digest. Kinds of places and whether the ledger converts are part of it too.
//!
//! So an added transfer whose ends never held the money changes nothing, whatever its date; one that
//! pushes a loan or a repayment into a touched account does, since these are lines of the account.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use caudal_ledger::{Ledger, LedgerView, LineIdx, NO_PLACE, PlaceIdx};
use caudal_trace::{Question, Rule, Trace, Tracer, Watch};
use caudal_wire::{WATCH_SCHEMA, WatchDocument, WatchEnding, WatchRow, WatchTransfer};

use crate::answer::{Links, build};
use crate::case::Case;
use crate::error::Error;
use crate::select::{Request, Resolver};
use crate::show::Shown;

/// A watched question as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchRecord {
    /// Its name.
    pub name: String,
    /// Selectors, one a line.
    pub selectors: String,
    /// Rule ids, separated by commas.
    pub rules: String,
    /// When it was added.
    pub added_at: String,
    /// When it was asked or found standing last.
    pub checked_at: String,
    /// The program that answered.
    pub version: String,
    /// Digest of what the answer rests on.
    pub footprint: String,
    /// Accounts that held its money, one a line.
    pub touched: String,
    /// The answer, a line for each figure.
    pub result: String,
    /// Its digest.
    pub result_sha256: String,
}

impl WatchRecord {
    /// A question that was not asked yet.
    pub fn new(name: &str, request: &Request, at: &str) -> Self {
        let lines = request.from.iter().map(ToString::to_string).collect::<Vec<_>>();
        let rules = request.rules.iter().map(|(rule, _)| rule.id()).collect::<Vec<_>>();
        Self {
            name: name.to_owned(),
            selectors: lines.join("\n"),
            rules: rules.join(","),
            added_at: at.to_owned(),
            ..Self::default()
        }
    }

    /// The question.
    fn request(&self) -> Result<Request, Error> {
        Request::from(self.selectors.lines()).rule(&self.rules)
    }
}

/// The request, if all its rules give amounts of origins; `all` leaves out the others.
pub fn amounts_only(request: Request) -> Result<Request, Error> {
    request.check()?;
    let rules = crate::holdings::rules(&request)?;
    Ok(Request { rules, ..request })
}

/// Asks every watched question whose answer can have changed; brings the records up to date.
pub fn check(
    case: &Case,
    records: &mut [WatchRecord],
    at: &str,
    watch: Watch<'_>,
) -> Result<WatchDocument, Error> {
    let ledger = build(case, &Request::default(), Links::Applied)?;
    let mut watches = Vec::new();
    for record in records {
        watches.push(check_one((case, &ledger), record, at, watch)?);
    }
    Ok(WatchDocument { schema: WATCH_SCHEMA, version: crate::VERSION, watches })
}

fn check_one(
    (case, ledger): (&Case, &Ledger),
    record: &mut WatchRecord,
    at: &str,
    watch: Watch<'_>,
) -> Result<WatchRow, Error> {
    let asked = record.request()?;
    let mut row = WatchRow {
        name: record.name.clone(),
        from: record.selectors.lines().map(str::to_owned).collect(),
        rules: record.rules.split(',').map(str::to_owned).collect(),
        state: "stands",
        changed: false,
        problem: None,
        endings: Vec::new(),
        transfers: Vec::new(),
    };
    let question = match (Resolver { case, ledger }).question(&asked.from) {
        Ok(question) => question,
        Err(error) => {
            row.state = "failed";
            row.problem = Some(error.to_string());
            return Ok(row);
        }
    };
    let footprint = Footprint { shown: Shown { case, ledger }, question: &question };
    let touched: BTreeSet<String> = record.touched.lines().map(str::to_owned).collect();
    let before = record.result.clone();
    if record.version != crate::VERSION || footprint.digest(&touched) != record.footprint {
        row.state = "recomputed";
        let answer = Answer::of(&footprint, &asked, watch)?;
        crate::VERSION.clone_into(&mut record.version);
        record.footprint = footprint.digest(&answer.touched);
        record.touched = answer.touched.into_iter().collect::<Vec<_>>().join("\n");
        record.result = answer.result;
        record.result_sha256 = caudal_import::digest(record.result.as_bytes());
    }
    at.clone_into(&mut record.checked_at);
    row.changed = before != record.result;
    (row.endings, row.transfers) = differences(&before, &record.result);
    Ok(row)
}

/// What an answer rests on.
struct Footprint<'a> {
    shown: Shown<'a>,
    question: &'a Question,
}

impl Footprint<'_> {
    /// An account as it is called in any ledger of the case.
    fn name(&self, place: PlaceIdx) -> String {
        let (name, code) = (self.shown.place(place), self.shown.currency(place).code());
        format!("{code} {}", escaped(&name))
    }

    fn digest(&self, touched: &BTreeSet<String>) -> String {
        let ledger = self.shown.ledger;
        let is_touched: Vec<bool> =
            (0..ledger.place_count()).map(|place| touched.contains(&self.name(place))).collect();
        let touches = |place: PlaceIdx| is_touched.get(place as usize).copied().unwrap_or(false);
        let mut digester = caudal_import::Digester::default();
        let mut text = format!("converts {}\n", ledger.has_conversions());
        for seed in &self.question.seeds {
            let origin = &self.question.origins[seed.origin as usize];
            let (label, code) = (escaped(&origin.label), origin.currency.code());
            writeln!(text, "seed {}..{} of {code} {label}", seed.lo, seed.hi).expect("a text");
            self.write_line(seed.line, &mut text);
        }
        for line in 0..ledger.line_count() {
            let found = ledger.line(line);
            if touches(found.payer) || touches(found.payee) {
                self.write_line(line, &mut text);
            }
            if text.len() > 1 << 16 {
                digester.update(text.as_bytes());
                text.clear();
            }
        }
        digester.update(text.as_bytes());
        digester.finish()
    }

    /// A line as its evidence has it, without its number in this ledger.
    fn write_line(&self, line: LineIdx, text: &mut String) {
        let ledger = self.shown.ledger;
        let found = ledger.line(line);
        let place = |place: PlaceIdx| match place {
            NO_PLACE => "-".to_owned(),
            _ => format!("{:?} {}", ledger.place(place).kind, self.name(place)),
        };
        let what = if found.kind == caudal_ledger::LineKind::Opening {
            String::new()
        } else {
            let transfer = self.shown.case.table.get(found.source_idx);
            format!("{} {}", transfer.moment, escaped(transfer.id))
        };
        let (kind, payer, payee) = (found.kind, place(found.payer), place(found.payee));
        let (paid, received) = (found.paid, found.received);
        writeln!(text, "{kind:?} {what}\t{payer}\t{payee}\t{paid}\t{received}").expect("a text");
    }
}

/// An answer as it is kept.
struct Answer {
    touched: BTreeSet<String>,
    result: String,
}

impl Answer {
    fn of(footprint: &Footprint<'_>, asked: &Request, watch: Watch<'_>) -> Result<Self, Error> {
        let ledger = footprint.shown.ledger;
        let tracer = Tracer::new(ledger);
        let mut touched = BTreeSet::new();
        let mut figures = BTreeMap::new();
        for seed in &footprint.question.seeds {
            let line = ledger.line(seed.line);
            touched.extend([line.payer, line.payee]);
        }
        for (rule, _) in &asked.rules {
            // A watch is a question of amounts: nothing is cut, or it could not be told to stand.
            let question = Question { fragments_max: usize::MAX, ..footprint.question.clone() };
            let trace = tracer.forward(&question, *rule, watch)?.expect("the rule traces");
            for traced in &trace.lines {
                let line = ledger.line(traced.line);
                touched.extend([line.payer, line.payee]);
            }
            note(footprint, *rule, &trace, &mut figures);
        }
        let accounts = touched.into_iter().filter(|&place| ledger.is_account(place));
        let lines = figures.into_iter().map(|(key, amount)| format!("{key}\t{amount}\n"));
        Ok(Self {
            touched: accounts.map(|place| footprint.name(place)).collect(),
            result: lines.collect(),
        })
    }
}

/// The endings and transfers of a trace as figures by key.
fn note(
    footprint: &Footprint<'_>,
    rule: Rule,
    trace: &Trace,
    figures: &mut BTreeMap<String, String>,
) {
    let shown = &footprint.shown;
    for ending in &trace.endings {
        let (kind, code) = (ending.kind.as_str(), shown.currency(ending.place).code());
        let amount = caudal_trace::sum(&ending.amounts);
        if amount > 0 {
            let key =
                format!("ending\t{rule}\t{kind}\t{code}\t{}", escaped(&shown.place(ending.place)));
            figures.insert(key, shown.amount(ending.place, amount));
        }
    }
    for traced in &trace.lines {
        let line = shown.ledger.line(traced.line);
        let amount: u128 = trace.cells_of(traced).iter().map(|cell| cell.paid).sum();
        if line.kind == caudal_ledger::LineKind::Transfer && amount > 0 {
            let id = escaped(shown.case.table.get(line.source_idx).id);
            let place = if line.payer == NO_PLACE { line.payee } else { line.payer };
            figures.insert(format!("transfer\t{rule}\t{id}"), shown.amount(place, amount));
        }
    }
}

/// Endings before and after, and transfers whose figure is another.
fn differences(before: &str, after: &str) -> (Vec<WatchEnding>, Vec<WatchTransfer>) {
    fn figures(text: &str) -> BTreeMap<&str, &str> {
        text.lines().filter_map(|line| line.rsplit_once('\t')).collect()
    }
    let (before, after) = (figures(before), figures(after));
    let keys: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let (mut endings, mut transfers) = (Vec::new(), Vec::new());
    for key in keys {
        let at = |of: &BTreeMap<&str, &str>| of.get(key).map(|&amount| amount.to_owned());
        let (before, after) = (at(&before), at(&after));
        let parts: Vec<&str> = key.split('\t').collect();
        match parts.as_slice() {
            ["ending", rule, kind, currency, place] => endings.push(WatchEnding {
                rule: (*rule).to_owned(),
                kind: (*kind).to_owned(),
                place: plain(place),
                currency: (*currency).to_owned(),
                before,
                after,
            }),
            ["transfer", rule, id] if before != after => {
                let (rule, id) = ((*rule).to_owned(), plain(id));
                transfers.push(WatchTransfer { rule, id, before, after });
            }
            _ => {}
        }
    }
    (endings, transfers)
}

/// A name without what separates names here.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

/// The name that was escaped.
fn plain(name: &str) -> String {
    let mut text = String::new();
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            _ => letter,
        });
    }
    text
}
