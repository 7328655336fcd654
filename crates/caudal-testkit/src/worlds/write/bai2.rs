//! BAI2: one group for every day with entries, because the day stands on the group.
//!
//! *Shape.* Control totals and counts are those of the bank's own lines, whatever the file lost.

use super::detail::Detail;
use super::text::{Lines, plain};
use crate::worlds::World;
use crate::worlds::calendar::short;
use crate::worlds::sheets::{Line, Sheet};

/// What trailers repeat of the levels below them.
#[derive(Default)]
struct Totals {
    control: i128,
    groups: usize,
    records: usize,
}

pub(super) fn write(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let mut lines = Lines::new("\n");
    let created = short(sheet.days.1 + 1);
    lines.push(format!("01,{},CASE,{created},0600,1,,,2/", bank(world, sheet)));
    let mut days: Vec<i32> = sheet.truth.iter().map(|line| line.day).collect();
    days.dedup();
    if days.is_empty() {
        days.push(sheet.days.1);
    }
    let mut totals = Totals::default();
    let mut opening = sheet.opening;
    let mut rows = Vec::new();
    for day in days {
        opening = group(&mut lines, world, sheet, (day, opening), (&mut totals, &mut rows));
    }
    let records = totals.records + 2;
    lines.push(format!("99,{},{},{records}/", totals.control, totals.groups));
    (lines.into_utf8(), rows)
}

fn bank<'w>(world: &'w World, sheet: &Sheet) -> &'w str {
    let account = &world.accounts[sheet.account];
    account.routing.as_deref().unwrap_or("000000000")
}

/// Writes the group of a day; the balance at its end.
fn group(
    lines: &mut Lines,
    world: &World,
    sheet: &Sheet,
    (day, opening): (i32, i128),
    (totals, rows): (&mut Totals, &mut Vec<u64>),
) -> i128 {
    let account = &world.accounts[sheet.account];
    let (currency, number) = (account.currency(), &account.number);
    let of_day = |line: &&Line| line.day == day;
    let truth: Vec<&Line> = sheet.truth.iter().filter(of_day).collect();
    let closing = opening + truth.iter().map(|line| line.minor).sum::<i128>();
    lines.push(format!("02,CASE,{},1,{},,{currency},2/", bank(world, sheet), short(day)));
    lines.push(format!("03,{number},{currency},010,{opening},,,015,{closing},,/"));
    for line in sheet.lines.iter().filter(of_day) {
        rows.push(lines.next_row());
        for record in records(world, line) {
            lines.push(record);
        }
    }
    let moved: i128 = truth.iter().map(|line| line.minor.abs()).sum();
    let control = opening + closing + moved;
    let details: usize = truth.iter().map(|line| records(world, line).len()).sum();
    // The account's records are its header, its details and its trailer; the group's are two more.
    lines.push(format!("49,{control},{}/", details + 2));
    lines.push(format!("98,{control},1,{}/", details + 4));
    totals.control += control;
    totals.groups += 1;
    totals.records += details + 4;
    closing
}

/// The detail record of a line, and its continuation with the other side.
fn records(world: &World, line: &Line) -> Vec<String> {
    let detail = Detail::of(world, line.entry);
    let code = match (detail.is_charge, line.minor < 0) {
        (true, _) => 698,
        (false, true) => 495,
        (false, false) => 195,
    };
    let (amount, value) = (line.minor.abs(), short(line.value_day));
    let bank = &detail.bank_reference;
    let customer = detail.end_to_end.as_deref().unwrap_or("");
    let text = plain(&detail.description);
    let mut records = vec![format!("16,{code},{amount},V,{value},,{bank},{customer},{text}/")];
    if !detail.name.is_empty() {
        let (name, number) = (plain(&detail.name), detail.account().replace('/', " "));
        records.push(format!("88,{name} {number}/").replace(" /", "/"));
    }
    records
}
