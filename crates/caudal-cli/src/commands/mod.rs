//! One module for each command.

pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod holdings;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod matches;
pub(crate) mod new;
pub(crate) mod next;
pub(crate) mod show;
pub(crate) mod trace;
pub(crate) mod watch;
