//! Inputs: bytes in, blocks out.
//!
//! A framer cuts a source into chunks of whole records, and a decoder turns chunks into blocks. The
//! writer has both done by its threads, and settles what came of each chunk in the source's order.

mod buffered;
mod by_format;
#[cfg(feature = "arrow")]
pub(crate) mod columnar;
pub(crate) mod csv;
pub(crate) mod dead_letter;
pub(crate) mod decoding;
mod decompress;
mod detecting;
mod es_bulk;
mod fingerprints;
pub(crate) mod format;
mod formats;
pub(crate) mod framing;
#[cfg(feature = "gzip")]
mod gzip_members;
mod hints;
mod journald;
pub(crate) mod json;
pub(crate) mod lines;
mod logfmt;
pub(crate) mod ndjson;
mod open;
mod options;
mod otlp;
mod position;
#[cfg(feature = "arrow")]
pub(crate) mod record_batch;
mod record_framer;
mod records;
mod refused;
mod scan;
#[cfg(feature = "serde")]
pub(crate) mod serialize;
mod source;
pub(crate) mod syslog;
mod table;
pub(crate) mod text;
mod unprefixed;
#[cfg(feature = "arrow")]
mod zones;
#[cfg(feature = "zstd")]
mod zstd_frames;
pub(crate) mod zstd_window;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use self::decoding::Decoder;
pub use self::format::Format;
use self::framing::{Framer, Limits};
use self::ndjson::NdjsonOptions;

pub use self::options::InputOptions;
pub use self::otlp::{Ids, OtlpLayout};
pub use self::position::InputPosition;
pub use self::records::FIRST_REJECTED;
pub(crate) use self::records::Records;
use self::records::too_long;
pub(crate) use self::source::{Ahead, Source};
pub use self::table::InputTable;
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape;
use crate::options::Options;

/// One source of rows, for [`Writer::write_input`](crate::Writer::write_input). See
/// [`Input::ndjson`] and [`Input::open`] for how to get one.
pub struct Input<'r> {
    /// What is read.
    pub(crate) source: Source<'r>,
    /// What turns it into blocks.
    pub(crate) decoder: Arc<dyn Decoder>,
    /// What came of it.
    pub(crate) records: Records<'r>,
}

impl<'r> Input<'r> {
    /// `name` is what errors call the source.
    pub(crate) fn new(
        name: String,
        framer: Box<dyn Framer + 'r>,
        decoder: impl Decoder + 'static,
        on_error: OnError<'r>,
    ) -> Self {
        Self {
            source: Source::new(framer),
            decoder: Arc::new(decoder),
            records: Records::new(name, on_error),
        }
    }

