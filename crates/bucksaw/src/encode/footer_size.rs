//! How large a footer grows, so that no file is finished that `inspect` then refuses to read.

use crate::error::{Error, ErrorKind, Result};
use crate::format::limits::{
    DEFAULT_MAX_COLUMN_CHUNKS, DEFAULT_MAX_FOOTER_BYTES, DEFAULT_MAX_FOOTER_ELEMENTS,
    DEFAULT_MAX_METADATA_BYTES, DEFAULT_MAX_SCHEMA_ELEMENTS, DEFAULT_MAX_SCHEMA_PATH_BYTES,
    MAX_STATS_BYTES, memory_of_written,
};
use crate::format::metadata::ColumnMetaData;
use crate::format::schema::Leaf;

/// Bytes that a column chunk has beside its metadata and its path, at the most.
const CHUNK_BYTES: u64 = 40;
/// Bytes of the metadata of a chunk of nulls, at the most.
const NULL_CHUNK_BYTES: u64 = 80;
/// Elements of the lists of a chunk of nulls: itself, encodings and their statistics.
const NULL_CHUNK_ELEMENTS: u64 = 4;
/// Bytes that a row group has beside its chunks and the columns that it is sorted by, at the most.
const ROW_GROUP_BYTES: u64 = 50;
/// Bytes that an element of the schema has beside its name, with its column order, at the most.
const SCHEMA_ELEMENT_BYTES: u64 = 60;
/// How often a column's name stands in what is said of where it comes from, about.
const ORIGIN_COPIES: u64 = 3;
/// Bytes that this has beside, about.
const ORIGIN_BYTES: u64 = 96;
/// Bytes of memory that a chunk of nulls takes at the file's end, about: it is written then.
const NULL_CHUNK_HELD: u64 = 256;

/// The columns of a file, as far as its footer's size is concerned.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ColumnSizes {
    pub(super) leaves: u64,
    pub(super) schema_elements: u64,
    /// Bytes of the names of each leaf and of all groups above it.
    pub(super) path_bytes: u64,
    /// Those names.
    pub(super) path_parts: u64,
}

impl ColumnSizes {
    pub(super) fn of(leaves: &[Leaf], schema_elements: usize) -> Self {
        let names = || leaves.iter().flat_map(|leaf| &leaf.path);
        Self {
            leaves: leaves.len() as u64,
            schema_elements: schema_elements as u64,
            path_bytes: names().map(|name| name.len() as u64).sum(),
            path_parts: names().count() as u64,
        }
    }
}

/// What the footer has of finished row groups.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FooterSize {
    rows: u64,
    row_groups: u64,
    chunks: u64,
    /// Bytes of the chunks' metadata without their paths.
    meta_data: u64,
    /// Elements of the lists in it.
    elements: u64,
}

impl FooterSize {
    pub(super) fn add_row_group(&mut self, rows: u64) {
        self.rows += rows;
        self.row_groups += 1;
    }

    /// Adds a chunk whose metadata has so many bytes.
    pub(super) fn add_chunk(&mut self, meta_data: &ColumnMetaData, len: usize) {
        self.chunks += 1;
        self.meta_data += len as u64;
        self.elements += 1 + meta_data.list_elements() as u64;
    }

    /// Chunks of nulls that the row groups lack, if the file has these columns.
    fn late_chunks(&self, columns: ColumnSizes) -> u64 {
        (self.row_groups * columns.leaves).saturating_sub(self.chunks)
    }

    /// Bytes of the footer if the file ended with these columns, at the most.
    fn bytes(&self, columns: ColumnSizes) -> u64 {
        let chunks = self.row_groups * columns.leaves;
        // Each name has its length before it.
        let paths = columns.path_bytes + 3 * columns.path_parts;
        let origins = ORIGIN_COPIES * columns.path_bytes + ORIGIN_BYTES * columns.leaves;
        let schema = paths + origins + SCHEMA_ELEMENT_BYTES * columns.schema_elements;
        let late = NULL_CHUNK_BYTES * self.late_chunks(columns);
        let row_groups = (ROW_GROUP_BYTES + paths) * self.row_groups;
        MAX_STATS_BYTES + schema + self.meta_data + late + CHUNK_BYTES * chunks + row_groups
    }

    /// Bytes of memory that the end of the file takes for chunks of nulls and for paths, about.
    pub(super) fn bytes_held_at_end(&self, columns: ColumnSizes) -> usize {
        let late = NULL_CHUNK_HELD * self.late_chunks(columns);
        (late + columns.path_bytes * self.row_groups) as usize
    }

    /// Checks that a file that ended now with these columns would be read.
    ///
    /// # Errors
    /// [`ErrorKind::FileLimit`].
    pub(super) fn check(&self, columns: ColumnSizes) -> Result<()> {
        let elements = self.elements
            + NULL_CHUNK_ELEMENTS * self.late_chunks(columns)
            + (1 + columns.path_parts + columns.leaves) * self.row_groups
            + columns.leaves
            + columns.schema_elements;
        let (bytes, chunks) = (self.bytes(columns), self.row_groups * columns.leaves);
        let memory = memory_of_written(bytes, self.row_groups, chunks, columns.schema_elements);
        let limits = [
            (bytes, DEFAULT_MAX_FOOTER_BYTES, "bytes of metadata"),
            (memory, DEFAULT_MAX_METADATA_BYTES, "bytes of metadata once it is decoded"),
            (chunks, DEFAULT_MAX_COLUMN_CHUNKS, "column chunks"),
            (elements, DEFAULT_MAX_FOOTER_ELEMENTS, "elements in its metadata"),
            (columns.schema_elements, DEFAULT_MAX_SCHEMA_ELEMENTS as u64, "columns and groups"),
            (columns.path_bytes, DEFAULT_MAX_SCHEMA_PATH_BYTES, "bytes of column names"),
        ];
        match limits.iter().find(|(size, limit, _)| size > limit) {
            Some((size, limit, what)) => Err(self.error(*size, *limit, what, columns)),
            None => Ok(()),
        }
    }

    /// Checks the bytes of a footer that was made.
    pub(super) fn check_bytes(&self, bytes: u64, columns: ColumnSizes) -> Result<()> {
        let limit = DEFAULT_MAX_FOOTER_BYTES;
        if bytes > limit {
            return Err(self.error(bytes, limit, "bytes of metadata", columns));
        }
        Ok(())
    }

    fn error(&self, size: u64, limit: u64, what: &str, columns: ColumnSizes) -> Error {
        let Self { rows, row_groups, .. } = self;
        let each = rows / (*row_groups).max(1);
        let message = format!(
            "the file would have {size} {what}, and files with more than {limit} are not read \
             back: it has {row_groups} row groups of {} columns, with {each} rows each. Make row groups \
             larger (raise the memory limit, and the limits of row groups where they are lower), \
             write several files, or store fewer columns",
            columns.leaves
        );
        Error::new(ErrorKind::FileLimit, message)
    }
}
