//! Cuts a source into chunks of whole records that may have several lines.

use super::BYTE_ORDER_MARK;
use crate::error::Result;
use crate::input::buffered::Buffered;
use crate::input::framing::{Chunk, Frame, Framer, Limits, Names, Steps};
use crate::input::{Format, formats};

/// Finds where the records of a format end, by their bytes alone.
pub(in crate::input) trait FindEnds: Send {
    /// Starts anew, with a record that begins at this byte.
    fn begin(&mut self, start: usize);

    /// Goes on to the end of `bytes`, which begin as those before did; `is_end` where the source has no more.
    fn look(&mut self, bytes: &[u8], is_end: bool);

    /// Behind the last record that ended; 0 where none did.
    fn last(&self) -> usize;

    /// Of a record that has begun and goes over lines: a byte of its first line, or of the line with which it ends if no end is found.
    fn open(&self) -> Option<usize>;

    /// How many of `bytes`, whole records of which the first begins at `start`, are a chunk, and what the columns of its rows are called.
    ///
    /// # Errors
    /// [`ErrorKind::InputFormat`](crate::ErrorKind::InputFormat) where the source says that, and can't be read.
    fn chunk(&mut self, bytes: &[u8], _start: usize) -> Result<(usize, Option<Names>)> {
        Ok((bytes.len(), None))
    }
}

/// See the module. A record whose end is not found within the longest one's bytes, or the source, ends with a line.
pub(in crate::input) struct RecordFramer<'r, E> {
    source: Buffered<'r>,
    format: Format,
    ends: E,
    /// Bytes in a record, at the most, where the input says so.
    max_record_bytes: Option<usize>,
    /// How much of the record that is skipped next is surely of one line.
    in_line: usize,
    /// Whether the source's first bytes were looked at.
    is_checked: bool,
}

impl<'r, E: FindEnds> RecordFramer<'r, E> {
    /// How long a record may be the caller says, or else the limits.
    pub(in crate::input) fn new(
        source: Buffered<'r>,
        format: Format,
        ends: E,
        max_record_bytes: Option<usize>,
    ) -> Self {
        Self { source, format, ends, max_record_bytes, in_line: 0, is_checked: false }
    }

    fn next_frame(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        Limits { record_bytes, window_bytes, .. }: Limits,
    ) -> Result<Frame> {
        let record_bytes = self.max_record_bytes.unwrap_or(record_bytes);
        let mut filled = self.source.begin(&mut buffer, window_bytes);
        // No further than a chunk goes is looked, whatever was read already, as long as a record ends there.
        let mut steps = Steps::from(0);
        let mut start = None;
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            let is_whole = self.source.is_at_end && filled <= steps.wanted;
            let is_end = is_whole && self.source.cut.is_none();
            let known = &buffer[..filled.min(steps.wanted)];
            if start.is_none() {
                let first = self.start(known);
                start = Some(first);
                self.ends.begin(first);
            }
            self.ends.look(known, is_end);
            let mut len = match self.ends.open() {
                None if is_end => filled,
                _ => self.ends.last(),
            };
            if len == 0 && (is_end || steps.wanted > record_bytes) {
                // What has no end takes a line with it, and no more.
                let from = self.ends.open().unwrap_or(known.len());
                let end = line_end(known, from);
                let has_line_end = is_end || known[from..end].ends_with(b"\n");
                len = if has_line_end { end } else { 0 };
                self.in_line = from;
            }
            if len > 0 {
                return self.chunk(buffer, len, filled).map(Frame::Records);
            }
            if is_whole && let Some(error) = self.source.cut.take() {
                self.in_line = 0;
                self.source.keep(buffer, filled);
                return Ok(Frame::Cut(error));
            }
            if is_end {
                self.source.rest.clear();
                return Ok(Frame::End);
            }
            if steps.wanted > record_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(record_bytes));
            }
            buffer = steps.go_on(record_bytes.saturating_add(1), buffer, filled, long);
        }
    }

    /// Where the first record starts in what comes next.
    fn start(&self, bytes: &[u8]) -> usize {
        let has_mark = self.source.position == 0 && bytes.starts_with(BYTE_ORDER_MARK);
        if has_mark { BYTE_ORDER_MARK.len() } else { 0 }
    }

    /// The first `len` bytes of a buffer, or fewer.
    fn chunk(&mut self, buffer: Vec<u8>, len: usize, filled: usize) -> Result<Chunk> {
        let start = self.start(&buffer[..len]);
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
        let mut in_line = std::mem::take(&mut self.in_line);
        let mut skipped = 0;
        loop {
            let rest = &self.source.rest;
            let known = in_line.min(rest.len());
            let len = line_end(rest, known);
            let is_end = rest[known..len].ends_with(b"\n");
            take(&rest[..len])?;
            in_line -= known;
            skipped += len as u64;
            self.source.skip(len);
            if is_end || self.source.is_over() {
                self.source.shrink();
                return Ok(skipped);
            }
            self.source.refill()?;
        }
    }
}

/// Behind the next newline.
pub(in crate::input) fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}
