//! The lines around a table: account, holder, period and balances above it, totals below it.
//!
//! *Shape.* Labels and values as texts; amounts and days are read when the marks and the order of
//! dates are decided, to which these lines contribute.

use caudal_model::Currency;

use super::days::{self, DateParts};
use super::grid::{CellKind, Grid, GridCell};
use super::headings::{field_of, normalise};
use super::numbers::{self, MarkEvidence};
use crate::profile::{DecimalMark, Field};

/// A value beside a label, with its row.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) row: u64,
    /// The day that the label names, as in `Balance at 31/03/2025`.
    pub(super) day: Option<DateParts>,
}

impl Labelled {
    /// The value as a cell, for reading a number in it.
    pub(super) fn cell(&self) -> GridCell<'_> {
        GridCell::text(self.text.as_str().into())
    }
}

/// Which sum a total is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Debits,
    Credits,
    /// A column that holds both.
    Net,
}

/// What the lines around a table say.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    pub(super) account: Option<String>,
    /// Another that a later line names, with its row.
    pub(super) second_account: Option<(u64, String)>,
    pub(super) holder: Option<String>,
    pub(super) bank: Option<String>,
    pub(super) currency: Option<Labelled>,
    pub(super) period: [Option<DateParts>; 2],
    pub(super) opening: Option<Labelled>,
    pub(super) closing: Option<Labelled>,
    /// The first of several closing balances outside the table.
    pub(super) first_closing: Option<Labelled>,
    pub(super) totals: Vec<(Side, Labelled)>,
    /// How many entries there are.
    pub(super) counts: Vec<Labelled>,
    /// Balances that a second line states again.
    pub(super) seconds: Vec<(Label, Labelled)>,
    /// Row of an account that a workbook holds as a number with too many digits.
    pub(super) lost_digits: Option<u64>,
}

/// What a label is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Account,
    Holder,
    Bank,
    Currency,
    Period,
    From,
    Until,
    Opening,
    Closing,
    Total(Side),
    Totals,
    Count,
}

const LABELS: &[(Label, &[&str])] = &[
    (Label::Bank, &["banco", "bank", "entidad", "institucion", "bank name"]),
    (Label::Holder, &["nombre", "name", "nombre cliente", "titulares"]),
    (
        Label::Period,
        &[
            "periodo",
            "period",
            "statement period",
            "rango fechas",
            "date range",
            "fechas",
            "periodo consultado",
        ],
    ),
    (
        Label::From,
        &[
            "desde",
            "fecha inicial",
            "fecha inicio",
            "from",
            "start date",
            "date from",
            "fecha desde",
        ],
    ),
    (
        Label::Until,
        &[
            "hasta",
            "fecha final",
            "fecha fin",
            "to",
            "end date",
            "date to",
            "fecha hasta",
            "fecha corte",
        ],
    ),
    (
        Label::Opening,
        &[
            "saldo inicial",
            "saldo anterior",
            "opening balance",
            "beginning balance",
            "starting balance",
            "start balance",
            "previous balance",
            "balance brought forward",
            "brought forward",
            "balance forward",
            "saldo previo",
            "saldo apertura",
            "saldo inicio",
        ],
    ),
    (
        Label::Closing,
        &[
            "saldo final",
            "closing balance",
            "ending balance",
            "end balance",
            "balance carried forward",
            "carried forward",
            "saldo cierre",
            "saldo al corte",
            "saldo corte",
            "saldo al final",
        ],
    ),
    (
        Label::Total(Side::Debits),
        &[
            "total cargos",
            "total debe",
            "total debitos",
            "total retiros",
            "total adeudos",
            "total debits",
            "total withdrawals",
            "total money out",
            "total paid out",
            "total gastos",
            "suma cargos",
            "total egresos",
        ],
    ),
    (
        Label::Total(Side::Credits),
        &[
            "total abonos",
            "total haber",
            "total creditos",
            "total depositos",
            "total ingresos",
            "total credits",
            "total deposits",
            "total money",
            "total paid",
            "suma abonos",
        ],
    ),
    (
        Label::Count,
        &[
            "numero movimientos",
            "num movimientos",
            "n movimientos",
            "total movimientos",
            "numero operaciones",
            "total operaciones",
            "numero registros",
            "total registros",
            "number transactions",
            "number entries",
            "transaction count",
            "total transactions",
            "record count",
            "total records",
            "number records",
        ],
    ),
    (
        Label::Totals,
        &[
            "total",
            "totales",
            "totals",
            "suma",
            "sumas",
            "sum",
            "subtotal",
            "subtotales",
            "sub total",
        ],
    ),
];

