//! One module for each command.

pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod trace;
