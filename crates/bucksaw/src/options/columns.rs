//! The columns that options name, which have to be there.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::{Options, UnknownColumns};
use crate::options::declared::{DeclaredColumn, MAX_NAME_BYTES, REST_COLUMN};
use crate::types::logical::ColumnType;

/// An option that names a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnOption {
    /// [`Options::sorted_by`].
    SortedBy,
    /// [`Options::cluster_by`].
    ClusterBy,
    /// [`Options::sort_by`].
    SortBy,
    /// [`Options::partition_by`].
    PartitionBy,
    /// [`Options::keep_together`].
    KeepTogether,
    /// [`Options::bloom_filter_of`].
    BloomFilterOf,
    /// [`Options::dictionary_of`].
    DictionaryOf,
    /// [`Options::timestamp_column`].
    TimestampColumn,
    /// [`Options::stream_column`].
    StreamColumn,
    /// [`Options::fingerprint_of`].
    FingerprintOf,
    /// [`Options::field_id`].
    FieldId,
    /// [`Options::time`].
    Time,
    /// [`Options::json_column`].
    JsonColumn,
    /// [`Options::select`].
    Select,
    /// [`Options::drop`].
    Drop,
    /// [`Options::rename`].
    Rename,
    /// [`Options::redact`].
    Redact,
}

impl ColumnOption {
    /// Whether the option declares the column itself.
    pub(crate) fn declares(self) -> bool {
        matches!(self, Self::Time | Self::JsonColumn)
    }

    /// Whether it names columns as rows do.
    pub(crate) fn is_of_rows(self) -> bool {
        matches!(
            self,
            Self::StreamColumn
                | Self::FingerprintOf
                | Self::Select
                | Self::Drop
                | Self::Rename
                | Self::Redact
        )
    }

    /// What messages call it.
    fn name(self) -> &'static str {
        match self {
            Self::SortedBy => "the sort order",
            Self::ClusterBy => "the order of row groups",
            Self::SortBy => "the order of rows",
            Self::PartitionBy => "a folder",
            Self::KeepTogether => "the rows to keep together",
            Self::BloomFilterOf => "a bloom filter",
            Self::DictionaryOf => "a dictionary",
            Self::TimestampColumn => "the timestamp column",
            Self::StreamColumn => "the stream column",
            Self::FingerprintOf => "the column of messages",
            Self::FieldId => "a field id",
            Self::Time => "a time",
            Self::JsonColumn => "JSON text",
            Self::Select => "the selection",
            Self::Drop => "the list of what to drop",
            Self::Rename => "a renaming",
            Self::Redact => "a redaction",
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
    /// The column that its name with dots means, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_as: Option<String>,
}

impl Options {
    /// The columns that options name.
    pub(crate) fn named_columns(&self) -> Vec<UnknownColumn> {
        use ColumnOption as O;
        let sorted_by = self.sorted_by.iter().map(|by| (O::SortedBy, by.column.clone()));
        let clustered_by = self.clustered_by.iter();
        let clustered_by = clustered_by.map(|key| (O::ClusterBy, key.order.column.clone()));
        let sort_by = self.sorted_into.iter().map(|key| (O::SortBy, key.order.column.clone()));
        let partition = self.dataset.partition.iter();
        let partition = partition.map(|key| (O::PartitionBy, key.column.clone()));
        let together = self.dataset.keep_together.iter();
        let together = together.map(|key| (O::KeepTogether, key.order.column.clone()));
        let filters = self.bloom_filter_of.iter().map(|column| (O::BloomFilterOf, column.clone()));
        let dictionaries =
            self.dictionary_of.keys().map(|column| (O::DictionaryOf, column.clone()));
        let timestamp = self.timestamp_column.iter();
        let timestamp = timestamp.map(|column| (O::TimestampColumn, column.clone()));
        let stream = self.stream_column.iter().map(|column| (O::StreamColumn, column.clone()));
        let messages = self.fingerprint_of.iter();
        let messages = messages.map(|column| (O::FingerprintOf, column.clone()));
        let ids = self.field_ids.keys().map(|column| (O::FieldId, column.clone()));
        let times = self.times.iter().map(|(column, _)| (O::Time, column.clone()));
        let json = self.json_columns.iter().map(|names| (O::JsonColumn, names.join(".")));
        let named = sorted_by
            .chain(clustered_by)
            .chain(sort_by)
            .chain(partition)
            .chain(together)
            .chain(filters)
            .chain(dictionaries)
            .chain(timestamp)
            .chain(stream)
            .chain(ids);
        let named = named.chain(messages).chain(times).chain(json);
        let selected = self.selected.iter().map(|column| (O::Select, column.clone()));
        let dropped = self.dropped.iter().map(|column| (O::Drop, column.clone()));
        let renamed = self.renamed.keys().map(|column| (O::Rename, column.clone()));
        let redacted: BTreeSet<&String> = self.redacted.iter().map(|(column, _)| column).collect();
        let redacted = redacted.into_iter().map(|column| (O::Redact, column.clone()));
        let named = named.chain(selected).chain(dropped).chain(renamed).chain(redacted);
        named.map(|(option, column)| UnknownColumn { option, column, stored_as: None }).collect()
    }

