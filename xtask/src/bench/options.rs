//! What `cargo xtask bench` was asked for.

use std::path::PathBuf;

/// How the command is used.
pub(crate) const HELP: &str = "\
Usage: cargo xtask bench [options]

Builds the release binaries, makes a Python environment and one seeded ledger for each size, and runs
Caudal and other programs in turn on that ledger. Needs python3 on Linux or macOS; making the environment
needs the network.

  --sizes 1M,10M       transfers of each ledger [1M,10M,30M,100M]
  --peers a,b | none   accountant, reachability, raphtory, import [all]
  --runs N             runs of each program; medians are told [3]
  --seconds N          a program that takes longer is ended [600]
  --megabytes N        a program that holds more memory is ended [12000]
  --out FILE           where the page goes [docs/benchmarks.md]
  --work DIR           where ledgers and the environment go for the time of the run [target folder]
  --keep               leave them there
  --binaries DIR       programs that were built before, in place of building them

Example: cargo xtask bench --sizes 1M --peers accountant,raphtory --runs 1 --out bench.md

Caudal's engine alone, every rule: cargo run --release -p caudal-bench -- --transfers 1000000";

/// A program of others that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    Accountant,
    Reachability,
    Raphtory,
    Import,
}

impl Peer {
    pub(crate) const ALL: [Self; 4] =
        [Self::Accountant, Self::Reachability, Self::Raphtory, Self::Import];

    /// As it is typed.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Accountant => "accountant",
            Self::Reachability => "reachability",
            Self::Raphtory => "raphtory",
            Self::Import => "import",
        }
    }

    /// The packages that it is built from, by their names on the package index.
    pub(crate) const fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Accountant => &["pandas", "pyarrow"],
            Self::Reachability | Self::Import => &["duckdb"],
            Self::Raphtory => &["raphtory", "pyarrow"],
        }
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) sizes: Vec<u64>,
    pub(crate) peers: Vec<Peer>,
    pub(crate) runs: u32,
    pub(crate) seconds: u32,
    pub(crate) megabytes: u32,
    pub(crate) out: Option<PathBuf>,
    pub(crate) work: Option<PathBuf>,
    pub(crate) binaries: Option<PathBuf>,
    pub(crate) keeps: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sizes: vec![1_000_000, 10_000_000, 30_000_000, 100_000_000],
            peers: Peer::ALL.to_vec(),
            runs: 3,
            seconds: 600,
            megabytes: 12_000,
            out: None,
            work: None,
            binaries: None,
            keeps: false,
        }
    }
}

/// Reads the arguments.
pub(crate) fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut words = args.iter();
    while let Some(flag) = words.next() {
        if flag == "--keep" {
            options.keeps = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("`{flag}` needs a value\n\n{HELP}"))?;
        match flag.as_str() {
            "--sizes" => options.sizes = sizes(value)?,
            "--peers" => options.peers = peers(value)?,
            "--runs" => options.runs = number(flag, value)?,
            "--seconds" => options.seconds = number(flag, value)?,
            "--megabytes" => options.megabytes = number(flag, value)?,
            "--out" => options.out = Some(PathBuf::from(value)),
            "--binaries" => options.binaries = Some(PathBuf::from(value)),
            "--work" => options.work = Some(PathBuf::from(value)),
            _ => return Err(format!("unexpected argument `{flag}`\n\n{HELP}")),
        }
    }
    Ok(options)
}

fn number(flag: &str, value: &str) -> Result<u32, String> {
    let number = value.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| format!("`{flag}` needs a whole number from 1, not `{value}`"))
}

/// `1M,500k,20000` in ascending order.
fn sizes(value: &str) -> Result<Vec<u64>, String> {
    let mut sizes = value.split(',').map(size).collect::<Result<Vec<u64>, String>>()?;
    sizes.sort_unstable();
    sizes.dedup();
    Ok(sizes)
}

/// The smallest ledger that still has large payments in its second half.
const SIZE_MIN: u64 = 1_000;

fn size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_lowercase();
    let digits = lower.trim_end_matches(['k', 'm']);
    let unit = match &lower[digits.len()..] {
        "" => Some(1),
        "k" => Some(1_000),
        "m" => Some(1_000_000),
        _ => None,
    };
    let number: Option<u64> = digits.replace('_', "").parse().ok();
    let size = number.zip(unit).and_then(|(number, unit)| number.checked_mul(unit));
    let size = size.filter(|&size| size >= SIZE_MIN);
    size.ok_or_else(|| format!("`{text}` is no size from 1k: write 20k, 10M or 1000000"))
}

fn peers(value: &str) -> Result<Vec<Peer>, String> {
    match value {
        "none" => return Ok(Vec::new()),
        "all" => return Ok(Peer::ALL.to_vec()),
        _ => {}
    }
    let mut peers = Vec::new();
    for word in value.split(',') {
        let peer = Peer::ALL.into_iter().find(|peer| peer.id() == word.trim());
        let ids = Peer::ALL.map(Peer::id).join(", ");
        peers.push(peer.ok_or_else(|| format!("no peer `{word}`: there are {ids}"))?);
    }
    peers.sort_unstable();
    peers.dedup();
    Ok(peers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options, String> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&args)
    }

    #[test]
    fn without_arguments_everything_is_measured() {
        assert_eq!(parsed(""), Ok(Options::default()));
    }

    #[test]
    fn sizes_are_written_short_or_long_and_ascend() {
        let sizes = |line: &str| parsed(line).map(|options| options.sizes);
        assert_eq!(sizes("--sizes 10M,20k,1_000_000"), Ok(vec![20_000, 1_000_000, 10_000_000]));
        for wrong in ["", "M", "1G", "10", "1kk", "-1M", "1.5M", "99999999999999999999M"] {
            let args = ["--sizes".to_owned(), wrong.to_owned()];
            assert!(parse(&args).is_err_and(|reason| reason.contains("is no size")), "{wrong}");
        }
    }

    #[test]
    fn peers_are_all_none_or_some() {
        let peers = |line: &str| parsed(line).map(|options| options.peers);
        assert_eq!(peers("--peers none"), Ok(Vec::new()));
        assert_eq!(peers("--peers all"), Ok(Peer::ALL.to_vec()));
        let some = vec![Peer::Accountant, Peer::Raphtory];
        assert_eq!(peers("--peers raphtory,accountant,raphtory"), Ok(some));
        assert!(peers("--peers excel").is_err_and(|reason| reason.contains("accountant, ")));
    }

    #[test]
    fn numbers_are_whole_and_flags_are_known() {
        assert_eq!(parsed("--runs 5 --keep").map(|options| options.runs), Ok(5));
        assert!(parsed("--runs 0").is_err());
        assert!(parsed("--seconds").is_err());
        assert!(parsed("--transfers 5").is_err_and(|reason| reason.contains("unexpected")));
    }
}
