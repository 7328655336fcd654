//! What amounts of different currencies are worth beside each other, by the case's own exchanges.
//!
//! *Shape.* Only the order of a ranking rests on it. Every currency that the exchanges of the case
//! join to the first counts by their average rates; any other counts unit for unit.

use std::collections::BTreeMap;

use caudal_model::Currency;

/// Parts of a rate stay below this, so that products fit.
const PART_MAX: u128 = 1 << 40;

/// Worth of currencies in minor units of the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Rates(BTreeMap<Currency, (u128, u128)>);

impl Rates {
    /// `conversions`: paid and received, by currency paid and currency received.
    pub(super) fn new(
        currencies: &[Currency],
        conversions: &BTreeMap<(Currency, Currency), (u128, u128)>,
    ) -> Self {
        let mut sorted = currencies.to_vec();
        sorted.sort_unstable();
        let mut rates = Self::default();
        let first = sorted.first().copied();
        for currency in sorted {
            if rates.0.contains_key(&currency) {
                continue;
            }
            let unit =
                |of: Option<Currency>| 10u128.pow(u32::from(of.map_or(0, Currency::exponent)));
            rates.0.insert(currency, small((unit(first), unit(Some(currency)))));
            rates.join(conversions);
        }
        rates
    }

    /// Adds all that conversions join to what is known.
    fn join(&mut self, conversions: &BTreeMap<(Currency, Currency), (u128, u128)>) {
        loop {
            let before = self.0.len();
            for (&(paid_in, received_in), &(paid, received)) in conversions {
                self.add(received_in, paid_in, (paid, received));
                self.add(paid_in, received_in, (received, paid));
            }
            if self.0.len() == before {
                return;
            }
        }
    }

    /// A currency of which `part.1` are worth `part.0` of a known one.
    fn add(&mut self, currency: Currency, known: Currency, part: (u128, u128)) {
        let Some(&rate) = self.0.get(&known) else { return };
        let part = small(part);
        self.0.entry(currency).or_insert_with(|| small((rate.0 * part.0, rate.1 * part.1)));
    }

    /// An amount in the unit of all.
    pub(super) fn worth(&self, minor: u128, currency: Currency) -> u128 {
        let (numerator, denominator) = self.0.get(&currency).copied().unwrap_or((1, 1));
        match minor.checked_mul(numerator) {
            Some(product) => product / denominator,
            None => (minor / denominator).saturating_mul(numerator),
        }
    }
}

/// A ratio with parts that are small and not zero.
fn small((mut numerator, mut denominator): (u128, u128)) -> (u128, u128) {
    while numerator > PART_MAX || denominator > PART_MAX {
        numerator /= 2;
        denominator /= 2;
    }
    (numerator.max(1), denominator.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).expect("a currency")
    }

    #[test]
    fn an_exchange_of_the_case_gives_the_rate_in_both_directions() {
        let (euro, peso) = (currency("EUR"), currency("MXN"));
        let seen = BTreeMap::from([((peso, euro), (40_000, 2_000))]);
        let rates = Rates::new(&[euro, peso], &seen);
        assert_eq!(rates.worth(40_000, peso), 2_000);
        assert_eq!(rates.worth(2_000, euro), 2_000);
        let seen = BTreeMap::from([((euro, peso), (2_000, 40_000))]);
        assert_eq!(Rates::new(&[euro, peso], &seen).worth(40_000, peso), 2_000);
    }

    #[test]
    fn without_an_exchange_a_unit_is_a_unit_whatever_its_decimals() {
        let (euro, yen) = (currency("EUR"), currency("JPY"));
        let rates = Rates::new(&[yen, euro], &BTreeMap::new());
        assert_eq!(rates.worth(7, yen), rates.worth(700, euro));
    }
}
