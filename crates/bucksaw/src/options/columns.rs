//! The columns that options name, which have to be there.

use std::collections::HashSet;

use serde::Serialize;

use super::Options;
use crate::options::declared::REST_COLUMN;

/// An option that names a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnOption {
    /// [`Options::sorted_by`].
    SortedBy,
    /// [`Options::bloom_filter_of`].
    BloomFilterOf,
    /// [`Options::dictionary_of`].
    DictionaryOf,
    /// [`Options::timestamp_column`].
    TimestampColumn,
}

impl ColumnOption {
    /// What messages call it.
    fn name(self) -> &'static str {
        match self {
            Self::SortedBy => "the sort order",
            Self::BloomFilterOf => "a bloom filter",
            Self::DictionaryOf => "a dictionary",
            Self::TimestampColumn => "the timestamp column",
        }
    }
}

/// A column that an option names and no row had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnknownColumn {
    /// The option.
    pub option: ColumnOption,
    /// The column's name.
    pub column: String,
}

impl Options {
    /// The columns that options name.
    pub(crate) fn named_columns(&self) -> Vec<UnknownColumn> {
        use ColumnOption as O;
        let sorted_by = self.sorted_by.iter().map(|by| (O::SortedBy, &by.column));
        let filters = self.bloom_filter_of.iter().map(|column| (O::BloomFilterOf, column));
        let dictionaries = self.dictionary_of.keys().map(|column| (O::DictionaryOf, column));
        let timestamp = self.timestamp_column.iter().map(|column| (O::TimestampColumn, column));
        let named = sorted_by.chain(filters).chain(dictionaries).chain(timestamp);
        named.map(|(option, column)| UnknownColumn { option, column: column.clone() }).collect()
    }

    /// Names that no column can have: empty ones, and those that a closed schema lacks.
    pub(super) fn column_problems(&self) -> Vec<String> {
        let declared: HashSet<&str> =
            self.schema.columns.iter().map(|column| column.name.as_str()).collect();
        let mut problems = Vec::new();
        for UnknownColumn { option, column } in self.named_columns() {
            let what = option.name();
            if column.is_empty() {
                problems.push(format!("{what} names a column without a name"));
            } else if self.schema.closed
                && column != REST_COLUMN
                && !declared.contains(column.as_str())
            {
                problems.push(format!(
                    "{what} names the column {column:?}, which the closed schema does not have"
                ));
            }
        }
        problems
    }
}
