//! What goes wrong with statements: one fault a file, each of them on record.

use super::sheets::{Line, Sheet};
use super::write::FileFormat;
use super::{EntryId, World, below, index, shuffle};
use crate::random::Rng;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The last rows are gone, as with a lost page; the closing balance still counts them.
    MissingLastRows,
    /// A row stands twice.
    DuplicatedRow,
    /// Two neighbouring digits of an amount changed places.
    SwappedDigits,
    /// A debit is written as a credit, or the reverse.
    FlippedSign,
    /// A row has another booking day of the same period.
    ShiftedDate,
    /// A row between others is gone.
    MissingRow,
    /// One digit of an amount is another.
    ChangedDigit,
    /// The same bytes come again under another name.
    RepeatedFile,
    /// The same statement comes again in another format.
    ReexportedFile,
    /// The statement begins in the middle of the month before, whose own statement is there too.
    OverlappingStatement,
}

impl FaultKind {
    /// All kinds, in the order in which they are injected in turn.
    pub const ALL: [Self; 10] = [
        Self::MissingLastRows,
        Self::DuplicatedRow,
        Self::SwappedDigits,
        Self::FlippedSign,
        Self::ShiftedDate,
        Self::MissingRow,
        Self::ChangedDigit,
        Self::RepeatedFile,
        Self::ReexportedFile,
        Self::OverlappingStatement,
    ];

    /// Whether balances can show it: whether the rows no longer add up to the stated balances.
    pub const fn is_arithmetic(self) -> bool {
        match self {
            Self::MissingLastRows
            | Self::DuplicatedRow
            | Self::SwappedDigits
            | Self::FlippedSign
            | Self::MissingRow
            | Self::ChangedDigit => true,
            Self::ShiftedDate
            | Self::RepeatedFile
            | Self::ReexportedFile
            | Self::OverlappingStatement => false,
        }
    }
}

/// A fault that was injected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InjectedFault {
    /// Its kind.
    pub kind: FaultKind,
    /// Position of the damaged file in the world's files; of the second one where a file comes twice.
    pub file: usize,
    /// Line of the damaged row, of the second of two equal ones, or of the row that follows a missing
    /// one in time (the last row where none follows). 0 where no row is meant or none is left.
    pub row: u64,
    /// The entry that the row tells of, or the first missing one.
    pub entry: Option<EntryId>,
    /// By how much the rows add up to more than the truth; negative where they add up to less.
    pub amount_minor: i128,
    /// Position of the file that a repeated or exported file repeats.
    pub original_file: Option<usize>,
}

/// A fault before its file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) fault: InjectedFault,
    /// The line meant, counted in time.
    line: Option<usize>,
}

impl Planned {
    /// The fault with its row, given the rows of the file's lines.
    pub(super) fn placed(&self, rows: &[u64]) -> InjectedFault {
        let row = self.line.and_then(|line| rows.get(line).or(rows.last()));
        InjectedFault { row: row.copied().unwrap_or(0), ..self.fault }
    }
}

/// Damages the sheets, adds those that come twice, and lists what was done. Kinds take turns; a kind
/// that fits no file left is passed over.
pub(super) fn inject(world: &World, sheets: &mut Vec<Sheet>, rng: &mut Rng) -> Vec<Planned> {
    let mut free: Vec<usize> = (0..sheets.len()).collect();
    shuffle(rng, &mut free);
    let mut planned = Vec::new();
    let mut failures = 0;
    for kind in FaultKind::ALL.iter().cycle() {
        if planned.len() >= world.options.faults || failures == FaultKind::ALL.len() {
            break;
        }
        let found = free.iter().enumerate().find_map(|(at, &file)| {
            damage(world, (sheets, file), *kind, rng).map(|plan| (at, plan))
        });
        if let Some((at, plan)) = found {
            free.remove(at);
            planned.push(plan);
            failures = 0;
        } else {
            failures += 1;
        }
    }
    planned
}

/// Injects a fault into a file, if the file allows it.
fn damage(
    world: &World,
    (sheets, file): (&mut Vec<Sheet>, usize),
    kind: FaultKind,
    rng: &mut Rng,
) -> Option<Planned> {
    match kind {
        FaultKind::RepeatedFile | FaultKind::ReexportedFile => Some(again(sheets, file, kind)),
        FaultKind::OverlappingStatement => overlap(world, sheets, file),
        _ => {
            let sheet = &mut sheets[file];
            let (line, amount_minor, entry) = damage_lines(sheet, kind, rng)?;
            let fault = InjectedFault {
                kind,
                file,
                row: 0,
                entry: Some(entry),
                amount_minor,
                original_file: None,
            };
            Some(Planned { fault, line: Some(line) })
        }
    }
}

