//! A column of amounts, stored narrow where every value fits 64 bits and wide otherwise.
//!
//! *Units.* Minor units of the currency of the place or line it belongs to. Arithmetic on values
//! is always 128 bits wide; only the storage is narrow.

/// Amounts in 8 or 16 bytes each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// Every value fits 64 bits.
    Narrow(Vec<u64>),
    /// Assets with many decimals, such as wei.
    Wide(Vec<u128>),
}

impl Default for Column {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Column {
    /// An empty column for values up to `limit`, which spares a copy when the first large one comes.
    pub fn for_values_up_to(limit: u128, capacity: usize) -> Self {
        if u64::try_from(limit).is_ok() {
            Self::Narrow(Vec::with_capacity(capacity))
        } else {
            Self::Wide(Vec::with_capacity(capacity))
        }
    }

    /// Appends a value. The first that does not fit makes the column wide.
    pub fn push(&mut self, value: u128) {
        match self {
            Self::Wide(values) => values.push(value),
            Self::Narrow(values) => {
                if let Ok(value) = u64::try_from(value) {
                    return values.push(value);
                }
                let mut wide: Vec<u128> = values.iter().copied().map(u128::from).collect();
                wide.push(value);
                *self = Self::Wide(wide);
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_beyond_64_bits_makes_the_column_wide_and_changes_no_other() {
        let mut column = Column::default();
        let values = [7, u128::from(u64::MAX), u128::from(u64::MAX) + 1, 9];
        for value in values {
            column.push(value);
        }
        assert!(matches!(column, Column::Wide(_)));
        assert_eq!((0..4).map(|at| column.get(at)).collect::<Vec<_>>(), values);
    }
}
