//! The footer: what is said of the file, of its row groups and of their column chunks.

use parquet::basic::{Compression as Codec, Encoding, PageType, Type as PhysicalType};

use super::schema::{Leaf, SchemaElement};
use super::statistics::Statistics;
use super::thrift::{Fields, Wire, append_fields, append_struct};

/// How many pages of a kind and an encoding there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageEncodingStats {
    pub(crate) page_type: PageType,
    pub(crate) encoding: Encoding,
    pub(crate) count: i32,
}

/// How large values are when they are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SizeStatistics {
    pub(crate) unencoded_byte_array_data_bytes: Option<i64>,
    pub(crate) repetition_level_histogram: Option<Vec<i64>>,
    pub(crate) definition_level_histogram: Option<Vec<i64>>,
}

/// What is said of a column chunk, but for the path of its column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnMetaData {
    pub(crate) physical: PhysicalType,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) codec: Codec,
    pub(crate) num_values: i64,
    pub(crate) total_uncompressed_size: i64,
    pub(crate) total_compressed_size: i64,
    pub(crate) data_page_offset: i64,
    pub(crate) dictionary_page_offset: Option<i64>,
    pub(crate) statistics: Option<Statistics>,
    pub(crate) encoding_stats: Vec<PageEncodingStats>,
    /// Where its bloom filter is, and how long.
    pub(crate) bloom_filter: Option<(i64, Option<i32>)>,
    pub(crate) size_statistics: Option<SizeStatistics>,
}

/// The number of the field that is added last: the path in the schema.
const PATH_FIELD: i16 = 3;

impl ColumnMetaData {
    /// Where the chunk starts in the file.
    pub(crate) fn start(&self) -> i64 {
        self.dictionary_page_offset.unwrap_or(self.data_page_offset)
    }

    /// How many elements its lists have together, without the path.
    pub(crate) fn list_elements(&self) -> usize {
        let of_histogram = |histogram: &Option<Vec<i64>>| histogram.as_ref().map_or(0, Vec::len);
        let of_sizes = |sizes: &SizeStatistics| {
            of_histogram(&sizes.repetition_level_histogram)
                + of_histogram(&sizes.definition_level_histogram)
        };
        self.encodings.len()
            + self.encoding_stats.len()
            + self.size_statistics.as_ref().map_or(0, of_sizes)
    }

    /// The fields before and after the path, which all chunks of a column have in common.
    pub(crate) fn encoded(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        append_fields(0, &mut before, |fields| {
            fields.i32(1, self.physical as i32);
            fields.i32s(2, self.encodings.iter().map(|encoding| *encoding as i32));
        });
        append_fields(PATH_FIELD, &mut after, |fields| self.write_after_path(fields));
        (before, after)
    }

    fn write_after_path(&self, fields: &mut Fields<'_>) {
        fields.i32(4, codec_number(self.codec));
        fields.i64(5, self.num_values);
        fields.i64(6, self.total_uncompressed_size);
        fields.i64(7, self.total_compressed_size);
        fields.i64(9, self.data_page_offset);
        if let Some(offset) = self.dictionary_page_offset {
            fields.i64(11, offset);
        }
        if let Some(statistics) = &self.statistics {
            fields.structure(12, |fields| statistics.write(fields));
        }
        if !self.encoding_stats.is_empty() {
            fields.structs(13, self.encoding_stats.iter(), |stats, fields| {
                fields.i32(1, stats.page_type as i32);
                fields.i32(2, stats.encoding as i32);
                fields.i32(3, stats.count);
            });
        }
        if let Some((offset, length)) = self.bloom_filter {
            fields.i64(14, offset);
            if let Some(length) = length {
                fields.i32(15, length);
            }
        }
        if let Some(sizes) = &self.size_statistics {
            fields.structure(16, |fields| {
                if let Some(bytes) = sizes.unencoded_byte_array_data_bytes {
                    fields.i64(1, bytes);
                }
                for (number, histogram) in
                    [(2, &sizes.repetition_level_histogram), (3, &sizes.definition_level_histogram)]
                {
                    if let Some(histogram) = histogram {
                        fields.i64s(number, histogram.iter().copied());
                    }
                }
            });
        }
    }
}

/// The number that the format gives to a codec.
pub(crate) fn codec_number(codec: Codec) -> i32 {
    match codec {
        Codec::UNCOMPRESSED => 0,
        Codec::SNAPPY => 1,
        Codec::GZIP(_) => 2,
        Codec::LZO => 3,
        Codec::BROTLI(_) => 4,
        Codec::LZ4 => 5,
        Codec::ZSTD(_) => 6,
        Codec::LZ4_RAW => 7,
    }
}

