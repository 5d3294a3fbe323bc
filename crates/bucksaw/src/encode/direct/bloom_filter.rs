//! Bloom filters: for about ten bits for each different value of a column chunk, readers learn of
//! almost all other values that they need not look for them.
//!
//! While the dictionary takes all values, its entries are the filter's contents and say how large it
//! is to be. Values outside of it go into a filter as large as it may become. In the end a filter is
//! folded to the size that its values fill.
//!
//! <https://github.com/apache/parquet-format/blob/master/BloomFilter.md>

use parquet::bloom_filter::Sbbf;
use parquet::errors::Result as ParquetResult;

use crate::options::BLOOM_FILTER_FALSE_POSITIVES;

/// Room for a value before folding: more than any rate of false positives that is of use takes.
const BYTES_PER_VALUE: usize = 2;
/// Bytes of one of the parts that a filter is made of.
const BLOCK_BYTES: usize = 32;

/// See the module.
#[derive(Debug)]
pub(super) struct BloomFilter {
    /// Different values that it has room for, at the most.
    most_values: usize,
    filter: Option<Sbbf>,
}

impl BloomFilter {
    pub(super) fn new(most_values: usize) -> Self {
        Self { most_values, filter: None }
    }

    /// Adds a value: its bytes when PLAIN, without a length before them.
    #[inline]
    pub(super) fn insert(&mut self, value: &[u8]) {
        self.with_room(self.most_values).insert(value);
    }

    /// Adds the bits of a double. Readers take both zeros for equal, and most take all NaNs for
    /// equal: each of them must be found by any of its kind.
    pub(super) fn insert_double(&mut self, bits: u64) {
        let double = f64::from_bits(bits);
        if double == 0.0 {
            self.insert(&0.0_f64.to_le_bytes());
            self.insert(&(-0.0_f64).to_le_bytes());
        } else if double.is_nan() {
            self.insert(&f64::NAN.to_le_bytes());
        }
        self.insert(&bits.to_le_bytes());
    }

    /// Adds the bits of a float, likewise.
    pub(super) fn insert_float(&mut self, bits: u32) {
        let float = f32::from_bits(bits);
        if float == 0.0 {
            self.insert(&0.0_f32.to_le_bytes());
            self.insert(&(-0.0_f32).to_le_bytes());
        } else if float.is_nan() {
            self.insert(&f32::NAN.to_le_bytes());
        }
        self.insert(&bits.to_le_bytes());
    }

    /// Makes the filter for as many different values, if it has none yet.
    pub(super) fn with_room(&mut self, values: usize) -> &mut Sbbf {
        self.filter.get_or_insert_with(|| Sbbf::new_with_num_of_bytes(values * BYTES_PER_VALUE))
    }

    /// The filter as it goes into the file.
    pub(super) fn finish(mut self) -> ParquetResult<Vec<u8>> {
        let filter = self.with_room(0);
        filter.fold_to_target_fpp(BLOOM_FILTER_FALSE_POSITIVES);
        let mut bytes = Vec::new();
        filter.write(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.filter.as_ref().map_or(0, |filter| filter.num_blocks() * BLOCK_BYTES)
    }
}
