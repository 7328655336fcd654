//! Whose money is where, as a matrix for people and as rows for spreadsheets.
//!
//! *Shape.* One row for each place, one column for each of the largest origins; what is not shown is one
//! column and one row more, so that the table adds up both ways whatever it leaves out. The figures of
//! what is left out are differences of figures in the document.

use std::io;
use std::path::Path;

use caudal::wire::{HeldPlace, HoldingsDocument, HoldingsResult, Question};
use caudal::{Message, Terms, printable};
use comfy_table::{CellAlignment, Table, presets};

use super::table::{ending_word, footer, heading, line, question, rule_line};

/// Origins with a column, and places with a row.
const ORIGINS_SHOWN: usize = 5;
const PLACES_SHOWN: usize = 20;

const COLUMNS: [&str; 9] = [
    "rule",
    "part",
    "kind",
    "place",
    "currency",
    "label",
    "amount",
    "origin_currency",
    "origin_amount",
];

/// One row for each place and origin, and for what of each place is other money and the total.
pub(crate) fn csv(document: &HoldingsDocument) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for result in &document.results {
        for place in &result.places {
            let (rule, kind, at) =
                (result.rule.as_str(), place.kind.as_str(), place.place.as_str());
            let currency = place.currency.as_str();
            for part in &place.origins {
                let units = part.of_origin.as_ref();
                let (own, amount) = units.map_or(("", ""), |u| (&u.currency, &u.amount));
                let (label, here) = (part.label.as_str(), part.amount.as_str());
                writer
                    .write_record([rule, "origin", kind, at, currency, label, here, own, amount])?;
            }
            let smaller = place.smaller.as_ref().map(|smaller| ("smaller", &smaller.amount));
            let sums = [("other", &place.other), ("total", &place.total)];
            for (part, amount) in smaller.into_iter().chain(sums) {
                writer.write_record([rule, part, kind, at, currency, "", amount, "", ""])?;
            }
        }
        for without in &result.without {
            let (rule, currency, amount) = (&result.rule, &without.currency, &without.balance);
            writer.write_record([rule, "without", "held", "", currency, "", amount, "", ""])?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// The document for people.
pub(crate) fn table(
    document: &HoldingsDocument,
    case: &Path,
    is_whole: bool,
    terms: &Terms,
) -> String {
    let mut text = question(&document.question, terms);
    for result in &document.results {
        text.push_str(&one_rule(result, is_whole, terms));
        text.push_str(&go_on(result, &document.question, case, terms));
    }
    if !document.without_links.is_empty() {
        heading(&mut text, &terms.word("table-without-links"));
        for result in &document.without_links {
            text.push_str(&one_rule(result, is_whole, terms));
        }
    }
    text.push_str(&footer(&document.assumptions, &document.problems, terms));
    text
}

fn one_rule(result: &HoldingsResult, is_whole: bool, terms: &Terms) -> String {
    let mut text = String::from("\n");
    text.push_str(&rule_line((&result.rule, &result.aliases), &result.authority, terms));
    let mut groups: Vec<&[HeldPlace]> =
        result.places.chunk_by(|a, b| (&a.kind, &a.currency) == (&b.kind, &b.currency)).collect();
    groups.retain(|group| !group.is_empty());
    if groups.is_empty() {
        line(&mut text, &terms.word("line-nothing"));
    }
    for group in groups {
        let title = format!("{} {}", ending_word(&group[0].kind, terms), group[0].currency);
        heading(&mut text, &title);
        text.push_str(&if is_whole { list(group, terms) } else { matrix(group, terms) });
    }
    for without in &result.without {
        let message = Message::new("line-holdings-without")
            .with("count", without.accounts)
            .with("balance", &without.balance)
            .with("currency", &without.currency);
        text.push('\n');
        line(&mut text, &terms.say(&message));
    }
    text
}

/// Places of one ending and currency: rows and columns add up.
fn matrix(group: &[HeldPlace], terms: &Terms) -> String {
    let columns = largest_origins(group);
    let shown = group.len().min(PLACES_SHOWN);
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let more = Message::new("column-further-origins");
    let mut header = vec![terms.word("column-place")];
    header.extend(columns.iter().map(|label| printable(label)));
    header.extend([terms.say(&more), terms.word("column-traced")]);
    header.extend([terms.word("column-other"), terms.word("column-total")]);
    table.set_header(header);
    for place in &group[..shown] {
        table.add_row(row(printable(&place.place), &[place], &columns));
    }
    let rest: Vec<&HeldPlace> = group[shown..].iter().collect();
    if !rest.is_empty() {
        let name = terms.say(&Message::new("line-holdings-more").with("count", rest.len()));
        table.add_row(row(name, &rest, &columns));
    }
    if group.len() > 1 {
        let all: Vec<&HeldPlace> = group.iter().collect();
        table.add_row(row(terms.word("column-total"), &all, &columns));
    }
    let origins = origin_count(group);
    let mut text = aligned(table, 1);
    if let Some(more) = origins.checked_sub(columns.len()).filter(|&more| more > 0) {
        let message = Message::new("line-holdings-origins").with("count", more);
        line(&mut text, &terms.say(&message));
    }
    text
}

/// A row of several places together: each shown origin, the others, all of them, other money, total.
fn row(name: String, places: &[&HeldPlace], columns: &[&str]) -> Vec<String> {
    let decimals = places.first().map_or(0, |place| decimals(&place.total));
    let sum = |of: &dyn Fn(&HeldPlace) -> u128| -> u128 { places.iter().map(|p| of(p)).sum() };
    let mut cells = vec![name];
    let traced = sum(&|place| digits(&place.traced));
    let mut further = traced;
    for column in columns {
        let part = |place: &HeldPlace| {
            let mine = place.origins.iter().filter(|part| part.label == *column);
            mine.map(|part| digits(&part.amount)).sum()
        };
        let amount = sum(&part);
        further -= amount;
        cells.push(written(amount, decimals));
    }
    let sums = [further, traced, sum(&|p| digits(&p.other)), sum(&|p| digits(&p.total))];
    cells.extend(sums.map(|amount| written(amount, decimals)));
    cells
}

/// Every place with every origin below it.
fn list(group: &[HeldPlace], terms: &Terms) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(["column-place", "column-label", "column-amount"].map(|key| terms.word(key)));
    for place in group {
        let name = printable(&place.place);
        for part in &place.origins {
            table.add_row([name.clone(), printable(&part.label), part.amount.clone()]);
        }
        if let Some(smaller) = &place.smaller {
            let message = Message::new("line-holdings-smaller").with("count", smaller.origins);
            table.add_row([name.clone(), terms.say(&message), smaller.amount.clone()]);
        }
        table.add_row([name.clone(), terms.word("column-other"), place.other.clone()]);
        table.add_row([name, terms.word("column-total"), place.total.clone()]);
    }
    aligned(table, 2)
}

/// Lines of a table whose amounts stand to the right from a column on.
fn aligned(mut table: Table, from: usize) -> String {
    for column in table.column_iter_mut().skip(from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = String::new();
    for row in table.lines() {
        line(&mut text, row.trim_end());
    }
    text
}

/// The command that shows the rows behind the largest figure.
fn go_on(result: &HoldingsResult, asked: &Question, case: &Path, terms: &Terms) -> String {
    let found =
        result.places.iter().find_map(|place| Some((place.to.as_ref()?, place.origins.first()?)));
    let Some((to, part)) = found else { return String::new() };
    // Under rules whose parts add up a label is a question by itself; else it is asked with all.
    let adds_up = matches!(result.rule.as_str(), "fifo" | "lifo");
    let is_label = adds_up && asked.from.iter().all(|selector| selector.starts_with("label:"));
    let from = if is_label {
        quoted(&format!("label:{}", part.label))
    } else {
        asked.from.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(" ")
    };
    let mut command = format!(
        "caudal trace {} --from {from} --to {} --rule {}",
        quoted(&case.display().to_string()),
        quoted(to),
        result.rule
    );
    if let Some(until) = &asked.until {
        command = format!("{command} --until {until}");
    }
    let heading = terms.word("line-holdings-go-on");
    format!("\n{heading}\n  {}\n", printable(&command))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/:@+,".contains(c);
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Labels with the largest amounts over a group of places, then by name.
fn largest_origins(group: &[HeldPlace]) -> Vec<&str> {
    let mut sums: std::collections::BTreeMap<&str, u128> = std::collections::BTreeMap::new();
    for part in group.iter().flat_map(|place| &place.origins) {
        *sums.entry(&part.label).or_default() += digits(&part.amount);
    }
    let mut sums: Vec<(&str, u128)> = sums.into_iter().collect();
    sums.sort_by_key(|&(label, amount)| (std::cmp::Reverse(amount), label));
    sums.into_iter().take(ORIGINS_SHOWN).map(|(label, _)| label).collect()
}

fn origin_count(group: &[HeldPlace]) -> usize {
    let labels = group.iter().flat_map(|place| &place.origins).map(|part| &part.label);
    labels.collect::<std::collections::BTreeSet<_>>().len()
}

/// The digits of a decimal text as a whole number.
fn digits(amount: &str) -> u128 {
    let digits: String = amount.chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("an amount of a document has at most 38 digits")
}

fn decimals(amount: &str) -> usize {
    amount.find('.').map_or(0, |at| amount.len() - at - 1)
}

fn written(minor: u128, decimals: usize) -> String {
    if decimals == 0 {
        return minor.to_string();
    }
    let digits = format!("{minor:0width$}", width = decimals + 1);
    let (whole, rest) = digits.split_at(digits.len() - decimals);
    format!("{whole}.{rest}")
}
