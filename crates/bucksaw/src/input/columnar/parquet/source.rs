//! The file as the parquet crate reads it: by position, and never more than is there.

use std::io::{self, BufReader, Read, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use super::ReadSeek;
#[cfg(feature = "zstd")]
use super::decompress::decompress;
use super::header::PageClaims;
use super::pages::Pages;

/// A file that several readers share. The crate's own reader for files moves one position for all
/// of them, and allocates what a page header claims before it looks at the file's size.
#[derive(Clone)]
pub(super) struct Source {
    file: Arc<Mutex<Box<dyn ReadSeek>>>,
    size: u64,
    /// Where it was read last.
    last: Arc<AtomicU64>,
    pages: Arc<Mutex<Pages>>,
    #[cfg(feature = "zstd")]
    zstd: Arc<Mutex<Option<zstd::bulk::Decompressor<'static>>>>,
}

impl Source {
    pub(super) fn new(mut file: Box<dyn ReadSeek>) -> io::Result<Self> {
        let size = file.seek(SeekFrom::End(0))?;
        let file = Arc::new(Mutex::new(file));
        Ok(Self {
            file,
            size,
            last: Arc::default(),
            pages: Arc::default(),
            #[cfg(feature = "zstd")]
            zstd: Arc::default(),
        })
    }

    /// A page of zstd, as [`decompress`] has it.
    #[cfg(feature = "zstd")]
    pub(super) fn decompressed(&self, page: &[u8], levels: usize, size: usize) -> Result<Bytes> {
        // What a panic left is not read from any more.
        let mut known = self.zstd.lock().unwrap_or_else(PoisonError::into_inner);
        let context = match &mut *known {
            Some(context) => context,
            none => none.insert(zstd::bulk::Decompressor::new()?),
        };
        decompress(context, page, levels, size)
    }

    #[cfg(not(feature = "zstd"))]
    pub(super) fn decompressed(&self, _: &[u8], _: usize, _: usize) -> Result<Bytes> {
        Err(ParquetError::General(
            "zstd was not built in: build bucksaw with its feature `zstd`".to_owned(),
        ))
    }

    /// Where it was read last.
    pub(super) fn last_read(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// The pages of the row group that is read.
    pub(super) fn pages(&self) -> MutexGuard<'_, Pages> {
        // What a panic left is not read from any more.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are known to be in the file.
    pub(super) fn read_whole(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; length];
        SourceReader { source: self.clone(), at }.read_exact(&mut buffer)?;
        Ok(buffer)
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
        self.last.store(start, Ordering::Relaxed);
        let from =
            |at| BufReader::with_capacity(HEADER_BYTES, SourceReader { source: self.clone(), at });
        let mut pages = self.pages();
        if pages.is_header(start) {
            pages.announce(start, PageClaims::read(from(start))?);
        }
        drop(pages);
        Ok(from(start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.last.store(start, Ordering::Relaxed);
        let inside = start.checked_add(length as u64).is_some_and(|end| end <= self.size);
        if !inside {
            let message = format!("{length} bytes at {start} lie outside the file");
            return Err(ParquetError::EOF(message));
        }
        if !self.pages().admit(start) {
            return Err(ParquetError::General("a page is too large".to_owned()));
        }
        Ok(self.read_whole(start, length)?.into())
    }
}

/// Bytes that are read for a page's header, which is mostly shorter.
const HEADER_BYTES: usize = 256;

/// Reads on from a position.
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
