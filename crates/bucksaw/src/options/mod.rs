//! What a writer can be told, each with its default and its unit.

mod choices;
mod columns;
pub(crate) mod declared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use self::choices::{BackendKind, Compression, Profile, SortColumn, Statistics};
pub use self::columns::{ColumnOption, UnknownColumn};
pub use self::declared::{MAX_NAME_BYTES, REST_COLUMN};
use crate::error::{Error, ErrorKind, Result};
use crate::options::declared::DeclaredSchema;

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
pub const LEAST_PAGE_BYTES: usize = 64 << 10;
/// Columns in one file; what a row has beyond them goes into `_rest` as JSON.
pub const DEFAULT_MAX_COLUMNS: usize = 1_000;
/// Bytes in one value of text or bytes, at the most.
pub const MAX_VALUE_BYTES: usize = 1 << 30;
/// The compression level of zstd unless told.
pub const DEFAULT_ZSTD_LEVEL: i32 = 1;
/// The compression level of gzip unless told.
pub const DEFAULT_GZIP_LEVEL: u32 = 6;
/// The part of the values that a row group lacks which its bloom filter does not tell from those that
/// it has.
pub const BLOOM_FILTER_FALSE_POSITIVES: f64 = 0.01;
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
    pub(crate) schema: DeclaredSchema,
    pub(crate) text_prefixes: Vec<String>,
    pub(crate) int64_from_text: bool,
    pub(crate) omit_null_columns: bool,
    pub(crate) max_columns: usize,
    pub(crate) strict: bool,
    pub(crate) timestamp_column: Option<String>,
    pub(crate) sorted_by: Vec<SortColumn>,
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
            schema: DeclaredSchema::default(),
            text_prefixes: Vec::new(),
            int64_from_text: true,
            omit_null_columns: true,
            max_columns: DEFAULT_MAX_COLUMNS,
            strict: false,
            timestamp_column: None,
            sorted_by: Vec::new(),
        }
    }
}

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The backend. Default: [`BackendKind::Direct`].
    #[must_use]
    pub fn backend(mut self, backend: BackendKind) -> Self {
        self.backend = backend;
        self
    }

    /// Which encodings the `direct` backend may use. Default: [`Profile::Portable`].
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Rows in one record batch of the `arrow` backend. Default: [`DEFAULT_CHUNK_ROWS`].
    #[must_use]
    pub fn chunk_rows(mut self, rows: usize) -> Self {
        self.chunk_rows = rows;
        self
    }

    /// Rows in one row group, at the most. Default: [`DEFAULT_ROW_GROUP_ROWS`].
    #[must_use]
    pub fn row_group_rows(mut self, rows: usize) -> Self {
        self.row_group_rows = rows;
        self
    }

    /// Encoded bytes in one row group, about, at the most. Default: [`DEFAULT_ROW_GROUP_BYTES`].
    #[must_use]
    pub fn row_group_bytes(mut self, bytes: usize) -> Self {
        self.row_group_bytes = bytes;
        self
    }

    /// Bytes that everything between input and sink may hold together; reaching three fourths of it
    /// ends the row group early, the rest being left for the allocator. Default: [`DEFAULT_MEMORY_LIMIT`]; the least is [`MIN_MEMORY_LIMIT`].
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Threads that parse and encode side by side; the file's bytes don't depend on it. Each beyond
    /// the first takes some megabytes of its own. More than [`MAX_THREADS`] are as many. Default: 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.min(MAX_THREADS);
        self
    }

    /// How pages are compressed. Default: zstd with level [`DEFAULT_ZSTD_LEVEL`].
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Whether columns get a dictionary. Default: true.
    #[must_use]
    pub fn dictionary(mut self, on: bool) -> Self {
        self.dictionary = on;
        self
    }

    /// Whether this one column gets a dictionary, whatever [`Options::dictionary`] says.
    #[must_use]
    pub fn dictionary_of(mut self, column: impl Into<String>, on: bool) -> Self {
        self.dictionary_of.insert(column.into(), on);
        self
    }

    /// Gives this column a bloom filter in each row group, by which readers that look for one value
    /// skip row groups without it; worth its bytes in columns of many different values that are not
    /// sorted, like ids. About 10 bits for each different value, for false positives of
    /// [`BLOOM_FILTER_FALSE_POSITIVES`]. Columns of bools, lists and structs have none.
    #[must_use]
    pub fn bloom_filter_of(mut self, column: impl Into<String>) -> Self {
        self.bloom_filter_of.insert(column.into());
        self
    }

    /// What is written down about the values. Default: [`Statistics::Page`].
    #[must_use]
    pub fn statistics(mut self, statistics: Statistics) -> Self {
        self.statistics = statistics;
        self
    }

    /// Bytes in one page before compression, about. Default: [`DEFAULT_PAGE_BYTES`], and in files of
    /// more columns than [`COLUMNS_WITH_FULL_PAGES`] less in proportion, down to [`LEAST_PAGE_BYTES`].
    /// (Columns that come later make no page smaller that was begun before.)
    #[must_use]
    pub fn page_bytes(mut self, bytes: usize) -> Self {
        self.page_bytes = Some(bytes);
        self
    }

    /// Where an unfinished file is staged. Default: beside its target, where publishing is a mere
    /// rename; from another file system the file is copied beside the target first.
    #[must_use]
    pub fn temporary_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.temporary_directory = Some(directory.into());
        self
    }

    /// Whether [`Options::create`] may replace a file. Default: false.
    #[must_use]
    pub fn overwrite(mut self, yes: bool) -> Self {
        self.overwrite = yes;
        self
    }

    /// Columns known beforehand. Default: none, and open.
    #[must_use]
    pub fn schema(mut self, schema: DeclaredSchema) -> Self {
        self.schema = schema;
        self
    }

    /// Columns whose name starts with one of these hold text, whatever their values' types are.
    /// Default: none; [`TELEMETRY_PREFIXES`] is the usual list.
    #[must_use]
    pub fn text_prefixes<P: Into<String>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        self.text_prefixes = prefixes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether declared int32 and int64 columns take text that is a base-10 integer. Default: true.
    #[must_use]
    pub fn int64_from_text(mut self, yes: bool) -> Self {
        self.int64_from_text = yes;
        self
    }

    /// Whether declared columns that are null in every row are left out of the file. Default: true.
    /// (A column that is not declared exists only once it has a value.)
    #[must_use]
    pub fn omit_null_columns(mut self, yes: bool) -> Self {
        self.omit_null_columns = yes;
        self
    }

    /// Columns in one file, without `_rest`. Default: [`DEFAULT_MAX_COLUMNS`].
    #[must_use]
    pub fn max_columns(mut self, columns: usize) -> Self {
        self.max_columns = columns;
        self
    }

    /// Whether a row that can't be stored in the shape that it came in is refused: a value of
    /// another type than its column's, a number that no type holds, a name given twice, a renamed
    /// column, more columns than [`Options::max_columns`], objects nested too deep. Default: false.
    #[must_use]
    pub fn strict(mut self, yes: bool) -> Self {
        self.strict = yes;
        self
    }

    /// An int32 or int64 column whose least and greatest value are reported as first and last, beside those
    /// of the timestamp columns. Row groups in its order, or in that of a timestamp column of this name,
    /// say so, unless [`Options::sorted_by`] declares an order. Default: none.
    #[must_use]
    pub fn timestamp_column(mut self, column: impl Into<String>) -> Self {
        self.timestamp_column = Some(column.into());
        self
    }

    /// The order that rows come in, the first column first. Rows are not sorted: each row group says in
    /// the footer that it is sorted where all of its rows are in this order, and the report tells how
    /// many are. Lists, columns that only Arrow has types for, and NaN have no order here. Default: none.
    #[must_use]
    pub fn sorted_by(mut self, columns: impl IntoIterator<Item = SortColumn>) -> Self {
        self.sorted_by = columns.into_iter().collect();
        self
    }

    /// Where files are staged, if not beside their target.
    #[must_use]
    pub fn staging_directory(&self) -> Option<&Path> {
        self.temporary_directory.as_deref()
    }

    /// Bytes in one page, about, of a file with as many columns.
    pub(crate) fn page_bytes_for(&self, columns: usize) -> usize {
        self.page_bytes.unwrap_or_else(|| {
            let columns = columns.max(COLUMNS_WITH_FULL_PAGES);
            (DEFAULT_PAGE_BYTES * COLUMNS_WITH_FULL_PAGES / columns).max(LEAST_PAGE_BYTES)
        })
    }

    /// Different values that a bloom filter has room for, at the most.
    pub(crate) fn most_bloom_values(&self) -> usize {
        self.row_group_rows.min(self.memory_limit / LIMIT_BYTES_PER_BLOOM_VALUE)
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        let mut at_least = |name: &str, value: usize, least: usize| {
            if value < least {
                problems.push(format!("{name} is {value}: it must be {least} or more"));
            }
        };
        at_least("chunk rows", self.chunk_rows, 1);
        at_least("row-group rows", self.row_group_rows, 1);
        at_least("row-group bytes", self.row_group_bytes, 1);
        at_least("memory limit", self.memory_limit, MIN_MEMORY_LIMIT);
        at_least("threads", self.threads, 1);
        let page_bytes = self.page_bytes.unwrap_or(DEFAULT_PAGE_BYTES);
        at_least("page bytes", page_bytes, 1_024);
        at_least("columns", self.max_columns, 1);
        let mut at_most = |name: &str, value: usize, most: usize| {
            if value > most {
                problems.push(format!("{name} is {value}: it must be {most} or less"));
            }
        };
        at_most("chunk rows", self.chunk_rows, MAX_COUNT);
        at_most("row-group rows", self.row_group_rows, MAX_COUNT);
        at_most("row-group bytes", self.row_group_bytes, MAX_LIMIT_BYTES);
        at_most("memory limit", self.memory_limit, MAX_LIMIT_BYTES);
        // Readers take no larger pages.
        at_most("page bytes", page_bytes, 1 << 30);
        at_most("columns", self.max_columns, MAX_COUNT);
        problems.extend(self.column_problems());
        problems.extend(self.compression.problem());
        problems.extend(self.schema.problems());
        if self.schema.columns.len() > self.max_columns {
            problems.push(format!(
                "the schema declares {} columns, more than the {} allowed: raise the limit",
                self.schema.columns.len(),
                self.max_columns
            ));
        }
        if self.text_prefixes.iter().any(String::is_empty) {
            problems.push("an empty text prefix would turn every column into text".to_owned());
        }
        for (place, by) in self.sorted_by.iter().enumerate() {
            if self.sorted_by[..place].iter().any(|before| before.column == by.column) {
                problems.push(format!("rows can't be sorted by {:?} twice", by.column));
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::of_problems(ErrorKind::Options, problems))
        }
    }
}
