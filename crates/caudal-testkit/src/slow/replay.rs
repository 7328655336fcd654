//! The replay: every line in ledger order, every pool as a list of lots.
//!
//! *Shape.* A transfer is up to three lines: a loan before it, itself, and a repayment after it
//! (`TRACING` 3). Holdings below the threshold leave the trace after each line (11.4).

use std::collections::{BTreeMap, BTreeSet};

use super::labelling::{Origins, missing};
use super::line::entering;
use super::links::Links;
use super::lot::{Cents, Lot, Part, Rule, leave, total};
use super::{
    Composition, EndingKind, Overdraft, Q, SlowAmount, SlowCase, SlowLine, SlowOrigin,
    SlowReceived, SlowSource, SlowTarget, SlowTrace, SlowTransfer, whole,
};

/// What lots are told apart by, besides label and origin, where fractions let them merge.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// The places that have seen them: for receipts counted once.
    Seen,
    /// The line through which they entered: for backward questions.
    Source,
}

/// Traces forward.
pub(crate) fn run(case: &SlowCase, rule: Rule, members: &[SlowOrigin]) -> SlowTrace {
    let known = super::links::settled(|known| {
        let mut replay = Replay::new(case, rule, members, Keep::Seen);
        replay.links.known = known;
        replay.open();
        for transfer in &case.transfers {
            replay.transfer(transfer);
        }
        (replay.links.found.clone(), replay)
    });
    known.finish()
}

/// The composition of a target by source.
pub(crate) fn sources(case: &SlowCase, rule: Rule, target: &SlowTarget) -> BTreeMap<SlowSource, Q> {
    let (mut replay, mut lots) = super::links::settled(|known| {
        let mut replay = Replay::new(case, rule, &[], Keep::Source);
        replay.links.known = known;
        replay.open();
        let mut lots = Vec::new();
        for transfer in &case.transfers {
            let left = replay.transfer(transfer);
            if *target == SlowTarget::Transfer(transfer.id.clone()) {
                lots = left;
            }
        }
        (replay.links.found.clone(), (replay, lots))
    });
    if let SlowTarget::Balance(account) = target {
        lots = replay.pools.remove(account).unwrap_or_default();
    }
    let mut sources: BTreeMap<SlowSource, Q> = BTreeMap::new();
    for lot in lots {
        *sources.entry(lot.source).or_insert_with(|| whole(0)) += lot.amount;
    }
    sources
}

pub(super) struct Replay<'a> {
    pub(super) case: &'a SlowCase,
    pub(super) rule: Rule,
    keep: Keep,
    origins: Origins<'a>,
    /// Lots in every place, oldest first; outside parties, frontiers and banks included.
    pools: BTreeMap<String, Vec<Lot>>,
    pub(super) debts: BTreeMap<String, Q>,
    pub(super) links: Links,
    /// Money that rests without being in a pool.
    rests: Vec<(EndingKind, String, Lot)>,
    received: BTreeMap<String, SlowReceived>,
    /// Cents of each origin that have reached each place, for exact rules.
    seen: BTreeMap<(String, usize), Vec<(Q, Q)>>,
    lines: BTreeMap<String, SlowLine>,
}

impl<'a> Replay<'a> {
    fn new(case: &'a SlowCase, rule: Rule, members: &'a [SlowOrigin], keep: Keep) -> Self {
        Self {
            case,
            rule,
            keep,
            origins: Origins::new(members, rule.has_fractions()),
            pools: BTreeMap::new(),
            debts: BTreeMap::new(),
            links: Links::default(),
            rests: Vec::new(),
            received: BTreeMap::new(),
            seen: BTreeMap::new(),
            lines: BTreeMap::new(),
        }
    }

    /// Every opening lot is a line of its own.
    fn open(&mut self) {
        for (account, lots) in &self.case.openings {
            for (at, (label, amount)) in lots.iter().enumerate() {
                let source = SlowSource::Opening { account: account.clone(), lot: at };
                let lot = Lot { source, label: label.clone(), amount: whole(*amount), part: None };
                let lots = self.origins.label_opening(account, vec![lot]);
                self.arrive(account, lots);
                self.drop_below(account);
            }
        }
    }

