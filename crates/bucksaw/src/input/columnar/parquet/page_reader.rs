//! A row group's pages for the parquet crate's decoders, decompressed with one context of a file for all of its columns.
//!
//! The crate makes a context to compress and one to decompress for each column of each row group. Those of zstd ask the
//! processor what it can, which takes virtual machines some microseconds: nearly half of the time where files are small.

use std::sync::Arc;

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use super::source::Source;

/// One row group of a file.
pub(super) struct OneRowGroup<'f> {
    pub(super) source: &'f Source,
    pub(super) metadata: &'f ParquetMetaData,
    pub(super) group: &'f RowGroupMetaData,
}

impl RowGroups for OneRowGroup<'_> {
    fn num_rows(&self) -> usize {
        usize::try_from(self.group.num_rows()).unwrap_or(usize::MAX)
    }

    fn column_chunks(&self, index: usize) -> Result<Box<dyn PageIterator>> {
        let chunk = self.group.columns().get(index);
        let chunk = chunk.ok_or_else(|| ParquetError::General("no such column".to_owned()))?;
        // Without the feature the crate says so.
        let is_zstd = cfg!(feature = "zstd") && matches!(chunk.compression(), Compression::ZSTD(_));
        let raw = |chunk: &ColumnChunkMetaData| {
            let builder = chunk.clone().into_builder();
            builder.set_compression(Compression::UNCOMPRESSED).build()
        };
        let raw = is_zstd.then(|| raw(chunk)).transpose()?;
        let source = Arc::new(self.source.clone());
        let chunk = raw.as_ref().unwrap_or(chunk);
        let reader = SerializedPageReader::new(source, chunk, self.num_rows(), None)?;
        let source = is_zstd.then(|| self.source.clone());
        Ok(Box::new(OneChunk(Some(Box::new(Decompressed { reader, source, column: index })))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.group))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}

/// The pages of one column chunk.
struct OneChunk(Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}

/// Pages, decompressed.
struct Decompressed {
    reader: SerializedPageReader<Source>,
    /// Where the pages come from that this has to decompress.
    source: Option<Source>,
    column: usize,
}

impl Decompressed {
    fn whole(&self, mut page: Page) -> Result<Page> {
        let Some(source) = &self.source else { return Ok(page) };
        // What the header said that was read last, which is this page's.
        let size = source.pages().uncompressed_bytes(self.column);
        match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => {
                *buf = source.decompressed(buf, 0, size)?;
            }
            Page::DataPageV2 {
                buf,
                def_levels_byte_len,
                rep_levels_byte_len,
                is_compressed,
                ..
            } if *is_compressed => {
                let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                let levels = usize::try_from(levels).unwrap_or(usize::MAX);
                *buf = source.decompressed(buf, levels, size)?;
            }
            Page::DataPageV2 { .. } => {}
        }
        Ok(page)
    }
}

impl Iterator for Decompressed {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Decompressed {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.reader.get_next_page()?;
        page.map(|page| self.whole(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.reader.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.reader.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.reader.at_record_boundary()
    }
}
