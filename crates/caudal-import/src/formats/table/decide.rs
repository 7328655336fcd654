//! Decides what a table does not say: decimal marks, signs, the order of its rows and of its dates.
//!
//! *Shape.* Columns strike out what cannot be, over all rows. What is left are hypotheses, and the
//! balances are asked which of them makes the entries lead from one balance to the next. Where the
//! balances do not tell hypotheses apart that read differently, the answer stays open.

use std::collections::BTreeSet;

use caudal_model::Decimal;

use super::amounts::{self, Reading, Signs};
use super::days::{DateParts, DayRead, DayReader, OrderEvidence, parts};
use super::grid::cell;
use super::layout::Table;
use super::numbers::{self, MarkEvidence, Sign};
use crate::profile::{AmountStyle, DateOrder, DecimalMark, Field, Profile, RowOrder};

/// How many entries the balances are tried on: more prove no more.
const CHAIN_ROWS: usize = 4096;

/// How the values of a table are read.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "three findings that have nothing in common")]
pub(super) struct Answers {
    /// Possible marks of amounts, and of balances: one each where they are decided.
    pub(super) marks: [Vec<DecimalMark>; 2],
    /// Whether the columns of amounts use both marks.
    pub(super) is_mixed: bool,
    /// How direction is told; `None` where nothing tells it.
    pub(super) signs: Option<Signs>,
    pub(super) row_order: Option<RowOrder>,
    /// Whether balances told the order of rows.
    pub(super) days: DayReader,
    /// Whether the file uses two orders of dates.
    pub(super) has_mixed_dates: bool,
    /// Whether the balances bear the reading of amounts out.
    pub(super) is_proved: bool,
    /// Marks of debits, where amounts have both signs and marks, which must agree.
    pub(super) checked_marks: Option<BTreeSet<String>>,
    /// Marks that a profile does not name and that are not known to mark credits, beside others.
    pub(super) unknown_marks: BTreeSet<String>,
}

/// One way to read the amounts of a table.
#[derive(Clone, Debug)]
struct Hypothesis {
    marks: [DecimalMark; 2],
    signs: usize,
    order: RowOrder,
}

/// Decides; what a profile says is not asked again.
pub(super) fn decide(table: &mut Table<'_, '_>, profile: Option<&Profile>) -> Answers {
    let dates = date_evidence(table);
    let evidence = mark_evidence(table);
    let mut candidates = evidence.map(MarkEvidence::candidates);
    let is_mixed = candidates[0].is_empty();
    for marks in &mut candidates {
        if let Some(mark) = profile.and_then(|profile| profile.decimal_mark) {
            *marks = vec![mark];
        } else if marks.is_empty() || is_mixed {
            *marks = vec![DecimalMark::Point, DecimalMark::Comma];
        }
    }
    let choices = sign_choices(table, profile);
    let told_order = profile.and_then(|profile| profile.row_order);
    let is_one = table.header.columns.all(Field::BookedAt).len() == 1;
    let order = told_order.or_else(|| {
        if !is_one {
            return None;
        }
        let (days, is_mixed) = decide_dates(table, &dates, (profile, None));
        order_of_days(table, &days).filter(|_| !is_mixed)
    });
    let hypotheses = hypotheses(&candidates, choices.signs.len(), order);
    let (best, is_proved) = best(table, &hypotheses, &choices.signs);
    let marks = decided_marks(&best, candidates, is_mixed);
    let signs = decided_signs(&best, choices, is_proved);
    let by_chain = same(best.iter().map(|hypothesis| hypothesis.order));
    let mut row_order = order.or(by_chain.filter(|_| is_proved));
    let (days, has_mixed_dates) = decide_dates(table, &dates, (profile, row_order));
    choose_booking_column(table, profile, &days, row_order);
    if row_order.is_none() {
        row_order = order_of_days(table, &days);
    }
    let checked_marks = checked_marks(table, signs.as_ref());
    let unknown_marks = unknown_marks(table, signs.as_ref());
    Answers {
        marks,
        is_mixed,
        signs,
        row_order,
        days,
        has_mixed_dates,
        is_proved,
        checked_marks,
        unknown_marks,
    }
}

