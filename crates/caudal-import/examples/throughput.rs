//! Reads a file in one of four ways, to be timed from outside:
//! `throughput import|csv|digest|lines FILE`.
#![expect(clippy::print_stdout, reason = "a measuring tool for developers")]

use std::ops::ControlFlow;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, way, path] = &arguments[..] else {
        println!("throughput import|csv|digest|lines FILE");
        return;
    };
    #[expect(clippy::disallowed_methods, reason = "a measuring tool for developers")]
    let bytes = std::fs::read(path).expect("a readable file");
    let count = match way.as_str() {
        "import" => {
            let read =
                caudal_import::read_transfers(path, &bytes, &mut |_| ControlFlow::Continue(()));
            for problem in read.problems.iter().take(5) {
                println!("{problem:?}");
            }
            read.value.len()
        }
        "csv" => {
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            let mut record = csv::ByteRecord::new();
            let mut count = 0;
            while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
                count += 1;
            }
            count
        }
        "digest" => caudal_import::digest(&bytes).len(),
        _ => bytes.split(|&byte| byte == b'\n').count(),
    };
    println!("{count}");
}
