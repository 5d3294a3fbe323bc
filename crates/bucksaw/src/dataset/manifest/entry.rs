//! Writing an entry, line by line: it may be of more files than memory has room for.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Added, End, Exchange, Head, Line, Removed, VERSION};
use crate::dataset::ReadSource;

/// An entry that is being written, in a file of its own.
#[derive(Debug)]
pub(crate) struct EntryWriter {
    path: PathBuf,
    file: BufWriter<File>,
    end: End,
}

impl EntryWriter {
    /// # Errors
    /// Those of the file.
    pub(crate) fn create(path: &Path, entry: u64) -> io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        let mut writer = Self { path: path.to_owned(), file, end: End::default() };
        writer.write(&Head { manifest: VERSION, entry })?;
        Ok(writer)
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, line)?;
        self.file.write_all(b"\n")
    }

    pub(crate) fn add(&mut self, added: Added) -> io::Result<()> {
        self.end.added += 1;
        self.write(&Line::Add(Box::new(added)))
    }

    pub(crate) fn remove(&mut self, path: String) -> io::Result<()> {
        self.end.removed += 1;
        self.write(&Line::Remove(Removed { path }))
    }

    pub(crate) fn read(&mut self, source: ReadSource) -> io::Result<()> {
        self.end.read += 1;
        self.write(&Line::Read(Box::new(source)))
    }

    /// How many files it adds and removes so far.
    pub(crate) fn files(&self) -> u64 {
        self.end.added + self.end.removed
    }

    /// Ends it and makes it durable; returns where it is.
    pub(crate) fn finish(
        mut self,
        next_seq: u64,
        exchange: Option<Exchange>,
    ) -> io::Result<PathBuf> {
        let end = End { next_seq, exchange, ..std::mem::take(&mut self.end) };
        self.write(&Line::End(end))?;
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(self.path)
    }
}
