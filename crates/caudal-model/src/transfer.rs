//! A transfer moves a thing from one holder to another; a table holds many, column by column.

use crate::collections::Dictionary;
use crate::{Currency, EvidenceFile, Moment, Money, SourceRef};

/// What a transfer moves.
///
/// Money is allocated by a tracing rule. An item keeps its identity and a substance its mass; they
/// join this enum when their disciplines are built, which is why it is not exhaustive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thing {
    /// Fungible: followed by a tracing rule.
    Money(Money),
}

/// One movement from one holder to another, as the evidence states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer<'a> {
    /// Unique in its ledger.
    pub id: &'a str,
    /// Booking date or instant.
    pub moment: Moment,
    /// The account or outside party that gives.
    pub payer: &'a str,
    /// The account or outside party that receives.
    pub payee: &'a str,
    /// What leaves the payer.
    pub thing: Thing,
    /// What reaches the payee, where it differs: a conversion.
    pub received: Option<Money>,
    /// The origin of money that arrives from outside.
    pub label: Option<&'a str>,
    /// The evidence's own order, if it states one.
    pub sequence: Option<u64>,
    /// Id of the deposit that this line takes back (a returned cheque, a recalled payment).
    pub reverses: Option<&'a str>,
    /// Where it stands.
    pub source: SourceRef,
}

/// Money that an account held before its first line: one lot of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The account.
    pub account: String,
    /// How much.
    pub money: Money,
    /// Its label; `None` stands for `opening:ACCOUNT`.
    pub label: Option<String>,
    /// Where it stands, in the file that [`Opening::file`] names.
    pub row: u64,
    /// The evidence file.
    pub file: EvidenceFile,
}

/// Transfers of money in the order of the evidence, in columns.
///
/// A row is read back as a [`Transfer`]. Ids are unique: [`TransferTable::push`] refuses a second.
#[derive(Clone, Debug, Default)]
pub struct TransferTable {
    /// The evidence files that [`SourceRef::file_idx`] counts.
    pub files: Vec<EvidenceFile>,
    ids: Dictionary,
    names: Dictionary,
    labels: Dictionary,
    currencies: Vec<Currency>,
    payer: Vec<u32>,
    payee: Vec<u32>,
    minor: Vec<u128>,
    currency: Vec<u8>,
    received: Vec<(u32, Money)>,
    moment: Vec<Moment>,
    label: Vec<u32>,
    sequence: Vec<(u32, u64)>,
    reverses: Vec<(u32, Box<str>)>,
    source: Vec<SourceRef>,
}

const NO_LABEL: u32 = u32::MAX;

impl TransferTable {
    /// Number of transfers.
    pub fn len(&self) -> usize {
        self.payer.len()
    }

    /// Whether there is no transfer.
    pub fn is_empty(&self) -> bool {
        self.payer.is_empty()
    }

    /// Adds a transfer. Gives back the position of the transfer that already has the id, if any;
    /// then nothing was added.
    pub fn push(&mut self, transfer: &Transfer<'_>) -> Result<(), u32> {
        let (idx, is_new) = self.ids.intern(transfer.id);
        if !is_new {
            return Err(idx);
        }
        let Thing::Money(money) = transfer.thing;
        self.payer.push(self.names.intern(transfer.payer).0);
        self.payee.push(self.names.intern(transfer.payee).0);
        self.minor.push(money.minor);
        let currency = self.currency_idx(money.currency);
        self.currency.push(currency);
        self.moment.push(transfer.moment);
        self.label.push(transfer.label.map_or(NO_LABEL, |label| self.labels.intern(label).0));
        self.source.push(transfer.source);
        if let Some(received) = transfer.received {
            self.received.push((idx, received));
        }
        if let Some(sequence) = transfer.sequence {
            self.sequence.push((idx, sequence));
        }
        if let Some(reverses) = transfer.reverses {
            self.reverses.push((idx, reverses.into()));
        }
        Ok(())
    }

