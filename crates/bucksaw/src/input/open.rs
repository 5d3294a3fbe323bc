//! How inputs are opened.

#[cfg(feature = "arrow")]
use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};
#[cfg(feature = "arrow")]
use std::ops::Range;

use super::buffered::Buffered;
use super::by_format::{ByFormat, framer_of};
#[cfg(feature = "arrow")]
use super::columnar::{self, ParquetFramer};
#[cfg(feature = "arrow")]
use super::decompress::is_compressed;
use super::decompress::{Decompressed, START_BYTES, decompressed, is_plain};
use super::detecting::Detecting;
use super::framing::Framer;
use super::{Format, Input, InputOptions, NdjsonOptions, OnError};
use crate::error::{Error, Result};

impl<'r> Input<'r> {
    /// The lines of `source`, decompressed if need be; `name` is what errors call it.
    ///
    /// ```
    /// use bucksaw::{Input, MemorySink, NdjsonOptions, OnError, Options};
    /// let lines = "{\"level\":\"INFO\",\"http\":{\"status\":200}}\n{\"level\":\"WARN\"}\n";
    /// let options = NdjsonOptions::default();
    /// let mut input = Input::ndjson("lines", lines.as_bytes(), options, OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
    /// assert_eq!(names, ["level", "http_status"]);
    /// assert_eq!(writer.finish()?.rows, 2);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options); [`ErrorKind::Io`](crate::ErrorKind::Io) where the first bytes can't be read.
    pub fn ndjson(
        name: impl Into<String>,
        source: impl Read + Send + 'r,
        options: NdjsonOptions,
        on_error: OnError<'r>,
    ) -> Result<Self> {
        let options = InputOptions::new().format(Format::Ndjson).ndjson(options);
        Self::open(name, source, &options, on_error)
    }

    /// The records of `source`, decompressed if need be; `name` is what errors call it.
    ///
    /// ```
    /// use bucksaw::{Input, InputOptions, MemorySink, OnError, Options};
    /// // A request with one log record: its time is 9 ns, its body "hi".
    /// let request = b"\x0a\x13\x12\x11\x12\x0f\x09\x09\0\0\0\0\0\0\0\x2a\x04\x0a\x02hi";
    /// let options = InputOptions::new();
    /// let mut input = Input::open("request", &request[..], &options, OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// let names: Vec<&str> = writer.columns().iter().map(|column| column.name.as_str()).collect();
    /// assert_eq!(names[..5], ["time", "observed_time", "severity_number", "severity_text", "body"]);
    /// assert_eq!(writer.finish()?.rows, 1);
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Options`](crate::ErrorKind::Options); [`ErrorKind::Io`](crate::ErrorKind::Io) where the first bytes can't be read.
    pub fn open(
        name: impl Into<String>,
        source: impl Read + Send + 'r,
        options: &InputOptions,
        on_error: OnError<'r>,
    ) -> Result<Self> {
        options.validate()?;
        let name = name.into();
        let source = decompressed(source)
            .map_err(|cause| Error::io("could not read", cause).in_source(&name))?;
        let source = Buffered::new(source);
        let positions = options.positions();
        let source = source.with_old_ends(positions.iter().map(|position| position.bytes));
        Ok(Self::of_source(name, source, options, on_error))
    }

    fn of_source(
        name: String,
        source: Buffered<'r>,
        options: &InputOptions,
        on_error: OnError<'r>,
    ) -> Self {
        let source = source.leaving_open_end(options.leaves_open_end);
        let framer: Box<dyn Framer + 'r> = match options.format {
            // What it is its first bytes say, or how it is encoded.
            Format::Auto | Format::OtlpLogs | Format::OtlpTraces | Format::OtlpMetrics => {
                Box::new(Detecting::new(source, options.clone()))
            }
            format => framer_of(format, source, options),
        };
        let mut input = Self::new(name, framer, ByFormat::of(options), on_error);
        if let Some(position) = &options.behind {
            let of_tables = options.behind_of.iter();
            let of_tables =
                of_tables.map(|(table, position)| (*table, position.map_or(0, |it| it.bytes)));
            input.source.go_on_behind(position.bytes, of_tables.collect());
            input.records.go_on_behind(options.positions().first().unwrap_or(position));
        }
        input
    }

    /// The same of a file that is read anywhere, which may be Parquet. (What can't be is read as it comes.)
    ///
    /// ```
    /// use std::io::Cursor;
    /// use bucksaw::{Input, InputOptions, MemorySink, OnError, Options, Value};
    /// let sink = MemorySink::new();
    /// let mut writer = Options::new().write_to(sink.clone())?;
    /// writer.write_row([("level", Value::from("INFO"))])?;
    /// writer.finish()?;
    /// let file = Cursor::new(sink.published().expect("a finished file"));
    /// let mut input = Input::open_file("logs", file, &InputOptions::new(), OnError::Fail)?;
    /// let mut writer = Options::new().write_to(MemorySink::new())?;
    /// writer.write_input(&mut input)?;
    /// assert_eq!(writer.columns()[0].name, "level");
    /// # Ok::<(), bucksaw::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_file(
        name: impl Into<String>,
        file: impl Read + Seek + Send + 'static,
        options: &InputOptions,
        on_error: OnError<'r>,
    ) -> Result<Self> {
        options.validate()?;
        let name = name.into();
        let mut file = file;
        if let Some(position) =
            options.behind.filter(|it| it.starts_anew() && options.behind_of.is_empty())
            && go_to(&mut file, position.bytes)
                .map_err(|cause| Error::io("could not read", cause).in_source(&name))?
        {
            let source = Buffered::new(Decompressed::Plain(Box::new(file)));
            let options = options.clone().format(position.format);
            let source = source.starting_at(position.bytes);
            return Ok(Self::of_source(name, source, &options, on_error));
        }
        let framer = framer_of_file(file, options)
            .map_err(|cause| Error::io("could not read", cause).in_source(&name))?;
        match framer {
            Ok(framer) => Ok(Self::new(name, framer, ByFormat::of(options), on_error)),
            Err(file) => Self::open(name, file, options, on_error),
        }
    }
}

