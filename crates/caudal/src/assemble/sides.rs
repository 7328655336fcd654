//! Which entries of two accounts are one transfer, with what a person decided about it.

use std::collections::BTreeMap;

use caudal_model::{Currency, ReferenceKind};
use caudal_reconcile::identify::{Found, KeyBook};
use caudal_reconcile::matching::{Decision, MatchOptions, Pair, RateBand, Side, match_sides};

use super::accounts::other_key;
use super::{Assembled, EntryAt};
use crate::folder::{DecisionRecord, ReadCase, Verdict};

/// Matches the entries of a case.
pub(super) fn find(case: &ReadCase, decisions: &[DecisionRecord], assembled: &mut Assembled) {
    let keys = KeyBook::new(assembled.accounts.iter().map(|account| account.identifier.clone()));
    let numbered = (0u32..).zip(&assembled.entries);
    let sides: Vec<Side> =
        numbered.map(|(line, entry)| side(case, assembled, &keys, (line, entry))).collect();
    let ids: BTreeMap<&str, usize> =
        assembled.entries.iter().enumerate().map(|(at, entry)| (entry.id.as_str(), at)).collect();
    let decided = |decision: &DecisionRecord| {
        let (debit, credit) = (ids.get(decision.debit.as_str()), ids.get(decision.credit.as_str()));
        let (debit, credit) = (*debit?, *credit?);
        Some(match decision.verdict {
            Verdict::Same => Decision::Same(debit, credit),
            Verdict::Different => Decision::Different(debit, credit),
        })
    };
    let decisions: Vec<Decision> = decisions.iter().filter_map(decided).collect();
    let first = match_sides(&sides, &decisions, &MatchOptions::default());
    let bands = bands(&sides, &first.pairs);
    assembled.matching = if bands.is_empty() {
        first
    } else {
        match_sides(&sides, &decisions, &MatchOptions { bands, ..MatchOptions::default() })
    };
}

/// Pairs that a band of rates must rest on.
const BAND_PAIRS_MIN: usize = 3;

/// The rates at which the case's own pairs were exchanged, a twentieth wider: what the evidence says
/// of one exchange makes another plausible, and no table from outside is needed.
fn bands(sides: &[Side], pairs: &[Pair]) -> Vec<RateBand> {
    let mut seen: BTreeMap<(Currency, Currency), Vec<(u128, u128)>> = BTreeMap::new();
    for pair in pairs {
        let Some((paid, received)) = pair.rate else { continue };
        let (from, to) = (sides[pair.debit].currency, sides[pair.credit].currency);
        // In whole units, so that currencies of different decimals compare.
        let scale = |minor: i128, own: Currency, other: Currency| {
            let zeros = other.exponent().saturating_sub(own.exponent());
            minor.unsigned_abs().saturating_mul(10u128.saturating_pow(u32::from(zeros)))
        };
        let rate = (scale(received, to, from), scale(paid, from, to));
        seen.entry((from, to)).or_default().push(rate);
    }
    let band = |((paid, received), mut rates): ((Currency, Currency), Vec<(u128, u128)>)| {
        if rates.len() < BAND_PAIRS_MIN {
            return None;
        }
        rates.sort_by(|a, b| (a.0.saturating_mul(b.1)).cmp(&b.0.saturating_mul(a.1)));
        // A few wrong pairs do not widen the band.
        let cut = rates.len() / 20;
        let (low, high) = (rates[cut], rates[rates.len() - 1 - cut]);
        Some(RateBand {
            paid,
            received,
            low: ratio(low.0.saturating_mul(19), low.1.saturating_mul(20)),
            high: ratio(high.0.saturating_mul(21), high.1.saturating_mul(20)),
        })
    };
    seen.into_iter().filter_map(band).collect()
}

/// A ratio in sixty-four bits, halved until it fits.
fn ratio(mut numerator: u128, mut denominator: u128) -> (u64, u64) {
    while numerator > u128::from(u64::MAX) || denominator > u128::from(u64::MAX) {
        numerator /= 2;
        denominator /= 2;
    }
    let fit = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    (fit(numerator), fit(denominator).max(1))
}

fn side(
    case: &ReadCase,
    assembled: &Assembled,
    keys: &KeyBook,
    (line, at): (u32, &EntryAt),
) -> Side {
    let entry = at.of(case);
    let account = &assembled.accounts[at.account];
    let other = &entry.counterparty;
    let key = other_key(entry);
    let known = key.as_ref().and_then(|key| match keys.find(key) {
        Found::One(known) => u32::try_from(known).ok(),
        _ => None,
    });
    let references: Vec<(ReferenceKind, String)> =
        entry.references.iter().map(|r| (r.kind, r.text.clone())).collect();
    let exponent = account.currency.exponent();
    Side {
        account: u32::try_from(at.account).unwrap_or(u32::MAX),
        line,
        status: entry.status,
        day: at.day,
        value_day: entry.value_day,
        minor: at.minor,
        currency: account.currency,
        references,
        counterparty: known,
        counterparty_key: key.filter(|_| known.is_none()),
        name: other.holder.clone().unwrap_or_default(),
        own_name: account.holder.clone().unwrap_or_default(),
        description: entry.description.clone(),
        ordered: entry
            .ordered
            .and_then(|(amount, currency)| Some((amount.minor(currency.exponent())?, currency))),
        charges: entry.charges.and_then(|charges| charges.minor(exponent)),
    }
}
