//! What was to be written to a file: sums over the values of each column.
//!
//! Each value's hash goes into its column's sum together with its row and, of several in one row, which of them it is. So values
//! may come in any order, and a sum is another where a value is, or where it stands elsewhere.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

/// The values of a leaf: how many, and the sum over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) values: u64,
    pub(crate) sum: u64,
}

impl Sum {
    /// Adds the sum over other values.
    pub(crate) fn append(&mut self, other: Self) {
        self.values += other.values;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// Adds values of rows one after the other, each the only one of its row.
    #[inline]
    pub(crate) fn add_run(&mut self, first: u64, values: impl Iterator<Item = u64>) {
        values.zip(first..).for_each(|(value, row)| self.add(row, 0, value));
    }

    /// Adds a value of a row of the file, which is so many values behind the row's first one.
    #[inline]
    pub(crate) fn add(&mut self, row: u64, nth: u64, value: u64) {
        const ODD: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f];
        const ANY: [u64; 2] = [0x1656_67b1_9e37_79f9, 0x27d4_eb2f_1656_67c5];
        let place = row.wrapping_mul(ODD[0]) ^ nth.wrapping_mul(ODD[1]) ^ ANY[0];
        let wide = u128::from(value ^ ANY[1]) * u128::from(place | 1);
        self.values += 1;
        self.sum = self.sum.wrapping_add((wide ^ (wide >> 64)) as u64);
    }
}

/// The hash of bytes: the same in one process.
#[inline]
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(bytes)
}

/// What was to be written to a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Written {
    pub(crate) rows: u64,
    /// The columns that had values.
    pub(crate) columns: Vec<WrittenColumn>,
}

/// What was to be written of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WrittenColumn {
    pub(crate) name: String,
    /// Of a map its keys, and its values.
    pub(crate) leaves: Vec<Sum>,
    /// Whether its values are of types that only Arrow has: nothing is known of them.
    pub(crate) is_unknown: bool,
}
