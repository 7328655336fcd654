//! A statement as it is read: account, balances, totals, and what the balances mean.
//!
//! *Authority.* `Stmt`, `Rpt` and `Ntfctn` of the schemas of versions 1 to 8.

use std::borrow::Cow;

use caudal_model::{Balance, Currency, Decimal, Entry, EntryStatus, ProblemCode, Statement};

use super::entry::{Draft, fill, is_bank, is_number};
use super::split::{self, Frame};
use super::tag::Tag;
use super::values::{self, Amount, Codes, Leaf, Place};
use crate::report::Report;

/// A statement that is being read.
#[derive(Default)]
pub(super) struct Open<'a> {
    pub(super) statement: Statement,
    number: Cow<'a, str>,
    bank: Cow<'a, str>,
    owner: Cow<'a, str>,
    name: Cow<'a, str>,
    /// Code of the account's currency, as written.
    code: Option<String>,
    legal_number: Option<u64>,
    first_day: Option<i32>,
    last_day: Option<i32>,
    balance: StatedBalance<'a>,
    balances: Vec<StatedBalance<'a>>,
    totals: Vec<Total>,
    counts: Counts,
    is_settled: bool,
    codes: Codes<'a>,
}

/// A balance with its kind.
#[derive(Clone, Default)]
struct StatedBalance<'a> {
    row: u64,
    kind: Option<BalanceKind>,
    sub_kind: Option<BalanceKind>,
    amount: Option<Amount<'a>>,
    is_credit: Option<bool>,
    day: Option<i32>,
}

/// The balances of the account's books; those of available money never enter the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BalanceKind {
    Opening,
    PreviouslyClosed,
    Closing,
    Interim,
    InterimOpening,
    InterimClosing,
}

impl BalanceKind {
    fn of(code: &str) -> Option<Self> {
        match code {
            "OPBD" => Some(Self::Opening),
            "PRCD" => Some(Self::PreviouslyClosed),
            "CLBD" => Some(Self::Closing),
            "ITBD" => Some(Self::Interim),
            "OIBD" => Some(Self::InterimOpening),
            "CIBD" => Some(Self::InterimClosing),
            _ => None,
        }
    }
}

/// Which entries a total is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    Credits,
    Debits,
}

/// A total that the statement states.
struct Total {
    of: Of,
    row: u64,
    count: Option<u64>,
    sum: Option<Decimal>,
    net: Option<Decimal>,
    is_credit: bool,
}

/// Number and sum of entries: all, and the booked ones. Banks count either.
#[derive(Clone, Copy, Default)]
struct Count {
    count: u64,
    /// Absent beyond the range.
    sum: Sum,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Sum(Option<Decimal>);

impl Default for Sum {
    fn default() -> Self {
        Self(Some(Decimal::ZERO))
    }
}

#[derive(Default)]
struct Counts {
    credits: [Count; 2],
    debits: [Count; 2],
}

impl Counts {
    fn add(&mut self, entry: &Entry) {
        let Some(amount) = entry.amount else { return };
        let sides = if amount.is_negative() { &mut self.debits } else { &mut self.credits };
        let of_status = if entry.status == EntryStatus::Booked { 2 } else { 1 };
        for side in sides.iter_mut().take(of_status) {
            side.count += 1;
            side.sum.0 = side.sum.0.and_then(|sum| sum.checked_add(amount.abs()));
        }
    }

    /// Counts of all entries and of the booked ones, with their sum and their net sum.
    fn of(&self, of: Of) -> [(Count, Sum); 2] {
        [0, 1].map(|idx| {
            let (credit, debit) = (self.credits[idx], self.debits[idx]);
            let with = |f: fn(Decimal, Decimal) -> Option<Decimal>| {
                Sum(credit.sum.0.zip(debit.sum.0).and_then(|(c, d)| f(c, d)))
            };
            match of {
                Of::Credits => (credit, credit.sum),
                Of::Debits => (debit, debit.sum),
                Of::All => {
                    let count = credit.count + debit.count;
                    (Count { count, sum: with(Decimal::checked_add) }, with(Decimal::checked_sub))
                }
            }
        })
    }
}

impl<'a> Open<'a> {
    pub(super) fn new(part: u32, row: u64) -> Self {
        let statement = Statement { part, row, ..Statement::default() };
        Self { statement, ..Self::default() }
    }