/// The one value of all, or `None`.
fn same<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn mark_evidence(table: &Table<'_, '_>) -> [MarkEvidence; 2] {
    let columns = &table.header.columns;
    let positions: Vec<usize> = columns.amounts().collect();
    let balance = columns.get(Field::BalanceAfter);
    let mut evidence = [MarkEvidence::default(); 2];
    for &entry in &table.entries {
        let cells = table.cells(entry);
        for &position in &positions {
            evidence[0].add(cell(cells, position));
        }
        if let Some(position) = balance {
            evidence[1].add(cell(cells, position));
        }
    }
    table.around.add_marks(&mut evidence[1]);
    evidence
}

/// Ways in which direction may be told.
struct SignChoices {
    signs: Vec<Signs>,
    /// Whether the first holds where the balances are silent.
    is_first_plain: bool,
}

fn sign_choices(table: &Table<'_, '_>, profile: Option<&Profile>) -> SignChoices {
    if let Some(signs) = profile.and_then(signs_of_profile) {
        return SignChoices { signs: vec![signs], is_first_plain: true };
    }
    let columns = &table.header.columns;
    if columns.has(Field::Debit) || columns.has(Field::Credit) {
        return debit_choices(table);
    }
    let seen = seen_signs(table, Field::Amount);
    if let Some(position) = columns.get(Field::Mark)
        && seen.minus == 0
    {
        return mark_choices(table, position);
    }
    SignChoices {
        signs: vec![Signs::Signed { is_turned: false }, Signs::Signed { is_turned: true }],
        // Only signs that are there can be taken at their word; and where credits alone are marked
        // (`50.00 CR`, as cards do), the others are debits or credits.
        is_first_plain: seen.minus > 0 || (seen.plus > 0 && seen.plus == seen.bare),
    }
}

/// What a profile says of signs; `None` where that is not enough.
fn signs_of_profile(profile: &Profile) -> Option<Signs> {
    let are_negative = profile.debits_negative;
    Some(match profile.amount_style? {
        AmountStyle::Signed => Signs::Signed { is_turned: are_negative == Some(false) },
        AmountStyle::DebitCredit => Signs::Columns { are_debits_negative: are_negative? },
        AmountStyle::Mark if profile.debit_marks.is_empty() => return None,
        AmountStyle::Mark => {
            let marks = profile.debit_marks.iter().map(|mark| mark_key(mark)).collect();
            Signs::Marks { debits: marks }
        }
    })
}

#[derive(Clone, Copy, Default)]
struct SeenSigns {
    minus: usize,
    plus: usize,
    /// Numbers without a minus, zeros apart.
    bare: usize,
}

fn seen_signs(table: &Table<'_, '_>, field: Field) -> SeenSigns {
    let mut seen = SeenSigns::default();
    for &position in table.header.columns.all(field) {
        for &entry in &table.entries {
            let cell = cell(table.cells(entry), position);
            let number = numbers::read(cell, DecimalMark::Point)
                .or_else(|| numbers::read(cell, DecimalMark::Comma));
            let Some(number) = number.filter(|number| !number.magnitude.is_zero()) else {
                continue;
            };
            seen.minus += usize::from(number.sign == Sign::Minus);
            seen.plus += usize::from(number.sign == Sign::Plus);
            seen.bare += usize::from(number.sign != Sign::Minus);
        }
    }
    seen
}

/// The marks of debits in a table whose amounts have signs of their own.
fn checked_marks(table: &Table<'_, '_>, signs: Option<&Signs>) -> Option<BTreeSet<String>> {
    let position = table.header.columns.get(Field::Mark)?;
    if !matches!(signs, Some(Signs::Signed { .. })) {
        return None;
    }
    let choices = mark_choices(table, position);
    match choices.signs.into_iter().next() {
        Some(Signs::Marks { debits }) if choices.is_first_plain => Some(debits),
        _ => None,
    }
}

