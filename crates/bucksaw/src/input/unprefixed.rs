//! Frames of zstd without the lengths that stand before them.

use std::io::{self, Read};

use super::zstd_window::ZSTD_MAGIC;

/// Bytes of a length, the highest first.
pub(super) const PREFIX_BYTES: usize = 4;

/// The frames of a source that has each behind its length, one after the other. A length without a frame, or a part of one,
/// is told as a frame without its end.
pub(super) struct Unprefixed<R> {
    source: R,
    /// Bytes left of a frame.
    left: usize,
}

impl<R: Read> Unprefixed<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, left: 0 }
    }

    /// Reads as much as there is room for, but for the source's end.
    fn fill(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < out.len() {
            match self.source.read(&mut out[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl<R: Read> Read for Unprefixed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut prefix = [0; PREFIX_BYTES];
        let mut prefix_bytes = 0;
        while self.left == 0 {
            prefix_bytes = self.fill(&mut prefix)?;
            if prefix_bytes < PREFIX_BYTES {
                break;
            }
            self.left = u32::from_be_bytes(prefix) as usize;
        }
        let most = out.len().min(self.left);
        let read = self.fill(&mut out[..most])?;
        self.left -= read;
        if read > 0 || prefix_bytes == 0 {
            return Ok(read);
        }
        self.left = 0;
        // A frame without its end.
        if let Some(first) = out.first_mut() {
            *first = ZSTD_MAGIC[0];
        }
        Ok(out.len().min(1))
    }
}
