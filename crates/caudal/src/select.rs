//! What a question names: selectors, options, and the lines of the ledger they stand for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use caudal_explain::{Language, Message};
use caudal_ledger::{
    Ledger, LedgerView, LineIdx, LineKind, Overdraft, PlaceIdx, PlaceKind, SameDay,
};
use caudal_model::{Moment, ProblemCode, is_outside, parse_minor};
pub use caudal_trace::{BOUND_LINES_MAX, FRAGMENTS_MAX};
use caudal_trace::{Origin, Question, Rule, Seed, Target, is_source, source_currency};

use crate::case::Case;
use crate::error::Error;
use crate::show::Shown;

/// The label of money that arrives from outside without one.
pub const UNLABELLED: &str = "unlabelled";

/// The label of money that arrives from an account without a statement, before its name.
pub const UNKNOWN: &str = "unknown:";

/// Names lines or a balance: `transfer:ID`, `label:NAME`, `payer:A`, `payee:A`, `account:A`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One transfer, or part of it: `transfer:ID[0.00..30.00]`.
    Transfer(String),
    /// Money that arrives from outside, or stood in an account, under a label.
    Label(String),
    /// The same under every label that the evidence gives, each an origin of its own: `label:*`.
    EveryLabel,
    /// Every transfer that a party or account pays.
    Payer(String),
    /// Every transfer that a party or account receives.
    Payee(String),
    /// The balance of an account: the opening one as an origin, the closing one as a target.
    Account(String),
}

impl FromStr for Selector {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || {
            Error::usage(Message::new("error-selector").with("found", text))
                .hint(Message::new("hint-selector"))
        };
        let (kind, name) = text.split_once(':').ok_or_else(unknown)?;
        if name.is_empty() {
            return Err(unknown());
        }
        let name = name.to_owned();
        match kind {
            "transfer" => Ok(Self::Transfer(name)),
            "label" if name == "*" => Ok(Self::EveryLabel),
            "label" => Ok(Self::Label(name)),
            "payer" => Ok(Self::Payer(name)),
            "payee" => Ok(Self::Payee(name)),
            "account" => Ok(Self::Account(name)),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Self::Transfer(name) => ("transfer", name),
            Self::Label(name) => ("label", name),
            Self::EveryLabel => return f.write_str("label:*"),
            Self::Payer(name) => ("payer", name),
            Self::Payee(name) => ("payee", name),
            Self::Account(name) => ("account", name),
        };
        write!(f, "{kind}:{name}")
    }
}

/// A question as a user puts it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The origins; empty asks backward.
    pub from: Vec<Selector>,
    /// The targets; empty asks forward.
    pub to: Vec<Selector>,
    /// Rules, each with the name that was typed.
    pub rules: Vec<(Rule, String)>,
    /// Order of lines of one day.
    pub same_day: SameDay,
    /// Payments above the balance.
    pub overdraft: Overdraft,
    /// Last day that counts.
    pub until: Option<Moment>,
    /// Smallest holding worth following, as decimal text in whole units.
    pub threshold: Option<String>,
    /// Keep reversals and their deposits as ordinary lines.
    pub keep_reversals: bool,
    /// Language of sentences in the answer.
    pub language: Language,
    /// How many routes to name.
    pub routes_max: usize,
    /// After so many fragments a trace stops honestly.
    pub fragments_max: usize,
    /// Bounds look at so many lines that origin money can touch; beyond, they are outer bounds.
    /// Zero stands for [`BOUND_LINES_MAX`].
    pub bound_lines_max: usize,
}

/// Stands for every rule that traces, the bounds and exposure.
pub const ALL: &str = "all";

/// Routes that an answer names unless asked otherwise.
pub const ROUTES_MAX: usize = 10;