fn whole_file(kind: FaultKind, file: usize, original_file: Option<usize>) -> Planned {
    let fault = InjectedFault { kind, file, row: 0, entry: None, amount_minor: 0, original_file };
    Planned { fault, line: None }
}

fn again(sheets: &mut Vec<Sheet>, file: usize, kind: FaultKind) -> Planned {
    let mut copy = sheets[file].clone();
    if kind == FaultKind::RepeatedFile {
        copy.suffix = "-copy";
    } else {
        copy.format = copy.format.other();
        copy.suffix = "-export";
    }
    sheets.push(copy);
    whole_file(kind, sheets.len() - 1, Some(file))
}

fn overlap(world: &World, sheets: &mut [Sheet], file: usize) -> Option<Planned> {
    let (account, month) = (sheets[file].account, sheets[file].month);
    let before = sheets.iter().position(|s| s.account == account && s.month == month.before())?;
    let middle = sheets[before].month.first_day() + 15;
    let longer = Sheet::new(world, account, month, middle);
    if longer.lines.len() == sheets[file].lines.len() {
        return None;
    }
    sheets[file] = longer;
    Some(whole_file(FaultKind::OverlappingStatement, file, Some(before)))
}

/// Damages lines; the line meant, the difference it makes, and the entry.
fn damage_lines(
    sheet: &mut Sheet,
    kind: FaultKind,
    rng: &mut Rng,
) -> Option<(usize, i128, EntryId)> {
    let count = sheet.lines.len();
    if count < 3 {
        return None;
    }
    let at = index(rng, count - 1);
    let line = sheet.lines[at];
    match kind {
        FaultKind::MissingLastRows => {
            let kept = count - 1 - index(rng, count / 2);
            let lost: i128 = sheet.lines[kept..].iter().map(|line| line.minor).sum();
            let entry = sheet.lines[kept].entry;
            (lost != 0).then(|| sheet.lines.truncate(kept))?;
            Some((kept, -lost, entry))
        }
        FaultKind::MissingRow => {
            sheet.lines.remove(at);
            Some((at, -line.minor, line.entry))
        }
        FaultKind::DuplicatedRow => {
            sheet.lines.insert(at + 1, line);
            Some((at + 1, line.minor, line.entry))
        }
        FaultKind::FlippedSign => Some(replace(sheet, at, -line.minor)),
        FaultKind::SwappedDigits => swapped(line.minor, rng).map(|minor| replace(sheet, at, minor)),
        FaultKind::ChangedDigit => Some(replace(sheet, at, changed(line.minor, rng))),
        _ => shift(sheet, at, rng),
    }
}

fn replace(sheet: &mut Sheet, at: usize, minor: i128) -> (usize, i128, EntryId) {
    let line: &mut Line = &mut sheet.lines[at];
    let difference = minor - line.minor;
    line.minor = minor;
    (at, difference, line.entry)
}

/// Another booking day of the period. BAI2 has no days of rows, only of groups.
fn shift(sheet: &mut Sheet, at: usize, rng: &mut Rng) -> Option<(usize, i128, EntryId)> {
    if sheet.format == FileFormat::Bai2 {
        return None;
    }
    let span = u64::try_from(sheet.days.1 - sheet.days.0).ok()?;
    let day = sheet.days.0 + i32::try_from(rng.below(span + 1)).ok()?;
    let line = &mut sheet.lines[at];
    if day == line.day {
        return None;
    }
    line.day = day;
    Some((at, 0, line.entry))
}

fn digits_of(minor: i128) -> Vec<u8> {
    minor.unsigned_abs().to_string().into_bytes()
}

fn number_of(digits: &[u8], sign: i128) -> i128 {
    sign * digits.iter().fold(0, |number, digit| number * 10 + i128::from(digit - b'0'))
}

/// The amount with two unequal neighbouring digits exchanged, and no zero in front.
fn swapped(minor: i128, rng: &mut Rng) -> Option<i128> {
    let mut digits = digits_of(minor);
    let fits = |at: &usize| digits[*at] != digits[at + 1] && (*at > 0 || digits[1] != b'0');
    let places: Vec<usize> = (0..digits.len() - 1).filter(fits).collect();
    if places.is_empty() {
        return None;
    }
    let at = *rng.pick(&places);
    digits.swap(at, at + 1);
    Some(number_of(&digits, minor.signum()))
}

/// The amount with one digit raised by 1 to 8, around the circle without the first becoming zero.
fn changed(minor: i128, rng: &mut Rng) -> i128 {
    let mut digits = digits_of(minor);
    let at = index(rng, digits.len());
    let old = digits[at] - b'0';
    let step = u8::try_from(1 + below(rng, 8)).expect("a digit");
    let new = if at == 0 { (old - 1 + step) % 9 + 1 } else { (old + step) % 10 };
    digits[at] = new + b'0';
    number_of(&digits, minor.signum())
}
