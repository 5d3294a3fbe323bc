//! Rows in order that wait in a temporary file: runs, each of them blocks one after the other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::block::Block;
use crate::block::stored::{Description, Sections, StoredBlock};
use crate::error::{Error, ErrorKind, Result};
use crate::escape::escape_path;
use crate::schema::TableTag;

/// A run's blocks, the first first.
#[derive(Debug, Default)]
pub(crate) struct Run {
    blocks: Vec<Stored>,
    /// Bytes of memory that the largest takes.
    pub(crate) largest: usize,
}

/// Where a block is.
#[derive(Clone, Copy, Debug)]
struct Stored {
    start: u64,
    description: Description,
}

impl Run {
    pub(crate) fn bytes_held(&self) -> usize {
        self.blocks.capacity() * size_of::<Stored>()
    }
}

/// A temporary file of runs. It has no name, so that nothing of it is left whatever becomes of this process.
#[derive(Debug)]
pub(crate) struct RunFile {
    file: File,
    directory: PathBuf,
    bytes: u64,
    /// Bytes at the most.
    limit: u64,
    sections: Sections,
    stored: Vec<u8>,
}

impl RunFile {
    /// An empty one in this directory, or in the system's for temporary files.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn new(directory: Option<&Path>, limit: u64) -> Result<Self> {
        let directory = directory.map_or_else(std::env::temp_dir, Path::to_owned);
        let file = tempfile::tempfile_in(&directory).map_err(|cause| {
            let what = "could not create a temporary file in";
            Error::io(format!("{what} {}", escape_path(&directory)), cause)
        })?;
        let (sections, stored) = (Sections::default(), Vec::new());
        Ok(Self { file, directory, bytes: 0, limit, sections, stored })
    }

    /// Bytes in it.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of memory that it keeps.
    pub(crate) fn bytes_held(&self) -> usize {
        self.sections.bytes_held() + self.stored.capacity()
    }

    /// Appends a block to the last run.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::Unsupported`] for values of Arrow's own types.
    pub(crate) fn append(&mut self, run: &mut Run, block: &Block<'_>) -> Result<()> {
        self.sections.fill(block)?;
        self.stored.clear();
        let Some(description) = self.sections.store(&mut self.stored) else {
            let message = "rows of more than 4 GiB together can't wait in a temporary file";
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        let start = self.bytes;
        self.bytes += self.stored.len() as u64;
        if self.bytes > self.limit {
            let message = format!(
                "rows that wait to be put in order take more than {} bytes in {}: allow more, or sort less at a time",
                self.limit,
                escape_path(&self.directory)
            );
            return Err(Error::io(message, io::ErrorKind::QuotaExceeded.into()));
        }
        let written = self.file.seek(SeekFrom::Start(start));
        let written = written.and_then(|_| self.file.write_all(&self.stored));
        written.map_err(|cause| self.failed("write", cause))?;
        run.blocks.push(Stored { start, description });
        run.largest = run.largest.max(self.sections.bytes_used() + block.bytes_used());
        Ok(())
    }

    /// A run's block; none behind its last.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub(crate) fn read(
        &mut self,
        run: &Run,
        block: usize,
        table: TableTag,
    ) -> Result<Option<Arc<StoredBlock>>> {
        let Some(Stored { start, description }) = run.blocks.get(block) else { return Ok(None) };
        self.stored.resize(description.stored_bytes(), 0);
        let read = self.file.seek(SeekFrom::Start(*start));
        let read = read.and_then(|_| self.file.read_exact(&mut self.stored));
        read.map_err(|cause| self.failed("read", cause))?;
        let sections = Sections::read(&self.stored, description);
        let block = sections.and_then(|sections| StoredBlock::of(sections, table));
        let changed = || self.failed("read", io::Error::other("it is not as it was written"));
        block.map(|block| Some(Arc::new(block))).ok_or_else(changed)
    }

    fn failed(&self, what: &str, cause: io::Error) -> Error {
        let directory = escape_path(&self.directory);
        Error::io(format!("could not {what} a temporary file in {directory}"), cause)
    }
}
