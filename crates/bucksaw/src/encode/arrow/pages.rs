//! Finished pages of the open row group, each in as much memory as it has bytes.
//!
//! The parquet crate compresses a page into a buffer for the worst case and keeps that, so that a
//! row group would hold about what its pages had before compression, and count what they have after.

use std::sync::Arc;

use bytes::Bytes;
use parquet::column::page_store::{
    InMemoryPageStore, PageKey, PageStore, PageStoreArgs, PageStoreFactory,
};
use parquet::errors::Result;

/// Makes the stores of a row group's column chunks.
pub(super) fn exact_pages() -> Arc<dyn PageStoreFactory> {
    Arc::new(ExactPages)
}

#[derive(Debug)]
struct ExactPages;

impl PageStoreFactory for ExactPages {
    fn create(&self, _: &PageStoreArgs<'_>) -> Result<Box<dyn PageStore>> {
        Ok(Box::new(ExactPageStore::default()))
    }
}

#[derive(Default)]
struct ExactPageStore(InMemoryPageStore);

impl PageStore for ExactPageStore {
    fn put(&mut self, page: Bytes) -> Result<PageKey> {
        self.0.put(Bytes::copy_from_slice(&page))
    }

    fn take(&mut self, key: PageKey) -> Result<Bytes> {
        self.0.take(key)
    }

    fn memory_size(&self) -> usize {
        self.0.memory_size()
    }
}
