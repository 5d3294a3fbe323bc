//! How files are written, and with what.

use std::path::PathBuf;

use super::{
    BackendKind, Compression, MAX_THREADS, Options, Profile, SortColumn, SortKey, Statistics,
};

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

    /// Puts all rows in order, by its first key first; those of equal keys stay as they came. Rows that the [memory
    /// limit](Self::memory_limit) has no room for wait in a [temporary file](Self::sort_directory), so that the file is
    /// written once all rows have come. Row groups say which columns they are sorted by. Default: none.
    ///
    /// ```
    /// use bucksaw::{Options, SortKey, StreamSink};
    /// let options = Options::new().sort_by(SortKey::list("service, time:desc")?);
    /// let mut writer = options.write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_rows([[("time", 60_i64)], [("time", 70)]])?;
    /// assert_eq!(writer.finish()?.rows, 2);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn sort_by(mut self, keys: impl IntoIterator<Item = SortKey>) -> Self {
        self.sorted_into = keys.into_iter().collect();
        self
    }

    /// Where rows wait that are put in order: in a file without a name, of which nothing is left whatever becomes of the process.
    /// It should not be in memory. Default: the system's directory for temporary files.
    #[must_use]
    pub fn sort_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.sort_directory = Some(directory.into());
        self
    }

    /// Whether each finished file is read back before it is published: every page of every column is decoded, and its rows, the values of
    /// each column and a sum over them, with the rows in which they are, have to be those that were written. A file that is otherwise
    /// is not published, and the error says which column. (Statistics and indexes are not looked at: `bucksaw verify` does that.) Values of types that only Arrow has are
    /// decoded, and not compared. Default: no.
    ///
    /// ```
    /// use bucksaw::{MemorySink, Options, Value};
    /// let mut writer = Options::new().verify(true).write_to(MemorySink::new())?;
    /// writer.write_row([("level", Value::from("INFO"))])?;
    /// assert_eq!(writer.finish()?.rows, 1);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn verify(mut self, yes: bool) -> Self {
        self.verify = yes;
        self
    }

    /// Bytes of temporary files at the most. Default: no limit.
    #[must_use]
    pub fn temporary_limit(mut self, bytes: u64) -> Self {
        self.temporary_limit = bytes;
        self
    }

    /// Puts the rows of each row group in order, by its first key first; those of equal keys stay as they came. Alike rows then stand
    /// together, which compresses better, and each row group still is of the time that it came in. Rows
    /// wait in memory until their row group ends, so that row groups are smaller with the same
    /// [memory limit](Self::memory_limit). Default: none.
    ///
    /// ```
    /// use bucksaw::{KeyFunction, Options, SortKey, StreamSink};
    /// let keys = [SortKey::ascending("service"), SortKey::ascending("body").by(KeyFunction::Fingerprint)];
    /// let mut writer = Options::new().cluster_by(keys).write_to(StreamSink::new(std::io::sink()))?;
    /// writer.write_rows([[("service", "api"), ("body", "took 3 ms")], [("service", "api"), ("body", "took 12 ms")]])?;
    /// assert_eq!(writer.finish()?.rows, 2);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn cluster_by(mut self, keys: impl IntoIterator<Item = SortKey>) -> Self {
        self.clustered_by = keys.into_iter().collect();
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
