//! MT940: a message a statement, structured words in `:86:`.

use super::detail::Detail;
use super::text::{Lines, comma, cut, plain};
use crate::worlds::World;
use crate::worlds::calendar::short;
use crate::worlds::sheets::{Line, Sheet};

/// Characters of a line of `:86:`, and its lines.
const DETAIL_WIDTH: usize = 65;
const DETAIL_LINES_MAX: usize = 6;

pub(super) fn write(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let account = &world.accounts[sheet.account];
    let mut lines = Lines::new("\r\n");
    let (year, month) = (sheet.month.year % 100, sheet.month.month);
    lines.push(format!(":20:CF{:02}{year:02}{month:02}", sheet.account % 100));
    lines.push(format!(":25:{}", account.key()));
    lines.push(format!(":28C:{month}/1"));
    let currency = account.currency();
    lines.push(format!(":60F:{}", balance(sheet.opening, sheet.days.0, currency)));
    let rows = sheet.lines.iter().map(|line| entry(&mut lines, world, line)).collect();
    lines.push(format!(":62F:{}", balance(sheet.closing, sheet.days.1, currency)));
    lines.push("-");
    (lines.into_utf8(), rows)
}

fn balance(minor: i128, day: i32, currency: &str) -> String {
    format!("{}{}{currency}{}", mark(minor), short(day), comma(minor))
}

const fn mark(minor: i128) -> &'static str {
    if minor < 0 { "D" } else { "C" }
}

fn entry(lines: &mut Lines, world: &World, line: &Line) -> u64 {
    let detail = Detail::of(world, line.entry);
    let (value, booked) = (short(line.value_day), short(line.day));
    let (mark, amount) = (mark(line.minor), comma(line.minor));
    let kind = if detail.is_charge { "NCHG" } else { "NTRF" };
    let bank = &detail.bank_reference;
    let row = lines.push(format!(":61:{value}{}{mark}{amount}{kind}NONREF//{bank}", &booked[2..]));
    let text = format!(":86:{}", words(&detail));
    for part in wrapped(&text) {
        lines.push(part);
    }
    row
}

/// The text in lines of full width, the tag of the first not counted. No line begins or ends with a
/// space, which readers might drop. The text is ASCII.
fn wrapped(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut rest, mut width) = (text, DETAIL_WIDTH + 4);
    while rest.len() > width && parts.len() + 1 < DETAIL_LINES_MAX {
        let is_space = |at: usize| rest.as_bytes()[at] == b' ';
        let end = (1..=width).rev().find(|&end| !is_space(end - 1) && !is_space(end));
        let (part, left) = rest.split_at(end.unwrap_or(width));
        parts.push(part);
        (rest, width) = (left, DETAIL_WIDTH);
    }
    parts.push(cut(rest, width));
    parts
}

fn words(detail: &Detail) -> String {
    let mut words = Vec::new();
    if let Some(reference) = &detail.end_to_end {
        words.push(format!("/EREF/{reference}/"));
    }
    if !detail.name.is_empty() {
        let (number, name) = (detail.account().replace('/', " "), plain(&detail.name));
        words.push(format!("/CNTP/{number}//{}//", cut(&name, 35)));
    }
    if let Some((minor, currency)) = detail.ordered {
        words.push(format!("/OCMT/{currency}{}/", comma(minor)));
        if detail.kept_minor > 0 {
            words.push(format!("/CHGS/{currency}{}/", comma(detail.kept_minor)));
        }
    }
    words.push(format!("/REMI/{}", plain(&detail.description)));
    words.concat()
}
