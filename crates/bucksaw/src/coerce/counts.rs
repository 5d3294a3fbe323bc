//! Counts of what could not be stored as it came.

use serde::Serialize;

/// How often a value could not be stored as it came, by outcome. Nothing of it is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alterations {
    /// Values that their column's type does not hold, kept as text in `NAME__text`.
    pub conflicts: u64,
    /// Numbers that neither 64 bits nor a double hold, kept as text in `NAME__text`.
    pub oversized_numbers: u64,
    /// Integers stored in a float or double column, each exactly.
    pub widened: u64,
    /// Numbers with more digits than their column's, stored as the nearest float or double.
    pub rounded: u64,
    /// Texts read as the value that they spell, of the type that their column was declared to have, or of a
    /// timestamp column.
    pub parsed_texts: u64,
    /// Times of another offset than UTC's, stored as the instant in UTC.
    pub other_offsets: u64,
    /// Local times that the assumed time zone has twice, or not at all, kept as text in `NAME__text`.
    pub ambiguous_times: u64,
    /// Values of other types stored in a column of text, as they are spelled.
    pub stored_as_text: u64,
    /// Arrays, lists, empty objects and (where asked for) objects kept as JSON text.
    pub json_texts: u64,
    /// Objects beyond the depth limit, kept as JSON text.
    pub too_deep: u64,
    /// Values whose row had one for their column already, kept in `_rest`.
    pub duplicates: u64,
    /// Values without a column of their own, kept in `_rest`.
    pub rest_values: u64,
}

impl Alterations {
    /// Adds those of others.
    pub fn add(&mut self, other: &Self) {
        self.conflicts += other.conflicts;
        self.oversized_numbers += other.oversized_numbers;
        self.widened += other.widened;
        self.rounded += other.rounded;
        self.parsed_texts += other.parsed_texts;
        self.other_offsets += other.other_offsets;
        self.ambiguous_times += other.ambiguous_times;
        self.stored_as_text += other.stored_as_text;
        self.json_texts += other.json_texts;
        self.too_deep += other.too_deep;
        self.duplicates += other.duplicates;
        self.rest_values += other.rest_values;
    }

    /// What was counted since it was `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            conflicts: self.conflicts - before.conflicts,
            oversized_numbers: self.oversized_numbers - before.oversized_numbers,
            widened: self.widened - before.widened,
            parsed_texts: self.parsed_texts - before.parsed_texts,
            other_offsets: self.other_offsets - before.other_offsets,
            stored_as_text: self.stored_as_text - before.stored_as_text,
            json_texts: self.json_texts - before.json_texts,
            too_deep: self.too_deep - before.too_deep,
            duplicates: self.duplicates - before.duplicates,
            rest_values: self.rest_values - before.rest_values,
            ambiguous_times: self.ambiguous_times - before.ambiguous_times,
            rounded: self.rounded - before.rounded,
        }
    }
}
