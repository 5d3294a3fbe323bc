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
    large: Arc<LargeBuffers>,
}

/// Buffers for pages of one long value each, which threads have in turn: what each of them had for itself, and
/// gave back, allocators would keep for that thread.
#[derive(Default)]
pub(super) struct LargeBuffers(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    buffers: Vec<PageBuffers>,
    /// Whether the row group needed any.
    is_used: bool,
}

impl LargeBuffers {
    /// Lets go of them where the row group, which ends, needed none.
    pub(super) fn end_row_group(&self) {
        let mut kept = locked(&self.0);
        if !std::mem::take(&mut kept.is_used) {
            kept.buffers = Vec::new();
        }
    }
}

/// For a page, and for what it becomes.
#[derive(Default)]
struct PageBuffers {
    page: Vec<u8>,
    compressed: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(
        compression: Compression,
        queue: &Arc<PageQueue>,
        large: &Arc<LargeBuffers>,
    ) -> Result<Self> {
        Ok(Self {
            compressor: Compressor::new(compression)?,
            page: Vec::new(),
            queue: Arc::clone(queue),
            large: Arc::clone(large),
        })
    }

    /// Does `work` with the buffers for a large page instead of its own.
    pub(super) fn with_large_buffers<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let mut buffers = locked(&self.large.0).buffers.pop().unwrap_or_default();
        self.swap(&mut buffers);
        let done = work(self);
        self.swap(&mut buffers);
        let mut kept = locked(&self.large.0);
        kept.buffers.push(buffers);
        kept.is_used = true;
        done
    }

    fn swap(&mut self, buffers: &mut PageBuffers) {
        std::mem::swap(&mut self.page, &mut buffers.page);
        self.compressor.swap_buffer(&mut buffers.compressed);
    }
}