/// The label that a text is; a balance or total may go on with its day.
pub(super) fn label(text: &str) -> Option<Label> {
    if text.len() > 60 {
        return None;
    }
    let (plain, _) = normalise(text);
    let is_named = |&&(label, names): &&(Label, &[&str])| {
        let goes_on = matches!(label, Label::Opening | Label::Closing);
        names.iter().any(|name| {
            let rest = plain.strip_prefix(name);
            // `Total deposits and other additions`.
            let is_total =
                matches!(label, Label::Total(_)) && rest.is_some_and(|r| r.starts_with(' '));
            plain == **name || is_total || (goes_on && rest.is_some_and(names_a_day))
        })
    };
    if let Some(&(label, _)) = LABELS.iter().find(is_named) {
        return Some(label);
    }
    match field_of(&plain)? {
        Field::Account => Some(Label::Account),
        Field::Holder => Some(Label::Holder),
        Field::Currency => Some(Label::Currency),
        _ => None,
    }
}

/// Whether a text begins as the labels of balances and totals do: most texts do not, and need not be
/// looked up.
pub(super) fn may_be_money_label(text: &str) -> bool {
    const STARTS: [&str; 13] =
        ["sal", "ope", "beg", "sta", "pre", "bal", "bro", "clo", "end", "car", "tot", "sum", "sub"];
    let start = text.trim_start().get(..3).unwrap_or_default();
    STARTS.iter().any(|known| start.eq_ignore_ascii_case(known))
}

/// Whether a label goes on with a day alone: ` al 31/03/2025`, ` del mes anterior`.
fn names_a_day(rest: &str) -> bool {
    let links = [
        "al",
        "at",
        "on",
        "as",
        "to",
        "a",
        "mes",
        "anterior",
        "dia",
        "fecha",
        "date",
        "period",
        "periodo",
        "month",
        "previous",
        "statement",
        "hasta",
        "from",
        "account",
        "cuenta",
    ];
    let is_of_day = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || links.contains(&word)
            || days::is_month(word)
    };
    rest.starts_with(' ') && rest.split_whitespace().all(is_of_day)
}

/// Reads lines that do not belong to the table.
pub(super) fn read(grid: &Grid<'_>, rows: std::ops::Range<usize>, around: &mut Around) {
    for idx in rows {
        let row = grid.rows()[idx].row;
        let cells = grid.cells_at(idx);
        for position in 0..cells.len() {
            let text = cells[position].text.as_ref();
            let next = cells[position + 1..].iter().find(|cell| !cell.is_empty());
            let Some((label, name, value)) = split(text, next.map(|cell| cell.text.as_ref()))
            else {
                if around.period[0].is_none() {
                    around.period = bare_period(text);
                }
                continue;
            };
            let is_lost = next.is_some_and(|next| next.text == value && has_lost_digits(next));
            if label == Label::Account && around.account.is_none() && is_lost {
                around.lost_digits = Some(row);
            }
            around.note_second(label, (name, value), row);
            around.take(label, (name, value), row);
        }
    }
}

/// Whether an identifier went through a number of a spreadsheet, which keeps fifteen digits.
pub(super) fn has_lost_digits(cell: &GridCell<'_>) -> bool {
    let text = cell.text.as_ref();
    match cell.kind {
        CellKind::Number => text.bytes().filter(u8::is_ascii_digit).count() > 15,
        CellKind::Day => false,
        // `1.23457E+17`, as a spreadsheet shows a number that is too wide.
        CellKind::Text => text.split_once(['E', 'e']).is_some_and(|(number, power)| {
            let is_number = number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
            let has_mark = number.contains(['.', ',']);
            let power = power.strip_prefix('+');
            let is_power = power.is_some_and(|p| {
                (1..=2).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit())
            });
            is_number && has_mark && is_power
        }),
    }
}

