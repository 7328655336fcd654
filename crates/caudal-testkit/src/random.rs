//! Random ledgers from a seed: small ones for properties, large ones for measurements.
//!
//! *Shape.* A seed repeats everything; there is no clock. [`ledger`] makes a small [`SlowCase`] with
//! a question, [`to_csv`] writes it as the command reads it, [`bank`] streams a large ledger.
//! *Units.* Minor units. Small ledgers use few different amounts, so that boundaries of lots and
//! payments often coincide.

mod bank;
mod shapes;

use std::fmt::Write as _;

use caudal_model::{Moment, format_minor};

pub use bank::{Bank, OUTSIDE, bank};
pub use shapes::{
    announced, converting, mixed, plain, short, tiny, with_births, with_frontier, with_reversals,
};

use crate::slow::{Overdraft, SlowCase, SlowOrigin, SlowTarget, SlowTransfer};

/// A small generator of numbers (splitmix64).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator that a seed determines.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// True in so many of 100 cases.
    pub const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn pick<'t, T>(&mut self, some: &'t [T]) -> &'t T {
        &some[self.index(some.len())]
    }

    fn index(&mut self, len: usize) -> usize {
        let len = u64::try_from(len).expect("a short list");
        usize::try_from(self.below(len)).expect("below a length")
    }
}

/// What random ledgers look like.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says alone what a ledger may hold")]
pub struct Shape {
    /// Accounts, at least 2.
    pub accounts_max: u64,
    /// Transfers, at least 1.
    pub lines_max: u64,
    /// Largest amount.
    pub amount_max: u64,
    /// Whether accounts have two currencies and payments between them convert.
    pub has_conversions: bool,
    /// Whether the last account has no statement.
    pub has_frontier: bool,
    /// Whether some deposits are taken back.
    pub has_reversals: bool,
    /// What happens to a payment above the balance.
    pub overdraft: Overdraft,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            accounts_max: 6,
            lines_max: 60,
            amount_max: 200,
            has_conversions: false,
            has_frontier: false,
            has_reversals: false,
            overdraft: Overdraft::Bank,
        }
    }
}

impl Shape {
    /// Ledgers so small that every allocation can be tried.
    pub fn tiny() -> Self {
        Self { accounts_max: 3, lines_max: 9, amount_max: 5, ..Self::default() }
    }
}

/// A ledger and something to ask of it.
#[derive(Clone, Debug)]
pub struct RandomLedger {
    /// The ledger. Deposits have one part each. Days ascend, with ties.
    pub case: SlowCase,
    /// Origins, under the labels that the command gives them: the label of a deposit or of an
    /// opening lot, the id of a payment between accounts, `ID[LO..HI]` for a part.
    pub origins: Vec<SlowOrigin>,
    /// Targets for backward questions and bounds: transfers, and balances of accounts with a
    /// statement.
    pub targets: Vec<SlowTarget>,
}

/// A random ledger. The same seed and shape give the same ledger.
pub fn ledger(seed: u64, shape: &Shape) -> RandomLedger {
    let mut maker = Maker::new(seed, shape);
    maker.open();
    let lines = 1 + maker.rng.below(shape.lines_max);
    for at in 1..=lines {
        maker.line(at);
    }
    let origins = maker.origins();
    let targets = maker.targets();
    RandomLedger { case: maker.case, origins, targets }
}

struct Maker<'a> {
    rng: Rng,
    shape: &'a Shape,
    accounts: Vec<String>,
    /// Balances of accounts, not below zero.
    balances: Vec<u128>,
    case: SlowCase,
    day: i32,
}

const PESOS: &str = "MXN";

impl<'a> Maker<'a> {
    fn new(seed: u64, shape: &'a Shape) -> Self {
        let mut rng = Rng::new(seed);
        let count = 2 + rng.below(shape.accounts_max.max(2) - 1);
        let accounts: Vec<String> =
            ["A", "B", "C", "D", "E", "F", "G", "H"].iter().map(|&name| name.to_owned()).collect();
        let count = usize::try_from(count).expect("few accounts").min(accounts.len());
        let accounts = accounts[..count].to_vec();
        let mut case = SlowCase { overdraft: shape.overdraft, ..SlowCase::default() };
        case.net_reversals = shape.has_reversals;
        if shape.has_frontier {
            case.frontier.insert(accounts[count - 1].clone());
        }
        if shape.has_conversions {
            let pesos = accounts.iter().skip(1).step_by(2).cloned();
            let outside = ["@tienda", "@efectivo"].map(str::to_owned);
            case.currencies = pesos.chain(outside).map(|name| (name, PESOS.to_owned())).collect();
        }
        let balances = vec![0; count];
        Self { rng, shape, accounts, balances, case, day: 0 }
    }

