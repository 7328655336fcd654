//! What cannot be appended, and how much is looked at.

use std::sync::Arc;

use caudal_ledger::{
    AppendFault, BuildAnew, BuildLedgerError, Ledger, LedgerOptions, LedgerView, Overdraft, SameDay,
};
use caudal_model::{Moment, Money, SourceRef, Thing, Transfer, TransferTable};

use crate::parts::{mapped, money};
use crate::same::{Seen, assert_same};

/// A row with little to say.
struct Row<'a> {
    day: i32,
    payer: &'a str,
    payee: &'a str,
    money: Money,
    nanos: Option<u64>,
    sequence: Option<u64>,
    reverses: Option<&'a str>,
}

fn row<'a>(day: i32, payer: &'a str, payee: &'a str, minor: u128) -> Row<'a> {
    let money = money(minor, "USD");
    Row { day, payer, payee, money, nanos: None, sequence: None, reverses: None }
}

fn push(table: &mut TransferTable, row: &Row<'_>) {
    let id = format!("t{}", table.len());
    let pushed = table.push(&Transfer {
        id: &id,
        moment: Moment { day: row.day, nanos: row.nanos },
        payer: row.payer,
        payee: row.payee,
        thing: Thing::Money(row.money),
        received: None,
        label: None,
        sequence: row.sequence,
        reverses: row.reverses,
        source: SourceRef { file_idx: 0, part: 0, row: 1 },
    });
    pushed.expect("ids differ");
}

