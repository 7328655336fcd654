//! What happens in a world, day by day: who pays whom, how much, and when banks book it.
//!
//! *Shape.* A plan is made for every month; plans are carried out in the order of their days, and
//! laundered money plans its next hops as it arrives. A payment that the balance does not cover is
//! made smaller or dropped, and only sometimes goes through as an overdraft.

use std::collections::BTreeMap;

use super::calendar::{open_day, open_days_after, short};
use super::laundering::Dirt;
use super::truth::{Account, Outside, OutsideKind, Party, TransferKind, TrueTransfer};
use super::{Month, WorldOptions, below, index, shuffle};
use crate::random::Rng;

/// Activity of the busiest account, far above the number of accounts of any world.
const ACTIVITY_MAX: u64 = 1 << 32;

/// A payment that somebody means to make, in the payer's currency.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) payer: Party,
    pub(super) payee: Party,
    pub(super) minor: i128,
    pub(super) kind: TransferKind,
    pub(super) dirt: Option<Dirt>,
}

/// A payment of every month.
struct Standing {
    day_in_month: i32,
    plan: Plan,
}

/// A world as it lives.
pub(super) struct Life<'a> {
    pub(super) options: &'a WorldOptions,
    pub(super) accounts: &'a [Account],
    outside: &'a [Outside],
    pub(super) rng: &'a mut Rng,
    /// How often each account pays at random: the busiest *r* times as often as the *r*-th.
    activity: Vec<u64>,
    /// What each account can still spend.
    spendable: Vec<i128>,
    /// Credits by the day on which they are booked.
    due: BTreeMap<i32, Vec<(usize, i128)>>,
    planned: BTreeMap<i32, Vec<Plan>>,
    transfers: Vec<TrueTransfer>,
    pub(super) days: (i32, i32),
}

/// All transfers of a world, in the order in which they are ordered.
pub(super) fn live(
    options: &WorldOptions,
    accounts: &[Account],
    outside: &[Outside],
    rng: &mut Rng,
) -> Vec<TrueTransfer> {
    let months = options.first_month.run(options.months);
    let last_day = months.last().map_or(0, |month| month.last_day());
    let mut activity: Vec<u64> =
        (1..=accounts.len()).map(|rank| ACTIVITY_MAX / u64::try_from(rank).unwrap_or(1)).collect();
    shuffle(rng, &mut activity);
    let mut life = Life {
        options,
        accounts,
        outside,
        rng,
        activity,
        spendable: accounts.iter().map(|account| account.opening_minor).collect(),
        due: BTreeMap::new(),
        planned: BTreeMap::new(),
        transfers: Vec::new(),
        days: (options.first_month.first_day(), last_day),
    };
    life.plan_regular(&months);
    for month in &months {
        life.plan_month(*month);
    }
    life.plan_victims();
    life.run();
    life.transfers
}

