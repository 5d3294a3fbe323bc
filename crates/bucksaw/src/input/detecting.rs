//! What a source is, by its first bytes.

use super::buffered::Buffered;
use super::by_format::framer_of;
use super::framing::{Frame, Framer, Limits};
use super::{Format, InputOptions, es_bulk, formats, journald, otlp, syslog};
use crate::error::{Error, ErrorKind, Result};

/// Bytes that tell a source's format.
const TELLING_BYTES: usize = 64 << 10;

/// Pauses after which lines tell it that are fewer.
const TELLING_PAUSES: u32 = 3;

/// Finds out what a source is, and cuts it accordingly.
pub(super) struct Detecting<'r> {
    /// Until its first bytes are read.
    unknown: Option<(Buffered<'r>, InputOptions)>,
    known: Option<Box<dyn Framer + 'r>>,
    /// How often the source had nothing for now.
    pauses: u32,
}

impl<'r> Detecting<'r> {
    pub(super) fn new(source: Buffered<'r>, options: InputOptions) -> Self {
        Self { unknown: Some((source, options)), known: None, pauses: 0 }
    }

    /// Looks at the first bytes; of a source that has nothing more for some time, at the lines that there are.
    fn detect(&mut self, limits: Limits) -> Result<()> {
        let Some((mut source, options)) = self.unknown.take() else { return Ok(()) };
        source.may_pause = true;
        source.peek(TELLING_BYTES, limits.window_bytes)?;
        if source.is_paused {
            self.pauses += 1;
            if self.pauses < TELLING_PAUSES || !source.rest.contains(&b'\n') {
                self.unknown = Some((source, options));
                return Ok(());
            }
        }
        source.may_pause = false;
        let start = &source.rest;
        let format = match options.format {
            Format::Auto => format_of(start, &options)?,
            format => format,
        };
        self.known = Some(framer_of(format, source, &options));
        Ok(())
    }
}

impl Framer for Detecting<'_> {
    fn format(&self) -> Format {
        self.known.as_ref().map_or(Format::Auto, |framer| framer.format())
    }

    fn is_text(&self) -> bool {
        self.known.as_ref().is_none_or(|framer| framer.is_text())
    }

    fn position(&self) -> u64 {
        self.known.as_ref().map_or(0, |framer| framer.position())
    }

    fn rest(&self) -> &[u8] {
        self.known.as_ref().map_or(&[], |framer| framer.rest())
    }

    fn next(&mut self, buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        self.detect(limits)?;
        match &mut self.known {
            Some(framer) => framer.next(buffer, long, limits),
            None => Ok(Frame::Paused),
        }
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        self.known.as_mut().map_or(Ok(0), |framer| framer.skip_record(take))
    }
}

/// The format of a source whose first bytes are these; what can't be anything else is NDJSON.
fn format_of(start: &[u8], options: &InputOptions) -> Result<Format> {
    if let Some(format) = formats::columnar(start) {
        return Ok(format);
    }
    if let Some(format) = otlp::format_of_json(start)? {
        return Ok(format);
    }
    if syslog::is_start(start) {
        return Ok(Format::Syslog);
    }
    match otlp::formats_of(start)[..] {
        // Where records are said to be inside of objects, these need not be lines.
        [] if otlp::are_profiles(start) => Err(otlp::profiles()),
        [] if formats::is_json(start) || !options.json.records.is_empty() => Ok(Format::Json),
        [] if es_bulk::starts_bulk(start) => Ok(Format::EsBulk),
        [] if journald::starts_export(start) => Ok(Format::JournaldExport),
        [] if journald::starts_json(start) => Ok(Format::JournaldJson),
        // Where fields have a delimiter, or lines a pattern, they are none of JSON.
        [] if options.csv.delimiter.is_some() && !starts_object(start) => Ok(Format::Csv),
        [] if options.text.pattern.is_some() && !starts_object(start) => Ok(Format::Text),
        [] => Ok(Format::Ndjson),
        [format] => Ok(format),
        ref several => Err(ambiguous(several)),
    }
}

fn starts_object(start: &[u8]) -> bool {
    start.trim_ascii_start().starts_with(b"{")
}

fn ambiguous(formats: &[Format]) -> Error {
    let words: Vec<String> = formats.iter().map(|format| format!("--format {format}")).collect();
    let message = format!("it may be OTLP of several signals: say which ({})", words.join(" or "));
    Error::new(ErrorKind::InputFormat, message)
}
