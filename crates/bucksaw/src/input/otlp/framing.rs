//! Cuts a source into chunks of whole fields of messages, which may stand behind the messages' lengths.
//!
//! All fields of an OTLP request, or of a file's `LogsData`, are repeated: one such message, and several without anything between
//! them, are a run of fields, which may be cut between any two. A length of four bytes, the highest first, begins with
//! a byte below 8 if it is less than 128 MiB; no field of protobuf does. So a source need not say which of
//! them it has, and a chunk's lengths tell its decoder nothing that it needs: they are passed over.
//!
//! Where bytes are damaged, or a message has no end, what comes next is searched for: a field with a record, or such a field behind a
//! message's length. All before it is rejected.

use super::fitting::{has_record, other_format};
use super::head::{Head, head};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Format;
use crate::input::buffered::Buffered;
use crate::input::framing::{CHUNK_BYTES, Chunk, Frame, Framer, Limits, Steps};

const BROKEN: &str = "the message is broken from here on, up to where another begins or goes on";
const NO_START: &str = "no OTLP message starts here";

/// A message's field that has records, its first byte.
const RESOURCE: u8 = 0x0a;
/// Bytes of a message's length before it.
const PREFIX_BYTES: usize = 4;

/// What can be done with the bytes that come next.
enum Next {
    /// They are whole, and so many.
    Whole(usize),
    /// So many are needed at least.
    Needs(usize),
    /// They are no part of the message that they are in.
    Broken,
    /// No message begins with them.
    Lost,
}