/// Label, its text, and its value: behind a colon, in the next cell, or behind the label's words.
fn split<'c>(text: &'c str, next: Option<&'c str>) -> Option<(Label, &'c str, &'c str)> {
    if text.is_empty() || text.len() > 300 {
        return None;
    }
    if let Some((name, value)) = text.split_once(':')
        && let Some(label) = label(name)
    {
        let value = value.trim();
        return if value.is_empty() {
            Some((label, name, next?))
        } else {
            Some((label, name, value))
        };
    }
    if let Some(found) = label(text) {
        // `Saldo inicial 1.204,50` is a label with its value.
        let own = text.rsplit_once(' ').filter(|(_, value)| is_number(value));
        return match own {
            Some((name, value)) => Some((found, name, value)),
            None => Some((found, text, next?)),
        };
    }
    let ends = text.match_indices(' ').map(|(at, _)| at).take(5).collect::<Vec<_>>();
    ends.into_iter().rev().find_map(|at| {
        let (name, value) = text.split_at(at);
        let found = label(name)?;
        let needs_digits = value.bytes().any(|byte| byte.is_ascii_digit());
        // A total is named by all the words before it.
        let last = value.rsplit(' ').next().unwrap_or_default();
        let value = if matches!(found, Label::Total(_)) { last } else { value.trim() };
        needs_digits.then_some((found, name, value))
    })
}

/// Whether a number is the end of a longer one, without their spaces; or all but its last two digits,
/// which some countries add to check it.
fn ends_with(whole: &str, number: &str) -> bool {
    let plain =
        |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
    let (whole, number) = (plain(whole), plain(number));
    let cut = whole.get(..whole.len().saturating_sub(2)).unwrap_or_default();
    number.len() >= 6 && (whole.ends_with(&number) || cut.ends_with(&number))
}

/// The number with which a text begins: up to the first word that is no part of one, as in
/// `12345678 Sort code 20-15-55`. Groups of an IBAN may be of letters alone.
fn account_of(text: &str) -> &str {
    let text = text.trim();
    let is_iban = text.as_bytes().iter().take(2).all(u8::is_ascii_uppercase);
    let is_part = |word: &str| {
        let is_group = is_iban && word.len() <= 4 && word.bytes().all(|b| b.is_ascii_uppercase());
        is_group || word.len() < 3 || word.bytes().any(|byte| byte.is_ascii_digit())
    };
    let first_end = text.find(' ').unwrap_or(text.len());
    let mut words = text.match_indices(' ').map(|(at, _)| (at, &text[at + 1..]));
    let end = words.find_map(|(at, rest)| {
        let word = rest.split(' ').next().unwrap_or_default();
        (at >= first_end && !is_part(word)).then_some(at)
    });
    let begins_with_digits = text[..first_end].bytes().any(|byte| byte.is_ascii_digit());
    end.filter(|_| begins_with_digits).map_or(text, |end| text[..end].trim_end())
}

fn is_number(text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    has_digit
        && days::parts_of_text(text).is_none()
        && [DecimalMark::Point, DecimalMark::Comma]
            .iter()
            .any(|&mark| numbers::read_text(text, mark).is_some())
}

/// A period that stands without a label: `Del 01/03/2025 al 31/03/2025`.
fn bare_period(text: &str) -> [Option<DateParts>; 2] {
    let is_period = text.len() <= 80 && text.bytes().filter(u8::is_ascii_digit).count() >= 6;
    if !is_period {
        return [None; 2];
    }
    match period(text) {
        both @ [Some(_), Some(_)] => both,
        _ => [None; 2],
    }
}

/// Two days with a word or a stroke between them.
fn period(text: &str) -> [Option<DateParts>; 2] {
    let lower = text.to_lowercase();
    let between =
        [" - ", " \u{2013} ", " al ", " a ", " to ", " through ", " hasta ", " until ", " thru "];
    let day = |text: &str| {
        let text = text.trim();
        let starts = ["del ", "desde ", "from ", "el ", "periodo ", "period ", "statement period "];
        let text = starts.iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
        let text = text.strip_prefix("el ").unwrap_or(text);
        days::parts_of_text(text)
    };
    for word in between {
        if let Some((first, last)) = lower.split_once(word)
            && let (Some(first), Some(last)) = (day(first), day(last))
        {
            return [Some(first), Some(last)];
        }
    }
    [None; 2]
}

impl Around {
    /// Remembers a balance outside the table that a line before it states.
    fn note_second(&mut self, label: Label, (name, value): (&str, &str), row: u64) {
        let first = match label {
            Label::Opening => &self.opening,
            Label::Closing => &self.closing,
            _ => return,
        };
        let is_of_day = name.bytes().any(|byte| byte.is_ascii_digit());
        if label == Label::Closing && self.first_closing.is_none() {
            self.first_closing.clone_from(&self.closing);
        }
        if first.is_some() && is_number(value) && !is_of_day {
            let text = value.trim().to_owned();
            self.seconds.push((label, Labelled { text, row, day: None }));
        }
    }

