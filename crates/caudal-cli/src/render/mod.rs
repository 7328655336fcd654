//! Documents as text: tables for people, rows for programs.

pub(crate) mod grid;
pub(crate) mod holdings;
pub(crate) mod list;
pub(crate) mod next;
pub(crate) mod rows;
pub(crate) mod table;
