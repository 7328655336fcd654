//! Documents as tables for people, in their language.
//!
//! *Shape.* One rule is shown in full: endings, transfers, accounts, receipts. Several rules are
//! shown side by side, one column each, since that is how a choice between them is read. Long lists
//! are cut and say so; nothing is rounded or grouped, so that any figure can be searched for.

mod compare;
mod lines;
mod result;
mod sensitivity;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use caudal::wire::{
    AmountRow, Assumption, ExplainDocument, ProblemRow, Question, Result as RuleResult, RouteRow,
    Source, TraceDocument,
};
use caudal::{Message, Terms};

pub(crate) use compare::comparison;
use compare::stands_alone;
pub(in crate::render) use lines::{heading, line};
use result::one_result;
pub(crate) use sensitivity::headline;

/// Problems of one code that a table shows.
const ALIKE_SHOWN: usize = 5;

/// Selectors of a question that its first line names.
const SELECTORS_SHOWN: usize = 5;

/// A trace.
pub(crate) fn trace(document: &TraceDocument, terms: &Terms) -> String {
    let mut text = question(&document.question, terms);
    text.push_str(&headline(&document.headline, terms));
    text.push_str(&results(&document.results, terms));
    if !document.without_links.is_empty() {
        heading(&mut text, &terms.word("table-without-links"));
        text.push_str(&results(&document.without_links, terms));
    }
    text.push_str(&sensitivity::sensitivity(document, terms));
    text.push_str(&footer(&document.assumptions, &document.problems, terms));
    text
}

fn results(results: &[RuleResult], terms: &Terms) -> String {
    if results.len() < 2 {
        return results.iter().map(|result| one_result(result, terms)).collect();
    }
    let mut text = comparison(results, terms);
    if !text.is_empty() {
        text.insert(0, '\n');
    }
    for result in results.iter().filter(|result| stands_alone(result)) {
        text.push_str(&one_result(result, terms));
    }
    text
}

/// A route or several, hop by hop.
pub(crate) fn explain(document: &ExplainDocument, terms: &Terms) -> String {
    let mut text = question(&document.question, terms);
    text.push('\n');
    text.push_str(&rule_line((&document.rule, &document.aliases), &document.authority, terms));
    text.push('\n');
    text.push_str(&routes(&document.routes, terms));
    text.push_str(&further(&document.further, terms));
    if document.routes.is_empty() && document.further.is_empty() {
        // A share may be so small that it prints zero; then there is nothing to explain.
        line(&mut text, &terms.word("line-nothing"));
    }
    text.push_str(&footer(&document.assumptions, &document.problems, terms));
    text
}

pub(in crate::render) fn question(question: &Question, terms: &Terms) -> String {
    let (from, to) = (selectors(&question.from), selectors(&question.to));
    let message = match (question.from.is_empty(), question.to.is_empty()) {
        (false, true) => Message::new("line-question").with("from", from),
        (true, _) => Message::new("line-question-backward").with("to", to),
        (false, false) => Message::new("line-question-between").with("from", from).with("to", to),
    };
    let mut text = String::new();
    line(&mut text, &terms.say(&message));
    for file in &question.ledger {
        line(&mut text, &format!("{}  sha256 {}", file.file, file.sha256));
    }
    text
}

fn selectors(typed: &[String]) -> String {
    let shown = typed.iter().take(SELECTORS_SHOWN).cloned().collect::<Vec<_>>().join(" ");
    if typed.len() > SELECTORS_SHOWN { format!("{shown} … ({})", typed.len()) } else { shown }
}

/// The rule with its other names, what it does, and its authority.
pub(in crate::render) fn rule_line(
    (rule, aliases): (&str, &[&str]),
    authority: &str,
    terms: &Terms,
) -> String {
    let family = rule.split(':').next().unwrap_or(rule);
    let named = match aliases {
        [] => rule.to_owned(),
        _ => format!("{rule} ({})", aliases.join(", ")),
    };
    let message = Message::new("line-rule")
        .with("rule", named)
        .with("name", terms.say(&Message::new(format!("rule-{family}"))))
        .with("authority", authority);
    format!("{}\n", terms.say(&message))
}

pub(in crate::render) fn ending_word(kind: &str, terms: &Terms) -> String {
    terms.say(&Message::new(format!("ending-{kind}")))
}

pub(crate) fn source(source: &Source) -> String {
    match source.part {
        0 => format!("{}:{}", source.file, source.row),
        part => format!("{}:{part}:{}", source.file, source.row),
    }
}

fn routes(routes: &[RouteRow], terms: &Terms) -> String {
    let mut text = String::new();
    for (at, route) in routes.iter().enumerate() {
        let message = match &route.fine {
            // What is too fine for units of the origin is told in those of the target.
            Some(fine) => Message::new("line-route-fine")
                .with("amount", &fine.amount)
                .with("currency", &fine.currency)
                .with("whole", format!("{} {}", route.amount, route.currency)),
            None => Message::new("line-route")
                .with("amount", &route.amount)
                .with("currency", &route.currency),
        };
        let message = message.with("label", &route.label);
        writeln!(text, "{}. {}", at + 1, terms.say(&message)).expect("a text takes everything");
        for hop in &route.hops {
            writeln!(text, "   - {}", hop.sentence).expect("a text takes everything");
            if let Some(place) = &hop.source {
                let digest = place.sha256.get(..8).unwrap_or("");
                writeln!(text, "     [{}, sha256 {digest}…]", source(place))
                    .expect("a text takes everything");
            }
        }
    }
    text
}

/// Money on routes that are not listed.
fn further(rows: &[AmountRow], terms: &Terms) -> String {
    let mut text = String::new();
    for row in rows {
        let further = Message::new("line-further")
            .with("amount", &row.amount)
            .with("currency", &row.currency)
            .with("label", &row.label);
        line(&mut text, &terms.say(&further));
    }
    text
}

pub(crate) fn footer(assumptions: &[Assumption], problems: &[ProblemRow], terms: &Terms) -> String {
    let mut text = String::new();
    heading(&mut text, &terms.word("table-assumptions"));
    for assumption in assumptions {
        line(&mut text, &format!("  - {} [{}]", assumption.text, assumption.code));
    }
    text.push_str(&problem_lines(problems, terms));
    text
}

/// Problems under their heading, a few of each code.
pub(crate) fn problem_lines(problems: &[ProblemRow], terms: &Terms) -> String {
    let mut text = String::new();
    if !problems.is_empty() {
        heading(&mut text, &terms.word("table-problems"));
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for problem in problems {
        let count = seen.entry(&problem.code).or_default();
        *count += 1;
        if *count > ALIKE_SHOWN {
            continue;
        }
        let severity = terms.say(&Message::new(format!("severity-{}", problem.severity)));
        let place =
            problem.source.as_ref().map_or_else(String::new, |s| format!(" ({})", source(s)));
        line(&mut text, &format!("  - {severity}: {}{place} [{}]", problem.text, problem.code));
    }
    for (code, count) in seen {
        if let Some(more) = count.checked_sub(ALIKE_SHOWN).filter(|&more| more > 0) {
            let message = Message::new("line-more-alike").with("count", more).with("code", code);
            line(&mut text, &terms.say(&message));
        }
    }
    text
}
