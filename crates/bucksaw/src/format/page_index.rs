//! Page indexes of a column chunk: where its pages are, and what values they have.

use parquet::basic::BoundaryOrder;

use super::schema::SchemaElement;
use super::statistics::Float;
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

    /// The same index by the order of the column's type; none where a page has values that the order has
    /// no place for: a bound of every page with values has to be there, and none may be of such a page.
    ///
    /// Zeros of either sign become the one or the other, so pages that came in an order still do.
    pub(crate) fn in_type_order(mut self, leaf: &SchemaElement) -> Option<Self> {
        let Some(float) = Float::of(leaf) else { return Some(self) };
        if self.nan_counts.iter().flatten().any(|count| *count > 0) {
            return None;
        }
        let bounds = self.min_values.iter_mut().zip(&mut self.max_values);
        for ((min, max), _) in bounds.zip(&self.null_pages).filter(|(_, is_null)| !**is_null) {
            if float.is_nan(min) || float.is_nan(max) {
                return None;
            }
            (*min, *max) = (float.as_min(min), float.as_max(max));
        }
        Some(self)
    }
}
