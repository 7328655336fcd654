//! Loans and repayments of an account that later rows touch: which are other ones now.
//!
//! *Shape.* Loans and repayments of an account follow from its own receipts and payments alone
//! (`TRACING` 3), so each touched account is replayed by itself, from the first row that it got on, and
//! not at all where nothing can change: where it owes nothing from there on and never has less than
//! before.

use std::iter::Peekable;

use caudal_model::TransferTable;

use crate::ledger::{Ledger, Overdrawn};
use crate::view::{LedgerView, LineIdx, LineKind, PlaceIdx};

/// The place of a line in ledger order, where days and rows decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) day: i32,
    pub(crate) row: u32,
    pub(crate) part: Part,
}

/// The lines of one row, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Loan,
    Transfer,
    Repayment,
}

impl Key {
    pub(crate) fn of(table: &TransferTable, row: u32, part: Part) -> Self {
        Self { day: table.day(row), row, part }
    }
}

/// What a row that was appended does to an account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) row: u32,
    /// The base line before which it comes.
    pub(crate) gap: LineIdx,
    pub(crate) flow: Flow,
}

/// An amount that leaves or reaches an account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flow {
    Paid(u128),
    Received(u128),
}

/// A loan or a repayment that the base does not have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BankLine {
    pub(crate) key: Key,
    pub(crate) gap: LineIdx,
    pub(crate) minor: u128,
}

/// What comes out differently at one account.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    pub(crate) added: Vec<BankLine>,
    /// Base lines that are gone.
    pub(crate) removed: Vec<LineIdx>,
    pub(crate) overdrawn: Vec<Overdrawn>,
    /// Rows that the base says are overdrawn and that are not, or otherwise.
    pub(crate) overdrawn_before: Vec<u32>,
    /// What the account owes in the end.
    pub(crate) debt: u128,
    /// Lines that were looked at.
    pub(crate) steps: u64,
}

/// Replays an account with what it got, in ledger order.
pub(crate) fn replay(
    base: &Ledger,
    table: &TransferTable,
    account: PlaceIdx,
    arrivals: &[Arrival],
) -> Replayed {
    let Some(first) = arrivals.first() else { return Replayed::default() };
    let state = State::before(base, account, first.gap);
    if state.debt == 0 && !state.has_loan_from(first.gap) && !takes_away(arrivals) {
        return Replayed::default();
    }
    let mut replay = Replay { base, table, state, out: Replayed::default() };
    let mut lines = BaseLines {
        payments: base.payments_or_none(account).from(state.payments).peekable(),
        receipts: base.receipts_or_none(account).from(state.receipts).peekable(),
    };
    for arrival in arrivals {
        while let Some(line) = lines.next_before(arrival.gap) {
            replay.base_line(line, &mut lines);
        }
        replay.arrive(arrival);
    }
    while let Some(line) = lines.next_before(LineIdx::MAX) {
        if replay.state.is_settled(line.idx()) {
            // What the base has from here on stays as it is.
            replay.out.debt = base.closing_debt(account);
            return replay.out;
        }
        replay.base_line(line, &mut lines);
    }
    replay.out.debt = replay.state.debt;
    replay.out
}

/// Whether the account has less than before at any time.
fn takes_away(arrivals: &[Arrival]) -> bool {
    let mut sum = 0i128;
    arrivals.iter().any(|arrival| {
        sum += match arrival.flow {
            Flow::Paid(minor) => -signed(minor),
            Flow::Received(minor) => signed(minor),
        };
        sum < 0
    })
}

/// Amounts stay far below the limit of the type.
pub(crate) fn signed(minor: u128) -> i128 {
    i128::try_from(minor).expect("amounts add up to less than 2^86")
}

/// An account at some line, as it is and as the base has it.
#[derive(Clone, Copy, Debug)]
struct State {
    balance: u128,
    debt: u128,
    base_debt: u128,
    /// How much more there is than in the base.
    more: i128,
    /// Positions of the next payment and receipt.
    payments: usize,
    receipts: usize,
    last_loan: Option<LineIdx>,
}

impl State {
    fn before(base: &Ledger, account: PlaceIdx, gap: LineIdx) -> Self {
        let (payments, paid) = base.paid_until(account, gap);
        let (receipts, received) = base.received_until(account, gap);
        let bank = base.bank_of(account);
        let owed = |bank| base.paid_until(bank, gap).1 - base.received_until(bank, gap).1;
        let debt = bank.map_or(0, owed);
        Self {
            balance: received - paid,
            debt,
            base_debt: debt,
            more: 0,
            payments,
            receipts,
            last_loan: bank.and_then(|bank| base.payments_or_none(bank).last()),
        }
    }

    fn has_loan_from(&self, line: LineIdx) -> bool {
        self.last_loan.is_some_and(|loan| loan >= line)
    }

    /// Whether the loans and repayments from a base line on are those of the base.
    fn is_settled(&self, line: LineIdx) -> bool {
        let is_enough = self.debt == 0 && self.more > 0 && !self.has_loan_from(line);
        self.debt == self.base_debt && (self.more == 0 || is_enough)
    }
}

