//! Cuts a source into chunks of whole fields of messages, which may stand behind the messages' lengths.
//!
//! All fields of an OTLP request, or of a file's `LogsData`, are repeated: one such message, and several without anything between
//! them, are a run of fields, which may be cut between any two. A length of four bytes, the highest first, begins with
//! a byte below 8 if it is less than 128 MiB; no field of protobuf does. So a source need not say which of
//! them it has, and a chunk's lengths tell its decoder nothing that it needs: they are passed over.

use super::fitting::other_format;
use super::head::{Head, head};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::buffered::Buffered;
use crate::input::framing::{CHUNK_BYTES, Chunk, Frame, Framer, Limits, Steps};

const BROKEN: &str = "the message is broken from here on to its end";

/// What can be done with the bytes that come next.
enum Next {
    /// They are whole, and so many.
    Whole(usize),
    /// So many are needed at least.
    Needs(usize),
    /// So many, up to their message's end, can't be read.
    Broken(usize),
    /// Nobody knows where anything starts again.
    Lost,
}

/// Cuts a source between fields; a chunk has records of one signal.
pub(crate) struct Messages<'r> {
    source: Buffered<'r>,
    /// That of the records that were read last.
    format: Format,
    /// Whether all records are of that format, whatever they look like.
    is_told: bool,
    /// Bytes left of the message that is behind its length.
    left: Option<usize>,
    /// How many bytes are to be passed over, where a field is too long, or a message broken.
    to_skip: usize,
    /// What is read of records behind others of another signal.
    ahead: Ahead,
}

/// A buffer that chunks are copied from: where signals alternate, each chunk is a small part of it.
#[derive(Default)]
struct Ahead {
    buffer: Vec<u8>,
    /// Where the next chunk starts in it.
    start: usize,
}

/// How far a buffer is records of one signal.
struct Run {
    bytes: usize,
    /// What ended it.
    next: Next,
    /// Whether that is a whole unit of another signal.
    is_before_other: bool,
}

impl<'r> Messages<'r> {
    /// Of a source that begins with this format, or has nothing else, if that `is_told`.
    pub(crate) fn new(source: Buffered<'r>, format: Format, is_told: bool) -> Self {
        Self { source, format, is_told, left: None, to_skip: 0, ahead: Ahead::default() }
    }

    /// The format of this unit, if it is another than that of those before.
    fn other_format(&self, unit: &[u8]) -> Option<Format> {
        match head(unit) {
            Head::Field(_) if !self.is_told => other_format(unit, self.format),
            _ => None,
        }
    }

    /// What comes next in a message of which so many bytes are left, or in none.
    fn next_of(bytes: &[u8], left: Option<usize>) -> Next {
        let next = match (left, head(bytes)) {
            (Some(_), Head::Length(..) | Head::Malformed) => Next::Broken(0),
            (None, Head::Malformed) => Next::Lost,
            (_, Head::Length(_, len) | Head::Field(len)) if len <= bytes.len() => Next::Whole(len),
            (_, Head::Length(_, len) | Head::Field(len)) => Next::Needs(len),
            (_, Head::Incomplete) => Next::Needs(bytes.len() + 1),
        };
        match (next, left) {
            (Next::Whole(len) | Next::Needs(len), Some(left)) if len > left => Next::Broken(left),
            (Next::Broken(_), Some(left)) => Next::Broken(left),
            (next, _) => next,
        }
    }

    /// Goes on behind so many bytes.
    fn pass(left: &mut Option<usize>, bytes: &[u8], len: usize) {
        *left = match (*left, head(bytes)) {
            (None, Head::Length(message, _)) => Some(message),
            (left, _) => left.map(|left| left - len),
        };
        if *left == Some(0) {
            *left = None;
        }
    }

    /// Passes over the records of one signal that these bytes start with.
    fn run(&mut self, bytes: &[u8]) -> Run {
        let mut run = 0;
        loop {
            let left = &bytes[run..];
            let next = Self::next_of(left, self.left);
            let Next::Whole(len) = next else {
                return Run { bytes: run, next, is_before_other: false };
            };
            if let Some(format) = self.other_format(&left[..len]) {
                if run > 0 {
                    return Run { bytes: run, next, is_before_other: true };
                }
                self.format = format;
            }
            Self::pass(&mut self.left, left, len);
            run += len;
        }
    }