    /// An element of the statement opens, with its path below the statement.
    pub(super) fn open(&mut self, path: &[Tag], row: u64) {
        match path {
            [Tag::Bal] => self.balance = StatedBalance { row, ..StatedBalance::default() },
            [Tag::TxsSummry, total] => {
                let of = match total {
                    Tag::TtlNtries => Of::All,
                    Tag::TtlCdtNtries => Of::Credits,
                    Tag::TtlDbtNtries => Of::Debits,
                    _ => return,
                };
                let (count, sum, net) = (None, None, None);
                self.totals.push(Total { of, row, count, sum, net, is_credit: true });
            }
            _ => {}
        }
    }

    /// Reads an element that closes, with its path below the statement.
    pub(super) fn leaf(&mut self, path: &[Tag], leaf: Leaf<'a>, place: &mut Place<'_>) {
        let text = &*leaf.text;
        let statement = &mut self.statement;
        match path {
            [Tag::Id] => statement.id = (!text.is_empty()).then(|| text.to_owned()),
            [Tag::ElctrncSeqNb] => statement.sequence = text.parse().ok(),
            [Tag::LglSeqNb] => self.legal_number = text.parse().ok(),
            [Tag::StmtPgntn | Tag::RptPgntn | Tag::NtfctnPgntn, tag] => {
                page(statement, *tag, text);
            }
            [Tag::CpyDplctInd] => statement.is_copy = matches!(text, "DUPL" | "CODU"),
            [Tag::FrToDt, Tag::FrDtTm | Tag::FrDt] => {
                self.first_day = values::day(text, "FrToDt", place);
            }
            [Tag::FrToDt, Tag::ToDtTm | Tag::ToDt] => {
                self.last_day = values::day(text, "FrToDt", place);
            }
            [Tag::Acct, of_account @ ..] => self.account(of_account, leaf),
            [Tag::Bal, of_balance @ ..] => self.balance(of_balance, &leaf, place),
            [Tag::TxsSummry, _, of_total @ ..] => self.total(of_total, text, place),
            _ => {}
        }
    }

    fn account(&mut self, path: &[Tag], leaf: Leaf<'a>) {
        match path {
            [Tag::Id, id @ ..] if is_number(id) => fill(&mut self.number, leaf.text),
            [Tag::Ccy] => self.code = Some(leaf.text.into_owned()),
            [Tag::Nm] => fill(&mut self.name, leaf.text),
            [Tag::Ownr, Tag::Nm] | [Tag::Ownr, Tag::Pty, Tag::Nm] => {
                fill(&mut self.owner, leaf.text);
            }
            [Tag::Svcr, bank @ ..] if is_bank(bank) => fill(&mut self.bank, leaf.text),
            _ => {}
        }
    }

    fn balance(&mut self, path: &[Tag], leaf: &Leaf<'a>, place: &mut Place<'_>) {
        let balance = &mut self.balance;
        place.row = balance.row;
        match path {
            [Tag::Tp, Tag::CdOrPrtry, Tag::Cd] | [Tag::Tp, Tag::Cd] => {
                balance.kind = BalanceKind::of(&leaf.text);
            }
            [Tag::Tp, Tag::SubTp, Tag::Cd | Tag::Prtry] => {
                balance.sub_kind = BalanceKind::of(&leaf.text);
            }
            [Tag::Amt] => balance.amount = leaf.amount("Bal", place),
            [Tag::CdtDbtInd] => balance.is_credit = values::is_credit(&leaf.text),
            [Tag::Dt, Tag::Dt | Tag::DtTm] => balance.day = values::day(&leaf.text, "Bal", place),
            [] => {
                let balance = std::mem::take(&mut self.balance);
                if balance.kind.is_some() && balance.amount.is_some() {
                    if balance.is_credit.is_none() {
                        let code = ProblemCode::AmountUnreadable;
                        return place.fault("Bal", code, "", "CRDT | DBIT");
                    }
                    self.balances.push(balance);
                }
            }
            _ => {}
        }
    }