/// Where messages go on.
enum Start {
    At(usize),
    /// It may be so there, as more bytes will show.
    Maybe(usize),
    Nowhere,
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
    /// Whether messages stand behind their lengths, as far as is known.
    has_lengths: bool,
    /// How many bytes are to be passed over, where a field is too long or cut.
    to_skip: usize,
    /// From which byte of the rest on a start is searched for, up to which all is passed over.
    search: Option<usize>,
    /// Bytes that a field may have.
    most_bytes: usize,
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
        Self {
            source,
            format,
            is_told,
            left: None,
            has_lengths: false,
            to_skip: 0,
            search: None,
            most_bytes: CHUNK_BYTES,
            ahead: Ahead::default(),
        }
    }

    /// Whether a whole field has a record, strictly.
    fn has_record(&self, field: &[u8]) -> bool {
        has_record(field, self.is_told.then_some(self.format))
    }

    /// The format of this unit, if it is another than that of those before.
    fn other_format(&self, unit: &[u8]) -> Option<Format> {
        match head(unit) {
            Head::Field(_) if !self.is_told => other_format(unit, self.format),
            _ => None,
        }
    }

    /// What comes next in a message of which so many bytes are left, or in none.
    fn next_of(&self, bytes: &[u8]) -> Next {
        let next = match (self.left, head(bytes)) {
            (Some(_), Head::Length(..) | Head::Malformed) => Next::Broken,
            (None, Head::Malformed) => Next::Lost,
            (None, Head::Length(message, len)) if message > 0 => Self::begins(message, len, bytes),
            (_, Head::Length(_, len) | Head::Field(len)) if len <= bytes.len() => Next::Whole(len),
            (_, Head::Length(_, len) | Head::Field(len)) => Next::Needs(len),
            (_, Head::Incomplete) => Next::Needs(bytes.len() + 1),
        };
        match (next, self.left) {
            (Next::Whole(len) | Next::Needs(len), Some(left)) if len > left => Next::Broken,
            // Other fields are only known to be some where it is known what they are in.
            (Next::Whole(_) | Next::Needs(_), None) if self.is_astray(bytes) => Next::Lost,
            (Next::Whole(len), None)
                if self.has_lengths && bytes[0] == RESOURCE && !self.has_record(&bytes[..len]) =>
            {
                Next::Lost
            }
            (next, _) => next,
        }
    }

    /// Whether a message of so many bytes begins behind its length, with a field that may have records.
    fn begins(message: usize, len: usize, bytes: &[u8]) -> Next {
        let behind = bytes.get(len..).unwrap_or_default();
        match head(behind) {
            Head::Incomplete => Next::Needs(bytes.len() + 1),
            Head::Field(field) if behind[0] == RESOURCE && field <= message => Next::Whole(len),
            _ => Next::Lost,
        }
    }

    /// Whether a length should stand here, or a field that has records.
    fn is_astray(&self, bytes: &[u8]) -> bool {
        let is_resource = bytes.first() == Some(&RESOURCE);
        self.has_lengths && !is_resource && matches!(head(bytes), Head::Field(_))
    }

    /// Where messages go on in these bytes, from one of them on; `is_all` where no more come.
    fn start_in(&self, bytes: &[u8], from: usize, is_all: bool) -> Start {
        for at in memchr::memchr_iter(RESOURCE, bytes) {
            let Head::Field(len) = head(&bytes[at..]) else { continue };
            let start = at.checked_sub(PREFIX_BYTES).filter(|start| {
                let length = head(&bytes[*start..]);
                *start >= from && matches!(length, Head::Length(message, _) if message >= len)
            });
            let start = start.unwrap_or(at);
            match bytes.get(at..at + len) {
                _ if start < from => {}
                Some(field) if self.has_record(field) => return Start::At(start),
                None if !is_all && len <= self.most_bytes => return Start::Maybe(start),
                _ => {}
            }
        }
        Start::Nowhere
    }

    /// Passes over all before the next start, and hands it to `take`.
    fn skip_to_start(
        &mut self,
        mut from: usize,
        take: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<u64> {
        let mut skipped = 0;
        loop {
            let rest = &self.source.rest;
            let (passed, is_found) = match self.start_in(rest, from, self.source.is_at_end) {
                Start::At(start) => (start, true),
                Start::Maybe(start) => (start, false),
                // A length may begin with the last ones.
                Start::Nowhere if !self.source.is_at_end => {
                    (rest.len().saturating_sub(PREFIX_BYTES).max(from.min(rest.len())), false)
                }
                Start::Nowhere => (rest.len(), true),
            };
            take(&rest[..passed])?;
            skipped += passed as u64;
            self.source.skip(passed);
            if is_found {
                self.source.shrink();
                return Ok(skipped);
            }
            from = from.saturating_sub(passed);
            let wanted = self.source.rest.len() + self.most_bytes + CHUNK_BYTES;
            self.source.read_on(wanted)?;
        }
    }

    /// Goes on behind so many bytes.
    fn pass(&mut self, bytes: &[u8], len: usize) {
        self.left = match (self.left, head(bytes)) {
            (None, Head::Length(message, _)) => {
                self.has_lengths = true;
                Some(message)
            }
            (left, _) => left.map(|left| left - len),
        };
        if self.left == Some(0) {
            self.left = None;
        }
    }

    /// What is to be rejected of a buffer, from a byte of it on up to the next start.
    fn reject(&mut self, buffer: Vec<u8>, filled: usize, from: usize, why: &'static str) -> Frame {
        (self.search, self.left) = (Some(from), None);
        self.source.keep(buffer, filled);
        Frame::Malformed(why)
    }

    /// Passes over the records of one signal that these bytes start with. It does not end between a message's length and the message, but
    /// where there is no more of that: who goes on there has to know what is left.
    fn run(&mut self, bytes: &[u8]) -> Run {
        let mut run = 0;
        // The length that was passed last, if nothing behind it was.
        let mut length = None;
        loop {
            let left = &bytes[run..];
            let next = self.next_of(left);
            let Next::Whole(len) = next else {
                let is_awaited = !self.source.is_at_end || self.source.leaves_rest();
                return match (length, next) {
                    (Some(start), Next::Needs(len))
                        if is_awaited && PREFIX_BYTES + len <= self.most_bytes =>
                    {
                        self.left = None;
                        let next = Next::Needs(PREFIX_BYTES + len);
                        Run { bytes: start, next, is_before_other: false }
                    }
                    (_, next) => Run { bytes: run, next, is_before_other: false },
                };
            };
            if let Some(format) = self.other_format(&left[..len]) {
                let end = length.unwrap_or(run);
                if end > 0 {
                    self.left = self.left.filter(|_| length.is_none());
                    return Run { bytes: end, next, is_before_other: true };
                }
                self.format = format;
            }
            let is_length = self.left.is_none() && matches!(head(left), Head::Length(..));
            self.pass(left, len);
            length = (is_length && self.left.is_some()).then_some(run);
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
        let message = format!("{NO_START}, at byte {}", self.source.position);
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
        self.most_bytes = limits.message_bytes.max(CHUNK_BYTES);
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
                Next::Lost
                    if self.source.position == 0 && head(&buffer[..filled]) == Head::Malformed =>
                {
                    return Err(self.malformed());
                }
                Next::Lost => return Ok(self.reject(buffer, filled, 1, NO_START)),
                Next::Broken => return Ok(self.reject(buffer, filled, 0, BROKEN)),
                Next::Whole(len) | Next::Needs(len) => len,
            };
            if self.source.is_at_end {
                if filled == 0 && self.source.cut.is_none() && self.left.is_none() {
                    self.source.rest.clear();
                    return Ok(Frame::End);
                }
                if let Start::At(_) = self.start_in(&buffer[..filled], 1, true) {
                    return Ok(self.reject(buffer, filled, 1, BROKEN));
                }
                if self.source.leaves_rest() {
                    self.source.keep(buffer, filled);
                    return Ok(Frame::End);
                }
                (self.to_skip, self.left) = (filled, None);
                self.source.keep(buffer, filled);
                let cut = self.source.cut.take();
                let ends = || Error::new(ErrorKind::Truncated, "the last message has no end");
                return Ok(Frame::Cut(cut.unwrap_or_else(ends)));
            }
            if needed > self.most_bytes {
                self.to_skip = needed;
                self.pass(&buffer[..filled], needed);
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(self.most_bytes));
            }
            // In steps, since a length may claim what does not come.
            buffer = steps.go_on(needed.max(steps.wanted + 1), buffer, filled, long);
        }
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        if let Some(from) = self.search.take() {
            return self.skip_to_start(from, take);
        }
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
