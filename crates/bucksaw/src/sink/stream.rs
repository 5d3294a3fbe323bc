//! A stream, such as standard output.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Published, Sink};
use crate::error::{Error, Result};
use crate::escape::escape_path;

/// Passes bytes on to a stream as they are finished.
pub struct StreamSink<W> {
    stream: W,
    bytes: u64,
    path: Option<PathBuf>,
}

impl<W: Write + Send> StreamSink<W> {
    /// A sink that writes to `stream`.
    pub fn new(stream: W) -> Self {
        Self { stream, bytes: 0, path: None }
    }

    /// Says the path of what `stream` was opened from, such as a device or a pipe.
    #[must_use]
    pub fn at(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    fn failed(&self, cause: io::Error) -> Error {
        let name = self.path.as_deref().map_or("the stream".to_owned(), escape_path);
        Error::io(format!("could not write to {name}"), cause)
    }
}

impl<W: Write + Send> Sink for StreamSink<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.stream.write_all(bytes).map_err(|cause| self.failed(cause))
    }

    fn publish(mut self: Box<Self>) -> Result<Published> {
        self.stream.flush().map_err(|cause| self.failed(cause))?;
        Ok(Published { path: self.path, ..Published::new(self.bytes) })
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
