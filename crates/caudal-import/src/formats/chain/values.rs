//! The values of an explorer's file: addresses, times and numbers.

use std::borrow::Cow;

use crate::dates;
use crate::fields::Cell;

const SECONDS_PER_DAY: i64 = 86_400;

/// The most digits of Unix seconds: up to the year 9999.
const SECONDS_DIGITS_MAX: usize = 12;

/// The most decimals, and powers of ten, that a number in scientific notation may need.
const POWER_MAX: i32 = 36;

/// The most digits of a number in scientific notation, or in a small unit.
const DIGITS_MAX: usize = 38;

/// An address as everybody writes it. `\x` is how databases write `0x`.
pub(super) fn address(text: &str) -> Cow<'_, str> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("\\x"));
    let is_account =
        |digits: &&str| digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) = hexadecimal.filter(is_account) {
        return Cow::Owned(format!("0x{}", digits.to_ascii_lowercase()));
    }
    let is_bech32 = ["BC1", "TB1", "LTC1"].iter().any(|prefix| text.starts_with(prefix));
    if is_bech32 { Cow::Owned(text.to_ascii_lowercase()) } else { Cow::Borrowed(text) }
}

/// The same of a text that may be owned.
pub(super) fn address_in(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => address(text),
        Cow::Owned(text) => Cow::Owned(address(&text).into_owned()),
    }
}

/// Whether a cell lists several addresses. A name may hold spaces, a list of addresses has marks.
pub(super) fn has_several(text: &str) -> bool {
    text.contains([';', '|', ',', '\n'])
}

/// Unix seconds, or a time that says it is universal, itself or by the name of its column.
pub(super) fn time<'c>(cell: &Cell<'c>, is_universal: bool) -> Cell<'c> {
    let text = cell.text();
    let is_seconds = !text.is_empty()
        && text.len() <= SECONDS_DIGITS_MAX
        && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_seconds && let Ok(seconds) = text.parse() {
        return dates::time_cell(seconds, SECONDS_PER_DAY, true);
    }
    let has_zone = |time: &str| time.is_empty() || time.contains(['Z', '+', '-']);
    let is_bare = is_universal && !text.get(10..).is_none_or(has_zone);
    let bare = text.strip_suffix(" UTC").or(is_bare.then_some(&*text));
    match bare.filter(|bare| bare.as_bytes().get(4) == Some(&b'-')) {
        Some(bare) => Cell::Text(Cow::Owned(format!("{}Z", bare.trim_end()))),
        None => cell.clone(),
    }
}

/// Whether a number is nothing, however it is written.
pub(super) fn is_zero(text: &str) -> bool {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    mantissa.contains('0') && mantissa.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

/// What an amount of a column is counted in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unit {
    pub(super) currency: Option<&'static str>,
    /// How many decimals of the coin a whole number of the column has.
    pub(super) scale: u8,
    /// Whether a comma can only stand between groups of three.
    pub(super) has_groups: bool,
}

/// A number of a column. What is no number stays text, which no amount can be read from.
pub(super) fn number(text: Cow<'_, str>, unit: Unit) -> Cell<'_> {
    let is_plain = unit.scale == 0 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if is_plain {
        return Cell::Text(text);
    }
    let plain = if unit.has_groups { without_groups(&text) } else { Cow::Borrowed(&*text) };
    match exact(&plain, unit.scale) {
        Some((unscaled, scale)) => Cell::Number { unscaled, scale },
        None if unit.scale == 0 => Cell::Text(text),
        // Its digits alone could be read as whole coins.
        None => Cell::Text(Cow::Owned(format!("{text} (10^-{})", unit.scale))),
    }
}

/// Without the commas between groups of three. Other commas stay, and are a problem of the amount.
fn without_groups(text: &str) -> Cow<'_, str> {
    let whole = text.split('.').next().unwrap_or_default();
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let is_group = (1..=3).contains(&first.len()) && !first.starts_with('0');
    if text.contains(',') && is_group && groups.all(|group| group.len() == 3) {
        Cow::Owned(text.replace(',', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A number exactly, `7.77e-05` too: unscaled, and how many decimals it has.
fn exact(text: &str, scale: u8) -> Option<(i128, u8)> {
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power: i32 = power.parse().ok().filter(|power| (-POWER_MAX..=POWER_MAX).contains(power))?;
    let digits = format!("{whole}{fraction}");
    let unscaled: i128 = digits.parse().ok().filter(|_| digits.len() <= DIGITS_MAX)?;
    let decimals = i32::try_from(fraction.len()).ok()? - power + i32::from(scale);
    if let Ok(decimals) = u8::try_from(decimals) {
        return Some((unscaled, decimals));
    }
    let factor = 10i128.checked_pow(decimals.unsigned_abs())?;
    Some((unscaled.checked_mul(factor)?, 0))
}
