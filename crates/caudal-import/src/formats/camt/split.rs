//! From one entry with its details to the entries of a statement.
//!
//! *Shape.* Details become entries of their own only if they add up to the entry, with or without
//! their charges. A difference is never put on one of them: then the entry stays whole.

use std::borrow::Cow;

use caudal_model::{AccountText, Currency, Decimal, Entry, ProblemCode};

use super::entry::{Detail, Draft, Party, add_line};
use super::values::{self, Amount, Codes, Place};

/// The longest raw text that is kept of an entry: 16 KiB.
const RAW_BYTES_MAX: usize = 1 << 14;

/// The longest text of the entry that is repeated for its details.
const REPEATED_BYTES_MAX: usize = 140;

/// What entries need to know of their statement.
pub(super) struct Frame<'f, 'a> {
    /// The whole file.
    pub(super) text: &'a str,
    pub(super) account: &'f AccountText,
    pub(super) currency: Option<Currency>,
    pub(super) codes: &'f mut Codes<'a>,
}

/// How details make up their entry.
struct Sum {
    /// With what sign the charges of each detail are added; absent where they are not.
    details: Option<bool>,
    /// What the entry's own charges add.
    beside: Option<Decimal>,
}

/// Puts an entry, or one for each of its details, behind those of the statement. `end` is where
/// the entry ends in the file.
pub(super) fn finish<'a>(
    draft: &mut Draft<'a>,
    end: usize,
    frame: &mut Frame<'_, 'a>,
    entries: &mut Vec<Entry>,
    place: &mut Place<'_>,
) {
    draft.entry.raw = raw(frame.text, draft.start, end);
    count_batch(draft, place);
    let details = std::mem::take(&mut draft.details);
    let sum = sum_of(draft, &details, place);
    let first = entries.len();
    match (&details[..], &sum) {
        ([] | [_], _) => entries.push(whole(draft, details, sum.as_ref(), frame)),
        (_, Some(sum)) => split(draft, details, sum, frame, entries),
        (_, None) => {
            let mut entry = std::mem::take(&mut draft.entry);
            for detail in &details {
                add_line(&mut entry.description, &detail.entry.description);
                add_line(&mut entry.description, &detail.information);
            }
            entry.charges = charge(draft.charges.within);
            entries.push(entry);
        }
    }
    let amount = draft.amount;
    denominate(&mut entries[first..], amount, frame, place);
}

/// The text of an element as it stands in the file.
fn raw(text: &str, start: usize, end: usize) -> String {
    let whole = text.get(start..end).unwrap_or_default();
    if whole.len() <= RAW_BYTES_MAX {
        return whole.to_owned();
    }
    let mut end = RAW_BYTES_MAX;
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    [&whole[..end], "…"].concat()
}

fn count_batch(draft: &Draft<'_>, place: &mut Place<'_>) {
    let there = draft.detail_count;
    if let Some(stated) = draft.batch_count.filter(|&stated| there > 0 && stated != there) {
        let code = ProblemCode::RecordCountDiffers;
        place.fault("NbOfTxs", code, &stated.to_string(), &there.to_string());
    }
}

/// The amount of a detail in the currency of its entry, as it adds to the balance.
fn amount_of(detail: &Detail<'_>, draft: &Draft<'_>) -> Option<Decimal> {
    let code = draft.amount?.code;
    let stated = [detail.amount, detail.ordered.transaction, detail.ordered.instructed];
    let stated = stated.into_iter().flatten().find(|amount| amount.code == code)?;
    Some(values::signed(stated.number, detail.is_credit.or(draft.is_credit)?))
}

/// How the details add up to the entry, or `None`, which is reported. A single detail without an
/// amount in the entry's currency contradicts nothing.
fn sum_of(draft: &Draft<'_>, details: &[Detail<'_>], place: &mut Place<'_>) -> Option<Sum> {
    let total = draft.entry.amount?;
    let plain = Some(Sum { details: None, beside: None });
    let (mut amounts, mut charges) = (Decimal::ZERO, Decimal::ZERO);
    let mut is_complete = !details.is_empty();
    for detail in details {
        match amount_of(detail, draft) {
            Some(amount) => amounts = amounts.checked_add(amount)?,
            None => is_complete = false,
        }
        charges = charges.checked_add(detail.charges.beside())?;
    }
    if !is_complete && details.len() <= 1 {
        return plain;
    }
    let sum = if is_complete { way_to(total, amounts, charges, draft) } else { None };
    if sum.is_none() {
        let code = ProblemCode::DetailsDoNotSum;
        // A detail without an amount in the entry's currency leaves the sum open.
        let found = if is_complete { amounts.to_string() } else { "?".to_owned() };
        place.fault("TxDtls", code, &found, &total.to_string());
    }
    sum
}

