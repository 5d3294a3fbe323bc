//! An open file: its footer, checked, and readers of its row groups.

use std::sync::{Arc, MutexGuard};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, RowSelector,
};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, ParquetStatisticsPolicy,
    RowGroupMetaData,
};
use parquet::file::reader::Length;

use super::origins::Origins;
use super::page_reader::OneRowGroup;
use super::pages::Pages;
use super::source::Source;
use super::{ReadSeek, damaged, schema};
use crate::error::{Error, ErrorKind, Result};
use crate::format::limits::DEFAULT_MAX_FOOTER_BYTES;
use crate::runtime::guard::guarded;

/// The bytes of the footer's length and the magic behind it.
const TAIL_BYTES: u64 = 8;
/// Bytes that a file starts with.
const MAGIC_BYTES: u64 = 4;

pub(super) struct File {
    source: Source,
    metadata: ArrowReaderMetadata,
    /// How its columns are read.
    levels: FieldLevels,
    /// What its columns mean.
    fields: SchemaRef,
    pub(super) origins: Origins,
}

impl File {
    /// # Errors
    /// [`ErrorKind::InputFormat`] where the footer is not sound; [`ErrorKind::Io`].
    pub(super) fn open(file: Box<dyn ReadSeek>) -> Result<Self> {
        let failed = |cause| Error::io("could not read", cause);
        let source = Source::new(file).map_err(failed)?;
        let size = source.len();
        let not_whole = || {
            let message =
                "it starts as a Parquet file and has no footer: it was cut off, or never finished";
            Error::new(ErrorKind::Truncated, message)
        };
        let start = source.read_whole(0, size.min(MAGIC_BYTES) as usize).map_err(failed)?;
        if !super::is_parquet(&start) {
            let message = "this is no Parquet file: it does not begin with PAR1 (--format auto finds out what it is)";
            return Err(Error::new(ErrorKind::InputFormat, message));
        }
        let Some(footer_end) = size.checked_sub(TAIL_BYTES) else { return Err(not_whole()) };
        let tail = source.read_whole(footer_end, TAIL_BYTES as usize).map_err(failed)?;
        let length = match tail[..] {
            [_, _, _, _, b'P', b'A', b'R', b'E'] => {
                let message = "this is an encrypted Parquet file, which can't be read: decrypt it with what wrote it";
                return Err(Error::new(ErrorKind::InputFormat, message));
            }
            [a, b, c, d, b'P', b'A', b'R', b'1'] => u64::from(u32::from_le_bytes([a, b, c, d])),
            _ => return Err(not_whole()),
        };
        if length > DEFAULT_MAX_FOOTER_BYTES || length > footer_end {
            let message = format!(
                "its footer claims {length} bytes, where {footer_end} are there and {DEFAULT_MAX_FOOTER_BYTES} are read at the most"
            );
            return Err(Error::new(ErrorKind::InputFormat, message));
        }
        let footer = source.read_whole(footer_end - length, length as usize).map_err(failed)?;
        let (metadata, fields) = guarded(|| decode(&footer))?;
        let origins = Origins::of(metadata.metadata().file_metadata())?;
        let levels = levels(&metadata, ProjectionMask::all())?;
        Ok(Self { source, metadata, levels, fields, origins })
    }

    /// The same, of which only this column is read.
    pub(super) fn of_column(file: Box<dyn ReadSeek>, column: &str) -> Result<Self> {
        let file = Self::open(file)?;
        let columns = file.metadata.metadata().file_metadata().schema_descr();
        // By its index: names may have dots.
        let fields = columns.root_schema().get_fields();
        let index = fields.iter().position(|field| field.name() == column);
        let mask = ProjectionMask::roots(columns, index);
        Ok(Self { levels: levels(&file.metadata, mask)?, ..file })
    }

    pub(super) fn fields(&self) -> SchemaRef {
        Arc::clone(&self.fields)
    }

    pub(super) fn without_rows(&self) -> RecordBatch {
        RecordBatch::new_empty(Arc::clone(self.metadata.schema()))
    }

    fn group(&self, group: usize) -> Option<&RowGroupMetaData> {
        self.metadata.metadata().row_groups().get(group)
    }

    pub(super) fn rows_of_group(&self, group: usize) -> Option<u64> {
        self.group(group).map(|group| group.num_rows().unsigned_abs())
    }

    /// Bytes of a row of this row group, about.
    pub(super) fn row_bytes(&self, group: usize) -> usize {
        let of = |group: &RowGroupMetaData| group.total_byte_size() / group.num_rows().max(1);
        self.group(group).map_or(0, |group| usize::try_from(of(group)).unwrap_or(usize::MAX))
    }

