//! The ranking of statements to ask for.

use std::path::Path;

use caudal::wire::{Candidate, NextDocument, Together};
use caudal::{Message, Terms, printable};
use comfy_table::{CellAlignment, Table, presets};

use super::table::{footer, line};

/// A ranking for people.
pub(crate) fn next(document: &NextDocument, top: usize, case: &Path, terms: &Terms) -> String {
    let mut text = format!("{}\n", terms.word("table-next"));
    if document.candidates.is_empty() {
        line(&mut text, &terms.word("line-next-none"));
    } else {
        text.push_str(&table(&document.candidates, top, terms));
        text.push('\n');
        line(&mut text, &terms.word("line-next-values"));
        let request = Message::new("line-next-request").with("case", case.display());
        text.push('\n');
        line(&mut text, &format!("  {}", terms.say(&request)));
    }
    text.push_str(&footer(&document.assumptions, &[], terms));
    text
}

fn table(candidates: &[Candidate], top: usize, terms: &Terms) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let columns = [
        "column-rank",
        "column-account",
        "column-period",
        "column-at-stake",
        "column-carried",
        "column-likely",
        "column-currency",
        "column-together",
    ];
    table.set_header(columns.map(|key| terms.word(key)));
    for found in candidates.iter().take(top) {
        let together = found.together.iter().map(|more| with(found, more));
        table.add_row([
            found.rank.to_string(),
            printable(&found.account),
            format!("{}–{}", found.from, found.to),
            range(&found.value_min, &found.value_max),
            found.carried_max.clone(),
            range(&found.likely_min, &found.likely_max),
            found.currency.clone(),
            together.collect::<Vec<_>>().join(", "),
        ]);
    }
    for at in [0, 3, 4, 5] {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = String::new();
    for row in table.lines() {
        line(&mut text, row.trim_end());
    }
    text
}

/// What completes a statement: the account is named where it is another one.
fn with(found: &Candidate, more: &Together) -> String {
    let period = format!("{}–{}", more.from, more.to);
    if more.account == found.account {
        period
    } else {
        format!("{} {period}", printable(&more.account))
    }
}

fn range(least: &str, most: &str) -> String {
    if least == most { most.to_owned() } else { format!("{least}–{most}") }
}
