//! What a thread encodes with.

use std::sync::{Arc, Mutex};

use super::compress::Compressor;
use super::page_queue::PageQueue;
use crate::error::Result;
use crate::options::Compression;
use crate::runtime::workers::locked;

/// What chunks need while they encode, kept from page to page.
pub(super) struct Encoder {
    pub(super) compressor: Compressor,
    pub(super) page: Vec<u8>,
    /// Where full pages wait that others compress.
    pub(super) queue: Arc<PageQueue>,
    long: Arc<LongValues>,
}

/// What compresses pages of one long value each, which threads have in turn: what each of them had for itself,
/// and gave back, allocators would keep for that thread.
#[derive(Default)]
pub(super) struct LongValues(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    compressors: Vec<Compressor>,
    /// Whether the row group needed any.
    is_used: bool,
}

impl LongValues {
    /// Lets go of them where the row group, which ends, needed none.
    pub(super) fn end_row_group(&self) {
        let mut kept = locked(&self.0);
        if !std::mem::take(&mut kept.is_used) {
            kept.compressors = Vec::new();
        }
    }
}

impl Encoder {
    pub(super) fn new(
        compression: Compression,
        queue: &Arc<PageQueue>,
        long: &Arc<LongValues>,
    ) -> Result<Self> {
        Ok(Self {
            compressor: Compressor::new(compression)?,
            page: Vec::new(),
            queue: Arc::clone(queue),
            long: Arc::clone(long),
        })
    }

    /// Does `work` with a compressor for long values.
    pub(super) fn with_long<R>(
        &self,
        work: impl FnOnce(&mut Compressor) -> Result<R>,
    ) -> Result<R> {
        let known = locked(&self.long.0).compressors.pop();
        let mut compressor = match known {
            Some(compressor) => compressor,
            None => Compressor::new(self.compressor.codec())?,
        };
        let done = work(&mut compressor);
        let mut kept = locked(&self.long.0);
        kept.compressors.push(compressor);
        kept.is_used = true;
        done
    }
}
