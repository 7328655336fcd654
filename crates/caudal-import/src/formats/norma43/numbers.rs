//! Numbers that stand for something else: accounts and currencies.
//!
//! *Authority.* ISO 13616 and the check digits of Spanish accounts; ISO 4217 for currencies.

use caudal_model::Currency;

use crate::formats::mt940::lines::remainder_97;

/// The IBAN of bank, branch and number, or the eighteen characters as they stand if they are not
/// all digits.
pub(super) fn account_number(key: &str) -> String {
    if key.len() != 18 || digits_only(key).is_none() {
        return key.trim().to_owned();
    }
    let (office, number) = key.split_at(8);
    let first = check_digit(&["00", office].concat());
    let second = check_digit(number);
    let bban = format!("{office}{first}{second}{number}");
    let remainder = remainder_97(bban.bytes().chain(*b"ES00").collect::<Vec<u8>>().iter());
    format!("ES{:02}{bban}", 98 - remainder)
}

/// A text, if it is made of digits.
pub(super) fn digits_only(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

/// The check digit of ten digits in a Spanish account number.
fn check_digit(digits: &str) -> u32 {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let weighed = digits.bytes().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight);
    match 11 - weighed.sum::<u32>() % 11 {
        10 => 1,
        11 => 0,
        digit => digit,
    }
}

/// The currency with a number of ISO 4217.
pub(super) fn currency_of_number(number: &str) -> Option<Currency> {
    let known = CURRENCY_NUMBERS.split_ascii_whitespace();
    let pair = known.filter_map(|pair| pair.split_once('='));
    let code = pair.filter(|(known, _)| *known == number).map(|(_, code)| code).next()?;
    Currency::from_code(code)
}

/// ISO 4217 numbers, the ones of Spanish statements first.
const CURRENCY_NUMBERS: &str = "978=EUR 840=USD 826=GBP 756=CHF 392=JPY 484=MXN 724=ESP 504=MAD \
    008=ALL 012=DZD 032=ARS 036=AUD 044=BSD 048=BHD 050=BDT 051=AMD 052=BBD 060=BMD 064=BTN \
    068=BOB 072=BWP 084=BZD 090=SBD 096=BND 104=MMK 108=BIF 116=KHR 124=CAD 132=CVE 136=KYD \
    144=LKR 152=CLP 156=CNY 170=COP 174=KMF 188=CRC 192=CUP 203=CZK 208=DKK 214=DOP 222=SVC \
    230=ETB 232=ERN 238=FKP 242=FJD 250=FRF 262=DJF 270=GMD 276=DEM 292=GIP 320=GTQ 324=GNF \
    328=GYD 332=HTG 340=HNL 344=HKD 348=HUF 352=ISK 356=INR 360=IDR 364=IRR 368=IQD 376=ILS \
    388=JMD 398=KZT 400=JOD 404=KES 408=KPW 410=KRW 414=KWD 417=KGS 418=LAK 422=LBP 426=LSL \
    430=LRD 434=LYD 446=MOP 454=MWK 458=MYR 462=MVR 480=MUR 496=MNT 498=MDL 512=OMR 516=NAD \
    524=NPR 532=XCG 533=AWG 548=VUV 554=NZD 558=NIO 566=NGN 578=NOK 586=PKR 590=PAB 598=PGK \
    600=PYG 604=PEN 608=PHP 634=QAR 643=RUB 646=RWF 654=SHP 682=SAR 690=SCR 702=SGD 704=VND \
    706=SOS 710=ZAR 728=SSP 748=SZL 752=SEK 760=SYP 764=THB 776=TOP 780=TTD 784=AED 788=TND \
    800=UGX 807=MKD 818=EGP 834=TZS 858=UYU 860=UZS 882=WST 886=YER 901=TWD 924=ZWG 925=SLE \
    926=VED 928=VES 929=MRU 930=STN 933=BYN 934=TMT 936=GHS 937=VEF 938=SDG 941=RSD 943=MZN \
    944=AZN 946=RON 949=TRY 950=XAF 951=XCD 952=XOF 953=XPF 967=ZMW 968=SRD 969=MGA 971=AFN \
    972=TJS 973=AOA 975=BGN 976=CDF 977=BAM 980=UAH 981=GEL 985=PLN 986=BRL 191=HRK";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_get_their_check_digits() {
        assert_eq!(account_number("001203450000067890"), "ES0700120345030000067890");
        assert_eq!(account_number("00120345000006789X"), "00120345000006789X");
    }

    #[test]
    fn every_listed_currency_is_known() {
        for pair in CURRENCY_NUMBERS.split_ascii_whitespace() {
            let (number, code) = pair.split_once('=').expect("a pair");
            assert!(number.len() == 3 && Currency::from_code(code).is_some(), "{pair}");
            assert_eq!(currency_of_number(number).map(Currency::code), Some(code));
        }
    }
}