/// Finds the charges that lead from the sum of the details to the entry.
fn way_to(total: Decimal, amounts: Decimal, charges: Decimal, draft: &Draft<'_>) -> Option<Sum> {
    let beside = draft.charges.beside();
    let zero = Decimal::ZERO;
    for is_added in [true, false] {
        for (of_details, of_entry) in [(false, false), (true, false), (false, true), (true, true)] {
            let part = if of_details { charges } else { zero };
            let own = if of_entry { values::signed(beside, is_added) } else { zero };
            let sum = amounts
                .checked_add(values::signed(part, is_added))
                .and_then(|sum| sum.checked_add(own));
            if sum == Some(total) {
                let details = of_details.then_some(is_added);
                let beside = (of_entry && !own.is_zero()).then_some(own);
                return Some(Sum { details, beside });
            }
        }
    }
    None
}

fn charge(of: Option<Decimal>) -> Option<Decimal> {
    of.map(Decimal::abs).filter(|charge| !charge.is_zero())
}

/// The entry in one piece, with what its only detail says.
fn whole<'a>(
    draft: &mut Draft<'a>,
    details: Vec<Detail<'a>>,
    sum: Option<&Sum>,
    frame: &mut Frame<'_, 'a>,
) -> Entry {
    let code = draft.amount.unwrap_or_default().code;
    let mut entry = std::mem::take(&mut draft.entry);
    entry.charges = charge(draft.charges.within);
    let amounts = [draft.ordered.transaction, draft.ordered.instructed];
    entry.ordered = other_currency(amounts, code, frame);
    let Some(mut detail) = details.into_iter().next() else { return entry };
    let used = sum.map(|sum| (sum.details.is_some(), sum.beside));
    let (is_used, beside) = used.unwrap_or_default();
    let of_detail = is_used.then(|| detail.charges.beside());
    entry.charges =
        entry.charges.or(charge(of_detail)).or(charge(beside)).or(charge(detail.charges.within));
    take_parties(&mut entry, &mut detail, frame);
    let amounts = [detail.amount, detail.ordered.transaction];
    let ordered = other_currency(amounts, code, frame);
    entry.ordered = ordered.or_else(|| {
        entry.ordered.or(other_currency([detail.ordered.instructed, None], code, frame))
    });
    let Detail { entry: of_detail, information, .. } = detail;
    entry.executed_at = of_detail.executed_at;
    entry.references.extend(of_detail.references);
    entry.references.sort_by_key(|reference| reference.kind);
    if !of_detail.kind.is_empty() {
        entry.kind = of_detail.kind;
    }
    let own = std::mem::replace(&mut entry.description, of_detail.description);
    for text in [&information, &own[..]] {
        if entry.description != text {
            add_line(&mut entry.description, text);
        }
    }
    entry
}

/// One entry for each detail, and one for the charges that stand beside them.
fn split<'a>(
    draft: &Draft<'a>,
    details: Vec<Detail<'a>>,
    sum: &Sum,
    frame: &mut Frame<'_, 'a>,
    entries: &mut Vec<Entry>,
) {
    for mut detail in details {
        let mut amount = amount_of(&detail, draft);
        let beside = detail.charges.beside();
        if let Some(is_added) = sum.details {
            amount = amount.and_then(|a| a.checked_add(values::signed(beside, is_added)));
        }
        let mut entry = std::mem::take(&mut detail.entry);
        entry.raw = raw(frame.text, detail.start, detail.end);
        entry.amount = amount;
        let used = sum.details.map(|_| beside);
        entry.charges = charge(used).or(charge(detail.charges.within));
        repeat(&draft.entry, &mut entry);
        take_parties(&mut entry, &mut detail, frame);
        let code = draft.amount.unwrap_or_default().code;
        let amounts = [detail.ordered.transaction, detail.ordered.instructed];
        entry.ordered = other_currency(amounts, code, frame);
        add_line(&mut entry.description, &detail.information);
        if entry.description.is_empty() && is_short(&draft.entry.description) {
            entry.description.clone_from(&draft.entry.description);
        }
        entries.push(entry);
    }
    if let Some(beside) = sum.beside {
        let mut entry = Entry { row: draft.entry.row, ..Entry::default() };
        repeat(&draft.entry, &mut entry);
        entry.raw.clone_from(&draft.entry.raw);
        entry.amount = Some(beside);
        entry.charges = charge(Some(beside));
        entry.counterparty.bank = frame.account.bank.clone().filter(|bank| is_short(bank));
        entries.push(entry);
    }
}