    /// Plays one transfer; gives back the lots that left the payer.
    fn transfer(&mut self, transfer: &SlowTransfer) -> Vec<Lot> {
        assert_ne!(transfer.payer, transfer.payee, "a self-transfer never enters a ledger");
        let is_account = self.case.is_account(&transfer.payer);
        let lots = match (self.is_linked(transfer), is_account) {
            (true, _) => self.pay_linked(transfer),
            (false, true) => self.pay(transfer),
            (false, false) => self.deposit(transfer),
        };
        let has_order = !(is_account && self.rule == Rule::ProRata);
        let lots = self.origins.label_transfer(self.case, transfer, lots, has_order);
        let arriving = match transfer.received {
            Some(received) => self.convert(&lots, &whole(transfer.amount), &whole(received)),
            None => lots.iter().map(|lot| lot.clone().arriving(lot.amount.clone())).collect(),
        };
        let line = SlowLine {
            paid: self.composition(&lots),
            arrived: self.composition(&arriving),
            traced: self.traced(&lots),
            traced_arrived: self.traced(&arriving),
        };
        self.lines.insert(transfer.id.clone(), line);
        self.drop_below(&transfer.payer);
        let received = total(&arriving);
        let arriving = self.hand_over(transfer, arriving);
        self.arrive(&transfer.payee, arriving);
        let settled = self.give_back(transfer);
        self.drop_below(&transfer.payee);
        self.repay(&transfer.payee, received - settled);
        lots
    }

    /// The lots that leave an account, after a loan if there is too little, or with a birth.
    pub(super) fn pay(&mut self, transfer: &SlowTransfer) -> Vec<Lot> {
        let account = &transfer.payer;
        let rule = self.rule;
        let amount = whole(transfer.amount);
        let balance = total(self.pool(account));
        if amount <= balance {
            return leave(self.pool(account), &amount, rule);
        }
        let missing = &amount - &balance;
        if self.case.overdraft == Overdraft::Birth {
            let source = SlowSource::Birth { account: account.clone(), id: transfer.id.clone() };
            let label = format!("birth:{account}");
            let mut lots = leave(self.pool(account), &balance, rule);
            lots.push(Lot { source, label, amount: missing, part: None });
            return lots;
        }
        *self.debts.entry(account.clone()).or_insert_with(|| whole(0)) += &missing;
        let source = SlowSource::Loan { account: account.clone(), id: transfer.id.clone() };
        let loan = Lot { source, label: format!("bank:{account}"), amount: missing, part: None };
        self.arrive(account, vec![loan]);
        self.drop_below(account);
        leave(self.pool(account), &amount, rule)
    }

    /// The lots that enter from outside, or from an account without a statement.
    pub(super) fn deposit(&self, transfer: &SlowTransfer) -> Vec<Lot> {
        let parts = entering(self.case, transfer);
        let sum: u128 = parts.iter().map(|part| part.1).sum();
        assert_eq!(sum, transfer.amount, "the parts of {} are its amount", transfer.id);
        let lot = |(part, (label, amount))| {
            let source = SlowSource::Deposit { id: transfer.id.clone(), part };
            Lot { source, label, amount: whole(amount), part: None }
        };
        parts.into_iter().enumerate().map(lot).collect()
    }

    /// What arrives behind a conversion of `paid` into `received` (`TRACING` 9.1).
    fn convert(&self, lots: &[Lot], paid: &Q, received: &Q) -> Vec<Lot> {
        if self.rule == Rule::ProRata {
            let scaled = |lot: &Lot| {
                let amount = &lot.amount * received / paid;
                lot.clone().arriving(amount)
            };
            return lots.iter().map(scaled).collect();
        }
        let lots = if self.rule.has_fractions() { lots.to_vec() } else { joined(lots) };
        let image = |boundary: &Q| (boundary * received / paid).floor();
        let mut arriving = Vec::new();
        let mut at = whole(0);
        // Fractions of origins that stand together convert together and are divided afterwards.
        let together =
            |a: &Lot, b: &Lot| self.rule.has_fractions() && a.is_origin() && b.is_origin();
        for block in lots.chunk_by(together) {
            let length = total(block);
            let end = &at + &length;
            let units = image(&end) - image(&at);
            for lot in block {
                let amount = &units * &lot.amount / &length;
                arriving.push(lot.clone().arriving(amount));
            }
            at = end;
        }
        // Other money of which nothing is left is nothing; of an origin, its cents remain.
        arriving.retain(|lot| lot.amount > whole(0) || lot.is_origin());
        arriving
    }

