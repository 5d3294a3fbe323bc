//! What the page indexes say of the pages.

use std::cmp::Ordering;

use parquet::basic::BoundaryOrder;
use parquet::file::metadata::page_index::PageIndexProvider;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;

use super::super::File;
use super::super::statistics::{self, Meaning, Raw};
use super::claims::{Bound, check_bound, check_levels, check_nulls};
use super::tally::Tally;
use super::{Findings, Place};

const OF: &str = "the column index";

/// The indexes of one column chunk.
pub(super) struct Indexes<'f> {
    columns: Option<&'f ColumnIndexMetaData>,
    offsets: Option<&'f OffsetIndexMetaData>,
    meaning: Meaning,
}

/// A data page, as it was found.
pub(super) struct Found<'p> {
    /// Which of the data pages.
    pub(super) index: usize,
    pub(super) offset: u64,
    /// Its bytes, with the header.
    pub(super) size: u64,
    pub(super) first_row: u64,
    /// The repetition level of its first value.
    pub(super) first_repetition: u16,
    pub(super) tally: &'p Tally,
}

impl<'f> Indexes<'f> {
    pub(super) fn of(
        file: &'f File,
        (row_group, column): (usize, usize),
        meaning: Meaning,
    ) -> Self {
        let all = file.page_index.as_ref();
        Self {
            columns: all.and_then(|all| all.column_index(row_group, column)),
            offsets: all.and_then(|all| all.offset_index(row_group, column)),
            meaning,
        }
    }

    pub(super) fn check_page(&self, page: &Found<'_>, place: &Place, findings: &mut Findings) {
        if let Some(offsets) = self.offsets {
            if page.first_repetition > 0 {
                findings.problem(
                    place,
                    "the page starts in the middle of a row, and there is an offset index",
                    [None, None],
                );
            }
            check_location(offsets, page, (place, findings));
        }
        if let Some(columns) = self.columns
            && (page.index as u64) < columns.num_pages()
        {
            self.check_values(columns, page, (place, findings));
        }
    }

    fn check_values(
        &self,
        columns: &ColumnIndexMetaData,
        page: &Found<'_>,
        (place, findings): (&Place, &mut Findings),
    ) {
        let Found { index, tally, .. } = *page;
        let is_null = columns.is_null_page(index);
        if is_null != (tally.values == 0) {
            let words = |is_null| Some(if is_null { "null" } else { "not null" }.to_owned());
            let what = format!("whether all of the page is null in {OF}");
            findings.problem(place, what, [words(is_null), words(tally.values == 0)]);
        }
        if let Some(&said) = columns.null_counts().and_then(|counts| counts.get(index)) {
            check_nulls(OF, u64::try_from(said).unwrap_or(u64::MAX), tally, (place, findings));
        }
        if let Some(&said) = columns.nan_counts().and_then(|counts| counts.get(index)) {
            let said = u64::try_from(said).unwrap_or(u64::MAX);
            findings.same(place, &format!("the number of NaNs in {OF}"), said, tally.nans);
        }
        for (name, said, found) in [
            ("repetition", columns.repetition_level_histogram(index), &tally.repetitions),
            ("definition", columns.definition_level_histogram(index), &tally.definitions),
        ] {
            if let Some(said) = said {
                check_levels(&format!("{name} levels in {OF}"), said, found, (place, findings));
            }
        }
        if is_null {
            return;
        }
        let bounds = bounds(columns, index, self.meaning);
        for (which, bound) in [Bound::Min, Bound::Max].into_iter().zip(bounds) {
            if let Some(said) = bound {
                let values = (tally, self.meaning);
                check_bound((which, OF), (&said, false), values, (place, findings));
            }
        }
    }

