//! The header row: which line of a table it is, and which field each of its cells names.
//!
//! *Shape.* Headings are compared in one plain form: lower case, no accents, no points, no small
//! words; `F. Operación (1)` and `fecha operacion` are told by the same list.

use std::collections::BTreeMap;

use caudal_model::{Currency, ReferenceKind};

use super::aliases::{ALIASES, CHEQUE, END_TO_END};
use super::days;
use super::grid::{Grid, GridCell, RowState, cell};
use super::numbers;
use crate::profile::{DecimalMark, Field, Profile};

/// How far from the top a header is looked for.
pub(super) const HEADER_ROWS: usize = 40;

/// How many rows below a header are looked at for dates and amounts.
const TYPED_ROWS: usize = 12;

/// How many known headings make a header.
const ALIASES_MIN: usize = 3;

/// Words that headings have or lack without a change of meaning.
const SMALL_WORDS: &[&str] =
    &["de", "del", "la", "el", "los", "las", "of", "the", "en", "in", "y", "e", "and", "su"];

/// A heading in its plain form, and the currency that it names.
pub(super) fn normalise(text: &str) -> (String, Option<Currency>) {
    let mut plain = String::with_capacity(text.len());
    let mut depth = 0usize;
    let mut bracketed = String::new();
    let mut was_lower = false;
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => bracketed.push(c),
            _ => {
                if was_lower && c.is_uppercase() {
                    plain.push(' ');
                }
                push_plain(&mut plain, c);
            }
        }
        was_lower = c.is_lowercase();
    }
    let mut currency = Currency::from_code(&bracketed);
    if text.contains('\u{20ac}') {
        currency = Currency::from_code("EUR");
    }
    let mut words: Vec<&str> =
        plain.split_whitespace().filter(|word| !SMALL_WORDS.contains(word)).collect();
    if words.len() > 1
        && let Some(code) = words.last().filter(|word| word.len() == 3)
        && let Some(named) = Currency::from_code(code)
    {
        currency = Some(named);
        words.pop();
    }
    (words.join(" "), currency)
}

fn push_plain(plain: &mut String, c: char) {
    let c = match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'Á' | 'À' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'Í' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'Ó' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' => 'u',
        'ñ' | 'Ñ' => 'n',
        'ç' | 'Ç' => 'c',
        '#' => return plain.push_str(" number "),
        '_' | '-' | ':' | '\u{2013}' => ' ',
        '.' if plain.ends_with(|c: char| c.is_alphabetic()) => ' ',
        '.' | 'º' | 'ª' | '°' | '*' | '\'' | '"' | '\u{20ac}' | '$' | '£' | '\u{301}' => return,
        _ => c,
    };
    plain.extend(c.to_lowercase());
}

/// The field that a heading in its plain form names.
pub(super) fn field_of(plain: &str) -> Option<Field> {
    if plain.is_empty() || plain.len() > 40 {
        return None;
    }
    ALIASES.iter().find(|(_, names)| names.contains(&plain)).map(|&(field, _)| field)
}

/// What the references under a heading are.
pub(super) fn reference_kind(plain: &str) -> ReferenceKind {
    if END_TO_END.contains(&plain) {
        ReferenceKind::EndToEnd
    } else if CHEQUE.contains(&plain) {
        ReferenceKind::Cheque
    } else {
        ReferenceKind::Bank
    }
}

/// The columns of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    positions: BTreeMap<Field, Vec<usize>>,
    /// The header's cells as written.
    pub(super) texts: Vec<String>,
    /// The header's cells in their plain form.
    pub(super) plain: Vec<String>,
    /// The currency that the heading of an amount or a balance names.
    pub(super) currency: Option<Currency>,
    /// Another that such a heading names.
    pub(super) other_currency: Option<Currency>,
}

impl Columns {
    /// The fields of a header's cells, by their headings alone.
    fn by_aliases(texts: Vec<String>) -> Self {
        let mut columns = Self { texts, ..Self::default() };
        for (position, text) in columns.texts.iter().enumerate() {
            let (plain, currency) = normalise(text);
            if let Some(field) = field_of(&plain) {
                columns.positions.entry(field).or_default().push(position);
                if is_money(field) {
                    columns.currency = columns.currency.or(currency);
                    let other = currency.filter(|_| currency != columns.currency);
                    columns.other_currency = columns.other_currency.or(other);
                }
            }
            columns.plain.push(plain);
        }
        columns
    }

    /// The fields of a header's cells as a profile names them, and those that it lacks.
    pub(super) fn by_profile(texts: Vec<String>, profile: &Profile) -> (Self, Missing) {
        let mut columns = Self::by_aliases(texts);
        columns.positions.clear();
        let mut missing = Vec::new();
        for (&field, headings) in &profile.columns {
            for heading in headings {
                match columns.find(heading) {
                    Some(position) => {
                        columns.positions.entry(field).or_default().push(position);
                    }
                    None => missing.push((field, heading.clone())),
                }
            }
        }
        (columns, missing)
    }

