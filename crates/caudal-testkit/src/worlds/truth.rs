//! The truth of a world: accounts, parties, transfers, and what both banks booked of them.

use super::write::FileFormat;

/// Where an account is, and with it its currency and the form of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Country {
    /// Euros, IBANs with a CCC inside.
    Spain,
    /// Euros, IBANs.
    Germany,
    /// Pesos, CLABEs.
    Mexico,
    /// Dollars, routing and account numbers.
    UnitedStates,
}

impl Country {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Spain, Self::Germany, Self::Mexico, Self::UnitedStates];

    /// The code of ISO 3166.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Spain => "ES",
            Self::Germany => "DE",
            Self::Mexico => "MX",
            Self::UnitedStates => "US",
        }
    }

    /// The currency of its accounts.
    pub const fn currency(self) -> &'static str {
        match self {
            Self::Spain | Self::Germany => "EUR",
            Self::Mexico => "MXN",
            Self::UnitedStates => "USD",
        }
    }

    /// How many units of its currency buy about what one euro buys.
    pub(super) const fn scale(self) -> i128 {
        match self {
            Self::Mexico => 20,
            _ => 1,
        }
    }
}

/// An account whose statements may be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// By whom it is held: an invented name.
    pub holder: String,
    /// The invented bank.
    pub bank: String,
    /// Where it is.
    pub country: Country,
    /// IBAN, CLABE or account number, with right check digits.
    pub number: String,
    /// The routing number of the bank, in the United States.
    pub routing: Option<String>,
    /// Whether a business holds it, which pays salaries.
    pub is_business: bool,
    /// The balance before the first month.
    pub opening_minor: i128,
    /// The format of its statements.
    pub format: FileFormat,
    /// Whether its CSV statements list the newest entry first.
    pub is_newest_first: bool,
}

impl Account {
    /// The code of its currency.
    pub const fn currency(&self) -> &'static str {
        self.country.currency()
    }

    /// Its name in ledgers: the number, after `routing/` in the United States.
    pub fn key(&self) -> String {
        key(&self.number, self.routing.as_deref())
    }
}

pub(super) fn key(number: &str, routing: Option<&str>) -> String {
    routing.map_or_else(|| number.to_owned(), |routing| format!("{routing}/{number}"))
}

/// What a party outside is to the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutsideKind {
    /// Is paid for goods.
    Shop,
    /// Pays for goods.
    Customer,
    /// Pays salaries.
    Employer,
    /// Is paid rent.
    Landlord,
    /// Is defrauded.
    Victim,
    /// Sells crypto-assets: where laundered money leaves.
    Exchange,
    /// Banknotes.
    Cash,
    /// The banks themselves, for their charges.
    Bank,
}

impl OutsideKind {
    pub(super) const ALL: [Self; 8] = [
        Self::Shop,
        Self::Customer,
        Self::Employer,
        Self::Landlord,
        Self::Victim,
        Self::Exchange,
        Self::Cash,
        Self::Bank,
    ];

    /// How many a country has.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::Shop => 8,
            Self::Customer => 6,
            Self::Victim => 3,
            Self::Employer => 2,
            _ => 1,
        }
    }

    /// Its word in ids, and the label of what it pays.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Customer => "customer",
            Self::Employer => "employer",
            Self::Landlord => "landlord",
            Self::Victim => "victim",
            Self::Exchange => "exchange",
            Self::Cash => "cash",
            Self::Bank => "bank",
        }
    }

    /// What names of it begin with in Spanish, German and English.
    pub(super) const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Shop => ["Tienda Ficticia", "Muster Laden", "Fictional Shop"],
            Self::Customer => ["Cliente Ejemplo", "Beispiel Kunde", "Example Customer"],
            Self::Employer => ["Fábrica Inventada", "Erfundene Fabrik", "Imaginary Factory"],
            Self::Landlord => ["Inmobiliaria Ficticia", "Muster Wohnen", "Fictional Homes"],
            Self::Victim => ["Víctima Ejemplo", "Beispiel Opfer", "Example Victim"],
            Self::Exchange => ["Cambio Inventado", "Erfundene Börse", "Imaginary Exchange"],
            Self::Cash => ["Cajero Ficticio", "Muster Automat", "Fictional Teller"],
            Self::Bank => ["Comisiones Ficticias", "Muster Entgelte", "Fictional Charges"],
        }
    }
}

