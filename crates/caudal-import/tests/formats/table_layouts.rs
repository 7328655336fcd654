//! One known statement in hundreds of layouts, drawn by seed: each is read exactly, or what is
//! open is said. Never a wrong value.

use std::fmt::Write;

use caudal_import::{Evidence, Imported};
use caudal_model::{Decimal, Moment, ProblemCode};

use crate::support::{Xorshift, problems, read};

/// What happened, in whole cents.
struct Truth {
    opening: i64,
    entries: Vec<(i32, i64)>,
}

impl Truth {
    fn draw(random: &mut Xorshift) -> Self {
        let mut day = 20_000 + i32::try_from(random.below(400)).expect("small");
        let count = 1 + random.below(12);
        let entries = (0..count).map(|_| {
            day += i32::try_from(random.below(6)).expect("small");
            let size = [90, 9_000, 900_000, 90_000_000][random.below(4)];
            let whole = random.below(3) == 0;
            let cents = 1 + i64::try_from(random.below(size)).expect("small");
            let cents = if whole { cents * 100 } else { cents };
            (day, if random.below(2) == 0 { -cents } else { cents })
        });
        Self { opening: 123_456, entries: entries.collect() }
    }

    fn balances(&self) -> Vec<i64> {
        let mut balance = self.opening;
        let after = self.entries.iter().map(|(_, cents)| {
            balance += cents;
            balance
        });
        after.collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    Signed,
    Columns { negative: bool },
    Mark { debit: &'static str, credit: &'static str, heading: &'static str },
}

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a coin of the draw")]
struct Layout {
    spanish: bool,
    separator: char,
    date: usize,
    comma: bool,
    groups: bool,
    cents: bool,
    style: Style,
    balance: bool,
    newest_first: bool,
    preamble: usize,
    encoding: usize,
    two_dates: bool,
    quote_all: bool,
    sign: usize,
    /// The entry whose amount is no number.
    damaged: Option<usize>,
}

const STYLES: [Style; 7] = [
    Style::Signed,
    Style::Signed,
    Style::Columns { negative: false },
    Style::Columns { negative: true },
    Style::Mark { debit: "D", credit: "H", heading: "D/H" },
    Style::Mark { debit: "C", credit: "A", heading: "C/A" },
    Style::Mark { debit: "Cargo", credit: "Abono", heading: "Tipo" },
];

impl Layout {
    fn draw(random: &mut Xorshift) -> Self {
        let mut coin = || random.below(2) == 0;
        let (spanish, comma, groups, cents) = (coin(), coin(), coin(), coin() || coin());
        let (balance, newest_first, two_dates, quote_all) =
            (coin() || coin(), coin(), coin(), coin());
        Self {
            spanish,
            separator: [',', ';', '\t', '|'][random.below(4)],
            date: random.below(6),
            comma,
            groups,
            cents,
            style: STYLES[random.below(STYLES.len())],
            balance,
            newest_first,
            preamble: random.below(4),
            encoding: random.below(4),
            two_dates,
            quote_all,
            sign: random.below(4),
            damaged: None,
        }
    }

    fn date(&self, day: i32) -> String {
        let (year, month, day) = Moment { day, nanos: None }.civil();
        let names = if self.spanish {
            "ene feb mar abr may jun jul ago sep oct nov dic"
        } else {
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
        };
        let name = names.split(' ').nth(month as usize - 1).expect("a month");
        match self.date {
            0 => format!("{day:02}/{month:02}/{year}"),
            1 => format!("{month:02}/{day:02}/{year}"),
            2 => format!("{year}-{month:02}-{day:02}"),
            3 => format!("{day:02}.{month:02}.{:02}", year % 100),
            4 => format!("{day:02}-{name}-{year}"),
            _ => format!("{day}/{month}/{year} 10:15:00"),
        }
    }

    fn unsigned(&self, cents: i64) -> String {
        let cents = cents.abs();
        let mut whole = (cents / 100).to_string();
        if self.groups {
            let mut at = whole.len();
            while at > 3 {
                at -= 3;
                whole.insert(at, if self.comma { '.' } else { ',' });
            }
        }
        let mark = if self.comma { ',' } else { '.' };
        if self.cents || cents % 100 != 0 {
            format!("{whole}{mark}{:02}", cents % 100)
        } else {
            whole
        }
    }

    fn signed(&self, cents: i64) -> String {
        let text = self.unsigned(cents);
        match (cents < 0, self.sign) {
            (true, 0) => format!("{text}-"),
            (true, 1) => format!("({text})"),
            (true, 2) => format!("\u{2212}{text}")
                .replace('\u{2212}', if self.encoding == 1 { "-" } else { "\u{2212}" }),
            (true, _) => format!("-{text}"),
            (false, 3) => format!("+{text}"),
            (false, _) => text,
        }
    }

    fn columns(&self, random: &mut Xorshift) -> Vec<&'static str> {
        let mut columns = vec!["date", "text"];
        if self.two_dates {
            columns.push("value date");
        }
        match self.style {
            Style::Columns { .. } => columns.extend(["debit", "credit"]),
            Style::Signed => columns.push("amount"),
            Style::Mark { .. } => columns.extend(["amount", "mark"]),
        }
        if self.balance {
            columns.push("balance");
        }
        for idx in (1..columns.len()).rev() {
            columns.swap(idx, random.below(idx + 1));
        }
        columns
    }

    fn heading(&self, column: &str) -> &'static str {
        match (column, self.spanish) {
            ("date", true) => "Fecha Operación",
            ("date", false) => "Date",
            ("value date", true) => "F. Valor",
            ("value date", false) => "Value Date",
            ("text", true) => "Descripción",
            ("text", false) => "Description",
            ("debit", true) => "Cargos",
            ("debit", false) => "Paid out",
            ("credit", true) => "Abonos",
            ("credit", false) => "Paid in",
            ("amount", true) => "Importe",
            ("amount", false) => "Amount",
            ("balance", true) => "Saldo",
            ("balance", false) => "Running Balance",
            _ => match self.style {
                Style::Mark { heading, .. } => heading,
                _ => "",
            },
        }
    }

