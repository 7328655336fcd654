//! Small good files, damaged at random: reading never panics, and every row read stands in the file.

use caudal_import::Imported;
use caudal_model::TransferTable;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::{HEADER, parquet_files, read};

/// A small generator of its own, so that a seed says everything.
struct Xorshift(u64);

impl Xorshift {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("below a usize")
    }
}

const PIECES: &[&[u8]] = &[
    b"\"",
    b",",
    b";",
    b"\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xf1",
    b"PAR1",
    b"-",
    b"9999999999999999999999999999999999999999999",
    b"id",
    b"2025-02-30",
    b"T24:00:00Z",
    b"1,5",
];

/// One to four damages: a byte changed, a piece put in, a stretch lost or doubled, the end cut.
fn damage(good: &[u8], random: &mut Xorshift) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let end = (at + random.below(20)).min(bytes.len());
        match random.below(6) {
            0 if !bytes.is_empty() => bytes[at] = random.next().to_le_bytes()[0],
            1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            2 => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            3 => drop(bytes.drain(at..end)),
            4 => {
                let stretch = bytes[at..end].to_vec();
                bytes.splice(at..at, stretch);
            }
            _ if random.below(4) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

/// Prints the seed if the test fails while it is alive.
struct SeedOnPanic(&'static str, u64);

impl Drop for SeedOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{} failed with seed {}", self.0, self.1);
        }
    }
}

fn run(name: &'static str, good: &[u8], rounds: u64, check: impl Fn(&[u8])) {
    for seed in 1..=rounds {
        let _seed = SeedOnPanic(name, seed);
        let mut random = Xorshift(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        check(&damage(good, &mut random));
    }
}

fn check_transfers(bytes: &[u8]) {
    let imported: Imported<TransferTable> = read(bytes);
    // No row can take less than a bit, however well it is packed; lines take a byte or more.
    let row_highest = bytes.len() as u64 * 8 + 1;
    for transfer in imported.value.iter() {
        assert!((1..=row_highest).contains(&transfer.source.row), "{transfer:?}");
        assert!(!transfer.id.is_empty() && !transfer.payer.is_empty());
    }
    for problem in &imported.problems {
        assert!(problem.row.is_none_or(|row| (1..=row_highest).contains(&row)), "{problem:?}");
    }
    assert!(imported.value.len() + imported.problems.len() > 0, "silence about {bytes:?}");
}

fn good_csv() -> String {
    format!(
        "{HEADER},label,received_amount,received_currency,sequence,reverses\n\
        t1,2025-04-03,@victim,A,1204.50,USD,V,,,1,\n\
        t2,2025-04-03T10:15:00Z,A,\"B \"\"x\"\", Ltd\",10,USD,,180.5,MXN,2,\n\
        t3,2025-04-04,B,Muñoz,3.001,KWD,,,,3,t1\n"
    )
}

#[test]
fn damaged_csv_never_panics() {
    run("csv", good_csv().as_bytes(), 6000, check_transfers);
}

#[test]
fn damaged_utf_16_never_panics() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(good_csv().encode_utf16().flat_map(u16::to_le_bytes));
    run("utf-16", &bytes, 3000, check_transfers);
}

#[test]
fn damaged_parquet_never_panics() {
    let codecs = [Compression::UNCOMPRESSED, Compression::SNAPPY];
    for (codec, has_dictionary) in codecs.into_iter().zip([true, false]) {
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_dictionary_enabled(has_dictionary)
            .build();
        let good = parquet_files::write(vec![parquet_files::plain_columns()], properties);
        run("parquet", &good, 2000, check_transfers);
    }
}

#[test]
fn damaged_lists_never_panic() {
    let openings = b"account,currency,amount,label\nA,USD,5.00,V\nB,MXN,7,\n";
    run("openings", openings, 3000, |bytes| {
        let read = caudal_import::read_openings("openings.csv", bytes);
        assert!(read.value.iter().all(|lot| (1..=bytes.len() as u64).contains(&lot.row)));
    });
    let accounts = b"account,statement,institution,country\nA,held,X,MX\nB,missing,,\n";
    run("accounts", accounts, 3000, |bytes| {
        let read = caudal_import::read_accounts("accounts.csv", bytes);
        assert!(read.value.iter().all(|row| (1..=bytes.len() as u64).contains(&row.row)));
    });
}
