//! Lists as tables, CSV and JSON.

use std::io;

use caudal::wire::{self, ListDocument};
use caudal::{Terms, printable};
use comfy_table::{Table, presets};

use super::table::line;
use crate::args::ListFormat;

/// Digits of a digest that a table shows.
const DIGEST_SHOWN: usize = 8;

/// A list in the format that was asked for.
pub(crate) fn list(
    document: &ListDocument,
    format: ListFormat,
    terms: &Terms,
) -> io::Result<String> {
    match format {
        ListFormat::Json => Ok(wire::to_json(document)),
        ListFormat::Csv => csv(document),
        ListFormat::Table => Ok(table(document, terms)),
    }
}

fn csv(document: &ListDocument) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&document.columns)?;
    for row in &document.rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

fn table(document: &ListDocument, terms: &Terms) -> String {
    if document.rows.is_empty() {
        return format!("{}\n", terms.word("line-list-empty"));
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(&document.columns);
    for row in &document.rows {
        let cells = document.columns.iter().zip(row).map(|(column, cell)| match *column {
            "sha256" => cell.chars().take(DIGEST_SHOWN).collect(),
            _ => printable(cell),
        });
        table.add_row(cells.collect::<Vec<String>>());
    }
    let mut text = String::new();
    for row in table.lines() {
        line(&mut text, row.trim_end());
    }
    text
}
