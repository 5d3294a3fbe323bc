//! What a source is, by its first bytes.

use super::buffered::Buffered;
use super::framing::{Frame, Framer, Limits};
use super::open::framer_of;
use super::{Format, InputOptions};
use super::{formats, otlp};
use crate::error::{Error, ErrorKind, Result};

/// Bytes that tell a source's format.
const TELLING_BYTES: usize = 64 << 10;

/// Finds out what a source is, and cuts it accordingly.
pub(super) struct Detecting<'r> {
    /// Until its first bytes are read.
    unknown: Option<(Buffered<'r>, InputOptions)>,
    known: Option<Box<dyn Framer + 'r>>,
}

impl<'r> Detecting<'r> {
    pub(super) fn new(source: Buffered<'r>, options: InputOptions) -> Self {
        Self { unknown: Some((source, options)), known: None }
    }

    fn detect(&mut self, limits: Limits) -> Result<()> {
        let Some((mut source, options)) = self.unknown.take() else { return Ok(()) };
        let format = format_of(source.peek(TELLING_BYTES, limits.window_bytes)?)?;
        self.known = Some(framer_of(format, source, &options));
        Ok(())
    }
}

impl Framer for Detecting<'_> {
    fn format(&self) -> Format {
        self.known.as_ref().map_or(Format::Auto, |framer| framer.format())
    }

    fn position(&self) -> u64 {
        self.known.as_ref().map_or(0, |framer| framer.position())
    }

    fn rest(&self) -> &[u8] {
        self.known.as_ref().map_or(&[], |framer| framer.rest())
    }

    fn next(&mut self, buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        self.detect(limits)?;
        self.known.as_mut().map_or(Ok(Frame::End), |framer| framer.next(buffer, long, limits))
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        self.known.as_mut().map_or(Ok(0), |framer| framer.skip_record(take))
    }
}

/// The format of a source whose first bytes are these; what can't be anything else is NDJSON.
fn format_of(start: &[u8]) -> Result<Format> {
    if let Some(format) = formats::columnar(start) {
        return Ok(format);
    }
    match otlp::formats_of(start)[..] {
        [] => Ok(Format::Ndjson),
        [format] => Ok(format),
        ref several => Err(ambiguous(several)),
    }
}

fn ambiguous(formats: &[Format]) -> Error {
    let words: Vec<String> = formats.iter().map(|format| format!("--format {format}")).collect();
    let message = format!("it may be OTLP of several signals: say which ({})", words.join(" or "));
    Error::new(ErrorKind::InputFormat, message)
}