    /// Ends the input early, behind the record with which so many bytes have been read, after decompression, or some more: the 64 KiB
    /// that tell what it is are read in any case, and of Arrow and Parquet whole batches.
    ///
    /// ```
    /// use bucksaw::{Input, NdjsonOptions, OnError, Options, Scan};
    /// let lines = "{\"id\": 1}\n".repeat(1_000_000);
    /// let input = Input::ndjson("lines", lines.as_bytes(), NdjsonOptions::new(), OnError::Fail)?;
    /// let mut scan = Scan::new(Options::new())?;
    /// scan.read_input(&mut input.first_bytes(1 << 16))?;
    /// assert!(scan.rows() < 200_000);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn first_bytes(mut self, bytes: u64) -> Self {
        self.source.end_at(bytes);
        self
    }

    /// What errors call it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.records.name()
    }

    /// What it is read as; [`Format::Auto`] until its first bytes have told.
    #[must_use]
    pub fn format(&self) -> Format {
        self.source.format()
    }

    /// The table of the records that come next: the first, or, behind those of one signal of OTLP, those of another (in
    /// [ClickHouse's layout](OtlpLayout::ClickHouse) of one kind of metric). It may be one of those before again. None where all
    /// records have been read, or before a table's have. The options are those of the table, for their memory limit.
    ///
    /// ```
    /// use bucksaw::{Input, InputOptions, MemorySink, OnError, Options, Signal};
    /// // A request with a log record, and behind it one with a span.
    /// let log = b"\x0a\x13\x12\x11\x12\x0f\x09\x09\0\0\0\0\0\0\0\x2a\x04\x0a\x02hi";
    /// let span = b"\x0a\x1f\x12\x1d\x12\x1b\x0a\x10sixteen bytes id\x39\x09\0\0\0\0\0\0\0";
    /// let requests = [&log[..], span].concat();
    /// let mut input = Input::open("requests", &requests[..], &InputOptions::new(), OnError::Fail)?;
    /// let mut signals = Vec::new();
    /// while let Some(table) = input.next_table(&Options::new()) {
    ///     let mut writer = Options::new().write_to(MemorySink::new())?;
    ///     while writer.write_next(&mut input)? {}
    ///     assert_eq!(writer.finish()?.rows, 1);
    ///     signals.extend(table.signal);
    /// }
    /// assert_eq!(signals, [Signal::Logs, Signal::Traces]);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    pub fn next_table(&mut self, options: &Options) -> Option<InputTable> {
        self.source.next_table(Limits::of(options.memory_limit))
    }

    /// # Errors
    /// [`ErrorKind::InputFormat`] where there are records of another table next.
    pub(crate) fn check_is_of_one_table(&self) -> Result<()> {
        let Some(other) = self.source.other_table() else { return Ok(()) };
        let message = format!(
            "{} are followed by {other}, which are rows of another table: -o DIR/ writes both (Input::next_table)",
            self.source.table(),
        );
        Err(Error::new(ErrorKind::InputFormat, message).in_source(self.name()))
    }

    /// How far it was read: what is before has become rows of the writer, or was rejected. None in the midst of what can't be read on
    /// from there: of JSON documents, Arrow and Parquet only the end can be, and not what is within a message of OTLP/JSON, nor metrics in
    /// [ClickHouse's layout](OtlpLayout::ClickHouse).
    ///
    /// ```
    /// use bucksaw::{Input, InputOptions, MemorySink, OnError, Options};
    /// let lines = "{\"id\":1}\n{\"id\":2}\n";
    /// let mut input = Input::open("lines", lines.as_bytes(), &InputOptions::new(), OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// let position = input.position().expect("the end");
    /// // More has come.
    /// let lines = [lines, "{\"id\":3}\n"].concat();
    /// let options = InputOptions::new().behind(position);
    /// let mut input = Input::open("lines", lines.as_bytes(), &options, OnError::Fail)?;
    /// writer.write_input(&mut input)?;
    /// assert_eq!(writer.finish()?.rows, 3);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn position(&self) -> Option<InputPosition> {
        let is_end = self.source.has_ended();
        let format = self.format();
        let (line, line_start) = self.records.line();
        let position = InputPosition {
            format,
            bytes: self.source.next_position(),
            line,
            line_start,
            is_end,
            is_in_rejected: self.records.is_end_rejected(),
        };
        (is_end || format.ends_anywhere() && !self.records.is_within()).then_some(position)
    }

    /// What was read so far.
    #[must_use]
    pub fn counts(&self) -> InputCounts {
        self.records.counts()
    }

    /// The first records that were rejected, [`FIRST_REJECTED`](crate::limits::FIRST_REJECTED) at the most, and behind them
    /// the one in which a source was cut off.
    #[must_use]
    pub fn first_rejected(&self) -> &[Rejection] {
        self.records.first_rejected()
    }

    /// Once it is read: what may have been meant otherwise, and the option for that. So it is where all of a source is one object around an
    /// array of objects (`{"Records": [{…}, {…}]}`), each of which may have been meant to be a row, and where CSV has one column with
    /// other delimiters in it, or a header row alone.
    ///
    /// ```
    /// use bucksaw::{Format, Input, InputOptions, MemorySink, OnError, Options};
    /// let options = InputOptions::new().format(Format::Csv);
    /// let mut input = Input::open("rows", &b"id;level\n1;INFO\n"[..], &options, OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// assert!(input.advice().is_some_and(|advice| advice.contains("--csv-delimiter ';'")));
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        self.records.advice(self.format())
    }

    /// Goes on where reading stopped; false at the source's end, or before records of another table. Where values are redacted, records that nobody looks into are
    /// withheld.
    ///
    /// # Errors
    /// What reading failed with; that of a record that is too long.
    pub(crate) fn resume(&mut self, redacts: bool) -> Result<bool> {
        let stopped = self.source.stopped();
        let position = self.source.position();
        let reached = |error: Error| match error.kind() {
            ErrorKind::Io | ErrorKind::MemoryLimit if position > 0 && self.source.is_text() => {
                self.records.reached(position, error)
            }
            _ => error,
        };
        match stopped.map_err(|error| reached(error).in_source(self.records.name()))? {
            None => Ok(true),
            Some(source::Stop::TooLong(limit)) => {
                let reason = too_long(limit, self.source.format());
                self.records.reject_unread(&mut self.source, reason, redacts)?;
                Ok(true)
            }
            Some(source::Stop::Malformed(reason)) => {
                self.records.reject_unread(&mut self.source, reason.to_owned(), redacts)?;
                Ok(true)
            }
            Some(source::Stop::Cut(error)) => {
                self.records.reject_cut(&mut self.source, &error, redacts)?;
                Ok(true)
            }
            Some(source::Stop::OtherTable | source::Stop::End) => Ok(false),
        }
    }
}

