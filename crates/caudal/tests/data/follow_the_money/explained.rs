//! Every difference between their trajectories and Caudal's routes, and why.

/// A place (run, heuristic, trajectory), their amount and Caudal's.
type Row = (&'static str, &'static str, &'static str);

/// Why, and where.
pub(super) const EXPLAINED: &[(&str, &[Row])] = &[];
