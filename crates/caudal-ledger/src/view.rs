//! What tracing may see of a ledger: the seam between the index and the rules.

use std::ops::Range;

use caudal_columns::{Numbers, partition_point};
use caudal_model::Currency;

use crate::appended::Renumbered;
use crate::lifo::LifoIndex;

/// Position of a line in ledger order.
pub type LineIdx = u32;

/// Number of a place.
pub type PlaceIdx = u32;

/// Stands for "nobody" where a line has no payer: an opening balance or a birth.
pub const NO_PLACE: PlaceIdx = PlaceIdx::MAX;

/// Where money can rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceKind {
    /// An account whose statement is held: a pool with a known balance at every line.
    Account,
    /// A party at which the ledger ends on purpose: endless source and sink.
    Outside,
    /// An account that exists but whose statement is not held: a trace ends here.
    Frontier,
    /// The lender of an account's overdraft.
    Bank,
    /// Money between two lines of one transfer, or set aside by an asserted link: a pool of its own
    /// that is empty at the end of the ledger.
    Transit,
}

/// What a place of kind [`PlaceKind::Transit`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transit {
    /// The account to which its money belongs.
    pub owner: PlaceIdx,
    /// The asserted link whose receipt it carries to its payment, by position.
    pub link: Option<u32>,
}

/// A place: an account in one currency, an outside party, a frontier account or a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What kind of place.
    pub kind: PlaceKind,
    /// Number of its name (for a bank: the name of the account it lends to).
    pub name_idx: u32,
    /// What is counted there.
    pub currency: Currency,
}

/// Why a line is in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A transfer of the evidence.
    Transfer,
    /// A lot of an opening balance.
    Opening,
    /// A bank loan, booked immediately before the payment that needs it.
    Loan,
    /// The repayment of a loan, booked immediately after a receipt.
    Repayment,
    /// Money of unknown origin, born immediately before the payment that needs it; it leaves last
    /// in that payment and is never repaid.
    Birth,
    /// The second half of a transfer whose money had to wait, or money that an asserted link sets
    /// aside and gives back: no transfer of its own.
    Passage,
}

/// One line of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Why it is there.
    pub kind: LineKind,
    /// The place it leaves, or [`NO_PLACE`].
    pub payer: PlaceIdx,
    /// The place it reaches.
    pub payee: PlaceIdx,
    /// Minor units that leave, in the payer's currency; never zero.
    pub paid: u128,
    /// Minor units that arrive, in the payee's currency; differs from `paid` in a conversion.
    pub received: u128,
    /// For a transfer its position in the table, for an opening its position among the openings;
    /// for a loan, repayment, birth or passage the position of the transfer that caused it.
    pub source_idx: u32,
    /// Whether money changes currency or asset here.
    pub is_conversion: bool,
}

/// Lines of one place, in ledger order.
#[derive(Clone, Copy, Debug)]
pub struct LineList<'a> {
    lines: &'a Numbers<LineIdx>,
    start: usize,
    end: usize,
    /// In a ledger with later rows.
    renumbered: Option<Renumbered<'a>>,
}

impl<'a> LineList<'a> {
    pub(crate) fn new(lines: &'a Numbers<LineIdx>, start: u32, end: u32) -> Self {
        Self { lines, start: start as usize, end: end as usize, renumbered: None }
    }

    /// The list of a ledger with later rows, of so many lines.
    pub(crate) fn renumbered(self, renumbered: Renumbered<'a>, len: usize) -> Self {
        Self { end: self.start + len, renumbered: Some(renumbered), ..self }
    }

    #[inline]
    fn at(self, at: usize) -> LineIdx {
        match self.renumbered {
            None => self.lines.at(self.start + at),
            Some(renumbered) => renumbered.at(at, |at| self.lines.at(self.start + at)),
        }
    }

    /// How many lines there are.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The line at a position.
    pub fn get(self, at: usize) -> Option<LineIdx> {
        (at < self.len()).then(|| self.at(at))
    }

    /// The last line.
    pub fn last(self) -> Option<LineIdx> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The lines in order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = LineIdx> + DoubleEndedIterator + Clone + 'a {
        self.from(0)
    }

    /// The lines from a position on.
    pub fn from(
        self,
        at: usize,
    ) -> impl ExactSizeIterator<Item = LineIdx> + DoubleEndedIterator + Clone + 'a {
        // One by one: of a long list often only the first few are wanted.
        (at.min(self.len())..self.len()).map(move |at| self.at(at))
    }

    /// The first position from which `before` holds no longer.
    pub fn partition_point(self, before: impl Fn(LineIdx) -> bool) -> usize {
        partition_point(0..self.len(), |at| before(self.at(at)))
    }
}

/// Lines that follow each other, column by column: what a sweep over the whole ledger looks at.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// The payer of each line, or [`NO_PLACE`].
    pub payer: Vec<PlaceIdx>,
    /// The payee of each line.
    pub payee: Vec<PlaceIdx>,
    /// Whether the payer is an account that has nothing left afterwards: 1 or 0.
    pub empties: Vec<u8>,
}

