//! Openings: reading never panics, and every lot names a line of the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let read = caudal_import::read_openings("openings.csv", bytes);
    for lot in &read.value {
        assert!((2..=bytes.len() as u64).contains(&lot.row));
        assert!(lot.money.minor > 0);
    }
});