/// Marks that are neither those of debits nor known for credits, where there are several others: a
/// profile names the debits of the file for which it was made.
fn unknown_marks(table: &Table<'_, '_>, signs: Option<&Signs>) -> BTreeSet<String> {
    let position = table.header.columns.get(Field::Mark);
    let (Some(position), Some(Signs::Marks { debits })) = (position, signs) else {
        return BTreeSet::new();
    };
    let mut texts = BTreeSet::new();
    for &entry in &table.entries {
        texts.insert(cell(table.cells(entry), position).text.as_ref());
    }
    let keys: BTreeSet<String> = texts.into_iter().map(mark_key).collect();
    let others = keys.into_iter().filter(|key| !key.is_empty() && !debits.contains(key));
    let others: BTreeSet<String> = others.collect();
    let is_unknown =
        |key: &String| !is_credit(key) && !["c", "a", "+", "-"].contains(&key.as_str());
    if others.len() < 2 {
        return BTreeSet::new();
    }
    others.into_iter().filter(is_unknown).collect()
}

fn debit_choices(table: &Table<'_, '_>) -> SignChoices {
    let seen = seen_signs(table, Field::Debit);
    let credits = seen_signs(table, Field::Credit);
    let choice = |are_debits_negative| Signs::Columns { are_debits_negative };
    let signs = match (seen.minus > 0, seen.bare > 0) {
        (true, false) => vec![choice(true)],
        (_, false) | (false, true) => vec![choice(false)],
        // A debit taken back, or one that lost its sign: the balances must tell.
        (true, true) => vec![choice(false), choice(true)],
    };
    // Credits that all have a minus are in a notation that nobody knows.
    let are_credits_turned = credits.minus > 0 && credits.bare == 0;
    SignChoices { is_first_plain: signs.len() == 1 && !are_credits_turned, signs }
}

/// A mark in the form in which marks are compared.
pub(super) fn plain_mark(text: &str) -> String {
    super::headings::normalise(text).0
}

/// Words and letters that mark debits and credits; `C` and `A`, which mean either, apart.
const DEBIT_MARKS: &[&str] = &[
    "d",
    "dr",
    "db",
    "debit",
    "debe",
    "debito",
    "cargo",
    "cargos",
    "retiro",
    "adeudo",
    "egreso",
    "withdrawal",
    "out",
    "gasto",
    "dbit",
    "1",
    "deb",
];
const CREDIT_MARKS: &[&str] = &[
    "in", "h", "cr", "credit", "haber", "credito", "abono", "abonos", "deposito", "ingreso",
    "deposit", "crdt", "2", "cred",
];

/// Whether a text is one by which banks mark direction. A sign has no plain form.
pub(super) fn is_known_mark(text: &str) -> bool {
    let mark = mark_key(text);
    let is_digit = mark == "1" || mark == "2";
    let is_letter = ["c", "a"].contains(&mark.as_str());
    let is_sign = ["+", "-", "\u{2212}"].contains(&text.trim());
    is_sign || is_letter || (!is_digit && (is_debit(&mark) || is_credit(&mark)))
}

fn is_debit(mark: &str) -> bool {
    DEBIT_MARKS.contains(&mark)
}

fn is_credit(mark: &str) -> bool {
    CREDIT_MARKS.contains(&mark)
}

/// A mark that is a minus or a plus, which has no plain form.
pub(super) fn mark_key(text: &str) -> String {
    match text.trim() {
        "-" | "\u{2212}" => "-".to_owned(),
        "+" => "+".to_owned(),
        text => match plain_mark(text) {
            // `IN` is a small word of headings.
            plain if plain.is_empty() => text.to_lowercase(),
            plain => plain,
        },
    }
}