/// A party that has no account in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Its name in ledgers, such as `@shop-es-3`.
    pub id: String,
    /// Its invented name in statements.
    pub name: String,
    /// What it is.
    pub kind: OutsideKind,
    /// Where it is.
    pub country: Country,
    /// Its account, at a bank that gives no statements; cash has none.
    pub number: Option<String>,
    /// The routing number of that bank, in the United States.
    pub routing: Option<String>,
}

/// One end of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// Position in the world's accounts.
    Account(usize),
    /// Position in the world's outside parties.
    Outside(usize),
}

impl Party {
    /// The account, if it is one.
    pub const fn account(self) -> Option<usize> {
        match self {
            Self::Account(at) => Some(at),
            Self::Outside(_) => None,
        }
    }
}

/// Why a transfer was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransferKind {
    /// A payment between accounts.
    Payment,
    /// Several equal payments between the same accounts within days.
    Repeated,
    /// A standing order of every month.
    StandingOrder,
    /// A salary.
    Salary,
    /// Rent.
    Rent,
    /// A purchase outside.
    Purchase,
    /// Cash taken out.
    Cash,
    /// A payment of a customer.
    Sale,
    /// Money of a victim comes in.
    Victim,
    /// Money of a victim is passed on, and leaves in the end.
    Layer,
}

/// A transfer that truly took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueTransfer {
    /// Who pays.
    pub payer: Party,
    /// Who is paid. At least one of the two is an account.
    pub payee: Party,
    /// What leaves the payer, without a charge booked beside it.
    pub paid_minor: i128,
    /// What reaches the payee, in the payee's currency, after [`Self::deducted_minor`].
    pub received_minor: i128,
    /// What the payee's bank kept of the credit, in the payee's currency.
    pub deducted_minor: i128,
    /// What the payer's bank charged in an entry of its own.
    pub charged_minor: i128,
    /// The day it was ordered, which may be in a weekend.
    pub execution_day: i32,
    /// The day the payer's bank books it.
    pub payer_day: i32,
    /// The day the payee's bank books it, from 0 to 3 open days later.
    pub payee_day: i32,
    /// Why.
    pub kind: TransferKind,
    /// The label of a victim's money as it comes in, such as `victim-2`.
    pub victim: Option<String>,
    /// Whether money of a victim was meant to flow on with it.
    pub is_laundering: bool,
    /// The reference that both banks carry.
    pub end_to_end: Option<String>,
    /// What the order says.
    pub description: String,
    /// The payer's side, where the payer is an account.
    pub payer_entry: Option<EntryId>,
    /// The payee's side, where the payee is an account.
    pub payee_entry: Option<EntryId>,
    /// The charge, where there is one.
    pub charge_entry: Option<EntryId>,
}

/// An entry's position in the world's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId(pub usize);

/// What an entry is of its transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The debit at the payer.
    Payer,
    /// The credit at the payee.
    Payee,
    /// A charge of the payer's bank, which has no second side.
    Charge,
}

/// What a bank truly booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueEntry {
    /// Position of the account.
    pub account: usize,
    /// The booking day, never in a weekend.
    pub day: i32,
    /// The value day.
    pub value_day: i32,
    /// What it adds to the balance.
    pub minor: i128,
    /// The balance after it.
    pub balance_after_minor: i128,
    /// Position of the transfer that it is a side of; `None` for a charge.
    pub transfer: Option<usize>,
    /// Position of the transfer that brought the charge about; that of the transfer itself for sides.
    pub cause: usize,
    /// What it is of its transfer.
    pub side: Side,
    /// The reference that the account's bank gave it.
    pub bank_reference: String,
}