    /// The position of a heading, of which ` #2` at its end asks for the second.
    fn find(&self, heading: &str) -> Option<usize> {
        let (heading, number) = match heading.rsplit_once(" #") {
            Some((start, number)) => match number.parse::<usize>() {
                Ok(number) => (start, number),
                Err(_) => (heading, 1),
            },
            None => (heading, 1),
        };
        let (plain, _) = normalise(heading);
        let mut found = (0..self.plain.len()).filter(|&position| self.plain[position] == plain);
        found.nth(number.saturating_sub(1))
    }

    /// The heading of a position, with its number where the header has it more than once.
    pub(super) fn heading(&self, position: usize) -> String {
        let text = self.texts.get(position).map_or("", String::as_str);
        let same = |&at: &usize| self.plain.get(at) == self.plain.get(position);
        match (0..position).filter(same).count() {
            0 => text.to_owned(),
            before => format!("{text} #{}", before + 1),
        }
    }

    pub(super) fn get(&self, field: Field) -> Option<usize> {
        self.all(field).first().copied()
    }

    pub(super) fn all(&self, field: Field) -> &[usize] {
        self.positions.get(&field).map_or(&[], Vec::as_slice)
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.positions.contains_key(&field)
    }

    pub(super) fn set(&mut self, field: Field, position: Option<usize>) {
        match position {
            Some(position) => drop(self.positions.insert(field, vec![position])),
            None => drop(self.positions.remove(&field)),
        }
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (Field, &[usize])> {
        self.positions.iter().map(|(&field, positions)| (field, positions.as_slice()))
    }

    /// The column of the day of booking or, before it is decided, of any date.
    pub(super) fn any_date(&self) -> Option<usize> {
        [Field::BookedAt, Field::ExecutedAt, Field::ValueDate].iter().find_map(|&f| self.get(f))
    }

    /// Columns of amounts, the balance not among them.
    pub(super) fn amounts(&self) -> impl Iterator<Item = usize> {
        [Field::Amount, Field::Debit, Field::Credit]
            .into_iter()
            .flat_map(|field| self.all(field).iter().copied())
    }

    /// Whether the header has a date and an amount, without which no entry is read.
    fn is_complete(&self) -> bool {
        self.any_date().is_some() && self.amounts().next().is_some()
    }
}

/// Whether a heading says that its numbers count something else than whole units.
pub(super) fn is_of_other_unit(heading: &str) -> bool {
    const UNITS: &[&str] = &[
        "cents",
        "centimos",
        "centavos",
        "pence",
        "thousands",
        "thousand",
        "miles",
        "millones",
        "millions",
        "000",
        "000s",
    ];
    let Some((_, bracketed)) = heading.split_once(['(', '[']) else { return false };
    let (plain, _) = normalise(bracketed);
    plain.split_whitespace().any(|word| UNITS.contains(&word))
}

fn is_money(field: Field) -> bool {
    matches!(field, Field::Amount | Field::Debit | Field::Credit | Field::BalanceAfter)
}

/// Where a header stands.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// Its first row, as a position in the grid.
    pub(super) idx: usize,
    /// The first row below it.
    pub(super) below: usize,
    pub(super) columns: Columns,
}

fn texts(cells: &[GridCell<'_>]) -> Vec<String> {
    cells.iter().map(|cell| cell.text.trim().to_owned()).collect()
}

/// Finds the header: the first row near the top with known headings, and dates or amounts below;
/// or two rows together, over which long headings are broken.
pub(super) fn find(grid: &Grid<'_>, from: usize) -> Option<Header> {
    let best_of = |line_count: usize| {
        let until = grid.rows().len().min(from + HEADER_ROWS);
        let mut best: Option<(u32, Header)> = None;
        for idx in from..until {
            let Some(header) = candidate(grid, idx, idx + line_count) else { continue };
            let is_typed = is_typed(grid, &header);
            let rank = 2 * u32::from(header.columns.is_complete()) + u32::from(is_typed);
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, header));
            }
            if rank == RANK_WHOLE {
                break;
            }
        }
        best
    };
    let alone = best_of(1);
    let is_whole = |best: &Option<(u32, Header)>| best.as_ref().is_some_and(|b| b.0 == RANK_WHOLE);
    let best =
        if is_whole(&alone) { alone } else { Some(best_of(2)).filter(is_whole).unwrap_or(alone) };
    best.map(|(_, header)| header)
}

/// The rank of a header with date and amount, and with such below it.
const RANK_WHOLE: u32 = 3;