    fn open(&mut self) {
        for at in 0..self.accounts.len() {
            let account = self.accounts[at].clone();
            if self.case.frontier.contains(&account) || self.rng.chance(40) {
                continue;
            }
            for _ in 0..=self.rng.below(2) {
                let label = self.label(&account);
                let amount = self.amount();
                self.balances[at] += amount;
                self.case.openings.entry(account.clone()).or_default().push((label, amount));
            }
        }
    }

    /// Labels of victims are of one currency each, as origins are.
    fn label(&mut self, account: &str) -> String {
        let labels = if self.case.currency(account) == PESOS {
            ["M1", "M2", "own", "own"]
        } else {
            ["V1", "V2", "own", "wages"]
        };
        (*self.rng.pick(&labels)).to_owned()
    }

    fn amount(&mut self) -> u128 {
        let max = self.shape.amount_max;
        let amount = if self.rng.chance(50) {
            1 + self.rng.below(max)
        } else {
            (1 + self.rng.below(4)) * (max / 4).max(1)
        };
        u128::from(amount)
    }

    fn line(&mut self, at: u64) {
        self.day += i32::from(self.rng.chance(50));
        if self.shape.has_reversals && self.rng.chance(12) && self.reversal(at) {
            return;
        }
        match self.rng.below(10) {
            0..=2 => self.deposit(at),
            3..=4 => self.withdrawal(at),
            _ => self.between(at),
        }
    }

    fn deposit(&mut self, at: u64) {
        let to = self.rng.index(self.accounts.len());
        let payee = self.accounts[to].clone();
        let amount = self.amount();
        let label = self.label(&payee);
        let payer = self.outside(&payee);
        self.balances[to] += amount;
        let parts = vec![(label, amount)];
        self.push(at, SlowTransfer { payer, payee, amount, parts, ..SlowTransfer::default() });
    }

    fn withdrawal(&mut self, at: u64) {
        let from = self.rng.index(self.accounts.len());
        let payer = self.accounts[from].clone();
        let payee = self.outside(&payer);
        let amount = self.payment(from);
        self.push(at, SlowTransfer { payer, payee, amount, ..SlowTransfer::default() });
    }

    fn between(&mut self, at: u64) {
        let from = self.rng.index(self.accounts.len());
        let step = 1 + self.rng.index(self.accounts.len() - 1);
        let to = (from + step) % self.accounts.len();
        let (payer, payee) = (self.accounts[from].clone(), self.accounts[to].clone());
        let amount = self.payment(from);
        let converts = self.case.currency(&payer) != self.case.currency(&payee);
        let received = converts.then(|| self.amount());
        self.balances[to] += received.unwrap_or(amount);
        self.push(at, SlowTransfer { payer, payee, amount, received, ..SlowTransfer::default() });
    }

    /// Takes back an earlier deposit; false if there is none.
    fn reversal(&mut self, at: u64) -> bool {
        let deposits: Vec<SlowTransfer> = self
            .case
            .transfers
            .iter()
            .filter(|t| self.case.is_account(&t.payee) && t.received.is_none())
            .cloned()
            .collect();
        if deposits.is_empty() {
            return false;
        }
        let deposit = self.rng.pick(&deposits).clone();
        let amount = deposit.amount;
        let (payer, payee) = (deposit.payee, deposit.payer);
        for (place, adds) in [(&payer, false), (&payee, true)] {
            if let Some(account) = self.accounts.iter().position(|name| name == place) {
                let balance = &mut self.balances[account];
                *balance = if adds { *balance + amount } else { balance.saturating_sub(amount) };
            }
        }
        let parts = if caudal_model::is_outside(&payer) { deposit.parts } else { Vec::new() };
        let reverses = Some(deposit.id);
        self.push(
            at,
            SlowTransfer { payer, payee, amount, parts, reverses, ..SlowTransfer::default() },
        );
        true
    }

    /// What an account pays: often all it has, sometimes more.
    fn payment(&mut self, from: usize) -> u128 {
        let balance = self.balances[from];
        let amount = match self.rng.below(10) {
            0 if balance > 0 => balance,
            1 | 2 => self.amount(),
            _ => self.amount().min(balance.max(1)),
        };
        self.balances[from] = balance.saturating_sub(amount);
        amount
    }

    fn outside(&mut self, account: &str) -> String {
        let names = if self.case.currency(account) == PESOS {
            ["@tienda", "@efectivo"]
        } else {
            ["@shop", "@cash"]
        };
        (*self.rng.pick(&names)).to_owned()
    }

    fn push(&mut self, at: u64, transfer: SlowTransfer) {
        let day = self.day;
        self.case.transfers.push(SlowTransfer { id: format!("t{at}"), day, ..transfer });
    }

