//! The request for a statement that is not held, ready to be completed and signed.
//!
//! *Shape.* A ranked candidate goes in, a letter in either language comes out: institution,
//! identifier, exact period, reason, value at stake, the transfers behind it, and slots for what the
//! program cannot know: the authority that asks, and on what legal basis.

use caudal_explain::{Message, Terms};
use caudal_report::{Letter, Table};
use caudal_wire::{Candidate, DarkTransfer, NextDocument};

use crate::error::{Error, ErrorKind};

/// What the user adds.
#[derive(Clone, Debug, Default)]
pub struct LetterOptions {
    /// The authority that asks, line by line.
    pub authority: Option<String>,
    /// The legal basis.
    pub legal_basis: Option<String>,
    /// The reference of the file.
    pub file_reference: Option<String>,
    /// The date of the letter.
    pub date: Option<String>,
}

/// A letter as text and as PDF.
#[derive(Clone, Debug)]
pub struct Written {
    /// Plain text.
    pub text: String,
    /// PDF.
    pub pdf: Vec<u8>,
}

/// Writes the request for a candidate.
pub fn letter(
    document: &NextDocument,
    rank: usize,
    options: &LetterOptions,
    terms: &Terms,
) -> Result<Written, Error> {
    let candidate = document.candidates.iter().find(|found| found.rank == rank);
    let candidate = candidate.ok_or_else(|| {
        let count = document.candidates.len();
        Error::request(Message::new("error-no-rank").with("rank", rank).with("count", count))
            .hint(Message::new("hint-no-rank"))
    })?;
    let letter = composed(document, candidate, options, terms);
    let pdf = caudal_report::letter_pdf(&letter).map_err(|error| {
        Error::new(ErrorKind::Data, Message::new("error-typesetting").with("why", error))
    })?;
    Ok(Written { text: caudal_report::letter_text(&letter), pdf })
}

fn composed(
    document: &NextDocument,
    candidate: &Candidate,
    options: &LetterOptions,
    terms: &Terms,
) -> Letter {
    let slot = |value: &Option<String>, key| value.clone().unwrap_or_else(|| terms.word(key));
    let with = |key: &'static str| {
        let message = Message::new(key)
            .with("account", &candidate.account)
            .with("from", &candidate.from)
            .with("to", &candidate.to)
            .with("currency", &candidate.currency)
            .with("least", &candidate.value_min)
            .with("most", &candidate.value_max)
            .with("carried", &candidate.carried_max)
            .with("likely-least", &candidate.likely_min)
            .with("likely-most", &candidate.likely_max)
            .with("unexplained", &candidate.unexplained);
        terms.say(&message)
    };
    let rules: Vec<&str> = candidate.by_rule.iter().map(|row| row.rule.as_str()).collect();
    let institution = candidate.institution.clone();
    let fact = |label: &'static str, value: String| (terms.word(label), value);
    let mut facts = vec![
        fact("letter-institution", slot(&institution, "letter-slot-institution")),
        fact("letter-account", candidate.account.clone()),
    ];
    facts.extend(candidate.holder.clone().map(|holder| fact("letter-holder", holder)));
    facts.push(fact("letter-period", with("letter-period-days")));
    let stakes = stakes(candidate).into_iter();
    facts.extend(stakes.map(|(label, value)| fact(label, with(value))));
    facts.push(fact("letter-rules", rules.join(", ")));
    facts.push(fact("letter-basis", slot(&options.legal_basis, "letter-slot-basis")));
    facts.push(fact("letter-reference", slot(&options.file_reference, "letter-slot-reference")));
    let authority = slot(&options.authority, "letter-slot-authority");
    let files = document.question.ledger.len();
    let footer =
        Message::new("letter-footer").with("version", document.version).with("files", files);
    Letter {
        title: with("letter-title"),
        date: options.date.clone(),
        to: vec![slot(&institution, "letter-slot-institution")],
        from: authority.lines().map(str::to_owned).collect(),
        paragraphs: ["letter-ask", reason(candidate), "letter-what", "letter-not-decided"]
            .map(with)
            .into(),
        facts,
        tables: tables(candidate, terms),
        closing: vec![terms.word("letter-place-date"), terms.word("letter-signature")],
        footer: terms.say(&footer),
        language: if terms.word("language-code") == "es" { "es" } else { "en" },
    }
}

/// Why the statement is asked for, by the strongest of what is known.
fn reason(candidate: &Candidate) -> &'static str {
    if is_some(&candidate.value_max) {
        "letter-reason-enters"
    } else if is_some(&candidate.carried_max) {
        "letter-reason-carried"
    } else if is_some(&candidate.unexplained) {
        "letter-reason-comes-out"
    } else {
        "letter-reason-likely"
    }
}

/// Labels and texts of the amounts that are not zero. An expectation stands only where it is all
/// that is known: in a letter each figure should lead to rows.
fn stakes(candidate: &Candidate) -> Vec<(&'static str, &'static str)> {
    let is_one = candidate.value_min == candidate.value_max;
    let value = if is_one { "letter-value-one" } else { "letter-value-range" };
    let known = [
        (&candidate.value_max, "letter-value", value),
        (&candidate.carried_max, "letter-carried", "letter-carried-value"),
        (&candidate.unexplained, "letter-unexplained", "letter-unexplained-value"),
    ];
    let likely = ("letter-likely", "letter-likely-value");
    let known = known.into_iter().filter(|(amount, ..)| is_some(amount));
    let known: Vec<_> = known.map(|(_, label, value)| (label, value)).collect();
    if known.is_empty() { vec![likely] } else { known }
}

/// Whether a written amount is not zero.
fn is_some(amount: &str) -> bool {
    amount.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// The transfers with which traced money went dark, and those with which unexplained money came out.
fn tables(candidate: &Candidate, terms: &Terms) -> Vec<Table> {
    let enters = transfers(&candidate.transfers, ("letter-table", "letter-column-traced"), terms);
    let titles = ("letter-table-comes-out", "letter-column-unexplained");
    let comes_out = transfers(&candidate.comes_out, titles, terms);
    enters.into_iter().chain(comes_out).collect()
}

fn transfers(
    found: &[DarkTransfer],
    (caption, amount): (&'static str, &'static str),
    terms: &Terms,
) -> Option<Table> {
    if found.is_empty() {
        return None;
    }
    let columns = [
        "letter-column-date",
        "letter-column-payer",
        "letter-column-payee",
        "letter-column-amount",
        amount,
        "letter-column-source",
    ];
    let rows = found.iter().map(|transfer| {
        let source = &transfer.source;
        let digest = source.sha256.get(..8).unwrap_or("");
        let place = match source.part {
            0 => format!("{}:{} ({digest})", source.file, source.row),
            part => format!("{}:{part}:{} ({digest})", source.file, source.row),
        };
        vec![
            transfer.date.clone(),
            transfer.payer.clone(),
            transfer.payee.clone(),
            transfer.amount.clone(),
            transfer.traced_max.clone(),
            place,
        ]
    });
    Some(Table {
        caption: terms.word(caption),
        columns: columns.iter().map(|key| terms.word(key)).collect(),
        numeric: vec![false, false, false, true, true, false],
        rows: rows.collect(),
    })
}
