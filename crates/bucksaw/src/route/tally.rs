//! Counts values on their way to a backend: how many each column has, and first and last moments.

#[cfg(feature = "arrow")]
use super::arrays;
use crate::block::{BlockSlice, ValuesSlice};
use crate::report::TimeRange;
use crate::schema::{ColumnType, Schema};

/// What was counted so far.
#[derive(Debug)]
pub(crate) struct Tally {
    /// For each column, its values.
    present: Vec<u64>,
    /// For each column that is followed, min and max.
    ranges: Vec<Option<(i64, i64)>>,
    timestamp_column: Option<String>,
}

impl Tally {
    pub(crate) fn new(timestamp_column: Option<String>) -> Self {
        Self { present: Vec::new(), ranges: Vec::new(), timestamp_column }
    }

    pub(crate) fn add(&mut self, rows: &BlockSlice<'_, '_>, schema: &Schema) {
        self.present.resize(schema.columns().len(), 0);
        self.ranges.resize(schema.columns().len(), None);
        for (id, slice) in rows.columns() {
            self.present[id.index()] += slice.count() as u64;
            let column = schema.column(id);
            let is_named = || self.timestamp_column.as_ref() == Some(&column.name);
            let is_followed = match column.ty {
                Some(ColumnType::Timestamp(_)) => true,
                Some(ColumnType::Int32 | ColumnType::Int64) => is_named(),
                _ => false,
            };
            if !is_followed {
                continue;
            }
            let Some((min, max)) = range(&slice.values()) else { continue };
            let known = &mut self.ranges[id.index()];
            *known =
                Some(known.map_or((min, max), |(first, last)| (first.min(min), last.max(max))));
        }
    }

    /// For each column of the schema, as far as seen, how many values it has.
    pub(crate) fn present(&self) -> &[u64] {
        &self.present
    }

    pub(crate) fn time_ranges(&self, schema: &Schema) -> Vec<TimeRange> {
        let ranges = schema.columns().iter().zip(&self.ranges);
        ranges
            .filter_map(|(column, range)| {
                let (first, last) = (*range)?;
                Some(TimeRange { column: column.name.clone(), first, last })
            })
            .collect()
    }
}

fn range(values: &ValuesSlice<'_, '_>) -> Option<(i64, i64)> {
    match values {
        ValuesSlice::I64(values) => Some((*values.iter().min()?, *values.iter().max()?)),
        ValuesSlice::I32(values) => {
            Some(((*values.iter().min()?).into(), (*values.iter().max()?).into()))
        }
        #[cfg(feature = "arrow")]
        ValuesSlice::Arrow(array) => arrays::range(array),
        _ => None,
    }
}
