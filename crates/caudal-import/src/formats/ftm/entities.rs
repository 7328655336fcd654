//! What the entities of a file are called.

use std::borrow::Cow;

use caudal_model::ProblemCode;
use caudal_model::collections::Dictionary;

use super::line::{Line, Values};
use crate::report::Fault;

/// Schemas that can be a side of a payment by something else than a name.
const ACCOUNT: &str = "BankAccount";
const WALLET: &str = "CryptoWallet";

/// Schemas that are a side by their name: legal entities.
const PARTIES: &[&str] = &["Person", "Company", "Organization", "PublicBody", "LegalEntity"];

/// The entities of a file by their ids.
#[derive(Default)]
pub(super) struct Entities {
    ids: Dictionary,
    /// For each id, in the order of `ids`.
    named: Vec<Named>,
    names: Dictionary,
}

struct Named {
    /// Number of its name in `names`; `None` where the id is all there is.
    name_idx: Option<u32>,
    /// Whether the name is an account's in all the world, so that two entities with it are one.
    is_unique: bool,
    /// Whether two entities of the file share the name.
    is_shared: bool,
}

/// What an entity is called, or why its names name nothing.
struct Name<'l> {
    text: Option<&'l str>,
    is_unique: bool,
    fault: Option<Fault>,
}

impl Entities {
    /// Adds an entity. A problem where it names two accounts, or another than it did before: then
    /// its id stands for it.
    pub(super) fn add(&mut self, line: &Line<'_>) -> Option<Fault> {
        let name = name_of(line)?;
        let (id_idx, is_new) = self.ids.intern(line.id.trim());
        let name_idx = name.text.map(|text| self.names.intern(text).0);
        let named = Named { name_idx, is_unique: name.is_unique, is_shared: false };
        if is_new {
            self.named.push(named);
            return name.fault;
        }
        let before = &mut self.named[id_idx as usize];
        let (Some(old), Some(new)) = (before.name_idx, name_idx) else {
            if before.name_idx.is_none() {
                *before = named;
            }
            return name.fault;
        };
        // Names of parties come in many spellings; two numbers are two accounts.
        let is_account = line.schema == ACCOUNT || line.schema == WALLET;
        if old == new || !is_account {
            return name.fault;
        }
        let both = format!("{} | {}", self.names.get(old), self.names.get(new));
        before.name_idx = None;
        Some(Fault::new(ProblemCode::AccountKeyContradicts, &both))
    }

    /// Parts the entities that share a name, once all are there.
    pub(super) fn part(&mut self) {
        let mut counts = vec![0u32; self.names.len()];
        for name_idx in self.named.iter().filter_map(|named| named.name_idx) {
            counts[name_idx as usize] += 1;
        }
        for named in &mut self.named {
            let count = named.name_idx.map_or(0, |idx| counts[idx as usize]);
            named.is_shared = count > 1 && !named.is_unique;
        }
    }

    /// What the side of a transfer is called that a payment names by an id.
    pub(super) fn name<'n>(&'n self, id: &'n str) -> Cow<'n, str> {
        let named = self.ids.find(id).map(|idx| &self.named[idx as usize]);
        let Some((named, name_idx)) = named.and_then(|named| Some((named, named.name_idx?))) else {
            return Cow::Borrowed(id);
        };
        let name = self.names.get(name_idx);
        if named.is_shared { Cow::Owned(format!("{name} [{id}]")) } else { Cow::Borrowed(name) }
    }
}

/// `None` for entities that are no side of a payment.
fn name_of<'l>(line: &'l Line<'_>) -> Option<Name<'l>> {
    let its = &line.properties;
    let numbers: &[&Values<'_>] = match &*line.schema {
        ACCOUNT => &[&its.iban, &its.account_number],
        WALLET => &[&its.public_key, &its.crypto_address, &its.account_id],
        schema if !PARTIES.contains(&schema) => return None,
        _ => {
            let caption = line.caption.as_deref().map(str::trim).filter(|text| !text.is_empty());
            let text = caption.or(its.name.first());
            return text.map(|_| Name { text, is_unique: false, fault: None });
        }
    };
    let stated = numbers.iter().find(|values| !values.is_empty());
    let several = stated.filter(|values| values.are_several());
    let fault =
        several.map(|values| Fault::new(ProblemCode::AccountKeyContradicts, &values.joined(" | ")));
    let text = stated.and_then(|values| values.only());
    // Numbers of accounts are unique in their bank only.
    let is_unique = line.schema == WALLET || its.iban.only().is_some();
    Some(Name { text, is_unique, fault })
}