impl Request {
    /// A request from origins given as selectors; text that is no selector counts as a transfer id.
    pub fn from<'s>(selectors: impl IntoIterator<Item = &'s str>) -> Self {
        let parse =
            |text: &str| text.parse().unwrap_or_else(|_| Selector::Transfer(text.to_owned()));
        let from = selectors.into_iter().map(parse).collect();
        Self { from, routes_max: ROUTES_MAX, fragments_max: FRAGMENTS_MAX, ..Self::default() }
    }

    /// Adds a rule, or several separated by commas, or `all`.
    pub fn rule(mut self, names: &str) -> Result<Self, Error> {
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if name == ALL {
                for rule in Rule::all() {
                    self.add_rule(rule, ALL);
                }
                continue;
            }
            let rule = name.parse().map_err(|_| {
                let known: Vec<_> = Rule::every().map(Rule::id).collect();
                Error::usage(Message::new("error-rule").with("found", name))
                    .hint(Message::new("hint-rule").with("known", known.join(", ")))
            })?;
            self.add_rule(rule, name);
        }
        Ok(self)
    }

    /// A rule is answered once, however many of its names were typed.
    fn add_rule(&mut self, rule: Rule, name: &str) {
        if self.rules.iter().all(|(known, _)| *known != rule) {
            self.rules.push((rule, name.to_owned()));
        }
    }

    /// The rules of the request that can be answered. `all` leaves out those that have no backward
    /// direction where the question names no origins; a rule named by itself is never left out.
    pub(crate) fn answerable_rules(&self) -> Vec<(Rule, String)> {
        let goes_backward =
            |rule: Rule| matches!(rule, Rule::Fifo | Rule::Lifo | Rule::ProRata | Rule::Poison);
        let is_answerable = |(rule, name): &&(Rule, String)| {
            !self.from.is_empty() || name != ALL || goes_backward(*rule)
        };
        self.rules.iter().filter(is_answerable).cloned().collect()
    }

    /// Sets the last day that counts, written as `2025-04-03`.
    pub fn until(mut self, text: &str) -> Result<Self, Error> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next()?.parse::<u32>().ok();
        let date = (|| Some((i32::try_from(next()?).ok()?, next()?, next()?)))();
        let day = date.and_then(|(year, month, day)| Moment::from_date(year, month, day));
        // Only the one way of writing a day that files may use, too.
        let day = day.filter(|day| day.to_string() == text);
        self.until = Some(day.ok_or_else(|| {
            Error::usage(Message::new("error-until").with("found", text))
                .hint(Message::new("hint-until"))
        })?);
        Ok(self)
    }

    /// Sets the smallest holding worth following, as decimal text in whole units.
    pub fn threshold(mut self, text: &str) -> Result<Self, Error> {
        self.threshold = Some(text.to_owned());
        self.threshold_atto()?;
        Ok(self)
    }

    /// Fails if the request names no rule, or no money.
    pub fn check(&self) -> Result<(), Error> {
        if self.rules.is_empty() {
            return Err(
                Error::usage(Message::new("error-no-rule")).hint(Message::new("hint-no-rule"))
            );
        }
        if self.from.is_empty() && self.to.is_empty() {
            return Err(Error::usage(Message::new("error-no-selector"))
                .hint(Message::new("hint-no-selector")));
        }
        Ok(())
    }

    /// Sets the options of a question that the request states.
    pub(crate) fn apply_to(&self, question: &mut Question) -> Result<(), Error> {
        question.threshold_atto = self.threshold_atto()?;
        question.fragments_max = self.fragments_max.max(1);
        if self.bound_lines_max > 0 {
            question.bound_lines_max = self.bound_lines_max;
        }
        Ok(())
    }

    /// The threshold in units of 10⁻¹⁸; zero without one.
    fn threshold_atto(&self) -> Result<u128, Error> {
        let Some(text) = &self.threshold else { return Ok(0) };
        parse_minor(text, 18).map_err(|_| {
            Error::usage(Message::new("error-threshold").with("found", text))
                .hint(Message::new("hint-threshold"))
        })
    }
}

/// Finds what selectors name in a ledger.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'a> {
    pub(crate) case: &'a Case,
    pub(crate) ledger: &'a Ledger,
}

/// How a label came to its money. One label does not stand for money of two kinds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Labelling {
    /// The evidence gives it to money that enters the ledger.
    Enters,
    /// The evidence gives it to a transfer between accounts, which may carry anybody's money.
    Between,
    /// It is the id of a transfer.
    Id,
    /// It is the name of a part.
    Part,
}

