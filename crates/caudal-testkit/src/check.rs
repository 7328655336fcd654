//! A question with its expected figures, answered by the slow tracer and compared exactly.
//!
//! *Shape.* JSON cases and casebook files both become [`Ask`]s. [`answer`] computes an [`Answer`];
//! [`differences`] names every figure that is not as expected. An engine with another answer type
//! can fill an [`Answer`] too.

use std::collections::{BTreeMap, BTreeSet};

use crate::slow::{
    self, Composition, EndingKind, Granularity, Q, SlowCase, SlowOrigin, SlowQuestion,
    SlowReceived, SlowTarget, whole,
};

/// A question of a case, with what is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// As it was written.
    pub text: String,
    /// The rule id.
    pub rule: String,
    /// What is asked.
    pub about: About,
    /// What must hold.
    pub expected: Expected,
}

/// What is asked under a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// Where the origins went. Without origins: what everything is made of.
    Forward(Vec<SlowOrigin>),
    /// How much of the origins meets the targets, at least or at most.
    Bound(Vec<SlowOrigin>, BTreeSet<SlowTarget>),
    /// How the balance of an account is shared among claimants.
    Shares {
        /// The account.
        account: String,
        /// Labels, in order.
        claimants: Vec<String>,
    },
    /// The closed form of the lowest balance on one account.
    LowestBalance {
        /// The account.
        account: String,
        /// The labels that make the claim.
        labels: BTreeSet<String>,
        /// When it is looked at.
        granularity: Granularity,
    },
    /// Pro rata in whole multiples of so many minor units, as others calculate it.
    WholeUnits {
        /// Minor units.
        unit: u128,
        /// The labels that are traced.
        labels: BTreeSet<String>,
    },
}

/// Amounts by kind and place: in the unit of the place, and of the origin where it is asked.
pub type EndingsByKind = BTreeMap<(EndingKind, String), (Q, Option<Q>)>;

/// Expected figures, in minor units. What is `None` is not checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected {
    /// All that a transfer carries, for the transfers named.
    pub transfers: Option<BTreeMap<String, Composition>>,
    /// All that a place holds, for the places named.
    pub balances: Option<BTreeMap<String, Composition>>,
    /// The lots of the accounts named, oldest first.
    pub lots: Option<BTreeMap<String, Vec<(String, Q)>>>,
    /// Origin money that the places named hold, all origins together.
    pub traced: Option<BTreeMap<String, Q>>,
    /// Balances of the accounts named.
    pub totals: Option<BTreeMap<String, Q>>,
    /// Complete: where the origins rest, all origins together.
    pub endings: Option<BTreeMap<String, Q>>,
    /// Complete: endings by kind and place, and the same in the unit of the origin where given.
    pub endings_by_kind: Option<EndingsByKind>,
    /// Complete: what arrived, all origins together.
    pub received: Option<BTreeMap<String, SlowReceived>>,
    /// A bound, or the last value of a closed form.
    pub amount: Option<Q>,
    /// The closed form after each line or day.
    pub trail: Option<Vec<Q>>,
    /// The share of each claimant named.
    pub shares: Option<BTreeMap<String, Q>>,
}

/// Figures found, in minor units. Same meaning as in [`Expected`]; maps may hold more than asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// All that each transfer carries.
    pub transfers: BTreeMap<String, Composition>,
    /// All that each place holds.
    pub balances: BTreeMap<String, Composition>,
    /// The lots of each account.
    pub lots: BTreeMap<String, Vec<(String, Q)>>,
    /// Origin money that each place holds.
    pub traced: BTreeMap<String, Q>,
    /// Balance of each account.
    pub totals: BTreeMap<String, Q>,
    /// Endings by kind and place: in the unit of the place, and of the origin.
    pub endings: BTreeMap<(EndingKind, String), (Q, Q)>,
    /// What arrived.
    pub received: BTreeMap<String, SlowReceived>,
    /// A bound, or the last value of a closed form.
    pub amount: Option<Q>,
    /// The closed form after each line or day.
    pub trail: Vec<Q>,
    /// The share of each claimant, in order.
    pub shares: Vec<(String, Q)>,
}

/// Answers a question with the slow tracer.
pub fn answer(case: &SlowCase, ask: &Ask) -> Answer {
    match &ask.about {
        About::Forward(origins) => forward(case, ask, origins),
        About::Bound(origins, targets) => {
            let (least, most) = slow::bounds(case, origins, targets);
            let amount = if ask.rule == "at-least" { least } else { most };
            Answer { amount: Some(whole(amount)), ..Answer::default() }
        }
        About::Shares { account, claimants } => {
            let shares = slow::shares(case, account, claimants, &ask.rule);
            Answer { shares, ..Answer::default() }
        }
        About::LowestBalance { account, labels, granularity } => {
            let trail = slow::lowest_balance(case, account, labels, *granularity);
            let trail: Vec<Q> = trail.into_iter().map(whole).collect();
            Answer { amount: trail.last().cloned(), trail, ..Answer::default() }
        }
        About::WholeUnits { unit, labels } => whole_units(case, *unit, labels),
    }
}

