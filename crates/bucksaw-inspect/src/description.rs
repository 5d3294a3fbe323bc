//! What a description holds. The names of the fields are the names in the JSON document; fields are
//! added, but not renamed or removed.

use std::sync::Arc;

use bucksaw::SignalStats;
use serde::{Serialize, Serializer};

use super::json::Json;

/// A Parquet file, described.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// The file, as it was named.
    pub path: String,
    /// The file's bytes.
    pub file_size: u64,
    /// The footer's bytes, without its length and magic.
    pub footer_size: u64,
    /// The format version the writer claims: 1 or 2.
    pub format_version: i32,
    /// The writer.
    pub created_by: Option<String>,
    /// The rows.
    pub rows: u64,
    /// Bytes and ratio of all column chunks.
    pub totals: Totals,
    /// The columns (leaves of the schema), each with its totals over all row groups.
    pub columns: Vec<Column>,
    /// The file's key-value metadata, in the file's order.
    pub key_value_metadata: Vec<KeyValue>,
    /// What Bucksaw counted of the rows as logs, metrics or traces.
    pub signal_stats: Option<SignalStats>,
    /// The row groups.
    pub row_groups: Vec<RowGroup>,
    /// What could not be read without making the file unreadable.
    pub problems: Vec<String>,
}

/// Sizes of column chunks, page headers included.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// The bytes after encoding, before compression.
    pub encoded_bytes: u64,
    /// The bytes in the file.
    pub compressed_bytes: u64,
    /// Encoded divided by compressed bytes; none where there are no bytes.
    pub ratio: Option<f64>,
}

impl Totals {
    pub(super) fn new(encoded_bytes: u64, compressed_bytes: u64) -> Self {
        let ratio = (compressed_bytes > 0).then(|| encoded_bytes as f64 / compressed_bytes as f64);
        Self { encoded_bytes, compressed_bytes, ratio }
    }
}

/// A pair of the file's key-value metadata.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KeyValue {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Option<String>,
}

/// A column: a leaf of the schema.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Column {
    /// The names on the way from the root, joined by dots.
    #[serde(serialize_with = "shared")]
    pub name: Arc<str>,
    /// The names on the way from the root.
    pub path: Vec<String>,
    /// The physical type: BOOLEAN, INT32, INT64, INT96, FLOAT, DOUBLE, BYTE_ARRAY,
    /// FIXED_LEN_BYTE_ARRAY.
    pub physical_type: String,
    /// The bytes of a FIXED_LEN_BYTE_ARRAY.
    pub type_length: Option<i32>,
    /// The logical type, like STRING, TIMESTAMP(MICROS, UTC), DECIMAL(10, 2), INTEGER(8, unsigned).
    pub logical_type: Option<String>,
    /// The older annotation: UTF8, TIMESTAMP_MICROS, …
    pub converted_type: Option<String>,
    /// The field id of the column that it is, or is a part of, on the schema's highest level.
    pub field_id: Option<i32>,
    /// REQUIRED, OPTIONAL or REPEATED.
    pub repetition: String,
    /// The largest definition level.
    pub max_definition_level: i16,
    /// The largest repetition level.
    pub max_repetition_level: i16,
    /// The sums over all row groups.
    pub totals: ColumnTotals,
}

/// A column over all row groups.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct ColumnTotals {
    /// Bytes and ratio.
    #[serde(flatten)]
    pub sizes: Totals,
    /// The values, nulls included.
    pub values: u64,
    /// The nulls, where every column chunk says.
    pub null_count: Option<u64>,
    /// All encodings of the column chunks.
    pub encodings: Vec<String>,
    /// All codecs of the column chunks.
    pub codecs: Vec<String>,
    /// The smallest value, where every column chunk with values says and the order is known.
    pub min: Option<Json>,
    /// The largest value, likewise.
    pub max: Option<Json>,
    /// The data pages, where every column chunk has an offset index.
    pub data_pages: Option<u64>,
    /// The column chunks with a dictionary page.
    pub chunks_with_dictionary: u64,
    /// The column chunks with a column index.
    pub chunks_with_column_index: u64,
    /// The column chunks with an offset index.
    pub chunks_with_offset_index: u64,
    /// The column chunks with a bloom filter.
    pub chunks_with_bloom_filter: u64,
}

/// A row group.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RowGroup {
    /// The rows.
    pub rows: u64,
    /// Where its first page starts in the file; none where it has no columns.
    pub start_offset: Option<u64>,
    /// Bytes and ratio of its column chunks.
    #[serde(flatten)]
    pub sizes: Totals,
    /// The columns its rows are sorted by.
    pub sorting_columns: Vec<SortingColumn>,
    /// The column chunks, in the schema's order.
    pub columns: Vec<ColumnChunk>,
}

/// A column that rows are sorted by.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SortingColumn {
    /// The column's name; its number where there is no such column.
    pub name: String,
    /// From large to small.
    pub descending: bool,
    /// Nulls before values.
    pub nulls_first: bool,
}

/// A column chunk.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ColumnChunk {
    /// The column's name.
    #[serde(serialize_with = "shared")]
    pub name: Arc<str>,
    /// The file that holds it, where that is another one.
    pub file_path: Option<String>,
    /// Where its first page starts.
    pub start_offset: u64,
    /// The encodings of its pages and levels.
    #[serde(serialize_with = "all_shared")]
    pub encodings: Arc<[Arc<str>]>,
    /// The codec: UNCOMPRESSED, SNAPPY, GZIP, LZ4_RAW, ZSTD, …
    #[serde(serialize_with = "shared")]
    pub codec: Arc<str>,
    /// The values, nulls included.
    pub values: u64,
    /// The statistics, if there are any.
    pub statistics: Option<Box<Statistics>>,
    /// Bytes and ratio.
    #[serde(flatten)]
    pub sizes: Totals,
    /// Whether it has a dictionary page.
    pub has_dictionary_page: bool,
    /// Its data pages, where it has an offset index that was read.
    pub data_pages: Option<u64>,
    /// Whether it has a column index.
    pub has_column_index: bool,
    /// Whether it has an offset index.
    pub has_offset_index: bool,
    /// Whether it has a bloom filter.
    pub has_bloom_filter: bool,
    /// How many pages of which kind have which encoding, if the file says.
    pub page_encodings: Vec<PageEncoding>,
}

/// The statistics of a column chunk.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Statistics {
    /// The nulls.
    pub null_count: Option<u64>,
    /// The distinct values.
    pub distinct_count: Option<u64>,
    /// The NaNs.
    pub nan_count: Option<u64>,
    /// The smallest value: text as text, bytes as hexadecimal digits, timestamps as RFC 3339,
    /// decimals as text.
    pub min: Option<Json>,
    /// The largest value, likewise.
    pub max: Option<Json>,
    /// Whether `min` is a value of the column. For text and bytes only true where the file says so.
    pub min_is_exact: bool,
    /// Whether `max` is a value of the column, likewise.
    pub max_is_exact: bool,
    /// Whether these are the old fields, whose order isn't defined for text and unsigned numbers.
    pub deprecated_order: bool,
}

/// How many pages have an encoding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PageEncoding {
    /// DATA_PAGE, DATA_PAGE_V2, DICTIONARY_PAGE or INDEX_PAGE.
    #[serde(serialize_with = "shared")]
    pub page_type: Arc<str>,
    /// The encoding.
    #[serde(serialize_with = "shared")]
    pub encoding: Arc<str>,
    /// The pages.
    pub count: u64,
}

fn shared<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

fn all_shared<S: Serializer>(texts: &Arc<[Arc<str>]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| &**text))
}