    /// Field ids that two columns have, and columns that have two.
    pub(super) fn field_id_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut columns_of = BTreeMap::<i32, BTreeSet<&str>>::new();
        for (column, id) in &self.field_ids {
            columns_of.entry(*id).or_default().insert(column);
        }
        for column in &self.schema.columns {
            let Some(id) = column.field_id else { continue };
            let given = self.field_ids.get(&column.name);
            if given.is_some_and(|given| *given != id) {
                problems.push(format!("the column {:?} is given two field ids", column.name));
            }
            columns_of.entry(id).or_default().insert(&column.name);
        }
        for (id, columns) in columns_of {
            if id < 0 {
                problems.push(format!("the field id {id} is negative"));
            }
            if columns.len() > 1 {
                problems.push(format!("the field id {id} is that of several columns: {columns:?}"));
            }
        }
        problems
    }

    /// Names that no column can have: empty ones, and those that the schema lacks, where it says that none are added.
    pub(super) fn column_problems(&self) -> Vec<String> {
        let declared: HashSet<&str> =
            self.schema.columns.iter().map(|column| column.name.as_str()).collect();
        let mut problems = Vec::new();
        for (from, to) in &self.renamed {
            if to.is_empty() || to.to_lowercase() == REST_COLUMN || to.len() > MAX_NAME_BYTES {
                problems.push(format!(
                    "{from:?} can't be renamed to {to:?}: it is empty, too long or Bucksaw's own"
                ));
            }
        }
        for UnknownColumn { option, column, .. } in self.named_columns() {
            let what = option.name();
            if column.is_empty() {
                problems.push(format!("{what} names a column without a name"));
            } else if option == ColumnOption::Select && !self.can_select(&column) {
                problems.push(format!(
                    "{what} names {column:?}, which is no column of the schema, and none are added to it"
                ));
            } else if !option.is_of_rows()
                && self.schema.unknown_columns != UnknownColumns::Add
                && column != REST_COLUMN
                && !declared.contains(column.as_str())
                && !declared.contains(self.declared_name(&column).as_str())
            {
                problems.push(format!(
                    "{what} names the column {column:?}, which the schema does not have, and none are added to it"
                ));
            }
        }
        problems.extend(self.type_problems());
        problems
    }

    /// Whether a name can be that of a column, by what it is called, its path or an object around it.
    fn can_select(&self, named: &str) -> bool {
        let is_within = |name: &str, named: &str| {
            let below = name.strip_prefix(named);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_']))
        };
        let is_it = |column: &DeclaredColumn| {
            let of_path = || column.path.as_ref().is_some_and(|p| is_within(&p.join("."), named));
            // Rows have yet to say which path is called so.
            let of_name = || is_within(&column.name, &self.names.column_name(named));
            column.name == named || of_path() || (column.path.is_none() && of_name())
        };
        self.schema.unknown_columns == UnknownColumns::Add
            || self.renamed.contains_key(named)
            || named == REST_COLUMN
            || self.declared_columns().iter().any(is_it)
    }

    /// Columns that are declared with a type that an option which names them can do nothing with.
    fn type_problems(&self) -> Vec<String> {
        use ColumnType as T;
        let declared = self.declared_columns();
        let wrong = self.named_columns().into_iter().filter_map(|named| {
            let ty = &declared.iter().find(|column| column.name == named.column)?.ty;
            let why = match named.option {
                ColumnOption::SortedBy if ty.is_nested() => "which has no order",
                ColumnOption::TimestampColumn
                    if !matches!(ty, T::Int32 | T::Int64 | T::Timestamp(_)) =>
                {
                    "and not as int32, int64 or timestamp"
                }
                ColumnOption::Redact if !matches!(ty, T::Text | T::Json) => {
                    "and not as text: what is redacted is text"
                }
                _ => return None,
            };
            let (what, column) = (named.option.name(), named.column);
            Some(format!("{what} names the column {column:?}, which is declared as {ty}, {why}"))
        });
        wrong.collect()
    }
}
