//! Who holds the accounts of a world, at which banks, and who pays and is paid outside of it.
//!
//! *Shape.* Every name says that it is invented, and has only letters, digits, spaces and points.

use super::identifiers::{clabe, german_iban, routing, spanish_iban};
use super::write::FileFormat;
use super::{Account, Country, Outside, OutsideKind, below, index};
use crate::random::Rng;

/// Country and format of the accounts in turn, so that twelve accounts meet every format and every
/// country more than one.
const KINDS: [(Country, FileFormat); 12] = [
    (Country::Spain, FileFormat::Norma43),
    (Country::Germany, FileFormat::Camt),
    (Country::Mexico, FileFormat::CsvSpanish),
    (Country::UnitedStates, FileFormat::Bai2),
    (Country::Spain, FileFormat::CsvSpanish),
    (Country::Germany, FileFormat::Mt940),
    (Country::UnitedStates, FileFormat::CsvEnglish),
    (Country::Mexico, FileFormat::Ofx),
    (Country::Spain, FileFormat::Camt),
    (Country::UnitedStates, FileFormat::Ofx),
    (Country::Mexico, FileFormat::Mt940),
    (Country::Germany, FileFormat::CsvEnglish),
];

/// Number words keep names apart without looking like figures.
const NUMBERS: [[&str; 12]; 3] = [
    [
        "Uno", "Dos", "Tres", "Cuatro", "Cinco", "Seis", "Siete", "Ocho", "Nueve", "Diez", "Once",
        "Doce",
    ],
    [
        "Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs", "Sieben", "Acht", "Neun", "Zehn", "Elf",
        "Zwölf",
    ],
    [
        "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
        "Twelve",
    ],
];

const FIRST_NAMES: [[&str; 8]; 3] = [
    ["Ana", "Luis", "Marta", "Jorge", "Lucía", "Iván", "Elena", "Hugo"],
    ["Anna", "Jonas", "Greta", "Lukas", "Ida", "Emil", "Klara", "Otto"],
    ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Henry"],
];

/// The accounts of a world. A third are of businesses, and the first is one.
pub(super) fn accounts(rng: &mut Rng, count: usize) -> Vec<Account> {
    let turn = index(rng, KINDS.len());
    (0..count).map(|at| account(rng, at, KINDS[(at + turn) % KINDS.len()])).collect()
}

fn account(rng: &mut Rng, at: usize, (country, format): (Country, FileFormat)) -> Account {
    let is_business = at.is_multiple_of(3);
    let bank_at = index(rng, 3);
    let (number, routing) = number(rng, country, bank_at);
    let units = if is_business { 20_000 + below(rng, 60_000) } else { 500 + below(rng, 4_500) };
    let cents = below(rng, 100);
    Account {
        holder: holder(rng, at, country, is_business),
        bank: bank_name(country, bank_at),
        country,
        number,
        routing,
        is_business,
        opening_minor: (units * 100 + cents) * country.scale(),
        format,
        is_newest_first: rng.chance(30),
    }
}

fn number(rng: &mut Rng, country: Country, bank_at: usize) -> (String, Option<String>) {
    let bank = u64::try_from(bank_at).expect("few banks");
    let account = 1_000_000_000 + rng.below(8_999_999_999);
    match country {
        Country::Spain => (spanish_iban(9990 + bank, 1 + rng.below(9), account), None),
        Country::Germany => (german_iban(99_990_000 + bank, account), None),
        Country::Mexico => (clabe(990 + bank, 180, account), None),
        Country::UnitedStates => (account.to_string(), Some(routing(990_000 + bank))),
    }
}

fn bank_name(country: Country, at: usize) -> String {
    let number = NUMBERS[language(country)][at];
    match country {
        Country::Spain => format!("Banco Ficticio {number}"),
        Country::Mexico => format!("Banca Inventada {number}"),
        Country::Germany => format!("Erfundene Bank {number}"),
        Country::UnitedStates => format!("Fictional Bank {number}"),
    }
}

const fn language(country: Country) -> usize {
    match country {
        Country::Spain | Country::Mexico => 0,
        Country::Germany => 1,
        Country::UnitedStates => 2,
    }
}

/// A name that no other account of the world has: beyond twelve, a number follows.
fn holder(rng: &mut Rng, at: usize, country: Country, is_business: bool) -> String {
    let language = language(country);
    let word = NUMBERS[language][at % 12];
    let word = if at < 12 { word.to_owned() } else { format!("{word} {}", at / 12 + 1) };
    let first = *rng.pick(&FIRST_NAMES[language]);
    match (language, is_business) {
        (0, true) => format!("Comercial Ficticia {word} SL"),
        (0, false) => format!("{first} Ejemplo {word}"),
        (1, true) => format!("Beispiel Handel {word} GmbH"),
        (1, false) => format!("{first} Muster {word}"),
        (_, true) => format!("Example Trading {word} LLC"),
        (_, false) => format!("{first} Example {word}"),
    }
}

/// The parties outside: per country some shops, customers, an employer, a landlord, a victim and an
/// exchange with an account each, and cash.
pub(super) fn outside(rng: &mut Rng) -> Vec<Outside> {
    let mut parties = Vec::new();
    for country in Country::ALL {
        for kind in OutsideKind::ALL {
            for at in 0..kind.count() {
                parties.push(party(rng, country, kind, at));
            }
        }
    }
    parties
}

fn party(rng: &mut Rng, country: Country, kind: OutsideKind, at: usize) -> Outside {
    let word = NUMBERS[language(country)][at];
    let [spanish, german, english] = kind.words();
    let name = format!("{} {word}", [spanish, german, english][language(country)]);
    let id = format!("@{}-{}-{}", kind.id(), country.code().to_ascii_lowercase(), at + 1);
    let number = (kind != OutsideKind::Cash).then(|| number(rng, country, 0));
    let (number, routing) =
        number.map_or((None, None), |(number, routing)| (Some(number), routing));
    Outside { id, name, kind, country, number, routing }
}
