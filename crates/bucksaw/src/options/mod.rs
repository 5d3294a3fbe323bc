//! What a writer can be told, each with its default and its unit.

pub(crate) mod capacity;
mod choices;
mod columns;
mod dataset;
pub(crate) mod declared;
mod declaring;
pub(crate) mod file_name;
mod naming;
mod partition_key;
mod redaction;
mod schema_problems;
mod setters;
mod shaping;
mod signal_stats;
mod sort_key;
mod validate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use self::capacity::{MEMORY_PER_ARROW_COLUMN, MEMORY_PER_COLUMN, MEMORY_WITHOUT_COLUMNS};
pub use self::choices::{
    Arrays, BackendKind, Compression, Names, Numbers, Profile, SortColumn, Statistics,
    UnknownColumns,
};
pub use self::columns::{ColumnOption, UnknownColumn};
pub(crate) use self::dataset::DatasetOptions;
pub use self::dataset::MIN_ROLL_BYTES;
pub use self::declared::{MAX_NAME_BYTES, REST_COLUMN};
pub use self::file_name::{DEFAULT_FILE_NAME, FileName};
pub use self::naming::EMPTY_NAME;
pub use self::partition_key::PartitionKey;
pub use self::redaction::{MASK, Redaction};
pub use self::signal_stats::{MetricKind, Signal};
pub use self::sort_key::{KeyFunction, SortKey};
use crate::error::{Error, ErrorKind};
use crate::options::declared::DeclaredSchema;
use crate::types::habits::Habits;
use crate::types::spelling::Spelling;
use crate::types::timestamp::TimeUnit;

/// Rows in one record batch of the `arrow` backend.
pub const DEFAULT_CHUNK_ROWS: usize = 10_000;
/// Rows in one row group, at the most.
pub const DEFAULT_ROW_GROUP_ROWS: usize = 1_048_576;
/// Encoded bytes in one row group, about, at the most.
pub const DEFAULT_ROW_GROUP_BYTES: usize = 128 << 20;
/// Bytes that parsing, blocks, dictionaries, pages and the open row group may hold together.
pub const DEFAULT_MEMORY_LIMIT: usize = 64 << 20;
/// The smallest memory limit, in bytes, that a row group of useful size fits in.
pub const MIN_MEMORY_LIMIT: usize = 8 << 20;
/// The largest limit in bytes: no machine has more.
pub const MAX_LIMIT_BYTES: usize = isize::MAX as usize;
/// Threads at the most: more are taken as so many.
pub const MAX_THREADS: usize = 256;
/// Columns, and rows of a record batch, that the formats count, at the most.
const MAX_COUNT: usize = i32::MAX as usize;
/// Bytes in one data page before compression, about.
pub const DEFAULT_PAGE_BYTES: usize = 1 << 20;
/// Files of more columns than this get smaller pages: some readers hold a page of every column.
pub const COLUMNS_WITH_FULL_PAGES: usize = 100;
/// The smallest page, about, that a file of very many columns has unless told, in bytes.
pub const MIN_PAGE_BYTES: usize = 64 << 10;
/// Rows from a column's first value on whose values say its type.
pub const DEFAULT_SETTLING_ROWS: usize = 10_000;
/// Columns in one file; what a row has beyond them goes into `_rest` as JSON.
pub const DEFAULT_MAX_COLUMNS: usize = 1_000;
/// The column of the source's name, with [`Options::source_columns`].
pub const SOURCE_FILE_COLUMN: &str = "source_file";
/// The column of the line's number in its source, from 1, with [`Options::source_columns`].
pub const SOURCE_LINE_COLUMN: &str = "source_line";
/// Bytes in one value of text or bytes, at the most.
pub const MAX_VALUE_BYTES: usize = 1 << 30;
/// The compression level of zstd unless told.
pub const DEFAULT_ZSTD_LEVEL: i32 = 1;
/// The compression level of gzip unless told.
pub const DEFAULT_GZIP_LEVEL: u32 = 6;
/// The part of the values that a row group lacks which its bloom filter does not tell from those that
/// it has.
pub const BLOOM_FILTER_FALSE_POSITIVES: f64 = 0.01;
/// Bytes of the memory limit for each byte of a page, at the least.
const LIMIT_BYTES_PER_PAGE_BYTE: usize = 64;
/// Bytes of the memory limit for each different value that a bloom filter has room for. A row group
/// with more gets a filter with more false positives.
const LIMIT_BYTES_PER_BLOOM_VALUE: usize = 64;
/// The names that the `telemetry` preset of [`Options::text_prefixes`] starts with.
pub const TELEMETRY_PREFIXES: [&str; 4] = ["resource_", "scope_", "attr_", "metric_"];

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Options, message)
}

