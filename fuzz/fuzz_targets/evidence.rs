//! Every format of evidence: reading never panics, and every entry stands in the file.
#![no_main]

use std::ops::ControlFlow;

use caudal_import::{Format, ReadOptions, read_evidence};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The first byte chooses a format, or leaves the choice to the file.
    let Some((&first, rest)) = bytes.split_first() else { return };
    let format = Format::ALL.get(usize::from(first)).copied();
    let options = ReadOptions { format, ..ReadOptions::default() };
    let read = read_evidence("a", rest, &options, &mut |_| ControlFlow::Continue(()));
    for entry in read.value.statements.iter().flat_map(|statement| &statement.entries) {
        assert!(entry.row <= rest.len() as u64 + 1);
    }
});
