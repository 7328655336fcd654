//! What statements prove, alone and in series: in the language of the domain, and with seeded faults.

mod faults;
mod proof;
mod script;
mod series;
mod splits;
