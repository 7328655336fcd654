//! How a name says that a party is outside the ledger.

/// Whether a name denotes an outside party: an endless source and sink where a trace ends.
///
/// Names that begin with `@` or with `outside:` are outside; all others are accounts.
///
/// ```
/// assert!(caudal_model::is_outside("@casino"));
/// assert!(caudal_model::is_outside("outside:cash"));
/// assert!(!caudal_model::is_outside("MX-001"));
/// ```
pub fn is_outside(name: &str) -> bool {
    name.starts_with('@') || name.starts_with("outside:")
}