    /// Lots reach a place and are its newest.
    pub(super) fn arrive(&mut self, place: &str, lots: Vec<Lot>) {
        for mut lot in lots {
            self.count_arrival(place, &mut lot);
            if lot.amount == whole(0) {
                self.rests.push((self.kind(place), place.to_owned(), lot));
            } else {
                self.add(place, lot);
            }
        }
    }

    /// Puts a lot into a pool. Fractions of the same money merge: their order means nothing, and
    /// lots that never merge would double in number with every exchange of payments.
    pub(super) fn add(&mut self, place: &str, lot: Lot) {
        let may_merge =
            self.rule == Rule::ProRata || (self.rule.has_fractions() && lot.is_origin());
        let by_source = self.keep == Keep::Source;
        let pool = self.pool(place);
        let same = pool.iter_mut().find(|known| may_merge && is_same(known, &lot, by_source));
        let Some(known) = same else {
            pool.push(lot);
            return;
        };
        known.amount += lot.amount;
        let known = known.part.as_mut().map(|part| &mut part.cents);
        if let Some(Cents::Share { of_origin, .. }) = known
            && let Some(Part { cents: Cents::Share { of_origin: more, .. }, .. }) = lot.part
        {
            *of_origin += more;
        }
    }

    pub(super) fn count_arrival(&mut self, place: &str, lot: &mut Lot) {
        let Some(part) = &mut lot.part else { return };
        let received = self.received.entry(place.to_owned()).or_default();
        received.gross += &lot.amount;
        match &mut part.cents {
            Cents::Share { seen, .. } => {
                if seen.insert(place.to_owned()) {
                    received.distinct += &lot.amount;
                }
            }
            Cents::Run(run) => {
                let (lo, hi) = run.cents(&lot.amount);
                let seen = self.seen.entry((place.to_owned(), part.origin)).or_default();
                let new: Q = missing(&lo, &hi, seen).into_iter().map(|(lo, hi)| hi - lo).sum();
                if hi > lo {
                    received.distinct += (&lot.amount * new / (&hi - &lo)).floor();
                    seen.push((lo, hi));
                }
            }
        }
    }

    /// The bank is repaid first, by the rule in force.
    fn repay(&mut self, account: &str, received: Q) {
        let Some(debt) = self.debts.get_mut(account) else { return };
        let repaid = received.min(debt.clone());
        *debt -= &repaid;
        let rule = self.rule;
        let lots = leave(self.pool(account), &repaid, rule);
        let lots = lots.into_iter().map(|lot| {
            let amount = lot.amount.clone();
            lot.arriving(amount)
        });
        let lots = lots.collect();
        self.arrive(&format!("bank:{account}"), lots);
        self.drop_below(account);
    }

    /// Holdings above zero and below the threshold become other money where they are.
    fn drop_below(&mut self, place: &str) {
        if self.case.threshold == 0 || !self.case.is_account(place) {
            return;
        }
        let threshold = whole(self.case.threshold);
        let origin_of = |lot: &Lot| lot.part.as_ref().map(|part| part.origin);
        let pool = self.pools.entry(place.to_owned()).or_default();
        let origins: BTreeSet<usize> = pool.iter().filter_map(origin_of).collect();
        for origin in origins {
            let is_its = |lot: &&Lot| origin_of(lot) == Some(origin);
            let holding: Q = pool.iter().filter(is_its).map(|lot| &lot.amount).sum();
            if holding >= threshold {
                continue;
            }
            for lot in pool.iter_mut().filter(|lot| origin_of(lot) == Some(origin)) {
                self.rests.push((EndingKind::BelowThreshold, place.to_owned(), lot.clone()));
                lot.part = None;
                "other".clone_into(&mut lot.label);
            }
        }
    }

    pub(super) fn pool(&mut self, place: &str) -> &mut Vec<Lot> {
        self.pools.entry(place.to_owned()).or_default()
    }

    /// How money ends that rests in a place.
    fn kind(&self, place: &str) -> EndingKind {
        if caudal_model::is_outside(place) {
            EndingKind::Outside
        } else if self.case.frontier.contains(place) {
            EndingKind::Frontier
        } else if place.starts_with("bank:") {
            EndingKind::RepaidBank
        } else {
            EndingKind::Held
        }
    }

    fn label<'l>(&'l self, lot: &'l Lot) -> &'l str {
        lot.part.as_ref().map_or(&lot.label, |part| self.origins.label(part.origin))
    }