    fn total(&mut self, path: &[Tag], text: &str, place: &mut Place<'_>) {
        let Some(total) = self.totals.last_mut() else { return };
        place.row = total.row;
        match path {
            [Tag::NbOfNtries] => total.count = text.parse().ok(),
            [Tag::Sum] => total.sum = values::number(text, "Sum", place),
            [Tag::TtlNetNtryAmt] | [Tag::TtlNetNtry, Tag::Amt] => {
                total.net = values::number(text, "TtlNetNtry", place);
            }
            [Tag::CdtDbtInd] | [Tag::TtlNetNtry, Tag::CdtDbtInd] => {
                total.is_credit = text != "DBIT";
            }
            _ => {}
        }
    }

    /// Takes an entry that ends at a place of the file.
    pub(super) fn take(
        &mut self,
        draft: &mut Draft<'a>,
        text: &'a str,
        end: usize,
        report: &mut Report,
    ) {
        let mut place = Place { report, row: draft.entry.row };
        self.settle(draft.amount.map(|amount| amount.code), &mut place);
        self.counts.add(&draft.entry);
        let Statement { account, currency, entries, .. } = &mut self.statement;
        let currency = *currency;
        let codes = &mut self.codes;
        let mut frame = Frame { text, account, currency, codes };
        split::finish(draft, end, &mut frame, entries, &mut place);
    }

    /// Settles account and currency, before the first entry: the account's currency, else that of
    /// the first balance of the books, else that of the first entry. That either is missing is said
    /// for all formats in one place.
    fn settle(&mut self, code: Option<&'a str>, place: &mut Place<'_>) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        let owned = |text: &Cow<'_, str>| (!text.is_empty()).then(|| text.to_string());
        let account = &mut self.statement.account;
        account.number = self.number.to_string();
        account.bank = owned(&self.bank);
        account.holder = owned(&self.owner).or(owned(&self.name));
        let row = place.row;
        place.row = self.statement.row;
        let of_balance = self.balances.iter().find_map(|balance| balance.amount).map(|a| a.code);
        let of_account = self.code.as_deref();
        if let Some(code) = of_account.filter(|code| Currency::from_code(code).is_none()) {
            place.fault("Ccy", ProblemCode::CurrencyUnknown, code, "EUR");
        }
        let codes = [of_account, of_balance, code];
        self.statement.currency = codes.into_iter().flatten().find_map(Currency::from_code);
        place.row = row;
    }

    /// The statement, once it has ended.
    pub(super) fn finish(mut self, report: &mut Report) -> Statement {
        let row = self.statement.row;
        let mut place = Place { report, row };
        self.settle(None, &mut place);
        let statement = &mut self.statement;
        statement.sequence = statement.sequence.or(self.legal_number);
        let (first, last) = (self.first_day, self.last_day);
        statement.period = first.or(last).zip(last.or(first));
        let currency = statement.currency;
        self.balances.retain(|balance| balance.check(currency, &mut self.codes, &mut place));
        self.choose(&mut place);
        for total in &self.totals {
            place.row = total.row;
            total.check(&self.counts.of(total.of), &mut place);
        }
        self.statement
    }

