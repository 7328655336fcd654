//! An entry and its details as they are read, element by element.
//!
//! *Authority.* `Ntry` and `TxDtls` of the schemas of versions 1 to 8: what later versions moved
//! (`Sts/Cd`, `Pty/Nm`, `Chrgs/Rcrd`) is read in either place.

use std::borrow::Cow;

use caudal_model::{Decimal, Entry, EntryStatus, Moment, ProblemCode, ReferenceKind};

use super::tag::Tag;
use super::values::{self, Amount, Leaf, Place};

/// An entry that is being read.
#[derive(Default)]
pub(super) struct Draft<'a> {
    /// What stands for all of it: row, status, days, references, kind, description.
    pub(super) entry: Entry,
    pub(super) start: usize,
    pub(super) amount: Option<Amount<'a>>,
    /// Whether an amount, and a day of booking or of value, are stated at all.
    pub(super) has_amount: bool,
    pub(super) has_day: bool,
    pub(super) is_credit: Option<bool>,
    pub(super) ordered: Ordered<'a>,
    pub(super) charges: Charges<'a>,
    pub(super) status: Cow<'a, str>,
    /// The number of details that the batch states.
    pub(super) batch_count: Option<u64>,
    pub(super) details: Vec<Detail<'a>>,
    /// Number of details, with those that say nothing.
    pub(super) detail_count: u64,
}

/// One detail of an entry.
#[derive(Default)]
pub(super) struct Detail<'a> {
    pub(super) entry: Entry,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) amount: Option<Amount<'a>>,
    pub(super) is_credit: Option<bool>,
    pub(super) ordered: Ordered<'a>,
    pub(super) charges: Charges<'a>,
    pub(super) debtor: Party<'a>,
    pub(super) creditor: Party<'a>,
    pub(super) information: Cow<'a, str>,
    /// Whether it holds anything that is read.
    pub(super) has_content: bool,
}

/// The amounts behind an amount.
#[derive(Default)]
pub(super) struct Ordered<'a> {
    pub(super) transaction: Option<Amount<'a>>,
    pub(super) instructed: Option<Amount<'a>>,
}

/// A side of a payment.
#[derive(Default)]
pub(super) struct Party<'a> {
    pub(super) number: Cow<'a, str>,
    pub(super) name: Cow<'a, str>,
    /// On whose behalf it acts.
    pub(super) ultimate: Cow<'a, str>,
    pub(super) bank: Cow<'a, str>,
}

impl Party<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.number.is_empty() && self.name.is_empty() && self.ultimate.is_empty()
    }
}

/// Charges, as they add to the balance: negative where they cost.
#[derive(Default)]
pub(super) struct Charges<'a> {
    /// The record that is being read.
    amount: Option<Amount<'a>>,
    is_credit: bool,
    is_included: bool,
    /// The total that the file states, where it gives no records.
    total: Option<Decimal>,
    /// The sum of records that the amount does not say to include.
    beside: Option<Decimal>,
    /// The sum of records that the amount says to include.
    pub(super) within: Option<Decimal>,
}

impl<'a> Charges<'a> {
    /// Reads an element below the charges of an amount in a currency.
    fn leaf(&mut self, path: &[Tag], leaf: &Leaf<'a>, code: &str, place: &mut Place<'_>) {
        match path {
            [Tag::TtlChrgsAndTaxAmt] => {
                let total = leaf.amount("Chrgs", place).filter(|total| total.code == code);
                self.total = total.map(|total| -total.number);
            }
            [Tag::Amt] | [Tag::Rcrd, Tag::Amt] => self.amount = leaf.amount("Chrgs", place),
            [Tag::CdtDbtInd] | [Tag::Rcrd, Tag::CdtDbtInd] => self.is_credit = leaf.text == "CRDT",
            [Tag::Rcrd, Tag::ChrgInclInd] => self.is_included = values::is_true(&leaf.text),
            [Tag::Rcrd] | [] => self.end_record(code),
            _ => {}
        }
    }

    fn end_record(&mut self, code: &str) {
        let is_credit = std::mem::take(&mut self.is_credit);
        let is_included = std::mem::take(&mut self.is_included);
        let Some(amount) = self.amount.take().filter(|amount| amount.code == code) else { return };
        let sum = if is_included { &mut self.within } else { &mut self.beside };
        let so_far = sum.unwrap_or_default();
        *sum = so_far.checked_add(values::signed(amount.number, is_credit));
    }

    /// What is to be added to an amount that does not include them.
    pub(super) fn beside(&self) -> Decimal {
        let total = self.total.filter(|_| self.within.is_none());
        self.beside.or(total).unwrap_or_default()
    }
}

