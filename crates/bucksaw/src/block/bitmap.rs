//! A growing set of row numbers, a bit each.

use std::ops::Range;

/// Which rows of a block have a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// The set of the rows below `len` for which `is_set` holds.
    pub(crate) fn from_fn(len: usize, mut is_set: impl FnMut(usize) -> bool) -> Self {
        let mut bits = Self { words: vec![0; len.div_ceil(64)] };
        for row in (0..len).filter(|row| is_set(*row)) {
            bits.words[row / 64] |= 1 << (row % 64);
        }
        bits
    }

    /// All rows below `len`.
    #[cfg(feature = "arrow")]
    pub(crate) fn all(len: usize) -> Self {
        let mut bits = Self::default();
        bits.insert_all(0..len);
        bits
    }

    /// Adds `row`; false where it is in already.
    #[inline]
    pub(crate) fn insert(&mut self, row: usize) -> bool {
        let (word, bit) = (row / 64, 1 << (row % 64));
        let Some(word) = self.words.get_mut(word) else {
            self.insert_behind(row);
            return true;
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Adds a row behind all words.
    #[cold]
    fn insert_behind(&mut self, row: usize) {
        self.words.resize(row / 64 + 1, 0);
        self.words[row / 64] = 1 << (row % 64);
    }

    /// Adds all of `rows`.
    pub(crate) fn insert_all(&mut self, rows: Range<usize>) {
        if rows.is_empty() {
            return;
        }
        let (first, last) = (rows.start / 64, (rows.end - 1) / 64);
        if last >= self.words.len() {
            self.words.resize(last + 1, 0);
        }
        for (word, bits) in self.words.iter_mut().enumerate().take(last + 1).skip(first) {
            *bits |= u64::MAX << (rows.start.max(word * 64) - word * 64)
                & u64::MAX >> (word * 64 + 64 - rows.end.min(word * 64 + 64));
        }
    }

    /// Adds those of `rows` rows from `row` on, at most 64, whose bit is set: the first one's is lowest.
    pub(crate) fn insert_word(&mut self, row: usize, bits: u64, rows: usize) {
        let bits = if rows < 64 { bits & ((1 << rows) - 1) } else { bits };
        let (word, shift) = (row / 64, row % 64);
        let needed = (row + rows).div_ceil(64);
        if needed > self.words.len() && bits != 0 {
            self.words.resize(needed, 0);
        }
        for (word, bits) in
            [(word, bits << shift), (word + 1, bits.unbounded_shr(64 - shift as u32))]
        {
            if bits != 0 {
                self.words[word] |= bits;
            }
        }
    }

    /// Where each row's value is among the values.
    pub(crate) fn ranks(&self) -> Ranks<'_> {
        let mut values = 0;
        let before = |word: &u64| {
            let before = values;
            values += word.count_ones();
            before
        };
        Ranks { words: &self.words, before: self.words.iter().map(before).collect() }
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// The 64 rows from `row` on, the first of them lowest.
    pub(crate) fn word_at(&self, row: usize) -> u64 {
        let word = |index: usize| self.words.get(index).copied().unwrap_or_default();
        match row % 64 {
            0 => word(row / 64),
            shift => word(row / 64) >> shift | word(row / 64 + 1) << (64 - shift),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn count_below(&self, row: usize) -> usize {
        let whole = (row / 64).min(self.words.len());
        let before: usize = self.words[..whole].iter().map(|word| word.count_ones() as usize).sum();
        let partial = self.words.get(row / 64).map_or(0, |word| word & ((1 << (row % 64)) - 1));
        before + partial.count_ones() as usize
    }

    pub(crate) fn count_within(&self, rows: Range<usize>) -> usize {
        self.count_below(rows.end) - self.count_below(rows.start)
    }

    /// The row after the last.
    pub(crate) fn end(&self) -> usize {
        let last = self.words.iter().rposition(|word| *word != 0);
        last.map_or(0, |word| word * 64 + 64 - self.words[word].leading_zeros() as usize)
    }

    /// Removes `len` and everything above it.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.words.truncate(len.div_ceil(64));
        if let Some(last) = self.words.get_mut(len / 64) {
            *last &= (1 << (len % 64)) - 1;
        }
    }

    pub(crate) fn shrink(&mut self) {
        self.words.shrink_to_fit();
    }

    pub(crate) fn bytes_used(&self) -> usize {
        self.words.len() * 8
    }

    /// Bytes that it keeps, room for more rows among them.
    pub(crate) fn bytes_held(&self) -> usize {
        self.words.capacity() * 8
    }
}

/// See [`Bits::ranks`].
pub(crate) struct Ranks<'b> {
    words: &'b [u64],
    /// For each word, how many rows are in those before it.
    before: Vec<u32>,
}

impl Ranks<'_> {
    /// How many rows before this one are in the set, if it is.
    #[inline]
    pub(crate) fn rank(&self, row: u32) -> Option<u32> {
        let index = row as usize / 64;
        let (word, bit) = (*self.words.get(index)?, 1 << (row % 64));
        (word & bit != 0).then(|| self.before[index] + (word & (bit - 1)).count_ones())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn behaves_like_a_vector_of_bools(
            model in prop::collection::vec(any::<bool>(), 0..300),
            cut in 0..320_usize,
            start in 0..320_usize,
        ) {
            let mut bits = Bits::default();
            for row in (0..model.len()).filter(|row| model[*row]) {
                prop_assert!(bits.insert(row));
                prop_assert!(!bits.insert(row));
            }
            let copy = Bits::from_fn(model.len(), |row| model[row]);
            let count = |range: Range<usize>| range.filter(|row| model.get(*row) == Some(&true)).count();
            prop_assert_eq!(bits.count(), count(0..model.len()));
            prop_assert_eq!(copy.count_below(cut), count(0..cut));
            prop_assert_eq!(bits.count_within(start.min(cut)..cut), count(start.min(cut)..cut));
            prop_assert_eq!(bits.contains(start), model.get(start) == Some(&true));
            for row in start..start + 64 {
                prop_assert_eq!(bits.word_at(start) >> (row - start) & 1 == 1, model.get(row) == Some(&true));
            }
            let mut more = bits.clone();
            more.insert_all(cut..start);
            for row in 0..400 {
                prop_assert_eq!(more.contains(row), (cut..start).contains(&row) || bits.contains(row));
            }
            let ranks = bits.ranks();
            for row in 0..400 {
                let rank = bits.contains(row).then(|| count(0..row) as u32);
                prop_assert_eq!(ranks.rank(row as u32), rank);
            }
            let mut moved = Bits::from_fn(cut, |row| row % 3 == 0);
            let len = model.len().saturating_sub(start);
            for at in (0..len).step_by(64) {
                moved.insert_word(cut + at, bits.word_at(start + at), (len - at).min(64));
            }
            for row in 0..cut + len + 70 {
                let is_in = if row < cut { row % 3 == 0 } else { model.get(start + row - cut) == Some(&true) };
                prop_assert_eq!(moved.contains(row), is_in);
            }
            bits.truncate(cut);
            prop_assert_eq!(bits.count(), count(0..cut));
        }
    }
}
