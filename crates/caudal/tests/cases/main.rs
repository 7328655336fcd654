//! Cases through the public API, as a user meets them: evidence files in, a document out.
//!
//! *Shape.* One test binary. [`world`] writes a ledger into a case folder and opens it, [`asking`]
//! makes requests of it, [`reading`] reads the decimal strings of a document back, [`laws`] holds
//! every document to what must be true of all of them, [`figures`] compares expected figures. Above
//! these stand the casebook, the conformance cases, random ledgers, options, explanations, both
//! directions, both languages, and errors.
#![expect(clippy::disallowed_methods, reason = "cases are files beside the tests")]

#[cfg(test)]
mod aliases;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod books;
#[cfg(test)]
mod directions;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod holdings;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod options;
#[cfg(test)]
mod random;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod regressions;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod sensitivity;
#[cfg(test)]
mod watched;
#[cfg(test)]
mod world;
