//! The engine against the slow tracer, against the invariants of `TRACING` 14, and against cases.
//!
//! *Shape.* One test binary. [`world`] puts a slow case into the engine, [`compare`] sets its
//! answers beside those of the slow tracer. Random ledgers come from seeds; a failing test prints
//! the seed and the shape, which repeat it.

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod appended;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod compare;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod holdings;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod large;
mod links;
mod mapped;
#[cfg(test)]
mod printed;
#[cfg(test)]
mod regressions;
#[cfg(test)]
mod reshape;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod world;