fn mark_choices(table: &Table<'_, '_>, position: usize) -> SignChoices {
    let mut marks = BTreeSet::new();
    for &entry in &table.entries {
        let cell = cell(table.cells(entry), position);
        if !cell.is_empty() && !marks.contains(cell.text.as_ref()) {
            marks.insert(cell.text.to_string());
        }
        // A column of many words is no column of marks.
        if marks.len() > 8 {
            return SignChoices { signs: Vec::new(), is_first_plain: false };
        }
    }
    let keys: BTreeSet<String> = marks.iter().map(|mark| mark_key(mark)).collect();
    let debits = |is: &dyn Fn(&str) -> bool| {
        let debits = keys.iter().filter(|key| is(key)).cloned().collect();
        Signs::Marks { debits }
    };
    let heading = table.header.columns.plain.get(position).map_or("", String::as_str);
    let told_letters = known_letters(&keys, heading);
    let signs = match told_letters {
        Some(debit_letter) => {
            vec![debits(&|key| {
                let is_letter = !debit_letter.is_empty() && key == debit_letter;
                is_debit(key) || key == "-" || is_letter
            })]
        }
        None if keys.len() <= 2 => keys
            .iter()
            .map(|key| debits(&|other| other == key))
            .chain([debits(&|_| false)])
            .collect(),
        None => Vec::new(),
    };
    SignChoices { is_first_plain: signs.len() == 1, signs }
}

/// Which of the letters `c` and `a` marks debits: `C` is a debit beside `A` (cargo, abono) and a
/// credit beside `D`. An empty text if neither is needed; `None` where the marks do not tell.
fn known_letters(keys: &BTreeSet<String>, heading: &str) -> Option<&'static str> {
    let has = |key: &str| keys.contains(key);
    let are_known = keys.iter().all(|key| {
        is_debit(key) || is_credit(key) || ["c", "a", "-", "+", ""].contains(&key.as_str())
    });
    let is_cargo = has("a") || heading.contains("c/a") || heading.contains("a/c");
    let is_credit_letter = has("d") || ["d/c", "c/d"].contains(&heading);
    match (are_known, has("c"), has("a")) {
        (true, true, _) if is_cargo && !is_credit_letter => Some("c"),
        (true, true, false) if is_credit_letter => Some(""),
        (true, false, true) if heading.contains("c/a") || heading.contains("a/c") => Some("c"),
        (true, false, false) => Some(""),
        _ => None,
    }
}

fn hypotheses(
    marks: &[Vec<DecimalMark>; 2],
    sign_count: usize,
    order: Option<RowOrder>,
) -> Vec<Hypothesis> {
    let orders = match order {
        Some(order) => vec![order],
        None => vec![RowOrder::OldestFirst, RowOrder::NewestFirst],
    };
    let mut hypotheses = Vec::new();
    for &amounts in &marks[0] {
        for &balances in &marks[1] {
            for signs in 0..sign_count {
                for &order in &orders {
                    hypotheses.push(Hypothesis { marks: [amounts, balances], signs, order });
                }
            }
        }
    }
    hypotheses
}

/// The hypotheses that the balances bear out best: all of them where balances say nothing.
fn best(
    table: &Table<'_, '_>,
    hypotheses: &[Hypothesis],
    signs: &[Signs],
) -> (Vec<Hypothesis>, bool) {
    let scores: Vec<(usize, usize)> = hypotheses
        .iter()
        .map(|hypothesis| Chain::new(table, hypothesis).follow(&signs[hypothesis.signs]))
        .collect();
    let scores = without_chance(hypotheses, signs, &scores);
    let most = scores.iter().map(|&(_, held)| held).max().unwrap_or(0);
    // Half of the steps, so that a chance agreement in a long table decides nothing.
    let is_proved =
        scores.iter().any(|&(tested, held)| held == most && most > 0 && held * 2 > tested);
    let is_best = |held: usize| !is_proved || held == most;
    let scored = hypotheses.iter().zip(&scores).filter(|(_, score)| is_best(score.1));
    let best = scored.map(|(hypothesis, _)| hypothesis.clone()).collect();
    (best, is_proved)
}

