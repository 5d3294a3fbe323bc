//! The bounded scan of a footer, before anything else decodes it.
//!
//! A Parquet file (<https://github.com/apache/parquet-format>) is
//!
//! ```text
//! file   = "PAR1" { column chunk | index | bloom filter } footer length "PAR1"
//! footer = FileMetaData in thrift's compact protocol
//! length = the footer's bytes, 32 bits, little endian
//! ```
//!
//! Decoders of that footer build trees and lists as large as it says, some of them recursively. So
//! everything that it claims is held against what is there first: see [`walk`] for the bytes and
//! [`Checks`] for what they mean.

use std::ops::Range;

use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};

use super::description::{
    ColumnChunk, KeyValue, PageEncoding, RowGroup, SortingColumn, Statistics,
};
use super::grammar::{Field, Shape};
use super::schema::{self, Node};
use super::thrift::{Visitor, invalid, walk};
use bucksaw::internal::limits::{
    DEFAULT_MAX_COLUMN_CHUNKS, DEFAULT_MAX_FOOTER_BYTES, DEFAULT_MAX_METADATA_BYTES, FOOTER_COPIES,
    SCHEMA_ELEMENT_MEMORY,
};
use bucksaw::{Error, ErrorKind, Result};

/// The bytes that a page index takes, besides its pages.
const INDEX_BYTES: u64 = 512;

/// The magic bytes at both ends.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";

/// The bytes of the footer's length and the magic after it.
pub(super) const TAIL_BYTES: u64 = 8;

/// What the scan learnt that others need.
#[derive(Debug)]
pub(super) struct Facts {
    /// The bytes from the first page index to the end of the last one, if there is any.
    pub(super) index_span: Option<Range<u64>>,
    /// Where each page index stands, and which of the two kinds it is.
    pub(super) indexes: Vec<(Range<u64>, Shape)>,
    /// Whether a column chunk stands in another file.
    pub(super) external: bool,
}

/// Where the footer stands, from the last eight bytes of a file of `size` bytes.
pub(super) fn footer_range(tail: [u8; 8], size: u64) -> Result<Range<u64>> {
    let [a, b, c, d, magic @ ..] = tail;
    if &magic == b"PARE" {
        let message = "the footer is encrypted; encrypted files can't be read";
        return Err(Error::new(ErrorKind::InvalidParquet, message));
    }
    if &magic != MAGIC {
        let message = "no footer: the file is truncated or was never finished";
        return Err(Error::new(ErrorKind::InvalidParquet, message));
    }
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let offset = size.saturating_sub(TAIL_BYTES);
    if length > DEFAULT_MAX_FOOTER_BYTES {
        let message =
            format!("a footer of {length} bytes; the limit is {DEFAULT_MAX_FOOTER_BYTES}");
        return Err(invalid(offset, message));
    }
    let room = offset.saturating_sub(MAGIC.len() as u64);
    if length > room {
        return Err(invalid(offset, format!("a footer of {length} bytes where {room} are there")));
    }
    Ok(offset - length..offset)
}

/// Scans the footer that starts at `start` in its file.
pub(super) fn scan_footer(footer: &[u8], start: u64) -> Result<Facts> {
    let mut checks = Checks::new(start);
    let walked = walk(footer, start, Shape::FileMetaData, &mut checks)?;
    checks.take(walked.elements.saturating_mul(size_of::<i64>() as u64), start)?;
    checks.finish()
}

/// Scans one page index, and says how many elements its lists have. The pages it lists must lie
/// before `end`, where the footer starts.
pub(super) fn scan_index(bytes: &[u8], at: u64, shape: Shape, end: u64) -> Result<u64> {
    let mut checks = Checks::new(end);
    walk(bytes, at, shape, &mut checks).map(|walked| walked.elements)
}

/// The bytes that a struct takes when it is decoded and described, besides its text and bytes.
fn memory_of(shape: Shape) -> u64 {
    let bytes = match shape {
        Shape::RowGroup => size_of::<RowGroupMetaData>() + size_of::<RowGroup>(),
        Shape::ColumnChunk => {
            size_of::<ColumnChunkMetaData>() + size_of::<ColumnChunk>() + size_of::<Chunk>()
        }
        Shape::Statistics => size_of::<Statistics>(),
        Shape::KeyValue => 2 * size_of::<KeyValue>(),
        Shape::PageEncodingStats => 2 * size_of::<PageEncoding>(),
        Shape::SortingColumn => 2 * size_of::<SortingColumn>(),
        Shape::SchemaElement => return SCHEMA_ELEMENT_MEMORY,
        _ => 0,
    };
    bytes as u64
}

