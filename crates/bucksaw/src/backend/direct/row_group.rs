//! The open row group: a chunk for each column that has had a value in it. Columns are encoded side
//! by side.

use std::sync::{Arc, Mutex, PoisonError};

use super::bloom_filter::BloomFilter;
use super::column_chunk::{ColumnChunk, EncodedChunk, Encoder, Settings};
use super::file::FileColumn;
use super::page::STEP_ROWS;
use crate::block::BlockSlice;
use crate::error::Result;
use crate::options::Options;
use crate::schema::{Column, ColumnId, ColumnType, Schema};
use crate::workers::Workers;

/// What row groups are encoded with: threads, and an encoder for each of them.
pub(super) struct Bench {
    pub(super) options: Options,
    pub(super) settings: Arc<Settings>,
    pub(super) workers: Arc<Workers>,
    idle: Mutex<Vec<Encoder>>,
}

impl Bench {
    pub(super) fn new(options: &Options, settings: Settings, workers: &Arc<Workers>) -> Self {
        Self {
            options: options.clone(),
            settings: Arc::new(settings),
            workers: Arc::clone(workers),
            idle: Mutex::default(),
        }
    }

    /// Does `work` with an encoder that no one else has meanwhile.
    pub(super) fn with_encoder<R>(
        &self,
        work: impl FnOnce(&mut Encoder) -> Result<R>,
    ) -> Result<R> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = idle().pop();
        let mut encoder = match known {
            Some(encoder) => encoder,
            None => Encoder::new(self.options.compression)?,
        };
        let done = work(&mut encoder);
        idle().push(encoder);
        done
    }

    fn new_chunk(&self, column: &Column, page_bytes: usize) -> Result<ColumnChunk> {
        let own = self.options.dictionary_of.get(&column.name).copied();
        let ty = column.ty.as_ref().unwrap_or(&ColumnType::Text);
        let has_filter = self.options.bloom_filter_of.contains(&column.name)
            && !matches!(ty, ColumnType::List(_));
        let filter = has_filter.then(|| BloomFilter::new(self.options.most_bloom_values()));
        let has_dictionary = own.unwrap_or(self.options.dictionary);
        ColumnChunk::new(ty, has_dictionary, filter, page_bytes, &self.settings)
            .map_err(|error| error.in_column(&column.name))
    }
}

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
    /// Columns of the file when it began.
    columns_before: usize,
}

impl RowGroup {
    /// The row group after those that have so many columns together.
    pub(super) fn after(columns: usize) -> Self {
        Self { columns_before: columns, ..Self::default() }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a column of the schema has a value in it.
    pub(super) fn has(&self, column: usize) -> bool {
        self.chunks.get(column).is_some_and(Option::is_some)
    }

    /// Appends rows.
    pub(super) fn append(
        &mut self,
        rows: &[BlockSlice<'_, '_>],
        schema: &Schema,
        bench: &Bench,
    ) -> Result<()> {
        // Parts with few enough rows for one page of any column, each with its first row.
        let mut parts = Vec::new();
        for slice in rows {
            let page_bytes = self.add_chunks(slice, schema, bench)?;
            for part in slice.parts(STEP_ROWS, page_bytes)? {
                let first = self.rows;
                self.rows += part.rows();
                parts.push((first, part));
            }
        }
        let columns = self.chunks.iter_mut().zip(0_u32..);
        let columns: Vec<_> =
            columns.filter_map(|(chunk, id)| Some((chunk.as_mut()?, id))).collect();
        bench.workers.run(columns.into_iter(), |(chunk, id)| {
            let id = ColumnId(id);
            bench
                .with_encoder(|encoder| {
                    for (first, part) in &parts {
                        if let Some(slice) = part.column(id) {
                            chunk.append_nulls(first - chunk.rows(), encoder)?;
                            chunk.append(&slice, encoder)?;
                        }
                    }
                    Ok(())
                })
                .map_err(|error| error.in_column(&schema.column(id).name))
        })
    }

    /// Adds chunks for columns that have their first value of the row group in `slice`. Returns how
    /// many bytes a page has, about: that depends on the columns so far, and never on those that the
    /// schema has for rows still to come.
    fn add_chunks(
        &mut self,
        slice: &BlockSlice<'_, '_>,
        schema: &Schema,
        bench: &Bench,
    ) -> Result<usize> {
        let places = schema.columns().len().max(self.chunks.len());
        self.chunks.resize_with(places, || None);
        let is_new = |(id, _): &(ColumnId, _)| self.chunks[id.index()].is_none();
        let new: Vec<ColumnId> = slice.columns().filter(is_new).map(|(id, _)| id).collect();
        let columns = self.chunks.iter().flatten().count() + new.len();
        let page_bytes = bench.options.page_bytes_for(columns.max(self.columns_before));
        for id in new {
            self.chunks[id.index()] = Some(bench.new_chunk(schema.column(id), page_bytes)?);
        }
        Ok(page_bytes)
    }

    /// Ends all chunks, in the order of the file's columns.
    pub(super) fn finish(
        mut self,
        columns: &[FileColumn],
        bench: &Bench,
    ) -> Result<EncodedRowGroup> {
        let rows = self.rows;
        let mut chunks: Vec<Option<EncodedChunk>> = columns.iter().map(|_| None).collect();
        let open: Vec<Option<ColumnChunk>> =
            columns.iter().map(|column| self.chunks.get_mut(column.place?)?.take()).collect();
        let chunks_of = open.into_iter().zip(columns).zip(&mut chunks);
        bench.workers.run(chunks_of, |((open, column), chunk)| {
            *chunk = Some(bench.with_encoder(|encoder| match open {
                Some(mut open) => {
                    open.append_nulls(rows - open.rows(), encoder)?;
                    open.finish(encoder)
                }
                None => EncodedChunk::of_nulls(&column.ty, rows, encoder),
            })?);
            Ok(())
        })?;
        Ok(EncodedRowGroup { rows, chunks: chunks.into_iter().flatten().collect() })
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.chunks.iter().flatten().map(ColumnChunk::bytes_held).sum()
    }

    pub(super) fn bytes_expected(&self) -> usize {
        self.chunks.iter().flatten().map(ColumnChunk::bytes_expected).sum()
    }
}
