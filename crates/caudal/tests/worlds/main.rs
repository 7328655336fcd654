//! Generated worlds, from files to requests: matching, faults and the ranking against the truth.
#![expect(clippy::print_stdout, reason = "measures are printed")]

mod desk;
mod faults;
mod matching;
mod next;
mod ranking;
