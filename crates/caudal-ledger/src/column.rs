//! A column of amounts, stored narrow where every value fits 64 bits and wide otherwise.
//!
//! *Units.* Minor units of the currency of the place or line it belongs to. Arithmetic on values
//! is always 128 bits wide; only the storage is narrow.

/// Amounts in 8 or 16 bytes each.
#[derive(Clone, Debug)]
pub enum Column {
    /// Every value fits 64 bits.
    Narrow(Vec<u64>),
    /// Assets with many decimals, such as wei.
    Wide(Vec<u128>),
}

impl Column {
    /// An empty column for values up to `limit`.
    pub fn for_values_up_to(limit: u128, capacity: usize) -> Self {
        if u64::try_from(limit).is_ok() {
            Self::Narrow(Vec::with_capacity(capacity))
        } else {
            Self::Wide(Vec::with_capacity(capacity))
        }
    }

    /// Appends a value, which must not exceed the limit the column was made for.
    pub fn push(&mut self, value: u128) {
        match self {
            Self::Narrow(values) => {
                values.push(u64::try_from(value).expect("the column was made for smaller values"));
            }
            Self::Wide(values) => values.push(value),
        }
    }

    /// The value at a position.
    pub fn get(&self, at: usize) -> u128 {
        match self {
            Self::Narrow(values) => u128::from(values[at]),
            Self::Wide(values) => values[at],
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(values) => values.len(),
            Self::Wide(values) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
