//! Norma 43: records of 80 characters, in Windows-1252, for Spanish accounts.
//!
//! *Shape.* Totals and counts are those of the bank's own lines, whatever the file lost.

use super::detail::Detail;
use super::text::{Lines, cut};
use crate::worlds::World;
use crate::worlds::calendar::short;
use crate::worlds::sheets::{Line, Sheet};

const WIDTH: usize = 80;

/// The number of a currency in ISO 4217.
fn numeric(currency: &str) -> &'static str {
    match currency {
        "EUR" => "978",
        "MXN" => "484",
        _ => "840",
    }
}

pub(super) fn write(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let account = &world.accounts[sheet.account];
    let place = Place::of(&account.number);
    let currency = numeric(account.currency());
    let mut lines = Lines::new("\r\n");
    let (from, to) = (short(sheet.days.0), short(sheet.days.1));
    let opening = amount(sheet.opening);
    let holder = account.holder.to_uppercase();
    let head = format!("11{}{from}{to}{}{opening}{currency}3", place.key(), sign(sheet.opening));
    lines.push(padded(&format!("{head}{}", cut(&holder, 26))));
    let mut rows = Vec::new();
    for line in &sheet.lines {
        rows.push(lines.next_row());
        for record in records(world, line, place.branch) {
            lines.push(record);
        }
    }
    let [debits, credits] = [-1, 1].map(|side| total(&sheet.truth, side));
    let closing = format!("{}{}", sign(sheet.closing), amount(sheet.closing));
    lines.push(padded(&format!("33{}{debits}{credits}{closing}{currency}", place.key())));
    let details: usize =
        sheet.truth.iter().map(|line| records(world, line, place.branch).len()).sum();
    lines.push(padded(&format!("88{}{:06}", "9".repeat(18), details + 2)));
    (lines.into_windows_1252(), rows)
}

/// Bank, branch and account inside an IBAN; the check digits between them are not in the file.
struct Place<'n> {
    bank: &'n str,
    branch: &'n str,
    account: &'n str,
}

impl<'n> Place<'n> {
    fn of(iban: &'n str) -> Self {
        Self { bank: &iban[4..8], branch: &iban[8..12], account: &iban[14..24] }
    }

    fn key(&self) -> String {
        format!("{}{}{}", self.bank, self.branch, self.account)
    }
}

fn padded(record: &str) -> String {
    format!("{record:<WIDTH$}")
}

const fn sign(minor: i128) -> char {
    if minor < 0 { '1' } else { '2' }
}

fn amount(minor: i128) -> String {
    format!("{:014}", minor.abs())
}

/// Count and sum of the debits or of the credits.
fn total(lines: &[Line], side: i128) -> String {
    let of_side = lines.iter().filter(|line| line.minor.signum() == side);
    let (count, sum) = of_side.fold((0, 0), |(count, sum), line| (count + 1, sum + line.minor));
    format!("{count:05}{}", amount(sum))
}

/// The movement, its concepts, and what was ordered in another currency.
fn records(world: &World, line: &Line, branch: &str) -> Vec<String> {
    let detail = Detail::of(world, line.entry);
    let concept = if detail.is_charge { "17" } else { "04" };
    let (booked, value) = (short(line.day), short(line.value_day));
    let document = &detail.bank_reference[1..];
    let bank = &detail.bank_reference;
    let customer = detail.end_to_end.as_deref().unwrap_or("");
    let movement = format!(
        "22    {branch}{booked}{value}{concept}{concept}0{}{}{document:0>10}{bank:<12}{customer:<16}",
        sign(line.minor),
        amount(line.minor),
    );
    let mut records = vec![padded(&movement)];
    let description = detail.description.to_uppercase();
    let name = detail.name.to_uppercase();
    records.push(padded(&format!("2301{:<38}{}", cut(&description, 38), cut(&name, 38))));
    if !detail.number.is_empty() {
        records.push(padded(&format!("2302{}", detail.account())));
    }
    if let Some((minor, currency)) = detail.ordered.filter(|ordered| ordered.1 != "EUR") {
        records.push(padded(&format!("2401{}{}", numeric(currency), amount(minor))));
    }
    records
}