/// What leaves in lines that follow each other, and out of what balance.
#[derive(Clone, Debug, Default)]
pub struct ChunkAmounts {
    /// Minor units that leave.
    pub paid: Vec<u64>,
    /// The payer's balance before; zero for places that are no account.
    pub balance_before: Vec<u64>,
}

/// A ledger as tracing sees it.
///
/// *Invariants.* Lines are numbered in ledger order. The balance of an account is never below
/// zero. Cent *k* of all that an account pays out is cent *k* of all that it receives, counting
/// by `paid_before` and `received_before`: the pipe of `TRACING` 12.1.
pub trait LedgerView: Sync {
    /// Number of lines.
    fn line_count(&self) -> u32;
    /// Number of places.
    fn place_count(&self) -> u32;
    /// A line.
    fn line(&self, line: LineIdx) -> Line;
    /// Why a line is there.
    fn kind(&self, line: LineIdx) -> LineKind {
        self.line(line).kind
    }
    /// The payer of a line, for sweeps that look at little else.
    fn payer(&self, line: LineIdx) -> PlaceIdx;
    /// The payee of a line.
    fn payee(&self, line: LineIdx) -> PlaceIdx {
        self.line(line).payee
    }
    /// Minor units that leave in a line, for searches that look at little else.
    fn paid(&self, line: LineIdx) -> u128;
    /// Minor units that arrive in a line.
    fn received(&self, line: LineIdx) -> u128;
    /// A place.
    fn place(&self, place: PlaceIdx) -> Place;
    /// What the payer had paid out before this line.
    fn paid_before(&self, line: LineIdx) -> u128;
    /// What the payee had received before this line.
    fn received_before(&self, line: LineIdx) -> u128;
    /// The payer's balance before this line (zero for places that are no account).
    fn balance_before(&self, line: LineIdx) -> u128;
    /// The balance of an account after the last line; zero for other places.
    fn closing_balance(&self, place: PlaceIdx) -> u128;
    /// What the account owes its bank after the last line.
    fn closing_debt(&self, place: PlaceIdx) -> u128;
    /// Payments of a place, in ledger order.
    fn payments(&self, place: PlaceIdx) -> LineList<'_>;
    /// Receipts of a place, in ledger order.
    fn receipts(&self, place: PlaceIdx) -> LineList<'_>;
    /// Whether any line converts.
    fn has_conversions(&self) -> bool;
    /// What a place of kind [`PlaceKind::Transit`] stands for; `None` for any other.
    fn transit(&self, place: PlaceIdx) -> Option<Transit>;

    /// The matched segments of `lifo`, where they stand in the ledger already.
    fn lifo(&self) -> Option<&LifoIndex> {
        None
    }

    /// Asks the memory for a line that will be looked at soon; changes nothing.
    fn fetch_ahead(&self, _line: LineIdx) {}

    /// Fills in some lines that follow each other.
    fn chunk(&self, lines: Range<LineIdx>, chunk: &mut Chunk) {
        chunk.payer.clear();
        chunk.payee.clear();
        chunk.empties.clear();
        for line in lines {
            let payer = self.payer(line);
            let empties = self.is_account(payer) && self.paid(line) == self.balance_before(line);
            chunk.payer.push(payer);
            chunk.payee.push(self.payee(line));
            chunk.empties.push(u8::from(empties));
        }
    }

    /// Fills in amounts of some lines that follow each other; false if one does not fit.
    fn chunk_amounts(&self, lines: Range<LineIdx>, amounts: &mut ChunkAmounts) -> bool {
        amounts.paid.clear();
        amounts.balance_before.clear();
        for line in lines {
            let [paid, before] = [self.paid(line), self.balance_before(line)].map(u64::try_from);
            let (Ok(paid), Ok(before)) = (paid, before) else { return false };
            amounts.paid.push(paid);
            amounts.balance_before.push(before);
        }
        true
    }

    /// Whether the place is a pool with a known balance: an account with a statement, or a transit.
    fn is_account(&self, place: PlaceIdx) -> bool {
        place != NO_PLACE
            && matches!(self.place(place).kind, PlaceKind::Account | PlaceKind::Transit)
    }

    /// Whom a line pays as the evidence has it: a transit counts as the account that it belongs to,
    /// and a passage pays nobody.
    fn arrives_at(&self, line: LineIdx) -> Option<PlaceIdx> {
        let line = self.line(line);
        let owner = self.transit(line.payee).map_or(line.payee, |transit| transit.owner);
        (line.kind != LineKind::Passage).then_some(owner)
    }

    /// Minor units born for this payment, which leave last in it; zero unless the line before it
    /// is a birth for its payer.
    fn born_for(&self, line: LineIdx) -> u128 {
        let Some(before) = line.checked_sub(1) else { return 0 };
        let birth = self.line(before);
        let is_birth = birth.kind == LineKind::Birth && birth.payee == self.payer(line);
        if is_birth { birth.received } else { 0 }
    }
}