impl<'a> Draft<'a> {
    /// Reads an element of the entry itself, with its path below the entry.
    pub(super) fn leaf(&mut self, path: &[Tag], leaf: Leaf<'a>, place: &mut Place<'_>) {
        let text = &*leaf.text;
        let entry = &mut self.entry;
        match path {
            [Tag::Amt] => {
                self.has_amount = true;
                self.amount = leaf.amount("Amt", place);
            }
            [Tag::CdtDbtInd] => self.is_credit = values::is_credit(text),
            [Tag::RvslInd] => entry.is_reversal = values::is_true(text),
            [Tag::Sts] if text.is_empty() => {}
            [Tag::Sts] | [Tag::Sts, Tag::Cd | Tag::Prtry] => self.status = leaf.text,
            [Tag::BookgDt, Tag::Dt | Tag::DtTm] => {
                self.has_day = true;
                let day = values::day(text, "BookgDt", place);
                entry.booked_at = day.map(|day| Moment { day, nanos: None });
            }
            [Tag::ValDt, Tag::Dt | Tag::DtTm] => {
                self.has_day = true;
                entry.value_day = values::value_day(text, "ValDt", place);
            }
            [Tag::NtryRef | Tag::AcctSvcrRef] => entry.refer(ReferenceKind::Bank, text),
            [Tag::BkTxCd, code @ ..] => add_kind(&mut entry.kind, code, text),
            [Tag::AddtlNtryInf] => add_line(&mut entry.description, text),
            [Tag::AmtDtls, behind @ ..] => self.ordered.leaf(behind, &leaf, place),
            [Tag::Chrgs, charge @ ..] => {
                let code = self.amount.unwrap_or_default().code;
                self.charges.leaf(charge, &leaf, code, place);
            }
            [Tag::NtryDtls, Tag::Btch, of_batch @ ..] | [Tag::Btch, of_batch @ ..] => {
                self.batch(of_batch, text, place);
            }
            _ => {}
        }
    }

    fn batch(&mut self, path: &[Tag], text: &str, place: &mut Place<'_>) {
        match path {
            [Tag::PmtInfId] => self.entry.refer(ReferenceKind::Customer, text),
            [Tag::NbOfTxs] => match text.parse::<u64>() {
                // One entry may hold several batches.
                Ok(count) => {
                    let so_far = self.batch_count.unwrap_or(0);
                    self.batch_count = Some(so_far.saturating_add(count));
                }
                Err(_) => place.fault("NbOfTxs", ProblemCode::RecordCountDiffers, text, ""),
            },
            _ => {}
        }
    }

    /// Settles status, amount and sign once the entry has ended.
    pub(super) fn close(&mut self, place: &mut Place<'_>) {
        self.entry.status = match &*self.status {
            "BOOK" => EntryStatus::Booked,
            "PDNG" | "FUTR" => EntryStatus::Expected,
            _ => EntryStatus::Information,
        };
        if self.entry.status != EntryStatus::Booked {
            let expected = if self.status.is_empty() { "BOOK" } else { "" };
            place.fault("Sts", ProblemCode::EntryNotBooked, &self.status, expected);
        }
        match (&self.amount, self.is_credit) {
            (Some(amount), Some(is_credit)) => {
                self.entry.amount = Some(values::signed(amount.number, is_credit));
            }
            (Some(amount), None) => {
                let found = amount.number.to_string();
                place.fault("CdtDbtInd", ProblemCode::AmountUnreadable, &found, "CRDT | DBIT");
            }
            (None, _) if !self.has_amount => {
                place.fault("Amt", ProblemCode::AmountUnreadable, "", "1204.50");
            }
            // An amount that is there but no number was reported where it stands.
            (None, _) => {}
        }
        if !self.has_day {
            place.fault("BookgDt", ProblemCode::DateUnreadable, "", "2025-04-03");
        }
    }
}

impl<'a> Detail<'a> {
    /// Reads an element of a detail of an entry in a currency, with its path below the detail.
    pub(super) fn leaf(
        &mut self,
        path: &[Tag],
        leaf: Leaf<'a>,
        code: &str,
        place: &mut Place<'_>,
    ) -> Option<()> {
        let text = &*leaf.text;
        let entry = &mut self.entry;
        match path {
            [Tag::Refs, reference] => entry.refer(kind_of(*reference)?, text),
            [Tag::Amt] => self.amount = leaf.amount("TxDtls", place),
            [Tag::CdtDbtInd] => self.is_credit = values::is_credit(text),
            [Tag::AmtDtls, behind @ ..] => self.ordered.leaf(behind, &leaf, place),
            [Tag::Chrgs, charge @ ..] => self.charges.leaf(charge, &leaf, code, place),
            [Tag::BkTxCd, code @ ..] => add_kind(&mut entry.kind, code, text),
            [Tag::RltdPties, side, of_party @ ..] => self.party(*side, of_party, leaf)?,
            [Tag::RltdAgts, side, of_agent @ ..] => self.agent(*side, of_agent, leaf)?,
            [Tag::RmtInf, Tag::Ustrd] => add_line(&mut entry.description, text),
            [Tag::RmtInf, Tag::Strd, Tag::CdtrRefInf, Tag::Ref | Tag::CdtrRef] => {
                entry.refer(ReferenceKind::Customer, text);
            }
            [Tag::RltdDts, Tag::TxDtTm | Tag::AccptncDtTm] => {
                entry.executed_at = values::moment(text, "RltdDts", place);
            }
            [Tag::AddtlTxInf] => self.information = leaf.text,
            _ => return None,
        }
        self.has_content = true;
        Some(())
    }

