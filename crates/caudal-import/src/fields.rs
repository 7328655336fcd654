//! From cells to values: amounts, currencies, texts and sequences, or what is wrong with them.
//!
//! *Shape.* Pure functions of one cell. Nothing is guessed: where a text can be read in two ways,
//! the fault carries a reading that would have been plain.
//!
//! *Units.* Amounts in minor units of their currency.

use std::borrow::Cow;

use caudal_model::{AmountError, Currency, Moment, ProblemCode, format_minor, parse_minor};

use crate::report::Fault;

/// The example of an amount as it should be written.
const AMOUNT_EXAMPLE: &str = "1204.50";

/// The most decimals a currency has, for judging an amount whose currency is not known.
const EXPONENT_MAX: u8 = 18;

/// A cell as the file gives it.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    /// Text, without the spaces around it; empty where the file has nothing.
    Text(Cow<'a, str>),
    /// An exact number: `unscaled` divided by ten to the power of `scale`.
    Number { unscaled: i128, scale: u8 },
    /// A number beyond 128 bits.
    Huge,
    /// A day or an instant.
    Moment(Moment),
    /// A date and time without a zone.
    LocalTime(Moment),
    /// A day that the calendar of years 1 to 9999 lacks.
    DayBeyond(i64),
}

impl Cell<'_> {
    pub(crate) const EMPTY: Cell<'static> = Cell::Text(Cow::Borrowed(""));

    /// The cell as text, as it would stand in a CSV file.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number { unscaled, scale } => {
                let sign = if *unscaled < 0 { "-" } else { "" };
                Cow::Owned(format!("{sign}{}", format_minor(unscaled.unsigned_abs(), *scale)))
            }
            Self::Huge => Cow::Borrowed("> 2^127"),
            Self::Moment(moment) => Cow::Owned(moment.to_string()),
            Self::LocalTime(moment) => {
                Cow::Owned(moment.to_string().trim_end_matches('Z').to_owned())
            }
            Self::DayBeyond(day) => Cow::Owned(format!("1970-01-01 {day:+} d")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// A text that must be there.
    pub(crate) fn required(&self, missing: ProblemCode) -> Result<Cow<'_, str>, Fault> {
        if self.is_empty() { Err(Fault::new(missing, "")) } else { Ok(self.text()) }
    }

    /// A text that may be absent.
    pub(crate) fn optional(&self) -> Option<Cow<'_, str>> {
        (!self.is_empty()).then(|| self.text())
    }
}

/// Remembers the currencies met, since a ledger names few of them many times.
#[derive(Debug, Default)]
pub(crate) struct Currencies {
    seen: Vec<(String, Currency)>,
    last: usize,
}

impl Currencies {
    pub(crate) fn read(&mut self, cell: &Cell<'_>) -> Result<Currency, Fault> {
        let code = cell.required(ProblemCode::CurrencyMissing)?;
        if let Some((seen, currency)) = self.seen.get(self.last)
            && *seen == code
        {
            return Ok(*currency);
        }
        if let Some(idx) = self.seen.iter().position(|(seen, _)| *seen == code) {
            self.last = idx;
            return Ok(self.seen[idx].1);
        }
        let unknown = || Fault::new(ProblemCode::CurrencyUnknown, &code);
        let currency = Currency::from_code(&code).ok_or_else(unknown)?;
        self.last = self.seen.len();
        self.seen.push((code.into_owned(), currency));
        Ok(currency)
    }
}

/// Reads an amount in minor units. Without a currency its form is judged, not its decimals.
pub(crate) fn amount(cell: &Cell<'_>, currency: Option<Currency>) -> Result<u128, Fault> {
    let exponent = currency.map_or(EXPONENT_MAX, Currency::exponent);
    if let Cell::Text(text) = cell
        && let Some(thousands) = thousands_reading(text, exponent)
    {
        let minor = parse_minor(text, exponent).map(|minor| format_minor(minor, exponent));
        let readings = format!("{thousands} | {}", minor.unwrap_or_default());
        return Err(Fault::new(ProblemCode::AmountAmbiguous, text).expected(readings));
    }
    let read = match cell {
        Cell::Text(text) => parse_minor(text, exponent),
        Cell::Number { unscaled, scale } => rescale(*unscaled, *scale, exponent),
        Cell::Huge => Err(AmountError::TooLarge),
        Cell::Moment(_) | Cell::LocalTime(_) | Cell::DayBeyond(_) => Err(AmountError::NotANumber),
    };
    match read {
        Err(AmountError::TooManyDecimals | AmountError::TooLarge) if currency.is_none() => Ok(0),
        read => read.map_err(|error| amount_fault(&cell.text(), exponent, error)),
    }
}

