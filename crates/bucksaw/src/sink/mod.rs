//! Sinks: finished bytes in, a published file out.

mod directory;
pub(crate) mod failure;
mod journal;
mod local;
mod memory;
mod publication;
mod recovery;
pub(crate) mod rename;
mod staged;
mod stream;

use std::fs::File;
use std::path::PathBuf;

pub use local::LocalSink;
pub(crate) use local::read_back;
pub use memory::MemorySink;
pub use publication::Publication;
pub use stream::StreamSink;

use crate::error::Result;

/// Where a published file is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Its path, if it has one.
    pub path: Option<PathBuf>,
    /// Its size in bytes.
    pub bytes: u64,
    /// The XXH3-128 of its bytes, where the sink has counted it.
    pub hash: Option<u128>,
}

impl Published {
    /// A file of so many bytes, without a path.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self { path: None, bytes, hash: None }
    }

    /// The same file, with its path.
    #[must_use]
    pub fn at(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// The same file, with the XXH3-128 of its bytes.
    #[must_use]
    pub fn with_hash(self, hash: u128) -> Self {
        Self { hash: Some(hash), ..self }
    }
}

/// The bytes of a file that is not published yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadBack {
    /// In a file, from its start to its end.
    File(File),
    /// In memory.
    Bytes(Vec<u8>),
}

/// Takes the bytes of one file and publishes them whole, or not at all.
///
/// The contract, which `tests/suite/sinks.rs` holds every sink to: until [`publish`](Self::publish)
/// returns, nothing is visible under the final name; once it has, all of it is, durably. A sink that
/// is dropped or whose [`discard`](Self::discard) is called leaves nothing behind. After an error it
/// is only discarded or dropped. (Files of a [`Publication`] appear when that is published. A stream can't take back what it has passed on; its reader sees a
/// file without a footer.)
pub trait Sink: Send {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// What has been written, to be [verified](crate::Options::verify) before it is published; none where it can't be read, as of streams.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        Ok(None)
    }

    /// Makes the file durable and visible under its final name.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io); [`ErrorKind::Exists`](crate::ErrorKind::Exists) where
    /// something stands there by now and may not be replaced.
    fn publish(self: Box<Self>) -> Result<Published>;

    /// Leaves nothing behind.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) where something could not be removed.
    fn discard(self: Box<Self>) -> Result<()>;
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        (**self).write(bytes)
    }

    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        (**self).read_back()
    }

    fn publish(self: Box<Self>) -> Result<Published> {
        (*self).publish()
    }

    fn discard(self: Box<Self>) -> Result<()> {
        (*self).discard()
    }
}
