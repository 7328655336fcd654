//! What a bank tells of an entry beside its amount and its days.

use crate::worlds::truth::{Party, Side};
use crate::worlds::{Country, EntryId, TrueTransfer, World};

/// The words of an entry, before the limits of any format.
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one entry")]
pub(super) struct Detail {
    /// The other side's name; empty where rows do not name it.
    pub(super) name: String,
    /// The other side's account; empty where rows do not name it, or there is none.
    pub(super) number: String,
    /// The routing number of the other side's bank, in the United States.
    pub(super) routing: Option<String>,
    /// Whether the number is an IBAN.
    pub(super) is_iban: bool,
    pub(super) description: String,
    pub(super) end_to_end: Option<String>,
    pub(super) bank_reference: String,
    /// What was ordered, where that was in another currency or a fee was taken out of it.
    pub(super) ordered: Option<(i128, &'static str)>,
    /// What the bank kept of the credit.
    pub(super) kept_minor: i128,
    pub(super) is_charge: bool,
    /// Whether the other side is paid; a flipped sign does not change it.
    pub(super) is_to_other: bool,
}

impl Detail {
    pub(super) fn of(world: &World, id: EntryId) -> Self {
        let entry = world.entry(id);
        let transfer = &world.transfers[entry.cause];
        let other = match entry.side {
            Side::Payer => Some(transfer.payee),
            Side::Payee => Some(transfer.payer),
            Side::Charge => None,
        };
        let country = world.accounts[entry.account].country;
        let mut detail = Self {
            name: String::new(),
            number: String::new(),
            routing: None,
            is_iban: false,
            description: transfer.description.clone(),
            end_to_end: transfer.end_to_end.clone(),
            bank_reference: entry.bank_reference.clone(),
            ordered: None,
            kept_minor: 0,
            is_charge: other.is_none(),
            is_to_other: entry.side == Side::Payer,
        };
        let Some(other) = other else { return detail.of_charge(country) };
        if world.options.with_names {
            detail.name_other(world, other);
        }
        detail.order(world, transfer, entry.side);
        detail
    }

    fn of_charge(self, country: Country) -> Self {
        let words = match country {
            Country::Spain | Country::Mexico => "Comisión por transferencia",
            Country::Germany => "Entgelt",
            Country::UnitedStates => "Service charge",
        };
        Self { description: words.to_owned(), end_to_end: None, ..self }
    }

    fn name_other(&mut self, world: &World, other: Party) {
        let (name, number, routing, country) = match other {
            Party::Account(at) => {
                let account = &world.accounts[at];
                (&account.holder, Some(&account.number), &account.routing, account.country)
            }
            Party::Outside(at) => {
                let party = &world.outside[at];
                (&party.name, party.number.as_ref(), &party.routing, party.country)
            }
        };
        self.name.clone_from(name);
        self.number = number.cloned().unwrap_or_default();
        self.routing.clone_from(routing);
        let has_ibans = matches!(country, Country::Spain | Country::Germany);
        self.is_iban = has_ibans && number.is_some();
    }

    /// The payee's bank says what was paid, where less or something else arrived.
    fn order(&mut self, world: &World, transfer: &TrueTransfer, side: Side) {
        let currency = |party: Party| match party {
            Party::Account(at) => world.accounts[at].currency(),
            Party::Outside(at) => world.outside[at].country.currency(),
        };
        let (paid, received) = (currency(transfer.payer), currency(transfer.payee));
        if side == Side::Payee && (paid != received || transfer.deducted_minor > 0) {
            self.ordered = Some((transfer.paid_minor, paid));
            self.kept_minor = transfer.deducted_minor;
        }
    }

    /// The other side's account with its bank, where that is a number of its own.
    pub(super) fn account(&self) -> String {
        match &self.routing {
            Some(routing) => format!("{routing}/{}", self.number),
            None => self.number.clone(),
        }
    }
}
