//! Counts values on their way to a backend: how many each column has, and first and last moments.

use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;

use crate::block::arrays::{ArrayVisitor, visit};
use crate::block::{BlockSlice, ValuesSlice};
use crate::report::TimeRange;
use crate::schema::{ColumnType, Schema};

/// What was counted so far.
#[derive(Debug)]
pub(crate) struct Tally {
    /// For each column, its values.
    present: Vec<u64>,
    /// For each column that is followed, least and greatest.
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
            let Some((least, greatest)) = range(&slice.values()) else { continue };
            let known = &mut self.ranges[id.index()];
            *known =
                Some(known.map_or((least, greatest), |(first, last)| {
                    (first.min(least), last.max(greatest))
                }));
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
        ValuesSlice::Arrow(array) => match array.data_type() {
            DataType::Dictionary(_, values) => {
                let array = cast(array, values).ok()?;
                visit(&array, RangeOfArray(&array))
            }
            _ => visit(array, RangeOfArray(array)),
        },
        _ => None,
    }
}

/// The least and the greatest of an array's integers or moments.
struct RangeOfArray<'v>(&'v ArrayRef);

impl<'v> ArrayVisitor<'v> for RangeOfArray<'v> {
    type Output = Option<(i64, i64)>;

    fn others(self) -> Self::Output {
        None
    }

    fn i32s(self, value: impl Fn(usize) -> i32 + 'v) -> Self::Output {
        self.i64s(move |row| value(row).into())
    }

    fn i64s(self, value: impl Fn(usize) -> i64 + 'v) -> Self::Output {
        let nulls = self.0.nulls().filter(|nulls| nulls.null_count() > 0);
        let is_there = |row: &usize| nulls.is_none_or(|nulls| nulls.is_valid(*row));
        let values = (0..self.0.len()).filter(is_there).map(value);
        values.fold(None, |range, value| {
            let (min, max) = range.unwrap_or((value, value));
            Some((value.min(min), value.max(max)))
        })
    }
}
