//! A slow case written as evidence files into a folder, and opened there.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use caudal::{Case, SameDay};
use caudal_model::is_outside;
use caudal_testkit::random;
use caudal_testkit::slow::{SlowCase, SlowTransfer};

/// A case in a folder, opened.
pub(crate) struct World {
    /// The ledger, with a label for all money from outside and a currency for every place.
    pub(crate) slow: SlowCase,
    pub(crate) case: Case,
    /// The order of lines of one day, where no sequence is stated.
    pub(crate) same_day: SameDay,
    files: BTreeMap<String, Vec<String>>,
    /// Goes with the world.
    _folder: tempfile::TempDir,
}

/// Sequences are stated.
pub(crate) const STATED: bool = true;

const CODES: [&str; 4] = ["USD", "MXN", "EUR", "GBP"];

impl World {
    /// The case in its own order; `Err` says why its ledger cannot be written.
    pub(crate) fn new(case: &SlowCase) -> Result<Self, String> {
        Self::written(case, STATED, |rows| rows)
    }

    /// The case with its rows of transfers arranged anew. Without sequences the rows are the order.
    pub(crate) fn written(
        case: &SlowCase,
        has_sequence: bool,
        arrange: impl FnOnce(Vec<String>) -> Vec<String>,
    ) -> Result<Self, String> {
        let slow = complete(case)?;
        let (transfers, openings) = random::to_csv(&slow, has_sequence);
        let mut rows = transfers.lines().map(str::to_owned);
        let header = rows.next().ok_or("no header")?;
        let rows = [header].into_iter().chain(arrange(rows.collect())).collect();
        let mut files = BTreeMap::from([("transfers.csv".to_owned(), rows)]);
        if !slow.openings.is_empty() {
            let rows = openings.lines().map(str::to_owned).collect();
            files.insert("openings.csv".to_owned(), rows);
        }
        if !slow.frontier.is_empty() {
            let missing = slow.frontier.iter().map(|account| format!("{account},missing"));
            let rows = ["account,statement".to_owned()].into_iter().chain(missing).collect();
            files.insert("accounts.csv".to_owned(), rows);
        }
        Self::of_files(slow, files)
    }

    fn of_files(slow: SlowCase, files: BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        for (name, rows) in &files {
            let text = rows.join("\n") + "\n";
            std::fs::write(folder.path().join(name), text).map_err(|error| error.to_string())?;
        }
        let case = open(folder.path())?;
        Ok(Self { slow, case, same_day: SameDay::AsListed, files, _folder: folder })
    }

    /// The cells of a row of a file, the header being row 1; nothing if there is no such row.
    pub(crate) fn row(&self, file: &str, row: u64) -> Option<Vec<&str>> {
        let at = usize::try_from(row).ok()?.checked_sub(1).filter(|&at| at > 0)?;
        Some(self.files.get(file)?.get(at)?.split(',').collect())
    }

    /// The transfer with an id, deposits of several parts written apart.
    pub(crate) fn transfer(&self, id: &str) -> SlowTransfer {
        let split = self.slow.with_parts_split();
        let found = split.transfers.into_iter().find(|transfer| transfer.id == id);
        found.unwrap_or_else(|| panic!("there is a transfer {id}"))
    }

    /// The ids under which a transfer stands in the file: one for each of its parts.
    pub(crate) fn ids(&self, id: &str) -> Vec<String> {
        let found = self.slow.transfers.iter().find(|transfer| transfer.id == id);
        let one =
            SlowCase { transfers: found.cloned().into_iter().collect(), ..SlowCase::default() };
        one.with_parts_split().transfers.into_iter().map(|transfer| transfer.id).collect()
    }

    /// Whether a transfer is an origin's entry into the ledger.
    pub(crate) fn enters(&self, id: &str) -> bool {
        self.slow.transfers.iter().any(|t| t.id == id && !self.slow.is_account(&t.payer))
    }
}

fn open(folder: &Path) -> Result<Case, String> {
    let case = Case::open(folder, None, &mut |_| ControlFlow::Continue(()));
    case.map_err(|error| format!("{error}: {:?}", error.problems))
}

/// The case with every label and currency that the files need.
fn complete(case: &SlowCase) -> Result<SlowCase, String> {
    let mut case = case.clone();
    for transfer in &mut case.transfers {
        if is_outside(&transfer.payer) && transfer.parts.is_empty() {
            transfer.parts = vec![(transfer.payer.clone(), transfer.amount)];
        }
    }
    if case.currencies.is_empty() && case.transfers.iter().any(|t| t.received.is_some()) {
        case.currencies = currencies(&case);
    }
    for transfer in case.transfers.iter().filter(|t| t.received.is_some()) {
        if transfer.parts.len() > 1 {
            return Err("a conversion of several parts".to_owned());
        }
        if case.currency(&transfer.payer) == case.currency(&transfer.payee) {
            return Err("a conversion into the same currency".to_owned());
        }
    }
    Ok(case)
}

/// A currency for each place: places between which money passes unconverted share one.
fn currencies(case: &SlowCase) -> BTreeMap<String, String> {
    let mut groups: Vec<BTreeSet<String>> = Vec::new();
    for transfer in &case.transfers {
        let ends = [transfer.payer.clone(), transfer.payee.clone()];
        let together = if transfer.received.is_none() { 2 } else { 1 };
        for some in ends.chunks(together) {
            let mut group: BTreeSet<String> = some.iter().cloned().collect();
            groups.retain(|known| {
                let joins = !known.is_disjoint(&group);
                if joins {
                    group.extend(known.iter().cloned());
                }
                !joins
            });
            groups.push(group);
        }
    }
    let coded = groups.into_iter().zip(CODES);
    coded.flat_map(|(group, code)| group.into_iter().map(move |p| (p, code.to_owned()))).collect()
}

/// A case of files given as texts.
pub(crate) fn case_of(files: &[(&str, &str)]) -> Case {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    open(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}
