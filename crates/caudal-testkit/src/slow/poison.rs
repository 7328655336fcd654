//! `poison`: which accounts are exposed to which origins, and which transfers. No amount traced.
//!
//! *Meaning.* An account is exposed from the arrival of a cent until its balance is zero; payments
//! made meanwhile are exposed whole, and so is whoever receives them (`TRACING` 5.6).

use std::collections::{BTreeMap, BTreeSet};

use super::line::{Kind, Line, entering, is_pool, lines};
use super::{
    Composition, EndingKind, Q, SlowAmount, SlowCase, SlowLine, SlowOrigin, SlowOriginTotal,
    SlowTrace, whole,
};

/// Exposure forward.
pub(crate) fn trace(case: &SlowCase, members: &[SlowOrigin]) -> SlowTrace {
    let mut exposed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut arrived: BTreeMap<String, Composition> = BTreeMap::new();
    let mut balances: BTreeMap<String, u128> = BTreeMap::new();
    let mut debts: BTreeMap<String, Q> = BTreeMap::new();
    let mut trace = SlowTrace::default();
    for line in lines(case) {
        match line.kind {
            Kind::Loan => {
                *debts.entry(line.payee.clone()).or_insert_with(|| whole(0)) += whole(line.paid);
            }
            Kind::Repayment => {
                *debts.entry(line.payer.clone()).or_insert_with(|| whole(0)) -= whole(line.paid);
            }
            _ => {}
        }
        let mut labels = exposed.get(&line.payer).cloned().unwrap_or_default();
        labels.extend(starting(case, members, &line));
        if is_pool(case, &line.payer) {
            balances.insert(line.payer.clone(), line.payer_before - line.paid);
            if line.payer_before == line.paid {
                exposed.remove(&line.payer);
            }
        }
        if let Kind::Transfer(at) = line.kind {
            let whole_of = |amount: u128| -> Composition {
                labels.iter().map(|label| (label.clone(), whole(amount))).collect()
            };
            let (traced, traced_arrived) = (whole_of(line.paid), whole_of(line.received));
            let shown = SlowLine { traced, traced_arrived, ..SlowLine::default() };
            trace.transfers.insert(case.transfers[at].id.clone(), shown);
        }
        if is_pool(case, &line.payee) {
            balances.insert(line.payee.clone(), line.payee_before + line.received);
            exposed.entry(line.payee).or_default().extend(labels);
        } else {
            let here = arrived.entry(line.payee).or_default();
            for label in labels {
                *here.entry(label).or_insert_with(|| whole(0)) += whole(line.received);
            }
        }
    }
    for (account, labels) in exposed {
        let balance = whole(balances.get(&account).copied().unwrap_or(0));
        arrived.insert(account, labels.into_iter().map(|l| (l, balance.clone())).collect());
    }
    arrived.retain(|_, labels| !labels.is_empty());
    let ending = |(place, labels): (&String, &Composition)| {
        let amount = |here: &Q| SlowAmount { here: here.clone(), of_origin: whole(0) };
        let labels = labels.iter().map(|(label, here)| (label.clone(), amount(here)));
        ((EndingKind::Exposed, place.clone()), labels.collect())
    };
    trace.endings = arrived.iter().map(ending).collect();
    trace.traced = arrived;
    let less_debt = |(account, sum): (String, u128)| {
        let debt = debts.get(&account).cloned().unwrap_or_else(|| whole(0));
        (account, whole(sum) - debt)
    };
    trace.balances = balances.into_iter().map(less_debt).collect();
    trace.origins = totals(members);
    trace
}

/// Origins that start in a line.
fn starting(case: &SlowCase, members: &[SlowOrigin], line: &Line) -> BTreeSet<String> {
    let starts = |member: &&SlowOrigin| match (line.kind, member) {
        (Kind::Opening(at), SlowOrigin::Label(label)) => case.openings[&line.payee][at].0 == *label,
        (Kind::Opening(_), SlowOrigin::Opening { account, .. }) => *account == line.payee,
        (Kind::Transfer(at), SlowOrigin::Transfer { id, .. } | SlowOrigin::Part { id, .. }) => {
            case.transfers[at].id == *id
        }
        (Kind::Transfer(at), SlowOrigin::Label(label)) => {
            let transfer = &case.transfers[at];
            let enters = entering(case, transfer).iter().any(|part| part.0 == *label);
            enters && !case.is_account(&transfer.payer)
        }
        _ => false,
    };
    members.iter().filter(starts).map(|member| member.label().to_owned()).collect()
}

fn totals(members: &[SlowOrigin]) -> Vec<SlowOriginTotal> {
    let mut totals: Vec<SlowOriginTotal> = Vec::new();
    for member in members {
        if totals.iter().all(|total| total.label != member.label()) {
            let label = member.label().to_owned();
            totals.push(SlowOriginTotal { label, traced: whole(0), overlap: whole(0) });
        }
    }
    totals
}
