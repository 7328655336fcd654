//! The little Markdown that casebook files use: one title, paragraphs, tables.
//!
//! *Shape.* Text in, blocks with their line numbers out. Lists, quotations, code blocks and HTML
//! are errors, because figures could hide in them.

use super::Trouble;

/// A part of a file between blank lines.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Title { line: usize, text: String },
    Paragraph(Paragraph),
    Table(Table),
}

/// Lines of text, joined by blanks.
#[derive(Clone, Debug)]
pub(super) struct Paragraph {
    pub(super) line: usize,
    pub(super) text: String,
}

/// A table. Its header stands in `line`, its first row two lines below.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) line: usize,
    pub(super) header: Vec<String>,
    /// Whether a column is set to the right, as figures are.
    pub(super) is_right: Vec<bool>,
    pub(super) rows: Vec<Row>,
}

/// A row, as long as the header.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// Lines with their numbers from 1.
type Lines<'a> = [(usize, &'a str)];

/// Cuts a text into blocks.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, Trouble> {
    let numbered: Vec<(usize, &str)> =
        text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end())).collect();
    let groups = numbered.split(|(_, line)| line.is_empty()).filter(|group| !group.is_empty());
    groups.map(block).collect()
}

fn block(lines: &Lines<'_>) -> Result<Block, Trouble> {
    let (line, first) = lines[0];
    if first.starts_with('#') {
        let title = first.strip_prefix("# ").filter(|_| lines.len() == 1);
        let title = title.ok_or_else(|| {
            Trouble::new(
                line,
                "the only heading is the title, `# Title`, alone between blank lines",
            )
        })?;
        return Ok(Block::Title { line, text: title.to_owned() });
    }
    if first.starts_with('|') {
        return table(lines).map(Block::Table);
    }
    for (line, text) in lines {
        let is_strange = ["- ", "* ", "+ ", ">", "```", "~~~", "<", " ", "\t", "#"];
        if text.starts_with('|') {
            return Err(Trouble::new(*line, "a blank line stands between text and a table"));
        }
        if let Some(start) = is_strange.into_iter().find(|start| text.starts_with(start)) {
            let what = format!("a line that begins with `{start}` is no paragraph and no table");
            return Err(Trouble::new(*line, what));
        }
    }
    let text: Vec<&str> = lines.iter().map(|(_, text)| *text).collect();
    Ok(Block::Paragraph(Paragraph { line, text: text.join(" ") }))
}

fn table(lines: &Lines<'_>) -> Result<Table, Trouble> {
    let header = cells(lines[0])?;
    let Some(&under) = lines.get(1) else {
        return Err(Trouble::new(lines[0].0, "a table has a header, a line of dashes, and rows"));
    };
    let is_right =
        cells(under)?.iter().map(|cell| alignment(under.0, cell)).collect::<Result<_, _>>()?;
    let rows = lines[2..].iter().map(|&line| Ok(Row { line: line.0, cells: cells(line)? }));
    let table =
        Table { line: lines[0].0, header, is_right, rows: rows.collect::<Result<_, Trouble>>()? };
    if table.rows.is_empty() {
        return Err(Trouble::new(table.line, "a table without rows; nothing is a row of `–`"));
    }
    let wide = table.header.len();
    let lengths = table.rows.iter().map(|row| (row.line, row.cells.len()));
    for (line, length) in lengths.chain([(under.0, table.is_right.len())]) {
        if length != wide {
            return Err(Trouble::new(line, format!("{length} cells under a header of {wide}")));
        }
    }
    Ok(table)
}

fn cells((line, text): (usize, &str)) -> Result<Vec<String>, Trouble> {
    let inner = text.strip_prefix('|').and_then(|rest| rest.strip_suffix('|'));
    let inner = inner.ok_or_else(|| {
        Trouble::new(
            line,
            "a line of a table begins and ends with `|`, and a blank line follows it",
        )
    })?;
    if inner.contains('\\') {
        return Err(Trouble::new(line, "a cell holds no `\\`"));
    }
    Ok(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

fn alignment(line: usize, cell: &str) -> Result<bool, Trouble> {
    let dashes = cell.strip_suffix(':').unwrap_or(cell);
    if dashes.is_empty() || dashes.chars().any(|c| c != '-') {
        return Err(Trouble::new(line, format!("`{cell}` under a header is not `---` or `---:`")));
    }
    Ok(dashes.len() < cell.len())
}

impl Table {
    /// The lines of the table, columns padded to one width.
    pub(super) fn lines(&self) -> Vec<String> {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| &row.cells[column]);
            cells.chain([&self.header[column]]).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let padded = |cells: &[String]| {
            let shown =
                cells.iter().zip(&widths).zip(&self.is_right).map(|((cell, width), right)| {
                    if *right { format!(" {cell:>width$} |") } else { format!(" {cell:<width$} |") }
                });
            format!("|{}", shown.collect::<String>())
        };
        let dashes = widths.iter().zip(&self.is_right).map(|(width, right)| {
            let end = if *right { ":" } else { "-" };
            format!("{}{end}|", "-".repeat(width + 1))
        });
        let under = format!("|{}", dashes.collect::<String>());
        let rows = self.rows.iter().map(|row| padded(&row.cells));
        [padded(&self.header), under].into_iter().chain(rows).collect()
    }

    /// The column of a header, if it is there.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|header| header == name)
    }

    /// An error unless every header is known and stands there once.
    pub(super) fn knows_only(&self, known: &[&str]) -> Result<(), Trouble> {
        for (at, header) in self.header.iter().enumerate() {
            if !known.contains(&header.as_str()) {
                let what = format!("column `{header}` is not known; `{}` are", known.join("`, `"));
                return Err(Trouble::new(self.line, what));
            }
            if self.header[..at].contains(header) {
                return Err(Trouble::new(
                    self.line,
                    format!("column `{header}` stands there twice"),
                ));
            }
        }
        Ok(())
    }
}

impl Row {
    /// Whether the row says that there is nothing.
    pub(super) fn is_nothing(&self) -> bool {
        self.cells.iter().all(|cell| cell == "–")
    }
}
