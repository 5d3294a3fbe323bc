//! Cuts a source into chunks of whole frames: messages behind their lengths, or the fields of messages that stand one
//! after the other.
//!
//! All fields of an OTLP request, or of a file's `LogsData`, are repeated: one such message, and several without anything between
//! them, are a run of fields, which may be cut between any two. A length of four bytes, the highest first, begins with
//! a byte below 8 if it is less than 128 MiB; no field of protobuf does. So a source need not say which of
//! them it has.

use super::wire::{VarintEnd, varint};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::buffered::Buffered;
use crate::input::framing::{CHUNK_BYTES, Frame, Framer, Limits, is_long, moved};

/// Bytes of a message's length before it.
const PREFIX_BYTES: usize = 4;
/// No field begins with a byte below this, since none has the number 0.
const FIRST_TAG: u8 = 8;

/// What a source has next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// More bytes are needed to tell.
    Incomplete,
    /// Neither a message nor a field.
    Malformed,
    Frame(Part),
}

/// A frame: where its message starts, and where the frame ends, counted from the frame's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) message: usize,
    pub(super) end: usize,
}

/// The frame that bytes start with, of which there need not be all. A field is a message by itself.
pub(super) fn head(bytes: &[u8]) -> Head {
    let Some(first) = bytes.first() else { return Head::Incomplete };
    if *first < FIRST_TAG {
        let Some(prefix) = bytes.first_chunk::<PREFIX_BYTES>() else { return Head::Incomplete };
        let end = PREFIX_BYTES + u32::from_be_bytes(*prefix) as usize;
        return Head::Frame(Part { message: PREFIX_BYTES, end });
    }
    let missing = |end| if end == VarintEnd::Missing { Head::Incomplete } else { Head::Malformed };
    let (key, tag) = match varint(bytes) {
        Ok(read) => read,
        Err(end) => return missing(end),
    };
    if u32::try_from(key).map_or(0, |key| key >> 3) == 0 {
        return Head::Malformed;
    }
    let of = |bytes: usize| Head::Frame(Part { message: 0, end: tag + bytes });
    match (key & 7, varint(&bytes[tag..])) {
        (1, _) => of(8),
        (5, _) => of(4),
        (0 | 2, Err(end)) => missing(end),
        (0, Ok((_, len))) => of(len),
        (2, Ok((length, len))) => match usize::try_from(length) {
            // What is added fits, too.
            Ok(length) if length <= usize::MAX >> 1 => of(len + length),
            _ => Head::Malformed,
        },
        _ => Head::Malformed,
    }
}

/// Cuts a source of this format between frames.
pub(crate) struct Messages<'r> {
    source: Buffered<'r>,
    format: Format,
}

impl<'r> Messages<'r> {
    pub(crate) fn new(source: Buffered<'r>, format: Format) -> Self {
        Self { source, format }
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

    fn next(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        Limits { record_bytes, window_bytes }: Limits,
    ) -> Result<Frame> {
        let mut filled = self.source.begin(&mut buffer, window_bytes);
        let mut wanted = CHUNK_BYTES.max(filled);
        let mut is_in_long = false;
        loop {
            filled = self.source.fill(&mut buffer, filled, wanted)?;
            let mut whole = 0;
            let next = loop {
                match head(&buffer[whole..filled]) {
                    Head::Frame(Part { end, .. }) if end <= filled - whole => whole += end,
                    next => break next,
                }
            };
            if whole > 0 {
                return Ok(Frame::Records(self.source.chunk(buffer, whole, filled, self.format)));
            }
            let end = match next {
                Head::Malformed => return Err(self.malformed()),
                Head::Frame(Part { end, .. }) => end,
                Head::Incomplete => 0,
            };
            if self.source.is_at_end {
                if filled == 0 && self.source.cut.is_none() {
                    self.source.rest.clear();
                    return Ok(Frame::End);
                }
                self.source.keep(buffer, filled);
                let cut = self.source.cut.take();
                let ends = || Error::new(ErrorKind::Truncated, "the last message has no end");
                return Ok(Frame::Cut(cut.unwrap_or_else(ends)));
            }
            if end > record_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(record_bytes));
            }
            // In steps, since a length may claim what does not come.
            wanted = (wanted + CHUNK_BYTES).min(record_bytes.max(wanted + 1));
            if is_long(wanted) && !std::mem::replace(&mut is_in_long, true) {
                buffer = moved(&buffer[..filled], long);
            }
        }
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut left = match head(&self.source.rest) {
            Head::Frame(Part { end, .. }) => end,
            // All there is of a frame that was cut.
            Head::Incomplete | Head::Malformed => self.source.rest.len(),
        };
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
