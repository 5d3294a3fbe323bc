//! The open row group: a chunk for each column that has had a value in it.

use std::sync::Arc;

use super::column_chunk::{ColumnChunk, EncodedChunk, Encoder, PAGE_ROWS, Settings};
use super::file::FileColumn;
use crate::block::BlockSlice;
use crate::error::Result;
use crate::options::Options;
use crate::schema::Schema;

/// Rows that a chunk takes at a time: fewer than a page has, so that pages don't grow too large.
pub(super) const STEP_ROWS: usize = PAGE_ROWS / 4;

/// A finished row group: its chunks, one for each of the file's columns so far.
#[derive(Debug)]
pub(super) struct EncodedRowGroup {
    pub(super) rows: usize,
    pub(super) chunks: Vec<EncodedChunk>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct RowGroup {
    /// By the columns' places in the schema.
    chunks: Vec<Option<ColumnChunk>>,
    rows: usize,
}

impl RowGroup {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a column of the schema has a value in it.
    pub(super) fn has(&self, column: usize) -> bool {
        self.chunks.get(column).is_some_and(Option::is_some)
    }

    /// Appends rows, few enough for one page of any column.
    pub(super) fn append(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        schema: &Schema,
        options: &Options,
        settings: &Arc<Settings>,
        encoder: &mut Encoder,
    ) -> Result<()> {
        if self.chunks.len() < schema.columns().len() {
            self.chunks.resize_with(schema.columns().len(), || None);
        }
        for (id, slice) in rows.columns() {
            let column = schema.column(id);
            let place = &mut self.chunks[id.index()];
            let chunk = match place {
                Some(chunk) => chunk,
                None => {
                    let has_dictionary = options
                        .dictionary_of
                        .get(&column.name)
                        .copied()
                        .unwrap_or(options.dictionary);
                    let ty = column.ty.as_ref().unwrap_or(&crate::schema::ColumnType::Text);
                    let chunk = ColumnChunk::new(ty, has_dictionary, settings)
                        .map_err(|error| error.in_column(&column.name))?;
                    place.insert(chunk)
                }
            };
            chunk.append_nulls(self.rows - chunk.rows(), encoder)?;
            chunk.append(&slice, encoder).map_err(|error| error.in_column(&column.name))?;
        }
        self.rows += rows.rows();
        Ok(())
    }

    /// Ends all chunks, in the order of the file's columns.
    pub(super) fn finish(
        mut self,
        columns: &[FileColumn],
        encoder: &mut Encoder,
    ) -> Result<EncodedRowGroup> {
        let mut chunks = Vec::with_capacity(columns.len());
        for column in columns {
            chunks.push(match column.place.and_then(|place| self.chunks.get_mut(place)?.take()) {
                Some(mut chunk) => {
                    chunk.append_nulls(self.rows - chunk.rows(), encoder)?;
                    chunk.finish(encoder)?
                }
                None => EncodedChunk::of_nulls(self.rows, encoder)?,
            });
        }
        Ok(EncodedRowGroup { rows: self.rows, chunks })
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.chunks.iter().flatten().map(ColumnChunk::bytes_held).sum()
    }

    pub(super) fn bytes_expected(&self) -> usize {
        self.chunks.iter().flatten().map(ColumnChunk::bytes_expected).sum()
    }
}
