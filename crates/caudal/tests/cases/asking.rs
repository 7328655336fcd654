//! Questions of the slow tracer as requests of the façade.

use std::collections::{BTreeMap, BTreeSet};

use caudal::wire::TraceDocument;
use caudal::{Overdraft, Request, unwatched};
use caudal_model::format_minor;
use caudal_testkit::slow::{self, SlowOrigin, SlowTarget};

use crate::world::World;

/// Every rule that traces forward.
pub(crate) const RULES: [&str; 10] = [
    "fifo",
    "lifo",
    "pro-rata",
    "difo:fifo",
    "difo:lifo",
    "difo:pro-rata",
    "libr:fifo",
    "libr:lifo",
    "libr:pro-rata",
    "poison",
];

/// Whether a rule carries fractions.
pub(crate) fn has_fractions(rule: &str) -> bool {
    rule.ends_with("pro-rata") && rule != "capped-pro-rata"
}

/// Selectors of origins, and the names of the question for the labels of the document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    pub(crate) selectors: Vec<String>,
    pub(crate) names: BTreeMap<String, String>,
}

impl Origins {
    /// Members as selectors; `Err` says what has no selector of its own.
    pub(crate) fn of(world: &World, members: &[SlowOrigin]) -> Result<Self, String> {
        let mut origins = Self::default();
        for member in members {
            for (selector, shown) in selectors(world, member)? {
                let name = origins.names.entry(shown).or_insert_with(|| member.label().to_owned());
                if name != member.label() {
                    return Err("two origins of one label".to_owned());
                }
                if !origins.selectors.contains(&selector) {
                    origins.selectors.push(selector);
                }
            }
        }
        Ok(origins)
    }
}

/// Selectors of a member, each with a label that the document shows for it.
fn selectors(world: &World, member: &SlowOrigin) -> Result<Vec<(String, String)>, String> {
    let shown = |id: &str| {
        let transfer = world.transfer(id);
        transfer.parts.first().map_or_else(|| id.to_owned(), |part| part.0.clone())
    };
    match member {
        SlowOrigin::Label(label) => Ok(vec![(format!("label:{label}"), label.clone())]),
        SlowOrigin::Transfer { id, .. } => {
            let ids = world.ids(id);
            Ok(ids.into_iter().map(|id| (format!("transfer:{id}"), shown(&id))).collect())
        }
        SlowOrigin::Part { id, from, to, .. } => {
            if world.ids(id).len() > 1 {
                return Err("a part of a deposit of several parts".to_owned());
            }
            let name = format!("{id}[{}..{}]", format_minor(*from, 2), format_minor(*to, 2));
            Ok(vec![(format!("transfer:{name}"), name)])
        }
        SlowOrigin::Opening { account, .. } => {
            let lots = world.slow.openings.get(account).into_iter().flatten();
            Ok(lots.map(|lot| (format!("account:{account}"), lot.0.clone())).collect())
        }
    }
}

/// Selectors of targets.
pub(crate) fn targets<'t>(
    world: &World,
    targets: impl IntoIterator<Item = &'t SlowTarget>,
) -> Vec<String> {
    let selectors = |target: &SlowTarget| match target {
        SlowTarget::Transfer(id) => {
            world.ids(id).iter().map(|id| format!("transfer:{id}")).collect::<Vec<_>>()
        }
        SlowTarget::Balance(account) => vec![format!("account:{account}")],
    };
    targets.into_iter().flat_map(selectors).collect()
}

/// A request with the options of the case.
pub(crate) fn request(world: &World, from: &[String], to: &[String], rules: &str) -> Request {
    let request = Request::from(from.iter().map(String::as_str)).rule(rules);
    let mut request = request.expect("rules that exist");
    request.to = to.iter().map(|text| text.parse().expect("a selector")).collect();
    request.same_day = world.same_day;
    request.keep_reversals = !world.slow.net_reversals;
    request.overdraft = match world.slow.overdraft {
        slow::Overdraft::Bank => Overdraft::Bank,
        slow::Overdraft::Birth => Overdraft::Birth,
    };
    if world.slow.threshold > 0 {
        let threshold = format_minor(world.slow.threshold, 2);
        request = request.threshold(&threshold).expect("an amount");
    }
    request
}

/// The document of an answer.
pub(crate) fn answer(
    world: &World,
    from: &[String],
    to: &[String],
    rules: &str,
) -> Result<TraceDocument, String> {
    let request = request(world, from, to, rules);
    caudal::trace(&world.case, &request, &mut unwatched).map_err(|error| error.to_string())
}

/// Every label with which money enters: from outside, from accounts without a statement, and as
/// opening lots.
pub(crate) fn every_label(world: &World) -> Vec<SlowOrigin> {
    let case = slow::net_reversals(&world.slow);
    let opened = case.openings.values().flatten();
    let entering = case.transfers.iter().flat_map(|transfer| &transfer.parts);
    let mut labels: BTreeSet<String> = opened.chain(entering).map(|part| part.0.clone()).collect();
    let payers = case.transfers.iter().map(|transfer| &transfer.payer);
    let unknown = payers.filter(|payer| case.frontier.contains(*payer));
    labels.extend(unknown.map(|payer| format!("unknown:{payer}")));
    labels.into_iter().map(SlowOrigin::Label).collect()
}
