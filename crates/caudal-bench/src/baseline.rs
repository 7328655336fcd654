//! The plain tracer that a careful programmer would write first: every account a queue of lots, and
//! one sweep over the whole ledger for a question. It is what the index is measured against, and it
//! checks the engine's answers on the way.

use std::collections::VecDeque;

use caudal_ledger::{LedgerView, LineIdx, NO_PLACE};

/// FIFO by lot queues: what every account holds of the origin line at the end, summed.
pub(crate) fn fifo(view: &impl LedgerView, origin: LineIdx) -> u128 {
    let mut pools: Vec<VecDeque<(u64, bool)>> = vec![VecDeque::new(); view.place_count() as usize];
    let accounts: Vec<bool> = (0..view.place_count()).map(|place| view.is_account(place)).collect();
    let mut moving: Vec<(u64, bool)> = Vec::new();
    for line_idx in 0..view.line_count() {
        let line = view.line(line_idx);
        moving.clear();
        let mut left = u64::try_from(line.paid).expect("cents of a bank fit 64 bits");
        if line_idx == origin || line.payer == NO_PLACE || !accounts[line.payer as usize] {
            moving.push((left, line_idx == origin));
        } else {
            let pool = &mut pools[line.payer as usize];
            while left > 0 {
                let (amount, is_traced) = pool.front_mut().expect("a balance is never below zero");
                let taken = left.min(*amount);
                moving.push((taken, *is_traced));
                *amount -= taken;
                left -= taken;
                if *amount == 0 {
                    pool.pop_front();
                }
            }
        }
        if accounts[line.payee as usize] {
            pools[line.payee as usize].extend(moving.iter().copied());
        }
    }
    let held = pools.iter().flatten().filter(|(_, is_traced)| *is_traced);
    held.map(|&(amount, _)| u128::from(amount)).sum()
}

/// Pro rata in integers of 2⁻²⁰ cents, rounded down: one sweep, one origin.
pub(crate) fn pro_rata(view: &impl LedgerView, origin: LineIdx) -> u128 {
    let mut held = vec![0u64; view.place_count() as usize];
    for line_idx in 0..view.line_count() {
        let line = view.line(line_idx);
        let payer = line.payer as usize;
        let moved = if line_idx == origin {
            u64::try_from(line.paid << 20).expect("cents of a bank fit 44 bits")
        } else if line.payer != NO_PLACE && held[payer] > 0 {
            let share = u128::from(held[payer]) * line.paid / view.balance_before(line_idx).max(1);
            let share = u64::try_from(share).unwrap_or(held[payer]).min(held[payer]);
            held[payer] -= share;
            share
        } else {
            continue;
        };
        held[line.payee as usize] += moved;
    }
    let accounts = (0..view.place_count()).filter(|&place| view.is_account(place));
    accounts.map(|place| u128::from(held[place as usize] >> 20)).sum()
}
