//! Cuts a source into chunks of whole records, where these end each in its way.

use super::buffered::Buffered;
use super::framing::{Chunk, Frame, Framer, Limits, Names, Steps, start_of_text};
use super::{Format, formats};
use crate::error::{Error, ErrorKind, Result};

/// Finds where the records of a format end, by their bytes alone.
pub(super) trait FindEnds: Send {
    /// Starts anew, with a record that begins at this byte.
    fn begin(&mut self, start: usize);

    /// Goes on to the end of `bytes`, which begin as those before did; `is_end` where the source has no more.
    fn look(&mut self, bytes: &[u8], is_end: bool);

    /// Behind the last record that ended; 0 where none did.
    fn last(&self) -> usize;

    /// What may become of the record that begins there.
    fn open(&self) -> Open;

    /// Passes over a record that has begun, whose next bytes these are: how many of them belong to it, if it ends in them. It ends with
    /// its line, unless the format says otherwise.
    fn pass(&mut self, bytes: &[u8]) -> Option<usize> {
        memchr::memchr(b'\n', bytes).map(|newline| newline + 1)
    }

    /// How many of `bytes`, whole records of which the first begins at `start`, are a chunk, and what the columns of its rows are called.
    ///
    /// # Errors
    /// [`ErrorKind::InputFormat`] where the source says that, and can't be read.
    fn chunk(&mut self, bytes: &[u8], _start: usize) -> Result<(usize, Option<Names>)> {
        Ok((bytes.len(), None))
    }
}

/// How a record ends whose own end is not found, within the longest one's bytes or the source's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// With the source.
    Ended,
    /// With the line that this byte of it is in: reading goes on behind.
    Line(usize),
    /// Not at all: it was cut off.
    Cut,
}

/// Finds one end after the other, in bytes that come in any parts.
pub(super) trait FindEnd: Default + Send {
    /// Looks at the bytes that come next: how many of them belong to the record, if it ends in them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize>;

    /// Whether what there is of a record is all of it, where the source ends.
    fn ends_with_source(&self) -> bool;
}

/// [`FindEnds`] by [`FindEnd`].
#[derive(Default)]
pub(super) struct OneByOne<E> {
    next: E,
    /// How far bytes were looked at, and behind the last end.
    at: usize,
    last: usize,
}

impl<E: FindEnd> FindEnds for OneByOne<E> {
    fn begin(&mut self, start: usize) {
        *self = Self { next: E::default(), at: start, last: 0 };
    }

    fn look(&mut self, bytes: &[u8], _: bool) {
        while let Some(len) = self.next.end(&bytes[self.at..]) {
            self.at += len;
            self.last = self.at;
        }
        self.at = bytes.len();
    }

    fn last(&self) -> usize {
        self.last
    }

    fn open(&self) -> Open {
        if self.next.ends_with_source() { Open::Ended } else { Open::Cut }
    }

    fn pass(&mut self, bytes: &[u8]) -> Option<usize> {
        self.next.end(bytes)
    }
}

/// See the module.
pub(super) struct RecordFramer<'r, E> {
    source: Buffered<'r>,
    format: Format,
    ends: E,
    /// Bytes in a record, at the most, where the input says so.
    max_record_bytes: Option<usize>,
    /// How many bytes of the record that is skipped next were looked at, without its end among them.
    looked_at: usize,
    /// Whether the source's first bytes were looked at.
    is_checked: bool,
}

impl<'r, E: FindEnds> RecordFramer<'r, E> {
    /// How long a record may be the caller says, or else the limits.
    pub(super) fn new(
        source: Buffered<'r>,
        format: Format,
        ends: E,
        max_record_bytes: Option<usize>,
    ) -> Self {
        Self { source, format, ends, max_record_bytes, looked_at: 0, is_checked: false }
    }

    fn next_frame(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        limits: Limits,
    ) -> Result<Frame> {
        let record_bytes = self.max_record_bytes.unwrap_or(limits.record_bytes);
        let mut filled = self.source.begin(&mut buffer, limits.window_bytes);
        // No further than a chunk goes is looked, whatever was read already, as long as a record ends there.
        let mut steps = Steps::from(0, limits);
        let mut start = None;
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            let is_whole = self.source.is_at_end && filled <= steps.wanted;
            let is_end = is_whole && self.source.cut.is_none();
            let known = &buffer[..filled.min(steps.wanted)];
            if start.is_none() {
                let first = start_of_text(known, self.source.position);
                start = Some(first);
                self.ends.begin(first);
            }
            self.ends.look(known, is_end);
            let open = self.ends.open();
            // What has no end is as good as not there.
            let is_left = is_end && self.source.leaves_open_end;
            let mut len = match open {
                Open::Ended if is_end && !is_left => filled,
                _ => self.ends.last(),
            };
            self.looked_at = known.len();
            if let Open::Line(from) = open
                && len == 0
                && !is_left
                && (is_end || steps.wanted > record_bytes)
            {
                let end = line_end(known, from);
                let has_line_end = is_end || known[from..end].ends_with(b"\n");
                len = if has_line_end { end } else { 0 };
                self.looked_at = from;
            }
            if len > 0 {
                return self.chunk(buffer, len, filled).map(Frame::Records);
            }
            if is_end && (filled == 0 || is_left) {
                self.source.rest.clear();
                return Ok(Frame::End);
            }
            if is_whole {
                self.source.keep(buffer, filled);
                let no_end = || Error::new(ErrorKind::Truncated, "the last record has no end");
                if let Open::Line(_) = open {
                    self.looked_at = 0;
                }
                return Ok(Frame::Cut(self.source.cut.take().unwrap_or_else(no_end)));
            }
            if steps.wanted > record_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(record_bytes));
            }
            buffer = steps.go_on(record_bytes.saturating_add(1), buffer, filled, long);
        }
    }

    /// The first `len` bytes of a buffer, or fewer.
    fn chunk(&mut self, buffer: Vec<u8>, len: usize, filled: usize) -> Result<Chunk> {
        let start = start_of_text(&buffer[..len], self.source.position);
        let (len, names) = self.ends.chunk(&buffer[..len], start)?;
        let chunk = self.source.chunk(buffer, len, filled, self.format);
        Ok(Chunk { names, ..chunk })
    }
}

impl<E: FindEnds> Framer for RecordFramer<'_, E> {
    fn format(&self) -> Format {
        self.format
    }

    fn position(&self) -> u64 {
        self.source.position
    }

    fn rest(&self) -> &[u8] {
        &self.source.rest
    }

    fn next(&mut self, buffer: Vec<u8>, long: &mut Vec<u8>, limits: Limits) -> Result<Frame> {
        let frame = self.next_frame(buffer, long, limits);
        if !std::mem::replace(&mut self.is_checked, true) {
            formats::check(self.source.start(), self.format.name())?;
        }
        frame
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut skipped = 0;
        loop {
            let looked_at = std::mem::take(&mut self.looked_at);
            let rest = &self.source.rest;
            let end = self.ends.pass(&rest[looked_at..]);
            let len = end.map_or(rest.len(), |len| looked_at + len);
            take(&rest[..len])?;
            skipped += len as u64;
            self.source.skip(len);
            if end.is_some() || self.source.is_over() {
                self.source.shrink();
                return Ok(skipped);
            }
            self.source.refill()?;
        }
    }
}

/// Behind the next newline.
pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}
