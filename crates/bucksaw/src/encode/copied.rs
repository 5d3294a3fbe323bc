//! Row groups of other files that become those of a file as their bytes are: what the footer says of them moves with them.

use std::ops::Range;

use parquet::file::metadata::ParquetMetaData;

use super::codec::codec;
use super::finished_row_group::FinishedChunk;
use super::parsed_footer::{append_elements, finished_chunk};
use crate::format::metadata::codec_number;
use crate::format::origins::is_ours;
use crate::format::schema::{SchemaElement, leaves};
use crate::format::statistics::Statistics;
use crate::options::{Options, Profile};

/// A row group of another file, whose columns have a chunk each, one behind the other in their order, and no lists.
#[derive(Debug)]
pub(crate) struct CopiedRowGroup {
    pub(crate) rows: u64,
    /// Its bytes: in the other file, and once it is moved, in the file.
    pub(crate) range: Range<u64>,
    /// Its columns.
    pub(super) elements: Vec<SchemaElement>,
    pub(super) chunks: Vec<FinishedChunk>,
}

impl CopiedRowGroup {
    /// None where it is otherwise, as where it has late columns, or where its counts of nulls are not known.
    pub(crate) fn of(metadata: &ParquetMetaData, group: usize) -> Option<Self> {
        let of_group = metadata.row_groups().get(group)?;
        let root = metadata.file_metadata().schema();
        let mut schema = vec![SchemaElement::root(root.name(), root.get_fields().len())];
        root.get_fields().iter().for_each(|field| append_elements(field, &mut schema));
        let leaves = leaves(&schema);
        let is_flat = leaves.len() + 1 == schema.len();
        if !is_flat || !is_ours(metadata.file_metadata()) {
            return None;
        }
        let chunks: Vec<FinishedChunk> = leaves
            .iter()
            .enumerate()
            .map(|(index, leaf)| finished_chunk(metadata, (group, index), leaf))
            .collect();
        let rows = u64::try_from(of_group.num_rows()).ok()?;
        let range = range_of(&chunks)?;
        let elements = schema.split_off(1);
        let copied = Self { rows, range, elements, chunks };
        let is_known = |index| copied.values(index).is_some();
        (0..copied.chunks.len()).all(is_known).then_some(copied)
    }

    /// Bytes of its chunks.
    pub(crate) fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Whether files are written so with these options.
    pub(super) fn is_as_told(&self, options: &Options) -> bool {
        use parquet::basic::Encoding as E;
        let codec = codec_number(codec(options.compression));
        let is_portable = |encoding: &E| {
            matches!(encoding, E::PLAIN | E::RLE | E::RLE_DICTIONARY | E::PLAIN_DICTIONARY)
        };
        let is_alike = |(index, (element, chunk)): (usize, (&SchemaElement, &FinishedChunk))| {
            let of = &chunk.meta_data;
            let is_portable =
                options.profile == Profile::Modern || of.encodings.iter().all(is_portable);
            let wants_filter = options.bloom_filter_of.contains(&element.name);
            let has_filter = of.bloom_filter.is_some() || self.values(index) == Some(0);
            codec_number(of.codec) == codec && is_portable && (has_filter || !wants_filter)
        };
        self.rows <= options.row_group_rows as u64
            && self.elements.iter().zip(&self.chunks).enumerate().all(is_alike)
    }

    /// Its columns' names, how many values each has, and, where they are integers, the least and the greatest, if known.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, u64, Option<(i64, i64)>)> {
        self.elements.iter().zip(&self.chunks).enumerate().map(|(index, (element, chunk))| {
            let bounds = chunk.meta_data.statistics.as_ref().and_then(integers);
            (element.name.as_str(), self.values(index).unwrap_or_default(), bounds)
        })
    }

    fn values(&self, column: usize) -> Option<u64> {
        let nulls = self.chunks.get(column)?.meta_data.statistics.as_ref()?.null_count?;
        self.rows.checked_sub(u64::try_from(nulls).ok()?)
    }

    /// Moves all that is said of it to where the file has its bytes.
    pub(super) fn moved_to(mut self, start: u64) -> Self {
        let moved = |offset: i64| offset - self.range.start as i64 + start as i64;
        for chunk in &mut self.chunks {
            let of = &mut chunk.meta_data;
            of.data_page_offset = moved(of.data_page_offset);
            of.dictionary_page_offset = of.dictionary_page_offset.map(moved);
            of.bloom_filter = of.bloom_filter.map(|(offset, length)| (moved(offset), length));
            let pages = chunk.offset_index.iter_mut().flat_map(|index| &mut index.page_locations);
            pages.for_each(|page| page.offset = moved(page.offset));
        }
        self.range = start..start + self.bytes();
        self
    }
}

/// The bytes of chunks that follow each other, and of their bloom filters behind them.
fn range_of(chunks: &[FinishedChunk]) -> Option<Range<u64>> {
    let start = u64::try_from(chunks.first()?.meta_data.start()).ok()?;
    let mut end = start;
    for chunk in chunks {
        if u64::try_from(chunk.meta_data.start()).ok()? != end {
            return None;
        }
        end = end.checked_add(u64::try_from(chunk.meta_data.total_compressed_size).ok()?)?;
    }
    for (offset, length) in chunks.iter().filter_map(|chunk| chunk.meta_data.bloom_filter) {
        if u64::try_from(offset).ok()? != end {
            return None;
        }
        end = end.checked_add(u64::try_from(length?).ok()?)?;
    }
    Some(start..end)
}

/// The bounds of integers of 64 bits.
fn integers(of: &Statistics) -> Option<(i64, i64)> {
    let integer = |bytes: &Option<Vec<u8>>| {
        bytes.as_ref().and_then(|bytes| <[u8; 8]>::try_from(bytes.as_slice()).ok())
    };
    integer(&of.min)
        .zip(integer(&of.max))
        .map(|(min, max)| (i64::from_le_bytes(min), i64::from_le_bytes(max)))
}
