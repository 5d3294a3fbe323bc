//! gzip, member by member, also padded with zeros at the end.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::zstd_window::{BUFFER_BYTES, damaged};
use crate::error::{Error, ErrorKind, Result};

type Source<'r> = BufReader<Counted<Box<dyn Read + Send + 'r>>>;

/// A source, and how many bytes of it were read.
pub(super) struct Counted<R> {
    source: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// The source's byte that is decoded next.
fn at(source: &Source<'_>) -> u64 {
    source.get_ref().bytes - source.buffer().len() as u64
}

/// The content of a source of gzip members.
pub(super) struct Members<'r> {
    /// None behind the last one.
    decoder: Option<GzDecoder<Source<'r>>>,
    /// Zeros behind members that were passed over.
    padding: u64,
}

impl<'r> Members<'r> {
    pub(super) fn new(source: impl Read + Send + 'r) -> Self {
        let source: Box<dyn Read + Send + 'r> = Box::new(source);
        let source = BufReader::with_capacity(BUFFER_BYTES, Counted { source, bytes: 0 });
        Self { decoder: Some(GzDecoder::new(source)), padding: 0 }
    }

    /// As [`Read::read`], into a slice that is not empty.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] where the last member has no end; [`ErrorKind::Io`].
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while let Some(mut decoder) = self.decoder.take() {
            match decoder.read(out) {
                Ok(0) => self.decoder = self.next_member(decoder.into_inner())?,
                Ok(read) => {
                    self.decoder = Some(decoder);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    self.decoder = Some(decoder);
                }
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(Error::new(ErrorKind::Truncated, "the gzip stream has no end"));
                }
                Err(error) => return Err(damaged("gzip", at(decoder.get_ref()), error)),
            }
        }
        Ok(0)
    }

    /// The member that starts here; none at the source's end. Tapes and disks pad files with zeros.
    fn next_member(&mut self, mut source: Source<'r>) -> Result<Option<GzDecoder<Source<'r>>>> {
        loop {
            let bytes = match source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes.map_err(|cause| Error::io("could not read", cause))?,
            };
            if bytes.is_empty() {
                return Ok(None);
            }
            match bytes.iter().position(|byte| *byte != 0) {
                Some(0) => return Ok(Some(GzDecoder::new(source))),
                zeros => {
                    let zeros = zeros.unwrap_or(bytes.len());
                    source.consume(zeros);
                    self.padding += zeros as u64;
                }
            }
        }
    }

    /// How many zeros behind members were passed over since this was asked for.
    pub(super) fn take_padding(&mut self) -> u64 {
        std::mem::take(&mut self.padding)
    }
}
