//! What must be true of every document of a forward trace, whatever the rule (`TRACING` 11.3, 13).

use std::collections::{BTreeMap, BTreeSet};

use caudal::wire::{EndingRow, Result as RuleResult, Source, TraceDocument, Traced};
use caudal_testkit::slow::{Q, SlowOrigin, whole};

use crate::reading::minor;
use crate::world::World;

/// Every law that a document breaks, each in one sentence.
pub(crate) fn broken(
    world: &World,
    members: &[SlowOrigin],
    document: &TraceDocument,
    what: &str,
) -> Vec<String> {
    let mut laws = Laws { world, document, what: what.to_owned(), broken: Vec::new() };
    for problem in &document.problems {
        if let Some(source) = &problem.source {
            laws.leads(source, None);
        }
    }
    for result in &document.results {
        laws.what = format!("{what}, {}", result.rule);
        laws.rows(result);
        if !result.exposure {
            laws.endings(result);
            laws.replay(result, members);
        }
    }
    laws.broken
}

struct Laws<'a> {
    world: &'a World,
    document: &'a TraceDocument,
    what: String,
    broken: Vec<String>,
}

impl Laws<'_> {
    fn must(&mut self, holds: bool, law: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(format!("{}: {}", self.what, law()));
        }
    }

    /// A source must name a file of the question, with its digest, and a row of it; the row of a
    /// transfer must have its id.
    fn leads(&mut self, source: &Source, id: Option<&str>) {
        let known = self.document.question.ledger.iter().find(|file| file.file == source.file);
        let same = known.is_some_and(|file| file.sha256 == source.sha256);
        self.must(same, || format!("{source:?} is no file of the question"));
        let row = self.world.row(&source.file, source.row);
        let found = row.as_ref().and_then(|cells| cells.first().copied());
        let is_right = found.is_some() && (id.is_none() || found == id);
        self.must(is_right, || format!("{source:?} is said to be {id:?}, which is {found:?}"));
    }

    /// Every row adds across, and says what stands in its row of the evidence.
    fn rows(&mut self, result: &RuleResult) {
        for row in result.transfers.iter().flatten() {
            self.leads(&row.source, Some(&row.id));
            let says = [&row.id, &row.date, &row.payer, &row.payee, &row.amount, &row.currency];
            let says: Vec<&str> = says.into_iter().map(String::as_str).collect();
            let cells = self.world.row(&row.source.file, row.source.row).unwrap_or_default();
            self.must(cells.starts_with(&says), || format!("{says:?} stands as {cells:?}"));
            self.across(result, &row.traced, &row.traced_total, &row.amount);
            if let Some(received) = &row.received {
                let arrived = [received.amount.as_str(), received.currency.as_str()];
                self.must(cells.get(7..9) == Some(&arrived), || format!("{cells:?}: {arrived:?}"));
                let fits = minor(&received.traced_total) <= minor(&received.amount);
                self.must(fits, || format!("{} receives more than all", row.id));
            }
        }
        for row in &result.repayments {
            self.across(result, &row.traced, &row.traced_total, &row.amount);
        }
        for row in result.accounts.iter().flatten() {
            let balance = minor(&row.balance).max(whole(0));
            let total = minor(&row.traced_total);
            self.must(total <= balance, || format!("{} holds more than all", row.account));
            self.across(result, &row.traced, &row.traced_total, &row.traced_total);
        }
        for row in result.endings.iter().flatten() {
            self.across(result, &row.traced, &row.amount, &row.amount);
        }
    }

    fn across(&mut self, result: &RuleResult, traced: &Traced, total: &str, all: &str) {
        let amounts = traced.values().map(|amount| minor(amount));
        let together: Q =
            if result.exposure { amounts.max().unwrap_or_else(|| whole(0)) } else { amounts.sum() };
        let total = minor(total);
        self.must(together == total, || format!("{traced:?} is not {total} together"));
        self.must(total <= minor(all), || format!("{traced:?} is more than {all}"));
    }

    /// Endings add up to what each origin put in, in its own units.
    fn endings(&mut self, result: &RuleResult) {
        let mut rests: BTreeMap<(&str, &str), Q> = BTreeMap::new();
        for ending in result.endings.iter().flatten() {
            for (label, currency, amount) in in_origin_units(ending) {
                *rests.entry((label, currency)).or_default() += amount;
            }
        }
        for total in result.origin_total.iter().flatten() {
            let rests = rests.remove(&(total.label.as_str(), total.currency.as_str()));
            let rests = rests.unwrap_or_else(|| whole(0));
            let amount = minor(&total.amount);
            self.must(rests == amount, || {
                format!("endings of {} are {rests}, it put in {amount}", total.label)
            });
        }
        let left = rests.into_iter().find(|(_, amount)| *amount > whole(0));
        self.must(left.is_none(), || format!("an ending has no origin: {left:?}"));
    }

    /// Running holdings: nobody pays traced money that is not there, and what is left is what the
    /// document says. By label, or all together where money is converted. Only where origins are
    /// money as it enters: what is named on its way has another name before.
    fn replay(&mut self, result: &RuleResult, members: &[SlowOrigin]) {
        let Some(mut held) = self.opened(members) else { return };
        let rows = || result.transfers.iter().flatten();
        let converts = rows().any(|row| row.received.is_some());
        let split = |traced: &Traced, total: &str| -> Vec<(String, Q)> {
            if converts {
                return vec![(String::new(), minor(total))];
            }
            traced.iter().map(|(label, amount)| (label.clone(), minor(amount))).collect()
        };
        if converts {
            held = together(&held);
        }
        for row in rows() {
            if self.world.slow.is_account(&row.payer) {
                self.take(&mut held, &row.payer, &split(&row.traced, &row.traced_total), &row.id);
            }
            let arrived = match &row.received {
                Some(received) => vec![(String::new(), minor(&received.traced_total))],
                None => split(&row.traced, &row.traced_total),
            };
            for (label, amount) in arrived {
                *held.entry((row.payee.clone(), label)).or_default() += amount;
            }
            for repaid in result.repayments.iter().filter(|repaid| repaid.after == row.id) {
                let traced = split(&repaid.traced, &repaid.traced_total);
                self.take(&mut held, &repaid.account, &traced, &row.id);
            }
        }
        for ending in result.endings.iter().flatten() {
            let is_here = self.world.slow.is_account(&ending.place) && ending.kind != "repaid-bank";
            if is_here {
                let rests = split(&ending.traced, &ending.amount);
                self.take(&mut held, &ending.place, &rests, "the end");
            }
        }
        let accounts = held.iter().filter(|((place, _), _)| self.world.slow.is_account(place));
        let left: Vec<_> = accounts.filter(|(_, amount)| **amount != whole(0)).collect();
        let left = format!("{left:?}");
        self.must(left == "[]", || format!("at the end this is left: {left}"));
    }

    fn take(&mut self, held: &mut Held, place: &str, amounts: &[(String, Q)], at: &str) {
        for (label, amount) in amounts {
            let holding = held.entry((place.to_owned(), label.clone())).or_default();
            let is_there = *amount <= *holding;
            *holding -= amount;
            self.must(is_there, || format!("{at}: {place} pays {amount} of {label} that it lacks"));
        }
    }

    /// Traced opening lots by account and label; nothing if an origin does not enter as it is.
    fn opened(&self, members: &[SlowOrigin]) -> Option<Held> {
        let mut held = Held::new();
        let mut seen: BTreeSet<(&String, usize)> = BTreeSet::new();
        for member in members {
            match member {
                SlowOrigin::Transfer { id, .. } | SlowOrigin::Part { id, .. } => {
                    if !self.world.enters(id) {
                        return None;
                    }
                }
                SlowOrigin::Label(_) | SlowOrigin::Opening { .. } => {}
            }
            for (account, lots) in &self.world.slow.openings {
                for (at, (label, amount)) in lots.iter().enumerate() {
                    let is_named = match member {
                        SlowOrigin::Label(wanted) => wanted == label,
                        SlowOrigin::Opening { account: wanted, .. } => wanted == account,
                        SlowOrigin::Transfer { .. } | SlowOrigin::Part { .. } => false,
                    };
                    if is_named && seen.insert((account, at)) {
                        let key = (account.clone(), label.clone());
                        *held.entry(key).or_default() += whole(*amount);
                    }
                }
            }
        }
        Some(held)
    }
}

/// Traced money by place and label.
type Held = BTreeMap<(String, String), Q>;

fn together(held: &Held) -> Held {
    let mut all = Held::new();
    for ((place, _), amount) in held {
        *all.entry((place.clone(), String::new())).or_default() += amount;
    }
    all
}

/// Amounts of an ending in the currency of its origins.
fn in_origin_units(ending: &EndingRow) -> Vec<(&str, &str, Q)> {
    if ending.origin.is_empty() {
        let rows = ending.traced.iter();
        let currency = ending.currency.as_str();
        return rows.map(|(label, amount)| (label.as_str(), currency, minor(amount))).collect();
    }
    let rows = ending.origin.iter();
    rows.map(|row| (row.label.as_str(), row.currency.as_str(), minor(&row.amount))).collect()
}
