//! A file on its way into a dataset.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use twox_hash::xxhash3_128::Hasher;

use crate::error::Result;
use crate::escape::escape_path;
use crate::sink::failure::failed;
use crate::sink::{Published, ReadBack, Sink, read_back};

/// Created with its first bytes; published, it is durable where it is, and waits for its name.
pub(crate) struct StagedFile {
    path: PathBuf,
    file: Option<File>,
    hasher: Hasher,
    bytes: u64,
    is_whole: bool,
}

impl StagedFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, file: None, hasher: Hasher::new(), bytes: 0, is_whole: false }
    }

    fn open(&mut self) -> io::Result<&mut File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => Ok(none.insert(File::options().write(true).create_new(true).open(&self.path)?)),
        }
    }
}

impl Sink for StagedFile {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.write(bytes);
        self.bytes += bytes.len() as u64;
        let written = self.open().and_then(|file| file.write_all(bytes));
        written
            .map_err(|cause| failed(format!("could not write {}", escape_path(&self.path)), cause))
    }

    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        read_back(&self.path).map(Some)
    }

    fn publish(mut self: Box<Self>) -> Result<Published> {
        // What a failed sync covered is lost for good: it is not tried again.
        let synced = self.open().and_then(|file| file.sync_all());
        synced.map_err(|cause| {
            failed(format!("could not sync {}", escape_path(&self.path)), cause)
        })?;
        self.is_whole = true;
        let published = Published::new(self.bytes).at(self.path.clone());
        Ok(published.with_hash(self.hasher.finish_128()))
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if self.file.take().is_some() && !self.is_whole {
            // The next one to open the dataset tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}
