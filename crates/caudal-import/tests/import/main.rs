//! Tests of the readers: good files, bad files, damaged files, and the casebook of problems.
#![expect(clippy::format_push_string, clippy::format_collect, reason = "short texts in tests")]
#![expect(clippy::panic, clippy::print_stdout, reason = "helpers of tests fail, and print seeds")]

mod casebook;
mod mutation;
mod parquet_files;
mod second_opinion;
mod text_files;

use std::ops::ControlFlow;

use caudal_import::Imported;
use caudal_model::{Problem, TransferTable};

pub(crate) const HEADER: &str = "id,date,payer,payee,amount,currency";

/// Reads transfers from bytes, without looking at the progress.
pub(crate) fn read(bytes: &[u8]) -> Imported<TransferTable> {
    caudal_import::read_transfers("transfers.csv", bytes, &mut |_| ControlFlow::Continue(()))
}

/// A problem as one line: `row column code found expected`, with `-` for what it lacks.
pub(crate) fn line(problem: &Problem) -> String {
    let row = problem.row.map_or("-".to_owned(), |row| row.to_string());
    let column = problem.column.as_deref().unwrap_or("-");
    let expected = problem.expected.as_deref().unwrap_or("-");
    format!("{row} {column} {} [{}] [{expected}]", problem.code, problem.found)
}

pub(crate) fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(line).collect()
}

/// The table as lines, for comparing.
pub(crate) fn rows(table: &TransferTable) -> Vec<String> {
    table.iter().map(|transfer| format!("{transfer:?}")).collect()
}
