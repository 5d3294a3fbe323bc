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
    /// Bytes stored in a column of text, in base64.
    pub base64_texts: u64,
    /// Arrays, lists, empty objects and (where asked for) objects kept as JSON text.
    pub json_texts: u64,
    /// Objects beyond the depth limit, kept as JSON text.
    pub too_deep: u64,
    /// Values whose row had one for their column already, kept in `_rest`.
    pub duplicates: u64,
    /// Values without a column of their own, kept in `_rest`.
    pub rest_values: u64,
    /// Members of OTLP/JSON that OTLP does not have, left out as its specification says; in protobuf such fields beside resources.
    pub unknown_members: u64,
    /// Names in OTLP/JSON in place of an enumeration's numbers, stored as the number.
    pub enum_names: u64,
    /// Texts that were read as JSON objects, by [`Options::parse_json`](crate::Options::parse_json).
    pub parsed_json: u64,
    /// NaN and infinities in JSON, stored as doubles, or as texts in what is kept as JSON text ([`Options::allow_nan`](crate::Options::allow_nan)).
    pub nan: u64,
    /// Surrogates without their other half in JSON, replaced by U+FFFD
    /// ([`Options::replace_lone_surrogates`](crate::Options::replace_lone_surrogates)).
    pub lone_surrogates: u64,
    /// Values of Arrow's and Parquet's types that no column has, stored as JSON text (counted there, too), as text, or (durations) as a
    /// number of their unit.
    pub retyped: u64,
    /// Values in whose place something else was stored, by [`Options::redact`](crate::Options::redact).
    pub redacted: u64,
}

/// What was done with a value that could not be stored as it came; see the fields of [`Alterations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Conflict,
    OversizedNumber,
    Widened,
    Rounded,
    ParsedText,
    OtherOffset,
    AmbiguousTime,
    StoredAsText,
    Base64Text,
    JsonText,
    TooDeep,
    Duplicate,
    Retyped,
    Redacted,
}

impl Outcome {
    const ALL: [Self; 14] = [
        Self::Conflict,
        Self::OversizedNumber,
        Self::Widened,
        Self::Rounded,
        Self::ParsedText,
        Self::OtherOffset,
        Self::AmbiguousTime,
        Self::StoredAsText,
        Self::Base64Text,
        Self::JsonText,
        Self::TooDeep,
        Self::Duplicate,
        Self::Retyped,
        Self::Redacted,
    ];

    /// The field that counts it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflicts",
            Self::OversizedNumber => "oversized_numbers",
            Self::Widened => "widened",
            Self::Rounded => "rounded",
            Self::ParsedText => "parsed_texts",
            Self::OtherOffset => "other_offsets",
            Self::AmbiguousTime => "ambiguous_times",
            Self::StoredAsText => "stored_as_text",
            Self::Base64Text => "base64_texts",
            Self::JsonText => "json_texts",
            Self::TooDeep => "too_deep",
            Self::Duplicate => "duplicates",
            Self::Retyped => "retyped",
            Self::Redacted => "redacted",
        }
    }
}

/// What was done with a value of a column, in four bytes: one row may have millions of such values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ColumnOutcome(u32);

impl ColumnOutcome {
    /// Bits of the outcome, below those of the column's index: no table has so many columns that these are too few.
    const OUTCOME_BITS: u32 = 4;

    /// Of the column with this index.
    pub(crate) fn new(column: usize, outcome: Outcome) -> Self {
        Self((column as u32) << Self::OUTCOME_BITS | outcome as u32)
    }

    /// The column's index.
    pub(crate) fn column(self) -> usize {
        (self.0 >> Self::OUTCOME_BITS) as usize
    }

    pub(crate) fn outcome(self) -> Outcome {
        let number = self.0 & ((1 << Self::OUTCOME_BITS) - 1);
        Outcome::ALL[number as usize]
    }
}

impl Alterations {
    /// Adds those of others.
    pub fn add(&mut self, other: &Self) {
        self.zip(other, |count, other| *count += other);
    }

    /// What was counted since it was `before`.
    pub(crate) fn since(mut self, before: &Self) -> Self {
        self.zip(before, |count, before| *count -= before);
        self
    }

    /// Counts an outcome.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Conflict => &mut self.conflicts,
            Outcome::OversizedNumber => &mut self.oversized_numbers,
            Outcome::Widened => &mut self.widened,
            Outcome::Rounded => &mut self.rounded,
            Outcome::ParsedText => &mut self.parsed_texts,
            Outcome::OtherOffset => &mut self.other_offsets,
            Outcome::AmbiguousTime => &mut self.ambiguous_times,
            Outcome::StoredAsText => &mut self.stored_as_text,
            Outcome::Base64Text => &mut self.base64_texts,
            Outcome::JsonText => &mut self.json_texts,
            Outcome::TooDeep => &mut self.too_deep,
            Outcome::Duplicate => &mut self.duplicates,
            Outcome::Retyped => &mut self.retyped,
            Outcome::Redacted => &mut self.redacted,
        };
        *count += 1;
    }

    fn zip(&mut self, other: &Self, with: impl Fn(&mut u64, u64)) {
        with(&mut self.conflicts, other.conflicts);
        with(&mut self.oversized_numbers, other.oversized_numbers);
        with(&mut self.widened, other.widened);
        with(&mut self.rounded, other.rounded);
        with(&mut self.parsed_texts, other.parsed_texts);
        with(&mut self.other_offsets, other.other_offsets);
        with(&mut self.ambiguous_times, other.ambiguous_times);
        with(&mut self.stored_as_text, other.stored_as_text);
        with(&mut self.base64_texts, other.base64_texts);
        with(&mut self.json_texts, other.json_texts);
        with(&mut self.too_deep, other.too_deep);
        with(&mut self.duplicates, other.duplicates);
        with(&mut self.rest_values, other.rest_values);
        with(&mut self.unknown_members, other.unknown_members);
        with(&mut self.enum_names, other.enum_names);
        with(&mut self.parsed_json, other.parsed_json);
        with(&mut self.nan, other.nan);
        with(&mut self.lone_surrogates, other.lone_surrogates);
        with(&mut self.retyped, other.retyped);
        with(&mut self.redacted, other.redacted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_of_columns_come_back() {
        for outcome in Outcome::ALL {
            for column in [0, 1, 70_000] {
                let packed = ColumnOutcome::new(column, outcome);
                assert_eq!((packed.column(), packed.outcome()), (column, outcome));
            }
        }
    }
}
