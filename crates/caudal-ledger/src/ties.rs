//! How many transfers stand in an order that nothing proves.

use crate::ledger::PlaceState;
use crate::view::PlaceIdx;

/// Counts transfers that share a group of unproved order and an account with another.
#[derive(Default)]
pub(crate) struct Ties {
    group: u32,
    /// By position in the group: whether it was counted.
    is_counted: Vec<bool>,
    tied_transfers: u64,
}

impl Ties {
    /// Begins a group of so many transfers.
    pub(crate) fn begin(&mut self, len: usize) {
        self.group += 1;
        self.is_counted.clear();
        self.is_counted.resize(len, false);
    }

    /// Notes the ends of the transfer at a position of the group.
    pub(crate) fn meet(
        &mut self,
        state: &mut [PlaceState],
        at: u32,
        (payer, payee): (PlaceIdx, PlaceIdx),
    ) {
        for place in [payer, payee] {
            let state = &mut state[place as usize];
            let (group, first) = state.tie;
            if state.is_account && group == self.group {
                self.add(first);
                self.add(at);
            } else {
                state.tie = (self.group, at);
            }
        }
    }

    fn add(&mut self, at: u32) {
        let is_counted = &mut self.is_counted[at as usize];
        self.tied_transfers += u64::from(!*is_counted);
        *is_counted = true;
    }

    /// How many were tied, in all groups.
    pub(crate) fn count(&self) -> u64 {
        self.tied_transfers
    }
}
