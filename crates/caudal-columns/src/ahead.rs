//! Asking the memory for what will be wanted soon.

/// Asks the processor to fetch the element at a position, and does not wait for it. Changes nothing
/// but the time that reading it takes; where the position is none, or the processor has no such
/// request, nothing happens.
#[inline]
pub fn fetch_ahead<T>(list: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(element) = list.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a request to fetch reads nothing and never faults, and the element is there.
        #[expect(unsafe_code, reason = "the language has no other way to ask for memory ahead")]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(element).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (list, at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_for_what_is_not_there_is_no_fault() {
        fetch_ahead(&[1, 2, 3], 2);
        fetch_ahead(&[1, 2, 3], 3);
        fetch_ahead::<u8>(&[], usize::MAX);
    }
}
