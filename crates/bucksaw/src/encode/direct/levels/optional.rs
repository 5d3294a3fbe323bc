//! Definition levels of optional columns: a bit for each row, set where it has a value. The bits
//! are the bit-packed levels as they stand.

use super::{Levels, append_with_length};
use crate::block::ColumnSlice;
use crate::encode::direct::encoding::rle::{append_bit_run, append_rle_run};

/// The levels of one page.
#[derive(Debug, Default)]
pub(super) struct OptionalLevels {
    words: Vec<u64>,
    rows: usize,
    values: usize,
}

impl OptionalLevels {
    /// Appends rows, up to 64, lowest bit first.
    fn append_bits(&mut self, bits: u64, rows: usize) {
        debug_assert!((1..=64).contains(&rows));
        let bits = if rows == 64 { bits } else { bits & ((1 << rows) - 1) };
        let used = self.rows % 64;
        if used == 0 {
            self.words.push(bits);
        } else {
            // The last word has room for some of them.
            if let Some(last) = self.words.last_mut() {
                *last |= bits << used;
            }
            if used + rows > 64 {
                self.words.push(bits >> (64 - used));
            }
        }
        self.rows += rows;
        self.values += bits.count_ones() as usize;
    }
}

impl Levels for OptionalLevels {
    fn rows(&self) -> usize {
        self.rows
    }

    fn count(&self) -> usize {
        self.rows
    }

    fn nulls(&self) -> usize {
        self.rows - self.values
    }

    fn append(&mut self, slice: &ColumnSlice<'_, '_>) {
        slice.present_words().for_each(|(bits, rows)| self.append_bits(bits, rows));
    }

    fn append_nulls(&mut self, mut rows: usize) {
        while rows > 0 {
            let some = rows.min(64);
            self.append_bits(0, some);
            rows -= some;
        }
    }

    fn append_to(&self, page: &mut Vec<u8>) {
        append_with_length(page, |page| match self.values {
            0 => append_rle_run(0, self.rows, 1, page),
            values if values == self.rows => append_rle_run(1, self.rows, 1, page),
            _ => append_bit_run(&self.words, self.rows, page),
        });
    }

    /// A bit for each row is not worth counting.
    fn page_bytes(&self) -> usize {
        0
    }

    fn clear(&mut self) {
        self.words.clear();
        (self.rows, self.values) = (0, 0);
    }

    fn bytes_held(&self) -> usize {
        self.words.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bits_end_up_where_they_belong(parts in vec((any::<u64>(), 1..=64_usize), 0..20)) {
            let mut levels = OptionalLevels::default();
            let mut model = Vec::new();
            for (bits, rows) in parts {
                levels.append_bits(bits, rows);
                model.extend((0..rows).map(|row| bits >> row & 1 == 1));
                levels.append_nulls(rows * 2);
                model.extend(std::iter::repeat_n(false, rows * 2));
            }
            prop_assert_eq!(levels.rows(), model.len());
            prop_assert_eq!(levels.nulls(), model.iter().filter(|bit| !**bit).count());
            for (row, bit) in model.into_iter().enumerate() {
                prop_assert_eq!(levels.words[row / 64] >> (row % 64) & 1 == 1, bit);
            }
        }
    }
}