impl Life<'_> {
    pub(super) fn plan(&mut self, day: i32, plan: Plan) {
        self.planned.entry(day).or_default().push(plan);
    }

    /// Salaries, rents and standing orders, which have the same amount every month.
    fn plan_regular(&mut self, months: &[Month]) {
        let mut regular = Vec::new();
        for at in 0..self.accounts.len() {
            let scale = self.accounts[at].country.scale();
            if !self.accounts[at].is_business {
                let minor = (1_200 + below(self.rng, 1_800)) * 100 * scale;
                let payer = self.employer(at);
                let plan = Plan::new(payer, Party::Account(at), minor, TransferKind::Salary);
                regular.push(Standing { day_in_month: self.day_from(24, 5), plan });
            }
            let minor = (450 + below(self.rng, 10) * 25) * 100 * scale;
            let landlord = self.outsider(at, OutsideKind::Landlord);
            let plan = Plan::new(Party::Account(at), landlord, minor, TransferKind::Rent);
            regular.push(Standing { day_in_month: self.day_from(0, 5), plan });
            if let Some(payee) = self.partner(at).filter(|_| self.rng.chance(40)) {
                let minor = (2 + below(self.rng, 6)) * 5_000 * scale;
                let parties = (Party::Account(at), Party::Account(payee));
                let plan = Plan::new(parties.0, parties.1, minor, TransferKind::StandingOrder);
                regular.push(Standing { day_in_month: self.day_from(9, 10), plan });
            }
        }
        for month in months {
            for standing in &regular {
                self.plan(month.first_day() + standing.day_in_month, standing.plan.clone());
            }
        }
    }

    fn day_from(&mut self, first: i32, count: u64) -> i32 {
        first + i32::try_from(self.rng.below(count)).expect("few days")
    }

    /// A business of the same currency among the accounts, or an employer outside.
    fn employer(&mut self, account: usize) -> Party {
        let currency = self.accounts[account].currency();
        let businesses: Vec<usize> = (0..self.accounts.len())
            .filter(|&at| self.accounts[at].is_business && self.accounts[at].currency() == currency)
            .collect();
        if businesses.is_empty() || self.rng.chance(50) {
            return self.outsider(account, OutsideKind::Employer);
        }
        Party::Account(*self.rng.pick(&businesses))
    }

    /// The random payments of a month, and some that are made thrice.
    fn plan_month(&mut self, month: Month) {
        let per_account = u64::from(self.options.transfers_per_account_month);
        let accounts = u64::try_from(self.accounts.len()).expect("a number of accounts");
        let days = u64::try_from(month.last_day() - month.first_day() + 1).expect("days");
        for _ in 0..per_account * accounts {
            let account = self.busy_account();
            let plan = self.random_plan(account);
            let day = month.first_day() + self.day_from(0, days);
            self.plan(day, plan);
        }
        for _ in 0..accounts.div_ceil(4).min(per_account) {
            self.plan_repeated(month);
        }
    }

    /// Three equal payments between the same two accounts within days: what matching may mix up.
    fn plan_repeated(&mut self, month: Month) {
        let account = index(self.rng, self.accounts.len());
        let Some(payee) = self.partner(account) else { return };
        let minor = self.round_amount(account);
        let first = month.first_day() + self.day_from(5, 15);
        for at in 0..3 {
            let (payer, payee) = (Party::Account(account), Party::Account(payee));
            self.plan(first + at * 2, Plan::new(payer, payee, minor, TransferKind::Repeated));
        }
    }

    fn busy_account(&mut self) -> usize {
        let all: Vec<usize> = (0..self.accounts.len()).collect();
        self.busy_one_of(&all)
    }

    /// One of some accounts, each as often as its activity says.
    fn busy_one_of(&mut self, accounts: &[usize]) -> usize {
        let sum = accounts.iter().map(|&at| self.activity[at]).sum();
        let mut left = self.rng.below(sum);
        for &account in accounts {
            if left < self.activity[account] {
                return account;
            }
            left -= self.activity[account];
        }
        unreachable!("a number below the sum falls into one of its parts")
    }

    fn random_plan(&mut self, account: usize) -> Plan {
        let here = Party::Account(account);
        let minor = self.amount(account);
        let partner = self.partner(account);
        match (self.rng.below(100), partner) {
            (0..45, Some(payee)) => {
                Plan::new(here, Party::Account(payee), minor, TransferKind::Payment)
            }
            (0..70, _) => {
                let shop = self.outsider(account, OutsideKind::Shop);
                Plan::new(here, shop, minor, TransferKind::Purchase)
            }
            (70..77, _) => {
                let minor = self.round_amount(account);
                let cash = self.outsider(account, OutsideKind::Cash);
                Plan::new(here, cash, minor, TransferKind::Cash)
            }
            _ => {
                let customer = self.outsider(account, OutsideKind::Customer);
                Plan::new(customer, here, minor * 2, TransferKind::Sale)
            }
        }
    }

    /// A party outside in the country of an account.
    pub(super) fn outsider(&mut self, account: usize, kind: OutsideKind) -> Party {
        let country = self.accounts[account].country;
        let fits =
            |at: &usize| self.outside[*at].kind == kind && self.outside[*at].country == country;
        let fitting: Vec<usize> = (0..self.outside.len()).filter(fits).collect();
        Party::Outside(*self.rng.pick(&fitting))
    }

    /// Another account to pay, mostly a busy one; `None` where there is none.
    fn partner(&mut self, account: usize) -> Option<usize> {
        let partners = self.partners(account);
        (!partners.is_empty()).then(|| self.busy_one_of(&partners))
    }

    /// Accounts to pay: mostly those of the same currency, only those without conversions.
    pub(super) fn partners(&mut self, account: usize) -> Vec<usize> {
        let is_abroad = self.options.has_fx && self.rng.chance(25);
        let currency = self.accounts[account].currency();
        let fits =
            |at: &usize| *at != account && (is_abroad || self.accounts[*at].currency() == currency);
        (0..self.accounts.len()).filter(fits).collect()
    }

    /// An amount as people pay them: often round, mostly small, sometimes large.
    fn amount(&mut self, account: usize) -> i128 {
        if self.rng.chance(35) {
            return self.round_amount(account);
        }
        let units = 10 << self.rng.below(8);
        let minor = i128::from(units * 100 + self.rng.below(units * 100));
        minor * self.accounts[account].country.scale() + below(self.rng, 100)
    }

    fn round_amount(&mut self, account: usize) -> i128 {
        let units = *self.rng.pick(&[20, 50, 100, 100, 200, 250, 500, 500, 1000]);
        units * 100 * self.accounts[account].country.scale()
    }

    fn run(&mut self) {
        for day in self.days.0..=self.days.1 {
            for (account, minor) in self.due.remove(&day).unwrap_or_default() {
                self.spendable[account] += minor;
            }
            for plan in self.planned.remove(&day).unwrap_or_default() {
                self.carry_out(day, &plan);
            }
        }
    }

    fn carry_out(&mut self, day: i32, plan: &Plan) {
        let Some(minor) = self.covered(plan) else { return };
        let delay = self.rng.chance(15);
        let payer_day = open_days_after(open_day(day), u64::from(delay));
        let payee_day = open_days_after(payer_day, *self.rng.pick(&[0, 0, 0, 0, 1, 1, 1, 2, 2, 3]));
        if payee_day > self.days.1 {
            return;
        }
        let mut transfer = self.transfer(plan, minor, day);
        transfer.payer_day = if plan.payer.account().is_some() { payer_day } else { payee_day };
        transfer.payee_day = if plan.payee.account().is_some() { payee_day } else { payer_day };
        if let Some(account) = plan.payer.account() {
            self.spendable[account] -= minor + transfer.charged_minor;
        }
        if let Some(account) = plan.payee.account() {
            self.due_on(payee_day.max(day), day, (account, transfer.received_minor));
            self.pass_on(plan, &transfer);
        }
        self.transfers.push(transfer);
    }

    fn due_on(&mut self, credit_day: i32, today: i32, credit: (usize, i128)) {
        if credit_day <= today {
            self.spendable[credit.0] += credit.1;
        } else {
            self.due.entry(credit_day).or_default().push(credit);
        }
    }

    /// What is really paid: less where the balance is small, more than it in few cases, or nothing.
    fn covered(&mut self, plan: &Plan) -> Option<i128> {
        let Some(account) = plan.payer.account() else { return Some(plan.minor) };
        let scale = self.accounts[account].country.scale();
        let spendable = self.spendable[account];
        if plan.minor <= spendable {
            return Some(plan.minor);
        }
        let is_regular = plan.kind.is_regular();
        let percent = if is_regular { 35 } else { 10 };
        if plan.minor - spendable < 150_000 * scale && self.rng.chance(percent) {
            return Some(plan.minor);
        }
        let is_made_smaller = !is_regular && spendable >= 2_000 * scale;
        is_made_smaller.then(|| spendable * (10 + below(self.rng, 50)) / 100)
    }

    fn transfer(&mut self, plan: &Plan, minor: i128, day: i32) -> TrueTransfer {
        let converted = self.converted(plan, minor, day);
        let (charged, deducted) = self.fees(plan, converted);
        TrueTransfer {
            payer: plan.payer,
            payee: plan.payee,
            paid_minor: minor,
            received_minor: converted - deducted,
            deducted_minor: deducted,
            charged_minor: charged,
            execution_day: day,
            payer_day: day,
            payee_day: day,
            kind: plan.kind,
            victim: plan.dirt.as_ref().and_then(|dirt| dirt.label.clone()),
            is_laundering: plan.dirt.is_some(),
            end_to_end: self.end_to_end(plan, day),
            description: self.description(plan),
            payer_entry: None,
            payee_entry: None,
            charge_entry: None,
        }
    }

    fn country(&self, party: Party) -> super::Country {
        match party {
            Party::Account(at) => self.accounts[at].country,
            Party::Outside(at) => self.outside[at].country,
        }
    }

    /// The amount in the payee's currency, rounded to the nearest minor unit.
    fn converted(&self, plan: &Plan, minor: i128, day: i32) -> i128 {
        let currencies = [plan.payer, plan.payee].map(|party| self.country(party).currency());
        if currencies[0] == currencies[1] {
            return minor;
        }
        let [from, to] = currencies.map(|currency| rate_ppm(self.options.seed, currency, day));
        ((minor * to * 2 + from) / (from * 2)).max(1)
    }

    /// What the payer's bank charges beside the payment, and what the payee's bank keeps of it.
    fn fees(&mut self, plan: &Plan, received: i128) -> (i128, i128) {
        if !self.options.has_fees {
            return (0, 0);
        }
        let fee = *self.rng.pick(&[50, 120, 300, 1_200]);
        let between = plan.payer.account().is_some() && plan.payee.account().is_some();
        let currencies = [plan.payer, plan.payee].map(|party| self.country(party).currency());
        if plan.payer.account().is_some() && self.rng.chance(12) {
            (fee * self.country(plan.payer).scale(), 0)
        } else if between && currencies[0] == currencies[1] && self.rng.chance(10) {
            let deducted = fee * self.country(plan.payee).scale();
            (0, if received > deducted * 10 { deducted } else { 0 })
        } else {
            (0, 0)
        }
    }

    fn end_to_end(&mut self, plan: &Plan, day: i32) -> Option<String> {
        let between = plan.payer.account().is_some() && plan.payee.account().is_some();
        let is_given = self.rng.chance(if between { 80 } else { 50 });
        let is_given = is_given && self.options.with_references && plan.kind != TransferKind::Cash;
        is_given.then(|| format!("CF{}{:06}", short(day), self.transfers.len() + 1))
    }

    /// What the order says, in the payer's language.
    fn description(&mut self, plan: &Plan) -> String {
        let [spanish, german, english] = plan.kind.words();
        let words = match self.country(plan.payer) {
            super::Country::Spain | super::Country::Mexico => spanish,
            super::Country::Germany => german,
            super::Country::UnitedStates => english,
        };
        if plan.kind.is_numbered() {
            format!("{words} {}", 1000 + self.rng.below(9000))
        } else {
            words.to_owned()
        }
    }
}

