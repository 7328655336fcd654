//! What the engine is checked against: a second tracer, random ledgers, cases and the casebook.
//!
//! *Shape.* [`slow`] is the plainest possible tracer, with literal queues of lots and exact
//! rationals. It shares no code with the engine. [`random`] makes ledgers from a seed, [`cases`]
//! reads conformance cases from JSON, [`casebook`] reads the project's Markdown casebook, and
//! [`check`] answers a question with the slow tracer and compares every expected figure.

pub mod casebook;
pub mod cases;
pub mod check;
pub mod random;
pub mod slow;
pub mod worlds;