fn is_short(text: &str) -> bool {
    text.len() <= REPEATED_BYTES_MAX
}

/// What holds for the whole entry holds for each of its details.
fn repeat(of: &Entry, entry: &mut Entry) {
    entry.part = of.part;
    entry.status = of.status;
    entry.booked_at = of.booked_at;
    entry.value_day = of.value_day;
    entry.is_reversal = of.is_reversal;
    if entry.kind.is_empty() && is_short(&of.kind) {
        entry.kind.clone_from(&of.kind);
    }
    let repeated = of.references.iter().take(4).filter(|reference| is_short(&reference.text));
    entry.references.extend(repeated.cloned());
    entry.references.sort_by_key(|reference| reference.kind);
}

/// Of debtor and creditor, the one who is not the holder of the account. What is taken back keeps
/// the sides of the payment that it takes back.
fn take_parties(entry: &mut Entry, detail: &mut Detail<'_>, frame: &Frame<'_, '_>) {
    let is_credit = entry.amount.is_some_and(|amount| !amount.is_negative());
    let (debtor, creditor) =
        (std::mem::take(&mut detail.debtor), std::mem::take(&mut detail.creditor));
    let (other, own) =
        if is_credit == entry.is_reversal { (creditor, debtor) } else { (debtor, creditor) };
    let is_holder = |party: &Party<'_>| {
        !frame.account.number.is_empty() && party.number == *frame.account.number
    };
    // Not every bank turns the sides of what is taken back.
    let is_turned = is_holder(&other) || (other.is_empty() && entry.is_reversal);
    let party = if is_turned && !own.is_empty() && !is_holder(&own) { own } else { other };
    entry.counterparty = account_text(party);
}

fn account_text(party: Party<'_>) -> AccountText {
    let text = |text: Cow<'_, str>| (!text.is_empty()).then(|| text.into_owned());
    AccountText {
        number: party.number.into_owned(),
        bank: text(party.bank),
        holder: text(party.name).or(text(party.ultimate)),
    }
}

/// The first amount in another currency than that of the entry.
fn other_currency<'a>(
    amounts: [Option<Amount<'a>>; 2],
    code: &str,
    frame: &mut Frame<'_, 'a>,
) -> Option<(Decimal, Currency)> {
    let is_other = |amount: &Amount<'_>| amount.code != code && !amount.number.is_zero();
    let amount = amounts.into_iter().flatten().find(is_other)?;
    Some((amount.number.abs(), frame.codes.find(amount.code)?))
}

/// Checks the currency in which an entry is counted. An amount in another currency than that of
/// the account adds nothing to its balance: it is kept as the amount that was ordered.
fn denominate<'a>(
    entries: &mut [Entry],
    amount: Option<Amount<'a>>,
    frame: &mut Frame<'_, 'a>,
    place: &mut Place<'_>,
) {
    let Some(amount) = amount else { return };
    if amount.code.is_empty() {
        if let Some(known) = frame.currency {
            place.fault("Ccy", ProblemCode::CurrencyMissing, "", known.code());
        }
        return;
    }
    let Some(found) = frame.codes.find(amount.code) else {
        return place.fault("Ccy", ProblemCode::CurrencyUnknown, amount.code, "EUR");
    };
    if amount.number.minor(found.exponent()).is_none() {
        let (number, exponent) = (amount.number.to_string(), found.exponent().to_string());
        place.fault("Amt", ProblemCode::AmountDigitsBeyondCurrency, &number, &exponent);
    }
    let Some(known) = frame.currency.filter(|&known| known != found) else { return };
    place.fault("Amt", ProblemCode::CurrencyContradicts, found.code(), known.code());
    // What it adds to a balance in the account's currency is not said.
    let stated = format!("{} {found}", amount.number);
    place.fault("Amt", ProblemCode::AmountUnreadable, &stated, known.code());
    for entry in entries {
        entry.ordered = entry.amount.take().map(|amount| (amount.abs(), found)).or(entry.ordered);
    }
}
