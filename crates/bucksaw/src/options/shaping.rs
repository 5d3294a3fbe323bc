//! What columns there are, and how values become theirs.

use super::{Arrays, Names, Numbers, Options};
use crate::options::declared::DeclaredSchema;
use crate::types::timestamp::TimeUnit;

impl Options {
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
}
