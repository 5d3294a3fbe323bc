//! Telemetry rows in, Parquet out: one pass, bounded memory, nothing lost and nothing silently changed.
//!
//! ```
//! use bucksaw::{Options, Value};
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("logs.parquet");
//! let mut writer = Options::new().create(&path)?;
//! writer.write_row([("level", Value::from("INFO")), ("status", Value::from(200_i64))])?;
//! writer.write_row([("status", Value::from(503_i64)), ("error", Value::from(true))])?;
//! let report = writer.finish()?;
//! assert_eq!(report.rows, 2);
//! assert_eq!(report.files[0].columns.len(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Data goes one way: an [`Input`] (or the caller's rows) fills a [`Block`], a backend turns blocks
//! into the bytes of a Parquet file, a [`Sink`] publishes them, and [`Writer::finish`] returns a
//! [`Report`].
//!
//! # What becomes of values that don't fit
//!
//! A column's type settles once for its table, from the values of its settling window: [`Options::settling_rows`]
//! from its first value on. Or it is declared. The values of the window are
//!
//! - all integers: int64; or, where some are beyond 64 bits, decimal(20,0),
//! - integers and decimals: double, if a double holds each integer exactly,
//! - all text that is a moment in RFC 3339 with a zone: timestamp ([`Options::timestamps`]),
//! - all of another type: that,
//! - of several types: the one that at least 90 % of them have, else text. (Numbers with more digits than a double
//!   count with the doubles beside them.)
//!
//! A list's type is that of its first element that is not null, or text; with [`Arrays::List`] JSON arrays are lists, too, if
//! the elements of the window have one type by the same rules. Afterwards no value is dropped or altered:
//!
//! | what comes | where it goes | counted as |
//! |---|---|---|
//! | an integer in a float or double column, where exact | the column | `widened` |
//! | a double that a float holds exactly, an integer that int32 holds, in such columns | the column | |
//! | a value of another type than its column's, an integer beyond a column of int32, a double that a column of floats would round | as text into `NAME__text` | `conflicts` |
//! | a number of more digits than a double has, which the nearest double, printed with as many, gives back: `0.10000000000000001`, `0.1000000000000000055511151231257827` | the column | |
//! | an integer beyond int64, a number whose digits a double would lose, an exponent beyond a double | as text into `NAME__text` | `oversized_numbers` |
//! | the same in a column of doubles, with [`Numbers::Double`], but for exponents beyond | the column, as the nearest double | `rounded` |
//! | NaN, infinities, -0.0, empty text | the column, as they are | |
//! | a number that is an integer in another spelling (`1.0`, `1e3`), in a declared column of integers | the column | |
//! | any number in a declared float or double column | the column, as the nearest one | where digits are lost, `rounded` |
//! | text that spells a value of its column's declared type exactly: a number (an integer where [`Options::int64_from_text`] is on), `true` or `false`, RFC 3339 for timestamps, `2026-11-28` for dates, hyphenated UUIDs, base64 for bytes of a fixed length, and what its [`Spelling`] says | the column | `parsed_texts` |
//! | a number that is a time, by its column's [`Spelling`] | the column, as the instant in UTC; digits below a microsecond into `NAME__ns` | |
//! | a local time that [`Options::assume_timezone`]'s zone has twice, or not at all | as text into `NAME__text` | `ambiguous_times` |
//! | any value in a declared column of JSON text | the column, as its JSON text | |
//! | a number that a decimal column holds exactly, bytes as many as a column of UUIDs or of a fixed length has | the column | |
//! | RFC 3339 text in a column of timestamps | the column, as the instant in UTC; digits below a microsecond into `NAME__ns` | `parsed_texts`, `other_offsets` |
//! | any value in a column of text | the column, as it is spelled | `stored_as_text` |
//! | bytes in a column of text | the column, in base64 | `base64_texts` |
//! | an array, an empty object, a list of lists | the column, as JSON text | `json_texts` |
//! | a list, or an array in a column of lists, with elements that the column's hold | the column, as a list | as its elements are |
//! | any other list or array in a column of lists | as JSON text into `NAME__text` | `conflicts`, `json_texts` |
//! | a map, or an object in a column declared as `map<text,text>` | the column, as a map: values that are not text as they are spelled | `stored_as_text`, if there are any |
//! | anything else in a column of maps | as text into `NAME__text` | `conflicts` |
//! | an object below 64 levels | the column, as JSON text | `too_deep` |
//! | a name that its row has given already (the first stays), an object as a whole | `_rest` | `duplicates` |
//! | columns beyond 1,000, or beyond what [`Options::memory_limit`] carries, paths longer than 1,024 bytes | `_rest` | `rest_values`, [`Report::columns_in_rest`] |
//! | a path whose name another column has, or has but for case | a column `NAME__2` | `renamed` |
//! | an empty name | the column `_empty` | `renamed` |
//!
//! A column is the path that its values come from, and is named by it as [`Options::names`] says: the member `status` of
//! an object `http` is `http_status`, or `http.status`. `_rest` holds one JSON object a row, with the objects around each value. With [`Options::strict`], where a column's type is that of its first
//! value, each of these but widening, rounding, parsing, text prefixes and JSON text refuses its row instead.
//!
//! A declared column is in the file even if no row has a value of it. One whose type was found
//! ([`DeclaredColumn::settled`]) takes what it would take without a declaration.
//! The page `docs/times.md` of the repository has a table of what times are accepted, how they are stored, and what readers show.
//!
//! # Features
//!
//! All are on unless told: the codecs `zstd`, `gzip`, `snappy` and `lz4` (the first two of inputs, too),
//! `brotli` of Parquet files that are read, `threads` for [`Options::threads`], `serde` for [`Writer::serialize`], `redact` for the hashes and regular expressions of [`Redaction`], `regex` for those of [`TextPattern`], and `arrow` for
//! [`Writer::write_record_batch`], columns of Arrow's own types and the `arrow` backend: half of the
//! crates that are built. An option that needs one that was not built in is an error that names it.
#![deny(unsafe_code)]

