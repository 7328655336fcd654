//! Sides made ready: in an order that does not depend on the input, with texts as numbers.

use std::collections::BTreeMap;

use caudal_model::{Currency, EntryStatus, ReferenceKind};

use super::Side;
use super::names::{Holders, Words};
use crate::identify::{AccountKey, Check, is_placeholder};

/// References shorter than this prove nothing.
const REFERENCE_LENGTH_MIN: usize = 4;

/// References of one side that are looked at.
const REFERENCES_MAX: usize = 8;

/// A booked side that moves money.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its position among the sides given.
    pub(super) side: usize,
    pub(super) account: u32,
    pub(super) is_debit: bool,
    pub(super) day: i32,
    pub(super) value_day: Option<i32>,
    /// Without its sign; never zero.
    pub(super) minor: i128,
    pub(super) currency: Currency,
    pub(super) references: Vec<(ReferenceKind, u32)>,
    pub(super) counterparty: Option<u32>,
    /// Whether it names an account, in good spelling, that is not known.
    pub(super) names_unknown: bool,
    pub(super) name: u32,
    pub(super) own_name: u32,
    pub(super) description: u32,
    pub(super) ordered: Option<(i128, Currency)>,
    pub(super) charges: i128,
    /// Sides with one number are interchangeable: account, day, amount and what they say of the other
    /// side are the same.
    pub(super) twin: u32,
    /// How many twins stand before it.
    pub(super) twin_rank: usize,
}

/// All sides that can be paired.
pub(super) struct Rows {
    pub(super) all: Vec<Row>,
    /// Row of a side.
    pub(super) of_side: Vec<Option<u32>>,
    /// By number of a text; 0 is the empty text.
    pub(super) words: Vec<Words>,
    /// By number of a reference: how many rows have it.
    pub(super) reference_uses: Vec<u32>,
    /// By number of a name: the accounts that it means.
    pub(super) accounts: Vec<Vec<u32>>,
    amount_uses: BTreeMap<(Currency, i128), u32>,
}

impl Rows {
    pub(super) fn of(sides: &[Side]) -> Self {
        let order = canonical(sides);
        let texts = sorted(order.iter().flat_map(|&at| {
            let side = &sides[at];
            ["", &side.name, &side.own_name, &side.description]
        }));
        let folded: Vec<Vec<(ReferenceKind, String)>> =
            order.iter().map(|&at| references(&sides[at])).collect();
        let reference_texts = sorted(folded.iter().flatten().map(|(_, text)| text.as_str()));
        let mut rows: Vec<Row> = order.iter().map(|&at| row(at, &sides[at], &texts)).collect();
        for (row, references) in rows.iter_mut().zip(&folded) {
            let number = |(kind, text): &(_, String)| (*kind, number(&reference_texts, text));
            row.references = references.iter().map(number).collect();
        }
        let words: Vec<Words> = texts.iter().map(|text| Words::of(text)).collect();
        let accounts = accounts(&rows, &words);
        twins(&mut rows, sides, &accounts, &words);
        let mut ready = Self {
            of_side: vec![None; sides.len()],
            reference_uses: uses(&rows, reference_texts.len()),
            accounts,
            amount_uses: BTreeMap::new(),
            words,
            all: rows,
        };
        for (at, row) in (0u32..).zip(&ready.all) {
            ready.of_side[row.side] = Some(at);
            // Twins tell as much as one of them.
            *ready.amount_uses.entry((row.currency, row.minor)).or_default() +=
                u32::from(row.twin_rank == 0);
        }
        ready
    }

    pub(super) fn get(&self, at: u32) -> &Row {
        &self.all[at as usize]
    }

    /// How many rows have this amount, twins counted once.
    pub(super) fn amount_uses(&self, row: &Row) -> u32 {
        self.amount_uses.get(&(row.currency, row.minor)).copied().unwrap_or(0)
    }
}

