//! Compressed bytes that are never in memory as a whole twice.

use std::io::{self, Write};

use crate::encode::backend::Pieces;

/// Appends what is written to pieces, and sums it up.
pub(super) struct PieceWriter<'p> {
    out: &'p mut Pieces,
    len: usize,
    crc: crc32fast::Hasher,
}

/// What was written.
pub(in crate::encode::direct) struct Written {
    /// In bytes.
    pub(in crate::encode::direct) len: usize,
    pub(in crate::encode::direct) crc: u32,
}

impl<'p> PieceWriter<'p> {
    pub(super) fn new(out: &'p mut Pieces) -> Self {
        Self { out, len: 0, crc: crc32fast::Hasher::new() }
    }

    pub(super) fn finish(self) -> Written {
        Written { len: self.len, crc: self.crc.finalize() }
    }
}

impl Write for PieceWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let len = self.out.write(bytes)?;
        self.crc.update(&bytes[..len]);
        self.len += len;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
