//! A file in memory.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Published, ReadBack, Sink};
use crate::error::Result;

/// Publishes into memory. Clones share the published file.
///
/// ```
/// use bucksaw::{MemorySink, Options, Value};
/// let sink = MemorySink::new();
/// let mut writer = Options::new().write_to(sink.clone())?;
/// writer.write_row([("level", Value::from("INFO"))])?;
/// writer.finish()?;
/// assert!(sink.published().is_some_and(|file| file.ends_with(b"PAR1")));
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemorySink {
    staged: Vec<u8>,
    published: Arc<Mutex<Option<Vec<u8>>>>,
}

impl MemorySink {
    /// An empty file, not published.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The file's bytes, once published.
    #[must_use]
    pub fn published(&self) -> Option<Vec<u8>> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Sink for MemorySink {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.staged.extend_from_slice(bytes);
        Ok(())
    }

    fn read_back(&mut self) -> Result<Option<ReadBack>> {
        Ok(Some(ReadBack::Bytes(self.staged.clone())))
    }

    fn publish(self: Box<Self>) -> Result<Published> {
        let bytes = self.staged.len() as u64;
        *self.published.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.staged);
        Ok(Published::new(bytes))
    }

    fn discard(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