    /// The next chunk of what is read ahead, in this buffer, if all of it is there; else what there is becomes the source's rest.
    fn next_ahead(&mut self, buffer: &mut Vec<u8>) -> Option<Chunk> {
        let Ahead { buffer: ahead, start } = std::mem::take(&mut self.ahead);
        let left = self.left;
        let Run { bytes, is_before_other, .. } = self.run(&ahead[start..]);
        buffer.clear();
        if is_before_other {
            buffer.extend_from_slice(&ahead[start..start + bytes]);
            self.ahead = Ahead { buffer: ahead, start: start + bytes };
            let chunk = std::mem::take(buffer);
            return Some(self.source.chunk(chunk, bytes, bytes, self.format));
        }
        // It may go on in what is not read yet.
        self.left = left;
        self.source.rest.clear();
        self.source.rest.extend_from_slice(&ahead[start..]);
        None
    }

    fn malformed(&self) -> Error {
        let message = format!(
            "no OTLP message starts here, at byte {}: what comes before is sound",
            self.source.position
        );
        Error::new(ErrorKind::InputFormat, message)
    }
}

impl Framer for Messages<'_> {
    fn format(&self) -> Format {
        self.format
    }

    fn position(&self) -> u64 {
        self.source.position
    }

    fn rest(&self) -> &[u8] {
        &self.source.rest
    }

    fn next(&mut self, mut buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        if !self.ahead.buffer.is_empty()
            && let Some(chunk) = self.next_ahead(&mut buffer)
        {
            return Ok(Frame::Records(chunk));
        }
        let mut filled = self.source.begin(&mut buffer, limits.window_bytes);
        let mut steps = Steps::from(filled, limits);
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            let Run { bytes, next, is_before_other } = self.run(&buffer[..filled]);
            // The smaller part is copied.
            if is_before_other && bytes < filled - bytes {
                buffer.truncate(filled);
                let chunk = buffer[..bytes].to_vec();
                self.ahead = Ahead { buffer, start: bytes };
                let chunk = self.source.chunk(chunk, bytes, bytes, self.format);
                return Ok(Frame::Records(chunk));
            }
            if bytes > 0 {
                return Ok(Frame::Records(self.source.chunk(buffer, bytes, filled, self.format)));
            }
            let needed = match next {
                Next::Lost => return Err(self.malformed()),
                Next::Broken(left) => {
                    (self.to_skip, self.left) = (left, None);
                    self.source.keep(buffer, filled);
                    return Ok(Frame::Malformed(BROKEN));
                }
                Next::Whole(len) | Next::Needs(len) => len,
            };
            if self.source.is_at_end {
                if filled == 0 && self.source.cut.is_none() && self.left.is_none() {
                    self.source.rest.clear();
                    return Ok(Frame::End);
                }
                (self.to_skip, self.left) = (filled, None);
                self.source.keep(buffer, filled);
                let cut = self.source.cut.take();
                let ends = || Error::new(ErrorKind::Truncated, "the last message has no end");
                return Ok(Frame::Cut(cut.unwrap_or_else(ends)));
            }
            if needed > limits.message_bytes.max(CHUNK_BYTES) {
                self.to_skip = needed;
                Self::pass(&mut self.left, &buffer[..filled], needed);
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(limits.message_bytes.max(CHUNK_BYTES)));
            }
            // In steps, since a length may claim what does not come.
            buffer = steps.go_on(needed.max(steps.wanted + 1), buffer, filled, long);
        }
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut left = std::mem::take(&mut self.to_skip);
        let mut skipped = 0;
        loop {
            let len = left.min(self.source.rest.len());
            take(&self.source.rest[..len])?;
            self.source.skip(len);
            skipped += len as u64;
            left -= len;
            if left == 0 || self.source.is_over() {
                self.source.shrink();
                return Ok(skipped);
            }
            self.source.refill()?;
        }
    }
}
