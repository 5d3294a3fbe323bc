//! Cuts a source into chunks of whole records, where these end each in its way.

use super::Format;
use super::buffered::Buffered;
use super::formats;
use super::framing::{Frame, Framer, Limits, Steps};
use crate::error::{Error, ErrorKind, Result};

/// Finds where records end, in bytes of which there need not be all.
pub(super) trait FindEnd: Send {
    /// Looks at the bytes that come next: how many of them belong to the record, if it ends in them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize>;

    /// Whether what there is of a record is all of it, where the source ends.
    fn ends_with_source(&self) -> bool;
}

/// See the module.
pub(super) struct RecordFramer<'r, F> {
    source: Buffered<'r>,
    format: Format,
    max_record_bytes: Option<usize>,
    ends: F,
    /// Bytes of the rest that were looked at.
    looked_at: usize,
    is_checked: bool,
    /// Whether all of the rest is one record.
    is_cut: bool,
}

impl<'r, F: FindEnd> RecordFramer<'r, F> {
    pub(super) fn new(
        source: Buffered<'r>,
        format: Format,
        max_record_bytes: Option<usize>,
        ends: F,
    ) -> Self {
        let (looked_at, is_checked, is_cut) = (0, false, false);
        Self { source, format, max_record_bytes, ends, looked_at, is_checked, is_cut }
    }

    fn next_frame(
        &mut self,
        mut buffer: Vec<u8>,
        long: &mut Vec<u8>,
        Limits { record_bytes, window_bytes, .. }: Limits,
    ) -> Result<Frame> {
        let record_bytes = self.max_record_bytes.unwrap_or(record_bytes);
        let mut filled = self.source.begin(&mut buffer, window_bytes);
        let mut steps = Steps::from(filled);
        let mut at = self.looked_at;
        loop {
            filled = self.source.fill(&mut buffer, filled, steps.wanted)?;
            let mut whole = 0;
            while let Some(len) = self.ends.end(&buffer[at..filled]) {
                at += len;
                whole = at;
            }
            at = filled;
            let is_at_end = self.source.is_at_end && self.source.cut.is_none();
            if is_at_end && whole == 0 && self.ends.ends_with_source() {
                whole = filled;
            }
            self.looked_at = filled - whole;
            if whole > 0 {
                return Ok(Frame::Records(self.source.chunk(buffer, whole, filled, self.format)));
            }
            if self.source.is_at_end {
                self.source.keep(buffer, filled);
                return Ok(match self.source.cut.take() {
                    None if filled == 0 => Frame::End,
                    cut => {
                        self.is_cut = true;
                        let no_end =
                            || Error::new(ErrorKind::Truncated, "the last record has no end");
                        Frame::Cut(cut.unwrap_or_else(no_end))
                    }
                });
            }
            if filled > record_bytes {
                self.source.keep(buffer, filled);
                return Ok(Frame::TooLong(record_bytes));
            }
            buffer = steps.go_on(record_bytes.saturating_add(1), buffer, filled, long);
        }
    }
}

impl<F: FindEnd> Framer for RecordFramer<'_, F> {
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
        let frame = self.next_frame(buffer, long, limits)?;
        if !std::mem::replace(&mut self.is_checked, true) {
            formats::check(self.source.start(), self.format.name())?;
        }
        Ok(frame)
    }

    fn skip_record(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut skipped = 0;
        loop {
            let looked_at = std::mem::take(&mut self.looked_at);
            let rest = &self.source.rest;
            let end = match self.is_cut {
                true => None,
                false => self.ends.end(&rest[looked_at..]),
            };
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