impl Plan {
    pub(super) const fn new(payer: Party, payee: Party, minor: i128, kind: TransferKind) -> Self {
        Self { payer, payee, minor, kind, dirt: None }
    }
}

impl TransferKind {
    /// Whether it has the same amount every time, so that it is never made smaller.
    const fn is_regular(self) -> bool {
        matches!(self, Self::Salary | Self::Rent | Self::StandingOrder | Self::Repeated)
    }

    const fn is_numbered(self) -> bool {
        matches!(self, Self::Payment | Self::Purchase | Self::Sale)
    }

    /// What orders of it say, in Spanish, German and English.
    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Payment => ["Factura", "Rechnung", "Invoice"],
            Self::Repeated => ["Pago a cuenta", "Abschlag", "Part payment"],
            Self::StandingOrder => ["Orden permanente", "Dauerauftrag", "Standing order"],
            Self::Salary => ["Nómina del mes", "Gehalt", "Salary"],
            Self::Rent => ["Alquiler", "Miete", "Rent"],
            Self::Purchase => ["Compra", "Einkauf", "Purchase"],
            Self::Cash => ["Retiro de efectivo", "Auszahlung", "Cash withdrawal"],
            Self::Sale => ["Pedido", "Bestellung", "Order"],
            Self::Victim => ["Inversión garantizada", "Anlage", "Investment"],
            Self::Layer => ["Préstamo", "Darlehen", "Loan"],
        }
    }
}

/// Millionths of a currency's unit that a euro buys on a day: a fixed rate, within one percent.
fn rate_ppm(seed: u64, currency: &str, day: i32) -> i128 {
    let base: i128 = match currency {
        "MXN" => 20_500_000,
        "USD" => 1_080_000,
        _ => return 1_000_000,
    };
    let mut rng =
        Rng::new(seed ^ (u64::from(day.unsigned_abs()) << 20) ^ u64::from(currency == "MXN"));
    base + base * (below(&mut rng, 201) - 100) / 10_000
}
