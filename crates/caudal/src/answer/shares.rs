//! Distributions as answers: what is left in one account, shared among claimants.

use caudal_explain::Message;
use caudal_ledger::LedgerView;
use caudal_trace::{Rule, Share, Target};
use caudal_wire::{Result as RuleResult, ShareRow};

use super::Asked;
use crate::error::Error;

impl Asked<'_> {
    pub(super) fn shares(&mut self, rule: Rule) -> Result<RuleResult, Error> {
        let account = self.shared_account()?;
        let is_capped = rule == Rule::CappedProRata;
        let ledger = self.tracer.view();
        let found = caudal_trace::shares(ledger, &self.question, account, is_capped);
        let written = |minor| self.shown.amount(account, minor);
        let row = |share: &Share| ShareRow {
            label: self.question.origins[share.origin as usize].label.clone(),
            amount: written(share.amount),
            contribution: written(share.contribution),
            claim: written(share.claim),
        };
        Ok(RuleResult {
            account: Some(self.shown.name(account).to_owned()),
            currency: Some(self.shown.currency(account).code().to_owned()),
            amount: Some(written(found.balance)),
            shares: Some(found.shares.iter().map(row).collect()),
            surplus: Some(written(found.surplus)),
            ..RuleResult::default()
        })
    }

    /// The account that a distribution is about: the target, or where all origins came in.
    fn shared_account(&self) -> Result<u32, Error> {
        let needs = || {
            Error::request(Message::new("error-shares-need-account"))
                .hint(Message::new("hint-shares-need-account"))
        };
        if self.request.from.is_empty() {
            return Err(needs());
        }
        if let [Target::Balance(place)] = *self.targets {
            return Ok(place);
        }
        let ledger = self.tracer.view();
        let mut payees: Vec<u32> =
            self.question.seeds.iter().map(|seed| ledger.line(seed.line).payee).collect();
        payees.sort_unstable();
        payees.dedup();
        match (payees.as_slice(), self.targets.is_empty()) {
            (&[place], true) if ledger.is_account(place) => Ok(place),
            _ => Err(needs()),
        }
    }
}
