//! Counts values on their way to a backend: how many each column has, first and last moments, and the first
//! value that its column could not hold.

#[cfg(feature = "arrow")]
use super::arrays;
use crate::block::{BlockSlice, ColumnSlice, ValuesSlice};
use crate::report::{Misfits, TimeRange};
use crate::row_lines::{RowLines, SourceLine};
use crate::schema::{ColumnType, Schema};

/// Characters of a value that is shown.
const EXAMPLE_CHARS: usize = 40;

/// What was counted so far.
#[derive(Debug)]
pub(crate) struct Tally {
    /// For each column, its values.
    present: Vec<u64>,
    /// For each column that holds what others could not, its first value.
    misfits: Vec<Option<FirstMisfit>>,
    /// For each column that is followed, min and max.
    ranges: Vec<Option<(i64, i64)>>,
    timestamp_column: Option<String>,
}

/// The first value that a column could not hold.
#[derive(Clone, Debug)]
struct FirstMisfit {
    row: u64,
    source_line: Option<SourceLine>,
    /// Its start.
    example: String,
}

impl Tally {
    pub(crate) fn new(timestamp_column: Option<String>) -> Self {
        Self { present: Vec::new(), misfits: Vec::new(), ranges: Vec::new(), timestamp_column }
    }

    /// Adds rows, from row `first` of the file on.
    pub(crate) fn add(
        &mut self,
        rows: &BlockSlice<'_, '_>,
        first: u64,
        row_lines: &RowLines,
        schema: &Schema,
    ) {
        self.misfits.resize(schema.columns().len(), None);
        self.present.resize(schema.columns().len(), 0);
        self.ranges.resize(schema.columns().len(), None);
        for (id, slice) in rows.columns() {
            self.present[id.index()] += slice.count() as u64;
            let column = schema.column(id);
            let misfit = &mut self.misfits[id.index()];
            if column.misfits_of().is_some() && misfit.is_none() {
                *misfit = first_text(&slice).map(|(row, example)| FirstMisfit {
                    row: first + row,
                    source_line: row_lines.of(first + row),
                    example,
                });
            }
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

    /// What columns could not hold, as far as it is in their siblings.
    pub(crate) fn misfits(&self, schema: &Schema) -> Vec<Misfits> {
        let known = schema.columns().iter().zip(&self.misfits).zip(&self.present);
        known
            .filter_map(|((sibling, first), values)| {
                let FirstMisfit { row: first_row, source_line, example } = first.clone()?;
                let (first_source, first_line) = source_line
                    .map(|source_line| (source_line.source.to_string(), source_line.line))
                    .unzip();
                let id = sibling.misfits_of()?;
                let column = schema.column(id);
                let held = self.present.get(id.index()).copied().unwrap_or_default();
                Some(Misfits {
                    column: column.name.clone(),
                    ty: column.ty.as_ref().map(ToString::to_string).unwrap_or_default(),
                    sibling: sibling.name.clone(),
                    misfits: *values,
                    values: held + values,
                    first_row,
                    first_source,
                    first_line,
                    example,
                })
            })
            .collect()
    }

    pub(crate) fn time_ranges(&self, schema: &Schema) -> Vec<TimeRange> {
        let ranges = schema.columns().iter().zip(&self.ranges);
        ranges
            .filter_map(|(column, range)| {
                let (first, last) = (*range)?;
                Some(TimeRange::new(column, first, last))
            })
            .collect()
    }
}

/// The first value of a column of text: its row in the slice, and its start.
fn first_text(slice: &ColumnSlice<'_, '_>) -> Option<(u64, String)> {
    let ValuesSlice::Text(texts) = slice.values() else { return None };
    Some((slice.first() as u64, texts.first()?.chars().take(EXAMPLE_CHARS).collect()))
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
