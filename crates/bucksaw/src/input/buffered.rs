//! A source's bytes on their way to a framer: what was read and not yet handed out.

use super::Format;
use super::decompress::Decompressed;
use super::formats::START_BYTES;
use super::framing::{CHUNK_BYTES, Chunk, Form};
use crate::error::{Error, ErrorKind, Result};

/// See the module.
pub(super) struct Buffered<'r> {
    source: Decompressed<'r>,
    /// Bytes of a window to decompress with, at the most.
    max_window_bytes: usize,
    /// What was read and not yet handed out.
    pub(super) rest: Vec<u8>,
    pub(super) is_at_end: bool,
    /// Whether whoever reads can do without what is wanted, where the source has nothing for now.
    pub(super) may_pause: bool,
    /// Whether the source had nothing when it was read last.
    pub(super) is_paused: bool,
    /// Why the end that was reached is none.
    pub(super) cut: Option<Error>,
    /// The source's byte at which the rest starts.
    pub(super) position: u64,
    /// The source's first bytes.
    start: Vec<u8>,
    /// Whether a last record without an end is left for later.
    pub(super) leaves_open_end: bool,
    /// Where records end, whatever comes behind, the first of them last: the source was read up to there before.
    old_ends: Vec<u64>,
}

impl<'r> Buffered<'r> {
    pub(super) fn new(source: Decompressed<'r>) -> Self {
        Self {
            source,
            max_window_bytes: 0,
            rest: Vec::new(),
            is_at_end: false,
            may_pause: false,
            is_paused: false,
            cut: None,
            position: 0,
            start: Vec::new(),
            leaves_open_end: false,
            old_ends: Vec::new(),
        }
    }

    /// The same, which leaves a last record without an end for later, if that `leaves`.
    pub(super) fn leaving_open_end(self, leaves: bool) -> Self {
        Self { leaves_open_end: leaves, ..self }
    }

    /// The same, whose first byte is this one of the source.
    pub(super) fn starting_at(self, position: u64) -> Self {
        Self { position, ..self }
    }

    /// The same, which ends at each of these bytes, which are in order, before it goes on there.
    pub(super) fn with_old_ends(self, positions: impl DoubleEndedIterator<Item = u64>) -> Self {
        let mut old_ends: Vec<u64> = positions.rev().collect();
        old_ends.dedup();
        Self { old_ends, ..self }
    }

    /// The source's first bytes, [`START_BYTES`] at the most, once it was read.
    pub(super) fn start(&self) -> &[u8] {
        &self.start
    }

    /// Puts the rest into a buffer whose content does not matter; returns how far that is full.
    pub(super) fn begin(&mut self, buffer: &mut Vec<u8>, max_window_bytes: usize) -> usize {
        self.max_window_bytes = max_window_bytes;
        let filled = self.rest.len();
        if buffer.len() < filled {
            buffer.resize(filled, 0);
        }
        buffer[..filled].copy_from_slice(&self.rest);
        filled
    }

    /// Reads until the buffer, which is full up to `filled`, is full up to `wanted`, or to the end, or, where that may be, until the source
    /// has nothing for now; returns how far it is full.
    pub(super) fn fill(
        &mut self,
        buffer: &mut Vec<u8>,
        mut filled: usize,
        wanted: usize,
    ) -> Result<usize> {
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        self.is_paused = false;
        while filled == 0 && self.old_ends.last() == Some(&self.position) {
            // All before it was handed out.
            self.old_ends.pop();
            self.is_at_end = false;
        }
        let before_end = self.old_ends.last().map(|end| end.saturating_sub(self.position));
        let before_end = before_end.and_then(|bytes| usize::try_from(bytes).ok());
        let most = before_end.map_or(wanted, |bytes| wanted.min(bytes));
        while filled < most && !self.is_at_end {
            let read = match self.source.read(&mut buffer[filled..most], self.max_window_bytes) {
                Ok(None) if self.may_pause => {
                    self.is_paused = true;
                    break;
                }
                Ok(None) => continue,
                Ok(Some(read)) => read,
                Err(error) if error.kind() == ErrorKind::Truncated => {
                    self.cut = Some(error);
                    0
                }
                Err(error) => return Err(error),
            };
            let known = self.start.len();
            self.start.extend_from_slice(&buffer[filled..filled + read.min(START_BYTES - known)]);
            filled += read;
            self.is_at_end = read == 0;
        }
        self.is_at_end |= before_end == Some(filled);
        Ok(filled)
    }

    /// Reads until the rest has so many bytes, or to the end.
    pub(super) fn peek(&mut self, bytes: usize, max_window_bytes: usize) -> Result<&[u8]> {
        self.max_window_bytes = max_window_bytes;
        let mut buffer = std::mem::take(&mut self.rest);
        let filled = buffer.len();
        let filled = self.fill(&mut buffer, filled, bytes.max(filled))?;
        self.keep(buffer, filled);
        Ok(&self.rest)
    }

    /// What the first `len` bytes of a buffer make, which is full up to `filled`.
    pub(super) fn chunk(
        &mut self,
        mut bytes: Vec<u8>,
        len: usize,
        filled: usize,
        format: Format,
    ) -> Chunk {
        self.rest.clear();
        self.rest.extend_from_slice(&bytes[len..filled]);
        bytes.truncate(len);
        let position = self.position;
        self.position += len as u64;
        let window_bytes = self.source.window_bytes();
        let form = match format {
            Format::Ndjson | Format::Text | Format::Logfmt => Form::Lines,
            format if format.is_of_lines() => Form::Text,
            _ => Form::Bytes,
        };
        let nul_bytes = self.source.take_padding();
        Chunk { format, bytes, position, window_bytes, form, nul_bytes, ..Chunk::default() }
    }

    /// Keeps all of a buffer, which is full up to `filled`, as the rest.
    pub(super) fn keep(&mut self, mut buffer: Vec<u8>, filled: usize) {
        buffer.truncate(filled);
        self.rest = buffer;
    }

    /// The first bytes of the rest, which are there.
    #[cfg(feature = "arrow")]
    pub(super) fn take(&mut self, bytes: usize) -> Vec<u8> {
        self.position += bytes as u64;
        let behind = self.rest.split_off(bytes);
        std::mem::replace(&mut self.rest, behind)
    }

    /// Forgets the first bytes of the rest.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest.drain(..bytes);
        self.position += bytes as u64;
    }

    /// Whether the last record, which has no end, is left for later here.
    pub(super) fn leaves_rest(&self) -> bool {
        self.leaves_open_end && self.is_at_end && self.cut.is_none() && self.old_ends.is_empty()
    }

    /// Whether nothing is left.
    pub(super) fn is_over(&self) -> bool {
        self.is_at_end && self.rest.is_empty()
    }

    /// Reads until the rest has so many bytes, or to the end, with the window that was allowed before.
    pub(super) fn read_on(&mut self, bytes: usize) -> Result<()> {
        self.peek(bytes, self.max_window_bytes).map(|_| ())
    }

    /// Reads more where the rest is empty.
    pub(super) fn refill(&mut self) -> Result<()> {
        let mut buffer = std::mem::take(&mut self.rest);
        let filled = self.fill(&mut buffer, 0, CHUNK_BYTES)?;
        self.keep(buffer, filled);
        Ok(())
    }

    /// Lets go of memory that had to grow for a long record.
    pub(super) fn shrink(&mut self) {
        self.rest.shrink_to(CHUNK_BYTES);
    }
}
