//! Delimited text as banks export it, in English and in Spanish, with lines around the table.

use super::detail::Detail;
use super::text::{Lines, signed_point, spanish};
use crate::worlds::World;
use crate::worlds::calendar;
use crate::worlds::sheets::{Line, Sheet};

/// Commas, points, ISO dates, UTF-8.
pub(super) fn write_english(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let account = &world.accounts[sheet.account];
    let mut lines = Lines::new("\n");
    let (from, to) = (calendar::iso(sheet.days.0), calendar::iso(sheet.days.1));
    lines.push(format!("Bank,{}", account.bank));
    lines.push(format!("Account,{}", account.key()));
    lines.push(format!("Account holder,{}", account.holder));
    lines.push(format!("Currency,{}", account.currency()));
    lines.push(format!("Period,{from} - {to}"));
    lines.push(format!("Opening balance,{}", signed_point(sheet.opening)));
    lines.push("");
    let head = "Date,Value date,Description,Amount,Balance,Reference";
    lines.push(
        head.to_owned()
            + if world.options.with_names { ",Counterparty,Counterparty account" } else { "" },
    );
    let rows = table(&mut lines, world, sheet, |line, detail| {
        [
            calendar::iso(line.day),
            calendar::iso(line.value_day),
            detail.description.clone(),
            signed_point(line.minor),
            signed_point(line.balance_after),
        ]
        .join(",")
            + &tail(world, detail, ",")
    });
    lines.push(format!("Closing balance,{}", signed_point(sheet.closing)));
    (lines.into_utf8(), rows)
}

/// Semicolons, decimal commas, dd/mm/yyyy, Windows-1252.
pub(super) fn write_spanish(world: &World, sheet: &Sheet) -> (Vec<u8>, Vec<u64>) {
    let account = &world.accounts[sheet.account];
    let mut lines = Lines::new("\r\n");
    let (from, to) = (calendar::spanish(sheet.days.0), calendar::spanish(sheet.days.1));
    lines.push(format!("Banco;{}", account.bank));
    lines.push(format!("Cuenta;{}", account.key()));
    lines.push(format!("Titular;{}", account.holder));
    lines.push(format!("Divisa;{}", account.currency()));
    lines.push(format!("Periodo;{from} - {to}"));
    lines.push(format!("Saldo inicial;{}", spanish(sheet.opening)));
    lines.push("");
    let head = "Fecha operación;Fecha valor;Concepto;Importe;Saldo;Referencia";
    lines.push(
        head.to_owned()
            + if world.options.with_names { ";Contrapartida;Cuenta contrapartida" } else { "" },
    );
    let rows = table(&mut lines, world, sheet, |line, detail| {
        [
            calendar::spanish(line.day),
            calendar::spanish(line.value_day),
            detail.description.clone(),
            spanish(line.minor),
            spanish(line.balance_after),
        ]
        .join(";")
            + &tail(world, detail, ";")
    });
    lines.push(format!("Saldo final;{}", spanish(sheet.closing)));
    (lines.into_windows_1252(), rows)
}

/// Reference, then name and account of the other side. A row has one reference: the end-to-end one,
/// else the bank's.
fn tail(world: &World, detail: &Detail, separator: &str) -> String {
    let reference = detail.end_to_end.as_ref().unwrap_or(&detail.bank_reference);
    if world.options.with_names {
        let (name, account) = (&detail.name, detail.account());
        format!("{separator}{reference}{separator}{name}{separator}{account}")
    } else {
        format!("{separator}{reference}")
    }
}

/// Writes the rows in the account's order; their numbers in the order of time.
fn table(
    lines: &mut Lines,
    world: &World,
    sheet: &Sheet,
    row: impl Fn(&Line, &Detail) -> String,
) -> Vec<u64> {
    let is_newest_first = world.accounts[sheet.account].is_newest_first;
    let mut order: Vec<&Line> = sheet.lines.iter().collect();
    if is_newest_first {
        order.reverse();
    }
    let write = |line: &&Line| lines.push(row(line, &Detail::of(world, line.entry)));
    let mut rows: Vec<u64> = order.iter().map(write).collect();
    if is_newest_first {
        rows.reverse();
    }
    rows
}