/// Lines that a selector names, with the label of each and the cents that are meant.
type Named = (LineIdx, Option<String>, (u128, u128));

impl Resolver<'_> {
    /// The question that origin selectors ask.
    pub(crate) fn question(&self, selectors: &[Selector]) -> Result<Question, Error> {
        let mut origins: Vec<Origin> = Vec::new();
        let mut numbers: BTreeMap<(String, &'static str), u32> = BTreeMap::new();
        let mut meanings: BTreeMap<String, Labelling> = BTreeMap::new();
        let mut seeds = Vec::new();
        let labels = Labels::of(self, selectors);
        for selector in selectors {
            let named = match labels.lines(selector) {
                Some(lines) => lines.iter().map(|&line| self.whole(line)).collect(),
                None => self.origin_lines(selector)?,
            };
            if named.is_empty() {
                return Err(self.empty(selector));
            }
            for (line, label, (lo, hi)) in named {
                let (mut label, labelling) = match label {
                    Some(label) => (label, Labelling::Part),
                    None => self.own_label(line),
                };
                if *meanings.entry(label.clone()).or_insert(labelling) != labelling {
                    label = self.full_label(line, &label);
                }
                let currency = source_currency(self.ledger, line);
                let next = u32::try_from(origins.len()).unwrap_or(u32::MAX);
                let origin =
                    *numbers.entry((label.clone(), currency.code())).or_insert_with(|| {
                        origins.push(Origin { label, currency });
                        next
                    });
                seeds.push(Seed { line, lo, hi, origin });
            }
        }
        Ok(Question::new(origins, seeds))
    }

    /// All of a line.
    fn whole(&self, line: LineIdx) -> Named {
        (line, None, (0, self.ledger.line(line).paid))
    }

    /// Lines through which money enters the ledger under a label that the evidence gives: by label,
    /// then in ledger order.
    fn every_label(&self) -> Vec<LineIdx> {
        Labels::given(self).lines.into_values().flatten().collect()
    }

    fn origin_lines(&self, selector: &Selector) -> Result<Vec<Named>, Error> {
        let whole = |line| self.whole(line);
        match selector {
            Selector::Transfer(text) => self.transfer_part(text),
            Selector::EveryLabel => Ok(self.every_label().into_iter().map(whole).collect()),
            Selector::Label(label) => Ok(self.labelled(label).into_iter().map(whole).collect()),
            Selector::Payer(name) => {
                Ok(self.transfers_of(name, true)?.into_iter().map(whole).collect())
            }
            Selector::Payee(name) => {
                Ok(self.transfers_of(name, false)?.into_iter().map(whole).collect())
            }
            Selector::Account(name) => {
                let places = self.places(name)?;
                let lines = self.ledger.opening_lines();
                let here = lines.filter(|&line| places.contains(&self.ledger.line(line).payee));
                Ok(here.map(whole).collect())
            }
        }
    }

    /// `ID`, or `ID[LO..HI]` where no transfer has that whole text as its id.
    fn transfer_part(&self, text: &str) -> Result<Vec<Named>, Error> {
        if self.case.table.find(text).is_some() {
            let whole = |(line, _)| (line, None, (0, self.ledger.paid(line)));
            return Ok(self.transfer(text)?.into_iter().map(whole).collect());
        }
        let part = text.strip_suffix(']').and_then(|text| text.rsplit_once('['));
        let Some((id, range)) = part else { return Err(self.unknown_transfer(text)) };
        let lines = self.transfer(id)?;
        let exponent = source_currency(self.ledger, lines[0].0).exponent();
        let paid: u128 = lines.iter().map(|&(line, _)| self.ledger.paid(line)).sum();
        let bounds = range.split_once("..").and_then(|(lo, hi)| {
            Some((parse_minor(lo, exponent).ok()?, parse_minor(hi, exponent).ok()?))
        });
        let Some((lo, hi)) = bounds.filter(|&(lo, hi)| lo < hi && hi <= paid) else {
            return Err(Error::request(Message::new("error-part").with("found", text))
                .hint(Message::new("hint-part")));
        };
        let inside = |(line, before): (LineIdx, u128)| {
            let end = before + self.ledger.paid(line);
            let (lo, hi) = (lo.max(before), hi.min(end));
            (lo < hi).then(|| (line, Some(text.to_owned()), (lo - before, hi - before)))
        };
        Ok(lines.into_iter().filter_map(inside).collect())
    }

    /// The lines of a transfer with the cents before each: one, or several where a link cuts it.
    pub(crate) fn transfer(&self, id: &str) -> Result<Vec<(LineIdx, u128)>, Error> {
        let row = self.case.table.find(id).ok_or_else(|| self.unknown_transfer(id))?;
        let lines = self.ledger.lines_of_transfer(row);
        if lines.is_empty() {
            let message = Message::new("error-transfer-left-out").with("id", id);
            return Err(Error::request(message).hint(Message::new("hint-transfer-left-out")));
        }
        Ok(lines)
    }

    /// Lines through which money with a label enters the ledger, in ledger order.
    fn labelled(&self, label: &str) -> Vec<LineIdx> {
        let shown = Shown { case: self.case, ledger: self.ledger };
        let openings = self.ledger.opening_lines();
        let is_it = |&line: &LineIdx| {
            shown.label(line) == label || shown.label_of_opening(line).as_deref() == Some(label)
        };
        let mut lines: Vec<LineIdx> = openings.filter(is_it).collect();
        let is_given = self.case.table.labels().find(label).is_some();
        if !is_given && label != UNLABELLED && !label.starts_with(UNKNOWN) {
            return lines;
        }
        let rows = 0..u32::try_from(self.case.table.len()).unwrap_or(u32::MAX);
        let may_be = |&row: &u32| self.case.table.get(row).label.is_none_or(|own| own == label);
        let of_rows = rows.filter(may_be).flat_map(|row| self.ledger.lines_of_transfer(row));
        lines.extend(of_rows.map(|(line, _)| line).filter(|&line| is_source(self.ledger, line)));
        lines.retain(is_it);
        lines.sort_unstable();
        lines
    }

    fn transfers_of(&self, name: &str, as_payer: bool) -> Result<Vec<LineIdx>, Error> {
        let places = self.places(name)?;
        if self.ledger.has_links() {
            return Ok(self.transfers_of_rows(name, as_payer));
        }
        let mut lines = Vec::new();
        for place in places {
            let all =
                if as_payer { self.ledger.payments(place) } else { self.ledger.receipts(place) };
            lines.extend(all.iter());
        }
        lines.retain(|&line| self.ledger.line(line).kind == LineKind::Transfer);
        lines.sort_unstable();
        Ok(lines)
    }

    /// The same by the rows of the evidence, where links have cut some of them.
    fn transfers_of_rows(&self, name: &str, as_payer: bool) -> Vec<LineIdx> {
        let table = &self.case.table;
        let rows = 0..u32::try_from(table.len()).unwrap_or(u32::MAX);
        let is_it = |&row: &u32| {
            let (payer, payee) = table.ends(row);
            table.names().get(if as_payer { payer } else { payee }) == name
        };
        let lines = rows.filter(is_it).flat_map(|row| self.ledger.lines_of_transfer(row));
        let mut lines: Vec<LineIdx> = lines.map(|(line, _)| line).collect();
        lines.sort_unstable();
        lines
    }

    pub(crate) fn places(&self, name: &str) -> Result<Vec<PlaceIdx>, Error> {
        let places = self.ledger.places_named(&self.case.table, name);
        if places.is_empty() && self.case.table.names().find(name).is_some() {
            let error = Error::request(Message::new("error-account-left-out").with("name", name));
            return Err(error.hint(Message::new("hint-transfer-left-out")));
        }
        if places.is_empty() {
            let near = near(name, self.case.table.names().iter());
            let error = Error::request(Message::new("error-account-unknown").with("name", name));
            let leaves_out = [ProblemCode::AmountZero, ProblemCode::SelfTransfer];
            let error = if self.case.problems.iter().any(|p| leaves_out.contains(&p.code)) {
                error.hint(Message::new("hint-rows-left-out"))
            } else {
                error
            };
            return Err(with_near(error, &near));
        }
        Ok(places)
    }

    /// The targets that selectors name.
    pub(crate) fn targets(&self, selectors: &[Selector]) -> Result<Vec<Target>, Error> {
        let mut targets = Vec::new();
        for selector in selectors {
            let found = self.target(selector)?;
            if found.is_empty() {
                return Err(self.empty(selector));
            }
            targets.extend(found);
        }
        targets.sort_unstable();
        targets.dedup();
        Ok(targets)
    }

    fn target(&self, selector: &Selector) -> Result<Vec<Target>, Error> {
        let lines = |lines: Vec<LineIdx>| lines.into_iter().map(Target::Line).collect();
        match selector {
            Selector::Transfer(id) => {
                Ok(lines(self.transfer(id)?.into_iter().map(|(line, _)| line).collect()))
            }
            Selector::Label(label) => Ok(lines(self.labelled(label))),
            Selector::EveryLabel => Ok(lines(self.every_label())),
            Selector::Payer(name) => Ok(lines(self.transfers_of(name, true)?)),
            Selector::Payee(name) => Ok(lines(self.transfers_of(name, false)?)),
            Selector::Account(name) => {
                let places = self.places(name)?;
                let kind = |place: &PlaceIdx| self.ledger.place(*place).kind;
                if places.iter().any(|place| kind(place) != PlaceKind::Account) {
                    let message = Message::new("error-no-balance").with("name", name);
                    return Err(Error::request(message)
                        .hint(Message::new("hint-no-balance").with("name", name)));
                }
                Ok(places.into_iter().map(Target::Balance).collect())
            }
        }
    }

    /// The label of a line's money: its own, or the id of the transfer, or `opening:ACCOUNT`.
    pub(crate) fn own_label(&self, line: LineIdx) -> (String, Labelling) {
        let found = self.ledger.line(line);
        let source = found.source_idx;
        if found.kind == LineKind::Opening {
            let opening = &self.case.openings[source as usize];
            let own = opening.label.clone();
            let label = own.unwrap_or_else(|| format!("opening:{}", opening.account));
            return (label, Labelling::Enters);
        }
        let transfer = self.case.table.get(source);
        match transfer.label {
            Some(label) if is_source(self.ledger, line) => (label.to_owned(), Labelling::Enters),
            Some(label) => (label.to_owned(), Labelling::Between),
            None => (transfer.id.to_owned(), Labelling::Id),
        }
    }

    /// A label that nothing else has, for money whose own label means other money in this question.
    fn full_label(&self, line: LineIdx, label: &str) -> String {
        let found = self.ledger.line(line);
        match found.kind {
            LineKind::Transfer => {
                format!("transfer:{}", self.case.table.get(found.source_idx).id)
            }
            _ => format!("opening:{label}"),
        }
    }

    /// Whether some row of the evidence brings money in under a label, asked about or not.
    fn enters(&self, label: &str) -> bool {
        let table = &self.case.table;
        let mut rows = 0..u32::try_from(table.len()).unwrap_or(u32::MAX);
        rows.any(|row| {
            let transfer = table.get(row);
            let payer = transfer.payer;
            let brings =
                is_outside(payer) || self.case.without_statement.iter().any(|a| a == payer);
            brings && transfer.label == Some(label)
        })
    }

    fn unknown_transfer(&self, id: &str) -> Error {
        let near = near(id, self.case.table.ids().iter());
        with_near(Error::request(Message::new("error-transfer-unknown").with("id", id)), &near)
    }

    /// A selector that names nothing.
    fn empty(&self, selector: &Selector) -> Error {
        let error = Error::request(Message::new("error-origin-empty").with("selector", selector));
        match selector {
            Selector::Label(label) if self.case.table.labels().find(label).is_some() => {
                let is_left_out = self.enters(label);
                let hint = if is_left_out { "hint-transfer-left-out" } else { "hint-label-inside" };
                error.hint(Message::new(hint))
            }
            Selector::Label(label) => {
                let openings = self.case.openings.iter().filter_map(|o| o.label.as_deref());
                let known = self.case.table.labels().iter().chain(openings);
                with_near(error, &near(label, known))
            }
            Selector::Account(_) => error.hint(Message::new("hint-opening-missing")),
            Selector::EveryLabel => error.hint(Message::new("hint-no-labels")),
            Selector::Transfer(_) | Selector::Payer(_) | Selector::Payee(_) => error,
        }
    }
}