fn forward(case: &SlowCase, ask: &Ask, origins: &[SlowOrigin]) -> Answer {
    let question = SlowQuestion { origins: origins.to_vec(), rule: ask.rule.clone() };
    let trace = slow::trace(case, &question);
    let ending = |((kind, place), amounts): (&(EndingKind, String), &BTreeMap<_, _>)| {
        let sum = |of: fn(&slow::SlowAmount) -> &Q| amounts.values().map(of).sum::<Q>();
        ((*kind, place.clone()), (sum(|a| &a.here), sum(|a| &a.of_origin)))
    };
    Answer {
        endings: trace.endings.iter().map(ending).collect(),
        transfers: trace.transfers.into_iter().map(|(id, line)| (id, line.paid)).collect(),
        balances: trace.places,
        lots: trace.lots,
        traced: trace.traced.into_iter().map(|(place, by)| (place, by.values().sum())).collect(),
        totals: trace.balances,
        received: trace.received,
        ..Answer::default()
    }
}

fn whole_units(case: &SlowCase, unit: u128, labels: &BTreeSet<String>) -> Answer {
    let (lines, balances) = slow::whole_units(case, unit);
    let traced = |composition: &Composition| -> Q {
        composition.iter().filter(|(label, _)| labels.contains(*label)).map(|(_, sum)| sum).sum()
    };
    let mut answer = Answer::default();
    for transfer in &case.transfers {
        let arrived = traced(&lines[&transfer.id].paid);
        let received = answer.received.entry(transfer.payee.clone()).or_default();
        received.gross += &arrived;
        received.distinct += arrived;
    }
    for (place, composition) in &balances {
        let sum = traced(composition);
        let is_held = case.is_account(place);
        let kind = if is_held { EndingKind::Held } else { EndingKind::Outside };
        answer.endings.insert((kind, place.clone()), (sum.clone(), sum.clone()));
        answer.traced.insert(place.clone(), sum);
    }
    answer.received.retain(|_, received| received.gross > whole(0));
    answer.transfers = lines.into_iter().map(|(id, line)| (id, line.paid)).collect();
    answer.balances = balances;
    answer
}

/// Every figure that is not as expected, each in one sentence.
pub fn differences(expected: &Expected, answer: &Answer) -> Vec<String> {
    let mut found = Differences(Vec::new());
    let nothing = Composition::new();
    for (id, carried) in expected.transfers.iter().flatten() {
        found.compare(
            &format!("transfer {id}"),
            carried,
            answer.transfers.get(id).unwrap_or(&nothing),
        );
    }
    for (place, held) in expected.balances.iter().flatten() {
        found.compare(
            &format!("held by {place}"),
            held,
            answer.balances.get(place).unwrap_or(&nothing),
        );
    }
    for (account, lots) in expected.lots.iter().flatten() {
        let empty = Vec::new();
        found.compare(
            &format!("lots of {account}"),
            lots,
            answer.lots.get(account).unwrap_or(&empty),
        );
    }
    let zero = whole(0);
    for (place, amount) in expected.traced.iter().flatten() {
        found.compare(
            &format!("traced in {place}"),
            amount,
            answer.traced.get(place).unwrap_or(&zero),
        );
    }
    for (account, amount) in expected.totals.iter().flatten() {
        found.compare(
            &format!("balance of {account}"),
            amount,
            answer.totals.get(account).unwrap_or(&zero),
        );
    }
    if let Some(endings) = &expected.endings {
        found.compare("endings", endings, &endings_by_place(answer));
    }
    if let Some(endings) = &expected.endings_by_kind {
        found.endings(endings, answer);
    }
    if let Some(received) = &expected.received {
        found.compare("received", received, &answer.received);
    }
    if let Some(amount) = &expected.amount {
        found.compare("amount", &Some(amount), &answer.amount.as_ref());
    }
    if let Some(trail) = &expected.trail {
        found.compare("trail", trail, &answer.trail);
    }
    if let Some(shares) = &expected.shares {
        found.compare("shares", shares, &answer.shares.iter().cloned().collect());
    }
    found.0
}

/// Endings of all kinds together, without those that hold nothing.
pub(crate) fn endings_by_place(answer: &Answer) -> BTreeMap<String, Q> {
    let mut by_place = BTreeMap::new();
    for ((_, place), (here, _)) in &answer.endings {
        *by_place.entry(place.clone()).or_insert_with(|| whole(0)) += here;
    }
    by_place.retain(|_, amount| *amount > whole(0));
    by_place
}

struct Differences(Vec<String>);

impl Differences {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, expected: &T, found: &T) {
        if expected != found {
            self.0.push(format!("{what}: expected {expected:?}, found {found:?}"));
        }
    }

    fn endings(&mut self, expected: &EndingsByKind, answer: &Answer) {
        let shows = |(here, of_origin): &(Q, Q)| *here > whole(0) || *of_origin > whole(0);
        let found = answer.endings.iter().filter(|(_, amounts)| shows(amounts));
        let asks_origin = expected.values().any(|(_, of_origin)| of_origin.is_some());
        let found: BTreeMap<_, _> = found
            .map(|(key, (here, of_origin))| {
                (key.clone(), (here.clone(), asks_origin.then(|| of_origin.clone())))
            })
            .collect();
        self.compare("endings", expected, &found);
    }
}
