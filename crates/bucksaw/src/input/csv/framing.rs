//! Cuts a source into chunks of whole records, of which those in quotes may have several lines.

use std::sync::Arc;

use super::record::{self, Ending};
use super::{CsvHeader, CsvOptions, header};
use crate::error::Result;
use crate::input::buffered::Buffered;
use crate::input::framing::{CHUNK_BYTES, Chunk, Frame, Framer, Limits, is_long, moved};
use crate::input::lines::BYTE_ORDER_MARK;
use crate::input::{Format, formats};

/// See the module. What comes up to the header row is a chunk by itself, which has no names.
pub(crate) struct RecordFramer<'r> {
    source: Buffered<'r>,
    format: Format,
    delimiter: u8,
    header: CsvHeader,
    /// Bytes in a record, at the most, where the input says so.
    max_record_bytes: Option<usize>,
    /// What columns are called, once that is known.
    names: Option<Arc<[Box<str>]>>,
    /// How much of the record that is skipped next is surely of one line.
    in_line: usize,
    /// Whether the source's first bytes were looked at.
    is_checked: bool,
}

impl<'r> RecordFramer<'r> {
    /// How long a record may be the caller says, or else the limits.
    pub(crate) fn new(
        source: Buffered<'r>,
        format: Format,
        options: &CsvOptions,
        max_record_bytes: Option<usize>,
    ) -> Self {
        let header = options.header.clone();
        let names = match &header {
            CsvHeader::Names(names) => Some(header::paths(names.clone())),
            _ => None,
        };
        let delimiter = options.delimiter_of(format);
        Self {
            source,
            format,
            delimiter,
            header,
            max_record_bytes,
            names,
            in_line: 0,
            is_checked: false,
        }
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
        let mut looked = CHUNK_BYTES;
        let mut ends = None;
        let mut is_in_long = false;
        loop {
            filled = self.source.fill(&mut buffer, filled, looked)?;
            let is_whole = self.source.is_at_end && filled <= looked;
            let is_end = is_whole && self.source.cut.is_none();
            let known = &buffer[..filled.min(looked)];
            let ends = ends.get_or_insert_with(|| Ends::new(self.delimiter, self.start(known)));
            ends.look(known, is_end);
            let mut len = match ends.open {
                None if is_end => filled,
                _ => ends.last,
            };
            if len == 0 && (is_end || looked > record_bytes) {
                // A quote that nothing closes takes its line with it, and no more.
                let from = ends.open.unwrap_or(known.len());
                let end = record::line_end(known, from);
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
            if looked > record_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(record_bytes));
            }
            looked = (looked + CHUNK_BYTES).min(record_bytes.saturating_add(1));
            if is_long(looked) && !std::mem::replace(&mut is_in_long, true) {
                buffer = moved(&buffer[..filled], long);
            }
        }
    }

    /// Where the first record starts in what comes next.
    fn start(&self, bytes: &[u8]) -> usize {
        let has_mark = self.source.position == 0 && bytes.starts_with(BYTE_ORDER_MARK);
        if has_mark { BYTE_ORDER_MARK.len() } else { 0 }
    }

    /// The first `len` bytes of a buffer, or those up to the header row.
    fn chunk(&mut self, buffer: Vec<u8>, mut len: usize, filled: usize) -> Result<Chunk> {
        let mut names = self.names.clone();
        if names.is_none() {
            let bytes = &buffer[..len];
            let mut start = self.start(bytes);
            while let [b'\n', ..] | [b'\r', b'\n', ..] = bytes[start..] {
                start = record::line_end(bytes, start);
            }
            if start < len && self.header == CsvHeader::None {
                self.names = Some(header::numbers(bytes, start, self.delimiter));
                names.clone_from(&self.names);
            } else if start < len {
                self.names = Some(header::names_of_row(bytes, start, self.delimiter)?);
                len = record::end_of(bytes, start, self.delimiter).0.end;
            }
        }
        let chunk = self.source.chunk(buffer, len, filled, self.format);
        Ok(Chunk { names, ..chunk })
    }
}

impl Framer for RecordFramer<'_> {
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
            let len = record::line_end(rest, known);
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

/// Finds where records end, by quotes and newlines alone.
pub(super) struct Ends {
    delimiter: u8,
    /// Where the first record starts.
    start: usize,
    /// How far bytes were looked at.
    at: usize,
    /// The quote of the field that is open.
    pub(super) open: Option<usize>,
    /// Whether the rest of the line is text, since its quotes are not sound.
    is_unsound: bool,
    /// Behind the last record that ended.
    pub(super) last: usize,
}

impl Ends {
    pub(super) fn new(delimiter: u8, start: usize) -> Self {
        Self { delimiter, start, at: start, open: None, is_unsound: false, last: 0 }
    }

    /// Goes on to the end of `bytes`, which begin as those before did; `is_end` where the source has no more.
    pub(super) fn look(&mut self, bytes: &[u8], is_end: bool) {
        while self.at < bytes.len() {
            let rest = &bytes[self.at..];
            if self.is_unsound {
                let end = memchr::memchr(b'\n', rest).map(|found| self.at + found + 1);
                self.is_unsound = end.is_none();
                self.last = end.unwrap_or(self.last);
                self.at = end.unwrap_or(bytes.len());
                continue;
            }
            let quote = memchr::memchr(b'"', rest).map(|found| self.at + found);
            match (self.open, quote) {
                (None, found) => {
                    let end = found.unwrap_or(bytes.len());
                    if let Some(newline) = memchr::memrchr(b'\n', &bytes[self.at..end]) {
                        self.last = self.at + newline + 1;
                    }
                    self.open = found.filter(|quote| self.starts_field(bytes, *quote));
                    self.at = found.map_or(end, |quote| quote + 1);
                }
                (Some(_), None) => self.at = bytes.len(),
                (Some(opened), Some(quote)) => {
                    // What stands behind it may not have been read.
                    if quote + 2 >= bytes.len() && !is_end {
                        self.at = quote;
                        return;
                    }
                    match record::ending(bytes, quote, self.delimiter) {
                        Ending::Doubled => self.at = quote + 2,
                        Ending::Field(next) => (self.open, self.at) = (None, next),
                        Ending::Other => {
                            (self.open, self.is_unsound) = (None, true);
                            self.at = opened;
                        }
                    }
                }
            }
        }
    }

    /// Whether a field starts with the quote.
    fn starts_field(&self, bytes: &[u8], quote: usize) -> bool {
        quote == self.start
            || matches!(bytes[quote - 1], byte if byte == b'\n' || byte == self.delimiter)
    }
}
