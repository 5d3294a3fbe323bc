//! Setting options, each with an example.

use std::path::PathBuf;

use super::declared::DeclaredSchema;
use super::{
    Arrays, BackendKind, Compression, MAX_THREADS, Names, Numbers, Options, Profile, SortColumn,
    Statistics,
};
use crate::types::timestamp::TimeUnit;

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The backend. Default: [`BackendKind::Direct`].
    ///
    /// ```
    /// use bucksaw::{BackendKind, Options};
    /// let options = Options::new().backend(BackendKind::Arrow);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn backend(mut self, backend: BackendKind) -> Self {
        self.backend = backend;
        self
    }

    /// Which encodings the `direct` backend may use. Default: [`Profile::Portable`].
    ///
    /// ```
    /// use bucksaw::{Options, Profile};
    /// let options = Options::new().profile(Profile::Modern);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Rows in one record batch of the `arrow` backend. Default: [`DEFAULT_CHUNK_ROWS`](crate::limits::DEFAULT_CHUNK_ROWS).
    ///
    /// ```
    /// use bucksaw::{BackendKind, Options};
    /// let options = Options::new().backend(BackendKind::Arrow).chunk_rows(50_000);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn chunk_rows(mut self, rows: usize) -> Self {
        self.chunk_rows = rows;
        self
    }

    /// Rows in one row group, at the most. Default: [`DEFAULT_ROW_GROUP_ROWS`](crate::limits::DEFAULT_ROW_GROUP_ROWS).
    ///
    /// ```
    /// # use bucksaw::{Options, StreamSink};
    /// let mut writer = Options::new().row_group_rows(400).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_rows((0..1_000).map(|n| [("number", n)]))?;
    /// assert_eq!(writer.finish()?.files[0].row_groups, 3);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn row_group_rows(mut self, rows: usize) -> Self {
        self.row_group_rows = rows;
        self
    }

    /// Encoded bytes in one row group, about, at the most. Default: [`DEFAULT_ROW_GROUP_BYTES`](crate::limits::DEFAULT_ROW_GROUP_BYTES).
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().row_group_bytes(512 << 20).memory_limit(1 << 30);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn row_group_bytes(mut self, bytes: usize) -> Self {
        self.row_group_bytes = bytes;
        self
    }

    /// Bytes that everything between input and sink may hold together; reaching three fourths of it
    /// ends the row group early, the rest being left for the allocator. Default: [`DEFAULT_MEMORY_LIMIT`](crate::limits::DEFAULT_MEMORY_LIMIT); the least is [`MIN_MEMORY_LIMIT`](crate::limits::MIN_MEMORY_LIMIT).
    ///
    /// The window that decompressing a zstd input takes counts. It may be a quarter of the limit, and up to 8 MiB
    /// with any; a frame that needs more is [`ErrorKind::MemoryLimit`](crate::ErrorKind::MemoryLimit).
    ///
    /// The limit also says how many columns a file can have: each takes
    /// [`MEMORY_PER_COLUMN`](crate::limits::MEMORY_PER_COLUMN) bytes (30 KiB) of it, beside the first
    /// [`MEMORY_WITHOUT_COLUMNS`](crate::limits::MEMORY_WITHOUT_COLUMNS) (4 MiB). So 8 MiB carry 136 columns, 64 MiB
    /// 2,048; with the `arrow` backend, whose columns take [`MEMORY_PER_ARROW_COLUMN`](crate::limits::MEMORY_PER_ARROW_COLUMN)
    /// (140 KiB), 29 and 438. What a row has beyond them goes into `_rest`, and [`Report::columns_in_rest`](crate::Report::columns_in_rest) tells the limit
    /// that carries all; more declared columns are refused.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().memory_limit(256 << 20);
    /// # assert!(options.validate().is_ok());
    /// assert!(Options::new().memory_limit(1_000).validate().is_err());
    /// ```
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Threads that parse and encode side by side; the file's bytes don't depend on it. Each beyond
    /// the first takes some megabytes of its own, and more than there are cores gain nothing. More than
    /// [`MAX_THREADS`](crate::limits::MAX_THREADS) are as many. Default: 1.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let cores = std::thread::available_parallelism()?.get();
    /// let options = Options::new().threads(cores);
    /// # assert!(options.validate().is_ok());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.min(MAX_THREADS);
        self
    }

    /// How pages are compressed. Default: zstd with level [`DEFAULT_ZSTD_LEVEL`](crate::limits::DEFAULT_ZSTD_LEVEL).
    ///
    /// ```
    /// use bucksaw::{Compression, Options};
    /// let options = Options::new().compression(Compression::Zstd(9));
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Whether columns get a dictionary. Default: true.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().dictionary(false).dictionary_of("level", true);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn dictionary(mut self, on: bool) -> Self {
        self.dictionary = on;
        self
    }

    /// Whether this one column gets a dictionary, whatever [`Options::dictionary`] says.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().dictionary_of("trace_id", false);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn dictionary_of(mut self, column: impl Into<String>, on: bool) -> Self {
        self.dictionary_of.insert(column.into(), on);
        self
    }

    /// Gives this column a bloom filter in each row group, by which readers that look for one value
    /// skip row groups without it; worth its bytes in columns of many different values that are not
    /// sorted, like ids. About 10 bits for each different value, for false positives of
    /// [`BLOOM_FILTER_FALSE_POSITIVES`](crate::limits::BLOOM_FILTER_FALSE_POSITIVES). Columns of bools, lists and structs have none.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().bloom_filter_of("trace_id").bloom_filter_of("span_id");
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn bloom_filter_of(mut self, column: impl Into<String>) -> Self {
        self.bloom_filter_of.insert(column.into());
        self
    }

    /// What is written down about the values. Default: [`Statistics::Page`].
    ///
    /// ```
    /// use bucksaw::{Options, Statistics};
    /// let options = Options::new().statistics(Statistics::Chunk);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn statistics(mut self, statistics: Statistics) -> Self {
        self.statistics = statistics;
        self
    }

    /// Bytes in one page before compression, about. Default: [`DEFAULT_PAGE_BYTES`](crate::limits::DEFAULT_PAGE_BYTES), and in files of
    /// more columns than [`COLUMNS_WITH_FULL_PAGES`](crate::limits::COLUMNS_WITH_FULL_PAGES) less in proportion, down to [`MIN_PAGE_BYTES`](crate::limits::MIN_PAGE_BYTES).
    /// (Columns that come later make no page smaller that was begun before.)
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().page_bytes(256 << 10);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn page_bytes(mut self, bytes: usize) -> Self {
        self.page_bytes = Some(bytes);
        self
    }

    /// Where an unfinished file is staged. Default: beside its target, where publishing is a mere
    /// rename; from another file system the file is copied beside the target first.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// # let (folder, scratch) = (tempfile::tempdir()?, tempfile::tempdir()?);
    /// # let path = folder.path().join("logs.parquet");
    /// let options = Options::new().temporary_directory(scratch.path());
    /// options.create(&path)?.finish()?;
    /// # assert!(path.exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn temporary_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.temporary_directory = Some(directory.into());
        self
    }

    /// Whether [`Options::create`] may replace a file. Default: false.
    ///
    /// ```
    /// use bucksaw::{ErrorKind, Options};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("logs.parquet");
    /// Options::new().create(&path)?.finish()?;
    /// let refused = Options::new().create(&path).err();
    /// assert_eq!(refused.map(|error| error.kind()), Some(ErrorKind::Exists));
    /// Options::new().overwrite(true).create(&path)?.finish()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overwrite(mut self, yes: bool) -> Self {
        self.overwrite = yes;
        self
    }

    /// Columns known beforehand. Default: none, and others are added.
    ///
    /// ```
    /// use bucksaw::{DeclaredSchema, ColumnType, Options, StreamSink, UnknownColumns, Value};
    /// let schema = DeclaredSchema::new().column("status", ColumnType::Int32);
    /// let schema = schema.unknown_columns(UnknownColumns::Refuse);
    /// let mut writer = Options::new().schema(schema).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("status", Value::from(200_i64))])?;
    /// assert!(writer.write_row([("level", Value::from("INFO"))]).is_err());
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn schema(mut self, schema: DeclaredSchema) -> Self {
        self.schema = schema;
        self
    }

    /// Columns whose name starts with one of these hold text, whatever their values' types are: nothing waits
    /// for their type, and strict mode takes all of their values.
    /// Default: none; [`TELEMETRY_PREFIXES`](crate::TELEMETRY_PREFIXES) is the usual list.
    ///
    /// ```
    /// use bucksaw::{Options, TELEMETRY_PREFIXES, StreamSink};
    /// let options = Options::new().text_prefixes(TELEMETRY_PREFIXES);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("attr_size", 7)])?;
    /// assert_eq!(writer.finish()?.files[0].columns[0].ty, "text");
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn text_prefixes<P: Into<String>>(mut self, prefixes: impl IntoIterator<Item = P>) -> Self {
        self.text_prefixes = prefixes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether declared columns of integers take text that spells one. Default: true.
    ///
    /// ```
    /// # use bucksaw::Options;
    /// let options = Options::new().int64_from_text(false);
    /// # assert!(options.validate().is_ok());
    /// ```
    #[must_use]
    pub fn int64_from_text(mut self, yes: bool) -> Self {
        self.int64_from_text = yes;
        self
    }

    /// Rows of a column's settling window, from its first value on: their values say what its type is.
    /// With 0 the first value does, as it does in strict mode. The window ends with the row group, and when
    /// waiting values take an eighth of the memory limit. Default: [`DEFAULT_SETTLING_ROWS`](crate::limits::DEFAULT_SETTLING_ROWS).
    ///
    /// ```
    /// use bucksaw::{Options, StreamSink, Value};
    /// let types = |settling_rows| {
    ///     let options = Options::new().settling_rows(settling_rows);
    ///     let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    ///     writer.write_row([("took", Value::from(406))])?;
    ///     writer.write_row([("took", Value::from(12.5))])?;
    ///     let report = writer.finish()?;
    ///     let columns = &report.files[0].columns;
    ///     Ok(columns.iter().map(|column| format!("{} {}", column.name, column.ty)).collect::<Vec<_>>())
    /// };
    /// assert_eq!(types(10_000)?, ["took double"]);
    /// assert_eq!(types(0)?, ["took int32", "took__text text"]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn settling_rows(mut self, rows: usize) -> Self {
        self.settling_rows = rows;
        self
    }

    /// Whether a column of text becomes one of timestamps where every value of its settling window is a moment
    /// in RFC 3339, with a zone. The instant is stored, in UTC; digits below a microsecond go into
    /// `NAME__ns`, and later text that is no moment into `NAME__text`. Default: true.
    ///
    /// ```
    /// use bucksaw::{Options, StreamSink, Value};
    /// let mut writer = Options::new().write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("time", "2026-11-28T09:05:09.25+02:00")])?;
    /// let report = writer.finish()?;
    /// assert_eq!(report.files[0].columns[0].ty, "timestamp");
    /// assert_eq!(report.timestamps[0].first, 1_795_849_509_250_000);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn timestamps(mut self, yes: bool) -> Self {
        self.timestamps = yes;
        self
    }

    /// What becomes of numbers with more digits than a double, in columns of doubles. Default: they stay as they are
    /// spelled, in `NAME__text`.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, Numbers, OnError, Options, StreamSink};
    /// let lines = "{\"x\":0.5}\n{\"x\":3.14159265358979323846}\n";
    /// let options = Options::new().numbers(Numbers::Double);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail);
    /// writer.write_input(&mut input?)?;
    /// let report = writer.finish()?;
    /// assert_eq!((report.files[0].columns.len(), report.alterations.rounded), (1, 1));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    /// What becomes of arrays in columns that are not declared. Lists are of one type, that of the elements of the
    /// column's settling window: as a column's, but text stays text. Empty arrays say nothing of it; arrays of arrays or of
    /// objects, and those with other elements, are JSON text, in `NAME__text` beside lists. Default: all are JSON text.
    ///
    /// ```
    /// use bucksaw::{Arrays, Input, NdjsonOptions, OnError, Options, StreamSink};
    /// let lines = "{\"tags\":[\"a\",\"b\"]}\n{\"tags\":[]}\n";
    /// let options = Options::new().arrays(Arrays::List);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::default(), OnError::Fail);
    /// writer.write_input(&mut input?)?;
    /// assert_eq!(writer.finish()?.files[0].columns[0].ty, "list<text>");
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn arrays(mut self, arrays: Arrays) -> Self {
        self.arrays = arrays;
        self
    }

    /// The unit of timestamps from text: microseconds, which every reader knows, or nanoseconds, with which
    /// Spark can't open the file, and which go from 1677 to 2262. Default: microseconds.
    ///
    /// ```
    /// use bucksaw::{Options, StreamSink, TimeUnit};
    /// let options = Options::new().timestamp_unit(TimeUnit::Nanos);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("time", "2026-11-28T07:05:09.123456789Z")])?;
    /// assert_eq!(writer.finish()?.files[0].columns[0].ty, "timestamp(ns)");
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn timestamp_unit(mut self, unit: TimeUnit) -> Self {
        self.timestamp_unit = unit;
        self
    }

    /// How columns are called. Default: [`Names::Sql`].
    #[must_use]
    pub fn names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// Keeps these columns only: by their names, by their paths with dots, or by an object's, whose members are kept. Columns that
    /// are declared with a path stay. Default: all.
    ///
    /// ```
    /// # use bucksaw::{Options, StreamSink};
    /// let options = Options::new().select(["level", "http"]);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("level", 1), ("http.status", 200), ("secret", 7)])?;
    /// let names: Vec<_> = writer.finish()?.files[0].columns.iter().map(|c| c.name.clone()).collect();
    /// assert_eq!(names, ["level", "http_status"]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn select<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.selected = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Leaves these columns out, which are named as for [`select`](Self::select). Of an object or array that is kept as JSON text
    /// nothing is left out. Default: none.
    #[must_use]
    pub fn drop<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.dropped = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Calls a column otherwise than its path says: by the name that it would have, or by its path with dots. May be called several
    /// times. Default: none.
    ///
    /// ```
    /// # use bucksaw::{Options, StreamSink};
    /// let options = Options::new().rename("http.status", "status");
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("http.status", 200)])?;
    /// assert_eq!(writer.finish()?.files[0].columns[0].name, "status");
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn rename(mut self, column: impl Into<String>, name: impl Into<String>) -> Self {
        self.renamed.insert(column.into(), name.into());
        self
    }

    /// Columns in one file, without `_rest`, at the most; [`Options::memory_limit`] may carry fewer. Default: [`DEFAULT_MAX_COLUMNS`](crate::limits::DEFAULT_MAX_COLUMNS).
    ///
    /// ```
    /// # use bucksaw::{Options, StreamSink};
    /// let mut writer = Options::new().max_columns(1).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("a", 1), ("b", 2), ("c", 3)])?;
    /// let names: Vec<_> = writer.columns().iter().map(|column| column.name.as_str()).collect();
    /// assert_eq!(names, ["a", "_rest"]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn max_columns(mut self, columns: usize) -> Self {
        self.max_columns = columns;
        self
    }

    /// Whether a row that can't be stored in the shape that it came in is refused: a value of
    /// another type than its column's, a number that no type holds, a name given twice, a renamed
    /// column, more columns than [`Options::max_columns`], objects nested too deep. Default: false.
    ///
    /// ```
    /// use bucksaw::{Options, StreamSink, Value};
    /// let mut writer = Options::new().strict(true).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_row([("status", Value::from(200))])?;
    /// assert!(writer.write_row([("status", Value::from("unknown"))]).is_err());
    /// assert_eq!(writer.finish()?.rows, 1);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn strict(mut self, yes: bool) -> Self {
        self.strict = yes;
        self
    }

    /// An int32 or int64 column whose min and max are reported as first and last, beside those
    /// of the timestamp columns. Row groups in its order, or in that of a timestamp column of this name,
    /// say so, unless [`Options::sorted_by`] declares an order. Default: none.
    ///
    /// ```
    /// # use bucksaw::{Options, StreamSink};
    /// let options = Options::new().timestamp_column("at");
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_rows([[("at", 70_i64)], [("at", 60)]])?;
    /// let range = &writer.finish()?.timestamps[0];
    /// assert_eq!((range.first, range.last), (60, 70));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn timestamp_column(mut self, column: impl Into<String>) -> Self {
        self.timestamp_column = Some(column.into());
        self
    }

    /// The order that rows come in, the first column first. Rows are not sorted: each row group says in
    /// the footer that it is sorted where all of its rows are in this order, and the report tells how
    /// many are. Lists, columns that only Arrow has types for, and NaN have no order here. Default: none.
    ///
    /// ```
    /// use bucksaw::{Options, SortColumn, StreamSink};
    /// let options = Options::new().sorted_by([SortColumn::ascending("at")]);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_rows([[("at", 60_i64)], [("at", 70)]])?;
    /// let report = writer.finish()?;
    /// let order = report.files[0].order.as_ref();
    /// assert_eq!(order.map(|order| order.sorted_row_groups), Some(1));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn sorted_by(mut self, columns: impl IntoIterator<Item = SortColumn>) -> Self {
        self.sorted_by = columns.into_iter().collect();
        self
    }

    /// The field id of a column, by its name in the file, as table formats such as Iceberg number columns.
    /// Declared columns may have theirs in the schema
    /// ([`DeclaredSchema::field_id`](crate::DeclaredSchema::field_id)). Default: none.
    ///
    /// ```
    /// # use bucksaw::{Options, Value};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("logs.parquet");
    /// let mut writer = Options::new().field_id("level", 7).create(&path)?;
    /// writer.write_row([("level", Value::from("INFO"))])?;
    /// writer.finish()?;
    /// assert_eq!(bucksaw_inspect::File::open(&path)?.describe().columns[0].field_id, Some(7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn field_id(mut self, column: impl Into<String>, id: i32) -> Self {
        self.field_ids.insert(column.into(), id);
        self
    }
}
