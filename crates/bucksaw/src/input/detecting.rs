//! What a source is, by its first bytes.

use super::Format;
use super::buffered::Buffered;
use super::framing::{Frame, Framer, Limits};
use super::ndjson::LineFramer;
use super::otlp::{MessageFramer, formats_of};
use crate::error::{Error, ErrorKind, Result};

/// Bytes that tell a source's format.
const TELLING_BYTES: usize = 64 << 10;

/// Finds out what a source is, and cuts it accordingly.
pub(super) struct Detecting<'r> {
    /// Until its first bytes are read; with how long a line may be, if it has lines.
    unknown: Option<(Buffered<'r>, Option<usize>)>,
    known: Option<Box<dyn Framer + 'r>>,
}

impl<'r> Detecting<'r> {
    pub(super) fn new(source: Buffered<'r>, max_line_bytes: Option<usize>) -> Self {
        Self { unknown: Some((source, max_line_bytes)), known: None }
    }

    fn detect(&mut self, limits: Limits) -> Result<()> {
        let Some((mut source, max_line_bytes)) = self.unknown.take() else { return Ok(()) };
        let start = source.peek(TELLING_BYTES, limits.window_bytes)?;
        let formats = formats_of(start);
        self.known = Some(match formats[..] {
            [] => Box::new(LineFramer::new(source, max_line_bytes)),
            [format] => Box::new(MessageFramer::new(source, format)),
            _ => return Err(several(&formats)),
        });
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

fn several(formats: &[Format]) -> Error {
    let words: Vec<String> = formats.iter().map(|format| format!("--format {format}")).collect();
    let message = format!("it may be OTLP of several signals: say which ({})", words.join(" or "));
    Error::new(ErrorKind::InputFormat, message)
}