/// Strikes out signs that are turned round unless nearly nothing speaks for plain ones: equal
/// amounts in the other order of rows look the same, and a damaged row tips the scale.
fn without_chance(
    hypotheses: &[Hypothesis],
    signs: &[Signs],
    scores: &[(usize, usize)],
) -> Vec<(usize, usize)> {
    let is_turned = |hypothesis: &Hypothesis| {
        matches!(signs[hypothesis.signs], Signs::Signed { is_turned: true })
    };
    let scored = || hypotheses.iter().zip(scores);
    let plain = scored().filter(|(h, _)| !is_turned(h)).map(|(_, score)| score.1).max();
    let limit = plain.unwrap_or(0).saturating_mul(4);
    let keep = |(hypothesis, &(tested, held)): (&Hypothesis, &(usize, usize))| {
        let is_chance = is_turned(hypothesis) && held <= limit && Some(held) != plain;
        if is_chance { (tested, 0) } else { (tested, held) }
    };
    scored().map(keep).collect()
}

/// Follows the balances of each account through a table.
struct Chain<'c, 'g, 't> {
    table: &'c Table<'g, 't>,
    hypothesis: &'c Hypothesis,
    /// For each account the last balance, and what was added since.
    states: Vec<Option<(Decimal, Decimal)>>,
    tested: usize,
    held: usize,
}

impl<'c, 'g, 't> Chain<'c, 'g, 't> {
    fn new(table: &'c Table<'g, 't>, hypothesis: &'c Hypothesis) -> Self {
        let states = vec![None; table.groups.len()];
        Self { table, hypothesis, states, tested: 0, held: 0 }
    }

    /// Number of steps that could be tried, and of those that held.
    fn follow(mut self, signs: &Signs) -> (usize, usize) {
        let is_oldest_first = self.hypothesis.order == RowOrder::OldestFirst;
        let around = &self.table.around;
        let (first, last) = if is_oldest_first {
            (&around.opening, &around.closing)
        } else {
            (&around.closing, &around.opening)
        };
        let mark = self.hypothesis.marks[1];
        let read = |balance: &Option<super::around::Labelled>| {
            let balance = balance.as_ref()?;
            numbers::read(&balance.cell(), mark).map(numbers::Number::signed)
        };
        let is_alone = self.table.groups.len() == 1;
        if is_alone {
            self.states[0] = read(first).map(|balance| (balance, Decimal::ZERO));
        }
        let entries = &self.table.entries;
        for &entry in entries.iter().take(CHAIN_ROWS) {
            let cells = self.table.cells(entry);
            let columns = &self.table.header.columns;
            let marks = &[self.hypothesis.marks[0]];
            let reading = Reading { columns, marks, is_first_enough: true };
            let amount = amounts::amount(&reading, cells, signs).ok().flatten();
            let balance = columns.get(Field::BalanceAfter).and_then(|position| {
                numbers::read(cell(cells, position), mark).map(numbers::Number::signed)
            });
            self.step(entry.group, amount, balance);
        }
        if is_alone && entries.len() <= CHAIN_ROWS {
            self.step(0, Some(Decimal::ZERO), read(last));
        }
        (self.tested, self.held)
    }

    fn step(&mut self, group: usize, amount: Option<Decimal>, balance: Option<Decimal>) {
        let is_oldest_first = self.hypothesis.order == RowOrder::OldestFirst;
        let state = self.states[group];
        let add = |state: Option<(Decimal, Decimal)>| {
            let (known, sum) = state?;
            Some((known, sum.checked_add(amount?)?))
        };
        let before = if is_oldest_first { add(state) } else { state };
        self.states[group] = match balance {
            None if is_oldest_first => before,
            None => add(before),
            Some(balance) => {
                if let Some((known, sum)) = before {
                    let (from, to) =
                        if is_oldest_first { (known, balance) } else { (balance, known) };
                    self.tested += 1;
                    self.held += usize::from(from.checked_add(sum) == Some(to));
                }
                let fresh = Some((balance, Decimal::ZERO));
                if is_oldest_first { fresh } else { add(fresh) }
            }
        };
    }
}

/// Marks on which the best hypotheses agree. One column's mark holds for the other where that one
/// has none of its own: a file has one convention.
fn decided_marks(
    best: &[Hypothesis],
    candidates: [Vec<DecimalMark>; 2],
    is_mixed: bool,
) -> [Vec<DecimalMark>; 2] {
    let decided = [0, 1].map(|column| same(best.iter().map(|h| h.marks[column])));
    let mut marks = candidates;
    for column in [0, 1] {
        let other = decided[1 - column].filter(|mark| marks[column].contains(mark) && !is_mixed);
        if let Some(mark) = decided[column].or(other) {
            marks[column] = vec![mark];
        }
    }
    marks
}

