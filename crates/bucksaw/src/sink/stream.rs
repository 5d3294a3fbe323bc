//! A stream, such as standard output.

use std::io::Write;

use super::{Published, Sink};
use crate::error::{Error, Result};

/// Passes bytes on to a stream as they are finished.
pub struct StreamSink<W> {
    stream: W,
    bytes: u64,
}

impl<W: Write + Send> StreamSink<W> {
    /// A sink that writes to `stream`.
    pub fn new(stream: W) -> Self {
        Self { stream, bytes: 0 }
    }
}

impl<W: Write + Send> Sink for StreamSink<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as u64;
        self.stream
            .write_all(bytes)
            .map_err(|cause| Error::io("could not write to the stream", cause))
    }

    fn publish(mut self: Box<Self>) -> Result<Published> {
        self.stream.flush().map_err(|cause| Error::io("could not write to the stream", cause))?;
        Ok(Published { path: None, bytes: self.bytes })
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
