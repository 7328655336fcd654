//! Coordinates on a page, in whole numbers.
//!
//! *Units.* Millionths of a point, and of one in matrices, so that the same file gives the same
//! lines on every machine.

use lopdf::Object;

/// One.
pub(super) const ONE: i64 = 1_000_000;

/// No page is larger, and no product of two that are smaller overflows.
const LIMIT: i64 = 1_000_000_000 * ONE;

/// A number of a content stream.
pub(super) fn number(object: &Object) -> Option<i64> {
    match object {
        Object::Integer(number) => Some(number.saturating_mul(ONE).clamp(-LIMIT, LIMIT)),
        Object::Real(number) => Some(fixed(*number)),
        _ => None,
    }
}

#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    reason = "a coordinate, not money; a cast of a float saturates"
)]
fn fixed(number: f32) -> i64 {
    ((f64::from(number) * 1_000_000.0).round() as i64).clamp(-LIMIT, LIMIT)
}

/// The product of two numbers.
pub(super) fn times(left: i64, right: i64) -> i64 {
    let product = i128::from(left) * i128::from(right) / i128::from(ONE);
    i64::try_from(product).unwrap_or(LIMIT).clamp(-LIMIT, LIMIT)
}

/// A matrix that moves, scales and turns: `[a b c d e f]`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix(pub(super) [i64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([ONE, 0, 0, ONE, 0, 0]);

    pub(super) fn shift(x: i64, y: i64) -> Self {
        Self([ONE, 0, 0, ONE, x, y])
    }

    /// Six operands.
    pub(super) fn read(operands: &[Object]) -> Option<Self> {
        let mut numbers = [0; 6];
        for (to, operand) in numbers.iter_mut().zip(operands.get(..6)?) {
            *to = number(operand)?;
        }
        Some(Self(numbers))
    }

    /// This matrix first, then another.
    pub(super) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [p, q, r, s, t, u]) = (self.0, next.0);
        let sum = |x: i64, y: i64| x.saturating_add(y).clamp(-LIMIT, LIMIT);
        Self([
            sum(times(a, p), times(b, r)),
            sum(times(a, q), times(b, s)),
            sum(times(c, p), times(d, r)),
            sum(times(c, q), times(d, s)),
            sum(sum(times(e, p), times(f, r)), t),
            sum(sum(times(e, q), times(f, s)), u),
        ])
    }
}
