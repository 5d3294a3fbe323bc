//! The `arrow` backend: builders, record batches of `chunk_rows` rows, the parquet crate's
//! `ArrowWriter`; each batch is released once it is written. It takes every type that Arrow has, and
//! no column that appears after its first batch was written.

mod builders;
pub(super) mod footer;
mod pages;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{DataType, Field, FieldRef, Schema as ArrowSchema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowWriter, PARQUET_FIELD_ID_META_KEY};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use self::builders::{ColumnBuilder, array_of};
use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::encode::backend::{
    Backend, Buffered, Encode, FileSummary, Pieces, SideWork, SortedRowGroups,
};
use crate::encode::codec::codec;
use crate::encode::footer as shared;
use crate::error::{Error, ErrorKind, Result};
use crate::format::metadata::KeyValue;
use crate::options::declared::REST_COLUMN;
use crate::options::{
    BLOOM_FILTER_FALSE_POSITIVES, COLUMNS_WITH_FULL_PAGES, Compression, Options, Statistics,
};
use crate::schema::{Column, ColumnId, ColumnType, Schema};

/// Bytes of text that one array can hold, with a margin: its offsets are signed 32-bit integers.
const MAX_CHUNK_BYTES: usize = 256 << 20;

/// What a column's codec takes with zstd, in bytes: a context to decompress with, too.
const ZSTD_BYTES: usize = 100 << 10;

/// Codecs count up to one part in so many of the memory limit.
const CODECS_SHARE: usize = 4;

/// See the module.
pub(crate) struct ArrowBackend {
    options: Options,
    /// Bytes in the builders that end a batch before it has its rows.
    chunk_bytes: usize,
    builders: Vec<ColumnBuilder>,
    pending_rows: usize,
    /// Rows of the open row group that are written.
    written_rows: usize,
    /// Columns whose values for pending rows come late.
    waiting: BTreeSet<ColumnId>,
    /// Rows of all slices so far.
    rows: u64,
    /// The most that the builders ever held, in bytes: the next batch will need it too.
    largest_chunk: usize,
    /// Which of the schema's columns have had a value.
    has_values: Vec<bool>,
    file: Option<OpenFile>,
}

/// The file once its columns are fixed, by the first batch.
struct OpenFile {
    writer: ArrowWriter<Pieces>,
    arrow_schema: SchemaRef,
    /// For each of the file's columns, its index in the schema.
    columns: Vec<usize>,
    /// Rows of the first batch, which fixed them.
    first_rows: usize,
    row_groups: usize,
    footer: footer::Growth,
}

