//! Appending rows to a ledger, against building the ledger of all rows.
//!
//! *Shape.* [`parts`] cuts a random ledger into a base and parts that come later, each with rows dated
//! back; [`same`] compares everything that can be seen of two ledgers, line by line.

#[cfg(test)]
mod equal;
#[cfg(test)]
mod limits;
mod parts;
mod same;
#[cfg(test)]
mod versions;
