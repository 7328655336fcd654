//! PDF statements with a text layer.
//!
//! *Shape.* Each page becomes words with coordinates, words become lines, and lines become rows of
//! the table whose header stands above them; what is then read is a table like any other. Nothing
//! is recognised in pictures: a page without text is reported as missing. Text that is turned on
//! its side is passed over.
//!
//! *Units.* Part is the page, from 1; row is the line on the page, from the top. Coordinates are
//! whole millionths of a point ([`geometry`]).
//!
//! *Authority.* ISO 32000-1 sections 8 and 9, through `lopdf`.

mod fonts;
mod geometry;
mod lines;
mod unicode_map;
mod words;

use caudal_model::ProblemCode;
use lopdf::Document;

use self::lines::Line;
use crate::formats::{Found, ReadOptions, table};
use crate::guard::guarded;
use crate::report::{Fault, Report};

pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions, found: &mut Found, report: &mut Report) {
    // Hostile documents are the library's to survive; if it does not, the file is damaged.
    let loaded = guarded(|| Document::load_mem(bytes));
    let document = match loaded {
        Some(Ok(document)) if document.is_encrypted() => {
            report.file_problem(Fault::new(ProblemCode::FormatUnknown, "PDF (encrypted)"));
            return;
        }
        Some(Ok(document)) => document,
        _ if has_encryption(bytes) => {
            report.file_problem(Fault::new(ProblemCode::FormatUnknown, "PDF (encrypted)"));
            return;
        }
        _ => {
            report.file_problem(crate::truncated("PDF"));
            return;
        }
    };
    let pages = read_pages(&document, report);
    let grid = lines::to_grid(&pages, options.profile.as_ref());
    if grid.rows().is_empty() {
        if pages.is_empty() {
            report.file_problem(crate::truncated("PDF"));
        }
        return;
    }
    if !table::read_grid(&grid, options, found, report) {
        report.in_part(grid.rows()[0].part);
        table::no_header(&grid, report);
    }
}

/// Whether the trailer of a document that could not be loaded names a key.
fn has_encryption(bytes: &[u8]) -> bool {
    bytes.windows(9).any(|window| window == b"/Encrypt ")
}

/// The lines of every page.
fn read_pages(document: &Document, report: &mut Report) -> Vec<Vec<Line>> {
    let mut pages = Vec::new();
    let mut fonts = fonts::Fonts::default();
    for (number, page) in document.get_pages() {
        let words = guarded(|| words::read(document, page, &mut fonts)).unwrap_or_default();
        if words.is_empty() {
            let fault = Fault::new(ProblemCode::PageMissing, &number.to_string());
            report.file_problem(fault);
        }
        let lines = lines::group(words);
        report_undecodable(&lines, number, report);
        pages.push(lines);
    }
    pages
}

fn report_undecodable(lines: &[Line], page: u32, report: &mut Report) {
    report.in_part(page);
    for (idx, line) in lines.iter().enumerate() {
        let text = line.text();
        if text.contains('\u{fffd}') {
            report.row_problem(idx as u64 + 1, Fault::new(ProblemCode::TextUndecodable, &text));
        }
    }
}
