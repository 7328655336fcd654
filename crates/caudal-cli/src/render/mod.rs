//! Documents as text: tables for people, rows for programs.

pub(crate) mod rows;
pub(crate) mod table;
