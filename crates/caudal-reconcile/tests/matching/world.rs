//! Worlds from a seed: accounts, true transfers between them, and what two banks write about each.

use caudal_model::{Currency, ReferenceKind};
use caudal_reconcile::matching::{Matching, Side};
use caudal_testkit::random::Rng;

/// What the banks of a world write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conduct {
    pub(crate) accounts: u64,
    pub(crate) transfers: u64,
    pub(crate) days: u64,
    /// Whether both sides carry the end-to-end reference (in 90 of 100 transfers).
    pub(crate) has_references: bool,
    /// Whether the other party is named (in 97 of 100 entries).
    pub(crate) has_names: bool,
    /// How many odd amounts there are to choose from.
    pub(crate) amounts: u64,
}

pub(crate) struct World {
    pub(crate) sides: Vec<Side>,
    /// Debit and credit of each true transfer.
    pub(crate) truth: Vec<(usize, usize)>,
}

const FIRST: &[&str] = &[
    "Ana", "Luis", "María", "José", "Lucía", "Iván", "Carmen", "Jorge", "Inés", "Raúl", "Sofía",
    "Pablo", "Elena", "Hugo", "Marta", "Diego", "Nuria", "Óscar", "Rosa", "Tomás",
];
const LAST: &[&str] = &[
    "García", "López", "Pérez", "Ruiz", "Muñoz", "Núñez", "Ibáñez", "Mora", "Vega", "Soto", "Cano",
    "Gil", "Rey", "Peña", "Vidal", "Lara", "Rojas", "Díaz", "Sanz", "Bravo", "Nieto", "Crespo",
    "Marín", "Pardo", "Rubio", "Duque", "Salas", "Tovar", "Urrea", "Zamora",
];

struct Account {
    holder: String,
    currency: Currency,
}

fn accounts(rng: &mut Rng, count: u64) -> Vec<Account> {
    let mut accounts = Vec::new();
    for _ in 0..count {
        let holder = if rng.chance(30) {
            format!("{} {} Comercial, S.L.", rng.pick(LAST), rng.pick(LAST))
        } else {
            format!("{} {} {}", rng.pick(FIRST), rng.pick(LAST), rng.pick(LAST))
        };
        let code = if rng.chance(15) { "USD" } else { "EUR" };
        accounts.push(Account { holder, currency: Currency::from_code(code).unwrap() });
    }
    accounts
}

/// A name as another bank writes it: other order, capitals, no accents, cut short.
fn written(rng: &mut Rng, name: &str) -> String {
    if rng.chance(3) {
        return String::new();
    }
    let name = match rng.below(4) {
        0 => name.to_uppercase(),
        1 => name.split(' ').rev().collect::<Vec<_>>().join(" "),
        2 => name.replace('á', "a").replace('é', "e").replace('ñ', "n").to_uppercase(),
        _ => name.to_owned(),
    };
    name.chars().take(if rng.chance(10) { 18 } else { 60 }).collect()
}

/// Mostly odd amounts, some round ones.
fn amount(rng: &mut Rng, count: u64) -> i128 {
    let minor = match rng.below(10) {
        0 | 1 => (1 + rng.below(count.min(60))) * 5_000,
        2 => (1 + rng.below(count.min(30))) * 100_000,
        _ => 1_007 + rng.below(count) * (900_000 / count),
    };
    i128::from(minor)
}

struct Maker {
    rng: Rng,
    conduct: Conduct,
    accounts: Vec<Account>,
    world: World,
}

pub(crate) fn world(seed: u64, conduct: Conduct) -> World {
    let mut rng = Rng::new(seed);
    let accounts = accounts(&mut rng, conduct.accounts);
    let world = World { sides: Vec::new(), truth: Vec::new() };
    let mut maker = Maker { rng, conduct, accounts, world };
    let mut left = conduct.transfers;
    while left > 0 {
        left -= maker.some_transfers(left);
    }
    for _ in 0..conduct.transfers / 3 {
        maker.outside();
    }
    shuffled(&mut maker.rng, &maker.world)
}

impl Maker {
    fn account(&mut self) -> u32 {
        u32::try_from(self.rng.below(self.conduct.accounts)).unwrap()
    }

    fn day(&mut self) -> i32 {
        i32::try_from(20_000 + self.rng.below(self.conduct.days)).unwrap()
    }