impl ArrowBackend {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            options: options.clone(),
            chunk_bytes: (options.memory_limit / 8).min(MAX_CHUNK_BYTES),
            builders: Vec::new(),
            pending_rows: 0,
            written_rows: 0,
            waiting: BTreeSet::new(),
            rows: 0,
            largest_chunk: 0,
            has_values: Vec::new(),
            file: None,
        }
    }

    /// Appends rows to the builders.
    fn collect(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) -> Result<()> {
        self.append(rows, self.pending_rows, schema)?;
        self.pending_rows += rows.rows();
        Ok(())
    }

    /// Appends the columns of rows, the first of which is pending row `first`.
    fn append(&mut self, rows: &BlockSlice<'_, '_>, first: usize, schema: &Schema) -> Result<()> {
        for (id, slice) in rows.columns() {
            let builder = self.builder(id.index(), schema);
            builder.append_nulls(first - builder.rows());
            builder.append(&slice).map_err(|error| error.in_column(&schema.column(id).name))?;
        }
        Ok(())
    }

    /// Bytes that the parquet crate's codecs take while a row group is open: each column has its own. Where
    /// they are most of the memory limit, rows still have to have room.
    fn codecs(&self) -> usize {
        let columns = self.file.as_ref().map_or(0, |file| file.columns.len());
        match self.options.compression {
            Compression::Zstd(_) => {
                (columns * ZSTD_BYTES).min(self.options.memory_limit / CODECS_SHARE)
            }
            _ => 0,
        }
    }

    fn held_by_builders(&self) -> usize {
        self.builders.iter().map(ColumnBuilder::bytes_held).sum()
    }

    fn builder(&mut self, index: usize, schema: &Schema) -> &mut ColumnBuilder {
        for column in schema.columns().iter().take(index + 1).skip(self.builders.len()) {
            self.builders.push(ColumnBuilder::new(type_of(column)));
        }
        let builder = &mut self.builders[index];
        if builder.rows() == 0 {
            // It may have been made before its column had a type.
            *builder = ColumnBuilder::new(type_of(&schema.columns()[index]));
        }
        builder
    }

    /// Writes the pending rows as a record batch.
    fn write_pending(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()> {
        let rows = std::mem::take(&mut self.pending_rows);
        if rows == 0 {
            return Ok(());
        }
        self.written_rows += rows;
        self.open(schema, rows)?;
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut arrays = Vec::with_capacity(file.columns.len());
        for index in &file.columns {
            arrays.push(match self.builders.get_mut(*index) {
                Some(builder) => {
                    builder.append_nulls(rows - builder.rows());
                    let name = &schema.columns()[*index].name;
                    builder.finish().map_err(|error| error.in_column(name))?
                }
                None => new_null_array(file.arrow_schema.field(arrays.len()).data_type(), rows),
            });
        }
        // A column that got its type late had a builder for text that took nothing.
        self.builders.clear();
        file.write(arrays, rows, out)
    }

    /// Writes rows that hold Arrow arrays as a record batch of their own.
    fn write_arrays(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<()> {
        self.write_pending(schema, out)?;
        self.open(schema, rows.rows())?;
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut slices: Vec<_> = schema.columns().iter().map(|_| None).collect();
        for (id, slice) in rows.columns() {
            slices[id.index()] = Some(slice);
        }
        let mut arrays = Vec::with_capacity(file.columns.len());
        for index in &file.columns {
            let column = &schema.columns()[*index];
            arrays.push(match &slices[*index] {
                Some(slice) => array_of(type_of(column), slice)
                    .map_err(|error| error.in_column(&column.name))?,
                None => new_null_array(&type_of(column).to_arrow(), rows.rows()),
            });
        }
        file.write(arrays, rows.rows(), out)?;
        self.written_rows += rows.rows();
        Ok(())
    }

    /// Fixes the file's columns: those declared and those with a value by now, or `_rest` where there
    /// are none.
    fn open(&mut self, schema: &Schema, first_rows: usize) -> Result<()> {
        if self.file.is_some() {
            return Ok(());
        }
        // The schema may be ahead of the rows; a column that none of them has yet is late.
        let is_there = |index: &usize| {
            let column = &schema.columns()[*index];
            let has_values = self.has_values.get(*index).copied().unwrap_or_default();
            column.ty.is_some() && (has_values || schema.is_wanted(column))
        };
        let columns: Vec<usize> = (0..schema.columns().len()).filter(is_there).collect();
        let mut fields: Vec<Field> =
            columns.iter().map(|index| &schema.columns()[*index]).map(field_of).collect();
        if fields.is_empty() {
            fields.push(Field::new(REST_COLUMN, ColumnType::Text.to_arrow(), true));
        }
        let arrow_schema = Arc::new(ArrowSchema::new(fields));
        // Arrow's own schema says no more than Parquet's unless there are types that only Arrow has.
        let only_ours =
            schema.columns().iter().all(|column| !matches!(column.ty, Some(ColumnType::Arrow(_))));
        let properties = self.properties(&arrow_schema);
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(only_ours)
            .with_page_store_factory(pages::exact_pages());
        let writer = ArrowWriter::try_new_with_options(
            Pieces::default(),
            Arc::clone(&arrow_schema),
            options,
        )
        .map_err(shared::failed)?;
        let (row_groups, footer) = (0, footer::Growth::default());
        self.file =
            Some(OpenFile { writer, arrow_schema, columns, first_rows, row_groups, footer });
        Ok(())
    }

    fn properties(&self, arrow_schema: &ArrowSchema) -> WriterProperties {
        let page_bytes = self.options.page_bytes_for(arrow_schema.fields().len());
        let mut properties = WriterProperties::builder()
            .set_created_by(shared::CREATED_BY.to_owned())
            .set_compression(codec(self.options.compression))
            .set_dictionary_enabled(self.options.dictionary)
            .set_data_page_size_limit(page_bytes)
            .set_dictionary_page_size_limit(page_bytes)
            .set_max_row_group_row_count(None)
            .set_statistics_enabled(match self.options.statistics {
                Statistics::None => EnabledStatistics::None,
                Statistics::Chunk => EnabledStatistics::Chunk,
                Statistics::Page => EnabledStatistics::Page,
            });
        for (column, on) in &self.options.dictionary_of {
            for path in leaf_paths(column, arrow_schema) {
                properties = properties.set_column_dictionary_enabled(path, *on);
            }
        }
        // A row group is no larger than its limits say, and its filters are folded to their size.
        let most_values = self.options.most_bloom_values() as u64;
        let has_filter = |field: &&Arc<Field>| {
            self.options.bloom_filter_of.contains(field.name())
                && *field.data_type() != DataType::Boolean
        };
        for field in arrow_schema.fields().iter().filter(has_filter) {
            let column = ColumnPath::from(field.name().as_str());
            properties = properties
                .set_column_bloom_filter_fpp(column.clone(), BLOOM_FILTER_FALSE_POSITIVES)
                .set_column_bloom_filter_max_ndv(column, most_values);
        }
        properties.build()
    }

    /// A column that has its first value now, too late.
    fn check_late(&mut self, rows: &BlockSlice<'_, '_>, first: u64, schema: &Schema) -> Result<()> {
        self.has_values.resize(schema.columns().len(), false);
        for (id, slice) in rows.columns() {
            if std::mem::replace(&mut self.has_values[id.index()], true) {
                continue;
            }
            let Some(file) = &self.file else { continue };
            if file.columns.binary_search(&id.index()).is_err() {
                let row = first + slice.first() as u64;
                return Err(self.late(file.first_rows, row).in_column(&schema.column(id).name));
            }
        }
        Ok(())
    }

    fn late(&self, first_rows: usize, row: u64) -> Error {
        let room = match self.options.chunk_rows as u64 > row {
            // The batch ended for its text.
            true => "raise the memory limit",
            false => "raise the chunk rows",
        };
        let message = format!(
            "the column has its first value here, after the arrow backend fixed the file's columns with its first \
             record batch, of {first_rows} rows: choose the direct backend, declare the column in the schema, or \
             {room} so that the first batch has this row"
        );
        Error::new(ErrorKind::LateColumn, message).at_row(row)
    }
}

impl Backend for ArrowBackend {
    fn write<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        self.write_slice(&rows, schema, out)?;
        Ok(Box::new(()))
    }

    fn write_late<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        first: usize,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<Box<dyn Encode + 's>> {
        let group_rows = (self.written_rows + self.pending_rows) as u64;
        self.check_late(&rows, self.rows - group_rows + first as u64, schema)?;
        // Rows that are written had none of these values, or the batch would have waited.
        let written = self.written_rows.saturating_sub(first);
        let first = first.saturating_sub(self.written_rows);
        let (_, pending) = rows.split_at(written);
        self.append(&pending, first, schema)?;
        for (id, _) in pending.columns() {
            self.waiting.remove(&id);
        }
        self.write_if_full(schema, out)?;
        Ok(Box::new(()))
    }

    fn end_batch(&mut self) -> Result<()> {
        Ok(())
    }

    fn side_work(&self) -> Arc<dyn SideWork> {
        Arc::new(())
    }

    fn buffered(&self) -> Buffered {
        // Builders grow by doubling, and hold a batch while it is encoded.
        let held = self.largest_chunk * 2;
        let Some(OpenFile { writer, footer, .. }) = &self.file else {
            let rows = self.pending_rows;
            return Buffered { rows, bytes_held: held, ..Buffered::default() };
        };
        let expected = writer.in_progress_size();
        let bytes_finished = footer.bytes_held();
        Buffered {
            rows: self.pending_rows + writer.in_progress_rows(),
            bytes_held: held
                // Measured: what the writer's vectors have room for, and its hash tables, it doesn't tell.
                + 2 * writer.memory_size()
                // Ending the row group copies it.
                + expected
                + self.codecs()
                + bytes_finished,
            bytes_expected: expected,
            bytes_finished,
        }
    }

    fn end_row_group(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()> {
        self.write_pending(schema, out)?;
        self.written_rows = 0;
        if let Some(file) = &mut self.file {
            file.writer.flush().map_err(shared::failed)?;
            if let Some(group) = file.writer.flushed_row_groups().get(file.row_groups) {
                file.footer.add(group)?;
                file.row_groups += 1;
            }
            file.drain(out)?;
        }
        Ok(())
    }

    fn finish(
        &mut self,
        schema: &Schema,
        sorted: &SortedRowGroups,
        key_values: Vec<KeyValue>,
        out: &mut Pieces,
    ) -> Result<FileSummary> {
        self.open(schema, 0)?;
        self.has_values.resize(schema.columns().len(), false);
        let Some(mut file) = self.file.take() else {
            return Err(Error::new(ErrorKind::WriterEnded, "the file is finished already"));
        };
        file.drain(out)?;
        let position = file.writer.bytes_written();
        let metadata = file.writer.finish().map_err(shared::failed)?;
        let kept = self.kept_columns(&file, schema);
        let ending =
            footer::Ending { arrow_schema: &file.arrow_schema, kept: &kept, sorted, key_values };
        footer::append(&metadata, ending, position as u64, out)
    }
}

