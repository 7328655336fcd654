//! Writes the statements of a generated world into a folder: `world SEED FOLDER [FAULTS [HIDDEN]]`.

use caudal_testkit::worlds::{WorldOptions, generate};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| args.get(at).and_then(|text| text.parse::<u64>().ok());
    let folder = std::path::PathBuf::from(args.get(1).map_or("world", String::as_str));
    let world = generate(&WorldOptions {
        seed: number(0).unwrap_or(1),
        faults: usize::try_from(number(2).unwrap_or(0)).unwrap_or(0),
        hidden_percent: u8::try_from(number(3).unwrap_or(0)).unwrap_or(0),
        ..WorldOptions::default()
    });
    std::fs::create_dir_all(&folder).expect("a writable folder");
    for file in &world.files {
        std::fs::write(folder.join(&file.name), &file.bytes).expect("a writable folder");
    }
}
