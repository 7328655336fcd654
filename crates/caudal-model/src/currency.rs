//! Currencies and assets with the number of decimals they are counted in.
//!
//! *Authority.* ISO 4217, list of 2026-01-01: two decimals unless listed here with 0, 3 or 4.
//! Crypto-assets carry the exponent of their protocol.
//! *Units.* `exponent` is the number of decimals of the minor unit.

use std::fmt;

/// A currency or asset. Two are equal when their codes are.
#[derive(Clone, Copy, Debug, Eq, PartialOrd, Ord)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

impl Currency {
    /// Finds a currency by its code, in any letter case. `None` for codes the table lacks.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim();
        let find = |codes: &'static str, exponent| {
            codes
                .split_ascii_whitespace()
                .find(|known| known.eq_ignore_ascii_case(code))
                .map(|code| Self { code, exponent })
        };
        if code.is_empty() {
            return None;
        }
        find(TWO_DECIMALS, 2)
            .or_else(|| find(NO_DECIMALS, 0))
            .or_else(|| find(THREE_DECIMALS, 3))
            .or_else(|| find(FOUR_DECIMALS, 4))
            .or_else(|| {
                ASSETS
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(code))
                    .map(|&(code, exponent)| Self { code, exponent })
            })
    }

    /// The code, in capitals, such as `MXN`.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Number of decimals of the minor unit: 2 for USD, 0 for JPY, 8 for BTC, 18 for ETH.
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// Every code in the table, sorted, for error messages and documentation.
    pub fn all_codes() -> Vec<&'static str> {
        let lists = [TWO_DECIMALS, NO_DECIMALS, THREE_DECIMALS, FOUR_DECIMALS];
        let mut codes: Vec<_> =
            lists.iter().flat_map(|list| list.split_ascii_whitespace()).collect();
        codes.extend(ASSETS.iter().map(|&(code, _)| code));
        codes.sort_unstable();
        codes
    }
}

impl PartialEq for Currency {
    fn eq(&self, other: &Self) -> bool {
        // Codes stand once in the tables, so equal ones almost always are the same text.
        std::ptr::eq(self.code, other.code) || self.code == other.code
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

const TWO_DECIMALS: &str = "USD MXN EUR GBP CAD \
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN \
    BZD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP \
    GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK \
    PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
    TJS TMT TOP TRY TTD TWD TZS UAH USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG \
    CUC HRK SLL VEF ZWL ESP MXP DEM FRF";
const NO_DECIMALS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const THREE_DECIMALS: &str = "BHD IQD JOD KWD LYD OMR TND";
const FOUR_DECIMALS: &str = "CLF UYW";
const ASSETS: &[(&str, u8)] = &[
    ("BTC", 8),
    ("ETH", 18),
    ("WETH", 18),
    ("BNB", 18),
    ("LTC", 8),
    ("BCH", 8),
    ("DOGE", 8),
    ("XMR", 12),
    ("TRX", 6),
    ("USDT", 6),
    ("USDC", 6),
    ("DAI", 18),
    ("XRP", 6),
    ("SOL", 9),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_follow_the_table() {
        for (code, exponent) in [("usd", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("btc", 8)] {
            assert_eq!(Currency::from_code(code).map(Currency::exponent), Some(exponent), "{code}");
        }
        assert_eq!(Currency::from_code("XXX"), None);
        assert_eq!(Currency::from_code(""), None);
        assert_eq!(Currency::from_code("USD MXN"), None);
    }

    #[test]
    fn no_code_stands_twice() {
        let codes = Currency::all_codes();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]), "{codes:?}");
    }
}
