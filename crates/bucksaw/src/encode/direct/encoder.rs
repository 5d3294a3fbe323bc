//! What a thread encodes with.

use std::sync::Arc;

use super::compress::Compressor;
use super::page_queue::PageQueue;
use crate::error::Result;
use crate::options::Compression;

/// What chunks need while they encode, kept from page to page.
pub(super) struct Encoder {
    pub(super) compressor: Compressor,
    pub(super) page: Vec<u8>,
    /// Where full pages wait that others compress.
    pub(super) queue: Arc<PageQueue>,
}

impl Encoder {
    pub(super) fn new(compression: Compression, queue: &Arc<PageQueue>) -> Result<Self> {
        let compressor = Compressor::new(compression)?;
        Ok(Self { compressor, page: Vec::new(), queue: Arc::clone(queue) })
    }
}