/// What an input has read: `records = rows + rejected`. In OTLP a record is a log record, a span or a data point; what
/// can't be looked into, as a resource with all of its records, counts as one that is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InputCounts {
    /// Lines or records, without blank lines.
    pub records: u64,
    /// Those that became rows.
    pub rows: u64,
    /// Those that were rejected.
    pub rejected: u64,
    /// Blank lines.
    pub blank: u64,
    /// Bytes, after decompression.
    pub bytes: u64,
    /// NUL bytes before lines, which were skipped: they are left where a file is cut to nothing while it is
    /// written.
    pub nul_bytes: u64,
    /// Rows that are lines of text, kept by [`TextLines::Keep`](crate::TextLines::Keep).
    pub text_lines: u64,
    /// Rejected records that are [withheld](Rejection::withheld).
    pub withheld: u64,
    /// Compressed sources without their end. What there was of their last line is rejected.
    pub truncated: u64,
    /// Members of JSON objects around records that are in no row.
    pub outside: u64,
    /// Actions of bulk requests that delete, which have no document: they are no records.
    pub deletions: u64,
}

impl InputCounts {
    /// Adds those of another source.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.rows += other.rows;
        self.rejected += other.rejected;
        self.blank += other.blank;
        self.bytes += other.bytes;
        self.nul_bytes += other.nul_bytes;
        self.truncated += other.truncated;
        self.text_lines += other.text_lines;
        self.withheld += other.withheld;
        self.outside += other.outside;
        self.deletions += other.deletions;
    }
}

/// A record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rejection {
    /// The source, as the user named it.
    pub source: String,
    /// What the source was read as.
    #[serde(skip)]
    pub format: Format,
    /// Whether the source is text, which has lines.
    #[serde(skip)]
    pub is_text: bool,
    /// The line, from 1; in sources that have none, the record.
    pub line: u64,
    /// The byte in the line or record, from 1, at which it went wrong.
    pub column: u64,
    /// The same byte in the source, after decompression, from 0.
    pub byte: u64,
    /// Why.
    pub reason: String,
    /// Whether the record itself is not told: some values are to be redacted, and where they are in it, nobody knows. A blank line
    /// stands for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

impl Rejection {
    /// The error with where it is.
    fn locate(self, error: Error) -> Error {
        let error = error.in_source(&self.source);
        match self.is_text {
            true => error.at_line(self.line, self.column, self.byte),
            false if self.format.is_columnar() => error.in_record(self.line),
            false => error.at_record(self.line, self.column, self.byte),
        }
    }
}

/// Where, and why.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, format, is_text, line, column, byte, reason, .. } = self;
        let (source, reason) = (escape(source), escape(reason));
        match is_text {
            true => {
                write!(f, "{source}: line {line}, column {column} (byte {byte}): {reason}")
            }
            false if format.is_columnar() => write!(f, "{source}: record {line}: {reason}"),
            false => {
                write!(f, "{source}: record {line}, byte {column} of it (byte {byte}): {reason}")
            }
        }
    }
}

/// Takes rejected records, from any thread, one after the other.
pub trait Rejects: Send {
    /// A part of a rejected record, as it was read; of sources that are not text, in base64. A newline is at the record's end,
    /// but for a last line that has none.
    /// Long records come in several parts.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    fn part(&mut self, bytes: &[u8]) -> Result<()>;

    /// The end of a rejected record, and why it was rejected.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    fn end(&mut self, rejection: &Rejection) -> Result<()>;
}

/// What becomes of a record that is malformed, or refused by the schema or strict mode.
#[derive(Default)]
#[non_exhaustive]
pub enum OnError<'r> {
    /// It is an error.
    #[default]
    Fail,
    /// It is counted and left out.
    Skip,
    /// It is counted, left out, and handed over.
    Keep(&'r mut dyn Rejects),
}
