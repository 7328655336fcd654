//! Matching and identifiers in the language of their domain, and measured on made-up worlds.
#![expect(clippy::unwrap_used, reason = "what a test makes is there")]

mod cases;
mod identifiers;
mod world;
mod worlds;
