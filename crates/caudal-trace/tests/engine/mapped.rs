//! A ledger that is mapped from its file gives what the ledger in memory gives, to the byte.

use std::fmt::Write as _;

use caudal_columns::{ColumnFile, ColumnFileWriter, FileMap};
use caudal_ledger::{Ledger, LedgerView, LifoIndex};
use caudal_model::{EvidenceFile, TransferTable};
use caudal_trace::{Question, Rule, Seed, Tracer, unwatched};

use crate::compare::RULES;
use crate::seeds::{self, each};
use crate::world::World;

/// The table and the ledger of a world, through the bytes of a file.
fn through_a_file(world: &World) -> (TransferTable, Ledger) {
    let (mut table, mut ledger) = (world.table.clone(), world.ledger.clone());
    let mut lifo = LifoIndex::build(&ledger);
    table.files.push(EvidenceFile::default());
    let openings = 1000;
    let mut writer = ColumnFileWriter::new(Vec::new(), [0; 32]).expect("memory");
    table.store(&mut writer).expect("memory");
    ledger.write(&mut writer).expect("memory");
    lifo.store(&mut writer).expect("memory");
    let bytes = writer.finish().expect("memory");
    let mut file = ColumnFile::new(FileMap::of_bytes(&bytes).expect("memory")).expect("whole");
    let mut table = TransferTable::default();
    table.store(&mut file).expect("it was written now");
    let mut ledger = Ledger::read(&mut file, &table, openings).expect("it was written now");
    ledger.read_lifo(&mut file).expect("it was written now");
    assert!(table.is_sound() && ledger.is_sound(&table, openings));
    (table, ledger)
}

/// Everything that the rules say about a question, and what every line and balance is made of.
fn told(ledger: &Ledger, question: &Question) -> String {
    let tracer = Tracer::new(ledger);
    let mut told = String::new();
    for rule in RULES {
        let parsed: Rule = rule.parse().expect("a rule");
        let trace = tracer.forward(question, parsed, &mut unwatched);
        writeln!(told, "{rule} {trace:?}").expect("a text takes everything");
    }
    for rule in [Rule::Fifo, Rule::Lifo, Rule::ProRata] {
        for line in 0..ledger.line_count() {
            let found = caudal_trace::backward(&tracer, caudal_trace::Target::Line(line), rule);
            writeln!(told, "{rule} {line} {found:?}").expect("a text takes everything");
        }
    }
    told
}

#[test]
fn a_mapped_ledger_gives_what_the_ledger_in_memory_gives() {
    let shapes = [
        (seeds::plain(), 60),
        (seeds::converting(), 40),
        (seeds::with_births(), 40),
        (seeds::with_frontier(), 40),
        (seeds::with_reversals(), 40),
    ];
    for (shape, count) in shapes {
        each(&shape, 0..count, |world, random| {
            if !world.ledger.is_storable() {
                return;
            }
            let question = world.question(&random.origins);
            let (table, mapped) = through_a_file(world);
            let rows = table.iter().zip(world.table.iter());
            rows.for_each(|(mapped, row)| assert_eq!(mapped, row));
            assert_eq!(told(&mapped, &question), told(&world.ledger, &question));
        });
    }
}

/// Chunks that a sweep reads are the lines, in memory and mapped.
#[test]
fn chunks_are_the_lines() {
    each(&seeds::converting(), 0..60, |world, _| {
        let (_, mapped) = through_a_file(world);
        for ledger in [&world.ledger, &mapped] {
            let (mut chunk, mut amounts) = Default::default();
            let half = ledger.line_count() / 2;
            for lines in [0..half, half..ledger.line_count()] {
                ledger.chunk(lines.clone(), &mut chunk);
                assert!(ledger.chunk_amounts(lines.clone(), &mut amounts), "they are small");
                for (at, line) in lines.enumerate() {
                    let found = ledger.line(line);
                    let before = ledger.balance_before(line);
                    let empties = ledger.is_account(found.payer) && before == found.paid;
                    let ends = (chunk.payer[at], chunk.payee[at], chunk.empties[at]);
                    assert_eq!(ends, (found.payer, found.payee, u8::from(empties)));
                    let money = (amounts.paid[at], amounts.balance_before[at]);
                    assert_eq!((u128::from(money.0), u128::from(money.1)), (found.paid, before));
                }
            }
        }
    });
}

/// A question of one origin from outside, of every kind of amount that a column may hold.
#[test]
fn sweeps_give_the_figures_of_wide_amounts_too() {
    for factor in [1u128, (1 << 33) + 1, (1 << 53) + 1, (1 << 66) + 1] {
        each(&seeds::plain(), 0..25, |_, random| {
            let world = World::new(&crate::reshape::scaled(&random.case, factor));
            let (_, mapped) = through_a_file(&world);
            let ledger = &world.ledger;
            let from_outside = |&line: &u32| !ledger.is_account(ledger.payer(line));
            let Some(line) = (0..ledger.line_count()).find(from_outside) else { return };
            let currency = caudal_trace::source_currency(ledger, line);
            let origin = caudal_trace::Origin { label: "V".to_owned(), currency };
            let seed = Seed { line, lo: 0, hi: ledger.paid(line), origin: 0 };
            let mut question = Question::new(vec![origin], vec![seed]);
            question.keep_lines = false;
            assert_eq!(told(&mapped, &question), told(ledger, &question));
        });
    }
}
