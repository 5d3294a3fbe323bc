//! Where things lie, and sums of sizes.

use std::ops::Range;

use parquet::file::metadata::ColumnChunkMetaData;

use super::super::File;
use super::super::page::Chunk;
use super::{Findings, Place};

/// Chunks, bloom filters and page indexes don't overlap. (That all of them lie before the footer was
/// checked when the file was opened.) Row groups have the sizes of their chunks.
pub(super) fn check(file: &File, findings: &mut Findings) {
    let mut ranges: Vec<(Range<u64>, &str, usize, usize)> = Vec::new();
    for (row_group, group) in file.metadata.row_groups().iter().enumerate() {
        for (column, chunk) in group.columns().iter().enumerate() {
            let of_chunk = Chunk::of(chunk);
            let filter = bloom_filter(chunk);
            for (range, what) in [
                (Some(of_chunk.start..of_chunk.end), "the column chunk"),
                (filter, "the bloom filter"),
                (chunk.column_index_range(), "the column index"),
                (chunk.offset_index_range(), "the offset index"),
            ] {
                let range = range.filter(|range| range.start < range.end);
                ranges.extend(range.map(|range| (range, what, row_group, column)));
            }
        }
        let place = Place { row_group: Some(row_group), ..Place::default() };
        let sizes = group.columns().iter().map(ColumnChunkMetaData::uncompressed_size);
        let sum = sizes.map(|size| u64::try_from(size).unwrap_or(0)).fold(0, u64::saturating_add);
        let said = u64::try_from(group.total_byte_size()).unwrap_or(0);
        findings.same(&place, "the row group's total_byte_size", said, sum);
    }
    ranges.sort_by_key(|(range, ..)| (range.start, range.end));
    let schema = file.metadata.file_metadata().schema_descr();
    let mut end = 0;
    let mut before = "";
    for (range, what, row_group, column) in ranges {
        if range.start < end {
            let place = Place {
                row_group: Some(row_group),
                column: Some(schema.column(column).path().string()),
                ..Place::default()
            };
            let found =
                format!("it starts at byte {}, {before} before it ends at {end}", range.start);
            findings.problem(&place, format!("{what} overlaps another part"), [None, Some(found)]);
        }
        if range.end > end {
            (end, before) = (range.end, what);
        }
    }
}

fn bloom_filter(chunk: &ColumnChunkMetaData) -> Option<Range<u64>> {
    let start = u64::try_from(chunk.bloom_filter_offset()?).ok()?;
    let length = chunk.bloom_filter_length().and_then(|length| u64::try_from(length).ok());
    Some(start..start.saturating_add(length.unwrap_or(1)))
}
