//! The open row group: a chunk for each column that has had a value in it. Columns are encoded side
//! by side.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::bloom_filter::BloomFilter;
use super::column_chunk::{ColumnChunk, EncodedChunk, Settings, SpareValues};
use super::columns::{FileColumn, LeafColumn};
use super::encoder::{Encoder, LongValues};
use super::open_chunk::{OpenChunk, Ticket};
use super::page::STEP_ROWS;
use super::page_queue::PageQueue;
use crate::block::BlockSlice;
use crate::encode::backend::{Encode, SideWork};
use crate::error::Result;
use crate::options::{Compression, Options};
use crate::runtime::workers::{Workers, help, locked};
use crate::schema::{Column, ColumnId, ColumnType, Schema};

/// Pages may wait for their compression until they are one part in so many of the memory limit.
const QUEUE_SHARE: usize = 32;

/// What row groups are encoded with.
pub(super) struct Encoding {
    pub(super) options: Options,
    pub(super) settings: Arc<Settings>,
    pub(super) workers: Arc<Workers>,
    pub(super) encoders: Arc<EncoderPool>,
}

impl Encoding {
    pub(super) fn new(options: &Options, settings: Settings, workers: &Arc<Workers>) -> Self {
        let queue_bytes =
            if workers.threads() > 1 { options.memory_limit / QUEUE_SHARE } else { 0 };
        let encoders = EncoderPool {
            compression: options.compression,
            queue: Arc::new(PageQueue::new(queue_bytes)),
            long: Arc::default(),
            idle: Mutex::default(),
        };
        Self {
            options: options.clone(),
            settings: Arc::new(settings),
            workers: Arc::clone(workers),
            encoders: Arc::new(encoders),
        }
    }

    /// The chunks of a column, one for each of its leaves.
    fn new_chunks(
        &self,
        column: &Column,
        page_bytes: usize,
        before: Vec<SpareValues>,
    ) -> Result<Vec<OpenChunk>> {
        let own = self.options.dictionary_of.get(&column.name).copied();
        let ty = column.ty.as_ref().unwrap_or(&ColumnType::Text);
        let has_filter = self.options.bloom_filter_of.contains(&column.name) && !ty.is_nested();
        let has_dictionary = own.unwrap_or(self.options.dictionary);
        let (name, settings) = (column.name.as_str(), &self.settings);
        let mut before = before.into_iter();
        let mut chunks = Vec::with_capacity(ty.leaves().len());
        for nesting in ty.leaves() {
            let of = LeafColumn { name, ty, nesting: *nesting };
            let filter = has_filter.then(|| BloomFilter::new(self.options.most_bloom_values()));
            let chunk =
                ColumnChunk::new(of, has_dictionary, filter, page_bytes, settings, before.next());
            chunks.push(OpenChunk::new(chunk.map_err(|error| error.in_column(name))?));
        }
        Ok(chunks)
    }
}

/// An encoder for each thread that asks.
pub(super) struct EncoderPool {
    compression: Compression,
    queue: Arc<PageQueue>,
    long: Arc<LongValues>,
    idle: Mutex<Vec<Encoder>>,
}

impl EncoderPool {
    /// Does `work` with an encoder that no one else has meanwhile.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Encoder) -> Result<R>) -> Result<R> {
        let known = locked(&self.idle).pop();
        let mut encoder = match known {
            Some(encoder) => encoder,
            None => Encoder::new(self.compression, &self.queue, &self.long)?,
        };
        let done = work(&mut encoder);
        locked(&self.idle).push(encoder);
        done
    }
}

impl SideWork for EncoderPool {
    /// Compresses a page.
    fn do_some(&self) -> bool {
        !self.queue.is_empty()
            && self
                .with(|encoder| Ok(self.queue.compress_next(&mut encoder.compressor)))
                .unwrap_or_default()
    }
}