mod block;
mod coerce;
mod dataset;
mod encode;
mod error;
pub mod escape;
mod fingerprint;
mod format;
mod input;
mod nearest;
mod options;
mod report;
mod route;
mod row_lines;
mod runtime;
mod schema;
mod sink;
mod table;
mod types;
mod writer;

// Crates that signatures name, in the versions that they mean.
pub use bumpalo;
#[cfg(feature = "arrow")]
pub use {arrow_array, arrow_schema};

/// What `bucksaw-inspect` shares with what is written, and what benchmarks measure apart. It is for no other
/// crate, and changes with any version.
#[doc(hidden)]
pub mod internal {
    pub use crate::block::{OwnedBlock, RowIndex};
    pub use crate::dataset::looking as datasets;
    pub use crate::dataset::{repairing, widening};
    pub use crate::encode::direct::cost::Entropy;
    pub use crate::encode::direct::estimate::Estimate;
    pub use crate::encode::origins::values_say;
    pub use crate::format::{limits, origins};
    pub use crate::nearest::nearest;
    pub use crate::report::signal_stats::STATS_KEY;
    pub use crate::report::text::{Telling, counted, grouped, most_misfits, time_ranges, unsorted};
    pub use crate::runtime::guard::is_guarded;
    pub use crate::types::json::Members;
}

pub use block::counts::Alterations;
pub use block::lists::ListsSlice;
pub use block::{Block, BlockSlice, ColumnSlice, MixedSlice, ValuesSlice};
pub use coerce::block_builder::BlockBuilder;
#[cfg(feature = "arrow")]
pub use dataset::{Compactable, Compaction, Merged, Resettled};
pub use dataset::{
    Dataset, DatasetColumn, DatasetDescription, DatasetFile, Expired, FileMark, FolderLevel,
    ReadSource,
};
pub use error::{Error, ErrorKind, Position, Result};
pub use fingerprint::{FINGERPRINT_COLUMN, Fingerprinter};
pub use input::csv::{CsvHeader, CsvOptions};
pub use input::dead_letter::{DeadLetterFile, REASONS_SUFFIX};
pub use input::json::JsonOptions;
pub use input::lines::TextLines;
pub use input::ndjson::{NdjsonOptions, Nested};
pub use input::syslog::SyslogOptions;
pub use input::text::{TextOptions, TextPattern};
pub use input::{
    Format, Ids, Input, InputCounts, InputOptions, InputPosition, InputTable, OnError, OtlpLayout,
    Rejection, Rejects,
};
pub use options::declared::{DeclaredColumn, DeclaredSchema};
pub use options::{
    Arrays, BackendKind, ColumnOption, Compression, EMPTY_NAME, FileName, KeyFunction, MASK,
    MetricKind, Names, Numbers, Options, PartitionKey, Profile, REST_COLUMN, Redaction, Signal,
    SortColumn, SortKey, Statistics, TELEMETRY_PREFIXES, UnknownColumn, UnknownColumns,
};
pub use report::signal_stats::{
    FingerprintRows, LogCount, LogStats, MetricRows, MetricStats, SignalStats, TimeSpan,
    TraceStats, ValueRows,
};
pub use report::{
    Bound, ColumnReport, ColumnsInRest, FileReport, FirstAlteration, Misfits, MixedTexts,
    OrderReport, Renamed, Report, TimeRange,
};
pub use schema::{Column, ColumnId, ColumnType, Key, NANOS_SUFFIX, TEXT_SUFFIX};
pub use sink::{LocalSink, MemorySink, Publication, Published, ReadBack, Sink, StreamSink};
pub use table::Table;
pub use types::logical::{MAX_DECIMAL_PRECISION, MAX_FIXED_BYTES};
pub use types::spelling::Spelling;
pub use types::timestamp::TimeUnit;
pub use types::value::Value;
pub use writer::{Cell, Scan, Writer};

/// Defaults and limits, each with its unit.
pub mod limits {
    #[cfg(feature = "arrow")]
    pub use crate::dataset::{DEFAULT_COPIED_BYTES, DEFAULT_TARGET_BYTES};
    pub use crate::input::FIRST_REJECTED;
    pub use crate::input::ndjson::{DEFAULT_MAX_DEPTH, DEFAULT_MAX_LINE_BYTES};
    pub use crate::options::{
        BLOOM_FILTER_FALSE_POSITIVES, COLUMNS_WITH_FULL_PAGES, DEFAULT_CHUNK_ROWS,
        DEFAULT_FILE_NAME, DEFAULT_GZIP_LEVEL, DEFAULT_MAX_COLUMNS, DEFAULT_MEMORY_LIMIT,
        DEFAULT_PAGE_BYTES, DEFAULT_ROW_GROUP_BYTES, DEFAULT_ROW_GROUP_ROWS, DEFAULT_SETTLING_ROWS,
        DEFAULT_ZSTD_LEVEL, MAX_LIMIT_BYTES, MAX_NAME_BYTES, MAX_THREADS, MAX_VALUE_BYTES,
        MEMORY_PER_ARROW_COLUMN, MEMORY_PER_COLUMN, MEMORY_WITHOUT_COLUMNS, MIN_MEMORY_LIMIT,
        MIN_PAGE_BYTES, MIN_ROLL_BYTES, SOURCE_FILE_COLUMN, SOURCE_LINE_COLUMN,
    };
    pub use crate::writer::{BLOCK_BYTES, BLOCK_ROWS};
}
