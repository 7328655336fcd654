//! Sentences about results and problems, in English and Spanish.
//!
//! *Shape.* Below this crate results are data; here, and only here, they become words. One term
//! base serves the command line now and exhibits and pages later: `terms/en` and `terms/es` hold
//! the same keys, which a test checks.

mod terms;

pub use terms::{Language, Message, Terms, UnknownLanguage};

use caudal_model::{Problem, Severity};

impl Terms {
    /// What a problem is about, with its values, as one sentence.
    pub fn problem(&self, problem: &Problem) -> String {
        self.say(&problem_message(problem, ""))
    }

    /// What to do about it.
    pub fn problem_hint(&self, problem: &Problem) -> String {
        self.say(&problem_message(problem, "-hint"))
    }

    /// The word for a severity: `blocks`, `doubtful`, `note`.
    pub fn severity(&self, severity: Severity) -> String {
        self.say(&Message::new(match severity {
            Severity::Blocks => "severity-blocks",
            Severity::Doubtful => "severity-doubtful",
            Severity::Note => "severity-note",
        }))
    }
}

fn problem_message(problem: &Problem, suffix: &str) -> Message {
    Message::new(format!("problem-{}{suffix}", problem.code))
        .with("found", &problem.found)
        .with("expected", problem.expected.as_deref().unwrap_or(""))
        .with("column", problem.column.as_deref().unwrap_or(""))
}
