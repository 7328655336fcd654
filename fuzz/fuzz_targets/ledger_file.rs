//! The ledger file: whatever its bytes, it is refused or gives a ledger that can be looked at.
#![no_main]

use std::io::Cursor;
use std::sync::LazyLock;

use caudal_ledger::{Ledger, LedgerFileReader, LedgerFileWriter, LedgerOptions, LedgerView};
use caudal_model::{Currency, Moment, Money, SourceRef, Thing, Transfer, TransferTable};
use libfuzzer_sys::fuzz_target;

/// Bytes of a header, a trailer, or a record of the directory.
const BLOCK: usize = 64;

/// A small ledger as a file.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut table = TransferTable::default();
    let currency = Currency::from_code("EUR").expect("in the table");
    for (row, id) in (1u64..).zip(["a", "b", "c", "d", "e", "f"]) {
        let day = i32::try_from(row).expect("small");
        let names = ["@outside", "A", "B", "C"];
        let at = |step: u64| names[usize::try_from((row * step) % 4).expect("small")];
        let (payer, payee) = (at(1), at(3));
        let transfer = Transfer {
            id,
            moment: Moment { day, nanos: None },
            payer: if payer == payee { "D" } else { payer },
            payee,
            thing: Thing::Money(Money { minor: u128::from(row) * 100, currency }),
            received: None,
            label: None,
            sequence: Some(row),
            reverses: None,
            source: SourceRef { file_idx: 0, part: 0, row },
        };
        table.push(&transfer).expect("ids are numbered");
    }
    table.files.push(caudal_model::EvidenceFile::default());
    let mut ledger =
        Ledger::build(&table, &[], &LedgerOptions::default()).expect("it can be built");
    let mut writer = LedgerFileWriter::new(Vec::new(), [7; 32]).expect("memory");
    table.store(&mut writer).expect("memory");
    ledger.write(&mut writer).expect("memory");
    writer.finish().expect("memory")
});

fuzz_target!(|bytes: &[u8]| {
    look_at(bytes);
    // A whole file with some bytes changed and its checksums made to fit.
    let mut changed = WHOLE.clone();
    let directory = number(&changed, changed.len() - BLOCK + 8);
    for change in bytes.chunks_exact(3) {
        let at = usize::from(change[0]) + 256 * usize::from(change[1]);
        changed[BLOCK + at % (directory - BLOCK)] = change[2];
    }
    seal(&mut changed, directory);
    look_at(&changed);
});

fn look_at(bytes: &[u8]) {
    let Ok(mut reader) = LedgerFileReader::new(Cursor::new(bytes)) else { return };
    let mut table = TransferTable::default();
    if table.store(&mut reader).is_err() {
        return;
    }
    let Ok(ledger) = Ledger::read(&mut reader, &table, 1) else { return };
    for line in 0..ledger.line_count() {
        let found = ledger.line(line);
        let _ = (ledger.place(found.payer), ledger.place(found.payee), ledger.balance_before(line));
        let _ = table.get(found.source_idx);
    }
    for place in 0..ledger.place_count() {
        let _ = (ledger.name(&table, place).len(), ledger.payments(place), ledger.receipts(place));
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    let eight: [u8; 8] = bytes[at..at + 8].try_into().expect("eight bytes");
    usize::try_from(u64::from_le_bytes(eight)).expect("small")
}

fn seal(bytes: &mut [u8], directory: usize) {
    let end = bytes.len() - BLOCK;
    for record in (directory..end).step_by(BLOCK) {
        let (offset, length) = (number(bytes, record + 40), number(bytes, record + 48));
        let checksum = crc32fast::hash(&bytes[offset..offset + length]);
        bytes[record + 36..record + 40].copy_from_slice(&checksum.to_le_bytes());
    }
    let checksum = crc32fast::hash(&bytes[directory..end]);
    bytes[end + 24..end + 28].copy_from_slice(&checksum.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[end..end + 60]);
    bytes[end + 60..].copy_from_slice(&checksum.to_le_bytes());
}