/// Labels above which the evidence is gone through once for all of them.
const LABELS_FEW: usize = 4;

/// Lines by the label that the evidence gives them, found in one pass for many labels.
struct Labels<'a> {
    is_used: bool,
    lines: BTreeMap<&'a str, Vec<LineIdx>>,
}

impl<'a> Labels<'a> {
    /// Of the labels that selectors name, where they are many.
    fn of(resolver: &Resolver<'a>, selectors: &[Selector]) -> Self {
        let labels = selectors.iter().filter(|one| matches!(one, Selector::Label(_))).count();
        if labels <= LABELS_FEW {
            return Self { is_used: false, lines: BTreeMap::new() };
        }
        Self::given(resolver)
    }

    /// Of all labels.
    fn given(resolver: &Resolver<'a>) -> Self {
        let (case, ledger) = (resolver.case, resolver.ledger);
        let mut lines: BTreeMap<&str, Vec<LineIdx>> = BTreeMap::new();
        for line in ledger.opening_lines() {
            let opening = &case.openings[ledger.line(line).source_idx as usize];
            if let Some(label) = &opening.label {
                lines.entry(label).or_default().push(line);
            }
        }
        let rows = 0..u32::try_from(case.table.len()).unwrap_or(u32::MAX);
        for row in rows {
            let Some(label) = case.table.get(row).label else { continue };
            let of_row = ledger.lines_of_transfer(row).into_iter().map(|(line, _)| line);
            lines.entry(label).or_default().extend(of_row.filter(|&l| is_source(ledger, l)));
        }
        lines.retain(|_, lines| !lines.is_empty());
        for lines in lines.values_mut() {
            lines.sort_unstable();
        }
        Self { is_used: true, lines }
    }