/// Goes to a byte of a file, if it has that and is not compressed; else it stays at its start.
fn go_to(file: &mut (impl Read + Seek), byte: u64) -> io::Result<bool> {
    if file.stream_position().is_err() {
        return Ok(false);
    }
    let mut start = Vec::new();
    file.by_ref().take(START_BYTES as u64).read_to_end(&mut start)?;
    let is_there = is_plain(&start) && file.seek(SeekFrom::End(0))? >= byte;
    file.seek(SeekFrom::Start(if is_there { byte } else { 0 }))?;
    Ok(is_there)
}

#[cfg(feature = "arrow")]
impl Input<'_> {
    /// The rows of these row groups of a Parquet file, in whose columns of these names all texts that spell other values are such.
    pub(crate) fn of_row_groups(
        name: String,
        file: impl Read + Seek + Send + 'static,
        groups: Range<usize>,
        apart: HashSet<String>,
    ) -> Self {
        let framer = Box::new(ParquetFramer::of_row_groups(Box::new(file), groups, apart));
        let options = InputOptions::new().format(Format::Parquet);
        Self::new(name, framer, ByFormat::of(&options), OnError::Fail)
    }
}

/// Bytes that tell whether a file is Parquet.
#[cfg(feature = "arrow")]
const MAGIC_BYTES: u64 = 4;

/// A file is read as any other source.
#[cfg(not(feature = "arrow"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it may be an error")]
fn framer_of_file<F>(file: F, _: &InputOptions) -> io::Result<Result<Box<dyn Framer>, F>> {
    Ok(Err(file))
}

/// What cuts a file that is read anywhere; none where it is not, so that it can be read as any other source.
#[cfg(feature = "arrow")]
fn framer_of_file<F: Read + Seek + Send + 'static>(
    mut file: F,
    options: &InputOptions,
) -> io::Result<Result<Box<dyn Framer>, F>> {
    let Ok(start) = file.stream_position() else { return Ok(Err(file)) };
    let mut magic = Vec::new();
    file.by_ref().take(MAGIC_BYTES).read_to_end(&mut magic)?;
    file.seek(SeekFrom::Start(start))?;
    let is_it = match options.format {
        Format::Auto => columnar::is_parquet(&magic),
        Format::Parquet => columnar::is_parquet(&magic) || !is_compressed(&magic),
        _ => false,
    };
    Ok(if is_it { Ok(Box::new(ParquetFramer::new(Box::new(file)))) } else { Err(file) })
}
