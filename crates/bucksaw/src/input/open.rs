//! How inputs are opened.

use std::io::Read;

use super::buffered::Buffered;
use super::decoding::{Decoded, Decoder, Target};
use super::decompress::decompressed;
use super::detecting::Detecting;
use super::framing::{Chunk, Framer};
use super::ndjson::{LineDecoder, LineFramer, NdjsonOptions};
use super::otlp::{MessageDecoder, MessageFramer};
use super::{Format, Input, OnError};
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
        Self::open(name, source, Format::Ndjson, options, on_error)
    }

    /// The records of `source`, which is of this format, decompressed if need be; `name` is what errors call it. The options are
    /// those of NDJSON, if it is that.
    ///
    /// ```
    /// use bucksaw::{Format, Input, MemorySink, NdjsonOptions, OnError, Options};
    /// // A request with one log record: its time is 9 ns, its body "hi".
    /// let request = b"\x0a\x13\x12\x11\x12\x0f\x09\x09\0\0\0\0\0\0\0\x2a\x04\x0a\x02hi";
    /// let options = NdjsonOptions::new();
    /// let mut input = Input::open("request", &request[..], Format::Auto, options, OnError::Fail)?;
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
        format: Format,
        ndjson: NdjsonOptions,
        on_error: OnError<'r>,
    ) -> Result<Self> {
        ndjson.validate()?;
        let name = name.into();
        let source = decompressed(source)
            .map_err(|cause| Error::io("could not read", cause).in_source(&name))?;
        let source = Buffered::new(source);
        let decoder = ByFormat { lines: LineDecoder::of(&ndjson), messages: MessageDecoder };
        let max_line_bytes = ndjson.max_line_bytes;
        let framer: Box<dyn Framer + 'r> = match format {
            Format::Auto => Box::new(Detecting::new(source, max_line_bytes)),
            Format::Ndjson => Box::new(LineFramer::new(source, max_line_bytes)),
            Format::OtlpLogs | Format::OtlpTraces | Format::OtlpMetrics => {
                Box::new(MessageFramer::new(source, format))
            }
        };
        Ok(Self::new(name, framer, decoder, on_error))
    }
}

/// Decodes each chunk as what it is.
struct ByFormat {
    lines: LineDecoder,
    messages: MessageDecoder,
}

impl Decoder for ByFormat {
    fn decode<'a>(&self, chunk: &'a Chunk, into: Target<'_, 'a>) -> Decoded<'a> {
        match chunk.format {
            Format::Auto | Format::Ndjson => self.lines.decode(chunk, into),
            Format::OtlpLogs | Format::OtlpTraces | Format::OtlpMetrics => {
                self.messages.decode(chunk, into)
            }
        }
    }
}
