//! What a place holds of each origin under rules with fractions, and what becomes of it behind a
//! conversion.
//!
//! *Units.* Carried amounts count 2⁻⁴⁰ minor units, printed ones whole minor units (`TRACING` 11).

use caudal_ledger::Line;
use smallvec::SmallVec;

use crate::arith::{CARRIED_BITS, ONE, carry, mul_div, mul_div_round, nearest_whole, shares_of};
use crate::question::OriginIdx;

/// What a place holds of one origin, or what a payment takes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) origin: OriginIdx,
    /// In 2⁻⁴⁰ minor units of the place; never negative.
    pub(crate) carried: i128,
    /// In minor units of the place.
    pub(crate) printed: u128,
    /// In 2⁻⁴⁰ minor units of the origin; kept only where the ledger converts.
    pub(crate) origin_carried: i128,
}

impl Share {
    /// Printed less carried, in carried units.
    pub(crate) fn error(&self) -> i128 {
        carry(self.printed) - self.carried
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.carried == 0 && self.printed == 0 && self.origin_carried == 0
    }
}

/// The shares of one place, by origin, ascending. Most often there is one.
pub(crate) type Shares = SmallVec<[Share; 1]>;

pub(crate) fn share_of(shares: &[Share], origin: OriginIdx) -> Option<&Share> {
    shares.binary_search_by_key(&origin, |share| share.origin).ok().map(|at| &shares[at])
}

pub(crate) fn add_share(shares: &mut Shares, share: Share) {
    match shares.binary_search_by_key(&share.origin, |known| known.origin) {
        Ok(at) => {
            shares[at].carried += share.carried;
            shares[at].printed += share.printed;
            shares[at].origin_carried += share.origin_carried;
        }
        Err(at) => shares.insert(at, share),
    }
}

/// Origin money that stands together in a payment, not divided between its origins.
pub(crate) struct Block {
    /// In carried units of the payment.
    pub(crate) lo: u128,
    pub(crate) hi: u128,
    pub(crate) shares: Shares,
}

/// What arrives behind a conversion whose labels have no order: amounts in proportion.
pub(crate) fn converted_mixed(line: &Line, pieces: &Shares) -> Shares {
    let parts = shares_of(pieces.iter().map(|p| p.carried), line.received, line.paid);
    let mut wanted = parts.clone();
    wanted.push((carry(line.received) - parts.iter().sum::<i128>()).max(0));
    let whole = nearest_whole(&wanted, &vec![line.received; wanted.len()], line.received);
    let arriving = pieces.iter().zip(parts).zip(whole);
    arriving.map(|((piece, carried), printed)| Share { carried, printed, ..*piece }).collect()
}

/// What arrives behind a conversion in which origin money has its place: the boundaries of what
/// stands together map as those of a lot, and what is inside is divided in proportion.
pub(crate) fn converted_blocks(line: &Line, mut blocks: Vec<Block>) -> Shares {
    blocks.sort_by_key(|block| block.lo);
    let mut joined: Vec<Block> = Vec::new();
    for block in blocks {
        match joined.last_mut() {
            Some(last) if last.hi == block.lo => {
                last.hi = block.hi;
                block.shares.into_iter().for_each(|share| add_share(&mut last.shares, share));
            }
            _ => joined.push(block),
        }
    }
    let mut arriving = Shares::new();
    for Block { lo, hi, shares } in joined {
        let map = |boundary| mul_div(boundary, line.received, line.paid << CARRIED_BITS);
        let units = map(hi) - map(lo);
        let parts = shares_of(shares.iter().map(|s| s.carried), units << CARRIED_BITS, hi - lo);
        let whole = nearest_whole(&parts, &vec![units; parts.len()], units);
        for ((share, carried), printed) in shares.into_iter().zip(parts).zip(whole) {
            add_share(&mut arriving, Share { carried, printed, ..share });
        }
    }
    arriving
}

/// Carried piece plus half of an error, rounded half up to 2⁻²⁰ minor units.
pub(crate) fn steer(piece: i128, error: i128) -> i128 {
    const HALF: u32 = CARRIED_BITS / 2;
    ((2 * piece + error + (1 << HALF)) >> (HALF + 1)) << HALF
}

/// Carried units to whole minor units, half up.
pub fn to_minor(carried: i128) -> u128 {
    mul_div_round(carried.unsigned_abs(), 1, ONE.unsigned_abs())
}