fn decided_signs(best: &[Hypothesis], choices: SignChoices, is_proved: bool) -> Option<Signs> {
    let SignChoices { mut signs, is_first_plain } = choices;
    if signs.is_empty() {
        return None;
    }
    match same(best.iter().map(|hypothesis| hypothesis.signs)) {
        Some(idx) if is_proved || is_first_plain => Some(signs.swap_remove(idx)),
        _ if is_first_plain => Some(signs.swap_remove(0)),
        _ => None,
    }
}

/// The order of dates: what every date allows, then the period, then the order of rows.
fn decide_dates(
    table: &Table<'_, '_>,
    evidence: &OrderEvidence,
    (profile, row_order): (Option<&Profile>, Option<RowOrder>),
) -> (DayReader, bool) {
    let mut orders = evidence.candidates();
    let is_mixed = orders.is_empty() && evidence.has_open;
    let given = profile.and_then(|profile| profile.date_order);
    if let Some(order) = given {
        orders = vec![order];
    } else if is_mixed {
        orders = super::days::ORDERS.to_vec();
    }
    let mut reader = DayReader { orders, pivot: evidence.pivot(), period: [None; 2] };
    if reader.orders.len() > 1 && !is_mixed {
        narrow(table, &mut reader, row_order);
    }
    let of_period = table.around.period.map(|parts| match reader.day(parts?) {
        DayRead::Day(day) => Some(day),
        _ => None,
    });
    reader.period = of_period;
    (reader, is_mixed && given.is_none())
}

/// What all dates of a table, and of the lines around it, say of their order.
fn date_evidence(table: &Table<'_, '_>) -> OrderEvidence {
    let mut evidence = OrderEvidence::default();
    let fields = [Field::BookedAt, Field::ValueDate, Field::ExecutedAt];
    let positions: Vec<usize> =
        fields.iter().flat_map(|&field| table.header.columns.all(field)).copied().collect();
    for &entry in &table.entries {
        for &position in &positions {
            let cell = cell(table.cells(entry), position);
            if let Some(parts) = parts(cell, table.grid.is_from_1904) {
                evidence.add(parts);
            }
        }
    }
    for parts in table.around.days() {
        evidence.add(parts);
    }
    evidence
}

/// Days of booking of the first account, under one order, as far as they are read.
fn booked_days(table: &Table<'_, '_>, reader: &DayReader, position: usize) -> Vec<i32> {
    let entries = table.entries.iter().filter(|entry| entry.group == 0);
    let day = |entry: &super::layout::EntryRows| {
        let cell = cell(table.cells(*entry), position);
        match reader.day(parts(cell, table.grid.is_from_1904)?) {
            DayRead::Day(day) => Some(day),
            _ => None,
        }
    };
    entries.filter_map(day).collect()
}

/// Keeps the orders under which the days lie in the period and follow one another.
fn narrow(table: &Table<'_, '_>, reader: &mut DayReader, row_order: Option<RowOrder>) {
    let Some(position) = table.header.columns.get(Field::BookedAt) else { return };
    let under = |order: DateOrder| DayReader { orders: vec![order], ..reader.clone() };
    let is_in_period = |order: &DateOrder| {
        let reader = under(*order);
        let bound = |parts: Option<DateParts>| match reader.day(parts?) {
            DayRead::Day(day) => Some(day),
            _ => None,
        };
        let [first, last] = table.around.period.map(bound);
        booked_days(table, &reader, position).iter().all(|&day| {
            first.is_none_or(|first| first <= day) && last.is_none_or(|last| day <= last)
        })
    };
    let inside: Vec<DateOrder> = reader.orders.iter().copied().filter(is_in_period).collect();
    if inside.len() == 1 {
        reader.orders = inside;
        return;
    }
    if let Some(order) = shortest(table, reader, position) {
        reader.orders = vec![order];
        return;
    }
    let is_sorted = |order: &DateOrder| {
        let days = booked_days(table, &under(*order), position);
        runs(&days, row_order).is_some()
    };
    let distinct = |order: &DateOrder| {
        booked_days(table, &under(*order), position).into_iter().collect::<BTreeSet<_>>().len()
    };
    let sorted: Vec<DateOrder> = reader.orders.iter().copied().filter(is_sorted).collect();
    // Two days are in some order whatever they are, and three in one of six; five once in sixty.
    let needed = if row_order.is_some() { 2 } else { 5 };
    if let [order] = sorted[..]
        && distinct(&order) >= needed
    {
        reader.orders = sorted;
    }
}