/// A finished row group: its chunks, one for each leaf of the file's columns so far.
#[derive(Debug)]
pub(super) struct EncodedRowGroup {
    pub(super) rows: usize,
    pub(super) chunks: Vec<EncodedChunk>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct RowGroup {
    /// By the columns' indexes in the schema, one for each leaf of a column; none of columns without a value.
    chunks: Vec<Vec<OpenChunk>>,
    rows: usize,
    /// Columns of the file when it began, or of the row group by now, if these are more.
    most_columns: usize,
    /// What chunks of the row group before leave to those of the same columns.
    spare: SpareOfColumns,
}

/// By the columns' indexes in the schema, and their leaves.
type SpareOfColumns = Vec<Vec<SpareValues>>;

impl RowGroup {
    /// The row group after those that have so many columns together, with what the last one left.
    pub(super) fn after(columns: usize, spare: SpareOfColumns) -> Self {
        Self { most_columns: columns, spare, ..Self::default() }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether a column of the schema has a value in it.
    pub(super) fn has(&self, column: usize) -> bool {
        self.chunks.get(column).is_some_and(|chunks| !chunks.is_empty())
    }

    /// Takes rows, the first of which is row `first`, and returns what is left to do: to encode them.
    pub(super) fn append<'s, 'a>(
        &mut self,
        rows: BlockSlice<'s, 'a>,
        first: usize,
        schema: &Schema,
        encoding: &Encoding,
    ) -> Result<Unencoded<'s, 'a>> {
        let page_bytes = self.add_chunks(&rows, schema, encoding)?;
        // Parts with few enough rows for one page of any column, each with its first row.
        let mut parts = Vec::new();
        let mut row = first;
        for part in rows.parts(STEP_ROWS, page_bytes)? {
            let next = row + part.rows();
            parts.push((row, part));
            row = next;
        }
        self.rows = self.rows.max(row);
        let mut leaves = VecDeque::new();
        for (id, _) in rows.columns() {
            let tickets = self.chunks[id.index()].iter_mut().map(OpenChunk::draw);
            leaves.extend(tickets.map(|ticket| UnencodedLeaf { id, ticket }));
        }
        let (encoders, workers) = (Arc::clone(&encoding.encoders), Arc::clone(&encoding.workers));
        Ok(Unencoded { parts, leaves, encoders, workers })
    }

    pub(super) fn end_batch(&mut self, encoding: &Encoding) -> Result<()> {
        encoding.encoders.with(|encoder| {
            self.chunks
                .iter()
                .flatten()
                .try_for_each(|chunk| chunk.with(|chunk| chunk.end_batch(encoder)))
        })
    }

    /// Adds chunks for columns that have their first value of the row group in `slice`. Returns how
    /// many bytes a page has, about: that depends on the columns so far, and never on those that the
    /// schema has for rows still to come.
    fn add_chunks(
        &mut self,
        slice: &BlockSlice<'_, '_>,
        schema: &Schema,
        encoding: &Encoding,
    ) -> Result<usize> {
        let len = schema.columns().len().max(self.chunks.len());
        self.chunks.resize_with(len, Vec::new);
        let is_new = |(id, _): &(ColumnId, _)| self.chunks[id.index()].is_empty();
        let new: Vec<ColumnId> = slice.columns().filter(is_new).map(|(id, _)| id).collect();
        let columns = self.chunks.iter().filter(|chunks| !chunks.is_empty()).count() + new.len();
        // Those that wait for their type are some of them, too.
        self.most_columns = self.most_columns.max(columns + slice.mixed_columns().count());
        let page_bytes = encoding.options.page_bytes_for(self.most_columns);
        for id in new {
            let before = self.spare.get_mut(id.index()).map(std::mem::take).unwrap_or_default();
            self.chunks[id.index()] = encoding.new_chunks(schema.column(id), page_bytes, before)?;
        }
        Ok(page_bytes)
    }

    /// Ends all chunks, in the order of the file's columns.
    pub(super) fn finish(
        mut self,
        columns: &[FileColumn],
        encoding: &Encoding,
    ) -> Result<(EncodedRowGroup, SpareOfColumns)> {
        let rows = self.rows;
        let mut leaves = Vec::new();
        for column in columns {
            let open = column.index.and_then(|index| self.chunks.get_mut(index));
            let mut open = open.map(std::mem::take).unwrap_or_default().into_iter();
            leaves.extend(column.ty.leaves().iter().map(|nesting| (*nesting, open.next())));
        }
        let mut finished: Vec<(Option<EncodedChunk>, Option<SpareValues>)> =
            leaves.iter().map(|_| (None, None)).collect();
        let work = leaves.into_iter().zip(&mut finished);
        encoding.workers.run(work, |((nesting, open), (chunk, left))| {
            encoding.encoders.with(|encoder| {
                *chunk = Some(match open {
                    Some(open) => {
                        let mut open = open.into_inner()?;
                        open.append_nulls(rows - open.rows(), encoder)?;
                        let (chunk, buffers) = open.finish(encoder)?;
                        *left = Some(buffers);
                        chunk
                    }
                    None => EncodedChunk::of_nulls(nesting, rows, encoder)?,
                });
                Ok(())
            })
        })?;
        // Those of columns that had no value are let go.
        let mut spare: SpareOfColumns = self.chunks.iter().map(|_| Vec::new()).collect();
        let (mut chunks, mut finished) = (Vec::with_capacity(finished.len()), finished.into_iter());
        for column in columns {
            let (of_column, left): (Vec<_>, Vec<_>) =
                finished.by_ref().take(column.leaves()).unzip();
            chunks.extend(of_column.into_iter().flatten());
            if let Some(spare) = column.index.and_then(|index| spare.get_mut(index)) {
                spare.extend(left.into_iter().flatten());
            }
        }
        encoding.encoders.long.end_row_group();
        Ok((EncodedRowGroup { rows, chunks }, spare))
    }

    pub(super) fn bytes_held(&self) -> usize {
        self.chunks.iter().flatten().map(|chunk| chunk.with(|chunk| chunk.bytes_held())).sum()
    }

    pub(super) fn bytes_expected(&self) -> usize {
        self.chunks.iter().flatten().map(|chunk| chunk.with(|chunk| chunk.bytes_expected())).sum()
    }
}

/// Rows that the row group has taken, to be encoded leaf by leaf.
pub(super) struct Unencoded<'s, 'a> {
    /// Each with its first row in the row group.
    parts: Vec<(usize, BlockSlice<'s, 'a>)>,
    leaves: VecDeque<UnencodedLeaf>,
    encoders: Arc<EncoderPool>,
    workers: Arc<Workers>,
}

struct UnencodedLeaf {
    id: ColumnId,
    ticket: Ticket,
}

impl Encode for Unencoded<'_, '_> {
    /// The caller waits for a chunk's turn where it has to, and others take what is ready: a thread that
    /// waited for these rows, while others wait for its own, would wait forever.
    fn encode(self: Box<Self>) -> Result<()> {
        let Self { parts, leaves, encoders, workers } = *self;
        let helpers = leaves.len().saturating_sub(1);
        let leaves = Mutex::new(leaves);
        let next = || locked(&leaves).pop_front();
        let encode = |id, chunk: &mut ColumnChunk| {
            encoders.with(|encoder| append(&parts, id, chunk, encoder))
        };
        let failed = Mutex::new(None);
        let take_ready = || {
            while let Some(UnencodedLeaf { id, ticket }) = next() {
                match ticket.try_use(|chunk| encode(id, chunk)) {
                    Ok(None) => {}
                    Ok(Some(ticket)) => {
                        locked(&leaves).push_front(UnencodedLeaf { id, ticket });
                        break;
                    }
                    Err(error) => {
                        locked(&failed).get_or_insert(error);
                    }
                }
            }
        };
        let take_all = || -> Result<()> {
            while let Some(UnencodedLeaf { id, ticket }) = next() {
                let do_other = || help() || encoders.do_some();
                ticket.use_in_turn(do_other, |chunk| encode(id, chunk))?;
            }
            Ok(())
        };
        workers.with_helpers(helpers, take_ready, take_all)?;
        // A helper may have given one back at the very end.
        take_all()?;
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        failed.map_or(Ok(()), Err)
    }
}

/// Appends one column of the parts to a chunk of it.
fn append(
    parts: &[(usize, BlockSlice<'_, '_>)],
    id: ColumnId,
    chunk: &mut ColumnChunk,
    encoder: &mut Encoder,
) -> Result<()> {
    for (first, part) in parts {
        if let Some(slice) = part.column(id) {
            let appended = chunk
                .append_nulls(first - chunk.rows(), encoder)
                .and_then(|()| chunk.append(&slice, encoder));
            appended.map_err(|error| error.in_column(chunk.name()))?;
        }
    }
    Ok(())
}