    /// Chooses the balances before the first entry and after the last.
    fn choose(&mut self, place: &mut Place<'_>) {
        let all = &self.balances;
        let is = |kind: BalanceKind| move |b: &&StatedBalance<'_>| b.is(kind);
        let opening = all.iter().filter(is(BalanceKind::Opening)).min_by_key(|b| b.day);
        let closing = all.iter().filter(is(BalanceKind::Closing)).max_by_key(|b| b.day);
        let interim: Vec<_> = all.iter().filter(is(BalanceKind::Interim)).collect();
        let opening = opening
            .or_else(|| all.iter().find(is(BalanceKind::InterimOpening)))
            .or_else(|| all.iter().find(is(BalanceKind::PreviouslyClosed)));
        // Of interim balances the first opens, unless it is the only one and nothing else closes.
        let is_last_free = interim.len() > 1 || closing.is_some();
        let opening = opening.or_else(|| interim.first().copied().filter(|_| is_last_free));
        let closing =
            closing.or_else(|| all.iter().rfind(is(BalanceKind::InterimClosing))).or_else(|| {
                let last = interim.last().copied();
                last.filter(|last| opening.is_none_or(|opening| !std::ptr::eq(opening, *last)))
            });
        for (chosen, kind) in [(opening, BalanceKind::Opening), (closing, BalanceKind::Closing)] {
            let Some(chosen) = chosen.filter(|chosen| chosen.is(kind)) else { continue };
            let differs = |b: &&StatedBalance<'_>| {
                b.is(kind) && b.day == chosen.day && b.signed() != chosen.signed()
            };
            for other in all.iter().filter(differs) {
                place.row = other.row;
                let found = other.signed().to_string();
                let expected = chosen.signed().to_string();
                place.fault("Bal", ProblemCode::RecordUnexpected, &found, &expected);
            }
        }
        self.statement.opening = opening.map(StatedBalance::balance);
        self.statement.closing = closing.map(StatedBalance::balance);
    }
}

impl<'a> StatedBalance<'a> {
    fn is(&self, kind: BalanceKind) -> bool {
        let own = match (self.kind, self.sub_kind) {
            (Some(BalanceKind::Interim), Some(sub)) => Some(sub),
            (own, _) => own,
        };
        own == Some(kind)
    }

    fn signed(&self) -> Decimal {
        let number = self.amount.unwrap_or_default().number;
        values::signed(number, self.is_credit.unwrap_or(true))
    }

    fn balance(&self) -> Balance {
        Balance { amount: self.signed(), day: self.day, row: self.row }
    }

    /// Whether it is counted in the currency of the statement.
    fn check(
        &self,
        currency: Option<Currency>,
        codes: &mut Codes<'a>,
        place: &mut Place<'_>,
    ) -> bool {
        place.row = self.row;
        let Amount { number, code } = self.amount.unwrap_or_default();
        let Some(known) = currency else { return true };
        if code.is_empty() {
            place.fault("Bal", ProblemCode::BalanceCurrencyMissing, "", known.code());
            return true;
        }
        let Some(found) = codes.find(code) else {
            place.fault("Bal", ProblemCode::CurrencyUnknown, code, known.code());
            return false;
        };
        if found != known {
            place.fault("Bal", ProblemCode::CurrencyContradicts, found.code(), known.code());
            return false;
        }
        if number.minor(known.exponent()).is_none() {
            let (found, exponent) = (number.to_string(), known.exponent().to_string());
            place.fault("Bal", ProblemCode::AmountDigitsBeyondCurrency, &found, &exponent);
        }
        true
    }
}

impl Total {
    fn check(&self, [all, booked]: &[(Count, Sum); 2], place: &mut Place<'_>) {
        if let Some(count) = self.count.filter(|c| *c != all.0.count && *c != booked.0.count) {
            let code = ProblemCode::RecordCountDiffers;
            place.fault("NbOfNtries", code, &count.to_string(), &all.0.count.to_string());
        }
        let net = self.net.map(|net| values::signed(net.abs(), self.is_credit));
        let sums =
            [("Sum", self.sum, all.0.sum, booked.0.sum), ("TtlNetNtry", net, all.1, booked.1)];
        for (column, stated, all, booked) in sums {
            let Some(stated) = stated else { continue };
            if all.0 != Some(stated) && booked.0 != Some(stated) {
                let expected = all.0.unwrap_or_default().to_string();
                let code = ProblemCode::ControlTotalDiffers;
                place.fault(column, code, &stated.to_string(), &expected);
            }
        }
    }
}

/// Number of a page, and whether it is the last.
pub(super) fn page(statement: &mut Statement, tag: Tag, text: &str) {
    match tag {
        Tag::PgNb => statement.page = text.parse().ok().filter(|&page| page > 0),
        Tag::LastPgInd => statement.is_last_page = Some(values::is_true(text)),
        _ => {}
    }
}
