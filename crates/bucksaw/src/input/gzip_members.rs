//! gzip, member by member, also padded with zeros at the end.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::zstd_window::BUFFER_BYTES;
use crate::error::{Error, ErrorKind, Result};

type Source<'r> = BufReader<Box<dyn Read + Send + 'r>>;

/// The content of a source of gzip members.
pub(super) struct Members<'r> {
    /// None behind the last one.
    decoder: Option<GzDecoder<Source<'r>>>,
}

impl<'r> Members<'r> {
    pub(super) fn new(source: impl Read + Send + 'r) -> Self {
        let source: Box<dyn Read + Send + 'r> = Box::new(source);
        let source = BufReader::with_capacity(BUFFER_BYTES, source);
        Self { decoder: Some(GzDecoder::new(source)) }
    }

    /// As [`Read::read`], into a slice that is not empty.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] where the last member has no end; [`ErrorKind::Io`].
    pub(super) fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        while let Some(mut decoder) = self.decoder.take() {
            match decoder.read(out) {
                Ok(0) => self.decoder = next_member(decoder.into_inner()).map_err(unreadable)?,
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
                Err(error) => return Err(unreadable(error)),
            }
        }
        Ok(0)
    }
}

/// The member that starts here; none at the source's end. Tapes and disks pad files with zeros.
fn next_member(mut source: Source<'_>) -> io::Result<Option<GzDecoder<Source<'_>>>> {
    loop {
        let bytes = match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        match bytes.iter().position(|byte| *byte != 0) {
            Some(0) => return Ok(Some(GzDecoder::new(source))),
            zeros => {
                let zeros = zeros.unwrap_or(bytes.len());
                source.consume(zeros);
            }
        }
    }
}

fn unreadable(cause: io::Error) -> Error {
    Error::io("could not read", cause)
}