#[derive(Clone, Copy)]
enum BaseLine {
    Payment(LineIdx),
    Receipt(LineIdx),
}

impl BaseLine {
    fn idx(self) -> LineIdx {
        let (Self::Payment(line) | Self::Receipt(line)) = self;
        line
    }
}

/// The lines of an account in order.
struct BaseLines<P: Iterator<Item = LineIdx>, R: Iterator<Item = LineIdx>> {
    payments: Peekable<P>,
    receipts: Peekable<R>,
}

impl<P: Iterator<Item = LineIdx>, R: Iterator<Item = LineIdx>> BaseLines<P, R> {
    fn next_before(&mut self, gap: LineIdx) -> Option<BaseLine> {
        let receipt = self.receipts.peek().copied().unwrap_or(LineIdx::MAX);
        match self.payments.next_if(|&payment| payment < gap && payment < receipt) {
            Some(payment) => Some(BaseLine::Payment(payment)),
            None => self.receipts.next_if(|&receipt| receipt < gap).map(BaseLine::Receipt),
        }
    }
}

struct Replay<'a> {
    base: &'a Ledger,
    table: &'a TransferTable,
    state: State,
    out: Replayed,
}

/// A loan or repayment of the base.
type Known = Option<(LineIdx, u128)>;

impl Replay<'_> {
    fn base_line<P, R>(&mut self, line: BaseLine, lines: &mut BaseLines<P, R>)
    where
        P: Iterator<Item = LineIdx>,
        R: Iterator<Item = LineIdx>,
    {
        self.out.steps += 1;
        let base = self.base;
        match line {
            BaseLine::Receipt(loan) if base.kind(loan) == LineKind::Loan => {
                // The payment that needs it is the next line.
                let payment = lines.payments.next_if_eq(&(loan + 1));
                let payment = payment.expect("a loan stands before its payment");
                self.pay_in_base(payment, Some((loan, base.received(loan))));
            }
            BaseLine::Payment(payment) => self.pay_in_base(payment, None),
            BaseLine::Receipt(receipt) => {
                let is_repayment =
                    |&line: &LineIdx| line == receipt + 1 && base.kind(line) == LineKind::Repayment;
                let known = lines.payments.next_if(is_repayment);
                let known = known.map(|line| (line, base.paid(line)));
                let row = base.source_idx.at(receipt as usize);
                self.receive((row, receipt + 1), base.received(receipt), known);
            }
        }
    }

    fn pay_in_base(&mut self, payment: LineIdx, loan: Known) {
        let row = self.base.source_idx.at(payment as usize);
        self.pay((row, payment), self.base.paid(payment), loan);
    }

    fn arrive(&mut self, arrival: &Arrival) {
        self.out.steps += 1;
        let at = (arrival.row, arrival.gap);
        match arrival.flow {
            Flow::Paid(minor) => {
                self.pay(at, minor, None);
                self.state.more -= signed(minor);
            }
            Flow::Received(minor) => {
                self.receive(at, minor, None);
                self.state.more += signed(minor);
            }
        }
    }

    /// A payment, and the loan that makes it possible.
    fn pay(&mut self, (row, gap): (u32, LineIdx), paid: u128, known: Known) {
        let missing = paid.saturating_sub(self.state.balance);
        let lent = known.map_or(0, |(_, minor)| minor);
        if missing != lent {
            self.replace(known, BankLine { key: self.key(row, Part::Loan), gap, minor: missing });
        }
        let owed = self.state.debt + missing;
        let now = (missing > 0).then_some(Overdrawn { transfer_idx: row, missing, owed });
        let before = known.and_then(|_| self.base.overdrawn_of(self.table, row));
        if now != before {
            self.out.overdrawn.extend(now);
            self.out.overdrawn_before.extend(before.map(|before| before.transfer_idx));
        }
        let state = &mut self.state;
        state.balance = state.balance + missing - paid;
        state.debt = owed;
        state.base_debt += lent;
        state.more += signed(missing) - signed(lent);
    }

    /// A receipt, and what goes straight back to the bank.
    fn receive(&mut self, (row, gap): (u32, LineIdx), received: u128, known: Known) {
        let repaid = self.state.debt.min(received);
        let before = known.map_or(0, |(_, minor)| minor);
        if repaid != before {
            let key = self.key(row, Part::Repayment);
            self.replace(known, BankLine { key, gap, minor: repaid });
        }
        let state = &mut self.state;
        state.balance = state.balance + received - repaid;
        state.debt -= repaid;
        state.base_debt -= before;
        state.more -= signed(repaid) - signed(before);
    }

    fn key(&self, row: u32, part: Part) -> Key {
        Key::of(self.table, row, part)
    }

    fn replace(&mut self, known: Known, line: BankLine) {
        self.out.removed.extend(known.map(|(line, _)| line));
        if line.minor > 0 {
            self.out.added.push(line);
        }
    }
}
