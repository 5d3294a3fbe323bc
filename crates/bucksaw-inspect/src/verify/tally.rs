//! What is in a page, and in a column chunk: counts, levels, smallest and largest value.

use std::cmp::Ordering;

use super::super::leaf::Level;
use super::super::statistics::{self, Meaning, Raw};
use super::super::values::Value;

/// What was counted.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) levels: u64,
    pub(super) values: u64,
    pub(super) rows: u64,
    /// The nulls that stand for themselves: no lists that are null or empty, no structs that are null.
    pub(super) own_nulls: u64,
    pub(super) nans: u64,
    /// How often there is each level.
    pub(super) repetitions: Vec<u64>,
    pub(super) definitions: Vec<u64>,
    /// The bytes of byte arrays.
    pub(super) bytes: u64,
    pub(super) min: Option<Raw>,
    pub(super) max: Option<Raw>,
    meaning: Meaning,
    highest: Level,
}

impl Tally {
    /// Of nothing yet.
    pub(super) fn new(meaning: Meaning, highest: Level) -> Self {
        Self {
            levels: 0,
            values: 0,
            rows: 0,
            own_nulls: 0,
            nans: 0,
            repetitions: vec![0; usize::from(highest.repetition) + 1],
            definitions: vec![0; usize::from(highest.definition) + 1],
            bytes: 0,
            min: None,
            max: None,
            meaning,
            highest,
        }
    }

    /// Everything that is no value.
    pub(super) fn nulls(&self) -> u64 {
        self.levels - self.values
    }

    /// Adds a level, which is none above the highest.
    pub(super) fn level(&mut self, level: Level) {
        self.levels += 1;
        self.rows += u64::from(level.repetition == 0);
        self.own_nulls += u64::from(level.definition + 1 == self.highest.definition);
        for (counts, level) in
            [(&mut self.repetitions, level.repetition), (&mut self.definitions, level.definition)]
        {
            if let Some(count) = counts.get_mut(usize::from(level)) {
                *count += 1;
            }
        }
    }

    pub(super) fn value(&mut self, value: Value<'_>) {
        self.values += 1;
        if let Value::Bytes(bytes) = value {
            self.bytes += bytes.len() as u64;
        }
        if statistics::is_nan(value, self.meaning) {
            self.nans += 1;
            return;
        }
        let is = |bound: &Option<Raw>, order| match bound {
            None => true,
            Some(bound) => statistics::compare_value(value, bound, self.meaning) == Some(order),
        };
        let (is_less, is_more) = (is(&self.min, Ordering::Less), is(&self.max, Ordering::Greater));
        if is_less {
            self.min = statistics::raw_value(value, self.meaning);
        }
        if is_more {
            self.max = statistics::raw_value(value, self.meaning);
        }
    }

    /// Adds what is in the next page.
    pub(super) fn add(&mut self, page: Self) {
        self.levels += page.levels;
        self.values += page.values;
        self.rows += page.rows;
        self.own_nulls += page.own_nulls;
        self.nans += page.nans;
        self.bytes = self.bytes.saturating_add(page.bytes);
        for (sums, counts) in
            [(&mut self.repetitions, page.repetitions), (&mut self.definitions, page.definitions)]
        {
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        let meaning = self.meaning;
        for (bound, of_page, order) in [
            (&mut self.min, page.min, Ordering::Less),
            (&mut self.max, page.max, Ordering::Greater),
        ] {
            let Some(of_page) = of_page else { continue };
            let is_beyond = bound
                .as_ref()
                .is_none_or(|bound| statistics::compare(&of_page, bound, meaning) == Some(order));
            if is_beyond {
                *bound = Some(of_page);
            }
        }
    }
}
