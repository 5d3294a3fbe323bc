//! A source's bytes in chunks of whole lines, in one buffer.

use std::io::{self, Read};

use crate::error::{Error, Result};

/// Bytes that a chunk has, about; a buffer for one longer line grows as it must.
const CHUNK_BYTES: usize = 512 << 10;

/// What comes next.
pub(super) enum Chunk {
    /// Whole lines, for [`Chunks::take_lines`].
    Lines,
    /// A line that is longer than the limit, for [`Chunks::skip_line`].
    LongLine,
    /// Nothing.
    End,
}

/// See the module.
pub(super) struct Chunks<'r> {
    source: Box<dyn Read + Send + 'r>,
    max_line_bytes: usize,
    buffer: Vec<u8>,
    /// The bytes of `buffer` that were read and not taken.
    start: usize,
    filled: usize,
    is_at_end: bool,
    /// The source's byte that `start` stands for.
    position: u64,
}

impl<'r> Chunks<'r> {
    pub(super) fn new(source: Box<dyn Read + Send + 'r>, max_line_bytes: usize) -> Self {
        Self {
            source,
            max_line_bytes,
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            is_at_end: false,
            position: 0,
        }
    }

    /// The source's byte at which the next lines start.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.buffer.capacity()
    }

    /// Reads until there is a whole line.
    pub(super) fn next_chunk(&mut self) -> Result<Chunk> {
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        let mut searched = 0;
        loop {
            let has_newline = memchr::memchr(b'\n', &self.buffer[searched..self.filled]).is_some();
            let is_full = has_newline && self.filled >= CHUNK_BYTES;
            if is_full || (self.is_at_end && self.filled > 0) {
                let line =
                    memchr::memchr(b'\n', &self.buffer[..self.filled]).unwrap_or(self.filled);
                // Only a chunk of one line can be this long; shorter ones keep the buffer small.
                return Ok(if line > self.max_line_bytes { Chunk::LongLine } else { Chunk::Lines });
            }
            if self.is_at_end {
                return Ok(Chunk::End);
            }
            if !has_newline {
                searched = self.filled;
                if self.filled > self.max_line_bytes {
                    return Ok(Chunk::LongLine);
                }
            }
            self.fill()?;
        }
    }

    /// The whole lines that have been read: up to the last newline, or up to the end.
    pub(super) fn take_lines(&mut self) -> &[u8] {
        let unread = &self.buffer[self.start..self.filled];
        let len = match memchr::memrchr(b'\n', unread) {
            Some(last) if !self.is_at_end => last + 1,
            _ => unread.len(),
        };
        let start = self.start;
        self.start += len;
        self.position += len as u64;
        &self.buffer[start..start + len]
    }

    /// Passes the next line on in parts, with its newline, and returns its length.
    pub(super) fn skip_line(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut skipped = 0;
        loop {
            let unread = &self.buffer[self.start..self.filled];
            let newline = memchr::memchr(b'\n', unread);
            let len = newline.map_or(unread.len(), |at| at + 1);
            take(&unread[..len])?;
            self.start += len;
            self.position += len as u64;
            skipped += len as u64;
            if newline.is_some() || (self.is_at_end && self.start == self.filled) {
                return Ok(skipped);
            }
            (self.start, self.filled) = (0, 0);
            self.fill()?;
        }
    }

    /// Reads once, growing the buffer where it is full.
    fn fill(&mut self) -> Result<()> {
        if self.filled == self.buffer.len() {
            let len = (self.buffer.len() * 2)
                .clamp(CHUNK_BYTES, self.max_line_bytes.max(CHUNK_BYTES) * 2);
            self.buffer.resize(len, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    self.is_at_end = read == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io("could not read", error)),
            }
        }
    }
}
