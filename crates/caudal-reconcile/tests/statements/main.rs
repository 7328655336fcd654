//! Statements with known faults, and series cut from a known history, against plain models.
#![expect(clippy::unwrap_used, reason = "what a test makes is there")]

mod damage;
mod faults;
mod make;
mod plain;
mod series;
mod sound;
