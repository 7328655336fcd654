//! Calls of libraries that may panic on a hostile file: for us the file is damaged.
//!
//! *Shape.* A hook that tells of panics asks [`is_guarded`] first: these are told of as problems.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Runs a call; `None` if it panics. What the call leaves half done must not be used.
pub(crate) fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let result = catch_unwind(AssertUnwindSafe(call));
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    result.ok()
}

/// Whether this thread is in a call of which a panic becomes a problem of the evidence.
pub fn is_guarded() -> bool {
    DEPTH.with(|depth| depth.get() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_leaves_no_guard_behind() {
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Some(true));
        assert_eq!(guarded(|| -> u8 { panic!("a hostile file") }), None);
        assert!(!is_guarded());
    }
}
