//! Page indexes of a column chunk: where its pages are, and what values they have.

use parquet::basic::BoundaryOrder;

use super::thrift::{Fields, append_struct};

/// Where a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageLocation {
    pub(crate) offset: i64,
    /// Header included.
    pub(crate) compressed_page_size: i32,
    /// From the row group's start.
    pub(crate) first_row_index: i64,
}

/// Where the pages of a column chunk are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OffsetIndex {
    pub(crate) page_locations: Vec<PageLocation>,
    pub(crate) unencoded_byte_array_data_bytes: Option<Vec<i64>>,
}

impl OffsetIndex {
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) {
        append_struct(out, |fields| {
            fields.structs(1, self.page_locations.iter(), |page, fields| {
                fields.i64(1, page.offset);
                fields.i32(2, page.compressed_page_size);
                fields.i64(3, page.first_row_index);
            });
            if let Some(bytes) = &self.unencoded_byte_array_data_bytes {
                fields.i64s(2, bytes.iter().copied());
            }
        });
    }
}

/// The values of the pages of a column chunk: each list has an entry for each page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnIndex {
    /// Pages of nulls only; their bounds are empty.
    pub(crate) null_pages: Vec<bool>,
    pub(crate) min_values: Vec<Vec<u8>>,
    pub(crate) max_values: Vec<Vec<u8>>,
    pub(crate) boundary_order: BoundaryOrder,
    pub(crate) null_counts: Option<Vec<i64>>,
    /// Of all pages, one after the other.
    pub(crate) repetition_level_histograms: Option<Vec<i64>>,
    pub(crate) definition_level_histograms: Option<Vec<i64>>,
    pub(crate) nan_counts: Option<Vec<i64>>,
}

impl ColumnIndex {
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) {
        append_struct(out, |fields| {
            fields.bools(1, self.null_pages.iter().copied());
            fields.binaries(2, self.min_values.iter());
            fields.binaries(3, self.max_values.iter());
            fields.i32(4, self.boundary_order as i32);
            let counts = |number, counts: &Option<Vec<i64>>, fields: &mut Fields<'_>| {
                if let Some(counts) = counts {
                    fields.i64s(number, counts.iter().copied());
                }
            };
            counts(5, &self.null_counts, fields);
            counts(6, &self.repetition_level_histograms, fields);
            counts(7, &self.definition_level_histograms, fields);
            counts(8, &self.nan_counts, fields);
        });
    }
}