    /// The transfer at a position, counted from 0 in the order of the evidence.
    pub fn get(&self, idx: u32) -> Transfer<'_> {
        let at = idx as usize;
        let money =
            Money { minor: self.minor[at], currency: self.currencies[self.currency[at] as usize] };
        Transfer {
            id: self.ids.get(idx),
            moment: self.moment[at],
            payer: self.names.get(self.payer[at]),
            payee: self.names.get(self.payee[at]),
            thing: Thing::Money(money),
            received: sparse(&self.received, idx).copied(),
            label: (self.label[at] != NO_LABEL).then(|| self.labels.get(self.label[at])),
            sequence: sparse(&self.sequence, idx).copied(),
            reverses: sparse(&self.reverses, idx).map(AsRef::as_ref),
            source: self.source[at],
        }
    }

    /// The money that leaves the payer.
    pub fn money(&self, idx: u32) -> Money {
        let at = idx as usize;
        Money { minor: self.minor[at], currency: self.currencies[self.currency[at] as usize] }
    }

    /// Numbers of payer and payee in [`TransferTable::names`].
    pub fn ends(&self, idx: u32) -> (u32, u32) {
        (self.payer[idx as usize], self.payee[idx as usize])
    }

    /// Booking moment of a row.
    pub fn moment(&self, idx: u32) -> Moment {
        self.moment[idx as usize]
    }

    /// The place in the order that a row states, if it states one.
    pub fn sequence(&self, idx: u32) -> Option<u64> {
        sparse(&self.sequence, idx).copied()
    }

    /// Whether any row states a sequence.
    pub fn has_sequences(&self) -> bool {
        !self.sequence.is_empty()
    }

    /// Whether any row states a conversion.
    pub fn has_received(&self) -> bool {
        !self.received.is_empty()
    }

    /// Rows that say they take back a deposit, with the id of the deposit.
    pub fn reversals(&self) -> impl Iterator<Item = (u32, &str)> {
        self.reverses.iter().map(|(row, id)| (*row, id.as_ref()))
    }

    /// The position of the transfer with an id.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.ids.find(id)
    }

    /// The currencies that leave payers, in order of arrival.
    pub fn currencies(&self) -> &[Currency] {
        &self.currencies
    }

    /// Account and party names.
    pub fn names(&self) -> &Dictionary {
        &self.names
    }

    /// Ids, in the order of the evidence.
    pub fn ids(&self) -> &Dictionary {
        &self.ids
    }

    /// Labels.
    pub fn labels(&self) -> &Dictionary {
        &self.labels
    }

    /// All transfers, in the order of the evidence.
    pub fn iter(&self) -> impl Iterator<Item = Transfer<'_>> {
        (0..u32::try_from(self.len()).unwrap_or(u32::MAX)).map(|idx| self.get(idx))
    }

    fn currency_idx(&mut self, currency: Currency) -> u8 {
        let found = self.currencies.iter().position(|&known| known == currency);
        let idx = found.unwrap_or_else(|| {
            self.currencies.push(currency);
            self.currencies.len() - 1
        });
        u8::try_from(idx).expect("the currency table has fewer than 256 entries")
    }
}

/// The value of a row in a column that few rows fill. Rows stand in ascending order.
fn sparse<T>(column: &[(u32, T)], idx: u32) -> Option<&T> {
    column.binary_search_by_key(&idx, |&(row, _)| row).ok().map(|at| &column[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        let usd = Currency::from_code("USD").expect("in the table");
        let mxn = Currency::from_code("MXN").expect("in the table");
        let transfer = Transfer {
            id: "t1",
            moment: Moment::from_date(2025, 3, 1).expect("a day"),
            payer: "@victim",
            payee: "US-1",
            thing: Thing::Money(Money { minor: 100, currency: usd }),
            received: Some(Money { minor: 1700, currency: mxn }),
            label: Some("V"),
            sequence: Some(7),
            reverses: None,
            source: SourceRef { file_idx: 0, part: 0, row: 2 },
        };
        let mut table = TransferTable::default();
        assert_eq!(table.push(&transfer), Ok(()));
        assert_eq!(table.push(&transfer), Err(0), "an id stands once");
        assert_eq!(table.get(0), transfer);
        assert_eq!(table.find("t1"), Some(0));
    }
}