    /// Bytes of the file that so many rows of this row group take, about.
    pub(super) fn bytes_of(&self, group: usize, rows: u64) -> u64 {
        let Some(group) = self.group(group) else { return 0 };
        let all = group.compressed_size().unsigned_abs();
        (u128::from(all) * u128::from(rows) / u128::from(group.num_rows().max(1).unsigned_abs()))
            as u64
    }

    /// The pages of the row group that is read.
    pub(super) fn pages(&self) -> MutexGuard<'_, Pages> {
        self.source.pages()
    }

    /// The column whose bytes were read last, with dots.
    pub(super) fn last_column(&self, group: usize) -> Option<String> {
        let at = self.source.last_read();
        let chunk = self.group(group)?.columns().iter().find(|chunk| {
            let (start, length) = chunk.byte_range();
            (start..start.saturating_add(length)).contains(&at)
        })?;
        Some(chunk.column_path().parts().join("."))
    }

    /// A reader of this row group's rows behind the first so many, which gives `rows` at a time, in as many bytes of pages.
    pub(super) fn reader(
        &self,
        group: usize,
        skipped: u64,
        rows: usize,
        page_bytes: usize,
    ) -> Result<ParquetRecordBatchReader> {
        *self.pages() =
            self.group(group).map_or_else(Pages::default, |of| Pages::of(of, page_bytes));
        let metadata = self.metadata.metadata();
        let of_group = metadata.row_groups().get(group);
        let of_group = of_group
            .ok_or_else(|| damaged(&ParquetError::General("no such row group".to_owned())))?;
        let pages = OneRowGroup { source: &self.source, metadata, group: of_group };
        let selection = (skipped > 0).then(|| {
            let all = usize::try_from(of_group.num_rows()).unwrap_or(usize::MAX);
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX).min(all);
            vec![RowSelector::skip(skipped), RowSelector::select(all - skipped)].into()
        });
        let reader = ParquetRecordBatchReader::try_new_with_row_groups(
            &self.levels,
            &pages,
            rows,
            selection,
        );
        reader.map_err(|cause| damaged(&cause))
    }
}

/// How these columns are read.
fn levels(metadata: &ArrowReaderMetadata, mask: ProjectionMask) -> Result<FieldLevels> {
    guarded(|| {
        let columns = metadata.metadata().file_metadata().schema_descr();
        let hint = Some(metadata.schema().fields());
        parquet_to_arrow_field_levels(columns, mask, hint).map_err(|cause| footer_error(&cause))
    })
}

/// The metadata to read with, and what the columns mean.
fn decode(footer: &[u8]) -> Result<(ArrowReaderMetadata, SchemaRef)> {
    let with = |options: &ParquetMetaDataOptions| {
        ParquetMetaDataReader::decode_metadata_with_options(footer, Some(options))
            .map_err(|cause| footer_error(&cause))
    };
    let options =
        ParquetMetaDataOptions::new().with_column_stats_policy(ParquetStatisticsPolicy::SkipAll);
    let known: ParquetMetaData = with(&options)?;
    let (schema, marks) = schema::readable(known.file_metadata().schema_descr())
        .map_err(|cause| footer_error(&cause))?;
    let metadata = with(&options.with_schema(schema))?;
    let metadata = Arc::new(metadata);
    let read_as = |options| {
        ArrowReaderMetadata::try_new(Arc::clone(&metadata), options)
            .map_err(|cause| footer_error(&cause))
    };
    let plain = read_as(ArrowReaderOptions::new().with_skip_arrow_metadata(true))?;
    let views = Schema::new(plain.schema().fields().iter().map(in_views).collect::<Vec<_>>());
    let metadata = read_as(ArrowReaderOptions::new().with_schema(Arc::new(views)))?;
    let fields = marks.restored(metadata.schema());
    Ok((metadata, fields))
}

/// The field with its texts and bytes as views: a dictionary's values then are in memory once, however many rows have them.
fn in_views(field: &FieldRef) -> FieldRef {
    let inner = |fields: &Fields| fields.iter().map(in_views).collect::<Fields>();
    let ty = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        DataType::Struct(fields) => DataType::Struct(inner(fields)),
        DataType::List(element) => DataType::List(in_views(element)),
        DataType::Map(entries, is_sorted) => DataType::Map(in_views(entries), *is_sorted),
        _ => return Arc::clone(field),
    };
    Arc::new(Field::clone(field).with_data_type(ty))
}

fn footer_error(cause: &dyn std::error::Error) -> Error {
    Error::new(ErrorKind::InputFormat, format!("its footer can't be read: {cause}"))
}
