//! A large ledger as a stream: a year of payments between accounts of very unequal activity.
//!
//! *Units.* Minor units; days 0 to 364.
//! *Shape.* Account 0 is the busiest; the share of lines of the first *k* of *n* accounts is about
//! the cube root of *k/n*. Nothing is kept between lines, so a hundred million cost no memory.

use super::Rng;

/// What stands for the outside world in place of an account number.
pub const OUTSIDE: u32 = u32::MAX;

/// A typical large payment, in minor units: the root of the mean square of amounts.
const LARGE: u64 = 200_000;

/// A stream of `(day, payer, payee, minor)`. One line in ten comes from outside, one goes there.
pub fn bank(seed: u64, transfers: u64, accounts: u32) -> Bank {
    Bank { rng: Rng::new(seed), accounts: u64::from(accounts.max(2)), transfers, at: 0 }
}

/// The stream that [`bank`] makes.
#[derive(Clone, Debug)]
pub struct Bank {
    rng: Rng,
    accounts: u64,
    transfers: u64,
    at: u64,
}

impl Bank {
    /// The opening balance of an account, in minor units: enough for its ups and downs, so that
    /// overdrafts are rare.
    pub fn opening(&self, account: u32) -> u64 {
        let share =
            |account: u64| cube_root((u128::from(account) << 90) / u128::from(self.accounts));
        let account = u64::from(account);
        let lines = u128::from(share(account + 1) - share(account)) * u128::from(self.transfers);
        let lines = u64::try_from(lines >> 30).unwrap_or(u64::MAX);
        LARGE * (10 + 5 * lines.isqrt())
    }

    fn account(&mut self) -> u32 {
        let bits = self.rng.bits() >> 32;
        let cube = (((bits * bits) >> 32) * bits) >> 32;
        u32::try_from((cube * self.accounts) >> 32).expect("below the number of accounts")
    }

    fn minor(&mut self) -> u64 {
        let bits = self.rng.bits();
        let scale = 100 << (bits % 13);
        scale + (bits >> 8) % scale
    }
}

impl Iterator for Bank {
    type Item = (i32, u32, u32, u64);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.transfers {
            return None;
        }
        let day = i32::try_from(self.at * 365 / self.transfers).expect("a day of a year");
        self.at += 1;
        let minor = self.minor();
        let (payer, payee) = match self.rng.below(10) {
            0 => (OUTSIDE, self.account()),
            1 => (self.account(), OUTSIDE),
            _ => {
                let (payer, payee) = (self.account(), self.account());
                let next = u32::try_from((u64::from(payee) + 1) % self.accounts).unwrap_or(0);
                (payer, if payer == payee { next } else { payee })
            }
        };
        Some((day, payer, payee, minor))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.transfers - self.at).ok();
        (left.unwrap_or(usize::MAX), left)
    }
}

/// The whole cube root of a number below 2⁹¹.
fn cube_root(number: u128) -> u64 {
    let (mut low, mut high) = (0u128, 1u128 << 31);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if middle * middle * middle <= number { low = middle } else { high = middle }
    }
    u64::try_from(low).expect("below 2³¹")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_repeats_and_rarely_overdraws() {
        let (transfers, accounts) = (100_000, 1000);
        let bank = bank(7, transfers, accounts);
        let mut balances: Vec<i64> =
            (0..accounts).map(|a| i64::try_from(bank.opening(a)).expect("fits")).collect();
        let (mut overdrawn, mut outside, mut count) = (0, 0, 0);
        for (_, payer, payee, minor) in bank.clone() {
            assert_ne!(payer, payee);
            let minor = i64::try_from(minor).expect("fits");
            count += 1;
            if payer == OUTSIDE || payee == OUTSIDE {
                outside += 1;
            }
            if let Some(balance) = balances.get_mut(payer as usize) {
                *balance -= minor;
                overdrawn += u64::from(*balance < 0);
            }
            if let Some(balance) = balances.get_mut(payee as usize) {
                *balance += minor;
            }
        }
        assert_eq!(count, transfers);
        assert!((18_000..22_000).contains(&outside), "{outside} lines to or from outside");
        assert!(overdrawn < transfers / 100, "{overdrawn} of {transfers} lines overdraw");
        assert!(bank.clone().eq(bank.clone()), "the same seed gives the same lines");
    }
}