    /// What is checked when all pages were seen.
    pub(super) fn finish(&self, data_pages: usize, place: &Place, findings: &mut Findings) {
        let found = data_pages as u64;
        if let Some(offsets) = self.offsets {
            let said = offsets.page_locations().len() as u64;
            findings.same(place, "the number of pages in the offset index", said, found);
        }
        let Some(columns) = self.columns else { return };
        findings.same(place, &format!("the number of pages in {OF}"), columns.num_pages(), found);
        let order = match columns.get_boundary_order() {
            Some(BoundaryOrder::ASCENDING) => Ordering::Greater,
            Some(BoundaryOrder::DESCENDING) => Ordering::Less,
            _ => return,
        };
        let mut last: [Option<Raw>; 2] = [None, None];
        for index in 0..usize::try_from(columns.num_pages()).unwrap_or(0) {
            if columns.is_null_page(index) {
                continue;
            }
            let bounds = bounds(columns, index, self.meaning);
            let is_wrong = last.iter().zip(&bounds).any(|pair| match pair {
                (Some(last), Some(next)) => {
                    statistics::compare(last, next, self.meaning) == Some(order)
                }
                _ => false,
            });
            if is_wrong {
                let said = if order == Ordering::Greater { "ascending" } else { "descending" };
                let found = format!("not so at data page {index}");
                let what = format!("the boundary order in {OF}");
                findings.problem(place, what, [Some(said.to_owned()), Some(found)]);
                return;
            }
            last = bounds;
        }
    }
}

fn check_location(
    offsets: &OffsetIndexMetaData,
    page: &Found<'_>,
    (place, findings): (&Place, &mut Findings),
) {
    let number = |value: i64| u64::try_from(value).unwrap_or(u64::MAX);
    if let Some(said) = offsets.page_locations().get(page.index) {
        let size = i64::from(said.compressed_page_size);
        for (what, said, found) in [
            ("the page's offset in the offset index", said.offset, page.offset),
            ("the page's size in the offset index", size, page.size),
            ("the page's first row in the offset index", said.first_row_index, page.first_row),
        ] {
            findings.same(place, what, number(said), found);
        }
    }
    let bytes = offsets.unencoded_byte_array_data_bytes();
    if let Some(&said) = bytes.and_then(|bytes| bytes.get(page.index)) {
        let what = "the bytes of the page's byte arrays in the offset index";
        findings.same(place, what, number(said), page.tally.bytes);
    }
}

/// The bounds of a page that is there.
fn bounds(columns: &ColumnIndexMetaData, index: usize, meaning: Meaning) -> [Option<Raw>; 2] {
    use ColumnIndexMetaData as Of;
    let is_unsigned = meaning == Meaning::Unsigned;
    let int32 = |value: &i32| match is_unsigned {
        true => Raw::Uint(value.cast_unsigned().into()),
        false => Raw::Int((*value).into()),
    };
    let int64 = |value: &i64| match is_unsigned {
        true => Raw::Uint(value.cast_unsigned()),
        false => Raw::Int(*value),
    };
    match columns {
        Of::BOOLEAN(of) => {
            [of.min_value(index), of.max_value(index)].map(|v| v.map(|v| Raw::Bool(*v)))
        }
        Of::INT32(of) => [of.min_value(index), of.max_value(index)].map(|v| v.map(int32)),
        Of::INT64(of) => [of.min_value(index), of.max_value(index)].map(|v| v.map(int64)),
        Of::INT96(_) => [None, None],
        Of::FLOAT(of) => {
            [of.min_value(index), of.max_value(index)].map(|v| v.map(|v| Raw::Float(*v)))
        }
        Of::DOUBLE(of) => {
            [of.min_value(index), of.max_value(index)].map(|v| v.map(|v| Raw::Double(*v)))
        }
        Of::BYTE_ARRAY(of) | Of::FIXED_LEN_BYTE_ARRAY(of) => {
            [of.min_value(index), of.max_value(index)].map(|v| v.map(|v| Raw::Bytes(v.to_vec())))
        }
    }
}
