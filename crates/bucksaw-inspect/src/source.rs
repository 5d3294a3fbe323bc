//! The file as the `parquet` crate reads it: by position, and never more than is there.

use std::fs;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file that several readers share. The crate's own reader for files moves one position for all
/// of them, and allocates what a page header claims before it looks at the file's size.
#[derive(Clone, Debug)]
pub(super) struct Source {
    file: Arc<Mutex<fs::File>>,
    size: u64,
}

impl Source {
    pub(super) fn new(file: fs::File, size: u64) -> Self {
        Self { file: Arc::new(Mutex::new(file)), size }
    }

    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        // A reader that panicked left nothing half done: each read sets its position.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Source {
    type T = BufReader<SourceReader>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(SourceReader { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let inside = start.checked_add(length as u64).is_some_and(|end| end <= self.size);
        if !inside {
            let message = format!("{length} bytes at {start} lie outside the file");
            return Err(ParquetError::EOF(message));
        }
        let mut buffer = vec![0; length];
        SourceReader { source: self.clone(), at: start }.read_exact(&mut buffer)?;
        Ok(buffer.into())
    }
}

/// Reads on from a position.
#[derive(Debug)]
pub(super) struct SourceReader {
    source: Source,
    at: u64,
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(self.at, buffer)?;
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}