fn candidate(grid: &Grid<'_>, idx: usize, below: usize) -> Option<Header> {
    let columns = Columns::by_aliases(joined_texts(grid, idx, below)?);
    (columns.positions.len() >= ALIASES_MIN).then_some(Header { idx, below, columns })
}

/// Whether dates or amounts stand below a header, and none in it.
fn is_typed(grid: &Grid<'_>, header: &Header) -> bool {
    let Some(date) = header.columns.any_date() else { return false };
    let is_date =
        |idx: usize| days::parts(cell(grid.cells_at(idx), date), grid.is_from_1904).is_some();
    let is_amount = |idx: usize| {
        header.columns.amounts().any(|position| {
            let cell = cell(grid.cells_at(idx), position);
            numbers::read(cell, DecimalMark::Point)
                .or_else(|| numbers::read(cell, DecimalMark::Comma))
                .is_some()
        })
    };
    let below = header.below..grid.rows().len().min(header.below + TYPED_ROWS);
    let in_header = (header.idx..header.below).any(is_date);
    !in_header && below.into_iter().any(|idx| is_date(idx) || is_amount(idx))
}

/// Whether a row's texts are a header with a date and an amount.
pub(super) fn is_header(texts: Vec<String>) -> bool {
    let columns = Columns::by_aliases(texts);
    columns.positions.len() >= ALIASES_MIN && columns.is_complete()
}

/// Headings that a profile names and a header lacks, with their fields.
pub(super) type Missing = Vec<(Field, String)>;

/// Finds the header that a profile is about: the row with the most of its headings.
pub(super) fn find_by_profile(
    grid: &Grid<'_>,
    from: usize,
    profile: &Profile,
) -> Option<(Header, Missing)> {
    let until = grid.rows().len().min(from + HEADER_ROWS);
    let mut best: Option<(usize, (Header, Missing))> = None;
    for idx in from..until {
        for below in [idx + 1, idx + 2] {
            let Some(texts) = joined_texts(grid, idx, below) else { continue };
            let (columns, missing) = Columns::by_profile(texts, profile);
            let count = columns.positions.values().map(Vec::len).sum();
            if count >= 2 && best.as_ref().is_none_or(|(known, ..)| count > *known) {
                best = Some((count, (Header { idx, below, columns }, missing)));
            }
        }
    }
    best.map(|(_, found)| found)
}

/// The texts of a header of one line or two; `None` where its cells are not known, as in JSON, of
/// which each quoted name would seem a heading.
fn joined_texts(grid: &Grid<'_>, idx: usize, below: usize) -> Option<Vec<String>> {
    let rows = grid.rows().get(idx..below)?;
    if rows.iter().any(|row| row.state != RowState::Whole) {
        return None;
    }
    if below == idx + 1 {
        return Some(texts(grid.cells_at(idx)));
    }
    let (upper, lower) = (grid.cells_at(idx), grid.cells_at(idx + 1));
    let join = |position| {
        format!("{} {}", cell(upper, position).text.trim(), cell(lower, position).text.trim())
            .trim()
            .to_owned()
    };
    Some((0..upper.len().max(lower.len())).map(join).collect())
}

/// The number of known headings of the best row, for telling separators apart.
pub(super) fn score(grid: &Grid<'_>) -> usize {
    find(grid, 0).map_or(0, |header| {
        header.columns.positions.values().map(Vec::len).sum::<usize>()
            + 100 * usize::from(header.columns.is_complete())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_compared_in_one_form() {
        for (text, plain) in [
            ("  F. Operación ", "f operacion"),
            ("Nº de cuenta", "n cuenta"),
            ("Check #", "check number"),
            ("BookingDate", "booking date"),
            ("End-to-End", "end to end"),
            ("IMPORTE (€)", "importe"),
            ("Importe EUR", "importe"),
            ("Núm. Doc.", "num doc"),
            ("Fecha y hora", "fecha hora"),
        ] {
            assert_eq!(normalise(text).0, plain);
        }
        assert!(
            is_of_other_unit("Importe (céntimos)") && is_of_other_unit("Amount [in thousands]")
        );
        assert!(!is_of_other_unit("Importe (EUR)") && !is_of_other_unit("Miles"));
        assert_eq!(normalise("Saldo (MXN)").1.map(Currency::code), Some("MXN"));
        assert_eq!(normalise("Importe €").1.map(Currency::code), Some("EUR"));
    }

    #[test]
    fn every_alias_is_in_its_plain_form_and_names_one_field() {
        let mut seen = BTreeMap::new();
        for (field, names) in ALIASES {
            for name in *names {
                assert_eq!(normalise(name).0, **name, "{field:?}");
                assert_eq!(seen.insert(*name, field), None, "{name}");
            }
        }
        for name in END_TO_END.iter().chain(CHEQUE) {
            assert_eq!(field_of(name), Some(Field::Reference), "{name}");
        }
    }
}