#[derive(Default)]
struct Chunk {
    external: bool,
    encrypted: bool,
    described: bool,
    compressed: u64,
    data: Option<u64>,
    dictionary: Option<u64>,
    bloom: (Option<u64>, Option<u64>),
    column_index: (Option<u64>, Option<u64>),
    offset_index: (Option<u64>, Option<u64>),
}

#[derive(Default)]
struct Group {
    columns: u64,
    rows: u64,
}

/// Holds what the metadata claims against the file: counts, sums and ranges.
struct Checks {
    /// Where the footer starts: everything else lies before it.
    end: u64,
    nodes: Vec<Node>,
    node: Node,
    chunk: Chunk,
    chunks: u64,
    group: Group,
    /// Where each row group was described, and its number of columns.
    groups: Vec<(u64, u64)>,
    group_rows: u64,
    rows: Option<(u64, u64)>,
    page: (u64, u64),
    /// What decoding and describing it all will take.
    memory: u64,
    facts: Facts,
}

impl Checks {
    fn new(end: u64) -> Self {
        Self {
            end,
            nodes: Vec::new(),
            node: Node::default(),
            chunk: Chunk::default(),
            chunks: 0,
            group: Group::default(),
            groups: Vec::new(),
            group_rows: 0,
            rows: None,
            page: (0, 0),
            memory: 0,
            facts: Facts { index_span: None, indexes: Vec::new(), external: false },
        }
    }

    fn take(&mut self, bytes: u64, at: u64) -> Result<()> {
        self.memory = self.memory.saturating_add(bytes);
        if self.memory > DEFAULT_MAX_METADATA_BYTES {
            let message = format!(
                "the footer would take more than {DEFAULT_MAX_METADATA_BYTES} bytes of memory"
            );
            return Err(invalid(at, message));
        }
        Ok(())
    }

    /// The checks that need the whole footer.
    fn finish(self) -> Result<Facts> {
        let leaves = schema::check(&self.nodes)?;
        for (at, columns) in self.groups {
            if columns != leaves {
                let message =
                    format!("a row group of {columns} column chunks where the schema has {leaves}");
                return Err(invalid(at, message));
            }
        }
        if let Some((at, rows)) = self.rows
            && rows != self.group_rows
        {
            let message =
                format!("num_rows is {rows}, but the row groups have {} rows", self.group_rows);
            return Err(invalid(at, message));
        }
        Ok(self.facts)
    }

    /// Checks that bytes lie between the leading magic and the footer.
    fn inside(&self, range: (u64, u64), what: &str, at: u64) -> Result<Range<u64>> {
        let (offset, length) = range;
        let start = if length == 0 { 0 } else { MAGIC.len() as u64 };
        match offset.checked_add(length) {
            Some(end) if end <= self.end && offset >= start => Ok(offset..end),
            _ => {
                let message = format!(
                    "{what} at {offset} of {length} bytes lies outside the file's data, which ends \
                     at {}",
                    self.end
                );
                Err(invalid(at, message))
            }
        }
    }

    fn end_chunk(&mut self, at: u64) -> Result<()> {
        let chunk = std::mem::take(&mut self.chunk);
        self.group.columns += 1;
        self.chunks += 1;
        if self.chunks > DEFAULT_MAX_COLUMN_CHUNKS {
            let message = format!("more than {DEFAULT_MAX_COLUMN_CHUNKS} column chunks");
            return Err(invalid(at, message));
        }
        if chunk.encrypted && !chunk.described {
            return Err(invalid(
                at,
                "the column chunk is encrypted; encrypted files can't be read",
            ));
        }
        self.facts.external |= chunk.external;
        if chunk.external {
            // Its offsets are those of another file, which isn't read.
            return Ok(());
        }
        if let Some(data) = chunk.data {
            // Some old writers say dictionary_page_offset 0 where there is no dictionary.
            let dictionary = chunk.dictionary.filter(|&offset| offset > 0);
            if let Some(offset) = dictionary {
                self.inside((offset, 1), "a dictionary page", at)?;
            }
            // A chunk without values may have a dictionary page only, and 0 for its data.
            let first = dictionary.filter(|&offset| offset < data || data == 0);
            let start = first.unwrap_or(data);
            self.inside((start, chunk.compressed), "a column chunk", at)?;
            if chunk.compressed > 0 && data.saturating_sub(start) >= chunk.compressed {
                return Err(invalid(at, "the first data page lies behind its column chunk"));
            }
        }
        if let (Some(offset), length) = chunk.bloom {
            self.inside((offset, length.unwrap_or(1)), "a bloom filter", at)?;
        }
        self.index(chunk.column_index, Shape::ColumnIndex, at)?;
        self.index(chunk.offset_index, Shape::OffsetIndex, at)
    }

