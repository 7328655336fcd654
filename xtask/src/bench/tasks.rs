//! What is run on each ledger, in turn.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::options::Peer;

/// What is compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Held,
    Reached,
    Imported,
    ImportedText,
}

impl Group {
    pub(crate) const ALL: [Self; 4] =
        [Self::Held, Self::Reached, Self::Imported, Self::ImportedText];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Held => "Where the money of one transfer is, under `fifo`",
            Self::Reached => "What can be reached from one transfer",
            Self::Imported => "Import of the Parquet file",
            Self::ImportedText => "Import of the same ledger as CSV",
        }
    }
}

/// One program with what it is asked.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) id: &'static str,
    pub(crate) group: Group,
    /// How tables name it.
    pub(crate) shown: &'static str,
    /// Whose program it is; `None` for Caudal.
    pub(crate) peer: Option<Peer>,
}

/// The engine's own questions; its figures stand in more than one table.
pub(crate) const ENGINE: &str = "engine";

/// Ledgers up to this size are also imported as text: larger files only repeat what these show.
pub(crate) const TEXT_MAX: u64 = 10_000_000;

macro_rules! task {
    ($id:literal, $group:ident, $shown:literal, $peer:expr) => {
        Task { id: $id, group: Group::$group, shown: $shown, peer: $peer }
    };
}

/// In the order in which they take turns. The first of each group is what the others are measured by.
pub(crate) const TASKS: &[Task] = &[
    task!("trace-file", Held, "`caudal trace` of the file", None),
    task!("accountant", Held, "pandas, lots by account", Some(Peer::Accountant)),
    task!("expose-file", Reached, "`caudal trace --rule poison` of the file", None),
    task!("reachability", Reached, "DuckDB, recursive query", Some(Peer::Reachability)),
    task!("raphtory", Reached, "Raphtory, temporally reachable nodes", Some(Peer::Raphtory)),
    task!("import", Imported, "`caudal import`", None),
    // Asks the case that the line above left.
    task!("trace-case", Held, "`caudal trace` of a case that holds it", None),
    task!("import-duckdb", Imported, "DuckDB: read, sort, store", Some(Peer::Import)),
    task!("import-csv", ImportedText, "`caudal import`", None),
    task!("import-csv-duckdb", ImportedText, "DuckDB: read, sort, store", Some(Peer::Import)),
];

/// The transfers that are asked about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    pub(crate) widest: String,
    pub(crate) middle: String,
}

/// Where everything lies.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The folder of the built programs.
    pub(crate) release: PathBuf,
    /// The folder of the peers' scripts.
    pub(crate) peers: PathBuf,
    pub(crate) python: PathBuf,
    /// The folder of this run.
    pub(crate) work: PathBuf,
}

impl Places {
    pub(crate) fn ledger(&self, size: u64, ending: &str) -> PathBuf {
        self.work.join(format!("{size}.{ending}"))
    }

    pub(crate) fn case(&self) -> PathBuf {
        self.work.join("run.caudal")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.work.join("run.duckdb")
    }

    fn program(&self, name: &str, words: &[&str]) -> Vec<OsString> {
        let program = self.release.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        let words = words.iter().map(OsString::from);
        std::iter::once(program.into_os_string()).chain(words).collect()
    }

    pub(crate) fn caudal(&self, words: &[&str]) -> Vec<OsString> {
        self.program("caudal", words)
    }

    pub(crate) fn bench(&self, words: &[&str]) -> Vec<OsString> {
        self.program("caudal-bench", words)
    }

    fn script(&self, name: &str, words: &[&str]) -> Vec<OsString> {
        let script = self.peers.join(name).into_os_string();
        let head = [self.python.clone().into_os_string(), script];
        head.into_iter().chain(words.iter().map(OsString::from)).collect()
    }

    /// The command line of a task.
    pub(crate) fn command(&self, task: &str, size: u64, origins: &Origins) -> Vec<OsString> {
        let (parquet, text) = (self.ledger(size, "parquet"), self.ledger(size, "csv"));
        let (case, database) = (self.case(), self.database());
        let [parquet, text, case, database] = [&parquet, &text, &case, &database].map(|p| shown(p));
        let (widest, middle) = (origins.widest.as_str(), origins.middle.as_str());
        let from_widest = format!("transfer:{widest}");
        let from_middle = format!("transfer:{middle}");
        match task {
            "trace-file" => {
                self.caudal(&["trace", &parquet, "--from", &from_widest, "--rule", "fifo"])
            }
            "trace-case" => {
                self.caudal(&["trace", &case, "--from", &from_widest, "--rule", "fifo"])
            }
            "expose-file" => {
                self.caudal(&["trace", &parquet, "--from", &from_middle, "--rule", "poison"])
            }
            "import" => self.caudal(&["import", &case, &parquet]),
            "import-csv" => self.caudal(&["import", &case, &text]),
            "accountant" => self.script("accountant.py", &[&parquet, widest]),
            "reachability" => self.script("reachability.py", &[&parquet, middle]),
            "raphtory" => self.script("raphtory_reach.py", &[&parquet, middle]),
            "import-duckdb" => self.script("import.py", &[&parquet, &database]),
            "import-csv-duckdb" => self.script("import.py", &[&text, &database]),
            _ => self.bench(&["questions", "--ledger", &parquet, "--sweeps", "3"]),
        }
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_a_command_of_its_own_and_caudal_is_first_in_each_group() {
        let places = Places {
            release: "r".into(),
            peers: "p".into(),
            python: "python".into(),
            work: "w".into(),
        };
        let origins = Origins { widest: "t1".to_owned(), middle: "t2".to_owned() };
        let engine = places.command(ENGINE, 5, &origins);
        let mut commands: Vec<_> =
            TASKS.iter().map(|task| places.command(task.id, 5, &origins)).collect();
        assert!(!commands.contains(&engine), "no task falls through to the engine");
        commands.sort();
        commands.dedup();
        assert_eq!(commands.len(), TASKS.len());
        for group in Group::ALL {
            let first = TASKS.iter().find(|task| task.group == group).expect("a task");
            assert_eq!(first.peer, None, "{}", group.title());
        }
    }
}