    /// Takes a value in, unless an earlier line gave one.
    pub(super) fn take(&mut self, label: Label, (name, value): (&str, &str), row: u64) {
        let day = || name.split_whitespace().find_map(days::parts_of_text);
        let text = match label {
            Label::Account => account_of(value).to_owned(),
            _ => value.trim().to_owned(),
        };
        let labelled = |text: String| Labelled { text, row, day: day() };
        match label {
            Label::Account if text.bytes().any(|byte| byte.is_ascii_digit()) => {
                match &self.account {
                    None => self.account = Some(text),
                    // The number of an account stands in its IBAN.
                    Some(first) if ends_with(&text, first) => self.account = Some(text),
                    Some(first) if ends_with(first, &text) => {}
                    Some(first) if *first != text => self.second_account = Some((row, text)),
                    Some(_) => {}
                }
            }
            Label::Holder => drop(self.holder.get_or_insert(text)),
            Label::Bank => drop(self.bank.get_or_insert(text)),
            Label::Currency => drop(self.currency.get_or_insert(labelled(text))),
            Label::Period if self.period[0].is_none() => self.period = period(value),
            Label::From => self.period[0] = self.period[0].or(days::parts_of_text(value)),
            Label::Until => self.period[1] = self.period[1].or(days::parts_of_text(value)),
            Label::Opening if is_number(value) => drop(self.opening.get_or_insert(labelled(text))),
            // The last of several is the one that ends the statement.
            Label::Closing if is_number(value) => self.closing = Some(labelled(text)),
            Label::Count if is_number(value) => self.counts.push(labelled(text)),
            Label::Total(side) if is_number(value) => self.totals.push((side, labelled(text))),
            _ => {}
        }
    }

    /// Days that help to decide the order of dates.
    pub(super) fn days(&self) -> impl Iterator<Item = DateParts> {
        let of_balances = [&self.opening, &self.closing].map(|b| b.as_ref().and_then(|b| b.day));
        self.period.into_iter().chain(of_balances).flatten()
    }

    /// What the balances say of the decimal mark.
    pub(super) fn add_marks(&self, evidence: &mut MarkEvidence) {
        for balance in [&self.opening, &self.closing].into_iter().flatten() {
            evidence.add(&balance.cell());
        }
    }

    pub(super) fn currency_code(&self) -> Option<Currency> {
        self.currency.as_ref().and_then(|labelled| Currency::from_code(&labelled.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_values_are_found_however_they_stand() {
        let check = |text, next, expected: Option<(Label, &str)>| {
            assert_eq!(
                split(text, next).map(|(label, _, value)| (label, value)),
                expected,
                "{text}"
            );
        };
        check("Cuenta: 0123", None, Some((Label::Account, "0123")));
        check("Cuenta:", Some("0123"), Some((Label::Account, "0123")));
        check("IBAN ES00 0000", None, Some((Label::Account, "ES00 0000")));
        check("Saldo inicial 1.204,50", None, Some((Label::Opening, "1.204,50")));
        check("Saldo inicial al 01/03/2025:", Some("5.00"), Some((Label::Opening, "5.00")));
        check("Bank of Nowhere", None, None);
        check("Titular", None, None);
    }

    #[test]
    fn an_account_ends_where_other_words_begin() {
        for (text, expected) in [
            ("12345678 Sort code 20-15-55", "12345678"),
            ("ES91 2100 0418 4502 0005 1332 Titular Nadie", "ES91 2100 0418 4502 0005 1332"),
            ("GB33 BUKB 2020 1555 5555 55", "GB33 BUKB 2020 1555 5555 55"),
            ("Cuenta 0123 4567 89", "Cuenta 0123 4567 89"),
            ("0123 4567 89 EUR", "0123 4567 89"),
        ] {
            assert_eq!(account_of(text), expected);
        }
        assert!(ends_with("GB33 BUKB 2020 1512 3456 78", "12345678"));
        assert!(!ends_with("GB33BUKB20201555555555", "12345678"));
    }

    #[test]
    fn periods_are_found() {
        for text in [
            "Del 01/03/2025 al 31/03/2025",
            "01/03/2025 - 31/03/2025",
            "from 01/03/2025 to 31/03/2025",
            "Desde el 01/03/2025 hasta el 31/03/2025",
        ] {
            assert_eq!(bare_period(text)[1], Some(DateParts::Open([31, 3, 2025])), "{text}");
        }
    }
}