/// Where a page index is: its offset and its length.
pub(crate) type IndexLocation = Option<(i64, i32)>;

/// A column chunk as the footer lists it.
pub(crate) struct ColumnChunk<'c> {
    /// Its metadata, encoded, before and after the path.
    pub(crate) meta_data: (&'c [u8], &'c [u8]),
    pub(crate) path: &'c [String],
    pub(crate) offset_index: IndexLocation,
    pub(crate) column_index: IndexLocation,
}

impl ColumnChunk<'_> {
    fn append_to(&self, out: &mut Vec<u8>) {
        append_struct(out, |fields| {
            // The chunk's own offset: no longer in use, 0 by the specification.
            fields.i64(2, 0);
            fields.encoded_struct(3, |out| {
                out.extend_from_slice(self.meta_data.0);
                append_fields(PATH_FIELD - 1, out, |fields| {
                    fields.binaries(PATH_FIELD, self.path.iter());
                });
                out.extend_from_slice(self.meta_data.1);
            });
            for (number, location) in [(4, self.offset_index), (6, self.column_index)] {
                if let Some((offset, length)) = location {
                    fields.i64(number, offset);
                    fields.i32(number + 1, length);
                }
            }
        });
    }
}

/// A column that the rows of a row group are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SortingColumn {
    /// Which leaf.
    pub(crate) column_idx: i32,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

/// What is said of a row group beside its column chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowGroup {
    pub(crate) total_byte_size: i64,
    pub(crate) num_rows: i64,
    pub(crate) sorting_columns: Option<Vec<SortingColumn>>,
    pub(crate) file_offset: Option<i64>,
    pub(crate) total_compressed_size: Option<i64>,
    pub(crate) ordinal: Option<i16>,
}

impl RowGroup {
    /// Appends the row group with its column chunks.
    pub(crate) fn append_to<'c>(
        &self,
        chunks: impl ExactSizeIterator<Item = ColumnChunk<'c>>,
        out: &mut Vec<u8>,
    ) {
        append_struct(out, |fields| {
            let out = fields.list(1, Wire::Struct, chunks.len());
            chunks.for_each(|chunk| chunk.append_to(out));
            fields.i64(2, self.total_byte_size);
            fields.i64(3, self.num_rows);
            if let Some(columns) = &self.sorting_columns {
                fields.structs(4, columns.iter(), |column, fields| {
                    fields.i32(1, column.column_idx);
                    fields.bool(2, column.descending);
                    fields.bool(3, column.nulls_first);
                });
            }
            if let Some(offset) = self.file_offset {
                fields.i64(5, offset);
            }
            if let Some(size) = self.total_compressed_size {
                fields.i64(6, size);
            }
            if let Some(ordinal) = self.ordinal {
                fields.i16(7, ordinal);
            }
        });
    }
}

/// A pair of the key-value metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyValue {
    pub(crate) key: String,
    pub(crate) value: Option<String>,
}

/// What is said of the file beside its row groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileMetaData {
    /// Depth first, the root before all.
    pub(crate) schema: Vec<SchemaElement>,
    pub(crate) num_rows: i64,
    pub(crate) key_values: Vec<KeyValue>,
    pub(crate) created_by: String,
}

impl FileMetaData {
    /// Appends what comes before the row groups, of which there are so many.
    pub(crate) fn append_start(&self, row_groups: usize, out: &mut Vec<u8>) {
        append_fields(0, out, |fields| {
            // By the specification, writers always say 1.
            fields.i32(1, 1);
            fields.structs(2, self.schema.iter(), SchemaElement::write);
            fields.i64(3, self.num_rows);
            fields.list(4, Wire::Struct, row_groups);
        });
    }

    /// Appends what comes after the row groups.
    ///
    /// The order of every column is that of its type: it is the only one that all readers know.
    pub(crate) fn append_end(&self, leaves: &[Leaf], out: &mut Vec<u8>) {
        append_fields(4, out, |fields| {
            if !self.key_values.is_empty() {
                fields.structs(5, self.key_values.iter(), |pair, fields| {
                    fields.binary(1, pair.key.as_bytes());
                    if let Some(value) = &pair.value {
                        fields.binary(2, value.as_bytes());
                    }
                });
            }
            fields.binary(6, self.created_by.as_bytes());
            fields.structs(7, leaves.iter(), |_, fields| fields.structure(1, |_| ()));
        });
        out.push(0);
    }
}