    fn composition(&self, lots: &[Lot]) -> Composition {
        let mut composition = Composition::new();
        for lot in lots.iter().filter(|lot| lot.amount > whole(0)) {
            let label = self.label(lot).to_owned();
            *composition.entry(label).or_insert_with(|| whole(0)) += &lot.amount;
        }
        composition
    }

    fn traced(&self, lots: &[Lot]) -> Composition {
        let traced: Vec<Lot> = lots.iter().filter(|lot| lot.is_origin()).cloned().collect();
        self.composition(&traced)
    }

    fn finish(self) -> SlowTrace {
        let mut trace = SlowTrace {
            transfers: self.lines.clone(),
            received: self.received.clone(),
            ..SlowTrace::default()
        };
        for (place, lots) in &self.pools {
            trace.places.insert(place.clone(), self.composition(lots));
            trace.traced.insert(place.clone(), self.traced(lots));
            if self.kind(place) == EndingKind::Held {
                let shown = lots.iter().map(|lot| (self.label(lot).to_owned(), lot.amount.clone()));
                trace.lots.insert(place.clone(), shown.collect());
                let debt = self.debts.get(place).cloned().unwrap_or_else(|| whole(0));
                trace.balances.insert(place.clone(), total(lots) - debt);
            }
        }
        trace.endings = self.endings();
        trace.received.retain(|_, received| received.gross > whole(0));
        trace.origins = self.origins.totals;
        trace
    }

    fn endings(&self) -> BTreeMap<(EndingKind, String), BTreeMap<String, SlowAmount>> {
        let pooled = self.pools.iter().flat_map(|(place, lots)| {
            lots.iter().map(move |lot| (self.kind(place), place.clone(), lot))
        });
        let resting = self.rests.iter().map(|(kind, place, lot)| (*kind, place.clone(), lot));
        let mut endings: BTreeMap<_, BTreeMap<String, SlowAmount>> = BTreeMap::new();
        for (kind, place, lot) in pooled.chain(resting).filter(|(.., lot)| lot.is_origin()) {
            let ending = endings.entry((kind, place)).or_default();
            let amount = ending.entry(self.label(lot).to_owned()).or_default();
            amount.here += &lot.amount;
            amount.of_origin += lot.of_origin();
        }
        endings
    }
}

/// Joins neighbours in a transfer whose cents continue each other one to one, so that what a
/// conversion rounds depends on the money and not on how often it was cut before (12.3).
fn joined(lots: &[Lot]) -> Vec<Lot> {
    let mut joined: Vec<Lot> = Vec::new();
    for lot in lots {
        let lot = lot.clone().arriving(lot.amount.clone());
        match joined.last_mut() {
            Some(last) if continues(last, &lot) => {
                last.amount += &lot.amount;
                extend(last, &lot);
            }
            _ => joined.push(lot),
        }
    }
    joined
}

fn continues(last: &Lot, next: &Lot) -> bool {
    let (Some(a), Some(b)) = (&last.part, &next.part) else { return false };
    let (Cents::Run(x), Cents::Run(y)) = (&a.cents, &b.cents) else { return false };
    let is_exact = |lot: &Lot| lot.amount == lot.of_origin();
    let meet = if x.is_mirrored { y.hi == x.lo } else { x.hi == y.lo };
    let same = a.origin == b.origin && x.is_mirrored == y.is_mirrored;
    same && meet && is_exact(last) && is_exact(next)
}

fn extend(last: &mut Lot, next: &Lot) {
    if let (Some(Part { cents: Cents::Run(run), .. }), Some(Part { cents: Cents::Run(more), .. })) =
        (&mut last.part, &next.part)
    {
        run.lo = run.lo.clone().min(more.lo.clone());
        run.hi = run.hi.clone().max(more.hi.clone());
        run.arrived += &more.arrived;
    }
}

/// Whether two lots are the same money, so that fractions of them may be added.
fn is_same(a: &Lot, b: &Lot, by_source: bool) -> bool {
    let mark = |lot: &Lot| match &lot.part {
        Some(Part { origin, cents: Cents::Share { seen, .. } }) => Some((*origin, seen.clone())),
        _ => None,
    };
    let same_source = !by_source || a.source == b.source;
    a.is_origin() == b.is_origin() && a.label == b.label && mark(a) == mark(b) && same_source
}