    /// A payment, twelve rents, the salaries of one day, or the same payment several times in a day.
    fn some_transfers(&mut self, left: u64) -> u64 {
        let (payer, day) = (self.account(), self.day());
        let minor = amount(&mut self.rng, self.conduct.amounts);
        let payee = self.account();
        let kind = self.rng.below(40);
        let count = [12, 15, 3].get(usize::try_from(kind).unwrap()).copied().unwrap_or(1).min(left);
        for number in 0..u32::try_from(count).unwrap() {
            let employee = (payee + number) % u32::try_from(self.conduct.accounts).unwrap();
            let month = day + 30 * i32::try_from(number).unwrap();
            match kind {
                // Some banks give the contract, others a word that all rents have.
                0 if payer % 4 > 0 => {
                    let contract = format!("CONTRACT {payer}-{payee}");
                    self.transfer((payer, payee), month, minor, Some(&contract));
                }
                0 => self.transfer((payer, payee), month, minor, Some("RENT PAYMENT")),
                1 => self.transfer((payer, employee), day, minor, None),
                _ => self.transfer((payer, payee), day, minor, None),
            }
        }
        count
    }

    fn transfer(
        &mut self,
        (payer, payee): (u32, u32),
        day: i32,
        minor: i128,
        shared: Option<&str>,
    ) {
        if payer == payee {
            return;
        }
        let line = u32::try_from(self.world.sides.len()).unwrap();
        let [mut debit, mut credit] = [(payer, payee), (payee, payer)].map(|(own, other)| {
            let currency = self.accounts[own as usize].currency;
            let mut side = Side { line, ..Side::new(own, day, minor, currency) };
            side.own_name.clone_from(&self.accounts[own as usize].holder);
            if self.conduct.has_names {
                side.name = written(&mut self.rng, &self.accounts[other as usize].holder);
            }
            side
        });
        debit.minor = -minor;
        credit.day += [0, 0, 0, 1, 1, 2, 3][self.rng.index_below(7)];
        if debit.currency == credit.currency {
            let has_fee = self.rng.chance(5);
            let fee = i128::from(self.rng.below(3_000)).min(minor / 10);
            credit.minor -= if has_fee { fee } else { 0 };
        } else {
            let rate = i128::from(9_000 + self.rng.below(2_000));
            credit.minor = (minor * rate / 10_000).max(1);
            debit.ordered = Some((credit.minor, credit.currency));
        }
        if self.conduct.has_references && self.rng.chance(90) {
            let text = shared.map_or_else(|| format!("E2E{:016X}", self.rng.bits()), str::to_owned);
            for side in [&mut debit, &mut credit] {
                side.references.push((ReferenceKind::EndToEnd, text.clone()));
            }
        }
        self.world.truth.push((self.world.sides.len(), self.world.sides.len() + 1));
        self.world.sides.extend([debit, credit]);
    }

    /// A payment to or from someone without an account here.
    fn outside(&mut self) {
        let (own, day, minor) =
            (self.account(), self.day(), amount(&mut self.rng, self.conduct.amounts));
        let signed = if self.rng.chance(50) { minor } else { -minor };
        let currency = self.accounts[own as usize].currency;
        let mut side = Side::new(own, day, signed, currency);
        side.own_name.clone_from(&self.accounts[own as usize].holder);
        if self.conduct.has_names {
            side.name = format!("Tienda {}", self.rng.pick(LAST));
        }
        if self.conduct.has_references {
            let text = format!("OUT{:012X}", self.rng.bits() >> 16);
            side.references.push((ReferenceKind::EndToEnd, text));
        }
        self.world.sides.push(side);
    }
}

trait Below {
    fn index_below(&mut self, end: u64) -> usize;
}

impl Below for Rng {
    fn index_below(&mut self, end: u64) -> usize {
        usize::try_from(self.below(end)).expect("a small number")
    }
}

/// The same world with its sides in another order.
pub(crate) fn shuffled(rng: &mut Rng, world: &World) -> World {
    let mut order: Vec<usize> = (0..world.sides.len()).collect();
    for last in (1..order.len()).rev() {
        let other = rng.index_below(u64::try_from(last).expect("a small number") + 1);
        order.swap(last, other);
    }
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    let sides = order.iter().map(|&old| world.sides[old].clone()).collect();
    let truth = world.truth.iter().map(|&(d, c)| (place[d], place[c])).collect();
    World { sides, truth }
}

/// Right pairs, found pairs and true pairs. Twins are one: a pair is known by what its sides say of
/// account, day and amount.
pub(crate) fn measure(world: &World, found: &Matching) -> (usize, usize, usize) {
    let kind = |(debit, credit): (usize, usize)| {
        let of = |at: usize| {
            let side = &world.sides[at];
            (side.account, side.day, side.minor)
        };
        (of(debit), of(credit))
    };
    let mut truth: Vec<_> = world.truth.iter().copied().map(kind).collect();
    truth.sort_unstable();
    let mut pairs: Vec<_> =
        found.pairs.iter().map(|pair| kind((pair.debit, pair.credit))).collect();
    pairs.sort_unstable();
    let (mut right, mut at) = (0, 0);
    for pair in &pairs {
        while at < truth.len() && truth[at] < *pair {
            at += 1;
        }
        if at < truth.len() && truth[at] == *pair {
            right += 1;
            at += 1;
        }
    }
    (right, pairs.len(), truth.len())
}