    fn cell(&self, column: &str, (day, cents): (i32, i64), balance: i64) -> String {
        match (column, self.style) {
            ("date", _) => self.date(day),
            ("value date", _) => self.date(day + 1),
            ("text", _) => "Compañía Ficticia, S.A.; 12".to_owned(),
            ("balance", _) if balance < 0 => format!("-{}", self.unsigned(balance)),
            ("balance", _) => self.unsigned(balance),
            ("debit", Style::Columns { negative }) if cents < 0 => {
                format!("{}{}", if negative { "-" } else { "" }, self.unsigned(cents))
            }
            ("credit", _) if cents > 0 => self.unsigned(cents),
            ("debit" | "credit", _) => String::new(),
            ("amount", Style::Signed) => self.signed(cents),
            ("amount", _) => self.unsigned(cents),
            (_, Style::Mark { debit, credit, .. }) => {
                (if cents < 0 { debit } else { credit }).to_owned()
            }
            _ => String::new(),
        }
    }

    fn push(&self, text: &mut String, cells: impl Iterator<Item = String>) {
        let quoted = |cell: String| {
            if self.quote_all || cell.contains([self.separator, '"']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        };
        let cells: Vec<String> = cells.map(quoted).collect();
        let _ = writeln!(text, "{}", cells.join(&self.separator.to_string()));
    }

    /// The file, and the row of each entry.
    fn write(&self, truth: &Truth, random: &mut Xorshift) -> (Vec<u8>, Vec<u64>) {
        let columns = self.columns(random);
        let mut text = String::new();
        let (first, last) = (truth.entries[0].0, truth.entries[truth.entries.len() - 1].0);
        let balances = truth.balances();
        if self.preamble >= 1 {
            self.push(&mut text, ["Banco Ficticio, extracto".to_owned()].into_iter());
            let label = if self.spanish { "Cuenta:" } else { "Account number:" };
            self.push(&mut text, [label, "F-0001"].map(str::to_owned).into_iter());
        }
        if self.preamble >= 2 {
            let period = format!("{} - {}", self.date(first), self.date(last));
            let label = if self.spanish { "Periodo" } else { "Period" };
            self.push(&mut text, [label.to_owned(), period].into_iter());
        }
        if self.preamble >= 3 {
            let labels = if self.spanish {
                ["Saldo inicial", "Saldo final"]
            } else {
                ["Opening balance", "Closing balance"]
            };
            for (label, cents) in
                labels.into_iter().zip([truth.opening, balances[balances.len() - 1]])
            {
                let sign = if cents < 0 { "-" } else { "" };
                let amount = format!("{sign}{}", self.unsigned(cents));
                self.push(&mut text, [label.to_owned(), amount].into_iter());
            }
            text.push('\n');
        }
        self.push(&mut text, columns.iter().map(|column| self.heading(column).to_owned()));
        let mut order: Vec<usize> = (0..truth.entries.len()).collect();
        if self.newest_first {
            order.reverse();
        }
        let mut rows = vec![0; order.len()];
        for idx in order {
            rows[idx] = text.lines().count() as u64 + 1;
            let cells = columns.iter().map(|column| {
                let cell = self.cell(column, truth.entries[idx], balances[idx]);
                let is_amount = ["amount", "debit", "credit"].contains(column);
                let is_damaged = self.damaged == Some(idx) && is_amount && !cell.is_empty();
                if is_damaged { "lots".to_owned() } else { cell }
            });
            self.push(&mut text, cells);
        }
        (self.encode(&text), rows)
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            0 => text.as_bytes().to_vec(),
            1 => text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect(),
            2 => [0xff, 0xfe]
                .into_iter()
                .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
                .collect(),
            _ => b"\xef\xbb\xbf"
                .iter()
                .copied()
                .chain(text.replace('\n', "\r\n").into_bytes())
                .collect(),
        }
    }
}

