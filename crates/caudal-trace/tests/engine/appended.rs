//! Traces over a ledger that rows were appended to, against traces over the ledger of all rows.

use std::sync::Arc;

use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap};
use caudal_ledger::{Ledger, LedgerView, NO_PLACE, PlaceIdx, PlaceKind, SameDay, write_ledger};
use caudal_model::TransferTable;
use caudal_testkit::random::{Rng, Shape};
use caudal_testkit::slow::SlowCase;
use caudal_trace::{Question, Rule, Target, Trace, Tracer, received, unwatched};

use crate::seeds;
use crate::world::{Sequence, World};

/// A case built, and the same put together in parts.
struct Both {
    built: World,
    appended: Ledger,
}

impl Both {
    fn new(case: &SlowCase, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        // The base, then the others, of which some are dated back.
        let part_of: Vec<u64> =
            case.transfers.iter().map(|_| rng.below(4).saturating_sub(1)).collect();
        let mut rows: Vec<usize> = (0..case.transfers.len()).collect();
        rows.sort_by_key(|&row| part_of[row]);
        let ends = (0..3).map(|part| part_of.iter().filter(|&&of| of <= part).count());
        let built = World::of_rows(case, &rows, Sequence::Absent, SameDay::AsListed);
        let appended = in_parts(&built, &ends.collect::<Vec<_>>(), seed.is_multiple_of(2));
        Self { built, appended }
    }
}

/// Builds the ledger of the first rows, through a file if wanted, and appends the others.
fn in_parts(world: &World, ends: &[usize], is_stored: bool) -> Ledger {
    let (openings, options) = world.built_with();
    let push = |table: &mut TransferTable, end: usize| {
        for row in table.len()..end {
            let row = world.table.get(u32::try_from(row).expect("few"));
            table.push(&row).expect("ids differ");
        }
    };
    let mut table = TransferTable::default();
    push(&mut table, ends[0]);
    let mut ledger = Ledger::build(&table, &openings, &options).expect("it can be built");
    if is_stored {
        let file = tempfile::tempfile().expect("a disk");
        let mut writer = ColumnFileWriter::new(file, [0; 32]).expect("a disk");
        table.store(&mut writer).expect("a disk");
        write_ledger((&table, &openings), &options, &mut writer, &mut || true).expect("a disk");
        let map = FileMap::of_file(&writer.finish().expect("a disk")).expect("a file");
        let mut file = ColumnFile::new(map).expect("it is whole");
        table = TransferTable::default();
        table.store(&mut file).expect("it is whole");
        ledger = Ledger::read(&mut file, &table, openings.len()).expect("it is whole");
        ledger.read_lifo(&mut file).expect("it is whole");
    }
    for &end in &ends[1..] {
        push(&mut table, end);
        let appended = Arc::new(ledger).append(&table, &openings, &options);
        ledger = appended.expect("it can be appended");
    }
    assert_eq!(ledger.lifo().is_some(), is_stored);
    ledger
}

/// A place without its number.
fn name(world: &World, ledger: &Ledger, place: PlaceIdx) -> (String, PlaceKind, &'static str) {
    let found = ledger.place(place);
    (ledger.name(&world.table, place).to_owned(), found.kind, found.currency.code())
}

/// A trace without numbers of places, and what places received.
fn told(
    world: &World,
    ledger: &Ledger,
    (question, rule): (&Question, Rule),
    trace: &Trace,
) -> String {
    let name = |place| name(world, ledger, place);
    let endings = trace.endings.iter().map(|ending| {
        format!(
            "{:?} {:?} {:?} {:?} {:?}\n",
            ending.kind,
            name(ending.place),
            ending.amounts,
            ending.origin_units,
            ending.carried
        )
    });
    let rests = trace
        .rests
        .iter()
        .map(|(kind, place, rest)| format!("{kind:?} {:?} {rest:?}\n", name(*place)));
    let all = received(ledger, question, rule, trace);
    let received =
        all.iter().map(|one| format!("{:?} {} {:?}\n", name(one.place), one.gross, one.distinct));
    let mut by_place: Vec<String> = endings.chain(rests).chain(received).collect();
    by_place.sort();
    let lines = trace.lines.iter().map(|line| {
        format!(
            "{} {} {:?} {:?}\n",
            line.line,
            line.whole,
            trace.cells_of(line),
            trace.fragments_of(line)
        )
    });
    let lines: String = lines.collect();
    let rest = (&trace.origins, &trace.starts, trace.is_cut, trace.rounding_worst);
    format!("{rest:?}\n{lines}{}", by_place.concat())
}

const FORWARD: [&str; 10] = [
    "fifo",
    "lifo",
    "pro-rata",
    "poison",
    "libr",
    "libr:fifo",
    "libr:lifo",
    "difo",
    "difo:fifo",
    "difo:lifo",
];

fn check_forward(both: &Both, question: &Question) -> usize {
    let mut lines = 0;
    for rule in FORWARD {
        let rule: Rule = rule.parse().expect("a rule");
        let trace = |ledger: &Ledger| {
            let trace = Tracer::new(ledger).forward(question, rule, &mut unwatched);
            let trace = trace.expect("nobody stops it").expect("the rule traces");
            (told(&both.built, ledger, (question, rule), &trace), trace.lines.len())
        };
        let (built, appended) = (trace(&both.built.ledger), trace(&both.appended));
        assert_eq!(appended.0, built.0, "{rule:?}");
        lines += built.1;
    }
    lines
}

/// Compositions of every line and of every balance.
fn check_backward(both: &Both) {
    let (built, appended) = (&both.built.ledger, &both.appended);
    let place_of = |place: PlaceIdx| {
        let wanted = name(&both.built, built, place);
        let mut places = 0..appended.place_count();
        places.find(|&place| name(&both.built, appended, place) == wanted).unwrap_or(NO_PLACE)
    };
    let accounts = (0..built.place_count()).filter(|&place| built.is_account(place));
    let balances = accounts.map(|place| (Target::Balance(place), Target::Balance(place_of(place))));
    let lines = (0..built.line_count()).map(|line| (Target::Line(line), Target::Line(line)));
    let targets: Vec<_> = lines.chain(balances).collect();
    for rule in [Rule::Fifo, Rule::Lifo, Rule::ProRata, Rule::Poison] {
        let (one, other) = (Tracer::new(appended), Tracer::new(built));
        for &(of_built, of_appended) in &targets {
            let expected = caudal_trace::backward(&other, of_built, rule).expect("a composition");
            let found = caudal_trace::backward(&one, of_appended, rule).expect("a composition");
            assert_eq!(found, expected, "{rule:?} {of_built:?}");
        }
    }
}

fn check(shape: &Shape, seeds: std::ops::Range<u64>) -> usize {
    let mut lines = 0;
    for seed in seeds {
        caudal_testkit::random::announced(seed, shape, |random| {
            let both = Both::new(&random.case, seed);
            lines += check_forward(&both, &both.built.question(&random.origins));
            check_backward(&both);
        });
    }
    lines
}

#[test]
fn traces_over_appended_rows_are_those_over_the_ledger_built_of_all() {
    let lines = check(&seeds::plain(), 0..150);
    assert!(lines > 5_000, "{lines} traced lines");
    check(&seeds::short(), 0..150);
}

#[test]
fn so_are_traces_behind_conversions_and_at_a_frontier() {
    check(&seeds::converting(), 0..150);
    check(&seeds::with_frontier(), 0..80);
}
