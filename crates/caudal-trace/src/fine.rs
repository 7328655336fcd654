//! Routes of money that conversions made worth less than one unit of its origin.
//!
//! *Shape.* Such money has no unit of the origin to be followed by. Each fragment knows the one that
//! it is a part of, so it is followed back, line by line, to the last line in which its units were
//! units of the origin; from there the one unit that it is a part of leads on to the origin.

use std::collections::BTreeMap;

use caudal_ledger::LineIdx;

use crate::backward::Target;
use crate::fragment::{Fragment, IntervalSet, NO_FRAGMENT};
use crate::question::OriginIdx;
use crate::result::Trace;
use crate::routes::{Route, RouteHop, carrying, pieces};

/// A fine fragment with the lines behind the one where its units were the origin's.
struct Followed {
    fragment: Fragment,
    /// The last line whose units were the origin's.
    anchor: LineIdx,
    /// The unit of the origin that it is a part of.
    unit: u128,
    /// From the line behind the anchor to the target.
    hops: Vec<RouteHop>,
}

/// One route for each fine fragment at a target.
pub(crate) fn routes(trace: &Trace, fine: &[Fragment], target: Target) -> Vec<Route> {
    let followed: Vec<Followed> =
        fine.iter().filter_map(|fragment| follow(trace, fragment, target)).collect();
    let Some(last) = followed.iter().map(|followed| followed.anchor).max() else {
        return Vec::new();
    };
    let mut units: BTreeMap<OriginIdx, IntervalSet> = BTreeMap::new();
    for Followed { fragment, unit, .. } in &followed {
        units.entry(fragment.origin).or_default().insert(*unit, unit + 1);
    }
    let before: BTreeMap<OriginIdx, Vec<_>> = carrying(trace, &units, last)
        .into_iter()
        .map(|(origin, carrying)| (origin, pieces(&carrying, &units[&origin])))
        .collect();
    followed.into_iter().filter_map(|followed| joined(followed, &before)).collect()
}

/// Pieces of one origin: first unit, end, and the lines that carried them.
type Pieces = Vec<(u128, u128, Vec<RouteHop>)>;

fn joined(followed: Followed, before: &BTreeMap<OriginIdx, Pieces>) -> Option<Route> {
    let Followed { fragment, anchor, unit, hops } = followed;
    let pieces = before.get(&fragment.origin)?;
    let at = pieces.partition_point(|&(_, hi, _)| hi <= unit);
    let (_, _, carried) = pieces.get(at).filter(|&&(lo, _, _)| lo <= unit)?;
    let upstream = carried.iter().filter(|hop| hop.line <= anchor);
    // The cents of a whole unit are more than this money; only its lines are told.
    let upstream = upstream.map(|hop| RouteHop { line: hop.line, cents: Vec::new() });
    let hops = upstream.chain(hops).collect();
    Some(Route { origin: fragment.origin, amount: 0, fine_amount: fragment.len(), hops })
}

fn follow(trace: &Trace, fragment: &Fragment, target: Target) -> Option<Followed> {
    let mut hops = Vec::new();
    if let Target::Line(line) = target {
        hops.push(RouteHop { line, cents: vec![(fragment.lo, fragment.hi)] });
    }
    let mut at = fragment.parent;
    loop {
        if at == NO_FRAGMENT {
            return None;
        }
        let parent = trace.fragments[at as usize];
        let line = line_of(trace, at as usize);
        if parent.is_exact() {
            hops.reverse();
            let unit = fragment.origin_lo.clamp(parent.origin_lo, parent.origin_hi - 1);
            return Some(Followed { fragment: *fragment, anchor: line, unit, hops });
        }
        hops.push(RouteHop { line, cents: Vec::new() });
        at = parent.parent;
    }
}

/// The line that carries a fragment of the trace.
fn line_of(trace: &Trace, fragment: usize) -> LineIdx {
    let at = trace.lines.partition_point(|line| line.fragments.end <= fragment);
    trace.lines[at].line
}