impl ArrowBackend {
    fn write_slice(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        schema: &Schema,
        out: &mut Pieces,
    ) -> Result<()> {
        self.check_late(rows, self.rows, schema)?;
        self.rows += rows.rows() as u64;
        self.waiting.extend(rows.mixed_columns().map(|(id, _)| id));
        if rows.columns().any(|(_, slice)| has_array(&slice)) {
            return self.write_arrays(rows, schema, out);
        }
        let mut rest = rows.clone();
        while rest.rows() > 0 {
            let room = match self.options.chunk_rows.saturating_sub(self.pending_rows) {
                // The batch waits for the values of columns to settle their types.
                0 => rest.rows(),
                room => room.min(rest.rows()),
            };
            let (chunk, after) = rest.clone().split_at(room);
            for part in chunk.parts(chunk.rows(), self.chunk_bytes)? {
                self.collect(&part, schema)?;
                self.write_if_full(schema, out)?;
            }
            rest = after;
        }
        Ok(())
    }

    /// Writes the pending rows if they are enough for a batch, and none of their columns are to come.
    fn write_if_full(&mut self, schema: &Schema, out: &mut Pieces) -> Result<()> {
        let held = self.held_by_builders();
        self.largest_chunk = self.largest_chunk.max(held);
        // Each column has a dictionary of its own, which takes several times as much as its values.
        let columns = self.builders.len().max(COLUMNS_WITH_FULL_PAGES);
        let chunk_bytes = self.chunk_bytes / columns * COLUMNS_WITH_FULL_PAGES;
        let is_full = self.pending_rows >= self.options.chunk_rows || held >= chunk_bytes;
        if is_full && self.waiting.is_empty() { self.write_pending(schema, out) } else { Ok(()) }
    }