fn decimal(cents: i64) -> Decimal {
    Decimal::from_minor(i128::from(cents), 2).expect("small")
}

/// What was left open, of dates, amounts and balances.
#[derive(Default, Debug)]
struct Open {
    dates: usize,
    amounts: usize,
    balances: usize,
}

fn compare(truth: &Truth, rows: &[u64], layout: &Layout, read: &Imported<Evidence>) -> Open {
    let has = |code: ProblemCode| read.problems.iter().any(|problem| problem.code == code);
    let [statement] = &read.value.statements[..] else { panic!("one statement") };
    assert_eq!(statement.entries.len(), truth.entries.len(), "no row is lost");
    let mut open = Open::default();
    for (idx, (&row, balance)) in rows.iter().zip(truth.balances()).enumerate() {
        let (day, cents) = truth.entries[idx];
        let entry = statement.entries.iter().find(|entry| entry.row == row).expect("its row");
        match entry.booked_at {
            Some(moment) => assert_eq!(moment, Moment { day, nanos: None }, "row {row}"),
            None => open.dates += 1,
        }
        match entry.amount {
            None if layout.damaged == Some(idx) => {}
            Some(amount) => assert_eq!(amount, decimal(cents), "row {row}"),
            None => open.amounts += 1,
        }
        match entry.balance_after {
            Some(after) => assert_eq!(after, decimal(balance), "row {row}"),
            None => open.balances += usize::from(layout.balance),
        }
    }
    assert!(open.dates == 0 || has(ProblemCode::DateOrderAmbiguous), "open dates are told");
    assert!(
        open.amounts + open.balances == 0 || has(ProblemCode::AmountAmbiguous),
        "open amounts are told"
    );
    let profile = read.value.profile.as_ref().expect("a profile");
    let is_rising = statement.entries.windows(2).all(|pair| {
        rows.iter().position(|&row| row == pair[0].row)
            < rows.iter().position(|&row| row == pair[1].row)
    });
    assert!(profile.row_order.is_none() || is_rising || truth.entries.len() == 1, "order of rows");
    let expected = ["F-0001"].into_iter().find(|_| layout.preamble >= 1).unwrap_or("");
    assert_eq!(statement.account.number, expected);
    open
}

#[test]
fn a_row_that_is_damaged_makes_no_other_row_wrong() {
    for seed in 1..=400u64 {
        let mut random = Xorshift(seed.wrapping_mul(0xd134_2543_de82_ef95) | 1);
        let truth = Truth::draw(&mut random);
        let damaged = Some(random.below(truth.entries.len()));
        let layout = Layout { damaged, ..Layout::draw(&mut random) };
        let (bytes, rows) = layout.write(&truth, &mut random);
        println!("seed {seed} {layout:?}\n{}", String::from_utf8_lossy(&bytes));
        compare(&truth, &rows, &layout, &read("statement.csv", &bytes));
    }
}

#[test]
fn a_statement_is_read_exactly_or_what_is_open_is_said_in_every_layout() {
    let mut totals = [0usize; 4];
    for seed in 1..=1200u64 {
        let mut random = Xorshift(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let truth = Truth::draw(&mut random);
        let layout = Layout::draw(&mut random);
        let (bytes, rows) = layout.write(&truth, &mut random);
        println!("seed {seed} {layout:?}\n{}", String::from_utf8_lossy(&bytes));
        let read = read("statement.csv", &bytes);
        println!("{:#?}", problems(&read.problems));
        let open = compare(&truth, &rows, &layout, &read);
        let is_whole = open.dates + open.amounts + open.balances == 0;
        totals[0] += usize::from(is_whole);
        totals[1] += usize::from(open.dates > 0);
        totals[2] += usize::from(open.amounts > 0);
        totals[3] += usize::from(open.balances > 0);
    }
    println!(
        "whole {}, dates open {}, amounts open {}, balances open {}",
        totals[0], totals[1], totals[2], totals[3]
    );
    assert!(totals[0] >= 900, "most layouts decide everything: {totals:?}");
}