    /// The lines of a label; `None` where they must be looked for: few labels were asked about, or this
    /// one is not given by the evidence, or may be the ledger's own, such as `opening:ACCOUNT`.
    fn lines(&self, selector: &Selector) -> Option<&[LineIdx]> {
        let Selector::Label(label) = selector else { return None };
        let is_own = label == UNLABELLED || label.contains(':');
        let found = self.lines.get(label.as_str()).filter(|_| self.is_used && !is_own);
        found.map(Vec::as_slice)
    }
}

fn with_near(error: Error, near: &[String]) -> Error {
    if near.is_empty() {
        return error;
    }
    let names: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    error.hint(Message::new("hint-near").with("names", names.join(", ")))
}

/// Up to three known names that differ little from what was typed.
fn near<'n>(typed: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    let limit = (typed.chars().count() / 3).clamp(1, 3);
    let lower = typed.to_lowercase();
    let close = |name: &str| {
        let is_near_in_length = name.len().abs_diff(typed.len()) <= 2 * limit;
        let edits = is_near_in_length.then(|| strsim::osa_distance(&lower, &name.to_lowercase()));
        edits.filter(|&edits| edits <= limit)
    };
    let mut found: Vec<(usize, &str)> =
        known.filter_map(|name| Some((close(name)?, name))).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_and_written_alike() {
        for text in
            ["transfer:t1", "label:V 1", "payer:@x", "payee:outside:cash", "account:A", "label:*"]
        {
            assert_eq!(text.parse::<Selector>().map(|s| s.to_string()), Ok(text.to_owned()));
        }
        for text in ["t1", "transfer:", "colour:red"] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
    }

    #[test]
    fn near_names_are_suggested() {
        assert_eq!(near("t71", ["t17", "t1", "t7", "x"].into_iter()), ["t1", "t17", "t7"]);
        assert_eq!(near("mx-001", ["MX-001", "MX-002"].into_iter()), ["MX-001", "MX-002"]);
    }
}