    /// The file's columns that stay: those with a value, and declared ones; one at least.
    fn kept_columns(&self, file: &OpenFile, schema: &Schema) -> Vec<usize> {
        let stays =
            |index: usize| self.has_values[index] || schema.is_wanted(&schema.columns()[index]);
        let of_file = file.columns.iter().enumerate();
        let mut kept: Vec<usize> =
            of_file.filter(|(_, index)| stays(**index)).map(|(at, _)| at).collect();
        if kept.is_empty() {
            kept.push(file.arrow_schema.fields().len() - 1);
        }
        kept
    }
}

impl OpenFile {
    fn write(
        &mut self,
        arrays: Vec<arrow_array::ArrayRef>,
        rows: usize,
        out: &mut Pieces,
    ) -> Result<()> {
        let mut arrays = arrays;
        if arrays.is_empty() {
            arrays.push(new_null_array(&ColumnType::Text.to_arrow(), rows));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch =
            RecordBatch::try_new_with_options(Arc::clone(&self.arrow_schema), arrays, &options)
                .map_err(|cause| {
                    Error::new(ErrorKind::Unsupported, "the rows make no record batch")
                        .with_cause(cause)
                })?;
        self.writer.write(&batch).map_err(shared::failed)?;
        self.drain(out)
    }

    /// Hands over the bytes that are finished.
    fn drain(&mut self, out: &mut Pieces) -> Result<()> {
        self.writer.sync().map_err(|cause| Error::io("could not write to memory", cause))?;
        out.append(std::mem::take(self.writer.inner_mut()));
        Ok(())
    }
}

/// The paths of a column's values: of a list's elements, of a map's keys and values.
fn leaf_paths(column: &str, arrow_schema: &ArrowSchema) -> Vec<ColumnPath> {
    let mut path = vec![column.to_owned()];
    let mut data_type = arrow_schema.field_with_name(column).ok().map(Field::data_type);
    while let Some(DataType::List(element)) = data_type {
        path.extend(["list".to_owned(), element.name().clone()]);
        data_type = Some(element.data_type());
    }
    let Some(DataType::Map(entries, _)) = data_type else { return vec![ColumnPath::new(path)] };
    let DataType::Struct(fields) = entries.data_type() else { return Vec::new() };
    let below = |field: &FieldRef| [entries.name(), field.name()].map(Clone::clone);
    fields.iter().map(|field| ColumnPath::new([&path[..], &below(field)].concat())).collect()
}

fn has_array(slice: &ColumnSlice<'_, '_>) -> bool {
    match slice.values() {
        ValuesSlice::Arrow(_) => true,
        ValuesSlice::List(lists) => lists.fields().any(|(_, elements)| has_array(&elements)),
        _ => false,
    }
}

/// A column as Arrow describes it.
fn field_of(column: &Column) -> Field {
    let field = type_of(column).to_field(&column.name);
    let id = column.field_id.map(|id| (PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string()));
    let known = field.metadata().iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    let metadata = known.chain(id).collect::<HashMap<_, _>>();
    field.with_metadata(metadata)
}

fn type_of(column: &Column) -> &ColumnType {
    column.ty.as_ref().unwrap_or(&ColumnType::Text)
}