/// The reading of `1.500` as one thousand five hundred, where the currency has fewer decimals than
/// three, so that as a decimal it would be one and a half only because its last zeros are idle.
fn thousands_reading(text: &str, exponent: u8) -> Option<String> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_group = (1..=3).contains(&whole.len()) && !whole.starts_with('0') && digits(whole);
    let idle = fraction.get(usize::from(exponent)..).unwrap_or("1");
    let is_idle = fraction.len() == 3 && digits(fraction) && !idle.is_empty();
    let ends_idle = idle.bytes().all(|byte| byte == b'0');
    (is_group && is_idle && ends_idle).then(|| format!("{whole}{fraction}"))
}

fn rescale(unscaled: i128, scale: u8, exponent: u8) -> Result<u128, AmountError> {
    let minor = u128::try_from(unscaled).map_err(|_| AmountError::Negative)?;
    let power = |digits: u8| 10u128.checked_pow(u32::from(digits)).ok_or(AmountError::TooLarge);
    if scale <= exponent {
        return minor.checked_mul(power(exponent - scale)?).ok_or(AmountError::TooLarge);
    }
    let beyond = power(scale - exponent)?;
    if minor % beyond == 0 { Ok(minor / beyond) } else { Err(AmountError::TooManyDecimals) }
}

fn amount_fault(text: &str, exponent: u8, error: AmountError) -> Fault {
    match error {
        AmountError::Negative => {
            let unsigned = text.trim_matches(['-', '\u{2212}', '(', ')', ' ']);
            Fault::new(ProblemCode::AmountNegative, text).expected(plain_reading(unsigned))
        }
        AmountError::Separators => {
            Fault::new(ProblemCode::AmountAmbiguous, text).expected(plain_reading(text))
        }
        AmountError::TooManyDecimals => {
            Fault::new(ProblemCode::AmountDigitsBeyondCurrency, text).expected(exponent.to_string())
        }
        AmountError::TooLarge => Fault::new(ProblemCode::AmountOverflow, text),
        _ => Fault::new(ProblemCode::AmountUnreadable, text).expected(AMOUNT_EXAMPLE),
    }
}

/// The likelier reading of a number with separators, as plain decimals: a suggestion only.
fn plain_reading(text: &str) -> String {
    let is_separator = |c: char| !c.is_ascii_digit();
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let Some(at) = text.rfind(is_separator) else { return digits(text) };
    let (whole, fraction) = text.split_at(at);
    let last = fraction.chars().next().unwrap_or('.');
    let groups_only = whole.contains(last) || last == ' ' || last == '\'';
    let groups_alone = !whole.contains(is_separator) && digits(fraction).len() == 3;
    let decimals = if groups_only || (groups_alone && last == ',') {
        return digits(text);
    } else {
        digits(fraction)
    };
    if decimals.is_empty() { digits(whole) } else { format!("{}.{decimals}", digits(whole)) }
}

/// Reads the evidence's own order.
pub(crate) fn sequence(cell: &Cell<'_>) -> Result<Option<u64>, Fault> {
    let read = match cell {
        Cell::Number { unscaled, scale: 0 } => u64::try_from(*unscaled).ok(),
        Cell::Text(text) if text.is_empty() => return Ok(None),
        Cell::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    let unreadable = || Fault::new(ProblemCode::SequenceUnreadable, &cell.text()).expected("7");
    read.map(Some).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_reading_is_suggested() {
        for (text, expected) in [
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1 204.50", "1204.50"),
            ("1'204.50", "1204.50"),
            ("12,5", "12.5"),
            ("1,234", "1234"),
            ("1.234.567", "1234567"),
            ("1\u{a0}234,56", "1234.56"),
            ("5.00", "5.00"),
        ] {
            assert_eq!(plain_reading(text), expected, "{text}");
        }
    }

    #[test]
    fn exact_numbers_keep_their_value_in_every_scale() {
        assert_eq!(rescale(120_450, 2, 2), Ok(120_450));
        assert_eq!(rescale(1204, 0, 2), Ok(120_400));
        assert_eq!(rescale(1_204_500, 3, 2), Ok(120_450));
        assert_eq!(rescale(1_204_501, 3, 2), Err(AmountError::TooManyDecimals));
        assert_eq!(rescale(-1, 2, 2), Err(AmountError::Negative));
        assert_eq!(rescale(i128::MAX, 0, 18), Err(AmountError::TooLarge));
        assert_eq!(rescale(0, 38, 0), Ok(0));
    }
}
