//! Money of victims: it comes in, passes through layers of accounts and leaves.

use super::life::{Life, Plan};
use super::truth::{OutsideKind, Party, TransferKind, TrueTransfer};
use super::{below, index};

/// What makes a payment part of a laundering scheme.
#[derive(Clone, Debug)]
pub(super) struct Dirt {
    /// The label of a deposit; hops have none.
    pub(super) label: Option<String>,
    /// How many accounts it is still to pass.
    hops_left: u8,
}

impl Life<'_> {
    /// Deposits of victims, early enough that their money can travel.
    pub(super) fn plan_victims(&mut self) {
        let span = u64::try_from(self.days.1 - self.days.0).expect("days ascend") * 3 / 4;
        for at in 1..=self.options.victim_deposits {
            let account = index(self.rng, self.accounts.len());
            let victim = self.outsider(account, OutsideKind::Victim);
            let scale = self.accounts[account].country.scale();
            let minor = (4_000 + below(self.rng, 360) * 100) * 100 * scale;
            let day = self.days.0 + i32::try_from(self.rng.below(span + 1)).expect("days");
            let label = Some(format!("victim-{at}"));
            let hops_left = 2 + u8::from(self.rng.chance(60)) + u8::from(self.rng.chance(40));
            let plan = Plan::new(victim, Party::Account(account), minor, TransferKind::Victim);
            self.plan(day, Plan { dirt: Some(Dirt { label, hops_left }), ..plan });
        }
    }

    /// Plans what becomes of laundered money that has arrived: most of it moves on within days, in
    /// one to three payments.
    pub(super) fn pass_on(&mut self, plan: &Plan, transfer: &TrueTransfer) {
        let (Some(dirt), Some(account)) = (&plan.dirt, plan.payee.account()) else { return };
        let mut left = transfer.received_minor * (85 + below(self.rng, 14)) / 100;
        let pieces = 1 + self.rng.below(3);
        for piece in 1..=pieces {
            let minor =
                if piece == pieces { left } else { left * (30 + below(self.rng, 40)) / 100 };
            left -= minor;
            let day = transfer.payee_day + 1 + i32::try_from(self.rng.below(4)).expect("days");
            let next = self.next_hop(account, dirt.hops_left);
            let next = Plan::new(Party::Account(account), next, minor, TransferKind::Layer);
            let dirt = Dirt { label: None, hops_left: dirt.hops_left.saturating_sub(1) };
            if minor > 0 {
                self.plan(day, Plan { dirt: Some(dirt), ..next });
            }
        }
    }

    /// Any other account, quiet ones as often as busy ones; in the end a way out.
    fn next_hop(&mut self, account: usize, hops_left: u8) -> Party {
        let partners = self.partners(account);
        if hops_left > 0 && !partners.is_empty() && !self.rng.chance(10) {
            return Party::Account(*self.rng.pick(&partners));
        }
        let kind = if self.rng.chance(50) { OutsideKind::Cash } else { OutsideKind::Exchange };
        self.outsider(account, kind)
    }
}