    /// One to four members; some name nothing that enters, which is a question too.
    fn origins(&mut self) -> Vec<SlowOrigin> {
        let entering = self.case.transfers.iter().flat_map(|t| &t.parts);
        let opened = self.case.openings.values().flatten();
        let mut labels: Vec<String> =
            entering.chain(opened).map(|part| part.0.clone()).filter(|l| is_victim(l)).collect();
        labels.sort();
        labels.dedup();
        let mut origins: Vec<SlowOrigin> = Vec::new();
        for _ in 0..=self.rng.below(4) {
            let origin = match self.rng.below(10) {
                0..=5 if !labels.is_empty() => SlowOrigin::Label(self.rng.pick(&labels).clone()),
                6 => self.opening_origin(),
                7 => self.part_origin(),
                _ => self.transfer_origin(),
            };
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }

    fn transfer_origin(&mut self) -> SlowOrigin {
        let transfer = self.rng.pick(&self.case.transfers).clone();
        let label = transfer.parts.first().map_or_else(|| transfer.id.clone(), |p| p.0.clone());
        SlowOrigin::Transfer { id: transfer.id, label }
    }

    fn part_origin(&mut self) -> SlowOrigin {
        let transfer = self.rng.pick(&self.case.transfers).clone();
        let amount = u64::try_from(transfer.amount).expect("a small amount");
        let from = u128::from(self.rng.below(amount));
        let left = u64::try_from(transfer.amount - from).expect("a small amount");
        let to = from + 1 + u128::from(self.rng.below(left));
        let label = format!("{}[{}..{}]", transfer.id, format_minor(from, 2), format_minor(to, 2));
        SlowOrigin::Part { id: transfer.id, from, to, label }
    }

    /// The opening balance of an account that has one lot; else a transfer.
    fn opening_origin(&mut self) -> SlowOrigin {
        let single: Vec<_> =
            self.case.openings.iter().filter(|(_, lots)| lots.len() == 1).collect();
        if single.is_empty() {
            return self.transfer_origin();
        }
        let (account, lots) = self.rng.pick(&single);
        let (account, label) = ((*account).clone(), lots[0].0.clone());
        SlowOrigin::Opening { account, label }
    }

    fn targets(&mut self) -> Vec<SlowTarget> {
        let accounts: Vec<String> =
            self.accounts.iter().filter(|name| self.case.is_account(name)).cloned().collect();
        let mut targets = Vec::new();
        for _ in 0..=self.rng.below(3) {
            let target = if self.rng.chance(50) {
                SlowTarget::Transfer(self.rng.pick(&self.case.transfers).id.clone())
            } else {
                SlowTarget::Balance(self.rng.pick(&accounts).clone())
            };
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        targets
    }
}

fn is_victim(label: &str) -> bool {
    matches!(label, "V1" | "V2" | "M1" | "M2")
}

/// The ledger as two CSV texts in the command's own columns: transfers, and opening balances. Day 0
/// is 2025-01-01. With `has_sequence` every transfer states its place in the order.
pub fn to_csv(case: &SlowCase, has_sequence: bool) -> (String, String) {
    let case = case.with_parts_split();
    let first = Moment::from_date(2025, 1, 1).expect("a day");
    let mut transfers = String::from(
        "id,date,payer,payee,amount,currency,label,received_amount,received_currency,sequence,reverses\n",
    );
    for (at, t) in case.transfers.iter().enumerate() {
        let date = Moment { day: first.day + t.day, nanos: None };
        let amount = format_minor(t.amount, 2);
        let currency = currency_of_payment(&case, t);
        let label = t.parts.first().map_or("", |part| part.0.as_str());
        let (received, received_currency) = match t.received {
            Some(received) => (format_minor(received, 2), case.currency(&t.payee)),
            None => (String::new(), ""),
        };
        let sequence = if has_sequence { (at + 1).to_string() } else { String::new() };
        let reverses = t.reverses.as_deref().unwrap_or("");
        let (id, payer, payee) = (&t.id, &t.payer, &t.payee);
        let written = writeln!(
            transfers,
            "{id},{date},{payer},{payee},{amount},{currency},{label},{received},{received_currency},{sequence},{reverses}"
        );
        written.expect("a text takes everything");
    }
    let mut openings = String::from("account,currency,amount,label\n");
    for (account, lots) in &case.openings {
        for (label, amount) in lots {
            let (currency, amount) = (case.currency(account), format_minor(*amount, 2));
            writeln!(openings, "{account},{currency},{amount},{label}")
                .expect("a text takes everything");
        }
    }
    (transfers, openings)
}

/// A transfer that does not convert is in the currency of its account.
fn currency_of_payment<'c>(case: &'c SlowCase, transfer: &'c SlowTransfer) -> &'c str {
    let is_outside = caudal_model::is_outside(&transfer.payer) && transfer.received.is_none();
    case.currency(if is_outside { &transfer.payee } else { &transfer.payer })
}
