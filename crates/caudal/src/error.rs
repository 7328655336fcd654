//! The one error type of the façade: a kind, a message, hints, and the problems behind it.

use std::fmt;

use caudal_explain::{Language, Message, Terms};
use caudal_model::Problem;

/// What kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The words of the question cannot be read: no selector, no rule, no day.
    Usage,
    /// Asks for what does not exist or cannot be asked.
    Request,
    /// A file is damaged or contradictory.
    Data,
    /// The disk, or a permission.
    Storage,
    /// The user stopped it.
    Cancelled,
}

/// A failure, in words of the term base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// What happened.
    pub message: Message,
    /// What to do about it.
    pub hints: Vec<Message>,
    /// The problems of the evidence behind it.
    pub problems: Vec<Problem>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: Message) -> Self {
        Self { kind, message, hints: Vec::new(), problems: Vec::new() }
    }

    /// The words of a question cannot be read.
    pub fn usage(message: Message) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// What was asked does not exist or cannot be asked.
    pub fn request(message: Message) -> Self {
        Self::new(ErrorKind::Request, message)
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: Message) -> Self {
        self.hints.push(hint);
        self
    }
}

impl From<caudal_trace::Cancelled> for Error {
    fn from(_: caudal_trace::Cancelled) -> Self {
        Self::new(ErrorKind::Cancelled, Message::new("error-cancelled"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Terms::new(Language::English).say(&self.message))
    }
}

impl std::error::Error for Error {}