/// The options of a [`Writer`](crate::Writer).
///
/// ```
/// use bucksaw::{Compression, Options, Value};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("logs.parquet");
/// let mut writer = Options::new().compression(Compression::Zstd(3)).create(&path)?;
/// writer.write_row([("level", Value::from("INFO")), ("status", Value::from(200_i64))])?;
/// let report = writer.finish()?;
/// assert_eq!(report.rows, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) backend: BackendKind,
    pub(crate) profile: Profile,
    pub(crate) chunk_rows: usize,
    pub(crate) row_group_rows: usize,
    pub(crate) row_group_bytes: usize,
    pub(crate) memory_limit: usize,
    pub(crate) threads: usize,
    pub(crate) compression: Compression,
    pub(crate) dictionary: bool,
    pub(crate) dictionary_of: BTreeMap<String, bool>,
    pub(crate) bloom_filter_of: BTreeSet<String>,
    pub(crate) statistics: Statistics,
    pub(crate) page_bytes: Option<usize>,
    pub(crate) temporary_directory: Option<PathBuf>,
    pub(crate) overwrite: bool,
    pub(crate) verify: bool,
    pub(crate) schema: DeclaredSchema,
    pub(crate) names: Names,
    pub(crate) selected: Vec<String>,
    pub(crate) dropped: Vec<String>,
    pub(crate) renamed: BTreeMap<String, String>,
    pub(crate) redacted: Vec<(String, Redaction)>,
    pub(crate) source_columns: bool,
    pub(crate) fingerprints: bool,
    pub(crate) fingerprint_of: Option<String>,
    pub(crate) text_prefixes: Vec<String>,
    pub(crate) int64_from_text: bool,
    pub(crate) settling_rows: usize,
    pub(crate) timestamps: bool,
    pub(crate) numbers: Numbers,
    pub(crate) arrays: Arrays,
    pub(crate) timestamp_unit: TimeUnit,
    pub(crate) max_columns: usize,
    pub(crate) strict: bool,
    pub(crate) timestamp_column: Option<String>,
    pub(crate) signal_stats: Option<Signal>,
    pub(crate) habits: Habits,
    pub(crate) stream_column: Option<String>,
    pub(crate) dataset: DatasetOptions,
    pub(crate) sorted_by: Vec<SortColumn>,
    pub(crate) clustered_by: Vec<SortKey>,
    pub(crate) sorted_into: Vec<SortKey>,
    pub(crate) sort_directory: Option<PathBuf>,
    pub(crate) temporary_limit: u64,
    pub(crate) field_ids: BTreeMap<String, i32>,
    pub(crate) times: Vec<(String, Spelling)>,
    pub(crate) json_columns: Vec<Vec<String>>,
    pub(crate) parsed_json: Vec<Vec<String>>,
    pub(crate) assume_timezone: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            backend: BackendKind::default(),
            profile: Profile::default(),
            chunk_rows: DEFAULT_CHUNK_ROWS,
            row_group_rows: DEFAULT_ROW_GROUP_ROWS,
            row_group_bytes: DEFAULT_ROW_GROUP_BYTES,
            memory_limit: DEFAULT_MEMORY_LIMIT,
            threads: 1,
            compression: Compression::default(),
            dictionary: true,
            dictionary_of: BTreeMap::new(),
            bloom_filter_of: BTreeSet::new(),
            statistics: Statistics::default(),
            page_bytes: None,
            temporary_directory: None,
            overwrite: false,
            verify: false,
            schema: DeclaredSchema::default(),
            names: Names::default(),
            selected: Vec::new(),
            dropped: Vec::new(),
            renamed: BTreeMap::new(),
            redacted: Vec::new(),
            source_columns: false,
            fingerprints: false,
            fingerprint_of: None,
            text_prefixes: Vec::new(),
            int64_from_text: true,
            settling_rows: DEFAULT_SETTLING_ROWS,
            timestamps: true,
            numbers: Numbers::default(),
            arrays: Arrays::default(),
            timestamp_unit: TimeUnit::Micros,
            max_columns: DEFAULT_MAX_COLUMNS,
            strict: false,
            timestamp_column: None,
            signal_stats: None,
            habits: Habits::default(),
            stream_column: None,
            dataset: DatasetOptions::default(),
            sorted_by: Vec::new(),
            clustered_by: Vec::new(),
            sorted_into: Vec::new(),
            sort_directory: None,
            temporary_limit: u64::MAX,
            field_ids: BTreeMap::new(),
            times: Vec::new(),
            json_columns: Vec::new(),
            parsed_json: Vec::new(),
            assume_timezone: None,
        }
    }
}

/// What a column's values say of its type by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TypeRules {
    /// The unit of text that is a time; none where text stays text.
    pub(crate) time_unit: Option<TimeUnit>,
    pub(crate) numbers: Numbers,
    pub(crate) arrays: Arrays,
}

impl Options {
    pub(crate) fn type_rules(&self) -> TypeRules {
        TypeRules {
            time_unit: self.timestamps.then_some(self.timestamp_unit),
            numbers: self.numbers,
            arrays: self.arrays,
        }
    }

    /// Where files are staged, if not beside their target.
    #[must_use]
    pub fn staging_directory(&self) -> Option<&Path> {
        self.temporary_directory.as_deref()
    }

    /// Bytes in one page, about, of a file with as many columns: less where these are many, or the memory limit is small.
    pub(crate) fn page_bytes_for(&self, columns: usize) -> usize {
        self.page_bytes.unwrap_or_else(|| {
            let columns = columns.max(COLUMNS_WITH_FULL_PAGES);
            let of_columns = DEFAULT_PAGE_BYTES * COLUMNS_WITH_FULL_PAGES / columns;
            of_columns.min(self.memory_limit / LIMIT_BYTES_PER_PAGE_BYTE).max(MIN_PAGE_BYTES)
        })
    }

    /// Different values that a bloom filter has room for, at the most.
    pub(crate) fn most_bloom_values(&self) -> usize {
        self.row_group_rows.min(self.memory_limit / LIMIT_BYTES_PER_BLOOM_VALUE)
    }
}