fn table(rows: &[Row<'_>]) -> TransferTable {
    let mut table = TransferTable::default();
    for row in rows {
        push(&mut table, row);
    }
    table
}

fn built(table: &TransferTable, options: &LedgerOptions) -> Arc<Ledger> {
    Arc::new(Ledger::build(table, &[], options).expect("it can be built"))
}

/// Why a row cannot be appended to three plain rows.
fn fault_of(added: &Row<'_>, options: &LedgerOptions) -> Option<AppendFault> {
    let rows = [row(1, "@in", "A", 100), row(5, "A", "B", 60), row(9, "B", "@out", 30)];
    let mut table = table(&rows);
    let ledger = built(&table, options);
    push(&mut table, added);
    ledger.append(&table, &[], options).err()
}

#[test]
fn what_may_move_lines_that_no_row_touches_is_refused() {
    let plain = LedgerOptions::default();
    let anew = |reason| Some(AppendFault::BuildAnew(reason));
    let added = || row(3, "@in", "B", 7);
    assert_eq!(fault_of(&added(), &plain), None);
    assert_eq!(fault_of(&Row { nanos: Some(4), ..added() }, &plain), anew(BuildAnew::Order));
    assert_eq!(fault_of(&Row { sequence: Some(4), ..added() }, &plain), anew(BuildAnew::Order));
    let returned = Row { reverses: Some("t0"), ..row(10, "A", "@in", 100) };
    assert_eq!(fault_of(&returned, &plain), anew(BuildAnew::Reversals));
    let kept = LedgerOptions { keep_reversals: true, ..plain.clone() };
    assert_eq!(fault_of(&returned, &kept), None);
    let same_day = LedgerOptions { same_day: SameDay::CreditsFirst, ..plain.clone() };
    assert_eq!(fault_of(&added(), &same_day), anew(BuildAnew::Order));
    let birth = LedgerOptions { overdraft: Overdraft::Birth, ..plain.clone() };
    assert_eq!(fault_of(&added(), &birth), anew(BuildAnew::Policy));
    let until = LedgerOptions { until_day: Some(6), ..plain.clone() };
    assert_eq!(fault_of(&added(), &until), anew(BuildAnew::Policy));
    let huge = Row { money: money(1 << 85, "USD"), ..added() };
    let too_large = Some(AppendFault::Ledger(BuildLedgerError::TooLarge));
    assert_eq!(fault_of(&huge, &plain), too_large);
}

#[test]
fn the_sum_is_refused_where_building_refuses_it() {
    let plain = LedgerOptions::default();
    let half = |exponent: u32| money(1u128 << exponent, "USD");
    let mut table = table(&[Row { money: half(83), ..row(1, "@in", "A", 0) }]);
    let ledger = built(&table, &plain);
    push(&mut table, &Row { money: half(83), ..row(2, "@in", "B", 0) });
    assert!(ledger.append(&table, &[], &plain).is_ok());
    push(&mut table, &Row { money: half(84), ..row(3, "@in", "B", 0) });
    let appended = ledger.append(&table, &[], &plain).map(|_| ());
    let anew = Ledger::build(&table, &[], &plain).map(|_| ());
    assert_eq!(anew, Err(BuildLedgerError::TooLarge));
    assert_eq!(appended, Err(AppendFault::Ledger(BuildLedgerError::TooLarge)));
}

#[test]
fn another_table_is_refused() {
    let plain = LedgerOptions::default();
    let ledger = built(&table(&[row(1, "@in", "A", 5), row(1, "@in", "B", 5)]), &plain);
    let shorter = table(&[row(1, "@in", "A", 5)]);
    let fault = ledger.append(&shorter, &[], &plain).err();
    assert_eq!(fault, Some(AppendFault::BuildAnew(BuildAnew::OtherTable)));
}

#[test]
fn places_of_a_name_stand_in_the_order_in_which_lines_mention_them() {
    let plain = LedgerOptions::default();
    let mut table = table(&[row(5, "@in", "A", 10), row(6, "A", "B", 4)]);
    let ledger = built(&table, &plain);
    let in_pesos = |day, payer, payee| Row { money: money(9, "MXN"), ..row(day, payer, payee, 0) };
    push(&mut table, &in_pesos(2, "A", "B"));
    push(&mut table, &in_pesos(7, "@in", "A"));
    let appended = ledger.append(&table, &[], &plain).expect("it can be appended");
    let codes = |ledger: &Ledger, name| -> Vec<_> {
        let places = ledger.places_named(&table, name).into_iter();
        places.map(|place| ledger.place(place).currency.code()).collect()
    };
    assert_eq!([codes(&ledger, "A"), codes(&ledger, "B")], [["USD"], ["USD"]]);
    assert_eq!([codes(&appended, "A"), codes(&appended, "B")], [["MXN", "USD"]; 2]);
    let built = built(&table, &plain);
    assert_same(Seen { table: &table, ledger: &appended }, Seen { table: &table, ledger: &built });
}

/// Accounts with so many lines each: paid in, and half of it out.
fn many(accounts: usize, lines: i32) -> TransferTable {
    let mut table = TransferTable::default();
    let names: Vec<String> = (0..accounts).map(|at| format!("A{at}")).collect();
    for day in 0..lines {
        for name in &names {
            push(&mut table, &row(day, "@in", name, 20));
            push(&mut table, &row(day, name, "@out", 10));
        }
    }
    table
}

#[test]
fn more_than_one_change_for_eight_lines_is_built_anew() {
    let plain = LedgerOptions::default();
    let mut table = many(10, 10);
    let ledger = built(&table, &plain);
    (0..4_096).for_each(|_| push(&mut table, &row(3, "@in", "@out", 1)));
    assert!(ledger.append(&table, &[], &plain).is_ok());
    push(&mut table, &row(3, "@in", "@out", 1));
    let fault = ledger.append(&table, &[], &plain).err();
    assert_eq!(fault, Some(AppendFault::BuildAnew(BuildAnew::TooMuch)));
    // One row that makes every payment behind it a loan.
    let mut table = TransferTable::default();
    for day in 0..6_000 {
        push(&mut table, &row(day, "@in", "A", 1));
        push(&mut table, &row(day, "A", "@out", 1));
    }
    let ledger = built(&table, &plain);
    push(&mut table, &row(-1, "A", "@out", 1));
    let fault = ledger.append(&table, &[], &plain).err();
    assert_eq!(fault, Some(AppendFault::BuildAnew(BuildAnew::TooMuch)));
}

#[test]
fn a_row_costs_what_its_accounts_do_behind_it_and_not_the_ledger() {
    let plain = LedgerOptions::default();
    let (accounts, days) = (30, 200);
    for is_mapped in [false, true] {
        let (mut table, ledger) = if is_mapped {
            mapped(many(accounts, days), &[], &plain)
        } else {
            let table = many(accounts, days);
            let ledger = Ledger::build(&table, &[], &plain).expect("it can be built");
            (table, ledger)
        };
        let ledger = Arc::new(ledger);
        let lines = u64::from(ledger.line_count());
        let steps = |table: &TransferTable| {
            let appended = ledger.append(table, &[], &plain).expect("it can be appended");
            let built = Ledger::build(table, &[], &plain).expect("it can be built");
            assert_same(Seen { table, ledger: &appended }, Seen { table, ledger: &built });
            appended.append_steps().expect("it was appended")
        };
        let of_account = 2 * u64::try_from(days).expect("positive");
        // Later: next to nothing, whatever the ledger is.
        push(&mut table, &row(days, "A1", "A2", 5));
        let later = steps(&table);
        assert!(later < 8 + u64::from(is_mapped) * 2 * of_account, "{later}");
        // Dated back to the first day: the lines of two accounts, and not those of thirty.
        push(&mut table, &row(0, "A1", "A2", 5));
        let dated_back = steps(&table);
        assert!(dated_back < 4 * of_account, "{dated_back}");
        assert!(dated_back * 5 < lines, "{dated_back} of {lines}");
        // More money alone needs no replay.
        push(&mut table, &row(0, "@in", "A7", 5));
        let paid_in = steps(&table);
        let matched = u64::from(is_mapped) * of_account;
        assert!(paid_in <= dated_back + matched + 8, "{paid_in} {dated_back}");
    }
}