/// Years of two digits: the one order under which the days lie within a year or so, where they are
/// spread over many under the others.
fn shortest(table: &Table<'_, '_>, reader: &DayReader, position: usize) -> Option<DateOrder> {
    const SHORT_DAYS: i32 = 400;
    const LONG_DAYS: i32 = 1500;
    let spans = reader.orders.iter().map(|&order| {
        let reader = DayReader { orders: vec![order], ..reader.clone() };
        let days: BTreeSet<i32> = booked_days(table, &reader, position).into_iter().collect();
        let span = days.last().copied().unwrap_or(0) - days.first().copied().unwrap_or(0);
        (order, span, days.len())
    });
    let spans: Vec<(DateOrder, i32, usize)> = spans.collect();
    let mut short = spans.iter().filter(|(_, span, count)| *span <= SHORT_DAYS && *count >= 3);
    let found = short.next()?;
    let are_others_long = spans.iter().all(|other| other.0 == found.0 || other.1 > LONG_DAYS);
    are_others_long.then_some(found.0)
}

/// The direction in which days run without one that runs against it.
fn runs(days: &[i32], row_order: Option<RowOrder>) -> Option<RowOrder> {
    let is_rising = days.is_sorted();
    let is_falling = days.iter().rev().is_sorted();
    match row_order {
        Some(RowOrder::OldestFirst) => is_rising.then_some(RowOrder::OldestFirst),
        Some(RowOrder::NewestFirst) => is_falling.then_some(RowOrder::NewestFirst),
        None if is_rising => Some(RowOrder::OldestFirst),
        None if is_falling => Some(RowOrder::NewestFirst),
        None => None,
    }
}

/// Of two columns that may book, the one whose days follow the order of the rows; the other is
/// when the payment was made.
fn choose_booking_column(
    table: &mut Table<'_, '_>,
    profile: Option<&Profile>,
    reader: &DayReader,
    row_order: Option<RowOrder>,
) {
    let positions = table.header.columns.all(Field::BookedAt).to_vec();
    if positions.len() < 2 || profile.is_some() {
        return;
    }
    let plain = &table.header.columns.plain;
    let rank = |position: usize| {
        let follows = runs(&booked_days(table, reader, position), row_order).is_some();
        let heading = plain.get(position).map_or("", String::as_str);
        let words = ["contable", "posted", "posting", "booking", "booked", "asiento", "apunte"];
        let says = words.iter().any(|word| heading.contains(word));
        let is_made =
            ["operacion", "transaction", "oper"].iter().any(|word| heading.contains(word));
        (u32::from(follows) * 4) + (u32::from(says) * 2) + u32::from(!is_made)
    };
    let best = positions.iter().copied().rev().max_by_key(|&position| rank(position));
    let other = positions.iter().copied().find(|&position| Some(position) != best);
    let columns = &mut table.header.columns;
    columns.set(Field::BookedAt, best);
    if !columns.has(Field::ExecutedAt) {
        columns.set(Field::ExecutedAt, other);
    }
}

/// The order of rows by their days, where these tell it.
fn order_of_days(table: &Table<'_, '_>, reader: &DayReader) -> Option<RowOrder> {
    let position = table.header.columns.get(Field::BookedAt)?;
    let days = booked_days(table, reader, position);
    let is_one_day = days.iter().all(|day| Some(day) == days.first());
    if is_one_day { None } else { runs(&days, None) }
}
