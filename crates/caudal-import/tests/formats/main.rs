//! Tests of the readers of banks' formats, one module each: what is read, every problem with its
//! place, files damaged at random, and foreign sample files where the shared folder is present.
#![expect(clippy::panic, clippy::print_stdout, reason = "helpers of tests fail, and print seeds")]

mod amlworld;
mod archive;
mod bai2;
mod camt;
mod chain;
mod ftm;
mod mt940;
mod norma43;
mod ofx;
mod pacs008;
mod pdf;
mod qif;
mod spreadsheet;
mod support;
mod table;
mod table_layouts;
