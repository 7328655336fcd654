//! Parquet: damage is a problem, never a crash. The sign of the format is put in front, so that
//! the fuzzer spends its time behind it; panics of the Parquet library are caught by the reader.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // libFuzzer's hook turns a caught panic into a crash; the reader catches them on purpose.
    static QUIET: std::sync::Once = std::sync::Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let whole = [b"PAR1", bytes].concat();
    let go_on = &mut |_| ControlFlow::Continue(());
    let read = caudal_import::read_transfers("transfers.parquet", &whole, go_on);
    assert!(!read.problems.is_empty() || !read.value.is_empty());
});