/// Positions of the sides that can be paired, ordered by what they say.
fn canonical(sides: &[Side]) -> Vec<usize> {
    let can_pair = |side: &Side| {
        side.status == EntryStatus::Booked && side.minor != 0 && side.minor != i128::MIN
    };
    let mut order: Vec<usize> = (0..sides.len()).filter(|&at| can_pair(&sides[at])).collect();
    let key = |at: usize| {
        let side = &sides[at];
        let first = (side.account, side.day, side.line, side.minor, side.currency, side.value_day);
        let texts = (&side.references, &side.name, &side.own_name, &side.description);
        let last = (side.counterparty, &side.counterparty_key, side.ordered, side.charges);
        (first, texts, last)
    };
    order.sort_by(|&a, &b| key(a).cmp(&key(b)));
    order
}

fn sorted<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn number(texts: &[&str], text: &str) -> u32 {
    let at = texts.binary_search(&text).expect("every text was collected before");
    u32::try_from(at).expect("fewer than 2^32 texts")
}

fn row(at: usize, side: &Side, texts: &[&str]) -> Row {
    let names_unknown = |key: &AccountKey| key.check != Check::Failed;
    Row {
        side: at,
        account: side.account,
        is_debit: side.minor < 0,
        day: side.day,
        value_day: side.value_day,
        minor: side.minor.abs(),
        currency: side.currency,
        references: Vec::new(),
        counterparty: side.counterparty,
        names_unknown: side.counterparty.is_none()
            && side.counterparty_key.as_ref().is_some_and(names_unknown),
        name: number(texts, &side.name),
        own_name: number(texts, &side.own_name),
        description: number(texts, &side.description),
        ordered: side.ordered.filter(|(minor, _)| *minor > 0),
        charges: side.charges.filter(|minor| *minor > 0).unwrap_or(0),
        twin: 0,
        twin_rank: 0,
    }
}

/// References in capitals without signs; sorted, each once.
fn references(side: &Side) -> Vec<(ReferenceKind, String)> {
    let fold = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    };
    let folded = side.references.iter().map(|(kind, text)| (*kind, fold(text)));
    let is_long = |(_, text): &(_, String)| text.len() >= REFERENCE_LENGTH_MIN;
    let mut folded: Vec<_> =
        folded.filter(is_long).filter(|(_, text)| !is_placeholder(text)).collect();
    folded.sort_unstable();
    folded.dedup();
    folded.truncate(REFERENCES_MAX);
    folded
}

fn uses(rows: &[Row], references: usize) -> Vec<u32> {
    let mut uses = vec![0; references];
    for row in rows {
        let mut own: Vec<u32> = row.references.iter().map(|(_, text)| *text).collect();
        own.sort_unstable();
        own.dedup();
        for text in own {
            uses[text as usize] += 1;
        }
    }
    uses
}

/// Numbers the sides that are interchangeable. Two spellings of the other party are one if they mean
/// the same accounts, or have the same words.
fn twins(rows: &mut [Row], sides: &[Side], accounts: &[Vec<u32>], words: &[Words]) {
    let mut known = BTreeMap::new();
    for row in rows {
        let place = (row.account, row.is_debit, row.day, row.minor, row.currency);
        let meant = match &row.counterparty {
            Some(account) => std::slice::from_ref(account).to_vec(),
            None => accounts[row.name as usize].clone(),
        };
        let name = meant.is_empty().then(|| &words[row.name as usize]);
        let other = (row.own_name, meant, name, &sides[row.side].counterparty_key);
        let next = u32::try_from(known.len()).expect("fewer than 2^32 sides");
        let (twin, count) = known.entry((place, other)).or_insert((next, 0usize));
        (row.twin, row.twin_rank) = (*twin, *count);
        *count += 1;
    }
}

/// By number of a text: the accounts whose holder it means, if it is used as a name.
fn accounts(rows: &[Row], words: &[Words]) -> Vec<Vec<u32>> {
    let mut held: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in rows {
        let accounts = held.entry(row.own_name).or_default();
        if accounts.last() != Some(&row.account) {
            accounts.push(row.account);
        }
    }
    let holders = Holders::of(
        held.into_iter().map(|(name, accounts)| (&words[name as usize], accounts)).collect(),
    );
    let mut found = vec![Vec::new(); words.len()];
    let mut is_done = vec![false; words.len()];
    for row in rows {
        let name = row.name as usize;
        if !std::mem::replace(&mut is_done[name], true) {
            found[name] = holders.find(&words[name]);
        }
    }
    found
}