    fn index(&mut self, at_of: (Option<u64>, Option<u64>), shape: Shape, at: u64) -> Result<()> {
        let (Some(offset), Some(length)) = at_of else { return Ok(()) };
        let range = self.inside((offset, length), "a page index", at)?;
        if length > 0 {
            let span = self.facts.index_span.get_or_insert(range.clone());
            span.start = span.start.min(range.start);
            span.end = span.end.max(range.end);
            self.facts.indexes.push((range, shape));
            self.take(INDEX_BYTES, at)?;
        }
        Ok(())
    }
}

impl Visitor for Checks {
    fn begin(&mut self, shape: Shape, at: u64) -> Result<()> {
        self.take(memory_of(shape), at)?;
        match shape {
            Shape::SchemaElement => self.node = Node { at, ..Node::default() },
            Shape::RowGroup => self.group = Group::default(),
            Shape::ColumnChunk => self.chunk = Chunk::default(),
            Shape::PageLocation => self.page = (0, 0),
            _ => {}
        }
        Ok(())
    }

    fn integer(&mut self, shape: Shape, field: &Field, value: i64, at: u64) -> Result<()> {
        // Counts were refused when negative; what is no count is compared as it is.
        let number = value.unsigned_abs();
        match (shape, field.id) {
            (Shape::FileMetaData, 3) => self.rows = Some((at, number)),
            (Shape::SchemaElement, 1) => self.node.leaf = true,
            (Shape::SchemaElement, 5) => self.node.children = number,
            (Shape::RowGroup, 3) => self.group.rows = number,
            (Shape::ColumnChunk, 4) => self.chunk.offset_index.0 = Some(number),
            (Shape::ColumnChunk, 5) => self.chunk.offset_index.1 = Some(number),
            (Shape::ColumnChunk, 6) => self.chunk.column_index.0 = Some(number),
            (Shape::ColumnChunk, 7) => self.chunk.column_index.1 = Some(number),
            (Shape::ColumnMetaData, 7) => self.chunk.compressed = number,
            (Shape::ColumnMetaData, 9) => self.chunk.data = Some(number),
            (Shape::ColumnMetaData, 10) => {
                self.inside((number, u64::from(number > 0)), "an index page", at)?;
            }
            (Shape::ColumnMetaData, 11) => self.chunk.dictionary = Some(number),
            (Shape::ColumnMetaData, 14) => self.chunk.bloom.0 = Some(number),
            (Shape::ColumnMetaData, 15) => self.chunk.bloom.1 = Some(number),
            (Shape::PageLocation, 1) => self.page.0 = number,
            (Shape::PageLocation, 2) => self.page.1 = number,
            _ => {}
        }
        Ok(())
    }

    fn binary(&mut self, shape: Shape, field: &Field, length: u64, at: u64) -> Result<()> {
        self.take(length.saturating_mul(FOOTER_COPIES), at)?;
        match (shape, field.id) {
            (Shape::SchemaElement, 4) => self.node.name_bytes = length,
            (Shape::ColumnChunk, 1) => self.chunk.external = length > 0,
            (Shape::ColumnChunk, 9) => self.chunk.encrypted = true,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, shape: Shape, at: u64) -> Result<()> {
        match shape {
            Shape::SchemaElement => self.nodes.push(self.node),
            Shape::ColumnMetaData => self.chunk.described = true,
            Shape::ColumnChunk => self.end_chunk(at)?,
            Shape::RowGroup => {
                self.groups.push((at, self.group.columns));
                self.group_rows = self.group_rows.saturating_add(self.group.rows);
            }
            Shape::PageLocation => {
                self.inside(self.page, "a page", at)?;
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use bucksaw::internal::limits::{COLUMN_CHUNK_MEMORY, ROW_GROUP_MEMORY};

    use super::*;

    /// What is written is counted with these, so that no file is finished that is refused here.
    #[test]
    fn what_is_written_is_counted_with_no_less_than_it_takes() {
        // A dictionary page, and data pages of two encodings.
        const PAGE_ENCODINGS: u64 = 3;
        const LIST_ELEMENTS: u64 = 16;
        let of_chunk = memory_of(Shape::ColumnChunk)
            + memory_of(Shape::Statistics)
            + PAGE_ENCODINGS * memory_of(Shape::PageEncodingStats)
            + 2 * INDEX_BYTES
            + LIST_ELEMENTS * size_of::<i64>() as u64;
        for (counted, taken) in
            [(COLUMN_CHUNK_MEMORY, of_chunk), (ROW_GROUP_MEMORY, memory_of(Shape::RowGroup))]
        {
            assert!(taken <= counted && counted < 2 * taken, "{counted} for {taken}");
        }
    }
}
