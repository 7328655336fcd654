//! Exact wide arithmetic: multiply-divide, and the nearest vector of whole units.
//!
//! *Authority.* `TRACING` 11.2 and 11.3.
//! *Units.* Carried amounts count 2⁻⁴⁰ minor units.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ethnum::U256;
use smallvec::{SmallVec, smallvec};

/// A list that mostly is short, such as one amount for each origin: it needs no allocation then.
pub(crate) type Few<T> = SmallVec<[T; 2]>;

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
pub(crate) fn shares_of(parts: impl Iterator<Item = i128>, share: u128, whole: u128) -> Few<i128> {
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
pub(crate) fn nearest_whole(wanted: &[i128], most: &[u128], total: u128) -> Few<u128> {
    let mut whole: Few<u128> = wanted
        .iter()
        .zip(most)
        .map(|(&y, &most)| u128::try_from(y >> CARRIED_BITS).unwrap_or(0).min(most))
        .collect();
    let sum: u128 = whole.iter().sum();
    let gaps = |whole: &[u128]| -> Few<i128> {
        wanted.iter().zip(whole).map(|(&y, &whole)| y - carry(whole)).collect()
    };
    if sum < total {
        let rooms: Few<u128> = most.iter().zip(&whole).map(|(most, whole)| most - whole).collect();
        let units = units(gaps(&whole), &rooms, total - sum);
        whole.iter_mut().zip(units).for_each(|(whole, units)| *whole += units);
    } else if sum > total {
        let excess = gaps(&whole).into_iter().map(|gap| -gap).collect();
        let units = units(excess, &whole, sum - total);
        whole.iter_mut().zip(units).for_each(|(whole, units)| *whole -= units);
    }
    whole
}

/// The first of two numbers as [`nearest_whole`] gives them, without a list.
pub(crate) fn nearest_of_two(wanted: [i128; 2], most: [u128; 2], total: u128) -> u128 {
    let floor = |at: usize| u128::try_from(wanted[at] >> CARRIED_BITS).unwrap_or(0).min(most[at]);
    let whole = [floor(0), floor(1)];
    let gap = |at: usize| wanted[at] - carry(whole[at]);
    let sum = whole[0] + whole[1];
    if sum == total {
        whole[0]
    } else if sum + 1 == total {
        let is_first = whole[0] < most[0] && (whole[1] == most[1] || gap(0) >= gap(1));
        whole[0] + u128::from(is_first)
    } else if sum == total + 1 {
        let is_first = whole[0] > 0 && (whole[1] == 0 || gap(0) <= gap(1));
        whole[0] - u128::from(is_first)
    } else {
        nearest_whole(&wanted, &most, total)[0]
    }
}

/// Gives out units one by one, each where the gap is widest, ties to the first; a unit narrows its
/// gap by one. `rooms` say how many each can take, together at least `left`.
fn units(mut gaps: Few<i128>, rooms: &[u128], left: u128) -> Few<u128> {
    let mut given: Few<u128> = smallvec![0; gaps.len()];
    let mut left = left;
    if left == 1 {
        // Most often one unit is wanting: one look at each serves.
        let mut widest: Option<usize> = None;
        for at in (0..gaps.len()).filter(|&at| rooms[at] > 0) {
            if widest.is_none_or(|widest| gaps[at] > gaps[widest]) {
                widest = Some(at);
            }
        }
        given[widest.expect("the limits allow the total")] = 1;
        return given;
    }
    if gaps.len() > FEW
        && let Some(chosen) = one_each(&gaps, rooms, left)
    {
        for at in chosen {
            given[at] = 1;
        }
        return given;
    }
    if left > gaps.len() as u128 {
        // Far from the wish: all that is wider than some level at once, or it would take for ever.
        let level = level(&gaps, rooms, left);
        for (at, gap) in gaps.iter_mut().enumerate() {
            given[at] = units_above(*gap, level, rooms[at]);
            left -= given[at];
            *gap -= carry(given[at]);
        }
    }
    let mut widest: BinaryHeap<(i128, Reverse<usize>)> = BinaryHeap::new();
    widest.extend(gaps.iter().enumerate().map(|(at, &gap)| (gap, Reverse(at))));
    while left > 0 {
        let (gap, Reverse(at)) = widest.pop().expect("the limits allow the total");
        if given[at] < rooms[at] {
            given[at] += 1;
            left -= 1;
            widest.push((gap - ONE, Reverse(at)));
        }
    }
    given
}

/// Lists longer than this are worth a selection instead of a heap.
const FEW: usize = 8;

/// The places of the widest gaps, if each of them takes one unit before any takes a second: so it is
/// wherever gaps lie within one unit of each other, which they do after rounding down.
fn one_each(gaps: &[i128], rooms: &[u128], left: u128) -> Option<Vec<usize>> {
    let mut open: Vec<usize> = (0..gaps.len()).filter(|&at| rooms[at] > 0).collect();
    let left = usize::try_from(left).ok().filter(|&left| left > 0 && left <= open.len())?;
    let (wider, &mut last, _) =
        open.select_nth_unstable_by_key(left - 1, |&at| (Reverse(gaps[at]), at));
    let widest = wider.iter().map(|&at| gaps[at]).max().unwrap_or(gaps[last]);
    if widest - ONE >= gaps[last] {
        return None;
    }
    open.truncate(left);
    Some(open)
}

/// The lowest level above which at most `left` units are wanting.
fn level(gaps: &[i128], rooms: &[u128], left: u128) -> i128 {
    let widest = gaps.iter().copied().max().unwrap_or(0);
    let narrowest = gaps.iter().copied().min().unwrap_or(0);
    let mut low = narrowest.saturating_sub(carry(left));
    let mut high = widest;
    while low < high {
        let half = low.abs_diff(high) / 2;
        let middle = low + i128::try_from(half).expect("half of a distance fits");
        let wanting = gaps.iter().zip(rooms).map(|(&gap, &room)| units_above(gap, middle, room));
        if wanting.fold(0, u128::saturating_add) <= left { high = middle } else { low = middle + 1 }
    }
    high
}

/// How many units a gap takes while it is wider than a level.
fn units_above(gap: i128, level: i128, room: u128) -> u128 {
    let above = if gap > level { gap.abs_diff(level) } else { 0 };
    above.div_ceil(ONE.unsigned_abs()).min(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(wanted: &[i128], most: &[u128], total: u128) -> Vec<u128> {
        nearest_whole(wanted, most, total).into_vec()
    }

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
        assert_eq!(nearest(&[third, third, ONE - 2 * third], &[1, 1, 1], 1), [0, 0, 1]);
        assert_eq!(nearest(&[ONE / 2, ONE / 2], &[1, 1], 1), [1, 0], "ties to the first");
        assert_eq!(nearest(&[-ONE, 3 * ONE], &[5, 2], 2), [0, 2]);
        assert_eq!(nearest(&[5 * ONE, ONE], &[1, 9], 6), [1, 5], "limits are kept");
    }

    #[test]
    fn two_numbers_need_no_list() {
        let half = ONE / 2;
        for first in -3..9 {
            for (a, b) in [(0, 9), (9, 0), (3, 3), (1, 5), (9, 9)] {
                for total in 0..=(a + b) {
                    for shift in [0, 1, -1, half, -half] {
                        let rest = carry(total) - first * half - shift;
                        let wanted = [first * half, rest];
                        let list = nearest(&wanted, &[a, b], total);
                        assert_eq!(nearest_of_two(wanted, [a, b], total), list[0]);
                    }
                }
            }
        }
    }

    #[test]
    fn units_far_from_the_wish_are_given_at_once() {
        let many = 1 << 80;
        assert_eq!(nearest(&[0, 0], &[many, many], many), [many / 2, many / 2]);
        assert_eq!(nearest(&[0, 4 * ONE], &[many, many], many + 1), {
            [many / 2 - 2 + 1, many / 2 + 2]
        });
        assert_eq!(nearest(&[carry(many), carry(many)], &[many, many], 3), [1, 2]);
        assert_eq!(nearest(&[0, 0, 0], &[many, 2, 0], many), [many - 2, 2, 0]);
    }
}
