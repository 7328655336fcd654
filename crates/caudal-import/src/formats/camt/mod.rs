//! ISO 20022 camt.052, camt.053 and camt.054: reports, statements and notifications of an account.
//!
//! *Shape.* One statement for each `Stmt`, `Rpt` or `Ntfctn`, whatever stands around it; statements
//! are counted through the file. Elements are read once, in order, by their path below the
//! statement, the entry or the detail. What is not known is passed over and stays in the raw text.
//!
//! *Authority.* The published schemas of versions 1 to 8. See the parts for what each rests on.

mod entry;
mod split;
mod statement;
pub(in crate::formats) mod tag;
mod values;

use caudal_model::{Entry, ProblemCode, Statement};

use crate::formats::Found;
use crate::formats::xml::{self, Step, Walker};
use crate::report::{Fault, Report};
use entry::{Detail, Draft};
use statement::Open;
use tag::Tag;
use values::{Leaf, Place};

/// Names that only these messages have: of their content, and of their namespace.
const SIGNS: [&str; 6] = [
    "BkToCstmrStmt",
    "BkToCstmrAcctRpt",
    "BkToCstmrDbtCdtNtfctn",
    "iso:20022:tech:xsd:camt.052.",
    "iso:20022:tech:xsd:camt.053.",
    "iso:20022:tech:xsd:camt.054.",
];

/// Whether a text is XML that holds one of the three messages.
pub(super) fn is_camt(head: &str) -> bool {
    let head = head.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    head.starts_with('<') && SIGNS.iter().any(|sign| head.contains(sign))
}

/// Reads all statements of a file.
pub(super) fn read(bytes: &[u8], found: &mut Found, report: &mut Report) {
    let Some(text) = xml::decode(bytes, report) else { return };
    let mut reader = Reader { text: &text, part: 0, open: None, message: Message::default() };
    let mut walker = Walker::<Tag>::new(&text);
    loop {
        match walker.step(report) {
            Step::Open => {
                reader.opens(&mut walker, found, report);
                if reader.is_entry(&walker) && !report.goes_on(walker.start(), text.len()) {
                    return;
                }
            }
            Step::Close(content) => {
                let leaf = Leaf { text: content, code: walker.attribute("Ccy") };
                reader.closes(leaf, &walker, found, report);
            }
            Step::End => break,
        }
    }
    reader.end_message(found);
    if found.statements.is_empty() {
        report.in_part(0);
        report.file_problem(Fault::new(ProblemCode::RecordUnexpected, "camt").expected("Stmt"));
    }
}

/// What the header of a message says of its pages, and where its statements begin.
#[derive(Default)]
struct Message {
    pages: Statement,
    first: usize,
}

struct Reader<'a> {
    text: &'a str,
    part: u32,
    open: Option<Scope<'a>>,
    message: Message,
}

/// A statement that is open, and the entry and detail in it, each with its depth.
struct Scope<'a> {
    statement: Open<'a>,
    depth: usize,
    entry: Option<(Draft<'a>, usize)>,
    detail: Option<(Detail<'a>, usize)>,
}

impl<'a> Reader<'a> {
    /// Whether the element that opened last is an entry or one of its details.
    fn is_entry(&self, walker: &Walker<'a, Tag>) -> bool {
        self.open.is_some() && matches!(walker.path().last(), Some(Tag::Ntry | Tag::TxDtls))
    }

    fn opens(&mut self, walker: &mut Walker<'a, Tag>, found: &mut Found, report: &mut Report) {
        let depth = walker.path().len();
        let tag = walker.path().last().copied().unwrap_or(Tag::Other);
        let Some(scope) = &mut self.open else {
            match tag {
                Tag::Stmt | Tag::Rpt | Tag::Ntfctn => {
                    self.part += 1;
                    report.in_part(self.part);
                    let statement = Open::new(self.part, walker.row());
                    self.open = Some(Scope { statement, depth, entry: None, detail: None });
                }
                Tag::GrpHdr => self.end_message(found),
                _ => {}
            }
            return;
        };
        if scope.entry.is_none() {
            match tag {
                Tag::Ntry if depth == scope.depth + 1 => {
                    let (row, start) = (walker.row(), walker.start());
                    let entry = Entry { part: self.part, row, ..Entry::default() };
                    scope.entry = Some((Draft { entry, start, ..Draft::default() }, depth));
                }
                Tag::Bal | Tag::TtlNtries | Tag::TtlCdtNtries | Tag::TtlDbtNtries => {
                    let row = walker.row();
                    scope.statement.open(&walker.path()[scope.depth..], row);
                }
                _ => {}
            }
        } else if tag == Tag::TxDtls && scope.detail.is_none() {
            let (row, start) = (walker.row(), walker.start());
            let entry = Entry { row, ..Entry::default() };
            scope.detail = Some((Detail { entry, start, ..Detail::default() }, depth));
        }
    }

    fn closes(
        &mut self,
        leaf: Leaf<'a>,
        walker: &Walker<'a, Tag>,
        found: &mut Found,
        report: &mut Report,
    ) {
        let path = walker.path();
        let Some(scope) = &mut self.open else {
            if let [.., Tag::GrpHdr, Tag::MsgPgntn, tag] = path {
                statement::page(&mut self.message.pages, *tag, &leaf.text);
            }
            return;
        };
        if path.len() == scope.depth {
            let scope = self.open.take();
            found.statements.extend(scope.map(|scope| scope.statement.finish(report)));
            report.in_part(0);
            return;
        }
        let row = scope.entry.as_ref().map_or(scope.statement.statement.row, |(e, _)| e.entry.row);
        scope.closes(path, leaf, (self.text, walker.end()), &mut Place { report, row });
    }

    /// A message ends. Its pages are those of its statement, if it holds one alone.
    fn end_message(&mut self, found: &mut Found) {
        let message = std::mem::take(&mut self.message);
        self.message.first = found.statements.len();
        if let [statement] = &mut found.statements[message.first..]
            && statement.page.is_none()
        {
            statement.page = message.pages.page;
            statement.is_last_page = message.pages.is_last_page;
        }
    }
}

impl<'a> Scope<'a> {
    fn closes(
        &mut self,
        path: &[Tag],
        leaf: Leaf<'a>,
        (text, end): (&'a str, usize),
        place: &mut Place<'_>,
    ) {
        let Some((draft, entry_depth)) = &mut self.entry else {
            return self.statement.leaf(&path[self.depth..], leaf, place);
        };
        if let Some((detail, depth)) = &mut self.detail {
            if path.len() > *depth {
                let code = draft.amount.unwrap_or_default().code;
                detail.leaf(&path[*depth..], leaf, code, place);
                return;
            }
            detail.end = end;
            draft.detail_count += 1;
            let detail = self.detail.take().map(|(detail, _)| detail);
            // Most entries have one detail, and room for four would be made and given back each time.
            if draft.details.is_empty() {
                draft.details.reserve_exact(1);
            }
            draft.details.extend(detail.filter(|detail| detail.has_content));
        } else if path.len() > *entry_depth {
            draft.leaf(&path[*entry_depth..], leaf, place);
        } else {
            // Taken by reference: an entry is large, and there are many.
            draft.close(place);
            self.statement.take(draft, text, end, place.report);
            self.entry = None;
        }
    }
}
