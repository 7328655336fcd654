//! Delimited text: reading never panics, and every transfer names a line of the text.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let go_on = &mut |_| ControlFlow::Continue(());
    let read = caudal_import::read_transfers("transfers.csv", bytes, go_on);
    for transfer in read.value.iter() {
        assert!((2..=bytes.len() as u64).contains(&transfer.source.row));
    }
});