    fn party(&mut self, side: Tag, path: &[Tag], leaf: Leaf<'a>) -> Option<()> {
        let (party, part) = match side {
            Tag::Dbtr | Tag::DbtrAcct | Tag::UltmtDbtr => (&mut self.debtor, side),
            Tag::Cdtr | Tag::CdtrAcct | Tag::UltmtCdtr => (&mut self.creditor, side),
            _ => return None,
        };
        let slot = match (part, path) {
            (Tag::DbtrAcct | Tag::CdtrAcct, [Tag::Id, id @ ..]) if is_number(id) => {
                &mut party.number
            }
            // The last is a bank that pays for itself.
            (
                Tag::Dbtr | Tag::Cdtr,
                [Tag::Nm] | [Tag::Pty, Tag::Nm] | [Tag::Agt, Tag::FinInstnId, Tag::Nm],
            ) => &mut party.name,
            (Tag::Dbtr | Tag::Cdtr, [Tag::Agt, agent @ ..]) if is_bank(agent) => &mut party.bank,
            (Tag::UltmtDbtr | Tag::UltmtCdtr, [Tag::Nm] | [Tag::Pty, Tag::Nm]) => {
                &mut party.ultimate
            }
            _ => return None,
        };
        fill(slot, leaf.text);
        Some(())
    }

    fn agent(&mut self, side: Tag, path: &[Tag], leaf: Leaf<'a>) -> Option<()> {
        let party = match side {
            Tag::DbtrAgt => &mut self.debtor,
            Tag::CdtrAgt => &mut self.creditor,
            _ => return None,
        };
        is_bank(path).then(|| fill(&mut party.bank, leaf.text))
    }
}

impl<'a> Ordered<'a> {
    fn leaf(&mut self, path: &[Tag], leaf: &Leaf<'a>, place: &mut Place<'_>) {
        match path {
            [Tag::TxAmt, Tag::Amt] => self.transaction = leaf.amount("TxAmt", place),
            [Tag::InstdAmt, Tag::Amt] => self.instructed = leaf.amount("InstdAmt", place),
            _ => {}
        }
    }
}

/// What a reference of a payment is, by its name.
fn kind_of(tag: Tag) -> Option<ReferenceKind> {
    match tag {
        Tag::Uetr | Tag::EndToEndId => Some(ReferenceKind::EndToEnd),
        Tag::AcctSvcrRef | Tag::TxId | Tag::ClrSysRef => Some(ReferenceKind::Bank),
        Tag::InstrId | Tag::PmtInfId => Some(ReferenceKind::Customer),
        Tag::ChqNb => Some(ReferenceKind::Cheque),
        // The id of a message names a whole file of payments, and that of a mandate many of them.
        _ => None,
    }
}

/// Whether a path below `Id` holds the number of an account.
pub(super) fn is_number(path: &[Tag]) -> bool {
    matches!(path, [Tag::Iban | Tag::Bban | Tag::Upic] | [Tag::Othr | Tag::PrtryAcct, Tag::Id])
}

/// Whether a path below an agent holds what names the bank. The first that stands there counts.
pub(super) fn is_bank(path: &[Tag]) -> bool {
    matches!(
        path,
        [Tag::FinInstnId, Tag::Bic | Tag::BicFi | Tag::Nm]
            | [Tag::FinInstnId, Tag::CmbndId, Tag::Bic | Tag::Nm]
            | [Tag::FinInstnId, Tag::NmAndAdr, Tag::Nm]
            | [Tag::FinInstnId, Tag::ClrSysMmbId, Tag::MmbId]
    )
}

/// Fills what is still empty.
pub(super) fn fill<'a>(slot: &mut Cow<'a, str>, text: Cow<'a, str>) {
    if slot.is_empty() {
        *slot = text;
    }
}

fn add_kind(kind: &mut String, path: &[Tag], text: &str) {
    let is_code = matches!(
        path,
        [Tag::Domn | Tag::Prtry, Tag::Cd] | [Tag::Domn, Tag::Fmly, Tag::Cd | Tag::SubFmlyCd]
    );
    if is_code && !text.is_empty() {
        if !kind.is_empty() {
            kind.push(' ');
        }
        kind.push_str(text);
    }
}

pub(super) fn add_line(lines: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines.push_str(text);
}
