//! Exact wide arithmetic: multiply-divide, and the nearest vector of whole units.
//!
//! *Authority.* `TRACING` 11.2 and 11.3.
//! *Units.* Carried amounts count 2⁻⁴⁰ minor units.

use ethnum::U256;

/// Binary places that a carried amount has below the minor unit.
pub const CARRIED_BITS: u32 = 40;

/// One minor unit as a carried amount.
pub const ONE: i128 = 1 << CARRIED_BITS;

/// A whole amount as a carried one. Ledgers are refused before this could overflow.
pub(crate) fn carry(minor: u128) -> i128 {
    i128::try_from(minor << CARRIED_BITS).expect("ledger totals stay below 2^86")
}

/// `⌊a·b/c⌋`, exact in the middle. `c` is not zero; the quotient must fit 128 bits.
pub(crate) fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    match a.checked_mul(b) {
        Some(product) => product / c,
        None => mul_div_wide(a, b, c).expect("the quotient fits 128 bits"),
    }
}

/// `⌊a·b/c⌋`, or `None` if the quotient exceeds 128 bits.
pub(crate) fn checked_mul_div(a: u128, b: u128, c: u128) -> Option<u128> {
    match a.checked_mul(b) {
        Some(product) => Some(product / c),
        None => mul_div_wide(a, b, c),
    }
}

fn mul_div_wide(a: u128, b: u128, c: u128) -> Option<u128> {
    // Most often b and c are amounts of 64 bits and a is carried: two short divisions serve.
    if let (Ok(b), Ok(c)) = (u64::try_from(b), u64::try_from(c)) {
        return mul_div_short(a, b, c);
    }
    let quotient = U256::from(a) * U256::from(b) / U256::from(c);
    u128::try_from(quotient).ok()
}

/// Schoolbook: a 192-bit product divided by 64 bits, limb by limb.
fn mul_div_short(a: u128, b: u64, c: u64) -> Option<u128> {
    const LOW: u128 = u64::MAX as u128;
    let (b, c) = (u128::from(b), u128::from(c));
    let low = (a & LOW) * b;
    let high = (a >> 64) * b + (low >> 64);
    let (q_high, rest) = (high / c, high % c);
    (q_high <= LOW).then(|| (q_high << 64) + ((rest << 64) | (low & LOW)) / c)
}

/// `⌊a·b/c + ½⌋`: the rounding of `TRACING` 11.2.
pub(crate) fn mul_div_round(a: u128, b: u128, c: u128) -> u128 {
    let floor = mul_div(a, b, c);
    // The rest a·b − floor·c is below c, so it is known from its low 128 bits.
    let rest = a.wrapping_mul(b).wrapping_sub(floor.wrapping_mul(c));
    floor + u128::from(rest >= c - rest)
}

/// Cuts a carried amount in proportion: pieces of `parts` (which sum to at most `whole`) that sum
/// exactly to their share of `share`, by rounding prefix sums.
pub(crate) fn shares_of(parts: impl Iterator<Item = i128>, share: u128, whole: u128) -> Vec<i128> {
    let (mut sum, mut given) = (0u128, 0u128);
    parts
        .map(|part| {
            sum += part.unsigned_abs();
            let upto = mul_div_round(sum, share, whole);
            let piece = upto - given;
            given = upto;
            i128::try_from(piece).expect("a piece is no larger than its part and fits")
        })
        .collect()
}

/// The vector of whole numbers nearest to `wanted`, with `0 ≤ p ≤ most` in each place and the sum
/// `total`; ties to the first.
///
/// *Units.* `wanted` in carried units (they may be negative), the result in minor units. `most` and
/// `total` must allow a solution.
pub(crate) fn nearest_whole(wanted: &[i128], most: &[u128], total: u128) -> Vec<u128> {
    let mut whole: Vec<u128> = wanted
        .iter()
        .zip(most)
        .map(|(&y, &most)| u128::try_from(y >> CARRIED_BITS).unwrap_or(0).min(most))
        .collect();
    let mut sum: u128 = whole.iter().sum();
    let gap = |at: usize, whole: &[u128]| wanted[at] - carry(whole[at]);
    while sum < total {
        let mut best: Option<usize> = None;
        for at in (0..whole.len()).filter(|&at| whole[at] < most[at]) {
            if best.is_none_or(|b| gap(at, &whole) > gap(b, &whole)) {
                best = Some(at);
            }
        }
        let at = best.expect("the limits allow the total");
        // Alone, it takes all at once: far from its wish it would otherwise go up unit by unit.
        let step = if whole.len() == 1 { total - sum } else { 1 };
        whole[at] += step;
        sum += step;
    }
    while sum > total {
        let mut best: Option<usize> = None;
        for at in (0..whole.len()).filter(|&at| whole[at] > 0) {
            if best.is_none_or(|b| gap(at, &whole) < gap(b, &whole)) {
                best = Some(at);
            }
        }
        let at = best.expect("the sum is above zero");
        whole[at] -= 1;
        sum -= 1;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_beyond_128_bits_divide_exactly() {
        let big = u128::MAX / 3;
        assert_eq!(mul_div(big, 9, 27), big / 3);
        assert_eq!(mul_div(1 << 100, 1 << 60, 1 << 61), 1 << 99);
        assert_eq!(mul_div(u128::MAX, u128::MAX, u128::MAX), u128::MAX);
        assert_eq!(checked_mul_div(u128::MAX, 3, 2), None);
        assert_eq!(mul_div_round(1, 1, 2), 1);
        assert_eq!(mul_div_round(1, 1, 3), 0);
        assert_eq!(mul_div_round((1 << 104) + 1, 3, 2), ((1u128 << 104) + 1) * 3 / 2 + 1);
    }

    #[test]
    fn short_and_wide_division_agree() {
        let mut seed = 7u64;
        let mut next = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            seed >> 1
        };
        for _ in 0..10_000 {
            let a = (u128::from(next()) << 40) | u128::from(next() >> 24);
            let (b, c) = (next() >> 20, (next() >> 10) + 1);
            let wide = U256::from(a) * U256::from(b) / U256::from(c);
            assert_eq!(mul_div_short(a, b, c), u128::try_from(wide).ok(), "{a}·{b}/{c}");
        }
    }

    #[test]
    fn whole_units_foot_and_stay_near() {
        let third = ONE / 3;
        assert_eq!(nearest_whole(&[third, third, ONE - 2 * third], &[1, 1, 1], 1), [0, 0, 1]);
        assert_eq!(nearest_whole(&[ONE / 2, ONE / 2], &[1, 1], 1), [1, 0], "ties to the first");
        assert_eq!(nearest_whole(&[-ONE, 3 * ONE], &[5, 2], 2), [0, 2]);
        assert_eq!(nearest_whole(&[5 * ONE, ONE], &[1, 9], 6), [1, 5], "limits are kept");
    }
}
