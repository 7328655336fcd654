//! The ledger file: whatever its bytes, it is refused, at once or when damage is met, or gives a ledger
//! that can be looked at; and contents that contradict each other are told though checksums fit.
#![no_main]

use std::sync::LazyLock;

use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap, undamaged};
use caudal_ledger::{Ledger, LedgerOptions, LedgerView, LifoIndex};
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
    let mut lifo = LifoIndex::build(&ledger);
    let mut writer = ColumnFileWriter::new(Vec::new(), [7; 32]).expect("memory");
    table.store(&mut writer).expect("memory");
    ledger.write(&mut writer).expect("memory");
    lifo.store(&mut writer).expect("memory");
    writer.finish().expect("memory")
});

fuzz_target!(|bytes: &[u8]| {
    look_at(bytes, false);
    // A whole file with some bytes changed and its checksums made to fit.
    let mut changed = WHOLE.clone();
    let directory = number(&changed, changed.len() - BLOCK + 8);
    for change in bytes.chunks_exact(3) {
        let at = usize::from(change[0]) + 256 * usize::from(change[1]);
        changed[BLOCK + at % (directory - BLOCK)] = change[2];
    }
    look_at(&changed, false);
    seal(&mut changed);
    look_at(&changed, true);
});

/// Looks at all there is. Where checksums were made to fit, only at what is found sound.
fn look_at(bytes: &[u8], is_resealed: bool) {
    let looked = undamaged(|| {
        let Ok(map) = FileMap::of_bytes(bytes) else { return };
        let Ok(mut file) = ColumnFile::new(map) else { return };
        let mut table = TransferTable::default();
        if table.store(&mut file).is_err() {
            return;
        }
        let Ok(mut ledger) = Ledger::read(&mut file, &table, 1) else { return };
        if ledger.read_lifo(&mut file).is_err() {
            return;
        }
        if is_resealed && !(table.is_sound() && ledger.is_sound(&table, 1)) {
            return;
        }
        look_at_ledger(&table, &ledger);
    });
    // Damage that was met is a refusal.
    let _ = looked;
}

fn look_at_ledger(table: &TransferTable, ledger: &Ledger) {
    for line in 0..ledger.line_count() {
        let found = ledger.line(line);
        if ledger.is_account(found.payer) {
            let _ = ledger.place(found.payer);
        }
        let _ = (ledger.place(found.payee), ledger.balance_before(line));
        let _ = table.get(found.source_idx);
        if let Some(lifo) = ledger.lifo() {
            let of_receipt = lifo.of_receipt(ledger, line, (0, u128::MAX));
            let _ = (lifo.of_payment(ledger, line).count(), of_receipt.count());
        }
    }
    for place in 0..ledger.place_count() {
        let _ = (ledger.name(table, place).len(), ledger.closing_balance(place));
        let _ = (ledger.payments(place).iter().count(), ledger.receipts(place).iter().count());
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    let eight: [u8; 8] = bytes[at..at + 8].try_into().expect("eight bytes");
    usize::try_from(u64::from_le_bytes(eight)).expect("small")
}

/// Writes checksums anew.
fn seal(bytes: &mut [u8]) {
    let end = bytes.len() - BLOCK;
    let to = number(bytes, end + 16);
    let blocks = bytes[..to].chunks(1 << 16);
    let sums: Vec<u8> = blocks.flat_map(|part| crc32fast::hash(part).to_le_bytes()).collect();
    bytes[to..to + sums.len()].copy_from_slice(&sums);
    let checksum = crc32fast::hash(&bytes[to..end]);
    bytes[end + 24..end + 28].copy_from_slice(&checksum.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[end..end + 60]);
    bytes[end + 60..].copy_from_slice(&checksum.to_le_bytes());
}
